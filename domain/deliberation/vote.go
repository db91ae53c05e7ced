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

// OpenBallot takes down who may vote and opens the ballot.
func (s *Service) OpenBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return BallotView{}, err
	}
	if err := during(ref, "opening a ballot", domain.Deliberating, domain.Reporting); err != nil {
		return BallotView{}, err
	}
	draft, err := get(ctx, s.d.Ballots, place{process, "ballot", id})
	if err != nil {
		return BallotView{}, err
	}
	if draft.State == BallotApproved {
		if err := s.prepare(ctx, draft); err != nil {
			return BallotView{}, err
		}
	}
	roll, barred, members, err := s.roll(ctx, process)
	if err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotOpen {
			return domain.ErrNoChange
		}
		if err := x.mayOpen(len(roll)); err != nil {
			return err
		}
		if x.Revision != draft.Revision {
			return domain.E(domain.Stale, "the ballot was changed meanwhile; look at it again before opening it")
		}
		x.Register, x.Barred, x.Members = roll, barred, members
		x.State, x.OpenedAt = BallotOpen, now
		if x.Secret {
			x.Room, x.Key = x.room(), keyKept
			if err := s.seal(ctx, x, tally{}); err != nil {
				return err
			}
		}
		x.Record(c, now, event(process, "ballot.opened", "ballots:"+id, map[string]any{
			"register": len(roll), "members": members, "barred": len(barred), "rule": x.Rule.String(), "quorum": x.Quorum, "secret": x.Secret,
		}))
		return nil
	})
}

func (x *Ballot) mayOpen(roll int) error {
	var g domain.Guard
	g.Need(x.State == BallotApproved, domain.Missing{Item: "approved_by_members", Need: "the members approve the ballot (it is " + string(x.State) + ")", Who: domain.Member})
	g.Need(x.Quorum == 0 || roll >= x.Quorum, domain.Missing{
		Item: "enough_voters", Need: fmt.Sprintf("at least %d members may vote (by the attendance rule %d may)", x.Quorum, roll), Who: domain.Facilitator,
	})
	return g.Err("opening the ballot")
}

// prepare asks what stands between an approved ballot and its opening, and
// binds its recommendations to it, so that their wording stays as voted on.
func (s *Service) prepare(ctx context.Context, x Ballot) error {
	var g domain.Guard
	if err := s.conditionMet(ctx, x, &g); err != nil {
		return err
	}
	recs := []string{}
	for _, q := range x.Questions {
		if q.Recommendation == "" {
			continue
		}
		r, err := get(ctx, s.d.Recommendations, place{x.Process, "recommendation", q.Recommendation})
		if err != nil {
			return err
		}
		bound := r.State == RecBalloted && r.Ballot == x.ID
		g.Need(r.State == RecFinal || bound, domain.Missing{
			Item: "final_wording", Need: fmt.Sprintf("the wording of %q is made final by the members (it is %s)", r.Title, r.State), Who: domain.Facilitator,
		})
		recs = append(recs, r.ID)
	}
	if err := g.Err("opening the ballot"); err != nil {
		return err
	}
	return s.bind(ctx, x, recs)
}

func (s *Service) bind(ctx context.Context, x Ballot, recs []string) error {
	now := s.d.Clock.Now()
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("bind", x.ID)}
	for _, id := range recs {
		_, err := change(ctx, s.d.Recommendations, place{x.Process, "recommendation", id}, domain.Command{}, func(r *Recommendation) error {
			if r.State == RecBalloted && r.Ballot == x.ID {
				return domain.ErrNoChange
			}
			if r.State != RecFinal {
				return domain.E(domain.Stale, "the wording of a recommendation was opened again meanwhile; look at it before opening the ballot")
			}
			r.State, r.Ballot = RecBalloted, x.ID
			r.Record(c, now, event(x.Process, "recommendation.balloted", "recommendations:"+id, map[string]any{"ballot": x.ID, "text": r.Lock.Hash}))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) conditionMet(ctx context.Context, x Ballot, g *domain.Guard) error {
	if x.Condition == nil {
		return nil
	}
	parent, err := get(ctx, s.d.Ballots, place{x.Process, "ballot", x.Condition.Ballot})
	if err != nil {
		return err
	}
	g.Need(x.Condition.holds(parent), domain.Missing{
		Item: "condition", Who: domain.Facilitator,
		Need: fmt.Sprintf("ballot %d is certified and came out as %q on %s (it is %s)", parent.Number, x.Condition.Outcome, x.Condition.Question, parent.State),
	})
	return nil
}

// holds reports whether the parent is certified and came out as needed.
func (c Condition) holds(parent Ballot) bool {
	if parent.State != BallotCertified || parent.Result.NoQuorum {
		return false
	}
	for _, o := range parent.Result.Outcomes {
		if o.Question != c.Question {
			continue
		}
		switch c.Outcome {
		case "passed":
			return o.Passed
		case "not_passed":
			return !o.Passed
		}
		return o.Passed && o.Winner == c.Outcome
	}
	return false
}

// roll is the register by the attendance rule: who may vote, who may not, and
// how many are seated.
func (s *Service) roll(ctx context.Context, process string) ([]Entry, []Barred, int, error) {
	seated, err := s.d.Members.Seated(ctx, process)
	if err != nil {
		return nil, nil, 0, err
	}
	sessions, err := all(ctx, s.d.Sessions, process)
	if err != nil {
		return nil, nil, 0, err
	}
	t, err := s.Terms(ctx, domain.SystemActor("job"), process)
	if err != nil {
		return nil, nil, 0, err
	}
	seated = slices.Clone(seated)
	sort.Strings(seated)
	var roll []Entry
	var barred []Barred
	for _, m := range seated {
		n := attended(sessions, m)
		if n >= t.Attend {
			roll = append(roll, Entry{Member: m})
			continue
		}
		barred = append(barred, Barred{Member: m, Why: fmt.Sprintf("attended %d required sessions of the %d that a vote needs", n, t.Attend)})
	}
	return roll, barred, len(seated), nil
}

// attended counts the required sessions a member was at.
func attended(sessions []Session, member string) int {
	n := 0
	for _, x := range sessions {
		if x.Required && (x.State == SessionHeld || x.State == SessionOpen) && x.Was(member) {
			n++
		}
	}
	return n
}

// VoteInput is a member's vote.
type VoteInput struct {
	Answers Answers `json:"answers"` // by question id; every question is answered, or abstained on
}

// Receipt says that a vote is in, and nothing of what it says.
type Receipt struct {
	Ballot  string `json:"ballot"`
	Voted   bool   `json:"voted"`
	Earlier bool   `json:"earlier,omitempty"` // it was in before: this call changed nothing
}

// Vote casts the actor's own vote. A secret vote cannot be changed, because
// nobody can find it: a second one changes nothing and the receipt says so.
// A vote by name can be changed until the ballot closes.
//
// In a secret ballot this is one write that ticks the register and replaces
// the box; it leaves no command key, no effect and no audit entry.
func (s *Service) Vote(ctx context.Context, c domain.Command, process, id string, in VoteInput) (Receipt, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return Receipt{}, err
	}
	own := ref.Scope()
	own.Person = c.Actor.ID
	if err := domain.Authorize(c.Actor, domain.Deliberate, own); err != nil {
		return Receipt{}, err
	}
	if err := during(ref, "voting", domain.Deliberating, domain.Reporting); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Ballot: id, Voted: true}
	now := s.d.Clock.Now()
	_, err = change(ctx, s.d.Ballots, place{process, "ballot", id}, domain.Command{}, func(x *Ballot) error {
		receipt.Earlier = false
		e, err := x.mayVote(c.Actor)
		if err != nil {
			return err
		}
		if e.Voted && x.Secret {
			receipt.Earlier = true
			return domain.ErrNoChange
		}
		p := domain.Problems{}
		x.check(p, "answers", in.Answers)
		if err := p.Err(); err != nil {
			return err
		}
		e.Voted = true
		x.Touch(domain.Command{}, now)
		return s.cast(ctx, x, c.Actor.ID, in.Answers)
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// mayVote finds the actor's place on the register.
func (x *Ballot) mayVote(a domain.Actor) (*Entry, error) {
	if x.OpenedAt.IsZero() {
		return nil, domain.Hidden("open ballot")
	}
	e := x.entry(a.ID)
	if e == nil {
		return nil, domain.E(domain.Forbidden, "you are not on this ballot's register; the facilitator can tell you why")
	}
	if x.State != BallotOpen && !(e.Voted && x.Secret) {
		return nil, domain.E(domain.Conflict, "this ballot is %s; no more votes can come in", x.State)
	}
	if x.Secret && (a.Via == "sms" || a.Via == "slack") {
		return nil, domain.E(domain.Conflict, "this ballot is secret, and phones and their companies keep every text: please vote on your own page or on paper in the room")
	}
	return e, nil
}

// cast puts answers into the box, or beside the name in an open ballot.
func (s *Service) cast(ctx context.Context, x *Ballot, member string, in Answers) error {
	if !x.Secret {
		x.name(member, in)
		return nil
	}
	t, err := s.open(ctx, x)
	if err != nil {
		return err
	}
	t.add(x.Questions, in)
	return s.seal(ctx, x, t)
}

func (x *Ballot) name(member string, in Answers) {
	i := sort.Search(len(x.Named), func(i int) bool { return x.Named[i].Member >= member })
	if i < len(x.Named) && x.Named[i].Member == member {
		x.Named[i].Answers = in
		return
	}
	x.Named = slices.Insert(x.Named, i, NamedVote{Member: member, Answers: in})
}

// PaperInput is a box of paper votes, opened in the room: who handed one in,
// and the papers in any order.
type PaperInput struct {
	Members []string  `json:"members"` // ids of those who handed in a paper
	Papers  []Answers `json:"papers"`  // as many, in any order
	Tellers []string  `json:"tellers"` // two people who counted, by post or role
}

func (in PaperInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Need(len(in.Members) == len(in.Papers), "papers", "there are %d papers for %d members; count again", len(in.Papers), len(in.Members))
	p.Need(len(in.Papers) >= minQuorum, "papers", "enter at least %d papers together, so that no single vote shows", minQuorum)
	p.Need(distinct(in.Members), "members", "name each member once")
	p.Need(len(in.Tellers) >= 2 && distinct(in.Tellers), "tellers", "two people count")
	return p
}

// EnterPapers adds votes cast on paper, all in one write: the tellers know the
// papers and the register, and nobody knows which is whose. Entering the same
// members again changes nothing.
func (s *Service) EnterPapers(ctx context.Context, c domain.Command, process, id string, in PaperInput) (Receipt, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Receipt{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Ballot: id, Voted: true}
	now := s.d.Clock.Now()
	_, err := change(ctx, s.d.Ballots, place{process, "ballot", id}, domain.Command{}, func(x *Ballot) error {
		receipt.Earlier = false
		fresh, err := x.mayEnter(in)
		if err != nil {
			return err
		}
		if fresh == 0 {
			receipt.Earlier = true
			return domain.ErrNoChange
		}
		for _, m := range in.Members {
			x.entry(m).Voted = true
		}
		x.Papers += len(in.Papers)
		x.Touch(domain.Command{}, now)
		return s.castPapers(ctx, x, in.Papers)
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// mayEnter checks a batch of papers against the register and answers how
// many of its members had not voted: all or none.
func (x *Ballot) mayEnter(in PaperInput) (int, error) {
	if x.OpenedAt.IsZero() {
		return 0, domain.E(domain.Conflict, "this ballot is %s; open it first", x.State)
	}
	p, fresh := domain.Problems{}, 0
	p.Need(x.Secret, "papers", "papers are for secret ballots; votes by name come from the members")
	for i, m := range in.Members {
		e := x.entry(m)
		p.Need(e != nil, fmt.Sprintf("members.%d", i), "%s is not on this ballot's register", m)
		if e != nil && !e.Voted {
			fresh++
		}
	}
	for i, a := range in.Papers {
		x.check(p, fmt.Sprintf("papers.%d", i), a)
	}
	if err := p.Err(); err != nil || fresh == 0 {
		return 0, err
	}
	if x.State != BallotOpen {
		return 0, domain.E(domain.Conflict, "this ballot is %s; no more votes can come in", x.State)
	}
	if fresh != len(in.Members) {
		return 0, domain.E(domain.Conflict, "%d of these members have voted already (%s); leave their papers out", len(in.Members)-fresh, x.votedAmong(in.Members))
	}
	return fresh, nil
}

func (x *Ballot) votedAmong(members []string) string {
	out := []string{}
	for _, m := range members {
		if e := x.entry(m); e != nil && e.Voted {
			out = append(out, m)
		}
	}
	return strings.Join(out, ", ")
}

func (s *Service) castPapers(ctx context.Context, x *Ballot, papers []Answers) error {
	t, err := s.open(ctx, x)
	if err != nil {
		return err
	}
	for _, a := range papers {
		t.add(x.Questions, a)
	}
	return s.seal(ctx, x, t)
}

// CloseBallot ends the voting.
func (s *Service) CloseBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotClosed {
			return domain.ErrNoChange
		}
		if x.State != BallotOpen {
			return domain.E(domain.Conflict, "only an open ballot is closed; this one is %s", x.State)
		}
		x.State, x.ClosedAt = BallotClosed, now
		x.Record(c, now, event(process, "ballot.closed", "ballots:"+id, map[string]any{"voted": x.Voted(), "register": len(x.Register)}))
		return nil
	})
}

// CountBallot opens the box once, stores the counts and destroys the ballot's
// key. With fewer votes than the quorum nothing is counted.
func (s *Service) CountBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	x, err := s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotCounted {
			return domain.ErrNoChange
		}
		if x.State != BallotClosed {
			return domain.E(domain.Conflict, "a ballot is counted after it has closed; this one is %s", x.State)
		}
		if err := s.count(ctx, x); err != nil {
			return err
		}
		x.State, x.CountedAt, x.CountedBy, x.Box = BallotCounted, now, c.Actor.ID, ""
		x.Record(c, now, event(process, "ballot.counted", "ballots:"+id, x.Result.facts()))
		return nil
	})
	if err != nil {
		return x, err
	}
	return s.destroyKey(ctx, process, id, c.Actor)
}

func (s *Service) count(ctx context.Context, x *Ballot) error {
	x.Result = &Result{Voted: x.Voted(), Register: len(x.Register), Members: x.Members, Papers: x.Papers, Outcomes: []Outcome{}}
	if x.Result.Voted < x.Quorum {
		x.Result.NoQuorum = true
		return nil
	}
	t, err := s.votes(ctx, x)
	if err != nil {
		return err
	}
	for _, q := range x.Questions {
		sum := 0
		for _, n := range t[q.ID] {
			sum += n
		}
		if sum != x.Result.Voted {
			return domain.E(domain.Internal, "the box holds %d answers and the register %d votes; nothing was counted", sum, x.Result.Voted)
		}
		x.Result.Outcomes = append(x.Result.Outcomes, x.outcome(q, t[q.ID], nil))
	}
	return nil
}

func (s *Service) votes(ctx context.Context, x *Ballot) (tally, error) {
	if x.Secret {
		return s.open(ctx, x)
	}
	t := tally{}
	for _, v := range x.Named {
		t.add(x.Questions, v.Answers)
	}
	return t, nil
}

func (x *Ballot) outcome(q Question, c Counts, casting []Casting) Outcome {
	var o Outcome
	switch q.Kind {
	case YesNoQuestion:
		o = CountYesNo(x.Rule, c, x.Members, casting)
	case ChoiceQuestion:
		o = CountChoice(x.Rule, q.optionIDs(), c, x.Members, casting)
	case RankedQuestion:
		o = CountRanked(x.Rule, q.optionIDs(), c, x.Members, casting)
	}
	o.Question = q.ID
	return o
}

// facts are the counts for the record.
func (r Result) facts() map[string]any {
	out := map[string]any{"voted": r.Voted, "register": r.Register, "members": r.Members}
	if r.NoQuorum {
		out["no_quorum"] = true
	}
	for _, o := range r.Outcomes {
		out[o.Question] = map[string]any{"counts": o.Counts, "passed": o.Passed, "winner": o.Winner, "base": o.Base}
	}
	return out
}

// destroyKey destroys the key of a counted ballot, then writes that it is
// gone: a crash in between destroys it again.
func (s *Service) destroyKey(ctx context.Context, process, id string, a domain.Actor) (BallotView, error) {
	x, err := get(ctx, s.d.Ballots, place{process, "ballot", id})
	if err != nil || !x.keyOverdue() {
		return x.seenBy(a, levelRun), err
	}
	if err := s.d.Vault.Destroy(ctx, x.keyName()); err != nil {
		return x.seenBy(a, levelRun), err
	}
	c := domain.Command{Actor: domain.SystemActor("job"), Key: domain.Derive("key", id)}
	x, err = change(ctx, s.d.Ballots, place{process, "ballot", id}, domain.Command{}, func(x *Ballot) error {
		if x.Key == keyDestroyed {
			return domain.ErrNoChange
		}
		x.Key = keyDestroyed
		x.Record(c, s.d.Clock.Now(), event(process, "ballot.key_destroyed", "ballots:"+id, nil))
		return nil
	})
	return x.seenBy(a, levelRun), err
}

// CastingInput is the chair's vote on a tie.
type CastingInput struct {
	Question string `json:"question"`
	Choice   string `json:"choice"` // yes, no or an option's id: what the chair is for, or keeps in
	Reason   string `json:"reason"`
}

// CastingVote records the chair's vote where the rule has one and the count
// is tied. It is kept apart from the members' counts.
func (s *Service) CastingVote(ctx context.Context, c domain.Command, process, id string, in CastingInput) (BallotView, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return BallotView{}, err
	}
	p := domain.Problems{}
	text(p, "question", in.Question, longTitle)
	text(p, "choice", in.Choice, longTitle)
	text(p, "reason", in.Reason, longText)
	if err := p.Err(); err != nil {
		return BallotView{}, err
	}
	return s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State != BallotCounted {
			return domain.E(domain.Conflict, "a casting vote is given after the count and before the result is certified; this ballot is %s", x.State)
		}
		i := slices.IndexFunc(x.Result.Outcomes, func(o Outcome) bool { return o.Question == in.Question })
		if i < 0 || len(x.Result.Outcomes[i].Tied) == 0 {
			return domain.E(domain.Conflict, "this question is not tied, so there is no casting vote")
		}
		o := x.Result.Outcomes[i]
		if !slices.Contains(o.Tied, in.Choice) {
			p.Need(false, "choice", "choose between those that are tied: %s", strings.Join(o.Tied, ", "))
			return p.Err()
		}
		casting := append(slices.Clone(o.Casting), Casting{Choice: in.Choice, By: c.Actor.ID, Reason: in.Reason, Round: len(o.Rounds)})
		x.Result.Outcomes[i] = x.outcome(*x.question(in.Question), o.Counts, casting)
		x.Record(c, now, event(process, "ballot.casting_vote", "ballots:"+id, map[string]any{"question": in.Question, "choice": in.Choice}))
		return nil
	})
}

// CertifyBallot makes the result final. It is done by somebody else than who
// counted, after the key is destroyed and ties are settled.
func (s *Service) CertifyBallot(ctx context.Context, c domain.Command, process, id string) (BallotView, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.RunSessions, domain.SignOff)
	if err != nil {
		return BallotView{}, err
	}
	if _, err := s.destroyKey(ctx, process, id, c.Actor); err != nil {
		return BallotView{}, err
	}
	x, err := s.ballotChange(ctx, c, process, id, func(x *Ballot, now time.Time) error {
		if x.State == BallotCertified {
			return domain.ErrNoChange
		}
		if err := x.mayCertify(c.Actor); err != nil {
			return err
		}
		x.State, x.CertifiedAt, x.CertifiedBy, x.Owes = BallotCertified, now, c.Actor.ID, true
		x.Record(c, now, event(process, "ballot.certified", "ballots:"+id, x.Result.facts()))
		return nil
	})
	if err != nil {
		return x, err
	}
	if levelOf(c.Actor, ref) != levelRun {
		x.Register, x.Barred = nil, nil
	}
	return x, s.discharge(ctx, process, id)
}

func (x *Ballot) mayCertify(a domain.Actor) error {
	if x.State != BallotCounted {
		return domain.E(domain.Conflict, "only a counted ballot is certified; this one is %s", x.State)
	}
	var g domain.Guard
	tied := slices.ContainsFunc(x.Result.Outcomes, func(o Outcome) bool { return len(o.Tied) > 0 })
	g.Need(!tied, domain.Missing{Item: "ties_settled", Need: "the chair gives a casting vote on each tie", Who: domain.Facilitator})
	g.Need(x.CountedBy != a.ID, domain.Missing{Item: "second_person", Need: "somebody else than who counted certifies", Who: domain.Oversight})
	g.Need(!x.Secret || x.Key == keyDestroyed, domain.Missing{Item: "key_destroyed", Need: "the key of the votes is destroyed", Who: domain.System})
	return g.Err("certifying the result")
}
