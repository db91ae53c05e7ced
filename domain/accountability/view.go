package accountability

import (
	"context"
	"slices"
	"time"

	"folkmoot/domain"
)

// ResponseView is a response as an actor may see it: drafts to those who work
// on it, published versions to all, members' views as counts.
type ResponseView struct {
	Recommendation string        `json:"recommendation"`
	Process        string        `json:"process"`
	Number         int           `json:"number"`
	Title          string        `json:"title"`
	State          ResponseState `json:"state"`
	Due            time.Time     `json:"due,omitzero"`
	Overdue        bool          `json:"overdue"`
	Late           bool          `json:"late"`
	Draft          *Answer       `json:"draft,omitempty"`
	Review         *Review       `json:"review,omitempty"`
	Current        *Answer       `json:"current,omitempty"`
	Versions       []Version     `json:"versions"`
	Members        ViewCounts    `json:"members"`
	Revision       int64         `json:"revision"` // to send as If-Match
}

// ViewCounts are members' views, counted. A count that would show what few
// people think is left out, and with it a second one, so that it cannot be
// worked out.
type ViewCounts struct {
	Total    int  `json:"total"`
	Answered *int `json:"answered,omitempty"`
	Partly   *int `json:"partly,omitempty"`
	Not      *int `json:"not,omitempty"`
	Hidden   bool `json:"hidden,omitempty"` // some counts are too small to show
}

// countViews counts and suppresses under the limit.
func countViews(views map[string]View, limit int) ViewCounts {
	n := map[View]int{}
	for _, v := range views {
		n[v]++
	}
	out := ViewCounts{Total: len(views)}
	if len(views) < limit {
		return ViewCounts{Hidden: len(views) > 0}
	}
	hide := suppress([]int{n[Answered], n[Partly], n[NotAtAll]}, limit)
	for i, at := range []**int{&out.Answered, &out.Partly, &out.Not} {
		if hide[i] {
			out.Hidden = true
			continue
		}
		v := n[Views[i]]
		*at = &v
	}
	return out
}

// suppress marks counts from 1 to limit-1, and the next smallest other one
// when only one is marked: otherwise the total would give it away.
func suppress(counts []int, limit int) []bool {
	hide, marked := make([]bool, len(counts)), 0
	for i, n := range counts {
		if n > 0 && n < limit {
			hide[i] = true
			marked++
		}
	}
	if marked != 1 {
		return hide
	}
	second := -1
	for i, n := range counts {
		if !hide[i] && (second < 0 || n < counts[second]) {
			second = i
		}
	}
	if second >= 0 {
		hide[second] = true
	}
	return hide
}

func (s *Service) viewOf(a domain.Actor, ref domain.ProcessRef, x Response) ResponseView {
	now := s.d.Clock.Now()
	v := ResponseView{
		Recommendation: x.ID, Process: x.Process, Number: x.Number, Title: x.Title, State: x.State, Due: x.Due,
		Overdue: x.Overdue(now), Late: x.Late, Versions: slices.Clone(x.Versions), Revision: x.Revision,
		Members: countViews(x.Views, ref.SmallNumber),
	}
	inside := works(a, ref)
	if inside {
		v.Draft, v.Review = x.Draft, x.Review
	} else if !x.State.public() {
		v.State = ResponseDue
	}
	for i := range v.Versions {
		if !inside {
			v.Versions[i].By = ""
			v.Versions[i].Answer = v.Versions[i].Answer.public()
		}
	}
	if n := len(v.Versions); n > 0 {
		v.Current = &v.Versions[n-1].Answer
	}
	return v
}

// public leaves out who in person answers for it.
func (a Answer) public() Answer {
	if a.Owner != nil {
		a.Owner = &Owner{Post: a.Owner.Post, Body: a.Owner.Body}
	}
	return a
}

// Response answers the response to one recommendation.
func (s *Service) Response(ctx context.Context, a domain.Actor, process, rec string) (ResponseView, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return ResponseView{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Responses, domain.At(process, "response", rec))
	if err != nil {
		return ResponseView{}, err
	}
	return s.viewOf(a, ref, x), nil
}

// Responses lists the responses of the process by number, those that are due
// among them.
func (s *Service) Responses(ctx context.Context, a domain.Actor, process string) ([]ResponseView, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return nil, err
	}
	xs, err := domain.All(ctx, s.d.Responses, process)
	out := make([]ResponseView, len(xs))
	for i, x := range xs {
		out[i] = s.viewOf(a, ref, x)
	}
	return out, err
}

// ViewInput is what a member thinks of the answers.
type ViewInput struct {
	Member string `json:"member,omitempty"` // empty: the actor
	View   View   `json:"view"`             // answered, partly, not
}

// RecordView keeps what a member thinks of the answer to one recommendation,
// or, with none named, of the answers as a whole. A later view takes the
// place of an earlier one.
func (s *Service) RecordView(ctx context.Context, c domain.Command, process, rec string, in ViewInput) error {
	if in.Member == "" {
		in.Member = c.Actor.ID
	}
	ref, err := s.find(ctx, process)
	if err != nil {
		return err
	}
	own := ref.Scope()
	own.Person = in.Member
	if !domain.May(c.Actor, domain.SelfServe, own) {
		if c.Actor.Holds(domain.Member, ref.Scope()) {
			return domain.E(domain.Forbidden, "you can only do this for yourself")
		}
		if err := domain.Authorize(c.Actor, domain.ServePeople, ref.Scope()); err != nil {
			return err
		}
	}
	p := domain.Problems{}
	domain.OneOf(p, "view", in.View, Views)
	if err := p.Err(); err != nil {
		return err
	}
	if rec == "" {
		_, err := s.account(ctx, domain.Command{}, process, func(x *Account, now time.Time) error {
			return keepView(&x.Root, &x.Views, in, now)
		})
		return err
	}
	now := s.d.Clock.Now()
	_, err = domain.Change(ctx, s.d.Responses, domain.At(process, "response", rec), domain.Command{}, func(x *Response) error {
		if !x.State.public() {
			return domain.E(domain.Conflict, "there is no answer to this recommendation yet")
		}
		return keepView(&x.Root, &x.Views, in, now)
	})
	return err
}

const maxViews = 500

func keepView(root *domain.Root, views *map[string]View, in ViewInput, now time.Time) error {
	if (*views)[in.Member] == in.View {
		return domain.ErrNoChange
	}
	if *views == nil {
		*views = map[string]View{}
	}
	if _, had := (*views)[in.Member]; !had && len(*views) >= maxViews {
		return domain.E(domain.Conflict, "there are %d views already", maxViews)
	}
	(*views)[in.Member] = in.View
	if root.CreatedAt.IsZero() {
		root.CreatedAt = now
	}
	root.UpdatedAt = now // the revision stays: views do not make the response's own steps stale
	return nil
}

// OwnView is what the member thinks of the answers as a whole, "" for nothing
// yet; asked says that the question was put to them.
func (s *Service) OwnView(ctx context.Context, a domain.Actor, process string) (view View, asked bool, err error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return "", false, err
	}
	own := ref.Scope()
	own.Person = a.ID
	if err := domain.Authorize(a, domain.SelfServe, own); err != nil {
		return "", false, err
	}
	x, err := s.d.Accounts.Get(ctx, process)
	if domain.Is(err, domain.NotFound) {
		return "", false, nil
	}
	return x.Views[a.ID], !x.AnnouncedAt.IsZero(), err
}
