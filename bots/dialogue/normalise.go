package dialogue

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// readAtMost bounds how many runes of a text are read for meaning; the whole
// text is kept by the caller.
const readAtMost = 2000

// token is one word of a message, folded for matching.
type token struct {
	text string
	// brk says that punctuation or a line end follows, stop that it ends a
	// sentence.
	brk, stop bool
}

// message is a text prepared for understanding.
type message struct {
	raw      string
	tokens   []token
	question bool
	asked    int // words before the last question mark
}

// signatures are what telephones write beneath a message, and the particle of
// an Irish surname, which is a denial anywhere else ("Máire Ní Bhriain").
var (
	signed  = regexp.MustCompile(`(?im)^[ \t]*(?:sent from|sent with|get outlook for|wysłane? z|enviado d[oae]|anfonwyd o|seolta ó) .*$`)
	surname = regexp.MustCompile(`(\p{Lu}\p{Ll}+ )(?:Ní|Uí|Ó) (\p{Lu})`)
)

// letters that do not fold by decomposition.
var strokes = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ß", "ss", "ı", "i", "æ", "ae", "œ", "oe")

// signs people send instead of words.
var signs = map[rune]string{
	'👍': "thumbsup", '✅': "thumbsup", '✔': "thumbsup", '👌': "thumbsup", '☑': "thumbsup",
	'😂': "haha", '🤣': "haha", '😆': "haha", '🙄': "eyeroll", '🙃': "eyeroll",
	'👎': "thumbsdown", '❌': "thumbsdown", '✖': "thumbsdown", '🙅': "thumbsdown", '🚫': "thumbsdown",
}

// fold gives the form in which words are compared: compatibility form, case
// and accents away, digits of every script as 0-9, apostrophes dropped.
func fold(s string) string {
	if ascii, ok := foldASCII(s); ok {
		return ascii
	}
	s = cases.Fold().String(norm.NFKC.String(s))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(s) {
		if folded, keep := foldRune(r); keep {
			b.WriteRune(folded)
		}
	}
	return strokes.Replace(b.String())
}

// foldASCII is fold for what has no letter beyond ASCII: most texts, and most
// phrases of the lexicons.
func foldASCII(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= unicode.MaxASCII:
			return "", false
		case c == '\'' || c == '`':
		case 'A' <= c && c <= 'Z':
			out = append(out, c+'a'-'A')
		default:
			out = append(out, c)
		}
	}
	return string(out), true
}

func foldRune(r rune) (rune, bool) {
	switch {
	case r < unicode.MaxASCII && r != '\'' && r != '`':
		return r, true
	case strings.ContainsRune("'`’‘ʼ´′", r):
		return 0, false
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Sk, r):
		return 0, false
	case unicode.Is(unicode.Nd, r):
		return '0' + rune(digitValue(r)), true
	}
	return r, true
}

// digitValue finds a decimal digit's value: in Unicode every run of ten
// decimal digits is contiguous, so counting back to the run's start works.
func digitValue(r rune) int {
	v := 0
	for v < 9 && unicode.Is(unicode.Nd, r-rune(v)-1) {
		v++
	}
	return v
}

// unsigned is a text without a signature and such particles.
func unsigned(text string) string {
	if strings.Contains(text, "\n") {
		text = signed.ReplaceAllString(text, "")
	}
	if strings.ContainsAny(text, "íÓ") {
		text = surname.ReplaceAllString(text, "$1$2")
	}
	return text
}

// read prepares a text for understanding.
func read(text string) message {
	runes := []rune(text)
	if len(runes) > readAtMost {
		runes = runes[:readAtMost]
	}
	m := message{raw: string(runes)}
	text = unsigned(m.raw)
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			m.tokens = append(m.tokens, token{text: unstretch(word.String())})
			word.Reset()
		}
	}
	for _, r := range fold(text) {
		switch {
		case signs[r] != "":
			flush()
			m.tokens = append(m.tokens, token{text: signs[r]})
		case unicode.IsLetter(r), unicode.IsDigit(r):
			word.WriteRune(r)
		default:
			flush()
			m.punctuation(r)
		}
	}
	flush()
	return m
}

// unstretch takes a letter written three times or more for one: "yesss",
// "nooooo". Digits stay: 111 is a number. So does a word of one letter alone:
// "kkk" is laughter and "yyy" is hesitation, neither is a long "k" or "y"; only
// kisses are the same in any number.
func unstretch(word string) string {
	runes := []rune(word)
	if runes[0] != 'x' && len(runes) >= 3 && strings.Trim(word, string(runes[0])) == "" {
		return word
	}
	out := runes[:0:0]
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && runes[j] == runes[i] {
			j++
		}
		if j-i >= 3 && !unicode.IsDigit(runes[i]) {
			out = append(out, runes[i])
		} else {
			out = append(out, runes[i:j]...)
		}
		i = j
	}
	return string(out)
}

func (m *message) punctuation(r rune) {
	if r == '?' || r == '؟' {
		m.question, m.asked = true, len(m.tokens)
	}
	if len(m.tokens) > 0 && (unicode.IsPunct(r) || r == '\n') {
		last := &m.tokens[len(m.tokens)-1]
		last.brk = true
		last.stop = last.stop || strings.ContainsRune(".!?\n", r)
	}
}

// words joins the folded tokens by single spaces.
func (m message) words() string {
	parts := make([]string, len(m.tokens))
	for i, t := range m.tokens {
		parts[i] = t.text
	}
	return strings.Join(parts, " ")
}
