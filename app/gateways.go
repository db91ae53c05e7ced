package main

import (
	"crypto/rand"
	"net/http"
	"time"

	"folkmoot/bots/sms/gateway"
	"folkmoot/domain/outreach"
)

// gatewayTimeout is how long a gateway's API may take.
const gatewayTimeout = 20 * time.Second

// openGateways opens what texts leave by and come in through, in the order
// they are used.
func (h *house) openGateways() {
	if len(h.gateways) > 0 {
		return
	}
	for _, name := range []string{h.cfg.SMS.Gateway, h.cfg.SMS.Second} {
		if name != "" {
			h.gateways = append(h.gateways, h.openGateway(name))
		}
	}
}

func (h *house) openGateway(name string) gateway.Gateway {
	c, client := h.cfg, &http.Client{Timeout: gatewayTimeout}
	switch name {
	case "twilio":
		return gateway.NewTwilio(gateway.TwilioConfig{
			AccountSID: c.Twilio.AccountSID, Tokens: secrets(c.Twilio.AuthToken, c.Twilio.AuthTokenNext), PublicURL: c.BaseURL,
			APIURL: c.Twilio.APIURL, From: c.SMS.Sender, Service: c.Twilio.MessagingService, Client: client,
		})
	case "notify":
		return h.notify(client)
	case "generic":
		return gateway.NewGeneric(gateway.GenericConfig{
			Secrets: secrets(c.Generic.Secret, c.Generic.SecretNext), SendURL: c.Generic.SendURL, From: c.SMS.Sender, Client: client, Now: time.Now,
		})
	}
	token := c.SMS.SimulatedSecret.Reveal()
	if token == "" {
		token = rand.Text()
	}
	h.network = gateway.NewNetwork(gateway.NetworkConfig{
		Token: token, PublicURL: c.BaseURL, InboundPath: "/webhooks/sms/simulated", Sender: c.SMS.Sender, Now: h.clock.Now,
	})
	return gateway.NewSimulated(h.network)
}

// notify is the gateway to GOV.UK Notify, of texts and of emails.
func (h *house) notify(client *http.Client) *gateway.Notify {
	c := h.cfg
	return gateway.NewNotify(gateway.NotifyConfig{
		Key: c.Notify.Key.Reveal(), Tokens: secrets(c.Notify.Token, c.Notify.TokenNext), Template: c.Notify.Template,
		Sender: c.Notify.SenderID, APIURL: c.Notify.APIURL, Client: client, Now: time.Now,
		MailTemplate: c.Notify.MailTemplate, ReplyTo: c.Notify.ReplyToID,
	})
}

// prices are what the gateways take for a part of a text.
func (h *house) prices() []outreach.Price {
	out := make([]outreach.Price, 0, len(h.gateways))
	for i, g := range h.gateways {
		each := h.cfg.SMS.PartPence
		if i > 0 {
			each = h.cfg.SMS.SecondPartPence
		}
		out = append(out, outreach.Price{Gateway: g.Name(), PencePerPart: each})
	}
	return out
}
