package deliberation

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"folkmoot/domain"
)

// BallotState is where a ballot stands.
type BallotState string

// The states of a ballot. Two end it without a result: withdrawn before it
// opened, and not needed because its condition can no longer hold.
const (
	BallotDraft     BallotState = "draft"
	BallotApproved  BallotState = "approved_by_members"
	BallotOpen      BallotState = "open"
	BallotClosed    BallotState = "closed"
	BallotCounted   BallotState = "counted"
	BallotCertified BallotState = "certified"
	BallotWithdrawn BallotState = "withdrawn"
	BallotNotNeeded BallotState = "not_needed"
)

// QuestionKind is the form of a question on a ballot.
type QuestionKind string

// The kinds of questions.
const (
	YesNoQuestion  QuestionKind = "yes_no" // about one recommendation
	ChoiceQuestion QuestionKind = "single_choice"
	RankedQuestion QuestionKind = "ranked" // instant runoff
)

// Option is one of several to choose from.
type Option struct {
	ID    string `json:"id"` // a to z and 0 to 9, at most 12
	Label string `json:"label"`
}

// Question is one question on a ballot. When it names a recommendation, the
// result is the recommendation's.
type Question struct {
	ID             string       `json:"id"` // q1, q2, ...: given by the program
	Text           string       `json:"text"`
	Kind           QuestionKind `json:"kind"`
	Recommendation string       `json:"recommendation,omitempty"` // id
	Options        []Option     `json:"options,omitempty"`
}

func (q Question) optionIDs() []string {
	out := make([]string, len(q.Options))
	for i, o := range q.Options {
		out[i] = o.ID
	}
	return out
}

// choices are the single answers a question takes.
func (q Question) choices() []string {
	if q.Kind == YesNoQuestion {
		return []string{Yes, No, Abstain}
	}
	return append(q.optionIDs(), Abstain)
}

// label is an option's label, or the id itself for yes and no.
func (q Question) label(id string) string {
	for _, o := range q.Options {
		if o.ID == id {
			return o.Label
		}
	}
	return id
}

// Condition lets a ballot open only when an earlier one came out one way.
type Condition struct {
	Ballot   string `json:"ballot"`   // id of an earlier ballot
	Question string `json:"question"` // on that ballot
	Outcome  string `json:"outcome"`  // passed, not_passed, or the id of the winning option
}

// Entry is a member's place on the register.
type Entry struct {
	Member string `json:"member"`
	Voted  bool   `json:"voted"`
}

// Barred is a member who may not vote in this ballot, and why.
type Barred struct {
	Member string `json:"member"`
	Why    string `json:"why"`
}

// NamedVote is a vote in a ballot that is not secret.
type NamedVote struct {
	Member  string  `json:"member"`
	Answers Answers `json:"answers"`
}

// Result is what a count found.
type Result struct {
	Voted    int       `json:"voted"`
	Register int       `json:"register"` // who could vote
	Members  int       `json:"members"`  // who held a seat
	Papers   int       `json:"papers,omitempty"`
	NoQuorum bool      `json:"no_quorum,omitempty"` // too few voted: nothing was counted
	Outcomes []Outcome `json:"outcomes"`
}

// BallotFacts are what can be said of a ballot.
type BallotFacts struct {
	Process     string      `json:"process"`
	Number      int         `json:"number"`
	Title       string      `json:"title"`
	Secret      bool        `json:"secret"`
	Rule        Rule        `json:"rule"`
	Quorum      int         `json:"quorum"`
	Questions   []Question  `json:"questions"`
	Condition   *Condition  `json:"condition,omitempty"`
	ClosesAt    time.Time   `json:"closes_at,omitzero"` // closes by itself then
	State       BallotState `json:"state"`
	Agreed      *Hands      `json:"agreed,omitempty"` // members shaped and approved the paper
	Members     int         `json:"members,omitempty"`
	Register    []Entry     `json:"register,omitempty"` // by member id
	Barred      []Barred    `json:"barred,omitempty"`
	OpenedAt    time.Time   `json:"opened_at,omitzero"`
	ClosedAt    time.Time   `json:"closed_at,omitzero"`
	CountedAt   time.Time   `json:"counted_at,omitzero"`
	CountedBy   string      `json:"counted_by,omitempty"`
	CertifiedAt time.Time   `json:"certified_at,omitzero"`
	CertifiedBy string      `json:"certified_by,omitempty"`
	Papers      int         `json:"papers,omitempty"` // votes entered from paper
	Result      *Result     `json:"result,omitempty"`
	Reason      string      `json:"reason,omitempty"` // of a withdrawal, or why it is not needed
	Named       []NamedVote `json:"named,omitempty"`  // votes of a ballot that is not secret, by member id
	Key         string      `json:"key,omitempty"`    // of a secret ballot's votes: kept, or destroyed
}

// Ballot is a set of questions put to vote. Bound: 60 questions of 12 options
// each, and one register entry per member (500 at most).
type Ballot struct {
	domain.Root
	BallotFacts
	Room int           `json:"room,omitempty"` // length of the open box in bytes
	Box  domain.Sealed `json:"box,omitempty"`  // sealed counts, while a secret ballot is open or closed
	Owes bool          `json:"owes,omitempty"` // its recommendations and dependants have yet to hear of its end
}

// BallotView is a ballot as an actor may see it: never the box.
type BallotView struct {
	domain.Root
	BallotFacts
}

// States of a ballot's key.
const (
	keyKept      = "kept"
	keyDestroyed = "destroyed"
)

// Ballots keeps the ballots.
var Ballots = domain.Collection[Ballot]{
	Name: "ballots", Schema: 1, Shard: "id",
	Indexes: append(slices.Clone(byProcess),
		domain.Index{Name: "closes", Fields: []string{"closes"}},
		domain.Index{Name: "owes", Fields: []string{"owes"}},
	),
	Keys: func(x *Ballot) map[string]any {
		keys := map[string]any{"process": x.Process, "sort": x.CreatedAt}
		if x.State == BallotOpen {
			keys["closes"] = x.ClosesAt
		}
		if x.Owes || x.keyOverdue() {
			keys["owes"] = true
		}
		return keys
	},
}

func (x *Ballot) OfProcess() string { return x.Process }

// keyOverdue: the votes are counted, and the key that could open earlier
// boxes still exists.
func (x *Ballot) keyOverdue() bool {
	return x.Key == keyKept && (x.State == BallotCounted || x.State == BallotCertified)
}

func (x *Ballot) question(id string) *Question {
	for i := range x.Questions {
		if x.Questions[i].ID == id {
			return &x.Questions[i]
		}
	}
	return nil
}

// Voted is how many have voted.
func (x *Ballot) Voted() int {
	n := 0
	for _, e := range x.Register {
		if e.Voted {
			n++
		}
	}
	return n
}

// entry finds a member's place on the register; nil when they have none.
func (x *Ballot) entry(member string) *Entry {
	i, ok := slices.BinarySearchFunc(x.Register, member, func(e Entry, m string) int {
		switch {
		case e.Member < m:
			return -1
		case e.Member > m:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &x.Register[i]
}

// BallotInput describes a ballot. A rule of nought is the jury's own.
type BallotInput struct {
	Number    int        `json:"number"`
	Title     string     `json:"title"`
	Open      bool       `json:"open_votes,omitempty"` // votes are by name; the default is secret
	Rule      *Rule      `json:"rule,omitempty"`
	Quorum    int        `json:"quorum,omitempty"` // 0: the jury's own
	Questions []Question `json:"questions"`
	Condition *Condition `json:"condition,omitempty"`
	ClosesAt  time.Time  `json:"closes_at,omitzero"`
}

const (
	maxQuestions = 60
	maxOptions   = 12
)

var optionID = regexp.MustCompile(`^[a-z0-9]{1,12}$`)

func (in BallotInput) problems(now time.Time) domain.Problems {
	p := domain.Problems{}
	p.Need(in.Number > 0, "number", "number the ballots from 1")
	p.Text("title", in.Title, longTitle)
	p.Need(len(in.Questions) > 0, "questions", "ask at least one question")
	p.Need(len(in.Questions) <= maxQuestions, "questions", "ask at most %d questions on one ballot", maxQuestions)
	p.Need(in.Quorum == 0 || in.Quorum >= minQuorum, "quorum", "at least %d members must vote, so that no single vote shows", minQuorum)
	p.Need(in.ClosesAt.IsZero() || in.ClosesAt.After(now), "closes_at", "choose a moment still to come, or leave it out")
	if in.Rule != nil {
		in.Rule.check(p, "rule")
	}
	for i, q := range in.Questions {
		q.check(p, fmt.Sprintf("questions.%d", i))
	}
	if c := in.Condition; c != nil {
		p.Text("condition.ballot", c.Ballot, longTitle)
		p.Text("condition.question", c.Question, longTitle)
		p.Text("condition.outcome", c.Outcome, longTitle)
	}
	return p
}

func (q Question) check(p domain.Problems, f string) {
	p.Text(f+".text", q.Text, 2000)
	domain.OneOf(p, f+".kind", q.Kind, []QuestionKind{YesNoQuestion, ChoiceQuestion, RankedQuestion})
	if q.Kind == YesNoQuestion {
		p.Need(len(q.Options) == 0, f+".options", "a yes or no question has no options")
		return
	}
	p.Need(len(q.Options) >= 2, f+".options", "give at least two options")
	p.Need(len(q.Options) <= maxOptions, f+".options", "give at most %d options", maxOptions)
	p.Need(distinct(q.optionIDs()), f+".options", "give each option its own id")
	for _, o := range q.Options {
		ok := optionID.MatchString(o.ID) && o.ID != Abstain
		p.Need(ok, f+".options", "an option's id is 1 to 12 small letters and digits, and not %q", Abstain)
		p.Text(f+".options."+o.ID, o.Label, longTitle)
	}
}

// DraftBallot begins a ballot. Members shape it; see [Service.ApproveBallot].
func (s *Service) DraftBallot(ctx context.Context, c domain.Command, process string, in BallotInput) (BallotView, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return BallotView{}, err
	}
	if err := s.ballotProblems(ctx, process, in); err != nil {
		return BallotView{}, err
	}
	if err := during(ref, "drafting a ballot", domain.Deliberating, domain.Reporting); err != nil {
		return BallotView{}, err
	}
	x := Ballot{Root: domain.Root{ID: c.ID("ballot")}, BallotFacts: BallotFacts{Process: process, State: BallotDraft}}
	in.fill(&x)
	x.Record(c, s.d.Clock.Now(), event(process, "ballot.drafted", "ballots:"+x.ID, map[string]any{"questions": len(x.Questions), "secret": x.Secret}))
	x, err = domain.Keep(ctx, s.d.Ballots, x)
	return x.seenBy(c.Actor, levelRun), err
}

// ballotProblems checks the input and what it refers to.
func (s *Service) ballotProblems(ctx context.Context, process string, in BallotInput) error {
	p := in.problems(s.d.Clock.Now())
	for i, q := range in.Questions {
		if q.Recommendation == "" {
			p.Need(q.Kind != YesNoQuestion, fmt.Sprintf("questions.%d.recommendation", i), "name the recommendation it is about")
			continue
		}
		_, err := domain.Fetch(ctx, s.d.Recommendations, domain.At(process, "recommendation", q.Recommendation))
		if err := skipMissing(err); err != nil {
			return err
		}
		p.Need(err == nil, fmt.Sprintf("questions.%d.recommendation", i), "there is no such recommendation in this process")
	}
	if c := in.Condition; c != nil {
		parent, err := domain.Fetch(ctx, s.d.Ballots, domain.At(process, "ballot", c.Ballot))
		if err := skipMissing(err); err != nil {
			return err
		}
		p.Need(err == nil, "condition.ballot", "there is no such ballot in this process")
		p.Need(err != nil || parent.question(c.Question) != nil, "condition.question", "there is no such question on that ballot")
		p.Need(err != nil || c.possible(parent), "condition.outcome", "use passed, not_passed or the id of an option of that question")
	}
	return p.Err()
}

func (c Condition) possible(parent Ballot) bool {
	q := parent.question(c.Question)
	return q == nil || c.Outcome == "passed" || c.Outcome == "not_passed" || slices.Contains(q.optionIDs(), c.Outcome)
}

func (in BallotInput) fill(x *Ballot) {
	x.Number, x.Title, x.Secret, x.Quorum, x.Condition = in.Number, in.Title, !in.Open, in.Quorum, in.Condition
	x.ClosesAt = time.Time{}
	if !in.ClosesAt.IsZero() {
		x.ClosesAt = domain.Milli(in.ClosesAt)
	}
	x.Rule = Rule{}
	if in.Rule != nil {
		x.Rule = *in.Rule
	}
	x.Questions = slices.Clone(in.Questions)
	for i := range x.Questions {
		x.Questions[i].ID = fmt.Sprintf("q%d", i+1)
		if len(x.Questions[i].Options) == 0 {
			x.Questions[i].Options = nil
		}
	}
}

func (s *Service) ballotChange(ctx context.Context, c domain.Command, process, id string, f func(*Ballot, time.Time) error) (BallotView, error) {
	now := s.d.Clock.Now()
	x, err := domain.Change(ctx, s.d.Ballots, domain.At(process, "ballot", id), c, func(x *Ballot) error { return f(x, now) })
	return x.seenBy(c.Actor, levelRun), err
}

// ChangeBallot replaces a draft.
func (s *Service) ChangeBallot(ctx context.Context, c domain.Command, process, id string, in BallotInput) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	if err := s.ballotProblems(ctx, process, in); err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State != BallotDraft && x.State != BallotApproved {
			return domain.E(domain.Conflict, "a ballot that is %s cannot be changed", x.State)
		}
		in.fill(x)
		x.State, x.Agreed = BallotDraft, nil
		x.Record(c, now, event(process, "ballot.changed", "ballots:"+id, map[string]any{"questions": len(x.Questions), "secret": x.Secret}))
		return nil
	})
}

// ApproveBallot records the members' show of hands on the paper itself. The
// jury's rule and quorum are copied in where the ballot has none of its own.
func (s *Service) ApproveBallot(ctx context.Context, c domain.Command, process, id string, in LockInput) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	p := domain.Problems{}
	in.Hands.check(p, "hands")
	if err := p.Err(); err != nil {
		return BallotView{}, err
	}
	t, err := s.Terms(ctx, c.Actor, process)
	if err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State != BallotDraft {
			return domain.E(domain.Conflict, "only a draft is approved; this ballot is %s", x.State)
		}
		var g domain.Guard
		g.Need(!t.FixedAt.IsZero(), ruleFixed)
		g.Need(in.Hands.carried(), domain.Missing{Item: "members_agree", Need: "more than half of the members present agree to the ballot", Who: domain.Member})
		if err := g.Err("approving the ballot"); err != nil {
			return err
		}
		x.settle(t)
		in.Hands.At, in.Hands.By = now, c.Actor.ID
		x.Agreed, x.State = &in.Hands, BallotApproved
		x.Record(c, now, event(process, "ballot.approved", "ballots:"+id, map[string]any{"rule": x.Rule.String(), "quorum": x.Quorum, "for": in.Hands.For, "against": in.Hands.Against}))
		return nil
	})
}

// settle copies the jury's own rule and quorum into a ballot that has none.
func (x *Ballot) settle(t Terms) {
	if x.Rule == (Rule{}) {
		x.Rule = t.Rule
	}
	if x.Quorum == 0 {
		x.Quorum = t.Quorum
	}
}

var ruleFixed = domain.Missing{Item: "rule_fixed", Need: "the members fix the rules of voting before the first ballot", Who: domain.Facilitator, Where: "rules"}

// WithdrawBallot drops a ballot that has not opened, with a reason.
func (s *Service) WithdrawBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	if err := needReason(c); err != nil {
		return BallotView{}, err
	}
	x, err := s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State != BallotDraft && x.State != BallotApproved {
			return domain.E(domain.Conflict, "a ballot that is %s cannot be withdrawn", x.State)
		}
		x.State, x.Reason, x.Owes = BallotWithdrawn, c.Reason, true
		x.Record(c, now, event(process, "ballot.withdrawn", "ballots:"+id, nil))
		return nil
	})
	if err != nil {
		return x, err
	}
	return x, s.discharge(ctx, process, id)
}

// firstOpening is when the first ballot of the process opened; zero: none.
func (s *Service) firstOpening(ctx context.Context, process string) (time.Time, error) {
	xs, err := domain.All(ctx, s.d.Ballots, process)
	var at time.Time
	for _, x := range xs {
		if !x.OpenedAt.IsZero() && (at.IsZero() || x.OpenedAt.Before(at)) {
			at = x.OpenedAt
		}
	}
	return at, err
}

// seenBy is the view of a ballot for an actor: the register to those who run
// the sessions; one's own place to a member; named votes after the close to
// those in the process; the result once it is certified to the public.
func (x Ballot) seenBy(a domain.Actor, lv level) BallotView {
	v := BallotView{x.Root, x.BallotFacts}
	v.Effects, v.Applied = nil, nil
	if lv == levelPublic || x.State == BallotOpen {
		v.Named = nil
	}
	if lv == levelRun {
		return v
	}
	own := x.entry(a.ID)
	v.Register, v.Barred = nil, nil
	if lv == levelMember && own != nil {
		v.Register = []Entry{*own}
	}
	if lv == levelPublic && x.State != BallotCertified {
		v.Result = nil
	}
	return v
}

// Ballot answers one ballot; the public sees it from its opening.
func (s *Service) Ballot(ctx context.Context, a domain.Actor, process, id string) (BallotView, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return BallotView{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Ballots, domain.At(process, "ballot", id))
	if err != nil {
		return BallotView{}, err
	}
	if !x.shownAt(lv) {
		return BallotView{}, domain.Hidden("ballot")
	}
	return x.seenBy(a, lv), nil
}

// Ballots lists the ballots of the process, oldest first.
func (s *Service) Ballots(ctx context.Context, a domain.Actor, process string) ([]BallotView, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Ballots, process, func(x *Ballot) bool { return x.shownAt(lv) })
	out := make([]BallotView, len(xs))
	for i, x := range xs {
		out[i] = x.seenBy(a, lv)
	}
	return out, err
}

func (x *Ballot) shownAt(lv level) bool {
	return lv != levelPublic || !x.OpenedAt.IsZero() || x.State == BallotNotNeeded
}
