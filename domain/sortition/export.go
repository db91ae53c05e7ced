package sortition

import (
	"math/big"
	"strconv"
)

// exportProof states an optimum's proof in the form that Verify reads.
func exportProof(m *model, best *optimum) Proof {
	p := Proof{Kind: best.kind(), Cuts: []ProofCut{}, Stages: []ProofStage{}}
	for t := range m.types {
		ids := make([]string, 0, m.n(t))
		for _, i := range m.types[t].members {
			ids = append(ids, m.problem.People[i].ID)
		}
		p.Types = append(p.Types, ids)
	}
	for _, r := range m.rows {
		types := r.types
		if types == nil {
			types = []int{}
		}
		p.Rows = append(p.Rows, ProofRow{Kind: string(r.kind), Target: r.target, Min: r.lo, Max: r.hi, Types: types})
	}
	for _, c := range m.cuts {
		p.Cuts = append(p.Cuts, ProofCut{Weights: sparse(c.weights), Bound: c.bound.String(), Tree: exportTree(c.proof)})
	}
	if best.marg != nil {
		for _, s := range best.marg.stages {
			p.Stages = append(p.Stages, exportStage(s))
			if best.bounded && s.level.Sign() > 0 {
				break // the bound on the smallest chance is all that is claimed
			}
		}
	}
	for _, w := range best.panels {
		counts := map[string]int{}
		for t, c := range w.counts {
			if c != 0 {
				counts[strconv.Itoa(t)] = c
			}
		}
		p.Lottery = append(p.Lottery, ProofPanel{Weight: w.weight.RatString(), Counts: counts})
	}
	return p
}

func exportStage(s stage) ProofStage {
	caps := map[string]string{}
	for t, v := range s.caps {
		caps[strconv.Itoa(t)] = v.String()
	}
	return ProofStage{Level: s.level.RatString(), Prices: sparse(s.duals), Caps: caps, Fixed: s.fixed}
}

// sparse keys the entries that are not zero by their index.
func sparse(values []*big.Int) map[string]string {
	out := map[string]string{}
	for i, v := range values {
		if v.Sign() != 0 {
			out[strconv.Itoa(i)] = v.String()
		}
	}
	return out
}

func exportTree(b *branchProof) *ProofNode {
	switch b.kind {
	case "split":
		return &ProofNode{Type: b.typ, At: b.at, Below: exportTree(b.sub[0]), Above: exportTree(b.sub[1])}
	case "leaf":
		prices := map[string]string{}
		for _, p := range b.prices {
			prices[strconv.Itoa(p.row)] = p.value.RatString()
		}
		return &ProofNode{Prices: prices}
	default:
		return nil
	}
}

// kind says how far the optimum is proved.
func (o *optimum) kind() string {
	switch {
	case o.marg == nil:
		return "none"
	case o.bounded:
		return "interval"
	case o.proved:
		return "exact"
	default:
		return "claimed"
	}
}
