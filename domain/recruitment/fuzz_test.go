package recruitment_test

import (
	"bytes"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// FuzzFrameFile imports any bytes as a list: it is taken whole, or refused
// with places that need mending, and then nothing is left of it.
func FuzzFrameFile(f *testing.F) {
	for _, seed := range []string{"", "\ufeff", list(3), "uprn,First,Last,Mobile,Address,Postcode,Ward\nu1,A,B,07700 900001,x,y,East\nu1,,,,,,",
		"uprn;First;Last", "\"", "uprn,First,Last,Mobile,Address,Postcode,Ward\r\n\"a\nb\",,,,x,,\xff", "a\x00b\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		w := newWorld(t)
		v, err := w.s.ImportFrame(t.Context(), w.by(olive), jury, listed, bytes.NewReader(file))
		switch {
		case err == nil && (v.Rows == 0 || len(w.frames.All()) != 1):
			t.Errorf("taken over with %d rows", v.Rows)
		case err != nil && (!domain.Is(err, domain.Invalid) || len(asError(err).Fields) == 0 || len(w.frames.All()) != 0):
			t.Errorf("refused as %v, %d left behind", err, len(w.frames.All()))
		}
	})
}

// FuzzRespondents does the same with a file of respondents.
func FuzzRespondents(f *testing.F) {
	for _, seed := range []string{"", "id,where,age\n1,North,45+\n", "id,where,age\n1,North,45+\n1,North,45+\n", "id,where,age\n,,\n", "id,where,age\n2,Nowhere,\"45+"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		w := newWorld(t)
		w.open()
		v, err := w.s.ImportRespondents(t.Context(), w.by(olive), jury, formed, bytes.NewReader(file))
		switch {
		case err == nil && (v.Rows == 0 || v.Pool+v.Ineligible+v.Waiting+v.Known != v.Rows || !v.Done):
			t.Errorf("taken over as %+v", v)
		case err != nil && (!domain.Is(err, domain.Invalid) || len(asError(err).Fields) == 0 || len(w.rows.All()) != 0):
			t.Errorf("refused as %v, %d people left behind", err, len(w.rows.All()))
		}
	})
}

// TestProblemsPastTheLimitAreCounted sends a file with very many of them.
func TestProblemsPastTheLimitAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var b strings.Builder
	b.WriteString("uprn,First,Last,Mobile,Address,Postcode,Ward\n")
	for range 2000 {
		b.WriteString("u1,A,B,no number,x,y,East\n")
	}
	_, err := w.s.ImportFrame(t.Context(), w.by(olive), jury, listed, strings.NewReader(b.String()))
	e := asError(err)
	if e == nil || len(e.Fields) != 500 || !strings.Contains(e.Msg, "there are 3499 more") {
		t.Errorf("got %d named, %v", len(e.Fields), e.Msg)
	}
	if _, err := w.s.ImportFrame(t.Context(), w.by(carol), jury, recruitment.FrameInput{}, strings.NewReader("")); !domain.Is(err, domain.Forbidden) {
		t.Errorf("a commissioner: %v", err)
	}
}
