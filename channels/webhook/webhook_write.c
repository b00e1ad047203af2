/*
 * webhook_write: what receivers are told, as schemas/webhook.schema.json has
 * it. A member that says nothing is left out.
 */
#include "channels/webhook/webhook.h"

/* Those that say how it was before. */
static const unsigned with_before = 1u << WEBHOOK_STATUS_CHANGED |
				    1u << WEBHOOK_HANDOFF_REQUESTED |
				    1u << WEBHOOK_ASSIGNEE_CHANGED;

static void
add_number(struct buf *out, const char *name, int64_t value)
{
	if (value == 0)
		return;
	buf_addf(out, ",\"%s\":", name);
	buf_i64(out, value);
}

/* Who has it, and how it stands. */
static void
add_state(struct buf *out, const struct company *company,
    const struct conversation *c)
{
	const struct company_team *team = company_team_of(company, c->team);

	buf_addf(out, "\"status\":\"%s\",\"holder\":\"%s\"",
	    status_name(c->status), holder_name(c->holder));
	add_number(out, "agent", c->agent);
	add_number(out, "team", c->team);
	if (c->team != 0 && team != NULL)
		buf_member(out, "team_key", team->key);
}

static void
add_contact(struct buf *out, const struct webhook_customer *who)
{
	if (who->contact == 0)
		return;
	buf_str(out, ",\"contact\":{\"id\":");
	buf_i64(out, who->contact);
	buf_member(out, "external_id", who->external_id);
	buf_member(out, "name", who->name);
	buf_member(out, "email", who->email);
	buf_member(out, "address", who->address);
	buf_char(out, '}');
}

static void
add_conversation(struct buf *out, const struct webhook_telling *t)
{
	const struct conversation *c = t->after;

	buf_str(out, ",\"conversation\":{\"id\":");
	buf_i64(out, c->id);
	buf_str(out, ",\"seq\":");
	buf_u64(out, c->seq);
	buf_char(out, ',');
	add_state(out, t->company, c);
	add_number(out, "priority", (int64_t)c->priority);
	add_number(out, "opened_at", c->opened_at);
	buf_member(out, "channel", t->customer->channel);
	buf_member(out, "account", t->customer->account);
	add_contact(out, t->customer);
	buf_char(out, '}');
}

void
webhook_write(
    struct buf *out, enum webhook_event which, const struct webhook_telling *t)
{
	buf_addf(out, "{\"event\":\"%s\",\"at\":", webhook_event_name(which));
	buf_i64(out, t->cause->at);
	buf_str(out, ",\"company\":");
	buf_json(out, t->company->key);
	add_conversation(out, t);
	if (with_before & 1u << which) {
		buf_str(out, ",\"was\":{");
		add_state(out, t->company, t->before);
		buf_char(out, '}');
	}
	buf_str(out, ",\"data\":");
	event_write(out, t->cause);
	buf_char(out, '}');
}
