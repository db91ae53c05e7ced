package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// disclosed writes the record of a played jury for a request
// under freedom of information: it is whole, and names neither staff nor
// residents.
func (p *played) disclosed(t *testing.T) {
	dir := t.TempDir()
	out := mustCommand(t, at(p.cfg.DataDir), "admin", "disclose", "--process", p.id, "--out", dir)
	for _, name := range []string{"report.json", "decisions.json", "progress.json", "packs.json", "draws.json", "representation.json", "certificate.json", "record.jsonl"} {
		if !strings.Contains(out, name) {
			t.Errorf("%s is left out", name)
		}
	}
	var staff []string
	for _, a := range p.actors {
		staff = append(staff, a.ID)
	}
	residents := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, id := range append(staff, p.member, "Resident Quill", "Hidden Lane", "+999", "Whimberry") {
			if strings.Contains(string(raw), id) {
				t.Errorf("%s holds %s", filepath.Base(path), id)
			}
		}
		residents += strings.Count(string(raw), "a resident")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if residents == 0 {
		t.Error("no resident was withheld: the test looks at nothing")
	}
}
