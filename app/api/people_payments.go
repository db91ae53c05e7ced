package api

import (
	"context"
	"net/http"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
)

type onPayment struct {
	Payment string `path:"payment"`
}

type (
	earnIn struct {
		onPerson
		people.EarnInput
	}
	claimIn struct {
		onPerson
		people.ClaimInput
	}
	earnAllIn struct {
		onProcess
		people.EarnAllInput
	}
	paymentListIn struct {
		onProcess
		State people.PaymentState `query:"state" doc:"Only of this state."`
		Paging
	}
	paymentReasonIn struct {
		onPayment
		people.ReasonInput
	}
	paidIn struct {
		onPayment
		people.PaidInput
	}
	exportIn struct {
		onProcess
		people.ExportInput
	}
	paymentRows struct {
		Items []people.PaymentView `json:"items"`
	}
)

// maxClaim lets a receipt of 2 MiB through in base 64.
const maxClaim = 3 << 20

func paymentRoutes(s *people.Service) []Endpoint {
	return append(earningRoutes(s), ledgerRoutes(s)...)
}

func earningRoutes(s *people.Service) []Endpoint {
	return []Endpoint{
		Route[earnAllIn, people.Earnings]{
			Method: "POST", Path: "/processes/{process}/payments/earned", Summary: "Note what every member earned by attendance", Needs: domain.ServePeople,
			Timeout: 30 * time.Second,
			Handle: func(ctx context.Context, cmd domain.Command, in earnAllIn) (people.Earnings, error) {
				return s.EarnAll(ctx, cmd, in.Process, in.EarnAllInput)
			},
		},
		Route[earnIn, people.PaymentView]{
			Method: "POST", Path: "/people/{person}/payments", Summary: "Note what a person earned by a session", Needs: domain.ServePeople, Status: http.StatusCreated,
			Handle: func(ctx context.Context, cmd domain.Command, in earnIn) (people.PaymentView, error) {
				p, err := s.Earn(ctx, cmd, in.Person, in.EarnInput)
				return p.ViewFor(cmd.Actor), err
			},
		},
		Route[claimIn, people.PaymentView]{
			Method: "POST", Path: "/people/{person}/expenses", Summary: "Claim an expense", Needs: domain.ServePeople, Status: http.StatusCreated,
			MaxBody: maxClaim,
			Handle: func(ctx context.Context, cmd domain.Command, in claimIn) (people.PaymentView, error) {
				p, err := s.Claim(ctx, cmd, in.Person, in.ClaimInput)
				return p.ViewFor(cmd.Actor), err
			},
		},
		Route[onPerson, paymentRows]{
			Method: "GET", Path: "/people/{person}/payments", Summary: "List a person's payments", Needs: domain.ServePeople,
			Handle: func(ctx context.Context, cmd domain.Command, in onPerson) (paymentRows, error) {
				var out paymentRows
				found, err := s.PaymentsOf(ctx, cmd.Actor, in.Person)
				for _, p := range found {
					out.Items = append(out.Items, p.ViewFor(cmd.Actor))
				}
				return out, err
			},
		},
	}
}

// paymentStep is a call that changes a payment.
func paymentStep[In any](path, summary string, needs domain.Permission, do func(context.Context, domain.Command, In) (people.Payment, error)) Endpoint {
	return Route[In, people.PaymentView]{
		Method: "POST", Path: "/payments/{payment}" + path, Summary: summary, Needs: needs,
		Handle: func(ctx context.Context, cmd domain.Command, in In) (people.PaymentView, error) {
			p, err := do(ctx, cmd, in)
			return p.ViewFor(cmd.Actor), err
		},
	}
}

func ledgerRoutes(s *people.Service) []Endpoint {
	type M = people.Payment
	return []Endpoint{
		Route[paymentListIn, Page[people.PaymentView]]{
			Method: "GET", Path: "/processes/{process}/payments", Summary: "List the payments of a process", Needs: domain.ApprovePayment,
			Handle: func(ctx context.Context, cmd domain.Command, in paymentListIn) (Page[people.PaymentView], error) {
				p, err := s.ListPayments(ctx, cmd.Actor, in.Process, people.PaymentsInput{State: in.State, After: in.After, Limit: in.Limit})
				return Page[people.PaymentView](p), err
			},
		},
		paymentStep("/approve", "Approve a payment; two different people must", domain.ApprovePayment,
			func(ctx context.Context, cmd domain.Command, in onPayment) (M, error) {
				return s.ApprovePayment(ctx, cmd, in.Payment)
			}),
		paymentStep("/hold", "Stop a payment for now", domain.ApprovePayment, func(ctx context.Context, cmd domain.Command, in paymentReasonIn) (M, error) {
			return s.HoldPayment(ctx, cmd, in.Payment, in.ReasonInput)
		}),
		paymentStep("/release", "Let a held payment go on", domain.ApprovePayment, func(ctx context.Context, cmd domain.Command, in onPayment) (M, error) {
			return s.ReleasePayment(ctx, cmd, in.Payment)
		}),
		paymentStep("/decline", "End a payment that will not be made", domain.ApprovePayment, func(ctx context.Context, cmd domain.Command, in paymentReasonIn) (M, error) {
			return s.DeclinePayment(ctx, cmd, in.Payment, in.ReasonInput)
		}),
		paymentStep("/paid", "Note what finance paid", domain.ExportPayment, func(ctx context.Context, cmd domain.Command, in paidIn) (M, error) {
			return s.MarkPaid(ctx, cmd, in.Payment, in.PaidInput)
		}),
		Route[onPayment, File]{
			Method: "GET", Path: "/payments/{payment}/receipt", Summary: "Open the receipt of an expense", Needs: domain.ApprovePayment,
			Note: "Recorded as a look before it is opened.",
			Handle: func(ctx context.Context, cmd domain.Command, in onPayment) (File, error) {
				raw, err := s.Receipt(ctx, cmd, in.Payment)
				return File{Name: "receipt-" + in.Payment, MediaType: "application/octet-stream", Content: raw}, err
			},
		},
		Route[exportIn, File]{
			Method: "POST", Path: "/processes/{process}/payments/export", Summary: "Export approved payments for finance, as CSV", Needs: domain.ExportPayment,
			Note:    "The only way bank details leave. Recorded as a look; the file is not kept. With batch, an earlier export is made again.",
			Timeout: 30 * time.Second,
			Handle: func(ctx context.Context, cmd domain.Command, in exportIn) (File, error) {
				out, err := s.ExportPayments(ctx, cmd, in.Process, in.ExportInput)
				return File{Name: out.Filename, MediaType: "text/csv; charset=utf-8", Content: out.CSV}, err
			},
		},
	}
}
