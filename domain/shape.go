package domain

import (
	"encoding/json"
	"reflect"
	"strings"
)

// CheckShape panics when a document's own field takes the JSON name of one of
// Root's: the inner one would then silently not be stored, and with it the
// pending effects or the version. It panics too where a list lies in a list
// without a field between them: not every database that speaks MongoDB's
// protocol stores that. Repositories call it when they are opened.
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
	noBareLists(t, map[reflect.Type]bool{})
}

func noBareLists(t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] || t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Map:
		noBareLists(t.Elem(), seen)
	case reflect.Slice, reflect.Array:
		if in := t.Elem(); isList(in) {
			panic("domain: " + t.String() + " holds lists in a list: give the inner one a field of its own")
		}
		noBareLists(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && jsonName(f) != "-" {
				noBareLists(f.Type, seen)
			}
		}
	}
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// isList: bytes are text in JSON.
func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 && !t.Implements(marshaler)
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
