package api

import (
	"encoding"
	"encoding/json"
	"reflect"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

var (
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
	rootType      = reflect.TypeFor[domain.Root]()
	sealedType    = reflect.TypeFor[domain.Sealed]()
)

// tidy copies an answer so that lists and maps are never null and an
// aggregate leaves without its pending effects and command keys. The original
// is not touched: it may be shared.
func tidy(v reflect.Value) reflect.Value {
	t := v.Type()
	if t == rootType {
		root := v.Interface().(domain.Root)
		root.Effects, root.Applied = nil, nil
		return reflect.ValueOf(root)
	}
	if t.Implements(marshalerType) {
		return v
	}
	switch t.Kind() {
	case reflect.Struct:
		return tidyStruct(v)
	case reflect.Slice:
		return tidySlice(v)
	case reflect.Map:
		return tidyMap(v)
	case reflect.Pointer:
		return tidyPointer(v)
	case reflect.Interface:
		if !v.IsNil() {
			return tidy(v.Elem())
		}
	}
	return v
}

func tidyStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			out.Field(i).Set(tidy(v.Field(i)))
		}
	}
	return out
}

func tidySlice(v reflect.Value) reflect.Value {
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	if plain(v.Type().Elem()) {
		reflect.Copy(out, v)
		return out
	}
	for i := range v.Len() {
		out.Index(i).Set(tidy(v.Index(i)))
	}
	return out
}

func tidyMap(v reflect.Value) reflect.Value {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), tidy(it.Value()))
	}
	return out
}

func tidyPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(tidy(v.Elem()))
	return out
}

func plain(t reflect.Type) bool {
	return t.Kind() < reflect.Array || t.Kind() == reflect.String
}

// checkAnswer panics where an Out would leak or not match the document.
func checkAnswer(where string, t reflect.Type) {
	walk(t, map[reflect.Type]bool{}, func(t reflect.Type) {
		must(t != sealedType, where, "answers a sealed value; answer a view without it")
		if t.Kind() != reflect.Struct || t == rootType || encodesItself(t) {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous || !f.IsExported() || t == reflect.TypeFor[File]() {
				continue
			}
			_, ok := f.Tag.Lookup("json")
			must(ok, where, "answers %s, whose field %s has no json tag", t, f.Name)
		}
	})
}

// walk visits a type and all that it is made of, once each, except below
// types that encode themselves and fields that are not encoded.
func walk(t reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	if seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	switch {
	case encodesItself(t):
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Map:
		walk(t.Elem(), seen, visit)
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				walk(f.Type, seen, visit)
			}
		}
	}
}

func encodesItself(t reflect.Type) bool {
	return t.Implements(marshalerType) || t.Implements(textType) ||
		reflect.PointerTo(t).Implements(marshalerType) || reflect.PointerTo(t).Implements(textType)
}

// embedsRoot reports whether the struct is an aggregate.
func embedsRoot(t reflect.Type) bool {
	f, ok := t.FieldByName("Root")
	return ok && f.Anonymous && f.Type == rootType
}

// answered lists the fields of a struct that an answer shows.
func answered(t reflect.Type) []httpx.Field {
	var out []httpx.Field
	for _, f := range httpx.Fields(t) {
		if (t == rootType || embedsRoot(t)) && (f.Name == "effects" || f.Name == "applied") {
			continue
		}
		out = append(out, f)
	}
	return out
}
