/* company_routing: from the document's members to those of a policy. */
#include "core/company_routing.h"

#define WHOLE 100u

/* NULL: always open. */
static enum err
read_hours(const struct company *c, const struct company_team *t,
    struct arena *a, const struct hours **out)
{
	const struct company_hours *h = company_hours(c, t->hours);
	struct faults faults = {0};
	struct hours *hours = NULL;
	struct hours_text text;
	enum err e;

	*out = NULL;
	if (h == NULL)
		return OK;
	text = (struct hours_text){.zone = h->zone,
	    .week = h->week,
	    .week_count = h->week_count,
	    .holidays = h->holidays,
	    .holiday_count = h->holiday_count};
	e = hours_parse(&text, "hours", &faults, a, &hours);
	faults_free(&faults);
	if (e == OK)
		*out = hours;
	return e == E_NOMEM ? e : OK;
}

static enum err
read_teams(const struct company *c, struct arena *a, struct routing_team **out)
{
	struct routing_team *teams = arena_alloc(
	    a, (c->team_count + 1) * sizeof(*teams));
	enum err e = OK;
	size_t i;

	if (teams == NULL)
		return E_NOMEM;
	for (i = 0; e == OK && i < c->team_count; i++) {
		const struct company_team *t = &c->teams[i];

		teams[i].id = team_id(t->key);
		teams[i].overflow = team_id(t->overflow);
		e = read_hours(c, t, a, &teams[i].hours);
	}
	*out = teams;
	return e;
}

enum err
company_routing_policy(
    const struct company *c, struct arena *a, struct routing_policy *out)
{
	const struct company_routing *r = &c->routing;
	enum routing_order order = routing_order_find(r->policy);
	struct routing_team *teams;
	enum err e = read_teams(c, a, &teams);

	if (e != OK)
		return e;
	*out = (struct routing_policy){
	    .order = order == ROUTING_ORDERS ? ROUTING_LONGEST_IDLE : order,
	    .offer_ms = c->policy.offer_ms,
	    .relax_ms = r->relax_ms,
	    .grace_ms = r->grace_ms,
	    .wrap_ms = r->wrap_ms,
	    .queue_ms = c->policy.queue_ms,
	    .priority_ms = r->priority_ms,
	    .silent_ms = r->silent_ms,
	    .sticky_ms = r->sticky_ms,
	    .wanted_ms = r->sticky_ms,
	    .silent_percent = (unsigned)r->silent_percent,
	    .ignore_max = (unsigned)r->ignore_max,
	    .teams = teams,
	    .team_count = c->team_count};
	return OK;
}

unsigned
company_chat_weight(const struct company *c, struct str channel)
{
	size_t i;

	for (i = 0; i < c->routing.weight_count; i++)
		if (str_eq(c->routing.weights[i].channel, channel))
			return (unsigned)c->routing.weights[i].percent;
	return WHOLE;
}
