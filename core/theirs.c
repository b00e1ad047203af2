/*
 * theirs: what stands right before the address, or right behind it, with small
 * words between, in the same clause.
 */
#include "core/theirs.h"
#include "core/pack_internal.h"

#define ALONE_MAX 8u /* words that mean nothing, beside it */
#define NEAR_BYTES 400u
#define BETWEEN_MAX 5u /* small words between "my e-mail" and it */

/* "my e-mail", and other words that an address of one's own follows. */
static const char owns[] =
    "my+email my+mail my+address my+id my+contact my+emailaddress "
    "my+email+address my+mail+address my+email+id my+email+adress mine im i+am "
    "reach+me contact+me write+me mail+me email+me message+me answer+me "
    "write+to+me reply+to+me respond+to+me get+back+to+me notify+me "
    "let+me+know inform+me send+it+to+me send+that+to+me "
    "meine+email meine+mail meine+adresse meine+emailadresse "
    "meine+mailadresse meine+email+adresse meine+mail+adresse ich+bin "
    "sie+mich du+mich ihr+mich erreichen+mich erreichst+mich mich+unter "
    "sie+mir schreib+mir schreibt+mir erreichbar "
    "mon+email mon+mail mon+adresse mon+adresse+mail mon+adresse+email "
    "mon+courriel je+suis contactez+moi ecrivez+moi repondez+moi envoyez+moi "
    "me+contacter me+joindre m+ecrire me+repondre joignable "
    "mi+correo mi+email mi+mail mi+direccion mi+correo+electronico "
    "mi+direccion+de+correo soy escribanme escribame escribeme contactenme "
    "contacteme contactame respondanme respondame avisenme "
    "mia+email mia+mail mio+indirizzo mio+indirizzo+email mio+indirizzo+mail "
    "sono scrivetemi scrivimi scrivermi contattatemi contattami contattarmi "
    "rispondetemi rispondermi "
    "mijn+email mijn+mail mijn+adres mijn+emailadres mijn+mailadres ik+ben "
    "mail+mij bereik+me bereik+mij bereiken+op bereikbaar schrijf+me "
    "schrijf+mij mailen+naar "
    "moj+email moj+mail moj+adres moj+adres+email moj+adres+mailowy jestem "
    "do+mnie ze+mna "
    "meu+email meu+mail meu+endereco meu+endereco+de+email sou escreva+me "
    "contacte+me contate+me responda+me "
    "min+email min+mail min+mejl min+epost min+adress min+emailadress "
    "min+mailadress min+mejladress min+epostadress jag+ar till+mig na+mig "
    "maila+mig mejla+mig kontakta+mig "
    "epostam mailim emailim adresim eposta+adresim mail+adresim "
    "email+adresim bana";

/* An address follows these, too, where they are said to who reads it. */
static const char orders[] =
    "write+to mail+to email+to send+to send+it+to send+that+to answer+to "
    "reply+to schreiben+sie+an schicken+sie+es+an ecrivez+a envoyez+a "
    "escriban+a scrivete+a";

/* May stand between, or beside an address that is alone. */
static const char small[] =
    "is are s at to under on via address adress by per here the following it "
    "its would be as and also email mail contact "
    "ist lautet heisst unter an auf adresse emailadresse und auch die der "
    "est a au sur l et la "
    "es en e direccion correo y la el "
    "alla presso indirizzo al il "
    "op naar adres en "
    "to na adres pod jest i "
    "para endereco o no em "
    "ar pa adress till och "
    "adresi de da";

/* Beside it, and nothing is said. */
static const char nothing[] =
    "hi hello hey yes yeah yep sure ok okay of course please thanks thank you "
    "very much my this that then so cheers for me regards best great fine "
    "hallo ja klar gerne bitte danke meine hier sehr vielen dank gut "
    "bonjour oui voici mon c merci beaucoup d accord s il vous plait "
    "hola si claro mi este esta gracias muchas por favor "
    "ciao ecco mia mio grazie mille prego va bene certo "
    "dag graag mijn hier bedankt dank u wel je "
    "czesc tak moj oto prosze dziekuje bardzo "
    "ola sim meu minha aqui obrigado obrigada muito "
    "hej jag min har tack sa mycket garna "
    "merhaba evet benim iste tesekkurler tesekkur ederim lutfen";

/* Right behind it. */
static const char is_mine[] =
    "is+my is+mine is+me its+my its+mine thats+my thats+mine this+is+my "
    "ist+meine ist+mein est+mon est+la+mienne es+mi es+mio es+el+mio e+la+mia "
    "e+il+mio is+mijn to+moj jest+moj e+meu e+o+meu ar+min benim";

/* Before what would make it theirs. */
static const char denies[] =
    "not dont doesnt isnt never no nicht kein keine nie pas jamais no nunca "
    "non mai niet geen nie nao nunca inte aldrig degil";

/* Before an order, where it does not begin with it. */
static const char asks[] =
    "please pls then just or and bitte dann svp plait favor favore alsjeblieft";

struct str
theirs_next(struct str *text)
{
	struct str token;

	/* Most texts have none, and are not taken apart. */
	if (text->n == 0 || memchr(text->p, '@', text->n) == NULL)
		return (struct str){0};
	while (fact_token(text, &token))
		if (fact_is_address(token))
			return token;
	return (struct str){0};
}

static bool
is_one(const struct phrase *p, size_t at, const char *list)
{
	return phrase_match(p, at, list) > 0;
}

/* From `at` to the end nothing but small words, in one clause. */
static bool
leads_on(const struct phrase *p, size_t at)
{
	if (p->n - at > BETWEEN_MAX)
		return false;
	for (; at < p->n; at++)
		if (p->words[at].begins || !is_one(p, at, small))
			return false;
	return true;
}

static bool
denied(const struct phrase *p, size_t at)
{
	return at > 0 && !p->words[at].begins && is_one(p, at - 1, denies);
}

/* "my e-mail address is" */
static bool
owned(const struct phrase *before)
{
	size_t at, n;

	for (at = before->n; at-- > 0;) {
		n = phrase_match(before, at, owns);
		if (n > 0 && leads_on(before, at + n) && !denied(before, at))
			return true;
		n = phrase_match(before, at, orders);
		if (n > 0 && at + n == before->n &&
		    (before->words[at].begins || is_one(before, at - 1, asks)))
			return true;
		if (before->n - at > BETWEEN_MAX + 4)
			break;
	}
	return false;
}

static bool
says_nothing(const struct phrase *p)
{
	size_t at;

	for (at = 0; at < p->n; at++)
		if (!is_one(p, at, small) && !is_one(p, at, nothing))
			return false;
	return p->n <= ALONE_MAX;
}

bool
theirs_given(struct str text, struct str address)
{
	const char *end = address.p + address.n;
	struct str head = {text.p, (size_t)(address.p - text.p)};
	struct str tail = {end, (size_t)(text.p + text.n - end)};
	struct phrase before, behind;

	/* Of a long text only what is near counts. */
	if (head.n > NEAR_BYTES) {
		head.p += head.n - NEAR_BYTES;
		head.n = NEAR_BYTES;
	}
	if (tail.n > NEAR_BYTES)
		tail.n = NEAR_BYTES;
	phrase_read(head, &before);
	phrase_read(tail, &behind);
	if (owned(&before) || (behind.n > 0 && !denied(&behind, 0) &&
				  is_one(&behind, 0, is_mine)))
		return true;
	return text.n < NEAR_BYTES && says_nothing(&before) &&
	       says_nothing(&behind);
}
