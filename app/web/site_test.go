package web_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"folkmoot/app/httpx"
	"folkmoot/app/web"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/domaintest"
)

var update = flag.Bool("update", false, "rewrite golden files")

const base = "https://jury.example.org"

var now = time.Date(2026, 7, 12, 17, 0, 0, 0, time.UTC)

// signIns is a fake of the access service: link "once" signs in as olive.
type signIns struct {
	mu   sync.Mutex
	used bool
	open map[string]domain.Actor
}

func (s *signIns) UseLink(_ context.Context, secret string) (string, access.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret == "hers" {
		s.open["member-cookie"] = domain.MemberActor("p1", "m1", "web")
		return "member-cookie", access.Secret{Person: "m1"}, nil
	}
	if secret != "once" || s.used {
		return "", access.Secret{}, domain.E(domain.Unauthenticated, "this link was used or is too old; ask for a new one")
	}
	s.used = true
	s.open["staff-cookie"] = domain.Actor{ID: "olive", Name: "Olive", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b1"}}}
	return "staff-cookie", access.Secret{User: "olive"}, nil
}

func (s *signIns) SignedIn(_ context.Context, signIn string) (domain.Actor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.open[signIn]; ok {
		return a, nil
	}
	return domain.Actor{}, domain.E(domain.Unauthenticated, "this sign-in has ended")
}

func (s *signIns) SignOut(_ context.Context, signIn string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, signIn)
	return nil
}

type world struct {
	app      *fiber.App
	commands []domain.Command
}

func assets() fstest.MapFS {
	return fstest.MapFS{
		"manifest.json":        {Data: []byte(`{"folkmoot.css":"folkmoot.0f0f.css","htmx.js":"htmx.1a.js"}`)},
		"folkmoot.0f0f.css":    {Data: []byte("p{}")},
		"folkmoot.0f0f.css.gz": {Data: []byte("packed")},
		"htmx.1a.js":           {Data: []byte("//")},
		"secret.txt":           {Data: []byte("not listed")},
	}
}

func newWorld(t *testing.T, baseURL string) *world {
	t.Helper()
	w := &world{}
	a, missing := web.LoadAssets(assets())
	if missing {
		t.Fatal("the assets are there but called missing")
	}
	site := web.New(web.Options{
		SignIns: &signIns{open: map[string]domain.Actor{}}, Clock: domaintest.NewClock(now), Assets: a, BaseURL: baseURL,
		NewKey: func() string { return "KEY" }, Demo: true,
		Pages: []web.Page{
			{Method: "GET", Path: "/public", Open: true, Handle: func(_ context.Context, r *web.Request) (web.Reply, error) {
				return web.Show("error", "Public "+r.Actor.ID, httpx.Problem{Title: "Hello <b>", Detail: r.Query.Get("q")}).KeptFor(time.Minute), nil
			}},
			{Method: "GET", Path: "/staff", Handle: func(context.Context, *web.Request) (web.Reply, error) {
				return web.Show("error", "Staff", httpx.Problem{Title: "Overview"}), nil
			}},
			{Method: "GET", Path: "/staff/:id", Handle: func(_ context.Context, r *web.Request) (web.Reply, error) {
				return web.Send("text/csv", "list.csv", []byte(r.Param("id"))), nil
			}},
			{Method: "POST", Path: "/staff/:id", Handle: w.save},
			{Method: "GET", Path: "/away", Open: true, Handle: func(context.Context, *web.Request) (web.Reply, error) {
				return web.Go("//evil.example/"), nil
			}},
		},
	})
	w.app = httpx.NewApp(httpx.Options{ErrorPage: site.ErrorPage, NewRequestID: func() string { return "request-1" }})
	site.Mount(w.app)
	return w
}

// save is a form that refuses an empty title.
func (w *world) save(_ context.Context, r *web.Request) (web.Reply, error) {
	w.commands = append(w.commands, r.Command())
	p := domain.Problems{}
	p.Need(r.Form.Get("title") != "", "title", "give it a title")
	if r.Form.Get("title") == "secret" {
		return r.Again(web.Show("use_link", "Again", nil), domain.Hidden("process"))
	}
	if err := p.Err(); err != nil {
		return r.Again(web.Show("use_link", "Again", nil), err)
	}
	return web.Go("/staff"), nil
}

type answer struct {
	*http.Response
	body string
}

func (w *world) do(t *testing.T, method, path string, form url.Values, headers ...string) answer {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(content)}
}

func (w *world) signIn(t *testing.T, secret string) (cookie string) {
	t.Helper()
	a := w.do(t, "POST", "/in/"+secret, url.Values{"_key": {"k"}}, "Sec-Fetch-Site", "same-origin")
	if a.StatusCode != 303 {
		t.Fatalf("got %d %s", a.StatusCode, a.body)
	}
	c := a.Cookies()[0]
	return c.Name + "=" + c.Value
}

func TestSignInLinkIsUsedByPostAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	for range 3 { // previews of a phone
		if a := w.do(t, "GET", "/in/once", nil); a.StatusCode != 200 || !strings.Contains(a.body, `action="/in/once"`) {
			t.Fatalf("got %d %s", a.StatusCode, a.body)
		}
	}
	a := w.do(t, "POST", "/in/once", url.Values{"_key": {"k"}}, "Origin", base)
	c := a.Cookies()[0]
	if a.StatusCode != 303 || a.Header.Get("Location") != "/staff" {
		t.Errorf("got %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if c.Name != "__Host-folkmoot" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 43200 {
		t.Errorf("got cookie %+v", c)
	}
	if a := w.do(t, "POST", "/in/once", url.Values{}, "Origin", base); a.StatusCode != 401 || len(a.Cookies()) > 0 {
		t.Errorf("second use: got %d", a.StatusCode)
	}
	if a := w.do(t, "POST", "/in/hers", url.Values{}, "Origin", base); a.Header.Get("Location") != "/me" || a.Cookies()[0].MaxAge != 7200 {
		t.Errorf("a member: got %q for %d s", a.Header.Get("Location"), a.Cookies()[0].MaxAge)
	}
}

func TestSignOutEndsTheSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	cookie := w.signIn(t, "once")
	if a := w.do(t, "GET", "/staff", nil, "Cookie", cookie); a.StatusCode != 200 || !strings.Contains(a.body, "Olive") {
		t.Fatalf("got %d", a.StatusCode)
	}
	if a := w.do(t, "POST", "/sign-out", url.Values{}, "Cookie", cookie, "Origin", "https://evil.example"); a.StatusCode != 403 {
		t.Errorf("from another site: got %d", a.StatusCode)
	}
	if a := w.do(t, "POST", "/sign-out", url.Values{}, "Cookie", cookie, "Origin", base); a.StatusCode != 303 {
		t.Errorf("got %d", a.StatusCode)
	}
	if a := w.do(t, "GET", "/staff", nil, "Cookie", cookie); a.StatusCode != 303 || a.Header.Get("Location") != "/sign-in" {
		t.Errorf("the kept cookie still opens: got %d", a.StatusCode)
	}
}

func TestClosedPagesAskToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	if a := w.do(t, "GET", "/staff", nil); a.StatusCode != 303 || a.Header.Get("Location") != "/sign-in" {
		t.Errorf("got %d", a.StatusCode)
	}
	if a := w.do(t, "GET", "/staff", nil, "HX-Request", "true"); a.Header.Get("HX-Redirect") != "/sign-in" {
		t.Errorf("a part: got %d %v", a.StatusCode, a.Header)
	}
	if a := w.do(t, "POST", "/staff/p1", url.Values{"_key": {"k"}}, "Origin", base); a.StatusCode != 401 {
		t.Errorf("a form: got %d", a.StatusCode)
	}
	if a := w.do(t, "GET", "/public", nil, "Cookie", "__Host-folkmoot=old"); a.StatusCode != 200 || !strings.Contains(a.body, "Public public") {
		t.Errorf("an open page with an old cookie: got %d", a.StatusCode)
	}
	if len(w.commands) > 0 {
		t.Errorf("a form was taken from nobody: %v", w.commands)
	}
}

// A page of another site can make a browser send a form with our cookie. The
// browser says where it comes from.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	cookie := w.signIn(t, "once")
	form := url.Values{"_key": {"k"}, "title": {"x"}}
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"own page", []string{"Sec-Fetch-Site", "same-origin", "Origin", base}, 303},
		{"own page, older browser", []string{"Origin", base}, 303},
		{"other site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"other host of our domain", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://other.example.org"}, 403},
		{"other site that claims our origin", []string{"Sec-Fetch-Site", "cross-site", "Origin", base}, 403},
		{"sandboxed frame", []string{"Origin", "null"}, 403},
		{"says nothing", nil, 403},
		{"a name that begins like ours", []string{"Origin", "https://jury.example.org.evil.example"}, 403},
	}
	for _, tt := range tests {
		a := w.do(t, "POST", "/staff/p1", form, append([]string{"Cookie", cookie}, tt.headers...)...)
		if a.StatusCode != tt.status {
			t.Errorf("%s: got %d, want %d", tt.name, a.StatusCode, tt.status)
		}
	}
	if len(w.commands) != 2 {
		t.Errorf("got %d commands, want 2", len(w.commands))
	}
}

func TestSecondPressIsTheSameCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	cookie := w.signIn(t, "once")
	for _, key := range []string{"a", "a", "b"} {
		w.do(t, "POST", "/staff/p1", url.Values{"_key": {key}, "title": {"x"}, "reason": {"why"}}, "Cookie", cookie, "Origin", base)
	}
	w.do(t, "POST", "/staff/p1", url.Values{"_key": {"a"}, "title": {"changed after going back"}}, "Cookie", cookie, "Origin", base)
	if w.commands[0].Key != w.commands[1].Key || w.commands[0].Key == w.commands[2].Key || w.commands[0].Key == w.commands[3].Key || w.commands[0].Reason != "why" {
		t.Errorf("got %+v", w.commands)
	}
	w.do(t, "POST", "/staff/p1", url.Values{"_key": {"c"}, "_version": {"7"}, "title": {"x"}}, "Cookie", cookie, "Origin", base)
	if got := w.commands[4].Expect; got != 7 || w.commands[0].Expect != 0 {
		t.Errorf("got version %d and %d, want 7 and any", got, w.commands[0].Expect)
	}
	if a := w.do(t, "POST", "/staff/p1", url.Values{"title": {"x"}}, "Cookie", cookie, "Origin", base); a.StatusCode != 400 {
		t.Errorf("a form without key: got %d", a.StatusCode)
	}
}

func TestFormComesBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	cookie := w.signIn(t, "once")
	a := w.do(t, "POST", "/staff/p1", url.Values{"_key": {"a"}}, "Cookie", cookie, "Origin", base)
	if a.StatusCode != 400 || !strings.Contains(a.body, "title: give it a title") || !strings.Contains(a.body, `href="#f-title"`) {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	a = w.do(t, "POST", "/staff/p1", url.Values{"_key": {"b"}, "title": {"secret"}}, "Cookie", cookie, "Origin", base)
	if a.StatusCode != 404 {
		t.Errorf("what is hidden: got %d", a.StatusCode)
	}
}

func TestPagesAreSafe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	a := w.do(t, "GET", "/public?q=%3Cscript%3Ealert(1)%3C/script%3E", nil)
	if strings.Contains(a.body, "<script>alert") || strings.Contains(a.body, "Hello <b>") {
		t.Error("text is not escaped")
	}
	if strings.Contains(a.body, "style=") || strings.Contains(a.body, "onclick") || strings.Contains(a.body, "<style") {
		t.Error("the page has inline style or script, which the content policy forbids")
	}
	if got := a.Header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("got Cache-Control %q", got)
	}
	cookie := w.signIn(t, "once")
	if got := w.do(t, "GET", "/public", nil, "Cookie", cookie).Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("signed in: got Cache-Control %q", got)
	}
	if got := w.do(t, "GET", "/away", nil).Header.Get("Location"); got != "/" {
		t.Errorf("a redirect leaves the site: %q", got)
	}
	file := w.do(t, "GET", "/staff/a%2Fb", nil, "Cookie", cookie)
	if file.body != "a/b" || !strings.Contains(file.Header.Get("Content-Disposition"), "list.csv") || file.Header.Get("Content-Type") != "text/csv" {
		t.Errorf("got %q, %v", file.body, file.Header)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	a := w.do(t, "GET", "/assets/folkmoot.0f0f.css", nil)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("got %d %v", a.StatusCode, a.Header)
	}
	packed := w.do(t, "GET", "/assets/folkmoot.0f0f.css", nil, "Accept-Encoding", "br, gzip")
	if packed.body != "packed" || packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("packed: got %q %v", packed.body, packed.Header)
	}
	if plain := w.do(t, "GET", "/assets/htmx.1a.js", nil, "Accept-Encoding", "gzip"); plain.body != "//" || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("without a packed copy: got %q", plain.body)
	}
	for _, name := range []string{"secret.txt", "folkmoot.0f0f.css.gz", "manifest.json", "..%2Fsite.go", "folkmoot.css"} {
		if a := w.do(t, "GET", "/assets/"+name, nil); a.StatusCode != 404 {
			t.Errorf("%s: got %d, want 404", name, a.StatusCode)
		}
	}
	if _, missing := web.LoadAssets(fstest.MapFS{".keep": {}}); !missing {
		t.Error("assets that were never built are not called missing")
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	a := w.do(t, "GET", "/nowhere", nil)
	if a.StatusCode != 404 {
		t.Errorf("got %d", a.StatusCode)
	}
	path := filepath.Join("testdata", "not_found.golden.html")
	if *update {
		if err := os.WriteFile(path, []byte(a.body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), a.body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Cookies over plain http, on this machine, cannot be bound to the host.
func TestPlainHTTPHasAPlainCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://127.0.0.1:8080")
	a := w.do(t, "POST", "/in/once", url.Values{}, "Sec-Fetch-Site", "same-origin")
	if c := a.Cookies()[0]; c.Name != "folkmoot" || c.Secure || !c.HttpOnly {
		t.Errorf("got %+v", c)
	}
}
