/* suite, lists: what readers see, in order and in pages. */
#include "tests/store/suite.h"

static void
events_come_in_pages_after_a_seq(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct event page[3];
	size_t n = ARRAY_LEN(page);

	for (unsigned i = 0; i < 5; i++)
		must(say(f, id, NULL));
	must(store_read_events(f->reader, id, 2, &f->arena, page, &n));
	assert_int_equal(n, 3);
	assert_int_equal(page[0].seq, 3);
	assert_int_equal(page[2].seq, 5);
	must(store_read_events(f->reader, id, 5, &f->arena, page, &n));
	assert_int_equal(n, 1);
	assert_int_equal(page[0].seq, 6);
	must(store_read_events(f->reader, id, 6, &f->arena, page, &n));
	assert_int_equal(n, 0);
}

static void
events_of_nothing_are_none(struct fixture *f)
{
	struct event page[1];
	struct conversation c;
	size_t n = 1;

	must(store_read_events(f->reader, 77, 0, &f->arena, page, &n));
	assert_int_equal(n, 0);
	assert_int_equal(
	    store_read_conversation(f->reader, 77, &c), E_NOTFOUND);
}

static void
pending_lists_what_waits_for_the_bot(struct fixture *f)
{
	int64_t ids[4], found[3];
	char who[2] = "a";
	size_t n = 2;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		who[0]++;
		ids[i] = open_conversation(f, who);
		must(say(f, ids[i], NULL));
	}
	must(answer(f, ids[1]));
	must(store_list_pending(f->reader, 0, found, &n));
	assert_int_equal(n, 2);
	assert_int_equal(found[0], ids[0]);
	assert_int_equal(found[1], ids[2]);
	n = ARRAY_LEN(found);
	must(store_list_pending(f->reader, ids[2], found, &n));
	assert_int_equal(n, 1);
	assert_int_equal(found[0], ids[3]);
	must(say(f, ids[1], NULL));
	n = ARRAY_LEN(found);
	must(store_list_pending(f->reader, ids[0], found, &n));
	assert_int_equal(n, 3);
}

static void
pending_is_the_bots_only(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob"), found;
	struct conversation c;
	struct store_op op;
	size_t n = 1;

	must(say(f, id, NULL));
	c = state_of(f, id);
	op = answer_op(&c);
	op.commit.decision.events[0] = (struct event){
	    .kind = EVENT_HOLDER, .ref = HOLDER_QUEUE, .at = 3};
	must(store_submit_wait(f->store, &op));
	must(store_list_pending(f->reader, 0, &found, &n));
	assert_int_equal(n, 0);
}

/* With the support desk, and not written to yet; `due`: not before then. */
static int64_t
open_with_desk(struct fixture *f, const char *who, int64_t due)
{
	int64_t id = open_conversation(f, who);
	struct conversation c;
	struct store_op op;

	must(say(f, id, NULL));
	c = state_of(f, id);
	op = answer_op(&c);
	op.commit.decision.events[0] = (struct event){
	    .kind = EVENT_HOLDER, .ref = HOLDER_EMAIL, .at = 3};
	if (due > 0)
		decision_set_timer(&op.commit.decision, TIMER_MAIL, due);
	must(store_submit_wait(f->store, &op));
	return id;
}

static void
pending_leaves_out_what_waits_for_its_timer(struct fixture *f)
{
	int64_t now = open_with_desk(f, "a", 0), found[3], due = 0;
	int64_t later = open_with_desk(f, "b", 500);
	struct conversation c = state_of(f, later);
	struct store_op op = answer_op(&c);
	size_t n = ARRAY_LEN(found);

	must(store_list_pending(f->reader, 0, found, &n));
	assert_int_equal(n, 1);
	assert_int_equal(found[0], now);
	must(store_read_timer(f->reader, later, TIMER_MAIL, &due));
	assert_int_equal(due, 500);
	assert_int_equal(
	    store_read_timer(f->reader, now, TIMER_MAIL, &due), E_NOTFOUND);
	assert_int_equal(
	    store_read_timer(f->reader, later, TIMER_IDLE, &due), E_NOTFOUND);
	op.commit.decision.event_count = 0;
	decision_set_timer(&op.commit.decision, TIMER_MAIL, 0);
	must(store_submit_wait(f->store, &op));
	n = ARRAY_LEN(found);
	must(store_list_pending(f->reader, 0, found, &n));
	assert_int_equal(n, 2);
	assert_int_equal(found[1], later);
}

static void
arm(struct fixture *f, int64_t id, int64_t due)
{
	struct conversation c = state_of(f, id);
	struct store_op op = answer_op(&c);

	op.commit.decision.event_count = 0;
	decision_set_timer(&op.commit.decision, TIMER_IDLE, due);
	must(store_submit_wait(f->store, &op));
}

static void
timers_come_the_earliest_first(struct fixture *f)
{
	struct timer_row rows[3];
	int64_t a = open_conversation(f, "a"), b = open_conversation(f, "b");
	int64_t c = open_conversation(f, "c");
	size_t n = ARRAY_LEN(rows);

	arm(f, a, 300);
	arm(f, b, 100);
	arm(f, c, 200);
	must(store_list_timers(f->reader, 200, rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].conversation, b);
	assert_int_equal(rows[1].conversation, c);
	n = 1;
	must(store_list_timers(f->reader, 1000, rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].due, 100);
}

static void
outbox_comes_the_oldest_first(struct fixture *f)
{
	struct outbox_row in = {.channel = STR("slack")}, out[2];
	struct conversation c = {.id = open_conversation(f, "bob"), .seq = 1};

	for (unsigned i = 0; i < 3; i++) {
		struct store_op op = answer_op(&c);

		op.commit.outbox = &in;
		op.commit.outbox_count = 1;
		must(store_submit_wait(f->store, &op));
		c = op.commit.state;
	}
	assert_int_equal(outbox_of(f, out, ARRAY_LEN(out)), 2);
	assert_int_equal(out[0].seq, 2);
	assert_int_equal(out[1].seq, 3);
}

static void
reader_keeps_its_moment(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct event page[4];

	must(store_read_begin(f->reader));
	assert_int_equal(state_of(f, id).seq, 1);
	must(say(f, id, NULL));
	assert_int_equal(state_of(f, id).seq, 1);
	assert_int_equal(events_of(f, id, page, ARRAY_LEN(page)), 1);
	store_read_end(f->reader);
	assert_int_equal(state_of(f, id).seq, 2);
	assert_int_equal(events_of(f, id, page, ARRAY_LEN(page)), 2);
}

static void
everything_is_there_after_reopening(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob"), pending;
	struct store_op op = message_op(id, "s1");
	size_t n = 1;

	must(say(f, id, "s1"));
	fixture_reopen(f);
	assert_true(is_consistent(f, id));
	assert_int_equal(open_conversation(f, "bob"), id);
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	must(store_list_pending(f->reader, 0, &pending, &n));
	assert_int_equal(n, 1);
}

const struct suite_case suite_lists[] = {
    CASE(events_come_in_pages_after_a_seq),
    CASE(events_of_nothing_are_none),
    CASE(pending_lists_what_waits_for_the_bot),
    CASE(pending_is_the_bots_only),
    CASE(pending_leaves_out_what_waits_for_its_timer),
    CASE(timers_come_the_earliest_first),
    CASE(outbox_comes_the_oldest_first),
    CASE(reader_keeps_its_moment),
    CASE(everything_is_there_after_reopening),
    {0},
};
