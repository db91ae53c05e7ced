package flows

import (
	"maps"

	"folkmoot/bots/dialogue"
)

// wherever is how long a side question waits before the conversation goes
// back to what it was about.
var wherever = dialogue.Wait{For: day, Timeout: dialogue.Branch{Go: dialogue.Back}}

// sides are the nodes that every flow can be led to from anywhere, and that
// lead back to where it was.
var sides = map[string]dialogue.Node{
	"channel": {
		Say: "channel",
		Ask: dialogue.AskChoice,
		Options: []dialogue.Option{
			{Key: "text", Words: []string{"text", "texts", "texts as now", "texts here", "negeseuon", "negeseuon fel nawr", "teacsanna", "teacsanna mar ata", "sms", "sms jak teraz", "mensagens", "mensagens como agora"}},
			{Key: "letter", Words: []string{"letter", "letters", "post", "llythyrau", "llythyr", "litreacha", "litir", "listy", "list", "cartas", "carta"}},
			{Key: "phone", Words: []string{"phone", "phone calls", "calls", "call", "galwadau ffon", "ffon", "glaonna gutha", "glaonna", "telefon", "rozmowy telefoniczne", "telefonemas", "telefone"}},
			{Key: "number", Words: []string{"new number", "texts to a new number", "a new number", "another number", "rhif newydd", "negeseuon i rif newydd", "uimhir nua", "teacsanna chuig uimhir nua", "nowy numer", "sms na nowy numer", "numero novo", "novo numero", "mensagens para um numero novo"}},
		},
		On: map[string]dialogue.Branch{
			"text":   {Do: do(DoChannel, "value", "text"), Say: "channel.text", Go: dialogue.Back},
			"letter": {Do: do(DoChannel, "value", "letter"), Say: "channel.letter", Go: dialogue.Back},
			"phone":  {Do: do(DoChannel, "value", "phone"), Say: "channel.phone", Go: dialogue.Back},
			"number": {Go: "number"},
		},
		Wait: wherever,
	},
	"number": {
		Say: "number",
		Ask: dialogue.AskText,
		On: map[string]dialogue.Branch{
			"none":           {Say: "number.kept", Go: dialogue.Back},
			dialogue.NotSaid: {Say: "number.kept", Go: dialogue.Back},
			"*":              {Do: do(DoNumber, "value", "$text"), Say: "number.noted", Go: dialogue.Back},
		},
		Wait: wherever,
	},
}

// withSides adds the side questions to a flow.
func withSides(f dialogue.Flow) dialogue.Flow {
	maps.Copy(f.Nodes, sides)
	if f.Intents == nil {
		f.Intents = map[dialogue.Intent]dialogue.Branch{}
	}
	f.Intents[dialogue.IsChannel] = dialogue.Branch{Go: "channel"}
	return f
}

// claiming words, with what was spent and on what after them, ask for costs
// back.
var claiming = []string{"expenses", "claim", "costs", "treuliau", "costau", "costais", "koszty", "zwrot", "despesas"}

// claim is a member's claim of costs.
var claim = dialogue.Branch{Do: do(DoClaim, "text", "$rest"), Say: "claimed"}

func withClaims(prefixes map[string]dialogue.Branch) map[string]dialogue.Branch {
	for _, w := range claiming {
		prefixes[w] = claim
	}
	return prefixes
}
