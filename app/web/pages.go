package web

import (
	"context"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/retention"
	"folkmoot/domain/tables"
)

// Services are what the pages show and ask. Every one decides by itself who
// may see and do what.
type Services struct {
	Access         *access.Service
	Process        *process.Service
	Recruitment    *recruitment.Service
	People         *people.Service
	Deliberation   *deliberation.Service
	Tables         *tables.Service
	Accountability *accountability.Service
	Outreach       *outreach.Service
	Audit          *audit.Service
	Retention      *retention.Service
	Files          domain.Files
	Clock          domain.Clock
	Simulated      Simulated // nil where a gateway is real: then there is no simulator
	Emails         bool      // emails can be sent
	Demo           bool      // the clock may be moved
	// Question words a question to a member, or a label round it, in their
	// language: what it is in the end, the words, and the answers in order.
	Question   func(lang, format, name string) (said, text string, answers []string, err error)
	Languages  []string // that we text in: tag and name in turn
	Unreviewed []string // languages, by name, that no native speaker has checked

	memo *memo
}

// AllPages lists the pages of every area.
func AllPages(s Services) []Page {
	s.memo = newMemo()
	var out []Page
	for _, area := range []func(Services) []Page{publicPages, registerPages, leavePages, memberPages, memberJuryPages, staffPages, simulatorPages} {
		out = append(out, area(s)...)
	}
	return out
}

// channels are the ways to reach somebody, value and label in turn.
func (s Services) channels() []string {
	out := []string{"text", "By text", "phone", "By phone call", "letter", "By letter"}
	if s.Emails {
		out = append(out, "email", "By email")
	}
	return out
}

// handle is a page's handler.
type handle = func(ctx context.Context, r *Request) (Reply, error)

func get(path string, h handle) Page  { return Page{Method: "GET", Path: path, Handle: h} }
func post(path string, h handle) Page { return Page{Method: "POST", Path: path, Handle: h} }
func open(p Page) Page                { p.Open = true; return p }

// public is who reads a public page, also when staff look at it: they see
// what everybody sees.
var public = domain.PublicActor("web")

// unless keeps what a service refuses off a page: what this reader may not
// see, or what is not there yet, is left out. Any other trouble is trouble.
func unless(err error) error {
	switch domain.CodeOf(err) {
	case domain.NotFound, domain.Forbidden:
		return nil
	}
	return err
}

// part reads one part of a page into dst, and leaves it empty where the
// service refuses.
func part[T any](dst *T, read func() (T, error)) error {
	v, err := read()
	if err == nil {
		*dst = v
	}
	return unless(err)
}

// upper is a code as it is printed.
func upper(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

const shortly = time.Minute // that public pages may be kept for
