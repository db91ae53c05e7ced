package retention

import (
	"slices"
	"time"

	"folkmoot/domain"
)

// Period says how long one kind of data is kept after a stage.
type Period struct {
	Kind  string       `json:"kind" yaml:"kind"`
	After domain.Stage `json:"after" yaml:"after"`
	Days  int          `json:"days" yaml:"days"`
	Why   string       `json:"why" yaml:"why"` // in plain words, for the privacy notice
}

// Default is the schedule of profiles that bring none of their own. Assumed,
// not law: UK GDPR article 5(1)(e) asks for no longer than is necessary.
var Default = []Period{
	{Kind: "unanswered", After: domain.Selected, Days: 30,
		Why: "people who were asked and never answered; kept until no further invitations can be needed"},
	{Kind: "invitees", After: domain.Selected, Days: 90,
		Why: "people who were asked and did not join; kept until the draw can no longer be questioned"},
	{Kind: "pool", After: domain.Responded, Days: 180,
		Why: "people in the draw who were not picked; kept to tell them what the jury said and what came of it"},
	{Kind: "bank", After: domain.Reported, Days: 180,
		Why: "bank details; kept until the last payment was made"},
	{Kind: "members", After: domain.Closed, Days: 730,
		Why: "members; kept to tell them what changed, and for two years after"},
}

// Grace is how many days a purge list is shown before it runs.
const Grace = 14

// maxPostpone is how many days a purge can be put off at a time.
const maxPostpone = 180

// The states of an item of the plan.
const (
	Waiting = "waiting"
	Staged  = "staged"
	Done    = "done"
)

// Item is one kind of data in the plan of a process.
type Item struct {
	Period
	State   string     `json:"state"`
	Due     *time.Time `json:"due,omitempty"`      // when it is listed, once the stage was reached
	PurgeAt *time.Time `json:"purge_at,omitempty"` // when a listed one runs
	Listed  int        `json:"listed"`             // rows when it was listed
	Purged  int        `json:"purged"`             // rows so far
	Stopped string     `json:"stopped,omitempty"`  // why it did not run when it was last tried: legal_hold
	DoneAt  *time.Time `json:"done_at,omitempty"`
}

// Clock is the plan of one process.
type Clock struct {
	domain.Root
	Body      string                     `json:"body"`
	StartedAt *time.Time                 `json:"started_at,omitempty"`
	Reached   map[domain.Stage]time.Time `json:"reached"`
	Items     []Item                     `json:"items"`
}

// Clocks is the collection of plans; a plan's id is its process's.
var Clocks = domain.Collection[Clock]{
	Name:    "clocks",
	Schema:  1,
	Indexes: []domain.Index{{Name: "next", Fields: []string{"next"}}},
	Keys: func(c *Clock) map[string]any {
		if at := c.next(); at != nil {
			return map[string]any{"next": *at}
		}
		return nil
	},
	Shard: "id",
}

// next is when the plan next has something to do.
func (c *Clock) next() *time.Time {
	var first *time.Time
	for _, it := range c.Items {
		at := it.Due
		if it.State == Staged {
			at = it.PurgeAt
		}
		if it.State != Done && at != nil && (first == nil || at.Before(*first)) {
			first = at
		}
	}
	return first
}

// starts reports whether the clock starts by itself with the stage: a period
// runs from it, or the process has ended.
func (c *Clock) starts(stage domain.Stage) bool {
	ended := stage == domain.Closed || stage == domain.Cancelled
	return c.StartedAt == nil && (ended || slices.ContainsFunc(c.Items, func(it Item) bool { return it.After == stage }))
}

// reach notes a stage and sets the times that follow from it. Only the first
// time a stage is reached counts.
func (c *Clock) reach(stage domain.Stage, at time.Time) bool {
	stages := []domain.Stage{stage}
	if stage == domain.Cancelled {
		stages = domain.Stages
	}
	changed := false
	for _, st := range stages {
		if _, had := c.Reached[st]; had {
			continue
		}
		changed = true
		c.Reached[st] = at
		for i := range c.Items {
			if c.Items[i].After == st {
				due := at.AddDate(0, 0, c.Items[i].Days)
				c.Items[i].Due = &due
			}
		}
	}
	return changed
}

func (c *Clock) item(kind string) *Item {
	for i := range c.Items {
		if c.Items[i].Kind == kind {
			return &c.Items[i]
		}
	}
	return nil
}
