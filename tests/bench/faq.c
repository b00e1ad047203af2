/*
 * faq FILE
 *
 * How well and how fast the faq brain's ranking answers. FILE holds entries
 * with other people's wordings of each question:
 *	[{"question": "...", "answers": ["..."], "queries": ["..."]}]
 * Every query is asked twice: of all entries, and of all but its own, which
 * it should then say it does not know. Speed is measured on the first 50
 * entries, and on 5,000 made of the file's words.
 */
#include "core/utf8.h"
#include "tests/bench/lib/figures.h"
#include "workers/rank.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_CHARACTERS 4000u /* as a company's document has it at most */
#define FEW 50u
#define MANY 5000u
#define ROUNDS 20u

struct file {
	json_t *root;
	size_t n, queries;
	struct faq_entry *all, *others;
	struct buf *answers;
};

static struct str
text_of(const json_t *value)
{
	return str_from(json_string_value(value));
}

static void
read_file(struct file *f, const char *path)
{
	size_t i, k;
	json_t *entry, *answer;

	f->root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	f->n = json_array_size(f->root);
	f->all = calloc(f->n + 1, sizeof(*f->all));
	f->others = calloc(f->n + 1, sizeof(*f->others));
	f->answers = calloc(f->n + 1, sizeof(*f->answers));
	if (f->n < FEW || f->all == NULL || f->others == NULL ||
	    f->answers == NULL)
		die("%s: no such list", path);
	json_array_foreach(f->root, i, entry)
	{
		json_array_foreach(json_object_get(entry, "answers"), k, answer)
		{
			struct str s = text_of(answer);

			buf_add(&f->answers[i], s.p, s.n);
			buf_char(&f->answers[i], ' ');
		}
		f->all[i].question = text_of(
		    json_object_get(entry, "question"));
		f->all[i].answer = utf8_prefix(
		    buf_view(&f->answers[i]), ANSWER_CHARACTERS);
		f->queries += json_array_size(
		    json_object_get(entry, "queries"));
	}
}

static struct rank *
learn(const struct faq_entry *entries, size_t n)
{
	struct rank *r;

	if (rank_build(entries, n, &r) != OK)
		die("no memory");
	return r;
}

/* ---- how well ---------------------------------------------------------- */

struct tally {
	double first, third, reciprocal;
	double right, wrong, silent; /* all entries are there */
	double invented;	     /* its own is not, yet it answered */
};

/* Where the entry came among the hits, from 1; 0: not at all. */
static size_t
place_of(size_t entry, const struct rank_hit *hits, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (hits[i].entry == entry)
			return i + 1;
	return 0;
}

static void
ask_known(struct tally *t, struct rank *r, struct str query, size_t entry,
    struct rank_hit *hits, size_t max)
{
	size_t n = rank_find(r, query, hits, max);
	size_t place = place_of(entry, hits, n);
	bool sure = n > 0 && hits[0].confidence >= RANK_SURE;

	t->first += place == 1;
	t->third += place >= 1 && place <= 3;
	t->reciprocal += place == 0 ? 0 : 1 / (double)place;
	t->right += sure && place == 1;
	t->wrong += sure && place != 1;
	t->silent += !sure;
}

static struct rank *
learn_without(struct file *f, size_t entry)
{
	memcpy(f->others, f->all, entry * sizeof(*f->all));
	memcpy(f->others + entry, f->all + entry + 1,
	    (f->n - entry - 1) * sizeof(*f->all));
	return learn(f->others, f->n - 1);
}

static void
print_share(const char *name, double sum, const struct file *f)
{
	printf("%s %.3f\n", name, sum / (double)f->queries);
}

static void
measure_quality(struct file *f)
{
	struct rank *all = learn(f->all, f->n), *others;
	struct rank_hit *hits = calloc(f->n, sizeof(*hits));
	struct tally t = {0};
	json_t *entry, *query;
	size_t i, k;

	if (hits == NULL)
		die("no memory");
	json_array_foreach(f->root, i, entry)
	{
		others = learn_without(f, i);
		json_array_foreach(json_object_get(entry, "queries"), k, query)
		{
			ask_known(&t, all, text_of(query), i, hits, f->n);
			t.invented += rank_find(others, text_of(query), hits,
					  1) > 0 &&
				      hits[0].confidence >= RANK_SURE;
		}
		rank_free(others);
	}
	print_share("faq_hit1", t.first, f);
	print_share("faq_hit3", t.third, f);
	print_share("faq_mrr", t.reciprocal, f);
	print_share("faq_right", t.right, f);
	print_share("faq_wrong", t.wrong, f);
	print_share("faq_silent", t.silent, f);
	print_share("faq_unknown", (double)f->queries - t.invented, f);
	free(hits);
	rank_free(all);
}

/* ---- how fast ---------------------------------------------------------- */

/* All queries of the first n entries; the median of a few rounds. */
static double
ask_us(const struct file *f, struct rank *r, size_t n)
{
	struct rank_hit hit;
	double us[ROUNDS];
	json_t *entry, *query;
	size_t round, i, k;

	for (round = 0; round < ROUNDS; round++) {
		int64_t began = now_us();
		double asked = 0;

		json_array_foreach(f->root, i, entry)
		{
			if (i == n)
				break;
			json_array_foreach(
			    json_object_get(entry, "queries"), k, query)
			{
				(void)rank_find(r, text_of(query), &hit, 1);
				asked++;
			}
		}
		us[round] = (double)(now_us() - began) / asked;
	}
	return median(us, ROUNDS);
}

/* `count` words from somewhere in the text of one entry. */
static struct str
some_words(struct str text, size_t count, unsigned *seed)
{
	size_t from = (size_t)rand_r(seed) % (text.n + 1), to;

	while (from < text.n && text.p[from] != ' ')
		from++;
	for (to = from; to < text.n && count > 0; to++)
		count -= text.p[to] == ' ';
	return (struct str){text.p + from, to - from};
}

static void
measure_many(const struct file *f)
{
	struct faq_entry *many = calloc(MANY, sizeof(*many));
	struct rank *r = NULL;
	double ms[3];
	unsigned seed = 1;
	size_t i;

	if (many == NULL)
		die("no memory");
	for (i = 0; i < MANY; i++) {
		size_t q = (size_t)rand_r(&seed) % f->n;
		size_t a = (size_t)rand_r(&seed) % f->n;

		many[i].question = some_words(f->all[q].answer, 9, &seed);
		many[i].answer = some_words(f->all[a].answer, 80, &seed);
	}
	for (i = 0; i < ARRAY_LEN(ms); i++) {
		int64_t began = now_us();

		rank_free(r);
		r = learn(many, MANY);
		ms[i] = (double)(now_us() - began) / 1000;
	}
	printf("faq_learn_ms %.1f\n", median(ms, ARRAY_LEN(ms)));
	printf("faq_ask_many_us %.1f\n", ask_us(f, r, f->n));
	rank_free(r);
	free(many);
}

static void
measure_speed(const struct file *f)
{
	struct rank *few = learn(f->all, FEW);

	printf("faq_ask_us %.1f\n", ask_us(f, few, FEW));
	rank_free(few);
	measure_many(f);
}

int
main(int argc, char **argv)
{
	struct file f = {0};
	size_t i;

	if (argc != 2)
		die("usage: faq file");
	read_file(&f, argv[1]);
	measure_quality(&f);
	measure_speed(&f);
	for (i = 0; i < f.n; i++)
		buf_free(&f.answers[i]);
	free(f.answers);
	free(f.others);
	free(f.all);
	json_decref(f.root);
	return 0;
}
