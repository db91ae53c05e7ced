package api

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

// People lists the calls about persons: what they need, what they choose, how
// they are paid and how they leave.
func People(s *people.Service) Area {
	routes := append(peopleReads(s), peopleSteps(s)...)
	routes = append(routes, supportRoutes(s)...)
	return Area{
		Name:   "people",
		About:  "Persons in a process, without their identity unless a look at it is recorded first.",
		Routes: append(routes, paymentRoutes(s)...),
	}
}

type onPerson struct {
	Person string `path:"person"`
}

type (
	peopleListIn struct {
		onProcess
		Status people.Status `query:"status" doc:"Only of this status."`
		Paging
	}
	identitiesIn struct {
		peopleListIn
		Purpose string `query:"purpose" required:"true" doc:"Why: letter, phone_call, duplicate_check, report, import_check, ..."`
	}
	identityIn struct {
		onPerson
		Purpose string `query:"purpose" doc:"Why, of staff: phone_call, eligibility, support, correction, ..."`
	}
)

func (in peopleListIn) list() people.ListInput {
	return people.ListInput{Status: in.Status, After: in.After, Limit: in.Limit}
}

func peopleReads(s *people.Service) []Endpoint {
	return []Endpoint{
		Route[peopleListIn, Page[people.View]]{
			Method: "GET", Path: "/processes/{process}/people", Summary: "List the people of a process, without identities", Needs: domain.ServePeople,
			Handle: func(ctx context.Context, cmd domain.Command, in peopleListIn) (Page[people.View], error) {
				p, err := s.List(ctx, cmd.Actor, in.Process, in.list())
				return Page[people.View](p), err
			},
		},
		Route[identitiesIn, Page[people.Entry]]{
			Method: "GET", Path: "/processes/{process}/identities", Summary: "List names and how to reach people", Needs: domain.ViewIdentity,
			Note: "One look is recorded for the page, with its purpose, before anything is opened.",
			Handle: func(ctx context.Context, cmd domain.Command, in identitiesIn) (Page[people.Entry], error) {
				p, err := s.Identities(ctx, cmd, in.Process, people.IdentitiesInput{ListInput: in.list(), Purpose: in.Purpose})
				return Page[people.Entry](p), err
			},
		},
		Route[onPerson, people.View]{
			Method: "GET", Path: "/people/{person}", Summary: "Read where a person stands, without identity", Needs: domain.ServePeople,
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (people.View, error) {
				p, err := s.Get(ctx, cmd.Actor, in.Person)
				return p.ViewFor(cmd.Actor), err
			},
		},
		Route[identityIn, people.Identity]{
			Method: "GET", Path: "/people/{person}/identity", Summary: "Read who a person is and how to reach them", Needs: domain.ViewIdentity,
			Note: "The look is recorded, with its purpose, before anything is opened. People may read their own without a purpose.",
			Handle: func(ctx context.Context, cmd domain.Command, in identityIn) (people.Identity, error) {
				return s.Identity(ctx, cmd, in.Person, in.Purpose)
			},
		},
		Route[onPerson, people.Disclosure]{
			Method: "GET", Path: "/people/{person}/disclosure", Summary: "Export everything held on one person", Needs: domain.Erase,
			Note:    "For a subject access request, by an organiser or the person. Recorded first; others are taken out of it.",
			Timeout: 30 * time.Second,
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (people.Disclosure, error) {
				return s.Disclose(ctx, cmd, in.Person)
			},
		},
	}
}

// The inputs of the steps: the person from the path, the rest from the body.
type (
	contactIn struct {
		onPerson
		people.Identity
	}
	channelIn struct {
		onPerson
		people.ChannelInput
	}
	personConfirmIn struct {
		onPerson
		Available  bool     `json:"available" doc:"They can come to every required session."`
		CannotCome []string `json:"cannot_come,omitempty" doc:"Optional sessions that they will miss."`
	}
	leaveIn struct {
		onPerson
		Reason string `json:"reason,omitempty" doc:"A short code; nobody has to give one."`
	}
	consentIn struct {
		onPerson
		people.ConsentInput
	}
	inductionIn struct {
		onPerson
		people.InductionInput
	}
	paymentChoiceIn struct {
		onPerson
		people.PaymentChoiceInput
	}
	adviceIn struct {
		onPerson
		people.AdviceInput
	}
	removalIn struct {
		onPerson
		people.RemovalInput
	}
)

// personStep is a call that changes a person.
func personStep[In any](path, summary string, needs domain.Permission, do func(context.Context, domain.Command, In) (people.Person, error)) Endpoint {
	return Route[In, people.View]{
		Method: "POST", Path: "/people/{person}" + path, Summary: summary, Needs: needs,
		Handle: func(ctx context.Context, cmd domain.Command, in In) (people.View, error) {
			p, err := do(ctx, cmd, in)
			return p.ViewFor(cmd.Actor), err
		},
	}
}

// plainStep is one that takes nothing but the person.
func plainStep(path, summary string, needs domain.Permission,
	do func(context.Context, domain.Command, string, people.StepInput) (people.Person, error),
) Endpoint {
	return personStep(path, summary, needs, func(ctx context.Context, cmd domain.Command, in onPerson) (people.Person, error) {
		return do(ctx, cmd, in.Person, people.StepInput{})
	})
}

func peopleSteps(s *people.Service) []Endpoint {
	type P = people.Person
	const serve = domain.ServePeople
	return []Endpoint{
		personStep("/contact", "Change how a person is reached", serve, func(ctx context.Context, cmd domain.Command, in contactIn) (P, error) {
			return s.UpdateContact(ctx, cmd, in.Person, in.Identity)
		}),
		personStep("/channel", "Choose text, letter, email or phone", serve, func(ctx context.Context, cmd domain.Command, in channelIn) (P, error) {
			return s.ChooseChannel(ctx, cmd, in.Person, in.ChannelInput)
		}),
		personStep("/wrong-number", "Take a number off a person because it is somebody else's", serve, func(ctx context.Context, cmd domain.Command, in onPerson) (P, error) {
			return s.WrongNumber(ctx, cmd, in.Person, "")
		}),
		personStep("/confirm", "Take the seat that was offered", serve, func(ctx context.Context, cmd domain.Command, in personConfirmIn) (P, error) {
			return s.Confirm(ctx, cmd, in.Person, people.ConfirmInput{Available: in.Available, CannotCome: in.CannotCome})
		}),
		personStep("/decline", "Say no to an invitation or an offer", serve, func(ctx context.Context, cmd domain.Command, in leaveIn) (P, error) {
			return s.Decline(ctx, cmd, in.Person, people.DeclineInput{Reason: in.Reason})
		}),
		personStep("/withdraw", "Leave the process", serve, func(ctx context.Context, cmd domain.Command, in leaveIn) (P, error) {
			return s.Withdraw(ctx, cmd, in.Person, people.WithdrawInput{Reason: in.Reason})
		}),
		personStep("/consent", "Agree to take part", serve, func(ctx context.Context, cmd domain.Command, in consentIn) (P, error) {
			return s.GiveConsent(ctx, cmd, in.Person, in.ConsentInput)
		}),
		personStep("/induction", "Record an induction", serve, func(ctx context.Context, cmd domain.Command, in inductionIn) (P, error) {
			return s.RecordInduction(ctx, cmd, in.Person, in.InductionInput)
		}),
		personStep("/payment-choice", "Choose to be paid, to take vouchers or to decline", serve,
			func(ctx context.Context, cmd domain.Command, in paymentChoiceIn) (P, error) {
				return s.ChoosePayment(ctx, cmd, in.Person, in.PaymentChoiceInput)
			}),
		personStep("/advice", "Record how far benefits advice went", serve, func(ctx context.Context, cmd domain.Command, in adviceIn) (P, error) {
			return s.RecordAdvice(ctx, cmd, in.Person, in.AdviceInput)
		}),
		plainStep("/onboard", "Mark a confirmed person as ready to begin", serve, s.Onboard),
		plainStep("/serve", "Mark an onboarded person as serving", domain.RunSessions, s.Serve),
		plainStep("/complete", "Mark the end of a person's service", domain.RunSessions, s.Complete),
		personStep("/removal", "Propose to remove a member for conduct", domain.RunSessions, func(ctx context.Context, cmd domain.Command, in removalIn) (P, error) {
			return s.ProposeRemoval(ctx, cmd, in.Person, in.RemovalInput)
		}),
		plainStep("/removal/agreement", "Agree to a removal, as the second person", domain.RunSessions, s.AgreeRemoval),
		plainStep("/removal/drop", "Take a proposed removal back", domain.RunSessions, s.DropRemoval),
		plainStep("/death", "Record that a person died; nothing more is sent", serve, s.RecordDeath),
	}
}
