package audit

import (
	"context"

	"folkmoot/domain"
)

// CheckAll recomputes every chain from what is stored. It calls report for
// the first fault of each chain and answers how many chains and entries it
// read. It is for whoever keeps the store, and shows nothing of an entry.
func (s *Service) CheckAll(ctx context.Context, report func(chain, problem string)) (chains, entries int64, err error) {
	var at Checked
	broken := false
	for e, err := range s.entries.Find(ctx, domain.Query{Index: "chain"}) {
		if err != nil {
			return chains, entries, err
		}
		if e.Event.Chain != at.Chain || chains == 0 {
			at, broken = Checked{Chain: e.Event.Chain}, false
			chains++
		}
		entries++
		if broken {
			continue
		}
		if problem := at.next(e.view()); problem != "" {
			report(at.Chain, problem)
			broken = true
		}
	}
	return chains, entries, nil
}
