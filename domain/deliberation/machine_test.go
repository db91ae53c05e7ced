package deliberation_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// ballotModel is what a secret ballot should be: a set of who voted, sums, and
// a state.
type ballotModel struct {
	state deliberation.BallotState
	voted map[string]bool
	sums  deliberation.Counts
	by    string // who counted
	void  bool   // fewer votes than the quorum
}

// Whatever is tried in whatever order, a ballot does what the model says: one
// vote per member, the first one; nothing before the opening or after the
// close; certified by another than who counted; sums that are the model's.
func TestBallotAgainstAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		j := convene(t, 6)
		j.fixRules(majority)
		b := j.approved(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
		m := ballotModel{state: deliberation.BallotApproved, voted: map[string]bool{}, sums: deliberation.Counts{}}
		expect := func(what string, err error, ok bool) {
			if (err == nil) != ok || err != nil && !domain.Is(err, domain.Conflict) && !domain.Is(err, domain.NotFound) {
				rt.Fatalf("%s while %s: got %v, want allowed %v", what, m.state, err, ok)
			}
		}
		ctx := t.Context()
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(*rapid.T) {
				_, err := j.OpenBallot(ctx, j.by(facilitator), forest, b.ID)
				ok := m.state == deliberation.BallotApproved || m.state == deliberation.BallotOpen
				expect("open", err, ok)
				if ok {
					m.state = deliberation.BallotOpen
				}
			},
			"vote": func(rt *rapid.T) {
				who, what := rapid.SampledFrom(j.seats.ids).Draw(rt, "who"), rapid.SampledFrom(places).Draw(rt, "what").ID
				r, err := j.Vote(ctx, j.by(member(who)), forest, b.ID, deliberation.VoteInput{Answers: choose(what)})
				fresh := m.state == deliberation.BallotOpen && !m.voted[who]
				expect("vote", err, fresh || m.voted[who])
				if err == nil && r.Earlier == fresh {
					rt.Fatalf("the receipt says %+v, the model %v", r, fresh)
				}
				if fresh {
					m.voted[who] = true
					m.sums[what]++
				}
			},
			"close": func(*rapid.T) {
				_, err := j.CloseBallot(ctx, j.by(facilitator), forest, b.ID)
				ok := m.state == deliberation.BallotOpen || m.state == deliberation.BallotClosed
				expect("close", err, ok)
				if ok {
					m.state = deliberation.BallotClosed
				}
			},
			"count": func(rt *rapid.T) {
				who := rapid.SampledFrom([]domain.Actor{facilitator, organiser}).Draw(rt, "who")
				_, err := j.CountBallot(ctx, j.by(who), forest, b.ID)
				ok := m.state == deliberation.BallotClosed || m.state == deliberation.BallotCounted
				expect("count", err, ok)
				if m.state == deliberation.BallotClosed {
					m.state, m.by, m.void = deliberation.BallotCounted, who.ID, len(m.voted) < 3
				}
			},
			"certify": func(rt *rapid.T) {
				who := rapid.SampledFrom([]domain.Actor{facilitator, organiser, overseer}).Draw(rt, "who")
				_, err := j.CertifyBallot(ctx, j.by(who), forest, b.ID)
				ok := m.state == deliberation.BallotCounted && who.ID != m.by || m.state == deliberation.BallotCertified
				expect("certify", err, ok)
				if ok {
					m.state = deliberation.BallotCertified
				}
			},
			"withdraw": func(rt *rapid.T) {
				if m.state != deliberation.BallotOpen && rapid.IntRange(0, 5).Draw(rt, "rarely") > 0 {
					return
				}
				_, err := j.WithdrawBallot(ctx, j.by(facilitator).Because("x"), forest, b.ID)
				expect("withdraw", err, m.state == deliberation.BallotApproved)
				if err == nil {
					m.state = deliberation.BallotWithdrawn
				}
			},
			"": func(rt *rapid.T) { m.check(rt, j.stores.ballots.All()[0]) },
		})
	})
}

func (m ballotModel) check(t *rapid.T, x deliberation.Ballot) {
	if x.State != m.state || x.Voted() != len(m.voted) {
		t.Fatalf("it is %s with %d votes, the model %s with %d", x.State, x.Voted(), m.state, len(m.voted))
	}
	if open := x.State == deliberation.BallotOpen || x.State == deliberation.BallotClosed; open != (x.Box != "") {
		t.Fatalf("%s with a box: %v", x.State, x.Box != "")
	}
	if x.Result == nil {
		return
	}
	if x.Result.NoQuorum != m.void || !m.void && !maps.Equal(x.Result.Outcomes[0].Counts, m.sums) {
		t.Fatalf("counted %+v, the model %s (void %v)", x.Result, fmt.Sprint(m.sums), m.void)
	}
}
