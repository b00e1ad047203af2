/*
 * listener: a watcher that remembers what it was brought, and the hubs it
 * listens on. All listeners of a test are freed after its hubs have ended,
 * however it went.
 */
#ifndef TESTS_GATEWAY_LISTENER_H
#define TESTS_GATEWAY_LISTENER_H

#include "tests/gateway/rig.h"

struct listener {
	struct watcher watcher;
	struct hub *hub;
	_Atomic uint64_t newest;
	_Atomic unsigned words; /* what is no event */
	_Atomic unsigned caught_up, dropped, out_of_order;
	_Atomic unsigned room; /* that many more; then it has none */
	unsigned refuse_at;    /* returns E_LIMIT for this seq */
	char last[512];	       /* see heard() */
	struct listener *next;
};

/* Fixtures: a rig with one or three hubs, and its end. */
int set_up_one(void **state);
int set_up_three(void **state);
int set_up_losing(void **state); /* every third frame of news */
int tear_down(void **state);

/* hub_watch() and hub_unwatch(), from the test's thread. */
void watch_on(struct hub *h, struct watcher *w);
void unwatch_on(struct hub *h, struct watcher *w);

struct listener *listener_new(int64_t conversation, uint64_t after);
void listen_on(struct listener *l, struct hub *h);
/* The same, and it has all there is. */
void listen_now(struct listener *l, struct hub *h);
void leave(struct listener *l);
void make_room(struct listener *l, unsigned room);

/* Polls: has it every event up to seq, and nothing else? */
bool hears(struct listener *l, uint64_t seq);
/* The last frame it was brought. */
void heard(struct listener *l, const char *expected);
/* It holds this; or it does not. */
void heard_of(struct listener *l, const char *part);
void heard_nothing_of(struct listener *l, const char *part);
/* Polls: does *value become n? */
bool becomes(_Atomic unsigned *value, unsigned n);
/* A turn of its hub. */
void turn(struct hub *h);

void say_many(int64_t conversation, unsigned n, enum rig_news news);
/*
 * The hub of l knows the publisher, and what its first frame caused is over.
 * l is brought a word.
 */
void know_publisher(struct listener *l);
/* Publishes one piece of news. */
void tell(int64_t conversation, enum news_kind what, uint64_t seq,
    uint64_t origin, const char *body);

#endif
