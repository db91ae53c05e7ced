package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"folkmoot/app/store"
	"folkmoot/bots/slack"
	"folkmoot/bots/slack/workspace"
	"folkmoot/domain"
	"folkmoot/domain/accountability"
)

// wireSlack makes the bot: for the real Slack, or beside simulated phones for
// a simulated workspace on this machine.
func (h *house) wireSlack() error {
	notices := store.Open(h.store, slack.Notices)
	d := slack.Deps{
		Access: h.access, Responses: responses{h}, Notices: notices, Clock: h.clock, BaseURL: h.cfg.BaseURL, Log: h.log,
		Machine: domain.ClockFunc(h.parts.machine), Secrets: []string{h.cfg.Slack.SigningSecret.Reveal()},
	}
	switch {
	case h.cfg.SlackOn() && h.cfg.Slack.BotToken != "":
		d.Client = slackgo.New(h.cfg.Slack.BotToken.Reveal(), slackgo.OptionAPIURL(h.cfg.Slack.APIURL))
	case h.network != nil:
		address := h.parts.workspaceURL
		if h.workspace == nil {
			var err error
			if address, err = h.openWorkspace(); err != nil {
				return err
			}
		}
		d.Client = slackgo.New(workspaceToken, slackgo.OptionAPIURL(address))
		if d.Secrets[0] == "" {
			d.Secrets[0] = rand.Text()
		}
	}
	h.slack = slack.New(d)
	return nil
}

// workspaceToken opens the simulated workspace, which listens on loopback
// alone and holds no secret.
const workspaceToken = "xoxb-simulated"

// openWorkspace serves a simulated Slack on a free port of this machine.
func (h *house) openWorkspace() (address string, err error) {
	h.workspace = workspace.New(workspaceToken, time.Now)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("opening the simulated Slack: %w", err)
	}
	server := &http.Server{Handler: h.workspace, ReadHeaderTimeout: 5 * time.Second}
	h.opened = append(h.opened, server)
	go func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			h.log.Error("the simulated Slack ended", "err", err)
		}
	}()
	return "http://" + ln.Addr().String() + "/api/", nil
}

// responses is the service of responses as the bot sees it.
type responses struct{ h *house }

// Owed lists the responses that the actor may record and that are not
// published, overdue ones first.
func (r responses) Owed(ctx context.Context, actor domain.Actor) ([]slack.Owed, error) {
	refs, err := r.h.known.list(ctx)
	if err != nil {
		return nil, err
	}
	var late, due []slack.Owed
	for _, ref := range refs {
		if !domain.May(actor, domain.Respond, ref.Scope()) {
			continue
		}
		views, err := r.h.accountability.Responses(ctx, actor, ref.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range views {
			switch {
			case v.Current != nil:
			case v.Overdue:
				late = append(late, owed(ref, v))
			default:
				due = append(due, owed(ref, v))
			}
		}
	}
	return append(late, due...), nil
}

func owed(ref domain.ProcessRef, v accountability.ResponseView) slack.Owed {
	return slack.Owed{
		Recommendation: slack.Key(ref.ID, v.Recommendation), Process: ref.ID, ProcessName: ref.ShortName,
		Number: strconv.Itoa(v.Number), Text: v.Title, Due: v.Due, Overdue: v.Overdue, Zone: ref.Location(),
	}
}

// Get answers one response that is owed.
func (r responses) Get(ctx context.Context, actor domain.Actor, key string) (slack.Owed, error) {
	process, rec, _ := strings.Cut(key, ":")
	ref, err := r.h.known.Ref(ctx, process)
	if err != nil {
		return slack.Owed{}, domain.Hidden("recommendation")
	}
	if err := domain.Authorize(actor, domain.Respond, ref.Scope()); err != nil {
		return slack.Owed{}, err
	}
	v, err := r.h.accountability.Response(ctx, actor, process, rec)
	return owed(ref, v), err
}

// Respond publishes the response.
func (r responses) Respond(ctx context.Context, cmd domain.Command, key string, in slack.Answer) error {
	process, rec, _ := strings.Cut(key, ":")
	ref, err := r.h.known.Ref(ctx, process)
	if err != nil {
		return domain.Hidden("recommendation")
	}
	answer, err := answerOf(in, ref.Location(), r.h.clock.Now())
	if err != nil {
		return err
	}
	_, err = r.h.accountability.PublishResponse(ctx, cmd, process, rec, &answer)
	return slackFields(err)
}

// answerOf turns what was typed into a response of its outcome.
func answerOf(in slack.Answer, zone *time.Location, now time.Time) (accountability.Answer, error) {
	a := accountability.Answer{Outcome: accountability.Outcome(in.Outcome), Reason: in.Reason}
	var by time.Time
	if in.Due != "" {
		t, err := time.ParseInLocation(time.DateOnly, in.Due, zone)
		if err != nil {
			return a, domain.Problems{"due": "choose a date"}.Err()
		}
		by = domain.Milli(t.Add(17 * time.Hour))
	}
	switch in.Outcome {
	case "accept", "accept_in_part":
		a.By, a.Accepted = by, in.Evidence
		if in.Owner != "" {
			a.Owner = &accountability.Owner{Post: in.Owner}
		}
	case "already_doing":
		if in.Evidence != "" {
			a.Evidence = &accountability.Evidence{Title: in.Evidence, Link: in.Evidence, Dated: by}
		}
	case "consider_further":
		a.Decision = by
	case "refer_to_other_body":
		if in.Evidence != "" {
			a.Other = &accountability.Other{Body: in.Evidence, Sent: now}
		}
	}
	return a, nil
}

// slackFields renames the fields of a response to those of the modal.
func slackFields(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	names := map[string]string{
		"by": "due", "decision": "due", "owner.post": "owner", "accepted": "evidence",
		"evidence.title": "evidence", "evidence.link": "evidence", "evidence.dated": "due",
		"other": "evidence", "other.body": "evidence", "other.sent": "evidence",
	}
	out := *e
	out.Fields = map[string]string{}
	for f, msg := range e.Fields {
		if n, ok := names[f]; ok {
			f = n
		}
		out.Fields[f] = msg
	}
	return &out
}
