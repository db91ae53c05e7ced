package deliberation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// fuse blows at the nth write of all repositories together, once: before the
// write, or after it, when the writer cannot know that it took place.
type fuse struct {
	at, n int
	after bool
}

func (f *fuse) before() error {
	f.n++
	if f.n == f.at && !f.after {
		return errAway
	}
	return nil
}

func (f *fuse) done(err error) error {
	if err == nil && f.n == f.at && f.after {
		return errAway
	}
	return err
}

// fused is a repository behind a fuse.
type fused[T any] struct {
	domain.Repository[T]
	f *fuse
}

func (r fused[T]) Insert(ctx context.Context, doc *T) error {
	if err := r.f.before(); err != nil {
		return err
	}
	return r.f.done(r.Repository.Insert(ctx, doc))
}

func (r fused[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	if err := r.f.before(); err != nil {
		var none T
		return none, err
	}
	doc, err := r.Repository.Update(ctx, id, change)
	return doc, r.f.done(err)
}

func (r fused[T]) Upsert(ctx context.Context, id string, zero func() T, change func(*T) error) (T, error) {
	if err := r.f.before(); err != nil {
		var none T
		return none, err
	}
	doc, err := r.Repository.Upsert(ctx, id, zero, change)
	return doc, r.f.done(err)
}

// behind puts the jury's repositories behind the fuse.
func (j *jury) behind(f *fuse) {
	st := j.stores
	j.Service = deliberation.New(deliberation.Deps{
		Terms: fused[deliberation.Terms]{st.terms, f}, Sessions: fused[deliberation.Session]{st.sessions, f},
		Witnesses: fused[deliberation.Witness]{st.witnesses, f}, Evidence: fused[deliberation.Evidence]{st.evidence, f},
		Packs: fused[deliberation.Pack]{st.packs, f}, Questions: fused[deliberation.MemberQuestion]{st.questions, f},
		Statements: fused[deliberation.Statement]{st.statements, f}, Recommendations: fused[deliberation.Recommendation]{st.recommendations, f},
		Ballots: fused[deliberation.Ballot]{st.ballots, f}, MinorityViews: fused[deliberation.MinorityView]{st.minority, f},
		Reports: fused[deliberation.Report]{st.reports, f}, Polls: fused[deliberation.Poll]{st.polls, f},
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
	count := &fuse{}
	calm.behind(count)
	calm.work()
	want, writes := calm.state(), count.n
	if writes < 40 {
		t.Fatalf("the work takes %d writes; it should be a jury's whole work", writes)
	}
	for at := 1; at <= writes; at++ {
		for _, after := range []bool{false, true} {
			j := convene(t, 5)
			f := &fuse{at: at, after: after}
			j.behind(f)
			j.work()
			if f.n <= writes {
				t.Errorf("the crash at write %d (after it: %v) was never felt", at, after)
			}
			if d := cmp.Diff(want, j.state()); d != "" {
				t.Errorf("a crash at write %d (after it: %v) left another state:\n%s", at, after, d)
			}
		}
	}
}
