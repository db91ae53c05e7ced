package deliberation

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// QuestionState is where a member question stands.
type QuestionState string

// The states of a member question.
const (
	QuestionAsked        QuestionState = "asked"
	QuestionMerged       QuestionState = "merged"
	QuestionPut          QuestionState = "put"
	QuestionPromised     QuestionState = "promised"
	QuestionOverdue      QuestionState = "overdue"
	QuestionAnswered     QuestionState = "answered"
	QuestionUnanswerable QuestionState = "unanswerable"
)

// MemberQuestion is what members want to know, and who owes the answer.
// Bound: it does not grow.
type MemberQuestion struct {
	domain.Root
	Process string        `json:"process"`
	Text    string        `json:"text"`
	Table   string        `json:"table,omitempty"`
	Session string        `json:"session,omitempty"` // id
	Asker   string        `json:"asker,omitempty"`   // member id; never shown to the public
	State   QuestionState `json:"state"`
	Into    string        `json:"into,omitempty"`    // id of the question it was merged into
	Witness string        `json:"witness,omitempty"` // who it was put to
	Owner   string        `json:"owner,omitempty"`   // who owes the answer, in words
	Due     time.Time     `json:"due,omitzero"`
	Answer  string        `json:"answer,omitempty"`
	Source  string        `json:"source,omitempty"` // what the answer rests on
	Reason  string        `json:"reason,omitempty"` // why it cannot be answered
	DoneAt  time.Time     `json:"done_at,omitzero"`
}

// MemberQuestions keeps the questions.
var MemberQuestions = domain.Collection[MemberQuestion]{
	Name: "questions", Schema: 1, Shard: "id",
	Indexes: append(slices.Clone(byProcess), domain.Index{Name: "due", Fields: []string{"due"}}),
	Keys: func(x *MemberQuestion) map[string]any {
		keys := map[string]any{"process": x.Process, "sort": x.CreatedAt}
		if x.State == QuestionPromised {
			keys["due"] = x.Due
		}
		return keys
	},
}

func (x *MemberQuestion) OfProcess() string { return x.Process }

// QuestionInput is a question from a member or a table.
type QuestionInput struct {
	Text    string `json:"text"`
	Table   string `json:"table,omitempty"`
	Session string `json:"session,omitempty"`
}

// AskQuestion records a question.
func (s *Service) AskQuestion(ctx context.Context, c domain.Command, process string, in QuestionInput) (MemberQuestion, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions)
	if err != nil {
		return MemberQuestion{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, 2000)
	if err := p.Err(); err != nil {
		return MemberQuestion{}, err
	}
	if err := during(ref, "asking a question", domain.Selected, domain.Reporting); err != nil {
		return MemberQuestion{}, err
	}
	x := MemberQuestion{Root: domain.Root{ID: c.ID("question")}, Process: process, Text: in.Text, Table: in.Table, Session: in.Session, State: QuestionAsked}
	if c.Actor.Holds(domain.Member, ref.Scope()) {
		x.Asker = c.Actor.ID
	}
	x.Record(c, s.d.Clock.Now(), event(process, "question.asked", "questions:"+x.ID, nil))
	return domain.Keep(ctx, s.d.Questions, x)
}

type questionMove struct {
	from []QuestionState
	to   QuestionState
	do   func(*MemberQuestion, time.Time)
}

func (s *Service) questionStep(ctx context.Context, c domain.Command, at domain.Place, p domain.Problems, m questionMove) (MemberQuestion, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, at.Process); err != nil {
		return MemberQuestion{}, err
	}
	if err := p.Err(); err != nil {
		return MemberQuestion{}, err
	}
	now := s.d.Clock.Now()
	at.Kind = "question"
	return domain.Change(ctx, s.d.Questions, at, c, func(x *MemberQuestion) error {
		if !slices.Contains(m.from, x.State) {
			return domain.E(domain.Conflict, "a question that is %s cannot become %s; it must be %s", x.State, m.to, orWords(m.from))
		}
		m.do(x, now)
		x.State = m.to
		x.Record(c, now, event(at.Process, "question."+string(m.to), "questions:"+at.ID, nil))
		return nil
	})
}

// MergeInput names what a thing is merged into.
type MergeInput struct {
	Into string `json:"into"` // id of another question
}

// MergeQuestion joins a question to another that asks the same.
func (s *Service) MergeQuestion(ctx context.Context, c domain.Command, process, id string, in MergeInput) (MemberQuestion, error) {
	p := domain.Problems{}
	p.Need(in.Into != "" && in.Into != id, "into", "name another question")
	if in.Into != "" {
		other, err := domain.Fetch(ctx, s.d.Questions, domain.At(process, "question", in.Into))
		if err := skipMissing(err); err != nil {
			return MemberQuestion{}, err
		}
		p.Need(err == nil && other.State != QuestionMerged, "into", "name a question of this process that is not merged itself")
	}
	return s.questionStep(ctx, c, domain.At(process, "", id), p, questionMove{
		from: []QuestionState{QuestionAsked}, to: QuestionMerged,
		do: func(x *MemberQuestion, _ time.Time) { x.Into = in.Into },
	})
}

// PutInput says whom a question is put to.
type PutInput struct {
	Witness string `json:"witness,omitempty"` // id
	Owner   string `json:"owner"`             // who owes the answer, in words
}

// PutQuestion puts a question to a witness or the organiser.
func (s *Service) PutQuestion(ctx context.Context, c domain.Command, process, id string, in PutInput) (MemberQuestion, error) {
	p := domain.Problems{}
	p.Text("owner", in.Owner, longTitle)
	return s.questionStep(ctx, c, domain.At(process, "", id), p, questionMove{
		from: []QuestionState{QuestionAsked}, to: QuestionPut,
		do: func(x *MemberQuestion, _ time.Time) { x.Witness, x.Owner = in.Witness, in.Owner },
	})
}

// PromiseInput is when an answer is promised by.
type PromiseInput struct {
	Due time.Time `json:"due"`
}

// PromiseAnswer records that the answer will come later, by a date.
func (s *Service) PromiseAnswer(ctx context.Context, c domain.Command, process, id string, in PromiseInput) (MemberQuestion, error) {
	p := domain.Problems{}
	p.Need(in.Due.After(s.d.Clock.Now()), "due", "promise a moment still to come")
	return s.questionStep(ctx, c, domain.At(process, "", id), p, questionMove{
		from: []QuestionState{QuestionPut, QuestionPromised, QuestionOverdue}, to: QuestionPromised,
		do: func(x *MemberQuestion, _ time.Time) { x.Due = domain.Milli(in.Due) },
	})
}

// AnswerInput is an answer with what it rests on.
type AnswerInput struct {
	Answer string `json:"answer"`
	Source string `json:"source,omitempty"`
}

// AnswerQuestion records the answer.
func (s *Service) AnswerQuestion(ctx context.Context, c domain.Command, process, id string, in AnswerInput) (MemberQuestion, error) {
	p := domain.Problems{}
	p.Text("answer", in.Answer, longText)
	return s.questionStep(ctx, c, domain.At(process, "", id), p, questionMove{
		from: []QuestionState{QuestionPut, QuestionPromised, QuestionOverdue}, to: QuestionAnswered,
		do: func(x *MemberQuestion, now time.Time) { x.Answer, x.Source, x.DoneAt = in.Answer, in.Source, now },
	})
}

// RefuseQuestion records why a question cannot be answered.
func (s *Service) RefuseQuestion(ctx context.Context, c domain.Command, process, id string) (MemberQuestion, error) {
	p := domain.Problems{}
	p.Text("reason", c.Reason, longText)
	return s.questionStep(ctx, c, domain.At(process, "", id), p, questionMove{
		from: []QuestionState{QuestionAsked, QuestionPut, QuestionPromised, QuestionOverdue}, to: QuestionUnanswerable,
		do: func(x *MemberQuestion, now time.Time) { x.Reason, x.DoneAt = c.Reason, now },
	})
}

// Questions lists the questions, oldest first. The public sees those that
// were put, without who asked.
func (s *Service) Questions(ctx context.Context, a domain.Actor, process string) ([]MemberQuestion, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Questions, process, func(x *MemberQuestion) bool {
		return lv != levelPublic || x.State != QuestionAsked && x.State != QuestionMerged
	})
	for i := range xs {
		if lv != levelRun && xs[i].Asker != a.ID {
			xs[i].Asker = ""
		}
	}
	return xs, err
}
