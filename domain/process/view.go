package process

import (
	"time"

	"folkmoot/domain"
)

// View is a process as staff see it. It holds no personal data of residents;
// names are those of staff and of the published oversight panel.
type View struct {
	ID            string            `json:"id"`
	Version       int64             `json:"version"`
	CreatedAt     time.Time         `json:"created_at"`
	UpdatedAt     time.Time         `json:"updated_at"`
	Body          string            `json:"body"`
	BodyName      string            `json:"body_name"`
	Partners      []string          `json:"partners"`
	Kind          string            `json:"kind"`
	Name          string            `json:"name"`
	ShortName     string            `json:"short_name"`
	Code          string            `json:"code"`
	Keyword       string            `json:"keyword"`
	Zone          string            `json:"zone"`
	Profile       string            `json:"profile"`
	Phone         string            `json:"phone"`
	Stage         domain.Stage      `json:"stage"`
	Remit         Remit             `json:"remit"`
	Readability   Readability       `json:"readability"`
	Commitment    Commitment        `json:"commitment"`
	Duties        []Duty            `json:"duties"`
	Gunning       []Evidence        `json:"gunning"`
	Specification Specification     `json:"specification"`
	Oversight     []OversightMember `json:"oversight"`
	SignOffs      []SignOff         `json:"sign_offs"`
	Materials     []Material        `json:"materials"`
	Answers       []Answer          `json:"answers"`
	Overrides     []Override        `json:"overrides"`
	History       []StageMark       `json:"history"`
	Evaluation    *Evaluation       `json:"evaluation,omitempty"`
	Closing       *Closing          `json:"closing,omitempty"`
}

func (p *Process) view() View {
	return View{
		ID: p.ID, Version: p.Revision, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		Body: p.Body, BodyName: p.BodyName, Partners: p.Partners, Kind: p.Kind, Name: p.Name, ShortName: p.ShortName,
		Code: p.Code, Keyword: p.Keyword, Zone: p.Zone, Profile: p.Profile, Phone: p.Phone, Stage: p.Stage,
		Remit: p.Remit, Readability: Read(p.Remit.Question), Commitment: p.Commitment, Duties: p.Duties, Gunning: p.Gunning,
		Specification: p.Specification, Oversight: p.Oversight, SignOffs: p.SignOffs, Materials: p.Materials, Answers: p.Answers,
		Overrides: p.Overrides, History: p.History, Evaluation: p.Evaluation, Closing: p.Closing,
	}
}

// SignedBy lists the users of the oversight panel whose sign-off of the text as
// it stands now holds: question, specification or draw.
func (v View) SignedBy(what string) []string {
	p := Process{Remit: v.Remit, Specification: v.Specification, Oversight: v.Oversight, SignOffs: v.SignOffs}
	return p.signers(what)
}

// Reached reports whether the process is at or past a stage, also while it is
// paused.
func (v View) Reached(st domain.Stage) bool {
	at := v.Stage
	for i := len(v.History) - 1; i >= 0 && at == domain.Paused; i-- {
		at = v.History[i].Stage
	}
	return at.Reached(st)
}

// PublicView is a process as anyone sees it on its public page.
type PublicView struct {
	ID         string            `json:"id"`
	Code       string            `json:"code"`
	Name       string            `json:"name"`
	ShortName  string            `json:"short_name"`
	Kind       string            `json:"kind"`
	Body       string            `json:"body"`
	BodyName   string            `json:"body_name"`
	Phone      string            `json:"phone"`
	Zone       string            `json:"zone"`
	Stage      domain.Stage      `json:"stage"`
	Question   string            `json:"question"`
	Options    []string          `json:"options"`
	InScope    []string          `json:"in_scope"`
	OutOfScope []string          `json:"out_of_scope"`
	Influence  string            `json:"influence"`
	Criteria   []string          `json:"criteria"`
	Preference string            `json:"preference"`
	Commitment Commitment        `json:"commitment"`
	Size       int               `json:"size"`
	Reserves   int               `json:"reserves"`
	PayPence   int64             `json:"pay_pence"`
	Place      string            `json:"place"`
	Starts     time.Time         `json:"starts,omitzero"`
	Ends       time.Time         `json:"ends,omitzero"`
	Oversight  []OversightMember `json:"oversight"`
	History    []StageMark       `json:"history"`
	Overrides  []Override        `json:"overrides"`
	Evaluation *Evaluation       `json:"evaluation,omitempty"`
	Closing    *Closing          `json:"closing,omitempty"`
}

// Public is the public view of a process; a process shows once its remit is
// agreed. Users behind marks are left out.
func (p *Process) public() PublicView {
	marks := make([]StageMark, len(p.History))
	for i, m := range p.History {
		marks[i] = StageMark{Stage: m.Stage, At: m.At}
	}
	panel := make([]OversightMember, len(p.Oversight))
	for i, m := range p.Oversight {
		panel[i] = OversightMember{Name: m.Name, Standpoint: m.Standpoint}
	}
	c := p.Commitment
	c.MadeBy = ""
	s := p.Specification
	return PublicView{
		ID: p.ID, Code: p.Code, Name: p.Name, ShortName: p.ShortName, Kind: Kinds[p.Kind].Label,
		Body: p.Body, BodyName: p.BodyName, Phone: p.Phone, Zone: p.Zone, Stage: p.Stage,
		Question: p.Remit.Question, Options: p.Remit.Options, InScope: p.Remit.InScope, OutOfScope: p.Remit.OutOfScope,
		Influence: p.Remit.Influence, Criteria: p.Remit.Criteria, Preference: p.Remit.Preference, Commitment: c,
		Size: s.Size, Reserves: s.Reserves, PayPence: s.PayPence, Place: s.Place, Starts: s.Starts, Ends: s.Ends,
		Oversight: panel, History: marks, Overrides: publicOverrides(p.Overrides), Evaluation: p.Evaluation, Closing: p.Closing,
	}
}

func publicOverrides(in []Override) []Override {
	out := make([]Override, len(in))
	for i, o := range in {
		o.By = ""
		out[i] = o
	}
	return out
}
