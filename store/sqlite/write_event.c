/*
 * write_event: what comes in from customers. The state is read, folded and
 * written back here, within the transaction that holds the event.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* Gives what the first one gave. E_NOTFOUND: there is no first one. */
static enum err
inbound_repeat(struct conn *c, int64_t company, struct store_inbound *in)
{
	struct stored first;
	enum err e;

	if (in->event.source.n == 0)
		return E_NOTFOUND;
	e = event_find(c, company, in->event.source, &first);
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

/* They begin to wait: what has stood still until now starts. */
static enum err
wait_begins(struct conn *c, const struct conversation *was,
    const struct conversation *is)
{
	if (was->waiting_at != 0 || is->waiting_at == 0)
		return OK;
	return CONN_CHANGE(c, SQL_TIMER_START, NULL, NUM(is->id),
	    NUM(TIMER_NEXT_RESPONSE), NUM(TIMER_PARKED), NUM(is->waiting_at));
}

/* What follows from an event that is new. known: NULL, or how it was found. */
static enum err
inbound_effects(struct conn *c, struct store_inbound *in,
    const struct known *known, struct conversation *state)
{
	enum err e = OK;

	if (in->event.kind == EVENT_IDENTIFIED)
		e = contact_identify(c, state, in);
	if (e == OK)
		e = known != NULL ? known_store(c, in, known, state)
				  : said_store(c, in, state->contact);
	if (e == OK)
		e = inbound_outbox(c, in, state);
	if (e == OK)
		e = wait_begins(c, &in->state, state);
	if (e != OK)
		return e;
	return conversation_save(
	    c, &(struct change){.was = &in->state, .is = state});
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
	struct stored first;
	enum err e = event_find(c, in->address.company, in->about, &first);

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
	struct stored first;
	enum err e = conversation_load(c, in->conversation, &in->state);

	if (e != OK)
		return e;
	if (in->about.n > 0) {
		e = event_find(c, in->state.company, in->about, &first);
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
	if (in->event.kind == EVENT_OPENED || in->event.kind == EVENT_LABELS)
		return E_BADINPUT;
	if (e != OK)
		return e;
	if (in->conversation != 0)
		return inbound_by_id(c, in);
	if (in->about.n > 0)
		return inbound_about(c, in);
	return inbound_by_address(c, in);
}
