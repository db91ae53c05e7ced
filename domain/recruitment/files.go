package recruitment

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"folkmoot/domain"
)

// sealFile keeps a list as a file that only the subject's key opens.
func (s *Service) sealFile(ctx context.Context, subject, bound string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", domain.E(domain.Internal, "%s cannot be written", bound).Because(err)
	}
	sealed, err := s.d.Vault.Seal(ctx, subject, bound, plain)
	if err != nil {
		return "", err
	}
	return s.d.Files.Put(ctx, "application/octet-stream", []byte(sealed))
}

// openFile reads what sealFile kept; not_found once the key was destroyed.
func (s *Service) openFile(ctx context.Context, subject, bound, hash string, v any) error {
	content, _, err := s.d.Files.Get(ctx, hash)
	if err != nil {
		return err
	}
	plain, err := s.d.Vault.Open(ctx, subject, bound, domain.Sealed(content))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return domain.E(domain.Internal, "%s cannot be read", bound).Because(err)
	}
	return nil
}

func chunkName(kind string, i int) string { return fmt.Sprintf("%s/%d", kind, i) }

// hash64 tells long keys apart in little memory.
func hash64(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(sum[:8])
}

// digest is a SHA-256 over fields with their lengths, so that no two lists of
// fields give one digest.
type digest struct{ h hash.Hash }

func (d *digest) add(fields ...string) {
	if d.h == nil {
		d.h = sha256.New()
	}
	var n [8]byte
	for _, f := range fields {
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		d.h.Write(n[:])
		d.h.Write([]byte(f))
	}
}

func (d *digest) hex() string {
	if d.h == nil {
		d.h = sha256.New()
	}
	return hex.EncodeToString(d.h.Sum(nil))
}
