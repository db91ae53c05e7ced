package sms

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// vote counts an answer to a live question.
func (d *Dispatcher) vote(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	choice, _ := strconv.Atoi(a.fields["value"]) // what is no number is refused as out of range
	return d.Assembly.Vote(ctx, a.cmd, a.Process, a.fields["poll"], choice)
}

func (d *Dispatcher) evaluation(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	choice, _ := strconv.Atoi(a.fields["value"])
	return d.Assembly.Evaluate(ctx, a.cmd, a.Process, a.fields["moment"], a.fields["question"], choice)
}

func (d *Dispatcher) minority(ctx context.Context, a asked) error {
	if err := a.known(); err != nil {
		return err
	}
	return d.Assembly.Minority(ctx, a.cmd, a.Process, strings.TrimSpace(a.fields["text"]))
}

// channel sets how somebody is reached from now on. Of somebody who is not
// registered a person takes it down.
func (d *Dispatcher) channel(ctx context.Context, a asked) error {
	if a.Person == "" {
		return d.pass(ctx, a, "channel")
	}
	_, err := d.People.ChooseChannel(ctx, a.cmd, a.Person, people.ChannelInput{Channel: a.fields["value"]})
	return err
}

// wrongNumber takes a number off the person that we took its holder for. A
// person finds another way to reach them: the flow has put it before one.
func (d *Dispatcher) wrongNumber(ctx context.Context, a asked) error {
	if a.Person == "" {
		return nil
	}
	cmd := a.cmd
	cmd.Actor = domain.SystemActor("sms") // it is not the member who says so
	_, err := d.People.WrongNumber(ctx, cmd, a.Person, a.Number)
	return err
}

// number moves somebody to another number. What follows from that, outreach
// does: the new one is texted at once, so that whoever has it hears of it and
// can end it, and the old one is forgotten. Who holds the old phone may ask
// for it, as they may for everything else here. What cannot be read as a
// number a person sorts out.
func (d *Dispatcher) number(ctx context.Context, a asked) error {
	raw := strings.TrimSpace(a.fields["value"])
	phone, ok := people.ParseNumber(raw, d.Region)
	if a.Person == "" || !ok || strings.ContainsFunc(raw, isLetter) {
		return d.pass(ctx, a, "new_number")
	}
	_, err := d.People.UpdateContact(ctx, a.cmd, a.Person, people.Identity{Number: people.Private(phone)})
	return err
}

// isLetter finds what no number holds: the number library would read letters
// as digits.
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

var amountOf = regexp.MustCompile(`([0-9]{1,4})(?:[.,]([0-9]{2}))?\b`)

// claim takes down what a member spent. An amount that cannot be read, or that
// needs a receipt, goes to a person.
func (d *Dispatcher) claim(ctx context.Context, a asked) error {
	if err := a.known(); errors.Is(err, errNobody) {
		return d.pass(ctx, a, "expenses") // they were told that it is noted
	} else if err != nil {
		return err
	}
	text := strings.TrimSpace(a.fields["text"])
	pence, ok := penceOf(text)
	if !ok {
		return d.pass(ctx, a, "expenses")
	}
	_, err := d.People.Claim(ctx, a.cmd, a.Person, people.ClaimInput{What: people.Private(text), Pence: pence, NoReceipt: "by_text"})
	if domain.Is(err, domain.Invalid) || domain.Is(err, domain.Conflict) {
		return d.pass(ctx, a, "expenses")
	}
	return err
}

func penceOf(text string) (int64, bool) {
	m := amountOf.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	pounds, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	pence, _ := strconv.ParseInt(m[2], 10, 64)
	return pounds*100 + pence, pounds*100+pence > 0
}
