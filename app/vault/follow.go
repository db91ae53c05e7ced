package vault

import (
	"context"
	"log/slog"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// behindID is the one document of the collection behind.
const behindID = "program"

// behindDoc says when a running program last found that its master key had
// been replaced; UpdatedAt is that program's machine's clock.
type behindDoc struct {
	domain.Root
}

var behindDocs = domain.Collection[behindDoc]{Name: "vault_behind", Schema: 1, Shard: store.IDField}

// settling is how long a rotation waits after another: so long that every
// running program has looked at the root keys meanwhile ([Vault.Follow]), with
// room for one that is slow.
const settling = 5 * DefaultRecheck

// reportEvery is how often a program that was left behind says so, at most.
const reportEvery = 10 * time.Second

// Follow looks at the root keys until ctx ends, however little there is to
// seal: a program that has not seen a new root key cannot open the keyring any
// more once its master key is replaced too.
func (v *Vault) Follow(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(v.opts.Recheck)
	defer ticker.Stop()
	said := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		behind, err := v.Look(ctx)
		if ctx.Err() == nil && behind && !said {
			log.Warn("the master key was replaced; restart this program with the new one", "err", err)
		}
		said = behind || said && err != nil
	}
}

// Look reads the root keys again and reports whether the master key was
// replaced by one that this program does not have. It goes on without, and
// leaves a note in the keyring, so that the root key is not changed before it
// was restarted. The error is unavailable when it was changed all the same:
// then nothing can be sealed or opened here.
func (v *Vault) Look(ctx context.Context) (behind bool, err error) {
	_, err = v.currentRoots(ctx, true)
	v.mu.Lock()
	behind = v.behind
	v.mu.Unlock()
	if !behind {
		return false, err
	}
	now := v.opts.Ticks()
	zero := func() behindDoc { return behindDoc{Root: domain.Root{CreatedAt: now}} }
	_, noteErr := v.behindDocs.Upsert(ctx, behindID, zero, func(d *behindDoc) error {
		if since(now, d.UpdatedAt) < reportEvery {
			return domain.ErrNoChange
		}
		d.UpdatedAt = now
		return nil
	})
	if err == nil {
		err = noteErr
	}
	return true, err
}

// since is how long ago something was; no time at all where the clock that
// wrote it goes ahead of ours.
func since(now, at time.Time) time.Duration { return max(0, now.Sub(at)) }

// settle waits until every running program has seen a change of the root
// document at the given time.
func (v *Vault) settle(ctx context.Context, changed time.Time) error {
	if changed.IsZero() || since(v.opts.Clock.Now(), changed) >= rotateApart {
		return nil
	}
	return v.opts.Pause(ctx, settling)
}

// nobodyBehind is conflict while a program runs with a master key that was
// replaced.
func (v *Vault) nobodyBehind(ctx context.Context) error {
	d, err := v.behindDocs.Get(ctx, behindID)
	switch {
	case domain.Is(err, domain.NotFound):
		return nil
	case err != nil:
		return err
	case since(v.opts.Ticks(), d.UpdatedAt) < rotateApart:
		return domain.E(domain.Conflict, "a running program still has the master key from before the last change, and a new root key would shut it out; restart every program with the new master key and try again a minute later")
	}
	return nil
}

// pause waits, or answers why it need not any more.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
