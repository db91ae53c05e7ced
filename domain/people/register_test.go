package people_test

import (
	"strings"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

func TestInviteOncePerRowAndTheCodeFindsThem(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	in := people.InviteInput{Ref: "row-7", Identity: mari, Area: "Coleford", Wave: "w1"}
	p, err := w.Invite(ctx, by(olu, "1"), "p1", in)
	w.must(t, p, err)
	again, err := w.Invite(ctx, by(olu, "2"), "p1", in)
	if w.must(t, again, err).Version != p.Version || len(w.people.All()) != 1 {
		t.Error("one row of the frame was invited twice")
	}
	code := w.LetterCode(p)
	if len(code) != 8 || strings.Contains(w.stored(t), code) {
		t.Errorf("code of %d letters, stored plain %v", len(code), strings.Contains(w.stored(t), code))
	}
	typed := strings.ToLower(code[:4] + " - " + code[4:])
	for _, as := range []string{code, typed, strings.NewReplacer("0", "o", "1", "l").Replace(typed)} {
		if got, err := w.ByCode(ctx, as); err != nil || got.ID != p.ID {
			t.Errorf("the code written another way: %v", err)
		}
	}
	for _, wrong := range []string{"", "AAAA", "22222222", code + "2"} {
		if _, err := w.ByCode(ctx, wrong); !domain.Is(err, domain.NotFound) {
			t.Errorf("code %q: %v", wrong, err)
		}
	}
	_, err = w.Invite(ctx, by(caller, "3"), "p1", in)
	wantCode(t, "a caller may not invite", err, domain.Forbidden)
	_, err = w.Invite(ctx, by(olu, "4"), "p1", people.InviteInput{Identity: people.Identity{Number: "07700 900123", Email: "x"}})
	if e, _ := err.(*domain.Error); e == nil || len(e.Fields) != 3 {
		t.Errorf("every problem at once: got %v", err)
	}
}

func TestRegisterFindsWhoItIs(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	inv, err := w.Invite(ctx, by(olu, "inv"), "p1", people.InviteInput{Ref: "1", Identity: people.Identity{Name: "Tam Penrose", Address: "3 Ash Row"}})
	w.must(t, inv, err)
	public, system := domain.PublicActor("web"), domain.SystemActor("sms")
	byCode, err := w.Register(ctx, by(public, "1"), "p1", people.RegisterInput{Code: people.Private(w.LetterCode(inv)), Source: people.FromCode,
		Identity: people.Identity{Number: "+447700900200"}})
	if w.must(t, byCode, err).ID != inv.ID || byCode.Status != people.Registered || byCode.NumberHash == "" {
		t.Errorf("by code: %s, %s", byCode.ID, byCode.Status)
	}
	rec, _ := w.Recipient(ctx, inv.ID)
	if rec.Name != "Tam Penrose" || rec.Number != "+447700900200" || rec.Channel != people.ChannelLetter {
		t.Errorf("what is newly told was not merged: channel %s", rec.Channel)
	}
	text := people.RegisterInput{Source: people.FromText, Identity: people.Identity{Number: "+447700900200"}}
	known, err := w.Register(ctx, by(system, "2"), "p1", text)
	if w.must(t, known, err).ID != inv.ID {
		t.Error("a text from a known number made a new person")
	}
	text.Identity.Number = "+447700900201"
	fresh, err := w.Register(ctx, by(system, "3"), "p1", text)
	if w.must(t, fresh, err).ID == inv.ID || fresh.Source != people.FromText {
		t.Error("a text from a new number is not a new person")
	}
	second, err := w.Register(ctx, by(system, "4"), "p1", text)
	if w.must(t, second, err).ID != fresh.ID {
		t.Error("a second text from one number made a second person")
	}
}

func TestPublicMayNotTakeOverARegistration(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	inv, err := w.Invite(ctx, by(olu, "inv"), "p1", people.InviteInput{Ref: "1", Identity: mari})
	w.must(t, inv, err)
	public := domain.PublicActor("web")
	other := people.Identity{Number: "+447700900666"}
	_, err = w.Register(ctx, by(public, "1"), "p1", people.RegisterInput{Person: inv.ID, Source: people.FromPage, Identity: other})
	wantCode(t, "by id", err, domain.NotFound)
	code := people.Private(w.LetterCode(inv))
	got, err := w.Register(ctx, by(public, "2"), "p1", people.RegisterInput{Code: code, Source: people.FromCode})
	w.must(t, got, err)
	_, err = w.Register(ctx, by(public, "3"), "p1", people.RegisterInput{Code: code, Source: people.FromCode, Identity: other})
	wantCode(t, "again by code", err, "")
	if rec, _ := w.Recipient(ctx, inv.ID); rec.Number != mari.Number {
		t.Error("the public page overwrote a registered person's number")
	}
	w.refs.ref.Stage = domain.Selected
	_, err = w.Register(ctx, by(public, "4"), "p1", people.RegisterInput{Source: people.FromPage, Identity: other})
	wantCode(t, "after recruiting", err, domain.NotFound)
}

func TestHouseholds(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	add := func(key, address, postcode string) people.Person {
		p, err := w.Register(ctx, by(caller, key), "p1", people.RegisterInput{Source: people.FromStaff,
			Identity: people.Identity{Name: "Someone", Address: people.Private(address), Postcode: people.Private(postcode)}})
		return w.must(t, p, err)
	}
	a, b := add("1", "12 Oak Lane", "gl16 8aa"), add("2", "12, OAK LANE.", "GL168AA")
	c, d := add("3", "", ""), add("4", " ", "")
	if a.Household == "" || a.Household != b.Household {
		t.Error("one address in two spellings is not one household")
	}
	if c.Household != "" || d.Household != "" {
		t.Error("no address made a household")
	}
	got, err := w.SameHousehold(ctx, "p1", a.Household)
	if err != nil || len(got) != 2 {
		t.Errorf("%d at one address, %v", len(got), err)
	}
	if got, _ := w.SameHousehold(ctx, "p1", ""); len(got) != 0 {
		t.Errorf("%d share no address", len(got))
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	rows := []struct{ in, want string }{
		{"07700 900123", "+447700900123"}, {"+44 (0)7700 900123", "+447700900123"}, {"0044 7700 900123", "+447700900123"},
		{"+999 123 456 789", "+999123456789"}, {"+99912345", ""}, {"", ""}, {"call me", ""}, {"12", ""},
	}
	for _, row := range rows {
		got, ok := people.ParseNumber(row.in, "GB")
		if got != row.want || ok != (row.want != "") {
			t.Errorf("%q: got %q %v, want %q", row.in, got, ok, row.want)
		}
	}
}

func TestListsShowNoIdentity(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	for _, key := range []string{"a", "b", "c"} {
		w.register(t, key)
	}
	page, err := w.List(ctx, caller, "p1", people.ListInput{Status: people.Registered, Limit: 2})
	if err != nil || len(page.Items) != 2 || page.Next == "" {
		t.Fatalf("%d rows, next %q, %v", len(page.Items), page.Next, err)
	}
	rest, err := w.List(ctx, caller, "p1", people.ListInput{Status: people.Registered, Limit: 2, After: page.Next})
	if err != nil || len(rest.Items) != 1 || rest.Next != "" {
		t.Errorf("%d rows more, next %q, %v", len(rest.Items), rest.Next, err)
	}
	_, err = w.List(ctx, comm, "p1", people.ListInput{})
	wantCode(t, "a commissioner", err, domain.Forbidden)
	_, err = w.List(ctx, caller, "p1", people.ListInput{Status: "chosen", Limit: 9999})
	wantCode(t, "off input", err, domain.Invalid)
	_, err = w.Get(ctx, comm, page.Items[0].ID)
	wantCode(t, "a row for a commissioner", err, domain.NotFound)
	counts, err := w.Counts(ctx, "p1")
	if err != nil || counts[people.Registered] != 3 {
		t.Errorf("counts %v, %v", counts, err)
	}
}

// contacts are the effects by which outreach follows a person.
func contacts(t *testing.T, p people.Person) map[string]domain.ContactData {
	t.Helper()
	out := map[string]domain.ContactData{}
	for _, e := range p.Effects {
		var d domain.ContactData
		if e.Kind != domain.EffectContact {
			continue
		}
		if err := e.Decode(&d); err != nil {
			t.Fatal(err)
		}
		out[d.Number+" "+d.Left] = d
	}
	return out
}

func TestAnotherNumberIsFollowedInTheSameWrite(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p := w.register(t, "r")
	old, box := p.NumberHash, p.MailHash
	if len(contacts(t, p)) != 0 || old == "" || box == "" {
		t.Fatalf("registering: %v", contacts(t, p))
	}
	p, err := w.UpdateContact(ctx, by(member(p.ID, "sms"), "1"), p.ID, people.Identity{Number: "+447700900555", Email: mari.Email})
	d, ok := contacts(t, w.must(t, p, err))[old+" "]
	if !ok || !d.Asked || d.Person != p.ID || len(contacts(t, p)) != 1 || p.NumberHash == old {
		t.Errorf("their own new number: %v", contacts(t, p))
	}
	p, err = w.UpdateContact(ctx, by(olu, "2"), p.ID, people.Identity{Email: "other@example.org"})
	if d, ok := contacts(t, w.must(t, p, err))[box+" "]; !ok || d.Asked {
		t.Errorf("a new mailbox: %v", contacts(t, p))
	}
	second := p.NumberHash
	if again, err := w.WrongNumber(ctx, by(olu, "3"), p.ID, old); err != nil || again.NumberHash != second {
		t.Errorf("a number they have no longer was taken off: %v", err)
	}
	p, err = w.WrongNumber(ctx, by(olu, "4"), p.ID, second)
	if w.must(t, p, err).NumberHash != "" || p.Channel != people.ChannelEmail || contacts(t, p)[second+" "].Person != p.ID {
		t.Errorf("a wrong number: channel %s, %v", p.Channel, contacts(t, p))
	}
	if _, err := w.WrongNumber(ctx, by(fay, "5"), p.ID, second); !domain.Is(err, domain.NotFound) {
		t.Errorf("a facilitator: %v", err)
	}
	p, err = w.Withdraw(ctx, by(olu, "6"), p.ID, people.WithdrawInput{})
	if d, ok := contacts(t, w.must(t, p, err))[p.MailHash+" withdrawn"]; !ok || d.Left != "withdrawn" {
		t.Errorf("leaving: %v", contacts(t, p))
	}
}

// TestANumberThatChangedHandsIsAStrangers: whoever registers by text from it
// is not taken for the one who had it.
func TestANumberThatChangedHandsIsAStrangers(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	system := domain.SystemActor("sms")
	text := people.RegisterInput{Source: people.FromText, Identity: people.Identity{Number: "+447700900300"}}
	ann, err := w.Register(ctx, by(system, "1"), "p1", text)
	w.must(t, ann, err)
	_, err = w.UpdateContact(ctx, by(member(ann.ID, "sms"), "2"), ann.ID, people.Identity{Number: "+447700900301"})
	w.must(t, ann, err)
	if again, err := w.Register(ctx, by(system, "1"), "p1", text); err != nil || again.ID != ann.ID {
		t.Errorf("the same registration, carried out again: somebody else (%v)", err)
	}
	next, err := w.Register(ctx, by(system, "3"), "p1", text)
	if w.must(t, next, err).ID == ann.ID {
		t.Error("the number's next owner is taken for Ann")
	}
	if same, err := w.Register(ctx, by(system, "4"), "p1", text); err != nil || same.ID != next.ID {
		t.Errorf("their next text is somebody else's: %v", err)
	}
}
