package web

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/tables"
)

// story is what is public of a process: the parts that its pages show. What
// is not public yet is empty.
type story struct {
	P         process.PublicView
	Body      process.BodyView
	Where     string
	Table     recruitment.Representation
	Settings  recruitment.View
	Draws     []recruitment.DrawView
	Sessions  []deliberation.Session
	Tables    []tables.Counts
	Evidence  []deliberation.Evidence
	Packs     []deliberation.Pack
	Report    *deliberation.Report
	Said      accountability.SaidAndDid
	Responses []accountability.ResponseView
	Actions   []accountability.Action
	Decisions []accountability.Decision
	Progress  []accountability.ProgressReport
	Feedback  []accountability.Feedback
	Head      audit.Head
}

// Zone is where the process is.
func (st story) Zone() *time.Location { return zoneNamed(st.P.Zone) }

// tell reads a process's public story.
func (s Services) tell(ctx context.Context, code string) (story, error) {
	p, err := s.Process.Public(ctx, upper(code))
	if err != nil {
		return story{}, err
	}
	st, err := remember(ctx, s, "story", p.ID, func() (story, error) { return s.read(ctx, p) })
	st.P, st.Where = p, standing(p.Stage)
	if p.Stage == domain.Reported && !answered(st.Responses).IsZero() {
		st.Where = standing(domain.Responded)
	}
	return st, err
}

func (s Services) read(ctx context.Context, p process.PublicView) (story, error) {
	st := story{P: p, Where: standing(p.Stage)}
	reads := []func() error{
		func() error {
			return part(&st.Body, func() (process.BodyView, error) { return s.Process.Body(ctx, p.Body) })
		},
		func() error { return s.tellDraw(ctx, &st) },
		func() error { return s.tellJury(ctx, &st) },
		func() error { return s.tellAfter(ctx, &st) },
		func() error {
			return part(&st.Tables, func() ([]tables.Counts, error) { return s.Tables.Public(ctx, p.ID) })
		},
		func() error { return part(&st.Head, func() (audit.Head, error) { return s.Audit.Head(ctx, p.ID) }) },
	}
	for _, read := range reads {
		if err := read(); err != nil {
			return story{}, err
		}
	}
	return st, nil
}

func (s Services) tellDraw(ctx context.Context, st *story) error {
	id := st.P.ID
	err := part(&st.Table, func() (recruitment.Representation, error) { return s.Recruitment.PublicRepresentation(ctx, id) })
	if err != nil {
		return err
	}
	if err := part(&st.Draws, func() ([]recruitment.DrawView, error) { return s.Recruitment.PublicDraws(ctx, id) }); err != nil {
		return err
	}
	// How many were asked and when registration ends is said in every text; the
	// service answers it to staff and to the program.
	return part(&st.Settings, func() (recruitment.View, error) { return s.Recruitment.Get(ctx, domain.SystemActor("web"), id) })
}

func (s Services) tellJury(ctx context.Context, st *story) error {
	id, d := st.P.ID, s.Deliberation
	if err := part(&st.Sessions, func() ([]deliberation.Session, error) { return d.Sessions(ctx, public, id) }); err != nil {
		return err
	}
	if err := part(&st.Evidence, func() ([]deliberation.Evidence, error) { return d.Evidence(ctx, public, id) }); err != nil {
		return err
	}
	if err := part(&st.Packs, func() ([]deliberation.Pack, error) { return d.Packs(ctx, public, id) }); err != nil {
		return err
	}
	return part(&st.Report, func() (*deliberation.Report, error) {
		r, err := d.Report(ctx, public, id)
		return &r, err
	})
}

func (s Services) tellAfter(ctx context.Context, st *story) error {
	if st.Report == nil {
		return nil
	}
	id, a := st.P.ID, s.Accountability
	reads := []func() error{
		func() error {
			return part(&st.Said, func() (accountability.SaidAndDid, error) { return a.SaidAndDid(ctx, public, id) })
		},
		func() error {
			return part(&st.Responses, func() ([]accountability.ResponseView, error) { return a.Responses(ctx, public, id) })
		},
		func() error {
			return part(&st.Actions, func() ([]accountability.Action, error) { return a.Actions(ctx, public, id) })
		},
		func() error {
			return part(&st.Decisions, func() ([]accountability.Decision, error) { return a.Decisions(ctx, public, id) })
		},
		func() error {
			return part(&st.Progress, func() ([]accountability.ProgressReport, error) { return a.ProgressReports(ctx, public, id) })
		},
		func() error {
			return part(&st.Feedback, func() ([]accountability.Feedback, error) { return a.Feedback(ctx, public, id) })
		},
	}
	for _, read := range reads {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// figure is a number with what it counts. Hidden ones are too small to show.
type figure struct {
	Count  int
	Hidden bool
	What   string
}

type processPage struct {
	story
	Clock   []mark
	Figures []figure
	Promise *promise
}

// promise is the commitment with how it stands today.
type promise struct {
	process.Commitment
	Status Status
}

// publicProcess is the page that a text's link leads to.
func (s Services) publicProcess(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	now := s.Clock.Now()
	page := processPage{story: st, Clock: clockOf(st, now), Figures: figuresOf(st)}
	if !st.P.Commitment.ResponseDue.IsZero() {
		page.Promise = &promise{st.P.Commitment, promiseStatus(st, now)}
	}
	return Show("public/process", st.P.Name, page).KeptFor(shortly), nil
}

// figuresOf are the numbers of the way to the seats, those that are public.
func figuresOf(st story) []figure {
	var out []figure
	if n := st.Settings.Invited; n > 0 && !st.Settings.ClosedAt.IsZero() {
		out = append(out, figure{Count: n, What: "people were asked by lottery"})
	}
	labels := map[string]string{
		"registered": "people applied", "in_pool": "were in the draw", "selected": "were picked", "confirmed": "kept their seats", "completed": "served to the end",
	}
	for i, stage := range st.Table.Table.Stages {
		if i >= len(st.Table.Table.Totals) {
			break
		}
		c := st.Table.Table.Totals[i]
		if what := labels[stage]; what != "" && (c.Count > 0 || c.Suppressed) {
			out = append(out, figure{Count: c.Count, Hidden: c.Suppressed, What: what})
		}
	}
	return out
}

// answered is when the last recommendation got its first answer; zero while
// one is owed.
func answered(rs []accountability.ResponseView) time.Time {
	var last time.Time
	for _, r := range rs {
		if len(r.Versions) == 0 {
			return time.Time{}
		}
		if at := r.Versions[0].At; at.After(last) {
			last = at
		}
	}
	return last
}

func promiseStatus(st story, now time.Time) Status {
	due, at := st.P.Commitment.ResponseDue, answered(st.Responses)
	switch {
	case !at.IsZero() && !at.After(due):
		return Status{"kept", "Kept"}
	case !at.IsZero():
		return Status{"late", "Answered, late by " + span(at.Sub(due))}
	case now.After(due):
		return Status{"late", "Late by " + span(now.Sub(due))}
	}
	return Status{"due", "Due in " + span(due.Sub(now))}
}
