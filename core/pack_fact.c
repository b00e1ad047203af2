/*
 * pack_fact: addresses, telephone numbers and numbers of orders, as people
 * write them. What might as well be a date, a price or a size is left out.
 */
#include "core/pack_internal.h"

#define FACT_MAX 64u
#define PHONE_MIN 7u
#define PHONE_MAX 15u
#define PHONE_LENGTH_MAX 40u
#define BEFORE_MAX 3u /* words between "order" and its number */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

bool
fact_token(struct str *text, struct str *out)
{
	static const char apart[] = " \t\r\n,;()<>[]{}\"'|";
	size_t n = 0;

	while (text->n > 0 && is_one_of(text->p[0], apart)) {
		text->p++;
		text->n--;
	}
	while (n < text->n && !is_one_of(text->p[n], apart))
		n++;
	*out = (struct str){text->p, n};
	text->p += n;
	text->n -= n;
	while (out->n > 0 && is_one_of(out->p[out->n - 1], ".:!?"))
		out->n--;
	return n > 0;
}

/* ---- e-mail --------------------------------------------------------------- */

static bool
address_part(struct str s, const char *also)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) &&
		    !is_one_of(s.p[i], also))
			return false;
	return s.n > 0 && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

bool
fact_is_address(struct str t)
{
	const char *at = memchr(t.p, '@', t.n);
	struct str local, domain;

	if (at == NULL || t.n > 254)
		return false;
	local = (struct str){t.p, (size_t)(at - t.p)};
	domain = (struct str){at + 1, t.n - local.n - 1};
	return address_part(local, "._%+-") && address_part(domain, ".-") &&
	       memchr(domain.p, '.', domain.n) != NULL &&
	       is_letter(domain.p[domain.n - 1]);
}

/* 2026-11-21, 21.11.2026, 21/11/26 */
static bool
is_date(struct str t)
{
	unsigned groups = 0;
	size_t i, run = 0;

	for (i = 0; i <= t.n; i++) {
		if (i < t.n && is_digit(t.p[i])) {
			run++;
			continue;
		}
		if (run == 0 || run > 4 ||
		    (i < t.n && !is_one_of(t.p[i], "-./")))
			return false;
		groups++;
		run = 0;
	}
	return groups == 3;
}

/* ---- telephone ------------------------------------------------------------ */

/*
 * How many bytes at the start of s are a telephone number, which begins with
 * "+" or "0": digits, and what people put between them; 0: it is none.
 */
static size_t
phone_length(struct str s)
{
	size_t i = 0, end = 0;
	unsigned digits = 0;

	if (s.p[0] == '(')
		i++;
	if (i >= s.n || (s.p[i] != '+' && s.p[i] != '0'))
		return 0;
	if (s.p[i] == '+')
		i++;
	if (s.n > PHONE_LENGTH_MAX)
		s.n = PHONE_LENGTH_MAX;
	for (; i < s.n && (is_digit(s.p[i]) || is_one_of(s.p[i], " -/()."));
	     i++)
		if (is_digit(s.p[i])) {
			digits++;
			end = i + 1;
		}
	if (digits < PHONE_MIN || digits > PHONE_MAX ||
	    (end < s.n && is_letter(s.p[end])))
		return 0;
	return end;
}

/* Where it begins, a number or a word must not be under way. */
static struct str
find_phone(struct str text)
{
	size_t i, n;

	for (i = 0; i < text.n; i++) {
		if (!is_one_of(text.p[i], "+0(") ||
		    (i > 0 &&
			(is_digit(text.p[i - 1]) || is_letter(text.p[i - 1]) ||
			    is_one_of(text.p[i - 1], ".-/#"))))
			continue;
		n = phone_length((struct str){text.p + i, text.n - i});
		if (n > 0 && !is_date((struct str){text.p + i, n}))
			return (struct str){text.p + i, n};
	}
	return (struct str){0};
}

/* ---- numbers of orders ---------------------------------------------------- */

static const char order_words[] =
    "order orders number no nr num id ticket case invoice reference ref "
    "tracking parcel bestellung bestellnummer auftrag auftragsnummer nummer "
    "rechnung sendung sendungsnummer kundennummer commande numero facture "
    "pedido factura ordine fattura bestelling bestelnummer factuur "
    "zamowienie zamowienia numer faktura encomenda fatura order "
    "bestallning ordernummer siparis numarasi takip";

static bool
is_order_word(struct str token)
{
	struct phrase p;

	if (token.n > FACT_MAX)
		return false;
	phrase_read(token, &p);
	return phrase_count(&p, order_words) > 0;
}

struct shape {
	unsigned digits, letters;
	bool letters_first, odd;
};

static struct shape
shape_of(struct str t)
{
	struct shape s = {0};
	size_t i;

	for (i = 0; i < t.n; i++) {
		s.digits += is_digit(t.p[i]);
		s.letters += is_letter(t.p[i]);
		if (!is_digit(t.p[i]) && !is_letter(t.p[i]) &&
		    !is_one_of(t.p[i], "-_/"))
			s.odd = true;
	}
	s.letters_first = t.n > 0 && is_letter(t.p[0]);
	return s;
}

/* "#4711", "A-10023", "2026-118832"; 4711 only behind a word that says so. */
static bool
is_order(struct str t, bool named)
{
	bool marked = t.n > 0 && t.p[0] == '#';
	struct shape s;

	if (marked)
		t = (struct str){t.p + 1, t.n - 1};
	s = shape_of(t);
	if (s.odd || s.digits < 3 || t.n > FACT_MAX || is_date(t))
		return false;
	if (marked || named)
		return true;
	if (s.letters > 0) /* "1000mah" is a size */
		return s.letters_first && s.digits >= 4;
	return s.digits >= 6;
}

static void
add_number(struct pack *out, struct str t)
{
	size_t i;

	if (out->phone.n > 0 && t.p >= out->phone.p &&
	    t.p < out->phone.p + out->phone.n)
		return;
	for (i = 0; i < out->number_count; i++)
		if (str_eq(out->numbers[i], t))
			return;
	if (out->number_count < PACK_NUMBERS_MAX)
		out->numbers[out->number_count++] = t;
}

/* Whose it is the words may say (core/theirs.h), or not. */
static void
add_mentioned(struct pack *out, struct str address)
{
	size_t i;

	for (i = 0; i < out->mentioned_count; i++)
		if (str_eq(out->mentioned[i], address))
			return;
	if (out->mentioned_count < PACK_MENTIONED_MAX)
		out->mentioned[out->mentioned_count++] = address;
}

void
facts_find(struct str text, struct pack *out)
{
	struct str phone = find_phone(text), token;
	unsigned since = BEFORE_MAX + 1; /* words since "order" */

	if (phone.n > 0)
		out->phone = phone;
	while (fact_token(&text, &token)) {
		since = is_order_word(token) ? 0
					     : since + (since <= BEFORE_MAX);
		if (fact_is_address(token))
			add_mentioned(out, token);
		else if (is_order(token, since <= BEFORE_MAX))
			add_number(out, token);
	}
}
