package dialogue_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/bots/dialogue"
)

// labelFiles are all files of labelled replies.
var labelFiles = []string{
	"replies.txt", "replies_blind.txt", "replies_apart.txt", "replies_fourth.txt", "replies_fifth.txt", "replies_sixth.txt",
	"replies_seventh.txt", "replies_eighth.txt",
}

// labelled is one reply and what a careful person reads in it.
type labelled struct{ lang, label, text string }

// replies reads a labelled file: "## lang label" begins a group.
func replies(t testing.TB, name string) []labelled {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	var lang, label string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "## "):
			parts := strings.Fields(line)
			lang, label = parts[1], parts[2]
		case strings.HasPrefix(line, "# "), line == "":
		case label == "":
			t.Fatalf("%s: %q stands before the first label", name, line)
		default:
			out = append(out, labelled{lang, label, strings.ReplaceAll(line, `\n`, "\n")})
		}
	}
	return out
}

// understood is what a conversation makes of a reply to a yes-or-no question.
func understood(r labelled) (label, why string) {
	env := dialogue.Env{Flow: &asking, Now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	s, _ := dialogue.Begin(env, dialogue.Ref{ID: "c", Lang: r.lang}, dialogue.Input{ID: "b", Kind: dialogue.Event})
	env.Now = env.Now.Add(time.Minute)
	_, out := dialogue.Step(env, s, dialogue.Input{ID: "m", Kind: dialogue.Text, Text: r.text})
	switch {
	case out.Entry.Intent == dialogue.IsStop:
		return "stop", out.Entry.Rule
	case out.Entry.Intent == dialogue.IsHelp:
		return "help", out.Entry.Rule
	case out.Entry.Result == dialogue.Answered:
		return out.Entry.Value, out.Entry.Rule
	}
	return "unclear", out.Entry.Rule
}

// asking is a flow of one yes-or-no question.
var asking = dialogue.Flow{
	ID: "test.v1", Start: "q",
	Nodes: map[string]dialogue.Node{
		"q":    {Say: "q", Ask: dialogue.AskYesNo, Next: "done"},
		"done": {Say: "done", End: "done"},
	},
}

// score counts one label of one language.
type score struct{ right, said, meant int }

func (s score) precision() float64 { return ratio(s.right, s.said) }
func (s score) recall() float64    { return ratio(s.right, s.meant) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// evaluate reads every reply and scores each label of each language.
func evaluate(rs []labelled) (scores map[string]score, wrong []string) {
	scores = map[string]score{}
	for _, r := range rs {
		got, why := understood(r)
		said, meant := scores[r.lang+" "+got], scores[r.lang+" "+r.label]
		said.said++
		scores[r.lang+" "+got] = said
		meant = scores[r.lang+" "+r.label]
		meant.meant++
		if got == r.label {
			meant.right++
		} else {
			wrong = append(wrong, fmt.Sprintf("%s: %q read as %s (%s), meant %s", r.lang, r.text, got, why, r.label))
		}
		scores[r.lang+" "+r.label] = meant
	}
	return scores, wrong
}

// TestReplies holds understanding against the labelled files that it has learnt
// from: what is taken for a yes or a no must be one, what is taken for STOP
// always.
func TestReplies(t *testing.T) {
	t.Parallel()
	for name, recall := range map[string]map[string]float64{
		"replies.txt":         {"yes": 0.9, "no": 0.9, "stop": 1, "help": 1},
		"replies_fifth.txt":   {"yes": 0.85, "no": 0.9, "stop": 0.85, "help": 1},
		"replies_sixth.txt":   {"yes": 0.85, "no": 0.9, "stop": 0.9, "help": 1},
		"replies_seventh.txt": {"yes": 0.85, "no": 0.9, "stop": 0.75, "help": 0.95},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holdAgainst(t, replies(t, name), recall)
		})
	}
}

// holdAgainst fails where precision, or recall by label, is less in any language.
func holdAgainst(t *testing.T, rs []labelled, recall map[string]float64) {
	t.Helper()
	scores, wrong := evaluate(rs)
	gates := map[string]float64{"yes": 0.995, "no": 0.995, "stop": 1, "help": 1}
	for _, key := range keys(scores) {
		_, label, _ := strings.Cut(key, " ")
		s := scores[key]
		t.Logf("%s precision %.4f recall %.4f of %d", key, s.precision(), s.recall(), s.meant)
		if s.precision() < gates[label] || s.recall() < recall[label] {
			t.Errorf("%s: precision %.4f (want %.3f), recall %.4f (want %.2f)", key, s.precision(), gates[label], s.recall(), recall[label])
		}
	}
	t.Logf("%d replies", len(rs))
	for _, w := range wrong {
		t.Log(w)
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// measured says what the files that were never learnt from must give per label
// over all languages. replies_blind.txt is by the lexicon's author, the others by
// people who had not read the lexicons. The errors of the first three were looked
// at when general rules were written (their headers say what they gave before);
// replies_eighth.txt is as nobody has looked at it since it was first measured.
var measured = map[string]map[string]float64{
	"replies_blind.txt":  {"yes": 0.995, "no": 0.995},
	"replies_apart.txt":  {"yes": 0.995, "no": 0.995, "stop recall": 0.98},
	"replies_eighth.txt": {"yes": 0.995, "no": 0.995, "stop recall": 0.9},
	"replies_fourth.txt": {"yes": 0.990, "no": 0.995, "stop recall": 0.95},
}

// TestUntunedReplies measures understanding on the files that are never
// tuned on. Something else taken for STOP fails at once; yes and no may not
// become worse than first measured.
func TestUntunedReplies(t *testing.T) {
	t.Parallel()
	for name, floor := range measured {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rs := replies(t, name)
			scores, wrong := evaluate(rs)
			all := byLabel(scores)
			for _, key := range keys(scores) {
				s := scores[key]
				t.Logf("%s precision %.4f of %d, recall %.4f of %d", key, s.precision(), s.said, s.recall(), s.meant)
				if strings.HasSuffix(key, " stop") && s.precision() < 1 {
					t.Errorf("%s: something else was taken for STOP", key)
				}
			}
			for _, label := range keys(all) {
				s := all[label]
				t.Logf("all %s precision %.4f of %d, recall %.4f of %d", label, s.precision(), s.said, s.recall(), s.meant)
				if s.precision() < floor[label] {
					t.Errorf("%s: precision %.4f, was %.3f when last measured", label, s.precision(), floor[label])
				}
				if s.recall() < floor[label+" recall"] {
					t.Errorf("%s: recall %.4f, was %.3f when last measured", label, s.recall(), floor[label+" recall"])
				}
			}
			t.Logf("%d replies", len(rs))
			for _, w := range wrong {
				t.Log(w)
			}
		})
	}
}

// byLabel sums the scores of all languages.
func byLabel(scores map[string]score) map[string]score {
	all := map[string]score{}
	for key, s := range scores {
		_, label, _ := strings.Cut(key, " ")
		sum := all[label]
		all[label] = score{sum.right + s.right, sum.said + s.said, sum.meant + s.meant}
	}
	return all
}

// TestStopBesideARefusal: whoever refuses and says STOP in one text gets STOP,
// not only a no; a no before a word that only looks like STOP stays a no.
func TestStopBesideARefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []labelled{
		{"en", "stop", "2 stop"},
		{"en", "stop", "No. Stop texting me"},
		{"en", "stop", "not interested, please stop sending me these texts"},
		{"en", "stop", "no STOP"},
		{"pl", "stop", "Nie, dziękuję. Proszę nie pisać"},
		{"pt", "stop", "Não obrigado, parem por favor"},
		{"cy", "stop", "Na diolch. Stopiwch os gwelwch yn dda"},
		{"ga", "stop", "Níl suim agam. Stad le do thoil"},
		{"en", "no", "No thanks, I have to stop driving soon"},
		{"en", "unclear", "no stop by on Tuesday"},
		{"pt", "no", "Não, o autocarro não para aqui"},
		{"en", "stop", "No thanks and don't contact me again"},
		{"en", "stop", "Not interested so please stop"},
		{"en", "stop", "2. Don't text again"},
		{"en", "stop", "No. Remove me please"},
		{"en", "stop", "no remove my number"},
		{"en", "stop", "No thank you, please remove me from your list"},
		{"en", "stop", "Not for me. Please don't send any more"},
		{"en", "stop", "not interested take me off"},
		{"en", "stop", "No and never text me again"},
		{"en", "stop", "no ta stop sending these"},
		{"en", "stop", "No I am not interested and please stop sending me messages"},
		{"en", "stop", "Not interested please stop contacting me"},
		{"en", "stop", "no x stop"},
		{"en", "stop", "Cant do it, please stop texting"},
		{"en", "stop", "wrong number stop texting"},
		{"en", "stop", "You have the wrong number. Stop texting me please."},
		{"en", "stop", "STOP. Not interested"},
		{"en", "stop", "stop not interested"},
		{"en", "stop", "Stop messaging this number please thanks"},
		{"cy", "stop", "na dim diolch a pheidiwch â thecstio eto"},
		{"cy", "stop", "Na. Peidiwch â chysylltu eto"},
		{"cy", "stop", "dim diolch, stopiwch"},
		{"cy", "stop", "Dim diddordeb. Tynnwch fy rhif i ffwrdd"},
		{"ga", "stop", "Níl agus stad le do thoil"},
		{"ga", "stop", "Níl suim agam. Ná cuir teacs chugam arís"},
		{"pl", "stop", "Nie i proszę o usunięcie numeru"},
		{"pl", "stop", "Nie dziękuję i nie piszcie więcej"},
		{"pl", "stop", "nie, prosze nie pisac"},
		{"pl", "stop", "Nie chcę, proszę mnie wypisać"},
		{"pl", "stop", "nie jestem zainteresowana prosze nie pisac wiecej"},
		{"pt", "stop", "Não e não me mandem mais mensagens"},
		{"pt", "stop", "não quero, parem"},
		{"pt", "stop", "Não obrigada e parem de enviar mensagens"},
		{"pt", "stop", "nao tenho interesse, tirem o meu numero"},
		{"pt", "stop", "Não. Removam o meu número da lista"},
		{"en", "no", "No, and good luck"},
		{"en", "no", "No I can't stop work that long"},
		{"en", "no", "no, bus doesn't stop here"},
	} {
		if got, why := understood(c); got != c.label {
			t.Errorf("%s: %q read as %s (%s), want %s", c.lang, c.text, got, why, c.label)
		}
	}
}
