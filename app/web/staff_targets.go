package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

// targetPages set what is asked of the panel: as a table, from a file, or
// from shares of the population.
func targetPages(s Services) []Page {
	file := post("/staff/processes/:process/targets/file", s.targetsFile)
	shares := post("/staff/processes/:process/targets/shares", s.targetsShares)
	file.MaxFile, shares.MaxFile = maxTableFile, maxTableFile
	return []Page{
		get("/staff/processes/:process/targets", s.targets),
		post("/staff/processes/:process/targets", s.setTargets), file, shares,
	}
}

// targetRow is one row of the table as it is typed: numbers may be none yet.
type targetRow struct {
	N                                                         int
	Feature, Value, Min, Max, FlexMin, FlexMax, Share, Source string
	Error                                                     string
	Anchor                                                    string
}

// rounding says how a share became seats.
type rounding struct {
	Feature, Value, Share, Exact string
	Seats                        int
}

type targetsPage struct {
	recruitDesk
	Rows      []targetRow
	Size      int
	Unsaved   string // where the rows come from, when they are not saved yet
	Roundings []rounding
	Faults    []fileFault
	Fixed     bool // a committed draw rests on them
}

const spareTargets = 4 // empty ones at the end of the table

func (s Services) targetsPage(ctx context.Context, r *Request) (targetsPage, error) {
	d, err := s.recruitDesk(ctx, r, "targets")
	page := targetsPage{recruitDesk: d, Size: d.P.Specification.Size}
	if err != nil {
		return page, err
	}
	page.Rows = targetRows(d.R.Targets)
	if d.R.Draw != "" {
		draws, err := s.Recruitment.ListDraws(ctx, r.Actor, d.P.ID)
		if err != nil {
			return page, err
		}
		at := slices.IndexFunc(draws, func(v recruitment.DrawView) bool { return v.ID == d.R.Draw })
		page.Fixed = at >= 0 && draws[at].State.Committed()
	}
	return page, nil
}

func (s Services) targets(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.targetsPage(ctx, r)
	return page.show(), err
}

// show numbers the rows, with a few to spare.
func (p targetsPage) show() Reply {
	if p.Sets && !p.Fixed {
		p.Rows = append(slices.Clip(p.Rows), make([]targetRow, spareTargets)...)
	}
	for i := range p.Rows {
		p.Rows[i].N, p.Rows[i].Anchor = i, fieldID(fmt.Sprintf("targets[%d]", i))
	}
	return Show("staff/targets", "Targets: "+p.P.Name, p)
}

func targetRows(ts []recruitment.Target) []targetRow {
	out := make([]targetRow, len(ts))
	for i, t := range ts {
		out[i] = targetRow{Feature: t.Feature, Value: t.Value, Min: fmt.Sprint(t.Min), Max: fmt.Sprint(t.Max), Source: t.Source}
		if t.FlexMin != nil && t.FlexMax != nil {
			out[i].FlexMin, out[i].FlexMax = fmt.Sprint(*t.FlexMin), fmt.Sprint(*t.FlexMax)
		}
		if t.Share > 0 {
			out[i].Share = hundredths(t.Share)
		}
	}
	return out
}

// hundredths writes hundredths of a percent: 51, 51.4.
func hundredths(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

// setTargets saves the table.
func (s Services) setTargets(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.targetsPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page.Rows = typedRows(r.Form)
	ts, err := parseRows(page.Rows)
	if err == nil {
		_, err = s.Recruitment.SetTargets(ctx, r.Command(), page.P.ID, recruitment.TargetsInput{Targets: ts})
	}
	if err == nil {
		return Go(page.URL("/targets")), nil
	}
	page.markRows(err)
	return r.Again(page.show(), err)
}

// typedRows are the rows of the form that hold something, in their order.
func typedRows(form url.Values) []targetRow {
	var out []targetRow
	for i := range 1000 {
		if !form.Has(fmt.Sprintf("feature.%d", i)) {
			break
		}
		at := func(name string) string { return strings.TrimSpace(form.Get(fmt.Sprintf("%s.%d", name, i))) }
		row := targetRow{Feature: at("feature"), Value: at("value"), Min: at("min"), Max: at("max"), FlexMin: at("flex_min"), FlexMax: at("flex_max"),
			Share: at("share"), Source: at("source")}
		if row != (targetRow{}) {
			out = append(out, row)
		}
	}
	return out
}

// parseRows reads the numbers of the rows and names every one that is none.
func parseRows(rows []targetRow) ([]recruitment.Target, error) {
	p := domain.Problems{}
	out := make([]recruitment.Target, len(rows))
	for i, row := range rows {
		field := fmt.Sprintf("targets[%d]", i)
		number := func(text, what string) int {
			n, err := strconv.Atoi(text)
			p.Need(err == nil, field, "give the %s as a whole number of people", what)
			return n
		}
		p.Need(row.Feature != "" && row.Value != "", field, "name the feature and the value")
		t := recruitment.Target{Feature: row.Feature, Value: row.Value, Min: number(row.Min, "least"), Max: number(row.Max, "most"), Source: row.Source}
		p.Need((row.FlexMin == "") == (row.FlexMax == ""), field, "give both limits of relaxing, or neither")
		if row.FlexMin != "" && row.FlexMax != "" {
			low, high := number(row.FlexMin, "lowest least"), number(row.FlexMax, "highest most")
			t.FlexMin, t.FlexMax = &low, &high
		}
		if row.Share != "" {
			share, ok := parseShare(row.Share)
			p.Need(ok, field, "give the share as a percentage from 0 to 100, such as 51.4")
			t.Share = share
		}
		out[i] = t
	}
	return out, p.Err()
}

// parseShare reads a percentage as hundredths: 51.4, 51,4 %, 51.4%.
func parseShare(text string) (int, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%")), ",", ".")
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= 100) {
		return 0, false
	}
	return int(v*100 + 0.5), true
}

var ofRow = regexp.MustCompile(`^targets\[(\d+)\]`)

// markRows puts what is wrong beside the row it is about.
func (p *targetsPage) markRows(err error) {
	var e *domain.Error
	if !errors.As(err, &e) {
		return
	}
	for field, text := range e.Fields {
		if m := ofRow.FindStringSubmatch(field); m != nil {
			if i, _ := strconv.Atoi(m[1]); i < len(p.Rows) {
				p.Rows[i].Error = strings.TrimPrefix(p.Rows[i].Error+"; "+text, "; ")
			}
		}
	}
}

// targetsFile shows the targets of a file in the table, to be looked at and
// saved.
func (s Services) targetsFile(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.targetsPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if !page.Sets {
		return Reply{}, domain.Hidden("page")
	}
	file, err := sentFile(r)
	if err != nil {
		return r.Again(page.show(), renamedOne(err, "file", "target_file"))
	}
	read, found := sortition.ReadTargets(bytes.NewReader(file))
	if found.Err() != nil {
		page.Faults = findingFaults(found)
		return r.Again(page.show(), domain.Problems{"target_file": "it has " + plural(len(page.Faults), "problem", "problems") + ", listed by row and column below"}.Err())
	}
	page.Rows = make([]targetRow, len(read))
	for i, t := range read {
		page.Rows[i] = targetRow{Feature: t.Feature, Value: t.Value, Min: fmt.Sprint(t.Min), Max: fmt.Sprint(t.Max)}
		if t.Flex != nil {
			page.Rows[i].FlexMin, page.Rows[i].FlexMax = fmt.Sprint(t.Flex.Min), fmt.Sprint(t.Flex.Max)
		}
		page.Rows[i].keep(page.R.Targets)
	}
	page.Unsaved = "These come from your file."
	return page.show(), nil
}

// keep takes share and source over from what was set before.
func (row *targetRow) keep(had []recruitment.Target) {
	for _, t := range targetRows(had) {
		if strings.EqualFold(t.Feature, row.Feature) && strings.EqualFold(t.Value, row.Value) {
			row.Share, row.Source = t.Share, t.Source
		}
	}
}

func findingFaults(found sortition.Findings) []fileFault {
	var out []fileFault
	for _, f := range found {
		if f.Severity == sortition.SeverityError {
			out = append(out, fileFault{Row: f.Row, Column: f.Column, Cell: f.Cell, Text: f.Msg})
		}
	}
	return out
}

// targetsShares makes targets of population shares and says how each was
// rounded; nothing is saved yet.
func (s Services) targetsShares(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.targetsPage(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	in, err := s.sharesInput(r, &page)
	if err != nil {
		return r.Again(page.show(), err)
	}
	ts, err := s.Recruitment.ProposeTargets(ctx, r.Actor, page.P.ID, in)
	if err != nil {
		return r.Again(page.show(), sharesError(err))
	}
	page.Rows = targetRows(ts)
	if page.Roundings, err = s.roundings(ctx, r, page.P.ID, in); err != nil {
		return Reply{}, err
	}
	page.Unsaved = "These are computed from the shares."
	return page.show(), nil
}

func (s Services) sharesInput(r *Request, page *targetsPage) (recruitment.ProposalInput, error) {
	in := recruitment.ProposalInput{}
	p := domain.Problems{}
	whole := func(field string, otherwise int) int {
		text := strings.TrimSpace(r.Form.Get(field))
		if text == "" {
			return otherwise
		}
		n, err := strconv.Atoi(text)
		p.Need(err == nil, field, "give a whole number")
		return n
	}
	in.Size, in.Slack, in.Flex = whole("size", page.Size), whole("slack", 0), whole("flex", 0)
	file, err := sentFile(r)
	if err != nil {
		return in, err
	}
	in.Shares, page.Faults = readShares(file, strings.TrimSpace(r.Form.Get("share_source")))
	p.Need(len(page.Faults) == 0, "file", "%s, listed by row and column below", plural(len(page.Faults), "problem", "problems"))
	return in, p.Err()
}

// readShares reads lines of feature, value, percentage, with or without a
// heading.
func readShares(file []byte, source string) ([]recruitment.Share, []fileFault) {
	table, found := sortition.ReadTable(bytes.NewReader(file))
	faults := findingFaults(found)
	var out []recruitment.Share
	rows := append([][]string{table.Header}, table.Rows...)
	for i, row := range rows {
		n := table.RowNumber(i - 1)
		if len(row) < 3 {
			faults = append(faults, fileFault{Row: n, Text: "give feature, value and percentage, parted by commas"})
			continue
		}
		share, ok := parseShare(row[2])
		if i == 0 && !ok { // a heading
			continue
		}
		if !ok {
			faults = append(faults, fileFault{Row: n, Cell: fmt.Sprintf("C%d", n), Text: fmt.Sprintf("%q is no percentage from 0 to 100", row[2])})
		}
		out = append(out, recruitment.Share{Feature: strings.TrimSpace(row[0]), Value: strings.TrimSpace(row[1]), Share: share, Source: source})
	}
	if len(out) == 0 && len(faults) == 0 {
		faults = append(faults, fileFault{Row: 1, Text: "there are no shares: give a line for each value, such as age, 18 to 44, 38.2"})
	}
	return out, faults
}

// sharesError speaks of the lines that were sent instead of list positions.
func sharesError(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	p := domain.Problems{}
	for field, text := range e.Fields {
		switch {
		case strings.HasSuffix(field, ".source"):
			p["share_source"] = text
		case strings.HasPrefix(field, "shares"):
			p["file"] = text
		default:
			p[field] = text
		}
	}
	return &domain.Error{Code: e.Code, Msg: e.Msg, Fields: p}
}

// roundings say, value by value, what the share comes to exactly and the
// whole number of seats it was rounded to: what the target is without slack.
func (s Services) roundings(ctx context.Context, r *Request, process string, in recruitment.ProposalInput) ([]rounding, error) {
	in.Slack = 0
	bare, err := s.Recruitment.ProposeTargets(ctx, r.Actor, process, in)
	if err != nil {
		return nil, err
	}
	total := map[string]int{}
	for _, t := range bare {
		total[t.Feature] += t.Share
	}
	out := make([]rounding, len(bare))
	for i, t := range bare {
		exact := float64(t.Share*in.Size) / float64(max(1, total[t.Feature]))
		out[i] = rounding{Feature: t.Feature, Value: t.Value, Share: hundredths(t.Share) + "%", Exact: strconv.FormatFloat(exact, 'f', 2, 64), Seats: t.Min}
	}
	return out, nil
}
