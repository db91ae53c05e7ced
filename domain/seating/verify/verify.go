package verify

import (
	"fmt"
	"slices"
	"strings"

	"folkmoot/domain/seating"
)

// Check is one thing that was checked, in plain words.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// Report is everything that was checked.
type Report struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// Add adds a check; bad lists what is wrong, none meaning that it holds.
func (r *Report) Add(name, holds string, bad []string) {
	c := Check{Name: name, OK: len(bad) == 0, Text: holds}
	if !c.OK {
		const most = 5
		more := ""
		if len(bad) > most {
			more = fmt.Sprintf("; and %d more", len(bad)-most)
			bad = bad[:most]
		}
		c.Text = strings.Join(bad, "; ") + more
		r.OK = false
	}
	r.Checks = append(r.Checks, c)
}

// Export checks the export of a plan.
func Export(e *seating.Export) *Report {
	r := &Report{OK: true}
	v := newView(e)
	r.Add("format", "the file is the export of a table plan", v.format())
	r.Add("request", "the hash of what was asked for is that of the request in the file", v.request())
	r.Add("rounds", counted(len(e.Rounds), "round, as asked for", "rounds, as asked for"), v.count())
	if !r.OK {
		return r
	}
	r.Add("seats", "everyone who attends a round sits at exactly one table in it, and nobody else does", v.seats())
	r.Add("sizes", "no table is fuller than asked for, and tables of one size differ by one person at most", v.sizes())
	r.Add("pins", counted(len(e.Request.Pins), "pin is kept", "pins are kept"), v.pins())
	r.Add("together", counted(len(e.Request.Together), "pair always sits together", "pairs always sit together"), v.together())
	r.Add("apart", counted(len(e.Request.Apart), "pair never sits together", "pairs never sit together"), v.apart())
	r.Add("past", counted(len(e.Request.Past), "round that was held is as it was", "rounds that were held are as they were"), v.past())
	r.Add("meetings", fmt.Sprintf("%d pairs meet for the first time, in %d places for a pair; no plan of these tables has more than %d", e.Measures.Pairs, e.Measures.Slots, e.Measures.PairsMost), v.meetings())
	r.Add("spread", v.spreadText(), v.spread())
	r.Add("clusters", v.clusterText(), v.clusters())
	return r
}

// counted is a number with its words.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// view is an export read for checking: who sits where.
type view struct {
	e     *seating.Export
	known map[string]bool
	where []map[string]int // round -> person -> table, from 1
	twice []string
}

func newView(e *seating.Export) *view {
	v := &view{e: e, known: map[string]bool{}}
	for _, p := range e.Request.People {
		v.known[p.ID] = true
	}
	for i, tables := range e.Rounds {
		at := map[string]int{}
		for t, people := range tables {
			for _, id := range people {
				if at[id] != 0 {
					v.twice = append(v.twice, fmt.Sprintf("%s sits twice in round %d", id, i+1))
				}
				at[id] = t + 1
			}
		}
		v.where = append(v.where, at)
	}
	return v
}

func (v *view) format() []string {
	if v.e.Format != seating.ExportFormat {
		return []string{fmt.Sprintf("the format is %q, not %q", v.e.Format, seating.ExportFormat)}
	}
	return nil
}

func (v *view) request() []string {
	hash, err := seating.HashRequest(v.e.Request)
	if err != nil {
		return []string{err.Error()}
	}
	if hash != v.e.RequestHash {
		return []string{"the request was changed: its hash is " + hash + ", the file says " + v.e.RequestHash}
	}
	return nil
}

func (v *view) count() []string {
	if len(v.e.Rounds) != len(v.e.Request.Rounds) {
		return []string{fmt.Sprintf("%d rounds were asked for and %d are there", len(v.e.Request.Rounds), len(v.e.Rounds))}
	}
	if len(v.e.Request.Past) > len(v.e.Rounds) {
		return []string{"more rounds were held than there are"}
	}
	return nil
}

// open yields the rounds that were planned, not those that were held before.
func (v *view) open(f func(i int, at map[string]int, asked seating.Round)) {
	for i := len(v.e.Request.Past); i < len(v.e.Rounds); i++ {
		f(i, v.where[i], v.e.Request.Rounds[i])
	}
}

func (v *view) seats() []string {
	bad := slices.Clone(v.twice)
	v.open(func(i int, at map[string]int, asked seating.Round) {
		for _, p := range v.e.Request.People {
			away := slices.Contains(asked.Absent, p.ID)
			switch {
			case away && at[p.ID] != 0:
				bad = append(bad, fmt.Sprintf("%s is away in round %d and has a seat", p.ID, i+1))
			case !away && at[p.ID] == 0:
				bad = append(bad, fmt.Sprintf("%s has no seat in round %d", p.ID, i+1))
			}
		}
	})
	for i, at := range v.where {
		for _, id := range sorted(at) {
			if !v.known[id] {
				bad = append(bad, fmt.Sprintf("%s sits in round %d and is not among the people", id, i+1))
			}
		}
	}
	return bad
}

func sorted(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (v *view) sizes() []string {
	var bad []string
	v.open(func(i int, at map[string]int, asked seating.Round) {
		tables := v.e.Rounds[i]
		if len(asked.Tables) > 0 {
			bad = append(bad, seatsKept(i, tables, asked.Tables)...)
			return
		}
		least := len(at) / max(len(tables), 1)
		for t, people := range tables {
			if n := len(people); n > asked.Size || n < least || n > least+1 {
				bad = append(bad, fmt.Sprintf("table %d of round %d has %d people", t+1, i+1, n))
			}
		}
		if want := (len(at) + asked.Size - 1) / max(asked.Size, 1); len(tables) != want {
			bad = append(bad, fmt.Sprintf("round %d has %d tables, %d would do", i+1, len(tables), want))
		}
	})
	return bad
}

func seatsKept(i int, tables seating.Tables, seats []int) []string {
	if len(tables) != len(seats) {
		return []string{fmt.Sprintf("round %d has %d tables, %d were asked for", i+1, len(tables), len(seats))}
	}
	var bad []string
	for t, people := range tables {
		if len(people) > seats[t] {
			bad = append(bad, fmt.Sprintf("table %d of round %d has %d people on %d seats", t+1, i+1, len(people), seats[t]))
		}
	}
	return bad
}

func (v *view) pins() []string {
	var bad []string
	v.open(func(i int, at map[string]int, _ seating.Round) {
		for _, p := range v.e.Request.Pins {
			if (p.Round == 0 || p.Round == i+1) && at[p.Person] != 0 && at[p.Person] != p.Table {
				bad = append(bad, fmt.Sprintf("%s sits at table %d in round %d, not at table %d", p.Person, at[p.Person], i+1, p.Table))
			}
		}
	})
	return bad
}

func (v *view) together() []string {
	var bad []string
	v.open(func(i int, at map[string]int, _ seating.Round) {
		for _, p := range v.e.Request.Together {
			if at[p.A] != 0 && at[p.B] != 0 && at[p.A] != at[p.B] {
				bad = append(bad, fmt.Sprintf("%s and %s are parted in round %d", p.A, p.B, i+1))
			}
		}
	})
	return bad
}

func (v *view) apart() []string {
	var bad []string
	v.open(func(i int, at map[string]int, _ seating.Round) {
		for _, p := range v.e.Request.Apart {
			if at[p.A] != 0 && at[p.A] == at[p.B] {
				bad = append(bad, fmt.Sprintf("%s and %s sit together in round %d", p.A, p.B, i+1))
			}
		}
	})
	return bad
}

func (v *view) past() []string {
	var bad []string
	for i, held := range v.e.Request.Past {
		if fmt.Sprint(held) != fmt.Sprint(v.e.Rounds[i]) {
			bad = append(bad, fmt.Sprintf("round %d was changed after it was held", i+1))
		}
	}
	return bad
}
