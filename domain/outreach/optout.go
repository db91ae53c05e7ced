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
	Scope    string    `json:"scope"` // a process id, or [All]
	Source   string    `json:"source"`
	At       time.Time `json:"at"`
	Evidence string    `json:"evidence,omitempty"` // id of the event or command
}

// OptedOut reports whether texts of the process may not go to the number.
func (n *Number) OptedOut(process string) bool {
	return slices.ContainsFunc(n.OptOuts, func(o OptOut) bool { return o.Scope == All || o.Scope == process })
}

// Stop records the opt-out, ends the conversations in its scope and
// suppresses the unsent messages in it, all in this one document. A message
// whose call to the gateway has begun cannot be called back. It reports
// whether the wish is new: STOP is answered once.
func (n *Number) Stop(o OptOut) bool {
	fresh := !slices.ContainsFunc(n.OptOuts, func(had OptOut) bool { return had.Scope == All || had.Scope == o.Scope })
	if fresh {
		n.OptOuts = append(n.OptOuts, o)
		if len(n.OptOuts) > MaxOptOuts {
			n.OptOuts = []OptOut{{Scope: All, Source: o.Source, At: o.At, Evidence: o.Evidence}}
		}
	}
	scope := o.Scope
	if scope == All {
		scope = ""
	}
	n.Close(scope, o.At)
	for i := range n.Outbox {
		m := &n.Outbox[i]
		if (scope == "" || m.Process == scope) && m.State.unsent() && !m.Farewell {
			m.end(Suppressed, o.At)
		}
	}
	return fresh
}

// Restart takes back the opt-outs in the scope, at the resident's own wish.
// [All] takes back every one. It reports whether there was any.
func (n *Number) Restart(scope string) bool {
	before := len(n.OptOuts)
	n.OptOuts = slices.DeleteFunc(n.OptOuts, func(o OptOut) bool {
		return scope == All || o.Scope == scope || o.Scope == All
	})
	return len(n.OptOuts) < before
}
