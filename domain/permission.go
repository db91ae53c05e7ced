package domain

import (
	"slices"
	"strings"
)

// Permission is one thing a role may do or see.
type Permission string

// The permissions. A page, a call, a text and a Slack button that do the same
// thing ask the same permission.
const (
	ManageInstallation Permission = "installation.manage" // users, grants, tokens, keys, legal hold
	ManageBody         Permission = "body.manage"
	ViewProcess        Permission = "process.view"     // staff view: stages, guards, aggregates
	DesignProcess      Permission = "process.design"   // remit, specification, targets, texts
	PromiseProcess     Permission = "process.promise"  // commitment, preference, duty assessment
	ApproveDuty        Permission = "duty.approve"     // a second person's approval
	MoveStage          Permission = "process.move"     // to the next stage
	OverrideGuard      Permission = "process.override" // past an unmet guard, with a reason
	SignOff            Permission = "oversight.sign"
	Recruit            Permission = "recruitment.run" // frame, waves, pool, draw, offers, replacement
	ObserveDraw        Permission = "draw.replay"     // replay file with features
	ViewIdentity       Permission = "people.identity" // names, numbers, addresses; each look is recorded
	ServePeople        Permission = "people.serve"    // register, confirm, needs, for a person on the phone
	ApprovePayment     Permission = "payment.approve"
	ExportPayment      Permission = "payment.export"
	Erase              Permission = "people.erase"
	RunSessions        Permission = "session.run"  // sessions, attendance, tables, statements, ballots
	ArrangeTables      Permission = "tables.rules" // who sits together, apart or at a certain table
	ViewSessions       Permission = "session.view"
	PublishEvidence    Permission = "evidence.publish"
	Deliberate         Permission = "member.deliberate" // statements, votes, questions, as a member
	SelfServe          Permission = "member.self"       // one's own needs, payment, withdrawal
	Respond            Permission = "response.record"
	OwnAction          Permission = "action.update"
	VerifyAction       Permission = "action.verify" // never the owner
	Evaluate           Permission = "evaluation.record"
	ViewAggregates     Permission = "report.aggregates"
	ViewAudit          Permission = "audit.view"
	ReadQueue          Permission = "queue.read" // messages that need a person
	Broadcast          Permission = "outreach.broadcast"
	UseSimulator       Permission = "simulator.use" // simulated phones and clock; refused with a real gateway
)

// table is the whole of who may do what. Administrators run the installation
// and do not see identities: arm's length holds for them too.
var table = map[Permission][]Role{
	ManageInstallation: {Administrator, System},
	ManageBody:         {Administrator, System},
	ViewProcess:        {Administrator, Organiser, ConfirmationCaller, Facilitator, Oversight, Commissioner, Evaluator, System},
	DesignProcess:      {Organiser, System},
	PromiseProcess:     {Organiser, Commissioner},
	ApproveDuty:        {Commissioner, Oversight},
	MoveStage:          {Organiser, System},
	OverrideGuard:      {Organiser},
	SignOff:            {Oversight},
	Recruit:            {Organiser, System},
	ObserveDraw:        {Organiser, Oversight, Evaluator},
	ViewIdentity:       {Organiser, ConfirmationCaller, System},
	ServePeople:        {Organiser, ConfirmationCaller, System},
	ApprovePayment:     {Organiser},
	ExportPayment:      {Organiser},
	Erase:              {Organiser, System},
	RunSessions:        {Organiser, Facilitator, System},
	ArrangeTables:      {Organiser, System},
	ViewSessions:       {Organiser, Facilitator, Oversight, Commissioner, Evaluator, Member, System},
	PublishEvidence:    {Organiser},
	Deliberate:         {Member},
	SelfServe:          {Member},
	Respond:            {Commissioner},
	OwnAction:          {Commissioner, Organiser},
	VerifyAction:       {Member, Oversight, Evaluator},
	Evaluate:           {Evaluator, Oversight},
	ViewAggregates:     {Administrator, Organiser, ConfirmationCaller, Facilitator, Oversight, Commissioner, Evaluator, System},
	ViewAudit:          {Organiser, Oversight, Evaluator, Administrator, System},
	ReadQueue:          {Organiser, ConfirmationCaller},
	Broadcast:          {Organiser},
	UseSimulator:       {Administrator, Organiser, System},
}

// Permissions lists every permission of the table, sorted.
func Permissions() []Permission {
	out := make([]Permission, 0, len(table))
	for p := range table {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// RolesFor lists the roles that hold a permission.
func RolesFor(p Permission) []Role { return slices.Clone(table[p]) }

// May reports whether the actor holds the permission over the scope. A token
// with scopes holds only those.
func May(a Actor, p Permission, s Scope) bool {
	if len(a.Scopes) > 0 && !slices.Contains(a.Scopes, string(p)) {
		return false
	}
	for _, r := range a.RolesIn(s) {
		if slices.Contains(table[p], r) {
			return true
		}
	}
	return false
}

// Authorize is nil when the actor holds the permission over the scope.
// Someone with no role that may see the process is told it does not exist;
// someone who may see it is told which roles can do this.
func Authorize(a Actor, p Permission, s Scope) error {
	if May(a, p, s) {
		return nil
	}
	if !May(a, ViewProcess, s) && !a.Holds(Member, s) {
		return Hidden("process")
	}
	return E(Forbidden, "this needs the role %s", orList(table[p]))
}

func orList(rs []Role) string {
	s := ""
	for i, r := range rs {
		if r == System {
			continue
		}
		if i > 0 {
			s += " or "
		}
		s += strings.ReplaceAll(string(r), "_", " ")
	}
	if s == "" {
		return "of the program itself"
	}
	return s
}
