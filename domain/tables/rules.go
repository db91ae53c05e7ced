package tables

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/domain"
)

// RuleKind is what a rule asks for.
type RuleKind string

// The kinds of rules.
const (
	Together RuleKind = "together" // two members, at one table always
	Apart    RuleKind = "apart"    // two members, never at one table
	AtTable  RuleKind = "at_table" // a member, at a table of a number always
)

// Rule is one rule on who sits where. It gives no reason: that would say too
// much of people.
type Rule struct {
	ID     string   `json:"id"`
	Kind   RuleKind `json:"kind"`
	Member string   `json:"member"`
	Other  string   `json:"other,omitempty"` // of together and apart
	Table  int      `json:"table,omitempty"` // of at_table, from 1
}

// Rules are the rules of a process. Bound: 200.
type Rules struct {
	domain.Root
	Process string `json:"process"`
	Rules   []Rule `json:"rules"`
}

const maxRules = 200

// RulesKept keeps the rules.
var RulesKept = domain.Collection[Rules]{Name: "table_rules", Schema: 1, Shard: "id", Keys: func(*Rules) map[string]any { return map[string]any{} }}

func newRules(process string) Rules {
	return Rules{Root: domain.Root{ID: process}, Process: process, Rules: []Rule{}}
}

// RuleInput describes a rule.
type RuleInput struct {
	Kind   RuleKind `json:"kind"`
	Member string   `json:"member"`
	Other  string   `json:"other,omitempty"`
	Table  int      `json:"table,omitempty"`
}

func (in RuleInput) problems(seated map[string]bool) domain.Problems {
	p := domain.Problems{}
	p.Need(slices.Contains([]RuleKind{Together, Apart, AtTable}, in.Kind), "kind", "use one of: together, apart, at_table")
	p.Need(seated[in.Member], "member", "choose somebody who holds a seat")
	if in.Kind == AtTable {
		p.Need(in.Table >= 1 && in.Table <= maxMembers, "table", "give the number of a table, from 1")
		return p
	}
	p.Need(seated[in.Other], "other", "choose somebody who holds a seat")
	p.Need(in.Other != in.Member, "other", "choose two people")
	return p
}

// same reports whether a rule says what another says already.
func (r Rule) same(o Rule) bool {
	if r.Kind != o.Kind || r.Table != o.Table {
		return false
	}
	return r.Member == o.Member && r.Other == o.Other || r.Member == o.Other && r.Other == o.Member
}

// Rules answers the rules, to organisers.
func (s *Service) Rules(ctx context.Context, a domain.Actor, process string) (Rules, error) {
	if _, err := s.enter(ctx, a, domain.ArrangeTables, process); err != nil {
		return Rules{}, err
	}
	r, err := s.rules(ctx, process)
	r.Effects, r.Applied = nil, nil
	return r, err
}

func (s *Service) rules(ctx context.Context, process string) (Rules, error) {
	r, err := s.d.Rules.Get(ctx, process)
	if domain.Is(err, domain.NotFound) {
		return newRules(process), nil
	}
	return r, err
}

// AddRule adds a rule. Plans that are made already do not change by it.
func (s *Service) AddRule(ctx context.Context, c domain.Command, process string, in RuleInput) (Rules, error) {
	if _, err := s.enter(ctx, c.Actor, domain.ArrangeTables, process); err != nil {
		return Rules{}, err
	}
	seated, err := s.seated(ctx, process)
	if err != nil {
		return Rules{}, err
	}
	if err := in.problems(seated).Err(); err != nil {
		return Rules{}, err
	}
	rule := Rule{ID: c.ID("rule"), Kind: in.Kind, Member: in.Member, Other: in.Other, Table: in.Table}
	if rule.Kind == AtTable {
		rule.Other = ""
	} else {
		rule.Table = 0
	}
	return s.changeRules(ctx, c, process, func(r *Rules) error {
		switch {
		case slices.ContainsFunc(r.Rules, rule.same):
			return domain.E(domain.Conflict, "this rule is there already")
		case len(r.Rules) >= maxRules:
			return domain.E(domain.Conflict, "there are %d rules already; take some away first", maxRules)
		}
		r.Rules = append(r.Rules, rule)
		return nil
	})
}

// RemoveRule takes a rule away.
func (s *Service) RemoveRule(ctx context.Context, c domain.Command, process, id string) (Rules, error) {
	if _, err := s.enter(ctx, c.Actor, domain.ArrangeTables, process); err != nil {
		return Rules{}, err
	}
	return s.changeRules(ctx, c, process, func(r *Rules) error {
		if !slices.ContainsFunc(r.Rules, func(x Rule) bool { return x.ID == id }) {
			return domain.Hidden("rule")
		}
		r.Rules = slices.DeleteFunc(slices.Clone(r.Rules), func(x Rule) bool { return x.ID == id })
		return nil
	})
}

// changeRules changes the rules once per command. The audit log learns how
// many there are.
func (s *Service) changeRules(ctx context.Context, c domain.Command, process string, f func(*Rules) error) (Rules, error) {
	now := s.d.Clock.Now()
	r, err := s.d.Rules.Upsert(ctx, process, func() Rules { return newRules(process) }, func(r *Rules) error {
		if r.Done(c) {
			return domain.ErrNoChange
		}
		if err := r.Fresh(c); err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
		r.Record(c, now, event(process, "tables.rules_changed", "table_rules:"+process, map[string]any{"rules": len(r.Rules)}))
		return nil
	})
	r.Effects, r.Applied = nil, nil
	return r, err
}

// Forget takes away the rules that name a person. Plans keep the bare id,
// which by then leads to nobody.
func (s *Service) Forget(ctx context.Context, c domain.Command, process, person, _ string) error {
	r, err := s.rules(ctx, process)
	names := func(x Rule) bool { return x.Member == person || x.Other == person }
	if err != nil || !slices.ContainsFunc(r.Rules, names) {
		return err
	}
	_, err = s.changeRules(ctx, c.Sub("forget/tables/"+person), process, func(r *Rules) error {
		r.Rules = slices.DeleteFunc(slices.Clone(r.Rules), names)
		return nil
	})
	return err
}

// Holdings is what is held on one member: their own tables, and how many
// rules name them. Whom else a rule names is the other's.
type Holdings struct {
	Tables []OwnTables `json:"tables"`
	Rules  []string    `json:"rules,omitempty"`
}

// HoldsOn answers what is held on a member, nil for nothing. It asks no
// permission: the people service does.
func (s *Service) HoldsOn(ctx context.Context, process, person, _ string) (string, any, error) {
	own, err := s.ownTables(ctx, process, person)
	if err != nil {
		return "tables", nil, err
	}
	r, err := s.rules(ctx, process)
	if err != nil {
		return "tables", nil, err
	}
	h := Holdings{Tables: own}
	for _, x := range r.Rules {
		switch {
		case x.Member != person && x.Other != person:
		case x.Kind == AtTable:
			h.Rules = append(h.Rules, fmt.Sprintf("always at table %d", x.Table))
		case x.Kind == Together:
			h.Rules = append(h.Rules, "always at one table with somebody")
		default:
			h.Rules = append(h.Rules, "never at one table with somebody")
		}
	}
	if len(h.Tables)+len(h.Rules) == 0 {
		return "tables", nil, nil
	}
	return "tables", h, nil
}
