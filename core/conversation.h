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
 * not dealt with; or the holder is the support desk, and it has not been
 * written to since. It is a fact of the log (handled_seq < last_customer_seq;
 * mailed_seq), so a crash or a lost notice cannot lose it.
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
	STATUS_RESOLVED, /* ended, or nobody shall answer */
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

	/* ---- with people; all 0 while the bot has been alone ---- */
	int64_t team;	     /* whose queue it is or was in; 0: everybody's */
	int64_t offered;     /* to which agent; 0: to none */
	int64_t wanted;	     /* the seller who is asked for first; or 0 */
	int64_t last_agent;  /* who held it last; 0: nobody ever */
	uint64_t priority;   /* 0 to PRIORITY_MAX */
	uint64_t breached;   /* bits: which of enum timer_kind have fired since
			      * it was handed over; of NEXT_RESPONSE, since a
			      * person spoke; of WINDOW, since the customer did */
	bool front;	     /* was with a seller before it came to the queue */
	bool given;	     /* and last_agent did not lose it: it was given
			      * away, or taken from them */
	bool gone;	     /* the customer closed the chat since they wrote */
	bool unreached;	     /* no mail got through to the support desk: it is
			      * not tried again by itself until a person has
			      * spoken, or the chat has ended */
	uint64_t holder_seq; /* newest change of holder; 0: none yet */
	uint64_t route_seq;  /* newest EVENT_ROUTE; 0: none */
	uint64_t offer_seq;  /* newest EVENT_OFFER */
	uint64_t mailed_seq; /* sent to the support desk up to here */
	uint64_t mail_seq;   /* newest EVENT_MAILED; 0: none */
	uint64_t agent_seq;  /* newest message of a person to the customer */
	uint64_t notice_seq; /* newest message of the system to them */
	uint64_t notice;     /* enum notice: which it was */
	int64_t notice_at;   /* wall ms */
	int64_t queued_at;   /* since when it waits, or waited, in line: kept
			       * when a seller gives it back */
	int64_t waiting_at;  /* since when the customer waits for a word of a
			       * person; 0: they do not */
	int64_t snoozed_until; /* wall ms; 0: not put off */
	int64_t offered_at;    /* wall ms: of the newest EVENT_OFFER */
	/*
	 * Who spoke last, and up to where somebody else did. Together they
	 * say, for anyone, whether another has spoken since seq n.
	 */
	enum author spoken_by;
	int64_t spoken_id; /* which agent */
	uint64_t spoken_seq, spoken_before;
};

/*
 * Applies e, whose seq must be c->seq + 1; else E_STALE and c is unchanged.
 * E_BADINPUT, c unchanged, for a kind, author or holder that does not exist.
 */
enum err conversation_fold(
    struct conversation *c, const struct event *e) MUST_USE;

/*
 * Is there work for a worker: for the bot to answer, or for the support desk
 * to be written to? What came back to the desk without a word said meanwhile
 * it knows already.
 */
bool conversation_pending(const struct conversation *c);

/* Has anybody but this one said something to the other side after seq? */
bool conversation_spoken_since(
    const struct conversation *c, enum author by, int64_t agent, uint64_t seq);

/* A team's number: made of its key, so that nobody needs to keep a list. */
int64_t team_id(struct str key);

const char *holder_name(enum holder h);
const char *status_name(enum status s);

#endif
