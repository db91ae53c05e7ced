package accountability_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
)

const forest = "forest"

var (
	reported = time.Date(2018, 8, 6, 9, 0, 0, 0, time.UTC)
	dueDate  = time.Date(2018, 9, 30, 16, 0, 0, 0, time.UTC)
)

type refs struct{ ref domain.ProcessRef }

func (r *refs) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != r.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return r.ref, nil
}

// published is a jury whose report is out.
type published struct {
	recs     []deliberation.Recommendation
	evidence map[string]deliberation.Evidence
	ballots  map[string]deliberation.BallotView
}

func (p *published) Recommendations(context.Context, domain.Actor, string) ([]deliberation.Recommendation, error) {
	return slices.Clone(p.recs), nil
}

func (p *published) Recommendation(_ context.Context, _ domain.Actor, _, id string) (deliberation.Recommendation, error) {
	for _, r := range p.recs {
		if r.ID == id {
			return r, nil
		}
	}
	return deliberation.Recommendation{}, domain.Hidden("recommendation")
}

func (p *published) EvidenceItem(_ context.Context, _ domain.Actor, _, id string) (deliberation.Evidence, error) {
	if e, ok := p.evidence[id]; ok {
		return e, nil
	}
	return deliberation.Evidence{}, domain.Hidden("item")
}

func (p *published) Questions(context.Context, domain.Actor, string) ([]deliberation.MemberQuestion, error) {
	return nil, nil
}

func (p *published) Ballot(_ context.Context, _ domain.Actor, _, id string) (deliberation.BallotView, error) {
	if b, ok := p.ballots[id]; ok {
		return b, nil
	}
	return deliberation.BallotView{}, domain.Hidden("ballot")
}

func (p *published) MinorityViews(context.Context, domain.Actor, string) ([]deliberation.MinorityView, error) {
	return nil, nil
}

type house struct {
	*accountability.Service
	t         *testing.T
	clock     *domaintest.Clock
	refs      *refs
	jury      *published
	accounts  *domaintest.Repo[accountability.Account]
	responses *domaintest.Repo[accountability.Response]
	actions   *domaintest.Repo[accountability.Action]
	progress  *domaintest.Repo[accountability.ProgressReport]
	feedback  *domaintest.Repo[accountability.Feedback]
	decisions *domaintest.Repo[accountability.Decision]
	n         int
}

// after is a process whose report with so many recommendations, r01, r02,
// ..., was published.
func after(t *testing.T, recs int) *house {
	t.Helper()
	h := &house{
		t: t, clock: domaintest.NewClock(reported), jury: &published{},
		refs: &refs{domain.ProcessRef{
			ID: forest, Body: "ccg", BodyName: "The NHS boards", Stage: domain.Reported, Zone: "Europe/London", ResponseDue: dueDate, SmallNumber: 5,
		}},
		accounts: domaintest.Memory(accountability.Accounts), responses: domaintest.Memory(accountability.Responses),
		actions: domaintest.Memory(accountability.Actions), progress: domaintest.Memory(accountability.ProgressReports),
		feedback: domaintest.Memory(accountability.Feedbacks), decisions: domaintest.Memory(accountability.Decisions),
	}
	for i := range recs {
		h.jury.recs = append(h.jury.recs, deliberation.Recommendation{
			Root: domain.Root{ID: fmt.Sprintf("r%02d", i+1)}, Process: forest, Number: i + 1, Title: fmt.Sprintf("Title %d", i+1),
			Text: fmt.Sprintf("Text %d", i+1), State: deliberation.RecPublished, PublishedAt: reported,
		})
	}
	h.Service = accountability.New(accountability.Deps{
		Accounts: h.accounts, Responses: h.responses, Decisions: h.decisions, Actions: h.actions, Progress: h.progress, Feedback: h.feedback,
		Deliberation: h.jury, Clock: h.clock, Processes: h.refs,
	})
	if err := h.EnterStage(t.Context(), domain.StageData{Process: forest, To: domain.Reported}); err != nil {
		t.Fatal(err)
	}
	return h
}

func staff(id string, r domain.Role) domain.Actor {
	return domain.Actor{ID: id, Grants: []domain.Grant{{Role: r, Body: "ccg"}}, Via: "api"}
}

var (
	carol     = staff("carol", domain.Commissioner)
	colin     = staff("colin", domain.Commissioner)
	organiser = staff("olive", domain.Organiser)
	evaluator = staff("eve", domain.Evaluator)
	anybody   = domain.PublicActor("web")
	elsewhere = domain.Actor{ID: "otto", Grants: []domain.Grant{{Role: domain.Commissioner, Body: "other"}}}
)

func member(n int) domain.Actor {
	return domain.MemberActor(forest, fmt.Sprintf("juror%02d", n), "web")
}

func (h *house) by(a domain.Actor) domain.Command {
	h.n++
	return domain.Command{Actor: a, Key: fmt.Sprintf("k%04d", h.n)}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("got %v, want no error", err)
		}
		return v
	}
}

func refused(t *testing.T, err error, code domain.Code, item string) {
	t.Helper()
	if domain.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	e, ok := err.(*domain.Error)
	if item == "" || !ok {
		return
	}
	for _, m := range e.Missing {
		if m.Item == item && m.Who != "" && m.Need != "" {
			return
		}
	}
	if e.Fields[item] == "" {
		t.Errorf("got %v, want it to name %q", err, item)
	}
}

func names(g domain.Guard) []string {
	out := []string{}
	for _, m := range g {
		out = append(out, m.Item)
	}
	return out
}

// yes is an acceptance with all it needs.
func yes() accountability.Answer {
	return accountability.Answer{
		Outcome: accountability.Accept, Reason: "We agree.", Owner: &accountability.Owner{Post: "Director of Estates", User: "carol"}, By: reported.AddDate(4, 0, 0),
	}
}

func no() accountability.Answer {
	return accountability.Answer{Outcome: accountability.Reject, Reason: "There is no money for it before 2020."}
}

// answer publishes a response.
func (h *house) answer(rec string, a accountability.Answer) accountability.ResponseView {
	h.t.Helper()
	return must[accountability.ResponseView](h.t)(h.PublishResponse(h.t.Context(), h.by(carol), forest, rec, &a))
}

func (h *house) plan(rec string) accountability.Action {
	h.t.Helper()
	return must[accountability.Action](h.t)(h.PlanAction(h.t.Context(), h.by(carol), forest, accountability.ActionInput{
		Recommendation: rec, Title: "Build the hospital in Cinderford", Owner: accountability.Owner{Post: "Director of Estates", User: "carol"}, Due: reported.AddDate(4, 0, 0),
	}))
}

// update moves an action through states.
func (h *house) update(id string, states ...accountability.ActionState) accountability.Action {
	h.t.Helper()
	var x accountability.Action
	for _, st := range states {
		in := accountability.UpdateInput{State: st, Text: "It is " + string(st) + "."}
		if st == accountability.ActionDone {
			in.Proofs = []accountability.Proof{{Title: "Opening", Link: "https://folkmoot.example/opening"}}
		}
		x = must[accountability.Action](h.t)(h.UpdateAction(h.t.Context(), h.by(carol), forest, id, in))
	}
	return x
}

func (h *house) verify(id string, a domain.Actor, ok bool) accountability.Action {
	h.t.Helper()
	return must[accountability.Action](h.t)(h.VerifyAction(h.t.Context(), h.by(a), forest, id, accountability.VerifyInput{Verified: ok, Note: "We went there."}))
}
