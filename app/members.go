package main

import (
	"context"

	"folkmoot/app/web"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/people"
)

// seating is people as the texts' dispatcher uses them: whoever has taken a
// seat is sent the link to their own page, where alone bank details are asked
// for.
type seating struct {
	*people.Service
	h *house
}

// Onboard marks a confirmed person as ready, and sends them their page.
func (s seating) Onboard(ctx context.Context, cmd domain.Command, id string, in people.StepInput) (people.Person, error) {
	p, err := s.Service.Onboard(ctx, cmd, id, in)
	if err != nil {
		return p, err
	}
	if err := s.h.sendDetails(ctx, cmd, p); err != nil {
		return p, err
	}
	return p, s.h.sendPage(ctx, cmd, p)
}

// sendDetails tells whoever joins after all others were told where and when
// to come.
func (h *house) sendDetails(ctx context.Context, cmd domain.Command, p people.Person) error {
	ref, err := h.known.Ref(ctx, p.Process)
	if err != nil || !ref.Stage.Reached(domain.Convened) || ref.Stage.Reached(domain.Reporting) {
		return err
	}
	_, err = h.outreach.Send(ctx, cmd.Sub("details"), domain.MessageData{
		Process: p.Process, Person: p.ID, Template: "practical_details", Class: domain.ClassService,
	})
	return err
}

// memberPages sends people the link to their own page.
type memberPages struct{ h *house }

// SendPage sends it to the person's own number or address, and to nobody
// else: who asks for it never sees it.
func (m memberPages) SendPage(ctx context.Context, cmd domain.Command, id string) error {
	p, err := m.h.people.Get(ctx, cmd.Actor, id)
	if err != nil {
		return err
	}
	return m.h.sendPage(ctx, cmd, p)
}

func (h *house) sendPage(ctx context.Context, cmd domain.Command, p people.Person) error {
	cmd = cmd.Sub("page/" + p.ID)
	cmd.Actor = domain.SystemActor("sms")
	secret, err := h.access.MakeMemberLink(ctx, cmd, p.Process, p.ID)
	if err != nil {
		return err
	}
	_, err = h.outreach.Send(ctx, cmd, domain.MessageData{
		Process: p.Process, Person: p.ID, Template: "member_link", Class: domain.ClassService,
		Vars:    map[string]string{"page": h.cfg.BaseURL + web.SignInPath(secret)},
		Expires: h.clock.Now().Add(access.MemberLinkLife),
	})
	return err
}
