package web

import (
	"context"
	"slices"
	"strconv"

	"folkmoot/domain"
	"folkmoot/domain/retention"
)

// keptPages say how long personal data is kept, what holds it back, and who
// asked to be erased.
func keptPages(s Services) []Page {
	const all = "/staff/processes/:process/kept"
	return []Page{
		get(all, s.kept),
		post(all+"/postpone", s.onKept(s.postponePurge)),
		post(all+"/run", s.onKept(s.runPurge)),
		post(all+"/hold", s.onKept(s.placeHold)),
		post(all+"/lift", s.onKept(s.liftHold)),
		post(all+"/erasures/:erasure/identity", s.onKept(s.checkIdentity)),
		post(all+"/erasures/:erasure/refuse", s.onKept(s.refuseErasure)),
		post(all+"/erasures/:erasure/erase", s.onKept(s.erase)),
	}
}

type keptPage struct {
	desk
	Plan     retention.Plan
	Holds    []retention.Hold
	Asked    []retention.Erasure // open requests
	Proofs   []retention.Erasure // erased and confirmed
	MayErase bool
	MayHold  bool
	MayCheck bool
}

// keptKinds are the kinds of data, in words.
var keptKinds = map[string]string{
	"unanswered": "People who never answered", "invitees": "People who were asked and did not join",
	"pool": "People in the draw who were not picked", "bank": "Bank details", "members": "Members",
}

// KindWords is a kind of data in words.
func (keptPage) KindWords(kind string) string { return keptKinds[kind] }

// Held is the hold on the whole process, nil when there is none.
func (p keptPage) Held() *retention.Hold {
	for _, h := range p.Holds {
		if h.Person == "" && h.ReleasedAt == nil {
			return &h
		}
	}
	return nil
}

func (s Services) kept(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := keptPage{desk: d, MayErase: d.May(domain.Erase), MayHold: d.May(domain.OverrideGuard), MayCheck: d.May(domain.ServePeople)}
	if page.Holds, err = s.Retention.ListHolds(ctx, r.Actor, d.P.ID); err != nil {
		return Reply{}, err
	}
	if page.Plan, err = s.Retention.Plan(ctx, r.Actor, d.P.ID); err != nil {
		return Reply{}, err
	}
	for _, state := range []string{retention.Requested, retention.IdentityChecked, retention.Executed, retention.Confirmed} {
		got, err := s.Retention.ListErasures(ctx, r.Actor, d.P.ID, retention.ListInput{State: state, Limit: 100})
		if err != nil {
			return Reply{}, err
		}
		if slices.Contains([]string{retention.Requested, retention.IdentityChecked}, state) {
			page.Asked = append(page.Asked, got.Items...)
		} else {
			page.Proofs = append(page.Proofs, got.Items...)
		}
	}
	return Show("staff/kept", "Personal data: "+d.P.Name, page), nil
}

// onKept does one thing and shows the page again.
func (s Services) onKept(do func(ctx context.Context, r *Request, process string) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		if err = do(ctx, r, d.P.ID); err == nil {
			return Go(d.URL("/kept")), nil
		}
		page, again := s.kept(ctx, r)
		if again != nil {
			return Reply{}, err
		}
		return r.Again(page, err)
	}
}

func (s Services) postponePurge(ctx context.Context, r *Request, process string) error {
	days, _ := strconv.Atoi(r.Form.Get("days")) // 0 is refused in words
	_, err := s.Retention.Postpone(ctx, r.Command(), process, retention.PostponeInput{Kind: r.Form.Get("kind"), Days: days, Reason: r.Form.Get("reason")})
	return err
}

func (s Services) runPurge(ctx context.Context, r *Request, process string) error {
	_, err := s.Retention.RunNow(ctx, r.Command(), process, retention.RunNowInput{Kind: r.Form.Get("kind")})
	return err
}

func (s Services) placeHold(ctx context.Context, r *Request, process string) error {
	_, err := s.Retention.PlaceHold(ctx, r.Command(), process, retention.HoldInput{Reason: r.Form.Get("reason")})
	return err
}

func (s Services) liftHold(ctx context.Context, r *Request, process string) error {
	_, err := s.Retention.ReleaseHold(ctx, r.Command(), process, retention.ReleaseInput{Person: r.Form.Get("person"), Reason: r.Form.Get("reason")})
	return err
}

// erasureOf makes sure that an erasure belongs to the process of the page.
func (s Services) erasureOf(ctx context.Context, r *Request, process string) (string, error) {
	e, err := s.Retention.Erasure(ctx, r.Actor, r.Param("erasure"))
	if err == nil && e.Process != process {
		err = domain.Hidden("erasure")
	}
	return e.ID, err
}

func (s Services) checkIdentity(ctx context.Context, r *Request, process string) error {
	id, err := s.erasureOf(ctx, r, process)
	if err == nil {
		_, err = s.Retention.CheckIdentity(ctx, r.Command(), id, retention.CheckInput{How: r.Form.Get("how")})
	}
	return err
}

func (s Services) refuseErasure(ctx context.Context, r *Request, process string) error {
	id, err := s.erasureOf(ctx, r, process)
	if err == nil {
		_, err = s.Retention.Refuse(ctx, r.Command(), id, retention.RefuseInput{Reason: r.Form.Get("refusal")})
	}
	return err
}

func (s Services) erase(ctx context.Context, r *Request, process string) error {
	id, err := s.erasureOf(ctx, r, process)
	if err != nil {
		return err
	}
	if r.Form.Get("certain") != "yes" {
		return domain.Problems{"certain": "tick this if you are sure: it cannot be taken back"}.Err()
	}
	if _, err := s.Retention.Execute(ctx, r.Command(), id); err != nil {
		return err
	}
	_, err = s.Retention.Confirm(ctx, r.Command().Sub("confirm"), id)
	return err
}

// askErasure is a member's own request. An organiser says how it was checked
// who asks: they were signed in.
func (s Services) askErasure(ctx context.Context, r *Request, id string) error {
	if r.Form.Get("erase") != "yes" {
		return domain.Problems{"erase": "tick this if you are sure"}.Err()
	}
	_, err := s.Retention.RequestErasure(ctx, r.Command(), id)
	return err
}
