package dialogue

import "strings"

// kin are the people whom a message may be about instead of its writer, by
// language: every word of whose with every word of who. What one of them
// wants is no answer of the person who was asked.
var kin = map[string]struct{ whose, who string }{
	"en": {
		"my|his|her|our|your|the",
		"husband|wife|missus|hubby|partner|fella|boyfriend|girlfriend|fiance|fiancee|mother|mum|mam|ma|maw|mammy|mummy|father|dad|da|daddy|son|daughter|boy|girl|lad|lass|brother|sister|granny|nan|gran|granda|grandad|grandfather|grandmother|aunt|auntie|uncle|cousin|niece|nephew|friend|mate|neighbour|neighbor|flatmate|housemate|landlord|carer|boss|kids|children|family|in laws|mother in law|father in law",
	},
	"cy": {
		"fy|ei|ein|eich|y|yr",
		"gwr|ngwr|gwraig|ngwraig|wraig|partner|mhartner|mam|fam|mam i|dad|nhad|tad|mab|fab|merch|ferch|brawd|mrawd|chwaer|nain|taid|mamgu|tadcu|ffrind|nghariad|cariad|cymydog|gofalwr|ngofalwr|bos|plant|mhlant|teulu|nheulu",
	},
	"ga": {
		"mo|a|ar|do|an|m",
		"fhear|fhear ceile|fear|bhean|bhean cheile|bean|cheile|phairti|mhathair|mham|mamai|athair|dhaidi|daidi|mhac|mac|inion|dhearthair|dheirfiur|sheanmhathair|sheanathair|chara|cara|chomharsa|churamoir|bhos|phaisti|paisti|theaghlach",
	},
	"pl": {
		"moj|moja|moi|jego|jej|nasz|nasza|twoj|twoja",
		"maz|zona|partner|partnerka|chlopak|dziewczyna|mama|matka|tata|ojciec|syn|corka|brat|siostra|babcia|dziadek|ciocia|wujek|kolega|kolezanka|przyjaciel|przyjaciolka|sasiad|sasiadka|szef|szefowa|opiekun|opiekunka|tesciowa|tesc|dzieci|rodzina",
	},
	"pt": {
		"meu|minha|o meu|a minha|os meus|as minhas|seu|sua|o nosso|a nossa",
		"marido|mulher|esposa|esposo|companheiro|companheira|namorado|namorada|mae|pai|filho|filha|filhos|irmao|irma|avo|tio|tia|primo|prima|amigo|amiga|vizinho|vizinha|patrao|patroa|chefe|cuidador|cuidadora|sogra|sogro|familia",
	},
}

// bareKin stand for themselves in languages that need no "my" for family.
var bareKin = map[string]string{
	"en": "mum|mam|mammy|dad|daddy|granny|granda",
	"cy": "mam|dad|nain|taid",
	"pl": "maz|zona|mama|tata|syn|corka|brat|siostra|babcia|dziadek|on|ona|oni|one",
	"pt": "ele|ela|eles|elas|alguem",
	"ga": "mamai|daidi",
}

func kinOf(lang string) []string {
	var out []string
	if k := kin[lang]; k.who != "" {
		for _, who := range strings.Split(k.who, "|") {
			for _, whose := range strings.Split(k.whose, "|") {
				if pair := whose + " " + who; pair != "a chara" { // "dear sir"
					out = append(out, pair)
				}
			}
		}
	}
	if bare := bareKin[lang]; bare != "" {
		out = append(out, strings.Split(bare, "|")...)
	}
	return out
}
