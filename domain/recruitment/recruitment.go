package recruitment

import (
	"time"

	"folkmoot/domain"
)

// PoolState says whether people may register.
type PoolState string

// The states of a process's recruitment.
const (
	PoolSetup  PoolState = "setup"  // targets and rules are being set
	PoolOpen   PoolState = "open"   // people register
	PoolClosed PoolState = "closed" // registration is over; the draw can be prepared
	PoolDrawn  PoolState = "drawn"  // a draw was concluded; offers and replacements
	PoolEnded  PoolState = "ended"  // nothing is due any more
)

// Recruitment is the settings and the standing of one process's recruitment;
// its id is the process's. It holds no people: its size is bounded by the
// targets.
type Recruitment struct {
	domain.Root
	Process     string    `json:"process"`
	Body        string    `json:"body"`
	State       PoolState `json:"state"`
	Targets     []Target  `json:"targets,omitempty"`
	TargetsAt   time.Time `json:"targets_at,omitzero"`
	Eased       []Easing  `json:"eased,omitempty"` // the newest maxEasings
	Rules       []Rule    `json:"rules,omitempty"`
	Asking      []Asking  `json:"asking,omitempty"`
	Eligibility string    `json:"eligibility,omitempty"` // one yes-or-no question; yes may take part
	Households  bool      `json:"households"`            // at most one member of a household
	Terms       Terms     `json:"terms"`
	OptOutTest  *Trial    `json:"opt_out_test,omitempty"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	Frame       string    `json:"frame,omitempty"`        // batch that invitees are drawn from
	InviteeDraw string    `json:"invitee_draw,omitempty"` // the concluded one
	ClosesAt    time.Time `json:"closes_at,omitzero"`     // registration ends by itself
	DrawAt      time.Time `json:"draw_at,omitzero"`       // when the public lottery is to be
	Stretches   []Stretch `json:"stretches,omitempty"`    // taken, their waves not yet stored
	Waves       int       `json:"waves,omitempty"`        // planned so far
	Invited     int       `json:"invited,omitempty"`      // of the drawn list, in waves so far
	Draws       int       `json:"draws,omitempty"`        // begun so far
	Draw        string    `json:"draw,omitempty"`         // the present one
}

// Terms are the terms of an offer and of replacement.
type Terms struct {
	// OfferDays after the day of the offer, at OfferTime in the process's
	// zone, is the deadline to answer.
	OfferDays int    `json:"offer_days"`
	OfferTime string `json:"offer_time"` // "18:00"
	// CallUpDays is the same for a reserve who is called up.
	CallUpDays int `json:"call_up_days"`
	// Minimum is how many confirmed members the process needs to convene; 0
	// is what its specification says.
	Minimum int `json:"minimum"`
	// ReplaceUntil is when an empty seat stays empty; zero means the start of
	// the last day.
	ReplaceUntil time.Time `json:"replace_until,omitzero"`
}

// Stretch is the part of the drawn list that a wave takes. It stands here
// from the moment it is taken until its wave is stored.
type Stretch struct {
	Wave   string    `json:"wave"`
	Number int       `json:"number"`
	Draw   string    `json:"draw"`
	From   int       `json:"from"`
	To     int       `json:"to"`
	NotYet time.Time `json:"not_yet,omitzero"`
}

// Trial says that the opt-out line was tried for real: STOP was sent and
// honoured.
type Trial struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// defaultTerms are what applies until the organiser sets others.
var defaultTerms = Terms{OfferDays: 5, OfferTime: "18:00", CallUpDays: 2}

// Recruitments is the collection of recruitments, one document per process.
var Recruitments = domain.Collection[Recruitment]{
	Name:    "recruitments",
	Schema:  1,
	Indexes: []domain.Index{{Name: "state", Fields: []string{"state"}}},
	Keys:    func(r *Recruitment) map[string]any { return map[string]any{"state": string(r.State)} },
	Shard:   "id",
}

// View is the recruitment as staff of the process see it.
type View struct {
	Process     string    `json:"process"`
	State       PoolState `json:"state"`
	Targets     []Target  `json:"targets"`
	TargetsAt   time.Time `json:"targets_at,omitzero"`
	Eased       []Easing  `json:"eased"`
	Rules       []Rule    `json:"rules"`
	Asking      []Asking  `json:"asking"`
	Eligibility string    `json:"eligibility"`
	Households  bool      `json:"households"`
	Terms       Terms     `json:"terms"`
	OptOutTest  *Trial    `json:"opt_out_test,omitempty"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	Frame       string    `json:"frame,omitempty"`
	InviteeDraw string    `json:"invitee_draw,omitempty"`
	ClosesAt    time.Time `json:"closes_at,omitzero"`
	DrawAt      time.Time `json:"draw_at,omitzero"`
	Waves       int       `json:"waves"`
	Invited     int       `json:"invited"`
	Draw        string    `json:"draw,omitempty"`
	Version     int64     `json:"version"`
}

// View is the recruitment without its workings.
func (r Recruitment) View() View {
	v := View{
		Process: r.Process, State: r.State, Targets: r.Targets, TargetsAt: r.TargetsAt, Eased: r.Eased, Rules: r.Rules,
		Asking: r.Asking, Eligibility: r.Eligibility, Households: r.Households, Terms: r.Terms, OptOutTest: r.OptOutTest, OpenedAt: r.OpenedAt,
		ClosedAt: r.ClosedAt, ClosesAt: r.ClosesAt, DrawAt: r.DrawAt, Frame: r.Frame, InviteeDraw: r.InviteeDraw, Waves: r.Waves,
		Invited: r.Invited, Draw: r.Draw, Version: r.Revision,
	}
	if v.Targets == nil {
		v.Targets = []Target{}
	}
	if v.Eased == nil {
		v.Eased = []Easing{}
	}
	if v.Rules == nil {
		v.Rules = []Rule{}
	}
	if v.Asking == nil {
		v.Asking = []Asking{}
	}
	return v
}

// started is the recruitment of a process nobody has set anything for.
func started(ref domain.ProcessRef) Recruitment {
	return Recruitment{
		Root: domain.Root{ID: ref.ID}, Process: ref.ID, Body: ref.Body, State: PoolSetup,
		Rules: defaultRules(ref), Households: true, Terms: defaultTerms,
	}
}

// deadline is the moment an offer made at now runs out: days later at the
// terms' time of day where the process is.
func (t Terms) deadline(now time.Time, days int, zone *time.Location) time.Time {
	at, err := time.Parse("15:04", t.OfferTime)
	if err != nil { // checked when set
		at = time.Date(0, 1, 1, 18, 0, 0, 0, time.UTC)
	}
	l := now.In(zone)
	return domain.Milli(time.Date(l.Year(), l.Month(), l.Day()+days, at.Hour(), at.Minute(), 0, 0, zone))
}

func (t Terms) check(p domain.Problems) {
	_, err := time.Parse("15:04", t.OfferTime)
	p.Need(err == nil, "offer_time", "give a time of day such as 18:00")
	p.Need(t.OfferDays >= 1 && t.OfferDays <= 60, "offer_days", "give people 1 to 60 days to answer")
	p.Need(t.CallUpDays >= 0 && t.CallUpDays <= 60, "call_up_days", "0 to 60 days; 0 is the same day")
	p.Need(t.Minimum >= 0 && t.Minimum <= 2000, "minimum", "0 for what the specification says, or a number of members")
}
