package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// reportPages are the members' own report, and the views of those who do not
// agree.
func reportPages(s Services) []Page {
	const at = "/staff/processes/:process/report"
	return []Page{
		get(at, s.report), post(at, s.reportStep(s.draftReport)), post(at+"/review", s.reportStep(s.reviewReport)), post(at+"/confirm", s.reportStep(s.confirmReport)),
		post(at+"/formats", s.reportStep(s.addFormats)), post(at+"/publish", s.reportStep(s.publishReport)), post(at+"/correct", s.reportStep(s.correctReport)),
		post(at+"/invite", s.reportStep(s.inviteMinority)), post(at+"/minority", s.reportStep(s.noteMinority)),
	}
}

// reportStep does something to the report and goes back to it.
func (s Services) reportStep(do func(ctx context.Context, r *Request, d desk, in typed) error) handle {
	return func(ctx context.Context, r *Request) (Reply, error) {
		d, err := s.deskOf(ctx, r)
		if err != nil {
			return Reply{}, err
		}
		in := d.typedIn(r)
		err = do(ctx, r, d, in)
		if bad := in.p.Err(); bad != nil {
			err = bad
		}
		return done(r, err, d.URL("/report"), func() (Reply, error) { return s.report(ctx, r) })
	}
}

// reportShown is what the report's page is made from.
type reportShown struct {
	desk
	X     deliberation.Report
	Terms deliberation.Terms
	Recs  []deliberation.Recommendation
	Views []deliberation.MinorityView
	Seats []people.Seat
}

func (s Services) reportShown(ctx context.Context, r *Request) (reportShown, error) {
	d, err := s.deskOf(ctx, r)
	page, del, id := reportShown{desk: d}, s.Deliberation, d.P.ID
	if err != nil {
		return page, err
	}
	if page.Terms, err = del.Terms(ctx, r.Actor, id); err != nil {
		return page, err
	}
	if page.Seats, err = s.seats(ctx, r, d); err != nil {
		return page, err
	}
	if err := part(&page.X, func() (deliberation.Report, error) { return del.Report(ctx, r.Actor, id) }); err != nil {
		return page, err
	}
	if err := part(&page.Recs, func() ([]deliberation.Recommendation, error) { return del.Recommendations(ctx, r.Actor, id) }); err != nil {
		return page, err
	}
	return page, part(&page.Views, func() ([]deliberation.MinorityView, error) { return del.MinorityViews(ctx, r.Actor, id) })
}

func (s Services) report(ctx context.Context, r *Request) (Reply, error) {
	shown, err := s.reportShown(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: shown.desk, Title: "Report", Here: "report"}
	if page.Todo, err = s.reportTodo(ctx, r, shown); err != nil {
		return Reply{}, err
	}
	page.Facts, page.Parts, page.Forms = shown.facts(), shown.parts(), shown.forms()
	return page.page(), nil
}

// reportTodo is what is due on the report; what publishing still lacks is
// asked of the guard that publishing asks.
func (s Services) reportTodo(ctx context.Context, r *Request, p reportShown) (todo, error) {
	switch {
	case p.X.State == deliberation.ReportPublished:
		return todo{What: "The report is published", Link: "/r/" + p.P.Code, Label: "Read it"}, nil
	case p.X.State == "":
		return todo{What: "Write the report", Text: "In the members’ own words, with every recommendation that was adopted."}, nil
	}
	t := todo{What: "Publish the report"}
	if p.X.State == deliberation.ReportDraft {
		t = todo{What: "Put the report before the members", Text: "They read the wording and say whether it is theirs."}
	}
	next, err := s.Process.Next(ctx, r.Actor, p.P.ID)
	if err != nil {
		return t, unless(err)
	}
	if next.Next != domain.Reported {
		t.Lacks = append(t.Lacks, "The process is not at the stage reporting yet.")
		return t, nil
	}
	for _, m := range next.Missing {
		if m.Item != "report_published" {
			t.Lacks = append(t.Lacks, first(m.Need)+".")
		}
	}
	return t, nil
}

func (p reportShown) facts() []fact {
	var out []fact
	if p.X.State != "" {
		out = append(out, fact{Name: "Title", Text: p.X.Title}, fact{Name: "State", Text: first(words(p.X.State))})
	}
	if p.X.State == deliberation.ReportReview || p.X.State == deliberation.ReportConfirmed {
		out = append(out, fact{Name: "Members who agree", Text: fmt.Sprintf("%d of %d", p.X.Confirmed, p.X.Members)})
	}
	var ready []string
	for f := range p.X.Formats {
		ready = append(ready, words(f))
	}
	slices.Sort(ready)
	if len(ready) > 0 {
		out = append(out, fact{Name: "Also ready as", Text: strings.Join(ready, ", ")})
	}
	if m := p.Terms.Minority; m != nil {
		out = append(out, fact{Name: "Minority views", Text: "welcome until " + local(m.Until, p.Zone(), "Mon 2 January 2006")})
	}
	return out
}

func (p reportShown) parts() []sheetPart {
	text := sheetPart{Heading: "What it says", Empty: "Nothing is written yet."}
	for _, x := range p.X.Sections {
		text.Rows = append(text.Rows, sheetRow{Title: x.Heading, Text: x.Text})
	}
	titles := map[string]string{}
	for _, x := range p.Recs {
		titles[x.ID] = x.Title
	}
	for i, id := range p.X.Recommendations {
		text.Rows = append(text.Rows, sheetRow{URL: p.URL("/recommendations/" + url.PathEscape(id)), Title: fmt.Sprintf("Recommendation %d: %s", i+1, titles[id])})
	}
	views := sheetPart{Heading: "Minority views", Empty: "None is in."}
	for _, v := range p.Views {
		row := sheetRow{Title: "On the report as a whole", Text: v.Text, Quiet: plural(v.Count, "member stands", "members stand") + " by it"}
		if v.Few {
			row.Quiet = "Too few stand by it to say how many"
		}
		if v.Recommendation != "" {
			row.Title = "On: " + titles[v.Recommendation]
		}
		views.Rows = append(views.Rows, row)
	}
	return []sheetPart{text, views}
}

// forms are what can be done with the report as it stands.
func (p reportShown) forms() []form {
	if !p.May(domain.RunSessions) {
		return nil
	}
	at := func(rest string) string { return p.URL("/report" + rest) }
	draft := p.draftForm()
	formats := form{Action: at("/formats"), Heading: "Accessible versions", Button: "Save", Secondary: true, Folded: true, Fields: []formField{
		input("format.easy_read", "Address of the easy read version", "", p.X.Formats["easy_read"]), input("format.large_print", "Address of the large print version", "", p.X.Formats["large_print"]),
	}}
	minority := p.minorityForms()
	switch p.X.State {
	case "":
		draft.Folded = false
		return append([]form{draft}, minority...)
	case deliberation.ReportDraft:
		return append([]form{{Action: at("/review"), Button: "Put it before the members", Version: p.X.Revision}, draft, formats}, minority...)
	case deliberation.ReportReview, deliberation.ReportConfirmed:
		out := []form{p.confirmForm()}
		if p.May(domain.PublishEvidence) {
			out = append(out, form{Action: at("/publish"), Button: "Publish the report", Intro: "Everybody who offered to take part is told, and the commissioner’s clock begins.", Version: p.X.Revision})
		}
		return append(append(out, formats, draft), minority...)
	default:
	}
	if p.May(domain.PublishEvidence) {
		return []form{formats, {Action: at("/correct"), Heading: "Correct it by a notice", Button: "Publish the notice", Folded: true, Fields: []formField{area("notice", "The notice", "What was wrong, and what is right.", "")}}}
	}
	return []form{formats}
}

// leastSections are offered for writing, and more than are filled.
const leastSections, mostSections = 3, 60

func (p reportShown) draftForm() form {
	f := form{Action: p.URL("/report"), Heading: "Write the report", Button: "Save the draft", Secondary: p.X.State != "", Folded: true, Version: p.X.Revision,
		Fields: []formField{input("title", "Title", "", p.X.Title)}}
	for i := range min(max(leastSections, len(p.X.Sections)+1), mostSections) {
		var was deliberation.Section
		if i < len(p.X.Sections) {
			was = p.X.Sections[i]
		}
		f.Fields = append(f.Fields, input(fmt.Sprintf("sections.%d.heading", i), fmt.Sprintf("Part %d: heading", i+1), "", was.Heading), area(fmt.Sprintf("sections.%d.text", i), fmt.Sprintf("Part %d: text", i+1), "", was.Text))
	}
	var choices []string
	for _, x := range p.Recs {
		if x.State == deliberation.RecAdopted || x.State == deliberation.RecMinority {
			choices = append(choices, x.ID, x.Title+" ("+strings.ToLower(recStates[x.State].Word)+")")
		}
	}
	if len(choices) > 0 {
		f.Fields = append(f.Fields, boxes("recommendations", "Recommendations, in the order of this list", "", p.X.Recommendations, choices...))
	} else {
		f.Intro = "No recommendation is adopted yet; the report names at least one."
	}
	return f
}

func (s Services) draftReport(ctx context.Context, r *Request, d desk, in typed) error {
	out := deliberation.ReportInput{Title: in.text("title"), Recommendations: in.f["recommendations"]}
	var rows []int
	for i := range mostSections {
		x := deliberation.Section{Heading: in.text(fmt.Sprintf("sections.%d.heading", i)), Text: in.text(fmt.Sprintf("sections.%d.text", i))}
		if x.Heading != "" || x.Text != "" {
			out.Sections, rows = append(out.Sections, x), append(rows, i)
		}
	}
	_, err := s.Deliberation.DraftReport(ctx, r.Command(), d.P.ID, out)
	return renamed(err, func(field string) string {
		var n int
		var rest string
		if _, bad := fmt.Sscanf(field, "sections.%d.%s", &n, &rest); bad == nil && n < len(rows) {
			return fmt.Sprintf("sections.%d.%s", rows[n], rest)
		}
		if field == "sections" {
			return "sections.0.heading"
		}
		field, _, _ = strings.Cut(field, ".")
		return field
	})
}

func (s Services) reviewReport(ctx context.Context, r *Request, d desk, _ typed) error {
	_, err := s.Deliberation.ReviewReport(ctx, r.Command(), d.P.ID)
	return err
}

// confirmForm takes down who said in the room that the wording is theirs.
func (p reportShown) confirmForm() form {
	agreed := map[string]bool{}
	for _, k := range p.X.Confirmations {
		agreed[k.Member] = k.Agrees
	}
	var choices []string
	for _, x := range p.Seats {
		if x.Holds() && !agreed[x.Person] {
			choices = append(choices, x.Person, seatName(x))
		}
	}
	return form{Action: p.URL("/report/confirm"), Heading: "Members say whether it is theirs", Button: "Note it", Secondary: true, Folded: true, Intro: "Members can say so on their own page. Here you note what they said in the room.",
		Fields: []formField{boxes("members", "Who said so", "", nil, choices...), radios("agrees", "What they said", "", "yes", "yes", "It is our report", "no", "It is not")}}
}

func (s Services) confirmReport(ctx context.Context, r *Request, d desk, in typed) error {
	if len(in.f["members"]) == 0 {
		return domain.Problems{"members": "name the members who said so"}.Err()
	}
	_, err := s.Deliberation.ConfirmReport(ctx, r.Command(), d.P.ID, deliberation.ConfirmInput{Agrees: in.ticked("agrees"), Members: in.f["members"]})
	return renamed(err, func(f string) string { f, _, _ = strings.Cut(f, "."); return f })
}

func (s Services) addFormats(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Deliberation.AddFormats(ctx, r.Command(), d.P.ID, deliberation.FormatsInput{Formats: in.formats("format.")})
	return renamed(err, func(string) string { return "format.easy_read" })
}

func (s Services) publishReport(ctx context.Context, r *Request, d desk, _ typed) error {
	_, err := s.Deliberation.PublishReport(ctx, r.Command(), d.P.ID)
	return err
}

func (s Services) correctReport(ctx context.Context, r *Request, d desk, in typed) error {
	_, err := s.Deliberation.CorrectReport(ctx, r.Command(), d.P.ID, deliberation.CorrectionInput{Text: in.text("notice")})
	return renamed(err, func(string) string { return "notice" })
}

// minorityForms invite views of those who do not agree, and note them.
func (p reportShown) minorityForms() []form {
	invite := form{Action: p.URL("/report/invite"), Heading: "Invite minority views", Button: "Invite them", Secondary: true, Folded: p.Terms.Minority != nil,
		Intro: "Every member is asked whether they see it another way. Their reasons go into the report, without names.", Fields: []formField{input("until", "Welcome until the end of", "Such as 2027-03-31.", "").typedAs("date")}}
	if p.Terms.Minority == nil {
		return []form{invite}
	}
	var who []string
	for _, x := range p.Seats {
		if x.Holds() {
			who = append(who, x.Person, seatName(x))
		}
	}
	return []form{invite, {Action: p.URL("/report/minority"), Heading: "Note a minority view", Button: "Note it", Secondary: true, Folded: true, Fields: []formField{
		selects("about", "About", "", "", recChoices(p.Recs)...), area("view", "The view", "In the words of who holds it.", ""), boxes("holders", "Who stands by it", "Never published.", nil, who...),
	}}}
}

func (s Services) inviteMinority(ctx context.Context, r *Request, d desk, in typed) error {
	until := in.day("until")
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1).Add(-time.Minute)
	}
	_, err := s.Deliberation.InviteMinority(ctx, r.Command(), d.P.ID, deliberation.MinorityInput{Until: until})
	return err
}

func (s Services) noteMinority(ctx context.Context, r *Request, d desk, in typed) error {
	if len(in.f["holders"]) == 0 {
		return domain.Problems{"holders": "name the members who stand by it"}.Err()
	}
	view := deliberation.MinorityViewInput{Recommendation: in.text("about"), Text: in.text("view"), Members: in.f["holders"]}
	_, err := s.Deliberation.SubmitMinority(ctx, r.Command(), d.P.ID, view)
	return renamed(err, func(f string) string {
		f, _, _ = strings.Cut(f, ".")
		return map[string]string{"text": "view", "recommendation": "about", "members": "holders"}[f]
	})
}
