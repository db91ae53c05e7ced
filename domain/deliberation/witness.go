package deliberation

import (
	"context"

	"folkmoot/domain"
)

// Stance is where a witness or an item stands on the question.
type Stance string

// The stances. Options-based remits use "option" with the option's name in
// Position.
const (
	StanceNeutral Stance = "neutral"
	StanceFor     Stance = "for"
	StanceAgainst Stance = "against"
	StanceOption  Stance = "option"
	StanceMixed   Stance = "mixed"
)

var stances = []Stance{StanceNeutral, StanceFor, StanceAgainst, StanceOption, StanceMixed}

// WitnessKind is what a witness speaks from.
type WitnessKind string

// The kinds of witness.
const (
	WitnessExpert      WitnessKind = "expert"
	WitnessStakeholder WitnessKind = "stakeholder"
	WitnessLived       WitnessKind = "lived_experience"
	WitnessStaff       WitnessKind = "staff"
)

var witnessKinds = []WitnessKind{WitnessExpert, WitnessStakeholder, WitnessLived, WitnessStaff}

// Witness gives evidence and is questioned. Their name is public: they speak
// in public. Bound: it does not grow.
type Witness struct {
	domain.Root
	Process      string      `json:"process"`
	Name         string      `json:"name"`
	Organisation string      `json:"organisation,omitempty"`
	Kind         WitnessKind `json:"kind"`
	Stance       Stance      `json:"stance"`
	Position     string      `json:"position,omitempty"` // in plain words, such as the option spoken for
	Legitimacy   string      `json:"legitimacy,omitempty"`
	Interests    string      `json:"interests"` // declared conflicts of interest; "none" is said too
	ChosenBy     string      `json:"chosen_by"` // organiser, members, oversight
	Briefed      bool        `json:"briefed"`   // was given the rules for witnesses
}

// Witnesses keeps the witnesses.
var Witnesses = domain.Collection[Witness]{
	Name: "witnesses", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(x *Witness) map[string]any { return map[string]any{"process": x.Process, "sort": x.CreatedAt} },
}

func (x *Witness) OfProcess() string { return x.Process }

// WitnessInput describes a witness.
type WitnessInput struct {
	Name         string      `json:"name"`
	Organisation string      `json:"organisation,omitempty"`
	Kind         WitnessKind `json:"kind"`
	Stance       Stance      `json:"stance"`
	Position     string      `json:"position,omitempty"`
	Legitimacy   string      `json:"legitimacy,omitempty"` // elected, statutory, resource_holder, affected
	Interests    string      `json:"interests"`
	ChosenBy     string      `json:"chosen_by"`
	Briefed      bool        `json:"briefed"`
}

func (in WitnessInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("name", in.Name, longTitle)
	domain.OneOf(p, "kind", in.Kind, witnessKinds)
	domain.OneOf(p, "stance", in.Stance, stances)
	p.Need(in.Stance != StanceOption || in.Position != "", "position", "name the option they speak for")
	p.Text("interests", in.Interests, longText)
	domain.OneOf(p, "chosen_by", in.ChosenBy, []string{"organiser", "members", "oversight"})
	return p
}

func (in WitnessInput) fill(x *Witness) {
	x.Name, x.Organisation, x.Kind, x.Stance, x.Position = in.Name, in.Organisation, in.Kind, in.Stance, in.Position
	x.Legitimacy, x.Interests, x.ChosenBy, x.Briefed = in.Legitimacy, in.Interests, in.ChosenBy, in.Briefed
}

// AddWitness registers a witness.
func (s *Service) AddWitness(ctx context.Context, c domain.Command, process string, in WitnessInput) (Witness, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Witness{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Witness{}, err
	}
	if err := during(ref, "adding a witness", domain.RemitAgreed, domain.Reporting); err != nil {
		return Witness{}, err
	}
	x := Witness{Root: domain.Root{ID: c.ID("witness")}, Process: process}
	in.fill(&x)
	x.Record(c, s.d.Clock.Now(), event(process, "witness.added", "witnesses:"+x.ID, map[string]any{"kind": x.Kind, "stance": x.Stance}))
	return domain.Keep(ctx, s.d.Witnesses, x)
}

// ChangeWitness mends what is known of a witness.
func (s *Service) ChangeWitness(ctx context.Context, c domain.Command, process, id string, in WitnessInput) (Witness, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Witness{}, err
	}
	if err := in.problems().Err(); err != nil {
		return Witness{}, err
	}
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Witnesses, domain.At(process, "witness", id), c, func(x *Witness) error {
		in.fill(x)
		x.Record(c, now, event(process, "witness.changed", "witnesses:"+id, map[string]any{"kind": x.Kind, "stance": x.Stance}))
		return nil
	})
}

// Witnesses lists the witnesses of the process; from the stage deliberating
// on they are public.
func (s *Service) Witnesses(ctx context.Context, a domain.Actor, process string) ([]Witness, error) {
	ref, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	if lv == levelPublic && !ref.Stage.Reached(domain.Deliberating) {
		return []Witness{}, nil
	}
	return list(ctx, s.d.Witnesses, process, nil)
}
