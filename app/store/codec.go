package store

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"folkmoot/domain"
)

// MaxBody is how large a document may be, in bytes of JSON: well under what
// MongoDB takes. Every aggregate states a bound of its own far below it.
const MaxBody = 8 << 20

// root is the kernel's part of a document. Open has made sure there is one.
func root[T any](doc *T) *domain.Root { return any(doc).(domain.Aggregate).Base() }

// encode makes the stored form of doc at a version, and the time at which its
// earliest effect is due (zero when it has none). It leaves doc alone.
func (c *Collection[T]) encode(doc *T, version int64) (Document, time.Time, error) {
	cp := *doc
	r := root(&cp)
	r.Version = version
	out := Document{ID: r.ID, Version: version, Schema: c.spec.Schema}
	if r.ID == "" || !utf8.ValidString(r.ID) {
		return out, time.Time{}, c.fault("a document of %s has no usable id", c.spec.Name)
	}
	var err error
	if out.Body, err = json.Marshal(&cp); err != nil {
		return out, time.Time{}, c.fault("a document of %s cannot be encoded", c.spec.Name).Because(err)
	}
	if len(out.Body) > MaxBody {
		return out, time.Time{}, domain.E(domain.Conflict, "this record is full (%d bytes); nothing more can be added to it", len(out.Body))
	}
	due := earliest(r.Effects)
	out.Keys, err = c.keys(&cp, due)
	return out, due, err
}

func (c *Collection[T]) keys(doc *T, due time.Time) (map[string]any, error) {
	raw := map[string]any{}
	if c.decl.Keys != nil {
		raw = c.decl.Keys(doc)
		if raw == nil {
			raw = map[string]any{}
		}
	}
	delete(raw, domain.EffectsIndex)
	if !due.IsZero() {
		raw[domain.EffectsIndex] = due
	}
	return normalKeys(raw, c.fields)
}

func earliest(effects []domain.Effect) time.Time {
	var first time.Time
	for _, e := range effects {
		if first.IsZero() || e.Due.Before(first) {
			first = e.Due
		}
	}
	if len(effects) > 0 && first.IsZero() { // due at no time is due at once
		first = time.UnixMilli(0)
	}
	return domain.Milli(first)
}

// decode reads a stored document, upgraded to the present schema.
func (c *Collection[T]) decode(d Document) (T, error) {
	var doc T
	body, err := c.upgraded(d)
	if err != nil {
		return doc, err
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return doc, c.fault("document %s of %s cannot be read", d.ID, c.spec.Name).Because(err)
	}
	r := root(&doc)
	r.ID, r.Version = d.ID, d.Version
	return doc, nil
}

func (c *Collection[T]) upgraded(d Document) ([]byte, error) {
	if d.Schema == c.spec.Schema {
		return d.Body, nil
	}
	if d.Schema > c.spec.Schema {
		return nil, domain.E(domain.Unavailable, "this was written by a newer release (schema %d of %s; this one knows %d); upgrade this instance", d.Schema, c.spec.Name, c.spec.Schema)
	}
	if d.Schema < 1 || len(c.decl.Upgrade) < c.spec.Schema-1 {
		return nil, c.fault("document %s of %s has schema %d, and there is no way from there to %d", d.ID, c.spec.Name, d.Schema, c.spec.Schema)
	}
	dec := json.NewDecoder(bytes.NewReader(d.Body))
	dec.UseNumber()
	var body map[string]any
	if err := dec.Decode(&body); err != nil {
		return nil, c.fault("document %s of %s cannot be read", d.ID, c.spec.Name).Because(err)
	}
	for n := d.Schema; n < c.spec.Schema; n++ {
		if err := c.decl.Upgrade[n-1](body); err != nil {
			return nil, c.fault("document %s of %s cannot be upgraded from schema %d", d.ID, c.spec.Name, n).Because(err)
		}
	}
	return json.Marshal(body)
}

func (c *Collection[T]) fault(format string, args ...any) *domain.Error {
	return domain.E(domain.Internal, format, args...)
}
