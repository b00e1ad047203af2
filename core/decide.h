/*
 * decide: what the company's side does next. Pure.
 *
 * A turn goes: decide() on the folded state; if it says DECIDE_ASK, the
 * brain is asked and decide_answer() turns what it found into events; the
 * store commits them, fenced by the (seq, epoch) of the state they were
 * decided from. If the commit is refused as stale, the state is read again
 * and decide_keep_answer() says whether the finished answer still stands or the
 * turn starts over.
 *
 * Everything returned lives in the arena given.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/arena.h"
#include "core/conversation.h"

/* What a company's document says about deciding. Of 0 ms: never. */
struct policy {
	int64_t idle_ms; /* resolve after this long without a word */
	/* ---- handing over to people ---- */
	int64_t offer_ms; /* a seller may take so long to accept */
	int64_t queue_ms; /* a customer waits no longer in line */
	int64_t keep_ms;  /* but so long where there is no support desk */
	int64_t first_response_ms; /* a person should have answered by then */
	int64_t next_response_ms;
	int64_t unread_ms; /* then an unread answer goes by mail, too. Set to
			     * 0 where the channel is no website */
	int64_t notice_ms; /* the customer is told news of the line no more
			    * often */
	int64_t mail_pause_ms; /* between mails to the support desk about what
				* one customer writes on */
	int64_t window_ms;  /* of the channel; 0: it has none. Set by who knows
			     * the channel */
	struct str mailed;  /* body of the NOTICE_MAILED that goes with a chat
			     * that waited too long; empty: none */
	struct str ended;   /* and of the NOTICE_ENDED */
	bool has_desk;	    /* there is a support desk to write to */
	bool reachable;	    /* also who has closed the chat. Set by who knows */
	int64_t confidence; /* a less sure answer is handed over; 0..100 */
	int64_t unknown_after; /* hand over at the n-th question in a row that
				 * has no answer; 0: never */
	int64_t failed_after;  /* and when the bot was broken so often */
	int64_t mood_after;    /* and after so many angry messages */
};

/* What the brain found. */
enum answer_kind {
	ANSWER_FOUND,	/* text is the answer */
	ANSWER_UNKNOWN, /* text is how the company says that it does not know */
	ANSWER_FAILED,	/* text is the company's apology */
	ANSWER_NOTHING, /* better say nothing ("ok", "thanks") */
	ANSWERS
};

struct answer {
	enum answer_kind kind;
	struct str text;
	struct str source;   /* what it rests on, for people; may be empty */
	unsigned confidence; /* 0 to 100 */
};

const char *answer_kind_name(enum answer_kind kind);

enum decision_kind {
	DECIDE_NOTHING, /* no work here */
	DECIDE_ASK,	/* ask the brain about events (asked_from..asked_to] */
	DECIDE_COMMIT,	/* commit `events` and `timers` */
	DECIDE_MAIL,	/* write to the support desk about events (asked_from..
			 * asked_to], then commit decide_mailed() and the mail
			 * in one */
	/*
	 * Of TIMER_UNREAD. If the customer has not seen asked_to: commit it,
	 * and with it a mail to them of what people said after asked_from that
	 * they have not seen. If they have, leave out the events.
	 */
	DECIDE_UNREAD,
};

struct timer_set {
	int64_t due; /* wall ms; 0: remove it */
	enum timer_kind kind;
};

/*
 * Set to this and more, a timer stands still: it starts when the customer
 * begins to wait for a word of a person (waiting_at), and is due so long after
 * as it is more. Whoever stores what customers say starts it; so nothing rings
 * while nobody waits.
 */
#define TIMER_PARKED (INT64_C(1) << 60)

#define DECISION_EVENTS_MAX 8
#define DECISION_TIMERS_MAX TIMER_KINDS

struct decision {
	enum decision_kind kind;
	uint64_t seq, epoch;	       /* the state it was computed from */
	uint64_t asked_from, asked_to; /* ASK: pending customer part; MAIL,
					* UNREAD */
	struct event events[DECISION_EVENTS_MAX];
	unsigned event_count;
	struct timer_set timers[DECISION_TIMERS_MAX]; /* others stay as they
						       * are */
	unsigned timer_count;
};

/* Adds one; there must be room. */
static inline void
decision_set_timer(struct decision *d, enum timer_kind kind, int64_t due)
{
	d->timers[d->timer_count++] = (struct timer_set){due, kind};
}

/* Looks at the state after a notice of new events. */
struct decision decide(const struct conversation *c);

/*
 * The brain answered what `asked` asked. E_NOMEM, or E_STALE when the
 * conversation is no longer the bot's.
 */
enum err decide_answer(const struct conversation *c,
    const struct decision *asked, const struct answer *answer,
    const struct policy *policy, int64_t now, struct arena *a,
    struct decision *out) MUST_USE;

/*
 * The commit of `asked`'s answer was refused; c is the state now. True: the
 * answer still stands and may be committed against c (the bot still holds,
 * nobody has dealt with the question), because it was slow to make or has
 * been redone `tries` times already; what came meanwhile stays pending.
 * False: start over, and answer all of it in one turn.
 */
bool decide_keep_answer(const struct conversation *c,
    const struct decision *asked, bool slow, unsigned tries);

/*
 * Mails that tell how it goes on keep a distance, so that who writes a line at
 * a time fills no mailboxes: the first word waits for more (MAIL_SETTLE_MS),
 * and after a mail all waits for mail_pause_ms. TIMER_MAIL stands for both; as
 * long as it is set, nothing but that timer writes. The mail with which the
 * desk gets a conversation waits for nothing.
 *
 * Asked before DECIDE_MAIL is carried out where TIMER_MAIL is not set. True:
 * not yet, commit `out`, which sets it.
 */
#define MAIL_SETTLE_MS INT64_C(30000)

bool decide_mail_waits(const struct conversation *c,
    const struct policy *policy, int64_t now, struct decision *out) MUST_USE;
/* Does it tell how it goes on? Of DECIDE_MAIL. */
bool decide_mail_goes_on(const struct conversation *c);

/*
 * The support desk is written to as `asked` (DECIDE_MAIL) says. E_STALE: it
 * does not hold c any more.
 */
enum err decide_mailed(const struct conversation *c,
    const struct decision *asked, const struct policy *policy, int64_t now,
    struct decision *out) MUST_USE;

/*
 * A timer of c is due. No timer is moved by every message: each looks, when
 * due, whether its time has really come, and if not sleeps on until the moment
 * it would.
 *
 *	IDLE            nobody has written for so long, and the bot or the
 *	                support desk holds: resolved. With sellers it waits;
 *	                but without a support desk who waits in line, is gone and
 *	                not reachable is waited for no longer than queue_ms. It
 *	                is armed by the first answer since the conversation
 *	                began or was reopened
 *	OFFER           the offer has run out
 *	QUEUE           the desk has left it in line too long: to the support
 *	                desk; where there is none (handoff_has_desk) it is
 *	                resolved when they have waited for keep_ms
 *	FIRST_RESPONSE, NEXT_RESPONSE
 *	                an EVENT_TIMER, once for each wait. The second stands
 *	                still while nobody waits (TIMER_PARKED)
 *	SNOOZE          an EVENT_TIMER, which wakes it
 *	WINDOW          an EVENT_TIMER, once for each window
 *	UNREAD          DECIDE_UNREAD
 *	MAIL            DECIDE_MAIL, if there is something to tell. Before it
 *	                is asked: did the newest mail reach anybody?
 *
 * What it returns does not live in an arena but in policy, or for ever.
 * E_BADINPUT: no such timer.
 */
enum err decide_timer(const struct conversation *c, enum timer_kind kind,
    const struct policy *policy, int64_t now, struct decision *out) MUST_USE;

#endif
