package sms

import (
	"context"
	"strings"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// table is every command of the flows and who carries it out.
func (d *Dispatcher) table() map[string]func(context.Context, asked) error {
	return map[string]func(context.Context, asked) error{
		flows.DoRegister:        d.register,
		flows.DoDecline:         d.decline,
		flows.DoExpired:         d.lapse,
		flows.DoIneligible:      d.ineligible,
		dialogue.DoAnswer:       d.answer,
		flows.DoSupport:         d.support,
		flows.DoFormat:          d.format,
		flows.DoAvailability:    d.availability,
		flows.DoComplete:        d.complete,
		flows.DoIncomplete:      nothing,
		flows.DoConfirm:         d.confirm,
		flows.DoDeclineOffer:    d.declineOffer,
		flows.DoNoAnswer:        d.lapse,
		flows.DoPayment:         d.payment,
		flows.DoBenefits:        d.benefits,
		flows.DoConsent:         d.consent,
		flows.DoOnboarded:       d.onboarded,
		flows.DoAbsent:          d.absent,
		flows.DoLate:            d.late,
		flows.DoFeedback:        d.feedback,
		flows.DoWitness:         d.witness,
		dialogue.DoWithdraw:     d.withdraw,
		dialogue.DoEraseRequest: d.erase,
		dialogue.DoLanguage:     d.language,
		flows.DoVote:            d.vote,
		flows.DoEvaluation:      d.evaluation,
		flows.DoMinority:        d.minority,
		flows.DoChannel:         d.channel,
		flows.DoNumber:          d.number,
		flows.DoClaim:           d.claim,
		dialogue.DoWrongNumber:  d.wrongNumber,
		// The question is asked again, and its new answer takes the old one's
		// place; until then the old one stands, as the text says, so that
		// nobody drops out of the draw by half a change. What only a person
		// can take back the engine hands to one.
		dialogue.DoUndo: nothing,
	}
}

func nothing(context.Context, asked) error { return nil }

// register notes interest under the number that texted, and binds the two.
func (d *Dispatcher) register(ctx context.Context, a asked) error {
	n, err := d.Outreach.Number(ctx, a.Number)
	if err != nil {
		return err
	}
	phone, err := d.Outreach.Phone(ctx, n)
	if err != nil {
		return err
	}
	person, err := d.Recruitment.Register(ctx, a.cmd, a.Process, a.Person, phone)
	if err != nil {
		return err
	}
	return d.Outreach.Bind(ctx, a.cmd.Sub("bind"), a.Number, outreach.Binding{Process: a.Process, Person: person})
}

// decline notes a no to the invitation; somebody who had said yes before
// leaves. Somebody we never knew has nothing to decline.
func (d *Dispatcher) decline(ctx context.Context, a asked) error {
	if a.Person == "" {
		return nil
	}
	_, err := d.People.Decline(ctx, a.cmd, a.Person, people.DeclineInput{})
	if domain.Is(err, domain.Conflict) {
		_, err = d.People.Withdraw(ctx, a.cmd, a.Person, people.WithdrawInput{Reason: "changed_mind"})
	}
	return err
}

// declineOffer is a no to a seat, also after a yes.
func (d *Dispatcher) declineOffer(ctx context.Context, a asked) error { return d.decline(ctx, a) }

// lapse closes an invitation or offer that was left unanswered. When the
// clock of the offer itself was faster there is nothing left to close.
func (d *Dispatcher) lapse(ctx context.Context, a asked) error {
	if a.Person == "" {
		return nil
	}
	cmd := a.cmd
	cmd.Actor = domain.SystemActor("sms")
	_, err := d.People.Lapse(ctx, cmd, a.Person, people.LapseInput{})
	if domain.Is(err, domain.Conflict) {
		return nil
	}
	return err
}

func (d *Dispatcher) ineligible(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Recruitment.NotEligible(ctx, a.cmd, a.Process, a.Person, "self_declared")
}

// answer takes one answer over. The postcode is part of how somebody is
// reached, not one of the questions.
func (d *Dispatcher) answer(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	question, value := a.fields["question"], a.fields["value"]
	if question == "postcode" {
		return d.postcode(ctx, a, value)
	}
	return d.answers(ctx, a, map[string]string{question: value})
}

// postcode notes a postcode, and what it says of where somebody lives.
func (d *Dispatcher) postcode(ctx context.Context, a asked, value string) error {
	if value == dialogue.NotSaid {
		return d.Recruitment.Place(ctx, a.cmd.Sub("place"), a.Process, a.Person, "")
	}
	if _, err := d.People.UpdateContact(ctx, a.cmd, a.Person, people.Identity{Postcode: people.Private(value)}); err != nil {
		return err
	}
	return d.Recruitment.Place(ctx, a.cmd.Sub("place"), a.Process, a.Person, value)
}

func (d *Dispatcher) answers(ctx context.Context, a asked, in map[string]string) error {
	_, err := d.Recruitment.Answer(ctx, a.cmd, a.Process, a.Person, in)
	return err
}

func (d *Dispatcher) support(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	text := strings.TrimSpace(a.fields["text"])
	if text == "" || text == "none" || text == dialogue.NotSaid {
		return nil
	}
	_, err := d.People.AskSupport(ctx, a.cmd, a.Person, people.SupportInput{Kind: "other", Detail: people.Private(text)})
	return err
}

func (d *Dispatcher) format(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	value := a.fields["value"]
	if value == "language" {
		return d.pass(ctx, a, "format_language")
	}
	_, err := d.People.UpdateContact(ctx, a.cmd, a.Person, people.Identity{Format: people.Private(value)})
	return err
}

func (d *Dispatcher) availability(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.answers(ctx, a, map[string]string{"availability": a.fields["value"]})
}

// complete judges once more when all is asked. Whose answers do not carry
// them into the pool is looked at by a person.
func (d *Dispatcher) complete(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	missing, err := d.Recruitment.Answer(ctx, a.cmd, a.Process, a.Person, nil)
	if err != nil || len(missing) == 0 {
		return err
	}
	return d.pass(ctx, a, "answers_missing")
}

// confirm takes the seat: the question asked for every day.
func (d *Dispatcher) confirm(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	_, err := d.People.Confirm(ctx, a.cmd, a.Person, people.ConfirmInput{Available: true})
	return err
}

var payments = map[string]string{"bank": people.Pay, "voucher": people.PayVoucher, "declined": people.NoPay}

func (d *Dispatcher) payment(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	_, err := d.People.ChoosePayment(ctx, a.cmd, a.Person, people.PaymentChoiceInput{Choice: payments[a.fields["value"]]})
	return err
}

// benefits notes that advice was offered; whoever wants the call is put
// before a person, the others have said that they do not.
func (d *Dispatcher) benefits(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	offer := a.cmd.Sub("offered")
	offer.Actor = domain.SystemActor("sms")
	if _, err := d.People.RecordAdvice(ctx, offer, a.Person, people.AdviceInput{State: people.AdviceOffered}); err != nil {
		return err
	}
	if a.fields["value"] == dialogue.Yes {
		return d.pass(ctx, a, "benefits_call")
	}
	_, err := d.People.RecordAdvice(ctx, a.cmd, a.Person, people.AdviceInput{State: people.AdviceNotWanted})
	return err
}

// consent notes a yes; what follows from a no is a person's to talk over, and
// the flow has handed it to one.
func (d *Dispatcher) consent(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	if a.fields["value"] != dialogue.Yes {
		return nil
	}
	_, err := d.People.GiveConsent(ctx, a.cmd, a.Person, people.ConsentInput{Version: d.Notice})
	return err
}

func (d *Dispatcher) onboarded(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	_, err := d.People.Onboard(ctx, a.cmd, a.Person, people.StepInput{})
	return err
}

func (d *Dispatcher) absent(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Assembly.Absent(ctx, a.cmd, a.Process, a.Person)
}

func (d *Dispatcher) late(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Assembly.Late(ctx, a.cmd, a.Process, a.Person)
}

func (d *Dispatcher) feedback(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Assembly.Feedback(ctx, a.cmd, a.Process, Say{
		Question: a.fields["question"], Value: a.fields["value"], Words: a.fields["text"],
	})
}

func (d *Dispatcher) witness(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Assembly.AskWitness(ctx, a.cmd, a.Process, afterWord(a.fields["text"]))
}

// afterWord leaves out the command word that the question began with.
func afterWord(text string) string {
	if _, rest, ok := strings.Cut(strings.TrimSpace(text), " "); ok {
		return strings.TrimSpace(rest)
	}
	return text
}

func (d *Dispatcher) withdraw(ctx context.Context, a asked) error {
	if a.Person == "" {
		return nil
	}
	_, err := d.People.Withdraw(ctx, a.cmd, a.Person, people.WithdrawInput{})
	return err
}

func (d *Dispatcher) erase(ctx context.Context, a asked) error {
	if a.Person == "" {
		return d.pass(ctx, a, "erase_request")
	}
	return d.Erasures.RequestErasure(ctx, a.cmd, a.Process, a.Person)
}

func (d *Dispatcher) language(ctx context.Context, a asked) error {
	if a.Person == "" {
		return nil
	}
	_, err := d.People.UpdateContact(ctx, a.cmd, a.Person, people.Identity{Language: people.Private(a.fields["lang"])})
	return err
}
