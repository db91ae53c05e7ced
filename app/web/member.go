package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// memberPages are a person's own: they see and change what is theirs.
func memberPages(s Services) []Page {
	return []Page{
		get("/me", s.me),
		post("/me/support", s.mine(s.askSupport)),
		post("/me/support/met", s.mine(s.confirmSupport)),
		post("/me/payment", s.mine(s.choosePayment)),
		post("/me/bank", s.mine(s.bankDetails)),
		post("/me/channel", s.mine(s.chooseChannel)),
		post("/me/offer", s.mine(s.answerOffer)),
		post("/me/answers", s.mine(s.answerAsked)),
		post("/me/withdraw", s.mine(s.withdraw)),
		post("/me/erase", s.mine(s.askErasure)),
	}
}

// ownNeed is a support need with its words, for the one whose need it is.
type ownNeed struct {
	ID, Kind, Detail, Session, State string
	Felt                             *bool
	Status                           Status
	Past                             bool // it can be said whether it was met
}

type mePage struct {
	P         domain.ProcessRef
	Row       people.View
	Where     string // they stand, in words
	Draw      *recruitment.Own
	Chance    string
	Sessions  []deliberation.Session
	Attended  map[string]bool
	Tables    map[string]string // where they sit, by session
	Needs     []ownNeed
	Payments  []people.PaymentView
	Texts     []outreach.Line
	Report    bool
	NotYet    []accountability.NotChanged
	Said      []accountability.Said
	CanLeave  bool
	Seated    bool
	SessionOf map[string]string
	Votes     []ballotShown // open to the member now
	Away      map[string]bool
	Channels  []string // value and label in turn
	Asks      asks
}

// Zone is where the jury sits.
func (p mePage) Zone() *time.Location { return p.P.Location() }

// own is the process and person that a signed-in member is.
func own(a domain.Actor) (process, person string, ok bool) {
	for _, g := range a.Grants {
		if g.Role == domain.Member {
			return g.Process, a.ID, true
		}
	}
	return "", "", false
}

func (s Services) me(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.mePage(ctx, r)
	return Show("member/me", "Your page", page), err
}

// places say where a person stands.
var places = map[people.Status]string{
	people.Invited: "You are invited.", people.Registered: "You are registered. Some answers are still missing.",
	people.Eligible: "You are registered.", people.Ineligible: "You cannot take part this time.", people.InPool: "You are in the draw.",
	people.Selected: "You have been picked.", people.Reserve: "You are a reserve: if a seat comes free, you may be called.",
	people.NotSelected: "You were not picked this time. Everyone had a fair chance. Thank you for offering.",
	people.Offered:     "You have been picked. Please tell us if you can come.", people.Confirmed: "You have a seat.",
	people.Declined: "You said no, and that is fine.", people.NoAnswer: "We did not hear from you in time.",
	people.Onboarded: "You have a seat and are ready to begin.", people.Serving: "You are a member.",
	people.Completed: "You have served. Thank you.", people.Withdrawn: "You have left. Thank you for what you gave.",
	people.Removed: "You are no longer a member.",
}

func (s Services) mePage(ctx context.Context, r *Request) (mePage, error) {
	process, id, ok := own(r.Actor)
	if !ok {
		return mePage{}, domain.Hidden("page of your own")
	}
	p, err := s.People.Get(ctx, r.Actor, id)
	if err != nil {
		return mePage{}, err
	}
	page := mePage{Row: p.ViewFor(r.Actor), Channels: s.channels(), Where: places[p.Status], SessionOf: map[string]string{}, Attended: map[string]bool{}, Away: map[string]bool{}}
	if page.P, err = s.Process.Ref(ctx, process); err != nil {
		return page, err
	}
	page.Seated = slices.Contains(people.Seated, p.Status) || p.Status == people.Completed
	page.CanLeave = people.CanMove(p.Status, people.Withdrawn)
	reads := []func(context.Context, *Request, *mePage) error{s.meDraw, s.meJury, s.meTables, s.meNeeds, s.mePaid, s.meAfter, s.meAsked}
	for _, read := range reads {
		if err := read(ctx, r, &page); err != nil {
			return page, err
		}
	}
	return page, nil
}

func (s Services) meDraw(ctx context.Context, r *Request, page *mePage) error {
	own, err := s.Recruitment.OwnDraw(ctx, r.Actor, page.Row.ID)
	if err == nil {
		page.Draw, page.Chance = &own, oneIn(own.InLottery)
		own.InLottery = strings.Replace(own.InLottery, "/", " of the ", 1)
	}
	if domain.Is(err, domain.Conflict) { // not in a draw, or it is not committed yet
		return nil
	}
	return unless(err)
}

func (s Services) meJury(ctx context.Context, r *Request, page *mePage) error {
	err := part(&page.Sessions, func() ([]deliberation.Session, error) { return s.Deliberation.Sessions(ctx, r.Actor, page.P.ID) })
	for _, sn := range page.Sessions {
		page.SessionOf[sn.ID] = sn.Title
		page.Attended[sn.ID] = sn.Was(page.Row.ID)
		page.Away[sn.ID] = slices.Contains(page.Row.CannotCome, sn.ID)
	}
	if err != nil || !page.Seated {
		return err
	}
	var ballots []deliberation.BallotView
	err = part(&ballots, func() ([]deliberation.BallotView, error) { return s.Deliberation.Ballots(ctx, r.Actor, page.P.ID) })
	for _, b := range ballots {
		if shown := shownTo(b, page.Row.ID); shown.May() && !shown.Voted {
			page.Votes = append(page.Votes, shown)
		}
	}
	return err
}

func (s Services) meNeeds(ctx context.Context, r *Request, page *mePage) error {
	var rows []people.SupportRow
	cmd := domain.Command{Actor: r.Actor}
	err := part(&rows, func() ([]people.SupportRow, error) {
		return s.People.SupportNeeds(ctx, cmd, page.P.ID, people.SupportQuery{Person: page.Row.ID})
	})
	for _, n := range rows {
		page.Needs = append(page.Needs, ownNeed{
			ID: n.ID, Kind: string(n.What.Kind), Detail: string(n.What.Detail), Session: page.SessionOf[n.Session], State: n.State,
			Felt: n.Felt, Status: needStatus(n.State), Past: n.State == people.NeedMet || n.State == people.NeedUnmet || n.State == people.NeedArranged,
		})
	}
	return err
}

func needStatus(state string) Status {
	switch state {
	case people.NeedArranged:
		return Status{"kept", "Arranged"}
	case people.NeedMet:
		return Status{"kept", "Met"}
	case people.NeedUnmet:
		return Status{"late", "Not met"}
	case people.NeedDeclined:
		return Status{"dropped", "Cannot be arranged"}
	}
	return Status{"due", "Asked; we are working on it"}
}

func (s Services) mePaid(ctx context.Context, r *Request, page *mePage) error {
	var all []people.Payment
	err := part(&all, func() ([]people.Payment, error) { return s.People.PaymentsOf(ctx, r.Actor, page.Row.ID) })
	for _, p := range all {
		page.Payments = append(page.Payments, p.ViewFor(r.Actor))
	}
	if err != nil {
		return err
	}
	return part(&page.Texts, func() ([]outreach.Line, error) { return s.Outreach.History(ctx, r.Actor, page.P.ID, page.Row.ID, "") })
}

func (s Services) meAfter(ctx context.Context, _ *Request, page *mePage) error {
	if !page.P.Stage.Reached(domain.Reported) {
		return nil
	}
	var sd accountability.SaidAndDid
	err := part(&sd, func() (accountability.SaidAndDid, error) { return s.Accountability.SaidAndDid(ctx, public, page.P.ID) })
	page.Report, page.Said, page.NotYet = true, sd.Rows, sd.NotChanged
	return err
}

// mine turns a change of one's own into a handler: back to the page, or the
// page again with what is wrong.
func (s Services) mine(do func(ctx context.Context, r *Request, id string) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		_, id, ok := own(r.Actor)
		if !ok {
			return Reply{}, domain.Hidden("page of your own")
		}
		err := do(ctx, r, id)
		if err == nil {
			return Go("/me"), nil
		}
		page, again := s.me(ctx, r)
		if again != nil {
			return Reply{}, err
		}
		r.Form.Del("account_name") // bank details are typed anew, never sent back
		r.Form.Del("sort_code")
		r.Form.Del("account_number")
		return r.Again(page, err)
	}
}

func (s Services) askSupport(ctx context.Context, r *Request, id string) error {
	_, err := s.People.AskSupport(ctx, r.Command(), id, people.SupportInput{
		Kind: r.Form.Get("kind"), Detail: people.Private(strings.TrimSpace(r.Form.Get("detail"))), Session: r.Form.Get("session"),
	})
	return err
}

func (s Services) confirmSupport(ctx context.Context, r *Request, id string) error {
	_, err := s.People.ConfirmSupport(ctx, r.Command(), id, people.ConfirmSupportInput{Need: r.Form.Get("need"), Met: r.Form.Get("met") == "yes"})
	return err
}

func (s Services) choosePayment(ctx context.Context, r *Request, id string) error {
	in := people.PaymentChoiceInput{Choice: r.Form.Get("choice")}
	if b := r.Form.Get("benefits"); b == "yes" || b == "no" {
		yes := b == "yes"
		in.Benefits = &yes
	}
	_, err := s.People.ChoosePayment(ctx, r.Command(), id, in)
	return err
}

func (s Services) bankDetails(ctx context.Context, r *Request, id string) error {
	_, err := s.People.SetBankDetails(ctx, r.Command(), id, people.BankDetails{
		AccountName: people.Private(strings.TrimSpace(r.Form.Get("account_name"))), SortCode: people.Private(r.Form.Get("sort_code")),
		AccountNumber: people.Private(r.Form.Get("account_number")),
	})
	return err
}

// chooseChannel sets how a member is reached. Who chooses emails again has
// them again, whatever they said to an email before.
func (s Services) chooseChannel(ctx context.Context, r *Request, id string) error {
	in := people.ChannelInput{Channel: r.Form.Get("channel"), Email: people.Private(strings.TrimSpace(r.Form.Get("email"))), Number: people.Private(r.Form.Get("number"))}
	p, err := s.People.ChooseChannel(ctx, r.Command(), id, in)
	if err != nil || in.Channel != people.ChannelEmail {
		return err
	}
	return s.Outreach.MailAgain(ctx, r.Command(), p.Process, id)
}

func (s Services) answerOffer(ctx context.Context, r *Request, id string) error {
	var err error
	switch r.Form.Get("answer") {
	case "yes":
		_, err = s.People.Confirm(ctx, r.Command(), id, people.ConfirmInput{Available: true})
	case "no":
		_, err = s.People.Decline(ctx, r.Command(), id, people.DeclineInput{})
	default:
		err = domain.Problems{"answer": "choose yes or no"}.Err()
	}
	return err
}

func (s Services) withdraw(ctx context.Context, r *Request, id string) error {
	if r.Form.Get("sure") != "yes" {
		return domain.Problems{"sure": "tick this if you are sure"}.Err()
	}
	_, err := s.People.Withdraw(ctx, r.Command(), id, people.WithdrawInput{})
	return err
}
