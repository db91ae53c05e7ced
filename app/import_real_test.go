package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/app/highs"
	"folkmoot/config"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
)

// openDoor is a running house with one process that recruits, and what an
// organiser's command line needs to reach it.
type openDoor struct {
	t       *testing.T
	url     string
	tokens  map[domain.Role]string
	process string
	n       int
}

// sure answers what a step of the preparation gave, which must not fail.
func sure[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newDoor(t *testing.T, size int) *openDoor {
	t.Helper()
	ln := sure[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	l := sure[config.Loaded](t)(config.Load([]string{"FOLKMOOT_DATA_DIR=" + t.TempDir(), "FOLKMOOT_LISTEN=" + ln.Addr().String()}, os.DevNull))
	h := sure[*house](t)(openHouse(t.Context(), l.Config, slog.New(slog.NewTextHandler(io.Discard, nil))))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	d := &openDoor{t: t, url: "http://" + ln.Addr().String(), tokens: map[domain.Role]string{}, process: "jury"}
	p := &process.Process{Root: domain.Root{ID: d.process}, Body: "board", Stage: domain.Recruiting, Zone: "Europe/London", Name: "Jury",
		Specification: process.Specification{Size: size, Reserves: 3}}
	if err := h.process.Processes.Insert(ctx, p); err != nil {
		t.Fatal(err)
	}
	for _, r := range []domain.Role{domain.Organiser, domain.Oversight, domain.Commissioner} {
		u := sure[access.UserView](t)(h.access.CreateUser(ctx, operator(), access.UserInput{Name: string(r), Grants: []domain.Grant{{Role: r, Process: d.process}}}))
		d.tokens[r] = sure[access.TokenView](t)(h.access.MakeToken(ctx, operator(), access.TokenInput{User: u.ID, Name: "test"})).Token
	}
	go func() { ended <- h.run(ctx, ln, nil) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serving: %v", err)
		}
		if err := h.close(); err != nil {
			t.Errorf("closing the house: %v", err)
		}
	})
	return d
}

// command gives a command line and answers its status and what it printed.
func (d *openDoor) command(r domain.Role, args ...string) (int, string, string) {
	d.t.Helper()
	var out, errs bytes.Buffer
	status := run(d.t.Context(), append(args, "--process", d.process, "--server", d.url, "--token", d.tokens[r]),
		&streams{in: strings.NewReader(""), out: &out, err: &errs})
	return status, out.String(), errs.String()
}

// post makes a call of the API that must succeed.
func (d *openDoor) post(r domain.Role, path string, body, v any) {
	d.t.Helper()
	if err := json.Unmarshal(d.take(r, path, body), v); err != nil {
		d.t.Fatal(err)
	}
}

// take answers what a call gives.
func (d *openDoor) take(r domain.Role, path string, body any) []byte {
	d.t.Helper()
	d.n++
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/api/v1/processes/"+d.process+path, bytes.NewReader(raw))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.tokens[r])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("import-test-%d", d.n))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		d.t.Fatalf("%s: %s %s %v", path, resp.Status, answer, err)
	}
	return answer
}

// public gets a path that is open to anybody.
func (d *openDoor) public(path string) []byte {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"/api/v1/public/processes/"+d.process+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s %v", path, resp.Status, err)
	}
	return answer
}

// TestImportAndDrawScotland carries a public instance through the command
// line and the API: 150 people, 22 seats.
func TestImportAndDrawScotland(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FOLKMOOT_TEST_DATA")
	if data == "" {
		t.Skip("skipped: FOLKMOOT_TEST_DATA is not set")
	}
	if _, err := highs.New("").Version(); errors.Is(err, highs.ErrAssets) {
		t.Skip("skipped: the solver is not built in; run make assets")
	}
	at := filepath.Join(data, "sortition", "scotland_150_22")
	d := newDoor(t, 22)
	if status, out, errs := d.command(domain.Organiser, "import", "targets", "--file", filepath.Join(at, "targets.csv")); status != 0 || !strings.Contains(out, "20 targets") {
		t.Fatalf("targets: %d %s %s", status, out, errs)
	}
	var v recruitment.View
	d.post(domain.Organiser, "/opt-out-test", nil, &v)
	d.post(domain.Organiser, "/pool/open", nil, &v)
	columns := "ref=nationbuilder_id,name=first_name+last_name,address=primary_address1,postcode=primary_zip,Gender,age_bracket,geo_bucket,edu_level"
	people := filepath.Join(at, "respondents.csv")
	if status, _, errs := d.command(domain.Commissioner, "import", "respondents", "--file", people, "--columns", columns); status != 1 || !strings.Contains(errs, "organiser") {
		t.Errorf("a commissioner: %d %s", status, errs)
	}
	for range 2 { // the second changes nothing
		status, out, errs := d.command(domain.Organiser, "import", "respondents", "--file", people, "--columns", columns)
		if status != 0 || !strings.HasPrefix(out, "150 rows: 150 in the pool, 0 not eligible") {
			t.Fatalf("respondents: %d %s %s", status, out, errs)
		}
	}
	d.post(domain.Organiser, "/pool/close", nil, &v)
	if v.State != recruitment.PoolClosed {
		t.Errorf("the pool is %s", v.State)
	}
	d.drawScotland()
}

func (d *openDoor) drawScotland() {
	d.t.Helper()
	var draw recruitment.DrawView
	d.post(domain.Organiser, "/draws", map[string]any{"seed_plan": "balls in the library"}, &draw)
	if draw.Pool != 150 || draw.Summary.Minimum != "1/11" || !draw.Summary.Proved {
		d.t.Errorf("prepared: %d people, minimum %s, proved %v", draw.Pool, draw.Summary.Minimum, draw.Summary.Proved)
	}
	one := "/draws/" + draw.ID
	d.post(domain.Organiser, one+"/commit", map[string]any{"observers": []map[string]string{{"name": "A. Reeve", "role": "the councils"}}}, &draw)
	d.post(domain.Organiser, one+"/seed", map[string]any{"digits": "409177235508", "witnesses": []string{"A. Reeve", "B. Okoro"}}, &draw)
	d.post(domain.Oversight, one+"/seed/confirm", map[string]any{"digits": "409177235508"}, &draw)
	d.post(domain.Organiser, one+"/conclude", nil, &draw)
	if draw.State != recruitment.DrawConcluded || draw.Told != 150 || draw.NamedReserves != 3 || draw.Panel < 1 {
		d.t.Errorf("concluded: %+v", draw)
	}
	d.verified(one)
}

// verified checks the draw offline: anybody from its certificate, oversight
// with the replay beside it.
func (d *openDoor) verified(one string) {
	d.t.Helper()
	dir := d.t.TempDir()
	check := func(file string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
			d.t.Fatal(err)
		}
		var out, errs bytes.Buffer
		status := run(d.t.Context(), []string{"verify", dir}, &streams{in: strings.NewReader(""), out: &out, err: &errs})
		if status != 0 || !strings.Contains(out.String(), "checks out") {
			d.t.Errorf("verify with %s: %d\n%s%s", file, status, out.String(), errs.String())
		}
	}
	check("certificate.json", d.public(one+"/certificate"))
	check("replay.json", d.take(domain.Oversight, one+"/replay", map[string]any{"purpose": "checking the draw"}))
}
