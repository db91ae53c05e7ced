package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/audit"
	"folkmoot/domain/people"
	"folkmoot/domain/retention"
)

// command runs the program's command line on an installation.
func command(t *testing.T, settings []string, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	environ := append([]string{"FOLKMOOT_DEMO=true", "FOLKMOOT_LOG_LEVEL=error"}, settings...)
	code = run(t.Context(), args, &streams{in: strings.NewReader(""), out: &b, err: &b, environ: environ})
	return b.String(), code
}

func mustCommand(t *testing.T, settings []string, args ...string) string {
	t.Helper()
	out, code := command(t, settings, args...)
	if code != 0 {
		t.Fatalf("folkmoot %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

func at(dir string) []string { return []string{"FOLKMOOT_DATA_DIR=" + dir} }

// openAt opens an installation that a command has left.
func openAt(t *testing.T, settings []string) *house {
	t.Helper()
	l := must[config.Loaded](t)(config.Load(append([]string{"FOLKMOOT_DEMO=true"}, settings...), os.DevNull))
	h := must[*house](t)(openHouse(t.Context(), l.Config, slog.New(slog.NewTextHandler(io.Discard, nil))))
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Errorf("closing the house: %v", err)
		}
	})
	return h
}

// certified is what was published and counted of a process.
func (h *house) certified(t *testing.T, process string) string {
	t.Helper()
	ctx, public := t.Context(), domain.PublicActor("test")
	staff := domain.Actor{ID: "counter", Via: "test", Grants: []domain.Grant{{Role: domain.Organiser, Process: process}}}
	var out []any
	for _, read := range []func() (any, error){
		func() (any, error) { return h.recruitment.ListDraws(ctx, staff, process) },
		func() (any, error) { return h.recruitment.Represent(ctx, staff, process) },
		func() (any, error) { return h.deliberation.Recommendations(ctx, public, process) },
		func() (any, error) { return h.deliberation.Ballots(ctx, public, process) },
		func() (any, error) { return h.deliberation.Sessions(ctx, public, process) },
		func() (any, error) { return h.accountability.Responses(ctx, public, process) },
	} {
		v, err := read()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	raw := must[[]byte](t)(json.MarshalIndent(out, "", " "))
	return string(raw)
}

// raw reads a document past the services.
func raw[T any](t *testing.T, h *house, collection, id string) (v T) {
	t.Helper()
	d, err := h.engine.Get(t.Context(), collection, id)
	if err == nil {
		err = json.Unmarshal(d.Body, &v)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", collection, id, err)
	}
	return v
}

// sealedOf is everything of a person that is kept sealed under their key.
func sealedOf(t *testing.T, h *house, id string) domain.Sealed {
	t.Helper()
	return raw[people.Person](t, h, people.People.Name, id).Identity
}

// eraseFor erases a person as a request does.
func eraseFor(t *testing.T, p *played, person string) retention.Erasure {
	t.Helper()
	e := must[retention.Erasure](t)(p.retention.RequestErasure(p.ctx, p.do("organiser"), person))
	must[retention.Erasure](t)(p.retention.CheckIdentity(p.ctx, p.do("organiser"), e.ID, retention.CheckInput{How: "called_back"}))
	must[retention.Erasure](t)(p.retention.Execute(p.ctx, p.do("organiser"), e.ID))
	return must[retention.Erasure](t)(p.retention.Confirm(p.ctx, p.do("organiser"), e.ID))
}

// erasedWorld is a jury that was backed up before two people were erased.
type erasedWorld struct {
	*played
	dir, store, ring, log string
	gone                  []string
	sealed                []domain.Sealed // what the backup holds on them
	certified             string
}

func playErased(t *testing.T) *erasedWorld {
	p, ln := playHouse(t)
	_ = ln.Close()
	w := &erasedWorld{played: p, dir: p.cfg.DataDir}
	tmp := t.TempDir()
	w.store, w.ring, w.log = filepath.Join(tmp, "store"), filepath.Join(tmp, "ring"), filepath.Join(tmp, "erasures.jsonl")
	mustCommand(t, at(w.dir), "store", "backup", "--store", w.store, "--keyring", w.ring)
	w.certified = p.house.certified(t, p.id)
	w.gone = []string{p.member}
	for person := range p.people.Of(p.ctx, p.id, people.NotSelected) {
		w.gone = append(w.gone, person.ID)
		break
	}
	for _, id := range w.gone {
		w.sealed = append(w.sealed, sealedOf(t, p.house, id))
		eraseFor(t, p, id)
	}
	p.settled()
	mustCommand(t, at(w.dir), "store", "erasures", w.log)
	return w
}

// check asks a restored installation for everything that was erased.
func (w *erasedWorld) check(t *testing.T, settings []string) {
	t.Helper()
	if out, code := command(t, settings, "store", "verify"); code != 0 {
		t.Errorf("verify after the restore: exit %d\n%s", code, out)
	}
	h := openAt(t, settings)
	for i, id := range w.gone {
		if _, err := h.vault.Open(t.Context(), id, "people.identity", w.sealed[i]); !domain.Is(err, domain.NotFound) {
			t.Errorf("person %s: what the backup holds opens: %v", id, err)
		}
		p := raw[people.Person](t, h, people.People.Name, id)
		if p.Status != people.Erased || p.Identity != "" || p.Answers != "" {
			t.Errorf("person %s has status %s and is not blank", id, p.Status)
		}
		log := must[retention.ErasurePage](t)(h.retention.ListErasures(t.Context(), operator().Actor, w.id, retention.ListInput{State: retention.Confirmed}))
		if !slices.ContainsFunc(log.Items, func(e retention.Erasure) bool { return e.Person == id }) {
			t.Errorf("the erasure of %s is not proved: %+v", id, log.Items)
		}
	}
	if d := gocmp.Diff(w.certified, h.certified(t, w.id)); d != "" {
		t.Errorf("what was published and counted changed: -before +after\n%s", d)
	}
}

// copyOf copies a file of the installation into another's folder.
func copyOf(t *testing.T, from, to string, names ...string) {
	t.Helper()
	for _, name := range names {
		raw := must[[]byte](t)(os.ReadFile(filepath.Join(from, name)))
		if err := os.WriteFile(filepath.Join(to, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRestoreErasesAgain backs up, erases, and restores in each of the ways a
// loss can ask for: nothing that was erased after the backup can be read, and
// nothing that was counted has changed.
func TestRestoreErasesAgain(t *testing.T) {
	t.Parallel()
	w := playErased(t)
	t.Run("disclosing the process", w.disclosed)
	if err := w.close(); err != nil { // the installation is lost; its files stay for the parts that were not
		t.Fatal(err)
	}

	t.Run("on another engine", w.onAnotherEngine)
	t.Run("the store was lost", func(t *testing.T) {
		dir := t.TempDir()
		copyOf(t, w.dir, dir, "keyring.db", "master.key")
		out := mustCommand(t, at(dir), "store", "restore", "--store", w.store)
		if !strings.Contains(out, "2 people blanked again") {
			t.Errorf("got %s", out)
		}
		w.check(t, at(dir))
	})
	t.Run("the keyring was lost", func(t *testing.T) {
		dir := t.TempDir()
		copyOf(t, w.dir, dir, "folkmoot.db", "master.key")
		mustCommand(t, at(dir), "store", "restore", "--keyring", w.ring)
		w.check(t, at(dir))
	})
	t.Run("both were lost", func(t *testing.T) {
		dir := t.TempDir()
		copyOf(t, w.dir, dir, "master.key")
		out, code := command(t, at(dir), "store", "restore", "--store", w.store, "--keyring", w.ring)
		if code != 1 || !strings.Contains(out, "there is no erasure log") {
			t.Errorf("without a log: exit %d\n%s", code, out)
		}
		if there(filepath.Join(dir, "folkmoot.db")) || there(filepath.Join(dir, "keyring.db")) {
			t.Error("a refused restore left something behind")
		}
		mustCommand(t, at(dir), "store", "restore", "--store", w.store, "--keyring", w.ring, "--erasures", w.log)
		w.check(t, at(dir))
	})
	t.Run("both were lost, and the log with them", func(t *testing.T) {
		dir := t.TempDir()
		copyOf(t, w.dir, dir, "master.key")
		mustCommand(t, at(dir), "store", "restore", "--store", w.store, "--keyring", w.ring, "--no-erasure-log", "The office burned down.")
		h := openAt(t, at(dir))
		var found domain.Event
		for i := 1; found.Action != "store.restored"; i++ {
			found = raw[audit.Entry](t, h, audit.Entries.Name, fmt.Sprintf("installation:%09d", i)).Event
		}
		if found.Reason != "The office burned down." || found.Data["without_erasure_log"] != true {
			t.Errorf("the choice is not recorded: %+v", found)
		}
	})
}

// TestRotateKeysUnderLoad changes the root key and the master key from outside
// while two instances seal and open: nothing is damaged, and whatever was
// sealed at any time opens after a restart with the new key. Only an instance
// that stood still for all the time the second change waits may ask to be
// restarted.
func TestRotateKeysUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := openAt(t, at(dir)), openAt(t, at(dir))
	type made struct {
		subject string
		sealed  domain.Sealed
	}
	var mu sync.Mutex
	var all []made
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var late atomic.Int32
	for w, h := range []*house{one, two, one, two} {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				subject := fmt.Sprintf("subject-%d-%d", w, i%50)
				sealed, err := h.vault.Seal(t.Context(), subject, "load", []byte(subject))
				if domain.Is(err, domain.Unavailable) {
					late.Add(1)
					return
				}
				if err != nil {
					t.Errorf("seal under load: %v", err)
					return
				}
				if got, err := h.vault.Open(t.Context(), subject, "load", sealed); !domain.Is(err, domain.Unavailable) && (err != nil || string(got) != subject) {
					t.Errorf("open under load: %q, %v", got, err)
					return
				}
				mu.Lock()
				all = append(all, made{subject, sealed})
				mu.Unlock()
			}
		})
	}
	key := filepath.Join(dir, "second.key")
	mustCommand(t, at(dir), "store", "rotate-keys", "--root")
	mustCommand(t, at(dir), "store", "rotate-keys", "--master", key)
	close(stop)
	wg.Wait()
	if n := late.Load(); n > 0 {
		t.Logf("%d workers stood still for too long and would have to be restarted", n)
	}
	if len(all) == 0 {
		t.Fatal("nothing was sealed meanwhile")
	}
	fresh := openAt(t, append(at(dir), "FOLKMOOT_MASTER_KEY=file:"+key))
	for _, m := range all {
		if got, err := fresh.vault.Open(t.Context(), m.subject, "load", m.sealed); err != nil || string(got) != m.subject {
			t.Fatalf("%s after the rotations: %q, %v", m.subject, got, err)
		}
	}
}
