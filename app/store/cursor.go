package store

import (
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
