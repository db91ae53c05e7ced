package process

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"time"

	"folkmoot/domain"
)

// Profile is a jurisdiction as data: the steps of its duty assessment and
// what it asks of every process.
type Profile struct {
	ID           string
	Name         string
	Steps        []Step
	Formats      []string // formats every invitation must be ready in
	Languages    []string // languages every invitation must be ready in
	ReviewMonths int      // after which a duty assessment is due again
	Gunning      []Principle
}

// Step is one question of a duty assessment with its source in law.
type Step struct {
	ID       string
	Question string
	Help     string
	Source   string
}

// Principle is one of the four Gunning principles; Evidence is what shows that
// it is met.
type Principle struct {
	Number   int
	Text     string
	Evidence string
}

// Deps is what the service needs.
type Deps struct {
	Bodies    domain.Repository[Body]
	Processes domain.Repository[Process]
	Profiles  map[string]Profile
	Clock     domain.Clock
	Guards    []domain.GuardSource // of the other services
}

// Service holds the rules of bodies and processes.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// AddGuards adds sources of guard items; wiring calls it once, before serving,
// because the other services need this one first.
func (s *Service) AddGuards(g ...domain.GuardSource) { s.Guards = append(s.Guards, g...) }

func (s *Service) profileIDs() []string {
	ids := make([]string, 0, len(s.Profiles))
	for id := range s.Profiles {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// change is the one way a process changes: permission, command seen before,
// the change itself, its record.
func (s *Service) change(ctx context.Context, c change) (View, error) {
	p, err := s.Processes.Update(ctx, c.id, func(p *Process) error {
		if err := domain.Authorize(c.cmd.Actor, c.perm, p.scope()); err != nil {
			return err
		}
		if p.Done(c.cmd) {
			return domain.ErrNoChange
		}
		if err := p.Fresh(c.cmd); err != nil {
			return err
		}
		if c.open && (p.Stage == domain.Closed || p.Stage == domain.Cancelled) {
			return domain.E(domain.Conflict, "this process is %s; nothing in it can change any more", p.Stage)
		}
		data, err := c.do(p)
		if err != nil {
			return err
		}
		p.Record(c.cmd, s.Clock.Now(), domain.Event{
			Chain: p.ID, Action: c.action, Subject: "processes:" + p.ID, Data: data,
		})
		return nil
	})
	if err != nil {
		return View{}, err
	}
	return p.view(), nil
}

type change struct {
	cmd    domain.Command
	id     string
	perm   domain.Permission
	action string
	open   bool // refused once the process has ended
	do     func(*Process) (data map[string]any, err error)
}

// ProposeInput starts a process.
type ProposeInput struct {
	Body      string   `json:"body"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	ShortName string   `json:"short_name"` // starts every text; at most 30 letters
	Keyword   string   `json:"keyword,omitempty"`
	Partners  []string `json:"partners,omitempty"`
	Phone     string   `json:"phone,omitempty"` // default: the body's
}

// Propose makes a process in the stage proposed.
func (s *Service) Propose(ctx context.Context, cmd domain.Command, in ProposeInput) (View, error) {
	if in.Body == "" { // nothing to hold a permission over: say what the form lacks
		return View{}, s.checkPropose(ctx, cmd.ID("process"), in)
	}
	if err := domain.Authorize(cmd.Actor, domain.PromiseProcess, domain.Scope{Body: in.Body}); err != nil {
		return View{}, err
	}
	body, err := s.Bodies.Get(ctx, in.Body)
	if err != nil {
		return View{}, err
	}
	if err := s.checkPropose(ctx, cmd.ID("process"), in); err != nil {
		return View{}, err
	}
	now := s.Clock.Now()
	p := Process{
		Body: body.ID, BodyName: body.Name, Partners: in.Partners, Kind: in.Kind, Name: in.Name,
		ShortName: in.ShortName, Keyword: strings.ToUpper(in.Keyword), Zone: body.Zone, Profile: body.Profile,
		Phone: in.Phone, Stage: domain.Proposed,
		History: []StageMark{{Stage: domain.Proposed, At: now, By: cmd.Actor.ID}},
	}
	if p.Phone == "" {
		p.Phone = body.Phone
	}
	p.ID = cmd.ID("process")
	p.Code = codeOf(p.ID)
	p.Record(cmd, now, domain.Event{
		Chain: p.ID, Action: "process.proposed", Subject: "processes:" + p.ID,
		Data: map[string]any{"kind": p.Kind, "body": p.Body, "code": p.Code},
	})
	err = s.Processes.Insert(ctx, &p)
	if domain.Is(err, domain.Conflict) {
		p, err = s.Processes.Get(ctx, p.ID)
	}
	if err != nil {
		return View{}, err
	}
	return p.view(), nil
}

// checkPropose collects what is wrong with a proposal; id is that of the process
// it makes, or has made already.
func (s *Service) checkPropose(ctx context.Context, id string, in ProposeInput) error {
	p := domain.Problems{}
	p.Need(in.Body != "", "body", "choose the body that asks")
	_, known := Kinds[in.Kind]
	p.Need(known, "kind", "one of %s", strings.Join(kindNames(), ", "))
	p.Need(strings.TrimSpace(in.Name) != "", "name", "give the process a full name")
	short := strings.TrimSpace(in.ShortName)
	p.Need(short != "" && len([]rune(short)) <= 30, "short_name", "1 to 30 letters; it starts every text, such as Forest Health Jury")
	kw := strings.ToUpper(in.Keyword)
	p.Need(kw == "" || isKeyword(kw), "keyword", "3 to 12 letters A to Z, and not a word that phone networks act on (STOP, YES, END, ...)")
	if isKeyword(kw) {
		taken, err := s.keywordTaken(ctx, kw, id)
		if err != nil {
			return err
		}
		p.Need(!taken, "keyword", "another process here that has not ended goes by this word; choose one of its own")
	}
	p.Need(len(in.Partners) <= 12, "partners", "at most 12 further bodies")
	for _, id := range in.Partners {
		_, err := s.Bodies.Get(ctx, id)
		p.Need(err == nil, "partners", "there is no body %q", id)
	}
	return p.Err()
}

// keywordTaken reports whether another process that has not ended goes by a
// word: whoever texts it must mean one of them.
func (s *Service) keywordTaken(ctx context.Context, word, but string) (bool, error) {
	for _, st := range append([]domain.Stage{domain.Paused}, domain.Stages[:len(domain.Stages)-1]...) {
		for p, err := range s.Processes.Find(ctx, domain.Query{Index: "stage", Equal: []any{string(st)}}) {
			if err != nil {
				return false, err
			}
			if p.ID != but && (p.Keyword == word || p.Code == word) {
				return true, nil
			}
		}
	}
	return false, nil
}

func kindNames() []string {
	names := make([]string, 0, len(Kinds))
	for k := range Kinds {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// carrierWords are acted on by phone networks, so no keyword may be one.
var carrierWords = []string{
	"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE",
	"START", "YES", "UNSTOP", "HELP", "INFO",
}

func isKeyword(w string) bool {
	if len(w) < 3 || len(w) > 12 || slices.Contains(carrierWords, w) {
		return false
	}
	return strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// codeOf is the short code printed in texts and letters: four signs that
// cannot be misread, from the id.
func codeOf(id string) string {
	const signs = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
	sum := sha256.Sum256([]byte("code:" + id))
	code := make([]byte, 5)
	for i := range code {
		code[i] = signs[int(sum[i])%len(signs)]
	}
	return string(code)
}

// Ref implements domain.Processes.
func (s *Service) Ref(ctx context.Context, id string) (domain.ProcessRef, error) {
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return domain.ProcessRef{}, err
	}
	return p.ref(), nil
}

// ByCode finds a process by the code printed in its texts. Codes are public.
func (s *Service) ByCode(ctx context.Context, code string) (domain.ProcessRef, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	for p, err := range s.Processes.Find(ctx, domain.Query{Index: "code", Equal: []any{code}, Limit: 1}) {
		if err != nil {
			return domain.ProcessRef{}, err
		}
		return p.ref(), nil
	}
	return domain.ProcessRef{}, domain.Hidden("process")
}

// Active lists processes that have not ended, for the jobs and the bots.
func (s *Service) Active(ctx context.Context) ([]domain.ProcessRef, error) {
	var refs []domain.ProcessRef
	for _, st := range domain.Stages[:len(domain.Stages)-1] {
		for p, err := range s.Processes.Find(ctx, domain.Query{Index: "stage", Equal: []any{string(st)}}) {
			if err != nil {
				return nil, err
			}
			refs = append(refs, p.ref())
		}
	}
	return refs, nil
}

// Get answers the staff view of a process.
func (s *Service) Get(ctx context.Context, actor domain.Actor, id string) (View, error) {
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	if err := domain.Authorize(actor, domain.ViewProcess, p.scope()); err != nil {
		return View{}, err
	}
	return p.view(), nil
}

// List pages through the processes that the actor may see, newest first. A
// page may hold fewer than limit entries and still have a next one.
func (s *Service) List(ctx context.Context, actor domain.Actor, body string, limit int, after domain.Cursor) ([]View, domain.Cursor, error) {
	q := domain.Query{Limit: limit, After: after}
	if body != "" {
		q.Index, q.Equal, q.Reverse = "body", []any{body}, true
	}
	docs, next, err := s.Processes.Page(ctx, q)
	if err != nil {
		return nil, "", err
	}
	views := []View{}
	for _, p := range docs {
		if domain.May(actor, domain.ViewProcess, p.scope()) {
			views = append(views, p.view())
		}
	}
	return views, next, nil
}

// hashOf is the hex SHA-256 of v as JSON: what a sign-off is for.
func hashOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil { // plain structs of ours
		panic("process: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func before(a, b time.Time) bool { return !a.IsZero() && !b.IsZero() && a.Before(b) }

// Public answers the public view by id or by code; not_found before the remit
// is agreed.
func (s *Service) Public(ctx context.Context, idOrCode string) (PublicView, error) {
	id := idOrCode
	if len(id) != 16 {
		ref, err := s.ByCode(ctx, idOrCode)
		if err != nil {
			return PublicView{}, err
		}
		id = ref.ID
	}
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return PublicView{}, domain.Hidden("process")
	}
	if !p.opened() {
		return PublicView{}, domain.Hidden("process")
	}
	return p.public(), nil
}

// opened reports whether the process was ever past proposed.
func (p *Process) opened() bool {
	return slices.ContainsFunc(p.History, func(m StageMark) bool { return m.Stage == domain.RemitAgreed })
}

// ListPublic pages through the processes that are public.
func (s *Service) ListPublic(ctx context.Context, limit int, after domain.Cursor) ([]PublicView, domain.Cursor, error) {
	docs, next, err := s.Processes.Page(ctx, domain.Query{Limit: limit, After: after})
	if err != nil {
		return nil, "", err
	}
	views := []PublicView{}
	for _, p := range docs {
		if p.opened() {
			views = append(views, p.public())
		}
	}
	return views, next, nil
}
