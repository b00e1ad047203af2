/* rank_words: endings, the longest way round first. */
#include "workers/rank_words.h"

static bool
ends(const struct word *w, const char *suffix)
{
	size_t n = strlen(suffix);

	return w->n > n && memcmp(w->text + w->n - n, suffix, n) == 0;
}

static bool
has_vowel(const struct word *w, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (memchr("aeiouy", w->text[i], 6) != NULL)
			return true;
	return false;
}

static void
stem_plural(struct word *w)
{
	if (ends(w, "ies") && w->n > 4) {
		w->n -= 2;
		w->text[w->n - 1] = 'y';
	} else if (ends(w, "sses")) {
		w->n -= 2;
	} else if (ends(w, "s") && !ends(w, "ss") && !ends(w, "us") &&
		   !ends(w, "is")) {
		w->n--;
	}
}

/* "stopping", "stopped" -> "stop"; "telling" keeps its double letter. */
static void
stem_verb(struct word *w)
{
	static const char *const suffixes[] = {"ing", "ed"};
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(suffixes); i++) {
		if (!ends(w, suffixes[i]))
			continue;
		n = w->n - strlen(suffixes[i]);
		if (n < 3 || !has_vowel(w, n))
			continue;
		w->n = n;
		if (n > 3 && w->text[n - 1] == w->text[n - 2] &&
		    memchr("lsz", w->text[n - 1], 3) == NULL)
			w->n--;
		return;
	}
}

void
rank_word_stem(struct word *w)
{
	size_t i;

	if (w->n <= 3)
		return;
	for (i = 0; i < w->n; i++)
		if (w->text[i] < 'a' || w->text[i] > 'z')
			return;
	stem_plural(w);
	stem_verb(w);
	if (ends(w, "ly") && w->n > 5)
		w->n -= 2;
	if (ends(w, "er") && w->n > 5)
		w->n -= 2;
	if (ends(w, "e") && w->n > 3)
		w->n--;
	if (ends(w, "y") && w->n > 3)
		w->text[w->n - 1] = 'i';
}
