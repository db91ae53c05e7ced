package dialogue

// polish is ours and not yet reviewed by a native speaker. A bare "no" is
// colloquial Polish for yes, so it is neither: it is asked again.
var polish = lexicon{
	lang: "pl",
	digits: []string{
		"zero", "jeden|jedynka", "dwa|dwojka", "trzy|trojka", "cztery", "piec", "szesc", "siedem", "osiem", "dziewiec",
		"dziesiec",
	},
	yes: []string{
		"wyrazam zgode", "jestem na tak", "jasne ze chce",
		"pewnie ze tak", "oczywiscie ze tak", "jasne ze tak",
		"z mila checia", "zapiszcie mnie", "no oczywiscie", "mi pasuje", "pasuje mi", "pasuje", "oki", "no ba", "chetnie pomoge", "chetnie wezme udzial", "jestem chetna", "jestem chetny",
		"tak", "taak", "no tak", "no pewnie", "no jasne", "no dobra", "no dobrze", "no ok", "zgoda", "zgadzam sie", "dobrze",
		"dobra", "pewnie", "jasne", "oczywiscie", "chetnie", "bardzo chetnie", "z checia", "z przyjemnoscia", "moge",
		"tak moge", "moge przyjsc", "bede", "przyjde", "jestem zainteresowany", "jestem zainteresowana", "zainteresowany",
		"zainteresowana", "chce", "chcialbym", "chcialabym", "wezme udzial", "biore udzial", "wchodze w to", "nie ma problemu",
		"nie ma sprawy", "bez problemu", "czemu nie", "dlaczego nie", "potwierdzam", "akceptuje", "prosze bardzo", "jestem za",
		"zapisz mnie", "prosze mnie zapisac", "okej", "spoko", "super", "swietnie", "na pewno", "nie moge sie doczekac",
		"jak najbardziej", "niech bedzie", "w porzadku",
	},
	no: []string{
		"nie wyrazam zgody", "nie zycze sobie", "jestem na nie",
		"nie da rady", "nie mam ochoty", "nie pasuje mi termin", "wolalbym nie", "wolalabym nie", "nie bede mogl", "jestem za stary", "jestem za stara",
		"nie", "niee", "nie dziekuje", "nie dzieki", "no nie", "o nie", "raczej nie", "niestety nie", "nie moge",
		"niestety nie moge", "nie chce", "nie bede", "nie bede mogl", "nie bede mogla", "nie dam rady", "nie przyjde",
		"nie jestem zainteresowany", "nie jestem zainteresowana", "nie interesuje mnie", "nie interesuje mnie to", "odmawiam",
		"rezygnuje", "nie mam czasu", "brak czasu", "nie tym razem", "nie zgadzam sie", "nie wezme udzialu",
		"nie biore udzialu", "absolutnie nie", "na pewno nie", "w zadnym wypadku", "nigdy", "nie potrafie",
		"nie jestem w stanie", "nie mam mozliwosci", "nie pasuje", "nie pasuje mi", "wykluczone", "nie skorzystam",
		"nie chcialbym", "nie chcialabym",
	},
	neg: []string{
		"to nie", "to nie jest",
		"nie slysze dobrze", "nie widze dobrze",
		"nie mam", "nie jest", "bez", "ani", "nie umiem", "nie mowie", "nie rozumiem", "nie jestem", "nie prowadze",
		"nie slysze", "nie widze", "nie chodze",
	},
	hedge: []string{
		"tak slucham", // as the telephone is answered
		"no nie wiem", "poniedzialek", "wtorek", "sroda", "srode", "czwartek", "piatek", "sobota", "sobote", "niedziela", "niedziele",
		"gdyby", "gdybym", "pod warunkiem", "o ile", "jak bede", "jak dostane", "ale", "moze", "byc moze", "mozliwe", "jesli", "jezeli", "zalezy", "to zalezy", "nie wiem", "jeszcze nie wiem",
		"nie jestem pewien", "nie jestem pewna", "chyba", "chyba tak", "chyba nie", "raczej", "raczej tak", "pozniej",
		"zastanowie sie", "musze pomyslec", "oprocz", "tylko", "albo", "lub", "nie mam pojecia", "wszystko jedno", "obojetne",
		"no", "no no", "no wlasnie", "tak i nie", "czesc", "nie wszystkie", "chyba ze",
	},
	ask:   []string{"skad", "dokad", "ktory", "ktora", "ktore", "czyj", "jaki", "jaka", "jakie", "po co", "o co", "czy", "ile", "co", "kto", "kiedy", "gdzie", "jak", "dlaczego"},
	other: []string{"moj syn", "moja corka", "moj maz", "moja zona", "moja mama"},
	filler: []string{
		"udzialu", "brac udzialu",
		"dziekuje", "dzieki", "dziekuje bardzo", "prosze", "dzien dobry", "witam", "hej", "pozdrawiam", "niestety",
		"przepraszam", "przykro mi", "bardzo", "numer", "odpowiedz", "przyjsc", "udzial", "wziac udzial", "sie", "to", "w",
		"x", "panie", "pani", "wszystkie dni", "kazdego dnia",
	},
	join: []string{"bo", "poniewaz", "jestem", "mam", "pracuje", "moj", "moja", "w", "mnie", "z", "i"},
	whole: map[Intent][]string{
		IsStop: {
			"stop prosze", "prosze stop", "zatrzymaj", "prosze przestac", "przestan", "przestancie", "prosze nie pisac",
			"nie pisz", "nie piszcie", "nie pisz do mnie", "nie piszcie do mnie", "wypisz mnie", "wypiszcie mnie", "prosze nie pisac do mnie", "stop sms", "prosze przestac", "prosze mnie wypisac", "wypisz",
			"rezygnuje z sms", "koniec", "dosc", "usun moj numer", "prosze usunac moj numer", "zadnych smsow", "nie chce smsow",
			"odczep sie", "dajcie mi spokoj",
		},
		IsHelp:     {"pomoc", "pomocy", "prosze o pomoc", "informacje", "potrzebuje pomocy"},
		IsStart:    {"zacznij", "wznow"},
		IsChange:   {"zmien", "zmiana", "zmien odpowiedz", "pomylka", "pomylilem sie", "pomylilam sie", "blad", "cofnij"},
		IsThanks:   {"dziekuje", "dzieki", "ok dziekuje", "dziekuje bardzo", "super dzieki", "do zobaczenia", "super"},
		IsReal:     {"kto to", "kto pisze", "kim jestes", "czy to oszustwo", "oszustwo", "czy to prawda", "skad macie moj numer"},
		IsPay:      {"ile", "ile placa", "ile placicie", "pieniadze", "zaplata", "czy to platne", "wynagrodzenie"},
		IsCosts:    {"koszty", "koszty dojazdu", "zwrot kosztow"},
		IsWhen:     {"kiedy", "kiedy to jest", "o ktorej", "o ktorej godzinie", "jakie daty", "data", "terminy"},
		IsWhere:    {"gdzie", "gdzie to jest", "adres", "jaki adres"},
		IsPerson:   {"czlowiek", "porozmawiac z czlowiekiem", "prosze zadzwonic", "zadzwoncie do mnie", "zadzwon do mnie"},
		IsLanguage: {"polski", "polish", "po polsku", "po polsku prosze", "polish please", "jezyk polski"},
		IsWho:      {"zly numer", "pomylka numeru", "to pomylka"},
	},
	within: map[Intent][]string{
		IsErase: {
			"usun moje dane", "usuncie moje dane", "prosze usunac moje dane", "skasuj moje dane", "prawo do bycia zapomnianym",
		},
		IsWithdraw: {"rezygnuje z udzialu", "wycofuje sie", "chce sie wycofac", "rezygnuje z lawy"},
		IsCantCome: {
			"nie moge przyjsc", "nie przyjde", "nie dam rady przyjsc", "nie bedzie mnie", "jestem chory", "jestem chora",
			"w szpitalu",
		},
		IsChannel: {"listem", "poczta", "poczta tradycyjna", "na papierze", "mailem", "e mail", "emailem", "nowy numer"},
		IsLate:    {"spoznie sie", "spoznie", "spozniony", "spozniona", "jestem w drodze"},
		IsDanger: {
			"samobojstwie", "samobojstwa", "mnie bije", "bil mnie", "uderzyl mnie", "nie chce juz zyc", "skonczyc ze soba", "zabic sie", "zabije sie", "chce sie zabic", "samobojstwo", "chce umrzec", "nie chce zyc", "skrzywdzic sie",
			"samookaleczenie", "bije mnie", "przemoc", "gwalt", "zgwalcil", "zgwalcona", "molestowanie", "znecanie", "zneca sie",
			"nie jestem bezpieczna", "nie jestem bezpieczny", "w niebezpieczenstwie", "boje sie go", "boje sie meza", "grozi mi",
		},
	},
}
