package api

import (
	"slices"
	"testing"

	"folkmoot/domain"
)

func TestAListIsAnsweredPageByPage(t *testing.T) {
	t.Parallel()
	items := []string{"a", "b", "c", "d", "e"}
	var got []string
	in := listPaging{Limit: 2}
	for pages := 0; ; pages++ {
		p, err := paged(items, in, nil)
		if err != nil || pages > 3 {
			t.Fatalf("page %d: %v", pages, err)
		}
		got = append(got, p.Items...)
		if in.After = p.Next; in.After == "" {
			break
		}
	}
	if !slices.Equal(got, items) {
		t.Errorf("got %v, want %v", got, items)
	}
	for _, after := range []domain.Cursor{"x", "-1", "6"} {
		if _, err := paged(items, listPaging{Limit: 2, After: after}, nil); !domain.Is(err, domain.Invalid) {
			t.Errorf("after %q: got %v, want invalid", after, err)
		}
	}
}
