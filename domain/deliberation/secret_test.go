package deliberation_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// safe is a vault that really encrypts, with its keyring in the open for the
// test: what an attacker gets hold of is keys, at one moment.
type safe struct {
	mu   sync.Mutex
	n    uint64
	keys map[string][32]byte
	gone map[string]bool
}

func newSafe() *safe { return &safe{keys: map[string][32]byte{}, gone: map[string]bool{}} }

func (s *safe) aead(subject string) cipher.AEAD {
	k := s.keys[subject]
	block, _ := aes.NewCipher(k[:])
	a, _ := cipher.NewGCM(block)
	return a
}

func (s *safe) Seal(_ context.Context, subject, bound string, plain []byte) (domain.Sealed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone[subject] {
		return "", domain.E(domain.Conflict, "gone")
	}
	if _, ok := s.keys[subject]; !ok {
		s.keys[subject] = sha256.Sum256([]byte("key of " + subject))
	}
	s.n++
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce[4:], s.n)
	return domain.Sealed(base64.StdEncoding.EncodeToString(s.aead(subject).Seal(nonce, nonce, plain, []byte(bound)))), nil
}

func (s *safe) Open(_ context.Context, subject, bound string, sealed domain.Sealed) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.keys[subject]; !ok {
		return nil, domain.E(domain.NotFound, "gone")
	}
	raw, _ := base64.StdEncoding.DecodeString(string(sealed))
	return s.aead(subject).Open(nil, raw[:12], raw[12:], []byte(bound))
}

func (s *safe) Lookup(kind, value string) string { return kind + "_" + domain.Derive(kind, value) }

func (s *safe) Destroy(_ context.Context, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, subject)
	s.gone[subject] = true
	return nil
}

// dump is everything the database holds of the jury: one copy of it is a
// backup.
func (j *jury) dump() []byte {
	st := j.stores
	raw, err := json.Marshal([]any{
		st.terms.All(), st.sessions.All(), st.witnesses.All(), st.evidence.All(), st.packs.All(), st.questions.All(),
		st.statements.All(), st.recommendations.All(), st.ballots.All(), st.minority.All(), st.reports.All(),
	})
	if err != nil {
		j.t.Fatal(err)
	}
	return raw
}

// A jury of twelve votes in secret on two questions. The attacker holds every
// version of the whole database there ever was (a backup after each vote),
// every audit event and effect, all command keys, and the keyring as it is
// after the count. They look for anything that tells one member's vote.
func TestSecretVotesCannotBeJoinedToVoters(t *testing.T) {
	t.Parallel()
	for _, paper := range []bool{false, true} {
		j := convene(t, 12)
		keyring := newSafe()
		j.vault = keyring
		j.build()
		j.fixRules(majority)
		r := j.final("Better buses")
		b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{
			{Text: "Where?", Kind: deliberation.RankedQuestion, Options: places}, aboutRec(r),
		}})
		backups := [][]byte{j.dump()}
		boxes := []domain.Sealed{j.stores.ballots.All()[0].Box}
		versions := []deliberation.Ballot{j.stores.ballots.All()[0]}
		for i, m := range j.seats.ids[:12] {
			if paper && i >= 6 {
				break
			}
			rc := j.vote(b.ID, m, answersOf(i))
			if raw, _ := json.Marshal(rc); string(raw) != fmt.Sprintf(`{"ballot":%q,"voted":true}`, b.ID) {
				t.Fatalf("the receipt says more than it may: %s", raw)
			}
			backups = append(backups, j.dump())
			boxes = append(boxes, j.stores.ballots.All()[0].Box)
			versions = append(versions, j.stores.ballots.All()[0])
		}
		if paper {
			in := deliberation.PaperInput{Members: j.seats.ids[6:], Tellers: []string{"chair", "observer"}}
			for i := 6; i < 12; i++ {
				in.Papers = append(in.Papers, answersOf(i))
			}
			must[deliberation.Receipt](t)(j.EnterPapers(t.Context(), j.by(facilitator), forest, b.ID, in))
			backups, versions = append(backups, j.dump()), append(versions, j.stores.ballots.All()[0])
		}
		checkVersions(t, versions)
		early := maps.Clone(keyring.keys)
		v := j.certified(b.ID)
		backups = append(backups, j.dump())
		if v.Result.Voted != 12 || v.Result.Outcomes[1].For != 7 {
			t.Fatalf("the count is off: %+v", v.Result)
		}
		for i, backup := range backups {
			checkDump(t, i, backup, j.seats.ids)
		}
		// The key is gone: no box of any backup opens with the keyring as it is now.
		for i, box := range boxes {
			if _, err := keyring.Open(t.Context(), "ballot:"+b.ID, "ballot:"+b.ID, box); !domain.Is(err, domain.NotFound) {
				t.Errorf("the box of backup %d still opens: %v", i, err)
			}
		}
		// The test can fail: the keyring of before the count does open a box, and
		// what is inside are sums of all votes so far.
		keyring.keys = early
		if plain, err := keyring.Open(t.Context(), "ballot:"+b.ID, "ballot:"+b.ID, boxes[3]); err != nil || !bytes.Contains(plain, []byte(`"yes":`)) {
			t.Errorf("with the earlier keyring the box should open: %s %v", plain, err)
		}
		if _, err := keyring.Seal(t.Context(), "ballot:"+b.ID, "x", nil); !domain.Is(err, domain.Conflict) {
			t.Errorf("a destroyed ballot key was made anew: %v", err)
		}
	}
}

// answersOf makes votes that all differ in their ranking or their yes.
func answersOf(i int) deliberation.Answers {
	orders := [][]string{
		{"cinderford", "coleford", "lydney"}, {"cinderford", "lydney", "coleford"}, {"coleford", "cinderford", "lydney"},
		{"coleford", "lydney", "cinderford"}, {"lydney", "cinderford"}, {"lydney"},
	}
	yes := deliberation.Yes
	if i >= 7 {
		yes = deliberation.No
	}
	return deliberation.Answers{"q1": {Ranking: orders[i%6]}, "q2": {Choice: yes}}
}

// checkVersions looks at what two following versions of the ballot's document
// tell together: one tick, and a box of the same length. Nothing else that
// could join them changes.
func checkVersions(t *testing.T, versions []deliberation.Ballot) {
	t.Helper()
	first := versions[0]
	for i, v := range versions {
		if len(v.Box) != len(first.Box) {
			t.Errorf("version %d: the box has %d letters, want %d whatever is in it", i, len(v.Box), len(first.Box))
		}
		if i > 0 && v.Box == versions[i-1].Box {
			t.Errorf("version %d: the box did not change with the vote", i)
		}
		order := func(e deliberation.Entry) string { return e.Member }
		if !slices.IsSortedFunc(v.Register, func(a, b deliberation.Entry) int { return strings.Compare(order(a), order(b)) }) {
			t.Errorf("version %d: the register is in an order that may say something", i)
		}
		if len(v.Named) != 0 {
			t.Errorf("version %d: a secret ballot holds named votes", i)
		}
		same := v
		same.Box, same.Register, same.Papers = first.Box, first.Register, first.Papers
		same.Version, same.UpdatedAt = first.Version, first.UpdatedAt
		a, _ := json.Marshal(same)
		b, _ := json.Marshal(first)
		if !bytes.Equal(a, b) {
			t.Errorf("version %d differs from the first in more than tick, box, version and time (effects, keys, ...):\n%s\n%s", i, a, b)
		}
	}
}

// checkDump looks for anything that has one member and one answer together:
// in no string, no object that is less than the whole ballot, no audit event.
func checkDump(t *testing.T, n int, backup []byte, members []string) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(backup, &doc); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(backup, []byte("vote-juror")) {
		t.Errorf("backup %d holds a vote's command key", n)
	}
	walk(doc, func(path string, obj map[string]any) {
		raw, _ := json.Marshal(obj)
		who, what := mentions(raw, members), mentions(raw, []string{`"yes":`, `"no":`, `>lydney`, `"lydney>`, `>coleford`, `"choice"`})
		if _, isBallot := obj["register"]; isBallot && obj["questions"] != nil {
			return // holds the register and, at the end, the sums
		}
		if who > 0 && what > 0 {
			t.Errorf("backup %d: %s has a member and an answer together: %s", n, path, raw)
		}
	})
	// Audit events, wherever they lie, name no voter.
	walk(doc, func(path string, obj map[string]any) {
		action, _ := obj["action"].(string)
		raw, _ := json.Marshal(obj)
		if strings.HasPrefix(action, "ballot.") && mentions(raw, members) > 0 {
			t.Errorf("backup %d: the audit event %s names a voter: %s", n, action, raw)
		}
	})
}

func mentions(raw []byte, words []string) int {
	n := 0
	for _, w := range words {
		if bytes.Contains(raw, []byte(w)) {
			n++
		}
	}
	return n
}

// walk visits every object of a document, effects' data included, and what is
// written in base 64.
func walk(v any, visit func(path string, obj map[string]any)) { walkAt("", v, visit) }

func walkAt(path string, v any, visit func(string, map[string]any)) {
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			walkAt(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	case map[string]any:
		visit(path, x)
		for k, e := range x {
			walkAt(path+"."+k, e, visit)
		}
	}
}

func TestSecretVoteIsOneAndFinal(t *testing.T) {
	t.Parallel()
	j := convene(t, 5)
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("lydney"))
	}
	again := must[deliberation.Receipt](t)(j.Vote(t.Context(), j.by(member("juror01")), forest, b.ID, deliberation.VoteInput{Answers: choose("coleford")}))
	if !again.Voted || !again.Earlier {
		t.Errorf("a second vote: got %+v, want a receipt that says the first one stands", again)
	}
	if v := j.certified(b.ID); v.Result.Outcomes[0].Counts["lydney"] != 5 || v.Result.Voted != 5 {
		t.Errorf("a second vote counted: %+v", v.Result)
	}
}

func TestVoteIsRefused(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name    string
		actor   domain.Actor
		answers deliberation.Answers
		code    domain.Code
		field   string
	}{
		{"by text", domain.MemberActor(forest, "juror01", "sms"), choose("lydney"), domain.Conflict, ""},
		{"in Slack", domain.MemberActor(forest, "juror01", "slack"), choose("lydney"), domain.Conflict, ""},
		{"by somebody without a seat", member("juror99"), choose("lydney"), domain.Forbidden, ""},
		{"by a facilitator", facilitator, choose("lydney"), domain.Forbidden, ""},
		{"by a commissioner", commissioner, choose("lydney"), domain.Forbidden, ""},
		{"by a stranger", domain.PublicActor("web"), choose("lydney"), domain.NotFound, ""},
		{"by an organiser of another body", elsewhere, choose("lydney"), domain.NotFound, ""},
		{"for what is not on the paper", member("juror01"), choose("gloucester"), domain.Invalid, "answers.q1"},
		{"without an answer", member("juror01"), deliberation.Answers{}, domain.Invalid, "answers.q1"},
		{"to a question that is not there", member("juror01"), deliberation.Answers{"q1": {Choice: "lydney"}, "q9": {Choice: "yes"}}, domain.Invalid, "answers.q9"},
	}
	j := convene(t, 5)
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	for _, row := range rows {
		_, err := j.Vote(t.Context(), domain.Command{Actor: row.actor, Key: row.name}, forest, b.ID, deliberation.VoteInput{Answers: row.answers})
		refused(t, err, row.code, row.field)
		if err != nil && strings.Contains(err.Error(), "gloucester") {
			t.Errorf("%s: the error repeats the answer: %v", row.name, err)
		}
	}
	if n := j.stores.ballots.All()[0].Voted(); n != 0 {
		t.Errorf("%d votes came in all the same", n)
	}
}

// Forty members vote at the same moment; every vote counts once.
func TestVotesAtOnce(t *testing.T) {
	t.Parallel()
	j := convene(t, 40)
	j.vault = newSafe()
	j.build()
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	var wg sync.WaitGroup
	for i, m := range j.seats.ids {
		wg.Go(func() {
			in := deliberation.VoteInput{Answers: choose(places[i%2].ID)}
			if _, err := j.Vote(t.Context(), domain.Command{Actor: member(m), Key: m}, forest, b.ID, in); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	o := j.certified(b.ID).Result.Outcomes[0]
	if o.Counts["cinderford"] != 20 || o.Counts["coleford"] != 20 || o.Passed {
		t.Errorf("got %+v, want 20 to 20 and nothing passed", o)
	}
}

// A crash between the count and the destruction of the key is caught up, and
// until then the result cannot be certified.
func TestKeyIsDestroyedAfterACrash(t *testing.T) {
	t.Parallel()
	j := convene(t, 4)
	keyring := newSafe()
	stuck := &stuckVault{Vault: keyring, away: true}
	j.vault = stuck
	j.build()
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	for _, m := range j.seats.ids {
		j.vote(b.ID, m, choose("lydney"))
	}
	must[deliberation.BallotView](t)(j.CloseBallot(t.Context(), j.by(facilitator), forest, b.ID))
	if _, err := j.CountBallot(t.Context(), j.by(facilitator), forest, b.ID); !errors.Is(err, errAway) {
		t.Fatalf("got %v, want the vault's failure", err)
	}
	if _, err := j.CertifyBallot(t.Context(), j.by(overseer), forest, b.ID); !errors.Is(err, errAway) {
		t.Errorf("certified while the key exists: %v", err)
	}
	stuck.away = false
	if n, err := j.Tick(t.Context()); n != 1 || err != nil {
		t.Errorf("tick: did %d, %v", n, err)
	}
	if len(keyring.keys) != 0 {
		t.Error("the key is still there")
	}
	if n, err := j.Tick(t.Context()); n != 0 || err != nil {
		t.Errorf("a second tick: did %d, %v", n, err)
	}
	must[deliberation.BallotView](t)(j.CertifyBallot(t.Context(), j.by(overseer), forest, b.ID))
}

var errAway = domain.E(domain.Unavailable, "the keyring is away")

type stuckVault struct {
	domain.Vault
	away bool
}

func (v *stuckVault) Destroy(ctx context.Context, subject string) error {
	if v.away {
		return errAway
	}
	return v.Vault.Destroy(ctx, subject)
}

func TestPapersAreRefused(t *testing.T) {
	t.Parallel()
	j := convene(t, 8)
	j.fixRules(majority)
	b := j.opened(deliberation.BallotInput{Questions: []deliberation.Question{{Text: "Where?", Kind: deliberation.ChoiceQuestion, Options: places}}})
	j.vote(b.ID, "juror08", choose("lydney"))
	papers := func(vs ...string) []deliberation.Answers {
		var out []deliberation.Answers
		for _, v := range vs {
			out = append(out, choose(v))
		}
		return out
	}
	two := []string{"chair", "observer"}
	rows := []struct {
		name string
		in   deliberation.PaperInput
		code domain.Code
		item string
	}{
		{"too few to hide a vote", deliberation.PaperInput{Members: []string{"juror01", "juror02"}, Papers: papers("lydney", "lydney"), Tellers: two}, domain.Invalid, "papers"},
		{"more papers than members", deliberation.PaperInput{Members: []string{"juror01", "juror02", "juror03"}, Papers: papers("lydney", "lydney", "lydney", "lydney"), Tellers: two}, domain.Invalid, "papers"},
		{"one teller", deliberation.PaperInput{Members: []string{"juror01", "juror02", "juror03"}, Papers: papers("lydney", "lydney", "lydney"), Tellers: two[:1]}, domain.Invalid, "tellers"},
		{"somebody who voted", deliberation.PaperInput{Members: []string{"juror01", "juror02", "juror08"}, Papers: papers("lydney", "lydney", "lydney"), Tellers: two}, domain.Conflict, ""},
		{"somebody not on the register", deliberation.PaperInput{Members: []string{"juror01", "juror02", "juror99"}, Papers: papers("lydney", "lydney", "lydney"), Tellers: two}, domain.Invalid, "members.2"},
		{"a spoilt paper", deliberation.PaperInput{Members: []string{"juror01", "juror02", "juror03"}, Papers: papers("lydney", "nowhere", "lydney"), Tellers: two}, domain.Invalid, "papers.1.q1"},
	}
	for _, row := range rows {
		_, err := j.EnterPapers(t.Context(), j.by(facilitator), forest, b.ID, row.in)
		refused(t, err, row.code, row.item)
	}
	good := deliberation.PaperInput{Members: j.seats.ids[:7], Papers: papers("lydney", "lydney", "lydney", "coleford", "coleford", "abstain", "cinderford"), Tellers: two}
	for range 2 {
		must[deliberation.Receipt](t)(j.EnterPapers(t.Context(), j.by(facilitator), forest, b.ID, good))
	}
	v := j.certified(b.ID)
	if v.Result.Voted != 8 || v.Result.Papers != 7 || v.Result.Outcomes[0].Counts["lydney"] != 4 {
		t.Errorf("got %+v", v.Result)
	}
}
