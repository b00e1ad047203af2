/*
 * staff_accept: links that set a password: an invitation's first one, or a
 * reset's new one. What is in a link is a token like a session's; it is used
 * up by the transaction that stores the password, which ends it.
 */
#include "gateway/staff_body.h"
#include "gateway/staff_inside.h"

#include <stdio.h>

#define LINK_PREFIX "fdi_"

/* ---- using one --------------------------------------------------------- */

struct accept {
	struct staff_proof proof; /* of the second thing, if there is one */
	struct staff_door door;
	struct staff_hashing hashing;
	struct str token, name;
	unsigned set;
	unsigned char hash[PASS_HASH];
};

enum { ACCEPT_NAME = 1 << 0 };

#define AT(member) offsetof(struct accept, member)

static const struct body_member members[] = {
    {.name = "token",
	.read = body_secret,
	.at = AT(token),
	.max = STAFF_TOKEN_TEXT,
	.right = "what stands behind the \"=\" of the link"},
    {.name = "password",
	.read = body_secret,
	.at = AT(proof.password),
	.max = PASSWORD_READ_MAX,
	.right = "the password you want, as a string"},
    {.name = "name",
	.read = body_line,
	.at = AT(name),
	.bit = ACCEPT_NAME,
	.optional = true,
	.max = STAFF_NAME_MAX,
	.right = "your name, as customers shall see it"},
    {.name = "code",
	.read = body_secret,
	.at = AT(proof.code),
	.optional = true,
	.max = CODE_READ_MAX,
	.right = "the authenticator's code, as a string"},
    {.name = NULL},
};

/* E_DENIED: it is no link that is good now. */
static enum err
find(struct accept *a, struct agent_row *agent)
{
	struct staff_work *w = &a->proof.work;
	struct arena *arena = request_arena(w->request);
	struct pass_row pass;
	enum agent_state state;
	enum err e = store_find_pass(w->reader, a->hash, arena, &pass);

	if (e != OK)
		return e == E_NOTFOUND ? E_DENIED : e;
	if ((pass.kind != PASS_INVITATION && pass.kind != PASS_RESET) ||
	    clock_wall(w->gateway->clock) >= pass.expires_at)
		return E_DENIED;
	e = store_read_agent(w->reader, pass.agent, arena, agent);
	state = pass.kind == PASS_RESET ? AGENT_ACTIVE : AGENT_INVITED;
	if (e == OK && agent->state != state)
		e = E_DENIED;
	return e;
}

static void
not_good(struct accept *a, enum err e)
{
	if (e == E_DENIED)
		staff_fault(a->proof.work.request, STAFF_BAD_LINK,
		    "it was used, is void or too old; ask for a new one");
	else
		staff_store_fault(a->proof.work.request, e);
}

static void
store_password(struct staff_work *w)
{
	struct accept *a = CONTAINER_OF(w, struct accept, proof.work);
	struct agent_row *agent = &a->proof.agent;
	struct store_op op = {.verb = STORE_AGENT};
	struct staff_ended ended = {
	    .company = agent->company, .agent = agent->id};
	struct audit_row line;
	struct agent_row now;
	enum err e = find(a, &now);

	if (e == OK && now.version != agent->version)
		e = E_DENIED;
	if (e != OK) {
		not_good(a, e);
		return;
	}
	w->who.company = agent->company;
	w->who.agent = agent->id;
	line = staff_line(w, "accept", STR(""));
	op.agent.row.id = agent->id;
	op.agent.row.password = str_from(a->hashing.op.made);
	op.agent.row.state = AGENT_ACTIVE;
	op.agent.row.name = a->name;
	op.agent.set = AGENT_PASSWORD | AGENT_STATE |
		       (a->set & ACCEPT_NAME ? AGENT_NAME : 0u);
	op.agent.version = agent->version;
	op.agent.audit = &line;
	e = store_submit_wait(w->gateway->store, &op);
	if (e != OK) {
		not_good(a, e == E_STALE ? E_DENIED : e);
		return;
	}
	now.version = op.agent.row.version;
	now.state = AGENT_ACTIVE;
	if (a->set & ACCEPT_NAME)
		now.name = a->name;
	staff_tell_ended(w->staff, &ended);
	staff_session_begin(w, &now, &a->door, "login");
}

static void
look(struct staff_work *w)
{
	struct accept *a = CONTAINER_OF(w, struct accept, proof.work);
	struct request *r = w->request;
	struct agent_row agent;
	const char *fault;
	enum err e = find(a, &agent);

	if (e != OK) {
		not_good(a, e);
		return;
	}
	staff_proof_of(&a->proof, &agent);
	fault = staff_password_fault(w, &agent, a->proof.password);
	if (fault != NULL) {
		staff_fault(r, STAFF_WEAK_PASSWORD, fault);
		return;
	}
	if (!staff_prove_code(&a->proof))
		return;
	a->hashing = (struct staff_hashing){
	    .op = {.deed = HASH_MAKE, .password = a->proof.password},
	    .work = w,
	    .then = store_password};
	if ((e = staff_hash(&a->hashing)) != OK)
		staff_hash_fault(r, e);
}

void
staff_accept(struct request *r)
{
	struct frame_error error = {.code = FAULT_NONE};
	struct accept *a = staff_alloc(r, sizeof(*a));

	if (a == NULL)
		return;
	if (!staff_origin(r, false, &error) ||
	    !body_read(r, members, a, &a->set, &error)) {
		request_fault(r, &error);
		return;
	}
	a->proof.work.request = r;
	a->proof.work.run = look;
	a->proof.what = "accept";
	request_wait_longer(r, HASH_WAIT_MS);
	if (!staff_token_hash(a->token, LINK_PREFIX, a->hash))
		not_good(a, E_DENIED);
	else if (staff_door(r, &a->door))
		(void)staff_run(&a->proof.work);
}

/* ---- making one -------------------------------------------------------- */

static const struct {
	const char *word;
	int64_t life_ms;
} links[PASSES] = {
    [PASS_INVITATION] = {"invitation", LINK_LIFE_MS},
    [PASS_RESET] = {"reset", RESET_LIFE_MS},
};

enum err
staff_link_make(struct store *s, struct staff_link *l, struct buf *out)
{
	struct audit_row line = l->line;
	struct store_op op = {.verb = STORE_PASS};
	struct pass_row *row = &op.pass.row;
	char token[STAFF_TOKEN_TEXT], detail[64];
	enum err e;

	(void)snprintf(
	    detail, sizeof(detail), "{\"agent\":%lld}", (long long)l->agent);
	line.what = l->kind == PASS_RESET ? STR("agent.reset")
					  : STR("agent.invite");
	line.outcome = STR("ok");
	line.detail = str_from(detail);
	op.pass.deed = PASS_BEGIN;
	op.pass.most = 1;
	op.pass.audit = &line;
	row->kind = l->kind;
	row->company = line.company;
	row->agent = l->agent;
	row->data = STR("{}");
	row->created_at = row->seen_at = line.at;
	row->expires_at = line.at + links[l->kind].life_ms;
	staff_token_new(LINK_PREFIX, token, row->hash);
	e = store_submit_wait(s, &op);
	l->expires_at = row->expires_at;
	buf_addf(out, "%s/console/#%s=%s", l->base, links[l->kind].word, token);
	return e;
}

void
staff_link_answer(struct staff_work *w, int64_t agent, enum pass_kind kind,
    struct buf *before)
{
	const char *base = atomic_load(&w->gateway->public_url);
	struct staff_link link = {.agent = agent,
	    .kind = kind,
	    .base = base == NULL ? "" : base,
	    .line = staff_line(w, "", STR(""))};
	enum err e;

	buf_str(before, "\"link\":\"");
	e = staff_link_make(w->gateway->store, &link, before);
	buf_addf(before, "\",\"expires_at\":%lld}", (long long)link.expires_at);
	if (e == OK) {
		staff_answer(w->request, 200, before);
		return;
	}
	buf_free(before);
	staff_store_fault(w->request, e);
}
