/*
 * views: lists of conversations for sellers and for the desk, the search, and
 * the log of all conversations. Part of the contract in store.h; the reads
 * behave as all others.
 *
 * A page costs the same however many conversations there are.
 */
#ifndef STORE_VIEWS_H
#define STORE_VIEWS_H

#include "core/arena.h"
#include "core/conversation.h"
#include "store/row.h"

struct store_reader;

/* ---- lists for sellers ------------------------------------------------- */

enum view {
	VIEW_MINE,  /* held by, or offered to, `agent`; not put off */
	VIEW_QUEUE, /* waiting in line */
	VIEW_OPEN,  /* with people: queue, agents, support desk; not put off */
	VIEW_MAIL,  /* with the support desk */
	VIEW_SNOOZED,
	VIEW_RESOLVED,
	VIEW_BOT, /* with the bot, not resolved */
	VIEWS
};

const char *view_name(enum view v);
enum view view_find(struct str name); /* VIEWS if unknown */

struct contact_row {
	int64_t id, company;
	struct str external_id, name, email; /* may be empty */
};

/* A line of a list. */
struct list_row {
	struct conversation c;
	struct contact_row contact;
	struct reach reach;
	struct seen seen;
	struct event spoken; /* newest message of a side; seq 0: none */
	struct str labels;   /* JSON array */
};

/*
 * The newest `last_at` first (QUEUE: who waits longest; BOT: the newest
 * conversation). Cursor: at and id of the last row seen, both 0 to begin; at
 * is last_at, or queued_at in QUEUE, or unused in BOT. A team is that of the
 * state: what has ended, or is the bot's, has none. `agent` counts in MINE
 * only, whose page costs as much as that agent has chats.
 */
struct list_ask {
	int64_t company;
	enum view view;
	int64_t agent, team; /* team 0: any */
	struct str label;    /* empty: any */
	int64_t at, id;
};
enum err store_list_conversations(struct store_reader *r,
    const struct list_ask *ask, struct arena *a, struct list_row *out,
    size_t *n) MUST_USE;

/* How many there are in each view; at most 1000 are counted. */
enum err store_count_views(struct store_reader *r, int64_t company,
    int64_t agent, uint64_t out[VIEWS]) MUST_USE;

/* One line, whatever view it is in. E_NOTFOUND: not of this company. */
enum err store_read_row(struct store_reader *r, int64_t company,
    int64_t conversation, struct arena *a, struct list_row *out) MUST_USE;

/*
 * All conversations with holder queue or agent, id > after, in order, of all
 * companies: what the desk begins with. `route`: the body of the event at
 * c.route_seq, or empty.
 */
struct handed_row {
	struct conversation c;
	struct str channel, route;
};
enum err store_list_handed(struct store_reader *r, int64_t after,
    struct arena *a, struct handed_row *out, size_t *n) MUST_USE;
/* The same of one conversation, whoever holds it. */
enum err store_read_handed(struct store_reader *r, int64_t conversation,
    struct arena *a, struct handed_row *out) MUST_USE;

/*
 * Who was offered a conversation since seq `after` and declined it, or let it
 * pass: the newest *n, the newest first. It costs no more in a long one.
 */
struct not_taken {
	int64_t agent;
	enum offer_end end;
};
enum err store_list_not_taken(struct store_reader *r, int64_t conversation,
    uint64_t after, struct not_taken *out, size_t *n) MUST_USE;

/*
 * Messages that hold all the words, or, from three letters on, words that
 * begin so ("ref"), in any order, the newest first; before: position of the
 * last one seen, or 0. Found is what a follower gave in STORE_FEED and what was
 * not changed or taken back since. Large letters and accents count for nothing.
 * No words: nothing is found. E_BADINPUT: more than SEARCH_BYTES_MAX or
 * SEARCH_WORDS_MAX. It costs as much as its words are common.
 */
#define SEARCH_BYTES_MAX 512u
#define SEARCH_WORDS_MAX 16u

struct found {
	int64_t conversation;
	uint64_t seq, position;
	struct str text; /* of the message, as it stands in its body */
};
struct search_ask {
	int64_t company;
	struct str words;
	uint64_t before;
};
enum err store_search(struct store_reader *r, const struct search_ask *ask,
    struct arena *a, struct found *out, size_t *n) MUST_USE;

/* ---- the log of all conversations -------------------------------------- */

struct feed_row {
	uint64_t position;
	int64_t conversation, company;
	struct event event;
};
/* Positions > after, in order. */
enum err store_read_feed(struct store_reader *r, uint64_t after,
    struct arena *a, struct feed_row *out, size_t *n) MUST_USE;
/* Where a follower is (STORE_FEED, STORE_PLACE); 0: it has not begun. */
enum err store_read_place(
    struct store_reader *r, struct str follower, uint64_t *out) MUST_USE;
/* The newest position. */
enum err store_read_end_of_feed(struct store_reader *r, uint64_t *out) MUST_USE;

#endif
