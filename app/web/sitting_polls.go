package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// pollOption is one answer of a question in the room, with its count.
type pollOption struct {
	Label string
	Count int
}

// pollLine is a question put to the room.
type pollLine struct {
	deliberation.Poll
	Answers []pollOption
}

// room lists the questions put to the room of a session.
func (s Services) room(ctx context.Context, a domain.Actor, process, session string) ([]pollLine, error) {
	polls, err := s.Deliberation.ListPolls(ctx, a, process)
	if err != nil {
		return nil, err
	}
	var out []pollLine
	for _, p := range polls {
		if p.Session != session || p.Kind != deliberation.PollRoom {
			continue
		}
		line := pollLine{Poll: p}
		for i, o := range p.Options {
			line.Answers = append(line.Answers, pollOption{o, p.Counts[i]})
		}
		out = append(out, line)
	}
	return out, nil
}

func (s Services) openPoll(ctx context.Context, r *Request) (Reply, error) {
	return s.sessionStep(ctx, r, func(process, id string) error {
		in := deliberation.PollInput{Session: id, Question: strings.TrimSpace(r.Form.Get("question"))}
		for _, line := range strings.Split(r.Form.Get("options"), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				in.Options = append(in.Options, line)
			}
		}
		_, err := s.Deliberation.OpenPoll(ctx, r.Command(), process, in)
		return err
	})
}

// closePoll ends a question. Hands of those without a phone come one number
// for each answer.
func (s Services) closePoll(ctx context.Context, r *Request) (Reply, error) {
	return s.sessionStep(ctx, r, func(process, _ string) error {
		var in deliberation.ClosePollInput
		for _, n := range strings.Fields(strings.ReplaceAll(r.Form.Get("hands"), ",", " ")) {
			hands, err := strconv.Atoi(n)
			if err != nil {
				return domain.Problems{"hands": "write a number for each answer, such as: 3 0"}.Err()
			}
			in.Hands = append(in.Hands, hands)
		}
		_, err := s.Deliberation.ClosePoll(ctx, r.Command(), process, r.Param("poll"), in)
		return err
	})
}

// PollURL is where a question is closed.
func (p sessionPage) PollURL(id string) string {
	return p.self("/polls/" + url.PathEscape(id) + "/close")
}
