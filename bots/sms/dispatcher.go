package sms

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"folkmoot/bots/flows"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// Recruitment takes registrations and answers. Main satisfies it with
// domain/recruitment.
type Recruitment interface {
	// Register notes the interest of the number's owner, who is person where
	// that is known, and answers who they are.
	Register(ctx context.Context, cmd domain.Command, process, person, phone string) (string, error)
	// Answer takes answers over and says which ones are still needed.
	Answer(ctx context.Context, cmd domain.Command, process, person string, answers map[string]string) (missing []string, err error)
	// Place takes over what a postcode says; "" is rather not say.
	Place(ctx context.Context, cmd domain.Command, process, person, postcode string) error
	NotEligible(ctx context.Context, cmd domain.Command, process, person, reason string) error
}

// People changes what a person may change about themselves; domain/people
// satisfies it.
type People interface {
	Confirm(ctx context.Context, cmd domain.Command, id string, in people.ConfirmInput) (people.Person, error)
	Decline(ctx context.Context, cmd domain.Command, id string, in people.DeclineInput) (people.Person, error)
	Withdraw(ctx context.Context, cmd domain.Command, id string, in people.WithdrawInput) (people.Person, error)
	Lapse(ctx context.Context, cmd domain.Command, id string, in people.LapseInput) (people.Person, error)
	Onboard(ctx context.Context, cmd domain.Command, id string, in people.StepInput) (people.Person, error)
	GiveConsent(ctx context.Context, cmd domain.Command, id string, in people.ConsentInput) (people.Person, error)
	ChoosePayment(ctx context.Context, cmd domain.Command, id string, in people.PaymentChoiceInput) (people.Person, error)
	RecordAdvice(ctx context.Context, cmd domain.Command, id string, in people.AdviceInput) (people.Person, error)
	AskSupport(ctx context.Context, cmd domain.Command, id string, in people.SupportInput) (people.Person, error)
	UpdateContact(ctx context.Context, cmd domain.Command, id string, in people.Identity) (people.Person, error)
	// WrongNumber takes a number, by its keyed hash, off a person.
	WrongNumber(ctx context.Context, cmd domain.Command, id, number string) (people.Person, error)
	ChooseChannel(ctx context.Context, cmd domain.Command, id string, in people.ChannelInput) (people.Person, error)
	Claim(ctx context.Context, cmd domain.Command, id string, in people.ClaimInput) (people.Payment, error)
}

// Say is a resident's answer about a session, a report or the work itself.
type Say struct {
	Question string // fair, bias, bias_words, answered, or a question of the evaluation
	Value    string
	Words    string
}

// Assembly takes what members say about sessions, witnesses and responses.
// Main satisfies it with the services of the domain.
type Assembly interface {
	AskWitness(ctx context.Context, cmd domain.Command, process, text string) error
	Feedback(ctx context.Context, cmd domain.Command, process string, s Say) error
	// Vote answers a live question in the room, Evaluate one of the
	// evaluation; choice counts from 1.
	Vote(ctx context.Context, cmd domain.Command, process, poll string, choice int) error
	Evaluate(ctx context.Context, cmd domain.Command, process, moment, question string, choice int) error
	Minority(ctx context.Context, cmd domain.Command, process, text string) error
	// Absent and Late tell the facilitators; day is the next one.
	Absent(ctx context.Context, cmd domain.Command, process, person string) error
	Late(ctx context.Context, cmd domain.Command, process, person string) error
}

// Erasures takes requests to be erased; a person checks who asks.
type Erasures interface {
	RequestErasure(ctx context.Context, cmd domain.Command, process, person string) error
}

// DispatcherDeps is what a dispatcher needs.
type DispatcherDeps struct {
	Outreach    *outreach.Service
	Recruitment Recruitment
	People      People
	Assembly    Assembly
	Erasures    Erasures
	Processes   domain.Processes
	Vault       domain.Vault
	Clock       domain.Clock
	Log         *slog.Logger // nil discards
	Region      string       // of national numbers; empty: GB
	Notice      string       // version of the privacy notice that a consent is about
}

// Dispatcher carries out what residents ask for by text: it executes the
// effects of kind reply. Each command goes to one service under a key of its
// own, so doing it again changes nothing. What a service cannot do goes to a
// person, and the resident is told so; nobody is left with silence.
type Dispatcher struct {
	DispatcherDeps
	does map[string]func(context.Context, asked) error
}

// asked is one command under way.
type asked struct {
	domain.ReplyData
	cmd    domain.Command
	fields map[string]string
	effect string
	soon   bool // a registration at the number is still to be carried out
}

// NewDispatcher makes a dispatcher.
func NewDispatcher(d DispatcherDeps) *Dispatcher {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Region == "" {
		d.Region = "GB"
	}
	if d.Notice == "" {
		d.Notice = "1"
	}
	x := &Dispatcher{DispatcherDeps: d}
	x.does = x.table()
	return x
}

// Execute carries out one effect. An error means: later again.
func (d *Dispatcher) Execute(ctx context.Context, e domain.Effect) error {
	a, err := d.open(ctx, e)
	if domain.Is(err, domain.NotFound) {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	do, ok := d.does[a.Name]
	if !ok {
		d.Log.WarnContext(ctx, "a text asks for something nobody does; a person gets it", "command", a.Name)
		return d.refuse(ctx, a)
	}
	err = do(ctx, a)
	if errors.Is(err, errNobody) {
		d.Log.InfoContext(ctx, "an answer of somebody who is not registered was left", "command", a.Name)
		return nil
	}
	switch domain.CodeOf(err) {
	case "":
		return nil
	case domain.Conflict, domain.Invalid, domain.Forbidden, domain.NotFound, domain.Unauthenticated:
		if _, gone := d.open(ctx, e); domain.Is(gone, domain.NotFound) {
			return nil // erased while this was under way: there is nobody to tell
		}
		d.Log.InfoContext(ctx, "a text asked for what cannot be done; a person gets it", "command", a.Name, "code", domain.CodeOf(err), "err", err)
		return d.refuse(ctx, a)
	}
	return err
}

func (d *Dispatcher) open(ctx context.Context, e domain.Effect) (asked, error) {
	a := asked{effect: e.ID}
	if err := e.Decode(&a.ReplyData); err != nil {
		return a, err
	}
	plain, err := d.Vault.Open(ctx, a.Subject, e.ID, a.Fields)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(plain, &a.fields); err != nil {
		return a, domain.E(domain.Internal, "the fields of command %s cannot be read", a.Name).Because(err)
	}
	if a.Person == "" && a.Process != "" {
		n, err := d.Outreach.Number(ctx, a.Number)
		if err != nil {
			return a, err
		}
		a.Person, a.soon = n.PersonIn(a.Process), registering(n, e.ID)
	}
	a.cmd = domain.Command{Key: domain.Derive("reply", a.Event), Actor: domain.PublicActor("sms")}
	if a.Person != "" {
		a.cmd.Actor = domain.MemberActor(a.Process, a.Person, "sms")
	}
	return a, nil
}

// refuse puts the text before a person and tells the resident so.
func (d *Dispatcher) refuse(ctx context.Context, a asked) error {
	return d.Outreach.HandOver(ctx, domain.Command{Key: a.effect}, a.item(outreach.ReasonRefused))
}

// pass puts something that was understood and done before a person, who has
// more to do about it.
func (d *Dispatcher) pass(ctx context.Context, a asked, reason string) error {
	return d.Outreach.Pass(ctx, domain.Command{Key: a.effect}, a.item(reason))
}

func (a asked) item(reason string) outreach.QueueData {
	return outreach.QueueData{
		Process: a.Process, Person: a.Person, Number: a.Number, Event: a.fields["input"], Reason: reason, At: a.At,
	}
}

// registering reports whether another effect of the number asks to register.
func registering(n outreach.Number, but string) bool {
	for _, e := range n.Effects {
		var r domain.ReplyData
		if e.Kind == domain.EffectReply && e.ID != but && e.Decode(&r) == nil && r.Name == flows.DoRegister {
			return true
		}
	}
	return false
}

// errNobody ends what follows a registration that was refused: a person has
// it, and the resident knows.
var errNobody = errors.New("nobody is registered at this number")

// known is nil when the person is known, unavailable while their registration
// is still on its way, and errNobody when it was refused.
func (a asked) known() error {
	switch {
	case a.Person != "":
		return nil
	case a.soon:
		return domain.E(domain.Unavailable, "the registration before this is not done yet")
	}
	return errNobody
}
