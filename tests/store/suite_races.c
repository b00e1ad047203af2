/*
 * suite, races: several threads, and several stores on the same data as if
 * they were processes of their own.
 */
#include "tests/lib/random.h"
#include "tests/store/delivery.h"
#include "tests/store/staff.h"
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

/* Fast first messages of one person: many conversations, one contact. */
static void
of_many_first_messages_one_makes_the_contact(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	char who[2] = "a", whose[THREADS][3];
	struct racer racers[THREADS];

	for (unsigned round = 0; round < ROUNDS; round++, who[0]++) {
		for (size_t i = 0; i < THREADS; i++) {
			struct store_inbound *in = &racers[i].op.inbound;

			whose[i][0] = who[0];
			whose[i][1] = (char)('A' + i / 2);
			whose[i][2] = '\0';
			racers[i].op = message_op(0, NULL);
			in->address = address_of(f->company, whose[i]);
			in->person = str_from(who);
		}
		race_all(stores, racers);
		for (size_t i = 0; i < THREADS; i++) {
			const struct conversation *c =
			    &racers[i].op.inbound.state;

			must(racers[i].op.err);
			assert_int_equal(
			    c->contact, racers[0].op.inbound.state.contact);
			assert_int_equal(
			    c->id, racers[i ^ 1u].op.inbound.state.id);
			assert_true(is_consistent(f, c->id));
		}
		assert_int_not_equal(racers[0].op.inbound.state.id,
		    racers[2].op.inbound.state.id);
	}
	store_close(stores[1]);
}

/* Only one leads, but even two would not both get a row. */
static void
of_many_takers_one_gets_the_row(struct fixture *f)
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	struct racer racers[THREADS];
	bool taken[THREADS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		int64_t id = new_row(f, "T1");
		unsigned won = 0;

		for (size_t i = 0; i < THREADS; i++) {
			racers[i].op = (struct store_op){.verb = STORE_TAKE};
			racers[i].op.take = (struct store_take){
			    &id, 1, DELIVERY_NOW, false, &taken[i]};
		}
		race_all(stores, racers);
		for (size_t i = 0; i < THREADS; i++) {
			must(racers[i].op.err);
			won += taken[i];
		}
		assert_int_equal(won, 1);
		assert_int_equal(row_of(f, id).attempts, 1);
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
	op.inbound.event.author_id = (int64_t)test_random_below(r, 3);
	op.inbound.event.at = (int64_t)test_random_below(r, 1000);
	op.inbound.external_id = test_random_below(r, 2) == 0 ? STR("7")
							      : STR("");
	return op;
}

/* Rows beyond those there are, too. */
static int64_t
random_row(struct test_random *r)
{
	return 1 + (int64_t)test_random_below(r, 60);
}

static struct event
random_news(struct test_random *r)
{
	return (struct event){.kind = test_random_below(r, 2) == 0
					  ? EVENT_OPENED
					  : EVENT_DELIVERY,
	    .at = (int64_t)test_random_below(r, 1000)};
}

static struct store_op
random_delivery(struct test_random *r, struct fixture *f)
{
	static int64_t row;
	static bool taken;
	static struct settled s;
	struct store_op op = {
	    .verb = (enum store_verb)(STORE_TAKE + test_random_below(r, 4))};

	row = random_row(r);
	s = (struct settled){.row = row,
	    .state = (enum outbox_state)test_random_below(r, OUTBOX_STATES),
	    .due = (int64_t)test_random_below(r, 3),
	    .uncount = test_random_below(r, 4) == 0,
	    .vendor_id = test_random_below(r, 2) == 0 ? STR("v") : STR(""),
	    .event = random_news(r)};
	if (op.verb == STORE_TAKE) {
		op.take = (struct store_take){
		    &row, 1, 2, test_random_below(r, 20) == 0, &taken};
	} else if (op.verb == STORE_SETTLE) {
		op.settle = (struct store_settle){&s, 1};
	} else if (op.verb == STORE_RECEIPT) {
		op.receipt.account = account_of(f, "T1");
		op.receipt.row = test_random_below(r, 4) == 0 ? 0 : row;
		op.receipt.vendor_id = s.vendor_id;
		op.receipt.rank = (enum receipt_rank)test_random_below(
		    r, RECEIPTS);
		op.receipt.event = random_news(r);
	} else {
		op.replay.row = test_random_below(r, 10) == 0 ? 0 : row;
		op.replay.lane = 1;
		op.replay.drop = test_random_below(r, 4) == 0;
	}
	return op;
}

static struct store_op
random_commit(struct test_random *r, const struct conversation *c)
{
	static struct outbox_row rows[2];
	struct store_op op = answer_op(c);
	struct decision *d = &op.commit.decision;

	d->event_count = (unsigned)test_random_below(r, 5);
	for (unsigned i = 0; i < d->event_count; i++)
		d->events[i] = random_message(r, c->id).inbound.event;
	d->seq -= test_random_below(r, 10) == 0;
	d->timer_count = (unsigned)test_random_below(r, 2);
	d->timers[0].due = (int64_t)test_random_below(r, 3);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = (struct outbox_row){
		    .channel = STR("chat"), .account = STR("T1")};
	op.commit.outbox = rows;
	op.commit.outbox_count = (unsigned)test_random_below(r, 3);
	return op;
}

static void
random_op(struct test_random *r, struct fixture *f, int64_t id)
{
	struct conversation c = state_of(f, id);
	struct store_op op;
	enum err e;

	if (test_random_below(r, 2) == 0)
		op = random_delivery(r, f);
	else if (test_random_below(r, 2) == 0)
		op = random_message(r, id);
	else
		op = random_commit(r, &c);
	e = store_submit_wait(f->store, &op);

	assert_true(e == OK || store_is_refusal(e));
}

/* Lists and counts say the same as the rows themselves. */
static void
check_lane(struct fixture *f)
{
	size_t count[OUTBOX_STATES] = {0}, n = 1;
	struct outbox_row row;
	struct lane lane;

	for (int64_t id = 1; id < 2000; id++)
		if (store_read_outbox(f->reader, id, &f->arena, &row) == OK)
			count[row.state]++;
	must(store_list_lanes(f->reader, 0, &f->arena, &lane, &n));
	assert_int_equal(n, 1);
	assert_int_equal(lane.open,
	    count[OUTBOX_READY] + count[OUTBOX_SENDING] + count[OUTBOX_DOUBT]);
	assert_int_equal(lane.unknown, count[OUTBOX_UNKNOWN]);
	assert_int_equal(lane.dead, count[OUTBOX_DEAD]);
	assert_true(lane.open + count[OUTBOX_SENT] > 0);
}

static void
whatever_happens_the_row_is_the_fold(struct fixture *f)
{
	struct test_random r = test_random_new("row_is_the_fold");
	int64_t ids[CONVERSATIONS];
	char who[2] = "a";

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = open_conversation(f, who);
	for (unsigned i = 0; i < 1600; i++)
		random_op(&r, f, ids[test_random_below(&r, CONVERSATIONS)]);
	check_lane(f);
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

/* ---- what may be used once --------------------------------------------- */

/* Each round everybody wants the same; how often it is won: once. */
static void
race_for(struct fixture *f, void (*want)(struct store_agent *a, unsigned round))
{
	struct store *stores[2] = {f->store, fixture_other(f)};
	int64_t id = make_agent(f, "anna@shop.example");
	struct racer racers[THREADS];
	unsigned round, won;
	size_t i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0, won = 0; i < THREADS; i++) {
			racers[i].op = (struct store_op){.verb = STORE_AGENT};
			racers[i].op.agent.row.id = id;
			want(&racers[i].op.agent, round);
		}
		race_all(stores, racers);
		for (i = 0; i < THREADS; i++) {
			won += racers[i].op.err == OK;
			if (racers[i].op.err != OK)
				assert_int_equal(racers[i].op.err, E_STALE);
		}
		assert_int_equal(won, 1);
	}
	store_close(stores[1]);
}

static void
want_step(struct store_agent *a, unsigned round)
{
	a->set = AGENT_STEP;
	a->row.totp_step = round + 1;
}

static void
of_many_uses_of_a_step_one_wins(struct fixture *f)
{
	race_for(f, want_step);
}

static void
want_code(struct store_agent *a, unsigned round)
{
	static const char *const codes[] = {"[]", "[1]", "[2]", "[3]", "[4]",
	    "[5]", "[6]", "[7]", "[8]", "[9]", "[10]"};

	_Static_assert(ARRAY_LEN(codes) > ROUNDS, "one more than rounds");
	a->set = AGENT_BACKUP;
	a->backup_was = str_from(codes[round]);
	a->row.backup = str_from(codes[round + 1]);
}

static void
of_many_uses_of_a_code_one_wins(struct fixture *f)
{
	race_for(f, want_code);
}

const struct suite_case suite_races[] = {
    CASE(of_many_commits_from_one_state_one_wins),
    CASE(of_many_copies_one_is_stored),
    CASE(of_many_openings_one_creates),
    CASE(of_many_first_messages_one_makes_the_contact),
    CASE(of_many_takers_one_gets_the_row),
    CASE(of_many_claims_one_holds),
    CASE(whatever_happens_the_row_is_the_fold),
    CASE(readers_see_what_done_reported),
    CASE(of_many_uses_of_a_step_one_wins),
    CASE(of_many_uses_of_a_code_one_wins),
    {0},
};
