/* phrase: every list is searched from its beginning; they are short. */
#include "core/phrase.h"

/* Is there anything between two words that ends a clause? */
static bool
clause_ends(const char *from, const char *to)
{
	static const char ends[] = ".,;:!?\n()";

	for (; from < to; from++)
		if (memchr(ends, *from, sizeof(ends) - 1) != NULL)
			return true;
	return false;
}

void
phrase_read(struct str text, struct phrase *out)
{
	struct phrase_word *w;
	const char *from;

	out->n = 0;
	while (out->n < PHRASE_WORDS_MAX) {
		w = &out->words[out->n];
		from = text.p;
		if (!word_next(&text, &w->w))
			return;
		w->begins = out->n == 0 || clause_ends(from, text.p);
		out->n++;
	}
}

static bool
word_is(const struct word *w, struct str entry)
{
	return w->n == entry.n && memcmp(w->text, entry.p, entry.n) == 0;
}

/* The part of text before the next `mark`; text moves behind it. */
static struct str
cut(struct str *text, char mark)
{
	const char *end = memchr(text->p, mark, text->n);
	struct str part = {
	    text->p, end == NULL ? text->n : (size_t)(end - text->p)};
	size_t step = part.n + (end != NULL);

	text->p += step;
	text->n -= step;
	return part;
}

static size_t
entry_fits(const struct phrase *p, size_t at, struct str entry)
{
	size_t n = 0;

	while (entry.n > 0) {
		if (at + n >= p->n || (n > 0 && p->words[at + n].begins) ||
		    !word_is(&p->words[at + n].w, cut(&entry, '+')))
			return 0;
		n++;
	}
	return n;
}

/* A space and how the word begins: so entries that may fit are found. */
#define BEGINNING 3u

static void
write_beginning(const struct word *w, char out[BEGINNING + 2])
{
	size_t n = w->n < BEGINNING ? w->n : BEGINNING;

	out[0] = ' ';
	memcpy(out + 1, w->text, n);
	out[1 + n] = '\0';
}

/* The entry that begins there. */
static struct str
entry_at(const char *from)
{
	return (struct str){from, strcspn(from, " ")};
}

size_t
phrase_match(const struct phrase *p, size_t at, const char *list)
{
	char beginning[BEGINNING + 2];
	size_t n, longest = entry_fits(p, at, entry_at(list));
	const char *from = list;

	write_beginning(&p->words[at].w, beginning);
	while ((from = strstr(from, beginning)) != NULL) {
		from++;
		n = entry_fits(p, at, entry_at(from));
		if (n > longest)
			longest = n;
	}
	return longest;
}

unsigned
phrase_count(const struct phrase *p, const char *list)
{
	unsigned count = 0;
	size_t at = 0, n;

	while (at < p->n) {
		n = phrase_match(p, at, list);
		count += n > 0;
		at += n > 0 ? n : 1;
	}
	return count;
}

size_t
phrase_find(const struct phrase *p, const struct phrase *part)
{
	size_t at, n;

	for (at = 0; part->n > 0 && at + part->n <= p->n; at++) {
		for (n = 0; n < part->n; n++)
			if (p->words[at + n].w.n != part->words[n].w.n ||
			    memcmp(p->words[at + n].w.text,
				part->words[n].w.text, part->words[n].w.n) != 0)
				break;
		if (n == part->n)
			return at;
	}
	return p->n;
}

/* ---- spots --------------------------------------------------------------- */

/* FNV-1a. */
static uint64_t
hash_word(const char *word, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)word[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static uint64_t
hash_of(const struct phrase_word *word)
{
	return hash_word(word->w.text, word->w.n);
}

/* Of two words that follow each other. */
static uint64_t
hash_pair(uint64_t first, uint64_t second)
{
	uint64_t h = (first ^ second << 1) * UINT64_C(0x9e3779b97f4a7c15);

	return h ^ h >> 32;
}

static uint64_t
mask_of(uint64_t bit)
{
	return UINT64_C(1) << bit % 64;
}

/* Each hash has two of the bits. */
static void
spots_set(struct phrase_spots *spots, uint64_t h)
{
	uint64_t a = h % PHRASE_SPOTS_BITS, b = (h >> 16) % PHRASE_SPOTS_BITS;

	spots->bits[a / 64] |= mask_of(a);
	spots->bits[b / 64] |= mask_of(b);
}

static bool
spots_has(const struct phrase_spots *spots, uint64_t h)
{
	uint64_t a = h % PHRASE_SPOTS_BITS, b = (h >> 16) % PHRASE_SPOTS_BITS;

	return (spots->bits[a / 64] & mask_of(a)) != 0 &&
	       (spots->bits[b / 64] & mask_of(b)) != 0;
}

/* By its first word, or its first two: one alone is often a common one. */
static void
spots_add_entry(struct phrase_spots *spots, struct str entry)
{
	struct str word = cut(&entry, '+');
	uint64_t h = hash_word(word.p, word.n);

	if (word.n == 0)
		return;
	if (entry.n > 0) {
		word = cut(&entry, '+');
		h = hash_pair(h, hash_word(word.p, word.n));
	}
	spots_set(spots, h);
}

void
phrase_spots_add(struct phrase_spots *spots, const char *list)
{
	struct str rest = str_from(list);

	while (rest.n > 0)
		spots_add_entry(spots, cut(&rest, ' '));
}

bool
phrase_spots_any(const struct phrase_spots *spots, const struct phrase *p)
{
	uint64_t h, before = 0;

	for (size_t i = 0; i < p->n; i++) {
		h = hash_of(&p->words[i]);
		if (spots_has(spots, h) ||
		    (i > 0 && spots_has(spots, hash_pair(before, h))))
			return true;
		before = h;
	}
	return false;
}
