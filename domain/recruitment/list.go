package recruitment

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"folkmoot/domain"
)

// listKeys is how many keys a long list is sealed under: forgetting a row
// seals the chunks of one key again, under a new one, and destroys the old.
const listKeys = 64

// List is rows of people in sealed files, in order, in chunks.
type List struct {
	Manifest string   `json:"manifest,omitempty"` // file: names of the chunks
	Keys     []string `json:"keys,omitempty"`     // chunk i is sealed under key i mod their number
}

func newList(base string, keys int) List {
	l := List{Keys: make([]string, keys)}
	for i := range l.Keys {
		l.Keys[i] = domain.Derive("list", base, chunkName("key", i))
	}
	return l
}

func (l List) key(chunk int) string { return l.Keys[chunk%len(l.Keys)] }

// sealRows keeps one chunk and answers its name.
func (s *Service) sealRows(ctx context.Context, l List, chunk int, rows []frameRow) (string, error) {
	return s.sealFile(ctx, l.key(chunk), chunkName("rows", chunk), rows)
}

// openRows reads one chunk; not_found once its key was destroyed.
func (s *Service) openRows(ctx context.Context, l List, chunks []string, chunk int) ([]frameRow, error) {
	var rows []frameRow
	return rows, s.openFile(ctx, l.key(chunk), chunkName("rows", chunk), chunks[chunk], &rows)
}

// keepChunks writes the list of chunks down.
func (s *Service) keepChunks(ctx context.Context, l *List, chunks []string) error {
	raw, err := json.Marshal(chunks)
	if err != nil {
		return domain.E(domain.Internal, "a list of files cannot be written").Because(err)
	}
	l.Manifest, err = s.d.Files.Put(ctx, "application/json", raw)
	return err
}

func (s *Service) chunks(ctx context.Context, l List) ([]string, error) {
	raw, _, err := s.d.Files.Get(ctx, l.Manifest)
	if err != nil {
		return nil, err
	}
	var chunks []string
	if err := json.Unmarshal(raw, &chunks); err != nil {
		return nil, domain.E(domain.Internal, "a list of files cannot be read").Because(err)
	}
	return chunks, nil
}

// keepRows seals rows in chunks of a size and answers the list.
func (s *Service) keepRows(ctx context.Context, l List, rows []frameRow, size int) (List, error) {
	var chunks []string
	for part := range slices.Chunk(rows, size) {
		name, err := s.sealRows(ctx, l, len(chunks), part)
		if err != nil {
			return l, err
		}
		chunks = append(chunks, name)
	}
	return l, s.keepChunks(ctx, &l, chunks)
}

// rows yields a list in order, one chunk in memory.
func (s *Service) rows(ctx context.Context, l List) iter.Seq2[frameRow, error] {
	return func(yield func(frameRow, error) bool) {
		chunks, err := s.chunks(ctx, l)
		if err != nil {
			yield(frameRow{}, err)
			return
		}
		for i := range chunks {
			rows, err := s.openRows(ctx, l, chunks, i)
			if err != nil {
				yield(frameRow{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// destroyList makes every row unreadable for ever.
func (s *Service) destroyList(ctx context.Context, l List) error {
	for _, key := range l.Keys {
		if err := s.d.Vault.Destroy(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// without is the list with one row blanked but for its reference, stratum and
// household's hash, which a committed draw rests on. The key that the row was
// sealed under is answered too, to be destroyed once the new list is stored;
// "" when no row matches.
func (s *Service) without(ctx context.Context, l List, match func(frameRow) bool) (List, string, error) {
	chunks, err := s.chunks(ctx, l)
	if err != nil {
		return l, "", err
	}
	for i := range chunks {
		rows, err := s.openRows(ctx, l, chunks, i)
		if domain.Is(err, domain.NotFound) { // a list from a backup, whose key was destroyed since: nothing of it can be read
			continue
		}
		if err != nil {
			return l, "", err
		}
		if at := slices.IndexFunc(rows, match); at >= 0 {
			return s.reseal(ctx, l, chunks, place{chunk: i, row: at})
		}
	}
	return l, "", nil
}

// place is where a row lies in a list.
type place struct{ chunk, row int }

func (s *Service) reseal(ctx context.Context, l List, chunks []string, at place) (List, string, error) {
	old := l.key(at.chunk)
	next := List{Keys: slices.Clone(l.Keys)}
	next.Keys[at.chunk%len(next.Keys)] = domain.Derive("list", old, chunks[at.chunk], chunkName("row", at.row))
	for i := at.chunk % len(l.Keys); i < len(chunks); i += len(l.Keys) {
		rows, err := s.openRows(ctx, l, chunks, i)
		if err != nil {
			return l, "", err
		}
		if i == at.chunk {
			r := rows[at.row]
			rows[at.row] = frameRow{Ref: r.Ref, Stratum: r.Stratum, Household: r.Household}
		}
		if chunks[i], err = s.sealRows(ctx, next, i, rows); err != nil {
			return l, "", err
		}
	}
	return next, old, s.keepChunks(ctx, &next, chunks)
}
