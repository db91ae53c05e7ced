package process

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

var modes = []string{"co_commission", "co_design", "co_deliver", "co_assess"}

// RemitInput states the remit.
type RemitInput struct {
	Question   string   `json:"question"`
	Options    []string `json:"options,omitempty"`
	InScope    []string `json:"in_scope"`
	OutOfScope []string `json:"out_of_scope"`
	Influence  string   `json:"influence"`
	Criteria   []string `json:"criteria"`
	Preference string   `json:"preference"`     // "none", or what the commissioner prefers and why
	Mode       string   `json:"mode,omitempty"` // default co_commission
}

// SetRemit states or restates the remit. A change opens every approved duty
// assessment again and ends the sign-off of the question.
func (s *Service) SetRemit(ctx context.Context, cmd domain.Command, id string, in RemitInput) (View, error) {
	if in.Mode == "" {
		in.Mode = "co_commission"
	}
	if err := checkRemit(in); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.PromiseProcess, action: "process.remit_set", open: true,
		do: func(p *Process) (map[string]any, error) {
			if p.reached(domain.Recruiting) {
				return nil, domain.E(domain.Conflict, "people were invited to answer this remit; it can no longer change")
			}
			p.Remit = Remit{
				Question: strings.TrimSpace(in.Question), Options: in.Options, InScope: in.InScope,
				OutOfScope: in.OutOfScope, Influence: in.Influence, Criteria: in.Criteria,
				Preference: in.Preference, Mode: in.Mode, Version: p.Remit.Version + 1,
			}
			for i := range p.Duties {
				p.Duties[i].State, p.Duties[i].ApprovedBy, p.Duties[i].ApprovedAt = "assessed", "", time.Time{}
			}
			return map[string]any{"version": p.Remit.Version, "hash": hashOf(p.Remit)}, nil
		}})
}

func checkRemit(in RemitInput) error {
	p := domain.Problems{}
	p.Need(strings.TrimSpace(in.Question) != "", "question", "write the question the jury is asked")
	p.Need(slices.Contains(modes, in.Mode), "mode", "one of %s", strings.Join(modes, ", "))
	for field, list := range map[string][]string{"options": in.Options, "in_scope": in.InScope, "out_of_scope": in.OutOfScope, "criteria": in.Criteria} {
		p.Need(len(list) <= 60, field, "at most 60 entries")
		p.Need(!slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" }), field, "leave out empty entries")
	}
	p.Need(len(in.Options) != 1, "options", "give none, or at least two")
	return p.Err()
}

// CommitmentInput is the promise to respond.
type CommitmentInput struct {
	Promise     string    `json:"promise"`
	ResponseDue time.Time `json:"response_due"`
	DecidedBy   string    `json:"decided_by"`
}

// Commit makes the public, dated promise to respond.
func (s *Service) Commit(ctx context.Context, cmd domain.Command, id string, in CommitmentInput) (View, error) {
	now := s.Clock.Now()
	probs := domain.Problems{}
	probs.Need(strings.TrimSpace(in.Promise) != "", "promise", "say what the body promises to do with the recommendations")
	probs.Need(in.ResponseDue.After(now), "response_due", "a date to come, by which every recommendation is answered")
	probs.Need(strings.TrimSpace(in.DecidedBy) != "", "decided_by", "name the board or committee that decides in public")
	if err := probs.Err(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.PromiseProcess, action: "process.commitment_made", open: true,
		do: func(p *Process) (map[string]any, error) {
			if p.reached(domain.Reported) {
				return nil, domain.E(domain.Conflict, "the jury has reported; its promise to be answered by %s stands", p.Commitment.ResponseDue.Format(time.DateOnly))
			}
			p.Commitment = Commitment{Promise: in.Promise, ResponseDue: domain.Milli(in.ResponseDue), DecidedBy: in.DecidedBy, MadeBy: cmd.Actor.ID, MadeAt: now}
			return map[string]any{"response_due": p.Commitment.ResponseDue}, nil
		}})
}

// DutyInput answers the steps of the body's profile.
type DutyInput struct {
	Body    string       `json:"body,omitempty"` // default: the process's own
	Answers []DutyAnswer `json:"answers"`
	Outcome string       `json:"outcome"` // applies, not_applies, beneficial_anyway
	Reasons string       `json:"reasons"`
}

// AssessDuty records whether a legal duty to involve applies to one body.
func (s *Service) AssessDuty(ctx context.Context, cmd domain.Command, id string, in DutyInput) (View, error) {
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.PromiseProcess, action: "duty.assessed", open: true,
		do: func(p *Process) (map[string]any, error) {
			if in.Body == "" {
				in.Body = p.Body
			}
			body, err := s.Bodies.Get(ctx, in.Body)
			if err != nil || in.Body != p.Body && !slices.Contains(p.Partners, in.Body) {
				return nil, domain.Problems{"body": "the process's own body or one of its partners"}.Err()
			}
			if err := s.checkDuty(body.Profile, in); err != nil {
				return nil, err
			}
			d := Duty{Body: in.Body, Profile: body.Profile, Answers: in.Answers, Outcome: in.Outcome, Reasons: in.Reasons,
				State: "assessed", AssessedBy: cmd.Actor.ID, AssessedAt: s.Clock.Now()}
			d.ReviewDue = d.AssessedAt.AddDate(0, s.Profiles[body.Profile].ReviewMonths, 0)
			p.Duties = slices.DeleteFunc(p.Duties, func(o Duty) bool { return o.Body == in.Body })
			p.Duties = append(p.Duties, d)
			return map[string]any{"body": in.Body, "outcome": in.Outcome, "profile": body.Profile}, nil
		}})
}

func (s *Service) checkDuty(profile string, in DutyInput) error {
	p := domain.Problems{}
	steps := s.Profiles[profile].Steps
	for _, st := range steps {
		i := slices.IndexFunc(in.Answers, func(a DutyAnswer) bool { return a.Step == st.ID })
		p.Need(i >= 0, "answers."+st.ID, "answer: %s", st.Question)
		if i >= 0 {
			a := in.Answers[i]
			p.Need(slices.Contains([]string{"yes", "no", "unsure"}, a.Answer), "answers."+st.ID, "yes, no or unsure")
			p.Need(strings.TrimSpace(a.Reason) != "", "answers."+st.ID, "give the reason for the answer")
		}
	}
	for _, a := range in.Answers {
		p.Need(slices.ContainsFunc(steps, func(st Step) bool { return st.ID == a.Step }), "answers."+a.Step, "this profile has no such step")
	}
	p.Need(slices.Contains([]string{"applies", "not_applies", "beneficial_anyway"}, in.Outcome), "outcome", "applies, not_applies or beneficial_anyway")
	p.Need(strings.TrimSpace(in.Reasons) != "", "reasons", "say why, so that it can be explained later")
	return p.Err()
}

// ApproveDutyInput names whose assessment is approved.
type ApproveDutyInput struct {
	Body string `json:"body,omitempty"`
}

// ApproveDuty approves an assessment; never by the person who made it.
func (s *Service) ApproveDuty(ctx context.Context, cmd domain.Command, id string, in ApproveDutyInput) (View, error) {
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.ApproveDuty, action: "duty.approved", open: true,
		do: func(p *Process) (map[string]any, error) {
			if in.Body == "" {
				in.Body = p.Body
			}
			i := slices.IndexFunc(p.Duties, func(d Duty) bool { return d.Body == in.Body })
			if i < 0 {
				return nil, domain.E(domain.Conflict, "there is no duty assessment to approve yet; the organiser or commissioner records it first")
			}
			if p.Duties[i].AssessedBy == cmd.Actor.ID {
				return nil, domain.E(domain.Forbidden, "a second person approves the assessment, not the one who made it")
			}
			p.Duties[i].State, p.Duties[i].ApprovedBy, p.Duties[i].ApprovedAt = "approved", cmd.Actor.ID, s.Clock.Now()
			return map[string]any{"body": in.Body}, nil
		}})
}

// GunningInput is evidence for one of the four Gunning principles.
type GunningInput struct {
	Principle int    `json:"principle"`
	Text      string `json:"text"`
}

// RecordGunning records how a Gunning principle (R v Brent LBC, ex p Gunning,
// 1985) is met.
func (s *Service) RecordGunning(ctx context.Context, cmd domain.Command, id string, in GunningInput) (View, error) {
	p := domain.Problems{}
	p.Need(in.Principle >= 1 && in.Principle <= 4, "principle", "1 formative stage, 2 sufficient reasons, 3 adequate time, 4 conscientious consideration")
	p.Need(strings.TrimSpace(in.Text) != "", "text", "say how the principle is met")
	if err := p.Err(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.PromiseProcess, action: "gunning.recorded", open: true,
		do: func(p *Process) (map[string]any, error) {
			if len(p.Gunning) >= 60 {
				return nil, domain.E(domain.Conflict, "at most 60 entries; bring them together in one")
			}
			p.Gunning = append(p.Gunning, Evidence{Principle: in.Principle, Text: in.Text, By: cmd.Actor.ID, At: s.Clock.Now()})
			return map[string]any{"principle": in.Principle}, nil
		}})
}
