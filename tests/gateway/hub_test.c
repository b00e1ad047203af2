/*
 * hub: every watcher gets every event once and in order, whatever becomes of
 * the news. Real store and bus; the watchers are the test's.
 */
#include "channels/web/frames.h"
#include "tests/gateway/rig.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Remembers what it was brought. */
struct listener {
	struct watcher watcher;
	struct hub *hub;
	_Atomic uint64_t newest;
	_Atomic unsigned words; /* what is no event */
	_Atomic unsigned caught_up, dropped, out_of_order;
	_Atomic unsigned room; /* that many more; then it has none */
	unsigned refuse_at;    /* returns E_LIMIT for this seq */
	char last[512];	       /* under the lock */
	struct listener *next;
};

/* All of a test; freed when the hubs have ended, however it went. */
static struct listener *listeners;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct listener *
of(struct watcher *w)
{
	return CONTAINER_OF(w, struct listener, watcher);
}

static enum err
deliver(struct watcher *w, struct piece *frame, uint64_t seq)
{
	struct listener *l = of(w);
	struct str text = piece_text(frame);

	pthread_mutex_lock(&lock);
	snprintf(l->last, sizeof(l->last), "%.*s", STR_FMT(text));
	pthread_mutex_unlock(&lock);
	if (seq == 0) {
		l->words++;
		return OK;
	}
	if (seq != atomic_load(&l->newest) + 1)
		l->out_of_order++;
	if (l->refuse_at != 0 && seq == l->refuse_at)
		return E_LIMIT;
	l->room--;
	atomic_store(&l->newest, seq);
	return OK;
}

static bool
has_room(struct watcher *w)
{
	return of(w)->room > 0;
}

static void
caught_up(struct watcher *w)
{
	of(w)->caught_up++;
}

static void
dropped(struct watcher *w, const char *why)
{
	assert_non_null(why);
	of(w)->dropped++;
}

static const struct watcher_kind kind = {
    .deliver = deliver,
    .has_room = has_room,
    .caught_up = caught_up,
    .dropped = dropped,
};

static void
watch_on_hub(struct hub *h, void *arg)
{
	hub_watch(h, arg);
}

static void
unwatch_on_hub(struct hub *h, void *arg)
{
	hub_unwatch(h, arg);
}

static void
resume_on_hub(struct hub *h, void *arg)
{
	hub_resume(h, arg);
}

static void
nothing_on_hub(struct hub *h, void *arg)
{
	(void)h;
	(void)arg;
}

static struct listener *
listener_new(int64_t conversation, uint64_t after)
{
	static uint64_t origins = 1000;
	struct listener *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->watcher = (struct watcher){.kind = &kind,
	    .conversation = conversation,
	    .seq = after,
	    .origin = ++origins};
	l->newest = after;
	l->room = 1u << 30;
	l->next = listeners;
	listeners = l;
	return l;
}

static void
listen_on(struct listener *l, struct hub *h)
{
	l->hub = h;
	rig_on_hub(h, watch_on_hub, &l->watcher);
}

static void
leave(struct listener *l)
{
	rig_on_hub(l->hub, unwatch_on_hub, &l->watcher);
}

static void
heard(struct listener *l, const char *expected)
{
	pthread_mutex_lock(&lock);
	assert_string_equal(l->last, expected);
	pthread_mutex_unlock(&lock);
}

static void
nap(void)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	nanosleep(&pause, NULL);
}

static bool
hears(struct listener *l, uint64_t seq)
{
	int i;

	for (i = 0; i < RIG_WAIT_MS && atomic_load(&l->newest) < seq; i++)
		nap();
	return atomic_load(&l->newest) == seq && l->out_of_order == 0;
}

static bool
becomes(_Atomic unsigned *value, unsigned n)
{
	int i;

	for (i = 0; i < RIG_WAIT_MS && atomic_load(value) != n; i++)
		nap();
	return atomic_load(value) == n;
}

/* ---- the rig of each test ---------------------------------------------- */

static struct rig rig;

static int
set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig_open(&rig);
	rig_start_hubs(&rig, 1, 0);
	return 0;
}

static int
tear_down(void **state)
{
	struct listener *l;

	(void)state;
	rig_stop_hubs(&rig);
	rig_close(&rig);
	while ((l = listeners) != NULL) {
		listeners = l->next;
		free(l);
	}
	return 0;
}

static void
say_many(int64_t c, unsigned n, enum rig_news news)
{
	rig_say_many(&rig, c, "words", n, news);
}

/* ---- tests ------------------------------------------------------------- */

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
		listen_on(l[i], rig.gateway.hubs[0]);
		assert_true(becomes(&l[i]->caught_up, 1));
	}
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
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(becomes(&l->caught_up, 1));
	say_many(c, 100, RIG_SILENT);
	say_many(c, 1, RIG_TOLD);
	assert_true(hears(l, 102));
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 1);
	leave(l);
}

/* Nothing follows it but a heartbeat, which shows that there was one. */
static void
test_lost_frame(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(becomes(&l->caught_up, 1));
	bus_beat(rig.gateway.publisher);
	bus_beat(rig.gateway.publisher);
	/* The third frame is lost. */
	say_many(c, 1, RIG_TOLD);
	assert_int_equal(atomic_load(&l->newest), 1);
	bus_beat(rig.gateway.publisher);
	assert_true(hears(l, 2));
	assert_int_equal(rig_metric(&rig, METRIC_NEWS_LOST), 1);
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 1);
	leave(l);
}

static int
set_up_losing(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.bus.lose_news = 3;
	rig_open(&rig);
	rig_start_hubs(&rig, 1, 0);
	return 0;
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
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(becomes(&l->caught_up, 1));
	say_many(c, 1, RIG_SILENT);
	rig_on_hub(l->hub, check_on_hub, &l->watcher);
	assert_true(hears(l, 2));
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
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(becomes(&l->caught_up, 1));
	/* Its own: not brought while the acknowledgement is on its way. */
	assert_int_equal(
	    rig_say(&rig, c, "mine", RIG_TOLD, l->watcher.origin), 2);
	bus_beat(rig.gateway.publisher);
	rig_on_hub(l->hub, nothing_on_hub, NULL);
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
	l->room = 1u << 30;
	rig_on_hub(l->hub, resume_on_hub, &l->watcher);
	assert_true(hears(l, 101));
	/* Without room for news, too. */
	l->room = 0;
	say_many(c, 2, RIG_TOLD);
	assert_true(hears(other, 103));
	assert_int_equal(atomic_load(&l->newest), 101);
	l->room = 1u << 30;
	rig_on_hub(l->hub, resume_on_hub, &l->watcher);
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
tell(int64_t c, enum news_kind what, uint64_t seq, uint64_t origin,
    const char *body)
{
	bus_add_news(rig.gateway.publisher, &(struct news){.kind = what,
						.conversation = c,
						.seq = seq,
						.origin = origin,
						.body = str_from(body)});
	bus_flush(rig.gateway.publisher);
}

static void
test_passing_words(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *l = listener_new(c, 1);

	(void)state;
	listen_on(l, rig.gateway.hubs[0]);
	assert_true(becomes(&l->caught_up, 1));
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

/*
 * A letter that was posted before a frame was published runs before it, even
 * when the hub is at that moment reading frames: the watcher itself posts and
 * publishes while it is brought the first one.
 */
struct ordered {
	struct mail mail;
	struct watcher watcher;
	uint64_t first, letter, second; /* in which order they came */
	_Atomic uint64_t count;
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
		tell(w->conversation, NEWS_EVENT, 3, 0, "{}");
	}
	return OK;
}

static void
test_letters_first(void **state)
{
	static const struct watcher_kind ordered_kind = {
	    .deliver = deliver_ordered, .dropped = dropped};
	struct ordered o = {.mail.fn = run_ordered,
	    .watcher = {.kind = &ordered_kind,
		.conversation = rig_conversation(&rig),
		.seq = 1,
		.origin = 1}};
	int i;

	(void)state;
	rig_on_hub(rig.gateway.hubs[0], watch_on_hub, &o.watcher);
	/* It has caught up before the news comes. */
	for (i = 0; i < 3; i++)
		rig_on_hub(rig.gateway.hubs[0], nothing_on_hub, NULL);
	tell(o.watcher.conversation, NEWS_EVENT, 2, 0, "{}");
	for (i = 0; i < RIG_WAIT_MS && o.count < 3; i++)
		nap();
	rig_on_hub(rig.gateway.hubs[0], unwatch_on_hub, &o.watcher);
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
		listen_on(l[i], rig.gateway.hubs[i]);
		assert_true(becomes(&l[i]->caught_up, 1));
	}
	say_many(c, 20, RIG_TOLD);
	say_many(c, 1, RIG_SILENT);
	say_many(c, 1, RIG_TOLD);
	for (i = 0; i < ARRAY_LEN(l); i++)
		assert_true(hears(l[i], 23));
	for (i = 0; i < ARRAY_LEN(l); i++)
		leave(l[i]);
}

static int
set_up_three(void **state)
{
	(void)state;
	rig_new(&rig);
	rig_open(&rig);
	rig_start_hubs(&rig, 3, 0);
	return 0;
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
		one->room = 1u << 30;
		rig_on_hub(one->hub, resume_on_hub, &one->watcher);
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
		l[i]->room = 1u << 30;
		rig_on_hub(l[i]->hub, resume_on_hub, &l[i]->watcher);
	}
	for (i = 0; i < CROWD; i++) {
		uint64_t end = rig_say(
		    &rig, l[i]->watcher.conversation, "end", RIG_TOLD, 0);
		assert_true(hears(l[i], end));
	}
	for (i = 0; i < CROWD; i++)
		leave(l[i]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_catch_up),
	    TEST(test_news),
	    TEST(test_gap),
	    cmocka_unit_test_setup_teardown(
		test_lost_frame, set_up_losing, tear_down),
	    TEST(test_check),
	    TEST(test_skip),
	    TEST(test_room),
	    TEST(test_cut),
	    TEST(test_hidden),
	    TEST(test_passing_words),
	    TEST(test_letters_first),
	    TEST(test_held),
	    cmocka_unit_test_setup_teardown(
		test_other_hubs, set_up_three, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_anything, set_up_three, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
