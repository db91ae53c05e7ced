package main

import (
	"fmt"

	"folkmoot/bots/flows"
	"folkmoot/config/locales"
)

// simulateCmd is a phone in the terminal: the conversations as a resident
// meets them, without a server and without a store.
type simulateCmd struct{}

// Run reads lines until the input ends.
func (*simulateCmd) Run(st *streams) error {
	texts, err := flows.LoadTexts(locales.FS)
	if err != nil {
		return err
	}
	fmt.Fprintln(st.err, "Begin with a line such as: flow recruit.v1 en   then: ! start   then text with: > yes   Let time pass with: ~ 24h   End with Ctrl-D.")
	p := &flows.Player{Texts: texts, Vars: flows.SampleVars(), Now: flows.SampleTime}
	for _, l := range texts.Languages() {
		if l != "en" {
			p.Langs = append(p.Langs, l)
		}
	}
	return p.Simulate(st.in, st.out)
}
