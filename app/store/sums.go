package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Sum is what a collection holds, in short: two engines with the same sums
// hold the same documents. Indexed fields are not in it; they follow from the
// bodies.
type Sum struct {
	Collection string `json:"collection"`
	Schema     int    `json:"schema"` // of the release that counted
	Documents  int    `json:"documents"`
	SHA256     string `json:"sha256"` // over the documents in the order of their ids
}

// Sums reads every document of the collections, which must have been made.
func Sums(ctx context.Context, e Engine, specs []Spec) ([]Sum, error) {
	out := make([]Sum, 0, len(specs))
	for _, spec := range specs {
		s, h := Sum{Collection: spec.Name, Schema: spec.Schema}, sha256.New()
		for d, err := range everything(ctx, e, spec) {
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", spec.Name, err)
			}
			s.Documents++
			fmt.Fprintf(h, "%d:%s %d %d %d:", len(d.ID), d.ID, d.Version, d.Schema, len(d.Body))
			h.Write(d.Body)
		}
		s.SHA256 = hex.EncodeToString(h.Sum(nil))
		out = append(out, s)
	}
	return out, nil
}

// Empty reports whether none of the collections holds a document. It makes
// them where they are missing.
func Empty(ctx context.Context, e Engine, specs []Spec) (bool, error) {
	if err := e.Ensure(ctx, specs...); err != nil {
		return false, err
	}
	for _, spec := range specs {
		docs, err := e.Find(ctx, spec.Name, Query{Limit: 1})
		if err != nil || len(docs) > 0 {
			return false, err
		}
	}
	return true, nil
}
