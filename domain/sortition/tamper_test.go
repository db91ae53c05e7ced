package sortition_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"folkmoot/domain/sortition"
	"folkmoot/domain/sortition/verify"
)

// mutations visits every value inside decoded JSON and calls try with each
// changed once, in place; the change is undone afterwards.
func mutations(v any, path string, set func(any), try func(path string)) {
	switch x := v.(type) {
	case map[string]any:
		for name, inner := range x {
			mutations(inner, path+"."+name, func(n any) { x[name] = n }, try)
		}
	case []any:
		for i, inner := range x {
			if i > 2 && i < len(x)-1 { // the ends of long lists stand for all
				continue
			}
			mutations(inner, fmt.Sprintf("%s[%d]", path, i), func(n any) { x[i] = n }, try)
		}
		if len(x) > 0 {
			set(x[1:])
			try(path + " shortened")
			set(x)
		}
	case string:
		set(x + "1")
		try(path)
		set(x)
	case float64:
		set(x + 1)
		try(path)
		set(x)
	case bool:
		set(!x)
		try(path)
		set(x)
	case nil:
	}
}

func decodeAny(t *testing.T, v any) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(asJSON(t, v)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// concluded is a small draw with households, an inequality over whole panels
// and people in no panel, so that every kind of record is in it.
func concluded(t *testing.T) *sortition.Lottery {
	t.Helper()
	features := []string{"f1", "f2", "f3"}
	p := &sortition.Problem{Size: 2, Targets: []sortition.Target{
		target("f1", "v1", 1, 2), target("f1", "v2", 0, 2), target("f2", "v1", 1, 2), target("f2", "v2", 0, 2),
		target("f3", "v1", 1, 2), target("f3", "v2", 0, 2), target("f3", "v3", 0, 0),
	}}
	for id, values := range map[string][]string{"a": {"v1", "v1", "v1"}, "b": {"v1", "v2", "v2"}, "c": {"v2", "v1", "v2"},
		"d": {"v2", "v2", "v1"}, "e": {"v1", "v1", "v3"}} {
		p.People = append(p.People, person(id, features, values...))
	}
	p.People[0].Household, p.People[1].Household = "home", "other home"
	l := prepare(t, p, sortition.Options{Panels: 9, Label: "tamper", SeedPlan: "dice", Salt: "salt", Program: "test 1"})
	if len(l.Replay.Proof.Cuts) == 0 || len(l.Certificate.Summary.Uncoverable) == 0 {
		t.Fatal("the problem is not the one that this test needs")
	}
	if _, err := sortition.Conclude(l, sortition.Seed{Value: "123", Source: sortition.SeedWitnessed, Witnesses: []string{"W"}}); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, l)
	return l
}

// A certificate changed in any one value fails, with a reason.
func TestTamperedCertificate(t *testing.T) {
	t.Parallel()
	l := concluded(t)
	tree := decodeAny(t, l.Certificate)
	n := 0
	mutations(tree, "certificate", func(any) {}, func(path string) {
		var changed sortition.Certificate
		if json.Unmarshal([]byte(asJSON(t, tree)), &changed) != nil {
			return // it no longer reads at all
		}
		n++
		for name, replay := range map[string]*sortition.Replay{"public": nil, "full": &l.Replay} {
			if report := verify.Draw(&changed, replay, nil); report.OK || reasons(report) == "" {
				t.Errorf("%s check: %s changed and passed", name, path)
			}
		}
	})
	t.Logf("%d changes", n)
	if n < 60 {
		t.Errorf("only %d changes were tried", n)
	}
}

// A resealed certificate still fails: the seal is not what protects it.
func TestResealedCertificate(t *testing.T) {
	t.Parallel()
	l := concluded(t)
	tree := decodeAny(t, l.Certificate)
	mutations(tree, "certificate", func(any) {}, func(path string) {
		// Witnesses and the source of the seed are told, not computed; the
		// first is compared with their own record.
		if strings.Contains(path, "witnesses") || strings.Contains(path, "source") || strings.Contains(path, ".seal") {
			return
		}
		var changed sortition.Certificate
		if json.Unmarshal([]byte(asJSON(t, tree)), &changed) != nil {
			return
		}
		changed.Seal = ""
		changed.Seal = sha256Hex(asJSON(t, changed))
		if verify.Draw(&changed, &l.Replay, nil).OK {
			t.Errorf("%s changed and passed after resealing", path)
		}
	})
}

// What is published is checked, not only its hashes: a lottery whose
// statement is rewritten to match fails for what it claims.
func TestForgedLottery(t *testing.T) {
	t.Parallel()
	l := concluded(t)
	l.Certificate.Choice = nil // another commitment, another choice
	forge(t, l, func(path string, forged *sortition.Lottery) bool { return harmless(path, forged.Replay.Proof) })
}

// forge changes each value of the certificate and of the replay, one at a
// time, rewrites the commitment and the seal to match, and wants the verifier
// to object, except where harmless says that nothing false is claimed.
func forge(t *testing.T, l *sortition.Lottery, harmless func(string, *sortition.Lottery) bool) {
	t.Helper()
	restate(t, l)
	mustVerify(t, l)
	tree := decodeAny(t, l)
	n := 0
	mutations(tree, "", func(any) {}, func(path string) {
		var forged sortition.Lottery
		if json.Unmarshal([]byte(asJSON(t, tree)), &forged) != nil || asJSON(t, forged) == asJSON(t, l) {
			return // it no longer reads, or reads the same
		}
		if strings.Contains(path, "commitment") || strings.Contains(path, "seal") || told(path) || strings.Count(path, ".below")+strings.Count(path, ".above") > 1 {
			return
		}
		n++
		restate(t, &forged)
		report := verify.Draw(&forged.Certificate, &forged.Replay, nil)
		if report.OK && !harmless(path, &forged) {
			t.Errorf("%s changed and passed", path)
		}
		if !report.OK && reasons(report) == "" {
			t.Errorf("%s changed and failed without a reason", path)
		}
	})
	t.Logf("%d forgeries", n)
	if n < 100 {
		t.Errorf("only %d forgeries were tried", n)
	}
}

// told names what a certificate tells and nothing in it can contradict: the
// organiser's own words and settings, and how many targets keep somebody out,
// bound by the commitment alone.
func told(path string) bool {
	for _, part := range []string{".label", ".program", ".seed_plan", ".drand_round", ".salt", ".warnings", ".options", ".flex", ".excluding shortened"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

// restate rewrites the commitment of a lottery to what it now holds.
func restate(t *testing.T, l *sortition.Lottery) {
	t.Helper()
	c, r := &l.Certificate, &l.Replay
	hash := func(v any) string { return sha256Hex(asJSON(t, v)) }
	c.Commitment.Statement = strings.Join([]string{
		"folkmoot draw commitment 1", "label " + strconv.Quote(c.Label), "program " + strconv.Quote(c.Program),
		"objective " + string(c.Objective), fmt.Sprint("size ", c.Size), fmt.Sprint("people ", c.PoolSize), fmt.Sprint("types ", c.Types),
		"pool " + hash([]any{r.Options.Salt, r.Problem.People}), "targets " + hash(c.Targets), "settings " + hash(r.Options),
		"panels " + sha256Hex(string(sortition.PanelsCSV(c.Panels))), "chances " + hash(c.Chances), "summary " + hash(c.Summary),
		"warnings " + hash(c.Warnings), "proof " + hash(r.Proof), "reasons " + hash(r.Uncoverable), "seed " + strconv.Quote(c.SeedPlan), fmt.Sprint("drand ", c.DrandRound),
	}, "\n") + "\n"
	c.Commitment.Hash = sha256Hex(c.Commitment.Statement)
	c.Seal = ""
	c.Seal = hash(c)
}

// A replay file changed in any one value is not the one committed to.
func TestTamperedReplay(t *testing.T) {
	t.Parallel()
	l := concluded(t)
	tree := decodeAny(t, l.Replay)
	mutations(tree, "replay", func(any) {}, func(path string) {
		var changed sortition.Replay
		if json.Unmarshal([]byte(asJSON(t, tree)), &changed) != nil {
			return
		}
		if report := verify.Draw(&l.Certificate, &changed, nil); asJSON(t, changed) != asJSON(t, l.Replay) && report.OK {
			t.Errorf("%s changed and passed", path)
		}
	})
}

// harmless names changes that leave a valid proof: a case split elsewhere,
// another scale for the only price of a stage, a number that only rows of
// targets use, and another name for a household of one.
func harmless(path string, proof sortition.Proof) bool {
	if strings.Contains(path, "tree") || strings.HasSuffix(path, ".household") {
		return true
	}
	var row, stage int
	if _, err := fmt.Sscanf(path, ".replay.proof.rows[%d].target", &row); err == nil && strings.HasSuffix(path, ".target") {
		return proof.Rows[row].Kind != "target"
	}
	if _, err := fmt.Sscanf(path, ".replay.proof.stages[%d].prices", &stage); err != nil {
		return false
	}
	return len(proof.Stages[stage].Prices) == 1
}

func reasons(r *verify.Report) string {
	out := ""
	for _, c := range r.Checks {
		if !c.OK {
			out += c.Text
		}
	}
	return out
}
