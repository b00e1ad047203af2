/* staff_write: accounts as they are answered. */
#include "gateway/staff_inside.h"

static void
member(struct buf *out, const char *before, struct str value)
{
	buf_str(out, before);
	buf_json(out, value);
}

static void
number(struct buf *out, const char *before, int64_t value)
{
	buf_str(out, before);
	buf_i64(out, value);
}

static void
flag(struct buf *out, const char *before, bool value)
{
	buf_str(out, before);
	buf_str(out, value ? "true" : "false");
}

/* What is JSON already. */
static void
raw(struct buf *out, const char *before, struct str json)
{
	buf_str(out, before);
	buf_add(out, json.p, json.n);
}

void
staff_write_agent(struct buf *out, const struct agent_row *row, bool fully)
{
	number(out, "{\"id\":", row->id);
	number(out, ",\"version\":", (int64_t)row->version);
	member(out, ",\"name\":", row->name);
	member(out, ",\"role\":", row->role);
	member(out, ",\"state\":", str_from(agent_state_name(row->state)));
	number(out, ",\"capacity\":", row->capacity);
	raw(out, ",\"skills\":", row->skills);
	raw(out, ",\"languages\":", row->languages);
	raw(out, ",\"teams\":", row->teams);
	flag(out, ",\"online\":", row->online);
	flag(out, ",\"away\":", row->away);
	number(out, ",\"chats\":", (int64_t)row->chats);
	if (fully) {
		member(out, ",\"email\":", row->email);
		flag(out, ",\"totp\":", row->totp.n > 0);
		number(out, ",\"codes\":", (int64_t)backup_count(row->backup));
		number(out, ",\"created_at\":", row->created_at);
	}
	buf_char(out, '}');
}

void
staff_write_account(struct buf *out, const struct company *company,
    const struct agent_row *agent, const struct caller *who)
{
	buf_str(out, "{\"agent\":");
	if (agent != NULL)
		staff_write_agent(out, agent, true);
	else
		buf_str(out, "null");
	buf_str(out, ",\"permissions\":");
	permissions_write(out, who->permissions);
	member(out, ",\"company\":{\"key\":", company->key);
	member(out, ",\"name\":", company->name);
	number(out, "},\"session\":{\"id\":", who->pass);
	member(out,
	    ",\"kind\":", who->kind == PASS_KEY ? STR("key") : STR("session"));
	number(out, ",\"expires_at\":", who->expires_at);
	buf_str(out, "}}");
}
