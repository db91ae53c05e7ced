package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/audit"
	"folkmoot/domain/domaintest"
)

type refs map[string]domain.ProcessRef

func (r refs) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if p, ok := r[id]; ok {
		return p, nil
	}
	return domain.ProcessRef{}, domain.Hidden("process")
}

var start = time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC)

func setup() *audit.Service {
	return audit.New(domaintest.Memory(audit.Entries), refs{"p1": {ID: "p1", Body: "b1"}}, domaintest.NewClock(start))
}

func event(n int) domain.Event {
	return domain.Event{
		ID: fmt.Sprintf("e%03d", n), Chain: "p1", At: start, Actor: "u1", Roles: []domain.Role{domain.Organiser},
		Action: "test.done", Data: map[string]any{"n": n, "share": 0.25, "what": []string{"a", "b"}},
	}
}

func organiser() domain.Actor {
	return domain.Actor{ID: "u1", Grants: []domain.Grant{{Role: domain.Organiser, Process: "p1"}}}
}

func export(t *testing.T, s *audit.Service) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(t.Context(), organiser(), "p1", &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestManyWritersMakeOneChain(t *testing.T) {
	t.Parallel()
	s := setup()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 25 { // every event is appended by two writers
				if err := s.Append(t.Context(), event((w/2)*25+n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, err := audit.Check(bytes.NewReader(export(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Entries != 100 || got.Chain != "p1" {
		t.Errorf("got %d entries of chain %q, want 100 of p1", got.Entries, got.Chain)
	}
	if head, _ := s.Head(t.Context(), "p1"); head.Hash != got.Head {
		t.Errorf("the public head %s is not the export's %s", head.Hash, got.Head)
	}
}

func TestATamperedExportIsNamed(t *testing.T) {
	t.Parallel()
	s := setup()
	for n := range 5 {
		if err := s.Append(t.Context(), event(n)); err != nil {
			t.Fatal(err)
		}
	}
	whole := string(export(t, s))
	lines := strings.SplitAfter(whole, "\n")
	tests := []struct{ name, export, want string }{
		{"an actor changed", strings.Replace(whole, `"actor":"u1"`, `"actor":"u2"`, 1), "line 1 (entry 1, test.done) was changed"},
		{"data changed", strings.Replace(whole, `"n":3`, `"n":4`, 1), "line 4 (entry 4, test.done) was changed"},
		{"an entry left out", lines[0] + lines[2] + lines[3], "line 2 has number 3 where 2 must stand"},
		{"an entry doubled", lines[0] + lines[0], "line 2 has number 1 where 2 must stand"},
		{"another chain's entry", lines[0] + strings.Replace(lines[1], `"chain":"p1"`, `"chain":"p2"`, 1), "belongs to another chain"},
		{"a previous hash changed", lines[0] + strings.Replace(lines[1], `"prev":"`, `"prev":"0`, 1), "does not follow"},
		{"cut in the middle of a line", whole[:len(whole)-20], "is not an entry"},
		{"empty", "", "holds no entries"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := audit.Check(strings.NewReader(tt.export)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestWhoMayReadTheChain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		role domain.Role
		want domain.Code
	}{
		{domain.Organiser, ""}, {domain.Oversight, ""}, {domain.Evaluator, ""}, {domain.Administrator, ""},
		{domain.Commissioner, domain.Forbidden}, {domain.Facilitator, domain.Forbidden}, {domain.ConfirmationCaller, domain.Forbidden},
		{domain.Public, domain.NotFound},
	}
	for _, tt := range tests {
		actor := domain.Actor{ID: "x", Grants: []domain.Grant{{Role: tt.role, Body: "b1"}}}
		_, _, err := setup().List(t.Context(), actor, "p1", 10, "")
		if got := domain.CodeOf(err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.role, got, tt.want)
		}
	}
	elsewhere := domain.Actor{ID: "x", Grants: []domain.Grant{{Role: domain.Organiser, Body: "b2"}}}
	if _, _, err := setup().List(t.Context(), elsewhere, "p1", 10, ""); !domain.Is(err, domain.NotFound) {
		t.Errorf("an organiser of another body got %v, want not_found", err)
	}
}

func TestALookNeedsAPurpose(t *testing.T) {
	t.Parallel()
	s := setup()
	cmd := domain.Command{Actor: organiser(), Key: "k1"}
	if err := s.Look(t.Context(), cmd, "p1", "people:x", ""); !domain.Is(err, domain.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
	if err := s.Look(t.Context(), cmd, "p1", "people:x", "confirm by phone"); err != nil {
		t.Fatal(err)
	}
	got, _, _ := s.List(t.Context(), organiser(), "p1", 10, "")
	if len(got) != 1 || got[0].Event.Action != "identity.seen" || got[0].Event.Reason != "confirm by phone" {
		t.Errorf("got %+v, want one identity.seen with its purpose", got)
	}
}
