/*
 * feed_inner: what the files of the feed share. One thread owns all of it.
 *
 *	folds     conversations as they were at some event
 *	listener  a webhook, as far as the feed must know it
 *	page      what a few hundred events lead to
 */
#ifndef WORKERS_FEED_INNER_H
#define WORKERS_FEED_INNER_H

#include "bus/mailbox.h"
#include "channels/webhook/webhook.h"
#include "workers/feed.h"

#define PAGE_EVENTS 512u
#define PLACE_NAME_MAX 80u /* "late/<id>/<name>" */

/* ---- feed_fold.c ---------------------------------------------------------- */

struct folds {
	struct conversation *at; /* NULL until the first is asked for */
};

void folds_free(struct folds *f);
/*
 * The conversation before and after an event of the log. Cheap where the event
 * before it was asked for last. E_IO, E_LIMIT, E_NOMEM.
 */
struct step {
	struct conversation before;
	const struct conversation *after;
};
enum err folds_step(struct folds *f, struct store_reader *r,
    const struct feed_row *row, struct step *out) MUST_USE;

/* ---- feed_listener.c ------------------------------------------------------ */

struct listener {
	struct listener *next; /* in its chain */
	struct listener *next_late;
	int64_t company;
	int64_t lane;	     /* 0: it has none yet */
	uint64_t late, back; /* its places; it is late where late > back */
	int64_t looked_at;   /* steady ms: when its backlog was looked at */
	bool full;	     /* then it had as much as it may have */
	struct str name;
	char text[];
};

#define LISTENER_CHAINS 1024u

struct listeners {
	struct listener *chains[LISTENER_CHAINS];
	struct listener *late; /* all that are late, as a ring would go */
	unsigned late_count;
};

struct feed;

/* NULL: no memory. */
struct listener *listener_of(
    struct listeners *all, int64_t company, struct str name);
void listeners_free(struct listeners *all);
/* From the store: those that have a lane, and which of them are late. */
enum err listeners_read(struct feed *f) MUST_USE;
bool listener_is_late(const struct listener *l);
/* Are so many of its rows to go out? Looked up once a second at most. */
bool listener_has_open(struct feed *f, struct listener *l, uint64_t rows);
/* Its place has moved: is it late now, or no more? Logs it. */
void listener_moved(struct feed *f, struct listener *l);
/* "late" or "back". */
struct str listener_place(
    const struct listener *l, const char *word, char text[PLACE_NAME_MAX]);

/* ---- feed_page.c ---------------------------------------------------------- */

/* The other side of a conversation, once for all its events of a page. */
struct known_customer {
	int64_t conversation;
	struct webhook_customer customer;
};

#define KNOWN_CUSTOMERS 64u

struct page {
	struct arena arena;
	size_t bytes; /* of payloads */
	struct feed_row events[PAGE_EVENTS];
	struct outbox_row rows[STORE_FEED_MAX];
	struct listener *whose[STORE_FEED_MAX]; /* each row's */
	struct feed_text texts[PAGE_EVENTS];
	unsigned row_count, text_count, event_count;
	uint64_t upto;		 /* the last event's position; 0: none */
	bool more;		 /* there may be more behind it */
	struct listener *full;	 /* E_LIMIT: this one takes no more */
	struct company *company; /* of the last event; a reference */
	struct known_customer known[KNOWN_CUSTOMERS];
};

/*
 * Reads on behind `after`. only NULL: all of it, but for those who are late,
 * up to the newest; else what that one is told, up to the feed's own place.
 * E_LIMIT with page.full set: it must be made late first.
 */
enum err page_read(
    struct feed *f, uint64_t after, struct listener *only) MUST_USE;
void page_free(struct page *p);

/* ---- feed.c --------------------------------------------------------------- */

struct feed {
	struct feed_conf conf;
	pthread_t thread;
	_Atomic bool stopping;
	_Atomic int64_t alive_at;
	int epoll;
	struct mailbox mailbox;
	struct store_reader *reader;
	int64_t now; /* steady ms, of this round */

	bool leads;
	int64_t lead_at; /* when to ask (again) */
	uint64_t place, begin;
	int64_t look_at; /* when to read on */
	int64_t stored_at;
	int64_t late_look_at, measure_at;
	bool late_turn;		    /* of the late ones, and not of all */
	struct listener *late_next; /* whose turn it is, of them */
	unsigned failures;	    /* in a row, of reading or storing */

	/* The one op at the store. */
	struct store_op op;
	struct mail mail;
	char follower[PLACE_NAME_MAX];
	bool busy;
	unsigned others_wait;	      /* ops that came while it was stored */
	void (*then)(struct feed *f); /* when it is stored */
	struct listener *about;	      /* whose place it moves; or NULL */

	struct folds folds, late_folds;
	struct listeners listeners;
	struct page page;
};

#endif
