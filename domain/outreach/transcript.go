package outreach

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Line is one message of a person's history.
type Line struct {
	At       time.Time `json:"at"`
	From     string    `json:"from"` // resident or us
	Way      string    `json:"way"`  // text, email, letter, call, or person: a message before a person
	Text     string    `json:"text,omitempty"`
	Template string    `json:"template,omitempty"`
	Lang     string    `json:"lang,omitempty"`
	Why      string    `json:"why,omitempty"`   // how a resident's text was understood
	State    string    `json:"state,omitempty"` // how far ours came, or the message before a person
}

// MaxLines is how many lines of each kind a history shows, the newest ones.
const MaxLines = 500

// History answers everything said with a person of the process, oldest first.
// The look is recorded with its purpose before anything is opened. A member
// may read their own.
func (s *Service) History(ctx context.Context, a domain.Actor, process, person, purpose string) ([]Line, error) {
	ref, err := s.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	scope := ref.Scope()
	scope.Person = person
	if !domain.May(a, domain.SelfServe, scope) {
		if err := s.mayRead(a, ref, purpose); err != nil {
			return nil, err
		}
		if err := s.Audit.Append(ctx, s.look(a, process, "history.read", "people:"+person, purpose, 1)); err != nil {
			return nil, err
		}
	}
	return s.lines(ctx, process, person, s.reveal)
}

// Contact answers the same history without a word of it: when, by which way,
// and what became of it. Staff who serve people may see it without a purpose.
func (s *Service) Contact(ctx context.Context, a domain.Actor, process, person string) ([]Line, error) {
	ref, err := s.Processes.Ref(ctx, process)
	if err != nil {
		return nil, err
	}
	scope := ref.Scope()
	scope.Person = person
	if !domain.May(a, domain.SelfServe, scope) {
		if err := domain.Authorize(a, domain.ServePeople, ref.Scope()); err != nil {
			return nil, err
		}
	}
	return s.lines(ctx, process, person, closed)
}

// opener reads sealed words.
type opener func(ctx context.Context, subject, bound string, sealed domain.Sealed) (string, error)

// closed leaves words sealed.
func closed(context.Context, string, string, domain.Sealed) (string, error) { return "", nil }

func (s *Service) mayRead(a domain.Actor, ref domain.ProcessRef, purpose string) error {
	if err := domain.Authorize(a, domain.ViewIdentity, ref.Scope()); err != nil {
		return err
	}
	p := domain.Problems{}
	p.Need(strings.TrimSpace(purpose) != "", "purpose", "say what the history is read for")
	return p.Err()
}

// Lines is [Service.History] for the program itself: a subject access export
// that records its own look.
func (s *Service) Lines(ctx context.Context, process, person string) ([]Line, error) {
	return s.lines(ctx, process, person, s.reveal)
}

func (s *Service) lines(ctx context.Context, process, person string, open opener) ([]Line, error) {
	var all []Line
	for _, read := range []func(context.Context, string, string, opener) ([]Line, error){s.heard, s.said, s.posted, s.handled} {
		some, err := read(ctx, process, person, open)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b Line) int { return a.At.Compare(b.At) })
	return all, nil
}

func newest(person string) domain.Query {
	return domain.Query{Index: "person", Equal: []any{person}, Reverse: true, Limit: MaxLines}
}

func (s *Service) heard(ctx context.Context, process, person string, open opener) ([]Line, error) {
	var out []Line
	for r, err := range s.Events.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if r.Process != process || r.Kind != KindText {
			continue
		}
		text, err := open(ctx, r.Number, r.ID+"/text", r.Text)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{At: r.At, From: "resident", Way: "text", Text: text, Why: r.Why})
	}
	return out, nil
}

func (s *Service) said(ctx context.Context, process, person string, open opener) ([]Line, error) {
	var out []Line
	for t, err := range s.Texts.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if t.Process != process {
			continue
		}
		text, err := open(ctx, t.Number, t.ID, t.Body)
		if err != nil {
			return nil, err
		}
		way := ByText
		if t.Mail {
			way = ByEmail
		}
		out = append(out, Line{At: t.At, From: "us", Way: string(way), Text: text, Template: t.Template, Lang: t.Lang, State: string(t.State)})
	}
	return out, nil
}

func (s *Service) posted(ctx context.Context, process, person string, open opener) ([]Line, error) {
	var out []Line
	for l, err := range s.Letters.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if l.Process != process {
			continue
		}
		text, err := open(ctx, l.Person, l.ID, l.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{At: l.At, From: "us", Way: "letter", Text: text, Template: l.Template, Lang: l.Lang})
	}
	return out, nil
}

// handled are the messages that a person dealt with, and the calls they made.
func (s *Service) handled(ctx context.Context, process, person string, _ opener) ([]Line, error) {
	var out []Line
	for i, err := range s.Queue.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if i.Process != process {
			continue
		}
		out = append(out, Line{At: i.At, From: "resident", Way: "person", Why: i.Reason, State: i.State})
		if i.State == ItemClosed && i.Outcome == "called" {
			out = append(out, Line{At: i.Closed, From: "us", Way: "call", Why: i.Reason})
		}
	}
	return out, nil
}

// reveal opens sealed words; what was erased reads as empty.
func (s *Service) reveal(ctx context.Context, subject, bound string, sealed domain.Sealed) (string, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := s.Vault.Open(ctx, subject, bound, sealed)
	if domain.Is(err, domain.NotFound) {
		return "", nil
	}
	return string(plain), err
}
