/*
 * write_event: what appends to a log. The state is read, folded and written
 * back here, within the transaction that holds the events.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* ---- inbound ----------------------------------------------------------- */

static enum err
source_find(
    struct conn *c, int64_t company, struct store_inbound *in, int64_t *id)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_EVENT_FIND_SOURCE, &q, NUM(company), TEXT(in->event.source));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		*id = sqlite3_column_int64(q, 0);
		in->seq = (uint64_t)sqlite3_column_int64(q, 1);
		in->at = sqlite3_column_int64(q, 2);
	}
	conn_reset(q);
	return e;
}

/* Gives what the first one gave. E_NOTFOUND: there is no first one. */
static enum err
inbound_repeat(struct conn *c, int64_t company, struct store_inbound *in)
{
	int64_t id;
	enum err e;

	if (in->event.source.n == 0)
		return E_NOTFOUND;
	e = source_find(c, company, in, &id);
	if (e != OK)
		return e;
	in->duplicate = true;
	in->event.seq = in->seq;
	return conversation_load(c, id, &in->state);
}

static enum err
inbound_store(struct conn *c, struct store_inbound *in)
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
	if ((e = event_append(c, &state, &in->event, &stored)) != OK)
		return e;
	if (!stored) {
		e = inbound_repeat(c, state.company, in);
		return e == E_NOTFOUND ? E_IO : e;
	}
	if (in->event.kind == EVENT_IDENTIFIED)
		e = contact_identify(c, &state, in);
	if (e == OK)
		e = conversation_save(c, SQL_CONVERSATION_UPDATE, &state);
	in->state = state;
	return e;
}

/*
 * A new address. Its source is looked up first: were it a repeat, a fresh
 * conversation would be left over.
 */
static enum err
inbound_create(struct conn *c, struct store_inbound *in)
{
	struct conversation probe = {.seq = 1};
	enum err e;

	in->event.seq = 2;
	if ((e = conversation_fold(&probe, &in->event)) != OK)
		return e;
	e = inbound_repeat(c, in->address.company, in);
	if (e != E_NOTFOUND)
		return e;
	e = address_create(c, &in->address, in->event.at, &in->state);
	return e == OK ? inbound_store(c, in) : e;
}

enum err
write_inbound(struct conn *c, struct store_inbound *in)
{
	int64_t id = in->conversation;
	enum err e = OK;

	in->duplicate = false;
	if (in->event.kind == EVENT_OPENED)
		return E_BADINPUT;
	if (id == 0)
		e = address_find(c, &in->address, &id);
	if (e == E_NOTFOUND)
		return inbound_create(c, in);
	if (e == OK)
		e = conversation_load(c, id, &in->state);
	return e == OK ? inbound_store(c, in) : e;
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
	struct store_inbound found = {.event = *event};
	int64_t id;
	enum err e;

	if (event->source.n == 0)
		return OK;
	for (const struct event *other = d->events; other != event; other++)
		if (str_eq(other->source, event->source))
			return E_BADINPUT;
	e = source_find(c, company, &found, &id);
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

/* Everything that can be refused is refused here. */
static enum err
commit_check(
    struct conn *c, struct store_commit *in, struct conversation *state)
{
	struct decision *d = &in->decision;
	enum err e = OK;

	if (d->event_count > DECISION_EVENTS_MAX ||
	    (d->event_count == 0 && in->outbox_count > 0) ||
	    (d->timer.set && (unsigned)d->timer.kind >= TIMER_KINDS))
		return E_BADINPUT;
	for (unsigned i = 0; i < d->event_count && e == OK; i++)
		e = event_check(c, d, &d->events[i], state);
	return e;
}

static enum err
commit_events(
    struct conn *c, const struct conversation *state, const struct decision *d)
{
	enum err e = OK;

	for (unsigned i = 0; i < d->event_count && e == OK; i++) {
		bool stored;

		e = event_append(c, state, &d->events[i], &stored);
		if (e == OK && !stored)
			e = E_IO; /* checked before: the file is damaged */
	}
	return e;
}

static enum err
commit_outbox(struct conn *c, struct store_commit *in)
{
	enum err e = OK;

	for (unsigned i = 0; i < in->outbox_count && e == OK; i++) {
		struct outbox_row *row = &in->outbox[i];

		row->conversation = in->conversation;
		row->seq = in->decision.events[0].seq;
		e = CONN_CHANGE(c, SQL_OUTBOX_INSERT, NULL,
		    NUM(row->conversation), NUM(row->seq), TEXT(row->channel),
		    TEXT(row->account), TEXT(row->recipient),
		    TEXT(row->payload));
		row->id = sqlite3_last_insert_rowid(c->db);
	}
	return e;
}

static enum err
commit_timer(struct conn *c, int64_t conversation, const struct timer_set *t)
{
	if (!t->set)
		return OK;
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
	if ((e = commit_events(c, &state, &in->decision)) != OK)
		return e;
	if ((e = commit_outbox(c, in)) != OK)
		return e;
	if ((e = commit_timer(c, state.id, &in->decision.timer)) != OK)
		return e;
	if (ends_claim(&in->state, &state))
		save = SQL_CONVERSATION_COMMIT;
	in->state = state;
	return conversation_save(c, save, &state);
}
