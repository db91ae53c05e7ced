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
	People   int               `json:"people"`            // how many would get it
	Letters  int               `json:"letters,omitempty"` // of them, how many by letter
	Emails   int               `json:"emails,omitempty"`  // and how many by email
}

// Price is what a gateway takes for one part of a text.
type Price struct {
	Gateway      string  `json:"gateway"`
	PencePerPart float64 `json:"pence_per_part"`
}

// Cost is what a wave would cost through one gateway.
type Cost struct {
	Price
	Pence int64 `json:"pence"`
}

// Forecast is what a wave will cost and take.
type Forecast struct {
	Text    string `json:"text"` // as most people will read it
	Parts   int    `json:"parts"`
	People  int    `json:"people"`
	Letters int    `json:"letters"` // of the people, by letter
	Emails  int    `json:"emails"`  // of the people, by email, which costs nothing
	Total   int    `json:"total_parts"`
	Pence   int64  `json:"pence"` // through the first gateway, letters included
	// Costs are the texts through each gateway, in the order they are used;
	// the second takes over only what the first certainly did not take.
	Costs       []Cost    `json:"costs"`
	LetterPence int64     `json:"letter_pence"` // of all letters
	Rate        float64   `json:"parts_per_second"`
	Seconds     int64     `json:"sending_seconds"`
	Starts      time.Time `json:"starts"`
	Ends        time.Time `json:"ends"` // quiet hours included
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
	p.Need(in.Letters >= 0 && in.Emails >= 0 && in.Letters+in.Emails <= in.People, "letters", "at most as many as people, emails included")
	p.Need(in.Template != "", "template", "choose the message")
	if err := p.Err(); err != nil {
		return Forecast{}, err
	}
	return s.forecast(ctx, ref, in)
}

func (s *Service) forecast(ctx context.Context, ref domain.ProcessRef, in ForecastInput) (Forecast, error) {
	words, err := s.Voice.Compose(ctx, Note{Process: ref, Template: in.Template, Lang: in.Lang, Vars: in.Vars})
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{
		Text: words.Text, Parts: words.Parts, People: in.People, Letters: in.Letters, Emails: in.Emails, Total: words.Parts * (in.People - in.Letters - in.Emails),
		LetterPence: pence(in.Letters, s.PencePerLetter), Rate: s.PartsPerSecond, Costs: []Cost{},
	}
	for _, price := range s.Prices {
		f.Costs = append(f.Costs, Cost{price, pence(f.Total, price.PencePerPart)})
	}
	f.Pence = f.LetterPence
	if len(f.Costs) > 0 {
		f.Pence += f.Costs[0].Pence
	}
	if s.PartsPerSecond > 0 {
		f.Seconds = int64(float64(f.Total)/s.PartsPerSecond + 0.999)
	}
	f.Starts, f.Ends = s.quietOf(ref).span(s.Clock.Now(), time.Duration(f.Seconds)*time.Second, ref.Location())
	return f, nil
}

// pence is the price of some at a price each, to the nearest penny.
func pence(n int, each float64) int64 { return int64(float64(n)*each + 0.5) }

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
