package deliberation_test

import (
	"fmt"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// The Irish assembly: ballot 1 asks whether to retain the text in full; were
// it to pass, the voting would end there. Ballot 2 opens only on its no, and
// so on.
func TestConditionalBallots(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		yes  int // of 9, on ballot 1
		want deliberation.BallotState
	}{
		{"option 1 ends the sequence", 6, deliberation.BallotNotNeeded},
		{"otherwise the next ballot may open", 3, deliberation.BallotOpen},
	}
	for _, row := range rows {
		j := convene(t, 9)
		ctx := t.Context()
		j.fixRules(rule(deliberation.Majority, voting, casting))
		retain, replace := j.final("Retain in full"), j.final("Replace it")
		first := j.opened(deliberation.BallotInput{Number: 1, Questions: []deliberation.Question{aboutRec(retain)}})
		second := j.approved(deliberation.BallotInput{
			Number: 2, Questions: []deliberation.Question{aboutRec(replace)},
			Condition: &deliberation.Condition{Ballot: first.ID, Question: "q1", Outcome: "not_passed"},
		})
		third := j.approved(deliberation.BallotInput{
			Number: 3, Questions: []deliberation.Question{{Text: "With what?", Kind: deliberation.ChoiceQuestion, Options: places}},
			Condition: &deliberation.Condition{Ballot: second.ID, Question: "q1", Outcome: "passed"},
		})
		_, err := j.OpenBallot(ctx, j.by(facilitator), forest, second.ID)
		refused(t, err, domain.Conflict, "condition")
		for i, m := range j.seats.ids {
			j.vote(first.ID, m, choose(map[bool]string{true: "yes", false: "no"}[i < row.yes]))
		}
		j.certified(first.ID)
		j.OpenBallot(ctx, j.by(facilitator), forest, second.ID)
		got := must[deliberation.BallotView](t)(j.Ballot(ctx, facilitator, forest, second.ID))
		if got.State != row.want {
			t.Errorf("%s: ballot 2 is %s, want %s", row.name, got.State, row.want)
		}
		last := must[deliberation.BallotView](t)(j.Ballot(ctx, facilitator, forest, third.ID))
		if row.want == deliberation.BallotNotNeeded && last.State != deliberation.BallotNotNeeded {
			t.Errorf("%s: ballot 3 hangs on ballot 2 and is %s", row.name, last.State)
		}
		if row.want == deliberation.BallotNotNeeded {
			r := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, replace.ID))
			if r.State != deliberation.RecFinal {
				t.Errorf("%s: what was never voted on is %s", row.name, r.State)
			}
		}
	}
}

// The Irish rule: a majority of members present and voting, the chair has
// only a casting vote, absent members do not count. 8 of 9 come; 4 to 4.
func TestChairBreaksATie(t *testing.T) {
	t.Parallel()
	j := convene(t, 9)
	ctx := t.Context()
	j.fixRules(rule(deliberation.Majority, voting, casting))
	r := j.final("A proposal")
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{aboutRec(r)}})
	for i, m := range j.seats.ids[:8] {
		j.vote(b.ID, m, choose(map[bool]string{true: "yes", false: "no"}[i < 4]))
	}
	counted := j.counted(b.ID)
	if o := counted.Result.Outcomes[0]; o.Base != 8 || o.Passed || len(o.Tied) != 2 {
		t.Errorf("got %+v, want a tie of 8 votes", o)
	}
	_, err := j.CertifyBallot(ctx, j.by(overseer), forest, b.ID)
	refused(t, err, domain.Conflict, "ties_settled")
	_, err = j.CastingVote(ctx, j.by(facilitator), forest, b.ID, deliberation.CastingInput{Question: "q1", Choice: "maybe", Reason: "x"})
	refused(t, err, domain.Invalid, "choice")
	must[deliberation.BallotView](t)(j.CastingVote(ctx, j.by(facilitator), forest, b.ID, deliberation.CastingInput{Question: "q1", Choice: "yes", Reason: "It was argued the more fully."}))
	v := must[deliberation.BallotView](t)(j.CertifyBallot(ctx, j.by(overseer), forest, b.ID))
	o := v.Result.Outcomes[0]
	if !o.Passed || o.For != 4 || o.Against != 4 || len(o.Casting) != 1 {
		t.Errorf("got %+v, want passed by the casting vote, 4 to 4 unchanged", o)
	}
	got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, r.ID))
	if got.State != deliberation.RecAdopted || !got.Support.Casting || got.Support.All {
		t.Errorf("got %s %+v", got.State, got.Support)
	}
}

// Northern Ireland 2018: 75 serving members, 3 resolutions and 27
// recommendations on one ballot; the unanimous ones are marked.
func TestManyRecommendationsWithUnanimousMarked(t *testing.T) {
	t.Parallel()
	j := convene(t, 75)
	ctx := t.Context()
	j.fixRules(rule(deliberation.Eighty, voting, drop))
	var in deliberation.BallotInput
	var recs []deliberation.Recommendation
	for i := range 30 {
		r := j.final(fmt.Sprintf("Proposal %02d", i+1))
		recs = append(recs, r)
		in.Questions = append(in.Questions, aboutRec(r))
	}
	b := j.opened(in)
	for i, m := range j.seats.ids {
		a := deliberation.Answers{}
		for n := range recs {
			// Proposals 1 to 3: all for. 4 to 29: 70 for, 5 against. 30: 50 for, 25 against.
			yes := n < 3 || n < 29 && i < 70 || i < 50
			a[fmt.Sprintf("q%d", n+1)] = deliberation.Answer{Choice: map[bool]string{true: "yes", false: "no"}[yes]}
		}
		j.vote(b.ID, m, a)
	}
	j.certified(b.ID)
	var adopted, unanimous int
	for _, r := range must[[]deliberation.Recommendation](t)(j.Recommendations(ctx, facilitator, forest)) {
		if r.State == deliberation.RecAdopted {
			adopted++
		}
		if r.Support.All {
			unanimous++
		}
	}
	if adopted != 29 || unanimous != 3 {
		t.Errorf("adopted %d, unanimous %d; want 29 and 3 (66.7 %% is not 80 %%)", adopted, unanimous)
	}
}

// The Forest of Dean jury: 18 jurors, three places, papers counted in the
// room. The recommendation carries the place that won.
func TestThreePlaces(t *testing.T) {
	t.Parallel()
	j := convene(t, 18)
	ctx := t.Context()
	j.fixRules(majority)
	r := j.final("Where the new community hospital should be")
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{
		{Text: "In or near which town?", Kind: deliberation.RankedQuestion, Options: places, Recommendation: r.ID},
	}})
	in := deliberation.PaperInput{Members: j.seats.ids, Tellers: []string{"lead facilitator", "public observer"}}
	for i := range 18 {
		p := rank("cinderford", "coleford", "lydney")
		if i >= 8 && i < 14 {
			p = rank("coleford", "cinderford")
		}
		if i >= 14 {
			p = rank("lydney", "cinderford")
		}
		in.Papers = append(in.Papers, p)
	}
	must[deliberation.Receipt](t)(j.EnterPapers(ctx, j.by(facilitator), forest, b.ID, in))
	v := j.certified(b.ID)
	if o := v.Result.Outcomes[0]; o.Winner != "cinderford" || o.For != 12 || len(o.Rounds) != 2 {
		t.Errorf("got %+v, want Cinderford by 12 in the second round", o)
	}
	got := must[deliberation.Recommendation](t)(j.Recommendation(ctx, facilitator, forest, r.ID))
	if got.Support.Choice != "Cinderford" || got.State != deliberation.RecAdopted {
		t.Errorf("got %s %+v", got.State, got.Support)
	}
	if n := must[deliberation.BallotView](t)(j.Ballot(ctx, domain.PublicActor("web"), forest, b.ID)); n.Register != nil || n.Result == nil {
		t.Errorf("the public sees register %v, result %v", n.Register, n.Result)
	}
}

// Gloucestershire 2021: 18 seated and 3 reserves; three leave around the
// start and all three reserves are called. The register is of those who hold
// a seat and were there, reserves as well as the first drawn.
func TestReservesWhoAreSeatedVote(t *testing.T) {
	t.Parallel()
	j := convene(t, 18)
	in := deliberation.TermsInput{Rule: majority, Quorum: 12, Attend: 1, Agreed: all(18)}
	must[deliberation.Terms](t)(j.FixRules(t.Context(), j.by(facilitator), forest, in))
	first := j.plan(t, 1, true)
	j.seats.ids = append(j.seats.ids[3:], "reserve1", "reserve2", "reserve3")
	j.hold(t, first, 18)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	if len(b.Register) != 18 || b.Register[17].Member != "reserve3" || b.Register[0].Member != "juror04" {
		t.Errorf("the register holds %+v", b.Register)
	}
	_, err := j.Vote(t.Context(), j.by(member("juror01")), forest, b.ID, deliberation.VoteInput{Answers: choose("lydney")})
	refused(t, err, domain.Forbidden, "")
	j.vote(b.ID, "reserve1", choose("lydney"))
}
