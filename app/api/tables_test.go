package api_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
	"folkmoot/domain/tables"
)

// tableHall is ten members, one session, and what they said of themselves.
type tableHall struct{ session deliberation.Session }

func (h tableHall) Seats(context.Context, domain.Actor, string) ([]people.Seat, error) {
	out := make([]people.Seat, 10)
	for i := range out {
		out[i] = people.Seat{Person: fmt.Sprintf("juror%02d", i+1), Number: i + 1, Status: people.Serving}
	}
	return out, nil
}

func (h tableHall) SeatAnswers(context.Context, string) (map[string]people.Answers, error) {
	out := map[string]people.Answers{}
	for i := range 10 {
		out[fmt.Sprintf("juror%02d", i+1)] = people.Answers{"gender": []string{"woman", "man"}[i%2]}
	}
	return out, nil
}

func (h tableHall) Session(context.Context, domain.Actor, string, string) (deliberation.Session, error) {
	return h.session, nil
}

func (h tableHall) Sessions(context.Context, domain.Actor, string) ([]deliberation.Session, error) {
	return []deliberation.Session{h.session}, nil
}

func TestTables(t *testing.T) {
	t.Parallel()
	at := time.Date(2018, 7, 30, 12, 0, 0, 0, time.UTC)
	h := tableHall{deliberation.Session{Root: domain.Root{ID: "day1"}, Process: "forest", State: deliberation.SessionPlanned, Starts: at}}
	svc := tables.New(tables.Deps{
		Plans: domaintest.Memory(tables.Plans), Rules: domaintest.Memory(tables.RulesKept), Members: h, Sittings: h, Clock: domaintest.NewClock(at),
		Processes: &juryRef{domain.ProcessRef{ID: "forest", Body: "ccg", Stage: domain.Convened, SmallNumber: 5}},
	})
	c := apitest.New(t, []domain.Actor{
		apitest.Staff("fay", domain.Facilitator, "ccg", ""), apitest.Staff("olive", domain.Organiser, "ccg", ""),
		apitest.Staff("ora", domain.Oversight, "ccg", ""), apitest.Staff("carol", domain.Commissioner, "ccg", ""),
		apitest.Staff("otto", domain.Organiser, "elsewhere", ""), domain.MemberActor("forest", "juror03", "api"),
	}, api.Tables(svc))
	const one, rules = "/processes/forest/sessions/day1/tables", "/processes/forest/table-rules"
	rule := obj{"kind": "apart", "member": "juror01", "other": "juror02"}
	for who, status := range map[string]int{"fay": 403, "ora": 403, "carol": 403, "juror03": 403, "otto": 404} {
		c.As(who).Post(rules, rule).Want(status)
		c.As(who).Get(rules).Want(status).Hides("juror01")
	}
	c.As("olive").Post(rules, rule).Want(201).Shows("apart")
	c.As("fay").Get(one + "/fields").Want(200).Shows("gender").Hides("woman")
	c.As("fay").Get(one).Want(404)
	c.As("fay").Post(one, obj{"rounds": 0}).Want(400).Shows("rounds")
	c.As("fay").Post(one, obj{"rounds": 2, "size": 5, "diversify": []string{"gender"}}).Want(201).Shows("juror10").Hides("woman").Hides("apart")
	for who, status := range map[string]int{"ora": 403, "carol": 403, "juror03": 403, "otto": 404} {
		c.As(who).Get(one).Want(status).Hides("juror10")
		c.As(who).Post(one, obj{"rounds": 2, "size": 5}).Want(status)
	}
	c.As("fay").Get(one).Want(200).Shows("unseated")
	c.As("fay").Post(one+"/reseating", obj{"held": 1, "who": "checked_in"}).Want(409).Shows("fewer than two people")
	c.As("fay").Post(one+"/reseating", obj{"held": 1, "who": "not_absent"}).Want(200)
	c.As("juror03").Get("/processes/forest/own-tables").Want(200).Shows("day1").Hides("juror")
	c.As("fay").Get("/processes/forest/own-tables").Want(403)
	c.As("").Get("/processes/forest/tables").Want(200).Hides("juror")
	var kept tables.Rules
	c.As("olive").Get(rules).Want(200).Into(&kept)
	c.As("fay").Post(rules+"/"+kept.Rules[0].ID+"/removal", nil).Want(403)
	c.As("olive").Post(rules+"/"+kept.Rules[0].ID+"/removal", nil).Want(200).Hides("juror01")
}
