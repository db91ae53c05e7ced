package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// Prefix is where version 1 lives.
const Prefix = "/api/v1"

// Options are what the API stands on.
type Options struct {
	// Authenticate answers whose token it is; unauthenticated when it is
	// unknown, ended or withdrawn.
	Authenticate func(ctx context.Context, token string) (domain.Actor, error)
	Areas        []Area
	Webhooks     []Webhook
	BaseURL      string         // public address, without a slash at the end; webhooks are signed over it
	Limiter      *httpx.Limiter // per actor, or per address where nobody is signed in; nil: none
	Refusals     *httpx.Limiter // per address, for tokens that are not known; nil: none
	Version      string         // of the program, for the document
}

// API serves the areas.
type API struct {
	Options
	endpoints []*endpoint
	doc       func() []byte // made when it is first asked for
	used      usedKeys
}

// New checks the routes. It panics where a route
// cannot work: that is found in every test.
func New(o Options) *API {
	a := &API{Options: o, doc: sync.OnceValue(func() []byte { return document(o.Areas, o.Version) })}
	seen := map[string]bool{}
	for _, area := range o.Areas {
		for _, r := range area.Routes {
			e := r.endpoint()
			where := e.method + " " + paramShape.ReplaceAllString(e.path, "{}")
			must(!seen[where], where, "is registered twice")
			seen[where] = true
			a.endpoints = append(a.endpoints, e)
		}
	}
	slices.SortStableFunc(a.endpoints, (*endpoint).before)
	return a
}

// Document is the OpenAPI document.
func (a *API) Document() []byte { return slices.Clone(a.doc()) }

// Mount adds the API to an app made by [httpx.NewApp].
func (a *API) Mount(app *fiber.App) {
	app.Get("/api/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/openapi+json;version=3.1")
		return c.Send(a.doc())
	})
	for _, e := range a.endpoints {
		app.Add(e.method, Prefix+e.fiberPath(), a.handler(e))
	}
	for _, w := range a.Webhooks {
		app.Post(w.Path, a.webhook(w))
	}
}

// BodyLimit is the limit of a path, for [httpx.Options].LimitFor; 0 where the
// default holds.
func (a *API) BodyLimit(path string) int {
	for _, w := range a.Webhooks {
		if w.Path == path {
			return w.limit()
		}
	}
	rest, ok := strings.CutPrefix(path, Prefix)
	if !ok {
		return 0
	}
	most := 0
	for _, e := range a.endpoints {
		if e.maxBody > most && e.matches(rest) {
			most = e.maxBody
		}
	}
	return most
}

// handler reads the request completely before it serves, so nothing below it
// touches Fiber.
func (a *API) handler(e *endpoint) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, err := a.authenticated(c, e)
		if err != nil {
			return err
		}
		cmd, err := command(ctx, c)
		if err != nil {
			return err
		}
		req, err := read(c, e)
		if err != nil {
			return err
		}
		print := fingerprint(req)
		if err := a.used.check(cmd.Key, print); err != nil {
			return err
		}
		if e.timeout > 0 {
			longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.timeout)
			defer cancel()
			ctx = longer
		}
		out, err := e.serve(ctx, cmd, req)
		if err != nil {
			return err
		}
		a.used.remember(cmd.Key, print)
		return write(c, e.status, out)
	}
}

// authenticated puts the token's owner into the context and holds everybody
// to their rate.
func (a *API) authenticated(c *fiber.Ctx, e *endpoint) (context.Context, error) {
	ctx := c.UserContext()
	actor, err := a.actor(ctx, httpx.Header(c, fiber.HeaderAuthorization), e.open)
	if err != nil {
		if domain.Is(err, domain.Unauthenticated) {
			c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="folkmoot"`)
			err = errors.Join(a.Refusals.Allow(httpx.ClientIP(ctx)), err)
		}
		return nil, err
	}
	key := "actor " + actor.ID
	if actor.Holds(domain.Public, domain.Scope{}) {
		key = "address " + httpx.ClientIP(ctx)
	}
	ctx = httpx.WithActor(ctx, actor)
	c.SetUserContext(ctx)
	return ctx, a.Limiter.Allow(key)
}

func (a *API) actor(ctx context.Context, header string, open bool) (domain.Actor, error) {
	if header == "" && open {
		return domain.PublicActor("api"), nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return domain.Actor{}, domain.E(domain.Unauthenticated, "send a token: Authorization: Bearer <token>; an administrator makes one with folkmoot admin token")
	}
	actor, err := a.Authenticate(ctx, token)
	actor.Via = "api"
	return actor, err
}

const keyHeader = "Idempotency-Key"

var keyShape = regexp.MustCompile(`^[\x21-\x7e]{8,128}$`)

// command is who asks and under which key. Only a POST must have a key of
// its own: the other methods do the same thing however often they come.
func command(ctx context.Context, c *fiber.Ctx) (domain.Command, error) {
	cmd := domain.Command{Actor: httpx.Actor(ctx)}
	var err error
	if cmd.Expect, err = expected(httpx.Header(c, matchHeader)); err != nil {
		return cmd, err
	}
	key := httpx.Header(c, keyHeader)
	if key == "" && c.Method() != http.MethodPost {
		return cmd, nil
	}
	if !keyShape.MatchString(key) {
		return cmd, &domain.Error{
			Code: domain.Invalid, Msg: "a POST needs an Idempotency-Key header, so that repeating it is safe",
			Fields: map[string]string{keyHeader: "send 8 to 128 visible ASCII characters, new for each command"},
		}
	}
	cmd.Key = domain.Derive("api", cmd.Actor.ID, c.Method(), c.Path(), key)
	return cmd, nil
}

const matchHeader = "If-Match"

// expected reads the version that the client saw, "" for any.
func expected(header string) (int64, error) {
	if header == "" || header == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(header, `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, &domain.Error{
			Code: domain.Invalid, Msg: "the If-Match header is not a version",
			Fields: map[string]string{matchHeader: "send the version number that you read, such as 7, or leave it out"},
		}
	}
	return n, nil
}

func read(c *fiber.Ctx, e *endpoint) (*request, error) {
	req := &request{path: map[string]string{}}
	for _, p := range e.in.params {
		if p.in != "path" {
			continue
		}
		v, err := httpx.Path(c, p.name)
		if err != nil {
			return nil, err
		}
		req.path[p.name] = v
	}
	var err error
	if req.query, err = httpx.Query(c); err != nil {
		return nil, err
	}
	switch {
	case e.in.packed:
		req.body, err = httpx.Packed(c, e.in.mediaType)
	case e.in.mediaType != "":
		req.body, err = httpx.Body(c, e.in.mediaType)
	}
	return req, err
}

func write(c *fiber.Ctx, status int, out any) error {
	c.Status(status)
	switch v := out.(type) {
	case None:
		return nil
	case File:
		c.Set(fiber.HeaderContentType, v.MediaType)
		if v.Name != "" {
			c.Attachment(v.Name)
			c.Set(fiber.HeaderContentType, v.MediaType) // Attachment guesses one by the name
		}
		return c.Send(v.Content)
	}
	return c.JSON(tidy(reflect.ValueOf(out)).Interface())
}
