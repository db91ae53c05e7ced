package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// TestGuards: refused with the missing item named, then met, then passed.
func TestGuards(t *testing.T) {
	t.Parallel()
	type step func(w *world, id, key string) error
	do := func(f func(w *world, id, key string) (people.Person, error)) step {
		return func(w *world, id, key string) error { _, err := f(w, id, key); return err }
	}
	rows := []struct {
		name, item string
		from       people.Status
		try, meet  step
	}{
		{"selected only by a record", "selection_record", people.InPool,
			do(func(w *world, id, key string) (people.Person, error) {
				return w.MarkOutcome(t.Context(), by(olu, key), id, people.OutcomeInput{Draw: "d9", Outcome: people.Selected})
			}),
			func(w *world, id, _ string) error { w.records["d9|"+id] = people.Selected; return nil }},
		{"called up only by a record", "selection_record", people.Reserve,
			do(func(w *world, id, key string) (people.Person, error) {
				return w.CallUp(t.Context(), by(olu, key), id, people.CallUpInput{Replacement: "r1"})
			}),
			func(w *world, id, _ string) error { w.records["r1|"+id] = people.Selected; return nil }},
		{"onboarding needs consent", "consent", people.Confirmed,
			do(func(w *world, id, key string) (people.Person, error) {
				return w.Onboard(t.Context(), by(olu, key), id, people.StepInput{})
			}),
			do(func(w *world, id, key string) (people.Person, error) {
				return w.GiveConsent(t.Context(), by(member(id, "web"), key+"c"), id, people.ConsentInput{Version: "1"})
			})},
		{"removal needs a proposal", "removal_proposed", people.Serving,
			do(func(w *world, id, key string) (people.Person, error) {
				return w.AgreeRemoval(t.Context(), by(orla, key), id, people.StepInput{})
			}),
			do(func(w *world, id, key string) (people.Person, error) {
				return w.ProposeRemoval(t.Context(), by(olu, key+"p"), id, people.RemovalInput{Why: "kept shouting others down"})
			})},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			id := w.at(t, row.from)
			err := row.try(w, id, "try1")
			if domain.CodeOf(err) != domain.Conflict || missingItems(err) != row.item {
				t.Fatalf("unmet: got %v missing %q, want conflict missing %q", err, missingItems(err), row.item)
			}
			if err := row.meet(w, id, "meet"); err != nil {
				t.Fatal(err)
			}
			if err := row.try(w, id, "try2"); err != nil {
				t.Fatalf("met: %v", err)
			}
		})
	}
}

// at is a person in a status, reserves too.
func (w *world) at(t *testing.T, st people.Status) string {
	t.Helper()
	if st != people.Reserve {
		return w.upTo(t, "k", st).ID
	}
	p := w.upTo(t, "k", people.InPool)
	w.records["d1|"+p.ID] = people.Reserve
	p, err := w.MarkOutcome(t.Context(), by(olu, "kr"), p.ID, people.OutcomeInput{Draw: "d1", Outcome: people.Reserve, Rank: 1})
	return w.must(t, p, err).ID
}

func TestConfirmNeedsAvailability(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.upTo(t, "a", people.Offered)
	_, err := w.Confirm(t.Context(), by(member(p.ID, "sms"), "1"), p.ID, people.ConfirmInput{})
	if missingItems(err) != "availability" {
		t.Errorf("got %v, want availability missing", err)
	}
	p, err = w.Confirm(t.Context(), by(member(p.ID, "sms"), "2"), p.ID, people.ConfirmInput{Available: true})
	if err != nil || p.Status != people.Confirmed || p.OfferDue != nil {
		t.Errorf("got %s, due %v, %v", p.Status, p.OfferDue, err)
	}
}

func TestServingNeedsFourThings(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.upTo(t, "a", people.Confirmed)
	ctx := t.Context()
	serve := func(key string) string {
		_, err := w.Serve(ctx, by(fay, key), p.ID, people.StepInput{})
		return missingItems(err)
	}
	meets := []func() (people.Person, error){
		func() (people.Person, error) {
			return w.RecordInduction(ctx, by(fay, "2"), p.ID, people.InductionInput{Kind: "call"})
		},
		func() (people.Person, error) {
			return w.ChoosePayment(ctx, by(caller, "3"), p.ID, people.PaymentChoiceInput{Choice: people.NoPay})
		},
		func() (people.Person, error) {
			return w.RecordAdvice(ctx, by(caller, "4"), p.ID, people.AdviceInput{State: people.AdviceOffered})
		},
	}
	got, err := w.GiveConsent(ctx, by(caller, "0"), p.ID, people.ConsentInput{Version: "1"})
	w.must(t, got, err)
	got, err = w.Onboard(ctx, by(caller, "1"), p.ID, people.StepInput{})
	w.must(t, got, err)
	wants := []string{"induction payment_choice benefits_advice", "payment_choice benefits_advice", "benefits_advice"}
	for i, want := range wants {
		if got := serve("try" + fmt.Sprint(i)); got != want {
			t.Errorf("after %d: missing %q, want %q", i, got, want)
		}
		got, err := meets[i]()
		w.must(t, got, err)
	}
	got, err = w.Serve(ctx, by(fay, "go"), p.ID, people.StepInput{})
	if err != nil || got.Status != people.Serving {
		t.Errorf("got %s, %v", got.Status, err)
	}
}

func TestRemovalTakesTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.upTo(t, "a", people.Serving)
	ctx := t.Context()
	_, err := w.ProposeRemoval(ctx, by(olu, "1"), p.ID, people.RemovalInput{Why: "short"})
	wantCode(t, "a reason too short", err, domain.Invalid)
	got, err := w.ProposeRemoval(ctx, by(olu, "2"), p.ID, people.RemovalInput{Why: "kept shouting others down"})
	if w.must(t, got, err).Status != people.Serving {
		t.Error("a proposal alone removed the member")
	}
	_, err = w.AgreeRemoval(ctx, by(olu, "3"), p.ID, people.StepInput{})
	if missingItems(err) != "second_person" {
		t.Errorf("the same person: got %v", err)
	}
	_, err = w.AgreeRemoval(ctx, by(member(p.ID, "web"), "4"), p.ID, people.StepInput{})
	wantCode(t, "the member", err, domain.Forbidden)
	got, err = w.AgreeRemoval(ctx, by(orla, "5"), p.ID, people.StepInput{})
	if w.must(t, got, err).Status != people.Removed {
		t.Errorf("got %s", got.Status)
	}
}

func TestOffersRunOut(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.upTo(t, "a", people.Offered)
	ctx := t.Context()
	_, err := w.Lapse(ctx, by(domain.SystemActor("job"), "1"), p.ID, people.LapseInput{})
	wantCode(t, "in time", err, domain.Conflict)
	w.clock.Advance(72 * time.Hour)
	due := w.offersDue(t, w.clock.Now().Add(time.Millisecond))
	if len(due) != 1 || due[0].ID != p.ID {
		t.Fatalf("due: %d", len(due))
	}
	tell := &people.Tell{Template: "offer_expired", Class: domain.ClassDecision}
	got, err := w.Lapse(ctx, by(domain.SystemActor("job"), "2"), p.ID, people.LapseInput{Tell: tell})
	if w.must(t, got, err).Status != people.NoAnswer {
		t.Errorf("got %s", got.Status)
	}
	if n := messages(got, "offer_expired"); n != 1 {
		t.Errorf("got %d texts of it", n)
	}
	again, err := w.Lapse(ctx, by(domain.SystemActor("job"), "2"), p.ID, people.LapseInput{Tell: tell})
	if w.must(t, again, err).Version != got.Version {
		t.Error("the same command changed the row twice")
	}
	if due := w.offersDue(t, w.clock.Now().Add(time.Hour)); len(due) != 0 {
		t.Error("a lapsed offer is still due")
	}
}

func (w *world) offersDue(t *testing.T, before time.Time) (due []people.Person) {
	t.Helper()
	for p, err := range w.OffersDue(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		due = append(due, p)
	}
	return due
}

func messages(p people.Person, template string) int {
	n := 0
	for _, e := range p.Effects {
		var m domain.MessageData
		if e.Kind == domain.EffectMessage && e.Decode(&m) == nil && m.Template == template {
			n++
		}
	}
	return n
}

// model is the small picture of a person that the machine is checked against.
type model struct {
	status            people.Status
	drawn, record     bool
	consent, ready    bool
	proposer          string
	offerUntil        time.Time
	history, versions int
}

// next is where a command should lead; ok is false when it must be refused.
func (m *model) next(verb string, actor string, now time.Time, available bool) (people.Status, bool) {
	seated := m.status == people.Confirmed || m.status == people.Onboarded || m.status == people.Serving
	switch verb {
	case "register":
		switch m.status {
		case people.Registered, people.Eligible, people.InPool:
			return m.status, !m.drawn
		case people.Invited, people.Declined, people.NoAnswer, people.Withdrawn, people.Ineligible:
			return people.Registered, !m.drawn
		}
	case "assess_yes":
		return people.Eligible, m.status == people.Registered
	case "assess_no":
		return people.Ineligible, m.status == people.Registered || m.status == people.Eligible
	case "admit":
		return people.InPool, m.status == people.Eligible
	case "select":
		// A draw's outcome told again is the outcome it was.
		return people.Selected, m.status == people.InPool && m.record || m.status == people.Selected
	case "not_select":
		return people.NotSelected, m.status == people.InPool && !m.record || m.status == people.NotSelected
	case "call_up":
		return people.Selected, m.status == people.NotSelected && m.record
	case "offer":
		return people.Offered, m.status == people.Selected
	case "confirm":
		return people.Confirmed, m.status == people.Offered && available
	case "decline":
		return people.Declined, m.status == people.Invited || m.status == people.Offered
	case "lapse":
		return people.NoAnswer, m.status == people.Invited || m.status == people.Offered && !now.Before(m.offerUntil)
	case "onboard":
		return people.Onboarded, m.status == people.Confirmed && m.consent
	case "serve":
		return people.Serving, m.status == people.Onboarded && m.consent && m.ready
	case "complete":
		return people.Completed, m.status == people.Serving
	case "withdraw":
		bad := map[people.Status]bool{people.Declined: true, people.Completed: true, people.Withdrawn: true, people.Removed: true, people.Deceased: true}
		return people.Withdrawn, !bad[m.status]
	case "propose":
		return m.status, seated && m.proposer == ""
	case "agree":
		return people.Removed, seated && m.proposer != "" && m.proposer != actor
	case "die":
		return people.Deceased, m.status != people.Deceased
	case "erase":
		return people.Erased, true
	}
	return "", false
}

var verbs = []string{
	"register", "assess_yes", "assess_no", "admit", "select", "not_select", "call_up", "offer", "confirm", "decline", "lapse",
	"onboard", "serve", "complete", "withdraw", "propose", "agree", "die", "erase", "consent", "ready", "grant_record", "wait",
}

// onward are the verbs that lead a person on, so that runs come far.
func (m *model) onward() []string {
	return map[people.Status][]string{
		people.Invited: {"register"}, people.Registered: {"assess_yes"}, people.Eligible: {"admit"},
		people.InPool: {"select", "not_select", "grant_record"}, people.NotSelected: {"grant_record", "call_up"},
		people.Selected: {"offer"}, people.Offered: {"confirm"}, people.Confirmed: {"consent", "ready", "onboard", "propose", "agree"},
		people.Onboarded: {"serve", "ready"}, people.Serving: {"propose", "agree", "complete"},
		people.Withdrawn: {"register"}, people.Declined: {"register"},
	}[m.status]
}

func (w *world) do(t *rapid.T, verb, key, id string, a domain.Actor, available bool) (people.Person, error) {
	ctx := t.Context()
	cmd := by(a, key)
	switch verb {
	case "register":
		return w.Register(ctx, cmd, "p1", people.RegisterInput{Person: id, Source: people.FromStaff})
	case "assess_yes", "assess_no":
		return w.Assess(ctx, cmd, id, people.AssessInput{Eligible: verb == "assess_yes", Reason: "too_young"})
	case "admit":
		return w.Admit(ctx, cmd, id, people.AdmitInput{})
	case "select":
		return w.MarkOutcome(ctx, cmd, id, people.OutcomeInput{Draw: "d1", Outcome: people.Selected})
	case "not_select":
		return w.MarkOutcome(ctx, cmd, id, people.OutcomeInput{Draw: "d1", Outcome: people.NotSelected})
	case "call_up":
		return w.CallUp(ctx, cmd, id, people.CallUpInput{Replacement: "d1"})
	case "offer":
		return w.MakeOffer(ctx, cmd, id, people.OfferInput{Due: w.clock.Now().Add(time.Hour)})
	case "confirm":
		return w.Confirm(ctx, cmd, id, people.ConfirmInput{Available: available})
	case "decline":
		return w.Decline(ctx, cmd, id, people.DeclineInput{})
	case "lapse":
		return w.Lapse(ctx, cmd, id, people.LapseInput{})
	case "onboard":
		return w.Onboard(ctx, cmd, id, people.StepInput{})
	case "serve":
		return w.Serve(ctx, cmd, id, people.StepInput{})
	case "complete":
		return w.Complete(ctx, cmd, id, people.StepInput{})
	case "withdraw":
		return w.Withdraw(ctx, cmd, id, people.WithdrawInput{})
	case "propose":
		return w.ProposeRemoval(ctx, cmd, id, people.RemovalInput{Why: "kept shouting others down"})
	case "agree":
		return w.AgreeRemoval(ctx, cmd, id, people.StepInput{})
	case "die":
		return w.RecordDeath(ctx, cmd, id, people.StepInput{})
	}
	return w.Erase(ctx, cmd, id)
}

// prepare does what is no change of status; it reports whether the verb was
// one of these.
func (w *world) prepare(t *rapid.T, m *model, verb, key, id string) bool {
	var errs []error
	ctx := t.Context()
	add := func(_ people.Person, err error) { errs = append(errs, err) }
	switch verb {
	case "consent":
		add(w.GiveConsent(ctx, by(caller, key), id, people.ConsentInput{Version: "1"}))
		m.consent = m.consent || m.status != people.Erased
	case "ready":
		add(w.RecordInduction(ctx, by(fay, key+"a"), id, people.InductionInput{Kind: "pack"}))
		add(w.ChoosePayment(ctx, by(caller, key+"b"), id, people.PaymentChoiceInput{Choice: people.PayVoucher}))
		add(w.RecordAdvice(ctx, by(caller, key+"c"), id, people.AdviceInput{State: people.AdviceOffered}))
		m.ready = m.ready || m.status != people.Erased
	case "grant_record":
		w.records["d1|"+id], m.record = people.Selected, true
	case "wait":
		w.clock.Advance(30 * time.Minute)
	default:
		return false
	}
	for _, err := range errs {
		if (err != nil) != (m.status == people.Erased) {
			t.Fatalf("%s as %s: %v", verb, m.status, err)
		}
	}
	return true
}

// TestLifeOfAPerson runs random commands against the model: legal moves are
// made, others refused and nothing changed, a command twice is once.
func TestLifeOfAPerson(t *testing.T) {
	t.Parallel()
	reached := map[people.Status]bool{}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		p, err := w.Invite(t.Context(), by(olu, "invite"), "p1", people.InviteInput{Ref: "1", Identity: mari})
		if err != nil {
			t.Fatal(err)
		}
		id, m := p.ID, &model{status: people.Invited}
		w.records["d1|"+id] = people.NotSelected
		for i := range rapid.IntRange(25, 60).Draw(t, "steps") {
			verb, key := rapid.SampledFrom(verbs).Draw(t, "verb"), fmt.Sprint("k", i)
			if onward := m.onward(); rapid.IntRange(0, 2).Draw(t, "onward") > 0 && len(onward) > 0 {
				verb = rapid.SampledFrom(onward).Draw(t, "onward verb")
			}
			if (verb == "erase" || verb == "die") && i%5 != 0 {
				continue // what ends a life comes less often, so that runs come far
			}
			if w.prepare(t, m, verb, key, id) {
				continue
			}
			actor := rapid.SampledFrom([]domain.Actor{olu, orla}).Draw(t, "actor")
			available := rapid.Bool().Draw(t, "available")
			w.check(t, m, verb, key, id, actor, available)
			reached[m.status] = true
		}
	})
	for _, st := range []people.Status{people.Serving, people.Removed, people.Erased, people.NotSelected, people.Selected} {
		if !reached[st] {
			t.Errorf("no run reached %s: the machine is not exercised", st)
		}
	}
}

func (w *world) check(t *rapid.T, m *model, verb, key, id string, a domain.Actor, available bool) {
	was, _ := w.people.Get(t.Context(), id)
	want, ok := m.next(verb, a.ID, w.clock.Now(), available)
	if m.status == people.Erased {
		want, ok = people.Erased, verb == "erase"
	}
	got, err := w.do(t, verb, key, id, a, available)
	if ok != (err == nil) {
		t.Fatalf("%s by %s from %s: got %v, want allowed %v", verb, a.ID, m.status, err, ok)
	}
	now, _ := w.people.Get(t.Context(), id)
	if !ok {
		if domain.CodeOf(err) != domain.Conflict || now.Version != was.Version {
			t.Fatalf("%s from %s: refused with %v, version %d to %d", verb, m.status, err, was.Version, now.Version)
		}
		return
	}
	if got.Status != want || now.Status != want {
		t.Fatalf("%s from %s: got %s, stored %s, want %s", verb, m.status, got.Status, now.Status, want)
	}
	if want != people.Erased && now.Counted != want || want == people.Erased && now.Counted != was.Counted {
		t.Fatalf("%s: counted as %s after %s", verb, now.Counted, was.Counted)
	}
	if again, err := w.do(t, verb, key, id, a, available); err != nil || again.Version != now.Version {
		t.Fatalf("%s twice with one key: %v, version %d to %d", verb, err, now.Version, again.Version)
	}
	m.status = want
	switch verb {
	case "select", "not_select":
		m.drawn = true
	case "offer":
		m.offerUntil = w.clock.Now().Add(time.Hour)
	case "propose":
		m.proposer = a.ID
	}
}

// TestMovesAreComplete: what nobody may leave is left by nobody.
func TestMovesAreComplete(t *testing.T) {
	t.Parallel()
	var out []string
	for _, from := range people.Statuses {
		for _, to := range people.Statuses {
			if people.CanMove(from, to) && to != people.Erased && to != people.Deceased {
				out = append(out, string(from)+">"+string(to))
			}
		}
	}
	all := strings.Join(out, " ")
	for _, must := range []string{"in_pool>selected", "offered>confirmed", "onboarded>serving", "serving>removed"} {
		if !strings.Contains(all, must) {
			t.Errorf("no move %s", must)
		}
	}
	for _, never := range []string{"invited>selected", "registered>selected", "eligible>selected", "in_pool>confirmed", "selected>confirmed", "erased>", "removed>", "completed>"} {
		if strings.Contains(all, never) {
			t.Errorf("there is a move %s", never)
		}
	}
}
