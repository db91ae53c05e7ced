package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"folkmoot/app/store"
	"folkmoot/domain"
	"folkmoot/domain/access"
	"folkmoot/domain/audit"
	"folkmoot/domain/outreach"
	"folkmoot/domain/people"
	"folkmoot/domain/recruitment"
	"folkmoot/domain/retention"
	"folkmoot/jobs"
)

// spoken remembers what was sealed as what, so that sealed values of two runs
// can be compared by what they say.
type spoken struct {
	mu   sync.Mutex
	said map[string]string // sealed value -> subject, bound and content
}

type hearing struct {
	domain.Vault
	s *spoken
}

func (s *spoken) hear(v domain.Vault) domain.Vault { return hearing{v, s} }

// Seal seals, and remembers.
func (h hearing) Seal(ctx context.Context, subject, bound string, plain []byte) (domain.Sealed, error) {
	sealed, err := h.Vault.Seal(ctx, subject, bound, plain)
	if err == nil {
		h.s.mu.Lock()
		h.s.said[string(sealed)] = subject + " " + bound + " " + string(plain)
		h.s.mu.Unlock()
	}
	return sealed, err
}

func (s *spoken) of(sealed string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.said[sealed]
	return v, ok
}

// apart is how far the clocks of two runs of one step may differ: what a dead
// program's leases and the looks for unknown messages take. Steps begin at
// whole multiples of it.
const apart = 15 * time.Minute

// canon writes documents so that two runs that did the same read the same:
// without what is random by nature (keys, sealed bytes, secrets), without what
// only says who did it (leases, versions), and with times as those of the
// step.
type canon struct {
	state  state
	other  state // of the run it is compared with
	spoken *spoken
	lists  map[string]bool // keys that lists of rows are sealed under: new ones with each attempt
}

func newCanon(s, other state, heard *spoken, places []place) canon {
	c := canon{s, other, heard, map[string]bool{}}
	for _, p := range places {
		var body struct {
			List struct {
				Keys []string `json:"keys"`
			} `json:"list"`
		}
		for _, in := range []state{s, other} {
			if d, ok := in[p]; ok && json.Unmarshal(d.Body, &body) == nil {
				for _, k := range body.List.Keys {
					c.lists[k] = true
				}
			}
		}
	}
	return c
}

// looks are the actions that are recorded before something personal is shown,
// once for each attempt to look.
var looks = map[string]bool{
	"person.features_read": true, "person.identity_viewed": true, "person.identities_viewed": true, "person.support_viewed": true,
	"queue.opened": true, "letters.exported": true, "history.read": true,
}

// read writes the documents at the places, by what they are.
func (c canon) read(places []place) map[string][]string {
	out := map[string][]string{}
	for _, p := range places {
		d, ok := c.state[p]
		if !ok {
			continue
		}
		if name, text := c.document(p, d); name != "" {
			out[name] = append(out[name], text)
		}
	}
	for name := range out {
		sort.Strings(out[name])
		// A secret that nobody was told is made again; a look is recorded each
		// time somebody begins to look.
		if strings.HasPrefix(name, access.Secrets.Name) || strings.HasSuffix(name, " looks") {
			out[name] = slices.Compact(out[name])
		}
	}
	return out
}

func (c canon) document(p place, d store.Document) (name, text string) {
	var body map[string]any
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return p.collection + ":" + p.id, "unreadable"
	}
	delete(body, "version")
	delete(body, "updated_at")
	name = p.collection + ":" + p.id
	switch {
	case p.ring && p.collection == "vault_root", p.collection == jobs.Leases.Name, p.collection == "files", p.collection == "file_chunks":
		return "", ""
	case p.ring:
		if _, both := c.other[p]; body["key"] == nil && (!both || c.lists[p.id]) {
			return "", "" // of an attempt that came to nothing: it opens nothing
		}
		if c.lists[p.id] { // one that still opens is what counts
			return p.collection + " of lists", "a key"
		}
		body["key"] = body["key"] != nil
	case p.collection == outreach.Queue.Name && body["reason"] == outreach.ReasonUnclear:
		return "", "" // a decision that a person had sent again
	case p.collection == erasedSubjects.Name && (c.lists[p.id] || body["through"] == 0.0):
		return "", "" // the key of an attempt that came to nothing, or that was never made
	case p.collection == recruitment.Tallies.Name:
		delete(body, "revision") // made again whenever somebody may have changed something
	case p.collection == outreach.Texts.Name:
		delete(body, "attempts") // one more where a program died between claiming and sending
		delete(body, "resent")
	case p.collection == access.Users.Name:
		delete(body, "revision") // one more where a token did not reach its owner
		delete(body, "applied")
	case p.collection == outreach.Events.Name:
		delete(body, "digest") // of the provider's own ids
		delete(body, "why")    // known to the first reading alone: after a crash it is "taken_before"
	case p.collection == audit.Entries.Name:
		event, _ := body["event"].(map[string]any)
		chain, _ := event["chain"].(string)
		name, body = "audit "+chain, event
		if c.unclear(fmt.Sprint(event["subject"])) {
			return "", ""
		}
		if action := fmt.Sprint(event["action"]); strings.HasPrefix(action, "retention.") || strings.HasPrefix(action, "erasure.") || action == "person.erased" {
			delete(event, "id")               // of the attempt that did it
			if action == "retention.purged" { // lists that an attempt cut off destroyed are not counted again
				delete(event, "data")
			}
		}
		if looks[fmt.Sprint(event["action"])] {
			delete(body, "id")
			name += " looks"
		}
		if data, _ := event["data"].(map[string]any); data["secret"] != nil || event["action"] == "slack.bound" {
			delete(body, "id")
			name = access.Secrets.Name + " " + name
		}
	case p.collection == retention.Clocks.Name, p.collection == retention.Erasures.Name, p.collection == outreach.Numbers.Name, body["status"] == string(people.Erased):
		delete(body, "applied") // keys of the attempt that did it
		delete(body, "revision")
	case p.collection == access.Secrets.Name:
		if body["used_at"] == nil && (body["kind"] == "link" || body["kind"] == "slack_code") {
			return "", "" // one that nobody may have been told
		}
		name = fmt.Sprint(p.collection, " ", body["kind"], body["user"], body["person"], body["name"])
		delete(body, "id")
		delete(body, "applied") // a key made of the secret
	}
	delete(body, "worker")
	name = random.ReplaceAllString(name, "random")
	raw, err := json.Marshal(c.value("", body))
	if err != nil {
		panic(err)
	}
	return name, string(raw)
}

// unclear says whether the subject is an item of the queue about a decision
// that perhaps was not sent.
func (c canon) unclear(subject string) bool {
	id, ok := strings.CutPrefix(subject, "queue:")
	d, found := c.state[place{false, outreach.Queue.Name, id}]
	return ok && found && strings.Contains(string(d.Body), `"`+outreach.ReasonUnclear+`"`)
}

var (
	instant  = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	fileHash = regexp.MustCompile(`^[0-9a-f]{64}$`)
	random   = regexp.MustCompile(`SM[0-9a-f]{32}|/in/[0-9a-z]+|\b\d{10}\.\d{6}\b`)
)

// unordered are lists in whatever order two instances came to add to them.
var unordered = []string{"applied", "effects", "seen", "sent", "conversations"}

// value writes a value of a document.
func (c canon) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if k != "purged" { // as above
				out[k] = c.value(k, x)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = c.value(key, x)
		}
		if slices.Contains(unordered, key) {
			slices.SortFunc(out, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		return out
	case string:
		return c.words(key, v)
	}
	return v
}

func (c canon) words(key, s string) string {
	if key == "secret" && len(s) == 8 {
		return "a secret"
	}
	if fileHash.MatchString(s) {
		return c.file(s)
	}
	if c.lists[s] {
		return "a list's key"
	}
	if said, ok := c.spoken.of(s); ok {
		return "sealed: " + c.inside(said)
	}
	return c.plain(s)
}

func (c canon) plain(s string) string {
	s = instant.ReplaceAllStringFunc(s, func(at string) string {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return at
		}
		return t.Truncate(apart).Format(time.RFC3339)
	})
	return random.ReplaceAllString(s, "random")
}

// inside reads what was sealed: subject, place and content.
func (c canon) inside(said string) string {
	parts := strings.SplitN(said, " ", 3)
	if c.lists[parts[0]] {
		parts[0] = "a list"
	}
	var v any
	if err := json.Unmarshal([]byte(parts[2]), &v); err == nil {
		raw, err := json.Marshal(c.value("", v))
		if err == nil {
			return c.plain(parts[0]+" "+parts[1]) + " " + string(raw)
		}
	}
	return c.plain(strings.Join(parts, " "))
}

// file is a file by its content; a hash that is no file of ours stays.
func (c canon) file(hash string) string {
	var content []byte
	for n := 0; ; n++ {
		d, ok := c.state[place{false, "file_chunks", fmt.Sprintf("%s:%05d", hash, n)}]
		if !ok {
			break
		}
		var part struct {
			Content string `json:"content"`
		}
		if json.Unmarshal(d.Body, &part) == nil {
			raw, _ := base64.StdEncoding.DecodeString(part.Content)
			content = append(content, raw...)
		}
	}
	if content == nil {
		return hash
	}
	if said, ok := c.spoken.of(string(content)); ok {
		return "file, sealed: " + c.inside(said)
	}
	var v any
	if json.Unmarshal(content, &v) == nil {
		raw, err := json.Marshal(c.value("", v))
		if err == nil {
			return "file: " + string(raw)
		}
	}
	return "file: " + c.plain(string(content))
}

// broken says where the chains of the audit log among the places are broken.
func (c canon) broken(places []place) string {
	for _, p := range places {
		d, ok := c.state[p]
		if p.collection != audit.Entries.Name || !ok {
			continue
		}
		var e audit.Entry
		if err := json.Unmarshal(d.Body, &e); err != nil {
			return p.id + " cannot be read"
		}
		if e.Seq == 1 {
			continue
		}
		chain := p.id[:strings.LastIndexByte(p.id, ':')]
		before, ok := c.state[place{false, p.collection, fmt.Sprintf("%s:%09d", chain, e.Seq-1)}]
		var prev audit.Entry
		if !ok || json.Unmarshal(before.Body, &prev) != nil || prev.Hash != e.Prev {
			return p.id + " does not follow from the entry before it"
		}
	}
	return ""
}
