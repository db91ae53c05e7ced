package dialogue

import (
	"slices"
	"strings"
)

// halt is how one language asks, by the rules of its grammar, for texts to
// end. Words are in the form they are compared in. A message asks for it when
// all of its words are among these or courtesies, and they make one of:
//
//	an ending, then a sending or what is sent    "stop texting", "stop the messages"
//	a taking away, then what is kept             "remove my number", "delete me from your list"
//	a prohibition of sending, and whom or again  "don't write to me", "nie piszcie"
//	no more, and what is sent                    "no more texts"
//
// A prohibition of the ending itself is none: "don't stop texting me".
type halt struct {
	end    map[string]bool // stop!
	away   map[string]bool // remove!
	forbid map[string]bool // don't
	send   map[string]bool // texting, to write
	sent   map[string]bool // texts, messages
	kept   map[string]bool // number, list
	whom   map[string]bool // me, us, again
	glue   map[string]bool // small words that change nothing
	noMore [][]string      // no more
	// plain says that prohibition and sending suffice, because the form of the
	// verb is already a command.
	plain bool
	// reach is how many words after the prohibition the sending may stand.
	reach int
}

var halts = []struct {
	lang string
	halt
}{
	{"en", halt{
		end:    wordSet("stop quit cease end unsubscribe opt"),
		away:   wordSet("remove delete take tak get lose"),
		forbid: wordSet("dont not never dinnae"),
		send:   wordSet("text texting textin txt txting message messaging messagin msg msging contact contacting send sending sendin write writing bother bothering pester pestering"),
		sent:   wordSet("text texts txt txts message messages msg msgs sms"),
		kept:   wordSet("number list lists system database contacts"),
		whom:   wordSet("me us again anymore more"),
		glue:   wordSet("do my mobile phone the your of off from to with on any anymore more ever again it just now all this these those and or about anything else for will you ye wud would gonnae gonna can could system database records details gdpr out aff yer fae i want wish like fuck fucking bloody hell"),
		noMore: phrases("no more", "no more of", "no more of these", "no more of your", "i dont want", "i do not want", "dont want", "do not want", "i never want", "we dont want"),
		reach:  2, // don't ever text
	}},
	{"cy", halt{
		end:    wordSet("stop stopia stopiwch stopwch"),
		away:   wordSet("tynnwch tynna dilewch dilea dileu tynnu"),
		forbid: wordSet("peidiwch pheidiwch paid phaid"),
		send:   wordSet("tecstio decstio thecstio nhecstio anfon danfon ddanfon hanfon gyrru cysylltu gysylltu chysylltu sgwennu ysgrifennu negesu"),
		sent:   wordSet("neges negeseuon negesau tecst tecsts texts testun testunau"),
		kept:   wordSet("rhif rhestr list enw"),
		glue:   wordSet("a ag ar y yr fy i o oddi ata ataf fi mi mwy rhagor eto hyn eich ffon symudol unrhyw off oddiar ma or ffwrdd"),
		noMore: phrases("dim mwy o", "dim rhagor o", "dim mwy or", "dim rhagor or", "dim mwy", "dim rhagor", "dwi ddim isio", "dwi ddim eisiau", "dwi ddim moyn"),
		plain:  true,
		reach:  3, // peidiwch â fy nhecstio
	}},
	{"ga", halt{
		end:    wordSet("stad stadaigi stop eirigh eirigi"),
		away:   wordSet("bain bainigi scrios scriosaigi"),
		forbid: wordSet("na"),
		send:   wordSet("cuir cuirigi chur cur seol seolaigi seoladh sheoladh scriobh scriobhaigi teacsail theacsail teagmhail dteagmhail"),
		sent:   wordSet("dteagmhail teachtaireacht teachtaireachtai theachtaireachtai dteachtaireachtai teacs teacsanna theacsanna dteacsanna"),
		kept:   wordSet("uimhir muimhir liosta ainm mainm"),
		whom:   wordSet("chugam orm aris"),
		glue:   wordSet("a de den na an mo m ag le chugam orm aris on o as me nios mo thuilleadh eile seo sin na aon dean deanaigi"),
		noMore: phrases("gan a thuilleadh", "gan nios mo", "gan aon", "nil me ag iarraidh", "nilim ag iarraidh", "ni theastaionn", "na bigi i", "na bi i"),
		plain:  true,
		reach:  2,
	}},
	{"pl", halt{
		end:    wordSet("przestan przestancie przestac skonczcie skoncz koniec"),
		away:   wordSet("usun usuncie usunac usuniecie skasuj skasujcie skasowac wykresl wykreslcie wykreslic wypisz wypiszcie wypisac"),
		forbid: wordSet("nie"),
		send:   wordSet("pisz piszcie pisac wysylaj wysylajcie wysylac przysylaj przysylajcie przysylac smsujcie smsowac kontaktowac kontaktujcie"),
		sent:   wordSet("wiadomosci wiadomosciami wiadomosc sms smsy smsow smsami"),
		kept:   wordSet("numer numeru listy bazy"),
		glue:   wordSet("do mnie mi moj mojego ten z ze tych tymi te wiecej juz sie waszej waszych telefonu zadnych ow y ami o takich dajcie spokoj i"),
		noMore: phrases("zadnych", "zadnych wiecej", "nie chce wiecej", "dosc", "nie zycze sobie", "nie zyczymy sobie", "nie chce"),
		plain:  true,
		reach:  2,
	}},
	{"pt", halt{
		end:    wordSet("pare parem parar"),
		away:   wordSet("tira tire tirem tirar retire retirem retirar remova removam remover apague apaguem apagar elimine eliminem eliminar"),
		forbid: wordSet("nao"),
		send:   wordSet("manda mande mandem mandar voltem envie enviem enviar escreva escrevam escrever contacte contactem contactar contate contatem"),
		sent:   wordSet("mensagem mensagens msg msgs sms texto textos isto isso"),
		kept:   wordSet("numero lista"),
		whom:   wordSet("me mim mais"),
		glue:   wordSet("de com o a os as meu da do das dos vossa sua me mim mais estas essas estes esses por para pra telemovel nenhuma nenhum esse essa este esta nao e contacto contato a dai"),
		noMore: phrases("nao quero", "nao quero receber", "nao quero mais", "nao quero receber mais", "chega de", "basta de"),
		reach:  2,
	}},
}

// phrases are phrases by their words.
func phrases(list ...string) [][]string {
	out := make([][]string, len(list))
	for i, p := range list {
		out[i] = strings.Fields(p)
	}
	return out
}

// haltMost is the number of words beyond which a message says something
// else, too.
const haltMost = 12

// asksToHalt reports words that ask for no more texts, in any language, by its
// grammar alone.
func asksToHalt(tokens []token) (lang string, ok bool) {
	if len(tokens) == 0 || len(tokens) > haltMost {
		return "", false
	}
	for _, h := range halts {
		if len(tokens) == 1 && h.end[tokens[0].text] || h.says(tokens) {
			return h.lang, true
		}
	}
	return "", false
}

// says reports whether the words are a request to end, and nothing else.
func (h halt) says(tokens []token) bool {
	more := h.noMoreAt(tokens)
	for i := more; i < len(tokens); {
		if h.belongs(tokens[i].text) {
			i++
			continue
		}
		next := fillerAt(tokens, lexicons, i)
		if next == i {
			return false
		}
		i = next
	}
	if more > 0 {
		return at(tokens[more:], h.sent) >= 0
	}
	return h.commands(tokens)
}

// noMoreAt is the end of the words for no more that open a message.
func (h halt) noMoreAt(tokens []token) (end int) {
	for _, p := range h.noMore {
		if len(p) > end && matches(tokens, p) {
			end = len(p)
		}
	}
	return end
}

func (h halt) belongs(w string) bool {
	return h.end[w] || h.away[w] || h.forbid[w] || h.send[w] || h.sent[w] || h.kept[w] || h.whom[w] || h.glue[w]
}

func (h halt) commands(tokens []token) bool {
	end, away, forbid := at(tokens, h.end), at(tokens, h.away), at(tokens, h.forbid)
	send, sent := at(tokens, h.send), at(tokens, h.sent)
	switch {
	case forbid >= 0 && (end > forbid || away > forbid):
		return false
	case end >= 0 && (send > end || sent > end):
		return true
	case away >= 0 && at(tokens, h.kept) > away && (!offs[tokens[away].text] || at(tokens, off) > away):
		return true
	}
	return forbid >= 0 && send > forbid && send-forbid <= h.reach && (h.plain || at(tokens, h.whom) > forbid)
}

// offs are verbs that take away only with an "off": "take my number" alone
// means to note it.
var (
	offs = wordSet("take tak get")
	off  = wordSet("off aff")
)

// at is the place of the first word of a set, -1 where there is none.
func at(tokens []token, set map[string]bool) int {
	for i, t := range tokens {
		if set[t.text] {
			return i
		}
	}
	return -1
}

// mayHalt reports words that command an end to texts among others that are
// not understood: "stop texting my dead mother". A person reads them, and no
// reminder goes out meanwhile.
func (t *turn) mayHalt() bool {
	if t.msg.question || len(t.msg.tokens) > 2*haltMost {
		return false
	}
	if t.read.Rule == noAndTexts {
		return true
	}
	for _, h := range halts {
		if slices.ContainsFunc(t.order, func(x *index) bool { return x.lang == h.lang }) && h.commands(t.msg.tokens) {
			t.read = Reading{Intent: IsUnclear, Rule: h.lang + ":may_halt", Class: ByWord}
			return true
		}
	}
	return false
}

// noAndTexts is the rule for a no beside words about texts and lists that are
// not understood. They may ask for an end to texts, so that the no alone must
// not be all that is heard.
const noAndTexts = "no_and_texts"

// speaksOfTexts reports words about texts, lists and being contacted, by their
// beginnings, since they are inflected.
func speaksOfTexts(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool {
		return slices.ContainsFunc(aboutTexts, func(begin string) bool { return strings.HasPrefix(t.text, begin) })
	})
}

var aboutTexts = strings.Fields(`text txt messag msg sms contact unsubscrib opt spam harass pester
	tecst thecst negese cysyllt chysyllt rhestr
	teacs theacs dteacs teachtaireacht theachtaireacht dteachtaireacht teagmh dteagmh liosta
	wiadomosc smsa smsy smsow esemes kontakt wypis wykres usun nekac
	mensag sms msg lista contact contat`)
