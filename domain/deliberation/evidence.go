package deliberation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/domain"
)

// EvidenceState is where an item of evidence stands.
type EvidenceState string

// The states of an item. Corrected is published with at least one notice.
const (
	EvidenceProposed  EvidenceState = "proposed"
	EvidenceRequested EvidenceState = "requested"
	EvidenceReceived  EvidenceState = "received"
	EvidenceChecked   EvidenceState = "checked"
	EvidenceApproved  EvidenceState = "approved"
	EvidencePublished EvidenceState = "published"
	EvidenceCorrected EvidenceState = "corrected"
	EvidenceWithdrawn EvidenceState = "withdrawn"
)

func (s EvidenceState) public() bool {
	return s == EvidencePublished || s == EvidenceCorrected
}

// EvidenceKind is the form of an item.
type EvidenceKind string

var evidenceKinds = []EvidenceKind{"document", "talk", "data", "video", "site_visit", "submission", "history"}

// Checks is what was done to an item before oversight sees it.
type Checks struct {
	Facts    bool      `json:"facts"` // checked against its sources
	Plain    bool      `json:"plain"` // in plain language
	Position bool      `json:"position"`
	Note     string    `json:"note,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Notice says what is corrected in something published, and why. Numbers
// count from 1 within one thing.
type Notice struct {
	Number int       `json:"number"`
	Text   string    `json:"text"`
	File   string    `json:"file,omitempty"` // SHA-256 of the new file
	At     time.Time `json:"at"`
	By     string    `json:"by"`
}

// Evidence is one item put before the members. Bound: 50 notices.
type Evidence struct {
	domain.Root
	Process    string            `json:"process"`
	Title      string            `json:"title"`
	Kind       EvidenceKind      `json:"kind"`
	Stance     Stance            `json:"stance"`
	Position   string            `json:"position,omitempty"`
	Witness    string            `json:"witness,omitempty"` // id
	Minutes    int               `json:"minutes,omitempty"` // of talk, for the balance
	Summary    string            `json:"summary"`           // plain words
	Source     string            `json:"source,omitempty"`  // address or reference
	File       string            `json:"file,omitempty"`    // SHA-256
	Formats    map[string]string `json:"formats,omitempty"` // format -> SHA-256 or address
	State      EvidenceState     `json:"state"`
	Edition    int               `json:"edition"` // 1 when first published, +1 per correction
	Checks     *Checks           `json:"checks,omitempty"`
	ApprovedBy string            `json:"approved_by,omitempty"`
	ProposedBy string            `json:"proposed_by"`
	Notices    []Notice          `json:"notices,omitempty"`
	Reason     string            `json:"reason,omitempty"` // of a withdrawal
	Pack       string            `json:"pack,omitempty"`   // id of the pack it was published in
}

// EvidenceItems keeps the evidence.
var EvidenceItems = domain.Collection[Evidence]{
	Name: "evidence", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(x *Evidence) map[string]any { return map[string]any{"process": x.Process, "sort": x.CreatedAt} },
}

func (x *Evidence) OfProcess() string { return x.Process }

const maxNotices = 50

// EvidenceInput describes an item.
type EvidenceInput struct {
	Title    string            `json:"title"`
	Kind     EvidenceKind      `json:"kind"` // document, talk, data, video, site_visit, submission, history
	Stance   Stance            `json:"stance"`
	Position string            `json:"position,omitempty"`
	Witness  string            `json:"witness,omitempty"`
	Minutes  int               `json:"minutes,omitempty"`
	Summary  string            `json:"summary"`
	Source   string            `json:"source,omitempty"`
	File     string            `json:"file,omitempty"`
	Formats  map[string]string `json:"formats,omitempty"`
}

func (in EvidenceInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("title", in.Title, longTitle)
	p.Text("summary", in.Summary, longText)
	domain.OneOf(p, "kind", in.Kind, evidenceKinds)
	domain.OneOf(p, "stance", in.Stance, stances)
	p.Need(in.Stance != StanceOption || in.Position != "", "position", "name the option it speaks for")
	p.Need(in.Minutes >= 0, "minutes", "use 0 or more minutes")
	return p
}

func (in EvidenceInput) fill(x *Evidence) {
	x.Title, x.Kind, x.Stance, x.Position, x.Witness = in.Title, in.Kind, in.Stance, in.Position, in.Witness
	x.Minutes, x.Summary, x.Source, x.File, x.Formats = in.Minutes, in.Summary, in.Source, in.File, in.Formats
	if len(x.Formats) == 0 {
		x.Formats = nil
	}
}

// ProposeEvidence adds an item. Those who run sessions, oversight and members
// may propose.
func (s *Service) ProposeEvidence(ctx context.Context, c domain.Command, process string, in EvidenceInput) (Evidence, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.RunSessions, domain.Deliberate, domain.SignOff)
	if err != nil {
		return Evidence{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Evidence{}, err
	}
	if err := during(ref, "proposing evidence", domain.Proposed, domain.Reporting); err != nil {
		return Evidence{}, err
	}
	x := Evidence{Root: domain.Root{ID: c.ID("evidence")}, Process: process, State: EvidenceProposed, ProposedBy: c.Actor.ID}
	in.fill(&x)
	x.Record(c, s.d.Clock.Now(), event(process, "evidence.proposed", "evidence:"+x.ID, map[string]any{"kind": x.Kind, "stance": x.Stance}))
	return domain.Keep(ctx, s.d.Evidence, x)
}

// evidenceStep moves an item along its way.
func (s *Service) evidenceStep(ctx context.Context, c domain.Command, at domain.Place, st evidenceMove) (Evidence, error) {
	now := s.d.Clock.Now()
	at.Kind = "item of evidence"
	return domain.Change(ctx, s.d.Evidence, at, c, func(x *Evidence) error {
		if !slices.Contains(st.from, x.State) {
			return domain.E(domain.Conflict, "an item that is %s cannot become %s; it must be %s", x.State, st.to, orWords(st.from))
		}
		if st.do != nil {
			if err := st.do(x, now); err != nil {
				return err
			}
		}
		x.State = st.to
		x.Record(c, now, event(at.Process, "evidence."+string(st.to), "evidence:"+at.ID, map[string]any{"edition": x.Edition, "stance": x.Stance}))
		return nil
	})
}

type evidenceMove struct {
	from []EvidenceState
	to   EvidenceState
	do   func(*Evidence, time.Time) error
}

func orWords[S ~string](ws []S) string {
	out := ""
	for i, w := range ws {
		if i > 0 {
			out += " or "
		}
		out += string(w)
	}
	return out
}

// RequestEvidence records that somebody was asked for the item.
func (s *Service) RequestEvidence(ctx context.Context, c domain.Command, process, id string) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{from: []EvidenceState{EvidenceProposed}, to: EvidenceRequested})
}

// ReceiveEvidence records the item as it came, replacing its description.
func (s *Service) ReceiveEvidence(ctx context.Context, c domain.Command, process, id string, in EvidenceInput) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Evidence{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{
		from: []EvidenceState{EvidenceProposed, EvidenceRequested, EvidenceReceived, EvidenceChecked, EvidenceApproved},
		to:   EvidenceReceived,
		do: func(x *Evidence, _ time.Time) error {
			in.fill(x)
			x.Checks, x.ApprovedBy = nil, ""
			return nil
		},
	})
}

// ChecksInput is what was checked; all three are needed.
type ChecksInput struct {
	Facts    bool   `json:"facts"`
	Plain    bool   `json:"plain"`
	Position bool   `json:"position"` // the stance and position are tagged rightly
	Note     string `json:"note,omitempty"`
}

// CheckEvidence records the checks of facts, plain language and position.
func (s *Service) CheckEvidence(ctx context.Context, c domain.Command, process, id string, in ChecksInput) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Evidence{}, err
	}
	var g domain.Guard
	g.Need(in.Facts, domain.Missing{Item: "facts", Need: "its facts are checked", Who: domain.Organiser})
	g.Need(in.Plain, domain.Missing{Item: "plain", Need: "it is in plain language", Who: domain.Organiser})
	g.Need(in.Position, domain.Missing{Item: "position", Need: "its position is tagged", Who: domain.Organiser})
	if err := g.Err("marking the item as checked"); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{
		from: []EvidenceState{EvidenceReceived}, to: EvidenceChecked,
		do: func(x *Evidence, now time.Time) error {
			x.Checks = &Checks{Facts: true, Plain: true, Position: true, Note: in.Note, By: c.Actor.ID, At: now}
			return nil
		},
	})
}

// ApproveEvidence is oversight's yes to an item that somebody else proposed
// and checked.
func (s *Service) ApproveEvidence(ctx context.Context, c domain.Command, process, id string) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.SignOff, process); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{
		from: []EvidenceState{EvidenceChecked}, to: EvidenceApproved,
		do: func(x *Evidence, _ time.Time) error {
			if x.ProposedBy == c.Actor.ID || x.Checks.By == c.Actor.ID {
				return domain.E(domain.Conflict, "an item is approved by somebody who neither proposed nor checked it")
			}
			x.ApprovedBy = c.Actor.ID
			return nil
		},
	})
}

// CorrectionInput is the text of a notice.
type CorrectionInput struct {
	Text string `json:"text"`           // what was wrong, and what is right
	File string `json:"file,omitempty"` // SHA-256 of a corrected file
}

// CorrectEvidence adds a numbered notice to a published item.
func (s *Service) CorrectEvidence(ctx context.Context, c domain.Command, process, id string, in CorrectionInput) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Evidence{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	if err := p.Err(); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{
		from: []EvidenceState{EvidencePublished, EvidenceCorrected}, to: EvidenceCorrected,
		do: func(x *Evidence, now time.Time) error {
			var err error
			x.Notices, err = addNotice(x.Notices, Notice{Text: in.Text, File: in.File, At: now, By: c.Actor.ID})
			x.Edition++
			return err
		},
	})
}

func addNotice(ns []Notice, n Notice) ([]Notice, error) {
	if len(ns) >= maxNotices {
		return ns, domain.E(domain.Conflict, "there are %d notices already; withdraw this and publish it anew", maxNotices)
	}
	n.Number = len(ns) + 1
	return append(ns, n), nil
}

// WithdrawEvidence takes an item back, with a reason that stays public if the
// item was.
func (s *Service) WithdrawEvidence(ctx context.Context, c domain.Command, process, id string) (Evidence, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Evidence{}, err
	}
	if err := needReason(c); err != nil {
		return Evidence{}, err
	}
	return s.evidenceStep(ctx, c, domain.At(process, "", id), evidenceMove{
		from: []EvidenceState{EvidenceProposed, EvidenceRequested, EvidenceReceived, EvidenceChecked, EvidenceApproved, EvidencePublished, EvidenceCorrected},
		to:   EvidenceWithdrawn,
		do:   func(x *Evidence, _ time.Time) error { x.Reason = c.Reason; return nil },
	})
}

// EvidenceItem answers one item; the public sees what was published.
func (s *Service) EvidenceItem(ctx context.Context, a domain.Actor, process, id string) (Evidence, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return Evidence{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Evidence, domain.At(process, "item of evidence", id))
	if err != nil {
		return x, err
	}
	if !x.seenAt(lv) {
		return Evidence{}, domain.Hidden("item of evidence")
	}
	return x.viewAt(lv), nil
}

// Evidence lists the items of the process, oldest first.
func (s *Service) Evidence(ctx context.Context, a domain.Actor, process string) ([]Evidence, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Evidence, process, func(x *Evidence) bool { return x.seenAt(lv) })
	for i := range xs {
		xs[i] = xs[i].viewAt(lv)
	}
	return xs, err
}

// seenAt: the public and members see what was published, also if it was
// withdrawn later.
func (x *Evidence) seenAt(lv level) bool {
	return lv >= levelView || x.Edition > 0
}

func (x Evidence) viewAt(lv level) Evidence {
	x = domain.Bare(x)
	if lv < levelView {
		x.ProposedBy = ""
	}
	return x
}

// Balance is the spread of evidence by stance or option: what oversight signs
// under.
type Balance struct {
	Rows    []BalanceRow  `json:"rows"`
	Check   *BalanceCheck `json:"check,omitempty"`
	Current bool          `json:"current"` // the signature covers every item that is approved or published now
}

// BalanceRow counts the items and minutes of one stance.
type BalanceRow struct {
	Stance    Stance `json:"stance"`
	Position  string `json:"position,omitempty"`
	Items     int    `json:"items"`
	Minutes   int    `json:"minutes"`
	Witnesses int    `json:"witnesses"`
}

// Balance answers the spread of the approved and published evidence. The
// public sees that of what was published, from the stage deliberating on, with
// oversight's words and not who signed.
func (s *Service) Balance(ctx context.Context, a domain.Actor, process string) (Balance, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return Balance{}, err
	}
	outside := !domain.May(a, domain.ViewSessions, ref.Scope())
	if outside && !ref.Stage.Reached(domain.Deliberating) {
		return Balance{}, domain.Hidden("check of balance")
	}
	items, err := domain.All(ctx, s.d.Evidence, process)
	if err != nil {
		return Balance{}, err
	}
	t, err := s.Terms(ctx, a, process)
	if err != nil {
		return Balance{}, err
	}
	if outside {
		items = slices.DeleteFunc(items, func(e Evidence) bool { return !e.State.public() })
	}
	b := Balance{Rows: balanceRows(items), Check: t.Balance, Current: t.Balance != nil}
	for _, e := range items {
		if t.Balance != nil && (e.State == EvidenceApproved || e.State.public()) && !slices.Contains(t.Balance.Evidence, e.ID) {
			b.Current = false
		}
	}
	if outside && b.Check != nil {
		b.Check = &BalanceCheck{Statement: b.Check.Statement, Balanced: b.Check.Balanced, At: b.Check.At, Evidence: []string{}}
	}
	return b, nil
}

func balanceRows(items []Evidence) []BalanceRow {
	rows := map[string]*BalanceRow{}
	seen := map[string]bool{}
	for _, e := range items {
		if e.State != EvidenceApproved && !e.State.public() {
			continue
		}
		key := string(e.Stance) + "/" + e.Position
		if rows[key] == nil {
			rows[key] = &BalanceRow{Stance: e.Stance, Position: e.Position}
		}
		r := rows[key]
		r.Items++
		r.Minutes += e.Minutes
		if w := fmt.Sprint(key, e.Witness); e.Witness != "" && !seen[w] {
			seen[w] = true
			r.Witnesses++
		}
	}
	out := []BalanceRow{}
	for _, k := range sortedKeys(rows) {
		out = append(out, *rows[k])
	}
	return out
}
