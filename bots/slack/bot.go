package slack

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"folkmoot/domain"
	"folkmoot/domain/access"
)

// Owed is a response that is owed, as the commissioner sees it.
type Owed struct {
	Recommendation string // id
	Process        string // id
	ProcessName    string
	Number         string // of the recommendation in the report
	Text           string
	Due            time.Time
	Overdue        bool
	Zone           *time.Location
}

// Answer is a response as typed into the modal.
type Answer struct {
	Outcome  string
	Reason   string
	Owner    string
	Due      string // date, YYYY-MM-DD, or empty
	Evidence string
}

// Responses is what the bot asks of the service of responses. Problems come
// back as domain.Error with Fields named outcome, reason, owner, due,
// evidence.
type Responses interface {
	Owed(ctx context.Context, actor domain.Actor) ([]Owed, error)
	Get(ctx context.Context, actor domain.Actor, recommendation string) (Owed, error)
	Respond(ctx context.Context, cmd domain.Command, recommendation string, in Answer) error
}

// Access says who a Slack account is.
type Access interface {
	BindSlack(ctx context.Context, team, user, code string) (domain.Actor, error)
	SlackActor(ctx context.Context, team, user string) (domain.Actor, error)
	SlackUsers(ctx context.Context, role domain.Role, scope domain.Scope) ([]access.Binding, error)
}

// Deps is what the bot needs.
type Deps struct {
	Secrets   []string // signing secrets, two during rotation
	Client    *slack.Client
	Access    Access
	Responses Responses
	Notices   domain.Repository[Notice]
	Clock     domain.Clock
	Machine   domain.Clock // for the signature's window
	BaseURL   string       // of this installation, for links
	Log       *slog.Logger
}

// Bot answers Slack.
type Bot struct{ Deps }

// New makes the bot.
func New(d Deps) *Bot {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Bot{d}
}

// Request is a webhook as it arrived.
type Request struct {
	Timestamp string // X-Slack-Request-Timestamp
	Signature string // X-Slack-Signature
	Body      []byte // raw
}

func (b *Bot) verify(r Request) error {
	return Verify(b.Secrets, r.Timestamp, r.Signature, r.Body, b.Machine.Now())
}

// Command answers a slash command with a message for its sender alone.
func (b *Bot) Command(ctx context.Context, r Request) (any, error) {
	if err := b.verify(r); err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil || form.Get("team_id") == "" || form.Get("user_id") == "" {
		return nil, domain.E(domain.Invalid, "this is not a slash command's form")
	}
	team, user := form.Get("team_id"), form.Get("user_id")
	word, rest, _ := strings.Cut(strings.TrimSpace(form.Get("text")), " ")
	switch strings.ToLower(word) {
	case "bind":
		return b.bind(ctx, team, user, rest), nil
	case "owed", "":
		return b.owed(ctx, team, user), nil
	}
	return private("I know two words: *owed* shows what you owe and by when; *bind CODE* ties this Slack account to your Folkmoot user."), nil
}

func (b *Bot) bind(ctx context.Context, team, user, code string) any {
	actor, err := b.Access.BindSlack(ctx, team, user, code)
	if err != nil {
		return private(b.say(ctx, err))
	}
	return private("This Slack account now belongs to " + actor.Name + " in Folkmoot. Send /folkmoot owed to see what is owed.")
}

func (b *Bot) owed(ctx context.Context, team, user string) any {
	actor, err := b.Access.SlackActor(ctx, team, user)
	if err != nil {
		return private(b.say(ctx, err))
	}
	list, err := b.Responses.Owed(ctx, actor)
	if err != nil {
		return private(b.say(ctx, err))
	}
	if len(list) == 0 {
		return private("Nothing is owed: every recommendation that you answer for has a published response.")
	}
	return slack.Msg{ResponseType: "ephemeral", Text: "What you owe", Blocks: slack.Blocks{BlockSet: owedBlocks(list)}}
}

// Interaction answers a button or a modal. What it answers goes back to Slack
// as the body, nil as an empty one.
func (b *Bot) Interaction(ctx context.Context, r Request) (any, error) {
	if err := b.verify(r); err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return nil, domain.E(domain.Invalid, "this is not an interaction's form")
	}
	var in slack.InteractionCallback
	if err := json.Unmarshal([]byte(form.Get("payload")), &in); err != nil {
		return nil, domain.E(domain.Invalid, "the payload is not an interaction")
	}
	switch in.Type {
	case slack.InteractionTypeBlockActions:
		return b.pressed(ctx, in)
	case slack.InteractionTypeViewSubmission:
		return b.submitted(ctx, in)
	}
	return nil, nil
}

// pressed opens the response modal.
func (b *Bot) pressed(ctx context.Context, in slack.InteractionCallback) (any, error) {
	for _, a := range in.ActionCallback.BlockActions {
		if a.ActionID != actionRespond {
			continue
		}
		view := b.modalFor(ctx, in, a.Value)
		if _, err := b.Client.OpenViewContext(ctx, in.TriggerID, view); err != nil {
			b.Log.WarnContext(ctx, "slack did not open the modal", "err", err)
			return nil, domain.E(domain.Unavailable, "Slack did not open the form; press the button again").Because(err)
		}
	}
	return nil, nil
}

func (b *Bot) modalFor(ctx context.Context, in slack.InteractionCallback, rec string) slack.ModalViewRequest {
	actor, err := b.Access.SlackActor(ctx, in.Team.ID, in.User.ID)
	if err != nil {
		return messageModal(b.say(ctx, err))
	}
	o, err := b.Responses.Get(ctx, actor, rec)
	if err != nil {
		return messageModal(b.say(ctx, err))
	}
	return responseModal(o, b.BaseURL)
}

// submitted records the response; what is wrong goes back beside its field.
func (b *Bot) submitted(ctx context.Context, in slack.InteractionCallback) (any, error) {
	if in.View.CallbackID != callbackResponse {
		return nil, nil
	}
	actor, err := b.Access.SlackActor(ctx, in.Team.ID, in.User.ID)
	if err != nil {
		return errorsAnswer(map[string]string{"reason": b.say(ctx, err)}), nil
	}
	cmd := domain.Command{Actor: actor, Key: domain.Derive("slack", in.Team.ID, in.View.ID, in.View.Hash)}
	err = b.Responses.Respond(ctx, cmd, in.View.PrivateMetadata, answerOf(in.View.State))
	if err == nil {
		return updateAnswer(messageModal("Recorded. The response is published with its reason, and the jury is told by text message.")), nil
	}
	return errorsAnswer(b.fieldErrors(ctx, err)), nil
}

// say turns an error into words for a person in Slack; the rest is logged.
func (b *Bot) say(ctx context.Context, err error) string {
	switch domain.CodeOf(err) {
	case domain.Internal:
		b.Log.ErrorContext(ctx, "slack request failed", "err", err)
		return "Something went wrong on our side. Nothing was recorded; please try again, or use the web page."
	case domain.Unavailable:
		return "Folkmoot cannot reach its store just now. Nothing was recorded; please try again in a minute."
	}
	return wordsOf(err)
}
