/*
 * rehearse: days of a company, played under a policy for routing. Pure: the
 * same days, policy and seed give the same figures.
 *
 * Days are chats that come and sellers who come, go and step away; made up
 * from a seed (rehearse_generate) or recorded (rehearse_read). They say how
 * long each chat takes and when its customer gives up, so that two policies
 * can be tried on exactly the same days. What people would do besides is made
 * of the seed, too, each thing by the ids of those it is about: who lets an
 * offer run out, and how long the others take to accept.
 */
#ifndef CORE_REHEARSE_H
#define CORE_REHEARSE_H

#include "core/company_routing.h"

#define REHEARSE_CHATS_MAX 1000000u
#define REHEARSE_TURNS_MAX 1000000u
#define REHEARSE_SELLERS_MAX 1000u

/* A customer who asks for a person. */
struct rehearse_chat {
	int64_t at;
	int64_t handling_ms; /* how long a seller has it */
	int64_t patience_ms; /* gives up after so long; 0: never */
	struct str channel;
	int64_t team, language, wanted, last;
	unsigned priority;
	struct routing_ids required, preferred;
	uint32_t number; /* of two at the same time the lower comes first */
};

/* How a seller is from then on. */
struct rehearse_turn {
	int64_t at;
	struct routing_seller seller; /* offline_at and idle_since are not
				       * looked at */
	uint32_t number;
};

/* In order of time; lives in the arena that it was made in. */
struct rehearse_days {
	struct rehearse_chat *chats;
	struct rehearse_turn *turns;
	size_t chat_count, turn_count;
};

/* ---- where days come from ------------------------------------------------ */

struct rehearse_plan {
	uint64_t seed;
	unsigned days;	   /* from the first on */
	int64_t first;	   /* day since 1970-01-01 */
	unsigned chats;	   /* on a working day */
	unsigned sellers;  /* working five days of seven, in two shifts */
	unsigned capacity; /* of each, in chats */
	int64_t handling_ms, patience_ms; /* means */
};

/*
 * Days of this company: for its teams, by the clock of its first hours. Chats
 * come by a curve over the day, half as many at weekends; in a hundred five
 * are urgent, twenty had a seller before. E_LIMIT: more than the maxima above.
 * E_NOMEM.
 */
enum err rehearse_generate(const struct rehearse_plan *plan,
    const struct company *company, struct arena *a,
    struct rehearse_days *out) MUST_USE;

/*
 * Recorded days, one JSON object a line, in any order; docs/rehearse.md has
 * the members. Every line that is wrong is named: "line 12: ...". E_BADINPUT:
 * there are faults; E_LIMIT; E_NOMEM.
 */
enum err rehearse_read(struct str text, struct faults *faults, struct arena *a,
    struct rehearse_days *out) MUST_USE;

/* ---- what comes of them -------------------------------------------------- */

struct rehearse_figures {
	uint64_t chats, offers, accepted;
	int64_t wait_mean, wait_p50, wait_p90, wait_p99; /* ms, of accepted */
	int64_t wait_most;   /* of all, also of those who gave up */
	uint64_t gave_up;    /* while they waited */
	uint64_t by_mail;    /* left the line for the support desk */
	uint64_t overflowed; /* to another team, each time */
	uint64_t ignored;    /* offers that ran out */
	uint64_t set_away;   /* sellers, for ignoring too many */
	uint64_t dropped;    /* back in line, their seller gone */
	uint64_t left;	     /* still there at the end */
	/* Chats accepted by a seller: the least, the middle, the most. */
	uint64_t load_least, load_middle, load_most;
};

/* Plays the days. E_BADINPUT: the policy is none. E_NOMEM. */
enum err rehearse_run(const struct rehearse_days *days,
    const struct company *company, uint64_t seed,
    struct rehearse_figures *out) MUST_USE;

/*
 * A table of one or two columns, with what the second changes; names head
 * them. Plain text, each line ended.
 */
void rehearse_write(const struct rehearse_figures *figures,
    const char *const *names, size_t n, struct buf *out);

#endif
