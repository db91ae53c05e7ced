package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of a provider's answer.
const maxAnswer = 1 << 20

// notProcessed are Twilio codes of an answer that says "not processed".
var notProcessed = []int{20429, 21611, 63018}

// post sends the form and classes what came back.
func (g *Twilio) post(ctx context.Context, form url.Values) Result {
	address := g.cfg.APIURL + "/2010-04-01/Accounts/" + url.PathEscape(g.cfg.AccountSID) + "/Messages.json"
	status, header, body, res := exchange(ctx, g.cfg.Client, func(ctx context.Context) (*http.Request, error) {
		return g.request(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	})
	if res.Class != "" {
		return res
	}
	return twilioResult(status, header, body)
}

func (g *Twilio) request(ctx context.Context, method, address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	req.SetBasicAuth(g.cfg.AccountSID, g.firstToken())
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}

func (g *Twilio) firstToken() string {
	if len(g.cfg.Tokens) == 0 {
		return ""
	}
	return g.cfg.Tokens[0]
}

// exchange makes one request and reads the answer. A non-empty Class in the
// result means there was no usable answer: Retry where nothing can have left
// for the provider, Unknown where something may have.
func exchange(ctx context.Context, client *http.Client, build func(context.Context) (*http.Request, error)) (int, http.Header, []byte, Result) {
	var wrote atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { wrote.Store(true) },
	})
	req, err := build(traced)
	if err != nil {
		return 0, nil, nil, Result{Class: Refused, Code: "request", Detail: "the request could not be built"}
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, nil, lost(err, wrote.Load())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, nil, Result{Class: Unknown, Code: "answer_cut", Detail: "the provider's answer broke off"}
	}
	return resp.StatusCode, resp.Header, body, Result{}
}

// lost classes a request without an answer.
func lost(err error, wrote bool) Result {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case !wrote, errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return Result{Class: Retry, Code: "not_reached", Detail: "the provider could not be reached"}
	}
	return Result{Class: Unknown, Code: "no_answer", Detail: "the request went out and no answer came"}
}

type twilioMessage struct {
	SID         string `json:"sid"`
	Code        int    `json:"code"`
	Message     string `json:"message"`
	Body        string `json:"body"`
	From        string `json:"from"`
	To          string `json:"to"`
	Direction   string `json:"direction"`
	DateSent    string `json:"date_sent"`
	DateCreated string `json:"date_created"`
	NumMedia    string `json:"num_media"`
}

// twilioResult classes an answer.
func twilioResult(status int, header http.Header, body []byte) Result {
	var m twilioMessage
	readable := json.Unmarshal(body, &m) == nil
	code := strconv.Itoa(m.Code)
	switch {
	case status/100 == 2 && readable && m.SID != "":
		return Result{ProviderID: m.SID, Class: Accepted}
	case status == http.StatusTooManyRequests, status/100 == 4 && slices.Contains(notProcessed, m.Code):
		return Result{Class: Retry, Code: code, Detail: "too many requests", RetryAfter: retryAfter(header)}
	case keyTrouble(status):
		return keyRefused(code)
	case status/100 == 4 && readable && m.Code != 0:
		return Result{Class: Refused, Code: code, Detail: refusalOf(m.Code), OptedOut: code == codeOptedOut}
	case status/100 == 4:
		return Result{Class: Refused, Code: "http_" + strconv.Itoa(status), Detail: "the provider refused the request"}
	}
	return Result{Class: Unknown, Code: "http_" + strconv.Itoa(status), Detail: "the provider's answer does not say whether the message was accepted"}
}

// keyTrouble reports an answer about us, not about the message: nothing was
// processed, and the message is good once the settings are.
func keyTrouble(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

func keyRefused(code string) Result {
	return Result{Class: Retry, Code: code, Detail: "the provider does not accept our key: check the gateway's settings and this machine's clock"}
}

func retryAfter(h http.Header) time.Duration {
	const most = time.Hour
	return min(time.Duration(atoi(h.Get("Retry-After")))*time.Second, most)
}

// refusals in words for the organiser, by Twilio's codes.
var refusals = map[int]string{
	21211: "this is not a number that can be texted: ask for another way to reach the person",
	21212: "our sender number is not accepted: check the gateway's settings",
	21606: "our sender number cannot send texts to this number: check the gateway's settings",
	21408: "texts to this country are not switched on in the account",
	21610: "the person has opted out of texts from this number",
	21612: "the network has no route to this number: ask for another way to reach the person",
	21614: "this is not a mobile number: ask for another way to reach the person",
}

func refusalOf(code int) string {
	if words, ok := refusals[code]; ok {
		return words
	}
	return "the provider refused the message"
}

// Lookup looks for a message in the provider's list by number and body.
func (g *Twilio) Lookup(ctx context.Context, m Message, since time.Time) (string, bool, error) {
	q := url.Values{"To": {m.To}, "DateSent>": {since.UTC().Format(time.DateOnly)}, "PageSize": {"200"}}
	list, err := g.list(ctx, q)
	if err != nil {
		return "", false, fmt.Errorf("looking up a sent message: %w", err)
	}
	for _, found := range list {
		created := twilioTime(found.DateCreated)
		if found.Direction != "inbound" && found.Body == m.Body && !created.Before(since.Add(-time.Minute)) {
			return found.SID, true, nil
		}
	}
	return "", false, nil
}

// Inbounds lists what was received since a time, oldest first.
func (g *Twilio) Inbounds(ctx context.Context, since time.Time) ([]Inbound, error) {
	q := url.Values{"DateSent>": {since.UTC().Format(time.DateOnly)}, "PageSize": {"1000"}}
	if g.cfg.From != "" {
		q.Set("To", g.cfg.From)
	}
	list, err := g.list(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("listing received messages: %w", err)
	}
	var in []Inbound
	for _, m := range slices.Backward(list) {
		at := twilioTime(m.DateCreated)
		if m.Direction == "inbound" && !at.Before(since) {
			in = append(in, Inbound{ExternalID: m.SID, From: m.From, To: m.To, Body: m.Body, ReceivedAt: at, Media: atoi(m.NumMedia)})
		}
	}
	return in, nil
}

func twilioTime(s string) time.Time {
	at, err := time.Parse(time.RFC1123Z, s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// maxPages bounds how far a list is followed.
const maxPages = 50

// list reads a message list, newest first, over all its pages.
func (g *Twilio) list(ctx context.Context, q url.Values) ([]twilioMessage, error) {
	next := "/2010-04-01/Accounts/" + url.PathEscape(g.cfg.AccountSID) + "/Messages.json?" + q.Encode()
	var all []twilioMessage
	for range maxPages {
		page, err := g.page(ctx, next)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Messages...)
		if page.Next == "" {
			return all, nil
		}
		next = page.Next
	}
	return nil, errors.New("the list is longer than we read at once: ask for a later start")
}

type twilioPage struct {
	Messages []twilioMessage `json:"messages"`
	Next     string          `json:"next_page_uri"`
}

func (g *Twilio) page(ctx context.Context, path string) (twilioPage, error) {
	var page twilioPage
	if !strings.HasPrefix(path, "/") {
		return page, errors.New("the provider named a next page elsewhere")
	}
	status, _, body, res := exchange(ctx, g.cfg.Client, func(ctx context.Context) (*http.Request, error) {
		return g.request(ctx, http.MethodGet, g.cfg.APIURL+path, nil)
	})
	if res.Class != "" {
		return page, errors.New(res.Detail)
	}
	if status != http.StatusOK {
		return page, fmt.Errorf("the provider answered %d", status)
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return page, fmt.Errorf("reading the list: %w", err)
	}
	return page, nil
}
