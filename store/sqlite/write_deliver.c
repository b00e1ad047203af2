/*
 * write_deliver: what becomes of the rows of the outbox: taken, settled,
 * receipted, replayed. A row that is open changes in its own page only; its
 * place in the indexes changes once, when it is done or given up.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* Where a row of each state is listed; see outbox.place. */
static const enum {
	TO_GO_OUT,
	FOR_PEOPLE,
	DONE
} places[OUTBOX_STATES] = {
    [OUTBOX_READY] = TO_GO_OUT,
    [OUTBOX_SENDING] = TO_GO_OUT,
    [OUTBOX_DOUBT] = TO_GO_OUT,
    [OUTBOX_SENT] = DONE,
    [OUTBOX_UNKNOWN] = FOR_PEOPLE,
    [OUTBOX_DEAD] = FOR_PEOPLE,
};

/* What is asked of a row before it changes. */
struct facts {
	int64_t id, lane, conversation;
	uint64_t seq;
	enum outbox_state state;
	enum receipt_rank receipt;
	bool has_vendor_id, other_vendor_id;
	bool spent;	  /* the op's is of an attempt before a replay */
	bool maybe_spent; /* nobody can tell */
	bool unreached;	  /* the support desk, by this lane */
};

/* Of a row that was replayed and has no new name yet. */
static void
facts_spent(sqlite3_stmt *q, struct str vendor_id, struct facts *out)
{
	struct str spent;

	if (out->has_vendor_id || sqlite3_column_type(q, 7) == SQLITE_NULL)
		return;
	spent = conn_text(q, 7);
	out->spent = spent.n > 0 && str_eq(spent, vendor_id);
	out->maybe_spent = spent.n == 0 || vendor_id.n == 0;
}

/* The query is reset. vendor_id: that of the op; may be empty. */
static enum err
facts_read(
    struct conn *c, sqlite3_stmt *q, struct str vendor_id, struct facts *out)
{
	enum err e = conn_row(c, q);

	if (e == OK) {
		struct str has = conn_text(q, 6);

		*out = (struct facts){
		    .id = sqlite3_column_int64(q, 0),
		    .lane = sqlite3_column_int64(q, 1),
		    .conversation = sqlite3_column_int64(q, 2),
		    .seq = (uint64_t)sqlite3_column_int64(q, 3),
		    .state = (enum outbox_state)sqlite3_column_int(q, 4),
		    .receipt = (enum receipt_rank)sqlite3_column_int(q, 5),
		    .has_vendor_id = has.n > 0,
		    .other_vendor_id = has.n > 0 && vendor_id.n > 0 &&
				       !str_eq(has, vendor_id),
		    .unreached = sqlite3_column_int64(q, 8) != 0,
		};
		facts_spent(q, vendor_id, out);
	}
	conn_reset(q);
	return e;
}

static enum err
facts_of(struct conn *c, int64_t row, struct str vendor_id, struct facts *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_OUTBOX_FACTS, &q, NUM(row));

	return e == OK ? facts_read(c, q, vendor_id, out) : e;
}

/* ---- events ------------------------------------------------------------ */

static bool
event_is_fit(const struct event *e)
{
	return e->kind == EVENT_OPENED ||
	       ((e->kind == EVENT_FILE || e->kind == EVENT_DELIVERY) &&
		   (unsigned)e->author < AUTHORS);
}

/*
 * Into the log of the row's conversation, as the next event, whatever else
 * happened there. seq stays 0 where there is none, or its source is known.
 */
static enum err
event_add(struct conn *c, const struct facts *row, struct event *event,
    struct conversation *state)
{
	struct conversation next;
	bool stored;
	enum err e;

	if (event->kind == EVENT_OPENED)
		return OK;
	e = conversation_load(c, row->conversation, state);
	if (e != OK)
		return e == E_NOTFOUND ? E_IO : e;
	next = *state;
	event->ref = row->seq;
	event->seq = next.seq + 1;
	if (conversation_fold(&next, event) != OK)
		return E_IO; /* checked before */
	e = event_append(c, &next, event, 0, &stored);
	if (e == OK && stored) {
		e = conversation_save(
		    c, &(struct change){.was = state, .is = &next});
		*state = next;
		return e;
	}
	event->seq = 0;
	return e == OK && event->source.n == 0 ? E_IO : e;
}

/* ---- mails to the support desk ------------------------------------------ */

/*
 * Has each failed that the same event caused? They follow one another, and what
 * others are told of the event, by other lanes, may come right behind.
 */
static enum err
all_dead(struct conn *c, const struct facts *row, bool *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_OUTBOX_STATES, &q, NUM(row->conversation), NUM(row->seq));

	*out = true;
	while (e == OK && *out && (e = conn_row(c, q)) == OK) {
		if (sqlite3_column_int64(q, 0) != row->conversation ||
		    (uint64_t)sqlite3_column_int64(q, 1) != row->seq)
			break;
		*out = sqlite3_column_int(q, 2) == OUTBOX_DEAD ||
		       sqlite3_column_int64(q, 3) != row->lane;
	}
	conn_reset(q);
	return e == E_NOTFOUND ? OK : e;
}

/*
 * The row is DEAD now, and that is in the log. Where it was the last of the
 * newest mail to the support desk, a worker must see to the conversation.
 */
static enum err
desk_unreached(struct conn *c, const struct facts *row,
    const struct event *event, const struct conversation *state,
    struct str reason)
{
	bool none;
	enum err e;

	if (event->seq == 0 || state->holder != HOLDER_EMAIL ||
	    state->mail_seq != row->seq)
		return OK;
	if ((e = all_dead(c, row, &none)) != OK || !none)
		return e;
	e = CONN_CHANGE(c, SQL_LANE_UNREACHED, NULL, NUM(row->lane),
	    NUM(event->at), TEXT(reason));
	return e == OK
		   ? CONN_CHANGE(c, SQL_TIMER_SET, NULL, NUM(row->conversation),
			 NUM(TIMER_MAIL), NUM(event->at))
		   : e;
}

/* ---- take -------------------------------------------------------------- */

enum err
write_take(struct conn *c, struct store_take *in)
{
	enum err e = OK;

	if (in->orphans)
		return conn_run(c, SQL_OUTBOX_ORPHANS);
	if (in->n > STORE_ROWS_MAX)
		return E_BADINPUT;
	for (unsigned i = 0; i < in->n && e == OK; i++) {
		int changed = 0;

		e = CONN_CHANGE(c, SQL_OUTBOX_TAKE, &changed, NUM(in->rows[i]),
		    NUM(in->at));
		in->taken[i] = changed > 0;
	}
	return e;
}

/* ---- settle ------------------------------------------------------------ */

static enum err
settle_check(const struct store_settle *in)
{
	if (in->n > STORE_ROWS_MAX)
		return E_BADINPUT;
	for (unsigned i = 0; i < in->n; i++)
		if ((unsigned)in->rows[i].state >= OUTBOX_STATES ||
		    in->rows[i].state == OUTBOX_SENDING ||
		    !event_is_fit(&in->rows[i].event))
			return E_BADINPUT;
	return OK;
}

/* Somebody else has settled it meanwhile; only its name may be news. */
static enum err
settle_late(struct conn *c, const struct facts *row, const struct settled *s)
{
	if (row->state == OUTBOX_READY || s->vendor_id.n == 0)
		return OK;
	return CONN_CHANGE(
	    c, SQL_OUTBOX_NAME, NULL, NUM(row->id), TEXT(s->vendor_id));
}

#define SETTLED_ARGS(s) \
	NUM((s)->row), NUM((s)->state), NUM((s)->due), NUM((s)->uncount), \
	    TEXT_OR_NULL((s)->vendor_id), TEXT_OR_NULL((s)->code), \
	    TEXT_OR_NULL((s)->reason)

static enum err
settle_row(struct conn *c, const struct settled *s)
{
	if (places[s->state] == TO_GO_OUT)
		return CONN_CHANGE(c, SQL_OUTBOX_AGAIN, NULL, SETTLED_ARGS(s));
	return CONN_CHANGE(
	    c, SQL_OUTBOX_END, NULL, SETTLED_ARGS(s), NUM(places[s->state]));
}

/* What follows from how it ended. */
static enum err
settle_follow(struct conn *c, const struct facts *row, struct settled *s)
{
	enum err e = OK;

	if (s->state == OUTBOX_SENT && row->unreached)
		e = CONN_CHANGE(c, SQL_LANE_REACHED, NULL, NUM(row->lane),
		    NUM(row->conversation), NUM(row->seq));
	if (e == OK)
		e = event_add(c, row, &s->event, &s->conversation_state);
	if (e == OK && s->state == OUTBOX_DEAD)
		e = desk_unreached(
		    c, row, &s->event, &s->conversation_state, s->reason);
	return e;
}

static enum err
settle_one(struct conn *c, struct settled *s)
{
	struct facts row;
	enum err e = facts_of(c, s->row, s->vendor_id, &row);

	s->conversation = 0;
	s->event.seq = 0;
	if (e != OK)
		return e == E_NOTFOUND ? OK : e; /* dropped meanwhile */
	s->conversation = row.conversation;
	if (row.state != OUTBOX_SENDING && row.state != OUTBOX_DOUBT)
		return settle_late(c, &row, s);
	e = settle_row(c, s);
	if (e == OK && s->name.n > 0)
		e = CONN_CHANGE(c, SQL_CONTACT_NAME_OF, NULL,
		    NUM(row.conversation), TEXT(s->name));
	return e == OK ? settle_follow(c, &row, s) : e;
}

enum err
write_settle(struct conn *c, struct store_settle *in)
{
	enum err e = settle_check(in);

	for (unsigned i = 0; i < in->n && e == OK; i++)
		e = settle_one(c, &in->rows[i]);
	return e;
}

/* ---- receipt ----------------------------------------------------------- */

static enum err
receipt_find(struct conn *c, const struct store_receipt *in, struct facts *out)
{
	sqlite3_stmt *q;
	int64_t lane;
	enum err e = lane_find(c, &in->account, &lane);

	if (e != OK)
		return e;
	if (in->row != 0) {
		e = facts_of(c, in->row, in->vendor_id, out);
		return e == OK && out->lane != lane ? E_NOTFOUND : e;
	}
	e = CONN_QUERY(
	    c, SQL_OUTBOX_FACTS_VENDOR, &q, NUM(lane), TEXT(in->vendor_id));
	return e == OK ? facts_read(c, q, in->vendor_id, out) : e;
}

/*
 * Not so if it is known, or is of an attempt that is over: a row that waits to
 * be sent again has failed already, and one with another name is another. Of
 * what was before a replay only that it arrived counts. What was read has
 * arrived, whatever else is said.
 */
static bool
receipt_is_news(const struct facts *row, enum receipt_rank rank)
{
	bool read_after_all = rank == RECEIPT_READ &&
			      row->receipt == RECEIPT_FAILED;

	if (row->other_vendor_id || (rank <= row->receipt && !read_after_all))
		return false;
	if (rank == RECEIPT_FAILED)
		return row->state != OUTBOX_READY &&
		       row->receipt != RECEIPT_READ && !row->spent &&
		       !row->maybe_spent;
	return !row->spent || rank >= RECEIPT_DELIVERED;
}

/* That it failed after all, or that one given up has arrived after all. */
static bool
people_learn(const struct facts *row, enum receipt_rank rank)
{
	if (rank == RECEIPT_FAILED)
		return row->state != OUTBOX_DEAD;
	return places[row->state] == FOR_PEOPLE;
}

static enum err
receipt_raise(
    struct conn *c, const struct facts *row, const struct store_receipt *in)
{
	enum outbox_state to = in->rank == RECEIPT_FAILED ? OUTBOX_DEAD
							  : OUTBOX_SENT;

	if (to == row->state && row->has_vendor_id)
		return CONN_CHANGE(
		    c, SQL_OUTBOX_RANK, NULL, NUM(row->id), NUM(in->rank));
	return CONN_CHANGE(c, SQL_OUTBOX_RECEIPT, NULL, NUM(row->id),
	    NUM(in->rank), NUM(to), NUM(places[to]),
	    TEXT_OR_NULL(in->vendor_id), TEXT_OR_NULL(in->code),
	    TEXT_OR_NULL(in->reason));
}

enum err
write_receipt(struct conn *c, struct store_receipt *in)
{
	struct facts row;
	enum err e;

	in->changed = false;
	in->event.seq = 0;
	if ((unsigned)in->rank >= RECEIPTS || !event_is_fit(&in->event))
		return E_BADINPUT;
	if ((e = receipt_find(c, in, &row)) != OK)
		return e;
	in->conversation = row.conversation;
	in->seq = row.seq;
	in->changed = receipt_is_news(&row, in->rank);
	if (!in->changed)
		return OK;
	e = receipt_raise(c, &row, in);
	if (e != OK || !people_learn(&row, in->rank))
		return e;
	e = event_add(c, &row, &in->event, &in->state);
	if (e == OK && in->rank == RECEIPT_FAILED)
		e = desk_unreached(c, &row, &in->event, &in->state, in->reason);
	return e;
}

/* ---- replay ------------------------------------------------------------ */

static enum err
replay_lane(struct conn *c, struct store_replay *in)
{
	enum sql which = in->drop ? SQL_OUTBOX_DROP_LANE
				  : SQL_OUTBOX_REPLAY_LANE;
	int changed = 0;
	enum err e = CONN_CHANGE(c, which, &changed, NUM(in->lane), NUM(in->at),
	    NUM(STORE_REPLAY_MAX));

	in->rows = (uint64_t)changed;
	return e;
}

enum err
write_replay(struct conn *c, struct store_replay *in)
{
	struct facts row;
	enum err e;

	in->rows = 0;
	if (in->row == 0)
		return replay_lane(c, in);
	if ((e = facts_of(c, in->row, STR(""), &row)) != OK)
		return e;
	if (places[row.state] != FOR_PEOPLE)
		return E_STALE;
	in->rows = 1;
	if (in->drop)
		return CONN_CHANGE(c, SQL_OUTBOX_DROP, NULL, NUM(in->row));
	return CONN_CHANGE(
	    c, SQL_OUTBOX_REPLAY, NULL, NUM(in->row), NUM(in->at));
}
