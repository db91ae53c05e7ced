package main

import (
	"flag"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/web"
)

var updatePages = flag.Bool("update", false, "rewrite the golden pages")

// visitor is a browser that keeps its cookie.
type visitor struct {
	t      testing.TB
	base   string
	cookie string
}

type answer struct {
	status int
	body   string
	to     string
}

func (v *visitor) send(method, path string, form url.Values) answer {
	v.t.Helper()
	if form == nil {
		return v.ask(method, path, nil, "")
	}
	form.Set("_key", "key-"+v.t.Name()+path)
	return v.ask(method, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// ask sends a form, or no body, as a browser does.
func (v *visitor) ask(method, path string, body io.Reader, contentType string) answer {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Origin", v.base)
	}
	if v.cookie != "" {
		req.Header.Set("Cookie", v.cookie)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		v.cookie = c.Name + "=" + c.Value
	}
	return answer{resp.StatusCode, string(content), resp.Header.Get("Location")}
}

func (v *visitor) get(path string) answer { return v.send("GET", path, nil) }
func (v *visitor) post(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.send("POST", path, form)
}

// opened serves a played house and signs everybody in.
func opened(t testing.TB) (*played, map[string]*visitor) {
	t.Helper()
	p, ln := playHouse(t)
	return p, p.serving(ln)
}

// serving serves a house and signs everybody in.
func (p *played) serving(ln net.Listener) map[string]*visitor {
	t := p.t
	t.Helper()
	app := p.app(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	t.Cleanup(func() {
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		_ = ln.Close() // a test that ends at once may shut down before it listens
		<-done
	})
	base := "http://" + ln.Addr().String()
	all := map[string]*visitor{"public": {t: t, base: base}}
	for who, link := range p.links {
		v := &visitor{t: t, base: base}
		if a := v.post(web.SignInPath(link)); a.status != http.StatusSeeOther {
			t.Fatalf("%s could not sign in: %d", who, a.status)
		}
		all[who] = v
	}
	return all
}

// personal is what stands on no page that its reader did not ask for by a
// form with a purpose: names, numbers, addresses, needs, words of residents,
// and what another body does.
var personal = []string{"Resident Quill", "+9990000", "Hidden Lane", "GL16", "Letter Holder", "Whimberry", "Zebulon", "Valley secret plan"}

func TestPages(t *testing.T) {
	t.Parallel()
	p, all := opened(t)
	t.Run("who sees what", func(t *testing.T) { p.rows(t, all) })
	t.Run("who opens the jury's work", func(t *testing.T) { p.juryWork(t, all) })
	t.Run("what a citizen reads", func(t *testing.T) { p.golden(t, all["public"]) })
	t.Run("an email", func(t *testing.T) { p.mailForms(t, all) })
	t.Run("in a browser", func(t *testing.T) { p.browse(t, all) })
	t.Run("forms", func(t *testing.T) { p.forms(t, all) })
	t.Run("from a list to the seats", func(t *testing.T) { p.drawStory(t, all) })
}

var (
	hashes    = regexp.MustCompile(`[0-9a-f]{64}|<li id="e-[a-z0-9]+"|#e-[a-z0-9]+|e-[a-z0-9]{16}|pack-[a-z0-9]{16}`)
	manyLines = regexp.MustCompile(`\n\s*\n+`)
	// What the number drawn decides, and what names people in the draw.
	drawn   = regexp.MustCompile(`(?s)gave group \d+|make up for \d+%|<pre class="fm-statement".*?</pre>|<p class="fm-bar fm-bar--panel">.*?</p>|<span class="fm-code">[A-Z0-9-]{14}</span>|certificate/[a-z0-9]{16}`)
	entries = regexp.MustCompile(`record of [0-9,]+ entries`)
)

// golden compares the main part of the public pages with what was agreed on;
// what differs between runs (hashes, ids, the number of entries) is left out.
func (p *played) golden(t *testing.T, v *visitor) {
	for name, path := range map[string]string{"process": "/p/" + p.code, "report": "/r/" + p.code, "evidence": "/e/" + p.code, "draw": "/d/" + p.code} {
		_, main, _ := strings.Cut(v.get(path).body, `<main class="govuk-main-wrapper" id="main">`)
		main, _, _ = strings.Cut(main, "</main>")
		main = strings.ReplaceAll(hashes.ReplaceAllString(main, "ID"), p.code, "CODE")
		main = drawn.ReplaceAllString(main, "DRAWN")
		main = manyLines.ReplaceAllString(entries.ReplaceAllString(main, "record of N entries"), "\n")
		file := filepath.Join("testdata", "pages", name+".golden.html")
		if *updatePages {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(main), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), main); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func (p *played) rows(t *testing.T, all map[string]*visitor) {
	staff, young := "/staff/processes/"+p.id, "/staff/processes/"+p.young
	rows := []struct {
		who, path string
		status    int
		shows     []string
		hides     []string // beside the personal
	}{
		{"public", "/", 200, []string{"Forest hospital jury", "Got a text or a letter"}, nil},
		{"public", "/p/" + p.code, 200, []string{
			"Is this real? Yes", p.code, "01632 960123", "Where should the new hospital be", "Whether to build at all", "Late by", "Not agreed", "Done, and checked", "Not changed", "40", "The play leaves some of it out", "Watcher 1",
		}, []string{"Unchecked rumour", "Staff commissioner"}},
		{"public", "/p/" + strings.ToLower(p.code), 200, []string{"Is this real? Yes"}, nil},
		{"public", "/p/ZZZZZ", 404, nil, nil},
		{"public", "/p/" + p.other, 404, nil, nil},
		{"public", "/d/" + p.code, 200, []string{"314159265358", "Pat Ash", "bag of balls", "Download the certificate", "Woman", "asked for"}, []string{p.member}},
		{"public", "/r/" + p.code, 200, []string{"Build in Coleford", "11 for, 1 against", "All 12 members who voted", "It is the place most people reach fastest", "Land registry entry", "We read the register", "Lydney has more people without a car", "No answer yet: overdue"}, []string{"Unchecked rumour", p.member}},
		{"public", "/e/" + p.code, 200, []string{"Travel times to each place", "Dr Wren Tolliver", "42 minutes"}, []string{"Unchecked rumour"}},
		{"public", "/j/" + p.letter, 200, []string{"put your name in the draw", "Rather not say", "Do you live in the Forest of Dean?"}, nil},
		{"public", "/j/AAAAAAAA", 200, []string{"We do not know this code"}, nil},
		{"public", "/staff", 303, nil, nil},
		{"public", "/me", 303, nil, nil},
		{"public", "/simulator", 303, nil, nil},
		{"organiser", "/staff", 200, []string{"Forest hospital jury", "Forest transport jury", "Answer 1 message"}, nil},
		{"organiser", staff, 200, []string{"Next stage", "missing", "Go on although"}, nil},
		{"organiser", staff + "/recruitment", 200, []string{"Draw 1", "4 to 8", "Asked for"}, nil},
		{"organiser", young + "/invitations", 200, []string{"In all", "through simulated", "Herefordshire", "played recruitments", "Wave 1"}, nil},
		{"commissioner", young + "/invitations", 403, nil, nil},
		{"elsewhere", young + "/invitations", 404, nil, nil},
		{"caller", young + "/call", 200, []string{"Read this out", "so that the group is like the area", "Put them in the draw"}, nil},
		{"organiser", staff + "/call", 200, []string{"Registration is not open"}, nil},
		{"commissioner", young + "/call", 403, nil, nil},
		{"organiser", staff + "/broadcasts", 200, []string{"In an emergency", "What went to many"}, nil},
		{"commissioner", staff + "/broadcasts", 403, nil, nil},
		{"organiser", staff + "/people", 200, []string{"Confirmed", "Not selected"}, nil},
		{"organiser", staff + "/people/" + p.member, 200, []string{"See who this is", "Consent", "Everything so far", "Text to them: ", "was there", "Asked for support", "Confirmed"}, []string{"travel", "fm-phone__text", "no answer"}},
		{"organiser", young + "/messages", 200, []string{"Take and read", "Irish, Polish, Portuguese and Welsh have not been checked by a native speaker"}, nil},
		{"organiser", staff + "/kept", 200, []string{"The clock has run since", "People who never answered", "Stop all erasing"}, nil},
		{"oversight", staff + "/kept", 200, []string{"Members"}, []string{"Erase them now"}},
		{"commissioner", staff + "/kept", 403, nil, nil},
		{"elsewhere", staff + "/kept", 404, nil, nil},
		{"organiser", staff + "/record", 200, []string{"entries", "Process"}, nil},
		{"organiser", staff + "/responses", 200, []string{"A garden for patients"}, nil},
		{"organiser", staff + "/sessions", 200, []string{"Day 1: the place", "No session is to come", "Plan a further session"}, nil},
		{"organiser", staff + "/sessions/" + p.sitting, 200, []string{"Held", "Hear the witness", "12 members hold a seat", "The list at the door", "Have you heard enough?", "yes 12, no 0"}, []string{"Cancel this session"}},
		{"organiser", staff + "/sessions/" + p.sitting + "/door", 200, []string{"Seat 1", "12 of 12", "Show names", "A mark is mended with a reason"}, nil},
		{"organiser", staff + "/plan-session", 200, []string{"Part 6", "Europe/London"}, nil},
		{"facilitator", staff + "/sessions/" + p.sitting + "/door", 200, []string{"Seat 12"}, []string{"Show names"}},
		{"facilitator", staff + "/sessions/" + p.sitting + "/tables", 200, []string{"Round 2", "Table 1", "Seat 12", "Every table is as mixed by gender"}, []string{"Show names", "/table-rules", "Make the plan"}},
		{"organiser", staff + "/sessions/" + p.sitting + "/tables", 200, []string{"2 rules are kept", "Show names to print"}, nil},
		{"oversight", staff + "/sessions/" + p.sitting + "/tables", 404, nil, []string{"Seat 1"}},
		{"commissioner", staff + "/sessions/" + p.sitting + "/tables", 404, nil, []string{"Seat 1"}},
		{"organiser", staff + "/table-rules", 200, []string{"always sit together", "never sit together", "Rule 2"}, nil},
		{"facilitator", staff + "/table-rules", 403, nil, []string{"sit together."}},
		{"oversight", staff + "/table-rules", 403, nil, []string{"sit together."}},
		{"commissioner", staff + "/table-rules", 403, nil, []string{"sit together."}},
		{"elsewhere", staff + "/table-rules", 404, nil, nil},
		{"public", "/p/" + p.code, 200, []string{"Who sat with whom", "2 tables of 6 people"}, nil},
		{"oversight", staff + "/sessions/" + p.sitting, 200, []string{"Hear the witness"}, []string{"The list at the door", "Attendance"}},
		{"commissioner", staff + "/sessions", 200, []string{"Day 1: the place"}, []string{"Plan a"}},
		{"commissioner", staff + "/sessions/" + p.sitting + "/door", 404, nil, []string{"Seat 1"}},
		{"oversight", staff + "/sessions/" + p.sitting + "/door", 404, nil, []string{"Seat 1"}},
		{"elsewhere", staff + "/sessions", 404, nil, nil},
		{"member", staff + "/sessions", 403, nil, nil},
		{"organiser", young + "/sessions/" + p.sitting, 404, nil, nil},
		{"organiser", "/staff/processes/" + p.other, 404, nil, nil},
		{"organiser", "/staff/processes/" + p.young + "/people/" + p.member, 404, nil, nil},
		{"caller", young + "/messages", 200, []string{"Take and read"}, nil},
		{"caller", staff + "/record", 403, nil, nil},
		{"commissioner", "/staff", 200, []string{"An answer to: A garden for patients", "Late by"}, nil},
		{"commissioner", staff, 200, []string{"Owed after the report"}, []string{"Go on although"}},
		{"commissioner", staff + "/responses/" + p.rec, 200, []string{"Publish the answer"}, nil},
		{"commissioner", staff + "/people", 403, nil, []string{p.member}},
		{"commissioner", staff + "/people/" + p.member, 404, nil, nil},
		{"commissioner", staff + "/messages", 403, nil, nil},
		{"commissioner", staff + "/record", 403, nil, nil},
		{"commissioner", staff + "/recruitment", 200, []string{"registered"}, nil},
		{"oversight", staff, 200, []string{"Sign, as oversight", "The play leaves some of it out"}, nil},
		{"oversight", staff + "/people", 403, nil, []string{p.member}},
		{"oversight", staff + "/responses/" + p.rec, 200, []string{"The commissioner owes this answer"}, []string{"Publish the answer"}},
		{"evaluator", staff + "/record", 200, nil, nil},
		{"administrator", "/staff", 200, []string{"Forest hospital jury"}, nil},
		{"administrator", staff + "/people", 403, nil, []string{p.member}},
		{"administrator", "/simulator?number=" + url.QueryEscape("+999000000555"), 200, []string{"No texts yet"}, nil},
		{"elsewhere", "/staff", 200, nil, []string{"Forest hospital jury"}},
		{"elsewhere", staff, 404, nil, []string{"Forest"}},
		{"elsewhere", staff + "/people", 404, nil, nil},
		{"elsewhere", staff + "/record", 404, nil, nil},
		{"commissioner", "/simulator", 404, nil, nil},
		{"member", "/staff", 200, []string{"No process is open to you"}, nil},
		{"member", staff, 403, nil, []string{"missing"}},
		{"member", staff + "/people/" + p.member, 403, nil, nil},
	}
	for _, row := range rows {
		a := all[row.who].get(row.path)
		if a.status != row.status {
			t.Errorf("%s at %s: got %d, want %d", row.who, row.path, a.status, row.status)
			continue
		}
		for _, want := range row.shows {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s at %s: %q is not on the page:\n%s", row.who, row.path, want, plainText(a.body))
			}
		}
		hides := append(row.hides, personal...)
		if row.who == "elsewhere" || row.who == "administrator" && row.path == "/staff" || strings.HasPrefix(row.path, "/simulator") {
			hides = row.hides // their own process; phones have numbers
		}
		for _, no := range append(hides, "invalid", "map[", "<no value>", "redacted") {
			if strings.Contains(a.body, no) {
				t.Errorf("%s at %s: %q is on the page", row.who, row.path, no)
			}
		}
	}
}
