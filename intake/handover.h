/*
 * handover: what goes with a chat that leaves the bot for people: what was said
 * (core/pack.h), and which rule of the company says who shall have it. The same
 * whoever hands it over: the bot, which reads the past for its own reasons, too;
 * the customer by a button; a seller.
 *
 * All of it reads, and takes time in the length of what was said: at most the
 * newest PACK_EVENTS_MAX events since the bot began. Never on the store's
 * thread, but for handover_unspoken().
 */
#ifndef INTAKE_HANDOVER_H
#define INTAKE_HANDOVER_H

#include "core/log.h"
#include "core/metrics.h"
#include "core/pack.h"
#include "core/trigger.h"
#include "store/store.h"

/* Which chat, and with what it is read. */
struct handover_of {
	struct store_reader *reader;
	const struct company *company;
	struct arena *arena; /* of what is made; what is read goes at once */
	struct conversation c;
	/* Of the bot: what it has said and heard is counted, too. NULL: not. */
	const struct trigger_spots *spots;
	/* Of handover_gather(). */
	struct str channel; /* the row's name */
	struct log *log;
	struct metrics *metrics;
};

/* What was said since the bot began; begin with {0}. Large: not on a stack. */
struct handover_past {
	struct event events[PACK_EVENTS_MAX];
	size_t count;
	struct str said[PACK_EVENTS_MAX]; /* by the customer, up to `until` */
	size_t said_count;
	struct trigger_runs runs; /* the same, with all that the bot said */
	struct arena arena;	  /* what these point into */
};

/* The bot began after this event; further back is not looked. */
uint64_t handover_begins(const struct conversation *c);

/* What the customer said after `until` is in the events alone. */
enum err handover_read(const struct handover_of *of, uint64_t until,
    struct handover_past *out) MUST_USE;
void handover_past_free(struct handover_past *p);

struct handover_why {
	struct str word;		 /* of the pack: "asked" */
	const struct company_rule *rule; /* who shall have it; NULL: nobody in
					  * particular */
	const struct answer *answer; /* that the bot found and did not say */
};

/* Sets the act's team, priority, route and pack. Without of->reader nothing is
 * read, and who they are is left out. E_NOMEM. */
enum err handover_fill(const struct handover_of *of,
    const struct handover_past *past, const struct handover_why *why,
    struct act *act) MUST_USE;

/*
 * All of this for who hands over in the bot's stead: act (QUEUE) gets the team,
 * priority and route of the first rule that fits what the customer said, and
 * the pack. Where the chat is not with the bot, or has ended, nothing is
 * gathered, for the act will be refused; and what cannot be read is left out,
 * counted and logged, for a person without it is better than none. Then the
 * team is the company's. Sets of->c. E_NOMEM.
 */
enum err handover_gather(struct handover_of *of, int64_t conversation,
    struct str word, struct act *act) MUST_USE;

/*
 * The same for a chat that was opened a moment ago, in which nothing was said:
 * a rule that asks for no words fits all the same. Reads nothing, so any thread
 * may call it, and of->reader and of->c are not looked at. E_NOMEM.
 */
enum err handover_unspoken(
    const struct handover_of *of, struct str word, struct act *act) MUST_USE;

#endif
