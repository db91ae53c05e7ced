package recruitment

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// Outlook says what a draw from the pool as it stands would meet, naming
// nobody: people stand as the kinds they are of.
type Outlook struct {
	Pool       int                 `json:"pool"`
	Size       int                 `json:"size"`
	Feasible   bool                `json:"feasible"`
	Problems   []string            `json:"problems"`   // what stops a draw, in words
	Warnings   []string            `json:"warnings"`   // a target barely met, a value nobody has
	Conflict   []sortition.Bound   `json:"conflict"`   // a smallest set that cannot be met together
	Relaxation []sortition.Relaxed `json:"relaxation"` // the cheapest that helps, within flex
	Fixed      bool                `json:"fixed"`      // no relaxation within flex helps
	Excluded   []Kind              `json:"excluded"`   // people in no panel that meets the targets
	FarBelow   []Kind              `json:"far_below"`  // people whose chance is far below the rest's
}

// Kind is people who are alike in the features of the targets.
type Kind struct {
	Like    string            `json:"like"` // "woman, 18 to 44, East"
	People  int               `json:"people"`
	Chance  string            `json:"chance,omitempty"`
	Because []sortition.Bound `json:"because,omitempty"`
}

// Outlook is [Service.Feasible] told by kinds of people, for the page that
// shows it while the pool grows. The look at the pool's features is recorded.
func (s *Service) Outlook(ctx context.Context, cmd domain.Command, processID string) (Outlook, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return Outlook{}, err
	}
	p, _, err := s.problem(ctx, cmd, ref, func(person string) string { return person })
	if err != nil {
		return Outlook{}, err
	}
	f, err := s.d.Lottery.Check(ctx, p)
	if err != nil {
		return Outlook{}, err
	}
	out := Outlook{Pool: len(p.People), Size: ref.Size, Feasible: f.Feasible, Conflict: f.Conflict, Relaxation: f.Relaxation}
	for _, found := range f.Findings {
		out.note(found)
	}
	like := kinds(p)
	for _, u := range f.Uncoverable {
		out.Excluded = append(out.Excluded, Kind{Like: like[u.IDs[0]], People: len(u.IDs), Because: u.Excluding})
	}
	for _, b := range f.FarBelow {
		out.FarBelow = append(out.FarBelow, Kind{Like: like[b.IDs[0]], People: len(b.IDs), Chance: b.Chance})
	}
	more := func(a, b Kind) int { return b.People - a.People }
	slices.SortStableFunc(out.Excluded, more)
	slices.SortStableFunc(out.FarBelow, more)
	return out, nil
}

// note keeps a finding that names no person.
func (o *Outlook) note(f sortition.Finding) {
	switch f.Code {
	case sortition.CodeUncoverable, sortition.CodeChanceFarBelow, sortition.CodeRelaxation, sortition.CodeInfeasible:
		return // told by kinds and bounds
	case sortition.CodeNotRelaxable:
		o.Fixed = true
		return
	}
	if f.Severity == sortition.SeverityError {
		o.Problems = append(o.Problems, f.Msg)
	} else {
		o.Warnings = append(o.Warnings, f.Msg)
	}
}

// kinds writes everybody's values in the order of the features.
func kinds(p *sortition.Problem) map[string]string {
	var order []string
	for _, t := range p.Targets {
		if !slices.Contains(order, t.Feature) {
			order = append(order, t.Feature)
		}
	}
	out := make(map[string]string, len(p.People))
	for _, one := range p.People {
		values := make([]string, len(order))
		for i, f := range order {
			values[i] = one.Values[f]
		}
		out[one.ID] = strings.Join(values, ", ")
	}
	return out
}
