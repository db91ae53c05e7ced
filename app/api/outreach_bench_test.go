package api_test

import (
	"context"
	"fmt"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// crowd is many invitees, each with a number of their own.
type crowd int

func (crowd) Contact(_ context.Context, _, person string) (outreach.Contact, error) {
	return outreach.Contact{Phone: "+999" + person}, nil
}

func (crowd) Postal(context.Context, string, string) (outreach.Postal, error) {
	return outreach.Postal{}, domain.Hidden("address")
}

func (c crowd) Audience(_ context.Context, _, _ string, after domain.Cursor, limit int) ([]string, domain.Cursor, error) {
	from := 0
	if after != "" {
		if _, err := fmt.Sscanf(string(after), "%d", &from); err != nil {
			return nil, "", err
		}
	}
	var out []string
	for i := from; i < min(from+limit, int(c)); i++ {
		out = append(out, fmt.Sprintf("%09d", i))
	}
	if from+limit >= int(c) {
		return out, "", nil
	}
	return out, domain.Cursor(fmt.Sprint(from + limit)), nil
}

// BenchmarkWave plans invitations to strangers: words, conversation, a key and
// a durable document for each. The bar is 100,000 in 20 seconds.
func BenchmarkWave(b *testing.B) {
	const people = 20_000
	for b.Loop() {
		f := newFrontIn(b, b.TempDir(), crowd(people))
		var r domain.Root
		r.Emit(domain.Command{Key: "launch"}, domain.EffectBroadcast, "launch", f.svc.Clock.Now(), domain.BroadcastData{
			Process: "p1", Statuses: []string{"invited"}, Template: "invitation", Class: domain.ClassBulk,
		})
		b.ResetTimer()
		if err := f.svc.Execute(b.Context(), r.Effects[0]); err != nil {
			b.Fatal(err)
		}
		for {
			n, err := f.svc.Tick(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		b.StopTimer()
		if n, err := f.numbers.Count(b.Context(), everything); err != nil || n != people {
			b.Fatalf("%d numbers, %v", n, err)
		}
		b.ReportMetric(people/b.Elapsed().Seconds(), "invitations/s")
		b.StartTimer()
	}
}
