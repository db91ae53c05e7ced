package sortition

import (
	"sort"
	"strings"
	"unicode"
)

// Target says how many people with one value of one feature a panel may hold.
type Target struct {
	Feature string `json:"feature"`
	Value   string `json:"value"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	// Flex bounds the relaxations that may be suggested; nil leaves them free.
	Flex *Flex `json:"flex,omitempty"`
}

// Flex is how far a target may be relaxed: Min <= target min, Max >= target max.
type Flex struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// Person is one member of the pool. ID is a pseudonym: it is published.
type Person struct {
	ID     string            `json:"id"`
	Values map[string]string `json:"values"` // feature -> value
	// Household joins people who may not sit together; "" joins nobody.
	Household string `json:"household,omitempty"`
}

// Problem is what a draw decides: Size people out of People within Targets.
// The order of targets and people does not change the result.
type Problem struct {
	Size    int      `json:"size"`
	Targets []Target `json:"targets"`
	People  []Person `json:"people"`
}

// fold is how features, values and addresses are compared: case, surrounding
// and repeated space do not matter.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// HouseholdKey joins the parts of an address into a key for Person.Household.
// Case, punctuation and space do not matter. An address with no letter or
// digit in any part is unknown, and unknown addresses never match: "".
func HouseholdKey(parts ...string) string {
	keys := make([]string, len(parts))
	known := false
	for i, part := range parts {
		keys[i] = strings.Join(strings.FieldsFunc(strings.ToLower(part), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}), "")
		known = known || keys[i] != ""
	}
	if !known {
		return ""
	}
	return strings.Join(keys, "|")
}

// canonical returns a copy in the one order that everything is computed and
// hashed in: targets by feature and value, people by id, names and values
// spelled as the targets spell them.
func (p *Problem) canonical() *Problem {
	out := &Problem{Size: p.Size, Targets: append([]Target(nil), p.Targets...)}
	spelled := map[string]string{}
	feature := map[string]string{}
	for i := range out.Targets {
		t := &out.Targets[i]
		t.Feature, t.Value = strings.TrimSpace(t.Feature), strings.TrimSpace(t.Value)
		if first, ok := feature[fold(t.Feature)]; ok {
			t.Feature = first
		}
		feature[fold(t.Feature)] = t.Feature
		spelled[fold(t.Feature)+"\x00"+fold(t.Value)] = t.Value
	}
	sort.SliceStable(out.Targets, func(i, j int) bool {
		a, b := out.Targets[i], out.Targets[j]
		if a.Feature != b.Feature {
			return a.Feature < b.Feature
		}
		return a.Value < b.Value
	})
	out.People = make([]Person, len(p.People))
	for i, person := range p.People {
		out.People[i] = person.canonical(feature, spelled)
	}
	sort.SliceStable(out.People, func(i, j int) bool { return out.People[i].ID < out.People[j].ID })
	return out
}

// canonical keeps only the targeted features, in the targets' spelling.
func (p Person) canonical(feature, spelled map[string]string) Person {
	values := make(map[string]string, len(feature))
	for name, value := range p.Values {
		key := fold(name)
		if shown, ok := feature[key]; ok {
			v, ok := spelled[key+"\x00"+fold(value)]
			if !ok {
				v = value
			}
			values[shown] = v
		}
	}
	return Person{ID: strings.TrimSpace(p.ID), Values: values, Household: p.Household}
}

// features lists the features of canonical targets, in order.
func (p *Problem) features() []string {
	var out []string
	for _, t := range p.Targets {
		if len(out) == 0 || out[len(out)-1] != t.Feature {
			out = append(out, t.Feature)
		}
	}
	return out
}
