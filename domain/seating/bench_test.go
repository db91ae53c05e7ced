package seating_test

import (
	"testing"

	"folkmoot/domain/seating"
)

// BenchmarkSeating plans the public instances and large halls, one core's
// work; it reports the pairs that meet anew, the deviation and milliseconds.
func BenchmarkSeating(b *testing.B) {
	for name, make := range map[string]func(testing.TB) seating.Request{
		"30i": func(t testing.TB) seating.Request {
			return public(t, "30i_4j_3k_3d_data.csv", 6, "gender", "age", "region")
		},
		"100i": func(t testing.TB) seating.Request {
			return public(t, "100i_4j_3k_3d_data.csv", 8, "gender", "age", "region", "nation")
		},
		"hall_250x6": func(testing.TB) seating.Request {
			return seating.Request{People: jury(250), Rounds: rounds(6, 8), Diversify: []string{"gender", "age", "area"}, Cluster: []string{"language"}, Seed: "1"}
		},
		"jury_18x6": func(testing.TB) seating.Request {
			return seating.Request{People: jury(18), Rounds: rounds(6, 6), Diversify: []string{"gender", "age", "area"}, Seed: "1"}
		},
	} {
		b.Run(name, func(b *testing.B) {
			req := make(b)
			var got *seating.Plan
			for b.Loop() {
				got = plan(b, req)
			}
			b.ReportMetric(float64(got.Measures.Pairs), "pairs")
			b.ReportMetric(float64(got.Measures.PairsMost), "pairs-at-most")
			b.ReportMetric(got.Measures.Deviation, "deviation")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/plan")
			b.ReportMetric(0, "ns/op")
		})
	}
}
