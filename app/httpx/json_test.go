package httpx_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

type remit struct {
	Question string            `json:"question" required:"true"`
	Seats    int               `json:"seats"`
	Share    float64           `json:"share"`
	Open     bool              `json:"open"`
	Due      time.Time         `json:"due"`
	Closed   *time.Time        `json:"closed"`
	Options  []option          `json:"options"`
	Titles   map[string]string `json:"titles"`
	Seal     []byte            `json:"seal"`
	Any      any               `json:"any"`
	Role     domain.Role       `json:"role"`
	Hidden   string            `json:"-"`
	FromPath string            `path:"id"`
	common
}

type common struct {
	Reason string `json:"reason"`
}

type option struct {
	Name string `json:"name" required:"true"`
	Cost uint   `json:"cost"`
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	var got remit
	err := httpx.DecodeJSON([]byte(`{"question":"Where?","seats":18,"share":0.5,"open":true,
		"due":"2026-07-12T18:00:00Z","closed":null,"options":[{"name":"Coleford","cost":3}],
		"titles":{"cy":"Ble?"},"seal":"AQI=","any":{"x":[1]},"role":"organiser","reason":"asked"}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := remit{
		Question: "Where?", Seats: 18, Share: 0.5, Open: true, Due: time.Date(2026, 7, 12, 18, 0, 0, 0, time.UTC),
		Options: []option{{"Coleford", 3}}, Titles: map[string]string{"cy": "Ble?"}, Seal: []byte{1, 2},
		Any: map[string]any{"x": []any{1.0}}, Role: domain.Organiser, common: common{Reason: "asked"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(remit{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeJSONNamesEveryProblem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		fields     map[string]string
	}{
		{"all at once", `{"seats":"18","share":"half","open":1,"due":"soon","options":[{"name":"a","cost":-1},{"price":2}],"titles":{"cy":5},"seal":"*","surprise":1}`,
			map[string]string{
				"question": "is needed", "seats": "needs a whole number", "share": "needs a number", "open": "needs true or false",
				"due": "needs a time such as 2026-07-12T18:00:00Z", "options[0].cost": "needs a whole number from 0 up",
				"options[1].name": "is needed", "options[1].price": "is not known here", "titles.cy": "needs text in quotes",
				"seal": "needs content in base 64", "surprise": "is not known here",
			}},
		{"case counts", `{"Question":"x","question":"y"}`, map[string]string{"Question": "is not known here; it is called question"}},
		{"a fraction", `{"question":"x","seats":1.5}`, map[string]string{"seats": "needs a whole number"}},
		{"too large a number", `{"question":"x","seats":99999999999999999999}`, map[string]string{"seats": "needs a whole number"}},
		{"null", `{"question":null,"options":null}`, map[string]string{"question": "leave it out rather than sending null", "options": "leave it out rather than sending null"}},
		{"wrong shapes", `{"question":"x","options":{},"titles":[]}`, map[string]string{"options": "needs a list", "titles": "needs an object"}},
		{"a name twice", `{"question":"x","question":"y","options":[{"name":"a"},{"name":"b","name":"c"}]}`,
			map[string]string{"question": "is there twice; send it once", "options[1].name": "is there twice; send it once"}},
		{"a list", `[1]`, map[string]string{"body": "needs an object"}},
		{"fields that are not from the body", `{"question":"x","Hidden":"h","FromPath":"p"}`, map[string]string{"Hidden": "is not known here", "FromPath": "is not known here"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var into remit
			err := httpx.DecodeJSON([]byte(tt.body), &into)
			var e *domain.Error
			if !errors.As(err, &e) || e.Code != domain.Invalid {
				t.Fatalf("got %v, want invalid", err)
			}
			if diff := cmp.Diff(tt.fields, e.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeJSONNamesThePlaceWhereItBreaks(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"{\n  \"question\": \"x\",\n  seats: 1\n}": "the JSON breaks at line 3, column 3",
		`{"question": "x"`:                         "the JSON ends too early, at line 1, column 17",
		`{"question": "x"} {}`:                     "there is more after the end of the JSON, at line 1, column 20",
		``:                                         "the JSON ends too early, at line 1, column 1",
		`{"question": "x",}`:                       "the JSON breaks at line 1, column 18",
	} {
		var e *domain.Error
		if err := httpx.DecodeJSON([]byte(body), &remit{}); !errors.As(err, &e) || e.Msg != want {
			t.Errorf("%q: got %v, want %q", body, err, want)
		}
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"question":"x","options":[{"name":"a"}]}`))
	f.Add([]byte(`{"due":"2026`))
	f.Add([]byte(`{"any":` + strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r remit
		if err := httpx.DecodeJSON(body, &r); err != nil && !domain.Is(err, domain.Invalid) {
			t.Errorf("got code %s, want invalid", domain.CodeOf(err))
		}
	})
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	l := httpx.NewLimiter(2, 3, func() time.Time { return now })
	for i := range 3 {
		if err := l.Allow("olive"); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := l.Allow("olive"); !domain.Is(err, domain.Limited) {
		t.Errorf("got %v, want limited", err)
	}
	if err := l.Allow("otto"); err != nil {
		t.Errorf("another key: got %v", err)
	}
	now = now.Add(500 * time.Millisecond)
	if err := l.Allow("olive"); err != nil {
		t.Errorf("after half a second: got %v", err)
	}
	if err := l.Allow("olive"); err == nil {
		t.Error("a refused request did not cost and one second's worth came back")
	}
	var none *httpx.Limiter
	if err := none.Allow("x"); err != nil {
		t.Errorf("no limiter: got %v", err)
	}
}

// A flood of addresses must not grow memory without bound, nor open the door
// for the one who is over the limit right now.
func TestLimiterForgetsTheQuietOnes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	l := httpx.NewLimiter(0.001, 1, func() time.Time { return now })
	for i := range 50_000 {
		if err := l.Allow(fmt.Sprint("early", i)); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Hour)
	if err := l.Allow("busy"); err != nil {
		t.Fatal(err)
	}
	for i := range 40_000 {
		if err := l.Allow(fmt.Sprint("late", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Allow("busy"); err == nil {
		t.Error("the busy one was forgotten and let in")
	}
}
