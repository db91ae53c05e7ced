package seating

// state is a seating under search, with what its cost is made of.
type state struct {
	m     *model
	rnd   *random
	n     int
	met   []uint8 // n x n, the open rounds included
	seats [][][]int
	at    [][]int // round -> person -> table, -1 absent
	spot  [][]int // round -> person -> index at the table
	count [][][]int
	price []int64 // meetings before -> cost of one more
	cost  int64
	best  int64
	saved [][]int // at of the best
	moved []exchange
}

// exchange is two people changing places.
type exchange struct{ round, a, b int }

func newState(m *model, rnd *random) *state {
	s := &state{m: m, rnd: rnd, n: len(m.ids), met: append([]uint8(nil), m.met...)}
	for i := range maxMet + MaxRounds + 2 {
		s.price = append(s.price, meetCost(i))
	}
	for i := range m.rounds {
		s.fill(i)
	}
	s.saved = make([][]int, len(s.at))
	for i := range s.at {
		s.saved[i] = make([]int, s.n)
	}
	s.keep()
	return s
}

// fill seats a round: those whom rules name at their start, others by lot.
func (s *state) fill(round int) {
	r := &s.m.rounds[round]
	at, spot := append([]int(nil), r.start...), filled(s.n, -1)
	seats := make([][]int, len(r.sizes))
	var rest []int
	for _, p := range r.here {
		if at[p] < 0 {
			rest = append(rest, p)
			continue
		}
		seats[at[p]] = append(seats[at[p]], p)
	}
	for i := len(rest) - 1; i > 0; i-- {
		j := s.rnd.intn(i + 1)
		rest[i], rest[j] = rest[j], rest[i]
	}
	for t, size := range r.sizes {
		for len(seats[t]) < size {
			at[rest[0]] = t
			seats[t] = append(seats[t], rest[0])
			rest = rest[1:]
		}
	}
	count := make([][]int, len(seats))
	for t, table := range seats {
		count[t] = make([]int, len(s.m.fields))
		for i, p := range table {
			spot[p] = i
			for _, v := range s.m.values[p] {
				count[t][v]++
			}
			for _, q := range table[:i] {
				s.cost += s.price[s.met[p*s.n+q]]
				s.meet(p, q, 1)
			}
		}
		for v, c := range count[t] {
			s.cost += r.cost[t][v][c]
		}
	}
	s.seats, s.at, s.spot, s.count = append(s.seats, seats), append(s.at, at), append(s.spot, spot), append(s.count, count)
}

func (s *state) meet(p, q int, d uint8) {
	s.met[p*s.n+q] += d
	s.met[q*s.n+p] += d
}

// keep saves the seating as the best.
func (s *state) keep() {
	s.best = s.cost
	for i := range s.at {
		copy(s.saved[i], s.at[i])
	}
}

// try draws an exchange and makes it if the temperature allows; it tells
// whether it did.
func (s *state) try(temperature int64) bool {
	round := s.rnd.intn(len(s.m.rounds))
	r := &s.m.rounds[round]
	if len(r.sizes) < 2 {
		return false
	}
	a := r.here[s.rnd.intn(len(r.here))]
	b := r.here[s.rnd.intn(len(r.here))]
	if s.at[round][a] == s.at[round][b] {
		return false
	}
	limit := temperature * chill[s.rnd.next()>>54] >> 10
	ua, ub := r.units[r.unit[a]], r.units[r.unit[b]]
	if len(ua) == 1 && len(ub) == 1 {
		return s.trySingle(exchange{round, a, b}, limit)
	}
	return s.tryUnits(round, r.unit[a], r.unit[b], limit)
}

func (s *state) trySingle(x exchange, limit int64) bool {
	r := &s.m.rounds[x.round]
	if r.pin[x.a] >= 0 || r.pin[x.b] >= 0 || s.barred(x) {
		return false
	}
	d := s.delta(x)
	if d > limit {
		return false
	}
	s.apply(x)
	s.cost += d
	return true
}

// barred reports a rule against an exchange of two people who each are a
// unit of their own.
func (s *state) barred(x exchange) bool {
	r, at := &s.m.rounds[x.round], s.at[x.round]
	for _, other := range r.apart[x.a] {
		if other != x.b && at[other] == at[x.b] {
			return true
		}
	}
	for _, other := range r.apart[x.b] {
		if other != x.a && at[other] == at[x.a] {
			return true
		}
	}
	return false
}

// delta is the change of cost by an exchange.
func (s *state) delta(x exchange) int64 {
	at := s.at[x.round]
	ta, tb := at[x.a], at[x.b]
	rowA, rowB := s.met[x.a*s.n:(x.a+1)*s.n], s.met[x.b*s.n:(x.b+1)*s.n]
	d := int64(0)
	for _, p := range s.seats[x.round][ta] {
		if p != x.a {
			d += s.price[rowB[p]] - s.price[rowA[p]-1]
		}
	}
	for _, p := range s.seats[x.round][tb] {
		if p != x.b {
			d += s.price[rowA[p]] - s.price[rowB[p]-1]
		}
	}
	return d + s.leave(x.round, x.a, x.b, ta) + s.leave(x.round, x.b, x.a, tb)
}

// leave is the change of spread at a table where one person takes another's
// place. A value that both have stays.
func (s *state) leave(round, goes, comes, table int) int64 {
	count, cost := s.count[round][table], s.m.rounds[round].cost[table]
	out, in := s.m.values[goes], s.m.values[comes]
	d := int64(0)
	i, j := 0, 0
	for i < len(out) || j < len(in) {
		switch {
		case j == len(in) || i < len(out) && out[i] < in[j]:
			v := out[i]
			d += cost[v][count[v]-1] - cost[v][count[v]]
			i++
		case i == len(out) || in[j] < out[i]:
			v := in[j]
			d += cost[v][count[v]+1] - cost[v][count[v]]
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return d
}

// apply makes an exchange.
func (s *state) apply(x exchange) {
	at, spot, seats := s.at[x.round], s.spot[x.round], s.seats[x.round]
	ta, tb := at[x.a], at[x.b]
	for _, p := range seats[ta] {
		if p != x.a {
			s.meet(x.a, p, ^uint8(0))
			s.meet(x.b, p, 1)
		}
	}
	for _, p := range seats[tb] {
		if p != x.b {
			s.meet(x.b, p, ^uint8(0))
			s.meet(x.a, p, 1)
		}
	}
	for _, v := range s.m.values[x.a] {
		s.count[x.round][ta][v]--
		s.count[x.round][tb][v]++
	}
	for _, v := range s.m.values[x.b] {
		s.count[x.round][tb][v]--
		s.count[x.round][ta][v]++
	}
	seats[ta][spot[x.a]], seats[tb][spot[x.b]] = x.b, x.a
	spot[x.a], spot[x.b] = spot[x.b], spot[x.a]
	at[x.a], at[x.b] = tb, ta
}

// tryUnits exchanges a unit with as many people of another's table, whole
// units only, and takes it back when it costs too much or breaks a rule.
func (s *state) tryUnits(round, u, v int, limit int64) bool {
	r := &s.m.rounds[round]
	if len(r.units[u]) < len(r.units[v]) {
		u, v = v, u
	}
	a, b := r.units[u], s.match(round, u, v)
	if len(b) != len(a) || s.held(r, a) || s.held(r, b) {
		return false
	}
	ta, tb := s.at[round][a[0]], s.at[round][b[0]]
	before := s.cost
	for i := range a {
		x := exchange{round, a[i], b[i]}
		s.cost += s.delta(x)
		s.apply(x)
	}
	if s.cost-before <= limit && !s.clash(round, a, tb) && !s.clash(round, b, ta) {
		return true
	}
	for i := range a {
		s.apply(exchange{round, a[i], b[i]})
	}
	s.cost = before
	return false
}

// match gathers whole units of v's table, v first and then in an order by
// lot, until they are as many people as u.
func (s *state) match(round, u, v int) []int {
	r := &s.m.rounds[round]
	want := len(r.units[u])
	out := append([]int(nil), r.units[v]...)
	table := s.seats[round][s.at[round][r.units[v][0]]]
	from := s.rnd.intn(len(table))
	for i := range table {
		p := table[(from+i)%len(table)]
		unit := r.units[r.unit[p]]
		if unit[0] == p && r.unit[p] != v && len(out)+len(unit) <= want {
			out = append(out, unit...)
		}
	}
	return out
}

func (s *state) held(r *roundModel, people []int) bool {
	for _, p := range people {
		if r.pin[p] >= 0 {
			return true
		}
	}
	return false
}

// clash reports people at a table who sit with somebody they never sit with.
func (s *state) clash(round int, people []int, table int) bool {
	for _, p := range people {
		for _, other := range s.m.rounds[round].apart[p] {
			if s.at[round][other] == table {
				return true
			}
		}
	}
	return false
}

// tables are the open rounds of the best seating. Who sits at a table is
// listed by id.
func (m *model) tables(s *state) []Tables {
	var out []Tables
	for i := range m.rounds {
		tables := make(Tables, len(m.rounds[i].sizes))
		for t := range tables {
			tables[t] = []string{}
		}
		for p, id := range m.ids {
			if t := s.saved[i][p]; t >= 0 {
				tables[t] = append(tables[t], id)
			}
		}
		out = append(out, tables)
	}
	return out
}
