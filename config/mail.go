package config

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
)

// Mail is how emails leave.
type Mail struct {
	Gateway string  `env:"GATEWAY" doc:"simulated (read emails in the phone simulator), smtp, notify, or none: then who asked for emails gets letters. Empty: simulated while texts are, else none."`
	From    string  `env:"FROM" doc:"Address that emails come from by SMTP: jury@example.org, or with a name: The Jury <jury@example.org>."`
	ReplyTo string  `env:"REPLY_TO" doc:"Address that residents' answers go to, which a person reads. Empty: FROM."`
	Rate    float64 `env:"RATE" default:"10" doc:"Emails per second at most."`
	Server  string  `env:"SERVER" doc:"Mail server for smtp, as host:port: mail.example.org:587."`
	TLS     string  `env:"TLS" default:"starttls" doc:"starttls (port 587), tls (port 465), or none for a server on this machine."`
	User    string  `env:"USER" doc:"Name to sign in to the mail server with. Empty: no sign-in."`

	Password Secret `env:"PASSWORD" doc:"Password for it."`
}

// MailGateway is what emails leave by: simulated, smtp, notify or none.
func (c Config) MailGateway() string {
	switch {
	case c.Mail.Gateway != "":
		return c.Mail.Gateway
	case c.SMS.Gateway == "simulated":
		return "simulated"
	}
	return "none"
}

// mailsPeople reports whether emails go to real people.
func (c Config) mailsPeople() bool {
	return c.MailGateway() == "smtp" || c.MailGateway() == "notify"
}

func (c *Loaded) checkMail(p *Problems) {
	if c.Mail.Rate <= 0 {
		p.add("MAIL_RATE", "would never send", "give a number above 0")
	}
	for name, address := range map[string]string{"MAIL_FROM": c.Mail.From, "MAIL_REPLY_TO": c.Mail.ReplyTo} {
		if _, err := mail.ParseAddress(address); address != "" && err != nil {
			p.add(name, "is not an email address", "write it as jury@example.org")
		}
	}
	switch c.MailGateway() {
	case "simulated", "none":
	case "smtp":
		c.checkSMTP(p)
	case "notify":
		c.checkNotifyMail(p)
	default:
		p.add("MAIL_GATEWAY", fmt.Sprintf("%q is not known", c.Mail.Gateway), "use simulated, smtp, notify or none")
	}
}

func (c *Loaded) checkSMTP(p *Problems) {
	host, _, err := net.SplitHostPort(c.Mail.Server)
	if err != nil || host == "" || !isAddress(c.Mail.Server) {
		p.add("MAIL_SERVER", "is needed for email by SMTP", "write it as mail.example.org:587")
	}
	if c.Mail.From == "" {
		p.add("MAIL_FROM", "is needed for email by SMTP", "write it as jury@example.org")
	}
	if !slices.Contains([]string{"starttls", "tls", "none"}, c.Mail.TLS) {
		p.add("MAIL_TLS", "is not known", "use starttls, tls or none")
	}
	if c.Mail.TLS == "none" && !isLoopback("http://"+c.Mail.Server) {
		p.add("MAIL_TLS", "would send residents' addresses over the network in the clear", "use starttls or tls, or a server on this machine")
	}
	if (c.Mail.User == "") != (c.Mail.Password == "") {
		p.add("MAIL_PASSWORD", "and MAIL_USER belong together", "give both, or neither")
	}
}

func (c *Loaded) checkNotifyMail(p *Problems) {
	if c.SMS.Gateway != "notify" && c.SMS.Second != "notify" {
		c.checkNotifyKey(p)
	}
	if c.Notify.MailTemplate == "" {
		p.add("NOTIFY_MAIL_TEMPLATE", "is needed for email by GOV.UK Notify", "make an email template with the subject ((subject)) and the content ((message)) and give its id")
	}
}
