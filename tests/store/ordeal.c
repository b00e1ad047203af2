/* ordeal: messages with sources, so that each can be asked for again. */
#include "tests/store/ordeal.h"
#include "tests/lib/cmocka.h"
#include "tests/store/sqlite_file.h"

#include <stdio.h>

void
ordeal_open(struct ordeal *o, const char *vfs)
{
	char who[2] = "a";

	o->answered = 0;
	fixture_directory(&o->f, &store_engine_sqlite);
	o->f.conf.vfs = vfs;
	fixture_start(&o->f);
	o->f.company = put_company(o->f.store, "acme", "{}");
	for (size_t i = 0; i < TALKS; i++, who[0]++)
		o->talks[i] = open_conversation(&o->f, who);
	for (size_t i = 0; i < STEPS; i++)
		(void)snprintf(o->sources[i], sizeof(o->sources[i]), "s%zu", i);
}

void
ordeal_talk(struct ordeal *o)
{
	struct outbox_row row = {.channel = STR("slack"), .payload = STR("hi")};

	for (size_t round = 0; round < ROUNDS; round++) {
		struct store_op *said = &o->ops[round * TALKS], op;
		struct batch b;

		batch_init(&b);
		for (size_t i = 0; i < TALKS; i++) {
			said[i] = message_op(
			    o->talks[i], o->sources[round * TALKS + i]);
			batch_submit(&b, o->f.store, &said[i]);
		}
		batch_wait(&b);
		if (said[0].err != OK)
			continue;
		op = answer_op(&said[0].inbound.state);
		op.commit.outbox = &row;
		op.commit.outbox_count = 1;
		op.commit.decision.timer = (struct timer_set){
		    .set = true, .due = 5};
		o->answered += store_submit_wait(o->f.store, &op) == OK;
	}
}

/* Repeats every message: those reported OK are duplicates of themselves. */
static void
check_messages(struct ordeal *o, bool failed_may_be_there)
{
	for (size_t i = 0; i < STEPS; i++) {
		struct store_op *op = &o->ops[i];
		struct store_op again = message_op(
		    op->inbound.conversation, o->sources[i]);

		must(store_submit_wait(o->f.store, &again));
		if (op->err == OK) {
			assert_true(again.inbound.duplicate);
			assert_int_equal(again.inbound.seq, op->inbound.seq);
		} else if (!failed_may_be_there) {
			assert_false(again.inbound.duplicate);
		}
	}
}

static void
check_outbox(struct ordeal *o, bool failed_may_be_there)
{
	struct outbox_row rows[STEPS];
	size_t n = outbox_of(&o->f, rows, ARRAY_LEN(rows));

	assert_true(n >= o->answered);
	if (!failed_may_be_there)
		assert_int_equal(n, o->answered);
}

void
ordeal_check(struct ordeal *o, bool failed_may_be_there)
{
	check_outbox(o, failed_may_be_there);
	check_messages(o, failed_may_be_there);
	for (size_t i = 0; i < TALKS; i++)
		assert_true(is_consistent(&o->f, o->talks[i]));
	fixture_stop(&o->f);
	assert_true(file_is_whole(o->f.path));
	fixture_remove(&o->f);
}
