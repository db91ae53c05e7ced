package web

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"folkmoot/app/httpx"
	"folkmoot/domain"
)

// Page is one address. Path is the whole path with Fiber's parameters:
// /staff/processes/:process. Method is GET or POST.
type Page struct {
	Method string
	Path   string
	Open   bool // anybody may come; the actor is the public unless signed in
	// MaxFile is for a form that takes a file: so many bytes, read with the
	// patience of longRead.
	MaxFile int
	Handle  func(ctx context.Context, r *Request) (Reply, error)
}

// Request is what a page is asked, all copied.
type Request struct {
	Actor domain.Actor
	Query url.Values
	Form  url.Values // of a POST
	Files map[string]httpx.Upload
	Key   string // of a POST: the key that the form carried
	path  string
	parts map[string]string
	part  bool // htmx asks for a part of a page
}

// Param is a parameter of the path, decoded.
func (r *Request) Param(name string) string { return r.parts[name] }

// URL is the path that was asked for.
func (r *Request) URL() string { return r.path }

// IsPart reports whether htmx asks for a part of the page alone.
func (r *Request) IsPart() bool { return r.part }

// Command is the form as a command of its sender: sent twice it is one; what
// was changed after going back is another, under the same form's key. A form
// that holds the version its page showed in a field _version is refused where
// somebody else changed the thing since.
func (r *Request) Command() domain.Command {
	seen, err := strconv.ParseInt(r.Form.Get("_version"), 10, 64)
	if err != nil {
		seen = 0 // none was sent: any version
	}
	return domain.Command{
		Actor: r.Actor, Key: domain.Derive("web", r.Actor.ID, r.path, r.Key, r.Form.Encode()), Reason: r.Form.Get("reason"), Expect: seen,
	}
}

// Reply is what a page answers: made by [Show], [Go] or [Send].
type Reply struct {
	view, title string
	data        any
	to          string
	mediaType   string
	name        string
	content     []byte
	status      int
	keep        time.Duration
	problem     *domain.Error
	form        url.Values
}

// Show renders a view, such as "staff/process", under a title.
func Show(view, title string, data any) Reply { return Reply{view: view, title: title, data: data} }

// Go sends the browser to another address of ours, by GET.
func Go(to string) Reply { return Reply{to: to} }

// Send answers a file, offered as a download when it has a name.
func Send(mediaType, name string, content []byte) Reply {
	return Reply{mediaType: mediaType, name: name, content: content}
}

// KeptFor lets browsers and proxies keep a public page for a while. Never use
// it where the answer depends on who asks.
func (p Reply) KeptFor(d time.Duration) Reply { p.keep = d; return p }

// Again shows the form's page once more with what was typed and what is wrong
// with it. Errors that the person cannot mend on the page are passed on.
func (r *Request) Again(page Reply, err error) (Reply, error) {
	var e *domain.Error
	if !errors.As(err, &e) {
		return Reply{}, err
	}
	switch e.Code {
	case domain.Invalid, domain.Conflict, domain.Stale, domain.Forbidden:
		page.problem, page.form = e, r.Form
		return page, nil
	}
	return Reply{}, err
}
