package web

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

type stageStep struct {
	Name  string
	State string // done, here, ahead
	Mark  *process.StageMark
}

type staffProcessPage struct {
	desk
	Next    process.Next
	Missing []owed
	After   []owed
	Waiting int
	Steps   []stageStep
	Signed  map[string]int // sign-offs that hold, by what was signed
	Signs   []string       // what the reader may sign now: value and label in turn
}

func (s Services) staffProcess(ctx context.Context, r *Request) (Reply, error) {
	p, err := s.staffProcessPage(ctx, r)
	return Show("staff/process", p.P.Name, p), err
}

func (s Services) staffProcessPage(ctx context.Context, r *Request) (staffProcessPage, error) {
	d, err := s.deskOf(ctx, r)
	page := staffProcessPage{desk: d}
	if err != nil {
		return page, err
	}
	if page.Next, err = s.Process.Next(ctx, r.Actor, d.P.ID); err != nil {
		return page, err
	}
	if page.Waiting, err = s.waiting(ctx, d); err != nil {
		return page, err
	}
	if page.After, err = s.owedAfter(ctx, d); err != nil {
		return page, err
	}
	page.Missing, page.Steps, page.Signed = owedFor(d, page.Next), steps(d.P), map[string]int{}
	for _, what := range []string{"question", "specification", "draw"} {
		if n := len(d.P.SignedBy(what)); n > 0 {
			page.Signed[what] = n
		}
	}
	if d.May(domain.SignOff) {
		page.Signs = signable(d.P.Stage)
	}
	return page, nil
}

// signable is what an oversight member can sign at a stage: the design until
// people are asked, then the draw.
func signable(st domain.Stage) []string {
	switch {
	case !st.Reached(domain.Proposed), st == domain.Closed:
		return nil
	case st.Reached(domain.Recruiting):
		return []string{"draw", "The draw: it was made as published"}
	}
	return []string{"question", "The question: it is neutral and plain", "specification", "The specification: it is fair and fit for the question"}
}

// pause stops the clockwork of a process; resume goes on where it stood.
func (s Services) pause(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Process.Pause(ctx, r.Command(), r.Param("process"), process.ReasonInput{Reason: r.Form.Get("reason")})
	return s.processAgain(ctx, r, err)
}

func (s Services) resume(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Process.Resume(ctx, r.Command(), r.Param("process"))
	return s.processAgain(ctx, r, err)
}

// steps is the way from the promise to the end, with where the process is.
func steps(p process.View) []stageStep {
	var out []stageStep
	for _, st := range domain.Stages {
		step := stageStep{Name: words(st), State: "ahead"}
		for i := range p.History {
			if p.History[i].Stage == st {
				step.State, step.Mark = "done", &p.History[i]
			}
		}
		if st == p.Stage {
			step.State = "here"
		}
		out = append(out, step)
	}
	return out
}

// advance enters the next stage; past an unmet guard only with a reason.
func (s Services) advance(ctx context.Context, r *Request) (Reply, error) {
	id := r.Param("process")
	_, err := s.Process.Advance(ctx, r.Command(), id, process.AdvanceInput{
		To: domain.Stage(r.Form.Get("to")), OverrideReason: r.Form.Get("override_reason"),
	})
	return s.processAgain(ctx, r, err)
}

// signOff is an oversight member's agreement to what stands now.
func (s Services) signOff(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Process.SignOff(ctx, r.Command(), r.Param("process"), process.SignOffInput{What: r.Form.Get("what"), Note: r.Form.Get("note")})
	return s.processAgain(ctx, r, err)
}

// processAgain goes back to the process, or shows it with what is wrong.
func (s Services) processAgain(ctx context.Context, r *Request, err error) (Reply, error) {
	if err == nil {
		return Go(desk{P: process.View{ID: r.Param("process")}}.URL("")), nil
	}
	page, again := s.staffProcess(ctx, r)
	if again != nil {
		return Reply{}, err
	}
	return r.Again(page, err)
}
