package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"folkmoot/domain"
)

// openMaster answers the master key: of a key management service when the
// name is a URI (its client must be registered with tink), otherwise of a
// file, which is made, with its folder, only when create is set.
func openMaster(name string, create bool) (tink.AEAD, error) {
	if strings.Contains(name, "://") {
		return kmsMaster(name)
	}
	raw, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && create {
		raw, err = createMaster(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, domain.E(domain.Unavailable, "the master key file %s is not there; put it back from where it is kept: without it no personal data can be read", name).Because(err)
	}
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the master key file %s cannot be read; check its permissions", name).Because(err)
	}
	if err := guarded(name); err != nil {
		return nil, err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, domain.E(domain.Unavailable, "%s does not hold a master key; put the right file back", name).Because(err)
	}
	key, err := aead.New(handle)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "%s holds a key of another kind", name).Because(err)
	}
	return key, nil
}

func kmsMaster(uri string) (tink.AEAD, error) {
	client, err := registry.GetKMSClient(uri)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "no key management service is known for this kind of master key URI").Because(err)
	}
	key, err := client.GetAEAD(uri)
	if err != nil {
		return nil, domain.E(domain.Unavailable, "the key management service does not give the master key; check the URI and the access to it").Because(err)
	}
	return key, nil
}

// guarded refuses a key file that others on the machine can read.
func guarded(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return domain.E(domain.Unavailable, "the master key file %s cannot be looked at", name).Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return domain.E(domain.Unavailable, "the master key file %s can be read by others; run: chmod 600 %s", name, name)
	}
	return nil
}

// createMaster writes a new key file, whole or not at all. When two instances
// start at once, both use the file of the first.
func createMaster(name string) ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&buf)); err != nil {
		return nil, err
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, ".master-*") // of mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(buf.Bytes())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// syncDir makes a new name in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
