package process

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/domain"
)

// AdvanceInput moves a process to its next stage.
type AdvanceInput struct {
	To domain.Stage `json:"to"`
	// OverrideReason steps past an unmet guard. It is kept, published to
	// oversight, and needs the permission process.override.
	OverrideReason string `json:"override_reason,omitempty"`
}

// Advance moves a process to its next stage when the stage's guard is met.
func (s *Service) Advance(ctx context.Context, cmd domain.Command, id string, in AdvanceInput) (View, error) {
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	if err := domain.Authorize(cmd.Actor, domain.MoveStage, p.scope()); err != nil {
		return View{}, err
	}
	if p.Done(cmd) {
		return p.view(), nil
	}
	guard, err := s.guard(ctx, &p, in.To)
	if err != nil {
		return View{}, err
	}
	seen := p.Revision
	cmd.Reason = in.OverrideReason
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.MoveStage, action: "process.stage_entered", open: true,
		do: func(p *Process) (map[string]any, error) {
			if p.Revision != seen { // the guard was asked of another version
				return nil, domain.E(domain.Stale, "somebody changed this process a moment ago; look again and repeat")
			}
			return s.enter(p, cmd, in, guard)
		}})
}

func (s *Service) enter(p *Process, cmd domain.Command, in AdvanceInput, guard domain.Guard) (map[string]any, error) {
	if p.Stage.Next() != in.To || in.To == "" {
		return nil, domain.E(domain.Conflict, "the process is at %s; the next stage is %s", p.Stage, orNone(p.Stage.Next()))
	}
	now := s.Clock.Now()
	data := map[string]any{"from": p.Stage, "to": in.To}
	if len(guard) > 0 {
		if err := s.override(p, cmd, in, guard); err != nil {
			return nil, err
		}
		data["overridden"] = len(guard)
	}
	p.Emit(cmd, domain.EffectStage, string(in.To), now, domain.StageData{Process: p.ID, From: p.Stage, To: in.To})
	p.Stage = in.To
	p.History = append(p.History, StageMark{Stage: in.To, At: now, By: cmd.Actor.ID})
	if in.To == domain.Closed {
		p.Closing = &Closing{Reason: "completed", At: now, RetentionStart: now}
	}
	return data, nil
}

func (s *Service) override(p *Process, cmd domain.Command, in AdvanceInput, guard domain.Guard) error {
	if strings.TrimSpace(in.OverrideReason) == "" {
		return guard.Err("moving to " + string(in.To))
	}
	if err := domain.Authorize(cmd.Actor, domain.OverrideGuard, p.scope()); err != nil {
		return err
	}
	if cmd.Actor.Name == "" {
		return domain.E(domain.Forbidden, "an override needs a named person; a token without a user cannot make it")
	}
	if len(p.Overrides) >= 100 {
		return domain.E(domain.Conflict, "this process has 100 overrides; that is too many for one process")
	}
	items := make([]string, len(guard))
	for i, m := range guard {
		items[i] = m.Item
	}
	p.Overrides = append(p.Overrides, Override{
		Step: in.To, Missing: items, By: cmd.Actor.ID, Name: cmd.Actor.Name, Reason: in.OverrideReason, At: s.Clock.Now(),
	})
	p.Emit(cmd, domain.EffectNotice, "override", s.Clock.Now(), domain.NoticeData{
		Process: p.ID, Body: p.Body, Role: domain.Oversight, Kind: "override", Subject: "processes:" + p.ID,
		Vars: map[string]string{"stage": string(in.To), "count": fmt.Sprint(len(guard))},
	})
	return nil
}

func orNone(st domain.Stage) string {
	if st == "" {
		return "none: it has ended or is paused"
	}
	return string(st)
}

// Next says what the next stage is and what it still needs.
type Next struct {
	Stage   domain.Stage     `json:"stage"`
	Next    domain.Stage     `json:"next"`
	Missing []domain.Missing `json:"missing"`
}

// Next answers what is owed, by whom, before the next stage.
func (s *Service) Next(ctx context.Context, actor domain.Actor, id string) (Next, error) {
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return Next{}, err
	}
	if err := domain.Authorize(actor, domain.ViewProcess, p.scope()); err != nil {
		return Next{}, err
	}
	n := Next{Stage: p.Stage, Next: p.Stage.Next(), Missing: []domain.Missing{}}
	if n.Next == "" {
		return n, nil
	}
	g, err := s.guard(ctx, &p, n.Next)
	if err != nil {
		return Next{}, err
	}
	n.Missing = append(n.Missing, g...)
	return n, nil
}

// guard collects what is missing for a stage: of this package and of every
// other source.
func (s *Service) guard(ctx context.Context, p *Process, to domain.Stage) (domain.Guard, error) {
	var g domain.Guard
	switch to {
	case domain.RemitAgreed:
		p.guardRemit(&g, s.bodyNames(ctx, p))
	case domain.Designed:
		p.guardDesign(&g)
	case domain.Recruiting:
		for _, m := range p.needed("invitation", s.Profiles[p.Profile]) {
			g.Need(!m.At.IsZero(), domain.Missing{Item: "invitation_format", Need: "the invitation ready as " + strings.ReplaceAll(m.Format, "_", " ") + " in " + languageName(m.Language), Who: domain.Organiser, Where: "materials"})
		}
	case domain.Closed:
		g.Need(p.Evaluation != nil, domain.Missing{Item: "evaluation", Need: "the evaluation, published", Who: domain.Evaluator, Where: "evaluation"})
	}
	for _, src := range s.Guards {
		more, err := src.Guard(ctx, p.ref(), to)
		if err != nil {
			return nil, fmt.Errorf("asking what %s needs: %w", to, err)
		}
		g = append(g, more...)
	}
	return g, nil
}

// guardRemit lists what is missing in the order in which it is best supplied: a
// duty is assessed for a remit that stands, and signed is what is written.
func (p *Process) guardRemit(g *domain.Guard, names map[string]string) {
	r := Read(p.Remit.Question)
	g.Need(r.Plain(), domain.Missing{Item: "question_plain", Need: "a plain question (at most 45 words, no jargon; " + soFar(r) + ")", Who: domain.Commissioner, Where: "remit"})
	g.Need(len(p.Remit.OutOfScope) > 0, domain.Missing{Item: "out_of_scope", Need: "the list of what is out of scope and cannot change", Who: domain.Commissioner, Where: "remit"})
	g.Need(p.Remit.Preference != "", domain.Missing{Item: "preference", Need: "the commissioner's preference declared, or 'none'", Who: domain.Commissioner, Where: "remit"})
	g.Need(len(p.Remit.Criteria) > 0, domain.Missing{Item: "criteria", Need: "the criteria the decision will be judged by", Who: domain.Commissioner, Where: "remit"})
	g.Need(!p.Commitment.ResponseDue.IsZero(), domain.Missing{Item: "commitment", Need: "the commitment to respond, with its due date", Who: domain.Commissioner, Where: "commitment"})
	for _, b := range append([]string{p.Body}, p.Partners...) {
		g.Need(p.dutyApproved(b), domain.Missing{Item: "duty_assessment", Need: "the duty assessment of " + names[b] + ", approved by a second person", Who: domain.Commissioner, Where: "duty"})
	}
	g.Need(p.hasGunning(1), domain.Missing{Item: "gunning_1", Need: "evidence that the decision is still at a formative stage (Gunning 1)", Who: domain.Commissioner, Where: "gunning"})
	g.Need(len(p.signers("question")) >= 1, domain.Missing{Item: "question_signed", Need: "the oversight panel's sign-off that the question is neutral", Who: domain.Oversight, Where: "sign-offs"})
}

// languageName is a language in words; its tag where it is none of those that
// the nations here speak or that we text in.
func languageName(tag string) string {
	if name, ok := map[string]string{"en": "English", "cy": "Welsh", "ga": "Irish", "gd": "Scottish Gaelic", "pl": "Polish", "pt": "Portuguese"}[tag]; ok {
		return name
	}
	return tag
}

// soFar says how plain the question is that is written.
func soFar(r Readability) string {
	if r.Words == 0 {
		return "none is written yet"
	}
	return fmt.Sprintf("now %d words, grade %.0f", r.Words, r.Grade)
}

// bodyNames are the names of the bodies that share the process, by id.
func (s *Service) bodyNames(ctx context.Context, p *Process) map[string]string {
	names := map[string]string{p.Body: p.BodyName}
	for _, id := range p.Partners {
		names[id] = id
		if b, err := s.Bodies.Get(ctx, id); err == nil {
			names[id] = b.Name
		}
	}
	return names
}

func (p *Process) dutyApproved(body string) bool {
	for _, d := range p.Duties {
		if d.Body == body && d.State == "approved" {
			return true
		}
	}
	return false
}

func (p *Process) hasGunning(n int) bool {
	for _, e := range p.Gunning {
		if e.Principle == n {
			return true
		}
	}
	return false
}

func (p *Process) guardDesign(g *domain.Guard) {
	s, k := p.Specification, Kinds[p.Kind]
	spec := func(ok bool, item, need string) {
		g.Need(ok, domain.Missing{Item: item, Need: need, Who: domain.Organiser, Where: "specification"})
	}
	spec(s.Size > 0, "size", "the number of seats")
	spec(!s.Starts.IsZero() && !s.Ends.IsZero(), "dates", "the first and the last day")
	spec(s.Place != "", "place", "where it sits")
	spec(s.Times != "", "times", "the hours of a day, in words")
	spec(s.Purpose != "", "purpose", "what people are asked to do, for the first text")
	spec(s.Method != "", "method", "why this method is fair and proportionate")
	spec(s.Area != "", "area", "who may register: the area they live in")
	spec(len(s.Formats) > 0, "formats", "the formats that materials are made in")
	spec(len(s.Languages) > 0, "languages", "the languages that materials are made in")
	spec(s.PaymentPolicy != "", "payment_policy", "the written payment policy")
	spec(s.PrivacyNotice != "", "privacy_notice", "the privacy notice")
	spec(s.DPIA != "", "dpia", "the reference of the data protection impact assessment")
	spec(s.Hours >= k.MinHours, "hours", fmt.Sprintf("at least %.0f hours, as the name %s promises", k.MinHours, k.Label))
	g.Need(len(p.Oversight) >= 3 && p.standpoints() >= 3, domain.Missing{Item: "oversight_panel", Need: "an oversight panel of at least 3 people from different standpoints", Who: domain.Organiser, Where: "oversight"})
	g.Need(len(p.signers("specification")) >= 3, domain.Missing{Item: "specification_signed", Need: fmt.Sprintf("the specification signed by at least 3 of the oversight panel (now %d)", len(p.signers("specification"))), Who: domain.Oversight, Where: "sign-offs"})
}

// ReasonInput gives a reason.
type ReasonInput struct {
	Reason string `json:"reason"`
}

func (in ReasonInput) check() error {
	if strings.TrimSpace(in.Reason) == "" {
		return domain.Problems{"reason": "say why; it is recorded and shown"}.Err()
	}
	return nil
}

// Pause stops the clockwork of a process; Resume goes on where it stood.
func (s *Service) Pause(ctx context.Context, cmd domain.Command, id string, in ReasonInput) (View, error) {
	if err := in.check(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd.Because(in.Reason), id: id, perm: domain.MoveStage, action: "process.paused", open: true,
		do: func(p *Process) (map[string]any, error) {
			if p.Stage == domain.Paused {
				return nil, domain.E(domain.Conflict, "it is paused already")
			}
			p.Before, p.Stage = p.Stage, domain.Paused
			p.History = append(p.History, StageMark{Stage: domain.Paused, At: s.Clock.Now(), By: cmd.Actor.ID})
			return map[string]any{"at": p.Before}, nil
		}})
}

// Resume ends a pause.
func (s *Service) Resume(ctx context.Context, cmd domain.Command, id string) (View, error) {
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.MoveStage, action: "process.resumed",
		do: func(p *Process) (map[string]any, error) {
			if p.Stage != domain.Paused {
				return nil, domain.E(domain.Conflict, "it is not paused")
			}
			p.Stage, p.Before = p.Before, ""
			p.History = append(p.History, StageMark{Stage: p.Stage, At: s.Clock.Now(), By: cmd.Actor.ID})
			return map[string]any{"at": p.Stage}, nil
		}})
}

// ToldWhenCancelled are the statuses of people who are told, paid what they
// earned and thanked when a process is cancelled.
var ToldWhenCancelled = []string{
	"invited", "registered", "eligible", "in_pool", "selected", "reserve", "not_selected",
	"offered", "confirmed", "onboarded", "serving", "completed",
}

// Cancel ends a process before its time: everyone in it is told why, and what
// was earned is paid.
func (s *Service) Cancel(ctx context.Context, cmd domain.Command, id string, in ReasonInput) (View, error) {
	if err := in.check(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd.Because(in.Reason), id: id, perm: domain.MoveStage, action: "process.cancelled", open: true,
		do: func(p *Process) (map[string]any, error) {
			now := s.Clock.Now()
			from := p.Stage
			p.Stage = domain.Cancelled
			p.Closing = &Closing{Reason: in.Reason, At: now, RetentionStart: now}
			p.History = append(p.History, StageMark{Stage: domain.Cancelled, At: now, By: cmd.Actor.ID})
			p.Emit(cmd, domain.EffectStage, "cancelled", now, domain.StageData{Process: p.ID, From: from, To: domain.Cancelled})
			p.Emit(cmd, domain.EffectBroadcast, "cancelled", now, domain.BroadcastData{
				Process: p.ID, Statuses: ToldWhenCancelled, Template: "cancelled", Class: domain.ClassService,
				Vars: map[string]string{"reason": in.Reason}, Expires: now.Add(30 * 24 * time.Hour),
			})
			return map[string]any{"from": from}, nil
		}})
}
