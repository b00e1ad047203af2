/*
 * rank_build: reads all entries once and counts, then works out what each
 * match will be worth. Asking is rank.c's part.
 */
#include "workers/rank_internal.h"

#include <math.h>
#include <stdlib.h>

/* How often one item occurs in one entry. */
struct count {
	uint32_t item, entry;
	uint32_t question, answer;
};

struct building {
	struct rank *r;
	uint32_t item_cap, near_cap;

	struct count *counts;
	uint32_t count_n, count_cap;
	/* By item: where in counts it stands for this entry, + 1. */
	uint32_t *here;
	uint32_t here_cap;

	uint32_t *question_words, *answer_words; /* per entry */
	bool nomem;
};

struct str
rank_pair(struct str a, struct str b, char room[RANK_PAIR_MAX])
{
	room[0] = '\1';
	memcpy(room + 1, a.p, a.n);
	memcpy(room + 1 + a.n, b.p, b.n);
	return (struct str){room, 1 + a.n + b.n};
}

/* ---- items ------------------------------------------------------------- */

static uint32_t
item_add(struct building *b, struct str name)
{
	struct rank *r = b->r;
	uint32_t item = rank_names_add(&r->names, name);

	if (item == RANK_NONE ||
	    !rank_grow(&r->items, &b->item_cap, item + 1, sizeof(*r->items))) {
		b->nomem = true;
		return RANK_NONE;
	}
	return item;
}

static uint32_t
item_of_word(struct building *b, struct str text)
{
	struct word w = {.n = text.n};

	memcpy(w.text, text.p, text.n);
	rank_word_stem(&w);
	return item_add(b, (struct str){w.text, w.n});
}

/* "gift+card" is a pair, anything else a word. */
static uint32_t
item_of_phrase(struct building *b, struct str text)
{
	const char *plus = memchr(text.p, '+', text.n);
	char room[RANK_PAIR_MAX];
	struct word left, right;
	struct str rest = text;

	if (plus == NULL)
		return item_of_word(b, text);
	if (!word_next(&rest, &left) || !word_next(&rest, &right))
		return RANK_NONE;
	rank_word_stem(&left);
	rank_word_stem(&right);
	return item_add(b, rank_pair((struct str){left.text, left.n},
			       (struct str){right.text, right.n}, room));
}

/* ---- counting ---------------------------------------------------------- */

static struct count *
count_of(struct building *b, uint32_t item, uint32_t entry)
{
	struct count *c;

	if (item == RANK_NONE ||
	    !rank_grow(&b->here, &b->here_cap, item + 1, sizeof(*b->here)) ||
	    !rank_grow(&b->counts, &b->count_cap, b->count_n + 1,
		sizeof(*b->counts))) {
		b->nomem = true;
		return NULL;
	}
	/* `here` is not cleared between entries: what it says is checked. */
	if (b->here[item] != 0) {
		c = &b->counts[b->here[item] - 1];
		if (c->entry == entry)
			return c;
	}
	c = &b->counts[b->count_n++];
	*c = (struct count){.item = item, .entry = entry};
	b->here[item] = b->count_n;
	return c;
}

/* The item of a word as it is written; each spelling is stemmed once. */
static uint32_t
item_of_spelling(struct building *b, const struct word *w)
{
	struct rank *r = b->r;
	uint32_t known = r->near.words.count;
	struct str text = {w->text, w->n};
	uint32_t i = rank_names_add(&r->near.words, text);

	if (i == RANK_NONE || !rank_grow(&r->near_item, &b->near_cap, i + 1,
				  sizeof(*r->near_item))) {
		b->nomem = true;
		return RANK_NONE;
	}
	if (i == known)
		r->near_item[i] = item_of_word(b, text);
	return r->near_item[i];
}

static void
count_pair(struct building *b, uint32_t left, uint32_t right, uint32_t entry)
{
	char room[RANK_PAIR_MAX];
	struct count *c;

	if (left == RANK_NONE || right == RANK_NONE)
		return;
	c = count_of(b,
	    item_add(b, rank_pair(rank_names_text(&b->r->names, left),
			    rank_names_text(&b->r->names, right), room)),
	    entry);
	if (c != NULL)
		c->question++;
}

static void
count_question(struct building *b, struct str text, uint32_t entry)
{
	uint32_t item, last = RANK_NONE;
	struct word w;
	struct count *c;

	while (!b->nomem && word_next(&text, &w)) {
		item = item_of_spelling(b, &w);
		c = count_of(b, item, entry);
		if (c == NULL)
			return;
		c->question++;
		b->question_words[entry]++;
		count_pair(b, last, item, entry);
		last = item;
	}
}

static void
count_answer(struct building *b, struct str text, uint32_t entry)
{
	struct word w;
	struct count *c;

	while (!b->nomem && word_next(&text, &w)) {
		c = count_of(b, item_of_spelling(b, &w), entry);
		if (c == NULL)
			return;
		c->answer++;
		b->answer_words[entry]++;
	}
}

/* ---- the lexicon ------------------------------------------------------- */

/* How much of the texts is in the language of the list. */
static uint64_t
list_share(struct building *b, const struct rank_list *list)
{
	const char *words = list->words;
	uint64_t share = 0;
	struct str word;
	uint32_t item;

	while (rank_list_next(&words, &word)) {
		item = item_of_word(b, word);
		if (item != RANK_NONE)
			share += b->r->items[item].count;
	}
	return share;
}

static void
list_apply(struct building *b, const struct rank_list *list)
{
	const char *words = list->words;
	struct rank_item *item;
	struct str word;
	uint32_t i;

	while (rank_list_next(&words, &word)) {
		i = item_of_word(b, word);
		if (i == RANK_NONE)
			return;
		item = &b->r->items[i];
		if (item->weight < list->weight)
			item->weight = (unsigned char)list->weight;
	}
}

/* The lists of the language that most of the text is in take effect. */
static void
apply_lists(struct building *b)
{
	const struct rank_list *list, *best = rank_list(0);
	uint64_t share, most = 0;
	size_t i;

	for (i = 0; (list = rank_list(i)) != NULL; i++) {
		if (list->weight != RANK_STOP)
			continue;
		share = list_share(b, list);
		if (share > most) {
			most = share;
			best = list;
		}
	}
	for (i = 0; (list = rank_list(i)) != NULL; i++)
		if (strcmp(list->language, best->language) == 0)
			list_apply(b, list);
}

static void
group_join(struct building *b, uint32_t item, uint32_t group)
{
	struct rank_item *it = &b->r->items[item];

	if (it->groups < RANK_ITEM_GROUPS)
		it->group[it->groups++] = (unsigned char)group;
}

static void
add_groups(struct building *b)
{
	struct rank *r = b->r;
	uint32_t g, n = 0, first_cap = 0, item_cap = 0, item;
	const char *words;
	struct str word;

	for (g = 0; (words = rank_group(g)) != NULL && !b->nomem; g++) {
		if (!rank_grow(&r->group_first, &first_cap, g + 2,
			sizeof(*r->group_first)))
			b->nomem = true;
		while (!b->nomem && rank_list_next(&words, &word)) {
			item = item_of_phrase(b, word);
			if (item == RANK_NONE ||
			    !rank_grow(&r->group_item, &item_cap, n + 1,
				sizeof(*r->group_item)))
				b->nomem = true;
			if (b->nomem)
				return;
			group_join(b, item, g);
			r->group_item[n++] = item;
		}
		if (!b->nomem)
			r->group_first[g + 1] = n;
	}
}

/* ---- what a match is worth --------------------------------------------- */

static float
idf(uint32_t entries, uint32_t with)
{
	return logf(
	    1.0f + ((float)(entries - with) + 0.5f) / ((float)with + 0.5f));
}

static float
average(const uint32_t *n, uint32_t count)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < count; i++)
		sum += n[i];
	return sum == 0 ? 1 : (float)sum / (float)count;
}

static float
bm25(uint32_t times, uint32_t words, float average_words, float length)
{
	const float k = rank_tuning.k, t = (float)times;

	return t * (k + 1) /
	       (t + k * (1 - length + length * (float)words / average_words));
}

/* In how many questions, answers and entries each item occurs. */
struct spread {
	uint32_t question, answer;
};

static struct spread *
count_spread(struct building *b)
{
	struct spread *s = calloc(b->r->names.count + 1, sizeof(*s));
	uint32_t i;

	for (i = 0; s != NULL && i < b->count_n; i++) {
		const struct count *c = &b->counts[i];

		s[c->item].question += c->question > 0;
		s[c->item].answer += c->answer > 0;
		b->r->items[c->item].count++;
	}
	return s;
}

static void
place_postings(struct building *b, const struct spread *spread)
{
	const struct rank_tuning *t = &rank_tuning;
	struct rank *r = b->r;
	const float questions = average(b->question_words, r->entries);
	const float answers = average(b->answer_words, r->entries);
	uint32_t i;

	for (i = b->count_n; i-- > 0;) { /* filled from the back */
		const struct count *c = &b->counts[i];
		struct rank_item *item = &r->items[c->item];
		float worth = bm25(c->question, b->question_words[c->entry],
				  questions, t->length_question) *
				  idf(r->entries, spread[c->item].question) +
			      t->answer *
				  bm25(c->answer, b->answer_words[c->entry],
				      answers, t->length_answer) *
				  idf(r->entries, spread[c->item].answer);

		r->postings[--item->first] = (struct rank_posting){
		    .entry = c->entry & 0x7fffffffu,
		    .in_question = c->question > 0,
		    .worth = worth};
		if (c->question > 0 &&
		    rank_names_text(&r->names, c->item).p[0] != '\1')
			r->itself[c->entry] += t->weight[item->weight] * worth;
	}
}

static void
weigh(struct building *b, const struct spread *spread)
{
	struct rank *r = b->r;
	uint32_t i, total = 0;

	for (i = 0; i < r->names.count; i++) {
		total += r->items[i].count;
		r->items[i].first = total;
		r->items[i].rarity = idf(r->entries, r->items[i].count);
	}
	r->rarest = idf(r->entries, 0);
	place_postings(b, spread);
}

/* ---- all of it --------------------------------------------------------- */

static void
read_entries(struct building *b, const struct faq_entry *entries)
{
	uint32_t i;

	for (i = 0; i < b->r->entries && !b->nomem; i++) {
		count_question(b, entries[i].question, i);
		count_answer(b, entries[i].answer, i);
	}
}

static bool
reserve(struct building *b, size_t count)
{
	struct rank *r = b->r;

	b->question_words = calloc(count + 1, sizeof(*b->question_words));
	b->answer_words = calloc(count + 1, sizeof(*b->answer_words));
	r->itself = calloc(count + 1, sizeof(*r->itself));
	r->sums = calloc(count + 1, sizeof(*r->sums));
	r->touched = calloc(count + 1, sizeof(*r->touched));
	return b->question_words != NULL && b->answer_words != NULL &&
	       r->itself != NULL && r->sums != NULL && r->touched != NULL;
}

static enum err
build(struct building *b, const struct faq_entry *entries)
{
	struct rank *r = b->r;
	struct spread *spread = NULL;
	enum err e = E_NOMEM;

	add_groups(b);
	read_entries(b, entries);
	if (b->nomem || (spread = count_spread(b)) == NULL)
		goto done;
	apply_lists(b); /* may add items, without postings */
	r->postings = calloc(b->count_n + 1, sizeof(*r->postings));
	if (b->nomem || r->postings == NULL || !rank_near_build(&r->near))
		goto done;
	weigh(b, spread);
	e = OK;
done:
	free(spread);
	return e;
}

enum err
rank_build(const struct faq_entry *entries, size_t count, struct rank **out)
{
	struct building b = {.r = calloc(1, sizeof(*b.r))};
	enum err e = E_NOMEM;

	if (b.r == NULL || count > INT32_MAX)
		goto done;
	b.r->entries = (uint32_t)count;
	if (reserve(&b, count))
		e = build(&b, entries);
done:
	free(b.counts);
	free(b.here);
	free(b.question_words);
	free(b.answer_words);
	if (e == OK)
		*out = b.r;
	else
		rank_free(b.r);
	return e;
}

void
rank_free(struct rank *r)
{
	if (r == NULL)
		return;
	rank_names_free(&r->names);
	rank_near_free(&r->near);
	free(r->items);
	free(r->postings);
	free(r->group_first);
	free(r->group_item);
	free(r->near_item);
	free(r->itself);
	free(r->sums);
	free(r->touched);
	free(r);
}
