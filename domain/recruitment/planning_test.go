package recruitment_test

import (
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

func (w *world) plan() recruitment.InvitationPlan {
	w.t.Helper()
	p, err := w.s.PlanInvitations(w.t.Context(), olive, jury, recruitment.PlanInput{})
	w.must(err)
	return p
}

// TestPlanFollowsTheReplies: before anybody is asked the plan rests on
// published figures, a wave takes its number, and what comes back moves it.
func TestPlanFollowsTheReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.open()
	none := w.plan()
	if none.Invite != 0 || none.Enough || len(none.Areas) != 0 {
		t.Errorf("without a list: %+v", none)
	}
	w.invitees(1400, 600)
	first := w.plan()
	if first.Reply.Own || len(first.Reply.From) != 3 || first.Seats != 3 || first.Now.Value != 0 {
		t.Errorf("first plan %+v", first)
	}
	if !first.Enough || first.Next < 60 || first.Next >= first.Invite || first.Drawn != 600 || first.Draw != max(0, first.Invite-600) {
		t.Errorf("asks %d in waves %v, next %d, of %d drawn", first.Invite, first.Waves, first.Next, first.Drawn)
	}
	wave, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Suggested: true})
	w.must(err)
	if wave.Size != first.Next {
		t.Errorf("the wave asks %d, the plan said %d", wave.Size, first.Next)
	}
	w.tick()
	w.clock.Advance(10 * 24 * time.Hour)
	silent := w.plan()
	if silent.Reply.Mean >= first.Reply.Mean || silent.Reply.Seen == nil || silent.Reply.Seen.Of != first.Next {
		t.Errorf("ten days of silence leave the rate at %+v, was %+v", silent.Reply, first.Reply)
	}
	asked := w.with(people.Invited)
	for i, id := range asked[:14] {
		_, err := w.s.Register(ctx, w.by(cal), jury, recruitment.RegisterInput{
			Source: people.FromStaff, Person: id,
			Answers: people.Answers{"Place": []string{"North", "South"}[i%2], "Age": []string{"16-44", "45+"}[i/2%2]},
		})
		w.must(err)
	}
	w.clock.Advance(time.Hour)
	w.tick()
	got := w.plan()
	if got.Pool != 14 || got.Reply.Seen.Did != 14 || got.Now.Value < 0.95 || got.Invite != 0 || got.Next != 0 {
		t.Errorf("with 14 in the pool: pool %d, seen %+v, chance %.3f, asks %d more", got.Pool, got.Reply.Seen, got.Now.Value, got.Invite)
	}
	if _, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Suggested: true}); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("a wave nobody needs: %v", err)
	}
}

// TestPlanLearnsFromTheBodysOwnPast: figures of an earlier process of the same
// body replace the published ones, for replies as for drop-outs; another
// body's do not.
func TestPlanLearnsFromTheBodysOwnPast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.past("spring", "board", 3000, []int{300, 280, 20, 18, 17})
	w.past("elsewhere", "other", 3000, []int{3000, 2800, 20, 20, 20})
	p := w.plan()
	if !p.Reply.Own || len(p.Reply.From) != 1 || p.Reply.From[0].Did != 300 || p.Reply.Mean < 0.09 || p.Reply.Mean > 0.11 {
		t.Errorf("reply rate %+v", p.Reply)
	}
	if !p.Refusal.Own || p.Refusal.From[0].Did != 2 || !p.DropOut.Own || p.DropOut.From[0].Did != 1 {
		t.Errorf("refusal %+v, drop-out %+v", p.Refusal, p.DropOut)
	}
}

// TestPlanIsForOrganisers: who may not recruit does not see it.
func TestPlanIsForOrganisers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.s.PlanInvitations(t.Context(), carol, jury, recruitment.PlanInput{}); domain.CodeOf(err) != domain.Forbidden {
		t.Errorf("a commissioner gets %v", err)
	}
	if _, err := w.s.PlanInvitations(t.Context(), otto, jury, recruitment.PlanInput{}); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("another body's organiser gets %v", err)
	}
	if _, err := w.s.PlanInvitations(t.Context(), olive, jury, recruitment.PlanInput{Confidence: 1.5}); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a chance of 1.5 gives %v", err)
	}
}
