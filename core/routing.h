/*
 * routing: which waiting chat goes to which seller, and why. Pure: a state in
 * memory that is told facts and asked for decisions. No clock, file or random
 * number: `now` (wall ms) and a seed come in, and the same calls give the same
 * decisions. One struct routing is one company; it is used by one thread.
 *
 *	routing_new(seed, &r);
 *	routing_set_policy(r, &policy, now);
 *	routing_put_seller(r, &seller, now);   for each; then
 *	routing_put_chat(r, &chat, now);       for each, and whenever it changed
 *	while (routing_next(r, now, &d), d.act != ROUTING_NONE)
 *		submit the act to the store    (later: the fact, or refused)
 *	sleep until d.until or a new fact
 *
 * ---- facts ---------------------------------------------------------------
 *
 * A fact says what something is now, not what happened to it: the same fact
 * twice changes nothing. A chat's fact carries the `seq` of its conversation;
 * an older one than is known is passed over. So whoever feeds it may reread
 * everything from the store at any time, and lose any single notice:
 *
 *	routing_reread_begin(r);
 *	... put every seller and every chat the store has ...
 *	routing_reread_end(r, now);            what was not named is gone
 *
 * Tell the sellers before the chats, or the first chats find nobody online.
 *
 * ---- decisions -----------------------------------------------------------
 *
 * A decision counts as carried out from the moment it is given: the chat is
 * out of the line and the seller's room is taken. That holds until a fact of
 * the chat with a higher seq says what came of it, or routing_refused() says
 * that the store did not want it, or ROUTING_LOST_MS pass with neither; then
 * the chat is again what its last fact says. What was refused is not decided
 * again before a new fact of it, or ROUTING_REFUSED_MS. A chat that may not
 * leave its team (OVERFLOW, TO_EMAIL refused) stays in line meanwhile and is
 * offered like the others; each time it is tried after twice as long, up to
 * five minutes.
 *
 * Of what may be decided at one time the first of these comes first:
 *
 *	EXPIRE    an offer is over: it ran out, or its seller went away
 *	AWAY      a seller let `ignore_max` offers in a row run out
 *	DROP      a seller is gone longer than `grace_ms`: their chats go back,
 *		  to the front
 *	OVERFLOW  a chat waited `queue_ms` in this team's line, or the team is
 *	TO_EMAIL  closed, or has nobody online with each required skill: to the
 *		  first team along its chain of overflows that is open and has
 *		  somebody online who has them; where there is none, by mail.
 *		  Not while it waits for a seller it asks for; only queue_ms
 *		  ends that
 *	OFFER     the first chat in line that somebody may take, to the best of
 *		  those who may
 *
 * ---- the line ------------------------------------------------------------
 *
 * A chat's place in line is a number which does not change while it waits:
 * when it began to wait, less priority * `priority_ms`, less what its SLA is
 * tighter than `sla_ms`. The least is first; of equals the lower id. Chats in
 * front (dropped or handed on by a seller) come before all others, by the same
 * number among themselves. Chats that nobody may take now are passed over and
 * hold up nobody. So a chat is overtaken only by one that is before it, or
 * when nobody was free who could take it.
 *
 * ---- who may take it -----------------------------------------------------
 *
 * A seller may be offered a chat when all of this is so, and else the first
 * that is not is why not (enum routing_cause, in this order):
 *
 *	is in its team (team 0 is everybody's), has each required skill and,
 *	until the chat has waited `relax_ms` (one in front: where it is),
 *	speaks its language (who names no language is asked for any) and has
 *	each preferred skill
 *	is online and not away
 *	has not declined it; and has not `given` it away, as long as that is
 *	less than relax_ms ago
 *	it does not wait for another: the seller it asks for (`wanted`, for
 *	`wanted_ms`) or else the one it had last (for `sticky_ms`), as long as
 *	that one is on duty and has not declined it or let it run out. For the
 *	seller it asks for, team, language and skills do not matter meanwhile
 *	has room: weight <= capacity - what they hold or are offered - what is
 *	being wrapped up. A chat in which the customer has said nothing for
 *	`silent_ms` takes silent_percent of its weight. What a seller holds may
 *	exceed the capacity (by hand, or when a silent one speaks); an offer
 *	never does
 *
 * The best of those is, in this order: the seller asked for; the one it had
 * last; who has not let it run out before; who has not given it away (nor does
 * it wait for that one, or prefer them for having had it last); who has more
 * of what is preferred, skills and the language; and then by policy:
 *
 *	LONGEST_IDLE  who was given a chat, or came on duty, longest ago
 *	LEAST_LOADED  whose share of capacity in use is least; then as above
 *	ROUND_ROBIN   whose last offer is the longest ago by number
 *
 * Between equals the seed decides, so that no seller is favoured by their id.
 */
#ifndef CORE_ROUTING_H
#define CORE_ROUTING_H

#include "core/buf.h"
#include "core/hours.h"

#define ROUTING_CHATS_MAX 1000000u /* waiting, offered and held */
#define ROUTING_SELLERS_MAX 10000u
/* Different teams, skills and languages in use at a time. */
#define ROUTING_TRAITS_MAX 512u
#define ROUTING_LANGUAGES_MAX 128u /* of those */
#define ROUTING_LIST_MAX 64u	   /* ids in one list of a fact */

#define ROUTING_LOST_MS 5000
#define ROUTING_REFUSED_MS 2000

struct routing;

enum err routing_new(uint64_t seed, struct routing **out) MUST_USE;
void routing_free(struct routing *r); /* NULL is fine */

/* ---- the policy ---------------------------------------------------------- */

enum routing_order {
	ROUTING_LONGEST_IDLE,
	ROUTING_LEAST_LOADED,
	ROUTING_ROUND_ROBIN,
	ROUTING_ORDERS
};

struct routing_team {
	int64_t id;	  /* not 0 */
	int64_t overflow; /* where its chats go; 0: by mail */
	/* NULL: always open. Borrowed until the policy is replaced. */
	const struct hours *hours;
};

struct routing_policy {
	enum routing_order order;
	int64_t offer_ms;    /* how long a seller has to accept; at least 1 */
	int64_t relax_ms;    /* then language and preferred skills bind
			      * no more, nor that somebody gave it away */
	int64_t grace_ms;    /* how long a seller may be gone */
	int64_t wrap_ms;     /* a chat's room is kept so long after its end */
	int64_t queue_ms;    /* a chat waits so long for a team; 0: no bound */
	int64_t priority_ms; /* head start for each level of priority */
	int64_t sla_ms;	     /* what chats without an SLA are given; 0: SLAs
			      * do not matter */
	int64_t silent_ms;   /* 0: no chat counts as silent */
	int64_t sticky_ms;   /* waits only for the last seller; 0: not at all */
	int64_t wanted_ms;   /* waits only for the seller asked for */
	unsigned silent_percent;	  /* 0 to 100 */
	unsigned ignore_max;		  /* 0: nobody is set away */
	const struct routing_team *teams; /* borrowed during the call */
	size_t team_count;
};

/*
 * Until it is called first, all figures are 0 but offer_ms (30 s). Chats that
 * wait take their new places. E_BADINPUT, nothing changed: a figure is
 * negative, a team is there twice or has id 0, or overflows lead in a circle.
 * E_LIMIT: more teams than ROUTING_TRAITS_MAX. E_NOMEM.
 */
enum err routing_set_policy(struct routing *r,
    const struct routing_policy *policy, int64_t now) MUST_USE;

/* "longest_idle" ... */
const char *routing_order_name(enum routing_order order);
/* ROUTING_ORDERS if there is no such word. */
enum routing_order routing_order_find(struct str word);

/* ---- facts --------------------------------------------------------------- */

/* Borrowed during the call. Order and doubles do not matter. */
struct routing_ids {
	const int64_t *ids;
	size_t n; /* at most ROUTING_LIST_MAX */
};

struct routing_seller {
	int64_t id;
	bool online; /* has a console open */
	bool away;   /* set by themselves, or after ROUTING_AWAY */
	/* Not online: since when; grace_ms count from here. */
	int64_t offline_at;
	/* When they came on duty or were last given a chat; 0: not known.
	 * What is decided here counts too. */
	int64_t idle_since;
	unsigned capacity; /* in hundredths of a chat: 300 is three */
	struct routing_ids teams, skills, languages;
};

/*
 * E_BADINPUT: id <= 0 or a list is too long. E_LIMIT: too many sellers or
 * traits, E_NOMEM; then this seller is as before.
 */
enum err routing_put_seller(
    struct routing *r, const struct routing_seller *s, int64_t now) MUST_USE;

/* The account is gone; what they hold is dropped at once. */
void routing_seller_gone(struct routing *r, int64_t id, int64_t now);

enum routing_place {
	ROUTING_WAITS,	 /* in line */
	ROUTING_OFFERED, /* to `seller`, until `until` */
	ROUTING_HELD,	 /* by `seller` */
	ROUTING_GONE,	 /* resolved, with the bot, by mail; put off, ended_at
			  * is 0 then */
	ROUTING_PLACES
};

/* Somebody it is not to be offered to. */
struct routing_not {
	int64_t seller;
	bool ignored; /* let it run out: comes after all others; else it was
		       * declined: not again */
};

struct routing_chat {
	int64_t id;
	uint64_t seq; /* of its conversation; an older fact is passed over */
	enum routing_place place;
	int64_t seller;	  /* OFFERED, HELD: whose */
	int64_t until;	  /* OFFERED: when it is over */
	int64_t held_at;  /* HELD: since when */
	int64_t spoke_at; /* HELD: when the customer wrote last */
	int64_t ended_at; /* GONE: when */
	/*
	 * GONE: the seller wraps up. Not for what is handed on. Where it was
	 * not held, it makes no difference.
	 */
	bool wrap;

	/* What follows matters for WAITS and OFFERED. */
	int64_t team;  /* 0: everybody's */
	int64_t since; /* when it began to wait: its place in line */
	/*
	 * Since when it waits where it is: for this team, handed on, dropped;
	 * 0: `since`. queue_ms, wanted_ms and sticky_ms count from here.
	 */
	int64_t team_since;
	unsigned priority; /* higher is earlier */
	int64_t sla_ms;	   /* an answer is due so long after since; 0: none */
	bool front;	   /* was with a seller before */
	bool given;	   /* in front, and `last` gave it away */
	int64_t language;  /* 0: any */
	int64_t wanted;	   /* the seller it asks for; 0: none */
	int64_t last;	   /* the seller it had last; 0: none */
	struct routing_ids required, preferred;
	/* At most LIST_MAX; the last one of a seller counts. */
	const struct routing_not *nots;
	size_t not_count;
	/* In hundredths of a chat, by its channel; 0: 100. For HELD too. */
	unsigned weight;
};

/*
 * Errors as of routing_put_seller(); then the chat is as before, and if it was
 * not known it is not waited for here: put it again later.
 */
enum err routing_put_chat(
    struct routing *r, const struct routing_chat *c, int64_t now) MUST_USE;

void routing_reread_begin(struct routing *r);
/* Sellers and chats that were not put since routing_reread_begin() are gone. */
void routing_reread_end(struct routing *r, int64_t now);

/* ---- decisions ----------------------------------------------------------- */

enum routing_act {
	ROUTING_NONE,	  /* nothing before `until`, unless a fact comes */
	ROUTING_EXPIRE,	  /* chat, seller, why: RAN_OUT or SELLER_GONE */
	ROUTING_AWAY,	  /* seller */
	ROUTING_DROP,	  /* chat, seller */
	ROUTING_OVERFLOW, /* chat, team: the new one; why */
	ROUTING_TO_EMAIL, /* chat; why */
	ROUTING_OFFER,	  /* chat, seller, until, reason */
	ROUTING_ACTS
};

enum routing_why {
	ROUTING_WHY_NONE,
	ROUTING_RAN_OUT,     /* EXPIRE: nobody answered; counts as ignored */
	ROUTING_SELLER_GONE, /* EXPIRE: offline or away */
	ROUTING_TOO_LONG,    /* OVERFLOW, TO_EMAIL: waited queue_ms */
	ROUTING_CLOSED,	     /* ... outside the team's hours */
	ROUTING_NOBODY,	     /* ... nobody with what it takes is online */
	ROUTING_WANTED,	     /* OFFER: asked for */
	ROUTING_LAST,	     /* ... had it last */
	ROUTING_ONLY,	     /* ... nobody else may take it now */
	ROUTING_BEST,	     /* ... first by preferred skills or policy */
	ROUTING_RETURNED,    /* ... gave it away, and nobody else may take it */
	ROUTING_WHYS
};

/* Why a seller did not get it. */
enum routing_cause {
	ROUTING_OTHER_TEAM,
	ROUTING_OTHER_LANGUAGE,
	ROUTING_LACKS_SKILL, /* `skill` says one of them */
	ROUTING_OFFLINE,
	ROUTING_SELLER_AWAY,
	ROUTING_DECLINED,
	ROUTING_GAVE_AWAY,   /* and somebody else is looked for first */
	ROUTING_WAITS_FOR,   /* the chat waits for somebody else */
	ROUTING_WRAPPING_UP, /* would have room but for what is wrapped up */
	ROUTING_FULL,
	ROUTING_IGNORED,      /* could, but let it run out before */
	ROUTING_RANKED_LOWER, /* could; others come first */
	ROUTING_CAUSES
};

struct routing_figures {
	int64_t idle_since;
	unsigned taken, capacity; /* hundredths, before this chat */
	unsigned preferred;	  /* of preferred skills and language */
	uint64_t turn;		  /* number of their last offer; 0: none */
};

struct routing_near {
	int64_t seller;
	enum routing_cause cause;
	int64_t skill; /* LACKS_SKILL: one of those */
	struct routing_figures figures;
};

#define ROUTING_NEAR_MAX 6u

struct routing_reason {
	enum routing_order order;	/* the policy's */
	struct routing_figures figures; /* of who gets it */
	unsigned preferred_of;		/* preferred skills and language */
	int64_t waited_ms;
	bool relaxed;	  /* those bound no more */
	uint64_t before;  /* chats that stood before it in its team's line */
	unsigned sellers; /* all there are; the counts and 1 add up to it */
	unsigned counts[ROUTING_CAUSES];
	/* Those of its team who came closest, the closest first. */
	struct routing_near near[ROUTING_NEAR_MAX];
	size_t near_count;
};

struct routing_decision {
	enum routing_act act;
	enum routing_why why;
	uint64_t number; /* 1, 2, 3 ...; NONE has none */
	int64_t chat, seller, team;
	uint64_t seq;  /* of the fact that the chat was decided from */
	int64_t until; /* OFFER: when it runs out. NONE: ask again then;
			 * INT64_MAX: not before a fact */
	struct routing_reason reason; /* OFFER */
};

/*
 * The next one. Its cost does not depend on how many wait; it grows slowly
 * with how many different needs there are, and with the sellers. `now` may go
 * back; then deadlines come later.
 */
void routing_next(struct routing *r, int64_t now, struct routing_decision *out);

/*
 * The store refused d. Reads act, number, chat and seller of it. Does nothing
 * if a newer fact has come meanwhile.
 */
void routing_refused(
    struct routing *r, const struct routing_decision *d, int64_t now);

/* ---- for people ---------------------------------------------------------- */

struct routing_spot {
	uint64_t position; /* in its team's line, from 1; 0: does not wait */
	uint64_t waiting;  /* how many wait for that team */
	/*
	 * About how long until somebody is free for it: mean handling of the
	 * team's last chats, times position, over how many chats those on duty
	 * who could take it can have at a time. -1: not known (too few chats
	 * have ended, or nobody is on duty who could).
	 */
	int64_t wait_ms;
	/* It is to leave: closed, or nobody with what it takes is online. */
	bool leaves;
};

/* All 0 for a chat that is not known. */
void routing_spot(
    const struct routing *r, int64_t chat, struct routing_spot *out);

/* How many chats wait, are offered (decided or stored), are held. */
struct routing_tally {
	size_t waiting, offered, held, sellers, on_duty;
};

void routing_tally(const struct routing *r, struct routing_tally *out);

/*
 * The decision as the body of an event: {"why":"best","policy":
 * "longest_idle","waited_ms":4000,"seller":{...},"not":{"offline":3,...},
 * "nearest":[{"agent":7,"why":"full",...}]}; for others than OFFER
 * {"why":"ran_out"}. Figures that say nothing are left out.
 */
void routing_write_reason(const struct routing_decision *d, struct buf *out);

const char *routing_act_name(enum routing_act act);	  /* "offer" */
const char *routing_why_name(enum routing_why why);	  /* "ran_out" */
const char *routing_cause_name(enum routing_cause cause); /* "lacks_skill" */

#endif
