package web

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// oversightPart is the panel and what each of it has signed.
func (s Services) oversightPart(ctx context.Context, d desk) (sheetPart, error) {
	part := sheetPart{ID: "oversight", Heading: "Oversight panel", Lacking: len(d.P.Oversight) == 0,
		Text: "At least three independent people from different standpoints. Their names are published. They sign the question and the specification on the overview page; a signature ends when what it is for changes.", Empty: "Nobody is appointed yet."}
	question, spec := d.P.SignedBy("question"), d.P.SignedBy("specification")
	for _, m := range d.P.Oversight {
		row := sheetRow{Title: m.Name, Text: first(m.Standpoint), Status: Status{"waiting", "Has not signed"}}
		var signed []string
		if slices.Contains(question, m.User) {
			signed = append(signed, "the question")
		}
		if slices.Contains(spec, m.User) {
			signed = append(signed, "the specification")
		}
		if len(signed) > 0 {
			row.Status = Status{"kept", "Signed " + spoken(signed)}
		}
		part.Rows = append(part.Rows, row)
	}
	if !d.May(domain.DesignProcess) || !d.open() {
		return part, nil
	}
	all, err := s.Access.Colleagues(ctx, d.Actor, d.scope())
	choices := []string{"", "Choose"}
	for _, c := range all {
		if slices.Contains(c.Roles, domain.Oversight) {
			choices = append(choices, c.ID, c.Name)
		}
	}
	if len(choices) == 2 {
		part.Empty = "Nobody is appointed yet, and nobody has the role oversight here. An administrator gives it: folkmoot admin user --role=oversight --body=" + d.P.Body + " \"Name\""
		return part, err
	}
	part.Forms = []form{{Action: d.URL("/design/oversight"), Heading: "Appoint somebody, or change their entry", Button: "Appoint them", Folded: true, Fields: []formField{
		selects("user", "Who", "Those who have the role oversight here; an administrator gives it.", "", choices...),
		input("name", "Name, as it is published", "Leave it empty for the name above.", ""),
		input("standpoint", "Where they stand", "It is published. Such as: patient voice, local government, clinical.", ""),
	}}}
	return part, err
}

func (s Services) appoint(ctx context.Context, r *Request, d desk, in typed) error {
	who := process.OversightInput{User: in.text("user"), Name: in.text("name"), Standpoint: in.text("standpoint")}
	if who.Name == "" {
		names, err := s.namesIn(ctx, d)
		if err != nil {
			return err
		}
		who.Name = names[who.User]
	}
	_, err := s.Process.AppointOversight(ctx, r.Command(), d.P.ID, who)
	return reworded(err, map[string]string{"user": "choose who it is"})
}

// materialsPart is in which formats and languages the invitation is ready, and
// what else is.
func (s Services) materialsPart(d desk, names nameOf) sheetPart {
	part := sheetPart{ID: "materials", Heading: "Texts and papers that are ready", Text: "The invitation has to be ready in every format and language at the same time, before anybody is invited."}
	needed := s.Process.Needed(d.P, "invitation")
	can := d.May(domain.DesignProcess) && d.open()
	for _, m := range needed {
		part.Rows = append(part.Rows, s.materialRow(d, m, names, can))
	}
	for _, m := range d.P.Materials {
		if !slices.ContainsFunc(needed, func(n process.Material) bool {
			return n.Name == m.Name && n.Format == m.Format && n.Language == m.Language
		}) {
			part.Rows = append(part.Rows, s.materialRow(d, m, names, false))
		}
	}
	if can {
		part.Forms = []form{{Action: d.URL("/design/materials"), Heading: "Something else is ready", Button: "Note it", Secondary: true, Folded: true, Fields: []formField{
			input("name", "What", "Such as: privacy notice, report.", ""),
			selects("format", "In which format", "", "", formatChoices()...),
			selects("language", "In which language", "", "en", s.languagesWith(d.P.Specification.Languages)...),
		}}}
	}
	return part
}

func (s Services) materialRow(d desk, m process.Material, names nameOf, can bool) sheetRow {
	what := formatName(m.Format) + " in " + s.languageName(m.Language)
	row := sheetRow{Title: first(words(m.Name)) + ", " + what, Status: Status{"due", "Not ready yet"}}
	if !m.At.IsZero() {
		row.Status, row.Quiet = Status{"kept", "Ready"}, names.by(d, m.By, m.At)
		return row
	}
	if can {
		row.Forms = []form{{Action: d.URL("/design/materials"), Button: "Ready: " + what, Secondary: true, Hidden: []fact{{Name: "name", Text: m.Name}, {Name: "format", Text: m.Format}, {Name: "language", Text: m.Language}}}}
	}
	return row
}

func (s Services) materialReady(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Process.MaterialReady(ctx, r.Command(), d.P.ID, process.MaterialInput{
		Name: strings.ReplaceAll(strings.ToLower(in.text("name")), " ", "_"), Format: in.text("format"), Language: in.text("language"),
	})
	return reworded(err, map[string]string{"format": "choose a format"})
}
