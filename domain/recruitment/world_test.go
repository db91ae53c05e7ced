package recruitment_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/sortition"
)

const jury = "jury"

var begin = time.Date(2018, 5, 1, 9, 0, 0, 0, time.UTC)

// world is a process with everything recruitment stands on, in memory.
type world struct {
	t       *testing.T
	ref     domain.ProcessRef
	clock   *domaintest.Clock
	vault   *domaintest.Vault
	kept    *kept
	invited *domaintest.Repo[recruitment.InviteeDraw]
	audit   *domaintest.Audit
	rows    *domaintest.Repo[people.Person]
	recs    *domaintest.Repo[recruitment.Recruitment]
	frames  *domaintest.Repo[recruitment.Frame]
	waves   *domaintest.Repo[recruitment.Wave]
	draws   *domaintest.Repo[recruitment.Draw]
	swaps   *domaintest.Repo[recruitment.Replacement]
	tallies *domaintest.Repo[recruitment.Tally]
	batches *domaintest.Repo[recruitment.Batch]
	lookups *domaintest.Repo[recruitment.PostcodeLookup]
	areas   *domaintest.Repo[recruitment.PostcodeDistrict]
	people  *people.Service
	s       *recruitment.Service
	optOuts optOuts
	keys    int
}

// kept is the files, and everything that was ever put there: a backup.
type kept struct {
	*domaintest.Files
	mu       sync.Mutex
	contents []string
}

func (k *kept) Put(ctx context.Context, mediaType string, content []byte) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.contents = append(k.contents, string(content))
	return k.Files.Put(ctx, mediaType, content)
}

type optOuts map[string]bool

func (o optOuts) OptedOut(_ context.Context, _, number string) (bool, error) { return o[number], nil }

func (w *world) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if name, ok := strings.CutPrefix(id, "past-"); ok {
		return domain.ProcessRef{ID: id, Name: name}, nil
	}
	if id != jury {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return w.ref, nil
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, clock: domaintest.NewClock(begin), vault: domaintest.NewVault(), kept: &kept{Files: domaintest.NewFiles()}, invited: domaintest.Memory(recruitment.InviteeDraws), audit: &domaintest.Audit{},
		rows: domaintest.Memory(people.People), recs: domaintest.Memory(recruitment.Recruitments), frames: domaintest.Memory(recruitment.Frames),
		waves: domaintest.Memory(recruitment.Waves), draws: domaintest.Memory(recruitment.Draws),
		tallies: domaintest.Memory(recruitment.Tallies),
		swaps:   domaintest.Memory(recruitment.Replacements), batches: domaintest.Memory(recruitment.Batches), lookups: domaintest.Memory(recruitment.PostcodeLookups), areas: domaintest.Memory(recruitment.PostcodeDistricts), optOuts: optOuts{},
		ref: domain.ProcessRef{ID: jury, Body: "board", Code: "F7K2", Stage: domain.Recruiting, Zone: "Europe/London", Size: 3, Reserves: 2,
			MinAge: 16, SmallNumber: 5, Starts: begin.AddDate(0, 2, 0), Ends: begin.AddDate(0, 2, 4)},
	}
	w.people = people.New(people.Deps{
		People: w.rows, Payments: domaintest.Memory(people.Payments), Processes: w, Vault: w.vault, Files: w.kept, Audit: w.audit, Clock: w.clock,
		Records: &recruitment.Records{Draws: w.draws, Replacements: w.swaps, Files: w.kept, Vault: w.vault},
	})
	w.s = recruitment.New(recruitment.Deps{
		Recruitments: w.recs, Frames: w.frames, InviteeDraws: w.invited, Waves: w.waves, Draws: w.draws,
		Replacements: w.swaps, Batches: w.batches, Tallies: w.tallies, PostcodeLookups: w.lookups, PostcodeDistricts: w.areas, People: w.people,
		Processes: w, Vault: w.vault, Files: w.kept, Audit: w.audit, Clock: w.clock, Lottery: exhaustive{}, Beacon: beacon{},
		OptOuts: w.optOuts, Program: "folkmoot test",
	})
	return w
}

// actors of the process.
func staff(id string, r domain.Role) domain.Actor {
	return domain.Actor{ID: id, Grants: []domain.Grant{{Role: r, Body: "board"}}, Via: "api"}
}

var (
	olive = staff("olive", domain.Organiser)
	omar  = staff("omar", domain.Oversight)
	carol = staff("carol", domain.Commissioner)
	cal   = staff("cal", domain.ConfirmationCaller)
	otto  = domain.Actor{ID: "otto", Grants: []domain.Grant{{Role: domain.Organiser, Body: "other"}}, Via: "api"}
)

// by is a new command of the actor.
func (w *world) by(a domain.Actor) domain.Command {
	w.keys++
	return domain.Command{Actor: a, Key: fmt.Sprintf("key-%d", w.keys)}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tick() {
	w.t.Helper()
	_, err := w.s.Tick(w.t.Context(), w.clock.Now())
	w.must(err)
}

// settle takes the effects off every document, as the relay does, and answers
// the messages among them by template.
func (w *world) settle() map[string][]string {
	out := map[string][]string{}
	for _, p := range w.rows.All() {
		drain(w, w.rows, p.ID, p.Effects, out)
	}
	for _, x := range w.waves.All() {
		drain(w, w.waves, x.ID, x.Effects, out)
	}
	for _, x := range w.draws.All() {
		drain(w, w.draws, x.ID, x.Effects, out)
	}
	return out
}

func drain[T any](w *world, r *domaintest.Repo[T], id string, effects []domain.Effect, out map[string][]string) {
	var done []string
	for _, e := range effects {
		done = append(done, e.ID)
		switch e.Kind {
		case domain.EffectMessage:
			var m domain.MessageData
			w.must(e.Decode(&m))
			out[m.Template] = append(out[m.Template], m.Person)
		case domain.EffectBroadcast:
			var b domain.BroadcastData
			w.must(e.Decode(&b))
			out[b.Template] = append(out[b.Template], strings.Join(b.Statuses, "+"))
		}
	}
	_, err := r.Update(w.t.Context(), id, func(doc *T) error {
		any(doc).(domain.Aggregate).Base().Settle(done, nil)
		return nil
	})
	w.must(err)
}

func (w *world) status(id string) people.Status {
	w.t.Helper()
	p, err := w.rows.Get(w.t.Context(), id)
	w.must(err)
	return p.Status
}

func (w *world) with(st people.Status) []string {
	var out []string
	for _, p := range w.rows.All() {
		if p.Status == st {
			out = append(out, p.ID)
		}
	}
	return out
}

// targets of a panel of three: at least one of each place and side.
func targets() []recruitment.Target {
	return []recruitment.Target{
		{Feature: "Place", Value: "North", Min: 1, Max: 2, Share: 6000, Source: "census 2021"},
		{Feature: "Place", Value: "South", Min: 1, Max: 2, Share: 4000, Source: "census 2021"},
		{Feature: "Age", Value: "16-44", Min: 1, Max: 2},
		{Feature: "Age", Value: "45+", Min: 1, Max: 2},
	}
}

// open sets targets and opens registration.
func (w *world) open() {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.s.SetTargets(ctx, w.by(olive), jury, recruitment.TargetsInput{Targets: targets()})
	w.must(err)
	_, err = w.s.RecordOptOutTest(ctx, w.by(olive), jury)
	w.must(err)
	_, err = w.s.OpenPool(ctx, w.by(olive), jury)
	w.must(err)
}

// join registers somebody on the phone.
func (w *world) join(n int, place, age string) string {
	w.t.Helper()
	got, err := w.s.Register(w.t.Context(), w.by(cal), jury, recruitment.RegisterInput{
		Source:   people.FromStaff,
		Identity: people.Identity{Name: people.Private(fmt.Sprintf("Person %d", n)), Number: people.Private(fmt.Sprintf("+999%09d", n))},
		Answers:  people.Answers{"Place": place, "Age": age},
	})
	w.must(err)
	if got.Status != people.InPool {
		w.t.Fatalf("person %d: %+v", n, got)
	}
	return got.Person
}

// pool registers ten people, some of each kind.
func (w *world) pool() []string {
	w.open()
	var ids []string
	for n := range 10 {
		ids = append(ids, w.join(n, []string{"North", "South"}[n%2], []string{"16-44", "45+"}[n/2%2]))
	}
	return ids
}

// past is an earlier process whose lottery is over, with its counts by stage.
func (w *world) past(name, body string, asked int, totals []int) {
	w.t.Helper()
	id := "past-" + name
	r := recruitment.Recruitment{Root: domain.Root{ID: id}, Process: id, Body: body, State: recruitment.PoolEnded, Invited: asked}
	w.must(w.recs.Insert(w.t.Context(), &r))
	t := recruitment.Tally{Root: domain.Root{ID: id}, Process: id}
	for _, n := range totals {
		t.Table.Totals = append(t.Table.Totals, recruitment.Cell{Count: n})
	}
	w.must(w.tallies.Insert(w.t.Context(), &t))
}

// exhaustive is a lottery for tiny pools: every feasible panel is one of its
// panels, by looking at all of them.
type exhaustive struct{}

func (exhaustive) Check(_ context.Context, p *sortition.Problem) (*sortition.Feasibility, error) {
	f := &sortition.Feasibility{Findings: p.Check(), Feasible: len(panels(p)) > 0}
	if !f.Feasible {
		f.Conflict = []sortition.Bound{{Feature: "Place", Value: "North", Side: "min", Limit: 1}}
		f.Relaxation = []sortition.Relaxed{{Feature: "Place", Value: "North", Side: "min", From: 1, To: 0, Cost: 3}}
	}
	return f, nil
}

func (exhaustive) Prepare(_ context.Context, p *sortition.Problem, o sortition.Options) (*sortition.Lottery, error) {
	if err := p.Check().Err(); err != nil {
		return nil, err
	}
	all := panels(p)
	if len(all) == 0 {
		return nil, sortition.Findings{{Code: sortition.CodeInfeasible, Severity: sortition.SeverityError, Msg: "No panel meets all targets at once."}}
	}
	uses := map[string]int{}
	for _, panel := range all {
		for _, id := range panel {
			uses[id]++
		}
	}
	c := sortition.Certificate{Label: o.Label, Program: o.Program, Objective: sortition.Leximin, Size: p.Size, PoolSize: len(p.People),
		Targets: p.Targets, Panels: all, DrandRound: o.DrandRound, Warnings: sortition.Findings{}}
	for _, person := range p.People {
		chance := fmt.Sprintf("%d/%d", uses[person.ID], len(all))
		c.Chances = append(c.Chances, sortition.Chance{ID: person.ID, Exact: chance, Lottery: chance})
	}
	sum := sha256.Sum256(fmt.Append(nil, o.Label, o.Salt, all))
	c.Commitment = sortition.Commitment{Hash: hex.EncodeToString(sum[:]), Statement: "test"}
	return &sortition.Lottery{Certificate: c, Replay: sortition.Replay{Problem: *p, Options: o}}, nil
}

// panels lists every feasible panel, in order of its people's ids.
func panels(p *sortition.Problem) [][]string {
	folk := slices.Clone(p.People)
	slices.SortFunc(folk, func(a, b sortition.Person) int { return strings.Compare(a.ID, b.ID) })
	var out [][]string
	var pick func(from int, chosen []sortition.Person)
	pick = func(from int, chosen []sortition.Person) {
		if len(chosen) == p.Size {
			if ids, ok := within(p, chosen); ok {
				out = append(out, ids)
			}
			return
		}
		for i := from; i < len(folk); i++ {
			pick(i+1, append(slices.Clone(chosen), folk[i]))
		}
	}
	pick(0, nil)
	return out
}

func within(p *sortition.Problem, chosen []sortition.Person) ([]string, bool) {
	ids, homes := []string{}, map[string]bool{}
	for _, c := range chosen {
		if c.Household != "" && homes[c.Household] {
			return nil, false
		}
		homes[c.Household] = true
		ids = append(ids, c.ID)
	}
	for _, t := range p.Targets {
		n := 0
		for _, c := range chosen {
			if c.Values[t.Feature] == t.Value {
				n++
			}
		}
		if n < t.Min || n > t.Max {
			return nil, false
		}
	}
	return ids, true
}

// beacon knows round 7, which comes out on 5 June.
type beacon struct{}

func (beacon) At(uint64) time.Time { return begin.AddDate(0, 1, 4) }

func (beacon) Randomness(round uint64, signature string) (string, error) {
	if round != 7 || signature != "good" {
		return "", domain.Problems{"signature": "this is not the beacon's signature for the round"}.Err()
	}
	return "00ff", nil
}

func asError(err error) *domain.Error {
	var e *domain.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
