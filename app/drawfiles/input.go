package drawfiles

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"folkmoot/domain/sortition"
)

// input is the pool as read: the problem under pseudonyms, and each person's
// own row.
type input struct {
	problem  *sortition.Problem
	header   []string
	rows     map[string][]string // pseudonym -> row
	ids      map[string]string   // pseudonym -> id as in the file
	order    []string            // pseudonyms in the order of the file
	salt     string
	warnings []string
}

func read(req Request) (*input, error) {
	var files []FileFindings
	targets, found, err := readTargets(req.Targets)
	if err != nil {
		return nil, err
	}
	files = append(files, FileFindings{filepath.Base(req.Targets), found})
	file, err := os.Open(req.Respondents)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	people, table, found := sortition.ReadRespondents(file, sortition.PoolColumns{ID: req.IDColumn, Household: req.Household}, targets)
	files = append(files, FileFindings{filepath.Base(req.Respondents), found})
	for _, f := range files {
		slices.SortStableFunc(f.Findings, func(a, b sortition.Finding) int { return a.Row - b.Row })
	}
	if failed(files) || req.Size < 1 {
		stated := &sortition.Problem{Size: req.Size, Targets: targets, People: people}
		return nil, &InputError{append(files, FileFindings{wholeDraw, beyond(stated, files)})}
	}
	in := newInput(people, table)
	in.problem.Size, in.problem.Targets = req.Size, targets
	for _, f := range files {
		for _, one := range f.Findings {
			in.warnings = append(in.warnings, f.File+": "+one.String())
		}
	}
	return in, nil
}

// wholeDraw stands for a file's name where a finding is of no single file.
const wholeDraw = "the draw"

// beyond is what is wrong with the draw as a whole beside what is wrong with
// its files: sums that leave no room, a size out of range.
func beyond(p *sortition.Problem, files []FileFindings) sortition.Findings {
	had := map[sortition.Code]bool{}
	for _, f := range files {
		for _, one := range f.Findings {
			had[one.Code] = true
		}
	}
	out := sortition.Findings{}
	for _, f := range p.Check() {
		if sound(f.Code, p, files) && !had[f.Code] {
			out = append(out, f)
		}
	}
	return out
}

// sound tells what can be said while the files still have problems: sums of
// targets once all of them were read, numbers of people once all of them were.
func sound(c sortition.Code, p *sortition.Problem, files []FileFindings) bool {
	targets, pool := files[0].Findings.Err() == nil, files[1].Findings.Err() == nil
	switch c {
	case sortition.CodeFeatureSumsConflict, sortition.CodeMinSumAboveSize, sortition.CodeMaxSumBelowSize, sortition.CodeDesiredOutOfRange:
		return targets && (p.Size > 0 || c == sortition.CodeFeatureSumsConflict)
	case sortition.CodeSizeOutOfRange:
		return p.Size < 1 || pool
	case sortition.CodeNotEnoughPeople, sortition.CodeValueNobodyHas, sortition.CodeTargetBarelyMet:
		return targets && pool
	}
	return false
}

func readTargets(path string) ([]sortition.Target, sortition.Findings, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	targets, found := sortition.ReadTargets(file)
	return targets, found, nil
}

func failed(files []FileFindings) bool {
	for _, f := range files {
		if f.Findings.Err() != nil {
			return true
		}
	}
	return false
}

// newInput gives everyone a pseudonym. Their key is a hash of all rows in
// sorted order, so the order of the file does not matter.
func newInput(people []sortition.Person, table *sortition.Table) *input {
	lines := make([]string, len(people))
	for i, p := range people {
		lines[i] = p.ID + "\x1f" + strings.Join(table.Rows[i], "\x1f")
	}
	slices.Sort(lines)
	key := sha256.Sum256([]byte("folkmoot pseudonyms 1\n" + strings.Join(lines, "\n")))
	salt := sha256.Sum256(append([]byte("folkmoot salt 1\n"), key[:]...))
	in := &input{problem: &sortition.Problem{}, header: table.Header, rows: map[string][]string{},
		ids: map[string]string{}, salt: hex.EncodeToString(salt[:])}
	for i, p := range people {
		name := in.pseudonym(key[:], p.ID)
		in.rows[name], in.ids[name] = table.Rows[i], p.ID
		in.order = append(in.order, name)
		p.ID = name
		if p.Household != "" {
			p.Household = pseudonymOf(key[:], "household "+p.Household)
		}
		in.problem.People = append(in.problem.People, p)
	}
	return in
}

func pseudonymOf(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	name := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:7])
	return strings.ToLower(name[:10])
}

// pseudonym is free of clashes: a taken one is made again.
func (in *input) pseudonym(key []byte, id string) string {
	name := pseudonymOf(key, "person "+id)
	for again := 1; in.ids[name] != ""; again++ {
		name = pseudonymOf(key, fmt.Sprintf("person %s again %d", id, again))
	}
	return name
}

func (in *input) options(o sortition.Options) sortition.Options {
	o.Salt = in.salt
	return o
}

// nameFindings puts ids in place of pseudonyms, for messages to the organiser.
func (in *input) nameFindings(found sortition.Findings) sortition.Findings {
	out := slices.Clone(found)
	for i := range out {
		for _, word := range strings.Fields(out[i].Msg) {
			if id, ok := in.ids[strings.TrimRight(word, ":,")]; ok {
				out[i].Msg = strings.Replace(out[i].Msg, strings.TrimRight(word, ":,"), id, 1)
			}
		}
	}
	return out
}

// Columns that pool.csv adds to the rows as read.
const (
	pseudonymColumn = "folkmoot_pseudonym"
	idColumn        = "folkmoot_id"
)

func (in *input) poolCSV() ([]byte, error) {
	return in.csv(in.order, nil)
}

// csv writes people's rows with their pseudonym and id first. extra adds
// columns of its own, header first.
func (in *input) csv(people []string, extra func(name string) []string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{pseudonymColumn, idColumn}
	if extra != nil {
		head = append(head, extra("")...)
	}
	if err := w.Write(append(head, in.header...)); err != nil {
		return nil, err
	}
	for _, name := range people {
		row := []string{name, in.ids[name]}
		if extra != nil {
			row = append(row, extra(name)...)
		}
		if err := w.Write(append(row, in.rows[name]...)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// readPool reads back what poolCSV wrote.
func readPool(dir string) (*input, error) {
	data, err := os.ReadFile(filepath.Join(dir, poolFile))
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", poolFile, err)
	}
	if len(records) == 0 || len(records[0]) < 2 || records[0][0] != pseudonymColumn {
		return nil, errors.New(poolFile + " is not the file that the draw wrote")
	}
	in := &input{header: records[0][2:], rows: map[string][]string{}, ids: map[string]string{}}
	for _, r := range records[1:] {
		in.order = append(in.order, r[0])
		in.ids[r[0]], in.rows[r[0]] = r[1], r[2:]
	}
	return in, nil
}
