package people

import (
	"context"
	"fmt"

	"folkmoot/domain"
)

// Guard lists what this package knows a stage to need: convened, that every
// support need of the seated is arranged or declined; deliberating, that
// every seated member is ready to serve.
func (s *Service) Guard(ctx context.Context, ref domain.ProcessRef, to domain.Stage) (domain.Guard, error) {
	var g domain.Guard
	if to != domain.Convened && to != domain.Deliberating {
		return g, nil
	}
	open, unready := 0, 0
	for p, err := range s.Of(ctx, ref.ID, Seated...) {
		if err != nil {
			return nil, err
		}
		for _, n := range p.Needs {
			if n.State == NeedAsked {
				open++
			}
		}
		if len(p.ready()) > 0 {
			unready++
		}
	}
	if to == domain.Convened {
		g.Need(open == 0, domain.Missing{Item: "support_arranged", Who: domain.Organiser, Where: "/api/v1/processes/" + ref.ID + "/support",
			Need: fmt.Sprintf("every support need arranged or declined (%d still open)", open)})
		return g, nil
	}
	g.Need(unready == 0, domain.Missing{Item: "members_ready", Who: domain.Organiser, Where: "/api/v1/processes/" + ref.ID + "/people?status=confirmed",
		Need: fmt.Sprintf("consent, induction, payment choice and benefits advice offered for every member (%d still lack some)", unready)})
	return g, nil
}
