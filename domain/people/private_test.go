package people_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// everything does every kind of thing that takes personal data in.
func everything(t *testing.T, w *world) people.Person {
	t.Helper()
	ctx := t.Context()
	inv, err := w.Invite(ctx, by(olu, "inv"), "p1", people.InviteInput{Ref: "row-7", Identity: mari, Answers: mariSays, Area: "Coleford"})
	w.must(t, inv, err)
	p := w.upTo(t, "x", people.Serving)
	self := member(p.ID, "web")
	benefits := true
	steps := []func() (people.Person, error){
		func() (people.Person, error) {
			return w.AskSupport(ctx, by(self, "s1"), p.ID, people.SupportInput{Kind: "bsl_interpreter", Detail: "ramp at the door"})
		},
		func() (people.Person, error) {
			return w.ChoosePayment(ctx, by(self, "s2"), p.ID, people.PaymentChoiceInput{Choice: people.Pay, Benefits: &benefits})
		},
		func() (people.Person, error) {
			return w.SetBankDetails(ctx, by(self, "s3"), p.ID, people.BankDetails{AccountName: "M Quillfeather", SortCode: "10-20-30", AccountNumber: "12345678"})
		},
		func() (people.Person, error) {
			return w.ProposeRemoval(ctx, by(olu, "s4").Because("Marigold shouted at people"), p.ID, people.RemovalInput{Why: "Marigold shouted at people"})
		},
		func() (people.Person, error) {
			return w.UpdateContact(ctx, by(self, "s5"), p.ID, people.Identity{Address: "13 Oak Lane, Coleford"})
		},
	}
	for _, do := range steps {
		got, err := do()
		p = w.must(t, got, err)
	}
	if _, err := w.Claim(ctx, by(self, "s6"), p.ID, people.ClaimInput{What: "bus to Coleford", Pence: 450, Receipt: []byte("Marigold paid")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Identity(ctx, by(caller, "s7"), p.ID, "phone_call"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Features(ctx, by(olu, "s8"), "p1", people.Serving); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStoredJSONHoldsNothingPlain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := everything(t, w)
	stored := w.stored(t)
	for _, word := range secrets {
		if strings.Contains(strings.ToLower(stored), strings.ToLower(word)) {
			t.Errorf("a stored document or audit entry shows %q", word)
		}
	}
	// The walk can fail: what is sealed does hold these words.
	id, err := w.Recipient(t.Context(), p.ID)
	if err != nil || id.Name != mari.Name || id.Address != "13 Oak Lane, Coleford" {
		t.Errorf("the identity behind it: name same %v, %v", id.Name == mari.Name, err)
	}
	for _, pay := range w.payments.All() {
		raw, _, err := w.files.Get(t.Context(), pay.Receipt)
		if err != nil || bytes.Contains(raw, []byte("Marigold")) {
			t.Errorf("the receipt's file is not sealed (%v)", err)
		}
	}
}

// holders are values with personal data in every field that may hold some.
func holders() []any {
	bank := people.BankDetails{AccountName: "Marigold", SortCode: "102030", AccountNumber: "12345678"}
	what := people.What{Kind: "bsl_interpreter", Detail: "ramp at the door"}
	entry := people.Entry{Person: "x", Identity: mari, Code: "ABCD2345"}
	benefits := true
	return []any{
		mari, mariSays, bank, what, entry,
		people.IdentityPage{Items: []people.Entry{entry}},
		people.Candidate{Person: "x", Answers: mariSays},
		people.Recipient{Person: "x", Identity: mari, Code: "ABCD2345"},
		people.SupportRow{Person: "x", What: what},
		people.Disclosure{Person: "x", Identity: mari, Answers: mariSays, Bank: &bank, Removal: "Marigold shouted at people"},
		people.Export{Batch: "x", CSV: []byte("Marigold,12345678")},
		people.InviteInput{Identity: mari, Answers: mariSays},
		people.RegisterInput{Identity: mari, Answers: mariSays, Code: "ABCD2345"},
		people.SupportInput{Kind: "bsl_interpreter", Detail: "ramp at the door"},
		people.RemovalInput{Why: "Marigold shouted at people"},
		people.ClaimInput{What: "bus to Coleford"},
		people.PaymentChoiceInput{Choice: "pay", Benefits: &benefits},
	}
}

func TestPersonalTypesRedactThemselves(t *testing.T) {
	t.Parallel()
	for _, v := range holders() {
		name := reflect.TypeOf(v).Name()
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("seen", "v", v, "list", []any{v})
		slog.New(slog.NewJSONHandler(&json, nil)).Info("seen", "v", v)
		shown := map[string]string{"slog text": text.String(), "slog json": json.String()}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			shown[verb] = fmt.Sprintf(verb, v)
		}
		for how, got := range shown {
			for _, word := range append(secrets, "ABCD2345", fmt.Sprintf("%x", "Marigold")) {
				if word == "bsl_interpreter" || name == "Export" && how != "slog text" && how != "slog json" {
					continue
				}
				if strings.Contains(got, word) {
					t.Errorf("%s under %s shows %q", name, how, word)
				}
			}
		}
	}
}

// TestEveryHolderHidesItself walks what the service's methods take and
// answer: whatever holds a Private value must keep itself out of logs.
func TestEveryHolderHidesItself(t *testing.T) {
	t.Parallel()
	private, valuer := reflect.TypeFor[people.Private](), reflect.TypeFor[slog.LogValuer]()
	seen := map[reflect.Type]bool{}
	var holds func(reflect.Type) bool
	holds = func(ty reflect.Type) bool {
		switch ty.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			return holds(ty.Elem())
		case reflect.Struct:
			found := false
			for i := range ty.NumField() {
				found = holds(ty.Field(i).Type) || found
			}
			if found && !ty.Implements(valuer) {
				t.Errorf("%v holds personal data and does not implement slog.LogValuer", ty)
			}
			seen[ty] = seen[ty] || found
			return found
		}
		return ty == private || ty == reflect.TypeFor[people.Answers]()
	}
	svc := reflect.TypeFor[*people.Service]()
	for i := range svc.NumMethod() {
		m := svc.Method(i).Type
		for j := 1; j < m.NumIn(); j++ {
			holds(m.In(j))
		}
		for j := range m.NumOut() {
			holds(m.Out(j))
		}
	}
	if !seen[reflect.TypeFor[people.Identity]()] || !seen[reflect.TypeFor[people.Disclosure]()] {
		t.Error("the walk did not reach Identity and Disclosure")
	}
}

func TestLooksAreRecordedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.upTo(t, "a", people.Confirmed)
	ctx := t.Context()
	looks := map[string]func() (any, error){
		"person.identity_viewed": func() (any, error) { return w.Identity(ctx, by(caller, ""), p.ID, "phone_call") },
		"person.identities_viewed": func() (any, error) {
			return w.Identities(ctx, by(olu, ""), "p1", people.IdentitiesInput{Purpose: "letter"})
		},
		"person.features_read":  func() (any, error) { return w.Features(ctx, by(olu, ""), "p1", people.Confirmed) },
		"person.support_viewed": func() (any, error) { return w.SupportNeeds(ctx, by(olu, ""), "p1", people.SupportQuery{}) },
		"person.disclosed":      func() (any, error) { return w.Disclose(ctx, by(olu, ""), p.ID) },
		"payment.exported":      func() (any, error) { return w.ExportPayments(ctx, by(olu, "e"), "p1", people.ExportInput{}) },
	}
	for action, do := range looks {
		before := len(w.audit.Events())
		if _, err := do(); err != nil {
			t.Errorf("%s: %v", action, err)
		}
		if evs := w.audit.Events(); len(evs) != before+1 || evs[before].Action != action || evs[before].Chain != "p1" {
			t.Errorf("%s: %d entries more, want one of that name", action, len(evs)-before)
		}
	}
	w.audit.FailWith(domain.E(domain.Unavailable, "away"))
	for action, do := range looks {
		got, err := do()
		wantCode(t, action+" without audit", err, domain.Unavailable)
		if raw := fmt.Sprint(got); strings.Contains(raw, "Quillfeather") || !isEmpty(got) {
			t.Errorf("%s: data was shown though the look could not be recorded", action)
		}
	}
}

func isEmpty(v any) bool {
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Slice {
		return rv.Len() == 0
	}
	if page, ok := v.(people.IdentityPage); ok {
		return len(page.Items) == 0
	}
	return rv.IsZero()
}

func TestLooksNeedAPurposeAndARole(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.register(t, "a")
	ctx := t.Context()
	rows := []struct {
		name    string
		actor   domain.Actor
		purpose string
		want    domain.Code
	}{
		{"organiser", olu, "letter", ""},
		{"caller", caller, "phone_call", ""},
		{"no purpose", olu, "", domain.Invalid},
		{"free text", olu, "because I like to know", domain.Invalid},
		{"commissioner", comm, "letter", domain.NotFound},
		{"facilitator", fay, "letter", domain.NotFound},
		{"administrator", staff("adm", domain.Administrator), "letter", domain.NotFound},
		{"public", domain.PublicActor("web"), "letter", domain.NotFound},
		{"another member", member("somebody", "web"), "letter", domain.NotFound},
		{"themselves", member(p.ID, "web"), "", ""},
		{"organiser elsewhere", domain.Actor{ID: "x", Grants: []domain.Grant{{Role: domain.Organiser, Process: "p2"}}}, "letter", domain.NotFound},
		{"token without the scope", domain.Actor{ID: "x", Grants: olu.Grants, Scopes: []string{"process.view"}}, "letter", domain.NotFound},
	}
	for _, row := range rows {
		id, err := w.Identity(ctx, by(row.actor, ""), p.ID, row.purpose)
		wantCode(t, row.name, err, row.want)
		if (id.Name == mari.Name) != (row.want == "") {
			t.Errorf("%s: identity shown %v", row.name, id.Name != "")
		}
	}
	if _, err := w.SupportNeeds(ctx, by(member("somebody", "web"), ""), "p1", people.SupportQuery{}); err == nil {
		t.Error("a member saw everybody's support needs")
	}
}
