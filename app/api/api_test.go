package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// benches is a tiny service with the shape of a real one: it authorizes, it
// knows repeated commands, it keeps aggregates.
type benches struct {
	mu  sync.Mutex
	all []bench
}

type bench struct {
	domain.Root
	Place string            `json:"place"`
	Seats int               `json:"seats"`
	Tags  []string          `json:"tags"`
	Kept  *time.Time        `json:"kept"`
	Note  *string           `json:"note,omitempty"`
	Inner []benchPart       `json:"inner"`
	By    domain.Role       `json:"by"`
	Whose map[string]string `json:"whose"`
}

type benchPart struct {
	Names []string `json:"names"`
}

type addBench struct {
	Process string `path:"process"`
	Place   string `json:"place" required:"true" doc:"Where it stands."`
	Seats   int    `json:"seats"`
	Reason  string `json:"reason"`
}

type listBenches struct {
	Process string `path:"process"`
	api.Paging
	Place []string  `query:"place"`
	Since time.Time `query:"since"`
	Free  bool      `query:"free"`
}

type oneBench struct {
	Process string `path:"process"`
	Bench   string `path:"bench"`
}

func (s *benches) add(_ context.Context, cmd domain.Command, in addBench) (bench, error) {
	if err := domain.Authorize(cmd.Actor, domain.RunSessions, domain.Scope{Body: "b1", Process: in.Process}); err != nil {
		return bench{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.all {
		if b.ID == cmd.ID("bench") {
			return b, nil
		}
	}
	b := bench{Root: domain.Root{ID: cmd.ID("bench")}, Place: in.Place, Seats: in.Seats, By: domain.Organiser}
	b.Touch(cmd, time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC))
	b.Emit(cmd, "message", "added", b.CreatedAt, map[string]string{"to": "a number"})
	s.all = append(s.all, b)
	return b, nil
}

func (s *benches) list(_ context.Context, cmd domain.Command, in listBenches) (api.Page[bench], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(in.Limit, len(s.all))
	return api.PageOf(s.all[:n], "", func(b bench) bench { return b }), nil
}

func (s *benches) get(_ context.Context, _ domain.Command, in oneBench) (bench, error) {
	switch in.Bench {
	case "broken":
		panic("the number 07700 900123")
	case "away":
		return bench{}, domain.E(domain.Unavailable, "the store is away; nothing was lost")
	case "odd name":
		return bench{Place: in.Bench, By: domain.Organiser}, nil
	}
	return bench{}, domain.Hidden("bench")
}

func area(s *benches) api.Area {
	return api.Area{Name: "benches", About: "What people sit on.", Routes: []api.Endpoint{
		api.Route[addBench, bench]{
			Method: "POST", Path: "/processes/{process}/benches", Summary: "Add a bench",
			Needs: domain.RunSessions, Status: http.StatusCreated, Handle: s.add,
		},
		api.Route[listBenches, api.Page[bench]]{
			Method: "GET", Path: "/processes/{process}/benches", Summary: "List benches",
			Needs: domain.ViewProcess, Handle: s.list,
		},
		api.Route[oneBench, bench]{
			Method: "GET", Path: "/processes/{process}/benches/{bench}", Summary: "See a bench", Handle: s.get,
		},
		api.Route[struct{}, api.File]{
			Method: "GET", Path: "/processes/all/benches/plan", Summary: "The plan", Open: true,
			Handle: func(context.Context, domain.Command, struct{}) (api.File, error) {
				return api.File{Name: "plan.csv", MediaType: "text/csv", Content: []byte("place\r\n")}, nil
			},
		},
		api.Route[struct {
			Rows []byte `raw:"text/csv"`
		}, api.None]{
			Method: "POST", Path: "/benches/import", Summary: "Import benches", MaxBody: 2 << 20,
			Handle: func(_ context.Context, _ domain.Command, in struct {
				Rows []byte `raw:"text/csv"`
			}) (api.None, error) {
				if string(in.Rows) != "a,b\n" {
					return api.None{}, domain.E(domain.Invalid, "row 1, column a: needs a place")
				}
				return api.None{}, nil
			},
		},
	}}
}

func client(t *testing.T) *apitest.Client {
	return apitest.New(t, []domain.Actor{
		apitest.Staff("olive", domain.Organiser, "b1", "p1"),
		apitest.Staff("carol", domain.Commissioner, "b1", "p1"),
		apitest.Staff("otto", domain.Organiser, "b2", ""),
	}, area(&benches{}))
}

func TestRouteServesWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	c := client(t).As("olive")

	c.Post("/processes/p1/benches", map[string]any{"place": "Coleford", "seats": 3}).Want(201).
		Shows(`"place":"Coleford"`, `"tags":[]`, `"inner":[]`, `"whose":{}`, `"kept":null`).
		Hides("effects", "applied", "a number")
	c.Get("/processes/p1/benches?limit=1&place=a&place=b&since=2026-07-01T00:00:00Z&free=true").Want(200).
		Shows(`"items":[{`).Hides("next")
	c.Get("/processes/p1/benches/odd%20name").Want(200).Shows(`"place":"odd name"`)
	c.Get("/processes/all/benches/plan").Want(200).Shows("place")
	c.Do("POST", "/benches/import", "a,b\n", "Content-Type", "text/csv").Want(204)
}

func TestRepeatedPostIsOneCommand(t *testing.T) {
	t.Parallel()
	c := client(t).As("olive")
	var first, again, other bench
	body := map[string]any{"place": "Lydney"}
	c.PostKey("one-key-0001", "/processes/p1/benches", body).Want(201).Into(&first)
	c.PostKey("one-key-0001", "/processes/p1/benches", body).Want(201).Into(&again)
	c.PostKey("one-key-0002", "/processes/p1/benches", body).Want(201).Into(&other)
	if first.ID != again.ID || first.ID == other.ID {
		t.Errorf("got ids %s, %s, %s; want the first two equal and the third its own", first.ID, again.ID, other.ID)
	}
}

// A key that comes with other content is a mistake of the client: taking it
// for a repeat would lose what was sent.
func TestAKeyIsNotUsedForOtherContent(t *testing.T) {
	t.Parallel()
	c := client(t).As("olive")
	path := "/processes/p1/benches"
	c.PostKey("one-key-0001", path, map[string]any{"place": 5}).Want(400)
	c.PostKey("one-key-0001", path, map[string]any{"place": "Lydney"}).Want(201)
	c.PostKey("one-key-0001", path, map[string]any{"place": "Cinderford"}).Want(400).Shows("send a new key for a new command")
	c.PostKey("one-key-0001", path, map[string]any{"place": "Lydney"}).Want(201)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := client(t)
	tests := []struct {
		name, token, method, path, body string
		headers                         []string
		status                          int
		code                            string
		fields                          map[string]string
	}{
		{"no token", "", "GET", "/processes/p1/benches", "", nil, 401, "unauthenticated", nil},
		{"unknown token", "mallory", "GET", "/processes/p1/benches", "", nil, 401, "unauthenticated", nil},
		{"role may not", "carol", "POST", "/processes/p1/benches", `{"place":"x"}`, nil, 403, "forbidden", nil},
		{"other body's process is hidden", "otto", "POST", "/processes/p1/benches", `{"place":"x"}`, nil, 404, "not_found", nil},
		{"no key", "olive", "POST", "/processes/p1/benches", `{"place":"x"}`, []string{"Idempotency-Key", ""}, 400, "invalid",
			map[string]string{"Idempotency-Key": "send 8 to 128 visible ASCII characters, new for each command"}},
		{"key too short", "olive", "POST", "/processes/p1/benches", `{"place":"x"}`, []string{"Idempotency-Key", "seven77"}, 400, "invalid",
			map[string]string{"Idempotency-Key": "send 8 to 128 visible ASCII characters, new for each command"}},
		{"unknown field and wrong type, both", "olive", "POST", "/processes/p1/benches", `{"place":"x","seats":"three","colour":1,"Reason":"r"}`, nil, 400, "invalid",
			map[string]string{"seats": "needs a whole number", "colour": "is not known here", "Reason": "is not known here; it is called reason"}},
		{"required", "olive", "POST", "/processes/p1/benches", ``, nil, 400, "invalid", map[string]string{"place": "is needed"}},
		{"broken JSON", "olive", "POST", "/processes/p1/benches", "{\n \"place\" \"x\"}", nil, 400, "invalid", nil},
		{"not JSON", "olive", "POST", "/processes/p1/benches", "place=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "invalid", nil},
		{"compressed", "olive", "POST", "/processes/p1/benches", "x", []string{"Content-Encoding", "gzip"}, 415, "invalid", nil},
		{"limit out of range", "olive", "GET", "/processes/p1/benches?limit=201", "", nil, 400, "invalid", map[string]string{"limit": "needs a whole number from 1 to 200"}},
		{"unknown query, bad time", "olive", "GET", "/processes/p1/benches?sort=a&since=today", "", nil, 400, "invalid",
			map[string]string{"sort": "is not known here", "since": "needs a time such as 2026-07-12T18:00:00Z"}},
		{"unknown id", "olive", "GET", "/processes/p1/benches/b9", "", nil, 404, "not_found", nil},
		{"unknown address", "olive", "GET", "/nowhere", "", nil, 404, "not_found", nil},
		{"other method", "olive", "DELETE", "/processes/p1/benches", "", nil, 405, "method_not_allowed", nil},
		{"store trouble", "olive", "GET", "/processes/p1/benches/away", "", nil, 503, "unavailable", nil},
		{"panic", "olive", "GET", "/processes/p1/benches/broken", "", nil, 500, "internal", nil},
		{"half an import", "olive", "POST", "/benches/import", "c", []string{"Content-Type", "text/csv"}, 400, "invalid", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var body any
			if tt.body != "" {
				body = tt.body
			}
			resp := c.For(t).As(tt.token).Do(tt.method, tt.path, body, tt.headers...).Want(tt.status).Hides("07700")
			p := resp.Problem()
			if p.Code != tt.code || p.Status != tt.status || p.Detail == "" || p.RequestID == "" {
				t.Errorf("got %+v, want code %s with a detail and a request id", p, tt.code)
			}
			if diff := cmp.Diff(tt.fields, p.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if tt.status == 503 && resp.Header.Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		})
	}
}

func TestBrokenJSONNamesThePlace(t *testing.T) {
	t.Parallel()
	p := client(t).As("olive").Post("/processes/p1/benches", "{\n \"place\" \"x\"}").Want(400).Problem()
	if want := "the JSON breaks at line 2, column 10"; p.Detail != want {
		t.Errorf("got %q, want %q", p.Detail, want)
	}
}

func TestCheckedRefusesWhatTheDocumentDoesNotDescribe(t *testing.T) {
	t.Parallel()
	a := api.New(api.Options{Areas: []api.Area{area(&benches{})}})
	tests := map[string]struct {
		status      int
		contentType string
		body        string
	}{
		"field missing":     {200, "application/json", `{}`},
		"field too many":    {200, "application/json", `{"items":[],"total":1}`},
		"null list":         {200, "application/json", `{"items":null}`},
		"other media type":  {200, "text/html", `<p>`},
		"status not listed": {202, "application/json", `{"items":[]}`},
		"error as text":     {500, "text/plain", `oh`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rt := apitest.Checked(a.Document(), answering(tt.status, tt.contentType, tt.body))
			req, _ := http.NewRequest("GET", "http://folkmoot.example/api/v1/processes/p1/benches", nil)
			if _, err := rt.RoundTrip(req); err == nil {
				t.Error("got no error, want one")
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answering(status int, contentType, body string) http.RoundTripper {
	return roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
			Body: readCloser{strings.NewReader(body)},
		}, nil
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestDocument(t *testing.T) {
	t.Parallel()
	a := api.New(api.Options{Areas: []api.Area{area(&benches{})}, Version: "test"})
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(a.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("got version %q", doc.OpenAPI)
	}
	post := doc.Paths["/processes/{process}/benches"]["post"]
	if got, want := post["x-permission"], "session.run"; got != want {
		t.Errorf("got permission %v, want %v", got, want)
	}
	if got, want := post["description"], "Needs session.run: facilitator, organiser."; got != want {
		t.Errorf("got description %q, want %q", got, want)
	}
	if strings.Contains(string(a.Document()), "applied") {
		t.Error("the document shows the command keys of aggregates")
	}
	if first, second := string(a.Document()), string(api.New(a.Options).Document()); first != second {
		t.Error("the document differs from start to start")
	}
}

// Clients are made from the document by machine: every reference must lead
// somewhere and every schema must be one.
func TestSchemasOfTheDocumentCompile(t *testing.T) {
	t.Parallel()
	text := api.New(api.Options{Areas: []api.Area{area(&benches{})}}).Document()
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///openapi.json", root); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for name := range doc.Components.Schemas {
		if _, err := c.Compile("mem:///openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.ContainsAny(name, "[]*/ ") {
			t.Errorf("the name %q is not allowed in OpenAPI", name)
		}
	}
	if len(doc.Components.Schemas) < 3 {
		t.Errorf("got %d schemas", len(doc.Components.Schemas))
	}
}

func TestRoutesThatCannotWorkPanicAtTheStart(t *testing.T) {
	t.Parallel()
	type sealed struct {
		Name domain.Sealed `json:"name"`
	}
	type untagged struct{ Name string }
	tests := map[string]api.Endpoint{
		"sealed answer": api.Route[struct{}, sealed]{Method: "GET", Path: "/a", Summary: "s",
			Handle: func(context.Context, domain.Command, struct{}) (sealed, error) { return sealed{}, nil }},
		"sealed in a list": api.Route[struct{}, api.Page[sealed]]{Method: "GET", Path: "/a", Summary: "s",
			Handle: func(context.Context, domain.Command, struct{}) (p api.Page[sealed], err error) { return }},
		"untagged answer": api.Route[struct{}, untagged]{Method: "GET", Path: "/a", Summary: "s",
			Handle: func(context.Context, domain.Command, struct{}) (u untagged, err error) { return }},
		"untagged input": api.Route[untagged, api.None]{Method: "GET", Path: "/a", Summary: "s",
			Handle: func(context.Context, domain.Command, untagged) (n api.None, err error) { return }},
		"parameter without field": api.Route[struct{}, api.None]{Method: "GET", Path: "/a/{id}", Summary: "s",
			Handle: func(context.Context, domain.Command, struct{}) (n api.None, err error) { return }},
		"body on GET": api.Route[addBench, api.None]{Method: "GET", Path: "/a/{process}", Summary: "s",
			Handle: func(context.Context, domain.Command, addBench) (n api.None, err error) { return }},
	}
	for name, route := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one")
				}
			}()
			api.New(api.Options{Areas: []api.Area{{Name: "a", Routes: []api.Endpoint{route}}}})
		})
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	a := api.New(api.Options{
		Areas:    []api.Area{area(&benches{})},
		Limiter:  httpx.NewLimiter(1, 2, clock),
		Refusals: httpx.NewLimiter(1, 1, clock),
		Authenticate: func(_ context.Context, token string) (domain.Actor, error) {
			if token == "guess" {
				return domain.Actor{}, domain.E(domain.Unauthenticated, "this token is not known")
			}
			return apitest.Staff(token, domain.Organiser, "", ""), nil
		},
	})
	app := httpx.NewApp(httpx.Options{Now: clock})
	a.Mount(app)
	c := apitest.Over(t, apitest.Checked(a.Document(), apitest.App(app)), "http://folkmoot.example")

	path := "/processes/p1/benches"
	c.As("olive").Get(path).Want(200)
	c.As("olive").Get(path).Want(200)
	if got := c.As("olive").Get(path).Want(429).Header.Get("Retry-After"); got != "1" {
		t.Errorf("got Retry-After %q, want 1", got)
	}
	c.As("otto").Get(path).Want(200)
	c.As("guess").Get(path).Want(401)
	c.As("guess").Get(path).Want(429)
	now = now.Add(time.Second)
	c.As("olive").Get(path).Want(200)
}
