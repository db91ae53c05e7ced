package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/domain"
)

// facts gives texts what they say of a process, remembered for a moment.
type facts struct {
	h     *house
	about sms.ProcessFacts
}

func newFacts(h *house, texts *flows.Texts) facts {
	f := facts{h: h}
	f.about = sms.ProcessFacts{
		Host: f.host(), Name: h.cfg.Name, Phone: h.cfg.Phone, Zone: h.cfg.TimeZone, Langs: h.languages,
		Word: texts.Text, Help: helplines(h.profiles), Own: f.own, Questions: f.questions, Answers: f.answers,
	}
	return f
}

// Vars answers the values, questions and approved answers of a process; for
// the empty reference those of the installation.
func (f facts) Vars(ctx context.Context, p domain.ProcessRef, lang, person string) (dialogue.Vars, []string, error) {
	if p.ID == "" {
		return f.about.Vars(ctx, p, lang, person)
	}
	v, err := f.h.known.said(p.ID, lang, func() (dialogue.Vars, error) {
		v, _, err := f.about.Vars(ctx, p, lang, person)
		return v, err
	})
	if err != nil {
		return dialogue.Vars{}, nil, err
	}
	v.Values = maps.Clone(v.Values) // callers write into it
	return v, f.h.languages, nil
}

func (f facts) questions(ctx context.Context, p domain.ProcessRef, _ string) ([]dialogue.Question, error) {
	qs, err := f.h.recruitment.Questions(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the questions of a process: %w", err)
	}
	out := make([]dialogue.Question, len(qs))
	for i, q := range qs {
		out[i] = dialogue.Question{Key: q.Key, Text: q.Text}
		for _, o := range q.Options {
			out[i].Options = append(out[i].Options, dialogue.Choice{Key: o, Label: o})
		}
	}
	return out, nil
}

func (f facts) answers(ctx context.Context, p domain.ProcessRef, lang string) ([]dialogue.Approved, error) {
	lang, _, _ = strings.Cut(lang, "-")
	list, err := f.h.process.Approved(ctx, p.ID, lang)
	if err != nil {
		return nil, fmt.Errorf("reading the approved answers of a process: %w", err)
	}
	out := make([]dialogue.Approved, len(list))
	for i, a := range list {
		out[i] = dialogue.Approved{ID: strconv.Itoa(i + 1), Question: a.Question, Answer: a.Answer}
	}
	return out, nil
}

// own is what only recruitment and the plan of the sessions know. Somebody who
// texts a poster's word was sent no message before that brought it.
func (f facts) own(ctx context.Context, p domain.ProcessRef, _ string) (map[string]string, error) {
	r, err := f.h.recruitment.Get(ctx, domain.SystemActor("sms"), p.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the dates of a process: %w", err)
	}
	values := map[string]string{"eligibility": r.Eligibility}
	byPostcode, err := f.h.recruitment.ByPostcode(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("reading what postcodes answer: %w", err)
	}
	values["places"], values["no_places"] = "", "1"
	if len(byPostcode) > 0 {
		values["places"], values["no_places"] = "1", ""
	}
	if !r.ClosesAt.IsZero() {
		values["closes"], values["closes_text"] = domain.SayMoment(r.ClosesAt), domain.SayMoment(r.ClosesAt)
	}
	if !r.DrawAt.IsZero() {
		values["draw_at"] = domain.SayMoment(r.DrawAt)
	}
	next, err := f.h.deliberation.NextSession(ctx, p.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the sessions of a process: %w", err)
	}
	maps.Copy(values, next)
	return values, nil
}

func (f facts) host() string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(f.h.cfg.BaseURL, "https://"), "http://"), "/")
}

// directory finds the process that a text names: by its advertised word, its
// code, or a person's letter code.
type directory struct{ h *house }

// Find looks at the first two words of a text.
func (d directory) Find(ctx context.Context, text string) (sms.Found, bool, error) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 40 {
		return sms.Found{}, false, nil
	}
	first := strings.ToUpper(strings.Trim(words[0], ".,!?\"'"))
	rest := strings.Join(words[1:], " ")
	if f, ok, err := d.process(ctx, first, rest); ok || err != nil {
		return f, ok, err
	}
	if f, ok, err := d.letter(ctx, first); ok || err != nil {
		f.Rest = rest
		return f, ok, err
	}
	if len(words) == 2 { // a letter code may be typed in two groups
		return d.letter(ctx, strings.Join(words, ""))
	}
	return sms.Found{}, false, nil
}

func (d directory) process(ctx context.Context, word, rest string) (sms.Found, bool, error) {
	if len(word) < 3 || len(word) > 12 {
		return sms.Found{}, false, nil
	}
	refs, err := d.h.known.list(ctx)
	if err != nil {
		return sms.Found{}, false, err
	}
	for _, p := range refs {
		if !p.Stage.Reached(domain.RemitAgreed) {
			continue // not public yet: strangers hear nothing of it
		}
		if word == p.Code || p.Keyword != "" && word == p.Keyword {
			return sms.Found{Process: p, Rest: rest}, true, nil
		}
	}
	return sms.Found{}, false, nil
}

// letterCode is how many signs a letter's code has.
const letterCode = 8

func (d directory) letter(ctx context.Context, word string) (sms.Found, bool, error) {
	word = strings.ReplaceAll(word, "-", "")
	if len(word) != letterCode {
		return sms.Found{}, false, nil
	}
	p, err := d.h.people.ByCode(ctx, word)
	if domain.Is(err, domain.NotFound) {
		return sms.Found{}, false, nil
	}
	if err != nil {
		return sms.Found{}, false, err
	}
	ref, err := d.h.process.Ref(ctx, p.Process)
	return sms.Found{Process: ref, Person: p.ID}, err == nil, err
}

// Default is the one process that recruits, when there is only one.
func (d directory) Default(ctx context.Context, _ string) (domain.ProcessRef, bool, error) {
	refs, err := d.h.known.list(ctx)
	if err != nil {
		return domain.ProcessRef{}, false, err
	}
	refs = slices.DeleteFunc(slices.Clone(refs), func(p domain.ProcessRef) bool { return p.Stage != domain.Recruiting })
	if len(refs) != 1 {
		return domain.ProcessRef{}, false, nil
	}
	return refs[0], true, nil
}
