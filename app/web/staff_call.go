package web

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// callPages are for whoever speaks with somebody who has no mobile: what to
// read out, their answers, and their own agreement.
func callPages(s Services) []Page {
	base := "/staff/processes/:process"
	return []Page{
		get(base+"/call", s.call),
		post(base+"/call", s.registerCaller),
		post(base+"/people/:person/answer", s.answerCaller),
	}
}

// waysIn are how somebody spoke with us; the record keeps which.
var waysIn = []string{"they_called", "They called us", "we_called", "We called them", "in_person", "In person", "relay", "Through a relay service, an interpreter or a supporter"}

// said is how we spoke, for the record, once they have agreed.
func said(r *Request, p domain.Problems) string {
	how := r.Form.Get("how")
	p.Need(slices.Contains(people.Spoken, how), "how", "say how you spoke with them")
	p.Need(r.Form.Get("agreed") == "yes", "agreed", "read the words out and tick this only when they agree")
	return how
}

type callPage struct {
	desk
	Ref  domain.ProcessRef
	Asks []ask
	placing
	Eligibility string
	Open        bool
	Ways        []string
	Got         *recruitment.Registered
}

func (s Services) callPage(ctx context.Context, r *Request) (callPage, error) {
	d, err := s.deskOf(ctx, r)
	page := callPage{desk: d, Ways: waysIn}
	if err != nil {
		return page, err
	}
	if err := domain.Authorize(r.Actor, domain.ServePeople, d.scope()); err != nil {
		return page, err
	}
	if page.Ref, err = s.Process.Ref(ctx, d.P.ID); err != nil {
		return page, err
	}
	set, err := s.Recruitment.Get(ctx, r.Actor, d.P.ID)
	if err != nil {
		return page, err
	}
	questions, err := s.Recruitment.Questions(ctx, d.P.ID)
	if err != nil {
		return page, err
	}
	page.Open, page.Eligibility = set.State == recruitment.PoolOpen, set.Eligibility
	page.Asks = asksOf(questions, set.Rules)
	page.Places, err = s.Recruitment.ByPostcode(ctx, d.P.ID)
	return page, err
}

func (s Services) call(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.callPage(ctx, r)
	page.Asks = page.withoutPlaces(page.Asks)
	return Show("staff/call", "Register a caller: "+page.P.Name, page), err
}

// registerCaller puts a caller into the pool by the same service that texts
// reach. The record says how they came and that they agreed.
func (s Services) registerCaller(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.callPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if page.Asks, err = s.placed(ctx, r, page.P.ID, &page.placing, page.Asks); err != nil {
		return Reply{}, err
	}
	show := Show("staff/call", "Register a caller: "+page.P.Name, page)
	p := domain.Problems{}
	reason := said(r, p)
	p.Need(page.Eligibility == "" || r.Form.Get("eligible") == "yes", "eligible", "only people who answer yes can take part; thank them and tell them so")
	p.Need(strings.TrimSpace(r.Form.Get("name")) != "", "name", "ask what to call them")
	number, address := strings.TrimSpace(r.Form.Get("number")), strings.TrimSpace(r.Form.Get("address"))
	p.Need(number != "" || address != "", "number", "ask for a number we can ring or an address we can write to")
	for _, a := range page.Asks {
		p.Need(strings.TrimSpace(r.Form.Get("answer."+a.Key)) != "", "answer."+a.Key, "choose one; rather not say is fine")
	}
	if err := p.Err(); err != nil {
		return r.Again(show, err)
	}
	got, err := s.Recruitment.Register(ctx, r.Command().Because(reason), page.P.ID, callerInput(page, r))
	if err != nil {
		return r.Again(show, plainFields(err))
	}
	if _, err := s.look(ctx, r, page.P.ID, got.Person, page.placing, got.Missing); err != nil {
		return Reply{}, err
	}
	page.Got = &got
	return Show("staff/call", "They are registered: "+page.P.Name, page), nil
}

func callerInput(page callPage, r *Request) recruitment.RegisterInput {
	in := recruitment.RegisterInput{
		Source: people.FromStaff, Channel: r.Form.Get("channel"), Region: "GB", Code: people.Private(upper(r.Form.Get("code"))),
		Identity: people.Identity{
			Name: people.Private(r.Form.Get("name")), Number: people.Private(r.Form.Get("number")),
			Address: people.Private(r.Form.Get("address")), Postcode: people.Private(r.Form.Get("postcode")),
		},
		Answers: people.Answers{},
	}
	for _, a := range page.Asks {
		in.Answers[a.Key] = r.Form.Get("answer." + a.Key)
	}
	page.tell(in.Answers)
	return in
}

// answerCaller takes somebody's yes or no to an offer on the phone.
func (s Services) answerCaller(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.personPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	show := Show("staff/person", "A person", page)
	p := domain.Problems{}
	reason := said(r, p)
	coming := r.Form.Get("coming")
	p.Need(coming == "yes" || coming == "no", "coming", "choose yes or no")
	if err := p.Err(); err != nil {
		return r.Again(show, err)
	}
	cmd := r.Command().Because(reason)
	if coming == "yes" {
		_, err = s.People.Confirm(ctx, cmd, page.Row.ID, people.ConfirmInput{Available: true})
	} else {
		_, err = s.People.Decline(ctx, cmd, page.Row.ID, people.DeclineInput{})
	}
	if err != nil {
		return r.Again(show, err)
	}
	return Go(page.URL("/people/" + page.Row.ID)), nil
}
