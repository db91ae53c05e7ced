package main

import (
	"fmt"
	"strings"

	"folkmoot/domain/recruitment"
)

// wave imports a list for the jury that still recruits, draws some of it and
// sends a first wave.
func (p *played) wave() {
	var list strings.Builder
	list.WriteString("ref,name,mobile,street,ward\n")
	for i := range 60 {
		fmt.Fprintf(&list, "r%d,Listed %d,+999000002%03d,\"%d, Hidden Lane\",%s\n", i, i, i, i, []string{"Coleford", "Lydney"}[i%2])
	}
	by := p.do("organiser")
	must[recruitment.FrameView](p.t)(p.recruitment.ImportFrame(p.ctx, by, p.young, recruitment.FrameInput{
		Name: "Addresses of May 2026", Source: "the district", Columns: recruitment.Columns{Ref: "ref", Name: "name", Number: "mobile", Address: "street", Area: "ward"},
	}, strings.NewReader(list.String())))
	d := must[recruitment.InviteeDrawView](p.t)(p.recruitment.CommitInvitees(p.ctx, p.do("organiser"), p.young, recruitment.InviteesInput{Count: 50, SeedPlan: "dice"}))
	must[recruitment.InviteeDrawView](p.t)(p.recruitment.DrawInvitees(p.ctx, p.do("organiser"), p.young, d.ID, recruitment.SeedInput{
		Digits: "271828182845", Witnesses: []string{"Wyn Essex, observer", "Pat Ash, librarian"},
	}))
	must[recruitment.WaveView](p.t)(p.recruitment.PlanWave(p.ctx, p.do("organiser"), p.young, recruitment.WaveInput{Count: 10}))
	p.settled()
	must[recruitment.WaveView](p.t)(p.recruitment.PlanWave(p.ctx, p.do("organiser"), p.young, recruitment.WaveInput{Count: 5, NotBefore: p.clock.Now().AddDate(0, 0, 7)}))
}
