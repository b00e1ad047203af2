/*
 * company_relations: what the parts of a company's document say of each other:
 * found by the key that another part names, and checked.
 */
#include "core/company.h"
#include "core/hours.h"

#include <stdio.h>

/* ---- finding ------------------------------------------------------------- */

const struct company_team *
company_team(const struct company *c, struct str key)
{
	size_t i;

	for (i = 0; key.n > 0 && i < c->team_count; i++)
		if (str_eq(c->teams[i].key, key))
			return &c->teams[i];
	return NULL;
}

const struct company_team *
company_team_of(const struct company *c, int64_t team)
{
	size_t i;

	for (i = 0; team != 0 && i < c->team_count; i++)
		if (team_id(c->teams[i].key) == team)
			return &c->teams[i];
	return NULL;
}

const struct company_hours *
company_hours(const struct company *c, struct str key)
{
	size_t i;

	for (i = 0; key.n > 0 && i < c->hours_count; i++)
		if (str_eq(c->hours[i].key, key))
			return &c->hours[i];
	return NULL;
}

/* ---- what its parts say of each other ------------------------------------ */

struct naming {
	const struct company *company;
	struct faults *faults;
};

static void
check_team(const struct naming *n, const char *where, struct str key)
{
	if (key.n > 0 && company_team(n->company, key) == NULL)
		faults_add(n->faults, where,
		    "names the team \"%.*s\", which is not in teams; write "
		    "the key of one that is, or add it there",
		    (int)key.n, key.p);
}

static void
check_hours(const struct naming *n, const char *where, struct str key)
{
	if (key.n > 0 && company_hours(n->company, key) == NULL)
		faults_add(n->faults, where,
		    "names the hours \"%.*s\", which are not in hours; write "
		    "the key of some that are, or add them there",
		    (int)key.n, key.p);
}

static void
check_teams(const struct naming *n)
{
	const struct company *c = n->company;
	char where[64];
	size_t i;

	for (i = 0; i < c->team_count; i++) {
		(void)snprintf(where, sizeof(where), "teams[%zu].hours", i);
		check_hours(n, where, c->teams[i].hours);
		(void)snprintf(where, sizeof(where), "teams[%zu].overflow", i);
		check_team(n, where, c->teams[i].overflow);
		(void)snprintf(where, sizeof(where), "teams[%zu].key", i);
		if (company_team(c, c->teams[i].key) != NULL &&
		    company_team(c, c->teams[i].key) != &c->teams[i])
			faults_add(n->faults, where,
			    "is there twice; write another word");
	}
	for (i = 0; i < c->rule_count; i++) {
		(void)snprintf(
		    where, sizeof(where), "handoff.rules[%zu].team", i);
		check_team(n, where, c->rules[i].team);
	}
	check_team(n, "handoff.team", c->handoff_team);
}

/* Does the chain of overflows come back to where it began? */
static void
check_circle(const struct naming *n, size_t team)
{
	const struct company *c = n->company;
	const struct company_team *first = &c->teams[team], *t = first;
	char where[64];
	size_t i;

	for (i = 0; i < c->team_count && t != NULL; i++) {
		t = company_team(c, t->overflow);
		if (t != first)
			continue;
		(void)snprintf(
		    where, sizeof(where), "teams[%zu].overflow", team);
		faults_add(n->faults, where,
		    "leads back to this team, so that customers would go in "
		    "a circle; leave it out at one of them");
		return;
	}
}

/* What hours cannot be is known where they are read. */
static void
check_hours_read(const struct naming *n)
{
	const struct company *c = n->company;
	struct arena a = {0};
	struct hours *out;
	char where[64];
	size_t i;

	for (i = 0; i < c->hours_count; i++) {
		const struct hours_text text = {.zone = c->hours[i].zone,
		    .week = c->hours[i].week,
		    .week_count = c->hours[i].week_count,
		    .holidays = c->hours[i].holidays,
		    .holiday_count = c->hours[i].holiday_count};

		(void)snprintf(where, sizeof(where), "hours[%zu]", i);
		if (hours_parse(&text, where, n->faults, &a, &out) == E_NOMEM)
			faults_add(n->faults, where, "finds no memory");
		arena_reset(&a);
	}
	arena_free(&a);
}

static void
check_twice(const struct naming *n)
{
	const struct company *c = n->company;
	char where[64];
	size_t i, j;

	for (i = 0; i < c->hours_count; i++) {
		(void)snprintf(where, sizeof(where), "hours[%zu].key", i);
		if (company_hours(c, c->hours[i].key) != NULL &&
		    company_hours(c, c->hours[i].key) != &c->hours[i])
			faults_add(n->faults, where,
			    "is there twice; write another word");
	}
	for (i = 0; i < c->webhook_count; i++)
		for (j = 0; j < i; j++) {
			if (!str_eq(c->webhooks[i].name, c->webhooks[j].name))
				continue;
			(void)snprintf(
			    where, sizeof(where), "webhooks[%zu].name", i);
			faults_add(n->faults, where,
			    "is there twice; write another word");
		}
}

void
company_people_check(const struct company *c, struct faults *faults)
{
	const struct naming n = {c, faults};
	size_t i;

	check_teams(&n);
	for (i = 0; i < c->team_count; i++)
		check_circle(&n, i);
	check_hours_read(&n);
	check_twice(&n);
}
