package deliberation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Who may do what: each row is a command, and who gets through.
func TestRolesOfCommands(t *testing.T) {
	t.Parallel()
	actors := map[string]domain.Actor{
		"facilitator": facilitator, "organiser": organiser, "oversight": overseer, "commissioner": commissioner,
		"evaluator": staff("eve", domain.Evaluator), "caller": staff("cal", domain.ConfirmationCaller), "administrator": staff("ada", domain.Administrator),
		"member": member("juror01"), "member elsewhere": domain.MemberActor("other", "juror01", "web"), "elsewhere": elsewhere, "public": domain.PublicActor("web"),
	}
	rows := []struct {
		name string
		may  string
		do   func(*jury, domain.Command) error
	}{
		{"plan a session", "facilitator organiser", func(j *jury, c domain.Command) error {
			_, err := j.PlanSession(j.t.Context(), c, forest, deliberation.SessionInput{Number: 1, Title: "Day", Starts: start, Ends: start.Add(1), Mode: deliberation.Online})
			return err
		}},
		{"propose evidence", "facilitator organiser oversight member", func(j *jury, c domain.Command) error {
			_, err := j.ProposeEvidence(j.t.Context(), c, forest, item)
			return err
		}},
		{"draft a pack", "organiser", func(j *jury, c domain.Command) error {
			_, err := j.DraftPack(j.t.Context(), c, forest, packOf("x"))
			return err
		}},
		{"sign the balance", "oversight", func(j *jury, c domain.Command) error {
			_, err := j.SignBalance(j.t.Context(), c, forest, deliberation.BalanceInput{Statement: "x", Balanced: true})
			return err
		}},
		{"ask a question", "facilitator organiser member", func(j *jury, c domain.Command) error {
			_, err := j.AskQuestion(j.t.Context(), c, forest, deliberation.QuestionInput{Text: "x"})
			return err
		}},
		{"add a statement", "facilitator organiser member", func(j *jury, c domain.Command) error {
			_, err := j.AddStatement(j.t.Context(), c, forest, deliberation.StatementInput{Text: "x"})
			return err
		}},
		{"draft a recommendation", "facilitator organiser member", func(j *jury, c domain.Command) error {
			_, err := j.DraftRecommendation(j.t.Context(), c, forest, deliberation.RecommendationInput{Title: "x", Text: "y"})
			return err
		}},
		{"fix the rules", "facilitator organiser", func(j *jury, c domain.Command) error {
			_, err := j.FixRules(j.t.Context(), c, forest, deliberation.TermsInput{Rule: majority, Quorum: 3, Agreed: all(3)})
			return err
		}},
		{"read statements", "facilitator organiser oversight evaluator member", func(j *jury, c domain.Command) error {
			_, err := j.Statements(j.t.Context(), c.Actor, forest)
			return err
		}},
	}
	hidden := "elsewhere public member elsewhere"
	for _, row := range rows {
		for name, a := range actors {
			j := convene(t, 5)
			err := row.do(j, j.by(a))
			want := domain.Forbidden
			if strings.Contains(hidden, name) && name != "member" {
				want = domain.NotFound
			}
			for _, m := range strings.Fields(row.may) {
				if m == name {
					want = ""
				}
			}
			if got := domain.CodeOf(err); got != want {
				t.Errorf("%s may %s: got %q (%v), want %q", name, row.name, got, err, want)
			}
		}
	}
}

// What a jury works on is its own until it publishes: neither the public nor
// the commissioner sees drafts, the register, who attended or who wrote.
func TestWhatMustNotAppear(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	j.fixRules(majority)
	s := j.plan(t, 1, true)
	j.hold(t, s, 5)
	secretDraft := must[deliberation.Recommendation](t)(j.DraftRecommendation(ctx, j.by(member("juror02")), forest, deliberation.RecommendationInput{Title: "Draft only", Text: "Not yet."}))
	r := j.final("Better buses")
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	j.vote(b.ID, "juror02", choose("yes"))
	must[deliberation.MemberQuestion](t)(j.AskQuestion(ctx, j.by(member("juror02")), forest, deliberation.QuestionInput{Text: "Why?"}))
	must[deliberation.Terms](t)(j.InviteMinority(ctx, j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(1 << 40)}))
	must[deliberation.MinorityView](t)(j.SubmitMinority(ctx, j.by(member("juror02")), forest, deliberation.MinorityViewInput{Text: "I do not agree."}))
	for _, a := range []domain.Actor{domain.PublicActor("web"), commissioner, elsewhere} {
		raw := j.everythingSeenBy(a)
		for _, no := range []string{"juror0", "Draft only", "Not yet", "Better buses, please", "I do not agree", "Why?", `"box"`, `"register":`, `"result"`} {
			if strings.Contains(raw, no) {
				t.Errorf("%s sees %q in %s", a.ID, no, raw)
			}
		}
		if _, err := j.Recommendation(ctx, a, forest, secretDraft.ID); !domain.Is(err, domain.NotFound) {
			t.Errorf("%s reads a draft: %v", a.ID, err)
		}
	}
	raw := j.everythingSeenBy(member("juror01"))
	for _, no := range []string{"juror02", `"box"`, `"result"`} {
		if strings.Contains(raw, no) {
			t.Errorf("another member sees %q in %s", no, raw)
		}
	}
	if !strings.Contains(raw, "Draft only") || !strings.Contains(raw, `"member":"juror01"`) {
		t.Errorf("a member sees neither the drafts nor their own place: %s", raw)
	}
	if run := j.everythingSeenBy(facilitator); strings.Contains(run, `"box"`) || strings.Contains(run, `"result"`) {
		t.Errorf("the facilitator sees votes or a tally before the close: %s", run)
	}
}

// everythingSeenBy reads all there is to read.
func (j *jury) everythingSeenBy(a domain.Actor) string {
	ctx := j.t.Context()
	var parts []any
	add := func(v any, err error) {
		if err == nil {
			parts = append(parts, v)
		}
	}
	add(j.Sessions(ctx, a, forest))
	add(j.Witnesses(ctx, a, forest))
	add(j.Evidence(ctx, a, forest))
	add(j.Packs(ctx, a, forest))
	add(j.Questions(ctx, a, forest))
	add(j.Statements(ctx, a, forest))
	add(j.Recommendations(ctx, a, forest))
	add(j.Ballots(ctx, a, forest))
	add(j.MinorityViews(ctx, a, forest))
	add(j.Report(ctx, a, forest))
	raw, err := json.Marshal(parts)
	if err != nil {
		j.t.Fatal(err)
	}
	return string(raw)
}
