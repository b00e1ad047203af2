/*
 * decided: events, what they cause, timers, and the state they fold to. What
 * is refused has not been written anywhere.
 */
#include "store/sqlite/decided.h"
#include "store/sqlite/write.h"

/* ---- check --------------------------------------------------------------- */

/*
 * A decided event's source must be new, in the store and among its own. It is
 * looked up first, since few have one and a refusal must leave no trace.
 */
static enum err
source_check(struct conn *c, const struct decided *d, const struct event *event)
{
	struct stored found;
	enum err e;

	if (event->source.n == 0)
		return OK;
	for (const struct event *other = d->decision->events; other != event;
	     other++)
		if (str_eq(other->source, event->source))
			return E_BADINPUT;
	if (str_eq(event->source, d->fresh))
		return OK;
	e = event_find(c, d->was.company, event->source, &found);
	if (e == OK)
		return E_BADINPUT;
	return e == E_NOTFOUND ? OK : e;
}

static enum err
labels_check(struct conn *c, struct decided *d, const struct event *event)
{
	enum err e = OK;

	if (event->kind != EVENT_LABELS)
		return OK;
	if (!d->labelled)
		e = labels_load(c, d->was.id, d->labels);
	d->labelled = true;
	return e == OK ? labels_apply(d->labels, event->body) : e;
}

static enum err
event_check(struct conn *c, struct decided *d, struct event *event)
{
	enum err e;

	if (event->kind == EVENT_OPENED)
		return E_BADINPUT;
	event->seq = d->is.seq + 1;
	e = conversation_fold(&d->is, event);
	if (e == OK)
		e = labels_check(c, d, event);
	return e == OK ? source_check(c, d, event) : e;
}

static enum err
caused_check(const struct decided *d)
{
	enum err e = OK;

	for (size_t i = 0; i < CAUSED_MAX && e == OK; i++) {
		const struct caused *k = &d->caused[i];

		if (k->n > 0 && k->event >= d->decision->event_count)
			return E_BADINPUT;
		e = outbox_check(k->rows, k->n);
	}
	return e;
}

static bool
timers_valid(const struct decision *d)
{
	if (d->timer_count > DECISION_TIMERS_MAX)
		return false;
	for (unsigned i = 0; i < d->timer_count; i++)
		if ((unsigned)d->timers[i].kind >= TIMER_KINDS)
			return false;
	return true;
}

enum err
decided_check(struct conn *c, struct decided *d)
{
	struct decision *decision = d->decision;
	enum err e;

	d->is = d->was;
	d->labelled = false;
	if (decision->event_count > DECISION_EVENTS_MAX ||
	    !timers_valid(decision))
		return E_BADINPUT;
	e = caused_check(d);
	for (unsigned i = 0; i < decision->event_count && e == OK; i++)
		e = event_check(c, d, &decision->events[i]);
	return e;
}

/* ---- store --------------------------------------------------------------- */

/* The rows first: the event that causes them tells where they begin. */
static enum err
rows_of(struct conn *c, const struct decided *d, unsigned event, int64_t *first)
{
	enum err e = OK;

	*first = 0;
	for (size_t i = 0; i < CAUSED_MAX && e == OK; i++) {
		const struct caused *k = &d->caused[i];

		if (k->n == 0 || k->event != event)
			continue;
		e = outbox_append(
		    c, &d->is, &d->decision->events[event], k->rows, k->n);
		*first = k->rows[0].id;
	}
	return e;
}

static enum err
events_store(struct conn *c, const struct decided *d)
{
	enum err e = OK;

	for (unsigned i = 0; i < d->decision->event_count && e == OK; i++) {
		int64_t outbox;
		bool stored = false;

		e = rows_of(c, d, i, &outbox);
		if (e == OK)
			e = event_append(c, &d->is, &d->decision->events[i],
			    outbox, &stored);
		if (e == OK && !stored)
			e = E_IO; /* checked before: the file is damaged */
	}
	return e;
}

static enum err
timer_store(struct conn *c, int64_t conversation, const struct timer_set *t)
{
	if (t->due == 0)
		return CONN_CHANGE(
		    c, SQL_TIMER_DELETE, NULL, NUM(conversation), NUM(t->kind));
	return CONN_CHANGE(c, SQL_TIMER_SET, NULL, NUM(conversation),
	    NUM(t->kind), NUM(t->due));
}

/* Was what may have been claimed dealt with, or taken out of its hands? */
static bool
ends_claim(const struct conversation *was, const struct conversation *is)
{
	return is->handled_seq > was->handled_seq || is->epoch != was->epoch;
}

enum err
decided_store(struct conn *c, struct decided *d)
{
	struct change change = {.was = &d->was,
	    .is = &d->is,
	    .ends_claim = ends_claim(&d->was, &d->is),
	    .labels = d->labelled ? d->labels : NULL};
	enum err e = events_store(c, d);

	for (unsigned i = 0; i < d->decision->timer_count && e == OK; i++)
		e = timer_store(c, d->was.id, &d->decision->timers[i]);
	return e == OK ? conversation_save(c, &change) : e;
}
