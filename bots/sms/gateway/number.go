package gateway

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// NumberRules say which numbers are taken.
type NumberRules struct {
	// Region is the country of numbers written without one, as in "GB".
	Region string
	// Simulated also takes numbers reserved for drama (07700 900000-900999,
	// 01632 960000-960999) and the unassigned +999 with nine digits. Only for
	// processes whose every gateway is simulated.
	Simulated bool
}

// NumberError says why a number cannot be texted, in words for its owner.
type NumberError struct{ Msg string }

func (e *NumberError) Error() string { return e.Msg }

var (
	writtenNumber = regexp.MustCompile(`^[+0-9 ()./\-]+$`)
	unassigned    = regexp.MustCompile(`^\+999[0-9]{9}$`)
	drama         = regexp.MustCompile(`^\+44(7700900|1632960)[0-9]{3}$`)
	zeroInside    = regexp.MustCompile(`\(0\)`)
)

// spaces that arrive from spreadsheets and phones.
var plainSpaces = strings.NewReplacer("\u00a0", " ", "\u2007", " ", "\u202f", " ", "\u200b", "", "\u200e", "", "\u200f", "", "\u202a", "", "\u202c", "", "\u2011", "-", "\u2013", "-")

// Number reads a phone number as people write them and answers it in E.164.
// Letters and extensions are refused before parsing, because the number
// library would drop or map them. It tests for a mobile by type, never by
// region: 07911 numbers belong to Guernsey and are good UK mobiles.
func Number(text string, rules NumberRules) (string, error) {
	written := strings.TrimSpace(plainSpaces.Replace(text))
	if !writtenNumber.MatchString(written) {
		return "", &NumberError{"A phone number is digits only, without letters or an extension. Please check it."}
	}
	compact := compactNumber(written)
	if rules.Simulated && unassigned.MatchString(compact) {
		return compact, nil
	}
	parsed, err := phonenumbers.Parse(zeroInside.ReplaceAllString(written, ""), rules.Region)
	if err != nil {
		return "", &NumberError{"We could not read this as a phone number. Please write it with all its digits, as in 07700 900123."}
	}
	e164 := phonenumbers.Format(parsed, phonenumbers.E164)
	if drama.MatchString(e164) {
		return dramaNumber(e164, rules)
	}
	return mobile(parsed, e164)
}

func compactNumber(written string) string {
	var b strings.Builder
	for _, r := range written {
		if r >= '0' && r <= '9' || r == '+' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func dramaNumber(e164 string, rules NumberRules) (string, error) {
	switch {
	case !rules.Simulated:
		return "", &NumberError{"This number is reserved for films and tests and reaches nobody. Please give the real one."}
	case strings.HasPrefix(e164, "+441632"):
		return "", &NumberError{"This is a landline number and cannot get texts. Please give a mobile number."}
	}
	return e164, nil
}

func mobile(parsed *phonenumbers.PhoneNumber, e164 string) (string, error) {
	if !phonenumbers.IsValidNumber(parsed) {
		return "", &NumberError{"This does not look like a whole phone number. Please check the digits."}
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return e164, nil
	}
	return "", &NumberError{"This number cannot get texts. Please give a mobile number."}
}
