package dialogue

import (
	"slices"
	"strings"
)

// Intent is what a message is read as.
type Intent string

// The intents. Unclear is read as neither, for good reason; None found
// nothing.
const (
	None       Intent = ""
	IsYes      Intent = "yes"
	IsNo       Intent = "no"
	IsUnclear  Intent = "unclear"
	IsChoice   Intent = "choice"
	IsText     Intent = "text"
	IsStop     Intent = "stop"
	IsHelp     Intent = "help"
	IsStart    Intent = "start"
	IsDanger   Intent = "danger"
	IsChange   Intent = "change"
	IsWithdraw Intent = "withdraw"
	IsErase    Intent = "erase"
	IsReal     Intent = "real"
	IsPay      Intent = "pay"
	IsWhen     Intent = "when"
	IsWhere    Intent = "where"
	IsPrivacy  Intent = "privacy"
	IsPerson   Intent = "person"
	IsLate     Intent = "late"
	IsCantCome Intent = "cannot_come"
	IsThanks   Intent = "thanks"
	IsLanguage Intent = "language"
	IsWho      Intent = "wrong_person"
	IsChannel  Intent = "channel" // another way to be reached
	IsCosts    Intent = "costs"   // how travel and care are paid back
)

// Yes and No are the option keys of a yes-or-no question.
const (
	Yes = "yes"
	No  = "no"
)

// NotSaid is the value of an answer that was "rather not say".
const NotSaid = "not_said"

// Class says how sure a reading is.
type Class string

// The classes, from surest.
const (
	ByDigit  Class = "digit"
	ByPhrase Class = "phrase" // the whole message
	ByWord   Class = "word"   // words within the message
	ByFuzzy  Class = "fuzzy"  // a word misspelt
	ByShape  Class = "shape"  // a postcode, an age within a band, own words
)

// sense is what a phrase contributes to a yes or a no.
type sense int

const (
	senseNone sense = iota
	senseYes
	senseNo
	senseNeg    // denies what follows: "not", "don't"
	senseHedge  // makes the rest conditional: "but", "maybe"
	senseAsk    // a question word: the message asks something
	senseOther  // somebody else, when it stands before the yes or no
	senseFiller // means nothing here: "please", "thanks"
	senseJoin   // may follow a bare "no" without changing it: "I", "my"
)

// lexicon holds what one language's speakers write. Entries are written as
// people type them and folded when loaded; a yes or no ending in "$" counts
// only where nothing but filler follows it. Reviewed says whether a native
// speaker has checked it.
type lexicon struct {
	lang     string
	reviewed bool
	yes      []string
	no       []string
	neg      []string
	hedge    []string
	ask      []string
	other    []string
	filler   []string
	join     []string
	digits   []string // words for 0, 1, 2, ...
	// whole messages
	whole map[Intent][]string
	// phrases found anywhere in a message
	within map[Intent][]string
}

// entry is one phrase ready for matching.
type entry struct {
	words []string
	sense sense
	final bool
}

// index is a lexicon ready for use.
type index struct {
	lang     string
	reviewed bool
	byFirst  map[string][]entry // longest first
	single   map[string]sense   // one-word yes and no, for fuzzy matching
	singles  []string
	digit    map[string]int
	whole    map[string]Intent
	within   map[string][]withinEntry
}

type withinEntry struct {
	words  []string
	intent Intent
}

func (l lexicon) index() *index {
	x := &index{
		lang: l.lang, reviewed: l.reviewed, byFirst: map[string][]entry{}, single: map[string]sense{},
		digit: map[string]int{}, whole: map[string]Intent{}, within: map[string][]withinEntry{},
	}
	l.other = append(slices.Clone(l.other), kinOf(l.lang)...)
	for _, group := range []struct {
		phrases []string
		sense   sense
	}{
		{l.yes, senseYes}, {l.no, senseNo}, {l.neg, senseNeg},
		{l.hedge, senseHedge}, {l.ask, senseAsk}, {l.other, senseOther}, {l.filler, senseFiller}, {l.join, senseJoin},
	} {
		x.addSenses(group.phrases, group.sense)
	}
	for d, word := range l.digits {
		for _, w := range strings.Split(word, "|") {
			x.digit[read(w).words()] = d
		}
	}
	x.addIntents(l)
	return x
}

func (x *index) addSenses(phrases []string, s sense) {
	for _, p := range phrases {
		words := strings.Fields(read(p).words())
		if len(words) == 0 {
			continue
		}
		x.byFirst[words[0]] = append(x.byFirst[words[0]], entry{words, s, strings.HasSuffix(p, "$")})
		slices.SortStableFunc(x.byFirst[words[0]], func(a, b entry) int { return len(b.words) - len(a.words) })
		if len(words) == 1 && (s == senseYes || s == senseNo) {
			x.single[words[0]] = s
			x.singles = append(x.singles, words[0])
		}
	}
}

func (x *index) addIntents(l lexicon) {
	for _, intent := range sortedKeys(l.whole) {
		for _, p := range l.whole[intent] {
			x.whole[read(p).words()] = intent
		}
	}
	for _, intent := range sortedKeys(l.within) {
		for _, p := range l.within[intent] {
			words := strings.Fields(read(p).words())
			x.within[words[0]] = append(x.within[words[0]], withinEntry{words, intent})
		}
	}
}

func matches(tokens []token, words []string) bool {
	if len(tokens) < len(words) {
		return false
	}
	for i, w := range words {
		if tokens[i].text != w {
			return false
		}
	}
	return true
}

// The lexicons, English first: it is always read after the conversation's own
// language.
var lexicons = []*index{english.index(), welsh.index(), irish.index(), polish.index(), portuguese.index()}

// Languages lists the languages that are understood, and for each whether a
// native speaker has reviewed its lexicon.
func Languages() map[string]bool {
	langs := make(map[string]bool, len(lexicons))
	for _, x := range lexicons {
		langs[x.lang] = x.reviewed
	}
	return langs
}

// reading order: the conversation's language, English, the process's others.
func readingOrder(lang string, others []string) []*index {
	wanted := append([]string{base(lang), "en"}, others...)
	var order []*index
	for _, w := range wanted {
		for _, x := range lexicons {
			if x.lang == base(w) && !slices.Contains(order, x) {
				order = append(order, x)
			}
		}
	}
	return order
}

// base is the language of a tag: "cy" of "cy-GB".
func base(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return lang
}
