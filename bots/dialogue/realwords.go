package dialogue

// realWords are common words one slip away from a yes or a no, which are
// therefore never taken for a misspelt one.
var realWords = wordSet(`
sore pure cure sued surf sire lure your year yeast yell yelp yen yet yes bye eye dye rye lye ale ape ace ate age axe
grant brand gland grind fund find line mine wine nine pine vine dine fire file five fins fame fare face fate
great treat cheat wheat agreed greed green greet glad goal good gold deal dead dean dear heal meal real seal veal
lovely lonely loved loves dove glove clove cover lover accept except expect aspect excerpt
available wish want unable enable stable table cable fable decline define refine recline incline
never fever lever sever ever nerve nevermind negative relative native naive
confirm conform inform cool coal cook pool tool fool wool pass past pals pays paws mass lass
correct connect collect true tree trip trump blue glue clue sound round found bound pound mound hound wound south
willing billing filling killing milling pilling drilling waiting writing
keen keep been seen teen queen knee agree refuse reuse refused amuse
wrong prong bring ring song long cannot cannon canny candy canoe carry can't want wont wonr went sent rent tent
super supper upper pauper perfect prefect
deft deaf defer impossible possible correctly definite
tak tik tok talk take tan tax wear near dear bear pear tear hear fear gear
nice mice rice dice once none tone bone gone done zone cone lone
chce chcac bede beda dobre dobry moje moga pewne jasny
sing sin sum swim slim skim com clara clare clear pagar passo pouso gosto
hoffi gallu iawnda`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, t := range read(list).tokens {
		set[t.text] = true
	}
	return set
}
