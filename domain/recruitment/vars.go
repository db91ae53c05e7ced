package recruitment

import (
	"context"
	"fmt"
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
// Times come twice: for machines and in English words.
func (r Recruitment) vars(ref domain.ProcessRef) map[string]string {
	v := map[string]string{"eligibility": r.Eligibility, "questions": strconv.Itoa(len(features(r.Targets)))}
	zone := ref.Location()
	if !r.ClosesAt.IsZero() {
		v["closes"], v["closes_text"] = r.ClosesAt.Format(time.RFC3339), plainTime(r.ClosesAt, zone)
	}
	if !r.DrawAt.IsZero() {
		v["draw_at"] = plainTime(r.DrawAt, zone)
	}
	return v
}

// offerVars are what an offer says.
func offerVars(ref domain.ProcessRef, due time.Time) map[string]string {
	return map[string]string{"reply_by": due.Format(time.RFC3339), "reply_by_text": plainTime(due, ref.Location())}
}

// drawVars are what an outcome says.
func (s *Service) drawVars(ref domain.ProcessRef, d Draw) map[string]string {
	v := map[string]string{"pool": strconv.Itoa(d.Pool), "draw_link": s.d.Origin + "/d/" + ref.Code}
	if !d.DrawAt.IsZero() {
		v["draw_at"] = plainTime(d.DrawAt, ref.Location())
	}
	return v
}

// plainTime is a time as the texts write it: Thu 12 July, 6pm.
func plainTime(t time.Time, zone *time.Location) string {
	l := t.In(zone)
	hour := l.Format("3pm")
	if l.Minute() != 0 {
		hour = fmt.Sprintf("%d.%02d%s", (l.Hour()+11)%12+1, l.Minute(), l.Format("pm"))
	}
	return l.Format("Mon 2 January") + ", " + hour
}
