/*
 * write_address: who writes from where. An address belongs to one contact and
 * has one conversation; all three appear in one transaction.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

enum err
address_find(struct conn *c, const struct store_address *a, int64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_ADDRESS_FIND, &q, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account), TEXT(a->address));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

static enum err
company_exists(struct conn *c, int64_t id)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_COMPANY_EXISTS, &q, NUM(id));

	if (e == OK)
		e = conn_row(c, q);
	conn_reset(q);
	return e;
}

static enum err
contact_create(struct conn *c, int64_t company, int64_t *out)
{
	enum err e = CONN_CHANGE(c, SQL_CONTACT_INSERT, NULL, NUM(company));

	*out = sqlite3_last_insert_rowid(c->db);
	return e;
}

/* The conversation's row and its first event. */
static enum err
conversation_open(struct conn *c, struct conversation *row, int64_t at)
{
	struct event opened = {.seq = 1, .kind = EVENT_OPENED, .at = at};
	bool stored;
	enum err e = conversation_fold(row, &opened);

	if (e == OK)
		e = conversation_create(c, row);
	if (e == OK)
		e = event_append(c, row, &opened, &stored);
	return e == OK && !stored ? E_IO : e;
}

enum err
address_create(struct conn *c, const struct store_address *a, int64_t at,
    struct conversation *out)
{
	enum err e = company_exists(c, a->company);

	*out = (struct conversation){.company = a->company};
	if (e == OK)
		e = contact_create(c, a->company, &out->contact);
	if (e == OK)
		e = conversation_open(c, out, at);
	if (e != OK)
		return e;
	return CONN_CHANGE(c, SQL_ADDRESS_INSERT, NULL, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account), TEXT(a->address),
	    NUM(out->contact), NUM(out->id));
}

enum err
write_open(struct conn *c, struct store_open *in)
{
	int64_t id;
	enum err e = address_find(c, &in->address, &id);

	in->created = e == E_NOTFOUND;
	if (e == OK)
		return conversation_load(c, id, &in->conversation);
	if (e != E_NOTFOUND)
		return e;
	return address_create(c, &in->address, in->at, &in->conversation);
}

/* ---- identified -------------------------------------------------------- */

enum err
contact_check(struct conn *c, int64_t contact, struct str external_id)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_CONTACT_EXTERNAL, &q, NUM(contact));

	if (e == OK && (e = conn_row(c, q)) == OK && external_id.n > 0 &&
	    sqlite3_column_type(q, 0) != SQLITE_NULL &&
	    !str_eq(conn_text(q, 0), external_id))
		e = E_DENIED;
	conn_reset(q);
	return e == E_NOTFOUND ? E_IO : e;
}

static enum err
contact_find(
    struct conn *c, int64_t company, struct str external_id, int64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_CONTACT_FIND, &q, NUM(company), TEXT(external_id));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

/*
 * Whom the conversation belongs to from now on: the one who is known by that
 * name, or else the contact it has, which takes the name on. It bears no
 * other: contact_check() was asked.
 */
static enum err
contact_choose(struct conn *c, const struct conversation *row,
    struct str external_id, int64_t *out)
{
	enum err e = contact_find(c, row->company, external_id, out);

	if (e != E_NOTFOUND)
		return e;
	*out = row->contact;
	return OK;
}

static enum err
conversation_move(struct conn *c, struct conversation *row, int64_t contact)
{
	int64_t old = row->contact;
	enum err e = CONN_CHANGE(
	    c, SQL_CONVERSATION_MOVE, NULL, NUM(row->id), NUM(contact));

	row->contact = contact;
	if (e == OK)
		e = CONN_CHANGE(c, SQL_ADDRESS_MOVE, NULL, NUM(row->id),
		    NUM(old), NUM(contact));
	if (e == OK)
		e = CONN_CHANGE(c, SQL_CONTACT_DELETE_EMPTY, NULL, NUM(old));
	return e;
}

enum err
contact_identify(
    struct conn *c, struct conversation *row, const struct store_inbound *in)
{
	int64_t contact = row->contact;
	enum err e = OK;

	if (in->external_id.n > 0)
		e = contact_choose(c, row, in->external_id, &contact);
	if (e == OK && contact != row->contact)
		e = conversation_move(c, row, contact);
	if (e != OK)
		return e;
	return CONN_CHANGE(c, SQL_CONTACT_UPDATE, NULL, NUM(contact),
	    TEXT_OR_NULL(in->external_id), TEXT_OR_NULL(in->name),
	    TEXT_OR_NULL(in->email));
}
