package outreach

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// EmergencyInput is a broadcast that goes at once, in quiet hours too: the
// venue is closed, the day is off. ConfirmedBy is the name of the person who
// answers for it, beside the one who presses the button. Confirm repeats the
// code of the preview: nobody sends one without having seen what goes to how
// many.
type EmergencyInput struct {
	Statuses    []string          `json:"statuses"`
	Template    string            `json:"template"`
	Vars        map[string]string `json:"vars,omitempty"`
	ConfirmedBy string            `json:"confirmed_by,omitempty"`
	Confirm     string            `json:"confirm,omitempty"`
}

// EmergencyPreview is what an emergency broadcast would do.
type EmergencyPreview struct {
	Forecast
	// Confirm is to be given back to send exactly this to exactly so many.
	Confirm string `json:"confirm"`
}

func (in EmergencyInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Need(len(in.Statuses) > 0 && !slices.Contains(in.Statuses, ""), "statuses", "say who is to be told, such as confirmed")
	p.Need(in.Template != "", "template", "choose the message")
	for name, v := range in.Vars {
		p.Need(strings.TrimSpace(v) != "" && len(v) <= 300, name, "give a sentence or two, at most 300 letters")
	}
	return p
}

// PreviewEmergency says what an emergency broadcast would say, to how many,
// at what cost. It changes nothing.
func (s *Service) PreviewEmergency(ctx context.Context, a domain.Actor, process string, in EmergencyInput) (EmergencyPreview, error) {
	ref, err := s.may(ctx, a, domain.Broadcast, process)
	if err != nil {
		return EmergencyPreview{}, err
	}
	if err := in.problems().Err(); err != nil {
		return EmergencyPreview{}, err
	}
	return s.preview(ctx, ref, in)
}

func (s *Service) preview(ctx context.Context, ref domain.ProcessRef, in EmergencyInput) (EmergencyPreview, error) {
	people, letters, emails, err := s.reached(ctx, ref.ID, in.Statuses)
	if err != nil {
		return EmergencyPreview{}, err
	}
	if people == 0 {
		return EmergencyPreview{}, domain.E(domain.Conflict, "nobody stands there now, so nobody would be told; choose others")
	}
	f, err := s.forecast(ctx, ref, ForecastInput{Template: in.Template, Vars: in.Vars, People: people, Letters: letters, Emails: emails})
	if err != nil {
		return EmergencyPreview{}, &domain.Error{Code: domain.Invalid, Msg: "this message cannot be put into words yet",
			Fields: map[string]string{"template": "choose a message of the catalogue and give all that it says"}, Err: err}
	}
	f.Starts = s.Clock.Now() // an emergency knows no quiet hours
	f.Ends = f.Starts.Add(time.Duration(f.Seconds) * time.Second)
	return EmergencyPreview{Forecast: f, Confirm: in.code(people, f.Text)}, nil
}

// code stands for what was previewed: who, how many, and the words.
func (in EmergencyInput) code(people int, text string) string {
	statuses := slices.Sorted(slices.Values(in.Statuses))
	return domain.Derive("emergency", strings.Join(statuses, ","), in.Template, fmt.Sprint(people), text)[:12]
}

// reached counts who stands at the statuses, and who of them gets a letter or
// an email.
func (s *Service) reached(ctx context.Context, process string, statuses []string) (people, letters, emails int, err error) {
	for _, status := range statuses {
		next := domain.Cursor("")
		for first := true; first || next != ""; first = false {
			var ids []string
			if ids, next, err = s.Contacts.Audience(ctx, process, status, next, BatchSize); err != nil {
				return 0, 0, 0, err
			}
			people += len(ids)
			for _, id := range ids {
				c, err := s.Contacts.Contact(ctx, process, id)
				switch {
				case domain.Is(err, domain.NotFound):
				case err != nil:
					return 0, 0, 0, err
				case c.byEmail():
					emails++
				case c.Phone == "" || c.Letters:
					letters++
				}
			}
		}
	}
	return people, letters, emails, nil
}

// Emergency starts a wave that knows no quiet hours, as it was previewed. If
// the words or the number of people have changed since, it is refused and to
// be looked at again.
func (s *Service) Emergency(ctx context.Context, cmd domain.Command, process string, in EmergencyInput) (WaveView, error) {
	ref, err := s.may(ctx, cmd.Actor, domain.Broadcast, process)
	if err != nil {
		return WaveView{}, err
	}
	if had, err := s.Waves.Get(ctx, cmd.ID("wave")); err == nil {
		return had.View(), nil
	}
	p := in.problems()
	p.Need(strings.TrimSpace(in.ConfirmedBy) != "", "confirmed_by", "an emergency needs the name of the person who answers for it")
	p.Need(in.Confirm != "", "confirm", "look at the preview first, and give its code")
	if err := p.Err(); err != nil {
		return WaveView{}, err
	}
	seen, err := s.preview(ctx, ref, in)
	if err != nil {
		return WaveView{}, err
	}
	if seen.Confirm != in.Confirm {
		return WaveView{}, domain.E(domain.Conflict, "what would go out is not what was previewed: it is %d people now; look again", seen.People)
	}
	d := domain.BroadcastData{
		Process: process, Statuses: in.Statuses, Template: in.Template, Vars: in.Vars,
		Class: domain.ClassService, Expires: s.Clock.Now().Add(24 * time.Hour),
	}
	w, err := s.start(ctx, cmd.ID("wave"), d, in.ConfirmedBy)
	if err != nil {
		return WaveView{}, err
	}
	w, err = s.Waves.Update(ctx, w.ID, func(w *Wave) error {
		if w.Done(cmd) {
			return domain.ErrNoChange
		}
		w.Record(cmd, s.Clock.Now(), domain.Event{
			Chain: process, Action: "wave.emergency", Subject: "waves:" + w.ID,
			Data: map[string]any{"template": in.Template, "people": seen.People},
		})
		return nil
	})
	return w.View(), err
}
