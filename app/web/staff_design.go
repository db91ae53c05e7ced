package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/process"
)

// designPages are for how a process is made: who sits, for how long, who
// watches over it, what is ready, and what texts answer by themselves.
func designPages(s Services) []Page {
	at := "/staff/processes/:process/design"
	return append([]Page{
		get(at, s.design),
		post(at+"/specification", s.deskStep("/design#specification", s.design, s.specify)),
		post(at+"/oversight", s.deskStep("/design#oversight", s.design, s.appoint)),
		post(at+"/materials", s.deskStep("/design#materials", s.design, s.materialReady)),
	}, answerPages(s)...)
}

func (s Services) design(ctx context.Context, r *Request) (Reply, error) {
	d, err := s.deskOf(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	names, err := s.namesIn(ctx, d)
	if err != nil {
		return Reply{}, err
	}
	next, err := s.Process.Next(ctx, r.Actor, d.P.ID)
	if err != nil {
		return Reply{}, err
	}
	page := sheet{desk: d, Title: "Design", Here: "design", Alone: true}
	if next.Stage == domain.RemitAgreed || next.Stage == domain.Designed {
		page.Todo = todoOf(d, next.Missing, "The design is complete", "Everything that the stage “"+words(next.Next)+"” needs is there.")
	}
	panel, err := s.oversightPart(ctx, d)
	page.Parts = []sheetPart{s.specificationPart(d), panel, s.materialsPart(d, names), s.answersPart(d)}
	if !d.P.Reached(domain.Recruiting) {
		openFirst(page.Parts)
	}
	return page.page(), err
}

// specificationPart is what oversight signs: who sits, how long, what for.
func (s Services) specificationPart(d desk) sheetPart {
	x := d.P.Specification
	part := sheetPart{ID: "specification", Heading: "Specification", Lacking: x.SetAt.IsZero(),
		Text: "Who sits, for how long, what it pays and where it is written down. Texts, letters and pages take their figures from here."}
	if !x.SetAt.IsZero() {
		part.Facts = s.specificationFacts(d)
	}
	if d.May(domain.DesignProcess) && d.open() {
		part.Forms = []form{s.specificationForm(d)}
	} else if x.SetAt.IsZero() {
		part.Empty = "It is not written yet."
	}
	return part
}

func (s Services) specificationFacts(d desk) []fact {
	x := d.P.Specification
	signed := Status{"waiting", "Not by oversight yet"}
	if n := len(d.P.SignedBy("specification")); n > 0 {
		signed = Status{"kept", fmt.Sprintf("By %d of oversight", n)}
	}
	due := func(name, text string) fact {
		if text == "" {
			return fact{Name: name, Status: Status{"due", "Not said yet"}}
		}
		return fact{Name: name, Text: text}
	}
	when := ""
	if !x.Starts.IsZero() && !x.Ends.IsZero() {
		when = local(x.Starts, d.Zone(), "Mon 2 January 2006") + ", " + clock(x.Starts.In(d.Zone())) + ", to " + local(x.Ends, d.Zone(), "Mon 2 January 2006") + ", " + clock(x.Ends.In(d.Zone()))
	}
	age := "anybody"
	if x.MinAge > 0 {
		age = fmt.Sprintf("from the age of %d", x.MinAge)
	}
	who := ""
	if x.Area != "" {
		who = x.Area + ", " + age
	}
	return []fact{
		{Name: "Seats", Text: fmt.Sprintf("%d, and %s. It can begin with %d.", x.Size, plural(x.Reserves, "reserve", "reserves"), x.MinSeated)},
		{Name: "Hours together", Text: strconv.FormatFloat(x.Hours, 'f', -1, 64)},
		due("First and last day", when), due("Hours of a day", x.Times), due("Place", x.Place),
		{Name: "The first text says", Text: "We are asking " + plural(x.Size, "local person", "local people") + " to help " + orGap(x.Purpose)},
		due("Why this method", x.Method), {Name: "Pay", Text: pounds(x.PayPence) + " for each member, in all"},
		due("Payment policy", x.PaymentPolicy), due("Privacy notice", x.PrivacyNotice), due("Data protection assessment", x.DPIA),
		due("Formats", first(joinNames(x.Formats, formatName))), due("Languages", joinNames(x.Languages, s.languageName)),
		due("Who may register", who), {Name: "Signed", Status: signed},
	}
}

// orGap marks the place of words that are not written yet.
func orGap(text string) string {
	if text == "" {
		return "…"
	}
	return text
}

// joinNames lists names for a reader.
func joinNames(list []string, name func(string) string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = name(x)
	}
	return spoken(out)
}

// formatName is what a format is called.
func formatName(f string) string {
	if name, ok := map[string]string{"text": "text message", "page": "web page", "bsl": "BSL", "read_aloud": "read aloud"}[f]; ok {
		return name
	}
	return words(f)
}

// languageName is what a language is called, its tag where we do not text in it.
func (s Services) languageName(tag string) string {
	if i := slices.Index(s.Languages, tag); i >= 0 && i%2 == 0 {
		return s.Languages[i+1]
	}
	return tag
}

// languagesWith are the languages to choose from, and those that were chosen by
// other means.
func (s Services) languagesWith(chosen []string) []string {
	out := slices.Clone(s.Languages)
	for _, tag := range chosen {
		if !slices.Contains(out, tag) {
			out = append(out, tag, tag)
		}
	}
	return out
}

func formatChoices() []string {
	var out []string
	for _, f := range process.Formats {
		out = append(out, f, first(formatName(f)))
	}
	return out
}

func (s Services) specificationForm(d desk) form {
	x := d.P.Specification
	f := form{Action: d.URL("/design/specification"), Heading: "Change the specification", Button: "Save the specification", Folded: true, Version: d.P.Version,
		Fields: s.specificationFields(d)}
	if x.SetAt.IsZero() {
		f.Heading = "Write the specification"
		f.Intro = "Seats are needed to save it. The rest can follow: what is empty is listed as missing."
		return f
	}
	f.Intro = "A change ends oversight’s signatures under the specification."
	if d.P.Reached(domain.Selected) {
		f.Intro += " The draw was made: seats and reserves can no longer change."
	}
	if d.P.Reached(domain.Recruiting) && !d.P.Reached(domain.Deliberating) {
		f.Intro += " Another first or last day is told at once, by text, to everybody who counts on them."
	}
	return f
}

// specificationFields are filled with what stands; formats and languages that
// the law asks for are ticked at first.
func (s Services) specificationFields(d desk) []formField {
	x, k, zone := d.P.Specification, process.Kinds[d.P.Kind], d.Zone()
	hours, pay, formats, languages := "", "", x.Formats, x.Languages
	if !x.SetAt.IsZero() {
		hours, pay = strconv.FormatFloat(x.Hours, 'f', -1, 64), strings.TrimPrefix(pounds(x.PayPence), "£")
	} else {
		law := s.Process.Profiles[d.P.Profile]
		formats, languages = law.Formats, law.Languages
	}
	return []formField{
		heading("How many, for how long"),
		input("size", "Seats", fmt.Sprintf("A %s has %d to %d.", k.Label, k.MinSize, k.MaxSize), blankZero(x.Size)).typedAs("number"),
		input("min_seated", "Least people to begin with", "With fewer who have confirmed, it does not begin.", blankZero(x.MinSeated)).typedAs("number"),
		input("reserves", "Reserves", "Drawn with the others, in order; called when somebody cannot come.", blankZero(x.Reserves)).typedAs("number"),
		input("hours", "Hours together, all sessions", fmt.Sprintf("A %s has at least %.0f.", k.Label, k.MinHours), hours),
		heading("When and where"),
		input("starts_day", "First day", "Such as 2027-03-31.", local(x.Starts, zone, time.DateOnly)).typedAs("date"),
		input("starts_at", "It begins at", "Such as 9:30. Times are those of "+d.P.Zone+".", local(x.Starts, zone, "15:04")).typedAs("time"),
		input("ends_day", "Last day", "", local(x.Ends, zone, time.DateOnly)).typedAs("date"),
		input("ends_at", "It ends at", "", local(x.Ends, zone, "15:04")).typedAs("time"),
		input("times", "Hours of a day, in words", "Such as: 9.30am to 5pm.", x.Times),
		input("place", "Place", "As people know it. Sessions have their full address later.", x.Place),
		heading("What it is for"),
		input("purpose", "What people are asked to help with", "At most 80 letters. The first text says “we are asking local people to help”, and then this: choose where the buses run.", x.Purpose),
		area("method", "Why this method is fair and proportionate", "For oversight and for the public record.", x.Method),
		heading("Pay and papers"),
		input("pay", "Pay of each member, in all", "In pounds, such as 320.", pay),
		input("payment_policy", "Payment policy", "Its link or reference.", x.PaymentPolicy),
		input("privacy_notice", "Privacy notice", "Its link or reference.", x.PrivacyNotice),
		input("dpia", "Data protection impact assessment", "Its reference.", x.DPIA),
		heading("Formats and languages"),
		boxes("formats", "Formats of letters and papers", "Those that the law or good practice asks for are needed in any case.", formats, formatChoices()...),
		boxes("languages", "Languages", "", languages, s.languagesWith(languages)...),
		heading("Who may register"),
		input("area", "Who may register: people living in", "Such as: the parish of Lydney.", x.Area),
		input("min_age", "Least age", "Leave it empty where there is none.", blankZero(x.MinAge)).typedAs("number"),
		input("small_number", "Smallest number that is shown", "Counts under it are hidden on pages. Leave it empty for 5; 3 is the least.", blankZero(x.SmallNumber)).typedAs("number"),
	}
}

// unmoved keeps a time to the second where its form, which knows minutes, shows
// it as it was: people are texted when the days move.
func unmoved(was, typed time.Time) time.Time {
	if was.Truncate(time.Minute).Equal(typed) {
		return was
	}
	return typed
}

func (s Services) specify(ctx context.Context, r *Request, d desk, in typed) error {
	spec := process.SpecificationInput{
		Size: in.whole("size"), MinSeated: in.whole("min_seated"), Reserves: in.whole("reserves"), Hours: in.hours("hours"),
		Starts: in.moment("starts_day", "starts_at"), Ends: in.moment("ends_day", "ends_at"), Place: in.text("place"), Times: in.text("times"),
		Purpose: in.text("purpose"), Method: in.text("method"), PaymentPolicy: in.text("payment_policy"), PrivacyNotice: in.text("privacy_notice"),
		DPIA: in.text("dpia"), Formats: r.Form["formats"], Languages: r.Form["languages"], MinAge: in.whole("min_age"), Area: in.text("area"),
		SmallNumber: in.whole("small_number"),
	}
	if in.text("pay") != "" {
		spec.PayPence = in.pence("pay")
	}
	if err := in.p.Err(); err != nil {
		return err
	}
	spec.Starts, spec.Ends = unmoved(d.P.Specification.Starts, spec.Starts), unmoved(d.P.Specification.Ends, spec.Ends)
	_, err := s.Process.Specify(ctx, r.Command(), d.P.ID, spec)
	return renamedOne(err, "ends", "ends_day")
}
