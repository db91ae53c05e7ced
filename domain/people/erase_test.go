package people_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

func TestEraseBlanksTheRowAndKeepsTheCount(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := everything(t, w)
	before, _ := w.Counts(ctx, "p1")
	_, err := w.Erase(ctx, by(caller, "1"), p.ID)
	wantCode(t, "a caller", err, domain.Forbidden)
	got, err := w.Erase(ctx, by(olu, "2"), p.ID)
	w.must(t, got, err)
	if got.Status != people.Erased || got.Counted != people.Serving || got.ErasedAt == nil || got.ID != p.ID {
		t.Errorf("got %s counted as %s", got.Status, got.Counted)
	}
	frame := people.Person{Root: got.Root, Process: "p1", Body: "b1", Status: people.Erased, Counted: people.Serving, StatusAt: start, SeatedAt: start, ErasedAt: &start}
	if d := cmp.Diff(frame, got); d != "" {
		t.Errorf("more than the frame is left: -want +got\n%s", d)
	}
	after, _ := w.Counts(ctx, "p1")
	if before[people.Serving] != after[people.Serving] || after[people.Erased] != 0 {
		t.Errorf("counts changed: %v to %v", before, after)
	}
	if _, err := w.vault.Open(ctx, p.ID, "people.identity", p.Identity); !domain.Is(err, domain.NotFound) {
		t.Errorf("the key still opens a copy of the old row: %v", err)
	}
	if _, err := w.Recipient(ctx, p.ID); !domain.Is(err, domain.NotFound) {
		t.Errorf("still reachable: %v", err)
	}
	if found, _ := w.ByNumber(ctx, "p1", p.NumberHash); len(found) > 1 {
		t.Error("still found by number")
	}
	if again, err := w.Erase(ctx, by(olu, "3"), p.ID); err != nil || again.Version != got.Version {
		t.Errorf("twice: %v", err)
	}
	for _, e := range got.Effects {
		if e.Kind != domain.EffectAudit {
			t.Errorf("an effect of kind %s waits for an erased person", e.Kind)
		}
	}
}

func TestLegalHoldStopsErasure(t *testing.T) {
	t.Parallel()
	rows := map[string]func(w *world, id string, on bool){
		"on the person":           func(w *world, id string, on bool) { w.holds[id] = on },
		"on the process":          func(w *world, _ string, on bool) { w.holds["p1"] = on },
		"said by the process":     func(w *world, _ string, on bool) { w.refs.ref.LegalHold = on },
		"on the person, in purge": func(w *world, id string, on bool) { w.holds[id] = on },
	}
	for name, hold := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := newWorld(), t.Context()
			p := w.register(t, "a")
			hold(w, p.ID, true)
			_, err := w.Erase(ctx, by(olu, "1"), p.ID)
			wantCode(t, "held", err, domain.Conflict)
			if n, err := w.purge(t, people.KeepInvitees, 10); len(n) != 0 || err != nil {
				t.Errorf("purge of held: %v, %v", n, err)
			}
			if rec, err := w.Recipient(ctx, p.ID); err != nil || rec.Name != mari.Name {
				t.Errorf("the held data is not intact: %v", err)
			}
			hold(w, p.ID, false)
			if n, err := w.purge(t, people.KeepInvitees, 10); len(n) != 1 || err != nil {
				t.Errorf("purge after release: %v, %v", n, err)
			}
		})
	}
}

// TestBrokenErasureIsFinished: the store goes away between the key and the row.
func TestBrokenErasureIsFinished(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.register(t, "a")
	w.people.Before = func(op, _ string) error {
		if op == "replace" {
			return domain.E(domain.Unavailable, "away")
		}
		return nil
	}
	_, err := w.Erase(ctx, by(olu, "1"), p.ID)
	wantCode(t, "broken off", err, domain.Unavailable)
	w.people.Before = nil
	got, err := w.Erase(ctx, by(olu, "1"), p.ID)
	if w.must(t, got, err).Status != people.Erased {
		t.Errorf("got %s", got.Status)
	}
}

func TestPurgeTellsTheKindsApart(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	inv, err := w.Invite(ctx, by(olu, "i"), "p1", people.InviteInput{Ref: "1", Identity: mari})
	w.must(t, inv, err)
	pool := w.upTo(t, "b", people.InPool)
	seated := w.upTo(t, "c", people.Serving)
	left := w.upTo(t, "d", people.Confirmed)
	if _, err := w.Withdraw(ctx, by(olu, "w"), left.ID, people.WithdrawInput{Reason: "moved_away"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetBankDetails(ctx, by(member(seated.ID, "web"), "b"), seated.ID, people.BankDetails{AccountName: "M", SortCode: "102030", AccountNumber: "12345678"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{people.KeepInvitees: 1, people.KeepPool: 1, people.KeepMembers: 2, people.KeepBank: 1}
	for kind, n := range want {
		if got, err := w.PurgeCount(ctx, "p1", kind); err != nil || got != n {
			t.Errorf("%s: %d rows, %v, want %d", kind, got, err, n)
		}
	}
	if n, err := w.purge(t, people.KeepBank, 10); len(n) != 1 || err != nil {
		t.Errorf("bank: %v, %v", n, err)
	}
	if got, _ := w.Get(ctx, olu, seated.ID); got.Bank != "" || got.Status != people.Serving {
		t.Errorf("after the bank purge: %s", got.Status)
	}
	if n, err := w.purge(t, people.KeepMembers, 1); len(n) != 1 || err != nil {
		t.Errorf("one at a time: %v, %v", n, err)
	}
	if got, _ := w.Get(ctx, olu, pool.ID); got.Status != people.InPool {
		t.Errorf("the pool was touched: %s", got.Status)
	}
}

type holding struct{}

func (holding) HoldsOn(_ context.Context, process, _, number string) (string, any, error) {
	if process != "p1" || number == "" {
		return "texts", nil, nil
	}
	return "texts", []map[string]any{{"text": "tell Bea on 07700 900888, I called 01632 960123 on 2026-03-02", "at": "2026-03-02T09:00:00.000Z", "n": 7}}, nil
}

func TestDiscloseShowsEverythingAndNobodyElse(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	svc := people.New(people.Deps{People: w.people, Payments: w.payments, Processes: w.refs, Vault: w.vault, Files: w.files,
		Audit: w.audit, Clock: w.clock, Records: w.records, Holdings: []people.Holding{holding{}}})
	p := everything(t, w)
	if _, err := w.AskSupport(ctx, by(caller, "o"), p.ID, people.SupportInput{Kind: "other",
		Detail: "ring my sister on 07700 900999 or bea@example.org, not 07700 900123"}); err != nil {
		t.Fatal(err)
	}
	pay := w.earn(t, p.ID, "s1", 9400)
	if _, err := w.ApprovePayment(ctx, by(olu, "ap"), pay.ID); !domain.Is(err, domain.Conflict) {
		t.Fatal(err)
	}
	_, err := svc.Disclose(ctx, by(caller, ""), p.ID)
	wantCode(t, "a caller", err, domain.Forbidden)
	for _, who := range []domain.Actor{olu, member(p.ID, "web")} {
		d, err := svc.Disclose(ctx, by(who, ""), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Marigold Quillfeather", "+447700900123", "13 Oak Lane", "wheelchair-user", "bsl_interpreter", "ramp at the door",
			"12345678", "bus to Coleford", "shouted at", "\"receives_benefits\":true", "I called 01632 960123 on 2026-03-02", "2026-03-02T09:00:00.000Z", "07700 900123", "9400"} {
			if !strings.Contains(string(raw), word) {
				t.Errorf("%s: %q is held and not disclosed", who.ID, word)
			}
		}
		for _, word := range []string{"900999", "900888", "bea@", "\"olu\"", "\"orla\"", "sealed"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%s: shows %q of somebody else", who.ID, word)
			}
		}
	}
}

func TestGuardsOfStages(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.upTo(t, "a", people.Confirmed)
	check := func(when string, to domain.Stage, want string) {
		t.Helper()
		g, err := w.Guard(ctx, w.refs.ref, to)
		if err != nil || missingItems(g.Err("x")) != want {
			t.Errorf("%s: %q, %v, want %q", when, missingItems(g.Err("x")), err, want)
		}
	}
	check("no need asked", domain.Convened, "")
	got, err := w.AskSupport(ctx, by(member(p.ID, "sms"), "1"), p.ID, people.SupportInput{Kind: "childcare"})
	need := w.must(t, got, err).Needs[0].ID
	check("a need asked", domain.Convened, "support_arranged")
	check("another stage", domain.Reporting, "")
	settle := func(key, state, reason string) error {
		_, err := w.SettleSupport(ctx, by(caller, key), p.ID, people.SettleInput{Need: need, State: state, Reason: reason})
		return err
	}
	wantCode(t, "declined without a reason", settle("2", people.NeedDeclined, ""), domain.Invalid)
	wantCode(t, "met before arranged", settle("3", people.NeedMet, ""), domain.Conflict)
	wantCode(t, "arranged", settle("4", people.NeedArranged, ""), "")
	check("arranged", domain.Convened, "")
	wantCode(t, "met", settle("5", people.NeedMet, ""), "")
	got, err = w.ConfirmSupport(ctx, by(member(p.ID, "sms"), "6"), p.ID, people.ConfirmSupportInput{Need: need, Met: false})
	if n := w.must(t, got, err).Needs[0]; n.State != people.NeedMet || n.Felt == nil || *n.Felt {
		t.Errorf("the person's own word: %+v", n)
	}
	check("not ready", domain.Deliberating, "members_ready")
	w.makeReady(t, "r", p.ID)
	check("ready", domain.Deliberating, "")
}

type forgetter struct{ asked []string }

func (f *forgetter) Forget(_ context.Context, _ domain.Command, process, person, number string) error {
	f.asked = append(f.asked, process+" "+person+" "+number)
	return nil
}

func TestOthersForgetBeforeTheKeyGoes(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	f := &forgetter{}
	svc := people.New(people.Deps{People: w.people, Payments: w.payments, Processes: w.refs, Vault: w.vault, Files: w.files,
		Audit: w.audit, Clock: w.clock, Forgetters: []people.Forgetter{f}})
	p := w.register(t, "a")
	if gone, err := svc.Gone(ctx, p.ID); gone || err != nil {
		t.Errorf("before: gone %v, %v", gone, err)
	}
	if _, err := svc.UpdateContact(ctx, by(caller, "new"), p.ID, people.Identity{Number: "+447700900124"}); err != nil {
		t.Fatal(err)
	}
	if d, err := svc.Disclose(ctx, by(olu, ""), p.ID); err != nil || len(d.Former) != 1 || d.Former[0] != mari.Number {
		t.Errorf("the former number is not disclosed: %v", err)
	}
	for range 2 {
		if err := svc.EraseSubject(ctx, by(olu, "1"), p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"p1 " + p.ID + " +447700900123", "p1 " + p.ID + " +447700900124", "p1 " + p.ID + " marigold@example.org"}, f.asked); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if gone, err := svc.Gone(ctx, p.ID); !gone || err != nil {
		t.Errorf("after: gone %v, %v", gone, err)
	}
}

// purge is one round of a purge, as retention runs it.
func (w *world) purge(t *testing.T, kind string, limit int) ([]string, error) {
	t.Helper()
	ids, err := w.PurgeList(t.Context(), "p1", kind, limit)
	for _, id := range ids {
		if err := w.PurgeOne(t.Context(), by(olu, "purge"+kind+id), kind, id); err != nil {
			return nil, err
		}
	}
	return ids, err
}
