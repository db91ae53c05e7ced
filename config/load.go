package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Prefix is before every name in the environment.
const Prefix = "FOLKMOOT_"

// DefaultFile is read where no other file is named and it exists.
const DefaultFile = "folkmoot.env"

// Problem is one thing that keeps the program from starting.
type Problem struct {
	Name  string // of the setting, with its prefix
	Wrong string
	Fix   string
}

// Problems is everything wrong with the settings, in order of their names.
type Problems []Problem

func (p Problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the settings need mending in %d places:", len(p))
	for _, x := range p {
		fmt.Fprintf(&b, "\n  %s: %s; %s", x.Name, x.Wrong, x.Fix)
	}
	return b.String()
}

func (p *Problems) add(name, wrong, fix string, args ...any) {
	*p = append(*p, Problem{Prefix + name, wrong, fmt.Sprintf(fix, args...)})
}

// tidy sorts by name and keeps the first problem of each setting: what does
// not even parse needs no second remark. A file may have many.
func (p Problems) tidy() Problems {
	sort.SliceStable(p, func(i, j int) bool { return p[i].Name < p[j].Name })
	kept := p[:0]
	for _, x := range p {
		if len(kept) > 0 && kept[len(kept)-1].Name == x.Name && x.Name != Prefix+"CONFIG" {
			continue
		}
		kept = append(kept, x)
	}
	return kept
}

// Loaded is what [Load] found beside the settings.
type Loaded struct {
	Config
	File     string            // that was read, "" for none
	Sources  map[string]string // name -> environment, file or default
	Warnings []string
}

// Load fills the settings from the environment, in the form of os.Environ,
// and a file of NAME=value lines. With file "" [DefaultFile] is read if it is
// there. The error is [Problems].
func Load(environ []string, file string) (Loaded, error) {
	l := loader{values: map[string]string{}, sources: map[string]string{}}
	l.readFile(file)
	l.readEnviron(environ)
	out := Loaded{File: l.file, Sources: l.sources}
	l.fill(reflect.ValueOf(&out.Config).Elem(), "")
	if out.BaseURL == "" {
		out.BaseURL = "http://" + out.Listen
	}
	out.BaseURL = strings.TrimRight(out.BaseURL, "/")
	out.check(&l.problems, &l.warnings)
	out.Warnings = l.warnings
	if len(l.problems) > 0 {
		return out, l.problems.tidy()
	}
	return out, nil
}

type loader struct {
	file     string
	values   map[string]string // name without prefix -> value
	sources  map[string]string
	problems Problems
	warnings []string
}

func (l *loader) readFile(name string) {
	asked := name != ""
	if !asked {
		name = DefaultFile
	}
	content, err := os.ReadFile(name)
	if err != nil {
		if asked || !errors.Is(err, fs.ErrNotExist) {
			l.problems.add("CONFIG", fmt.Sprintf("the file %s cannot be read", name), "name a file that is there, or leave it out")
		}
		return
	}
	l.file = name
	known := settings()
	for i, line := range strings.Split(string(content), "\n") {
		key, value, ok := parseLine(line)
		if !ok {
			l.problems.add("CONFIG", fmt.Sprintf("line %d of %s is not NAME=value", i+1, name), "write it so, or begin it with #")
			continue
		}
		if key == "" {
			continue
		}
		short, ours := strings.CutPrefix(key, Prefix)
		if !ours || !isKnown(known, short) {
			l.problems = append(l.problems, Problem{key, fmt.Sprintf("line %d of %s names no setting", i+1, name), closest(known, short)})
			continue
		}
		l.values[short], l.sources[short] = value, "file"
	}
}

// parseLine splits NAME=value; a value may stand in quotes. The key is empty
// for a blank line or a comment.
func parseLine(line string) (key, value string, ok bool) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return "", "", true
	}
	key, value, ok = strings.Cut(strings.TrimPrefix(line, "export "), "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok || key == "" {
		return "", "", false
	}
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	return key, value, true
}

// notSettings are names that tests, tools and other commands use.
var notSettings = []string{"TEST_", "CHROMIUM", "CONFIG", "SOLVER_CACHE", "URL", "TOKEN"}

func (l *loader) readEnviron(environ []string) {
	known := settings()
	for _, pair := range environ {
		key, value, _ := strings.Cut(pair, "=")
		short, ours := strings.CutPrefix(key, Prefix)
		if !ours {
			continue
		}
		if isKnown(known, short) {
			l.values[short], l.sources[short] = value, "environment"
			continue
		}
		if !hasPrefix(short, notSettings) {
			l.warnings = append(l.warnings, key+" is not a setting; "+closest(known, short))
		}
	}
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// fill sets the fields of a struct; prefix is that of the struct's names.
func (l *loader) fill(v reflect.Value, prefix string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type.Kind() == reflect.Struct {
			l.fill(v.Field(i), prefix+f.Tag.Get("prefix"))
			continue
		}
		name := prefix + f.Tag.Get("env")
		text, given := l.value(name, f.Type)
		if !given || text == "" {
			text = f.Tag.Get("default")
			l.sources[name] = "default"
		}
		if text == "" {
			continue
		}
		if needs := set(v.Field(i), text); needs != "" {
			l.problems.add(name, "the value does not fit", "give %s", needs)
		}
	}
}

// value is the setting's text; a secret may lie in a file instead.
func (l *loader) value(name string, t reflect.Type) (string, bool) {
	text, given := l.values[name]
	path, inFile := l.values[name+"_FILE"]
	if t != reflect.TypeFor[Secret]() || !inFile || path == "" {
		return text, given
	}
	if given && text != "" {
		l.problems.add(name, "is given both itself and as a file", "keep one of %s and %s", Prefix+name, Prefix+name+"_FILE")
		return text, true
	}
	content, err := os.ReadFile(path)
	if err != nil {
		l.problems.add(name+"_FILE", "the file cannot be read", "name a file that this user may read")
	}
	l.sources[name] = "file " + path
	return strings.TrimSpace(string(content)), true
}

// set parses the text into the field; it answers what is needed instead.
func set(v reflect.Value, text string) (needs string) {
	switch v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return "a duration such as 20s or 5m"
		}
		v.SetInt(int64(d))
		return ""
	case []string:
		v.Set(reflect.ValueOf(list(text)))
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "true or false"
		}
		v.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "a whole number"
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return "a number"
		}
		v.SetFloat(x)
	}
	return ""
}

// list splits at commas and trims; empty parts fall away.
func list(text string) []string {
	var out []string
	for _, s := range strings.Split(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
