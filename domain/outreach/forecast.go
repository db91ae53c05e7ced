package outreach

import (
	"context"
	"time"

	"folkmoot/domain"
)

// ForecastInput is a wave before it is launched.
type ForecastInput struct {
	Template string            `json:"template"`
	Lang     string            `json:"lang,omitempty"`
	Vars     map[string]string `json:"vars,omitempty"`
	People   int               `json:"people"` // how many would get it
}

// Forecast is what a wave will cost and take.
type Forecast struct {
	Text    string    `json:"text"` // as most people will read it
	Parts   int       `json:"parts"`
	People  int       `json:"people"`
	Total   int       `json:"total_parts"`
	Pence   int64     `json:"pence"`
	Seconds int64     `json:"sending_seconds"`
	Starts  time.Time `json:"starts"`
	Ends    time.Time `json:"ends"` // quiet hours included
}

// Forecast tells what a wave will cost and when it will be out, before it is
// launched.
func (s *Service) Forecast(ctx context.Context, a domain.Actor, process string, in ForecastInput) (Forecast, error) {
	ref, err := s.may(ctx, a, domain.ViewProcess, process)
	if err != nil {
		return Forecast{}, err
	}
	p := domain.Problems{}
	p.Need(in.People > 0, "people", "say how many people would get it")
	p.Need(in.Template != "", "template", "choose the message")
	if err := p.Err(); err != nil {
		return Forecast{}, err
	}
	words, err := s.Voice.Compose(ctx, Note{Process: ref, Template: in.Template, Lang: in.Lang, Vars: in.Vars})
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{Text: words.Text, Parts: words.Parts, People: in.People, Total: words.Parts * in.People}
	f.Pence = int64(float64(f.Total)*s.PencePerPart + 0.5)
	if s.PartsPerSecond > 0 {
		f.Seconds = int64(float64(f.Total)/s.PartsPerSecond + 0.999)
	}
	f.Starts, f.Ends = s.quietOf(ref).span(s.Clock.Now(), time.Duration(f.Seconds)*time.Second, ref.Location())
	return f, nil
}

// span lays work over the open hours: when it starts and when it ends.
func (q Quiet) span(now time.Time, work time.Duration, zone *time.Location) (starts, ends time.Time) {
	starts = q.Opening(now, zone)
	at := starts
	for q != (Quiet{}) {
		local := at.In(zone)
		closes := time.Date(local.Year(), local.Month(), local.Day(), q.To, 0, 0, 0, zone)
		if room := closes.Sub(at); work <= room {
			break
		} else {
			work -= room
		}
		at = q.Opening(closes, zone)
	}
	return starts, at.Add(work).UTC()
}
