/*
 * asked: each word is given what it can be in a language; then a verb and a
 * person are looked for, with small words between.
 */
#include "core/asked.h"

enum use {
	TALK = 1 << 0,
	WANT = 1 << 1,
	PERSON = 1 << 2,
	ANYBODY = 1 << 3,
	OFFICE = 1 << 4,
	SMALL = 1 << 5,
	AFTER = 1 << 6,
	HELPS = 1 << 7,
	THEN = 1 << 8,
	POLITE = 1 << 9,
	NOT = 1 << 10,
	NONE = 1 << 11,
	NOT_AFTER = 1 << 12,
};

#define WHOM (PERSON | ANYBODY)
#define VERB (TALK | WANT)
#define BETWEEN (SMALL | POLITE | VERB)
#define APART_MAX 8u  /* words between a verb and a person */
#define DENIED_MAX 6u /* words between "not" and what is denied */
#define BUTTON_MAX 8u /* words of a button */

/* A phrase, read in one language. */
struct reading {
	const struct phrase *p;
	unsigned use[PHRASE_WORDS_MAX];
};

static void
mark(struct reading *r, const char *list, unsigned use)
{
	size_t at, n, i;

	for (at = 0; list != NULL && at < r->p->n; at++) {
		n = phrase_match(r->p, at, list);
		for (i = 0; i < n; i++)
			r->use[at + i] |= use;
	}
}

static bool
names_a_person(const struct phrase *p, const struct asked_tongue *t)
{
	return phrase_count(p, t->person) > 0 ||
	       phrase_count(p, t->anybody) > 0 ||
	       phrase_count(p, t->office) > 0;
}

static void
read_in(struct reading *r, const struct phrase *p, const struct asked_tongue *t)
{
	const struct {
		const char *list;
		enum use use;
	} lists[] = {{t->talk, TALK}, {t->want, WANT}, {t->person, PERSON},
	    {t->anybody, ANYBODY}, {t->office, OFFICE}, {t->small, SMALL},
	    {t->after, AFTER}, {t->helps, HELPS}, {t->then, THEN},
	    {t->polite, POLITE}, {t->denies, NOT}, {t->denies_next, NONE},
	    {t->denies_before, NOT_AFTER}};

	memset(r->use, 0, p->n * sizeof(*r->use));
	r->p = p;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		mark(r, lists[i].list, lists[i].use);
}

/* In the same clause as the word before it? */
static bool
goes_on(const struct reading *r, size_t at)
{
	return at < r->p->n && !r->p->words[at].begins;
}

/* Is what begins at `from` and ends before `to` denied? */
static bool
denied(const struct reading *r, size_t from, size_t to)
{
	size_t at, steps;

	if (!r->p->words[from].begins && (r->use[from - 1] & NONE) != 0)
		return true;
	at = from;
	for (steps = 0; steps < DENIED_MAX && !r->p->words[at].begins;
	     steps++) {
		at--;
		if ((r->use[at] & NOT) != 0)
			return true;
		if ((r->use[at] & (BETWEEN | WHOM)) == 0)
			break;
	}
	for (at = to; goes_on(r, at) && at < to + DENIED_MAX; at++)
		if ((r->use[at] & NOT_AFTER) != 0)
			return true;
	return false;
}

/* Behind all words that together name whom. */
static size_t
after_whom(const struct reading *r, size_t at)
{
	do
		at++;
	while (goes_on(r, at) && (r->use[at] & (WHOM | OFFICE)) != 0);
	return at;
}

/* "talk to a human", "need an agent please": a verb first. */
static bool
verb_first(const struct reading *r, size_t from)
{
	bool talk = false;
	size_t at = from, end;
	unsigned whom;

	if ((r->use[from] & VERB) == 0)
		return false;
	do {
		talk |= (r->use[at] & TALK) != 0;
		at++;
		whom = talk ? WHOM | OFFICE : WHOM;
	} while (at - from <= APART_MAX && goes_on(r, at) &&
		 (r->use[at] & whom) == 0 && (r->use[at] & BETWEEN) != 0);
	if (!goes_on(r, at) || (r->use[at] & whom) == 0)
		return false;
	end = after_whom(r, at);
	if (!talk && goes_on(r, end) &&
	    (r->use[end] & (THEN | POLITE | VERB | AFTER)) == 0)
		return false;
	return !denied(r, from, end);
}

/* "someone call me", "einem Menschen sprechen": the person first. */
static bool
person_first(const struct reading *r, size_t from)
{
	size_t end, at;
	unsigned does = (r->use[from] & PERSON) != 0	? AFTER | HELPS
			: (r->use[from] & ANYBODY) != 0 ? AFTER
							: TALK;

	if ((r->use[from] & (WHOM | OFFICE)) == 0)
		return false;
	end = at = after_whom(r, from);
	/* "a person, I can talk to" is one thing in spite of the comma */
	while (at < r->p->n && at - end <= APART_MAX / 2 &&
	       (r->use[at] & does) == 0 && (r->use[at] & (SMALL | POLITE)) != 0)
		at++;
	if (at >= r->p->n || (r->use[at] & does) == 0)
		return false;
	return !denied(r, from, at + 1);
}

/* "agent please": no word says anything else. */
static bool
bare(const struct reading *r)
{
	bool person = false;
	size_t at;

	for (at = 0; at < r->p->n; at++) {
		person |= (r->use[at] & PERSON) != 0;
		if ((r->use[at] & (PERSON | BETWEEN)) == 0)
			return false;
		if ((r->use[at] & PERSON) != 0 && denied(r, at, at + 1))
			return false;
	}
	return person;
}

/* A clause that begins there says nothing else, and asks: "human please". */
static bool
bare_clause(const struct reading *r, size_t from)
{
	bool person = false, polite = false;
	size_t at = from;

	if (!r->p->words[from].begins)
		return false;
	do {
		person |= (r->use[at] & PERSON) != 0;
		polite |= (r->use[at] & POLITE) != 0;
		if ((r->use[at] & (PERSON | BETWEEN)) == 0 ||
		    ((r->use[at] & PERSON) != 0 && denied(r, at, at + 1)))
			return false;
	} while (goes_on(r, ++at));
	return person && polite;
}

static bool
asked_in(const struct phrase *p, const struct asked_tongue *t)
{
	struct reading r;
	size_t at;

	if (!names_a_person(p, t))
		return false;
	read_in(&r, p, t);
	if (bare(&r))
		return true;
	for (at = 0; at < p->n; at++)
		if (verb_first(&r, at) || person_first(&r, at) ||
		    bare_clause(&r, at))
			return true;
	return false;
}

bool
asked_for_person(const struct phrase *p)
{
	const struct asked_tongue *t;
	size_t i;

	for (i = 0; (t = asked_tongue(i)) != NULL; i++)
		if (asked_in(p, t))
			return true;
	return false;
}

void
asked_spots(struct phrase_spots *out)
{
	const struct asked_tongue *t;
	size_t i;

	*out = (struct phrase_spots){0};
	for (i = 0; (t = asked_tongue(i)) != NULL; i++) {
		phrase_spots_add(out, t->person);
		phrase_spots_add(out, t->anybody);
		phrase_spots_add(out, t->office);
	}
}

/* By a few words before it, in whatever language. */
static bool
denied_anyhow(const struct phrase *p, size_t at)
{
	const struct asked_tongue *t;
	size_t i, steps, from = at;

	for (steps = 0; steps < 3 && !p->words[from].begins; steps++) {
		from--;
		for (i = 0; (t = asked_tongue(i)) != NULL; i++)
			if (phrase_match(p, from, t->denies) > 0 ||
			    (steps == 0 &&
				phrase_match(p, from, t->denies_next) > 0))
				return true;
	}
	return false;
}

bool
asked_in_words(const struct phrase *p, const struct str *words, size_t count)
{
	struct phrase part;
	size_t i, at;

	for (i = 0; i < count; i++) {
		phrase_read(words[i], &part);
		at = phrase_find(p, &part);
		if (at < p->n && !denied_anyhow(p, at))
			return true;
	}
	return false;
}

bool
asked_by_button(struct str value)
{
	struct phrase p;

	phrase_read(value, &p);
	return p.n <= BUTTON_MAX &&
	       (asked_for_person(&p) ||
		   (p.n == 1 && phrase_count(&p, "handoff escalate") == 1));
}
