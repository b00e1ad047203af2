/* listener: watchers of tests. */
#include "tests/gateway/listener.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

void
watch_on(struct hub *h, struct watcher *w)
{
	rig_on_hub(h, watch_on_hub, w);
}

void
unwatch_on(struct hub *h, struct watcher *w)
{
	rig_on_hub(h, unwatch_on_hub, w);
}

struct listener *
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

void
listen_on(struct listener *l, struct hub *h)
{
	l->hub = h;
	watch_on(h, &l->watcher);
}

void
leave(struct listener *l)
{
	unwatch_on(l->hub, &l->watcher);
}

/* A failing assertion must not keep the lock. */
static void
copy_last(struct listener *l, char *out)
{
	pthread_mutex_lock(&lock);
	memcpy(out, l->last, sizeof(l->last));
	pthread_mutex_unlock(&lock);
}

void
heard(struct listener *l, const char *expected)
{
	char last[sizeof(l->last)];

	copy_last(l, last);
	assert_string_equal(last, expected);
}

void
heard_of(struct listener *l, const char *part)
{
	char last[sizeof(l->last)];

	copy_last(l, last);
	if (strstr(last, part) == NULL)
		fail_msg("%s is not in %s", part, last);
}

void
heard_nothing_of(struct listener *l, const char *part)
{
	char last[sizeof(l->last)];

	copy_last(l, last);
	assert_null(strstr(last, part));
}

static void
nap(void)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	nanosleep(&pause, NULL);
}

bool
hears(struct listener *l, uint64_t seq)
{
	int i;

	for (i = 0; i < RIG_WAIT_MS && atomic_load(&l->newest) < seq; i++)
		nap();
	return atomic_load(&l->newest) == seq && l->out_of_order == 0;
}

bool
becomes(_Atomic unsigned *value, unsigned n)
{
	int i;

	for (i = 0; i < RIG_WAIT_MS && atomic_load(value) != n; i++)
		nap();
	return atomic_load(value) == n;
}

void
listen_now(struct listener *l, struct hub *h)
{
	listen_on(l, h);
	assert_true(becomes(&l->caught_up, 1));
}

void
make_room(struct listener *l, unsigned room)
{
	l->room = room;
	rig_on_hub(l->hub, resume_on_hub, &l->watcher);
}

void
turn(struct hub *h)
{
	rig_on_hub(h, nothing_on_hub, NULL);
}

/* ---- fixtures ---------------------------------------------------------- */

static int
set_up(unsigned hubs, unsigned lose_news)
{
	rig_new(&rig);
	rig.bus.lose_news = lose_news;
	rig_open(&rig);
	rig_start_hubs(&rig, hubs, 0);
	return 0;
}

int
set_up_one(void **state)
{
	(void)state;
	return set_up(1, 0);
}

int
set_up_three(void **state)
{
	(void)state;
	return set_up(3, 0);
}

int
set_up_losing(void **state)
{
	(void)state;
	return set_up(1, 3);
}

int
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

/* ---- events ------------------------------------------------------------ */

void
say_many(int64_t conversation, unsigned n, enum rig_news news)
{
	rig_say_many(&rig, conversation, "words", n, news);
}

void
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

void
know_publisher(struct listener *l)
{
	unsigned before = atomic_load(&l->words);

	tell(l->watcher.conversation, NEWS_TYPING, 1, 0, "bot");
	assert_true(becomes(&l->words, before + 1));
	turn(l->hub);
}
