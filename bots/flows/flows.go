package flows

import (
	"slices"
	"time"

	"folkmoot/bots/dialogue"
)

// The effects the flows ask for, besides those of package dialogue.
const (
	DoRegister      = "register"        // said yes to the invitation
	DoDecline       = "decline"         // said no to the invitation
	DoIneligible    = "ineligible"      // is not who the jury is for
	DoSupport       = "support"         // text: own words, "none" or "not_said"
	DoFormat        = "format"          // value: standard, large_print, easy_read, audio, language
	DoAvailability  = "availability"    // value: yes, no, unsure
	DoComplete      = "complete"        // all questions asked
	DoConfirm       = "confirm"         // takes the seat offered
	DoDeclineOffer  = "decline_offer"   // does not take it
	DoNoAnswer      = "no_answer"       // let the offer pass
	DoPayment       = "payment"         // value: bank, voucher, declined
	DoBenefits      = "benefits_advice" // value: yes (wants a call), no, not_paid
	DoConsent       = "consent"         // value: yes, no
	DoOnboarded     = "onboarded"       // all asked of a member is asked
	DoAbsent        = "absent"          // cannot come on the next day
	DoLate          = "late"            // will be late
	DoFeedback      = "feedback"        // question, value, text
	DoWitness       = "member_question" // text: a question for a witness
	DoVote          = "room_vote"       // poll, value: a digit, in answer to a live question in the room
	DoEvaluation    = "evaluation"      // moment, question, value: a digit
	DoMinority      = "minority_view"   // text: a view of their own on what the jury says
	DoChannel       = "channel"         // value: text, letter, phone
	DoNumber        = "new_number"      // value: as written
	DoClaim         = "claim"           // text: an amount and what it was for
	DoExpired       = "expired"         // let the invitation pass
	DoIncomplete    = "incomplete"      // stopped half way through registering
	postcodeKey     = "postcode"
	reminderRecruit = "recruit.reminder"
)

const day = 24 * time.Hour

func do(name string, fields ...string) []dialogue.Command {
	f := map[string]string{"input": "$input"}
	for i := 0; i+1 < len(fields); i += 2 {
		f[fields[i]] = fields[i+1]
	}
	return []dialogue.Command{{Name: name, Fields: f}}
}

// all holds every version that any stored conversation may pin.
var all = []*dialogue.Flow{&recruitV1, &confirmV1, &serveV1, &followupV1}

// All lists the flows.
func All() []*dialogue.Flow { return slices.Clone(all) }

// Get finds the version a conversation pins.
func Get(id string) (*dialogue.Flow, bool) {
	for _, f := range all {
		if f.ID == id {
			return f, true
		}
	}
	return nil, false
}

// The versions that new conversations begin with.
const (
	Recruit  = "recruit.v1"
	Confirm  = "confirm.v1"
	Serve    = "serve.v1"
	Followup = "followup.v1"
)

// common are the variables every flow's texts may use.
var common = []string{"jury", "body", "link", "code", "phone", "purpose", "pay", "dates", "times", "place", "emergency", "helplines"}

func vars(more ...string) []string { return append(slices.Clone(common), more...) }
