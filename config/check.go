package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check finds what single values and their combinations get wrong.
func (c *Loaded) check(p *Problems, warnings *[]string) {
	c.checkPlace(p)
	c.checkStores(p, warnings)
	c.checkTexts(p)
	c.checkMail(p)
	c.checkSlack(p)
	c.checkLimits(p)
	c.checkOpenness(p)
	c.checkDemo(p)
}

func (c *Loaded) checkPlace(p *Problems) {
	if !isAddress(c.Listen) {
		p.add("LISTEN", "is not an address with a port", "write it as 127.0.0.1:8080")
	}
	if u, err := url.Parse(c.BaseURL); err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		p.add("BASE_URL", "is not the address of a site", "write it as https://jury.example.org, without a path")
	}
	roles := list(c.Roles)
	for _, r := range roles {
		if !slices.Contains([]string{RoleWeb, RoleBots, RoleJobs}, r) {
			p.add("ROLES", fmt.Sprintf("%q is no role", r), "use web, bots and jobs, with a comma between")
		}
	}
	if len(roles) == 0 {
		p.add("ROLES", "names none", "use web, bots and jobs, with a comma between")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		p.add("TIME_ZONE", "is not a zone of the IANA list", "write it as Europe/London")
	}
}

func (c *Loaded) checkStores(p *Problems, warnings *[]string) {
	for name, v := range map[string]Secret{"STORE": c.Store, "KEYRING": c.Keyring} {
		if !isStore(v.Reveal()) {
			p.add(name, "is no store", "use sqlite, sqlite:PATH or mongodb://HOST/DATABASE")
		}
	}
	store, keyring := c.Store.Reveal(), c.Keyring.Reveal()
	if store == keyring && store != "sqlite" {
		p.add("KEYRING", "is the same place as the store", "keep the keys in a database of their own, so that backups of the two stay apart")
	}
	if !isMaster(c.MasterKey) {
		p.add("MASTER_KEY", "is neither a file nor a key service", "use file, file:PATH or a URI such as aws-kms://...")
	}
	if isMongo(store) && strings.HasPrefix(c.MasterKey, "file") {
		*warnings = append(*warnings, "the master key lies in a file while the store is MongoDB; for real use name a key service in "+Prefix+"MASTER_KEY")
	}
	if isMongo(store) && !isMongo(keyring) {
		*warnings = append(*warnings, "the keyring is on this machine alone while the store is MongoDB; a second machine could not read anything")
	}
}

var (
	twilioSID   = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	phoneShape  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	serviceSID  = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
	leastSecret = 32
)

func (c *Loaded) checkTexts(p *Problems) {
	if c.SMS.Sender != "" && !phoneShape.MatchString(c.SMS.Sender) {
		p.add("SMS_SENDER", "is not a number that can be answered", "write it with the country code, as +441632960123")
	}
	if c.SMS.Rate <= 0 {
		p.add("SMS_RATE", "would never send", "give a number above 0")
	}
	for name, pence := range map[string]float64{"SMS_PART_PENCE": c.SMS.PartPence, "SMS_SECOND_PART_PENCE": c.SMS.SecondPartPence, "SMS_LETTER_PENCE": c.SMS.LetterPence} {
		if pence < 0 {
			p.add(name, "is below nothing", "give pence, such as 4")
		}
	}
	if c.SMS.Gateway != "simulated" {
		c.checkGateway(p, "SMS_GATEWAY", c.SMS.Gateway)
	}
	if c.SMS.Second == "" {
		return
	}
	if c.SMS.Gateway == "simulated" || c.SMS.Second == c.SMS.Gateway {
		p.add("SMS_SECOND_GATEWAY", "must be another real gateway beside a real one", "leave it out, or name another")
		return
	}
	c.checkGateway(p, "SMS_SECOND_GATEWAY", c.SMS.Second)
}

func (c *Loaded) checkGateway(p *Problems, setting, gateway string) {
	switch gateway {
	case "twilio":
		c.checkTwilio(p)
	case "notify":
		c.checkNotify(p)
	case "generic":
		c.checkGeneric(p)
	default:
		p.add(setting, fmt.Sprintf("%q is not known", gateway), "use simulated, twilio, notify or generic")
	}
}

// leastToken is what Notify itself asks of a callback's bearer token.
const leastToken = 10

// leastNotifyKey is a service id and a secret, two UUIDs, with a hyphen before
// each.
const leastNotifyKey = 74

func (c *Loaded) checkNotify(p *Problems) {
	c.checkNotifyKey(p)
	if c.Notify.Template == "" {
		p.add("NOTIFY_TEMPLATE", "is needed for GOV.UK Notify", "make a text message template whose only content is ((message)) and give its id")
	}
}

// checkNotifyKey checks what texts and emails by Notify both need.
func (c *Loaded) checkNotifyKey(p *Problems) {
	n := c.Notify
	if len(n.Key.Reveal()) < leastNotifyKey {
		p.add("NOTIFY_KEY", "is needed for GOV.UK Notify", "make one in the service's settings and copy all of it: name, service id and secret")
	}
	if len(n.Token.Reveal()) < leastToken {
		p.add("NOTIFY_TOKEN", "is missing or too short", "give at least %d random characters, and the same in the service's callback settings", leastToken)
	}
	if n.TokenNext != "" && len(n.TokenNext.Reveal()) < leastToken {
		p.add("NOTIFY_TOKEN_NEXT", "is too short", "give at least %d random characters", leastToken)
	}
	if !isURL(n.APIURL) {
		p.add("NOTIFY_API_URL", "is not an address", "leave it out")
	}
}

func (c *Loaded) checkTwilio(p *Problems) {
	if !twilioSID.MatchString(c.Twilio.AccountSID) {
		p.add("TWILIO_ACCOUNT_SID", "is needed for Twilio", "copy it from the account: AC and 32 hex digits")
	}
	if c.Twilio.AuthToken == "" {
		p.add("TWILIO_AUTH_TOKEN", "is needed for Twilio", "copy it from the account")
	}
	if c.SMS.Sender == "" && c.Twilio.MessagingService == "" {
		p.add("SMS_SENDER", "is needed for Twilio", "give the number, or a messaging service in %sTWILIO_MESSAGING_SERVICE", Prefix)
	}
	if m := c.Twilio.MessagingService; m != "" && !serviceSID.MatchString(m) {
		p.add("TWILIO_MESSAGING_SERVICE", "is not a service's SID", "copy it from the account: MG and 32 hex digits")
	}
	if !isURL(c.Twilio.APIURL) {
		p.add("TWILIO_API_URL", "is not an address", "leave it out")
	}
}

func (c *Loaded) checkGeneric(p *Problems) {
	if !isURL(c.Generic.SendURL) {
		p.add("GENERIC_SEND_URL", "is needed for the generic gateway", "give the https address that texts are posted to")
	}
	for name, s := range map[string]Secret{"GENERIC_SECRET": c.Generic.Secret, "GENERIC_SECRET_NEXT": c.Generic.SecretNext} {
		if name == "GENERIC_SECRET_NEXT" && s == "" {
			continue
		}
		if len(s.Reveal()) < leastSecret {
			p.add(name, "is missing or too short", "give at least %d random characters; `openssl rand -hex 32` makes some", leastSecret)
		}
	}
	if c.SMS.Sender == "" {
		p.add("SMS_SENDER", "is needed for the generic gateway", "give the number that residents answer to")
	}
}

func (c *Loaded) checkSlack(p *Problems) {
	s := c.Slack
	if s.SigningSecret == "" && s.BotToken != "" {
		p.add("SLACK_SIGNING_SECRET", "is needed for Slack", "copy it from the app's basic information")
	}
	if s.SigningSecret != "" && s.BotToken == "" {
		p.add("SLACK_BOT_TOKEN", "is needed for Slack", "copy it from the app's OAuth page: xoxb-...")
	}
	if !isURL(s.APIURL) || !strings.HasSuffix(s.APIURL, "/") {
		p.add("SLACK_API_URL", "is not an address with a slash at its end", "leave it out")
	}
}

func (c *Loaded) checkLimits(p *Problems) {
	if c.API.Rate < 0 || c.API.Burst < 1 {
		p.add("API_RATE", "would refuse every call", "give a rate above 0 and a burst of at least 1; rate 0 sets no limit")
	}
	t := c.Telemetry
	if !slices.Contains([]string{"text", "json"}, t.LogFormat) {
		p.add("LOG_FORMAT", "is not known", "use text or json")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, t.LogLevel) {
		p.add("LOG_LEVEL", "is not known", "use debug, info, warn or error")
	}
	if t.OTLPEndpoint != "" && !isURL(t.OTLPEndpoint) {
		p.add("OTLP_ENDPOINT", "is not an address", "write it as http://127.0.0.1:4318")
	}
	if t.MetricsToken != "" && len(t.MetricsToken.Reveal()) < 16 {
		p.add("METRICS_TOKEN", "is too short", "give at least 16 random characters")
	}
	if _, err := c.Proxies(); err != nil {
		p.add("TRUSTED_PROXIES", "holds what is no network: "+err.Error(), "write addresses or networks such as 10.0.0.0/8, with a comma between")
	}
}

// checkOpenness keeps residents' data off plain http once texts are real.
func (c *Loaded) checkOpenness(p *Problems) {
	if (c.SMS.Gateway != "simulated" || c.mailsPeople()) && !c.HTTPS() && !isLoopback(c.BaseURL) {
		p.add("BASE_URL", "is not https while messages go to real people", "put a proxy with a certificate before the program and give its https address")
	}
}

func (c *Loaded) checkDemo(p *Problems) {
	if !c.Demo {
		return
	}
	if c.SMS.Gateway != "simulated" {
		p.add("DEMO", "would move the clock while texts go to real people", "leave it out, or set %sSMS_GATEWAY=simulated", Prefix)
	}
	if c.mailsPeople() {
		p.add("DEMO", "would move the clock while emails go to real people", "leave it out, or set %sMAIL_GATEWAY=simulated", Prefix)
	}
	if c.Slack.BotToken != "" && !isLoopback(c.Slack.APIURL) {
		p.add("DEMO", "would move the clock while Slack is real", "leave it out, or point %sSLACK_API_URL at this machine", Prefix)
	}
}

// Proxies are the trusted proxies as networks.
func (c Config) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q", s)
		}
		out = append(out, n)
	}
	return out, nil
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func hasScheme(s, scheme string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == scheme
}

func isLoopback(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.IsLoopback()
}

func isMongo(s string) bool {
	return strings.HasPrefix(s, "mongodb://") || strings.HasPrefix(s, "mongodb+srv://")
}

// isStore wants the database named in a MongoDB address: the driver's own
// default would put two installations into one.
func isStore(s string) bool {
	if s == "sqlite" || (strings.HasPrefix(s, "sqlite:") && len(s) > len("sqlite:")) {
		return true
	}
	if !isMongo(s) {
		return false
	}
	_, rest, _ := strings.Cut(s, "://")
	_, db, found := strings.Cut(rest, "/")
	db, _, _ = strings.Cut(db, "?")
	return found && db != ""
}

func isMaster(s string) bool {
	if s == "file" || (strings.HasPrefix(s, "file:") && len(s) > len("file:")) {
		return true
	}
	scheme, rest, ok := strings.Cut(s, "://")
	return ok && rest != "" && (strings.HasSuffix(scheme, "-kms") || scheme == "hcvault")
}
