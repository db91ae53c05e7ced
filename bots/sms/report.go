package sms

import (
	"context"
	"strings"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain/outreach"
)

// outboxID is the id of a message as the gateways know it: ours, and the
// number whose outbox it is in, so that a report which overtakes the answer
// to the call still finds it.
func outboxID(message, number string) string { return message + "." + number }

func splitOutboxID(id string) (message, number string, ok bool) {
	return strings.Cut(id, ".")
}

var reported = map[gateway.State]outreach.State{
	gateway.StateSent:        outreach.Sent,
	gateway.StateDelivered:   outreach.Delivered,
	gateway.StateUndelivered: outreach.Undelivered,
	gateway.StateFailed:      outreach.Failed,
}

// report settles the message that a delivery report is about. One about
// nothing of ours is kept and changes nothing.
func (b *Inbox) report(ctx context.Context, event string, st *gateway.Status) error {
	why := "report_without_id"
	if message, number, ok := splitOutboxID(st.OutboxID); ok {
		var err error
		if why, err = b.settle(ctx, event, number, message, st); err != nil {
			return err
		}
	}
	if st.State == gateway.StateOther {
		b.Count("status_unknown_word")
	}
	return b.Outreach.Processed(ctx, event, outreach.Understood{Why: why})
}

// settle moves the message on, and finds another way for one that did not
// reach its person: once more by text where the network says that may help.
func (b *Inbox) settle(ctx context.Context, event, number, message string, st *gateway.Status) (why string, err error) {
	provider, _, _ := strings.Cut(event, ":") // a message whose sender died before it noted this
	known, err := b.Outreach.Reported(ctx, number, message, outreach.Report{
		Gateway: provider, Provider: st.ExternalID, State: reported[st.State], Code: st.ErrorCode, OptedOut: st.OptedOut,
	})
	if err != nil || !known {
		return "report_without_message", err
	}
	failed := st.State == gateway.StateUndelivered || st.State == gateway.StateFailed
	if failed && st.RetryLater {
		again, err := b.Outreach.Retry(ctx, number, message)
		if err != nil || again {
			return "report_retry_later", err
		}
	}
	if failed {
		return "report", b.Outreach.Instead(ctx, number, message)
	}
	return "report", nil
}
