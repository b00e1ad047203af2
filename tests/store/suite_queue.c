/* suite, queue: order, limits, callbacks, closing. */
#include "tests/store/suite.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static void
ops_of_one_thread_keep_their_order(struct fixture *f)
{
	enum { N = 3000 };
	int64_t id = open_conversation(f, "bob");
	struct store_op *ops = calloc(N, sizeof(*ops));
	struct batch b;

	batch_init(&b);
	for (size_t i = 0; i < N; i++) {
		ops[i] = message_op(id, NULL);
		batch_submit(&b, f->store, &ops[i]);
	}
	batch_wait(&b);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(ops[i].err, OK);
		assert_int_equal(ops[i].inbound.seq, i + 2);
	}
	assert_true(is_consistent(f, id));
	free(ops);
}

static void
within_a_group_the_first_wins(struct fixture *f)
{
	struct store_op first = open_op(f->company, "bob");
	struct store_op second = open_op(f->company, "bob");
	struct store_op said[2] = {message_op(0, "s1"), message_op(0, "s1")};
	struct batch b;

	batch_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		said[i].inbound.address = address_of(f->company, "eve");
	batch_submit(&b, f->store, &first);
	batch_submit(&b, f->store, &second);
	batch_submit(&b, f->store, &said[0]);
	batch_submit(&b, f->store, &said[1]);
	batch_wait(&b);
	assert_true(first.open.created);
	assert_false(second.open.created);
	assert_int_equal(
	    first.open.conversation.id, second.open.conversation.id);
	assert_false(said[0].inbound.duplicate);
	assert_true(said[1].inbound.duplicate);
	assert_int_equal(said[1].inbound.seq, 2);
	assert_int_equal(said[1].inbound.state.seq, 2);
}

static void
refused_ops_do_not_disturb_their_group(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct conversation old = state_of(f, id);
	struct store_op ops[5] = {message_op(id, NULL), answer_op(&old),
	    message_op(id + 1, NULL), message_op(id, NULL), answer_op(&old)};
	static const enum err expected[5] = {
	    OK, E_STALE, E_NOTFOUND, OK, E_STALE};
	struct batch b;

	batch_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		batch_submit(&b, f->store, &ops[i]);
	batch_wait(&b);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(ops[i].err, expected[i]);
	assert_int_equal(state_of(f, id).seq, 3);
	assert_true(is_consistent(f, id));
}

/* ---- the limit --------------------------------------------------------- */

/* An op whose done stops the writer until the gate opens. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool reached, open;
};

static void
gate_done(struct store_op *op)
{
	struct gate *g = op->arg;

	pthread_mutex_lock(&g->lock);
	g->reached = true;
	pthread_cond_broadcast(&g->changed);
	while (!g->open)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void
gate_close(struct gate *g, struct store *s, struct store_op *op)
{
	*g = (struct gate){.open = false};
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->changed, NULL);
	op->done = gate_done;
	op->arg = g;
	must(store_submit(s, op));
	pthread_mutex_lock(&g->lock);
	while (!g->reached)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void
gate_open(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->open = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

/* All that is refused only by a queue that is full. */
static void
fill_with_finished_work(
    struct fixture *f, struct batch *b, int64_t id, struct store_op *ops)
{
	static const enum store_verb verbs[] = {STORE_COMPANY_PUT, STORE_CLAIM,
	    STORE_TAKE, STORE_SETTLE, STORE_RECEIPT, STORE_REPLAY, STORE_LANE};
	struct conversation c = {.id = id, .seq = 1};
	size_t i = 0;

	for (; i < ARRAY_LEN(verbs); i++) {
		ops[i] = (struct store_op){.verb = verbs[i]};
		batch_submit(b, f->store, &ops[i]);
	}
	ops[i] = answer_op(&c);
	batch_submit(b, f->store, &ops[i]);
}

static void
a_full_queue_refuses(struct fixture *f)
{
	enum { MAX = 32, INGEST = 24 };
	int64_t id = open_conversation(f, "bob");
	struct store_op first = message_op(id, NULL);
	struct store_op ops[MAX], extra = message_op(id, NULL);
	struct store_op seen = {.verb = STORE_SEEN};
	struct store_op open = open_op(f->company, "eve");
	struct store_op claim = {.verb = STORE_CLAIM};
	struct store_stats stats;
	struct batch b;
	struct gate g;

	fixture_stop(f);
	f->conf.queue_max = MAX;
	fixture_start(f);
	batch_init(&b);
	gate_close(&g, f->store, &first);
	for (size_t i = 0; i < INGEST; i++) {
		ops[i] = message_op(id, NULL);
		batch_submit(&b, f->store, &ops[i]);
	}
	assert_int_equal(store_submit(f->store, &extra), E_LIMIT);
	assert_int_equal(store_submit_wait(f->store, &extra), E_LIMIT);
	assert_int_equal(store_submit(f->store, &seen), E_LIMIT);
	assert_int_equal(store_submit(f->store, &open), E_LIMIT);
	fill_with_finished_work(f, &b, id, &ops[INGEST]);
	assert_int_equal(store_submit(f->store, &claim), E_LIMIT);
	store_stats(f->store, &stats);
	assert_int_equal(stats.queued, MAX);
	assert_int_equal(stats.refused, 5);
	assert_int_equal(stats.failed_ops, 0);
	gate_open(&g);
	batch_wait(&b);
	must(store_submit_wait(f->store, &extra));
	assert_int_equal(state_of(f, id).seq, INGEST + 3);
}

/* ---- callbacks --------------------------------------------------------- */

struct chain {
	struct store *store;
	struct batch *batch;
	unsigned left;
};

static void
chain_done(struct store_op *op)
{
	struct chain *c = op->arg;

	must(op->err);
	*op = message_op(op->inbound.conversation, NULL);
	if (--c->left == 0) {
		batch_submit(c->batch, c->store, op);
		batch_release(c->batch);
		return;
	}
	op->done = chain_done;
	op->arg = c;
	must(store_submit(c->store, op));
}

static void
done_may_submit(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op = message_op(id, NULL);
	struct batch b;
	struct chain c = {.store = f->store, .batch = &b, .left = 20};

	batch_init(&b);
	batch_hold(&b);
	op.done = chain_done;
	op.arg = &c;
	must(store_submit(f->store, &op));
	batch_wait(&b);
	assert_int_equal(op.inbound.seq, 22);
}

struct tally {
	atomic_uint done, groups;
	atomic_uint done_at_group;
};

static void
tally_done(struct store_op *op)
{
	struct tally *t = op->arg;

	t->done++;
}

static void
tally_group(void *arg)
{
	struct tally *t = arg;

	t->groups++;
	t->done_at_group = t->done;
}

static void
groups_are_told_after_their_ops(struct fixture *f)
{
	enum { N = 100 };
	int64_t id = open_conversation(f, "bob");
	struct store_op ops[N];
	struct tally t = {0};

	fixture_reopen(f);
	store_on_group(f->store, tally_group, &t);
	for (size_t i = 0; i < N; i++) {
		ops[i] = message_op(id, NULL);
		ops[i].done = tally_done;
		ops[i].arg = &t;
		must(store_submit(f->store, &ops[i]));
	}
	fixture_stop(f);
	assert_int_equal(t.done, N);
	assert_int_equal(t.done_at_group, N);
	assert_in_range(t.groups, 1, N);
	fixture_start(f);
}

static bool
comes_to(struct fixture *f, int64_t id, uint64_t seq)
{
	struct timespec nap = {0, 1000000};

	for (int i = 0; i < 10000 && state_of(f, id).seq < seq; i++)
		nanosleep(&nap, NULL);
	return state_of(f, id).seq == seq;
}

/* Three groups of one: told inline, by the teller, and not told before it. */
static void
a_done_does_not_keep_the_next_from_its_commit(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op first = message_op(id, NULL);
	struct store_op second = message_op(id, NULL);
	struct store_op third = message_op(id, NULL);
	struct tally t = {0};
	struct gate a, b = {.open = false};

	fixture_stop(f);
	f->conf.group_max = 1;
	fixture_start(f);
	pthread_mutex_init(&b.lock, NULL);
	pthread_cond_init(&b.changed, NULL);
	gate_close(&a, f->store, &first);
	second.done = gate_done;
	second.arg = &b;
	third.done = tally_done;
	third.arg = &t;
	must(store_submit(f->store, &second));
	must(store_submit(f->store, &third));
	gate_open(&a);
	assert_true(comes_to(f, id, 4));
	assert_int_equal(t.done, 0);
	gate_open(&b);
	fixture_stop(f);
	assert_int_equal(t.done, 1);
	fixture_start(f);
}

/* ---- the end ----------------------------------------------------------- */

static void
closing_finishes_what_waits(struct fixture *f)
{
	enum { N = 2000 };
	int64_t id = open_conversation(f, "bob");
	struct store_op *ops = calloc(N, sizeof(*ops));
	struct batch b;

	batch_init(&b);
	for (size_t i = 0; i < N; i++) {
		ops[i] = message_op(id, NULL);
		batch_submit(&b, f->store, &ops[i]);
	}
	fixture_stop(f);
	assert_int_equal(b.waiting, 0);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(ops[i].err, OK);
	fixture_start(f);
	assert_int_equal(state_of(f, id).seq, N + 1);
	free(ops);
}

static void *
close_store(void *arg)
{
	store_close(arg);
	return NULL;
}

static void
ignore_done(struct store_op *op)
{
	(void)op;
}

/* Its writer stands in a done, so closing cannot end while we look. */
static void
a_closing_store_refuses(struct fixture *f)
{
	static struct store_op spare[10000];
	struct store *s = fixture_other(f);
	struct store_op gated = open_op(f->company, "bob");
	struct timespec nap = {0, 100000};
	pthread_t closer;
	enum err e = OK;
	struct gate g;

	gate_close(&g, s, &gated);
	assert_int_equal(pthread_create(&closer, NULL, close_store, s), 0);
	for (size_t i = 0; e == OK && i < ARRAY_LEN(spare); i++) {
		spare[i] = (struct store_op){.verb = STORE_SEEN};
		spare[i].done = ignore_done;
		e = store_submit(s, &spare[i]);
		nanosleep(&nap, NULL);
	}
	gate_open(&g);
	pthread_join(closer, NULL);
	assert_int_equal(e, E_CLOSED);
}

static void
figures_are_kept(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_stats before, after;

	store_stats(f->store, &before);
	must(say(f, id, NULL));
	assert_int_equal(say(f, id + 1, NULL), E_NOTFOUND);
	store_stats(f->store, &after);
	assert_int_equal(after.state, OK);
	assert_int_equal(after.ops, before.ops + 1);
	assert_int_equal(after.failed_ops, before.failed_ops + 1);
	assert_int_equal(after.refused, 0);
	assert_int_equal(after.group_running_ms, 0);
	assert_int_equal(after.groups, before.groups + 2);
	assert_int_equal(after.queued, 0);
	assert_int_equal(after.failed_groups, 0);
	assert_true(after.commit_us_sum > before.commit_us_sum);
}

const struct suite_case suite_queue[] = {
    CASE(ops_of_one_thread_keep_their_order),
    CASE(within_a_group_the_first_wins),
    CASE(refused_ops_do_not_disturb_their_group),
    CASE(a_full_queue_refuses),
    CASE(done_may_submit),
    CASE(groups_are_told_after_their_ops),
    CASE(a_done_does_not_keep_the_next_from_its_commit),
    CASE(closing_finishes_what_waits),
    CASE(a_closing_store_refuses),
    CASE(figures_are_kept),
    {0},
};
