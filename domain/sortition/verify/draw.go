package verify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain/sortition"
)

// Draw checks a certificate and, when given, its replay file. beacon verifies
// a beacon round's signature; nil means that it cannot be checked here.
func Draw(cert *sortition.Certificate, replay *sortition.Replay, beacon func(sortition.Beacon) error) *Report {
	r := &Report{OK: true}
	r.note("format", "The certificate is of a known format and its seal is intact.", checkSeal(cert))
	r.note("commitment", "What is published matches the commitment, line by line.", checkStatement(cert))
	r.note("panels", fmt.Sprintf("Each of the %d panels names %d different people of the pool.", len(cert.Panels), cert.Size), checkPanels(cert))
	r.note("chances", "Everyone's chance in the lottery is what the panels give; the exact chances sum to the panel size.", checkChances(cert))
	r.note("summary", "The figures of the summary follow from the chances.", checkSummary(cert))
	checkChoice(r, cert, beacon)
	if replay == nil {
		r.skip("targets", "Not checked: whether each panel meets the targets. That needs the replay file.")
		r.skip("proof", "Not checked: the proof that no lottery is fairer. That needs the replay file.")
		return r
	}
	checkReplay(r, cert, replay)
	return r
}

func digest(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return hash(data)
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func checkSeal(c *sortition.Certificate) error {
	if c.Format != sortition.CertificateFormat {
		return fmt.Errorf("the format is %q; this program knows %q", c.Format, sortition.CertificateFormat)
	}
	open := *c
	open.Seal = ""
	if digest(&open) != c.Seal {
		return errors.New("the seal does not match: the certificate was changed after it was made")
	}
	return nil
}

// lines reads the statement into its names and values.
func lines(statement string) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(statement, "\n"), "\n") {
		name, value, _ := strings.Cut(line, " ")
		out[name] = value
	}
	return out
}

func checkStatement(c *sortition.Certificate) error {
	if hash([]byte(c.Commitment.Statement)) != c.Commitment.Hash {
		return errors.New("the commitment's hash is not that of its statement")
	}
	if !strings.HasPrefix(c.Commitment.Statement, "folkmoot draw commitment 1\n") {
		return errors.New("the statement is not one of a draw")
	}
	said := lines(c.Commitment.Statement)
	for _, line := range []struct{ name, value string }{
		{"label", strconv.Quote(c.Label)},
		{"program", strconv.Quote(c.Program)},
		{"objective", string(c.Objective)},
		{"size", strconv.Itoa(c.Size)},
		{"people", strconv.Itoa(c.PoolSize)},
		{"types", strconv.Itoa(c.Types)},
		{"targets", digest(c.Targets)},
		{"panels", panelsHash(c.Panels)},
		{"chances", digest(c.Chances)},
		{"summary", digest(c.Summary)},
		{"warnings", digest(c.Warnings)},
		{"seed", strconv.Quote(c.SeedPlan)},
		{"drand", strconv.FormatUint(c.DrandRound, 10)},
	} {
		if said[line.name] != line.value {
			return fmt.Errorf("the %s published is not the one committed to", line.name)
		}
	}
	return nil
}

// panelsHash is the SHA-256 of the list of panels as panels.csv holds it.
func panelsHash(panels [][]string) string {
	var b strings.Builder
	b.WriteString("panel,people\n")
	for i, ids := range panels {
		b.WriteString(strconv.Itoa(i+1) + "," + strings.Join(ids, " ") + "\n")
	}
	return hash([]byte(b.String()))
}

func checkPanels(c *sortition.Certificate) error {
	if len(c.Panels) == 0 {
		return errors.New("there are no panels")
	}
	known := map[string]bool{}
	for _, chance := range c.Chances {
		if known[chance.ID] {
			return fmt.Errorf("%s is in the pool twice", chance.ID)
		}
		known[chance.ID] = true
	}
	if len(known) != c.PoolSize {
		return fmt.Errorf("the pool is said to hold %d people, the chances name %d", c.PoolSize, len(known))
	}
	for i, panel := range c.Panels {
		seen := map[string]bool{}
		for _, id := range panel {
			if !known[id] || seen[id] {
				return fmt.Errorf("panel %d names %s, who is not in the pool or named twice", i+1, id)
			}
			seen[id] = true
		}
		if len(panel) != c.Size {
			return fmt.Errorf("panel %d has %d people, not %d", i+1, len(panel), c.Size)
		}
	}
	return nil
}

func checkChances(c *sortition.Certificate) error {
	uses := map[string]int{}
	for _, panel := range c.Panels {
		for _, id := range panel {
			uses[id]++
		}
	}
	total := new(big.Rat)
	for _, chance := range c.Chances {
		if want := fmt.Sprintf("%d/%d", uses[chance.ID], len(c.Panels)); chance.Lottery != want {
			return fmt.Errorf("%s is in %s of the panels, not %s", chance.ID, want, chance.Lottery)
		}
		exact, ok := new(big.Rat).SetString(chance.Exact)
		if !ok || exact.Sign() < 0 || exact.Cmp(big.NewRat(1, 1)) > 0 {
			return fmt.Errorf("the exact chance of %s is %q", chance.ID, chance.Exact)
		}
		total.Add(total, exact)
	}
	if total.Cmp(big.NewRat(int64(c.Size), 1)) != 0 {
		return fmt.Errorf("the exact chances sum to %s, not to the panel size", total.RatString())
	}
	return nil
}

func checkSummary(c *sortition.Certificate) error {
	var low, high, lotLow, lotHigh *big.Rat
	change := new(big.Rat)
	none := []string{}
	for _, chance := range c.Chances {
		exact, ok1 := new(big.Rat).SetString(chance.Exact)
		lot, ok2 := new(big.Rat).SetString(chance.Lottery)
		if !ok1 || !ok2 {
			return fmt.Errorf("the chances of %s are not fractions", chance.ID)
		}
		if d := new(big.Rat).Sub(exact, lot); d.Abs(d).Cmp(change) > 0 {
			change = d
		}
		if exact.Sign() == 0 {
			none = append(none, chance.ID)
			continue
		}
		low, high = extend(low, high, exact)
		lotLow, lotHigh = extend(lotLow, lotHigh, lot)
	}
	s := c.Summary
	slices.Sort(none)
	for _, f := range []struct {
		name, said string
		is         *big.Rat
	}{
		{"smallest exact chance", s.Minimum, low}, {"largest exact chance", s.Maximum, high},
		{"smallest chance in the lottery", s.LotteryMinimum, lotLow},
		{"largest chance in the lottery", s.LotteryMaximum, lotHigh},
		{"largest change by rounding", s.LargestChange, change},
	} {
		if v, ok := new(big.Rat).SetString(f.said); !ok || f.is == nil || v.Cmp(f.is) != 0 {
			return fmt.Errorf("the %s is not %s", f.name, f.said)
		}
	}
	if !slices.Equal(none, s.Uncoverable) {
		return errors.New("the list of people who are in no panel does not match the chances")
	}
	return nil
}

func extend(low, high, v *big.Rat) (*big.Rat, *big.Rat) {
	if low == nil || v.Cmp(low) < 0 {
		low = v
	}
	if high == nil || v.Cmp(high) > 0 {
		high = v
	}
	return low, high
}

func checkChoice(r *Report, c *sortition.Certificate, beacon func(sortition.Beacon) error) {
	if c.Choice == nil {
		r.skip("choice", "The draw is not concluded: there is no seed yet.")
		return
	}
	r.note("choice", fmt.Sprintf("The seed leads to panel %d of %d, by HMAC-SHA256 over the commitment.", c.Choice.Panel, len(c.Panels)), checkNumber(c))
	if c.Choice.Alternates != nil {
		r.skip("alternates", "Not re-proved: that the alternates, who come first among the reserves, are the best choice against drop-outs.")
	}
	r.note("reserves", "The reserves are other people, in the order that the seed gives.", checkReserves(c))
	switch b := c.Choice.Seed.Beacon; {
	case c.DrandRound != 0 && (b == nil || b.Round != c.DrandRound):
		r.note("beacon", "", fmt.Errorf("round %d was named before the draw and was not used", c.DrandRound))
	case b == nil && c.Choice.Seed.Source == sortition.SeedSystem:
		r.skip("beacon", "The seed is the system's own: nobody outside can check how it came about.")
	case b == nil:
		r.skip("beacon", "The seed was drawn before witnesses: compare it with their record.")
	case b.Randomness != c.Choice.Seed.Value:
		r.note("beacon", "", errors.New("the seed is not the beacon round's randomness"))
	case beacon == nil:
		r.skip("beacon", "Not checked: the beacon's signature.")
	default:
		r.note("beacon", fmt.Sprintf("Round %d of the beacon is genuine: its signature is valid and the seed is its hash.", b.Round), beacon(*b))
	}
}

func checkNumber(c *sortition.Certificate) error {
	ch, n := c.Choice, uint64(len(c.Panels))
	if n == 0 {
		return errors.New("there are no panels")
	}
	limit := math.MaxUint64 - math.MaxUint64%n
	for counter := 0; ; counter++ {
		lot := mac(ch.Seed.Value, c.Commitment.Hash, fmt.Sprintf("panel %d", counter))
		v := binary.BigEndian.Uint64(lot[:8])
		if v >= limit {
			continue
		}
		switch want := int(v%n) + 1; {
		case hex.EncodeToString(lot) != ch.Digest:
			return errors.New("the digest is not the one that the seed gives")
		case want != ch.Panel:
			return fmt.Errorf("the seed leads to panel %d, not %d", want, ch.Panel)
		case !slices.Equal(c.Panels[want-1], ch.Selected):
			return fmt.Errorf("the people selected are not those of panel %d", want)
		case ch.PubliclyCheckable != (ch.Seed.Source != sortition.SeedSystem):
			return errors.New("the certificate misstates whether the seed can be checked")
		}
		return nil
	}
}

func mac(seed, commitment, purpose string) []byte {
	h := hmac.New(sha256.New, []byte(seed))
	h.Write([]byte("folkmoot draw 1\n" + commitment + "\n" + purpose + "\n"))
	return h.Sum(nil)
}

func checkReserves(c *sortition.Certificate) error {
	taken := map[string]bool{}
	for _, id := range c.Choice.Selected {
		taken[id] = true
	}
	known := map[string]bool{}
	for _, chance := range c.Chances {
		known[chance.ID] = true
	}
	last := ""
	ahead := 0
	if a := c.Choice.Alternates; a != nil {
		if ahead = len(a.IDs); ahead > len(c.Choice.Reserves) || !slices.Equal(a.IDs, c.Choice.Reserves[:ahead]) {
			return errors.New("the alternates are not the first of the reserves")
		}
	}
	for i, id := range c.Choice.Reserves {
		if i < ahead {
			if taken[id] || !known[id] {
				return fmt.Errorf("%s is among the alternates and should not be", id)
			}
			taken[id] = true
			continue
		}
		lot := string(mac(c.Choice.Seed.Value, c.Commitment.Hash, "reserve "+id)) + id
		if taken[id] || !known[id] {
			return fmt.Errorf("%s is among the reserves and should not be", id)
		}
		if lot <= last {
			return fmt.Errorf("%s is out of order among the reserves", id)
		}
		taken[id], last = true, lot
	}
	return nil
}
