/* asked_words: the lists, by language. */
#include "core/asked.h"

static const struct asked_tongue tongues[] = {
    {.language = "en",
	.talk = "speak talk chat connect transfer forward redirect escalate "
		"speaking+to speaking+with talking+to in+touch "
		"put+me+through put+me+on put+through hand+me hand+over "
		"pass+me reach get+hold",
	.want =
	    "want need get give wanna prefer request require id+like "
	    "would+like would+love bring find is+there are+there isnt+there "
	    "deal+with looking+for need+help+from want+help+from "
	    "get+help+from",
	.person =
	    "human human+being humans person agent representative rep "
	    "operator employee staff+member staff+members advisor adviser "
	    "manager supervisor salesperson salesman sales+rep seller "
	    "clerk colleague colleagues team+member customer+service "
	    "customer+support customer+care support+agent live+chat "
	    "live+support live+agent consultant specialist technician "
	    "attendant support+person service+rep real+people",
	.anybody = "someone somebody anyone anybody one+of+you",
	.office = "support sales billing helpdesk help+desk team management "
		  "staff tech+support service",
	.small = "to with a an the me us this my chat conversation through "
		 "over actual real live human one of your you some another any "
		 "other directly right customer service support sales 2 w "
		 "alive physical different it like can could may i we really "
		 "even ever feel just be able do have else talking speaking",
	.after = "i+can+talk i+can+speak i+can+chat i+could+talk "
		 "i+could+speak i+could+chat to+talk+to to+speak+to "
		 "to+speak+with to+talk+with to+chat+with call+me contact+me "
		 "call+me+back phone+me ring+me",
	.helps = "help+me assist+me",
	.then = "please now instead asap here there right today not and who "
		"that about on from in+here because to+talk to+speak to+help "
		"to+chat to+answer to+look+into to+look+at+this to+look+at+it "
		"thanks thank at+all immediately or "
		"again before urgently quickly i im",
	.polite = "please now hi hello hey thanks thank immediately asap no "
		  "yes ok okay pls plz right today sorry quick quickly urgent "
		  "urgently around here",
	.denies = "not dont doesnt wont wouldnt never didnt no+need nor "
		  "do+i+have do+i+need am+i a+transfer could+you+be",
	.denies_next = "no without"},
    {.language = "de",
	.talk = "sprechen reden chatten telefonieren verbinden verbinde "
		"verbindet durchstellen weiterleiten weiterverbinden "
		"unterhalten kontaktieren durchgestellt weitergeleitet "
		"verbunden",
	.want = "will mochte brauche brauch wunsche gib geben gebt hol holt "
		"benotige gibt+es gibts hatte+gern hatte+gerne bevorzuge",
	.person = "mensch menschen mitarbeiter mitarbeiterin mitarbeitern "
		  "berater beraterin ansprechpartner ansprechpartnerin "
		  "ansprechperson kundenberater kundenberaterin kundenservice "
		  "kundendienst kundenbetreuer kundenbetreuung agent agenten "
		  "kollege kollegen kollegin sachbearbeiter verkaufer "
		  "verkauferin operator vorgesetzten vorgesetzter person "
		  "servicemitarbeiter supportmitarbeiter",
	.anybody = "jemand jemandem jemanden",
	.office = "support service team vertrieb verkauf hotline",
	.small =
	    "mit einem einer einen ein eine echten echte echter echtes "
	    "richtigen richtige richtiger zu zum zur an den der dem die "
	    "das mich mir uns euch ihrem ihren ihrer deinem direkt lieber "
	    "gerne gern menschlichen menschlicher realen lebenden live sie "
	    "ich wir hier vom von eurem euren eurer kurz mal auch doch "
	    "einfach wirklich kann konnen konnte konnten konnt darf endlich "
	    "anderen anderem es",
	.after = "sprechen reden chatten telefonieren verbinden verbunden "
		 "durchstellen weiterleiten weiterverbinden unterhalten "
		 "schreiben+kann haben zuruckrufen anrufen kontaktieren "
		 "ich+schreiben+kann ich+sprechen+kann ich+reden+kann",
	.helps = "",
	.then = "bitte jetzt sofort der die und statt nicht weil endlich hier",
	.polite = "bitte jetzt sofort danke hallo hi guten tag nein ja endlich "
		  "schnell dringend",
	.denies = "nicht nie niemals",
	.denies_next = "kein keine keinen keinem keiner ohne"},
    {.language = "fr",
	.talk = "parler discuter echanger communiquer contacter joindre "
		"transferer transferez transfere passez passe passer connecter "
		"connectez en+contact en+relation rediriger",
	.want = "veux voudrais souhaite souhaiterais besoin donnez donne "
		"faut aimerais prefere y+a+t+il",
	.person = "humain humaine conseiller conseillere agent operateur "
		  "operatrice personne responsable employe vendeur vendeuse "
		  "service+client service+clients collaborateur representant "
		  "technicien interlocuteur etre+humain",
	.anybody = "quelqu+un",
	.office = "support equipe service+commercial assistance",
	.small =
	    "a au aux avec un une le la les l d de des en moi nous vrai "
	    "vraie reel reelle humain humaine directement mon votre vos me "
	    "je peux puis pourrais pouvez vous etre mis mise on autre",
	.after = "a+qui+parler avec+qui+parler pour+me+rappeler me+rappeler",
	.helps = "pour+m+aider",
	.then = "svp stp s+il maintenant et qui pas au merci",
	.polite = "s il vous te plait svp stp merci bonjour maintenant non oui "
		  "vite",
	.denies = "pas jamais",
	.denies_next = "aucun aucune sans"},
    {.language = "es",
	.talk = "hablar conversar comunicar comunicarme comuniqueme "
		"comunicame contactar contactarme pasame paseme pasar pasarme "
		"transferir transfiereme transfierame conectar conectame "
		"conecteme chatear atienda atender atiende",
	.want = "quiero quisiera necesito deseo dame deme prefiero hay "
		"gustaria",
	.person = "persona agente asesor asesora humano humana operador "
		  "operadora representante ejecutivo ejecutiva encargado "
		  "encargada atencion+al+cliente servicio+al+cliente empleado "
		  "empleada vendedor vendedora ser+humano gerente supervisor",
	.anybody = "alguien",
	.office = "soporte ventas atencion",
	.small = "con un una el la al a que me mi real verdadero verdadera de "
		 "algun su sus directamente puedo puede podria pueden poder "
		 "otro otra los",
	.after = "con+quien+hablar que+me+atienda que+me+llame me+llame",
	.helps = "que+me+ayude",
	.then = "por ahora ya real que y en gracias de+verdad",
	.polite = "por favor gracias ahora ya hola si no buenas real",
	.denies = "no nunca tampoco",
	.denies_next = "ningun ninguna sin"},
    {.language = "it",
	.talk = "parlare passi passami passatemi passarmi collegare collegami "
		"contattare chattare in+contatto comunicare mettermi",
	.want = "voglio vorrei bisogno serve dammi preferisco desidero c+e",
	.person = "operatore operatrice umano umana persona consulente addetto "
		  "addetta assistenza+clienti servizio+clienti "
		  "assistenza+umana responsabile collega agente rappresentante "
		  "essere+umano",
	.anybody = "qualcuno",
	.office = "assistenza vendite supporto",
	.small = "con un una uno l il la le di vera vero reale umana umano all "
		 "allo alla al mi posso potrei puo in",
	.after = "con+cui+parlare che+mi+chiami mi+chiami",
	.helps = "che+mi+aiuti",
	.then = "per ora subito e che umano grazie vero",
	.polite = "per favore grazie ora subito ciao no si salve",
	.denies = "non mai",
	.denies_next = "nessun nessuno nessuna senza"},
    {.language = "nl",
	.talk = "spreken praten chatten verbind verbinden doorverbinden "
		"contact",
	.want = "wil wilt nodig geef mag",
	.person = "medewerker medewerkster mens persoon klantenservice "
		  "klantendienst agent collega operator adviseur verkoper "
		  "echt+persoon echte+persoon",
	.anybody = "iemand",
	.office = "support verkoop helpdesk team",
	.small = "met een de het ik me mij door echte echt aan jullie u van "
		 "graag even kan kunt willen andere",
	.after = "spreken praten chatten bellen",
	.helps = "",
	.then = "graag nu die en aub alstublieft niet hier",
	.polite = "alstublieft alsjeblieft aub graag bedankt nu nee ja hallo "
		  "dank",
	.denies = "niet nooit",
	.denies_next = "geen zonder"},
    {.language = "pl",
	.talk = "porozmawiac rozmawiac rozmowa rozmowe rozmowy polaczyc "
		"polacz polaczcie polaczenie skontaktowac przelacz przelaczyc "
		"pogadac kontakt",
	.want = "chce chcialbym chcialabym potrzebuje prosze poprosze dajcie "
		"daj wole",
	.person = "czlowiek czlowiekiem czlowieka konsultant konsultanta "
		  "konsultantem konsultantka doradca doradcy doradce agent "
		  "agentem agenta pracownik pracownika pracownikiem osoba "
		  "obsluga+klienta obslugi+klienta operator operatora "
		  "operatorem przedstawiciel przedstawiciela przedstawicielem "
		  "zywym+czlowiekiem",
	.anybody = "kims ktos kogos",
	.office = "obsluga dzialem",
	.small = "z ze do mnie mi sie zywym prawdziwym jakims twoim waszym czy "
		 "moge mozna mozecie o i",
	.after = "kto+moze+pomoc",
	.helps = "",
	.then = "obslugi teraz prosze i natychmiast klienta",
	.polite = "prosze dziekuje teraz natychmiast nie tak czesc dzien dobry",
	.denies = "nie nigdy",
	.denies_next = "zaden zadnego bez"},
    {.language = "pt",
	.talk = "falar conversar transferir transfere transfira contatar "
		"contactar conectar passar passa chamar chama",
	.want = "quero queria gostaria preciso desejo prefiro tem",
	.person =
	    "atendente humano humana pessoa operador operadora "
	    "representante vendedor vendedora agente consultor consultora "
	    "atendimento+humano pessoa+real responsavel funcionario "
	    "funcionaria gerente ser+humano",
	.anybody = "alguem",
	.office = "suporte atendimento vendas",
	.small = "com um uma o a ao para pra me de real verdadeira verdadeiro "
		 "algum alguma seu sua posso pode poderia eu outro outra",
	.after = "com+quem+falar que+me+atenda que+me+ligue",
	.helps = "que+me+ajude",
	.then = "por agora real que e ja obrigado",
	.polite = "por favor obrigado obrigada agora ja ola oi sim nao real",
	.denies = "nao nunca nem",
	.denies_next = "nenhum nenhuma sem"},
    {.language = "sv",
	.talk = "prata tala chatta koppla kopplas kontakta snacka",
	.want = "vill behover onskar ge finns+det",
	.person = "manniska person handlaggare medarbetare kundtjanst agent "
		  "operator radgivare saljare kundservice riktig+person chef",
	.anybody = "nagon",
	.office = "support forsaljning teamet",
	.small =
	    "med en ett till mig oss riktig riktigt akta levande jag fa er "
	    "hos kan skulle fram vidare din dina annan",
	.after = "att+prata+med som+kan+hjalpa ringa+mig",
	.helps = "hjalpa+mig",
	.then = "nu tack som och istallet har",
	.polite = "tack snalla nu hej nej ja genast",
	.denies = "inte aldrig",
	.denies_next = "ingen inget utan"},
    {.language = "tr",
	.talk = "",
	.want = "",
	.person = "insan insanla insana insanlarla temsilci temsilcisi "
		  "temsilcisine temsilciye temsilcisiyle temsilciyle yetkili "
		  "yetkiliyle yetkiliye operator operatore operatorle danisman "
		  "danismana danismanla musteri+temsilcisi "
		  "musteri+temsilcisiyle musteri+temsilcisine canli+destek "
		  "gorevli gorevliyle musteri+hizmetleri "
		  "musteri+hizmetlerine",
	.anybody = "biriyle birine birisiyle birisine",
	.office = "",
	.small = "bir bana beni musteri gercek canli ile yetkili direkt",
	.after = "konusmak gorusmek gorusebilir konusabilir bagla baglayin "
		 "baglar baglanmak baglanabilir aktar aktarin aktarir yazismak "
		 "konusmam gorusmem istiyorum lazim baglan iletisime",
	.helps = "yardimci+olsun",
	.then = "",
	.polite = "lutfen simdi hemen evet hayir merhaba bana beni ver verin",
	.denies = "",
	.denies_next = "hicbir",
	.denies_before = "istemiyorum istemem istemiyoruz gerek+yok"},
};

const struct asked_tongue *
asked_tongue(size_t i)
{
	return i < ARRAY_LEN(tongues) ? &tongues[i] : NULL;
}
