/* language: words that are frequent in one language, and rare in the others. */
#include "core/language.h"

#define VOTES_MIN 2u /* one word may be of any language */

static const struct {
	const char *language, *words;
} small_words[LANGUAGES] = {
    {"en", "the is are you my i to of and it for not have this what how can "
	   "do your with that when where please was be im dont hello thanks"},
    {"de", "ich ist der die das und nicht ein eine einen sie mein meine mit "
	   "zu wie wo wann fur auf habe haben kann bitte es sind war wir mir "
	   "mich danke hallo noch von"},
    {"fr", "je le la les est et vous mon ma mes pas une des pour que qui dans "
	   "avec ou suis ce votre bonjour merci sur au il j c quand comment"},
    {"es", "el los que es mi por una un y no con para esta como donde cuando "
	   "hola gracias quiero puedo tengo su del lo muy mis al pedido se"},
    {"it", "il che e di non un una per mio mia sono con come dove quando ciao "
	   "grazie vorrei posso ho della mi ordine le gli questo questa lo"},
    {"nl", "ik de het een is niet mijn en van met voor hoe waar wanneer kan "
	   "heb zijn u je wat dat op aan bedankt hallo bestelling geen ook"},
    {"pl", "nie jest w na sie z do to jak gdzie kiedy moje moj czy mam prosze "
	   "dziekuje dzien dobry ja za o mnie zamowienie ile co"},
    {"pt", "o que e nao um uma meu minha para com como onde quando ola "
	   "obrigado obrigada quero posso tenho voce do da os eu pedido por"},
    {"sv", "jag ar det och inte en ett min mitt mina att med hur var nar kan "
	   "har pa for till hej tack ni vad som av den bestallning"},
    {"tr", "bir ve bu ne benim icin nasil nerede zaman var mi cok ile degil "
	   "merhaba tesekkurler siparisim istiyorum ben da de kadar lutfen"},
};

void
language_listen(struct language_votes *v, const struct phrase *p)
{
	for (size_t i = 0; i < LANGUAGES; i++)
		v->n[i] += phrase_count(p, small_words[i].words);
}

struct str
language_guess(const struct language_votes *v)
{
	size_t i, best = 0;
	bool alone = true;

	for (i = 1; i < LANGUAGES; i++) {
		if (v->n[i] > v->n[best])
			best = i;
		else if (v->n[i] < v->n[best])
			continue;
		alone = best == i;
	}
	return alone && v->n[best] >= VOTES_MIN
		   ? str_from(small_words[best].language)
		   : STR("");
}
