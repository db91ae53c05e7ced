package recruitment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
)

// Rule is one condition of taking part, judged on an answer. A person who
// answered otherwise is not eligible, for Reason; a person who has not
// answered a required question is not judged yet.
type Rule struct {
	Answer   string   `json:"answer"`             // key of the answer
	Reason   string   `json:"reason"`             // code: too_young, outside_area, works_for_commissioner
	Say      string   `json:"say"`                // the reason in plain words, to the person
	Min      *int     `json:"min,omitempty"`      // a number, at least
	Max      *int     `json:"max,omitempty"`      // a number, at most
	OneOf    []string `json:"one_of,omitempty"`   // the only answers that will do
	NoneOf   []string `json:"none_of,omitempty"`  // answers that will not do
	Required bool     `json:"required,omitempty"` // must be answered before the pool
}

const maxRules = 30

// defaultRules are those of most juries: old enough, and not working for the
// commissioner or holding office.
func defaultRules(ref domain.ProcessRef) []Rule {
	var out []Rule
	if ref.MinAge > 0 {
		age := ref.MinAge
		out = append(out, Rule{Answer: "age", Min: &age, Reason: "too_young", Say: fmt.Sprintf("members must be %d or older", age)})
	}
	return append(out,
		Rule{Answer: "works_for_commissioner", NoneOf: []string{"yes"}, Reason: "works_for_commissioner",
			Say: "people who work for the organisation that asks the question cannot be members"},
		Rule{Answer: "elected", NoneOf: []string{"yes"}, Reason: "elected",
			Say: "people who hold elected office cannot be members"})
}

func checkRules(rules []Rule) error {
	p := domain.Problems{}
	p.Need(len(rules) <= maxRules, "rules", "at most %d rules, please", maxRules)
	for i, r := range rules {
		field := fmt.Sprintf("rules[%d]", i)
		p.Need(r.Answer != "", field+".answer", "say which answer it is about")
		p.Need(r.Reason != "" && domain.Slug(strings.ReplaceAll(r.Reason, "_", "-")) == strings.ReplaceAll(r.Reason, "_", "-"), field+".reason",
			"give a short code in small letters, such as outside_area")
		p.Need(r.Say != "" && len(r.Say) <= 300, field+".say", "say the reason in plain words, in at most 300 letters")
		p.Need(r.Min != nil || r.Max != nil || len(r.OneOf) > 0 || len(r.NoneOf) > 0 || r.Required, field,
			"give min, max, one_of or none_of, or mark it as required")
		p.Need(r.Min == nil || r.Max == nil || *r.Min <= *r.Max, field+".min", "it is above max")
	}
	return p.Err()
}

// Judgement is what the rules say of a person's answers.
type Judgement struct {
	Eligible bool     `json:"eligible"`
	Reason   string   `json:"reason,omitempty"`  // code of the rule that was not met
	Say      string   `json:"say,omitempty"`     // the reason in plain words
	Missing  []string `json:"missing,omitempty"` // answers still needed before a judgement
}

// Judge looks at a person's answers: first whether some rule is not met, then
// whether answers are missing that rules or targets need.
func Judge(rules []Rule, targets []Target, answers map[string]string) Judgement {
	var out Judgement
	for _, r := range rules {
		v := answerOf(answers, r.Answer)
		switch {
		case v == "" && r.Required:
			out.Missing = append(out.Missing, r.Answer)
		case v != "" && !r.met(v):
			return Judgement{Reason: r.Reason, Say: r.Say}
		}
	}
	known := spellingOf(targets)
	for _, f := range features(targets) {
		if _, ok := known.value(f, answerOf(answers, f)); !ok {
			out.Missing = append(out.Missing, f)
		}
	}
	out.Missing = slices.Compact(out.Missing)
	out.Eligible = len(out.Missing) == 0
	return out
}

// met judges an answer. A band such as 16-44 or 75+ meets a bound when some
// number in it does; an answer without a number is not judged by bounds.
func (r Rule) met(answer string) bool {
	if lo, hi, ok := numbers(answer); ok {
		if r.Min != nil && hi < *r.Min || r.Max != nil && lo > *r.Max {
			return false
		}
	}
	if len(r.OneOf) > 0 && !slices.ContainsFunc(r.OneOf, same(answer)) {
		return false
	}
	return !slices.ContainsFunc(r.NoneOf, same(answer))
}

// numbers reads 17, 16-44, 16 to 44 and 75+ as the numbers they span.
func numbers(answer string) (lo, hi int, ok bool) {
	found := strings.FieldsFunc(answer, func(r rune) bool { return r < '0' || r > '9' })
	if len(found) == 0 || len(found) > 2 {
		return 0, 0, false
	}
	lo, err := strconv.Atoi(found[0])
	if err != nil {
		return 0, 0, false
	}
	if hi = lo; strings.Contains(answer, "+") {
		hi = math.MaxInt
	}
	if len(found) == 2 {
		hi, err = strconv.Atoi(found[1])
	}
	return lo, hi, err == nil && lo <= hi
}

func same(answer string) func(string) bool {
	return func(v string) bool { return fold(v) == fold(answer) }
}
