package recruitment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/sortition"
)

// PrepareInput are the settings of a draw.
type PrepareInput struct {
	Objective  string `json:"objective,omitempty"` // leximin when empty
	Panels     int    `json:"panels,omitempty"`    // of the public lottery; 1000 when 0
	SeedPlan   string `json:"seed_plan"`           // how the seed will be made, where and before whom
	DrandRound uint64 `json:"drand_round,omitempty"`
	// Stay are learned rates of staying, by which the reserves are chosen: under
	// "" everybody's, under "feature: value" what it is multiplied by for people
	// with that value. Without any everybody is as likely to drop out.
	Stay map[string]float64 `json:"stay,omitempty"`
}

// PrepareDraw computes the lottery over the closed pool. Nothing is public or
// fixed yet: it may be prepared again, with other targets, until one is
// committed.
func (s *Service) PrepareDraw(ctx context.Context, cmd domain.Command, processID string, in PrepareInput) (DrawView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return DrawView{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return DrawView{}, err
	}
	d := Draw{Root: domain.Root{ID: cmd.ID("draw")}, Process: processID, State: DrawPrepared, Size: ref.Size, Reserves: ref.Reserves,
		SeedPlan: in.SeedPlan, DrandRound: in.DrandRound, DrawAt: r.DrawAt, Stay: in.Stay}
	if had, err := s.d.Draws.Get(ctx, d.ID); err == nil {
		return had.View(), s.chooseDraw(ctx, cmd, had)
	}
	if err := s.checkPrepare(ctx, r, in); err != nil {
		return DrawView{}, err
	}
	p, pool, err := s.problem(ctx, cmd, ref, func(person string) string { return s.pseudonym(d.ID, person) })
	if err != nil {
		return DrawView{}, err
	}
	lottery, err := s.lottery(ctx, p, d, in)
	if err != nil {
		return DrawView{}, err
	}
	return s.keepDraw(ctx, cmd, d, pool, lottery)
}

func (s *Service) checkPrepare(ctx context.Context, r Recruitment, in PrepareInput) error {
	p := domain.Problems{}
	p.Need(in.SeedPlan != "" && len(in.SeedPlan) <= 500, "seed_plan", "say in words how the seed will be made, where and before whom")
	p.Need(in.DrandRound == 0 || s.d.Beacon != nil && s.d.Beacon.At(in.DrandRound).After(s.d.Clock.Now()), "drand_round",
		"name a round that has not come out yet")
	checkStay(p, in.Stay, r.Targets)
	if err := p.Err(); err != nil {
		return err
	}
	var g domain.Guard
	g.Need(r.State == PoolClosed, domain.Missing{Item: "pool_closed", Need: "registration closed, so that the pool stands",
		Who: domain.Organiser, Where: where(r.Process, "/pool/close")})
	if err := g.Err("preparing the draw"); err != nil {
		return err
	}
	return s.unfixed(ctx, &r)
}

// lottery asks the engine; what makes a draw impossible is explained with the
// conflict and the smallest relaxation.
func (s *Service) lottery(ctx context.Context, p *sortition.Problem, d Draw, in PrepareInput) (*sortition.Lottery, error) {
	l, err := s.d.Lottery.Prepare(ctx, p, sortition.Options{
		Objective: sortition.Objective(in.Objective), Panels: in.Panels, Label: d.Process + " " + d.ID, Program: s.d.Program,
		Salt: s.d.Vault.Lookup("salt", d.ID), SeedPlan: d.SeedPlan, DrandRound: d.DrandRound,
		Alternates: min(d.Reserves, maxAlternates), Stay: d.Stay,
	})
	var found sortition.Findings
	if !errors.As(err, &found) {
		return l, err
	}
	refused := engineError(err)
	f, err := s.d.Lottery.Check(ctx, p)
	if err != nil || f.Feasible {
		return nil, refused
	}
	return nil, explained(refused, f)
}

// explained adds to a refusal which targets conflict and what would help.
func explained(err error, f *sortition.Feasibility) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	fields := domain.Problems{}
	for k, v := range e.Fields {
		fields[k] = v
	}
	conflict := make([]string, len(f.Conflict))
	for i, b := range f.Conflict {
		conflict[i] = b.String()
	}
	if len(conflict) > 0 {
		fields["conflict"] = "these cannot be met together: " + strings.Join(conflict, "; ")
	}
	for _, x := range f.Relaxation {
		fields["relax "+x.Feature+" "+x.Value] = "the smallest change that helps: " + relaxed(x)
	}
	return &domain.Error{Code: e.Code, Msg: e.Msg, Fields: fields, Err: e.Err}
}

func relaxed(x sortition.Relaxed) string {
	side := map[string]string{"min": "minimum", "max": "maximum"}[x.Side]
	return fmt.Sprintf("%s %s: %s from %d to %d", x.Feature, x.Value, side, x.From, x.To)
}

// keepDraw stores the prepared lottery and makes it the process's own.
func (s *Service) keepDraw(ctx context.Context, cmd domain.Command, d Draw, pool []people.Candidate, l *sortition.Lottery) (DrawView, error) {
	c := l.Certificate
	d.Pool, d.Objective, d.Panels = len(pool), string(c.Objective), len(c.Panels)
	d.Hash, d.Statement, d.Summary = c.Commitment.Hash, c.Commitment.Statement, c.Summary
	d.note(c.Warnings)
	rows := make([]poolRow, len(pool))
	for i, p := range pool {
		rows[i] = poolRow{Person: p.Person, Pseudonym: s.pseudonym(d.ID, p.Person)}
	}
	slices.SortFunc(rows, func(a, b poolRow) int { return strings.Compare(a.Pseudonym, b.Pseudonym) })
	var err error
	if d.PoolFile, err = s.sealFile(ctx, d.subject(), "pool", rows); err != nil {
		return DrawView{}, err
	}
	if d.PlanFile, err = s.sealFile(ctx, d.subject(), "plan", l); err != nil {
		return DrawView{}, err
	}
	r, err := s.change(ctx, cmd.Sub("draw"), d.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		if err := s.unfixed(ctx, r); err != nil {
			return domain.Event{}, err
		}
		r.Draws++
		d.Number = r.Draws
		return domain.Event{Action: "draw.numbered", Data: map[string]any{"draw": d.ID, "number": r.Draws}}, nil
	})
	if err != nil {
		return DrawView{}, err
	}
	if d.Number == 0 { // a repeat after a crash
		d.Number = r.Draws
	}
	d.Record(cmd, s.d.Clock.Now(), domain.Event{Chain: d.Process, Action: "draw.prepared", Subject: "draws:" + d.ID,
		Data: map[string]any{"pool": d.Pool, "size": d.Size, "hash": d.Hash}})
	if err := s.d.Draws.Insert(ctx, &d); err != nil && !domain.Is(err, domain.Conflict) {
		return DrawView{}, err
	}
	return d.View(), s.chooseDraw(ctx, cmd, d)
}

// chooseDraw makes a prepared draw the process's own.
func (s *Service) chooseDraw(ctx context.Context, cmd domain.Command, d Draw) error {
	_, err := s.change(ctx, cmd.Sub("draw chosen"), d.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		if err := s.unfixed(ctx, r); err != nil || r.Draw == d.ID {
			return domain.Event{}, err
		}
		r.Draw = d.ID
		return domain.Event{Action: "draw.chosen", Data: map[string]any{"draw": d.ID}}, nil
	})
	return err
}

// maxNoted is how many warnings and uncoverable people the draw itself names;
// its files hold them all.
const maxNoted = 100

// note keeps what the engine warns of, within bounds.
func (d *Draw) note(warnings sortition.Findings) {
	for _, w := range warnings[:min(len(warnings), maxNoted)] {
		d.Left = append(d.Left, w.Msg)
	}
	if more := len(warnings) - maxNoted; more > 0 {
		d.Left = append(d.Left, fmt.Sprintf("There are %d more warnings; the certificate has them all.", more))
	}
	d.Uncoverable = len(d.Summary.Uncoverable)
	d.Summary.Uncoverable = d.Summary.Uncoverable[:min(d.Uncoverable, maxNoted)]
}

// subject is whose key seals the draw's files.
func (d Draw) subject() string { return domain.Derive("draw files", d.ID) }

func (s *Service) pool(ctx context.Context, d Draw) ([]poolRow, error) {
	var rows []poolRow
	err := s.openFile(ctx, d.subject(), "pool", d.PoolFile, &rows)
	return rows, err
}

func (s *Service) plan(ctx context.Context, d Draw) (*sortition.Lottery, error) {
	l := &sortition.Lottery{}
	return l, s.openFile(ctx, d.subject(), "plan", d.PlanFile, l)
}

// draw finds a draw of a process.
func (s *Service) draw(ctx context.Context, processID, id string) (Draw, error) {
	d, err := s.d.Draws.Get(ctx, id)
	if err != nil || d.Process != processID {
		return Draw{}, hidden(err, "draw")
	}
	return d, nil
}

// step is one command on a draw.
func (s *Service) step(ctx context.Context, cmd domain.Command, id string, do func(*Draw, time.Time) (domain.Event, error)) (Draw, error) {
	return s.d.Draws.Update(ctx, id, func(d *Draw) error {
		if d.Done(cmd) {
			return domain.ErrNoChange
		}
		now := s.d.Clock.Now()
		ev, err := do(d, now)
		if err != nil {
			return err
		}
		if ev.Action == "" {
			return domain.ErrNoChange
		}
		ev.Chain, ev.Subject = d.Process, "draws:"+d.ID
		d.Record(cmd, now, ev)
		return nil
	})
}

func (d *Draw) is(states ...DrawState) error {
	if slices.Contains(states, d.State) {
		return nil
	}
	return domain.E(domain.Conflict, "the draw is %s; this step comes when it is %s", d.State, states[0])
}

// CommitInput names who watches, and when the lottery is.
type CommitInput struct {
	Observers []Observer `json:"observers"`
	DrawAt    time.Time  `json:"draw_at,omitzero"` // as announced before when empty
}

// CommitDraw publishes the commitment: from here on pool, targets and panels
// are fixed, and everybody in the pool is told when the lottery is.
func (s *Service) CommitDraw(ctx context.Context, cmd domain.Command, processID, id string, in CommitInput) (DrawView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return DrawView{}, err
	}
	d, err := s.draw(ctx, processID, id)
	if err != nil {
		return DrawView{}, err
	}
	if err := s.checkCommit(ctx, d, in); err != nil {
		return DrawView{}, err
	}
	d, err = s.step(ctx, cmd, id, func(d *Draw, now time.Time) (domain.Event, error) {
		if err := d.is(DrawPrepared); err != nil {
			return domain.Event{}, err
		}
		d.State, d.CommittedAt, d.CommittedBy, d.Observers = DrawCommitted, now, cmd.Actor.ID, in.Observers
		if !in.DrawAt.IsZero() {
			d.DrawAt = domain.Milli(in.DrawAt)
		}
		d.Emit(cmd, domain.EffectBroadcast, "in_the_draw", now, domain.BroadcastData{
			Process: processID, Statuses: []string{string(people.InPool)}, Template: "in_the_draw",
			Vars: drawVars(*d), Class: domain.ClassService, Expires: d.DrawAt,
		})
		return domain.Event{Action: "draw.committed", Data: map[string]any{"hash": d.Hash, "observers": len(d.Observers)}}, nil
	})
	return d.View(), err
}

func (s *Service) checkCommit(ctx context.Context, d Draw, in CommitInput) error {
	p := domain.Problems{}
	p.Need(len(in.Observers) > 0 && len(in.Observers) <= 20, "observers", "name at least one person who watches the draw; names are published")
	for _, o := range in.Observers {
		p.Need(strings.TrimSpace(o.Name) != "" && strings.TrimSpace(o.Role) != "" && len(o.Name)+len(o.Role) <= 240, "observers",
			"give each observer's name and whom they are there for")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if d.State != DrawPrepared {
		return nil // the step answers
	}
	return s.samePool(ctx, d)
}

// samePool is a conflict when somebody left or joined the pool after the draw
// was prepared.
func (s *Service) samePool(ctx context.Context, d Draw) error {
	rows, err := s.pool(ctx, d)
	if err != nil {
		return err
	}
	was := map[string]bool{}
	for _, row := range rows {
		was[row.Person] = true
	}
	same := 0
	for p, err := range s.d.People.Of(ctx, d.Process, people.InPool) {
		if err != nil {
			return err
		}
		if !was[p.ID] {
			same--
		}
		same++
	}
	if same != len(rows) {
		return domain.E(domain.Conflict, "the pool changed after this draw was prepared; prepare it again")
	}
	return nil
}

// AbandonDraw gives up a draw before its seed exists. The reason is published
// with it, and its number is not used again.
func (s *Service) AbandonDraw(ctx context.Context, cmd domain.Command, processID, id string) (DrawView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return DrawView{}, err
	}
	p := domain.Problems{}
	p.Need(len(strings.TrimSpace(cmd.Reason)) >= 10, "reason", "say why, in a sentence; it is published")
	if err := p.Err(); err != nil {
		return DrawView{}, err
	}
	if _, err := s.draw(ctx, processID, id); err != nil {
		return DrawView{}, err
	}
	d, err := s.step(ctx, cmd, id, func(d *Draw, _ time.Time) (domain.Event, error) {
		if d.State == DrawWitnessed || d.State == DrawSeeded || d.State == DrawConcluded {
			return domain.Event{}, domain.E(domain.Conflict, "the seed of this draw is known; it can only be concluded now")
		}
		d.State, d.Abandoned = DrawAbandoned, cmd.Reason
		return domain.Event{Action: "draw.abandoned"}, nil
	})
	return d.View(), err
}
