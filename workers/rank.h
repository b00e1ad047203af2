/*
 * rank: which of many questions and answers fits what a customer wrote, and
 * how sure that is.
 *
 *	rank_build(entries, count, &r);
 *	n = rank_find(r, text, hits, 3);
 *	if (n > 0 && hits[0].confidence >= RANK_SURE) ...
 *	rank_free(r);
 *
 * How it finds: words are folded and stemmed (rank_words.h) and weighted by
 * how rare they are; a match in the question counts more than one in the
 * answer (BM25 on each). A word that no entry has may stand for one of the
 * same meaning (rank_lexicon.h), for one that is spelt nearly so, or for two
 * written together. Neighbouring words that are neighbours in the question
 * too count a little extra.
 *
 * How it is sure: by how well the first fits by itself, how much of the
 * customer's words it accounts for, and how far the second is behind. The
 * weights of these come from a logistic regression on public data; see
 * rank_confidence.c.
 *
 * Memory is taken when it is built and then stays the same. Finding writes to
 * scratch space inside: one thread at a time.
 */
#ifndef WORKERS_RANK_H
#define WORKERS_RANK_H

#include "core/company.h"

/*
 * From this confidence on the answer is given; below, it is better to say
 * that one does not know. Here the two mistakes, answering what the entries
 * do not know and not answering what they do, are about equally frequent.
 */
#define RANK_SURE 35u

/* What is read of one text; the rest is passed over. */
#define RANK_TOKENS_MAX 192u

struct rank;

struct rank_hit {
	size_t entry;
	float score;
	unsigned confidence; /* 0 to 100; that of the first hit counts */
};

/*
 * Learns the entries; of 5,000 in well under 200 ms. Keeps nothing of them.
 * E_NOMEM.
 */
enum err rank_build(
    const struct faq_entry *entries, size_t count, struct rank **out) MUST_USE;
void rank_free(struct rank *r); /* NULL is fine */

/* The best first, at most max (1 or more) of them; how many. */
size_t rank_find(
    struct rank *r, struct str text, struct rank_hit *hits, size_t max);

#endif
