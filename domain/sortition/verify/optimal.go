package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"folkmoot/domain/sortition"
)

// counts reads a panel over types and checks it against every row.
func (p *proof) counts(sparse map[string]int) ([]int64, error) {
	out := make([]int64, len(p.data.Types))
	for key, n := range sparse {
		t, err := strconv.Atoi(key)
		if err != nil || t < 0 || t >= len(out) || n < 0 || int64(n) > p.members[t] {
			return nil, fmt.Errorf("it holds %d of type %s", n, key)
		}
		out[t] = int64(n)
	}
	for r, row := range p.data.Rows {
		sum := int64(0)
		for _, t := range row.Types {
			sum += out[t]
		}
		if sum < int64(row.Min) || sum > int64(row.Max) {
			return nil, fmt.Errorf("it has %d in row %d, outside %d to %d", sum, r, row.Min, row.Max)
		}
	}
	return out, nil
}

// checkOptimal checks the proof that no lottery is better, and that the kind
// of proof is the one that the certificate claims.
func (p *proof) checkOptimal(r *Report, c *sortition.Certificate) {
	if err := p.checkKind(c); err != nil {
		r.note("proof", "", err)
		return
	}
	if p.data.Kind == "none" {
		r.skip("proof", "The objective %s has no proof of this kind: that the lottery is the best possible is the program's word.", c.Objective)
		return
	}
	claimed, err := p.checkCuts()
	if err == nil && p.data.Kind == "interval" {
		err = p.checkInterval(c)
	} else if err == nil {
		err = p.checkStages(c)
	}
	switch {
	case err != nil:
		r.note("proof", "", err)
	case claimed != (p.data.Kind == "claimed") && p.data.Kind != "interval":
		r.note("proof", "", fmt.Errorf("the proof is said to be %q and is not", p.data.Kind))
	case claimed:
		r.skip("proof", "Optimum claimed, not re-proved: an inequality over whole panels is stated without its proof. All else in the proof holds.")
	case p.data.Kind == "interval":
		r.note("proof", fmt.Sprintf("The search ended after %d steps of work, before the fairest lottery was found. What is proved: no lottery gives everyone who can sit more than %s; this one falls short of that by %s.",
			p.replay.Options.MaxWork, p.data.Stages[len(p.data.Stages)-1].Level, c.Summary.Gap), nil)
	default:
		r.note("proof", fmt.Sprintf("No lottery is fairer: %d levels proved with exact fractions, %d inequalities over whole panels proved by cases.", len(p.data.Stages), len(p.cuts)), nil)
	}
}

// checkKind: what the summary says of the proof is what the proof says.
func (p *proof) checkKind(c *sortition.Certificate) error {
	leximin := c.Objective == sortition.Leximin || c.Objective == sortition.Maximin
	gap, ok := new(big.Rat).SetString(c.Summary.Gap)
	switch kind := p.data.Kind; {
	case kind != "exact" && kind != "claimed" && kind != "interval" && kind != "none":
		return fmt.Errorf("a proof of the kind %q is not known", kind)
	case !ok || gap.Sign() < 0:
		return fmt.Errorf("the gap %q is not a fraction from 0 up", c.Summary.Gap)
	case (kind == "none") == leximin:
		return fmt.Errorf("the objective %s and a proof of the kind %q do not go together", c.Objective, kind)
	case (kind == "exact") != c.Summary.Proved:
		return errors.New("the summary misstates whether the optimum is proved")
	case (kind == "exact" || kind == "claimed") && gap.Sign() != 0:
		return errors.New("a gap is stated where the proof leaves none")
	case kind == "interval" && p.replay.Options.MaxWork <= 0:
		return errors.New("the settings do not say which limit of work ended the search")
	case c.Summary.Support != len(p.data.Lottery):
		return fmt.Errorf("the exact lottery has %d panels, not %d", len(p.data.Lottery), c.Summary.Support)
	}
	return nil
}

// checkCuts checks every inequality over whole panels; claimed is true when
// one comes without its proof.
func (p *proof) checkCuts() (claimed bool, err error) {
	for i, cut := range p.data.Cuts {
		read, err := p.readCut(cut)
		if err == nil && cut.Tree == nil {
			claimed = true
		} else if err == nil {
			err = p.checkTree(cut.Tree, read)
		}
		if err != nil {
			return claimed, fmt.Errorf("the proof that whole panels meet inequality %d fails: %w", i, err)
		}
		p.cuts = append(p.cuts, read)
	}
	return claimed, nil
}

func (p *proof) readCut(c sortition.ProofCut) (cut, error) {
	out := cut{weights: map[int]*big.Rat{}}
	var err error
	if out.weights, err = readSparse(c.Weights, len(p.data.Types)); err != nil {
		return out, err
	}
	for _, w := range out.weights {
		if !w.IsInt() {
			return out, errors.New("a weight is not whole")
		}
	}
	bound, ok := new(big.Rat).SetString(c.Bound)
	if !ok || !bound.IsInt() {
		return out, fmt.Errorf("its bound is %q", c.Bound)
	}
	out.bound = bound
	return out, nil
}

func readSparse(in map[string]string, n int) (map[int]*big.Rat, error) {
	out := map[int]*big.Rat{}
	for key, text := range in {
		i, err := strconv.Atoi(key)
		v, ok := new(big.Rat).SetString(text)
		if err != nil || i < 0 || i >= n || !ok {
			return nil, fmt.Errorf("the entry %q: %q cannot be read", key, text)
		}
		out[i] = v
	}
	return out, nil
}

// checkTree proves that no whole panel breaks the cut: each leaf's prices,
// with the leaf's bounds on counts, allow less than one more than the bound.
func (p *proof) checkTree(root *sortition.ProofNode, c cut) error {
	lo, hi := make([]int64, len(p.members)), make([]int64, len(p.members))
	copy(hi, p.members)
	return p.checkNode(root, c, lo, hi)
}

func (p *proof) checkNode(n *sortition.ProofNode, c cut, lo, hi []int64) error {
	if n == nil {
		return errors.New("a case is missing")
	}
	if n.Below == nil && n.Above == nil {
		return p.checkLeaf(n, c, lo, hi)
	}
	t, at := n.Type, int64(n.At)
	if t < 0 || t >= len(lo) {
		return errors.New("a case splits a type that does not exist")
	}
	l, h := lo[t], hi[t]
	hi[t] = min(h, at)
	err := p.checkNode(n.Below, c, lo, hi)
	hi[t], lo[t] = h, max(l, at+1)
	if err == nil {
		err = p.checkNode(n.Above, c, lo, hi)
	}
	lo[t] = l
	return err
}

func (p *proof) checkLeaf(n *sortition.ProofNode, c cut, lo, hi []int64) error {
	for t := range lo {
		if lo[t] > hi[t] {
			return nil // no count is possible here
		}
	}
	prices, err := readSparse(n.Prices, len(p.data.Rows)+len(p.cuts))
	if err != nil {
		return err
	}
	most, err := p.bound(prices, c.weights, lo, hi)
	if err != nil {
		return err
	}
	whole := new(big.Rat).Add(c.bound, big.NewRat(1, 1))
	if most.Cmp(whole) < 0 {
		return nil
	}
	empty, err := p.bound(prices, nil, lo, hi)
	if err != nil {
		return err
	}
	if empty.Sign() < 0 {
		return nil // the prices show that the case holds no panel
	}
	return fmt.Errorf("a case allows %s, more than %s", most.RatString(), c.bound.RatString())
}

// bound sums the rows at their prices and adds, per type, the best that the
// count's own bounds allow for what the prices leave of its weight.
func (p *proof) bound(prices, weights map[int]*big.Rat, lo, hi []int64) (*big.Rat, error) {
	rest, sum, err := p.price(prices)
	if err != nil {
		return nil, err
	}
	for t, d := range rest {
		d.Neg(d)
		if w := weights[t]; w != nil {
			d.Add(d, w)
		}
		side := hi[t]
		if d.Sign() < 0 {
			side = lo[t]
		}
		sum.Add(sum, d.Mul(d, big.NewRat(side, 1)))
	}
	return sum, nil
}

// price returns what the prices charge per person of each type, and what they
// come to over the rows' bounds.
func (p *proof) price(prices map[int]*big.Rat) ([]*big.Rat, *big.Rat, error) {
	charge := make([]*big.Rat, len(p.members))
	for t := range charge {
		charge[t] = new(big.Rat)
	}
	sum := new(big.Rat)
	for r, y := range prices {
		if r >= len(p.data.Rows) {
			c := p.cuts[r-len(p.data.Rows)]
			if y.Sign() < 0 {
				return nil, nil, errors.New("an inequality has a negative price")
			}
			sum.Add(sum, new(big.Rat).Mul(y, c.bound))
			for t, w := range c.weights {
				charge[t].Add(charge[t], new(big.Rat).Mul(y, w))
			}
			continue
		}
		row := p.data.Rows[r]
		side := row.Max
		if y.Sign() < 0 {
			side = row.Min
		}
		sum.Add(sum, new(big.Rat).Mul(y, big.NewRat(int64(side), 1)))
		for _, t := range row.Types {
			charge[t].Add(charge[t], y)
		}
	}
	return charge, sum, nil
}

// checkStages checks each level and that the levels are the chances stated.
func (p *proof) checkStages(c *sortition.Certificate) error {
	p.levels = make([]*big.Rat, len(p.members))
	for i, s := range p.data.Stages {
		if err := p.checkStage(s); err != nil {
			return fmt.Errorf("the proof of level %d (%s) fails: %w", i+1, s.Level, err)
		}
	}
	exact := map[string]string{}
	for _, chance := range c.Chances {
		exact[chance.ID] = chance.Exact
	}
	for t, ids := range p.data.Types {
		if p.levels[t] == nil {
			return fmt.Errorf("the proof leaves the chance of %s open", ids[0])
		}
		for _, id := range ids {
			if exact[id] != p.levels[t].RatString() {
				return fmt.Errorf("the proof gives %s the chance %s, the certificate %s", id, p.levels[t].RatString(), exact[id])
			}
		}
	}
	return nil
}

// checkInterval: the first level above 0 is a proved bound on the smallest
// chance; the gap stated is what lies between.
func (p *proof) checkInterval(c *sortition.Certificate) error {
	p.levels = make([]*big.Rat, len(p.members))
	for i, s := range p.data.Stages {
		if err := p.checkStage(s); err != nil {
			return fmt.Errorf("the proof of level %d (%s) fails: %w", i+1, s.Level, err)
		}
	}
	if len(p.data.Stages) == 0 {
		return errors.New("the proof states no bound")
	}
	bound, ok := new(big.Rat).SetString(p.data.Stages[len(p.data.Stages)-1].Level)
	if !ok || bound.Sign() <= 0 {
		return errors.New("the proof bounds nobody's chance from above")
	}
	least, err := p.least(c)
	if err != nil {
		return err
	}
	if gap, ok := new(big.Rat).SetString(c.Summary.Gap); !ok || gap.Cmp(bound.Sub(bound, least)) != 0 {
		return errors.New("the gap is not what lies between the smallest chance and the proved bound")
	}
	return nil
}

// least is the smallest chance of those who are not proved to have none.
func (p *proof) least(c *sortition.Certificate) (*big.Rat, error) {
	exact := map[string]string{}
	for _, chance := range c.Chances {
		exact[chance.ID] = chance.Exact
	}
	var least *big.Rat
	for t, ids := range p.data.Types {
		v, ok := new(big.Rat).SetString(exact[ids[0]])
		if !ok {
			return nil, fmt.Errorf("the chance of %s is not a fraction", ids[0])
		}
		if p.levels[t] != nil && p.levels[t].Sign() == 0 {
			if v.Sign() != 0 {
				return nil, fmt.Errorf("%s is proved to be in no panel and has a chance", ids[0])
			}
			continue
		}
		if least == nil || v.Cmp(least) < 0 {
			least = v
		}
	}
	if least == nil {
		return nil, errors.New("the proof leaves nobody a chance")
	}
	return least, nil
}

// checkStage: with settled types at their levels, the prices sum to the level
// times a positive total, and charge nobody left less than nothing.
func (p *proof) checkStage(s sortition.ProofStage) error {
	level, ok := new(big.Rat).SetString(s.Level)
	if !ok {
		return errors.New("the level is not a fraction")
	}
	prices, err := readSparse(s.Prices, len(p.data.Rows)+len(p.cuts))
	if err != nil {
		return err
	}
	caps, err := readSparse(s.Caps, len(p.members))
	if err != nil {
		return err
	}
	charge, sum, err := p.price(prices)
	if err != nil {
		return err
	}
	for t, y := range caps {
		if y.Sign() < 0 || p.levels[t] != nil {
			return errors.New("a cap has a negative price or is of a settled type")
		}
		charge[t].Add(charge[t], y)
		sum.Add(sum, new(big.Rat).Mul(y, big.NewRat(p.members[t], 1)))
	}
	total := new(big.Rat)
	for t, d := range charge {
		people := new(big.Rat).Mul(d, big.NewRat(p.members[t], 1))
		if p.levels[t] != nil {
			sum.Sub(sum, people.Mul(people, p.levels[t]))
			continue
		}
		if d.Sign() < 0 {
			return fmt.Errorf("type %d is charged less than nothing", t)
		}
		total.Add(total, people)
	}
	if total.Sign() <= 0 || sum.Quo(sum, total).Cmp(level) != 0 {
		return errors.New("the prices do not come to the level")
	}
	return p.settle(s.Fixed, level, charge)
}

// settle fixes the stage's types. At level 1 nobody can be higher, so all
// that are left may be fixed; below it only those the prices charge.
func (p *proof) settle(fixed []int, level *big.Rat, charge []*big.Rat) error {
	if len(fixed) == 0 {
		return errors.New("it settles nobody")
	}
	one := level.Cmp(big.NewRat(1, 1)) == 0
	for _, t := range fixed {
		if t < 0 || t >= len(p.levels) || p.levels[t] != nil {
			return fmt.Errorf("type %d is settled twice or does not exist", t)
		}
		if !one && charge[t].Sign() <= 0 {
			return fmt.Errorf("type %d is settled without a price", t)
		}
		p.levels[t] = level
	}
	return nil
}
