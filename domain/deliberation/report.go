package deliberation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/domain"
)

// MinorityView is the reasons of those who did not agree. Bound: it does not
// grow.
type MinorityView struct {
	domain.Root
	Process        string    `json:"process"`
	Recommendation string    `json:"recommendation,omitempty"` // id; empty: on the report as a whole
	Text           string    `json:"text"`
	Members        []string  `json:"members"`       // ids; never public
	Count          int       `json:"count"`         // how many stand by it
	Few            bool      `json:"few,omitempty"` // too few to say how many; count is then nought
	State          string    `json:"state"`         // submitted, published, withdrawn
	At             time.Time `json:"at"`
}

// MinorityViews keeps the minority views.
var MinorityViews = domain.Collection[MinorityView]{
	Name: "minority_views", Schema: 1, Indexes: byProcess, Shard: "id",
	Keys: func(x *MinorityView) map[string]any {
		return map[string]any{"process": x.Process, "sort": x.CreatedAt}
	},
}

func (x *MinorityView) OfProcess() string { return x.Process }

// MinorityViewInput is a minority view.
type MinorityViewInput struct {
	Recommendation string   `json:"recommendation,omitempty"`
	Text           string   `json:"text"`
	Members        []string `json:"members,omitempty"` // empty: the actor; those who run the sessions name them
}

// SubmitMinority records a minority view, once members were invited to give
// one and before the report is out.
func (s *Service) SubmitMinority(ctx context.Context, c domain.Command, process string, in MinorityViewInput) (MinorityView, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions)
	if err != nil {
		return MinorityView{}, err
	}
	if lv := levelOf(c.Actor, ref); lv != levelRun || len(in.Members) == 0 {
		in.Members = []string{c.Actor.ID}
	}
	if err := s.minorityProblems(ctx, process, in); err != nil {
		return MinorityView{}, err
	}
	t, err := s.Terms(ctx, c.Actor, process)
	if err != nil {
		return MinorityView{}, err
	}
	now := s.d.Clock.Now()
	var g domain.Guard
	g.Need(t.Minority != nil, domain.Missing{Item: "minority_invited", Need: "members are invited to give minority views", Who: domain.Facilitator, Where: "minority-views/invitation"})
	g.Need(t.Minority == nil || !now.After(t.Minority.Until), domain.Missing{Item: "minority_open", Need: "the time for minority views is extended; it has run out", Who: domain.Facilitator, Where: "minority-views/invitation"})
	if err := g.Err("giving a minority view"); err != nil {
		return MinorityView{}, err
	}
	x := MinorityView{
		Root: domain.Root{ID: c.ID("minority")}, Process: process, Recommendation: in.Recommendation, Text: in.Text,
		Members: slices.Clone(in.Members), Count: len(in.Members), State: "submitted", At: now,
	}
	x.Record(c, now, event(process, "minority_view.submitted", "minority_views:"+x.ID, map[string]any{"members": x.Count}))
	x, err = domain.Keep(ctx, s.d.MinorityViews, x)
	return x, err
}

func (s *Service) minorityProblems(ctx context.Context, process string, in MinorityViewInput) error {
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	seated, err := s.seated(ctx, process)
	if err != nil {
		return err
	}
	for i, m := range in.Members {
		p.Need(seated[m], fmt.Sprintf("members.%d", i), "this person holds no seat now")
	}
	p.Need(distinct(in.Members), "members", "name each member once")
	if in.Recommendation != "" {
		_, err := domain.Fetch(ctx, s.d.Recommendations, domain.At(process, "recommendation", in.Recommendation))
		if err := skipMissing(err); err != nil {
			return err
		}
		p.Need(err == nil, "recommendation", "there is no such recommendation in this process")
	}
	return p.Err()
}

// MinorityViews lists them; the public sees them once the report is out.
func (s *Service) MinorityViews(ctx context.Context, a domain.Actor, process string) ([]MinorityView, error) {
	ref, lv, err := s.look(ctx, a, process)
	if err != nil {
		return nil, err
	}
	xs, err := list(ctx, s.d.MinorityViews, process, func(x *MinorityView) bool { return lv != levelPublic || x.State == "published" })
	for i := range xs {
		if lv != levelRun {
			xs[i].Members = nil
			xs[i].Few = xs[i].Count < ref.SmallNumber
			if xs[i].Few {
				xs[i].Count = 0
			}
		}
	}
	return xs, err
}

// ReportState is where the jury report stands.
type ReportState string

// The states of the report.
const (
	ReportDraft     ReportState = "drafting"
	ReportReview    ReportState = "members_review"
	ReportConfirmed ReportState = "confirmed"
	ReportPublished ReportState = "published"
)

// Section is a part of the report, in the members' own words.
type Section struct {
	Heading string `json:"heading"`
	Text    string `json:"text"`
}

// Confirmation is one member's word on the final wording.
type Confirmation struct {
	Member string `json:"member"`
	Agrees bool   `json:"agrees"`
}

// Report is the members' own report; its id is the process's. Bound: 60
// sections, one confirmation per member (500 at most), 50 notices.
type Report struct {
	domain.Root
	Process         string            `json:"process"`
	Title           string            `json:"title"`
	Sections        []Section         `json:"sections"`
	Recommendations []string          `json:"recommendations"` // ids in the report's order
	Formats         map[string]string `json:"formats,omitempty"`
	State           ReportState       `json:"state"`
	Hash            string            `json:"hash,omitempty"` // of the wording under review
	Confirmations   []Confirmation    `json:"confirmations,omitempty"`
	Confirmed       int               `json:"confirmed"`
	Members         int               `json:"members"` // seated when it went to review
	PublishedAt     time.Time         `json:"published_at,omitzero"`
	Notices         []Notice          `json:"notices,omitempty"`
	Spread          bool              `json:"spread,omitempty"` // its recommendations and minority views are marked as published
}

// Reports keeps the jury reports.
var Reports = domain.Collection[Report]{
	Name: "reports", Schema: 1, Shard: "id",
	Indexes: append(slices.Clone(byProcess), domain.Index{Name: "unspread", Fields: []string{"unspread"}}),
	Keys: func(x *Report) map[string]any {
		keys := map[string]any{"process": x.Process, "sort": x.CreatedAt}
		if x.State == ReportPublished && !x.Spread {
			keys["unspread"] = true
		}
		return keys
	},
}

func (x *Report) OfProcess() string { return x.Process }

// ReportInput is the report's text.
type ReportInput struct {
	Title           string    `json:"title"`
	Sections        []Section `json:"sections"`
	Recommendations []string  `json:"recommendations"` // ids, in the report's order: adopted ones and carried minority views
}

const maxSections = 60

func (in ReportInput) problems() domain.Problems {
	p := domain.Problems{}
	p.Text("title", in.Title, longTitle)
	p.Need(len(in.Sections) > 0, "sections", "write at least one section")
	p.Need(len(in.Sections) <= maxSections, "sections", "at most %d sections", maxSections)
	for i, x := range in.Sections {
		p.Text(fmt.Sprintf("sections.%d.heading", i), x.Heading, longTitle)
		p.Text(fmt.Sprintf("sections.%d.text", i), x.Text, longText)
	}
	p.Need(len(in.Recommendations) > 0, "recommendations", "name at least one recommendation")
	p.Need(distinct(in.Recommendations), "recommendations", "name each recommendation once")
	return p
}

// DraftReport writes or replaces the report while members are drafting it.
func (s *Service) DraftReport(ctx context.Context, c domain.Command, process string, in ReportInput) (Report, error) {
	ref, err := s.enter(ctx, c.Actor, domain.RunSessions, process)
	if err != nil {
		return Report{}, err
	}
	p := in.problems()
	for i, id := range in.Recommendations {
		r, err := domain.Fetch(ctx, s.d.Recommendations, domain.At(process, "recommendation", id))
		if err := skipMissing(err); err != nil {
			return Report{}, err
		}
		ok := err == nil && (r.State == RecAdopted || r.State == RecMinority)
		p.Need(ok, fmt.Sprintf("recommendations.%d", i), "name one that was adopted or is carried as a minority view")
	}
	if err := p.Err(); err != nil {
		return Report{}, err
	}
	if err := during(ref, "writing the report", domain.Deliberating, domain.Reporting); err != nil {
		return Report{}, err
	}
	now := s.d.Clock.Now()
	x, err := s.d.Reports.Upsert(ctx, process, func() Report { return newReport(process) }, func(x *Report) error {
		if x.Done(c) {
			return domain.ErrNoChange
		}
		if x.State == ReportPublished {
			return domain.E(domain.Conflict, "the report is published; it is only corrected by a notice")
		}
		x.Title, x.Sections, x.Recommendations = in.Title, slices.Clone(in.Sections), slices.Clone(in.Recommendations)
		x.State, x.Hash, x.Confirmations, x.Confirmed = ReportDraft, "", nil, 0
		x.Record(c, now, event(process, "report.drafted", "reports:"+process, map[string]any{"recommendations": len(x.Recommendations)}))
		return nil
	})
	return domain.Bare(x), err
}

func newReport(process string) Report {
	return Report{Root: domain.Root{ID: process}, Process: process, State: ReportDraft, Sections: []Section{}, Recommendations: []string{}}
}

func (s *Service) reportChange(ctx context.Context, c domain.Command, process string, f func(*Report, time.Time) error) (Report, error) {
	now := s.d.Clock.Now()
	return domain.Change(ctx, s.d.Reports, domain.At(process, "report", process), c, func(x *Report) error { return f(x, now) })
}

// wording is what members confirm, by hash.
func (x *Report) wording() string {
	all := x.Title
	for _, sec := range x.Sections {
		all += "\x00" + sec.Heading + "\x00" + sec.Text
	}
	for _, r := range x.Recommendations {
		all += "\x00" + r
	}
	return TextHash(all)
}

// ReviewReport puts the wording before the members.
func (s *Service) ReviewReport(ctx context.Context, c domain.Command, process string) (Report, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Report{}, err
	}
	seated, err := s.seated(ctx, process)
	if err != nil {
		return Report{}, err
	}
	return s.reportChange(ctx, c, process, func(x *Report, now time.Time) error {
		if x.State != ReportDraft {
			return domain.E(domain.Conflict, "only a draft goes to the members; the report is %s", x.State)
		}
		x.State, x.Hash, x.Members = ReportReview, x.wording(), len(seated)
		x.Record(c, now, event(process, "report.to_members", "reports:"+process, map[string]any{"wording": x.Hash, "members": x.Members}))
		return nil
	})
}

// ConfirmInput is members' word on the final wording.
type ConfirmInput struct {
	Agrees  bool     `json:"agrees"`
	Members []string `json:"members,omitempty"` // for those who run the sessions: members who said so in the room; empty: the actor
}

// ConfirmReport records that members agree to the wording, or do not. When
// more than half of the seated members agree it is confirmed.
func (s *Service) ConfirmReport(ctx context.Context, c domain.Command, process string, in ConfirmInput) (Report, error) {
	ref, err := s.enterAny(ctx, c.Actor, process, domain.Deliberate, domain.RunSessions)
	if err != nil {
		return Report{}, err
	}
	if levelOf(c.Actor, ref) != levelRun {
		in.Members = []string{c.Actor.ID}
	}
	p := domain.Problems{}
	p.Need(len(in.Members) > 0 && distinct(in.Members), "members", "name the members who said so, each once")
	seated, err := s.seated(ctx, process)
	if err != nil {
		return Report{}, err
	}
	for i, m := range in.Members {
		p.Need(seated[m], fmt.Sprintf("members.%d", i), "this person holds no seat now")
	}
	if err := p.Err(); err != nil {
		return Report{}, err
	}
	x, err := s.reportChange(ctx, c, process, func(x *Report, now time.Time) error {
		if x.State != ReportReview && x.State != ReportConfirmed {
			return domain.E(domain.Conflict, "members confirm the wording while it is before them; the report is %s", x.State)
		}
		x.confirm(in, len(seated))
		x.Record(c, now, event(process, "report.members_confirmed", "reports:"+process, map[string]any{"confirmed": x.Confirmed, "members": x.Members, "wording": x.Hash}))
		return nil
	})
	return x.seenBy(levelOf(c.Actor, ref)), err
}

func (x *Report) confirm(in ConfirmInput, seated int) {
	for _, m := range in.Members {
		x.Confirmations = slices.DeleteFunc(x.Confirmations, func(k Confirmation) bool { return k.Member == m })
		x.Confirmations = append(x.Confirmations, Confirmation{Member: m, Agrees: in.Agrees})
	}
	slices.SortFunc(x.Confirmations, func(a, b Confirmation) int {
		if a.Member < b.Member {
			return -1
		}
		return 1
	})
	x.Confirmed, x.Members = 0, seated
	for _, k := range x.Confirmations {
		if k.Agrees {
			x.Confirmed++
		}
	}
	x.State = ReportReview
	if 2*x.Confirmed > x.Members {
		x.State = ReportConfirmed
	}
}

// FormatsInput are the accessible versions of the report.
type FormatsInput struct {
	Formats map[string]string `json:"formats"` // format -> SHA-256 of a file, or an address
}

// AddFormats names accessible versions; those not named stay.
func (s *Service) AddFormats(ctx context.Context, c domain.Command, process string, in FormatsInput) (Report, error) {
	if _, err := s.enter(ctx, c.Actor, domain.RunSessions, process); err != nil {
		return Report{}, err
	}
	p := domain.Problems{}
	p.Need(len(in.Formats) > 0, "formats", "name at least one version")
	p.Need(len(in.Formats) <= 30, "formats", "at most 30 versions")
	for f, v := range in.Formats {
		p.Need(v != "", "formats."+f, "give the file or address")
	}
	if err := p.Err(); err != nil {
		return Report{}, err
	}
	return s.reportChange(ctx, c, process, func(x *Report, now time.Time) error {
		if x.Formats == nil {
			x.Formats = map[string]string{}
		}
		for f, v := range in.Formats {
			if x.State == ReportPublished && x.Formats[f] != "" && x.Formats[f] != v {
				return domain.E(domain.Conflict, "the report is published; its %s version is only corrected by a notice", formatName(f))
			}
			x.Formats[f] = v
		}
		x.Record(c, now, event(process, "report.formats_added", "reports:"+process, map[string]any{"formats": sortedKeys(x.Formats)}))
		return nil
	})
}

// PublishReport makes the report, its recommendations and its minority views
// public, and tells everyone. The members confirmed the wording, minority
// views were invited, and every accessible version is ready.
func (s *Service) PublishReport(ctx context.Context, c domain.Command, process string) (Report, error) {
	ref, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process)
	if err != nil {
		return Report{}, err
	}
	if err := during(ref, "publishing the report", domain.Reporting, domain.Reporting); err != nil {
		return Report{}, err
	}
	t, err := s.Terms(ctx, c.Actor, process)
	if err != nil {
		return Report{}, err
	}
	x, err := s.reportChange(ctx, c, process, func(x *Report, now time.Time) error {
		if x.State == ReportPublished {
			return domain.ErrNoChange
		}
		g := reportedGuard(t, *x)
		if err := g.Err("publishing the report"); err != nil {
			return err
		}
		x.State, x.PublishedAt = ReportPublished, now
		x.announce(c, ref, now)
		return nil
	})
	if err != nil {
		return x, err
	}
	return s.spreadReport(ctx, x)
}

// everyone are the statuses of all who offered to take part and may still be
// told what came of it.
var everyone = []string{"in_pool", "not_selected", "reserve", "selected", "offered", "confirmed", "onboarded", "serving", "completed"}

func (x *Report) announce(c domain.Command, ref domain.ProcessRef, now time.Time) {
	x.Emit(c, domain.EffectBroadcast, "report_published", now, domain.BroadcastData{
		Process: x.Process, Statuses: everyone, Template: "report_published", Class: domain.ClassService,
		Vars: map[string]string{"count": fmt.Sprint(len(x.Recommendations)), "title": x.Title},
	})
	x.Emit(c, domain.EffectNotice, "report_published", now, domain.NoticeData{
		Process: x.Process, Body: ref.Body, Role: domain.Commissioner, Kind: "report_published", Subject: "reports:" + x.ID,
		Vars: map[string]string{"count": fmt.Sprint(len(x.Recommendations)), "due": ref.ResponseDue.Format(time.RFC3339), "process": ref.ShortName},
	})
	x.Record(c, now, event(x.Process, "report.published", "reports:"+x.ID, map[string]any{
		"recommendations": len(x.Recommendations), "wording": x.Hash, "formats": sortedKeys(x.Formats),
	}))
}

// spreadReport numbers and publishes the recommendations and minority views
// of a published report; [Service.Tick] finishes what a crash interrupts.
func (s *Service) spreadReport(ctx context.Context, x Report) (Report, error) {
	if x.Spread {
		return x, nil
	}
	for i, id := range x.Recommendations {
		if err := s.publishRecommendation(ctx, x, i+1, id); err != nil {
			return x, err
		}
	}
	views, err := domain.All(ctx, s.d.MinorityViews, x.Process)
	if err != nil {
		return x, err
	}
	now := s.d.Clock.Now()
	for _, v := range views {
		_, err := domain.Change(ctx, s.d.MinorityViews, domain.At(x.Process, "minority view", v.ID), domain.Command{}, func(v *MinorityView) error {
			if v.State != "submitted" {
				return domain.ErrNoChange
			}
			v.State = "published"
			v.Touch(domain.Command{}, now)
			return nil
		})
		if err != nil {
			return x, err
		}
	}
	return domain.Change(ctx, s.d.Reports, domain.At(x.Process, "report", x.ID), domain.Command{}, func(x *Report) error {
		x.Spread = true
		x.Touch(domain.Command{}, now)
		return nil
	})
}

func (s *Service) publishRecommendation(ctx context.Context, x Report, number int, id string) error {
	c := systemCommand("publish", x.ID, id)
	_, err := s.recChange(ctx, c, x.Process, id, func(r *Recommendation, now time.Time) error {
		if r.Public() {
			return domain.ErrNoChange
		}
		r.Number, r.PublishedAt = number, x.PublishedAt
		if r.State == RecAdopted {
			r.State = RecPublished
		}
		r.Record(c, now, event(x.Process, "recommendation.published", "recommendations:"+id, map[string]any{"number": number, "text": TextHash(r.Text)}))
		return nil
	})
	return err
}

// CorrectReport adds a numbered notice to the published report.
func (s *Service) CorrectReport(ctx context.Context, c domain.Command, process string, in CorrectionInput) (Report, error) {
	if _, err := s.enter(ctx, c.Actor, domain.PublishEvidence, process); err != nil {
		return Report{}, err
	}
	p := domain.Problems{}
	p.Text("text", in.Text, longText)
	if err := p.Err(); err != nil {
		return Report{}, err
	}
	return s.reportChange(ctx, c, process, func(x *Report, now time.Time) (err error) {
		if x.State != ReportPublished {
			return domain.E(domain.Conflict, "it is not published yet; change the draft instead")
		}
		if x.Notices, err = addNotice(x.Notices, Notice{Text: in.Text, File: in.File, At: now, By: c.Actor.ID}); err != nil {
			return err
		}
		x.Record(c, now, event(process, "report.corrected", "reports:"+process, map[string]any{"notice": len(x.Notices)}))
		return nil
	})
}

// Report answers the jury report; the public sees it once published.
func (s *Service) Report(ctx context.Context, a domain.Actor, process string) (Report, error) {
	_, lv, err := s.look(ctx, a, process)
	if err != nil {
		return Report{}, err
	}
	x, err := domain.Fetch(ctx, s.d.Reports, domain.At(process, "report", process))
	if err == nil && lv == levelPublic && x.State != ReportPublished {
		return Report{}, domain.Hidden("report")
	}
	return x.seenBy(lv), err
}

func (x Report) seenBy(lv level) Report {
	x = domain.Bare(x)
	if lv != levelRun {
		x.Confirmations = nil
	}
	return x
}
