/*
 * routing_inner: what the files of routing share. Nobody else includes it.
 *
 *	team     routing_team.c    its line, whether it is open, who is there
 *	trait    routing_team.c    a team, skill or language as one bit
 *	need     routing_need.c    what chats ask for; chats alike share one
 *	seller   routing_seller.c  presence, room; its seat is what is compared
 *	group    routing_group.c   waiting chats that the same sellers may take
 *	chat     routing_chat.c    where it is: line, group, seller's room, work
 *
 * A thing is called by its number ("slot"); NONE is none. Whatever a chat's
 * fact, decision or the time changes, the chat leaves all the places it is in
 * and enters those where it then belongs (route_chat_leave, route_chat_enter), so there is
 * one function that knows what follows from what. Memory is reserved when
 * facts come in; nothing after that can fail.
 *
 * How the first chat that somebody may take is found without looking along the
 * line: groups whose first chat may have a taker stand in `ready`, by that
 * chat's place. One that proves to have none goes out of it, and comes back
 * when a seller who could take its chats gains room or comes on duty.
 */
#ifndef CORE_ROUTING_INNER_H
#define CORE_ROUTING_INNER_H

#include "core/idmap.h"
#include "core/routing.h"
#include "core/slab.h"
#include "core/treap.h"

#define NONE UINT32_MAX
#define NEVER INT64_MAX

/* ---- traits and teams ---------------------------------------------------- */

#define TRAIT_WORDS (ROUTING_TRAITS_MAX / 64u)
/* The last of them: one who names no language has all of these. */
#define LANGUAGES_FROM (ROUTING_TRAITS_MAX - ROUTING_LANGUAGES_MAX)

struct traits {
	uint64_t words[TRAIT_WORDS];
};

enum trait_kind { TRAIT_TEAM, TRAIT_SKILL, TRAIT_LANGUAGE, TRAIT_KINDS };

struct trait {
	int64_t id;
	enum trait_kind kind;
	uint32_t refs; /* 0: free */
	uint32_t team; /* TRAIT_TEAM: its slot */
};

/* A team's line in two: those who leave when it is shut, those who stay. */
enum line { LINE_LEAVES, LINE_STAYS, LINES };

#define TEAM_ALL 0u /* the slot of team 0, everybody's */

struct team {
	int64_t id;
	uint32_t refs, trait;
	bool named; /* by the policy */
	int64_t overflow;
	const struct hours *hours;
	bool open;
	int64_t timer;	   /* when that may change */
	uint32_t staff;	   /* sellers who are present */
	uint64_t capacity; /* of those on duty */
	uint32_t lines[LINES];
	bool leaving;	 /* shut, and somebody stands in LINE_LEAVES */
	uint32_t groups; /* the first of those that any of it may take */
	int64_t mean_ms; /* how long its chats are handled */
	unsigned samples;
};

/* ---- needs and groups ---------------------------------------------------- */

struct need {
	uint64_t hash;
	uint32_t refs;
	uint32_t team, language; /* slot; trait or NONE */
	struct traits required;	 /* skills */
	struct traits preferred; /* those that are not required */
	struct traits must;	 /* team, language and required */
	unsigned preferred_count, weight;
};

/* Waiting chats that exactly the same sellers may take. */
struct group {
	uint64_t hash;
	uint32_t need;
	uint32_t tie;  /* the one seller it waits for; NONE: anybody */
	uint32_t solo; /* the one chat in it, that somebody declined */
	bool wanted;   /* tie: asked for, so that traits do not matter */
	bool relaxed;
	struct traits must;
	uint32_t chats; /* set */
	bool ready;
	struct treap_item ready_as;
	uint32_t next, prev; /* of the team's or the tied seller's */
};

/* ---- sellers ------------------------------------------------------------- */

#define WRAPS_MAX 32u

struct wrap {
	int64_t until;
	unsigned room;
};

/* By fact (wanted, last) a chat is tied to at most two sellers. */
enum tie { TIE_WANTED, TIE_LAST, TIES };

struct seller {
	int64_t id;
	bool known; /* false: only chats speak of them */
	bool online, away;
	int64_t offline_at, idle_since;
	unsigned capacity;
	struct traits traits;
	struct traits owned; /* without the languages of who names none */

	bool present, duty; /* not gone for long; may be offered chats */
	int64_t taken;	    /* room of what is held and offered */
	int64_t wrapping;
	struct wrap wraps[WRAPS_MAX];
	unsigned wrap_count;
	uint64_t turn;	  /* number of the last offer */
	unsigned ignored; /* offers that ran out in a row */
	bool away_due;	  /* stands in r->aways */
	uint64_t away_number;
	int64_t away_lost_at; /* decided to be away until a fact; 0: no */
	bool gained;	      /* stands in r->gained */
	int64_t timer;
	uint32_t refs; /* of chats */
	uint32_t seat;
	uint32_t chats;	     /* the first whose room is taken here */
	uint32_t tied[TIES]; /* the first that is tied here */
	uint32_t groups;     /* the first that waits for this one */
	uint32_t mark;	     /* of the last rereading that named them */
};

enum seat_status { SEAT_OFFLINE, SEAT_AWAY, SEAT_ON };

/* What sellers are compared by, close together. */
struct seat {
	struct traits traits;
	int64_t key[2]; /* by policy; less is better */
	uint64_t tie;	/* by the seed */
	int64_t room, wrapping;
	uint32_t slot;
	enum seat_status status;
};

/* ---- chats --------------------------------------------------------------- */

/* What is to be decided about a chat as soon as it may be. */
enum work { WORK_NONE, WORK_EXPIRE, WORK_DROP, WORK_LATE, WORKS };

struct chat {
	int64_t id;
	uint64_t seq;

	/* The fact. */
	enum routing_place place;
	uint32_t need, seller;
	uint32_t tied[TIES]; /* slots */
	int64_t until, held_at, spoke_at, since, team_since, sla_ms;
	unsigned priority;
	bool front;
	struct routing_not *nots;
	size_t not_count;

	/* The decision under way. */
	enum routing_act pending;
	uint64_t number;
	uint32_t to; /* whom the last OFFER went to, with a reference */
	int64_t lost_at;
	bool ran_out;	   /* this offer, and that was counted */
	uint64_t was_turn; /* OFFER: of that seller before */
	int64_t was_idle_since;

	/* Refused: not again before these. */
	int64_t quiet_until, stays_until;
	unsigned stays; /* how often it was refused to leave */

	/* Where it is. */
	int64_t rank;
	uint32_t group;
	enum line line; /* LINES: in none */
	enum work work;
	int64_t work_key, timer;
	enum routing_place counted; /* in the tally as; GONE: not */
	uint32_t room_of;
	unsigned room;
	uint32_t next, prev; /* of that seller's chats */
	uint32_t tied_next[TIES], tied_prev[TIES];
	uint32_t mark;
	bool live; /* false: the slot is spare */
};

/* ---- all of it ----------------------------------------------------------- */

struct routing {
	uint64_t seed;
	struct routing_policy policy; /* without its teams */
	struct treap pool;
	struct slab teams, needs, groups, sellers, chats;
	struct idmap team_of, trait_of[TRAIT_KINDS], need_of, group_of,
	    seller_of, chat_of;
	struct trait traits[ROUTING_TRAITS_MAX];

	struct seat *seats; /* of known sellers; those with room first */
	uint32_t seat_count, seat_cap, free_count, on_duty;
	uint32_t *gained; /* as many as seat_cap */
	uint32_t gained_count;

	uint32_t timers, ready, aways, leaving; /* sets */
	uint32_t work[WORKS];
	size_t tally[ROUTING_PLACES];
	uint64_t number;
	uint32_t mark;
};

static inline struct team *
team_at(const struct routing *r, uint32_t n)
{
	return slab_at(&r->teams, n);
}

static inline struct need *
need_at(const struct routing *r, uint32_t n)
{
	return slab_at(&r->needs, n);
}

static inline struct group *
group_at(const struct routing *r, uint32_t n)
{
	return slab_at(&r->groups, n);
}

static inline struct seller *
seller_at(const struct routing *r, uint32_t n)
{
	return slab_at(&r->sellers, n);
}

static inline struct chat *
chat_at(const struct routing *r, uint32_t n)
{
	return slab_at(&r->chats, n);
}

/* Room for whatever sets and groups may need, with one more of each. */
enum err route_reserve(struct routing *r) MUST_USE;

/* ---- traits and teams: routing_team.c ------------------------------------ */

static inline void
traits_set(struct traits *t, uint32_t n)
{
	t->words[n / 64] |= UINT64_C(1) << n % 64;
}

static inline bool
traits_has(const struct traits *t, uint32_t n)
{
	return t->words[n / 64] >> n % 64 & 1;
}

/* Has `all` each of `some`? */
static inline bool
traits_cover(const struct traits *all, const struct traits *some)
{
	uint64_t missing = 0;
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		missing |= some->words[i] & ~all->words[i];
	return missing == 0;
}

static inline void
traits_add(struct traits *t, const struct traits *more)
{
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		t->words[i] |= more->words[i];
}

/* How many `all` has of `some`. */
static inline unsigned
traits_count(const struct traits *all, const struct traits *some)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		n += (unsigned)__builtin_popcountll(
		    all->words[i] & some->words[i]);
	return n;
}

/* The first at or after n, or NONE. */
uint32_t route_traits_next(const struct traits *t, uint32_t n);
/* The first that `all` lacks of `some`, or NONE. */
uint32_t route_traits_lacks(
    const struct traits *all, const struct traits *some);

/* A reference to the trait or team of that id. E_LIMIT, E_NOMEM. */
enum err route_trait_ref(struct routing *r, enum trait_kind kind, int64_t id,
    uint32_t *out) MUST_USE;
void route_trait_unref(struct routing *r, uint32_t n);
enum err route_team_ref(struct routing *r, int64_t id, uint32_t *out) MUST_USE;
void route_team_unref(struct routing *r, uint32_t n);

/*
 * A reference to each team, skill or language, doubles once, added to *out.
 * Where it fails, those that were taken stand in *out all the same.
 */
enum err route_traits_ref(struct routing *r, enum trait_kind kind,
    const struct routing_ids *ids, struct traits *out) MUST_USE;
void route_traits_unref(struct routing *r, const struct traits *t);

static inline bool
team_is_shut(const struct team *t)
{
	return !t->open || t->staff == 0;
}

/* What makes it shut, or its line, may have changed. */
void route_team_look(struct routing *r, uint32_t n);
/* Its hours at this time, and when to look again. */
void route_team_refresh(struct routing *r, uint32_t n, int64_t now);
/* The first along its overflows that could take chats; NONE: by mail. */
uint32_t route_team_exit(const struct routing *r, uint32_t n);
void route_team_learn(struct team *t, int64_t handling_ms);

/* ---- needs: routing_need.c ----------------------------------------------- */

/* What that fact asks for. E_LIMIT, E_NOMEM. */
enum err route_need_ref(
    struct routing *r, const struct routing_chat *c, uint32_t *out) MUST_USE;
void route_need_unref(struct routing *r, uint32_t n); /* NONE is fine */

/* ---- sellers: routing_seller.c ------------------------------------------- */

/* Known or not. E_NOMEM. */
enum err route_seller_ref(
    struct routing *r, int64_t id, uint32_t *out) MUST_USE;
void route_seller_unref(struct routing *r, uint32_t n); /* NONE is fine */

/* From now on known, or not. E_LIMIT, E_NOMEM. */
enum err route_seller_sit(struct routing *r, uint32_t n) MUST_USE;
void route_seller_rise(struct routing *r, uint32_t n, int64_t now);

/* What follows from its fact and the time, also for its chats. */
void route_seller_refresh(struct routing *r, uint32_t n, int64_t now);
/* What it has and what is tied to it may belong elsewhere now. */
void route_seller_revisit(struct routing *r, uint32_t n, int64_t now);
/* Other traits or another capacity; who calls it revisits. */
void route_seller_change(struct routing *r, uint32_t n,
    const struct traits *owned, const struct traits *traits, unsigned capacity);
/* Its room is different. */
void route_seat_update(struct routing *r, uint32_t n);
void route_seller_wrap(
    struct routing *r, uint32_t n, struct wrap w, int64_t now);
/* One more offer ran out, or (0) it showed that it is there. */
void route_seller_ignored(struct routing *r, uint32_t n, bool more);

/* ---- groups: routing_group.c --------------------------------------------- */

void route_group_enter(struct routing *r, uint32_t chat, int64_t now);
void route_group_leave(struct routing *r, uint32_t chat);
/* Brings back into `ready` what those who gained could take. */
void route_groups_wake(struct routing *r);
/* Out of `ready`: its first chat has no taker. */
void route_group_block(struct routing *r, uint32_t n);

/* The tie by which c waits for one seller only, and until when; else TIES. */
enum tie route_chat_tie(
    const struct routing *r, const struct chat *c, int64_t now, int64_t *until);
bool route_chat_relaxed(
    const struct routing *r, const struct chat *c, int64_t now);
/* What its fact has against that seller, the newest; NULL: nothing. */
const struct routing_not *route_chat_not(const struct chat *c, int64_t seller);

/* ---- chats: routing_chat.c ----------------------------------------------- */

void route_chat_leave(struct routing *r, uint32_t n);
void route_chat_enter(struct routing *r, uint32_t n, int64_t now);
/* Both: something it depends on is different. */
void route_chat_revisit(struct routing *r, uint32_t n, int64_t now);
/* Into the lists of the sellers it is tied to by its fact, and out. */
void route_chat_link(struct routing *r, uint32_t n);
void route_chat_unlink(struct routing *r, uint32_t n);
int64_t route_chat_rank(const struct routing *r, const struct chat *c);

/* ---- timers: routing_next.c ---------------------------------------------- */

enum timer_of { TIMER_OF_CHAT, TIMER_OF_SELLER, TIMER_OF_TEAM };

struct timer_entry {
	enum timer_of of;
	uint32_t slot;
};

/* *timer is when it is set to now; NEVER: not set. */
void route_timer_set(
    struct routing *r, struct timer_entry entry, int64_t *timer, int64_t at);

/* ---- choice: routing_choose.c -------------------------------------------- */

struct choice {
	uint32_t seat; /* NONE: nobody may take it */
	unsigned candidates;
};

struct choice route_choose(
    const struct routing *r, const struct group *g, const struct chat *c);
void route_explain(const struct routing *r, const struct group *g,
    const struct chat *c, struct choice choice, struct routing_reason *out);

#endif
