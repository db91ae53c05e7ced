package web

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// dutyPages assess and approve the legal duty to involve people, for each body
// of a process.
func dutyPages(s Services) []Page {
	at := "/staff/processes/:process/promise/duty/:body"
	return []Page{
		post(at, s.promiseStep("#duty", s.assessDuty)),
		post(at+"/approval", s.promiseStep("#duty", s.approveDuty)),
	}
}

// The answers to a step, and what an assessment comes to; value and label in
// turn.
var (
	dutyAnswers  = []string{"yes", "Yes", "no", "No", "unsure", "Not sure"}
	dutyOutcomes = []string{
		"applies", "The duty applies", "not_applies", "The duty does not apply",
		"beneficial_anyway", "It does not apply, and asking people does good all the same",
	}
)

// dutyPart is the assessment of every body that shares the process.
func (s Services) dutyPart(ctx context.Context, d desk, names nameOf) (sheetPart, error) {
	part := sheetPart{ID: "duty", Heading: "Legal duty to involve people", Text: "Each body assesses whether the law asks it to involve people in this. A second person approves it. The questions come with their source; they are no legal advice."}
	for _, id := range append([]string{d.P.Body}, d.P.Partners...) {
		b, err := s.Process.Body(ctx, id)
		if err != nil {
			return part, err
		}
		duty := dutyOf(d.P, id)
		part.Facts = append(part.Facts, s.dutyFacts(d, b, duty, names)...)
		part.Forms = append(part.Forms, s.dutyForms(d, b, duty)...)
		part.Lacking = part.Lacking || duty.State == ""
	}
	if len(d.P.Duties) == 0 && len(part.Forms) > 0 {
		part.Facts = nil // the form says all there is
	}
	return part, nil
}

// dutyOf is the assessment of one body, empty where there is none.
func dutyOf(p process.View, body string) process.Duty {
	for _, x := range p.Duties {
		if x.Body == body {
			return x
		}
	}
	return process.Duty{}
}

func (s Services) dutyFacts(d desk, b process.BodyView, x process.Duty, names nameOf) []fact {
	if x.State == "" {
		return []fact{{Name: b.Name, Status: Status{"due", "Not assessed yet"}}}
	}
	head := fact{Name: b.Name, Status: Status{"waiting", "A second person has to approve it"}, Lines: []string{
		labelOf(dutyOutcomes, x.Outcome) + ": " + x.Reasons, "Assessed by " + names.by(d, x.AssessedBy, x.AssessedAt),
	}}
	if x.State == "approved" {
		head.Status = Status{"kept", "Approved"}
		head.Lines = append(head.Lines, "Approved by "+names.by(d, x.ApprovedBy, x.ApprovedAt))
	}
	head.Lines = append(head.Lines, "To be looked at again by "+local(x.ReviewDue, d.Zone(), "Mon 2 January 2006"))
	out := []fact{head}
	for _, a := range x.Answers {
		out = append(out, fact{Name: s.stepOf(x.Profile, a.Step), Text: labelOf(dutyAnswers, a.Answer) + ". " + a.Reason})
	}
	return out
}

// stepOf is the question of a step.
func (s Services) stepOf(profile, id string) string {
	for _, st := range s.Process.Profiles[profile].Steps {
		if st.ID == id {
			return st.Question
		}
	}
	return first(words(id))
}

// dutyForms are the approval, for a second person, and the assessment.
func (s Services) dutyForms(d desk, b process.BodyView, x process.Duty) []form {
	var out []form
	if !d.open() {
		return nil
	}
	if x.State == "assessed" && d.May(domain.ApproveDuty) {
		f := form{Action: d.dutyURL(b.ID, "/approval"), Intro: "You approve the assessment of " + b.Name + " as it stands above.", Button: "Approve it"}
		if x.AssessedBy == d.Actor.ID {
			f.Intro, f.Button = "You made the assessment of "+b.Name+": another commissioner or somebody of oversight approves it.", ""
		}
		out = append(out, f)
	}
	if d.May(domain.PromiseProcess) {
		out = append(out, s.assessForm(d, b, x))
	}
	return out
}

func (s Services) assessForm(d desk, b process.BodyView, x process.Duty) form {
	f := form{Action: d.dutyURL(b.ID, ""), Heading: "Assess the duty of " + b.Name, Intro: "For " + b.Name + ": " + s.lawOf(b.Profile) + ".", Button: "Record the assessment", Folded: true}
	if x.State != "" {
		f.Heading = "Assess it again: " + b.Name
		f.Intro += " A new assessment takes the place of the one above and is approved again."
	}
	for i, st := range s.Process.Profiles[b.Profile].Steps {
		var had process.DutyAnswer
		for _, a := range x.Answers {
			if a.Step == st.ID {
				had = a
			}
		}
		f.Fields = append(f.Fields, radios(fmt.Sprintf("question_%d", i+1), fmt.Sprintf("%d. %s", i+1, st.Question), strings.TrimSpace(st.Help+" ("+st.Source+")"), had.Answer, dutyAnswers...),
			area(fmt.Sprintf("reason_%d", i+1), fmt.Sprintf("Reason for the answer to question %d", i+1), "", had.Reason))
	}
	f.Fields = append(f.Fields, radios("outcome", "What it comes to", "", x.Outcome, dutyOutcomes...),
		area("reasons", "The reasons, in all", "So that it can be explained later, to anybody.", x.Reasons))
	return f
}

func (s Services) assessDuty(ctx context.Context, r *Request, d desk, in typed) error {
	b, err := s.Process.Body(ctx, r.Param("body"))
	if err != nil {
		return err
	}
	out := process.DutyInput{Body: b.ID, Outcome: in.text("outcome"), Reasons: in.text("reasons")}
	said, at := map[string]string{"outcome": "choose what it comes to"}, map[string]string{}
	for i, st := range s.Process.Profiles[b.Profile].Steps {
		question, reason := fmt.Sprintf("question_%d", i+1), fmt.Sprintf("reason_%d", i+1)
		out.Answers = append(out.Answers, process.DutyAnswer{Step: st.ID, Answer: in.text(question), Reason: in.text(reason)})
		at["answers."+st.ID] = reason // once it is answered, the reason is what is missing
		if in.text(question) == "" {
			at["answers."+st.ID], said["answers."+st.ID] = question, "answer yes, no or not sure"
		}
	}
	_, err = s.Process.AssessDuty(ctx, r.Command(), d.P.ID, out)
	return renamed(reworded(err, said), func(field string) string { return cmp.Or(at[field], field) })
}

func (s Services) approveDuty(ctx context.Context, r *Request, d desk, _ typed) error {
	_, err := s.Process.ApproveDuty(ctx, r.Command(), d.P.ID, process.ApproveDutyInput{Body: r.Param("body")})
	return err
}
