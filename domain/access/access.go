package access

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Lifetimes. A token lives until it is revoked or its own end.
const (
	LinkLife       = 24 * time.Hour
	SignInLife     = 12 * time.Hour
	MemberLinkLife = 14 * 24 * time.Hour
	MemberLife     = 2 * time.Hour
	CodeLife       = 15 * time.Minute
)

// User is a person of staff, oversight or a commissioner. Bounded: 200
// grants, 20 Slack bindings.
type User struct {
	domain.Root
	Name     string         `json:"name"`
	Grants   []domain.Grant `json:"grants,omitempty"`
	Disabled bool           `json:"disabled,omitempty"`
	Slack    []Binding      `json:"slack,omitempty"`
}

// Binding ties a Slack account to a user. The user id of Slack is an identity
// only within its team; the display name is none.
type Binding struct {
	Team string    `json:"team"`
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

// Users declares how users are kept.
var Users = domain.Collection[User]{
	Name: "users", Schema: 1, Shard: "id",
	Indexes: []domain.Index{{Name: "name", Fields: []string{"name"}}},
	Keys:    func(u *User) map[string]any { return map[string]any{"name": strings.ToLower(u.Name)} },
}

// Secret is a link, a sign-in, a token or a binding code: its id is the hex
// SHA-256 of what its holder was given.
type Secret struct {
	domain.Root
	Kind    string    `json:"kind"` // link, sign_in, token, slack_code, slack_binding
	User    string    `json:"user,omitempty"`
	Process string    `json:"process,omitempty"` // of a member
	Person  string    `json:"person,omitempty"`
	Name    string    `json:"name,omitempty"`   // of a token
	Scopes  []string  `json:"scopes,omitempty"` // of a token
	Expires time.Time `json:"expires,omitzero"`
	UsedAt  time.Time `json:"used_at,omitzero"`
	UsedBy  string    `json:"used_by,omitempty"` // of a Slack code: the account it bound
	EndedAt time.Time `json:"ended_at,omitzero"`
}

// Secrets declares how secrets are kept.
var Secrets = domain.Collection[Secret]{
	Name: "secrets", Schema: 1, Shard: "id",
	Indexes: []domain.Index{
		{Name: "user", Fields: []string{"user", "kind", "created"}},
		{Name: "expires", Fields: []string{"expires"}},
	},
	Keys: func(s *Secret) map[string]any {
		k := map[string]any{"user": s.User, "kind": s.Kind, "created": s.CreatedAt}
		if !s.Expires.IsZero() {
			k["expires"] = s.Expires
		}
		return k
	},
}

// Deps is what the service needs. Random gives secrets; in tests it is seeded.
type Deps struct {
	Users   domain.Repository[User]
	Secrets domain.Repository[Secret]
	Clock   domain.Clock
	Random  io.Reader
	// Known answers not_found for a body or process that does not exist; nil
	// takes every id.
	Known func(ctx context.Context, g domain.Grant) error
}

// Service answers who somebody is.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

var tokenEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// fresh is a new secret with a prefix that says what it is.
func (s *Service) fresh(prefix string, n int) (string, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(s.Random, raw); err != nil {
		return "", domain.E(domain.Internal, "no random numbers are to be had").Because(err)
	}
	return prefix + tokenEncoding.EncodeToString(raw), nil
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (s *Service) manage(a domain.Actor) error {
	return domain.Authorize(a, domain.ManageInstallation, domain.Scope{})
}

// UserInput describes a user.
type UserInput struct {
	Name   string         `json:"name"`
	Grants []domain.Grant `json:"grants,omitempty"`
}

// UserView is a user as administrators see them.
type UserView struct {
	ID       string         `json:"id"`
	Version  int64          `json:"version"`
	Name     string         `json:"name"`
	Grants   []domain.Grant `json:"grants"`
	Disabled bool           `json:"disabled"`
	Slack    []Binding      `json:"slack"`
}

func (u User) view() UserView {
	return UserView{u.ID, u.Revision, u.Name, u.Grants, u.Disabled, u.Slack}
}

// CreateUser adds a user.
func (s *Service) CreateUser(ctx context.Context, cmd domain.Command, in UserInput) (UserView, error) {
	if err := s.manage(cmd.Actor); err != nil {
		return UserView{}, err
	}
	p := domain.Problems{}
	p.Need(strings.TrimSpace(in.Name) != "", "name", "the person's name; it stands in the record for what they do")
	if err := s.checkGrants(ctx, p, in.Grants); err != nil {
		return UserView{}, err
	}
	u := User{Name: strings.TrimSpace(in.Name), Grants: in.Grants}
	u.ID = cmd.ID("user")
	u.Record(cmd, s.Clock.Now(), domain.Event{
		Chain: "installation", Action: "user.created", Subject: "users:" + u.ID, Data: map[string]any{"grants": in.Grants},
	})
	err := s.Users.Insert(ctx, &u)
	if domain.Is(err, domain.Conflict) {
		u, err = s.Users.Get(ctx, u.ID)
	}
	return u.view(), err
}

// checkGrants adds what is wrong with the grants and answers all problems; what
// could not be looked up is no problem of the caller's.
func (s *Service) checkGrants(ctx context.Context, p domain.Problems, grants []domain.Grant) error {
	p.Need(len(grants) <= 200, "grants", "at most 200 grants for one user")
	for _, g := range grants {
		p.Need(slices.Contains(domain.Roles, g.Role), "grants", "there is no role %q", g.Role)
		wide := g.Body == "" && g.Process == ""
		p.Need(!wide || g.Role == domain.Administrator, "grants", "%s is granted over a body or a process", g.Role)
		if s.Known == nil || wide {
			continue
		}
		err := s.Known(ctx, g)
		if err != nil && !domain.Is(err, domain.NotFound) {
			return err
		}
		p.Need(err == nil, "grants", "there is no body or process with the id %q", g.Body+g.Process)
	}
	return p.Err()
}

// GrantsInput replaces a user's grants.
type GrantsInput struct {
	Grants   []domain.Grant `json:"grants"`
	Disabled bool           `json:"disabled"`
}

// SetGrants replaces what a user may do, and whether they may come in at all.
func (s *Service) SetGrants(ctx context.Context, cmd domain.Command, id string, in GrantsInput) (UserView, error) {
	if err := s.manage(cmd.Actor); err != nil {
		return UserView{}, err
	}
	if err := s.checkGrants(ctx, domain.Problems{}, in.Grants); err != nil {
		return UserView{}, err
	}
	u, err := s.Users.Update(ctx, id, func(u *User) error {
		if u.Done(cmd) {
			return domain.ErrNoChange
		}
		if err := u.Fresh(cmd); err != nil {
			return err
		}
		u.Grants, u.Disabled = in.Grants, in.Disabled
		u.Record(cmd, s.Clock.Now(), domain.Event{
			Chain: "installation", Action: "user.grants_set", Subject: "users:" + id,
			Data: map[string]any{"grants": in.Grants, "disabled": in.Disabled},
		})
		return nil
	})
	return u.view(), err
}

// ListUsers pages through the users by name.
func (s *Service) ListUsers(ctx context.Context, actor domain.Actor, limit int, after domain.Cursor) ([]UserView, domain.Cursor, error) {
	if err := s.manage(actor); err != nil {
		return nil, "", err
	}
	docs, next, err := s.Users.Page(ctx, domain.Query{Index: "name", Limit: limit, After: after})
	if err != nil {
		return nil, "", err
	}
	views := make([]UserView, len(docs))
	for i, u := range docs {
		views[i] = u.view()
	}
	return views, next, nil
}

// Colleague is a user with a role over a process: a name, and nothing to reach
// them by.
type Colleague struct {
	ID    string        `json:"id"`
	Name  string        `json:"name"`
	Roles []domain.Role `json:"roles"`
}

// Colleagues lists by name who has a role over a process, for those who may
// see the process.
func (s *Service) Colleagues(ctx context.Context, actor domain.Actor, scope domain.Scope) ([]Colleague, error) {
	if err := domain.Authorize(actor, domain.ViewProcess, scope); err != nil {
		return nil, err
	}
	var out []Colleague
	for u, err := range s.Users.Find(ctx, domain.Query{Index: "name"}) {
		if err != nil {
			return nil, err
		}
		roles := domain.Actor{ID: u.ID, Grants: u.Grants}.RolesIn(scope)
		if !u.Disabled && len(roles) > 0 {
			out = append(out, Colleague{u.ID, u.Name, roles})
		}
	}
	return out, nil
}

// FirstAdministrator makes the first administrator and a sign-in link when
// the installation has no user yet; link is "" otherwise.
func (s *Service) FirstAdministrator(ctx context.Context) (link string, err error) {
	n, err := s.Users.Count(ctx, domain.Query{})
	if err != nil || n > 0 {
		return "", err
	}
	cmd := domain.Command{Actor: domain.SystemActor("start"), Key: "first-administrator"}
	u, err := s.CreateUser(ctx, cmd, UserInput{Name: "First administrator", Grants: []domain.Grant{{Role: domain.Administrator}}})
	if err != nil {
		return "", err
	}
	return s.MakeLink(ctx, domain.Command{Actor: domain.SystemActor("start"), Key: "first-administrator-link"}, u.ID)
}

// MakeLink makes a one-time sign-in link's secret for a user.
func (s *Service) MakeLink(ctx context.Context, cmd domain.Command, user string) (string, error) {
	if err := s.manage(cmd.Actor); err != nil {
		return "", err
	}
	if _, err := s.Users.Get(ctx, user); err != nil {
		return "", err
	}
	return s.make(ctx, cmd, Secret{Kind: "link", User: user, Expires: s.Clock.Now().Add(LinkLife)})
}

// MakeMemberLink makes a one-time link to a member's own page. The program
// makes it, to be sent to the member's own number.
func (s *Service) MakeMemberLink(ctx context.Context, cmd domain.Command, process, person string) (string, error) {
	if !cmd.Actor.Holds(domain.System, domain.Scope{}) {
		return "", domain.E(domain.Forbidden, "a member's link is sent to the member's own number only")
	}
	return s.make(ctx, cmd, Secret{Kind: "link", Process: process, Person: person, Expires: s.Clock.Now().Add(MemberLinkLife)})
}

func (s *Service) make(ctx context.Context, cmd domain.Command, sec Secret) (string, error) {
	prefix := map[string]string{"link": "", "token": "fm_", "sign_in": "", "slack_code": ""}[sec.Kind]
	n := 32
	if sec.Kind == "slack_code" || sec.Person != "" && sec.Kind == "link" {
		n = 10 // 80 bits: short enough for a text or to type
	}
	secret, err := s.fresh(prefix, n)
	if err != nil {
		return "", err
	}
	sec.ID = hashed(secret)
	chain := "installation"
	if sec.Process != "" {
		chain = sec.Process
	}
	sec.Record(cmd, s.Clock.Now(), domain.Event{
		Chain: chain, Action: sec.Kind + ".made", Subject: "users:" + sec.User + sec.Person, Data: map[string]any{"secret": sec.ID[:8]},
	})
	return secret, s.Secrets.Insert(ctx, &sec)
}

// errSignIn says no more than it must.
func errSignIn() error {
	return domain.E(domain.Unauthenticated, "this link was used or is too old; ask for a new one")
}

// UseLink turns a link into a sign-in, once.
func (s *Service) UseLink(ctx context.Context, secret string) (signIn string, sec Secret, err error) {
	now := s.Clock.Now()
	sec, err = s.Secrets.Update(ctx, hashed(secret), func(x *Secret) error {
		if x.Kind != "link" || !x.UsedAt.IsZero() || !now.Before(x.Expires) {
			return errSignIn()
		}
		x.UsedAt = now
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		err = errSignIn()
	}
	if err != nil {
		return "", Secret{}, err
	}
	life := SignInLife
	if sec.Person != "" {
		life = MemberLife
	}
	cmd := domain.Command{Actor: domain.Actor{ID: sec.User + sec.Person, Via: "web"}, Key: domain.Derive("sign_in", sec.ID)}
	signIn, err = s.make(ctx, cmd, Secret{Kind: "sign_in", User: sec.User, Process: sec.Process, Person: sec.Person, Expires: now.Add(life)})
	return signIn, sec, err
}

// SignedIn answers who holds the sign-in.
func (s *Service) SignedIn(ctx context.Context, signIn string) (domain.Actor, error) {
	return s.holder(ctx, "sign_in", signIn, "web")
}

// SignOut ends a sign-in.
func (s *Service) SignOut(ctx context.Context, signIn string) error {
	_, err := s.Secrets.Update(ctx, hashed(signIn), func(x *Secret) error {
		x.EndedAt = s.Clock.Now()
		return nil
	})
	return err
}

// Authenticate answers who holds the API token.
func (s *Service) Authenticate(ctx context.Context, token string) (domain.Actor, error) {
	return s.holder(ctx, "token", token, "api")
}

func (s *Service) holder(ctx context.Context, kind, secret, via string) (domain.Actor, error) {
	sec, err := s.Secrets.Get(ctx, hashed(secret))
	if domain.Is(err, domain.NotFound) {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "nobody is signed in with this; sign in again")
	}
	if err != nil {
		return domain.Actor{}, err
	}
	now := s.Clock.Now()
	if sec.Kind != kind || !sec.EndedAt.IsZero() || !sec.Expires.IsZero() && !now.Before(sec.Expires) {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "this sign-in or token has ended; sign in again")
	}
	if sec.Person != "" {
		return domain.MemberActor(sec.Process, sec.Person, via), nil
	}
	a, err := s.Actor(ctx, sec.User, via)
	a.Scopes = sec.Scopes
	return a, err
}

// Actor is the user as an actor through a door; unauthenticated when disabled.
func (s *Service) Actor(ctx context.Context, user, via string) (domain.Actor, error) {
	u, err := s.Users.Get(ctx, user)
	if err != nil {
		return domain.Actor{}, err
	}
	if u.Disabled {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "this user may no longer sign in; ask an administrator")
	}
	return domain.Actor{ID: u.ID, Name: u.Name, Grants: u.Grants, Via: via}, nil
}

// TokenInput describes an API token.
type TokenInput struct {
	User   string   `json:"user"`
	Name   string   `json:"name"`
	Scopes []string `json:"scopes,omitempty"` // permissions; empty: all the user's
	Days   int      `json:"days,omitempty"`   // life in days, default 365
}

// TokenView shows a token once.
type TokenView struct {
	ID      string    `json:"id"`
	Token   string    `json:"token"` // shown now and never again
	Name    string    `json:"name"`
	Expires time.Time `json:"expires"`
}

// MakeToken makes an API token of a user.
func (s *Service) MakeToken(ctx context.Context, cmd domain.Command, in TokenInput) (TokenView, error) {
	if err := s.manage(cmd.Actor); err != nil {
		return TokenView{}, err
	}
	p := domain.Problems{}
	_, err := s.Users.Get(ctx, in.User)
	if err != nil && !domain.Is(err, domain.NotFound) {
		return TokenView{}, err
	}
	p.Need(err == nil, "user", "there is no such user")
	p.Need(strings.TrimSpace(in.Name) != "", "name", "say what the token is for")
	p.Need(in.Days >= 0 && in.Days <= 730, "days", "1 to 730 days")
	for _, sc := range in.Scopes {
		p.Need(slices.Contains(domain.Permissions(), domain.Permission(sc)), "scopes", "there is no permission %q", sc)
	}
	if err := p.Err(); err != nil {
		return TokenView{}, err
	}
	if in.Days == 0 {
		in.Days = 365
	}
	if err := s.once(ctx, cmd, in.User); err != nil {
		return TokenView{}, err
	}
	expires := s.Clock.Now().AddDate(0, 0, in.Days)
	token, err := s.make(ctx, cmd, Secret{Kind: "token", User: in.User, Name: in.Name, Scopes: in.Scopes, Expires: expires})
	return TokenView{ID: hashed(token), Token: token, Name: in.Name, Expires: expires}, err
}

// once refuses a command that made a token before: the secret was shown then
// and is not kept, so a repeat can neither show it again nor mean another.
func (s *Service) once(ctx context.Context, cmd domain.Command, user string) error {
	_, err := s.Users.Update(ctx, user, func(u *User) error {
		if u.Done(cmd) {
			return domain.E(domain.Conflict, "this command made a token before, and a token is shown once; if it did not reach you, revoke it and make another under a new key")
		}
		u.Touch(cmd, s.Clock.Now())
		return nil
	})
	return err
}

// RevokeToken ends a token by its id.
func (s *Service) RevokeToken(ctx context.Context, cmd domain.Command, id string) error {
	if err := s.manage(cmd.Actor); err != nil {
		return err
	}
	_, err := s.Secrets.Update(ctx, id, func(x *Secret) error {
		if x.Kind != "token" {
			return domain.Hidden("token")
		}
		if !x.EndedAt.IsZero() {
			return domain.ErrNoChange
		}
		x.EndedAt = s.Clock.Now()
		x.Record(cmd, x.EndedAt, domain.Event{Chain: "installation", Action: "token.revoked", Subject: "users:" + x.User, Data: map[string]any{"secret": x.ID[:8]}})
		return nil
	})
	return err
}

// MakeSlackCode makes a one-time code that the user types in Slack to bind
// their account.
func (s *Service) MakeSlackCode(ctx context.Context, cmd domain.Command, user string) (string, error) {
	if err := s.manage(cmd.Actor); err != nil {
		return "", err
	}
	if _, err := s.Users.Get(ctx, user); err != nil {
		return "", err
	}
	return s.make(ctx, cmd, Secret{Kind: "slack_code", User: user, Expires: s.Clock.Now().Add(CodeLife)})
}

func bindingID(team, slackUser string) string { return "slack:" + team + ":" + slackUser }

// BindSlack ties a Slack account to the user that the code was made for.
func (s *Service) BindSlack(ctx context.Context, team, slackUser, code string) (domain.Actor, error) {
	now := s.Clock.Now()
	sec, err := s.Secrets.Update(ctx, hashed(strings.ToLower(strings.TrimSpace(code))), func(x *Secret) error {
		if x.Kind == "slack_code" && x.UsedBy == bindingID(team, slackUser) {
			return domain.ErrNoChange // the same account again: what was begun is finished
		}
		if x.Kind != "slack_code" || !x.UsedAt.IsZero() || !now.Before(x.Expires) {
			return errSignIn()
		}
		x.UsedAt, x.UsedBy = now, bindingID(team, slackUser)
		return nil
	})
	if domain.Is(err, domain.NotFound) {
		err = errSignIn()
	}
	if err != nil {
		return domain.Actor{}, err
	}
	actor, err := s.Actor(ctx, sec.User, "slack")
	if err != nil {
		return domain.Actor{}, err
	}
	cmd := domain.Command{Actor: actor, Key: domain.Derive("bind", sec.ID)}
	_, err = s.Secrets.Upsert(ctx, bindingID(team, slackUser), func() Secret {
		return Secret{Root: domain.Root{ID: bindingID(team, slackUser)}, Kind: "slack_binding"}
	}, func(x *Secret) error {
		if x.Done(cmd) {
			return domain.ErrNoChange
		}
		x.User, x.EndedAt = sec.User, time.Time{}
		x.Record(cmd, now, domain.Event{Chain: "installation", Action: "slack.bound", Subject: "users:" + sec.User})
		return nil
	})
	if err != nil {
		return domain.Actor{}, err
	}
	_, err = s.Users.Update(ctx, sec.User, func(u *User) error {
		if slices.ContainsFunc(u.Slack, func(b Binding) bool { return b.Team == team && b.User == slackUser }) {
			return domain.ErrNoChange
		}
		if len(u.Slack) >= 20 {
			return domain.E(domain.Conflict, "a user can have at most 20 Slack accounts")
		}
		u.Slack = append(u.Slack, Binding{Team: team, User: slackUser, At: now})
		return nil
	})
	return actor, err
}

// SlackActor answers the user bound to a Slack account; unauthenticated when
// none is.
func (s *Service) SlackActor(ctx context.Context, team, slackUser string) (domain.Actor, error) {
	sec, err := s.Secrets.Get(ctx, bindingID(team, slackUser))
	if domain.Is(err, domain.NotFound) || err == nil && !sec.EndedAt.IsZero() {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "your Slack account is not bound yet: ask an administrator for a code, then send /folkmoot bind CODE")
	}
	if err != nil {
		return domain.Actor{}, err
	}
	return s.Actor(ctx, sec.User, "slack")
}

// SlackUsers lists the Slack accounts of users who hold the role over the
// scope: whom a notice goes to.
func (s *Service) SlackUsers(ctx context.Context, role domain.Role, scope domain.Scope) ([]Binding, error) {
	var out []Binding
	for u, err := range s.Users.Find(ctx, domain.Query{Index: "name"}) {
		if err != nil {
			return nil, err
		}
		a := domain.Actor{ID: u.ID, Grants: u.Grants}
		if !u.Disabled && a.Holds(role, scope) {
			out = append(out, u.Slack...)
		}
	}
	return out, nil
}

// Sweep removes secrets that ended more than a week ago and answers how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	n := 0
	cut := s.Clock.Now().Add(-7 * 24 * time.Hour)
	for x, err := range s.Secrets.Find(ctx, domain.Query{Index: "expires", To: cut}) {
		if err != nil {
			return n, err
		}
		if len(x.Effects) > 0 {
			continue // not yet in the record
		}
		if err := s.Secrets.Delete(ctx, x.ID); err != nil && !errors.Is(err, context.Canceled) && !domain.Is(err, domain.NotFound) {
			return n, err
		}
		n++
	}
	return n, nil
}
