package deliberation_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"folkmoot/domain/deliberation"
)

func TestHoldingsOnAMember(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	ctx := t.Context()
	if name, data, err := j.HoldsOn(ctx, forest, "juror02", ""); name != "deliberation" || data != nil || err != nil {
		t.Errorf("before anything: got %s %v %v", name, data, err)
	}
	j.fixRules(majority)
	j.hold(t, j.plan(t, 1, true), 5)
	must[deliberation.MemberQuestion](t)(j.AskQuestion(ctx, j.by(member("juror02")), forest, deliberation.QuestionInput{Text: "Why?"}))
	must[deliberation.Statement](t)(j.AddStatement(ctx, j.by(member("juror02")), forest, deliberation.StatementInput{Text: "Near the school."}))
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("lydney"))
	}
	j.certified(b.ID)
	must[deliberation.Terms](t)(j.InviteMinority(ctx, j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(time.Hour)}))
	in := deliberation.MinorityViewInput{Text: "We see it otherwise.", Members: []string{"juror02", "juror03"}}
	must[deliberation.MinorityView](t)(j.SubmitMinority(ctx, j.by(facilitator), forest, in))
	_, data, err := j.HoldsOn(ctx, forest, "juror02", "")
	raw, _ := json.Marshal(data)
	for _, want := range []string{`"presence":"present"`, "Why?", "Near the school", `"voted":true`, "otherwise"} {
		if err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("%s is not in %s (%v)", want, raw, err)
		}
	}
	for _, no := range []string{"lydney", "juror03", "juror01"} {
		if strings.Contains(string(raw), no) {
			t.Errorf("%s is in %s", no, raw)
		}
	}
	for range 2 {
		if err := j.Forget(ctx, j.by(organiser), forest, "juror02", ""); err != nil {
			t.Fatal(err)
		}
	}
	if q, s := j.stores.questions.All()[0], j.stores.statements.All()[0]; q.Asker != "" || s.Author != "" || q.Text == "" {
		t.Errorf("after forgetting: %q asked by %q, %q", q.Text, q.Asker, s.Author)
	}
}

func TestRulesOfAnOpenBallot(t *testing.T) {
	t.Parallel()
	j := convene(t, 4)
	ctx := t.Context()
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Open: true, Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("lydney"))
	}
	j.vote(b.ID, "juror01", choose("coleford")) // a vote by name can be changed until the close
	if v := must[deliberation.BallotView](t)(j.Ballot(ctx, facilitator, forest, b.ID)); v.Named != nil {
		t.Errorf("votes by name show before the close: %+v", v.Named)
	}
	v := j.certified(b.ID)
	if v.Result.Outcomes[0].Counts["lydney"] != 3 || v.Result.Outcomes[0].Counts["coleford"] != 1 {
		t.Errorf("got %+v", v.Result.Outcomes[0])
	}
	_, data, _ := j.HoldsOn(ctx, forest, "juror01", "")
	if raw, _ := json.Marshal(data); !strings.Contains(string(raw), "coleford") {
		t.Errorf("a vote by name is the member's own: %s", raw)
	}
}
