/*
 * fetch_inner: what the files of the fetcher share with each other.
 *
 * A request under way has a carrier: a handle of libcurl with its options
 * set, used again for the next request. What the answer holds outlives the
 * carrier and stands apart, in a struct answer, until fetch_clear().
 */
#ifndef NET_FETCH_INNER_H
#define NET_FETCH_INNER_H

#include "core/buf.h"
#include "net/fetch.h"
#include "net/steady.h"

#include <curl/curl.h>

#define FETCH_HEADERS_MAX 16u

struct carrier;

struct answer {
	struct carrier *carrier; /* while under way */
	char type[128], header[128];
	struct buf body;
};

struct carrier {
	CURL *easy;
	struct fetcher *fetcher;
	struct fetch *request;
	struct answer *answer;
	struct carrier *prev, *next; /* in fetcher->busy, or (next) ->idle */

	struct buf text; /* URL and headers, each with its NUL */
	struct curl_slist headers[FETCH_HEADERS_MAX + 1];
	int64_t started;  /* steady ms */
	bool guarded;	  /* this leg's address must be a public one */
	bool second;	  /* sent on: no caller's headers any more */
	bool reached;	  /* a connection was made, or made before */
	long sent_before; /* bytes, by libcurl's count, of the leg before */
	bool forbidden, too_big, no_memory, cut;
};

/* What epoll knows of a descriptor, and what libcurl wants to know of it. */
struct watch {
	uint8_t wanted, watched; /* CURL_POLL_* */
	bool ours;		 /* we are told when it is closed */
};

struct fetcher {
	struct fetch_conf conf;
	char *agent;
	CURLM *multi;
	int epoll;
	int64_t timer_at; /* steady ms; -1: none */
	struct watch *watches;
	size_t watch_count;
	struct carrier *busy, *idle;
	unsigned busy_count, idle_count;
};

/* ---- fetch_socket.c ----------------------------------------------------- */

enum err fetch_socket_open(struct fetcher *f) MUST_USE;
void fetch_socket_close(struct fetcher *f);
/* Tells libcurl which descriptors are ready, and that time has passed. */
void fetch_socket_run(struct fetcher *f);
/* Made, closed: the callbacks of a handle. */
curl_socket_t fetch_socket_made(struct fetcher *f, int fd);
int fetch_socket_closed(void *fetcher, curl_socket_t fd);

/* ---- fetch_carrier.c ---------------------------------------------------- */

/* NULL: no memory. */
struct carrier *carrier_new(struct fetcher *f);
void carrier_free(struct carrier *c);
/* E_BADINPUT: no such request can be made. */
enum err carrier_load(struct carrier *c, struct fetch *request) MUST_USE;
/* The request is sent on to `url`: once, as a bare GET. */
enum err carrier_load_second(struct carrier *c, struct str url) MUST_USE;
/* Has anything of this leg's request left? */
bool carrier_sent(const struct carrier *c);

#endif
