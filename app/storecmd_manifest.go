package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
)

// A backup is a folder with a database file, a manifest and a note to whoever
// finds it.
const (
	manifestName = "manifest.json"
	noteName     = "READ-ME.txt"
	backupFormat = 1
)

// The kinds of backup.
const (
	backupStore   = "store"
	backupKeyring = "keyring"
)

// keyringLife is how long a backup of the keyring may be kept: an older one
// would bring back keys that were destroyed.
const keyringLife = 30 * 24 * time.Hour

// How far the documents of a backup belong together.
const (
	oneMoment = "one_moment" // all are as of one moment
	spread    = "spread"     // each is whole, but they are of different moments
)

// manifest says what a backup holds.
type manifest struct {
	Format      int         `json:"format"`
	ID          string      `json:"id"`
	Kind        string      `json:"kind"` // store or keyring
	TakenAt     time.Time   `json:"taken_at"`
	DeleteBy    time.Time   `json:"delete_by,omitzero"` // of a keyring
	Release     string      `json:"release"`
	Engine      string      `json:"engine"` // that it was taken from: sqlite, mongodb
	Moment      string      `json:"moment"` // one_moment, spread
	File        string      `json:"file"`
	Bytes       int64       `json:"bytes"`
	SHA256      string      `json:"sha256"` // of the file
	Documents   int         `json:"documents"`
	Collections []store.Sum `json:"collections"`
}

const storeNote = `This folder is a backup of a Folkmoot store, taken %s.

What it holds about residents is sealed. It is readable only with the keyring
and the master key, which are not here: keep them apart. Names of staff and
what was published are readable.

Put it back with: folkmoot store restore --store=THIS-FOLDER
Do not change anything here: the manifest holds the hash of every part.
`

const keyringNote = `SECRET. This folder is a backup of a Folkmoot keyring, taken %s.

It holds the key of every person, sealed under the master key, which is not
here and must never lie beside it.

DELETE IT BY %s. A keyring kept longer brings back the keys of people whose
data was erased. folkmoot store expire does it.

Put it back with: folkmoot store restore --keyring=THIS-FOLDER
`

// note is for people who find the folder.
func (m manifest) note() string {
	if m.Kind == backupKeyring {
		return fmt.Sprintf(keyringNote, m.TakenAt.Format(time.RFC3339), m.DeleteBy.Format(time.DateOnly))
	}
	return fmt.Sprintf(storeNote, m.TakenAt.Format(time.RFC3339))
}

// write completes a backup: without its manifest a folder is none.
func (m manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		body []byte
	}{{noteName, []byte(m.note())}, {manifestName, append(raw, '\n')}} {
		err := writeWhole(filepath.Join(dir, f.name), func(w io.Writer) error {
			_, err := w.Write(f.body)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readManifest reads what a folder holds and refuses what this program cannot
// put back.
func readManifest(dir, kind string) (manifest, error) {
	var m manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, domain.E(domain.NotFound, "%s is no finished backup: it has no %s", dir, manifestName)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" {
		return m, domain.E(domain.Invalid, "the manifest in %s cannot be read; take another backup", dir)
	}
	switch {
	case m.Format > backupFormat:
		return m, domain.E(domain.Unavailable, "the backup in %s was written by a newer release (%s); use that one", dir, m.Release)
	case m.Kind != kind:
		return m, domain.E(domain.Invalid, "%s is a backup of the %s, not of the %s", dir, m.Kind, kind)
	}
	return m, nil
}

// fits refuses a backup with documents that this release cannot read.
func (m manifest) fits(specs []store.Spec) error {
	for _, spec := range specs {
		for _, s := range m.Collections {
			if s.Collection == spec.Name && s.Schema > spec.Schema {
				return domain.E(domain.Unavailable, "the backup was written by release %s, whose %s have schema %d; this release knows %d; use that one or a later one", m.Release, s.Collection, s.Schema, spec.Schema)
			}
		}
	}
	return nil
}

// differs names the first collection that does not hold what the manifest
// says, "" when all do.
func (m manifest) differs(got []store.Sum) string {
	has := map[string]store.Sum{}
	for _, s := range got {
		has[s.Collection] = s
	}
	for _, want := range m.Collections {
		s := has[want.Collection]
		switch {
		case want.Documents == 0 && s.Documents == 0:
		case s.Documents != want.Documents:
			return fmt.Sprintf("%s has %d documents and should have %d", want.Collection, s.Documents, want.Documents)
		case s.SHA256 != want.SHA256:
			return fmt.Sprintf("the content of %s is not what the manifest says", want.Collection)
		}
	}
	return ""
}

// hashing copies a file and answers its length and SHA-256; to may be
// io.Discard.
func hashing(to io.Writer, path string) (n int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err = io.Copy(io.MultiWriter(to, h), f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}
