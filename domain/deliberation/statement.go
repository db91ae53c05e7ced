package deliberation

import (
	"context"
	"slices"

	"folkmoot/domain"
)

// StatementState is where a statement stands.
type StatementState string

// The states of a statement.
const (
	StatementIdea   StatementState = "idea"      // as it was said
	StatementKept   StatementState = "statement" // the table stands by it
	StatementMerged StatementState = "merged"
	StatementLeft   StatementState = "left" // not carried further
)

// Statement is a short text from a table or a member. Bound: it does not
// grow.
type Statement struct {
	domain.Root
	Process string         `json:"process"`
	Text    string         `json:"text"`
	Theme   string         `json:"theme,omitempty"`
	Table   string         `json:"table,omitempty"`
	Session string         `json:"session,omitempty"`
	Author  string         `json:"author,omitempty"` // member id; shown to nobody but them and those who run the sessions
	State   StatementState `json:"state"`
	Into    string         `json:"into,omitempty"`
}

// Statements keeps the statements.
var Statements = domain.Collection[Statement]{
	Name: "statements", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(x *Statement) map[string]any { return map[string]any{"process": x.Process, "sort": x.CreatedAt} },
}

func (x *Statement) OfProcess() string { return x.Process }

// StatementInput is a statement.
type StatementInput struct {
	Text    string `json:"text"`
	Theme   string `json:"theme,omitempty"`
	Table   string `json:"table,omitempty"`
	Session string `json:"session,omitempty"`
}

// AddStatement records what a member or a table said.
func (s *Service) AddStatement(ctx context.Context, c domain.Command, process string, in StatementInput) (Statement, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions)
	if err != nil {
		return Statement{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, 2000)
	if err := p.Err(); err != nil {
		return Statement{}, err
	}
	if err := during(ref, "adding a statement", domain.Convened, domain.Reporting); err != nil {
		return Statement{}, err
	}
	x := Statement{Root: domain.Root{ID: c.ID("statement")}, Process: process, Text: in.Text, Theme: in.Theme, Table: in.Table, Session: in.Session, State: StatementIdea}
	if c.Actor.Holds(domain.Member, ref.Scope()) {
		x.Author = c.Actor.ID
	}
	x.Record(c, s.d.Clock.Now(), event(process, "statement.added", "statements:"+x.ID, nil))
	return domain.Keep(ctx, s.d.Statements, x)
}

// SortInput says what becomes of a statement.
type SortInput struct {
	State StatementState `json:"state"` // statement, merged, left
	Into  string         `json:"into,omitempty"`
	Theme string         `json:"theme,omitempty"`
}

// SortStatement keeps, merges or leaves a statement, and names its theme.
func (s *Service) SortStatement(ctx context.Context, c domain.Command, process, id string, in SortInput) (Statement, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Statement{}, err
	}
	p := domain.Problems{}
	domain.OneOf(p, "state", in.State, []StatementState{StatementKept, StatementMerged, StatementLeft})
	p.Need(in.State != StatementMerged || in.Into != "" && in.Into != id, "into", "name another statement")
	if err := p.Err(); err != nil {
		return Statement{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Statements, domain.At(process, "statement", id), c, func(x *Statement) error {
		if !slices.Contains([]StatementState{StatementIdea, StatementKept, StatementLeft}, x.State) {
			return domain.E(domain.Conflict, "this statement was merged already")
		}
		x.State, x.Into = in.State, in.Into
		if in.Theme != "" {
			x.Theme = in.Theme
		}
		x.Record(c, now, event(process, "statement.sorted", "statements:"+id, map[string]any{"state": in.State}))
		return nil
	})
}

// Statements lists the statements, oldest first, for those in the process.
func (s *Service) Statements(ctx context.Context, a domain.Actor, process string) ([]Statement, error) {
	if _, err := s.enter(ctx, a, domain.ViewSessions, process); err != nil {
		return nil, err
	}
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	if lv == levelPublic {
		return nil, domain.E(domain.Forbidden, "what members say in the room is theirs until their report; it is not open to commissioners")
	}
	xs, err := list(ctx, s.d.Statements, process, nil)
	for i := range xs {
		if lv != levelRun && xs[i].Author != a.ID {
			xs[i].Author = ""
		}
	}
	return xs, err
}
