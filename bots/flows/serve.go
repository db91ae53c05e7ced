package flows

import "folkmoot/bots/dialogue"

// soon is the wait of questions that matter on the day only.
var soon = dialogue.Wait{For: 3 * day, Timeout: dialogue.Branch{Go: "serving"}}

var serveV1 = withSides(dialogue.Flow{
	ID:    Serve,
	Start: "welcome",
	Vars:  vars("day", "day_date", "day_times", "venue", "arrive", "travel", "pack_link", "change", "vote_question", "vote_options", "result", "minority_by", "minority_by_text", "last_day", "poll"),
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
				"leave":   {Do: do(dialogue.DoWithdraw), Say: "serve.left", Go: "left", Final: true},
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
				{Key: "very_unfair", Words: []string{"very unfair", "not fair at all", "annheg iawn", "an mhichothrom", "bardzo niesprawiedliwie", "wcale nie", "muito injusto"}},
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
				"no": {Do: do(DoFeedback, "question", "bias", "value", "$value"), Go: "after_know"},
				"*":  {Do: do(DoFeedback, "question", "bias", "value", "$value"), Go: "bias_more"},
			},
			Wait: soon,
		},
		"bias_more": {
			Say:  "serve.bias_more",
			Ask:  dialogue.AskText,
			On:   map[string]dialogue.Branch{"*": {Do: do(DoFeedback, "question", "bias_words", "text", "$text")}},
			More: "serve.thanks",
			Next: "after_know",
			Wait: soon,
		},
		"before_know":    evaluated("know", "before", "before_trust", ""),
		"before_trust":   evaluated("trust", "before", "thanked", ""),
		"after_know":     evaluated("know", "after", "after_trust", "last_day"),
		"after_trust":    evaluated("trust", "after", "after_informed", "last_day"),
		"after_informed": evaluated("informed", "after", "after_heard", "last_day"),
		"after_heard":    evaluated("heard", "after", "thanked", "last_day"),
		"thanked":        {Say: "serve.thanks", Next: "serving"},
		"vote": {
			Say:   "serve.vote",
			Ask:   dialogue.AskGiven,
			Given: "vote_options",
			On:    map[string]dialogue.Branch{"*": {Do: do(DoVote, "poll", "$var.poll", "value", "$value"), Say: "serve.voted", Final: true}},
			Next:  "serving",
			Wait:  dialogue.Wait{For: day / 12, Timeout: dialogue.Branch{Go: "serving"}},
		},
		"minority": {
			Say: "serve.minority",
			Ask: dialogue.AskText,
			On: map[string]dialogue.Branch{
				"none":           {Say: "serve.minority_none"},
				dialogue.NotSaid: {Say: "serve.minority_none"},
				"*":              {Do: do(DoMinority, "text", "$text"), Say: "serve.minority_kept"},
			},
			Next: "serving",
			Wait: dialogue.Wait{Until: "minority_by", Timeout: dialogue.Branch{Go: "serving"}},
		},
		"left":      {End: "withdrawn"},
		"completed": {Say: "serve.completed", End: "completed"},
		"cancelled": {Say: "serve.cancelled", End: "cancelled"},
	},
	Events: map[string]dialogue.Branch{
		"week":               {Say: "serve.week"},
		"day_before":         {Say: "serve.day_before"},
		"morning":            {Say: "serve.morning"},
		"pack":               {Say: "serve.pack"},
		"change":             {Say: "serve.change"},
		"feedback":           {Go: "feedback"},
		"evaluation":         {Go: "before_know"},
		"vote":               {Go: "vote"},
		"result":             {Say: "serve.result", Go: "serving"},
		"too_few":            {Say: "serve.too_few", Go: "serving"},
		"moved":              {Say: "serve.moved"},
		"dropped":            {Say: "serve.dropped"},
		"minority":           {Go: "minority"},
		"completed":          {Go: "completed"},
		"cancelled":          {Go: "cancelled"},
		dialogue.EventResume: {Say: "resumed"},
	},
	Intents: map[dialogue.Intent]dialogue.Branch{
		dialogue.IsCantCome: {Go: "cannot_come"},
		dialogue.IsLate:     {Do: do(DoLate), Say: "serve.late"},
	},
	Prefixes: withClaims(map[string]dialogue.Branch{
		"ask": askWitness, "question": askWitness, "gofyn": askWitness, "cwestiwn": askWitness,
		"ceist": askWitness, "pytanie": askWitness, "pergunta": askWitness,
	}),
})

// askWitness is a member's question for a witness.
var askWitness = dialogue.Branch{Do: do(DoWitness, "text", "$rest"), Say: "serve.asked"}

// scales are the words of the evaluation's answers, from 1.
var scales = map[string][]dialogue.Option{
	"know": {
		{Key: "1", Words: []string{"a lot", "lots", "llawer iawn", "go leor", "duzo", "muito"}},
		{Key: "2", Words: []string{"quite a bit", "quite a lot", "eithaf", "eithaf tipyn", "cuid mhaith", "sporo", "bastante"}},
		{Key: "3", Words: []string{"a little", "a bit", "ychydig", "beagan", "troche", "um pouco"}},
		{Key: "4", Words: []string{"nothing", "none", "dim", "dim byd", "faic", "nic", "nada"}},
	},
	"trust": {
		{Key: "1", Words: []string{"very sure", "very", "siwr iawn", "an chinnte", "calkowicie", "muita"}},
		{Key: "2", Words: []string{"fairly sure", "fairly", "eithaf siwr", "measartha cinnte", "raczej tak", "alguma"}},
		{Key: "3", Words: []string{"not very sure", "not very", "ddim yn siwr iawn", "ni ro chinnte", "raczej nie", "pouca"}},
		{Key: "4", Words: []string{"not at all", "ddim o gwbl", "ar chor ar bith", "wcale", "nenhuma"}},
	},
	"informed": {
		{Key: "1", Words: []string{"all of it", "all", "y cyfan", "iomlan", "wszystko", "toda"}},
		{Key: "2", Words: []string{"most of it", "most", "y rhan fwyaf", "an chuid is mo", "wiekszosc", "a maior parte"}},
		{Key: "3", Words: []string{"some", "some of it", "rhywfaint", "roinnt", "czesc", "alguma"}},
		{Key: "4", Words: []string{"too little", "rhy ychydig", "robheagan", "za malo", "muito pouca"}},
	},
	"heard": {
		{Key: "1", Words: []string{"always", "bob amser", "i gconai", "zawsze", "sempre"}},
		{Key: "2", Words: []string{"mostly", "gan amlaf", "den chuid is mo", "przewaznie", "quase sempre"}},
		{Key: "3", Words: []string{"sometimes", "weithiau", "uaireanta", "czasami", "as vezes"}},
		{Key: "4", Words: []string{"hardly ever", "prin byth", "go hannamh", "prawie nigdy", "quase nunca"}},
	},
}

// evaluated is one question of the evaluation: the same words before and
// after, so that the answers can be laid side by side.
func evaluated(question, moment, next, need string) dialogue.Node {
	return dialogue.Node{
		Say:     "serve." + question,
		Ask:     dialogue.AskChoice,
		Need:    need,
		Options: scales[question],
		On:      map[string]dialogue.Branch{"*": {Do: do(DoEvaluation, "moment", moment, "question", question, "value", "$value")}},
		Next:    next,
		Wait:    soon,
	}
}
