/*
 * presence: what is stored in the end is what is so, whatever came and went
 * in between, and from whatever thread.
 */
#include "gateway/presence.h"
#include "tests/gateway/rig.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static struct presence *presence;
static int64_t ben;

static int
set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig_open(&rig);
	presence = rig.gateway.presence;
	ben = rig_seller(&rig, "Ben", "seller");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_close(&rig);
	return 0;
}

static bool
stored(int64_t agent, bool online, bool away)
{
	struct store_reader *reader;
	struct arena a = {0};
	struct agent_row row;

	assert_int_equal(store_reader_open(rig.gateway.store, &reader), OK);
	assert_int_equal(store_read_agent(reader, agent, &a, &row), OK);
	store_reader_close(reader);
	arena_free(&a);
	return row.online == online && row.away == away;
}

static bool
becomes(int64_t agent, bool online, bool away)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	bool so = stored(agent, online, away);
	int i;

	for (i = 0; i < RIG_WAIT_MS && !so; i++) {
		nanosleep(&pause, NULL);
		so = stored(agent, online, away);
	}
	return so;
}

/* ---- news ---------------------------------------------------------------- */

static struct bus_reader *
listen(void)
{
	struct bus_reader *news;
	struct str frame;
	struct pollfd fd = {.events = POLLIN};

	assert_int_equal(
	    bus_news_open(rig.gateway.bus, BUS_GATEWAY, &news), OK);
	fd.fd = bus_reader_fd(news);
	/* Until it is heard, nothing that is said can be counted on. */
	do {
		bus_beat(rig.gateway.publisher);
		(void)poll(&fd, 1, 5);
	} while (bus_read(news, &frame) != OK);
	while (bus_read(news, &frame) == OK)
		;
	return news;
}

static void
hears(struct bus_reader *news, const char *expected)
{
	struct pollfd fd = {.fd = bus_reader_fd(news), .events = POLLIN};
	struct news_frame f;
	struct str frame;
	struct news n = {0};
	int i;

	for (i = 0; i < RIG_WAIT_MS && n.kind != NEWS_STAFF; i++) {
		if (bus_read(news, &frame) != OK) {
			(void)poll(&fd, 1, 1);
			continue;
		}
		assert_true(news_frame_read(frame, &f));
		while (news_next(&f.entries, &n) && n.kind != NEWS_STAFF)
			;
	}
	assert_int_equal(n.kind, NEWS_STAFF);
	assert_int_equal(n.seq, ben);
	assert_int_equal(n.company, rig.company);
	assert_int_equal(n.body.n, strlen(expected));
	assert_memory_equal(n.body.p, expected, n.body.n);
}

/* ---- one after the other ------------------------------------------------- */

static void
test_tabs(void **state)
{
	(void)state;
	assert_false(presence_has(presence, ben));
	assert_int_equal(presence_enter(presence, ben), OK);
	assert_true(presence_has(presence, ben));
	assert_true(becomes(ben, true, false));
	assert_int_equal(presence_enter(presence, ben), OK);
	presence_leave(presence, ben);
	assert_true(presence_has(presence, ben));
	assert_true(stored(ben, true, false));
	presence_set_away(presence, ben, true);
	assert_true(becomes(ben, true, true));
	presence_leave(presence, ben);
	assert_false(presence_has(presence, ben));
	assert_true(becomes(ben, false, true));
}

static void
test_everybody_is_told(void **state)
{
	struct bus_reader *news = listen();
	char expected[80];

	(void)state;
	assert_int_equal(presence_enter(presence, ben), OK);
	snprintf(expected, sizeof(expected),
	    "{\"agent\":%lld,\"online\":true,\"away\":false}", (long long)ben);
	hears(news, expected);
	/* What is so already is no news. */
	presence_set_away(presence, ben, false);
	presence_set_away(presence, ben, true);
	snprintf(expected, sizeof(expected),
	    "{\"agent\":%lld,\"online\":true,\"away\":true}", (long long)ben);
	hears(news, expected);
	bus_reader_close(news);
	presence_leave(presence, ben);
}

/* They were here when a process died: nothing changes, but they are here. */
static void
test_come_again(void **state)
{
	struct store_op op = {.verb = STORE_PRESENCE,
	    .presence = {.agent = ben, .set_online = true, .online = true}};
	struct bus_reader *news;
	char expected[80];

	(void)state;
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	news = listen();
	assert_int_equal(presence_enter(presence, ben), OK);
	snprintf(expected, sizeof(expected),
	    "{\"agent\":%lld,\"online\":true,\"away\":false}", (long long)ben);
	hears(news, expected);
	bus_reader_close(news);
	presence_leave(presence, ben);
}

/* They did not: so they are offline; but not who is here after all. */
static void
test_absent(void **state)
{
	struct store_op op = {.verb = STORE_PRESENCE,
	    .presence = {.agent = ben, .set_online = true, .online = true}};

	(void)state;
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	presence_absent(presence, ben);
	assert_true(becomes(ben, false, false));
	assert_int_equal(presence_enter(presence, ben), OK);
	assert_true(becomes(ben, true, false));
	presence_absent(presence, ben);
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	assert_true(stored(ben, true, false));
	presence_leave(presence, ben);
}

/* Somebody has only so many; what is only counted is stored nowhere. */
static void
test_so_many(void **state)
{
	const int64_t whose[] = {ben, -7};
	unsigned i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(whose); i++) {
		for (k = 0; k < PRESENCE_SOCKETS; k++)
			assert_int_equal(
			    presence_enter(presence, whose[i]), OK);
		assert_int_equal(presence_enter(presence, whose[i]), E_LIMIT);
		presence_leave(presence, whose[i]);
		assert_int_equal(presence_enter(presence, whose[i]), OK);
		if (whose[i] == ben)
			assert_true(becomes(ben, true, false));
		for (k = 0; k < PRESENCE_SOCKETS; k++)
			presence_leave(presence, whose[i]);
		assert_false(presence_has(presence, whose[i]));
	}
	assert_true(becomes(ben, false, false));
}

/* The process ends: who is here is back in a moment. */
static void
test_freeze(void **state)
{
	(void)state;
	assert_int_equal(presence_enter(presence, ben), OK);
	assert_true(becomes(ben, true, false));
	presence_freeze(presence);
	presence_leave(presence, ben);
	assert_false(presence_has(presence, ben));
	presence_close(presence);
	rig.gateway.presence = NULL;
	assert_true(stored(ben, true, false));
}

/* Nobody has that number: it is counted and forgotten. */
static void
test_nobody(void **state)
{
	(void)state;
	assert_int_equal(presence_enter(presence, 4711), OK);
	assert_true(presence_has(presence, 4711));
	presence_leave(presence, 4711);
	assert_false(presence_has(presence, 4711));
}

/* ---- without a WebSocket ------------------------------------------------- */

/* The agent takes a chat: the store counts it as theirs. */
static void
take(int64_t agent)
{
	struct arena a = {0};
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = rig_conversation(&rig),
		.arena = &a,
		.act = {.kind = ACT_QUEUE, .now = 1}}};

	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	op.act.act = (struct act){.kind = ACT_PULL, .agent = agent, .now = 2};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	arena_free(&a);
}

static int64_t
stored_at(int64_t agent)
{
	struct store_reader *reader;
	struct arena a = {0};
	struct agent_row row;

	assert_int_equal(store_reader_open(rig.gateway.store, &reader), OK);
	assert_int_equal(store_read_agent(reader, agent, &a, &row), OK);
	store_reader_close(reader);
	arena_free(&a);
	return row.presence_at;
}

static bool
is_stored(int64_t agent, int64_t at)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && stored_at(agent) < at; i++)
		nanosleep(&pause, NULL);
	return stored_at(agent) >= at;
}

/* It is known at once, and stored now and then; it makes nobody online. */
static void
test_acted(void **state)
{
	int64_t at, first, kept;

	(void)state;
	take(ben);
	assert_int_equal(presence_acted_at(presence, ben), 0);
	at = clock_wall(&rig.clock);
	presence_acted(presence, ben);
	first = presence_acted_at(presence, ben);
	assert_true(first >= at);
	assert_true(is_stored(ben, at));
	kept = stored_at(ben);
	assert_false(presence_has(presence, ben));
	assert_true(stored(ben, false, false));
	rig_ahead(&rig, 1000);
	presence_acted(presence, ben);
	assert_true(presence_acted_at(presence, ben) >= first + 1000);
	assert_int_equal(stored_at(ben), kept);
	rig_ahead(&rig, 60000);
	presence_acted(presence, ben);
	assert_true(is_stored(ben, first + 61000));
}

/* What is old is forgotten, whoever comes after it. */
static void
test_acted_long_ago(void **state)
{
	int64_t i, far = 7 * (int64_t)3600 * 1000;
	struct store_op behind = {
	    .verb = STORE_PRESENCE, .presence = {.agent = ben}};

	(void)state;
	presence_acted(presence, ben);
	/* What is under way is not forgotten. */
	assert_int_equal(store_submit_wait(rig.gateway.store, &behind), OK);
	rig_ahead(&rig, far);
	/* Somebody of the same chain: their numbers differ by its count. */
	for (i = 1; i <= 4096; i++)
		presence_acted(presence, ben + i);
	assert_int_equal(presence_acted_at(presence, ben), 0);
	assert_true(presence_acted_at(presence, ben + 4096) > far);
}

/* ---- all at once --------------------------------------------------------- */

#define SELLERS 16u
#define THREADS 4u
#define ROUNDS 300u

static int64_t sellers[SELLERS];

static void *
come_and_go(void *arg)
{
	struct test_random *r = arg;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		int64_t who = sellers[test_random_below(r, SELLERS)];

		if (presence_enter(presence, who) != OK)
			return NULL;
		if (test_random_below(r, 4) == 0)
			presence_set_away(
			    presence, who, test_random_below(r, 2) == 0);
		presence_leave(presence, who);
		presence_retry(presence);
	}
	return NULL;
}

static void
make_sellers(void)
{
	char name[16];
	unsigned i;

	for (i = 0; i < SELLERS; i++) {
		snprintf(name, sizeof(name), "seller%u", i);
		sellers[i] = rig_seller(&rig, name, "seller");
	}
}

static void
test_crowd(void **state)
{
	struct test_random r = test_random_new("presence"), each[THREADS];
	pthread_t threads[THREADS];
	const struct timespec pause = {.tv_nsec = 1000000};
	unsigned i, tries;

	(void)state;
	make_sellers();
	/* Every other one stays, with a tab that was there all the time. */
	for (i = 0; i < SELLERS; i += 2)
		assert_int_equal(presence_enter(presence, sellers[i]), OK);
	for (i = 0; i < THREADS; i++) {
		each[i].state = test_random_next(&r);
		pthread_create(&threads[i], NULL, come_and_go, &each[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < SELLERS; i++) {
		for (tries = 0; tries < RIG_WAIT_MS; tries++) {
			presence_retry(presence);
			if (stored(sellers[i], i % 2 == 0, false) ||
			    stored(sellers[i], i % 2 == 0, true))
				break;
			nanosleep(&pause, NULL);
		}
		assert_true(tries < RIG_WAIT_MS);
		assert_int_equal(
		    presence_has(presence, sellers[i]), i % 2 == 0);
	}
	for (i = 0; i < SELLERS; i += 2)
		presence_leave(presence, sellers[i]);
}

/* There is room for hardly any op: what was refused is made good. */
static int
set_up_narrow(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.store_queue = 3;
	rig_open(&rig);
	presence = rig.gateway.presence;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_tabs, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_everybody_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_come_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_absent, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_so_many, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_freeze, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_nobody, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_acted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_acted_long_ago, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_crowd, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_crowd, set_up_narrow, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
