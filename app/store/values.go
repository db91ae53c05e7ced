package store

import (
	"reflect"
	"time"
	"unicode/utf8"

	"folkmoot/domain"
)

// Normal brings a value to the form that engines index: a string of valid
// UTF-8, an int64, a bool, or a time in UTC whole milliseconds. Named types,
// smaller integers and pointers are taken apart; a nil pointer is nil.
func Normal(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		return valid(x), nil
	case int64, bool:
		return x, nil
	case time.Time:
		return domain.Milli(x), nil
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, nil
		}
		return Normal(rv.Elem().Interface())
	case reflect.String:
		return valid(rv.String()), nil
	case reflect.Bool:
		return rv.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int(), nil
	}
	return nil, domain.E(domain.Internal, "%T cannot be an indexed field; use string, int64, bool or time.Time", v)
}

// valid replaces broken bytes as encoding/json does, so that the key and the
// body agree.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// normalKeys is the normal form of the wanted fields; what has no value is
// left out.
func normalKeys(raw map[string]any, fields []string) (map[string]any, error) {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		v, err := Normal(raw[f])
		if err != nil {
			return nil, err
		}
		if t, ok := v.(time.Time); v == nil || ok && t.IsZero() {
			continue
		}
		out[f] = v
	}
	return out, nil
}

func normalAll(vs []any) ([]any, error) {
	out := make([]any, len(vs))
	for i, v := range vs {
		n, err := Normal(v)
		if err != nil {
			return nil, err
		}
		if n == nil {
			return nil, domain.E(domain.Internal, "a query asked for a field equal to nothing")
		}
		out[i] = n
	}
	return out, nil
}
