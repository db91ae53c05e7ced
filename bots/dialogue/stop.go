package dialogue

func (t *turn) stop(lang string) Result {
	t.read = Reading{Intent: IsStop, Rule: lang + ":stop", Class: ByPhrase}
	if t.state.Status == Stopped {
		return Ignored
	}
	t.state.Status = Stopped
	t.legal = true
	t.do(DoOptOut, map[string]string{"input": t.in.ID})
	t.say("stopped", nil)
	return Handled
}

func (t *turn) help(lang string) Result {
	t.read = Reading{Intent: IsHelp, Rule: lang + ":help", Class: ByPhrase}
	t.legal = true
	t.handOver("help", "normal")
	t.say("help", nil)
	if t.state.Status != Stopped {
		t.again()
	}
	return Handled
}

// whileStopped keeps silence after STOP; only START ends it. Words are still
// read by a person.
func (t *turn) whileStopped(whole Intent, lang string) Result {
	switch whole {
	case IsStart:
		return t.start(lang)
	case IsThanks:
		t.read = Reading{Intent: whole, Rule: "silence_after_stop"}
		return Ignored
	}
	t.read = Reading{Rule: "silence_after_stop"}
	t.handOver("after_stop", "low")
	return Handed
}

func (t *turn) start(lang string) Result {
	t.read = Reading{Intent: IsStart, Rule: lang + ":start", Class: ByPhrase}
	if t.state.Status != Stopped {
		t.say("start.already", nil)
		t.again()
		return Handled
	}
	t.state.Status = Open
	if t.state.Outcome != "" {
		t.state.Status = Ended
	}
	t.do(DoOptIn, map[string]string{"input": t.in.ID})
	t.say("started", nil)
	t.takeUp()
	return Handled
}
