package flows

import (
	"time"

	"folkmoot/bots/dialogue"
)

// settling is the wait of the questions after a seat is taken. Nobody loses a
// seat by being slow here: a person rings.
var settling = dialogue.Wait{
	Remind:  []time.Duration{day, 2 * day},
	Say:     "confirm.waiting",
	For:     4 * day,
	Timeout: dialogue.Branch{Do: do(dialogue.DoHandOver, "reason", "unfinished_confirmation", "priority", "normal")},
}

var offerWait = dialogue.Wait{
	Remind:  []time.Duration{day, 2 * day},
	Say:     "confirm.reminder",
	Until:   "reply_by",
	Timeout: dialogue.Branch{Do: do(DoNoAnswer), Go: "no_answer"},
}

var offerAnswers = map[string]dialogue.Branch{
	dialogue.Yes: {Do: do(DoConfirm), Go: "payment"},
	dialogue.No:  {Do: do(DoDeclineOffer), Go: "declined", Final: true},
}

var confirmV1 = withSides(dialogue.Flow{
	ID:    Confirm,
	Start: "offer",
	Vars:  vars("days", "reply_by", "reply_by_text", "kept_until", "reserve_place"),
	Nodes: map[string]dialogue.Node{
		"offer":         {Say: "confirm.offer", Ask: dialogue.AskYesNo, On: offerAnswers, Wait: offerWait},
		"offer_reserve": {Say: "confirm.offer_reserve", Ask: dialogue.AskYesNo, On: offerAnswers, Wait: offerWait},
		"payment": {
			Say: "confirm.payment",
			Ask: dialogue.AskChoice,
			Options: []dialogue.Option{
				{Key: "bank", Words: []string{"bank", "bank transfer", "transfer", "account", "banc", "trosglwyddiad", "trosglwyddiad banc", "aistriu bainc", "przelew", "banco", "transferencia"}},
				{Key: "voucher", Words: []string{"voucher", "vouchers", "gift card", "taleb", "talebau", "dearbhan", "dearbhain", "bon", "bony", "vale", "vales"}},
				{Key: "declined", Words: []string{"no payment", "no money", "none", "no pay", "dim tal", "gan iocaiocht", "bez zaplaty", "sem pagamento"}},
			},
			On: map[string]dialogue.Branch{
				"declined": {Do: append(do(DoPayment, "value", "$value"), do(DoBenefits, "value", "not_paid")...), Go: "consent"},
				"*":        {Do: do(DoPayment, "value", "$value"), Go: "benefits"},
			},
			Wait: settling,
		},
		"benefits": {
			Say:  "confirm.benefits",
			Ask:  dialogue.AskYesNo,
			On:   map[string]dialogue.Branch{"*": {Do: do(DoBenefits, "value", "$value")}},
			Next: "consent",
			Wait: settling,
		},
		"consent": {
			Say: "confirm.consent",
			Ask: dialogue.AskYesNo,
			On: map[string]dialogue.Branch{
				dialogue.Yes: {Do: do(DoConsent, "value", "yes"), Go: "onboarded"},
				dialogue.No: {
					Do: append(do(DoConsent, "value", "no"), do(dialogue.DoHandOver, "reason", "no_consent", "priority", "normal")...),
					Go: "no_consent",
				},
			},
			Wait: settling,
		},
		// Somebody who has said yes and then cannot come.
		"give_up": {
			Say: "confirm.give_up",
			Ask: dialogue.AskYesNo,
			On: map[string]dialogue.Branch{
				dialogue.Yes: {Do: do(dialogue.DoWithdraw), Go: "left", Final: true},
				dialogue.No:  {Say: "confirm.kept", Go: dialogue.Back},
			},
			Wait: dialogue.Wait{For: day, Timeout: dialogue.Branch{
				Do: do(dialogue.DoHandOver, "reason", "cannot_come", "priority", "urgent"), Go: dialogue.Back,
			}},
		},
		"left":       {Say: "confirm.left", End: "withdrawn"},
		"onboarded":  {Say: "confirm.onboarded", Do: do(DoOnboarded), End: "onboarded"},
		"declined":   {Say: "confirm.declined", End: "declined"},
		"no_answer":  {Say: "confirm.no_answer", End: "no_answer"},
		"no_consent": {Say: "confirm.no_consent", End: "no_consent"},
		"cancelled":  {Say: "confirm.cancelled", End: "cancelled"},
	},
	Events: map[string]dialogue.Branch{
		"offer":              {Go: "offer"},
		"reserve_called":     {Go: "offer_reserve"},
		"confirmed":          {Go: "payment"}, // they said yes on their page or on the phone
		"declined":           {Go: "declined"},
		"withdrawn":          {Go: "cancelled"},
		"cancelled":          {Go: "cancelled"},
		dialogue.EventResume: {Say: "resumed"},
	},
	Intents: map[dialogue.Intent]dialogue.Branch{dialogue.IsCantCome: {Go: "give_up"}},
})
