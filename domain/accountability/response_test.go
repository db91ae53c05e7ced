package accountability_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
)

// Each outcome asks for what makes it honest: refused naming the part, then
// given, then published.
func TestWhatEachOutcomeNeeds(t *testing.T) {
	t.Parallel()
	before, later := reported.AddDate(-1, 0, 0), reported.AddDate(0, 6, 0)
	rows := []struct {
		name  string
		lacks accountability.Answer
		field string
		mend  func(*accountability.Answer)
	}{
		{"no reason", accountability.Answer{Outcome: accountability.Reject}, "reason", func(a *accountability.Answer) { a.Reason = "Because." }},
		{"no such class", accountability.Answer{Outcome: "maybe", Reason: "x"}, "outcome", func(a *accountability.Answer) { a.Outcome = accountability.Reject }},
		{"accept without an owner", accountability.Answer{Outcome: accountability.Accept, Reason: "x", By: later}, "owner.post", func(a *accountability.Answer) { a.Owner = &accountability.Owner{Post: "Director"} }},
		{"accept without a date", accountability.Answer{Outcome: accountability.Accept, Reason: "x", Owner: &accountability.Owner{Post: "Director"}}, "by", func(a *accountability.Answer) { a.By = later }},
		{"accept in part without the part", accountability.Answer{Outcome: accountability.AcceptInPart, Reason: "x", Owner: &accountability.Owner{Post: "Director"}, By: later}, "accepted", func(a *accountability.Answer) { a.Accepted = "The cafe." }},
		{"already doing without evidence", accountability.Answer{Outcome: accountability.AlreadyDoing, Reason: "x"}, "evidence.link", func(a *accountability.Answer) {
			a.Evidence = &accountability.Evidence{Title: "Plan", Link: "https://folkmoot.example/plan", Dated: before}
		}},
		{"already doing since after the report", accountability.Answer{Outcome: accountability.AlreadyDoing, Reason: "x", Evidence: &accountability.Evidence{Link: "l", Dated: later}}, "evidence.dated", func(a *accountability.Answer) { a.Evidence.Dated = before }},
		{"consider further without a date", accountability.Answer{Outcome: accountability.ConsiderMore, Reason: "x"}, "decision", func(a *accountability.Answer) { a.Decision = later }},
		{"refer without a body", accountability.Answer{Outcome: accountability.ReferElsewhere, Reason: "x", Other: &accountability.Other{Sent: reported}}, "other.body", func(a *accountability.Answer) { a.Other.Body = "County council" }},
		{"refer without a date", accountability.Answer{Outcome: accountability.ReferElsewhere, Reason: "x", Other: &accountability.Other{Body: "County council"}}, "other.sent", func(a *accountability.Answer) { a.Other.Sent = reported }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := after(t, 1)
			_, err := h.PublishResponse(t.Context(), h.by(carol), forest, "r01", &row.lacks)
			refused(t, err, domain.Invalid, row.field)
			row.mend(&row.lacks)
			if v := h.answer("r01", row.lacks); v.State != accountability.ResponsePublished || v.Current == nil {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestResponseLife(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	_, err := h.PublishResponse(ctx, h.by(carol), forest, "r01", nil)
	refused(t, err, domain.Invalid, "outcome")
	must[accountability.ResponseView](t)(h.DraftResponse(ctx, h.by(carol), forest, "r01", yes()))
	must[accountability.ResponseView](t)(h.SendToReview(ctx, h.by(carol), forest, "r01", accountability.ReviewInput{Kind: "board"}))
	_, err = h.PublishResponse(ctx, h.by(carol), forest, "r01", nil)
	refused(t, err, domain.Conflict, "review_agreed")
	_, err = h.Reviewed(ctx, h.by(carol), forest, "r01", accountability.ReviewedInput{Agreed: true})
	refused(t, err, domain.Conflict, "")
	_, err = h.Reviewed(ctx, h.by(colin), forest, "r01", accountability.ReviewedInput{})
	refused(t, err, domain.Invalid, "note")
	must[accountability.ResponseView](t)(h.Reviewed(ctx, h.by(colin), forest, "r01", accountability.ReviewedInput{Agreed: true}))
	c := h.by(carol)
	v := must[accountability.ResponseView](t)(h.PublishResponse(ctx, c, forest, "r01", nil))
	if v.State != accountability.ResponsePublished || len(v.Versions) != 1 || v.Late {
		t.Errorf("got %+v", v)
	}
	must[accountability.ResponseView](t)(h.PublishResponse(ctx, c, forest, "r01", nil)) // a repeat
	_, err = h.DraftResponse(ctx, h.by(carol), forest, "r01", no())
	refused(t, err, domain.Conflict, "")
	_, err = h.ReviseResponse(ctx, h.by(carol), forest, "r01", no())
	refused(t, err, domain.Invalid, "notice")
	v = must[accountability.ResponseView](t)(h.ReviseResponse(ctx, h.by(carol).Because("The grant was refused."), forest, "r01", no()))
	if v.State != accountability.ResponseRevised || len(v.Versions) != 2 || v.Versions[1].Notice == "" || v.Versions[0].Answer.Outcome != accountability.Accept {
		t.Errorf("every version stays: %+v", v.Versions)
	}
}

// Nothing of a draft shows, and no user's id.
func TestWhatThePublicSeesOfResponses(t *testing.T) {
	t.Parallel()
	h := after(t, 2)
	ctx := t.Context()
	draft := no()
	draft.Reason = "Between us: never."
	must[accountability.ResponseView](t)(h.DraftResponse(ctx, h.by(carol), forest, "r01", draft))
	h.answer("r02", yes())
	a := h.plan("r02")
	h.update(a.ID, accountability.ActionStarted, accountability.ActionDone)
	h.verify(a.ID, evaluator, true)
	for _, who := range []domain.Actor{anybody, member(1), evaluator, elsewhere} {
		raw, _ := json.Marshal([]any{
			must[[]accountability.ResponseView](t)(h.Responses(ctx, who, forest)), must[[]accountability.Action](t)(h.Actions(ctx, who, forest)),
			must[accountability.SaidAndDid](t)(h.SaidAndDid(ctx, who, forest)), must[accountability.Chain](t)(h.Chain(ctx, who, forest, "r02")),
		})
		for _, no := range []string{"Between us", "drafting", "carol", "eve\"", "effects", "applied"} {
			if strings.Contains(string(raw), no) {
				t.Errorf("%s sees %q in %s", who.ID, no, raw)
			}
		}
		if !strings.Contains(string(raw), "Director of Estates") {
			t.Errorf("%s does not see the post that answers for it", who.ID)
		}
	}
}

func TestMembersViewsAreCountedAndSuppressed(t *testing.T) {
	t.Parallel()
	rows := []struct {
		answered, partly, not int
		want                  string // of answered/partly/not, "-" where hidden
	}{
		{2, 1, 0, "0: - - -"},
		{6, 6, 6, "18: 6 6 6"},
		{12, 3, 0, "15: 12 - -"}, // the nought goes as well: otherwise 3 can be worked out
		{10, 3, 2, "15: 10 - -"},
		{18, 0, 0, "18: 18 0 0"},
	}
	for _, row := range rows {
		h := after(t, 1)
		ctx := t.Context()
		err := h.RecordView(ctx, h.by(member(1)), forest, "r01", accountability.ViewInput{View: accountability.Answered})
		refused(t, err, domain.Conflict, "")
		h.answer("r01", no())
		n := 0
		for i, v := range accountability.Views {
			for range []int{row.answered, row.partly, row.not}[i] {
				n++
				for _, rec := range []string{"r01", ""} {
					if err := h.RecordView(ctx, h.by(member(n)), forest, rec, accountability.ViewInput{View: v}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		v := must[accountability.ResponseView](t)(h.Response(ctx, anybody, forest, "r01"))
		acc := must[accountability.AccountView](t)(h.Account(ctx, anybody, forest))
		for _, got := range []accountability.ViewCounts{v.Members, acc.Members} {
			if s := show(got); s != row.want {
				t.Errorf("%d %d %d: got %s, want %s", row.answered, row.partly, row.not, s, row.want)
			}
		}
	}
}

func show(c accountability.ViewCounts) string {
	var b strings.Builder
	raw, _ := json.Marshal(c.Total)
	b.Write(raw)
	b.WriteString(":")
	for _, n := range []*int{c.Answered, c.Partly, c.Not} {
		b.WriteString(" ")
		if n == nil {
			b.WriteString("-")
			continue
		}
		raw, _ := json.Marshal(*n)
		b.Write(raw)
	}
	return b.String()
}

func TestAViewIsOnesOwn(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	h.answer("r01", no())
	err := h.RecordView(t.Context(), h.by(member(1)), forest, "", accountability.ViewInput{Member: "juror02", View: accountability.Answered})
	refused(t, err, domain.Forbidden, "")
	err = h.RecordView(t.Context(), h.by(carol), forest, "", accountability.ViewInput{View: accountability.Answered})
	refused(t, err, domain.Forbidden, "")
	err = h.RecordView(t.Context(), h.by(anybody), forest, "", accountability.ViewInput{View: accountability.Answered})
	refused(t, err, domain.NotFound, "")
}

// Scotland 2021: 81 recommendations, an answer to each within six months, of
// every class, some referred to another government.
func TestEightyOneRecommendations(t *testing.T) {
	t.Parallel()
	h := after(t, 81)
	ctx := t.Context()
	ref := h.refs.ref
	answers := []accountability.Answer{
		yes(), no(),
		{Outcome: accountability.AcceptInPart, Reason: "x", Accepted: "half", Owner: &accountability.Owner{Post: "Minister"}, By: reported.AddDate(1, 0, 0)},
		{Outcome: accountability.AlreadyDoing, Reason: "x", Evidence: &accountability.Evidence{Link: "l", Dated: reported.AddDate(-1, 0, 0)}},
		{Outcome: accountability.ConsiderMore, Reason: "x", Decision: reported.AddDate(1, 0, 0)},
		{Outcome: accountability.ReferElsewhere, Reason: "Outside our powers.", Other: &accountability.Other{Body: "UK Government", Sent: reported}},
	}
	for i, r := range h.jury.recs[:80] {
		h.answer(r.ID, answers[i%6])
	}
	g := must[domain.Guard](t)(h.Guard(ctx, ref, domain.Responded))
	if len(g) != 1 || g[0].Item != "responses" || !strings.Contains(g[0].Need, "81") || strings.Contains(g[0].Need, "80") {
		t.Errorf("one answer is missing; the guard says %+v", g)
	}
	h.clock.Set(dueDate.Add(time.Hour))
	if n, err := h.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	h.answer("r81", answers[5])
	if g := must[domain.Guard](t)(h.Guard(ctx, ref, domain.Responded)); len(g) != 0 {
		t.Errorf("every recommendation is answered; the guard says %+v", g)
	}
	last := must[accountability.ResponseView](t)(h.Response(ctx, anybody, forest, "r81"))
	if !last.Late || last.Overdue {
		t.Errorf("the last came late, and is answered: %+v", last)
	}
	v := must[accountability.ResponseView](t)(h.RecordReply(ctx, h.by(carol), forest, "r81", accountability.ReplyInput{Reply: "No.", At: h.clock.Now()}))
	if v.Current.Other.Reply != "No." || len(v.Versions) != 2 || !v.Late {
		t.Errorf("got %+v", v)
	}
	_, err := h.RecordReply(ctx, h.by(carol), forest, "r01", accountability.ReplyInput{Reply: "No.", At: h.clock.Now()})
	refused(t, err, domain.Conflict, "")
}

// The seed's case: no preferred option, the recommendation accepted, the
// boards' decision a record of its own.
func TestDecisionIsKeptApart(t *testing.T) {
	t.Parallel()
	h := after(t, 1)
	ctx := t.Context()
	h.answer("r01", yes())
	in := accountability.DecisionInput{
		Board: "Both NHS boards", MetAt: time.Date(2018, 8, 30, 13, 0, 0, 0, time.UTC), InPublic: true, Text: "Build in Cinderford.",
		Reasons: "Need is greatest there.", Involvement: "The jury's report was before both boards.",
		LikelyEffects: accountability.Effects{Wellbeing: "better", Quality: "better", Resources: "the same"}, Recommendations: []string{"r01"},
	}
	_, err := h.RecordDecision(ctx, h.by(carol), forest, in)
	refused(t, err, domain.Invalid, "met_at")
	h.clock.Set(in.MetAt.Add(time.Hour))
	bad := in
	bad.Departs, bad.LikelyEffects.Quality, bad.Recommendations = true, "", []string{"nothing"}
	_, err = h.RecordDecision(ctx, h.by(carol), forest, bad)
	for _, f := range []string{"departure", "likely_effects.quality", "recommendations.0"} {
		refused(t, err, domain.Invalid, f)
	}
	d := must[accountability.Decision](t)(h.RecordDecision(ctx, h.by(carol), forest, in))
	must[accountability.Decision](t)(h.CorrectDecision(ctx, h.by(carol), forest, d.ID, accountability.CorrectionInput{Text: "The minutes say 30 August."}))
	c := must[accountability.Chain](t)(h.Chain(ctx, anybody, forest, "r01"))
	if len(c.Decisions) != 1 || c.Decisions[0].By != "" || len(c.Decisions[0].Notices) != 1 || c.Standing != accountability.StandingResponded {
		t.Errorf("got %+v", c)
	}
}

func TestRolesOfAccountability(t *testing.T) {
	t.Parallel()
	actors := map[string]domain.Actor{
		"commissioner": carol, "organiser": organiser, "evaluator": evaluator, "oversight": staff("ora", domain.Oversight),
		"facilitator": staff("fay", domain.Facilitator), "administrator": staff("ada", domain.Administrator),
		"member": member(1), "elsewhere": elsewhere, "public": anybody,
	}
	rows := []struct {
		name, may string
		do        func(*house, domain.Command) error
	}{
		{"draft", "commissioner", func(h *house, c domain.Command) error {
			_, err := h.DraftResponse(h.t.Context(), c, forest, "r01", no())
			return err
		}},
		{"publish", "commissioner", func(h *house, c domain.Command) error {
			a := no()
			_, err := h.PublishResponse(h.t.Context(), c, forest, "r01", &a)
			return err
		}},
		{"plan", "commissioner organiser", func(h *house, c domain.Command) error {
			h.answer("r01", yes())
			_, err := h.PlanAction(h.t.Context(), c, forest, accountability.ActionInput{Recommendation: "r01", Title: "x", Owner: accountability.Owner{Post: "p"}, Due: reported})
			return err
		}},
		{"announce", "commissioner organiser", func(h *house, c domain.Command) error {
			h.answer("r01", no())
			_, err := h.Announce(h.t.Context(), c, forest, accountability.AnnounceInput{Summary: "Not agreed."})
			return err
		}},
		{"verify", "member oversight evaluator", func(h *house, c domain.Command) error {
			h.answer("r01", yes())
			a := h.plan("r01")
			h.update(a.ID, accountability.ActionStarted, accountability.ActionDone)
			_, err := h.VerifyAction(h.t.Context(), c, forest, a.ID, accountability.VerifyInput{Verified: true, Note: "Seen."})
			return err
		}},
	}
	for _, row := range rows {
		for name, a := range actors {
			h := after(t, 1)
			err := row.do(h, domain.Command{Actor: a, Key: "key"})
			want := domain.Forbidden
			if name == "elsewhere" || name == "public" {
				want = domain.NotFound
			}
			if slices.Contains(strings.Fields(row.may), name) {
				want = ""
			}
			if got := domain.CodeOf(err); got != want {
				t.Errorf("%s may %s: got %q (%v), want %q", name, row.name, got, err, want)
			}
		}
	}
}

func TestOnlyPublishedRecommendationsAreOwedAResponse(t *testing.T) {
	t.Parallel()
	h := after(t, 2)
	h.jury.recs[1].State = deliberation.RecMinority
	h.answer("r01", no())
	if g := must[domain.Guard](t)(h.Guard(t.Context(), h.refs.ref, domain.Responded)); len(g) != 0 {
		t.Errorf("a minority view is owed no response; the guard says %+v", g)
	}
	a := no()
	_, err := h.PublishResponse(t.Context(), h.by(carol), forest, "r02", &a)
	refused(t, err, domain.Conflict, "")
	_, err = h.PublishResponse(t.Context(), h.by(carol), forest, "r99", &a)
	refused(t, err, domain.NotFound, "")
}
