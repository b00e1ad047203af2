/*
 * said: all words in a row, and for each word, and for each two that follow
 * each other, a list of the places where they stand. A phrase is compared at
 * the places of its rarest two words: many phrases begin alike, and someone
 * may write the words of each in twos ("how much" here, "much is" there).
 */
#include "core/said.h"

#include <stdlib.h>

#define BUCKETS (1u << 17)

struct place {
	struct word w;
	uint32_t left; /* words up to the end of its text, with this one */
};

/*
 * An entry is twice a place for the word, and one more for the pair; the lists
 * count from 1, and 0 ends them.
 */
struct said {
	uint32_t first[BUCKETS], count[BUCKETS];
	struct place *places;
	uint32_t *next;
	size_t n;
};

static uint32_t
bucket_of(const struct word *w)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < w->n; i++)
		h = (h ^ (unsigned char)w->text[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)((h ^ h >> 32) % BUCKETS);
}

static uint32_t
bucket_of_pair(uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)((h >> 40) % BUCKETS);
}

static void
enter(struct said *s, uint32_t bucket, size_t entry)
{
	s->next[entry] = s->first[bucket];
	s->first[bucket] = (uint32_t)entry + 1;
	s->count[bucket]++;
}

static void
add(struct said *s, const struct phrase *p)
{
	uint32_t own, before = 0;

	for (size_t i = 0; i < p->n; i++) {
		s->places[s->n] = (struct place){
		    .w = p->words[i].w, .left = (uint32_t)(p->n - i)};
		own = bucket_of(&p->words[i].w);
		enter(s, own, 2 * s->n);
		if (i > 0)
			enter(s, bucket_of_pair(before, own), 2 * s->n - 1);
		before = own;
		s->n++;
	}
}

struct said *
said_new(const struct str *texts, size_t count)
{
	struct said *s = calloc(1, sizeof(*s));
	size_t most = (count + 1) * PHRASE_WORDS_MAX;
	struct phrase p;

	if (s == NULL)
		return NULL;
	/* Room that is not used is never touched. */
	s->places = malloc(most * sizeof(*s->places));
	s->next = malloc(2 * most * sizeof(*s->next));
	if (s->places == NULL || s->next == NULL) {
		said_free(s);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		phrase_read(texts[i], &p);
		add(s, &p);
	}
	return s;
}

void
said_free(struct said *s)
{
	if (s == NULL)
		return;
	free(s->places);
	free(s->next);
	free(s);
}

static bool
stands_at(const struct said *s, size_t place, const struct phrase *part)
{
	const struct place *at = &s->places[place];

	if (at->left < part->n)
		return false;
	for (size_t i = 0; i < part->n; i++)
		if (at[i].w.n != part->words[i].w.n ||
		    memcmp(at[i].w.text, part->words[i].w.text, at[i].w.n) != 0)
			return false;
	return true;
}

/* The bucket with the fewest places, and which word of the phrase it is for. */
static uint32_t
rarest(const struct said *s, const struct phrase *part, size_t *word)
{
	uint32_t before = bucket_of(&part->words[0].w), own, pair, best;

	best = before;
	*word = 0;
	for (size_t i = 1; i < part->n; i++) {
		own = bucket_of(&part->words[i].w);
		pair = bucket_of_pair(before, own);
		if (i == 1 || s->count[pair] < s->count[best]) {
			best = pair;
			*word = i - 1;
		}
		before = own;
	}
	return best;
}

bool
said_has(const struct said *s, const struct phrase *part)
{
	uint32_t entry;
	size_t word, place;

	if (part->n == 0)
		return false;
	entry = s->first[rarest(s, part, &word)];
	for (; entry > 0; entry = s->next[entry - 1]) {
		place = (entry - 1) / 2;
		if (place >= word && stands_at(s, place - word, part))
			return true;
	}
	return false;
}
