package sms

import (
	"context"
	"strconv"
	"strings"
	"time"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// whichFor is how long a text is kept while its sender is asked which
// conversation it is for.
const whichFor = 24 * time.Hour

// which asks the resident whom a text is for, when several conversations wait
// and it would be taken for an answer, or once more when it was asked in vain.
// A STOP, a question or words of danger need no asking. Nobody takes or loses
// a seat by a guess of ours.
func (d *Desk) which(ctx context.Context, n *outreach.Number, sc scene, in dialogue.Input) (outreach.Understood, bool, error) {
	var none outreach.Understood
	env, err := d.env(ctx, sc.ref, sc.conv, sc.talk, sc.at)
	if err != nil {
		return none, false, err
	}
	_, out := dialogue.Step(env, sc.talk.State, in)
	switch {
	case len(sc.among) > 0 && out.Entry.Result == dialogue.Answered:
		if n.Which, err = d.keepText(ctx, n.ID, sc); err != nil {
			return none, false, err
		}
	case sc.kept != nil && out.Entry.Result == dialogue.Clarified:
		again := *sc.kept
		again.Again, again.At = true, sc.at
		n.Which = &again
	default:
		return none, false, nil
	}
	cs, err := d.candidates(ctx, talks(n, n.Which.IDs))
	if err != nil {
		return none, false, err
	}
	say := dialogue.AskWhich(sc.event, sc.conv.Lang, cs)
	return outreach.Understood{Why: "asked_which"}, true, d.say(ctx, n, &sc, &say, env.Vars.Values)
}

func (d *Desk) keepText(ctx context.Context, number string, sc scene) (*outreach.Which, error) {
	kept, err := d.Outreach.Vault.Seal(ctx, number, "which:"+sc.event, []byte(sc.text))
	if err != nil {
		return nil, err
	}
	w := &outreach.Which{Event: sc.event, Text: kept, At: sc.at}
	for _, c := range sc.among {
		w.IDs = append(w.IDs, c.ID)
	}
	return w, nil
}

// talks finds the conversations in the order of the ids; one that is gone is
// empty.
func talks(n *outreach.Number, ids []string) []outreach.Conversation {
	out := make([]outreach.Conversation, len(ids))
	for i, id := range ids {
		out[i], _ = n.ConversationBy(id)
	}
	return out
}

// chosen reads a text as the answer to which conversation the one before was
// for, and gives both.
func (d *Desk) chosen(ctx context.Context, n *outreach.Number, t Taken) (outreach.Conversation, string, bool) {
	w := n.Which
	n.Which = nil
	if w == nil || t.At.Sub(w.At) > whichFor {
		return outreach.Conversation{}, "", false
	}
	cs, err := d.candidates(ctx, talks(n, w.IDs))
	if err != nil {
		return outreach.Conversation{}, "", false
	}
	lang := d.Lang // the question was in that of the conversation, which may be gone
	if c, ok := n.ConversationBy(w.IDs[0]); ok && c.Lang != "" {
		lang = c.Lang
	}
	id := dialogue.ReadWhich(t.In.Body, lang, cs)
	text, err := d.Outreach.Vault.Open(ctx, n.ID, "which:"+w.Event, w.Text)
	c, ok := n.ConversationBy(id)
	return c, string(text), id != "" && ok && c.Live() && err == nil
}

// candidates names the conversations to the resident: by the jury, and by the
// person's letter code where two of one household share the phone.
func (d *Desk) candidates(ctx context.Context, among []outreach.Conversation) ([]dialogue.Candidate, error) {
	people := map[string]int{}
	for _, c := range among {
		people[c.Process]++
	}
	out := make([]dialogue.Candidate, len(among))
	for i, c := range among {
		ref, err := d.Processes.Ref(ctx, c.Process)
		if err != nil && !domain.Is(err, domain.NotFound) {
			return nil, err
		}
		out[i] = dialogue.Candidate{ID: c.ID, Label: ref.ShortName, Names: []string{ref.Code}}
		if people[c.Process] > 1 {
			out[i].Label += ", " + d.whose(ctx, c, i)
			out[i].Names = nil
		}
	}
	return out, nil
}

// whose tells one person of a household from another without a name.
func (d *Desk) whose(ctx context.Context, c outreach.Conversation, i int) string {
	contact, err := d.Outreach.Contacts.Contact(ctx, c.Process, c.Person)
	if err == nil && contact.Code != "" {
		return d.worded(c.Lang, "which.letter", contact.Code)
	}
	return d.worded(c.Lang, "which.person", strconv.Itoa(i+1))
}

func (d *Desk) worded(lang, key, code string) string {
	text, err := d.Texts.Render(dialogue.Say{Lang: lang, Parts: []dialogue.Part{{Key: key, Data: map[string]string{"code": code}}}}, nil)
	if err != nil {
		return code
	}
	return text
}

// stopScope is what a STOP reaches: the process it answers; everything, when
// it may be meant for several or for none that we know.
func (sc *scene) stopScope() string {
	if len(sc.among) > 0 {
		return outreach.All
	}
	return orElse(sc.ref.ID, outreach.All)
}

// names lists whom a STOP reached when it was meant for several, as its
// confirmation says.
func (d *Desk) names(ctx context.Context, sc *scene) string {
	cs, err := d.candidates(ctx, sc.among)
	if err != nil {
		return ""
	}
	var names []string
	for _, c := range cs {
		name, _, _ := strings.Cut(c.Label, ",")
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
