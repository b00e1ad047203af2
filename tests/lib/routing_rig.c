/* routing_rig: see routing_rig.h. */
#include "tests/lib/routing_rig.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

void
rig_start(struct routing_rig *g)
{
	*g = (struct routing_rig){
	    .now = RIG_START, .policy = {.offer_ms = 30 * RIG_SECOND}};
	assert_int_equal(routing_new(1, &g->r), OK);
	rig_policy(g);
}

void
rig_stop(struct routing_rig *g)
{
	routing_free(g->r);
}

void
rig_policy(struct routing_rig *g)
{
	size_t n = 0;

	while (n < ARRAY_LEN(g->teams) && g->teams[n].id != 0)
		n++;
	g->policy.teams = g->teams;
	g->policy.team_count = n;
	assert_int_equal(routing_set_policy(g->r, &g->policy, g->now), OK);
}

void
rig_seller(struct routing_rig *g, struct routing_seller s)
{
	s.online = true;
	if (s.capacity == 0)
		s.capacity = 100;
	assert_int_equal(routing_put_seller(g->r, &s, g->now), OK);
}

void
rig_offline(struct routing_rig *g, struct routing_seller s)
{
	if (s.capacity == 0)
		s.capacity = 100;
	if (s.offline_at == 0)
		s.offline_at = g->now;
	assert_int_equal(routing_put_seller(g->r, &s, g->now), OK);
}

void
rig_chat(struct routing_rig *g, struct routing_chat c)
{
	if (c.seq == 0)
		c.seq = 1;
	if (c.since == 0)
		c.since = g->now;
	assert_int_equal(routing_put_chat(g->r, &c, g->now), OK);
}

void
rig_expect(
    struct routing_rig *g, enum routing_act act, int64_t chat, int64_t seller)
{
	struct routing_decision *d = &g->d;

	routing_next(g->r, g->now, d);
	if (d->act != act || d->chat != chat || d->seller != seller)
		fail_msg("%s %s chat %lld seller %lld, not %s chat %lld "
			 "seller %lld",
		    routing_act_name(d->act), routing_why_name(d->why),
		    (long long)d->chat, (long long)d->seller,
		    routing_act_name(act), (long long)chat, (long long)seller);
}

void
rig_nothing_until(struct routing_rig *g, int64_t at)
{
	rig_nothing(g);
	if (g->d.until != at)
		fail_msg("%lld ms too late", (long long)(g->d.until - at));
}
