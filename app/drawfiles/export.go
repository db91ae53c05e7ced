package drawfiles

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"

	"folkmoot/domain/sortition"
)

// load reads the lottery of an export.
func load(dir string) (*sortition.Lottery, error) {
	var l sortition.Lottery
	if err := readJSON(filepath.Join(dir, CertificateFile), &l.Certificate); err != nil {
		return nil, err
	}
	return &l, readJSON(filepath.Join(dir, ReplayFile), &l.Replay)
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// write writes the export: what is there before the seed, and after it who
// was selected.
func (in *input) write(dir string, l *sortition.Lottery) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	files := map[string]func() ([]byte, error){
		CertificateFile: func() ([]byte, error) { return indented(l.Certificate) },
		ReplayFile:      func() ([]byte, error) { return indented(l.Replay) },
		PanelsFile:      func() ([]byte, error) { return sortition.PanelsCSV(l.Certificate.Panels), nil },
		ReportFile:      func() ([]byte, error) { return Report(l) },
		poolFile:        in.poolCSV,
	}
	if c := l.Certificate.Choice; c != nil {
		in.addOutcome(files, l, c)
	}
	for name, content := range files {
		data, err := content()
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	if l.Certificate.Choice == nil {
		return nil
	}
	return os.Remove(filepath.Join(dir, poolFile))
}

func indented(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	return append(data, '\n'), err
}

// writeFile replaces a file at once, so that a crash leaves the old one.
func writeFile(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (in *input) addOutcome(files map[string]func() ([]byte, error), l *sortition.Lottery, c *sortition.Choice) {
	chance := map[string]sortition.Chance{}
	for _, one := range l.Certificate.Chances {
		chance[one.ID] = one
	}
	chances := func(name string) []string {
		if name == "" {
			return []string{"chance_exact", "chance_lottery"}
		}
		return []string{chance[name].Exact, chance[name].Lottery}
	}
	place := map[string]int{}
	for i, name := range c.Reserves {
		place[name] = i + 1
	}
	files[selectedFile] = func() ([]byte, error) { return in.csv(in.inOrder(c.Selected), chances) }
	files[reservesFile] = func() ([]byte, error) {
		return in.csv(c.Reserves, func(name string) []string {
			if name == "" {
				return append([]string{"reserve"}, chances("")...)
			}
			return append([]string{strconv.Itoa(place[name])}, chances(name)...)
		})
	}
	files[remainingFile] = func() ([]byte, error) { return in.csv(in.inOrder(c.Reserves), chances) }
}

// inOrder lists the given people in the order of the file.
func (in *input) inOrder(names []string) []string {
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
	}
	var out []string
	for _, name := range in.order {
		if want[name] {
			out = append(out, name)
		}
	}
	return out
}

func (in *input) summary(l *sortition.Lottery) *Summary {
	c := l.Certificate
	s := &Summary{
		N: c.PoolSize, Size: c.Size, Types: c.Types, Objective: string(c.Objective),
		Minimum: number(c.Summary.Minimum), MinimumExact: c.Summary.Minimum,
		Maximum: number(c.Summary.Maximum), MaximumExact: c.Summary.Maximum,
		Gap: number(c.Summary.Gap), Proved: c.Summary.Proved, Uncoverable: []string{},
		Panels: len(c.Panels), Support: c.Summary.Support, LargestChange: number(c.Summary.LargestChange),
		Commitment: c.Commitment.Hash, Warnings: append([]string{}, in.warnings...),
	}
	none := map[string]bool{}
	for _, name := range c.Summary.Uncoverable {
		none[name] = true
	}
	for _, name := range in.order {
		if none[name] {
			s.Uncoverable = append(s.Uncoverable, in.ids[name])
		}
	}
	for _, w := range in.nameFindings(c.Warnings) {
		s.Warnings = append(s.Warnings, w.String())
	}
	if c.Choice != nil {
		s.Panel, s.Checkable = c.Choice.Panel, c.Choice.PubliclyCheckable
		for _, name := range in.inOrder(c.Choice.Selected) {
			s.Selected = append(s.Selected, in.ids[name])
		}
	}
	return s
}

func number(fraction string) float64 {
	v, ok := new(big.Rat).SetString(fraction)
	if !ok {
		return 0
	}
	f, _ := v.Float64()
	return f
}
