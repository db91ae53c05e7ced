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
	Way      string    `json:"way"`  // text or letter
	Text     string    `json:"text"`
	Template string    `json:"template,omitempty"`
	Lang     string    `json:"lang,omitempty"`
	Why      string    `json:"why,omitempty"`   // how a resident's text was understood
	State    string    `json:"state,omitempty"` // how far ours came
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
	return s.lines(ctx, process, person)
}

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
	return s.lines(ctx, process, person)
}

func (s *Service) lines(ctx context.Context, process, person string) ([]Line, error) {
	in, err := s.heard(ctx, process, person)
	if err != nil {
		return nil, err
	}
	out, err := s.said(ctx, process, person)
	if err != nil {
		return nil, err
	}
	posted, err := s.posted(ctx, process, person)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(in, out, posted)
	slices.SortStableFunc(all, func(a, b Line) int { return a.At.Compare(b.At) })
	return all, nil
}

func newest(person string) domain.Query {
	return domain.Query{Index: "person", Equal: []any{person}, Reverse: true, Limit: MaxLines}
}

func (s *Service) heard(ctx context.Context, process, person string) ([]Line, error) {
	var out []Line
	for r, err := range s.Events.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if r.Process != process || r.Kind != KindText {
			continue
		}
		text, err := s.reveal(ctx, r.Number, r.ID+"/text", r.Text)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{At: r.At, From: "resident", Way: "text", Text: text, Why: r.Why})
	}
	return out, nil
}

func (s *Service) said(ctx context.Context, process, person string) ([]Line, error) {
	var out []Line
	for t, err := range s.Texts.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if t.Process != process {
			continue
		}
		text, err := s.reveal(ctx, t.Number, t.ID, t.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{At: t.At, From: "us", Way: "text", Text: text, Template: t.Template, Lang: t.Lang, State: string(t.State)})
	}
	return out, nil
}

func (s *Service) posted(ctx context.Context, process, person string) ([]Line, error) {
	var out []Line
	for l, err := range s.Letters.Find(ctx, newest(person)) {
		if err != nil {
			return nil, err
		}
		if l.Process != process {
			continue
		}
		text, err := s.reveal(ctx, l.Person, l.ID, l.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{At: l.At, From: "us", Way: "letter", Text: text, Template: l.Template, Lang: l.Lang})
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
