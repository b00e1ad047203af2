/*
 * suite, anything: people, customers and bot do whatever they like, through
 * two stores on the same data, and what is kept beside the log stays right.
 */
#include "tests/lib/random.h"
#include "tests/store/acts.h"
#include "tests/store/recount.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#define AGENTS 3
#define TALKS 8
#define STEPS_EACH 60
#define ROUNDS 12

struct world {
	struct fixture *f;
	struct test_random r;
	struct store *stores[2];
	int64_t agents[AGENTS], talks[TALKS];
	int64_t now;
	unsigned done;
};

static int64_t
any_agent(struct world *w)
{
	/* The last one is nobody. */
	size_t i = test_random_below(&w->r, AGENTS + 1);

	return i < AGENTS ? w->agents[i] : 0;
}

static struct str
any_label(struct world *w)
{
	static const char *const bodies[] = {"{\"add\":[\"vip\"]}",
	    "{\"add\":[\"late\",\"vip\"]}", "{\"remove\":[\"vip\"]}",
	    "{\"remove\":[\"late\"],\"add\":[\"new\"]}"};

	return str_from(bodies[test_random_below(&w->r, ARRAY_LEN(bodies))]);
}

static struct store_op
any_act(struct world *w, int64_t id)
{
	static const struct policy policy = {.offer_ms = 10,
	    .queue_ms = 20,
	    .first_response_ms = 5,
	    .next_response_ms = 5,
	    .has_desk = true};
	struct store_op op = {.verb = STORE_ACT};

	op.act.conversation = id;
	op.act.chats_max = (unsigned)test_random_below(&w->r, 4);
	op.act.audit = test_random_below(&w->r, 2) == 0;
	op.act.act = (struct act){
	    .kind = (enum act_kind)test_random_below(&w->r, ACTS),
	    .agent = any_agent(w),
	    .may_supervise = test_random_below(&w->r, 3) == 0,
	    .to_agent = any_agent(w),
	    .to_team = (int64_t)test_random_below(&w->r, 3),
	    .seen_seq = UINT64_MAX,
	    .priority = test_random_below(&w->r, PRIORITY_MAX + 1),
	    .timer = TIMER_FIRST_RESPONSE,
	    .until = w->now + 5,
	    .now = w->now,
	    .body = any_label(w),
	    .wanted = any_agent(w),
	    .policy = &policy};
	if (op.act.act.kind == ACT_TRANSFER && op.act.act.to_agent != 0)
		op.act.act.to_team = 0;
	return op;
}

static struct store_op
any_message(struct world *w, int64_t id)
{
	static const enum event_kind kinds[] = {
	    EVENT_MESSAGE, EVENT_MESSAGE, EVENT_MESSAGE, EVENT_GONE};
	struct store_op op = message_op(id, NULL);

	op.inbound.event.kind = kinds[test_random_below(&w->r, 4)];
	op.inbound.event.at = w->now;
	return op;
}

/* As a worker does: also what only the store would refuse. */
static struct store_op
any_commit(struct world *w, int64_t id)
{
	struct conversation c = state_of(w->f, id);
	struct store_op op = answer_op(&c);
	struct decision *d = &op.commit.decision;

	d->event_count = 1 + (unsigned)test_random_below(&w->r, 3);
	for (unsigned i = 0; i < d->event_count; i++)
		d->events[i] = (struct event){
		    .kind = (enum event_kind)test_random_below(
			&w->r, EVENT_KINDS),
		    .author = (enum author)test_random_below(&w->r, AUTHORS),
		    .author_id = any_agent(w),
		    .ref = test_random_below(&w->r, 6),
		    .at = w->now,
		    .body = any_label(w)};
	return op;
}

static void
step(struct world *w)
{
	int64_t id = w->talks[test_random_below(&w->r, TALKS)];
	struct store *store = w->stores[test_random_below(&w->r, 2)];
	uint64_t dice = test_random_below(&w->r, 10);
	struct store_op op;
	enum err e;

	w->now += (int64_t)test_random_below(&w->r, 3);
	if (dice < 6)
		op = any_act(w, id);
	else if (dice < 8)
		op = any_message(w, id);
	else
		op = any_commit(w, id);
	e = store_submit_wait(store, &op);
	assert_true(e == OK || store_is_refusal(e));
	w->done += e == OK && op.verb == STORE_ACT;
}

static void
check_views(struct world *w)
{
	static const char *const labels[] = {NULL, "vip", "late", "new"};
	struct list_ask ask = {.company = w->f->company};

	for (unsigned v = 0; v < VIEWS; v++)
		for (ask.team = 0; ask.team < 3; ask.team++)
			for (size_t l = 0; l < ARRAY_LEN(labels); l++) {
				ask.view = (enum view)v;
				ask.agent = w->agents[l % AGENTS];
				ask.label = str_from(labels[l]);
				recount_view(w->f, &ask, w->talks, TALKS);
			}
}

static void
check(struct world *w)
{
	for (size_t i = 0; i < TALKS; i++)
		assert_true(is_consistent(w->f, w->talks[i]));
	for (size_t i = 0; i < AGENTS; i++)
		recount_chats(w->f, w->agents[i], w->talks, TALKS);
	recount_handed(w->f, w->talks, TALKS);
	recount_pending(w->f, w->talks, TALKS);
	check_views(w);
}

static void
whatever_people_do_all_counts_are_right(struct fixture *f)
{
	struct world w = {.f = f,
	    .r = test_random_new("counts_are_right"),
	    .stores = {f->store, fixture_other(f)},
	    .now = 1000};
	char name[2] = "a";

	for (size_t i = 0; i < AGENTS; i++, name[0]++)
		w.agents[i] = make_agent(f, name);
	for (size_t i = 0; i < TALKS; i++, name[0]++)
		w.talks[i] = open_conversation(f, name);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < STEPS_EACH; i++)
			step(&w);
		check(&w);
	}
	assert_true(w.done > ROUNDS * STEPS_EACH / 20);
	store_close(w.stores[1]);
}

const struct suite_case suite_anything[] = {
    CASE(whatever_people_do_all_counts_are_right),
    {0},
};
