// Package apitest lets a test speak to the API as a client does and holds
// every answer against the OpenAPI document: an address, status, media type
// or body that the document does not describe fails the test.
//
// It is for tests alone. [New] serves areas in memory without a socket;
// [Checked] puts the same check around any transport, such as that of the
// running program.
package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/api"
	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// Client calls the API. It is safe for concurrent use.
type Client struct {
	tb    testing.TB
	http  http.RoundTripper
	base  string
	token string
	keys  *atomic.Int64
}

// Response is an answer, read to its end.
type Response struct {
	tb     testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// New serves the areas in memory. The token of an actor is the actor's ID;
// actors lists those who are known.
func New(tb testing.TB, actors []domain.Actor, areas ...api.Area) *Client {
	tb.Helper()
	a := api.New(api.Options{Areas: areas, Authenticate: authenticate(actors), BaseURL: "http://folkmoot.example"})
	app := httpx.NewApp(httpx.Options{LimitFor: a.BodyLimit, Deadline: time.Minute})
	a.Mount(app)
	return Over(tb, Checked(a.Document(), App(app)), "http://folkmoot.example")
}

// Over is a client over a transport, such as one to a running program.
func Over(tb testing.TB, transport http.RoundTripper, base string) *Client {
	return &Client{tb: tb, http: transport, base: base, keys: &atomic.Int64{}}
}

// As is the same client with another token; "" for nobody.
func (c *Client) As(token string) *Client {
	d := *c
	d.token = token
	return &d
}

// For is the same client reporting to another test.
func (c *Client) For(tb testing.TB) *Client {
	d := *c
	d.tb = tb
	return &d
}

// Get calls GET below /api/v1.
func (c *Client) Get(path string) *Response { c.tb.Helper(); return c.Do(http.MethodGet, path, nil) }

// Post calls POST with a new key. A body that is not a string is sent as JSON.
func (c *Client) Post(path string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPost, path, body)
}

// PostKey calls POST under a key, to see what repeating does.
func (c *Client) PostKey(key, path string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPost, path, body, "Idempotency-Key", key)
}

// Put calls PUT.
func (c *Client) Put(path string, body any) *Response {
	c.tb.Helper()
	return c.Do(http.MethodPut, path, body)
}

// Do calls any method; headers come in pairs of name and value.
func (c *Client) Do(method, path string, body any, headers ...string) *Response {
	c.tb.Helper()
	req, err := http.NewRequest(method, c.base+api.Prefix+path, reader(c.tb, body))
	if err != nil {
		c.tb.Fatalf("%s %s: %v", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("test-key-%06d", c.keys.Add(1)))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.RoundTrip(req)
	if err != nil {
		c.tb.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		c.tb.Fatalf("%s %s: %v", method, path, err)
	}
	return &Response{tb: c.tb, Status: resp.StatusCode, Header: resp.Header, Body: content}
}

func reader(tb testing.TB, body any) io.Reader {
	tb.Helper()
	switch v := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(v)
	case []byte:
		return bytes.NewReader(v)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		tb.Fatalf("body: %v", err)
	}
	return bytes.NewReader(raw)
}

// Want ends the test unless the answer has the status.
func (r *Response) Want(status int) *Response {
	r.tb.Helper()
	if r.Status != status {
		r.tb.Fatalf("got status %d, want %d: %s", r.Status, status, r.Body)
	}
	return r
}

// Into reads the body as JSON.
func (r *Response) Into(v any) *Response {
	r.tb.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		r.tb.Fatalf("reading %s: %v", r.Body, err)
	}
	return r
}

// Problem reads the body as a problem document.
func (r *Response) Problem() httpx.Problem {
	r.tb.Helper()
	var p httpx.Problem
	r.Into(&p)
	return p
}

// Shows fails the test for each text that the body lacks.
func (r *Response) Shows(texts ...string) *Response {
	r.tb.Helper()
	for _, s := range texts {
		if !bytes.Contains(r.Body, []byte(s)) {
			r.tb.Errorf("got %s, want it to show %q", r.Body, s)
		}
	}
	return r
}

// Hides fails the test for each text that the body holds: numbers, names,
// addresses, what belongs to other bodies.
func (r *Response) Hides(texts ...string) *Response {
	r.tb.Helper()
	for _, s := range texts {
		if bytes.Contains(r.Body, []byte(s)) {
			r.tb.Errorf("the answer shows %q, which must not appear: %s", s, r.Body)
		}
	}
	return r
}

// App is a transport into an app in memory.
func App(app *fiber.App) http.RoundTripper { return inMemory{app} }

type inMemory struct{ app *fiber.App }

func (t inMemory) RoundTrip(r *http.Request) (*http.Response, error) { return t.app.Test(r, -1) }
