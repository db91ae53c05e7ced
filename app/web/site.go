package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/domain"
	"folkmoot/domain/access"
)

// SignIns is what the pages need of [access.Service].
type SignIns interface {
	UseLink(ctx context.Context, secret string) (signIn string, of access.Secret, err error)
	SignedIn(ctx context.Context, signIn string) (domain.Actor, error)
	SignOut(ctx context.Context, signIn string) error
}

// Options are what the site stands on.
type Options struct {
	SignIns SignIns
	Clock   domain.Clock
	Assets  Assets
	BaseURL string         // public address, without a slash at the end
	Demo    bool           // the banner says that clock and texts are not real
	Zone    *time.Location // that times are shown in where a process has none; nil is UTC
	Limiter *httpx.Limiter // per address; nil: none
	NewKey  func() string  // of forms; nil: random
	Pages   []Page
}

// Site serves the pages.
type Site struct {
	Options
	host  string
	views *views
}

// New reads the templates. It panics where one cannot be read or two pages
// have one address: that is found in every test.
func New(o Options) *Site {
	if o.NewKey == nil {
		o.NewKey = randomKey
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" {
		panic("web: the base address has no host: " + o.BaseURL)
	}
	s := &Site{Options: o, host: u.Host}
	s.views = mustViews(o.Assets, o.Zone)
	s.Pages = append(append(s.Pages, s.signInPages()...), Help()...)
	return s
}

func randomKey() string {
	var b [10]byte
	rand.Read(b[:])
	return base32.StdEncoding.EncodeToString(b[:])
}

// Mount adds the site to an app made by [httpx.NewApp].
func (s *Site) Mount(app *fiber.App) {
	seen := map[string]bool{}
	app.Get("/assets/:file", s.Assets.serve)
	s.mountSignIn(app)
	for _, p := range s.Pages {
		where := p.Method + " " + p.Path
		if seen[where] || p.Handle == nil {
			panic("web: " + where + " is there twice or has no handler")
		}
		seen[where] = true
		app.Add(p.Method, p.Path, s.handler(p))
	}
}

func (s *Site) handler(p Page) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		if err := s.Limiter.Allow(httpx.ClientIP(ctx)); err != nil {
			return err
		}
		r, err := s.read(c, p)
		if err != nil {
			return err
		}
		r.Actor, err = s.actor(ctx, c, p.Open)
		if err != nil {
			return s.askToSignIn(c, p, err)
		}
		ctx = httpx.WithActor(ctx, r.Actor)
		c.SetUserContext(ctx)
		if p.MaxFile > 0 {
			longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), longRead)
			defer cancel()
			ctx = longer
		}
		reply, err := p.Handle(ctx, r)
		if err != nil {
			return err
		}
		return s.write(c, r, reply)
	}
}

// longRead is how long a file may take to be read and taken over.
const longRead = 5 * time.Minute

// BodyLimit is the limit of a path, for [httpx.Options].LimitFor; 0 where the
// default applies.
func (s *Site) BodyLimit(path string) int {
	at := strings.Split(path, "/")
	for _, p := range s.Pages {
		if p.MaxFile > 0 && matches(strings.Split(p.Path, "/"), at) {
			return p.MaxFile
		}
	}
	return 0
}

// matches reports whether a path is one of a page's.
func matches(pattern, path []string) bool {
	if len(pattern) != len(path) {
		return false
	}
	for i, part := range pattern {
		if !strings.HasPrefix(part, ":") && part != path[i] {
			return false
		}
	}
	return true
}

func (s *Site) read(c *fiber.Ctx, p Page) (*Request, error) {
	q, err := httpx.Query(c)
	if err != nil {
		return nil, err
	}
	r := &Request{Query: q, path: c.Path(), parts: map[string]string{}, part: httpx.Header(c, "HX-Request") == "true"}
	for _, name := range c.Route().Params {
		if r.parts[name], err = httpx.Path(c, name); err != nil {
			return nil, err
		}
	}
	if p.Method != http.MethodPost {
		return r, nil
	}
	if err := s.ownForm(c); err != nil {
		return nil, err
	}
	if p.MaxFile > 0 && httpx.IsMultipart(c) {
		r.Form, r.Files, err = httpx.Multipart(c)
	} else {
		r.Form, err = httpx.Form(c)
	}
	if err != nil {
		return nil, err
	}
	r.Key = r.Form.Get("_key")
	if r.Key == "" {
		return nil, domain.E(domain.Invalid, "the form came without its key; go back, load the page again and send it once more")
	}
	return r, nil
}

// ownForm refuses a form that another site sends: browsers say where a POST
// comes from, and scripts cannot change what they say.
func (s *Site) ownForm(c *fiber.Ctx) error {
	site, origin := httpx.Header(c, "Sec-Fetch-Site"), httpx.Header(c, fiber.HeaderOrigin)
	if site == "same-origin" {
		return nil
	}
	if u, err := url.Parse(origin); site == "" && err == nil && u.Host == s.host {
		return nil
	}
	return domain.E(domain.Forbidden, "this form was not sent from a page of ours; open the page here and send it again")
}

// actor is who is signed in.
func (s *Site) actor(ctx context.Context, c *fiber.Ctx, open bool) (domain.Actor, error) {
	signIn := httpx.Cookie(c, s.cookieName())
	if signIn == "" && open {
		return domain.PublicActor("web"), nil
	}
	if signIn == "" {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "please sign in with a link of your own")
	}
	a, err := s.SignIns.SignedIn(ctx, signIn)
	if domain.Is(err, domain.Unauthenticated) && open {
		return domain.PublicActor("web"), nil
	}
	return a, err
}

// askToSignIn shows the sign-in page where a page was asked for; a form that
// was sent is not lost silently but refused in words.
func (s *Site) askToSignIn(c *fiber.Ctx, p Page, err error) error {
	if !domain.Is(err, domain.Unauthenticated) || p.Method != http.MethodGet {
		return err
	}
	if httpx.Header(c, "HX-Request") == "true" { // a part of a page has no place for the sign-in page
		c.Set("HX-Redirect", "/sign-in")
		return nil
	}
	return c.Redirect("/sign-in", http.StatusSeeOther)
}

func (s *Site) write(c *fiber.Ctx, r *Request, p Reply) error {
	if p.keep > 0 && r.Actor.Holds(domain.Public, domain.Scope{}) {
		c.Set(fiber.HeaderCacheControl, "public, max-age="+strconv.Itoa(int(p.keep.Seconds())))
	}
	switch {
	case p.to != "":
		return c.Redirect(ownPath(p.to), http.StatusSeeOther)
	case p.mediaType != "":
		if p.name != "" {
			c.Attachment(p.name)
		}
		c.Set(fiber.HeaderContentType, p.mediaType)
		return c.Send(p.content)
	}
	if p.problem != nil {
		p.status = httpx.StatusOf(p.problem.Code)
	}
	return s.render(c, r, p)
}

// ownPath keeps redirects on this site.
func ownPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") {
		return "/"
	}
	return to
}

func (s *Site) render(c *fiber.Ctx, r *Request, p Reply) error {
	v := View{
		Title: p.title, Actor: r.Actor, Path: r.path, Data: p.data, Demo: s.Demo, Now: s.Clock.Now(),
		Key: s.NewKey(), Form: p.form, Problem: p.problem, BaseURL: s.BaseURL, Part: r.part,
	}
	html, err := s.views.render(p.view, v)
	if err != nil {
		return fmt.Errorf("rendering %s: %w", p.view, err)
	}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	c.Status(p.status)
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	c.Vary("HX-Request", fiber.HeaderCookie)
	return c.Send(html)
}

// ErrorPage shows a problem as a page, for [httpx.Options].
func (s *Site) ErrorPage(c *fiber.Ctx, p httpx.Problem) error {
	r := &Request{Actor: httpx.Actor(c.UserContext()), path: c.Path()}
	return s.render(c, r, Reply{view: "error", title: p.Title, data: p, status: p.Status})
}
