package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"folkmoot/app/store"
	"folkmoot/app/store/sqlitestore"
	"folkmoot/app/vault"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/people"
)

// A release's data is kept under testdata/releases, as it was written by that
// release: a small jury of invented people. Before a release is made, run
//
//	go test ./app -run TestReleases -write-release N
//
// with the number of the release, and commit the folder. It is never written
// again: sealed values, keys and ids differ in every run.
var writeRelease = flag.Int("write-release", 0, "write the data of this release to testdata/releases")

// fixtureKey is the master key of the fixtures: known to everybody, made of a
// sentence, so that no key file is kept beside them.
func fixtureKey(t *testing.T, dir string) string {
	t.Helper()
	raw := sha256.Sum256([]byte("the master key of invented people"))
	value := base64.StdEncoding.EncodeToString(append([]byte{0x1a, 0x20}, raw[:]...)) // AesGcmKey: field 3, 32 bytes
	key := `{"primaryKeyId":1,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"` + value +
		`","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":1,"outputPrefixType":"TINK"}]}`
	path := filepath.Join(dir, "fixture.key")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fixtureRow is a document in a fixture, its indexed fields by their type.
type fixtureRow struct {
	Collection string            `json:"in"`
	ID         string            `json:"id"`
	Version    int64             `json:"v"`
	Schema     int               `json:"s"`
	Keys       map[string]keyRow `json:"k,omitempty"`
	Body       json.RawMessage   `json:"b"`
}

type keyRow struct {
	String *string    `json:"s,omitempty"`
	Int    *int64     `json:"i,omitempty"`
	Bool   *bool      `json:"b,omitempty"`
	Time   *time.Time `json:"t,omitempty"`
}

func storedRow(collection string, d store.Document) fixtureRow {
	out := fixtureRow{collection, d.ID, d.Version, d.Schema, map[string]keyRow{}, d.Body}
	for f, v := range d.Keys {
		switch x := v.(type) {
		case string:
			out.Keys[f] = keyRow{String: &x}
		case int64:
			out.Keys[f] = keyRow{Int: &x}
		case bool:
			out.Keys[f] = keyRow{Bool: &x}
		case time.Time:
			out.Keys[f] = keyRow{Time: &x}
		}
	}
	return out
}

func (r fixtureRow) document() store.Document {
	d := store.Document{ID: r.ID, Version: r.Version, Schema: r.Schema, Keys: map[string]any{}, Body: r.Body}
	for f, k := range r.Keys {
		switch {
		case k.String != nil:
			d.Keys[f] = *k.String
		case k.Int != nil:
			d.Keys[f] = *k.Int
		case k.Bool != nil:
			d.Keys[f] = *k.Bool
		case k.Time != nil:
			d.Keys[f] = *k.Time
		}
	}
	return d
}

// releaseFacts is what must still be so when a later release reads the data.
type releaseFacts struct {
	Process   string `json:"process"`
	Member    string `json:"member"`
	Name      string `json:"name"`
	Certified string `json:"certified"` // SHA-256
	Documents int    `json:"documents"`
}

func hashOf(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// memberName opens what is sealed of a member.
func memberName(t *testing.T, h *house, id string) string {
	t.Helper()
	p := raw[people.Person](t, h, people.People.Name, id)
	plain := must[[]byte](t)(h.vault.Open(t.Context(), id, "people.identity", p.Identity))
	var who people.Identity
	if err := json.Unmarshal(plain, &who); err != nil {
		t.Fatal(err)
	}
	return string(who.Name)
}

func dumpRows(t *testing.T, e store.Engine, specs []store.Spec, path string) int {
	t.Helper()
	var out bytes.Buffer
	enc, n := json.NewEncoder(&out), 0
	enc.SetEscapeHTML(false)
	for _, spec := range specs {
		q := store.Query{Limit: 10_000}
		for _, d := range must[[]store.Document](t)(e.Find(t.Context(), spec.Name, q)) {
			n++
			if err := enc.Encode(storedRow(spec.Name, d)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return n
}

func writeFixture(t *testing.T, number int) {
	p, ln := quietHouse(t, "FOLKMOOT_MASTER_KEY=file:"+fixtureKey(t, t.TempDir()))
	p.play()
	_ = ln.Close()
	dir := filepath.Join("testdata", "releases", fmt.Sprint(number))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	facts := releaseFacts{Process: p.id, Member: p.member, Name: memberName(t, p.house, p.member), Certified: hashOf(p.house.certified(t, p.id))}
	facts.Documents = dumpRows(t, p.engine, p.house.store.Specs(), filepath.Join(dir, "store.jsonl"))
	dumpRows(t, p.ring, vault.Specs(), filepath.Join(dir, "keyring.jsonl"))
	raw := must[[]byte](t)(json.MarshalIndent(facts, "", "  "))
	if err := os.WriteFile(filepath.Join(dir, "facts.json"), append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// load fills a new database with a fixture. Its tables are of the fixture's
// time: the indexed fields that its documents have.
func load(t *testing.T, from, to string) {
	t.Helper()
	db := must[*sqlitestore.DB](t)(sqlitestore.Open(t.Context(), to, sqlitestore.Options{}))
	f := must[*os.File](t)(os.Open(from))
	defer f.Close()
	specs, rows := map[string]store.Spec{}, []fixtureRow{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r fixtureRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
		spec := specs[r.Collection]
		spec.Name, spec.Schema = r.Collection, r.Schema
		for field := range r.Keys {
			spec.Indexes = append(spec.Indexes, domain.Index{Name: field + "_of_then", Fields: []string{field}})
		}
		specs[r.Collection] = spec
	}
	for _, spec := range specs {
		if err := db.Ensure(t.Context(), onceEach(spec)); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rows {
		if err := db.Insert(t.Context(), r.Collection, r.document()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(lines.Err(), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func onceEach(spec store.Spec) store.Spec {
	had := map[string]bool{}
	out := spec
	out.Indexes = nil
	for _, ix := range spec.Indexes {
		if !had[ix.Name] {
			had[ix.Name] = true
			out.Indexes = append(out.Indexes, ix)
		}
	}
	return out
}

// TestReleases reads the data of every release with this one: it is brought
// up to date, everything checks out, what was sealed opens and what was
// counted is what it was.
func TestReleases(t *testing.T) {
	if *writeRelease > 0 {
		writeFixture(t, *writeRelease)
	}
	t.Parallel()
	folders := must[[]string](t)(filepath.Glob(filepath.Join("testdata", "releases", "*")))
	if len(folders) == 0 {
		t.Fatal("no release's data is kept")
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			var facts releaseFacts
			if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(filepath.Join(folder, "facts.json"))), &facts); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			load(t, filepath.Join(folder, "store.jsonl"), filepath.Join(dir, "folkmoot.db"))
			load(t, filepath.Join(folder, "keyring.jsonl"), filepath.Join(dir, "keyring.db"))
			settings := append(at(dir), "FOLKMOOT_MASTER_KEY=file:"+fixtureKey(t, dir))
			mustCommand(t, settings, "store", "migrate")
			mustCommand(t, settings, "store", "verify")
			h := openAt(t, settings)
			if got := memberName(t, h, facts.Member); got != facts.Name {
				t.Errorf("the member's name is read as %q, was %q", got, facts.Name)
			}
			if got := hashOf(h.certified(t, facts.Process)); got != facts.Certified {
				t.Error("what was published and counted is read otherwise than by the release that wrote it")
			}
			rollBack(t, settings, facts)
		})
	}
}

// laterPerson is what a later release might make of a person.
type laterPerson struct {
	domain.Root
	Process  string `json:"process"`
	Standing string `json:"standing"`
}

// rollBack lets a later release upgrade the people. This release then refuses
// the store, with a message that says what to do, and an instance of it that
// was running is told the same for every person it reads; with the backup
// from before it is at work again.
func rollBack(t *testing.T, settings []string, facts releaseFacts) {
	t.Helper()
	ctx := t.Context()
	running := openAt(t, settings)
	tmp := t.TempDir()
	backup := filepath.Join(tmp, "store")
	mustCommand(t, settings, "store", "backup", "--store", backup)

	later := store.New(running.engine, store.Hooks{})
	all := store.Open(later, domain.Collection[laterPerson]{
		Name: people.People.Name, Schema: people.People.Schema + 1, Shard: "id",
		Indexes: []domain.Index{{Name: "standing", Fields: []string{"process", "standing"}}},
		Keys: func(p *laterPerson) map[string]any {
			return map[string]any{"process": p.Process, "standing": p.Standing}
		},
		Upgrade: append(make([]func(map[string]any) error, people.People.Schema-1), func(body map[string]any) error {
			body["standing"] = body["status"]
			delete(body, "status")
			return nil
		}),
	})
	if err := later.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	seated, err := all.Count(ctx, domain.Query{Index: "standing", Equal: []any{facts.Process}})
	if err != nil || seated < 40 {
		t.Errorf("after the upgrade %d people are found, %v", seated, err)
	}
	if _, err := running.people.Get(ctx, operator().Actor, facts.Member); !domain.Is(err, domain.Unavailable) || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("an instance of this release reads what the later wrote: %v", err)
	}
	l := must[config.Loaded](t)(config.Load(append([]string{"FOLKMOOT_DEMO=true"}, settings...), os.DevNull))
	_, err = openHouse(context.WithoutCancel(ctx), l.Config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if !domain.Is(err, domain.Unavailable) || !strings.Contains(err.Error(), "restore the backup from before it") {
		t.Errorf("this release starts on the later one's store: %v", err)
	}

	dir := filepath.Dir(l.Config.MasterKeyPlace())
	lost := t.TempDir()
	copyOf(t, dir, lost, "keyring.db", "fixture.key")
	back := append(at(lost), "FOLKMOOT_MASTER_KEY=file:"+filepath.Join(lost, "fixture.key"))
	mustCommand(t, back, "store", "restore", "--store", backup)
	h := openAt(t, back)
	if d := gocmp.Diff(facts.Certified, hashOf(h.certified(t, facts.Process))); d != "" {
		t.Error("after the way back something else is counted")
	}
}
