package sms

import (
	"context"
	"encoding/json"
	"fmt"
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
}

// Take finds the conversation of a text, steps it, and puts everything that
// follows into the number's document. It runs within [outreach.Service.Step]
// and may run again.
func (d *Desk) Take(ctx context.Context, n *outreach.Number, t Taken) (outreach.Understood, error) {
	if t.In.OptOut == "STOP" || t.In.OptOut == "START" {
		return d.carrier(n, t), nil
	}
	sc, err := d.find(ctx, n, t)
	if err != nil {
		return outreach.Understood{}, err
	}
	input := dialogue.Input{ID: t.Event, Kind: dialogue.Text, Text: sc.text, At: t.At, Media: t.In.Media}
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

// find applies the rule of which conversation a text belongs to: a word or
// code that names a process; else the live conversation that asked last; else
// the one that ended last; else whoever was last heard of at the number; else
// the one process of the number that was texted; else nobody's.
func (d *Desk) find(ctx context.Context, n *outreach.Number, t Taken) (scene, error) {
	sc := scene{text: t.In.Body, phone: t.Phone, event: t.Event, at: t.At}
	found, ok, err := d.Directory.Find(ctx, t.In.Body)
	if err != nil {
		return sc, err
	}
	if ok {
		return d.named(ctx, n, sc, found)
	}
	c, ok := n.Talk()
	if !ok {
		c, ok = n.Past("")
	}
	if ok {
		return d.resume(ctx, n, sc, c)
	}
	if b, ok := n.Latest(); ok {
		return d.beside(ctx, n, sc, b)
	}
	ref, ok, err := d.Directory.Default(ctx, t.In.To)
	if err != nil {
		return sc, err
	}
	if ok {
		sc.ref = ref
	}
	return d.outside(n, sc), nil
}

// named begins to join the process that the text names, or goes on in the
// conversation with it that there is.
func (d *Desk) named(ctx context.Context, n *outreach.Number, sc scene, f Found) (scene, error) {
	c, ok := n.TalkIn(f.Process.ID)
	if !ok {
		c, ok = n.Past(f.Process.ID)
	}
	if ok && (f.Person == "" || f.Person == c.Person || c.Person == "") {
		if f.Rest != "" {
			sc.text = f.Rest
		}
		return d.resume(ctx, n, sc, c)
	}
	sc.ref = f.Process
	if f.Process.Stage != domain.Recruiting {
		return d.outside(n, sc), nil
	}
	sc.fresh = true
	sc.conv = outreach.Conversation{
		ID: domain.Derive("conversation", sc.event), Process: f.Process.ID, Person: f.Person,
		Flow: d.Join, Lang: d.Lang, Opened: sc.at,
	}
	return sc, nil
}

// resume loads the conversation as it stands.
func (d *Desk) resume(ctx context.Context, n *outreach.Number, sc scene, c outreach.Conversation) (scene, error) {
	ref, err := d.Processes.Ref(ctx, c.Process)
	if err != nil && c.Process != "" {
		return sc, err
	}
	sc.ref, sc.conv = ref, c
	state, err := d.Outreach.Talked(ctx, n.ID, c)
	if err != nil {
		return sc, err
	}
	if err := json.Unmarshal(state, &sc.talk); err != nil {
		return sc, fmt.Errorf("reading a conversation: %w", err)
	}
	return sc, nil
}

// beside answers somebody known who is in no conversation.
func (d *Desk) beside(ctx context.Context, n *outreach.Number, sc scene, b outreach.Binding) (scene, error) {
	ref, err := d.Processes.Ref(ctx, b.Process)
	if err != nil {
		return sc, err
	}
	sc.ref = ref
	sc = d.outside(n, sc)
	sc.conv.Person = b.Person
	return sc, nil
}

// outside is a conversation at rest: STOP, HELP, questions and words of
// danger are understood, and a person reads the rest.
func (d *Desk) outside(n *outreach.Number, sc scene) scene {
	id := domain.Derive("conversation", n.ID, sc.ref.ID, d.Other)
	sc.conv = outreach.Conversation{ID: id, Process: sc.ref.ID, Flow: d.Other, Lang: d.Lang, Opened: sc.at}
	sc.talk.State = dialogue.State{
		ID: id, Flow: d.Other, Lang: d.Lang, Status: dialogue.Ended, Node: d.Rest, Outcome: d.Rest,
		Started: sc.at, Asked: sc.at, Ended: sc.at,
	}
	return sc
}

// step has the engine take the input and writes all that follows into the
// number.
func (d *Desk) step(ctx context.Context, n *outreach.Number, sc *scene, in dialogue.Input) (dialogue.Out, error) {
	env, err := d.env(ctx, sc.ref, sc.conv, sc.talk, sc.at)
	if err != nil {
		return dialogue.Out{}, err
	}
	var out dialogue.Out
	if sc.fresh {
		ref := dialogue.Ref{ID: sc.conv.ID, Lang: sc.conv.Lang}
		sc.talk.State, out = dialogue.Begin(env, ref, dialogue.Input{ID: in.ID, Kind: dialogue.Event, At: in.At})
	} else {
		sc.talk.State, out = dialogue.Step(env, sc.talk.State, in)
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
	return dialogue.Env{Flow: flow, Vars: vars, Now: now, Langs: langs}, nil
}

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
	c.Asked = domain.Milli(s.Asked)
	c.Ended = time.Time{}
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
	words, err := d.words(*say, values)
	if err != nil {
		// A text that cannot be written must not keep the resident's own from
		// being heard: a person reads it.
		d.queue(n, sc, outreach.ReasonUnsaid)
		return nil
	}
	queued, err := d.Outreach.Answer(ctx, n, outreach.Answer{
		Event: sc.event, At: sc.at, Process: sc.ref.ID, Person: sc.conv.Person, Zone: sc.ref.Zone,
		Template: say.Parts[0].Key, Words: words, Reply: say.Reply, Farewell: say.Legal,
	})
	if err != nil || queued || n.OptedOut(sc.ref.ID) {
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
	return outreach.Words{Text: text, Lang: say.Lang, Parts: d.Parts(text)}, nil
}
