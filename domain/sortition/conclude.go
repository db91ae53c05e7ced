package sortition

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// SeedSource says where a seed comes from.
type SeedSource string

// The sources of a seed. A seed of the system's cannot be checked by anyone.
const (
	SeedWitnessed SeedSource = "witnessed" // dice or balls before witnesses
	SeedDrand     SeedSource = "drand"     // a round of a public beacon
	SeedSystem    SeedSource = "system"
)

// Seed decides the draw. For a beacon, Value is the round's randomness.
type Seed struct {
	Value     string     `json:"value"`
	Source    SeedSource `json:"source"`
	Beacon    *Beacon    `json:"beacon,omitempty"`
	Witnesses []string   `json:"witnesses,omitempty"`
}

// Beacon is one round of a randomness beacon, hexadecimal.
type Beacon struct {
	Round      uint64 `json:"round"`
	Signature  string `json:"signature"`
	Randomness string `json:"randomness"`
}

// Choice records the draw itself.
type Choice struct {
	Seed   Seed   `json:"seed"`
	Digest string `json:"digest"` // the HMAC that chose
	Panel  int    `json:"panel"`  // number of the panel, from 1
	// PubliclyCheckable is false for a seed of the system's own.
	PubliclyCheckable bool     `json:"publicly_checkable"`
	Selected          []string `json:"selected"`
	// Alternates, when asked for, come first among the reserves.
	Alternates *AlternatesRecord `json:"alternates,omitempty"`
	Reserves   []string          `json:"reserves"` // in order
}

// Outcome is what a concluded draw decided.
type Outcome struct {
	Panel    int      `json:"panel"`
	Selected []string `json:"selected"`
	Reserves []string `json:"reserves"`
}

// Errors of Conclude.
var (
	ErrConcluded  = errors.New("this draw is concluded already: a second seed is not accepted")
	ErrNoSeed     = errors.New("the seed is empty: give the digits that were drawn")
	ErrOtherFrame = errors.New("this is not the frame that was committed to")
	ErrWrongRound = errors.New("the beacon round is not the one named before the draw")
)

// Conclude draws the panel that the seed decides and the order of reserves,
// and records both in the certificate. It can be done once. Checking that a
// beacon's signature is genuine is the caller's part.
func Conclude(l *Lottery, seed Seed) (*Outcome, error) {
	c := &l.Certificate
	if c.Choice != nil {
		return nil, ErrConcluded
	}
	seed.Value = strings.TrimSpace(seed.Value)
	if seed.Value == "" {
		return nil, ErrNoSeed
	}
	if c.DrandRound != 0 && (seed.Beacon == nil || seed.Beacon.Round != c.DrandRound) {
		return nil, fmt.Errorf("%w: round %d was named", ErrWrongRound, c.DrandRound)
	}
	number, digest := choose(seed.Value, c.Commitment.Hash, "panel", len(c.Panels))
	choice := &Choice{
		Seed: seed, Digest: digest, Panel: number + 1,
		PubliclyCheckable: seed.Source != SeedSystem,
		Selected:          slices.Clone(c.Panels[number]),
	}
	choice.Reserves = reserveOrder(&l.Replay.Problem, choice.Selected, seed.Value, c.Commitment.Hash)
	if l.Replay.Options.Alternates > 0 {
		choice.Alternates = chooseAlternates(l, choice.Selected, choice.Reserves, seed.Value)
		choice.Reserves = firstThen(choice.Alternates.IDs, choice.Reserves)
	}
	c.Choice = choice
	c.seal()
	return &Outcome{Panel: choice.Panel, Selected: choice.Selected, Reserves: choice.Reserves}, nil
}

// firstThen puts some of the ids first and keeps the others' order.
func firstThen(first, all []string) []string {
	out := slices.Clone(first)
	taken := set(first)
	for _, id := range all {
		if !taken[id] {
			out = append(out, id)
		}
	}
	return out
}

// choose is uniform in [0, n): HMAC-SHA256 keyed by the seed over the
// commitment, the purpose and a counter; the first eight bytes are the number,
// and values above the largest multiple of n are drawn again, so that no
// number is likelier than another.
func choose(seed, commitment, purpose string, n int) (int, string) {
	limit := math.MaxUint64 - math.MaxUint64%uint64(n)
	for counter := 0; ; counter++ {
		digest := draw(seed, commitment, fmt.Sprintf("%s %d", purpose, counter))
		if v := binary.BigEndian.Uint64(digest[:8]); v < limit {
			return int(v % uint64(n)), hex.EncodeToString(digest)
		}
	}
}

func draw(seed, commitment, purpose string) []byte {
	mac := hmac.New(sha256.New, []byte(seed))
	fmt.Fprintf(mac, "folkmoot draw 1\n%s\n%s\n", commitment, purpose)
	return mac.Sum(nil)
}

// lotOrder sorts ids by their lot under the seed.
func lotOrder(ids []string, seed, commitment, purpose string) []string {
	lots := make(map[string]string, len(ids))
	for _, id := range ids {
		lots[id] = string(draw(seed, commitment, purpose+" "+id))
	}
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b string) int {
		return strings.Compare(lots[a]+a, lots[b]+b)
	})
	return out
}

// reserveOrder is everyone who could still be called, in an order that the
// seed decides: not selected, and of no household that sits.
func reserveOrder(p *Problem, selected []string, seed, commitment string) []string {
	sits, homes := map[string]bool{}, map[string]bool{}
	for _, id := range selected {
		sits[id] = true
	}
	for _, person := range p.People {
		if sits[person.ID] && person.Household != "" {
			homes[person.Household] = true
		}
	}
	ids := []string{}
	for _, person := range p.People {
		if !sits[person.ID] && (person.Household == "" || !homes[person.Household]) {
			ids = append(ids, person.ID)
		}
	}
	return lotOrder(ids, seed, commitment, "reserve")
}
