/*
 * Looked at in the order in which things go, so that nothing slips through
 * between two looks.
 */
#include "tests/crash/silence.h"
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/sessions.h"

#include <inttypes.h>

#define LONG_ENOUGH_US 1500000 /* forgotten work is looked for once a second */
#define LOOK_US 100000

bool
silence_of_visitors(const struct town *t)
{
	unsigned i = 0;

	while (i < t->visitor_count && visitor_settled(&t->visitors[i]))
		i++;
	return i == t->visitor_count;
}

static bool
settled(const struct town *t)
{
	unsigned i = 0;

	while (i < t->seller_count && seller_settled(&t->sellers[i]))
		i++;
	return i == t->seller_count && silence_of_visitors(t);
}

static size_t
heard(const struct town *t)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < t->visitor_count; i++)
		n += t->visitors[i].ledger.heard_count;
	return n;
}

/* ---- on its way ------------------------------------------------------------- */

struct question {
	const struct town *town;
	const char *path;
	json_t *answer;
};

static void
write_question(void *arg, size_t i, struct buf *request)
{
	const struct question *q = arg;

	(void)i;
	request_add(request, "GET", q->path, town_key(q->town), STR(""));
}

static void
on_answer(void *arg, size_t i, struct str body)
{
	struct question *q = arg;

	(void)i;
	q->answer = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
}

static json_t *
ask(const struct town *t, unsigned port, const char *path)
{
	struct question q = {.town = t, .path = path};

	sweep_run(&(struct sweep){.port = port,
	    .connections = 1,
	    .count = 1,
	    .write = write_question,
	    .answer = on_answer,
	    .arg = &q});
	return q.answer;
}

static bool
mails_wait(const struct town *t)
{
	json_t *answer = ask(t, t->port, "/v1/staff/lanes");
	const json_t *lane;
	json_int_t open = 0;
	size_t i;

	json_array_foreach(json_object_get(answer, "lanes"), i, lane)
	    open += json_integer_value(json_object_get(lane, "open"));
	json_decref(answer);
	return open > 0;
}

static bool
desk_works(const struct silence *s, const struct town *t)
{
	json_t *answer = ask(t, s->desk_port, "/");
	bool idle = json_is_true(json_object_get(answer, "idle"));

	json_decref(answer);
	return !idle;
}

bool
silence_reached(struct silence *s, const struct town *t)
{
	if (t->port == 0 || !settled(t) || heard(t) != s->heard) {
		s->heard = heard(t);
		s->since_us = 0;
		return false;
	}
	if (now_us() < s->look_us)
		return false;
	s->look_us = now_us() + LOOK_US;
	if (mails_wait(t) || desk_works(s, t)) {
		s->since_us = 0;
		return false;
	}
	if (s->since_us == 0)
		s->since_us = now_us();
	return now_us() - s->since_us > LONG_ENOUGH_US;
}

void
silence_broken(const struct town *t)
{
	unsigned i;

	for (i = 0; i < t->visitor_count; i++) {
		const struct visitor *v = &t->visitors[i];
		const struct ledger *l = &v->ledger;

		if (!visitor_settled(v))
			story_wrong(WRONG_UNANSWERED, i,
			    "said %zu, acknowledged %zu; newest %" PRIu64
			    ", answered up to %" PRIu64 "; %s holds %" PRId64,
			    l->said_count, l->acked, l->last_own, l->answered,
			    l->holder, visitor_conversation(v));
	}
	for (i = 0; i < t->seller_count; i++) {
		const struct seller *s = &t->sellers[i];

		if (!seller_settled(s))
			story_wrong(WRONG_UNANSWERED, SELLERS + i,
			    "said %zu, acknowledged %zu, refused %zu, or "
			    "cannot let go of a chat",
			    s->word_count, s->acked, s->refused);
	}
	if (settled(t))
		story_wrong(WRONG_UNANSWERED, ~0u, "mail is still on its way");
}
