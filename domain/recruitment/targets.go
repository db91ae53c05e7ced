package recruitment

import (
	"fmt"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// Bounds of a set of targets: a form people can still read.
const (
	maxTargets    = 400
	maxTargetName = 80
)

// RatherNotSay is the answer that is always offered. It counts for the draw
// as a value of its own that no target asks for.
const RatherNotSay = "Rather not say"

// Target says how many of the members share a value of a feature, and what
// share of the population does.
type Target struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	// FlexMin and FlexMax bound the relaxations that may be suggested; both or
	// neither.
	FlexMin *int `json:"flex_min,omitempty"`
	FlexMax *int `json:"flex_max,omitempty"`
	// Share is the population's share in hundredths of a percent; Source says
	// where and when from.
	Share  int    `json:"share,omitempty"`
	Source string `json:"source,omitempty"`
}

// fold is how features and values are compared: case and surrounding or
// repeated space do not matter.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// engineTargets is the targets as the draw reads them.
func engineTargets(ts []Target) []sortition.Target {
	out := make([]sortition.Target, len(ts))
	for i, t := range ts {
		out[i] = sortition.Target{Feature: t.Feature, Value: t.Value, Min: t.Min, Max: t.Max}
		if t.FlexMin != nil && t.FlexMax != nil {
			out[i].Flex = &sortition.Flex{Min: *t.FlexMin, Max: *t.FlexMax}
		}
	}
	return out
}

// checkTargets names every problem of the targets and whether their sums leave
// room for a panel of the size; a size of 0 is not known yet.
func checkTargets(ts []Target, size int) error {
	p := domain.Problems{}
	p.Need(len(ts) > 0, "targets", "give at least one feature with its values")
	p.Need(len(ts) <= maxTargets, "targets", "at most %d values fit; merge some", maxTargets)
	for i, t := range ts {
		field := fmt.Sprintf("targets[%d]", i)
		p.Need(len(t.Feature) <= maxTargetName && len(t.Value) <= maxTargetName, field, "names of at most %d letters, please", maxTargetName)
		p.Need((t.FlexMin == nil) == (t.FlexMax == nil), field, "give both flex_min and flex_max, or neither")
		p.Need(t.Share >= 0 && t.Share <= 10000, field+".share", "a share lies between 0 and 10000 hundredths of a percent")
		p.Need(t.Share == 0 || t.Source != "", field+".source", "say where the share of the population comes from, with its year")
	}
	problem := sortition.Problem{Size: size, Targets: engineTargets(ts)}
	for _, f := range problem.Check() {
		if f.Severity == sortition.SeverityError && aboutTargets(f.Code) && (size > 0 || !aboutSize(f.Code)) {
			p.Need(false, targetField(ts, f), "%s", f.Msg)
		}
	}
	return p.Err()
}

// aboutTargets leaves out what is said of the pool: there is none yet.
func aboutTargets(c sortition.Code) bool {
	switch c {
	case sortition.CodeEmptyPool, sortition.CodeNotEnoughPeople, sortition.CodeValueNobodyHas, sortition.CodeTargetBarelyMet:
		return false
	}
	return true
}

// aboutSize are the findings that need a size to be meant.
func aboutSize(c sortition.Code) bool {
	switch c {
	case sortition.CodeSizeOutOfRange, sortition.CodeMinSumAboveSize, sortition.CodeMaxSumBelowSize, sortition.CodeDesiredOutOfRange:
		return true
	}
	return false
}

// targetField is where on the form a finding belongs.
func targetField(ts []Target, f sortition.Finding) string {
	at := -1
	for i, t := range ts {
		if f.Value != "" && t.Feature == f.Feature && t.Value == f.Value {
			at = i
		}
	}
	switch {
	case at >= 0:
		return fmt.Sprintf("targets[%d]", at)
	case f.Feature != "":
		return "targets." + f.Feature
	}
	return "targets." + string(f.Code)
}

// features lists the features of the targets in their order.
func features(ts []Target) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range ts {
		if k := fold(t.Feature); !seen[k] {
			seen[k] = true
			out = append(out, t.Feature)
		}
	}
	return out
}

// spelling finds the targets' own spelling of a value.
type spelling map[string]map[string]string

func spellingOf(ts []Target) spelling {
	s := spelling{}
	for _, t := range ts {
		f := fold(t.Feature)
		if s[f] == nil {
			s[f] = map[string]string{fold(RatherNotSay): RatherNotSay}
		}
		s[f][fold(t.Value)] = t.Value
	}
	return s
}

// value is the spelled value of an answer; false when it is none of the
// feature's values.
func (s spelling) value(feature, answer string) (string, bool) {
	v, ok := s[fold(feature)][fold(answer)]
	return v, ok
}

// answerOf finds an answer by feature, whatever the case of its key.
func answerOf(answers map[string]string, feature string) string {
	if v, ok := answers[feature]; ok {
		return v
	}
	want := fold(feature)
	for k, v := range answers { // at most one key folds to a feature
		if fold(k) == want || fold(strings.ReplaceAll(k, "_", " ")) == want {
			return v
		}
	}
	return ""
}

// count parses a whole number of people.
func count(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n >= 0
}
