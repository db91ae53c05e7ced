package people

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"folkmoot/domain"
)

// The ways a person came in.
const (
	FromFrame  = "frame"
	FromCode   = "code"
	FromText   = "text"
	FromPage   = "page"
	FromStaff  = "staff"
	FromImport = "import"
)

// Sources lists the ways in.
var Sources = []string{FromFrame, FromCode, FromText, FromPage, FromStaff, FromImport}

// InviteInput is one person drawn from the frame.
type InviteInput struct {
	Ref      string   `json:"ref"` // the frame row's own reference
	Identity Identity `json:"identity"`
	Answers  Answers  `json:"answers,omitempty"` // what the frame says of them
	Area     string   `json:"area,omitempty"`
	Wave     string   `json:"wave,omitempty"`
	Channel  string   `json:"channel,omitempty"`
	Tell     *Tell    `json:"-"`
}

// LogValue hides who is invited from logs.
func (InviteInput) LogValue() slog.Value { return slog.StringValue(redacted) }

// Invite keeps a person drawn from the frame, once per frame row, and gives
// them a letter code.
func (s *Service) Invite(ctx context.Context, cmd domain.Command, process string, in InviteInput) (Person, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return Person{}, err
	}
	if err := domain.Authorize(cmd.Actor, domain.Recruit, ref.Scope()); err != nil {
		return Person{}, err
	}
	pr := domain.Problems{}
	pr.Need(in.Ref != "", "ref", "give the reference of the frame's row")
	checkIdentity(pr, in.Identity)
	checkAnswers(pr, in.Answers)
	if in.Channel != "" {
		checkOneOf(pr, "channel", in.Channel, Channels)
	}
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.invite(ctx, cmd, ref, in)
}

func (s *Service) invite(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, in InviteInput) (Person, error) {
	id := PersonID(ref.ID, "frame", in.Ref)
	try, err := s.freeCode(ctx, id)
	if err != nil {
		return Person{}, err
	}
	c := change{action: "person.invited", tell: in.Tell, data: map[string]any{"wave": in.Wave}, do: func(p *Person, now time.Time) error {
		if p.Status != "" {
			return domain.ErrNoChange // the row was invited before, by another command
		}
		p.Source, p.Area, p.Wave, p.Channel = FromFrame, in.Area, in.Wave, in.Channel
		p.CodeTry, p.CodeHash = try, s.codeHash(s.codeOf(id, try))
		if err := s.setIdentity(ctx, p, in.Identity); err != nil {
			return err
		}
		if err := s.setAnswers(ctx, p, in.Answers); err != nil {
			return err
		}
		return p.move(Invited, now, "")
	}}
	return s.d.People.Upsert(ctx, id, newPerson(id, ref), func(p *Person) error { return c.run(p, cmd, s.d.Clock.Now()) })
}

func newPerson(id string, ref domain.ProcessRef) func() Person {
	return func() Person { return Person{Root: domain.Root{ID: id}, Process: ref.ID, Body: ref.Body} }
}

// freeCode is the first try whose code belongs to nobody else.
func (s *Service) freeCode(ctx context.Context, id string) (int, error) {
	for try := range 8 {
		taken := false
		for p, err := range s.d.People.Find(ctx, domain.Query{Index: "code", Equal: []any{s.codeHash(s.codeOf(id, try))}, Limit: 2}) {
			if err != nil {
				return 0, err
			}
			taken = taken || p.ID != id
		}
		if !taken {
			return try, nil
		}
	}
	return 0, domain.E(domain.Internal, "no free letter code was found in eight tries")
}

// RegisterInput is somebody who wants to take part. Only what is told is
// taken over; the rest stays as it was.
type RegisterInput struct {
	Person   string   `json:"person,omitempty"` // of a known invitee
	Code     Private  `json:"code,omitempty"`   // from the letter
	Identity Identity `json:"identity"`
	Answers  Answers  `json:"answers,omitempty"`
	Source   string   `json:"source"` // code, text, page, staff, import
	Channel  string   `json:"channel,omitempty"`
	Tell     *Tell    `json:"-"`
}

// LogValue hides who registers from logs.
func (RegisterInput) LogValue() slog.Value { return slog.StringValue(redacted) }

// Register notes interest. It finds the person by id, by letter code or, for
// texts, by the sender's number; otherwise they are new. Before the draw
// somebody who declined, did not answer, withdrew or was found ineligible may
// come back. Public actors may register while the process recruits; whether
// registration is open is recruitment's to say.
func (s *Service) Register(ctx context.Context, cmd domain.Command, process string, in RegisterInput) (Person, error) {
	ref, err := s.d.Processes.Ref(ctx, process)
	if err != nil {
		return Person{}, err
	}
	if err := allowRegister(cmd.Actor, ref, in.Person); err != nil {
		return Person{}, err
	}
	if err := checkRegister(in); err != nil {
		return Person{}, err
	}
	id, err := s.registrant(ctx, cmd, ref.ID, in)
	if err != nil {
		return Person{}, err
	}
	c := change{action: "person.registered", tell: in.Tell, data: map[string]any{"source": in.Source}, do: func(p *Person, now time.Time) error {
		return s.register(ctx, p, in, now, cmd.Actor)
	}}
	return s.d.People.Upsert(ctx, id, newPerson(id, ref), func(p *Person) error { return c.run(p, cmd, s.d.Clock.Now()) })
}

func allowRegister(a domain.Actor, ref domain.ProcessRef, person string) error {
	scope := ref.Scope()
	scope.Person = person
	if domain.May(a, domain.ServePeople, scope) || person != "" && domain.May(a, domain.SelfServe, scope) {
		return nil
	}
	if person == "" && a.Holds(domain.Public, scope) && ref.Stage == domain.Recruiting {
		return nil
	}
	return domain.Authorize(a, domain.ServePeople, scope)
}

func checkRegister(in RegisterInput) error {
	pr := domain.Problems{}
	checkIdentity(pr, in.Identity)
	checkAnswers(pr, in.Answers)
	checkOneOf(pr, "source", in.Source, Sources)
	if in.Channel != "" {
		checkOneOf(pr, "channel", in.Channel, Channels)
	}
	pr.Need(in.Source != FromText || in.Identity.Number != "", "identity.number", "give the number the text came from")
	return pr.Err()
}

// registrant finds whose row this is.
func (s *Service) registrant(ctx context.Context, cmd domain.Command, process string, in RegisterInput) (string, error) {
	switch {
	case in.Person != "":
		p, err := s.d.People.Get(ctx, in.Person)
		if domain.Is(err, domain.NotFound) || err == nil && p.Process != process {
			return "", domain.Hidden("person")
		}
		return in.Person, err
	case in.Code != "":
		p, err := s.ByCode(ctx, string(in.Code))
		if err != nil || p.Process != process {
			return "", codeUnknown()
		}
		return p.ID, nil
	case in.Source == FromText:
		return s.byText(ctx, cmd, process, s.d.Vault.Lookup("number", string(in.Identity.Number)))
	}
	return cmd.ID("person"), nil
}

func codeUnknown() error {
	return domain.Problems{"code": "we do not know this code; check the letter, or register without it"}.Err()
}

// byText is the newest living row with the number; a number may be shared by
// a household, whose other members register by page or phone. The number of
// somebody who was erased, or who has another one by now, comes back as a new
// person: it may have been given to somebody else.
func (s *Service) byText(ctx context.Context, cmd domain.Command, process, hash string) (string, error) {
	found, err := s.ByNumber(ctx, process, hash)
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return found[len(found)-1].ID, nil
	}
	for life := range 16 {
		id := PersonID(process, "number", hash+suffix(life))
		p, err := s.d.People.Get(ctx, id)
		if domain.Is(err, domain.NotFound) || err == nil && p.Done(cmd) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", domain.E(domain.Conflict, "this number has changed hands too often to be kept again; register by letter or phone")
}

func suffix(life int) string {
	if life == 0 {
		return ""
	}
	return "+" + string(rune('a'+life-1))
}

func (s *Service) register(ctx context.Context, p *Person, in RegisterInput, now time.Time, a domain.Actor) error {
	if p.Draw != "" {
		return domain.E(domain.Conflict, "the draw was made; nobody can join the pool any more")
	}
	known := slices.Contains([]Status{Registered, Eligible, InPool}, p.Status)
	if known && a.Holds(domain.Public, domain.Scope{}) {
		return domain.ErrNoChange // the public page may not overwrite a registration
	}
	if p.Source == "" {
		p.Source = in.Source
	}
	if in.Channel != "" {
		p.Channel = in.Channel
	}
	if err := s.setIdentity(ctx, p, in.Identity); err != nil {
		return err
	}
	if err := s.setAnswers(ctx, p, in.Answers); err != nil {
		return err
	}
	if known {
		return nil
	}
	return p.move(Registered, now, "")
}

// UpdateContact takes over what is newly told of who a person is and how to
// reach them.
func (s *Service) UpdateContact(ctx context.Context, cmd domain.Command, id string, in Identity) (Person, error) {
	pr := domain.Problems{}
	checkIdentity(pr, in)
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.contact_changed", perms: serve, do: func(p *Person, _ time.Time) error {
		return s.setIdentity(ctx, p, in)
	}})
}

// ChannelInput says how a person wants to be reached.
type ChannelInput struct {
	Channel string  `json:"channel"`          // text, letter, email, phone
	Email   Private `json:"email,omitempty"`  // a new address
	Number  Private `json:"number,omitempty"` // a new number, as people write it
}

// LogValue hides address and number from logs.
func (in ChannelInput) LogValue() slog.Value { return slog.StringValue(in.Channel) }

// ChooseChannel sets how a person wants to be reached, and the address or
// number where it is a new one or none is known yet.
func (s *Service) ChooseChannel(ctx context.Context, cmd domain.Command, id string, in ChannelInput) (Person, error) {
	pr := domain.Problems{}
	checkOneOf(pr, "channel", in.Channel, Channels)
	pr.Need(in.Email == "" || isEmail(in.Email), "email", badEmail)
	number := readNumber(pr, in.Number)
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.channel_chosen", perms: serve, data: map[string]any{"channel": in.Channel},
		do: func(p *Person, _ time.Time) error {
			p.Channel = in.Channel
			if in.Email != "" || number != "" {
				return s.setIdentity(ctx, p, Identity{Email: in.Email, Number: number})
			}
			who, err := s.identityOf(ctx, *p)
			if err == nil && in.Channel == ChannelEmail && who.Email == "" {
				err = domain.Problems{"email": "give the address that emails go to; none is known yet"}.Err()
			}
			return err
		}})
}

// UpdateAnswers takes over what a person says of themselves, until the draw.
func (s *Service) UpdateAnswers(ctx context.Context, cmd domain.Command, id string, in Answers) (Person, error) {
	pr := domain.Problems{}
	checkAnswers(pr, in)
	if err := pr.Err(); err != nil {
		return Person{}, err
	}
	return s.apply(ctx, cmd, id, change{action: "person.answers_changed", perms: serve, do: func(p *Person, _ time.Time) error {
		if p.Draw != "" {
			return domain.E(domain.Conflict, "the draw was made with the answers as they were; they can no longer change")
		}
		return s.setAnswers(ctx, p, in)
	}})
}
