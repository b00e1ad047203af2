/* suite, commits: what is decided, fenced; claims; read marks. */
#include "tests/store/suite.h"

/* A conversation with one question in it. */
static struct conversation
asked(struct fixture *f, const char *who)
{
	int64_t id = open_conversation(f, who);

	must(say(f, id, NULL));
	return state_of(f, id);
}

static size_t
outbox_count(struct fixture *f)
{
	struct outbox_row rows[10];

	return outbox_of(f, rows, ARRAY_LEN(rows));
}

static size_t
timer_count(struct fixture *f)
{
	struct timer_row rows[10];
	size_t n = ARRAY_LEN(rows);

	must(store_list_timers(f->reader, INT64_MAX, rows, &n));
	return n;
}

/* ---- commit ------------------------------------------------------------ */

static void
commit_appends_and_folds(struct fixture *f)
{
	struct conversation c = asked(f, "bob"), read;
	struct store_op op = answer_op(&c);
	struct event e[5];

	op.commit.decision.events[1] = (struct event){
	    .kind = EVENT_HOLDER, .ref = HOLDER_QUEUE, .at = 3001};
	op.commit.decision.event_count = 2;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.commit.decision.events[0].seq, 3);
	assert_int_equal(op.commit.decision.events[1].seq, 4);
	assert_int_equal(op.commit.state.seq, 4);
	assert_int_equal(op.commit.state.epoch, c.epoch + 1);
	assert_false(conversation_pending(&op.commit.state));
	read = state_of(f, c.id);
	assert_true(same_state(&read, &op.commit.state));
	assert_int_equal(events_of(f, c.id, e, ARRAY_LEN(e)), 4);
	assert_int_equal(e[2].ref, 2);
	assert_true(str_eq(e[2].body, STR("{\"text\":\"hi\"}")));
	assert_true(is_consistent(f, c.id));
}

static void
commit_brings_outbox_and_timer(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	struct store_op op = answer_op(&c);
	struct outbox_row rows[2] = {
	    {.channel = STR("slack"),
		.account = STR("T1"),
		.recipient = STR("C1"),
		.payload = STR("one")},
	    {.channel = STR("email"), .payload = STR("two")},
	};
	struct outbox_row read[3];
	struct timer_row timer;
	size_t one = 1;

	op.commit.outbox = rows;
	op.commit.outbox_count = ARRAY_LEN(rows);
	decision_set_timer(&op.commit.decision, TIMER_IDLE, 500);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(outbox_of(f, read, ARRAY_LEN(read)), 2);
	assert_int_equal(read[0].conversation, c.id);
	assert_int_equal(read[0].seq, 3);
	assert_int_equal(read[0].id, rows[0].id);
	assert_true(str_eq(read[0].channel, STR("slack")));
	assert_true(str_eq(read[0].account, STR("T1")));
	assert_true(str_eq(read[0].recipient, STR("C1")));
	assert_true(str_eq(read[1].payload, STR("two")));
	assert_true(read[1].id > read[0].id);
	must(store_list_timers(f->reader, 500, &timer, &one));
	assert_int_equal(one, 1);
	assert_int_equal(timer.conversation, c.id);
	assert_int_equal(timer.due, 500);
}

static void
commit_moves_and_removes_the_timer(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	static const struct {
		struct timer_set set;
		size_t before_600, ever;
	} steps[] = {
	    {{.due = 500}, 1, 1},
	    {{.due = 700}, 0, 1},
	    {{.due = 0}, 0, 0},
	    {{.due = 0}, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct store_op op = answer_op(&c);
		struct timer_row row;
		size_t n = 1;

		op.commit.decision.event_count = 0;
		op.commit.decision.timers[0] = steps[i].set;
		op.commit.decision.timer_count = 1;
		must(store_submit_wait(f->store, &op));
		assert_int_equal(op.commit.state.seq, c.seq);
		must(store_list_timers(f->reader, 600, &row, &n));
		assert_int_equal(n, steps[i].before_600);
		assert_int_equal(timer_count(f), steps[i].ever);
	}
}

static void
commit_from_an_old_state_is_stale(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	struct store_op late = answer_op(&c), foreign = answer_op(&c);
	struct outbox_row row = {.channel = STR("slack")};

	must(say(f, c.id, NULL));
	late.commit.outbox = &row;
	late.commit.outbox_count = 1;
	decision_set_timer(&late.commit.decision, TIMER_IDLE, 500);
	assert_int_equal(store_submit_wait(f->store, &late), E_STALE);
	assert_int_equal(late.commit.state.seq, 3);
	foreign.commit.decision.seq = 3;
	foreign.commit.decision.epoch = c.epoch + 1;
	assert_int_equal(store_submit_wait(f->store, &foreign), E_STALE);
	assert_int_equal(state_of(f, c.id).seq, 3);
	assert_int_equal(outbox_count(f), 0);
	assert_int_equal(timer_count(f), 0);
}

static void
spoil_events(struct store_commit *c)
{
	c->decision.event_count = DECISION_EVENTS_MAX + 1;
}

static void
spoil_kind(struct store_commit *c)
{
	c->decision.events[1].kind = EVENT_KINDS;
}

static void
spoil_opened(struct store_commit *c)
{
	c->decision.events[1].kind = EVENT_OPENED;
}

static void
spoil_holder(struct store_commit *c)
{
	c->decision.events[1].kind = EVENT_HOLDER;
	c->decision.events[1].ref = HOLDERS;
}

static void
spoil_source(struct store_commit *c)
{
	c->decision.events[1].source = STR("known");
}

static void
spoil_sources(struct store_commit *c)
{
	c->decision.events[0].source = STR("new");
	c->decision.events[1].source = STR("new");
}

static void
spoil_timer(struct store_commit *c)
{
	decision_set_timer(&c->decision, TIMER_KINDS, 1);
}

static void
spoil_outbox(struct store_commit *c)
{
	c->decision.event_count = 0;
}

static void
commit_refusals_leave_nothing(struct fixture *f)
{
	static void (*const spoils[])(struct store_commit *) = {spoil_events,
	    spoil_kind, spoil_opened, spoil_holder, spoil_source, spoil_sources,
	    spoil_timer, spoil_outbox};
	struct outbox_row row = {.channel = STR("slack")};
	struct conversation c = asked(f, "bob"), after;

	must(say(f, open_conversation(f, "eve"), "known"));
	for (size_t i = 0; i < ARRAY_LEN(spoils); i++) {
		struct store_op op = answer_op(&c);

		op.commit.decision.events[1] = op.commit.decision.events[0];
		op.commit.decision.event_count = 2;
		op.commit.outbox = &row;
		op.commit.outbox_count = 1;
		spoils[i](&op.commit);
		assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	}
	after = state_of(f, c.id);
	assert_true(same_state(&c, &after));
	assert_int_equal(outbox_count(f), 0);
	assert_true(is_consistent(f, c.id));
}

static void
commit_to_no_conversation_is_not_found(struct fixture *f)
{
	struct conversation c = {.id = 77, .seq = 1};
	struct store_op op = answer_op(&c);

	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

/* ---- claim ------------------------------------------------------------- */

static struct store_op
claim_op(const struct conversation *c, uint64_t worker, uint64_t beat)
{
	struct store_op op = {.verb = STORE_CLAIM};

	op.claim.conversation = c->id;
	op.claim.seq = c->seq;
	op.claim.epoch = c->epoch;
	op.claim.worker = worker;
	op.claim.beat = beat;
	return op;
}

enum { ANN = 11, BEN = 22 };

/* beat_from: 0: none, else the beat that step number gave. */
static void
claim_is_taken_renewed_and_taken_over(struct fixture *f)
{
	static const struct {
		uint64_t worker;
		unsigned beat_from;
		bool release;
		enum err err;
		uint64_t holder;
	} steps[] = {
	    {0, 0, false, E_BADINPUT, 0},
	    {ANN, 0, false, OK, ANN},
	    {BEN, 0, false, E_CLAIMED, ANN},
	    {ANN, 0, false, E_CLAIMED, ANN},
	    {ANN, 2, false, OK, ANN},	     /* renewed: step 5 */
	    {BEN, 2, false, E_CLAIMED, ANN}, /* watched an old beat */
	    {BEN, 5, false, OK, BEN},	     /* taken over: step 7 */
	    {ANN, 5, false, E_CLAIMED, BEN}, /* lost it */
	    {ANN, 5, true, E_CLAIMED, BEN},  /* not hers to give back */
	    {BEN, 7, true, OK, 0},	     /* given back */
	    {BEN, 7, true, OK, 0},	     /* and again */
	    {ANN, 0, false, OK, ANN},
	};
	uint64_t beats[ARRAY_LEN(steps) + 1] = {0};
	struct conversation c = asked(f, "bob");
	struct store_claim read;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct store_op op = claim_op(
		    &c, steps[i].worker, beats[steps[i].beat_from]);

		op.claim.release = steps[i].release;
		assert_int_equal(
		    store_submit_wait(f->store, &op), steps[i].err);
		beats[i + 1] = op.claim.beat;
		must(store_read_claim(f->reader, c.id, &read));
		assert_int_equal(read.worker, steps[i].holder);
		if (steps[i].worker != 0) {
			assert_int_equal(op.claim.worker, read.worker);
			assert_int_equal(op.claim.beat, read.beat);
		}
	}
	assert_true(beats[12] > beats[7]);
}

static void
claim_is_fenced(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	struct store_op take = claim_op(&c, ANN, 0), stale, release;

	must(store_submit_wait(f->store, &take));
	must(say(f, c.id, NULL));
	stale = claim_op(&c, ANN, take.claim.beat);
	assert_int_equal(store_submit_wait(f->store, &stale), E_STALE);
	release = stale;
	release.claim.release = true;
	must(store_submit_wait(f->store, &release));
	c.id++;
	stale = claim_op(&c, ANN, 0);
	assert_int_equal(store_submit_wait(f->store, &stale), E_NOTFOUND);
}

static void
claim_ends_with_a_commit_and_not_with_a_message(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	struct store_op take = claim_op(&c, ANN, 0), answer_it;
	struct store_claim read;

	must(store_submit_wait(f->store, &take));
	must(say(f, c.id, NULL));
	must(store_read_claim(f->reader, c.id, &read));
	assert_int_equal(read.worker, ANN);
	assert_int_equal(read.seq, 3);
	c = state_of(f, c.id);
	answer_it = answer_op(&c);
	must(store_submit_wait(f->store, &answer_it));
	must(store_read_claim(f->reader, c.id, &read));
	assert_int_equal(read.worker, 0);
}

/* A timer that sleeps on, or a word in between, is not the claimer's work. */
static void
claim_outlives_a_commit_that_deals_with_nothing(struct fixture *f)
{
	struct conversation c = asked(f, "bob");
	struct store_op take = claim_op(&c, ANN, 0), op = answer_op(&c);
	struct decision *d = &op.commit.decision;
	struct store_claim read;

	must(store_submit_wait(f->store, &take));
	d->event_count = 0;
	decision_set_timer(d, TIMER_IDLE, 9000);
	must(store_submit_wait(f->store, &op));
	must(store_read_claim(f->reader, c.id, &read));
	assert_int_equal(read.worker, ANN);
	d->event_count = 1;
	d->events[0].ref = 0;
	must(store_submit_wait(f->store, &op));
	must(store_read_claim(f->reader, c.id, &read));
	assert_int_equal(read.worker, ANN);
	d->seq++;
	d->events[0] = (struct event){
	    .kind = EVENT_HOLDER, .author = AUTHOR_BOT, .ref = HOLDER_QUEUE};
	must(store_submit_wait(f->store, &op));
	must(store_read_claim(f->reader, c.id, &read));
	assert_int_equal(read.worker, 0);
}

/* ---- seen -------------------------------------------------------------- */

static void
seen_only_rises(struct fixture *f)
{
	static const struct {
		struct seen put, got;
		bool changed;
	} steps[] = {
	    {{0, 0}, {0, 0}, false},
	    {{2, 0}, {2, 0}, true},
	    {{1, 1}, {2, 1}, true},
	    {{2, 1}, {2, 1}, false},
	    {{UINT64_MAX, 0}, {3, 1}, true}, /* there are three */
	    {{4, 4}, {3, 3}, true},
	};
	struct conversation c = asked(f, "bob");

	must(say(f, c.id, NULL));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct store_op op = {.verb = STORE_SEEN};
		struct seen read;

		op.seen.conversation = c.id;
		op.seen.seen = steps[i].put;
		must(store_submit_wait(f->store, &op));
		assert_int_equal(op.seen.changed, steps[i].changed);
		must(store_read_seen(f->reader, c.id, &read));
		assert_int_equal(read.customer, steps[i].got.customer);
		assert_int_equal(read.company, steps[i].got.company);
		assert_int_equal(op.seen.seen.customer, read.customer);
		assert_int_equal(op.seen.seen.company, read.company);
	}
	assert_int_equal(state_of(f, c.id).seq, 3);
}

static void
seen_in_no_conversation_is_not_found(struct fixture *f)
{
	struct store_op op = {.verb = STORE_SEEN};
	struct seen read;

	op.seen.conversation = 77;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_int_equal(store_read_seen(f->reader, 77, &read), E_NOTFOUND);
}

const struct suite_case suite_commits[] = {
    CASE(commit_appends_and_folds),
    CASE(commit_brings_outbox_and_timer),
    CASE(commit_moves_and_removes_the_timer),
    CASE(commit_from_an_old_state_is_stale),
    CASE(commit_refusals_leave_nothing),
    CASE(commit_to_no_conversation_is_not_found),
    CASE(claim_is_taken_renewed_and_taken_over),
    CASE(claim_is_fenced),
    CASE(claim_ends_with_a_commit_and_not_with_a_message),
    CASE(claim_outlives_a_commit_that_deals_with_nothing),
    CASE(seen_only_rises),
    CASE(seen_in_no_conversation_is_not_found),
    {0},
};
