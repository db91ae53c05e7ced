package domaintest

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"folkmoot/domain"
)

// keys is what the store's engines would index of the document.
func (r *Repo[T]) keys(doc *T) map[string]any {
	out := map[string]any{}
	if r.c.Keys != nil {
		for k, v := range r.c.Keys(doc) {
			if v = keyValue(v); v != nil {
				out[k] = v
			}
		}
	}
	for _, e := range root(doc).Effects {
		due := domain.Milli(e.Due)
		if had, ok := out[domain.EffectsIndex].(time.Time); !ok || due.Before(had) {
			out[domain.EffectsIndex] = due
		}
	}
	return out
}

// keyValue is the normal form of a document's indexed field; nil and the zero
// time are no value.
func keyValue(v any) any {
	if v = normal(v); v == (time.Time{}) {
		return nil
	}
	return v
}

// normal turns a named string, an int or a pointer into the plain type.
func normal(v any) any {
	if t, ok := v.(time.Time); ok {
		return domain.Milli(t)
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer:
		if rv.IsNil() {
			return nil
		}
		return normal(rv.Elem().Interface())
	case reflect.String:
		return rv.String()
	case reflect.Bool:
		return rv.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int()
	}
	panic(fmt.Sprintf("domaintest: %T cannot be indexed; use string, int64, bool or time.Time", v))
}

func compare(a, b any) int {
	switch x := a.(type) {
	case string:
		return cmp.Compare(x, b.(string))
	case int64:
		return cmp.Compare(x, b.(int64))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		return cmp.Compare(btoi(x), btoi(b.(bool)))
	}
	panic(fmt.Sprintf("domaintest: cannot compare %T", a))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Repo[T]) fields(index string) ([]string, error) {
	switch index {
	case "":
		return nil, nil
	case domain.EffectsIndex:
		return []string{domain.EffectsIndex}, nil
	}
	for _, ix := range r.c.Indexes {
		if ix.Name == index {
			return ix.Fields, nil
		}
	}
	return nil, domain.E(domain.Internal, "%s has no index %q", r.c.Name, index)
}

// place is where a record lies in an index: its fields and its id; nil when
// it is not in the index.
func (r *Repo[T]) place(rec record, index string) []any {
	fields, err := r.fields(index)
	if err != nil {
		return nil
	}
	out := make([]any, 0, len(fields)+1)
	for _, f := range fields {
		v, ok := rec.keys[f]
		if !ok {
			return nil
		}
		out = append(out, v)
	}
	return append(out, rec.id)
}

func (r *Repo[T]) find(ctx context.Context, q domain.Query) ([]record, error) {
	if err := r.before(ctx, "find", ""); err != nil {
		return nil, err
	}
	after, err := r.check(&q)
	if err != nil {
		return nil, err
	}
	places := r.matching(q, after)
	if q.Limit > 0 && len(places) > q.Limit {
		places = places[:q.Limit]
	}
	out := make([]record, len(places))
	for i, p := range places {
		out[i] = p.rec
	}
	return out, nil
}

// check refuses what no index serves and brings the values to normal form.
func (r *Repo[T]) check(q *domain.Query) (after []any, err error) {
	fields, err := r.fields(q.Index)
	if err != nil {
		return nil, err
	}
	room := max(len(fields), 1) - len(q.Equal)
	if room < 0 || room == 0 && (q.From != nil || q.To != nil) {
		return nil, domain.E(domain.Internal, "index %q of %s has too few fields for this query", q.Index, r.c.Name)
	}
	equal := make([]any, len(q.Equal))
	for i, v := range q.Equal {
		equal[i] = normal(v)
	}
	q.Equal, q.From, q.To = equal, normal(q.From), normal(q.To)
	if q.After == "" {
		return nil, nil
	}
	return parseCursor(q.After, len(fields)+1)
}

type placed struct {
	rec   record
	place []any
}

func (r *Repo[T]) matching(q domain.Query, after []any) []placed {
	r.mu.Lock()
	defer r.mu.Unlock()
	sign := 1
	if q.Reverse {
		sign = -1
	}
	var out []placed
	for _, rec := range r.docs {
		p := r.place(rec, q.Index)
		if p == nil || !within(q, p) || after != nil && sign*slices.CompareFunc(p, after, compare) <= 0 {
			continue
		}
		out = append(out, placed{rec, p})
	}
	slices.SortFunc(out, func(a, b placed) int { return sign * slices.CompareFunc(a.place, b.place, compare) })
	return out
}

func within(q domain.Query, place []any) bool {
	for i, v := range q.Equal {
		if compare(place[i], v) != 0 {
			return false
		}
	}
	next := len(q.Equal)
	if q.From != nil && compare(place[next], q.From) < 0 {
		return false
	}
	return q.To == nil || compare(place[next], q.To) < 0
}

// mark is one value of a cursor with its type.
type mark struct {
	S *string    `json:"s,omitempty"`
	I *int64     `json:"i,omitempty"`
	B *bool      `json:"b,omitempty"`
	T *time.Time `json:"t,omitempty"`
}

func cursorOf(place []any) domain.Cursor {
	marks := make([]mark, len(place))
	for i, v := range place {
		switch x := v.(type) {
		case string:
			marks[i].S = &x
		case int64:
			marks[i].I = &x
		case bool:
			marks[i].B = &x
		case time.Time:
			marks[i].T = &x
		}
	}
	raw, err := json.Marshal(marks)
	if err != nil {
		panic(err)
	}
	return domain.Cursor(base64.RawURLEncoding.EncodeToString(raw))
}

func parseCursor(c domain.Cursor, want int) ([]any, error) {
	bad := domain.E(domain.Invalid, "this page mark does not belong to this list; start again from the first page")
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return nil, bad
	}
	var marks []mark
	if err := json.Unmarshal(raw, &marks); err != nil || len(marks) != want {
		return nil, bad
	}
	out := make([]any, len(marks))
	for i, m := range marks {
		switch {
		case m.S != nil:
			out[i] = *m.S
		case m.I != nil:
			out[i] = *m.I
		case m.B != nil:
			out[i] = *m.B
		case m.T != nil:
			out[i] = *m.T
		default:
			return nil, bad
		}
	}
	return out, nil
}
