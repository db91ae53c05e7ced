package domain

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Command says who asks for a change and under which key. Two commands with
// one key are one command: the second changes nothing. The key is the
// Idempotency-Key of a call, the id of an inbound event, the name of a job's
// occasion.
type Command struct {
	Actor  Actor
	Key    string
	Reason string // for overrides, corrections, withdrawals
	Expect int64  // the revision the actor saw; 0 where they do not care
}

// Because gives the command a reason.
func (c Command) Because(reason string) Command { c.Reason = reason; return c }

// Sub is a command that follows from this one, with a key of its own.
func (c Command) Sub(name string) Command { c.Key, c.Expect = Derive(c.Key, name), 0; return c }

// ID is the id of the thing of this kind that the command creates.
func (c Command) ID(kind string) string { return Derive(kind, c.Key) }

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Derive makes a deterministic id: 80 bits of SHA-256 over the parts, in 16
// letters of Crockford's base 32.
func Derive(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return idEncoding.EncodeToString(h.Sum(nil)[:10])
}

// Clock tells the time in UTC whole milliseconds.
type Clock interface{ Now() time.Time }

// ClockFunc makes a Clock of a function.
type ClockFunc func() time.Time

// Now is f's time in UTC, whole milliseconds.
func (f ClockFunc) Now() time.Time { return Milli(f()) }

// Milli is t in UTC, cut to whole milliseconds, as every stored time is.
func Milli(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Effect is something that must follow from a change. It lies inside the
// changed document until a relay has executed it; executing it twice changes
// nothing, because ID is all that its handler makes ids from.
type Effect struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"` // audit, message, notice, ...: see the relay's table
	Due      time.Time       `json:"due"`  // not before
	Data     json.RawMessage `json:"data,omitempty"`
	Attempts int             `json:"attempts,omitempty"`
}

// Decode reads the effect's data.
func (e Effect) Decode(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return E(Internal, "effect %s of kind %s cannot be read", e.ID, e.Kind).Because(err)
	}
	return nil
}

// AppliedMax is how many command keys an aggregate remembers. A command
// repeated after that many others on the same aggregate counts as a new one.
const AppliedMax = 64

// Root is the part every aggregate has. Version is the store's
// compare-and-swap counter; Revision is what readers are shown and expect.
type Root struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`  // of the document, also by the relay's writes
	Revision  int64     `json:"revision"` // of its content: grows with every command
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Effects   []Effect  `json:"effects,omitempty"`
	Applied   []string  `json:"applied,omitempty"`
}

// Base gives the root; it makes every struct that embeds Root an Aggregate.
func (r *Root) Base() *Root { return r }

// Aggregate is a document that changes as one.
type Aggregate interface{ Base() *Root }

// Done reports whether the command was applied before. Services ask it first
// and return [ErrNoChange].
func (r *Root) Done(c Command) bool {
	return c.Key != "" && slices.Contains(r.Applied, c.Key)
}

// Fresh is stale when the actor saw another version than the present one.
func (r *Root) Fresh(c Command) error {
	if c.Expect == 0 || c.Expect == r.Revision {
		return nil
	}
	return &Error{
		Code: Stale,
		Msg: fmt.Sprintf("this was changed since you read it: you saw version %d, it is at version %d since %s; read it again and repeat what is still wanted",
			c.Expect, r.Revision, r.UpdatedAt.Format(time.RFC3339)),
	}
}

// Touch marks the command as applied at the time.
func (r *Root) Touch(c Command, now time.Time) {
	if r.CreatedAt.IsZero() {
		r.CreatedAt = now
	}
	r.UpdatedAt = now
	r.Revision++
	if c.Key == "" || slices.Contains(r.Applied, c.Key) {
		return
	}
	r.Applied = append(r.Applied, c.Key)
	if over := len(r.Applied) - AppliedMax; over > 0 {
		r.Applied = slices.Clone(r.Applied[over:])
	}
}

// Emit adds an effect of a kind. Its id is derived from the command's key,
// the kind, the aggregate and the occasion, which must be unique among the
// effects that one command emits.
func (r *Root) Emit(c Command, kind, occasion string, due time.Time, data any) {
	raw, err := json.Marshal(data)
	if err != nil { // data is ours: plain structs
		panic("domain: effect data of kind " + kind + ": " + err.Error())
	}
	id := Derive("effect", c.Key, r.ID, kind, occasion)
	for _, e := range r.Effects {
		if e.ID == id {
			return
		}
	}
	r.Effects = append(r.Effects, Effect{ID: id, Kind: kind, Due: r.behind(kind, Milli(due)), Data: raw})
}

// Soon is how long an effect waits at most that failed because something was
// away: ten minutes without the keyring must not cost an hour.
const Soon = 2 * time.Minute

// behind is when a new effect is due: not before one of its kind that failed
// and is tried again soon, for it may rest on that.
func (r *Root) behind(kind string, due time.Time) time.Time {
	latest := due.Add(Soon)
	for _, e := range r.Effects {
		if e.Kind == kind && e.Attempts > 0 && e.Due.After(due) && !e.Due.After(latest) {
			due = e.Due
		}
	}
	return due
}

// Settle removes executed effects and counts failed attempts, moving their
// due time.
func (r *Root) Settle(done []string, failed map[string]time.Time) {
	kept := r.Effects[:0:0]
	for _, e := range r.Effects {
		if slices.Contains(done, e.ID) {
			continue
		}
		if due, ok := failed[e.ID]; ok {
			e.Attempts++
			e.Due = Milli(due)
		}
		kept = append(kept, e)
	}
	r.Effects = kept
}

// EffectAudit is the kind of effect that becomes an audit entry.
const EffectAudit = "audit"

// AuditData is what an audit effect carries: an [Event] before it has its
// place in the chain.
type AuditData = Event

// Event is one recorded fact of a process. Data holds ids, states and counts,
// never names, numbers or free text about a person.
type Event struct {
	ID      string         `json:"id"`
	Chain   string         `json:"chain"` // process id, or body:<id>, or installation
	At      time.Time      `json:"at"`
	Actor   string         `json:"actor"`
	Roles   []Role         `json:"roles"`
	Via     string         `json:"via,omitempty"`
	Action  string         `json:"action"`            // such as process.remit_agreed
	Subject string         `json:"subject,omitempty"` // collection:id
	Reason  string         `json:"reason,omitempty"`
	Data    map[string]any `json:"data,omitempty"`
}

// Record touches the aggregate and emits an audit effect in one go: the usual
// end of a command.
func (r *Root) Record(c Command, now time.Time, ev Event) {
	r.Touch(c, now)
	ev.At = now
	ev.Actor = c.Actor.ID
	ev.Via = c.Actor.Via
	if ev.Reason == "" {
		ev.Reason = c.Reason
	}
	ev.Roles = rolesOf(c.Actor)
	ev.ID = Derive("event", c.Key, r.ID, ev.Action, ev.Subject)
	r.Emit(c, EffectAudit, ev.Action+"/"+ev.Subject, now, ev)
}

func rolesOf(a Actor) []Role {
	out := []Role{}
	for _, g := range a.Grants {
		if !slices.Contains(out, g.Role) {
			out = append(out, g.Role)
		}
	}
	return out
}

// Slug makes a lower-case name safe for paths out of a title.
func Slug(title string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	return b.String()
}
