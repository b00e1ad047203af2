/*
 * fetch: HTTP requests that we make, thousands at once, on one thread.
 *
 * A fetcher belongs to one thread. Its descriptor becomes readable when there
 * is something to do; fetch_run() does it and calls `done` of what has ended.
 *
 *	fetch_open(&conf, &f);
 *	watch fetch_fd(f) for reading
 *	fetch_start(f, &mine);		never blocks, done comes later
 *	loop: wait at most fetch_wait_ms(f); fetch_run(f);
 *
 * Always: HTTP and HTTPS only, certificates checked, no redirects but the one
 * asked for, no environment's proxy, no cookies, a limit on time and on the
 * answer's size, connections kept and used again, no signal, names resolved
 * without blocking the thread. Nothing that was sent is sent again by itself:
 * whether to is the caller's decision.
 *
 * What the caller must know is not "an error" but how far it came:
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "core/arena.h"
#include "core/base.h"

enum fetch_end {
	FETCH_ANSWERED,	 /* a whole answer; status, headers, body are set */
	FETCH_UNSENT,	 /* nothing of the request left: no name, no connection,
			 * no TLS. It may be tried again */
	FETCH_CUT,	 /* it may have arrived; no whole answer came */
	FETCH_TOO_BIG,	 /* the answer is beyond answer_max; was cut off; status
			 * and headers are set */
	FETCH_FORBIDDEN, /* its address, or where it was sent on to, is
			  * private or not HTTP(S) */
	FETCH_ENDS
};

const char *fetch_end_name(enum fetch_end end);

struct fetch {
	/* In; stays the caller's, and must stay, until done. */
	const char *method;
	struct str url;
	const struct str *headers; /* "Name: value" */
	unsigned header_count;
	struct str body;
	size_t answer_max;
	unsigned timeout_ms;	 /* of all of it */
	bool follow;		 /* one redirect, without our headers, only to
				 * a public address or to `own` */
	bool public_only;	 /* refuse private addresses, looked at after
				 * the name was resolved */
	struct str own;		 /* "http://host:port": exempt from that */
	const char *keep_header; /* one of the answer's; NULL: none */

	/*
	 * Out; valid during done and until the next fetch_start() with this
	 * struct or fetch_clear().
	 */
	enum fetch_end end;
	unsigned status;
	struct str type, body_in; /* content type, the answer's body */
	struct str header_in;	  /* keep_header's; .p NULL: it is not there */
	int64_t retry_after_ms;	  /* -1: not said; from seconds or a date */
	const char *why;	  /* in words, for the log; no secrets */
	unsigned took_ms;

	void (*done)(struct fetch *f);
	void *arg;

	void *inner; /* the fetcher's */
};

struct fetch_conf {
	unsigned in_flight_max;	  /* started and not done */
	unsigned connections_max; /* kept open */
	unsigned per_host_max;	  /* connections to one host; 0: no limit */
	unsigned connect_ms;
	const char *agent; /* User-Agent */
};

struct fetcher;

enum err fetch_open(
    const struct fetch_conf *conf, struct fetcher **out) MUST_USE;
/* What is under way ends as FETCH_CUT or FETCH_UNSENT; done is called. */
void fetch_close(struct fetcher *f);

/* E_LIMIT: in_flight_max are under way; E_NOMEM; E_BADINPUT: no such URL. */
enum err fetch_start(struct fetcher *f, struct fetch *request) MUST_USE;
/* Gives up on it; done is called before this returns. */
void fetch_cancel(struct fetcher *f, struct fetch *request);
/* Frees what the answer holds. */
void fetch_clear(struct fetch *request);

int fetch_fd(const struct fetcher *f);
int fetch_wait_ms(const struct fetcher *f); /* -1: as long as you like */
void fetch_run(struct fetcher *f);
unsigned fetch_under_way(const struct fetcher *f);

/* May we talk to it? Not to loopback, private, link-local, multicast ... */
struct sockaddr;
bool fetch_address_public(const struct sockaddr *a);

#endif
