package recruitment

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/sortition"
)

// InviteeState says how far a draw of invitees is.
type InviteeState string

// The states of a draw of invitees.
const (
	InviteesCommitted InviteeState = "committed"
	InviteesDrawn     InviteeState = "drawn"
)

// InviteeDraw is the first lottery: who of the frame is asked. The frame and
// the share of each area are committed to before the seed exists. The list of
// those drawn is a sealed file, in the order in which waves take them.
type InviteeDraw struct {
	domain.Root
	Process     string              `json:"process"`
	Frame       string              `json:"frame"`
	State       InviteeState        `json:"state"`
	Count       int                 `json:"count"`
	Strata      []sortition.Stratum `json:"strata"`
	Hash        string              `json:"hash"`
	Statement   string              `json:"statement"`
	DrandRound  uint64              `json:"drand_round,omitempty"`
	SeedPlan    string              `json:"seed_plan,omitempty"`
	Listed      int                 `json:"listed,omitempty"` // rows of the list
	Households  bool                `json:"households,omitempty"`
	CommittedAt time.Time           `json:"committed_at"`
	DrawnAt     time.Time           `json:"drawn_at,omitzero"`
	Seed        *sortition.Seed     `json:"seed,omitempty"`
	Witnesses   []string            `json:"witnesses,omitempty"`
	File        string              `json:"file"`          // sealed: the engine's record
	List        List                `json:"list,omitzero"` // those drawn, sealed
	Thinned     time.Time           `json:"thinned,omitzero"`
	Burn        []string            `json:"burn,omitempty"` // as of a frame
}

// InviteeDraws is the collection of draws of invitees.
var InviteeDraws = domain.Collection[InviteeDraw]{
	Name:    "invitee_draws",
	Schema:  1,
	Indexes: []domain.Index{{Name: "process", Fields: []string{"process", "created_at"}}},
	Keys: func(d *InviteeDraw) map[string]any {
		return map[string]any{"process": d.Process, "created_at": d.CreatedAt}
	},
	Shard: "id",
}

// InviteeDrawView is a draw of invitees as staff and the public may see it.
type InviteeDrawView struct {
	ID          string              `json:"id"`
	Process     string              `json:"process"`
	Frame       string              `json:"frame"`
	State       InviteeState        `json:"state"`
	Count       int                 `json:"count"`
	Strata      []sortition.Stratum `json:"strata"`
	Hash        string              `json:"hash"`
	Statement   string              `json:"statement"`
	DrandRound  uint64              `json:"drand_round,omitempty"`
	SeedPlan    string              `json:"seed_plan,omitempty"`
	Listed      int                 `json:"listed,omitempty"` // rows of the list
	Households  bool                `json:"households"`       // at most one of each
	CommittedAt time.Time           `json:"committed_at"`
	DrawnAt     time.Time           `json:"drawn_at,omitzero"`
	Seed        *sortition.Seed     `json:"seed,omitempty"`
	Witnesses   []string            `json:"witnesses"`
}

// View is the draw without its files.
func (d InviteeDraw) View() InviteeDrawView {
	return InviteeDrawView{
		ID: d.ID, Process: d.Process, Frame: d.Frame, State: d.State, Count: d.Count, Strata: d.Strata, Hash: d.Hash,
		Statement: d.Statement, DrandRound: d.DrandRound, CommittedAt: d.CommittedAt, DrawnAt: d.DrawnAt, Witnesses: d.Witnesses,
		SeedPlan: d.SeedPlan, Listed: d.Listed, Households: d.Households, Seed: d.Seed,
	}
}

// InviteesInput is how many are asked, and from where more than their share.
type InviteesInput struct {
	Count int `json:"count"`
	// Weights lift or lower the share of an area: 100 is proportional, 150
	// half as much again. Areas not named have 100.
	Weights map[string]int `json:"weights,omitempty"`
	// People draws person by person; otherwise at most one of a household.
	People     bool   `json:"people,omitempty"`
	SeedPlan   string `json:"seed_plan"`             // how the seed will be made, in words
	DrandRound uint64 `json:"drand_round,omitempty"` // when a beacon round is named in advance
}

const maxInvitees = 1_000_000

// CommitInvitees fixes the frame and each area's share, before any seed.
func (s *Service) CommitInvitees(ctx context.Context, cmd domain.Command, processID string, in InviteesInput) (InviteeDrawView, error) {
	ref, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit)
	if err != nil {
		return InviteeDrawView{}, err
	}
	if err := s.checkInvitees(in); err != nil {
		return InviteeDrawView{}, err
	}
	r, err := s.of(ctx, ref)
	if err != nil {
		return InviteeDrawView{}, err
	}
	id := cmd.ID("invitee_draw")
	if had, err := s.d.InviteeDraws.Get(ctx, id); err == nil {
		return had.View(), nil
	}
	frame, entries, err := s.entries(ctx, r)
	if err != nil {
		return InviteeDrawView{}, err
	}
	inv, err := sortition.CommitInvitees(entries, sortition.InviteOptions{
		Count: in.Count, Weights: in.Weights, OnePerHousehold: !in.People, Label: "invitees of " + ref.ID,
		SeedPlan: in.SeedPlan, DrandRound: in.DrandRound, Salt: s.d.Vault.Lookup("salt", id), Program: s.d.Program,
	})
	if err != nil {
		return InviteeDrawView{}, engineError(err)
	}
	return s.keepInvitees(ctx, cmd, frame, inv)
}

func (s *Service) checkInvitees(in InviteesInput) error {
	p := domain.Problems{}
	p.Need(in.Count >= 1 && in.Count <= maxInvitees, "count", "say how many are asked, 1 to %d", maxInvitees)
	p.Need(in.SeedPlan != "" && len(in.SeedPlan) <= 500, "seed_plan", "say in words how the seed will be made, and before whom")
	p.Need(in.DrandRound == 0 || s.d.Beacon != nil && s.d.Beacon.At(in.DrandRound).After(s.d.Clock.Now()), "drand_round",
		"name a round that has not come out yet")
	return p.Err()
}

// entries reads the frame as the engine needs it: keyed hashes in place of
// references.
func (s *Service) entries(ctx context.Context, r Recruitment) (Frame, []sortition.FrameEntry, error) {
	if r.Frame == "" {
		return Frame{}, nil, domain.E(domain.Conflict, "there is no list to draw from yet; import one first")
	}
	f, err := s.d.Frames.Get(ctx, r.Frame)
	if err != nil {
		return f, nil, err
	}
	out := make([]sortition.FrameEntry, 0, f.Rows)
	strata := map[string]string{} // one string for each, not for each row
	for _, st := range f.Strata {
		strata[st.Name] = st.Name
	}
	for row, err := range s.rows(ctx, f.List) {
		if err != nil {
			return f, nil, err
		}
		out = append(out, sortition.FrameEntry{ID: s.invitee(f, row.Ref), Stratum: strata[row.Stratum], Household: row.Household})
	}
	return f, out, nil
}

func (s *Service) invitee(f Frame, ref string) string {
	return s.d.Vault.Lookup("invitee", f.ID+"|"+ref)
}

func (s *Service) keepInvitees(ctx context.Context, cmd domain.Command, f Frame, inv *sortition.Invitation) (InviteeDrawView, error) {
	now := s.d.Clock.Now()
	d := InviteeDraw{
		Root: domain.Root{ID: cmd.ID("invitee_draw")}, Process: f.Process, Frame: f.ID, State: InviteesCommitted, Count: inv.Options.Count,
		Strata: inv.Strata, Hash: inv.Commitment.Hash, Statement: inv.Commitment.Statement,
		DrandRound: inv.Options.DrandRound, CommittedAt: now, SeedPlan: inv.Options.SeedPlan, Listed: inv.FrameSize, Households: inv.Options.OnePerHousehold,
	}
	var err error
	if d.File, err = s.sealFile(ctx, d.subject(), "invitees", inv); err != nil {
		return InviteeDrawView{}, err
	}
	d.Record(cmd, now, domain.Event{Chain: d.Process, Action: "invitees.committed", Subject: "invitee_draws:" + d.ID,
		Data: map[string]any{"hash": d.Hash, "count": d.Count, "frame": f.ID}})
	if err = s.d.InviteeDraws.Insert(ctx, &d); domain.Is(err, domain.Conflict) {
		d, err = s.d.InviteeDraws.Get(ctx, d.ID)
	}
	return d.View(), err
}

// DrawInvitees lets the seed choose who is asked. Drawing again with the same
// seed changes nothing; with another it is refused.
func (s *Service) DrawInvitees(ctx context.Context, cmd domain.Command, processID, id string, in SeedInput) (InviteeDrawView, error) {
	if _, err := s.allow(ctx, cmd.Actor, processID, domain.Recruit); err != nil {
		return InviteeDrawView{}, err
	}
	d, err := s.d.InviteeDraws.Get(ctx, id)
	if err != nil || d.Process != processID {
		return InviteeDrawView{}, hidden(err, "draw")
	}
	if d.State == InviteesDrawn {
		if err := s.adopt(ctx, cmd, d); err != nil || d.Done(cmd) {
			return d.View(), err
		}
		return d.View(), domain.E(domain.Conflict, "these invitees were drawn already; a second seed is not accepted")
	}
	seed, err := s.seed(in, d.DrandRound)
	if err != nil {
		return InviteeDrawView{}, err
	}
	f, inv, err := s.chooseInvitees(ctx, d, seed)
	if err != nil {
		return InviteeDrawView{}, err
	}
	list, err := s.extract(ctx, d, f, inv.Invited)
	if err != nil {
		return InviteeDrawView{}, err
	}
	return s.concludeInvitees(ctx, cmd, d, inv, list)
}

func (s *Service) chooseInvitees(ctx context.Context, d InviteeDraw, seed sortition.Seed) (Frame, *sortition.Invitation, error) {
	f, entries, err := s.entries(ctx, Recruitment{Frame: d.Frame})
	if err != nil {
		return f, nil, err
	}
	inv := &sortition.Invitation{}
	if err := s.openFile(ctx, d.subject(), "invitees", d.File, inv); err != nil {
		return f, nil, err
	}
	if err := inv.Draw(entries, seed); err != nil {
		return f, nil, engineError(err)
	}
	return f, inv, nil
}

// extract copies the rows of those drawn, in their order, into sealed chunks,
// so that a wave reads only what it sends.
func (s *Service) extract(ctx context.Context, d InviteeDraw, f Frame, ids []string) (List, error) {
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	rows := make([]frameRow, len(ids))
	for row, err := range s.rows(ctx, f.List) {
		if err != nil {
			return List{}, err
		}
		if i, drawn := at[s.invitee(f, row.Ref)]; drawn {
			rows[i] = row
		}
	}
	oneEach(rows)
	return s.keepRows(ctx, newList(domain.Derive("invitees", d.ID), listKeys), rows, waveChunk)
}

// oneEach leaves every phone number to the first who was drawn with it: the
// next gets a letter, or an email.
func oneEach(rows []frameRow) {
	seen := map[string]bool{}
	for i, r := range rows {
		if r.Number != "" && seen[r.Number] {
			rows[i].Number = ""
		}
		seen[r.Number] = true
	}
}

// subject is whose key seals the engine's record.
func (d InviteeDraw) subject() string { return domain.Derive("invitee record", d.ID) }

func (s *Service) concludeInvitees(ctx context.Context, cmd domain.Command, d InviteeDraw, inv *sortition.Invitation, list List) (InviteeDrawView, error) {
	file, err := s.sealFile(ctx, d.subject(), "invitees", inv)
	if err != nil {
		return InviteeDrawView{}, err
	}
	d, err = s.d.InviteeDraws.Update(ctx, d.ID, func(d *InviteeDraw) error {
		if d.State == InviteesDrawn { // somebody was faster
			return domain.E(domain.Conflict, "these invitees were drawn already; a second seed is not accepted")
		}
		now := s.d.Clock.Now()
		d.Seed = inv.Seed
		d.State, d.DrawnAt, d.Witnesses, d.File, d.List, d.Count = InviteesDrawn, now, inv.Seed.Witnesses, file, list, len(inv.Invited)
		d.Record(cmd, now, domain.Event{Chain: d.Process, Action: "invitees.drawn", Subject: "invitee_draws:" + d.ID,
			Data: map[string]any{"hash": d.Hash, "seed": inv.Seed.Value, "count": d.Count, "witnesses": len(d.Witnesses)}})
		return nil
	})
	if err != nil {
		return d.View(), err
	}
	return d.View(), s.adopt(ctx, cmd, d)
}

// adopt has the process's waves take from a draw, unless they take from it or
// from a later one.
func (s *Service) adopt(ctx context.Context, cmd domain.Command, d InviteeDraw) error {
	cmd.Key = domain.Derive("adopt", d.ID)
	_, err := s.change(ctx, cmd, d.Process, func(r *Recruitment, _ time.Time) (domain.Event, error) {
		if r.InviteeDraw != "" {
			present, err := s.d.InviteeDraws.Get(ctx, r.InviteeDraw)
			if err != nil || !present.DrawnAt.Before(d.DrawnAt) {
				return domain.Event{}, err
			}
		}
		r.InviteeDraw, r.Invited = d.ID, 0
		return domain.Event{Action: "invitees.chosen", Data: map[string]any{"draw": d.ID}}, nil
	})
	return err
}

// InviteeRecord is the engine's record of a draw of invitees, with the list it
// was drawn from where asked for: saved as invitation.json in a folder, it is
// what "folkmoot verify" checks again.
type InviteeRecord struct {
	sortition.Invitation
	Frame []sortition.FrameEntry `json:"frame,omitempty"`
}

// maxReplayed bounds a list that is answered in one piece.
const maxReplayed = 250_000

// ReplayInvitees answers the engine's record of a draw of invitees, with the
// keyed hashes of those drawn and, when list is set, of everyone on the list
// (where it still exists and holds no more than maxReplayed), for oversight
// and auditors. The look is recorded first.
func (s *Service) ReplayInvitees(ctx context.Context, cmd domain.Command, draw ReplayInput) (InviteeRecord, error) {
	var out InviteeRecord
	if _, err := s.allow(ctx, cmd.Actor, draw.Process, domain.ObserveDraw); err != nil {
		return out, err
	}
	d, err := s.d.InviteeDraws.Get(ctx, draw.Draw)
	if err != nil || d.Process != draw.Process {
		return out, hidden(err, "draw")
	}
	if err := s.look(ctx, cmd, draw.Process, "invitees.replayed", "invitee_draws:"+d.ID, draw.Purpose); err != nil {
		return out, err
	}
	if draw.List && d.Listed <= maxReplayed {
		f, entries, err := s.entries(ctx, Recruitment{Frame: d.Frame})
		if err != nil && f.Gone.IsZero() {
			return out, err
		}
		out.Frame = entries
	}
	return out, s.openFile(ctx, d.subject(), "invitees", d.File, &out.Invitation)
}

// ReplayInput asks for the record of a draw of invitees.
type ReplayInput struct {
	Process, Draw, Purpose string
	List                   bool
}

// look records, before anything is shown, who looks at what, and why.
func (s *Service) look(ctx context.Context, cmd domain.Command, processID, action, subject, purpose string) error {
	p := domain.Problems{}
	p.Need(len(purpose) >= 5 && len(purpose) <= 300, "purpose", "say what you look at it for, in 5 to 300 letters")
	if err := p.Err(); err != nil {
		return err
	}
	var root domain.Root
	now := s.d.Clock.Now()
	cmd.Key = domain.Derive("look", cmd.Key, action, subject, cmd.Actor.ID, now.Format(time.RFC3339Nano))
	root.Record(cmd, now, domain.Event{Chain: processID, Action: action, Subject: subject, Reason: purpose})
	var ev domain.Event
	if err := root.Effects[0].Decode(&ev); err != nil {
		return err
	}
	return s.d.Audit.Append(ctx, ev)
}

// InviteeDraws answers a process's draws of invitees, the newest first.
func (s *Service) InviteeDraws(ctx context.Context, a domain.Actor, processID string) ([]InviteeDrawView, error) {
	if _, err := s.allow(ctx, a, processID, domain.ViewProcess); err != nil {
		return nil, err
	}
	return s.inviteeDraws(ctx, processID)
}

func (s *Service) inviteeDraws(ctx context.Context, processID string) ([]InviteeDrawView, error) {
	out := []InviteeDrawView{}
	for d, err := range s.d.InviteeDraws.Find(ctx, domain.Query{Index: "process", Equal: []any{processID}, Reverse: true, Limit: 100}) {
		if err != nil {
			return nil, err
		}
		out = append(out, d.View())
	}
	return out, nil
}
