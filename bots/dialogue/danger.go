package dialogue

import "strings"

// Words of danger are said in more sentences than any list holds. A pattern
// is a sentence by its parts: words in their order, "a|b" one of several, "ab*"
// whatever begins so, "~" at most three words between. Somebody who is hit, who
// fears to go home or cannot live on, is found whatever else the sentence says.
// A false alarm costs a person one look, an overlooked one perhaps a life.
//
// The phrases within a lexicon stay beside the patterns: they hold what is
// danger in one word or in idiom.
type dangerPattern struct {
	name  string
	parts []patternPart
}

// patternPart is one word of a pattern.
type patternPart struct {
	exact  map[string]bool
	prefix []string
	gap    bool // up to three words may stand before it
}

// patternGap is what "~" allows.
const patternGap = 3

func (p patternPart) fits(word string) bool {
	if p.exact[word] {
		return true
	}
	for _, stem := range p.prefix {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

// dangerIn is a pattern's name where one is found.
func dangerIn(tokens []token) string {
	for i := range tokens {
		if name := dangerFrom(tokens[i:]); name != "" && !spared(tokens) {
			return name
		}
		if word := graveMisspelt(tokens[i].text); word != "" {
			return "misspelt:" + word
		}
	}
	return ""
}

// grave are long words that mean danger wherever they stand: they are known
// with one slip of the finger, too.
var grave = []string{
	"suicide", "suicidal", "overdose", "overdosed", "hunanladdiad", "feinmharu", "samobojstwo", "samobojstwie", "samobojstwa",
	"suicidio", "suicidar", "zgwalcona", "molestuje",
}

func graveMisspelt(word string) string {
	const shortest = 6
	if len(word) < shortest {
		return ""
	}
	for _, known := range grave {
		if d := len(word) - len(known); d >= -1 && d <= 1 && distance([]rune(word), []rune(known)) == 1 {
			return known
		}
	}
	return ""
}

// dangerFrom is the name of a pattern that begins at the first word.
func dangerFrom(tokens []token) string {
	if isDigits(tokens[0].text) {
		return ""
	}
	for _, p := range dangerPatterns.byFirst[tokens[0].text] {
		if goesOn(tokens[1:], p.parts[1:]) {
			return p.name
		}
	}
	for _, p := range dangerPatterns.byStem {
		if p.parts[0].fits(tokens[0].text) && goesOn(tokens[1:], p.parts[1:]) {
			return p.name
		}
	}
	return ""
}

// goesOn reports whether the rest of a pattern follows.
func goesOn(tokens []token, parts []patternPart) bool {
	if len(parts) == 0 {
		return true
	}
	reach := 1
	if parts[0].gap {
		reach += patternGap
	}
	for i := range min(reach, len(tokens)) {
		if parts[0].fits(tokens[i].text) && goesOn(tokens[i+1:], parts[1:]) {
			return true
		}
	}
	return false
}

// spared reports a saying that holds a pattern and means none.
func spared(tokens []token) bool {
	words := " " + message{tokens: tokens}.words() + " "
	for _, p := range dangerSpared {
		if strings.Contains(words, " "+p+" ") {
			return true
		}
	}
	return false
}

var dangerSpared = []string{
	"hit me up", "beat me to", "beats me why", "beats me how", "beats me at", "beat me at", "rather die than", "myself laughing", "dye my",
	"without my tea", "in danger of", "jump at", "jump on", "jump in", "wake up early", "wake up so early", "wake up at",
}

// patternIndex finds the patterns that may begin at a word.
type patternIndex struct {
	byFirst map[string][]dangerPattern
	byStem  []dangerPattern // whose first word may be any that begins so
}

// dangerPatterns are made from the table once.
var dangerPatterns = compilePatterns()

func compilePatterns() patternIndex {
	x := patternIndex{byFirst: map[string][]dangerPattern{}}
	for _, table := range dangerTables {
		words := strings.NewReplacer(table.sets...)
		for _, line := range table.lines {
			p := compilePattern(table.lang, words.Replace(line))
			for word := range p.parts[0].exact {
				x.byFirst[word] = append(x.byFirst[word], p)
			}
			if len(p.parts[0].prefix) > 0 {
				x.byStem = append(x.byStem, p)
			}
		}
	}
	return x
}

func compilePattern(lang, line string) dangerPattern {
	p := dangerPattern{}
	gap := false
	for _, word := range strings.Fields(line) {
		if word == "~" {
			gap = true
			continue
		}
		part := patternPart{exact: map[string]bool{}, gap: gap}
		for _, alternative := range strings.Split(word, "|") {
			if stem, cut := strings.CutSuffix(alternative, "*"); cut {
				part.prefix = append(part.prefix, stem)
			} else {
				part.exact[alternative] = true
			}
		}
		if p.name == "" {
			p.name = lang + ":pattern_" + strings.Trim(strings.Split(word, "|")[0], "*")
		}
		p.parts, gap = append(p.parts, part), false
	}
	return p
}
