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
 * How a loss is noticed: the next event of the conversation does not fit; or
 * the publisher's count has a hole, or a new publisher speaks, or one that
 * beat every second has been silent for three, and then every watched
 * conversation is looked up, a few at a time; or, when none of this happens,
 * at the next hub_check(), which each WebSocket asks for with every ping and
 * each stream as often. A long poll asks the store when its wait is over.
 *
 * The store's `done` posts an acknowledgement before its news is published,
 * and a hub empties its mailbox before it looks at a frame of news; so an
 * acknowledgement is always ahead of what came after it.
 */
#ifndef GATEWAY_HUB_H
#define GATEWAY_HUB_H

#include "bus/bus.h"
#include "bus/mailbox.h"
#include "core/clock.h"
#include "gateway/gateway.h"

struct hub;
struct watcher;

/* ---- pieces ------------------------------------------------------------ */

/*
 * A frame ready for the wire, header included, that many may receive;
 * counted; any thread.
 */
struct piece {
	_Atomic unsigned refs;
	uint32_t size;	  /* header and payload */
	uint32_t text_at; /* where the payload begins */
	char bytes[];
};

/* One reference; NULL: no memory. */
struct piece *piece_new(struct str text); /* a text frame */
struct piece *piece_frame(unsigned opcode, struct str payload);
struct piece *piece_ref(struct piece *p);
void piece_unref(struct piece *p); /* NULL is fine */

static inline struct str
piece_text(const struct piece *p)
{
	return (struct str){p->bytes + p->text_at, p->size - p->text_at};
}

/* ---- watchers: on the hub's own thread --------------------------------- */

/* How a kind of watcher takes what the hub brings. None may block. */
struct watcher_kind {
	/*
	 * One frame ({"type":"event",...} etc). seq: of the event, 0 for what
	 * is no event. E_LIMIT: it does not keep up and shall be cut.
	 */
	enum err (*deliver)(
	    struct watcher *w, struct piece *frame, uint64_t seq);
	/*
	 * Is there room for one more? If not, the hub leaves it behind until
	 * hub_resume(). NULL: always.
	 */
	bool (*has_room)(struct watcher *w);
	/* The hub has brought all that there is now. May be NULL. */
	void (*caught_up)(struct watcher *w);
	/* It is no longer watched and may be freed; why is for the log. */
	void (*dropped)(struct watcher *w, const char *why);
};

/* Whose eyes it has: what they may see differs, and how it is said. */
enum audience {
	AUDIENCE_VISITORS, /* channels/web/frames.h */
	AUDIENCE_STAFF,	   /* gateway/seller.h: everything */
	AUDIENCES
};

enum watch_state {
	WATCH_NOT,
	WATCH_LIVE,   /* has all that the hub knows of; news is next */
	WATCH_BEHIND, /* in line to be brought up from the store */
	WATCH_PAUSED, /* behind, and without room */
};

struct watcher {
	const struct watcher_kind *kind;
	enum audience audience;
	int64_t conversation;
	uint64_t seq;	 /* everything up to here was delivered */
	uint64_t origin; /* its own mark in news it causes; not 0 */
	/* ---- the hub's ---- */
	enum watch_state state;
	bool with_people; /* by the newest change of holder it was brought */
	struct watcher *next_same, **link_same; /* of the same bucket */
	struct watcher *next_behind, **link_behind;
};

/*
 * Begins to bring w everything after w->seq, with the hub's next step. kind,
 * conversation and seq must be set, the rest zero.
 */
void hub_watch(struct hub *h, struct watcher *w);
/* dropped() is not called. Harmless when it is not watched. */
void hub_unwatch(struct hub *h, struct watcher *w);
/*
 * w caused event seq itself and is told by an acknowledgement. True: that is
 * the next one, it counts as delivered. False: events before it are missing;
 * they are being brought, and `deliver` will be called with seq too, for w to
 * put the acknowledgement in its place.
 */
bool hub_skip(struct hub *h, struct watcher *w, uint64_t seq);
/* There is room again. */
void hub_resume(struct hub *h, struct watcher *w);
/* Asks the store whether w missed something. One point read. */
void hub_check(struct hub *h, struct watcher *w);
/*
 * The watchers of a conversation, one after the other; w NULL: the first.
 * NULL: there are no more. Nothing may be watched or unwatched in between.
 */
struct watcher *hub_watcher(
    const struct hub *h, int64_t conversation, const struct watcher *w);

/* ---- listeners: on the hub's own thread ---------------------------------- */

/* Who hears all news, whoever watches what. None may block. */
struct hub_listener {
	/* After the watchers were told; n is valid during the call. */
	void (*news)(struct hub *h, const struct news *n);
	/* Some may have been lost; may be called several times for one loss. */
	void (*lost)(struct hub *h);
	/* Once a turn: a bounded share of its own work; true: more to do. */
	bool (*step)(struct hub *h);
	/* The hub ends; sockets and watchers have gone. */
	void (*ended)(struct hub *h);
};

/* There is one at most. `arg` is for hub_listener_arg(); NULL: none listens. */
void hub_listen(struct hub *h, const struct hub_listener *l, void *arg);
void *hub_listener_arg(const struct hub *h);

/* ---- timers: on the hub's own thread ----------------------------------- */

/* Zero it before its first use. Coarse: up to HUB_TICK_MS late. */
struct hub_timer {
	int64_t due; /* steady ms; 0: not set */
	struct hub_timer *next, **link;
	void (*fn)(struct hub *h, struct hub_timer *t);
};

#define HUB_TICK_MS 50

void hub_timer_set(struct hub *h, struct hub_timer *t, int64_t due);
void hub_timer_stop(struct hub *h, struct hub_timer *t);

/* ---- descriptors: on the hub's own thread ------------------------------ */

/* Something the loop waits for. */
struct hub_poll {
	void (*ready)(struct hub *h, struct hub_poll *p, uint32_t events);
};

/* ---- what else the hub's thread may ask -------------------------------- */

int64_t hub_now(const struct hub *h); /* steady ms, once a turn */
struct gateway *hub_gateway(const struct hub *h);
struct store_reader *hub_store(struct hub *h);
/* For text that is needed until the caller returns; emptied by the call. */
struct buf *hub_text(struct hub *h);
/* Memory until the end of this turn of the loop. */
struct arena *hub_arena(struct hub *h);
/* News was added: have it published at the end of this turn. */
void hub_publish(struct hub *h);

/* ---- from any thread --------------------------------------------------- */

/* Runs m->fn(hub, m) on the hub's thread, in the order posted. */
void hub_post(struct hub *h, struct mail *m);
/*
 * hub_hold(): something will be posted to it later that must be run; the
 * thread does not end before hub_release() was called as often.
 */
void hub_hold(struct hub *h);
void hub_release(struct hub *h);

/* When its loop last came round, steady ms. For /health. */
int64_t hub_alive_at(const struct hub *h);
/* hub_drain() was called. */
bool hub_ending(const struct hub *h);

/* ---- life -------------------------------------------------------------- */

struct hub_conf {
	unsigned index;		 /* 0 reads the bus and passes on to others */
	struct gateway *gateway; /* store, bus, clock, log, limits */
	size_t queue_total;	 /* unread bytes of all its WebSockets */
};

/* E_IO, E_NOMEM. */
enum err hub_start(const struct hub_conf *conf, struct hub **out) MUST_USE;
/*
 * Begins to end: WebSockets are closed with 1012, other watchers dropped.
 * Letters still run. hub_drained() waits, at most HUB_DRAIN_MS, until what
 * was queued is sent and the clients have said goodbye.
 */
void hub_drain(struct hub *h);
void hub_drained(struct hub *h);
#define HUB_DRAIN_MS 2000
/* After hub_drained(). Waits for what is held, ends the thread, frees. */
void hub_stop(struct hub *h);

#endif
