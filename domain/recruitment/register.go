package recruitment

import (
	"context"
	"log/slog"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// RegisterInput is somebody who wants to take part, by any door: the answers
// of a text conversation, a letter code on a page, staff on the phone, a row
// of a file.
type RegisterInput struct {
	Person   string          `json:"person,omitempty"` // of a known invitee
	Code     people.Private  `json:"code,omitempty"`   // from the letter
	Identity people.Identity `json:"identity"`
	Answers  people.Answers  `json:"answers,omitempty"`
	Source   string          `json:"source"`            // code, text, page, staff, import
	Channel  string          `json:"channel,omitempty"` // text, letter, email, phone
	Region   string          `json:"region,omitempty"`  // of a national number, ISO 3166; GB when empty
}

// LogValue hides who registers from logs.
func (RegisterInput) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Registered is what became of a registration.
type Registered struct {
	Person  string        `json:"person"`
	Status  people.Status `json:"status"`
	Already bool          `json:"already,omitempty"` // was registered before; nothing was changed
	// Reason and Say tell why somebody cannot take part.
	Reason string `json:"reason,omitempty"`
	Say    string `json:"say,omitempty"`
	// Missing are the answers still needed before they are in the pool.
	Missing []string `json:"missing,omitempty"`
}

// Register takes somebody's interest and answers, and judges at once whether
// they are in the pool, cannot take part (with the reason), or which answers
// are still needed. Registering again with the same number and name finds the
// same person; another name on a number is another member of the household.
func (s *Service) Register(ctx context.Context, cmd domain.Command, processID string, in RegisterInput) (Registered, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Registered{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return Registered{}, err
	}
	if err := r.takes(); err != nil {
		return Registered{}, err
	}
	if err := s.fillPlace(ctx, r, ref.Body, &in); err != nil {
		return Registered{}, err
	}
	if err := in.normalise(r.Targets, cmd.Actor.Holds(domain.Public, ref.Scope())); err != nil {
		return Registered{}, err
	}
	out, err := s.register(ctx, cmd, r, in)
	if cmd.Actor.Holds(domain.Public, ref.Scope()) {
		out.Person = "" // nobody learns here who is registered already
		if out.Already {
			out = Registered{Status: people.InPool}
		}
	}
	return out, err
}

// takes is a conflict unless registration is open.
func (r Recruitment) takes() error {
	switch r.State {
	case PoolOpen:
		return nil
	case PoolSetup:
		return domain.E(domain.Conflict, "registration has not opened yet")
	}
	return domain.E(domain.Conflict, "registration closed on %s; the pool for the draw is complete", r.ClosedAt.Format("2 January 2006"))
}

// normalise brings the number into E.164 and the answers into the targets'
// spelling. The public comes by the page, with or without a letter's code.
func (in *RegisterInput) normalise(ts []Target, public bool) error {
	p := domain.Problems{}
	p.Need(!public || in.Source == people.FromPage || in.Source == people.FromCode, "source", "choose one of: page, code")
	p.Need(!public || in.Source != people.FromCode || in.Code != "", "code", "type the code from the letter")
	if raw := strings.TrimSpace(string(in.Identity.Number)); raw != "" {
		region := in.Region
		if region == "" {
			region = "GB"
		}
		number, ok := people.ParseNumber(raw, region)
		p.Need(ok, "identity.number", "this does not read as a phone number; write it with its area or country code")
		in.Identity.Number = people.Private(number)
	}
	in.Answers = spell(p, ts, in.Answers)
	return p.Err()
}

// spell keys and spells answers as the targets do; what no target asks stays
// as it is.
func spell(p domain.Problems, ts []Target, answers people.Answers) people.Answers {
	known := spellingOf(ts)
	names := map[string]string{}
	for _, f := range features(ts) {
		names[fold(f)] = f
	}
	out := people.Answers{}
	for _, key := range sortedKeys(answers) {
		v := strings.Join(strings.Fields(answers[key]), " ")
		name, asked := names[fold(key)]
		if !asked {
			name, asked = names[fold(strings.ReplaceAll(key, "_", " "))]
		}
		if !asked {
			out[key] = v
			continue
		}
		if fold(v) == "rather_not_say" || fold(v) == "prefer not to say" || fold(v) == "not_said" {
			v = RatherNotSay
		}
		spelled, ok := known.value(name, v)
		if v != "" && !ok {
			p.Need(false, "answers."+key, "choose one of: %s", strings.Join(valuesOf(ts, name), ", "))
		}
		out[name] = spelled
	}
	return out
}

func valuesOf(ts []Target, feature string) []string {
	var out []string
	for _, t := range ts {
		if fold(t.Feature) == fold(feature) {
			out = append(out, t.Value)
		}
	}
	return append(out, RatherNotSay)
}

func (s *Service) register(ctx context.Context, cmd domain.Command, r Recruitment, in RegisterInput) (Registered, error) {
	known, err := s.known(ctx, r.Process, in)
	if err != nil {
		return Registered{}, err
	}
	actor := cmd.Actor
	if known.Done(cmd) {
		return s.judge(ctx, cmd, r, known) // this command's own, begun before
	}
	if known.ID != "" && in.Person == "" && in.Code == "" {
		if registered(known.Status) && known.Status != people.Registered && known.Status != people.Eligible {
			return Registered{Person: known.ID, Status: known.Status, Already: true}, nil
		}
		in.Person = known.ID
		cmd.Actor = domain.SystemActor(actor.Via) // an invitee without their code, or half a registration
	}
	p, err := s.d.People.Register(ctx, cmd, r.Process, people.RegisterInput{
		Person: in.Person, Code: in.Code, Identity: in.Identity, Answers: in.Answers, Source: in.Source, Channel: in.Channel,
	})
	if err != nil {
		return Registered{}, err
	}
	cmd.Actor = actor
	return s.judge(ctx, cmd, r, p)
}

// registered reports whether a person of the status is past the invitation.
func registered(st people.Status) bool {
	switch st {
	case people.Invited, people.Declined, people.NoAnswer, people.Withdrawn, people.Ineligible, "":
		return false
	}
	return true
}

// known finds the person a registration is about when it does not say: the
// one with the same number and the same name, or whose name we do not know.
func (s *Service) known(ctx context.Context, processID string, in RegisterInput) (people.Person, error) {
	if in.Person != "" || in.Code != "" || in.Identity.Number == "" {
		return people.Person{}, nil
	}
	found, err := s.d.People.ByNumber(ctx, processID, s.d.Vault.Lookup("number", string(in.Identity.Number)))
	if err != nil {
		return people.Person{}, err
	}
	for _, p := range found {
		if p.Status == people.Erased || p.Status == people.Deceased {
			continue
		}
		who, err := s.d.People.Recipient(ctx, p.ID)
		if err != nil {
			return people.Person{}, err
		}
		if who.Name == "" || in.Identity.Name == "" || fold(string(who.Name)) == fold(string(in.Identity.Name)) {
			return p, nil
		}
	}
	return people.Person{}, nil
}

// AnswerInput is what a registrant says after registering.
type AnswerInput struct {
	Answers people.Answers `json:"answers"`
}

// LogValue hides the answers from logs.
func (AnswerInput) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// Answer takes over a registrant's answers, one or many, and judges again.
func (s *Service) Answer(ctx context.Context, cmd domain.Command, processID, personID string, in AnswerInput) (Registered, error) {
	r, err := s.open(ctx, processID)
	if err != nil {
		return Registered{}, err
	}
	if _, err := s.own(ctx, cmd.Actor, processID, personID); err != nil {
		return Registered{}, err
	}
	p := domain.Problems{}
	in.Answers = spell(p, r.Targets, in.Answers)
	if err := p.Err(); err != nil {
		return Registered{}, err
	}
	person, err := s.d.People.UpdateAnswers(ctx, cmd, personID, in.Answers)
	if err == nil {
		person, err = s.secondThought(ctx, cmd, r, person, in.Answers)
	}
	if err != nil {
		return Registered{}, err
	}
	return s.judge(ctx, cmd, r, person)
}

// What residents who say it of themselves are found, and the answer that takes
// it back.
const (
	selfDeclared = "self_declared"
	eligibleKey  = "eligible"
)

// secondThought registers somebody again who was found not to be whom the jury
// is for, and whose answers say now that they are.
func (s *Service) secondThought(ctx context.Context, cmd domain.Command, r Recruitment, p people.Person, said people.Answers) (people.Person, error) {
	if p.Status != people.Ineligible || len(said) == 0 {
		return p, nil
	}
	answers, err := s.d.People.Answers(ctx, p)
	if err != nil {
		return p, err
	}
	if p.Reason == selfDeclared && said[eligibleKey] != "yes" || Judge(r.Rules, r.Targets, answers).Reason != "" {
		return p, nil
	}
	// What is known of the person stays: nothing new comes with this.
	return s.d.People.Register(ctx, system(cmd, "again"), r.Process, people.RegisterInput{Person: p.ID, Source: people.FromStaff})
}

func (s *Service) open(ctx context.Context, processID string) (Recruitment, error) {
	ref, err := s.d.Processes.Ref(ctx, processID)
	if err != nil {
		return Recruitment{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return r, err
	}
	return r, r.takes()
}

// NotEligible notes that somebody said themselves that they are not who the
// jury is for.
func (s *Service) NotEligible(ctx context.Context, cmd domain.Command, processID, personID, reason string) (Registered, error) {
	if _, err := s.open(ctx, processID); err != nil {
		return Registered{}, err
	}
	if _, err := s.own(ctx, cmd.Actor, processID, personID); err != nil {
		return Registered{}, err
	}
	p, err := s.d.People.Assess(ctx, system(cmd, "ineligible"), personID, people.AssessInput{Reason: reason})
	return Registered{Person: p.ID, Status: p.Status, Reason: p.Reason}, err
}

// own finds a person of the process, for the person or staff who serve them.
func (s *Service) own(ctx context.Context, a domain.Actor, processID, personID string) (people.Person, error) {
	p, err := s.d.People.Get(ctx, a, personID)
	if err == nil && p.Process != processID {
		err = domain.Hidden("person")
	}
	return p, err
}

// system is a step that follows from a command, done by the program.
func system(cmd domain.Command, step string) domain.Command {
	out := cmd.Sub(step)
	out.Actor, out.Reason = domain.SystemActor(cmd.Actor.Via), ""
	return out
}

// judge moves a registrant on as far as their answers carry: into the pool,
// or out with the reason. It is repeated by a repeated command, so a crash
// between the steps is mended by the next try.
func (s *Service) judge(ctx context.Context, cmd domain.Command, r Recruitment, p people.Person) (Registered, error) {
	out := Registered{Person: p.ID, Status: p.Status}
	if p.Status != people.Registered && p.Status != people.Eligible {
		out.Already = p.Status == people.InPool && !p.Done(cmd)
		if p.Done(cmd) && p.Status == people.Ineligible {
			out.Reason = p.Reason
		}
		return out, nil
	}
	answers, err := s.d.People.Answers(ctx, p)
	if err != nil {
		return out, err
	}
	j := Judge(r.Rules, r.Targets, answers)
	out.Missing = j.Missing
	switch {
	case j.Reason != "":
		out.Reason, out.Say = j.Reason, j.Say
		p, err = s.d.People.Assess(ctx, system(cmd, "assess/"+p.ID), p.ID, people.AssessInput{Reason: j.Reason})
	case j.Eligible:
		p, err = s.admit(ctx, cmd, p)
	}
	if err == nil {
		out.Status = p.Status
	}
	return out, err
}

func (s *Service) admit(ctx context.Context, cmd domain.Command, p people.Person) (people.Person, error) {
	if p.Status == people.Registered {
		var err error
		if p, err = s.d.People.Assess(ctx, system(cmd, "assess/"+p.ID), p.ID, people.AssessInput{Eligible: true}); err != nil {
			return p, err
		}
	}
	var tell *people.Tell
	byText := p.Source == people.FromText || cmd.Actor.Via == "sms" // a conversation says so itself
	if !byText && p.Source != people.FromImport {
		tell = &people.Tell{Template: "registered", Class: domain.ClassService}
	}
	return s.d.People.Admit(ctx, system(cmd, "admit/"+p.ID), p.ID, people.AdmitInput{Tell: tell})
}

// Reassess judges again everybody who is registered or was found ineligible
// by the rules, after rules or targets changed. It answers how many moved.
func (s *Service) Reassess(ctx context.Context, cmd domain.Command, processID string) (int, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return 0, err
	}
	r, err := s.open(ctx, processID)
	if err != nil {
		return 0, err
	}
	moved := 0
	for p, err := range s.d.People.Of(ctx, processID, people.Registered, people.Eligible) {
		if err != nil {
			return moved, err
		}
		before := p.Status
		if p, err = s.unplaced(ctx, cmd, r, p); err != nil {
			return moved, err
		}
		got, err := s.judge(ctx, cmd, r, p)
		if err != nil {
			return moved, err
		}
		if got.Status != before {
			moved++
		}
	}
	return moved, nil
}
