/*
 * routing_inner: what the files of routing share. Nobody else includes it.
 *
 *	team     routing_team.c    its line, whether it is open, its members
 *	trait    routing_team.c    a team, skill or language as one bit
 *	need     routing_need.c    what chats ask for, and whether anybody who
 *	                           has it is there; chats alike share one
 *	seller   routing_seller.c  presence, room, what they are compared by
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
#include "core/sorted.h"

#define NONE UINT32_MAX
#define NEVER INT64_MAX

/* ---- traits and teams ---------------------------------------------------- */

#define TRAIT_WORDS (ROUTING_TRAITS_MAX / 64u)
/* The last of them: one who names no language has all of these. */
#define LANGUAGES_FROM (ROUTING_TRAITS_MAX - ROUTING_LANGUAGES_MAX)

struct traits {
	uint64_t words[TRAIT_WORDS];
};

/* Traits to be looked for in many: only words that are not 0. */
struct wish {
	uint64_t words[TRAIT_WORDS];
	uint8_t at[TRAIT_WORDS]; /* which word each is */
	uint8_t count;
};

enum trait_kind { TRAIT_TEAM, TRAIT_SKILL, TRAIT_LANGUAGE, TRAIT_KINDS };

/* Slots. Room is reserved ahead. */
struct list {
	uint32_t *slots;
	uint32_t n, cap;
};

struct trait {
	int64_t id;
	enum trait_kind kind;
	uint32_t refs; /* 0: free */
	uint32_t team; /* TRAIT_TEAM: its slot */
};

#define TEAM_ALL 0u /* the slot of team 0, everybody's */

struct team {
	int64_t id;
	uint32_t refs, trait;
	bool named; /* by the policy */
	int64_t overflow;
	const struct hours *hours;
	bool open;
	int64_t timer;	     /* when that may change */
	struct list members; /* sellers; of TEAM_ALL: all that are known */
	uint32_t line;	     /* set: who waits */
	uint32_t groups;     /* the first of those that any of it may take */
	int64_t mean_ms;     /* how long its chats are handled */
	unsigned samples;
};

/* ---- needs and groups ---------------------------------------------------- */

struct need {
	uint64_t hash;
	uint32_t refs;
	uint32_t team, language; /* slot; trait or NONE */
	struct traits required;	 /* skills */
	struct traits preferred; /* the language, skills not required */
	struct traits must;	 /* team and required skills */
	unsigned preferred_count, weight;
	/* While any of its chats wait: the first of them, and somebody present
	 * with all of `must` (NONE: nobody is). */
	uint32_t waiting, witness;
	/* Of those on duty who could; as of the staff of that number. */
	uint64_t capacity, capacity_of;
};

/*
 * Waiting chats that exactly the same sellers may take. What is looked at when
 * a seller gains room, in every group of their teams, comes first.
 */
struct group {
	uint32_t next; /* of the team's or the tied seller's */
	bool ready;
	bool wanted; /* tie: asked for, so that traits do not matter */
	bool relaxed;
	uint32_t solo; /* the one chat in it, which some may not be offered */
	int64_t weight;
	struct wish must;
	uint32_t tie; /* the one seller it waits for; NONE: anybody */
	uint32_t prev, need;
	uint32_t chats; /* set */
	struct sorted_item first, ready_as;
	uint64_t hash;
};

/* ---- sellers ------------------------------------------------------------- */

#define WRAPS_MAX 32u

struct wrap {
	int64_t until;
	unsigned room;
};

/* By fact (wanted, last) a chat is tied to at most two sellers. */
enum tie { TIE_WANTED, TIE_LAST, TIES };

enum seat { SEAT_OFFLINE, SEAT_AWAY, SEAT_ON };

struct seller {
	/* What they are looked at for and compared by comes first. */
	struct traits traits;
	int64_t key[2]; /* by policy; less is better */
	uint64_t tie;	/* by the seed */
	int64_t room;	/* capacity, less what is taken and wrapped up */
	int64_t wrapping;
	enum seat seat;
	uint32_t free_at; /* place in r->free; NONE: has no room */
	int64_t id;

	bool known; /* false: only chats speak of them */
	bool online, away;
	bool present, duty; /* not gone for long; may be offered chats */
	bool away_due;	    /* stands in r->aways */
	bool gained;	    /* stands in r->gained */
	unsigned capacity;
	int64_t taken; /* room of what is held and offered */
	int64_t offline_at, idle_since;
	struct traits owned; /* without the languages of who names none */
	struct wrap *wraps;  /* WRAPS_MAX, of who is known */
	unsigned wrap_count;
	unsigned ignored; /* offers that ran out in a row */
	uint64_t turn;	  /* number of the last offer */
	uint64_t away_number;
	int64_t away_lost_at; /* decided to be away until a fact; 0: no */
	int64_t timer;
	uint32_t refs;	     /* of chats */
	uint32_t chats;	     /* the first whose room is taken here */
	uint32_t tied[TIES]; /* the first that is tied here */
	uint32_t groups;     /* the first that waits for this one */
	uint32_t mark;	     /* of the last rereading that named them */
};

/* ---- chats --------------------------------------------------------------- */

/* What is to be decided about a chat as soon as it may be. */
enum work { WORK_NONE, WORK_EXPIRE, WORK_DROP, WORK_LATE, WORK_SHUT, WORKS };

/* First what is touched when it leaves the line, which is cold memory then. */
struct chat {
	int64_t id;
	uint64_t seq;
	int64_t rank; /* its place in line */
	int64_t since, team_since;
	enum routing_place place;   /* of the fact */
	enum routing_act pending;   /* the decision under way */
	enum routing_place counted; /* in the tally as; GONE: not */
	bool waits;		    /* in line, and of its need's */
	enum work work;
	uint32_t need, seller;
	uint32_t tied[TIES]; /* sellers */
	uint32_t group;
	uint32_t to; /* whom the last OFFER went to, with a reference */
	uint32_t room_of;
	unsigned room;
	uint32_t next, prev; /* of that seller's chats; of its need's */
	uint32_t mark;
	int64_t timer, lost_at;
	uint64_t number; /* of the decision */
	struct routing_not *nots;
	size_t not_count;
	/* Refused: not again before these. */
	int64_t quiet_until, stays_until;
	int64_t work_key;
	uint32_t tied_next[TIES], tied_prev[TIES];

	int64_t until, held_at, spoke_at, sla_ms;
	uint64_t was_turn; /* of that seller before an OFFER */
	int64_t was_idle_since;
	unsigned priority;
	unsigned stays; /* how often it was refused to leave */
	bool front, given;
	bool barred;  /* who had it last gave it away, not long ago */
	bool leaves;  /* nobody is there who could take it */
	bool ran_out; /* this offer, and that was counted */
	bool live;    /* false: the slot is spare */
};

/* ---- all of it ----------------------------------------------------------- */

struct routing {
	uint64_t seed;
	struct routing_policy policy; /* without its teams */
	/*
	 * What is walked together lies together: those who wait may be many,
	 * and memory is slow.
	 */
	struct sorted line_pool, group_pool, timer_pool, pool;
	struct slab teams, needs, groups, sellers, chats;
	struct idmap team_of, trait_of[TRAIT_KINDS], need_of, group_of,
	    seller_of, chat_of;
	struct trait traits[ROUTING_TRAITS_MAX];

	struct list free; /* on duty and with some room */
	struct list gained;
	uint32_t on_duty;

	uint32_t timers, ready, aways; /* sets */
	uint64_t staff; /* raised whenever somebody comes, goes or changes */
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

static inline bool
traits_grant(const struct traits *all, const struct wish *wish)
{
	size_t i;

	for (i = 0; i < wish->count; i++)
		if ((wish->words[i] & ~all->words[wish->at[i]]) != 0)
			return false;
	return true;
}

static inline void
traits_add(struct traits *t, const struct traits *more)
{
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		t->words[i] |= more->words[i];
}

/* How many `all` has of `some`; a few, mostly none. */
static inline unsigned
traits_count(const struct traits *all, const struct traits *some)
{
	uint64_t both;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		for (both = all->words[i] & some->words[i]; both != 0;
		     both &= both - 1)
			n++;
	return n;
}

struct wish route_wish(const struct traits *t);
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

/* So many in all. E_NOMEM. */
enum err route_list_reserve(struct list *l, uint32_t n) MUST_USE;
static inline void
list_add(struct list *l, uint32_t slot)
{
	l->slots[l->n++] = slot;
}
/* It is fine if it is not there. */
void route_list_remove(struct list *l, uint32_t slot);
/* Room for one member more in each of those teams, and among all. */
enum err route_members_reserve(
    struct routing *r, const struct traits *owned) MUST_USE;

/* Its hours at this time, and when to look again. */
void route_team_refresh(struct routing *r, uint32_t n, int64_t now);
void route_team_learn(struct team *t, int64_t handling_ms);

/* ---- needs: routing_need.c ----------------------------------------------- */

/* What that fact asks for. E_LIMIT, E_NOMEM. */
enum err route_need_ref(
    struct routing *r, const struct routing_chat *c, uint32_t *out) MUST_USE;
void route_need_unref(struct routing *r, uint32_t n); /* NONE is fine */

/* Into the list of its need's chats that wait, and out. */
void route_need_enter(struct routing *r, uint32_t chat);
void route_need_leave(struct routing *r, uint32_t chat);
/* Nobody who could take its chats is there now. */
bool route_need_is_shut(const struct routing *r, const struct need *n);
/* This seller came, went or is another: some needs may be shut, or not. */
void route_needs_look(struct routing *r, uint32_t seller, int64_t now);
/* The chats of this team that wait may be to leave, or not any more. */
void route_needs_of_team(struct routing *r, uint32_t team, int64_t now);
/* The first team along the overflows that could take them; NONE: by mail. */
uint32_t route_need_exit(const struct routing *r, const struct need *n);
/* Of those on duty who could take them. */
uint64_t route_need_capacity(const struct routing *r, struct need *n);

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
/* Its room is different, or what it is compared by. */
void route_seller_update(struct routing *r, uint32_t n);
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
/* When what is preferred binds no more; is that now over? */
int64_t route_chat_relaxes_at(const struct routing *r, const struct chat *c);
bool route_chat_relaxed(
    const struct routing *r, const struct chat *c, int64_t now);
/* What its fact has against that seller, the newest; NULL: nothing. */
const struct routing_not *route_chat_not(const struct chat *c, int64_t seller);
bool route_chat_declined(const struct chat *c, const struct seller *s);
/* It is not to be offered to them: declined, or given away not long ago. */
bool route_chat_refuses(
    const struct routing *r, const struct chat *c, const struct seller *s);

/* Who gave it away. */
static inline bool
chat_is_from(const struct chat *c, uint32_t seller)
{
	return c->given && c->tied[TIE_LAST] == seller;
}

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
	uint32_t seller; /* NONE: nobody may take it */
	unsigned candidates;
};

struct choice route_choose(
    const struct routing *r, const struct group *g, const struct chat *c);
void route_explain(const struct routing *r, const struct group *g,
    const struct chat *c, struct choice choice, struct routing_reason *out);

#endif
