package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/app/api"
	"folkmoot/app/api/apitest"
	"folkmoot/app/httpx"
	"folkmoot/bots/flows"
	"folkmoot/bots/sms"
	"folkmoot/bots/sms/gateway"
	"folkmoot/bots/sms/gsm"
	"folkmoot/domain"
	"folkmoot/domain/domaintest"
	"folkmoot/domain/outreach"
)

const (
	residentPhone = "+447700900123"
	moot          = "http://folkmoot.example"
)

// outreachHouse is the API over one process's texts, with a phone network.
type outreachHouse struct {
	*apitest.Client
	t      *testing.T
	web    http.RoundTripper
	app    *fiber.App
	net    *gateway.Network
	clock  *domaintest.Clock
	svc    *outreach.Service
	inbox  *sms.Inbox
	outbox *sms.Outbox
	queue  *domaintest.Repo[outreach.Item]
	number *domaintest.Repo[outreach.Number]
	events *domaintest.Repo[outreach.Received]
	audit  *domaintest.Audit
}

// oneProcess is a process with two residents: one to text, one to write to.
type oneProcess struct{}

func (oneProcess) Ref(_ context.Context, id string) (domain.ProcessRef, error) {
	if id != "p1" {
		return domain.ProcessRef{}, domain.Hidden("process")
	}
	return domain.ProcessRef{
		ID: "p1", Body: "b1", BodyName: "Oakshire Health Board", ShortName: "Oakshire Jury", Code: "F7K2", Keyword: "OAK",
		Question: "Where should the clinic go?", Stage: domain.Recruiting, Zone: "Europe/London", Size: 18, Phone: "01632 960123",
	}, nil
}

func (oneProcess) Contact(_ context.Context, _, person string) (outreach.Contact, error) {
	switch person {
	case "ann":
		return outreach.Contact{Phone: residentPhone}, nil
	case "bob":
		return outreach.Contact{Code: "K7QX2M9P"}, nil
	}
	return outreach.Contact{}, domain.Hidden("person")
}

func (oneProcess) Postal(context.Context, string, string) (outreach.Postal, error) {
	return outreach.Postal{Name: "Bob Oak", Address: []string{"1 High Street", "GL16 7QD"}}, nil
}

func (oneProcess) Audience(_ context.Context, _, status string, _ domain.Cursor, _ int) ([]string, domain.Cursor, error) {
	if status == "confirmed" {
		return []string{"ann", "bob"}, "", nil
	}
	return nil, "", nil
}

func (p oneProcess) Find(ctx context.Context, text string) (sms.Found, bool, error) {
	ref, err := p.Ref(ctx, "p1")
	return sms.Found{Process: ref}, strings.EqualFold(text, ref.Keyword), err
}

func (oneProcess) Default(context.Context, string) (domain.ProcessRef, bool, error) {
	return domain.ProcessRef{}, false, nil
}

func newOutreachHouse(t *testing.T) outreachHouse {
	t.Helper()
	h := outreachHouse{
		t: t, clock: domaintest.NewClock(time.Date(2018, 6, 18, 9, 0, 0, 0, time.UTC)), queue: domaintest.Memory(outreach.Queue),
		number: domaintest.Memory(outreach.Numbers), events: domaintest.Memory(outreach.Events), audit: &domaintest.Audit{},
	}
	h.net = gateway.NewNetwork(gateway.NetworkConfig{Token: "12345", PublicURL: moot, InboundPath: api.SMSPath("simulated"), Now: h.clock.Now})
	texts, err := flows.LoadTexts(os.DirFS("../../config/locales"))
	if err != nil {
		t.Fatal(err)
	}
	desk := sms.NewDesk(sms.DeskDeps{
		Processes: oneProcess{}, Directory: oneProcess{}, Texts: texts, Flows: flows.Get, Places: sms.Places(),
		Facts: sms.ProcessFacts{Host: "folkmoot.example", Name: "Folkmoot", Phone: "01632 960000", Word: texts.Text},
		Parts: func(s string) int { return gsm.Count(s).Segments }, Join: flows.Recruit, Other: flows.Followup, Rest: "following",
	})
	h.svc = outreach.New(outreach.Deps{
		Numbers: h.number, Events: h.events, Texts: domaintest.Memory(outreach.Texts), Letters: domaintest.Memory(outreach.Letters),
		Waves: domaintest.Memory(outreach.Waves), Queue: h.queue, Processes: oneProcess{}, Contacts: oneProcess{}, Voice: desk,
		Vault: domaintest.NewVault(), Audit: h.audit, Clock: h.clock, Quiet: outreach.UsualQuiet, PartsPerSecond: 1, Prices: []outreach.Price{{Gateway: "simulated", PencePerPart: 4}}, PencePerLetter: 120,
		QR: func(string) ([]byte, error) { return []byte("png"), nil }, Link: func(code string) string { return moot + "/j/" + code },
	})
	desk.Serve(h.svc)
	gateways := []gateway.Gateway{gateway.NewSimulated(h.net)}
	h.inbox = sms.NewInbox(sms.InboxDeps{Outreach: h.svc, Gateways: gateways, Desk: desk, Clock: h.clock, Numbers: gateway.NumberRules{Region: "GB", Simulated: true}})
	h.outbox = sms.NewOutbox(sms.OutboxDeps{Outreach: h.svc, Gateways: gateway.Senders(gateways), Clock: h.clock, Callback: func(g string) string { return moot + api.SMSStatusPath(g) }})
	h.serve()
	return h
}

func (h *outreachHouse) serve() {
	staff := []domain.Actor{
		apitest.Staff("olive", domain.Organiser, "b1", ""), apitest.Staff("cal", domain.ConfirmationCaller, "b1", ""),
		apitest.Staff("carol", domain.Commissioner, "b1", ""), apitest.Staff("otto", domain.Organiser, "b2", ""),
		apitest.Staff("wide", domain.Organiser, "", ""),
	}
	a := api.New(api.Options{
		Areas: []api.Area{api.Outreach(h.svc)}, BaseURL: moot, Webhooks: api.SMSWebhooks(h.inbox, h.clock, "simulated"),
		Authenticate: func(_ context.Context, token string) (domain.Actor, error) {
			for _, s := range staff {
				if s.ID == token {
					return s, nil
				}
			}
			return domain.Actor{}, domain.E(domain.Unauthenticated, "this token is not known")
		},
	})
	app := httpx.NewApp(httpx.Options{LimitFor: a.BodyLimit, Deadline: time.Minute})
	a.Mount(app)
	h.app, h.web = app, apitest.App(app)
	h.Client = apitest.Over(h.t, apitest.Checked(a.Document(), h.web), moot)
}

// post sends a webhook as the provider does and answers status and body.
func (h outreachHouse) post(w gateway.Webhook) (int, string) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, moot+w.Target, bytes.NewReader(w.Body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header = w.Header.Clone()
	resp, err := h.web.RoundTrip(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// settle takes in, relays and sends until nothing is left.
func (h outreachHouse) settle() {
	h.t.Helper()
	ctx := h.t.Context()
	for range 20 {
		n, err := h.inbox.Drain(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, doc := range h.number.All() {
			for _, e := range doc.Effects {
				if e.Kind == outreach.EffectQueue {
					if err := h.svc.Execute(ctx, e); err != nil {
						h.t.Fatal(err)
					}
				}
			}
		}
		told, err := h.svc.Tick(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		sent, err := h.outbox.Tick(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range h.net.Reports() {
			if status, body := h.post(r); status != 200 {
				h.t.Fatalf("report: %d %s", status, body)
			}
		}
		if n+sent+told == 0 {
			return
		}
	}
}

func TestTheWebhookAnswersInTheOrderThatProvidersNeed(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		edit func(h *outreachHouse, w *gateway.Webhook)
		want int
	}{
		{"as it should be", func(*outreachHouse, *gateway.Webhook) {}, 200},
		{"wrong signature", func(_ *outreachHouse, w *gateway.Webhook) { w.Header.Set("X-Twilio-Signature", "AAAA") }, 403},
		{"no signature", func(_ *outreachHouse, w *gateway.Webhook) { w.Header.Del("X-Twilio-Signature") }, 403},
		{"wrong signature and a broken form", func(_ *outreachHouse, w *gateway.Webhook) { w.Body = []byte("%zz") }, 403},
		{"signed, but no message", func(_ *outreachHouse, w *gateway.Webhook) { *w = signed(w.Target, "") }, 400},
		{"store away", func(h *outreachHouse, _ *gateway.Webhook) {
			h.events.Before = func(string, string) error { return domain.E(domain.Unavailable, "the store is away") }
		}, 503},
		{"unknown gateway", func(_ *outreachHouse, w *gateway.Webhook) { w.Target = "/webhooks/sms/nobody" }, 404},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			h := newOutreachHouse(t)
			w := h.net.Write(residentPhone, "OAK")
			r.edit(&h, &w)
			status, body := h.post(w)
			if status != r.want {
				t.Errorf("got %d %s, want %d", status, body, r.want)
			}
			if status == 200 && body != "<Response/>" {
				t.Errorf("answered %q: the reply must come from the outbox", body)
			}
			if kept := len(h.events.All()); kept != map[bool]int{true: 1}[r.want == 200] {
				t.Errorf("%d events kept", kept)
			}
			if strings.Contains(body, residentPhone[3:]) {
				t.Error("the answer names the number")
			}
		})
	}
}

func signed(path, body string) gateway.Webhook {
	w := gateway.Webhook{Target: path, Header: http.Header{}, Body: []byte(body)}
	w.Header.Set("X-Twilio-Signature", gateway.TwilioSignature("12345", moot+path, nil))
	return w
}

func TestAMessageThatNeedsAPersonGetsOne(t *testing.T) {
	t.Parallel()
	h := newOutreachHouse(t)
	for _, body := range []string{"OAK", "my dog ate the invitation", "purple elephants", "still elephants"} {
		if status, _ := h.post(h.net.Write(residentPhone, body)); status != 200 {
			t.Fatal(status)
		}
		h.settle()
		h.clock.Advance(2 * time.Minute)
	}
	queue := "/processes/p1/queue"
	h.As("carol").Get(queue).Want(403)
	h.As("otto").Get(queue).Want(404)
	h.As("").Get(queue).Want(401)
	var page api.Page[outreach.ItemView]
	h.As("olive").Get(queue).Want(200).Hides("elephants", residentPhone[1:], residentPhone[3:]).Into(&page)
	if len(page.Items) == 0 {
		t.Fatal("nobody was asked to read it")
	}
	item := queue + "/" + page.Items[len(page.Items)-1].ID
	h.As("olive").Post(item+"/reply", map[string]any{"text": "Hello"}).Want(409)
	h.As("olive").Post(item+"/claim", nil).Want(200).Shows("elephants").Hides(residentPhone[3:])
	h.As("cal").Post(item+"/claim", nil).Want(409)
	if p := h.As("olive").Post(item+"/reply", map[string]any{"text": " "}).Want(400).Problem(); p.Fields["text"] == "" {
		t.Errorf("got %+v", p)
	}
	h.As("olive").PostKey("reply-key-1", item+"/reply", map[string]any{"text": "We can post you another."}).Want(200).Shows("answered")
	h.As("olive").PostKey("reply-key-1", item+"/reply", map[string]any{"text": "We can post you another."}).Want(200)
	h.settle()
	got := h.net.Handset(residentPhone)
	if last := got[len(got)-1].Body; last != "Oakshire Jury: We can post you another." {
		t.Errorf("the resident got %q", last)
	}
	h.As("olive").Post(item+"/close", map[string]any{"outcome": "answered"}).Want(200)
	var times outreach.ServiceTimes
	h.As("olive").Get("/processes/p1/queue-times").Want(200).Into(&times)
	if times.Counted != 1 || times.Open != 0 || times.Median < times.Taken {
		t.Errorf("service times %+v", times)
	}
	h.As("carol").Get("/processes/p1/queue-times").Want(403)
	h.As("olive").Get(queue + "?state=closed").Want(200).Shows("answered")
	h.As("wide").Get("/processes/none/queue").Want(200)
	h.As("olive").Get("/processes/none/queue").Want(404)
}

func TestABroadcastReachesPhonesAndLetterboxes(t *testing.T) {
	t.Parallel()
	h := newOutreachHouse(t)
	h.clock.Set(time.Date(2018, 6, 18, 22, 0, 0, 0, time.UTC))
	base := "/processes/p1/broadcasts"
	in := map[string]any{"statuses": []string{"confirmed"}, "template": "change", "vars": map[string]string{"change": "The hall is flooded."}}
	h.As("carol").Post(base+"/emergency", in).Want(403)
	if p := h.As("olive").Post(base+"/emergency", in).Want(400).Problem(); p.Fields["confirmed_by"] == "" {
		t.Errorf("got %+v, want the name of who answers for it", p)
	}
	in["confirmed_by"] = "Head of venue"
	if p := h.As("olive").Post(base+"/emergency", in).Want(400).Problem(); p.Fields["confirm"] == "" {
		t.Errorf("got %+v, want the code of a preview", p)
	}
	h.As("carol").Post(base+"/emergency/preview", in).Want(403)
	var seen outreach.EmergencyPreview
	h.As("olive").Post(base+"/emergency/preview", in).Want(200).Into(&seen)
	if seen.People != 2 || seen.Letters != 1 || seen.Pence != int64(seen.Parts)*4+120 || !strings.Contains(seen.Text, "flooded") || !seen.Starts.Equal(h.clock.Now()) {
		t.Errorf("previewed %+v", seen)
	}
	in["confirm"], in["vars"] = seen.Confirm, map[string]string{"change": "The hall is on fire."}
	h.As("olive").Post(base+"/emergency", in).Want(409) // other words than were previewed
	in["vars"] = map[string]string{"change": "The hall is flooded."}
	h.As("olive").PostKey("flood-key-1", base+"/emergency", in).Want(201)
	h.As("olive").PostKey("flood-key-1", base+"/emergency", in).Want(201)
	h.settle()
	if got := h.net.Handset(residentPhone); len(got) != 1 || !strings.Contains(got[0].Body, "flooded") {
		t.Errorf("the resident got %v at night", got)
	}
	var waves api.Page[outreach.WaveView]
	h.As("carol").Get(base).Want(200).Hides(residentPhone[3:], `"told":1`).Shows("withheld")
	h.As("olive").Get(base).Want(200).Into(&waves)
	if len(waves.Items) != 1 || waves.Items[0].Told != 1 || waves.Items[0].Posted != 1 || waves.Items[0].State != "done" {
		t.Errorf("got %+v, want one told and one posted", waves.Items)
	}
	h.As("olive").Get("/processes/p1/texts?template=change").Want(200).Shows(`"delivered":1`)
	h.As("carol").Get("/processes/p1/texts?template=change").Want(200).Hides(`"delivered":1`).Shows(`"withheld":["delivered"]`)
	h.As("olive").Get(base + "/forecast?template=invitation&people=10000").Want(200).Shows("Oakshire Jury")
	h.letters()
}

func (h outreachHouse) letters() {
	h.t.Helper()
	var b outreach.Batch
	h.As("carol").Post("/processes/p1/letter-batches", nil).Want(403)
	h.As("olive").PostKey("batch-key-1", "/processes/p1/letter-batches", nil).Want(201).Into(&b)
	h.As("olive").PostKey("batch-key-1", "/processes/p1/letter-batches", nil).Want(201).Shows(b.ID)
	if b.Letters != 1 {
		h.t.Errorf("got %+v, want one letter", b)
	}
	h.As("olive").Get("/processes/p1/letter-batches/" + b.ID).Want(400)
	file := h.As("olive").Get("/processes/p1/letter-batches/" + b.ID + "?purpose=printing").Want(200)
	z, err := zip.NewReader(bytes.NewReader(file.Body), int64(len(file.Body)))
	if err != nil || len(z.File) != 2 {
		h.t.Fatalf("%v, %d files; want letters.csv and one code", err, len(z.File))
	}
	actions := strings.Join(h.audit.Actions(), " ")
	if !strings.Contains(actions, "letters.exported") {
		h.t.Errorf("recorded %s, want the look", actions)
	}
}

func TestAHistoryIsALookWithAPurpose(t *testing.T) {
	t.Parallel()
	h := newOutreachHouse(t)
	_, err := h.svc.Send(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "k"}, domain.MessageData{Process: "p1", Person: "ann", Template: "picked"})
	if err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.post(h.net.Write(residentPhone, "yes please"))
	h.settle()
	path := "/processes/p1/people/ann/history"
	h.As("carol").Get(path + "?purpose=curious").Want(403)
	h.As("olive").Get(path).Want(400)
	bare, err := h.svc.Contact(t.Context(), domain.Actor{ID: "cal", Grants: []domain.Grant{{Role: domain.ConfirmationCaller}}}, "p1", "ann")
	if err != nil || len(bare) < 2 || len(h.audit.Actions()) != 0 {
		t.Errorf("without words: %v lines, %v, recorded %v", len(bare), err, h.audit.Actions())
	}
	for _, l := range bare {
		if l.Text != "" {
			t.Errorf("a history without words reads %q", l.Text)
		}
	}
	err = h.svc.Pass(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "q"}, outreach.QueueData{Process: "p1", Person: "ann", Reason: outreach.ReasonHelp, At: h.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var page api.Page[outreach.ItemView]
	h.settle()
	h.As("olive").Get("/processes/p1/queue").Want(200).Into(&page)
	item := "/processes/p1/queue/" + page.Items[0].ID
	h.As("olive").Post(item+"/claim", nil).Want(200)
	h.As("olive").Post(item+"/close", map[string]any{"outcome": "called"}).Want(200)
	before := len(h.audit.Actions())
	h.As("olive").Get(path+"?purpose=call").Want(200).Shows("yes please", `"way":"call"`, "picked for Oakshire Jury")
	if got := h.audit.Actions()[before:]; len(got) != 1 || got[0] != "history.read" {
		t.Errorf("recorded %v", got)
	}
	h.audit.FailWith(domain.E(domain.Unavailable, "the record is away"))
	h.As("olive").Get(path + "?purpose=call").Want(503).Hides("yes please")
}

func TestOptingOutByTelephone(t *testing.T) {
	t.Parallel()
	h := newOutreachHouse(t)
	in := map[string]any{"person": "ann", "source": "staff"}
	h.As("carol").Post("/processes/p1/opt-outs", in).Want(403)
	h.As("olive").Post("/processes/p1/opt-outs", map[string]any{"person": "ann", "source": "rumour"}).Want(400)
	h.As("cal").Post("/processes/p1/opt-outs", in).Want(204)
	way, err := h.svc.Send(t.Context(), domain.Command{Actor: domain.SystemActor("test"), Key: "k"}, domain.MessageData{Process: "p1", Person: "ann", Template: "picked"})
	if err != nil || way != outreach.ByLetter {
		t.Errorf("got %v %v, want a letter", way, err)
	}
}
