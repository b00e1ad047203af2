/*
 * What became of rows is written, also where the store refuses one of them:
 * the others do not wait for it. No thread: what the deliverer would do is
 * done here, so that a row can be settled as none ever should be.
 */
#include "tests/workers/deliver_rig.h"
#include "workers/deliver_inner.h"

#include <stdlib.h>

#define ROWS 5u

static unsigned errors;

static void
count_errors(void *arg, struct str line)
{
	(void)arg;
	if (memmem(line.p, line.n, "deliver.unsettled", 17) != NULL)
		errors++;
}

static void
deliverer_open(struct deliver *d, struct track *t, int64_t lane)
{
	*d = (struct deliver){.conf = rig.conf, .active_room = 1};
	d->active = calloc(1, sizeof(*d->active));
	assert_int_equal(mailbox_open(&d->mailbox), OK);
	assert_int_equal(settle_open(d), OK);
	*t = (struct track){.d = d, .id = lane};
}

static void
deliverer_close(struct deliver *d)
{
	talk_forget_all(d);
	settle_close(d);
	mailbox_close(&d->mailbox);
	free(d->active);
}

/* Its row is SENDING, on disk and here. */
static struct row *
under_way(struct track *t, int64_t id)
{
	struct outbox_row row = row_read(id);
	struct store_op op = {.verb = STORE_TAKE};
	bool taken;

	op.take = (struct store_take){
	    .rows = &id, .n = 1, .at = INT64_MAX, .taken = &taken};
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	assert_true(taken);
	assert_int_equal(talk_add(t, &row), OK);
	return talk_pop(t, OUTBOX_SEND)->first;
}

static void
run(struct deliver *d)
{
	struct patience p = {0};

	while (!settle_idle(d)) {
		d->now += 100;
		settle_flush(d);
		(void)mailbox_run(&d->mailbox, d);
		patience(&p, "all to be settled");
	}
}

/* bad: ROWS for none. */
static void
settle_all_but(unsigned bad)
{
	static struct deliver d;
	struct track t;
	int64_t rows[ROWS];
	unsigned i;

	for (i = 0; i < ROWS; i++)
		write_rows("main", i, "x", 1, &rows[i]);
	deliverer_open(&d, &t, lane_read("main").id);
	for (i = 0; i < ROWS; i++)
		settle_row(under_way(&t, rows[i]),
		    &(struct settled){
			.state = i == bad ? OUTBOX_SENDING : OUTBOX_SENT});
	run(&d);
	for (i = 0; i < ROWS; i++)
		assert_int_equal(row_read(rows[i]).state,
		    i == bad ? OUTBOX_SENDING : OUTBOX_SENT);
	assert_int_equal(t.rows, bad < ROWS);
	assert_int_equal(errors, bad < ROWS);
	deliverer_close(&d);
}

static void
all_go_at_once(void **state)
{
	(void)state;
	settle_all_but(ROWS);
}

static void
the_first_may_be_refused(void **state)
{
	(void)state;
	settle_all_but(0);
}

static void
one_in_the_midst_may_be_refused(void **state)
{
	(void)state;
	settle_all_but(2);
}

static void
the_last_may_be_refused(void **state)
{
	(void)state;
	settle_all_but(ROWS - 1);
}

static int
set_up(void **state)
{
	deliver_set_up(state);
	log_free(rig.f.log);
	rig.f.log = log_new(&rig.f.clock, LOG_INFO, count_errors, NULL);
	rig.conf.log = rig.f.log;
	errors = 0;
	return 0;
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(all_go_at_once),
	    A_TEST(the_first_may_be_refused),
	    A_TEST(one_in_the_midst_may_be_refused),
	    A_TEST(the_last_may_be_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
