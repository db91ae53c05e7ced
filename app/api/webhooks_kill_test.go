package api_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/valyala/fasthttp"

	"folkmoot/app/api"
	"folkmoot/bots/sms/gateway"
	"folkmoot/domain"
)

// everything asks for every document in the order of ids.
var everything = domain.Query{}

// killDir names the folder of the databases to the process that is killed.
const killDir = "FOLKMOOT_TEST_KILL_DIR"

// TestKilledUnderLoad is kill -9 while 16 connections bring texts: every text
// that was acknowledged is there afterwards and has its one answer, and no
// text has two.
func TestKilledUnderLoad(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		serveUntilKilled(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	acked := loadAndKill(t, dir, 1200)
	f := newFrontIn(t, dir, oneProcess{})
	if _, err := f.inbox.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers := map[int]int{}
	for n, err := range f.numbers.Find(t.Context(), everything) {
		if err != nil {
			t.Fatal(err)
		}
		answers[len(n.Outbox)]++
	}
	stored := 0
	for range f.events.Find(t.Context(), everything) {
		stored++
	}
	t.Logf("%d acknowledged, %d stored, numbers by answers queued: %v", len(acked), stored, answers)
	if len(answers) != 1 || answers[1] != stored || stored < len(acked) {
		t.Errorf("%d acknowledged, %d stored, answers %v; want one answer for each stored text", len(acked), stored, answers)
	}
	for _, i := range acked {
		if _, err := f.events.Get(t.Context(), fmt.Sprintf("simulated:text:SM%032x", i)); err != nil {
			t.Errorf("acknowledged text %d is lost: %v", i, err)
		}
	}
}

func serveUntilKilled(t *testing.T, dir string) {
	f := newFrontIn(t, dir, oneProcess{})
	f.work(t)
	fmt.Println("listening", listen(t, f.app))
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent goes
}

// loadAndKill brings texts to a child process and kills it after so many were
// acknowledged. It answers which those were.
func loadAndKill(t *testing.T, dir string, after int64) []int {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledUnderLoad$")
	child.Env = append(os.Environ(), killDir+"="+dir)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	addr := address(t, stdout)
	var next, done atomic.Int64
	var mu sync.Mutex
	var acked []int
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			mine := bring(addr, &next, func() {
				if done.Add(1) == after {
					_ = child.Process.Kill()
				}
			})
			mu.Lock()
			defer mu.Unlock()
			acked = append(acked, mine...)
		})
	}
	wg.Wait()
	_ = child.Wait() // killed
	return acked
}

func address(t *testing.T, stdout io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if addr, ok := strings.CutPrefix(lines.Text(), "listening http://"); ok {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return addr
		}
	}
	t.Fatal("the child did not come up")
	return ""
}

// bring sends texts, each from a new number, until the line is cut.
func bring(addr string, next *atomic.Int64, ok func()) (acked []int) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	var resp fasthttp.Response
	for {
		n := int(next.Add(1))
		if _, err := conn.Write(hook(n, "OAK")); err != nil {
			return acked
		}
		if err := resp.Read(r); err != nil || resp.StatusCode() != http.StatusOK {
			return acked
		}
		acked = append(acked, n)
		ok()
	}
}

// hook is a text from the n-th stranger.
func hook(n int, body string) []byte {
	form := gateway.InboundForm(fmt.Sprintf("SM%032x", n), fmt.Sprintf("+999%09d", n), "+447700900001", body)
	return request(api.SMSPath("simulated"), form)
}

// TestCopiesAtTheSameMomentOverTheSocket is the race that doubles messages
// elsewhere, with real databases: 200 texts, each 2 and 8 times at once.
func TestCopiesAtTheSameMomentOverTheSocket(t *testing.T) {
	t.Parallel()
	for _, copies := range []int{2, 8} {
		t.Run(fmt.Sprint(copies), func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			addr := strings.TrimPrefix(listen(t, f.app), "http://")
			for n := range 200 {
				race(t, addr, hook(n, "OAK"), copies)
			}
			if _, err := f.inbox.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := f.inbox.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			rows, answers := 0, 0
			for range f.events.Find(t.Context(), everything) {
				rows++
			}
			for n, err := range f.numbers.Find(t.Context(), everything) {
				if err != nil {
					t.Fatal(err)
				}
				answers += len(n.Outbox)
			}
			if rows != 200 || answers != 200 {
				t.Errorf("200 texts x %d: %d rows and %d answers, want 200 and 200", copies, rows, answers)
			}
		})
	}
}

func race(t *testing.T, addr string, request []byte, copies int) {
	t.Helper()
	var ready, wg sync.WaitGroup
	ready.Add(1)
	for range copies {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		wg.Go(func() {
			ready.Wait()
			var resp fasthttp.Response
			if _, err := io.Copy(conn, bytes.NewReader(request)); err != nil {
				t.Error(err)
				return
			}
			if err := resp.Read(bufio.NewReader(conn)); err != nil || resp.StatusCode() != http.StatusOK {
				t.Errorf("answered %d, %v", resp.StatusCode(), err)
			}
		})
	}
	ready.Done()
	wg.Wait()
}
