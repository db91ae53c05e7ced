package vault_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"folkmoot/app/vault"
	"folkmoot/domain"
)

func TestRotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, ctx := b.open(t), t.Context()
	running := b.open(t)
	n := v.Lookup("number", "+447700900001")
	s := seal(t, v, "p1", "x", "Ada")
	_ = v.Destroy(ctx, "gone")
	newMaster := filepath.Join(b.dir, "keys", "second.key")
	if err := v.RotateMaster(ctx, newMaster); err != nil {
		t.Fatal(err)
	}
	b.ticks.Advance(time.Minute)
	wantOpen(t, running, "p1", "x", s, "Ada")
	seal(t, running, "p2", "x", "made by an instance with the old master key")
	_, err := vault.Open(ctx, b.options())
	wantCode(t, "a start with the old master key", err, domain.Unavailable)
	second := func(o *vault.Options) { o.MasterKey = newMaster }
	for round := range 3 {
		count, err := v.RotateRoot(ctx)
		if err != nil || count != 2 {
			t.Fatalf("root rotation %d: %d keys, %v", round, count, err)
		}
		b.ticks.Advance(time.Minute)
		b.clock.Advance(time.Hour)
		fresh := b.open(t, second)
		wantOpen(t, fresh, "p1", "x", s, "Ada")
		if fresh.Lookup("number", "+447700900001") != n {
			t.Error("a rotation changed the hash of a number")
		}
	}
}

// TestRotationUnderLoad changes the root key again and again while two
// instances seal for new subjects. The clock leaps, so that several rotations
// fall into the making of one key, as when a process stood still: a rotation
// may have to be begun again then, but nothing may become unreadable.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	b := setup(t)
	vs := []*vault.Vault{b.open(t), b.open(t)}
	var wg sync.WaitGroup
	kept := make([]map[string]domain.Sealed, len(vs))
	for w, v := range vs {
		kept[w] = map[string]domain.Sealed{}
		wg.Go(func() {
			for i := range 60 {
				subject := fmt.Sprintf("p%d-%d", w, i)
				s, err := v.Seal(t.Context(), subject, "x", []byte(subject))
				if err != nil {
					t.Error(err)
					return
				}
				kept[w][subject] = s
			}
		})
	}
	sealed := make(chan struct{})
	go func() { wg.Wait(); close(sealed) }()
	rotator, done := b.open(t), 0
	for running, tries := true, 0; running || done < 3; {
		if !running { // before that it is a matter of how busy the machine is
			tries++
		}
		if tries == 1000 {
			t.Fatal("a key was left behind: no rotation comes to its end")
		}
		b.ticks.Advance(time.Minute)
		b.clock.Advance(time.Hour)
		if _, err := rotator.RotateRoot(t.Context()); err == nil {
			done++
		}
		select {
		case <-sealed:
			running = false
		default:
		}
	}
	fresh := b.open(t)
	for _, all := range kept {
		for subject, s := range all {
			wantOpen(t, fresh, subject, "x", s, subject)
		}
	}
}
