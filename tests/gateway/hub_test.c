/*
 * hub: every watcher gets every event once and in order; who has no room, who
 * is cut, and the end. Real store and bus; the watchers are the test's.
 */
#include "bus/publish.h"
#include "tests/gateway/listener.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static void
test_catch_up(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *all = listener_new(c, 0), *some = listener_new(c, 100);

	(void)state;
	say_many(c, 199, RIG_SILENT);
	listen_on(all, rig.gateway.hubs[0]);
	listen_on(some, rig.gateway.hubs[0]);
	assert_true(hears(all, 200));
	assert_true(hears(some, 200));
	assert_true(becomes(&all->caught_up, 1));
	assert_true(becomes(&some->caught_up, 1));
	assert_int_equal(rig_metric(&rig, METRIC_EVENTS_OUT), 300);
	assert_int_equal(rig_metric(&rig, METRIC_WATCHERS), 2);
	leave(all);
	leave(some);
	assert_int_equal(rig_metric(&rig, METRIC_WATCHERS), 0);
}

static void
test_news(void **state)
{
	int64_t c = rig_conversation(&rig), other = rig_conversation(&rig);
	struct listener *l[20];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(l); i++) {
		l[i] = listener_new(i < 10 ? c : other, 1);
		listen_now(l[i], rig.gateway.hubs[0]);
	}
	know_publisher(l[0]);
	say_many(c, 3, RIG_TOLD);
	say_many(other, 1, RIG_TOLD);
	for (i = 0; i < ARRAY_LEN(l); i++)
		assert_true(hears(l[i], i < 10 ? 4 : 2));
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 0);
	for (i = 0; i < ARRAY_LEN(l); i++)
		leave(l[i]);
}

static void
test_gap(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	say_many(c, 100, RIG_SILENT);
	say_many(c, 1, RIG_TOLD);
	assert_true(hears(l, 102));
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 1);
	leave(l);
}

static void
check_on_hub(struct hub *h, void *arg)
{
	hub_check(h, arg);
}

static void
test_check(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	say_many(c, 1, RIG_SILENT);
	rig_on_hub(l->hub, check_on_hub, &l->watcher);
	assert_true(hears(l, 2));
	leave(l);
}

static void
test_room(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 0), *other = listener_new(c, 0);

	(void)state;
	l->room = 10;
	say_many(c, 99, RIG_SILENT);
	listen_on(l, rig.gateway.hubs[0]);
	listen_on(other, rig.gateway.hubs[0]);
	assert_true(hears(other, 100));
	assert_true(hears(l, 10));
	say_many(c, 1, RIG_TOLD);
	assert_true(hears(other, 101));
	assert_int_equal(atomic_load(&l->newest), 10);
	make_room(l, 1u << 30);
	assert_true(hears(l, 101));
	/* Without room for news, too. */
	l->room = 0;
	say_many(c, 2, RIG_TOLD);
	assert_true(hears(other, 103));
	assert_int_equal(atomic_load(&l->newest), 101);
	make_room(l, 1u << 30);
	assert_true(hears(l, 103));
	leave(l);
	leave(other);
}

static void
test_cut(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *slow = listener_new(c, 0), *early = listener_new(c, 0);

	(void)state;
	slow->refuse_at = 3;
	early->refuse_at = 1;
	listen_on(slow, rig.gateway.hubs[0]);
	listen_on(early, rig.gateway.hubs[0]);
	assert_true(becomes(&early->dropped, 1));
	say_many(c, 4, RIG_TOLD);
	assert_true(becomes(&slow->dropped, 1));
	assert_int_equal(atomic_load(&slow->newest), 2);
	assert_int_equal(rig_metric(&rig, METRIC_WATCHERS), 0);
	leave(slow); /* harmless */
}

static void
test_hidden(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);
	static const char hidden[] = "{\"type\":\"event\",\"event\":"
				     "{\"seq\":%d,\"kind\":\"hidden\"}}";
	char expected[100];

	(void)state;
	rig_handle(&rig, c, RIG_SILENT);
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(hears(l, 2));
	snprintf(expected, sizeof(expected), hidden, 2);
	heard(l, expected);
	rig_handle(&rig, c, RIG_TOLD);
	assert_true(hears(l, 3));
	snprintf(expected, sizeof(expected), hidden, 3);
	heard(l, expected);
	leave(l);
}

static void
test_passing_words(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	tell(c, NEWS_TYPING, 1, 0, "bot");
	assert_true(becomes(&l->words, 1));
	heard(l, "{\"type\":\"typing\",\"author\":\"bot\",\"on\":true}");
	tell(c, NEWS_TYPING, 1, l->watcher.origin, "customer");
	tell(c, NEWS_SEEN, 7, 0, "customer");
	assert_true(becomes(&l->words, 2));
	heard(l, "{\"type\":\"seen\",\"author\":\"customer\",\"seq\":7}");
	tell(c, NEWS_DRAFT, 0, 0, "{\"type\":\"draft\"}");
	assert_true(becomes(&l->words, 3));
	heard(l, "{\"type\":\"draft\"}");
	assert_int_equal(l->watcher.seq, 1);
	leave(l);
}

static void
hand_over(int64_t c, enum act_kind kind)
{
	struct arena a = {0};
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = c,
		.company = rig.company,
		.arena = &a,
		.act = {.kind = kind}}};
	unsigned i;

	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	for (i = 0; i < op.act.acted.decision.event_count; i++)
		publish_event(rig.gateway.publisher, &op.act.state,
		    &op.act.acted.decision.events[i], 0);
	bus_flush(rig.gateway.publisher);
	arena_free(&a);
}

/* What the bot was about to say, from a worker who does not know yet. */
static void
test_stale_words(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1), *late = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	hand_over(c, ACT_QUEUE);
	assert_true(hears(l, 2));
	listen_now(late, rig.gateway.hubs[0]);
	assert_true(hears(late, 2));
	tell(c, NEWS_DRAFT, 0, 0, "{\"type\":\"draft\"}");
	tell(c, NEWS_TYPING, 1, 0, "bot");
	tell(c, NEWS_TYPING, 1, 0, "agent 7");
	assert_true(becomes(&l->words, 1));
	assert_true(becomes(&late->words, 1));
	heard(l, "{\"type\":\"typing\",\"author\":\"agent\",\"on\":true}");
	hand_over(c, ACT_GIVE_BACK);
	assert_true(hears(l, 3));
	tell(c, NEWS_DRAFT, 0, 0, "{\"type\":\"draft\"}");
	assert_true(becomes(&l->words, 2));
	leave(l);
	leave(late);
}

/* ---- the end ----------------------------------------------------------- */

struct late {
	struct mail mail;
	struct hub *hub;
	_Atomic bool ran;
};

static void
run_late(void *hub, struct mail *m)
{
	struct late *l = CONTAINER_OF(m, struct late, mail);

	atomic_store(&l->ran, true);
	hub_release(hub);
}

static void *
post_late(void *arg)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	struct late *l = arg;

	nanosleep(&pause, NULL);
	hub_post(l->hub, &l->mail);
	return NULL;
}

/* What is held is waited for, though it comes after everything else. */
static void
test_held(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 0);
	struct late late = {.mail.fn = run_late, .hub = rig.gateway.hubs[0]};
	pthread_t thread;

	(void)state;
	listen_on(l, rig.gateway.hubs[0]);
	hub_hold(late.hub);
	assert_int_equal(pthread_create(&thread, NULL, post_late, &late), 0);
	rig_stop_hubs(&rig);
	assert_int_equal(l->dropped, 1);
	assert_true(late.ran);
	pthread_join(thread, NULL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up_one, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_catch_up),
	    TEST(test_news),
	    TEST(test_gap),
	    TEST(test_check),
	    TEST(test_room),
	    TEST(test_cut),
	    TEST(test_hidden),
	    TEST(test_passing_words),
	    TEST(test_stale_words),
	    TEST(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
