package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"folkmoot/domain"
	"folkmoot/domain/audit"
	"folkmoot/domain/people"
)

type adminDisclose struct {
	Person     string `help:"Id of a person: everything held on them." xor:"what" required:""`
	Process    string `help:"Id of a process: its record, without anything about residents." xor:"what" required:""`
	Out        string `help:"Folder to write to." required:"" type:"path"`
	FullRecord bool   `help:"With a process: also the record word for word, which 'folkmoot verify' can check. It holds ids of staff and residents: for a court or an auditor, not for the public."`
}

// Run writes the disclosure.
func (c *adminDisclose) Run(ctx context.Context, st *streams) error {
	return atHome(ctx, st, func(h *house) error {
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return err
		}
		if c.Person != "" {
			d, err := h.people.Disclose(ctx, operator(), c.Person)
			if err != nil {
				return err
			}
			return writeJSON(st, c.Out, "person.json", d)
		}
		d := &disclosure{house: h, st: st, out: c.Out, process: c.Process, known: map[string]string{}}
		if err := d.write(ctx); err != nil || !c.FullRecord {
			return err
		}
		return d.fullRecord(ctx)
	})
}

// disclosure is what freedom of information asks for: everything of a process
// but what is about residents, and staff by their role.
type disclosure struct {
	*house
	st           *streams
	out, process string
	known        map[string]string // id -> the words in its place, "" for neither staff nor resident
	withheld     []string
}

// part is one file of a disclosure.
type part struct {
	name string
	read func() (any, error)
}

func (d *disclosure) parts(ctx context.Context) []part {
	op, public := operator().Actor, domain.PublicActor("command") // what of the deliberation is published
	id, board := d.process, d.board()
	return []part{
		{"process.json", func() (any, error) { return d.house.process.Get(ctx, op, id) }},
		{"recruitment.json", func() (any, error) { return d.recruitment.Get(ctx, board, id) }},
		{"invitees.json", func() (any, error) { return d.recruitment.InviteeDraws(ctx, board, id) }},
		{"draws.json", func() (any, error) { return d.recruitment.ListDraws(ctx, board, id) }},
		{"representation.json", func() (any, error) { return d.recruitment.Represent(ctx, board, id) }},
		{"sessions.json", func() (any, error) { return d.deliberation.Sessions(ctx, public, id) }},
		{"witnesses.json", func() (any, error) { return d.deliberation.Witnesses(ctx, public, id) }},
		{"evidence.json", func() (any, error) { return d.deliberation.Evidence(ctx, public, id) }},
		{"packs.json", func() (any, error) { return d.deliberation.Packs(ctx, public, id) }},
		{"recommendations.json", func() (any, error) { return d.deliberation.Recommendations(ctx, public, id) }},
		{"ballots.json", func() (any, error) { return d.deliberation.Ballots(ctx, public, id) }},
		{"minority_views.json", func() (any, error) { return d.deliberation.MinorityViews(ctx, public, id) }},
		{"report.json", func() (any, error) { return d.deliberation.Report(ctx, public, id) }},
		{"responses.json", func() (any, error) { return d.accountability.Responses(ctx, public, id) }},
		{"decisions.json", func() (any, error) { return d.accountability.Decisions(ctx, public, id) }},
		{"actions.json", func() (any, error) { return d.accountability.Actions(ctx, public, id) }},
		{"progress.json", func() (any, error) { return d.accountability.ProgressReports(ctx, public, id) }},
		{"said_and_did.json", func() (any, error) { return d.accountability.SaidAndDid(ctx, public, id) }},
		{"retention.json", func() (any, error) { return d.retention.Plan(ctx, op, id) }},
		{"holds.json", func() (any, error) { return d.retention.ListHolds(ctx, op, id) }},
	}
}

// board is who sees counts of recruitment and nobody's answers.
func (d *disclosure) board() domain.Actor {
	return domain.Actor{ID: "disclosure", Via: "command", Grants: []domain.Grant{{Role: domain.Commissioner, Process: d.process}}}
}

func (d *disclosure) write(ctx context.Context) error {
	if _, err := d.house.process.Get(ctx, operator().Actor, d.process); err != nil {
		return err
	}
	for _, p := range d.parts(ctx) {
		v, err := p.read()
		if domain.Is(err, domain.NotFound) || domain.Is(err, domain.Forbidden) {
			d.withheld = append(d.withheld, p.name+": nothing of it is published")
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := d.redacted(ctx, p.name, v); err != nil {
			return err
		}
	}
	if err := d.certificates(ctx); err != nil {
		return err
	}
	if err := d.record(ctx); err != nil {
		return err
	}
	return writeJSON(d.st, d.out, "index.json", map[string]any{
		"process": d.process, "taken_at": d.clock.Now(), "withheld": d.withheld,
		"redacted": "Residents are withheld. Staff stand under their role. Counts under the small number are suppressed.",
	})
}

// certificates writes the public certificate of every draw, as it is: anybody
// can check it with folkmoot verify.
func (d *disclosure) certificates(ctx context.Context) error {
	draws, err := d.recruitment.ListDraws(ctx, d.board(), d.process)
	if err != nil {
		return fmt.Errorf("draws: %w", err)
	}
	for _, draw := range draws {
		raw, err := d.recruitment.Certificate(ctx, d.process, draw.ID)
		if domain.Is(err, domain.NotFound) {
			d.withheld = append(d.withheld, "the certificate of draw "+draw.ID+": the draw is not concluded")
			continue
		}
		if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		dir := filepath.Join(d.out, "draw-"+draw.ID)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		path := filepath.Join(dir, "certificate.json")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			return err
		}
		fmt.Fprintln(d.st.out, path)
	}
	return nil
}

// record writes what was done, by role; the hashes let a reader match each
// entry with the full record, should a court see that.
func (d *disclosure) record(ctx context.Context) error {
	f, err := os.OpenFile(filepath.Join(d.out, "record.jsonl"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for after, more := domain.Cursor(""), true; more && err == nil; more = after != "" {
		var page []audit.View
		if page, after, err = d.audit.List(ctx, operator().Actor, d.process, 200, after); err != nil {
			break
		}
		for _, v := range page {
			var plain any
			if plain, err = d.redact(ctx, v); err == nil {
				err = enc.Encode(plain)
			}
			if err != nil {
				break
			}
		}
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(d.st.out, f.Name())
	return err
}

// fullRecord writes the chain as it is.
func (d *disclosure) fullRecord(ctx context.Context) error {
	f, err := os.OpenFile(filepath.Join(d.out, audit.ExportName), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(d.audit.Export(ctx, operator().Actor, d.process, f), f.Close())
}

func (d *disclosure) redacted(ctx context.Context, name string, v any) error {
	plain, err := d.redact(ctx, v)
	if err != nil {
		return err
	}
	return writeJSON(d.st, d.out, name, plain)
}

// redact is v as JSON with staff by their role and residents withheld.
func (d *disclosure) redact(ctx context.Context, v any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}
	return d.walk(ctx, plain)
}

func (d *disclosure) walk(ctx context.Context, v any) (_ any, err error) {
	switch x := v.(type) {
	case string:
		return d.words(ctx, x)
	case []any:
		for i := range x {
			if x[i], err = d.walk(ctx, x[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range x {
			if x[k], err = d.walk(ctx, x[k]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// anID is the form of every id that is derived.
var anID = regexp.MustCompile(`[0-9a-hjkmnp-tv-z]{16,}`)

// words is a text with every id of staff and residents replaced.
func (d *disclosure) words(ctx context.Context, s string) (string, error) {
	var failed error
	out := anID.ReplaceAllStringFunc(s, func(id string) string {
		said, err := d.who(ctx, id[:16])
		failed = errors.Join(failed, err)
		if said == "" {
			return id
		}
		return said
	})
	return out, failed
}

// who says whose id it is, "" for something that is nobody's.
func (d *disclosure) who(ctx context.Context, id string) (string, error) {
	if said, ok := d.known[id]; ok {
		return said, nil
	}
	said := ""
	u, err := d.users.Get(ctx, id)
	switch {
	case err == nil:
		var roles []string
		for _, g := range u.Grants {
			roles = append(roles, strings.ReplaceAll(string(g.Role), "_", " "))
		}
		said = "staff (" + strings.Join(roles, ", ") + ")"
	case domain.Is(err, domain.NotFound):
		if _, err := d.engine.Get(ctx, people.People.Name, id); err == nil {
			said = "a resident"
		} else if !domain.Is(err, domain.NotFound) {
			return "", err
		}
	default:
		return "", err
	}
	d.known[id] = said
	return said, nil
}
