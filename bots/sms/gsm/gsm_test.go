package gsm_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/bots/sms/gsm"
)

func TestCount(t *testing.T) {
	t.Parallel()
	a := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name string
		in   string
		want int
	}{
		{"empty", "", 1},
		{"160 a", a(160), 1},
		{"161 a", a(161), 2},
		{"306 a", a(306), 2},
		{"307 a", a(307), 3},
		{"80 euro", strings.Repeat("€", 80), 1},
		{"81 euro", strings.Repeat("€", 81), 2},
		{"a euro is not split", a(152) + "€" + a(152), 3},
		{"159 a and a euro", a(159) + "€", 2},
		{"158 a and a euro", a(158) + "€", 1},
		{"70 ŵ", strings.Repeat("ŵ", 70), 1},
		{"71 ŵ", strings.Repeat("ŵ", 71), 2},
		{"134 ŵ", strings.Repeat("ŵ", 134), 2},
		{"135 ŵ", strings.Repeat("ŵ", 135), 3},
		{"35 emoji", strings.Repeat("😀", 35), 1},
		{"36 emoji", strings.Repeat("😀", 36), 2},
		{"70 emoji", strings.Repeat("😀", 70), 3},
		{"an emoji is not split", strings.Repeat("ŵ", 66) + "😀" + strings.Repeat("ŵ", 66), 3},
		{"71 ç is not GSM-7", strings.Repeat("ç", 71), 2},
		{"160 Ç is", strings.Repeat("Ç", 160), 1},
		{"160 é", strings.Repeat("é", 160), 1},
		{"160 à", strings.Repeat("à", 160), 1},
		{"161 à", strings.Repeat("à", 161), 2},
		{"613 à", strings.Repeat("à", 613), 5},
		{"919 à", strings.Repeat("à", 919), 7},
		{"70 ÿ", strings.Repeat("ÿ", 70), 1},
		{"71 ÿ", strings.Repeat("ÿ", 71), 2},
		{"269 ÿ", strings.Repeat("ÿ", 269), 5},
		{"403 ÿ", strings.Repeat("ÿ", 403), 7},
		{"70 à and ÿ", strings.Repeat("à", 70) + "ÿ", 2},
		{"new lines are letters", strings.Repeat("\n", 160), 1},
		{"form feed costs two", strings.Repeat("\f", 81), 2},
		{"every extension letter", strings.Repeat(`^{}[]~\|€`, 9), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := gsm.Count(tt.in); got.Segments != tt.want {
				t.Errorf("%d segments, want %d (%+v)", got.Segments, tt.want, got)
			}
		})
	}
}

func TestAlphabet(t *testing.T) {
	t.Parallel()
	if in := "àèìòùéäöüñåæøßÇÄÖÜÑÉÅÆØ"; !gsm.IsGSM7(in) {
		t.Errorf("outside GSM-7: %q", string(gsm.Outside(in)))
	}
	out := "áíóúŵŷâêîôûąćęłńśźżç“”–…"
	if diff := cmp.Diff([]rune(out), gsm.Outside(out+out)); diff != "" {
		t.Errorf("letters outside GSM-7 (-want +got):\n%s", diff)
	}
}

// TestCountBounds holds the counter against what must be true of any text.
func TestCountBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab é€^ŵçł😀\n"))).Draw(t, "text")
		more := text + string(rapid.RuneFrom([]rune("a€ŵ😀")).Draw(t, "next"))
		got := gsm.Count(text)
		if gsm.Count(more).Segments < got.Segments {
			t.Fatalf("a longer text costs less: %q", more)
		}
		part := 153
		if got.Encoding == gsm.UCS2 {
			part = 67
			if units := len(utf16.Encode([]rune(text))); units != got.Units {
				t.Fatalf("%d units, UTF-16 has %d", got.Units, units)
			}
		}
		if got.Segments > 1 && (got.Segments-1)*(part-1) > got.Units || got.Segments*part < got.Units && got.Segments > 1 {
			t.Fatalf("%+v cannot be", got)
		}
	})
}

func TestLint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		want []string
	}{
		{"digits", "Interested? Reply 1 for yes, 2 for no. Reply STOP to opt out.", nil},
		{"ordinary words", "We stay to the end and never quit; yes, this is real. Reply HELP.", nil},
		{"reply YES", "Reply YES to join.", []string{"keyword"}},
		{"text quoted", `Text "CANCEL" if you cannot come.`, []string{"keyword"}},
		{"word for", "YES for more, NO for less", []string{"keyword"}},
		{"in Welsh", "Atebwch YES", []string{"keyword"}},
		{"too long", strings.Repeat("a", 307), []string{"segments"}},
		{"letters", "Łódź", []string{"letters"}},
		{"curly", "don’t", []string{"letters", "typography"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range gsm.Lint(tt.in, gsm.Limits{Segments: 2, PlainLetters: true}) {
				got = append(got, f.Rule)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFixLeavesLetters(t *testing.T) {
	t.Parallel()
	if got, want := gsm.Fix("“Łódź” – dŵr…\u00a0‘é’"), `"Łódź" - dŵr... 'é'`; got != want {
		t.Errorf("Fix = %q, want %q", got, want)
	}
}
