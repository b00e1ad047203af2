/*
 * handed: the part of the fold that only conversations with people have. It
 * has a row of its own, which is there while any of it is not 0, so that
 * whatever the bot deals with alone neither reads nor writes it.
 */
#include "store/sqlite/rows.h"

_Static_assert(TIMER_KINDS <= 63, "the bits of `breached` are one column");

/* As the statements have them, behind the conversation's id. */
#define SPOKEN 20 /* where what was spoken begins */
#define GIVEN 24
#define MAIL_SEQ 25
#define UNREACHED 26

/* ---- what was spoken ---------------------------------------------------- */

struct spoken {
	enum author by;
	int64_t id;
	uint64_t seq, before;
};

/* As long as a customer and the bot talk, this is all there is to know. */
static struct spoken
spoken_from(uint64_t last_customer_seq, uint64_t answer_seq)
{
	if (last_customer_seq > answer_seq)
		return (struct spoken){
		    AUTHOR_CUSTOMER, 0, last_customer_seq, answer_seq};
	if (answer_seq > 0)
		return (struct spoken){
		    AUTHOR_BOT, 0, answer_seq, last_customer_seq};
	return (struct spoken){.by = AUTHOR_SYSTEM};
}

static bool
spoken_follows(const struct conversation *c)
{
	struct spoken s = spoken_from(
	    c->last_customer_seq, handed_answer_seq(c));

	return s.by == c->spoken_by && s.id == c->spoken_id &&
	       s.seq == c->spoken_seq && s.before == c->spoken_before;
}

uint64_t
handed_answer_seq(const struct conversation *c)
{
	return c->spoken_by == AUTHOR_CUSTOMER ? c->spoken_before
					       : c->spoken_seq;
}

void
handed_none(uint64_t answer_seq, struct conversation *out)
{
	struct spoken s = spoken_from(out->last_customer_seq, answer_seq);

	out->spoken_by = s.by;
	out->spoken_id = s.id;
	out->spoken_seq = s.seq;
	out->spoken_before = s.before;
}

/* ---- the row ------------------------------------------------------------ */

struct handed {
	int64_t columns[HANDED_WIDTH];
};

static struct handed
handed_of(const struct conversation *c)
{
	struct handed h = {
	    {c->team, c->offered, c->wanted, c->last_agent,
		(int64_t)c->priority, (int64_t)c->breached, c->front, c->gone,
		(int64_t)c->holder_seq, (int64_t)c->route_seq,
		(int64_t)c->offer_seq, (int64_t)c->mailed_seq,
		(int64_t)c->agent_seq, (int64_t)c->notice_seq,
		(int64_t)c->notice, c->notice_at, c->queued_at, c->waiting_at,
		c->snoozed_until, c->offered_at},
	};

	h.columns[GIVEN] = c->given;
	h.columns[MAIL_SEQ] = (int64_t)c->mail_seq;
	h.columns[UNREACHED] = c->unreached;
	if (!spoken_follows(c)) {
		h.columns[SPOKEN] = c->spoken_by;
		h.columns[SPOKEN + 1] = c->spoken_id;
		h.columns[SPOKEN + 2] = (int64_t)c->spoken_seq;
		h.columns[SPOKEN + 3] = (int64_t)c->spoken_before;
	}
	return h;
}

static bool
handed_is_none(const struct handed *h)
{
	static const struct handed none;

	return memcmp(h, &none, sizeof(none)) == 0;
}

bool
handed_is(const struct conversation *c)
{
	struct handed h = handed_of(c);

	return !handed_is_none(&h);
}

static void
handed_read_spoken(sqlite3_stmt *q, int first, struct conversation *out)
{
	if (sqlite3_column_int64(q, first + SPOKEN + 2) == 0)
		return; /* it follows */
	out->spoken_by = (enum author)sqlite3_column_int(q, first + SPOKEN);
	out->spoken_id = sqlite3_column_int64(q, first + SPOKEN + 1);
	out->spoken_seq = (uint64_t)sqlite3_column_int64(q, first + SPOKEN + 2);
	out->spoken_before = (uint64_t)sqlite3_column_int64(
	    q, first + SPOKEN + 3);
}

void
handed_read(sqlite3_stmt *q, int first, struct conversation *out)
{
	int64_t *const ids[] = {
	    &out->team, &out->offered, &out->wanted, &out->last_agent};
	uint64_t *const seqs[] = {&out->holder_seq, &out->route_seq,
	    &out->offer_seq, &out->mailed_seq, &out->agent_seq,
	    &out->notice_seq, &out->notice};
	int64_t *const times[] = {&out->notice_at, &out->queued_at,
	    &out->waiting_at, &out->snoozed_until, &out->offered_at};
	int at = first;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		*ids[i] = sqlite3_column_int64(q, at++);
	out->priority = (uint64_t)sqlite3_column_int64(q, at++);
	out->breached = (uint64_t)sqlite3_column_int64(q, at++);
	out->front = sqlite3_column_int(q, at++) != 0;
	out->gone = sqlite3_column_int(q, at++) != 0;
	for (size_t i = 0; i < ARRAY_LEN(seqs); i++)
		*seqs[i] = (uint64_t)sqlite3_column_int64(q, at++);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		*times[i] = sqlite3_column_int64(q, at++);
	handed_read_spoken(q, first, out);
	out->given = sqlite3_column_int(q, first + GIVEN) != 0;
	out->mail_seq = (uint64_t)sqlite3_column_int64(q, first + MAIL_SEQ);
	out->unreached = sqlite3_column_int(q, first + UNREACHED) != 0;
}

enum err
handed_load(struct conn *c, struct conversation *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_HANDED_READ, &q, NUM(out->id));

	if (e == OK && (e = conn_row(c, q)) == OK)
		handed_read(q, 0, out);
	conn_reset(q);
	return e == E_NOTFOUND ? conn_err(c, SQLITE_CORRUPT) : e;
}

enum err
handed_save(struct conn *c, const struct conversation *was,
    const struct conversation *is)
{
	struct handed before = handed_of(was), after = handed_of(is);
	struct arg args[1 + HANDED_WIDTH] = {NUM(is->id)};

	if (memcmp(&before, &after, sizeof(before)) == 0)
		return OK;
	if (handed_is_none(&after))
		return CONN_CHANGE(c, SQL_HANDED_DELETE, NULL, NUM(is->id));
	for (size_t i = 0; i < HANDED_WIDTH; i++)
		args[1 + i] = NUM(after.columns[i]);
	return conn_change(c, SQL_HANDED_PUT, NULL, args, ARRAY_LEN(args));
}
