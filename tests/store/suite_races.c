/*
 * suite, races: several threads, and several stores on the same data as if
 * they were processes of their own.
 */
#include "tests/lib/random.h"
#include "tests/store/suite.h"

#include <stdlib.h>

#define THREADS 8
#define ROUNDS 10

struct racer {
	pthread_t thread;
	struct store *store;
	pthread_barrier_t *start;
	struct store_op op;
};

static void *
race(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->start);
	r->op.err = store_submit_wait(r->store, &r->op);
	return NULL;
}

/* All ops at once, each from a thread of its own, half in either store. */
static void
race_all(struct store *stores[2], struct racer racers[THREADS])
{
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		racers[i].store = stores[i % 2];
		racers[i].start = &start;
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]) !=
		    0)
			must(E_NOMEM);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(racers[i].thread, NULL);
	pthread_barrier_destroy(&start);
}

static void
of_many_commits_from_one_state_one_wins(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	int64_t id = open_conversation(f, "bob");
	struct racer racers[THREADS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct conversation c = state_of(f, id);
		unsigned won = 0;

		for (size_t i = 0; i < THREADS; i++)
			racers[i].op = answer_op(&c);
		race_all(stores, racers);
		for (size_t i = 0; i < THREADS; i++) {
			won += racers[i].op.err == OK;
			if (racers[i].op.err != OK)
				assert_int_equal(racers[i].op.err, E_STALE);
		}
		assert_int_equal(won, 1);
	}
	assert_int_equal(state_of(f, id).seq, ROUNDS + 1);
	assert_true(is_consistent(f, id));
	store_close(stores[1]);
}

static void
of_many_copies_one_is_stored(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	int64_t id = open_conversation(f, "bob");
	struct racer racers[THREADS];
	char source[2] = "a";

	for (unsigned round = 0; round < ROUNDS; round++, source[0]++) {
		unsigned stored = 0;

		for (size_t i = 0; i < THREADS; i++)
			racers[i].op = message_op(id, source);
		race_all(stores, racers);
		for (size_t i = 0; i < THREADS; i++) {
			must(racers[i].op.err);
			stored += !racers[i].op.inbound.duplicate;
			assert_int_equal(racers[i].op.inbound.seq, round + 2);
		}
		assert_int_equal(stored, 1);
	}
	assert_true(is_consistent(f, id));
	store_close(stores[1]);
}

static void
of_many_openings_one_creates(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	struct racer racers[THREADS];
	char who[2] = "a";

	for (unsigned round = 0; round < ROUNDS; round++, who[0]++) {
		unsigned created = 0;

		for (size_t i = 0; i < THREADS; i++)
			racers[i].op = open_op(f->company, who);
		race_all(stores, racers);
		for (size_t i = 0; i < THREADS; i++) {
			must(racers[i].op.err);
			created += racers[i].op.open.created;
			assert_int_equal(racers[i].op.open.conversation.id,
			    racers[0].op.open.conversation.id);
		}
		assert_int_equal(created, 1);
	}
	store_close(stores[1]);
}

static void
of_many_claims_one_holds(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	int64_t id = open_conversation(f, "bob");
	struct conversation c = state_of(f, id);
	struct racer racers[THREADS];
	struct store_claim held;
	unsigned won = 0;

	for (size_t i = 0; i < THREADS; i++) {
		racers[i].op = (struct store_op){.verb = STORE_CLAIM};
		racers[i].op.claim.conversation = id;
		racers[i].op.claim.seq = c.seq;
		racers[i].op.claim.worker = i + 1;
	}
	race_all(stores, racers);
	must(store_read_claim(f->reader, id, &held));
	for (size_t i = 0; i < THREADS; i++) {
		won += racers[i].op.err == OK;
		assert_int_equal(racers[i].op.claim.worker, held.worker);
	}
	assert_int_equal(won, 1);
	store_close(stores[1]);
}

/* ---- anything, in any order -------------------------------------------- */

#define CONVERSATIONS 6

static struct store_op
random_message(struct test_random *r, int64_t id)
{
	char *source = test_random_below(r, 2) == 0 ? NULL : "a";
	struct store_op op = message_op(id, source);

	op.inbound.event.kind = (enum event_kind)test_random_below(
	    r, EVENT_KINDS + 1);
	op.inbound.event.author = (enum author)test_random_below(
	    r, AUTHORS + 1);
	op.inbound.event.ref = test_random_below(r, 6);
	op.inbound.event.at = (int64_t)test_random_below(r, 1000);
	op.inbound.external_id = test_random_below(r, 2) == 0 ? STR("7")
							      : STR("");
	return op;
}

static struct store_op
random_commit(struct test_random *r, const struct conversation *c)
{
	struct store_op op = answer_op(c);
	struct decision *d = &op.commit.decision;

	d->event_count = (unsigned)test_random_below(r, 5);
	for (unsigned i = 0; i < d->event_count; i++)
		d->events[i] = random_message(r, c->id).inbound.event;
	d->seq -= test_random_below(r, 10) == 0;
	d->timer.set = test_random_below(r, 2) == 0;
	d->timer.due = (int64_t)test_random_below(r, 3);
	return op;
}

static void
random_op(struct test_random *r, struct fixture *f, int64_t id)
{
	struct conversation c = state_of(f, id);
	struct store_op op = test_random_below(r, 2) == 0
				 ? random_message(r, id)
				 : random_commit(r, &c);
	enum err e = store_submit_wait(f->store, &op);

	assert_true(e == OK || store_is_refusal(e));
}

static void
whatever_happens_the_row_is_the_fold(struct fixture *f)
{
	struct test_random r = test_random_new("row_is_the_fold");
	int64_t ids[CONVERSATIONS];
	char who[2] = "a";

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = open_conversation(f, who);
	for (unsigned i = 0; i < 400; i++)
		random_op(&r, f, ids[test_random_below(&r, CONVERSATIONS)]);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(is_consistent(f, ids[i]));
	fixture_reopen(f);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(is_consistent(f, ids[i]));
}

/* A reader of another thread, made after done, sees what done reported. */
static void *
read_back(void *arg)
{
	struct racer *r = arg;
	struct store_reader *reader;
	struct conversation c;

	must(store_reader_open(r->store, &reader));
	for (unsigned i = 0; i < 50; i++) {
		r->op = message_op(r->op.inbound.conversation, NULL);
		must(store_submit_wait(r->store, &r->op));
		must(store_read_conversation(
		    reader, r->op.inbound.conversation, &c));
		r->op.err = c.seq < r->op.inbound.seq ? E_STALE : OK;
		if (r->op.err != OK)
			break;
	}
	store_reader_close(reader);
	return NULL;
}

static void
readers_see_what_done_reported(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct racer racers[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		racers[i].store = f->store;
		racers[i].op = message_op(id, NULL);
		if (pthread_create(
			&racers[i].thread, NULL, read_back, &racers[i]) != 0)
			must(E_NOMEM);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(racers[i].thread, NULL);
		assert_int_equal(racers[i].op.err, OK);
	}
	assert_int_equal(state_of(f, id).seq, THREADS * 50 + 1);
	assert_true(is_consistent(f, id));
}

const struct suite_case suite_races[] = {
    CASE(of_many_commits_from_one_state_one_wins),
    CASE(of_many_copies_one_is_stored),
    CASE(of_many_openings_one_creates),
    CASE(of_many_claims_one_holds),
    CASE(whatever_happens_the_row_is_the_fold),
    CASE(readers_see_what_done_reported),
    {0},
};
