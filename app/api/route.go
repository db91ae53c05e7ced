package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"

	"folkmoot/domain"
)

// Route is one call. In's fields come from where their tags say: path:"id",
// query:"after", json:"title" or raw:"text/csv" ([]byte, the whole body). Out
// is answered as JSON; [File] as itself, [None] as 204.
//
// Tags understood beside those: required:"true", doc:"...", and for whole
// numbers in the query min, max and default.
type Route[In, Out any] struct {
	Method  string
	Path    string // below /api/v1, parameters in braces: /processes/{process}
	Summary string // one line, imperative
	Note    string // more about it, may be empty

	// Needs is the permission that the service asks, for the document alone.
	Needs domain.Permission
	// Open lets anybody call; the actor is then the public unless a token is
	// sent.
	Open bool

	Status  int           // of success; 200 when 0
	MaxBody int           // bytes; the default of httpx when 0
	Timeout time.Duration // the default of httpx when 0

	Handle func(ctx context.Context, cmd domain.Command, in In) (Out, error)
}

// Endpoint is a [Route] of any types.
type Endpoint interface{ endpoint() *endpoint }

// Area is the routes of one part of the domain. Name becomes the tag in the
// document.
type Area struct {
	Name   string
	About  string
	Routes []Endpoint
}

// None is the answer that says nothing: 204.
type None struct{}

// File is an answer that is not JSON. Name, when set, offers a download.
type File struct {
	Name      string
	MediaType string
	Content   []byte
}

// Paging is embedded in the input of every list.
type Paging struct {
	Limit int           `query:"limit" min:"1" max:"200" default:"50" doc:"How many at most."`
	After domain.Cursor `query:"after" doc:"The next of the page before."`
}

// Page is the answer of every list. Next is empty on the last page.
type Page[T any] struct {
	Items []T           `json:"items"`
	Next  domain.Cursor `json:"next,omitempty" doc:"Send it as after to get the next page."`
}

// PageOf makes a page by turning each document into its view.
func PageOf[D, T any](docs []D, next domain.Cursor, view func(D) T) Page[T] {
	items := make([]T, len(docs))
	for i, d := range docs {
		items[i] = view(d)
	}
	return Page[T]{Items: items, Next: next}
}

// endpoint is a route with its types forgotten.
type endpoint struct {
	method, path, summary, note string
	needs                       domain.Permission
	open                        bool
	status, maxBody             int
	timeout                     time.Duration
	in                          input
	out                         reflect.Type
	serve                       func(ctx context.Context, cmd domain.Command, r *request) (any, error)
}

var (
	pathShape  = regexp.MustCompile(`^(/([a-z0-9][a-z0-9-]*|\{[a-z][a-z0-9_]*\}))+$`)
	paramShape = regexp.MustCompile(`\{([a-z0-9_]+)\}`)
)

// endpoint checks the route as far as it can be before it serves. What it
// finds is a fault of the programmer, so it panics, at the start.
func (r Route[In, Out]) endpoint() *endpoint {
	where := r.Method + " " + r.Path
	must(r.Handle != nil, where, "has no handler")
	must(r.Summary != "", where, "has no summary")
	must(pathShape.MatchString(r.Path), where, "has a path that is not made of lower-case segments and {parameters}")
	e := &endpoint{
		method: r.Method, path: r.Path, summary: r.Summary, note: r.Note, needs: r.Needs,
		open: r.Open, status: r.Status, maxBody: r.MaxBody, timeout: r.Timeout,
		in: inputOf(where, r.Method, r.Path, reflect.TypeFor[In]()), out: reflect.TypeFor[Out](),
	}
	checkAnswer(where, e.out)
	if e.status == 0 {
		e.status = http.StatusOK
	}
	if e.out == reflect.TypeFor[None]() {
		e.status = http.StatusNoContent
	}
	e.serve = func(ctx context.Context, cmd domain.Command, req *request) (any, error) {
		var in In
		if err := e.in.bind(reflect.ValueOf(&in).Elem(), req); err != nil {
			return nil, err
		}
		return r.Handle(ctx, cmd, in)
	}
	return e
}

func must(ok bool, where, format string, args ...any) {
	if !ok {
		panic(fmt.Sprintf("api: %s %s", where, fmt.Sprintf(format, args...)))
	}
}

// fiberPath is the path in Fiber's notation.
func (e *endpoint) fiberPath() string { return paramShape.ReplaceAllString(e.path, ":$1") }

// matches reports whether a path below the prefix is of this endpoint.
func (e *endpoint) matches(path string) bool {
	want, got := strings.Split(e.path, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

// before orders literal segments ahead of parameters: Fiber takes the first
// route that fits, in the order of their registration.
func (e *endpoint) before(o *endpoint) int {
	return strings.Compare(sortKey(e.path), sortKey(o.path))
}

func sortKey(path string) string { return paramShape.ReplaceAllString(path, "~$1") }
