/*
 * fill DATABASE COMPANY CONVERSATIONS EVENTS [TOKENS]
 *
 * Writes a past into the store of a stopped Frontdesk: so many conversations
 * with questions and the bot's answers, at least EVENTS events in all, turn
 * by turn around all conversations as they would have come. The visitors of
 * a file of tokens are spread among them, with the same past.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/records.h"
#include "tests/bench/lib/sessions.h"

#include <inttypes.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS 1024u

static struct {
	struct records records;
	int64_t *conversations; /* ids; 0: not opened yet */
	size_t count, tasks;
	_Atomic size_t next;
	sem_t finished; /* posted by each slot that has no more to do */
} fill;

/* One turn of one conversation under way: the question, then the answer. */
struct slot {
	struct store_op op;
	struct arena arena;
	size_t i; /* which conversation */
};

static void
submit(struct slot *s)
{
	enum err e = store_submit(fill.records.store, &s->op);

	if (e != OK)
		die("the store refuses: %s", err_name(e));
}

static void slot_next(struct slot *s);

static void
on_answer(struct store_op *op)
{
	if (op->err != OK)
		die("an answer fails: %s", err_name(op->err));
	slot_next(op->arg);
}

static void
on_question(struct store_op *op)
{
	static const struct answer answer = {.kind = ANSWER_FOUND,
	    .text = STR("Yes, within 30 days, as long as it is clean. Bring "
			"the bill with you, or tell us its number."),
	    .source = STR("faq"),
	    .confidence = 90};
	static const struct policy policy = {.idle_ms = 86400000};
	struct slot *s = op->arg;
	struct conversation c = op->inbound.state;
	struct decision asked = decide(&c), answered;

	if (op->err != OK ||
	    decide_answer(&c, &asked, &answer, &policy, clock_wall(&real_clock),
		&s->arena, &answered) != OK)
		die("a question fails: %s", err_name(op->err));
	fill.conversations[s->i] = c.id;
	s->op = (struct store_op){.verb = STORE_COMMIT,
	    .commit = {.conversation = c.id, .decision = answered},
	    .done = on_answer,
	    .arg = s};
	submit(s);
}

static void
slot_next(struct slot *s)
{
	size_t task = atomic_fetch_add(&fill.next, 1);
	struct store_inbound in = {.event = {.kind = EVENT_MESSAGE,
				       .author = AUTHOR_CUSTOMER,
				       .at = clock_wall(&real_clock)}};

	if (task >= fill.tasks) {
		sem_post(&fill.finished);
		return;
	}
	arena_reset(&s->arena);
	s->i = task % fill.count;
	in.conversation = fill.conversations[s->i];
	in.address = (struct store_address){.company = fill.records.company,
	    .channel = STR("web"),
	    .address = arena_printf(&s->arena, "past-%zu", s->i)};
	in.event.source = arena_printf(&s->arena, "%020" PRIu64, fresh_id());
	in.event.body = arena_printf(&s->arena,
	    "{\"text\":\"Can I return a bicycle that I have ridden, and who "
	    "pays for the way back?\",\"id\":\"%s\"}",
	    in.event.source.p);
	s->op = (struct store_op){.verb = STORE_INBOUND,
	    .inbound = in,
	    .done = on_question,
	    .arg = s};
	submit(s);
}

/* f1.<company>.<conversation>... */
static void
take_visitors(const char *path)
{
	struct sessions s;
	size_t i;

	sessions_load(&s, path);
	for (i = 0; i < s.n && i < fill.count; i++) {
		const char *dot = strchr(s.tokens[i].p + 3, '.');

		if (dot == NULL)
			die("not a token: %s", s.tokens[i].p);
		fill.conversations[i * fill.count / s.n] = strtoll(
		    dot + 1, NULL, 10);
	}
	sessions_free(&s);
}

int
main(int argc, char **argv)
{
	struct slot *slots = calloc(SLOTS, sizeof(*slots));
	size_t i, events, turns;

	if (argc < 5 || slots == NULL)
		die("usage: fill database company conversations events "
		    "[tokens]");
	fill.count = number_from(argv[3], 10000000);
	events = number_from(argv[4], 1000000000);
	/* The first event opens; a turn brings two. */
	turns = (events + fill.count - 1) / fill.count / 2;
	turns += turns == 0;
	fill.tasks = turns * fill.count;
	fill.conversations = calloc(fill.count, sizeof(int64_t));
	if (fill.conversations == NULL || sem_init(&fill.finished, 0, 0) != 0)
		die("no memory");
	if (argc > 5)
		take_visitors(argv[5]);
	records_open(&fill.records, argv[1], argv[2], SLOTS);
	for (i = 0; i < SLOTS; i++)
		slot_next(&slots[i]);
	for (i = 0; i < SLOTS; i++)
		sem_wait(&fill.finished);
	records_close(&fill.records);
	for (i = 0; i < SLOTS; i++)
		arena_free(&slots[i].arena);
	free(slots);
	free(fill.conversations);
	printf("events %zu\n", fill.count * (1 + 2 * turns));
	return 0;
}
