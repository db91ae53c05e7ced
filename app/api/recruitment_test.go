package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/app/highs"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

var solver = highs.New("")

// lend is the real solver; the test is skipped where it was not built.
func lend(t *testing.T) func(context.Context) (sortition.Solver, func(), error) {
	return func(ctx context.Context) (sortition.Solver, func(), error) {
		in, err := solver.Instance(ctx)
		if errors.Is(err, highs.ErrAssets) {
			t.Skip("skipped: the solver is not built in; run make assets")
		}
		return in, func() { in.Close() }, err
	}
}

// hall is a process that recruits, by itself.
type hall struct{ ref domain.ProcessRef }

func (h *hall) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != h.ref.ID {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return h.ref, nil
}

// recruitmentHouse is the API over the recruitment of a process "jury".
func recruitmentHouse(t *testing.T, size int) (*apitest.Client, *recruitment.Service, *domaintest.Clock) {
	t.Helper()
	begin := time.Date(2018, 5, 1, 9, 0, 0, 0, time.UTC)
	clock := domaintest.NewClock(begin)
	h := &hall{domain.ProcessRef{ID: "jury", Body: "board", Code: "F7K2", Stage: domain.Recruiting, Zone: "Europe/London",
		Size: size, Reserves: 2, SmallNumber: 5, Ends: begin.AddDate(0, 3, 0)}}
	draws, swaps := domaintest.Memory(recruitment.Draws), domaintest.Memory(recruitment.Replacements)
	vault, files, audit := domaintest.NewVault(), domaintest.NewFiles(), &domaintest.Audit{}
	folk := people.New(people.Deps{
		People: domaintest.Memory(people.People), Payments: domaintest.Memory(people.Payments), Processes: h, Vault: vault, Files: files,
		Audit: audit, Clock: clock, Records: &recruitment.Records{Draws: draws, Replacements: swaps, Files: files, Vault: vault},
	})
	s := recruitment.New(recruitment.Deps{
		Recruitments: domaintest.Memory(recruitment.Recruitments), Frames: domaintest.Memory(recruitment.Frames),
		InviteeDraws: domaintest.Memory(recruitment.InviteeDraws), Waves: domaintest.Memory(recruitment.Waves), Draws: draws, Replacements: swaps,
		Batches: domaintest.Memory(recruitment.Batches), Tallies: domaintest.Memory(recruitment.Tallies), People: folk,
		PostcodeLookups: domaintest.Memory(recruitment.PostcodeLookups), PostcodeDistricts: domaintest.Memory(recruitment.PostcodeDistricts),
		Processes: h, Vault: vault, Files: files, Audit: audit, Clock: clock, Lottery: recruitment.Engine{Solver: lend(t)},
	})
	return apitest.New(t, []domain.Actor{
		apitest.Staff("olive", domain.Organiser, "board", ""),
		apitest.Staff("cal", domain.ConfirmationCaller, "board", ""),
		apitest.Staff("omar", domain.Oversight, "board", ""),
		apitest.Staff("carol", domain.Commissioner, "board", ""),
		apitest.Staff("otto", domain.Organiser, "elsewhere", ""),
	}, api.Recruitment(s)), s, clock
}

type object = map[string]any

// openRegistration sets targets of a place and opens registration.
func openRegistration(c *apitest.Client, targets []object) {
	c.As("olive").Post("/processes/jury/targets", object{"targets": targets}).Want(200)
	p := c.As("olive").Post("/processes/jury/pool/open", nil).Want(409).Problem()
	if len(p.Missing) != 1 || p.Missing[0].Item != "opt_out_tested" {
		panic(fmt.Sprintf("missing: %+v", p.Missing))
	}
	c.As("olive").Post("/processes/jury/opt-out-test", nil).Want(200)
	c.As("olive").Post("/processes/jury/pool/open", nil).Want(200).Shows(`"open"`)
}

func places(min, max int) []object {
	return []object{
		{"feature": "Place", "value": "North", "min": min, "max": max, "share": 5000, "source": "census 2021"},
		{"feature": "Place", "value": "South", "min": min, "max": max, "share": 5000, "source": "census 2021"},
	}
}

func registerMany(c *apitest.Client, n int) {
	for i := range n {
		c.As("cal").Post("/processes/jury/registrations", object{
			"source":   "staff",
			"identity": object{"name": fmt.Sprintf("Robin %d", i), "number": fmt.Sprintf("+999%09d", i), "address": fmt.Sprintf("%d Mill Lane", i)},
			"answers":  object{"Place": []string{"North", "South"}[i%2]},
		}).Want(200).Shows(`"in_pool"`)
	}
}

func TestADrawThroughTheAPI(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 4)
	openRegistration(c, places(1, 3))
	registerMany(c, 12)
	c.As("olive").Post("/processes/jury/draws", object{"seed_plan": "balls"}).Want(409).Shows("pool_closed")
	c.As("olive").Post("/processes/jury/pool/feasibility", nil).Want(200).Shows(`"feasible":true`)
	c.As("olive").Post("/processes/jury/pool/close", nil).Want(200)
	var d recruitment.DrawView
	c.As("olive").Post("/processes/jury/draws", object{"seed_plan": "balls in the library"}).Want(201).Into(&d)
	if d.Summary.Minimum != "1/3" || !d.Summary.Proved {
		t.Errorf("4 of 12: minimum %s, proved %v", d.Summary.Minimum, d.Summary.Proved)
	}
	one := "/processes/jury/draws/" + d.ID
	c.As("").Get("/public/processes/jury/draws").Want(200).Hides(d.Hash)
	c.As("olive").Post(one+"/commit", object{"observers": []object{{"name": "A. Reeve", "role": "parish councils"}}}).Want(200)
	c.As("").Get("/public/processes/jury/draws").Want(200).Shows(d.Hash, "A. Reeve")
	c.As("olive").Post(one+"/seed", object{"digits": "409177235508", "witnesses": []string{"A. Reeve", "B. Okoro"}}).Want(200)
	c.As("olive").Post(one+"/seed/confirm", object{"digits": "409177235508"}).Want(409).Shows("second_person")
	c.As("carol").Post(one+"/seed/confirm", object{"digits": "409177235508"}).Want(403)
	c.As("omar").Post(one+"/seed/confirm", object{"digits": "4091 7723 5508"}).Want(200)
	c.As("olive").Post(one+"/conclude", nil).Want(200).Into(&d)
	if d.Told != 12 || d.NamedReserves != 2 {
		t.Errorf("concluded: %+v", d)
	}
	cert := c.As("").Get("/public"+one+"/certificate").Want(200).Shows(d.Hash, "409177235508").Hides("Robin", "Mill Lane", "+999", `"Values"`, `"values"`)
	var certificate sortition.Certificate
	if err := json.Unmarshal(cert.Body, &certificate); err != nil {
		t.Fatal(err)
	}
	if certificate.Choice == nil || len(certificate.Choice.Selected) != d.Size {
		t.Errorf("the certificate's choice: %+v", certificate.Choice)
	}
	c.As("carol").Post(one+"/replay", object{"purpose": "curious to see"}).Want(403)
	c.As("otto").Post(one+"/replay", object{"purpose": "curious to see"}).Want(404)
	c.As("omar").Post(one+"/replay", object{"purpose": "checking the draw"}).Want(200).Shows("North").Hides("Robin", "Mill Lane")
	c.As("carol").Get("/processes/jury/representation").Want(200).Shows(`"suppressed":true`)
	c.As("olive").Get("/processes/jury/representation").Want(200).Shows(`"suppressed":false`)
}

func TestInfeasibleTargetsNameTheConflict(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 4)
	openRegistration(c, []object{
		{"feature": "Place", "value": "North", "min": 3, "max": 3},
		{"feature": "Place", "value": "South", "min": 1, "max": 1},
		{"feature": "Age", "value": "16-44", "min": 2, "max": 2},
		{"feature": "Age", "value": "45+", "min": 2, "max": 2},
	})
	for i := range 8 { // only one young person lives in the North, and nobody young in the South
		age := "45+"
		if i == 0 {
			age = "16-44"
		}
		c.As("cal").Post("/processes/jury/registrations", object{"source": "staff", "identity": object{"name": fmt.Sprintf("Robin %d", i)},
			"answers": object{"Place": []string{"North", "South"}[i%2], "Age": age}}).Want(200)
	}
	c.As("olive").Post("/processes/jury/pool/feasibility", nil).Want(200).Shows(`"feasible":false`, "16-44", "relaxation")
	c.As("olive").Post("/processes/jury/pool/close", nil).Want(200)
	p := c.As("olive").Post("/processes/jury/draws", object{"seed_plan": "balls"}).Want(409).Problem()
	if p.Fields["Age 16-44"] == "" {
		t.Errorf("the target that cannot be met is not named: %+v", p)
	}
}

func TestPublicRegistrationTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 4)
	openRegistration(c, places(1, 3))
	registerMany(c, 2)
	again := object{"source": "page", "identity": object{"name": "Robin 0", "number": "+999000000000", "address": "Elsewhere"}, "answers": object{"Place": "North"}}
	c.As("").Post("/processes/jury/registrations", again).Want(200).Hides("already", `"person":"a`, "Mill Lane")
	fresh := object{"source": "page", "identity": object{"name": "Sam Fresh", "number": "07700 900123"}, "answers": object{"Place": "rather not say"}}
	c.As("").Post("/processes/jury/registrations", fresh).Want(200).Shows(`"in_pool"`)
	off := object{"source": "page", "identity": object{"name": "Sam", "number": "12"}, "answers": object{"Place": "West"}}
	p := c.As("").Post("/processes/jury/registrations", off).Want(400).Problem()
	if p.Fields["identity.number"] == "" || p.Fields["answers.Place"] == "" {
		t.Errorf("got %v", p.Fields)
	}
	c.As("olive").Post("/processes/jury/pool/close", nil).Want(200)
	c.As("").Post("/processes/jury/registrations", fresh).Want(409).Shows("closed")
}

func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + v.Encode()
}

func TestRespondentsComeWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 4)
	openRegistration(c, places(1, 3))
	to := query("/processes/jury/respondents", "source", "the council's form", "columns", `{"ref":"id","name":"First+Last","answers":{"Place":"where"}}`)
	bad := "id,First,Last,where\n1,Robin,Oak,North\n1,Robin,Ash,West\n3,Robin,Elm,\n"
	p := c.As("olive").Do("POST", to, bad, "Content-Type", "text/csv").Want(400).Problem()
	for _, place := range []string{"row 3, column id (A3)", "row 3, column where (D3)", "row 4, column where (D4)"} {
		if p.Fields[place] == "" {
			t.Errorf("%s is not named in %v", place, p.Fields)
		}
	}
	c.As("olive").Get("/processes/jury/representation").Want(200).Shows(`"totals":[{"count":0}`)
	good := "id,First,Last,where\n1,Robin,Oak,North\n2,Robin,Ash,South\n"
	c.As("olive").Do("POST", to, good, "Content-Type", "text/csv").Want(201).Shows(`"done":true`, `"pool":2`)
	c.As("carol").Do("POST", to, good, "Content-Type", "text/csv").Want(403)
	c.As("olive").Do("POST", query("/processes/jury/respondents", "source", "x", "columns", "no"), good, "Content-Type", "text/csv").Want(400).Shows("columns")
}

func TestTargetsFromSharesOfThePopulation(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 18)
	in := object{"slack": 1, "shares": []object{
		{"feature": "Place", "value": "North", "share": 6100, "source": "census 2021"},
		{"feature": "Place", "value": "South", "share": 3900, "source": "census 2021"},
	}}
	var got struct {
		Targets []recruitment.Target `json:"targets"`
	}
	c.As("olive").Post("/processes/jury/targets/proposal", in).Want(200).Into(&got)
	if len(got.Targets) != 2 || got.Targets[0].Min != 10 || got.Targets[0].Max != 12 {
		t.Errorf("got %+v", got.Targets)
	}
	c.As("olive").Post("/processes/jury/targets", object{"targets": got.Targets}).Want(200)
	c.As("carol").Post("/processes/jury/targets/proposal", in).Want(403)
}

// TestScotlandThroughTheAPI draws 22 of the 150 of a public instance.
func TestScotlandThroughTheAPI(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("FOLKMOOT_TEST_DATA")
	if dir == "" {
		t.Skip("skipped: FOLKMOOT_TEST_DATA is not set")
	}
	c, s, _ := recruitmentHouse(t, 22)
	at := filepath.Join(dir, "sortition", "scotland_150_22")
	raw, err := os.ReadFile(filepath.Join(at, "targets.csv"))
	if err != nil {
		t.Fatal(err)
	}
	read, found := sortition.ReadTargets(bytes.NewReader(raw))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	var targets []object
	for _, x := range read {
		targets = append(targets, object{"feature": x.Feature, "value": x.Value, "min": x.Min, "max": x.Max})
	}
	openRegistration(c, targets)
	file, err := os.ReadFile(filepath.Join(at, "respondents.csv"))
	if err != nil {
		t.Fatal(err)
	}
	to := query("/processes/jury/respondents", "source", "published instance", "columns",
		`{"ref":"nationbuilder_id","name":"first_name+last_name","address":"primary_address1","postcode":"primary_zip",
		"answers":{"Gender":"Gender","age_bracket":"age_bracket","geo_bucket":"geo_bucket","edu_level":"edu_level"}}`)
	c.As("olive").Do("POST", to, string(file), "Content-Type", "text/csv").Want(201).Shows(`"pool":150`)
	c.As("olive").Post("/processes/jury/pool/close", nil).Want(200)
	var d recruitment.DrawView
	c.As("olive").Post("/processes/jury/draws", object{"seed_plan": "balls"}).Want(201).Into(&d)
	if d.Summary.Minimum != "1/11" || !d.Summary.Proved {
		t.Errorf("minimum %s, proved %v; want 1/11, proved", d.Summary.Minimum, d.Summary.Proved)
	}
	one := "/processes/jury/draws/" + d.ID
	c.As("olive").Post(one+"/commit", object{"observers": []object{{"name": "A. Reeve", "role": "parish councils"}}}).Want(200)
	c.As("olive").Post(one+"/seed", object{"digits": "409177235508", "witnesses": []string{"A. Reeve", "B. Okoro"}}).Want(200)
	c.As("omar").Post(one+"/seed/confirm", object{"digits": "409177235508"}).Want(200)
	c.As("olive").Post(one+"/conclude", nil).Want(200).Into(&d)
	var table recruitment.Representation
	c.As("olive").Get("/processes/jury/representation").Want(200).Into(&table)
	if got := table.Table.Totals[2].Count; got != 22 || d.Told != 150 {
		t.Errorf("selected %d, told %d", got, d.Told)
	}
	for _, r := range table.Table.Rows {
		if n := r.Cells[2].Count; n < r.Min || n > r.Max && r.Value != recruitment.RatherNotSay {
			t.Errorf("%s %s: %d selected, target %d to %d", r.Feature, r.Value, n, r.Min, r.Max)
		}
	}
	cert, err := s.Certificate(t.Context(), "jury", d.ID)
	if err != nil {
		t.Fatal(err)
	}
	var certificate sortition.Certificate
	if err := json.Unmarshal(cert, &certificate); err != nil {
		t.Fatal(err)
	}
	if certificate.Choice == nil || len(certificate.Choice.Selected) != d.Size {
		t.Errorf("the certificate's choice: %+v", certificate.Choice)
	}
}
