package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// importPostcodes takes a lookup of postcodes over whole, or names every
// problem of it.
func (s Services) importPostcodes(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.listsPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	file, err := sentFile(r)
	if err == nil {
		_, err = s.Recruitment.ImportPostcodes(ctx, fileCommand(r, file), page.P.ID, recruitment.PostcodesInput{
			Name: r.Form.Get("lookup_name"), Source: r.Form.Get("lookup_source"), Columns: postcodeColumns(r, headers(file)),
		}, bytes.NewReader(file))
	}
	if err == nil {
		return Go(page.URL("/lists#postcodes")), nil
	}
	page.Faults, err = fileFaults(postcodeFields(err))
	return r.Again(Show("staff/lists", "Lists: "+page.P.Name, page), err)
}

// postcodeFields names a problem's fields as the form does: another form of
// the page has a name and a source too.
func postcodeFields(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Fields = map[string]string{}
	names := map[string]string{"name": "lookup_name", "source": "lookup_source", "columns": "lookup_area", "columns.postcode": "lookup_postcode"}
	for name, text := range e.Fields {
		c.Fields[cmp.Or(names[name], name)] = text
	}
	return &c
}

// postcodeColumns is what the form says of the columns; what it leaves open
// is guessed by parts of the published lookups' headers.
func postcodeColumns(r *Request, head []string) recruitment.Columns {
	said := func(field string, usual ...string) string {
		return cmp.Or(strings.TrimSpace(r.Form.Get(field)), likely(head, usual))
	}
	return recruitment.Columns{
		Postcode: said("lookup_postcode", "postcode", "pcds", "pcd", "sector"),
		Area:     said("lookup_area", "area", "ward", "locality", "council", "lsoa name", "district"),
		Quintile: said("lookup_deprivation", "quintile", "decile"),
	}
}

// likely is the first header that has one of the words in it, the words in
// their order; headers that are codes are passed over.
func likely(head, usual []string) string {
	for _, word := range usual {
		at := slices.IndexFunc(head, func(h string) bool {
			h = strings.ToLower(h)
			return strings.Contains(h, word) && !strings.HasSuffix(h, "code") || h == "postcode" && word == h
		})
		if at >= 0 {
			return head[at]
		}
	}
	return ""
}
