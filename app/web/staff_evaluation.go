package web

import (
	"context"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// evaluationPart is the independent evaluation, which ends a process.
func evaluationPart(d desk, names nameOf) sheetPart {
	part := sheetPart{ID: "evaluation", Heading: "Evaluation", Text: "An independent person says how fair and how useful the process was. It is published, and needed before the process closes."}
	e := d.P.Evaluation
	if e != nil {
		part.Facts = []fact{{Name: "Published", Text: names.by(d, e.By, e.PublishedAt)}, {Name: "Summary", Text: e.Summary}}
	}
	switch {
	case d.May(domain.Evaluate) && d.open():
		f := form{Action: d.URL("/evaluation"), Heading: "Publish the evaluation", Button: "Publish it", Folded: true, Version: d.P.Version, Fields: []formField{
			area("evaluation", "Summary", "For anyone to read. Say where the whole of it can be read, too.", ""),
		}}
		if e != nil {
			f.Heading, f.Fields[0].Value = "Publish it anew", e.Summary
		}
		part.Forms = []form{f}
	case e == nil:
		part.Empty = "It is not published yet."
	}
	return part
}

func (s Services) publishEvaluation(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Process.PublishEvaluation(ctx, r.Command(), d.P.ID, process.EvaluationInput{Summary: in.text("evaluation")})
	return renamedOne(err, "summary", "evaluation")
}
