package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// paymentPages are what members earned and what was paid. Nobody is named:
// finance alone is given names and accounts, in its export.
func paymentPages(s Services) []Page {
	const all = "/staff/processes/:process/payments"
	out := []Page{
		get(all, s.payments), post(all+"/earn", s.paymentStep(s.earn)), post(all+"/approve-all", s.paymentStep(s.approveAll)), post(all+"/advice/:person", s.paymentStep(s.advise)), post(all+"/export", s.exportPayments),
	}
	p := s.People
	for name, do := range map[string]wordingStep{
		"approve": func(ctx context.Context, c domain.Command, _, id string, _ typed) error {
			_, err := p.ApprovePayment(ctx, c, id)
			return err
		},
		"hold": func(ctx context.Context, c domain.Command, _, id string, in typed) error {
			_, err := p.HoldPayment(ctx, c, id, people.ReasonInput{Reason: in.text("reason")})
			return err
		},
		"release": func(ctx context.Context, c domain.Command, _, id string, _ typed) error {
			_, err := p.ReleasePayment(ctx, c, id)
			return err
		},
		"decline": func(ctx context.Context, c domain.Command, _, id string, in typed) error {
			_, err := p.DeclinePayment(ctx, c, id, people.ReasonInput{Reason: in.text("reason")})
			return err
		},
		"paid": func(ctx context.Context, c domain.Command, _, id string, in typed) error {
			_, err := p.MarkPaid(ctx, c, id, people.PaidInput{Pence: in.pence("pounds"), Reference: in.text("reference")})
			return renamed(err, func(f string) string { return strings.Replace(f, "pence", "pounds", 1) })
		},
	} {
		out = append(out, post(all+"/:payment/"+name, s.paymentStep(func(ctx context.Context, r *Request, d desk, in typed) error {
			return do(ctx, r.Command(), d.P.ID, r.Param("payment"), in)
		})))
	}
	return out
}

// paymentStep does something with the money and goes back to the list.
func (s Services) paymentStep(do func(ctx context.Context, r *Request, d desk, in typed) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		in := d.typedIn(r)
		err = do(ctx, r, d, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/payments"), func() (Reply, error) { return s.payments(ctx, r) })
	}
}

// purse is all that the page of the payments is made from.
type purse struct {
	desk
	All      []people.PaymentView
	Seats    map[string]people.Seat
	Sessions []deliberation.Session
}

func (s Services) purse(ctx context.Context, r *Request) (purse, error) {
	d, err := s.deskOf(ctx, r)
	page := purse{desk: d, Seats: map[string]people.Seat{}}
	if err != nil {
		return page, err
	}
	if err := d.only(domain.ApprovePayment); err != nil {
		return page, err
	}
	in := people.PaymentsInput{Limit: 200}
	for {
		got, err := s.People.ListPayments(ctx, r.Actor, d.P.ID, in)
		if err != nil {
			return page, err
		}
		page.All = append(page.All, got.Items...)
		if in.After = got.Next; in.After == "" {
			break
		}
	}
	seats, err := s.seats(ctx, r, d)
	if err != nil {
		return page, err
	}
	for _, x := range seats {
		page.Seats[x.Person] = x
	}
	page.Sessions, err = s.Deliberation.Sessions(ctx, r.Actor, d.P.ID)
	return page, err
}

// who is whose a payment is: never a name, never a blank.
func (p purse) who(person string) string {
	if x, ok := p.Seats[person]; ok {
		return seatName(x)
	}
	return "Somebody who holds no seat"
}

func (s Services) payments(ctx context.Context, r *Request) (Reply, error) {
	p, err := s.purse(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: p.desk, Title: "Payments", Here: "payments", Alone: true, Todo: p.next(r.Actor.ID), Facts: p.ledger()}
	page.Parts = append(p.lists(r.Actor.ID), p.advicePart())
	if p.mine(r.Actor.ID) > 1 {
		page.Forms = []form{{Action: p.URL("/payments/approve-all"), Button: "Approve all that wait for you", Intro: "What lacks something is left and named."}}
	}
	page.Forms = append(page.Forms, []form{
		{Action: p.URL("/payments/earn"), Heading: "Note what was earned", Button: "Note it", Secondary: true, Folded: len(p.All) > 0,
			Intro:  fmt.Sprintf("For every session that was held and every member who was there, once. %s promised for the whole.", pounds(p.P.Specification.PayPence)),
			Fields: []formField{input("pounds", "Pounds for one session", "Such as 64 or 94.50.", "")}},
		{Action: p.URL("/payments/export"), Heading: "Export for finance", Button: "Download the file", Secondary: true, Folded: true,
			Intro: "The file names people and their accounts. The look is recorded first, and the file is not kept here. What is approved goes into one export only."},
	}...)
	return page.page(), nil
}

// mine is how many payments wait for the reader's yes.
func (p purse) mine(me string) int {
	n := 0
	for _, x := range p.All {
		if (x.State == people.Earned || x.State == people.Claimed) && !approvedBy(x, me) {
			n++
		}
	}
	return n
}

// next is what is due with the money.
func (p purse) next(me string) todo {
	mine, others, paid, held := p.mine(me), 0, 0, 0
	for _, x := range p.All {
		switch x.State {
		case people.Earned, people.Claimed:
			if approvedBy(x, me) {
				others++
			}
		case people.Approved, people.PartPaid:
			paid++
		case people.HeldPayment:
			held++
		default:
		}
	}
	switch {
	case len(p.All) == 0:
		return todo{What: "Nothing is earned yet", Text: "After a session was held, note what it earned."}
	case mine > 0:
		return todo{What: plural(mine, "payment waits", "payments wait") + " for your yes", Text: "Two different people approve every payment."}
	case others > 0:
		return todo{What: plural(others, "payment waits", "payments wait") + " for a second person", Text: "You approved them already; somebody else has to."}
	case paid > 0:
		return todo{What: plural(paid, "payment is", "payments are") + " to be paid", Text: "Export them for finance, and note here what was paid."}
	case held > 0:
		return todo{What: plural(held, "payment is", "payments are") + " held"}
	}
	return todo{What: "Everything is paid or declined"}
}

func approvedBy(x people.PaymentView, who string) bool {
	return slices.ContainsFunc(x.Approvals, func(a people.Approval) bool { return a.By == who })
}

// ledger adds up the money, and what an hour of a member costs.
func (p purse) ledger() []fact {
	sums, paid, owed := map[people.PaymentState]int64{}, int64(0), int64(0)
	for _, x := range p.All {
		sums[x.State] += x.Pence
		paid += x.PaidPence
		if x.State != people.NotPaid {
			owed += x.Pence
		}
	}
	out := []fact{}
	for _, st := range people.PaymentStates {
		if sums[st] > 0 {
			out = append(out, fact{Name: first(words(st)), Text: pounds(sums[st])})
		}
	}
	out = append(out, fact{Name: "Paid so far", Text: pounds(paid)})
	hours := time.Duration(0)
	for _, x := range p.Sessions {
		if x.State == deliberation.SessionHeld {
			hours += time.Duration(x.Attended) * x.Ends.Sub(x.Starts)
		}
	}
	if h := int64(hours / time.Hour); h > 0 {
		out = append(out, fact{Name: "Cost of an hour of a member", Text: fmt.Sprintf("%s: %s owed or paid, for %s hours in sessions", pounds(owed/h), pounds(owed), thousands(h))})
	}
	return out
}

var paymentStates = map[people.PaymentState]Status{
	people.Earned: {"due", "Earned"}, people.Claimed: {"due", "Claimed"}, people.Approved: {"due", "Approved, not paid"}, people.Paid: {"kept", "Paid"},
	people.PartPaid: {"due", "Paid in part"}, people.NotPaid: {"dropped", "Declined"}, people.HeldPayment: {"waiting", "Held"},
}

// lists are the payments, those that wait first.
func (p purse) lists(me string) []sheetPart {
	titles := map[string]string{}
	for _, x := range p.Sessions {
		titles[x.ID] = x.Title
	}
	wait, rest := sheetPart{Heading: "Waiting", Empty: "None."}, sheetPart{Heading: "Settled", Empty: "None yet."}
	slices.SortStableFunc(p.All, func(a, b people.PaymentView) int { return p.Seats[a.Person].Number - p.Seats[b.Person].Number })
	for _, x := range p.All {
		what := first(words(x.Kind))
		if t := titles[x.Session]; t != "" {
			what += ": " + t
		}
		row := sheetRow{Title: p.who(x.Person) + ", " + pounds(x.Pence), Text: what, Status: paymentStates[x.State], Quiet: p.standing(x), Forms: p.paymentForms(x, me)}
		if x.State == people.Paid || x.State == people.NotPaid {
			rest.Rows = append(rest.Rows, row)
			continue
		}
		wait.Rows = append(wait.Rows, row)
	}
	return []sheetPart{wait, rest}
}

// standing says how far a payment came.
func (p purse) standing(x people.PaymentView) string {
	var out []string
	if n := len(x.Approvals); n > 0 {
		out = append(out, fmt.Sprintf("approved by %d of 2", n))
	}
	if x.Reason != "" {
		out = append(out, words(x.Reason))
	}
	if x.PaidPence > 0 {
		out = append(out, pounds(x.PaidPence)+" paid, reference "+x.Reference)
	}
	if x.Export != "" {
		out = append(out, "exported")
	}
	return strings.Join(append(out, local(x.StateAt, p.Zone(), "Mon 2 January 2006")), "; ")
}

func (p purse) paymentForms(x people.PaymentView, me string) []form {
	at := func(rest string) string { return p.URL("/payments/" + url.PathEscape(x.ID) + rest) }
	why := selects("reason", "Why", "", "", "wrong_sum", "The sum is wrong", "not_there", "They were not there", "asked_by_person", "The person asked", "no_account", "No account is known", "paid_otherwise", "It was paid another way")
	hold := form{Action: at("/hold"), Heading: "Hold it", Button: "Hold it", Secondary: true, Folded: true, Version: x.Version, Fields: []formField{why}}
	decline := form{Action: at("/decline"), Heading: "Decline it", Button: "Decline it", Warning: true, Folded: true, Version: x.Version, Fields: []formField{why}}
	switch x.State {
	case people.Earned, people.Claimed:
		if approvedBy(x, me) {
			return []form{hold, decline}
		}
		return []form{{Action: at("/approve"), Button: "Approve", Secondary: true, Version: x.Version}, hold, decline}
	case people.Approved, people.PartPaid:
		left := x.Pence - x.PaidPence
		return []form{{Action: at("/paid"), Heading: "Note that it was paid", Button: "It was paid", Secondary: true, Folded: true, Version: x.Version, Fields: []formField{
			input("pounds", "Pounds", "", fmt.Sprintf("%d.%02d", left/100, left%100)), input("reference", "Finance’s reference", "", ""),
		}}, hold}
	case people.HeldPayment:
		return []form{{Action: at("/release"), Button: "Let it go on", Secondary: true, Version: x.Version}, decline}
	default:
	}
	return nil
}

// advicePart lists whose answer to the offer of benefits advice is open.
func (p purse) advicePart() sheetPart {
	part := sheetPart{Heading: "Benefits advice", Text: "A payment can touch somebody’s benefits. Everybody is offered free, independent advice first.", Empty: "Everybody was offered it and has answered."}
	seats := make([]people.Seat, 0, len(p.Seats))
	for _, x := range p.Seats {
		seats = append(seats, x)
	}
	slices.SortFunc(seats, func(a, b people.Seat) int { return a.Number - b.Number })
	for _, x := range seats {
		if !x.Holds() || x.Advice == people.AdviceTaken || x.Advice == people.AdviceNotWanted || x.PaymentChoice == people.NoPay {
			continue
		}
		at := p.URL("/payments/advice/" + url.PathEscape(x.Person))
		row := sheetRow{Title: seatName(x), Status: Status{"due", "Not offered yet"}, Forms: []form{{Action: at, Button: "It was offered", Secondary: true, Hidden: []fact{{Name: "state", Text: people.AdviceOffered}}}}}
		if x.Advice == people.AdviceOffered {
			row.Status = Status{"waiting", "Offered, no answer yet"}
			row.Forms = []form{{Action: at, Heading: "Note the answer", Button: "Save", Secondary: true, Folded: true, Fields: []formField{radios("state", "What they said", "", "", "taken", "They took it", "not_wanted", "They do not want it")}}}
		}
		part.Rows = append(part.Rows, row)
	}
	return part
}

func (s Services) earn(ctx context.Context, r *Request, d desk, in typed) error {
	pence := in.pence("pounds")
	if err := in.p.Err(); err != nil {
		return err
	}
	_, err := s.People.EarnAll(ctx, r.Command(), d.P.ID, people.EarnAllInput{PencePerSession: pence})
	return renamed(err, func(string) string { return "pounds" })
}

// approveAll is the reader's yes to all that waits for it. What still lacks
// something stays, and what it lacks is named, once for each kind.
func (s Services) approveAll(ctx context.Context, r *Request, d desk, _ typed) error {
	p, err := s.purse(ctx, r)
	if err != nil {
		return err
	}
	var lacks domain.Guard
	said := map[string]bool{}
	for _, x := range p.All {
		if x.State != people.Earned && x.State != people.Claimed || approvedBy(x, r.Actor.ID) {
			continue
		}
		_, err := s.People.ApprovePayment(ctx, r.Command().Sub(x.ID), x.ID)
		var e *domain.Error
		if err != nil && (!errors.As(err, &e) || e.Code != domain.Conflict) {
			return err
		}
		if e == nil {
			continue
		}
		for _, m := range e.Missing {
			m.Where, m.Need = "", p.who(x.Person)+": "+m.Need
			lacks.Need(said[m.Need], m)
			said[m.Need] = true
		}
	}
	return lacks.Err("approving all of them")
}

func (s Services) advise(ctx context.Context, r *Request, _ desk, in typed) error {
	_, err := s.People.RecordAdvice(ctx, r.Command(), r.Param("person"), people.AdviceInput{State: in.text("state")})
	return err
}

// exportPayments sends finance's file, once the look is recorded.
func (s Services) exportPayments(ctx context.Context, r *Request) (Reply, error) {
	out, err := s.People.ExportPayments(ctx, r.Command(), r.Param("process"), people.ExportInput{})
	if err != nil {
		return done(r, err, "", func() (Reply, error) { return s.payments(ctx, r) })
	}
	return Send("text/csv; charset=utf-8", out.Filename, out.CSV), nil
}
