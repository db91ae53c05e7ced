package sms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"folkmoot/bots/sms"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// residents stands in for the services that residents' texts reach: it writes
// down what was asked, once per command.
type residents struct{ *town }

func (r residents) Register(_ context.Context, cmd domain.Command, process, person, phone string) (string, error) {
	if person == "" {
		person = domain.Derive("person", process, phone)
	}
	err := r.did(cmd, "register "+process)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.people[process+"/"+person] = outreach.Contact{Phone: phone}
	return person, err
}

func (r residents) Answer(_ context.Context, cmd domain.Command, process, _ string, answers map[string]string) ([]string, error) {
	var all []string
	for k, v := range answers {
		all = append(all, k+"="+v)
	}
	slices.Sort(all)
	return nil, r.did(cmd, strings.TrimSpace("answer "+process+" "+strings.Join(all, " ")))
}

func (r residents) NotEligible(_ context.Context, cmd domain.Command, process, _, reason string) error {
	return r.did(cmd, "ineligible "+process+" "+reason)
}

func (r residents) Confirm(_ context.Context, cmd domain.Command, _ string, in people.ConfirmInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, fmt.Sprint("confirm ", in.Available))
}

func (r residents) Decline(_ context.Context, cmd domain.Command, _ string, _ people.DeclineInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "decline")
}

func (r residents) Withdraw(_ context.Context, cmd domain.Command, _ string, _ people.WithdrawInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "withdraw")
}

func (r residents) Lapse(_ context.Context, cmd domain.Command, _ string, _ people.LapseInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "lapse")
}

func (r residents) Onboard(_ context.Context, cmd domain.Command, _ string, _ people.StepInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "onboard")
}

func (r residents) GiveConsent(_ context.Context, cmd domain.Command, _ string, in people.ConsentInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "consent "+in.Version)
}

func (r residents) ChoosePayment(_ context.Context, cmd domain.Command, _ string, in people.PaymentChoiceInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "payment "+in.Choice)
}

func (r residents) RecordAdvice(_ context.Context, cmd domain.Command, _ string, in people.AdviceInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "advice "+in.State)
}

func (r residents) AskSupport(_ context.Context, cmd domain.Command, _ string, in people.SupportInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "support "+string(in.Detail))
}

func (r residents) UpdateContact(ctx context.Context, cmd domain.Command, id string, in people.Identity) (people.Person, error) {
	err := r.did(cmd, "contact "+string(in.Postcode)+string(in.Format)+string(in.Language)+string(in.Number))
	if err == nil && in.Number != "" {
		err = r.reach(ctx, cmd.Key, id, string(in.Number), true)
	}
	return people.Person{}, err
}

func (r residents) WrongNumber(ctx context.Context, cmd domain.Command, id, _ string) (people.Person, error) {
	err := r.did(cmd, "wrong number")
	if err == nil {
		err = r.reach(ctx, cmd.Key, id, "", false)
	}
	return people.Person{}, err
}

func (r residents) Place(_ context.Context, cmd domain.Command, _, _, postcode string) error {
	return r.did(cmd, "place "+postcode)
}

func (r residents) AskWitness(_ context.Context, cmd domain.Command, _, text string) error {
	return r.did(cmd, "witness "+text)
}

func (r residents) Feedback(_ context.Context, cmd domain.Command, _ string, s sms.Say) error {
	return r.did(cmd, "feedback "+s.Question+"="+s.Value)
}

func (r residents) Absent(_ context.Context, cmd domain.Command, _, _ string) error {
	return r.did(cmd, "absent")
}

func (r residents) Late(_ context.Context, cmd domain.Command, _, _ string) error {
	return r.did(cmd, "late")
}

func (r residents) RequestErasure(_ context.Context, cmd domain.Command, _, _ string) error {
	return r.did(cmd, "erase")
}

func (r residents) ChooseChannel(_ context.Context, cmd domain.Command, _ string, in people.ChannelInput) (people.Person, error) {
	return people.Person{}, r.did(cmd, "channel "+in.Channel)
}

func (r residents) Claim(_ context.Context, cmd domain.Command, _ string, in people.ClaimInput) (people.Payment, error) {
	return people.Payment{}, r.did(cmd, fmt.Sprintf("claim %d %s", in.Pence, string(in.What)))
}

func (r residents) Vote(_ context.Context, cmd domain.Command, _, poll string, choice int) error {
	return r.did(cmd, fmt.Sprintf("vote %s %d", poll, choice))
}

func (r residents) Evaluate(_ context.Context, cmd domain.Command, _, moment, question string, choice int) error {
	return r.did(cmd, fmt.Sprintf("evaluate %s %s %d", moment, question, choice))
}

func (r residents) Minority(_ context.Context, cmd domain.Command, _, text string) error {
	return r.did(cmd, "minority "+text)
}
