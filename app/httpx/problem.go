package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/domain"
)

// ProblemType is the media type of an error's answer (RFC 9457).
const ProblemType = "application/problem+json"

// Problem is the answer to what could not be done. Detail is for the person
// who asked; Code is for the program.
type Problem struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Code      string            `json:"code"`
	Detail    string            `json:"detail"`
	Fields    map[string]string `json:"fields,omitempty"`
	Missing   []domain.Missing  `json:"missing,omitempty"`
	RequestID string            `json:"request_id,omitempty"`
}

// kind is a row of the table from codes to answers.
type kind struct {
	status int
	title  string
}

var kinds = map[domain.Code]kind{
	domain.Invalid:         {http.StatusBadRequest, "Something in the request needs mending"},
	domain.Unauthenticated: {http.StatusUnauthorized, "Nobody is signed in"},
	domain.Forbidden:       {http.StatusForbidden, "This role may not do that"},
	domain.NotFound:        {http.StatusNotFound, "Not here, or not open to you"},
	domain.Conflict:        {http.StatusConflict, "Not possible as things stand"},
	domain.Stale:           {http.StatusConflict, "Somebody else changed it meanwhile"},
	domain.Limited:         {http.StatusTooManyRequests, "Too many requests"},
	domain.Unavailable:     {http.StatusServiceUnavailable, "Out of reach for the moment"},
	domain.Internal:        {http.StatusInternalServerError, "A fault of ours"},
}

// StatusOf is the HTTP status of a code.
func StatusOf(code domain.Code) int {
	if k, ok := kinds[code]; ok {
		return k.status
	}
	return http.StatusInternalServerError
}

// protocol are the failures of HTTP itself, before any rule of ours.
var protocol = map[int]struct{ code, title, detail string }{
	http.StatusBadRequest:                  {"invalid", "Something in the request needs mending", "the request could not be read as HTTP"},
	http.StatusNotFound:                    {"not_found", "Not here, or not open to you", "there is nothing at this address"},
	http.StatusMethodNotAllowed:            {"method_not_allowed", "This address answers other methods", "see the Allow header for the methods it answers"},
	http.StatusRequestTimeout:              {"limited", "The request came too slowly", "the whole request did not arrive in time; send it again"},
	http.StatusRequestEntityTooLarge:       {"too_large", "Too much in one request", "the body is larger than this address takes; send less at once"},
	http.StatusRequestHeaderFieldsTooLarge: {"too_large", "Too much in one request", "the headers are larger than 16 KiB"},
	http.StatusUnsupportedMediaType:        {"invalid", "Something in the request needs mending", "this address does not take that kind of content"},
}

// retryAfter is how long a client is asked to wait when we are unavailable.
const retryAfter = 5 * time.Second

// limitedError carries the wait along with the refusal.
type limitedError struct {
	error
	wait time.Duration
}

func (l limitedError) Unwrap() error { return l.error }

// HTTPError refuses with a status of HTTP itself, such as 415.
func HTTPError(status int, format string, args ...any) error {
	return fiber.NewError(status, fmt.Sprintf(format, args...))
}

// ProblemOf is the answer to an error. Of an error without a code nothing is
// told but that the fault is ours.
func ProblemOf(err error) Problem {
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return protocolProblem(fe)
	}
	var e *domain.Error
	if !errors.As(err, &e) || e.Code == domain.Internal {
		e = &domain.Error{Code: domain.Internal, Msg: "something went wrong at our end and it has been written down; please try again, and tell us the request id if it stays"}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		e = &domain.Error{Code: domain.Unavailable, Msg: "this took too long and was given up; please try again in a moment"}
	}
	k := kinds[e.Code]
	return Problem{
		Type: "urn:folkmoot:problem:" + string(e.Code), Title: k.title, Status: StatusOf(e.Code),
		Code: string(e.Code), Detail: e.Msg, Fields: e.Fields, Missing: e.Missing,
	}
}

// protocolProblem tells Fiber's own message only where we wrote it.
func protocolProblem(fe *fiber.Error) Problem {
	k, ok := protocol[fe.Code]
	if !ok {
		return ProblemOf(domain.E(domain.Internal, ""))
	}
	p := Problem{
		Type: "urn:folkmoot:problem:" + k.code, Title: k.title, Status: fe.Code,
		Code: k.code, Detail: k.detail,
	}
	if fe.Code == http.StatusUnsupportedMediaType {
		p.Detail = fe.Message
	}
	return p
}

// answer is the app's error handler: it logs what is our fault, once, and
// writes the problem as JSON or as a page.
func (e *edge) answer(c *fiber.Ctx, err error) error {
	ctx := c.UserContext()
	p := ProblemOf(err)
	if p.RequestID = RequestID(ctx); p.RequestID == "" { // refused before any handler ran
		p.RequestID = e.requestID(c)
		c.Set(fiber.HeaderXRequestID, p.RequestID)
		e.secure(c)
	}
	if p.Status >= http.StatusInternalServerError {
		e.Log.LogAttrs(ctx, slog.LevelError, "request failed",
			slog.String("request_id", p.RequestID), slog.String("route", c.Route().Path),
			slog.String("code", p.Code), slog.Any("err", err))
	}
	setRetryAfter(c, p, err)
	if e.ErrorPage != nil && prefersPage(c) {
		c.Status(p.Status)
		if page := e.ErrorPage(c, p); page == nil {
			return nil
		}
	}
	c.Status(p.Status)
	if jerr := c.JSON(p); jerr != nil {
		return jerr
	}
	c.Set(fiber.HeaderContentType, ProblemType)
	return nil
}

func setRetryAfter(c *fiber.Ctx, p Problem, err error) {
	wait := time.Duration(0)
	var l limitedError
	if errors.As(err, &l) {
		wait = l.wait
	} else if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		wait = retryAfter
	}
	if wait > 0 {
		seconds := int64((wait + time.Second - 1) / time.Second)
		c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(seconds, 10))
	}
}

// prefersPage reports whether the client is a person at a browser. Programs'
// addresses always answer problem+json.
func prefersPage(c *fiber.Ctx) bool {
	path := c.Path()
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/webhooks/") {
		return false
	}
	return c.Accepts(ProblemType, fiber.MIMEApplicationJSON, fiber.MIMETextHTML) == fiber.MIMETextHTML
}

// protect runs the rest of the chain and turns a panic into an error. The
// value of a panic may hold data of a person, so only Go's own runtime errors
// are written down in words.
func (e *edge) protect(c *fiber.Ctx) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		what := fmt.Sprintf("panic with a %T", r)
		if re, ok := r.(runtime.Error); ok {
			what = re.Error()
		}
		e.Log.LogAttrs(c.UserContext(), slog.LevelError, "panic",
			slog.String("what", what), slog.String("stack", string(debug.Stack())))
		err = domain.E(domain.Internal, "panic")
	}()
	return c.Next()
}
