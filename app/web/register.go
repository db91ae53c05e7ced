package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
)

// ask is one question of the registration form, as the part "radios" or
// "input" shows it. Every one may be passed over.
type ask struct {
	Key, Text string
	Pairs     []string // value and label, and so on; none: it is typed
}

type registerPage struct {
	Code     string
	P        domain.ProcessRef
	Public   string // code of the public page
	Asks     []ask
	Channels []string // value and label in turn
	placing
	Eligibility string
	Closes      recruitment.View
	Open        bool
	Already     bool
	person      string // whose letter it is
}

// registerPages are the way into the pool by the code of a letter.
func registerPages(s Services) []Page {
	return []Page{
		open(get("/j/:code", s.registerForm)),
		open(post("/j/:code", s.registerNow)),
	}
}

func (s Services) registerForm(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.registerPage(ctx, r.Param("code"))
	page.Asks = page.withoutPlaces(page.Asks)
	if domain.Is(err, domain.NotFound) {
		return Show("public/not_found", "We do not know this code", upper(r.Param("code"))), nil
	}
	return Show("public/register", "Put your name in the draw", page), err
}

// registerPage is the form for the holder of a letter. It says nothing of who
// they are: a letter can lie about.
func (s Services) registerPage(ctx context.Context, code string) (registerPage, error) {
	page := registerPage{Code: upper(code), Channels: s.channels()}
	p, err := s.People.ByCode(ctx, page.Code)
	if err != nil {
		return page, err
	}
	if page.P, err = s.Process.Ref(ctx, p.Process); err != nil {
		return page, err
	}
	if page.Closes, err = s.Recruitment.Get(ctx, domain.SystemActor("web"), p.Process); err != nil {
		return page, err
	}
	questions, err := s.Recruitment.Questions(ctx, p.Process)
	if err != nil {
		return page, err
	}
	page.Open = page.Closes.State == recruitment.PoolOpen
	page.Already = p.Status != people.Invited && !people.CanMove(p.Status, people.Registered)
	page.Eligibility = page.Closes.Eligibility
	page.Asks = asksOf(questions, page.Closes.Rules)
	page.person = p.ID
	page.Places, err = s.Recruitment.ByPostcode(ctx, p.Process)
	return page, err
}

// notSaid is the answer that is always offered.
const notSaid = recruitment.RatherNotSay

// asksOf are the questions of the targets, then what the rules alone need.
func asksOf(questions []recruitment.Question, rules []recruitment.Rule) []ask {
	var out []ask
	seen := map[string]bool{}
	fold := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
	for _, q := range questions {
		a := ask{Key: q.Key, Text: q.Text}
		for _, o := range q.Options {
			a.Pairs = append(a.Pairs, o, first(o))
		}
		a.Pairs = append(a.Pairs, notSaid, notSaid)
		out = append(out, a)
		seen[fold(q.Key)] = true
	}
	for _, rule := range rules {
		if seen[fold(rule.Answer)] || !rule.Required {
			continue
		}
		seen[fold(rule.Answer)] = true
		a := ask{Key: rule.Answer, Text: "What is your " + words(rule.Answer) + "?"}
		for _, o := range rule.OneOf {
			a.Pairs = append(a.Pairs, o, first(o))
		}
		if len(a.Pairs) > 0 {
			a.Pairs = append(a.Pairs, "none of these", "None of these")
		}
		out = append(out, a)
	}
	return out
}

// Zone is where the process is.
func (p registerPage) Zone() *time.Location { return p.P.Location() }

type registeredPage struct {
	registerPage
	Got     recruitment.Registered
	Missing []string
	No      string // why they cannot take part
	Look    bool   // a person looks where their postcode lies
}

// registerNow hands the form to the same service that texts reach.
func (s Services) registerNow(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.registerPage(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	if page.Asks, err = s.placed(ctx, r, page.P.ID, &page.placing, page.Asks); err != nil {
		return Reply{}, err
	}
	form := Show("public/register", "Put your name in the draw", page)
	if page.Eligibility != "" && r.Form.Get("eligible") == "no" {
		return Show("public/registered", "Thank you", registeredPage{registerPage: page, No: "You told us: no. " + page.Eligibility}), nil
	}
	if err := checkRegistration(page, r); err != nil {
		return r.Again(form, err)
	}
	cmd := r.Command()
	cmd.Actor = public // whoever is signed in on this device: the letter counts
	got, err := s.Recruitment.Register(ctx, cmd, page.P.ID, registration(page, r))
	if err != nil {
		return r.Again(form, plainFields(err))
	}
	look, err := s.look(ctx, r, page.P.ID, page.person, page.placing, got.Missing)
	return Show("public/registered", "Thank you", registeredPage{registerPage: page, Got: got, No: got.Say, Look: look}), err
}

// checkRegistration sees that somebody can be told the outcome and that each
// question was looked at; what the answers mean is the service's to say.
func checkRegistration(page registerPage, r *Request) error {
	p := domain.Problems{}
	p.Need(page.Eligibility == "" || r.Form.Get("eligible") == "yes", "eligible", "choose yes or no")
	p.Need(strings.TrimSpace(r.Form.Get("name")) != "", "name", "tell us what to call you")
	number, email := strings.TrimSpace(r.Form.Get("number")), strings.TrimSpace(r.Form.Get("email"))
	p.Need(number != "" || email != "" || r.Form.Get("channel") == people.ChannelLetter, "number", "give a phone number or an email address, or choose a letter")
	p.Need(email != "" || r.Form.Get("channel") != people.ChannelEmail, "email", "give the address that emails go to")
	for _, a := range page.Asks {
		need := "choose one; rather not say is fine"
		if slices.Contains(page.Places, a.Key) && strings.TrimSpace(r.Form.Get("postcode")) != "" {
			need = "we do not know where this postcode is; please choose one"
		}
		p.Need(strings.TrimSpace(r.Form.Get("answer."+a.Key)) != "", "answer."+a.Key, "%s", need)
	}
	return p.Err()
}

func registration(page registerPage, r *Request) recruitment.RegisterInput {
	in := recruitment.RegisterInput{
		Code: people.Private(page.Code), Source: people.FromCode, Channel: r.Form.Get("channel"), Region: "GB",
		Identity: people.Identity{
			Name: people.Private(r.Form.Get("name")), Number: people.Private(r.Form.Get("number")), Email: people.Private(r.Form.Get("email")),
			Postcode: people.Private(strings.TrimSpace(r.Form.Get("postcode"))),
		},
		Answers: people.Answers{},
	}
	for _, a := range page.Asks {
		in.Answers[a.Key] = r.Form.Get("answer." + a.Key)
	}
	page.tell(in.Answers)
	return in
}

// plainFields names a problem's fields as the form does.
func plainFields(err error) error {
	e, ok := err.(*domain.Error)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	c := *e
	c.Fields = map[string]string{}
	for name, text := range e.Fields {
		name = strings.TrimPrefix(name, "identity.")
		if key, ok := strings.CutPrefix(name, "answers."); ok {
			name = "answer." + key
		}
		c.Fields[name] = text
	}
	return &c
}
