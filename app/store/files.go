package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"folkmoot/domain"
)

// chunkSize is how much content one chunk document holds, in bytes: with its
// base 64 form it stays under 1 MiB.
const chunkSize = 768<<10 - 1024

// MaxFile is the largest file kept, in bytes.
const MaxFile = 256 << 20

// Files keeps content by its SHA-256 in chunk documents; it implements
// [domain.Files]. The head document is written last, so a file is there whole
// or not at all; a Put that was broken off goes on where it stopped.
type Files struct {
	heads  *Collection[FileHead]
	chunks *Collection[fileChunk]
}

// FileHead describes a file that is there whole. Its id is the hex SHA-256.
type FileHead struct {
	domain.Root
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"` // bytes
	Chunks    int    `json:"chunks"`
}

type fileChunk struct {
	domain.Root
	Content []byte `json:"content"`
}

var fileChunks = domain.Collection[fileChunk]{Name: "file_chunks", Schema: 1, Shard: IDField}

func openFiles(s *Store) *Files {
	return &Files{
		heads:  Open(s, domain.Collection[FileHead]{Name: "files", Schema: 1, Shard: IDField}),
		chunks: Open(s, fileChunks),
	}
}

func chunkID(hash string, n int) string { return fmt.Sprintf("%s:%05d", hash, n) }

func chunksOf(size int) int { return (size + chunkSize - 1) / chunkSize }

// Put stores the content and answers its hex SHA-256. The media type of the
// first Put stays.
func (f *Files) Put(ctx context.Context, mediaType string, content []byte) (string, error) {
	if len(content) > MaxFile {
		return "", domain.E(domain.Invalid, "this file is larger than %d MB; send a smaller one", MaxFile>>20)
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	if _, err := f.heads.Get(ctx, hash); err == nil || !domain.Is(err, domain.NotFound) {
		return hash, err
	}
	n := chunksOf(len(content))
	for i := range n {
		part := content[i*chunkSize : min((i+1)*chunkSize, len(content))]
		c := &fileChunk{Root: domain.Root{ID: chunkID(hash, i)}, Content: part}
		if err := f.chunks.Insert(ctx, c); err != nil && !errors.Is(err, ErrExists) {
			return "", err
		}
	}
	head := &FileHead{Root: domain.Root{ID: hash}, MediaType: mediaType, Size: int64(len(content)), Chunks: n}
	if err := f.heads.Insert(ctx, head); err != nil && !errors.Is(err, ErrExists) {
		return "", err
	}
	return hash, nil
}

// Head describes a file; not_found.
func (f *Files) Head(ctx context.Context, hash string) (FileHead, error) {
	return f.heads.Get(ctx, hash)
}

// Get answers the content and its media type; not_found. Content that no
// longer has its hash is an internal error, never handed out.
func (f *Files) Get(ctx context.Context, hash string) ([]byte, string, error) {
	head, err := f.heads.Get(ctx, hash)
	if err != nil {
		return nil, "", err
	}
	content := make([]byte, 0, head.Size)
	for i := range head.Chunks {
		c, err := f.chunks.Get(ctx, chunkID(hash, i))
		if domain.Is(err, domain.NotFound) {
			return nil, "", f.damaged(hash)
		}
		if err != nil {
			return nil, "", err
		}
		content = append(content, c.Content...)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != hash {
		return nil, "", f.damaged(hash)
	}
	return content, head.MediaType, nil
}

func (f *Files) damaged(hash string) error {
	return domain.E(domain.Internal, "file %s is damaged: what is stored no longer has this hash; restore it from a backup", hash)
}

// Delete removes a file, head first, so that it is never there by half;
// not_found.
func (f *Files) Delete(ctx context.Context, hash string) error {
	head, err := f.heads.Get(ctx, hash)
	if err != nil {
		return err
	}
	if err := f.heads.Delete(ctx, hash); err != nil {
		return err
	}
	for i := range head.Chunks {
		if err := f.chunks.Delete(ctx, chunkID(hash, i)); err != nil && !domain.Is(err, domain.NotFound) {
			return err
		}
	}
	return nil
}

// Verify reads every file and reports those that are not whole.
func (f *Files) Verify(ctx context.Context, report func(Fault)) (checked int, err error) {
	for head, err := range f.heads.Find(ctx, domain.Query{}) {
		if err != nil {
			return checked, err
		}
		checked++
		if _, _, err := f.Get(ctx, head.ID); domain.Is(err, domain.Internal) {
			report(Fault{"files", head.ID, "the content is damaged or missing"})
		} else if err != nil && !domain.Is(err, domain.NotFound) {
			return checked, err
		}
	}
	return checked, nil
}
