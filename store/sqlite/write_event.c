/*
 * write_event: what appends to a log. The state is read, folded and written
 * back here, within the transaction that holds the events.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* ---- inbound ----------------------------------------------------------- */

/* An event that was stored before. */
struct first {
	int64_t conversation;
	uint64_t seq;
	int64_t at;
};

static enum err
source_find(
    struct conn *c, int64_t company, struct str source, struct first *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_EVENT_FIND_SOURCE, &q, NUM(company), TEXT(source));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		out->conversation = sqlite3_column_int64(q, 0);
		out->seq = (uint64_t)sqlite3_column_int64(q, 1);
		out->at = sqlite3_column_int64(q, 2);
	}
	conn_reset(q);
	return e;
}

/* Gives what the first one gave. E_NOTFOUND: there is no first one. */
static enum err
inbound_repeat(struct conn *c, int64_t company, struct store_inbound *in)
{
	struct first first;
	enum err e;

	if (in->event.source.n == 0)
		return E_NOTFOUND;
	e = source_find(c, company, in->event.source, &first);
	if (e != OK)
		return e;
	in->duplicate = true;
	in->event.seq = in->seq = first.seq;
	in->at = first.at;
	return conversation_load(c, first.conversation, &in->state);
}

static enum err
inbound_outbox(
    struct conn *c, struct store_inbound *in, const struct conversation *state)
{
	enum err e;

	if (in->outbox_count == 0)
		return OK;
	e = outbox_append(c, state, &in->event, in->outbox, in->outbox_count);
	if (e != OK)
		return e;
	return CONN_CHANGE(c, SQL_EVENT_OUTBOX, NULL, NUM(state->id),
	    NUM(in->event.seq), NUM(in->outbox[0].id));
}

/* What follows from an event that is new. known: NULL, or how it was found. */
static enum err
inbound_effects(struct conn *c, struct store_inbound *in,
    const struct known *known, struct conversation *state)
{
	enum err e = OK;

	if (in->event.kind == EVENT_IDENTIFIED)
		e = contact_identify(c, state, in);
	if (e == OK && known != NULL)
		e = known_store(c, in, known, state);
	if (e == OK)
		e = inbound_outbox(c, in, state);
	if (e != OK)
		return e;
	return conversation_save(c, SQL_CONVERSATION_UPDATE, state);
}

/* Into the conversation in->state. */
static enum err
inbound_store(
    struct conn *c, struct store_inbound *in, const struct known *known)
{
	struct conversation state = in->state;
	bool stored;
	enum err e;

	in->event.seq = in->seq = state.seq + 1;
	in->at = in->event.at;
	if ((e = conversation_fold(&state, &in->event)) != OK)
		return e;
	if (in->event.kind == EVENT_IDENTIFIED &&
	    (e = contact_check(c, state.contact, in->external_id)) != OK)
		return e;
	if ((e = event_append(c, &state, &in->event, 0, &stored)) != OK)
		return e;
	if (!stored) {
		e = inbound_repeat(c, state.company, in);
		return e == E_NOTFOUND ? E_IO : e;
	}
	e = inbound_effects(c, in, known, &state);
	in->state = state;
	return e;
}

/* All that can refuse it, before anything is written. */
static enum err
inbound_create_check(
    struct conn *c, struct store_inbound *in, const struct known *known)
{
	struct conversation probe = {.seq = 1};
	enum err e;

	in->event.seq = 2;
	if ((e = conversation_fold(&probe, &in->event)) != OK)
		return e;
	if (in->event.kind == EVENT_IDENTIFIED && known->person != 0)
		return contact_check(c, known->person, in->external_id);
	return OK;
}

/*
 * A new address. Its source is looked up first: were it a repeat, a fresh
 * conversation would be left over.
 */
static enum err
inbound_create(struct conn *c, struct store_inbound *in, struct known *known)
{
	enum err e = inbound_create_check(c, in, known);

	if (e == OK)
		e = inbound_repeat(c, in->address.company, in);
	if (e != E_NOTFOUND)
		return e;
	e = address_create(
	    c, &in->address, known->person, in->event.at, &in->state);
	known->address = (struct whose){in->state.id, in->state.contact};
	return e == OK ? inbound_store(c, in, known) : e;
}

static enum err
inbound_by_address(struct conn *c, struct store_inbound *in)
{
	struct known known = {.person = 0};
	enum err e = known_find(c, in, &known);
	int64_t id = known.address.conversation != 0
			 ? known.address.conversation
			 : known.alias.conversation;

	if (e == OK && id == 0 && in->known_only)
		return E_NOTFOUND;
	if (e == OK && id == 0)
		return inbound_create(c, in, &known);
	if (e == OK)
		e = conversation_load(c, id, &in->state);
	return e == OK ? inbound_store(c, in, &known) : e;
}

/* It may yet come: is there at least the conversation that it would be in? */
static enum err
about_nothing(struct conn *c, struct store_inbound *in)
{
	struct known known = {.person = 0};
	enum err e = known_find(c, in, &known);

	in->state = (struct conversation){.id = known.address.conversation};
	if (in->state.id == 0)
		in->state.id = known.alias.conversation;
	return e == OK ? E_NOTFOUND : e;
}

/* To where the event is that it is about. */
static enum err
inbound_about(struct conn *c, struct store_inbound *in)
{
	struct first first;
	enum err e = source_find(c, in->address.company, in->about, &first);

	if (e == E_NOTFOUND)
		return about_nothing(c, in);
	if (e != OK)
		return e;
	in->event.ref = first.seq;
	e = conversation_load(c, first.conversation, &in->state);
	return e == OK ? inbound_store(c, in, NULL) : e;
}

static enum err
inbound_by_id(struct conn *c, struct store_inbound *in)
{
	struct first first;
	enum err e = conversation_load(c, in->conversation, &in->state);

	if (e != OK)
		return e;
	if (in->about.n > 0) {
		e = source_find(c, in->state.company, in->about, &first);
		if (e == OK && first.conversation != in->conversation)
			e = E_NOTFOUND;
		if (e != OK)
			return e;
		in->event.ref = first.seq;
	}
	return inbound_store(c, in, NULL);
}

enum err
write_inbound(struct conn *c, struct store_inbound *in)
{
	enum err e = outbox_check(in->outbox, in->outbox_count);

	in->duplicate = false;
	if (in->event.kind == EVENT_OPENED)
		return E_BADINPUT;
	if (e != OK)
		return e;
	if (in->conversation != 0)
		return inbound_by_id(c, in);
	if (in->about.n > 0)
		return inbound_about(c, in);
	return inbound_by_address(c, in);
}

/* ---- commit ------------------------------------------------------------ */

/*
 * A decided event's source must be new, in the store and among its own. It is
 * looked up first, since few have one and a refusal must leave no trace.
 */
static enum err
source_check(struct conn *c, int64_t company, const struct decision *d,
    const struct event *event)
{
	struct first found;
	enum err e;

	if (event->source.n == 0)
		return OK;
	for (const struct event *other = d->events; other != event; other++)
		if (str_eq(other->source, event->source))
			return E_BADINPUT;
	e = source_find(c, company, event->source, &found);
	if (e == OK)
		return E_BADINPUT;
	return e == E_NOTFOUND ? OK : e;
}

static enum err
event_check(struct conn *c, struct decision *d, struct event *event,
    struct conversation *state)
{
	enum err e;

	if (event->kind == EVENT_OPENED)
		return E_BADINPUT;
	event->seq = state->seq + 1;
	e = conversation_fold(state, event);
	return e == OK ? source_check(c, state->company, d, event) : e;
}

static bool
timers_valid(const struct decision *d)
{
	unsigned i;

	if (d->timer_count > DECISION_TIMERS_MAX)
		return false;
	for (i = 0; i < d->timer_count; i++)
		if ((unsigned)d->timers[i].kind >= TIMER_KINDS)
			return false;
	return true;
}

/* Everything that can be refused is refused here. */
static enum err
commit_check(
    struct conn *c, struct store_commit *in, struct conversation *state)
{
	struct decision *d = &in->decision;
	enum err e = outbox_check(in->outbox, in->outbox_count);

	if (d->event_count > DECISION_EVENTS_MAX ||
	    (d->event_count == 0 && in->outbox_count > 0) ||
	    !timers_valid(d))
		return E_BADINPUT;
	for (unsigned i = 0; i < d->event_count && e == OK; i++)
		e = event_check(c, d, &d->events[i], state);
	return e;
}

/* The rows first: the event that causes them tells where they begin. */
static enum err
commit_events(
    struct conn *c, const struct conversation *state, struct store_commit *in)
{
	const struct decision *d = &in->decision;
	int64_t outbox = 0;
	enum err e = OK;

	if (in->outbox_count > 0) {
		e = outbox_append(
		    c, state, &d->events[0], in->outbox, in->outbox_count);
		outbox = in->outbox[0].id;
	}
	for (unsigned i = 0; i < d->event_count && e == OK; i++) {
		bool stored;

		e = event_append(
		    c, state, &d->events[i], i == 0 ? outbox : 0, &stored);
		if (e == OK && !stored)
			e = E_IO; /* checked before: the file is damaged */
	}
	return e;
}

static enum err
commit_timer(struct conn *c, int64_t conversation, const struct timer_set *t)
{
	if (t->due == 0)
		return CONN_CHANGE(
		    c, SQL_TIMER_DELETE, NULL, NUM(conversation), NUM(t->kind));
	return CONN_CHANGE(c, SQL_TIMER_SET, NULL, NUM(conversation),
	    NUM(t->kind), NUM(t->due));
}

static enum err
commit_timers(struct conn *c, int64_t conversation, const struct decision *d)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < d->timer_count && e == OK; i++)
		e = commit_timer(c, conversation, &d->timers[i]);
	return e;
}

/* Was what may have been claimed dealt with, or taken out of its hands? */
static bool
ends_claim(const struct conversation *was, const struct conversation *is)
{
	return is->handled_seq > was->handled_seq || is->epoch != was->epoch;
}

enum err
write_commit(struct conn *c, struct store_commit *in)
{
	enum sql save = SQL_CONVERSATION_UPDATE;
	struct conversation state;
	enum err e = conversation_load(c, in->conversation, &in->state);

	if (e != OK)
		return e;
	if (in->state.seq != in->decision.seq ||
	    in->state.epoch != in->decision.epoch)
		return E_STALE;
	state = in->state;
	if ((e = commit_check(c, in, &state)) != OK)
		return e;
	if ((e = commit_events(c, &state, in)) != OK)
		return e;
	if ((e = commit_timers(c, state.id, &in->decision)) != OK)
		return e;
	if (ends_claim(&in->state, &state))
		save = SQL_CONVERSATION_COMMIT;
	in->state = state;
	return conversation_save(c, save, &state);
}
