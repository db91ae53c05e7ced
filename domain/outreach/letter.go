package outreach

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"time"

	"folkmoot/domain"
)

// Letter is a message for someone who cannot or will not be texted. It waits
// for a batch to be printed. Body is sealed under the person.
type Letter struct {
	domain.Root
	Process  string        `json:"process"`
	Person   string        `json:"person"`
	Template string        `json:"template"`
	Class    string        `json:"class"`
	Wave     string        `json:"wave,omitempty"`
	Lang     string        `json:"lang,omitempty"`
	Body     domain.Sealed `json:"body"`
	Expires  time.Time     `json:"expires,omitzero"`
	Batch    string        `json:"batch,omitempty"` // once it is in a batch
	At       time.Time     `json:"at"`
}

// Letters declares how letters are kept.
var Letters = domain.Collection[Letter]{
	Name:   "letters",
	Schema: 1,
	Indexes: []domain.Index{
		{Name: "batch", Fields: []string{"process", "batch", "at"}},
		{Name: "person", Fields: []string{"person", "at"}},
	},
	Keys: func(l *Letter) map[string]any {
		return map[string]any{"process": l.Process, "batch": l.Batch, "person": l.Person, "at": l.At}
	},
	Shard: "id",
}

// MaxBatch is how many letters one batch holds; the rest wait for the next.
const MaxBatch = 5000

// write puts the message among the letters to print.
func (s *Service) write(ctx context.Context, t telling, note Note) (Way, error) {
	if _, err := s.Letters.Get(ctx, t.id); err == nil {
		return ByLetter, nil
	}
	note.Form = FormLetter
	w, err := s.Voice.Compose(ctx, note)
	if err != nil {
		return ByNone, err
	}
	return s.letter(ctx, t, w)
}

// letter keeps the words for the next batch. When no address is known either,
// a person has to find a way, unless the message is one of many that nobody
// is owed.
func (s *Service) letter(ctx context.Context, t telling, w Words) (Way, error) {
	now := s.Clock.Now()
	_, err := s.Contacts.Postal(ctx, t.Process, t.Person)
	if domain.Is(err, domain.NotFound) {
		if t.Class == domain.ClassBulk {
			return ByNone, nil
		}
		return ByNone, s.enqueue(ctx, t.id, QueueData{Process: t.Process, Person: t.Person, Reason: ReasonNoWay, At: now})
	}
	if err != nil {
		return ByNone, err
	}
	l := Letter{
		Process: t.Process, Person: t.Person, Template: t.Template, Class: t.Class, Wave: t.wave,
		Lang: w.Lang, Expires: t.Expires, At: now,
	}
	l.ID = t.id
	l.CreatedAt, l.UpdatedAt = now, now
	body, err := s.Vault.Seal(ctx, t.Person, l.ID, []byte(w.Text))
	if err != nil {
		return ByNone, ignoreErased(err)
	}
	l.Body = body
	if err := s.Letters.Insert(ctx, &l); err != nil && !domain.Is(err, domain.Conflict) {
		return ByNone, err
	}
	return ByLetter, nil
}

// ignoreErased lets a message to somebody who was erased meanwhile go.
func ignoreErased(err error) error {
	if domain.Is(err, domain.Conflict) || domain.Is(err, domain.NotFound) {
		return nil
	}
	return err
}

// Batch is a print run of letters.
type Batch struct {
	ID      string `json:"id"`
	Letters int    `json:"letters"`
	Expired int    `json:"expired"` // whose moment had passed: not printed
}

// Print puts up to [MaxBatch] waiting letters of the process into a batch
// named after the command. Asking again with the same key answers the same
// batch. Of a cancelled process only the letters that say so are printed.
func (s *Service) Print(ctx context.Context, cmd domain.Command, process string) (Batch, error) {
	ref, err := s.may(ctx, cmd.Actor, domain.Recruit, process)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: cmd.ID("batch")}
	now := s.Clock.Now()
	had, err := s.Letters.Count(ctx, domain.Query{Index: "batch", Equal: []any{process, b.ID}})
	if err != nil {
		return b, err
	}
	if had > 0 { // this command again: it may have been cut off before it was in the record
		b.Letters = int(had)
		return b, s.batched(ctx, cmd, process, b)
	}
	q := domain.Query{Index: "batch", Equal: []any{process, ""}, Limit: MaxBatch}
	waiting, _, err := s.Letters.Page(ctx, q)
	if err != nil {
		return b, err
	}
	for _, l := range waiting {
		batch := b.ID
		overtaken := ref.Stage == domain.Cancelled && l.Template != tellsCancelled
		if overtaken || !l.Expires.IsZero() && !l.Expires.After(now) {
			batch = "expired"
		}
		if err := s.assign(ctx, l.ID, batch); err != nil {
			return b, err
		}
		if batch == b.ID {
			b.Letters++
		} else {
			b.Expired++
		}
	}
	return b, s.batched(ctx, cmd, process, b)
}

// batched puts a batch in the record, once however often it is asked.
func (s *Service) batched(ctx context.Context, cmd domain.Command, process string, b Batch) error {
	ev := s.look(cmd.Actor, process, "letters.batched", "letters:"+b.ID, "", b.Letters)
	ev.ID = domain.Derive("batched", b.ID)
	return s.Audit.Append(ctx, ev)
}

func (s *Service) assign(ctx context.Context, id, batch string) error {
	_, err := s.Letters.Update(ctx, id, func(l *Letter) error {
		if l.Batch != "" {
			return domain.ErrNoChange
		}
		l.Batch, l.UpdatedAt = batch, s.Clock.Now()
		return nil
	})
	return err
}

// Export answers a batch for a mail merge: a ZIP with letters.csv (name,
// address, code, link, text, language, template) and one QR image for each
// code. It shows names and addresses, so the look is recorded first with its
// purpose.
func (s *Service) Export(ctx context.Context, actor domain.Actor, process, batch, purpose string) ([]byte, error) {
	if _, err := s.may(ctx, actor, domain.ViewIdentity, process); err != nil {
		return nil, err
	}
	p := domain.Problems{}
	p.Need(strings.TrimSpace(purpose) != "", "purpose", "say what the addresses are looked at for")
	if err := p.Err(); err != nil {
		return nil, err
	}
	letters, _, err := s.Letters.Page(ctx, domain.Query{Index: "batch", Equal: []any{process, batch}, Limit: MaxBatch})
	if err != nil {
		return nil, err
	}
	if len(letters) == 0 {
		return nil, domain.Hidden("batch of letters")
	}
	if err := s.Audit.Append(ctx, s.look(actor, process, "letters.exported", "letters:"+batch, purpose, len(letters))); err != nil {
		return nil, err
	}
	return s.merge(ctx, letters)
}

func (s *Service) merge(ctx context.Context, letters []Letter) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	rows := [][]string{{"name", "address", "code", "link", "text", "language", "template"}}
	for _, l := range letters {
		row, err := s.row(ctx, l)
		if domain.Is(err, domain.NotFound) {
			continue // erased meanwhile, or no address is known
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		if err := s.image(z, row[2], row[3]); err != nil {
			return nil, err
		}
	}
	f, err := z.Create("letters.csv")
	if err != nil {
		return nil, err
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (s *Service) row(ctx context.Context, l Letter) ([]string, error) {
	post, err := s.Contacts.Postal(ctx, l.Process, l.Person)
	if err != nil {
		return nil, err
	}
	contact, err := s.Contacts.Contact(ctx, l.Process, l.Person)
	if err != nil {
		return nil, err
	}
	body, err := s.Vault.Open(ctx, l.Person, l.ID, l.Body)
	if err != nil {
		return nil, err
	}
	link := ""
	if contact.Code != "" {
		link = s.Link(contact.Code)
	}
	row := []string{post.Name, strings.Join(post.Address, "\n"), contact.Code, link, string(body), l.Lang, l.Template}
	for i := range row {
		row[i] = cell(row[i])
	}
	return row, nil
}

// cell keeps a spreadsheet from reading a value as a formula.
func cell(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
		return "'" + v
	}
	return v
}

func (s *Service) image(z *zip.Writer, code, link string) error {
	if s.QR == nil || code == "" {
		return nil
	}
	png, err := s.QR(link)
	if err != nil {
		return err
	}
	f, err := z.Create("qr/" + domain.Slug(code) + ".png")
	if err != nil {
		return err
	}
	_, err = f.Write(png)
	return err
}
