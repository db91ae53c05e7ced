package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Sender hands messages to one provider.
type Sender interface {
	Name() string
	// Send hands over one message. It does not retry.
	Send(ctx context.Context, m Message) Result
}

// Gateway is one provider of texts.
type Gateway interface {
	Sender
	// ParseInbound checks and reads a webhook that brings a resident's text.
	ParseInbound(r Request) (Inbound, error)
	// ParseStatus checks and reads a webhook about a message we sent.
	ParseStatus(r Request) (Status, error)
}

// Reconciler finds out what became of a send whose result is Unknown.
type Reconciler interface {
	// Lookup answers the provider's id when the message was accepted.
	Lookup(ctx context.Context, m Message, since time.Time) (providerID string, found bool, err error)
}

// Poller lists what webhooks may have missed.
type Poller interface {
	// Inbounds lists messages received since a time, oldest first.
	Inbounds(ctx context.Context, since time.Time) ([]Inbound, error)
}

// Senders are gateways as an outbox uses them.
func Senders[G Sender](gateways []G) []Sender {
	out := make([]Sender, len(gateways))
	for i, g := range gateways {
		out[i] = g
	}
	return out
}

// Message is one text or email to send.
type Message struct {
	ID   string // our outbox id
	To   string // E.164, or an email address
	From string // sender number or name; empty for the gateway's own
	Body string
	// StatusCallback is the full address for reports; the outbox id is added
	// to it. Empty for none.
	StatusCallback string
	// Subject is an email's. Leave is the address that a POST to says: no more
	// of these emails.
	Subject, Leave string
}

// Class says what a send came to.
type Class string

// The classes. Only Retry may be sent again without looking.
const (
	Accepted Class = "accepted"
	Refused  Class = "refused" // definite: Code says why
	Retry    Class = "retry"   // definitely not processed
	Unknown  Class = "unknown" // may have been accepted
)

// Result is the outcome of a send.
type Result struct {
	ProviderID string
	Class      Class
	Code       string // provider's error code, or a word of ours
	Detail     string // for the operator; never holds the body or the number
	RetryAfter time.Duration
	// OptedOut: the provider refuses because the person opted out there.
	OptedOut bool
}

// Request is a webhook as it arrived.
type Request struct {
	Method string
	// Target is path and query as received, as in "/hooks/sms/twilio?x=1".
	Target string
	Header http.Header
	Body   []byte
	At     time.Time // when it arrived
}

// Inbound is a text from a resident.
type Inbound struct {
	ExternalID string
	From       string // as the provider wrote it; see Number
	To         string
	Body       string
	ReceivedAt time.Time
	Media      int
	// OptOut is set when the provider acted on a keyword itself: STOP, START
	// or HELP.
	OptOut string
	// Segments as counted by the provider; 0 when not told.
	Segments int
}

// State of a message on its way, as reported.
type State string

// The states in their order; undelivered and failed are final. StateOther is
// one we do not know: store it, change nothing.
const (
	StateQueued      State = "queued"
	StateSent        State = "sent"
	StateDelivered   State = "delivered"
	StateUndelivered State = "undelivered"
	StateFailed      State = "failed"
	StateOther       State = "other"
)

// rank orders the states: a report never moves a message down.
var rank = map[State]int{StateOther: 0, StateQueued: 1, StateSent: 2, StateDelivered: 3, StateUndelivered: 4, StateFailed: 4}

// Later reports whether next says more than s, so that reports out of order
// never move a message back. Delivered, undelivered and failed are final.
func (s State) Later(next State) bool {
	return rank[s] < rank[StateDelivered] && rank[next] > rank[s]
}

// Status is a report about a message we sent.
type Status struct {
	ExternalID string
	OutboxID   string // from the callback address; empty when not carried
	State      State
	Raw        string // the provider's own word
	ErrorCode  string
	OptedOut   bool
	// RetryLater: the provider says a later attempt may succeed.
	RetryLater bool
}

// Key is what makes a report unique: one message has several reports.
func (s Status) Key() string { return s.ExternalID + ":" + s.Raw }

// Error is a webhook refused, with the HTTP status to answer.
type Error struct {
	HTTP int
	Msg  string
}

func (e *Error) Error() string { return e.Msg }

// HTTPStatus is the status to answer for an error of ParseInbound or
// ParseStatus: 403, 400 or 413.
func HTTPStatus(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.HTTP
	}
	return http.StatusInternalServerError
}

func forbidden(msg string) error { return &Error{http.StatusForbidden, msg} }
func malformed(msg string) error { return &Error{http.StatusBadRequest, msg} }

// MaxBody is the largest webhook body read, in bytes.
const MaxBody = 64 << 10

func checkSize(r Request) error {
	if len(r.Body) > MaxBody {
		return &Error{http.StatusRequestEntityTooLarge, "the request is larger than 64 KB"}
	}
	return nil
}
