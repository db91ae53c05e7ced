package recruitment

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// PostcodeLookup says which imported lookup of postcodes a body uses, in all
// its processes. It is public data about places and holds nobody. The
// postcodes themselves lie in [PostcodeDistrict] documents of the set.
type PostcodeLookup struct {
	domain.Root
	Body      string    `json:"body"`
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Set       string    `json:"set"`
	Old       []string  `json:"old,omitempty"` // sets that are still to be deleted
	Rows      int       `json:"rows"`
	Areas     int       `json:"areas"`     // different ones; 0: the lookup has none
	Quintiles bool      `json:"quintiles"` // it has deprivation
	Imported  time.Time `json:"imported_at"`
}

// PostcodeDistrict is every postcode of a set with one outward code: GL16, or
// the routing key of an Eircode. There are at most some thousands.
type PostcodeDistrict struct {
	domain.Root
	Set   string   `json:"set"`
	Areas []string `json:"areas,omitempty"`
	// Spots are by what follows the outward code: "7QD", "7" for a whole
	// sector, "" for the whole district.
	Spots map[string]Spot `json:"spots"`
}

// Spot is where a postcode lies: the place of its area among the district's,
// from 1, and its deprivation quintile, 1 the most deprived; 0 is not known.
type Spot struct {
	Area     int `json:"a,omitempty"`
	Quintile int `json:"q,omitempty"`
}

// PostcodeLookups is the collection of lookups, at most one per body.
var PostcodeLookups = domain.Collection[PostcodeLookup]{
	Name: "postcode_lookups", Schema: 1, Shard: "id",
	Keys: func(*PostcodeLookup) map[string]any { return nil },
}

// PostcodeDistricts is the collection of districts.
var PostcodeDistricts = domain.Collection[PostcodeDistrict]{
	Name: "postcode_districts", Schema: 1, Shard: "id",
	Indexes: []domain.Index{{Name: "set", Fields: []string{"set"}}},
	Keys:    func(d *PostcodeDistrict) map[string]any { return map[string]any{"set": d.Set} },
}

// PostcodesView is a lookup as staff see it.
type PostcodesView struct {
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Rows      int       `json:"rows"`
	Areas     int       `json:"areas"`
	Quintiles bool      `json:"quintiles"`
	Imported  time.Time `json:"imported_at"`
}

// View is the lookup without its set.
func (l PostcodeLookup) View() PostcodesView {
	return PostcodesView{Name: l.Name, Source: l.Source, Rows: l.Rows, Areas: l.Areas, Quintiles: l.Quintiles, Imported: l.Imported}
}

// PostcodesInput says what a file of postcodes is. Of the columns, postcode,
// area and deprivation are read; deprivation is a quintile, or a decile where
// the column's name says so, 1 always the most deprived.
type PostcodesInput struct {
	Name    string  `json:"name"`
	Source  string  `json:"source"`
	Columns Columns `json:"columns"`
}

const maxPostcodes = 3_000_000 // rows; Scotland has 230,000, the United Kingdom 1.8 million and 2.7 with those no more in use

func (in *PostcodesInput) check() error {
	p := domain.Problems{}
	in.Name, in.Source = strings.TrimSpace(in.Name), strings.TrimSpace(in.Source)
	p.Need(in.Name != "" && len(in.Name) <= 200, "name", "say what the lookup is and of when, such as SIMD 2020 by postcode")
	p.Need(in.Source != "" && len(in.Source) <= 300, "source", "say who publishes it")
	c := in.Columns
	p.Need(c.Postcode != "", "columns.postcode", "say which column holds the postcode")
	p.Need(c.Area != "" || c.Quintile != "", "columns", "say which column holds the area, the deprivation, or both")
	in.Columns = Columns{Postcode: c.Postcode, Area: c.Area, Quintile: c.Quintile}
	return p.Err()
}

// ImportPostcodes takes a lookup over whole, or names every problem of it by
// row and column. It takes the place of the body's lookup before it.
func (s *Service) ImportPostcodes(ctx context.Context, cmd domain.Command, processID string, in PostcodesInput, file io.Reader) (PostcodesView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return PostcodesView{}, err
	}
	if err := in.check(); err != nil {
		return PostcodesView{}, err
	}
	had, err := s.lookup(ctx, ref.Body)
	if err != nil {
		return PostcodesView{}, err
	}
	if had.Done(cmd) {
		return had.View(), s.judgeAgain(ctx, cmd, processID)
	}
	r := postcodeReader{in: in, set: cmd.ID("postcodes"), districts: map[string]*readDistrict{}, areas: map[string]bool{}}
	if err := r.read(file); err != nil {
		return PostcodesView{}, err
	}
	if err := s.keepDistricts(ctx, r); err != nil {
		return PostcodesView{}, err
	}
	v, err := s.useLookup(ctx, cmd, ref, r)
	if err != nil {
		return v, err
	}
	return v, s.judgeAgain(ctx, cmd, processID)
}

// judgeAgain takes in the registrants of the process who waited for a lookup
// that knows their postcode.
func (s *Service) judgeAgain(ctx context.Context, cmd domain.Command, processID string) error {
	_, err := s.Reassess(ctx, cmd.Sub("again"), processID)
	if domain.Is(err, domain.Conflict) {
		return nil // registration is not open: nobody waits
	}
	return err
}

// keepDistricts stores the set; nobody reads it before the lookup names it.
func (s *Service) keepDistricts(ctx context.Context, r postcodeReader) error {
	for _, outward := range sortedKeys(r.districts) {
		d := PostcodeDistrict{Root: domain.Root{ID: districtID(r.set, outward)}, Set: r.set, Areas: r.districts[outward].names, Spots: r.districts[outward].stored()}
		d.Touch(domain.Command{}, s.d.Clock.Now())
		if err := s.d.PostcodeDistricts.Insert(ctx, &d); err != nil && !domain.Is(err, domain.Conflict) {
			return err
		}
		delete(r.districts, outward)
	}
	return nil
}

// useLookup names the set as the body's and deletes what it replaces.
func (s *Service) useLookup(ctx context.Context, cmd domain.Command, ref domain.ProcessRef, r postcodeReader) (PostcodesView, error) {
	now, id := s.d.Clock.Now(), lookupID(ref.Body)
	zero := func() PostcodeLookup { return PostcodeLookup{Root: domain.Root{ID: id}, Body: ref.Body} }
	l, err := s.d.PostcodeLookups.Upsert(ctx, id, zero, func(l *PostcodeLookup) error {
		if l.Done(cmd) {
			return domain.ErrNoChange
		}
		if l.Set != "" && l.Set != r.set {
			l.Old = append(l.Old, l.Set)
		}
		l.Name, l.Source, l.Set, l.Imported = r.in.Name, r.in.Source, r.set, now
		l.Rows, l.Areas, l.Quintiles = r.rows, len(r.areas), r.in.Columns.Quintile != ""
		l.Record(cmd, now, domain.Event{Chain: ref.ID, Action: "postcodes.imported", Subject: "postcode_lookups:" + id,
			Data: map[string]any{"name": l.Name, "source": l.Source, "rows": l.Rows, "areas": l.Areas}})
		return nil
	})
	if err != nil {
		return PostcodesView{}, err
	}
	return l.View(), s.dropSets(ctx, l)
}

func (s *Service) dropSets(ctx context.Context, l PostcodeLookup) error {
	for _, set := range l.Old {
		for d, err := range s.d.PostcodeDistricts.Find(ctx, domain.Query{Index: "set", Equal: []any{set}}) {
			if err != nil {
				return err
			}
			if err := s.d.PostcodeDistricts.Delete(ctx, d.ID); err != nil && !domain.Is(err, domain.NotFound) {
				return err
			}
		}
	}
	_, err := s.d.PostcodeLookups.Update(ctx, l.ID, func(now *PostcodeLookup) error {
		if len(now.Old) == 0 {
			return domain.ErrNoChange
		}
		now.Old = slices.DeleteFunc(now.Old, func(set string) bool { return slices.Contains(l.Old, set) })
		return nil
	})
	return err
}

// Postcodes answers the body's lookup for staff of a process; the zero view
// where there is none.
func (s *Service) Postcodes(ctx context.Context, a domain.Actor, processID string) (PostcodesView, error) {
	ref, err := s.allow(ctx, a, processID, domain.ViewProcess)
	if err != nil {
		return PostcodesView{}, err
	}
	l, err := s.lookup(ctx, ref.Body)
	return l.View(), err
}

func lookupID(body string) string           { return domain.Derive("postcodes", body) }
func districtID(set, outward string) string { return domain.Derive("postcodes", set, outward) }

// lookup is the body's lookup, the zero one where there is none.
func (s *Service) lookup(ctx context.Context, body string) (PostcodeLookup, error) {
	l, err := s.d.PostcodeLookups.Get(ctx, lookupID(body))
	if domain.Is(err, domain.NotFound) {
		return PostcodeLookup{}, nil
	}
	return l, err
}

// find says where a postcode lies: by itself, else by its sector, else by its
// district. ok is false when the lookup does not know it.
func (s *Service) find(ctx context.Context, l PostcodeLookup, postcode string) (area string, quintile int, ok bool, err error) {
	outward, inward, reads := splitPostcode(postcode)
	if l.Set == "" || !reads {
		return "", 0, false, nil
	}
	d, err := s.d.PostcodeDistricts.Get(ctx, districtID(l.Set, outward))
	if domain.Is(err, domain.NotFound) {
		return "", 0, false, nil
	}
	if err != nil {
		return "", 0, false, err
	}
	for _, part := range []string{inward, inward[:min(1, len(inward))], ""} {
		if spot, has := d.Spots[part]; has {
			if spot.Area > 0 {
				area = d.Areas[spot.Area-1]
			}
			return area, spot.Quintile, true, nil
		}
	}
	return "", 0, false, nil
}
