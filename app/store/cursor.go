package store

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"folkmoot/domain"
)

// Place is where a document lies in the query's index: its fields, then its
// id. It is what [Query.After] takes.
func (q Query) Place(d Document) []any {
	out := make([]any, 0, len(q.Fields)+1)
	for _, f := range q.Fields {
		out = append(out, d.Keys[f])
	}
	return append(out, d.ID)
}

// cursor writes a place as [index, value...], each value behind a letter that
// tells its type, in base64url.
func cursor(index string, place []any) domain.Cursor {
	parts := make([]string, 0, len(place)+1)
	parts = append(parts, index)
	for _, v := range place {
		parts = append(parts, tagged(v))
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		panic("store: a list of strings cannot be encoded: " + err.Error())
	}
	return domain.Cursor(base64.RawURLEncoding.EncodeToString(raw))
}

func tagged(v any) string {
	switch x := v.(type) {
	case string:
		return "s" + x
	case int64:
		return "i" + strconv.FormatInt(x, 10)
	case bool:
		return "b" + strconv.FormatBool(x)
	case time.Time:
		return "t" + strconv.FormatInt(x.UnixMilli(), 10)
	}
	panic("store: a value that is not in normal form")
}

// narrow checks that the cursor lies in the query's range and drops the bound
// that it makes needless, so that an engine looks at no document twice. A
// cursor before the range, which only a stranger can have made, is dropped
// instead: it must not widen what a query shows.
func (q *Query) narrow() error {
	n := len(q.Equal)
	for i, v := range q.Equal {
		if order, ok := compare(q.After[i], v); !ok || order != 0 {
			return errCursor
		}
	}
	bound := &q.From
	if q.Reverse {
		bound = &q.To
	}
	if *bound == nil {
		return nil
	}
	order, ok := compare(q.After[n], *bound)
	if !ok {
		return errCursor
	}
	if inside := order < 0 == q.Reverse; inside { // From is in the range, To is not
		*bound = nil
	} else {
		q.After = nil
	}
	return nil
}

// compare orders two values in normal form; false when their types differ.
func compare(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return cmp.Compare(x, y), ok
	case int64:
		y, ok := b.(int64)
		return cmp.Compare(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case bool:
		y, ok := b.(bool)
		if x == y {
			return 0, ok
		}
		if y {
			return -1, ok
		}
		return 1, ok
	}
	return 0, false
}

var errCursor = domain.E(domain.Invalid, "this page mark does not belong to this list; start again from the first page")

func parseCursor(c domain.Cursor, index string, fields int) ([]any, error) {
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return nil, errCursor
	}
	var parts []string
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != fields+2 || parts[0] != index {
		return nil, errCursor
	}
	place := make([]any, 0, fields+1)
	for _, p := range parts[1:] {
		v, err := untagged(p)
		if err != nil {
			return nil, err
		}
		place = append(place, v)
	}
	return place, nil
}

func untagged(p string) (any, error) {
	if p == "" {
		return nil, errCursor
	}
	rest := p[1:]
	switch p[0] {
	case 's':
		return rest, nil
	case 'i', 't':
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			return nil, errCursor
		}
		if p[0] == 't' {
			return time.UnixMilli(n).UTC(), nil
		}
		return n, nil
	case 'b':
		b, err := strconv.ParseBool(rest)
		if err != nil {
			return nil, errCursor
		}
		return b, nil
	}
	return nil, errCursor
}
