package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// stored is a document as it lies in its collection.
type stored struct {
	ID      string   `bson:"_id"`
	Version int64    `bson:"version"`
	Schema  int64    `bson:"schema"`
	Keys    bson.D   `bson:"keys"`
	Body    bson.Raw `bson:"body"`
}

func encode(doc store.Document) (bson.D, error) {
	body, err := toNative(doc.Body)
	if err != nil {
		return nil, domain.E(domain.Internal, "a document cannot be written natively").Because(err)
	}
	keys := bson.D{}
	for _, f := range sortedFields(doc.Keys) {
		keys = append(keys, bson.E{Key: f, Value: doc.Keys[f]})
	}
	return bson.D{
		{Key: "_id", Value: doc.ID},
		{Key: "version", Value: doc.Version},
		{Key: "schema", Value: int64(doc.Schema)},
		{Key: "keys", Value: keys},
		{Key: "body", Value: body},
	}, nil
}

func sortedFields(keys map[string]any) []string {
	out := make([]string, 0, len(keys))
	for f := range keys {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func decode(s stored) (store.Document, error) {
	body, err := toJSON(s.Body)
	if err != nil {
		return store.Document{}, domain.E(domain.Internal, "document %s is not one of ours", s.ID).Because(err)
	}
	doc := store.Document{ID: s.ID, Version: s.Version, Schema: int(s.Schema), Body: body, Keys: make(map[string]any, len(s.Keys))}
	for _, e := range s.Keys {
		switch v := e.Value.(type) {
		case bson.DateTime:
			doc.Keys[e.Key] = v.Time().UTC()
		case int32: // only when somebody edited by hand
			doc.Keys[e.Key] = int64(v)
		default:
			doc.Keys[e.Key] = v
		}
	}
	return doc, nil
}

// Insert stores a new document.
func (d *DB) Insert(ctx context.Context, collection string, doc store.Document) error {
	c, err := d.collection(collection)
	if err != nil {
		return err
	}
	raw, err := encode(doc)
	if err != nil {
		return err
	}
	if _, err = c.InsertOne(ctx, raw); mongo.IsDuplicateKeyError(err) {
		return store.ErrExists
	}
	return translate(err)
}

// Get answers a document without its keys.
func (d *DB) Get(ctx context.Context, collection, id string) (store.Document, error) {
	c, err := d.collection(collection)
	if err != nil {
		return store.Document{ID: id}, err
	}
	var s stored
	err = c.FindOne(ctx, byID(id), options.FindOne().SetProjection(bson.D{{Key: "keys", Value: 0}})).Decode(&s)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return store.Document{ID: id}, store.ErrAbsent
	}
	if err != nil {
		return store.Document{ID: id}, translate(err)
	}
	doc, err := decode(s)
	doc.Keys = nil
	return doc, err
}

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }

func byVersion(id string, version int64) bson.D {
	return append(byID(id), bson.E{Key: "version", Value: version})
}

// Replace stores doc over the version was.
func (d *DB) Replace(ctx context.Context, collection string, doc store.Document, was int64) error {
	c, err := d.collection(collection)
	if err != nil {
		return err
	}
	raw, err := encode(doc)
	if err != nil {
		return err
	}
	res, err := c.ReplaceOne(ctx, byVersion(doc.ID, was), raw)
	if err == nil && res.MatchedCount == 0 {
		return store.ErrStale
	}
	return translate(err)
}

// Delete removes a document.
func (d *DB) Delete(ctx context.Context, collection, id string, version int64) error {
	c, err := d.collection(collection)
	if err != nil {
		return err
	}
	filter := byID(id)
	if version != 0 {
		filter = byVersion(id, version)
	}
	res, err := c.DeleteOne(ctx, filter)
	if err != nil || res.DeletedCount == 1 {
		return translate(err)
	}
	if version == 0 {
		return store.ErrAbsent
	}
	if _, err := d.Get(ctx, collection, id); err != nil {
		return err
	}
	return store.ErrStale
}

// Find answers at most q.Limit documents in the index's order.
func (d *DB) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	c, err := d.collection(collection)
	if err != nil {
		return nil, err
	}
	o := options.Find().SetSort(order(q)).SetLimit(int64(q.Limit)).SetHint(hint(q))
	cur, err := c.Find(ctx, filter(q), o)
	if err != nil {
		return nil, translate(err)
	}
	var list []stored
	if err := cur.All(ctx, &list); err != nil {
		return nil, translate(err)
	}
	out := make([]store.Document, len(list))
	for i, s := range list {
		if out[i], err = decode(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Count counts the documents of the query's range.
func (d *DB) Count(ctx context.Context, collection string, q store.Query) (int64, error) {
	c, err := d.collection(collection)
	if err != nil {
		return 0, err
	}
	q.After = nil
	n, err := c.CountDocuments(ctx, filter(q), options.Count().SetHint(hint(q)))
	return n, translate(err)
}

// hint names the index: a query it cannot serve then fails in the first test.
func hint(q store.Query) any {
	if q.Index == "" {
		return bson.D{{Key: "_id", Value: 1}}
	}
	return q.Index
}

// paths are where the fields of the query's order lie, the id last.
func paths(q store.Query) []string {
	out := make([]string, 0, len(q.Fields)+1)
	for _, f := range q.Fields {
		out = append(out, keyPath(f))
	}
	return append(out, "_id")
}

func order(q store.Query) bson.D {
	dir := 1
	if q.Reverse {
		dir = -1
	}
	out := bson.D{}
	for _, p := range paths(q) {
		out = append(out, bson.E{Key: p, Value: dir})
	}
	return out
}

// filter is the query's range: equal fields, bounds on the next one, every
// other field of the index present, and all of it behind the cursor.
func filter(q store.Query) bson.D {
	ps := paths(q)
	out := bson.D{}
	for i, v := range q.Equal {
		out = append(out, bson.E{Key: ps[i], Value: value(v)})
	}
	n := min(len(q.Equal), len(ps)-1)
	bounds := bson.D{}
	if q.From != nil {
		bounds = append(bounds, bson.E{Key: "$gte", Value: value(q.From)})
	}
	if q.To != nil {
		bounds = append(bounds, bson.E{Key: "$lt", Value: value(q.To)})
	}
	switch {
	case q.After == nil:
	case q.Index == "":
		bounds = append(bounds, bson.E{Key: past(q), Value: q.After[0]})
	case n < len(q.Fields):
		// Follows from behind; it tells the server where in the index to begin.
		bounds = append(bounds, bson.E{Key: past(q) + "e", Value: value(q.After[n])})
	}
	for i := len(q.Equal); i < len(q.Fields); i++ {
		cond := bson.D{{Key: "$ne", Value: nil}}
		if i == n && len(bounds) > 0 {
			cond = bounds
		}
		out = append(out, bson.E{Key: ps[i], Value: cond})
	}
	if q.Index == "" && len(bounds) > 0 {
		out = append(out, bson.E{Key: "_id", Value: bounds})
	}
	if q.After == nil || q.Index == "" {
		return out
	}
	return append(out, bson.E{Key: "$or", Value: behind(q, ps, n)})
}

func past(q store.Query) string {
	if q.Reverse {
		return "$lt"
	}
	return "$gt"
}

// behind spells out "the fields from n on, and the id, come after the
// cursor's": the first is greater, or it is equal and the second is greater,
// and so on.
func behind(q store.Query, ps []string, n int) bson.A {
	out := bson.A{}
	for i := n; i < len(ps); i++ {
		leg := bson.D{}
		for j := n; j < i; j++ {
			leg = append(leg, bson.E{Key: ps[j], Value: value(q.After[j])})
		}
		out = append(out, append(leg, bson.E{Key: ps[i], Value: bson.D{{Key: past(q), Value: value(q.After[i])}}}))
	}
	return out
}

// value is a key as the driver takes it.
func value(v any) any {
	if t, ok := v.(time.Time); ok {
		return bson.NewDateTimeFromTime(t)
	}
	return v
}
