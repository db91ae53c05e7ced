package deliberation_test

import (
	"slices"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Each row supplies one thing a stage needs. Before each, the guard names it;
// after all of them it is empty. Want is what is named before the row.
type step struct {
	want   string
	supply func(*testing.T, *jury)
}

func walkGuard(t *testing.T, j *jury, to domain.Stage, steps []step) {
	t.Helper()
	for _, s := range steps {
		g := must[domain.Guard](t)(j.Guard(t.Context(), j.refs.ref, to))
		if !slices.Contains(names(g), s.want) {
			t.Errorf("to %s: the guard names %v, want %s among it", to, names(g), s.want)
		}
		refused(t, g.Err("moving"), domain.Conflict, s.want)
		s.supply(t, j)
		if g = must[domain.Guard](t)(j.Guard(t.Context(), j.refs.ref, to)); slices.Contains(names(g), s.want) {
			t.Errorf("to %s: %s was supplied and is still named", to, s.want)
		}
	}
	if g := must[domain.Guard](t)(j.Guard(t.Context(), j.refs.ref, to)); len(g) != 0 {
		t.Errorf("to %s: everything is supplied, and the guard names %v", to, names(g))
	}
}

func TestGuardOfDeliberating(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	j.refs.ref.Stage = domain.Convened
	walkGuard(t, j, domain.Deliberating, []step{
		{"evidence_pack_published", func(t *testing.T, j *jury) { j.pack(t) }},
		{"balance_signed", func(t *testing.T, j *jury) {
			must[deliberation.Terms](t)(j.SignBalance(t.Context(), j.by(overseer), forest, deliberation.BalanceInput{Statement: "Each place has an hour.", Balanced: true}))
		}},
	})
}

// pack publishes one item in one pack.
func (j *jury) pack(t *testing.T) deliberation.Evidence {
	t.Helper()
	e := j.checked(t)
	e = must[deliberation.Evidence](t)(j.ApproveEvidence(t.Context(), j.by(overseer), forest, e.ID))
	p := must[deliberation.Pack](t)(j.DraftPack(t.Context(), j.by(organiser), forest, packOf(e.ID)))
	must[deliberation.Pack](t)(j.PublishPack(t.Context(), j.by(organiser), forest, p.ID))
	return e
}

func packOf(ids ...string) deliberation.PackInput {
	return deliberation.PackInput{Number: 1, Title: "Pack 1", Evidence: ids, Formats: map[string]string{"easy_read": "e", "large_print": "l"}}
}

var item = deliberation.EvidenceInput{Title: "Travel times", Kind: "data", Stance: deliberation.StanceNeutral, Summary: "How long it takes to each place."}

func (j *jury) checked(t *testing.T) deliberation.Evidence {
	t.Helper()
	e := must[deliberation.Evidence](t)(j.ProposeEvidence(t.Context(), j.by(facilitator), forest, item))
	must[deliberation.Evidence](t)(j.ReceiveEvidence(t.Context(), j.by(facilitator), forest, e.ID, item))
	return must[deliberation.Evidence](t)(j.CheckEvidence(t.Context(), j.by(facilitator), forest, e.ID, deliberation.ChecksInput{Facts: true, Plain: true, Position: true}))
}

func TestGuardOfReporting(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	s := j.plan(t, 1, true)
	walkGuard(t, j, domain.Reporting, []step{
		{"rule_fixed", func(t *testing.T, j *jury) { j.fixRules(majority) }},
		{"sessions_held", func(t *testing.T, j *jury) { j.hold(t, s, 2) }},
		{"quorum", func(t *testing.T, j *jury) { j.hold(t, j.plan(t, 2, true), 3) }},
	})
	// A ballot that too few voted in is held again.
	r := j.final("Better buses")
	b := j.opened(deliberation.BallotInput{Number: 1, Questions: []deliberation.Question{aboutRec(r)}})
	j.vote(b.ID, "juror01", choose("yes"))
	if v := j.certified(b.ID); !v.Result.NoQuorum || len(v.Result.Outcomes) != 0 {
		t.Fatalf("a ballot without quorum was counted: %+v", v.Result)
	}
	walkGuard(t, j, domain.Reporting, []step{{"ballot_quorum", func(t *testing.T, j *jury) {
		again := j.opened(deliberation.BallotInput{Number: 2, Questions: []deliberation.Question{aboutRec(r)}})
		for _, m := range j.seats.ids {
			j.vote(again.ID, m, choose("yes"))
		}
		j.certified(again.ID)
	}}})
}

// plan adds a session that starts now.
func (j *jury) plan(t *testing.T, n int, required bool) deliberation.Session {
	t.Helper()
	at := j.clock.Now().Add(time.Duration(n) * 24 * time.Hour)
	return must[deliberation.Session](t)(j.PlanSession(t.Context(), j.by(facilitator), forest, deliberation.SessionInput{
		Number: n, Title: "Day", Starts: at, Ends: at.Add(4 * time.Hour), Mode: deliberation.InPerson, Place: "Coleford", Required: required,
		Agenda: []deliberation.AgendaItem{{Title: "Welcome", Kind: deliberation.AgendaWelcome, Minutes: 30}},
	}))
}

// hold opens, marks the first so many members and closes.
func (j *jury) hold(t *testing.T, s deliberation.Session, present int) {
	t.Helper()
	ctx := t.Context()
	must[deliberation.Session](t)(j.OpenSession(ctx, j.by(facilitator), forest, s.ID))
	marks := map[string]deliberation.Presence{}
	for i, m := range j.seats.ids {
		marks[m] = map[bool]deliberation.Presence{true: deliberation.Present, false: deliberation.Absent}[i < present]
	}
	must[deliberation.Session](t)(j.MarkAttendance(ctx, j.by(facilitator), forest, s.ID, deliberation.AttendanceInput{Marks: marks}))
	must[deliberation.Session](t)(j.CloseSession(ctx, j.by(facilitator), forest, s.ID))
}

// adopted has a recommendation voted in by all.
func (j *jury) adopted(t *testing.T, title string) deliberation.Recommendation {
	t.Helper()
	r := j.final(title)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("yes"))
	}
	j.certified(b.ID)
	return must[deliberation.Recommendation](t)(j.Recommendation(t.Context(), facilitator, forest, r.ID))
}

func TestGuardOfReported(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.adopted(t, "Better buses")
	j.refs.ref.Stage = domain.Reporting
	report := deliberation.ReportInput{Title: "Our report", Sections: []deliberation.Section{{Heading: "What we say", Text: "Build it."}}, Recommendations: []string{r.ID}}
	must[deliberation.Report](t)(j.DraftReport(ctx, j.by(facilitator), forest, report))
	publish := func() error {
		_, err := j.PublishReport(ctx, j.by(organiser), forest)
		return err
	}
	refused(t, publish(), domain.Conflict, "wording_confirmed")
	walkGuard(t, j, domain.Reported, []step{
		{"wording_confirmed", func(t *testing.T, j *jury) {
			must[deliberation.Report](t)(j.ReviewReport(ctx, j.by(facilitator), forest))
			for _, m := range j.seats.ids[:3] {
				must[deliberation.Report](t)(j.ConfirmReport(ctx, j.by(member(m)), forest, deliberation.ConfirmInput{Agrees: true}))
			}
		}},
		{"minority_invited", func(t *testing.T, j *jury) {
			refused(t, publish(), domain.Conflict, "minority_invited")
			must[deliberation.Terms](t)(j.InviteMinority(ctx, j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(time.Hour)}))
		}},
		{"format_easy_read", func(t *testing.T, j *jury) {
			refused(t, publish(), domain.Conflict, "format_easy_read")
			must[deliberation.Report](t)(j.AddFormats(ctx, j.by(facilitator), forest, deliberation.FormatsInput{Formats: map[string]string{"easy_read": "f1"}}))
		}},
		{"format_large_print", func(t *testing.T, j *jury) {
			refused(t, publish(), domain.Conflict, "format_large_print")
			must[deliberation.Report](t)(j.AddFormats(ctx, j.by(facilitator), forest, deliberation.FormatsInput{Formats: map[string]string{"large_print": "f2"}}))
		}},
		{"report_published", func(t *testing.T, _ *jury) {
			if err := publish(); err != nil {
				t.Fatal(err)
			}
		}},
	})
	got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, domain.PublicActor("web"), forest, r.ID))
	if got.Number != 1 || got.State != deliberation.RecPublished {
		t.Errorf("got number %d, %s", got.Number, got.State)
	}
	if g := must[domain.Guard](t)(j.Guard(ctx, j.refs.ref, domain.Closed)); len(g) != 0 {
		t.Errorf("closing asks %v of the deliberation", names(g))
	}
}

// Every step's own guard: refused naming what is missing, then supplied, then
// passed.
func TestGuardsOfSteps(t *testing.T) {
	t.Parallel()
	yes := deliberation.LockInput{Hands: all(5)}
	rows := []struct {
		name, item string
		setup      func(*jury) string // answers the id of the thing
		do         func(*jury, string) error
		supply     func(*jury, string)
	}{
		{
			"checking evidence", "plain",
			func(j *jury) string {
				e := must[deliberation.Evidence](j.t)(j.ProposeEvidence(j.t.Context(), j.by(facilitator), forest, item))
				must[deliberation.Evidence](j.t)(j.ReceiveEvidence(j.t.Context(), j.by(facilitator), forest, e.ID, item))
				return e.ID
			},
			func(j *jury, id string) error {
				in := deliberation.ChecksInput{Facts: true, Position: true, Plain: j.n > 5}
				_, err := j.CheckEvidence(j.t.Context(), j.by(facilitator), forest, id, in)
				return err
			},
			func(j *jury, _ string) { j.n = 10 },
		},
		{
			"publishing a pack", "items_approved",
			func(j *jury) string {
				e := j.checked(j.t)
				return must[deliberation.Pack](j.t)(j.DraftPack(j.t.Context(), j.by(organiser), forest, packOf(e.ID))).ID
			},
			func(j *jury, id string) error {
				_, err := j.PublishPack(j.t.Context(), j.by(organiser), forest, id)
				return err
			},
			func(j *jury, _ string) {
				must[deliberation.Evidence](j.t)(j.ApproveEvidence(j.t.Context(), j.by(overseer), forest, j.stores.evidence.All()[0].ID))
			},
		},
		{
			"publishing a pack in every format", "format_large_print",
			func(j *jury) string {
				e := j.checked(j.t)
				must[deliberation.Evidence](j.t)(j.ApproveEvidence(j.t.Context(), j.by(overseer), forest, e.ID))
				in := packOf(e.ID)
				in.Formats = map[string]string{"easy_read": "e"}
				return must[deliberation.Pack](j.t)(j.DraftPack(j.t.Context(), j.by(organiser), forest, in)).ID
			},
			func(j *jury, id string) error {
				_, err := j.PublishPack(j.t.Context(), j.by(organiser), forest, id)
				return err
			},
			func(j *jury, id string) {
				e := j.stores.evidence.All()[0].ID
				must[deliberation.Pack](j.t)(j.ChangePack(j.t.Context(), j.by(organiser), forest, id, packOf(e)))
			},
		},
		{
			"closing a session", "attendance",
			func(j *jury) string {
				s := j.plan(j.t, 1, true)
				return must[deliberation.Session](j.t)(j.OpenSession(j.t.Context(), j.by(facilitator), forest, s.ID)).ID
			},
			func(j *jury, id string) error {
				_, err := j.CloseSession(j.t.Context(), j.by(facilitator), forest, id)
				return err
			},
			func(j *jury, id string) {
				in := deliberation.AttendanceInput{Marks: map[string]deliberation.Presence{"juror01": deliberation.Present}}
				must[deliberation.Session](j.t)(j.MarkAttendance(j.t.Context(), j.by(facilitator), forest, id, in))
			},
		},
		{
			"closing a session that was not opened", "session_open",
			func(j *jury) string { return j.plan(j.t, 1, true).ID },
			func(j *jury, id string) error {
				_, err := j.CloseSession(j.t.Context(), j.by(facilitator), forest, id)
				return err
			},
			func(j *jury, id string) {
				must[deliberation.Session](j.t)(j.OpenSession(j.t.Context(), j.by(facilitator), forest, id))
				in := deliberation.AttendanceInput{Marks: map[string]deliberation.Presence{"juror01": deliberation.Partly}}
				must[deliberation.Session](j.t)(j.MarkAttendance(j.t.Context(), j.by(facilitator), forest, id, in))
			},
		},
		{
			"locking a text with an open amendment", "amendments_settled",
			func(j *jury) string {
				r := must[deliberation.Recommendation](j.t)(j.DraftRecommendation(j.t.Context(), j.by(member("juror01")), forest, deliberation.RecommendationInput{Title: "Buses", Text: "More."}))
				must[deliberation.Recommendation](j.t)(j.ProposeAmendment(j.t.Context(), j.by(member("juror02")), forest, r.ID, deliberation.AmendmentInput{Text: "More, and cheaper."}))
				return r.ID
			},
			func(j *jury, id string) error {
				_, err := j.LockWording(j.t.Context(), j.by(facilitator), forest, id, yes)
				return err
			},
			func(j *jury, id string) {
				r := must[deliberation.Recommendation](j.t)(j.DecideAmendment(j.t.Context(), j.by(facilitator), forest, id, deliberation.DecideAmendmentInput{Number: 1, Hands: all(5)}))
				if r.Text != "More, and cheaper." || r.State != deliberation.RecAmended {
					j.t.Errorf("a carried amendment left %q, %s", r.Text, r.State)
				}
			},
		},
		{
			"locking a text against the members", "members_agree",
			func(j *jury) string {
				return must[deliberation.Recommendation](j.t)(j.DraftRecommendation(j.t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Title: "Buses", Text: "More."})).ID
			},
			func(j *jury, id string) error {
				in := deliberation.LockInput{Hands: deliberation.Hands{For: 3, Against: 3, Present: 6}}
				if j.n > 5 {
					in.Hands.For, in.Hands.Against = 4, 2
				}
				_, err := j.LockWording(j.t.Context(), j.by(facilitator), forest, id, in)
				return err
			},
			func(j *jury, _ string) { j.n = 10 },
		},
		{
			"approving a ballot before the rules", "rule_fixed",
			func(j *jury) string {
				in := deliberation.BallotInput{Number: 1, Title: "B", Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}}
				return must[deliberation.BallotView](j.t)(j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in)).ID
			},
			func(j *jury, id string) error {
				_, err := j.ApproveBallot(j.t.Context(), j.by(facilitator), forest, id, yes)
				return err
			},
			func(j *jury, _ string) { j.fixRules(majority) },
		},
		{
			"opening a ballot the members have not approved", "approved_by_members",
			func(j *jury) string {
				j.fixRules(majority)
				in := deliberation.BallotInput{Number: 1, Title: "B", Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}}
				return must[deliberation.BallotView](j.t)(j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in)).ID
			},
			func(j *jury, id string) error {
				_, err := j.OpenBallot(j.t.Context(), j.by(facilitator), forest, id)
				return err
			},
			func(j *jury, id string) {
				must[deliberation.BallotView](j.t)(j.ApproveBallot(j.t.Context(), j.by(facilitator), forest, id, yes))
			},
		},
		{
			"opening a ballot on unlocked wording", "final_wording",
			func(j *jury) string {
				j.fixRules(majority)
				r := must[deliberation.Recommendation](j.t)(j.DraftRecommendation(j.t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Title: "Buses", Text: "More."}))
				return j.approved(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}}).ID
			},
			func(j *jury, id string) error {
				_, err := j.OpenBallot(j.t.Context(), j.by(facilitator), forest, id)
				return err
			},
			func(j *jury, _ string) {
				must[deliberation.Recommendation](j.t)(j.LockWording(j.t.Context(), j.by(facilitator), forest, j.stores.recommendations.All()[0].ID, yes))
			},
		},
		{
			"opening a ballot with too few who may vote", "enough_voters",
			func(j *jury) string {
				in := deliberation.TermsInput{Rule: majority, Quorum: 3, Attend: 1, Agreed: all(3)}
				must[deliberation.Terms](j.t)(j.FixRules(j.t.Context(), j.by(facilitator), forest, in))
				return j.approved(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}}).ID
			},
			func(j *jury, id string) error {
				_, err := j.OpenBallot(j.t.Context(), j.by(facilitator), forest, id)
				return err
			},
			func(j *jury, _ string) { j.hold(j.t, j.plan(j.t, 1, true), 3) },
		},
		{
			"certifying alone", "second_person",
			func(j *jury) string {
				j.fixRules(majority)
				b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
				j.counted(b.ID)
				return b.ID
			},
			func(j *jury, id string) error {
				who := facilitator
				if j.n > 50 {
					who = organiser
				}
				_, err := j.CertifyBallot(j.t.Context(), j.by(who), forest, id)
				return err
			},
			func(j *jury, _ string) { j.n = 60 },
		},
		{
			"a minority view without an invitation", "minority_invited",
			func(*jury) string { return "" },
			func(j *jury, _ string) error {
				_, err := j.SubmitMinority(j.t.Context(), j.by(member("juror01")), forest, deliberation.MinorityViewInput{Text: "I see it otherwise."})
				return err
			},
			func(j *jury, _ string) {
				must[deliberation.Terms](j.t)(j.InviteMinority(j.t.Context(), j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(time.Hour)}))
			},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			j := convene(t, 5)
			id := row.setup(j)
			refused(t, row.do(j, id), domain.Conflict, row.item)
			row.supply(j, id)
			if err := row.do(j, id); err != nil {
				t.Errorf("after %s was supplied: %v", row.item, err)
			}
		})
	}
}
