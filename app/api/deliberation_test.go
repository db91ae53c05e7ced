package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
)

// juryRef is one process that the test moves from stage to stage.
type juryRef struct{ ref domain.ProcessRef }

func (r *juryRef) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != r.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return r.ref, nil
}

type seated []string

func (s seated) Seated(context.Context, string) ([]string, error) { return slices.Clone(s), nil }

// juryHouse is the API over the jury at work and what comes after.
type juryHouse struct {
	*apitest.Client
	t       *testing.T
	ref     *juryRef
	clock   *domaintest.Clock
	ballots domain.Repository[deliberation.Ballot]
	voted   func() // called after each vote; may be nil
}

var jurors = seated{"juror01", "juror02", "juror03", "juror04", "juror05"}

func juryAtWork(t *testing.T) *juryHouse {
	t.Helper()
	return juryOver(t, domaintest.Memory(deliberation.Ballots), domaintest.NewVault())
}

// juryOver is a jury whose ballots lie in the repository, sealed by the vault.
func juryOver(t *testing.T, ballots domain.Repository[deliberation.Ballot], vault domain.Vault) *juryHouse {
	t.Helper()
	h := &juryHouse{t: t, clock: domaintest.NewClock(time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC)), ballots: ballots}
	h.ref = &juryRef{domain.ProcessRef{
		ID: "forest", Body: "ccg", Stage: domain.Convened, Zone: "Europe/London", SmallNumber: 5,
		ResponseDue: time.Date(2018, 9, 30, 0, 0, 0, 0, time.UTC),
	}}
	delib := deliberation.New(deliberation.Deps{
		Terms: domaintest.Memory(deliberation.TermsCollection), Sessions: domaintest.Memory(deliberation.Sessions),
		Witnesses: domaintest.Memory(deliberation.Witnesses), Evidence: domaintest.Memory(deliberation.EvidenceItems),
		Packs: domaintest.Memory(deliberation.Packs), Questions: domaintest.Memory(deliberation.MemberQuestions),
		Statements: domaintest.Memory(deliberation.Statements), Recommendations: domaintest.Memory(deliberation.Recommendations),
		Ballots: h.ballots, MinorityViews: domaintest.Memory(deliberation.MinorityViews), Reports: domaintest.Memory(deliberation.Reports), Polls: domaintest.Memory(deliberation.Polls),
		Clock: h.clock, Processes: h.ref, Vault: vault, Members: jurors,
	})
	acc := accountability.New(accountability.Deps{
		Accounts: domaintest.Memory(accountability.Accounts), Responses: domaintest.Memory(accountability.Responses),
		Decisions: domaintest.Memory(accountability.Decisions), Actions: domaintest.Memory(accountability.Actions),
		Progress: domaintest.Memory(accountability.ProgressReports), Feedback: domaintest.Memory(accountability.Feedbacks),
		Deliberation: delib, Clock: h.clock, Processes: h.ref,
	})
	actors := []domain.Actor{
		apitest.Staff("fay", domain.Facilitator, "ccg", ""), apitest.Staff("olive", domain.Organiser, "ccg", ""),
		apitest.Staff("ora", domain.Oversight, "ccg", ""), apitest.Staff("carol", domain.Commissioner, "ccg", ""),
		apitest.Staff("otto", domain.Organiser, "elsewhere", ""),
	}
	for _, j := range jurors {
		actors = append(actors, domain.MemberActor("forest", j, "api"))
	}
	h.Client = apitest.New(t, actors, api.Deliberation(delib), api.Accountability(acc))
	return h
}

// post calls as the actor and answers the id of what came back.
func (h *juryHouse) post(who, path string, body map[string]any) string {
	h.t.Helper()
	var v struct {
		ID string `json:"id"`
	}
	var sent any // nothing at all, not null
	if body != nil {
		sent = body
	}
	r := h.As(who).Post("/processes/forest"+path, sent)
	if r.Status != 200 && r.Status != 201 && r.Status != 204 {
		h.t.Fatalf("%s as %s: %d %s", path, who, r.Status, r.Body)
	}
	if len(r.Body) > 0 {
		r.Into(&v)
	}
	return v.ID
}

type obj = map[string]any

var hands = obj{"hands": obj{"for": 5, "against": 0, "present": 5}}

// toReport brings the jury from its evidence to its published report and
// answers the recommendation.
func (h *juryHouse) toReport() string {
	h.t.Helper()
	e := h.post("fay", "/evidence", item)
	h.post("fay", "/evidence/"+e+"/receipt", item)
	h.post("fay", "/evidence/"+e+"/checks", obj{"facts": true, "plain": true, "position": true})
	h.post("ora", "/evidence/"+e+"/approval", nil)
	p := h.post("olive", "/packs", obj{"number": 1, "title": "Pack", "evidence": []string{e}, "formats": obj{"easy_read": "x", "large_print": "y"}})
	h.post("olive", "/packs/"+p+"/publication", nil)
	h.post("ora", "/balance", obj{"statement": "An hour each.", "balanced": true})
	h.ref.ref.Stage = domain.Deliberating
	h.post("fay", "/rules", obj{"rule": obj{"method": "majority", "basis": "present_and_voting", "tie": "casting_vote"}, "quorum": 3, "attend": 1, "agreed": obj{"for": 5, "against": 0, "present": 5}})
	s := h.post("fay", "/sessions", obj{"number": 1, "title": "Day 1", "starts": h.clock.Now(), "ends": h.clock.Now().Add(4 * time.Hour), "mode": "in_person", "place": "Coleford", "required": true})
	h.post("fay", "/sessions/"+s+"/opening", nil)
	h.post("fay", "/sessions/"+s+"/attendance", obj{"marks": obj{"juror01": "present", "juror02": "present", "juror03": "present", "juror04": "partly", "juror05": "present"}})
	h.post("fay", "/sessions/"+s+"/closing", nil)
	h.post("juror02", "/sessions/latest/fairness", obj{"question": "fair", "score": 1})
	q := h.post("juror01", "/questions", obj{"text": "How far is it by bus?"})
	h.post("fay", "/questions/"+q+"/putting", obj{"owner": "County transport"})
	h.post("fay", "/questions/"+q+"/answer", obj{"answer": "40 minutes."})
	rec := h.post("juror01", "/recommendations", obj{"title": "Where", "text": "Build it where the jury says.", "evidence": []string{e}, "questions": []string{q}})
	h.post("fay", "/recommendations/"+rec+"/lock", hands)
	h.vote(rec)
	h.ref.ref.Stage = domain.Reporting
	h.post("fay", "/minority-views/invitation", obj{"until": h.clock.Now().Add(time.Hour)})
	h.post("juror05", "/minority-views", obj{"text": "I would have chosen Lydney."})
	h.post("fay", "/report", obj{"title": "Our report", "sections": []obj{{"heading": "What we say", "text": "Build it."}}, "recommendations": []string{rec}})
	h.post("fay", "/report/review", nil)
	for _, j := range jurors {
		h.post(j, "/report/confirmations", obj{"agrees": true})
	}
	h.post("fay", "/report/formats", obj{"formats": obj{"easy_read": "x", "large_print": "y"}})
	h.post("olive", "/report/publication", nil)
	h.ref.ref.Stage = domain.Reported
	return rec
}

var item = obj{"title": "Travel times", "kind": "data", "stance": "neutral", "summary": "How long it takes."}

// vote holds a secret ballot on the place.
func (h *juryHouse) vote(rec string) {
	h.t.Helper()
	b := h.post("fay", "/ballots", obj{"number": 1, "title": "The place", "questions": []obj{{
		"id": "", "text": "Where?", "kind": "ranked", "recommendation": rec,
		"options": []obj{{"id": "cinderford", "label": "Cinderford"}, {"id": "coleford", "label": "Coleford"}, {"id": "lydney", "label": "Lydney"}},
	}}})
	h.post("fay", "/ballots/"+b+"/approval", hands)
	h.post("fay", "/ballots/"+b+"/opening", nil)
	path := "/processes/forest/ballots/" + b
	h.As("carol").Post(path+"/votes", obj{"answers": obj{"q1": obj{"ranking": []string{"lydney"}}}}).Want(403)
	p := h.As("juror01").Post(path+"/votes", obj{"answers": obj{"q1": obj{"choice": "gloucester"}}}).Want(400).Problem()
	if p.Fields["answers.q1"] == "" {
		h.t.Errorf("the question is not named: %+v", p)
	}
	for i, j := range jurors {
		ranking := []string{"cinderford", "coleford"}
		if i > 2 {
			ranking = []string{"lydney"}
		}
		h.As(j).Post(path+"/votes", obj{"answers": obj{"q1": obj{"ranking": ranking}}}).Want(201).Shows(`"voted":true`).Hides("cinderford", "lydney", "ranking")
		h.As("fay").Get(path).Want(200).Shows(j).Hides(`"box"`, `"result"`, `"counts"`)
		if h.voted != nil {
			h.voted()
		}
	}
	h.post("fay", "/ballots/"+b+"/closing", nil)
	h.post("fay", "/ballots/"+b+"/count", nil)
	m := h.As("fay").Post(path+"/certification", nil).Want(409).Problem()
	if len(m.Missing) != 1 || m.Missing[0].Item != "second_person" {
		h.t.Errorf("got %+v", m.Missing)
	}
	h.post("ora", "/ballots/"+b+"/certification", nil)
	h.As("").Get(path).Want(200).Shows("cinderford").Hides("juror0")
}

func TestAJuryFromEvidenceToVerifiedChangeThroughTheAPI(t *testing.T) {
	t.Parallel()
	h := juryAtWork(t)
	rec := h.toReport()
	h.As("").Get("/processes/forest/report").Want(200).Shows("Our report").Hides("juror0")
	h.As("").Get("/processes/forest/recommendations").Want(200).Shows(`"choice":"Cinderford"`)
	one := "/responses/" + rec
	h.As("carol").Post("/processes/forest"+one+"/publication", obj{"answer": obj{"outcome": "accept", "reason": ""}}).Want(400)
	h.As("olive").Post("/processes/forest"+one+"/publication", obj{"answer": obj{"outcome": "reject", "reason": "no"}}).Want(403)
	h.As("otto").Post("/processes/forest"+one+"/publication", obj{"answer": obj{"outcome": "reject", "reason": "no"}}).Want(404)
	yes := obj{"outcome": "accept", "reason": "We agree.", "owner": obj{"post": "Director of Estates", "user": "carol"}, "by": "2022-12-31T00:00:00Z"}
	h.post("carol", one+"/draft", yes)
	h.post("carol", one+"/publication", nil)
	yes["notice"] = "A later date."
	h.post("carol", one+"/revisions", yes)
	a := h.post("carol", "/actions", obj{"recommendation": rec, "title": "Build in Cinderford", "owner": obj{"post": "Director of Estates", "user": "carol"}, "due": "2022-12-31T00:00:00Z"})
	h.post("olive", "/announcement", obj{"summary": "Both boards agreed."})
	h.post("juror01", "/views", obj{"view": "answered"})
	h.post("juror01", one+"/views", obj{"view": "partly"})
	h.ref.ref.Stage = domain.Implementing
	h.post("carol", "/actions/"+a+"/updates", obj{"state": "started", "text": "Digging."})
	p := h.As("carol").Post("/processes/forest/actions/"+a+"/updates", obj{"state": "done", "text": "Open."}).Want(409).Problem()
	if len(p.Missing) != 1 || p.Missing[0].Item != "proof" {
		t.Errorf("got %+v", p.Missing)
	}
	h.post("carol", "/actions/"+a+"/updates", obj{"state": "done", "text": "Open.", "proofs": []obj{{"title": "Opening", "link": "https://folkmoot.example/o"}}})
	h.As("carol").Post("/processes/forest/actions/"+a+"/verification", obj{"verified": true, "note": "Seen."}).Want(403)
	h.post("juror03", "/actions/"+a+"/verification", obj{"verified": true, "note": "We were shown round."})
	h.post("carol", "/progress-reports", obj{"summary": "Open.", "text": "It is open.", "not_changed": []obj{{"what": "Buses", "why": "Not funded."}}})
	h.post("olive", "/feedback", obj{"kind": "final", "summary": "Open since May.", "changed": []string{"The hospital"}, "not_changed": []obj{{"what": "Buses", "why": "Not funded."}}})
	h.As("").Get("/processes/forest/recommendations/"+rec+"/chain").Want(200).
		Shows("Travel times", "40 minutes", `"standing":"implemented"`, "Cinderford", "We were shown round", "A later date").
		Hides("juror0", "carol", `"effects"`, `"applied"`)
	h.As("").Get("/processes/forest/said-and-did").Want(200).Shows("Build it where", "Not funded").Hides("carol")
}

func TestReadingTheJuryAtWork(t *testing.T) {
	t.Parallel()
	h := juryAtWork(t)
	h.toReport()
	for _, path := range []string{
		"rules", "sessions", "witnesses", "questions", "evidence", "packs", "recommendations", "ballots", "minority-views", "report",
		"responses", "decisions", "actions", "account", "progress-reports", "feedback", "said-and-did",
	} {
		for _, who := range []string{"", "carol", "otto"} {
			h.As(who).Get("/processes/forest/"+path).Want(200).Hides("juror0", `"box"`, `"effects"`)
		}
		h.As("fay").Get("/processes/forest/" + path).Want(200).Hides(`"box"`)
		h.As("juror01").Get("/processes/forest/"+path).Want(200).Hides("juror02", `"box"`)
		h.As("").Get("/processes/nowhere/" + path).Want(404)
	}
	h.As("carol").Get("/processes/forest/statements").Want(403)
	h.As("").Get("/processes/forest/balance").Want(200).Shows("An hour each").Hides(`"by":"ora`)
	h.As("ora").Get("/processes/forest/balance").Want(200).Shows("An hour each")
}
