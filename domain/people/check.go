package people

import (
	"net/mail"
	"slices"
	"strings"

	"folkmoot/domain"
)

// Bounds on what one row holds.
const (
	maxAnswers = 60
	maxText    = 500
	maxNeeds   = 60
)

func checkIdentity(p domain.Problems, id Identity) {
	for field, v := range map[string]Private{
		"name": id.Name, "email": id.Email, "address": id.Address, "postcode": id.Postcode, "language": id.Language, "format": id.Format,
	} {
		p.Need(len(v) <= maxText, "identity."+field, "shorten this to %d letters", maxText)
	}
	p.Need(id.Number == "" || e164.MatchString(string(id.Number)), "identity.number",
		"write the number with its country code, such as +44 for the UK, and digits only")
	p.Need(id.Email == "" || isEmail(id.Email), "identity.email", badEmail)
}

// readNumber reads a number as people write it. The number library would take
// letters for digits.
func readNumber(p domain.Problems, raw Private) Private {
	typed := strings.TrimSpace(string(raw))
	if typed == "" {
		return ""
	}
	letters := strings.ContainsFunc(typed, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	number, ok := ParseNumber(typed, "GB")
	p.Need(ok && !letters, "number", "this does not read as a phone number; write the whole number, such as 07700 900123")
	return Private(number)
}

const badEmail = "write an email address, with one @ in it"

// isEmail reports whether it is one address and nothing else.
func isEmail(v Private) bool {
	a, err := mail.ParseAddress(strings.TrimSpace(string(v)))
	return err == nil && a.Address == strings.TrimSpace(string(v))
}

func checkAnswers(p domain.Problems, in Answers) {
	p.Need(len(in) <= maxAnswers, "answers", "send at most %d answers", maxAnswers)
	for k, v := range in {
		p.Need(k != "" && len(k) <= 64, "answers", "give each answer a category of 1 to 64 letters")
		p.Need(len(v) <= 200, "answers."+k, "shorten this answer to 200 letters")
	}
}

func checkOneOf(p domain.Problems, field, v string, of []string) {
	p.Need(slices.Contains(of, v), field, "choose one of: %s", strings.Join(of, ", "))
}

// checkCode asks for a short code rather than free text, which would carry
// personal facts into the audit log.
func checkCode(p domain.Problems, field, v string) {
	ok := v != "" && len(v) <= 40
	for _, r := range v {
		ok = ok && (r >= 'a' && r <= 'z' || r == '_')
	}
	p.Need(ok, field, "give a short reason code in small letters, such as no_time or moved_away")
}
