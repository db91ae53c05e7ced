package sortition

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// InvitationFormat names the record of who was invited.
const InvitationFormat = "folkmoot-invitation/1"

// maxWeight bounds a stratum's weight: a hundred times its share.
const maxWeight = 10_000

// FrameEntry is one address or person that may be invited.
type FrameEntry struct {
	ID string `json:"id"`
	// Stratum is the caller's key, such as area and deprivation together.
	Stratum   string `json:"stratum"`
	Household string `json:"household,omitempty"`
}

// InviteOptions are the settings of the first lottery: who gets an invitation.
type InviteOptions struct {
	Count int `json:"count"`
	// Weights lift or lower a stratum's share: 100 is proportional to its
	// size, 150 half as much again. Strata not named have 100.
	Weights         map[string]int `json:"weights,omitempty"`
	OnePerHousehold bool           `json:"one_per_household"`
	Label           string         `json:"label,omitempty"`
	Program         string         `json:"program,omitempty"`
	SeedPlan        string         `json:"seed_plan,omitempty"`
	DrandRound      uint64         `json:"drand_round,omitempty"`
	Salt            string         `json:"salt,omitempty"`
}

// Invitation is the record of the first lottery. It holds no addresses beyond
// the ids of those invited, once drawn.
type Invitation struct {
	Format     string        `json:"format"`
	Options    InviteOptions `json:"options"`
	FrameSize  int           `json:"frame_size"`
	Strata     []Stratum     `json:"strata"`
	Commitment Commitment    `json:"commitment"`
	Seed       *Seed         `json:"seed,omitempty"`
	// Invited are the ids in the order drawn, stratum by stratum interleaved
	// so that any first part is spread over the strata as the whole is.
	Invited []string `json:"invited,omitempty"`
}

// Stratum is one part of the frame. Chance is each entry's chance in it.
type Stratum struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	Weight int    `json:"weight"`
	Invite int    `json:"invite"`
	Chance string `json:"chance"`
}

// CommitInvitees fixes how many of each stratum will be invited and commits
// to the frame, before any seed exists. Its error is Findings.
func CommitInvitees(frame []FrameEntry, o InviteOptions) (*Invitation, error) {
	if err := checkFrame(frame, o).Err(); err != nil {
		return nil, err
	}
	inv := &Invitation{Format: InvitationFormat, Options: o, FrameSize: len(frame), Strata: allocate(frame, o)}
	text := inv.statement(frame)
	inv.Commitment = Commitment{Hash: sha([]byte(text)), Statement: text}
	return inv, nil
}

// DrawInvitees commits and draws at once, for seeds that exist already.
func DrawInvitees(frame []FrameEntry, o InviteOptions, seed Seed) (*Invitation, error) {
	inv, err := CommitInvitees(frame, o)
	if err != nil {
		return nil, err
	}
	return inv, inv.Draw(frame, seed)
}

func checkFrame(frame []FrameEntry, o InviteOptions) Findings {
	var found Findings
	seen := make(map[string]bool, len(frame))
	for _, e := range frame {
		switch {
		case e.ID == "":
			found.errorf(CodeBlankID, "An entry of the frame has no id.")
		case seen[e.ID]:
			found.errorf(CodeDuplicateID, "The id %s is in the frame twice.", clip(e.ID))
		}
		seen[e.ID] = true
	}
	if len(frame) == 0 {
		found.errorf(CodeEmptyPool, "The frame is empty.")
	}
	if o.Count < 1 {
		found.errorf(CodeSizeOutOfRange, "The number to invite is %d. Choose 1 or more.", o.Count)
	}
	for name, w := range o.Weights {
		if w < 0 || w > maxWeight {
			found.errorf(CodeNotANumber, "The weight of %s is %d. Choose 0 to %d; 100 is proportional.", clip(name), w, maxWeight)
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Msg < found[j].Msg })
	return found
}

// eligible counts who can be drawn per stratum. With one per household a
// home counts once, in the stratum of its first entry by id.
func eligible(frame []FrameEntry, o InviteOptions) map[string][]FrameEntry {
	sorted := slices.Clone(frame)
	slices.SortFunc(sorted, func(a, b FrameEntry) int { return strings.Compare(a.ID, b.ID) })
	out := map[string][]FrameEntry{}
	homes := map[string]bool{}
	for _, e := range sorted {
		if o.OnePerHousehold && e.Household != "" {
			if homes[e.Household] {
				continue
			}
			homes[e.Household] = true
		}
		out[e.Stratum] = append(out[e.Stratum], e)
	}
	return out
}

func (o InviteOptions) weight(stratum string) int {
	if w, ok := o.Weights[stratum]; ok {
		return w
	}
	return 100
}

// allocate shares the invitations out: in proportion to size times weight,
// whole numbers by largest remainder, never more than a stratum holds; what
// a full stratum cannot take goes to the others.
func allocate(frame []FrameEntry, o InviteOptions) []Stratum {
	var out []Stratum
	for name, members := range eligible(frame, o) {
		out = append(out, Stratum{Name: name, Size: len(members), Weight: o.weight(name)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	left := o.Count
	for left > 0 {
		given := shareOut(out, left)
		if given == 0 {
			break
		}
		left -= given
	}
	for i := range out {
		out[i].Chance = big.NewRat(int64(out[i].Invite), int64(out[i].Size)).RatString()
	}
	return out
}

// shareOut gives out one round of invitations and returns how many.
func shareOut(strata []Stratum, count int) int {
	total := 0
	for _, s := range strata {
		if s.Invite < s.Size {
			total += s.Size * s.Weight
		}
	}
	if total == 0 {
		return 0
	}
	type remainder struct{ i, rest int }
	var rests []remainder
	given, capped := 0, false
	for i := range strata {
		s := &strata[i]
		if s.Invite == s.Size || s.Weight == 0 {
			continue
		}
		share := count * s.Size * s.Weight
		whole := min(share/total, s.Size-s.Invite)
		capped = capped || whole < share/total
		s.Invite += whole
		given += whole
		if s.Invite < s.Size {
			rests = append(rests, remainder{i, share % total})
		}
	}
	if capped {
		return given // another round shares what full strata could not take
	}
	sort.SliceStable(rests, func(a, b int) bool { return rests[a].rest > rests[b].rest })
	for _, r := range rests {
		if given == count {
			break
		}
		strata[r.i].Invite++
		given++
	}
	return given
}

// statement is what is committed to before the seed exists.
func (inv *Invitation) statement(frame []FrameEntry) string {
	sorted := slices.Clone(frame)
	slices.SortFunc(sorted, func(a, b FrameEntry) int { return strings.Compare(a.ID, b.ID) })
	return strings.Join([]string{
		"folkmoot invitation commitment 1",
		"label " + strconv.Quote(inv.Options.Label),
		"program " + strconv.Quote(inv.Options.Program),
		"frame " + hashJSON([]any{inv.Options.Salt, sorted}),
		"settings " + hashJSON(inv.Options),
		"strata " + hashJSON(inv.Strata),
		"seed " + strconv.Quote(inv.Options.SeedPlan),
		"drand " + strconv.FormatUint(inv.Options.DrandRound, 10),
	}, "\n") + "\n"
}

// Draw decides who is invited: in each stratum the entries with the lowest
// lots, a lot being HMAC-SHA256 of the commitment and the id under the seed.
// The frame must be the one committed to.
func (inv *Invitation) Draw(frame []FrameEntry, seed Seed) error {
	if inv.Seed != nil {
		return ErrConcluded
	}
	seed.Value = strings.TrimSpace(seed.Value)
	if seed.Value == "" {
		return ErrNoSeed
	}
	if r := inv.Options.DrandRound; r != 0 && (seed.Beacon == nil || seed.Beacon.Round != r) {
		return fmt.Errorf("%w: round %d was named", ErrWrongRound, r)
	}
	if sha([]byte(inv.statement(frame))) != inv.Commitment.Hash {
		return ErrOtherFrame
	}
	inv.Seed = &seed
	inv.Invited = inv.draw(frame)
	return nil
}

// draw is the pure choice, shared by Draw and VerifyInvitation's repeat.
func (inv *Invitation) draw(frame []FrameEntry) []string {
	members := eligible(frame, inv.Options)
	homes := map[string][]string{}
	for _, e := range frame {
		if inv.Options.OnePerHousehold && e.Household != "" {
			homes[e.Household] = append(homes[e.Household], e.ID)
		}
	}
	type place struct {
		at float64 // place in the whole, for spreading strata evenly
		s  int
		id string
	}
	var places []place
	for s, stratum := range inv.Strata {
		ids := make([]string, 0, stratum.Size)
		home := map[string]string{}
		for _, e := range members[stratum.Name] {
			ids = append(ids, e.ID)
			home[e.ID] = e.Household
		}
		ids = lotOrder(ids, inv.Seed.Value, inv.Commitment.Hash, "invite")
		for i, id := range ids[:min(stratum.Invite, len(ids))] {
			if mates := homes[home[id]]; len(mates) > 1 {
				slices.Sort(mates)
				id = lotOrder(mates, inv.Seed.Value, inv.Commitment.Hash, "within household")[0]
			}
			places = append(places, place{(float64(i) + 0.5) / float64(stratum.Invite), s, id})
		}
	}
	sort.SliceStable(places, func(i, j int) bool {
		if places[i].at != places[j].at {
			return places[i].at < places[j].at
		}
		return places[i].s < places[j].s
	})
	out := make([]string, len(places))
	for i, p := range places {
		out[i] = p.id
	}
	return out
}
