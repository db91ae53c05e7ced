package dialogue

// A person may write to somebody whose question is open, and ask them
// something, too: "we can ring at five, is that good?".

// wroteLately reports whether a person wrote within a day before the text.
func (t *turn) wroteLately() bool {
	wrote := t.state.Wrote
	return !wrote.IsZero() && !t.at.Before(wrote) && t.at.Sub(wrote) < recentBy
}

// answersPerson reports words that would answer the open question, but come
// after a person's own: whom they answer nobody can tell, and nobody takes or
// loses a seat by a guess. Digits are what the open question asks for.
func (t *turn) answersPerson() bool {
	n, open := t.open()
	if !open || !t.wroteLately() || n.Ask == AskText || n.Ask == AskPostcode {
		return false
	}
	r := t.readAnswer(n)
	return r.Intent != None && r.Intent != IsUnclear && r.Class != ByDigit
}

// toPerson puts an answer to a person before a person, and asks the open
// question again, so that the next words are its answer.
func (t *turn) toPerson() Result {
	t.read = Reading{Rule: "person_wrote"}
	t.state.Wrote = t.state.Wrote.Add(-recentBy)
	t.handOver("more", "normal")
	t.tellPerson()
	t.again()
	return Handed
}

// wrote takes note that a person wrote: the conversation is the flow's again.
func (t *turn) wrote() {
	t.state.Wrote = t.env.Now
	t.handBack()
}

// handBack gives a conversation that a person held back to the flow.
func (t *turn) handBack() {
	if t.state.Status == WithPerson {
		t.state.Status, t.state.Clarify = Open, 0
	}
}
