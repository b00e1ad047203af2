/*
 * wire_inside: between wire.c, the thread and its listeners, and wire_line.c,
 * one connection. All of it is the thread's.
 */
#ifndef SANDBOX_MAILBOX_WIRE_INSIDE_H
#define SANDBOX_MAILBOX_WIRE_INSIDE_H

#include "sandbox/mailbox/wire.h"

#include <pthread.h>

#define LINE_READ_BYTES 65536u

struct wire_line {
	struct wire *wire;
	struct wire_line *prev, *next;
	int fd;
	const struct talk_kind *kind;
	void *session;
	struct talk talk;
	struct tls_line *tls;
	struct buf in;	 /* readable, not taken by the talk yet */
	struct buf sent; /* as it goes out on the line */
	size_t written;	 /* of it */
	bool ended;	 /* the peer sends no more */
	bool over;	 /* its socket is closed; the thread frees it */
	bool parting;	 /* all is said; waits for the peer to go */
	uint32_t events; /* that epoll watches for */
	int64_t held_until, close_at; /* steady ms; 0: no; never 0 */
};

struct wire {
	struct wire_conf conf;
	int epoll, bell;
	int listeners[WIRE_PORTS];
	unsigned ports[WIRE_PORTS];
	pthread_t thread;
	bool runs;
	_Atomic bool stopping;
	_Atomic bool news;
	struct wire_line *first;
	unsigned count;
};

/* Takes fd over. NULL: no memory; fd is closed. */
struct wire_line *sb_line_open(struct wire *w, enum wire_port which, int fd);
/* Closes it if it is not over yet. */
void sb_line_free(struct wire_line *l);
/* Its socket is ready, or its time has come. */
void sb_line_run(struct wire_line *l, uint32_t events, int64_t now);
void sb_line_news(struct wire_line *l, int64_t now);

#endif
