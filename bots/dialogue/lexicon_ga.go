package dialogue

// irish is ours and not yet reviewed by a native speaker. As in Welsh, the
// verb of the question is echoed.
var irish = lexicon{
	lang: "ga",
	digits: []string{
		"nid|naid", "aon|a haon|haon", "do|a do|dha", "tri|a tri", "ceathair|a ceathair", "cuig|a cuig", "se|a se",
		"seacht|a seacht", "ocht|a hocht", "naoi|a naoi", "deich|a deich",
	},
	yes: []string{
		"is maith liom", "ta me saor", "taim saor", "taim ar fail", "ta me ar fail", "rachaidh me", "go brea",
		"bheinn sasta", "bheinn sasta pairt a ghlacadh", "taim sasta", "ta me sasta", "ta me sasta pairt a ghlacadh",
		"sea", "is ea", "isea", "ta", "taim", "ta me", "dfheadfainn", "dfheadfadh", "is feidir", "is feidir liom",
		"feidir liom", "ba mhaith", "ba mhaith liom", "ba bhrea liom", "ba bhrea", "bhrea liom", "deanfaidh", "deanfaidh me",
		"beidh", "beidh me", "beidh me ann", "tiocfaidh", "tiocfaidh me", "ceart go leor", "ceart", "cinnte", "gan dabht",
		"ar ndoigh", "go cinnte", "aontaim", "glacaim", "glacaim leis", "deimhnim", "fadhb ar bith", "gan fadhb",
		"cen fath nach", "maith go leor", "go maith", "ar fheabhas", "iontach", "ta suim agam", "ta spéis agam", "suim agam",
		"ta go maith", "ta fonn orm", "cuir sios me", "cuir m ainm sios", "ok cinnte",
	},
	no: []string{
		"nil suim ar bith agam", "nil aon suim agam", "ni thig liom", "ni ghlacfaidh me", "ta me gnothach",
		"taim gnothach", "nil me in ann", "nilim in ann",
		"nil me ar fail", "nilim ar fail", "ta me roghnothach", "ta me ro ghnothach", "ni bhacfaidh me", "ta me ag obair",
		"ni hea", "nil", "nilim", "nil me", "ni feidir", "ni feidir liom", "ni fheadaim", "ni fheadfainn", "nior mhaith",
		"nior mhaith liom", "ni bheidh", "ni bheidh me", "ni bheidh me ann", "ni bheidh me abalta", "ni thiocfaidh",
		"ni thiocfaidh me", "ni dheanfaidh", "ni dheanfaidh me", "nil me abalta", "nilim abalta", "nil suim agam",
		"nil spéis agam", "nil am agam", "nil an t am agam", "nil fonn orm", "diultaim", "diultu", "ni ghlacaim", "ni aontaim",
		"no go raibh maith agat", "ni hea go raibh maith agat", "ni an uair seo", "ro ghnothach", "roghnothach",
		"ni maith liom", "ni theastaionn uaim", "nil uaim", "ni ba mhaith liom", "ar chor ar bith",
	},
	neg: []string{"ni mise", "ni me", "ni he", "ni hi", "ni siad", "ni hiad", "ni", "nior", "nach", "gan", "na"},
	hedge: []string{
		"luan", "mairt", "ceadaoin", "deardaoin", "aoine", "satharn", "domhnach",
		"munar", "ach", "b fheidir", "bfheidir", "seans", "ma", "mura", "braitheann", "nilim cinnte", "nil me cinnte",
		"nil a fhios agam", "nil fhios agam", "nil tuairim agam", "is cuma liom", "cuma", "cuid", "nios deanai", "seachas",
		"lig dom smaoineamh",
	},
	ask:   []string{"ceard", "cen", "ca", "cerbh", "an bhfuil", "an mbeidh", "an feidir", "cad", "cad e", "ce", "ce mhead", "cathain", "conas", "cen fath", "ca bhfuil"},
	other: []string{"mo mhac", "mo bhean", "mo mhathair", "m fhear"},
	filler: []string{
		"go mor", "e", "a dheanamh", "gabh mo leithsceal", "leithsceal",
		"ann", "pairt",
		"go raibh maith agat", "go raibh maith agaibh", "grma", "gura maith agat", "le do thoil", "mas e do thoil e",
		"dia duit", "dia dhuit", "maidin mhaith", "ta bron orm", "ta brón orm", "bron orm", "faraor", "ar an drochuair",
		"uimhir", "freagra", "liom", "me", "agam", "teacht", "pairt a ghlacadh", "gach la", "anois", "x",
	},
	join: []string{"mar", "ta", "mo", "taim", "agus", "an", "a"},
	whole: map[Intent][]string{
		IsStop: {
			"stad", "stop le do thoil", "stad le do thoil", "stad anois", "na cuir", "na cuir teacs", "na cuir teacs chugam",
			"na seol", "gan a thuilleadh", "gan teachtaireachtai eile", "bain me", "diliostail", "scoir",
		},
		IsHelp:     {"cabhair", "cabhraigh liom", "cuidiu", "eolas", "cabhair le do thoil"},
		IsStart:    {"tosaigh", "tosu"},
		IsChange:   {"athraigh", "athrú", "athru", "botun", "freagra micheart"},
		IsThanks:   {"go raibh maith agat", "grma", "go raibh mile maith agat", "ceart go leor", "maith thu", "iontach"},
		IsReal:     {"ce seo", "ce he seo", "ce thu fein", "an bhfuil se seo fior", "fior", "caimileireacht"},
		IsPay:      {"ce mhead", "airgead", "pa", "iocaiocht", "an bhfaighidh me pa"},
		IsCosts:    {"costais", "costais taistil"},
		IsWhen:     {"cathain", "ca huair", "cen la", "cen t am", "data", "dataí"},
		IsWhere:    {"ca bhfuil", "cen ait", "seoladh", "cen seoladh"},
		IsPerson:   {"duine", "labhairt le duine", "glaoigh orm"},
		IsLanguage: {"gaeilge", "irish", "as gaeilge", "irish please", "gaeilge le do thoil"},
		IsWho:      {"uimhir mhicheart"},
	},
	within: map[Intent][]string{
		IsErase:    {"scrios mo shonrai", "scriosaigi mo shonrai"},
		IsWithdraw: {"tarraingt siar", "tarraing siar", "fag an giuire"},
		IsCantCome: {"ni feidir liom teacht", "nil me abalta teacht", "ni bheidh me ann", "ta me tinn", "taim tinn", "san ospideal"},
		IsChannel:  {"tríd an bpost", "sa phost", "litir", "ar phaipear", "riomhphost", "uimhir nua"},
		IsLate:     {"mall", "deanach", "ar mo bhealach"},
		IsDanger: {
			"buaileann se me", "buaileann si me", "bhuail si me", "eagla orm roimh mfhear", "eagla orm roimh mo", "do mo bhualadh", "me fein a mharu", "mharu fein", "feinmharu", "ba mhaith liom bas", "me fein a ghortu", "mi usaid", "drochusaid",
			"eigniu", "bhuail se me", "nil me sabhailte", "nilim sabhailte", "i mbaol", "foreigean",
		},
	},
}
