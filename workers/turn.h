/*
 * turn: one conversation's way through a worker.
 *
 *	READ     read state and question; nothing pending: done
 *	CLAIM    slow work only: tell the others
 *	ASK      the brain is at it
 *	TYPE     the answer is shown growing, at the company's pace
 *	COMMIT   the answer is on its way to disk
 *	RELEASE  stopping: the claim is given back
 *
 * A turn is on the worker's table from begin to end, so a conversation has
 * at most one turn in a worker; notices meanwhile set `again`. All of this
 * runs on the worker's thread; the store's `done` only posts a letter.
 */
#ifndef WORKERS_TURN_H
#define WORKERS_TURN_H

#include "bus/mailbox.h"
#include "core/trigger.h"
#include "workers/brain.h"
#include "intake/outgoing.h"
#include "workers/worker.h"

/* Customer messages read for one turn; more wait for the next. */
#define TURN_MESSAGES_MAX 32u

enum turn_state {
	TURN_READ,
	TURN_CLAIM,
	TURN_ASK,
	TURN_TYPE,
	TURN_COMMIT,
	TURN_RELEASE,
	TURN_STATES
};

/* Why a turn begins. */
enum turn_cause {
	TURN_NOTICE, /* work was announced, or came up in an earlier turn */
	TURN_SWEPT,  /* found pending; its notice may yet come */
	TURN_TIMER,  /* a timer of the conversation is due */
};

struct turn {
	struct worker *worker;
	int64_t conversation;
	enum turn_state state;
	enum turn_cause cause;
	enum timer_kind timer;
	bool again; /* a notice came meanwhile */
	bool slow;  /* claimed first; its answer is kept when stale */
	bool claimed;
	bool asked;	/* between ask and answer */
	bool renewing;	/* the claim's op is under way */
	unsigned tries; /* commits refused as stale */
	int64_t began_steady, renewed_steady;

	struct arena arena; /* question, answer, decision: one try's */
	struct conversation c;
	struct decision question, decision;
	struct company *company;
	const struct brain_kind *brain;
	void *knowledge;
	struct str messages[TURN_MESSAGES_MAX];
	struct trigger_text texts[TURN_MESSAGES_MAX]; /* the same */
	struct brain_question ask;
	struct reach reach;
	const struct channel *vendor; /* who carries answers; NULL: nobody */
	struct answer answer;
	struct triggered gives_up;  /* trigger NONE: the bot answers */
	bool doubtful;		    /* a machine may have written some */
	bool calm;		    /* whatever was before, what the customer
				     * says is no reason to give up */
	const struct answer *found; /* what it found before; or NULL */
	struct outgoing_list rows;  /* mails that go with the commit */
	struct str unwritten;	    /* why the desk gets no mail: a body */
	struct str found_email;	    /* an address that the customer left */
	size_t typed;		    /* bytes of the answer shown so far */

	uint64_t beat; /* of our claim */
	struct store_op op, claim_op;
	struct mail mail, claim_mail;
	struct turn *next_same;		     /* in the table's bucket */
	struct turn *next_slow, **link_slow; /* on the worker's slow list */
};

/* Begins or, if there is one, reminds the turn of a conversation. */
void turn_begin(struct worker *w, int64_t conversation, enum turn_cause cause,
    enum timer_kind timer);

/* Every SLOW_TICK_MS while any turn is slow: types on, renews its claim. */
void turn_tick(struct turn *t, int64_t now_steady);

/* Lets go of a turn that waits for brain or pace; for stopping. */
void turn_abandon(struct turn *t);

#endif
