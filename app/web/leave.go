package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// LeavePath is the page by which a mailbox wants no more emails of a process.
// Whoever has the link may; it holds no personal data.
func LeavePath(process, mailbox string) string {
	return "/leave/" + url.PathEscape(process) + "/" + url.PathEscape(mailbox)
}

// leavePages are the page that an email's last line leads to.
func leavePages(s Services) []Page {
	return []Page{
		open(get("/leave/:process/:mailbox", s.leaveForm)),
		open(post("/leave/:process/:mailbox/stop", s.leaveNow)),
		open(post("/leave/:process/:mailbox/again", s.leaveNot)),
	}
}

type leavePage struct {
	P    domain.ProcessRef
	Path string
	Left bool
}

func (s Services) leaveForm(ctx context.Context, r *Request) (Reply, error) {
	process, mailbox := r.Param("process"), r.Param("mailbox")
	p, err := s.Process.Ref(ctx, process)
	if err != nil {
		return Reply{}, err
	}
	left, err := s.Outreach.HasLeft(ctx, process, mailbox)
	return Show("public/leave", "Emails from "+p.ShortName, leavePage{P: p, Path: LeavePath(process, mailbox), Left: left}), err
}

func (s Services) leaveNow(ctx context.Context, r *Request) (Reply, error) {
	return s.steerMail(ctx, r, s.Outreach.Leave)
}
func (s Services) leaveNot(ctx context.Context, r *Request) (Reply, error) {
	return s.steerMail(ctx, r, s.Outreach.Return)
}

func (s Services) steerMail(ctx context.Context, r *Request, do func(context.Context, domain.Command, string, string) error) (Reply, error) {
	cmd := r.Command()
	cmd.Actor = public // the link counts, whoever is signed in on this device
	if err := do(ctx, cmd, r.Param("process"), r.Param("mailbox")); err != nil {
		return Reply{}, err
	}
	return Go(LeavePath(r.Param("process"), r.Param("mailbox"))), nil
}

// MountLeaving takes the one click of mail programs (RFC 8058): a POST of
// their own to the page's address, without cookies or Origin, that must not be
// redirected.
func (s *Site) MountLeaving(app *fiber.App, o *outreach.Service) {
	app.Post("/leave/:process/:mailbox", func(c *fiber.Ctx) error {
		if err := s.Limiter.Allow(httpx.ClientIP(c.UserContext())); err != nil {
			return err
		}
		process, err := httpx.Path(c, "process")
		if err != nil {
			return err
		}
		mailbox, err := httpx.Path(c, "mailbox")
		if err != nil {
			return err
		}
		form, err := httpx.Form(c)
		if err != nil {
			return err
		}
		if form.Get("List-Unsubscribe") != "One-Click" {
			return domain.E(domain.Invalid, "say List-Unsubscribe=One-Click to get no more of these emails")
		}
		cmd := domain.Command{Actor: domain.PublicActor("mail"), Key: domain.Derive("leave", process, mailbox)}
		if err := o.Leave(c.UserContext(), cmd, process, mailbox); err != nil {
			return err
		}
		return c.Status(http.StatusOK).SendString("You will get no more of these emails.\n")
	})
}
