/*
 * hub: order. What is lost on the way, what is a watcher's own, letters and
 * news that cross, several hubs, and any of it in any order.
 */
#include "tests/gateway/listener.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdatomic.h>

/* Sooner than a publisher would be found silent. */
static bool
hears_soon(struct listener *l, uint64_t seq)
{
	int64_t began = clock_steady(&rig.clock);

	return hears(l, seq) && clock_steady(&rig.clock) - began < 3000;
}

/* Nothing follows it but a heartbeat, which shows that there was one. */
static void
test_lost_frame(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	know_publisher(l);
	bus_beat(rig.gateway.publisher);
	/* The third frame is lost. */
	say_many(c, 1, RIG_TOLD);
	assert_int_equal(atomic_load(&l->newest), 1);
	bus_beat(rig.gateway.publisher);
	assert_true(hears_soon(l, 2));
	assert_int_equal(rig_metric(&rig, METRIC_NEWS_LOST), 1);
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 1);
	leave(l);
}

/* Its news was lost with the worker; another one comes and speaks. */
static void
test_new_publisher(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	say_many(c, 1, RIG_SILENT);
	bus_beat(rig.gateway.publisher);
	assert_true(hears_soon(l, 2));
	leave(l);
}

/* It beat, committed and died: looked up then, and when it is heard again. */
static void
test_silent_publisher(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	know_publisher(l);
	say_many(c, 1, RIG_SILENT);
	rig_ahead(&rig, 4000);
	assert_true(hears(l, 2));
	say_many(c, 1, RIG_SILENT);
	bus_beat(rig.gateway.publisher);
	assert_true(hears_soon(l, 3));
	leave(l);
}

struct skip {
	struct listener *listener;
	uint64_t seq;
	bool fits;
};

static void
skip_on_hub(struct hub *h, void *arg)
{
	struct skip *s = arg;

	s->fits = hub_skip(h, &s->listener->watcher, s->seq);
	if (s->fits)
		atomic_store(&s->listener->newest, s->seq);
}

static void
test_skip(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);
	struct skip s = {l, 2, false};

	(void)state;
	listen_now(l, rig.gateway.hubs[0]);
	know_publisher(l);
	/* Its own: not brought while the acknowledgement is on its way. */
	assert_int_equal(
	    rig_say(&rig, c, "mine", RIG_TOLD, l->watcher.origin), 2);
	bus_beat(rig.gateway.publisher);
	turn(l->hub);
	assert_int_equal(atomic_load(&l->newest), 1);
	rig_on_hub(l->hub, skip_on_hub, &s);
	assert_true(s.fits);
	say_many(c, 1, RIG_TOLD);
	assert_true(hears(l, 3));
	/* With one missing before it: that is brought, and it too. */
	say_many(c, 2, RIG_SILENT);
	s.seq = 5;
	rig_on_hub(l->hub, skip_on_hub, &s);
	assert_false(s.fits);
	assert_true(hears(l, 5));
	/* Long delivered: a repeated message. */
	s.seq = 2;
	rig_on_hub(l->hub, skip_on_hub, &s);
	assert_true(s.fits);
	assert_int_equal(l->watcher.seq, 5);
	leave(l);
}

/*
 * A letter that was posted before a frame was published runs before it, even
 * when the hub is at that moment reading frames: the watcher itself posts and
 * publishes while it is brought the first one.
 */
struct ordered {
	struct mail mail;
	struct watcher watcher;
	unsigned first, letter, second; /* in which order they came */
	_Atomic unsigned count;
};

static void
run_ordered(void *hub, struct mail *m)
{
	struct ordered *o = CONTAINER_OF(m, struct ordered, mail);

	(void)hub;
	o->letter = ++o->count;
}

static enum err
deliver_ordered(struct watcher *w, struct piece *frame, uint64_t seq)
{
	struct ordered *o = CONTAINER_OF(w, struct ordered, watcher);

	(void)frame;
	if (seq == 3) {
		o->second = ++o->count;
	} else if (seq == 2) {
		o->first = ++o->count;
		hub_post(rig.gateway.hubs[0], &o->mail);
		tell(w->conversation, NEWS_EVENT, 3, 0,
		    "{\"seq\":3,\"kind\":\"note\"}");
	}
	return OK;
}

static void
dropped_ordered(struct watcher *w, const char *why)
{
	(void)w;
	(void)why;
}

static void
test_letters_first(void **state)
{
	static const struct watcher_kind ordered_kind = {
	    .deliver = deliver_ordered, .dropped = dropped_ordered};
	struct ordered o = {.mail.fn = run_ordered,
	    .watcher = {.kind = &ordered_kind,
		.conversation = rig_conversation(&rig),
		.seq = 1,
		.origin = 1}};
	int i;

	(void)state;
	watch_on(rig.gateway.hubs[0], &o.watcher);
	/* It has caught up before the news comes. */
	for (i = 0; i < 3; i++)
		turn(rig.gateway.hubs[0]);
	tell(o.watcher.conversation, NEWS_EVENT, 2, 0,
	    "{\"seq\":2,\"kind\":\"note\"}");
	assert_true(becomes(&o.count, 3));
	unwatch_on(rig.gateway.hubs[0], &o.watcher);
	assert_int_equal(o.first, 1);
	assert_int_equal(o.letter, 2);
	assert_int_equal(o.second, 3);
}

static void
test_other_hubs(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l[3];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(l); i++) {
		l[i] = listener_new(c, 0);
		listen_now(l[i], rig.gateway.hubs[i]);
	}
	say_many(c, 20, RIG_TOLD);
	say_many(c, 1, RIG_SILENT);
	say_many(c, 1, RIG_TOLD);
	for (i = 0; i < ARRAY_LEN(l); i++)
		assert_true(hears(l[i], 23));
	for (i = 0; i < ARRAY_LEN(l); i++)
		leave(l[i]);
}

/* ---- any order of anything --------------------------------------------- */

#define CROWD 24
#define TALKS 5

static void
random_step(struct test_random *r, struct listener **l, int64_t *talks)
{
	struct listener **at = &l[test_random_below(r, CROWD)], *one = *at;
	int64_t c = talks[test_random_below(r, TALKS)];

	switch (test_random_below(r, 8)) {
	case 0:
		leave(one);
		*at = listener_new(c, 0);
		listen_on(*at, rig.gateway.hubs[test_random_below(r, 3)]);
		break;
	case 1:
		one->room = (unsigned)test_random_below(r, 4);
		break;
	case 2:
		make_room(one, 1u << 30);
		break;
	case 3:
		tell(c, NEWS_TYPING, 1, 0, "bot");
		break;
	case 4:
		say_many(c, (unsigned)test_random_below(r, 100), RIG_SILENT);
		break;
	default:
		say_many(c, (unsigned)test_random_below(r, 4), RIG_TOLD);
	}
}

static void
test_anything(void **state)
{
	struct test_random r = test_random_new("hub");
	struct listener *l[CROWD];
	int64_t talks[TALKS];
	unsigned i;

	(void)state;
	for (i = 0; i < TALKS; i++)
		talks[i] = rig_conversation(&rig);
	for (i = 0; i < CROWD; i++) {
		l[i] = listener_new(talks[i % TALKS], 0);
		listen_on(l[i], rig.gateway.hubs[i % 3]);
	}
	for (i = 0; i < 300; i++)
		random_step(&r, l, talks);
	for (i = 0; i < CROWD; i++) {
		make_room(l[i], 1u << 30);
	}
	for (i = 0; i < CROWD; i++) {
		uint64_t end = rig_say(
		    &rig, l[i]->watcher.conversation, "end", RIG_TOLD, 0);
		assert_true(hears(l[i], end));
	}
	for (i = 0; i < CROWD; i++)
		leave(l[i]);
}

#define TEST(fn, set_up) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_lost_frame, set_up_losing),
	    TEST(test_new_publisher, set_up_one),
	    TEST(test_silent_publisher, set_up_one),
	    TEST(test_skip, set_up_one),
	    TEST(test_letters_first, set_up_one),
	    TEST(test_other_hubs, set_up_three),
	    TEST(test_anything, set_up_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
