package recruitment

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
)

// postcodeReader reads a file of postcodes.
type postcodeReader struct {
	in        PostcodesInput
	set       string
	rows      int
	districts map[string]*readDistrict
	areas     map[string]bool
}

// readDistrict holds a district as it is read: a whole country has millions of
// spots, so they lie as small and as plainly as can be until it is stored.
type readDistrict struct {
	names []string
	at    map[string]int // of a name among names, from 1
	spots []readSpot
}

// readSpot is one row: what follows the outward code, filled up with nul, and
// the row it stands in.
type readSpot struct {
	inward [4]byte
	row    int32
	area   int32
	q      int8
}

func (a readSpot) same(b readSpot) bool { return a.area == b.area && a.q == b.q }

// settle orders the spots of a district and drops repeats; rows that
// contradict an earlier one are told to bad.
func (d *readDistrict) settle(bad func(row, earlier int)) {
	slices.SortFunc(d.spots, func(a, b readSpot) int {
		return cmp.Or(bytes.Compare(a.inward[:], b.inward[:]), cmp.Compare(a.row, b.row))
	})
	kept := d.spots[:0]
	for _, s := range d.spots {
		if n := len(kept); n > 0 && kept[n-1].inward == s.inward {
			if !kept[n-1].same(s) {
				bad(int(s.row), int(kept[n-1].row))
			}
			continue
		}
		kept = append(kept, s)
	}
	d.spots = kept
}

// stored is the spots as a district keeps them.
func (d *readDistrict) stored() map[string]Spot {
	out := make(map[string]Spot, len(d.spots))
	for _, s := range d.spots {
		out[strings.TrimRight(string(s.inward[:]), "\x00")] = Spot{Area: int(s.area), Quintile: int(s.q)}
	}
	return out
}

func (r *postcodeReader) read(file io.Reader) error {
	sh, err := openSheet(file, r.in.Columns.headers())
	if err != nil {
		return err
	}
	for {
		row, ok := sh.next()
		if !ok {
			break
		}
		if r.rows++; r.rows > maxPostcodes {
			return domain.E(domain.Invalid, "the file has more than %d rows; leave out the postcodes of other places", maxPostcodes)
		}
		r.take(row)
	}
	if r.rows == 0 && sh.trials.none() {
		sh.trials.add("row 2", "the file has a header and no rows")
	}
	column := first(r.in.Columns.Postcode)
	for _, outward := range sortedKeys(r.districts) {
		r.districts[outward].settle(func(n, earlier int) {
			row{sheet: sh, n: n}.bad(column, "row %d says something else of this postcode", earlier)
		})
	}
	return sh.trials.err()
}

func (r *postcodeReader) take(row row) {
	c := r.in.Columns
	outward, inward, ok := splitPostcode(row.read(c.Postcode))
	if !ok {
		row.bad(first(c.Postcode), "this does not read as a postcode, a sector such as BT1 5, or a district such as BT1")
		return
	}
	d := r.districts[outward]
	if d == nil {
		d = &readDistrict{at: map[string]int{}}
		r.districts[strings.Clone(outward)] = d
	}
	spot := readSpot{row: int32(row.n), area: int32(r.area(d, row)), q: int8(r.quintile(row))}
	copy(spot.inward[:], inward)
	d.spots = append(d.spots, spot)
}

// area is the place of the row's area among the district's, from 1.
func (r *postcodeReader) area(d *readDistrict, row row) int {
	if r.in.Columns.Area == "" {
		return 0
	}
	name := row.read(r.in.Columns.Area)
	if name == "" || len(name) > maxTargetName {
		row.bad(first(r.in.Columns.Area), "give the area in 1 to %d letters", maxTargetName)
		return 0
	}
	at, had := d.at[name]
	if !had {
		name = strings.Clone(name) // the row's memory is not kept
		d.names = append(d.names, name)
		at = len(d.names)
		d.at[name], r.areas[name] = at, true
	}
	return at
}

func (r *postcodeReader) quintile(row row) int {
	column := r.in.Columns.Quintile
	if column == "" {
		return 0
	}
	most := 5
	if strings.Contains(fold(column), "decile") {
		most = 10
	}
	n, err := strconv.Atoi(row.read(column))
	if err != nil || n < 1 || n > most {
		row.bad(first(column), "give a whole number from 1, the most deprived, to %d", most)
		return 0
	}
	return (n*5 + most - 1) / most
}

var (
	outwardShape = regexp.MustCompile(`^(?:[A-Z]{1,2}[0-9][0-9A-Z]?|D6W)$`)
	inwardShape  = regexp.MustCompile(`^(?:[0-9](?:[A-Z]{2})?)?$`)
	wholeShape   = regexp.MustCompile(`^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})$`)
	eircodeShape = regexp.MustCompile(`^([A-Z][0-9]{2}|D6W)([0-9A-Z]{4})$`)
)

// splitPostcode parts a postcode or Eircode, or the beginning of a postcode,
// into its outward code and the rest, in capitals: "gl167qd" is GL16 and 7QD,
// "GL16 7" is GL16 and 7. Without a space a whole one is meant.
func splitPostcode(raw string) (outward, inward string, ok bool) {
	fields := strings.Fields(strings.ToUpper(raw))
	joined := strings.Join(fields, "")
	for _, shape := range []*regexp.Regexp{wholeShape, eircodeShape} {
		if m := shape.FindStringSubmatch(joined); m != nil {
			return m[1], m[2], true
		}
	}
	switch len(fields) {
	case 1:
		outward = fields[0]
	case 2:
		outward, inward = fields[0], fields[1]
	}
	return outward, inward, outwardShape.MatchString(outward) && inwardShape.MatchString(inward)
}
