package process

import (
	"strings"
	"unicode"
)

// jargon lists words that a plain question does without.
var jargon = []string{
	"stakeholder", "stakeholders", "engagement", "utilise", "utilize", "reconfiguration", "optimise",
	"holistic", "leverage", "synergy", "going forward", "deliverables", "provision of", "commissioning intentions",
}

// Readability is how plain a text is.
type Readability struct {
	Words  int      `json:"words"`
	Grade  float64  `json:"grade"`  // Flesch-Kincaid grade; 9 is a reading age of about 14
	Jargon []string `json:"jargon"` // words to replace
}

// Plain reports whether the text can be asked as it is: at most 45 words,
// grade 14 or less (place names weigh heavily in one short sentence) and no
// jargon. Neutrality is for people: the oversight panel signs the question.
func (r Readability) Plain() bool {
	return r.Words > 0 && r.Words <= 45 && r.Grade <= 14 && len(r.Jargon) == 0
}

// Read measures a text by the Flesch-Kincaid grade (Kincaid and others, 1975)
// with syllables counted as vowel groups.
func Read(text string) Readability {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	r := Readability{Words: len(words), Jargon: []string{}}
	if len(words) == 0 {
		return r
	}
	sentences := max(1, strings.Count(text, ".")+strings.Count(text, "?")+strings.Count(text, "!"))
	syllables := 0
	for _, w := range words {
		syllables += syllablesIn(w)
	}
	n := float64(len(words))
	r.Grade = 0.39*n/float64(sentences) + 11.8*float64(syllables)/n - 15.59
	lower := " " + strings.ToLower(strings.Join(words, " ")) + " "
	for _, j := range jargon {
		if strings.Contains(lower, " "+j+" ") {
			r.Jargon = append(r.Jargon, j)
		}
	}
	return r
}

func syllablesIn(word string) int {
	n, inVowel := 0, false
	w := strings.ToLower(word)
	for _, c := range w {
		v := strings.ContainsRune("aeiouyâêîôûŵŷáéíóú", c)
		if v && !inVowel {
			n++
		}
		inVowel = v
	}
	if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
		n--
	}
	return max(n, 1)
}
