package main

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/app/highs"
)

// recording is the undisturbed play: what was there before each step, and
// what the phones and Slack got in it.
type recording struct {
	steps   []walkStep
	states  []state // before each step, and after the last
	notes   []map[string]string
	places  [][]place // that each step touched
	outside []map[string][]string
	solver  *highs.Engine
	heard   *spoken
	key     string       // path of the master key
	open    makeDatabase // of the databases of its worlds
}

// record plays the play from the beginning to the end.
func record(t testing.TB) *recording {
	t.Helper()
	dir := t.TempDir()
	r := &recording{steps: walkPlay(), heard: &spoken{said: map[string]string{}}, solver: highs.New(dir), key: filepath.Join(dir, "master.key"), open: embedded}
	w := r.world(t)
	w.set(time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC))
	w.found()
	p := must[*program](t)(w.start(&fate{}))
	for i, s := range r.steps {
		r.states, r.notes = append(r.states, w.ground.copy()), append(r.notes, maps.Clone(w.notes))
		w.ground.forgetTouched()
		w.quietNow()
		w.begin(i, s)
		if err := errors.Join(s.do(w, p), w.settle(p)); err != nil {
			t.Fatalf("step %d, %s: %v", i, s.name, err)
		}
		r.places, r.outside = append(r.places, w.ground.places()), append(r.outside, w.heard())
	}
	r.states, r.notes = append(r.states, w.ground.copy()), append(r.notes, maps.Clone(w.notes))
	w.end()
	return r
}

// world makes a world of the recording, empty.
func (r *recording) world(t testing.TB) *world {
	t.Helper()
	return newWorld(t, r.open, r.solver, r.heard, r.key)
}

// later is a world whose databases are made, to be put back to any step.
func (r *recording) later(t testing.TB) *world {
	t.Helper()
	w := r.world(t)
	must[*program](t)(w.start(&fate{}))
	w.end()
	w.index = -1
	return w
}

// dry walks every step without harm, by programs that have just started, and
// answers what the one that may come to harm asked of its stores in each.
func (r *recording) dry(t testing.TB, two bool) [][]operation {
	t.Helper()
	w := r.later(t)
	var out [][]operation
	for i, s := range r.steps {
		h := harm{step: i, two: two}
		seen, diff, err := r.walk(w, h)
		if err != nil || diff != "" {
			t.Errorf("%v, %s, by programs that have just started, ends otherwise: %v\n%s", h, s.name, err, diff)
		}
		out = append(out, seen)
	}
	return out
}

// walked is what there is to walk: every harm worth telling apart.
type walked struct {
	all        []point
	operations int
	same       int // deaths before reads that leave what the one before left
}

// survey finds the points, for one program alone and for one beside another.
func (r *recording) survey(t testing.TB) walked {
	t.Helper()
	var alone, beside [][]operation
	var wg sync.WaitGroup
	wg.Go(func() { alone = r.dry(t, false) })
	wg.Go(func() { beside = r.dry(t, true) })
	wg.Wait()
	var out walked
	r.points(&out, alone, false)
	r.points(&out, beside, true)
	return out
}

// point is a harm with the kind of operation that it meets.
type point struct {
	harm
	kind  string
	write bool
}

// points lists every harm worth telling apart. A program that dies before a
// read leaves the same behind as one that died after what it did before that
// read; so those count once. Beside another instance a program only dies.
func (r *recording) points(out *walked, seen [][]operation, two bool) {
	for i, ops := range seen {
		sent, acted := 0, true
		out.operations += len(ops)
		for n, o := range ops {
			kind := fmt.Sprint(r.steps[i].stage, " ", map[bool]string{true: "keyring "}[o.ring], o.collection, " ", o.verb)
			for _, how := range manners(o.write, acted || o.sent != sent, two) {
				h := harm{step: i, at: n + 1, how: how, two: two}
				out.all = append(out.all, point{h, kind, o.write})
			}
			if !o.write && !acted && o.sent == sent {
				out.same++
			}
			acted, sent = o.write, o.sent
		}
	}
}

// manners are the ways in which an operation may go wrong; after says whether
// something was done since the operation before it.
func manners(write, after, two bool) []manner {
	switch {
	case write && two:
		return []manner{diesBefore, diesAfter}
	case write:
		return []manner{diesBefore, diesAfter, failsBefore, failsAfter}
	case after && two:
		return []manner{diesBefore}
	case after:
		return []manner{diesBefore, failsBefore}
	}
	return nil
}

// sample takes one point of each kind of operation in each stage, the manner
// as it comes, another one with every seed; beside another instance one of
// each collection that is written in each stage.
func sample(all []point, seed string) []point {
	byKind := map[string][]point{}
	for _, p := range all {
		switch {
		case !p.two:
			byKind[p.kind] = append(byKind[p.kind], p)
		case p.write:
			kind := "two " + p.kind[:strings.LastIndexByte(p.kind, ' ')]
			byKind[kind] = append(byKind[kind], p)
		}
	}
	var out []point
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		h := fnv.New64a()
		fmt.Fprint(h, seed, kind)
		list := byKind[kind]
		out = append(out, list[h.Sum64()%uint64(len(list))])
	}
	return out
}

// walkers walk the points, two at a time, and answer what was found wrong.
func (r *recording) walkers(t testing.TB, points []point) (wrong int) {
	t.Helper()
	slices.SortStableFunc(points, func(a, b point) int { return a.step - b.step })
	queue := make(chan point)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 2 {
		w := r.later(t)
		wg.Go(func() {
			for p := range queue {
				_, diff, err := r.walk(w, p.harm)
				if err == nil && diff == "" {
					continue
				}
				mu.Lock()
				wrong++
				t.Errorf("%v (%s, %s): %v\n%s", p.harm, shortened(r.steps[p.step].name, 80), p.kind, err, shortened(diff, 60000/(10+wrong)))
				mu.Unlock()
			}
		})
	}
	for i, p := range points {
		if queue <- p; i%2000 == 1999 {
			t.Logf("crash walk: %d points walked, now at step %d", i+1, p.step)
		}
	}
	close(queue)
	wg.Wait()
	return wrong
}

// chosen are the points to walk: all, those from a step on, every so many-th,
// those whose words begin in a way, or a sample.
func chosen(all []point, which, seed string) []point {
	n, err := strconv.Atoi(which)
	switch {
	case which == "":
		return sample(all, seed)
	case which == "all":
		return all
	case strings.HasPrefix(which, "from "):
		first, _ := strconv.Atoi(strings.TrimPrefix(which, "from "))
		return slices.DeleteFunc(slices.Clone(all), func(p point) bool { return p.step < first })
	case err == nil && n > 0:
		return everyNth(all, n)
	}
	return slices.DeleteFunc(slices.Clone(all), func(p point) bool { return !strings.HasPrefix(p.String(), which) })
}

func everyNth(all []point, n int) (out []point) {
	for i := 0; i < len(all); i += n {
		out = append(out, all[i])
	}
	return out
}

// seeds are those of the samples that the days take in turn.
var seeds = []string{"1", "5"}

// walkSeed is which sample is walked: FOLKMOOT_CRASHWALK_SEED, or the day's.
func walkSeed() string {
	return cmp.Or(os.Getenv("FOLKMOOT_CRASHWALK_SEED"), seeds[time.Now().UTC().YearDay()%len(seeds)])
}

// TestCrashWalk plays a small jury and lets the program come to harm at its
// calls of the store: it dies before or after one, or one fails or loses its
// answer and the program goes on. After a restart and with everybody asking
// again who got no answer, everything must end as if nothing had happened.
//
// FOLKMOOT_CRASHWALK says which points are walked. Without it: one of each
// kind, others each day, some outages, and every twentieth of those points
// over MongoDB's protocol. "all": all, and all outages. "from 90": all from
// step 90 on, where a walk broke off. A number: every so many-th. The words of
// a point, as a fault names it: that one. "outages": all outages. "wire": one
// of each kind over MongoDB's protocol.
func TestCrashWalk(t *testing.T) {
	if testing.Short() {
		t.Skip("the crash walk takes long; run without -short")
	}
	r := record(t)
	there := r.survey(t)
	if t.Failed() {
		return
	}
	seed := walkSeed()
	which := os.Getenv("FOLKMOOT_CRASHWALK")
	points := chosen(there.all, which, seed)
	switch which {
	case "outages":
		r.outages(t, seed)
		return
	case "", "all":
		r.outages(t, seed)
	}
	if which == "wire" {
		r.overTheWire(t, sample(there.all, seed))
		return
	}
	began, all := time.Now(), len(there.all)
	wrong := r.walkers(t, points)
	t.Logf("NOTE: crash walk: %d steps, %d operations; %d of %d points walked in %s (seed %s), %d wrong; a death before %d further reads leaves what the point before it left",
		len(r.steps), there.operations, len(points), all, time.Since(began).Round(time.Second), seed, wrong, there.same)
	if which == "" {
		r.overTheWire(t, everyNth(points, 20))
	}
}
