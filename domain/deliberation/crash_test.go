package deliberation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
)

// behind puts the jury's repositories behind the fuse.
func (j *jury) behind(f *domaintest.Fuse) {
	st := j.stores
	j.Service = deliberation.New(deliberation.Deps{
		Terms: domaintest.Fused(st.terms, f), Sessions: domaintest.Fused(st.sessions, f),
		Witnesses: domaintest.Fused(st.witnesses, f), Evidence: domaintest.Fused(st.evidence, f),
		Packs: domaintest.Fused(st.packs, f), Questions: domaintest.Fused(st.questions, f),
		Statements: domaintest.Fused(st.statements, f), Recommendations: domaintest.Fused(st.recommendations, f),
		Ballots: domaintest.Fused(st.ballots, f), MinorityViews: domaintest.Fused(st.minority, f),
		Reports: domaintest.Fused(st.reports, f), Polls: domaintest.Fused(st.polls, f),
		Clock: j.clock, Processes: j.refs, Vault: j.vault, Members: j.seats,
	})
}

// work is a jury's whole work as commands, each with a key of its own. A
// command that fails is given again under its key, as a client or a job does.
func (j *jury) work() {
	ctx, n := j.t.Context(), 0
	id := map[string]string{}
	give := func(a domain.Actor, name string, do func(domain.Command) (string, error)) {
		n++
		c := domain.Command{Actor: a, Key: fmt.Sprintf("work%02d", n)}
		for try := 0; ; try++ {
			got, err := do(c)
			if err == nil {
				id[name] = got
				break
			}
			if !domain.Is(err, domain.Unavailable) || try > 2 {
				j.t.Fatalf("%s: %v", name, err)
			}
		}
	}
	nothing := func(_ any, err error) (string, error) { return "", err }
	give(facilitator, "rules", func(c domain.Command) (string, error) {
		return nothing(j.FixRules(ctx, c, forest, deliberation.TermsInput{Rule: majority, Quorum: 3, Agreed: all(3)}))
	})
	give(facilitator, "e", func(c domain.Command) (string, error) {
		x, err := j.ProposeEvidence(ctx, c, forest, item)
		return x.ID, err
	})
	give(facilitator, "received", func(c domain.Command) (string, error) {
		return nothing(j.ReceiveEvidence(ctx, c, forest, id["e"], item))
	})
	give(facilitator, "checked", func(c domain.Command) (string, error) {
		return nothing(j.CheckEvidence(ctx, c, forest, id["e"], deliberation.ChecksInput{Facts: true, Plain: true, Position: true}))
	})
	give(overseer, "approved", func(c domain.Command) (string, error) { return nothing(j.ApproveEvidence(ctx, c, forest, id["e"])) })
	give(organiser, "p", func(c domain.Command) (string, error) {
		x, err := j.DraftPack(ctx, c, forest, packOf(id["e"]))
		return x.ID, err
	})
	give(organiser, "published", func(c domain.Command) (string, error) { return nothing(j.PublishPack(ctx, c, forest, id["p"])) })
	for _, name := range []string{"r1", "r2"} {
		give(member("juror01"), name, func(c domain.Command) (string, error) {
			x, err := j.DraftRecommendation(ctx, c, forest, deliberation.RecommendationInput{Title: name, Text: "Text of " + name, Evidence: []string{id["e"]}})
			return x.ID, err
		})
		give(facilitator, "locked", func(c domain.Command) (string, error) {
			return nothing(j.LockWording(ctx, c, forest, id[name], deliberation.LockInput{Hands: all(5)}))
		})
	}
	give(facilitator, "b", func(c domain.Command) (string, error) {
		x, err := j.DraftBallot(ctx, c, forest, deliberation.BallotInput{Number: 1, Title: "B", Questions: []deliberation.Question{
			{Text: "1", Kind: deliberation.YesNoQuestion, Recommendation: id["r1"]}, {Text: "2", Kind: deliberation.YesNoQuestion, Recommendation: id["r2"]},
		}})
		return x.ID, err
	})
	give(facilitator, "b2", func(c domain.Command) (string, error) {
		x, err := j.DraftBallot(ctx, c, forest, deliberation.BallotInput{
			Number: 2, Title: "Only if the first fails", Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}},
			Condition: &deliberation.Condition{Ballot: id["b"], Question: "q1", Outcome: "not_passed"},
		})
		return x.ID, err
	})
	give(facilitator, "agreed", func(c domain.Command) (string, error) {
		return nothing(j.ApproveBallot(ctx, c, forest, id["b"], deliberation.LockInput{Hands: all(5)}))
	})
	give(facilitator, "opened", func(c domain.Command) (string, error) { return nothing(j.OpenBallot(ctx, c, forest, id["b"])) })
	for i, m := range j.seats.ids {
		give(member(m), "voted", func(c domain.Command) (string, error) {
			a := deliberation.Answers{"q1": {Choice: "yes"}, "q2": {Choice: map[bool]string{true: "yes", false: "no"}[i < 2]}}
			return nothing(j.Vote(ctx, c, forest, id["b"], deliberation.VoteInput{Answers: a}))
		})
	}
	give(facilitator, "closed", func(c domain.Command) (string, error) { return nothing(j.CloseBallot(ctx, c, forest, id["b"])) })
	give(facilitator, "counted", func(c domain.Command) (string, error) { return nothing(j.CountBallot(ctx, c, forest, id["b"])) })
	give(overseer, "certified", func(c domain.Command) (string, error) { return nothing(j.CertifyBallot(ctx, c, forest, id["b"])) })
	j.settle()
	j.refs.ref.Stage = domain.Reporting
	give(facilitator, "invited", func(c domain.Command) (string, error) {
		return nothing(j.InviteMinority(ctx, c, forest, deliberation.MinorityInput{Until: start.Add(time.Hour)}))
	})
	give(member("juror05"), "minority", func(c domain.Command) (string, error) {
		return nothing(j.SubmitMinority(ctx, c, forest, deliberation.MinorityViewInput{Text: "Otherwise."}))
	})
	give(facilitator, "carried", func(c domain.Command) (string, error) { return nothing(j.CarryMinority(ctx, c, forest, id["r2"])) })
	give(facilitator, "report", func(c domain.Command) (string, error) {
		in := deliberation.ReportInput{Title: "R", Sections: []deliberation.Section{{Heading: "H", Text: "T"}}, Recommendations: []string{id["r1"], id["r2"]}}
		return nothing(j.DraftReport(ctx, c, forest, in))
	})
	give(facilitator, "review", func(c domain.Command) (string, error) { return nothing(j.ReviewReport(ctx, c, forest)) })
	give(facilitator, "confirmed", func(c domain.Command) (string, error) {
		return nothing(j.ConfirmReport(ctx, c, forest, deliberation.ConfirmInput{Agrees: true, Members: j.seats.ids}))
	})
	give(facilitator, "formats", func(c domain.Command) (string, error) {
		return nothing(j.AddFormats(ctx, c, forest, deliberation.FormatsInput{Formats: map[string]string{"easy_read": "a", "large_print": "b"}}))
	})
	give(organiser, "out", func(c domain.Command) (string, error) { return nothing(j.PublishReport(ctx, c, forest)) })
	j.settle()
}

// settle lets the jobs run until nothing is left to do.
func (j *jury) settle() {
	for range 5 {
		n, err := j.Tick(j.t.Context())
		if n == 0 && err == nil {
			return
		}
	}
	j.t.Fatal("the jobs do not come to rest")
}

// state is all that is kept, without what every write moves.
func (j *jury) state() any {
	var v any
	if err := json.Unmarshal(j.dump(), &v); err != nil {
		j.t.Fatal(err)
	}
	walk(v, func(_ string, obj map[string]any) {
		delete(obj, "version")
	})
	return v
}

// A crash at any write, before it or after it, loses nothing and doubles
// nothing: with every failed command given again, all documents, effects and
// audit events end the same as without a crash.
func TestACrashAtAnyWriteChangesNothing(t *testing.T) {
	t.Parallel()
	calm := convene(t, 5)
	count := &domaintest.Fuse{}
	calm.behind(count)
	calm.work()
	want, writes := calm.state(), count.Writes
	if writes < 40 {
		t.Fatalf("the work takes %d writes; it should be a jury's whole work", writes)
	}
	for at := 1; at <= writes; at++ {
		for _, after := range []bool{false, true} {
			j := convene(t, 5)
			f := &domaintest.Fuse{At: at, After: after}
			j.behind(f)
			j.work()
			if f.Writes <= writes {
				t.Errorf("the crash at write %d (after it: %v) was never felt", at, after)
			}
			if d := cmp.Diff(want, j.state()); d != "" {
				t.Errorf("a crash at write %d (after it: %v) left another state:\n%s", at, after, d)
			}
		}
	}
}
