package api

import (
	"encoding"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// request is what an input is made of, all copied from the wire.
type request struct {
	path  map[string]string
	query url.Values
	body  []byte
}

// input is how an In is filled.
type input struct {
	typ       reflect.Type
	params    []param
	raw       []int  // index of the raw field
	mediaType string // of the body, "" for none
	packed    bool   // the body may come in gzip
}

// param is a field that comes from path or query.
type param struct {
	name, in, doc string
	index         []int
	typ           reflect.Type
	required      bool
	min, max, def string
}

const jsonType = "application/json"

// inputOf reads the tags of an In and panics on what cannot work.
func inputOf(where, method, path string, t reflect.Type) input {
	must(t.Kind() == reflect.Struct, where, "takes %s, which is not a struct", t)
	in := input{typ: t}
	in.scan(where, t, nil)
	if len(httpx.Fields(t)) > 0 {
		must(in.mediaType == "", where, "has json and raw fields")
		in.mediaType = jsonType
	}
	must(in.mediaType == "" || (method != http.MethodGet && method != http.MethodDelete), where, "has a body, which its method has not")
	named := map[string]bool{}
	for _, m := range paramShape.FindAllStringSubmatch(path, -1) {
		named[m[1]] = true
	}
	for _, p := range in.params {
		if p.in == "path" {
			must(named[p.name], where, "has no {%s} in its path", p.name)
			delete(named, p.name)
		}
	}
	must(len(named) == 0, where, "has parameters without a field: %v", named)
	return in
}

func (in *input) scan(where string, t reflect.Type, at []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int(nil), at...), i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == "" {
			in.scan(where, f.Type, index)
			continue
		}
		if name, ok := f.Tag.Lookup("path"); ok {
			in.params = append(in.params, paramOf(f, "path", name, index))
		} else if name, ok := f.Tag.Lookup("query"); ok {
			in.params = append(in.params, paramOf(f, "query", name, index))
		} else if mediaType, ok := f.Tag.Lookup("raw"); ok {
			must(f.Type == reflect.TypeFor[[]byte](), where, "has a raw field that is not []byte")
			in.raw, in.mediaType, in.packed = index, mediaType, f.Tag.Get("packed") == "true"
		} else {
			_, ok := f.Tag.Lookup("json")
			must(ok, where, "has a field %s without a path, query, json or raw tag", f.Name)
		}
	}
}

func paramOf(f reflect.StructField, in, name string, index []int) param {
	return param{
		name: name, in: in, doc: f.Tag.Get("doc"), index: index, typ: f.Type,
		required: in == "path" || f.Tag.Get("required") == "true",
		min:      f.Tag.Get("min"), max: f.Tag.Get("max"), def: f.Tag.Get("default"),
	}
}

// bind fills v, an In, or says everything that keeps it from being filled.
func (in *input) bind(v reflect.Value, r *request) error {
	if in.mediaType == jsonType {
		body := r.body
		if len(body) == 0 {
			body = []byte("{}")
		}
		if err := httpx.DecodeJSON(body, v.Addr().Interface()); err != nil {
			return err
		}
	}
	if in.raw != nil {
		v.FieldByIndex(in.raw).SetBytes(r.body)
	}
	problems := domain.Problems{}
	known := map[string]bool{}
	for _, p := range in.params {
		known[p.name] = known[p.name] || p.in == "query"
		p.fill(problems, v.FieldByIndex(p.index), r)
	}
	for name := range r.query {
		problems.Need(known[name], name, "is not known here")
	}
	return problems.Err()
}

func (p *param) fill(problems domain.Problems, v reflect.Value, r *request) {
	values := r.query[p.name]
	if p.in == "path" {
		values = []string{r.path[p.name]}
	}
	if len(values) == 0 && p.def != "" {
		values = []string{p.def}
	}
	if len(values) == 0 {
		problems.Need(!p.required, p.name, "is needed")
		return
	}
	if v.Kind() == reflect.Slice {
		list := reflect.MakeSlice(v.Type(), len(values), len(values))
		for i, s := range values {
			problems.Need(p.set(list.Index(i), s), p.name, "needs %s", p.expected())
		}
		v.Set(list)
		return
	}
	problems.Need(len(values) == 1, p.name, "is given more than once")
	problems.Need(p.set(v, values[0]), p.name, "needs %s", p.expected())
}

// set reports whether the text fits the type.
func (p *param) set(v reflect.Value, s string) bool {
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(s)) == nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
		return p.in == "query" || s != ""
	case reflect.Bool:
		v.SetBool(s == "true")
		return s == "true" || s == "false"
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		v.SetInt(n)
		return err == nil && p.inRange(n)
	}
	return false
}

func (p *param) inRange(n int64) bool {
	lo, hasLo := limit(p.min)
	hi, hasHi := limit(p.max)
	return (!hasLo || n >= lo) && (!hasHi || n <= hi)
}

func limit(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func (p *param) expected() string {
	t := p.typ
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "a time such as 2026-07-12T18:00:00Z"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "some text"
	case p.min != "" && p.max != "":
		return fmt.Sprintf("a whole number from %s to %s", p.min, p.max)
	case p.min != "":
		return "a whole number from " + p.min + " up"
	}
	return "a whole number"
}
