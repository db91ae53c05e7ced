package domain

import "slices"

// Role is what an actor is to a body or a process. Words: practice of the
// field (commissioner, organiser, oversight panel, member).
type Role string

// The roles. Public needs no grant; System is the program itself (jobs,
// relay).
const (
	Administrator      Role = "administrator"       // runs the installation: users, roles, keys; sees no identities
	Organiser          Role = "organiser"           // runs the process at arm's length
	ConfirmationCaller Role = "confirmation_caller" // registers and confirms people by phone
	Facilitator        Role = "facilitator"         // runs the room
	Oversight          Role = "oversight"           // independent panel: checks design, balance, draw
	Commissioner       Role = "commissioner"        // commissions and must respond; sees aggregates
	Evaluator          Role = "evaluator"           // independent assessor; aggregates
	Member             Role = "member"              // a person in the process, about themselves
	Public             Role = "public"
	System             Role = "system"
)

// Roles lists every role that can be granted to a user.
var Roles = []Role{Administrator, Organiser, ConfirmationCaller, Facilitator, Oversight, Commissioner, Evaluator}

// Grant gives a role over one process, over one body (all its processes), or,
// with both empty, everywhere.
type Grant struct {
	Role    Role   `json:"role"`
	Body    string `json:"body,omitempty"`
	Process string `json:"process,omitempty"`
}

// Actor is who does or asks something. Name is a staff name for the record;
// for members it stays empty and ID is the person's id.
type Actor struct {
	ID     string   `json:"id"`
	Name   string   `json:"name,omitempty"`
	Grants []Grant  `json:"grants,omitempty"`
	Via    string   `json:"via,omitempty"`    // door: api, web, sms, slack, job, command
	Scopes []string `json:"scopes,omitempty"` // of an API token; empty: all of the user's permissions
}

// SystemActor is the program doing what is due.
func SystemActor(via string) Actor {
	return Actor{ID: "system", Name: "Folkmoot", Grants: []Grant{{Role: System}}, Via: via}
}

// PublicActor is anybody.
func PublicActor(via string) Actor {
	return Actor{ID: "public", Grants: []Grant{{Role: Public}}, Via: via}
}

// MemberActor is one person in one process, acting for themselves.
func MemberActor(process, person, via string) Actor {
	return Actor{ID: person, Grants: []Grant{{Role: Member, Process: process}}, Via: via}
}

// Scope is what a permission is asked over. Body owns the process; Person is
// set where a member may act for themselves alone.
type Scope struct {
	Body    string
	Process string
	Person  string
}

// covers reports whether the grant reaches the scope.
func (g Grant) covers(s Scope) bool {
	if g.Process != "" {
		return g.Process == s.Process
	}
	return g.Body == "" || g.Body == s.Body
}

// RolesIn lists the roles the actor holds over the scope, in table order.
func (a Actor) RolesIn(s Scope) []Role {
	var out []Role
	for _, g := range a.Grants {
		if !g.covers(s) || slices.Contains(out, g.Role) {
			continue
		}
		if g.Role == Member && s.Person != "" && s.Person != a.ID {
			continue
		}
		out = append(out, g.Role)
	}
	return out
}

// Holds reports whether the actor has the role over the scope.
func (a Actor) Holds(r Role, s Scope) bool { return slices.Contains(a.RolesIn(s), r) }
