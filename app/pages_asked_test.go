package main

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// readers are members who asked for emails, each in a language or format.
var readers = []struct{ name, lang, format string }{
	{"en", "en", ""}, {"en-easy", "en", "easy_read"}, {"cy", "cy", ""}, {"ga", "ga", ""}, {"pl", "pl", ""},
}

const firstReader = 3 // place of the first reader among the members

func readerMail(name string) string { return name + "@reader.example" }

// readBy has some members ask for emails on their own page.
func (s *story) readBy() {
	seated := must[[]string](s.t)(s.people.Seated(s.ctx, s.id))
	for i, r := range readers {
		who := s.members[firstReader+i]
		s.does(who, "/me/channel", "channel", "email", "email", readerMail(r.name))
		id := people.Identity{Language: people.Private(r.lang), Format: people.Private(r.format)}
		must[people.Person](s.t)(s.people.UpdateContact(s.ctx, s.do("organiser"), seated[firstReader+i], id))
	}
	s.settled()
}

var (
	secretLink = regexp.MustCompile(`/in/[0-9A-Za-z_-]+`)
	leaveLink  = regexp.MustCompile(`/leave/\S+`)
	asksPart   = regexp.MustCompile(`(?s)<section aria-labelledby="asks".*?</section>`)
	tag        = regexp.MustCompile(`<[^>]*>`)
)

// asked checks the email that came to each reader last, and what their own
// page asks by the link in it, against what stands in testdata. Then they
// answer.
func (s *story) asked(what string, answers ...string) {
	s.t.Helper()
	for i, r := range readers {
		var got strings.Builder
		mail := ""
		for _, e := range s.post.Emails() { // newest first
			if e.To == readerMail(r.name) && secretLink.MatchString(e.Body) {
				mail = e.Subject + "\n\n" + e.Body
				break
			}
		}
		link := secretLink.FindString(mail)
		if link == "" {
			s.t.Fatalf("%s to %s: no way to the member's page in\n%s", what, r.name, mail)
		}
		v := &visitor{t: s.t, base: s.all["public"].base}
		v.post(link).wants(s.t, "the link of "+what, 303, "/me")
		got.WriteString(strings.ReplaceAll(leaveLink.ReplaceAllString(secretLink.ReplaceAllString(mail, "/in/SECRET"), "/leave/HERE"), s.cfg.BaseURL, "https://folkmoot.example") + "\n\n== the page ==\n")
		section := asksPart.FindString(v.get("/me").body)
		for _, line := range strings.Split(tag.ReplaceAllString(section, "\n"), "\n") {
			if line = strings.TrimSpace(html.UnescapeString(line)); line != "" {
				got.WriteString(line + "\n")
			}
		}
		s.golden(what+"."+r.name+".txt", got.String())
		if i == 0 {
			v.post("/me/answers").wants(s.t, "no answer at all", 400, "choose an answer to at least one question")
		}
		v.post("/me/answers", answers...).wants(s.t, "answering "+what, 303, "/me")
		if strings.Contains(v.get("/me").body, `id="asks"`) {
			s.t.Errorf("%s: %s is asked again", what, r.name)
		}
	}
}

func (s *story) golden(name, got string) {
	s.t.Helper()
	file := filepath.Join("testdata", "asked", name)
	if *updatePages {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		s.t.Errorf("%s (-want +got), rerun with -update if that is right:\n%s", name, d)
	}
}

// askedBefore: the evaluation's first questions, as the first session begins.
func (s *story) askedBefore() {
	s.settled()
	s.browse("asked by email", map[string]string{s.members[firstReader] + " asked-before": "/me"})
	s.asked("before", "before_know", "2", "before_trust", "1")
	s.counted(deliberation.PollBefore, "know", 2)
}

// askedAfter: the day and the evaluation, once it was held.
func (s *story) askedAfter(session string) {
	s.browse("asked about the day", map[string]string{s.members[firstReader+4] + " asked-after": "/me"})
	s.asked("after", "fair", "2", "fair_words", "Too fast.", "bias", "3", "bias_words", "A leaflet.",
		"after_know", "1", "after_trust", "2", "after_informed", "3", "after_heard", "4")
	x := must[deliberation.Session](s.t)(s.deliberation.Session(s.ctx, s.actors["organiser"], s.id, session))
	if f := x.Fairness; f.Fair != [4]int{0, len(readers), 0, 0} || f.Bias != [3]int{0, 0, len(readers)} || len(f.Comments) != len(readers) || len(f.BiasWords) != len(readers) {
		s.t.Errorf("the day: %+v", f)
	}
	for q, n := range map[string]int{"know": 1, "trust": 2, "informed": 3, "heard": 4} {
		s.counted(deliberation.PollAfter, q, n)
	}
}

// counted: each reader's answer was counted as a text's is.
func (s *story) counted(moment, question string, n int) {
	s.t.Helper()
	for _, x := range must[[]deliberation.Poll](s.t)(s.deliberation.ListPolls(s.ctx, s.actors["organiser"], s.id)) {
		if x.Kind == moment && x.Question == question {
			if x.Counts[n-1] != len(readers) {
				s.t.Errorf("%s %s: %v", moment, question, x.Counts)
			}
			return
		}
	}
	s.t.Errorf("%s %s was not counted", moment, question)
}

// askedAnswered: whether the answers answer what the jury asked.
func (s *story) askedAnswered() {
	s.settled()
	s.asked("answered", "answered", "2")
	x := must[accountability.AccountView](s.t)(s.accountability.Account(s.ctx, s.actors["organiser"], s.id))
	if got := x.Members; got.Total != len(readers) || got.Partly == nil || *got.Partly != len(readers) {
		s.t.Errorf("views: %+v", got)
	}
}
