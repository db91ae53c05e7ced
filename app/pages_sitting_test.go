package main

import (
	"fmt"
	"strings"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/tables"
)

func hands(n int) deliberation.Hands { return deliberation.Hands{For: n, Present: n} }

// sit is the jury at work: a witness, a pack, a session, three
// recommendations and one secret ballot.
func (p *played) sit() {
	d, id := p.deliberation, p.id
	w := must[deliberation.Witness](p.t)(d.AddWitness(p.ctx, p.do("organiser"), id, deliberation.WitnessInput{
		Name: "Dr Wren Tolliver", Organisation: "Ambulance service", Kind: deliberation.WitnessExpert, Stance: deliberation.StanceOption, Position: "Coleford",
		Interests: "None", ChosenBy: "organiser", Briefed: true,
	}))
	var items []string
	for i, title := range []string{"Travel times to each place", "What the building costs"} {
		e := deliberation.EvidenceInput{Title: title, Kind: "document", Stance: deliberation.StanceNeutral, Witness: w.ID, Minutes: 30 + i, Summary: "In plain words: " + title + ".", Source: "Board paper " + fmt.Sprint(i+1)}
		v := must[deliberation.Evidence](p.t)(d.ProposeEvidence(p.ctx, p.do("organiser"), id, e))
		must[deliberation.Evidence](p.t)(d.RequestEvidence(p.ctx, p.do("organiser"), id, v.ID))
		must[deliberation.Evidence](p.t)(d.ReceiveEvidence(p.ctx, p.do("organiser"), id, v.ID, e))
		must[deliberation.Evidence](p.t)(d.CheckEvidence(p.ctx, p.do("organiser two"), id, v.ID, deliberation.ChecksInput{Facts: true, Plain: true, Position: true}))
		must[deliberation.Evidence](p.t)(d.ApproveEvidence(p.ctx, p.do("oversight"), id, v.ID))
		items = append(items, v.ID)
	}
	must[deliberation.Evidence](p.t)(d.ProposeEvidence(p.ctx, p.do("organiser"), id, deliberation.EvidenceInput{Title: "Unchecked rumour", Kind: "document", Stance: deliberation.StanceNeutral, Summary: "Not for the public yet."}))
	pack := must[deliberation.Pack](p.t)(d.DraftPack(p.ctx, p.do("organiser"), id, deliberation.PackInput{
		Number: 1, Title: "Where people live and travel", Evidence: items, Formats: map[string]string{"easy_read": "https://health.example.org/easy", "large_print": "https://health.example.org/large"},
	}))
	must[deliberation.Pack](p.t)(d.PublishPack(p.ctx, p.do("organiser"), id, pack.ID))
	must[deliberation.Terms](p.t)(d.SignBalance(p.ctx, p.do("oversight"), id, deliberation.BalanceInput{Statement: "Both places were given the same time.", Balanced: true}))
	p.session()
	q := must[deliberation.MemberQuestion](p.t)(d.AskQuestion(p.ctx, p.do("facilitator"), id, deliberation.QuestionInput{Text: "How long is the bus from Lydney?"}))
	must[deliberation.MemberQuestion](p.t)(d.PutQuestion(p.ctx, p.do("facilitator"), id, q.ID, deliberation.PutInput{Witness: w.ID, Owner: "Ambulance service"}))
	must[deliberation.MemberQuestion](p.t)(d.AnswerQuestion(p.ctx, p.do("facilitator"), id, q.ID, deliberation.AnswerInput{Answer: "42 minutes, twice a day.", Source: "Timetable 2026"}))
	p.ballot(items, q.ID)
}

func (p *played) session() {
	p.at("2026-03-02 09:00")
	d := p.deliberation
	seated := must[[]string](p.t)(p.people.Seated(p.ctx, p.id))
	s := must[deliberation.Session](p.t)(d.PlanSession(p.ctx, p.do("organiser"), p.id, deliberation.SessionInput{
		Number: 1, Title: "Day 1: the place", Starts: p.house.clock.Now().Add(time.Hour), Ends: p.house.clock.Now().Add(7 * time.Hour), Mode: deliberation.InPerson, Place: "Forest Hall, Coleford", Required: true,
		Agenda: []deliberation.AgendaItem{{Title: "Hear the witness", Kind: deliberation.AgendaEvidence, Minutes: 60}},
	}))
	p.sitting = s.ID
	for kind, members := range map[tables.RuleKind][]string{tables.Together: seated[:2], tables.Apart: seated[2:4]} {
		must[tables.Rules](p.t)(p.tables.AddRule(p.ctx, p.do("organiser"), p.id, tables.RuleInput{Kind: kind, Member: members[0], Other: members[1]}))
	}
	must[tables.Plan](p.t)(p.tables.Make(p.ctx, p.do("facilitator"), p.id, s.ID, tables.PlanInput{Rounds: 2, Size: 6, Diversify: []string{"gender"}, Seed: "7"}))
	must[deliberation.Session](p.t)(d.OpenSession(p.ctx, p.do("facilitator"), p.id, s.ID))
	marks := map[string]deliberation.Presence{}
	for _, m := range seated {
		marks[m] = deliberation.Present
	}
	must[deliberation.Session](p.t)(d.MarkAttendance(p.ctx, p.do("facilitator"), p.id, s.ID, deliberation.AttendanceInput{Marks: marks}))
	p.askTheRoom(s.ID)
	p.at("2026-03-02 17:00")
	must[deliberation.Session](p.t)(d.CloseSession(p.ctx, p.do("facilitator"), p.id, s.ID))
	p.settled()
}

// askTheRoom has every member's phone answer a question with a digit and get
// the result back.
func (p *played) askTheRoom(session string) {
	p.t.Helper()
	p.settled()
	const question = "Have you heard enough?"
	poll := must[deliberation.Poll](p.t)(p.deliberation.OpenPoll(p.ctx, p.do("facilitator"), p.id, deliberation.PollInput{
		Session: session, Question: question, Options: []string{"yes", "no"},
	}))
	p.settled()
	var asked []string
	for _, number := range p.network.Numbers(500) {
		texts := p.network.Handset(number)
		if len(texts) == 0 || !strings.Contains(texts[len(texts)-1].Body, question) {
			continue
		}
		asked = append(asked, number)
		sim := simulator{p.house}
		if err := sim.Text(p.ctx, p.actors["organiser"], number, "1"); err != nil {
			p.t.Fatal(err)
		}
	}
	p.settled()
	must[deliberation.Poll](p.t)(p.deliberation.ClosePoll(p.ctx, p.do("facilitator"), p.id, poll.ID, deliberation.ClosePollInput{}))
	p.settled()
	for _, number := range asked {
		texts := p.network.Handset(number)
		if last := texts[len(texts)-1].Body; !strings.Contains(last, "yes 12, no 0") {
			p.t.Errorf("the room's result came as %q", last)
		}
	}
	if len(asked) != 12 {
		p.t.Fatalf("%d phones were asked, want 12", len(asked))
	}
	p.askApproved(asked[0])
}

// askApproved has a resident ask, in other words, what an answer was approved
// for.
func (p *played) askApproved(number string) {
	p.t.Helper()
	must[process.View](p.t)(p.process.ApproveAnswers(p.ctx, p.do("organiser"), p.id, process.AnswersInput{Answers: []process.Answer{
		{Question: "Is there vegetarian lunch?", Answer: "Yes, every lunch has a vegetarian dish."},
		{Question: "Can I bring an assistance dog?", Answer: "Assistance dogs are welcome."},
	}}))
	sim := simulator{p.house}
	if err := sim.Text(p.ctx, p.actors["organiser"], number, "do you do vegetarian lunches?"); err != nil {
		p.t.Fatal(err)
	}
	p.settled()
	texts := p.network.Handset(number)
	if last := texts[len(texts)-1].Body; !strings.Contains(last, "every lunch has a vegetarian dish") {
		p.t.Errorf("an approved question was answered with %q", last)
	}
}

func (p *played) ballot(evidence []string, question string) {
	d := p.deliberation
	must[deliberation.Terms](p.t)(d.FixRules(p.ctx, p.do("facilitator"), p.id, deliberation.TermsInput{
		Rule: deliberation.Rule{Method: deliberation.Majority, Basis: deliberation.PresentVoting, Tie: deliberation.TieNotPassed}, Quorum: 3, Agreed: hands(6),
	}))
	in := deliberation.BallotInput{Number: 1, Title: "What we recommend"}
	for _, title := range []string{"Build in Coleford", "A bus every half hour", "A garden for patients"} {
		r := must[deliberation.Recommendation](p.t)(d.DraftRecommendation(p.ctx, p.do("facilitator"), p.id, deliberation.RecommendationInput{
			Title: title, Text: title + ", because most people can reach it.", Reasons: "Travel matters most to us.", Evidence: evidence[:1], Questions: []string{question},
		}))
		must[deliberation.Recommendation](p.t)(d.LockWording(p.ctx, p.do("facilitator"), p.id, r.ID, deliberation.LockInput{Hands: hands(6)}))
		p.recs = append(p.recs, r.ID)
		in.Questions = append(in.Questions, deliberation.Question{Text: title + "?", Kind: deliberation.YesNoQuestion, Recommendation: r.ID})
	}
	b := must[deliberation.BallotView](p.t)(d.DraftBallot(p.ctx, p.do("facilitator"), p.id, in))
	must[deliberation.BallotView](p.t)(d.ApproveBallot(p.ctx, p.do("facilitator"), p.id, b.ID, deliberation.LockInput{Hands: hands(6)}))
	must[deliberation.BallotView](p.t)(d.OpenBallot(p.ctx, p.do("facilitator"), p.id, b.ID))
	for i, m := range must[[]string](p.t)(p.people.Seated(p.ctx, p.id)) {
		vote := deliberation.VoteInput{Answers: deliberation.Answers{}}
		for q := range in.Questions {
			vote.Answers[fmt.Sprintf("q%d", q+1)] = deliberation.Answer{Choice: []string{"yes", "no"}[boolInt(i == 0 && q == 0)]}
		}
		cmd := p.do("")
		cmd.Actor = domain.MemberActor(p.id, m, "web")
		must[deliberation.Receipt](p.t)(d.Vote(p.ctx, cmd, p.id, b.ID, vote))
	}
	must[deliberation.BallotView](p.t)(d.CloseBallot(p.ctx, p.do("facilitator"), p.id, b.ID))
	must[deliberation.BallotView](p.t)(d.CountBallot(p.ctx, p.do("facilitator"), p.id, b.ID))
	must[deliberation.BallotView](p.t)(d.CertifyBallot(p.ctx, p.do("oversight"), p.id, b.ID))
	p.settled()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *played) report() {
	p.at("2026-03-05 10:00")
	d := p.deliberation
	must[deliberation.Terms](p.t)(d.InviteMinority(p.ctx, p.do("facilitator"), p.id, deliberation.MinorityInput{Until: p.house.clock.Now().AddDate(0, 0, 7)}))
	must[deliberation.MinorityView](p.t)(d.SubmitMinority(p.ctx, p.do("member"), p.id, deliberation.MinorityViewInput{Text: "Lydney has more people without a car."}))
	p.enter(p.id, domain.Reporting)
	must[deliberation.Report](p.t)(d.DraftReport(p.ctx, p.do("facilitator"), p.id, deliberation.ReportInput{
		Title: "Our report", Sections: []deliberation.Section{{Heading: "What we learned", Text: "We heard from the ambulance service and the drivers."}}, Recommendations: p.recs,
	}))
	must[deliberation.Report](p.t)(d.ReviewReport(p.ctx, p.do("facilitator"), p.id))
	must[deliberation.Report](p.t)(d.ConfirmReport(p.ctx, p.do("facilitator"), p.id, deliberation.ConfirmInput{Agrees: true, Members: must[[]string](p.t)(p.people.Seated(p.ctx, p.id))}))
	must[deliberation.Report](p.t)(d.AddFormats(p.ctx, p.do("facilitator"), p.id, deliberation.FormatsInput{Formats: map[string]string{"easy_read": "https://health.example.org/er", "large_print": "https://health.example.org/lp"}}))
	must[deliberation.Report](p.t)(d.PublishReport(p.ctx, p.do("organiser"), p.id))
	p.enter(p.id, domain.Reported)
}

// after: one recommendation accepted and carried out, one not agreed, one
// without an answer when the promised day has passed.
func (p *played) after() {
	a := p.accountability
	recs := p.recs
	p.at("2026-04-01 10:00")
	must[accountability.ResponseView](p.t)(a.PublishResponse(p.ctx, p.do("commissioner"), p.id, recs[0], &accountability.Answer{
		Outcome: accountability.Accept, Reason: "It is the place most people reach fastest.", Short: "Yes: Coleford.",
		Owner: &accountability.Owner{Post: "Director of estates", Body: "Forest Health Board"}, By: p.house.clock.Now().AddDate(0, 6, 0),
	}))
	must[accountability.ResponseView](p.t)(a.PublishResponse(p.ctx, p.do("commissioner"), p.id, recs[1], &accountability.Answer{Outcome: accountability.Reject, Reason: "We do not run the buses and have no money for them."}))
	p.rec = recs[2]
	act := must[accountability.Action](p.t)(a.PlanAction(p.ctx, p.do("commissioner"), p.id, accountability.ActionInput{
		Recommendation: recs[0], Title: "Buy the land in Coleford", Owner: accountability.Owner{Post: "Director of estates", User: p.actors["commissioner"].ID}, Due: p.house.clock.Now().AddDate(0, 2, 0),
	}))
	must[accountability.Action](p.t)(a.UpdateAction(p.ctx, p.do("commissioner"), p.id, act.ID, accountability.UpdateInput{State: accountability.ActionStarted, Text: "The price is agreed."}))
	p.at("2026-05-10 10:00")
	must[accountability.Action](p.t)(a.UpdateAction(p.ctx, p.do("commissioner"), p.id, act.ID, accountability.UpdateInput{
		State: accountability.ActionDone, Text: "Bought.", Proofs: []accountability.Proof{{Title: "Land registry entry", Link: "https://health.example.org/land"}},
	}))
	must[accountability.Action](p.t)(a.VerifyAction(p.ctx, p.do("oversight"), p.id, act.ID, accountability.VerifyInput{Verified: true, Note: "We read the register.", Summary: "The land is bought."}))
	must[accountability.Feedback](p.t)(a.SendFeedback(p.ctx, p.do("organiser"), p.id, accountability.FeedbackInput{
		Kind: accountability.FeedbackNotChanged, Summary: "The buses are as they were.", NotChanged: []accountability.NotChanged{{What: "A bus every half hour", Why: "No money was found this year."}},
	}))
	p.settled()
}

// recruiting is a third jury, which still takes names, with a letter sent and
// a text that waits for a person, a list to invite from and two waves.
func (p *played) recruiting() {
	ours := must[domain.ProcessRef](p.t)(p.process.Ref(p.ctx, p.id)).Body
	id, _ := p.propose("organiser", "commissioner", ours, "Forest transport jury", "Forest Bus Jury", "Which bus should run more often?")
	p.young = id
	p.enter(id, domain.RemitAgreed)
	must[process.View](p.t)(p.process.Specify(p.ctx, p.do("organiser"), id, specification(12, "2026-08-02", "2026-08-04")))
	p.enter(id, domain.Designed)
	p.open(id)
	inv := must[people.Person](p.t)(p.people.Invite(p.ctx, p.do("organiser"), id, people.InviteInput{Ref: "row-1", Identity: people.Identity{Name: "Letter Holder", Address: "9 Hidden Lane", Postcode: "GL16 7QD"}, Channel: people.ChannelLetter}))
	p.letter = p.people.LetterCode(inv)
	must[recruitment.Registered](p.t)(p.recruitment.Register(p.ctx, p.do("organiser"), id, recruitment.RegisterInput{
		Identity: people.Identity{Name: "Texting Person", Number: "+999000000777"}, Answers: people.Answers{"gender": "woman", "age": "18 to 44"}, Source: people.FromStaff, Channel: people.ChannelText,
	}))
	p.settled()
	sim := simulator{p.house}
	if err := sim.Text(p.ctx, p.actors["organiser"], "+999000000777", "My cousin Zebulon wants to know about the parking please"); err != nil {
		p.t.Fatal(err)
	}
	p.wave()
}
