package deliberation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

var north = deliberation.PollInput{Question: "Should it be in the north?", Options: []string{"yes", "no"}}

// room opens a session with that many of the members marked as there.
func (j *jury) room(t *testing.T, present int) deliberation.Session {
	t.Helper()
	s := j.plan(t, 1, true)
	must[deliberation.Session](t)(j.OpenSession(t.Context(), j.by(facilitator), forest, s.ID))
	marks := map[string]deliberation.Presence{}
	for i, m := range j.seats.ids {
		marks[m] = deliberation.Present
		if i >= present {
			marks[m] = deliberation.Absent
		}
	}
	return must[deliberation.Session](t)(j.MarkAttendance(t.Context(), j.by(facilitator), forest, s.ID, deliberation.AttendanceInput{Marks: marks}))
}

// told lists the templates that effects ask to be sent, and to whom.
func told(t *testing.T, es []domain.Effect) []string {
	t.Helper()
	var out []string
	for _, e := range es {
		var m domain.MessageData
		if e.Kind != domain.EffectMessage && e.Kind != domain.EffectBroadcast {
			continue
		}
		if err := e.Decode(&m); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(m.Template+" "+m.Person))
	}
	return out
}

func TestTheRoomIsAskedAndHearsBack(t *testing.T) {
	t.Parallel()
	j := convene(t, 8)
	ctx := t.Context()
	s := j.room(t, 6)
	in := north
	in.Session = s.ID
	p := must[deliberation.Poll](t)(j.OpenPoll(ctx, j.by(facilitator), forest, in))
	want := make([]string, 6)
	for i := range want {
		want[i] = fmt.Sprintf("room_vote juror%02d", i+1)
	}
	if diff := cmp.Diff(want, told(t, j.stores.polls.All()[0].Effects)); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for i, m := range j.seats.ids[:5] {
		for range 2 { // a text delivered twice counts once
			if err := j.AnswerPoll(ctx, j.by(member(m)), forest, p.ID, 1+i%2); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := must[[]deliberation.Poll](t)(j.ListPolls(ctx, facilitator, forest)); !got[0].Hidden || got[0].Total != 5 || slices.Max(got[0].Counts) != 0 {
		t.Errorf("while it is open the counts are %+v", got[0])
	}
	refused(t, j.AnswerPoll(ctx, j.by(member("juror08")), forest, p.ID, 1), domain.Conflict, "")
	refused(t, j.AnswerPoll(ctx, j.by(facilitator), forest, p.ID, 1), domain.Forbidden, "")
	refused(t, j.AnswerPoll(ctx, j.by(member("juror06")), forest, p.ID, 3), domain.Invalid, "")
	got := must[deliberation.Poll](t)(j.ClosePoll(ctx, j.by(facilitator), forest, p.ID, deliberation.ClosePollInput{Hands: []int{1, 0}}))
	if diff := cmp.Diff([]int{4, 2}, got.Counts); diff != "" || got.Total != 6 || got.Hidden || got.Answered != nil {
		t.Errorf("closed: %+v %s", got, diff)
	}
	refused(t, j.AnswerPoll(ctx, j.by(member("juror06")), forest, p.ID, 1), domain.Conflict, "")
	var m domain.MessageData
	es := j.stores.polls.All()[0].Effects
	if err := es[len(es)-2].Decode(&m); err != nil || m.Template != "room_result" || m.Vars["result"] != "yes 4, no 2" || !m.Together {
		t.Errorf("heard back %+v, %v", m, err)
	}
}

func TestTooFewAnswersAreNotShown(t *testing.T) {
	t.Parallel()
	j := convene(t, 6)
	s := j.room(t, 4)
	in := north
	in.Session = s.ID
	p := must[deliberation.Poll](t)(j.OpenPoll(t.Context(), j.by(facilitator), forest, in))
	for _, m := range j.seats.ids[:4] {
		if err := j.AnswerPoll(t.Context(), j.by(member(m)), forest, p.ID, 1); err != nil {
			t.Fatal(err)
		}
	}
	got := must[deliberation.Poll](t)(j.ClosePoll(t.Context(), j.by(facilitator), forest, p.ID, deliberation.ClosePollInput{}))
	if !got.Hidden || got.Counts[0] != 0 {
		t.Errorf("four answers are shown: %+v", got)
	}
	if last := told(t, j.stores.polls.All()[0].Effects); last[len(last)-1] != "room_too_few juror04" {
		t.Errorf("told %q", last)
	}
}

func TestAPollThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	s := j.plan(t, 1, true)
	in := north
	in.Session = s.ID
	_, err := j.OpenPoll(t.Context(), j.by(facilitator), forest, in)
	refused(t, err, domain.Conflict, "session_open")
	_, err = j.OpenPoll(t.Context(), j.by(member("juror01")), forest, in)
	refused(t, err, domain.Forbidden, "")
	in.Options = []string{"yes", "yes\nno", strings.Repeat("x", 30)}
	_, err = j.OpenPoll(t.Context(), j.by(facilitator), forest, in)
	refused(t, err, domain.Invalid, "")
}

func TestEvaluationIsCountedOncePerMember(t *testing.T) {
	t.Parallel()
	j := convene(t, 6)
	ctx := t.Context()
	for i, m := range j.seats.ids[:5] {
		for range 2 {
			if err := j.RecordEvaluation(ctx, j.by(member(m)), forest, deliberation.PollAfter, "heard", 1+i%4); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := must[[]deliberation.Poll](t)(j.ListPolls(ctx, facilitator, forest))
	if diff := cmp.Diff([]int{2, 1, 1, 1}, got[0].Counts); diff != "" || got[0].Kind != "after" || got[0].Hidden {
		t.Errorf("%+v %s", got[0], diff)
	}
	refused(t, j.RecordEvaluation(ctx, j.by(member("juror01")), forest, deliberation.PollBefore, "heard", 1), domain.NotFound, "")
	refused(t, j.RecordEvaluation(ctx, j.by(member("juror06")), forest, deliberation.PollAfter, "heard", 5), domain.Invalid, "")
	if _, err := j.ClosePoll(ctx, j.by(facilitator), forest, got[0].ID, deliberation.ClosePollInput{}); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("an evaluation is closed by hand: %v", err)
	}
}

// Members are told a week before, the afternoon before and on the morning,
// where they live, over a change of the clocks too.
func TestTellingsBeforeASession(t *testing.T) {
	t.Parallel()
	utc := func(month, day, hour int) time.Time {
		return time.Date(2018, time.Month(month), day, hour, 0, 0, 0, time.UTC)
	}
	rows := []struct {
		name   string
		starts time.Time
		want   []time.Time
	}{
		{"summer", utc(8, 31, 9), []time.Time{utc(8, 24, 9), utc(8, 30, 15), utc(8, 31, 7)}},
		{"winter", utc(12, 4, 10), []time.Time{utc(11, 27, 10), utc(12, 3, 16), utc(12, 4, 8)}},
		{"the day the clocks go back", utc(10, 28, 10), []time.Time{utc(10, 21, 9), utc(10, 27, 15), utc(10, 28, 8)}},
		{"planned two days before", start.Add(48 * time.Hour), []time.Time{utc(7, 31, 15), utc(8, 1, 7)}},
		{"planned on the day", start.Add(2 * time.Hour), nil},
	}
	for _, row := range rows {
		j := convene(t, 3)
		must[deliberation.Session](t)(j.PlanSession(t.Context(), j.by(facilitator), forest, deliberation.SessionInput{
			Number: 1, Title: "Day", Starts: row.starts, Ends: row.starts.Add(time.Hour), Mode: deliberation.Online, Agenda: nil,
		}))
		names := []string{"week_before", "day_before", "morning"}[3-len(row.want):]
		for i, at := range row.want {
			j.clock.Set(at.Add(-time.Millisecond))
			if n, err := j.Tick(t.Context()); n != 0 || err != nil {
				t.Errorf("%s, a moment before %s: did %d, %v", row.name, names[i], n, err)
			}
			j.clock.Set(at)
			for _, want := range []int{1, 0} {
				if n, err := j.Tick(t.Context()); n != want || err != nil {
					t.Errorf("%s, %s: did %d, %v, want %d", row.name, names[i], n, err, want)
				}
			}
		}
		j.clock.Set(row.starts)
		if n, err := j.Tick(t.Context()); n != 0 || err != nil {
			t.Errorf("%s, at the start: did %d, %v", row.name, n, err)
		}
		if diff := cmp.Diff(names, append([]string{}, told(t, j.stores.sessions.All()[0].Effects)...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

// After an outage only the text that is still true is sent.
func TestTellingsAfterAnOutage(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	starts := time.Date(2018, 8, 31, 9, 0, 0, 0, time.UTC)
	must[deliberation.Session](t)(j.PlanSession(t.Context(), j.by(facilitator), forest, deliberation.SessionInput{
		Number: 1, Title: "Day", Starts: starts, Ends: starts.Add(time.Hour), Mode: deliberation.Online,
	}))
	j.clock.Set(starts.Add(-time.Hour))
	if n, err := j.Tick(t.Context()); n != 1 || err != nil {
		t.Errorf("did %d, %v", n, err)
	}
	if diff := cmp.Diff([]string{"morning"}, told(t, j.stores.sessions.All()[0].Effects)); diff != "" {
		t.Error(diff)
	}
}

func TestMembersAreToldOfChangesByThemselves(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	ctx := t.Context()
	in := deliberation.SessionInput{
		Number: 1, Title: "Day 1", Starts: start.Add(24 * time.Hour), Ends: start.Add(30 * time.Hour), Mode: deliberation.InPerson, Place: "Forest Hills",
	}
	s := must[deliberation.Session](t)(j.PlanSession(ctx, j.by(facilitator), forest, in))
	for range 2 {
		if err := j.EnterStage(ctx, domain.StageData{Process: forest, To: domain.Convened}); err != nil {
			t.Fatal(err)
		}
	}
	in.Title = "Day one"
	must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	in.Place = "The library"
	must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	in.Place, in.Tell = "Forest Hills", "We are back in our own hall."
	must[deliberation.Session](t)(j.ChangeSession(ctx, j.by(facilitator), forest, s.ID, in))
	must[deliberation.Session](t)(j.CancelSession(ctx, j.by(facilitator).Because("Snow."), forest, s.ID, deliberation.CancelInput{}))
	if diff := cmp.Diff([]string{"practical_details", "session_moved", "change", "session_dropped"}, told(t, j.stores.sessions.All()[0].Effects)); diff != "" {
		t.Error(diff)
	}
}

func TestMinorityViewsAreInvitedByText(t *testing.T) {
	t.Parallel()
	j := convene(t, 3)
	must[deliberation.Terms](t)(j.InviteMinority(t.Context(), j.by(facilitator), forest, deliberation.MinorityInput{Until: start.Add(48 * time.Hour)}))
	if diff := cmp.Diff([]string{"minority_invited"}, told(t, j.stores.terms.All()[0].Effects)); diff != "" {
		t.Error(diff)
	}
}
