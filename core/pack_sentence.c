/*
 * pack_sentence: which of a customer's sentences tell most. Each is chosen for
 * one reason, in turn; who says the same as one that was chosen is passed over.
 */
#include "core/pack_internal.h"
#include "core/asked.h"

#define WORDS_MIN 3u
#define WORDS_COMPARED 32u

/* ---- cutting ------------------------------------------------------------- */

/* How long the sentence is that text begins with, with what ends it. */
static size_t
sentence_length(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool stops = c == '.' || c == '!' || c == '?';
		bool last = i + 1 == text.n;

		if (c == '\n' || (stops && (last || text.p[i + 1] == ' ' ||
					       text.p[i + 1] == '\n')))
			return i + 1;
	}
	return text.n;
}

static unsigned
count_words(struct str text)
{
	struct word w;
	unsigned n = 0;

	while (n < PHRASE_WORDS_MAX && word_next(&text, &w))
		n++;
	return n;
}

/* Three digits: a price does not tell much, an order's number does. */
static bool
has_number(struct str text)
{
	size_t i, run = 0;

	for (i = 0; i < text.n && run < 3; i++)
		run = text.p[i] >= '0' && text.p[i] <= '9' ? run + 1 : 0;
	return run >= 3;
}

static void
add_one(struct sentences *out, struct str text)
{
	struct sentence s = {.text = pack_line(text)};

	s.words = count_words(s.text);
	if (s.words == 0)
		return;
	s.asks = memchr(text.p, '?', text.n) != NULL;
	s.has_number = has_number(s.text);
	out->list[out->next] = s; /* the newest count */
	out->next = (out->next + 1) % SENTENCES_MAX;
	out->n += out->n < SENTENCES_MAX;
}

void
sentences_add(struct sentences *out, struct str text)
{
	while (text.n > 0) {
		size_t n = sentence_length(text);

		add_one(out, (struct str){text.p, n});
		text.p += n;
		text.n -= n;
	}
}

/* ---- choosing ------------------------------------------------------------ */

struct choosing {
	const struct sentences *s;
	bool chosen[SENTENCES_MAX];
	bool out[SENTENCES_MAX]; /* says nothing, or nothing new */
	size_t count;
};

static bool
has_word(const struct phrase *p, const struct word *w)
{
	size_t i, n = p->n < WORDS_COMPARED ? p->n : WORDS_COMPARED;

	for (i = 0; i < n; i++)
		if (p->words[i].w.n == w->n &&
		    memcmp(p->words[i].w.text, w->text, w->n) == 0)
			return true;
	return false;
}

/* Of the words of `a`, are nearly all in `b`? */
static bool
says_no_more(struct str a, struct str b)
{
	struct phrase pa, pb;
	size_t i, n, known = 0;

	phrase_read(a, &pa);
	phrase_read(b, &pb);
	n = pa.n < WORDS_COMPARED ? pa.n : WORDS_COMPARED;
	for (i = 0; i < n; i++)
		known += has_word(&pb, &pa.words[i].w);
	return known * 5 >= n * 4;
}

static bool
is_new(const struct choosing *c, size_t which)
{
	for (size_t i = 0; i < c->s->n; i++)
		if (c->chosen[i] &&
		    says_no_more(c->s->list[which].text, c->s->list[i].text))
			return false;
	return true;
}

/* True: it is in the summary now. */
static bool
choose(struct choosing *c, size_t i)
{
	if (c->out[i] || c->chosen[i] || c->count == PACK_SUMMARY_MAX)
		return false;
	if (!is_new(c, i)) {
		c->out[i] = true;
		return false;
	}
	c->chosen[i] = true;
	c->count++;
	return true;
}

static void
choose_first_question(struct choosing *c)
{
	for (size_t i = 0; i < c->s->n; i++)
		if (!c->out[i] && c->s->list[i].asks) {
			choose(c, i);
			return;
		}
	for (size_t i = 0; i < c->s->n; i++)
		if (choose(c, i))
			return;
}

static void
choose_newest(struct choosing *c)
{
	for (size_t i = c->s->n; i > 0; i--)
		if (!c->out[i - 1]) {
			choose(c, i - 1);
			return;
		}
}

/* The longest of them; false: there is none left. */
static bool
choose_longest(struct choosing *c, bool with_number)
{
	size_t i, best = c->s->n;

	for (i = 0; i < c->s->n; i++) {
		const struct sentence *s = &c->s->list[i];

		if (c->out[i] || c->chosen[i] ||
		    (with_number && !s->has_number))
			continue;
		if (best == c->s->n || s->words > c->s->list[best].words)
			best = i;
	}
	if (best == c->s->n)
		return false;
	choose(c, best);
	return true;
}

/* "agent please" says nothing that the pack does not say anyway. */
static void
pass_over_empty(struct choosing *c)
{
	struct phrase p;
	size_t i, left = c->s->n;

	for (i = 0; i < c->s->n; i++) {
		phrase_read(c->s->list[i].text, &p);
		c->out[i] = c->s->list[i].words < WORDS_MIN ||
			    (p.n <= 12 && asked_for_person(&p));
		left -= c->out[i];
	}
	/* What is short is better than nothing. */
	for (i = 0; left == 0 && i < c->s->n; i++)
		c->out[i] = false;
}

/* The oldest first. */
static void
straighten(struct sentences *s)
{
	struct sentence turned[SENTENCES_MAX];
	size_t i;

	if (s->n < SENTENCES_MAX || s->next == 0)
		return;
	for (i = 0; i < s->n; i++)
		turned[i] = s->list[(s->next + i) % SENTENCES_MAX];
	memcpy(s->list, turned, sizeof(turned));
	s->next = 0;
}

void
sentences_choose(struct sentences *s, struct pack *out)
{
	struct choosing c = {.s = s};
	size_t i;

	straighten(s);
	pass_over_empty(&c);
	choose_first_question(&c);
	choose_newest(&c);
	(void)choose_longest(&c, true);
	while (c.count < PACK_SUMMARY_MAX && choose_longest(&c, false))
		;
	for (i = 0; i < s->n; i++)
		if (c.chosen[i])
			out->summary[out->summary_count++] = s->list[i].text;
}
