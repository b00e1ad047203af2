/*
 * rank_lexicon: the lists. Folded as rank_words folds: lower case, no accents,
 * no apostrophes.
 */
#include "workers/rank_lexicon.h"

static const struct rank_list lists[] = {
    {"en", RANK_STOP,
	"a an the this that these those there here "
	"i im ive id ill me my mine we our us ours you your yours youre youve "
	"he him his she her it its they them their theyre "
	"am is are was were be been being isnt arent wasnt "
	"do does did done doing dont doesnt didnt "
	"have has had having havent hasnt "
	"can could cant couldnt will would wont wouldnt shall should may might "
	"must need "
	"what whats which who whom whose when where why how hows wheres "
	"in on at to of for from by with about into out up off over as than "
	"then so if or and but not no nor "
	"some any all just also too very much many more most one "
	"like want get got getting make way possible please pls "
	"easy easiest best good"},
    {"en", RANK_COMMON,
	"know find use using used help tell see look give take put go come "
	"say ask think thing something anything someone anyone somebody time "
	"new work try keep set able happen really still now already again "
	"ever never always sometimes other another different same first last "
	"next right sure thanks thank hello hi hey ok okay yes question "
	"problem issue information let lot bit maybe actually currently "
	"simply somehow without within while since because before after "
	"until wondering wanna sorry sell offer provide accept available "
	"support"},
    {"de", RANK_STOP,
	"der die das den dem des ein eine einen einem einer eines kein keine "
	"ich mich mir mein meine meinen wir uns unser unsere du dich dir dein "
	"sie ihr ihre ihnen euch euer eure er es man sich dies diese dieser "
	"dieses "
	"ist sind war bin sein wird werden wurde hat habt habe haben hatte "
	"kann kannst konnen konnt kannte mochte mochten will wollen muss "
	"mussen soll darf durfen gibt geht "
	"was wer wie wo wann warum welche welcher welches wieviel "
	"in im an am auf aus bei bis fur gegen mit nach ohne uber um und oder "
	"aber nicht auch noch nur schon so zu zum zur von vom als wenn dass "
	"ob denn mal bitte hallo danke sehr viel"},
    {"fr", RANK_STOP,
	"le la les l un une des du de d au aux ce cet cette ces ca "
	"je j me m mon ma mes nous notre nos tu te ton ta tes vous votre vos "
	"il elle on ils elles lui leur se s y en "
	"est sont suis etes etre ete a ai as avez avons ont avoir "
	"peux peut pouvez pouvoir veux voudrais faut fait faire "
	"que qu qui quoi quel quelle quels quelles quand comment ou pourquoi "
	"combien si et mais ne n pas plus dans sur sous avec sans pour par "
	"chez vers bonjour merci svp"},
    {"es", RANK_STOP,
	"el la los las lo un una unos unas al del de a en con por para sin "
	"sobre desde hasta entre y e o u pero no si ya muy mas "
	"yo me mi mis tu te tus su sus se nos nuestro usted ustedes le les "
	"es son soy esta estan estoy ser estar hay ha he han tengo tiene "
	"puedo puede pueden quiero quisiera hacer hago hacen "
	"que cual cuales quien cuando como donde cuanto cuanta cuantos "
	"este esta esto ese esa eso hola gracias favor"},
    {"it", RANK_STOP,
	"il lo la i gli le l un uno una del dello della dei degli delle al "
	"alla ai nel nella di a da in con su per tra fra e o ma non si se "
	"io mi mio mia miei noi ci nostro tu ti tuo voi vi vostro lei suo "
	"sono sei e siamo essere ho ha hai avete hanno avere "
	"posso puo potete vorrei voglio devo fare "
	"che chi cosa quale quali quando come dove perche quanto quanti "
	"questo questa quello ciao grazie prego"},
    {"nl", RANK_STOP,
	"de het een van in op aan met voor bij naar uit om te tot over door "
	"en of maar niet geen ook nog al er dan als dat die dit deze "
	"ik mij me mijn wij we ons onze jij je jouw u uw hij zij ze hun "
	"is zijn was ben bent wordt worden heb hebt heeft hebben had "
	"kan kun kunnen wil willen mag moet moeten "
	"wat wie hoe waar wanneer waarom welke hoeveel hallo dank bedankt"},
    {"pt", RANK_STOP,
	"o a os as um uma uns umas do da dos das no na nos nas ao aos de em "
	"com por para sem sobre ate e ou mas nao sim ja muito mais "
	"eu me meu minha meus nos nosso tu te teu voce voces seu sua se lhe "
	"sou estou esta estao ser estar tem tenho ha "
	"posso pode podem quero queria fazer faco "
	"que qual quais quem quando como onde quanto quantos "
	"este esta isto esse essa isso ola obrigado obrigada favor"},
};

static const char *const groups[] = {
    /* money */
    "cost price pricing fee charge expensive rate how+much",
    "cheap discount sale reduction coupon promo promotion voucher+code "
    "special+offer",
    "free gratis complimentary no+charge",
    "pay payment paying checkout credit+card debit+card",
    "card visa mastercard maestro amex debit credit",
    "invoice bill receipt",
    "instalment installment finance financing monthly",
    "refund reimburse reimbursement money+back chargeback",
    "voucher gift+card gift+certificate gift+voucher store+credit",
    "gift present",
    /* goods on their way */
    "ship shipping shipment deliver delivery dispatch postage courier mail "
    "send",
    "parcel package order delivery shipment",
    "track tracking whereabouts status",
    "arrive arrival receive deliver delivery",
    "abroad overseas international internationally foreign country countries "
    "worldwide europe",
    "return send+back give+back bring+back take+back",
    "exchange swap replace replacement switch substitute",
    "item product article goods",
    "stock available availability in+stock",
    /* buying */
    "buy purchase order acquire bought",
    "sell sale offer stock carry",
    "shop store showroom outlet",
    "used secondhand second+hand preowned pre+owned refurbished",
    "trade+in tradein part+exchange",
    "old used",
    "try test trial demo",
    /* changing one's mind */
    "cancel cancellation annul withdraw terminate unsubscribe call+off",
    "change modify edit update alter amend adjust",
    "delete remove erase discard get+rid",
    "stop end finish disable deactivate turn+off switch+off prevent block",
    "start begin enable activate turn+on switch+on",
    /* time and place */
    "address location located place street directions",
    "hour hours time times opening schedule what+time",
    "open opening opened closed close closing",
    "how+long duration how+fast how+quickly how+soon lead+time",
    "when date day",
    "today tonight now right+away immediately straight+away same+day",
    "weekend saturday sunday",
    "parking park car",
    /* service */
    "repair fix fixing mend service servicing tune+up maintenance overhaul",
    "check inspection inspect checkup",
    "broken damaged defective faulty break broke fault defect",
    "warranty guarantee guaranteed",
    "appointment booking book reserve reservation schedule slot",
    "rent rental hire lease borrow loan",
    "wait waiting right+away",
    "help support assistance assist",
    "contact reach speak talk call phone telephone email",
    "phone telephone mobile cellphone smartphone",
    "complaint complain unhappy dissatisfied",
    "stolen steal stole theft thief robbed",
    "lost missing lose disappeared",
    /* people */
    "child children kid kids toddler baby son daughter year+old",
    "staff employee team colleague",
    "job jobs career careers vacancy vacancies hiring recruitment",
    "customer client buyer",
    "person people user member someone",
    /* accounts and computers */
    "account profile",
    "login log+in signin sign+in logon",
    "register registration signup sign+up create+account",
    "password passcode pin",
    "email mail e+mail message inbox",
    "message msg chat text",
    "document doc file",
    "photo picture image pic",
    "video clip movie film",
    "folder directory",
    "link url hyperlink",
    "website site page web webpage homepage",
    "app application program software tool webapp",
    "computer pc laptop machine desktop",
    "export download save backup back+up",
    "import upload load",
    "search find look filter",
    "show display view see",
    "hide conceal invisible",
    "create make add new",
    "recover restore retrieve undo",
    "share send",
    "sync synchronize synchronise",
    "notify notification alert notice",
    "private privacy secret confidential",
    "safe secure security",
    "allow permit permission",
    "multiple several many",
    "own personal",
    "alternative instead",
    /* things */
    "bicycle bike cycle",
    "ebike electric+bike electric+bicycle e+bike pedelec",
    "car auto vehicle",
    "tire tyre",
    "puncture flat+tire flat+tyre flat puncture",
    "size sizing measurement dimensions",
    "large big huge",
    "small little tiny",
    "quick fast quickly soon",
    "kind type sort",
};

const struct rank_list *
rank_list(size_t i)
{
	return i < ARRAY_LEN(lists) ? &lists[i] : NULL;
}

const char *
rank_group(size_t i)
{
	return i < ARRAY_LEN(groups) ? groups[i] : NULL;
}

bool
rank_list_next(const char **words, struct str *word)
{
	const char *p = *words + strspn(*words, " ");

	*word = (struct str){p, strcspn(p, " ")};
	*words = p + word->n;
	return word->n > 0;
}
