package sms

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// Found is the process, and perhaps the person, that a word in a text names.
type Found struct {
	Process domain.ProcessRef
	Person  string // empty: the word is a process's, not a person's letter code
	Rest    string // of the text, after the word
}

// Directory finds processes by the advertised word, the process's code or a
// letter's code in a text, and the process that a sender number of ours
// belongs to when it has only one.
type Directory interface {
	Find(ctx context.Context, text string) (Found, bool, error)
	Default(ctx context.Context, to string) (domain.ProcessRef, bool, error)
}

// Facts gives what the texts and questions of a process need. For the empty
// reference it gives the installation's own name and telephone.
type Facts interface {
	// Vars answers values, questions and approved answers in the language,
	// and the other languages of the process. person may be empty.
	Vars(ctx context.Context, p domain.ProcessRef, lang, person string) (dialogue.Vars, []string, error)
}

// Renderer puts what a flow says into words.
type Renderer interface {
	Render(say dialogue.Say, values map[string]string) (string, error)
}

// Place is where a message of ours belongs: an event of a flow, or a text of
// the catalogue outside any conversation.
type Place struct {
	Flow  string
	Event string // empty: the flow's beginning
	Text  string // one or several, by name, joined by a space
	// Written is what a letter or an email says instead, where the text asks
	// for a reply; empty: the same.
	Written string
	Asks    bool // for an answer that somebody waits for
	// TextOnly: answered or read at once on a phone, and no email.
	TextOnly bool
}

// DeskDeps is what a desk needs.
type DeskDeps struct {
	Outreach  *outreach.Service
	Processes domain.Processes
	Directory Directory
	Facts     Facts
	Texts     Renderer
	Flows     func(id string) (*dialogue.Flow, bool)
	Parts     func(text string) int // segments of a text message
	Places    map[string]Place      // by template name
	// Join is the flow that an advertised word begins; Other is the one whose
	// resting state answers a text outside any conversation, and Rest that
	// state's outcome.
	Join, Other, Rest string
	Lang              string // of people whose language is not known
	// Place says what a postcode answers of the process's questions, see
	// [dialogue.Env]; nil: nothing.
	Place func(ctx context.Context, process, postcode string) (map[string]string, error)
	// Stands is when an offer runs out that is open past its time; not_found
	// where there is none. nil: none stands longer.
	Stands func(ctx context.Context, p domain.ProcessRef, person string) (time.Time, error)
}

// Desk decides which conversation a text belongs to and speaks in it. It is
// safe for concurrent use and keeps nothing.
type Desk struct{ DeskDeps }

// NewDesk makes a desk.
func NewDesk(d DeskDeps) *Desk {
	if d.Lang == "" {
		d.Lang = "en"
	}
	return &Desk{d}
}

// Serve gives the desk the service it speaks for. The two need each other, so
// this is called once, before either is used.
func (d *Desk) Serve(s *outreach.Service) { d.Outreach = s }

// talk is what is kept of a conversation: the engine's state and the values
// that the message which opened it brought.
type talk struct {
	State dialogue.State    `json:"state"`
	Vars  map[string]string `json:"vars,omitempty"`
}

// Taken is a text on its way into a conversation.
type Taken struct {
	Event string
	Phone string
	In    gateway.Inbound
	At    time.Time
}

// longUnderWay is how much later than its provider a text must have reached us
// for the provider's word to count: clocks differ.
const longUnderWay = 10 * time.Minute

// sent is when the text came, by its provider where it was long under way: a
// poll may fetch it hours later, and by then other questions may be open.
func (t Taken) sent() time.Time {
	if at := t.In.ReceivedAt; !at.IsZero() && t.At.Sub(at) > longUnderWay {
		return at
	}
	return t.At
}

// scene is one conversation about to be stepped.
type scene struct {
	ref   domain.ProcessRef
	conv  outreach.Conversation
	talk  talk
	fresh bool // nothing was said in it before
	text  string
	phone string
	event string
	at    time.Time
	reply bool                    // the resident has just texted
	among []outreach.Conversation // that it may be for, when that is unclear
	kept  *outreach.Which         // a text before it, whose conversation was asked for in vain
}

// Take finds the conversation of a text, steps it, and puts everything that
// follows into the number's document. It runs within [outreach.Service.Step]
// and may run again.
func (d *Desk) Take(ctx context.Context, n *outreach.Number, t Taken) (outreach.Understood, error) {
	if t.In.OptOut == "STOP" || t.In.OptOut == "START" {
		return d.carrier(n, t), nil
	}
	if stopsAll(t.In.Body) {
		return d.stopAll(ctx, n, t)
	}
	sc, err := d.find(ctx, n, t)
	if err != nil {
		return outreach.Understood{}, err
	}
	input := dialogue.Input{ID: t.Event, Kind: dialogue.Text, Text: sc.text, At: t.sent(), Media: t.In.Media}
	if len(sc.among) > 0 || sc.kept != nil {
		if u, asked, err := d.which(ctx, n, sc, input); asked || err != nil {
			return u, err
		}
	}
	out, err := d.step(ctx, n, &sc, input)
	if err != nil {
		return outreach.Understood{}, err
	}
	return outreach.Understood{Process: sc.ref.ID, Person: sc.conv.Person, Why: out.Entry.Rule}, nil
}

// carrier does what the network has already answered by itself.
func (d *Desk) carrier(n *outreach.Number, t Taken) outreach.Understood {
	u := outreach.Understood{Why: "carrier:" + strings.ToLower(t.In.OptOut)}
	if b, ok := n.Latest(); ok {
		u.Process, u.Person = b.Process, b.Person
	}
	if t.In.OptOut == "START" {
		n.Restart(outreach.All)
		return u
	}
	n.Stop(outreach.OptOut{Scope: outreach.All, Source: outreach.FromCarrier, At: t.At, Evidence: t.Event})
	return u
}

// stopsAll tells the wish to hear from nobody here any more. A plain STOP
// reaches the process whose texts it answers, which the confirmation names.
func stopsAll(text string) bool {
	return strings.Join(strings.Fields(strings.ToUpper(text)), "") == "STOPALL"
}

func (d *Desk) stopAll(ctx context.Context, n *outreach.Number, t Taken) (outreach.Understood, error) {
	u := outreach.Understood{Why: "stop_all"}
	if b, ok := n.Latest(); ok {
		u.Process, u.Person = b.Process, b.Person
	}
	if !n.Stop(outreach.OptOut{Scope: outreach.All, Source: outreach.FromText, At: t.At, Evidence: t.Event}) {
		return u, nil
	}
	vars, _, err := d.Facts.Vars(ctx, domain.ProcessRef{}, d.Lang, "")
	if err != nil {
		return u, err
	}
	say := dialogue.Say{Lang: d.Lang, Parts: []dialogue.Part{{Key: "stopped"}}, Legal: true}
	sc := scene{phone: t.Phone, event: t.Event, at: t.At, reply: true}
	return u, d.say(ctx, n, &sc, &say, vars.Values)
}

// step has the engine take the input and writes all that follows into the
// number.
func (d *Desk) step(ctx context.Context, n *outreach.Number, sc *scene, in dialogue.Input) (dialogue.Out, error) {
	env, err := d.env(ctx, sc.ref, sc.conv, sc.talk, sc.at)
	if err != nil {
		return dialogue.Out{}, err
	}
	var out dialogue.Out
	var lost error
	if d.Place != nil {
		env.Place = func(postcode string) map[string]string {
			got, err := d.Place(ctx, sc.ref.ID, postcode)
			lost = err
			return got
		}
	}
	if sc.fresh {
		ref := dialogue.Ref{ID: sc.conv.ID, Lang: sc.conv.Lang}
		sc.talk.State, out = dialogue.Begin(env, ref, dialogue.Input{ID: in.ID, Kind: dialogue.Event, At: in.At})
	} else {
		sc.talk.State, out = dialogue.Step(env, sc.talk.State, in)
	}
	if lost != nil {
		return out, lost
	}
	if err := d.effects(ctx, n, sc, out); err != nil {
		return out, err
	}
	if err := d.store(ctx, n, sc); err != nil {
		return out, err
	}
	return out, d.say(ctx, n, sc, out.Say, env.Vars.Values)
}

// env gathers what surrounds a step. The values that the opening message
// brought win over the process's.
func (d *Desk) env(ctx context.Context, ref domain.ProcessRef, c outreach.Conversation, t talk, now time.Time) (dialogue.Env, error) {
	flow, ok := d.Flows(c.Flow)
	if !ok {
		return dialogue.Env{}, domain.E(domain.Internal, "there is no flow %s", c.Flow)
	}
	vars, langs, err := d.Facts.Vars(ctx, ref, orElse(c.Lang, d.Lang), c.Person)
	if err != nil {
		return dialogue.Env{}, err
	}
	values := maps.Clone(vars.Values)
	if values == nil {
		values = map[string]string{}
	}
	maps.Copy(values, t.Vars)
	vars.Values = values
	if err := d.hold(ctx, ref, c.Person, values, now); err != nil {
		return dialogue.Env{}, err
	}
	return dialogue.Env{Flow: flow, Vars: vars, Now: now, Langs: langs}, nil
}

// hold moves the time to reply on where the offer stands past it, because of a
// pause or of words that nobody has read yet.
func (d *Desk) hold(ctx context.Context, ref domain.ProcessRef, person string, values map[string]string, now time.Time) error {
	due, err := time.Parse(time.RFC3339, values[replyBy])
	if err != nil || person == "" || now.Before(due) || d.Stands == nil {
		return nil
	}
	until, err := d.Stands(ctx, ref, person)
	if domain.Is(err, domain.NotFound) {
		return nil
	}
	if err == nil && until.After(due) {
		values[replyBy], values[replyBy+"_text"] = domain.SayMoment(until), domain.SayMoment(until)
	}
	return err
}

// replyBy is the value that says until when an offer may be answered.
const replyBy = "reply_by"

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// store puts the conversation back, live or ended as the engine says.
func (d *Desk) store(ctx context.Context, n *outreach.Number, sc *scene) error {
	c, s := sc.conv, sc.talk.State
	c.Flow, c.Lang, c.Wakes = s.Flow, s.Lang, domain.Milli(s.Due)
	if s.Due.IsZero() {
		c.Wakes = time.Time{}
	}
	c.Asked, c.Direct = domain.Milli(s.Asked), sc.reply && len(sc.among) == 0
	c.Ended = time.Time{}
	c.Halted = s.Status == dialogue.Stopped && (sc.conv.Halted || sc.conv.Live() && !sc.fresh)
	if s.Status == dialogue.Ended || s.Status == dialogue.Stopped {
		c.Ended, c.Wakes = sc.at, time.Time{}
	}
	raw, err := json.Marshal(sc.talk)
	if err != nil {
		return err
	}
	if c.Person != "" {
		n.Bind(c.Process, c.Person, sc.at)
	}
	sc.conv = c
	return d.Outreach.Converse(ctx, n, c, raw)
}

// say queues what the engine wants said.
func (d *Desk) say(ctx context.Context, n *outreach.Number, sc *scene, say *dialogue.Say, values map[string]string) error {
	if say == nil || !textable(sc.phone) {
		return nil
	}
	if say.Legal && len(sc.among) > 0 {
		values = merged(values, map[string]string{"jury": d.names(ctx, sc)})
	}
	words, err := d.words(*say, values)
	if err != nil {
		// A text that cannot be written must not keep the resident's own from
		// being heard: a person reads it.
		d.queue(n, sc, outreach.ReasonUnsaid)
		return nil
	}
	queued, err := d.Outreach.Answer(ctx, n, outreach.Answer{
		Event: sc.event, At: sc.at, Process: sc.ref.ID, Person: sc.conv.Person, Zone: sc.ref.Zone,
		Template: say.Parts[0].Key, Words: words, Reply: sc.reply, Farewell: say.Legal,
	})
	if err != nil || queued || n.Refuses(sc.ref.ID, sc.conv.Person) {
		return err
	}
	d.queue(n, sc, outreach.ReasonTooMany)
	return nil
}

// textable reports whether a text can go to the sender: names and short codes
// cannot be answered.
func textable(phone string) bool { return phone == "" || len(phone) > 7 && phone[0] == '+' }

func (d *Desk) words(say dialogue.Say, values map[string]string) (outreach.Words, error) {
	text, err := d.Texts.Render(say, values)
	if err != nil {
		return outreach.Words{}, err
	}
	text = squeeze(text)
	return outreach.Words{Text: text, Lang: say.Lang, Parts: d.Parts(text)}, nil
}

// squeeze leaves single spaces where a sentence had nothing to say: each
// letter is paid for.
func squeeze(text string) string {
	for strings.Contains(text, "  ") {
		text = strings.ReplaceAll(text, "  ", " ")
	}
	return strings.ReplaceAll(text, " \n", "\n")
}
