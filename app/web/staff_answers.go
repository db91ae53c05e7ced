package web

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// answerPages are for what texts answer by themselves.
func answerPages(s Services) []Page {
	at := "/staff/processes/:process/answers"
	return []Page{get(at, s.answers), post(at+"/:language", s.approveAnswers)}
}

// answersIn are the approved answers in one language.
func answersIn(p process.View, language string) []process.Answer {
	return slices.DeleteFunc(slices.Clone(p.Answers), func(a process.Answer) bool { return a.Language != language })
}

// answerLanguages are the languages that somebody may ask in: those of the
// process first.
func (s Services) answerLanguages(p process.View) []string {
	out := slices.Clone(p.Specification.Languages)
	add := func(tag string) {
		if !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	for _, tag := range s.Process.Profiles[p.Profile].Languages {
		add(tag)
	}
	for _, a := range p.Answers {
		add(a.Language)
	}
	for i := 0; i < len(s.Languages); i += 2 {
		add(s.Languages[i])
	}
	return out
}

// answersPart says on the page of the design how many there are.
func (s Services) answersPart(d desk) sheetPart {
	part := sheetPart{ID: "answers", Heading: "Answers to questions"}
	row := sheetRow{URL: d.URL("/answers"), Title: "What texts answer by themselves"}
	var none []string
	for _, tag := range s.answerLanguages(d.P) {
		if n := len(answersIn(d.P, tag)); n > 0 {
			row.Text = strings.TrimPrefix(row.Text+"; ", "; ") + plural(n, "answer", "answers") + " in " + s.languageName(tag)
		} else {
			none = append(none, s.languageName(tag))
		}
	}
	if len(none) > 0 {
		row.Status = Status{"waiting", "None in " + spoken(none)}
	}
	part.Rows = []sheetRow{row}
	return part
}

const spareAnswers, mostAnswers = 3, 60 // rows of the form

// answers shows, language by language, what residents are told.
func (s Services) answers(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Answers to questions", Here: "design", Alone: true, Back: link{d.URL("/design"), "Design"}}
	page.Facts = []fact{
		{Name: "What these are for", Text: "Whoever texts a question that is clearly one of these gets its answer at once, word for word. A person answers the others; they are under Messages."},
		{Name: "Answered without them", Text: "Whether it is real, what it pays, when and where it is, what it costs people, and what we keep of them: in every language, from the specification."},
	}
	for _, tag := range s.answerLanguages(d.P) {
		page.Parts = append(page.Parts, s.languagePart(d, tag))
	}
	return page.page(), nil
}

func (s Services) languagePart(d desk, tag string) sheetPart {
	name, had := s.languageName(tag), answersIn(d.P, tag)
	part := sheetPart{ID: "in-" + tag, Heading: name, Empty: "There are none. Every other question in " + name + " waits for a person."}
	for _, a := range had {
		part.Rows = append(part.Rows, sheetRow{Title: a.Question, Text: a.Answer})
	}
	if !d.May(domain.DesignProcess) || !d.open() {
		return part
	}
	f := form{Action: d.URL("/answers/" + url.PathEscape(tag)), Heading: "Change the answers in " + name, Button: "Approve these answers", Folded: true, Version: d.P.Version,
		Intro: "Write questions as people ask them, and answers in " + name + " that are true as they stand: nobody looks before they go out. A row that you empty is taken away. Save and come back for more rows."}
	if tag != "en" {
		f.Intro += " Have somebody who speaks the language read them first."
	}
	if len(had) == 0 {
		f.Heading = "Write answers in " + name
	}
	for i := range min(len(had)+spareAnswers, mostAnswers) {
		var a process.Answer
		if i < len(had) {
			a = had[i]
		}
		f.Fields = append(f.Fields, input(answerField(i, "question"), fmt.Sprintf("Question %d", i+1), "", a.Question),
			area(answerField(i, "answer"), fmt.Sprintf("Answer %d", i+1), answerHint(i), a.Answer))
	}
	part.Forms = []form{f}
	return part
}

func answerHint(row int) string {
	if row == 0 {
		return "At most 280 letters, so that it fits a text. Such as: There is free parking behind the hall."
	}
	return ""
}

// answerField names a field of a row; people count from 1.
func answerField(row int, field string) string { return fmt.Sprintf("%s_%d", field, row+1) }

// approveAnswers sets the answers in one language and leaves the others.
func (s Services) approveAnswers(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in, tag := d.typedIn(r), r.Param("language")
	if !slices.Contains(s.answerLanguages(d.P), tag) {
		return Reply{}, domain.Hidden("language")
	}
	var list []process.Answer
	var rows []int
	for i := range mostAnswers {
		a := process.Answer{Question: in.text(answerField(i, "question")), Answer: in.text(answerField(i, "answer")), Language: tag}
		if a.Question != "" || a.Answer != "" {
			list, rows = append(list, a), append(rows, i)
		}
	}
	for _, a := range d.P.Answers {
		if a.Language != tag {
			list = append(list, a)
		}
	}
	_, err = s.Process.ApproveAnswers(ctx, r.Command(), d.P.ID, process.AnswersInput{Answers: list})
	return done(r, answerFields(err, rows), d.URL("/answers#in-"+tag), func() (Reply, error) { return s.answers(ctx, r) })
}

var ofAnswer = regexp.MustCompile(`^answers\.(\d+)\.(question|answer)$`)

// answerFields names what is wrong by the rows of the form.
func answerFields(err error, rows []int) error {
	return renamed(err, func(field string) string {
		m := ofAnswer.FindStringSubmatch(field)
		if m == nil {
			return field
		}
		if n, bad := strconv.Atoi(m[1]); bad == nil && n < len(rows) {
			return answerField(rows[n], m[2])
		}
		return field
	})
}
