package storetest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// OpenAt opens the engine at a place that outlives the process: a path, or a
// database's name.
type OpenAt func(ctx context.Context, place string) (store.Engine, error)

// ChildEnv is set in a child process and tells it which part it plays.
// childPlace tells it where.
const (
	ChildEnv   = "FOLKMOOT_STORETEST_CHILD"
	childPlace = "FOLKMOOT_STORETEST_PLACE"
)

const crashWriters = 8

// Crash kills a child process in the middle of its writes, several times on
// one store, and then asks for everything that was acknowledged to it: all of
// it must be there, and nothing by half. The calling test is run again as the
// child, so it must do nothing before this call. The first child is killed
// after so many acknowledgements, each later one a little later.
func Crash(t *testing.T, place string, open OpenAt, acks int) {
	if os.Getenv(ChildEnv) != "" {
		beChild(t, open)
		return
	}
	if racing {
		acks = max(acks/4, 20)
	}
	acked := map[string]int{}
	for round := range 4 {
		child := startChild(t, "crash", place, round)
		readAcks(t, child, acked, acks+acks*round/2)
		checkAcked(t, place, open, acked)
	}
	if len(acked) < 2*acks {
		t.Errorf("only %d different documents were acknowledged: the test asks too little", len(acked))
	}
}

type child struct {
	cmd *exec.Cmd
	out io.ReadCloser
}

// startChild runs the calling test again in a process of its own.
func startChild(t *testing.T, part, place string, round int) *child {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), ChildEnv+"="+fmt.Sprintf("%s %d", part, round), childPlace+"="+place)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{cmd, out}
}

// readAcks reads the child's acknowledgements and kills it after so many.
// What it still said before it died counts.
func readAcks(t *testing.T, c *child, acked map[string]int, kill int) {
	t.Helper()
	lines := bufio.NewReader(c.out)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line without its end was not said
		}
		var id string
		var rank int
		if _, err := fmt.Sscanf(line, "ack %s %d\n", &id, &rank); err != nil {
			t.Errorf("the child said: %s", line)
			continue
		}
		acked[id] = max(acked[id], rank)
		if n == kill {
			if err := c.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.cmd.Wait(); err == nil {
		t.Error("the child ended by itself instead of being killed")
	}
}

// checkAcked opens the store as a restart does and compares.
func checkAcked(t *testing.T, place string, open OpenAt, acked map[string]int) {
	t.Helper()
	ctx := t.Context()
	e, err := open(ctx, place)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := store.New(e, store.Hooks{})
	c := store.Open(s, Docs("docs"))
	migrate(t, s)
	for id, rank := range acked {
		got, err := c.Get(ctx, id)
		if err != nil || got.Rank < rank {
			t.Errorf("%s was acknowledged at %d: found %d, %v", id, rank, got.Rank, err)
		}
	}
	for d, err := range c.Find(ctx, domain.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Note != noteOf(d.ID, d.Rank) {
			t.Errorf("%s is there by half: rank %d with another's note", d.ID, d.Rank)
		}
	}
	if _, err := c.Verify(ctx, func(f store.Fault) { t.Errorf("%s: %s", f.ID, f.Problem) }); err != nil {
		t.Error(err)
	}
}

// noteOf fills several pages, so that a torn write would show.
func noteOf(id string, rank int) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(id, rank)))
	return strings.Repeat(hex.EncodeToString(sum[:]), 150)
}

// beChild plays the part that the parent asked for.
func beChild(t *testing.T, open OpenAt) {
	ctx := context.Background() // outlives the test's own end: the parent kills us
	e, err := open(ctx, os.Getenv(childPlace))
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(e, store.Hooks{})
	c := store.Open(s, Docs("docs"))
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	var part string
	var round, turns int
	if _, err := fmt.Sscanf(os.Getenv(ChildEnv), "%s %d", &part, &round); err != nil {
		t.Fatal(err)
	}
	if part == "crash" {
		writeForEver(ctx, t, c, round)
		return
	}
	if _, err := fmt.Sscanf(part, "share%d", &turns); err != nil {
		t.Fatal(err)
	}
	countTogether(ctx, t, c, round, turns)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeForEver inserts and updates until killed, saying what is durable. Its
// inserts of every second writer update what the round before left, too.
func writeForEver(ctx context.Context, t *testing.T, c *store.Collection[Doc], round int) {
	var say sync.Mutex
	ack := func(d Doc) {
		say.Lock()
		defer say.Unlock()
		fmt.Fprintf(os.Stdout, "ack %s %d\n", d.ID, d.Rank)
	}
	together(crashWriters, func(w int) {
		for i := 0; ; i++ {
			fresh := doc(fmt.Sprintf("r%d-w%d-%d", round, w, i), "open", i)
			fresh.Note = noteOf(fresh.ID, i)
			if err := c.Insert(ctx, fresh); err != nil {
				t.Error(err)
				return
			}
			ack(*fresh)
			old, err := c.Upsert(ctx, fmt.Sprintf("counter-%d", w%3), func() Doc { return Doc{} }, func(d *Doc) error {
				d.Rank++
				d.Note = noteOf(d.ID, d.Rank)
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			ack(old)
		}
	})
}

const (
	processes   = 3
	sharedCount = "shared"
)

// Processes lets several processes write one store at once: every update of a
// document they share must count. The calling test is run again as each
// child, so it must do nothing before this call. Each process updates as many
// times as there are turns.
func Processes(t *testing.T, place string, open OpenAt, turns int) {
	if os.Getenv(ChildEnv) != "" {
		beChild(t, open)
		return
	}
	var children []*child
	for n := range processes {
		children = append(children, startChild(t, fmt.Sprint("share", turns), place, n))
	}
	for _, c := range children {
		said, _ := io.ReadAll(c.out)
		if err := c.cmd.Wait(); err != nil {
			t.Errorf("a process failed: %v\n%s", err, said)
		}
	}
	e, err := open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := store.New(e, store.Hooks{})
	c := store.Open(s, Docs("docs"))
	migrate(t, s)
	got, err := c.Get(t.Context(), sharedCount)
	if err != nil || got.Rank != processes*turns {
		t.Errorf("%d updates by %d processes were acknowledged: counted %d, %v", processes*turns, processes, got.Rank, err)
	}
	if n, err := c.Count(t.Context(), domain.Query{}); err != nil || n != int64(processes*turns)+1 {
		t.Errorf("%d documents, %v", n, err)
	}
}

func countTogether(ctx context.Context, t *testing.T, c *store.Collection[Doc], n, turns int) {
	for i := range turns {
		if err := c.Insert(ctx, doc(fmt.Sprintf("p%d-%d", n, i), "open", i)); err != nil {
			t.Fatal(err)
		}
		_, err := c.Upsert(ctx, sharedCount, func() Doc { return Doc{} }, func(d *Doc) error { d.Rank++; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
}
