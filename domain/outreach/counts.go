package outreach

import (
	"context"

	"folkmoot/domain"
)

// Tally is how far the messages of a template came. It names nobody.
type Tally struct {
	States   map[State]int64 `json:"states"`
	Withheld []State         `json:"withheld"` // counts that are too small to show to this reader
}

// smallest is the least count shown to readers at arm's length where a
// process does not say.
const smallest = 5

// small reports whether a count could point at somebody and the reader is one
// of those who see aggregates alone.
func small(a domain.Actor, ref domain.ProcessRef, n int64) bool {
	least := int64(ref.SmallNumber)
	if least == 0 {
		least = smallest
	}
	return n > 0 && n < least && !domain.May(a, domain.ViewIdentity, ref.Scope())
}

// Counts is how far the messages of a process came, by template and state.
// No total is given, so that what is withheld cannot be worked out.
func (s *Service) Counts(ctx context.Context, a domain.Actor, process, template string) (Tally, error) {
	ref, err := s.may(ctx, a, domain.ViewAggregates, process)
	out := Tally{States: map[State]int64{}}
	if err != nil {
		return out, err
	}
	for _, st := range []State{Sent, Delivered, Undelivered, Failed, Expired, Suppressed, Dropped} {
		n, err := s.Texts.Count(ctx, domain.Query{Index: "process", Equal: []any{process, template, string(st)}})
		switch {
		case err != nil:
			return out, err
		case small(a, ref, n):
			out.Withheld = append(out.Withheld, st)
		case n > 0:
			out.States[st] = n
		}
	}
	return out, nil
}

// shown is the wave as the reader may see it: small counts are withheld from
// those at arm's length, and with one of them the next smallest, so that the
// first cannot be worked out.
func (w Wave) shown(a domain.Actor, ref domain.ProcessRef) WaveView {
	v := w.View()
	counts := []struct {
		name string
		n    *int
	}{{"told", &v.Told}, {"mailed", &v.Mailed}, {"posted", &v.Posted}, {"none", &v.None}}
	hidden := 0
	for _, c := range counts {
		if small(a, ref, int64(*c.n)) {
			v.Withheld = append(v.Withheld, c.name)
			*c.n = 0
			hidden++
		}
	}
	if hidden != 1 {
		return v
	}
	least := -1
	for i, c := range counts {
		if *c.n > 0 && (least < 0 || *c.n < *counts[least].n) {
			least = i
		}
	}
	if least >= 0 {
		v.Withheld = append(v.Withheld, counts[least].name)
		*counts[least].n = 0
	}
	return v
}
