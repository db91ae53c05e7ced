package deliberation_test

import (
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Everything that is off is named at once, by its field, and nothing is
// changed.
func TestWhatIsOffIsNamed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 20_001)
	many := func(n int) []deliberation.Option {
		out := make([]deliberation.Option, n)
		for i := range out {
			out[i] = deliberation.Option{ID: string(rune('a' + i)), Label: "x"}
		}
		return out
	}
	rows := []struct {
		name   string
		fields string
		do     func(*jury) error
	}{
		{"session", "number title starts ends mode place agenda.0.title agenda.0.kind agenda.0.minutes", func(j *jury) error {
			_, err := j.PlanSession(j.t.Context(), j.by(facilitator), forest, deliberation.SessionInput{Mode: "by_post", Agenda: []deliberation.AgendaItem{{}}})
			return err
		}},
		{"session too long", "ends place agenda", func(j *jury) error {
			_, err := j.PlanSession(j.t.Context(), j.by(facilitator), forest, deliberation.SessionInput{
				Number: 1, Title: "x", Starts: start, Ends: start.Add(25 * time.Hour), Mode: deliberation.Hybrid,
				Agenda: []deliberation.AgendaItem{{Title: "x", Kind: "vote", Minutes: 1600}},
			})
			return err
		}},
		{"attendance", "marks.juror01 marks.juror99", func(j *jury) error {
			s := j.plan(j.t, 1, true)
			_, err := j.MarkAttendance(j.t.Context(), j.by(facilitator), forest, s.ID, deliberation.AttendanceInput{Marks: map[string]deliberation.Presence{"juror01": "asleep", "juror99": deliberation.Present}})
			return err
		}},
		{"witness", "name kind stance interests chosen_by", func(j *jury) error {
			_, err := j.AddWitness(j.t.Context(), j.by(facilitator), forest, deliberation.WitnessInput{})
			return err
		}},
		{"witness for an option", "position", func(j *jury) error {
			_, err := j.AddWitness(j.t.Context(), j.by(facilitator), forest, deliberation.WitnessInput{Name: "x", Kind: "staff", Stance: "option", Interests: "none", ChosenBy: "members"})
			return err
		}},
		{"evidence", "title summary kind stance minutes", func(j *jury) error {
			_, err := j.ProposeEvidence(j.t.Context(), j.by(facilitator), forest, deliberation.EvidenceInput{Summary: long, Minutes: -1})
			return err
		}},
		{"pack", "number title evidence", func(j *jury) error {
			_, err := j.DraftPack(j.t.Context(), j.by(organiser), forest, deliberation.PackInput{})
			return err
		}},
		{"rules", "rule.method rule.basis rule.tie quorum attend agreed", func(j *jury) error {
			_, err := j.FixRules(j.t.Context(), j.by(facilitator), forest, deliberation.TermsInput{Attend: -1})
			return err
		}},
		{"hands", "hands", func(j *jury) error {
			r := must[deliberation.Recommendation](j.t)(j.DraftRecommendation(j.t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Title: "x", Text: "y"}))
			_, err := j.LockWording(j.t.Context(), j.by(facilitator), forest, r.ID, deliberation.LockInput{Hands: deliberation.Hands{For: 4, Against: 3, Present: 6}})
			return err
		}},
		{"recommendation", "title text kind goal evidence questions", func(j *jury) error {
			_, err := j.DraftRecommendation(j.t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Kind: "wish", Goal: "soon", Evidence: []string{"none"}, Questions: []string{"none"}})
			return err
		}},
		{"ballot", "number title questions quorum closes_at rule.tie condition.ballot", func(j *jury) error {
			_, err := j.DraftBallot(j.t.Context(), j.by(facilitator), forest, deliberation.BallotInput{
				Quorum: 2, ClosesAt: start, Rule: &deliberation.Rule{Method: "majority", Basis: "all_members", Tie: "coin"},
				Condition: &deliberation.Condition{Ballot: "none", Question: "q1", Outcome: "passed"},
			})
			return err
		}},
		{"questions of a ballot", "questions.0.recommendation questions.1.options questions.2.options questions.3.text questions.3.kind questions.3.options questions.4.recommendation questions.5.options", func(j *jury) error {
			_, err := j.DraftBallot(j.t.Context(), j.by(facilitator), forest, deliberation.BallotInput{Number: 1, Title: "x", Questions: []deliberation.Question{
				{Text: "x", Kind: deliberation.YesNoQuestion},
				{Text: "x", Kind: deliberation.ChoiceQuestion, Options: many(1)},
				{Text: "x", Kind: deliberation.ChoiceQuestion, Options: []deliberation.Option{{ID: "abstain", Label: "x"}, {ID: "B!", Label: "x"}}},
				{},
				{Text: "x", Kind: deliberation.YesNoQuestion, Recommendation: "none"},
				{Text: "x", Kind: deliberation.RankedQuestion, Options: many(13)},
			}})
			return err
		}},
		{"condition", "condition.question", func(j *jury) error {
			in := deliberation.BallotInput{Number: 1, Title: "x", Questions: []deliberation.Question{{Text: "x", Kind: deliberation.ChoiceQuestion, Options: places}}}
			b := must[deliberation.BallotView](j.t)(j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in))
			in.Condition = &deliberation.Condition{Ballot: b.ID, Question: "q7", Outcome: "passed"}
			_, err := j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in)
			return err
		}},
		{"condition on what cannot win", "condition.outcome", func(j *jury) error {
			in := deliberation.BallotInput{Number: 1, Title: "x", Questions: []deliberation.Question{{Text: "x", Kind: deliberation.ChoiceQuestion, Options: places}}}
			b := must[deliberation.BallotView](j.t)(j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in))
			in.Condition = &deliberation.Condition{Ballot: b.ID, Question: "q1", Outcome: "gloucester"}
			_, err := j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in)
			return err
		}},
		{"report", "title sections recommendations", func(j *jury) error {
			_, err := j.DraftReport(j.t.Context(), j.by(facilitator), forest, deliberation.ReportInput{})
			return err
		}},
		{"report on what was not adopted", "recommendations.0 sections.0.text", func(j *jury) error {
			r := j.final("x")
			_, err := j.DraftReport(j.t.Context(), j.by(facilitator), forest, deliberation.ReportInput{Title: "x", Sections: []deliberation.Section{{Heading: "x"}}, Recommendations: []string{r.ID}})
			return err
		}},
		{"minority view", "text recommendation members.0", func(j *jury) error {
			_, err := j.SubmitMinority(j.t.Context(), j.by(facilitator), forest, deliberation.MinorityViewInput{Recommendation: "none", Members: []string{"juror99"}})
			return err
		}},
		{"invitation to minority views", "until", func(j *jury) error {
			_, err := j.InviteMinority(j.t.Context(), j.by(facilitator), forest, deliberation.MinorityInput{Until: start})
			return err
		}},
		{"fairness", "question", func(j *jury) error {
			return j.RecordFairness(j.t.Context(), j.by(member("juror01")), forest, "x", deliberation.FairnessInput{Question: "weather"})
		}},
		{"fairness score", "score", func(j *jury) error {
			return j.RecordFairness(j.t.Context(), j.by(member("juror01")), forest, "x", deliberation.FairnessInput{Question: "fair", Score: 5})
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			j := convene(t, 5)
			err := row.do(j)
			for _, f := range strings.Fields(row.fields) {
				refused(t, err, domain.Invalid, f)
			}
			if n := len(fields(err)); n != len(strings.Fields(row.fields)) {
				t.Errorf("%d fields are named, want %d: %v", n, len(strings.Fields(row.fields)), err)
			}
			if err != nil && strings.Contains(strings.ToLower(err.(*domain.Error).Msg), "invalid") {
				t.Errorf("a person is told %q", err)
			}
		})
	}
}

func TestSessionsAreChangedAndCancelled(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	s := j.plan(t, 1, true)
	in := deliberation.SessionInput{Number: 1, Title: "Moved", Starts: start.Add(90 * time.Hour), Ends: start.Add(91 * time.Hour), Mode: deliberation.Online, Link: "https://folkmoot.example/room"}
	got := must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	if got.Title != "Moved" || got.Required {
		t.Errorf("got %+v", got)
	}
	if pub := must[deliberation.Session](t)(j.Session(ctx, domain.PublicActor("web"), forest, s.ID)); pub.Link != "" {
		t.Errorf("the public sees the link to join: %s", pub.Link)
	}
	_, err := j.CancelSession(ctx, j.by(facilitator), forest, s.ID, deliberation.CancelInput{})
	refused(t, err, domain.Invalid, "reason")
	must[deliberation.Session](t)(j.CancelSession(ctx, j.by(facilitator).Because("Snow."), forest, s.ID, deliberation.CancelInput{Tell: "Tuesday is off because of snow."}))
	_, err = j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in)
	refused(t, err, domain.Conflict, "")
	_, err = j.OpenSession(ctx, j.by(facilitator), forest, s.ID)
	refused(t, err, domain.Conflict, "")
	held := j.plan(t, 2, true)
	j.hold(t, held, 3)
	late := deliberation.AttendanceInput{Marks: map[string]deliberation.Presence{"juror01": deliberation.Absent}}
	_, err = j.MarkAttendance(ctx, j.by(facilitator), forest, held.ID, late)
	refused(t, err, domain.Conflict, "")
	got = must[deliberation.Session](t)(j.MarkAttendance(ctx, j.by(facilitator).Because("Marked by mistake."), forest, held.ID, late))
	if got.Attended != 2 {
		t.Errorf("%d attended", got.Attended)
	}
	_, err = j.Session(ctx, facilitator, "other", held.ID)
	refused(t, err, domain.NotFound, "")
}

func TestWitnessesAndStatements(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	in := deliberation.WitnessInput{Name: "Dr Elin Marsh", Kind: "expert", Stance: "neutral", Interests: "none", ChosenBy: "members"}
	w := must[deliberation.Witness](t)(j.AddWitness(ctx, j.by(facilitator), forest, in))
	in.Briefed = true
	if w = must[deliberation.Witness](t)(j.ChangeWitness(ctx, j.by(facilitator), forest, w.ID, in)); !w.Briefed {
		t.Error("not changed")
	}
	j.refs.ref.Stage = domain.Convened
	if ws := must[[]deliberation.Witness](t)(j.Witnesses(ctx, domain.PublicActor("web"), forest)); len(ws) != 0 {
		t.Errorf("the public sees witnesses before the jury sits: %v", ws)
	}
	j.refs.ref.Stage = domain.Deliberating
	if ws := must[[]deliberation.Witness](t)(j.Witnesses(ctx, domain.PublicActor("web"), forest)); len(ws) != 1 {
		t.Errorf("the public sees %d witnesses", len(ws))
	}
	a := must[deliberation.Statement](t)(j.AddStatement(ctx, j.by(member("juror01")), forest, deliberation.StatementInput{Text: "Near a bus."}))
	b := must[deliberation.Statement](t)(j.AddStatement(ctx, j.by(facilitator), forest, deliberation.StatementInput{Text: "By the bus.", Table: "2"}))
	_, err := j.SortStatement(ctx, j.by(facilitator), forest, a.ID, deliberation.SortInput{State: deliberation.StatementMerged, Into: a.ID})
	refused(t, err, domain.Invalid, "into")
	must[deliberation.Statement](t)(j.SortStatement(ctx, j.by(facilitator), forest, b.ID, deliberation.SortInput{State: deliberation.StatementKept, Theme: "Transport"}))
	must[deliberation.Statement](t)(j.SortStatement(ctx, j.by(facilitator), forest, a.ID, deliberation.SortInput{State: deliberation.StatementMerged, Into: b.ID}))
	_, err = j.SortStatement(ctx, j.by(facilitator), forest, a.ID, deliberation.SortInput{State: deliberation.StatementKept})
	refused(t, err, domain.Conflict, "")
}

// After publication everything is corrected by numbered notices, and only so.
func TestPublishedReportIsOnlyCorrected(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	j.work()
	ctx := t.Context()
	j.refs.ref.Stage = domain.Reported
	r := must[[]deliberation.Recommendation](t)(j.Recommendations(ctx, domain.PublicActor("web"), forest))[0]
	for n := 1; n <= 2; n++ {
		x := must[deliberation.Report](t)(j.CorrectReport(ctx, j.by(organiser), forest, deliberation.CorrectionInput{Text: "A date was wrong."}))
		y := must[deliberation.Recommendation](t)(j.CorrectRecommendation(ctx, j.by(organiser), forest, r.ID, deliberation.CorrectionInput{Text: "A word was wrong."}))
		if x.Notices[n-1].Number != n || y.Notices[n-1].Number != n || y.Text != r.Text {
			t.Errorf("notice %d: %+v %+v", n, x.Notices, y.Notices)
		}
	}
	_, err := j.ChangeRecommendation(ctx, j.by(facilitator), forest, r.ID, deliberation.RecommendationInput{Title: "x", Text: "y"})
	refused(t, err, domain.Conflict, "")
	_, err = j.AddFormats(ctx, j.by(facilitator), forest, deliberation.FormatsInput{Formats: map[string]string{"easy_read": "another"}})
	refused(t, err, domain.Conflict, "")
	must[deliberation.Report](t)(j.AddFormats(ctx, j.by(facilitator), forest, deliberation.FormatsInput{Formats: map[string]string{"audio": "c"}}))
	_, err = j.ConfirmReport(ctx, j.by(member("juror01")), forest, deliberation.ConfirmInput{})
	refused(t, err, domain.Conflict, "")
	_, err = j.Supersede(ctx, j.by(organiser), forest, r.ID, deliberation.SupersedeInput{})
	refused(t, err, domain.Invalid, "reason")
	x := must[deliberation.Recommendation](t)(j.Supersede(ctx, j.by(organiser).Because("The 2024 jury took it up."), forest, r.ID, deliberation.SupersedeInput{By: "later"}))
	if x.State != deliberation.RecSuperseded || len(x.Notices) != 3 {
		t.Errorf("got %s, %d notices", x.State, len(x.Notices))
	}
	views := must[[]deliberation.MinorityView](t)(j.MinorityViews(ctx, domain.PublicActor("web"), forest))
	if len(views) != 1 || views[0].Members != nil || views[0].Count != 0 || !views[0].Few {
		t.Errorf("the public sees minority views %+v", views)
	}
}

// When members do not confirm the wording, or take their word back, it is not
// confirmed; a changed draft is confirmed anew.
func TestReportIsConfirmedByMoreThanHalf(t *testing.T) {
	t.Parallel()
	j := convene(t, 4)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.adopted(t, "Buses")
	in := deliberation.ReportInput{Title: "R", Sections: []deliberation.Section{{Heading: "H", Text: "T"}}, Recommendations: []string{r.ID}}
	confirm := func(m string, yes bool) deliberation.Report {
		return must[deliberation.Report](t)(j.ConfirmReport(ctx, j.by(member(m)), forest, deliberation.ConfirmInput{Agrees: yes}))
	}
	must[deliberation.Report](t)(j.DraftReport(ctx, j.by(facilitator), forest, in))
	_, err := j.ConfirmReport(ctx, j.by(member("juror01")), forest, deliberation.ConfirmInput{Agrees: true})
	refused(t, err, domain.Conflict, "")
	must[deliberation.Report](t)(j.ReviewReport(ctx, j.by(facilitator), forest))
	confirm("juror01", true)
	if x := confirm("juror02", true); x.State != deliberation.ReportReview {
		t.Errorf("two of four is %s", x.State)
	}
	if x := confirm("juror03", true); x.State != deliberation.ReportConfirmed || x.Confirmations != nil {
		t.Errorf("three of four is %s; a member sees %v", x.State, x.Confirmations)
	}
	if x := confirm("juror01", false); x.State != deliberation.ReportReview {
		t.Errorf("one took it back, and it is %s", x.State)
	}
	_, err = j.ConfirmReport(ctx, j.by(member("juror99")), forest, deliberation.ConfirmInput{Agrees: true})
	refused(t, err, domain.Invalid, "members.0")
	confirm("juror01", true)
	in.Title = "Another"
	if x := must[deliberation.Report](t)(j.DraftReport(ctx, j.by(facilitator), forest, in)); x.State != deliberation.ReportDraft || x.Confirmed != 0 {
		t.Errorf("a changed draft is %s with %d confirmations", x.State, x.Confirmed)
	}
}

// The report is out and a crash kept it from its recommendations: the next
// tick publishes them.
func TestTickPublishesWhatTheReportNames(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.adopted(t, "Buses")
	j.refs.ref.Stage = domain.Reporting
	in := deliberation.ReportInput{Title: "R", Sections: []deliberation.Section{{Heading: "H", Text: "T"}}, Recommendations: []string{r.ID}}
	must[deliberation.Report](t)(j.DraftReport(ctx, j.by(facilitator), forest, in))
	must[deliberation.Report](t)(j.ReviewReport(ctx, j.by(facilitator), forest))
	must[deliberation.Report](t)(j.ConfirmReport(ctx, j.by(facilitator), forest, deliberation.ConfirmInput{Agrees: true, Members: j.seats.ids}))
	must[deliberation.Terms](t)(j.InviteMinority(ctx, j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(time.Hour)}))
	must[deliberation.Report](t)(j.AddFormats(ctx, j.by(facilitator), forest, deliberation.FormatsInput{Formats: map[string]string{"easy_read": "a", "large_print": "b"}}))
	j.stores.recommendations.Before = func(op, _ string) error {
		if op == "replace" {
			return errAway
		}
		return nil
	}
	if _, err := j.PublishReport(ctx, j.by(organiser), forest); !domain.Is(err, domain.Unavailable) {
		t.Fatalf("got %v", err)
	}
	j.stores.recommendations.Before = nil
	if n, err := j.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, domain.PublicActor("web"), forest, r.ID))
	if got.State != deliberation.RecPublished || got.Number != 1 {
		t.Errorf("got %s, number %d", got.State, got.Number)
	}
}

// TestMembersAreToldOfAChange: in the organiser's own words, or not at all.
func TestMembersAreToldOfAChange(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	s := j.plan(t, 1, true)
	in := deliberation.SessionInput{Number: 1, Title: "Moved", Starts: start.Add(90 * time.Hour), Ends: start.Add(91 * time.Hour), Mode: deliberation.Online}
	told := func() int {
		n := 0
		for _, e := range j.stores.sessions.All()[0].Effects {
			if e.Kind == domain.EffectBroadcast && strings.Contains(string(e.Data), `"template":"change"`) {
				n++
			}
		}
		return n
	}
	must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	if n := told(); n != 0 {
		t.Errorf("a change without words sent %d texts to members", n)
	}
	in.Tell = strings.Repeat("a", 161)
	_, err := j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in)
	refused(t, err, domain.Invalid, "tell")
	in.Tell = "We meet an hour later."
	must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	must[deliberation.Session](t)(j.CancelSession(ctx, j.by(facilitator).Because("Snow."), forest, s.ID, deliberation.CancelInput{Tell: "It is off."}))
	if n := told(); n != 2 {
		t.Errorf("members were told %d times, want of the change and of the end", n)
	}
}
