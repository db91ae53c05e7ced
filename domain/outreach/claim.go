package outreach

import (
	"cmp"
	"slices"
	"time"

	"folkmoot/domain"
)

// How a claim and what follows it are timed (messaging facts: a provider's
// answer or callback normally comes within a minute).
const (
	Lease       = 45 * time.Second // longer than any gateway call may take
	FirstLook   = time.Minute      // an unknown message waits for a callback
	NextLook    = 5 * time.Minute
	MaxLooks    = 2
	MaxAttempts = 6
)

// backoff is the wait after the n-th failed attempt, before jitter.
var backoff = []time.Duration{30 * time.Second, 2 * time.Minute, 8 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// Class is what a call to the gateway came to.
type Class string

// The classes of an attempt.
const (
	Accepted  Class = "accepted"
	Refused   Class = "refused"   // for good: not a mobile, no route, filtered
	Blocked   Class = "blocked"   // for good: the network says the number opted out
	Retryable Class = "retryable" // certainly not taken: no connection, 429
	Ambiguous Class = "ambiguous" // perhaps taken: time-out after writing, reset, 5xx
)

// Outcome is the result of one attempt, or of looking for an unknown message.
type Outcome struct {
	Class    Class
	Gateway  string
	Provider string // the provider's id of the message
	Code     string // the provider's code, for the record
}

// Sender says who claims and by which rules.
type Sender struct {
	Worker string
	Quiet  Quiet
	// Jitter answers a duration in [0, max).
	Jitter func(max time.Duration) time.Duration
}

// Claim takes the message whose turn it is, in this lane, and writes that its
// next attempt has started; the caller must store the number before calling
// the gateway. Nothing is claimed while another message to the number is in
// flight. Messages that are expired, opted out or in quiet hours are moved on
// as they are met, and a claim whose lease ran out becomes unknown; changed
// says that there was any of it to store.
func (n *Number) Claim(now time.Time, lane Lane, s Sender) (claimed *Message, changed bool) {
	changed = n.sweep(now, s)
	if slices.ContainsFunc(n.Outbox, func(m Message) bool { return m.State == Claimed }) {
		return nil, changed
	}
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if m.State != Pending || m.lane() != lane || m.NotBefore.After(now) {
			continue
		}
		if claimed == nil || m.Created.Before(claimed.Created) {
			claimed = m
		}
	}
	if claimed == nil {
		return nil, changed
	}
	claimed.State, claimed.Worker, claimed.Started, claimed.Lease = Claimed, s.Worker, now, now.Add(Lease)
	claimed.Attempts++
	return claimed, true
}

// sweep moves on what time or an opt-out has overtaken.
func (n *Number) sweep(now time.Time, s Sender) (changed bool) {
	for i := range n.Outbox {
		m := &n.Outbox[i]
		before, at := m.State, m.NotBefore
		switch {
		case m.State == Claimed && !m.Lease.After(now):
			m.doubt(now, FirstLook)
		case m.State == Pending && m.Gone:
			m.end(Dropped, now)
		case m.State == Pending && n.Refuses(m.Process, m.Person) && !m.Farewell:
			m.end(Suppressed, now)
		case m.State == Pending && !m.Expires.IsZero() && !m.Expires.After(now):
			m.end(Expired, now)
		case m.State == Pending && !m.NotBefore.After(now) && !m.Mail:
			m.NotBefore = s.Quiet.next(*m, now, s.Jitter)
		}
		changed = changed || m.State != before || !m.NotBefore.Equal(at)
	}
	return changed
}

func (m *Message) doubt(now time.Time, wait time.Duration) {
	m.State, m.NotBefore = Unknown, now.Add(wait)
	m.Worker, m.Lease = "", time.Time{}
}

// Settle writes what the attempt came to. An answer for an attempt that is no
// longer the latest, or that a callback settled first, changes nothing.
func (n *Number) Settle(id string, attempt int, o Outcome, now time.Time, s Sender) {
	m := n.find(id)
	if m == nil || m.State != Claimed || m.Attempts != attempt {
		return
	}
	m.Gateway, m.Problem = o.Gateway, o.Code
	switch o.Class {
	case Accepted:
		m.Provider = o.Provider
		m.end(Sent, now)
		n.asked(id, now)
	case Retryable:
		m.again(now, s)
	case Ambiguous:
		m.doubt(now, FirstLook)
	case Blocked:
		m.end(Failed, now)
		n.Stop(OptOut{Scope: All, Source: FromCarrier, At: now, Evidence: id})
	default:
		m.end(Failed, now)
	}
	n.suppress(now)
}

// Release takes an attempt back that never reached the gateway: it counts for
// nothing and the message waits for a moment.
func (n *Number) Release(id string, attempt int, now time.Time) {
	m := n.find(id)
	if m == nil || m.State != Claimed || m.Attempts != attempt {
		return
	}
	m.State, m.Worker, m.Started, m.Lease = Pending, "", time.Time{}, time.Time{}
	m.NotBefore = now.Add(backoff[0])
	m.Attempts--
	n.suppress(now)
}

// suppress ends what waits against the wish of somebody who opted out while
// it was in flight, or for somebody who moved or left meanwhile.
func (n *Number) suppress(now time.Time) {
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if m.State == Pending && m.Gone {
			m.end(Dropped, now)
		}
		if m.State == Pending && !m.Farewell && n.Refuses(m.Process, m.Person) {
			m.end(Suppressed, now)
		}
	}
}

// again puts the message back with a growing wait, full jitter, unless its
// attempts or its time are used up.
func (m *Message) again(now time.Time, s Sender) {
	if m.Attempts >= MaxAttempts {
		m.end(Failed, now)
		return
	}
	max := backoff[min(m.Attempts, len(backoff))-1]
	m.State, m.Worker, m.Lease = Pending, "", time.Time{}
	m.NotBefore = domain.Milli(now.Add(max/2 + s.Jitter(max/2)))
	if !m.Expires.IsZero() && !m.NotBefore.Before(m.Expires) {
		m.end(Expired, now)
	}
}

// Doubtful lists the unknown messages whose next look is due.
func (n *Number) Doubtful(now time.Time) []Message {
	var out []Message
	for _, m := range n.Outbox {
		if m.State == Unknown && !m.NotBefore.After(now) {
			out = append(out, m)
		}
	}
	return out
}

// Look writes what a look for an unknown message found: the provider's
// message (accepted) settles it; that nobody could look (ambiguous) counts for
// nothing; nothing found means another look, and after the last one it is sent
// again, or held for a person when it tells a decision. It reports whether the
// message is newly held.
func (n *Number) Look(id string, found Outcome, now time.Time) (held bool) {
	m := n.find(id)
	if m == nil || m.State != Unknown || m.NotBefore.After(now) {
		return false
	}
	if found.Class == Accepted {
		m.Gateway, m.Provider = found.Gateway, found.Provider
		m.end(Sent, now)
		return false
	}
	if found.Class == Ambiguous { // could not look
		m.NotBefore = now.Add(FirstLook)
		return false
	}
	m.Looks++
	switch {
	case m.Gone:
		m.end(Dropped, now)
	case m.Looks < MaxLooks:
		m.NotBefore = now.Add(NextLook)
	case m.Class == domain.ClassDecision:
		m.State = Held
		return true
	case m.Attempts >= MaxAttempts:
		m.end(Failed, now)
	default:
		m.State, m.NotBefore, m.Looks, m.Resent = Pending, now, 0, true
		n.suppress(now)
	}
	return false
}

// Report takes a delivery report for a message that is still in the outbox:
// it settles claimed, unknown and held ones, whatever the gateway's answer to
// the call was. It reports whether the message was there.
func (n *Number) Report(id string, r Report, now time.Time) bool {
	m := n.find(id)
	if m == nil || !m.State.open() {
		return false
	}
	if r.Provider != "" {
		m.Provider = r.Provider
	}
	m.Gateway, m.Problem = cmp.Or(r.Gateway, m.Gateway), r.Code
	if r.State != "" && r.State != Pending {
		m.end(r.State, now)
	}
	if r.OptedOut {
		n.Stop(OptOut{Scope: All, Source: FromCarrier, At: now, Evidence: id})
	}
	return true
}

// Report is what a provider says later about a message.
type Report struct {
	Gateway  string
	Provider string
	State    State // Sent, Delivered, Undelivered or Failed; empty: nothing new
	Code     string
	OptedOut bool
}
