/* mood_words: the lists, by language. */
#include "core/mood.h"

static const struct mood_tongue tongues[] = {
    {.language = "en",
	.rage = "furious unacceptable ridiculous disgusting pathetic "
		"incompetent incompetence bullshit outrageous outraged "
		"infuriating infuriated appalling scammers scammed thieves "
		"liars liar crooks fraudsters fuck fucking fucked fucker wtf "
		"idiot idiots morons "
		"moron shitty useless worthless disgrace disgraceful "
		"fed+up sick+of+this sick+of+you pissed+off shame+on+you "
		"enough+is+enough what+a+joke what+the+hell what+the+heck "
		"worst+service worst+company worst+experience worst+support "
		"worst+shop i+hate+this i+hate+you hate+your am+angry im+angry "
		"are+you+stupid your+stupid so+stupid this+is+stupid "
		"you+are+stupid piece+of+crap piece+of+shit this+is+a+scam "
		"what+a+scam sue+you my+lawyer driving+me+crazy "
		"driving+me+insane how+many+times+do+i+have+to "
		"how+many+times+must+i waste+of+time wasting+my+time "
		"lost+my+patience never+again+will last+time+i+buy "
		"rip+off ripoff go+to+hell screw+you stop+lying",
	.anger = "angry annoyed annoying frustrated frustrating frustration "
		 "disappointed terrible horrible awful mad livid kidding+me "
		 "joke worst stupid scam hate crap shit damn rude nonsense "
		 "garbage rubbish steal+my stole+my fraud upset dreadful "
		 "hopeless cant+believe unbelievable insulting shocking",
	.upset = "disappointing bad poor slow late ignored nobody+answers "
		 "nobody+answer nobody+helps no+one+answers nothing+works "
		 "still+waiting still+nothing waiting+for+weeks "
		 "waiting+for+days waiting+for+hours three+times "
		 "does+nobody never+works complaint money+back nobody+replies",
	.more = "so very really totally absolutely extremely completely "
		"utterly bloody incredibly seriously freaking damn "
		"beyond",
	.less = "bit little slightly somewhat",
	.denies = "not isnt wasnt dont didnt doesnt no never without arent",
	.glad = "thanks thank great love perfect awesome happy wonderful good "
		"nice amazing excellent congratulations wow yes hurray"},
    {.language = "de",
	.rage = "frechheit unverschamt unverschamtheit stinksauer wutend "
		"scheiss scheisse scheissladen scheissverein betruger abzocke "
		"abzocker saftladen "
		"verarscht verarschen idioten idiot schnauze+voll nase+voll "
		"unfahig inkompetent lacherlich katastrophe unfassbar "
		"schlechteste+service schlechtester+service mir+reicht+s "
		"mir+reichts es+reicht nie+wieder+bei anwalt anzeige+erstatten "
		"sauladen drecksladen zum+kotzen kotzt+mich+an unmoglich+von "
		"wollt+ihr+mich unter+aller+sau armutszeugnis geht+s+noch",
	.anger = "sauer verargert argerlich enttauscht genervt nervt "
		 "schlechteste schlechtester schlimmste unmoglich skandal "
		 "dumm blod bloder wut mist schlamperei inakzeptabel "
		 "miserabel furchtbar grauenhaft unzumutbar nutzlos wertlos",
	.upset = "schlecht schlechter schlimm immer+noch+nicht warte+seit "
		 "seit+wochen keine+antwort niemand+antwortet keiner+antwortet "
		 "geld+zuruck beschwerde",
	.more = "sehr so echt total absolut extrem wirklich dermassen richtig "
		"vollig absolute totale",
	.less = "bisschen etwas wenig",
	.denies = "nicht nie kein keine keinen keineswegs ohne",
	.glad = "danke dank toll super gut prima perfekt freue liebe schon "
		"herzlichen geil juhu klasse"},
    {.language = "fr",
	.rage = "inadmissible inacceptable furieux furieuse scandaleux "
		"honteux arnaque arnaqueurs escrocs escroquerie voleurs marre "
		"ras+le+bol foutez merde connard connards nuls nulle+part "
		"lamentable incompetents incompetent moquez+de+moi "
		"fichez+de+moi une+honte quelle+honte honte+a inadmissibles "
		"degueulasse c+est+n+importe+quoi imbeciles avocat "
		"porter+plainte",
	.anger = "enerve enervee enervant colere decu decue deception fache "
		 "fachee horrible nul nulle scandale ridicule pire honte "
		 "inutile insupportable catastrophe stupide incroyable",
	.upset =
	    "mauvais mauvaise toujours+pas toujours+rien personne+ne+repond "
	    "sans+reponse attends+depuis rembourse remboursez lent",
	.more = "tres vraiment totalement absolument extremement tellement si "
		"trop completement",
	.less = "peu legerement",
	.denies = "pas jamais aucun ni sans",
	.glad = "merci super genial parfait bravo excellent adore bien "
		"formidable top"},
    {.language = "es",
	.rage = "inaceptable furioso furiosa indignante indignado indignada "
		"ladrones ladron estafadores estafa mierda verguenza harto "
		"harta asco inutiles incompetentes incompetente idiotas "
		"sinverguenzas pesimo pesima una+burla se+burlan denunciar "
		"denuncia vergonzoso hasta+las+narices ridiculo abogado "
		"no+sirven+para+nada tomadura+de+pelo",
	.anger = "enojado enojada enfadado enfadada molesto molesta "
		 "decepcionado decepcionada decepcion horrible terrible peor "
		 "enfado rabia basura fraude engano increible inutil",
	.upset = "malo mala mal nadie+responde nadie+contesta sigo+esperando "
		 "todavia+no sin+respuesta devuelvan dinero+de+vuelta lento",
	.more = "muy tan totalmente absolutamente realmente super que "
		"completamente demasiado",
	.less = "poco algo",
	.denies = "no nunca sin tampoco",
	.glad = "gracias genial perfecto excelente bien bueno encanta feliz "
		"estupendo"},
    {.language = "it",
	.rage = "vergogna vergognoso inaccettabile furioso furiosa schifo "
		"schifoso schifosi truffa truffatori ladri incompetenti "
		"incompetente merda stufo stufa cazzo idioti ridicolo "
		"scandaloso pessimo pessima presa+in+giro avvocato denuncio "
		"mi+avete+rotto indecente",
	.anger = "arrabbiato arrabbiata deluso delusa delusione orribile "
		 "terribile peggiore scandalo assurdo inutile imbarazzante "
		 "incazzato incazzata incredibile",
	.upset = "male cattivo nessuno+risponde ancora+niente sto+aspettando "
		 "rimborso lento",
	.more = "molto davvero veramente totalmente assolutamente cosi troppo "
		"completamente",
	.less = "po poco leggermente",
	.denies = "non mai senza nessun",
	.glad = "grazie perfetto ottimo fantastico bene bravi bellissimo "
		"grande"},
    {.language = "nl",
	.rage =
	    "belachelijk woedend waardeloos waardeloze oplichters oplichter "
	    "oplichting schandalig schandalige onacceptabel "
	    "ongelofelijk+slecht razend klote kut schande dieven zat+van "
	    "ben+het+zat spuugzat idioten schaamteloos slechtste+service "
	    "incompetent beroerd advocaat nooit+meer+bij",
	.anger = "boos kwaad teleurgesteld gefrustreerd frustrerend "
		 "verschrikkelijk vreselijk slechtste geirriteerd irritant "
		 "rommel troep schandaal dom ergerlijk",
	.upset =
	    "slecht slechte nog+steeds+niet nog+steeds+niets geen+antwoord "
	    "wacht+al geld+terug klacht niemand+antwoordt",
	.more = "heel erg zeer zo echt totaal absoluut enorm ontzettend",
	.less = "beetje iets",
	.denies = "niet geen nooit zonder",
	.glad = "dank bedankt fijn super top perfect geweldig goed leuk"},
    {.language = "pl",
	.rage = "skandal skandaliczne skandaliczna wsciekly wsciekla oszusci "
		"oszust oszustwo zlodzieje beznadziejna beznadziejny "
		"beznadziejne zenada zenujace kpina kpiny kurwa gowno "
		"niedopuszczalne karygodne bezczelne bezczelnosc idioci "
		"mam+dosc dosyc+tego nieudacznicy prawnik",
	.anger = "zly zla rozczarowany rozczarowana zdenerwowany zdenerwowana "
		 "wkurzony wkurzona okropne okropna okropny fatalna fatalne "
		 "fatalny najgorszy najgorsza najgorsze tragedia absurd glupi "
		 "niekompetentni",
	.upset = "slaba slabe nadal+nie wciaz+nie czekam+od nikt+nie zwrot "
		 "reklamacja",
	.more = "bardzo tak naprawde strasznie totalnie calkowicie co+za",
	.less = "troche",
	.denies = "nie nigdy bez",
	.glad = "dziekuje dzieki super swietnie doskonale wspaniale dobrze"},
    {.language = "pt",
	.rage = "absurdo inaceitavel furioso furiosa vergonha vergonhoso "
		"ladroes ladrao golpe golpistas pessimo pessima merda porra "
		"palhacada incompetentes incompetente ridiculo um+lixo "
		"descaso falta+de+respeito cansei saco+cheio processar "
		"advogado idiotas inadmissivel",
	.anger = "zangado zangada irritado irritada decepcionado decepcionada "
		 "decepcao horrivel terrivel pior raiva bravo+com revoltado "
		 "revoltada chateado chateada fraude enganado lixo inutil",
	.upset = "ruim mau ninguem+responde ainda+nao estou+esperando "
		 "sem+resposta reembolso dinheiro+de+volta",
	.more = "muito tao totalmente absolutamente realmente demais que",
	.less = "pouco",
	.denies = "nao nunca sem nem",
	.glad = "obrigado obrigada otimo perfeito excelente adorei bom legal "
		"maravilhoso"},
    {.language = "sv",
	.rage = "oacceptabelt skandal skandalost forbannad forbannade "
		"fruktansvart+dalig bedragare lurad lurade usel uselt vardelos "
		"vardelosa vardelost skam skit javla idioter rasande "
		"inkompetent inkompetenta advokat fy+fan trott+pa",
	.anger = "arg besviken irriterad frustrerad hemsk hemskt forfarlig "
		 "samst samsta lojligt sur katastrof dum",
	.upset = "dalig daligt dalig+service fortfarande+inte inget+svar "
		 "vantat+i ingen+svarar pengarna+tillbaka klagomal",
	.more = "mycket valdigt helt sa otroligt verkligen totalt",
	.less = "lite",
	.denies = "inte aldrig ingen utan",
	.glad = "tack bra perfekt toppen underbart kul jattebra fint"},
    {.language = "tr",
	.rage = "rezalet rezil sinirliyim dolandiricilar dolandirici "
		"dolandirildim berbat sacmalik igrenc utanmaz utanmazlar "
		"kepazelik biktim yeter+artik bok salak aptallar skandal "
		"kabul+edilemez avukat hirsizlar beceriksiz",
	.anger = "kizgin kizginim sinirli ofkeli kotu korkunc hayal+kirikligi "
		 "rahatsiz aptal sacma sahtekar",
	.upset = "hala+gelmedi hala+yok cevap+yok kimse+cevap bekliyorum iade "
		 "sikayet",
	.more = "cok gercekten tamamen asiri en resmen",
	.less = "biraz",
	.denies = "degil degilim",
	.glad = "tesekkur tesekkurler harika super guzel sagol mukemmel"},
};

const struct mood_tongue *
mood_tongue(size_t i)
{
	return i < ARRAY_LEN(tongues) ? &tongues[i] : NULL;
}
