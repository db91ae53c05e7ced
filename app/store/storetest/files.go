package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"folkmoot/app/store"
	"folkmoot/domain"
)

func testFiles(t *testing.T, h Harness) {
	ctx := t.Context()
	_, s := docs(t, h)
	f := s.Files()
	big := make([]byte, 2<<20+17)
	for i := range big {
		big[i] = byte(i * i >> 8)
	}
	for _, content := range [][]byte{nil, []byte("hello"), big} {
		hash, err := f.Put(ctx, "text/plain", content)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hash != hex.EncodeToString(sum[:]) {
			t.Errorf("the name of %d bytes is not their hash: %s", len(content), hash)
		}
		again, err := f.Put(ctx, "text/html", content)
		if err != nil || again != hash {
			t.Errorf("twice: got %s, %v", again, err)
		}
		got, mt, err := f.Get(ctx, hash)
		if err != nil || !bytes.Equal(got, content) || mt != "text/plain" {
			t.Errorf("%d bytes: got %d of %s, %v", len(content), len(got), mt, err)
		}
	}
	_, _, err := f.Get(ctx, "none")
	wantCode(t, "no such file", err, domain.NotFound)
	resumeFile(t, s, big)
}

// resumeFile breaks a Put off by taking away the head and a chunk, puts
// again, and then damages what is stored.
func resumeFile(t *testing.T, s *store.Store, big []byte) {
	ctx := t.Context()
	f, e := s.Files(), s.Engine()
	sum := sha256.Sum256(big)
	hash := hex.EncodeToString(sum[:])
	for _, d := range []struct{ collection, id string }{{"files", hash}, {"file_chunks", hash + ":00001"}} {
		if err := e.Delete(ctx, d.collection, d.id, 0); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := f.Get(ctx, hash)
	wantCode(t, "half a file", err, domain.NotFound)
	if _, err := f.Put(ctx, "text/plain", big); err != nil {
		t.Fatal(err)
	}
	if got, _, err := f.Get(ctx, hash); err != nil || !bytes.Equal(got, big) {
		t.Errorf("after going on: %d bytes, %v", len(got), err)
	}
	chunk, err := e.Get(ctx, "file_chunks", hash+":00000")
	if err != nil {
		t.Fatal(err)
	}
	bad := chunk
	bad.Version++
	bad.Body = []byte(`{"id":"` + hash + `:00000","version":2,"content":"AAAA"}`)
	if err := e.Replace(ctx, "file_chunks", bad, chunk.Version); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Get(ctx, hash)
	wantCode(t, "a damaged file", err, domain.Internal)
	faults := 0
	if _, err := f.Verify(ctx, func(store.Fault) { faults++ }); err != nil || faults != 1 {
		t.Errorf("verify found %d faults, %v", faults, err)
	}
	if err := f.Delete(ctx, hash); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Get(ctx, hash)
	wantCode(t, "a deleted file", err, domain.NotFound)
	if _, err := e.Get(ctx, "file_chunks", hash+":00002"); err == nil {
		t.Error("a chunk of a deleted file is still there")
	}
}
