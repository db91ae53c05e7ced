package residents

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Share is how often a value occurs, in hundredths. The value is in the words
// that a question offers it in.
type Share struct {
	Value   string
	Percent int
}

// Feature is something the jury is to mirror.
type Feature struct {
	Name, Question string
	Shares         []Share
}

// Shares are the assumed shares of the district's adults; see the package's
// doc.
var Shares = []Feature{
	{"gender", "Are you...", []Share{{"a woman", 51}, {"a man", 49}}},
	{"age", "How old are you?", []Share{{"18 to 29", 15}, {"30 to 44", 20}, {"45 to 64", 36}, {"65 or over", 29}}},
	{"area", "Which part of the Forest do you live in?", []Share{
		{"the north, around Cinderford", 38}, {"the west, around Coleford", 34}, {"the south, around Lydney", 28},
	}},
	{"illness", "Do you have a long-term illness or disability?", []Share{{"yes", 22}, {"no", 78}}},
}

// Manner is how somebody answers an invitation.
type Manner string

// The manners. What a person does after saying yes is the same for all.
const (
	Yes    Manner = "yes"    // registers
	No     Manner = "no"     // declines
	Silent Manner = "silent" // never answers
	Stop   Manner = "stop"   // wants no more texts
	Help   Manner = "help"   // asks for a person
	Muddle Manner = "muddle" // says something a machine does not understand, then yes
)

// Resident is an invented person.
type Resident struct {
	Ref      string // row of the frame
	Name     string
	Number   string // +999 and nine digits
	Address  string
	Town     string
	Postcode string
	Features map[string]string
	Manner   Manner
	Need     string // what they need to take part, "" for nothing
	words    int    // which of several ways they put things
}

var places = map[string]struct {
	towns    []string
	outwards []string
}{
	"the north, around Cinderford": {[]string{"Cinderford", "Drybrook", "Ruspidge"}, []string{"GL14"}},
	"the west, around Coleford":    {[]string{"Coleford", "Berry Hill", "Bream"}, []string{"GL16"}},
	"the south, around Lydney":     {[]string{"Lydney", "Aylburton", "Yorkley"}, []string{"GL15"}},
}

var (
	women    = []string{"Alys", "Beth", "Carol", "Dilys", "Edith", "Freya", "Gwen", "Hazel", "Ivy", "June", "Karen", "Lorna", "Marian", "Nell", "Olive", "Pearl", "Rosa", "Sheila", "Tess", "Wendy"}
	men      = []string{"Alan", "Bryn", "Colin", "Derek", "Emrys", "Frank", "Gareth", "Hugh", "Ian", "Jack", "Keith", "Leon", "Martin", "Neil", "Owen", "Peter", "Roy", "Stan", "Tomos", "Wilf"}
	families = []string{"Ashfield", "Beddis", "Coleman", "Dykes", "Evans", "Fletcher", "Gwilliam", "Hale", "Imm", "James", "Kear", "Lewis", "Morgan", "Nash", "Oakley", "Preece", "Roberts", "Symonds", "Teague", "Wintle"}
	streets  = []string{"Acorn Rise", "Bluebell Walk", "Charcoal Lane", "Deer Park", "Freeminer Close", "Heath Road", "Ironstone Way", "Larch Drive", "Verderer Street", "Woodside"}
	needs    = []string{"step-free access", "childcare for two children", "a hearing loop", "a lift, I do not drive", "large print please", "somewhere quiet to rest"}
)

// manners is how often each manner occurs among people who are invited, in
// thousandths: assumed, after the reply rates that recruiters report for such
// invitations (a tenth to a sixth say yes).
var manners = []struct {
	manner Manner
	share  int
}{{Yes, 130}, {No, 150}, {Stop, 25}, {Help, 10}, {Muddle, 20}, {Silent, 665}}

// Generate invents n residents.
func Generate(seed uint64, n int) []Resident {
	r := rand.New(rand.NewPCG(seed, 2018))
	out := make([]Resident, n)
	for i := range out {
		out[i] = one(r, i)
	}
	return out
}

func one(r *rand.Rand, i int) Resident {
	f := map[string]string{}
	for _, feature := range Shares {
		f[feature.Name] = draw(r, feature.Shares)
	}
	first := women
	if f["gender"] == "a man" {
		first = men
	}
	place := places[f["area"]]
	p := Resident{
		Ref: fmt.Sprintf("R%05d", i+1), Features: f,
		Name:    pick(r, first) + " " + pick(r, families),
		Number:  fmt.Sprintf("+999%09d", 100000000+i*7919),
		Address: fmt.Sprintf("%d %s", 1+r.IntN(180), pick(r, streets)),
		Town:    pick(r, place.towns),
		Manner:  manner(r), words: r.IntN(6),
	}
	p.Postcode = fmt.Sprintf("%s %d%c%c", pick(r, place.outwards), r.IntN(10), 'A'+rune(r.IntN(8)), 'P'+rune(r.IntN(8)))
	if r.IntN(100) < 14 {
		p.Need = pick(r, needs)
	}
	return p
}

func draw(r *rand.Rand, shares []Share) string {
	x := r.IntN(100)
	for _, s := range shares {
		if x -= s.Percent; x < 0 {
			return s.Value
		}
	}
	return shares[len(shares)-1].Value
}

func manner(r *rand.Rand) Manner {
	x := r.IntN(1000)
	for _, m := range manners {
		if x -= m.share; x < 0 {
			return m.manner
		}
	}
	return Silent
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// said chooses one of several ways to say the same.
func (p Resident) said(ways ...string) string { return ways[p.words%len(ways)] }

// ToInvitation is what they answer to an invitation, "" for nothing.
func (p Resident) ToInvitation() string {
	switch p.Manner {
	case Yes:
		return p.said("1", "Yes", "yes please", "1.", "Yep", "ok count me in")
	case No:
		return p.said("2", "No", "no thanks", "2", "nope", "No thank you")
	case Stop:
		return p.said("STOP", "Stop", "stop")
	case Help:
		return "HELP"
	case Muddle:
		return p.said("who is this", "maybe after the holidays", "???")
	}
	return ""
}

// Reply is what they answer to a text of ours, "" for nothing. They read it as
// anybody would: by what it asks.
func (p Resident) Reply(text string) string {
	for _, q := range questions {
		if strings.Contains(text, q.asks) {
			return q.answer(p)
		}
	}
	digit, _ := p.Choose(text)
	return digit
}

func always(answer string) func(Resident) string { return func(Resident) string { return answer } }

// questions are what the texts ask and what a willing person says to it.
var questions = []struct {
	asks   string
	answer func(Resident) string
}{
	{"A person will get in touch, or call us", always("")},
	{"did not understand", always("1")},
	{"cannot tell from that", always("1")},
	{"Interested?", Resident.ToInvitation},
	{"are you 18 or over", func(p Resident) string { return p.said("1", "yes", "Yes I do", "1", "yes", "yes") }},
	{"What is your postcode", func(p Resident) string {
		return p.said(p.Postcode, strings.ToLower(p.Postcode), strings.ReplaceAll(p.Postcode, " ", ""))
	}},
	{"anything you need to take part", Resident.needs},
	{"How would you like to get information", func(p Resident) string { return p.said("1", "1", "1", "2", "1", "1") }},
	{"could you come every day", func(p Resident) string { return p.said("1", "1", "yes", "1", "1", "3") }},
	{"Can you come on all", func(p Resident) string { return p.said("1", "yes", "Yes I can", "1") }},
	{"Can you take it for all", always("1")},
	{"1 bank transfer", func(p Resident) string { return p.said("1", "1", "2", "1", "1", "1") }},
	{"free call from an adviser", func(p Resident) string { return p.said("2", "2", "1", "2") }},
	{"Is that all right with you", always("1")},
	{"how fair was today", func(p Resident) string { return p.said("1", "1", "2", "1 people listened", "2", "1") }},
	{"try to push the jury one way", func(p Resident) string { return p.said("1", "1", "1", "2", "1", "1") }},
	{"Did they answer you?", func(p Resident) string { return p.said("1", "1", "2", "1", "3", "1") }},
}

func (p Resident) needs() string {
	if p.Need == "" {
		return "0"
	}
	return p.Need
}

// Choose reads the numbered lines of a question ("2: a man") and answers the
// number of the line that fits them; ok is false when none does.
func (p Resident) Choose(question string) (digit string, ok bool) {
	for _, f := range Shares {
		if !strings.Contains(question, f.Question) {
			continue
		}
		for _, line := range strings.Split(question, "\n") {
			number, label, found := strings.Cut(line, ": ")
			if found && strings.TrimSpace(label) == p.Features[f.Name] {
				return strings.TrimSpace(number), true
			}
		}
	}
	return "", false
}
