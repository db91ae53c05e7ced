package process

import (
	"time"

	"folkmoot/domain"
)

// Kinds of processes and the least hours of deliberation that the label
// promises (Involve: events under 8 hours are not assemblies; a jury sits 2
// days or more).
var Kinds = map[string]Kind{
	"jury":                   {Label: "citizens' jury", MinHours: 12, MinSize: 12, MaxSize: 24},
	"assembly":               {Label: "citizens' assembly", MinHours: 20, MinSize: 40, MaxSize: 300},
	"citizens_panel":         {Label: "citizens' panel", MinHours: 2, MinSize: 50, MaxSize: 10000},
	"lived_experience_group": {Label: "lived-experience group", MinHours: 2, MinSize: 4, MaxSize: 60},
}

// Kind is what the label of a process promises.
type Kind struct {
	Label    string
	MinHours float64
	MinSize  int
	MaxSize  int
}

// Process is one deliberative exercise from commission to close. It is
// bounded: at most 12 bodies, 60 list entries of any kind, 40 materials, 200
// sign-offs and 100 overrides; what would go past is refused with that figure.
type Process struct {
	domain.Root
	Body          string              `json:"body"`
	BodyName      string              `json:"body_name"`
	Partners      []string            `json:"partners,omitempty"` // further bodies that share it
	Kind          string              `json:"kind"`
	Name          string              `json:"name"`
	ShortName     string              `json:"short_name"`
	Code          string              `json:"code"`
	Keyword       string              `json:"keyword,omitempty"`
	Zone          string              `json:"zone"`
	Profile       string              `json:"profile"`
	Phone         string              `json:"phone"`
	Stage         domain.Stage        `json:"stage"`
	Before        domain.Stage        `json:"before,omitempty"` // stage to resume at
	Remit         Remit               `json:"remit"`
	Commitment    Commitment          `json:"commitment"`
	Duties        []Duty              `json:"duties,omitempty"`
	Gunning       []Evidence          `json:"gunning,omitempty"`
	Specification Specification       `json:"specification"`
	Oversight     []OversightMember   `json:"oversight,omitempty"`
	SignOffs      []SignOff           `json:"sign_offs,omitempty"`
	Materials     []Material          `json:"materials,omitempty"`
	Answers       []Answer            `json:"answers,omitempty"`
	Overrides     []Override          `json:"overrides,omitempty"`
	History       []StageMark         `json:"history,omitempty"`
	Evaluation    *Evaluation         `json:"evaluation,omitempty"`
	Closing       *Closing            `json:"closing,omitempty"`
	Tags          map[string][]string `json:"tags,omitempty"` // principles, inclusion health groups, community plan outcomes
}

// Remit is what is asked, what is in and out of scope, and what can come of
// it.
type Remit struct {
	Question   string   `json:"question"`
	Options    []string `json:"options,omitempty"`
	InScope    []string `json:"in_scope"`
	OutOfScope []string `json:"out_of_scope"`
	Influence  string   `json:"influence"`  // what taking part can achieve
	Criteria   []string `json:"criteria"`   // what the decision will be judged by
	Preference string   `json:"preference"` // the commissioner's declared preference, or "none"
	Mode       string   `json:"mode"`       // co_commission, co_design, co_deliver, co_assess
	Version    int      `json:"version"`
}

// Commitment is the dated public promise to respond.
type Commitment struct {
	Promise     string    `json:"promise"`
	ResponseDue time.Time `json:"response_due,omitzero"`
	DecidedBy   string    `json:"decided_by"` // board or committee that decides, in public
	MadeBy      string    `json:"made_by,omitempty"`
	MadeAt      time.Time `json:"made_at,omitzero"`
}

// Duty is one body's assessment whether a legal duty to involve applies.
type Duty struct {
	Body       string       `json:"body"`
	Profile    string       `json:"profile"`
	Answers    []DutyAnswer `json:"answers"`
	Outcome    string       `json:"outcome"` // applies, not_applies, beneficial_anyway
	Reasons    string       `json:"reasons"`
	State      string       `json:"state"` // assessed, approved
	AssessedBy string       `json:"assessed_by"`
	AssessedAt time.Time    `json:"assessed_at"`
	ApprovedBy string       `json:"approved_by,omitempty"`
	ApprovedAt time.Time    `json:"approved_at,omitzero"`
	ReviewDue  time.Time    `json:"review_due,omitzero"`
}

// DutyAnswer answers one step of the profile's assessment.
type DutyAnswer struct {
	Step   string `json:"step"`
	Answer string `json:"answer"` // yes, no, unsure
	Reason string `json:"reason"`
}

// Evidence says how one Gunning principle (1 to 4) is met: proposals at a
// formative stage, sufficient reasons, adequate time, conscientious
// consideration.
type Evidence struct {
	Principle int       `json:"principle"`
	Text      string    `json:"text"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// Specification is the design: who sits, how long, what for.
type Specification struct {
	Size          int       `json:"size"`       // seats
	MinSeated     int       `json:"min_seated"` // least confirmed people to convene with
	Reserves      int       `json:"reserves"`
	Hours         float64   `json:"hours"` // of deliberation, all sessions together
	Starts        time.Time `json:"starts,omitzero"`
	Ends          time.Time `json:"ends,omitzero"`
	Place         string    `json:"place"`
	Times         string    `json:"times"`   // of a day, in words: 9.30am to 5pm
	Purpose       string    `json:"purpose"` // goes on "we are asking 18 local people to help ..."
	Method        string    `json:"method"`  // why this method is fair and proportionate
	PayPence      int64     `json:"pay_pence"`
	PaymentPolicy string    `json:"payment_policy"` // link or reference of the written policy
	PrivacyNotice string    `json:"privacy_notice"`
	DPIA          string    `json:"dpia"` // reference
	Formats       []string  `json:"formats"`
	Languages     []string  `json:"languages"`
	MinAge        int       `json:"min_age"`
	Area          string    `json:"area"` // who may register: people living here
	SmallNumber   int       `json:"small_number,omitempty"`
	SetAt         time.Time `json:"set_at,omitzero"`
}

// OversightMember is an independent person who checks design and balance.
// Membership is published.
type OversightMember struct {
	User       string `json:"user"`
	Name       string `json:"name"`
	Standpoint string `json:"standpoint"`
}

// SignOff is an oversight member's agreement to a text as it stood.
type SignOff struct {
	What string    `json:"what"` // question, specification, balance, draw
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
	Hash string    `json:"hash"` // of what was signed
}

// Answer is a question that people ask, with the answer approved for texts.
type Answer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Language string `json:"language"`
}

// Material is a text that must be ready in a format and language before it
// may be used.
type Material struct {
	Name     string    `json:"name"`   // invitation, privacy_notice, ...
	Format   string    `json:"format"` // text, letter, easy_read, large_print, read_aloud, bsl
	Language string    `json:"language"`
	File     string    `json:"file,omitempty"` // SHA-256 of the stored file, or empty where the text is built in
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Override is a step taken past an unmet guard.
type Override struct {
	Step    domain.Stage `json:"step"`
	Missing []string     `json:"missing"`
	By      string       `json:"by"`
	Name    string       `json:"name"`
	Reason  string       `json:"reason"`
	At      time.Time    `json:"at"`
}

// StageMark is one entry of a stage.
type StageMark struct {
	Stage domain.Stage `json:"stage"`
	At    time.Time    `json:"at"`
	By    string       `json:"by"`
}

// Evaluation is the independent assessor's published report.
type Evaluation struct {
	Summary     string    `json:"summary"`
	File        string    `json:"file,omitempty"`
	By          string    `json:"by"`
	PublishedAt time.Time `json:"published_at"`
}

// Closing says why and when a process ended, and when its retention clock
// started.
type Closing struct {
	Reason         string    `json:"reason"`
	At             time.Time `json:"at"`
	RetentionStart time.Time `json:"retention_start"`
}

// Processes declares how processes are kept.
var Processes = domain.Collection[Process]{
	Name: "processes", Schema: 1, Shard: "id",
	Indexes: []domain.Index{
		{Name: "body", Fields: []string{"body", "created"}},
		{Name: "code", Fields: []string{"code"}},
		{Name: "stage", Fields: []string{"stage", "created"}},
	},
	Keys: func(p *Process) map[string]any {
		return map[string]any{"body": p.Body, "code": p.Code, "stage": string(p.Stage), "created": p.CreatedAt}
	},
}

// reached reports whether the process is at or past a stage, also while it is
// paused.
func (p *Process) reached(st domain.Stage) bool {
	if p.Stage == domain.Paused {
		return p.Before.Reached(st)
	}
	return p.Stage.Reached(st)
}

func (p *Process) scope() domain.Scope { return domain.Scope{Body: p.Body, Process: p.ID} }

// ref is the process as the other services need it.
func (p *Process) ref() domain.ProcessRef {
	s := p.Specification
	small := s.SmallNumber
	if small == 0 {
		small = 5
	}
	return domain.ProcessRef{
		ID: p.ID, Body: p.Body, BodyName: p.BodyName, Kind: p.Kind, Name: p.Name, ShortName: p.ShortName,
		Code: p.Code, Keyword: p.Keyword, Question: p.Remit.Question, Stage: p.Stage, Zone: p.Zone,
		Profile: p.Profile, Size: s.Size, MinSeated: s.MinSeated, Reserves: s.Reserves, PayPence: s.PayPence, Place: s.Place, Times: s.Times, Purpose: s.Purpose,
		Starts: s.Starts, Ends: s.Ends, Phone: p.Phone, ResponseDue: p.Commitment.ResponseDue,
		MinAge: s.MinAge, SmallNumber: small, Resumed: p.resumed(),
	}
}

// resumed is when the process went on after its last pause.
func (p *Process) resumed() time.Time {
	for i := len(p.History) - 1; i > 0; i-- {
		if p.History[i-1].Stage == domain.Paused {
			return p.History[i].At
		}
	}
	return time.Time{}
}
