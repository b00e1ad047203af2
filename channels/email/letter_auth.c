/*
 * letter_auth: what the receiving server says of a mail, in its fields
 * Authentication-Results (RFC 8601). Parts of these fields are words of whoever
 * wrote the mail, in quotes and in comments, so they are read by their grammar
 * and never searched. Whatever cannot be read is no good result.
 */
#include "channels/email/letter_in_inner.h"

/* ---- words, by RFC 5322 and 2045 ---------------------------------------- */

enum lexeme {
	LEXEME_END,
	LEXEME_WORD,
	LEXEME_QUOTED, /* without its quotes, with its backslashes */
	LEXEME_SIGN,   /* one byte */
	LEXEME_BROKEN, /* a quote or a comment that does not end */
};

struct scan {
	struct str rest;
	const char *signs; /* each is a lexeme by itself */
	enum lexeme lexeme;
	struct str text;
};

/* How long what begins with `open` is; 0: it does not end. Quotes do not nest,
 * comments do. */
static size_t
enclosed(struct str s, char open, char close)
{
	size_t i, depth = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && depth > 0)
			i++;
		else if (s.p[i] == close && depth == 1)
			return i + 1;
		else if (s.p[i] == close && depth > 0)
			depth--;
		else if (s.p[i] == open)
			depth++;
	}
	return 0;
}

/* White space and comments. False: one does not end. */
static bool
skip(struct scan *s)
{
	while (s->rest.n > 0) {
		size_t n = 1;

		if (s->rest.p[0] == '(')
			n = enclosed(s->rest, '(', ')');
		else if (!lex_space(s->rest.p[0]))
			return true;
		if (n == 0)
			return false;
		s->rest = lex_from(s->rest, n);
	}
	return true;
}

static bool
is_sign(const struct scan *s, char c)
{
	return c != '\0' && strchr(s->signs, c) != NULL;
}

static size_t
word_length(const struct scan *s)
{
	size_t n = 0;

	while (n < s->rest.n && !lex_space(s->rest.p[n]) &&
	       s->rest.p[n] != '(' && s->rest.p[n] != '"' &&
	       !is_sign(s, s->rest.p[n]))
		n++;
	return n;
}

static void
take(struct scan *s, enum lexeme lexeme, size_t n, size_t edge)
{
	s->lexeme = lexeme;
	s->text = lex_upto(lex_from(s->rest, edge), n - 2 * edge);
	s->rest = lex_from(s->rest, n);
}

static void
next(struct scan *s)
{
	size_t n;

	if (!skip(s))
		take(s, LEXEME_BROKEN, s->rest.n, 0);
	else if (s->rest.n == 0)
		take(s, LEXEME_END, 0, 0);
	else if (is_sign(s, s->rest.p[0]))
		take(s, LEXEME_SIGN, 1, 0);
	else if (s->rest.p[0] != '"')
		take(s, LEXEME_WORD, word_length(s), 0);
	else if ((n = enclosed(s->rest, '"', '"')) > 0)
		take(s, LEXEME_QUOTED, n, 1);
	else
		take(s, LEXEME_BROKEN, s->rest.n, 0);
}

static bool
at_sign(const struct scan *s, char sign)
{
	return s->lexeme == LEXEME_SIGN && s->text.p[0] == sign;
}

static bool
at_end(const struct scan *s)
{
	return s->lexeme == LEXEME_END || s->lexeme == LEXEME_BROKEN;
}

static bool
at_word(const struct scan *s, struct str word)
{
	return s->lexeme == LEXEME_WORD && lex_same(s->text, word);
}

/* ---- Authentication-Results --------------------------------------------- */

/* What RFC 2045 calls tspecials, without those of quotes and comments. */
#define RESULT_SIGNS "<>@,;:\\/[]?="

/* From the worst. */
enum verdict {
	VERDICT_REJECT,
	VERDICT_FAIL,
	VERDICT_QUARANTINE,
	VERDICT_POLICY,
	VERDICT_PERMERROR,
	VERDICT_TEMPERROR,
	VERDICT_NEUTRAL,
	VERDICT_NONE,
	VERDICT_BESTGUESSPASS,
	VERDICT_PASS,
	VERDICTS, /* nothing is said */
};

static const char *const verdicts[VERDICTS + 1] = {
    [VERDICT_REJECT] = "reject",
    [VERDICT_FAIL] = "fail",
    [VERDICT_QUARANTINE] = "quarantine",
    [VERDICT_POLICY] = "policy",
    [VERDICT_PERMERROR] = "permerror",
    [VERDICT_TEMPERROR] = "temperror",
    [VERDICT_NEUTRAL] = "neutral",
    [VERDICT_NONE] = "none",
    [VERDICT_BESTGUESSPASS] = "bestguesspass",
    [VERDICT_PASS] = "pass",
    [VERDICTS] = "",
};

static enum verdict
worse(enum verdict a, enum verdict b)
{
	return a < b ? a : b;
}

/* Behind "dmarc =". Words that only begin like a result are none. */
static enum verdict
read_verdict(struct scan *s)
{
	enum verdict v = 0;

	while (v < VERDICTS && !at_word(s, str_from(verdicts[v])))
		v++;
	if (v == VERDICTS)
		return VERDICT_PERMERROR;
	next(s);
	if (s->lexeme == LEXEME_BROKEN ||
	    (s->lexeme == LEXEME_SIGN && !at_sign(s, ';')))
		return VERDICT_PERMERROR;
	return v;
}

/* Behind a ";": a method, its result, and what the result is about. */
static enum verdict
read_method(struct scan *s)
{
	bool dmarc = at_word(s, STR("dmarc"));
	enum verdict v = VERDICTS;

	while (dmarc && !at_end(s) && !at_sign(s, ';') && !at_sign(s, '='))
		next(s); /* its version */
	if (dmarc && at_sign(s, '=')) {
		next(s);
		v = read_verdict(s);
	}
	while (!at_end(s) && !at_sign(s, ';'))
		next(s);
	return v;
}

/* Quoted or not. */
static bool
names_us(const struct scan *s, struct str us)
{
	size_t i, n = 0;

	if (s->lexeme != LEXEME_QUOTED)
		return at_word(s, us);
	for (i = 0; i < s->text.n; i++) {
		if (s->text.p[i] == '\\' && i + 1 < s->text.n)
			i++;
		if (n == us.n ||
		    lex_lower(us.p[n++]) != lex_lower(s->text.p[i]))
			return false;
	}
	return n == us.n;
}

/* All that a field says of DMARC, if it is in our server's name. What is
 * broken may have lost the worst of it. */
static enum verdict
read_results(struct str field, struct str us)
{
	struct scan s = {.rest = field, .signs = RESULT_SIGNS};
	enum verdict v = VERDICTS;

	next(&s);
	if (!names_us(&s, us))
		return VERDICTS;
	while (!at_end(&s) && !at_sign(&s, ';'))
		next(&s);
	while (at_sign(&s, ';')) {
		next(&s);
		v = worse(v, read_method(&s));
	}
	return s.lexeme == LEXEME_BROKEN ? worse(v, VERDICT_PERMERROR) : v;
}

/* ---- where they stand --------------------------------------------------- */

/* The host that wrote a Received field; empty: it does not say. */
static struct str
written_by(struct str field)
{
	struct scan s = {.rest = field, .signs = ";"};

	next(&s);
	if (at_word(&s, STR("from"))) {
		next(&s); /* a name that the sender gave: "by", perhaps */
		next(&s);
	}
	while (!at_end(&s) && !at_word(&s, STR("by")))
		next(&s);
	next(&s);
	return s.lexeme == LEXEME_WORD ? s.text : STR("");
}

/* Of the same domain, or a name that only has meaning inside: "localhost". */
static bool
is_near(struct str host, struct str us)
{
	struct str domain = us, behind = host;

	(void)lex_cut(&domain, '.');
	(void)lex_cut(&behind, '.');
	if (host.n == 0)
		return false;
	if (memchr(host.p, '.', host.n) == NULL || lex_same(host, us))
		return true;
	if (memchr(domain.p, '.', domain.n) == NULL)
		domain = us; /* "shop.example": all within it */
	return lex_same(host, domain) || lex_same(behind, domain);
}

struct place {
	bool
	    received; /* a Received field was seen: that of who gave it to us */
	bool below;   /* and one of somebody before them */
};

static void
pass(struct place *p, const struct mime_field *f, struct str us)
{
	if (!lex_same(f->name, STR("Received")))
		return;
	if (p->received && !is_near(written_by(f->value), us))
		p->below = true;
	p->received = true;
}

/*
 * The worst of all that our server says. Below the first Received of a server
 * that is not ours, whoever wrote the mail may have written the field, too; no
 * good result there is believed. One can forge that Received as well: that our
 * server takes off fields in its name (RFC 8601, 5) is what it rests on.
 */
const char *
claims_dmarc(struct judging *j)
{
	const struct mime_part *root = j->out->mime.root;
	struct str us = j->ask->authserv;
	enum verdict worst = VERDICTS;
	struct place place = {0};
	size_t i;

	for (i = 0; i < root->field_count && us.n > 0; i++) {
		const struct mime_field *f = &root->fields[i];
		enum verdict v;

		pass(&place, f, us);
		if (!lex_same(f->name, STR("Authentication-Results")))
			continue;
		v = read_results(f->value, us);
		if (!place.below || v <= VERDICT_QUARANTINE)
			worst = worse(worst, v);
	}
	return verdicts[worst];
}
