package domain_test

import (
	"strings"
	"testing"

	"folkmoot/domain"
)

type plainDoc struct {
	domain.Root
	Names []string             `json:"names"`
	Rows  []struct{ In []int } `json:"rows"`
	Raw   [][]byte             `json:"raw"`
}

type takenDoc struct {
	domain.Root
	Wanted []string `json:"effects"`
}

type listsDoc struct {
	domain.Root
	In struct {
		Rounds []map[string][][]string `json:"rounds"`
	} `json:"in"`
}

// A repository refuses, when it is opened, a document that would lose a field
// or that some databases could not hold.
func TestCheckShape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc  domain.Aggregate
		says string
	}{
		{&plainDoc{}, ""},
		{&takenDoc{}, "takes the JSON name effects"},
		{&listsDoc{}, "lists in a list"},
	} {
		func() {
			defer func() {
				said, _ := recover().(string)
				if c.says == "" && said != "" || !strings.Contains(said, c.says) {
					t.Errorf("%T: %q, want %q", c.doc, said, c.says)
				}
			}()
			domain.CheckShape(c.doc)
		}()
	}
}
