package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"folkmoot/app/highs"
	"folkmoot/app/store"
	"folkmoot/app/vault"
	"folkmoot/app/web"
	"folkmoot/config"
	"folkmoot/domain"
)

// doctorCmd looks at everything that the program needs and says what is wrong
// with it and what to do. It changes nothing and may run beside the service.
type doctorCmd struct {
	Settings bool `help:"List every setting with its value and where it comes from; secrets stay hidden."`
	Offline  bool `help:"Do not call the gateways."`
}

// Run answers 1 when something is wrong, 0 when all is well or worth a note.
func (c *doctorCmd) Run(ctx context.Context, st *streams) error {
	l, err := config.Load(st.environ, st.config)
	d := &doctor{ctx: ctx, cfg: l.Config, now: time.Now, client: &http.Client{Timeout: 10 * time.Second}}
	d.settings(l, err)
	if err == nil {
		d.examine(!c.Offline)
	}
	if c.Settings {
		listSettings(st.out, l)
	}
	d.report(st.out)
	if d.wrong() {
		return exitCode(1)
	}
	return nil
}

// The three verdicts of a finding.
const (
	fine  = "ok"
	note  = "note"
	wrong = "WRONG"
)

// finding is one line of the report.
type finding struct{ verdict, about, text string }

// doctor examines an installation.
type doctor struct {
	ctx      context.Context
	cfg      config.Config
	now      func() time.Time
	client   *http.Client
	findings []finding
}

func (d *doctor) say(verdict, about, format string, args ...any) {
	d.findings = append(d.findings, finding{verdict, about, fmt.Sprintf(format, args...)})
}

func (d *doctor) wrong() bool {
	for _, f := range d.findings {
		if f.verdict == wrong {
			return true
		}
	}
	return false
}

func (d *doctor) report(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range d.findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.verdict, f.about, f.text)
	}
	w.Flush()
}

func listSettings(out io.Writer, l config.Loaded) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range l.Settings() {
		fmt.Fprintf(w, "%s\t%s\t(%s)\n", s.Name, s.Value, s.Source)
	}
	w.Flush()
	fmt.Fprintln(out)
}

func (d *doctor) settings(l config.Loaded, err error) {
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			d.say(wrong, "settings", "%s: %s; %s", p.Name, p.Wrong, p.Fix)
		}
	} else {
		from := "the environment alone"
		if l.File != "" {
			from = l.File + " and the environment"
		}
		d.say(fine, "settings", "read from %s", from)
	}
	for _, w := range l.Warnings {
		d.say(note, "settings", "%s", w)
	}
}

func (d *doctor) examine(online bool) {
	d.folder()
	d.assets()
	d.profiles()
	d.store()
	d.keys()
	d.address()
	d.clock(time.Time{}, "")
	if !online {
		d.say(note, "gateways", "not called: --offline")
		return
	}
	d.texts()
	d.mail()
	d.slack()
}

// leastSpace is below what SQLite cannot be trusted to go on writing for long.
const leastSpace = 200 << 20

func (d *doctor) folder() {
	info, err := os.Stat(d.cfg.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		d.say(note, "data", "%s is not there yet; the first start makes it", d.cfg.DataDir)
		return
	}
	if err != nil || !info.IsDir() {
		d.say(wrong, "data", "%s is no folder that can be read; set FOLKMOOT_DATA_DIR to one", d.cfg.DataDir)
		return
	}
	probe, err := os.CreateTemp(d.cfg.DataDir, "doctor-*")
	if err != nil {
		d.say(wrong, "data", "%s cannot be written by this user; change its owner", d.cfg.DataDir)
		return
	}
	probe.Close()
	os.Remove(probe.Name())
	if info.Mode().Perm()&0o077 != 0 {
		d.say(note, "data", "%s can be read by others on this machine; chmod 700 closes it", d.cfg.DataDir)
	}
	d.space()
}

func (d *doctor) space() {
	var s syscall.Statfs_t
	if syscall.Statfs(d.cfg.DataDir, &s) != nil {
		return
	}
	free := uint64(s.Bavail) * uint64(s.Bsize)
	verdict := fine
	if free < leastSpace {
		verdict = wrong
	}
	d.say(verdict, "data", "%s, %d MiB free", d.cfg.DataDir, free>>20)
}

func (d *doctor) assets() {
	if _, missing := web.BuiltAssets(); missing {
		d.say(wrong, "assets", "styles and scripts are not built in; run make assets and build again")
	} else {
		d.say(fine, "assets", "styles, fonts and scripts are built in")
	}
	cache := filepath.Join(d.cfg.DataDir, "cache")
	if _, err := os.Stat(cache); err != nil {
		cache = "" // the doctor makes no folder
	}
	solver := highs.New(cache)
	defer solver.Close(context.WithoutCancel(d.ctx))
	in, err := solver.Instance(d.ctx)
	if err != nil {
		d.say(wrong, "solver", "the draw cannot be made: %v", err)
		return
	}
	in.Close()
	d.say(fine, "solver", "starts")
}

func (d *doctor) profiles() {
	all, err := config.Profiles(d.cfg.ProfilesDir)
	if err != nil {
		d.say(wrong, "profiles", "%v", err)
		return
	}
	d.say(fine, "profiles", "%d jurisdictions", len(all))
}

func (d *doctor) store() {
	path, here := d.cfg.StoreFile()
	if here && !d.there("store", path) {
		return
	}
	db := d.open("store", openStore)
	if db != nil {
		d.say(fine, "store", "opens and answers")
		_ = db.Close() // nothing was written
	}
}

// there reports whether a file is: the doctor never makes one.
func (d *doctor) there(about, path string) bool {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		d.say(note, about, "%s is not there yet; the first start makes it", path)
		return false
	}
	return true
}

// open opens a store and asks it, nil when it cannot be used.
func (d *doctor) open(about string, with func(context.Context, config.Config) (store.Engine, error)) store.Engine {
	ctx, cancel := context.WithTimeout(d.ctx, 10*time.Second)
	defer cancel()
	db, err := with(ctx, d.cfg)
	if err == nil {
		err = db.Ping(ctx)
	}
	if err != nil {
		d.say(wrong, about, "%s: %s", d.where(about), plainly(err))
		return nil
	}
	return db
}

// where names a store without what is secret in its address.
func (d *doctor) where(about string) string {
	path, here := d.cfg.StoreFile()
	uri := d.cfg.Store.Reveal()
	if about == "keys" {
		path, here = d.cfg.KeyringFile()
		uri = d.cfg.Keyring.Reveal()
	}
	if here {
		return path
	}
	_, rest, _ := strings.Cut(uri, "://")
	hosts, _, _ := strings.Cut(rest, "/")
	return "MongoDB at " + hosts[strings.LastIndex(hosts, "@")+1:]
}

// plainly is what an error says to people. What is behind it may hold an
// address with a password and goes to the log of the service alone.
func plainly(err error) string {
	var e *domain.Error
	if errors.As(err, &e) {
		return e.Msg
	}
	return "does not open"
}

func (d *doctor) keys() {
	place := d.cfg.MasterKeyPlace()
	inFile := !strings.Contains(place, "://")
	info, err := os.Stat(place)
	haveKey := !inFile || err == nil
	if inFile && err == nil && info.Mode().Perm()&0o077 != 0 {
		d.say(wrong, "keys", "the master key %s can be read by others; chmod 600 it", place)
	}
	path, here := d.cfg.KeyringFile()
	if here && !d.there("keys", path) {
		return
	}
	if !haveKey {
		d.say(wrong, "keys", "the keyring is there but its master key %s is not; restore it, without it nobody's data can be read", place)
		return
	}
	ring := d.open("keys", openKeyring)
	if ring == nil {
		return
	}
	defer ring.Close()
	if _, err := vault.Open(d.ctx, vault.Options{Engine: ring, MasterKey: place, Clock: domain.ClockFunc(d.now)}); err != nil {
		d.say(wrong, "keys", "%s", plainly(err))
		return
	}
	d.say(fine, "keys", "the master key opens the keyring")
}

func (d *doctor) address() {
	if _, err := askHere(d.ctx, d.cfg.Listen, "/healthz"); err == nil {
		d.say(fine, "address", "Folkmoot is serving at %s", d.cfg.Listen)
	} else {
		d.say(note, "address", "nothing serves at %s now", d.cfg.Listen)
	}
	u, err := url.Parse(d.cfg.BaseURL)
	local := err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127."))
	if local && d.cfg.SMS.Gateway != "simulated" {
		d.say(wrong, "address", "the gateway cannot reach %s; set FOLKMOOT_BASE_URL to the public address", d.cfg.BaseURL)
	}
}
