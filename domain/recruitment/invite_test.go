package recruitment_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition/verify"
)

var listed = recruitment.FrameInput{Name: "Addresses of May 2018", Source: "the district, under its agreement", Columns: recruitment.Columns{
	Ref: "uprn", Name: "First+Last", Number: "Mobile", Address: "Address", Postcode: "Postcode", Area: "Ward",
}}

// list is a frame of rows: two people at each address, every third address
// without a phone.
func list(rows int) string {
	var b strings.Builder
	b.WriteString("\ufeffuprn,First,Last,Mobile,Address,Postcode,Ward\n")
	for i := range rows {
		number := fmt.Sprintf("+999%09d", 1000+i)
		if i/2%3 == 2 {
			number = ""
		}
		fmt.Fprintf(&b, "u%d,Robin,\"Oak %d\",%s,\"%d, Mill Lane\",GL16 7QD,%s\n", i, i, number, i/2, []string{"East", "West", "West"}[i/2%3])
	}
	return b.String()
}

// invitees imports a frame of rows and draws count of its households.
func (w *world) invitees(rows, count int) recruitment.InviteeDrawView {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.s.ImportFrame(ctx, w.by(olive), jury, listed, strings.NewReader(list(rows)))
	w.must(err)
	d, err := w.s.CommitInvitees(ctx, w.by(olive), jury, recruitment.InviteesInput{Count: count, SeedPlan: "dice in the library"})
	w.must(err)
	d, err = w.s.DrawInvitees(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	return d
}

func TestFrameNamesEveryProblemAndImportsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := "uprn,First,Last,Mobile,Address,Postcode,Ward\n" +
		"u1,A,B,07700 900001,1 Mill Lane,GL1,East\n" +
		"u1,A,B,call me,2 Mill Lane,GL1,\n" +
		",A,B,,,GL1,East\n" +
		"u4,A,B,,3 Mill Lane,GL1,East,surplus\n" +
		"u5,A,\xff,,4 Mill Lane,GL1,East\n"
	_, err := w.s.ImportFrame(t.Context(), w.by(olive), jury, listed, strings.NewReader(file))
	e := asError(err)
	if e == nil || e.Code != domain.Invalid {
		t.Fatalf("got %v", err)
	}
	want := []string{"row 3, column Mobile (D3)", "row 3, column Ward (G3)", "row 3, column uprn (A3)", "row 4, column Mobile (D4)",
		"row 4, column uprn (A4)", "row 5", "row 6, column Last (C6)"}
	got := []string{}
	for place := range e.Fields {
		got = append(got, place)
	}
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("places -want +got\n%s\n%v", d, e.Fields)
	}
	if strings.Contains(e.Error(), "07700") || strings.Contains(e.Error(), "call me") {
		t.Error("the answer repeats personal data")
	}
	left, err := w.s.ListFrames(t.Context(), olive, jury)
	if err != nil || len(left) != 0 || len(w.frames.All()) != 0 {
		t.Errorf("something was imported: %v, %v", left, err)
	}
}

func TestFrameFilesThatAreNone(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, file, place string }{
		{"empty", "", "row 1"},
		{"no rows", "uprn,First,Last,Mobile,Address,Postcode,Ward\n", "row 2"},
		{"a column missing", "uprn,First,Last,Mobile,Address,Postcode\nx\n", "row 1, column Ward"},
		{"a column twice", "uprn,First,Last,Mobile,Address,Postcode,Ward,ward\nx\n", "row 1, column Ward"},
		{"an open quotation mark", "uprn,First,Last,Mobile,Address,Postcode,Ward\nu1,\"A,B,,x,y,East\n", "row 2"},
		{"a huge cell", "uprn,First,Last,Mobile,Address,Postcode,Ward\nu1," + strings.Repeat("x", 10000) + ",B,,1 Lane,GL1,East\n", "row 2, column First (B2)"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.s.ImportFrame(t.Context(), w.by(olive), jury, listed, strings.NewReader(row.file))
			if e := asError(err); e == nil || e.Fields[row.place] == "" {
				t.Errorf("got %v, want a problem at %s", err, row.place)
			}
			if len(w.frames.All()) != 0 {
				t.Error("a frame was left behind")
			}
		})
	}
}

func TestFrameLeftByACrashIsDestroyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.frames.Before = func(op, _ string) error { // the completing write never comes
		if op == "replace" {
			return domain.E(domain.Unavailable, "away")
		}
		return nil
	}
	if _, err := w.s.ImportFrame(t.Context(), w.by(olive), jury, listed, strings.NewReader(list(10))); !domain.Is(err, domain.Unavailable) {
		t.Fatal(err)
	}
	w.frames.Before = nil
	if got, err := w.s.ListFrames(t.Context(), olive, jury); err != nil || len(got) != 0 {
		t.Errorf("an incomplete list shows: %v, %v", got, err)
	}
	w.clock.Advance(7 * time.Hour)
	w.tick()
	if len(w.frames.All()) != 0 {
		t.Error("the rest was not destroyed")
	}
}

func TestInviteesAreStratifiedSeededAndReplayable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.invitees(60, 12) // 30 households: 10 East, 20 West
	invite := map[string]int{}
	for _, s := range d.Strata {
		invite[s.Name] = s.Invite
	}
	if diff := cmp.Diff(map[string]int{"East": 4, "West": 8}, invite); diff != "" {
		t.Errorf("shares -want +got\n%s", diff)
	}
	ctx := t.Context()
	if _, err := w.s.DrawInvitees(ctx, w.by(olive), jury, d.ID, balls); !domain.Is(err, domain.Conflict) {
		t.Errorf("a second seed: %v", err)
	}
	record, err := w.s.ReplayInvitees(ctx, w.by(omar), recruitment.ReplayInput{Process: jury, Draw: d.ID, Purpose: "checking the draw", List: true})
	w.must(err)
	if len(record.Invited) != 12 || record.Commitment.Hash != d.Hash || record.Seed.Value != "409177235508" {
		t.Errorf("record: %+v", record)
	}
	if r := verify.Invitation(&record.Invitation, record.Frame, nil); !r.OK || len(record.Frame) != 60 {
		t.Errorf("the record with its list of %d: %+v", len(record.Frame), r.Checks)
	}
	if !slices.Contains(w.audit.Actions(), "invitees.replayed") {
		t.Error("the look was not recorded")
	}
	twin := newWorld(t)
	twin.keys = 0
	again := twin.invitees(60, 12)
	if again.Hash != d.Hash {
		t.Error("the same list and settings give another commitment")
	}
}

func TestWaveInvitesEachOnceThroughTrouble(t *testing.T) {
	t.Parallel()
	for _, fail := range []int{1, 7, 16, 29, 41} {
		w := newWorld(t)
		w.invitees(600, 200)
		ctx := t.Context()
		_, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 150})
		w.must(err)
		var n atomic.Int64 // rows are written side by side
		w.rows.Before = func(op, _ string) error {
			if op != "insert" {
				return nil
			}
			if n.Add(1) == int64(fail) {
				return domain.E(domain.Unavailable, "away")
			}
			return nil
		}
		_, err = w.s.Tick(ctx, w.clock.Now())
		if !domain.Is(err, domain.Unavailable) {
			t.Fatalf("trouble was swallowed: %v", err)
		}
		w.rows.Before = nil
		w.tick()
		w.tick()
		waves, err := w.s.ListWaves(ctx, olive, jury)
		w.must(err)
		if v := waves[0]; v.State != recruitment.WaveDone || v.Invited != 150 || v.Skipped != 0 {
			t.Errorf("wave: %+v", v)
		}
		told := w.settle()["invitation"]
		slices.Sort(told)
		if len(told) != 150 || len(slices.Compact(told)) != 150 || len(w.with(people.Invited)) != 150 {
			t.Errorf("invited %d, told %d", len(w.with(people.Invited)), len(told))
		}
	}
}

func TestWavesTakeTurnsAndStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(600, 200)
	ctx := t.Context()
	first, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 120})
	w.must(err)
	_, err = w.s.SteerWave(ctx, w.by(olive), jury, first.ID, recruitment.WavePaused)
	w.must(err)
	w.tick()
	if n := len(w.with(people.Invited)); n != 0 {
		t.Errorf("a paused wave invited %d", n)
	}
	_, err = w.s.SteerWave(ctx, w.by(olive), jury, first.ID, recruitment.WaveRunning)
	w.must(err)
	w.tick()
	later, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 500, NotBefore: begin.Add(time.Hour)})
	w.must(err)
	if later.Size != 80 || later.Number != 2 {
		t.Errorf("the rest: %+v", later)
	}
	w.tick()
	if n := len(w.with(people.Invited)); n != 120 {
		t.Errorf("before its time: %d invited", n)
	}
	_, err = w.s.SteerWave(ctx, w.by(olive), jury, later.ID, recruitment.WaveCancelled)
	w.must(err)
	w.clock.Advance(2 * time.Hour)
	w.tick()
	if n := len(w.with(people.Invited)); n != 120 {
		t.Errorf("a cancelled wave invited: %d", n)
	}
	if _, err := w.s.SteerWave(ctx, w.by(olive), jury, later.ID, recruitment.WaveRunning); !domain.Is(err, domain.Conflict) {
		t.Errorf("a cancelled wave came back: %v", err)
	}
	if _, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 1}); !domain.Is(err, domain.Conflict) {
		t.Errorf("beyond the list: %v", err)
	}
}

func TestWavePassesOverOptOutsAndKnownNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := "uprn,First,Last,Mobile,Address,Postcode,Ward\n" +
		"u1,A,B,+999000000001,,,East\n" + // opted out, no address
		"u2,A,C,+999000000002,2 Mill Lane,,East\n" + // opted out, gets a letter
		"u3,A,D,+999000000003,3 Mill Lane,,East\n" + // registered already
		"u4,A,E,+999000000004,4 Mill Lane,,East\n" +
		"u5,A,F,+999000000004,5 Mill Lane,,East\n" // a number in the list twice: one text, one letter
	w.open()
	w.join(3, "North", "45+")
	for n := 1; n <= 2; n++ {
		w.optOuts[w.vault.Lookup("number", fmt.Sprintf("+99900000000%d", n))] = true
	}
	ctx := t.Context()
	_, err := w.s.ImportFrame(ctx, w.by(olive), jury, listed, strings.NewReader(file))
	w.must(err)
	d, err := w.s.CommitInvitees(ctx, w.by(olive), jury, recruitment.InviteesInput{Count: 5, SeedPlan: "dice"})
	w.must(err)
	_, err = w.s.DrawInvitees(ctx, w.by(olive), jury, d.ID, balls)
	w.must(err)
	_, err = w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 5})
	w.must(err)
	w.tick()
	v, err := w.s.ListWaves(ctx, olive, jury)
	w.must(err)
	if v[0].Invited != 3 || v[0].Skipped != 2 {
		t.Errorf("wave: %+v", v[0])
	}
	channels := map[string]int{}
	for _, p := range w.rows.All() {
		if p.Status == people.Invited {
			channels[p.Channel]++
		}
	}
	if d := cmp.Diff(map[string]int{people.ChannelText: 1, people.ChannelLetter: 2}, channels); d != "" {
		t.Errorf("channels -want +got\n%s", d)
	}
}

func TestRemindersTwiceAndNeverAfterANo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(60, 30)
	ctx := t.Context()
	v, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 30})
	w.must(err)
	if _, err := w.s.Remind(ctx, w.by(olive), jury, v.ID); !domain.Is(err, domain.Conflict) {
		t.Errorf("before the wave is done: %v", err)
	}
	w.tick()
	w.settle()
	var byLetter []string
	for _, p := range w.rows.All() {
		if p.Channel == people.ChannelLetter {
			byLetter = append(byLetter, p.ID)
		}
	}
	if len(byLetter) != 10 {
		t.Fatalf("letters: %d", len(byLetter))
	}
	_, err = w.people.Decline(ctx, w.by(cal), byLetter[0], people.DeclineInput{})
	w.must(err)
	for round := 1; round <= 2; round++ {
		_, err = w.s.Remind(ctx, w.by(olive), jury, v.ID)
		w.must(err)
		w.tick()
		w.tick()
		if got := w.settle()["reminder"]; len(got) != 9 || slices.Contains(got, byLetter[0]) {
			t.Errorf("round %d: %d reminded", round, len(got))
		}
	}
	if _, err := w.s.Remind(ctx, w.by(olive), jury, v.ID); !domain.Is(err, domain.Conflict) {
		t.Errorf("a third time: %v", err)
	}
}

func TestRespondentsFileIsCarriedOutAfterACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	var b bytes.Buffer
	b.WriteString("id,who,where,how old\n")
	for i := range 500 {
		fmt.Fprintf(&b, "%d,Robin %d,%s,%s\n", i, i, []string{"North", "south"}[i%2], []string{"16-44", "45+"}[i%2])
	}
	in := recruitment.BatchInput{Source: "a form", Columns: recruitment.Columns{Ref: "id", Name: "who",
		Answers: map[string]string{"place": "where", "AGE": "how old"}}}
	var n atomic.Int64 // rows are written side by side
	w.rows.Before = func(op, _ string) error {
		if n.Add(1) > 900 && op == "insert" {
			return domain.E(domain.Unavailable, "away")
		}
		return nil
	}
	cmd := w.by(olive)
	if _, err := w.s.ImportRespondents(t.Context(), cmd, jury, in, bytes.NewReader(b.Bytes())); !domain.Is(err, domain.Unavailable) {
		t.Fatalf("trouble was swallowed: %v", err)
	}
	w.rows.Before = nil
	w.tick()
	got, err := w.s.ImportRespondents(t.Context(), cmd, jury, in, bytes.NewReader(b.Bytes()))
	w.must(err)
	if !got.Done || got.Rows != 500 || got.Pool+got.Known != 500 || len(w.with(people.InPool)) != 500 {
		t.Errorf("batch: %+v, pool %d", got, len(w.with(people.InPool)))
	}
}

// TestPlanningAtOnceLosesNobody plans two waves in the same moment, one of
// which is cut off before it is stored.
func TestPlanningAtOnceLosesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(600, 200)
	ctx := t.Context()
	w.waves.Before = func(op, _ string) error {
		if op == "insert" {
			return domain.E(domain.Unavailable, "away")
		}
		return nil
	}
	cut := w.by(olive)
	if _, err := w.s.PlanWave(ctx, cut, jury, recruitment.WaveInput{Count: 80}); !domain.Is(err, domain.Unavailable) {
		t.Fatal(err)
	}
	w.waves.Before = nil
	_, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 120})
	w.must(err)
	w.tick()
	w.tick()
	if n := len(w.with(people.Invited)); n != 200 {
		t.Errorf("invited %d of 200", n)
	}
	again, err := w.s.PlanWave(ctx, cut, jury, recruitment.WaveInput{Count: 80})
	if err != nil || again.Size != 80 || len(w.waves.All()) != 2 {
		t.Errorf("the cut-off command again: %+v, %v", again, err)
	}
}

func TestAListIsDestroyedOnceNoWaveNeedsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.invitees(60, 30)
	ctx := t.Context()
	frame := w.frames.All()[0].ID
	v, err := w.s.PlanWave(ctx, w.by(olive), jury, recruitment.WaveInput{Count: 30, NotBefore: begin.Add(time.Hour)})
	w.must(err)
	if _, err := w.s.DestroyFrame(ctx, w.by(olive), jury, frame); !domain.Is(err, domain.Conflict) {
		t.Errorf("with a wave to come: %v", err)
	}
	_, err = w.s.SteerWave(ctx, w.by(olive), jury, v.ID, recruitment.WaveCancelled)
	w.must(err)
	w.ref.LegalHold = true
	if _, err := w.s.DestroyFrame(ctx, w.by(olive), jury, frame); !domain.Is(err, domain.Conflict) {
		t.Errorf("under a legal hold: %v", err)
	}
	w.ref.LegalHold = false
	got, err := w.s.DestroyFrame(ctx, w.by(olive), jury, frame)
	if err != nil || got.Gone.IsZero() || w.readable("Robin") {
		t.Errorf("destroyed: %+v, %v", got, err)
	}
}
