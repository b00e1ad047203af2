/*
 * chats: how many conversations each agent holds or is offered, kept in the
 * agent's row so that a limit on it is one look. It moves with the state, in
 * whatever way that came about.
 */
#include "store/sqlite/rows.h"

struct step {
	int64_t agent;
	int by; /* 1, 0 or -1 */
};

#define STEPS_MAX 4

struct steps {
	struct step all[STEPS_MAX];
	size_t n;
};

static void
add(struct steps *s, const struct change *change, int64_t agent)
{
	int by = (int)handoff_counts(change->is, agent) -
		 (int)handoff_counts(change->was, agent);

	for (size_t i = 0; i < s->n; i++)
		if (s->all[i].agent == agent)
			return;
	s->all[s->n++] = (struct step){agent, by};
}

static struct steps
steps_of(const struct change *change)
{
	const struct conversation *was = change->was, *is = change->is;
	struct steps s = {.n = 0};

	if (was->agent == is->agent && was->offered == is->offered)
		return s;
	add(&s, change, was->agent);
	add(&s, change, was->offered);
	add(&s, change, is->agent);
	add(&s, change, is->offered);
	return s;
}

enum err
chats_save(struct conn *c, const struct change *change)
{
	const struct steps s = steps_of(change);
	enum err e = OK;

	for (size_t i = 0; i < s.n && e == OK; i++)
		if (s.all[i].by != 0)
			e = CONN_CHANGE(c, SQL_AGENT_CHATS, NULL,
			    NUM(s.all[i].agent), NUM(s.all[i].by));
	return e;
}

/* Is there room for one more? */
static enum err
room_check(struct conn *c, int64_t agent, unsigned max)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_AGENT_DUTY, &q, NUM(agent));

	if (e == OK && (e = conn_row(c, q)) == OK &&
	    sqlite3_column_int64(q, 2) >= (int64_t)max)
		e = E_DENIED;
	conn_reset(q);
	return e == E_NOTFOUND ? OK : e;
}

enum err
chats_check(struct conn *c, const struct change *change, unsigned max)
{
	const struct steps s = steps_of(change);
	enum err e = OK;

	for (size_t i = 0; i < s.n && e == OK && max > 0; i++)
		if (s.all[i].by > 0)
			e = room_check(c, s.all[i].agent, max);
	return e;
}
