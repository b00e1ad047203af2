/*
 * rank: turns a text into terms, each of which may stand for several items,
 * and adds up what their postings are worth. Of the items of one term only
 * the best counts for an entry.
 */
#include "workers/rank_internal.h"

#include <math.h>

#define NEAR_WORDS_MAX 24u /* unknown words looked up by spelling, per text */

/*
 * Chosen on several lists of questions at once; around these values the
 * figures are flat, so none of them is a secret of one list.
 */
const struct rank_tuning rank_tuning = {
    .k = 1.2f,
    .length_question = 0.8f,
    .length_answer = 0.75f,
    .answer = 0.45f,
    .weight = {[RANK_PLAIN] = 1, [RANK_COMMON] = 0.6f, [RANK_STOP] = 0.25f},
    .slip = 0.8f,
    .form = 0.7f,
    .form_least = 0.5f,
    .meaning = 0.55f,
    .joined = 0.9f,
    .neighbours = 0.2f,
    .coverage = 0.3f,
};

struct token {
	struct word word, stem;
	uint32_t item; /* RANK_NONE: never heard of */
	bool used;     /* in a term of two words */
};

struct asking {
	struct rank *r;
	struct token tokens[RANK_TOKENS_MAX];
	size_t n;
	unsigned near_words;
	uint32_t term; /* how many so far */
	float mass;
	bool plain; /* some word carries meaning */
};

static struct str
stem_of(const struct token *t)
{
	return (struct str){t->stem.text, t->stem.n};
}

static uint32_t
postings_of(const struct rank *r, uint32_t item)
{
	return item == RANK_NONE ? 0 : r->items[item].count;
}

static enum rank_weight
weight_of(const struct rank *r, const struct token *t)
{
	return t->item == RANK_NONE
		   ? RANK_PLAIN
		   : (enum rank_weight)r->items[t->item].weight;
}

/* ---- terms ------------------------------------------------------------- */

static void
term_means(const struct rank *r, struct rank_term *t, uint32_t item, float like)
{
	size_t i;

	if (postings_of(r, item) == 0)
		return;
	for (i = 0; i < t->n && t->means[i].item != item; i++)
		;
	if (i == t->n && t->n == RANK_MEANINGS_MAX)
		return;
	if (i < t->n && t->means[i].like >= like)
		return;
	t->means[i].item = item;
	t->means[i].like = like;
	t->n += i == t->n;
}

/* The other words of its groups. */
static void
term_means_alike(
    const struct rank *r, struct rank_term *t, uint32_t item, float like)
{
	const struct rank_item *it = &r->items[item];
	uint32_t g, i;

	for (g = 0; g < it->groups; g++)
		for (i = r->group_first[it->group[g]];
		     i < r->group_first[it->group[g] + 1]; i++)
			if (r->group_item[i] != item)
				term_means(r, t, r->group_item[i], like);
}

static bool
has_digit(const struct word *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->text[i] >= '0' && w->text[i] <= '9')
			return true;
	return false;
}

/* Words of the entries that are spelt nearly like it. */
static void
term_means_near(struct asking *a, struct rank_term *t, const struct word *w)
{
	struct rank_near_hit hits[RANK_NEAR_MAX];
	struct rank *r = a->r;
	size_t i, n;

	if (w->n < 3 || has_digit(w) || a->near_words == NEAR_WORDS_MAX)
		return;
	a->near_words++;
	n = rank_near_find(&r->near, (struct str){w->text, w->n}, hits);
	for (i = 0; i < n; i++) {
		uint32_t item = r->near_item[hits[i].word];

		if (r->items[item].weight != RANK_PLAIN)
			continue;
		term_means(r, t, item, hits[i].alike);
		if (hits[i].alike >= rank_tuning.slip)
			term_means_alike(
			    r, t, item, hits[i].alike * rank_tuning.meaning);
	}
}

/* How much the term weighs in what the customer said. */
static float
term_mass(const struct rank *r, const struct rank_term *t)
{
	float most = -1;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->means[i].like >= rank_tuning.slip &&
		    r->items[t->means[i].item].rarity > most)
			most = r->items[t->means[i].item].rarity;
	return t->weight * (most < 0 ? r->rarest : most);
}

/* ---- sums -------------------------------------------------------------- */

/* Of all that a term means, an entry gets the best only. */
static void
sum_posting(struct asking *a, const struct rank_term *t,
    const struct rank_posting *p, float like)
{
	struct rank_sum *s = &a->r->sums[p->entry];
	float worth = p->worth * like * t->weight;
	float like_question = p->in_question ? like : 0;

	if (s->term == 0)
		a->r->touched[a->r->touched_n++] = p->entry;
	if (s->term != a->term) {
		s->term = a->term;
		s->best = s->like = s->like_question = 0;
	}
	if (worth <= s->best)
		return;
	s->score += worth - s->best;
	s->covered += t->mass * (like - s->like);
	s->covered_question += t->mass * (like_question - s->like_question);
	s->plain = s->plain || t->weight >= 1;
	s->best = worth;
	s->like = like;
	s->like_question = like_question;
}

static void
sum_term(struct asking *a, struct rank_term *t)
{
	size_t i;
	uint32_t k;

	a->term++;
	a->mass += t->mass;
	a->plain = a->plain || t->weight >= 1;
	for (i = 0; i < t->n; i++) {
		const struct rank_item *it = &a->r->items[t->means[i].item];

		for (k = 0; k < it->count; k++)
			sum_posting(a, t, &a->r->postings[it->first + k],
			    t->means[i].like);
	}
}

/* ---- from words to terms ----------------------------------------------- */

static void
read_tokens(struct asking *a, struct str text)
{
	struct token *t = a->tokens;

	while (a->n < RANK_TOKENS_MAX && word_next(&text, &t->word)) {
		t->stem = t->word;
		rank_word_stem(&t->stem);
		t->item = rank_names_find(&a->r->names, stem_of(t));
		t->used = false;
		t++;
		a->n++;
	}
}

static bool
said_before(const struct asking *a, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (str_eq(stem_of(&a->tokens[k]), stem_of(&a->tokens[i])))
			return true;
	return false;
}

static void
ask_word(struct asking *a, const struct token *token)
{
	struct rank *r = a->r;
	struct rank_term t = {
	    .weight = rank_tuning.weight[weight_of(r, token)]};
	char room[RANK_PAIR_MAX];
	uint32_t pair = rank_names_find(
	    &r->names, rank_pair(stem_of(token), STR(""), room));

	if (token->item != RANK_NONE) {
		term_means(r, &t, token->item, 1);
		term_means_alike(r, &t, token->item, rank_tuning.meaning);
	}
	if (pair != RANK_NONE) { /* the entries have it in two words */
		term_means(r, &t, pair, rank_tuning.joined);
		term_means_alike(r, &t, pair, rank_tuning.meaning);
	}
	if (postings_of(r, token->item) == 0 && t.weight >= 1)
		term_means_near(a, &t, &token->word);
	t.mass = term_mass(r, &t);
	sum_term(a, &t);
}

/* Does it say little by itself? */
static bool
weak(const struct rank *r, const struct token *t)
{
	return weight_of(r, t) != RANK_PLAIN || postings_of(r, t->item) == 0;
}

/*
 * Two words as one: a phrase of the lexicon, or a word of the entries. It
 * stands in the place of those that say little by themselves.
 */
static void
ask_joined(struct asking *a, struct token *left, uint32_t pair, uint32_t one)
{
	struct token *right = left + 1;
	bool left_weak = weak(a->r, left), right_weak = weak(a->r, right);
	/* "How much" says more than its words, but is no "puncture". */
	bool both_stop = weight_of(a->r, left) == RANK_STOP &&
			 weight_of(a->r, right) == RANK_STOP;
	struct rank_term t = {
	    .weight = rank_tuning.weight[both_stop ? RANK_COMMON : RANK_PLAIN]};

	if (pair != RANK_NONE) {
		if (left_weak && right_weak)
			term_means(a->r, &t, pair, 1);
		term_means_alike(a->r, &t, pair, rank_tuning.meaning);
	}
	term_means(a->r, &t, one, rank_tuning.joined);
	if (t.n == 0)
		return;
	left->used = left_weak;
	right->used = right_weak;
	if (left_weak || right_weak)
		t.mass = term_mass(a->r, &t);
	sum_term(a, &t);
}

static void
ask_neighbours(struct asking *a, const struct token *left, uint32_t pair)
{
	struct rank_term t = {.n = 1, .means[0] = {pair, 1}};

	t.weight = rank_tuning.neighbours *
		   (rank_tuning.weight[weight_of(a->r, left)] +
		       rank_tuning.weight[weight_of(a->r, left + 1)]) /
		   2;
	sum_term(a, &t);
}

static void
ask_pair(struct asking *a, struct token *left)
{
	struct rank *r = a->r;
	char room[RANK_PAIR_MAX];
	struct str key = rank_pair(stem_of(left), stem_of(left + 1), room);
	uint32_t pair = rank_names_find(&r->names, key);
	uint32_t one = rank_names_find(
	    &r->names, (struct str){key.p + 1, key.n - 1});
	bool phrase = pair != RANK_NONE && r->items[pair].groups > 0;

	if (phrase || postings_of(r, one) > 0)
		ask_joined(a, left, phrase ? pair : RANK_NONE, one);
	if (postings_of(r, pair) > 0 && !left->used && !left[1].used)
		ask_neighbours(a, left, pair);
}

static void
ask(struct asking *a)
{
	size_t i;

	for (i = 0; i + 1 < a->n; i++)
		if (!a->tokens[i].used)
			ask_pair(a, &a->tokens[i]);
	for (i = 0; i < a->n; i++)
		if (!a->tokens[i].used && !said_before(a, i))
			ask_word(a, &a->tokens[i]);
}

/* ---- the best ---------------------------------------------------------- */

/* What covers little of the customer's words loses a little. */
static float
final_score(const struct asking *a, const struct rank_sum *s)
{
	float mass = a->mass > 0 ? a->mass : 1;

	return s->score *
	       powf(s->covered / mass * (0.3f + s->covered_question / mass),
		   rank_tuning.coverage);
}

static size_t
keep(struct rank_hit *hits, size_t n, size_t max, struct rank_hit hit)
{
	size_t i = n < max ? n : max - 1;

	if (n == max && hits[i].score >= hit.score)
		return n;
	for (; i > 0 && hits[i - 1].score < hit.score; i--)
		hits[i] = hits[i - 1];
	hits[i] = hit;
	return n < max ? n + 1 : n;
}

static size_t
best(const struct asking *a, struct rank_hit *hits, size_t max)
{
	const struct rank *r = a->r;
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < r->touched_n; i++) {
		uint32_t entry = r->touched[i];
		const struct rank_sum *s = &r->sums[entry];

		/* The exponent at most makes 1.06 of a score. */
		if (n == max && s->score * 1.06f < hits[n - 1].score)
			continue;
		n = keep(hits, n, max,
		    (struct rank_hit){entry, final_score(a, s), 0});
	}
	return n;
}

static void
judge(const struct asking *a, struct rank_hit *hits, size_t n)
{
	const struct rank_sum *s = &a->r->sums[hits[0].entry];
	struct rank_evidence e = {.score = hits[0].score,
	    .second = n > 1 ? hits[1].score : 0,
	    .itself = a->r->itself[hits[0].entry],
	    .mass = a->mass,
	    .covered = s->covered,
	    .covered_question = s->covered_question};

	hits[0].confidence = rank_confidence(&e);
	/* "Do you sell kayaks" is not answered by "Do you sell tents". */
	if (a->plain && !s->plain && hits[0].confidence >= RANK_SURE)
		hits[0].confidence = RANK_SURE - 1;
}

static void
clear(struct rank *r)
{
	while (r->touched_n > 0)
		r->sums[r->touched[--r->touched_n]] = (struct rank_sum){0};
}

size_t
rank_find(struct rank *r, struct str text, struct rank_hit *hits, size_t max)
{
	struct rank_hit two[2];
	struct asking a = {.r = r};
	size_t n;

	read_tokens(&a, text);
	ask(&a);
	n = max < 2 ? best(&a, two, 2) : best(&a, hits, max);
	if (n > 0)
		judge(&a, max < 2 ? two : hits, n);
	if (max < 2 && n > 0) {
		hits[0] = two[0];
		n = 1;
	}
	clear(r);
	return n;
}
