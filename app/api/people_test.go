package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
	"folkmoot/domain/retention"
)

// peopleHouse is the API over persons and how long they are kept.
type peopleHouse struct {
	*apitest.Client
	svc    *people.Service
	keep   *retention.Service
	audit  *domaintest.Audit
	clock  *domaintest.Clock
	member string // confirmed
}

// identityWords must never be seen without a recorded look.
var identityWords = []string{"Marigold", "Quillfeather", "7700900123", "marigold@", "Oak Lane", "GL16", "wheelchair", "12345678", "102030"}

func newPeopleHouse(t *testing.T) *peopleHouse {
	t.Helper()
	h := &peopleHouse{audit: &domaintest.Audit{}, clock: domaintest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	holds := domaintest.Memory(retention.HoldsKept)
	h.svc = people.New(people.Deps{
		People: domaintest.Memory(people.People), Payments: domaintest.Memory(people.Payments), Processes: oneProcess{},
		Vault: domaintest.NewVault(), Files: domaintest.NewFiles(), Audit: h.audit, Clock: h.clock,
		Records: people.RecordsFunc(func(context.Context, string, string) (people.Status, error) { return people.Selected, nil }),
		Holds:   retention.Holds{Repository: holds},
		Attendance: func(context.Context, string) (map[string][]string, error) {
			return map[string][]string{h.member: {"s1", "s2"}}, nil
		},
	})
	h.keep = retention.New(retention.Deps{
		Clocks: domaintest.Memory(retention.Clocks), Erasures: domaintest.Memory(retention.Erasures), Holds: holds, Processes: oneProcess{},
		People: h.svc, Erasers: []retention.Eraser{h.svc}, Purgers: []retention.Purger{h.svc}, Clock: h.clock,
	})
	h.member = seat(t, h.svc, h.clock)
	h.Client = apitest.New(t, []domain.Actor{
		apitest.Staff("olive", domain.Organiser, "b1", ""),
		apitest.Staff("oscar", domain.Organiser, "b1", ""),
		apitest.Staff("cal", domain.ConfirmationCaller, "b1", ""),
		apitest.Staff("fay", domain.Facilitator, "b1", ""),
		apitest.Staff("carol", domain.Commissioner, "b1", ""),
		apitest.Staff("otto", domain.Organiser, "b2", ""),
		{ID: h.member, Grants: []domain.Grant{{Role: domain.Member, Process: "p1"}}},
		{ID: "stranger", Grants: []domain.Grant{{Role: domain.Member, Process: "p1"}}},
	}, api.People(h.svc), api.Retention(h.keep))
	return h
}

// seat brings one person to a confirmed seat.
func seat(t *testing.T, s *people.Service, clock domain.Clock) string {
	t.Helper()
	ctx, n := t.Context(), 0
	cmd := func() domain.Command {
		n++
		return domain.Command{Actor: domain.SystemActor("test"), Key: "seat" + strings.Repeat("i", n)}
	}
	p, err := s.Register(ctx, cmd(), "p1", people.RegisterInput{Source: people.FromStaff, Answers: people.Answers{"disability": "wheelchair"},
		Identity: people.Identity{Name: "Marigold Quillfeather", Number: "+447700900123", Email: "marigold@example.org", Address: "12 Oak Lane", Postcode: "GL16 8AA"}})
	steps := []func() (people.Person, error){
		func() (people.Person, error) {
			return s.Assess(ctx, cmd(), p.ID, people.AssessInput{Eligible: true})
		},
		func() (people.Person, error) { return s.Admit(ctx, cmd(), p.ID, people.AdmitInput{}) },
		func() (people.Person, error) {
			return s.MarkOutcome(ctx, cmd(), p.ID, people.OutcomeInput{Draw: "d1", Outcome: people.Selected})
		},
		func() (people.Person, error) {
			return s.MakeOffer(ctx, cmd(), p.ID, people.OfferInput{Due: clock.Now().Add(time.Hour)})
		},
	}
	for _, step := range steps {
		if err == nil {
			_, err = step()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// TestWhoSeesWhom is role by call: what is seen, and what must not appear.
func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	h := newPeopleHouse(t)
	person := "/people/" + h.member
	rows := []struct {
		path string
		want map[string]int
		show string // what those with 200 see of the person, "" for nothing personal
	}{
		{"/processes/p1/people", map[string]int{"olive": 200, "cal": 200, "fay": 403, "carol": 403, "otto": 404, "stranger": 403, "": 401}, ""},
		{person, map[string]int{"olive": 200, "cal": 200, "fay": 404, "carol": 404, "otto": 404, "stranger": 404, h.member: 200, "": 401}, ""},
		{person + "/identity?purpose=phone_call", map[string]int{"olive": 200, "cal": 200, "fay": 404, "carol": 404, "otto": 404, "stranger": 404, h.member: 200, "": 401}, "Marigold"},
		{"/processes/p1/identities?purpose=letter", map[string]int{"olive": 200, "cal": 200, "fay": 403, "carol": 403, "otto": 404, "stranger": 403, "": 401}, "Marigold"},
		{person + "/disclosure", map[string]int{"olive": 200, "cal": 403, "fay": 404, "carol": 404, "otto": 404, "stranger": 404, h.member: 200, "": 401}, "wheelchair"},
		{person + "/payments", map[string]int{"olive": 200, "cal": 200, "fay": 404, "carol": 404, "otto": 404, "stranger": 404, h.member: 200}, ""},
		{"/processes/p1/payments", map[string]int{"olive": 200, "cal": 403, "carol": 403, "otto": 404}, ""},
		{"/processes/p1/support", map[string]int{"olive": 200, "cal": 200, "fay": 403, "carol": 403, "otto": 404, "stranger": 403}, ""},
		{"/processes/p1/retention", map[string]int{"olive": 200, "carol": 200, "otto": 404, "stranger": 403}, ""},
		{"/processes/p1/holds", map[string]int{"olive": 200, "cal": 403, "carol": 403, "otto": 404}, ""},
	}
	for _, row := range rows {
		for who, status := range row.want {
			got := h.As(who).Get(row.path).Want(status)
			if status != 200 || row.show == "" {
				got.Hides(identityWords...)
			} else {
				got.Shows(row.show)
			}
		}
	}
}

func TestALookThatCannotBeRecordedShowsNothing(t *testing.T) {
	t.Parallel()
	h := newPeopleHouse(t)
	h.As("cal").Get("/people/" + h.member + "/identity").Want(400).Hides(identityWords...)
	h.As("cal").Get("/people/" + h.member + "/identity?purpose=phone_call").Want(200)
	if got := h.audit.Actions(); len(got) != 1 || got[0] != "person.identity_viewed" {
		t.Errorf("recorded %v", got)
	}
	h.audit.FailWith(domain.E(domain.Unavailable, "away"))
	for _, path := range []string{"/people/" + h.member + "/identity?purpose=phone_call", "/processes/p1/identities?purpose=letter", "/people/" + h.member + "/disclosure"} {
		h.As("olive").Get(path).Want(503).Hides(identityWords...)
	}
}

func TestAMemberGetsReadyThroughTheAPI(t *testing.T) {
	t.Parallel()
	h := newPeopleHouse(t)
	at := "/people/" + h.member
	p := h.As("cal").Post(at+"/confirm", map[string]any{"available": false}).Want(409).Problem()
	if len(p.Missing) != 1 || p.Missing[0].Item != "availability" {
		t.Errorf("missing %+v", p.Missing)
	}
	h.As(h.member).Post(at+"/confirm", map[string]any{"available": true}).Want(200).Shows("confirmed")
	var v people.View
	h.As(h.member).Post(at+"/needs", map[string]any{"kind": "childcare", "detail": "two children"}).Want(200).Hides("childcare", "two children").Into(&v)
	need := at + "/needs/" + v.Needs[0].ID
	h.As("olive").Get("/processes/p1/support").Want(200).Shows("childcare", "two children")
	h.As("olive").Post(need+"/settle", map[string]any{"state": "arranged"}).Want(200)
	h.As("olive").Post(need+"/settle", map[string]any{"state": "met"}).Want(200)
	h.As(h.member).Post(need+"/word", map[string]any{"met": true}).Want(200).Shows(`"felt":true`)
	h.As(h.member).Post(at+"/consent", map[string]any{"version": "2026-1"}).Want(200)
	h.As("fay").Post(at+"/serve", map[string]any{}).Want(409)
	h.As("cal").Post(at+"/onboard", map[string]any{}).Want(200)
	if m := h.As("fay").Post(at+"/serve", map[string]any{}).Want(409).Problem().Missing; len(m) != 3 {
		t.Errorf("missing %+v", m)
	}
	h.As("fay").Post(at+"/induction", map[string]any{"kind": "meeting"}).Want(200)
	h.As(h.member).Post(at+"/payment-choice", map[string]any{"choice": "pay", "benefits": true}).Want(200).Hides("benefits\":true")
	h.As("cal").Post(at+"/advice", map[string]any{"state": "offered"}).Want(200)
	h.As("fay").Post(at+"/serve", map[string]any{}).Want(200).Shows("serving")
	h.As("carol").Post(at+"/withdraw", map[string]any{}).Want(404)
	h.As("olive").Post(at+"/removal", map[string]any{"why": "kept shouting others down"}).Want(200).Hides("shouting")
	h.As("olive").Post(at+"/removal/agreement", map[string]any{}).Want(409)
	h.As(h.member).Get(at).Want(200).Hides("olive")
	h.As("oscar").Post(at+"/removal/drop", map[string]any{}).Want(200)
	h.As(h.member).Post(at+"/withdraw", map[string]any{"reason": "moved_away"}).Want(200).Shows("withdrawn")
	h.As("cal").Post(at+"/decline", map[string]any{"reason": "Too much, she said"}).Want(400)
}

func TestPaymentsThroughTheAPI(t *testing.T) {
	t.Parallel()
	h := newPeopleHouse(t)
	at := "/people/" + h.member
	h.As(h.member).Post(at+"/payment-choice", map[string]any{"choice": "pay"}).Want(200)
	var sum people.Earnings
	h.As("olive").Post("/processes/p1/payments/earned", map[string]any{"pence_per_session": 9400}).Want(200).Into(&sum)
	if sum.Payments != 2 || sum.Pence != 18800 {
		t.Errorf("earned %+v", sum)
	}
	var list struct{ Items []people.PaymentView }
	h.As(h.member).Get(at + "/payments").Want(200).Into(&list)
	pay := "/payments/" + list.Items[0].ID
	h.As("olive").Post(pay+"/approve", map[string]any{}).Want(200)
	h.As("olive").Post(pay+"/approve", map[string]any{}).Want(409)
	h.As(h.member).Post(pay+"/approve", map[string]any{}).Want(404)
	h.As("oscar").Post(pay+"/approve", map[string]any{}).Want(200).Shows(`"state":"approved"`)
	h.As(h.member).Get(at+"/payments").Want(200).Hides("olive", "oscar")
	h.As("cal").Post("/processes/p1/payments/export", map[string]any{}).Want(403)
	h.As("olive").Post("/processes/p1/payments/export", map[string]any{}).Want(200).Shows("Marigold Quillfeather", "94.00")
	h.As("olive").Post(pay+"/paid", map[string]any{"pence": 9400, "reference": "BACS 7"}).Want(200).Shows(`"state":"paid"`)
	h.As(h.member).Post(at+"/expenses", map[string]any{"what": "taxi", "pence": 4500}).Want(400).Shows("receipt")
	var claim people.PaymentView
	h.As(h.member).Post(at+"/expenses", map[string]any{"what": "taxi", "pence": 4500, "receipt": []byte("a scan")}).Want(201).Hides("taxi").Into(&claim)
	h.As("olive").Get("/payments/" + claim.ID + "/receipt").Want(200).Shows("a scan")
	h.As("carol").Get("/payments/" + claim.ID + "/receipt").Want(404)
	h.As("olive").Get("/processes/p1/payments?state=claimed").Want(200).Shows(claim.ID)
	h.Do(http.MethodPost, at+"/bank-details", `{"account_number":"12345678"}`, "Content-Type", "application/json", "Idempotency-Key", "bank-bank-bank").Want(404)
}

func TestErasureThroughTheAPI(t *testing.T) {
	t.Parallel()
	h := newPeopleHouse(t)
	at := "/people/" + h.member
	var e retention.Erasure
	h.As("stranger").Post(at+"/erasure", map[string]any{}).Want(404)
	h.As(h.member).Post(at+"/erasure", map[string]any{}).Want(201).Into(&e)
	step := "/erasures/" + e.ID
	h.As("olive").Post(step+"/execute", map[string]any{}).Want(409)
	h.As("cal").Post(step+"/identity", map[string]any{"how": "a hunch"}).Want(400)
	h.As("cal").Post(step+"/identity", map[string]any{"how": "called_back"}).Want(200)
	h.As("olive").Post("/processes/p1/holds", map[string]any{"person": h.member, "reason": "case 12/26"}).Want(201)
	p := h.As("olive").Post(step+"/execute", map[string]any{}).Want(409).Problem()
	if len(p.Missing) != 1 || p.Missing[0].Item != "no_legal_hold" {
		t.Errorf("missing %+v", p.Missing)
	}
	h.As("olive").Post("/processes/p1/holds/release", map[string]any{"person": h.member, "reason": "case closed"}).Want(200)
	h.As("cal").Post(step+"/execute", map[string]any{}).Want(403)
	h.As("olive").Post(step+"/execute", map[string]any{}).Want(200).Shows("executed")
	h.As("olive").Post(step+"/confirm", map[string]any{}).Want(200).Shows("confirmed").Hides(identityWords...)
	h.As("olive").Get(at).Want(200).Shows("erased").Hides(identityWords...)
	h.As("olive").Get(at + "/identity?purpose=letter").Want(200).Hides(identityWords...)
	h.As("carol").Get(step).Want(404)
	h.As("olive").Get("/processes/p1/erasures?state=confirmed").Want(200).Shows(h.member)
	h.As("olive").Post("/processes/p1/retention/start", map[string]any{}).Want(200).Shows("started_at")
}
