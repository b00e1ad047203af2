/*
 * reaper: every accepted connection, and until when it may stay as it is.
 *
 * libmicrohttpd's own time-out starts anew with each byte, so a client that
 * sends or reads one byte at a time stays for ever. Here each connection has
 * one deadline, set when it enters a state and not moved by single bytes:
 *
 *	PEER_IDLE	no request yet, or between two of them
 *	PEER_REQUEST	the request line has come, the rest has not
 *	PEER_WAITING	suspended: the answer is being made
 *	PEER_REPLY	the answer is on its way out
 *	PEER_STREAM	an answer without end; looked at on every tick
 *	PEER_CLOSED	nothing here
 *
 * A peer is a slot in a table indexed by descriptor, so a tick over 15,000
 * connections is a walk over an array. The acceptor's thread opens peers and
 * runs ticks; the HTTP threads move their own peers between states and close
 * them. State and deadline are one atomic word; the lock of a peer is only
 * for what must not meet: shutting the socket down against its being closed,
 * and looking at `waiting` against the request's ending.
 */
#ifndef GATEWAY_REAPER_H
#define GATEWAY_REAPER_H

#include "gateway/address.h"
#include "gateway/http_inbox.h"

#include <pthread.h>
#include <stdatomic.h>

struct request;

enum peer_state {
	PEER_CLOSED,
	PEER_IDLE,
	PEER_REQUEST,
	PEER_WAITING,
	PEER_REPLY,
	PEER_STREAM,
	PEER_STATES
};

struct peer {
	_Atomic uint64_t due; /* deadline * 8 + state */
	pthread_mutex_t lock;
	int fd;			 /* -1: closed; under the lock */
	struct request *waiting; /* PEER_WAITING, PEER_STREAM; under the lock */

	/* The acceptor's while the peer is closed, then the HTTP thread's. */
	struct worker *worker;
	struct task arrival;
	int arriving; /* the descriptor on its way to the worker */
	struct address address;
	bool counted; /* in the acceptor's figures */
	bool trusted; /* a proxy whose X-Forwarded-* are believed */
	bool lingers; /* was answered before all was read */
	bool ready;   /* the lock exists; the acceptor's */
};

/* What a tick does to a peer, called with the peer's lock held. */
struct reaper_acts {
	/* PEER_WAITING and its time is up. */
	void (*expire)(struct request *r);
	/* PEER_WAITING, on each tick. */
	void (*waits)(struct request *r, int fd);
	/* PEER_STREAM, on each tick. False: cut it off. */
	bool (*stream)(struct request *r, int fd, int64_t now);
	/* A peer in this state is about to be cut off: last words. */
	void (*cut)(void *arg, int fd, enum peer_state state);
	void *arg;
};

struct reaper {
	struct peer *peers;
	size_t size; /* descriptors at or above it cannot be kept */
	int top;     /* highest descriptor seen; the acceptor's */
	struct reaper_acts acts;
};

/* Room for all descriptors this process may have. E_NOMEM. */
enum err reaper_open(struct reaper *r, const struct reaper_acts *acts) MUST_USE;
void reaper_close(struct reaper *r);

/* The slot of an accepted descriptor; NULL: the number is too high. */
struct peer *reaper_peer(struct reaper *r, int fd);

/* PEER_CLOSED -> PEER_IDLE. */
void peer_open(struct peer *p, int fd, int64_t deadline);
/* After it the descriptor may be closed. */
void peer_close(struct peer *p);
/* To PEER_IDLE, PEER_REQUEST or PEER_REPLY. */
void peer_enter(struct peer *p, enum peer_state state, int64_t deadline);
/* To PEER_WAITING or PEER_STREAM with a request that ticks may touch. */
void peer_wait(
    struct peer *p, enum peer_state state, struct request *r, int64_t deadline);
/* Back from them: ticks do not touch the request any more. */
void peer_wait_over(struct peer *p);

/* On the acceptor's thread, or after it has ended. */
void reaper_tick(struct reaper *r, int64_t now);
size_t reaper_count(const struct reaper *r, enum peer_state state);
/* All that wait or stream reach their deadline now. */
void reaper_expire_all(struct reaper *r);

#endif
