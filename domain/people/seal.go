package people

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"folkmoot/domain"
)

// What each sealed value is bound to, so that none can be put in another's
// place.
const (
	boundIdentity = "people.identity"
	boundAnswers  = "people.answers"
	boundBenefits = "people.benefits"
	boundBank     = "people.bank"
	boundRemoval  = "people.removal"
	boundNeed     = "people.need:"    // and the need's id
	boundExpense  = "payments.what:"  // and the payment's id
	boundReceipt  = "payments.proof:" // and the payment's id
)

func (s *Service) seal(ctx context.Context, person, bound string, v any) (domain.Sealed, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", domain.E(domain.Internal, "%s cannot be sealed", bound).Because(err)
	}
	return s.d.Vault.Seal(ctx, person, bound, raw)
}

// open reads a sealed value into v; an empty one leaves v as it is.
func (s *Service) open(ctx context.Context, person, bound string, sealed domain.Sealed, v any) error {
	if sealed == "" {
		return nil
	}
	raw, err := s.d.Vault.Open(ctx, person, bound, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return domain.E(domain.Internal, "%s cannot be read", bound).Because(err)
	}
	return nil
}

// held is what is sealed as a person's identity. Former numbers and email
// addresses are kept so that erasure reaches what was said there too.
type held struct {
	Identity
	Former []Private `json:"former_numbers,omitempty"`
}

func (s *Service) heldOn(ctx context.Context, p Person) (held, error) {
	var h held
	err := s.open(ctx, p.ID, boundIdentity, p.Identity, &h)
	return h, err
}

func (s *Service) identityOf(ctx context.Context, p Person) (Identity, error) {
	h, err := s.heldOn(ctx, p)
	return h.Identity, err
}

// Answers opens what a person said of themselves. It is for sibling services:
// it asks no permission and records no look.
func (s *Service) Answers(ctx context.Context, p Person) (Answers, error) {
	a := Answers{}
	err := s.open(ctx, p.ID, boundAnswers, p.Answers, &a)
	return a, err
}

// setIdentity merges in what is newly told and keeps the hashes in step.
func (s *Service) setIdentity(ctx context.Context, p *Person, in Identity) error {
	h, err := s.heldOn(ctx, *p)
	if err != nil {
		return err
	}
	now := h.merge(in)
	for _, changed := range [][2]Private{{h.Number, now.Number}, {h.Email, now.Email}} {
		if old := changed[0]; old != "" && old != changed[1] && !slices.Contains(h.Former, old) {
			h.Former = append(h.Former, old)
		}
	}
	h.Identity = now
	if p.Identity, err = s.seal(ctx, p.ID, boundIdentity, h); err != nil {
		return err
	}
	s.hash(p, now)
	if p.Channel == "" {
		p.Channel = channelFor(now)
	}
	return nil
}

// hash keeps in step what a person is found by.
func (s *Service) hash(p *Person, now Identity) {
	p.NumberHash, p.MailHash, p.Household = "", "", ""
	if now.Number != "" {
		p.NumberHash = s.d.Vault.Lookup("number", string(now.Number))
	}
	if now.Email != "" { // a mailbox is kept like a number
		p.MailHash = s.d.Vault.Lookup("number", strings.ToLower(strings.TrimSpace(string(now.Email))))
	}
	if home := homeKey(now); home != "" {
		p.Household = s.d.Vault.Lookup("household", p.Process+"|"+home)
	}
}

func (s *Service) setAnswers(ctx context.Context, p *Person, in Answers) error {
	if len(in) == 0 {
		return nil
	}
	had, err := s.Answers(ctx, *p)
	if err != nil {
		return err
	}
	for k, v := range in {
		had[k] = v
	}
	p.Answers, err = s.seal(ctx, p.ID, boundAnswers, had)
	return err
}

// homeKey is the address in one spelling, "" when there is none: persons
// without an address are no household.
func homeKey(id Identity) string {
	if strings.TrimSpace(string(id.Address)) == "" {
		return ""
	}
	keep := func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}
	return strings.Map(keep, string(id.Address)) + "|" + strings.Map(keep, string(id.Postcode))
}

// channelFor is how to reach somebody who has not said.
func channelFor(id Identity) string {
	switch {
	case id.Number != "":
		return ChannelText
	case id.Email != "":
		return ChannelEmail
	}
	return ChannelLetter
}

// The channels a person can be reached by.
const (
	ChannelText   = "text"
	ChannelLetter = "letter"
	ChannelEmail  = "email"
	ChannelPhone  = "phone"
)

// Channels lists the channels.
var Channels = []string{ChannelText, ChannelLetter, ChannelEmail, ChannelPhone}

const codeLetters = 8

// LetterCode is the code on a person's letter: eight letters that only the
// vault's lookup key can make again, so that none is stored.
func (s *Service) LetterCode(p Person) string { return s.codeOf(p.ID, p.CodeTry) }

func (s *Service) codeOf(person string, try int) string {
	secret := s.d.Vault.Lookup("letter", person+strings.Repeat("+", try))
	return strings.ToUpper(domain.Derive("letter", secret)[:codeLetters])
}

func (s *Service) codeHash(code string) string {
	return s.d.Vault.Lookup("code", normalCode(code))
}

// normalCode reads a code as people type it: any case, spaces and dashes,
// o for 0, i and l for 1 (as Crockford's base 32 has it).
func normalCode(raw string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, raw)
}
