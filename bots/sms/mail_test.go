package sms_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gateway/gatewaytest"
	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// mails gives the world a post and an outbox for it.
func (w *world) mails(mailers ...gateway.Sender) *gateway.Post {
	post := gateway.NewPost(w.clock.Now)
	if len(mailers) == 0 {
		mailers = []gateway.Sender{post}
	}
	w.svc.Leaving = func(process, mailbox string) string { return publicURL + "/leave/" + process + "/" + mailbox }
	w.svc.Page = func(_ context.Context, n outreach.Note) (string, error) { return publicURL + "/in/" + n.Person, nil }
	w.mailbox = sms.NewOutbox(sms.OutboxDeps{
		Outreach: w.svc, Gateways: mailers, Lanes: outreach.MailLanes, Clock: w.clock, Worker: "w1", Count: w.counts.add, Concurrent: 1,
	})
	return post
}

// posted sends what is due by email, for as long as something is.
func (w *world) posted() {
	w.t.Helper()
	w.settle()
	_, err := w.mailbox.Tick(w.t.Context())
	check(w.t, err)
	w.settle()
}

func reader(i int) string { return fmt.Sprintf("reader%d@home.example", i) }

// readers are people who asked for emails, though they have a phone.
func (w *world) readers(n int, class, template string) {
	w.t.Helper()
	for i := range n {
		who := fmt.Sprint("r", i)
		w.town.people["p1/"+who] = outreach.Contact{Phone: number(i), Email: reader(i), Emails: true}
		w.ask(domain.MessageData{Process: "p1", Person: who, Template: template, Class: class, Vars: map[string]string{"reply_by_text": "2018-06-21T17:00:00Z"}})
	}
}

func TestWhoAskedForEmailsIsEmailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.mails()
	w.clock.Advance(14 * time.Hour) // in the night: an email wakes nobody
	w.readers(1, domain.ClassDecision, "picked")
	w.posted()
	got := post.Emails()
	if len(got) != 1 || len(w.said(number(0))) != 0 {
		t.Fatalf("%d emails, %d texts; want one email", len(got), len(w.said(number(0))))
	}
	n := w.svc.Hash(reader(0))
	e := got[0]
	if e.To != reader(0) || e.Leave != publicURL+"/leave/p1/"+n || !strings.HasSuffix(e.Subject, ": please answer") {
		t.Errorf("%+v", e)
	}
	for _, want := range []string{"You have been picked for", publicURL + "/in/r0", "Is it real? See https://folkmoot.example/p/", "No more emails", e.Leave} {
		if !strings.Contains(e.Body, want) {
			t.Errorf("no %q in\n%s", want, e.Body)
		}
	}
	if strings.Contains(e.Body, "Reply") {
		t.Errorf("it asks for a reply that nobody reads:\n%s", e.Body)
	}
	lines, err := w.svc.Lines(t.Context(), "p1", "r0")
	check(t, err)
	if len(lines) != 1 || lines[0].Way != "email" || lines[0].State != "sent" {
		t.Errorf("history %+v", lines)
	}
	w.readers(1, domain.ClassDecision, "picked") // the same effect again
	w.posted()
	if len(post.Emails()) != 1 {
		t.Error("the same message was emailed twice")
	}
}

// TestEmailsAndTextsAreLeftByThemselves: a STOP by text ends texts, the link
// in an email ends emails, and each is honoured where it was said.
func TestEmailsAndTextsAreLeftByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.mails()
	w.readers(1, domain.ClassService, "completed")
	w.town.postal["p1/r0"] = outreach.Postal{Name: "R", Address: []string{"1 Oak Lane"}}
	w.posted()
	w.text(number(0), "STOP")
	w.posted()
	say := func(template string) { w.readers(1, domain.ClassService, template); w.posted() }
	say("report_published")
	if got := len(post.Emails()); got != 2 {
		t.Fatalf("%d emails after STOP by text, want 2: it was about texts", got)
	}
	leave := domain.Command{Key: "leave", Actor: domain.PublicActor("mail")}
	mailbox := w.svc.Hash(reader(0))
	for range 3 {
		check(t, w.svc.Leave(t.Context(), leave, "p1", mailbox))
	}
	say("closed")
	if got := len(post.Emails()); got != 2 || len(w.letters.All()) != 1 {
		t.Errorf("%d emails and %d letters after leaving, want 2 and 1", got, len(w.letters.All()))
	}
	check(t, w.svc.Return(t.Context(), leave, "p1", mailbox))
	say("not_changed")
	if got := len(post.Emails()); got != 3 {
		t.Errorf("%d emails after coming back, want 3", got)
	}
	if err := w.svc.Leave(t.Context(), leave, "p1", w.svc.Hash("nobody@home.example")); !domain.Is(err, domain.NotFound) {
		t.Errorf("leaving with an address nobody was written to: %v", err)
	}
}

// TestLeavingCompetesWithTheClaim: an email that waits is not sent after its
// reader left, and what they are owed goes by letter.
func TestLeavingCompetesWithTheClaim(t *testing.T) {
	t.Parallel()
	sent, left := 0, 0
	for i := range 30 {
		w := newWorld(t)
		post := w.mails()
		w.readers(1, domain.ClassDecision, "picked")
		w.town.postal["p1/r0"] = outreach.Postal{Name: "R", Address: []string{"1 Oak Lane"}}
		w.settle()
		mailbox, ops := w.svc.Hash(reader(0)), 0
		w.numbers.Before = func(op, doc string) error {
			if ops++; doc == mailbox && ops == i+1 {
				w.numbers.Before = nil
				return w.svc.Leave(t.Context(), domain.Command{Key: "l", Actor: domain.PublicActor("mail")}, "p1", mailbox)
			}
			return nil
		}
		_, err := w.mailbox.Tick(t.Context())
		check(t, err)
		w.numbers.Before = nil
		w.posted()
		emails, letters := len(post.Emails()), len(w.letters.All())
		if emails+letters != 1 {
			t.Fatalf("round %d: %d emails and %d letters, want one of them", i, emails, letters)
		}
		sent, left = sent+emails, left+letters
	}
	if sent == 0 || left == 0 {
		t.Errorf("the race was not one: sent %d, left %d", sent, left)
	}
}

// TestMailMishaps sends by the real protocols while things go wrong, and
// counts what arrives: one email each, whatever happens, but where the answer
// was lost and the server cannot be asked. Then it is a person's to send a
// decision again, and a second copy of anything else has the first one's
// Message-ID.
func TestMailMishaps(t *testing.T) {
	t.Parallel()
	faults := []gatewaytest.Fault{
		gatewaytest.None, gatewaytest.Greylisted, gatewaytest.CutBefore, gatewaytest.MailFull, gatewaytest.AcceptThenCut, gatewaytest.None,
	}
	rows := []struct {
		class         string
		emails, again int
		held          int
	}{
		{domain.ClassService, 7, 1, 0},
		{domain.ClassDecision, 6, 0, 1},
	}
	for _, r := range rows {
		t.Run(r.class, func(t *testing.T) {
			t.Parallel()
			s, err := gatewaytest.NewMailServer(false)
			check(t, err)
			t.Cleanup(s.Stop)
			w := newWorld(t)
			g, err := gateway.NewSMTP(gateway.SMTPConfig{
				Address: s.Address, User: s.User, Password: s.Password, From: "jury@moot.example", Trust: s.Trust, Now: w.clock.Now, Timeout: 5 * time.Second,
			})
			check(t, err)
			w.mails(g)
			s.Next(faults...)
			w.readers(len(faults), r.class, "completed")
			for range 40 {
				w.posted()
				w.clock.Advance(time.Minute)
			}
			ids := map[string]bool{}
			for _, l := range s.Sent() {
				ids[l.Header.Get("Message-Id")] = true
			}
			if len(s.Sent()) != r.emails || len(ids) != len(faults) || w.counts.of("send_again") != r.again {
				t.Errorf("%d emails, %d Message-IDs, %d sent again; want %d, %d, %d",
					len(s.Sent()), len(ids), w.counts.of("send_again"), r.emails, len(faults), r.again)
			}
			held := 0
			for _, n := range w.numbers.All() {
				held += len(slices.DeleteFunc(slices.Clone(n.Outbox), func(m outreach.Message) bool { return m.State != outreach.Held }))
			}
			if held != r.held {
				t.Errorf("%d held for a person, want %d", held, r.held)
			}
		})
	}
}

// TestNotifyKnowsWhatItTook: with its reference even a lost answer leaves no
// doubt, and each reader gets one email.
func TestNotifyKnowsWhatItTook(t *testing.T) {
	t.Parallel()
	later := start.Add(48 * time.Hour)
	p := gatewaytest.NewNotifyProvider(later)
	t.Cleanup(p.Close)
	w := newWorld(t)
	w.mails(gateway.NotifyMail{Notify: gateway.NewNotify(gateway.NotifyConfig{
		Key: p.Key, Tokens: []string{"0123456789"}, MailTemplate: p.MailTemplate, APIURL: p.URL, Client: patient(), Now: func() time.Time { return later },
	})})
	p.Next(mishaps[:6]...)
	w.readers(8, domain.ClassService, "completed")
	for range 40 {
		w.posted()
		w.clock.Advance(time.Minute)
	}
	var to, want []string
	for i := range 8 {
		want = append(want, reader(i))
	}
	for _, s := range p.Sent() {
		to = append(to, s.To)
	}
	slices.Sort(to)
	if diff := cmp.Diff(want, to); diff != "" || w.counts.of("send_again") != 2 { // the two that it had not taken
		t.Errorf("sent again %d (-want +got)\n%s", w.counts.of("send_again"), diff)
	}
	report := func(status string) {
		body := fmt.Sprintf(`{"id":%q,"reference":%q,"to":"x","status":%q}`, p.Sent()[0].ID, p.Sent()[0].Reference, status)
		notify := gateway.NewNotify(gateway.NotifyConfig{Key: p.Key, Tokens: []string{"0123456789"}, Now: func() time.Time { return later }})
		in := sms.NewInbox(sms.InboxDeps{Outreach: w.svc, Gateways: []gateway.Gateway{notify}, Desk: w.desk, Clock: w.clock})
		r := gateway.Request{Method: "POST", Header: http.Header{"Authorization": {"Bearer 0123456789"}}, Body: []byte(body), At: w.clock.Now()}
		check(t, in.Status(t.Context(), "notify", r))
		w.inbox = in
		w.posted()
	}
	report("permanent-failure") // the mailbox is gone: a letter, or a person, instead
	if len(w.letters.All())+len(w.queue.All()) != 1 {
		t.Errorf("%d letters and %d items for a person, want one of them", len(w.letters.All()), len(w.queue.All()))
	}
	for _, l := range w.letters.All() {
		body, err := w.vault.Open(t.Context(), l.Person, l.ID, l.Body)
		if check(t, err); strings.Contains(string(body), "No more emails") {
			t.Errorf("the letter has an email's foot: %s", body)
		}
	}
}

// TestWrittenTexts: what letters and emails say is there in every language,
// and asks for no reply by text.
func TestWrittenTexts(t *testing.T) {
	t.Parallel()
	texts, err := flows.LoadTexts(os.DirFS("../../config/locales"))
	check(t, err)
	want := []string{"mail.foot", "mail.page", "mail.subject", "mail.subject.answer"}
	for _, p := range sms.Places() {
		if p.Written != "" {
			want = append(want, p.Written)
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for _, lang := range append(texts.Languages(), texts.Variants()...) {
		had := slices.DeleteFunc(texts.Keys(lang), func(k string) bool { return !strings.HasPrefix(k, "written.") && !strings.HasPrefix(k, "mail.") })
		if diff := cmp.Diff(want, had); diff != "" {
			t.Errorf("%s (-places +file)\n%s", lang, diff)
		}
	}
}

// TestAnotherMailbox: what waited for the old one goes to the new one, with a
// way to leave of its own; a wish to get no emails goes along; the phone is
// left alone.
func TestAnotherMailbox(t *testing.T) {
	t.Parallel()
	for _, left := range []bool{false, true} {
		w := newWorld(t)
		post := w.mails()
		w.readers(1, domain.ClassService, "picked")
		w.posted()
		old, next := w.svc.Hash(reader(0)), "new@home.example"
		w.ask(domain.MessageData{Process: "p1", Person: "r0", Template: "closed", Class: domain.ClassService, NotBefore: w.clock.Now().Add(time.Hour)})
		if left {
			check(t, w.svc.Leave(t.Context(), domain.Command{Key: "l"}, "p1", old))
		}
		w.town.people["p1/r0"] = outreach.Contact{Phone: number(0), Email: next, Emails: true}
		e := contactEffect("move", domain.ContactData{Process: "p1", Person: "r0", Number: old, Mail: true, At: w.clock.Now()})
		check(t, w.svc.Execute(t.Context(), e), w.svc.Execute(t.Context(), e))
		w.clock.Advance(2 * time.Hour)
		w.posted()
		var to []string
		for _, m := range post.Emails() {
			to = append(to, m.To)
			if m.To == next && (!strings.Contains(m.Body, "/leave/p1/"+w.svc.Hash(next)) || strings.Contains(m.Body, old)) {
				t.Errorf("the way to leave is the old mailbox's:\n%s", m.Body)
			}
		}
		want := []string{next, reader(0)}
		if left {
			want = want[1:]
		}
		if d := cmp.Diff(want, to); d != "" || len(w.said(number(0))) != 0 {
			t.Errorf("left %v: %d texts, emails to (-want +got):\n%s", left, len(w.said(number(0))), d)
		}
		if n, err := w.svc.Number(t.Context(), w.svc.Hash(next)); err != nil || n.Refuses("p1", "r0") != left {
			t.Errorf("left %v: refuses %v, %v", left, n.Refuses("p1", "r0"), err)
		}
	}
}
