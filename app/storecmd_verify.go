package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"folkmoot/app/store"
)

// storeVerify reads and checks everything that the installation keeps.
type storeVerify struct {
	Most int `help:"How many faults of each kind are written out." default:"20"`
}

// Run writes one line for each part. It changes nothing.
func (c *storeVerify) Run(ctx context.Context, st *streams) error {
	return atPlaces(ctx, st, func(p *places) error {
		v := &verification{places: p, most: c.Most}
		if err := v.all(ctx); err != nil {
			return err
		}
		if v.faults > 0 {
			fmt.Fprintf(st.out, "%d faults. Restore what is damaged from a backup; /help/operator says how.\n", v.faults)
			return exitCode(1)
		}
		fmt.Fprintln(st.out, "Everything checks out.")
		return nil
	})
}

// verification is one reading of everything.
type verification struct {
	*places
	most   int
	faults int
	part   int // faults of the present part
	house  *house

	damaged bool // the database's own file
}

func (v *verification) all(ctx context.Context) error {
	if err := v.open(ctx); err != nil {
		return err
	}
	defer v.house.close()
	if ready, err := v.prepared(ctx); err != nil || !ready {
		return err
	}
	for _, part := range []func(context.Context) error{v.pages, v.work, v.documents, v.files, v.records, v.keys, v.erasures, v.effects} {
		v.part = 0
		err := part(ctx)
		if err != nil && !v.damaged {
			return err
		}
		if err != nil { // the other parts may be whole, and it helps to know
			v.fault(store.Fault{Collection: "store", Problem: plainly(err)})
		}
	}
	return nil
}

// open wires the services to the places, without making or upgrading
// anything.
func (v *verification) open(ctx context.Context) error {
	if err := v.findMain(ctx); err != nil {
		return err
	}
	if err := v.openRing(ctx); err != nil {
		return err
	}
	v.house = emptyHouse(v.cfg, newLog(v.st.err, v.cfg.Telemetry), parts{})
	v.house.store = store.New(v.main, store.Hooks{})
	return v.house.wire()
}

// fault writes a fault out, unless there were many of the part already.
func (v *verification) fault(f store.Fault) {
	v.faults, v.part = v.faults+1, v.part+1
	if v.part <= v.most {
		fmt.Fprintf(v.st.out, "WRONG   %s %s: %s\n", f.Collection, f.ID, f.Problem)
	} else if v.part == v.most+1 {
		fmt.Fprintln(v.st.out, "WRONG   and more of these")
	}
}

// done ends a part with a line when it found nothing wrong.
func (v *verification) done(format string, args ...any) {
	if v.part == 0 {
		fmt.Fprintf(v.st.out, "ok      "+format+"\n", args...)
	}
}

func (v *verification) work(ctx context.Context) error {
	w, err := store.Unfinished(ctx, v.main)
	if err == nil && w != nil {
		v.fault(store.Fault{Collection: "store", Problem: "a " + w.What + " into it is not finished; run the same command again"})
	}
	return err
}

// prepared reports whether the store is of this release; nothing else can be
// read otherwise.
func (v *verification) prepared(ctx context.Context) (bool, error) {
	todo, err := v.house.store.Check(ctx)
	for _, what := range todo {
		v.fault(store.Fault{Collection: "store", Problem: what + "; folkmoot store migrate does it"})
	}
	v.done("%d collections have their indexes and are of this release", len(v.specs)-1)
	return v.part == 0, err
}

// pages has the database look at its own file, where it is one.
func (v *verification) pages(ctx context.Context) error {
	file, ok := v.main.(interface {
		Verify(context.Context) ([]string, error)
	})
	if !ok {
		return nil
	}
	problems, err := file.Verify(ctx)
	v.damaged = err != nil || len(problems) > 0
	for _, p := range problems {
		v.fault(store.Fault{Collection: "the database file", Problem: p})
	}
	return err
}

func (v *verification) documents(ctx context.Context) error {
	n := 0
	say := v.progress("reading")
	for _, c := range v.house.store.Collections() {
		m, err := c.Verify(ctx, v.fault)
		if err != nil && !v.damaged {
			return err
		}
		if err != nil {
			v.fault(store.Fault{Collection: c.Spec().Name, Problem: fmt.Sprintf("after %d documents it cannot be read on: %s", m, plainly(err))})
		}
		n += m
		say(c.Spec().Name, m)
	}
	v.done("%d documents can be read, and every index says what they say", n)
	return nil
}

func (v *verification) files(ctx context.Context) error {
	n, err := v.house.store.Files().Verify(ctx, v.fault)
	v.done("%d files have the hash that they are kept under", n)
	return err
}

func (v *verification) records(ctx context.Context) error {
	chains, entries, err := v.house.audit.CheckAll(ctx, func(chain, problem string) {
		v.fault(store.Fault{Collection: "record", ID: chain, Problem: problem})
	})
	v.done("%d records with %d entries, each holding the hash of the one before", chains, entries)
	return err
}

func (v *verification) keys(ctx context.Context) error {
	keyring, err := v.openVault(ctx)
	if err != nil {
		v.fault(store.Fault{Collection: "keyring", Problem: plainly(err)})
		return nil
	}
	if _, err := keyring.Store().Verify(ctx, v.fault); err != nil {
		return err
	}
	n, err := keyring.Verify(ctx, v.fault)
	v.done("%d keys open, %d were destroyed", n.Keys, n.Erased)
	return err
}

// erasures compares the two erasure logs, and the log of requests with what
// can still be read.
func (v *verification) erasures(ctx context.Context) error {
	if v.part > 0 || v.ring == nil {
		return nil
	}
	keyring, err := v.openVault(ctx)
	if err != nil {
		return nil // said before
	}
	var inRing, inStore erasureLog
	if err := inRing.addKeyring(ctx, keyring); err != nil {
		return err
	}
	if err := inStore.addStore(ctx, v.main); err != nil {
		return err
	}
	for _, e := range inStore.sorted() {
		if had, ok := inRing.entries[e.Subject]; !ok || had.Through < e.Through {
			v.fault(store.Fault{Collection: "keyring", ID: e.Subject, Problem: "the store says that this was erased, the keyring does not: it is from a backup that was not brought up to date"})
		}
	}
	missing := 0
	for _, e := range inRing.sorted() {
		if had, ok := inStore.entries[e.Subject]; !ok || had.Through < e.Through {
			missing++
		}
	}
	if missing > 0 {
		v.fault(store.Fault{Collection: "store", Problem: fmt.Sprintf("%d erasures are in the keyring's log and not in the store's; restore the store by folkmoot store restore, which brings it up to date", missing)})
	}
	v.done("both erasure logs agree on %d erasures", len(inRing.entries))
	return nil
}

// late is how long an effect may wait before it counts as left over: nothing
// does while the service runs.
const late = 10 * time.Minute

// effects counts what should have followed and did not. It is a note: a
// stopped service has some, and does them when it is started.
func (v *verification) effects(ctx context.Context) error {
	now := time.Now()
	due, err := v.house.store.Due(ctx, now.Add(-late), 0)
	if err != nil {
		return err
	}
	waiting := map[string]int{}
	for _, p := range due {
		for _, e := range p.Effects {
			waiting[e.Kind]++
			if _, known := v.house.relay.Handlers[e.Kind]; !known {
				v.fault(store.Fault{Collection: p.Collection, ID: p.ID, Problem: "an effect of kind " + e.Kind + " waits, and this release knows none such"})
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(waiting)) {
		fmt.Fprintf(v.st.out, "note    %d effects of kind %s have been due for more than %s; the service does them when it runs\n", waiting[kind], kind, late)
	}
	if len(waiting) == 0 {
		v.done("no effect is left over")
	}
	return nil
}
