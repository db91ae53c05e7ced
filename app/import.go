package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"folkmoot/app/httpx"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

// importCmd carries files into a running Folkmoot over its API: what it may
// do is what the token may do.
type importCmd struct {
	Respondents importRespondents `cmd:"" help:"Register the people of a CSV file who registered elsewhere."`
	Frame       importFrame       `cmd:"" help:"Import the list that invitees are drawn from, as CSV."`
	Postcodes   importPostcodes   `cmd:"" help:"Import where postcodes lie, from a CSV lookup such as those of SIMD, IMD, WIMD or NIMDM: residents then say their postcode, and are not asked for area and deprivation."`
	Targets     importTargets     `cmd:"" help:"Set a process's targets from a CSV file."`
}

// importDoor is where an import goes.
type importDoor struct {
	Process string `required:"" help:"Id of the process."`
	File    string `required:"" type:"existingfile" help:"The CSV file."`
	Server  string `default:"http://127.0.0.1:8080" env:"FOLKMOOT_URL" help:"Address of the running service."`
	Token   string `required:"" env:"FOLKMOOT_TOKEN" help:"API token of an organiser; folkmoot admin token makes one."`
}

// importColumns says what the columns of a file hold.
type importColumns struct {
	Columns string `required:"" help:"Which column holds what: a JSON or YAML file, or a list such as ref=id,name=First+Last,number=Mobile,Gender,age=Age band. What is not ref, name, number, email, address, postcode, area, deprivation, language or format is an answer; a name alone is the answer and its column."`
	Region  string `default:"GB" help:"Country of phone numbers without a country code."`
}

type importRespondents struct {
	importDoor
	importColumns
	Source string `default:"imported file" help:"Where the registrations come from; recorded."`
}

type importFrame struct {
	importDoor
	importColumns
	Name   string `required:"" help:"What the list is and of when; recorded."`
	Source string `required:"" help:"Who gave the list, under what agreement; recorded."`
}

type importPostcodes struct {
	importDoor
	Columns string `required:"" help:"Which column holds what, such as postcode=Postcode,area=Ward,deprivation=SIMD2020v2_Quintile. A deprivation column with decile in its name holds 1 to 10, any other 1 to 5."`
	Name    string `required:"" help:"What the lookup is and of when; recorded."`
	Source  string `required:"" help:"Who publishes it; recorded."`
}

type importTargets struct{ importDoor }

// Run registers the file's people and waits until it is done.
func (c *importRespondents) Run(ctx context.Context, st *streams) error {
	columns, err := readColumns(c.Columns)
	if err != nil {
		return err
	}
	path := c.path("respondents", url.Values{"source": {c.Source}, "region": {c.Region}, "columns": {columns}})
	var b recruitment.BatchView
	if err := c.send(ctx, st, path, &b); err != nil {
		return err
	}
	for !b.Done {
		fmt.Fprintf(st.err, "%d of %d rows registered\n", b.Pool+b.Ineligible+b.Waiting+b.Known, b.Rows)
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
		if err := c.ask(ctx, st, c.path("respondents/"+b.ID, nil), &b); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(st.out, "%d rows: %d in the pool, %d not eligible, %d with answers missing, %d registered before\n",
		b.Rows, b.Pool, b.Ineligible, b.Waiting, b.Known)
	return err
}

// Run imports the list.
func (c *importFrame) Run(ctx context.Context, st *streams) error {
	columns, err := readColumns(c.Columns)
	if err != nil {
		return err
	}
	path := c.path("frames", url.Values{"name": {c.Name}, "source": {c.Source}, "region": {c.Region}, "columns": {columns}})
	var f recruitment.FrameView
	if err := c.send(ctx, st, path, &f); err != nil {
		return err
	}
	_, err = fmt.Fprintf(st.out, "%d rows in %d areas, %d with a phone number; list %s\n", f.Rows, len(f.Strata), f.Numbers, f.ID)
	return err
}

// Run imports the lookup of postcodes.
func (c *importPostcodes) Run(ctx context.Context, st *streams) error {
	columns, err := readColumns(c.Columns)
	if err != nil {
		return err
	}
	var l recruitment.PostcodesView
	if err := c.sendPacked(ctx, st, c.path("postcodes", url.Values{"name": {c.Name}, "source": {c.Source}, "columns": {columns}}), &l); err != nil {
		return err
	}
	_, err = fmt.Fprintf(st.out, "%d rows in %d areas\n", l.Rows, l.Areas)
	return err
}

// Run reads the targets here, so that every problem has its cell, and sets
// them.
func (c *importTargets) Run(ctx context.Context, st *streams) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	read, found := sortition.ReadTargets(file)
	if found.Err() != nil {
		for _, f := range found {
			fmt.Fprintln(st.err, f)
		}
		fmt.Fprintln(st.err, "nothing was imported")
		return exitCode(1)
	}
	in := recruitment.TargetsInput{}
	for _, t := range read {
		target := recruitment.Target{Feature: t.Feature, Value: t.Value, Min: t.Min, Max: t.Max}
		if t.Flex != nil {
			target.FlexMin, target.FlexMax = &t.Flex.Min, &t.Flex.Max
		}
		in.Targets = append(in.Targets, target)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err := c.call(ctx, st, call{http.MethodPost, c.path("targets", nil), "application/json", body, ""}, &recruitment.View{}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(st.out, "%d targets set\n", len(in.Targets))
	return err
}

// known are the fields of [recruitment.Columns] that a list may name.
var known = []string{"ref", "name", "number", "email", "address", "postcode", "area", "deprivation", "language", "format"}

// readColumns turns a file or a list into the API's JSON.
func readColumns(given string) (string, error) {
	var c recruitment.Columns
	switch ext := strings.ToLower(filepath.Ext(given)); ext {
	case ".json", ".yaml", ".yml":
		raw, err := os.ReadFile(given)
		if err != nil {
			return "", fmt.Errorf("reading the map of columns: %w", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(raw)) // JSON is YAML too
		d.KnownFields(true)
		if err := d.Decode(&c); err != nil {
			return "", fmt.Errorf("%s is no map of columns: %w", given, err)
		}
	default:
		raw := map[string]any{}
		answers := map[string]string{}
		for part := range strings.SplitSeq(given, ",") {
			what, column, named := strings.Cut(strings.TrimSpace(part), "=")
			if !named {
				column = what
			}
			if what == "" || column == "" {
				return "", fmt.Errorf("--columns: %q is not of the form what=Column", part)
			}
			if slices.Contains(known, what) {
				raw[what] = column
			} else {
				answers[strings.TrimPrefix(what, "answers.")] = column
			}
		}
		raw["answers"] = answers
		out, err := json.Marshal(raw)
		return string(out), err
	}
	out, err := json.Marshal(c)
	return string(out), err
}

// path is the address of a call about the process.
func (d *importDoor) path(what string, query url.Values) string {
	at := strings.TrimRight(d.Server, "/") + "/api/v1/processes/" + url.PathEscape(d.Process) + "/" + what
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	return at
}

// send posts the file. The same file with the same columns is the same
// import: a command that was cut off can be given again.
func (d *importDoor) send(ctx context.Context, st *streams, path string, v any) error {
	body, err := os.ReadFile(d.File)
	if err != nil {
		return err
	}
	return d.call(ctx, st, call{http.MethodPost, path, "text/csv", body, ""}, v)
}

// sendPacked is send for a file that may be very large. The same file packs
// to the same bytes.
func (d *importDoor) sendPacked(ctx context.Context, st *streams, path string, v any) error {
	file, err := os.Open(d.File)
	if err != nil {
		return err
	}
	defer file.Close()
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	if _, err := io.Copy(z, file); err != nil {
		return fmt.Errorf("reading %s: %w", d.File, err)
	}
	if err := z.Close(); err != nil {
		return err
	}
	return d.call(ctx, st, call{http.MethodPost, path, "text/csv", body.Bytes(), "gzip"}, v)
}

func (d *importDoor) ask(ctx context.Context, st *streams, path string, v any) error {
	return d.call(ctx, st, call{method: http.MethodGet, path: path}, v)
}

// call is one call of the API.
type call struct {
	method, path, mediaType string
	body                    []byte
	packing                 string // of the body, "" for none
}

func (c call) key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", c.path)
	h.Write(c.body)
	return "import-" + hex.EncodeToString(h.Sum(nil)[:20])
}

// call makes a call and reads its answer; what the service refuses is printed
// with every place that needs mending, and ends the command with 1.
func (d *importDoor) call(ctx context.Context, st *streams, c call, v any) error {
	req, err := http.NewRequestWithContext(ctx, c.method, c.path, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+d.Token)
	if c.method == http.MethodPost {
		req.Header.Set("Idempotency-Key", c.key())
		req.Header.Set("Content-Type", c.mediaType)
		if c.packing != "" {
			req.Header.Set("Content-Encoding", c.packing)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no Folkmoot answers at %s: %w", d.Server, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("the answer of %s broke off: %w", d.Server, err)
	}
	if resp.StatusCode < 300 {
		return json.Unmarshal(answer, v)
	}
	var p httpx.Problem
	if err := json.Unmarshal(answer, &p); err != nil || p.Detail == "" {
		return fmt.Errorf("%s answers %s; is it a Folkmoot?", d.Server, resp.Status)
	}
	printProblem(st.err, p)
	return exitCode(1)
}

// printProblem writes a refusal for people: the places in the file in order,
// then whatever else.
func printProblem(w io.Writer, p httpx.Problem) {
	fmt.Fprintln(w, p.Detail)
	places := make([]string, 0, len(p.Fields))
	for place := range p.Fields {
		places = append(places, place)
	}
	slices.SortFunc(places, func(a, b string) int {
		return cmp.Or(cmp.Compare(rowOf(a), rowOf(b)), strings.Compare(a, b))
	})
	for _, place := range places {
		fmt.Fprintf(w, "  %s: %s\n", place, p.Fields[place])
	}
	for _, m := range p.Missing {
		fmt.Fprintf(w, "  needed: %s (%s)\n", m.Need, m.Who)
	}
}

// rowOf is the row that a place names, 0 for none.
func rowOf(place string) int {
	rest, ok := strings.CutPrefix(place, "row ")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(rest, ",")
	n, _ := strconv.Atoi(digits)
	return n
}

// pause waits, unless the command is ended meanwhile.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return errors.New("ended before the import was done; give the same command again to follow it")
	case <-time.After(d):
		return nil
	}
}
