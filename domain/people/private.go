package people

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// redacted is what logs and formatted text show of personal data.
const redacted = "[redacted]"

// Private is text about a person. JSON carries it as it is, to whoever may
// see it; fmt and slog show nothing of it.
type Private string

// Format writes that something was left out, whatever the verb.
func (p Private) Format(f fmt.State, _ rune) {
	if p != "" {
		_, _ = f.Write([]byte(redacted))
	}
}

// LogValue hides the value from logs.
func (p Private) LogValue() slog.Value { return slog.StringValue(p.shown()) }

func (p Private) shown() string {
	if p == "" {
		return ""
	}
	return redacted
}

// Answers are what a person said of themselves, by category.
type Answers map[string]string

// Format writes how many answers there are.
func (a Answers) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[%d answers redacted]", len(a)) }

// LogValue hides the answers from logs.
func (a Answers) LogValue() slog.Value { return slog.StringValue(redacted) }

// Identity is who a person is and how to reach them.
type Identity struct {
	Name     Private `json:"name,omitempty"`
	Number   Private `json:"number,omitempty"` // E.164
	Email    Private `json:"email,omitempty"`
	Address  Private `json:"address,omitempty"`
	Postcode Private `json:"postcode,omitempty"`
	Language Private `json:"language,omitempty"` // BCP 47; empty is the process's own
	Format   Private `json:"format,omitempty"`   // such as large_print, easy_read
}

// LogValue hides the identity from logs.
func (Identity) LogValue() slog.Value { return slog.StringValue(redacted) }

// merge takes over what is newly told.
func (id Identity) merge(in Identity) Identity {
	for _, f := range []struct {
		to   *Private
		from Private
	}{
		{&id.Name, in.Name}, {&id.Number, in.Number}, {&id.Email, in.Email}, {&id.Address, in.Address},
		{&id.Postcode, in.Postcode}, {&id.Language, in.Language}, {&id.Format, in.Format},
	} {
		if v := strings.TrimSpace(string(f.from)); v != "" {
			*f.to = Private(v)
		}
	}
	return id
}

// BankDetails are where a person is paid.
type BankDetails struct {
	AccountName   Private `json:"account_name"`
	SortCode      Private `json:"sort_code"`
	AccountNumber Private `json:"account_number"`
}

// LogValue hides the details from logs.
func (BankDetails) LogValue() slog.Value { return slog.StringValue(redacted) }

// e164 is a plus and 7 to 15 digits (ITU-T E.164).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// trial is the country code kept free for tests (ITU-T: +999 is reserved).
var trial = regexp.MustCompile(`^\+999[0-9]{9}$`)

// ParseNumber turns a number as people write it into E.164. National numbers
// are read as of the region (ISO 3166, such as GB). Numbers of the reserved
// code +999 with nine more digits are taken for trials.
func ParseNumber(raw, region string) (string, bool) {
	squeezed := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(raw)
	if trial.MatchString(squeezed) {
		return squeezed, true
	}
	n, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	out := phonenumbers.Format(n, phonenumbers.E164)
	return out, e164.MatchString(out)
}
