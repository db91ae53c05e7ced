package seating

import (
	"fmt"
	"strings"
)

// Words say in plain sentences how good a plan is.
func Words(req Request, m Measures) []string {
	out := []string{meetingWords(m)}
	switch {
	case m.MostMet > 0 && m.FewestMet == m.MostMet:
		out = append(out, fmt.Sprintf("Everyone meets %d other people.", m.MostMet))
	case m.MostMet > 0:
		out = append(out, fmt.Sprintf("Everyone meets between %d and %d other people.", m.FewestMet, m.MostMet))
	}
	if len(req.Diversify) > 0 {
		text := "Every table is as mixed by " + list(req.Diversify) + " as the numbers allow."
		if m.DeviationExact != m.DeviationLeast {
			text = fmt.Sprintf("Tables are mixed by %s, close to the most even that is possible (%s off, where %s cannot be avoided).",
				list(req.Diversify), oneDigit(m.DeviationExact), oneDigit(m.DeviationLeast))
		}
		out = append(out, text)
	}
	if len(req.Cluster) > 0 && m.ClusterLeast > 0 {
		text := fmt.Sprintf("Those with the same %s sit together at as few tables as they need.", list(req.Cluster))
		if m.ClusterTables > m.ClusterLeast {
			text = fmt.Sprintf("Those with the same %s are at %d tables over all rounds; %d would hold them, but other rules come between.", list(req.Cluster), m.ClusterTables, m.ClusterLeast)
		}
		out = append(out, text)
	}
	return out
}

func meetingWords(m Measures) string {
	if m.Pairs == m.Slots {
		return "Nobody sits with anybody twice."
	}
	most := ""
	if m.Pairs == m.PairsMost {
		most = " No plan of these tables has more."
	}
	return fmt.Sprintf("%d pairs of people meet for the first time, of the %d times that two people share a table.%s", m.Pairs, m.Slots, most)
}

func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// oneDigit is a fraction to a tenth.
func oneDigit(fraction string) string {
	r, ok := fractionOf(fraction)
	if !ok {
		return fraction
	}
	return r.FloatString(1)
}
