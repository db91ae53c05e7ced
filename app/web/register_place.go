package web

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// placing is how a form asks for a postcode in place of the questions that it
// answers.
type placing struct {
	Places []string          // the features that a postcode answers; none: it is not asked
	known  map[string]string // what the postcode of the form says
	later  []string          // of them, those that a person looks at
}

// withoutPlaces leaves out the questions that a postcode answers.
func (p placing) withoutPlaces(asks []ask) []ask {
	return slices.DeleteFunc(slices.Clone(asks), func(a ask) bool { return slices.Contains(p.Places, a.Key) })
}

// placed looks at the postcode of a form and leaves in asks only what it does
// not answer.
func (s Services) placed(ctx context.Context, r *Request, process string, p *placing, asks []ask) ([]ask, error) {
	if len(p.Places) == 0 {
		return asks, nil
	}
	got, err := s.Recruitment.Place(ctx, process, strings.TrimSpace(r.Form.Get("postcode")))
	if err != nil {
		return nil, err
	}
	p.known, p.later = got.Answers, got.Later
	return slices.DeleteFunc(slices.Clone(asks), func(a ask) bool {
		return got.Answers[a.Key] != "" || slices.Contains(got.Later, a.Key)
	}), nil
}

// tell adds what the postcode says to answers: where somebody gave none, that
// they would rather not say.
func (p placing) tell(answers map[string]string) {
	for f, v := range p.known {
		answers[f] = v
	}
}

// look puts somebody before a person whose postcode nobody knows. It answers
// whether nothing else is missing.
func (s Services) look(ctx context.Context, r *Request, process, person string, p placing, missing []string) (bool, error) {
	left := slices.DeleteFunc(slices.Clone(missing), func(f string) bool { return slices.Contains(p.later, f) })
	if len(missing) == 0 || len(left) == len(missing) {
		return false, nil
	}
	cmd := r.Command().Sub("look")
	cmd.Actor = domain.SystemActor("web")
	err := s.Outreach.Pass(ctx, cmd, outreach.QueueData{Process: process, Person: person, Reason: "answers_missing", At: s.Clock.Now()})
	return len(left) == 0, err
}
