/*
 * hub_inner: what the files of the hub share. Nobody else includes it.
 */
#ifndef GATEWAY_HUB_INNER_H
#define GATEWAY_HUB_INNER_H

#include "core/arena.h"
#include "gateway/hub.h"
#include "gateway/ws.h"

#include <pthread.h>
#include <semaphore.h>

#define TIMER_SLOTS 1024 /* times HUB_TICK_MS: one turn of the wheel */
#define PUBLISHERS_MAX 64

/* Every watcher, by conversation; a power of two of chains. */
struct watch_table {
	struct watcher **chain;
	size_t chains, count;
	size_t check_at, check_left; /* chains still to be looked up */
	struct watcher *behind, **behind_last;
	int64_t failing_since, retry_at; /* reads of the store; 0: they work */
};

/* How far each publisher has counted. */
struct publisher_seen {
	uint64_t id, count;
	int64_t at;
	bool silent; /* since `at`, and what it left was looked up */
};

struct hub {
	struct hub_conf conf;
	struct gateway *gateway;
	pthread_t thread;
	int epoll;
	struct mailbox mailbox;
	struct hub_poll mail_poll, news_poll;
	struct bus_reader *news;       /* hub 0's */
	bool news_waiting;	       /* not yet read until empty */
	_Atomic unsigned news_letters; /* on their way to this hub */
	struct publisher_seen publishers[PUBLISHERS_MAX];
	struct store_reader *store;
	struct arena arena;	 /* of one page of events */
	struct arena turn_arena; /* hub_arena() */
	struct buf text;
	bool publish;

	int64_t now;
	int64_t tick; /* of the wheel, in HUB_TICK_MS */
	struct hub_timer *slots[TIMER_SLOTS];

	struct watch_table watched;
	const struct hub_listener *listener; /* NULL: nobody */
	void *listener_arg;

	struct ws *sockets;	 /* all that have a descriptor */
	struct ws *dirty, *dead; /* to be flushed; to be freed */
	struct ws_in *spare;	 /* an idle reader of frames */
	struct piece *ping;	 /* what every ping looks like */
	size_t queued;		 /* bytes in all queues */
	char *scratch;		 /* what recv() writes into */

	_Atomic int64_t alive_at;
	_Atomic unsigned held;
	_Atomic bool draining; /* asked for */
	_Atomic bool ending;   /* the thread may end when nothing is held */
	int64_t drain_until;   /* 0: has not begun */
	sem_t drained;
	bool drained_said;
	struct mail wake_drain, wake_end;
};

/* ---- hub_timer.c ------------------------------------------------------- */

void timers_run(struct hub *h);

/* ---- hub_watch.c, hub_news.c ------------------------------------------- */

enum err watch_table_open(struct watch_table *t) MUST_USE;
void watch_table_close(struct watch_table *t);
struct watcher *watch_first(const struct hub *h, int64_t conversation);
/* w lacks something: in line for the store. */
void watch_fall_behind(struct hub *h, struct watcher *w);
/* One bounded step of bringing watchers up; true: more to do now. */
bool watch_catch_up(struct hub *h);
bool watch_can_catch_up(const struct hub *h);
/* One bounded step of looking up what may have been lost. */
bool watch_check_some(struct hub *h);
/* News was lost somewhere: look up every watched conversation. */
void watch_check_all(struct hub *h);
void watch_drop_all(struct hub *h);

/* Reads a bounded number of frames of the bus; true: more to do. */
bool news_step(struct hub *h);
/* Once a turn: is one silent that used to beat? */
void news_watch_publishers(struct hub *h);

/* ---- ws.c -------------------------------------------------------------- */

#define WS_SCRATCH 65536u
#define WS_PROGRESS_MS 5000

void ws_bury(struct hub *h);
/* Closes every socket with code. */
void ws_close_all(struct hub *h, uint16_t code, struct str reason);
/* Ends every socket without another word. */
void ws_cut_all(struct hub *h);
/* The descriptor is of no more use. */
void ws_gone(struct ws *w, const char *why);
/* Everything was said: our side of the connection ends. */
void ws_said_all(struct ws *w);
void ws_watch_events(struct ws *w);

/* ---- ws_due.c ---------------------------------------------------------- */

void ws_keep_time(struct ws *w);

/* ---- ws_queue.c -------------------------------------------------------- */

/* Adds p, whatever the state. False: no memory. */
bool ws_queue_add(struct ws *w, struct piece *p);
/* Throws away what has not begun to leave; or all. */
void ws_queue_cut(struct ws *w);
void ws_queue_free(struct ws *w);
void ws_flush_dirty(struct hub *h);
/* All queues together are over the limit: closes the longest. */
void ws_relieve(struct hub *h);
size_t ws_budget(const struct ws *w);

#endif
