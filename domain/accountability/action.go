package accountability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/domain"
)

// ActionState is where an action stands.
type ActionState string

// The states of an action.
const (
	ActionPlanned     ActionState = "planned"
	ActionStarted     ActionState = "started"
	ActionOnTrack     ActionState = "on_track"
	ActionAtRisk      ActionState = "at_risk"
	ActionBlocked     ActionState = "blocked"
	ActionDone        ActionState = "done"
	ActionVerified    ActionState = "verified"
	ActionNotVerified ActionState = "not_verified"
	ActionStopped     ActionState = "stopped"
	ActionChanged     ActionState = "changed"     // another action took its place
	ActionTransferred ActionState = "transferred" // another body took it over
)

// ended reports whether nothing more is owed on it.
func (s ActionState) ended() bool {
	return s == ActionVerified || s == ActionStopped || s == ActionChanged || s == ActionTransferred
}

// moves are the steps an update may take.
var moves = map[ActionState][]ActionState{
	ActionPlanned:     {ActionPlanned, ActionStarted},
	ActionStarted:     {ActionStarted, ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone},
	ActionOnTrack:     {ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone},
	ActionAtRisk:      {ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone},
	ActionBlocked:     {ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone},
	ActionDone:        {ActionDone, ActionOnTrack},
	ActionNotVerified: {ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone},
}

// Proof shows that something was done.
type Proof struct {
	Title string    `json:"title"`
	Link  string    `json:"link"` // address or SHA-256 of a file
	At    time.Time `json:"at"`
}

// Update is one word on an action.
type Update struct {
	State ActionState `json:"state"`
	Text  string      `json:"text"`
	At    time.Time   `json:"at"`
	By    string      `json:"by,omitempty"`
}

// Verification is somebody else's word on whether it is done.
type Verification struct {
	Verified bool      `json:"verified"`
	Kind     string    `json:"kind"` // member_group or independent
	Note     string    `json:"note"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`
}

// Action is a piece of work that carries out an accepted recommendation.
// Bound: 100 updates, 50 proofs, 20 verifications.
type Action struct {
	domain.Root
	Process        string         `json:"process"`
	Recommendation string         `json:"recommendation"`
	Title          string         `json:"title"`
	Owner          Owner          `json:"owner"`
	Due            time.Time      `json:"due"`
	Goal           string         `json:"goal,omitempty"`    // quick_win or longer
	Measure        string         `json:"measure,omitempty"` // how it will be seen that it worked
	State          ActionState    `json:"state"`
	Updates        []Update       `json:"updates,omitempty"`
	Proofs         []Proof        `json:"proofs,omitempty"`
	Verifications  []Verification `json:"verifications,omitempty"`
	DoneBy         string         `json:"done_by,omitempty"`
	DoneAt         time.Time      `json:"done_at,omitzero"`
	Why            string         `json:"why,omitempty"`   // stopped, changed, transferred
	Into           string         `json:"into,omitempty"`  // id of the action that took its place
	To             string         `json:"to,omitempty"`    // body that took it over
	Next           time.Time      `json:"next,omitzero"`   // by when an update is owed
	Silent         time.Time      `json:"silent,omitzero"` // no update since; shown to the public
	Late           bool           `json:"late"`            // worked out on reading
}

// Actions keeps the actions.
var Actions = domain.Collection[Action]{
	Name: "actions", Schema: 1, Indexes: indexes, Shard: "id",
	Keys: func(x *Action) map[string]any {
		return map[string]any{"process": x.Process, "sort": x.CreatedAt, "next": x.Next}
	},
}

func (x *Action) OfProcess() string { return x.Process }

const maxUpdates, maxProofs, maxVerifications = 100, 50, 20

// ActionInput describes an action.
type ActionInput struct {
	Recommendation string    `json:"recommendation"`
	Title          string    `json:"title"`
	Owner          Owner     `json:"owner"`
	Due            time.Time `json:"due"`
	Goal           string    `json:"goal,omitempty"`
	Measure        string    `json:"measure,omitempty"`
}

func (in ActionInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("title", in.Title, 2000)
	p.Text("owner.post", in.Owner.Post, longTitle)
	p.Need(!in.Due.IsZero(), "due", "give the date by which it will be done")
	domain.OneOf(p, "goal", in.Goal, []string{"", "quick_win", "longer"})
	p.Need(len([]rune(in.Measure)) <= 2000, "measure", "keep this to 2000 characters")
	return p
}

// PlanAction adds an action to a recommendation whose response accepts it, in
// whole or in part.
func (s *Service) PlanAction(ctx context.Context, c domain.Command, process string, in ActionInput) (Action, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.OwnAction)
	if err != nil {
		return Action{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Action{}, err
	}
	if err := from(ref, "planning an action", domain.Reported); err != nil {
		return Action{}, err
	}
	r, err := domain.Fetch(ctx, s.d.Responses, domain.At(process, "response to such a recommendation", in.Recommendation))
	if err != nil {
		return Action{}, err
	}
	if a := r.Current(); a == nil || a.Outcome == Reject {
		return Action{}, domain.E(domain.Conflict, "an action carries out an answer: publish a response that does not reject the recommendation first")
	}
	now := s.d.Clock.Now()
	x := Action{
		Root: domain.Root{ID: c.ID("action")}, Process: process, Recommendation: in.Recommendation, Title: in.Title, Owner: in.Owner,
		Due: domain.Milli(in.Due), Goal: in.Goal, Measure: in.Measure, State: ActionPlanned, Next: now.AddDate(0, firstMonths, 0),
	}
	x.Record(c, now, event(process, "action.planned", "actions:"+x.ID, map[string]any{"recommendation": in.Recommendation, "due": x.Due}))
	x, err = domain.Keep(ctx, s.d.Actions, x)
	return s.actionFor(c.Actor, ref, x), err
}

// firstMonths after a beginning an update is owed, then every laterMonths.
const firstMonths, laterMonths = 3, 6

// UpdateInput is a word on an action.
type UpdateInput struct {
	State  ActionState `json:"state"`
	Text   string      `json:"text"` // what happened; on at_risk and blocked, why
	Proofs []Proof     `json:"proofs,omitempty"`
	Due    time.Time   `json:"due,omitzero"` // a new date; the text says why
}

func (in UpdateInput) problems() domain.Problems {
	p := domain.Problems{}
	domain.OneOf(p, "state", in.State, []ActionState{ActionPlanned, ActionStarted, ActionOnTrack, ActionAtRisk, ActionBlocked, ActionDone})
	p.Text("text", in.Text, longText)
	for i, pr := range in.Proofs {
		p.Text(fmt.Sprintf("proofs.%d.title", i), pr.Title, longTitle)
		p.Text(fmt.Sprintf("proofs.%d.link", i), pr.Link, 2000)
	}
	return p
}

// UpdateAction records how an action goes. Done needs proof.
func (s *Service) UpdateAction(ctx context.Context, c domain.Command, process, id string, in UpdateInput) (Action, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.OwnAction)
	if err != nil {
		return Action{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Action{}, err
	}
	x, err := s.act(ctx, c, process, id, func(x *Action, now time.Time) error {
		if !slices.Contains(moves[x.State], in.State) {
			return domain.E(domain.Conflict, "an action that is %s cannot become %s by an update", x.State, in.State)
		}
		if err := x.roomFor(in); err != nil {
			return err
		}
		for _, pr := range in.Proofs {
			x.Proofs = append(x.Proofs, Proof{Title: pr.Title, Link: pr.Link, At: now})
		}
		if in.State == ActionDone {
			if len(x.Proofs) == 0 {
				return domain.Guard{{Item: "proof", Need: "something that shows it is done", Who: domain.Commissioner, Where: "actions/" + id}}.Err("marking the action as done")
			}
			x.DoneBy, x.DoneAt = c.Actor.ID, now
		}
		if !in.Due.IsZero() {
			x.Due = domain.Milli(in.Due)
		}
		x.State, x.Silent, x.Next = in.State, time.Time{}, now.AddDate(0, laterMonths, 0)
		x.Updates = append(x.Updates, Update{State: in.State, Text: in.Text, At: now, By: c.Actor.ID})
		x.Record(c, now, event(process, "action."+string(in.State), "actions:"+id, map[string]any{"proofs": len(x.Proofs), "due": x.Due}))
		return nil
	})
	return s.actionFor(c.Actor, ref, x), err
}

func (x *Action) roomFor(in UpdateInput) error {
	if len(x.Updates) >= maxUpdates || len(x.Proofs)+len(in.Proofs) > maxProofs {
		return domain.E(domain.Conflict, "this action holds %d updates and %d proofs at most; plan a further action", maxUpdates, maxProofs)
	}
	return nil
}

func (s *Service) act(ctx context.Context, c domain.Command, process, id string, f func(*Action, time.Time) error) (Action, error) {
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Actions, domain.At(process, "action", id), c, func(x *Action) error { return f(x, now) })
}

// VerifyInput is somebody else's word on a done action.
type VerifyInput struct {
	Verified bool   `json:"verified"`
	Note     string `json:"note"`              // what was looked at
	Summary  string `json:"summary,omitempty"` // what members are told, in a sentence; empty: the action's title
}

// VerifyAction records whether a done action is done indeed. It is never
// verified by its owner or by who marked it done. When it is, those who served
// are told.
func (s *Service) VerifyAction(ctx context.Context, c domain.Command, process, id string, in VerifyInput) (Action, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.VerifyAction)
	if err != nil {
		return Action{}, err
	}
	p := domain.Problems{}
	p.Text("note", in.Note, longText)
	p.Need(len([]rune(in.Summary)) <= shortText, "summary", "keep this to %d characters", shortText)
	if err := p.Err(); err != nil {
		return Action{}, err
	}
	v := Verification{Verified: in.Verified, Kind: "independent", Note: in.Note, By: c.Actor.ID}
	if c.Actor.Holds(domain.Member, ref.Scope()) {
		v.Kind = "member_group"
	}
	x, err := s.act(ctx, c, process, id, func(x *Action, now time.Time) error {
		if x.State != ActionDone {
			return domain.E(domain.Conflict, "only a done action is verified; this one is %s", x.State)
		}
		if c.Actor.ID == x.Owner.User || c.Actor.ID == x.DoneBy {
			return domain.E(domain.Conflict, "an action is verified by somebody who neither owns it nor marked it done")
		}
		if len(x.Verifications) >= maxVerifications {
			return domain.E(domain.Conflict, "there are %d verifications already; plan a further action", maxVerifications)
		}
		v.At = now
		x.Verifications = append(x.Verifications, v)
		x.verified(c, v, ref, in.Summary)
		return nil
	})
	return s.actionFor(c.Actor, ref, x), err
}

// verified moves the action and tells those it concerns: members of a yes, the
// commissioner of a no.
func (x *Action) verified(c domain.Command, v Verification, ref domain.ProcessRef, summary string) {
	now := v.At
	if summary == "" {
		summary = "done, and checked by somebody else: " + sentence(x.Title)
	}
	x.State, x.Next = ActionVerified, time.Time{}
	if v.Verified {
		x.Emit(c, domain.EffectBroadcast, "change_verified", now, domain.BroadcastData{
			Process: x.Process, Statuses: members, Template: "change_verified", Class: domain.ClassService,
			Vars: map[string]string{"summary": summary},
		})
	} else {
		x.State, x.Next = ActionNotVerified, now.AddDate(0, firstMonths, 0)
		x.Emit(c, domain.EffectNotice, "not_verified", now, notice(ref, "action_not_verified", "actions:"+x.ID, map[string]string{"action": x.Title}))
	}
	x.Record(c, now, event(x.Process, "action."+string(x.State), "actions:"+x.ID, map[string]any{"kind": v.Kind}))
}

// notice tells commissioners; it names the process as its texts do.
func notice(ref domain.ProcessRef, kind, subject string, vars map[string]string) domain.NoticeData {
	vars["process"] = cmp.Or(ref.ShortName, ref.Name)
	return domain.NoticeData{Process: ref.ID, Body: ref.Body, Role: domain.Commissioner, Kind: kind, Subject: subject, Vars: vars}
}

// day is a date in words where the process is at home.
func day(t time.Time, ref domain.ProcessRef) string {
	return t.In(ref.Location()).Format("2 January 2006")
}

// EndInput ends an action otherwise than by doing it. The command's reason
// says why.
type EndInput struct {
	State ActionState `json:"state"`          // stopped, changed or transferred
	Into  string      `json:"into,omitempty"` // changed: id of the action that takes its place
	To    string      `json:"to,omitempty"`   // transferred: the body that takes it over
}

// EndAction stops an action, replaces it or passes it on, with a reason that
// is public.
func (s *Service) EndAction(ctx context.Context, c domain.Command, process, id string, in EndInput) (Action, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.OwnAction)
	if err != nil {
		return Action{}, err
	}
	p := domain.Problems{}
	domain.OneOf(p, "state", in.State, []ActionState{ActionStopped, ActionChanged, ActionTransferred})
	p.Text("reason", c.Reason, longText)
	p.Need(in.State != ActionTransferred || in.To != "", "to", "name the body that takes it over")
	if in.State == ActionChanged {
		other, err := domain.Fetch(ctx, s.d.Actions, domain.At(process, "action", in.Into))
		p.Need(err == nil && in.Into != id && !other.State.ended(), "into", "name the action of this process that takes its place")
	}
	if err := p.Err(); err != nil {
		return Action{}, err
	}
	x, err := s.act(ctx, c, process, id, func(x *Action, now time.Time) error {
		if x.State.ended() {
			return domain.E(domain.Conflict, "this action is %s already", x.State)
		}
		x.State, x.Why, x.Into, x.To, x.Next, x.Silent = in.State, c.Reason, in.Into, in.To, time.Time{}, time.Time{}
		x.Record(c, now, event(process, "action."+string(in.State), "actions:"+id, map[string]any{"into": in.Into}))
		return nil
	})
	return s.actionFor(c.Actor, ref, x), err
}

// late reports whether it should be done by now and is not.
func (x *Action) late(now time.Time) bool {
	return !x.State.ended() && x.State != ActionDone && now.After(x.Due)
}

// actionFor is an action as an actor may see it.
func (s *Service) actionFor(a domain.Actor, ref domain.ProcessRef, x Action) Action {
	x.Late = x.late(s.d.Clock.Now())
	if works(a, ref) {
		return x
	}
	x.Owner.User, x.DoneBy = "", ""
	x.Updates, x.Verifications = slices.Clone(x.Updates), slices.Clone(x.Verifications)
	for i := range x.Updates {
		x.Updates[i].By = ""
	}
	for i := range x.Verifications {
		x.Verifications[i].By = ""
	}
	return x
}

// Action answers one action.
func (s *Service) Action(ctx context.Context, a domain.Actor, process, id string) (Action, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return Action{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Actions, domain.At(process, "action", id))
	return s.actionFor(a, ref, x), err
}

// Actions lists the actions of the process, oldest first. They are public.
func (s *Service) Actions(ctx context.Context, a domain.Actor, process string) ([]Action, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	xs, err := domain.All(ctx, s.d.Actions, process)
	for i := range xs {
		xs[i] = s.actionFor(a, ref, xs[i])
	}
	return xs, err
}
