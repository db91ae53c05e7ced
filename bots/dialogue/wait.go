package dialogue

import "time"

// deadline is when the wait for an answer at n ends; zero is never.
func (t *turn) deadline(n Node) time.Time {
	var end time.Time
	if n.Wait.For > 0 {
		end = t.state.Asked.Add(n.Wait.For)
	}
	until, err := time.Parse(time.RFC3339, t.env.Vars.Values[n.Wait.Until])
	if err == nil && (end.IsZero() || until.Before(end)) {
		end = until
	}
	return end.UTC()
}

// over reports whether the wait for an answer at n has ended.
func (t *turn) over(n Node) bool {
	end := t.deadline(n)
	return !end.IsZero() && !t.env.Now.Before(end)
}

// inTime reports a text that was received before the wait for it ended, and
// came here afterwards: an outage, not its writer, was late.
func (t *turn) inTime() bool {
	s := &t.state
	if s.Outcome == "" || s.Outcome != t.env.Flow.Nodes[s.Node].End || !t.at.Before(s.Ended) {
		return false
	}
	for _, n := range t.env.Flow.Nodes {
		if gave := n.Wait.Timeout.Go; gave != "" && gave == s.Node {
			return true
		}
	}
	return false
}

// due is when the next tick is wanted: the next reminder, if it comes before
// the deadline, else the deadline.
func (t *turn) due(n Node) time.Time {
	end := t.deadline(n)
	if t.state.Reminded < len(n.Wait.Remind) {
		next := t.state.Asked.Add(n.Wait.Remind[t.state.Reminded])
		if end.IsZero() || next.Before(end) {
			return next
		}
	}
	return end
}

// tick does what time has made due: the time-out, or one reminder however
// many were missed, or nothing.
func (t *turn) tick() Result {
	t.read = Reading{Rule: "not_due"}
	n, open := t.open()
	if !open || t.state.Due.IsZero() || t.env.Now.Before(t.state.Due) {
		return Ignored
	}
	if t.over(n) {
		return t.timeout(n)
	}
	t.pass(n)
	if t.state.Status != Open {
		t.read.Rule = "no_reminder_while_" + string(t.state.Status)
		return Ignored
	}
	t.read.Rule = "reminder"
	t.say(n.Wait.Say, nil)
	t.again()
	return Handled
}

// pass counts the reminders whose time has come and looks for what is due
// next.
func (t *turn) pass(n Node) {
	for t.state.Reminded < len(n.Wait.Remind) && !t.env.Now.Before(t.state.Asked.Add(n.Wait.Remind[t.state.Reminded])) {
		t.state.Reminded++
	}
	t.state.Due = t.due(n)
}

func (t *turn) timeout(n Node) Result {
	t.read.Rule = "time_out"
	t.runOut(n)
	return Handled
}

func (t *turn) runOut(n Node) {
	t.state.Due = time.Time{}
	t.follow(n.Wait.Timeout, "")
}
