package recruitment

import (
	"context"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
)

// The conversations that recruitment opens.
const (
	flowRecruit = "recruit.v1"
	flowConfirm = "confirm.v1"
)

// Question is how registrants are asked for one feature of the targets.
type Question struct {
	Key     string   `json:"key"`  // the feature
	Text    string   `json:"text"` // as asked
	Options []string `json:"options"`
}

// Asking is the wording of a feature's question; without one it is made from
// the feature's name.
type Asking struct {
	Feature string `json:"feature"`
	Text    string `json:"text"`
}

// Questions lists what registrants are asked, in the targets' order. It asks
// no permission: the questions are public.
func (s *Service) Questions(ctx context.Context, processID string) ([]Question, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return nil, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return nil, err
	}
	return r.questions(), nil
}

func (r Recruitment) questions() []Question {
	text := map[string]string{}
	for _, a := range r.Asking {
		text[fold(a.Feature)] = a.Text
	}
	out := []Question{}
	for _, f := range features(r.Targets) {
		q := Question{Key: f, Text: text[fold(f)]}
		if q.Text == "" {
			q.Text = "Which is right for you: " + strings.ReplaceAll(f, "_", " ") + "?"
		}
		for _, t := range r.Targets {
			if fold(t.Feature) == fold(f) && t.Max > 0 {
				q.Options = append(q.Options, t.Value)
			}
		}
		out = append(out, q)
	}
	return out
}

// vars are what messages of recruitment say beside the process's own facts.
// Times that a conversation also waits for come twice.
func (r Recruitment) vars() map[string]string {
	v := map[string]string{"eligibility": r.Eligibility, "questions": strconv.Itoa(len(features(r.Targets)))}
	if !r.ClosesAt.IsZero() {
		v["closes"], v["closes_text"] = domain.SayMoment(r.ClosesAt), domain.SayMoment(r.ClosesAt)
	}
	if !r.DrawAt.IsZero() {
		v["draw_at"] = domain.SayMoment(r.DrawAt)
	}
	return v
}

// offerVars are what an offer says.
func offerVars(due time.Time) map[string]string {
	return map[string]string{"reply_by": domain.SayMoment(due), "reply_by_text": domain.SayMoment(due)}
}

// drawVars are what an outcome says.
func drawVars(d Draw) map[string]string {
	v := map[string]string{"pool": strconv.Itoa(d.Pool)}
	if !d.DrawAt.IsZero() {
		v["draw_at"] = domain.SayMoment(d.DrawAt)
	}
	return v
}
