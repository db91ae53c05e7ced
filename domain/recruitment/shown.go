package recruitment

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// DrawChances answers everybody's chance in a draw, by pseudonym: to anybody
// once it is concluded, before that to those who run or watch it.
func (s *Service) DrawChances(ctx context.Context, a domain.Actor, processID, id string) ([]sortition.Chance, error) {
	d, err := s.draw(ctx, processID, id)
	if err != nil {
		return nil, err
	}
	if d.State != DrawConcluded {
		ref, err := s.d.Processes.Ref(ctx, processID)
		if err != nil {
			return nil, err
		}
		if !domain.May(a, domain.ObserveDraw, ref.Scope()) {
			return nil, domain.Hidden("draw")
		}
	}
	c, err := s.chances(ctx, d)
	if domain.Is(err, domain.NotFound) && !d.Gone.IsZero() {
		return nil, domain.Hidden("draw")
	}
	return c, err
}

// Place is what the certificate says of one pseudonym.
type Place struct {
	Pseudonym string `json:"pseudonym"`
	Exact     string `json:"exact"`
	Lottery   string `json:"lottery"`
	Groups    int    `json:"groups"` // of the numbered panels that hold them
	Picked    bool   `json:"picked"`
	Reserve   int    `json:"reserve,omitempty"` // place among the named reserves
}

// FindPlace looks a pseudonym up in a concluded draw's certificate, for
// anybody: whoever knows their own finds themselves.
func (s *Service) FindPlace(ctx context.Context, processID, id, pseudonym string) (Place, error) {
	d, err := s.draw(ctx, processID, id)
	if err != nil || d.Public == "" {
		return Place{}, hidden(err, "certificate")
	}
	c, err := s.certificate(ctx, d)
	if err != nil {
		return Place{}, err
	}
	at := slices.IndexFunc(c.Chances, func(c sortition.Chance) bool { return sameName(c.ID, pseudonym) })
	if at < 0 || c.Choice == nil {
		return Place{}, domain.Hidden("name in this draw")
	}
	one := c.Chances[at]
	out := Place{Pseudonym: one.ID, Exact: one.Exact, Lottery: one.Lottery, Picked: slices.Contains(c.Choice.Selected, one.ID)}
	for _, panel := range c.Panels {
		if slices.Contains(panel, one.ID) {
			out.Groups++
		}
	}
	if rank := slices.Index(c.Choice.Reserves, one.ID); rank >= 0 && rank < len(d.Reserve) {
		out.Reserve = rank + 1
	}
	return out, nil
}

// sameName compares pseudonyms as people type them.
func sameName(a, b string) bool { return bare(a) == bare(b) }

func bare(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range fold(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			out = append(out, r)
		}
	}
	return string(out)
}

// PublicReplacement is what the world may know of a seat that changed hands.
// Which targets moved is left out: with the pseudonyms it would tell who is
// of which kind.
type PublicReplacement struct {
	Number  int    `json:"number"`
	At      string `json:"at"` // the day
	Out     string `json:"out"`
	In      string `json:"in,omitempty"`
	Empty   string `json:"empty,omitempty"`
	Reserve bool   `json:"reserve"`
	Targets int    `json:"targets"` // of the draw
	Before  int    `json:"before"`  // of them met before
	Met     int    `json:"met"`     // and after
	Digest  string `json:"digest,omitempty"`
}

// PublicReplacements answers, to anybody, the seats of a process that changed
// hands.
func (s *Service) PublicReplacements(ctx context.Context, processID string) ([]PublicReplacement, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return nil, hidden(err, "process")
	}
	out := []PublicReplacement{}
	for r, err := range s.d.Replacements.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Limit: maxSwaps}) {
		if err != nil {
			return nil, err
		}
		p := PublicReplacement{Number: r.Number, At: r.At.In(ref.Location()).Format("2006-01-02"), Out: r.OutName, In: r.InName,
			Empty: r.Empty, Reserve: r.Reserve, Targets: len(r.Targets), Digest: r.Digest}
		for _, e := range r.Targets {
			if e.Before >= e.Min && e.Before <= e.Max {
				p.Before++
			}
			if e.Met {
				p.Met++
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// PublicInvitees answers, to anybody, the draws of those who were asked: how
// many of each area, what was committed to and the seed. They hold counts of
// the list alone.
func (s *Service) PublicInvitees(ctx context.Context, processID string) ([]InviteeDrawView, error) {
	if _, err := s.d.Processes.Ref(ctx, processID); err != nil {
		return nil, hidden(err, "process")
	}
	return s.inviteeDraws(ctx, processID)
}
