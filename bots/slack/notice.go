package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"folkmoot/domain"
)

// Notice is one post to one Slack account, written down before it is sent.
type Notice struct {
	domain.Root
	Process string            `json:"process"`
	Team    string            `json:"team"`
	To      string            `json:"to"`
	Kind    string            `json:"kind"`
	Subject string            `json:"subject"`
	Vars    map[string]string `json:"vars,omitempty"`
	State   string            `json:"state"` // written, tried, sent, refused
	TS      string            `json:"ts,omitempty"`
	Problem string            `json:"problem,omitempty"`
}

// Notices declares how notices are kept.
var Notices = domain.Collection[Notice]{
	Name: "notices", Schema: 1, Shard: "id",
	Indexes: []domain.Index{{Name: "process", Fields: []string{"process", "created"}}},
	Keys:    func(n *Notice) map[string]any { return map[string]any{"process": n.Process, "created": n.CreatedAt} },
}

// metadataEvent names our posts in Slack's message metadata.
const metadataEvent = "folkmoot_notice"

// Execute sends the notice of an effect to every bound account of the role.
// Executed again it sends only what is not yet known to be sent.
func (b *Bot) Execute(ctx context.Context, e domain.Effect) error {
	var d domain.NoticeData
	if err := e.Decode(&d); err != nil {
		return err
	}
	to, err := b.Access.SlackUsers(ctx, d.Role, domain.Scope{Body: d.Body, Process: d.Process})
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range to {
		id := domain.Derive("notice", e.ID, t.Team, t.User)
		n, err := b.Notices.Upsert(ctx, id, func() Notice {
			return Notice{Root: domain.Root{ID: id, CreatedAt: b.Clock.Now()}, Process: d.Process, Team: t.Team,
				To: t.User, Kind: d.Kind, Subject: d.Subject, Vars: d.Vars, State: "written"}
		}, func(n *Notice) error {
			if n.Version > 0 {
				return domain.ErrNoChange
			}
			return nil
		})
		if err != nil {
			return err
		}
		errs = append(errs, b.send(ctx, n))
	}
	return errors.Join(errs...)
}

func (b *Bot) send(ctx context.Context, n Notice) error {
	if b.Client == nil || n.State == "sent" || n.State == "refused" {
		return nil
	}
	if n.State == "tried" {
		ts, err := b.find(ctx, n)
		if err != nil || ts != "" {
			return errors.Join(err, b.mark(ctx, n.ID, "sent", ts, ""))
		}
	}
	if err := b.mark(ctx, n.ID, "tried", "", ""); err != nil {
		return err
	}
	text, blocks := b.words(n)
	_, ts, err := b.Client.PostMessageContext(ctx, n.To, slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataEvent, EventPayload: map[string]any{"id": n.ID}}))
	var refused slack.SlackErrorResponse
	switch {
	case err == nil:
		return b.mark(ctx, n.ID, "sent", ts, "")
	case errors.As(err, &refused):
		b.Log.WarnContext(ctx, "slack refused a notice", "notice", n.ID, "problem", refused.Err)
		return b.mark(ctx, n.ID, "refused", "", refused.Err)
	}
	return domain.E(domain.Unavailable, "Slack is away").Because(err)
}

// find looks for a post of ours whose answer got lost.
func (b *Bot) find(ctx context.Context, n Notice) (string, error) {
	ch, _, _, err := b.Client.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{n.To}})
	if err != nil {
		return "", domain.E(domain.Unavailable, "Slack is away").Because(err)
	}
	h, err := b.Client.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: ch.ID, IncludeAllMetadata: true, Limit: 100,
		Oldest: fmt.Sprintf("%d", n.CreatedAt.Add(-time.Hour).Unix()),
	})
	if err != nil {
		return "", domain.E(domain.Unavailable, "Slack is away").Because(err)
	}
	for _, m := range h.Messages {
		if m.Metadata.EventType == metadataEvent && m.Metadata.EventPayload["id"] == n.ID {
			return m.Timestamp, nil
		}
	}
	return "", nil
}

func (b *Bot) mark(ctx context.Context, id, state, ts, problem string) error {
	_, err := b.Notices.Update(ctx, id, func(n *Notice) error {
		n.State, n.TS, n.Problem, n.UpdatedAt = state, ts, problem, b.Clock.Now()
		return nil
	})
	return err
}

// Key names a recommendation of a process, as buttons and modals carry it.
func Key(process, recommendation string) string { return process + ":" + recommendation }

// day is the date of a time as notices carry it, or what it is otherwise.
func day(s string) string {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Format("2 January 2006")
	}
	return s
}

// words says what is owed, by whom, by when, and the one thing to press.
func (b *Bot) words(n Notice) (string, []slack.Block) {
	v := func(k string) string { return escape(n.Vars[k]) }
	link := b.BaseURL + "/staff/processes/" + n.Process
	var text string
	switch n.Kind {
	case "response_due":
		text = fmt.Sprintf("*%s*: a response to recommendation %s is due on %s.", v("process"), v("number"), v("due"))
	case "response_overdue":
		text = fmt.Sprintf("*%s*: the response to recommendation %s was due on %s. The public page says it is overdue.", v("process"), v("number"), v("due"))
	case "action_overdue":
		text = fmt.Sprintf("*%s*: the action “%s” has had no update since %s. The public page says so.", v("process"), v("action"), v("since"))
	case "decision_due":
		text = fmt.Sprintf("*%s*: the decision promised on recommendation %s is due on %s.", v("process"), v("number"), v("due"))
	case "decision_overdue":
		text = fmt.Sprintf("*%s*: the decision promised on recommendation %s was due on %s. The public page says it is overdue.", v("process"), v("number"), v("due"))
	case "action_not_verified":
		text = fmt.Sprintf("*%s*: somebody looked, and the action “%s” is not done yet. The public page says so.", v("process"), v("action"))
	case "progress_due":
		text = fmt.Sprintf("*%s*: a progress report is due on %s.", v("process"), v("due"))
	case "progress_overdue":
		text = fmt.Sprintf("*%s*: a progress report was due on %s. The public page says it is overdue.", v("process"), v("due"))
	case "override":
		text = fmt.Sprintf("A guard was overridden on the way to the stage *%s* (%s unmet). The reason is in the record.", v("stage"), v("count"))
	case "queue_danger":
		text = "A message from a resident may be about danger. It stands at the top of the queue: please read it now."
	case "report_published":
		text = fmt.Sprintf("The jury has reported: %s recommendations. Each is owed a response with its reason by %s.", v("count"), day(v("due")))
	case "question_overdue":
		text = "A member's question has no answer although one was promised: " + v("owner") + " owes it."
	case "erasure_requested":
		text = "Somebody in the process asks that their details be erased. A person must check who asks, and answer within a month."
	case "retention_started":
		text = "The clock has started that says how long personal data is kept. The plan stands under the process; what is due is listed to you before it is erased."
	case "retention_listed":
		text = fmt.Sprintf("%s records of the kind *%s* are listed to be erased on %s. Look at the list; it can be put off with a reason.", v("count"), v("kind"), day(v("date")))
	case "wave_stuck":
		text = "Messages to many people have stopped: a text for them cannot be written. Open the process to see which."
	case "queue":
		text = "A message from a resident waits for a person."
	default:
		text = "There is news of your process: " + escape(n.Kind) + "."
	}
	blocks := []slack.Block{slack.NewSectionBlock(markdown(text), nil, nil)}
	if rec := n.Vars["recommendation"]; rec != "" {
		blocks = append(blocks, slack.NewActionBlock("", slack.NewButtonBlockElement(actionRespond, Key(n.Process, rec), plain("Respond"))))
	}
	blocks = append(blocks, slack.NewContextBlock("", markdown("<"+link+"|Open in Folkmoot>")))
	return text, blocks
}
