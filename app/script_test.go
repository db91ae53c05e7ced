package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"folkmoot/app/highs"
)

// TestMain lets the test program stand in for folkmoot: the stories run it as
// a process of its own, with arguments, environment, signals and exit status.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"folkmoot": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(run(ctx, os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}))
		},
	})
}

// TestStories runs testdata/script: what an operator does at the command line.
func TestStories(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			address, err := freeAddress()
			env.Setenv("ADDRESS", address)
			env.Setenv("FOLKMOOT_LISTEN", address)
			env.Setenv("FOLKMOOT_DATA_DIR", filepath.Join(env.WorkDir, "data"))
			env.Setenv("FOLKMOOT_LOG_LEVEL", "error")
			env.Setenv("FOLKMOOT_SHUTDOWN_DELAY", "0s")
			env.Setenv("CACHE", cache)
			return err
		},
		Condition: func(cond string) (bool, error) {
			if cond != "solver" {
				return false, fmt.Errorf("there is no condition %q", cond)
			}
			_, err := highs.New("").Version()
			return !errors.Is(err, highs.ErrAssets), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"healthy": healthy, "take": take, "visit": visit, "call": callAPI, "change": change,
		},
	})
}

// freeAddress is one that nothing listens at now.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// healthy waits until the service of the story answers.
func healthy(ts *testscript.TestScript, _ bool, _ []string) {
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		resp, err := http.Get("http://" + ts.Getenv("ADDRESS") + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("nothing healthy came up at %s", ts.Getenv("ADDRESS"))
}

// take sets a variable to what the first group of a pattern finds in the last
// standard output: take NAME PATTERN.
func take(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("%s is not in the output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// visit opens a one-time link as its page's button does and expects a status:
// visit LINK STATUS.
func visit(ts *testscript.TestScript, _ bool, args []string) {
	base := "http://" + ts.Getenv("ADDRESS")
	req, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(url.Values{"_key": {"visit"}}.Encode()))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", base)
	send(ts, req, args[1])
}

// callAPI sends a JSON file to the API with TOKEN and expects a status: call
// STATUS METHOD PATH [FILE]. The answer is the standard output.
func callAPI(ts *testscript.TestScript, _ bool, args []string) {
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(os.Expand(ts.ReadFile(args[3]), ts.Getenv))
	}
	req, err := http.NewRequest(args[1], "http://"+ts.Getenv("ADDRESS")+"/api/v1"+args[2], body)
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+ts.Getenv("TOKEN"))
	req.Header.Set("Idempotency-Key", "story-"+strings.Join(args, "-"))
	send(ts, req, args[0])
}

func send(ts *testscript.TestScript, req *http.Request, status string) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(said)
	ts.Check(err)
	if got := fmt.Sprint(resp.StatusCode); got != status {
		ts.Fatalf("%s %s: got %s, want %s\n%s", req.Method, req.URL.Path, got, status, said)
	}
}

// change replaces the first place of a text in a file, which must be there:
// change FILE OLD NEW.
func change(ts *testscript.TestScript, _ bool, args []string) {
	was := ts.ReadFile(args[0])
	if !strings.Contains(was, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(was, args[1], args[2], 1)), 0o600))
}
