package api

import (
	"encoding/json"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// object is a piece of the document.
type object = map[string]any

// schemas turns Go types into JSON Schema, once per type and direction:
// a request may leave out what is not required, an answer has everything that
// is not omitempty.
type schemas struct {
	defs  object
	enums map[reflect.Type][]string
}

func newSchemas() *schemas {
	s := &schemas{defs: object{}, enums: map[reflect.Type][]string{}}
	for _, r := range domain.Roles {
		s.enum(r)
	}
	for _, r := range []domain.Role{domain.Member, domain.Public, domain.System} {
		s.enum(r)
	}
	return s
}

func (s *schemas) enum(r domain.Role) {
	t := reflect.TypeFor[domain.Role]()
	s.enums[t] = append(s.enums[t], string(r))
}

// of is the schema of a type.
func (s *schemas) of(t reflect.Type, request bool) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem(), request)
	case t.Implements(textType) || reflect.PointerTo(t).Implements(textType):
		return object{"type": "string"}
	case encodesItself(t):
		return object{}
	}
	return s.plain(t, request)
}

func (s *schemas) plain(t reflect.Type, request bool) object {
	switch t.Kind() {
	case reflect.String:
		out := object{"type": "string"}
		if values, ok := s.enums[t]; ok {
			out["enum"] = values
		}
		return out
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem(), request)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem(), request)}
	case reflect.Struct:
		return s.structure(t, request)
	}
	return object{} // any
}

// structure refers to a named struct's definition, making it first.
func (s *schemas) structure(t reflect.Type, request bool) object {
	if t.Name() == "" {
		return s.properties(t, request)
	}
	name := typeName(t)
	if request {
		name += ".input"
	}
	ref := object{"$ref": "#/components/schemas/" + name}
	if _, ok := s.defs[name]; ok {
		return ref
	}
	s.defs[name] = object{} // ends the recursion of types that hold themselves
	s.defs[name] = s.properties(t, request)
	return ref
}

func (s *schemas) properties(t reflect.Type, request bool) object {
	props := object{}
	required := []string{}
	for _, f := range answered(t) {
		props[f.Name] = s.property(f, request)
		if (request && f.Required) || (!request && !f.Omitted) {
			required = append(required, f.Name)
		}
	}
	out := object{"type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s *schemas) property(f httpx.Field, request bool) object {
	out := s.of(f.Type, request)
	if f.Type.Kind() == reflect.Pointer && !f.Omitted && !request {
		out = object{"anyOf": []any{out, object{"type": "null"}}}
	}
	if doc := f.Tag.Get("doc"); doc != "" {
		out["description"] = doc
	}
	return out
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// typeName is package and name, such as process.View; a generic type's
// arguments are appended.
func typeName(t reflect.Type) string {
	name := t.Name()
	name = regexp.MustCompile(`[\w./-]*/`).ReplaceAllString(name, "")
	return path.Base(t.PkgPath()) + "." + notInNames.ReplaceAllString(name, "_")
}

// paramSchema is the schema of a path or query parameter.
func (s *schemas) paramSchema(p param) object {
	out := s.of(p.typ, true)
	for key, value := range map[string]string{"minimum": p.min, "maximum": p.max, "default": p.def} {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			out[key] = n
		}
	}
	return out
}
