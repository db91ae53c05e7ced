package process

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/domain"
)

// Bounds of the approved answers: each fits a text message.
const (
	maxAnswers  = 60
	maxQuestion = 120
	maxAnswer   = 280
)

// AnswersInput replaces the list of approved answers.
type AnswersInput struct {
	Answers []Answer `json:"answers"`
}

// ApproveAnswers sets what texts answer by themselves to questions about this
// process. What is not on the list a person answers.
func (s *Service) ApproveAnswers(ctx context.Context, cmd domain.Command, id string, in AnswersInput) (View, error) {
	p := domain.Problems{}
	p.Need(len(in.Answers) <= maxAnswers, "answers", "at most %d", maxAnswers)
	list := slices.Clone(in.Answers)
	for i := range list {
		a, f := &list[i], fmt.Sprintf("answers.%d.", i)
		p.Need(a.Question != "" && len([]rune(a.Question)) <= maxQuestion, f+"question", "write the question, in up to %d letters", maxQuestion)
		p.Need(a.Answer != "" && len([]rune(a.Answer)) <= maxAnswer, f+"answer", "write the answer, in up to %d letters, so that it fits a text", maxAnswer)
		if a.Language == "" {
			a.Language = "en"
		}
	}
	if err := p.Err(); err != nil {
		return View{}, err
	}
	return s.change(ctx, change{cmd: cmd, id: id, perm: domain.DesignProcess, action: "answers.approved", open: true,
		do: func(p *Process) (map[string]any, error) {
			p.Answers = list
			return map[string]any{"answers": len(list)}, nil
		}})
}

// Approved lists the approved answers in a language. It asks no permission:
// anybody who texts is told them.
func (s *Service) Approved(ctx context.Context, id, lang string) ([]Answer, error) {
	p, err := s.Processes.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(p.Answers), func(a Answer) bool { return a.Language != lang }), nil
}
