/*
 * bus: ZeroMQ moves work and news between threads, processes and hosts.
 *
 * It never holds the only copy of anything. PUB drops to a slow reader
 * without a word, PUSH loses what a killed peer had taken; so a lost frame
 * must cost latency and nothing else:
 *	work  "this conversation has something to decide", or to send: the
 *	      sweeper finds pending conversations without it, the deliverer rows
 *	news  "this event was stored", with the event: a hub that sees a gap in
 *	      a conversation's seq, or in a publisher's count, asks the store
 *
 *	gateway's store thread --PUSH work-->  any worker's PULL
 *	any store thread       --PUB  news-->  the gateway's SUB
 *
 * The gateway binds both endpoints, workers connect; inproc, ipc or tcp is
 * chosen by the endpoint's text alone. Sockets belong to one thread each.
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "core/base.h"
#include "core/buf.h"
#include "core/conversation.h"
#include "core/log.h"
#include "core/metrics.h"

struct bus;

struct bus_conf {
	const char *work, *news; /* endpoints */
	unsigned high_water;	 /* frames waiting per peer */
	/* Tests: lose every n-th frame of either kind on purpose. 0: none. */
	unsigned lose_work, lose_news;
	struct metrics *metrics;
};

enum err bus_open(const struct bus_conf *conf, struct bus **out) MUST_USE;
/* After every publisher and reader is closed. */
void bus_close(struct bus *b);

/* ---- news -------------------------------------------------------------- */

enum news_kind {
	NEWS_EVENT,  /* body: the event object, whole */
	NEWS_TYPING, /* body: the author's word, of an agent with " 7" behind
		      * it: who; seq: 1 on, 0 off; hidden: for colleagues */
	NEWS_SEEN,   /* body: the author's word of the side; seq: up to */
	NEWS_DRAFT,  /* body: a turn's draft frame */
	NEWS_QUEUE,  /* a place in line; body: the frame that visitors get */
	NEWS_STAFF,  /* a seller came, went, is away, or was changed; seq: who;
		      * body: {"agent":7,"online":true,"away":false} */
	NEWS_KINDS
};

struct news {
	enum news_kind kind;
	int64_t company; /* 0: of an event only */
	int64_t conversation;
	uint64_t seq;
	/* Of an event: which, by whom, and may the customer not see it? */
	enum event_kind event;
	enum author author;
	bool hidden;
	/* And how the conversation is after it, as in struct conversation. */
	enum holder holder;
	enum status status;
	int64_t agent, offered;
	/*
	 * The connection that caused it and needs not be told; 0: none. Means
	 * something only in the process that made it.
	 */
	uint64_t origin;
	struct str body;
};

/* ---- frames: bytes in, bytes out --------------------------------------- */

/*
 * One frame carries what one transaction of the store brought, in order:
 *	magic u8 | publisher u64 | count u64 | entries
 *	entry: kind u8 | event u8 | author u8 | hidden u8 | holder u8 |
 *	       status u8 | agent i64 | offered i64 | company i64 |
 *	       conversation i64 | seq u64 | origin u64 | size u32 | body
 * little-endian, lengths explicit. A frame without entries is a heartbeat.
 */
struct news_frame {
	uint64_t publisher; /* random, one for each life of a publisher */
	uint64_t count;	    /* 1, 2, 3 ... of its frames */
	struct str entries; /* what news_next() walks */
};

bool news_frame_read(struct str bytes, struct news_frame *out) MUST_USE;
/* Takes the next entry off; false at the end or when the rest is broken. */
bool news_next(struct str *entries, struct news *out) MUST_USE;

/* ---- publishing: from the store's thread ------------------------------- */

struct bus_publisher;

enum bus_side {
	BUS_GATEWAY, /* binds the endpoints */
	BUS_WORKER,  /* connects to them */
};

/*
 * work: also push work notices (the gateway's side). Several threads may add
 * (a lock inside); flush sends what was gathered, never blocks, and counts
 * what it had to drop.
 */
enum err bus_publisher_open(struct bus *b, enum bus_side side, bool work,
    struct bus_publisher **out) MUST_USE;
void bus_publisher_close(struct bus_publisher *p);
void bus_add_news(struct bus_publisher *p, const struct news *n);
void bus_add_work(struct bus_publisher *p, int64_t conversation);
void bus_flush(struct bus_publisher *p);
/* A heartbeat, so that a lost last frame is noticed. About once a second. */
void bus_beat(struct bus_publisher *p);

/* ---- reading: each owned by one thread's loop -------------------------- */

struct bus_reader;

enum err bus_news_open(
    struct bus *b, enum bus_side side, struct bus_reader **out) MUST_USE;
enum err bus_work_open(
    struct bus *b, enum bus_side side, struct bus_reader **out) MUST_USE;
void bus_reader_close(struct bus_reader *r);

/*
 * The descriptor to watch for reading. Its readiness is an edge: after it,
 * and before each wait, read until E_NOTFOUND.
 */
int bus_reader_fd(struct bus_reader *r);

/* The next frame; *out is valid until the next call. E_NOTFOUND: none now. */
enum err bus_read(struct bus_reader *r, struct str *out) MUST_USE;

/* A work frame holds conversation ids, i64 each, little-endian. */
bool work_next(struct str *frame, int64_t *conversation) MUST_USE;

#endif
