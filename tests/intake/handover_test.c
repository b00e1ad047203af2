/*
 * handover: what goes with a chat to people, whoever hands it over; of a real
 * store.
 */
#include "intake/handover.h"
#include "tests/intake/fixture.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define LEAKS "My espresso machine leaks. What can I do?"

static const char document[] =
    "{\"name\":\"Shop\",\"teams\":[{\"key\":\"sales\",\"name\":\"Sales\"},"
    "{\"key\":\"repairs\",\"name\":\"Repairs\"},"
    "{\"key\":\"slackers\",\"name\":\"S\"},{\"key\":\"all\",\"name\":\"A\"}],"
    "\"handoff\":{\"team\":\"sales\",\"rules\":["
    "{\"channel\":\"slack\",\"when\":\"handed\",\"team\":\"slackers\"},"
    "{\"words\":[\"espresso\"],\"when\":\"handed\",\"team\":\"repairs\","
    "\"skills\":[\"coffee\"],\"priority\":2},"
    "{\"channel\":\"web\",\"when\":\"handed\",\"team\":\"all\"}]}}";

static struct fixture f;
static struct company *company;
static struct arena arena;

static int
set_up(void **state)
{
	struct faults faults = {0};

	(void)state;
	fixture_open(&f, 1000);
	assert_int_equal(
	    company_parse(str_from(document), &faults, &company), OK);
	faults_free(&faults);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	company_unref(company);
	arena_free(&arena);
	fixture_close(&f);
	return 0;
}

/* ---- a chat ---------------------------------------------------------------- */

static int64_t
open_chat(const char *who)
{
	struct store_op op = {.verb = STORE_OPEN,
	    .open = {.address = {.company = f.company,
			 .channel = STR("web"),
			 .address = str_from(who)},
		.at = FIXTURE_NOW}};

	assert_int_equal(store_submit_wait(f.store, &op), OK);
	return op.open.conversation.id;
}

static char body[256];

/* In the words of `body`. */
static struct store_op
saying(int64_t id)
{
	return (struct store_op){.verb = STORE_INBOUND,
	    .inbound = {.conversation = id,
		.event = {.kind = EVENT_MESSAGE,
		    .author = AUTHOR_CUSTOMER,
		    .body = str_from(body),
		    .at = FIXTURE_NOW}}};
}

static void
say(int64_t id, const char *text)
{
	struct store_op op;

	snprintf(body, sizeof(body), "{\"text\":\"%s\"}", text);
	op = saying(id);
	assert_int_equal(store_submit_wait(f.store, &op), OK);
}

static void
stored(struct store_op *op)
{
	(void)op;
}

/* In few commits. */
static void
say_many(int64_t id, const char *text, unsigned n)
{
	static struct store_op ops[PACK_EVENTS_MAX];

	say(id, text);
	for (unsigned i = 1; i < n; i++) {
		ops[i] = saying(id);
		ops[i].done = stored;
		if (i + 1 < n)
			assert_int_equal(store_submit(f.store, &ops[i]), OK);
		else
			assert_int_equal(
			    store_submit_wait(f.store, &ops[i]), OK);
	}
}

/* What the system or the bot does. */
static void
happen(int64_t id, struct event event)
{
	struct conversation c;
	struct store_op op = {.verb = STORE_COMMIT};

	assert_int_equal(store_read_conversation(f.reader, id, &c), OK);
	event.at = FIXTURE_NOW;
	op.commit = (struct store_commit){.conversation = id,
	    .decision = {.kind = DECIDE_COMMIT,
		.seq = c.seq,
		.epoch = c.epoch,
		.events = {event},
		.event_count = 1}};
	assert_int_equal(store_submit_wait(f.store, &op), OK);
}

static void
answer(int64_t id, const char *found)
{
	snprintf(body, sizeof(body),
	    "{\"text\":\"Hm.\",\"answer\":\"%s\",\"confidence\":12}", found);
	happen(id, (struct event){.kind = EVENT_MESSAGE,
		       .author = AUTHOR_BOT,
		       .body = str_from(body)});
}

static void
change_holder(int64_t id, enum holder to)
{
	happen(
	    id, (struct event){
		    .kind = EVENT_HOLDER, .author = AUTHOR_SYSTEM, .ref = to});
}

static struct act
gather(int64_t id, const char *channel)
{
	struct act act = {.kind = ACT_QUEUE, .wanted = 7, .body = STR("{}")};
	struct handover_of of = {.reader = f.reader,
	    .company = company,
	    .arena = &arena,
	    .channel = str_from(channel),
	    .log = f.log,
	    .metrics = &f.metrics};

	assert_int_equal(handover_gather(&of, id, STR("asked"), &act), OK);
	assert_int_equal(act.wanted, 7);
	assert_true(str_eq(act.body, STR("{}")));
	return act;
}

static bool
has(struct str s, const char *part)
{
	return memmem(s.p == NULL ? "" : s.p, s.n, part, strlen(part)) != NULL;
}

static void
goes_to(const struct act *act, struct str team, uint64_t priority)
{
	assert_int_equal(act->to_team, team_id(team));
	assert_int_equal(act->priority, priority);
}

/* Nothing goes with it. */
static void
goes_bare(const struct act *act)
{
	goes_to(act, STR("sales"), 0);
	assert_int_equal(act->pack.n, 0);
	assert_int_equal(act->route.n, 0);
}

/* ---- tests ----------------------------------------------------------------- */

static void
test_pack_and_rule(void **state)
{
	int64_t id = open_chat("ann");
	struct act act;

	(void)state;
	say(id, LEAKS);
	answer(id, "unknown");
	say(id, "Hello?");
	act = gather(id, "web");
	goes_to(&act, STR("repairs"), 2);
	assert_true(has(act.route, "\"skills\":[\"coffee\"]"));
	assert_true(has(act.route, "\"language\":\"en\""));
	assert_true(has(act.pack, "\"why\":\"asked\""));
	assert_true(has(act.pack, "\"summary\":[\"My espresso machine leaks."));
	assert_true(has(act.pack, "\"tried\":[{\"question\":\"" LEAKS));
	assert_true(has(act.pack, "\"messages\":2"));
	assert_int_equal(fixture_metric(&f, METRIC_HANDED_OVER_BARE), 0);
}

/* Who has said nothing is asked for no words either. */
static void
test_nothing_said(void **state)
{
	int64_t id = open_chat("ann");
	struct act act = gather(id, "web");

	(void)state;
	goes_to(&act, STR("all"), 0);
	assert_true(has(act.pack, "\"why\":\"asked\""));
	act = gather(id, "slack");
	goes_to(&act, STR("slackers"), 0);
	act = gather(id, "sms");
	goes_to(&act, STR("sales"), 0);
	assert_true(act.pack.n > 0);
}

/* In a chat that was opened a moment ago, of which nothing can be read. */
static void
test_unspoken(void **state)
{
	static const struct {
		const char *channel;
		struct str team;
	} rows[] = {{"web", STR("all")}, {"slack", STR("slackers")},
	    {"sms", STR("sales")}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct act act = {.kind = ACT_QUEUE, .wanted = 7};
		struct handover_of of = {.company = company,
		    .arena = &arena,
		    .channel = str_from(rows[i].channel)};

		assert_int_equal(
		    handover_unspoken(&of, STR("seller"), &act), OK);
		goes_to(&act, rows[i].team, 0);
		assert_true(has(act.pack, "\"why\":\"seller\""));
		assert_true(str_eq(act.route, STR("{}")));
		assert_int_equal(act.wanted, 7);
	}
}

static void
test_not_with_the_bot(void **state)
{
	int64_t waits = open_chat("ann"), ended = open_chat("bob");
	struct act act;

	(void)state;
	say(waits, LEAKS);
	change_holder(waits, HOLDER_QUEUE);
	act = gather(waits, "web");
	goes_bare(&act);
	say(ended, LEAKS);
	happen(ended,
	    (struct event){.kind = EVENT_RESOLVED, .author = AUTHOR_SYSTEM});
	act = gather(ended, "web");
	goes_bare(&act);
	assert_int_equal(fixture_metric(&f, METRIC_HANDED_OVER_BARE), 0);
}

/* What had ended, and what people have heard, is over. */
static void
test_since_the_bot_began(void **state)
{
	int64_t ended = open_chat("ann"), given_back = open_chat("bob");
	const int64_t ids[] = {ended, given_back};
	struct act act;

	(void)state;
	say(ended, LEAKS);
	happen(ended,
	    (struct event){.kind = EVENT_RESOLVED, .author = AUTHOR_SYSTEM});
	say(given_back, LEAKS);
	change_holder(given_back, HOLDER_QUEUE);
	change_holder(given_back, HOLDER_BOT);
	for (unsigned i = 0; i < ARRAY_LEN(ids); i++) {
		say(ids[i], "Do you sell cups?");
		act = gather(ids[i], "web");
		goes_to(&act, STR("all"), 0);
		assert_false(has(act.pack, "espresso"));
		assert_true(has(act.pack, "cups"));
	}
}

static void
test_newest_of_many(void **state)
{
	int64_t id = open_chat("ann");
	struct act act;

	(void)state;
	say(id, LEAKS);
	say_many(id, "Do you sell cups?", PACK_EVENTS_MAX);
	act = gather(id, "web");
	goes_to(&act, STR("all"), 0);
	assert_true(has(act.pack, "\"messages\":400"));
	assert_true(act.pack.n <= PACK_BYTES_MAX);
}

static void
test_unreadable(void **state)
{
	struct act act = gather(4711, "web");

	(void)state;
	goes_bare(&act);
	assert_int_equal(fixture_metric(&f, METRIC_HANDED_OVER_BARE), 1);
	assert_non_null(strstr(f.logged, "handover.unread"));
}

/* The turn's own question is no part of what was before it. */
static void
test_before_a_turn(void **state)
{
	struct trigger_spots *spots = malloc(sizeof(*spots));
	struct handover_past *p = calloc(1, sizeof(*p));
	struct handover_of of = {.reader = f.reader, .spots = spots};
	int64_t id = open_chat("ann");

	(void)state;
	trigger_spots_make(spots);
	say(id, LEAKS);
	answer(id, "unknown");
	say(id, "Are you stupid?");
	assert_int_equal(store_read_conversation(f.reader, id, &of.c), OK);
	assert_int_equal(handover_read(&of, of.c.seq - 1, p), OK);
	assert_int_equal(p->count, 4);
	assert_int_equal(p->said_count, 1);
	assert_true(str_eq(p->said[0], STR(LEAKS)));
	assert_int_equal(p->runs.unknown, 1);
	handover_past_free(p);
	memset(p, 0, sizeof(*p));
	of.spots = NULL;
	assert_int_equal(handover_read(&of, of.c.seq, p), OK);
	assert_int_equal(p->said_count, 2);
	assert_int_equal(p->runs.unknown, 0);
	handover_past_free(p);
	free(p);
	free(spots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(test_pack_and_rule),
	    TEST(test_nothing_said),
	    TEST(test_unspoken),
	    TEST(test_not_with_the_bot),
	    TEST(test_since_the_bot_began),
	    TEST(test_newest_of_many),
	    TEST(test_unreadable),
	    TEST(test_before_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
