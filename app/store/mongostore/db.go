package mongostore

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// DefaultDatabase is used when neither the options nor the connection string
// name one.
const DefaultDatabase = "folkmoot"

// Options tune a connection; the zero value is right for most.
type Options struct {
	// Database overrides the one that the connection string names. The
	// keyring has a database of its own.
	Database string
	// Timeout ends an operation whose context has no deadline; 10 s by
	// default.
	Timeout time.Duration
	// Select is how long to look for a primary; 5 s by default, enough for
	// most elections.
	Select time.Duration

	// configure lets tests put a recorded server in the place of a real one.
	configure func(*options.ClientOptions)
}

// DB is one database of a MongoDB deployment; it implements [store.Engine].
type DB struct {
	client *mongo.Client
	db     *mongo.Database

	mu    sync.RWMutex
	colls map[string]*mongo.Collection
}

var _ store.Engine = (*DB)(nil)

// Open connects to the deployment of a connection string and waits until a
// primary answers. Errors are unavailable and say what to do.
func Open(ctx context.Context, uri string, opts Options) (*DB, error) {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		// The string may hold a password: the reason alone is given.
		return nil, domain.E(domain.Unavailable, "the MongoDB connection string cannot be used; it reads mongodb://user:password@host:27017/database?replicaSet=name")
	}
	client, err := mongo.Connect(clientOptions(uri, opts))
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the MongoDB connection string cannot be used").Because(err)
	}
	name := opts.Database
	if name == "" {
		name = cs.Database
	}
	if name == "" {
		name = DefaultDatabase
	}
	out := &DB{client: client, db: client.Database(name), colls: map[string]*mongo.Collection{}}
	if err := out.Ping(ctx); err != nil {
		_ = out.Close()
		return nil, err
	}
	return out, nil
}

// clientOptions are the driver's. Concerns are ours whatever the connection
// string says: the store's promises rest on them.
func clientOptions(uri string, opts Options) *options.ClientOptions {
	if opts.Timeout <= 0 {
		opts.Timeout = 10 * time.Second
	}
	if opts.Select <= 0 {
		opts.Select = 5 * time.Second
	}
	journal := true
	majority := writeconcern.Majority()
	majority.Journal = &journal
	o := options.Client().ApplyURI(uri).
		SetAppName("folkmoot").
		SetTimeout(opts.Timeout).
		SetServerSelectionTimeout(opts.Select).
		SetWriteConcern(majority).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).
		SetRetryReads(true)
	if opts.configure != nil {
		opts.configure(o)
	}
	return o
}

// Ping is nil when the primary answers.
func (d *DB) Ping(ctx context.Context) error {
	return translate(d.client.Ping(ctx, readpref.Primary()))
}

// Moment answers a context in which every read is as of one moment, for a
// backup while others write. ok is false where the server cannot do that: a
// standalone one, or one before MongoDB 5.0. The server keeps a moment for
// five minutes unless minSnapshotHistoryWindowInSeconds says otherwise; reads
// after that are unavailable.
func (d *DB) Moment(ctx context.Context) (at context.Context, end func(), ok bool, err error) {
	var hello struct {
		Msg     string `bson:"msg"`
		SetName string `bson:"setName"`
		Wire    int32  `bson:"maxWireVersion"`
	}
	if err := d.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return ctx, func() {}, false, translate(err)
	}
	if hello.Wire < wireSnapshots || hello.SetName == "" && hello.Msg != "isdbgrid" {
		return ctx, func() {}, false, nil
	}
	sess, err := d.client.StartSession(options.Session().SetSnapshot(true))
	if err != nil {
		return ctx, func() {}, false, translate(err)
	}
	return mongo.NewSessionContext(ctx, sess), func() { sess.EndSession(ctx) }, true, nil
}

// wireSnapshots is the wire version of MongoDB 5.0, the first that reads
// snapshots outside transactions.
const wireSnapshots = 13

// Close ends the connections. Later calls answer unavailable.
func (d *DB) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := d.client.Disconnect(ctx)
	if err == mongo.ErrClientDisconnected {
		return nil
	}
	return err
}

// Name is the database's name.
func (d *DB) Name() string { return d.db.Name() }

func (d *DB) collection(name string) (*mongo.Collection, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	c, ok := d.colls[name]
	if !ok {
		return nil, domain.E(domain.Internal, "the collection %s was not made; migrate the store first", name)
	}
	return c, nil
}

// keyPath is where an indexed field lies in a document.
func keyPath(field string) string { return "keys." + field }

// Ensure makes collections and indexes, and on a sharded cluster their shard
// keys. An index of other fields under the same name is made anew; what the
// spec does not name is left alone.
func (d *DB) Ensure(ctx context.Context, specs ...store.Spec) error {
	sharded, err := d.sharded(ctx)
	if err != nil {
		return err
	}
	for _, spec := range specs {
		if err := d.ensure(ctx, spec); err != nil {
			return translate(err)
		}
		if sharded {
			if err := d.shard(ctx, spec); err != nil {
				return translate(err)
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, spec := range specs {
		d.colls[spec.Name] = d.db.Collection(spec.Name)
	}
	return nil
}

// namespaceExists is the server's code for a collection that is there.
const namespaceExists = 48

func (d *DB) ensure(ctx context.Context, spec store.Spec) error {
	had, err := d.indexes(ctx, spec.Name)
	if err != nil {
		return err
	}
	if had == nil {
		if err := d.db.CreateCollection(ctx, spec.Name); err != nil && !has(err, []int{namespaceExists}) {
			return err
		}
	}
	view := d.db.Collection(spec.Name).Indexes()
	for _, ix := range spec.Indexes {
		want := indexKeys(ix)
		got, ok := had[ix.Name]
		if ok && got == shape(want) {
			continue
		}
		if ok {
			if err := view.DropOne(ctx, ix.Name); err != nil {
				return err
			}
		}
		if _, err := view.CreateOne(ctx, mongo.IndexModel{Keys: want, Options: options.Index().SetName(ix.Name)}); err != nil {
			return err
		}
	}
	return nil
}

func indexKeys(ix domain.Index) bson.D {
	out := bson.D{}
	for _, f := range ix.Fields {
		out = append(out, bson.E{Key: keyPath(f), Value: int32(1)})
	}
	return append(out, bson.E{Key: "_id", Value: int32(1)})
}

// shape names an index's keys, to compare. All of ours ascend.
func shape(keys bson.D) string {
	names := make([]string, len(keys))
	for i, e := range keys {
		names[i] = e.Key
	}
	return strings.Join(names, ",")
}

// indexes answers a collection's indexes by name, nil when there is no such
// collection.
func (d *DB) indexes(ctx context.Context, name string) (map[string]string, error) {
	names, err := d.db.ListCollectionNames(ctx, bson.D{{Key: "name", Value: name}})
	if err != nil || len(names) == 0 {
		return nil, err
	}
	cur, err := d.db.Collection(name).Indexes().List(ctx)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Name string `bson:"name"`
		Key  bson.D `bson:"key"`
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, ix := range list {
		out[ix.Name] = shape(ix.Key)
	}
	return out, nil
}

// Check names what Ensure would make.
func (d *DB) Check(ctx context.Context, specs ...store.Spec) ([]string, error) {
	var out []string
	for _, spec := range specs {
		had, err := d.indexes(ctx, spec.Name)
		if err != nil {
			return nil, translate(err)
		}
		if had == nil {
			out = append(out, "the collection "+spec.Name+" is missing")
		}
		for _, ix := range spec.Indexes {
			if had[ix.Name] != shape(indexKeys(ix)) {
				out = append(out, "the index "+ix.Name+" of "+spec.Name+" is missing")
			}
		}
	}
	return out, nil
}

// sharded reports whether the server is a mongos.
func (d *DB) sharded(ctx context.Context) (bool, error) {
	var hello struct {
		Msg string `bson:"msg"`
	}
	err := d.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	return hello.Msg == "isdbgrid", translate(err)
}

// alreadySharded are the codes for a collection that has a shard key.
var alreadySharded = []int{20, 23}

// shard distributes a collection. One that is distributed already keeps its
// key: changing it is the operator's decision.
func (d *DB) shard(ctx context.Context, spec store.Spec) error {
	err := d.client.Database("admin").RunCommand(ctx, bson.D{
		{Key: "shardCollection", Value: d.db.Name() + "." + spec.Name},
		{Key: "key", Value: shardKey(spec)},
	}).Err()
	if has(err, alreadySharded) {
		return nil
	}
	return err
}

func shardKey(spec store.Spec) bson.D {
	if spec.Shard == "" || spec.Shard == store.IDField {
		return bson.D{{Key: "_id", Value: "hashed"}}
	}
	return bson.D{{Key: keyPath(spec.Shard), Value: 1}, {Key: "_id", Value: 1}}
}
