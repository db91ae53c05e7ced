package accountability

import (
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
)

// Outcome is the class of a response.
type Outcome string

// The six outcome classes.
const (
	Accept         Outcome = "accept"
	AcceptInPart   Outcome = "accept_in_part"
	AlreadyDoing   Outcome = "already_doing"
	ConsiderMore   Outcome = "consider_further"
	ReferElsewhere Outcome = "refer_to_other_body"
	Reject         Outcome = "reject"
)

// Outcomes lists the classes.
var Outcomes = []Outcome{Accept, AcceptInPart, AlreadyDoing, ConsiderMore, ReferElsewhere, Reject}

// accepted reports whether actions must follow.
func (o Outcome) accepted() bool { return o == Accept || o == AcceptInPart }

// ResponseState is where a response stands. Overdue is worked out from the
// date and shown beside it.
type ResponseState string

// The states of a response.
const (
	ResponseDue       ResponseState = "due"
	ResponseDrafting  ResponseState = "drafting"
	ResponseReview    ResponseState = "in_review" // legal or board
	ResponsePublished ResponseState = "published"
	ResponseRevised   ResponseState = "revised"
)

func (s ResponseState) public() bool { return s == ResponsePublished || s == ResponseRevised }

// Owner answers for an accepted recommendation or an action. Post is public:
// a post or office, not a person's name.
type Owner struct {
	Post string `json:"post"`
	Body string `json:"body,omitempty"` // name of the body
	User string `json:"user,omitempty"` // id of the user; not public
}

// Evidence shows that something was under way before the report.
type Evidence struct {
	Title string    `json:"title"`
	Link  string    `json:"link"` // address or SHA-256 of a file
	Dated time.Time `json:"dated"`
}

// Other is the body a recommendation is passed on to.
type Other struct {
	Body  string    `json:"body"`
	Sent  time.Time `json:"sent"`
	Reply string    `json:"reply,omitempty"`
	At    time.Time `json:"replied_at,omitzero"`
}

// Answer is what the commissioner says to a recommendation. Which parts it
// needs depends on the outcome.
type Answer struct {
	Outcome  Outcome   `json:"outcome"`
	Reason   string    `json:"reason"`             // always
	Short    string    `json:"short,omitempty"`    // the same in a text's length
	Accepted string    `json:"accepted,omitempty"` // accept_in_part: which part
	Owner    *Owner    `json:"owner,omitempty"`    // accept, accept_in_part
	By       time.Time `json:"by,omitzero"`        // accept, accept_in_part: when it will be done
	Evidence *Evidence `json:"evidence,omitempty"` // already_doing
	Decision time.Time `json:"decision,omitzero"`  // consider_further: when it will be decided
	Other    *Other    `json:"other,omitempty"`    // refer_to_other_body
}

// Version is an answer as it was published.
type Version struct {
	Number int       `json:"number"`
	Answer Answer    `json:"answer"`
	Notice string    `json:"notice,omitempty"` // why it was revised; empty on the first
	At     time.Time `json:"at"`
	By     string    `json:"by"`
}

// Review is a look by lawyers or the board before publication.
type Review struct {
	Kind   string    `json:"kind"` // legal or board
	By     string    `json:"by,omitempty"`
	Agreed bool      `json:"agreed"`
	Note   string    `json:"note,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// View is what a member thinks of an answer.
type View string

// The views.
const (
	Answered View = "answered"
	Partly   View = "partly"
	NotAtAll View = "not"
)

// Views lists them.
var Views = []View{Answered, Partly, NotAtAll}

// Response is the commissioner's formal answer to one recommendation; its id
// is the recommendation's. Bound: 30 versions, one view per member (500 at
// most).
type Response struct {
	domain.Root
	Process  string          `json:"process"`
	Number   int             `json:"number"` // of the recommendation in the report
	Title    string          `json:"title"`  // of the recommendation
	State    ResponseState   `json:"state"`
	Due      time.Time       `json:"due,omitzero"`
	Draft    *Answer         `json:"draft,omitempty"`
	DraftBy  string          `json:"draft_by,omitempty"`
	Review   *Review         `json:"review,omitempty"`
	Versions []Version       `json:"versions,omitempty"`
	Views    map[string]View `json:"views,omitempty"` // member id -> view; shown to nobody
	Next     time.Time       `json:"next,omitzero"`   // when the clock looks again
	Nudges   int             `json:"nudges,omitempty"`
	Late     bool            `json:"late,omitempty"` // it was published after its date
}

// Responses keeps the responses.
var Responses = domain.Collection[Response]{
	Name: "responses", Schema: 1, Indexes: indexes, Shard: "id",
	Keys: func(x *Response) map[string]any {
		return map[string]any{"process": x.Process, "sort": x.Number, "next": x.Next}
	},
}

func (x *Response) OfProcess() string { return x.Process }

// Current is the latest published answer; nil before there is one.
func (x *Response) Current() *Answer {
	if len(x.Versions) == 0 {
		return nil
	}
	return &x.Versions[len(x.Versions)-1].Answer
}

// Overdue reports whether the answer, or the decision it promised, is late at
// the moment.
func (x *Response) Overdue(now time.Time) bool {
	a := x.Current()
	if a == nil {
		return !x.Due.IsZero() && now.After(x.Due)
	}
	return a.Outcome == ConsiderMore && now.After(a.Decision)
}

const maxVersions = 30

// check says what the answer lacks. published is when the report came out.
func (a Answer) check(p domain.Problems, published time.Time) {
	domain.OneOf(p, "outcome", a.Outcome, Outcomes)
	p.Text("reason", a.Reason, longText)
	p.Need(len([]rune(a.Short)) <= shortText, "short", "keep this to %d characters", shortText)
	switch a.Outcome {
	case Accept, AcceptInPart:
		p.Need(a.Owner != nil && a.Owner.Post != "", "owner.post", "name the post that answers for it")
		p.Need(!a.By.IsZero(), "by", "give the date by which it will be done")
		p.Need(a.Outcome != AcceptInPart || a.Accepted != "", "accepted", "say which part is accepted")
	case AlreadyDoing:
		p.Need(a.Evidence != nil && a.Evidence.Link != "", "evidence.link", "link to what shows it")
		older := a.Evidence != nil && !a.Evidence.Dated.IsZero() && a.Evidence.Dated.Before(published)
		p.Need(older, "evidence.dated", "it must be older than the jury's report; otherwise this is an acceptance")
	case ConsiderMore:
		p.Need(!a.Decision.IsZero(), "decision", "give the date of the decision")
	case ReferElsewhere:
		p.Need(a.Other != nil && a.Other.Body != "", "other.body", "name the body it is passed on to")
		p.Need(a.Other != nil && !a.Other.Sent.IsZero(), "other.sent", "give the date it was passed on")
	case Reject:
	}
}

// tidy drops the parts that do not belong to the outcome and cuts times.
func (a Answer) tidy() Answer {
	out := Answer{Outcome: a.Outcome, Reason: a.Reason, Short: a.Short}
	switch a.Outcome {
	case Accept, AcceptInPart:
		out.Owner, out.By, out.Accepted = a.Owner, domain.Milli(a.By), a.Accepted
	case AlreadyDoing:
		out.Evidence = &Evidence{Title: a.Evidence.Title, Link: a.Evidence.Link, Dated: domain.Milli(a.Evidence.Dated)}
	case ConsiderMore:
		out.Decision = domain.Milli(a.Decision)
	case ReferElsewhere:
		out.Other = &Other{Body: a.Other.Body, Sent: domain.Milli(a.Other.Sent)}
	case Reject:
	}
	return out
}

// published lists the recommendations that are owed a response.
func (s *Service) published(ctx context.Context, process string) ([]deliberation.Recommendation, error) {
	xs, err := s.d.Deliberation.Recommendations(ctx, system, process)
	return slices.DeleteFunc(xs, func(x deliberation.Recommendation) bool { return x.State != deliberation.RecPublished }), err
}

// Open starts the clock of every published recommendation. It runs when the
// process is reported; doing it again does nothing.
func (s *Service) Open(ctx context.Context, process string) error {
	ref, err := s.find(ctx, process)
	if err != nil {
		return err
	}
	recs, err := s.published(ctx, process)
	if err != nil {
		return err
	}
	for _, r := range recs {
		if _, err := domain.Keep(ctx, s.d.Responses, s.fresh(ref, r)); err != nil {
			return err
		}
	}
	return nil
}

// fresh is a response that is due.
func (s *Service) fresh(ref domain.ProcessRef, r deliberation.Recommendation) Response {
	x := Response{Root: domain.Root{ID: r.ID}, Process: ref.ID, Number: r.Number, Title: r.Title, State: ResponseDue}
	if !ref.ResponseDue.IsZero() {
		x.Due = domain.Milli(ref.ResponseDue)
		x.Next = x.Due.AddDate(0, 0, -nudgeDays[0])
	}
	c := systemCommand("response due", r.ID)
	x.Record(c, s.d.Clock.Now(), event(ref.ID, "response.due", "responses:"+r.ID, map[string]any{"number": r.Number, "due": x.Due}))
	return x
}

// respond changes a response, making it first where the clock has not.
func (s *Service) respond(ctx context.Context, c domain.Command, process, rec string, f func(*Response, time.Time) error) (Response, error) {
	ref, err := s.find(ctx, process)
	if err != nil {
		return Response{}, err
	}
	r, err := s.d.Deliberation.Recommendation(ctx, system, process, rec)
	if err != nil {
		return Response{}, err
	}
	if r.State != deliberation.RecPublished && r.State != deliberation.RecSuperseded {
		return Response{}, domain.E(domain.Conflict, "a response is to a published recommendation; this one is %s", r.State)
	}
	now := s.d.Clock.Now()
	x, err := s.d.Responses.Upsert(ctx, rec, func() Response { return s.fresh(ref, r) }, func(x *Response) error {
		if x.Done(c) {
			return domain.ErrNoChange
		}
		return f(x, now)
	})
	return domain.Bare(x), err
}

// checked finds what an answer lacks before it is published.
func (s *Service) checked(ctx context.Context, process, rec string, a Answer) error {
	r, err := s.d.Deliberation.Recommendation(ctx, system, process, rec)
	if err != nil {
		return err
	}
	p := domain.Problems{}
	a.check(p, r.PublishedAt)
	return p.Err()
}

// DraftResponse keeps an answer under work. A draft may lack parts.
func (s *Service) DraftResponse(ctx context.Context, c domain.Command, process, rec string, in Answer) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	if err := from(ref, "drafting a response", domain.Reported); err != nil {
		return ResponseView{}, err
	}
	p := domain.Problems{}
	domain.OneOf(p, "outcome", in.Outcome, append([]Outcome{""}, Outcomes...))
	p.Need(len([]rune(in.Reason)) <= longText, "reason", "keep this to %d characters", longText)
	if err := p.Err(); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		if x.State.public() {
			return domain.E(domain.Conflict, "this response is published; revise it, with a notice of why")
		}
		x.Draft, x.DraftBy, x.State, x.Review = &in, c.Actor.ID, ResponseDrafting, nil
		x.Record(c, now, event(process, "response.drafted", "responses:"+rec, map[string]any{"number": x.Number, "outcome": in.Outcome}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}

// ReviewInput asks for a review.
type ReviewInput struct {
	Kind string `json:"kind"` // legal or board
}

// SendToReview puts a draft before the lawyers or the board.
func (s *Service) SendToReview(ctx context.Context, c domain.Command, process, rec string, in ReviewInput) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	p := domain.Problems{}
	domain.OneOf(p, "kind", in.Kind, []string{"legal", "board"})
	if err := p.Err(); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		if x.State != ResponseDrafting {
			return domain.E(domain.Conflict, "a draft goes to review; this response is %s", x.State)
		}
		x.State, x.Review = ResponseReview, &Review{Kind: in.Kind}
		x.Record(c, now, event(process, "response.in_review", "responses:"+rec, map[string]any{"kind": in.Kind}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}

// ReviewedInput is what a review found.
type ReviewedInput struct {
	Agreed bool   `json:"agreed"`
	Note   string `json:"note,omitempty"`
}

// Reviewed records a review by somebody else than the drafter. Without
// agreement the draft goes back.
func (s *Service) Reviewed(ctx context.Context, c domain.Command, process, rec string, in ReviewedInput) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	p := domain.Problems{}
	p.Need(in.Agreed || in.Note != "", "note", "say what should change")
	p.Need(len([]rune(in.Note)) <= longText, "note", "keep this to %d characters", longText)
	if err := p.Err(); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		if x.State != ResponseReview || x.Review.Agreed {
			return domain.E(domain.Conflict, "this response is not waiting for a review; it is %s", x.State)
		}
		if x.DraftBy == c.Actor.ID {
			return domain.E(domain.Conflict, "a review is by somebody else than who drafted")
		}
		x.Review.By, x.Review.Agreed, x.Review.Note, x.Review.At = c.Actor.ID, in.Agreed, in.Note, now
		if !in.Agreed {
			x.State = ResponseDrafting
		}
		x.Record(c, now, event(process, "response.reviewed", "responses:"+rec, map[string]any{"kind": x.Review.Kind, "agreed": in.Agreed}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}

// PublishResponse makes an answer public: the one given, or the draft when
// none is. A review that was asked for must have agreed to it.
func (s *Service) PublishResponse(ctx context.Context, c domain.Command, process, rec string, in *Answer) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	if err := from(ref, "publishing a response", domain.Reported); err != nil {
		return ResponseView{}, err
	}
	if in == nil {
		if in, err = s.draft(ctx, process, rec); err != nil {
			return ResponseView{}, err
		}
	}
	if err := s.checked(ctx, process, rec, *in); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		if x.State.public() {
			return domain.E(domain.Conflict, "this response is published already; revise it, with a notice of why")
		}
		if x.State == ResponseReview && !x.Review.Agreed {
			return (&domain.Guard{{Item: "review_agreed", Need: "the " + x.Review.Kind + " review agrees to the draft", Who: domain.Commissioner, Where: "responses/" + rec}}).Err("publishing the response")
		}
		x.publish(c, in.tidy(), now)
		x.Record(c, now, event(process, "response.published", "responses:"+rec, map[string]any{"number": x.Number, "outcome": in.Outcome, "late": x.Late}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}

func (s *Service) draft(ctx context.Context, process, rec string) (*Answer, error) {
	x, err := s.d.Responses.Get(ctx, rec)
	if err != nil && !domain.Is(err, domain.NotFound) {
		return nil, err
	}
	if err == nil && x.Process == process && x.Draft != nil {
		return x.Draft, nil
	}
	if err == nil && x.Process == process && x.State.public() {
		return x.Current(), nil // the command may be a repeat
	}
	p := domain.Problems{}
	p.Need(false, "outcome", "draft the answer first, or send it with this call")
	return nil, p.Err()
}

func (x *Response) publish(c domain.Command, a Answer, now time.Time) {
	x.Late = !x.Due.IsZero() && now.After(x.Due)
	x.Versions = append(x.Versions, Version{Number: len(x.Versions) + 1, Answer: a, Notice: c.Reason, At: now, By: c.Actor.ID})
	x.State, x.Draft, x.Review, x.Nudges = ResponsePublished, nil, nil, 0
	if len(x.Versions) > 1 {
		x.State = ResponseRevised
	}
	x.Next = time.Time{}
	if a.Outcome == ConsiderMore {
		x.Next = a.Decision
	}
}

// ReviseResponse adds a version, with a notice of why (the command's reason).
func (s *Service) ReviseResponse(ctx context.Context, c domain.Command, process, rec string, in Answer) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	if err := s.checked(ctx, process, rec, in); err != nil {
		return ResponseView{}, err
	}
	p := domain.Problems{}
	p.Text("notice", c.Reason, longText)
	if err := p.Err(); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		if !x.State.public() {
			return domain.E(domain.Conflict, "this response is not published yet; change the draft")
		}
		if len(x.Versions) >= maxVersions {
			return domain.E(domain.Conflict, "there are %d versions already", maxVersions)
		}
		late := x.Late
		x.publish(c, in.tidy(), now)
		x.Late = late
		x.Record(c, now, event(process, "response.revised", "responses:"+rec, map[string]any{"number": x.Number, "outcome": in.Outcome, "version": len(x.Versions)}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}

// ReplyInput is what another body replied.
type ReplyInput struct {
	Reply string    `json:"reply"`
	At    time.Time `json:"at"`
}

// RecordReply adds the reply of the body a recommendation was passed on to,
// as a new version.
func (s *Service) RecordReply(ctx context.Context, c domain.Command, process, rec string, in ReplyInput) (ResponseView, error) {
	ref, err := s.enter(ctx, c.Actor, process, domain.Respond)
	if err != nil {
		return ResponseView{}, err
	}
	p := domain.Problems{}
	p.Text("reply", in.Reply, longText)
	p.Need(!in.At.IsZero(), "at", "give the date of the reply")
	if err := p.Err(); err != nil {
		return ResponseView{}, err
	}
	x, err := s.respond(ctx, c, process, rec, func(x *Response, now time.Time) error {
		a := x.Current()
		if a == nil || a.Outcome != ReferElsewhere {
			return domain.E(domain.Conflict, "this recommendation was not passed on to another body")
		}
		next, other := *a, *a.Other
		other.Reply, other.At = in.Reply, domain.Milli(in.At)
		next.Other = &other
		late := x.Late
		x.publish(c.Because(fmt.Sprintf("%s replied", other.Body)), next, now)
		x.Late = late
		x.Record(c, now, event(process, "response.other_body_replied", "responses:"+rec, map[string]any{"number": x.Number}))
		return nil
	})
	return s.viewOf(c.Actor, ref, x), err
}
