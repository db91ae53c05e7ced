package sortition

import (
	"math"
	"strings"
)

// Check reports everything that is wrong with the problem as stated, and
// warnings, without solving anything.
func (p *Problem) Check() Findings {
	var out Findings
	p.checkTargets(&out)
	p.checkSums(&out)
	p.checkPeople(&out)
	return out
}

func (p *Problem) checkTargets(out *Findings) {
	if len(p.Targets) == 0 {
		out.errorf(CodeNoTargets, "There are no targets. Give at least one feature with its values.")
	}
	seen := map[string]bool{}
	for _, t := range p.Targets {
		key := fold(t.Feature) + "\x00" + fold(t.Value)
		if seen[key] {
			out.errorf(CodeDuplicateTarget, "%s: %s has more than one target. Keep one.", t.Feature, t.Value).about(t)
		}
		seen[key] = true
		checkTarget(out, t)
	}
}

func checkTarget(out *Findings, t Target) {
	name := t.Feature + ": " + t.Value
	if fold(t.Feature) == "" || fold(t.Value) == "" {
		out.errorf(CodeEmptyFeatureValue, "A target has no feature or no value. Name both.").about(t)
	}
	if t.Min < 0 || t.Max < 0 {
		out.errorf(CodeNegativeNumber, "%s: a target cannot be below 0.", name).about(t)
	}
	if t.Min > t.Max {
		out.errorf(CodeMinGreaterThanMax, "%s: the minimum %d is greater than the maximum %d.", name, t.Min, t.Max).about(t)
	}
	if t.Flex != nil && t.Flex.Min > t.Min {
		out.errorf(CodeMinFlexGreaterThanMin, "%s: min_flex %d is greater than the minimum %d.", name, t.Flex.Min, t.Min).about(t)
	}
	if t.Flex != nil && t.Flex.Max < t.Max {
		out.errorf(CodeMaxFlexLessThanMax, "%s: max_flex %d is less than the maximum %d.", name, t.Flex.Max, t.Max).about(t)
	}
}

// sums are the smallest and largest number of people a feature allows.
type sums struct {
	feature  string
	min, max int
}

func (p *Problem) sums() []sums {
	var out []sums
	at := map[string]int{}
	for _, t := range p.Targets {
		i, ok := at[fold(t.Feature)]
		if !ok {
			i = len(out)
			at[fold(t.Feature)] = i
			out = append(out, sums{feature: t.Feature})
		}
		out[i].min += t.Min
		out[i].max += t.Max
	}
	return out
}

func (p *Problem) checkSums(out *Findings) {
	if p.Size < 1 {
		out.errorf(CodeSizeOutOfRange, "The panel size is %d. Choose 1 or more.", p.Size)
	}
	features := p.sums()
	if len(features) == 0 {
		return
	}
	high, low := features[0], features[0]
	for _, s := range features {
		if s.min > high.min {
			high = s
		}
		if s.max < low.max {
			low = s
		}
		if s.min > p.Size {
			out.errorf(CodeMinSumAboveSize, "The minimums of %s add up to %d, more than the panel's %d. Lower them or choose a larger panel.", s.feature, s.min, p.Size).Feature = s.feature
		}
		if s.max < p.Size {
			out.errorf(CodeMaxSumBelowSize, "The maximums of %s add up to %d, less than the panel's %d. Raise them or choose a smaller panel.", s.feature, s.max, p.Size).Feature = s.feature
		}
	}
	switch {
	case high.min > low.max:
		out.errorf(CodeFeatureSumsConflict, "%s needs at least %d people but %s allows at most %d. Lower the minimums of %s or raise the maximums of %s.",
			high.feature, high.min, low.feature, low.max, high.feature, low.feature)
	case p.Size < high.min || p.Size > low.max:
		out.errorf(CodeDesiredOutOfRange, "The targets allow panels of %d to %d people, not %d.", high.min, low.max, p.Size)
	}
}

func (p *Problem) checkPeople(out *Findings) {
	if len(p.People) == 0 {
		out.errorf(CodeEmptyPool, "There is nobody in the pool.")
		return
	}
	if p.Size > len(p.People) {
		out.errorf(CodeSizeOutOfRange, "The panel size is %d but only %d people are in the pool.", p.Size, len(p.People))
	}
	known := map[string]map[string]int{}
	for _, t := range p.Targets {
		f := fold(t.Feature)
		if known[f] == nil {
			known[f] = map[string]int{}
		}
		known[f][fold(t.Value)] = 0
	}
	ids := map[string]bool{}
	features := p.sums()
	for _, person := range p.People {
		checkPerson(out, person, features, ids, known)
	}
	p.checkCounts(out, known)
}

func checkPerson(out *Findings, person Person, features []sums, ids map[string]bool, known map[string]map[string]int) {
	switch id := strings.TrimSpace(person.ID); {
	case id == "":
		out.errorf(CodeBlankID, "A person has no id.")
	case ids[id]:
		out.errorf(CodeDuplicateID, "The id %s is used by more than one person.", person.ID)
	default:
		ids[id] = true
	}
	has := make(map[string]string, len(person.Values))
	for name, value := range person.Values {
		has[fold(name)] = value
	}
	for _, s := range features {
		f := fold(s.feature)
		value := fold(has[f])
		_, listed := known[f][value]
		switch {
		case value == "":
			found := out.errorf(CodeEmptyValueInFeature, "%s has no %s.", person.ID, s.feature)
			found.Feature = s.feature
		case !listed:
			found := out.errorf(CodeValueNotInFeature, "%s: %q is not one of the values of %s.", person.ID, has[f], s.feature)
			found.Feature, found.Value = s.feature, has[f]
		default:
			known[f][value]++
		}
	}
}

func (p *Problem) checkCounts(out *Findings, known map[string]map[string]int) {
	for _, t := range p.Targets {
		n := known[fold(t.Feature)][fold(t.Value)]
		switch {
		case n < t.Min:
			out.errorf(CodeNotEnoughPeople, "%s: %s needs at least %d people but the pool has %d.", t.Feature, t.Value, t.Min, n).about(t)
		case n == 0 && t.Max > 0:
			out.warnf(CodeValueNobodyHas, "%s: nobody in the pool has %s.", t.Feature, t.Value).about(t)
		case t.Min > 0 && float64(n) < math.Ceil(1.2*float64(t.Min)):
			// Warnings are published: they name no small count of the pool.
			out.warnf(CodeTargetBarelyMet, "%s: %s needs %d people and the pool has barely more.", t.Feature, t.Value, t.Min).about(t)
		}
	}
}
