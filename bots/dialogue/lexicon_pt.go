package dialogue

// portuguese covers European and Brazilian usage; ours, not yet reviewed by a
// native speaker. "No" in it means "in the", so it is never a no by itself.
var portuguese = lexicon{
	lang:   "pt",
	digits: []string{"zero", "um|uma", "dois|duas", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"},
	yes: []string{
		"claro que quero", "tenho todo o gosto", "esta combinado",
		"podem contar comigo",
		"estou disponivel", "disponivel$", "com muito gosto", "podem inscrever me", "inscrevam me", "estou dentro", "bora", "adorava",
		"sim", "siim", "sim sim", "claro", "claro que sim", "com certeza", "certo", "esta bem", "ta bem", "ta bom", "tudo bem",
		"pode ser", "posso", "posso sim", "consigo", "aceito", "concordo", "confirmo", "quero", "quero sim",
		"quero participar", "gostaria", "gostava", "gostaria de participar", "gostava de participar", "gostaria muito",
		"adoraria", "com prazer", "com gosto", "com todo o gosto", "estou interessado", "estou interessada", "interessado",
		"interessada", "tenho interesse", "conte comigo", "contem comigo", "vou$", "vou sim", "estarei la", "la estarei",
		"sem problema", "nao ha problema", "nao tem problema", "porque nao", "por que nao", "de acordo", "combinado",
		"inscreva me", "pode contar comigo", "sem duvida", "perfeito", "otimo", "optimo", "beleza", "fixe", "pois claro",
		"exato", "exatamente", "afirmativo",
	},
	no: []string{
		"nao tenho disponibilidade", "infelizmente nao vou poder", "infelizmente nao vou", "dispenso", "passo$",
		"nao estou disponivel", "agora nao", "agora nao posso", "nao e para mim", "prefiro nao", "nao me da jeito",
		"nao", "naoo", "nao obrigado", "nao obrigada", "nao posso", "infelizmente nao", "infelizmente nao posso", "nao quero",
		"nao consigo", "nao vou", "nao vou poder", "nao poderei", "nao estou interessado", "nao estou interessada",
		"nao tenho interesse", "sem interesse", "nao tenho tempo", "sem tempo", "nao me interessa", "recuso", "nao aceito",
		"nao concordo", "de modo nenhum", "de maneira nenhuma", "claro que nao", "nunca", "desta vez nao", "impossivel",
		"nao da", "nao me da jeito", "nem pensar", "nao gostaria", "nao gostava", "nao participo", "nao quero participar",
		"nao vou participar", "melhor nao", "acho que nao", "nao nao",
	},
	neg: []string{
		"nao tenho", "nao sou", "nao estou", "nao falo", "nao percebo", "nao entendo", "nao conduzo", "nao ando", "nao ouco",
		"nao vejo", "sem", "nem", "nao e",
	},
	hedge: []string{
		"segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo",
		"pois sim", "pois nao", // mean the opposite of what they say, or ask what there is
		"estou sim", // as the telephone is answered
		"mas", "talvez", "se", "depende", "nao sei", "ainda nao sei", "ainda nao", "nao tenho a certeza", "nao tenho certeza",
		"acho que sim", "quem sabe", "se calhar", "possivelmente", "provavelmente", "mais tarde", "depois", "vou pensar",
		"exceto", "menos", "so", "ou", "tanto faz", "nao faco ideia", "sim e nao", "a nao ser", "nem todos", "caso",
	},
	ask: []string{"qual", "quais", "quanta", "quantos", "quantas", "quanto", "o que", "que", "quem", "quando", "onde", "como"},
	other: []string{
		"meu filho", "minha filha", "meu marido", "minha mulher", "minha mae", "o meu filho", "o meu marido", "a minha mulher",
		"a minha mae",
	},
	filler: []string{
		"obrigado", "obrigada", "muito obrigado", "muito obrigada", "por favor", "se faz favor", "ola", "bom dia", "boa tarde",
		"boa noite", "desculpe", "desculpa", "peco desculpa", "lamento", "infelizmente", "muito", "numero", "resposta",
		"participar", "ir", "vir", "todos os dias", "x", "eu", "de", "cumprimentos",
	},
	join: []string{"porque", "pois", "estou", "tenho", "trabalho", "o", "a", "meu", "minha", "no", "na", "e"},
	whole: map[Intent][]string{
		IsStop: {
			"parar", "pare", "parem", "pare por favor", "para", "sair", "nao envie mais", "nao enviem mais",
			"nao enviem mais mensagens", "nao me mande mais mensagens", "chega", "remover", "remova me", "cancelar",
			"cancelar subscricao", "deixem me em paz", "nao me contactem", "parem de mandar mensagens", "nao me enviem mais mensagens", "nao me mandem mais mensagens",
		},
		IsHelp:   {"ajuda", "ajudar", "ajude me", "socorro", "informacao", "preciso de ajuda"},
		IsStart:  {"comecar", "iniciar"},
		IsChange: {"mudar", "alterar", "corrigir", "enganei me", "engano", "mudar resposta", "alterar resposta", "erro"},
		IsThanks: {"obrigado", "obrigada", "muito obrigado", "muito obrigada", "ok obrigado", "ok obrigada", "ate la", "ate amanha"},
		IsReal: {
			"quem e", "quem fala", "quem sao voces", "e verdade", "isto e verdade", "e burla", "burla", "golpe", "e golpe",
			"fraude",
		},
		IsPay:      {"quanto", "quanto pagam", "dinheiro", "pagamento", "e pago"},
		IsCosts:    {"despesas", "custos", "despesas de transporte"},
		IsWhen:     {"quando", "quando e", "a que horas", "que dias", "que dia", "datas"},
		IsWhere:    {"onde", "onde e", "onde fica", "morada", "endereco", "qual a morada"},
		IsPerson:   {"pessoa", "falar com uma pessoa", "falar com alguem", "liguem me", "ligue me"},
		IsLanguage: {"portugues", "portuguese", "em portugues", "portuguese please"},
		IsWho:      {"numero errado", "engano de numero"},
	},
	within: map[Intent][]string{
		IsErase: {
			"apagar os meus dados", "apaguem os meus dados", "apague os meus dados", "eliminar os meus dados", "apaga meus dados",
			"apagar meus dados",
		},
		IsWithdraw: {"desisto", "quero desistir", "vou desistir", "retirar me", "sair do juri"},
		IsCantCome: {"nao posso ir", "nao posso vir", "nao consigo ir", "estou doente", "no hospital", "nao vou conseguir ir"},
		IsChannel:  {"por correio", "por carta", "uma carta", "em papel", "por email", "novo numero"},
		IsLate:     {"atrasado", "atrasada", "vou chegar tarde", "estou a caminho"},
		IsDanger: {
			"bateu me", "ele me bate", "nao aguento mais", "matar me", "me matar", "suicidio", "quero morrer", "nao quero viver", "acabar com a minha vida", "magoar me",
			"automutilacao", "bate me", "me bate", "violencia", "violada", "violacao", "abuso", "abusada", "abusado",
			"nao estou segura", "nao estou seguro", "em perigo", "tenho medo dele", "tenho medo do meu marido", "ameaca me",
		},
	},
}
