package recruitment

import (
	"time"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// DrawState says how far a draw is.
type DrawState string

// The states of a draw. Witnessed is a draw whose digits one person has
// entered and a second has yet to confirm.
const (
	DrawPrepared  DrawState = "prepared"
	DrawCommitted DrawState = "committed"
	DrawWitnessed DrawState = "witnessed"
	DrawSeeded    DrawState = "seeded"
	DrawConcluded DrawState = "concluded"
	DrawAbandoned DrawState = "abandoned"
)

// Committed reports whether the draw's settings are fixed.
func (s DrawState) Committed() bool {
	return s == DrawCommitted || s == DrawWitnessed || s == DrawSeeded || s == DrawConcluded
}

// Observer is somebody named to watch the draw; published.
type Observer struct {
	Name string `json:"name"`
	Role string `json:"role"` // whom they are there for
}

// Draw is one lottery over the pool. Beside its settings it names those
// selected and in reserve, bounded by the panel; the pool itself, the panels
// and the features lie in files.
type Draw struct {
	domain.Root
	Process   string    `json:"process"`
	Number    int       `json:"number"` // 1 for the first of the process
	State     DrawState `json:"state"`
	Size      int       `json:"size"`
	Reserves  int       `json:"reserves"` // to be named
	Pool      int       `json:"pool"`
	Objective string    `json:"objective"`
	Panels    int       `json:"panels"`

	// Stay are the rates of staying that the reserves were chosen by, and
	// Spared what they are good for, once chosen.
	Stay   map[string]float64 `json:"stay,omitempty"`
	Spared *Spared            `json:"spared,omitempty"`

	PoolFile  string            `json:"pool_file"`        // sealed: person and pseudonym of everybody
	PlanFile  string            `json:"plan_file"`        // sealed: the engine's lottery, with features
	Public    string            `json:"public,omitempty"` // file: the certificate, once concluded
	Hash      string            `json:"hash"`
	Statement string            `json:"statement"`
	Summary   sortition.Summary `json:"summary"`
	Left      []string          `json:"left,omitempty"` // warnings of the engine, in words
	// Uncoverable is how many people no panel can hold; the summary names the
	// first of them.
	Uncoverable int `json:"uncoverable,omitempty"`

	SeedPlan    string          `json:"seed_plan"`
	DrandRound  uint64          `json:"drand_round,omitempty"`
	Observers   []Observer      `json:"observers,omitempty"`
	DrawAt      time.Time       `json:"draw_at,omitzero"` // announced
	CommittedBy string          `json:"committed_by,omitempty"`
	CommittedAt time.Time       `json:"committed_at,omitzero"`
	Seed        *sortition.Seed `json:"seed,omitempty"`
	SeedBy      string          `json:"seed_by,omitempty"`
	SeedWith    string          `json:"seed_with,omitempty"` // the second person
	SeededAt    time.Time       `json:"seeded_at,omitzero"`
	ConcludedAt time.Time       `json:"concluded_at,omitzero"`
	Abandoned   string          `json:"abandoned,omitempty"` // why

	Panel    int       `json:"panel,omitempty"`
	Selected []string  `json:"selected,omitempty"` // persons
	Reserve  []string  `json:"reserve,omitempty"`  // persons, in order
	OfferDue time.Time `json:"offer_due,omitzero"`
	Told     int       `json:"told"` // cursor in the pool file
	Telling  bool      `json:"telling,omitempty"`

	Gone time.Time `json:"gone,omitzero"` // its files were destroyed when their time was up

	Swaps   []Swap       `json:"swaps,omitempty"`
	Pending *Replacement `json:"pending,omitempty"` // decided, not yet carried out
}

// Swap is one seat that changed hands. In is "" for a seat left empty.
type Swap struct {
	Number int    `json:"number"`
	Out    string `json:"out"`
	In     string `json:"in,omitempty"`
	Record string `json:"record"`
}

// Draws is the collection of draws.
var Draws = domain.Collection[Draw]{
	Name:   "draws",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "process", Fields: []string{"process", "number"}},
		{Name: "telling", Fields: []string{"telling"}},
	},
	Keys: func(d *Draw) map[string]any {
		keys := map[string]any{"process": d.Process, "number": d.Number}
		if d.Telling {
			keys["telling"] = d.ConcludedAt
		}
		return keys
	},
	Shard: "id",
}

// DrawView is a draw as anybody may see it: no person is in it.
type DrawView struct {
	ID            string            `json:"id"`
	Process       string            `json:"process"`
	Number        int               `json:"number"`
	State         DrawState         `json:"state"`
	Size          int               `json:"size"`
	Reserves      int               `json:"reserves"`
	Pool          int               `json:"pool"`
	Objective     string            `json:"objective"`
	Panels        int               `json:"panels"`
	Hash          string            `json:"hash"`
	Statement     string            `json:"statement"`
	Summary       sortition.Summary `json:"summary"`
	Warnings      []string          `json:"warnings"`
	Uncoverable   int               `json:"uncoverable"` // people whom no panel can hold
	SeedPlan      string            `json:"seed_plan"`
	DrandRound    uint64            `json:"drand_round,omitempty"`
	Observers     []Observer        `json:"observers"`
	DrawAt        time.Time         `json:"draw_at,omitzero"`
	CommittedAt   time.Time         `json:"committed_at,omitzero"`
	Seed          *sortition.Seed   `json:"seed,omitempty"`
	SeededAt      time.Time         `json:"seeded_at,omitzero"`
	ConcludedAt   time.Time         `json:"concluded_at,omitzero"`
	Abandoned     string            `json:"abandoned,omitempty"`
	Panel         int               `json:"panel,omitempty"`
	NamedReserves int               `json:"named_reserves"`
	Told          int               `json:"told"`
	Replacements  int               `json:"replacements"`
	Certificate   string            `json:"certificate,omitempty"` // SHA-256 of the public certificate
	Gone          time.Time         `json:"gone,omitzero"`         // the replay was destroyed when its time was up

	Stay   map[string]float64 `json:"stay,omitempty"`
	Spared *Spared            `json:"spared,omitempty"`
}

// View is the draw without people and files. The digits of a seed that waits
// for its second person are not shown: that person enters what they saw.
func (d Draw) View() DrawView {
	v := DrawView{
		ID: d.ID, Process: d.Process, Number: d.Number, State: d.State, Size: d.Size, Reserves: d.Reserves, Pool: d.Pool,
		Objective: d.Objective, Panels: d.Panels, Hash: d.Hash, Statement: d.Statement, Summary: d.Summary, Warnings: d.Left, Uncoverable: d.Uncoverable,
		SeedPlan: d.SeedPlan, DrandRound: d.DrandRound, Observers: d.Observers, DrawAt: d.DrawAt, CommittedAt: d.CommittedAt,
		SeededAt: d.SeededAt, ConcludedAt: d.ConcludedAt, Abandoned: d.Abandoned, Panel: d.Panel, NamedReserves: len(d.Reserve),
		Told: d.Told, Replacements: len(d.Swaps), Certificate: d.Public, Gone: d.Gone, Stay: d.Stay, Spared: d.Spared,
	}
	if d.State != DrawWitnessed {
		v.Seed = d.Seed
	}
	return v
}

// PublicView is what the world sees before the draw is over: nothing of a
// draw that is only prepared, and no chances before the certificate.
func (d Draw) PublicView() DrawView {
	v := d.View()
	if d.State != DrawConcluded {
		v.Summary, v.Warnings, v.Uncoverable = sortition.Summary{}, nil, 0
	}
	return v
}

// poolRow is one person of a draw's pool.
type poolRow struct {
	Person    string `json:"person"`
	Pseudonym string `json:"pseudonym"`
}

// holders are the persons who hold the seats now, in no particular order.
func (d Draw) holders() []string {
	held := map[string]bool{}
	for _, p := range d.Selected {
		held[p] = true
	}
	for _, s := range d.Swaps {
		delete(held, s.Out)
		if s.In != "" {
			held[s.In] = true
		}
	}
	return sortedKeys(held)
}

// swapped reports whether a person's seat was given on or left empty.
func (d Draw) swapped(person string) bool {
	for _, s := range d.Swaps {
		if s.Out == person {
			return true
		}
	}
	return false
}
