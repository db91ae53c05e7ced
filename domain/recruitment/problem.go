package recruitment

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/sortition"
)

// Feasible says whether the pool as it stands can meet the targets: which of
// them conflict, the smallest relaxation, and who can be in no panel (by
// person id). The look at the pool's features is recorded.
func (s *Service) Feasible(ctx context.Context, cmd domain.Command, processID string) (*sortition.Feasibility, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return nil, err
	}
	p, _, err := s.problem(ctx, cmd, ref, func(person string) string { return person })
	if err != nil {
		return nil, err
	}
	return s.d.Lottery.Check(ctx, p)
}

// problem states the draw over the pool as it stands, each person by the id
// that name gives them, and answers who they are. Whoever would rather not
// say counts under a value of their own that no target asks for. The look is
// recorded.
func (s *Service) problem(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, name func(string) string) (*sortition.Problem, []people.Candidate, error) {
	r, err := s.of(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	pool, err := s.d.People.Features(ctx, cmd, ref.ID, people.InPool)
	if err != nil {
		return nil, nil, err
	}
	homes := map[string]string{}
	if r.Households {
		if homes, err = s.homes(ctx, ref.ID); err != nil {
			return nil, nil, err
		}
	}
	p := &sortition.Problem{Size: ref.Size, Targets: engineTargets(r.Targets)}
	values, unsaid := valuer(r.Targets)
	for _, c := range pool {
		p.People = append(p.People, sortition.Person{ID: name(c.Person), Values: values(c.Answers), Household: homes[c.Person]})
	}
	for _, f := range features(r.Targets) {
		if unsaid[f] {
			p.Targets = append(p.Targets, sortition.Target{Feature: f, Value: RatherNotSay, Min: 0, Max: ref.Size})
		}
	}
	return p, pool, nil
}

// valuer reads answers as values of the targets, and notes in which features
// somebody would rather not say.
func valuer(ts []Target) (func(map[string]string) map[string]string, map[string]bool) {
	known, unsaid, names := spellingOf(ts), map[string]bool{}, features(ts)
	return func(answers map[string]string) map[string]string {
		out := make(map[string]string, len(names))
		for _, f := range names {
			v, _ := known.value(f, answerOf(answers, f))
			if v == "" {
				v = RatherNotSay
			}
			unsaid[f] = unsaid[f] || v == RatherNotSay
			out[f] = v
		}
		return out
	}, unsaid
}

// homes names the household of everybody in the pool who shares an address
// or a phone number with somebody else there.
func (s *Service) homes(ctx context.Context, processID string) (map[string]string, error) {
	with := map[string][]string{} // key -> persons
	keys := map[string][]string{}
	var order []string
	for p, err := range s.d.People.Of(ctx, processID, people.InPool) {
		if err != nil {
			return nil, err
		}
		order = append(order, p.ID)
		for _, k := range []string{p.Household, p.NumberHash} {
			if k != "" {
				with[k] = append(with[k], p.ID)
				keys[p.ID] = append(keys[p.ID], k)
			}
		}
	}
	slices.Sort(order)
	out := map[string]string{}
	for _, id := range order {
		if _, had := out[id]; !had {
			spread(out, id, keys, with)
		}
	}
	return out, nil
}

// spread gives everybody who is joined to a person, by however many steps,
// one household.
func spread(out map[string]string, from string, keys, with map[string][]string) {
	home := domain.Derive("household", from)
	todo := []string{from}
	for len(todo) > 0 {
		id := todo[0]
		todo = todo[1:]
		if _, had := out[id]; had {
			continue
		}
		out[id] = home
		for _, k := range keys[id] {
			todo = append(todo, with[k]...)
		}
	}
}

// pseudonym is a person's name in the public papers of a draw: a keyed hash
// of which nobody without the key can tell the person.
func (s *Service) pseudonym(draw, person string) string {
	h := domain.Derive("pseudonym", s.d.Vault.Lookup("pseudonym", draw+"|"+person))
	h = strings.ToUpper(h)
	return h[:4] + "-" + h[4:8] + "-" + h[8:12]
}
