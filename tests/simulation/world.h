/*
 * world: a company's days in memory. Customers, a bot, sellers, the desk that
 * offers, timers, mail and crashes drive the core as the real threads do;
 * after every step check.c looks whether all that must hold still does.
 *
 * Everything happens at a steady time in one queue; the wall clock may jump.
 * All chance comes from the seed, so the same seed gives the same days.
 */
#ifndef TESTS_SIMULATION_WORLD_H
#define TESTS_SIMULATION_WORLD_H

#include "core/handoff.h"
#include "core/routing.h"
#include "tests/lib/random.h"

#include <stdio.h>

#define CHATS_MAX 512u
#define SELLERS_MAX 8u
#define TEAMS_MAX 3u
#define SKILLS_MAX 3u
#define NOTS_MAX 32u

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct chat {
	bool used;
	struct conversation c; /* its id is its place + 1 */
	int64_t timers[TIMER_KINDS];
	unsigned weight;	 /* of its channel */
	unsigned skills, prefer; /* bits */
	bool wants_human, skipped;
	/* The bot at work: what it saw when it began. */
	bool bot_busy;
	unsigned bot_life, tries;
	struct conversation seen;
	struct decision asked;
	/* The desk's knowledge of it. */
	bool dirty, lost;
	int64_t refused_at;	      /* steady */
	int64_t line_at, line_steady; /* when it came into this line */
	struct routing_not nots[NOTS_MAX];
	size_t not_count;
	/* Lists of the world: changed in this step; with people. */
	bool touched, handed;
	/* For the checks. */
	bool was_silent;     /* since the customer spoke last */
	int64_t waits_since; /* steady; in line; 0: it is not */
	int64_t notice_at;   /* steady, plus 1; 0: none yet */
	bool put_off;	     /* by its seller, as was seen last */
	int64_t put_off_at;  /* wall: until when it was */
	uint64_t mails;	     /* answers of the support desk that were taken */
	uint64_t failed;     /* the mail that is known to have reached nobody */
	int64_t failed_at;   /* steady: since when it is */
	bool kept;	     /* has waited in this line for nobody's desk */
};

struct seller {
	int64_t id;
	bool exists, online, away;
	int64_t offline_at; /* wall */
	unsigned capacity, teams, skills;
	unsigned ignores, declines; /* per cent of offers */
	int64_t typing_ms;
	unsigned life; /* raised by each coming and going */
};

enum happening {
	H_ARRIVES,
	H_SAYS,	   /* chat */
	H_TAKEN,   /* chat: a seller takes it from the bot */
	H_LEAVES,  /* chat: the customer */
	H_WORK,	   /* chat: a worker looks */
	H_BOT,	   /* chat, life: the bot has its answer */
	H_TIMER,   /* chat, kind */
	H_COMES,   /* seller */
	H_GOES,	   /* seller */
	H_AWAY,	   /* seller */
	H_LOOKS,   /* seller at the offer of a chat, seq */
	H_SPEAKS,  /* seller, chat */
	H_ENDS,	   /* seller, chat */
	H_POSTMAN, /* chat: the support desk answers, number */
	H_BOUNCED, /* chat, seq: the mail to the support desk reached nobody */
	H_DESK,	   /* the desk wakes */
	H_REREAD,  /* the desk reads all again */
	H_CRASH,
	H_CLOCK, /* the wall clock jumps */
	HAPPENINGS
};

struct moment {
	int64_t at; /* steady */
	uint64_t number;
	enum happening what;
	unsigned chat, seller;
	uint64_t arg;
};

struct world {
	struct test_random random;
	uint64_t seed;
	int64_t steady, offset, end;
	int64_t turned_back; /* all that the clock ever went back */
	uint64_t steps, happened, digest;
	FILE *story;	  /* NULL: not told */
	uint64_t without; /* bits: customers of this number do not come */
	uint64_t arrived;

	struct policy policy;
	struct routing_policy routing_policy;
	struct routing_team teams[TEAMS_MAX];
	unsigned team_count;
	unsigned chats_a_day;
	bool calm;	  /* no crashes, jumps or losses */
	unsigned bounces; /* per cent of mails to the support desk */

	struct chat chats[CHATS_MAX];
	unsigned touched[CHATS_MAX], touched_count;
	unsigned handed[CHATS_MAX], handed_count;
	struct seller sellers[SELLERS_MAX];
	unsigned seller_count;
	struct routing *routing;
	int64_t desk_at; /* steady: when it wakes next */
	bool desk_up;

	struct moment *queue;
	size_t queued, room;
	struct arena arena; /* of one step */
	char broken[256];   /* what does not hold; empty: all does */
	uint64_t offers, accepted, mailed, dropped, answered, ended, stale,
	    crashes, notices, unreached;
};

/* ---- world.c --------------------------------------------------------------- */

void world_open(struct world *w, uint64_t seed, uint64_t without, FILE *story);
void world_close(struct world *w);
/* Goes on for so many days; false: something does not hold, see broken. */
bool world_run(struct world *w, unsigned days);

int64_t world_wall(const struct world *w);
uint64_t pick(struct world *w, uint64_t below);
bool chance(struct world *w, unsigned per_cent);
int64_t between(struct world *w, int64_t least, int64_t most);
void later(struct world *w, int64_t ms, struct moment m);
void tell(struct world *w, const char *format, ...) PRINTF_LIKE(2, 3);
void broken(struct world *w, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- store.c: what the store does ------------------------------------------ */

/* As STORE_ACT. */
enum act_refusal world_act(
    struct world *w, struct chat *chat, const struct act *act);
/* As STORE_COMMIT: false: it has moved on. */
bool world_commit(struct world *w, struct chat *chat, const struct decision *d);
/* The customer says something. */
void world_inbound(struct world *w, struct chat *chat);

/* It has changed: to be checked, and told to the desk. */
void world_touch(struct world *w, struct chat *chat);

/* ---- people.c: customers, sellers, bot, support desk ------------------------ */

void person_reacts(struct world *w, struct chat *chat, const struct event *e);
extern void (*const happenings[HAPPENINGS])(
    struct world *w, const struct moment *m);

/* ---- office.c: the desk ----------------------------------------------------- */

void office_seller(struct world *w, const struct seller *s);
void office_run(struct world *w);
void office_reread(struct world *w);
void office_forget(struct world *w);

/* ---- check.c ---------------------------------------------------------------- */

void check_offer(struct world *w, const struct chat *chat, unsigned seller);
void check_step(struct world *w);
/* What is told to them now, in line. */
void check_notice(struct world *w, struct chat *chat, const struct event *e);
void check_events(
    struct world *w, const struct chat *chat, const struct decision *d);

static inline unsigned
number_of(const struct world *w, const struct chat *chat)
{
	return (unsigned)(chat - w->chats);
}

#endif
