package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"folkmoot/app/store"
	"folkmoot/app/vault"
	"folkmoot/domain"
)

// erasedSubject is a line of the erasure log in the store: a second copy of
// what the keyring says, so that the loss of either database leaves the log.
type erasedSubject struct {
	domain.Root
	Through int       `json:"through"`
	At      time.Time `json:"at"`
}

var erasedSubjects = domain.Collection[erasedSubject]{Name: "erased_subjects", Schema: 1, Shard: store.IDField}

// loggingVault notes every erasure in the store too, before it is answered.
// Whoever erases repeats until it is answered, so the log has no gap.
type loggingVault struct {
	*vault.Vault
	log *store.Collection[erasedSubject]
}

// Destroy implements domain.Vault.
func (v loggingVault) Destroy(ctx context.Context, subject string) error {
	if err := v.Vault.Destroy(ctx, subject); err != nil {
		return err
	}
	e, err := v.Vault.Erasure(ctx, subject)
	if err != nil {
		return err
	}
	return v.note(ctx, e)
}

func (v loggingVault) note(ctx context.Context, e vault.Erasure) error {
	zero := func() erasedSubject { return erasedSubject{Root: domain.Root{CreatedAt: e.At}} }
	_, err := v.log.Upsert(ctx, e.Subject, zero, func(s *erasedSubject) error {
		if s.Through >= e.Through && !s.At.IsZero() {
			return domain.ErrNoChange
		}
		s.Through, s.At, s.UpdatedAt = e.Through, e.At, e.At
		return nil
	})
	return err
}

// erasureLog is who was erased, by subject, and until when that is known.
type erasureLog struct {
	entries map[string]vault.Erasure
	until   time.Time
}

func (l *erasureLog) add(e vault.Erasure) {
	if l.entries == nil {
		l.entries = map[string]vault.Erasure{}
	}
	if had, ok := l.entries[e.Subject]; !ok || e.Through > had.Through {
		l.entries[e.Subject] = e
	}
}

// knownUntil notes that the log is complete up to a time.
func (l *erasureLog) knownUntil(at time.Time) {
	if at.After(l.until) {
		l.until = at
	}
}

// addKeyring takes over what a keyring says.
func (l *erasureLog) addKeyring(ctx context.Context, v *vault.Vault) error {
	for e, err := range v.Erasures(ctx, time.Time{}) {
		if err != nil {
			return err
		}
		l.add(e)
	}
	return nil
}

// addStore takes over what a store says.
func (l *erasureLog) addStore(ctx context.Context, e store.Engine) error {
	log := store.Open(store.New(e, store.Hooks{}), erasedSubjects)
	for s, err := range log.Find(ctx, domain.Query{}) {
		if err != nil {
			return err
		}
		l.add(vault.Erasure{Subject: s.ID, Through: s.Through, At: s.At})
	}
	return nil
}

// erasuresHead is the first line of an erasure log in a file.
type erasuresHead struct {
	Format  int       `json:"folkmoot_erasures"`
	TakenAt time.Time `json:"taken_at"`
	Count   int       `json:"count"`
}

// addFile takes over an exported log.
func (l *erasureLog) addFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	var head erasuresHead
	if err := dec.Decode(&head); err != nil || head.Format != 1 {
		return fmt.Errorf("%s is not an erasure log; folkmoot store erasures writes one", path)
	}
	n := 0
	for ; ; n++ {
		var e vault.Erasure
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil || e.Subject == "" {
			return fmt.Errorf("entry %d of the erasure log %s cannot be read", n+1, path)
		}
		l.add(e)
	}
	if n != head.Count {
		return fmt.Errorf("the erasure log %s says that it has %d entries, and has %d; take a whole one", path, head.Count, n)
	}
	l.knownUntil(head.TakenAt)
	return nil
}

// storeErasures writes the erasure log to a file.
type storeErasures struct {
	File string `arg:"" help:"File to write, such as erasures.jsonl; one that is there is replaced." type:"path"`
}

// Run writes the whole log, at once or not at all.
func (c *storeErasures) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		if err := p.openBoth(ctx); err != nil {
			return err
		}
		v, err := p.openVault(ctx)
		if err != nil {
			return err
		}
		log, now := &erasureLog{}, domain.Milli(time.Now())
		if err := errors.Join(log.addKeyring(ctx, v), log.addStore(ctx, p.main)); err != nil {
			return err
		}
		if err := log.write(c.File, now); err != nil {
			return err
		}
		_, err = fmt.Fprintf(st.out, "%s: %d erasures, complete until %s\n", c.File, len(log.entries), now.Format(time.RFC3339))
		return err
	})
}

// sorted lists the entries by time, then by subject.
func (l *erasureLog) sorted() []vault.Erasure {
	return slices.SortedFunc(maps.Values(l.entries), func(a, b vault.Erasure) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Subject, b.Subject))
	})
}

func (l *erasureLog) write(path string, now time.Time) error {
	return writeWhole(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		if err := enc.Encode(erasuresHead{1, now, len(l.entries)}); err != nil {
			return err
		}
		for _, e := range l.sorted() {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// erasedAgain counts what followed from an erasure log after a restore.
type erasedAgain struct{ keys, people, held int }

// eraseAgain destroys and blanks everything that the log says was erased. It
// may run any number of times. People come before keys: while the keys are
// there, lists that name an erased person can be sealed anew without them.
func (h *house) eraseAgain(ctx context.Context, log erasureLog) (did erasedAgain, err error) {
	all := log.sorted()
	persons := map[string]bool{}
	for _, e := range all {
		persons[e.Subject] = true
		n, err := h.retention.Reapply(ctx, operator(), []string{e.Subject})
		if domain.Is(err, domain.Conflict) {
			did.held++
		} else if err != nil {
			return did, fmt.Errorf("erasing %s again: %w", e.Subject, err)
		}
		did.people += n
	}
	if err := h.outreach.ForgetAgain(ctx, operator(), persons); err != nil {
		return did, err
	}
	for _, e := range all {
		destroyed, err := h.destroyAgain(ctx, e)
		if err != nil {
			return did, err
		}
		if destroyed {
			did.keys++
		}
	}
	return did, nil
}

func (h *house) destroyAgain(ctx context.Context, e vault.Erasure) (bool, error) {
	had, err := h.vault.Erasure(ctx, e.Subject)
	if err != nil && !domain.Is(err, domain.NotFound) {
		return false, err
	}
	again := err != nil || had.Through < e.Through
	if again {
		err = h.vault.Reapply(ctx, e)
	} else {
		err = nil
	}
	return again, errors.Join(err, h.noteErased(ctx, e))
}

func (h *house) noteErased(ctx context.Context, e vault.Erasure) error {
	return loggingVault{h.vault, h.erased}.note(ctx, e)
}
