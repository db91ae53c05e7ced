package httpx_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	const text = "Postcode,Ward\nGL16 7QD,East\n"
	for name, body := range map[string][]byte{"plain": []byte(text), "packed": packed(t, text)} {
		r, err := httpx.Unpack(body, 1000)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(r); string(got) != text || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// A small body may be packed from a huge one: it is read no further.
	r, err := httpx.Unpack(packed(t, strings.Repeat("x", 1<<20)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); len(got) != 1000 || !domain.Is(err, domain.Invalid) {
		t.Errorf("%d bytes and %v, want a thousand and a refusal", len(got), err)
	}
	half := packed(t, text)
	r, err = httpx.Unpack(half[:len(half)-6], 1000)
	if err == nil {
		_, err = io.ReadAll(r)
	}
	if err == nil {
		t.Error("half a body was read as a whole one")
	}
	if _, err := httpx.Unpack([]byte("\x1f\x8b and no more"), 1000); !domain.Is(err, domain.Invalid) {
		t.Errorf("got %v, want a refusal", err)
	}
}
