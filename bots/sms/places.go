package sms

import "folkmoot/bots/flows"

// Places says where each message that the domain asks for belongs in the
// flows. A template that is not here is a text of the catalogue by its own
// name.
func Places() map[string]Place {
	return map[string]Place{
		"invitation":         {Flow: flows.Recruit},
		"in_the_draw":        {Flow: flows.Recruit, Event: "in_draw"},
		"not_picked":         {Flow: flows.Recruit, Event: "not_selected"},
		"reserve":            {Flow: flows.Recruit, Event: "reserve"},
		"picked":             {Flow: flows.Confirm, Event: "offer"},
		"called_up":          {Flow: flows.Confirm, Event: "reserve_called"},
		"confirmed":          {Flow: flows.Confirm, Event: "confirmed"},
		"offer_declined":     {Flow: flows.Confirm, Event: "declined"},
		"practical_details":  {Flow: flows.Serve},
		"week_before":        {Flow: flows.Serve, Event: "week"},
		"day_before":         {Flow: flows.Serve, Event: "day_before"},
		"morning":            {Flow: flows.Serve, Event: "morning"},
		"evidence_pack":      {Flow: flows.Serve, Event: "pack"},
		"change":             {Flow: flows.Serve, Event: "change"},
		"day_feedback":       {Flow: flows.Serve, Event: "feedback"},
		"evaluation":         {Flow: flows.Serve, Event: "evaluation"},
		"session_moved":      {Flow: flows.Serve, Event: "moved"},
		"session_dropped":    {Flow: flows.Serve, Event: "dropped"},
		"room_vote":          {Flow: flows.Serve, Event: "vote"},
		"room_result":        {Flow: flows.Serve, Event: "result"},
		"room_too_few":       {Flow: flows.Serve, Event: "too_few"},
		"minority_invited":   {Flow: flows.Serve, Event: "minority"},
		"completed":          {Flow: flows.Serve, Event: "completed"},
		"report_published":   {Flow: flows.Followup},
		"response_published": {Flow: flows.Followup, Event: "response"},
		"response_overdue":   {Flow: flows.Followup, Event: "overdue"},
		"action_progress":    {Flow: flows.Followup, Event: "progress"},
		"change_verified":    {Flow: flows.Followup, Event: "progress"},
		"not_changed":        {Flow: flows.Followup, Event: "not_changed"},
		"closed":             {Flow: flows.Followup, Event: "closed"},

		"reminder":      {Text: "recruit.reminder recruit.invite.again"},
		"registered":    {Text: "recruit.registered"},
		"offer_expired": {Text: "confirm.no_answer"},
		"cancelled":     {Text: "recruit.cancelled"},
	}
}
