package slack_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/bots/slack"
	"folkmoot/domain"
)

// TestMishapsOfAModal: whatever becomes of the way of a submission, a response
// is recorded once, and whoever sent it is told when it was not.
func TestMishapsOfAModal(t *testing.T) {
	t.Parallel()
	full := map[string]string{"outcome": "accept", "reason": "The board agrees.", "owner": "Director of Estates", "due": "2019-01-31"}
	rows := []struct {
		name    string
		mishap  func(h *house)
		records int
	}{
		{"eight copies at once", func(h *house) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { h.interact(submit("V1", "h1", full)) })
			}
			wg.Wait()
		}, 1},
		{"the store is away, then the same again", func(h *house) {
			h.resp.away = true
			if got := h.interact(submit("V1", "h1", full)); strings.Contains(got, "Recorded") || !strings.Contains(got, "Nothing was recorded") {
				h.t.Errorf("told %s while nothing was kept", got)
			}
			h.resp.away = false
			h.interact(submit("V1", "h1", full))
		}, 1},
		{"our answer is cut, so it is sent again", func(h *house) {
			h.resp.cut = true
			h.interact(submit("V1", "h1", full))
			h.resp.cut = false
			if got := h.interact(submit("V1", "h1", full)); !strings.Contains(got, "Recorded") {
				h.t.Errorf("told %s of what is recorded", got)
			}
		}, 1},
		{"ten minutes late", func(h *house) { h.heldBack(submit("V1", "h1", full), 10*time.Minute) }, 0},
		{"a clock six minutes ahead", func(h *house) { h.heldBack(submit("V1", "h1", full), -6*time.Minute) }, 0},
		{"a button pressed twice, submitted once", func(h *house) {
			h.interact(press("trig-1", "rec1"))
			h.interact(press("trig-2", "rec1"))
			h.interact(submit("V2", "h1", full))
		}, 1},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			h.bind()
			h.t = t
			r.mishap(h)
			if got := len(h.resp.keys); got != r.records {
				t.Errorf("%d records, want %d", got, r.records)
			}
		})
	}
}

// heldBack delivers what was signed now when the clock shows another time: it
// is refused, and nothing is done.
func (h *house) heldBack(payload map[string]any, by time.Duration) {
	h.t.Helper()
	p, err := json.Marshal(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	body := []byte(url.Values{"payload": {string(p)}}.Encode())
	ts := strconv.FormatInt(h.clock.Now().Add(-by).Unix(), 10)
	_, err = h.bot.Interaction(h.t.Context(), slack.Request{Timestamp: ts, Signature: slack.Sign("shh", ts, body), Body: body})
	if !domain.Is(err, domain.Forbidden) {
		h.t.Errorf("got %v, want forbidden", err)
	}
}
