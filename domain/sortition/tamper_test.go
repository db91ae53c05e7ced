package sortition_test

import (
	"encoding/json"
	"fmt"
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

// The proof itself is checked, not only its hash: a replay whose statement is
// rewritten to match fails for what it claims.
func TestForgedProof(t *testing.T) {
	t.Parallel()
	l := concluded(t)
	tree := decodeAny(t, l.Replay.Proof)
	n := 0
	mutations(tree, "proof", func(any) {}, func(path string) {
		if strings.Contains(path, "kind") && !strings.Contains(path, "rows") || strings.Contains(path, ".target") {
			return // says what follows; target is unused in other rows
		}
		var proof sortition.Proof
		if json.Unmarshal([]byte(asJSON(t, tree)), &proof) != nil {
			return
		}
		cert, replay := l.Certificate, l.Replay
		replay.Proof = proof
		old := "proof " + sha256Hex(asJSON(t, l.Replay.Proof))
		cert.Commitment.Statement = strings.Replace(cert.Commitment.Statement, old, "proof "+sha256Hex(asJSON(t, proof)), 1)
		cert.Commitment.Hash = sha256Hex(cert.Commitment.Statement)
		cert.Choice = nil
		cert.Seal = ""
		cert.Seal = sha256Hex(asJSON(t, cert))
		n++
		if report := verify.Draw(&cert, &replay, nil); report.OK && !harmless(path, proof) {
			t.Errorf("%s changed and the proof passed", path)
		}
	})
	t.Logf("%d forgeries", n)
}

// harmless names changes that leave a valid proof: a case split elsewhere,
// and another scale for the only price of a stage.
func harmless(path string, proof sortition.Proof) bool {
	if strings.Contains(path, "tree") {
		return true
	}
	var stage int
	if _, err := fmt.Sscanf(path, "proof.stages[%d].prices", &stage); err != nil {
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
