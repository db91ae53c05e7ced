package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/app/store"
)

// Copies moves a store's content from one engine to the other and compares.
// Both must be empty.
func Copies(t *testing.T, from, to store.Engine) {
	ctx := t.Context()
	s := store.New(from, store.Hooks{})
	c := store.Open(s, Docs("docs"))
	migrate(t, s)
	for i := range 140 {
		d := doc(fmt.Sprintf("d%03d", i), State(fmt.Sprint("s", i%3)), i)
		d.Note = "Überprüfung <b> & \u2028 😀"
		d.Open = i%2 == 0
		insert(t, c, d)
	}
	hash, err := s.Files().Put(ctx, "text/plain", []byte("evidence"))
	if err != nil {
		t.Fatal(err)
	}
	for round, want := range []int{140 + 2 + 3, 0} { // documents, the file, what is kept of three collections
		got, err := store.Copy(ctx, to, from, s.Specs())
		if err != nil || got.Documents != 145 || got.Written != want {
			t.Errorf("copy %d: %+v, %v", round, got, err)
		}
	}
	wantFaults(t, "after the copy", from, to, s.Specs(), nil)
	moved := store.New(to, store.Hooks{})
	mc := store.Open(moved, Docs("docs"))
	if todo, err := moved.Check(ctx); err != nil || len(todo) > 0 {
		t.Errorf("the copy needs a migration: %q, %v", todo, err)
	}
	if got, _, err := moved.Files().Get(ctx, hash); err != nil || string(got) != "evidence" {
		t.Errorf("the file: %q, %v", got, err)
	}
	if n, err := moved.Verify(ctx, func(f store.Fault) { t.Errorf("the copy: %+v", f) }); err != nil || n != 142 {
		t.Errorf("verified %d documents, %v", n, err)
	}
	if _, err := mc.Update(ctx, "d001", func(d *Doc) error { d.Rank = -1; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := mc.Delete(ctx, "d002"); err != nil {
		t.Fatal(err)
	}
	insert(t, mc, doc("extra", "open", 1))
	wantFaults(t, "after changes", from, to, s.Specs(), []string{"d001", "d002", "extra"})
	if got, err := store.Copy(ctx, to, from, s.Specs()); err != nil || got.Written != 2 {
		t.Errorf("copying again: %+v, %v", got, err)
	}
	wantFaults(t, "after copying again", from, to, s.Specs(), []string{"extra"})
}

func wantFaults(t *testing.T, when string, a, b store.Engine, specs []store.Spec, want []string) {
	t.Helper()
	var got []string
	_, err := store.Compare(t.Context(), a, b, specs, func(f store.Fault) { got = append(got, f.ID) })
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%s: %v -want +got\n%s", when, err, d)
	}
}
