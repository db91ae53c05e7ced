package sms_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// walks lead through every question of every flow: lines that begin with an
// exclamation mark are messages of ours, the others a resident's texts.
var walks = map[string][]string{
	"recruit": {"FOREST", "yes", "2", "GL16 7QD", "a quiet room", "1", "yes"},
	"invited": {"!invitation", "1", "1", "0", "0", "1", "3"},
	"confirm": {"!picked", "yes", "1", "2", "1"},
	"reserve": {"!called_up", "no"},
	"serve":   {"!practical_details", "!day_before", "I am late", "can't come", "1", "!day_feedback", "2", "3", "somebody shouted"},
	"after":   {"!report_published", "!response_published", "2", "!action_progress", "!not_changed"},
}

func (w *world) walk(line string) {
	w.t.Helper()
	if name, ours := strings.CutPrefix(line, "!"); ours {
		w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: name, Class: domain.ClassService})
	} else {
		w.text(ann, line)
	}
	w.settle()
	w.clock.Advance(2 * time.Minute)
}

func TestStopAtEveryStepOfEveryFlow(t *testing.T) {
	t.Parallel()
	words := []string{"STOP", "stop", "Stop.", "UNSUBSCRIBE", "STOPIO", "STAD"}
	for name, lines := range walks {
		for k := range len(lines) + 1 {
			t.Run(fmt.Sprint(name, k), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.town.people["p1/ann"] = outreach.Contact{Phone: ann}
				for _, l := range lines[:k] {
					w.walk(l)
				}
				before := len(w.said(ann))
				w.text(ann, words[k%len(words)])
				w.settle()
				said := w.said(ann)
				if len(said) != before+1 || !strings.Contains(said[before], "opted out") {
					t.Fatalf("after %q: %q", words[k%len(words)], said[before:])
				}
				w.silent(said)
			})
		}
	}
}

// silent fails when anything is still texted after STOP: to thanks, answers,
// a second STOP, or from us. A letter may go.
func (w *world) silent(said []string) {
	w.t.Helper()
	for _, l := range []string{"thanks", "1", "STOP", "yes", "!day_before", "!picked"} {
		w.walk(l)
	}
	for range 80 {
		w.clock.Advance(6 * time.Hour)
		_, err := w.inbox.Wake(w.t.Context())
		check(w.t, err)
		w.settle()
	}
	if got := w.said(ann); len(got) != len(said) {
		w.t.Errorf("texted after STOP: %q", got[len(said):])
	}
}

func TestWhateverComesThroughTheDoor(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, from, body string
		edit             map[string]string
		texts            int // answers to the sender
		queue            int
	}{
		{"ten thousand characters", ann, strings.Repeat("a long story ", 770), nil, 1, 0},
		{"emoji only", ann, "🐑🐑🐑", nil, 1, 0},
		{"nothing at all", ann, "", nil, 1, 0},
		{"right to left", ann, "نعم من فضلك", nil, 1, 0},
		{"control characters", ann, "\x00\x01yes\x7f", nil, 1, 0},
		{"broken UTF-8", ann, "caf\xe9 yes", nil, 1, 0},
		{"a picture", ann, "", map[string]string{"NumMedia": "1", "MediaUrl0": "https://example.org/x.jpg"}, 1, 0},
		{"looks like base64", ann, "eWVzIHBsZWFzZQ==", nil, 1, 0},
		{"a name for a sender", "FREEMONEY", "win now", nil, 0, 1},
		{"a short code", "60006", "your parcel", nil, 0, 1},
		{"a foreign number", "+48512345678", "tak", nil, 1, 0},
		{"a landline", "+441594123456", "hello there", nil, 1, 0},
		{"the network's own STOP", ann, "STOP", map[string]string{"OptOutType": "STOP"}, 0, 0},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			form := gateway.InboundForm("SM1", r.from, w.net.Sender(), r.body)
			for k, v := range r.edit {
				form.Set(k, v)
			}
			h := gateway.Webhook{Target: inPath, Header: http.Header{}, Body: []byte(form.Encode())}
			h.Header.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", publicURL+inPath, form))
			check(t, w.post(h))
			w.settle()
			events := w.textEvents()
			if len(events) != 1 || !events[0].Pending.IsZero() {
				t.Fatalf("kept and taken in: %+v", events)
			}
			if got := len(w.said(r.from)); got != r.texts {
				t.Errorf("%d answers, want %d: %q", got, r.texts, w.said(r.from))
			}
			if got := len(w.queue.All()); got < r.queue {
				t.Errorf("%d before a person, want %d", got, r.queue)
			}
			for _, s := range w.said(r.from) {
				if strings.Contains(strings.ToLower(s), "invalid") {
					t.Errorf("said %q", s)
				}
			}
		})
	}
}
