package dialogue

import "time"

// split deals with the second of two texts that are one: the other half of a
// postcode, or more of somebody's own words, which a person adds to what they
// said first.
func (t *turn) split() (Result, bool) {
	if node, said := t.saidInWords(); said && node.More != "" && len(t.msg.tokens) > 0 {
		t.read = Reading{Intent: IsText, Rule: "more_words", Class: ByShape}
		t.commands(node.On["*"].Do)
		t.say(node.More, nil)
		t.again()
		return Handled, true
	}
	n, open := t.open()
	if !open || t.state.Status != Open {
		return "", false
	}
	if part := t.state.Part; n.Ask == AskPostcode && t.soonAfter(part.At) {
		if _, ok := readPostcode(part.Text + " " + t.msg.raw); ok {
			t.msg = read(part.Text + " " + t.msg.raw)
			return t.answer(n)
		}
	}
	if _, said := t.saidInWords(); !said || len(t.msg.tokens) == 0 {
		return "", false
	}
	t.read = Reading{Rule: "more_words", Class: ByShape}
	t.handOver("more", "normal")
	t.tellPerson()
	t.again()
	return Handed, true
}

// soonAfter reports whether the text came in one burst with that of the time.
func (t *turn) soonAfter(at time.Time) bool {
	since := t.at.Sub(at)
	return !at.IsZero() && since >= 0 && since < burstWithin
}

// saidInWords reports whether the reply accepted just before was somebody's
// own words, and to which node.
func (t *turn) saidInWords() (Node, bool) {
	s := &t.state
	if len(s.Undo) == 0 || !t.soonAfter(s.Last.At) {
		return Node{}, false
	}
	before := s.Undo[len(s.Undo)-1].Node
	n, v := t.env.Flow.Nodes[before], s.Answers[before]
	return n, n.Ask == AskText && v != nothing && v != NotSaid
}
