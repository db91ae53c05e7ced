package web

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"folkmoot/domain/accountability"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
)

// tab is one of the pages that belong together.
type tab struct {
	URL, Label string
	Here       bool
}

// Nav lists the public pages of a process, those that hold something.
func (st story) Nav(here string) []tab {
	code := st.P.Code
	out := []tab{{"/p/" + code, "About", here == "about"}}
	add := func(ok bool, path, label, name string) {
		if ok {
			out = append(out, tab{path + code, label, here == name})
		}
	}
	add(len(st.Draws) > 0, "/d/", "The draw", "draw")
	add(len(st.Packs) > 0, "/e/", "Evidence", "evidence")
	add(st.Report != nil, "/r/", "Report and answers", "report")
	return out
}

// pageWords are the words that the pages need beside [funcs].
var pageWords = map[string]any{
	"outcome":        outcomeStatus,
	"sessionStatus":  sessionStatus,
	"actionStatus":   actionStatus,
	"first":          func(s any) string { return first(fmt.Sprint(s)) },
	"last":           func(i int, list []PhoneText) bool { return i == len(list)-1 },
	"supportKinds":   supportKinds,
	"deref":          func(b *bool) bool { return b != nil && *b },
	"reasonStatus":   reasonStatus,
	"came":           cameOf,
	"ended":          ended,
	"deskHead":       func(p process.View, title string, tabs []tab) deskHead { return deskHead{p, title, tabs} },
	"action":         func(a string) string { return first(words(strings.ReplaceAll(a, ".", ": "))) },
	"support":        supportWords,
	"fileURL":        fileURL,
	"item":           newItem,
	"agendaKinds":    func() []string { return agendaKinds },
	"blankZero":      blankZero,
	"rankWord":       rankWord,
	"recStatus":      func(st deliberation.RecState) Status { return recStates[st] },
	"recChoices":     recChoices,
	"questionStatus": questionStatus,
	"bindForm":       bindForm,
	"inc":            func(i int) int { return i + 1 },
	"peopleAt":       peopleAt,
	"spoken":         spoken,
	"joinWords":      func(names []string) string { return words(strings.Join(names, ", ")) },
	"joined":         func(lines []string) string { return strings.Join(lines, "\n") },
	"duration":       duration,
	"thousands":      func(n any) string { return thousands(whole(n)) },
	"oneIn":          oneIn,
	"isoWords":       isoWords,
	"easeText":       easeText,
	"targetCells":    targetCells,
	"seedFields":     newSeedFields,
	"roundHint":      roundHint,
	"learnedHint":    learnedHint,
}

// whole is any whole number of a template.
func whole(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	panic(fmt.Sprintf("web: %T is no whole number", n))
}

// outcomes are the answers in the words of the people who asked.
var outcomes = map[accountability.Outcome]Status{
	accountability.Accept:         {"kept", "Agreed"},
	accountability.AcceptInPart:   {"kept", "Agreed in part"},
	accountability.AlreadyDoing:   {"kept", "Being done already"},
	accountability.ConsiderMore:   {"due", "To be decided later"},
	accountability.ReferElsewhere: {"waiting", "Passed to another body"},
	accountability.Reject:         {"dropped", "Not agreed"},
}

func outcomeStatus(o accountability.Outcome, overdue bool) Status {
	if st, ok := outcomes[o]; ok {
		if overdue {
			return Status{"late", st.Word + ", and that is overdue"}
		}
		return st
	}
	if overdue {
		return Status{"late", "No answer yet: overdue"}
	}
	return Status{"due", "No answer yet"}
}

func sessionStatus(s deliberation.SessionState) Status {
	switch s {
	case deliberation.SessionHeld:
		return Status{"kept", "Held"}
	case deliberation.SessionOpen:
		return Status{"due", "Today"}
	case deliberation.SessionCancelled:
		return Status{"dropped", "Cancelled"}
	}
	return Status{"waiting", "Planned"}
}

func actionStatus(s accountability.ActionState, late bool) Status {
	class := map[accountability.ActionState]string{
		accountability.ActionDone: "done", accountability.ActionVerified: "kept", accountability.ActionNotVerified: "late",
		accountability.ActionBlocked: "late", accountability.ActionAtRisk: "late",
		accountability.ActionStopped: "dropped", accountability.ActionChanged: "waiting", accountability.ActionTransferred: "waiting",
	}[s]
	if class == "" {
		class = "due"
	}
	word := map[accountability.ActionState]string{
		accountability.ActionDone: "Reported done, not checked yet", accountability.ActionVerified: "Done, and checked",
		accountability.ActionNotVerified: "Checked, and not done yet", accountability.ActionOnTrack: "On track",
	}[s]
	if word == "" {
		word = first(words(s))
	}
	if late {
		return Status{"late", word + ", late"}
	}
	return Status{class, word}
}

// first makes the first letter large.
func first(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// itemShown is one item of evidence with who brought it and where to read it.
type itemShown struct {
	Item         deliberation.Evidence
	Witness, URL string
}

func newItem(p evidencePage, e deliberation.Evidence) itemShown {
	return itemShown{e, p.WitnessOf(e.Witness), fileURL(p.P.Code, e.File)}
}

// supportNames are the kinds of support whose names do not say enough.
var supportNames = map[string]string{
	"bsl_interpreter": "A BSL interpreter", "replacement_care": "Somebody to care for those I care for",
	"diet": "Food that suits me", "device_or_data": "A device or data to join with", "trauma_informed": "Care because of what I have lived through",
	"step_free": "A way in without steps", "other": "Something else",
}

// supportKinds are value and label of every kind of support.
func supportKinds() []string {
	var out []string
	for _, k := range people.SupportKinds {
		name := supportNames[k]
		if name == "" {
			name = first(words(k))
		}
		out = append(out, k, name)
	}
	return out
}

// deskHead is the head of a staff page of a process.
type deskHead struct {
	P     process.View
	Title string
	Tabs  []tab
}

// cameOf says what became of a recommendation beyond its answer, "" where the
// answer says it all.
func cameOf(o accountability.Outcome, st accountability.Standing) string {
	if o == accountability.Reject {
		return ""
	}
	return map[accountability.Standing]string{
		accountability.StandingImplementing: "being carried out", accountability.StandingImplemented: "carried out and checked",
		accountability.StandingPartly: "carried out in part", accountability.StandingNot: "not carried out",
		accountability.StandingSuperseded: "overtaken by a later one",
	}[st]
}

// agendaKinds are value and label of what a part of a session is for.
var agendaKinds = []string{
	"welcome", "Welcome", "evidence", "Evidence", "questions", "Members’ questions", "deliberation", "Members among themselves",
	"vote", "Vote", "break", "Break", "other", "Something else",
}

// blankZero leaves a field empty where nothing was set.
func blankZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// recChoices are what a minority view may be about.
func recChoices(all []deliberation.Recommendation) []string {
	out := []string{"", "The report as a whole"}
	for _, x := range all {
		out = append(out, x.ID, x.Title)
	}
	return out
}

// questionStatus says where a member question stands.
func questionStatus(q deliberation.MemberQuestion) Status {
	return map[deliberation.QuestionState]Status{
		deliberation.QuestionAsked: {"waiting", "Asked"}, deliberation.QuestionMerged: {"done", "Joined with another question"}, deliberation.QuestionPut: {"due", "Put, not answered yet"},
		deliberation.QuestionPromised: {"due", "An answer is promised"}, deliberation.QuestionOverdue: {"late", "The answer is overdue"},
		deliberation.QuestionAnswered: {"kept", "Answered"}, deliberation.QuestionUnanswerable: {"dropped", "It cannot be answered"},
	}[q.State]
}

// spoken lists names as people say them: "Irish, Polish and Welsh".
func spoken(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
