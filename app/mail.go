package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"folkmoot/app/web"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// openMail opens what emails leave by; nothing where they are not set up.
func (h *house) openMail() error {
	switch h.cfg.MailGateway() {
	case "simulated":
		if h.post == nil {
			h.post = gateway.NewPost(h.clock.Now)
		}
		h.mailers = []gateway.Sender{h.post}
	case "smtp":
		g, err := openSMTP(h.cfg.Mail)
		if err != nil {
			return err
		}
		h.mailers = []gateway.Sender{g}
	case "notify":
		h.mailers = []gateway.Sender{gateway.NotifyMail{Notify: h.notify(&http.Client{Timeout: gatewayTimeout})}}
	}
	return nil
}

func openSMTP(c config.Mail) (*gateway.SMTP, error) {
	return gateway.NewSMTP(gateway.SMTPConfig{
		Address: c.Server, TLS: c.TLS, User: c.User, Password: c.Password.Reveal(), From: c.From, ReplyTo: c.ReplyTo, Now: time.Now,
	})
}

// receivers are the gateways that may call us: those of texts, and Notify for
// its reports about emails.
func (h *house) receivers() []gateway.Gateway {
	out := h.gateways
	for _, g := range h.gateways {
		if g.Name() == "notify" {
			return out
		}
	}
	for _, g := range h.mailers {
		if n, ok := g.(gateway.NotifyMail); ok {
			out = append(out[:len(out):len(out)], n.Notify)
		}
	}
	return out
}

// newMailbox makes the outbox of emails.
func (h *house) newMailbox() *sms.Outbox {
	rate := h.cfg.Mail.Rate
	if h.post != nil {
		rate = 0
	}
	return sms.NewOutbox(sms.OutboxDeps{
		Outreach: h.outreach, Gateways: h.mailers, Lanes: outreach.MailLanes, Clock: h.clock, Log: h.log, Worker: h.holder,
		Count: h.metrics.Count, PartsPerSecond: rate,
	})
}

// leaving is the address by which a mailbox wants no more emails of a process.
func (h *house) leaving(process, mailbox string) string {
	return h.cfg.BaseURL + web.LeavePath(process, mailbox)
}

// pageOf is the way to what an email asks its reader to do: an invitee's
// registration, or a member's own page by a link that works once. What goes to
// everybody needs none.
func (h *house) pageOf(desk *sms.Desk) func(context.Context, outreach.Note) (string, error) {
	return func(ctx context.Context, n outreach.Note) (string, error) {
		flow := desk.Flow(n.Template)
		// Members are asked, when it is published, whether the response answers them.
		if flow == flows.Confirm || flow == flows.Serve || n.Template == "response_published" {
			cmd := domain.Command{Actor: domain.SystemActor("mail"), Key: domain.Derive("mail", n.Person, n.Template)}
			secret, err := h.access.MakeMemberLink(ctx, cmd, n.Process.ID, n.Person)
			return h.cfg.BaseURL + web.SignInPath(secret), err
		}
		if n.Code != "" && (n.Template == "invitation" || n.Template == "reminder") {
			return h.cfg.BaseURL + "/j/" + url.PathEscape(n.Code), nil
		}
		return "", nil
	}
}
