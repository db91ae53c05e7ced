package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
	"folkmoot/domain/tables"
)

// tablePages are who sits at which table: made before a session, mended on the
// day, printed for the door.
func tablePages(s Services) []Page {
	const one, rules = "/staff/processes/:process/sessions/:session/tables", "/staff/processes/:process/table-rules"
	return []Page{
		get(one, s.tables), post(one, s.makeTables), post(one+"/anew", s.reseat), post(one+"/names", s.tableNames),
		get(rules, s.tableRules), post(rules, s.addTableRule), post(rules+"/names", s.tableRuleNames), post(rules+"/:rule/removal", s.removeTableRule),
	}
}

// roundShown is a round with its tables in words.
type roundShown struct {
	Number int
	Held   bool
	Tables []tableShown
	Away   int
}

type tableShown struct {
	Number int
	People []string
}

type tablesPage struct {
	sessionPage
	Plan   *tables.View
	Rounds []roundShown
	Fields []string // value and label in turn
	Rules  int
	Names  bool
}

// MayPlan reports whether the session still takes a plan.
func (p tablesPage) MayPlan() bool {
	return p.X.State == deliberation.SessionPlanned || p.X.State == deliberation.SessionOpen
}

// MayMake reports whether the whole plan may be made again.
func (p tablesPage) MayMake() bool { return p.MayPlan() && (p.Plan == nil || p.Plan.Held == 0) }

// MayReseat reports whether rounds are to come.
func (p tablesPage) MayReseat() bool {
	return p.MayPlan() && p.Plan != nil && p.Plan.Held < len(p.Plan.Rounds)
}

func (s Services) tablesPage(ctx context.Context, r *Request) (tablesPage, error) {
	one, err := s.sessionPage(ctx, r)
	page := tablesPage{sessionPage: one}
	if err != nil {
		return page, err
	}
	if !page.May(domain.RunSessions) {
		return page, domain.Hidden("page")
	}
	fields, err := s.Tables.Fields(ctx, r.Actor, page.P.ID)
	if err != nil {
		return page, err
	}
	for _, f := range fields {
		page.Fields = append(page.Fields, f, first(words(f)))
	}
	rules, err := s.Tables.Rules(ctx, r.Actor, page.P.ID)
	if unless(err) != nil {
		return page, err
	}
	page.Rules = len(rules.Rules)
	v, err := s.Tables.Plan(ctx, r.Actor, page.P.ID, page.X.ID)
	if err == nil {
		page.Plan = &v
		page.show(seatLabels(page.Seats))
	}
	return page, unless(err)
}

// seatLabels is what each member is called where no name is shown. The name
// that they have in the public list of the draw is left out: whoever reads a
// list on a door sees who sits there.
func seatLabels(seats []people.Seat) map[string]string {
	out := map[string]string{}
	for _, x := range seats {
		x.Pseudonym = ""
		out[x.Person] = seatName(x)
	}
	return out
}

// show sets the tables out, members by what they are called.
func (p *tablesPage) show(labels map[string]string) {
	order := map[string]int{}
	for i, x := range p.Seats {
		order[x.Person] = i
	}
	p.Rounds = nil
	for i, round := range p.Plan.Rounds {
		shown := roundShown{Number: i + 1, Held: i < p.Plan.Held, Away: len(round.Away)}
		for t, table := range round.Tables {
			ids := slices.Clone(table.People)
			slices.SortFunc(ids, func(a, b string) int { return order[a] - order[b] })
			table := tableShown{Number: t + 1}
			for _, id := range ids {
				label := labels[id]
				if label == "" {
					label = "Somebody who has left"
				}
				table.People = append(table.People, label)
			}
			shown.Tables = append(shown.Tables, table)
		}
		p.Rounds = append(p.Rounds, shown)
	}
}

func (s Services) tables(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.tablesPage(ctx, r)
	return Show("staff/tables", "Tables: "+page.X.Title, page), err
}

// tablesDone goes back to the tables, or shows them with what is wrong.
func (s Services) tablesDone(ctx context.Context, r *Request, err error) (Reply, error) {
	to := "/staff/processes/" + url.PathEscape(r.Param("process")) + "/sessions/" + url.PathEscape(r.Param("session")) + "/tables"
	return done(r, err, to, func() (Reply, error) { return s.tables(ctx, r) })
}

func (s Services) makeTables(ctx context.Context, r *Request) (Reply, error) {
	t := typed{f: r.Form, p: domain.Problems{}}
	in := tables.PlanInput{Rounds: t.whole("rounds"), Size: t.whole("size"), Diversify: r.Form["diversify"], Cluster: r.Form["cluster"]}
	for _, part := range strings.FieldsFunc(t.text("seats"), func(c rune) bool { return c == ',' || c == ' ' }) {
		n, err := strconv.Atoi(part)
		t.p.Need(err == nil, "seats", "give whole numbers with commas between them, such as 8, 8, 6")
		in.Seats = append(in.Seats, n)
	}
	if len(in.Seats) > 0 {
		in.Size = 0
	}
	err := t.p.Err()
	if err == nil {
		_, err = s.Tables.Make(ctx, r.Command(), r.Param("process"), r.Param("session"), in)
	}
	return s.tablesDone(ctx, r, err)
}

func (s Services) reseat(ctx context.Context, r *Request) (Reply, error) {
	t := typed{f: r.Form, p: domain.Problems{}}
	in := tables.ReseatInput{Held: t.whole("held"), Who: tables.Who(t.text("who"))}
	err := t.p.Err()
	if err == nil {
		_, err = s.Tables.Reseat(ctx, r.Command(), r.Param("process"), r.Param("session"), in)
	}
	return s.tablesDone(ctx, r, err)
}

// tableNames shows the tables with names, after the look was recorded. It is
// answered to a form, so that no address leads to the names.
func (s Services) tableNames(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.tablesPage(ctx, r)
	if err != nil || page.Plan == nil {
		return Reply{}, orHidden(err)
	}
	labels, err := s.seatNames(ctx, r, page.desk, page.Seats)
	if err != nil {
		return r.Again(Show("staff/tables", "Tables: "+page.X.Title, page), err)
	}
	page.Names = true
	page.show(labels)
	return Show("staff/tables", "Tables: "+page.X.Title, page), nil
}

func orHidden(err error) error {
	if err == nil {
		return domain.Hidden("plan of tables")
	}
	return err
}

// seatNames are members' names, each list of a status looked at and recorded
// before it is opened. Who has none is called by their seat.
func (s Services) seatNames(ctx context.Context, r *Request, d desk, seats []people.Seat) (map[string]string, error) {
	out := seatLabels(seats)
	for _, st := range people.Seated {
		if !slices.ContainsFunc(seats, func(x people.Seat) bool { return x.Status == st }) {
			continue
		}
		in := people.IdentitiesInput{ListInput: people.ListInput{Status: st, Limit: 200}, Purpose: doorPurpose}
		for more := true; more; more = in.After != "" {
			got, err := s.People.Identities(ctx, r.Command().Sub(fmt.Sprint(st, in.After)), d.P.ID, in)
			if err != nil {
				return nil, err
			}
			for _, e := range got.Items {
				if e.Identity.Name != "" {
					out[e.Person] = string(e.Identity.Name)
				}
			}
			in.After = got.Next
		}
	}
	return out, nil
}

// ruleShown is a rule in words.
type ruleShown struct {
	ID   string
	Text string
}

type tableRulesPage struct {
	desk
	Rules   []ruleShown
	Members []string // value and label in turn
	Version int64
	Names   bool
}

func (s Services) tableRulesPage(ctx context.Context, r *Request, names bool) (tableRulesPage, error) {
	d, err := s.deskOf(ctx, r)
	page := tableRulesPage{desk: d, Names: names}
	if err != nil {
		return page, err
	}
	kept, err := s.Tables.Rules(ctx, r.Actor, d.P.ID)
	if err != nil {
		return page, err
	}
	seats, err := s.seats(ctx, r, d)
	if err != nil {
		return page, err
	}
	labels := seatLabels(seats)
	if names {
		if labels, err = s.seatNames(ctx, r, d, seats); err != nil {
			return page, err
		}
	}
	for _, x := range seats {
		if x.Holds() {
			page.Members = append(page.Members, x.Person, labels[x.Person])
		}
	}
	for _, rule := range kept.Rules {
		page.Rules = append(page.Rules, ruleShown{rule.ID, ruleText(rule, labels)})
	}
	page.Version = kept.Revision
	return page, nil
}

// ruleText says a rule in a sentence.
func ruleText(x tables.Rule, labels map[string]string) string {
	name := func(id string) string {
		if labels[id] == "" {
			return "somebody who has left"
		}
		return labels[id]
	}
	switch x.Kind {
	case tables.AtTable:
		return fmt.Sprintf("%s always sits at table %d.", first(name(x.Member)), x.Table)
	case tables.Together:
		return first(name(x.Member)) + " and " + name(x.Other) + " always sit together."
	}
	return first(name(x.Member)) + " and " + name(x.Other) + " never sit together."
}

const tableRulesTitle = "Who sits together, or apart"

func (s Services) tableRules(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.tableRulesPage(ctx, r, false)
	return Show("staff/table_rules", tableRulesTitle, page), err
}

func (s Services) tableRuleNames(ctx context.Context, r *Request) (Reply, error) {
	page, err := s.tableRulesPage(ctx, r, true)
	return Show("staff/table_rules", tableRulesTitle, page), err
}

func (s Services) tableRulesDone(ctx context.Context, r *Request, err error) (Reply, error) {
	return done(r, err, "/staff/processes/"+url.PathEscape(r.Param("process"))+"/table-rules", func() (Reply, error) { return s.tableRules(ctx, r) })
}

func (s Services) addTableRule(ctx context.Context, r *Request) (Reply, error) {
	t := typed{f: r.Form, p: domain.Problems{}}
	in := tables.RuleInput{Kind: tables.RuleKind(t.text("kind")), Member: t.text("member"), Other: t.text("other"), Table: t.whole("table")}
	err := t.p.Err()
	if err == nil {
		_, err = s.Tables.AddRule(ctx, r.Command(), r.Param("process"), in)
	}
	return s.tableRulesDone(ctx, r, err)
}

func (s Services) removeTableRule(ctx context.Context, r *Request) (Reply, error) {
	_, err := s.Tables.RemoveRule(ctx, r.Command(), r.Param("process"), r.Param("rule"))
	return s.tableRulesDone(ctx, r, err)
}

// peopleAt says how many sit at each table: 6, or 6, 6 and 5.
func peopleAt(counts []int) string {
	if len(slices.Compact(slices.Clone(counts))) == 1 {
		return fmt.Sprint(counts[0])
	}
	parts := make([]string, len(counts))
	for i, n := range counts {
		parts[i] = fmt.Sprint(n)
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// meTables tells a member their own tables.
func (s Services) meTables(ctx context.Context, r *Request, page *mePage) (err error) {
	page.Tables, err = s.ownTables(ctx, r, page.P.ID)
	return err
}

// ownTables says in words where a member sits, by session.
func (s Services) ownTables(ctx context.Context, r *Request, process string) (map[string]string, error) {
	var own []tables.OwnTables
	err := part(&own, func() ([]tables.OwnTables, error) { return s.Tables.Own(ctx, r.Actor, process) })
	out := map[string]string{}
	for _, x := range own {
		var parts []string
		for i, t := range x.Tables {
			if t > 0 {
				parts = append(parts, fmt.Sprintf("in round %d is %d", i+1, t))
			}
		}
		out[x.Session] = "Your table " + strings.Join(parts, ", ") + "."
		if len(x.Tables) == 1 {
			out[x.Session] = fmt.Sprintf("Your table is %d.", x.Tables[0])
		}
	}
	return out, err
}
