package dialogue

// welsh is ours and not yet reviewed by a native speaker. Welsh has no single
// word for yes: people echo the verb of the question.
var welsh = lexicon{
	lang:   "cy",
	digits: []string{"dim byd", "un", "dau|dwy", "tri|tair", "pedwar|pedair", "pump", "chwech", "saith", "wyth", "naw", "deg"},
	yes: []string{
		"bydd hynnyn iawn", "cytunon llwyr",
		"byddaf i yno", "byddaf yno", "iawn gen i", "iawn da fi",
		"mi faswn i", "dwin hapus i", "hapus i helpu", "hapus i", "wrth fy modd", "cyfri fi i mewn", "cyfrwch fi i mewn",
		"ydw", "ydwyf", "dw", "oes", "ie", "ia", "iep", "iawn", "gallaf", "galla", "medraf", "medra", "gallwn", "gallwn i",
		"hoffwn", "hoffwn i", "hoffwn gymryd rhan", "baswn", "byswn", "byddwn", "byddaf", "bydda", "gwnaf", "wnaf", "wna i",
		"mi wnaf", "mi wna i", "dof", "do i", "dwin dod", "cytuno", "rwyn cytuno", "dwin cytuno", "wrth gwrs", "yn sicr",
		"siwr", "siwr iawn", "yn bendant", "bendant", "dim problem", "dim trafferth", "pam lai", "mae gen i ddiddordeb",
		"diddordeb gyda fi", "cyfrifwch fi i mewn", "ydyn", "ydym", "ydi", "ydy", "derbyn", "rwyn derbyn", "dwin derbyn",
		"cadarnhau", "rwyn cadarnhau", "campus", "gwych", "popeth yn iawn", "oce", "dwin gallu", "rwyn gallu", "dwi yn gallu",
		"dwi isio", "dwi eisiau", "rwyf am", "rydw i eisiau",
	},
	no: []string{
		"dwi ddim yn medru", "does gen i ddim amser", "na fydd", "na chaf", "dwin brysur", "rwyn brysur",
		"na wir", "ddim ar gael", "dwi ddim ar gael", "ddim diolch", "dim i mi", "dim i fi", "dim y tro yma", "rhy hen", "well gen i beidio", "gwell gen i beidio", "gwell peidio",
		"na", "nage", "nac ydw", "nagydw", "nac oes", "nagoes", "nac ydy", "nac ydi", "na allaf", "na alla", "na fedraf",
		"na fedra", "na hoffwn", "na faswn", "na fyddaf", "na fydda", "na wnaf", "na ddof", "dim diolch", "na dim diolch",
		"na dim", "dim diddordeb", "does gen i ddim diddordeb", "sdim diddordeb", "alla i ddim", "galla i ddim",
		"fedra i ddim", "medra i ddim", "ni allaf", "ni fedraf", "methu", "dwin methu", "rwyn methu", "methu dod",
		"dwi ddim yn gallu", "dydw i ddim yn gallu", "dw i ddim yn gallu", "dwi ddim isio", "dwi ddim eisiau",
		"dydw i ddim eisiau", "dw i ddim eisiau", "dwi ddim am", "ddim eisiau", "ddim isio", "fydda i ddim", "wna i ddim", "na i ddim",
		"byth", "gwrthod", "rwyn gwrthod", "dwin gwrthod", "dim amser", "rhy brysur", "ddim y tro hwn", "ddim tro yma",
		"hoffwn i ddim", "faswn i ddim", "allwn i ddim", "dydw i ddim$", "dwi ddim$", "dw i ddim$",
	},
	neg: []string{"ddim fi", "dim fi", "nid fi", "nid y fi", "ddim", "dim", "heb", "nid", "peidio", "ni"},
	hedge: []string{
		"llun", "mawrth", "mercher", "iau", "gwener", "sadwrn", "sul", "dydd",
		"ond", "efallai", "falle", "hwyrach", "ella", "os", "oni bai", "dibynnu", "mae n dibynnu", "maen dibynnu",
		"ddim yn siwr", "ddim yn gwybod", "dwi ddim yn siwr", "dwi ddim yn gwybod", "dwn im", "heblaw", "neu", "rhai",
		"nes ymlaen", "wedyn", "gadewch i mi feddwl", "dim syniad", "dim ots", "mae n bosib", "maen bosib", "or gorau",
		"rhan o",
		"na i", // as it is said for "wna i": I will think about it, I will come
	},
	ask:   []string{"sawl", "be", "faint", "beth", "pwy", "pryd", "ble", "lle", "sut", "pam"},
	other: []string{"fy mab", "fy ngwraig", "fy ngwr", "fy mam", "fy merch"},
	filler: []string{
		"yn fawr", "yn fawr iawn", "helpu", "i helpu", "ddod", "i ddod", "o gwbl",
		"diolch", "diolch yn fawr", "os gwelwch yn dda", "plis", "plîs", "helo", "shwmae", "sut mae", "bore da", "prynhawn da",
		"mae n ddrwg gen i", "maen ddrwg gen i", "sori", "yn anffodus", "anffodus", "yn wir", "rhif", "ateb", "i", "yn", "y",
		"yr", "dod", "gymryd rhan", "cymryd rhan", "bob dydd", "x",
	},
	join: []string{"dwi", "dwin", "dw", "rwy", "rwyn", "rydw", "fy", "mae", "achos", "oherwydd", "gan", "a", "rydym"},
	whole: map[Intent][]string{
		IsStop: {
			"stopio", "stopiwch", "peidiwch", "peidio", "stop plis", "stopiwch os gwelwch yn dda", "dim mwy",
			"dim mwy o negeseuon", "dim mwy o negeseuon testun", "peidiwch a thecstio", "peidiwch a thestun",
			"peidiwch a chysylltu", "peidiwch a chysylltu a mi", "dad danysgrifio", "datdanysgrifio", "gadewch lonydd i mi",
		},
		IsHelp:   {"cymorth", "help plis", "helpwch fi", "helpwch", "gwybodaeth"},
		IsStart:  {"dechrau", "ailddechrau"},
		IsChange: {"newid", "newid ateb", "newid fy ateb", "camgymeriad", "ateb anghywir"},
		IsThanks: {
			"diolch", "diolch yn fawr", "iawn diolch", "iawn", "ok diolch", "gwych diolch", "gwych", "hyfryd", "edrych ymlaen",
		},
		IsReal:     {"pwy yw hwn", "pwy ydych chi", "pwy sydd yna", "ydy hwn yn go iawn", "ai sgam yw hwn", "sgam", "ydy hyn yn wir"},
		IsPay:      {"faint", "tal", "taliad", "arian", "ydw in cael fy nhalu"},
		IsCosts:    {"treuliau", "costau", "costau teithio"},
		IsWhen:     {"pryd", "pryd mae", "pa ddyddiad", "pa ddyddiadau", "faint or gloch"},
		IsWhere:    {"ble", "ble mae", "lle", "lle mae", "cyfeiriad", "lleoliad"},
		IsPerson:   {"person", "siarad a rhywun", "ffoniwch fi", "galla i siarad a rhywun"},
		IsLanguage: {"cymraeg", "welsh", "yn gymraeg", "cymraeg os gwelwch yn dda", "welsh please"},
		IsWho:      {"rhif anghywir"},
	},
	within: map[Intent][]string{
		IsErase:    {"dileu fy nata", "dilewch fy nata", "dileu fy manylion", "dilewch fy manylion"},
		IsWithdraw: {"tynnu n ol", "tynnun ol", "tynnu yn ol", "gadael y rheithgor"},
		IsCantCome: {"methu dod", "alla i ddim dod", "fedra i ddim dod", "ddim yn gallu dod", "dwin sal", "rwyn sal", "yn yr ysbyty"},
		IsChannel:  {"drwy r post", "trwy r post", "drwyr post", "trwyr post", "llythyr", "ar bapur", "e bost", "ebost", "rhif newydd"},
		IsLate:     {"yn hwyr", "hwyr", "ar fy ffordd"},
		IsDanger: {
			"am ladd fy hun", "ladd fy hun", "fy mrifo", "fy nharo", "ofn fy ngwr", "ofn fy mhartner", "ofn fy ngwraig", "ofn mynd adref", "lladd fy hun", "lladd fy hunan", "hunanladdiad", "eisiau marw", "isio marw", "niweidio fy hun", "hunan niweidio",
			"fy nghuro", "fy mwrw", "cam drin", "camdriniaeth", "trais", "treisio", "ddim yn ddiogel", "mewn perygl",
			"brifo fy hun",
		},
	},
}
