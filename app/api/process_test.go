package api_test

import (
	"net/http"
	"testing"
	"time"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/domain"
	"folkmoot/domain/audit"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/process"
)

// processHouse is the API over processes with one body in it.
func processHouse(t *testing.T) (c *apitest.Client, body string) {
	t.Helper()
	clock := domaintest.NewClock(time.Date(2018, 1, 15, 10, 0, 0, 0, time.UTC))
	svc := process.New(process.Deps{
		Bodies: domaintest.Memory(process.Bodies), Processes: domaintest.Memory(process.Processes), Clock: clock,
		Profiles: map[string]process.Profile{"england_nhs": {ID: "england_nhs", ReviewMonths: 12, Steps: []process.Step{{ID: "planning", Question: "Is it about planning?"}}}},
	})
	b, err := svc.CreateBody(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "b"}, process.BodyInput{
		Name: "Oakshire Health Board", Kind: "health_board", Profile: "england_nhs", Phone: "01632 960123",
	})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.New(t, []domain.Actor{
		apitest.Staff("root", domain.Administrator, "", ""),
		apitest.Staff("olive", domain.Organiser, b.ID, ""),
		apitest.Staff("carol", domain.Commissioner, b.ID, ""),
		apitest.Staff("otto", domain.Organiser, "elsewhere", ""),
	}, api.Process(svc), api.Audit(audit.New(domaintest.Memory(audit.Entries), svc, clock))), b.ID
}

func propose(t *testing.T, c *apitest.Client, body string) process.View {
	t.Helper()
	var v process.View
	c.As("carol").Post("/processes", map[string]any{
		"body": body, "kind": "jury", "name": "Oakshire hospital jury", "short_name": "Oakshire Jury",
	}).Want(201).Into(&v)
	return v
}

func TestAProcessThroughTheAPI(t *testing.T) {
	t.Parallel()
	c, body := processHouse(t)
	v := propose(t, c, body)
	p := c.As("olive").Post("/processes/"+v.ID+"/stage", map[string]any{"to": "remit_agreed"}).Want(409).Problem()
	if len(p.Missing) < 6 || p.Missing[0].Item != "question_plain" || p.Missing[0].Who != domain.Commissioner {
		t.Errorf("got %+v, want every missing item with who can supply it", p.Missing)
	}
	c.As("olive").Get("/processes/" + v.ID + "/next").Want(200).Shows("out_of_scope")
	c.As("otto").Get("/processes/" + v.ID).Want(404).Hides("Oakshire")
	c.As("otto").Post("/processes/"+v.ID+"/pause", map[string]any{"reason": "x"}).Want(404)
	c.As("carol").Post("/processes/"+v.ID+"/pause", map[string]any{"reason": "x"}).Want(403)
	c.As("").Get("/processes/" + v.ID).Want(401)
	c.As("").Get("/public/processes/" + v.ID).Want(404)
	c.As("olive").Get("/processes/0000000000000000").Want(404)
	c.As("carol").Get("/processes/" + v.ID + "/audit").Want(403)
	c.As("olive").Get("/processes/" + v.ID + "/audit").Want(200)
}

func TestEveryFieldThatIsOffIsNamed(t *testing.T) {
	t.Parallel()
	c, body := processHouse(t)
	p := c.As("carol").Post("/processes", map[string]any{
		"body": body, "kind": "parade", "name": " ", "short_name": "A name that is far too long to start a text with", "keyword": "STOP",
	}).Want(400).Problem()
	for _, f := range []string{"kind", "name", "short_name", "keyword"} {
		if p.Fields[f] == "" {
			t.Errorf("the field %s is not named in %v", f, p.Fields)
		}
	}
}

func TestAStaleEditIsToldSo(t *testing.T) {
	t.Parallel()
	c, body := processHouse(t)
	v := propose(t, c, body)
	path := "/processes/" + v.ID + "/gunning"
	edit := func(key, match string) *apitest.Response {
		return c.As("olive").Do(http.MethodPost, path, map[string]any{"principle": 1, "text": "none preferred"},
			"Idempotency-Key", key, "If-Match", match)
	}
	edit("first-edit", "1").Want(200)
	edit("second-edit", "1").Want(409).Shows("version 2")
	edit("third-edit", "two").Want(400).Shows("If-Match")
	edit("fourth-edit", "2").Want(200)
}

func TestTheSamePostTwiceIsOne(t *testing.T) {
	t.Parallel()
	c, body := processHouse(t)
	in := map[string]any{"body": body, "kind": "jury", "name": "Oakshire hospital jury", "short_name": "Oakshire Jury"}
	var one, two process.View
	c.As("carol").PostKey("the-very-same-key", "/processes", in).Want(201).Into(&one)
	c.As("carol").PostKey("the-very-same-key", "/processes", in).Want(201).Into(&two)
	if one.ID != two.ID {
		t.Errorf("one key made two processes, %s and %s", one.ID, two.ID)
	}
}
