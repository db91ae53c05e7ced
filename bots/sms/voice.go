package sms

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"folkmoot/bots/dialogue"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

var _ outreach.Voice = (*Desk)(nil)

// Flow names the flow that a template belongs to.
func (d *Desk) Flow(template string) string { return d.Places[template].Flow }

// Compose writes a message by itself: an email with its subject and foot.
func (d *Desk) Compose(ctx context.Context, n outreach.Note) (outreach.Words, error) {
	if n.Form != outreach.FormEmail {
		return d.compose(ctx, n)
	}
	if d.Places[n.Template].TextOnly {
		return outreach.Words{}, nil
	}
	w, err := d.compose(ctx, n)
	if err != nil || w.Text == "" {
		return w, err
	}
	return d.mail(ctx, n, w)
}

func (d *Desk) compose(ctx context.Context, n outreach.Note) (outreach.Words, error) {
	if n.Template == "queue_reply" {
		return d.plain(n), nil
	}
	lang := variant(orElse(n.Lang, d.Lang), n.Format)
	place, known := d.Places[n.Template]
	written := n.Form != "" && place.Written != ""
	if written {
		place.Text = place.Written
	}
	if known && place.Flow != "" && !written {
		s, err := d.Speak(ctx, n, outreach.Turn{ID: "letter", Flow: place.Flow, Now: d.Outreach.Clock.Now()})
		return s.Words, err
	}
	vars, _, err := d.Facts.Vars(ctx, n.Process, lang, n.Person)
	if err != nil {
		return outreach.Words{}, err
	}
	values := merged(vars.Values, n.Vars)
	whole(values, n.Leave)
	say := dialogue.Say{Lang: lang}
	for _, key := range strings.Fields(orElse(place.Text, n.Template)) {
		say.Parts = append(say.Parts, dialogue.Part{Key: key})
	}
	return d.words(say, values)
}

// mail puts round a message what an email has: subject, the way to the
// person's own page, and who writes.
func (d *Desk) mail(ctx context.Context, n outreach.Note, w outreach.Words) (outreach.Words, error) {
	lang := variant(orElse(n.Lang, d.Lang), n.Format)
	vars, _, err := d.Facts.Vars(ctx, n.Process, lang, n.Person)
	if err != nil {
		return w, err
	}
	values := merged(vars.Values, map[string]string{"page": n.Page, "leave": n.Leave})
	whole(values, n.Leave)
	subject := "mail.subject"
	if d.Places[n.Template].Asks {
		subject = "mail.subject.answer"
	}
	line := func(key string) (text string) {
		if err == nil {
			var said outreach.Words
			said, err = d.words(dialogue.Say{Lang: lang, Parts: []dialogue.Part{{Key: key}}}, values)
			text = said.Text
		}
		return text
	}
	w.Subject, w.Foot = line(subject), line("mail.foot")
	if n.Page != "" {
		w.Text += "\n\n" + line("mail.page")
	}
	return w, err
}

// whole gives our links the scheme that an email needs to make links of them;
// ours is the address that the email's own link begins with.
func whole(values map[string]string, ours string) {
	scheme, _, ok := strings.Cut(ours, "://")
	for _, name := range []string{"link", "draw_link", "pack_link", "report_link"} {
		if ok && values[name] != "" {
			values[name] = scheme + "://" + values[name]
		}
	}
}

// plain is a person's own answer, with the jury's name before it.
func (d *Desk) plain(n outreach.Note) outreach.Words {
	text := n.Vars["text"]
	if n.Process.ShortName != "" {
		text = n.Process.ShortName + ": " + text
	}
	return outreach.Words{Text: text, Lang: n.Lang, Parts: d.Parts(text)}
}

// easyRead is the format that a language has a variant for.
const easyRead = "easy_read"

// Reading is the language that somebody reads, English where it is not known,
// in the variant of the format they want their information in.
func Reading(lang, format string) string { return variant(orElse(lang, "en"), format) }

// variant is the language as somebody reads it who wants its information in
// the format: their choice holds for every conversation, not one.
func variant(lang, format string) string {
	if format != easyRead || strings.Contains(lang, "-"+dialogue.EasyRead) {
		return lang
	}
	return lang + "-" + dialogue.EasyRead
}

// language is that of a person, the process's first where it is not
// known.
func (d *Desk) language(ctx context.Context, process, person string) string {
	if person == "" {
		return d.Lang
	}
	c, err := d.Outreach.Contacts.Contact(ctx, process, person)
	if err != nil { // erased, or the store is away: the words matter more than their language
		return d.Lang
	}
	return variant(orElse(c.Lang, d.Lang), c.Format)
}

// merged is the process's values with the message's own over them.
func merged(process, own map[string]string) map[string]string {
	values := maps.Clone(process)
	if values == nil {
		values = map[string]string{}
	}
	maps.Copy(values, own)
	return values
}

// Speak writes a message as part of its conversation: the event of the flow
// that the template stands for.
func (d *Desk) Speak(ctx context.Context, n outreach.Note, t outreach.Turn) (outreach.Spoken, error) {
	var tk talk
	if t.State != nil {
		if err := json.Unmarshal(t.State, &tk); err != nil {
			return outreach.Spoken{}, domain.E(domain.Internal, "a conversation cannot be read").Because(err)
		}
	}
	tk.Vars = merged(tk.Vars, n.Vars)
	lang := orElse(tk.State.Lang, variant(orElse(n.Lang, d.Lang), n.Format))
	c := outreach.Conversation{Flow: orElse(tk.State.Flow, t.Flow), Lang: lang, Person: n.Person}
	env, err := d.env(ctx, n.Process, c, tk, t.Now)
	if err != nil {
		return outreach.Spoken{}, err
	}
	in := dialogue.Input{ID: t.ID, Kind: dialogue.Event, Text: d.Places[n.Template].Event, At: t.Now}
	var out dialogue.Out
	if t.State == nil {
		begin := dialogue.Input{ID: t.ID + ":begin", Kind: dialogue.Event, At: t.Now}
		tk.State, out = dialogue.Begin(env, dialogue.Ref{ID: t.ID, Lang: lang}, begin)
	}
	// What a flow says at its beginning is not said when it begins with a
	// later event: somebody registered by telephone was never invited.
	if t.State != nil || in.Text != "" {
		tk.State, out = dialogue.Step(env, tk.State, in)
	}
	return d.spoken(tk, out.Say, env.Vars.Values)
}

// spoken is the conversation as it now stands, with nothing to say where the
// flow is silent.
func (d *Desk) spoken(tk talk, say *dialogue.Say, values map[string]string) (outreach.Spoken, error) {
	var words outreach.Words
	if say != nil {
		var err error
		if words, err = d.words(*say, values); err != nil {
			return outreach.Spoken{}, err
		}
	}
	raw, err := json.Marshal(tk)
	if err != nil {
		return outreach.Spoken{}, err
	}
	s := outreach.Spoken{Words: words, Flow: tk.State.Flow, Lang: tk.State.Lang, State: raw}
	s.Ended = tk.State.Status == dialogue.Ended || tk.State.Status == dialogue.Stopped
	if !tk.State.Due.IsZero() {
		s.Wakes = domain.Milli(tk.State.Due)
	}
	return s, nil
}
