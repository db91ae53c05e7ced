package api

import (
	"context"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/tables"
)

// The inputs: process and session from the path, the rest from the body.
type (
	makeTablesIn struct {
		onItem
		tables.PlanInput
	}
	reseatIn struct {
		onItem
		tables.ReseatInput
	}
	tableRuleIn struct {
		onProcess
		tables.RuleInput
	}
	fieldsOut struct {
		Fields []string `json:"fields"`
	}
	ownTablesOut struct {
		Sessions []tables.OwnTables `json:"sessions"`
	}
	tableCountsOut struct {
		Sessions []tables.Counts `json:"sessions"`
	}
)

// planning is how long a plan may take: it is work for a processor.
const planning = time.Minute

// Tables lists the calls about who sits at which table.
func Tables(s *tables.Service) Area {
	const one = "/processes/{process}/sessions/{id}/tables"
	return Area{Name: "tables", About: "Who sits at which table in a session, round by round.", Routes: []Endpoint{
		Route[onItem, fieldsOut]{
			Method: "GET", Path: one + "/fields", Summary: "List what members can be mixed by", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (fieldsOut, error) {
				fields, err := s.Fields(ctx, cmd.Actor, in.Process)
				return fieldsOut{fields}, err
			},
		},
		Route[makeTablesIn, tables.Plan]{
			Method: "POST", Path: one, Summary: "Plan the tables of a session", Needs: domain.RunSessions, Status: 201, Timeout: planning,
			Handle: func(ctx context.Context, cmd domain.Command, in makeTablesIn) (tables.Plan, error) {
				return s.Make(ctx, cmd, in.Process, in.ID, in.PlanInput)
			},
		},
		Route[onItem, tables.View]{
			Method: "GET", Path: one, Summary: "Read the tables of a session, by member id", Needs: domain.RunSessions,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (tables.View, error) {
				return s.Plan(ctx, cmd.Actor, in.Process, in.ID)
			},
		},
		Route[reseatIn, tables.Plan]{
			Method: "POST", Path: one + "/reseating", Summary: "Seat the rounds to come anew, for whoever is there", Needs: domain.RunSessions, Timeout: planning,
			Handle: func(ctx context.Context, cmd domain.Command, in reseatIn) (tables.Plan, error) {
				return s.Reseat(ctx, cmd, in.Process, in.ID, in.ReseatInput)
			},
		},
		Route[onProcess, tables.Rules]{
			Method: "GET", Path: "/processes/{process}/table-rules", Summary: "Read who sits together, apart or at a certain table", Needs: domain.ArrangeTables,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (tables.Rules, error) {
				return s.Rules(ctx, cmd.Actor, in.Process)
			},
		},
		Route[tableRuleIn, tables.Rules]{
			Method: "POST", Path: "/processes/{process}/table-rules", Summary: "Add a rule on who sits where", Needs: domain.ArrangeTables, Status: 201,
			Handle: func(ctx context.Context, cmd domain.Command, in tableRuleIn) (tables.Rules, error) {
				return s.AddRule(ctx, cmd, in.Process, in.RuleInput)
			},
		},
		Route[onItem, tables.Rules]{
			Method: "POST", Path: "/processes/{process}/table-rules/{id}/removal", Summary: "Take a rule away", Needs: domain.ArrangeTables,
			Handle: func(ctx context.Context, cmd domain.Command, in onItem) (tables.Rules, error) {
				return s.RemoveRule(ctx, cmd, in.Process, in.ID)
			},
		},
		Route[onProcess, ownTablesOut]{
			Method: "GET", Path: "/processes/{process}/own-tables", Summary: "Read one's own tables, as a member", Needs: domain.SelfServe,
			Handle: func(ctx context.Context, cmd domain.Command, in onProcess) (ownTablesOut, error) {
				own, err := s.Own(ctx, cmd.Actor, in.Process)
				return ownTablesOut{own}, err
			},
		},
		Route[onProcess, tableCountsOut]{
			Method: "GET", Path: "/processes/{process}/tables", Summary: "Read how many sat at each table, where no count is small", Open: true,
			Handle: func(ctx context.Context, _ domain.Command, in onProcess) (tableCountsOut, error) {
				counts, err := s.Public(ctx, in.Process)
				return tableCountsOut{counts}, err
			},
		},
	}}
}
