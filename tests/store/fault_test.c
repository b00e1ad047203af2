/*
 * A disk that fails: the n-th write, sync, read ... fails, once or for ever,
 * for every n until none is left to fail. Whatever happens, what was reported
 * OK is there, what was reported failed is not, nothing is half there, and
 * the store works again when the disk does.
 */
#include "tests/lib/cmocka.h"
#include "tests/store/acts.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/ordeal.h"
#include "tests/store/staff.h"

#include <sqlite3.h>

/* ---- every n ----------------------------------------------------------- */

/* The disk is well again: the same store serves at once. */
static bool
survives_and_goes_on(const struct fault_plan *plan)
{
	struct store_stats stats;
	struct ordeal o;
	bool struck;

	ordeal_open(&o, FAULT_VFS);
	fault_vfs_plan(plan);
	ordeal_talk(&o);
	struck = fault_vfs_hits() > 0;
	fault_vfs_clear();
	must(say(&o.f, o.talks[0], NULL));
	store_stats(o.f.store, &stats);
	assert_int_equal(stats.state, OK);
	ordeal_check(&o, false);
	return struck;
}

/* The disk stays ill until the store has gone; then it is opened anew. */
static bool
survives_being_closed(const struct fault_plan *plan)
{
	struct ordeal o;
	bool struck;

	ordeal_open(&o, FAULT_VFS);
	fault_vfs_plan(plan);
	ordeal_talk(&o);
	fixture_stop(&o.f);
	struck = fault_vfs_hits() > 0;
	fault_vfs_clear();
	fixture_start(&o.f);
	ordeal_check(&o, true);
	return struck;
}

/* Both endings in turn; a run in which nothing was struck is the last. */
static void
for_every_n(struct fault_plan plan)
{
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		bool struck = true;

		plan.for_ever = for_ever != 0;
		for (plan.nth = 1; struck; plan.nth++)
			struck = plan.nth % 2 == 0
				     ? survives_being_closed(&plan)
				     : survives_and_goes_on(&plan);
		assert_true(plan.nth > 5); /* else nothing was tried */
	}
}

static void
disk_full(void **state)
{
	(void)state;
	for_every_n(
	    (struct fault_plan){.calls = FAULT_WRITE, .code = SQLITE_FULL});
}

static void
write_fails_half_done(void **state)
{
	(void)state;
	for_every_n((struct fault_plan){
	    .calls = FAULT_WRITE, .code = SQLITE_IOERR_WRITE, .half = true});
}

static void
sync_fails(void **state)
{
	(void)state;
	for_every_n((struct fault_plan){
	    .calls = FAULT_SYNC, .code = SQLITE_IOERR_FSYNC});
}

static void
anything_fails(void **state)
{
	(void)state;
	for_every_n(
	    (struct fault_plan){.calls = FAULT_ANY, .code = SQLITE_IOERR});
}

/* ---- what callers are told --------------------------------------------- */

static void
check_told(int code, enum err expected)
{
	struct store_stats stats;
	struct conversation c;
	struct ordeal o;

	ordeal_open(&o, FAULT_VFS);
	fault_vfs_plan(&(struct fault_plan){.calls = FAULT_WRITE,
	    .files = FAULT_LOG,
	    .nth = 1,
	    .for_ever = true,
	    .code = code});
	ordeal_talk(&o);
	for (size_t i = 0; i < STEPS; i++)
		assert_int_equal(o.ops[i].err, expected);
	store_stats(o.f.store, &stats);
	assert_int_equal(stats.state, expected);
	assert_true(stats.failed_groups >= ROUNDS);
	must(store_read_conversation(o.f.reader, o.talks[0], &c));
	assert_int_equal(c.seq, 1);
	fault_vfs_clear();
	ordeal_check(&o, false);
}

static void
full_and_failing_disks_have_their_own_words(void **state)
{
	(void)state;
	check_told(SQLITE_FULL, E_FULL);
	check_told(SQLITE_IOERR_WRITE, E_IO);
}

/* Nobody writes while /health says that nothing can be written. */
static void
an_idle_store_notices_that_the_disk_is_well(void **state)
{
	struct store_stats stats = {.state = E_FULL};
	struct ordeal o;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	fault_vfs_plan(&(struct fault_plan){.calls = FAULT_WRITE,
	    .nth = 1,
	    .for_ever = true,
	    .code = SQLITE_FULL});
	assert_int_equal(say(&o.f, o.talks[0], NULL), E_FULL);
	fault_vfs_clear();
	for (unsigned tries = 0; stats.state != OK && tries < 500; tries++) {
		sqlite3_sleep(10);
		store_stats(o.f.store, &stats);
	}
	assert_int_equal(stats.state, OK);
	fixture_close(&o.f);
}

/* While a disk hangs no group ends, and `state` still says OK. */
static void
a_group_that_hangs_is_told(void **state)
{
	struct store_stats stats = {.group_running_ms = 0};
	struct store_op op;
	struct ordeal o;
	struct batch b;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	batch_init(&b);
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_SYNC, .files = FAULT_LOG, .slow_us = 200000});
	op = message_op(o.talks[0], NULL);
	batch_submit(&b, o.f.store, &op);
	for (unsigned i = 0; stats.group_running_ms < 20 && i < 500; i++) {
		sqlite3_sleep(1);
		store_stats(o.f.store, &stats);
	}
	assert_in_range(stats.group_running_ms, 20, 10000);
	assert_int_equal(stats.state, OK);
	batch_wait(&b);
	fault_vfs_clear();
	store_stats(o.f.store, &stats);
	assert_int_equal(stats.group_running_ms, 0);
	fixture_close(&o.f);
}

/* ---- order of things --------------------------------------------------- */

static void
note_unsynced(struct store_op *op)
{
	bool *unsynced = op->arg;

	*unsynced |= fault_vfs_log_is_unsynced();
}

static void
done_comes_after_the_sync(void **state)
{
	struct store_op ops[50];
	bool unsynced = false;
	struct ordeal o;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		ops[i] = message_op(o.talks[i % TALKS], NULL);
		ops[i].done = note_unsynced;
		ops[i].arg = &unsynced;
		must(store_submit(o.f.store, &ops[i]));
	}
	fixture_close(&o.f);
	assert_false(unsynced);
}

/* Longer than any address space: SQLite will not have it. */
static void
one_bad_op_does_not_fail_its_neighbours(void **state)
{
	struct store_op ops[5];
	struct batch b;
	struct ordeal o;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	batch_init(&b);
	fault_vfs_plan(
	    &(struct fault_plan){.calls = FAULT_SYNC, .slow_us = 20000});
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		ops[i] = message_op(o.talks[i % TALKS], NULL);
		if (i == 2)
			ops[i].inbound.event.body.n = (size_t)1 << 40;
		batch_submit(&b, o.f.store, &ops[i]);
	}
	batch_wait(&b);
	fault_vfs_clear();
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(ops[i].err, i == 2 ? E_NOMEM : OK);
	for (size_t i = 0; i < TALKS; i++)
		assert_true(is_consistent(&o.f, o.talks[i]));
	must(say(&o.f, o.talks[0], NULL));
	fixture_close(&o.f);
}

/*
 * What stands beside an op that poisons its group is applied twice, and must
 * say the same the second time.
 */
static void
claims_and_marks_survive_a_poisoned_group(void **state)
{
	enum { TAKE, OTHERS, RENEW, RELEASE, SEEN, LEAVE, POISON, OPS };
	static const enum err expected[OPS] = {
	    OK, E_CLAIMED, OK, OK, OK, OK, E_NOMEM};
	struct store_op ops[OPS], stop;
	struct seen seen;
	struct ordeal o;
	struct batch b;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	stop = message_op(o.talks[0], NULL);
	for (size_t i = 0; i < OPS; i++) {
		ops[i] = (struct store_op){.verb = STORE_CLAIM};
		ops[i].claim.conversation = o.talks[1];
		ops[i].claim.seq = state_of(&o.f, o.talks[1]).seq;
		ops[i].claim.worker = i == OTHERS ? 22 : 11;
		ops[i].claim.beat = i >= RENEW ? i - 1 : 0;
		ops[i].claim.release = i == RELEASE;
	}
	ops[SEEN] = (struct store_op){.verb = STORE_SEEN};
	ops[SEEN].seen.conversation = o.talks[1];
	ops[SEEN].seen.seen.customer = UINT64_MAX;
	ops[LEAVE] = (struct store_op){.verb = STORE_SEEN};
	ops[LEAVE].seen.conversation = o.talks[1];
	ops[POISON] = message_op(o.talks[0], NULL);
	ops[POISON].inbound.event.body.n = (size_t)1 << 40;
	batch_init(&b);
	fault_vfs_plan(
	    &(struct fault_plan){.calls = FAULT_SYNC, .slow_us = 20000});
	batch_submit(&b, o.f.store, &stop);
	for (size_t i = 0; i < OPS; i++)
		batch_submit(&b, o.f.store, &ops[i]);
	batch_wait(&b);
	fault_vfs_clear();
	for (size_t i = 0; i < OPS; i++)
		assert_int_equal(ops[i].err, expected[i]);
	assert_int_equal(ops[TAKE].claim.beat, 1);
	assert_int_equal(ops[OTHERS].claim.worker, 11);
	assert_int_equal(ops[RENEW].claim.beat, 2);
	assert_int_equal(ops[RELEASE].claim.worker, 0);
	must(store_read_seen(o.f.reader, o.talks[1], &seen));
	assert_int_equal(seen.customer, ops[SEEN].seen.seen.customer);
	fixture_close(&o.f);
}

/* One who was made, and whose making is then applied again, is made once. */
static void
sellers_survive_a_poisoned_group(void **state)
{
	struct store_op stop, made, poison;
	struct agent_ask ask = {.email = STR("anna@shop.example")};
	struct agent_row row;
	struct ordeal o;
	struct batch b;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	stop = message_op(o.talks[0], NULL);
	made = agent_op(o.f.company, "anna@shop.example");
	poison = message_op(o.talks[0], NULL);
	poison.inbound.event.body.n = (size_t)1 << 40;
	batch_init(&b);
	fault_vfs_plan(
	    &(struct fault_plan){.calls = FAULT_SYNC, .slow_us = 20000});
	batch_submit(&b, o.f.store, &stop);
	batch_submit(&b, o.f.store, &made);
	batch_submit(&b, o.f.store, &poison);
	batch_wait(&b);
	fault_vfs_clear();
	assert_int_equal(made.err, OK);
	assert_int_equal(poison.err, E_NOMEM);
	ask.company = o.f.company;
	must(store_find_agent(o.f.reader, &ask, &o.f.arena, &row));
	assert_int_equal(row.id, made.agent.row.id);
	assert_int_equal(row.version, 1);
	fixture_close(&o.f);
}

/* The same of a row's whole life, from the commit that writes it. */
static void
deliveries_survive_a_poisoned_group(void **state)
{
	enum { ANSWER, TAKE, GIVE_UP, REPLAY, AGAIN, SENT, TOLD, EDIT, POISON };
	struct store_op ops[POISON + 1], stop;
	struct outbox_row row = {.channel = STR("chat")}, read;
	struct settled dead = {.state = OUTBOX_DEAD,
	    .event = {.kind = EVENT_DELIVERY, .source = STR("gave up")}};
	struct settled sent = {.state = OUTBOX_SENT, .vendor_id = STR("v")};
	struct conversation c;
	bool taken[2] = {false};
	int64_t id = 1; /* the first there is */
	struct ordeal o;
	struct batch b;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	must(say(&o.f, o.talks[1], "question"));
	c = state_of(&o.f, o.talks[1]);
	stop = message_op(o.talks[0], NULL);
	memset(ops, 0, sizeof(ops));
	ops[ANSWER] = answer_op(&c);
	ops[ANSWER].commit.outbox = &row;
	ops[ANSWER].commit.outbox_count = 1;
	ops[TAKE].verb = ops[AGAIN].verb = STORE_TAKE;
	ops[TAKE].take = (struct store_take){&id, 1, 5, false, &taken[0]};
	ops[AGAIN].take = (struct store_take){&id, 1, 5, false, &taken[1]};
	ops[GIVE_UP].verb = ops[SENT].verb = STORE_SETTLE;
	dead.row = sent.row = id;
	ops[GIVE_UP].settle = (struct store_settle){&dead, 1};
	ops[SENT].settle = (struct store_settle){&sent, 1};
	ops[REPLAY].verb = STORE_REPLAY;
	ops[REPLAY].replay.row = id;
	ops[TOLD].verb = STORE_RECEIPT;
	ops[TOLD].receipt.account = (struct store_address){
	    .company = o.f.company, .channel = row.channel};
	ops[TOLD].receipt.vendor_id = STR("v");
	ops[TOLD].receipt.rank = RECEIPT_READ;
	ops[EDIT] = message_op(o.talks[1], "edit");
	ops[EDIT].inbound.about = STR("question");
	ops[EDIT].inbound.event.kind = EVENT_EDITED;
	ops[POISON] = message_op(o.talks[0], NULL);
	ops[POISON].inbound.event.body.n = (size_t)1 << 40;
	batch_init(&b);
	fault_vfs_plan(
	    &(struct fault_plan){.calls = FAULT_SYNC, .slow_us = 20000});
	batch_submit(&b, o.f.store, &stop);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		batch_submit(&b, o.f.store, &ops[i]);
	batch_wait(&b);
	fault_vfs_clear();
	for (size_t i = 0; i < POISON; i++)
		assert_int_equal(ops[i].err, OK);
	assert_int_equal(row.id, id);
	assert_true(taken[0] && taken[1]);
	assert_int_equal(dead.event.seq, 4);
	assert_true(ops[TOLD].receipt.changed);
	assert_int_equal(ops[EDIT].inbound.event.ref, 2);
	must(store_read_outbox(o.f.reader, id, &o.f.arena, &read));
	assert_int_equal(read.state, OUTBOX_SENT);
	assert_int_equal(read.receipt, RECEIPT_READ);
	assert_int_equal(read.attempts, 1);
	assert_true(is_consistent(&o.f, o.talks[1]));
	fixture_close(&o.f);
}

/* The same of an offer, from the line to what is said. */
static void
acts_survive_a_poisoned_group(void **state)
{
	enum { QUEUE, OFFER, ACCEPT, SAY, AGAIN, HELD, LABEL, POISON };
	struct store_op ops[POISON + 1], stop;
	struct outbox_row row = {.channel = STR("chat")};
	int64_t id, anna, bert;
	struct list_row line;
	struct ordeal o;
	struct batch b;

	(void)state;
	ordeal_open(&o, FAULT_VFS);
	id = o.talks[1];
	anna = o.agent;
	bert = make_agent(&o.f, "bert");
	stop = message_op(o.talks[0], NULL);
	ops[QUEUE] = act_op(ACT_QUEUE, id, 0);
	ops[OFFER] = offer_op(id, anna);
	ops[ACCEPT] = act_op(ACT_ACCEPT, id, anna);
	ops[SAY] = act_op(ACT_SAY, id, anna);
	ops[SAY].act.act.body = STR("{\"text\":\"hi\"}");
	ops[SAY].act.act.source = STR("s");
	ops[AGAIN] = ops[SAY];
	ops[SAY].act.said_rows = &row;
	ops[SAY].act.said_count = 1;
	ops[HELD] = act_op(ACT_PULL, id, bert);
	ops[LABEL] = label_op(id, "{\"add\":[\"a\"]}");
	ops[POISON] = message_op(o.talks[0], NULL);
	ops[POISON].inbound.event.body.n = (size_t)1 << 40;
	batch_init(&b);
	fault_vfs_plan(
	    &(struct fault_plan){.calls = FAULT_SYNC, .slow_us = 20000});
	batch_submit(&b, o.f.store, &stop);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		batch_submit(&b, o.f.store, &ops[i]);
	batch_wait(&b);
	fault_vfs_clear();
	for (size_t i = 0; i < POISON; i++)
		assert_int_equal(ops[i].err, i == HELD ? E_DENIED : OK);
	assert_int_equal(ops[SAY].act.seq, 5);
	assert_false(ops[SAY].act.duplicate);
	assert_true(ops[AGAIN].act.duplicate);
	assert_int_equal(ops[AGAIN].act.seq, 5);
	assert_int_equal(ops[HELD].act.state.agent, anna);
	assert_int_equal(row.seq, 5);
	assert_int_equal(chats_of(&o.f, anna), 1);
	assert_int_equal(chats_of(&o.f, bert), 0);
	assert_int_equal(audit_lines(&o.f), 3); /* accept, say, pull */
	must(store_read_row(o.f.reader, o.f.company, id, &o.f.arena, &line));
	assert_true(str_eq(line.labels, STR("[\"a\"]")));
	assert_true(is_consistent(&o.f, id));
	fixture_close(&o.f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(disk_full),
	    cmocka_unit_test(write_fails_half_done),
	    cmocka_unit_test(sync_fails),
	    cmocka_unit_test(anything_fails),
	    cmocka_unit_test(full_and_failing_disks_have_their_own_words),
	    cmocka_unit_test(an_idle_store_notices_that_the_disk_is_well),
	    cmocka_unit_test(a_group_that_hangs_is_told),
	    cmocka_unit_test(done_comes_after_the_sync),
	    cmocka_unit_test(one_bad_op_does_not_fail_its_neighbours),
	    cmocka_unit_test(claims_and_marks_survive_a_poisoned_group),
	    cmocka_unit_test(sellers_survive_a_poisoned_group),
	    cmocka_unit_test(deliveries_survive_a_poisoned_group),
	    cmocka_unit_test(acts_survive_a_poisoned_group),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
