package web

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// votePage is a ballot before a member.
type votePage struct {
	P     domain.ProcessRef
	B     ballotShown
	Asks  []voteAsk
	Again bool // their vote was in before
}

// Zone is where the jury sits.
func (p votePage) Zone() *time.Location { return p.P.Location() }

// voteAsk is a question of a ballot with the wording it is about.
type voteAsk struct {
	deliberation.Question
	Wording string
	Outcome string
	Status  Status
}

// Name is the name of the question's field, by rank in a ranked question.
func (v voteAsk) Name(rank int) string {
	if v.Kind == deliberation.RankedQuestion {
		return fmt.Sprintf("%s.%d", v.ID, rank)
	}
	return v.ID
}

// Ranks counts the places of a ranked question.
func (v voteAsk) Ranks() []int { return times(len(v.Options)) }

// Choices are value and label of the answers.
func (v voteAsk) Choices() []string {
	if v.Kind == deliberation.YesNoQuestion {
		return []string{deliberation.Yes, "Yes", deliberation.No, "No", deliberation.Abstain, "I do not want to say yes or no (abstain)"}
	}
	var out []string
	for _, o := range v.Options {
		out = append(out, o.ID, o.Label)
	}
	if v.Kind == deliberation.RankedQuestion {
		return append([]string{"", "Nothing"}, out...)
	}
	return append(out, deliberation.Abstain, "None of them (abstain)")
}

// places in a ranking, in words.
var rankWords = []string{"First choice", "Second choice", "Third choice", "Fourth choice", "Fifth choice", "Sixth choice"}

// rankWord names a place from 1.
func rankWord(n int) string {
	if n <= len(rankWords) {
		return rankWords[n-1]
	}
	return fmt.Sprintf("Choice %d", n)
}

func (s Services) votePage(ctx context.Context, r *Request) (votePage, error) {
	ref, _, err := s.seatedMember(ctx, r)
	page := votePage{P: ref, Again: r.Query.Get("again") == "yes"}
	if err != nil {
		return page, err
	}
	b, err := s.Deliberation.Ballot(ctx, r.Actor, ref.ID, r.Param("ballot"))
	if err != nil {
		return page, err
	}
	if b.OpenedAt.IsZero() {
		return page, domain.Hidden("open ballot")
	}
	page.B = shownTo(b, r.Actor.ID)
	for _, q := range b.Questions {
		ask := voteAsk{Question: q}
		if q.Recommendation != "" {
			x, err := s.Deliberation.Recommendation(ctx, r.Actor, ref.ID, q.Recommendation)
			if err := unless(err); err != nil {
				return page, err
			}
			ask.Wording = x.Text
		}
		if o := outcomeIn(page.B.BallotView, q.ID); o != nil {
			ask.Status, ask.Outcome = outcomeWords(q, *o)
		}
		page.Asks = append(page.Asks, ask)
	}
	return page, nil
}

func (s Services) voteForm(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.votePage(ctx, r)
	return Show("member/ballot", page.B.Title, page), err
}

// vote casts the member's own vote. The command names who votes and nothing
// else: no key made from the form, so that nothing joins voter and vote.
func (s Services) vote(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.votePage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	id := r.Param("ballot")
	receipt, err := s.Deliberation.Vote(ctx, domain.Command{Actor: r.Actor}, page.P.ID, id, voteOf(page, r))
	to := "/me/ballots/" + url.PathEscape(id)
	if receipt.Earlier {
		to += "?again=yes"
	}
	return done(r, renamed(err, page.field), to, func() (Reply, error) { return Show("member/ballot", page.B.Title, page), nil })
}

// voteOf reads the answers from the form.
func voteOf(page votePage, r *Request) deliberation.VoteInput {
	in := deliberation.VoteInput{Answers: deliberation.Answers{}}
	for _, ask := range page.Asks {
		a := deliberation.Answer{Choice: r.Form.Get(ask.ID)}
		if ask.Kind == deliberation.RankedQuestion {
			for _, n := range ask.Ranks() {
				if v := r.Form.Get(ask.Name(n)); v != "" {
					a.Ranking = append(a.Ranking, v)
				}
			}
		}
		if a.Choice != "" || len(a.Ranking) > 0 {
			in.Answers[ask.ID] = a
		}
	}
	return in
}

// field names what is wrong by the fields of the form: answers.q1 is q1, or
// the first place of a ranked question.
func (p votePage) field(name string) string {
	for _, ask := range p.Asks {
		if name == "answers."+ask.ID {
			return ask.Name(1)
		}
	}
	return name
}
