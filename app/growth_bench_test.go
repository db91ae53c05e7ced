package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
)

// mostPeople names how far BenchmarkPeople grows; a million takes about ten
// minutes and six gigabytes of disk.
const mostPeople = "FOLKMOOT_BENCH_PEOPLE"

// BenchmarkPeople measures what residents and staff wait for while a process
// grows to 10 thousand, 100 thousand and (with FOLKMOOT_BENCH_PEOPLE=1000000)
// a million people, each with a row, a number, a conversation, texts and two
// keys: an inbound text from the webhook to the queued reply, pages, the jobs
// when nothing is due. Then it backs up, verifies, copies and restores all of
// it: documents and megabytes of backup for each second.
//
// Run it with -benchtime 200x: every figure is of that many operations, after
// each other, on a store that does nothing else.
func BenchmarkPeople(b *testing.B) {
	most, err := strconv.Atoi(os.Getenv(mostPeople))
	if err != nil {
		most = 100_000
	}
	p, all := opened(b)
	p.registerByText()
	g := &grower{played: p}
	g.learn()
	size := 0
	for _, to := range []int{10_000, 100_000, 1_000_000} {
		if to > most {
			break
		}
		once(b, fmt.Sprintf("%07d/insert", to), to-size, func(b *testing.B) { g.grow(b, size, to) })
		size = to
		g.measure(b, to, all)
	}
	g.carry(b, size)
}

// grower copies one resident who registered by text.
type grower struct {
	*played
	people  *store.Collection[people.Person]
	numbers *store.Collection[outreach.Number]
	texts   *store.Collection[outreach.Text]

	person  people.Person
	number  outreach.Number
	text    outreach.Text
	opened  map[string][]byte // sealed value -> content
	request int
}

// learn reads the resident that is copied, with everything sealed of them.
func (g *grower) learn() {
	t := g.t
	s := store.New(g.engine, store.Hooks{})
	g.people, g.numbers, g.texts = store.Open(s, people.People), store.Open(s, outreach.Numbers), store.Open(s, outreach.Texts)
	hash := g.outreach.Hash(texter)
	g.number = must[outreach.Number](t)(g.numbers.Get(g.ctx, hash))
	g.person = must[people.Person](t)(g.people.Get(g.ctx, g.number.People[0].Person))
	for text, err := range g.texts.Find(g.ctx, domain.Query{Index: "person", Equal: []any{g.person.ID}}) {
		if err != nil {
			t.Fatal(err)
		}
		g.text = text
	}
	g.opened = map[string][]byte{}
	open := func(subject, bound string, sealed domain.Sealed) {
		if sealed != "" {
			g.opened[string(sealed)] = must[[]byte](t)(g.vault.Open(g.ctx, subject, bound, sealed))
		}
	}
	open(g.person.ID, "people.identity", g.person.Identity)
	open(g.person.ID, "people.answers", g.person.Answers)
	open(hash, "phone", g.number.Phone)
	for _, c := range g.number.Conversations {
		open(hash, c.Bound(), c.State)
	}
}

func phoneOf(i int) string { return fmt.Sprintf("+9991%08d", i) }

// residents are how many of a hundred people stand where.
var residents = []struct {
	upTo   int
	status people.Status
}{{75, people.Invited}, {84, people.Declined}, {97, people.Registered}, {100, people.Eligible}}

// grow inserts the people from..to with everything that is kept of each.
func (g *grower) grow(b *testing.B, from, to int) {
	b.Helper()
	var next atomic.Int64
	next.Store(int64(from))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < to; i = int(next.Add(1)) - 1 {
				if err := g.add(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func (g *grower) add(i int) error {
	hash := g.outreach.Hash(phoneOf(i))
	p, n, text := g.person, g.number, g.text
	p.ID, p.NumberHash, p.Effects = people.PersonID(p.Process, "frame", fmt.Sprint("grown", i)), hash, nil
	p.CodeHash, p.Household = domain.Derive("code", p.ID), domain.Derive("household", p.ID)
	for _, r := range slices.Backward(residents) {
		if i%100 < r.upTo {
			p.Status, p.Counted = r.status, r.status
		}
	}
	seal := func(subject, bound string, was domain.Sealed) (domain.Sealed, error) {
		if was == "" {
			return "", nil
		}
		return g.vault.Seal(g.ctx, subject, bound, g.opened[string(was)])
	}
	var err error
	if p.Identity, err = seal(p.ID, "people.identity", p.Identity); err != nil {
		return err
	}
	if p.Answers, err = seal(p.ID, "people.answers", p.Answers); err != nil {
		return err
	}
	n.ID, n.Effects, n.Outbox, n.Answers = hash, nil, nil, nil
	phone := must[[]byte](g.t)(json.Marshal(phoneOf(i)))
	if n.Phone, err = g.vault.Seal(g.ctx, hash, "phone", phone[1:len(phone)-1]); err != nil {
		return err
	}
	n.People = []outreach.Binding{{Process: p.Process, Person: p.ID, At: g.person.CreatedAt}}
	n.Conversations = slices.Clone(n.Conversations)
	for j, c := range n.Conversations {
		state := c.State
		c.ID, c.Person = domain.Derive("grown", hash, fmt.Sprint(j)), p.ID
		if c.State, err = seal(hash, c.Bound(), state); err != nil {
			return err
		}
		n.Conversations[j] = c
	}
	text.ID, text.Person, text.Number, text.Effects = domain.Derive("grown-text", hash), p.ID, hash, nil
	if err := g.people.Insert(g.ctx, &p); err != nil {
		return err
	}
	if err := g.numbers.Insert(g.ctx, &n); err != nil {
		return err
	}
	return g.texts.Insert(g.ctx, &text)
}

// measure times what people wait for, at a size.
func (g *grower) measure(b *testing.B, size int, all map[string]*visitor) {
	sim, ctx := simulator{g.house}, context.Background()
	timed(b, fmt.Sprintf("%07d/inbound text to queued reply", size), func(b *testing.B) {
		g.request++
		if err := sim.Text(ctx, g.actors["organiser"], phoneOf(g.request*7919%size), "INFO"); err != nil {
			b.Fatal(err)
		}
		if _, err := g.inbox.Drain(ctx); err != nil {
			b.Fatal(err)
		}
	})
	last := must[outreach.Number](b)(g.numbers.Get(ctx, g.outreach.Hash(phoneOf(g.request*7919%size))))
	if len(last.Outbox) == 0 {
		b.Fatal("a text was taken in and no reply is queued")
	}
	person := people.PersonID(g.person.Process, "frame", fmt.Sprint("grown", size/2))
	staff := "/staff/processes/" + g.young
	for _, page := range []struct{ name, who, path string }{
		{"page public process", "public", "/p/" + g.code}, {"page staff overview", "organiser", "/staff"}, {"page staff process", "organiser", staff},
		{"page people", "organiser", staff + "/people"}, {"page one person", "organiser", staff + "/people/" + person},
		{"page recruitment", "organiser", staff + "/recruitment"}, {"page messages", "organiser", staff + "/messages"},
	} {
		timed(b, fmt.Sprintf("%07d/%s", size, page.name), func(b *testing.B) {
			if a := all[page.who].get(page.path); a.status != 200 {
				b.Fatalf("%s: got %d", page.path, a.status)
			}
		})
	}
	if _, err := g.settle(ctx); err != nil {
		b.Fatal(err)
	}
	timed(b, fmt.Sprintf("%07d/all jobs with nothing due", size), func(b *testing.B) {
		if _, err := g.settle(ctx); err != nil {
			b.Fatal(err)
		}
	})
}

// timed runs an operation b.N times and reports the median and the slowest of
// a hundred.
func timed(b *testing.B, name string, do func(b *testing.B)) {
	b.Run(name, func(b *testing.B) {
		took := make([]time.Duration, b.N)
		for i := range b.N {
			began := time.Now()
			do(b)
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		ms := func(at float64) float64 { return float64(took[int(float64(len(took)-1)*at)].Microseconds()) / 1000 }
		b.ReportMetric(ms(0.5), "p50-ms")
		b.ReportMetric(ms(0.99), "p99-ms")
	})
}

// carry backs up, verifies and restores what has grown, once.
func (g *grower) carry(b *testing.B, size int) {
	dir := b.TempDir()
	here, there := []string{"FOLKMOOT_DEMO=true", "FOLKMOOT_LOG_LEVEL=error", "FOLKMOOT_DATA_DIR=" + g.cfg.DataDir}, filepath.Join(dir, "restored")
	backup, ring, log := filepath.Join(dir, "store"), filepath.Join(dir, "ring"), filepath.Join(dir, "erasures")
	if err := os.MkdirAll(there, 0o700); err != nil {
		b.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(g.cfg.DataDir, "master.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(there, "master.key"), key, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	restored := append(slices.Clone(here[:2]), "FOLKMOOT_DATA_DIR="+there)
	copied, copiedRing := "sqlite:"+filepath.Join(dir, "copy.db"), "sqlite:"+filepath.Join(dir, "copy_keys.db")
	documents := g.documents(b)
	carried(b, here, []string{"store", "erasures", log})
	for _, step := range []struct {
		name    string
		environ []string
		args    []string
	}{
		{"backup", here, []string{"store", "backup", "--store", backup, "--keyring", ring}},
		{"verify", here, []string{"store", "verify"}},
		{"copy", here, []string{"store", "copy", "--to", copied, "--keyring-to", copiedRing}},
		{"restore", restored, []string{"store", "restore", "--store", backup, "--keyring", ring, "--erasures", log}},
	} {
		var took time.Duration
		b.Run(fmt.Sprintf("%07d/%s", size, step.name), func(b *testing.B) {
			if took == 0 {
				took = carried(b, step.environ, step.args)
			}
			b.ReportMetric(took.Seconds(), "s")
			b.ReportMetric(float64(documents)/took.Seconds(), "documents/s")
			b.ReportMetric(float64(sizeOf(b, backup)+sizeOf(b, ring))/1e6/took.Seconds(), "MB/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// carried runs a command and answers how long it took.
func carried(b *testing.B, environ, args []string) time.Duration {
	b.Helper()
	var out io.Writer = io.Discard
	if testing.Verbose() {
		out = os.Stderr
	}
	began := time.Now()
	if code := run(b.Context(), args, &streams{out: out, err: out, environ: environ}); code != 0 {
		b.Errorf("%v: exit %d", args, code)
	}
	return time.Since(began)
}

// documents counts what the store and the keyring hold.
func (g *grower) documents(b *testing.B) (n int64) {
	b.Helper()
	for e, list := range map[store.Engine][]store.Untyped{g.engine: g.store.Collections(), g.ring: g.vault.Store().Collections()} {
		for _, c := range list {
			m, err := e.Count(b.Context(), c.Spec().Name, store.Query{})
			if err != nil {
				b.Fatal(err)
			}
			n += m
		}
	}
	return n
}

// sizeOf is what the files of a folder hold, 0 where there is none yet.
func sizeOf(b *testing.B, dir string) (n int64) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return n
}

// once measures something that cannot be repeated, whatever b.N is: how long
// it took for so many people.
func once(b *testing.B, name string, size int, do func(b *testing.B)) {
	var took time.Duration
	b.Run(name, func(b *testing.B) {
		if took == 0 {
			began := time.Now()
			do(b)
			took = time.Since(began)
		}
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(float64(size)/took.Seconds(), "people/s")
		b.ReportMetric(0, "ns/op")
	})
}
