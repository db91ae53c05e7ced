package config

import (
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // a container from scratch has no zones of its own
)

// Config is every setting of an installation. The env tag is the name in the
// environment without its FOLKMOOT_ before it.
type Config struct {
	DataDir string `env:"DATA_DIR" default:"data" doc:"Folder of the embedded store, the keyring and the master key. Keep it on a disk that is backed up."`
	Listen  string `env:"LISTEN" default:"127.0.0.1:8080" doc:"Address and port to serve on. 0.0.0.0:8080 serves all networks; put a proxy with TLS before it."`
	BaseURL string `env:"BASE_URL" doc:"Public address, such as https://jury.example.org. Links in texts begin with it and gateways sign over it. Empty: http:// and LISTEN."`
	Roles   string `env:"ROLES" default:"web,bots,jobs" doc:"What this machine does: web (pages and API), bots (webhooks and sending), jobs (clocks, reminders, relay)."`

	Store     Secret `env:"STORE" default:"sqlite" doc:"sqlite (a file in DATA_DIR), sqlite:PATH, or a MongoDB address mongodb://... with the database as its path."`
	Keyring   Secret `env:"KEYRING" default:"sqlite" doc:"Where the keys of people are kept, apart from the store and backed up apart: sqlite, sqlite:PATH or mongodb://... with another database."`
	MasterKey string `env:"MASTER_KEY" default:"file" doc:"What seals those keys: file (made in DATA_DIR at the first start), file:PATH, or the URI of a key service such as aws-kms://..., gcp-kms://..., hcvault://..."`

	Name        string `env:"NAME" default:"Folkmoot" doc:"Who you are, in texts to somebody of whom no jury is known yet: the public body's short name."`
	Phone       string `env:"PHONE" doc:"Phone number that those texts name. Empty: they say the number on our letters."`
	TimeZone    string `env:"TIME_ZONE" default:"Europe/London" doc:"IANA time zone of bodies that name none."`
	ProfilesDir string `env:"PROFILES_DIR" doc:"Folder with further jurisdiction profiles (YAML), beside the built-in ones."`
	Demo        bool   `env:"DEMO" default:"false" doc:"Demo mode: the clock can be moved from the phone simulator. Refused unless every gateway is simulated."`

	SMS     SMS     `prefix:"SMS_"`
	Mail    Mail    `prefix:"MAIL_"`
	Twilio  Twilio  `prefix:"TWILIO_"`
	Notify  Notify  `prefix:"NOTIFY_"`
	Generic Generic `prefix:"GENERIC_"`
	Slack   Slack   `prefix:"SLACK_"`

	API       API       `prefix:"API_"`
	Telemetry Telemetry `prefix:""`

	TrustedProxies  []string      `env:"TRUSTED_PROXIES" doc:"Addresses or networks of your own proxies, comma between: 10.0.0.0/8. Only their X-Forwarded-For is believed."`
	ShutdownDelay   time.Duration `env:"SHUTDOWN_DELAY" default:"1s" doc:"How long the program goes on answering when it is told to stop, while /readyz says no already, so that a proxy turns to another machine first. Longer than the time between two of the proxy's looks."`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" default:"20s" doc:"How long work under way may take to finish when the program is told to stop."`
}

// SMS is how texts leave and come in.
type SMS struct {
	Gateway string  `env:"GATEWAY" default:"simulated" doc:"simulated (nothing is sent; read and write texts in the phone simulator), twilio, notify or generic."`
	Second  string  `env:"SECOND_GATEWAY" doc:"Gateway that takes over what the first certainly did not take: twilio, notify or generic. Empty: none."`
	Sender  string  `env:"SENDER" doc:"Number that texts come from and are answered to, with country code: +441632960123."`
	Rate    float64 `env:"RATE" default:"10" doc:"Texts per second that the sender number may send. A long UK number does about 10, a US one 1."`

	PartPence       float64 `env:"PART_PENCE" default:"4" doc:"What one part of a text costs through the gateway, in pence, for forecasts."`
	SecondPartPence float64 `env:"SECOND_PART_PENCE" default:"4" doc:"The same through the second gateway."`
	LetterPence     float64 `env:"LETTER_PENCE" default:"120" doc:"What printing and posting one letter costs, in pence, for forecasts."`

	SimulatedSecret Secret `env:"SIMULATED_SECRET" doc:"Secret that signs the simulated gateway's webhooks. Empty: a new one at every start."`
}

// Twilio is an account there. Two tokens may be active while they are changed.
type Twilio struct {
	AccountSID       string `env:"ACCOUNT_SID" doc:"Account SID, AC and 32 hex digits."`
	AuthToken        Secret `env:"AUTH_TOKEN" doc:"Auth token: signs webhooks and opens the API."`
	AuthTokenNext    Secret `env:"AUTH_TOKEN_NEXT" doc:"Second auth token, while changing from one to the other."`
	MessagingService string `env:"MESSAGING_SERVICE" doc:"Messaging service SID to send through instead of one number."`
	APIURL           string `env:"API_URL" default:"https://api.twilio.com" doc:"Address of the API."`
}

// Notify is a service at GOV.UK Notify. Its calls to us carry a bearer token;
// two may be active while they are changed.
type Notify struct {
	Key       Secret `env:"KEY" doc:"API key: name, service id and secret, joined by hyphens."`
	Token     Secret `env:"TOKEN" doc:"Bearer token that Notify's calls to us carry, at least 10 characters."`
	TokenNext Secret `env:"TOKEN_NEXT" doc:"Second bearer token, while changing from one to the other."`
	Template  string `env:"TEMPLATE" doc:"Id of a text message template whose only content is ((message))."`
	SenderID  string `env:"SENDER_ID" doc:"Id of a text message sender of the service. Empty: its default."`
	APIURL    string `env:"API_URL" default:"https://api.notifications.service.gov.uk" doc:"Address of the API."`

	MailTemplate string `env:"MAIL_TEMPLATE" doc:"Id of an email template with the subject ((subject)) and the content ((message))."`
	ReplyToID    string `env:"REPLY_TO_ID" doc:"Id of a reply-to address of the service, for emails. Empty: its default."`
}

// Generic is any gateway that speaks signed HTTP.
type Generic struct {
	SendURL    string `env:"SEND_URL" doc:"Address that texts are posted to."`
	Secret     Secret `env:"SECRET" doc:"Secret that signs both ways, at least 32 characters."`
	SecretNext Secret `env:"SECRET_NEXT" doc:"Second secret, while changing from one to the other."`
}

// Slack is an app in the workspace of commissioners and organisers.
type Slack struct {
	SigningSecret Secret `env:"SIGNING_SECRET" doc:"Signing secret of the Slack app. Empty: no Slack."`
	BotToken      Secret `env:"BOT_TOKEN" doc:"Bot token, xoxb-..."`
	APIURL        string `env:"API_URL" default:"https://slack.com/api/" doc:"Address of the API."`
}

// API is how much one caller may ask.
type API struct {
	Rate  float64 `env:"RATE" default:"100" doc:"Calls per second for one token, or for one address without a token, on average."`
	Burst int     `env:"BURST" default:"400" doc:"Calls at once."`
}

// Telemetry is what operators see. None of it holds personal data.
type Telemetry struct {
	LogFormat    string `env:"LOG_FORMAT" default:"text" doc:"text or json."`
	LogLevel     string `env:"LOG_LEVEL" default:"info" doc:"debug, info, warn or error."`
	OTLPEndpoint string `env:"OTLP_ENDPOINT" doc:"Address of an OpenTelemetry collector that takes traces over HTTP. Empty: no traces."`
	MetricsToken Secret `env:"METRICS_TOKEN" doc:"Bearer token for /metrics, at least 16 characters. Empty: /metrics answers this machine alone."`
}

// The roles of one machine.
const (
	RoleWeb  = "web"
	RoleBots = "bots"
	RoleJobs = "jobs"
)

// Has reports whether this machine has the role.
func (c Config) Has(role string) bool {
	for _, r := range list(c.Roles) {
		if r == role {
			return true
		}
	}
	return false
}

// Zone is the time zone; [Load] has made sure that it exists.
func (c Config) Zone() *time.Location {
	z, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC
	}
	return z
}

// HTTPS reports whether the public address is https.
func (c Config) HTTPS() bool { return hasScheme(c.BaseURL, "https") }

// SlackOn reports whether Slack is set up.
func (c Config) SlackOn() bool { return c.Slack.SigningSecret != "" }

// StoreFile is the file of the embedded store; ok is false for MongoDB.
func (c Config) StoreFile() (path string, ok bool) {
	return sqliteFile(c.Store.Reveal(), filepath.Join(c.DataDir, "folkmoot.db"))
}

// KeyringFile is the file of the embedded keyring; ok is false for MongoDB.
func (c Config) KeyringFile() (path string, ok bool) {
	return sqliteFile(c.Keyring.Reveal(), filepath.Join(c.DataDir, "keyring.db"))
}

func sqliteFile(setting, usual string) (path string, ok bool) {
	if setting == "sqlite" {
		return usual, true
	}
	return strings.CutPrefix(setting, "sqlite:")
}

// MasterKeyPlace is the path of the key file or the URI of the key service.
func (c Config) MasterKeyPlace() string {
	if c.MasterKey == "file" {
		return filepath.Join(c.DataDir, "master.key")
	}
	if strings.Contains(c.MasterKey, "://") {
		return c.MasterKey
	}
	return strings.TrimPrefix(c.MasterKey, "file:")
}
