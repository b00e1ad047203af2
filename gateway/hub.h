/*
 * hub: who watches which conversation, and the WebSockets themselves.
 *
 * A hub thread owns its sockets, its watchers and its reader of the store; no
 * locks inside. Others reach it through its mailbox (any thread). A watcher
 * is anyone who follows a conversation: a WebSocket, a stream, a long poll.
 * It is at some seq; the hub brings it every later event, once, in order:
 * from news when the next one fits, from the store when there is a gap. So a
 * lost piece of news costs latency and never an event.
 *
 * What many watchers receive is one refcounted piece of text.
 */
#ifndef GATEWAY_HUB_H
#define GATEWAY_HUB_H

#include "bus/bus.h"
#include "core/clock.h"
#include "gateway/gateway.h"

struct hub;
struct watcher;

/* A piece of text that many receive; counted; any thread. */
struct piece {
	_Atomic unsigned refs;
	size_t size;
	char bytes[];
};

struct piece *piece_new(struct str text); /* one reference; NULL: no memory */
struct piece *piece_ref(struct piece *p);
void piece_unref(struct piece *p);

/* How a kind of watcher takes what the hub brings. On the hub's thread. */
struct watcher_kind {
	/*
	 * One frame ({"type":"event",...} etc). seq: of the event, 0 for what
	 * is no event. Must not block; E_LIMIT: it does not keep up and shall
	 * be cut.
	 */
	enum err (*deliver)(
	    struct watcher *w, struct piece *frame, uint64_t seq);
	/* The hub has caught it up with all there is now. May be NULL. */
	void (*caught_up)(struct watcher *w);
	/* It is no longer watched and may be freed; why is for the log. */
	void (*dropped)(struct watcher *w, const char *why);
};

struct watcher {
	const struct watcher_kind *kind;
	int64_t conversation;
	uint64_t seq;	 /* everything up to here was delivered */
	uint64_t origin; /* its own mark in news it causes; not 0 */
	struct watcher *next_same, **link_same; /* the hub's */
};

struct hub_conf {
	unsigned index;		 /* 0 reads the bus and passes on to others */
	struct gateway *gateway; /* store, bus, clock, log, limits */
};

enum err hub_start(const struct hub_conf *conf, struct hub **out) MUST_USE;
/* Closes its WebSockets with 1012 and ends the thread. */
void hub_stop(struct hub *h);

/* ---- on the hub's own thread ------------------------------------------- */

/*
 * Begins to bring w everything after w->seq, at once what the store has. The
 * conversation and seq must be set.
 */
void hub_watch(struct hub *h, struct watcher *w);
void hub_unwatch(struct hub *h, struct watcher *w);
/*
 * w caused event seq itself and was told by an acknowledgement: it shall not
 * get it again. Events before it that it lacks are brought first.
 */
void hub_skip(struct hub *h, struct watcher *w, uint64_t seq);

/* ---- from any thread --------------------------------------------------- */

/* Runs fn(hub, letter) on the hub's thread, in the order posted. */
struct letter {
	void (*fn)(struct hub *h, struct letter *l);
	struct letter *next; /* the hub's, until fn runs */
};

void hub_post(struct hub *h, struct letter *l);

#endif
