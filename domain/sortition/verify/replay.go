package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"folkmoot/domain/sortition"
)

// checkReplay checks the parts that need people's values.
func checkReplay(r *Report, c *sortition.Certificate, replay *sortition.Replay) {
	if !r.note("replay", "The replay file is the one committed to: pool, settings and proof.", checkCommitted(c, replay)) {
		return
	}
	r.note("targets", "Every panel meets every target.", checkTargets(c, replay))
	r.note("households", "No panel holds two people of one household.", checkHouseholds(c, replay))
	r.note("reasons", "Whoever is in no panel is told which targets keep them out.", checkReasons(c, replay))
	if c.Choice != nil {
		r.note("reserves complete", "Everyone who could still be called is among the reserves.", checkAllReserves(c, replay))
	}
	p := newProof(replay)
	if !r.note("types", "People counted as alike are alike.", p.checkTypes()) {
		return
	}
	if !r.note("rows", "The proof's rows are the targets, the size and the household rule.", p.checkRows()) {
		return
	}
	r.note("evenness", "People who are alike sit equally often, as far as whole numbers allow.", p.checkEven(c))
	r.note("exact lottery", "The exact lottery's panels meet all rows, its weights sum to 1 and it gives the exact chances stated.", p.checkLottery(c))
	p.checkOptimal(r, c)
}

func checkCommitted(c *sortition.Certificate, replay *sortition.Replay) error {
	said := lines(c.Commitment.Statement)
	switch {
	case replay.Format != sortition.ReplayFormat:
		return fmt.Errorf("the replay file's format is %q; this program knows %q", replay.Format, sortition.ReplayFormat)
	case digest([]any{replay.Options.Salt, replay.Problem.People}) != said["pool"]:
		return errors.New("the pool is not the one committed to")
	case digest(replay.Options) != said["settings"]:
		return errors.New("the settings are not those committed to")
	case digest(replay.Proof) != said["proof"]:
		return errors.New("the proof is not the one committed to")
	case digest(replay.Problem.Targets) != said["targets"] || replay.Problem.Size != c.Size:
		return errors.New("the targets or the size are not those of the certificate")
	case len(replay.Proof.Types) != c.Types:
		return fmt.Errorf("the proof counts %d kinds of people, the certificate %d", len(replay.Proof.Types), c.Types)
	case len(replay.Problem.People) != len(c.Chances):
		return errors.New("the pool and the list of chances differ in length")
	}
	for i, person := range replay.Problem.People {
		if person.ID != c.Chances[i].ID {
			return fmt.Errorf("the pool and the list of chances differ at %s", person.ID)
		}
	}
	return nil
}

// checkReasons checks that the reasons speak of those in no panel, each once,
// and of targets as they are; certificates of before they were committed to
// lack the line. That the targets named keep them out is not proved again.
func checkReasons(c *sortition.Certificate, replay *sortition.Replay) error {
	if said, ok := lines(c.Commitment.Statement)["reasons"]; ok && digest(replay.Uncoverable) != said {
		return errors.New("the reasons are not those committed to")
	}
	limits := map[sortition.Bound]bool{}
	for _, t := range replay.Problem.Targets {
		limits[sortition.Bound{Feature: t.Feature, Value: t.Value, Side: "min", Limit: t.Min}] = true
		limits[sortition.Bound{Feature: t.Feature, Value: t.Value, Side: "max", Limit: t.Max}] = true
	}
	told := []string{}
	for _, u := range replay.Uncoverable {
		told = append(told, u.IDs...)
		for _, b := range u.Excluding {
			if !limits[b] {
				return fmt.Errorf("no target says %v, which is said to keep %s out", b, u.IDs)
			}
		}
	}
	slices.Sort(told)
	if len(slices.Compact(slices.Clone(told))) < len(told) {
		return errors.New("somebody is given reasons twice")
	}
	none := c.Summary.Uncoverable
	if k := replay.Proof.Kind; k == "interval" || k == "none" { // who is in none of its panels may be in another
		none = slices.DeleteFunc(slices.Clone(none), func(id string) bool { return !slices.Contains(told, id) })
	}
	if !slices.Equal(told, none) {
		return errors.New("the reasons are not given for exactly those who are in no panel")
	}
	return nil
}

func checkTargets(c *sortition.Certificate, replay *sortition.Replay) error {
	values := map[string]map[string]string{}
	for _, person := range replay.Problem.People {
		values[person.ID] = person.Values
	}
	for i, panel := range c.Panels {
		count := map[[2]string]int{}
		for _, id := range panel {
			for feature, value := range values[id] {
				count[[2]string{feature, value}]++
			}
		}
		for _, t := range replay.Problem.Targets {
			if n := count[[2]string{t.Feature, t.Value}]; n < t.Min || n > t.Max {
				return fmt.Errorf("panel %d has %d of %s: %s, outside %d to %d", i+1, n, t.Feature, t.Value, t.Min, t.Max)
			}
		}
	}
	return nil
}

func homes(replay *sortition.Replay) map[string]string {
	out := map[string]string{}
	for _, person := range replay.Problem.People {
		if person.Household != "" {
			out[person.ID] = person.Household
		}
	}
	return out
}

func checkHouseholds(c *sortition.Certificate, replay *sortition.Replay) error {
	home := homes(replay)
	for i, panel := range c.Panels {
		seen := map[string]string{}
		for _, id := range panel {
			h := home[id]
			if h == "" {
				continue
			}
			if other, ok := seen[h]; ok {
				return fmt.Errorf("panel %d holds %s and %s of one household", i+1, other, id)
			}
			seen[h] = id
		}
	}
	return nil
}

func checkAllReserves(c *sortition.Certificate, replay *sortition.Replay) error {
	home, out := homes(replay), map[string]bool{}
	for _, id := range c.Choice.Selected {
		if home[id] != "" {
			out[home[id]] = true
		}
	}
	want := 0
	for _, person := range replay.Problem.People {
		switch {
		case slices.Contains(c.Choice.Selected, person.ID), out[person.Household]:
		default:
			want++
			if !slices.Contains(c.Choice.Reserves, person.ID) {
				return fmt.Errorf("%s could be called and is not among the reserves", person.ID)
			}
		}
	}
	if want != len(c.Choice.Reserves) {
		return errors.New("someone of a household that sits is among the reserves")
	}
	return nil
}

// proof is the proof with its numbers read.
type proof struct {
	replay  *sortition.Replay
	data    *sortition.Proof
	person  map[string]sortition.Person
	homes   map[string]string // household -> its make-up
	cuts    []cut
	levels  []*big.Rat // per type, as proved by the stages
	members []int64
}

type cut struct {
	weights map[int]*big.Rat
	bound   *big.Rat
}

func newProof(replay *sortition.Replay) *proof {
	p := &proof{replay: replay, data: &replay.Proof, person: map[string]sortition.Person{}}
	for _, person := range replay.Problem.People {
		p.person[person.ID] = person
	}
	p.homes = p.makeUps()
	for _, ids := range p.data.Types {
		p.members = append(p.members, int64(len(ids)))
	}
	return p
}

// makeUps describes each household of several by the values of its people.
func (p *proof) makeUps() map[string]string {
	lists := map[string][]string{}
	for _, person := range p.replay.Problem.People {
		if person.Household != "" {
			lists[person.Household] = append(lists[person.Household], digest(person.Values))
		}
	}
	out := map[string]string{}
	for home, values := range lists {
		if len(values) > 1 {
			slices.Sort(values)
			out[home] = fmt.Sprint(values)
		}
	}
	return out
}

func (p *proof) checkTypes() error {
	seen := map[string]bool{}
	for t, ids := range p.data.Types {
		if len(ids) == 0 {
			return fmt.Errorf("type %d is empty", t)
		}
		first, ok := p.person[ids[0]]
		if !ok {
			return fmt.Errorf("type %d names %s, who is not in the pool", t, ids[0])
		}
		for _, id := range ids {
			person, ok := p.person[id]
			if !ok || seen[id] {
				return fmt.Errorf("type %d names %s, who is not in the pool or already in a type", t, id)
			}
			seen[id] = true
			if digest(person.Values) != digest(first.Values) || p.homes[person.Household] != p.homes[first.Household] {
				return fmt.Errorf("%s and %s are in one type and are not alike", first.ID, id)
			}
		}
	}
	if len(seen) != len(p.person) {
		return errors.New("someone is in no type")
	}
	return nil
}

func (p *proof) checkRows() error {
	size := 0
	for i, row := range p.data.Rows {
		var err error
		switch row.Kind {
		case "target":
			err = p.checkTargetRow(row)
		case "size":
			size++
			if row.Min != p.replay.Problem.Size || row.Max != row.Min || len(row.Types) != len(p.data.Types) {
				err = errors.New("it is not the panel size")
			}
		case "household":
			err = p.checkHouseholdRow(row)
		default:
			err = fmt.Errorf("its kind %q is not known", row.Kind)
		}
		if err == nil && !increasing(row.Types, len(p.data.Types)) {
			err = errors.New("its types are not in order")
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	if size == 0 {
		return errors.New("no row holds the panel size")
	}
	return nil
}

func increasing(types []int, n int) bool {
	for i, t := range types {
		if t < 0 || t >= n || i > 0 && types[i-1] >= t {
			return false
		}
	}
	return true
}

// checkTargetRow: the row lists exactly the types that have the value.
func (p *proof) checkTargetRow(row sortition.ProofRow) error {
	if row.Target < 0 || row.Target >= len(p.replay.Problem.Targets) {
		return errors.New("there is no such target")
	}
	target := p.replay.Problem.Targets[row.Target]
	if target.Min != row.Min || target.Max != row.Max {
		return errors.New("its bounds are not the target's")
	}
	var want []int
	for t, ids := range p.data.Types {
		if p.person[ids[0]].Values[target.Feature] == target.Value {
			want = append(want, t)
		}
	}
	if !slices.Equal(want, row.Types) {
		return errors.New("its types are not those with the target's value")
	}
	return nil
}

// checkHouseholdRow: all members of the types live in at most Max households.
func (p *proof) checkHouseholdRow(row sortition.ProofRow) error {
	seen := map[string]bool{}
	for _, t := range row.Types {
		if t < 0 || t >= len(p.data.Types) {
			return errors.New("there is no such type")
		}
		for _, id := range p.data.Types[t] {
			home := p.person[id].Household
			if home == "" {
				return fmt.Errorf("%s lives in no known household", id)
			}
			seen[home] = true
		}
	}
	if row.Min != 0 || len(seen) > row.Max {
		return fmt.Errorf("it allows %d of %d households", row.Max, len(seen))
	}
	return nil
}

func (p *proof) checkEven(c *sortition.Certificate) error {
	uses := map[string]int{}
	for _, panel := range c.Panels {
		for _, id := range panel {
			uses[id]++
		}
	}
	for _, ids := range p.data.Types {
		low, high := uses[ids[0]], uses[ids[0]]
		for _, id := range ids {
			low, high = min(low, uses[id]), max(high, uses[id])
		}
		// In shared households one person's seat keeps the others out, and
		// whole numbers leave them a little further apart.
		slack := 1
		if p.homes[p.person[ids[0]].Household] != "" {
			slack = 2 + len(c.Panels)/50
		}
		if high-low > slack {
			return fmt.Errorf("%s and others alike sit %d to %d times", ids[0], low, high)
		}
	}
	return nil
}

// checkLottery checks the exact lottery over types.
func (p *proof) checkLottery(c *sortition.Certificate) error {
	exact := map[string]*big.Rat{}
	for _, chance := range c.Chances {
		exact[chance.ID], _ = new(big.Rat).SetString(chance.Exact)
	}
	total := new(big.Rat)
	sums := make([]*big.Rat, len(p.data.Types))
	for t := range sums {
		sums[t] = new(big.Rat)
	}
	for i, panel := range p.data.Lottery {
		weight, ok := new(big.Rat).SetString(panel.Weight)
		if !ok || weight.Sign() <= 0 {
			return fmt.Errorf("panel %d of the exact lottery has weight %q", i, panel.Weight)
		}
		counts, err := p.counts(panel.Counts)
		if err != nil {
			return fmt.Errorf("panel %d of the exact lottery: %w", i, err)
		}
		total.Add(total, weight)
		for t, n := range counts {
			if n != 0 {
				sums[t].Add(sums[t], new(big.Rat).Mul(weight, big.NewRat(n, 1)))
			}
		}
	}
	if total.Cmp(big.NewRat(1, 1)) != 0 {
		return fmt.Errorf("the weights of the exact lottery sum to %s", total.RatString())
	}
	for t, ids := range p.data.Types {
		each := new(big.Rat).Quo(sums[t], big.NewRat(p.members[t], 1))
		for _, id := range ids {
			if exact[id] == nil || exact[id].Cmp(each) != 0 {
				return fmt.Errorf("the exact lottery gives %s the chance %s, not what is stated", id, each.RatString())
			}
		}
	}
	return nil
}
