package recruitment

import (
	"context"
	"slices"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// Features that a lookup of postcodes can answer, by their usual names.
var (
	areaFeatures        = []string{"area"}
	deprivationFeatures = []string{"deprivation", "deprivation quintile", "quintile", "imd", "simd", "nimdm", "wimd"}
)

// Placing is what a postcode says of somebody, for one process.
type Placing struct {
	// Answers are by feature, in the targets' spelling.
	Answers map[string]string
	// Later are features that nobody can be asked for: a person looks at them.
	Later []string
}

// placed is the features of the targets that the lookup can answer; "" for
// none.
func (l PostcodeLookup) placed(ts []Target) (area, deprivation string) {
	for _, f := range features(ts) {
		switch {
		case l.Areas > 0 && slices.Contains(areaFeatures, fold(f)):
			area = f
		case l.Quintiles && slices.Contains(deprivationFeatures, fold(f)):
			deprivation = f
		}
	}
	return area, deprivation
}

// ByPostcode lists the features that a postcode answers in the process: it is
// asked first, and they are not. No permission is asked: the questions are
// public.
func (s *Service) ByPostcode(ctx context.Context, processID string) ([]string, error) {
	r, l, err := s.placing(ctx, processID)
	if err != nil {
		return nil, err
	}
	area, deprivation := l.placed(r.Targets)
	return slices.DeleteFunc([]string{area, deprivation}, func(f string) bool { return f == "" }), nil
}

// Place looks a postcode up for the process; "" is one that somebody would
// rather not say. An area that is not known is to be asked for. It is public
// data: no permission is asked and nothing is kept.
func (s *Service) Place(ctx context.Context, processID, postcode string) (Placing, error) {
	r, l, err := s.placing(ctx, processID)
	if err != nil {
		return Placing{}, err
	}
	return s.place(ctx, r, l, postcode)
}

func (s *Service) placing(ctx context.Context, processID string) (Recruitment, PostcodeLookup, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Recruitment{}, PostcodeLookup{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return r, PostcodeLookup{}, err
	}
	l, err := s.lookup(ctx, ref.Body)
	return r, l, err
}

func (s *Service) place(ctx context.Context, r Recruitment, l PostcodeLookup, postcode string) (Placing, error) {
	out := Placing{Answers: map[string]string{}}
	area, deprivation := l.placed(r.Targets)
	name, quintile, _, err := s.find(ctx, l, postcode)
	if err != nil {
		return out, err
	}
	known := spellingOf(r.Targets)
	if v, ok := known.value(area, name); ok && area != "" && name != "" {
		out.Answers[area] = v
	}
	switch v := quintileValue(r.Targets, deprivation, quintile); {
	case deprivation == "":
	case postcode == "":
		out.Answers[deprivation] = RatherNotSay
	case v != "":
		out.Answers[deprivation] = v
	default:
		out.Later = []string{deprivation}
	}
	return out, nil
}

// quintileValue is the value of the feature that a quintile belongs to: "2",
// "Quintile 2" and "1-2" all hold 2. "" is none.
func quintileValue(ts []Target, feature string, quintile int) string {
	for _, t := range ts {
		lo, hi, ok := numbers(t.Value)
		if fold(t.Feature) == fold(feature) && feature != "" && ok && quintile > 0 && lo <= quintile && quintile <= hi {
			return t.Value
		}
	}
	return ""
}

// AnswerPlace takes over what a registrant's postcode says; "" is one that
// they would rather not say. It answers which answers are still needed.
func (s *Service) AnswerPlace(ctx context.Context, cmd domain.Command, processID, personID, postcode string) (Registered, error) {
	got, err := s.Place(ctx, processID, postcode)
	if err != nil || len(got.Answers) == 0 {
		return Registered{Person: personID}, err
	}
	return s.Answer(ctx, cmd, processID, personID, AnswerInput{Answers: got.Answers})
}

// fillPlace adds what the postcode of a registration says to answers that
// were not given.
func (s *Service) fillPlace(ctx context.Context, r Recruitment, body string, in *RegisterInput) error {
	if in.Identity.Postcode == "" {
		return nil
	}
	l, err := s.lookup(ctx, body)
	if err != nil {
		return err
	}
	got, err := s.place(ctx, r, l, string(in.Identity.Postcode))
	if err != nil {
		return err
	}
	answers := people.Answers{}
	for k, v := range in.Answers {
		answers[k] = v
	}
	for _, f := range sortedKeys(got.Answers) {
		if v := answerOf(answers, f); v == "" {
			answers[f] = got.Answers[f]
		}
	}
	in.Answers = answers
	return nil
}

// unplaced fills, for somebody whose answers were missing, what a lookup that
// was imported since knows of their postcode.
func (s *Service) unplaced(ctx context.Context, cmd domain.Command, r Recruitment, p people.Person) (people.Person, error) {
	who, err := s.d.People.Recipient(ctx, p.ID)
	if err != nil || who.Postcode == "" {
		return p, err
	}
	answers, err := s.d.People.Answers(ctx, p)
	if err != nil {
		return p, err
	}
	got, err := s.Place(ctx, r.Process, string(who.Postcode))
	if err != nil {
		return p, err
	}
	fresh := people.Answers{}
	for f, v := range got.Answers {
		if answerOf(answers, f) == "" {
			fresh[f] = v
		}
	}
	if len(fresh) == 0 {
		return p, nil
	}
	return s.d.People.UpdateAnswers(ctx, system(cmd, "place/"+p.ID), p.ID, fresh)
}
