package domain

import (
	"context"
	"slices"
	"time"
)

// Stage is where a process stands, from the promise to the verified change.
type Stage string

// The stages in order, then the two side states.
const (
	Proposed     Stage = "proposed"
	RemitAgreed  Stage = "remit_agreed"
	Designed     Stage = "designed"
	Recruiting   Stage = "recruiting"
	Selected     Stage = "selected"
	Convened     Stage = "convened"
	Deliberating Stage = "deliberating"
	Reporting    Stage = "reporting"
	Reported     Stage = "reported"
	Responded    Stage = "responded"
	Implementing Stage = "implementing"
	Closed       Stage = "closed"

	Paused    Stage = "paused"
	Cancelled Stage = "cancelled"
)

// Stages lists the stages in order, without the side states.
var Stages = []Stage{
	Proposed, RemitAgreed, Designed, Recruiting, Selected, Convened,
	Deliberating, Reporting, Reported, Responded, Implementing, Closed,
}

// Reached reports whether s is at or past t; a side state has reached nothing.
func (s Stage) Reached(t Stage) bool {
	i := slices.Index(Stages, s)
	return i >= 0 && i >= slices.Index(Stages, t)
}

// Next is the stage after s, "" after the last and for side states.
func (s Stage) Next() Stage {
	i := slices.Index(Stages, s)
	if i < 0 || i+1 >= len(Stages) {
		return ""
	}
	return Stages[i+1]
}

// ProcessRef is what the other services need to know of a process: whose it
// is, where it stands, and the facts that texts and pages say of it.
type ProcessRef struct {
	ID          string    `json:"id"`
	Body        string    `json:"body"`
	BodyName    string    `json:"body_name"`
	Kind        string    `json:"kind"` // jury, assembly, citizens_panel, lived_experience_group
	Name        string    `json:"name"`
	ShortName   string    `json:"short_name"`        // starts every text: "Forest Health Jury"
	Code        string    `json:"code"`              // on letters and short links: "F7K2"
	Keyword     string    `json:"keyword,omitempty"` // advertised word to text, may be empty
	Question    string    `json:"question"`
	Stage       Stage     `json:"stage"`
	Zone        string    `json:"zone"` // IANA
	Profile     string    `json:"profile"`
	Size        int       `json:"size"`       // seats
	MinSeated   int       `json:"min_seated"` // least confirmed people to convene with; 0: every seat
	Reserves    int       `json:"reserves"`   // named reserves
	PayPence    int64     `json:"pay_pence"`
	Place       string    `json:"place"`
	Times       string    `json:"times"`   // of a day, in words
	Purpose     string    `json:"purpose"` // goes on "we are asking 18 local people to help ..."
	Starts      time.Time `json:"starts,omitzero"`
	Ends        time.Time `json:"ends,omitzero"`
	Phone       string    `json:"phone,omitempty"` // the organiser's public phone line
	ResponseDue time.Time `json:"response_due,omitzero"`
	MinAge      int       `json:"min_age"`
	SmallNumber int       `json:"small_number"` // counts under it are suppressed
	LegalHold   bool      `json:"legal_hold,omitempty"`
	Resumed     time.Time `json:"resumed,omitzero"` // after its last pause
}

// Scope is the scope of permissions over the process.
func (p ProcessRef) Scope() Scope { return Scope{Body: p.Body, Process: p.ID} }

// Location is the process's time zone; UTC when it cannot be loaded.
func (p ProcessRef) Location() *time.Location {
	if l, err := time.LoadLocation(p.Zone); err == nil {
		return l
	}
	return time.UTC
}

// Processes finds processes for the other services.
type Processes interface {
	// Ref answers not_found for an unknown id. It asks no permission.
	Ref(ctx context.Context, id string) (ProcessRef, error)
}

// GuardSource supplies the items that another service knows a stage to need.
// Guard lists what is missing before the process may enter the stage; it asks
// no permission and changes nothing.
type GuardSource interface {
	Guard(ctx context.Context, p ProcessRef, to Stage) (Guard, error)
}

// Kinds of effects beside audit. The relay's table names who executes each.
const (
	EffectMessage   = "message"   // MessageData: one text (or letter, email) to one person
	EffectBroadcast = "broadcast" // BroadcastData: the same to everyone of some statuses
	EffectNotice    = "notice"    // NoticeData: a Slack notice to commissioners or organisers
	EffectReply     = "reply"     // ReplyData: what a resident's text asks of a service
	EffectStage     = "stage"     // StageData: the process entered a stage
	EffectContact   = "contact"   // ContactData: a person is reached elsewhere from now on, or has left
)

// Message classes. Replies go before bulk; decisions are never re-sent
// without a person when it is unclear whether they went out.
const (
	ClassReply    = "reply"
	ClassService  = "service"
	ClassBulk     = "bulk"
	ClassDecision = "decision"
)

// ContactData says that a person is no longer reached at a number or mailbox,
// or that they have left the process while they were reached there.
type ContactData struct {
	Process string `json:"process"`
	Person  string `json:"person"`
	// Number is the keyed hash of where they were reached; "": nowhere yet.
	Number string `json:"number,omitempty"`
	Mail   bool   `json:"mail,omitempty"` // it is a mailbox
	// Left is how they stand, when they left; "": they are reached elsewhere.
	Left string `json:"left,omitempty"`
	// Asked: they asked for the change themselves, from that number; of
	// leaving: a conversation at that number led to it.
	Asked bool      `json:"asked,omitempty"`
	At    time.Time `json:"at"`
}

// MessageData asks that a person be told something, by their channel. Vars
// holds nothing personal; names of Template and Vars are the catalogue's.
type MessageData struct {
	Process   string            `json:"process"`
	Person    string            `json:"person"`
	Template  string            `json:"template"` // such as "picked"
	Vars      map[string]string `json:"vars,omitempty"`
	Class     string            `json:"class"`
	Flow      string            `json:"flow,omitempty"` // conversation it opens, such as "confirm.v1"
	Expires   time.Time         `json:"expires,omitzero"`
	NotBefore time.Time         `json:"not_before,omitzero"`
	// Together: the people sit together and wait for it; it goes at any hour.
	Together bool `json:"together,omitempty"`
}

// BroadcastData asks the same for everyone in the process whose status is one
// of Statuses. It becomes a wave.
type BroadcastData struct {
	Process  string            `json:"process"`
	Statuses []string          `json:"statuses"`
	Template string            `json:"template"`
	Vars     map[string]string `json:"vars,omitempty"`
	Class    string            `json:"class"`
	Flow     string            `json:"flow,omitempty"`
	Expires  time.Time         `json:"expires,omitzero"`
}

// NoticeData tells users of a role something in Slack. It names no resident.
type NoticeData struct {
	Process string            `json:"process"`
	Body    string            `json:"body"`
	Role    Role              `json:"role"`
	Kind    string            `json:"kind"`    // such as "response_due", "response_overdue", "queue"
	Subject string            `json:"subject"` // collection:id
	Vars    map[string]string `json:"vars,omitempty"`
}

// ReplyData is a command that a resident's text asks for. Fields is sealed
// under Subject, bound to the effect's id.
type ReplyData struct {
	Process string    `json:"process"`
	Person  string    `json:"person,omitempty"` // empty: not registered yet
	Number  string    `json:"number"`           // lookup hash
	Name    string    `json:"name"`             // such as "register", "confirm"
	Subject string    `json:"subject"`
	Event   string    `json:"event"` // id of the inbound event: the command key
	Fields  Sealed    `json:"fields,omitempty"`
	At      time.Time `json:"at"`
}

// StageData says that a process entered a stage.
type StageData struct {
	Process string `json:"process"`
	From    Stage  `json:"from"`
	To      Stage  `json:"to"`
}
