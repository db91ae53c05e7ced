package web

import (
	"context"
	"slices"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/people"
)

// sittingPages are for those who run and watch the jury's work: its sessions,
// what it hears, what it says and how it votes.
func sittingPages(s Services) []Page {
	return slices.Concat(sessionPages(s), doorPages(s), tablePages(s), evidencePages(s), questionPages(s), wordingPages(s), ballotPages(s), reportPages(s))
}

// sitNav lists the pages of the jury's work that the reader may open.
func (d desk) sitNav(here string) []tab {
	tabs := []struct {
		name, label, path string
		needs             domain.Permission
	}{
		{"sessions", "Sessions", "/sessions", domain.ViewProcess},
		{"evidence", "Evidence", "/evidence", domain.ViewProcess},
		{"witnesses", "Witnesses", "/witnesses", domain.ViewProcess},
		{"questions", "Questions", "/questions", domain.ViewProcess},
		{"statements", "What was said", "/statements", domain.RunSessions},
		{"recommendations", "Recommendations", "/recommendations", domain.ViewProcess},
		{"ballots", "Ballots", "/ballots", domain.ViewProcess},
		{"report", "Report", "/report", domain.ViewProcess},
	}
	var out []tab
	for _, t := range tabs {
		if d.May(t.needs) {
			out = append(out, tab{d.URL(t.path), t.label, t.name == here})
		}
	}
	return out
}

// only hides a page from who may not use it.
func (d desk) only(p domain.Permission) error {
	if d.May(p) {
		return nil
	}
	return domain.Hidden("page")
}

// sitHead is the head of a page of the jury's work.
type sitHead struct {
	deskHead
	Sub []tab
}

// Head is the head of a page of the jury's work, for the part "sit".
func (d desk) Head(title, here string) sitHead {
	return sitHead{deskHead{d.P, title, d.Nav("sittings")}, d.sitNav(here)}
}

// todo is the next step that is due and what it still lacks.
type todo struct {
	What  string
	Text  string
	Lacks []string
	Link  string // to where it is done
	Label string
}

// seats lists who holds or held a seat, by number, where the reader may know.
func (s Services) seats(ctx context.Context, r *Request, d desk) ([]people.Seat, error) {
	var out []people.Seat
	err := part(&out, func() ([]people.Seat, error) { return s.People.Seats(ctx, r.Actor, d.P.ID) })
	return out, err
}

// seatName is what a seat is called where no name is shown.
func seatName(x people.Seat) string {
	name := "Seat " + thousands(int64(x.Number))
	if x.Pseudonym != "" {
		name += ", " + x.Pseudonym
	}
	return name
}

// handsOf reads a show of hands.
func handsOf(in typed, name string) deliberation.Hands {
	f, a, p := in.hands(name)
	return deliberation.Hands{For: f, Against: a, Present: p}
}

// sitting is the page of the jury's work on which a missing item is supplied,
// "" where it is no such item.
func sitting(where string) string {
	first, _, _ := strings.Cut(where, "/")
	return map[string]string{
		"sessions": "/sessions", "rules": "/ballots", "ballots": "/ballots", "balance": "/evidence#balance", "evidence": "/evidence", "packs": "/evidence",
		"questions": "/questions", "recommendations": "/recommendations", "report": "/report", "minority-views": "/report", "actions": "/actions", "feedback": "/actions",
	}[first]
}
