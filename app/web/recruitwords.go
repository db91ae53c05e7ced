package web

import (
	"fmt"
	"time"

	"folkmoot/domain/recruitment"
)

// targetCell is one field of a row of targets.
type targetCell struct {
	ID, Name, Label, Value string
	Kind                   string // text or number
	Row                    int
}

// targetCells are the fields of a row, in order.
func targetCells(r targetRow) []targetCell {
	var out []targetCell
	for _, c := range []struct{ name, label, value, kind string }{
		{"feature", "Of", r.Feature, "text"}, {"value", "Value", r.Value, "text"}, {"min", "Least", r.Min, "number"}, {"max", "Most", r.Max, "number"},
		{"flex_min", "Lowest", r.FlexMin, "number"}, {"flex_max", "Highest", r.FlexMax, "number"},
		{"share", "Share %", r.Share, "number"}, {"source", "Source", r.Source, "text"},
	} {
		name := fmt.Sprintf("%s.%d", c.name, r.N)
		out = append(out, targetCell{ID: fieldID(name), Name: name, Label: c.label, Value: c.value, Kind: c.kind, Row: r.N + 1})
	}
	return out
}

// seedFields are the fields for what came out of the public act.
type seedFields struct {
	Round                        uint64
	Digits, Witnesses, Signature Field
}

func newSeedFields(v View, round uint64) seedFields {
	return seedFields{
		Round:     round,
		Digits:    newField(v, "digits", "The digits, as they were drawn", "At least 12. Spaces do not matter."),
		Witnesses: newField(v, "witnesses", "Who saw them drawn", "A line for each, at least two: name and whom they are there for. Names are published."),
		Signature: newField(v, "signature", fmt.Sprintf("The signature of round %d", round), "As the network publishes it. It is checked here, without the network."),
	}
}

func roundHint(round uint64) string {
	if round == 0 {
		return "Its number, one that has not come out yet. Leave empty for dice or balls."
	}
	return fmt.Sprintf("Leave empty for dice or balls. At the time planned for the lottery round %d comes out.", round)
}

func learnedHint(l recruitment.Learned) string {
	text := "May stay empty: then everybody counts as equally likely to drop out. A number alone is everybody’s rate; a line “age: 18 to 44 = 0.9” multiplies it for some."
	if l.Rate <= 0 {
		return text
	}
	from := "published juries"
	if l.Refusal.Own || l.DropOut.Own {
		from = "earlier juries here"
	}
	return text + fmt.Sprintf(" Of %s, %.2f of those drawn kept their seat.", from, l.Rate)
}

// isoWords writes a day such as 2026-07-12 as people do.
func isoWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Mon 2 January 2006")
}
