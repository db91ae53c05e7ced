package sms

import (
	"context"
	"strings"

	"folkmoot/bots/dialogue"
	"folkmoot/domain/outreach"
)

// deskTexts are the beginnings of answers that people give again and again;
// the last is for those who cannot write in the resident's language.
var deskTexts = []string{"desk.thanks", "desk.arranged", "desk.not_possible", "desk.changed", "desk.call", "desk.bring", "desk.language"}

// Templates lists beginnings of answers in a language, each with its English.
// English itself has nothing beside it; easy-read English has the usual words.
func (d *Desk) Templates(_ context.Context, lang string) ([]outreach.ReplyTemplate, error) {
	var out []outreach.ReplyTemplate
	say := func(lang, key string) (string, error) {
		return d.Texts.Render(dialogue.Say{Lang: lang, Parts: []dialogue.Part{{Key: key}}}, nil)
	}
	english := strings.HasPrefix(lang, "en")
	for _, key := range deskTexts {
		if english && key == "desk.language" {
			continue
		}
		text, err := say(lang, key)
		if err != nil {
			return nil, err
		}
		t := outreach.ReplyTemplate{Name: strings.TrimPrefix(key, "desk."), Text: text}
		if lang != "en" {
			if t.English, err = say("en", key); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, nil
}
