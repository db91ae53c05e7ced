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
	why := "report"
	message, number, ok := splitOutboxID(st.OutboxID)
	if ok {
		known, err := b.Outreach.Reported(ctx, number, message, outreach.Report{
			Provider: st.ExternalID, State: reported[st.State], Code: st.ErrorCode, OptedOut: st.OptedOut,
		})
		if err != nil {
			return err
		}
		if !known {
			why = "report_without_message"
		}
		if known && st.RetryLater {
			if err := b.Outreach.Retry(ctx, number, message); err != nil {
				return err
			}
			why = "report_retry_later"
		}
	} else {
		why = "report_without_id"
	}
	if st.State == gateway.StateOther {
		b.Count("status_unknown_word")
	}
	return b.Outreach.Processed(ctx, event, outreach.Understood{Why: why})
}
