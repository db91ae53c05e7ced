package dialogue_test

import (
	"strings"
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

// BenchmarkUnderstanding reads the labelled files and reports, per language,
// the precision and recall of yes, no and STOP beside the time per file.
// It has learnt from the files of labelFiles that TestReplies names, and from no
// other.
func BenchmarkUnderstanding(b *testing.B) {
	for _, file := range labelFiles {
		rs := replies(b, file)
		for _, lang := range []string{"en", "cy", "ga", "pl", "pt"} {
			var own []labelled
			for _, r := range rs {
				if r.lang == lang {
					own = append(own, r)
				}
			}
			b.Run(strings.TrimSuffix(file, ".txt")+"/"+lang, func(b *testing.B) {
				var scores map[string]score
				for b.Loop() {
					scores, _ = evaluate(own)
				}
				for _, label := range []string{"yes", "no", "stop"} {
					if s := scores[lang+" "+label]; s.meant > 0 {
						b.ReportMetric(s.precision(), label+"-precision")
						b.ReportMetric(s.recall(), label+"-recall")
					}
				}
				b.ReportMetric(float64(len(own)), "replies")
			})
		}
	}
}

// BenchmarkDanger reads the labelled files of danger and reports, per
// language, what share is found and what share of the alarms is real.
func BenchmarkDanger(b *testing.B) {
	for _, file := range []string{"danger.txt", "danger_apart.txt", "danger_blind.txt"} {
		rs := replies(b, file)
		for _, lang := range []string{"en", "cy", "ga", "pl", "pt"} {
			b.Run(strings.TrimSuffix(file, ".txt")+"/"+lang, func(b *testing.B) {
				var s score
				for b.Loop() {
					s = score{}
					for _, r := range rs {
						if r.lang != lang {
							continue
						}
						alarm, _ := alarmed(r)
						s = s.add(alarm, r.label == "danger")
					}
				}
				b.ReportMetric(s.recall(), "found")
				b.ReportMetric(s.precision(), "real")
				b.ReportMetric(float64(s.meant), "dangers")
			})
		}
	}
}

// add counts one reading.
func (s score) add(said, meant bool) score {
	if said {
		s.said++
	}
	if meant {
		s.meant++
	}
	if said && meant {
		s.right++
	}
	return s
}
