package deliberation

import (
	"context"
	"slices"
	"sort"

	"folkmoot/domain"
)

// Questions about the day.
const (
	FairQuestion      = "fair"
	BiasQuestion      = "bias"
	BiasWordsQuestion = "bias_words"
)

// FairnessInput is one member's answer to a question about the day.
type FairnessInput struct {
	Member   string `json:"member,omitempty"`  // empty: the actor
	Question string `json:"question"`          // fair, bias or bias_words
	Score    int    `json:"score,omitempty"`   // fair: 1 very fair to 4 very unfair; bias: 1 no, 2 a little, 3 yes
	Comment  string `json:"comment,omitempty"` // shown together with others', never with a name
}

func (in FairnessInput) problems() domain.Problems {
	p := domain.Problems{}
	domain.OneOf(p, "question", in.Question, []string{FairQuestion, BiasQuestion, BiasWordsQuestion})
	p.Need(in.Question != FairQuestion || in.Score >= 1 && in.Score <= 4, "score", "use 1 (very fair), 2 (fair), 3 (unfair) or 4 (very unfair)")
	p.Need(in.Question != BiasQuestion || in.Score >= 1 && in.Score <= 3, "score", "use 1 (no), 2 (a little) or 3 (yes)")
	p.Need(in.Question != BiasWordsQuestion || in.Comment != "", "comment", "write a few words")
	p.Need(len([]rune(in.Comment)) <= 1000, "comment", "keep this to 1000 characters")
	return p
}

// LatestSession stands for the last session that was held.
const LatestSession = "latest"

// RecordFairness adds one member's answer about a session. A second answer to
// the same question by the same member changes nothing, but what they say in
// their own words of bias may come in several texts.
func (s *Service) RecordFairness(ctx context.Context, c domain.Command, process, id string, in FairnessInput) error {
	if in.Member == "" {
		in.Member = c.Actor.ID
	}
	ref, err := s.find(ctx, process)
	if err != nil {
		return err
	}
	if err := actFor(c.Actor, ref, in.Member, domain.RunSessions); err != nil {
		return err
	}
	if err := in.problems().Err(); err != nil {
		return err
	}
	if id, err = s.latest(ctx, process, id); err != nil {
		return err
	}
	now := s.d.Clock.Now()
	_, err = domain.Change(ctx, s.d.Sessions, domain.At(process, "session", id), domain.Command{}, func(x *Session) error {
		if x.Fairness.heard(c, in) {
			return domain.ErrNoChange
		}
		if x.State == SessionPlanned || x.State == SessionCancelled {
			return domain.E(domain.Conflict, "this session is %s; the question is asked after it was held", x.State)
		}
		if !x.Was(in.Member) {
			return domain.E(domain.Conflict, "only members who attended the session are asked about it")
		}
		x.Fairness.add(in)
		x.UpdatedAt = now
		return nil
	})
	return err
}

func (s *Service) latest(ctx context.Context, process, id string) (string, error) {
	if id != LatestSession {
		return id, nil
	}
	xs, err := domain.All(ctx, s.d.Sessions, process)
	if err != nil {
		return "", err
	}
	for _, x := range slices.Backward(xs) {
		if x.State == SessionHeld {
			return x.ID, nil
		}
	}
	return "", domain.Hidden("session")
}

// keysKept is how many of the last texts about bias are known again: a text is
// given a second time soon or never.
const keysKept = 100

// heard reports an answer that is there already, and remembers one in
// somebody's own words.
func (f *Fairness) heard(c domain.Command, in FairnessInput) bool {
	if in.Question != BiasWordsQuestion {
		return slices.Contains(f.Answered[in.Question], in.Member)
	}
	key := domain.Derive("bias_words", c.Key)
	if slices.Contains(f.Texts, key) {
		return true
	}
	f.Texts = append(f.Texts, key)
	f.Texts = f.Texts[max(0, len(f.Texts)-keysKept):]
	return false
}

func (f *Fairness) add(in FairnessInput) {
	if f.Answered == nil {
		f.Answered = map[string][]string{}
	}
	if !slices.Contains(f.Answered[in.Question], in.Member) {
		f.Answered[in.Question] = insertSorted(f.Answered[in.Question], in.Member)
	}
	words := &f.Comments
	switch in.Question {
	case FairQuestion:
		f.Fair[in.Score-1]++
	case BiasQuestion:
		f.Bias[in.Score-1]++
		words = &f.BiasWords
	case BiasWordsQuestion:
		words = &f.BiasWords
	}
	if in.Comment != "" {
		*words = insertSorted(*words, in.Comment)
	}
}

func insertSorted(xs []string, x string) []string {
	i := sort.SearchStrings(xs, x)
	return slices.Insert(xs, i, x)
}
