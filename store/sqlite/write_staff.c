/*
 * write_staff: sellers, what they show to be let in, small things of theirs,
 * and the audit. Each deed's line of the audit is stored with it.
 */
#include "store/sqlite/write.h"

#include <sodium.h>

_Static_assert(AGENT_INVITED == 0 && AGENT_ACTIVE == 1 && AGENT_DISABLED == 2,
    "stored numbers: add at the end");
_Static_assert(PASS_SESSION == 0 && PASS_KEY == 1 && PASS_INVITATION == 2 &&
		   PASS_RESET == 3,
    "stored numbers: add at the end");
_Static_assert(
    ITEM_CANNED == 0 && ITEM_DRAFT == 1 && ITEM_LABEL == 2 && ITEM_ROLE == 3,
    "stored numbers: add at the end");

/* How many passes one sweep ends: it shares its transaction with others. */
#define SWEEP_MAX 1000

/* ---- the audit --------------------------------------------------------- */

enum err
audit_append(struct conn *c, const struct audit_row *row)
{
	struct str detail = row->detail.n > 0 ? row->detail : STR("{}");

	return CONN_CHANGE(c, SQL_AUDIT_INSERT, NULL, NUM(row->at),
	    NUM(row->company), NUM(row->agent), NUM(row->conversation),
	    TEXT(row->what), TEXT(row->outcome), TEXT(detail));
}

enum err
write_audit(struct conn *c, struct store_audit *in)
{
	enum err e = company_exists(c, in->row.company);

	return e == OK ? audit_append(c, &in->row) : e;
}

static enum err
audit_with(struct conn *c, const struct audit_row *row, enum err e)
{
	return e == OK && row != NULL ? audit_append(c, row) : e;
}

/* ---- sellers ----------------------------------------------------------- */

/* What an op is held against. */
struct facts {
	int64_t company;
	uint64_t version, totp_step;
	enum agent_state state;
	bool same_backup;
};

static enum err
agent_facts(struct conn *c, int64_t id, struct str backup, struct facts *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_AGENT_FACTS, &q, NUM(id));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (struct facts){
		    .company = sqlite3_column_int64(q, 0),
		    .version = (uint64_t)sqlite3_column_int64(q, 1),
		    .state = (enum agent_state)sqlite3_column_int(q, 2),
		    .totp_step = (uint64_t)sqlite3_column_int64(q, 3),
		    .same_backup = str_eq(conn_text(q, 4), backup),
		};
	conn_reset(q);
	return e;
}

/* Of that company; 0: of any. */
static enum err
agent_of(struct conn *c, int64_t id, int64_t company, struct facts *out)
{
	enum err e = agent_facts(c, id, STR(""), out);

	if (e == OK && company != 0 && out->company != company)
		e = E_NOTFOUND;
	return e;
}

static struct str
list_or_none(struct str list)
{
	return list.n > 0 ? list : STR("[]");
}

static enum err
agent_insert(struct conn *c, struct agent_row *row)
{
	int changed = 0;
	enum err e;

	if (row->email.n == 0)
		return E_BADINPUT;
	if ((e = company_exists(c, row->company)) != OK)
		return e;
	e = CONN_CHANGE(c, SQL_AGENT_INSERT, &changed, NUM(row->company),
	    TEXT(row->email), TEXT(row->name), TEXT(row->role), NUM(row->state),
	    TEXT(row->password), TEXT(row->totp),
	    TEXT(list_or_none(row->backup)), NUM(row->totp_step),
	    NUM(row->capacity), TEXT(list_or_none(row->skills)),
	    TEXT(list_or_none(row->languages)), TEXT(list_or_none(row->teams)),
	    NUM(row->created_at));
	if (e != OK)
		return e;
	row->id = sqlite3_last_insert_rowid(c->db);
	row->version = 1;
	return changed > 0 ? OK : E_CLAIMED;
}

static enum err
agent_check(const struct store_agent *in, const struct facts *is)
{
	if (in->row.company != 0 && in->row.company != is->company)
		return E_NOTFOUND;
	if (in->version != 0 && in->version != is->version)
		return E_STALE;
	if (in->set & AGENT_STEP && in->row.totp_step <= is->totp_step)
		return E_STALE;
	if (in->set & AGENT_BACKUP && !is->same_backup)
		return E_STALE;
	return OK;
}

#define SET_TEXT(in, bits, value) \
	((in)->set & (bits) ? TEXT(value) : (struct arg){.type = ARG_NULL})
#define SET_NUM(in, bits, value) \
	((in)->set & (bits) ? NUM(value) : (struct arg){.type = ARG_NULL})

static enum err
agent_update(struct conn *c, const struct store_agent *in)
{
	const struct agent_row *row = &in->row;
	int changed = 0;
	enum err e = CONN_CHANGE(c, SQL_AGENT_UPDATE, &changed, NUM(row->id),
	    NUM(row->version), SET_TEXT(in, AGENT_EMAIL, row->email),
	    SET_TEXT(in, AGENT_NAME, row->name),
	    SET_TEXT(in, AGENT_ROLE, row->role),
	    SET_NUM(in, AGENT_STATE, row->state),
	    SET_TEXT(in, AGENT_PASSWORD, row->password),
	    SET_TEXT(in, AGENT_TOTP, row->totp),
	    SET_TEXT(in, AGENT_TOTP | AGENT_BACKUP, list_or_none(row->backup)),
	    SET_NUM(in, AGENT_TOTP | AGENT_STEP, row->totp_step),
	    SET_NUM(in, AGENT_CAPACITY, row->capacity),
	    SET_TEXT(in, AGENT_SKILLS, list_or_none(row->skills)),
	    SET_TEXT(in, AGENT_LANGUAGES, list_or_none(row->languages)),
	    SET_TEXT(in, AGENT_TEAMS, list_or_none(row->teams)));

	return e == OK && changed == 0 ? E_CLAIMED : e;
}

static enum err
agent_end_passes(struct conn *c, const struct store_agent *in)
{
	if (in->set & AGENT_STATE && in->row.state == AGENT_DISABLED)
		return CONN_CHANGE(c, SQL_PASS_END_ALL, NULL, NUM(in->row.id));
	if (in->set & AGENT_PASSWORD)
		return CONN_CHANGE(
		    c, SQL_PASS_END_DOORS, NULL, NUM(in->row.id));
	return OK;
}

static enum err
agent_change(struct conn *c, struct store_agent *in)
{
	const unsigned uses = AGENT_STEP | AGENT_BACKUP;
	struct facts is;
	enum err e = agent_facts(c, in->row.id, in->backup_was, &is);

	if (e != OK || (e = agent_check(in, &is)) != OK)
		return e;
	if (in->set & AGENT_EMAIL && in->row.email.n == 0)
		return E_BADINPUT;
	in->row.version = is.version + ((in->set & ~uses) != 0);
	if ((e = agent_update(c, in)) != OK)
		return e;
	return agent_end_passes(c, in);
}

enum err
write_agent(struct conn *c, struct store_agent *in)
{
	enum err e;

	if ((unsigned)in->row.state >= AGENT_STATES)
		return E_BADINPUT;
	e = in->row.id == 0 ? agent_insert(c, &in->row) : agent_change(c, in);
	return audit_with(c, in->audit, e);
}

/* ---- presence ---------------------------------------------------------- */

static enum err
presence_load(
    struct conn *c, struct store_presence *in, bool *online, bool *away)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_AGENT_PRESENT, &q, NUM(in->agent));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		in->company = sqlite3_column_int64(q, 0);
		*online = sqlite3_column_int(q, 1) != 0;
		*away = sqlite3_column_int(q, 2) != 0;
	}
	conn_reset(q);
	return e;
}

enum err
agent_acted(struct conn *c, int64_t agent, int64_t at)
{
	return CONN_CHANGE(c, SQL_AGENT_ACTED, NULL, NUM(agent), NUM(at));
}

enum err
write_presence(struct conn *c, struct store_presence *in)
{
	bool online, away;
	enum err e = presence_load(c, in, &online, &away);

	if (e != OK)
		return e;
	in->changed = (in->set_online && in->online != online) ||
		      (in->set_away && in->away != away);
	if (!in->set_online)
		in->online = online;
	if (!in->set_away)
		in->away = away;
	if (in->changed)
		return CONN_CHANGE(c, SQL_AGENT_PRESENCE, NULL, NUM(in->agent),
		    NUM(in->online), NUM(in->away), NUM(in->at));
	return in->acted ? agent_acted(c, in->agent, in->at) : OK;
}

/* ---- passes ------------------------------------------------------------ */

/* Is this one to be let in by a pass of this kind? */
static enum err
pass_check(struct conn *c, const struct store_pass *in)
{
	bool works = in->row.kind == PASS_SESSION || in->row.kind == PASS_KEY;
	struct facts is;
	enum err e;

	if ((unsigned)in->row.kind >= PASSES)
		return E_BADINPUT;
	if (in->row.agent == 0)
		return company_exists(c, in->row.company);
	if ((e = agent_of(c, in->row.agent, in->row.company, &is)) != OK)
		return e;
	if (in->version != 0 && in->version != is.version)
		return E_STALE;
	if (is.state == AGENT_DISABLED || (works && is.state != AGENT_ACTIVE))
		return E_DENIED;
	return OK;
}

static enum err
pass_insert(struct conn *c, struct pass_row *row)
{
	char hex[2 * PASS_HASH + 1];
	int changed = 0;
	enum err e;

	sodium_bin2hex(hex, sizeof(hex), row->hash, sizeof(row->hash));
	e = CONN_CHANGE(c, SQL_PASS_INSERT, &changed, NUM(row->kind),
	    NUM(row->company), NUM(row->agent), TEXT(str_from(hex)),
	    TEXT(row->name), TEXT(row->data), NUM(row->created_at),
	    NUM(row->seen_at), NUM(row->expires_at));
	row->id = sqlite3_last_insert_rowid(c->db);
	return e == OK && changed == 0 ? E_CLAIMED : e;
}

static enum err
pass_begin(struct conn *c, struct store_pass *in)
{
	struct pass_row *row = &in->row;
	int ended = 0;
	enum err e = pass_check(c, in);

	if (e != OK || (e = pass_insert(c, row)) != OK || in->most == 0)
		return e;
	e = CONN_CHANGE(c, SQL_PASS_END_OLD, &ended, NUM(row->company),
	    NUM(row->kind), NUM(row->agent), NUM(in->most));
	in->ended = (uint64_t)ended;
	return e;
}

static enum err
pass_seen(struct conn *c, struct store_pass *in)
{
	int changed = 0;
	enum err e = CONN_CHANGE(c, SQL_PASS_SEEN, &changed, NUM(in->row.id),
	    NUM(in->row.seen_at), NUM(in->row.expires_at));

	return e == OK && changed == 0 ? E_NOTFOUND : e;
}

static enum err
pass_owner(struct conn *c, struct store_pass *in)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_PASS_OWNER, &q, NUM(in->row.id),
	    NUM(in->row.company), NUM(in->row.kind));

	if (e == OK && (e = conn_row(c, q)) == OK)
		in->whose = sqlite3_column_int64(q, 0);
	conn_reset(q);
	if (e == OK && in->row.agent != 0 && in->row.agent != in->whose)
		e = E_NOTFOUND;
	return e;
}

static enum err
pass_end(struct conn *c, struct store_pass *in)
{
	enum err e = pass_owner(c, in);

	if (e != OK)
		return e;
	in->ended = 1;
	return CONN_CHANGE(c, SQL_PASS_END, NULL, NUM(in->row.id));
}

static enum err
pass_end_all(struct conn *c, struct store_pass *in)
{
	int ended = 0;
	enum err e = CONN_CHANGE(c, SQL_PASS_END_KIND, &ended,
	    NUM(in->row.company), NUM(in->row.kind), NUM(in->row.agent),
	    NUM(in->row.id));

	in->ended = (uint64_t)ended;
	return e;
}

static enum err
pass_sweep(struct conn *c, struct store_pass *in)
{
	int ended = 0;
	enum err e = CONN_CHANGE(
	    c, SQL_PASS_SWEEP, &ended, NUM(in->at), NUM(SWEEP_MAX));

	in->ended = (uint64_t)ended;
	return e;
}

static enum err (*const deeds[PASS_DEEDS])(
    struct conn *, struct store_pass *) = {
    [PASS_BEGIN] = pass_begin,
    [PASS_SEEN] = pass_seen,
    [PASS_END] = pass_end,
    [PASS_END_ALL] = pass_end_all,
    [PASS_SWEEP] = pass_sweep,
};

enum err
write_pass(struct conn *c, struct store_pass *in)
{
	if ((unsigned)in->deed >= PASS_DEEDS)
		return E_BADINPUT;
	in->ended = 0;
	in->whose = 0;
	return audit_with(c, in->audit, deeds[in->deed](c, in));
}

/* ---- items ------------------------------------------------------------- */

/* 0: there is none. */
static enum err
item_version(struct conn *c, const struct item *i, uint64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_ITEM_READ, &q, NUM(i->company),
	    NUM(i->kind), NUM(i->owner), TEXT(i->key));

	*out = 0;
	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (uint64_t)sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e == E_NOTFOUND ? OK : e;
}

static enum err
item_count(struct conn *c, const struct item *i, uint64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_ITEM_COUNT, &q, NUM(i->company),
	    NUM(i->kind), NUM(i->owner));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (uint64_t)sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

static enum err
item_owner(struct conn *c, const struct item *i)
{
	struct facts is;

	return i->owner == 0 ? company_exists(c, i->company)
			     : agent_of(c, i->owner, i->company, &is);
}

/* May it be stored where version `was` is there now? */
static enum err
item_check(struct conn *c, const struct store_item *in, uint64_t was)
{
	uint64_t count = 0;
	enum err e;

	if (in->version != 0 && in->version != was)
		return E_STALE;
	if (was != 0 || in->most == 0 || in->item.value.n == 0)
		return OK;
	e = item_count(c, &in->item, &count);
	return e == OK && count >= in->most ? E_DENIED : e;
}

static enum err
item_put(struct conn *c, struct store_item *in)
{
	struct item *i = &in->item;
	uint64_t was;
	enum err e = item_version(c, i, &was);

	if (e != OK || (e = item_check(c, in, was)) != OK)
		return e;
	i->version = was + 1;
	if (i->value.n == 0)
		return CONN_CHANGE(c, SQL_ITEM_DELETE, NULL, NUM(i->company),
		    NUM(i->kind), NUM(i->owner), TEXT(i->key));
	return CONN_CHANGE(c, SQL_ITEM_PUT, NULL, NUM(i->company), NUM(i->kind),
	    NUM(i->owner), TEXT(i->key), TEXT(i->value), NUM(i->at),
	    NUM(i->version));
}

enum err
write_item(struct conn *c, struct store_item *in)
{
	enum err e;

	if ((unsigned)in->item.kind >= ITEMS || in->item.key.n == 0)
		return E_BADINPUT;
	if ((e = item_owner(c, &in->item)) != OK)
		return e;
	return audit_with(c, in->audit, item_put(c, in));
}
