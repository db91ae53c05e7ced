package web

import (
	"context"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
)

// askedShown is one question on a member's own page, in the words that a text
// asks it with.
type askedShown struct {
	deliberation.Asked
	Field   string
	Legend  string
	Choices []string // value and label in turn
	Words   string   // label of the field for own words, "" for none
}

// asks is what a member is asked now, in their language.
type asks struct {
	Lang                  string
	Title, Together, Send string
	Rows                  []askedShown
}

// viewValues are the views on the answers to a report, by digit.
var viewValues = []accountability.View{accountability.Answered, accountability.Partly, accountability.NotAtAll}

// answeredField asks whether the report was answered.
const answeredField = "answered"

// meAsked finds what the member was asked and has not answered by any way.
func (s Services) meAsked(ctx context.Context, r *Request, page *mePage) error {
	var open []deliberation.Asked
	err := part(&open, func() ([]deliberation.Asked, error) { return s.Deliberation.AskedOf(ctx, r.Actor, page.P.ID) })
	if err != nil || s.Question == nil {
		return err
	}
	view, asked, err := s.Accountability.OwnView(ctx, r.Actor, page.P.ID)
	if unless(err) != nil {
		return err
	}
	if asked && view == "" {
		open = append(open, deliberation.Asked{Question: answeredField})
	}
	if len(open) == 0 {
		return nil
	}
	own, err := s.People.Identity(ctx, domain.Command{Actor: r.Actor}, page.Row.ID, "")
	if err != nil {
		return err
	}
	return s.wordAsks(&page.Asks, open, string(own.Language), string(own.Format))
}

func (s Services) wordAsks(to *asks, open []deliberation.Asked, lang, format string) error {
	var err error
	line := func(name string) (text string, options []string) {
		if err == nil {
			to.Lang, text, options, err = s.Question(lang, format, name)
		}
		return text, options
	}
	to.Title, _ = line("title")
	to.Together, _ = line("together")
	to.Send, _ = line("send")
	for _, a := range open {
		row := askedShown{Asked: a, Field: a.Question}
		var options []string
		row.Legend, options = line(a.Question)
		switch {
		case a.Moment == deliberation.MomentDay:
			row.Legend = a.Title + ": " + row.Legend
			row.Words, _ = line(map[string]string{deliberation.FairQuestion: "words", deliberation.BiasQuestion: "bias_words"}[a.Question])
		case a.Moment != "":
			row.Field = a.Moment + "_" + a.Question
		}
		for i, label := range options {
			row.Choices = append(row.Choices, strconv.Itoa(i+1), first(label))
		}
		to.Rows = append(to.Rows, row)
	}
	return err
}

// answerAsked keeps what a member answers on their page, as a text's answer
// is kept. Nothing has to be answered, but something is.
func (s Services) answerAsked(ctx context.Context, r *Request, id string) error {
	page, err := s.mePage(ctx, r)
	if err != nil {
		return err
	}
	given := 0
	for _, q := range page.Asks.Rows {
		n, _ := strconv.Atoi(r.Form.Get(q.Field)) // what is no number is no answer
		if n < 1 || n > len(q.Choices)/2 {
			continue
		}
		given++
		if err := s.keepAnswer(ctx, r, page.P.ID, q, n); err != nil {
			return err
		}
	}
	if given == 0 && len(page.Asks.Rows) > 0 {
		return domain.Problems{page.Asks.Rows[0].Field: "choose an answer to at least one question"}.Err()
	}
	return nil
}

func (s Services) keepAnswer(ctx context.Context, r *Request, process string, q askedShown, n int) error {
	cmd := r.Command().Sub(q.Field)
	words := strings.TrimSpace(r.Form.Get(q.Field + "_words"))
	switch {
	case q.Field == answeredField:
		return s.Accountability.RecordView(ctx, cmd, process, "", accountability.ViewInput{View: viewValues[n-1]})
	case q.Moment != deliberation.MomentDay:
		return s.Deliberation.RecordEvaluation(ctx, cmd, process, q.Moment, q.Question, n)
	}
	in := deliberation.FairnessInput{Question: q.Question, Score: n}
	if q.Question == deliberation.FairQuestion {
		in.Comment = words
	}
	if err := s.Deliberation.RecordFairness(ctx, cmd, process, q.Session, in); err != nil {
		return err
	}
	if q.Question != deliberation.BiasQuestion || n == 1 || words == "" {
		return nil
	}
	more := deliberation.FairnessInput{Question: deliberation.BiasWordsQuestion, Comment: words}
	return s.Deliberation.RecordFairness(ctx, cmd.Sub("words"), process, q.Session, more)
}
