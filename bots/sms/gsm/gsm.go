package gsm

import "strings"

// Encoding is the alphabet a text is sent in.
type Encoding string

// The two alphabets.
const (
	GSM7 Encoding = "gsm7"
	UCS2 Encoding = "ucs2"
)

// Cost is what a text takes. Units are septets or UTF-16 units.
type Cost struct {
	Encoding Encoding
	Units    int
	Segments int
}

// basic is the GSM 7-bit default alphabet; extended costs two septets.
const (
	basic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "^{}\\[~]|€\f"
)

// widths holds the septets of each GSM-7 letter.
var widths = table()

func table() map[rune]int {
	m := make(map[rune]int, 140)
	for _, r := range basic {
		m[r] = 1
	}
	for _, r := range extended {
		m[r] = 2
	}
	return m
}

// limits of one segment alone and of each of several.
const (
	single7, part7 = 160, 153
	single2, part2 = 70, 67
)

// Count says what a text takes. The empty text takes one segment.
func Count(text string) Cost {
	if IsGSM7(text) {
		return count(text, GSM7, single7, part7, func(r rune) int { return widths[r] })
	}
	return count(text, UCS2, single2, part2, utf16Width)
}

// IsGSM7 reports whether every letter is in the GSM-7 alphabet.
func IsGSM7(text string) bool {
	for _, r := range text {
		if widths[r] == 0 {
			return false
		}
	}
	return true
}

func utf16Width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// count fills segments in order; a letter that does not fit whole begins the
// next.
func count(text string, e Encoding, single, part int, width func(rune) int) Cost {
	units, segments, room := 0, 1, part
	for _, r := range text {
		w := width(r)
		units += w
		if w > room {
			segments++
			room = part
		}
		room -= w
	}
	if units <= single {
		segments = 1
	}
	return Cost{e, units, segments}
}

// Outside lists the letters that force UCS-2, each once, in order.
func Outside(text string) []rune {
	var out []rune
	seen := map[rune]bool{}
	for _, r := range text {
		if widths[r] == 0 && !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

var typography = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"–", "-", "—", "-", "‑", "-", "‐", "-", "−", "-", "…", "...",
	"\u00a0", " ", "\u2007", " ", "\u2009", " ", "\u202f", " ", "\u200b", "", "\ufeff", "", "\t", " ",
)

// Fix replaces typographic quotes, dashes and spaces by plain ones. Letters
// are never touched.
func Fix(text string) string { return typography.Replace(text) }
