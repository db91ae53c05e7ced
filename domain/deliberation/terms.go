package deliberation

import (
	"context"
	"time"

	"folkmoot/domain"
)

// Terms are the rules a jury works under, agreed before its first ballot, and
// oversight's check of balance. One per process; its id is the process's.
// Bound: it does not grow.
type Terms struct {
	domain.Root
	Process  string        `json:"process"`
	Rule     Rule          `json:"rule"`     // for every ballot that states none of its own
	Quorum   int           `json:"quorum"`   // members who must vote, and attend the last required session
	Attend   int           `json:"attend"`   // required sessions a member must have attended to vote
	Formats  []string      `json:"formats"`  // the report must be ready in these, beside plain text
	FixedAt  time.Time     `json:"fixed_at"` // zero: not yet
	FixedBy  string        `json:"fixed_by,omitempty"`
	Agreed   Hands         `json:"agreed"`
	Balance  *BalanceCheck `json:"balance,omitempty"`
	Minority *Invitation   `json:"minority,omitempty"`
}

// BalanceCheck is oversight's signature under the spread of evidence.
type BalanceCheck struct {
	Statement string    `json:"statement"`
	Balanced  bool      `json:"balanced"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Evidence  []string  `json:"evidence"` // items that were approved or published when it was signed
}

// Invitation is when members were asked for minority views.
type Invitation struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	By    string    `json:"by"`
}

// TermsCollection keeps the terms.
var TermsCollection = domain.Collection[Terms]{
	Name: "terms", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(t *Terms) map[string]any { return map[string]any{"process": t.Process, "sort": t.ID} },
}

func (t *Terms) OfProcess() string { return t.Process }

// TermsInput is what the members agree before they vote.
type TermsInput struct {
	Rule    Rule     `json:"rule"`    // how a ballot passes
	Quorum  int      `json:"quorum"`  // at least 3
	Attend  int      `json:"attend"`  // required sessions to have attended; 0: being seated is enough
	Formats []string `json:"formats"` // accessible versions of the report; empty: easy_read, large_print
	Agreed  Hands    `json:"agreed"`  // the members' show of hands
}

// minQuorum keeps counts of one or two votes from ever being made.
const minQuorum = 3

func (in TermsInput) problems() domain.Problems {
	p := domain.Problems{}
	in.Rule.check(p, "rule")
	p.Need(in.Quorum >= minQuorum, "quorum", "at least %d members must vote, so that no single vote shows", minQuorum)
	p.Need(in.Attend >= 0, "attend", "use 0 or more sessions")
	in.Agreed.check(p, "agreed")
	p.Need(in.Agreed.Present <= 0 || in.Agreed.carried(), "agreed", "more than half of those present must agree to the rules")
	return p
}

// FixRules records the rules the members agreed. It is possible until the
// first ballot opens, and not after.
func (s *Service) FixRules(ctx context.Context, c domain.Command, process string, in TermsInput) (Terms, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Terms{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Terms{}, err
	}
	if err := during(ref, "fixing the rules", domain.Designed, domain.Reporting); err != nil {
		return Terms{}, err
	}
	opened, err := s.firstOpening(ctx, process)
	if err != nil {
		return Terms{}, err
	}
	if len(in.Formats) == 0 {
		in.Formats = []string{"easy_read", "large_print"}
	}
	return s.terms(ctx, c, process, func(t *Terms, now time.Time) error {
		if !opened.IsZero() {
			return domain.E(domain.Conflict, "a ballot has opened; its rules stand for the whole jury and cannot change now")
		}
		t.Rule, t.Quorum, t.Attend, t.Formats, t.Agreed = in.Rule, in.Quorum, in.Attend, in.Formats, in.Agreed
		t.FixedAt, t.FixedBy = now, c.Actor.ID
		t.Agreed.At, t.Agreed.By = now, c.Actor.ID
		t.Record(c, now, event(process, "deliberation.rules_fixed", "terms:"+t.ID, map[string]any{
			"rule": in.Rule.String(), "quorum": in.Quorum, "attend": in.Attend, "for": in.Agreed.For, "against": in.Agreed.Against,
		}))
		return nil
	})
}

// BalanceInput is oversight's judgement of the evidence as a whole.
type BalanceInput struct {
	Statement string `json:"statement"` // what was looked at and found
	Balanced  bool   `json:"balanced"`  // false withdraws an earlier signature
}

// SignBalance records oversight's check of balance.
func (s *Service) SignBalance(ctx context.Context, c domain.Command, process string, in BalanceInput) (Terms, error) {
	if _, err := s.enter(ctx, c.Actor, domain.SignOff, process); err != nil {
		return Terms{}, err
	}
	p := domain.Problems{}
	p.Text("statement", in.Statement, longText)
	if err := p.Err(); err != nil {
		return Terms{}, err
	}
	items, err := domain.All(ctx, s.d.Evidence, process)
	if err != nil {
		return Terms{}, err
	}
	seen := []string{}
	for _, e := range items {
		if e.State == EvidenceApproved || e.State.public() {
			seen = append(seen, e.ID)
		}
	}
	return s.terms(ctx, c, process, func(t *Terms, now time.Time) error {
		t.Balance = &BalanceCheck{Statement: in.Statement, Balanced: in.Balanced, By: c.Actor.ID, At: now, Evidence: seen}
		t.Record(c, now, event(process, "deliberation.balance_signed", "terms:"+t.ID, map[string]any{"balanced": in.Balanced, "items": len(seen)}))
		return nil
	})
}

// MinorityInput says until when minority views are welcome.
type MinorityInput struct {
	Until time.Time `json:"until"`
}

// InviteMinority records that every member was asked for a minority view.
func (s *Service) InviteMinority(ctx context.Context, c domain.Command, process string, in MinorityInput) (Terms, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Terms{}, err
	}
	now := s.d.Clock.Now()
	p := domain.Problems{}
	p.Need(in.Until.After(now), "until", "give members some time: choose a moment still to come")
	if err := p.Err(); err != nil {
		return Terms{}, err
	}
	if err := during(ref, "inviting minority views", domain.Deliberating, domain.Reporting); err != nil {
		return Terms{}, err
	}
	return s.terms(ctx, c, process, func(t *Terms, now time.Time) error {
		t.Minority = &Invitation{At: now, Until: domain.Milli(in.Until), By: c.Actor.ID}
		t.Emit(c, domain.EffectBroadcast, "minority", now, domain.BroadcastData{
			Process: process, Statuses: servingStatuses, Template: "minority_invited", Class: domain.ClassService, Expires: t.Minority.Until,
			Vars: map[string]string{"minority_by": domain.SayMoment(in.Until), "minority_by_text": domain.SayMoment(in.Until)},
		})
		t.Record(c, now, event(process, "deliberation.minority_invited", "terms:"+t.ID, map[string]any{"until": t.Minority.Until}))
		return nil
	})
}

// Terms answers the rules of the process; the zero rules when none are fixed.
func (s *Service) Terms(ctx context.Context, a domain.Actor, process string) (Terms, error) {
	if _, err := s.find(ctx, process); err != nil {
		return Terms{}, err
	}
	t, err := s.d.Terms.Get(ctx, process)
	if notFound(err) {
		t, err = newTerms(process), nil
	}
	return domain.Bare(t), err
}

func newTerms(process string) Terms {
	return Terms{Root: domain.Root{ID: process}, Process: process, Formats: []string{}}
}

func (s *Service) terms(ctx context.Context, c domain.Command, process string, f func(*Terms, time.Time) error) (Terms, error) {
	now := s.d.Clock.Now()
	t, err := s.d.Terms.Upsert(ctx, process, func() Terms { return newTerms(process) }, func(t *Terms) error {
		if t.Done(c) {
			return domain.ErrNoChange
		}
		return f(t, now)
	})
	return domain.Bare(t), err
}
