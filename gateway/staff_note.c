/*
 * staff_note: lines of the audit. What is done has its line in the op that
 * does it; what is refused has one by itself, which nobody waits for.
 */
#include "gateway/limits.h"
#include "gateway/staff_inside.h"

#include <stdlib.h>

struct audit_row
staff_line(const struct staff_work *w, const char *what, struct str detail)
{
	return (struct audit_row){.at = clock_wall(w->gateway->clock),
	    .company = w->who.company,
	    .agent = w->who.agent,
	    .what = str_from(what),
	    .outcome = STR("ok"),
	    .detail = detail};
}

/* ---- by itself --------------------------------------------------------- */

struct line {
	struct store_op op;
	char text[];
};

static void
written(struct store_op *op)
{
	free(CONTAINER_OF(op, struct line, op));
}

static struct str
pack(char **at, struct str s)
{
	struct str copy = {*at, s.n};

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

void
staff_write_line(struct staff *s, const struct audit_row *row)
{
	struct line *l = calloc(
	    1, sizeof(*l) + row->what.n + row->outcome.n + row->detail.n);
	struct audit_row *copy;
	char *at;

	if (l == NULL)
		return;
	copy = &l->op.audit.row;
	l->op.verb = STORE_AUDIT;
	l->op.done = written;
	*copy = *row;
	at = l->text;
	copy->what = pack(&at, row->what);
	copy->outcome = pack(&at, row->outcome);
	copy->detail = pack(&at, row->detail);
	if (store_submit(s->gateway->store, &l->op) != OK)
		free(l);
}

void
staff_note(struct staff *s, const struct caller *who,
    const struct staff_refused *refused)
{
	const struct clock *clock = s->gateway->clock;
	struct str key = {(const char *)&who->pass, sizeof(who->pass)};
	const struct audit_row row = {.at = clock_wall(clock),
	    .company = who->company,
	    .agent = who->agent,
	    .conversation = refused->conversation,
	    .what = str_from(refused->what),
	    .outcome = str_from(refused->outcome),
	    .detail = refused->detail};

	if (limits_take(s->notes, 0, key, clock_steady(clock), NULL))
		staff_write_line(s, &row);
}

/* ---- ended ------------------------------------------------------------- */

void
staff_on_ended(struct staff *s,
    void (*fn)(void *arg, const struct staff_ended *e), void *arg)
{
	s->ended = fn;
	s->ended_arg = arg;
}

void
staff_forget(struct staff *s, int64_t company)
{
	staff_cache_forget(s->cache, company);
}

void
staff_tell_ended(struct staff *s, const struct staff_ended *e)
{
	staff_cache_drop(s->cache, e->agent, e->pass);
	if (s->ended != NULL)
		s->ended(s->ended_arg, e);
}
