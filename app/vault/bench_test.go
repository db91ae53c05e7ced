package vault_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/app/vault"
)

func BenchmarkSealWarm(b *testing.B) {
	v := setup(b).open(b)
	text := bytes.Repeat([]byte("x"), 160)
	subjects := warm(b, v, 1000)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := v.Seal(b.Context(), subjects[i%len(subjects)], "text", text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "seals/s")
}

func BenchmarkOpenWarm(b *testing.B) {
	v := setup(b).open(b)
	sealed := seal(b, v, "p1", "text", strings.Repeat("x", 160))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := v.Open(b.Context(), "p1", "text", sealed); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "opens/s")
}

// BenchmarkSealRechecked asks the keyring again for every seal.
func BenchmarkSealRechecked(b *testing.B) {
	v := setup(b).open(b, func(o *vault.Options) { o.Recheck, o.Ticks = 1, time.Now })
	subjects := warm(b, v, 1000)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := v.Seal(b.Context(), subjects[i%len(subjects)], "text", []byte("hello")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "seals/s")
}

func BenchmarkFirstContact(b *testing.B) {
	v := setup(b).open(b)
	var next sync.Mutex
	n := 0
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			next.Lock()
			n++
			subject := fmt.Sprint("p", n)
			next.Unlock()
			if _, err := v.Seal(b.Context(), subject, "text", []byte("hello")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "subjects/s")
}

func warm(b *testing.B, v *vault.Vault, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = v.Lookup("number", fmt.Sprint("+99900000", i))
		seal(b, v, out[i], "text", "hello")
	}
	b.ResetTimer()
	return out
}
