package sms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ann = "+447700900123"

func TestAResidentRegistersByKeyword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, body := range []string{"FOREST", "1", "2", "GL16 7QD", "0", "1", "1"} {
		w.text(ann, body)
		w.settle()
		w.clock.Advance(61e9)
	}
	want := []string{"register p1", "answer p1 age=45+", "contact GL16 7QD", "place GL16 7QD", "contact standard", "answer p1 availability=yes", "answer p1"}
	if diff := cmp.Diff(want, w.town.done); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
	for _, s := range w.said(ann) {
		t.Log(s)
	}
}
