package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/jobs"
)

// newHouse opens a house in a folder of its own that serves nothing.
func newHouse(t *testing.T, log io.Writer, settings ...string) *house {
	t.Helper()
	environ := append([]string{"FOLKMOOT_DATA_DIR=" + t.TempDir(), "FOLKMOOT_DEMO=true"}, settings...)
	l := must[config.Loaded](t)(config.Load(environ, os.DevNull))
	h := must[*house](t)(openHouse(t.Context(), l.Config, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Errorf("closing the house: %v", err)
		}
	})
	return h
}

// dump is everything stored, without what every write counts up.
func dump(t *testing.T, h *house) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, c := range h.store.Collections() {
		for d, err := range c.Documents(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			var body map[string]any
			if err := json.Unmarshal(d.Body, &body); err != nil {
				t.Fatal(err)
			}
			for _, counted := range []string{"version", "updated_at"} {
				delete(body, counted)
			}
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			out[c.Spec().Name+":"+d.ID] = string(raw)
		}
	}
	return out
}

// twice executes effects, some of them twice at once, and remembers all.
type twice struct {
	t     *testing.T
	h     *house
	seen  map[string]int // how many of each kind and name were done twice at once
	all   []domain.Effect
	raw   map[string]jobs.Handler
	kinds map[string]bool
}

// mostAtOnce is how many effects of one kind and name are done twice at once;
// all of them are done again at the end.
const mostAtOnce = 1

func doTwice(t *testing.T, h *house) *twice {
	w := &twice{t: t, h: h, seen: map[string]int{}, raw: maps.Clone(h.relay.Handlers), kinds: map[string]bool{}}
	h.relay.Workers = 1 // nothing else may write between two dumps
	for kind := range w.raw {
		h.relay.Handlers[kind] = w.handle
	}
	return w
}

func (w *twice) handle(ctx context.Context, e domain.Effect) error {
	if err := w.raw[e.Kind](ctx, e); err != nil {
		return err
	}
	w.kinds[e.Kind] = true
	w.all = append(w.all, e)
	name := effectName(e)
	if w.seen[name]++; w.seen[name] > mostAtOnce {
		return nil
	}
	once := dump(w.t, w.h)
	if err := w.raw[e.Kind](ctx, e); err != nil {
		w.t.Errorf("%s, done a second time: got %v, want no error", name, err)
	}
	if d := gocmp.Diff(once, dump(w.t, w.h)); d != "" {
		w.t.Errorf("%s, done a second time, changed something:\n%s", name, d)
	}
	return nil
}

// effectName groups effects that are handled alike.
func effectName(e domain.Effect) string {
	var d struct{ Template, Name, Kind, Action, To string }
	_ = json.Unmarshal(e.Data, &d) // what is missing stays empty
	return strings.TrimSpace(e.Kind + " " + cmp.Or(d.Template, d.Name, d.Kind, d.Action, d.To))
}

// TestEffectsTwice plays a jury while effects are executed twice: at once, as
// after a lost acknowledgement, and again when everything else has happened,
// as after a relay that was away for months. Neither may change anything.
func TestEffectsTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, io.Discard)
	w := doTwice(t, h)
	p := &played{house: h, t: t, ctx: t.Context(), actors: map[string]domain.Actor{}, links: map[string]string{}}
	p.at("2026-01-15 10:00")
	for _, act := range []func(){p.promise, p.recruit, p.sit, p.report, p.after, p.recruiting, p.registerByText, p.changesNumber, p.settled} {
		act()
	}
	for kind := range w.raw {
		if !w.kinds[kind] {
			t.Errorf("no effect of kind %s was met; the play must have one of each", kind)
		}
	}
	before := dump(t, h)
	for _, e := range w.all {
		if err := w.raw[e.Kind](t.Context(), e); err != nil {
			t.Errorf("%s, done again at the end: got %v, want no error", effectName(e), err)
		}
	}
	if d := gocmp.Diff(before, dump(t, h)); d != "" {
		t.Errorf("effects done again at the end changed something:\n%s", d)
	}
	p.settled()
	t.Logf("%d effects of %d kinds and names", len(w.all), len(w.seen))
}

// The resident who registers by text.
const (
	texter         = "+999000000778"
	texterPostcode = "GL15 4SX"
	texterNeed     = "Ramp at the Quincewort door"
	texterName     = "Ottoline Vexley"
)

// registerByText lets somebody register by text, to the end.
func (p *played) registerByText() {
	p.t.Helper()
	sim := simulator{p.house}
	code := must[domain.ProcessRef](p.t)(p.process.Ref(p.ctx, p.young)).Code
	say := []string{code, "1", "1", "1", "1", texterPostcode, texterNeed, "1", "1", texterName}
	for _, words := range say {
		if err := sim.Text(p.ctx, p.actors["organiser"], texter, words); err != nil {
			p.t.Fatal(err)
		}
		p.settled()
		if err := p.setClock(p.ctx, p.clock.Now().Add(4*60e9)); err != nil {
			p.t.Fatal(err)
		}
	}
	p.settled()
}

// changesNumber has the texter move to another number, and somebody else text
// from the one that was theirs.
func (p *played) changesNumber() {
	p.t.Helper()
	sim := simulator{p.house}
	for _, words := range []string{"new number", "4", "+999000000779"} {
		if err := sim.Text(p.ctx, p.actors["organiser"], texter, words); err != nil {
			p.t.Fatal(err)
		}
		p.settled()
	}
	found, err := p.people.ByNumberAll(p.ctx, p.seals.Lookup("number", "+999000000779"))
	if err != nil || len(found) != 1 {
		p.t.Fatalf("%d people at the new number, %v", len(found), err)
	}
	old, err := p.outreach.Number(p.ctx, p.seals.Lookup("number", texter))
	if err != nil || len(old.People)+len(old.Conversations)+len(old.Partings) != 0 {
		p.t.Errorf("the old number still knows %d people and %d conversations (%v)", len(old.People), len(old.Conversations), err)
	}
}

// TestNothingPersonalLiesOpen reads every byte of a house's files and log
// after a registration by text: the number, postcode, name and words of the
// resident must not be there in plain text.
func TestNothingPersonalLiesOpen(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := newHouse(t, &log)
	p := &played{house: h, t: t, ctx: t.Context(), actors: map[string]domain.Actor{}, links: map[string]string{}}
	p.at("2026-01-15 10:00")
	p.promise()
	p.at("2026-02-02 10:00")
	p.young = p.id
	p.open(p.id)
	p.registerByText()
	if got := p.registered(); got != 1 {
		t.Fatalf("got %d registered by text, want 1: there is nothing to look for\n%s", got, strings.Join(p.conversation(), "\n"))
	}
	files := map[string][]byte{"the log": log.Bytes()}
	err := filepath.WalkDir(h.cfg.DataDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "cache") {
			return err
		}
		files[filepath.Base(path)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files["folkmoot.db"])+len(files["folkmoot.db-wal"]) == 0 || !holds(files, p.id) {
		t.Fatalf("the process's id is in none of %v: the search would find nothing", slices.Sorted(maps.Keys(files)))
	}
	personal := []string{texter, strings.TrimPrefix(texter, "+"), texterPostcode, strings.ReplaceAll(texterPostcode, " ", ""), "Quincewort", "Vexley"}
	for name, content := range files {
		for _, no := range personal {
			if bytes.Contains(content, []byte(no)) {
				t.Errorf("%s holds %q in plain text", name, no)
			}
		}
	}
}

func holds(files map[string][]byte, what string) bool {
	for _, content := range files {
		if bytes.Contains(content, []byte(what)) {
			return true
		}
	}
	return false
}

// registered counts who registered by text themselves.
func (p *played) registered() int {
	n := 0
	for person, err := range p.people.Of(p.ctx, p.young) {
		if err != nil {
			p.t.Fatal(err)
		}
		if person.Status != "" {
			n++
		}
	}
	return n
}

// conversation is what stands on the resident's phone.
func (p *played) conversation() []string {
	var out []string
	for _, text := range p.network.Handset(texter) {
		out = append(out, fmt.Sprintf("%v %s", text.Sent, text.Body))
	}
	return out
}
