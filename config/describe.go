package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Setting describes one setting.
type Setting struct {
	Name    string // with its prefix
	Doc     string
	Default string
	Secret  bool
	Value   string // of a loaded configuration, redacted
	Source  string // environment, file or default
}

// Settings lists every setting, in the order of the struct.
func Settings() []Setting { return describe(reflect.ValueOf(Config{}), "") }

// Settings lists every setting with its value, secrets redacted.
func (l Loaded) Settings() []Setting {
	out := describe(reflect.ValueOf(l.Config), "")
	for i := range out {
		out[i].Source = l.Sources[strings.TrimPrefix(out[i].Name, Prefix)]
	}
	return out
}

func describe(v reflect.Value, prefix string) []Setting {
	var out []Setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type.Kind() == reflect.Struct {
			out = append(out, describe(v.Field(i), prefix+f.Tag.Get("prefix"))...)
			continue
		}
		out = append(out, Setting{
			Name: Prefix + prefix + f.Tag.Get("env"), Doc: f.Tag.Get("doc"), Default: f.Tag.Get("default"),
			Secret: f.Type == reflect.TypeFor[Secret](), Value: strings.Trim(fmt.Sprint(v.Field(i).Interface()), "[]"),
		})
	}
	for i := range out {
		if out[i].Secret && out[i].Value != "" {
			out[i].Value = "[redacted]"
		}
	}
	return out
}

// settings are the known names without prefix.
func settings() []string {
	var out []string
	for _, s := range Settings() {
		out = append(out, strings.TrimPrefix(s.Name, Prefix))
	}
	return out
}

// isKnown takes NAME_FILE for a secret NAME.
func isKnown(known []string, name string) bool {
	if slices.Contains(known, name) {
		return true
	}
	base, ok := strings.CutSuffix(name, "_FILE")
	if !ok {
		return false
	}
	return slices.ContainsFunc(Settings(), func(s Setting) bool { return s.Secret && s.Name == Prefix+base })
}

// closest proposes the known name that differs least.
func closest(known []string, name string) string {
	best, least := "", 4
	for _, k := range known {
		if d := distance(k, name); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return "see config/example.env for all names"
	}
	return "did you mean " + Prefix + best + "?"
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			above, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, above+cost)
		}
	}
	return row[len(b)]
}

// Example is example.env: every setting with its meaning and default, all
// commented out.
func Example() string {
	var b strings.Builder
	b.WriteString("# Folkmoot's settings. Copy to folkmoot.env and uncomment what you change.\n")
	b.WriteString("# The environment wins over this file. `folkmoot doctor` checks all of it.\n")
	for _, s := range Settings() {
		b.WriteString("\n")
		for _, line := range wrap(s.Doc, 76) {
			b.WriteString("# " + line + "\n")
		}
		if s.Secret {
			b.WriteString("# May lie in a file: " + s.Name + "_FILE=PATH\n")
		}
		b.WriteString("#" + s.Name + "=" + s.Default + "\n")
	}
	return b.String()
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
