package flows

import (
	"time"

	"folkmoot/bots/dialogue"
)

// SampleTime is a Monday morning in the middle of SampleVars' recruitment.
var SampleTime = time.Date(2018, 6, 18, 9, 0, 0, 0, time.UTC)

// SampleVars holds a value for every variable that any flow names, taken from
// the published facts of the Forest of Dean jury of 2018, for the simulator,
// the price of texts and the tests.
func SampleVars() dialogue.Vars {
	return dialogue.Vars{Values: sampleValues(), Questions: sampleQuestions(), Answers: []dialogue.Approved{
		{ID: "parking", Words: []string{"parking", "where park"}, Answer: "There is free parking at the venue."},
	}}
}

func sampleValues() map[string]string {
	return map[string]string{
		"jury": "Forest Health Jury", "body": "the two NHS boards", "link": "folkmoot.example/F7K2", "code": "F7K2",
		"phone": "01632 960123", "purpose": "choose where the new community hospital goes", "pay": "470 pounds",
		"dates": "2018-07-30/2018-08-03", "times": "9.30am to 5pm", "place": "Coleford", "zone": "Europe/London",
		"seats": "18", "people": "local people", "draw_at": "2018-07-09T13:00:00Z", "draw_link": "folkmoot.example/d/F7K2",
		"pool": "218", "closes": "2018-07-06T17:00:00Z", "closes_text": "2018-07-06T17:00:00Z", "questions": "6",
		"new_dates": "2018-07-30/2018-08-03", "eligibility": "Do you live in the Forest of Dean, and are you 18 or over?",
		"days": "5", "reply_by": "2018-06-21T18:00:00Z", "reply_by_text": "2018-06-21T18:00:00Z", "kept_until": "2018-12",
		"reserve_place": "1", "places": "", "no_places": "1", "day": "day 1", "day_date": "2018-07-30", "day_times": "2018-07-30T12:00:00Z/2018-07-30T16:00:00Z",
		"venue": "Forest Hills, Coleford GL16 7QD", "arrive": "Lunch from 12. Step-free.",
		"travel": "Your taxi is booked for 12.15.", "emergency": "999",
		"helplines": "To talk to someone at any hour, free: Samaritans 116 123, or for abuse at home 0808 2000 247.", "pack_link": "folkmoot.example/e/F7K2",
		"change": "We meet in the library, next door.", "report_link": "folkmoot.example/r/F7K2", "response_due": "2018-08-31",
		"summary":     "on 30 Aug both boards agreed, and will build in Cinderford.",
		"not_changed": "better buses from the west are not funded.",
		"poll":        "poll1", "vote_question": "Should the new hospital be in the north?", "vote_options": "1: yes\n2: no\n3: not sure yet",
		"result": "yes 8, no 4, not sure yet 3", "minority_by": "2018-08-10T17:00:00Z", "minority_by_text": "2018-08-10T17:00:00Z", "last_day": "",
		"page": "https://folkmoot.example/in/7k2m9q4r8t3v5x1z",
	}
}

func sampleQuestions() []dialogue.Question {
	return []dialogue.Question{
		{Key: "age", Text: "How old are you?", Options: []dialogue.Choice{
			{Key: "18-29", Label: "18 to 29"}, {Key: "30-44", Label: "30 to 44"},
			{Key: "45-64", Label: "45 to 64"}, {Key: "65+", Label: "65 or over"},
		}},
		{Key: "gender", Text: "Are you...", Options: []dialogue.Choice{
			{Key: "female", Label: "a woman"}, {Key: "male", Label: "a man"}, {Key: "other", Label: "another way"},
		}},
	}
}
