package dialogue_test

import (
	"testing"

	"folkmoot/bots/dialogue"
)

// BenchmarkStep measures one step of a conversation: reading a reply, moving
// on, and saying what comes next.
func BenchmarkStep(b *testing.B) {
	for _, text := range []string{"1", "Yes please, I'd love to take part", "my knees are bad and I do not know", "I'll check with work and let you know next week, is that all right?"} {
		b.Run(text[:1], func(b *testing.B) {
			k := begin()
			in := dialogue.Input{ID: "m", Kind: dialogue.Text, Text: text, At: k.env.Now}
			b.ReportAllocs()
			for b.Loop() {
				dialogue.Step(k.env, k.state, in)
			}
		})
	}
}
