/*
 * handoff: who holds a conversation, and what each may do to it. Pure.
 *
 * An act is what somebody (a seller, a supervisor, the system) wants done.
 * handoff_act() holds it against the folded state and says which events and
 * timers it makes, or why it is refused. The store calls it inside the
 * transaction that stores the events, so nothing can come between: of two
 * sellers who accept at the same instant one gets it, the other is told who.
 *
 * One table (handoff_transitions) lists every change of holder, by name:
 *
 *	from           act          to
 *	bot            queue        queue    asked, unsure, failed, rule ...
 *	queue          accept       agent    what was offered to them
 *	queue, email   pull         agent    taken from a list by a seller
 *	any            take_over    agent    by who may supervise
 *	agent, queue   transfer     queue    to a team, or offered to a seller
 *	agent          drop         queue    the seller is gone; to the front
 *	queue          overflow     queue    of another team
 *	queue, bot     mail         email    nobody there, or too long
 *	email          recall       queue    there is no support desk any more,
 *	                                     or no mail gets through to it
 *	bot, queue     desk_say     email    the desk's answer came late
 *	agent, queue, email, nobody
 *	               give_back    bot
 *	agent, queue, email
 *	               resolve      bot      and resolved: who writes again
 *	                                     begins with the bot
 *	bot (resolved) reopen       agent    who reopens holds
 *	any            block        nobody   spam: nobody answers
 *
 * Each change raises the epoch; what was computed under an older one is
 * refused by the store. Offers, notes, labels, priority, snooze and what is
 * said change no holder.
 *
 * Every holder has a way out without anybody's doing: the queue by TIMER_QUEUE
 * (to the support desk; where there is none, or no mail gets through to it, it
 * ends, after keep_ms), an agent
 * by being dropped, the support desk and the bot by TIMER_IDLE; only "nobody"
 * stays until somebody undoes it (take_over, give_back).
 *
 * What an act changes is the business of who holds: of a chat that another
 * seller has, an act is refused as "held", else as "not_yours", unless who acts
 * may supervise, or is the system (agent 0). An offer that is open ends with
 * any change of holder. HOLDER's body is {"why":"accept","name":"Anna"} with the
 * change's name, and the act's `name`, of which customers see the name of who
 * holds (event_show); QUEUE, MAIL and OVERFLOW take their `body` for it where
 * there is one.
 *
 * ---- what is said to the customer by itself ------------------------------
 *
 * Whoever submits an act may offer one notice (an automatic text) with it. It
 * goes out where the act succeeds and handoff_notice_due() agrees: there are
 * never two for one thing, none while the customer has just been told the
 * same, and none over a person who has begun to speak.
 *
 * That a chat was handed on or dropped is told with what is decided about it
 * next, so that "somebody takes over" and "nobody is there" never both are.
 */
#ifndef CORE_HANDOFF_H
#define CORE_HANDOFF_H

#include "core/decide.h"

enum act_kind {
	/* The system's: desk, workers, timers. */
	ACT_OFFER,    /* to_agent, chats_max, body: the reason */
	ACT_EXPIRE,   /* the offer offer_seq was not taken in time */
	ACT_WITHDRAW, /* the offer offer_seq cannot stand; body: why */
	ACT_DROP,     /* to_agent has gone; an offer to them ends, too */
	ACT_OVERFLOW, /* to_team */
	ACT_MAIL,   /* to the support desk; body: why; from the bot as QUEUE */
	ACT_NOTIFY, /* nothing but its notice */
	ACT_GONE,   /* the customer closed the chat */
	ACT_DESK_SAY, /* the support desk answered by mail; body, source; agent
		       * where they are one of ours */
	ACT_REFUSED,  /* something came in and was not taken: a note; body,
		       * source */
	ACT_BREACH,   /* timer: FIRST_RESPONSE or NEXT_RESPONSE is over */
	ACT_RECALL,   /* from a support desk that is no more, to the line; with
		     * a body: that no mail gets through to, and why (of
		     * GIVE_BACK by the system, too) */

	/* A seller's; `agent` says whose. */
	ACT_QUEUE, /* from the bot to people: team, wanted, priority, body */
	ACT_ACCEPT,
	ACT_DECLINE,
	ACT_PULL,
	ACT_SAY,       /* body (with the name that customers see), source,
			* seen_seq; UINT64_MAX: whatever was said since */
	ACT_NOTE,      /* body */
	ACT_WHISPER,   /* body; to who holds; may_supervise */
	ACT_BARGE,     /* as SAY, while another holds; may_supervise */
	ACT_TAKE_OVER, /* may_supervise, unless the holder is "nobody" */
	ACT_TRANSFER,  /* to_agent or to_team; body: the note, or empty; route:
			* what it takes, empty: nothing in particular */
	ACT_GIVE_BACK, /* to the bot */
	ACT_SNOOZE,    /* until: a year at most */
	ACT_WAKE,      /* of what was put off */
	ACT_RESOLVE,
	ACT_REOPEN, /* what has ended */
	ACT_BLOCK, /* the customer; it counts as resolved, whatever they write */
	ACT_LABEL,    /* body {"add":[..],"remove":[..]} */
	ACT_PRIORITY, /* priority */
	ACTS
};

/*
 * What is told to a customer without anybody's writing it. CLOSED, NOBODY and
 * MAILED are of one family, WAITING and PASSED of another; of a family one is
 * told while the same holds, but for WAITING, and none within notice_ms of the
 * last; PASSED is not repeated at all. What a person says in between begins it
 * anew. None is told over what a person has said, nor to who is gone.
 */
enum notice {
	NOTICE_NONE,
	NOTICE_WAITING, /* a person comes; position, expected wait */
	NOTICE_CLOSED,	/* outside hours; when we are back */
	NOTICE_NOBODY,	/* nobody is there; it goes by mail, or waits */
	NOTICE_MAILED,	/* it waited too long and went by mail */
	NOTICE_PASSED,	/* handed on to somebody else */
	NOTICE_BACK,	/* the bot answers again */
	NOTICE_ENDED,	/* nobody came; told before it ends */
	NOTICES
};

/* Why an act is not done. The word is for programs, see act_refusal_name(). */
enum act_refusal {
	ACT_FINE,
	ACT_IS_OVER,	 /* "over": the offer is gone */
	ACT_IS_HELD,	 /* "held": another holds it; `holder` says who */
	ACT_NOT_YOURS,	 /* "not_yours": you do not hold it */
	ACT_SPOKEN,	 /* "spoken": others have said more since seen_seq */
	ACT_IS_RESOLVED, /* "resolved": it has ended */
	ACT_IS_FULL,	 /* "full": the agent has as many as they may */
	ACT_NOT_WAITING, /* "not_waiting": it is not in the queue */
	ACT_NOBODY,	 /* "nobody": there is nobody it could go to */
	ACT_FORBIDDEN,	 /* "forbidden": it takes a right that you lack */
	ACT_NO_CHANGE,	 /* "no_change": it is so already */
	ACT_MALFORMED,	 /* "malformed": a parameter that cannot be */
	ACT_REFUSALS
};

struct act {
	enum act_kind kind;
	int64_t agent; /* who does it; 0: the system */
	bool may_supervise;
	int64_t to_agent, to_team; /* transfer: exactly one; 0: none */
	unsigned chats_max;	   /* OFFER, TRANSFER: ref of the EVENT_OFFER */
	uint64_t offer_seq;	   /* EXPIRE, WITHDRAW: 0: the newest */
	uint64_t seen_seq;	   /* SAY, BARGE: what the writer has seen */
	uint64_t priority;
	enum timer_kind timer; /* BREACH */
	int64_t until;	       /* SNOOZE: wall ms */
	int64_t now;	       /* wall ms */
	struct str name;       /* what customers call the agent; may be empty */
	struct str body;       /* JSON object; empty: {} */
	/*
	 * Unique id of the act; may be empty. What is said bears it, or else
	 * the newest event: done again, the store answers as the first time.
	 */
	struct str source;
	/* QUEUE: body of its EVENT_ROUTE and of its EVENT_PACK; or empty. */
	struct str route, pack;
	int64_t wanted;
	/* An automatic text that may go with it: body of the message. */
	enum notice notice;
	struct str notice_body;
	const struct policy *policy; /* NULL: no timers, no support desk */
};

/* What handoff_act() made of it. */
struct acted {
	enum act_refusal refusal;
	struct decision decision; /* when ACT_FINE */
	/* Of its events: which is what was said, and which the notice; an
	 * index, or DECISION_EVENTS_MAX: none. For the rows of each. */
	unsigned said, noticed;
};

/*
 * E_NOMEM: no room in the arena for the bodies it writes; it writes none for
 * an act without a name. `out` points into act and arena. A refusal is OK, and
 * leaves no events or timers in it.
 */
enum err handoff_act(const struct conversation *c, const struct act *act,
    struct arena *a, struct acted *out) MUST_USE;

/*
 * The bot gives up: what a turn of its own makes of `asked`. The answer, if
 * one is given; then what `act` (QUEUE or MAIL, by the system) makes of the
 * state with it. E_STALE: the conversation is no longer the bot's. E_DENIED:
 * the act is refused: there is no support desk. E_NOMEM.
 */
struct handover {
	const struct decision *asked;
	const struct answer *answer; /* NULL: none is given */
	const struct act *act;	     /* with policy and now */
};

enum err decide_handoff(const struct conversation *c, const struct handover *h,
    struct arena *a, struct decision *out) MUST_USE;

/*
 * Is there a support desk to go to by itself? Not where no mail got through to
 * it; a person may send a chat there all the same.
 */
bool handoff_has_desk(
    const struct conversation *c, const struct policy *policy);

/* May this notice be told now? */
bool handoff_notice_due(const struct conversation *c, enum notice notice,
    const struct policy *policy, int64_t now);

/* How many chats of an agent this conversation is: held or offered; 0 or 1. */
unsigned handoff_counts(const struct conversation *c, int64_t agent);

/* ---- the table, for tests and for people --------------------------------- */

struct transition {
	const char *name;
	enum act_kind act;
	unsigned from; /* bits: 1u << enum holder */
	enum holder to;
	const char *body; /* of the HOLDER event, with no name to say */
};

extern const struct transition handoff_transitions[]; /* name NULL: end */
/* The row by which the act changes this holder; NULL: none. */
const struct transition *handoff_transition(
    enum act_kind act, enum holder from);

const char *act_kind_name(enum act_kind kind);
/* ACTS if unknown. */
enum act_kind act_kind_find(struct str name);
const char *act_refusal_name(enum act_refusal r);
const char *notice_name(enum notice n);

#endif
