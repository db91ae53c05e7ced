package deliberation

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/domain"
)

// Guard lists what the deliberation still owes before the process may enter
// the stage.
func (s *Service) Guard(ctx context.Context, ref domain.ProcessRef, to domain.Stage) (domain.Guard, error) {
	switch to {
	case domain.Deliberating:
		return s.guardDeliberating(ctx, ref)
	case domain.Reporting:
		return s.guardReporting(ctx, ref)
	case domain.Reported:
		return s.guardReported(ctx, ref)
	}
	return nil, nil
}

func (s *Service) guardDeliberating(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	packs, err := domain.All(ctx, s.d.Packs, ref.ID)
	if err != nil {
		return nil, err
	}
	t, err := s.Terms(ctx, domain.SystemActor("job"), ref.ID)
	if err != nil {
		return nil, err
	}
	published := false
	for _, x := range packs {
		published = published || x.State == PackPublished
	}
	var g domain.Guard
	g.Need(published, domain.Missing{Item: "evidence_pack_published", Need: "the first evidence pack is published", Who: domain.Organiser, Where: "packs"})
	g.Need(t.Balance != nil && t.Balance.Balanced, domain.Missing{Item: "balance_signed", Need: "the oversight panel signs its check of balance", Who: domain.Oversight, Where: "balance"})
	return g, nil
}

func (s *Service) guardReporting(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	sessions, err := domain.All(ctx, s.d.Sessions, ref.ID)
	if err != nil {
		return nil, err
	}
	ballots, err := domain.All(ctx, s.d.Ballots, ref.ID)
	if err != nil {
		return nil, err
	}
	t, err := s.Terms(ctx, domain.SystemActor("job"), ref.ID)
	if err != nil {
		return nil, err
	}
	opened, err := s.firstOpening(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	var g domain.Guard
	last, waiting := required(sessions)
	g.Need(last != nil && len(waiting) == 0, domain.Missing{Item: "sessions_held", Need: "every required session is held" + waitingFor(waiting), Who: domain.Facilitator, Where: "sessions"})
	fixed := !t.FixedAt.IsZero() && (opened.IsZero() || !t.FixedAt.After(opened))
	g.Need(fixed, ruleFixed)
	g.Need(last != nil && t.Quorum > 0 && last.Attended >= t.Quorum, domain.Missing{
		Item: "quorum", Need: fmt.Sprintf("at least %d members are at the last required session", t.Quorum), Who: domain.Facilitator, Where: "sessions",
	})
	void := withoutQuorum(ballots)
	g.Need(len(void) == 0, domain.Missing{Item: "ballot_quorum", Need: "ballots that missed their quorum are held again" + waitingFor(void), Who: domain.Facilitator, Where: "ballots"})
	return g, nil
}

// required is the last of the required sessions that were held, and those
// still to hold.
func required(sessions []Session) (last *Session, waiting []string) {
	for i, x := range sessions {
		switch {
		case !x.Required || x.State == SessionCancelled:
		case x.State == SessionHeld:
			last = &sessions[i]
		default:
			waiting = append(waiting, fmt.Sprintf("session %d is %s", x.Number, x.State))
		}
	}
	return last, waiting
}

// withoutQuorum names the ballots that too few voted in and that no later
// ballot on the same recommendations took the place of.
func withoutQuorum(ballots []Ballot) []string {
	settled := map[string]bool{}
	for _, x := range ballots {
		for _, q := range x.Questions {
			if x.outcomeOf(q.ID) != nil {
				settled[q.subject()] = true
			}
		}
	}
	var out []string
	for _, x := range ballots {
		if x.Result == nil || !x.Result.NoQuorum {
			continue
		}
		for _, q := range x.Questions {
			if !settled[q.subject()] {
				out = append(out, fmt.Sprintf("ballot %d, %s", x.Number, q.ID))
			}
		}
	}
	return out
}

// subject is what a question is about: its recommendation, otherwise its
// text.
func (q Question) subject() string {
	if q.Recommendation != "" {
		return q.Recommendation
	}
	return "text:" + q.Text
}

func waitingFor(what []string) string {
	if len(what) == 0 {
		return ""
	}
	return " (" + strings.Join(what, "; ") + ")"
}

func (s *Service) guardReported(ctx context.Context, ref domain.ProcessRef) (domain.Guard, error) {
	t, err := s.Terms(ctx, domain.SystemActor("job"), ref.ID)
	if err != nil {
		return nil, err
	}
	x, err := s.d.Reports.Get(ctx, ref.ID)
	if notFound(err) {
		x, err = newReport(ref.ID), nil
	}
	if err != nil {
		return nil, err
	}
	g := reportedGuard(t, x)
	g.Need(x.State == ReportPublished, domain.Missing{Item: "report_published", Need: "the jury report is published", Who: domain.Organiser, Where: "report/publication"})
	return g, nil
}

// reportedGuard is what a report needs before it is published.
func reportedGuard(t Terms, x Report) domain.Guard {
	var g domain.Guard
	confirmed := x.State == ReportConfirmed || x.State == ReportPublished
	g.Need(confirmed, domain.Missing{
		Item: "wording_confirmed", Need: fmt.Sprintf("more than half of the members confirm the final wording (%d of %d have)", x.Confirmed, x.Members), Who: domain.Member, Where: "report/confirmations",
	})
	g.Need(t.Minority != nil, domain.Missing{Item: "minority_invited", Need: "members are invited to give minority views", Who: domain.Facilitator, Where: "minority-views/invitation"})
	formats := t.Formats
	if len(formats) == 0 {
		formats = accessible
	}
	for _, f := range formats {
		g.Need(x.Formats[f] != "", domain.Missing{Item: "format_" + f, Need: "the report is ready in " + formatName(f), Who: domain.Organiser, Where: "report/formats"})
	}
	return g
}
