package access_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/domaintest"
)

type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n * 7
	}
	return len(p), nil
}

type house struct {
	*access.Service
	clock   *domaintest.Clock
	secrets *domaintest.Repo[access.Secret]
	users   *domaintest.Repo[access.User]
	t       *testing.T
}

func setup(t *testing.T) *house {
	h := &house{t: t, clock: domaintest.NewClock(time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)),
		secrets: domaintest.Memory(access.Secrets), users: domaintest.Memory(access.Users)}
	h.Service = access.New(access.Deps{Users: h.users, Secrets: h.secrets, Clock: h.clock, Random: &counter{}})
	return h
}

func admin(key string) domain.Command {
	return domain.Command{Actor: domain.Actor{ID: "root", Grants: []domain.Grant{{Role: domain.Administrator}}}, Key: key}
}

func (h *house) user(key string, grants ...domain.Grant) string {
	h.t.Helper()
	u, err := h.CreateUser(h.t.Context(), admin(key), access.UserInput{Name: "Name " + key, Grants: grants})
	if err != nil {
		h.t.Fatal(err)
	}
	return u.ID
}

func TestTheFirstAdministratorComesInOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	link, err := h.FirstAdministrator(t.Context())
	if err != nil || link == "" {
		t.Fatalf("got %q, %v, want a link", link, err)
	}
	if again, err := h.FirstAdministrator(t.Context()); again != "" || err != nil {
		t.Errorf("the second start gave %q, %v, want nothing", again, err)
	}
	signIn, _, err := h.UseLink(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.SignedIn(t.Context(), signIn)
	if err != nil || !a.Holds(domain.Administrator, domain.Scope{}) {
		t.Errorf("got %+v, %v, want the administrator", a, err)
	}
	if _, _, err := h.UseLink(t.Context(), link); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("the link worked twice: %v", err)
	}
	if err := h.SignOut(t.Context(), signIn); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SignedIn(t.Context(), signIn); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("a signed-out cookie got %v", err)
	}
}

func TestEverySecretEnds(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u")
	link, _ := h.MakeLink(t.Context(), admin("l"), u)
	h.clock.Advance(access.LinkLife)
	if _, _, err := h.UseLink(t.Context(), link); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("an old link got %v", err)
	}
	link, _ = h.MakeLink(t.Context(), admin("l2"), u)
	signIn, _, err := h.UseLink(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(access.SignInLife)
	if _, err := h.SignedIn(t.Context(), signIn); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("an old sign-in got %v", err)
	}
	tok, err := h.MakeToken(t.Context(), admin("t"), access.TokenInput{User: u, Name: "import", Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(t.Context(), tok.Token); err != nil {
		t.Errorf("a fresh token got %v", err)
	}
	h.clock.Advance(24 * time.Hour)
	if _, err := h.Authenticate(t.Context(), tok.Token); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("an old token got %v", err)
	}
}

func TestOneKindOfSecretIsNotAnother(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u")
	link, _ := h.MakeLink(t.Context(), admin("l"), u)
	tok, _ := h.MakeToken(t.Context(), admin("t"), access.TokenInput{User: u, Name: "x"})
	for name, err := range map[string]error{
		"a link as a token":    second(h.Authenticate(t.Context(), link)),
		"a token as a sign-in": second(h.SignedIn(t.Context(), tok.Token)),
		"a guess as a token":   second(h.Authenticate(t.Context(), "fm_guess")),
	} {
		if !domain.Is(err, domain.Unauthenticated) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func second(_ domain.Actor, err error) error { return err }

func TestARevokedTokenAndADisabledUserEndAtOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u", domain.Grant{Role: domain.Organiser, Body: "b1"})
	one, _ := h.MakeToken(t.Context(), admin("t1"), access.TokenInput{User: u, Name: "one", Scopes: []string{"process.view"}})
	two, _ := h.MakeToken(t.Context(), admin("t2"), access.TokenInput{User: u, Name: "two"})
	a, err := h.Authenticate(t.Context(), one.Token)
	if err != nil || domain.May(a, domain.Recruit, domain.Scope{Body: "b1"}) || !domain.May(a, domain.ViewProcess, domain.Scope{Body: "b1"}) {
		t.Errorf("a scoped token may more or less than its scopes: %+v, %v", a, err)
	}
	if err := h.RevokeToken(t.Context(), admin("r"), one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(t.Context(), one.Token); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("a revoked token got %v", err)
	}
	if _, err := h.SetGrants(t.Context(), admin("g"), u, access.GrantsInput{Disabled: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(t.Context(), two.Token); !domain.Is(err, domain.Unauthenticated) {
		t.Errorf("a disabled user's token got %v", err)
	}
}

func TestARepeatedCommandMakesNoSecondToken(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u")
	in := access.TokenInput{User: u, Name: "one"}
	first, err := h.MakeToken(t.Context(), admin("t1"), in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.MakeToken(t.Context(), admin("t1"), in); !domain.Is(err, domain.Conflict) || again.Token != "" {
		t.Errorf("got %+v, %v; want a conflict", again, err)
	}
	if other, err := h.MakeToken(t.Context(), admin("t2"), in); err != nil || other.Token == first.Token {
		t.Errorf("a new command got %v", err)
	}
}

func TestAMembersLinkOpensTheirOwnPageOnly(t *testing.T) {
	t.Parallel()
	h := setup(t)
	if _, err := h.MakeMemberLink(t.Context(), admin("m"), "p1", "m1"); !domain.Is(err, domain.Forbidden) {
		t.Errorf("an administrator made a member's link: %v", err)
	}
	link, err := h.MakeMemberLink(t.Context(), domain.Command{Actor: domain.SystemActor("sms"), Key: "m"}, "p1", "m1")
	if err != nil {
		t.Fatal(err)
	}
	signIn, _, err := h.UseLink(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.SignedIn(t.Context(), signIn)
	if err != nil || a.ID != "m1" || !domain.May(a, domain.SelfServe, domain.Scope{Process: "p1", Person: "m1"}) {
		t.Errorf("got %+v, %v", a, err)
	}
	if domain.May(a, domain.SelfServe, domain.Scope{Process: "p1", Person: "m2"}) || domain.May(a, domain.SelfServe, domain.Scope{Process: "p2", Person: "m1"}) {
		t.Error("the link opens somebody else's page")
	}
}

func TestNoSecretIsStored(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u")
	link, _ := h.MakeLink(t.Context(), admin("l"), u)
	tok, _ := h.MakeToken(t.Context(), admin("t"), access.TokenInput{User: u, Name: "x"})
	code, _ := h.MakeSlackCode(t.Context(), admin("c"), u)
	signIn, _, _ := h.UseLink(t.Context(), link)
	raw, _ := json.Marshal([]any{h.secrets.All(), h.users.All()})
	for name, secret := range map[string]string{"link": link, "token": tok.Token, "code": code, "sign-in": signIn} {
		if secret == "" || strings.Contains(string(raw), secret) {
			t.Errorf("the %s %q is stored as it is", name, secret)
		}
	}
}

func TestOnlyAdministratorsManage(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u", domain.Grant{Role: domain.Organiser, Body: "b1"})
	cmd := domain.Command{Actor: domain.Actor{ID: u, Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}, Key: "k"}
	_, createErr := h.CreateUser(t.Context(), cmd, access.UserInput{Name: "x"})
	_, linkErr := h.MakeLink(t.Context(), cmd, u)
	_, tokenErr := h.MakeToken(t.Context(), cmd, access.TokenInput{User: u, Name: "x"})
	_, _, listErr := h.ListUsers(t.Context(), cmd.Actor, 10, "")
	for name, err := range map[string]error{"create": createErr, "link": linkErr, "token": tokenErr, "list": listErr} {
		if err == nil {
			t.Errorf("an organiser may %s", name)
		}
	}
}

func TestColleaguesAreThoseWithARoleInTheProcess(t *testing.T) {
	t.Parallel()
	h := setup(t)
	in := domain.Scope{Body: "b1", Process: "p1"}
	h.user("a organiser", domain.Grant{Role: domain.Organiser, Body: "b1"})
	h.user("b watcher", domain.Grant{Role: domain.Oversight, Process: "p1"}, domain.Grant{Role: domain.Evaluator, Body: "b1"})
	h.user("c elsewhere", domain.Grant{Role: domain.Organiser, Body: "b2"})
	gone := h.user("d gone", domain.Grant{Role: domain.Oversight, Body: "b1"})
	if _, err := h.SetGrants(t.Context(), admin("off"), gone, access.GrantsInput{Grants: []domain.Grant{{Role: domain.Oversight, Body: "b1"}}, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	of := func(body string) domain.Actor {
		return domain.Actor{ID: "olu", Grants: []domain.Grant{{Role: domain.Organiser, Body: body}}}
	}
	got, err := h.Colleagues(t.Context(), of("b1"), in)
	if err != nil || len(got) != 2 || got[0].Name != "Name a organiser" || !slices.Equal(got[1].Roles, []domain.Role{domain.Oversight, domain.Evaluator}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := h.Colleagues(t.Context(), of("b2"), in); !domain.Is(err, domain.NotFound) {
		t.Errorf("another body's organiser: got %v, want not_found", err)
	}
}

func TestGrantsAreCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for name, g := range map[string]domain.Grant{
		"an unknown role": {Role: "king", Body: "b1"}, "an organiser everywhere": {Role: domain.Organiser}, "a member by grant": {Role: domain.Member, Process: "p1"},
	} {
		if _, err := h.CreateUser(t.Context(), admin("x"+name), access.UserInput{Name: "N", Grants: []domain.Grant{g}}); !domain.Is(err, domain.Invalid) {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
}

func TestSweepKeepsWhatIsNotYetRecorded(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u := h.user("u")
	if _, err := h.MakeLink(t.Context(), admin("l"), u); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(40 * 24 * time.Hour)
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v: its audit entry is still pending", n, err)
	}
	for _, s := range h.secrets.All() {
		_, err := h.secrets.Update(t.Context(), s.ID, func(x *access.Secret) error { x.Effects = nil; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := h.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v, want 1", n, err)
	}
}
