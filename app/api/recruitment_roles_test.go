package api_test

import (
	"testing"

	"folkmoot/domain/recruitment"
)

// TestWhoSeesWhatOfRecruitment asks every reading call as every role: what
// may be seen is, and nobody sees a name, a number or an address.
func TestWhoSeesWhatOfRecruitment(t *testing.T) {
	t.Parallel()
	c, _, _ := recruitmentHouse(t, 4)
	openRegistration(c, places(1, 3))
	registerMany(c, 10)
	list := "id,name,mobile,street,ward\nu1,Robin Oak,+999000000777,7 Mill Lane,East\nu2,Robin Ash,,8 Mill Lane,West\n"
	c.As("olive").Do("POST", query("/processes/jury/frames", "name", "addresses", "source", "the district",
		"columns", `{"ref":"id","name":"name","number":"mobile","address":"street","area":"ward"}`), list, "Content-Type", "text/csv").Want(201)
	var inv recruitment.InviteeDrawView
	c.As("olive").Post("/processes/jury/invitee-draws", object{"count": 2, "seed_plan": "dice"}).Want(201).Into(&inv)
	c.As("olive").Post("/processes/jury/invitee-draws/"+inv.ID+"/seed", object{"digits": "409177235508", "witnesses": []string{"A. Reeve", "B. Okoro"}}).Want(200)
	c.As("olive").Post("/processes/jury/invitation-waves", object{"count": 2}).Want(201)
	c.As("olive").Post("/processes/jury/pool/close", nil).Want(200)
	var d recruitment.DrawView
	c.As("olive").Post("/processes/jury/draws", object{"seed_plan": "balls"}).Want(201).Into(&d)
	one := "/processes/jury/draws/" + d.ID
	c.As("olive").Post(one+"/commit", object{"observers": []object{{"name": "A. Reeve", "role": "parish councils"}}}).Want(200)
	c.As("olive").Post(one+"/seed", object{"digits": "409177235508", "witnesses": []string{"A. Reeve", "B. Okoro"}}).Want(200)
	c.As("omar").Post(one+"/seed/confirm", object{"digits": "409177235508"}).Want(200)
	c.As("olive").Post(one+"/conclude", nil).Want(200)

	roles := []string{"olive", "cal", "omar", "carol", "otto", ""}
	rows := []struct {
		path string
		want [6]int // organiser, caller, oversight, commissioner, another body's organiser, nobody
	}{
		{"/processes/jury/recruitment", [6]int{200, 200, 200, 200, 404, 401}},
		{"/processes/jury/frames", [6]int{200, 403, 200, 403, 404, 401}},
		{"/processes/jury/invitee-draws", [6]int{200, 200, 200, 200, 404, 401}},
		{"/processes/jury/invitation-waves", [6]int{200, 200, 200, 200, 404, 401}},
		{"/processes/jury/invitation-plan", [6]int{200, 403, 403, 403, 404, 401}},
		{"/processes/jury/draws", [6]int{200, 200, 200, 200, 404, 401}},
		{"/processes/jury/replacements", [6]int{200, 403, 200, 403, 404, 401}},
		{"/processes/jury/representation", [6]int{200, 200, 200, 200, 404, 401}},
		{"/public/processes/jury/representation", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public/processes/jury/questions", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public/processes/jury/draws", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public" + one + "/certificate", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public/processes/jury/replacements", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public/processes/jury/invitee-draws", [6]int{200, 200, 200, 200, 200, 200}},
		{"/public" + one + "/places/NOBODY", [6]int{404, 404, 404, 404, 404, 404}},
		{"/public/processes/nowhere/replacements", [6]int{404, 404, 404, 404, 404, 404}},
		{"/public/processes/nowhere/draws", [6]int{404, 404, 404, 404, 404, 404}},
		{"/public/processes/nowhere/representation", [6]int{404, 404, 404, 404, 404, 404}},
		{"/people/0000000000000000/draw", [6]int{404, 404, 404, 404, 404, 401}},
	}
	for _, row := range rows {
		for i, who := range roles {
			c.For(t).As(who).Get(row.path).Want(row.want[i]).Hides("Robin", "+999", "Mill Lane", "u1")
		}
	}
}
