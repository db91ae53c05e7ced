package people_test

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

func (w *world) earn(t *testing.T, id, session string, pence int64) people.Payment {
	t.Helper()
	pay, err := w.Earn(t.Context(), by(fay, "earn"+session), id, people.EarnInput{Session: session, Pence: pence})
	if err != nil {
		t.Fatal(err)
	}
	return pay
}

func TestPaymentTakesTwoPeople(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	pay := w.earn(t, p.ID, "s1", 9400)
	if twice := w.earn(t, p.ID, "s1", 9400); twice.ID != pay.ID || twice.Version != pay.Version {
		t.Error("attending twice was earned twice")
	}
	_, err := w.MarkPaid(ctx, by(olu, "early"), pay.ID, people.PaidInput{Pence: 9400, Reference: "BACS 1"})
	wantCode(t, "paid before approval", err, domain.Conflict)
	got, err := w.ApprovePayment(ctx, by(olu, "1"), pay.ID)
	if err != nil || got.State != people.Earned {
		t.Fatalf("first approval: %s, %v", got.State, err)
	}
	if got, err = w.ApprovePayment(ctx, by(olu, "1"), pay.ID); err != nil || len(got.Approvals) != 1 {
		t.Errorf("the same command again: %d approvals, %v", len(got.Approvals), err)
	}
	_, err = w.ApprovePayment(ctx, by(olu, "2"), pay.ID)
	if missingItems(err) != "second_approver" {
		t.Errorf("the same person again: %v", err)
	}
	_, err = w.ApprovePayment(ctx, by(caller, "3"), pay.ID)
	wantCode(t, "a caller", err, domain.Forbidden)
	_, err = w.ApprovePayment(ctx, by(member(p.ID, "web"), "4"), pay.ID)
	wantCode(t, "the member", err, domain.NotFound)
	if got, err = w.ApprovePayment(ctx, by(orla, "5"), pay.ID); err != nil || got.State != people.Approved {
		t.Fatalf("second approval: %s, %v", got.State, err)
	}
	if got, err = w.MarkPaid(ctx, by(olu, "6"), pay.ID, people.PaidInput{Pence: 4000, Reference: "BACS 1"}); err != nil || got.State != people.PartPaid {
		t.Errorf("part: %s, %v", got.State, err)
	}
	_, err = w.MarkPaid(ctx, by(olu, "7"), pay.ID, people.PaidInput{Pence: 9400, Reference: "BACS 2"})
	wantCode(t, "more than is left", err, domain.Invalid)
	if got, err = w.MarkPaid(ctx, by(olu, "8"), pay.ID, people.PaidInput{Pence: 5400, Reference: "BACS 2"}); err != nil || got.State != people.Paid {
		t.Errorf("rest: %s, %v", got.State, err)
	}
}

func TestBenefitsAdviceComesBeforePay(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	pay := w.earn(t, p.ID, "s1", 9400)
	benefits := true
	if _, err := w.ChoosePayment(ctx, by(member(p.ID, "web"), "1"), p.ID, people.PaymentChoiceInput{Choice: people.Pay, Benefits: &benefits}); err != nil {
		t.Fatal(err)
	}
	_, err := w.ApprovePayment(ctx, by(olu, "2"), pay.ID)
	if missingItems(err) != "benefits_advice" {
		t.Fatalf("advice only offered: got %v", err)
	}
	if _, err := w.RecordAdvice(ctx, by(member(p.ID, "web"), "3"), p.ID, people.AdviceInput{State: people.AdviceTaken}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ApprovePayment(ctx, by(olu, "4"), pay.ID); err != nil {
		t.Errorf("advice taken: %v", err)
	}
	p2, err := w.RecordAdvice(ctx, by(caller, "5"), p.ID, people.AdviceInput{State: people.AdviceOffered})
	if w.must(t, p2, err).Advice != people.AdviceTaken {
		t.Error("offering again lost the answer")
	}
}

func TestWhoDeclinesPayIsNotPaid(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	if _, err := w.ChoosePayment(ctx, by(member(p.ID, "web"), "1"), p.ID, people.PaymentChoiceInput{Choice: people.NoPay}); err != nil {
		t.Fatal(err)
	}
	pay := w.earn(t, p.ID, "s1", 9400)
	if pay.State != people.NotPaid || pay.Reason != "person_declined" {
		t.Errorf("got %s (%s)", pay.State, pay.Reason)
	}
	_, err := w.ApprovePayment(ctx, by(olu, "2"), pay.ID)
	wantCode(t, "approving it", err, domain.Conflict)
}

func TestHeldPaymentGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	pay := w.earn(t, p.ID, "s1", 9400)
	_, err := w.HoldPayment(ctx, by(olu, "1"), pay.ID, people.ReasonInput{Reason: "Marigold asked"})
	wantCode(t, "free text", err, domain.Invalid)
	if _, err := w.HoldPayment(ctx, by(olu, "2"), pay.ID, people.ReasonInput{Reason: "person_asked"}); err != nil {
		t.Fatal(err)
	}
	_, err = w.ApprovePayment(ctx, by(olu, "3"), pay.ID)
	wantCode(t, "approving a held one", err, domain.Conflict)
	got, err := w.ReleasePayment(ctx, by(olu, "4"), pay.ID)
	if err != nil || got.State != people.Earned {
		t.Errorf("released: %s, %v", got.State, err)
	}
	got, err = w.DeclinePayment(ctx, by(olu, "5"), pay.ID, people.ReasonInput{Reason: "not_there"})
	if err != nil || got.State != people.NotPaid {
		t.Errorf("declined: %s, %v", got.State, err)
	}
}

func TestExpensesFollowTheReceiptRule(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	rows := []struct {
		name  string
		in    people.ClaimInput
		field string
	}{
		{"small, with a reason", people.ClaimInput{What: "bus to Coleford", Pence: 450, NoReceipt: "machine_gave_none"}, ""},
		{"small, without", people.ClaimInput{What: "bus to Coleford", Pence: 450}, "no_receipt"},
		{"large, without", people.ClaimInput{What: "taxi", Pence: 4500, NoReceipt: "lost"}, "receipt"},
		{"large, with", people.ClaimInput{What: "taxi", Pence: 4500, Receipt: []byte("a scan")}, ""},
		{"nothing", people.ClaimInput{Receipt: []byte("a scan")}, "pence what"},
	}
	for _, row := range rows {
		pay, err := w.Claim(ctx, by(member(p.ID, "web"), row.name), p.ID, row.in)
		if d := cmp.Diff(row.field, fields(err)); d != "" {
			t.Errorf("%s: -want +got\n%s", row.name, d)
		}
		if row.field == "" && pay.State != people.Claimed {
			t.Errorf("%s: %s", row.name, pay.State)
		}
	}
	first, _ := w.Claim(ctx, by(member(p.ID, "web"), "large, with"), p.ID, rows[3].in)
	scan, err := w.Receipt(ctx, by(olu, ""), first.ID)
	if err != nil || string(scan) != "a scan" {
		t.Errorf("receipt: %q, %v", scan, err)
	}
	if n := len(w.payments.All()); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
}

// fields are the names of the fields an error names, sorted.
func fields(err error) string {
	e, ok := err.(*domain.Error)
	if !ok {
		return ""
	}
	var out []string
	for _, f := range []string{"account_name", "account_number", "no_receipt", "pence", "receipt", "sort_code", "what"} {
		if _, has := e.Fields[f]; has {
			out = append(out, f)
		}
	}
	return strings.Join(out, " ")
}

func TestBankDetailsComeFromTheMembersPageAlone(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Confirmed)
	good := people.BankDetails{AccountName: "M Quillfeather", SortCode: "10-20-30", AccountNumber: "1234 5678"}
	rows := []struct {
		name  string
		actor domain.Actor
		in    people.BankDetails
		want  domain.Code
	}{
		{"by text", member(p.ID, "sms"), good, domain.Forbidden},
		{"by the call", member(p.ID, "api"), good, domain.Forbidden},
		{"by staff on the page", domain.Actor{ID: "olu", Via: "web", Grants: olu.Grants}, good, domain.Forbidden},
		{"by another member", member("other", "web"), good, domain.NotFound},
		{"short", member(p.ID, "web"), people.BankDetails{AccountName: "M", SortCode: "10203", AccountNumber: "1"}, domain.Invalid},
		{"their own page", member(p.ID, "web"), good, ""},
	}
	for _, row := range rows {
		got, err := w.SetBankDetails(ctx, by(row.actor, row.name), p.ID, row.in)
		wantCode(t, row.name, err, row.want)
		if row.want == "" && (got.Bank == "" || !got.View().BankKnown) {
			t.Errorf("%s: not kept", row.name)
		}
	}
}

func TestFinanceExport(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	if _, err := w.SetBankDetails(ctx, by(member(p.ID, "web"), "b"), p.ID, people.BankDetails{AccountName: "=cmd()", SortCode: "102030", AccountNumber: "12345678"}); err != nil {
		t.Fatal(err)
	}
	pay := w.earn(t, p.ID, "s1", 9405)
	w.earn(t, p.ID, "s2", 100)
	for _, a := range []domain.Actor{olu, orla} {
		if _, err := w.ApprovePayment(ctx, by(a, a.ID), pay.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.ExportPayments(ctx, by(caller, "x"), "p1", people.ExportInput{})
	wantCode(t, "a caller", err, domain.Forbidden)
	out, err := w.ExportPayments(ctx, by(olu, "x"), "p1", people.ExportInput{})
	if err != nil || out.Count != 1 || out.Pence != 9405 || out.NoBank != 0 {
		t.Fatalf("export: %d rows, %d pence, %v", out.Count, out.Pence, err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out.CSV))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d lines, %v", len(rows), err)
	}
	want := []string{pay.ID, out.Batch, "honorarium", "s1", "94.05", "pay", "Marigold Quillfeather", "'=cmd()", "102030", "12345678", "12 Oak Lane, Coleford", "GL16 8AA"}
	if d := cmp.Diff(want, rows[1]); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	again, err := w.ExportPayments(ctx, by(olu, "x"), "p1", people.ExportInput{})
	if err != nil || again.Batch != out.Batch || string(again.CSV) != string(out.CSV) {
		t.Errorf("the same command: batch same %v, %v", again.Batch == out.Batch, err)
	}
	next, err := w.ExportPayments(ctx, by(olu, "y"), "p1", people.ExportInput{})
	if err != nil || next.Count != 0 {
		t.Errorf("a new export: %d rows, %v", next.Count, err)
	}
	old, err := w.ExportPayments(ctx, by(orla, "z"), "p1", people.ExportInput{Batch: out.Batch})
	if err != nil || old.Count != 1 {
		t.Errorf("the old batch: %d rows, %v", old.Count, err)
	}
}

func TestAttendanceEarns(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Serving)
	attended := map[string][]string{p.ID: {"s1", "s2"}}
	svc := people.New(people.Deps{People: w.people, Payments: w.payments, Processes: w.refs, Vault: w.vault, Audit: w.audit, Clock: w.clock,
		Attendance: func(context.Context, string) (map[string][]string, error) { return attended, nil }})
	in := people.EarnAllInput{PencePerSession: 9400}
	rows := []struct {
		key  string
		more []string
		want people.Earnings
	}{
		{"1", nil, people.Earnings{Payments: 2, Pence: 18800}},
		{"2", nil, people.Earnings{}},
		{"3", []string{"s3"}, people.Earnings{Payments: 1, Pence: 9400}},
	}
	for _, row := range rows {
		attended[p.ID] = append(attended[p.ID], row.more...)
		got, err := svc.EarnAll(ctx, by(olu, row.key), "p1", in)
		if d := cmp.Diff(row.want, got); err != nil || d != "" {
			t.Errorf("%s: %v -want +got\n%s", row.key, err, d)
		}
	}
	_, err := w.EarnAll(ctx, by(olu, "x"), "p1", in)
	wantCode(t, "without attendance", err, domain.Conflict)
	_, err = svc.EarnAll(ctx, by(comm, "x"), "p1", in)
	wantCode(t, "a commissioner", err, domain.Forbidden)
}
