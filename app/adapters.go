package main

import (
	"context"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/bots/sms"
	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/jobs"
)

// effects is the store as the relay sees it.
type effects struct{ s *store.Store }

// Due lists documents with due effects.
func (e effects) Due(ctx context.Context, now time.Time, limit int) ([]jobs.Pending, error) {
	found, err := e.s.Due(ctx, now, limit)
	out := make([]jobs.Pending, len(found))
	for i, p := range found {
		out[i] = jobs.Pending(p)
	}
	return out, err
}

// Settle removes executed effects.
func (e effects) Settle(ctx context.Context, collection, id string, done []string, failed map[string]time.Time) error {
	return e.s.Settle(ctx, collection, id, done, failed)
}

// contacts is people as outreach sees them.
type contacts struct{ h *house }

// Contact says how somebody is reached.
func (c contacts) Contact(ctx context.Context, process, person string) (outreach.Contact, error) {
	r, err := c.h.people.Recipient(ctx, person)
	if err != nil {
		return outreach.Contact{}, err
	}
	if r.Process != process || r.Status == people.Deceased { // nothing more is sent to the dead
		return outreach.Contact{}, domain.Hidden("person")
	}
	out := outreach.Contact{
		Phone: string(r.Number), Letters: r.Channel == people.ChannelLetter, Calls: r.Channel == people.ChannelPhone, Lang: string(r.Language), Format: string(r.Format), Code: string(r.Code),
		Left: r.Status.Gone(),
	}
	if len(c.h.mailers) > 0 {
		out.Email, out.Emails = string(r.Email), r.Channel == people.ChannelEmail
	}
	return out, nil
}

// Postal is what a letter needs.
func (c contacts) Postal(ctx context.Context, process, person string) (outreach.Postal, error) {
	r, err := c.h.people.Recipient(ctx, person)
	if err != nil {
		return outreach.Postal{}, err
	}
	if r.Process != process || r.Address == "" {
		return outreach.Postal{}, domain.Hidden("address")
	}
	return outreach.Postal{Name: string(r.Name), Address: lines(string(r.Address), string(r.Postcode))}, nil
}

// Audience lists people by status, page by page.
func (c contacts) Audience(ctx context.Context, process, status string, after domain.Cursor, limit int) ([]string, domain.Cursor, error) {
	return c.h.people.Audience(ctx, process, people.Status(status), after, limit)
}

// optOuts is outreach as recruitment sees it: who wants no texts, and whose
// messages wait.
type optOuts struct{ h *house }

// OptedOut says whether a number may not be texted.
func (o optOuts) OptedOut(ctx context.Context, process, number string) (bool, error) {
	n, err := o.h.outreach.Number(ctx, number)
	if domain.Is(err, domain.NotFound) {
		return false, nil
	}
	return err == nil && n.OptedOut(process), err
}

// Unread is what of somebody's waits for a person.
func (o optOuts) Unread(ctx context.Context, process, person string, since time.Time) (bool, time.Time, error) {
	return o.h.outreach.Unread(ctx, process, person, since)
}

// replies carries what residents text to the services.
type replies struct{ h *house }

// Register notes interest under a number.
// The texts' own door vouches for the number; nobody else may claim to register by text.
func (r replies) Register(ctx context.Context, cmd domain.Command, process, person, phone string) (string, error) {
	cmd.Actor = domain.SystemActor("sms")
	got, err := r.h.recruitment.Register(ctx, cmd, process, recruitment.RegisterInput{
		Person: person, Identity: people.Identity{Number: people.Private(phone)}, Source: "text", Channel: "text",
	})
	return got.Person, err
}

// Answer takes answers over, and tells what is missing from them for the pool:
// for whoever the jury is not for, that.
func (r replies) Answer(ctx context.Context, cmd domain.Command, process, person string, answers map[string]string) ([]string, error) {
	got, err := r.h.recruitment.Answer(ctx, cmd, process, person, recruitment.AnswerInput{Answers: answers})
	if err == nil && got.Status == people.Ineligible {
		return []string{"eligible"}, nil
	}
	return got.Missing, err
}

// Place takes over what a postcode says.
func (r replies) Place(ctx context.Context, cmd domain.Command, process, person, postcode string) error {
	_, err := r.h.recruitment.AnswerPlace(ctx, cmd, process, person, postcode)
	return err
}

// placed is what a postcode answers of a process's questions, for the
// conversation: "" for what is still to be asked.
func (h *house) placed(ctx context.Context, process, postcode string) (map[string]string, error) {
	features, err := h.recruitment.ByPostcode(ctx, process)
	if err != nil || len(features) == 0 {
		return nil, err
	}
	got, err := h.recruitment.Place(ctx, process, postcode)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range features {
		out[f] = got.Answers[f]
	}
	for _, f := range got.Later {
		out[f] = "later" // a person looks: nobody knows their own quintile
	}
	return out, nil
}

// NotEligible notes that somebody said they cannot take part.
func (r replies) NotEligible(ctx context.Context, cmd domain.Command, process, person, reason string) error {
	_, err := r.h.recruitment.NotEligible(ctx, cmd, process, person, reason)
	return err
}

// AskWitness puts a member's question.
func (r replies) AskWitness(ctx context.Context, cmd domain.Command, process, text string) error {
	_, err := r.h.deliberation.AskQuestion(ctx, cmd, process, deliberation.QuestionInput{Text: text})
	return err
}

// scores turns a member's answer into the number the service keeps.
var scores = map[string]map[string]int{
	"fair": {"very_fair": 1, "fair": 2, "unfair": 3, "very_unfair": 4},
	"bias": {"no": 1, "a_little": 2, "little": 2, "yes": 3},
}

// Vote counts a member's answer to a live question in the room.
func (r replies) Vote(ctx context.Context, cmd domain.Command, process, poll string, choice int) error {
	return r.h.deliberation.AnswerPoll(ctx, cmd, process, poll, choice)
}

// Evaluate counts a member's answer to a question of the evaluation.
func (r replies) Evaluate(ctx context.Context, cmd domain.Command, process, moment, question string, choice int) error {
	return r.h.deliberation.RecordEvaluation(ctx, cmd, process, moment, question, choice)
}

// Minority keeps a member's own view for the report.
func (r replies) Minority(ctx context.Context, cmd domain.Command, process, text string) error {
	_, err := r.h.deliberation.SubmitMinority(ctx, cmd, process, deliberation.MinorityViewInput{Text: text})
	return err
}

// Feedback passes on what a member says of a day, of a response or of the
// whole.
func (r replies) Feedback(ctx context.Context, cmd domain.Command, process string, s sms.Say) error {
	if s.Question == "answered" {
		return r.answered(ctx, cmd, process, s)
	}
	sessions, err := r.h.deliberation.Sessions(ctx, domain.SystemActor("sms"), process)
	if err != nil {
		return err
	}
	last, ok := latest(sessions, r.h.clock.Now())
	if !ok {
		return domain.E(domain.Conflict, "no session has been held yet")
	}
	return r.h.deliberation.RecordFairness(ctx, cmd, process, last, deliberation.FairnessInput{
		Question: s.Question, Score: scores[s.Question][s.Value], Comment: remark(s),
	})
}

// views turns a member's answer into a view on the response.
var views = map[string]accountability.View{"yes": "answered", "partly": "partly", "no": "not"}

// answered passes on whether the response answers the recommendations.
func (r replies) answered(ctx context.Context, cmd domain.Command, process string, s sms.Say) error {
	return r.h.accountability.RecordView(ctx, cmd, process, "", accountability.ViewInput{View: views[s.Value]})
}

// Absent puts a member's "I cannot come" before the organisers.
func (r replies) Absent(ctx context.Context, cmd domain.Command, process, person string) error {
	return r.tell(ctx, cmd, process, person, "absent")
}

// Late puts a member's "I am late" before the organisers.
func (r replies) Late(ctx context.Context, cmd domain.Command, process, person string) error {
	return r.tell(ctx, cmd, process, person, "late")
}

func (r replies) tell(ctx context.Context, cmd domain.Command, process, person, reason string) error {
	return r.h.outreach.Pass(ctx, cmd, outreach.QueueData{Process: process, Person: person, Reason: reason, At: r.h.clock.Now()})
}

// RequestErasure begins an erasure; a person checks who asks.
func (r replies) RequestErasure(ctx context.Context, cmd domain.Command, _, person string) error {
	_, err := r.h.retention.RequestErasure(ctx, cmd, person)
	return err
}

// remark is what a member added to their answer, "" when the text was the
// answer alone.
func remark(s sms.Say) string {
	words := strings.TrimSpace(s.Words)
	if len([]rune(words)) <= 2 || strings.EqualFold(words, strings.ReplaceAll(s.Value, "_", " ")) {
		return ""
	}
	return words
}

// latest is the session that began last before the time.
func latest(sessions []deliberation.Session, now time.Time) (id string, ok bool) {
	var at time.Time
	for _, s := range sessions {
		if !s.Starts.After(now) && s.Starts.After(at) {
			id, at, ok = s.ID, s.Starts, true
		}
	}
	return id, ok
}

// lines splits an address as typed into the lines of a letter.
func lines(address string, more ...string) []string {
	var out []string
	parts := strings.FieldsFunc(address, func(r rune) bool { return r == '\n' || r == ',' })
	for _, l := range append(parts, more...) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
