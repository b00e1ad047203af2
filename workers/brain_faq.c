/* brain_faq: cuts the burst into parts, ranks each, and says what is found. */
#include "workers/brain_faq.h"
#include "core/company.h"
#include "workers/rank.h"
#include "workers/rank_words.h"
#include "workers/small_talk.h"

/* Where more certainty is wanted than for an answer to a question. */
#define TELLS_SURE 75u	  /* it asks nothing, and another part does */
#define COURTESY_SURE 90u /* an entry for "hello" itself */

#define TOGETHER_MAX 4096u /* bytes of all parts, read together */
#define ASKS_WORDS 3u	   /* fewer words are a scrap: "on sundays?" */

/* Something said that is no mere courtesy. */
struct part {
	struct str text;
	bool asks;
	bool guessed; /* there is a hit */
	bool found;   /* and it is sure */
	struct rank_hit hit;
};

struct faq_answer {
	const struct company *company;
	struct rank *rank;
	struct part parts[BRAIN_FAQ_PARTS_MAX];
	size_t n;

	/* The weightiest courtesy, if there was one. */
	bool courteous;
	enum small_talk talk;
	struct str courtesy, reply;

	size_t entries[BRAIN_FAQ_PARTS_MAX];
	size_t entry_n;
	unsigned confidence; /* the least of those found */
	unsigned best_guess; /* the most of those not found */
};

/* ---- cutting ----------------------------------------------------------- */

static bool
white(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Up to and with the next question mark that ends something. */
static struct str
cut_part(struct str *message)
{
	struct str part = {message->p, 0};
	size_t i;

	if (message->n == 0)
		return part;
	for (i = 0; i < message->n; i++)
		if (message->p[i] == '?' &&
		    (i + 1 == message->n || white(message->p[i + 1])))
			break;
	part.n = i < message->n ? i + 1 : i;
	while (i < message->n && (i < part.n || white(message->p[i])))
		i++;
	message->p += i;
	message->n -= i;
	return part;
}

static void
read_courtesy(struct faq_answer *a, enum small_talk talk, struct str text,
    struct str reply)
{
	if (a->courteous && talk <= a->talk)
		return;
	a->courteous = true;
	a->talk = talk;
	a->courtesy = text;
	a->reply = reply;
}

static void
read_part(struct faq_answer *a, struct str text)
{
	struct part *p;
	struct str reply;
	enum small_talk talk = small_talk_find(text, &reply);

	if (talk != TALK_NONE) {
		read_courtesy(a, talk, text, reply);
		return;
	}
	if (a->n == BRAIN_FAQ_PARTS_MAX)
		memmove(a->parts, a->parts + 1, --a->n * sizeof(*a->parts));
	p = &a->parts[a->n++];
	*p = (struct part){.text = text, .asks = small_talk_asks(text)};
}

static void
read_parts(struct faq_answer *a, const struct brain_question *q)
{
	struct str rest;
	size_t i;

	for (i = 0; i < q->count; i++) {
		rest = q->messages[i];
		do
			read_part(a, cut_part(&rest));
		while (rest.n > 0);
	}
}

/* ---- finding ----------------------------------------------------------- */

static void
rank_parts(struct faq_answer *a)
{
	struct part *p;

	for (p = a->parts; p < a->parts + a->n; p++) {
		p->guessed = rank_find(a->rank, p->text, &p->hit, 1) > 0;
		p->found = p->guessed && p->hit.confidence >= RANK_SURE;
		if (p->guessed && !p->found &&
		    p->hit.confidence > a->best_guess)
			a->best_guess = p->hit.confidence;
	}
}

static bool
used(const struct faq_answer *a, size_t entry)
{
	size_t i;

	for (i = 0; i < a->entry_n; i++)
		if (a->entries[i] == entry)
			return true;
	return false;
}

static void
use(struct faq_answer *a, const struct rank_hit *hit)
{
	if (a->entry_n == 0 || hit->confidence < a->confidence)
		a->confidence = hit->confidence;
	if (!used(a, hit->entry))
		a->entries[a->entry_n++] = hit->entry;
}

static void
use_parts(struct faq_answer *a)
{
	bool asked = false;
	size_t i;

	for (i = 0; i < a->n; i++)
		asked = asked || (a->parts[i].found && a->parts[i].asks);
	for (i = 0; i < a->n; i++) {
		const struct part *p = &a->parts[i];

		if (p->found &&
		    (p->asks || !asked || p->hit.confidence >= TELLS_SURE))
			use(a, &p->hit);
	}
}

static size_t
clipped(char *room, size_t used_up, struct str s)
{
	size_t n = TOGETHER_MAX - used_up;

	n = s.n < n ? s.n : n;
	if (n > 0)
		memcpy(room + used_up, s.p, n);
	return used_up + n;
}

/* All messages as one, as far as they are not mere courtesy. */
static void
use_together(struct faq_answer *a, const struct brain_question *q)
{
	char text[TOGETHER_MAX];
	struct rank_hit hit;
	struct str reply;
	size_t i, n = 0;

	for (i = 0; i < q->count; i++) {
		if (small_talk_find(q->messages[i], &reply) != TALK_NONE)
			continue;
		n = clipped(text, n, q->messages[i]);
		n = clipped(text, n, STR("\n"));
	}
	if (rank_find(a->rank, (struct str){text, n}, &hit, 1) == 0)
		return;
	if (hit.confidence >= RANK_SURE)
		use(a, &hit);
	else if (hit.confidence > a->best_guess)
		a->best_guess = hit.confidence;
}

/* ---- saying ------------------------------------------------------------ */

/* Does it ask something that the answers so far are no answer to? */
static bool
left_open(const struct faq_answer *a, const struct part *p)
{
	struct str rest = p->text;
	struct word w;
	size_t words = 0;

	if (p->found || !p->asks)
		return false;
	while (words < ASKS_WORDS && word_next(&rest, &w))
		words++;
	return words == ASKS_WORDS && !(p->guessed && used(a, p->hit.entry));
}

static void
say_entries(const struct faq_answer *a, struct buf *text, struct buf *source)
{
	const struct faq_entry *faq = a->company->faq;
	size_t i;

	for (i = 0; i < a->entry_n; i++) {
		const struct faq_entry *e = &faq[a->entries[i]];

		buf_str(text, i == 0 ? "" : "\n\n");
		buf_add(text, e->answer.p, e->answer.n);
		buf_str(source, i == 0 ? "" : "\n");
		buf_add(source, e->question.p, e->question.n);
	}
	for (i = 0; i < a->n; i++) {
		if (!left_open(a, &a->parts[i]))
			continue;
		buf_str(text, "\n\n");
		buf_add(text, a->company->unknown.p, a->company->unknown.n);
		return;
	}
}

static enum err
say_found(const struct faq_answer *a, struct arena *arena, struct answer *out)
{
	struct buf text = {0}, source = {0};

	say_entries(a, &text, &source);
	out->kind = ANSWER_FOUND;
	out->confidence = a->confidence;
	out->text = buf_take(&text, arena);
	out->source = buf_take(&source, arena);
	return out->text.p == NULL || out->source.p == NULL ? E_NOMEM : OK;
}

/* An entry for the very word comes first, then what is polite. */
static enum err
say_courtesy(struct faq_answer *a, struct arena *arena, struct answer *out)
{
	const struct company *c = a->company;
	struct rank_hit hit;

	if (rank_find(a->rank, a->courtesy, &hit, 1) > 0 &&
	    hit.confidence >= COURTESY_SURE) {
		use(a, &hit);
		return say_found(a, arena, out);
	}
	out->text = a->talk == TALK_GREETING && c->welcome.n > 0 ? c->welcome
								 : a->reply;
	out->kind = out->text.n > 0 ? ANSWER_FOUND : ANSWER_NOTHING;
	out->confidence = 100;
	return OK;
}

static enum err
find_words(
    struct faq_answer *a, const struct brain_question *q, struct answer *out)
{
	read_parts(a, q);
	if (a->n == 0 && a->courteous)
		return say_courtesy(a, q->arena, out);
	rank_parts(a);
	use_parts(a);
	if (a->entry_n == 0 && a->n > 1)
		use_together(a, q);
	if (a->entry_n > 0)
		return say_found(a, q->arena, out);
	out->kind = ANSWER_UNKNOWN;
	out->text = a->company->unknown;
	out->confidence = a->best_guess;
	return OK;
}

/* ---- the brain --------------------------------------------------------- */

static enum err
faq_learn(const struct company *company, void **out)
{
	struct rank *r;
	enum err e = rank_build(company->faq, company->faq_count, &r);

	if (e == OK)
		*out = r;
	return e;
}

static void
faq_forget(void *knowledge)
{
	rank_free(knowledge);
}

static void
faq_ask(void *knowledge, struct brain_question *q)
{
	struct faq_answer a = {.company = q->company, .rank = knowledge};
	struct answer answer = {0};

	if (find_words(&a, q, &answer) != OK)
		answer = (struct answer){
		    .kind = ANSWER_FAILED, .text = q->company->failed};
	q->answer(q, &answer);
}

/* It has answered by the time ask() returns: there is nothing to let go. */
static void
faq_cancel(void *knowledge, struct brain_question *q)
{
	(void)knowledge;
	(void)q;
}

const struct brain_kind brain_faq = {
    .name = "faq",
    .slow = false,
    .learn = faq_learn,
    .forget = faq_forget,
    .ask = faq_ask,
    .cancel = faq_cancel,
};
