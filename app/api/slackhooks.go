package api

import (
	"context"
	"encoding/json"
	"net/http"

	"folkmoot/bots/slack"
)

// SlackWebhooks are the doors that Slack calls: slash commands and
// interactivity. The bot checks the signature over the raw body first.
func SlackWebhooks(b *slack.Bot) []Webhook {
	door := func(path string, handle func(context.Context, slack.Request) (any, error)) Webhook {
		return Webhook{Path: path, MaxBody: 256 << 10, Handle: func(ctx context.Context, c Call) (Reply, error) {
			out, err := handle(ctx, slack.Request{
				Timestamp: c.Header.Get("X-Slack-Request-Timestamp"), Signature: c.Header.Get("X-Slack-Signature"), Body: c.Body,
			})
			if err != nil || out == nil {
				return Reply{Status: http.StatusOK}, err
			}
			body, err := json.Marshal(out)
			return Reply{ContentType: "application/json", Body: body}, err
		}}
	}
	return []Webhook{
		door("/webhooks/slack/commands", b.Command),
		door("/webhooks/slack/interactions", b.Interaction),
	}
}
