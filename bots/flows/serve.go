package flows

import "folkmoot/bots/dialogue"

// soon is the wait of questions that matter on the day only.
var soon = dialogue.Wait{For: 3 * day, Timeout: dialogue.Branch{Go: "serving"}}

var serveV1 = dialogue.Flow{
	ID:    Serve,
	Start: "welcome",
	Vars:  vars("day", "day_date", "day_times", "venue", "arrive", "travel", "pack_link", "change"),
	Nodes: map[string]dialogue.Node{
		"welcome": {Say: "serve.welcome", Next: "serving"},
		"serving": {End: "serving"},
		"cannot_come": {
			Say: "serve.cannot_come",
			Ask: dialogue.AskChoice,
			Options: []dialogue.Option{
				{Key: "one_day", Words: []string{"one day", "next day", "just one day", "just the next day", "just tomorrow", "tomorrow", "today", "un diwrnod", "y diwrnod nesaf", "dim ond y diwrnod nesaf", "la amhain", "an chead la eile", "an chead la eile amhain", "jeden dzien", "nastepny dzien", "tylko nastepny dzien", "um dia"}},
				{Key: "leave", Words: []string{"leave", "leave the jury", "withdraw", "all", "all days", "i have to leave", "gadael", "gadael y rheithgor", "maen rhaid i mi adael y rheithgor", "fagail", "caithfidh me an giuire a fhagail", "rezygnuje", "odejsc", "musze odejsc z lawy", "sair"}},
				{Key: "mistake", Words: []string{"mistake", "i can come", "i can come after all", "gallaf ddod", "gallaf ddod wedir cyfan", "is feidir liom teacht", "is feidir liom teacht tar eis an tsaoil", "moge przyjsc", "jednak moge przyjsc", "coming", "i will be there", "ill be there"}},
			},
			On: map[string]dialogue.Branch{
				"one_day": {Do: do(DoAbsent), Say: "serve.absent", Go: "serving"},
				"leave":   {Do: do(dialogue.DoWithdraw), Say: "serve.left", Go: "left"},
				"mistake": {Say: "serve.coming", Go: "serving"},
			},
			Wait: dialogue.Wait{For: 6 * day / 24, Timeout: dialogue.Branch{
				Do: do(dialogue.DoHandOver, "reason", "cannot_come", "priority", "urgent"), Go: "serving",
			}},
		},
		"feedback": {
			Say: "serve.feedback",
			Ask: dialogue.AskChoice,
			Options: []dialogue.Option{
				{Key: "very_fair", Words: []string{"very fair", "teg iawn", "an chothrom", "bardzo sprawiedliwie", "bardzo", "muito justo"}},
				{Key: "fair", Words: []string{"fair", "teg", "cothrom", "sprawiedliwie", "tak", "justo"}},
				{Key: "unfair", Words: []string{"unfair", "not fair", "annheg", "mishothrom", "niesprawiedliwie", "nie", "injusto"}},
				{Key: "very_unfair", Words: []string{"very unfair", "annheg iawn", "an mhichothrom", "bardzo niesprawiedliwie", "wcale nie", "muito injusto"}},
			},
			On:   map[string]dialogue.Branch{"*": {Do: do(DoFeedback, "question", "fair", "value", "$value", "text", "$text")}},
			Next: "bias",
			Wait: soon,
		},
		"bias": {
			Say: "serve.bias",
			Ask: dialogue.AskChoice,
			Options: []dialogue.Option{
				{Key: "no", Words: []string{"no", "nobody", "nothing", "not at all", "na", "naddo", "nil", "nior iarr", "nie", "nao"}},
				{Key: "a_little", Words: []string{"a little", "a bit", "a wee bit", "ychydig", "beagan", "troche", "um pouco"}},
				{Key: "yes", Words: []string{"yes", "aye", "do", "oes", "sea", "diarr", "tak", "sim"}},
			},
			On: map[string]dialogue.Branch{
				"no": {Do: do(DoFeedback, "question", "bias", "value", "$value"), Say: "serve.thanks", Go: "serving"},
				"*":  {Do: do(DoFeedback, "question", "bias", "value", "$value"), Go: "bias_more"},
			},
			Wait: soon,
		},
		"bias_more": {
			Say:  "serve.bias_more",
			Ask:  dialogue.AskText,
			On:   map[string]dialogue.Branch{"*": {Do: do(DoFeedback, "question", "bias_words", "text", "$text"), Say: "serve.thanks"}},
			Next: "serving",
			Wait: soon,
		},
		"evaluation": {Say: "serve.evaluation", Ask: dialogue.AskEach, Next: "evaluated", Wait: soon},
		"evaluated":  {Say: "serve.thanks", Next: "serving"},
		"left":       {End: "withdrawn"},
		"completed":  {Say: "serve.completed", End: "completed"},
		"cancelled":  {Say: "serve.cancelled", End: "cancelled"},
	},
	Events: map[string]dialogue.Branch{
		"week":               {Say: "serve.week"},
		"day_before":         {Say: "serve.day_before"},
		"morning":            {Say: "serve.morning"},
		"pack":               {Say: "serve.pack"},
		"change":             {Say: "serve.change"},
		"feedback":           {Go: "feedback"},
		"evaluation":         {Go: "evaluation"},
		"completed":          {Go: "completed"},
		"cancelled":          {Go: "cancelled"},
		dialogue.EventResume: {Say: "resumed"},
	},
	Intents: map[dialogue.Intent]dialogue.Branch{
		dialogue.IsCantCome: {Go: "cannot_come"},
		dialogue.IsLate:     {Do: do(DoLate), Say: "serve.late"},
	},
	Prefixes: map[string]dialogue.Branch{
		"ask": askWitness, "question": askWitness, "gofyn": askWitness, "cwestiwn": askWitness,
		"ceist": askWitness, "pytanie": askWitness, "pergunta": askWitness,
	},
}

// askWitness is a member's question for a witness.
var askWitness = dialogue.Branch{Do: do(DoWitness, "text", "$rest"), Say: "serve.asked"}
