package vault_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
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

// TestMasterAfterRoot changes the master key right after the root key. A
// program that had nothing to seal meanwhile has not seen the new root key, and
// could not read it any more: so the second change waits until it has looked.
func TestMasterAfterRoot(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		stands bool // the program stands still while it should look
		want   domain.Code
	}{
		{name: "everybody looks"},
		{"a program stands still", true, domain.Unavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			running, waited := b.open(t), time.Duration(0)
			s := seal(t, running, "p1", "x", "Ada")
			operator := b.open(t, func(o *vault.Options) {
				o.Pause = func(ctx context.Context, d time.Duration) error {
					waited += d
					b.ticks.Advance(d)
					if row.stands {
						return nil
					}
					_, err := running.Look(ctx)
					return err
				}
			})
			if _, err := operator.RotateRoot(t.Context()); err != nil {
				t.Fatal(err)
			}
			second := filepath.Join(b.dir, "keys", "second.key")
			if err := operator.RotateMaster(t.Context(), second); err != nil {
				t.Fatal(err)
			}
			if waited <= vault.DefaultRecheck {
				t.Errorf("waited %s for programs that look every %s", waited, vault.DefaultRecheck)
			}
			b.ticks.Advance(vault.DefaultRecheck)
			_, err := running.Open(t.Context(), "p1", "x", s)
			wantCode(t, "open", err, row.want)
			later, err := running.Seal(t.Context(), "p2", "x", []byte("Ben"))
			wantCode(t, "seal for somebody new", err, row.want)
			behind, err := running.Look(t.Context())
			if !behind || domain.CodeOf(err) != row.want {
				t.Errorf("the program that runs on with the old master key: behind %t, %v", behind, err)
			}
			fresh := b.open(t, func(o *vault.Options) { o.MasterKey = second })
			wantOpen(t, fresh, "p1", "x", s, "Ada")
			if row.want == "" {
				wantOpen(t, fresh, "p2", "x", later, "Ben")
			}
		})
	}
}

// TestRootAfterMaster changes the root key after the master key: only once
// every running program was restarted with that.
func TestRootAfterMaster(t *testing.T) {
	t.Parallel()
	b := setup(t)
	running := b.open(t)
	s := seal(t, running, "p1", "x", "Ada")
	look := func(context.Context, time.Duration) error {
		b.ticks.Advance(time.Second)
		_, err := running.Look(t.Context())
		return err
	}
	operator := b.open(t, func(o *vault.Options) { o.Pause = look })
	second := filepath.Join(b.dir, "keys", "second.key")
	if err := operator.RotateMaster(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	_, err := operator.RotateRoot(t.Context())
	wantCode(t, "at once", err, domain.Conflict)
	for range 12 { // two minutes, in which the program looks now and then
		b.ticks.Advance(10 * time.Second)
		b.clock.Advance(10 * time.Second)
		if behind, err := running.Look(t.Context()); !behind || err != nil {
			t.Fatalf("behind %t, %v", behind, err)
		}
	}
	_, err = operator.RotateRoot(t.Context())
	wantCode(t, "while it runs", err, domain.Conflict)
	wantOpen(t, running, "p1", "x", s, "Ada")

	restarted := b.open(t, func(o *vault.Options) { o.MasterKey = second })
	b.ticks.Advance(time.Minute)
	b.clock.Advance(time.Minute)
	if n, err := operator.RotateRoot(t.Context()); err != nil || n != 1 {
		t.Fatalf("after the restart: %d keys, %v", n, err)
	}
	b.ticks.Advance(vault.DefaultRecheck)
	wantOpen(t, restarted, "p1", "x", s, "Ada")
	if behind, err := restarted.Look(t.Context()); behind || err != nil {
		t.Errorf("the restarted one: behind %t, %v", behind, err)
	}
}

// TestFollow sees a new root key without being asked for anything, and ends
// with its context.
func TestFollow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	running := b.open(t, func(o *vault.Options) { o.Recheck = time.Millisecond })
	s := seal(t, running, "p1", "x", "Ada")
	ctx, stop := context.WithCancel(t.Context())
	heard := make(heard, 10)
	var wg sync.WaitGroup
	wg.Go(func() { running.Follow(ctx, slog.New(slog.NewTextHandler(heard, nil))) })
	second := filepath.Join(b.dir, "keys", "second.key")
	if err := b.open(t).RotateMaster(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if line := <-heard; !strings.Contains(line, "restart this program") {
		t.Errorf("got %s", line)
	}
	stop()
	wg.Wait()
	if len(heard) > 0 {
		t.Errorf("said again: %s", <-heard)
	}
	wantOpen(t, running, "p1", "x", s, "Ada")
}

// heard takes lines of a log.
type heard chan string

func (h heard) Write(line []byte) (int, error) {
	h <- string(line)
	return len(line), nil
}
