package deliberation

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"folkmoot/domain"
)

// SessionState is where a sitting stands.
type SessionState string

// The states of a session: planned, open, held; or cancelled.
const (
	SessionPlanned   SessionState = "planned"
	SessionOpen      SessionState = "open"
	SessionHeld      SessionState = "held"
	SessionCancelled SessionState = "cancelled"
)

// Mode is how people take part in a session.
type Mode string

// The modes.
const (
	InPerson Mode = "in_person"
	Online   Mode = "online"
	Hybrid   Mode = "hybrid"
)

// AgendaKind is what a part of a session is for. Minutes for members'
// questions and for deliberation among themselves are what a method statement
// must give.
type AgendaKind string

// The kinds of agenda items.
const (
	AgendaWelcome      AgendaKind = "welcome"
	AgendaEvidence     AgendaKind = "evidence"
	AgendaQuestions    AgendaKind = "questions"
	AgendaDeliberation AgendaKind = "deliberation"
	AgendaVote         AgendaKind = "vote"
	AgendaBreak        AgendaKind = "break"
	AgendaOther        AgendaKind = "other"
)

var agendaKinds = []AgendaKind{AgendaWelcome, AgendaEvidence, AgendaQuestions, AgendaDeliberation, AgendaVote, AgendaBreak, AgendaOther}

// AgendaItem is one part of a session.
type AgendaItem struct {
	Title     string     `json:"title"`
	Kind      AgendaKind `json:"kind"`
	Minutes   int        `json:"minutes"`
	Witnesses []string   `json:"witnesses,omitempty"` // ids
	Evidence  []string   `json:"evidence,omitempty"`  // ids
	Private   bool       `json:"private,omitempty"`   // observers step outside
}

// Presence is how much of a session a member attended.
type Presence string

// The presences.
const (
	Present Presence = "present"
	Partly  Presence = "partly" // present at some of it; counts as attended
	Absent  Presence = "absent"
)

var presences = []Presence{Present, Partly, Absent}

// Fairness is what members answered about the day, added up. Words are kept
// sorted, so that their order says nothing.
type Fairness struct {
	Fair      [4]int              `json:"fair"` // 1 very fair, 2 fair, 3 unfair, 4 very unfair
	Bias      [3]int              `json:"bias"` // did anything push one way: 1 no, 2 a little, 3 yes
	Comments  []string            `json:"comments,omitempty"`
	BiasWords []string            `json:"bias_words,omitempty"`
	Answered  map[string][]string `json:"answered,omitempty"` // question -> ids of those who answered
	Texts     []string            `json:"texts,omitempty"`    // about bias, of late: hashes of their commands, none of which comes twice
	Hidden    bool                `json:"hidden,omitempty"`   // the counts are not open to this reader; the noughts say nothing
}

// Session is a sitting of the jury. Bound: 40 agenda items, one attendance
// mark and one answer per member (500 at most).
type Session struct {
	domain.Root
	Process    string              `json:"process"`
	Number     int                 `json:"number"` // 1 for the first
	Title      string              `json:"title"`
	Starts     time.Time           `json:"starts"`
	Ends       time.Time           `json:"ends"`
	Mode       Mode                `json:"mode"`
	Place      string              `json:"place,omitempty"`
	Link       string              `json:"link,omitempty"` // for joining online
	Required   bool                `json:"required"`       // members must attend to hold a vote
	Observers  string              `json:"observers,omitempty"`
	State      SessionState        `json:"state"`
	Agenda     []AgendaItem        `json:"agenda"`
	Attendance map[string]Presence `json:"attendance,omitempty"` // member id -> presence
	Attended   int                 `json:"attended"`
	Officials  []string            `json:"officials,omitempty"` // posts of the commissioner who listened
	Fairness   Fairness            `json:"fairness"`
	Telling    string              `json:"telling,omitempty"` // what members are told next: week_before, day_before, morning
	Remind     time.Time           `json:"remind,omitzero"`   // and when
	OpenedAt   time.Time           `json:"opened_at,omitzero"`
	HeldAt     time.Time           `json:"held_at,omitzero"`
	Reason     string              `json:"reason,omitempty"` // of a cancellation
}

// Sessions keeps the sessions.
var Sessions = domain.Collection[Session]{
	Name: "sessions", Schema: 1, Shard: "id",
	Indexes: append(slices.Clone(byProcess), domain.Index{Name: "remind", Fields: []string{"remind"}}),
	Keys: func(x *Session) map[string]any {
		keys := map[string]any{"process": x.Process, "sort": x.Starts}
		if x.State == SessionPlanned && x.Telling != "" {
			keys["remind"] = x.Remind
		}
		return keys
	},
}

func (x *Session) OfProcess() string { return x.Process }

// Was reports whether the member attended, wholly or in part.
func (x *Session) Was(member string) bool {
	p := x.Attendance[member]
	return p == Present || p == Partly
}

// SessionInput describes a session.
type SessionInput struct {
	Number    int          `json:"number"`
	Title     string       `json:"title"`
	Starts    time.Time    `json:"starts"`
	Ends      time.Time    `json:"ends"`
	Mode      Mode         `json:"mode"`
	Place     string       `json:"place,omitempty"`
	Link      string       `json:"link,omitempty"`
	Required  bool         `json:"required"`
	Observers string       `json:"observers,omitempty"` // rules for people who watch
	Agenda    []AgendaItem `json:"agenda"`
	Tell      string       `json:"tell,omitempty"` // of a change: what members are told, in a sentence; empty: a new time or place by itself
}

const maxAgenda = 40

func (in SessionInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Need(in.Number > 0, "number", "number the sessions from 1")
	p.Text("title", in.Title, longTitle)
	p.Need(!in.Starts.IsZero(), "starts", "say when it starts")
	p.Need(in.Ends.After(in.Starts), "ends", "it must end after it starts")
	p.Need(in.Ends.Sub(in.Starts) <= 24*time.Hour, "ends", "a session is one day at most; plan one per day")
	domain.OneOf(p, "mode", in.Mode, []Mode{InPerson, Online, Hybrid})
	p.Need(in.Mode == Online || in.Place != "", "place", "say where it is")
	checkTell(p, in.Tell)
	p.Need(len(in.Agenda) <= maxAgenda, "agenda", "at most %d items", maxAgenda)
	total := 0
	for i, a := range in.Agenda {
		f := fmt.Sprintf("agenda.%d.", i)
		p.Text(f+"title", a.Title, longTitle)
		domain.OneOf(p, f+"kind", a.Kind, agendaKinds)
		p.Need(a.Minutes > 0, f+"minutes", "give the minutes it takes")
		total += a.Minutes
	}
	p.Need(time.Duration(total)*time.Minute <= in.Ends.Sub(in.Starts), "agenda", "its %d minutes are longer than the session", total)
	return p
}

func (in SessionInput) fill(x *Session, loc *time.Location, now time.Time) {
	x.Number, x.Title, x.Mode, x.Place, x.Link = in.Number, in.Title, in.Mode, in.Place, in.Link
	x.Starts, x.Ends = domain.Milli(in.Starts), domain.Milli(in.Ends)
	x.Required, x.Observers, x.Agenda = in.Required, in.Observers, slices.Clone(in.Agenda)
	if x.Agenda == nil {
		x.Agenda = []AgendaItem{}
	}
	x.tellNext(loc, now)
}

// PlanSession adds a session.
func (s *Service) PlanSession(ctx context.Context, c domain.Command, process string, in SessionInput) (Session, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Session{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Session{}, err
	}
	if err := during(ref, "planning a session", domain.Proposed, domain.Reporting); err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	x := Session{Root: domain.Root{ID: c.ID("session")}, Process: process, State: SessionPlanned}
	in.fill(&x, ref.Location(), now)
	x.Record(c, now, event(process, "session.planned", "sessions:"+x.ID, map[string]any{"number": x.Number, "starts": x.Starts, "required": x.Required}))
	return domain.Keep(ctx, s.d.Sessions, x)
}

// ChangeSession replaces the plan of a session that has not begun.
func (s *Service) ChangeSession(ctx context.Context, c domain.Command, process, id string, in SessionInput) (Session, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Session{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), c, func(x *Session) error {
		if x.State != SessionPlanned {
			return domain.E(domain.Conflict, "only a planned session can be changed; this one is %s", x.State)
		}
		before := *x
		in.fill(x, ref.Location(), now)
		x.tell(c, now, in.Tell)
		if in.Tell == "" && x.movedFrom(before) && x.Starts.After(now) {
			x.broadcast(c, now, "session_moved", ref.Location())
		}
		x.Record(c, now, event(process, "session.changed", "sessions:"+id, map[string]any{"number": x.Number, "starts": x.Starts, "required": x.Required}))
		return nil
	})
}

// OpenSession begins a session, so that attendance can be taken.
func (s *Service) OpenSession(ctx context.Context, c domain.Command, process, id string) (Session, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Session{}, err
	}
	if err := during(ref, "opening a session", domain.Convened, domain.Reporting); err != nil {
		return Session{}, err
	}
	first, err := s.isFirst(ctx, process, id)
	if err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), c, func(x *Session) error {
		if x.State == SessionOpen {
			return domain.ErrNoChange
		}
		if x.State != SessionPlanned {
			return domain.E(domain.Conflict, "this session is %s already", x.State)
		}
		x.State, x.OpenedAt = SessionOpen, now
		if first {
			x.Emit(c, domain.EffectBroadcast, "evaluation", now, domain.BroadcastData{
				Process: process, Statuses: servingStatuses, Template: "evaluation", Class: domain.ClassService, Expires: x.Ends,
			})
		}
		x.Record(c, now, event(process, "session.opened", "sessions:"+id, map[string]any{"number": x.Number}))
		return nil
	})
}

// AttendanceInput marks members; those not named keep their mark.
type AttendanceInput struct {
	Marks     map[string]Presence `json:"marks"`               // member id -> present, partly, absent
	Officials []string            `json:"officials,omitempty"` // posts of the commissioner who listened
}

const maxMembers = 500

// MarkAttendance records who is there. It can be mended until the session is
// closed, and after that with a reason.
func (s *Service) MarkAttendance(ctx context.Context, c domain.Command, process, id string, in AttendanceInput) (Session, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Session{}, err
	}
	p := domain.Problems{}
	p.Need(len(in.Marks) > 0 || len(in.Officials) > 0, "marks", "mark at least one member")
	p.Need(len(in.Marks) <= maxMembers, "marks", "at most %d at a time", maxMembers)
	seated, err := s.seated(ctx, process)
	if err != nil {
		return Session{}, err
	}
	for _, m := range sortedKeys(in.Marks) {
		domain.OneOf(p, "marks."+m, in.Marks[m], presences)
		p.Need(seated[m] || in.Marks[m] == Absent, "marks."+m, "this person holds no seat now")
	}
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), c, func(x *Session) error {
		if x.State != SessionOpen && (x.State != SessionHeld || c.Reason == "") {
			return domain.E(domain.Conflict, "attendance is taken while the session is open; after that a mark is mended with a reason (this one is %s)", x.State)
		}
		x.mark(in)
		x.Record(c, now, event(process, "session.attendance_marked", "sessions:"+id, map[string]any{"marked": len(in.Marks), "attended": x.Attended}))
		return nil
	})
}

func (x *Session) mark(in AttendanceInput) {
	if x.Attendance == nil {
		x.Attendance = map[string]Presence{}
	}
	for m, p := range in.Marks {
		x.Attendance[m] = p
	}
	if len(in.Officials) > 0 {
		x.Officials = slices.Clone(in.Officials)
	}
	x.Attended = 0
	for m := range x.Attendance {
		if x.Was(m) {
			x.Attended++
		}
	}
}

// CloseSession ends a session: it was held. Members are asked how fair the
// day was.
func (s *Service) CloseSession(ctx context.Context, c domain.Command, process, id string) (Session, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Session{}, err
	}
	last, err := s.isLast(ctx, process, id)
	if err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), c, func(x *Session) error {
		if x.State == SessionHeld {
			return domain.ErrNoChange
		}
		var g domain.Guard
		g.Need(x.State == SessionOpen, domain.Missing{Item: "session_open", Need: "the session was opened", Who: domain.Facilitator})
		g.Need(x.Attended > 0, domain.Missing{Item: "attendance", Need: "attendance was taken", Who: domain.Facilitator})
		if err := g.Err("closing the session"); err != nil {
			return err
		}
		x.State, x.HeldAt = SessionHeld, now
		vars := map[string]string{"session": x.ID, "day": x.Title, "last_day": ""}
		if last {
			vars["last_day"] = "yes" // the evaluation's questions follow those about the day
		}
		x.Emit(c, domain.EffectBroadcast, "day_feedback", now, domain.BroadcastData{
			Process: process, Statuses: servingStatuses, Template: "day_feedback", Class: domain.ClassService,
			Vars: vars, Expires: now.Add(72 * time.Hour),
		})
		x.Record(c, now, event(process, "session.held", "sessions:"+id, map[string]any{"number": x.Number, "attended": x.Attended}))
		return nil
	})
}

// servingStatuses are the people a session's texts go to.
var servingStatuses = []string{"confirmed", "onboarded", "serving"}

// maxTell keeps what members are told of a change to two parts of a text.
const maxTell = 160

func checkTell(p domain.Problems, words string) {
	p.Need(len([]rune(words)) <= maxTell, "tell", "keep this to %d characters, so that it fits a text", maxTell)
}

// tell sends those who hold a seat the organiser's own words on a change.
func (x *Session) tell(c domain.Command, now time.Time, words string) {
	if words = strings.TrimSpace(words); words == "" {
		return
	}
	x.Emit(c, domain.EffectBroadcast, "change", now, domain.BroadcastData{
		Process: x.Process, Statuses: servingStatuses, Template: "change", Class: domain.ClassService,
		Vars: map[string]string{"session": x.ID, "change": words},
	})
}

// CancelInput is what members are told of a session that is off.
type CancelInput struct {
	Tell string `json:"tell,omitempty"` // in a sentence; empty: the text says only that it is off
}

// CancelSession drops a session, with a reason; members are told, in the
// organiser's own words where there are any.
func (s *Service) CancelSession(ctx context.Context, c domain.Command, process, id string, in CancelInput) (Session, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Session{}, err
	}
	p := domain.Problems{}
	p.Text("reason", c.Reason, longText)
	checkTell(p, in.Tell)
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), c, func(x *Session) error {
		if x.State != SessionPlanned {
			return domain.E(domain.Conflict, "only a planned session can be cancelled; this one is %s", x.State)
		}
		x.State, x.Reason = SessionCancelled, c.Reason
		x.tell(c, now, in.Tell)
		if in.Tell == "" && x.Starts.After(now) {
			x.broadcast(c, now, "session_dropped", ref.Location())
		}
		x.Record(c, now, event(process, "session.cancelled", "sessions:"+id, map[string]any{"number": x.Number}))
		return nil
	})
}

func needReason(c domain.Command) error {
	p := domain.Problems{}
	p.Text("reason", c.Reason, longText)
	return p.Err()
}

// actFor allows a member to act for themselves, and those with the other
// permission to act for a member.
func actFor(a domain.Actor, ref domain.ProcessRef, member string, other domain.Permission) error {
	own := ref.Scope()
	own.Person = member
	if domain.May(a, domain.Deliberate, own) || domain.May(a, other, ref.Scope()) {
		return nil
	}
	if a.Holds(domain.Member, ref.Scope()) {
		return domain.E(domain.Forbidden, "you can only do this for yourself")
	}
	return domain.Authorize(a, other, ref.Scope())
}

// Session answers one session, with what the actor may see of it.
func (s *Service) Session(ctx context.Context, a domain.Actor, process, id string) (Session, error) {
	ref, lv, err := s.look(ctx, a, process)
	if err != nil {
		return Session{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Sessions, domain.At(process, "session", id))
	if err != nil {
		return x, err
	}
	return x.seenBy(a, ref, lv), nil
}

// Sessions lists the sessions of the process by time.
func (s *Service) Sessions(ctx context.Context, a domain.Actor, process string) ([]Session, error) {
	ref, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Sessions, process, nil)
	for i := range xs {
		xs[i] = xs[i].seenBy(a, ref, lv)
	}
	return xs, err
}

// seenBy leaves out who attended and what was said of the day, where the
// actor may not see it. Members see their own mark.
func (x Session) seenBy(a domain.Actor, ref domain.ProcessRef, lv level) Session {
	x = domain.Bare(x)
	x.Fairness.Answered, x.Fairness.Texts = nil, nil
	if lv != levelRun {
		own := x.Attendance[a.ID]
		x.Attendance = nil
		if lv == levelMember && own != "" {
			x.Attendance = map[string]Presence{a.ID: own}
		}
	}
	if lv == levelPublic {
		x.Link = ""
	}
	total := 0
	for _, n := range x.Fairness.Fair {
		total += n
	}
	if total < ref.SmallNumber || lv == levelPublic || lv == levelMember {
		x.Fairness = Fairness{Hidden: true}
	}
	return x
}

// Attendance answers which sessions each member attended, for those who run
// the process: pay is earned by it.
func (s *Service) Attendance(ctx context.Context, process string) (map[string][]string, error) {
	xs, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, x := range xs {
		for m := range x.Attendance {
			if x.Was(m) && x.State == SessionHeld {
				out[m] = append(out[m], x.ID)
			}
		}
	}
	return out, nil
}

func (s *Service) seated(ctx context.Context, process string) (map[string]bool, error) {
	ids, err := s.d.Members.Seated(ctx, process)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
