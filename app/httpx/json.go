package httpx

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"folkmoot/domain"
)

// DecodeJSON reads one JSON value into a pointer, strictly: every unknown
// field and every value of the wrong kind is named with its path, all at
// once, and field names are matched exactly. Broken JSON is answered with the
// line and column where it breaks. A field tagged `required:"true"` must be
// there. The error is invalid.
func DecodeJSON(body []byte, into any) error {
	if err := wellFormed(body); err != nil {
		return err
	}
	problems := domain.Problems{}
	checkTwice(problems, json.NewDecoder(bytes.NewReader(body)), "")
	check(problems, "", body, reflect.TypeOf(into).Elem())
	if err := problems.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return domain.E(domain.Invalid, "the JSON does not have the shape that is expected here").Because(err)
	}
	return nil
}

func wellFormed(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	var v json.RawMessage
	err := dec.Decode(&v)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		line, col := position(body, dec.InputOffset())
		return domain.E(domain.Invalid, "there is more after the end of the JSON, at line %d, column %d", line, col)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line, col := position(body, syntax.Offset-1)
		return domain.E(domain.Invalid, "the JSON breaks at line %d, column %d", line, col).Because(err)
	}
	line, col := position(body, int64(len(body)))
	return domain.E(domain.Invalid, "the JSON ends too early, at line %d, column %d", line, col).Because(err)
}

// position turns a byte offset into line and column, both from 1.
func position(body []byte, offset int64) (line, col int) {
	offset = max(0, min(offset, int64(len(body))))
	before := body[:offset]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, int(offset) - bytes.LastIndexByte(before, '\n')
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// check compares a JSON value with the Go type that is to hold it.
func check(p domain.Problems, path string, raw json.RawMessage, t reflect.Type) {
	if string(raw) == "null" {
		p.Need(t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface, at(path), "leave it out rather than sending null")
		return
	}
	if t.Kind() == reflect.Pointer {
		check(p, path, raw, t.Elem())
		return
	}
	if own := reflect.PointerTo(t); own.Implements(unmarshalerType) || own.Implements(textType) {
		checkValue(p, path, raw, t)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		checkStruct(p, path, raw, t)
	case reflect.Slice, reflect.Array:
		checkList(p, path, raw, t)
	case reflect.Map:
		checkMap(p, path, raw, t)
	default:
		checkValue(p, path, raw, t)
	}
}

func checkValue(p domain.Problems, path string, raw json.RawMessage, t reflect.Type) {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	p.Need(err == nil, at(path), "needs %s", expected(t))
}

func checkStruct(p domain.Problems, path string, raw json.RawMessage, t reflect.Type) {
	var got map[string]json.RawMessage
	if json.Unmarshal(raw, &got) != nil {
		p.Need(false, at(path), "needs an object")
		return
	}
	known := Fields(t)
	for name, value := range got {
		f, ok := find(known, name)
		if !ok {
			p.Need(false, join(path, name), "is not known here%s", meant(known, name))
			continue
		}
		check(p, join(path, name), value, f.Type)
	}
	for _, f := range known {
		if _, ok := got[f.Name]; !ok && f.Required {
			p.Need(false, join(path, f.Name), "is needed")
		}
	}
}

// checkTwice finds names that an object has twice, of which Go's decoder
// would keep the last in silence (RFC 8259, section 4). The JSON is known to
// be well-formed.
func checkTwice(p domain.Problems, dec *json.Decoder, path string) {
	t, _ := dec.Token()
	switch t {
	case json.Delim('['):
		for i := 0; dec.More(); i++ {
			checkTwice(p, dec, fmt.Sprintf("%s[%d]", path, i))
		}
		_, _ = dec.Token()
	case json.Delim('{'):
		seen := map[string]bool{}
		for dec.More() {
			t, _ := dec.Token()
			name, _ := t.(string)
			p.Need(!seen[name], join(path, name), "is there twice; send it once")
			seen[name] = true
			checkTwice(p, dec, join(path, name))
		}
		_, _ = dec.Token()
	}
}

func checkList(p domain.Problems, path string, raw json.RawMessage, t reflect.Type) {
	if t.Elem().Kind() == reflect.Uint8 {
		checkValue(p, path, raw, t)
		return
	}
	var got []json.RawMessage
	if json.Unmarshal(raw, &got) != nil {
		p.Need(false, at(path), "needs a list")
		return
	}
	for i, value := range got {
		check(p, fmt.Sprintf("%s[%d]", path, i), value, t.Elem())
	}
}

func checkMap(p domain.Problems, path string, raw json.RawMessage, t reflect.Type) {
	var got map[string]json.RawMessage
	if json.Unmarshal(raw, &got) != nil {
		p.Need(false, at(path), "needs an object")
		return
	}
	for name, value := range got {
		check(p, join(path, name), value, t.Elem())
	}
}

func at(path string) string {
	if path == "" {
		return "body"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// expected says in words what a type takes.
func expected(t reflect.Type) string {
	if t == timeType {
		return "a time such as 2026-07-12T18:00:00Z"
	}
	switch t.Kind() {
	case reflect.String:
		return "text in quotes"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0 up"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "content in base 64"
	default:
		return "another form; see the API's description"
	}
}

// Field is a field of a JSON object as encoding/json sees it.
type Field struct {
	Name     string
	Type     reflect.Type
	Index    []int
	Required bool // must be in a request
	Omitted  bool // may be absent from an answer: omitempty or omitzero
	Tag      reflect.StructTag
}

var fieldCache sync.Map // reflect.Type -> []Field

// Fields lists a struct's JSON fields in order, those of embedded structs in
// their place. Fields without a json tag count only when embedded: the rest
// come from the path or the query.
func Fields(t reflect.Type) []Field {
	if known, ok := fieldCache.Load(t); ok {
		return known.([]Field)
	}
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct {
			for _, inner := range Fields(f.Type) {
				inner.Index = append([]int{i}, inner.Index...)
				out = append(out, inner)
			}
			continue
		}
		if !f.IsExported() || !tagged || tag == "-" {
			continue
		}
		out = append(out, jsonField(f, i, tag))
	}
	fieldCache.Store(t, out)
	return out
}

func jsonField(f reflect.StructField, i int, tag string) Field {
	parts := strings.Split(tag, ",")
	name := parts[0]
	if name == "" {
		name = f.Name
	}
	return Field{
		Name: name, Type: f.Type, Index: []int{i}, Tag: f.Tag,
		Required: f.Tag.Get("required") == "true",
		Omitted:  slices.Contains(parts[1:], "omitempty") || slices.Contains(parts[1:], "omitzero"),
	}
}

func find(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// meant names the field that differs in case or underscores alone.
func meant(fields []Field, name string) string {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for _, f := range fields {
		if plain(f.Name) == plain(name) {
			return "; it is called " + f.Name
		}
	}
	return ""
}
