package config

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed profiles/*.yaml
var builtIn embed.FS

// Profile is a jurisdiction as data: what the law there asks of a public body
// before and during a process. Texts are in plain words, with the source
// beside each; they are no legal advice.
type Profile struct {
	ID        string   `yaml:"id" json:"id"`
	Name      string   `yaml:"name" json:"name"`
	For       []string `yaml:"for" json:"for"` // kinds of bodies
	TimeZone  string   `yaml:"time_zone" json:"time_zone"`
	Languages []string `yaml:"languages" json:"languages"` // every invitation is ready in each
	Formats   []string `yaml:"formats" json:"formats"`     // every invitation is ready in each

	Duty       Duty        `yaml:"duty" json:"duty"`
	Gunning    Gunning     `yaml:"gunning" json:"gunning"`
	Related    []Law       `yaml:"related" json:"related"` // other duties that bear on a process
	Equality   []Category  `yaml:"equality" json:"equality"`
	Inclusion  []Category  `yaml:"inclusion" json:"inclusion"` // tags for outreach; never mixed with equality
	Response   Response    `yaml:"response" json:"response"`
	Helplines  Helplines   `yaml:"helplines" json:"helplines"`
	QuietHours QuietHours  `yaml:"quiet_hours" json:"quiet_hours"`
	Calendar   []Season    `yaml:"calendar" json:"calendar"`
	Retention  []Retention `yaml:"retention" json:"retention"`
	Reports    []Layout    `yaml:"reports" json:"reports"`
}

// Helplines are whom a resident who texts words of danger can call.
type Helplines struct {
	Emergency string            `yaml:"emergency" json:"emergency"` // the number to dial when in danger now
	Lines     map[string]string `yaml:"lines" json:"lines"`         // a sentence, by language; English is needed
}

// In is the sentence in the language, or in English: the right numbers matter
// more than the language.
func (h Helplines) In(lang string) string {
	if s := h.Lines[lang]; s != "" {
		return s
	}
	return h.Lines["en"]
}

// Law is a source with what it asks.
type Law struct {
	Source string `yaml:"source" json:"source"`
	Asks   string `yaml:"asks" json:"asks"`
}

// Duty is the assessment whether a legal duty to involve applies.
type Duty struct {
	Name         string   `yaml:"name" json:"name"`
	Steps        []Step   `yaml:"steps" json:"steps"`
	Triggers     []Step   `yaml:"triggers" json:"triggers"` // of the common law; yes to any means involve
	ReviewMonths int      `yaml:"review_months" json:"review_months"`
	Principles   []string `yaml:"principles" json:"principles"` // that evidence of a process is tagged with
}

// Step is a question answered yes, no or unsure, with a reason.
type Step struct {
	ID       string `yaml:"id" json:"id"`
	Question string `yaml:"question" json:"question"`
	Help     string `yaml:"help" json:"help"`
	Source   string `yaml:"source" json:"source"`
}

// Gunning says how far the four principles bind.
type Gunning struct {
	Applies    string      `yaml:"applies" json:"applies"` // binding_for_consultation or informative
	Source     string      `yaml:"source" json:"source"`
	Principles []Principle `yaml:"principles" json:"principles"`
}

// Principle is one of the four; Evidence is what shows that it is met.
type Principle struct {
	Number   int    `yaml:"number" json:"number"`
	Text     string `yaml:"text" json:"text"`
	Evidence string `yaml:"evidence" json:"evidence"`
}

// Category is a group of people that monitoring asks about.
type Category struct {
	ID     string `yaml:"id" json:"id"`
	Name   string `yaml:"name" json:"name"`
	Source string `yaml:"source" json:"source"`
}

// Response is when answers and progress are due, in months.
type Response struct {
	DueMonths           int    `yaml:"due_months" json:"due_months"`
	FirstProgressMonths int    `yaml:"first_progress_months" json:"first_progress_months"`
	ProgressEveryMonths int    `yaml:"progress_every_months" json:"progress_every_months"`
	Source              string `yaml:"source" json:"source"`
}

// QuietHours are when texts may go, o'clock, local time.
type QuietHours struct {
	From       int `yaml:"from" json:"from"`
	To         int `yaml:"to" json:"to"`
	SundayFrom int `yaml:"sunday_from" json:"sunday_from"`
}

// Season is a time of the year to think about before planning into it: month
// and day, both included; it may run over the turn of the year.
type Season struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
	From string `yaml:"from" json:"from"` // 12-18
	To   string `yaml:"to" json:"to"`     // 01-05
	Text string `yaml:"text" json:"text"`
}

// Covers reports whether the local day lies in the season.
func (s Season) Covers(day time.Time) bool {
	d := day.Format("01-02")
	if s.From <= s.To {
		return s.From <= d && d <= s.To
	}
	return d >= s.From || d <= s.To
}

// Retention is how long a kind of personal data is kept after a process has
// reached a stage; then it is listed, and erased.
type Retention struct {
	Kind  string `yaml:"kind" json:"kind"`
	After string `yaml:"after" json:"after"` // a stage
	Days  int    `yaml:"days" json:"days"`
	Why   string `yaml:"why" json:"why"` // in plain words, for the privacy notice
}

// Layout is a report that the jurisdiction asks for, by its sections.
type Layout struct {
	ID       string   `yaml:"id" json:"id"`
	Name     string   `yaml:"name" json:"name"`
	Source   string   `yaml:"source" json:"source"`
	Sections []string `yaml:"sections" json:"sections"`
}

// RetentionKinds are the kinds of data every profile gives a time for: people
// asked who never answered (in a profile without them they go with the next),
// people asked who did not join, people in the pool who were not seated, bank
// details, members.
var RetentionKinds = []string{"unanswered", "invitees", "pool", "bank", "members"}

// mostDays is the longest that personal data is kept after its stage: the
// accounts of six years and the year they belong to.
const mostDays = 7 * 366

var (
	formats       = []string{"text", "letter", "page", "easy_read", "large_print", "read_aloud", "bsl", "audio"}
	keptAfter     = []string{"selected", "convened", "reported", "responded", "closed"}
	idShape       = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	languageShape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)
	dayShape      = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
)

// Profiles reads the built-in profiles and, where a folder is named, those in
// it; one there with the id of a built-in one takes its place. All problems of
// all files are in the error.
func Profiles(folder string) (map[string]Profile, error) {
	out := map[string]Profile{}
	sources := []fs.FS{mustSub(builtIn)}
	if folder != "" {
		sources = append(sources, os.DirFS(folder))
	}
	var all []error
	for _, source := range sources {
		names, err := fs.Glob(source, "*.yaml")
		if err != nil {
			return nil, err
		}
		seen := map[string]string{}
		for _, name := range names {
			p, err := readProfile(source, name)
			if err == nil && seen[p.ID] != "" {
				err = fmt.Errorf("profile %s has the same id as %s", name, seen[p.ID])
			}
			if err != nil {
				all = append(all, err)
				continue
			}
			seen[p.ID] = name
			out[p.ID] = p
		}
	}
	if folder != "" {
		if _, err := os.Stat(folder); err != nil {
			all = append(all, fmt.Errorf("%sPROFILES_DIR: the folder %s cannot be read", Prefix, folder))
		}
	}
	return out, errors.Join(all...)
}

func mustSub(f embed.FS) fs.FS {
	sub, err := fs.Sub(f, "profiles")
	if err != nil { // the embedded folder is there
		panic(err)
	}
	return sub
}

func readProfile(source fs.FS, name string) (Profile, error) {
	content, err := fs.ReadFile(source, name)
	if err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", name, err)
	}
	var p Profile
	dec := yaml.NewDecoder(bytes.NewReader(content))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", name, err)
	}
	c := checker{}
	c.profile(p)
	c.need(p.ID == strings.TrimSuffix(path.Base(name), ".yaml"), "id: name the file %s.yaml after it", p.ID)
	if len(c) > 0 {
		return Profile{}, fmt.Errorf("profile %s needs mending:\n  %s", name, strings.Join(c, "\n  "))
	}
	return p, nil
}

// checker collects what is wrong with a profile.
type checker []string

func (c *checker) need(ok bool, format string, args ...any) {
	if !ok {
		*c = append(*c, fmt.Sprintf(format, args...))
	}
}

func (c *checker) profile(p Profile) {
	c.need(idShape.MatchString(p.ID), "id: lower-case letters, digits and underscores")
	c.need(p.Name != "", "name: say whose law it is")
	_, err := time.LoadLocation(p.TimeZone)
	c.need(err == nil && p.TimeZone != "", "time_zone: a zone of the IANA list")
	c.need(len(p.Languages) > 0, "languages: at least one")
	for _, l := range p.Languages {
		c.need(languageShape.MatchString(l), "languages: %q is no language code", l)
	}
	c.need(len(p.Formats) > 0, "formats: at least one")
	for _, f := range p.Formats {
		c.need(slices.Contains(formats, f), "formats: %q is not one of %s", f, strings.Join(formats, ", "))
	}
	c.duty(p.Duty)
	c.gunning(p.Gunning)
	c.categories("equality", p.Equality)
	c.categories("inclusion", p.Inclusion)
	c.need(len(p.Equality) > 0, "equality: at least one category")
	for _, l := range p.Related {
		c.need(l.Source != "" && l.Asks != "", "related: each with source and asks")
	}
	c.times(p)
	c.retention(p.Retention)
	c.reports(p.Reports)
}

func (c *checker) duty(d Duty) {
	c.need(d.Name != "" && len(d.Steps) > 0, "duty: a name and at least one step")
	c.need(d.ReviewMonths > 0, "duty.review_months: above 0")
	seen := map[string]bool{}
	for _, s := range append(slices.Clone(d.Steps), d.Triggers...) {
		c.need(idShape.MatchString(s.ID) && !seen[s.ID], "duty: step %q needs an id of its own", s.ID)
		c.need(strings.HasSuffix(s.Question, "?"), "duty.%s: ask a question", s.ID)
		c.need(s.Source != "", "duty.%s: name the source in law", s.ID)
		seen[s.ID] = true
	}
}

func (c *checker) gunning(g Gunning) {
	c.need(slices.Contains([]string{"binding_for_consultation", "informative"}, g.Applies), "gunning.applies: binding_for_consultation or informative")
	for i, p := range g.Principles {
		c.need(p.Number == i+1 && p.Text != "" && p.Evidence != "", "gunning: principle %d with text and evidence", i+1)
	}
	c.need(len(g.Principles) == 4, "gunning: four principles")
}

func (c *checker) categories(name string, all []Category) {
	seen := map[string]bool{}
	for _, x := range all {
		c.need(idShape.MatchString(x.ID) && !seen[x.ID] && x.Name != "" && x.Source != "", "%s: %q needs an id of its own, a name and a source", name, x.ID)
		seen[x.ID] = true
	}
}

func (c *checker) times(p Profile) {
	c.need(p.Helplines.Emergency != "" && p.Helplines.Lines["en"] != "", "helplines: give the emergency number and a sentence in English (lines: {en: ...}); a text with words of danger is answered with it")
	q := p.QuietHours
	c.need(q.From >= 0 && q.From < q.To && q.To <= 24 && q.SundayFrom >= 0 && q.SundayFrom <= q.To, "quiet_hours: from before to, both on the clock")
	r := p.Response
	c.need(r.DueMonths > 0 && r.FirstProgressMonths > 0 && r.ProgressEveryMonths > 0 && r.Source != "", "response: months above 0 and a source")
	for _, s := range p.Calendar {
		c.need(dayShape.MatchString(s.From) && dayShape.MatchString(s.To) && s.Text != "", "calendar.%s: days as 12-18 and a text", s.ID)
	}
}

func (c *checker) retention(all []Retention) {
	kinds := []string{}
	for _, r := range all {
		c.need(slices.Contains(RetentionKinds, r.Kind) && !slices.Contains(kinds, r.Kind), "retention: %q is unknown or given twice", r.Kind)
		c.need(slices.Contains(keptAfter, r.After) && r.Why != "", "retention.%s: after one of %s, and why", r.Kind, strings.Join(keptAfter, ", "))
		c.need(r.Days > 0 && r.Days <= mostDays, "retention.%s: personal data is kept for 1 to %d days", r.Kind, mostDays)
		kinds = append(kinds, r.Kind)
	}
	for _, k := range RetentionKinds {
		c.need(k == "unanswered" || slices.Contains(kinds, k), "retention: nothing about %s", k)
	}
}

func (c *checker) reports(all []Layout) {
	seen := map[string]bool{}
	for _, r := range all {
		c.need(idShape.MatchString(r.ID) && !seen[r.ID] && r.Name != "" && len(r.Sections) > 0, "reports: %q needs an id of its own, a name and sections", r.ID)
		seen[r.ID] = true
	}
}
