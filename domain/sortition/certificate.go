package sortition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Formats of the exported files. A change of meaning changes the number.
const (
	CertificateFormat = "folkmoot-draw-certificate/1"
	ReplayFormat      = "folkmoot-draw-replay/1"
)

// Certificate is the public record of a draw: what was committed to before
// the seed existed, every panel of the lottery, everyone's chance, and, once
// drawn, the choice. It names people by pseudonym and holds no values of
// theirs.
type Certificate struct {
	Format     string     `json:"format"`
	Label      string     `json:"label"`
	Program    string     `json:"program"`
	Objective  Objective  `json:"objective"`
	Size       int        `json:"size"`
	PoolSize   int        `json:"pool_size"`
	Types      int        `json:"types"`
	Targets    []Target   `json:"targets"`
	SeedPlan   string     `json:"seed_plan"`
	DrandRound uint64     `json:"drand_round,omitempty"`
	Commitment Commitment `json:"commitment"`
	Summary    Summary    `json:"summary"`
	Chances    []Chance   `json:"chances"`
	// Panels are the numbered panels of the lottery: Panels[0] is number 1.
	Panels   [][]string `json:"panels"`
	Warnings Findings   `json:"warnings"`
	Choice   *Choice    `json:"choice,omitempty"`
	// Seal is the SHA-256 of the certificate's JSON with an empty seal. It
	// shows accidents; fraud shows by the commitment published beforehand.
	Seal string `json:"seal"`
}

// Commitment is published before the seed exists. Hash is the SHA-256 of
// Statement, a text of one line per thing committed to.
type Commitment struct {
	Hash      string `json:"hash"`
	Statement string `json:"statement"`
}

// Summary holds the lottery's figures. Exact chances are fractions; those of
// the lottery are what its whole panels give.
type Summary struct {
	Minimum        string   `json:"minimum"` // exact, over people who can sit
	Maximum        string   `json:"maximum"`
	LotteryMinimum string   `json:"lottery_minimum"`
	LotteryMaximum string   `json:"lottery_maximum"`
	LargestChange  string   `json:"largest_change"` // by rounding, for anyone
	Uncoverable    []string `json:"uncoverable"`
	Gap            string   `json:"gap"` // between the proved bound and the lottery
	Proved         bool     `json:"proved"`
	Support        int      `json:"support"` // different panels of the exact lottery
}

// Chance is one person's chance: in the exact optimum and in the lottery.
type Chance struct {
	ID      string `json:"id"`
	Exact   string `json:"exact"`
	Lottery string `json:"lottery"`
}

// Replay holds everything needed to check the proof and repeat the draw,
// people's values included. It is for oversight and auditors.
type Replay struct {
	Format  string  `json:"format"`
	Problem Problem `json:"problem"`
	Options Options `json:"options"`
	Proof   Proof   `json:"proof"`
	// Uncoverable explains who is in no panel, and why.
	Uncoverable []Uncovered `json:"uncoverable"`
}

// Proof shows that no lottery is better. It speaks of types: groups of people
// who are alike in the targets and in the make-up of their household.
type Proof struct {
	Kind   string       `json:"kind"` // exact, claimed, interval or none
	Types  [][]string   `json:"types"`
	Rows   []ProofRow   `json:"rows"`
	Cuts   []ProofCut   `json:"cuts"`
	Stages []ProofStage `json:"stages"`
	// Lottery are the exact optimum's panels over types.
	Lottery []ProofPanel `json:"lottery"`
}

// ProofRow bounds how many people of some types a panel may hold.
type ProofRow struct {
	Kind   string `json:"kind"` // target, size, household
	Target int    `json:"target,omitempty"`
	Min    int    `json:"min"`
	Max    int    `json:"max"`
	Types  []int  `json:"types"`
}

// ProofCut is an inequality that every whole panel meets: the sum of weight
// times count is at most Bound. Tree proves it.
type ProofCut struct {
	Weights map[string]string `json:"weights"` // type -> whole weight
	Bound   string            `json:"bound"`
	Tree    *ProofNode        `json:"tree,omitempty"`
}

// ProofNode is a node of a branching proof: a split of one type's count, or
// a leaf closed by prices of the rows (cuts follow the rows in numbering).
type ProofNode struct {
	Type   int               `json:"type,omitempty"`
	At     int               `json:"at,omitempty"`
	Below  *ProofNode        `json:"below,omitempty"`
	Above  *ProofNode        `json:"above,omitempty"`
	Prices map[string]string `json:"prices,omitempty"`
}

// ProofStage proves one level: with earlier types at theirs, no lottery gives
// everyone left more than Level, and those of Fixed get exactly that.
type ProofStage struct {
	Level  string            `json:"level"`
	Prices map[string]string `json:"prices"`         // row -> whole number
	Caps   map[string]string `json:"caps,omitempty"` // type -> whole number
	Fixed  []int             `json:"fixed"`
}

// ProofPanel is one panel of the exact lottery.
type ProofPanel struct {
	Weight string         `json:"weight"`
	Counts map[string]int `json:"counts"` // type -> count
}

func sha(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// poolHash is the hash of the salted pool in canonical form.
func poolHash(p *Problem, salt string) string { return hashJSON([]any{salt, p.People}) }

// hashJSON hashes the JSON of plain data, which always marshals.
func hashJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic("sortition: " + err.Error())
	}
	return sha(data)
}

// PanelsCSV is the list of panels as published: one line per panel, its
// number and its people. The commitment holds the SHA-256 of these bytes.
func PanelsCSV(panels [][]string) []byte {
	var b strings.Builder
	b.WriteString("panel,people\n")
	for i, people := range panels {
		fmt.Fprintf(&b, "%d,%s\n", i+1, strings.Join(people, " "))
	}
	return []byte(b.String())
}

// statement is the text that is committed to.
func statement(c *Certificate, pool, settings, proof, reasons string) string {
	lines := []string{
		"folkmoot draw commitment 1",
		"label " + strconv.Quote(c.Label),
		"program " + strconv.Quote(c.Program),
		"objective " + string(c.Objective),
		"size " + strconv.Itoa(c.Size),
		"people " + strconv.Itoa(c.PoolSize),
		"types " + strconv.Itoa(c.Types),
		"pool " + pool,
		"targets " + hashJSON(c.Targets),
		"settings " + settings,
		"panels " + sha(PanelsCSV(c.Panels)),
		"chances " + hashJSON(c.Chances),
		"summary " + hashJSON(c.Summary),
		"warnings " + hashJSON(c.Warnings),
		"proof " + proof,
		"reasons " + reasons,
		"seed " + strconv.Quote(c.SeedPlan),
		"drand " + strconv.FormatUint(c.DrandRound, 10),
	}
	return strings.Join(lines, "\n") + "\n"
}

func newLottery(m *model, o Options, best *optimum, people [][]int, reasons []Uncovered, warnings Findings) *Lottery {
	uses := appearances(len(m.problem.People), people)
	c := Certificate{
		Format: CertificateFormat, Label: o.Label, Program: o.Program, Objective: o.Objective,
		Size: m.problem.Size, PoolSize: len(m.problem.People), Types: len(m.types),
		Targets: m.problem.Targets, SeedPlan: o.SeedPlan, DrandRound: o.DrandRound, Warnings: warnings,
		Panels: named(m, people), Chances: chances(m, best.level, uses, len(people)),
	}
	c.Summary = summarise(m, best, uses, len(people))
	if c.Warnings == nil {
		c.Warnings = Findings{}
	}
	l := &Lottery{Certificate: c, Replay: Replay{
		Format: ReplayFormat, Problem: *m.problem, Options: o, Proof: exportProof(m, best), Uncoverable: reasons,
	}}
	text := statement(&c, poolHash(m.problem, o.Salt), hashJSON(o), hashJSON(l.Replay.Proof), hashJSON(reasons))
	l.Certificate.Commitment = Commitment{Hash: sha([]byte(text)), Statement: text}
	l.Certificate.seal()
	return l
}

func (c *Certificate) seal() {
	c.Seal = ""
	c.Seal = hashJSON(c)
}

func named(m *model, people [][]int) [][]string {
	out := make([][]string, len(people))
	for i, panel := range people {
		out[i] = make([]string, len(panel))
		for j, p := range panel {
			out[i][j] = m.problem.People[p].ID
		}
	}
	return out
}

func chances(m *model, level []*big.Rat, uses []int, panels int) []Chance {
	out := make([]Chance, len(m.problem.People))
	for t := range m.types {
		for _, i := range m.types[t].members {
			out[i] = Chance{
				ID:      m.problem.People[i].ID,
				Exact:   level[t].RatString(),
				Lottery: fmt.Sprintf("%d/%d", uses[i], panels),
			}
		}
	}
	return out
}

func summarise(m *model, best *optimum, uses []int, panels int) Summary {
	s := Summary{Uncoverable: []string{}, Gap: best.gap.RatString(), Proved: best.proved, Support: len(best.panels),
		LargestChange: largestChange(m, best.level, uses, panels).RatString()}
	var low, high *big.Rat
	few, many := -1, -1
	for t := range m.types {
		p := best.level[t]
		for _, i := range m.types[t].members {
			if p.Sign() == 0 {
				s.Uncoverable = append(s.Uncoverable, m.problem.People[i].ID)
				continue
			}
			if few < 0 || uses[i] < few {
				few = uses[i]
			}
			many = max(many, uses[i])
		}
		if p.Sign() > 0 && (low == nil || p.Cmp(low) < 0) {
			low = p
		}
		if high == nil || p.Cmp(high) > 0 {
			high = p
		}
	}
	slices.Sort(s.Uncoverable)
	if low == nil {
		low = new(big.Rat)
	}
	s.Minimum, s.Maximum = low.RatString(), high.RatString()
	s.LotteryMinimum, s.LotteryMaximum = fmt.Sprintf("%d/%d", few, panels), fmt.Sprintf("%d/%d", many, panels)
	return s
}
