package accountability

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/domain"
)

// Account is what a process as a whole owes after its report: the next
// progress report, the news that went out, the members' view of the answers.
// Its id is the process's. Bound: one view per member (500 at most).
type Account struct {
	domain.Root
	Process     string          `json:"process"`
	AnnouncedAt time.Time       `json:"announced_at,omitzero"` // everyone was told of the responses
	Reports     int             `json:"reports"`               // progress reports published
	ProgressDue time.Time       `json:"progress_due,omitzero"`
	Next        time.Time       `json:"next,omitzero"`
	LateTold    bool            `json:"late_told,omitempty"` // members were told that an answer is overdue
	FinalAt     time.Time       `json:"final_at,omitzero"`   // the last feedback was sent
	Views       map[string]View `json:"views,omitempty"`     // member id -> view of the answers as a whole; shown to nobody
}

// Accounts keeps the accounts.
var Accounts = domain.Collection[Account]{
	Name: "accounts", Schema: 1, Indexes: indexes, Shard: "id",
	Keys: func(x *Account) map[string]any {
		return map[string]any{"process": x.Process, "sort": x.ID, "next": x.Next}
	},
}

func (x *Account) OfProcess() string { return x.Process }

func (s *Service) account(ctx context.Context, c domain.Command, process string, f func(*Account, time.Time) error) (Account, error) {
	now := s.d.Clock.Now()
	x, err := s.d.Accounts.Upsert(ctx, process, func() Account {
		return Account{Root: domain.Root{ID: process}, Process: process}
	}, func(x *Account) error {
		if x.Done(c) {
			return domain.ErrNoChange
		}
		return f(x, now)
	})
	return domain.Bare(x), err
}

// AccountView is the account as anybody may see it.
type AccountView struct {
	Process         string     `json:"process"`
	AnnouncedAt     time.Time  `json:"announced_at,omitzero"`
	Reports         int        `json:"reports"`
	ProgressDue     time.Time  `json:"progress_due,omitzero"`
	ProgressOverdue bool       `json:"progress_overdue"`
	FinalAt         time.Time  `json:"final_at,omitzero"`
	Members         ViewCounts `json:"members"`
}

func (s *Service) accountView(ref domain.ProcessRef, x Account) AccountView {
	due := !x.ProgressDue.IsZero() && s.d.Clock.Now().After(x.ProgressDue)
	return AccountView{
		Process: x.Process, AnnouncedAt: x.AnnouncedAt, Reports: x.Reports, ProgressDue: x.ProgressDue, ProgressOverdue: due,
		FinalAt: x.FinalAt, Members: countViews(x.Views, ref.SmallNumber),
	}
}

// Account answers where a process stands after its report. It is public.
func (s *Service) Account(ctx context.Context, _ domain.Actor, process string) (AccountView, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return AccountView{}, err
	}
	x, err := s.d.Accounts.Get(ctx, process)
	if domain.Is(err, domain.NotFound) {
		x, err = Account{Process: process}, nil
	}
	return s.accountView(ref, x), err
}

// AnnounceInput is the news of the responses in two sentences.
type AnnounceInput struct {
	Summary string `json:"summary"` // for a text: bad news first
}

// Announce tells everyone that the commissioner has answered, and asks those
// who served whether they were answered. Every response must be published. It
// starts the clock of the progress reports.
func (s *Service) Announce(ctx context.Context, c domain.Command, process string, in AnnounceInput) (AccountView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Broadcast, domain.Respond)
	if err != nil {
		return AccountView{}, err
	}
	p := domain.Problems{}
	p.Text("summary", in.Summary, shortText)
	if err := p.Err(); err != nil {
		return AccountView{}, err
	}
	if err := from(ref, "announcing the responses", domain.Reported); err != nil {
		return AccountView{}, err
	}
	g, err := s.guardResponded(ctx, ref)
	if err != nil {
		return AccountView{}, err
	}
	x, err := s.account(ctx, c, process, func(x *Account, now time.Time) error {
		if !x.AnnouncedAt.IsZero() {
			return domain.E(domain.Conflict, "the responses were announced already; send progress instead")
		}
		if err := g.Err("announcing the responses"); err != nil {
			return err
		}
		x.AnnouncedAt = now
		x.startProgress(now)
		vars := map[string]string{"summary": in.Summary}
		x.broadcast(c, "response_published", members, now, vars)
		x.broadcast(c, "followup.response_told", others, now, vars)
		x.Record(c, now, event(process, "response.announced", "accounts:"+process, nil))
		return nil
	})
	return s.accountView(ref, x), err
}

func (x *Account) startProgress(now time.Time) {
	if x.ProgressDue.IsZero() {
		x.ProgressDue = now.AddDate(0, firstMonths, 0)
		x.Next = x.ProgressDue.AddDate(0, 0, -progressNudge)
	}
}

func (x *Account) broadcast(c domain.Command, template string, statuses []string, now time.Time, vars map[string]string) {
	x.Emit(c, domain.EffectBroadcast, template, now, domain.BroadcastData{
		Process: x.Process, Statuses: statuses, Template: template, Class: domain.ClassService, Vars: vars,
	})
}

// NotChanged is one thing that has not changed, why, and what is next.
type NotChanged struct {
	What string    `json:"what"`
	Why  string    `json:"why"`
	Next time.Time `json:"next,omitzero"` // when it is looked at again; none: it is not
}

// Row is one recommendation in a progress report or in said-and-did.
type Row struct {
	Recommendation string      `json:"recommendation"`
	Number         int         `json:"number"`
	Title          string      `json:"title"`
	Outcome        Outcome     `json:"outcome,omitempty"`
	Standing       Standing    `json:"standing"`
	Overdue        bool        `json:"overdue,omitempty"`
	Actions        []RowAction `json:"actions"`
}

// RowAction is one action in a row.
type RowAction struct {
	Action string      `json:"action"`
	Title  string      `json:"title"`
	Post   string      `json:"post"`
	State  ActionState `json:"state"`
	Due    time.Time   `json:"due"`
	Late   bool        `json:"late,omitempty"`
	Silent time.Time   `json:"silent,omitzero"`
}

// ProgressReport is a periodic statement on the actions, with the state of
// everything frozen into it. Bound: 200 rows, 50 things that have not
// changed.
type ProgressReport struct {
	domain.Root
	Process    string       `json:"process"`
	Number     int          `json:"number"`
	Due        time.Time    `json:"due,omitzero"`
	At         time.Time    `json:"at"`
	Late       bool         `json:"late"`
	Summary    string       `json:"summary"`
	Text       string       `json:"text"`
	NotChanged []NotChanged `json:"not_changed"`
	Rows       []Row        `json:"rows"`
}

// ProgressReports keeps the progress reports.
var ProgressReports = domain.Collection[ProgressReport]{
	Name: "progress_reports", Schema: 1, Indexes: indexes[:1], Shard: "id",
	Keys: func(x *ProgressReport) map[string]any { return map[string]any{"process": x.Process, "sort": x.Number} },
}

func (x *ProgressReport) OfProcess() string { return x.Process }

// ProgressInput is a progress report.
type ProgressInput struct {
	Summary    string       `json:"summary"` // for a text
	Text       string       `json:"text"`
	NotChanged []NotChanged `json:"not_changed"` // what was asked for and has not changed, and why; empty: everything has
}

func (in ProgressInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("summary", in.Summary, shortText)
	p.Text("text", in.Text, longText)
	p.Need(len(in.NotChanged) <= 50, "not_changed", "at most 50")
	for i, n := range in.NotChanged {
		p.Text(fmt.Sprintf("not_changed.%d.what", i), n.What, 2000)
		p.Text(fmt.Sprintf("not_changed.%d.why", i), n.Why, 2000)
	}
	return p
}

// ReportProgress publishes a progress report and tells everyone, including of
// what has not changed.
func (s *Service) ReportProgress(ctx context.Context, c domain.Command, process string, in ProgressInput) (ProgressReport, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond, domain.Broadcast)
	if err != nil {
		return ProgressReport{}, err
	}
	if err := in.problems().Err(); err != nil {
		return ProgressReport{}, err
	}
	if err := from(ref, "reporting progress", domain.Responded); err != nil {
		return ProgressReport{}, err
	}
	b, err := s.open(ctx, process)
	if err != nil {
		return ProgressReport{}, err
	}
	if err := s.sync(ctx, process); err != nil {
		return ProgressReport{}, err
	}
	acc, err := s.d.Accounts.Get(ctx, process)
	if err != nil && !domain.Is(err, domain.NotFound) {
		return ProgressReport{}, err
	}
	now := s.d.Clock.Now()
	x := ProgressReport{
		Root: domain.Root{ID: c.ID("progress")}, Process: process, Number: acc.Reports + 1, Due: acc.ProgressDue, At: now,
		Late: !acc.ProgressDue.IsZero() && now.After(acc.ProgressDue), Summary: in.Summary, Text: in.Text, NotChanged: clean(in.NotChanged), Rows: b.rows(),
	}
	x.announce(c, now)
	x.Record(c, now, event(process, "progress.reported", "progress_reports:"+x.ID, map[string]any{"number": x.Number, "late": x.Late, "not_changed": len(x.NotChanged)}))
	if x, err = domain.Keep(ctx, s.d.Progress, x); err != nil {
		return x, err
	}
	return x, s.progressed(ctx, x)
}

func clean(in []NotChanged) []NotChanged {
	out := make([]NotChanged, len(in))
	for i, n := range in {
		out[i] = NotChanged{What: n.What, Why: n.Why}
		if !n.Next.IsZero() {
			out[i].Next = domain.Milli(n.Next)
		}
	}
	return out
}

func (x *ProgressReport) announce(c domain.Command, now time.Time) {
	tell := func(template string, vars map[string]string) {
		x.Emit(c, domain.EffectBroadcast, template, now, domain.BroadcastData{
			Process: x.Process, Statuses: everyone, Template: template, Class: domain.ClassService, Vars: vars,
		})
	}
	tell("action_progress", map[string]string{"summary": x.Summary})
	if len(x.NotChanged) > 0 {
		tell("not_changed", map[string]string{"not_changed": sentence(x.NotChanged[0].What), "more": fmt.Sprint(len(x.NotChanged) - 1)})
	}
}

// progressed moves the account's clock on, once per report.
func (s *Service) progressed(ctx context.Context, r ProgressReport) error {
	c := systemCommand("progressed", r.ID)
	_, err := s.account(ctx, c, r.Process, func(x *Account, now time.Time) error {
		if x.Reports >= r.Number {
			return domain.ErrNoChange
		}
		x.Reports = r.Number
		if x.FinalAt.IsZero() {
			x.ProgressDue = r.At.AddDate(0, laterMonths, 0)
			x.Next = x.ProgressDue.AddDate(0, 0, -progressNudge)
		}
		x.Touch(c, now)
		return nil
	})
	return err
}

// sync brings the account up to what was published, where a crash came
// between a report or feedback and the account.
func (s *Service) sync(ctx context.Context, process string) error {
	reports, err := domain.All(ctx, s.d.Progress, process)
	if err != nil {
		return err
	}
	if n := len(reports); n > 0 {
		if err := s.progressed(ctx, reports[n-1]); err != nil {
			return err
		}
	}
	final, err := s.final(ctx, process)
	if err != nil || final == nil {
		return err
	}
	return s.finished(ctx, *final)
}

// ProgressReports lists the progress reports by number; they are public.
func (s *Service) ProgressReports(ctx context.Context, _ domain.Actor, process string) ([]ProgressReport, error) {
	if _, err := s.find(ctx, process); err != nil {
		return nil, err
	}
	return domain.All(ctx, s.d.Progress, process)
}

// sentence ends a text as a sentence, for what follows it in a message.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}
