package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"folkmoot/domain"
)

// walkStep is one thing that somebody does at a door, and all that follows
// from it. Whoever gets no answer does it again in the same words.
type walkStep struct {
	stage domain.Stage
	name  string
	at    time.Time
	do    func(w *world, p *program) error
	calm  string // why nothing is broken off here: "" where it is
}

// playbook is the play of a small jury as steps.
type playbook struct {
	steps []walkStep
	stage domain.Stage
	now   time.Time
}

var walkZone = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return l
}()

// at is when the next step is taken; the one after it follows [apart] later.
func (b *playbook) at(local string) {
	t, err := time.ParseInLocation("2006-01-02 15:04", local, walkZone)
	if err != nil {
		panic(err)
	}
	if !t.UTC().After(b.now) {
		panic("the play goes backwards at " + local)
	}
	b.now = t.UTC()
}

func (b *playbook) step(name string, do func(w *world, p *program) error) {
	b.steps = append(b.steps, walkStep{stage: b.stage, name: name, at: b.now, do: do})
	b.now = b.now.Add(apart)
}

// post sends a command; pairs of what is noted under which name from the
// answer follow: "process", "id".
func (b *playbook) post(who, path, body string, note ...string) {
	b.step(who+" "+path, func(w *world, p *program) error {
		out, err := w.call(p, who, http.MethodPost, path, body)
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(note); i += 2 {
			if w.notes[note[i]] = out.str(note[i+1]); w.notes[note[i]] == "" {
				return fmt.Errorf("%s answered no %s: %v", path, note[i+1], out)
			}
		}
		return nil
	})
}

// here is post below the process.
func (b *playbook) here(who, path, body string, note ...string) {
	b.post(who, "/processes/$process"+path, body, note...)
}

// several are commands to paths below one, with their bodies, in one step.
func (b *playbook) several(who, below string, calls ...[2]string) {
	b.step(who+" "+below+" and what follows", func(w *world, p *program) error {
		for _, c := range calls {
			if _, err := w.call(p, who, http.MethodPost, below+c[0], c[1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// look reads and notes; use sees the answer.
func (b *playbook) look(who, path string, use func(notes map[string]string, out answered) error) {
	b.step(who+" reads "+path, func(w *world, p *program) error {
		out, err := w.call(p, who, http.MethodGet, path, "")
		if err != nil {
			return err
		}
		return use(w.notes, out)
	})
}

// people notes the ids of everybody with a status.
func (b *playbook) people(status, as string) {
	b.look("organiser", "/processes/$process/people?limit=200&status="+status, func(notes map[string]string, out answered) error {
		return noteAll(notes, out, as, "id")
	})
}

// noteAll notes every value of a field of a list: as JSON under as, and one by
// one under as0, as1 and so on.
func noteAll(notes map[string]string, out answered, as, field string) error {
	var all []string
	for _, row := range out.list("items") {
		notes[fmt.Sprintf("%s%d", as, len(all))] = row.str(field)
		all = append(all, fmt.Sprintf("%q", row.str(field)))
	}
	notes[as] = "[" + strings.Join(all, ",") + "]"
	if len(all) == 0 {
		return fmt.Errorf("nobody is %s", as)
	}
	return nil
}

func (b *playbook) text(from, words string) {
	b.step(fmt.Sprintf("a resident texts %q", words), func(w *world, p *program) error { return w.text(p, from, w.filled(words)) })
}

// wait lets a time come at which nobody does anything.
func (b *playbook) wait(local, name string) {
	b.at(local)
	b.step(name, func(*world, *program) error { return nil })
}

// calm marks the last step as one that cannot be done again in the same
// words, and says why.
func (b *playbook) calm(why string) { b.steps[len(b.steps)-1].calm = why }

func (b *playbook) enter(to domain.Stage) {
	b.here("organiser", "/stage", fmt.Sprintf(`{"to": %q, "override_reason": "The play leaves some of it out."}`, to))
	b.stage = to
}

// user makes a user with a role over the body, and a token.
func (b *playbook) user(key, role string) {
	b.post("administrator", "/users", fmt.Sprintf(`{"name": "Staff %s", "grants": [{"role": %q, "body": "$body"}]}`, key, role), "user "+key, "id")
	b.token(key)
}

// token makes a user's token. A token is shown once: when it did not arrive,
// the way on is another one under a new key, as the answer says.
func (b *playbook) token(user string) {
	b.step("administrator makes a token", func(w *world, p *program) error {
		body := fmt.Sprintf(`{"user": "$user %s", "name": "walk"}`, user)
		out, err := w.call(p, "administrator", http.MethodPost, "/tokens", body)
		if err != nil && strings.Contains(err.Error(), "a token is shown once") {
			w.calls += 10 * w.tried // each try under a key of its own
			out, err = w.call(p, "administrator", http.MethodPost, "/tokens", body)
		}
		if err != nil {
			return err
		}
		w.notes["token "+user] = out.str("token")
		return nil
	})
}

// slash sends a slash command from the commissioner's Slack account.
func (b *playbook) slash(words string) {
	b.step("Slack /folkmoot "+words, func(w *world, p *program) error { return w.slash(p, words) })
}

// page posts a form to a public page, as a browser does.
func (b *playbook) page(path string, pairs ...string) {
	b.step("the page "+path, func(w *world, p *program) error {
		w.calls++
		form := url.Values{"_key": {fmt.Sprintf("walk-%04d-%02d", w.index, w.calls)}}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		return w.post(p, w.filled(path), form, map[string]string{"Origin": walkURL, "Accept": "text/html"})
	})
}
