package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// mostSkew is how far the clock may be off: signatures of gateways and of
// Slack are refused beyond minutes, tokens of some beyond half a minute.
const mostSkew = 20 * time.Second

// clock compares this machine's clock with another's, or with the build.
func (d *doctor) clock(other time.Time, whose string) {
	now := d.now()
	if whose != "" {
		skew := now.Sub(other).Abs()
		if skew > mostSkew {
			d.say(wrong, "clock", "differs by %s from that of %s; switch on time synchronisation", skew.Round(time.Second), whose)
			return
		}
		d.say(fine, "clock", "agrees with that of %s", whose)
		return
	}
	if built, err := os.Executable(); err == nil {
		if info, err := os.Stat(built); err == nil && now.Before(info.ModTime().Add(-time.Hour)) {
			d.say(wrong, "clock", "stands before this program was built; switch on time synchronisation")
			return
		}
	}
	mode := ""
	if d.cfg.Demo {
		mode = "; demo mode, it can be moved"
	}
	d.say(fine, "clock", "%s, zone %s%s", now.UTC().Format(time.RFC3339), d.cfg.TimeZone, mode)
}

func (d *doctor) texts() {
	switch d.cfg.SMS.Gateway {
	case "twilio":
		d.twilio()
	case "generic":
		req, err := http.NewRequestWithContext(d.ctx, http.MethodHead, d.cfg.Generic.SendURL, nil)
		if err == nil {
			_, err = d.call(req, "the gateway", nil)
		}
		d.verdict("texts", "the generic gateway answers", err)
	default:
		d.say(note, "texts", "simulated: nothing is sent to anybody")
	}
}

func (d *doctor) twilio() {
	t := d.cfg.Twilio
	address := t.APIURL + "/2010-04-01/Accounts/" + url.PathEscape(t.AccountSID) + ".json"
	req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, address, nil)
	if err != nil {
		d.verdict("texts", "", err)
		return
	}
	req.SetBasicAuth(t.AccountSID, t.AuthToken.Reveal())
	var account struct {
		Status string `json:"status"`
	}
	status, err := d.call(req, "Twilio", &account)
	switch {
	case err != nil:
	case status == http.StatusUnauthorized:
		err = errors.New("Twilio does not take the auth token; copy it again from the account")
	case status != http.StatusOK:
		err = fmt.Errorf("Twilio answers %d", status)
	case account.Status != "active":
		err = fmt.Errorf("the Twilio account is %s", account.Status)
	}
	d.verdict("texts", "the Twilio account is active", err)
}

// mail signs in to the mail server and hangs up. Notify is not asked: it has
// no question that costs nothing.
func (d *doctor) mail() {
	switch d.cfg.MailGateway() {
	case "smtp":
		g, err := openSMTP(d.cfg.Mail)
		if err == nil && g.Check(d.ctx) != nil {
			err = errors.New("the mail server cannot be reached, speaks no TLS that we trust, or does not take our name and password; check the MAIL settings")
		}
		d.verdict("email", "the mail server takes us in", err)
	case "notify":
		d.say(note, "email", "by GOV.UK Notify; send yourself one email to see that the template is right")
	case "none":
		d.say(note, "email", "not set up: who asks for emails gets letters")
	default:
		d.say(note, "email", "simulated: nothing is sent to anybody")
	}
}

func (d *doctor) slack() {
	if !d.cfg.SlackOn() {
		d.say(note, "slack", "not set up")
		return
	}
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.cfg.Slack.APIURL+"auth.test", nil)
	if err != nil {
		d.verdict("slack", "", err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+d.cfg.Slack.BotToken.Reveal())
	var answer struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	_, err = d.call(req, "Slack", &answer)
	if err == nil && !answer.OK {
		err = fmt.Errorf("Slack does not take the bot token (%s); copy it again from the app", answer.Error)
	}
	d.verdict("slack", "the bot token is taken", err)
}

func (d *doctor) verdict(about, good string, err error) {
	if err != nil {
		d.say(wrong, about, "%v", err)
		return
	}
	d.say(fine, about, "%s", good)
}

// call asks a gateway, reads its JSON and compares clocks by its Date header.
// The error never holds the address, which may be part of a secret.
func (d *doctor) call(req *http.Request, whose string, into any) (int, error) {
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%s cannot be reached; check the network and the address", whose)
	}
	defer resp.Body.Close()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		d.clock(date, whose)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, fmt.Errorf("%s breaks off its answer", whose)
	}
	if into != nil && resp.StatusCode == http.StatusOK && json.Unmarshal(body, into) != nil {
		return 0, fmt.Errorf("%s answers something else than JSON", whose)
	}
	return resp.StatusCode, nil
}
