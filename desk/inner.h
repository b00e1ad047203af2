/*
 * inner: what the files of the desk share. Nobody else includes it.
 */
#ifndef DESK_INNER_H
#define DESK_INNER_H

#include "bus/mailbox.h"
#include "core/arena.h"
#include "core/company_routing.h"
#include "desk/desk.h"
#include "intake/outgoing.h"

#include <pthread.h>

#define BUCKETS 4096u
#define DEEDS_MAX 512u	      /* acts under way */
#define LETTERS_MAX 4096u     /* frames of news not yet looked at */
#define NEWS_OF_LINE_MS 2000  /* how often places in line are looked at */
#define NEWS_OF_LINE_STEP 32u /* conversations in one step */
#define REREAD_STEP 64u	      /* rows in one step */
#define NEWS_MAX 256u	      /* conversations that came into a line */

/* A company whose customers are handed to people. */
struct bureau {
	int64_t id;
	struct company *company; /* a reference */
	struct routing *routing;
	struct arena hours; /* of its teams, as the document has them */
	uint64_t version;   /* of the document that the policy is made of */
	struct bureau *next;
};

/* A conversation that routing knows of. */
struct chat {
	int64_t id;
	struct bureau *bureau;
	struct conversation c;	       /* as it was read last */
	int64_t seller;		       /* held by, or offered to */
	const struct channel *channel; /* or NULL */
	uint64_t line_seq;  /* when it came into this line: that event, and */
	int64_t line_at;    /* its time */
	int64_t offered_at; /* the offer that ends then: */
	int64_t offer_ends;
	bool visitors;	     /* on the website: told its place as it changes */
	uint64_t told_place; /* to the visitor */
	bool dirty;	     /* to be read again */
	bool named;	     /* by the rereading under way */
	unsigned busy;	     /* acts under way */
	struct chat *next_same;
	struct chat *next, **link; /* all of them */
	struct chat *next_dirty;
};

/* A seller, as far as what they carry is counted here. */
struct seller {
	int64_t id, company;
	unsigned chats;	    /* held by or offered to them, as was read */
	bool online;	    /* has a socket, as was asked last */
	int64_t offline_at; /* since when they have none, nor did anything
			     * without it; 0: not known */
	struct seller *next_same;
};

/* An act on its way to the store. */
struct deed {
	struct desk *d;
	struct chat *chat; /* NULL: of a seller */
	struct bureau *bureau;
	struct routing_decision decision;
	struct policy policy;
	struct arena arena;
	struct store_op op;
	struct mail mail;
	struct deed *next;
};

/* How far the store was read anew; a few rows a step, so that nobody waits
 * for it. */
enum reread_stage { REREAD_NOT, REREAD_SELLERS, REREAD_CHATS };

struct rereading {
	enum reread_stage stage;
	int64_t after;
};

struct desk {
	struct desk_conf conf;
	pthread_t thread;
	struct mailbox mailbox;
	int epoll;
	struct store_reader *reader;
	struct arena arena; /* of one step */
	_Atomic bool stopping;
	_Atomic int64_t alive_at;
	_Atomic unsigned letters;
	_Atomic bool lost; /* news may have been missed */
	bool leads;
	bool begins; /* has not read all once yet */
	bool anew;   /* the clock was put back: forget all, and read it */

	struct bureau *bureaus;
	struct chat *chats[BUCKETS], *all;
	struct chat *dirty;
	size_t chat_count;
	struct seller *sellers[BUCKETS];
	struct deed *idle;
	unsigned deeds; /* under way */

	int64_t wall, steady; /* of this round of the loop */
	int64_t ahead;	      /* the one of the other */
	int64_t reread_at, line_at, lead_at, wake_at; /* steady */
	struct rereading reread;
	struct chat *line_next; /* who is told next how the line moves */
	/* Of this round: who is to be told something; others have to wait for
	 * the line's news. */
	int64_t news[NEWS_MAX];
	size_t new_count;
};

/* ---- table.c: what it remembers ------------------------------------------ */

struct chat *chat_find(struct desk *d, int64_t id);
/* NULL: no memory. */
struct chat *chat_make(struct desk *d, int64_t id);
/* Only while no act of it is under way. */
void chat_forget(struct desk *d, struct chat *c);
/* To be read again before the next decision. */
void chat_soil(struct desk *d, struct chat *c);
struct seller *seller_find(struct desk *d, int64_t id);
/* Makes one where there is none; NULL: no memory. */
struct seller *seller_make(struct desk *d, int64_t id, int64_t company);
/* NULL where the company cannot be read. */
struct bureau *bureau_of(struct desk *d, int64_t company);
/* The company's document may have changed. */
void bureau_refresh(struct desk *d, struct bureau *b);
/* Only while no act is under way. It is empty then, and may be filled again. */
void table_free(struct desk *d);

/* ---- facts.c: from the store to routing ---------------------------------- */

/* Begins to read everything again; goes on with it, a step. */
void facts_reread(struct desk *d);
void facts_reread_on(struct desk *d);
/* What was soiled. */
void facts_read(struct desk *d);
/* This seller came, went, or was changed. */
void facts_seller(struct desk *d, int64_t agent);
/* Without a socket, have they done anything that routing was not told of? */
bool facts_acted_since(struct desk *d, int64_t agent);

/* ---- deeds.c: from decisions to the store -------------------------------- */

/* Does what can be decided now; wake_at says when to ask again. */
void deeds_decide(struct desk *d);
/* A notice alone. */
void deed_notify(struct desk *d, struct chat *c, enum notice notice);
/* Room for one more act? */
bool deeds_room(const struct desk *d);
void deeds_free(struct desk *d);

/* ---- words.c: what customers are told ------------------------------------ */

/*
 * The body of a notice of this conversation, and its rows where a vendor
 * carries it. E_NOTFOUND: it cannot be told.
 */
struct words {
	struct str body;
	struct outgoing_list rows;
};
enum err words_make(struct desk *d, const struct chat *c, enum notice notice,
    struct arena *a, struct words *out) MUST_USE;

/* What is told first to who is in this line now; NONE: they were told. */
enum notice words_first(const struct conversation *c);

/* Tells those who have just come into a line, where no act told them. */
void words_of_new(struct desk *d);
/* Tells a few of those whom it concerns how the line moves. */
void words_of_line(struct desk *d);

#endif
