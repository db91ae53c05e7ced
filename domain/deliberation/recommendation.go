package deliberation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"folkmoot/domain"
)

// RecState is where a recommendation stands up to its publication. What
// follows (responded, implementing, implemented and the rest) is worked out
// by accountability from the response and the actions.
type RecState string

// The states of a recommendation.
const (
	RecDraft      RecState = "draft"
	RecAmended    RecState = "amended"
	RecFinal      RecState = "final_wording"
	RecBalloted   RecState = "balloted"
	RecAdopted    RecState = "adopted"
	RecNotAdopted RecState = "not_adopted"
	RecMinority   RecState = "minority_view" // not adopted, carried in the report as such
	RecPublished  RecState = "published"
	RecSuperseded RecState = "superseded"
)

// Amendment is a proposed change to a draft.
type Amendment struct {
	Number int       `json:"number"`
	Text   string    `json:"text"` // the whole new text
	Why    string    `json:"why,omitempty"`
	State  string    `json:"state"` // proposed, accepted, rejected
	Hands  *Hands    `json:"hands,omitempty"`
	At     time.Time `json:"at"`
}

// Support is the certified result of the ballot on a recommendation.
type Support struct {
	Ballot   string `json:"ballot"`
	Question string `json:"question"`
	For      int    `json:"for"`
	Against  int    `json:"against"`
	Abstain  int    `json:"abstain"`
	Basis    Basis  `json:"basis"`
	Base     int    `json:"base"` // what the share is of
	Choice   string `json:"choice,omitempty"`
	Casting  bool   `json:"casting,omitempty"` // passed by the chair's casting vote
	All      bool   `json:"all,omitempty"`     // nobody voted against and nobody abstained
	Passed   bool   `json:"passed"`
}

// Recommendation is a text of the members. Its text is locked by them before
// it is balloted and never edited after publication. Bound: 50 amendments, 50
// notices, 100 references.
type Recommendation struct {
	domain.Root
	Process     string      `json:"process"`
	Number      int         `json:"number,omitempty"` // in the report, from 1
	Title       string      `json:"title"`
	Text        string      `json:"text"`
	Reasons     string      `json:"reasons,omitempty"`
	Kind        string      `json:"kind"`           // recommendation or resolution
	Goal        string      `json:"goal,omitempty"` // quick_win or longer
	State       RecState    `json:"state"`
	Statements  []string    `json:"statements,omitempty"` // ids it grew from
	Evidence    []string    `json:"evidence,omitempty"`   // ids it rests on
	Questions   []string    `json:"questions,omitempty"`  // ids it rests on
	Amendments  []Amendment `json:"amendments,omitempty"`
	Lock        *Lock       `json:"lock,omitempty"`
	Ballot      string      `json:"ballot,omitempty"` // id of the ballot it is or was on
	Support     *Support    `json:"support,omitempty"`
	PublishedAt time.Time   `json:"published_at,omitzero"`
	Notices     []Notice    `json:"notices,omitempty"`
	By          string      `json:"superseded_by,omitempty"`
}

// Lock is the members' yes to the final wording.
type Lock struct {
	Hands Hands  `json:"hands"`
	Hash  string `json:"hash"` // SHA-256 of the locked text
}

// Recommendations keeps the recommendations.
var Recommendations = domain.Collection[Recommendation]{
	Name: "recommendations", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(x *Recommendation) map[string]any {
		return map[string]any{"process": x.Process, "sort": x.CreatedAt}
	},
}

func (x *Recommendation) OfProcess() string { return x.Process }

// Public reports whether it is out in the report.
func (x *Recommendation) Public() bool { return !x.PublishedAt.IsZero() }

// TextHash is the SHA-256 of a text, in hex: what a lock and a certificate
// name it by.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// RecommendationInput is a draft.
type RecommendationInput struct {
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	Reasons    string   `json:"reasons,omitempty"`
	Kind       string   `json:"kind,omitempty"` // recommendation (default) or resolution
	Goal       string   `json:"goal,omitempty"` // quick_win or longer
	Statements []string `json:"statements,omitempty"`
	Evidence   []string `json:"evidence,omitempty"`
	Questions  []string `json:"questions,omitempty"`
}

const maxRefs, maxAmendments = 100, 50

func (in *RecommendationInput) problems() domain.Problems {
	p := domain.Problems{}
	if in.Kind == "" {
		in.Kind = "recommendation"
	}
	p.Text("title", in.Title, longTitle)
	p.Text("text", in.Text, longText)
	domain.OneOf(p, "kind", in.Kind, []string{"recommendation", "resolution"})
	domain.OneOf(p, "goal", in.Goal, []string{"", "quick_win", "longer"})
	p.Need(len(in.Statements)+len(in.Evidence)+len(in.Questions) <= maxRefs, "evidence", "at most %d references", maxRefs)
	return p
}

func (in RecommendationInput) fill(x *Recommendation) {
	x.Title, x.Text, x.Reasons, x.Kind, x.Goal = in.Title, in.Text, in.Reasons, in.Kind, in.Goal
	x.Statements, x.Evidence, x.Questions = cloned(in.Statements), cloned(in.Evidence), cloned(in.Questions)
}

func cloned(xs []string) []string {
	if len(xs) == 0 {
		return nil
	}
	return slices.Clone(xs)
}

// DraftRecommendation begins a recommendation.
func (s *Service) DraftRecommendation(ctx context.Context, c domain.Command, process string, in RecommendationInput) (Recommendation, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions)
	if err != nil {
		return Recommendation{}, err
	}
	if err := s.recProblems(ctx, process, &in); err != nil {
		return Recommendation{}, err
	}
	if err := during(ref, "drafting a recommendation", domain.Deliberating, domain.Reporting); err != nil {
		return Recommendation{}, err
	}
	x := Recommendation{Root: domain.Root{ID: c.ID("recommendation")}, Process: process, State: RecDraft}
	in.fill(&x)
	x.Record(c, s.d.Clock.Now(), event(process, "recommendation.drafted", "recommendations:"+x.ID, map[string]any{"text": TextHash(x.Text)}))
	return domain.Keep(ctx, s.d.Recommendations, x)
}

// recProblems checks the input and that what it rests on is there.
func (s *Service) recProblems(ctx context.Context, process string, in *RecommendationInput) error {
	p := in.problems()
	for _, id := range in.Evidence {
		_, err := domain.Fetch(ctx, s.d.Evidence, domain.At(process, "item", id))
		if err := skipMissing(err); err != nil {
			return err
		}
		p.Need(err == nil, "evidence", "there is no item of evidence %q in this process", id)
	}
	for _, id := range in.Questions {
		_, err := domain.Fetch(ctx, s.d.Questions, domain.At(process, "question", id))
		if err := skipMissing(err); err != nil {
			return err
		}
		p.Need(err == nil, "questions", "there is no question %q in this process", id)
	}
	return p.Err()
}

// ChangeRecommendation mends a draft before its wording is final.
func (s *Service) ChangeRecommendation(ctx context.Context, c domain.Command, process, id string, in RecommendationInput) (Recommendation, error) {
	if _, err := s.enterAny(ctx, c.Actor, process, domain.RunSessions, domain.Deliberate); err != nil {
		return Recommendation{}, err
	}
	if err := s.recProblems(ctx, process, &in); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if err := x.editable(); err != nil {
			return err
		}
		in.fill(x)
		x.Record(c, now, event(process, "recommendation.changed", "recommendations:"+id, map[string]any{"text": TextHash(x.Text)}))
		return nil
	})
}

func (x *Recommendation) editable() error {
	if x.State == RecDraft || x.State == RecAmended {
		return nil
	}
	return domain.E(domain.Conflict, "its wording is locked (%s); members unlock it before a ballot, and after publication it is only corrected by a notice", x.State)
}

func (s *Service) recChange(ctx context.Context, c domain.Command, process, id string, f func(*Recommendation, time.Time) error) (Recommendation, error) {
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Recommendations, domain.At(process, "recommendation", id), c, func(x *Recommendation) error { return f(x, now) })
}

// AmendmentInput is a proposed new text.
type AmendmentInput struct {
	Text string `json:"text"` // the whole new text
	Why  string `json:"why,omitempty"`
}

// ProposeAmendment adds a proposed change.
func (s *Service) ProposeAmendment(ctx context.Context, c domain.Command, process, id string, in AmendmentInput) (Recommendation, error) {
	if _, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions); err != nil {
		return Recommendation{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	p.Need(len([]rune(in.Why)) <= 2000, "why", "keep this to 2000 characters")
	if err := p.Err(); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if err := x.editable(); err != nil {
			return err
		}
		if len(x.Amendments) >= maxAmendments {
			return domain.E(domain.Conflict, "there are %d amendments already; settle them and draft the text anew", maxAmendments)
		}
		n := len(x.Amendments) + 1
		x.Amendments = append(x.Amendments, Amendment{Number: n, Text: in.Text, Why: in.Why, State: "proposed", At: now})
		x.Record(c, now, event(process, "amendment.proposed", "recommendations:"+id, map[string]any{"number": n, "text": TextHash(in.Text)}))
		return nil
	})
}

// DecideAmendmentInput is the members' show of hands on an amendment.
type DecideAmendmentInput struct {
	Number int   `json:"number"`
	Hands  Hands `json:"hands"`
}

// DecideAmendment takes or leaves an amendment by a show of hands: more than
// half of those present take it.
func (s *Service) DecideAmendment(ctx context.Context, c domain.Command, process, id string, in DecideAmendmentInput) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Recommendation{}, err
	}
	p := domain.Problems{}
	in.Hands.check(p, "hands")
	if err := p.Err(); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if err := x.editable(); err != nil {
			return err
		}
		if in.Number < 1 || in.Number > len(x.Amendments) {
			return domain.Hidden("amendment")
		}
		a := &x.Amendments[in.Number-1]
		if a.State != "proposed" {
			return domain.E(domain.Conflict, "this amendment was %s already", a.State)
		}
		in.Hands.At, in.Hands.By = now, c.Actor.ID
		a.Hands, a.State = &in.Hands, "rejected"
		if in.Hands.carried() {
			a.State, x.Text, x.State = "accepted", a.Text, RecAmended
		}
		x.Record(c, now, event(process, "amendment."+a.State, "recommendations:"+id, map[string]any{"number": in.Number, "for": in.Hands.For, "against": in.Hands.Against}))
		return nil
	})
}

// LockInput is the members' show of hands on the final wording.
type LockInput struct {
	Hands Hands `json:"hands"`
}

// LockWording makes the text final: more than half of those present agree,
// and no amendment is open.
func (s *Service) LockWording(ctx context.Context, c domain.Command, process, id string, in LockInput) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Recommendation{}, err
	}
	p := domain.Problems{}
	in.Hands.check(p, "hands")
	if err := p.Err(); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if err := x.editable(); err != nil {
			return err
		}
		open := slices.ContainsFunc(x.Amendments, func(a Amendment) bool { return a.State == "proposed" })
		var g domain.Guard
		g.Need(!open, domain.Missing{Item: "amendments_settled", Need: "every amendment is taken or left", Who: domain.Facilitator})
		g.Need(in.Hands.carried(), domain.Missing{Item: "members_agree", Need: "more than half of the members present agree to the wording", Who: domain.Member})
		if err := g.Err("making the wording final"); err != nil {
			return err
		}
		in.Hands.At, in.Hands.By = now, c.Actor.ID
		x.Lock, x.State = &Lock{Hands: in.Hands, Hash: TextHash(x.Text)}, RecFinal
		x.Record(c, now, event(process, "recommendation.locked", "recommendations:"+id, map[string]any{"text": x.Lock.Hash, "for": in.Hands.For, "against": in.Hands.Against}))
		return nil
	})
}

// UnlockWording opens a locked text again, before a ballot, with a reason.
func (s *Service) UnlockWording(ctx context.Context, c domain.Command, process, id string) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Recommendation{}, err
	}
	if err := needReason(c); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if x.State != RecFinal {
			return domain.E(domain.Conflict, "only a locked text that no ballot has opened on can be unlocked; this one is %s", x.State)
		}
		x.State, x.Lock = RecAmended, nil
		x.Record(c, now, event(process, "recommendation.unlocked", "recommendations:"+id, nil))
		return nil
	})
}

// CarryMinority carries a recommendation that was not adopted into the report
// as a minority view.
func (s *Service) CarryMinority(ctx context.Context, c domain.Command, process, id string) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) error {
		if x.State != RecNotAdopted {
			return domain.E(domain.Conflict, "only a text that was not adopted becomes a minority view; this one is %s", x.State)
		}
		x.State = RecMinority
		x.Record(c, now, event(process, "recommendation.minority_view", "recommendations:"+id, nil))
		return nil
	})
}

// CorrectRecommendation adds a numbered notice to a published recommendation.
func (s *Service) CorrectRecommendation(ctx context.Context, c domain.Command, process, id string, in CorrectionInput) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Recommendation{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	if err := p.Err(); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) (err error) {
		if !x.Public() {
			return domain.E(domain.Conflict, "it is not published yet; change the draft instead")
		}
		if x.Notices, err = addNotice(x.Notices, Notice{Text: in.Text, File: in.File, At: now, By: c.Actor.ID}); err != nil {
			return err
		}
		x.Record(c, now, event(process, "recommendation.corrected", "recommendations:"+id, map[string]any{"notice": len(x.Notices)}))
		return nil
	})
}

// SupersedeInput names what takes a recommendation's place.
type SupersedeInput struct {
	By string `json:"by,omitempty"` // id of a later recommendation, may be of another process
}

// Supersede marks a published recommendation as overtaken, with a reason.
func (s *Service) Supersede(ctx context.Context, c domain.Command, process, id string, in SupersedeInput) (Recommendation, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Recommendation{}, err
	}
	if err := needReason(c); err != nil {
		return Recommendation{}, err
	}
	return s.recChange(ctx, c, process, id, func(x *Recommendation, now time.Time) (err error) {
		if x.State != RecPublished {
			return domain.E(domain.Conflict, "only a published recommendation can be superseded; this one is %s", x.State)
		}
		if x.Notices, err = addNotice(x.Notices, Notice{Text: c.Reason, At: now, By: c.Actor.ID}); err != nil {
			return err
		}
		x.State, x.By = RecSuperseded, in.By
		x.Record(c, now, event(process, "recommendation.superseded", "recommendations:"+id, map[string]any{"by": in.By}))
		return nil
	})
}

// Recommendation answers one; the public sees it from its publication.
func (s *Service) Recommendation(ctx context.Context, a domain.Actor, process, id string) (Recommendation, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return Recommendation{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Recommendations, domain.At(process, "recommendation", id))
	if err == nil && lv == levelPublic && !x.Public() {
		return Recommendation{}, domain.Hidden("recommendation")
	}
	return domain.Bare(x), err
}

// Recommendations lists them by number, then by age.
func (s *Service) Recommendations(ctx context.Context, a domain.Actor, process string) ([]Recommendation, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.Recommendations, process, func(x *Recommendation) bool { return lv != levelPublic || x.Public() })
	slices.SortStableFunc(xs, func(a, b Recommendation) int { return rank(a) - rank(b) })
	return xs, err
}

func rank(x Recommendation) int {
	if x.Number == 0 {
		return 1 << 20
	}
	return x.Number
}
