/* phrase: every list is gone through entry by entry; they are short. */
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

size_t
phrase_match(const struct phrase *p, size_t at, const char *list)
{
	struct str rest = str_from(list), entry;
	size_t n, longest = 0;

	while (rest.n > 0) {
		entry = cut(&rest, ' ');
		if (entry.n == 0 || entry.p[0] != p->words[at].w.text[0])
			continue;
		n = entry_fits(p, at, entry);
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

/* Each word has two bits; FNV-1a. */
static void
spots_of(const char *word, size_t n, unsigned out[2])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)word[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	out[0] = (unsigned)h % PHRASE_SPOTS_BITS;
	out[1] = (unsigned)(h >> 16) % PHRASE_SPOTS_BITS;
}

static bool
is_frequent(struct str word)
{
	static const char *const words[] = {
	    "what", "this", "that", "your", "have", "with", "money", "help"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(word, str_from(words[i])))
			return true;
	return false;
}

/* All words of an entry must be there; of these one that is rare. */
static struct str
rarest_word(struct str entry)
{
	struct str rarest = cut(&entry, '+'), word;

	while (entry.n > 0) {
		word = cut(&entry, '+');
		if (is_frequent(rarest) ||
		    (word.n > rarest.n && !is_frequent(word)))
			rarest = word;
	}
	return rarest;
}

void
phrase_spots_add(struct phrase_spots *spots, const char *list)
{
	struct str rest = str_from(list), word;
	unsigned at[2];

	while (rest.n > 0) {
		word = rarest_word(cut(&rest, ' '));
		spots_of(word.p, word.n, at);
		for (unsigned i = 0; word.n > 0 && i < 2; i++)
			spots->bits[at[i] / 64] |= UINT64_C(1) << at[i] % 64;
	}
}

bool
phrase_spots_any(const struct phrase_spots *spots, const struct phrase *p)
{
	unsigned at[2];

	for (size_t i = 0; i < p->n; i++) {
		spots_of(p->words[i].w.text, p->words[i].w.n, at);
		if ((spots->bits[at[0] / 64] >> at[0] % 64 & 1) != 0 &&
		    (spots->bits[at[1] / 64] >> at[1] % 64 & 1) != 0)
			return true;
	}
	return false;
}
