package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
)

type reportPage struct {
	story
	aftermath
	Members accountability.ViewCounts
	Formats []format
}

type aftermath struct {
	Chains []chainShown
	Minor  []deliberation.MinorityView // on the report as a whole
}

// format is an accessible version: an address, or a file of ours.
type format struct{ Name, URL string }

// chainShown is the whole story of one recommendation.
type chainShown struct {
	accountability.Chain
	Number  int
	Overdue bool
	Rule    string
}

// publicReport shows the report and, for each recommendation, what it rests on
// and what became of it.
func (s Services) publicReport(ctx context.Context, r *Request) (Reply, error) {
	st, err := s.tell(ctx, r.Param("code"))
	if err != nil {
		return Reply{}, err
	}
	page := reportPage{story: st}
	if st.Report == nil {
		return Show("public/report", "The report: "+st.P.Name, page), nil
	}
	after, err := remember(ctx, s, "chains", st.P.ID, func() (aftermath, error) { return s.aftermath(ctx, st) })
	if err != nil {
		return Reply{}, err
	}
	page.aftermath, page.Members, page.Formats = after, st.Said.Account.Members, formatsOf(st.P.Code, st.Report.Formats)
	return Show("public/report", "The report: "+st.P.Name, page).KeptFor(shortly), nil
}

// aftermath reads the chain of every recommendation, and the minority views on
// the report as a whole.
func (s Services) aftermath(ctx context.Context, st story) (aftermath, error) {
	var out aftermath
	for _, row := range st.Said.Rows {
		c, err := s.Accountability.Chain(ctx, public, st.P.ID, row.Recommendation)
		if err != nil {
			return out, err
		}
		out.Chains = append(out.Chains, shownChain(c, row))
	}
	var views []deliberation.MinorityView
	err := part(&views, func() ([]deliberation.MinorityView, error) { return s.Deliberation.MinorityViews(ctx, public, st.P.ID) })
	for _, v := range views {
		if v.Recommendation == "" {
			out.Minor = append(out.Minor, v)
		}
	}
	return out, err
}

func shownChain(c accountability.Chain, row accountability.Said) chainShown {
	out := chainShown{Chain: c, Number: row.Number, Overdue: row.Overdue}
	if c.Ballot != nil {
		out.Rule = ruleInWords(c.Ballot.Rule)
	}
	return out
}

// ruleInWords says how a ballot passes.
func ruleInWords(r deliberation.Rule) string {
	method := map[deliberation.Method]string{
		deliberation.Majority: "more than half", deliberation.TwoThirds: "at least two thirds", deliberation.Eighty: "at least four fifths",
		deliberation.Unanimous: "everyone", deliberation.MostVotes: "the most votes",
	}[r.Method]
	basis := "of those who voted for or against"
	if r.Basis == deliberation.AllMembers {
		basis = "of all members"
	}
	if r.Method == deliberation.MostVotes {
		return method
	}
	return method + " " + basis
}

// supportWords says how members voted on a recommendation.
func supportWords(s *deliberation.Support) string {
	if s == nil {
		return ""
	}
	if s.All {
		return fmt.Sprintf("All %d members who voted were for it.", s.For)
	}
	parts := []string{fmt.Sprintf("%d for", s.For), fmt.Sprintf("%d against", s.Against)}
	if s.Abstain > 0 {
		parts = append(parts, fmt.Sprintf("%d abstained", s.Abstain))
	}
	text := strings.Join(parts, ", ") + "."
	if s.Casting {
		text += " The chair's casting vote settled it."
	}
	return text
}

// formatsOf lists accessible versions by name. A version is an address or the
// hash of a file of ours.
func formatsOf(code string, formats map[string]string) []format {
	var out []format
	for name, at := range formats {
		out = append(out, format{first(words(name)), fileURL(code, at)})
	}
	slices.SortFunc(out, func(a, b format) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fileURL is where something named by address or by hash is read; "" where it
// is neither.
func fileURL(code, at string) string {
	switch {
	case strings.HasPrefix(at, "https://"), strings.HasPrefix(at, "http://"):
		return at
	case len(at) == 64 && strings.Trim(at, "0123456789abcdef") == "":
		return "/e/" + url.PathEscape(code) + "/files/" + at
	}
	return ""
}
