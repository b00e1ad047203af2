/*
 * suite, lanes: accounts and their rows in order; who was heard of; who leads;
 * the files that customers send.
 */
#include "tests/store/delivery.h"
#include "tests/store/suite.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- lanes ------------------------------------------------------------- */

static struct lane
lane_now(struct fixture *f, int64_t id)
{
	struct lane lane;
	size_t n = 1;

	must(store_list_lanes(f->reader, id - 1, &f->arena, &lane, &n));
	must(n == 1 && lane.id == id ? OK : E_NOTFOUND);
	return lane;
}

static void
a_lane_is_made_by_its_first_row_or_by_hand(struct fixture *f)
{
	int64_t by_hand = lane_of(f, "T1");
	int64_t by_row = row_of(f, new_row(f, "T2")).lane;
	struct lane lanes[3];
	size_t n = ARRAY_LEN(lanes);

	assert_int_equal(lane_of(f, "T1"), by_hand);
	assert_int_equal(lane_of(f, "T2"), by_row);
	assert_int_equal(row_of(f, new_row(f, "T1")).lane, by_hand);
	must(store_list_lanes(f->reader, 0, &f->arena, lanes, &n));
	assert_int_equal(n, 2);
	assert_int_equal(lanes[0].company, f->company);
	assert_true(str_eq(lanes[0].channel, STR("chat")));
	assert_true(str_eq(lanes[0].account, STR("T1")));
	assert_int_equal(lanes[0].state, LANE_FLOWS);
	assert_int_equal(lanes[0].heard_at, 0);
	n = ARRAY_LEN(lanes);
	must(store_list_lanes(f->reader, by_hand, &f->arena, lanes, &n));
	assert_int_equal(n, 1);
	assert_int_equal(lanes[0].id, by_row);
}

static bool
more_than(struct fixture *f, uint64_t known, int64_t lane, int64_t upto)
{
	bool more;

	must(store_read_excess(
	    f->reader, &(struct excess_ask){lane, upto, known}, &more));
	return more;
}

static void
a_lane_tells_of_rows_that_are_not_known(struct fixture *f)
{
	int64_t rows[4] = {new_row(f, "T1"), new_row(f, "T1"), new_row(f, "T2"),
	    new_row(f, "T1")};
	int64_t lane = row_of(f, rows[0]).lane;

	assert_true(more_than(f, 2, lane, INT64_MAX));
	assert_false(more_than(f, 3, lane, INT64_MAX));
	assert_false(more_than(f, 2, lane, rows[2]));
	assert_true(more_than(f, 1, lane, rows[2]));
	assert_false(more_than(f, 0, lane, 0));
	end_row(f, rows[0], OUTBOX_DEAD);
	assert_false(more_than(f, 2, lane, INT64_MAX));
	assert_false(more_than(f, 0, lane + 100, INT64_MAX));
}

static void
a_lane_tells_how_it_is_doing(struct fixture *f)
{
	static const struct {
		bool set;
		enum lane_state state;
		int64_t at, heard_at;
		int64_t since, heard;
	} steps[] = {
	    {true, LANE_DOWN, 100, 0, 100, 0},
	    {true, LANE_DOWN, 200, 0, 100, 0},
	    {false, LANE_FLOWS, 300, 50, 100, 50},
	    {false, LANE_FLOWS, 300, 40, 100, 50},
	    {true, LANE_BLOCKED, 400, 60, 400, 60},
	    {true, LANE_FLOWS, 500, 0, 500, 60},
	};
	struct store_op op = {.verb = STORE_LANE};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct lane lane;

		op.lane.account = account_of(f, "T1");
		op.lane.set_state = steps[i].set;
		op.lane.state = steps[i].state;
		op.lane.detail = STR("no answer");
		op.lane.at = steps[i].at;
		op.lane.heard_at = steps[i].heard_at;
		must(store_submit_wait(f->store, &op));
		lane = lane_now(f, op.lane.lane);
		if (steps[i].set)
			assert_int_equal(lane.state, steps[i].state);
		assert_int_equal(lane.since, steps[i].since);
		assert_int_equal(lane.heard_at, steps[i].heard);
		assert_true(str_eq(lane.detail, STR("no answer")));
	}
	op.lane.state = LANE_STATES;
	op.lane.set_state = true;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	op.lane.set_state = false;
	op.lane.account.company++;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

static void
a_lane_counts_its_rows(struct fixture *f)
{
	static const enum outbox_state ends[] = {OUTBOX_SENT, OUTBOX_UNKNOWN,
	    OUTBOX_DEAD, OUTBOX_DEAD, OUTBOX_DOUBT};
	struct lane lane;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		end_row(f, new_row(f, "T1"), ends[i]);
	(void)new_row(f, "T1");
	(void)new_row(f, "T2");
	lane = lane_now(f, lane_of(f, "T1"));
	assert_int_equal(lane.open, 2);
	assert_int_equal(lane.unknown, 1);
	assert_int_equal(lane.dead, 2);
}

/* One account's mountain of rows stands in nobody else's way. */
static void
each_lane_lists_its_own_rows_in_pages(struct fixture *f)
{
	int64_t down[4], other;
	struct outbox_row rows[2];
	size_t n = 2;

	for (size_t i = 0; i < ARRAY_LEN(down); i++)
		down[i] = new_row(f, "T1");
	other = new_row(f, "T2");
	take_all(f, &down[0], 1);
	end_row(f, down[1], OUTBOX_SENT);
	must(store_list_outbox(f->reader,
	    &(struct outbox_ask){lane_of(f, "T1"), false, 0}, &f->arena, rows,
	    &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].id, down[0]);
	assert_int_equal(rows[0].state, OUTBOX_SENDING);
	assert_int_equal(rows[1].id, down[2]);
	must(store_list_outbox(f->reader,
	    &(struct outbox_ask){lane_of(f, "T1"), false, down[2]}, &f->arena,
	    rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, down[3]);
	assert_true(str_eq(rows[0].account, STR("T1")));
	n = 2;
	must(store_list_outbox(f->reader,
	    &(struct outbox_ask){lane_of(f, "T2"), false, 0}, &f->arena, rows,
	    &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, other);
}

static void
given_up_rows_are_listed_in_pages(struct fixture *f)
{
	int64_t ids[3], lane = lane_of(f, "T1");
	struct outbox_row rows[2];
	size_t n = 2;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		ids[i] = new_row(f, "T1");
		end_row(f, ids[i], i == 1 ? OUTBOX_UNKNOWN : OUTBOX_DEAD);
	}
	must(store_list_outbox(f->reader, &(struct outbox_ask){lane, true, 0},
	    &f->arena, rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].id, ids[0]);
	assert_int_equal(rows[1].id, ids[1]);
	must(store_list_outbox(f->reader,
	    &(struct outbox_ask){lane, true, ids[1]}, &f->arena, rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, ids[2]);
}

/* ---- rows of an event -------------------------------------------------- */

static size_t
of_event(struct fixture *f, int64_t talk, uint64_t seq, struct outbox_row *out)
{
	size_t n = 4;

	must(store_list_outbox_of(
	    f->reader, &(struct cause_ask){talk, seq}, &f->arena, out, &n));
	return n;
}

static void
drop(struct fixture *f, int64_t row)
{
	struct store_op op = {.verb = STORE_REPLAY};

	end_row(f, row, OUTBOX_DEAD);
	op.replay.row = row;
	op.replay.drop = true;
	must(store_submit_wait(f->store, &op));
}

static void
an_event_lists_the_rows_it_caused(struct fixture *f)
{
	struct outbox_row parts[4] = {{.payload = STR("1")},
	    {.payload = STR("2")}, {.payload = STR("3")},
	    {.payload = STR("4")}};
	struct outbox_row out[4];
	struct conversation c = {.id = open_conversation(f, "bob"), .seq = 1};
	struct store_op op = answer_op(&c);

	op.commit.outbox = parts;
	op.commit.outbox_count = ARRAY_LEN(parts);
	must(store_submit_wait(f->store, &op));
	(void)new_row_in(f, c.id, "T1");
	assert_int_equal(of_event(f, c.id, 1, out), 0);
	assert_int_equal(of_event(f, c.id, 2, out), 4);
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		assert_int_equal(out[i].id, parts[i].id);
	assert_int_equal(of_event(f, c.id, 3, out), 1);
	assert_int_equal(of_event(f, c.id, 4, out), 0);
	assert_int_equal(of_event(f, c.id + 1, 2, out), 0);
	drop(f, parts[0].id);
	drop(f, parts[2].id);
	assert_int_equal(of_event(f, c.id, 2, out), 2);
	assert_true(str_eq(out[0].payload, STR("2")));
	assert_true(str_eq(out[1].payload, STR("4")));
	drop(f, parts[1].id);
	drop(f, parts[3].id);
	assert_int_equal(of_event(f, c.id, 2, out), 0);
}

/* ---- who was heard of -------------------------------------------------- */

static void
hear(struct fixture *f, const char *account, const char *who, int64_t when)
{
	struct store_op op = message_op(0, NULL);

	op.inbound.address = account_of(f, account);
	op.inbound.address.address = str_from(who);
	op.inbound.alias = STR("alias of ann");
	if (strcmp(who, "ann") != 0)
		op.inbound.alias = STR("");
	op.inbound.reply = str_from(who);
	op.inbound.event.at = when;
	must(store_submit_wait(f->store, &op));
}

static void
reaches_come_the_newest_first(struct fixture *f)
{
	int64_t lane = lane_of(f, "T1");
	struct reach r[4];
	size_t n = ARRAY_LEN(r);
	struct store_op op = open_op(f->company, "silent");

	hear(f, "T1", "ann", 100);
	hear(f, "T1", "bob", 300);
	hear(f, "T1", "cleo", 200);
	hear(f, "T2", "dan", 400);
	op.open.address.channel = STR("chat");
	op.open.address.account = STR("T1");
	must(store_submit_wait(f->store, &op));
	must(store_list_reaches(
	    f->reader, &(struct reach_ask){lane, 0}, &f->arena, r, &n));
	assert_int_equal(n, 3);
	assert_true(str_eq(r[0].address, STR("bob")));
	assert_true(str_eq(r[0].reply, STR("bob")));
	assert_true(str_eq(r[1].address, STR("cleo")));
	assert_true(str_eq(r[2].address, STR("ann")));
	assert_int_equal(r[2].customer_at, 100);
	must(store_list_reaches(
	    f->reader, &(struct reach_ask){lane, 200}, &f->arena, r, &n));
	assert_int_equal(n, 2);
	n = 1;
	must(store_list_reaches(
	    f->reader, &(struct reach_ask){lane, 0}, &f->arena, r, &n));
	assert_int_equal(n, 1);
	assert_true(str_eq(r[0].address, STR("bob")));
}

/* ---- who delivers ------------------------------------------------------ */

static void
one_store_leads(struct fixture *f)
{
	struct store *other = fixture_other(f);

	must(store_lead(f->store, ROLE_DELIVER));
	must(store_lead(f->store, ROLE_DELIVER));
	assert_int_equal(store_lead(other, ROLE_DELIVER), E_CLAIMED);
	store_unlead(f->store, ROLE_DELIVER);
	must(store_lead(other, ROLE_DELIVER));
	assert_int_equal(store_lead(f->store, ROLE_DELIVER), E_CLAIMED);
	store_close(other);
	must(store_lead(f->store, ROLE_DELIVER));
	store_unlead(f->store, ROLE_DELIVER);
	store_unlead(f->store, ROLE_DELIVER);
}

/* ---- files ------------------------------------------------------------- */

#define EMPTY_SHA256 \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
check_blob(struct fixture *f, const char *hash, struct str bytes)
{
	char *read_back = malloc(bytes.n + 1);
	uint64_t size = 0;
	int fd = -1;

	must(store_blob_open(f->store, str_from(hash), &fd, &size));
	assert_int_equal(size, bytes.n);
	assert_int_equal(read(fd, read_back, bytes.n + 1), bytes.n);
	assert_memory_equal(read_back, bytes.p, bytes.n);
	(void)close(fd);
	free(read_back);
}

static void
a_blob_is_found_by_its_hash(struct fixture *f)
{
	enum { BIG = 3 << 20 };
	char hash[BLOB_HASH + 1], again[BLOB_HASH + 1], *big = malloc(BIG);

	for (size_t i = 0; i < BIG; i++)
		big[i] = (char)(i * 31);
	must(store_blob_put(f->store, STR(""), hash));
	assert_string_equal(hash, EMPTY_SHA256);
	check_blob(f, hash, STR(""));
	must(store_blob_put(f->store, (struct str){big, BIG}, hash));
	must(store_blob_put(f->store, (struct str){big, BIG}, again));
	assert_string_equal(hash, again);
	fixture_reopen(f);
	check_blob(f, hash, (struct str){big, BIG});
	free(big);
}

static void
what_is_no_hash_is_no_path(struct fixture *f)
{
	static const char *const bad[] = {"", "..", EMPTY_SHA256 "0",
	    "../../../../../../../../../../../../../../../../../etc/password",
	    "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "/3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
	uint64_t size;
	int fd;

	assert_int_equal(
	    store_blob_open(f->store, STR(EMPTY_SHA256), &fd, &size),
	    E_NOTFOUND);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    store_blob_open(f->store, str_from(bad[i]), &fd, &size),
		    E_BADINPUT);
}

const struct suite_case suite_lanes[] = {
    CASE(a_lane_is_made_by_its_first_row_or_by_hand),
    CASE(a_lane_tells_how_it_is_doing),
    CASE(a_lane_tells_of_rows_that_are_not_known),
    CASE(a_lane_counts_its_rows),
    CASE(each_lane_lists_its_own_rows_in_pages),
    CASE(given_up_rows_are_listed_in_pages),
    CASE(an_event_lists_the_rows_it_caused),
    CASE(reaches_come_the_newest_first),
    CASE(one_store_leads),
    CASE(a_blob_is_found_by_its_hash),
    CASE(what_is_no_hash_is_no_path),
    {0},
};
