package recruitment

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Deps is what the service stands on.
type Deps struct {
	Recruitments      domain.Repository[Recruitment]
	Frames            domain.Repository[Frame]
	InviteeDraws      domain.Repository[InviteeDraw]
	Waves             domain.Repository[Wave]
	Draws             domain.Repository[Draw]
	Replacements      domain.Repository[Replacement]
	Batches           domain.Repository[Batch]
	Tallies           domain.Repository[Tally]
	PostcodeLookups   domain.Repository[PostcodeLookup]
	PostcodeDistricts domain.Repository[PostcodeDistrict]
	People            *people.Service
	Processes         domain.Processes
	Vault             domain.Vault
	Files             domain.Files
	Audit             domain.Auditor
	Clock             domain.Clock
	Lottery           Lottery
	Beacon            Beacon // of drand rounds; nil: only witnessed digits
	OptOuts           OptOuts
	Messages          Messages
	// Program is the name and version that certificates carry.
	Program string
}

// OptOuts says who may not be texted. nil knows nobody; the sender asks again
// in any case.
type OptOuts interface {
	// OptedOut reports whether the number (a lookup hash) opted out of texts
	// from the process or from everything.
	OptedOut(ctx context.Context, processID, numberHash string) (bool, error)
}

// Beacon checks rounds of a public source of randomness, offline.
type Beacon interface {
	// At is when the round comes out.
	At(round uint64) time.Time
	// Randomness answers the round's public randomness in hex when the
	// signature is the beacon's; invalid otherwise.
	Randomness(round uint64, signature string) (string, error)
}

// Service is the rules of this package. It is safe for concurrent use.
type Service struct{ d Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d: d} }

// allow finds the process and asks for the permission over it.
func (s *Service) allow(ctx context.Context, a domain.Actor, processID string, perm domain.Permission) (domain.ProcessRef, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if domain.Is(err, domain.NotFound) {
		return ref, domain.Hidden("process")
	}
	if err != nil {
		return ref, err
	}
	return ref, domain.Authorize(a, perm, ref.Scope())
}

// hidden is the answer for what is absent or belongs to another process.
func hidden(err error, what string) error {
	if err == nil || domain.Is(err, domain.NotFound) {
		return domain.Hidden(what)
	}
	return err
}

// change is one command on a process's recruitment. do answers the event to
// record; one without an action changes nothing.
func (s *Service) change(ctx context.Context, cmd domain.Command, processID string, do func(*Recruitment, time.Time) (domain.Event, error)) (Recruitment, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Recruitment{}, err
	}
	return s.d.Recruitments.Upsert(ctx, processID, func() Recruitment { return started(ref) }, func(r *Recruitment) error {
		if r.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := r.Fresh(cmd); err != nil {
			return err
		}
		now := s.d.Clock.Now()
		ev, err := do(r, now)
		if err != nil {
			return err
		}
		if ev.Action == "" {
			return domain.ErrNoChange
		}
		ev.Chain, ev.Subject = processID, "recruitments:"+processID
		r.Record(cmd, now, ev)
		return nil
	})
}

// of is a process's recruitment, as started when nothing was set yet.
func (s *Service) of(ctx context.Context, ref domain.ProcessRef) (Recruitment, error) {
	r, err := s.d.Recruitments.Get(ctx, ref.ID)
	if domain.Is(err, domain.NotFound) {
		return started(ref), nil
	}
	return r, err
}

// Get answers a process's recruitment for staff.
func (s *Service) Get(ctx context.Context, a domain.Actor, processID string) (View, error) {
	ref, err := s.allow(ctx, a, processID, domain.ViewProcess)
	if err != nil {
		return View{}, err
	}
	r, err := s.of(ctx, ref)
	return r.View(), err
}

// TargetsInput is the whole set of targets.
type TargetsInput struct {
	Targets []Target `json:"targets"`
}

// SetTargets replaces the targets. They are fixed once the pool was closed
// for a draw that is committed.
func (s *Service) SetTargets(ctx context.Context, cmd domain.Command, processID string, in TargetsInput) (View, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.DesignProcess)
	if err != nil {
		return View{}, err
	}
	if err := checkTargets(in.Targets, ref.Size); err != nil {
		return View{}, err
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, now time.Time) (domain.Event, error) {
		if err := s.unfixed(ctx, r); err != nil {
			return domain.Event{}, err
		}
		r.Targets, r.TargetsAt = in.Targets, now
		return domain.Event{Action: "targets.set", Data: map[string]any{"values": len(in.Targets), "features": len(features(in.Targets))}}, nil
	})
	return r.View(), err
}

// unfixed refuses a change that a committed draw rests on.
func (s *Service) unfixed(ctx context.Context, r *Recruitment) error {
	if r.Draw == "" {
		return nil
	}
	d, err := s.d.Draws.Get(ctx, r.Draw)
	if err != nil {
		return err
	}
	if d.State.Committed() {
		return domain.E(domain.Conflict, "a draw was committed with these settings; abandon it, with a reason, before they change")
	}
	return nil
}

// SettingsInput is what the organiser decides of recruitment beside the
// targets. What is left out stays.
type SettingsInput struct {
	Rules       *[]Rule    `json:"rules,omitempty"`
	Asking      *[]Asking  `json:"asking,omitempty"`
	Eligibility *string    `json:"eligibility,omitempty"`
	Households  *bool      `json:"households,omitempty"`
	Terms       *Terms     `json:"terms,omitempty"`
	ClosesAt    *time.Time `json:"closes_at,omitempty"`
	DrawAt      *time.Time `json:"draw_at,omitempty"`
}

func (in SettingsInput) check() error {
	p := domain.Problems{}
	if in.Terms != nil {
		in.Terms.check(p)
	}
	if in.Asking != nil {
		p.Need(len(*in.Asking) <= 40, "asking", "at most 40 questions, please")
		for _, a := range *in.Asking {
			p.Need(a.Feature != "" && a.Text != "" && len(a.Text) <= 200, "asking."+a.Feature, "give a question of at most 200 letters")
		}
	}
	p.Need(in.Eligibility == nil || len(*in.Eligibility) <= 200, "eligibility", "one question of at most 200 letters")
	p.Need(in.ClosesAt == nil || in.DrawAt == nil || in.ClosesAt.IsZero() || in.DrawAt.IsZero() || !in.DrawAt.Before(*in.ClosesAt), "draw_at",
		"the draw comes after registration closes")
	if err := p.Err(); err != nil || in.Rules == nil {
		return err
	}
	return checkRules(*in.Rules)
}

// Set changes the rules of eligibility, the questions, the household rule,
// the terms or the dates.
func (s *Service) Set(ctx context.Context, cmd domain.Command, processID string, in SettingsInput) (View, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.DesignProcess); err != nil {
		return View{}, err
	}
	if err := in.check(); err != nil {
		return View{}, err
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		if in.Rules != nil || in.Households != nil {
			if err := s.unfixed(ctx, r); err != nil {
				return domain.Event{}, err
			}
		}
		changed := r.set(in)
		if len(changed) == 0 {
			return domain.Event{}, nil
		}
		return domain.Event{Action: "recruitment.set", Data: map[string]any{"changed": changed}}, nil
	})
	return r.View(), err
}

// set takes over what is given and names it.
func (r *Recruitment) set(in SettingsInput) []string {
	var changed []string
	take := func(name string, given bool, do func()) {
		if given {
			do()
			changed = append(changed, name)
		}
	}
	take("rules", in.Rules != nil, func() { r.Rules = *in.Rules })
	take("asking", in.Asking != nil, func() { r.Asking = *in.Asking })
	take("eligibility", in.Eligibility != nil, func() { r.Eligibility = *in.Eligibility })
	take("households", in.Households != nil, func() { r.Households = *in.Households })
	take("terms", in.Terms != nil, func() { r.Terms = *in.Terms })
	take("closes_at", in.ClosesAt != nil, func() { r.ClosesAt = domain.Milli(*in.ClosesAt) })
	take("draw_at", in.DrawAt != nil, func() { r.DrawAt = domain.Milli(*in.DrawAt) })
	return changed
}

// RecordOptOutTest notes that the opt-out line was tried: somebody texted
// STOP to the process's number and was opted out.
func (s *Service) RecordOptOutTest(ctx context.Context, cmd domain.Command, processID string) (View, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return View{}, err
	}
	r, err := s.change(ctx, cmd, processID, func(r *Recruitment, now time.Time) (domain.Event, error) {
		r.OptOutTest = &Trial{At: now, By: cmd.Actor.ID}
		return domain.Event{Action: "recruitment.opt_out_tested"}, nil
	})
	return r.View(), err
}
