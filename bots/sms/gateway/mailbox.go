package gateway

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Email is one email in a simulated mailbox.
type Email struct {
	ID      string // our outbox id
	To      string
	Subject string
	Body    string
	Leave   string
	At      time.Time
}

// emailsKept is how many emails the simulated post keeps, the newest ones.
const emailsKept = 5000

// Post is simulated email: it keeps what is sent, to be read, and delivers
// nothing. Safe for concurrent use.
type Post struct {
	now    func() time.Time
	mu     sync.Mutex
	emails []Email
	faults []Result
}

// NewPost makes it.
func NewPost(now func() time.Time) *Post { return &Post{now: now} }

// Name is "simulated_mail".
func (p *Post) Name() string { return "simulated_mail" }

// Send keeps the email. A queued fault comes first: one of class Unknown
// keeps it all the same.
func (p *Post) Send(_ context.Context, m Message) Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	result := Result{Class: Accepted, ProviderID: m.ID}
	if len(p.faults) > 0 {
		result, p.faults = p.faults[0], p.faults[1:]
	}
	if result.Class == Accepted || result.Class == Unknown {
		p.emails = append(p.emails, Email{ID: m.ID, To: m.To, Subject: m.Subject, Body: m.Body, Leave: m.Leave, At: p.now()})
		p.emails = p.emails[max(0, len(p.emails)-emailsKept):]
	}
	return result
}

// Lookup finds an email by its outbox id.
func (p *Post) Lookup(_ context.Context, m Message, _ time.Time) (string, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := slices.ContainsFunc(p.emails, func(e Email) bool { return e.ID == m.ID })
	return m.ID, found, nil
}

// Fail makes the next sends come to these results.
func (p *Post) Fail(results ...Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, results...)
}

// Emails lists what was sent, the newest first.
func (p *Post) Emails() []Email {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := slices.Clone(p.emails)
	slices.Reverse(out)
	return out
}
