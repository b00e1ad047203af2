/*
 * write_feed: what a follower of the log made of it, and how far it has come,
 * in one transaction: so each event is dealt with once, whoever dies when.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

#include <stdio.h>

/* Where an event stands. */
struct spot {
	int64_t position, company, at;
};

/* Looked up when all is checked, before anything is written. */
struct spots {
	struct spot rows[STORE_FEED_MAX], texts[STORE_FEED_MAX];
};

static enum err
spot_find(struct conn *c, int64_t conversation, uint64_t seq, struct spot *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_EVENT_PLACE, &q, NUM(conversation), NUM(seq));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (struct spot){sqlite3_column_int64(q, 0),
		    sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2)};
	conn_reset(q);
	return e;
}

/* ---- check --------------------------------------------------------------- */

static enum err
number(struct conn *c, enum err asked, sqlite3_stmt *q, uint64_t *out)
{
	enum err e = asked;

	*out = 0;
	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (uint64_t)sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e == E_NOTFOUND ? OK : e;
}

static enum err
place_check(struct conn *c, const struct store_feed *in)
{
	sqlite3_stmt *q;
	uint64_t place, end;
	enum err e = CONN_QUERY(c, SQL_FOLLOWER_READ, &q, TEXT(in->follower));

	if ((e = number(c, e, q, &place)) != OK)
		return e;
	if (place != in->from)
		return E_STALE;
	e = conn_query(c, SQL_FEED_END, &q, NULL, 0);
	e = number(c, e, q, &end);
	return e == OK && in->upto > end ? E_BADINPUT : e;
}

static enum err
feed_check(struct conn *c, const struct store_feed *in)
{
	enum err e = outbox_check(in->rows, in->row_count);

	if (in->follower.n == 0 || in->upto < in->from ||
	    in->row_count > STORE_FEED_MAX || in->text_count > STORE_FEED_MAX)
		return E_BADINPUT;
	return e == OK ? place_check(c, in) : e;
}

/* E_NOTFOUND: of an event that there is not, or another company's. */
static enum err
spots_find(struct conn *c, const struct store_feed *in, struct spots *out)
{
	enum err e = OK;

	for (unsigned i = 0; i < in->row_count && e == OK; i++)
		e = spot_find(c, in->rows[i].conversation, in->rows[i].seq,
		    &out->rows[i]);
	for (unsigned i = 0; i < in->text_count && e == OK; i++) {
		const struct feed_text *t = &in->texts[i];

		e = spot_find(c, t->conversation, t->seq, &out->texts[i]);
		if (e == OK && out->texts[i].company != t->company)
			e = E_NOTFOUND;
	}
	return e;
}

/* ---- store --------------------------------------------------------------- */

static enum err
row_store(struct conn *c, struct outbox_row *row, const struct spot *spot)
{
	const struct conversation of = {
	    .id = row->conversation, .company = spot->company};
	const struct event cause = {.seq = row->seq, .at = spot->at};

	return outbox_append(c, &of, &cause, row, 1);
}

static enum err
text_store(
    struct conn *c, const struct feed_text *text, const struct spot *spot)
{
	char company[24];

	(void)snprintf(
	    company, sizeof(company), "%lld", (long long)text->company);
	return CONN_CHANGE(c, SQL_SEARCH_INSERT, NULL, NUM(spot->position),
	    TEXT(str_from(company)), TEXT(text->text));
}

enum err
write_feed(struct conn *c, struct store_feed *in)
{
	struct spots spots;
	enum err e = feed_check(c, in);

	if (e == OK)
		e = spots_find(c, in, &spots);
	for (unsigned i = 0; i < in->row_count && e == OK; i++)
		e = row_store(c, &in->rows[i], &spots.rows[i]);
	for (unsigned i = 0; i < in->text_count && e == OK; i++)
		e = text_store(c, &in->texts[i], &spots.texts[i]);
	if (e != OK)
		return e;
	return CONN_CHANGE(
	    c, SQL_FOLLOWER_PUT, NULL, TEXT(in->follower), NUM(in->upto));
}

/* ---- elsewhere ----------------------------------------------------------- */

enum err
write_place(struct conn *c, const struct store_place *in)
{
	if (in->follower.n == 0)
		return E_BADINPUT;
	return CONN_CHANGE(
	    c, SQL_FOLLOWER_PUT, NULL, TEXT(in->follower), NUM(in->place));
}
