package process

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
)

// Body is an organisation on the system: an integrated care board, a trust, a
// council, a community planning partnership, a department.
type Body struct {
	domain.Root
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Profile string `json:"profile"` // jurisdiction profile id
	Zone    string `json:"zone"`    // IANA time zone
	Phone   string `json:"phone"`   // public line that confirms "is this real?"
	Website string `json:"website"`
}

// BodyKinds are the kinds of bodies.
var BodyKinds = []string{
	"integrated_care_board", "nhs_trust", "health_board", "hsc_trust", "council",
	"community_planning_partnership", "government_department", "patient_participation_group", "other",
}

// Bodies declares how bodies are kept.
var Bodies = domain.Collection[Body]{
	Name: "bodies", Schema: 1, Shard: "id",
	Indexes: []domain.Index{{Name: "name", Fields: []string{"name"}}},
	Keys:    func(b *Body) map[string]any { return map[string]any{"name": strings.ToLower(b.Name)} },
}

// BodyView is what anyone may see of a body.
type BodyView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Profile string `json:"profile"`
	Zone    string `json:"zone"`
	Phone   string `json:"phone"`
	Website string `json:"website"`
	Version int64  `json:"version"`
}

func (b Body) view() BodyView {
	return BodyView{b.ID, b.Name, b.Kind, b.Profile, b.Zone, b.Phone, b.Website, b.Revision}
}

// BodyInput describes a body.
type BodyInput struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Profile string `json:"profile"`
	Zone    string `json:"zone,omitempty"` // default Europe/London
	Phone   string `json:"phone"`
	Website string `json:"website,omitempty"`
}

// CreateBody adds a body to the installation.
func (s *Service) CreateBody(ctx context.Context, cmd domain.Command, in BodyInput) (BodyView, error) {
	if err := domain.Authorize(cmd.Actor, domain.ManageBody, domain.Scope{}); err != nil {
		return BodyView{}, err
	}
	if in.Zone == "" {
		in.Zone = "Europe/London"
	}
	if err := s.checkBody(in); err != nil {
		return BodyView{}, err
	}
	b := Body{Name: in.Name, Kind: in.Kind, Profile: in.Profile, Zone: in.Zone, Phone: in.Phone, Website: in.Website}
	b.ID = cmd.ID("body")
	b.Record(cmd, s.Clock.Now(), domain.Event{
		Chain: "body:" + b.ID, Action: "body.created", Subject: "bodies:" + b.ID,
		Data: map[string]any{"kind": b.Kind, "profile": b.Profile},
	})
	err := s.Bodies.Insert(ctx, &b)
	if domain.Is(err, domain.Conflict) {
		b, err = s.Bodies.Get(ctx, b.ID)
	}
	return b.view(), err
}

func (s *Service) checkBody(in BodyInput) error {
	p := domain.Problems{}
	p.Need(strings.TrimSpace(in.Name) != "", "name", "give the body's full name")
	p.Need(slices.Contains(BodyKinds, in.Kind), "kind", "one of %s", strings.Join(BodyKinds, ", "))
	_, known := s.Profiles[in.Profile]
	p.Need(known, "profile", "one of %s", strings.Join(s.profileIDs(), ", "))
	_, err := time.LoadLocation(in.Zone)
	p.Need(err == nil && in.Zone != "Local", "zone", "an IANA time zone such as Europe/London")
	p.Need(strings.TrimSpace(in.Phone) != "", "phone", "a public phone line that can confirm a text is real")
	return p.Err()
}

// Body answers one body; bodies are public.
func (s *Service) Body(ctx context.Context, id string) (BodyView, error) {
	b, err := s.Bodies.Get(ctx, id)
	if err != nil {
		return BodyView{}, err
	}
	return b.view(), nil
}

// ListBodies pages through the bodies by name.
func (s *Service) ListBodies(ctx context.Context, limit int, after domain.Cursor) ([]BodyView, domain.Cursor, error) {
	docs, next, err := s.Bodies.Page(ctx, domain.Query{Index: "name", Limit: limit, After: after})
	if err != nil {
		return nil, "", err
	}
	views := make([]BodyView, len(docs))
	for i, b := range docs {
		views[i] = b.view()
	}
	return views, next, nil
}
