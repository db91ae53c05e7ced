package verify

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain/sortition"
)

// Invitation checks the record of who was invited. Without the frame only
// what is public can be checked: the commitment and the shares.
func Invitation(inv *sortition.Invitation, frame []sortition.FrameEntry, beacon func(sortition.Beacon) error) *Report {
	r := &Report{OK: true}
	r.note("commitment", "What is published matches the commitment.", checkInvitationStatement(inv))
	r.note("shares", "The invitations are shared out in whole numbers, none above its stratum's size.", checkShares(inv))
	if inv.Seed == nil {
		r.skip("choice", "The draw is not concluded: there is no seed yet.")
		return r
	}
	checkInvitationBeacon(r, inv, beacon)
	if frame == nil {
		r.skip("choice", "Not checked: who was invited. That needs the frame.")
		return r
	}
	r.note("frame", "The frame is the one committed to.", checkFrame(inv, frame))
	r.note("choice", "In each stratum the entries with the lowest lots under the seed are invited, and nobody else.", checkInvited(inv, frame))
	return r
}

func checkInvitationStatement(inv *sortition.Invitation) error {
	if inv.Format != sortition.InvitationFormat {
		return fmt.Errorf("the format is %q; this program knows %q", inv.Format, sortition.InvitationFormat)
	}
	if hash([]byte(inv.Commitment.Statement)) != inv.Commitment.Hash {
		return errors.New("the commitment's hash is not that of its statement")
	}
	if !strings.HasPrefix(inv.Commitment.Statement, "folkmoot invitation commitment 1\n") {
		return errors.New("the statement is not one of an invitation")
	}
	said := lines(inv.Commitment.Statement)
	for name, value := range map[string]string{
		"label":    strconv.Quote(inv.Options.Label),
		"program":  strconv.Quote(inv.Options.Program),
		"settings": digest(inv.Options),
		"strata":   digest(inv.Strata),
		"seed":     strconv.Quote(inv.Options.SeedPlan),
		"drand":    strconv.FormatUint(inv.Options.DrandRound, 10),
	} {
		if said[name] != value {
			return fmt.Errorf("the %s published is not the one committed to", name)
		}
	}
	return nil
}

// checkShares: every stratum's number is within one of its proportional
// share, unless it is full or takes what full strata could not.
func checkShares(inv *sortition.Invitation) error {
	total, full := 0, false
	weighted := 0
	for _, s := range inv.Strata {
		if s.Invite < 0 || s.Invite > s.Size {
			return fmt.Errorf("%s invites %d of %d", s.Name, s.Invite, s.Size)
		}
		total += s.Invite
		full = full || s.Invite == s.Size
		weighted += s.Size * s.Weight
	}
	if total != inv.Options.Count && !allFull(inv.Strata) {
		return fmt.Errorf("%d are invited, %d were to be", total, inv.Options.Count)
	}
	for _, s := range inv.Strata {
		share := inv.Options.Count * s.Size * s.Weight
		if low := s.Invite * weighted; !full && (low > share+weighted || low < share-weighted) {
			return fmt.Errorf("%s invites %d, more than one from its share", s.Name, s.Invite)
		}
	}
	return nil
}

func allFull(strata []sortition.Stratum) bool {
	for _, s := range strata {
		if s.Weight > 0 && s.Invite < s.Size {
			return false
		}
	}
	return true
}

func checkInvitationBeacon(r *Report, inv *sortition.Invitation, beacon func(sortition.Beacon) error) {
	b := inv.Seed.Beacon
	switch {
	case inv.Options.DrandRound != 0 && (b == nil || b.Round != inv.Options.DrandRound):
		r.note("beacon", "", fmt.Errorf("round %d was named before the draw and was not used", inv.Options.DrandRound))
	case b == nil:
		r.skip("beacon", "The seed is not from a beacon: compare it with the witnesses' record.")
	case b.Randomness != inv.Seed.Value:
		r.note("beacon", "", errors.New("the seed is not the beacon round's randomness"))
	case beacon == nil:
		r.skip("beacon", "Not checked: the beacon's signature.")
	default:
		r.note("beacon", fmt.Sprintf("Round %d of the beacon is genuine.", b.Round), beacon(*b))
	}
}

func sortedFrame(frame []sortition.FrameEntry) []sortition.FrameEntry {
	out := slices.Clone(frame)
	slices.SortFunc(out, func(a, b sortition.FrameEntry) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func checkFrame(inv *sortition.Invitation, frame []sortition.FrameEntry) error {
	if digest([]any{inv.Options.Salt, sortedFrame(frame)}) != lines(inv.Commitment.Statement)["frame"] {
		return errors.New("the frame is not the one committed to")
	}
	return nil
}

// checkInvited draws again: a home stands once, in the stratum of its first
// entry; its member with the lowest lot of their own gets the letter.
func checkInvited(inv *sortition.Invitation, frame []sortition.FrameEntry) error {
	home := func(e sortition.FrameEntry) string {
		if !inv.Options.OnePerHousehold {
			return ""
		}
		return e.Household
	}
	mates := map[string][]string{}
	strata := map[string][]string{} // who stands for a stratum
	stands := map[string]string{}   // stand-in -> household
	for _, e := range sortedFrame(frame) {
		h := home(e)
		if h != "" {
			mates[h] = append(mates[h], e.ID)
		}
		if h == "" || len(mates[h]) == 1 {
			strata[e.Stratum] = append(strata[e.Stratum], e.ID)
			stands[e.ID] = h
		}
	}
	want := map[string]bool{}
	for _, s := range inv.Strata {
		if len(strata[s.Name]) != s.Size {
			return fmt.Errorf("%s holds %d, not %d", s.Name, len(strata[s.Name]), s.Size)
		}
		order := byLot(inv, strata[s.Name], "invite ")
		for _, id := range order[:s.Invite] {
			if h := stands[id]; h != "" && len(mates[h]) > 1 {
				id = byLot(inv, mates[h], "within household ")[0]
			}
			want[id] = true
		}
	}
	for _, id := range inv.Invited {
		if !want[id] {
			return fmt.Errorf("%s was not drawn, or is invited twice", id)
		}
		delete(want, id)
	}
	if len(want) > 0 {
		return fmt.Errorf("%d who were drawn are not invited", len(want))
	}
	return nil
}

func byLot(inv *sortition.Invitation, ids []string, purpose string) []string {
	lot := make(map[string]string, len(ids))
	for _, id := range ids {
		lot[id] = string(mac(inv.Seed.Value, inv.Commitment.Hash, purpose+id)) + id
	}
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(lot[a], lot[b]) })
	return out
}
