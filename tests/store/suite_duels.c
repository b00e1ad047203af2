/*
 * suite, duels: two stores on the same data, as if they were two processes,
 * and in each somebody who wants the same thing at the same instant.
 */
#include "tests/lib/random.h"
#include "tests/store/acts.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- at the same instant ------------------------------------------------- */

struct side {
	pthread_t thread;
	struct store *store;
	pthread_barrier_t *both;
	struct store_op *ops;
	size_t n;
};

static void *
side_main(void *arg)
{
	struct side *s = arg;

	for (size_t i = 0; i < s->n; i++) {
		pthread_barrier_wait(s->both);
		s->ops[i].err = store_submit_wait(s->store, &s->ops[i]);
	}
	return NULL;
}

/* ops[0][i] against ops[1][i], for each i. */
static void
duel(struct fixture *f, struct store_op *ops[2], size_t n)
{
	struct store *other = fixture_other(f);
	pthread_barrier_t both;
	struct side sides[2];

	pthread_barrier_init(&both, NULL, 2);
	for (size_t i = 0; i < 2; i++) {
		sides[i] = (struct side){.store = i == 0 ? f->store : other,
		    .both = &both,
		    .ops = ops[i],
		    .n = n};
		must(pthread_create(
			 &sides[i].thread, NULL, side_main, &sides[i]) == 0
			 ? OK
			 : E_NOMEM);
	}
	for (size_t i = 0; i < 2; i++)
		pthread_join(sides[i].thread, NULL);
	pthread_barrier_destroy(&both);
	store_close(other);
}

/* Many that wait in line, in few transactions. */
static void
queue_many(struct fixture *f, int64_t *ids, size_t n)
{
	struct store_op *ops = calloc(n, sizeof(*ops));
	char(*who)[24] = calloc(n, sizeof(*who));
	struct batch b;

	must(ops == NULL || who == NULL ? E_NOMEM : OK);
	batch_init(&b);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(who[i], sizeof(who[i]), "c%zu", i);
		ops[i] = open_op(f->company, who[i]);
		batch_submit(&b, f->store, &ops[i]);
	}
	batch_wait(&b);
	for (size_t i = 0; i < n; i++) {
		ids[i] = ops[i].open.conversation.id;
		ops[i] = act_op(ACT_QUEUE, ids[i], 0);
		batch_submit(&b, f->store, &ops[i]);
	}
	batch_wait(&b);
	for (size_t i = 0; i < n; i++)
		must(ops[i].err);
	free(who);
	free(ops);
}

static void
offer_many(struct fixture *f, const int64_t *ids, size_t n, int64_t agent)
{
	struct store_op *ops = calloc(n, sizeof(*ops));
	struct batch b;

	must(ops == NULL ? E_NOMEM : OK);
	batch_init(&b);
	for (size_t i = 0; i < n; i++) {
		ops[i] = offer_op(ids[i], agent);
		batch_submit(&b, f->store, &ops[i]);
	}
	batch_wait(&b);
	for (size_t i = 0; i < n; i++)
		must(ops[i].err);
	free(ops);
}

#define DUELS_MAX 1000

struct duels {
	size_t n;
	int64_t ids[DUELS_MAX];
	struct store_op *ops[2];
	size_t won[2];
};

static void
duels_begin(struct fixture *f, struct duels *d, size_t n)
{
	d->n = n;
	queue_many(f, d->ids, n);
	for (size_t i = 0; i < 2; i++) {
		d->ops[i] = calloc(n, sizeof(*d->ops[i]));
		must(d->ops[i] == NULL ? E_NOMEM : OK);
		d->won[i] = 0;
	}
}

/* Exactly one of each pair; which. */
static size_t
winner(struct duels *d, size_t i)
{
	size_t won = d->ops[0][i].err == OK ? 0 : 1;

	assert_int_equal(d->ops[won][i].err, OK);
	assert_int_equal(d->ops[1 - won][i].err, E_DENIED);
	d->won[won]++;
	return won;
}

static void
duels_end(struct duels *d)
{
	free(d->ops[0]);
	free(d->ops[1]);
}

static void
of_two_who_take_it_one_gets_it(struct fixture *f)
{
	static struct duels d;
	int64_t agents[2] = {make_agent(f, "anna"), make_agent(f, "bert")};

	duels_begin(f, &d, 200);
	for (size_t i = 0; i < d.n; i++)
		for (size_t side = 0; side < 2; side++)
			d.ops[side][i] = act_op(
			    ACT_PULL, d.ids[i], agents[side]);
	duel(f, d.ops, d.n);
	for (size_t i = 0; i < d.n; i++) {
		size_t won = winner(&d, i);
		const struct store_act *lost = &d.ops[1 - won][i].act;

		assert_int_equal(lost->acted.refusal, ACT_IS_HELD);
		assert_int_equal(lost->state.agent, agents[won]);
	}
	for (size_t side = 0; side < 2; side++)
		assert_int_equal(chats_of(f, agents[side]), d.won[side]);
	duels_end(&d);
}

/* Who supervises takes what is offered to another. */
static void
of_an_acceptance_and_a_supervisor_one_wins(struct fixture *f)
{
	static struct duels d;
	int64_t agents[2] = {make_agent(f, "anna"), make_agent(f, "bert")};

	duels_begin(f, &d, DUELS_MAX);
	offer_many(f, d.ids, d.n, agents[0]);
	for (size_t i = 0; i < d.n; i++) {
		d.ops[0][i] = act_op(ACT_ACCEPT, d.ids[i], agents[0]);
		d.ops[1][i] = act_op(ACT_PULL, d.ids[i], agents[1]);
		d.ops[1][i].act.act.may_supervise = true;
	}
	duel(f, d.ops, d.n);
	for (size_t i = 0; i < d.n; i++) {
		size_t won = winner(&d, i);
		const struct store_act *lost = &d.ops[1 - won][i].act;

		assert_int_equal(lost->acted.refusal, ACT_IS_HELD);
		assert_int_equal(lost->state.agent, agents[won]);
	}
	for (size_t side = 0; side < 2; side++)
		assert_int_equal(chats_of(f, agents[side]), d.won[side]);
	duels_end(&d);
}

static void
of_an_acceptance_and_its_expiry_one_wins(struct fixture *f)
{
	static struct duels d;
	int64_t anna = make_agent(f, "anna");

	duels_begin(f, &d, 200);
	offer_many(f, d.ids, d.n, anna);
	for (size_t i = 0; i < d.n; i++) {
		d.ops[0][i] = act_op(ACT_ACCEPT, d.ids[i], anna);
		d.ops[1][i] = act_op(ACT_EXPIRE, d.ids[i], 0);
	}
	duel(f, d.ops, d.n);
	for (size_t i = 0; i < d.n; i++) {
		size_t won = winner(&d, i);

		assert_int_equal(
		    d.ops[1 - won][i].act.acted.refusal, ACT_IS_OVER);
	}
	assert_int_equal(chats_of(f, anna), d.won[0]);
	duels_end(&d);
}

static void
however_many_offer_nobody_gets_too_many(struct fixture *f)
{
	enum { OFFERS = 40, MOST = 3 };
	int64_t anna = make_agent(f, "anna"), ids[2 * OFFERS];
	struct store_op sides[2][OFFERS];
	struct store_op *ops[2] = {sides[0], sides[1]};
	size_t won = 0;

	queue_many(f, ids, ARRAY_LEN(ids));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		sides[i % 2][i / 2] = offer_op(ids[i], anna);
		sides[i % 2][i / 2].act.chats_max = MOST;
	}
	duel(f, ops, OFFERS);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct store_op *op = &sides[i % 2][i / 2];

		won += op->err == OK;
		if (op->err != OK)
			assert_int_equal(op->act.acted.refusal, ACT_IS_FULL);
	}
	assert_int_equal(won, MOST);
	assert_int_equal(chats_of(f, anna), MOST);
}

const struct suite_case suite_duels[] = {
    CASE(of_two_who_take_it_one_gets_it),
    CASE(of_an_acceptance_and_a_supervisor_one_wins),
    CASE(of_an_acceptance_and_its_expiry_one_wins),
    CASE(however_many_offer_nobody_gets_too_many),
    {0},
};
