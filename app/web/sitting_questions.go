package web

import (
	"context"
	"net/url"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// questionPages are what members want to know, and who owes the answers.
func questionPages(s Services) []Page {
	const all = "/staff/processes/:process/questions"
	out := []Page{get(all, s.questions), post(all, s.noteQuestion)}
	d := s.Deliberation
	for name, do := range map[string]wordingStep{
		"merge": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.MergeQuestion(ctx, c, p, id, deliberation.MergeInput{Into: in.text("into")})
			return err
		},
		"put": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.PutQuestion(ctx, c, p, id, deliberation.PutInput{Witness: in.text("witness"), Owner: in.text("owner")})
			return err
		},
		"promise": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			due := in.day("due")
			if !due.IsZero() {
				due = due.Add(17 * time.Hour) // by the end of that day's work
			}
			_, err := d.PromiseAnswer(ctx, c, p, id, deliberation.PromiseInput{Due: due})
			return err
		},
		"answer": func(ctx context.Context, c domain.Command, p, id string, in typed) error {
			_, err := d.AnswerQuestion(ctx, c, p, id, deliberation.AnswerInput{Answer: in.text("answer"), Source: in.text("source")})
			return err
		},
		"refuse": func(ctx context.Context, c domain.Command, p, id string, _ typed) error {
			_, err := d.RefuseQuestion(ctx, c, p, id)
			return err
		},
	} {
		out = append(out, post(all+"/:question/"+name, s.questionStep(do)))
	}
	return out
}

func (s Services) questionStep(do wordingStep) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		in := d.typedIn(r)
		err = do(ctx, r.Command(), d.P.ID, r.Param("question"), in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/questions"), func() (Reply, error) { return s.questions(ctx, r) })
	}
}

// questions lists what members asked, what is owed first.
func (s Services) questions(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	all, err := s.Deliberation.Questions(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	witnesses, err := s.Deliberation.Witnesses(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Members’ questions", Here: "questions", Todo: nextQuestion(all)}
	open, closed := sheetPart{Heading: "Waiting for an answer", Empty: "None."}, sheetPart{Heading: "Settled", Empty: "None yet."}
	for _, q := range all {
		row := sheetRow{Title: q.Text, Status: questionStatus(q), Text: q.Answer, Quiet: q.Source}
		switch {
		case q.Reason != "":
			row.Text = q.Reason
		case q.Answer == "" && q.Owner != "":
			row.Quiet = q.Owner + " owes the answer"
			if !q.Due.IsZero() {
				row.Quiet += ", by " + local(q.Due, d.Zone(), "Mon 2 January 2006")
			}
		}
		if settledQuestion(q) {
			closed.Rows = append(closed.Rows, row)
			continue
		}
		if d.May(domain.RunSessions) {
			row.Forms = questionForms(d, q, all, witnesses)
		}
		open.Rows = append(open.Rows, row)
	}
	page.Parts = []sheetPart{open, closed}
	if d.May(domain.RunSessions) {
		page.Forms = []form{{Action: d.URL("/questions"), Heading: "Note a question", Button: "Note it", Folded: true, Fields: []formField{area("text", "What members want to know", "", ""), input("table", "Table", "May stay empty.", "")}}}
	}
	return page.page(), nil
}

func settledQuestion(q deliberation.MemberQuestion) bool {
	return q.State == deliberation.QuestionAnswered || q.State == deliberation.QuestionUnanswerable || q.State == deliberation.QuestionMerged
}

func nextQuestion(all []deliberation.MemberQuestion) todo {
	n := map[deliberation.QuestionState]int{}
	for _, q := range all {
		n[q.State]++
	}
	switch {
	case n[deliberation.QuestionOverdue] > 0:
		return todo{What: plural(n[deliberation.QuestionOverdue], "answer is", "answers are") + " overdue", Text: "Members were promised them. Get the answer, or say why it cannot be had."}
	case n[deliberation.QuestionAsked] > 0:
		return todo{What: plural(n[deliberation.QuestionAsked], "question was", "questions were") + " not put to anybody yet", Text: "Put each to who can answer it, or join it with another that asks the same."}
	case n[deliberation.QuestionPut]+n[deliberation.QuestionPromised] > 0:
		return todo{What: plural(n[deliberation.QuestionPut]+n[deliberation.QuestionPromised], "answer is", "answers are") + " owed"}
	}
	return todo{What: "No answer is owed"}
}

// questionForms are what can be done with a question as it stands.
func questionForms(d desk, q deliberation.MemberQuestion, all []deliberation.MemberQuestion, witnesses []deliberation.Witness) []form {
	at := func(rest string) string { return d.URL("/questions/" + url.PathEscape(q.ID) + rest) }
	refuse := form{Action: at("/refuse"), Heading: "Say that it cannot be answered", Button: "Save", Secondary: true, Folded: true, Fields: []formField{area("reason", "Why", "Members read it.", "")}}
	if q.State != deliberation.QuestionAsked {
		return []form{
			{Action: at("/answer"), Heading: "Answer it", Button: "Give the answer", Folded: true, Version: q.Revision, Fields: []formField{area("answer", "The answer", "In plain words.", ""), input("source", "What it rests on", "", "")}},
			{Action: at("/promise"), Heading: "Promise an answer", Button: "Promise it", Secondary: true, Folded: true, Fields: []formField{input("due", "By which day", "Such as 2027-03-31.", "").typedAs("date")}},
			refuse,
		}
	}
	who, others := []string{"", "Nobody of them"}, []string{"", "Choose"}
	for _, w := range witnesses {
		who = append(who, w.ID, w.Name)
	}
	for _, o := range all {
		if o.ID != q.ID && o.State != deliberation.QuestionMerged {
			others = append(others, o.ID, o.Text)
		}
	}
	out := []form{{Action: at("/put"), Heading: "Put it to somebody", Button: "It was put", Folded: true, Fields: []formField{
		input("owner", "Who owes the answer", "A post or a body, such as: Ambulance service.", ""), selects("witness", "Is it one of the witnesses?", "", "", who...),
	}}}
	if len(others) > 2 {
		out = append(out, form{Action: at("/merge"), Heading: "Join it with another", Button: "Join them", Secondary: true, Folded: true, Fields: []formField{selects("into", "Which asks the same", "", "", others...)}})
	}
	return append(out, refuse)
}

func (s Services) noteQuestion(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in := d.typedIn(r)
	_, err = s.Deliberation.AskQuestion(ctx, r.Command(), d.P.ID, deliberation.QuestionInput{Text: in.text("text"), Table: in.text("table")})
	return done(r, err, d.URL("/questions"), func() (Reply, error) { return s.questions(ctx, r) })
}
