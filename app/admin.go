package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"folkmoot/app/web"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/process"
	"folkmoot/domain/retention"
)

// adminCmd is what the operator of the installation does on its machine,
// beside the running service or without it.
type adminCmd struct {
	Users     adminUsers     `cmd:"" help:"List users and their roles."`
	Body      adminBody      `cmd:"" help:"Add a public body; its processes are proposed by its organisers and commissioners."`
	User      adminUser      `cmd:"" help:"Add a user with a role."`
	Role      adminRole      `cmd:"" help:"Give a user a further role, or take all their roles away."`
	Link      adminLink      `cmd:"" help:"Make a one-time sign-in link."`
	Token     adminToken     `cmd:"" help:"Make an API token."`
	Revoke    adminRevoke    `cmd:"" help:"Revoke an API token by its id."`
	SlackCode adminSlackCode `cmd:"" help:"Make a one-time code that binds a Slack account."`
	Hold      adminHold      `cmd:"" help:"Place or lift a legal hold: while it lies, nothing of the process is erased."`
	Disclose  adminDisclose  `cmd:"" help:"Write what is held on a person (subject access) or a process (freedom of information), redacted."`
}

// operator is who acts at the machine itself.
func operator() domain.Command {
	return domain.Command{
		Actor: domain.Actor{ID: "operator", Name: "Operator", Via: "command", Grants: []domain.Grant{{Role: domain.Administrator}, {Role: domain.System}}},
		Key:   rand.Text(),
	}
}

// atHome opens the installation for one piece of work. What must follow from
// it is done before it returns, unless a running service was faster.
func atHome(ctx context.Context, st *streams, work func(h *house) error) error {
	cfg, err := loadSettings(st)
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, cfg, newLog(st.err, cfg.Telemetry))
	if err != nil {
		return err
	}
	err = work(h)
	if err == nil {
		_, err = h.relay.Drain(ctx, h.clock.Now())
	}
	return errors.Join(explain(err), h.close())
}

// explain writes every field and missing item of an error out.
func explain(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	var b strings.Builder
	b.WriteString(e.Msg)
	for _, f := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(&b, "\n  %s: %s", f, e.Fields[f])
	}
	return errors.New(b.String())
}

type adminUsers struct{}

// Run lists users.
func (*adminUsers) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		for after, more := domain.Cursor(""), true; more; more = after != "" {
			var us []access.UserView
			var err error
			if us, after, err = h.access.ListUsers(ctx, operator().Actor, 200, after); err != nil {
				return err
			}
			for _, u := range us {
				fmt.Fprintf(st.out, "%s  %s%s\n", u.ID, u.Name, grantWords(u))
			}
		}
		return nil
	})
}

func grantWords(u access.UserView) string {
	var b strings.Builder
	if u.Disabled {
		b.WriteString("  (may not sign in)")
	}
	for _, g := range u.Grants {
		b.WriteString("  " + string(g.Role))
		if g.Body+g.Process != "" {
			b.WriteString(" over " + g.Body + g.Process)
		}
	}
	return b.String()
}

// grantFlags name a role and what it is over.
type grantFlags struct {
	Role    string `help:"administrator, organiser, confirmation_caller, facilitator, oversight, commissioner or evaluator." required:""`
	Body    string `help:"Id of the body it is over."`
	Process string `help:"Id of the process it is over."`
}

func (g grantFlags) grant() domain.Grant {
	return domain.Grant{Role: domain.Role(g.Role), Body: g.Body, Process: g.Process}
}

type adminBody struct {
	Name    string `arg:"" help:"The body's full name."`
	Kind    string `help:"integrated_care_board, nhs_trust, health_board, hsc_trust, council, community_planning_partnership, government_department, patient_participation_group or other." required:""`
	Profile string `help:"Law and practice that it works under: england_nhs, council, scotland, wales or northern_ireland_hsc, or one of your own." required:""`
	Phone   string `help:"Public phone line that can confirm a text is real." required:""`
	Website string `help:"Its website."`
}

// Run adds the body and prints its id.
func (c *adminBody) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		b, err := h.process.CreateBody(ctx, operator(), process.BodyInput{Name: c.Name, Kind: c.Kind, Profile: c.Profile, Zone: h.cfg.TimeZone, Phone: c.Phone, Website: c.Website})
		if err != nil {
			return err
		}
		fmt.Fprintln(st.out, b.ID)
		return nil
	})
}

type adminUser struct {
	Name string `arg:"" help:"The person's name; it stands in the record for what they do."`
	grantFlags
}

// Run adds the user and prints a link to sign in with.
func (c *adminUser) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		u, err := h.access.CreateUser(ctx, operator(), access.UserInput{Name: c.Name, Grants: []domain.Grant{c.grant()}})
		if err != nil {
			return err
		}
		fmt.Fprintln(st.out, u.ID)
		return h.printLink(ctx, st, u.ID)
	})
}

func (h *house) printLink(ctx context.Context, st *streams, user string) error {
	link, err := h.access.MakeLink(ctx, operator(), user)
	if err != nil {
		return err
	}
	fmt.Fprintf(st.out, "%s%s\nworks once, within %s\n", h.cfg.BaseURL, web.SignInPath(link), access.LinkLife)
	return nil
}

type adminRole struct {
	User    string `arg:"" help:"Id of the user."`
	Role    string `help:"The further role, as for a new user." xor:"what" required:""`
	None    bool   `help:"Take every role away and end all sign-ins instead." xor:"what" required:""`
	Body    string `help:"Id of the body it is over."`
	Process string `help:"Id of the process it is over."`
}

// Run sets the roles.
func (c *adminRole) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		u, err := h.users.Get(ctx, c.User)
		if err != nil {
			return err
		}
		in := access.GrantsInput{Disabled: c.None}
		if !c.None {
			in.Grants = append(u.Grants, domain.Grant{Role: domain.Role(c.Role), Body: c.Body, Process: c.Process})
		}
		v, err := h.access.SetGrants(ctx, operator(), c.User, in)
		if err == nil {
			fmt.Fprintf(st.out, "%s  %s%s\n", v.ID, v.Name, grantWords(v))
		}
		return err
	})
}

type adminLink struct {
	User string `arg:"" help:"Id of the user."`
}

// Run prints the link.
func (c *adminLink) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error { return h.printLink(ctx, st, c.User) })
}

type adminToken struct {
	User   string   `arg:"" help:"Id of the user."`
	Name   string   `help:"What it is for." required:""`
	Scopes []string `help:"Permissions it is limited to, such as process.view."`
	Days   int      `help:"Days that it lives." default:"365"`
}

// Run prints the token, once.
func (c *adminToken) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		t, err := h.access.MakeToken(ctx, operator(), access.TokenInput{User: c.User, Name: c.Name, Scopes: c.Scopes, Days: c.Days})
		if err == nil {
			fmt.Fprintf(st.out, "%s\nid %s, until %s; it is not shown again\n", t.Token, t.ID, t.Expires.Format(time.DateOnly))
		}
		return err
	})
}

type adminRevoke struct {
	Token string `arg:"" help:"Id of the token."`
}

// Run revokes it.
func (c *adminRevoke) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error { return h.access.RevokeToken(ctx, operator(), c.Token) })
}

type adminSlackCode struct {
	User string `arg:"" help:"Id of the user."`
}

// Run prints the code.
func (c *adminSlackCode) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		code, err := h.access.MakeSlackCode(ctx, operator(), c.User)
		if err == nil {
			fmt.Fprintf(st.out, "/folkmoot bind %s\nto be sent in Slack within %s\n", code, access.CodeLife)
		}
		return err
	})
}

type adminHold struct {
	Process string `arg:"" help:"Id of the process."`
	Person  string `help:"Id of one person, instead of everybody in the process."`
	Reason  string `help:"The case, not a person; it is recorded and shown." required:""`
	Lift    bool   `help:"Lift the hold instead."`
}

// Run places or lifts the hold.
func (c *adminHold) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		if c.Lift {
			_, err := h.retention.ReleaseHold(ctx, operator(), c.Process, retention.ReleaseInput{Person: c.Person, Reason: c.Reason})
			return err
		}
		_, err := h.retention.PlaceHold(ctx, operator(), c.Process, retention.HoldInput{Person: c.Person, Reason: c.Reason})
		return err
	})
}

func writeJSON(st *streams, dir, name string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintln(st.out, path)
	return err
}
