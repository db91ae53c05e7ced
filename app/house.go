package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	qrcode "github.com/skip2/go-qrcode"

	"folkmoot/app/highs"
	"folkmoot/app/store"
	"folkmoot/app/vault"
	"folkmoot/bots/flows"
	"folkmoot/bots/slack"
	"folkmoot/bots/slack/workspace"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gsm"
	"folkmoot/config"
	"folkmoot/config/locales"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/accountability"
	"folkmoot/domain/audit"
	"folkmoot/domain/deliberation"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/process"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/retention"
	"folkmoot/domain/sortition"
	"folkmoot/domain/tables"
	"folkmoot/jobs"
)

// house is the program's services, wired. It serves nothing by itself.
type house struct {
	cfg     config.Config
	parts   parts
	log     *slog.Logger
	clock   *movingClock
	metrics *metrics
	holder  string // names this instance
	wake    chan struct{}
	ending  atomic.Bool // told to stop: it answers, and wants no more work

	engine store.Engine
	ring   store.Engine
	opened []io.Closer // what close ends, last first
	store  *store.Store
	vault  *vault.Vault
	seals  domain.Vault // the vault as the services use it
	solver *highs.Engine
	moved  *store.Collection[moved]
	erased *store.Collection[erasedSubject]
	holds  *store.Collection[retention.Hold]
	users  *store.Collection[access.User]
	known  *memory

	audit          *audit.Service
	access         *access.Service
	process        *process.Service
	people         *people.Service
	recruitment    *recruitment.Service
	outreach       *outreach.Service
	deliberation   *deliberation.Service
	accountability *accountability.Service
	tables         *tables.Service
	retention      *retention.Service

	profiles   map[string]config.Profile
	languages  []string // beside English that the texts are complete in
	texts      *flows.Texts
	network    *gateway.Network // simulated phones, nil with a real gateway
	gateways   []gateway.Gateway
	mailers    []gateway.Sender // of emails; empty: none are sent
	post       *gateway.Post    // simulated email, nil with a real gateway
	copies     copies           // of simulated webhooks
	inbox      *sms.Inbox
	outbox     *sms.Outbox
	mailbox    *sms.Outbox // of emails
	dispatcher *sms.Dispatcher
	slack      *slack.Bot
	workspace  *workspace.Workspace // simulated Slack, nil with a real one

	relay  *jobs.Relay
	runner *jobs.Runner
}

// emptyHouse is a house on parts, without services.
func emptyHouse(cfg config.Config, log *slog.Logger, on parts) *house {
	on = on.filled()
	return &house{
		cfg: cfg, parts: on, log: log, clock: &movingClock{machine: on.machine}, metrics: newMetrics(), wake: make(chan struct{}, 1),
		holder: domain.Derive("instance", fmt.Sprint(os.Getpid()), rand.Text()),
		engine: on.engine, ring: on.ring, solver: on.solver, network: on.network, gateways: on.gateways, post: on.post, workspace: on.workspace,
	}
}

// openHouse opens the stores and wires every service. close ends it. A store
// that a restore or a copy is not finished with is refused.
func openHouse(ctx context.Context, cfg config.Config, log *slog.Logger) (*house, error) {
	return openHouseOn(ctx, cfg, log, parts{})
}

// openHouseOn is openHouse on parts that are there already.
func openHouseOn(ctx context.Context, cfg config.Config, log *slog.Logger, on parts) (*house, error) {
	return open(ctx, emptyHouse(cfg, log, on), store.Refuse)
}

// openWhole is openHouse for whoever finishes a restore.
func openWhole(ctx context.Context, cfg config.Config, log *slog.Logger) (*house, error) {
	return open(ctx, emptyHouse(cfg, log, parts{}), func(context.Context, store.Engine) error { return nil })
}

func open(ctx context.Context, h *house, may func(context.Context, store.Engine) error) (*house, error) {
	if err := h.open(ctx, may); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *house) open(ctx context.Context, may func(context.Context, store.Engine) error) error {
	if err := h.openStores(ctx); err != nil {
		return err
	}
	if err := may(ctx, h.engine); err != nil {
		return err
	}
	if err := h.openVault(ctx); err != nil {
		return err
	}
	if err := h.wire(); err != nil {
		return err
	}
	if err := h.store.Migrate(ctx); err != nil {
		return fmt.Errorf("preparing the store: %w", err)
	}
	if h.cfg.Demo {
		if err := h.restoreClock(ctx); err != nil {
			return fmt.Errorf("reading the demonstration's clock: %w", err)
		}
	}
	return nil
}

func (h *house) openStores(ctx context.Context) (err error) {
	if err := os.MkdirAll(h.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if h.engine == nil {
		if h.engine, err = openStore(ctx, h.cfg); err != nil {
			return err
		}
		h.opened = append(h.opened, h.engine)
	}
	if h.ring == nil {
		if h.ring, err = openKeyring(ctx, h.cfg); err != nil {
			return err
		}
		h.opened = append(h.opened, h.ring)
	}
	h.store = store.New(h.engine, store.Hooks{OnEffects: h.written})
	if h.solver == nil {
		h.solver = highs.New(filepath.Join(h.cfg.DataDir, "cache"))
		h.opened = append(h.opened, ending(func() error { return h.solver.Close(context.Background()) }))
	}
	return nil
}

func (h *house) openVault(ctx context.Context) (err error) {
	h.vault, err = vault.Open(ctx, vault.Options{Engine: h.ring, MasterKey: h.cfg.MasterKeyPlace(), Clock: h.clock, Ticks: h.parts.machine})
	if err != nil {
		return fmt.Errorf("opening the vault: %w", err)
	}
	return nil
}

// ref is the reference of a process with the legal hold on it, which another
// service keeps.
func (h *house) ref(ctx context.Context, id string) (domain.ProcessRef, error) {
	ref, err := h.process.Ref(ctx, id)
	if err != nil {
		return ref, err
	}
	ref.LegalHold, err = retention.Holds{Repository: h.holds}.Held(ctx, id, "")
	return ref, err
}

// exists is nil when what a grant is over exists.
func (h *house) exists(ctx context.Context, g domain.Grant) error {
	if g.Body != "" {
		if _, err := h.process.Body(ctx, g.Body); err != nil {
			return err
		}
	}
	if g.Process != "" {
		_, err := h.process.Ref(ctx, g.Process)
		return err
	}
	return nil
}

// written is told of every write that something must follow from, before the
// writer goes on.
func (h *house) written(collection, id string, _ time.Time) {
	switch collection {
	case process.Processes.Name, recruitment.Recruitments.Name:
		h.known.forget(id)
	case retention.HoldsKept.Name, recruitment.PostcodeLookups.Name:
		h.known.forgetAll()
	}
	h.kick()
}

// kick wakes the relay; it never waits.
func (h *house) kick() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *house) wire() error {
	var err error
	if h.profiles, err = config.Profiles(h.cfg.ProfilesDir); err != nil {
		return fmt.Errorf("reading the jurisdiction profiles: %w", err)
	}
	profiles, kept := profilesOf(h.profiles)
	h.moved = store.Open(h.store, movedClocks)
	h.erased = store.Open(h.store, erasedSubjects)
	h.seals = h.parts.seals(loggingVault{h.vault, h.erased})
	h.process = process.New(process.Deps{
		Bodies: store.Open(h.store, process.Bodies), Processes: store.Open(h.store, process.Processes),
		Profiles: profiles, Clock: h.clock,
	})
	h.known = newMemory(h.ref, h.process.Active, h.parts.machine)
	h.audit = audit.New(store.Open(h.store, audit.Entries), h.known, h.clock)
	h.users = store.Open(h.store, access.Users)
	h.access = access.New(access.Deps{
		Users: h.users, Secrets: store.Open(h.store, access.Secrets), Random: rand.Reader, Known: h.exists,
		Clock: &movingClock{machine: h.parts.machine}, // the machine's: a demonstration that moves on by a month signs nobody out
	})
	h.wirePeople()
	if err := h.wireTexts(); err != nil {
		return err
	}
	h.wireJury()
	h.wireRetention(kept)
	h.process.AddGuards(h.recruitment, h.people, h.deliberation, h.accountability)
	if err := h.wireSlack(); err != nil {
		return err
	}
	h.wireJobs()
	return nil
}

// wirePeople makes the services of persons and of their recruitment.
func (h *house) wirePeople() {
	s := h.store
	h.holds = store.Open(s, retention.HoldsKept)
	draws, replacements := store.Open(s, recruitment.Draws), store.Open(s, recruitment.Replacements)
	h.people = people.New(people.Deps{
		People: store.Open(s, people.People), Payments: store.Open(s, people.Payments), Processes: h.known,
		Vault: h.seals, Files: s.Files(), Audit: h.audit, Clock: h.clock,
		Records: &recruitment.Records{Draws: draws, Replacements: replacements, Files: s.Files(), Vault: h.seals},
		Holds:   retention.Holds{Repository: h.holds}, Forgetters: []people.Forgetter{holdings{h}, juryHoldings{h}, tableHoldings{h}}, Holdings: []people.Holding{holdings{h}, juryHoldings{h}, tableHoldings{h}},
		Attendance: h.attendance,
	})
	h.recruitment = recruitment.New(recruitment.Deps{
		Recruitments: store.Open(s, recruitment.Recruitments), Frames: store.Open(s, recruitment.Frames),
		InviteeDraws: store.Open(s, recruitment.InviteeDraws), Waves: store.Open(s, recruitment.Waves),
		Draws: draws, Replacements: replacements, Batches: store.Open(s, recruitment.Batches), Tallies: store.Open(s, recruitment.Tallies), PostcodeLookups: store.Open(s, recruitment.PostcodeLookups), PostcodeDistricts: store.Open(s, recruitment.PostcodeDistricts), People: h.people, Processes: h.known,
		Vault: h.seals, Files: s.Files(), Audit: h.audit, Clock: h.clock,
		Lottery: recruitment.Engine{Solver: h.lendSolver}, OptOuts: optOuts{h}, Messages: optOuts{h}, Program: programName(), Beacon: drand{},
	})
}

func (h *house) wireJury() {
	s := h.store
	h.deliberation = deliberation.New(deliberation.Deps{
		Terms: store.Open(s, deliberation.TermsCollection), Sessions: store.Open(s, deliberation.Sessions),
		Witnesses: store.Open(s, deliberation.Witnesses), Evidence: store.Open(s, deliberation.EvidenceItems),
		Packs: store.Open(s, deliberation.Packs), Questions: store.Open(s, deliberation.MemberQuestions),
		Statements: store.Open(s, deliberation.Statements), Recommendations: store.Open(s, deliberation.Recommendations),
		Ballots: store.Open(s, deliberation.Ballots), MinorityViews: store.Open(s, deliberation.MinorityViews),
		Reports: store.Open(s, deliberation.Reports), Polls: store.Open(s, deliberation.Polls),
		Clock: h.clock, Processes: h.known, Vault: h.seals, Members: h.people,
	})
	h.tables = tables.New(tables.Deps{
		Plans: store.Open(s, tables.Plans), Rules: store.Open(s, tables.RulesKept),
		Members: h.people, Sittings: h.deliberation, Processes: h.known, Clock: h.clock,
	})
	h.accountability = accountability.New(accountability.Deps{
		Accounts: store.Open(s, accountability.Accounts), Responses: store.Open(s, accountability.Responses),
		Decisions: store.Open(s, accountability.Decisions), Actions: store.Open(s, accountability.Actions),
		Progress: store.Open(s, accountability.ProgressReports), Feedback: store.Open(s, accountability.Feedbacks),
		Deliberation: h.deliberation, Clock: h.clock, Processes: h.known,
	})
}

func (h *house) wireRetention(kept map[string][]retention.Period) {
	s := h.store
	h.retention = retention.New(retention.Deps{
		Clocks: store.Open(s, retention.Clocks), Erasures: store.Open(s, retention.Erasures), Holds: h.holds,
		Processes: h.known, People: h.people, Erasers: []retention.Eraser{h.people}, Purgers: []retention.Purger{h.recruitment, h.people},
		Clock: h.clock, Schedules: kept,
	})
}

// secrets lists the secrets that are set.
func secrets(list ...config.Secret) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s.Reveal())
		}
	}
	return out
}

// deliverReports hands the delivery reports of the simulated phones to the
// inbox, as a provider would post them.
func (h *house) deliverReports(ctx context.Context) (int, error) {
	if h.network == nil {
		return 0, nil
	}
	n := 0
	for _, w := range h.network.Reports() {
		err := h.inbox.Status(ctx, "simulated", gateway.Request{
			Method: http.MethodPost, Target: w.Target, Header: w.Header, Body: w.Body, At: h.clock.Now(),
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// wireTexts makes the sending and taking in of texts.
func (h *house) wireTexts() error {
	texts, err := flows.LoadTexts(locales.FS)
	if err != nil {
		return fmt.Errorf("reading the texts: %w", err)
	}
	h.texts = texts
	for _, l := range texts.Languages() {
		if l != "en" {
			h.languages = append(h.languages, l)
		}
	}
	h.openGateways()
	if err := h.openMail(); err != nil {
		return err
	}
	desk := sms.NewDesk(sms.DeskDeps{
		Processes: h.known, Directory: directory{h}, Facts: newFacts(h, texts), Texts: texts, Flows: flows.Get,
		Parts: func(text string) int { return gsm.Count(text).Segments }, Places: sms.Places(),
		Join: flows.Recruit, Other: flows.Followup, Rest: "following", Place: h.placed, Stands: h.recruitment.OfferStands,
	})
	s := h.store
	h.outreach = outreach.New(outreach.Deps{
		Numbers: store.Open(s, outreach.Numbers), Events: store.Open(s, outreach.Events), Texts: store.Open(s, outreach.Texts),
		Letters: store.Open(s, outreach.Letters), Waves: store.Open(s, outreach.Waves), Queue: store.Open(s, outreach.Queue),
		Processes: h.known, Contacts: contacts{h}, Voice: desk, Vault: h.seals, Audit: h.audit, Clock: h.clock,
		Quiet: outreach.UsualQuiet, QuietOf: quietHours(h.profiles), Jitter: h.parts.jitter,
		PartsPerSecond: h.cfg.SMS.Rate, Prices: h.prices(), PencePerLetter: h.cfg.SMS.LetterPence, QR: func(text string) ([]byte, error) { return qrcode.Encode(text, qrcode.Medium, 256) },
		Link: func(code string) string { return h.cfg.BaseURL + "/j/" + code },
		Page: h.pageOf(desk), Leaving: h.leaving, Templates: desk.Templates,
	})
	desk.Serve(h.outreach)
	h.outbox = sms.NewOutbox(sms.OutboxDeps{
		Outreach: h.outreach, Gateways: gateway.Senders(h.gateways), Clock: h.clock, Log: h.log, Worker: h.holder, Count: h.metrics.Count,
		PartsPerSecond: h.sendRate(), Callback: func(g string) string { return h.cfg.BaseURL + "/webhooks/sms/" + g + "/status" },
	})
	h.mailbox = h.newMailbox()
	h.inbox = sms.NewInbox(sms.InboxDeps{
		Outreach: h.outreach, Gateways: h.receivers(), Desk: desk, Clock: h.clock, Log: h.log, Count: h.metrics.Count,
		Numbers: gateway.NumberRules{Region: "GB", Simulated: h.network != nil}, Sent: h.outbox.Kick,
	})
	h.dispatcher = sms.NewDispatcher(sms.DispatcherDeps{
		Outreach: h.outreach, Recruitment: replies{h}, People: seating{h.people, h}, Assembly: replies{h}, Erasures: replies{h},
		Processes: h.known, Vault: h.seals, Clock: h.clock, Log: h.log,
	})
	return nil
}

// sendRate is how many parts leave a second; simulated phones know no limit.
func (h *house) sendRate() float64 {
	if h.network != nil {
		return 0
	}
	return h.cfg.SMS.Rate
}

// lendSolver lends one solver instance for one job.
func (h *house) lendSolver(ctx context.Context) (sortition.Solver, func(), error) {
	in, err := h.solver.Instance(ctx)
	if errors.Is(err, highs.ErrAssets) {
		return nil, nil, domain.E(domain.Unavailable, "the solver was not built into this program: run make assets and build again").Because(err)
	}
	if err != nil {
		return nil, nil, domain.E(domain.Internal, "the solver did not start").Because(err)
	}
	return in, in.Close, nil
}

// close ends what was opened, in the opposite order.
func (h *house) close() error {
	var errs []error
	for _, c := range slices.Backward(h.opened) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
