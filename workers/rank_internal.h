/*
 * rank_internal: how the parts of the ranking fit together. rank_build.c
 * makes it, rank.c asks it, rank_confidence.c judges what was found.
 *
 * An item is a stem, or ("\1" before them) two neighbouring stems written as
 * one. Each item that occurs in an entry has postings: which entry, and how
 * much the match is worth. Items of the lexicon exist without any.
 */
#ifndef WORKERS_RANK_INTERNAL_H
#define WORKERS_RANK_INTERNAL_H

#include "workers/rank.h"
#include "workers/rank_lexicon.h"
#include "workers/rank_near.h"
#include "workers/rank_words.h"

#define RANK_LONG_WORD 8u   /* from here on two slips are forgiven */
#define RANK_ITEM_GROUPS 4u /* groups of one meaning that an item may be in */

struct rank_tuning {
	/* BM25, and what a match in the answer counts. */
	float k, length_question, length_answer, answer;
	float weight[RANK_WEIGHTS];   /* of a word, by enum rank_weight */
	float slip, form, form_least; /* nearly the same word */
	float meaning;		      /* another of the same meaning */
	float joined;		      /* two words written as one */
	float neighbours;	      /* also neighbours in the question */
	float coverage;		      /* exponent */
};

extern const struct rank_tuning rank_tuning;

struct rank_item {
	uint32_t first, count; /* its postings */
	float rarity;	       /* idf over entries */
	unsigned char weight;  /* enum rank_weight */
	unsigned char groups;
	unsigned char group[RANK_ITEM_GROUPS];
};

struct rank_posting {
	uint32_t entry : 31;
	uint32_t in_question : 1;
	float worth;
};

/* What one entry has gathered; scratch, all zero between questions. */
struct rank_sum {
	float score, covered, covered_question;
	bool plain; /* by a word that carries meaning */
	/* Of the current term, the best so far. */
	uint32_t term;
	float best, like, like_question;
};

/* The items of the group g are group_item[group_first[g] ...]. */
struct rank {
	uint32_t entries;
	struct rank_names names;
	struct rank_item *items;
	struct rank_posting *postings;
	uint32_t *group_first, *group_item;
	struct rank_near near;
	uint32_t *near_item; /* of each word in near */
	float *itself;	     /* by entry: what its own question scores */
	float rarest;	     /* idf of what no entry has */

	struct rank_sum *sums;
	uint32_t *touched, touched_n;
};

/* One word, or two, of the customer's text, and what it may stand for. */
#define RANK_MEANINGS_MAX 24u

struct rank_term {
	float weight, mass;
	size_t n;
	struct {
		uint32_t item;
		float like;
	} means[RANK_MEANINGS_MAX];
};

/* What is known of the best hit; see rank_confidence.c. */
struct rank_evidence {
	float score, second; /* of the first and the second */
	float itself;	     /* what its own question would score */
	float mass, covered, covered_question;
};

unsigned rank_confidence(const struct rank_evidence *e);

/* The key of two neighbours. */
#define RANK_PAIR_MAX (2u * WORD_MAX + 1)

struct str rank_pair(struct str a, struct str b, char room[RANK_PAIR_MAX]);

#endif
