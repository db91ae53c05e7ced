package people

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// The states of a support need.
const (
	NeedAsked    = "asked"
	NeedArranged = "arranged"
	NeedDeclined = "declined"
	NeedMet      = "met"
	NeedUnmet    = "unmet"
)

// SupportKinds lists the kinds of support; other needs a detail.
var SupportKinds = []string{
	"bsl_interpreter", "language_interpreter", "hearing_loop", "captions", "large_print", "easy_read", "braille",
	"step_free", "quiet_space", "personal_assistant", "companion", "childcare", "replacement_care", "travel",
	"overnight_stay", "diet", "device_or_data", "trauma_informed", "other",
}

// Need is one thing a person needs to take part, for one session or, without
// one, for all. What it is is sealed: it says much about a person's health.
type Need struct {
	ID      string        `json:"id"`
	Session string        `json:"session,omitempty"`
	State   string        `json:"state"`
	What    domain.Sealed `json:"what,omitempty"`
	Reason  string        `json:"reason,omitempty"` // code, when declined or unmet
	Felt    *bool         `json:"felt,omitempty"`   // the person's own word that it was met
	AskedAt time.Time     `json:"asked_at"`
	At      time.Time     `json:"at"`
}

// NeedView is a need without what it is.
type NeedView struct {
	ID      string    `json:"id"`
	Session string    `json:"session,omitempty"`
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Felt    *bool     `json:"felt,omitempty"`
	AskedAt time.Time `json:"asked_at"`
	At      time.Time `json:"at"`
}

// View is the need without what it is.
func (n Need) View() NeedView {
	return NeedView{ID: n.ID, Session: n.Session, State: n.State, Reason: n.Reason, Felt: n.Felt, AskedAt: n.AskedAt, At: n.At}
}

// What is what a person needs.
type What struct {
	Kind   Private `json:"kind"`
	Detail Private `json:"detail,omitempty"`
}

// LogValue hides the need from logs.
func (What) LogValue() slog.Value { return slog.StringValue(redacted) }

// SupportInput asks for support.
type SupportInput struct {
	Kind    string  `json:"kind"`
	Detail  Private `json:"detail,omitempty"`
	Session string  `json:"session,omitempty"` // empty: all sessions
}

// LogValue hides the need from logs.
func (SupportInput) LogValue() slog.Value { return slog.StringValue(redacted) }

// AskSupport notes what a person needs to take part.
func (s *Service) AskSupport(ctx context.Context, cmd domain.Command, id string, in SupportInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "kind", in.Kind, SupportKinds)
	pr.Need(in.Kind != "other" || strings.TrimSpace(string(in.Detail)) != "", "detail", "say what is needed")
	pr.Need(len(in.Detail) <= maxText, "detail", "shorten this to %d letters", maxText)
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	need := cmd.ID("need")
	return s.apply(ctx, cmd, id, change{action: "person.support_asked", perms: serve, data: map[string]any{"need": need, "session": in.Session},
		do: func(p *Person, now time.Time) error {
			if len(p.Needs) >= maxNeeds {
				return domain.E(domain.Conflict, "there are already %d needs on this row; settle some, or put several into one", maxNeeds)
			}
			what, err := s.seal(ctx, p.ID, boundNeed+need, What{Kind: Private(in.Kind), Detail: in.Detail})
			p.Needs = append(p.Needs, Need{ID: need, Session: in.Session, State: NeedAsked, What: what, AskedAt: now, At: now})
			return err
		}})
}

// SettleInput says what became of a need.
type SettleInput struct {
	Need   string `json:"need"`
	State  string `json:"state"`            // arranged, declined, met, unmet
	Reason string `json:"reason,omitempty"` // code, when declined or unmet: not_wanted_any_more, not_possible, ...
}

// needMoves is what may become of a need.
var needMoves = map[string][]string{
	NeedAsked:    {NeedArranged, NeedDeclined},
	NeedArranged: {NeedMet, NeedUnmet, NeedDeclined},
	NeedDeclined: {NeedArranged},
	NeedUnmet:    {NeedArranged},
}

// SettleSupport notes what became of a need: arranged or declined before the
// session, met or unmet after it.
func (s *Service) SettleSupport(ctx context.Context, cmd domain.Command, id string, in SettleInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "state", in.State, []string{NeedArranged, NeedDeclined, NeedMet, NeedUnmet})
	if in.State == NeedDeclined || in.State == NeedUnmet {
		checkCode(pr, "reason", in.Reason)
	}
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.support_" + in.State, data: map[string]any{"need": in.Need, "reason": in.Reason},
		perms: []domain.Permission{domain.ServePeople, domain.RunSessions},
		do: func(p *Person, now time.Time) error {
			n, err := p.need(in.Need)
			if err != nil {
				return err
			}
			if !slices.Contains(needMoves[n.State], in.State) {
				return domain.E(domain.Conflict, "a need that is %s cannot become %s", n.State, in.State)
			}
			n.State, n.Reason, n.At = in.State, in.Reason, now
			return nil
		}})
}

// ConfirmSupportInput is the person's own word on a need.
type ConfirmSupportInput struct {
	Need string `json:"need"`
	Met  bool   `json:"met"`
}

// ConfirmSupport notes the person's own word whether a need was met.
func (s *Service) ConfirmSupport(ctx context.Context, cmd domain.Command, id string, in ConfirmSupportInput) (Person, error) {
	return s.apply(ctx, cmd, id, change{action: "person.support_confirmed", perms: serve, data: map[string]any{"need": in.Need, "met": in.Met},
		do: func(p *Person, now time.Time) error {
			n, err := p.need(in.Need)
			if err != nil {
				return err
			}
			n.Felt, n.At = &in.Met, now
			return nil
		}})
}

func (p *Person) need(id string) (*Need, error) {
	for i := range p.Needs {
		if p.Needs[i].ID == id {
			return &p.Needs[i], nil
		}
	}
	return nil, domain.Hidden("support need")
}
