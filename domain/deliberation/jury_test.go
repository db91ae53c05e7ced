package deliberation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
)

var start = time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC)

const forest = "forest"

// refs is one process that a test moves about.
type refs struct{ ref domain.ProcessRef }

func (r *refs) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != r.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return r.ref, nil
}

type seats struct{ ids []string }

func (s *seats) Seated(context.Context, string) ([]string, error) { return slices.Clone(s.ids), nil }

// jury is a deliberation with everything it stands on at hand.
type jury struct {
	*deliberation.Service
	t       *testing.T
	clock   *domaintest.Clock
	refs    *refs
	seats   *seats
	vault   domain.Vault
	stores  stores
	n       int // of commands given
	sitting []deliberation.Session
}

type stores struct {
	terms           *domaintest.Repo[deliberation.Terms]
	sessions        *domaintest.Repo[deliberation.Session]
	witnesses       *domaintest.Repo[deliberation.Witness]
	evidence        *domaintest.Repo[deliberation.Evidence]
	packs           *domaintest.Repo[deliberation.Pack]
	questions       *domaintest.Repo[deliberation.MemberQuestion]
	statements      *domaintest.Repo[deliberation.Statement]
	recommendations *domaintest.Repo[deliberation.Recommendation]
	ballots         *domaintest.Repo[deliberation.Ballot]
	minority        *domaintest.Repo[deliberation.MinorityView]
	reports         *domaintest.Repo[deliberation.Report]
	polls           *domaintest.Repo[deliberation.Poll]
}

func newStores() stores {
	return stores{
		domaintest.Memory(deliberation.TermsCollection), domaintest.Memory(deliberation.Sessions),
		domaintest.Memory(deliberation.Witnesses), domaintest.Memory(deliberation.EvidenceItems),
		domaintest.Memory(deliberation.Packs), domaintest.Memory(deliberation.MemberQuestions),
		domaintest.Memory(deliberation.Statements), domaintest.Memory(deliberation.Recommendations),
		domaintest.Memory(deliberation.Ballots), domaintest.Memory(deliberation.MinorityViews),
		domaintest.Memory(deliberation.Reports), domaintest.Memory(deliberation.Polls),
	}
}

// convene seats members juror01, juror02, ... in a process that deliberates.
func convene(t *testing.T, members int) *jury {
	t.Helper()
	j := &jury{
		t: t, clock: domaintest.NewClock(start), vault: domaintest.NewVault(), seats: &seats{}, stores: newStores(),
		refs: &refs{domain.ProcessRef{ID: forest, Body: "ccg", Name: "Forest of Dean", Stage: domain.Deliberating, Zone: "Europe/London", SmallNumber: 5}},
	}
	for i := range members {
		j.seats.ids = append(j.seats.ids, fmt.Sprintf("juror%02d", i+1))
	}
	j.build()
	return j
}

func (j *jury) build() {
	st := j.stores
	j.Service = deliberation.New(deliberation.Deps{
		Terms: st.terms, Sessions: st.sessions, Witnesses: st.witnesses, Evidence: st.evidence, Packs: st.packs,
		Questions: st.questions, Statements: st.statements, Recommendations: st.recommendations, Ballots: st.ballots,
		MinorityViews: st.minority, Reports: st.reports, Polls: st.polls,
		Clock: j.clock, Processes: j.refs, Vault: j.vault, Members: j.seats,
	})
}

func staff(id string, r domain.Role) domain.Actor {
	return domain.Actor{ID: id, Grants: []domain.Grant{{Role: r, Body: "ccg"}}, Via: "api"}
}

var (
	facilitator  = staff("fay", domain.Facilitator)
	organiser    = staff("olive", domain.Organiser)
	overseer     = staff("ora", domain.Oversight)
	commissioner = staff("carol", domain.Commissioner)
	elsewhere    = domain.Actor{ID: "otto", Grants: []domain.Grant{{Role: domain.Organiser, Body: "other"}}, Via: "api"}
)

func member(id string) domain.Actor { return domain.MemberActor(forest, id, "web") }

// by is a new command of the actor.
func (j *jury) by(a domain.Actor) domain.Command {
	j.n++
	return domain.Command{Actor: a, Key: fmt.Sprintf("k%04d", j.n)}
}

// must fails the test on an error and answers the value.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("got %v, want no error", err)
		}
		return v
	}
}

// refused checks an error's code and, for a guard, that it names the item.
func refused(t *testing.T, err error, code domain.Code, item string) {
	t.Helper()
	if domain.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if item == "" {
		return
	}
	for _, m := range missing(err) {
		if m.Item == item {
			if m.Who == "" || m.Need == "" {
				t.Errorf("missing %s says neither who nor what: %+v", item, m)
			}
			return
		}
	}
	if fields(err)[item] == "" {
		t.Errorf("got %v, want it to name %q", err, item)
	}
}

func missing(err error) []domain.Missing {
	if e, ok := asError(err); ok {
		return e.Missing
	}
	return nil
}

func fields(err error) map[string]string {
	if e, ok := asError(err); ok {
		return e.Fields
	}
	return nil
}

func asError(err error) (*domain.Error, bool) {
	e, ok := err.(*domain.Error)
	return e, ok
}

func names(g domain.Guard) []string {
	out := []string{}
	for _, m := range g {
		out = append(out, m.Item)
	}
	return out
}

func all(n int) deliberation.Hands { return deliberation.Hands{For: n, Present: n} }

var majority = deliberation.Rule{Method: deliberation.Majority, Basis: deliberation.PresentVoting, Tie: deliberation.TieNotPassed}

// fixRules fixes a rule with the least quorum.
func (j *jury) fixRules(r deliberation.Rule) {
	j.t.Helper()
	must[deliberation.Terms](j.t)(j.FixRules(j.t.Context(), j.by(facilitator), forest, deliberation.TermsInput{Rule: r, Quorum: 3, Agreed: all(3)}))
}

// final drafts a recommendation and makes its wording final.
func (j *jury) final(title string) deliberation.Recommendation {
	j.t.Helper()
	r := must[deliberation.Recommendation](j.t)(j.DraftRecommendation(j.t.Context(), j.by(facilitator), forest, deliberation.RecommendationInput{Title: title, Text: title + ", please."}))
	return must[deliberation.Recommendation](j.t)(j.LockWording(j.t.Context(), j.by(facilitator), forest, r.ID, deliberation.LockInput{Hands: all(5)}))
}

// opened drafts, approves and opens a ballot.
func (j *jury) opened(in deliberation.BallotInput) deliberation.BallotView {
	j.t.Helper()
	b := j.approved(in)
	return must[deliberation.BallotView](j.t)(j.OpenBallot(j.t.Context(), j.by(facilitator), forest, b.ID))
}

func (j *jury) approved(in deliberation.BallotInput) deliberation.BallotView {
	j.t.Helper()
	if in.Number == 0 {
		in.Number = 1
	}
	if in.Title == "" {
		in.Title = "Ballot"
	}
	b := must[deliberation.BallotView](j.t)(j.DraftBallot(j.t.Context(), j.by(facilitator), forest, in))
	return must[deliberation.BallotView](j.t)(j.ApproveBallot(j.t.Context(), j.by(facilitator), forest, b.ID, deliberation.LockInput{Hands: all(5)}))
}

func (j *jury) vote(ballot, who string, a deliberation.Answers) deliberation.Receipt {
	j.t.Helper()
	return must[deliberation.Receipt](j.t)(j.Vote(j.t.Context(), domain.Command{Actor: member(who), Key: "vote-" + who}, forest, ballot, deliberation.VoteInput{Answers: a}))
}

func (j *jury) counted(ballot string) deliberation.BallotView {
	j.t.Helper()
	must[deliberation.BallotView](j.t)(j.CloseBallot(j.t.Context(), j.by(facilitator), forest, ballot))
	return must[deliberation.BallotView](j.t)(j.CountBallot(j.t.Context(), j.by(facilitator), forest, ballot))
}

func (j *jury) certified(ballot string) deliberation.BallotView {
	j.t.Helper()
	j.counted(ballot)
	return must[deliberation.BallotView](j.t)(j.CertifyBallot(j.t.Context(), j.by(overseer), forest, ballot))
}

func choose(v string) deliberation.Answers {
	return deliberation.Answers{"q1": {Choice: v}}
}

func rank(v ...string) deliberation.Answers {
	return deliberation.Answers{"q1": {Ranking: v}}
}

func aboutRec(r deliberation.Recommendation) deliberation.Question {
	return deliberation.Question{Text: r.Title, Kind: deliberation.YesNoQuestion, Recommendation: r.ID}
}

var places = []deliberation.Option{{ID: "cinderford", Label: "Cinderford"}, {ID: "coleford", Label: "Coleford"}, {ID: "lydney", Label: "Lydney"}}
