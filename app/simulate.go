package main

import (
	"bytes"
	"fmt"
	"os"

	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/config/locales"
)

// simulateCmd is a phone in the terminal: the conversations as a resident
// meets them, without a server and without a store.
type simulateCmd struct {
	Save      string  `help:"Save the conversation as a test: a transcript for bots/sms/testdata/transcripts." placeholder:"FILE"`
	PartPence float64 `help:"What a part of a text costs, in pence." default:"4"`
}

// Run reads lines until the input ends, then says what our texts would have
// cost.
func (c *simulateCmd) Run(st *streams) error {
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
	var saved bytes.Buffer
	p.Each = sms.NewSaver(&saved).Line
	if err := p.Simulate(st.in, st.out); err != nil {
		return err
	}
	fmt.Fprintf(st.err, "%d parts of ours, %.0f pence at %g a part.\n", p.Ours, float64(p.Ours)*c.PartPence, c.PartPence)
	if c.Save == "" {
		return nil
	}
	if err := os.WriteFile(c.Save, saved.Bytes(), 0o644); err != nil {
		return fmt.Errorf("the test was not saved: %w", err)
	}
	fmt.Fprintf(st.err, "Saved as %s. Put it into bots/sms/testdata/transcripts and run: go test ./bots/sms -run Transcripts -update\n", c.Save)
	return nil
}
