package deliberation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
)

// Kinds of polls: a live question in the room, and the questions every member
// is asked before the first session and after the last.
const (
	PollRoom   = "room"
	PollBefore = "before"
	PollAfter  = "after"
)

// EvaluationQuestions are asked of every member, with the same words before
// and after, so that the two can be laid side by side: 1 is the best of four
// answers. The last two are asked after only.
var EvaluationQuestions = map[string][]string{
	PollBefore: {"know", "trust"},
	PollAfter:  {"know", "trust", "informed", "heard"},
}

// evaluationScale is how many answers an evaluation question has.
const evaluationScale = 4

// Poll counts members' answers to one question. It is no ballot: nothing is
// decided by it, anything may be asked, and nobody's answer is kept, only who
// has answered. Counts are shown once it is closed and enough have answered.
// Bound: six options, one mark for each member.
type Poll struct {
	domain.Root
	Process  string    `json:"process"`
	Session  string    `json:"session,omitempty"`
	Kind     string    `json:"kind"`
	Question string    `json:"question"` // of an evaluation its key
	Options  []string  `json:"options"`
	State    string    `json:"state"` // open or closed
	Counts   []int     `json:"counts"`
	Hands    []int     `json:"hands,omitempty"` // counted in the room, of those without a phone
	Answered []string  `json:"answered,omitempty"`
	Total    int       `json:"total"`
	Hidden   bool      `json:"hidden"` // the counts are not open yet, or too few answered; the noughts say nothing
	Asked    []string  `json:"asked,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// Polls keeps the polls.
var Polls = domain.Collection[Poll]{
	Name: "polls", Schema: 1, Shard: "id", Indexes: slices.Clone(byProcess),
	Keys: func(x *Poll) map[string]any { return map[string]any{"process": x.Process, "sort": x.OpenedAt} },
}

func (x *Poll) OfProcess() string { return x.Process }

// States of a poll.
const (
	PollOpen   = "open"
	PollClosed = "closed"
)

// PollInput asks the room a question. Question and options are short enough
// for one text message.
type PollInput struct {
	Session  string   `json:"session"`
	Question string   `json:"question"`
	Options  []string `json:"options"`
}

const (
	maxPollQuestion = 140
	maxPollOption   = 24
	maxPollOptions  = 6
)

func (in PollInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("question", in.Question, maxPollQuestion)
	p.Need(len(in.Options) >= 2 && len(in.Options) <= maxPollOptions, "options", "give two to %d answers", maxPollOptions)
	for i, o := range in.Options {
		f := fmt.Sprintf("options.%d", i)
		p.Text(f, o, maxPollOption)
		p.Need(!strings.ContainsAny(o, "\n\r"), f, "write it on one line")
	}
	p.Need(distinct(in.Options), "options", "give each answer once")
	return p
}

// OpenPoll asks everybody who is there by text: each answers with a digit.
func (s *Service) OpenPoll(ctx context.Context, c domain.Command, process string, in PollInput) (Poll, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Poll{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Poll{}, err
	}
	session, err := domain.Fetch(ctx, s.d.Sessions, domain.At(process, "session", in.Session))
	if err != nil {
		return Poll{}, err
	}
	var g domain.Guard
	g.Need(session.State == SessionOpen, domain.Missing{Item: "session_open", Need: "the session is open", Who: domain.Facilitator, Where: "sessions"})
	if err := g.Err("asking the room"); err != nil {
		return Poll{}, err
	}
	asked, err := s.present(ctx, session)
	if err != nil {
		return Poll{}, err
	}
	now := s.d.Clock.Now()
	x := Poll{
		Root: domain.Root{ID: c.ID("poll")}, Process: process, Session: in.Session, Kind: PollRoom, Question: in.Question,
		Options: slices.Clone(in.Options), State: PollOpen, Counts: make([]int, len(in.Options)), Asked: asked, OpenedAt: now,
	}
	lines := make([]string, len(x.Options))
	for i, o := range x.Options {
		lines[i] = strconv.Itoa(i+1) + ": " + o
	}
	x.tell(c, now, "room_vote", map[string]string{"poll": x.ID, "vote_question": x.Question, "vote_options": strings.Join(lines, "\n")})
	x.Record(c, now, event(process, "poll.opened", "polls:"+x.ID, map[string]any{"asked": len(asked), "options": len(x.Options)}))
	x, err = domain.Keep(ctx, s.d.Polls, x)
	return x.seen(ref), err
}

// present are those marked as there; before anybody is marked, all members.
func (s *Service) present(ctx context.Context, session Session) ([]string, error) {
	seated, err := s.d.Members.Seated(ctx, session.Process)
	if err != nil {
		return nil, err
	}
	seated = slices.Clone(seated)
	if len(session.Attendance) > 0 {
		seated = slices.DeleteFunc(seated, func(m string) bool { return !session.Was(m) })
	}
	slices.Sort(seated)
	return seated, nil
}

// roomMinutes is for how long a text to the room is worth sending.
const roomMinutes = 30

// tell asks for one text to each of those asked. They sit together and wait
// for it, so that no quiet hour holds it up.
func (x *Poll) tell(c domain.Command, now time.Time, template string, vars map[string]string) {
	for _, m := range x.Asked {
		x.Emit(c, domain.EffectMessage, template+":"+m, now, domain.MessageData{
			Process: x.Process, Person: m, Template: template, Class: domain.ClassService, Vars: vars,
			Expires: now.Add(roomMinutes * time.Minute), Together: true,
		})
	}
}

// AnswerPoll counts the actor's own answer, from 1. The first counts; a second
// changes nothing, since nobody can tell which was theirs.
func (s *Service) AnswerPoll(ctx context.Context, c domain.Command, process, id string, choice int) error {
	ref, err := s.find(ctx, process)
	if err != nil {
		return err
	}
	own := ref.Scope()
	own.Person = c.Actor.ID
	if err := domain.Authorize(c.Actor, domain.Deliberate, own); err != nil {
		return err
	}
	_, err = domain.Change(ctx, s.d.Polls, domain.At(process, "poll", id), domain.Command{}, func(x *Poll) error {
		if slices.Contains(x.Answered, c.Actor.ID) {
			return domain.ErrNoChange
		}
		if x.State != PollOpen {
			return domain.E(domain.Conflict, "this question is closed")
		}
		if x.Kind == PollRoom && !slices.Contains(x.Asked, c.Actor.ID) {
			return domain.E(domain.Conflict, "only members who are in the room are asked")
		}
		return x.count(c.Actor.ID, choice)
	})
	return err
}

func (x *Poll) count(member string, choice int) error {
	p := domain.Problems{}
	p.Need(choice >= 1 && choice <= len(x.Counts), "choice", "use a number from 1 to %d", len(x.Counts))
	if err := p.Err(); err != nil {
		return err
	}
	x.Counts[choice-1]++
	x.Total++
	x.Answered = insertSorted(x.Answered, member)
	return nil
}

// ClosePollInput may add hands counted in the room, of those without a phone.
type ClosePollInput struct {
	Hands []int `json:"hands,omitempty"` // by option
}

// ClosePoll ends a question and texts the room what came of it.
func (s *Service) ClosePoll(ctx context.Context, c domain.Command, process, id string, in ClosePollInput) (Poll, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Poll{}, err
	}
	now := s.d.Clock.Now()
	x, err := domain.Change(ctx, s.d.Polls, domain.At(process, "poll", id), c, func(x *Poll) error {
		if x.State == PollClosed {
			return domain.ErrNoChange
		}
		if err := x.close(in, now); err != nil {
			return err
		}
		template, vars := "room_result", map[string]string{"poll": x.ID, "vote_question": x.Question, "result": x.result()}
		if x.Total < ref.SmallNumber {
			template, vars["result"] = "room_too_few", ""
		}
		x.tell(c, now, template, vars)
		x.Record(c, now, event(process, "poll.closed", "polls:"+id, map[string]any{"answered": x.Total}))
		return nil
	})
	return x.seen(ref), err
}

func (x *Poll) close(in ClosePollInput, now time.Time) error {
	p := domain.Problems{}
	p.Need(x.Kind == PollRoom, "poll", "an evaluation is not closed by hand")
	p.Need(len(in.Hands) == 0 || len(in.Hands) == len(x.Options), "hands", "give one number for each of the %d answers", len(x.Options))
	total := 0
	for i, n := range in.Hands {
		p.Need(n >= 0, fmt.Sprintf("hands.%d", i), "0 or more")
		total += n
	}
	p.Need(x.Total+total <= maxMembers, "hands", "more hands than members")
	if err := p.Err(); err != nil {
		return err
	}
	x.State, x.ClosedAt, x.Hands = PollClosed, now, slices.Clone(in.Hands)
	for i, n := range in.Hands {
		x.Counts[i] += n
	}
	x.Total += total
	return nil
}

// result is "Yes 8, No 4".
func (x *Poll) result() string {
	parts := make([]string, len(x.Options))
	for i, o := range x.Options {
		parts[i] = o + " " + strconv.Itoa(x.Counts[i])
	}
	return strings.Join(parts, ", ")
}

// RecordEvaluation counts a member's own answer to a question of the
// evaluation, from 1 for the best to 4.
func (s *Service) RecordEvaluation(ctx context.Context, c domain.Command, process, moment, question string, choice int) error {
	ref, err := s.find(ctx, process)
	if err != nil {
		return err
	}
	own := ref.Scope()
	own.Person = c.Actor.ID
	if err := domain.Authorize(c.Actor, domain.Deliberate, own); err != nil {
		return err
	}
	if !slices.Contains(EvaluationQuestions[moment], question) {
		return domain.Hidden("question")
	}
	id := domain.Derive("evaluation", process, moment, question)
	blank := func() Poll {
		return Poll{
			Root: domain.Root{ID: id}, Process: process, Kind: moment, Question: question, Options: []string{"1", "2", "3", "4"},
			State: PollOpen, Counts: make([]int, evaluationScale), OpenedAt: s.d.Clock.Now(),
		}
	}
	_, err = s.d.Polls.Upsert(ctx, id, blank, func(x *Poll) error {
		if slices.Contains(x.Answered, c.Actor.ID) {
			return domain.ErrNoChange
		}
		return x.count(c.Actor.ID, choice)
	})
	return err
}

// ListPolls lists the questions by time, with their counts where they are
// open to anybody.
func (s *Service) ListPolls(ctx context.Context, a domain.Actor, process string) ([]Poll, error) {
	ref, err := s.enter(ctx, a, domain.ViewProcess, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Polls, process, nil)
	for i := range xs {
		xs[i] = xs[i].seen(ref)
	}
	return xs, err
}

// seen is the poll as anybody may see it: never who answered, and counts only
// when it is over and enough have answered that nobody stands alone.
func (x Poll) seen(ref domain.ProcessRef) Poll {
	x = domain.Bare(x)
	x.Answered, x.Asked = nil, nil
	if x.Kind == PollRoom && x.State == PollOpen || x.Total < ref.SmallNumber {
		x.Hidden, x.Counts, x.Hands = true, make([]int, len(x.Options)), nil
	}
	return x
}
