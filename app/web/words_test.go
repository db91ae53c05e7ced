package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

func TestWords(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	f := funcs(Assets{}, london)
	moment := f["moment"].(func(time.Time) string)
	for at, want := range map[time.Time]string{
		time.Date(2026, 7, 12, 17, 0, 0, 0, time.UTC):  "Sun 12 July, 6pm",
		time.Date(2026, 7, 12, 17, 30, 0, 0, time.UTC): "Sun 12 July, 6.30pm",
		time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC):  "Mon 12 January, noon",
		time.Date(2026, 10, 24, 23, 0, 0, 0, time.UTC): "Sun 25 October, midnight",
		time.Date(2026, 10, 25, 10, 5, 0, 0, time.UTC): "Sun 25 October, 10.05am",
		{}: "",
	} {
		if got := moment(at); got != want {
			t.Errorf("%v: got %q, want %q", at, got, want)
		}
	}
	for pence, want := range map[int64]string{47000: "£470", 1250: "£12.50", 5: "£0.05", 123456700: "£1,234,567", -250: "-£2.50"} {
		if got := pounds(pence); got != want {
			t.Errorf("%d: got %q, want %q", pence, got, want)
		}
	}
	if got := plural(1, "seat", "seats") + ", " + plural(0, "seat", "seats"); got != "1 seat, 0 seats" {
		t.Errorf("got %q", got)
	}
}

func TestFieldsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	v := View{
		Form:    map[string][]string{"title": {"typed"}, "needs": {"bsl", "loop"}},
		Problem: &domain.Error{Code: domain.Invalid, Fields: map[string]string{"title": "too long"}},
	}
	if got := newField(v, "title", "Title", "", "stored"); got.Value != "typed" || got.Error != "too long" {
		t.Errorf("got %+v", got)
	}
	if got := newField(View{}, "title", "Title", "", "stored"); got.Value != "stored" || got.Error != "" {
		t.Errorf("fresh: got %+v", got)
	}
	c := newChoices(v, "needs", "Needs", "", []string{"bsl", "BSL", "lift", "A lift", "loop", "A loop"})
	want := []Choice{{"f-needs-1", "bsl", "BSL", true}, {"f-needs-2", "lift", "A lift", false}, {"f-needs-3", "loop", "A loop", true}}
	if diff := cmp.Diff(want, c.Choices); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaultsNameWhoCanHelp(t *testing.T) {
	t.Parallel()
	v := View{Problem: &domain.Error{
		Code: domain.Conflict, Msg: "not yet", Fields: map[string]string{"due_date": "give a day", "body": "choose one"},
		Missing: []domain.Missing{{Item: "sign_off", Need: "oversight has signed", Who: domain.Oversight, Where: "/staff/p1/oversight"}},
	}}
	want := []Fault{
		{"#f-body", "body: choose one"}, {"#f-due_date", "due date: give a day"},
		{"/staff/p1/oversight", "oversight has signed (oversight can supply it)"},
	}
	if diff := cmp.Diff(want, v.Faults()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (View{Problem: &domain.Error{Msg: "changed meanwhile"}}).Faults(); len(got) != 1 || got[0].Text != "changed meanwhile" {
		t.Errorf("got %v", got)
	}
}

// Every place that a guard of a process names leads to a page, for whoever may
// supply what is missing.
func TestWhatIsMissingLeadsToItsPage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		where string
		who   domain.Role
		want  string
	}{
		{"remit", domain.Commissioner, "/promise#remit"}, {"commitment", domain.Commissioner, "/promise#commitment"},
		{"duty", domain.Organiser, "/promise#duty"}, {"gunning", domain.Commissioner, "/promise#gunning"},
		{"sign-offs", domain.Oversight, "#sign"}, {"sign-offs", domain.Organiser, "/design#oversight"},
		{"specification", domain.Organiser, "/design#specification"}, {"oversight", domain.Organiser, "/design#oversight"},
		{"materials", domain.Organiser, "/design#materials"}, {"evaluation", domain.Evaluator, "/actions#evaluation"},
		{"responses", domain.Commissioner, "/responses"}, {"actions", domain.Commissioner, "/actions"}, {"feedback", domain.Organiser, "/actions"},
		{"/api/v1/processes/p1/targets", domain.Organiser, "/targets"}, {"/api/v1/processes/p1/opt-out-test", domain.Organiser, "/pool#trial"},
		{"/api/v1/processes/p1/support", domain.Organiser, "/people?status=confirmed"},
		{"/api/v1/processes/p1/evaluation", domain.Evaluator, "/actions#evaluation"},
	} {
		d := desk{P: process.View{ID: "p1", Body: "b1"}, Actor: domain.Actor{ID: "x", Grants: []domain.Grant{{Role: row.who, Body: "b1"}}}}
		if got := d.supply(domain.Missing{Where: row.where}); got != d.URL(row.want) {
			t.Errorf("%s, for %s: got %q, want %q", row.where, row.who, got, d.URL(row.want))
		}
	}
	d := desk{P: process.View{ID: "p1"}}
	if got := d.supply(domain.Missing{Where: "nowhere"}); got != "" {
		t.Errorf("nowhere: got %q", got)
	}
}
