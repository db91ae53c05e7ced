package deliberation_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

func TestEvidenceMovesInOrder(t *testing.T) {
	t.Parallel()
	do := map[string]func(*jury, string) error{
		"request": func(j *jury, id string) error {
			_, err := j.RequestEvidence(j.t.Context(), j.by(facilitator), forest, id)
			return err
		},
		"receive": func(j *jury, id string) error {
			_, err := j.ReceiveEvidence(j.t.Context(), j.by(facilitator), forest, id, item)
			return err
		},
		"check": func(j *jury, id string) error {
			_, err := j.CheckEvidence(j.t.Context(), j.by(facilitator), forest, id, deliberation.ChecksInput{Facts: true, Plain: true, Position: true})
			return err
		},
		"approve": func(j *jury, id string) error {
			_, err := j.ApproveEvidence(j.t.Context(), j.by(overseer), forest, id)
			return err
		},
		"correct": func(j *jury, id string) error {
			_, err := j.CorrectEvidence(j.t.Context(), j.by(organiser), forest, id, deliberation.CorrectionInput{Text: "A figure was wrong."})
			return err
		},
		"withdraw": func(j *jury, id string) error {
			_, err := j.WithdrawEvidence(j.t.Context(), j.by(organiser).Because("Asked for by the witness."), forest, id)
			return err
		},
		"publish": func(j *jury, id string) error {
			p, err := j.DraftPack(j.t.Context(), j.by(organiser), forest, packOf(id))
			if err == nil {
				_, err = j.PublishPack(j.t.Context(), j.by(organiser), forest, p.ID)
			}
			return err
		},
	}
	rows := []struct {
		path    string // steps that work, in order
		refused string // steps that do not then
	}{
		{"", "check approve correct publish"},
		{"request", "request check approve correct publish"},
		{"receive", "request approve correct publish"},
		{"receive check", "check correct publish"},
		{"receive check approve", "approve check correct"},
		{"receive check approve receive", "approve publish"},
		{"receive check approve publish", "receive check approve request"},
		{"receive check approve publish correct correct", "receive approve"},
		{"receive check approve publish withdraw", "correct receive withdraw"},
		{"withdraw", "request receive check approve correct withdraw publish"},
	}
	for _, row := range rows {
		t.Run("after "+row.path, func(t *testing.T) {
			t.Parallel()
			j := convene(t, 3)
			e := must[deliberation.Evidence](t)(j.ProposeEvidence(t.Context(), j.by(facilitator), forest, item))
			for _, s := range strings.Fields(row.path) {
				if err := do[s](j, e.ID); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
			for _, s := range strings.Fields(row.refused) {
				if err := do[s](j, e.ID); !domain.Is(err, domain.Conflict) {
					t.Errorf("%s: got %v, want conflict", s, err)
				}
			}
		})
	}
}

func TestPublishedEvidenceIsOnlyCorrected(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	e := j.pack(t)
	must[deliberation.Evidence](t)(j.CorrectEvidence(t.Context(), j.by(organiser), forest, e.ID, deliberation.CorrectionInput{Text: "Page 2: 14 minutes, not 41."}))
	got := must[deliberation.Evidence](t)(j.EvidenceItem(t.Context(), domain.PublicActor("web"), forest, e.ID))
	if got.Edition != 2 || len(got.Notices) != 1 || got.Notices[0].Number != 1 || got.State != deliberation.EvidenceCorrected || got.ProposedBy != "" {
		t.Errorf("got %+v", got)
	}
	p := j.stores.packs.All()[0]
	_, err := j.ChangePack(t.Context(), j.by(organiser), forest, p.ID, packOf(e.ID))
	refused(t, err, domain.Conflict, "")
	if p.Items[0].Edition != 1 {
		t.Errorf("the frozen pack moved: %+v", p.Items)
	}
}

func TestEvidenceIsApprovedBySomebodyElse(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	both := domain.Actor{ID: "ora", Grants: append(slices.Clone(overseer.Grants), facilitator.Grants...)}
	e := must[deliberation.Evidence](t)(j.ProposeEvidence(t.Context(), j.by(both), forest, item))
	must[deliberation.Evidence](t)(j.ReceiveEvidence(t.Context(), j.by(facilitator), forest, e.ID, item))
	must[deliberation.Evidence](t)(j.CheckEvidence(t.Context(), j.by(facilitator), forest, e.ID, deliberation.ChecksInput{Facts: true, Plain: true, Position: true}))
	_, err := j.ApproveEvidence(t.Context(), j.by(both), forest, e.ID)
	refused(t, err, domain.Conflict, "")
	_, err = j.ApproveEvidence(t.Context(), j.by(organiser), forest, e.ID)
	refused(t, err, domain.Forbidden, "")
}

func TestBalanceShowsWhatTheSignatureCovers(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	e := j.checked(t)
	must[deliberation.Evidence](t)(j.ApproveEvidence(ctx, j.by(overseer), forest, e.ID))
	must[deliberation.Terms](t)(j.SignBalance(ctx, j.by(overseer), forest, deliberation.BalanceInput{Statement: "Fair.", Balanced: true}))
	if b := must[deliberation.Balance](t)(j.Balance(ctx, facilitator, forest)); !b.Current || len(b.Rows) != 1 || b.Rows[0].Items != 1 {
		t.Errorf("got %+v", b)
	}
	late := j.checked(t)
	must[deliberation.Evidence](t)(j.ApproveEvidence(ctx, j.by(overseer), forest, late.ID))
	if b := must[deliberation.Balance](t)(j.Balance(ctx, facilitator, forest)); b.Current {
		t.Error("the signature does not cover the later item, and says so nowhere")
	}
	_, err := j.SignBalance(ctx, j.by(organiser), forest, deliberation.BalanceInput{Statement: "Fair.", Balanced: true})
	refused(t, err, domain.Forbidden, "")
}

func TestMemberQuestionLife(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	ask := func() string {
		return must[deliberation.MemberQuestion](t)(j.AskQuestion(ctx, j.by(member("juror01")), forest, deliberation.QuestionInput{Text: "What of the buses?"})).ID
	}
	a, b := ask(), ask()
	_, err := j.AnswerQuestion(ctx, j.by(facilitator), forest, a, deliberation.AnswerInput{Answer: "Soon."})
	refused(t, err, domain.Conflict, "")
	must[deliberation.MemberQuestion](t)(j.MergeQuestion(ctx, j.by(facilitator), forest, b, deliberation.MergeInput{Into: a}))
	_, err = j.MergeQuestion(ctx, j.by(facilitator), forest, a, deliberation.MergeInput{Into: b})
	refused(t, err, domain.Invalid, "into")
	must[deliberation.MemberQuestion](t)(j.PutQuestion(ctx, j.by(facilitator), forest, a, deliberation.PutInput{Owner: "County transport"}))
	must[deliberation.MemberQuestion](t)(j.PromiseAnswer(ctx, j.by(facilitator), forest, a, deliberation.PromiseInput{Due: start.Add(time.Hour)}))
	if n, err := j.Tick(ctx); n != 0 || err != nil {
		t.Errorf("before it is due: did %d, %v", n, err)
	}
	j.clock.Advance(time.Hour)
	if n, err := j.Tick(ctx); n != 1 || err != nil {
		t.Errorf("when it is due: did %d, %v", n, err)
	}
	if n, err := j.Tick(ctx); n != 0 || err != nil {
		t.Errorf("once more: did %d, %v", n, err)
	}
	seen := must[[]deliberation.MemberQuestion](t)(j.Questions(ctx, domain.PublicActor("web"), forest))
	if len(seen) != 1 || seen[0].State != deliberation.QuestionOverdue || seen[0].Asker != "" {
		t.Errorf("the public sees %+v", seen)
	}
	must[deliberation.MemberQuestion](t)(j.AnswerQuestion(ctx, j.by(facilitator), forest, a, deliberation.AnswerInput{Answer: "Hourly from May.", Source: "Timetable"}))
	_, err = j.RefuseQuestion(ctx, j.by(facilitator).Because("Nobody knows."), forest, a)
	refused(t, err, domain.Conflict, "")
}

func TestRulesStandFromTheFirstBallot(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	j.fixRules(majority)
	j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	_, err := j.FixRules(t.Context(), j.by(facilitator), forest, deliberation.TermsInput{Rule: majority, Quorum: 3, Agreed: all(3)})
	refused(t, err, domain.Conflict, "")
	_, err = j.FixRules(t.Context(), j.by(facilitator), forest, deliberation.TermsInput{Rule: majority, Quorum: 2, Agreed: deliberation.Hands{For: 1, Present: 3}})
	refused(t, err, domain.Invalid, "quorum")
	refused(t, err, domain.Invalid, "agreed")
}

func TestRegisterFollowsTheAttendanceRule(t *testing.T) {
	t.Parallel()
	j := convene(t, 6)
	ctx := t.Context()
	in := deliberation.TermsInput{Rule: majority, Quorum: 3, Attend: 2, Agreed: all(3)}
	must[deliberation.Terms](t)(j.FixRules(ctx, j.by(facilitator), forest, in))
	j.hold(t, j.plan(t, 1, true), 6)
	j.hold(t, j.plan(t, 2, true), 4)
	j.hold(t, j.plan(t, 3, false), 6) // not required: does not count
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	if len(b.Register) != 4 || len(b.Barred) != 2 || b.Members != 6 || b.Barred[0].Member != "juror05" {
		t.Errorf("register %v, barred %v of %d", b.Register, b.Barred, b.Members)
	}
	// The register is of the opening: a reserve seated later is not on it.
	j.seats.ids = append(j.seats.ids, "juror07")
	_, err := j.Vote(ctx, j.by(member("juror07")), forest, b.ID, deliberation.VoteInput{Answers: choose("lydney")})
	refused(t, err, domain.Forbidden, "")
}

func TestWordingIsLocked(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.final("Better buses")
	change := func() error {
		_, err := j.ChangeRecommendation(ctx, j.by(facilitator), forest, r.ID, deliberation.RecommendationInput{Title: "x", Text: "y"})
		return err
	}
	refused(t, change(), domain.Conflict, "")
	_, err := j.UnlockWording(ctx, j.by(facilitator), forest, r.ID)
	refused(t, err, domain.Invalid, "reason")
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	_, err = j.UnlockWording(ctx, j.by(facilitator).Because("A comma."), forest, r.ID)
	refused(t, err, domain.Conflict, "")
	_, err = j.WithdrawBallot(ctx, j.by(facilitator).Because("x"), forest, b.ID)
	refused(t, err, domain.Conflict, "")
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("no"))
	}
	j.certified(b.ID)
	refused(t, change(), domain.Conflict, "")
	got := must[deliberation.Recommendation](t)(j.CarryMinority(ctx, j.by(facilitator), forest, r.ID))
	if got.State != deliberation.RecMinority || got.Lock.Hash != deliberation.TextHash(got.Text) {
		t.Errorf("got %s, lock %s", got.State, got.Lock.Hash)
	}
	_, err = j.CorrectRecommendation(ctx, j.by(organiser), forest, r.ID, deliberation.CorrectionInput{Text: "x"})
	refused(t, err, domain.Conflict, "")
}

func TestWithdrawnBallotGivesTheWordingBack(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.final("Better buses")
	b := j.approved(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	// A crash after the wording was bound and before the ballot opened.
	j.stores.ballots.Before = func(op, _ string) error {
		if op == "replace" {
			return errAway
		}
		return nil
	}
	if _, err := j.OpenBallot(ctx, j.by(facilitator), forest, b.ID); err == nil {
		t.Fatal("the store is away and the ballot opened")
	}
	j.stores.ballots.Before = nil
	if got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, r.ID)); got.State != deliberation.RecBalloted {
		t.Fatalf("got %s", got.State)
	}
	must[deliberation.BallotView](t)(j.WithdrawBallot(ctx, j.by(facilitator).Because("Members want another."), forest, b.ID))
	if got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, r.ID)); got.State != deliberation.RecFinal || got.Ballot != "" {
		t.Errorf("got %s on ballot %q, want its wording back", got.State, got.Ballot)
	}
}

// What a crash cuts off after the first write, the next tick finishes, once.
func TestTickFinishesWhatACrashCutOff(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.final("Better buses")
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("yes"))
	}
	j.counted(b.ID)
	away := func(op, _ string) error {
		if op == "replace" {
			return errAway
		}
		return nil
	}
	j.stores.recommendations.Before = away
	if _, err := j.CertifyBallot(ctx, j.by(overseer), forest, b.ID); err == nil {
		t.Fatal("the recommendation could not be written, and nobody was told")
	}
	if _, err := j.Tick(ctx); err == nil {
		t.Error("the store is still away, and the tick says nothing")
	}
	j.stores.recommendations.Before = nil
	if n, err := j.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	if got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, r.ID)); got.State != deliberation.RecAdopted {
		t.Errorf("got %s", got.State)
	}
	e := j.checked(t)
	must[deliberation.Evidence](t)(j.ApproveEvidence(ctx, j.by(overseer), forest, e.ID))
	p := must[deliberation.Pack](t)(j.DraftPack(ctx, j.by(organiser), forest, packOf(e.ID)))
	j.stores.evidence.Before = away
	if _, err := j.PublishPack(ctx, j.by(organiser), forest, p.ID); err == nil {
		t.Fatal("the item could not be written, and nobody was told")
	}
	j.stores.evidence.Before = nil
	if n, err := j.Tick(ctx); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	if n, err := j.Tick(ctx); n != 0 || err != nil {
		t.Errorf("a second tick: did %d, %v", n, err)
	}
	if got := must[deliberation.Evidence](t)(j.EvidenceItem(ctx, organiser, forest, e.ID)); got.State != deliberation.EvidencePublished {
		t.Errorf("got %s", got.State)
	}
}

func TestBallotClosesByItself(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{
		ClosesAt:  start.Add(time.Hour),
		Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}},
	})
	j.clock.Advance(time.Hour)
	if n, err := j.Tick(t.Context()); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	_, err := j.Vote(t.Context(), j.by(member("juror01")), forest, b.ID, deliberation.VoteInput{Answers: choose("lydney")})
	refused(t, err, domain.Conflict, "")
}

// kinds lists the effects that are not audit entries.
func kinds(es []domain.Effect) string {
	var out []string
	for _, e := range es {
		if e.Kind != domain.EffectAudit {
			out = append(out, e.Kind)
		}
	}
	return strings.Join(out, " ")
}

func TestFairnessIsCountedOnceAndKeptApart(t *testing.T) {
	t.Parallel()
	j := convene(t, 6)
	ctx := t.Context()
	s := j.plan(t, 1, true)
	j.hold(t, s, 5)
	for i, m := range j.seats.ids[:5] {
		for range 2 {
			in := deliberation.FairnessInput{Question: "fair", Score: 1 + i%2, Comment: "words of " + m[5:]}
			if err := j.RecordFairness(ctx, j.by(member(m)), forest, deliberation.LatestSession, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := j.RecordFairness(ctx, j.by(member("juror06")), forest, s.ID, deliberation.FairnessInput{Question: "fair", Score: 1})
	refused(t, err, domain.Conflict, "")
	err = j.RecordFairness(ctx, j.by(member("juror01")), forest, s.ID, deliberation.FairnessInput{Member: "juror02", Question: "bias", Score: 1})
	refused(t, err, domain.Forbidden, "")
	got := must[deliberation.Session](t)(j.Session(ctx, overseer, forest, s.ID))
	if got.Fairness.Fair != [4]int{3, 2, 0, 0} || got.Attendance != nil || got.Fairness.Answered != nil {
		t.Errorf("oversight sees %+v, %v", got.Fairness, got.Attendance)
	}
	own := must[deliberation.Session](t)(j.Session(ctx, member("juror02"), forest, s.ID))
	if len(own.Attendance) != 1 || own.Attendance["juror02"] != deliberation.Present || own.Fairness.Comments != nil {
		t.Errorf("a member sees %+v, %+v", own.Attendance, own.Fairness)
	}
	pay := must[map[string][]string](t)(j.Attendance(ctx, forest))
	if len(pay) != 5 || pay["juror06"] != nil {
		t.Errorf("attendance %v", pay)
	}
}

// What somebody says of bias in two texts is kept whole, each text once however
// often its command is given.
func TestWordsAboutBiasMayComeInPieces(t *testing.T) {
	t.Parallel()
	j := convene(t, 6)
	s := j.plan(t, 1, true)
	j.hold(t, s, 5)
	for _, m := range j.seats.ids[:5] { // fewer would not be shown
		in := deliberation.FairnessInput{Question: "fair", Score: 1}
		if err := j.RecordFairness(t.Context(), j.by(member(m)), forest, s.ID, in); err != nil {
			t.Fatal(err)
		}
	}
	for _, words := range []string{"a witness talked over people", "and rolled her eyes"} {
		cmd := j.by(member("juror01"))
		for range 2 {
			in := deliberation.FairnessInput{Question: "bias_words", Comment: words}
			if err := j.RecordFairness(t.Context(), cmd, forest, s.ID, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := must[deliberation.Session](t)(j.Session(t.Context(), overseer, forest, s.ID))
	if !slices.Equal(got.Fairness.BiasWords, []string{"a witness talked over people", "and rolled her eyes"}) || got.Fairness.Texts != nil {
		t.Errorf("oversight reads %+v", got.Fairness)
	}
}

// A command given twice is one command, whatever it is.
func TestCommandTwiceIsOne(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	in := deliberation.RecommendationInput{Title: "Buses", Text: "More."}
	c := j.by(facilitator)
	a := must[deliberation.Recommendation](t)(j.DraftRecommendation(ctx, c, forest, in))
	b := must[deliberation.Recommendation](t)(j.DraftRecommendation(ctx, c, forest, in))
	if a.ID != b.ID || len(j.stores.recommendations.All()) != 1 {
		t.Errorf("drafted %d", len(j.stores.recommendations.All()))
	}
	c = j.by(facilitator)
	for range 2 {
		must[deliberation.Recommendation](t)(j.ProposeAmendment(ctx, c, forest, a.ID, deliberation.AmendmentInput{Text: "Less."}))
	}
	got := j.stores.recommendations.All()[0]
	if len(got.Amendments) != 1 || len(got.Effects) != 2 {
		t.Errorf("%d amendments, %d effects", len(got.Amendments), len(got.Effects))
	}
	raw, _ := json.Marshal(must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, a.ID)))
	if strings.Contains(string(raw), "effects") || strings.Contains(string(raw), "applied") {
		t.Errorf("effects or command keys leave the service: %s", raw)
	}
}

func TestStagesAndPause(t *testing.T) {
	t.Parallel()
	rows := []struct {
		stage domain.Stage
		ok    bool
	}{
		{domain.Convened, false}, {domain.Deliberating, true}, {domain.Reporting, true}, {domain.Reported, false},
		{domain.Paused, false}, {domain.Cancelled, false},
	}
	for _, row := range rows {
		j := convene(t, 3)
		j.refs.ref.Stage = row.stage
		_, err := j.DraftRecommendation(t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Title: "Buses", Text: "More."})
		if row.ok != (err == nil) || err != nil && !domain.Is(err, domain.Conflict) {
			t.Errorf("at %s: got %v", row.stage, err)
		}
	}
}
