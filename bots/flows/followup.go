package flows

import "folkmoot/bots/dialogue"

var followupV1 = withSides(dialogue.Flow{
	ID:    Followup,
	Start: "report",
	Vars:  vars("report_link", "summary", "response_due", "not_changed"),
	Nodes: map[string]dialogue.Node{
		"report":    {Say: "followup.report", Next: "following"},
		"following": {End: "following"},
		"answered": {
			Say: "followup.response",
			Ask: dialogue.AskChoice,
			Options: []dialogue.Option{
				{Key: "yes", Words: []string{"yes", "aye", "they did", "do", "ydyn", "do wnaethon nhw", "thug", "thug siad", "tak", "sim"}},
				{Key: "partly", Words: []string{"partly", "part", "in part", "some", "sort of", "a bit", "yn rhannol", "rhannol", "i bpairt", "czesciowo", "em parte"}},
				{Key: "no", Words: []string{"no", "they did not", "they didnt", "not at all", "naddo", "nior thug", "nior thug siad", "nie", "nao"}},
			},
			On:   map[string]dialogue.Branch{"*": {Do: do(DoFeedback, "question", "answered", "value", "$value", "text", "$text"), Say: "followup.thanks"}},
			Next: "following",
			Wait: dialogue.Wait{For: 14 * day, Timeout: dialogue.Branch{Go: "following"}},
		},
		"closed": {Say: "followup.closed", End: "closed"},
	},
	Events: map[string]dialogue.Branch{
		"report":             {Go: "report"},
		"response":           {Go: "answered"},
		"response_told":      {Say: "followup.response_told"},
		"overdue":            {Say: "followup.overdue"},
		"progress":           {Say: "followup.progress"},
		"not_changed":        {Say: "followup.not_changed"},
		"closed":             {Go: "closed"},
		dialogue.EventResume: {Say: "resumed"},
	},
	Prefixes: withClaims(map[string]dialogue.Branch{}),
})
