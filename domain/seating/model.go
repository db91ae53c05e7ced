package seating

import "slices"

// scale is what one unit of deviation weighs: a number with every divisor up
// to 16, so that shares of tables are whole.
const scale = 720720

// model is a request in numbers: people sorted by id, so that the order in
// which they were given does not matter.
type model struct {
	req    Request
	ids    []string
	index  map[string]int
	values [][]int32 // person -> values held, one per field that has one
	fields []fieldOf // value -> its field
	rounds []roundModel
	met    []uint8 // n x n: times met before the open rounds
	open   int     // first round to plan
}

// fieldOf is one value of one field.
type fieldOf struct {
	cluster bool
	free    bool // the most common value of a cluster field
}

// roundModel is one round in numbers.
type roundModel struct {
	here  []int // people who attend, sorted
	sizes []int // of tables
	pin   []int // person -> table, -1 none
	unit  []int // person -> index in units, -1 absent
	units [][]int
	apart [][]int     // person -> those they never sit with
	cost  [][][]int64 // table -> value -> count -> cost
	least int64       // no seating's spread and clusters cost less
	start []int       // person -> table of a seating that keeps the rules, -1 for anyone else
}

func newModel(req Request) *model {
	m := &model{req: req, index: map[string]int{}, open: len(req.Past)}
	for _, p := range req.People {
		m.ids = append(m.ids, p.ID)
	}
	slices.Sort(m.ids)
	for i, id := range m.ids {
		m.index[id] = i
	}
	m.readValues()
	m.met = make([]uint8, len(m.ids)*len(m.ids))
	for _, tables := range req.Met {
		m.meet(tables)
	}
	for _, tables := range req.Past {
		m.meet(tables)
	}
	for i := range req.Rounds {
		if i >= m.open {
			r := m.round(i)
			m.rounds = append(m.rounds, r)
		}
	}
	return m
}

// meet notes that those at a table met; people who are not in the plan are
// passed over.
func (m *model) meet(tables Tables) {
	n := len(m.ids)
	for _, table := range tables {
		for _, a := range table {
			for _, b := range table {
				i, iok := m.index[a]
				j, jok := m.index[b]
				if iok && jok && i != j && m.met[i*n+j] < maxMet {
					m.met[i*n+j]++
				}
			}
		}
	}
}

// maxMet is where meetings are no longer counted.
const maxMet = 100

func (m *model) readValues() {
	m.values = make([][]int32, len(m.ids))
	byID := make(map[string]Person, len(m.ids))
	for _, p := range m.req.People {
		byID[p.ID] = p
	}
	for i, name := range append(slices.Clone(m.req.Diversify), m.req.Cluster...) {
		cluster := i >= len(m.req.Diversify)
		count := map[string]int{}
		for _, p := range m.req.People {
			if v := p.Values[name]; v != "" {
				count[v]++
			}
		}
		free := commonest(count)
		number := map[string]int32{}
		for _, v := range sortedKeys(count) {
			number[v] = int32(len(m.fields))
			m.fields = append(m.fields, fieldOf{cluster: cluster, free: cluster && v == free})
		}
		for j, id := range m.ids {
			if v := byID[id].Values[name]; v != "" {
				m.values[j] = append(m.values[j], number[v])
			}
		}
	}
}

// commonest is the value most people have, the first by name of equals.
func commonest(count map[string]int) string {
	best := ""
	for _, v := range sortedKeys(count) {
		if best == "" || count[v] > count[best] {
			best = v
		}
	}
	return best
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// round reads the rules of a round.
func (m *model) round(i int) roundModel {
	n := len(m.ids)
	r := roundModel{pin: filled(n, -1), unit: filled(n, -1), apart: make([][]int, n)}
	away := make([]bool, n)
	for _, id := range m.req.Rounds[i].Absent {
		away[m.index[id]] = true
	}
	for p := range n {
		if !away[p] {
			r.here = append(r.here, p)
		}
	}
	pinned := make([]int, TableCount(m.req.Rounds[i], len(r.here)))
	for _, p := range m.req.Pins {
		who := m.index[p.Person]
		if (p.Round == 0 || p.Round == i+1) && !away[who] && r.pin[who] < 0 {
			r.pin[who] = p.Table - 1
			pinned[p.Table-1]++
		}
	}
	for _, p := range m.req.Apart {
		a, b := m.index[p.A], m.index[p.B]
		if !away[a] && !away[b] && !slices.Contains(r.apart[a], b) {
			r.apart[a] = append(r.apart[a], b)
			r.apart[b] = append(r.apart[b], a)
		}
	}
	m.makeUnits(&r, away)
	r.sizes = roundSizes(m.req.Rounds[i], len(r.here), pinned)
	return r
}

func filled(n, v int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// makeUnits joins those who are together, in whatever order the pairs came.
func (m *model) makeUnits(r *roundModel, away []bool) {
	root := make([]int, len(m.ids))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, p := range m.req.Together {
		a, b := m.index[p.A], m.index[p.B]
		if !away[a] && !away[b] {
			a, b = find(a), find(b)
			root[max(a, b)] = min(a, b)
		}
	}
	at := map[int]int{}
	for _, p := range r.here {
		u, ok := at[find(p)]
		if !ok {
			u = len(r.units)
			at[find(p)] = u
			r.units = append(r.units, nil)
		}
		r.units[u] = append(r.units[u], p)
		r.unit[p] = u
	}
}
