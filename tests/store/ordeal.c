/* ordeal: messages with sources, so that each can be asked for again. */
#include "tests/store/ordeal.h"
#include "tests/lib/cmocka.h"
#include "tests/store/acts.h"
#include "tests/store/recount.h"
#include "tests/store/sqlite_file.h"
#include "tests/store/staff.h"

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
	o->agent = make_agent(&o->f, "anna");
	o->acted = 0;
	o->hindered = false;
	o->place = 0;
	for (size_t i = 0; i < STEPS; i++)
		(void)snprintf(o->sources[i], sizeof(o->sources[i]), "s%zu", i);
}

/* Notes in `row` what was reported done. */
static void
deliver(struct ordeal *o, struct outbox_row *row)
{
	struct settled s = {.row = row->id,
	    .state = OUTBOX_SENT,
	    .vendor_id = STR("v"),
	    .event = {.kind = EVENT_FILE}};
	struct store_op take = {.verb = STORE_TAKE}, sent, receipt;
	bool taken = false;

	sent = (struct store_op){.verb = STORE_SETTLE};
	receipt = (struct store_op){.verb = STORE_RECEIPT};
	take.take = (struct store_take){&row->id, 1, 0, false, &taken};
	sent.settle = (struct store_settle){&s, 1};
	receipt.receipt.account = (struct store_address){
	    .company = o->f.company, .channel = row->channel};
	receipt.receipt.row = row->id;
	receipt.receipt.rank = RECEIPT_DELIVERED;
	if (store_submit_wait(o->f.store, &take) == OK && taken)
		row->state = OUTBOX_SENDING;
	if (store_submit_wait(o->f.store, &sent) == OK && s.event.seq != 0)
		row->state = OUTBOX_SENT;
	if (store_submit_wait(o->f.store, &receipt) == OK) {
		row->state = OUTBOX_SENT;
		row->receipt = RECEIPT_DELIVERED;
	}
}

static void
answer_and_deliver(
    struct ordeal *o, const struct conversation *c, struct outbox_row *row)
{
	struct store_op op = answer_op(c);

	*row = (struct outbox_row){
	    .channel = STR("slack"), .payload = STR("hi")};
	op.commit.outbox = row;
	op.commit.outbox_count = 1;
	decision_set_timer(&op.commit.decision, TIMER_IDLE, 5);
	if (store_submit_wait(o->f.store, &op) != OK) {
		row->id = 0;
		return;
	}
	if (o->answered++ == 0)
		deliver(o, row);
}

/* Whatever becomes of it. */
static void
hand_over(struct ordeal *o, size_t round)
{
	static const enum act_kind kinds[ROUNDS][3] = {
	    {ACT_QUEUE, ACT_OFFER, ACT_ACCEPT},
	    {ACT_LABEL, ACT_SNOOZE, ACT_RESOLVE}};

	for (size_t i = 0; i < 3; i++) {
		enum act_kind kind = kinds[round][i];
		bool by_system = kind == ACT_QUEUE || kind == ACT_OFFER;
		struct store_op op = act_op(
		    kind, o->talks[TALKS - 1], by_system ? 0 : o->agent);

		op.act.act.to_agent = o->agent;
		op.act.act.until = ACT_NOW + 1;
		op.act.act.body = STR("{\"add\":[\"a\"]}");
		op.err = store_submit_wait(o->f.store, &op);
		o->acted += op.err == OK;
		o->hindered |= op.err != OK && !store_is_refusal(op.err);
	}
}

/* The first event of the last talk. */
static void
follow(struct ordeal *o)
{
	struct feed_text text = {.conversation = o->talks[TALKS - 1],
	    .company = o->f.company,
	    .seq = 1,
	    .text = STR("hello")};
	struct store_op op = {.verb = STORE_FEED};

	op.feed.follower = STR("search");
	op.feed.upto = TALKS;
	op.feed.texts = &text;
	op.feed.text_count = 1;
	if (store_submit_wait(o->f.store, &op) == OK)
		o->place = TALKS;
}

void
ordeal_talk(struct ordeal *o)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		struct store_op *said = &o->ops[round * TALKS];
		struct batch b;

		o->rows[round].id = 0;
		batch_init(&b);
		for (size_t i = 0; i < TALKS; i++) {
			said[i] = message_op(
			    o->talks[i], o->sources[round * TALKS + i]);
			batch_submit(&b, o->f.store, &said[i]);
		}
		batch_wait(&b);
		if (said[0].err == OK)
			answer_and_deliver(
			    o, &said[0].inbound.state, &o->rows[round]);
		hand_over(o, round);
	}
	follow(o);
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

/* An answer and its row are there together or not at all. */
static void
check_answers(struct ordeal *o, bool failed_may_be_there)
{
	struct event e[4 * STEPS];
	struct outbox_row rows[2];
	size_t n = events_of(&o->f, o->talks[0], e, ARRAY_LEN(e)), answers = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_answer = e[i].author == AUTHOR_BOT;
		size_t found = ARRAY_LEN(rows);

		must(store_list_outbox_of(o->f.reader,
		    &(struct cause_ask){o->talks[0], e[i].seq}, &o->f.arena,
		    rows, &found));
		assert_int_equal(found, is_answer);
		answers += is_answer;
	}
	assert_true(answers >= o->answered);
	if (!failed_may_be_there)
		assert_int_equal(answers, o->answered);
}

static void
check_rows(struct ordeal *o, bool failed_may_be_there)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct outbox_row *told = &o->rows[i], row;

		if (told->id == 0)
			continue;
		must(store_read_outbox(
		    o->f.reader, told->id, &o->f.arena, &row));
		assert_true(row.state >= told->state);
		assert_true(row.receipt >= told->receipt);
		if (!failed_may_be_there) {
			assert_int_equal(row.state, told->state);
			assert_int_equal(row.receipt, told->receipt);
		}
	}
}

/* What is kept beside the log is what the log says. */
static void
check_people(struct ordeal *o)
{
	struct list_ask ask = {.company = o->f.company, .agent = o->agent};

	assert_true(o->hindered || o->acted == ROUNDS * 3);
	recount_chats(&o->f, o->agent, o->talks, TALKS);
	recount_handed(&o->f, o->talks, TALKS);
	recount_pending(&o->f, o->talks, TALKS);
	for (unsigned v = 0; v < VIEWS; v++) {
		ask.view = (enum view)v;
		recount_view(&o->f, &ask, o->talks, TALKS);
	}
}

/* The place and what was made of the log are there together or not at all. */
static void
check_follower(struct ordeal *o, bool failed_may_be_there)
{
	struct search_ask ask = {o->f.company, STR("hello"), 0};
	struct found found[2];
	size_t n = ARRAY_LEN(found);
	uint64_t place;

	must(store_read_place(o->f.reader, STR("search"), &place));
	must(store_search(o->f.reader, &ask, &o->f.arena, found, &n));
	assert_int_equal(n, place > 0);
	assert_true(place >= o->place);
	if (!failed_may_be_there)
		assert_int_equal(place, o->place);
}

void
ordeal_check(struct ordeal *o, bool failed_may_be_there)
{
	check_answers(o, failed_may_be_there);
	check_rows(o, failed_may_be_there);
	check_people(o);
	check_follower(o, failed_may_be_there);
	check_messages(o, failed_may_be_there);
	for (size_t i = 0; i < TALKS; i++)
		assert_true(is_consistent(&o->f, o->talks[i]));
	fixture_stop(&o->f);
	assert_true(file_is_whole(o->f.path));
	fixture_remove(&o->f);
}
