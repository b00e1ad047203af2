/* mood: the strongest of the languages counts, and how loud it is. */
#include "core/mood.h"

#define BEFORE_MAX 3u	/* words that may make the next weaker or stronger */
#define LETTERS_MIN 12u /* fewer capitals are an abbreviation */
#define WORDS_MIN 3u

/* Is one of the list among the few words before `at`, in its clause? */
static bool
before(const struct phrase *p, size_t at, const char *list)
{
	size_t steps;

	for (steps = 0; steps < BEFORE_MAX && !p->words[at].begins; steps++)
		if (phrase_match(p, --at, list) > 0)
			return true;
	return false;
}

/* In some languages "not" comes behind. */
static bool
denied(const struct phrase *p, size_t at, size_t n, const char *list)
{
	return before(p, at, list) ||
	       (at + n < p->n && !p->words[at + n].begins &&
		   phrase_match(p, at + n, list) > 0);
}

static int
weigh(const struct phrase *p, size_t at, const struct mood_tongue *t, size_t *n)
{
	const char *const lists[] = {t->rage, t->anger, t->upset};
	int weight = 0;

	*n = 0;
	for (size_t i = 0; i < ARRAY_LEN(lists) && *n == 0; i++) {
		*n = phrase_match(p, at, lists[i]);
		weight = MOOD_ANGRY - (int)i;
	}
	if (*n == 0 || denied(p, at, *n, t->denies))
		return 0;
	if (before(p, at, t->less))
		weight--;
	if (before(p, at, t->more))
		weight++;
	return weight;
}

static int
words_of(const struct phrase *p, const struct mood_tongue *t)
{
	int score = 0;
	size_t at = 0, n;

	while (at < p->n) {
		score += weigh(p, at, t, &n);
		at += n > 0 ? n : 1;
	}
	return score;
}

/* ---- how loud ------------------------------------------------------------ */

static bool
in_capitals(struct str text, const struct phrase *p)
{
	size_t i, large = 0, small = 0;

	for (i = 0; i < text.n; i++) {
		large += text.p[i] >= 'A' && text.p[i] <= 'Z';
		small += text.p[i] >= 'a' && text.p[i] <= 'z';
	}
	return p->n >= WORDS_MIN && large >= LETTERS_MIN && large >= 5 * small;
}

/* "!!", "?!", "??" */
static bool
exclaims(struct str text)
{
	size_t i, run = 0;

	for (i = 0; i < text.n && run < 2; i++)
		run = text.p[i] == '!' || text.p[i] == '?' ? run + 1 : 0;
	return run >= 2;
}

static bool
is_glad(const struct phrase *p)
{
	const struct mood_tongue *t;
	size_t i;

	for (i = 0; (t = mood_tongue(i)) != NULL; i++)
		if (phrase_count(p, t->glad) > 0)
			return true;
	return false;
}

static int
loudness(struct str text, const struct phrase *p)
{
	int loud = 0;

	if (in_capitals(text, p))
		loud += 2;
	if (exclaims(text))
		loud++;
	return loud;
}

int
mood_score(
    struct str text, const struct phrase *p, const struct phrase_spots *spots)
{
	const struct mood_tongue *t;
	int words = 0, loud = loudness(text, p);
	bool said = spots == NULL || phrase_spots_any(spots, p);
	size_t i;

	for (i = 0; said && (t = mood_tongue(i)) != NULL; i++) {
		int score = words_of(p, t);

		if (score > words)
			words = score;
	}
	/* Who shouts may do so for joy. */
	if (loud > 0 && words + loud >= MOOD_ANGRY && is_glad(p))
		loud = 0;
	return words + loud;
}

void
mood_spots(struct phrase_spots *out)
{
	const struct mood_tongue *t;
	size_t i;

	*out = (struct phrase_spots){0};
	for (i = 0; (t = mood_tongue(i)) != NULL; i++) {
		phrase_spots_add(out, t->rage);
		phrase_spots_add(out, t->anger);
		phrase_spots_add(out, t->upset);
	}
}

bool
mood_angry(struct str text, const struct phrase_spots *spots)
{
	struct phrase p;

	phrase_read(text, &p);
	return mood_score(text, &p, spots) >= MOOD_ANGRY;
}
