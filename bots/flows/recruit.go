package flows

import (
	"time"

	"folkmoot/bots/dialogue"
)

// asking is the wait of each question after the invitation.
var asking = dialogue.Wait{
	Remind:  []time.Duration{day, 3 * day},
	Say:     "recruit.waiting",
	For:     10 * day,
	Until:   "closes",
	Timeout: dialogue.Branch{Do: do(DoIncomplete), Go: "unfinished"},
}

var recruitV1 = withSides(dialogue.Flow{
	ID:    Recruit,
	Start: "invite",
	Vars:  vars("seats", "people", "draw_at", "draw_link", "pool", "closes", "closes_text", "eligibility", "questions", "places", "no_places"),
	Nodes: map[string]dialogue.Node{
		"invite": {
			Say: "recruit.invite",
			Ask: dialogue.AskYesNo,
			On: map[string]dialogue.Branch{
				dialogue.Yes: {Do: do(DoRegister), Go: "begin"},
				dialogue.No:  {Do: do(DoDecline), Go: "declined"},
			},
			Wait: dialogue.Wait{
				Remind:  []time.Duration{4 * day, 9 * day},
				Say:     reminderRecruit,
				Until:   "closes",
				Timeout: dialogue.Branch{Do: do(DoExpired), Go: "expired"},
			},
		},
		"begin": {Say: "recruit.begin", Next: "eligible"},
		"eligible": {
			Say:  "recruit.eligible",
			Ask:  dialogue.AskYesNo,
			Need: "eligibility",
			On: map[string]dialogue.Branch{
				dialogue.Yes: {Do: do(dialogue.DoAnswer, "question", "eligible", "value", "yes"), Go: "place"},
				dialogue.No:  {Do: do(DoIneligible), Go: "ineligible"},
			},
			Next: "place",
			Wait: asking,
		},
		// Where a lookup knows where postcodes lie the postcode comes first,
		// and what it answers is not asked.
		"place": {
			Say:  "recruit.postcode",
			Ask:  dialogue.AskPostcode,
			Need: "places",
			On:   map[string]dialogue.Branch{"*": {Do: do(dialogue.DoAnswer, "question", postcodeKey, "value", "$value")}},
			Next: "questions",
			Wait: asking,
		},
		"questions": {Say: "recruit.question", Ask: dialogue.AskEach, Next: "postcode", Wait: asking},
		"postcode": {
			Say:  "recruit.postcode",
			Ask:  dialogue.AskPostcode,
			Need: "no_places",
			On:   map[string]dialogue.Branch{"*": {Do: do(dialogue.DoAnswer, "question", postcodeKey, "value", "$value")}},
			Next: "support",
			Wait: asking,
		},
		"support": {
			Say:  "recruit.support",
			Ask:  dialogue.AskText,
			On:   map[string]dialogue.Branch{"*": {Do: do(DoSupport, "text", "$value")}},
			Next: "format",
			Wait: asking,
		},
		"format": {
			Say:     "recruit.format",
			Ask:     dialogue.AskChoice,
			Options: formats,
			On: map[string]dialogue.Branch{
				"easy_read": {Do: do(DoFormat, "value", "$value"), Variant: dialogue.EasyRead},
				"*":         {Do: do(DoFormat, "value", "$value")},
			},
			Next: "availability",
			Wait: asking,
		},
		"availability": {
			Say:     "recruit.availability",
			Ask:     dialogue.AskYesNo,
			Options: []dialogue.Option{{Key: "unsure", Words: []string{"not sure", "maybe", "unsure", "not sure yet", "dont know", "ddim yn siwr", "ddim yn siwr eto", "efallai", "nilim cinnte", "nilim cinnte fos", "nie wiem", "jeszcze nie wiem", "moze", "nao sei", "talvez"}}},
			On:      map[string]dialogue.Branch{"*": {Do: do(DoAvailability, "value", "$value")}},
			Next:    "registered",
			Wait:    asking,
		},
		"registered":   {Say: "recruit.registered", Do: do(DoComplete), End: "registered"},
		"declined":     {Say: "recruit.declined", End: "declined"},
		"ineligible":   {Say: "recruit.ineligible", End: "ineligible"},
		"expired":      {End: "expired"},
		"unfinished":   {Say: "recruit.unfinished", End: "unfinished"},
		"in_draw":      {Say: "recruit.in_draw", End: "in_draw"},
		"not_selected": {Say: "recruit.not_selected", End: "not_selected"},
		"reserve":      {Say: "recruit.reserve", End: "reserve"},
		"selected":     {End: "selected"},
		"cancelled":    {Say: "recruit.cancelled", End: "cancelled"},
	},
	Events: map[string]dialogue.Branch{
		"in_draw":            {Go: "in_draw"},
		"not_selected":       {Go: "not_selected"},
		"reserve":            {Go: "reserve"},
		"selected":           {Go: "selected"},
		"closed":             {Do: do(DoIncomplete), Go: "unfinished"},
		"cancelled":          {Go: "cancelled"},
		dialogue.EventResume: {Say: "resumed"},
	},
})

// formats are the ways information can come.
var formats = []dialogue.Option{
	{Key: "standard", Words: []string{"ordinary", "standard", "normal", "ordinary print", "cyffredin", "gnathchlo", "zwykly", "normalny"}},
	{Key: "large_print", Words: []string{"large print", "big print", "large", "print bras", "clo mor", "duzy druk", "letras grandes"}},
	{Key: "easy_read", Words: []string{"easy read", "easy", "hawdd ei ddeall", "hawdd", "soileite", "latwy do czytania", "latwy", "leitura facil"}},
	{Key: "audio", Words: []string{"audio", "sound", "recording", "sain", "fuaim", "nagranie"}},
	{Key: "language", Words: []string{"another language", "other language", "bsl", "sign language", "iaith arall", "teanga eile", "inny jezyk", "outra lingua"}},
}
