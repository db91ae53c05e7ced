package api

import (
	"strconv"

	"folkmoot/domain"
)

// listIn asks for a list that a process bounds by itself (its sessions,
// recommendations, actions): it is read whole and answered page by page.
type listIn struct {
	onProcess
	listPaging
}

type listPaging struct {
	Limit int           `query:"limit" min:"1" max:"200" default:"200" doc:"How many at most."`
	After domain.Cursor `query:"after" doc:"The next of the page before."`
}

// paged cuts the page out of a list whose order does not change.
func paged[T any](items []T, in listPaging, err error) (Page[T], error) {
	if err != nil {
		return Page[T]{}, err
	}
	from := 0
	if in.After != "" {
		if from, err = strconv.Atoi(string(in.After)); err != nil || from < 0 || from > len(items) {
			return Page[T]{}, domain.Problems{"after": "send the next of the page before, as it was answered"}.Err()
		}
	}
	to := min(from+in.Limit, len(items))
	out := Page[T]{Items: items[from:to]}
	if to < len(items) {
		out.Next = domain.Cursor(strconv.Itoa(to))
	}
	return out, nil
}
