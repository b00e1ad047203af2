/* small_talk: the lists, in the languages of rank_lexicon.c. */
#include "workers/small_talk.h"
#include "workers/rank_words.h"

struct courtesy {
	enum small_talk talk;
	const char *words; /* folded, each with spaces around it */
	const char *reply;
};

static const struct courtesy courtesies[] = {
    {TALK_GREETING,
	" hi hello hey hiya heya howdy greetings morning afternoon evening ",
	"Hello! How can I help you?"},
    {TALK_GREETING, " hallo moin servus guten tag morgen abend ",
	"Hallo! Wie kann ich helfen?"},
    {TALK_GREETING, " bonjour bonsoir salut coucou ",
	"Bonjour ! Comment puis-je vous aider ?"},
    {TALK_GREETING, " hola buenos buenas dias tardes ",
	"\u00a1Hola! \u00bfEn qu\u00e9 puedo ayudarle?"},
    {TALK_GREETING, " buongiorno buonasera salve ",
	"Buongiorno! Come posso aiutarla?"},
    {TALK_GREETING, " hoi goedemorgen goedemiddag goedenavond goedendag ",
	"Hallo! Waarmee kan ik helpen?"},
    {TALK_GREETING, " ola oi bom boa dia tarde ",
	"Ol\u00e1! Como posso ajudar?"},
    {TALK_THANKS,
	" thanks thank thankyou thx thnx tnx ty tysm cheers appreciated "
	"appreciate ",
	"You're welcome!"},
    {TALK_THANKS, " danke dankeschon dankesehr dank vielen ",
	"Gern geschehen!"},
    {TALK_THANKS, " merci ", "Avec plaisir !"},
    {TALK_THANKS, " gracias ", "\u00a1De nada!"},
    {TALK_THANKS, " grazie ", "Prego!"},
    {TALK_THANKS, " bedankt dankjewel dankuwel ", "Graag gedaan!"},
    {TALK_THANKS, " obrigado obrigada ", "De nada!"},
    {TALK_BYE, " bye goodbye cya ", "Goodbye!"},
    {TALK_BYE, " tschuss tschuess wiedersehen wiederschauen ",
	"Auf Wiedersehen!"},
    {TALK_BYE, " revoir ", "Au revoir !"},
    {TALK_BYE, " adios ", "\u00a1Adi\u00f3s!"},
    {TALK_BYE, " ciao arrivederci ", "Arrivederci!"},
    {TALK_BYE, " doei ", "Tot ziens!"},
    {TALK_BYE, " tchau ", "At\u00e9 logo!"},
    {TALK_OK,
	" ok okay okey k kk alright great perfect cool fine nice super good "
	"wonderful awesome excellent lovely understood noted yes yep yeah yup "
	"no nope sure gut prima klar ja nein genau oui non si bien vale bene "
	"nee goed sim nao certo ",
	""},
    /* Say nothing by themselves. */
    {TALK_SILENCE,
	" there all everyone everybody folks team you u so very much many a an "
	"lot lots and for the your help to day dear sir madam again it that "
	"thats is was got just really i we me my see then well oh ah "
	"alles dir ihnen sehr schon auf zusammen ihr und fur die hilfe "
	"au beaucoup et a tous muchas y mille tante e heel erg muito ",
	""},
};

static bool
listed(const char *words, const struct word *w)
{
	char padded[WORD_MAX + 3];

	padded[0] = ' ';
	memcpy(padded + 1, w->text, w->n);
	padded[w->n + 1] = ' ';
	padded[w->n + 2] = '\0';
	return strstr(words, padded) != NULL;
}

static const struct courtesy *
courtesy_find(const struct word *w)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(courtesies); i++)
		if (listed(courtesies[i].words, w))
			return &courtesies[i];
	return NULL;
}

enum small_talk
small_talk_find(struct str message, struct str *reply)
{
	enum small_talk talk = TALK_SILENCE;
	const struct courtesy *c;
	struct word w;
	/* "?" alone: somebody is at a loss. */
	bool words = message.n > 0 && memchr(message.p, '?', message.n) != NULL;

	*reply = STR("");
	while (word_next(&message, &w)) {
		c = courtesy_find(&w);
		if (c == NULL)
			return TALK_NONE;
		words = true;
		if (c->talk <= talk)
			continue;
		talk = c->talk;
		*reply = str_from(c->reply);
	}
	/* "Are you there?", "help": no courtesy, only short. */
	return words && talk == TALK_SILENCE ? TALK_NONE : talk;
}

bool
small_talk_asks(struct str message)
{
	static const char first[] =
	    " how what whats which who whose when where why can could do does "
	    "did is are was were will would may should shall have has am any "
	    "wie was wo wann wer warum welche kann konnen kannst konnt haben "
	    "habt hat gibt ist sind darf muss "
	    "comment quand ou qui quel quelle combien pourquoi est peut puis "
	    "pouvez avez y "
	    "que como cuando donde cual cuanto puedo puede tienen hay "
	    "come quando dove quale quanto posso avete c e "
	    "hoe wat waar wanneer welke kan mag heeft hebben zijn "
	    "onde qual ha tem posso pode ";
	struct str rest = message;
	struct word w;
	size_t n = message.n;

	while (n > 0 && (message.p[n - 1] == ' ' || message.p[n - 1] == '\n'))
		n--;
	if (n > 0 && message.p[n - 1] == '?')
		return true;
	return word_next(&rest, &w) && listed(first, &w);
}
