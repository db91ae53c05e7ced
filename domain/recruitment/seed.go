package recruitment

import (
	"errors"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// Digits a witnessed seed needs: enough that nobody could try them all in the
// time between the first ball and the last.
const (
	minDigits    = 12
	maxDigits    = 200
	minWitnesses = 2
)

// SeedInput is what comes out of the public act: digits drawn before
// witnesses, or a round of the beacon that was named in advance.
type SeedInput struct {
	Digits    string   `json:"digits,omitempty"`    // spaces and dashes do not count
	Witnesses []string `json:"witnesses,omitempty"` // names and roles, to be published
	Signature string   `json:"signature,omitempty"` // of the drand round, hex
}

// squeeze leaves the digits alone: people read them out in groups.
func squeeze(digits string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == ',' || r == '.' {
			return -1
		}
		return r
	}, digits)
}

// seed checks the input and makes the engine's seed of it. round is the
// beacon round named in advance, 0 for none.
func (s *Service) seed(in SeedInput, round uint64) (sortition.Seed, error) {
	if round != 0 {
		return s.beaconSeed(in, round)
	}
	p := domain.Problems{}
	digits := squeeze(in.Digits)
	onlyDigits := strings.Trim(digits, "0123456789") == ""
	p.Need(onlyDigits && len(digits) >= minDigits && len(digits) <= maxDigits, "digits",
		"give %d to %d digits, as they were drawn", minDigits, maxDigits)
	p.Need(len(in.Witnesses) >= minWitnesses && len(in.Witnesses) <= 20, "witnesses",
		"name at least two people who saw the digits drawn; their names are published")
	seen := map[string]bool{}
	for _, w := range in.Witnesses {
		w = fold(w)
		p.Need(w != "" && len(w) <= 120 && !seen[w], "witnesses", "give each witness once, with their name")
		seen[w] = true
	}
	return sortition.Seed{Value: digits, Source: sortition.SeedWitnessed, Witnesses: in.Witnesses}, p.Err()
}

func (s *Service) beaconSeed(in SeedInput, round uint64) (sortition.Seed, error) {
	if s.d.Beacon == nil {
		return sortition.Seed{}, domain.E(domain.Unavailable, "no beacon is set up here; draw digits before witnesses instead")
	}
	randomness, err := s.d.Beacon.Randomness(round, strings.TrimSpace(in.Signature))
	if err != nil {
		return sortition.Seed{}, err
	}
	return sortition.Seed{
		Value: randomness, Source: sortition.SeedDrand,
		Beacon: &sortition.Beacon{Round: round, Signature: strings.TrimSpace(in.Signature), Randomness: randomness},
	}, nil
}

// engineError turns what the engine finds wrong into fields to mend.
func engineError(err error) error {
	var found sortition.Findings
	if !errors.As(err, &found) {
		return err
	}
	p := domain.Problems{}
	for _, f := range found {
		if f.Severity == sortition.SeverityError {
			field := string(f.Code)
			if f.Feature != "" {
				field = strings.TrimSpace(f.Feature + " " + f.Value)
			}
			p.Need(false, field, "%s", f.Msg)
		}
	}
	return &domain.Error{Code: domain.Conflict, Msg: "this cannot be drawn as it stands: " + strings.ReplaceAll(found.Error(), "\n", " "), Fields: p, Err: err}
}
