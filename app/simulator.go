package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"folkmoot/app/api"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gsm"
	"folkmoot/domain"
)

// simulator is the simulated phones, Slack and clock as the API and the pages
// use them.
type simulator struct{ h *house }

func (s simulator) allow(a domain.Actor) error {
	for _, g := range a.Grants {
		if domain.May(a, domain.UseSimulator, domain.Scope{Body: g.Body, Process: g.Process}) {
			return nil
		}
	}
	return domain.Hidden("simulator")
}

// Now reads the clock of the processes.
func (s simulator) Now(_ context.Context, a domain.Actor) (time.Time, error) {
	return s.h.clock.Now(), s.allow(a)
}

// MoveClock moves the clock and does what is due on the way: day by day, so
// that what happens at eight in the morning does not happen at noon a week
// later.
func (s simulator) MoveClock(ctx context.Context, a domain.Actor, to time.Time) (int, error) {
	if err := s.allow(a); err != nil {
		return 0, err
	}
	if !s.h.cfg.Demo {
		return 0, domain.E(domain.Conflict, "the clock moves in demo mode only: start with FOLKMOOT_DEMO=true")
	}
	return s.h.travel(ctx, to)
}

// Settle does what is due now.
func (s simulator) Settle(ctx context.Context, a domain.Actor) (int, error) {
	if err := s.allow(a); err != nil {
		return 0, err
	}
	return s.h.settle(ctx)
}

// Handsets lists the phones.
func (s simulator) Handsets(_ context.Context, a domain.Actor) ([]string, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	return s.h.network.Numbers(20000), nil
}

// Handset reads a phone.
func (s simulator) Handset(_ context.Context, a domain.Actor, number string) (api.Handset, error) {
	out := api.Handset{Number: number, Texts: []api.HandsetText{}}
	if err := s.allow(a); err != nil {
		return out, err
	}
	for _, t := range s.h.network.Handset(number) {
		out.Texts = append(out.Texts, api.HandsetText{
			ID: t.ID, Body: t.Body, From: t.From, At: t.At, Ours: !t.Sent, Segments: gsm.Count(t.Body).Segments,
		})
	}
	return out, nil
}

// Text sends a text from a phone through the same door as a provider's.
func (s simulator) Text(ctx context.Context, a domain.Actor, number, body string) error {
	if err := s.allow(a); err != nil {
		return err
	}
	e164, err := gateway.Number(number, gateway.NumberRules{Region: "GB", Simulated: true})
	p := domain.Problems{}
	p.Need(err == nil, "number", "an invented mobile number: 07700 900000 to 900999, or +999 and nine digits")
	p.Need(body != "", "body", "write something")
	p.Need(len(body) <= 10000, "body", "at most 10,000 letters")
	if err := p.Err(); err != nil {
		return err
	}
	w := s.h.network.Write(e164, body)
	for range s.h.copies.next() {
		err := s.h.inbox.Receive(ctx, "simulated", gateway.Request{
			Method: http.MethodPost, Target: w.Target, Header: w.Header, Body: w.Body, At: s.h.clock.Now(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// copies is how often the webhooks of the next texts arrive: a provider that
// had no answer in time sends the same one again.
type copies struct{ left atomic.Int64 }

// next is how often this text's webhook arrives.
func (c *copies) next() int {
	for {
		n := c.left.Load()
		if n == 0 {
			return 1
		}
		if c.left.CompareAndSwap(n, n-1) {
			return 3
		}
	}
}

// faults are what can go wrong with texts, by name: what the gateway answers
// to the next sends.
var faults = map[string]gateway.Result{
	"busy":    {Class: gateway.Retry, Code: "20429", Detail: "too many requests"},
	"lost":    {Class: gateway.Unknown, Code: "timeout", Detail: "sent, and the answer was lost"},
	"refused": {Class: gateway.Refused, Code: "21614", Detail: "not a mobile"},
}

// mostFaults at once.
const mostFaults = 100

// Fault makes the next texts go wrong, or right again.
func (s simulator) Fault(_ context.Context, a domain.Actor, in api.FaultInput) (api.FaultsView, error) {
	if err := s.allow(a); err != nil {
		return api.FaultsView{}, err
	}
	result, known := faults[in.Kind]
	p := domain.Problems{}
	p.Need(known || in.Kind == "twice" || in.Kind == "none", "kind", "say busy, lost, refused, twice or none")
	p.Need(in.Times >= 0 && in.Times <= mostFaults, "times", "say how many of the next texts, 1 to %d", mostFaults)
	if err := p.Err(); err != nil {
		return api.FaultsView{}, err
	}
	times := max(1, in.Times)
	switch {
	case in.Kind == "none":
		s.h.network.Heal()
		s.h.copies.left.Store(0)
	case in.Kind == "twice":
		s.h.copies.left.Store(int64(times))
	default:
		s.h.network.Fail(slices.Repeat([]gateway.Result{result}, times)...)
	}
	return api.FaultsView{Sends: s.h.network.Faults(), Webhooks: int(s.h.copies.left.Load())}, nil
}

// Faults says what will still go wrong.
func (s simulator) Faults(_ context.Context, a domain.Actor) (api.FaultsView, error) {
	return api.FaultsView{Sends: s.h.network.Faults(), Webhooks: int(s.h.copies.left.Load())}, s.allow(a)
}

// Saved is a phone's conversation as a test.
func (s simulator) Saved(ctx context.Context, a domain.Actor, number string) (string, error) {
	seen, err := s.Handset(ctx, a, number)
	if err != nil {
		return "", err
	}
	if len(seen.Texts) == 0 {
		return "", domain.E(domain.Conflict, "there is nothing to save yet; text something first")
	}
	texts := make([]sms.Played, len(seen.Texts))
	for i, t := range seen.Texts {
		texts[i] = sms.Played{At: t.At, Ours: t.Ours, Body: t.Body, Parts: t.Segments}
	}
	return sms.SavePhone(number, s.h.exampleOf(ctx, number), texts), nil
}

// exampleOf names the jury that a phone belongs to; of several the first.
func (h *house) exampleOf(ctx context.Context, number string) sms.Example {
	out := sms.Example{Host: hostOf(h.cfg.BaseURL)}
	found, err := h.people.ByNumberAll(ctx, h.seals.Lookup("number", number))
	if err != nil || len(found) == 0 {
		return out
	}
	ref, err := h.known.Ref(ctx, found[0].Process)
	if err != nil {
		return out
	}
	out.Name, out.Code, out.Keyword, out.Phone = ref.ShortName, ref.Code, ref.Keyword, ref.Phone
	return out
}

func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}

// Slack reads what the simulated Slack was told.
func (s simulator) Slack(_ context.Context, a domain.Actor) (api.SlackSeen, error) {
	out := api.SlackSeen{Messages: []json.RawMessage{}, Views: []json.RawMessage{}}
	if err := s.allow(a); err != nil {
		return out, err
	}
	if s.h.workspace == nil {
		return out, domain.Hidden("simulated Slack")
	}
	for _, m := range s.h.workspace.Messages() {
		out.Messages = append(out.Messages, mustJSON(m))
	}
	for _, v := range s.h.workspace.Views() {
		out.Views = append(out.Views, mustJSON(v))
	}
	return out, nil
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil { // plain structs of ours
		panic("simulator: " + err.Error())
	}
	return raw
}

// stops are the hours at which a moving clock stands still to do what is due:
// when texts may go out in the morning, and in the evening.
var stops = []int{9, 18}

// travel moves the clock to a time, standing still on the way where things
// fall due.
func (h *house) travel(ctx context.Context, to time.Time) (int, error) {
	total := 0
	for i, at := range append(h.waypoints(h.clock.Now(), to), to) {
		if i > 0 && at.Before(h.clock.Now()) {
			continue // the clock goes on by itself, and the stop before took longer than was left to this one
		}
		if err := h.setClock(ctx, at); err != nil {
			return total, err
		}
		n, err := h.settle(ctx)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// waypoints are the stops of the next ten days after now and of the ten days
// before to: in between a clock may leap.
func (h *house) waypoints(now, to time.Time) []time.Time {
	zone := h.cfg.Zone()
	var out []time.Time
	add := func(day time.Time) {
		for _, hour := range stops {
			t := time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, zone)
			if t.After(now) && t.Before(to) && !slices.ContainsFunc(out, t.Equal) {
				out = append(out, t)
			}
		}
	}
	const days = 10
	for d := range days {
		add(now.In(zone).AddDate(0, 0, d))
	}
	for d := days; d >= 0; d-- {
		add(to.In(zone).AddDate(0, 0, -d))
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
