/*
 * hasher: the right password and no other; never more at once than there are
 * threads, never more waiting than there are places.
 */
#include "gateway/hasher.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned left;
};

static void
wait_init(struct waiting *w, unsigned left)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->left = left;
}

static void
wait_end(struct waiting *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->left > 0)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}

static void
one_less(struct waiting *w)
{
	pthread_mutex_lock(&w->lock);
	w->left--;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void
hashed(struct hash_op *op)
{
	one_less(op->arg);
}

static void
hash(struct hasher *h, struct hash_op *op)
{
	struct waiting w;

	wait_init(&w, 1);
	op->done = hashed;
	op->arg = &w;
	assert_int_equal(hasher_submit(h, op), OK);
	wait_end(&w);
	assert_int_equal(op->err, OK);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
the_right_password_matches(void **state)
{
	struct hash_op make = {
	    .deed = HASH_MAKE, .password = STR("seven green bottles")};
	struct hash_op right = {
	    .deed = HASH_CHECK, .password = STR("seven green bottles")};
	struct hash_op wrong = {
	    .deed = HASH_CHECK, .password = STR("seven green bottle")};
	struct hash_op garbled = {.deed = HASH_CHECK,
	    .password = STR("seven green bottles"),
	    .hash = STR("$argon2id$nonsense")};
	struct hasher *h;
	struct waiting w;

	(void)state;
	assert_int_equal(hasher_start(1, &h), OK);
	hash(h, &make);
	assert_non_null(strstr(make.made, "$argon2id$v=19$m=65536,t=3,p=1$"));
	right.hash = wrong.hash = str_from(make.made);
	hash(h, &right);
	assert_true(right.matches);
	hash(h, &wrong);
	assert_false(wrong.matches);
	wait_init(&w, 1);
	garbled.done = hashed;
	garbled.arg = &w;
	assert_int_equal(hasher_submit(h, &garbled), OK);
	wait_end(&w);
	assert_false(garbled.matches);
	hasher_stop(h);
}

/* Which accounts there are must not show in the time that it takes. */
static void
nobody_takes_as_long_as_somebody(void **state)
{
	struct hash_op make = {
	    .deed = HASH_MAKE, .password = STR("seven green bottles")};
	struct hash_op some = {.deed = HASH_CHECK, .password = STR("x")};
	struct hash_op none = {.deed = HASH_CHECK, .password = STR("x")};
	int64_t best_some = 1 << 30, best_none = 1 << 30, begun, took;
	struct hasher *h;
	int i;

	(void)state;
	assert_int_equal(hasher_start(1, &h), OK);
	hash(h, &make);
	some.hash = str_from(make.made);
	for (i = 0; i < 2; i++) {
		begun = now_ms();
		hash(h, &some);
		took = now_ms() - begun;
		best_some = took < best_some ? took : best_some;
		begun = now_ms();
		hash(h, &none);
		took = now_ms() - begun;
		best_none = took < best_none ? took : best_none;
	}
	assert_false(some.matches);
	assert_false(none.matches);
	/* The least of few on a busy machine: not three times as long. */
	assert_true(best_none * 3 >= best_some);
	assert_true(best_some * 3 >= best_none);
	hasher_stop(h);
}

static void
too_many_are_refused(void **state)
{
	struct hash_op ops[HASHER_WAITING + 8] = {0};
	struct hasher *h;
	struct waiting w;
	unsigned taken = 0, refused = 0, closed = 0;
	enum err e;
	size_t i;

	(void)state;
	assert_int_equal(hasher_start(1, &h), OK);
	wait_init(&w, ARRAY_LEN(ops));
	for (i = 0; i < ARRAY_LEN(ops); i++) {
		ops[i] = (struct hash_op){.deed = HASH_CHECK,
		    .password = STR("x"),
		    .done = hashed,
		    .arg = &w};
		e = hasher_submit(h, &ops[i]);
		if (e == OK)
			taken++;
		else
			one_less(&w);
		refused += e == E_LIMIT;
	}
	/* One may run already while the others wait. */
	assert_true(taken == HASHER_WAITING || taken == HASHER_WAITING + 1);
	assert_int_equal(taken + refused, ARRAY_LEN(ops));
	hasher_stop(h);
	wait_end(&w);
	for (i = 0; i < ARRAY_LEN(ops); i++)
		closed += ops[i].err == E_CLOSED;
	/* What waited was let go, not done. */
	assert_true(closed >= HASHER_WAITING - 2);
}

/* ---- the pool ---------------------------------------------------------- */

struct count {
	struct pool_job job;
	atomic_uint *at_once, *most, *done;
	struct waiting *waiting;
};

static void
count_run(struct pool_job *j, void *own, enum err e)
{
	struct count *c = CONTAINER_OF(j, struct count, job);
	unsigned now = atomic_fetch_add(c->at_once, 1) + 1;
	unsigned most = atomic_load(c->most);

	(void)own;
	while (now > most && !atomic_compare_exchange_weak(c->most, &most, now))
		;
	if (e == OK)
		atomic_fetch_add(c->done, 1);
	atomic_fetch_sub(c->at_once, 1);
	one_less(c->waiting);
}

static void
a_pool_runs_all_and_few_at_once(void **state)
{
	const struct pool_conf conf = {
	    .name = "test", .threads = 3, .waiting_max = 500};
	atomic_uint at_once = 0, most = 0, done = 0;
	struct count counts[500];
	struct waiting w;
	struct pool *p;
	size_t i;

	(void)state;
	assert_int_equal(pool_start(&conf, &p), OK);
	wait_init(&w, ARRAY_LEN(counts));
	for (i = 0; i < ARRAY_LEN(counts); i++) {
		counts[i] = (struct count){.at_once = &at_once,
		    .most = &most,
		    .done = &done,
		    .waiting = &w,
		    .job.run = count_run};
		assert_int_equal(pool_put(p, &counts[i].job), OK);
	}
	wait_end(&w);
	pool_end(p);
	assert_int_equal(pool_put(p, &counts[0].job), E_CLOSED);
	pool_free(p);
	assert_int_equal(done, ARRAY_LEN(counts));
	assert_in_range(most, 1, 3);
}

static enum err
begin(void *arg, void **own)
{
	unsigned *begun = arg;

	if (*begun == 2)
		return E_IO;
	++*begun;
	*own = arg;
	return OK;
}

static void
end(void *own)
{
	--*(unsigned *)own;
}

static void
a_pool_that_cannot_begin_leaves_nothing(void **state)
{
	unsigned begun = 0;
	const struct pool_conf conf = {.name = "test",
	    .threads = 3,
	    .waiting_max = 1,
	    .begin = begin,
	    .end = end,
	    .arg = &begun};
	struct pool *p = NULL;

	(void)state;
	assert_int_equal(pool_start(&conf, &p), E_IO);
	assert_null(p);
	assert_int_equal(begun, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_right_password_matches),
	    cmocka_unit_test(nobody_takes_as_long_as_somebody),
	    cmocka_unit_test(too_many_are_refused),
	    cmocka_unit_test(a_pool_runs_all_and_few_at_once),
	    cmocka_unit_test(a_pool_that_cannot_begin_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
