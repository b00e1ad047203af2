/*
 * suite, receipts: what vendors say of a row later, in any order, twice, or of
 * an attempt that is over.
 */
#include "tests/store/delivery.h"
#include "tests/store/suite.h"

static const struct event failed = {
    .kind = EVENT_DELIVERY, .body = {"{\"state\":\"failed\"}", 18}};
static const struct event arrived = {
    .kind = EVENT_DELIVERY, .body = {"{\"state\":\"sent\"}", 16}};

static struct store_op
receipt_op(struct fixture *f, int64_t row, enum receipt_rank rank)
{
	struct store_op op = {.verb = STORE_RECEIPT};

	op.receipt.account = account_of(f, "T1");
	op.receipt.row = row;
	op.receipt.vendor_id = STR("v");
	op.receipt.rank = rank;
	op.receipt.event = rank == RECEIPT_FAILED ? failed : arrived;
	if (rank == RECEIPT_FAILED)
		op.receipt.code = STR("30005");
	return op;
}

static bool
receipt(struct fixture *f, int64_t row, enum receipt_rank rank)
{
	struct store_op op = receipt_op(f, row, rank);

	must(store_submit_wait(f->store, &op));
	return op.receipt.changed;
}

static size_t
count_deliveries(struct fixture *f, int64_t conversation)
{
	struct event e[64];
	size_t n = events_of(f, conversation, e, ARRAY_LEN(e)), found = 0;

	for (size_t i = 0; i < n; i++)
		found += e[i].kind == EVENT_DELIVERY;
	return found;
}

/* ---- any order --------------------------------------------------------- */

#define SETTLE_SENT RECEIPTS /* among the ranks: the answer to our request */
#define STEPS 4

static void
step(struct fixture *f, int64_t row, unsigned what)
{
	struct settled s = {
	    .row = row, .state = OUTBOX_SENT, .vendor_id = STR("v")};

	if (what == SETTLE_SENT)
		settle(f, &s, 1);
	else
		(void)receipt(f, row, (enum receipt_rank)what);
}

/* The n-th of the 24 orders of four. */
static void
run_order(
    struct fixture *f, int64_t row, const unsigned steps[STEPS], unsigned n)
{
	unsigned left[STEPS];

	memcpy(left, steps, sizeof(left));
	for (unsigned i = STEPS; i > 0; i--) {
		unsigned pick = n % i;

		n /= i;
		step(f, row, left[pick]);
		left[pick] = left[i - 1];
	}
}

static void
receipts_may_come_in_any_order(struct fixture *f)
{
	static const unsigned steps[STEPS] = {
	    SETTLE_SENT, RECEIPT_SENT, RECEIPT_DELIVERED, RECEIPT_READ};

	for (unsigned n = 0; n < 24; n++) {
		int64_t id = new_row(f, "T1");
		struct outbox_row row;

		take_all(f, &id, 1);
		run_order(f, id, steps, n);
		row = row_of(f, id);
		assert_int_equal(row.state, OUTBOX_SENT);
		assert_int_equal(row.receipt, RECEIPT_READ);
		assert_true(str_eq(row.vendor_id, STR("v")));
		assert_int_equal(count_deliveries(f, row.conversation), 0);
	}
	assert_int_equal(outbox_of(f, &(struct outbox_row){0}, 1), 0);
}

static void
a_failure_is_final_in_any_order(struct fixture *f)
{
	static const unsigned steps[STEPS] = {
	    SETTLE_SENT, RECEIPT_ACCEPTED, RECEIPT_SENT, RECEIPT_FAILED};

	for (unsigned n = 0; n < 24; n++) {
		int64_t talk, id = new_row(f, "T1");
		struct outbox_row row;
		size_t told;

		talk = row_of(f, id).conversation;
		told = count_deliveries(f, talk);
		take_all(f, &id, 1);
		run_order(f, id, steps, n);
		row = row_of(f, id);
		assert_int_equal(row.state, OUTBOX_DEAD);
		assert_int_equal(row.receipt, RECEIPT_FAILED);
		assert_true(str_eq(row.vendor_id, STR("v")));
		assert_true(str_eq(row.code, STR("30005")));
		assert_int_equal(count_deliveries(f, talk), told + 1);
		assert_true(is_consistent(f, talk));
	}
}

/* Who has read it has it, whatever else is said, before or after. */
static void
what_was_read_has_arrived(struct fixture *f)
{
	static const unsigned steps[STEPS] = {
	    SETTLE_SENT, RECEIPT_DELIVERED, RECEIPT_READ, RECEIPT_FAILED};

	for (unsigned n = 0; n < 24; n++) {
		int64_t id = new_row(f, "T1");
		struct outbox_row row;

		take_all(f, &id, 1);
		run_order(f, id, steps, n);
		row = row_of(f, id);
		assert_int_equal(row.state, OUTBOX_SENT);
		assert_int_equal(row.receipt, RECEIPT_READ);
		assert_true(is_consistent(f, row.conversation));
	}
}

/* ---- what each state makes of it --------------------------------------- */

static void
a_receipt_proves_that_the_vendor_has_it(struct fixture *f)
{
	static const struct {
		enum outbox_state was;
		size_t told;
	} cases[] = {
	    {OUTBOX_READY, 0},
	    {OUTBOX_SENDING, 0},
	    {OUTBOX_DOUBT, 0},
	    {OUTBOX_SENT, 0},
	    {OUTBOX_UNKNOWN, 1},
	    {OUTBOX_DEAD, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t id = new_row(f, "T1");
		int64_t talk = row_of(f, id).conversation;
		size_t told = count_deliveries(f, talk);
		struct store_op op = receipt_op(f, id, RECEIPT_ACCEPTED);

		if (cases[i].was == OUTBOX_SENDING)
			take_all(f, &id, 1);
		else if (cases[i].was != OUTBOX_READY)
			end_row(f, id, cases[i].was);
		must(store_submit_wait(f->store, &op));
		assert_true(op.receipt.changed);
		assert_int_equal(op.receipt.conversation, talk);
		assert_int_equal(op.receipt.seq, row_of(f, id).seq);
		assert_int_equal(row_of(f, id).state, OUTBOX_SENT);
		if (cases[i].was != OUTBOX_SENT)
			assert_int_equal(row_of(f, id).code.n, 0);
		assert_int_equal(
		    count_deliveries(f, talk), told + cases[i].told);
		assert_int_equal(op.receipt.event.seq != 0, cases[i].told != 0);
		if (cases[i].told != 0)
			assert_int_equal(
			    op.receipt.state.seq, op.receipt.event.seq);
		assert_false(receipt(f, id, RECEIPT_ACCEPTED));
	}
}

static void
what_is_of_an_attempt_that_is_over_changes_nothing(struct fixture *f)
{
	int64_t id = new_row(f, "T1"), sent = new_row(f, "T1");
	struct store_op op = receipt_op(f, sent, RECEIPT_FAILED);

	assert_false(receipt(f, id, RECEIPT_FAILED));
	assert_int_equal(row_of(f, id).state, OUTBOX_READY);
	end_row(f, sent, OUTBOX_SENT);
	op.receipt.vendor_id = STR("older");
	must(store_submit_wait(f->store, &op));
	assert_false(op.receipt.changed);
	assert_int_equal(row_of(f, sent).state, OUTBOX_SENT);
	assert_false(receipt(f, sent, RECEIPT_NONE));
}

static void
a_replayed_row_has_receipts_of_its_own(struct fixture *f)
{
	struct store_op op = {.verb = STORE_REPLAY};
	int64_t id = new_row(f, "T1");

	end_row(f, id, OUTBOX_SENT);
	assert_true(receipt(f, id, RECEIPT_FAILED));
	op.replay.row = id;
	must(store_submit_wait(f->store, &op));
	assert_false(receipt(f, id, RECEIPT_FAILED));
	end_row(f, id, OUTBOX_SENT);
	assert_true(receipt(f, id, RECEIPT_DELIVERED));
	assert_true(receipt(f, id, RECEIPT_FAILED));
}

static void
a_failure_is_told_once(struct fixture *f)
{
	int64_t id = new_row(f, "T1");
	struct settled s = {.row = id, .state = OUTBOX_DEAD, .event = failed};

	take_all(f, &id, 1);
	settle(f, &s, 1);
	assert_true(receipt(f, id, RECEIPT_FAILED));
	assert_int_equal(count_deliveries(f, s.conversation), 1);
	assert_true(str_eq(row_of(f, id).code, STR("30005")));
}

static void
a_vendor_id_may_come_with_a_later_receipt(struct fixture *f)
{
	int64_t id = new_row(f, "T1");
	struct store_op op = receipt_op(f, id, RECEIPT_SENT);

	take_all(f, &id, 1);
	op.receipt.vendor_id = STR("");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(row_of(f, id).vendor_id.n, 0);
	assert_true(receipt(f, id, RECEIPT_READ));
	assert_true(str_eq(row_of(f, id).vendor_id, STR("v")));
	assert_int_equal(row_of(f, id).receipt, RECEIPT_READ);
}

/* The vendor's word came first, and then the answer to our request. */
static void
settling_does_not_undo_a_receipt(struct fixture *f)
{
	static const enum outbox_state late[] = {
	    OUTBOX_READY, OUTBOX_DOUBT, OUTBOX_UNKNOWN, OUTBOX_DEAD};

	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		int64_t id = new_row(f, "T1");
		struct store_op op = receipt_op(f, id, RECEIPT_SENT);
		struct settled s = {.row = id,
		    .state = late[i],
		    .code = STR("500"),
		    .vendor_id = STR("w"),
		    .event = failed};

		take_all(f, &id, 1);
		op.receipt.vendor_id = STR("");
		must(store_submit_wait(f->store, &op));
		settle(f, &s, 1);
		assert_int_equal(s.event.seq, 0);
		assert_int_equal(row_of(f, id).state, OUTBOX_SENT);
		assert_int_equal(row_of(f, id).code.n, 0);
		assert_true(str_eq(row_of(f, id).vendor_id, STR("w")));
	}
}

/* ---- after a replay ---------------------------------------------------- */

/* A row that ended so, and is on its way again. */
static int64_t
replayed_row(struct fixture *f, enum outbox_state was)
{
	int64_t id = new_row(f, "T1");
	struct store_op op = {.verb = STORE_REPLAY};

	end_row(f, id, was);
	op.replay.row = id;
	op.replay.at = DELIVERY_NOW;
	must(store_submit_wait(f->store, &op));
	return id;
}

static void
name_row(struct fixture *f, int64_t id, const char *vendor_id)
{
	struct settled s = {
	    .row = id, .state = OUTBOX_SENT, .vendor_id = str_from(vendor_id)};

	settle(f, &s, 1);
}

static bool
receipt_of(struct fixture *f, int64_t row, const char *vendor_id,
    enum receipt_rank rank)
{
	struct store_op op = receipt_op(f, row, rank);

	op.receipt.vendor_id = str_from(vendor_id);
	must(store_submit_wait(f->store, &op));
	return op.receipt.changed;
}

static void
a_late_failure_spares_a_replayed_row(struct fixture *f)
{
	int64_t id = replayed_row(f, OUTBOX_DEAD);

	assert_false(receipt_of(f, id, "v", RECEIPT_FAILED));
	take_all(f, &id, 1);
	assert_false(receipt_of(f, id, "v", RECEIPT_FAILED));
	assert_false(receipt_of(f, id, "", RECEIPT_FAILED));
	assert_false(receipt_of(f, id, "v", RECEIPT_SENT));
	assert_int_equal(row_of(f, id).state, OUTBOX_SENDING);
	name_row(f, id, "w");
	assert_false(receipt_of(f, id, "v", RECEIPT_FAILED));
	assert_int_equal(row_of(f, id).state, OUTBOX_SENT);
	assert_true(receipt_of(f, id, "w", RECEIPT_FAILED));
	assert_int_equal(row_of(f, id).state, OUTBOX_DEAD);
}

/* The vendor may be quicker than its own answer. */
static void
a_replayed_row_may_fail_before_it_has_a_name(struct fixture *f)
{
	int64_t id = replayed_row(f, OUTBOX_DEAD);

	take_all(f, &id, 1);
	assert_true(receipt_of(f, id, "w", RECEIPT_FAILED));
	assert_int_equal(row_of(f, id).state, OUTBOX_DEAD);
}

static void
what_arrived_before_a_replay_is_not_sent_again(struct fixture *f)
{
	int64_t id = replayed_row(f, OUTBOX_DEAD);

	assert_true(receipt_of(f, id, "v", RECEIPT_DELIVERED));
	assert_int_equal(row_of(f, id).state, OUTBOX_SENT);
}

/* Twice replayed: which of the names it was is not known any more. */
static void
no_failure_without_a_name_kills_a_row_replayed_twice(struct fixture *f)
{
	int64_t id = replayed_row(f, OUTBOX_DEAD);
	struct store_op op = {.verb = STORE_REPLAY};
	struct settled s = {.row = id, .state = OUTBOX_UNKNOWN};

	take_all(f, &id, 1);
	settle(f, &s, 1);
	op.replay.row = id;
	op.replay.at = DELIVERY_NOW;
	must(store_submit_wait(f->store, &op));
	take_all(f, &id, 1);
	assert_false(receipt_of(f, id, "v", RECEIPT_FAILED));
	assert_false(receipt_of(f, id, "u", RECEIPT_FAILED));
	name_row(f, id, "w");
	assert_true(receipt_of(f, id, "w", RECEIPT_FAILED));
}

/* ---- whose it is ------------------------------------------------------- */

static void
a_vendor_id_is_looked_for_in_its_account(struct fixture *f)
{
	int64_t rows[2] = {new_row(f, "T1"), new_row(f, "T2")};
	struct store_op op = receipt_op(f, 0, RECEIPT_DELIVERED);

	end_row(f, rows[0], OUTBOX_SENT);
	end_row(f, rows[1], OUTBOX_SENT);
	op.receipt.account = account_of(f, "T2");
	must(store_submit_wait(f->store, &op));
	assert_true(op.receipt.changed);
	assert_int_equal(row_of(f, rows[0]).receipt, RECEIPT_NONE);
	assert_int_equal(row_of(f, rows[1]).receipt, RECEIPT_DELIVERED);
}

static void
a_receipt_for_nothing_is_not_found(struct fixture *f)
{
	int64_t rows[2] = {new_row(f, "T1"), new_row(f, "T2")};
	struct store_op ops[6];

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ops[i] = receipt_op(f, rows[0], RECEIPT_SENT);
	ops[0].receipt.row = rows[1]; /* another account's */
	ops[1].receipt.row = rows[1] + 1;
	ops[2].receipt.account = account_of(f, "T3");
	ops[3].receipt.account.company++;
	ops[4].receipt.account.channel = STR("phone");
	ops[5].receipt.row = 0; /* and no such vendor_id */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(
		    store_submit_wait(f->store, &ops[i]), E_NOTFOUND);
	ops[0] = receipt_op(f, rows[0], RECEIPTS);
	ops[1] = receipt_op(f, rows[0], RECEIPT_SENT);
	ops[1].receipt.event.kind = EVENT_MESSAGE;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    store_submit_wait(f->store, &ops[i]), E_BADINPUT);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(row_of(f, rows[i]).state, OUTBOX_READY);
}

const struct suite_case suite_receipts[] = {
    CASE(receipts_may_come_in_any_order),
    CASE(a_failure_is_final_in_any_order),
    CASE(what_was_read_has_arrived),
    CASE(a_receipt_proves_that_the_vendor_has_it),
    CASE(what_is_of_an_attempt_that_is_over_changes_nothing),
    CASE(a_replayed_row_has_receipts_of_its_own),
    CASE(a_failure_is_told_once),
    CASE(a_vendor_id_may_come_with_a_later_receipt),
    CASE(settling_does_not_undo_a_receipt),
    CASE(a_late_failure_spares_a_replayed_row),
    CASE(a_replayed_row_may_fail_before_it_has_a_name),
    CASE(what_arrived_before_a_replay_is_not_sent_again),
    CASE(no_failure_without_a_name_kills_a_row_replayed_twice),
    CASE(a_vendor_id_is_looked_for_in_its_account),
    CASE(a_receipt_for_nothing_is_not_found),
    {0},
};
