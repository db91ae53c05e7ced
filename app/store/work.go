package store

import (
	"context"
	"encoding/json"
	"errors"

	"folkmoot/domain"
)

// workSpec keeps what is being done to a store as a whole. It is the place's
// own: no backup and no copy carries it.
var workSpec = Spec{Name: "store_work", Schema: 1, Shard: IDField}

const workID = "work"

// Work is something done to a whole store that must be finished before the
// store is served: a restore, or a copy into it.
type Work struct {
	What string `json:"what"` // restore, copy
	Of   string `json:"of"`   // the id of the backup, or the name of the source
	Step string `json:"step,omitempty"`

	version int64
}

// Unfinished answers the work under way in a store, nil when there is none.
func Unfinished(ctx context.Context, e Engine) (*Work, error) {
	if err := e.Ensure(ctx, workSpec); err != nil {
		return nil, err
	}
	d, err := e.Get(ctx, workSpec.Name, workID)
	if errors.Is(err, ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w := &Work{version: d.Version}
	if err := json.Unmarshal(d.Body, w); err != nil {
		return nil, domain.E(domain.Internal, "the note of unfinished work in the store cannot be read").Because(err)
	}
	return w, nil
}

// Note writes down that the work is under way, or how far it came.
func (w *Work) Note(ctx context.Context, e Engine) error {
	if err := e.Ensure(ctx, workSpec); err != nil {
		return err
	}
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	d := Document{ID: workID, Version: w.version + 1, Schema: 1, Body: body}
	if w.version == 0 {
		err = e.Insert(ctx, workSpec.Name, d)
	} else {
		err = e.Replace(ctx, workSpec.Name, d, w.version)
	}
	if err == nil {
		w.version++
	}
	return err
}

// Finish ends the work: from here on the store may be served.
func (w *Work) Finish(ctx context.Context, e Engine) error {
	return e.Delete(ctx, workSpec.Name, workID, w.version)
}

// Refuse is an error while work on the store is unfinished.
func Refuse(ctx context.Context, e Engine) error {
	w, err := Unfinished(ctx, e)
	if err != nil || w == nil {
		return err
	}
	return domain.E(domain.Unavailable, "a %s into this store was begun and is not finished; run the same folkmoot store %s again, or empty the store", w.What, w.What)
}
