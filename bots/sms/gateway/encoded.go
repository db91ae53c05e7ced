package gateway

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodedLeast is the shortest body that is looked at: shorter ones are words
// too often ("yes", "stop", "GL167QDX").
const encodedLeast = 12

// MaybeEncoded reports a body that looks like base64 of readable text. Some
// gateways send long texts so. Whether one did cannot be known: ordinary words
// may look the same, so nothing is ever decoded because of it; it is for the
// log and the count.
func MaybeEncoded(body string) bool {
	body = strings.TrimSpace(body)
	if len(body) < encodedLeast || len(body)%4 != 0 || oneWord(body) {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(body)
	if err != nil || !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// oneWord reports letters of one case, the first perhaps a capital.
func oneWord(body string) bool {
	rest := body[1:]
	return !strings.ContainsFunc(body, func(r rune) bool { return !unicode.IsLetter(r) }) &&
		(rest == strings.ToLower(rest) || body == strings.ToUpper(body))
}
