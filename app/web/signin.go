package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/httpx"
	"folkmoot/domain"
	"folkmoot/domain/access"
)

// signInPages are the pages that open and close a sign-in.
func (s *Site) signInPages() []Page {
	return []Page{
		{Method: "GET", Path: "/sign-in", Open: true, Handle: func(context.Context, *Request) (Reply, error) {
			return Show("sign_in", "Sign in", nil), nil
		}},
		{Method: "GET", Path: "/in/:secret", Open: true, Handle: func(context.Context, *Request) (Reply, error) {
			return Show("use_link", "Sign in", nil), nil
		}},
	}
}

// mountSignIn adds the two addresses that set and clear the cookie.
func (s *Site) mountSignIn(app *fiber.App) {
	app.Post("/in/:secret", s.useLink)
	app.Post("/sign-out", s.signOut)
}

func (s *Site) useLink(c *fiber.Ctx) error {
	ctx := c.UserContext()
	if err := errors.Join(s.Limiter.Allow("link "+httpx.ClientIP(ctx)), s.ownForm(c)); err != nil {
		return err
	}
	secret, err := httpx.Path(c, "secret")
	if err != nil {
		return err
	}
	signIn, of, err := s.SignIns.UseLink(ctx, secret)
	if err != nil {
		return err
	}
	life, to := access.SignInLife, "/staff"
	if of.Person != "" {
		life, to = access.MemberLife, "/me"
	}
	c.Cookie(s.cookie(signIn, int(life.Seconds())))
	return c.Redirect(to, http.StatusSeeOther)
}

func (s *Site) signOut(c *fiber.Ctx) error {
	if err := s.ownForm(c); err != nil {
		return err
	}
	signIn := httpx.Cookie(c, s.cookieName())
	if signIn != "" {
		err := s.SignIns.SignOut(c.UserContext(), signIn)
		if err != nil && !domain.Is(err, domain.NotFound) {
			return err
		}
	}
	c.Cookie(s.cookie("", -1))
	return c.Redirect("/sign-in", http.StatusSeeOther)
}

func (s *Site) https() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// cookieName binds the cookie to this host where browsers allow that.
func (s *Site) cookieName() string {
	if s.https() {
		return "__Host-folkmoot"
	}
	return "folkmoot"
}

func (s *Site) cookie(value string, maxAge int) *fiber.Cookie {
	return &fiber.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HTTPOnly: true, Secure: s.https(), SameSite: fiber.CookieSameSiteLaxMode,
	}
}

// SignInPath is the path of a one-time link.
func SignInPath(secret string) string { return "/in/" + url.PathEscape(secret) }
