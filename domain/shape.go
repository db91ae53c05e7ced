package domain

import (
	"reflect"
	"strings"
)

// CheckShape panics when a document's own field takes the JSON name of one of
// Root's: the inner one would then silently not be stored, and with it the
// pending effects or the version. Repositories call it when they are opened.
func CheckShape(doc Aggregate) {
	t := reflect.TypeOf(doc).Elem()
	taken := map[string]bool{}
	for f := range fieldsOf(reflect.TypeFor[Root]()) {
		taken[f] = true
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous && taken[jsonName(f)] {
			panic("domain: " + t.String() + "." + f.Name + " takes the JSON name " + jsonName(f) + ", which is Root's")
		}
	}
}

func fieldsOf(t reflect.Type) map[string]bool {
	out := map[string]bool{}
	for i := range t.NumField() {
		out[jsonName(t.Field(i))] = true
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return f.Name
	}
	return name
}
