/*
 * rank_near: "opning" and "opening" share the runs  _op nin ing ng_  of six
 * and seven. The share says how alike two forms of a word are; a slip of one
 * letter (two in long words) counts as nearly the same word.
 */
#include "workers/rank_near.h"
#include "workers/rank_internal.h"
#include "core/near.h"
#include "core/utf8.h"

#include <stdlib.h>

#define RUNS_MAX WORD_MAX
#define BUCKETS_MIN 1024u
#define BUCKETS_MAX 65536u
#define EDGE 1u /* stands before and after the word */

/* The hashes of the runs of s, as many as it has characters. */
static size_t
runs_of(struct str s, uint32_t runs[RUNS_MAX])
{
	uint32_t c[RUNS_MAX + 2] = {EDGE};
	size_t i = 0, n = 1, k, step;

	while (i < s.n && n <= RUNS_MAX) {
		step = utf8_step(s.p + i, s.n - i);
		step = step == 0 ? 1 : step;
		for (k = 0; k < step; k++)
			c[n] = c[n] << 8 | (unsigned char)s.p[i + k];
		i += step;
		n++;
	}
	c[n] = EDGE;
	for (i = 0; i + 1 < n; i++) {
		runs[i] = (c[i] * 0x9e3779b1u ^ c[i + 1]) * 0x85ebca6bu ^
			  c[i + 2] * 0xc2b2ae35u;
		runs[i] ^= runs[i] >> 15;
	}
	return n - 1;
}

static uint32_t
bucket_of(const struct rank_near *n, uint32_t run)
{
	return run & (n->buckets - 1);
}

/* Lists after one another: count, sum up, then fill from the back. */
bool
rank_near_build(struct rank_near *n)
{
	uint32_t runs[RUNS_MAX], i, total = 0;
	size_t k, count;

	n->buckets = BUCKETS_MIN;
	while (n->buckets < n->words.count * 2 && n->buckets < BUCKETS_MAX)
		n->buckets *= 2;
	n->first = calloc(n->buckets + 1, sizeof(*n->first));
	n->shared = calloc(n->words.count + 1, sizeof(*n->shared));
	n->touched = calloc(n->words.count + 1, sizeof(*n->touched));
	if (n->first == NULL || n->shared == NULL || n->touched == NULL)
		return false;
	for (i = 0; i < n->words.count; i++) {
		count = runs_of(rank_names_text(&n->words, i), runs);
		for (k = 0; k < count; k++)
			n->first[bucket_of(n, runs[k])]++;
	}
	for (i = 0; i <= n->buckets; i++)
		n->first[i] = total += n->first[i];
	n->list = calloc(total + 1, sizeof(*n->list));
	if (n->list == NULL)
		return false;
	for (i = 0; i < n->words.count; i++) {
		count = runs_of(rank_names_text(&n->words, i), runs);
		for (k = 0; k < count; k++)
			n->list[--n->first[bucket_of(n, runs[k])]] = i;
	}
	return true;
}

void
rank_near_free(struct rank_near *n)
{
	rank_names_free(&n->words);
	free(n->first);
	free(n->list);
	free(n->shared);
	free(n->touched);
	*n = (struct rank_near){0};
}

/* ---- finding ----------------------------------------------------------- */

static float
alike(struct str a, struct str b, size_t runs_a, size_t shared)
{
	size_t runs_b = utf8_count(b);
	size_t slips = a.n < RANK_LONG_WORD ? 1 : 2;
	size_t least = runs_a > 3 * slips + 1 ? runs_a - 3 * slips - 1 : 1;
	float dice = 2.0f * (float)shared / (float)(runs_a + runs_b);

	if (shared >= least && a.n >= 4 && b.n >= 4 &&
	    near_distance(a, b, slips) <= slips)
		return rank_tuning.slip;
	if (dice < rank_tuning.form_least)
		return 0;
	return rank_tuning.form * (dice > 1 ? 1 : dice);
}

/* Keeps hits sorted; the least falls out. */
static size_t
keep(struct rank_near_hit hits[RANK_NEAR_MAX], size_t n,
    struct rank_near_hit hit)
{
	size_t i = n < RANK_NEAR_MAX ? n : RANK_NEAR_MAX - 1;

	if (n == RANK_NEAR_MAX && hits[i].alike >= hit.alike)
		return n;
	for (; i > 0 && hits[i - 1].alike < hit.alike; i--)
		hits[i] = hits[i - 1];
	hits[i] = hit;
	return n < RANK_NEAR_MAX ? n + 1 : n;
}

size_t
rank_near_find(
    struct rank_near *n, struct str s, struct rank_near_hit hits[RANK_NEAR_MAX])
{
	uint32_t runs[RUNS_MAX], i, at, touched = 0;
	size_t k, runs_n = runs_of(s, runs), found = 0;

	for (k = 0; k < runs_n; k++) {
		at = bucket_of(n, runs[k]);
		for (i = n->first[at]; i < n->first[at + 1]; i++)
			if (n->shared[n->list[i]]++ == 0)
				n->touched[touched++] = n->list[i];
	}
	for (i = 0; i < touched; i++) {
		uint32_t word = n->touched[i];
		struct rank_near_hit hit = {
		    word, alike(s, rank_names_text(&n->words, word), runs_n,
			      n->shared[word])};

		n->shared[word] = 0;
		if (hit.alike > 0)
			found = keep(hits, found, hit);
	}
	return found;
}
