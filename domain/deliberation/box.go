package deliberation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"folkmoot/domain"
)

// Answer is one member's answer to one question: a choice, or options in the
// order preferred.
type Answer struct {
	Choice  string   `json:"choice,omitempty"`
	Ranking []string `json:"ranking,omitempty"`
}

// Answers are a member's answers by question id.
type Answers map[string]Answer

// tally counts answers per question. It is what a box holds: no voter, no
// order, no answers of one member together.
type tally map[string]Counts

// add counts one member's answers.
func (t tally) add(qs []Question, in Answers) {
	for _, q := range qs {
		if t[q.ID] == nil {
			t[q.ID] = Counts{}
		}
		t[q.ID][q.canonical(in[q.ID])]++
	}
}

// canonical writes an answer in the one way that counts: "yes", "b", "b>a".
func (q Question) canonical(a Answer) string {
	if q.Kind == RankedQuestion && len(a.Ranking) > 0 {
		return strings.Join(a.Ranking, ">")
	}
	return a.Choice
}

// check says what is off with the answers, without repeating them.
func (x *Ballot) check(p domain.Problems, field string, in Answers) {
	for id := range in {
		p.Need(x.question(id) != nil, field+"."+id, "there is no such question on this ballot")
	}
	for _, q := range x.Questions {
		a, ok := in[q.ID]
		f := field + "." + q.ID
		p.Need(ok, f, "answer this too, or abstain")
		if !ok {
			continue
		}
		if q.Kind == RankedQuestion && a.Choice != Abstain {
			p.Need(a.Choice == "" && len(a.Ranking) > 0, f, "put the options in order, or abstain")
			p.Need(distinct(a.Ranking) && subset(a.Ranking, q.optionIDs()), f, "name each option once at most: %s", strings.Join(q.optionIDs(), ", "))
			continue
		}
		p.Need(len(a.Ranking) == 0 && slices.Contains(q.choices(), a.Choice), f, "use one of: %s", strings.Join(q.choices(), ", "))
	}
}

func distinct(xs []string) bool {
	for i, x := range xs {
		if slices.Contains(xs[:i], x) {
			return false
		}
	}
	return true
}

func subset(xs, of []string) bool {
	return !slices.ContainsFunc(xs, func(x string) bool { return !slices.Contains(of, x) })
}

// room is the length in bytes that the counts can never outgrow: what the
// box is padded to, from its first to its last version.
func (x *Ballot) room() int {
	voters := len(x.Register)
	digits := len(fmt.Sprint(voters))
	n := 2
	for _, q := range x.Questions {
		kinds, longest := q.spread(voters)
		n += len(q.ID) + 6 + kinds*(longest+digits+6)
	}
	return (n/256 + 1) * 256
}

// spread is how many different answers a question can get from so many
// voters, and the longest of them.
func (q Question) spread(voters int) (kinds, longest int) {
	ids := q.choices()
	for _, id := range ids {
		longest = max(longest, len(id))
	}
	if q.Kind != RankedQuestion {
		return len(ids), longest
	}
	orders, total := 1, 1
	for k := len(q.Options); k > 0 && total < voters; k-- {
		orders *= k
		total += orders
	}
	longest = max(longest, len(strings.Join(q.optionIDs(), ">")))
	return min(total, voters+1), longest
}

// seal puts the counts into the box: one fixed order (that of the keys), one
// fixed length.
func (s *Service) seal(ctx context.Context, x *Ballot, t tally) error {
	plain, err := json.Marshal(t)
	if err != nil {
		return domain.E(domain.Internal, "the counts cannot be written").Because(err)
	}
	if len(plain) > x.Room {
		return domain.E(domain.Internal, "the counts outgrew their box")
	}
	plain = append(plain, bytes.Repeat([]byte{' '}, x.Room-len(plain))...)
	x.Box, err = s.d.Vault.Seal(ctx, x.keyName(), x.keyName(), plain)
	return err
}

// open reads the box.
func (s *Service) open(ctx context.Context, x *Ballot) (tally, error) {
	plain, err := s.d.Vault.Open(ctx, x.keyName(), x.keyName(), x.Box)
	if domain.Is(err, domain.NotFound) {
		return nil, domain.E(domain.Conflict, "the key of this ballot's votes is gone: they were counted, or this is a copy from before the count. Hold the ballot again").Because(err)
	}
	if err != nil {
		return nil, err
	}
	t := tally{}
	if err := json.Unmarshal(plain, &t); err != nil {
		return nil, domain.E(domain.Internal, "the box of this ballot cannot be read").Because(err)
	}
	return t, nil
}

// keyName is the vault subject whose key seals the box and nothing else.
func (x *Ballot) keyName() string { return "ballot:" + x.ID }
