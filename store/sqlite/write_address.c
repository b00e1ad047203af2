/*
 * write_address: who writes from where. An address belongs to one contact and
 * has one conversation; all three appear in one transaction. A person is the
 * same in every conversation of a channel and belongs to one contact.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* ---- looking ----------------------------------------------------------- */

/* E_NOTFOUND leaves it at 0. */
static enum err
address_find(struct conn *c, const struct store_address *a, struct whose *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_ADDRESS_FIND, &q, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account), TEXT(a->address));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		out->conversation = sqlite3_column_int64(q, 0);
		out->contact = sqlite3_column_int64(q, 1);
	}
	conn_reset(q);
	return e;
}

static enum err
person_find(struct conn *c, const struct store_inbound *in, int64_t *contact)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_PERSON_FIND, &q,
	    NUM(in->address.company), TEXT(in->address.channel),
	    TEXT(in->person));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*contact = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

static bool
has_alias(const struct store_inbound *in)
{
	return in->alias.n > 0 && !str_eq(in->alias, in->address.address);
}

static struct store_address
alias_of(const struct store_inbound *in)
{
	struct store_address alias = in->address;

	alias.address = in->alias;
	return alias;
}

static enum err
missing_is_fine(enum err e)
{
	return e == E_NOTFOUND ? OK : e;
}

enum err
known_find(struct conn *c, const struct store_inbound *in, struct known *out)
{
	struct store_address alias = alias_of(in);
	enum err e = missing_is_fine(
	    address_find(c, &in->address, &out->address));

	if (e == OK && has_alias(in))
		e = missing_is_fine(address_find(c, &alias, &out->alias));
	if (e == OK && in->person.n > 0)
		e = missing_is_fine(person_find(c, in, &out->person));
	return e;
}

/* ---- opening ----------------------------------------------------------- */

enum err
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

static enum err
address_insert(struct conn *c, const struct store_address *a,
    const struct conversation *of)
{
	return CONN_CHANGE(c, SQL_ADDRESS_INSERT, NULL, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account), TEXT(a->address),
	    NUM(of->contact), NUM(of->id));
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
		e = event_append(c, row, &opened, 0, &stored);
	return e == OK && !stored ? E_IO : e;
}

enum err
address_create(struct conn *c, const struct store_address *a, int64_t contact,
    int64_t at, struct conversation *out)
{
	enum err e = company_exists(c, a->company);

	*out = (struct conversation){.company = a->company, .contact = contact};
	if (e == OK && contact == 0)
		e = contact_create(c, a->company, &out->contact);
	if (e == OK)
		e = conversation_open(c, out, at);
	if (e == OK)
		e = address_insert(c, a, out);
	if (e != OK)
		return e;
	return CONN_CHANGE(c, SQL_REACH_INSERT, NULL, NUM(out->id),
	    TEXT(a->channel), TEXT(a->account), TEXT(a->address));
}

enum err
write_open(struct conn *c, struct store_open *in)
{
	struct whose found = {.conversation = 0};
	enum err e = address_find(c, &in->address, &found);

	in->created = e == E_NOTFOUND;
	if (e == OK)
		return conversation_load(
		    c, found.conversation, &in->conversation);
	if (e != E_NOTFOUND)
		return e;
	return address_create(c, &in->address, 0, in->at, &in->conversation);
}

/* ---- moving ------------------------------------------------------------ */

/*
 * A contact that is left without an address goes, and its persons become the
 * other's: nobody else can be meant by them. One that bears an external_id
 * stays, for the company knows it by that. What they said of where to write to
 * holds for the other, too.
 */
static enum err
conversation_move(
    struct conn *c, int64_t conversation, int64_t from, int64_t to)
{
	enum err e = CONN_CHANGE(
	    c, SQL_CONVERSATION_MOVE, NULL, NUM(conversation), NUM(to));

	if (e == OK)
		e = CONN_CHANGE(c, SQL_ADDRESS_MOVE, NULL, NUM(conversation),
		    NUM(from), NUM(to));
	if (e == OK)
		e = CONN_CHANGE(c, SQL_PERSON_MOVE, NULL, NUM(from), NUM(to));
	if (e == OK)
		e = CONN_CHANGE(
		    c, SQL_CONTACT_INHERIT, NULL, NUM(from), NUM(to));
	if (e == OK)
		e = CONN_CHANGE(c, SQL_CONTACT_DELETE_EMPTY, NULL, NUM(from));
	return e;
}

/* ---- what a message taught --------------------------------------------- */

/* The address by which it was found from now on, beside the alias. */
static enum err
address_add(struct conn *c, const struct store_inbound *in,
    const struct conversation *row)
{
	enum err e = address_insert(c, &in->address, row);

	if (e != OK)
		return e;
	return CONN_CHANGE(c, SQL_REACH_ADDRESS, NULL, NUM(row->id),
	    TEXT(in->address.address));
}

static enum err
alias_store(struct conn *c, const struct store_inbound *in,
    const struct known *known, const struct conversation *row)
{
	struct store_address alias = alias_of(in);

	if (known->alias.conversation == 0)
		return address_insert(c, &alias, row);
	if (known->alias.contact == row->contact)
		return OK;
	return conversation_move(
	    c, known->alias.conversation, known->alias.contact, row->contact);
}

static enum err
contact_has_person(struct conn *c, int64_t contact, struct str channel)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_PERSON_OF_CONTACT, &q, NUM(contact), TEXT(channel));

	if (e == OK)
		e = conn_row(c, q);
	conn_reset(q);
	return e;
}

static enum err
person_insert(struct conn *c, const struct store_inbound *in, struct str person,
    int64_t contact)
{
	return CONN_CHANGE(c, SQL_PERSON_INSERT, NULL, NUM(in->address.company),
	    TEXT(in->address.channel), TEXT(person), NUM(contact));
}

/*
 * In a place where several write, only the first is the contact it has. Who
 * has two names there is one person, by either.
 */
static enum err
person_store(struct conn *c, const struct store_inbound *in,
    const struct conversation *row, int64_t *contact)
{
	const struct store_address *a = &in->address;
	enum err e = E_NOTFOUND;

	*contact = row->contact;
	if (!has_alias(in))
		e = contact_has_person(c, row->contact, a->channel);
	if (e == OK)
		e = contact_create(c, a->company, contact);
	e = missing_is_fine(e);
	return e == OK ? person_insert(c, in, in->person, *contact) : e;
}

enum err
said_store(struct conn *c, const struct store_inbound *in, int64_t contact)
{
	if (in->event.kind != EVENT_MESSAGE || in->email.n == 0)
		return OK;
	return CONN_CHANGE(
	    c, SQL_CONTACT_SAID, NULL, NUM(contact), TEXT(in->email));
}

enum err
known_store(struct conn *c, const struct store_inbound *in,
    const struct known *known, const struct conversation *row)
{
	int64_t writer = known->person;
	enum err e = OK;

	if (known->address.conversation == 0)
		e = address_add(c, in, row);
	if (e == OK && has_alias(in))
		e = alias_store(c, in, known, row);
	if (e == OK && in->person.n > 0 && writer == 0)
		e = person_store(c, in, row, &writer);
	if (e == OK && in->person.n > 0 && has_alias(in))
		e = person_insert(c, in, in->alias, writer);
	if (e == OK && in->reply.n > 0)
		e = CONN_CHANGE(
		    c, SQL_REACH_REPLY, NULL, NUM(row->id), TEXT(in->reply));
	if (writer == 0)
		writer = row->contact;
	if (e == OK)
		e = said_store(c, in, writer);
	if (e != OK || in->name.n == 0)
		return e;
	return CONN_CHANGE(
	    c, SQL_CONTACT_NAME, NULL, NUM(writer), TEXT(in->name));
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

enum err
contact_identify(
    struct conn *c, struct conversation *row, const struct store_inbound *in)
{
	int64_t contact = row->contact;
	enum err e = OK;

	if (in->external_id.n > 0)
		e = contact_choose(c, row, in->external_id, &contact);
	if (e == OK && contact != row->contact)
		e = conversation_move(c, row->id, row->contact, contact);
	if (e != OK)
		return e;
	row->contact = contact;
	return CONN_CHANGE(c, SQL_CONTACT_UPDATE, NULL, NUM(contact),
	    TEXT_OR_NULL(in->external_id), TEXT_OR_NULL(in->name),
	    TEXT_OR_NULL(in->email));
}
