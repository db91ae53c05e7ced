package dialogue

import (
	"math"
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"
	stemen "github.com/blevesearch/snowballstem/english"
	stemga "github.com/blevesearch/snowballstem/irish"
	stempt "github.com/blevesearch/snowballstem/portuguese"
)

// A resident's question is looked up among the process's own approved ones in
// a full-text index of stems, weighed by how rare each is there. The index is
// made as it is asked: a process has a few dozen answers, so that a search
// engine would be a dependency for nothing. The stemmers are Snowball's, in the
// Go port that bleve keeps; Welsh and Polish have none there and their words
// are compared by their beginnings.

// sureEnough is which share of what was asked, and of the approved question,
// must be in both. Under it a person answers: a wrong answer is worse than a
// late one.
const sureEnough = 0.5

// clearlyBest is by how much the best must lead the next.
const clearlyBest = 1.3

// stems finds the words that say what a text is about, each as its stem.
func stems(text, lang string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(read(text).words()) {
		if !everyday[w] && len(w) > 1 && !isDigits(w) {
			out[stem(w, lang)] = true
		}
	}
	return out
}

func stem(word, lang string) string {
	env := snowballstem.NewEnv(word)
	switch base(lang) {
	case "en":
		stemen.Stem(env)
	case "ga":
		stemga.Stem(env)
	case "pt":
		stempt.Stem(env)
	default:
		const most = 5
		if r := []rune(word); len(r) > most {
			return string(r[:most])
		}
		return word
	}
	return env.Current()
}

// everyday words say nothing of what a question is about.
var everyday = wordSet(`a an the is are am be was do does did can could will would shall should may might i you we they he she it
me my your our us them this that these those there here to of in on at for from with by and or but if so as have has had get got
please what which who how much many any some need want like know tell about thanks hi hello just also too not no yes ok jury bring come where when
y yr ar yn i am o a mae oes ydw ydych fi chi ni eich fy beth pa sut faint rheithgor lle galla ble pryd
an na ar le do mo is ta bhfuil me tu sibh cad conas ca giuire cathain feidir liom
czy jest sa ja moj moge mozna w na do z i sie to co jak ile lawa gdzie kiedy bedzie
o a os as um uma de do da em no na para com e ou que eu posso meu minha como quanto juri onde quando ha`)

// approved finds the approved answer to the message: by its own words, all of
// which must appear, or by the question it answers, when that is clear.
func (t *turn) approved() (Approved, bool) {
	have := map[string]bool{}
	for _, tok := range t.msg.tokens {
		have[tok.text] = true
	}
	for _, a := range t.env.Vars.Answers {
		for _, all := range a.Words {
			wanted := strings.Fields(read(all).words())
			if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return !have[w] }) {
				return a, true
			}
		}
	}
	return search(stems(t.msg.raw, t.state.Lang), t.env.Vars.Answers, t.state.Lang)
}

// search ranks the approved questions by what they share with the asked one.
func search(asked map[string]bool, answers []Approved, lang string) (Approved, bool) {
	docs := make([]map[string]bool, len(answers))
	df := map[string]int{}
	for i, a := range answers {
		docs[i] = stems(a.Question, lang)
		for s := range docs[i] {
			df[s]++
		}
	}
	weigh := func(set, with map[string]bool) (sum float64) {
		for _, s := range sortedKeys(set) { // in order: sums of floats depend on it
			if with == nil || with[s] {
				sum += math.Log(1 + float64(len(answers)+1)/float64(df[s]+1))
			}
		}
		return sum
	}
	best, first, second := -1, 0.0, 0.0
	for i, d := range docs {
		score := weigh(asked, d)
		if score > first {
			best, first, second = i, score, first
		} else if score > second {
			second = score
		}
	}
	if best < 0 || first < second*clearlyBest || first < sureEnough*weigh(asked, nil) || first < sureEnough*weigh(docs[best], nil) {
		return Approved{}, false
	}
	return answers[best], true
}
