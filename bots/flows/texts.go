package flows

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"folkmoot/bots/dialogue"
)

// Texts renders what flows say. Safe for concurrent use.
type Texts struct {
	langs      []string
	variants   []string
	localizers map[string]*i18n.Localizer
	parser     *template.TextParser
	keys       map[string]map[string]bool
}

// LoadTexts reads every <language>.toml at the root of fsys. English is
// needed: it answers for a text another language lacks.
func LoadTexts(fsys fs.FS) (*Texts, error) {
	files, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("listing the texts: %w", err)
	}
	bundle := newBundle()
	t := &Texts{localizers: map[string]*i18n.Localizer{}, parser: &template.TextParser{Option: "missingkey=error"}, keys: map[string]map[string]bool{}}
	for _, name := range files {
		if err := t.load(bundle, fsys, name); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(t.langs, "en") {
		return nil, errors.New("the English texts (en.toml) are missing")
	}
	for _, lang := range t.langs {
		t.localizers[lang] = i18n.NewLocalizer(bundle, lang, "en")
	}
	return t, nil
}

func newBundle() *i18n.Bundle {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	return bundle
}

// load reads one file. A variant has a bundle of its own, under its base
// language: language matching would take en-x-easy for plain English.
func (t *Texts) load(bundle *i18n.Bundle, fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("reading the texts: %w", err)
	}
	lang := strings.TrimSuffix(path.Base(name), ".toml")
	variant := baseOf(lang) != lang
	if variant {
		bundle = newBundle()
	}
	file, err := bundle.ParseMessageFileBytes(data, baseOf(lang)+".toml")
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if variant {
		t.variants = append(t.variants, lang)
		t.localizers[lang] = i18n.NewLocalizer(bundle, baseOf(lang))
	} else {
		t.langs = append(t.langs, lang)
	}
	t.keys[lang] = map[string]bool{}
	for _, m := range file.Messages {
		t.keys[lang][m.ID] = true
	}
	return nil
}

// Languages lists the languages there are texts in, sorted.
func (t *Texts) Languages() []string { return slices.Clone(t.langs) }

// Variants lists the variants of languages, such as en-x-easy, which hold only
// what differs from their language.
func (t *Texts) Variants() []string { return slices.Clone(t.variants) }

// Keys lists the texts of a language, sorted.
func (t *Texts) Keys(lang string) []string {
	return slices.Sorted(maps.Keys(t.keys[lang]))
}

// Render writes a message: each part with the process's values and its own.
func (t *Texts) Render(say dialogue.Say, values map[string]string) (string, error) {
	var parts []string
	for _, p := range say.Parts {
		data := maps.Clone(values)
		if data == nil {
			data = map[string]string{}
		}
		maps.Copy(data, p.Data)
		text, err := t.Text(say.Lang, p.Key, data)
		if err != nil {
			return "", err
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " "), nil
}

// plurals names the variable that decides the plural form of a text.
var plurals = map[string]string{"recruit.begin": "questions"}

// Text writes one text, times in the words of its language. A variable it
// names and does not get is an error, so that nobody is ever sent a gap.
func (t *Texts) Text(lang, key string, values map[string]string) (string, error) {
	values = t.worded(lang, values)
	cfg := &i18n.LocalizeConfig{MessageID: key, TemplateData: values, TemplateParser: t.parser}
	if name := plurals[key]; name != "" {
		cfg.PluralCount = values[name]
	}
	text, err := t.localizer(lang, key).Localize(cfg)
	if err != nil && text == "" {
		return "", fmt.Errorf("writing %s in %s: %w", key, lang, err)
	}
	return strings.TrimSpace(text), nil
}

// localizer finds who writes a text: the variant if it has it, its language,
// English.
func (t *Texts) localizer(lang, key string) *i18n.Localizer {
	if l, ok := t.localizers[lang]; ok && (baseOf(lang) == lang || t.keys[lang][key]) {
		return l
	}
	if l, ok := t.localizers[baseOf(lang)]; ok {
		return l
	}
	return t.localizers["en"]
}

func baseOf(lang string) string {
	b, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return b
}
