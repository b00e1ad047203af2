/*
 * suite, outbox: rows are taken and settled, found by their lanes, given up,
 * replayed. Receipts stand in suite_receipts.c.
 */
#include "tests/store/delivery.h"
#include "tests/store/suite.h"

#include <stdlib.h>

static size_t
listed(struct fixture *f, int64_t lane, bool given_up)
{
	struct outbox_row rows[9];
	size_t n = ARRAY_LEN(rows);

	must(store_list_outbox(f->reader,
	    &(struct outbox_ask){lane, given_up, 0}, &f->arena, rows, &n));
	return n;
}

/* ---- take -------------------------------------------------------------- */

static void
take_marks_what_is_ready_and_due(struct fixture *f)
{
	int64_t rows[3] = {new_row(f, "T1"), new_row(f, "T1"), 12345};
	struct settled later = {
	    .row = rows[1], .state = OUTBOX_READY, .due = 1000};
	bool taken[3];

	assert_int_equal(take_rows(f, rows, 3, 50, taken), 2);
	assert_true(taken[0] && taken[1] && !taken[2]);
	assert_int_equal(row_of(f, rows[0]).state, OUTBOX_SENDING);
	assert_int_equal(row_of(f, rows[0]).attempts, 1);
	assert_int_equal(take_rows(f, rows, 3, 60, taken), 0);
	assert_false(taken[0] || taken[1] || taken[2]);
	assert_int_equal(row_of(f, rows[0]).attempts, 1);
	settle(f, &later, 1);
	assert_int_equal(take_rows(f, &rows[1], 1, 999, taken), 0);
	assert_int_equal(take_rows(f, &rows[1], 1, 1000, taken), 1);
	assert_int_equal(row_of(f, rows[1]).attempts, 2);
}

static void
take_has_a_limit(struct fixture *f)
{
	static int64_t rows[STORE_ROWS_MAX + 1];
	static bool taken[STORE_ROWS_MAX + 1];
	struct store_op op = {.verb = STORE_TAKE};

	rows[0] = new_row(f, "T1");
	op.take.rows = rows;
	op.take.taken = taken;
	op.take.n = STORE_ROWS_MAX + 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	assert_int_equal(row_of(f, rows[0]).state, OUTBOX_READY);
	op.take.n = STORE_ROWS_MAX;
	must(store_submit_wait(f->store, &op));
	assert_true(taken[0]);
}

static void
orphans_are_in_doubt(struct fixture *f)
{
	int64_t rows[4];
	struct settled sent = {.state = OUTBOX_SENT};
	struct settled again = {
	    .state = OUTBOX_READY, .due = DELIVERY_NOW, .uncount = true};
	struct store_op op = {.verb = STORE_TAKE};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = new_row(f, i % 2 == 0 ? "T1" : "T2");
	take_all(f, rows, 3);
	again.row = rows[0];
	settle(f, &again, 1);
	take_all(f, rows, 1);
	sent.row = rows[2];
	settle(f, &sent, 1);
	op.take.orphans = true;
	must(store_submit_wait(f->store, &op));
	for (size_t i = 0; i < 2; i++) {
		struct outbox_row row = row_of(f, rows[i]);

		assert_int_equal(row.state, OUTBOX_DOUBT);
		assert_int_equal(row.due, 0);
		assert_int_equal(row.attempts, 1);
	}
	assert_int_equal(row_of(f, rows[2]).state, OUTBOX_SENT);
	assert_int_equal(row_of(f, rows[3]).state, OUTBOX_READY);
}

/* ---- settle ------------------------------------------------------------ */

/* A name that is learnt with it goes to who has none, and to nobody else. */
static void
settling_may_name(struct fixture *f)
{
	int64_t row = new_row(f, "T1"), id = row_of(f, row).conversation, again;
	struct settled s = {
	    .state = OUTBOX_SENT, .row = row, .name = STR("Ann")};
	struct arena a = {0};
	struct list_row line;

	take_all(f, &row, 1);
	settle(f, &s, 1);
	must(store_read_row(f->reader, f->company, id, &a, &line));
	assert_true(str_eq(line.contact.name, STR("Ann")));
	again = new_row_in(f, id, "T1");
	take_all(f, &again, 1);
	s = (struct settled){
	    .state = OUTBOX_SENT, .row = again, .name = STR("Bo")};
	settle(f, &s, 1);
	must(store_read_row(f->reader, f->company, id, &a, &line));
	assert_true(str_eq(line.contact.name, STR("Ann")));
	arena_free(&a);
}

/* The newest that bears it, in its lane only. */
static void
rows_are_found_by_the_vendors_name(struct fixture *f)
{
	int64_t ids[3] = {new_row(f, "A"), new_row(f, "A"), new_row(f, "B")};
	struct vendor_ask ask = {lane_of(f, "A"), STR("v")};
	struct outbox_row row;

	assert_int_equal(
	    store_find_outbox(f->reader, &ask, &f->arena, &row), E_NOTFOUND);
	take_all(f, ids, 3);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct settled s = {
		    .row = ids[i], .state = OUTBOX_SENT, .vendor_id = STR("v")};

		settle(f, &s, 1);
	}
	must(store_find_outbox(f->reader, &ask, &f->arena, &row));
	assert_int_equal(row.id, ids[1]);
	ask.vendor_id = STR("w");
	assert_int_equal(
	    store_find_outbox(f->reader, &ask, &f->arena, &row), E_NOTFOUND);
}

static void
settled_rows_are_where_they_belong(struct fixture *f)
{
	static const struct {
		enum outbox_state state;
		size_t open, given_up;
	} cases[] = {
	    {OUTBOX_READY, 1, 0},
	    {OUTBOX_DOUBT, 1, 0},
	    {OUTBOX_SENT, 0, 0},
	    {OUTBOX_UNKNOWN, 0, 1},
	    {OUTBOX_DEAD, 0, 1},
	};
	static const char *const accounts[] = {"A", "B", "C", "D", "E"};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t id = new_row(f, accounts[i]);
		struct settled s = {.row = id,
		    .state = cases[i].state,
		    .due = 777,
		    .vendor_id = STR("v"),
		    .code = STR("30003"),
		    .reason = STR("The phone is off.")};
		struct outbox_row row;

		take_all(f, &id, 1);
		settle(f, &s, 1);
		row = row_of(f, id);
		assert_int_equal(row.state, cases[i].state);
		assert_int_equal(row.due, 777);
		assert_int_equal(row.attempts, 1);
		assert_true(str_eq(row.vendor_id, STR("v")));
		assert_true(str_eq(row.code, STR("30003")));
		assert_true(str_eq(row.reason, STR("The phone is off.")));
		assert_int_equal(s.conversation, row.conversation);
		assert_int_equal(listed(f, row.lane, false), cases[i].open);
		assert_int_equal(listed(f, row.lane, true), cases[i].given_up);
	}
}

static void
an_attempt_that_was_none_is_not_counted(struct fixture *f)
{
	int64_t id = new_row(f, "T1");
	struct settled s = {.row = id, .state = OUTBOX_READY, .uncount = true};

	take_all(f, &id, 1);
	settle(f, &s, 1);
	assert_int_equal(row_of(f, id).attempts, 0);
	s.state = OUTBOX_DOUBT;
	settle(f, &s, 1); /* nobody has taken it: nothing to settle */
	assert_int_equal(row_of(f, id).state, OUTBOX_READY);
}

static void
settling_tells_the_conversation(struct fixture *f)
{
	int64_t talk = open_conversation(f, "bob"), rows[3];
	struct settled s[3];
	struct conversation c;
	struct event e[9];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rows[i] = new_row_in(f, talk, "T1");
		s[i] = (struct settled){.row = rows[i],
		    .state = OUTBOX_DEAD,
		    .event = {.kind = EVENT_DELIVERY, .at = 50}};
	}
	s[1].event.kind = EVENT_OPENED;
	take_all(f, rows, 3);
	c = state_of(f, talk);
	settle(f, s, ARRAY_LEN(s));
	assert_int_equal(s[0].event.seq, c.seq + 1);
	assert_int_equal(s[1].event.seq, 0);
	assert_int_equal(s[2].event.seq, c.seq + 2);
	assert_int_equal(s[0].conversation_state.seq, c.seq + 1);
	assert_int_equal(s[2].conversation_state.seq, c.seq + 2);
	assert_int_equal(s[2].conversation, talk);
	assert_int_equal(events_of(f, talk, e, ARRAY_LEN(e)), c.seq + 2);
	assert_int_equal(e[c.seq].kind, EVENT_DELIVERY);
	assert_int_equal(e[c.seq].ref, row_of(f, rows[0]).seq);
	assert_int_equal(e[c.seq + 1].ref, row_of(f, rows[2]).seq);
	assert_true(is_consistent(f, talk));
}

/* A source makes an event of settling, too, be there once. */
static void
an_event_that_is_known_is_not_told_again(struct fixture *f)
{
	int64_t talk = open_conversation(f, "bob"), rows[2];
	struct settled s[2];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rows[i] = new_row_in(f, talk, "T1");
		s[i] = (struct settled){.row = rows[i],
		    .state = OUTBOX_SENT,
		    .event = {.kind = EVENT_FILE, .source = STR("file 1")}};
	}
	take_all(f, rows, 2);
	settle(f, s, ARRAY_LEN(s));
	assert_int_not_equal(s[0].event.seq, 0);
	assert_int_equal(s[1].event.seq, 0);
	assert_int_equal(row_of(f, rows[1]).state, OUTBOX_SENT);
	assert_true(is_consistent(f, talk));
}

static void
settling_what_cannot_be_changes_nothing(struct fixture *f)
{
	static struct settled many[STORE_ROWS_MAX + 1];
	struct store_op op = {.verb = STORE_SETTLE};
	int64_t rows[2] = {new_row(f, "T1"), new_row(f, "T1")};
	struct settled good = {.row = rows[0], .state = OUTBOX_SENT};
	struct settled bad[5] = {{.state = OUTBOX_SENDING},
	    {.state = OUTBOX_STATES}, {.event.kind = EVENT_MESSAGE},
	    {.event.kind = EVENT_HOLDER},
	    {.event = {.kind = EVENT_FILE, .author = AUTHORS}}};

	take_all(f, rows, 2);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct settled both[2] = {good, bad[i]};

		both[1].row = rows[1];
		op.settle.rows = both;
		op.settle.n = 2;
		assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	}
	many[0] = good;
	op.settle.rows = many;
	op.settle.n = ARRAY_LEN(many);
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	assert_int_equal(row_of(f, rows[0]).state, OUTBOX_SENDING);
}

static void
a_row_that_is_gone_does_not_hold_up_the_others(struct fixture *f)
{
	int64_t id = new_row(f, "T1");
	struct settled s[2] = {
	    {.row = id + 1, .state = OUTBOX_DEAD, .event.kind = EVENT_DELIVERY},
	    {.row = id, .state = OUTBOX_SENT}};

	take_all(f, &id, 1);
	settle(f, s, ARRAY_LEN(s));
	assert_int_equal(s[0].conversation, 0);
	assert_int_equal(s[0].event.seq, 0);
	assert_int_equal(row_of(f, id).state, OUTBOX_SENT);
}

/* ---- replay ------------------------------------------------------------ */

static enum err
replay(struct fixture *f, int64_t row, int64_t lane, bool drop, uint64_t *rows)
{
	struct store_op op = {.verb = STORE_REPLAY};
	enum err e;

	op.replay.row = row;
	op.replay.lane = lane;
	op.replay.at = 900;
	op.replay.drop = drop;
	e = store_submit_wait(f->store, &op);
	*rows = op.replay.rows;
	return e;
}

static void
a_replayed_row_is_as_new(struct fixture *f)
{
	int64_t id = new_row(f, "T1");
	struct outbox_row row;
	bool taken;
	uint64_t n;

	end_row(f, id, OUTBOX_DEAD);
	must(replay(f, id, 0, false, &n));
	assert_int_equal(n, 1);
	row = row_of(f, id);
	assert_int_equal(row.state, OUTBOX_READY);
	assert_int_equal(row.attempts, 0);
	assert_int_equal(row.due, 900);
	assert_int_equal(row.vendor_id.n + row.code.n + row.reason.n, 0);
	assert_int_equal(listed(f, row.lane, true), 0);
	assert_int_equal(listed(f, row.lane, false), 1);
	assert_int_equal(take_rows(f, &id, 1, 900, &taken), 1);
}

static void
only_what_was_given_up_is_replayed(struct fixture *f)
{
	int64_t rows[2] = {new_row(f, "T1"), new_row(f, "T1")};
	uint64_t n;

	end_row(f, rows[1], OUTBOX_SENT);
	for (int drop = 0; drop < 2; drop++) {
		assert_int_equal(replay(f, rows[0], 0, drop != 0, &n), E_STALE);
		assert_int_equal(replay(f, rows[1], 0, drop != 0, &n), E_STALE);
		assert_int_equal(
		    replay(f, rows[1] + 1, 0, drop != 0, &n), E_NOTFOUND);
		must(replay(f, 0, row_of(f, rows[0]).lane, drop != 0, &n));
		assert_int_equal(n, 0);
	}
	assert_int_equal(row_of(f, rows[0]).state, OUTBOX_READY);
	assert_int_equal(row_of(f, rows[1]).state, OUTBOX_SENT);
}

static void
a_lane_is_replayed_or_dropped_as_a_whole(struct fixture *f)
{
	int64_t rows[5], lane;
	struct outbox_row row;
	uint64_t n;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = new_row(f, i < 4 ? "T1" : "T2");
	end_row(f, rows[0], OUTBOX_DEAD);
	end_row(f, rows[2], OUTBOX_UNKNOWN);
	end_row(f, rows[4], OUTBOX_DEAD);
	lane = row_of(f, rows[0]).lane;
	must(replay(f, 0, lane, false, &n));
	assert_int_equal(n, 2);
	assert_int_equal(listed(f, lane, false), 4);
	end_row(f, rows[1], OUTBOX_DEAD);
	must(replay(f, 0, lane, true, &n));
	assert_int_equal(n, 1);
	assert_int_equal(
	    store_read_outbox(f->reader, rows[1], &f->arena, &row), E_NOTFOUND);
	assert_int_equal(row_of(f, rows[4]).state, OUTBOX_DEAD);
	must(replay(f, rows[4], 0, true, &n));
	/* Its id is never given again. */
	assert_true(new_row(f, "T2") > rows[4]);
}

static void
a_long_lane_is_replayed_in_parts(struct fixture *f)
{
	enum { N = STORE_REPLAY_MAX + 5 };
	struct outbox_row *rows = calloc(N, sizeof(*rows));
	struct conversation c = {.id = open_conversation(f, "bob"), .seq = 1};
	struct store_op op = answer_op(&c);
	uint64_t n;

	for (size_t i = 0; i < N; i++)
		rows[i].channel = STR("chat");
	op.commit.outbox = rows;
	op.commit.outbox_count = N;
	must(store_submit_wait(f->store, &op));
	for (size_t i = 0; i < N; i++)
		end_row(f, rows[i].id, OUTBOX_DEAD);
	must(replay(f, 0, rows[0].lane, false, &n));
	assert_int_equal(n, STORE_REPLAY_MAX);
	assert_int_equal(row_of(f, rows[0].id).state, OUTBOX_READY);
	must(replay(f, 0, rows[0].lane, true, &n));
	assert_int_equal(n, 5);
	free(rows);
}

const struct suite_case suite_outbox[] = {
    CASE(take_marks_what_is_ready_and_due),
    CASE(take_has_a_limit),
    CASE(orphans_are_in_doubt),
    CASE(rows_are_found_by_the_vendors_name),
    CASE(settled_rows_are_where_they_belong),
    CASE(an_attempt_that_was_none_is_not_counted),
    CASE(settling_may_name),
    CASE(settling_tells_the_conversation),
    CASE(an_event_that_is_known_is_not_told_again),
    CASE(settling_what_cannot_be_changes_nothing),
    CASE(a_row_that_is_gone_does_not_hold_up_the_others),
    CASE(a_replayed_row_is_as_new),
    CASE(only_what_was_given_up_is_replayed),
    CASE(a_lane_is_replayed_or_dropped_as_a_whole),
    CASE(a_long_lane_is_replayed_in_parts),
    {0},
};
