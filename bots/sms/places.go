package sms

import (
	"folkmoot/bots/dialogue"
	"folkmoot/bots/flows"
	"folkmoot/domain/outreach"
)

// Places says where each message that the domain asks for belongs in the
// flows. A template that is not here is a text of the catalogue by its own
// name.
func Places() map[string]Place {
	return map[string]Place{
		"invitation":         {Flow: flows.Recruit, Written: "written.recruit.invite", Asks: true},
		"in_the_draw":        {Flow: flows.Recruit, Event: "in_draw", Written: "written.recruit.in_draw"},
		"not_picked":         {Flow: flows.Recruit, Event: "not_selected"},
		"reserve":            {Flow: flows.Recruit, Event: "reserve"},
		"picked":             {Flow: flows.Confirm, Event: "offer", Written: "written.confirm.offer", Asks: true},
		"called_up":          {Flow: flows.Confirm, Event: "reserve_called", Written: "written.confirm.offer_reserve", Asks: true},
		"confirmed":          {Flow: flows.Confirm, Event: "confirmed", TextOnly: true},
		"offer_declined":     {Flow: flows.Confirm, Event: "declined", TextOnly: true},
		"practical_details":  {Flow: flows.Serve, Written: "written.serve.welcome"},
		"week_before":        {Flow: flows.Serve, Event: "week", Written: "written.serve.week"},
		"day_before":         {Flow: flows.Serve, Event: "day_before", Written: "written.serve.day_before"},
		"morning":            {Flow: flows.Serve, Event: "morning", Written: "written.serve.morning"},
		"evidence_pack":      {Flow: flows.Serve, Event: "pack", Written: "written.serve.pack"},
		"change":             {Flow: flows.Serve, Event: "change", Written: "written.serve.change"},
		"day_feedback":       {Flow: flows.Serve, Event: "feedback", Written: "written.serve.feedback", Asks: true},
		"evaluation":         {Flow: flows.Serve, Event: "evaluation", Written: "written.serve.evaluation", Asks: true},
		"session_moved":      {Flow: flows.Serve, Event: "moved", Written: "written.serve.moved"},
		"session_dropped":    {Flow: flows.Serve, Event: "dropped"},
		"room_vote":          {Flow: flows.Serve, Event: "vote", TextOnly: true},
		"room_result":        {Flow: flows.Serve, Event: "result", TextOnly: true},
		"room_too_few":       {Flow: flows.Serve, Event: "too_few", TextOnly: true},
		"minority_invited":   {Flow: flows.Serve, Event: "minority", Written: "written.serve.minority", Asks: true},
		"completed":          {Flow: flows.Serve, Event: "completed", Written: "written.serve.completed"},
		"report_published":   {Flow: flows.Followup},
		"response_published": {Flow: flows.Followup, Event: "response", Written: "written.followup.response", Asks: true},
		"response_overdue":   {Flow: flows.Followup, Event: "overdue"},
		"action_progress":    {Flow: flows.Followup, Event: "progress", Written: "written.followup.progress"},
		"change_verified":    {Flow: flows.Followup, Event: "progress", Written: "written.followup.progress"},
		"not_changed":        {Flow: flows.Followup, Event: "not_changed", Written: "written.followup.not_changed"},
		"closed":             {Flow: flows.Followup, Event: "closed"},

		// Said in whichever conversation there is: they know every flow.
		outreach.AskAgain: {Event: dialogue.EventAgain},
		outreach.Wrote:    {Event: dialogue.EventWrote},
		outreach.CarryOn:  {Event: dialogue.EventResume},
		"left_declined":   {Event: dialogue.EventLeft + ":declined"},
		"left_no_answer":  {Event: dialogue.EventLeft + ":no_answer,expired"},
		"left_ineligible": {Event: dialogue.EventLeft + ":ineligible"},
		"left_withdrawn":  {Event: dialogue.EventLeft + ":withdrawn"},
		"left_removed":    {Event: dialogue.EventLeft + ":removed"},
		"left_deceased":   {Event: dialogue.EventLeft + ":withdrawn"},

		"reminder":      {Text: "recruit.reminder recruit.invite.again", Written: "written.recruit.reminder", Asks: true},
		"registered":    {Text: "recruit.registered", Written: "written.recruit.registered"},
		"offer_expired": {Text: "confirm.no_answer"},
		"cancelled":     {Text: "recruit.cancelled"},
	}
}
