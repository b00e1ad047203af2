/*
 * conversation: the state that a log of events folds into.
 *
 *	struct conversation c = {0};
 *	for each event e in order: conversation_fold(&c, &e);
 *
 * The fold is the only way state changes. The store keeps the folded state
 * beside the log, so that a reader need not start at 1: folding a prefix and
 * then the rest gives the same as folding everything.
 *
 * Holder: exactly one of bot, queue, agent, email, nobody speaks for the
 * company. Every change of holder raises `epoch`; a decision computed under
 * an older epoch is refused by the store.
 *
 * Pending: the customer said something that the holder, being the bot, has
 * not dealt with. It is a fact of the log (handled_seq < last_customer_seq),
 * so a crash or a lost notice cannot lose it.
 */
#ifndef CORE_CONVERSATION_H
#define CORE_CONVERSATION_H

#include "core/event.h"

enum holder {
	HOLDER_BOT,
	HOLDER_QUEUE,
	HOLDER_AGENT,
	HOLDER_EMAIL,
	HOLDER_NOBODY,
	HOLDERS
};

/* What the outside calls it; the words of other such systems. */
enum status {
	STATUS_PENDING,	 /* with the bot */
	STATUS_OPEN,	 /* with people */
	STATUS_SNOOZED,	 /* put off by an agent */
	STATUS_RESOLVED, /* ended */
	STATUSES
};

struct conversation {
	/* Who and where; set by the store, untouched by the fold. */
	int64_t id, company, contact;

	/* The fold. */
	uint64_t seq;		    /* of the newest event */
	uint64_t epoch;		    /* raised by each change of holder */
	uint64_t last_customer_seq; /* newest customer message */
	uint64_t handled_seq;	    /* customer messages up to here are dealt
				     * with */
	uint64_t resolved_seq;	    /* newest "resolved"; 0: never */
	enum holder holder;
	int64_t agent; /* who, when holder is HOLDER_AGENT */
	enum status status;
	int64_t opened_at, last_at; /* first and newest event */
	/*
	 * When the customer wrote last: the latest `at` of their messages; 0:
	 * none. A message that was missed and comes later sets it no earlier.
	 */
	int64_t customer_at;
};

/*
 * Applies e, whose seq must be c->seq + 1; else E_STALE and c is unchanged.
 * E_BADINPUT, c unchanged, for a kind, author or holder that does not exist.
 */
enum err conversation_fold(
    struct conversation *c, const struct event *e) MUST_USE;

/* Is there work for the bot? */
bool conversation_pending(const struct conversation *c);

const char *holder_name(enum holder h);
const char *status_name(enum status s);

#endif
