package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"folkmoot/domain"
)

// A newcomer's first installation, with no setting and no body, told a
// stranger "Or call ." and, asked whether it was real, vouched for itself
// under the code "Folkmoot".
func TestWhatAStrangerIsToldWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings []string
		wants    []string
	}{
		{"as it comes", nil, []string{"Or call the number on our letters.", "This is Folkmoot,", "ask on the number on our letters"}},
		{"with a name and a number", []string{"FOLKMOOT_NAME=Forest Health Board", "FOLKMOOT_PHONE=01632 960123"},
			[]string{"Or call 01632 960123.", "This is Forest Health Board,", "ask on 01632 960123"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, io.Discard, c.settings...)
			p := &played{house: h, t: t, ctx: t.Context()}
			p.at("2026-01-15 10:00")
			admin := domain.Actor{ID: "adam", Grants: []domain.Grant{{Role: domain.Administrator}}}
			for _, words := range []string{"hello", "is this real?", "where is it?"} {
				if err := (simulator{h}).Text(t.Context(), admin, texter, words); err != nil {
					t.Fatal(err)
				}
				p.settled()
			}
			said := strings.Join(p.conversation(), "\n")
			for _, want := range c.wants {
				if !strings.Contains(said, want) {
					t.Errorf("said nothing of %q:\n%s", want, said)
				}
			}
			if wrong := slices.DeleteFunc([]string{"call .", " on .", "this is real", "  "}, func(w string) bool { return !strings.Contains(said, w) }); len(wrong) > 0 {
				t.Errorf("said %q:\n%s", wrong, said)
			}
		})
	}
}
