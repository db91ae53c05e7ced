package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
)

// Sizes of files that a form takes: as the API's.
const (
	maxListFile       = 160 << 20
	maxRegistrantFile = 48 << 20
	maxTableFile      = 2 << 20
)

// listPages import the lists that invitees are drawn from.
func listPages(s Services) []Page {
	take := post("/staff/processes/:process/lists", s.importList)
	take.MaxFile = maxListFile
	postcodes := post("/staff/processes/:process/postcodes", s.importPostcodes)
	postcodes.MaxFile = maxListFile
	return []Page{
		get("/staff/processes/:process/lists", s.lists), take,
		post("/staff/processes/:process/lists/:list/destroy", s.destroyList),
		postcodes,
	}
}

// fileFault is one thing wrong with a file, with its place.
type fileFault struct {
	Row          int
	Column, Cell string
	Text         string
}

type listsPage struct {
	recruitDesk
	Lists  []recruitment.FrameView
	Places recruitment.PostcodesView
	Faults []fileFault
	Fields []columnField
	Erases bool
}

// columnField asks which column of a file holds what.
type columnField struct{ Name, Label, Hint string }

var columnFields = []columnField{
	{"col.ref", "Id of a row", "Such as id or UPRN. Without one the row number counts."},
	{"col.name", "Name", "Two columns are joined by a plus: First name + Last name."},
	{"col.number", "Phone number", ""}, {"col.email", "Email", ""}, {"col.address", "Address", ""}, {"col.postcode", "Postcode", ""},
	{"col.area", "Area", "The draw shares the invitations out by it: ward, district."},
	{"col.quintile", "Deprivation", "Divides each area further: quintile, 1 to 5."},
	{"col.language", "Language", ""}, {"col.format", "Format", ""},
}

func (s Services) listsPage(ctx context.Context, r *Request) (listsPage, error) {
	d, err := s.recruitDesk(ctx, r, "lists")
	page := listsPage{recruitDesk: d, Fields: columnFields, Erases: d.May(domain.Erase)}
	if err != nil {
		return page, err
	}
	if page.Places, err = s.Recruitment.Postcodes(ctx, r.Actor, d.P.ID); err != nil {
		return page, err
	}
	page.Lists, err = s.Recruitment.ListFrames(ctx, r.Actor, d.P.ID)
	return page, err
}

func (s Services) lists(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.listsPage(ctx, r)
	return Show("staff/lists", "Lists: "+page.P.Name, page), err
}

// importList takes a list over whole, or names every problem of it.
func (s Services) importList(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.listsPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	file, err := sentFile(r)
	if err == nil {
		_, err = s.Recruitment.ImportFrame(ctx, fileCommand(r, file), page.P.ID, recruitment.FrameInput{
			Name: strings.TrimSpace(r.Form.Get("name")), Source: strings.TrimSpace(r.Form.Get("source")), Region: strings.TrimSpace(r.Form.Get("region")),
			Columns: columnsOf(r, file, page.R.Targets),
		}, bytes.NewReader(file))
	}
	if err == nil {
		return Go(page.URL("/lists")), nil
	}
	page.Faults, err = fileFaults(err)
	return r.Again(Show("staff/lists", "Lists: "+page.P.Name, page), err)
}

func (s Services) destroyList(ctx context.Context, r *Request) (Reply, error) {
	var err error
	if r.Form.Get("sure") != "yes" {
		err = domain.Problems{"sure": "tick this if you are sure: nobody can bring the rows back"}.Err()
	} else {
		_, err = s.Recruitment.DestroyFrame(ctx, r.Command(), r.Param("process"), r.Param("list"))
	}
	return s.back(ctx, r, "/lists", s.lists, err)
}

// sentFile is the file that a form brought, or what was pasted.
func sentFile(r *Request) ([]byte, error) {
	if f, ok := r.Files["file"]; ok {
		return f.Content, nil
	}
	if text := r.Form.Get("rows"); strings.TrimSpace(text) != "" {
		return []byte(text), nil
	}
	return nil, domain.Problems{"file": "choose a file, or paste its rows below"}.Err()
}

// fileCommand tells two forms with different files apart.
func fileCommand(r *Request, file []byte) domain.Command {
	cmd := r.Command()
	cmd.Key = domain.Derive("file", cmd.Key, string(file))
	return cmd
}

// columnsOf is what the form says of the columns; what it leaves open is
// guessed by the headers.
func columnsOf(r *Request, file []byte, targets []recruitment.Target) recruitment.Columns {
	guess := guessColumns(headers(file))
	said := func(name, guessed string) string { return cmp.Or(strings.TrimSpace(r.Form.Get("col."+name)), guessed) }
	c := recruitment.Columns{
		Ref: said("ref", guess.Ref), Name: said("name", guess.Name), Number: said("number", guess.Number), Email: said("email", guess.Email),
		Address: said("address", guess.Address), Postcode: said("postcode", guess.Postcode), Area: said("area", guess.Area),
		Quintile: said("quintile", guess.Quintile), Language: said("language", guess.Language), Format: said("format", guess.Format),
		Answers: map[string]string{},
	}
	for _, h := range headers(file) {
		for _, t := range targets {
			if strings.EqualFold(h, t.Feature) {
				c.Answers[t.Feature] = h
			}
		}
	}
	for _, line := range lines(r.Form.Get("answers")) {
		if key, column, ok := strings.Cut(line, "="); ok {
			c.Answers[strings.TrimSpace(key)] = strings.TrimSpace(column)
		}
	}
	return c
}

// headers are the names of a file's columns.
func headers(file []byte) []string {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), []byte("\n"))
	reader := csv.NewReader(bytes.NewReader(line))
	reader.Comma = recruitment.Separator(line)
	head, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	return head
}

// known are the names that columns usually have.
var known = map[string][]string{
	"ref": {"id", "ref", "reference", "uprn", "nationbuilder_id", "row id"}, "name": {"name", "full name", "fullname"},
	"first": {"first name", "firstname", "first", "forename"}, "last": {"last name", "lastname", "last", "surname"},
	"number": {"mobile", "phone", "phone number", "mobile number", "telephone", "number", "tel"}, "email": {"email", "e-mail", "email address"},
	"address": {"address", "street", "address line 1", "primary_address1"}, "postcode": {"postcode", "post code", "zip", "postal code"},
	"area": {"area", "ward", "district", "locality", "town"}, "quintile": {"quintile", "deprivation", "imd", "imd quintile", "deprivation quintile"},
	"language": {"language"}, "format": {"format"},
}

func guessColumns(head []string) recruitment.Columns {
	find := func(what string) string {
		for _, name := range known[what] {
			at := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(h, name) })
			if at >= 0 {
				return head[at]
			}
		}
		return ""
	}
	c := recruitment.Columns{Ref: find("ref"), Name: find("name"), Number: find("number"), Email: find("email"), Address: find("address"),
		Postcode: find("postcode"), Area: find("area"), Quintile: find("quintile"), Language: find("language"), Format: find("format")}
	if first, last := find("first"), find("last"); c.Name == "" && first != "" && last != "" {
		c.Name = first + " + " + last
	}
	return c
}

var place = regexp.MustCompile(`^row (\d+)(?:, column (.*?)(?: \(([A-Z]+\d+)\))?)?$`)

// fileFaults parts what is wrong with a file's rows from what is wrong with
// the form: a list of rows is read as a table, not as a summary.
func fileFaults(err error) ([]fileFault, error) {
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != domain.Invalid {
		return nil, err
	}
	var out []fileFault
	rest := domain.Problems{}
	for key, text := range e.Fields {
		m := place.FindStringSubmatch(key)
		if m == nil {
			rest[key] = text
			continue
		}
		row, _ := strconv.Atoi(m[1])
		out = append(out, fileFault{Row: row, Column: m[2], Cell: m[3], Text: text})
	}
	if len(out) == 0 {
		return nil, err
	}
	slices.SortFunc(out, func(a, b fileFault) int {
		return cmp.Or(a.Row-b.Row, cmp.Compare(len(a.Cell), len(b.Cell)), cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Column, b.Column))
	})
	rest["file"] = "it has " + plural(len(out), "problem", "problems") + ", listed by row and column below; mend them and send it again"
	return out, &domain.Error{Code: e.Code, Msg: e.Msg, Fields: rest}
}

// listURL is where a list is destroyed.
func (p listsPage) DestroyURL(id string) string {
	return p.URL("/lists/" + url.PathEscape(id) + "/destroy")
}
