/* staff: the face of staff.h; the rest of it stands in store.c. */
#include "store/inside.h"

static const char *const agent_states[AGENT_STATES] = {
    [AGENT_INVITED] = "invited",
    [AGENT_ACTIVE] = "active",
    [AGENT_DISABLED] = "disabled",
};

const char *
agent_state_name(enum agent_state s)
{
	return (unsigned)s < AGENT_STATES ? agent_states[s] : "unknown";
}

enum err
store_read_agent(
    struct store_reader *r, int64_t id, struct arena *a, struct agent_row *out)
{
	return r->engine->read_agent(r->data, id, a, out);
}

enum err
store_find_agent(struct store_reader *r, const struct agent_ask *ask,
    struct arena *a, struct agent_row *out)
{
	return r->engine->find_agent(r->data, ask, a, out);
}

enum err
store_list_agents(struct store_reader *r, const struct agents_ask *ask,
    struct arena *a, struct agent_row *out, size_t *n)
{
	return r->engine->list_agents(r->data, ask, a, out, n);
}

enum err
store_find_pass(struct store_reader *r, const unsigned char hash[PASS_HASH],
    struct arena *a, struct pass_row *out)
{
	return r->engine->find_pass(r->data, hash, a, out);
}

enum err
store_list_passes(struct store_reader *r, const struct pass_ask *ask,
    struct arena *a, struct pass_row *out, size_t *n)
{
	return r->engine->list_passes(r->data, ask, a, out, n);
}

enum err
store_list_items(struct store_reader *r, const struct item_ask *ask,
    struct arena *a, struct item *out, size_t *n)
{
	return r->engine->list_items(r->data, ask, a, out, n);
}

enum err
store_read_item(struct store_reader *r, const struct item *which,
    struct arena *a, struct item *out)
{
	return r->engine->read_item(r->data, which, a, out);
}

enum err
store_list_audit(struct store_reader *r, const struct audit_ask *ask,
    struct arena *a, struct audit_row *out, size_t *n)
{
	return r->engine->list_audit(r->data, ask, a, out, n);
}

enum err
store_follow_audit(struct store_reader *r, int64_t *after, struct arena *a,
    struct audit_row *out, size_t *n)
{
	return r->engine->follow_audit(r->data, after, a, out, n);
}
