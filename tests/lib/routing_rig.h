/*
 * routing_rig: a company's routing with short words for tests of its rules.
 *
 * Everybody is online, in no team, with room for one chat, unless said
 * otherwise; chats wait since `now`. Ends the test when something is refused.
 */
#ifndef TESTS_LIB_ROUTING_RIG_H
#define TESTS_LIB_ROUTING_RIG_H

#include "core/routing.h"

#define RIG_START INT64_C(1795000000000)
#define RIG_SECOND INT64_C(1000)
#define RIG_MINUTE (60 * RIG_SECOND)

struct routing_rig {
	struct routing *r;
	struct routing_policy policy; /* change, then rig_policy() */
	struct routing_team teams[4];
	int64_t now;
	struct routing_decision d; /* the last one */
};

/* One id as a list. */
#define RIG_ID(id) ((struct routing_ids){(const int64_t[]){id}, 1})

void rig_start(struct routing_rig *g);
void rig_stop(struct routing_rig *g);
void rig_policy(struct routing_rig *g);

/* online, capacity 100 where it is 0. */
void rig_seller(struct routing_rig *g, struct routing_seller s);
void rig_offline(struct routing_rig *g, struct routing_seller s);
/* WAITS, seq 1, since now, where they are 0. */
void rig_chat(struct routing_rig *g, struct routing_chat c);

/* The next decision is that, or the test ends. Returns it in g->d. */
void rig_expect(
    struct routing_rig *g, enum routing_act act, int64_t chat, int64_t seller);
#define rig_nothing(g) rig_expect(g, ROUTING_NONE, 0, 0)
#define rig_offer(g, chat, seller) rig_expect(g, ROUTING_OFFER, chat, seller)
/* ... and not before that time is anything to be done. */
void rig_nothing_until(struct routing_rig *g, int64_t at);

#endif
