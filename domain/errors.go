package domain

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Code says what kind of failure an error is. Every door maps the code in one
// table of its own (HTTP status, reply text, Slack message).
type Code string

// The codes. Internal is what any error without a code counts as.
const (
	Invalid         Code = "invalid"         // the input is off; Fields says where and how to mend it
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Forbidden       Code = "forbidden"       // seen, but this role may not do it
	NotFound        Code = "not_found"       // absent, or hidden from this actor
	Conflict        Code = "conflict"        // the state does not allow it; Missing says what is needed
	Stale           Code = "stale"           // somebody changed it meanwhile
	Limited         Code = "limited"         // too often; try later
	Unavailable     Code = "unavailable"     // a store or gateway is away; nothing was lost
	Internal        Code = "internal"        // a fault of ours
)

// Error is what a service answers when it cannot do what was asked. Msg is
// for the person at the door: plain words, what is wrong and what to do, no
// personal data. Err is for the log alone.
type Error struct {
	Code    Code              `json:"code"`
	Msg     string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`  // input field -> what to do about it
	Missing []Missing         `json:"missing,omitempty"` // guards that are not met
	Err     error             `json:"-"`
}

// Missing is one unmet item of a guard: what is needed and which role can
// supply it.
type Missing struct {
	Item  string `json:"item"`  // stable name, such as "commitment_due"
	Need  string `json:"need"`  // plain words
	Who   Role   `json:"who"`   // who can supply it
	Where string `json:"where"` // the path of the page or call that supplies it, may be empty
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	b.WriteString(": ")
	b.WriteString(e.Msg)
	for _, k := range sortedKeys(e.Fields) {
		fmt.Fprintf(&b, "; %s: %s", k, e.Fields[k])
	}
	for _, m := range e.Missing {
		fmt.Fprintf(&b, "; missing %s", m.Item)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// E makes an error of a code with a plain message.
func E(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Because adds the cause, for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// CodeOf is the code of the first [Error] in err's chain, Internal when there
// is none and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return CodeOf(err) == code }

// Hidden is the answer for what does not exist or may not be seen: the two
// cannot be told apart.
func Hidden(what string) *Error {
	return E(NotFound, "there is no such %s, or it is not open to you", what)
}

// Problems collects everything wrong with an input, so that a form shows all
// of it at once.
type Problems map[string]string

// Need records a problem under a field unless ok.
func (p Problems) Need(ok bool, field, format string, args ...any) {
	if !ok {
		if _, had := p[field]; !had {
			p[field] = fmt.Sprintf(format, args...)
		}
	}
}

// Text records a problem with a required text of at most so many characters.
func (p Problems) Text(field, value string, limit int) {
	p.Need(strings.TrimSpace(value) != "", field, "write something here")
	p.Need(len([]rune(value)) <= limit, field, "keep this to %d characters", limit)
}

// OneOf records a problem with a word that is not of a closed set.
func OneOf[S ~string](p Problems, field string, value S, allowed []S) {
	words := make([]string, len(allowed))
	for i, w := range allowed {
		words[i] = string(w)
	}
	p.Need(slices.Contains(allowed, value), field, "use one of: %s", strings.Join(words, ", "))
}

// Err is nil when nothing was recorded.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Msg: "some of what was sent needs mending; nothing was changed", Fields: p}
}

// Guard collects the unmet items of a step.
type Guard []Missing

// Need records an unmet item unless ok.
func (g *Guard) Need(ok bool, m Missing) {
	if !ok {
		*g = append(*g, m)
	}
}

// Err is nil when every item is met, otherwise a conflict that names them.
func (g Guard) Err(step string) error {
	if len(g) == 0 {
		return nil
	}
	needs := make([]string, len(g))
	for i, m := range g {
		needs[i] = m.Need
	}
	return &Error{
		Code:    Conflict,
		Msg:     fmt.Sprintf("%s is not possible yet: %s", step, strings.Join(needs, "; ")),
		Missing: g,
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
