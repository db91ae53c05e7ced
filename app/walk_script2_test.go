package main

import (
	"fmt"

	"folkmoot/domain"
)

func walkEvidence(b *playbook) {
	b.at("2026-02-20 10:00")
	b.here("organiser", "/witnesses", `{"name": "Dr Wren Tolliver", "organisation": "Ambulance service", "kind": "expert", "stance": "neutral", "interests": "None", "chosen_by": "organiser", "briefed": true}`, "witness", "id")
	item := `{"title": "Travel times", "kind": "document", "stance": "neutral", "minutes": 30, "summary": "Travel times to each place.", "source": "Board paper 1",
		"formats": {"easy_read": "https://health.example.org/er", "large_print": "https://health.example.org/lp"}}`
	b.here("organiser", "/evidence", item, "evidence", "id")
	b.here("organiser", "/evidence/$evidence/request", "{}")
	b.here("organiser", "/evidence/$evidence/receipt", item)
	b.here("facilitator", "/evidence/$evidence/checks", `{"facts": true, "plain": true, "position": true}`)
	b.here("oversight", "/evidence/$evidence/approval", "{}")
	b.here("organiser", "/packs", `{"number": 1, "title": "What we know", "evidence": ["$evidence"], "formats": {"easy_read": "https://health.example.org/er", "large_print": "https://health.example.org/lp"}}`, "pack", "id")
	b.here("organiser", "/packs/$pack/publication", "{}")
	b.here("oversight", "/balance", `{"statement": "Both places got the same time.", "balanced": true}`)
	for i := range 4 {
		b.several("organiser", fmt.Sprintf("/people/$seat%d", i), [2]string{"/induction", `{"kind": "call"}`}, [2]string{"/serve", "{}"})
	}
}

func walkSit(b *playbook) {
	b.at("2026-02-24 10:00")
	b.here("organiser", "/sessions", `{"number": 1, "title": "The day", "mode": "in_person", "place": "Coleford", "required": true, "starts": "2026-03-02T09:00:00Z", "ends": "2026-03-02T16:00:00Z",
		"agenda": [{"title": "Hear the witness", "kind": "evidence", "minutes": 60, "evidence": ["$evidence"]}]}`, "session", "id")
	b.enter(domain.Deliberating)
	b.here("facilitator", "/rules", `{"rule": {"method": "majority", "basis": "present_and_voting", "tie": "not_passed"}, "quorum": 3, "attend": 1, "formats": ["easy_read", "large_print"], "agreed": {"for": 4, "against": 0, "present": 4}}`)
	b.wait("2026-03-01 18:00", "the evening before")
	b.at("2026-03-02 09:00")
	b.here("facilitator", "/sessions/$session/opening", "{}")
	b.here("facilitator", "/sessions/$session/attendance", `{"marks": {"$seat0": "present", "$seat1": "present", "$seat2": "present", "$seat3": "partly"}}`)
	b.here("facilitator", "/questions", `{"text": "How long is the bus from Lydney?"}`, "question", "id")
	b.here("facilitator", "/questions/$question/putting", `{"witness": "$witness", "owner": "Ambulance service"}`)
	b.here("facilitator", "/questions/$question/answer", `{"answer": "42 minutes.", "source": "Timetable 2026"}`)
	b.here("facilitator", "/statements", `{"text": "People without a car must not lose out.", "theme": "transport"}`, "statement", "id")
}

func walkVote(b *playbook) {
	b.here("facilitator", "/recommendations", `{"title": "Build in Coleford", "text": "Build in Coleford.", "reasons": "Most people reach it.", "evidence": ["$evidence"], "statements": ["$statement"], "questions": ["$question"]}`, "rec", "id")
	b.here("facilitator", "/recommendations/$rec/lock", `{"hands": {"for": 4, "against": 0, "present": 4}}`)
	b.here("facilitator", "/ballots", `{"number": 1, "title": "What we recommend", "questions": [{"text": "Build in Coleford?", "kind": "yes_no", "recommendation": "$rec"}]}`, "ballot", "id")
	b.here("facilitator", "/ballots/$ballot/approval", `{"hands": {"for": 4, "against": 0, "present": 4}}`)
	b.here("facilitator", "/ballots/$ballot/opening", "{}")
	b.here("facilitator", "/ballots/$ballot/papers", `{"members": ["$seat0", "$seat1", "$seat2", "$seat3"], "papers": [{"q1": {"choice": "yes"}}, {"q1": {"choice": "yes"}}, {"q1": {"choice": "no"}}, {"q1": {"choice": "yes"}}], "tellers": ["one", "two"]}`)
	for _, what := range []string{"closing", "count"} {
		b.here("facilitator", "/ballots/$ballot/"+what, "{}")
	}
	b.here("oversight", "/ballots/$ballot/certification", "{}")
	b.at("2026-03-02 16:00")
	b.here("facilitator", "/sessions/$session/closing", "{}")
	b.wait("2026-03-02 17:00", "the evening after")
	for _, words := range []string{"1", "1"} {
		b.step("a member says how fair it was: "+words, func(w *world, p *program) error { return w.text(p, w.notes["phone0"], words) })
	}
}

func walkReport(b *playbook) {
	b.at("2026-03-05 10:00")
	b.enter(domain.Reporting)
	b.here("facilitator", "/minority-views/invitation", `{"until": "2026-03-08T17:00:00Z"}`)
	b.here("facilitator", "/minority-views", `{"text": "Lydney has more people without a car.", "members": ["$seat2"]}`)
	b.here("facilitator", "/report", `{"title": "Our report", "sections": [{"heading": "What we learned", "text": "We heard from the drivers."}], "recommendations": ["$rec"]}`)
	b.here("facilitator", "/report/review", "{}")
	b.here("facilitator", "/report/confirmations", `{"agrees": true, "members": ["$seat0", "$seat1", "$seat2", "$seat3"]}`)
	b.here("facilitator", "/report/formats", `{"formats": {"easy_read": "https://health.example.org/er", "large_print": "https://health.example.org/lp"}}`)
	b.at("2026-03-09 10:00")
	b.here("organiser", "/report/publication", "{}")
	b.enter(domain.Reported)
	b.here("organiser", "/payments/earned", `{"pence_per_session": 8000}`)
	b.look("organiser", "/processes/$process/payments?limit=200", func(notes map[string]string, out answered) error { return noteAll(notes, out, "pay", "id") })
	b.post("organiser", "/payments/$pay0/approve", "{}")
	b.post("second", "/payments/$pay0/approve", "{}")
}

func walkRespond(b *playbook) {
	b.at("2026-03-20 10:00")
	b.step("Slack /folkmoot bind", func(w *world, p *program) error { // a code lives for a quarter of an hour
		if w.notes["token for Slack"] == "" {
			out, err := w.call(p, "administrator", "POST", "/users/$user commissioner/slack-codes", "{}")
			if err != nil {
				return err
			}
			w.notes["token for Slack"] = out.str("secret")
		}
		return w.slash(p, "bind "+w.notes["token for Slack"])
	})
	b.slash("owed")
	b.here("commissioner", "/decisions", `{"board": "The board", "met_at": "2026-03-20T09:00:00Z", "in_public": true, "text": "We will build in Coleford.", "reasons": "The group's reasons.", "involvement": "The report was read out.",
		"likely_effects": {"wellbeing": "Closer care.", "quality": "A modern building.", "resources": "One site."}, "recommendations": ["$rec"]}`)
	answerSlack(b)
	b.enter(domain.Responded)
	b.here("organiser", "/announcement", `{"summary": "the board agreed with you."}`)
	b.at("2026-03-21 10:00")
	b.step("a member says whether that answers them", func(w *world, p *program) error { return w.text(p, w.notes["phone0"], "1") })
	b.here("commissioner", "/actions", `{"recommendation": "$rec", "title": "Buy the land", "owner": {"post": "Director of estates", "user": "$user commissioner"}, "due": "2026-06-30T17:00:00Z"}`, "action", "id")
	b.here("commissioner", "/actions/$action/updates", `{"state": "started", "text": "The price is agreed."}`)
	b.enter(domain.Implementing)
}

func walkFollow(b *playbook) {
	b.wait("2026-07-01 09:00", "an action and a progress report are late")
	b.at("2026-07-02 10:00")
	b.here("commissioner", "/actions/$action/updates", `{"state": "done", "text": "Bought.", "proofs": [{"title": "Land registry entry", "link": "https://health.example.org/land"}]}`)
	b.here("oversight", "/actions/$action/verification", `{"verified": true, "note": "We read the register.", "summary": "the land is bought."}`)
	b.here("organiser", "/progress-reports", `{"summary": "the land is bought.", "text": "Building begins.", "not_changed": [{"what": "the buses", "why": "No money was found.", "next": "2026-12-01T12:00:00Z"}]}`)
	b.here("evaluator", "/evaluation", `{"summary": "Fair in the eyes of its members."}`)
	b.here("organiser", "/feedback", `{"kind": "final", "summary": "the hospital comes to Coleford.", "changed": ["The place"], "not_changed": [{"what": "The buses", "why": "No money."}]}`)
	b.here("organiser", "/retention/start", "{}")
	b.enter(domain.Closed)
}
