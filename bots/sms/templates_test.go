package sms_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/domain"
	"folkmoot/domain/outreach"
)

// TestAnswersBeginInTheResidentsLanguage: whoever takes a text from the queue
// finds beginnings in the language of its conversation, the English beside
// them, and what they send is kept as of that language.
func TestAnswersBeginInTheResidentsLanguage(t *testing.T) {
	t.Parallel()
	olive := domain.Actor{ID: "olive", Via: "web", Grants: []domain.Grant{{Role: domain.Organiser, Process: "p1"}}}
	for _, r := range []struct{ lang, format, want string }{
		{"en", "", "en"}, {"en", "easy_read", "en-x-easy"}, {"cy", "", "cy"}, {"ga", "", "ga"}, {"pl", "", "pl"}, {"", "", "en"},
	} {
		w := newWorld(t)
		w.town.people["p1/ann"] = outreach.Contact{Phone: oldPhone, Lang: r.lang, Format: r.format}
		w.ask(domain.MessageData{Process: "p1", Person: "ann", Template: "registered", Class: domain.ClassService})
		w.text(oldPhone, "zebulon quincewort trundles sideways")
		w.settle()
		items := w.queue.All()
		if len(items) != 1 {
			t.Fatalf("%s: %d items", r.want, len(items))
		}
		got, err := w.svc.QueueClaim(t.Context(), domain.Command{Key: "c", Actor: olive}, "p1", items[0].ID)
		check(t, err)
		if got.Lang != r.want {
			t.Errorf("%s: the item's language is %s", r.want, got.Lang)
		}
		var b strings.Builder
		for _, x := range got.Templates {
			fmt.Fprintf(&b, "%s [%d]: %s", x.Name, segments(x.Text), x.Text)
			if x.English != "" {
				fmt.Fprintf(&b, " / %s", x.English)
			}
			b.WriteString("\n")
		}
		file := filepath.Join("testdata", "templates", r.want+".txt")
		if *update {
			check(t, os.WriteFile(file, []byte(b.String()), 0o644))
		}
		want, err := os.ReadFile(file)
		check(t, err)
		if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", r.want, d)
		}
		_, err = w.svc.QueueReply(t.Context(), domain.Command{Key: "r", Actor: olive}, "p1", items[0].ID, outreach.ReplyInput{Text: got.Templates[0].Text})
		check(t, err)
		w.settle()
		said := w.said(oldPhone)
		if last := said[len(said)-1]; !strings.HasSuffix(last, got.Templates[0].Text) {
			t.Errorf("%s: said %q", r.want, last)
		}
		lines := w.texts.All()
		if last := lines[len(lines)-1]; last.Template == "queue_reply" && last.Lang != r.want {
			t.Errorf("%s: kept as %s", r.want, last.Lang)
		}
	}
}
