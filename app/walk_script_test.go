package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"folkmoot/domain"
)

// walkPlay is the whole of a small jury: 12 people register in every way there
// is, 4 are seated and 1 is in reserve, one recommendation is made, answered,
// carried out and verified; one member leaves, one resident is erased.
func walkPlay() []walkStep {
	b := &playbook{stage: domain.Proposed}
	for _, act := range []func(*playbook){
		walkPromise, walkDesign, walkInvite, walkRegister, walkDraw, walkConvene,
		walkEvidence, walkSit, walkVote, walkReport, walkRespond, walkFollow, walkErase,
	} {
		act(b)
	}
	return b.steps
}

func walkPromise(b *playbook) {
	b.at("2026-01-15 10:00")
	b.post("administrator", "/bodies", `{"name": "Forest Health Board", "kind": "integrated_care_board", "profile": "england_nhs", "phone": "01632 960123", "website": "https://health.example.org"}`, "body", "id")
	for _, u := range [][2]string{
		{"commissioner", "commissioner"}, {"board", "commissioner"}, {"organiser", "organiser"}, {"second", "organiser"}, {"facilitator", "facilitator"},
		{"oversight", "oversight"}, {"evaluator", "evaluator"},
	} {
		b.user(u[0], u[1])
	}
	b.post("commissioner", "/processes", `{"body": "$body", "kind": "lived_experience_group", "keyword": "FOREST", "name": "Forest hospital group", "short_name": "Forest Group"}`, "process", "id", "code", "code")
	b.here("commissioner", "/remit", `{"question": "Where should the new hospital be: Coleford or Lydney?", "options": ["Coleford", "Lydney"], "in_scope": ["The place"], "out_of_scope": ["Whether to build"],
		"influence": "The group recommends. The board decides.", "criteria": ["Travel", "Cost"], "preference": "none"}`)
	b.here("commissioner", "/commitment", `{"promise": "We will answer every recommendation, with a reason.", "response_due": "2026-06-01T17:00:00Z", "decided_by": "The board, in public"}`)
	b.here("organiser", "/oversight", `{"user": "$user oversight", "name": "Wyn Essex", "standpoint": "patients"}`)
	b.here("oversight", "/sign-offs", `{"what": "question", "note": "Plain and even-handed."}`)
	b.enter(domain.RemitAgreed)
}

func walkDesign(b *playbook) {
	b.at("2026-01-20 10:00")
	b.here("organiser", "/specification", `{"size": 4, "min_seated": 3, "reserves": 1, "hours": 6, "starts": "2026-03-02T09:00:00Z", "ends": "2026-03-02T16:00:00Z", "place": "Coleford", "times": "9am to 4pm",
		"purpose": "choose where the new hospital goes", "pay_pence": 8000, "min_age": 18, "method": "A contested choice needs time.", "payment_policy": "P1", "privacy_notice": "N1", "dpia": "D1",
		"formats": ["text", "letter"], "languages": ["en"], "area": "Forest of Dean"}`)
	b.here("oversight", "/sign-offs", `{"what": "specification"}`)
	b.enter(domain.Designed)
	b.here("organiser", "/targets", `{"targets": [
		{"feature": "gender", "value": "woman", "min": 2, "max": 2, "share": 5100, "source": "Census 2021"},
		{"feature": "gender", "value": "man", "min": 2, "max": 2, "share": 4900, "source": "Census 2021"}]}`)
	b.here("organiser", "/recruitment", `{"asking": [{"feature": "gender", "text": "How do you describe yourself?"}], "eligibility": "Do you live in the Forest of Dean?",
		"terms": {"offer_days": 3, "offer_time": "18:00", "call_up_days": 1, "minimum": 3}, "closes_at": "2026-02-06T17:00:00Z", "draw_at": "2026-02-10T13:00:00Z"}`)
	b.here("organiser", "/opt-out-test", "")
	b.here("organiser", "/materials", `{"name": "invitation", "format": "text"}`)
	b.enter(domain.Recruiting)
	b.here("organiser", "/pool/open", "")
}

// The residents of the list, and those who read a poster.
const (
	saysYes  = "+999000000001" // invited, registers
	saysNo   = "+999000000002" // invited, declines
	saysStop = "+999000000003" // invited, opts out
	poster   = "+999000000004" // texts the keyword, asks the unexpected, is erased at last
)

func walkInvite(b *playbook) {
	b.at("2026-01-26 10:00")
	frame := "ref,name,mobile,address,postcode,part\n" +
		"r1,Ada Quill," + saysYes + ",1 Hidden Lane,GL16 7QD,west\n" + "r2,Ben Quill," + saysNo + ",2 Hidden Lane,GL16 7QD,west\n" +
		"r3,Cat Quill," + saysStop + ",3 Hidden Lane,GL16 7QD,west\n" + "r4,Dan Quill,,4 Hidden Lane,GL16 7QD,west\n"
	columns := url.QueryEscape(`{"ref": "ref", "name": "name", "number": "mobile", "address": "address", "postcode": "postcode", "area": "part"}`)
	b.here("organiser", "/frames?name=List&source=invented&columns="+columns, frame)
	b.here("organiser", "/invitee-draws", `{"count": 4, "seed_plan": "Twelve dice thrown at the library"}`, "invitees", "id")
	b.here("organiser", "/invitee-draws/$invitees/seed", `{"digits": "4071 9926 3582", "witnesses": ["Wyn Essex, observer", "Pat Ash, librarian"]}`)
	b.here("organiser", "/invitation-waves", `{"count": 4}`)
	b.here("organiser", "/letter-batches", "{}")
	b.look("organiser", "/processes/$process/identities?status=invited&purpose=letter", func(notes map[string]string, out answered) error {
		for _, row := range out.list("items") {
			if id, _ := row["identity"].(map[string]any); id["number"] == nil || id["number"] == "" {
				notes["letter"] = row.str("code")
			}
		}
		if notes["letter"] == "" {
			return fmt.Errorf("no letter code among %v", out.list("items"))
		}
		return nil
	})
	b.text(saysNo, "2")
	b.text(saysStop, "STOP")
}

func walkRegister(b *playbook) {
	b.at("2026-01-27 10:00")
	for _, words := range []string{"1", "1", "1", "GL15 4SX", "A ramp, please", "1", "1"} {
		b.text(saysYes, words)
	}
	b.page("/j/$letter", "eligible", "yes", "answer.gender", "man", "name", "Dan Quill", "number", "+999000000005", "channel", "text")
	b.text(poster, "FOREST")
	b.text(poster, "What about the parking for my cousin")
	b.text(poster, "HELP")
	b.look("organiser", "/processes/$process/queue?state=open", func(notes map[string]string, out answered) error { return noteAll(notes, out, "item", "id") })
	b.here("organiser", "/queue/$item0/claim", "{}")
	b.here("organiser", "/queue/$item0/reply", `{"text": "There is parking behind the hall."}`)
	b.here("organiser", "/queue/$item0/close", `{"outcome": "answered"}`)
	for _, words := range []string{"1", "1", "2", "GL15 4SX", "0", "1", "1"} {
		b.text(poster, words)
	}
	for i, gender := range []string{"woman", "man", "woman"} {
		b.here("organiser", "/registrations", fmt.Sprintf(`{"source": "staff", "channel": "text", "identity": {"name": "Eve Quill", "number": "+99900000001%d", "address": "%d High Street", "postcode": "GL16 7QD"}, "answers": {"gender": %q}}`, i, i, gender))
	}
	var rows strings.Builder
	rows.WriteString("name,mobile,gender\n")
	for i := range 6 {
		fmt.Fprintf(&rows, "Fay Quill%d,+99900000002%d,%s\n", i, i, []string{"woman", "man"}[i%2])
	}
	columns := url.QueryEscape(`{"name": "name", "number": "mobile", "answers": {"gender": "gender"}}`)
	b.here("organiser", "/respondents?source=poll&columns="+columns, rows.String())
	b.here("organiser", "/pool/close", "")
}

func walkDraw(b *playbook) {
	b.at("2026-02-09 10:00")
	b.here("organiser", "/pool/feasibility", "")
	b.here("organiser", "/draws", `{"seed_plan": "Fifteen dice thrown in Coleford", "panels": 20}`, "draw", "id")
	b.here("organiser", "/draws/$draw/commit", `{"observers": [{"name": "Wyn Essex", "role": "oversight"}, {"name": "Pat Ash", "role": "librarian"}], "draw_at": "2026-02-10T13:00:00Z"}`)
	b.at("2026-02-10 14:00")
	b.here("organiser", "/draws/$draw/seed", `{"digits": "730 419 268 551 907", "witnesses": ["Wyn Essex, observer", "Pat Ash, librarian"]}`)
	b.here("oversight", "/draws/$draw/seed/confirm", `{"digits": "730 419 268 551 907"}`)
	b.here("organiser", "/draws/$draw/conclude", "")
	b.enter(domain.Selected)
}

func walkConvene(b *playbook) {
	b.at("2026-02-11 10:00")
	b.look("organiser", "/processes/$process/identities?status=offered&purpose=phone_call", func(notes map[string]string, out answered) error {
		for i, row := range out.list("items") {
			id, _ := row["identity"].(map[string]any)
			notes[fmt.Sprintf("phone%d", i)], _ = id["number"].(string)
		}
		return noteAll(notes, out, "picked", "person")
	})
	b.step("a member confirms by text", func(w *world, p *program) error { return w.text(p, w.notes["phone0"], "1") })
	for _, words := range []string{"1", "2", "1"} {
		b.step("the member texts "+words, func(w *world, p *program) error { return w.text(p, w.notes["phone0"], words) })
	}
	ready := [][2]string{
		{"/confirm", `{"available": true}`}, {"/advice", `{"state": "offered"}`}, {"/payment-choice", `{"choice": "pay"}`}, {"/consent", `{"version": "N1"}`}, {"/onboard", "{}"},
	}
	for _, c := range ready {
		b.post("organiser", "/people/$picked1"+c[0], c[1])
	}
	b.several("organiser", "/people/$picked2", ready...)
	b.several("organiser", "/people/$picked3", ready...)
	b.post("organiser", "/people/$picked1/needs", `{"kind": "travel", "detail": "A taxi from Whimberry Cottage"}`)
	b.post("organiser", "/people/$picked3/withdraw", `{"reason": "ill"}`)
	b.people("offered", "called")
	b.several("organiser", "/people/$called0", ready...)
	b.people("onboarded", "seat")
	b.enter(domain.Convened)
}

// answerSlack presses the button and sends the form that opens.
func answerSlack(b *playbook) {
	who := `"team": {"id": "T0WALK"}, "user": {"id": "U0CAROL"}`
	payload := func(text string) func(w *world, p *program) error {
		return func(w *world, p *program) error {
			return w.slackPost(p, "interactions", url.Values{"payload": {w.filled(text)}})
		}
	}
	b.step("Slack, the button", payload(`{"type": "block_actions", "trigger_id": "trigger", `+who+`, "actions": [{"type": "button", "action_id": "respond", "block_id": "b", "value": "$process:$rec"}]}`))
	b.step("Slack, the form", payload(`{"type": "view_submission", `+who+`, "view": {"id": "V1", "hash": "h1", "callback_id": "response", "private_metadata": "$process:$rec", "state": {"values": {
		"outcome": {"outcome": {"type": "static_select", "selected_option": {"value": "accept"}}}, "due": {"due": {"type": "datepicker", "selected_date": "2026-12-01"}},
		"reason": {"reason": {"type": "plain_text_input", "value": "It is the place most people reach fastest."}}, "owner": {"owner": {"type": "plain_text_input", "value": "Director of estates"}}}}}}`))
}

func walkErase(b *playbook) {
	b.at("2026-12-15 10:00")
	b.look("organiser", "/processes/$process/people?limit=200&status=not_selected", func(notes map[string]string, out answered) error {
		return noteAll(notes, out, "gone", "id")
	})
	b.post("organiser", "/people/$gone0/erasure", "{}", "erasure", "id")
	b.post("organiser", "/erasures/$erasure/identity", `{"how": "called_back"}`)
	b.post("organiser", "/erasures/$erasure/execute", "{}")
	b.post("organiser", "/erasures/$erasure/confirm", "{}")
	b.step("the record is read", func(w *world, p *program) error {
		_, err := w.call(p, "evaluator", http.MethodGet, "/public/processes/$process/audit-head", "")
		return err
	})
}
