package outreach

import (
	"slices"
	"time"
)

// All is the scope of an opt-out from every process.
const All = "all"

// Sources of an opt-out.
const (
	FromText    = "text"    // the resident texted STOP
	FromCarrier = "carrier" // the network told us
	FromStaff   = "staff"   // the resident told a member of staff
	FromPage    = "page"    // the resident chose it on their page
	FromEmail   = "email"   // the resident followed the link in an email
)

// OptOut is one standing wish not to be texted, or emailed. Only the resident can take it
// back.
type OptOut struct {
	Scope    string    `json:"scope"`            // a process id, or [All]
	Person   string    `json:"person,omitempty"` // of one person alone, who brought the wish along from another number
	Source   string    `json:"source"`
	At       time.Time `json:"at"`
	Evidence string    `json:"evidence,omitempty"` // id of the event or command
}

func (o OptOut) covers(process string) bool { return o.Scope == All || o.Scope == process }

// OptedOut reports whether texts of the process may not go to the number.
func (n *Number) OptedOut(process string) bool { return n.Refuses(process, "") }

// Refuses reports whether texts of the process to the person may not go to the
// number.
func (n *Number) Refuses(process, person string) bool { return len(n.optOutsOf(process, person)) > 0 }

// optOutsOf are the wishes that hold for the person in the process.
func (n *Number) optOutsOf(process, person string) []OptOut {
	var out []OptOut
	for _, o := range n.OptOuts {
		if o.covers(process) && (o.Person == "" || o.Person == person) {
			out = append(out, o)
		}
	}
	return out
}

// Stop records the opt-out, ends the conversations in its scope and
// suppresses the unsent messages in it, all in this one document. A message
// whose call to the gateway has begun cannot be called back. It reports
// whether the wish is new: STOP is answered once.
func (n *Number) Stop(o OptOut) bool {
	fresh := !slices.ContainsFunc(n.OptOuts, func(had OptOut) bool {
		return had.covers(o.Scope) && (had.Person == "" || had.Person == o.Person)
	})
	if fresh {
		n.OptOuts = append(n.OptOuts, o)
		if len(n.OptOuts) > MaxOptOuts {
			n.OptOuts = []OptOut{{Scope: All, Source: o.Source, At: o.At, Evidence: o.Evidence}}
		}
	}
	meant := func(process, person string) bool { return o.covers(process) && (o.Person == "" || o.Person == person) }
	for i := range n.Conversations {
		if c := &n.Conversations[i]; c.Live() && meant(c.Process, c.Person) {
			c.Ended, c.Wakes, c.Halted = o.At, time.Time{}, true
		}
	}
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if meant(m.Process, m.Person) && m.State.unsent() && !m.Farewell {
			m.end(Suppressed, o.At)
		}
	}
	return fresh
}

// Restart takes back the opt-outs in the scope, at the resident's own wish.
// [All] takes back every one. The conversations that they ended go on: what
// fell due meanwhile is due now. It reports whether there was any.
func (n *Number) Restart(scope string) bool {
	before := len(n.OptOuts)
	n.OptOuts = slices.DeleteFunc(n.OptOuts, func(o OptOut) bool {
		return scope == All || o.Scope == scope || o.Scope == All
	})
	for i := range n.Conversations {
		if c := &n.Conversations[i]; c.Halted && !n.Refuses(c.Process, c.Person) {
			c.Wakes, c.Ended, c.Halted = c.Ended, time.Time{}, false
		}
	}
	return len(n.OptOuts) < before
}
