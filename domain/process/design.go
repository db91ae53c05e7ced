package process

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Formats a material can be made in.
var Formats = []string{"text", "letter", "page", "easy_read", "large_print", "read_aloud", "bsl", "audio"}

// SpecificationInput is the design of a process.
type SpecificationInput struct {
	Size          int       `json:"size"`
	MinSeated     int       `json:"min_seated"`
	Reserves      int       `json:"reserves"`
	Hours         float64   `json:"hours"`
	Starts        time.Time `json:"starts"`
	Ends          time.Time `json:"ends"`
	Place         string    `json:"place"`
	Times         string    `json:"times" doc:"Of a day, in words: 9.30am to 5pm."`
	Purpose       string    `json:"purpose" doc:"Goes on: we are asking 18 local people to help ..."`
	Method        string    `json:"method"`
	PayPence      int64     `json:"pay_pence"`
	PaymentPolicy string    `json:"payment_policy"`
	PrivacyNotice string    `json:"privacy_notice"`
	DPIA          string    `json:"dpia"`
	Formats       []string  `json:"formats"`
	Languages     []string  `json:"languages"`
	MinAge        int       `json:"min_age"`
	Area          string    `json:"area"`
	SmallNumber   int       `json:"small_number,omitempty"` // default 5
}

// Specify sets the specification. What is left empty is named by the guard of
// the stage designed, not refused here.
func (s *Service) Specify(ctx context.Context, cmd domain.Command, id string, in SpecificationInput) (View, error) {
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.DesignProcess, action: "process.specified", open: true,
		do: func(p *Process) (map[string]any, error) {
			if err := checkSpecification(p.Kind, in); err != nil {
				return nil, err
			}
			if p.reached(domain.Selected) && (in.Size != p.Specification.Size || in.Reserves != p.Specification.Reserves) {
				return nil, domain.E(domain.Conflict, "the draw was made for %d seats and %d reserves; these can no longer change", p.Specification.Size, p.Specification.Reserves)
			}
			moved := !in.Starts.IsZero() && !(domain.Milli(in.Starts).Equal(p.Specification.Starts) && domain.Milli(in.Ends).Equal(p.Specification.Ends))
			p.Specification = Specification{
				Size: in.Size, MinSeated: in.MinSeated, Reserves: in.Reserves, Hours: in.Hours,
				Starts: domain.Milli(in.Starts), Ends: domain.Milli(in.Ends), Place: in.Place, Times: in.Times, Purpose: in.Purpose, Method: in.Method,
				PayPence: in.PayPence, PaymentPolicy: in.PaymentPolicy, PrivacyNotice: in.PrivacyNotice, DPIA: in.DPIA,
				Formats: in.Formats, Languages: in.Languages, MinAge: in.MinAge, Area: in.Area,
				SmallNumber: in.SmallNumber, SetAt: s.Clock.Now(),
			}
			if moved && p.reached(domain.Recruiting) && !p.reached(domain.Deliberating) {
				p.Emit(cmd, domain.EffectBroadcast, "moved", s.Clock.Now(), domain.BroadcastData{
					Process: p.ID, Statuses: toldWhenMoved, Template: "moved", Class: domain.ClassService, Expires: p.Specification.Starts,
				})
			}
			return map[string]any{"size": in.Size, "reserves": in.Reserves, "hash": hashOf(p.signedSpecification())}, nil
		}})
}

// toldWhenMoved are those who count on the dates.
var toldWhenMoved = []string{"registered", "eligible", "in_pool", "selected", "reserve", "offered", "confirmed", "onboarded"}

func checkSpecification(kind string, in SpecificationInput) error {
	k := Kinds[kind]
	p := domain.Problems{}
	p.Need(in.Size >= k.MinSize && in.Size <= k.MaxSize, "size", "a %s has %d to %d seats", k.Label, k.MinSize, k.MaxSize)
	p.Need(in.MinSeated > 0 && in.MinSeated <= in.Size, "min_seated", "from 1 to the number of seats")
	p.Need(in.Reserves >= 0 && in.Reserves <= in.Size, "reserves", "from 0 to the number of seats")
	p.Need(in.Hours >= 0, "hours", "hours of deliberation, all sessions together")
	p.Need(!before(in.Ends, in.Starts), "ends", "not before it starts")
	p.Need(in.PayPence >= 0, "pay_pence", "what each member is paid in all, in pence")
	p.Need(in.SmallNumber == 0 || in.SmallNumber >= 3, "small_number", "3 or more; counts under it are not shown")
	p.Need(in.MinAge >= 0 && in.MinAge <= 100, "min_age", "from 0 to 100")
	p.Need(len([]rune(in.Purpose)) <= 80, "purpose", "at most 80 letters; it stands in the first text")
	for _, f := range in.Formats {
		p.Need(slices.Contains(Formats, f), "formats", "each one of %s", strings.Join(Formats, ", "))
	}
	p.Need(len(in.Formats) <= 60 && len(in.Languages) <= 60, "languages", "at most 60")
	return p.Err()
}

// signedSpecification is what oversight signs: the design without the time it
// was entered.
func (p *Process) signedSpecification() Specification {
	s := p.Specification
	s.SetAt = time.Time{}
	return s
}

// MaterialInput says that a text is ready.
type MaterialInput struct {
	Name     string `json:"name"`
	Format   string `json:"format"`
	Language string `json:"language,omitempty"` // default en
	File     string `json:"file,omitempty"`
}

// MaterialReady records that a material is ready in one format and language.
func (s *Service) MaterialReady(ctx context.Context, cmd domain.Command, id string, in MaterialInput) (View, error) {
	if in.Language == "" {
		in.Language = "en"
	}
	probs := domain.Problems{}
	probs.Need(domain.Slug(in.Name) != "", "name", "such as invitation or report")
	probs.Need(slices.Contains(Formats, in.Format), "format", "one of %s", strings.Join(Formats, ", "))
	if err := probs.Err(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.DesignProcess, action: "material.ready", open: true,
		do: func(p *Process) (map[string]any, error) {
			m := Material{Name: in.Name, Format: in.Format, Language: in.Language, File: in.File, By: cmd.Actor.ID, At: s.Clock.Now()}
			p.Materials = slices.DeleteFunc(p.Materials, func(o Material) bool {
				return o.Name == m.Name && o.Format == m.Format && o.Language == m.Language
			})
			if len(p.Materials) >= 40 {
				return nil, domain.E(domain.Conflict, "at most 40 materials are listed")
			}
			p.Materials = append(p.Materials, m)
			return map[string]any{"name": m.Name, "format": m.Format, "language": m.Language}, nil
		}})
}

// Needed lists in which formats and languages a material has to be ready, as the
// process's own design and its profile ask, and which are: those that are not
// have no time.
func (s *Service) Needed(v View, name string) []Material {
	p := Process{Specification: v.Specification, Materials: v.Materials}
	return p.needed(name, s.Profiles[v.Profile])
}

func (p *Process) needed(name string, pr Profile) []Material {
	var out []Material
	for _, f := range union(p.Specification.Formats, pr.Formats) {
		for _, l := range union(p.Specification.Languages, pr.Languages) {
			m := Material{Name: name, Format: f, Language: l}
			if i := slices.IndexFunc(p.Materials, func(o Material) bool { return o.Name == name && o.Format == f && o.Language == l }); i >= 0 {
				m = p.Materials[i]
			}
			out = append(out, m)
		}
	}
	return out
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// OversightInput names one member of the oversight panel.
type OversightInput struct {
	User       string `json:"user"`
	Name       string `json:"name"`
	Standpoint string `json:"standpoint"`
}

// AppointOversight adds a member to the oversight panel, or changes their
// published name and standpoint.
func (s *Service) AppointOversight(ctx context.Context, cmd domain.Command, id string, in OversightInput) (View, error) {
	probs := domain.Problems{}
	probs.Need(in.User != "", "user", "the id of their user")
	probs.Need(strings.TrimSpace(in.Name) != "", "name", "membership is published: give the name")
	probs.Need(strings.TrimSpace(in.Standpoint) != "", "standpoint", "where they stand, such as patient voice, local government, clinical")
	if err := probs.Err(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.DesignProcess, action: "oversight.appointed", open: true,
		do: func(p *Process) (map[string]any, error) {
			p.Oversight = slices.DeleteFunc(p.Oversight, func(m OversightMember) bool { return m.User == in.User })
			if len(p.Oversight) >= 60 {
				return nil, domain.E(domain.Conflict, "at most 60 members")
			}
			p.Oversight = append(p.Oversight, OversightMember(in))
			return map[string]any{"user": in.User, "standpoint": in.Standpoint}, nil
		}})
}

// SignOffInput is an oversight member's agreement.
type SignOffInput struct {
	What string `json:"what"` // question, specification, draw
	Note string `json:"note,omitempty"`
}

// SignOff records an appointed oversight member's agreement to a text as it
// stands now.
func (s *Service) SignOff(ctx context.Context, cmd domain.Command, id string, in SignOffInput) (View, error) {
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.SignOff, action: "oversight.signed", open: true,
		do: func(p *Process) (map[string]any, error) {
			if !slices.ContainsFunc(p.Oversight, func(m OversightMember) bool { return m.User == cmd.Actor.ID }) {
				return nil, domain.E(domain.Forbidden, "only an appointed member of this process's oversight panel signs")
			}
			hash, ok := p.signable(in.What)
			if !ok {
				return nil, domain.Problems{"what": "question, specification or draw"}.Err()
			}
			if len(p.SignOffs) >= 200 {
				return nil, domain.E(domain.Conflict, "at most 200 sign-offs are kept")
			}
			p.SignOffs = append(p.SignOffs, SignOff{What: in.What, By: cmd.Actor.ID, At: s.Clock.Now(), Note: in.Note, Hash: hash})
			return map[string]any{"what": in.What, "hash": hash}, nil
		}})
}

// signable is the hash of what a sign-off of this name is for.
func (p *Process) signable(what string) (string, bool) {
	switch what {
	case "question":
		return hashOf([]any{p.Remit.Question, p.Remit.Options, p.Remit.OutOfScope}), true
	case "specification", "draw":
		return hashOf(p.signedSpecification()), true
	}
	return "", false
}

// signers are the panel members whose sign-off of the present text holds.
func (p *Process) signers(what string) []string {
	hash, _ := p.signable(what)
	var seen []string
	for _, so := range p.SignOffs {
		onPanel := slices.ContainsFunc(p.Oversight, func(m OversightMember) bool { return m.User == so.By })
		if so.What == what && so.Hash == hash && onPanel && !slices.Contains(seen, so.By) {
			seen = append(seen, so.By)
		}
	}
	return seen
}

func (p *Process) standpoints() int {
	seen := map[string]bool{}
	for _, m := range p.Oversight {
		seen[strings.ToLower(strings.TrimSpace(m.Standpoint))] = true
	}
	return len(seen)
}

// EvaluationInput publishes the evaluator's report.
type EvaluationInput struct {
	Summary string `json:"summary"`
	File    string `json:"file,omitempty"`
}

// PublishEvaluation records the independent evaluation.
func (s *Service) PublishEvaluation(ctx context.Context, cmd domain.Command, id string, in EvaluationInput) (View, error) {
	if strings.TrimSpace(in.Summary) == "" {
		return View{}, domain.Problems{"summary": "a summary that anyone can read"}.Err()
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.Evaluate, action: "evaluation.published", open: true,
		do: func(p *Process) (map[string]any, error) {
			p.Evaluation = &Evaluation{Summary: in.Summary, File: in.File, By: cmd.Actor.ID, PublishedAt: s.Clock.Now()}
			return nil, nil
		}})
}
