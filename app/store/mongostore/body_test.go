package mongostore_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"folkmoot/app/store/mongostore"
)

func TestBodyRoundTrip(t *testing.T) {
	t.Parallel()
	rows := []string{
		`{}`, `{"a":null,"b":true,"c":false,"d":[],"e":{},"f":""}`,
		`{"z":1,"a":2,"m":{"z":[1,"x",{"y":null}],"a":-0.5}}`,
		`{"n":9223372036854775807,"m":-9223372036854775808,"f":1e+21,"g":1e-7,"h":0.1,"zero":0,"minus":-0}`,
		`{"created_at":"2026-03-01T09:00:00.001Z","sealed":"AQFz+/="}`,
		`{"text":"\u003cb\u003e \u0026 \u2028 \"quoted\" \\ 😀 \u0000 é"}`,
		`{"a.b":1,"$set":2,"%":3,"%2E":4,"":5,"x$y":6,".":7,"\u0000":8,"%25":9,"$":10}`,
	}
	for _, row := range rows {
		got, err := roundTrip([]byte(row))
		if d := cmp.Diff(row, string(got)); err != nil || d != "" {
			t.Errorf("%v -want +got\n%s", err, d)
		}
	}
	for _, bad := range []string{``, `[]`, `7`, `{"a":1}{}`, `{"a":`, `{"n":18446744073709551615}`} {
		if got, err := roundTrip([]byte(bad)); err == nil {
			t.Errorf("%s was taken as %s", bad, got)
		}
	}
}

// roundTrip writes JSON natively, over the driver's encoding, and back.
func roundTrip(raw []byte) ([]byte, error) {
	d, err := mongostore.ToNative(raw)
	if err != nil {
		return nil, err
	}
	wire, err := bson.Marshal(d)
	if err != nil {
		return nil, err
	}
	return mongostore.ToJSON(wire)
}

// TestBodyRoundTripOfAnything makes random values, as Go encodes them.
func TestBodyRoundTripOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want, err := json.Marshal(object(rt, 3))
		if err != nil {
			rt.Fatal(err)
		}
		got, err := roundTrip(want)
		if err != nil || !bytes.Equal(want, got) {
			rt.Fatalf("%s became %s, %v", want, got, err)
		}
	})
}

func object(rt *rapid.T, depth int) map[string]any {
	out := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(rt, "fields") {
		out[rapid.String().Draw(rt, "key")] = anything(rt, depth)
	}
	return out
}

func anything(rt *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 6).Draw(rt, "kind")
	switch {
	case kind == 0:
		return rapid.String().Draw(rt, "string")
	case kind == 1:
		return rapid.Int64().Draw(rt, "int")
	case kind == 2:
		f := rapid.Float64().Draw(rt, "float")
		if f == math.Trunc(f) { // a whole float is written like an int, beyond 64 bits too
			return int64(7)
		}
		return f
	case kind == 3:
		return rapid.Bool().Draw(rt, "bool")
	case kind == 4 && depth > 0:
		return object(rt, depth-1)
	case kind == 5 && depth > 0:
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(rt, "items") {
			out = append(out, anything(rt, depth-1))
		}
		return out
	}
	return nil
}
