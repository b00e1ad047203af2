/*
 * staff_agents: colleagues: seen by all, invited, changed, reset and disabled
 * by who may manage staff.
 */
#include "gateway/staff_body.h"
#include "gateway/staff_inside.h"

#define PATH "/v1/staff/agents/"
#define PAGE 100u
#define CAPACITY_MAX 10000

struct form {
	int64_t id; /* of the path */
	unsigned set;
	struct agent_row row;
	struct str state;
	int64_t version;
	bool totp;
	struct agent_row is; /* as it was read */
};

enum { SET_VERSION = 1 << 20 };

#define AT(member) offsetof(struct form, member)
#define WORDS(word, member, bits) \
	{ \
		.name = word, .read = body_words, .at = AT(row.member), \
		.bit = bits, .optional = true, .max = WORDS_MAX, \
		.right = "an array of at most 50 words, each once, of up to " \
			 "40 letters, digits, \"-\" and \"_\"" \
	}
#define TEXTS(may_be_absent) \
	{.name = "email", \
	    .read = body_mail, \
	    .at = AT(row.email), \
	    .bit = AGENT_EMAIL, \
	    .optional = may_be_absent, \
	    .right = "an address like anna@shop.example"}, \
	    {.name = "name", \
		.read = body_line, \
		.at = AT(row.name), \
		.bit = AGENT_NAME, \
		.optional = may_be_absent, \
		.max = STAFF_NAME_MAX, \
		.right = "a name of 1 to 80 characters"}, \
	{ \
		.name = "role", .read = body_line, .at = AT(row.role), \
		.bit = AGENT_ROLE, .optional = may_be_absent, \
		.max = ROLE_NAME_MAX, .right = "the name of a role" \
	}
#define SKILLS \
	{.name = "capacity", \
	    .read = body_number, \
	    .at = AT(row.capacity), \
	    .bit = AGENT_CAPACITY, \
	    .optional = true, \
	    .max = CAPACITY_MAX, \
	    .right = "hundredths of a chat, 0 to 10000"}, \
	    WORDS("skills", skills, AGENT_SKILLS), \
	    WORDS("languages", languages, AGENT_LANGUAGES), \
	    WORDS("teams", teams, AGENT_TEAMS)

/* ---- seeing them ------------------------------------------------------- */

static bool
sees_fully(const struct staff_work *w, const struct agent_row *row)
{
	return w->who.permissions & MAY_MANAGE_STAFF || row->id == w->who.agent;
}

static void
answer_agent(struct staff_work *w, const struct agent_row *row)
{
	struct buf text = {0};

	staff_write_agent(&text, row, sees_fully(w, row));
	staff_answer(w->request, 200, &text);
}

static void
one(struct staff_work *w)
{
	const struct form *f = w->arg;
	struct agent_row row;

	if (staff_read_agent(w, f->id, &row))
		answer_agent(w, &row);
}

static void
list(struct staff_work *w)
{
	const struct form *f = w->arg;
	const struct agents_ask ask = {w->who.company, f->id};
	struct agent_row rows[PAGE];
	struct buf text = {0};
	size_t n = PAGE, i;
	enum err e = store_list_agents(
	    w->reader, &ask, request_arena(w->request), rows, &n);

	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	buf_str(&text, "{\"agents\":[");
	for (i = 0; i < n; i++) {
		buf_str(&text, i == 0 ? "" : ",");
		staff_write_agent(&text, &rows[i], sees_fully(w, &rows[i]));
	}
	buf_char(&text, ']');
	if (n == PAGE)
		buf_addf(&text, ",\"next\":%lld", (long long)rows[n - 1].id);
	buf_char(&text, '}');
	staff_answer(w->request, 200, &text);
}

static bool
read_after(struct request *r, int64_t *out)
{
	const struct frame_error error = {.code = FAULT_BAD_REQUEST,
	    .detail = STR("after is a number: next of the page before")};
	struct str after = request_query(r, "after");
	uint64_t n = 0;

	if (after.p != NULL && !str_to_u64(after, INT64_MAX, &n)) {
		staff_error(r, &error);
		return false;
	}
	*out = (int64_t)n;
	return true;
}

/* GET /v1/staff/agents and /v1/staff/agents/ID. */
void
staff_agents(struct request *r)
{
	struct form *f = staff_alloc(r, sizeof(*f));
	bool all = str_eq(request_path(r), STR("/v1/staff/agents"));

	if (f == NULL)
		return;
	if (all ? read_after(r, &f->id) : staff_path(r, PATH, &f->id, ""))
		staff_begin(r, MAY_ANSWER, all ? list : one, f);
}

/* ---- changing one ------------------------------------------------------ */

static const struct body_member change_members[] = {
    {.name = "version",
	.read = body_number,
	.at = AT(version),
	.max = INT64_MAX,
	.right = "the version that you have read"},
    TEXTS(true),
    {.name = "state",
	.read = body_line,
	.at = AT(state),
	.bit = AGENT_STATE,
	.optional = true,
	.max = 10,
	.right = "\"active\" or \"disabled\""},
    SKILLS,
    {.name = NULL},
};

static bool
read_state(struct staff_work *w, struct form *f)
{
	const struct frame_error wrong = {.code = FAULT_BAD_FRAME,
	    .detail = STR("state is neither \"active\" nor \"disabled\", or "
			  "they are invited still")};

	if (!(f->set & AGENT_STATE))
		return true;
	f->row.state = str_eq(f->state, STR("active")) ? AGENT_ACTIVE
						       : AGENT_DISABLED;
	if ((f->row.state == AGENT_ACTIVE && f->is.state != AGENT_INVITED) ||
	    str_eq(f->state, STR("disabled")))
		return true;
	staff_error(w->request, &wrong);
	return false;
}

static bool
may_change(struct staff_work *w, const struct form *f)
{
	const unsigned own = AGENT_NAME | AGENT_LANGUAGES;
	struct frame_error error = {.code = FAULT_NONE};
	bool self = f->is.id == w->who.agent;

	if (!(self && (f->set & ~own) == 0) &&
	    !staff_may(w->staff, &w->who, MAY_MANAGE_STAFF, &error)) {
		staff_error(w->request, &error);
		return false;
	}
	if (self && f->set & (AGENT_ROLE | AGENT_STATE))
		return staff_refuse_deed(w, "agent.change", STAFF_YOURSELF,
		    "somebody else must change your role or state");
	if (!self && !staff_may_manage(w, &f->is, "agent.change"))
		return false;
	return !(f->set & AGENT_ROLE) ||
	       staff_may_give(w, f->row.role, "agent.change");
}

static struct str
change_detail(struct staff_work *w, const struct form *f)
{
	struct buf text = {0};

	buf_addf(&text, "{\"agent\":%lld", (long long)f->id);
	if (f->set & AGENT_ROLE) {
		buf_str(&text, ",\"role\":");
		buf_json(&text, f->row.role);
	}
	if (f->set & AGENT_STATE)
		buf_addf(
		    &text, ",\"state\":\"%s\"", agent_state_name(f->row.state));
	if (f->set & AGENT_EMAIL) {
		buf_str(&text, ",\"email\":");
		buf_json(&text, f->row.email);
	}
	buf_char(&text, '}');
	return buf_take(&text, request_arena(w->request));
}

/* What else must know, once it is stored. */
static void
tell_changed(struct staff_work *w, const struct form *f)
{
	bool disabled = f->set & AGENT_STATE && f->row.state == AGENT_DISABLED;
	const struct staff_ended ended = {.company = w->who.company,
	    .agent = f->id,
	    .keys = disabled,
	    .changed = !disabled};

	if (f->set & (AGENT_ROLE | AGENT_STATE))
		staff_tell_ended(w->staff, &ended);
	else
		staff_cache_drop(w->staff->cache, f->id, 0);
}

static void
change(struct staff_work *w)
{
	struct form *f = w->arg;
	struct store_op op = {.verb = STORE_AGENT};
	struct audit_row line;
	struct agent_row row;

	if (!staff_read_agent(w, f->id, &f->is) || !read_state(w, f) ||
	    !may_change(w, f))
		return;
	line = staff_line(w, "agent.change", change_detail(w, f));
	op.agent.row = f->row;
	op.agent.row.id = f->id;
	op.agent.row.company = w->who.company;
	op.agent.set = f->set;
	op.agent.version = (uint64_t)f->version;
	op.agent.audit = &line;
	if (!staff_done(w, &op))
		return;
	tell_changed(w, f);
	if (staff_read_agent(w, f->id, &row))
		answer_agent(w, &row);
}

/* A form of that shape; NULL: the request is answered. */
static struct staff_form
form_of(struct request *r, const struct body_member *members)
{
	struct form *f = staff_alloc(r, sizeof(*f));

	return (struct staff_form){
	    .members = members, .into = f, .set = f == NULL ? NULL : &f->set};
}

void
staff_agent_change(struct request *r)
{
	struct staff_form form = form_of(r, change_members);
	struct form *f = form.into;

	if (f != NULL && staff_path(r, PATH, &f->id, ""))
		staff_begin_form(r, &form, change);
}

/* ---- inviting one ------------------------------------------------------ */

static const struct body_member invite_members[] = {
    TEXTS(false),
    SKILLS,
    {.name = NULL},
};

/* A new one; or one who is invited already, and gets a new link. */
static bool
make_or_find(struct staff_work *w, struct form *f)
{
	const struct agent_ask ask = {w->who.company, f->row.email};
	struct store_op op = {.verb = STORE_AGENT};
	enum err e;

	op.agent.row = f->row;
	op.agent.row.company = w->who.company;
	op.agent.row.state = AGENT_INVITED;
	op.agent.row.created_at = clock_wall(w->gateway->clock);
	if (!(f->set & AGENT_CAPACITY))
		op.agent.row.capacity = STAFF_CAPACITY;
	e = store_submit_wait(w->gateway->store, &op);
	if (e == OK)
		return staff_read_agent(w, op.agent.row.id, &f->is);
	if (e == E_CLAIMED) {
		e = store_find_agent(
		    w->reader, &ask, request_arena(w->request), &f->is);
		if (e == OK && f->is.state != AGENT_INVITED)
			e = E_CLAIMED;
	}
	if (e != OK)
		staff_store_fault(w->request, e);
	return e == OK && staff_may_manage(w, &f->is, "agent.invite");
}

static void
invite(struct staff_work *w)
{
	struct form *f = w->arg;
	struct buf text = {0};

	if (!staff_may_give(w, f->row.role, "agent.invite") ||
	    !make_or_find(w, f))
		return;
	buf_str(&text, "{\"agent\":");
	staff_write_agent(&text, &f->is, true);
	buf_char(&text, ',');
	staff_link_answer(w, f->is.id, PASS_INVITATION, &text);
}

void
staff_invite(struct request *r)
{
	struct staff_form form = form_of(r, invite_members);

	form.permission = MAY_MANAGE_STAFF;
	if (form.into != NULL)
		staff_begin_form(r, &form, invite);
}

/* ---- reset, and the end of sessions ------------------------------------ */

static const struct body_member reset_members[] = {
    {.name = "totp",
	.read = body_flag,
	.at = AT(totp),
	.optional = true,
	.right = "true, to have the authenticator forgotten, or false"},
    {.name = NULL},
};

static bool
forget_totp(struct staff_work *w, struct form *f)
{
	struct audit_row line = staff_line(
	    w, "agent.totp_off", change_detail(w, f));
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = f->id;
	op.agent.row.totp_step = f->is.totp_step;
	op.agent.set = AGENT_TOTP;
	op.agent.version = f->is.version;
	op.agent.audit = &line;
	return staff_done(w, &op);
}

static void
reset(struct staff_work *w)
{
	const struct frame_error wrong = {.row = staff_fault_row(STAFF_CHANGED),
	    .detail = STR("they are not active; invite or enable them")};
	struct form *f = w->arg;
	struct buf text = {0};

	if (!staff_read_agent(w, f->id, &f->is) ||
	    !staff_may_manage(w, &f->is, "agent.reset"))
		return;
	if (f->is.state != AGENT_ACTIVE) {
		staff_error(w->request, &wrong);
		return;
	}
	if (f->totp && !forget_totp(w, f))
		return;
	buf_char(&text, '{');
	staff_link_answer(w, f->id, PASS_RESET, &text);
}

/* POST /v1/staff/agents/ID/reset. */
void
staff_agent_post(struct request *r)
{
	struct staff_form form = form_of(r, reset_members);
	struct form *f = form.into;

	form.permission = MAY_MANAGE_STAFF;
	if (f != NULL && staff_path(r, PATH, &f->id, "/reset"))
		staff_begin_form(r, &form, reset);
}

static void
end_sessions(struct staff_work *w)
{
	struct form *f = w->arg;
	struct store_op op = {.verb = STORE_PASS};
	struct staff_ended ended = {.company = w->who.company, .agent = f->id};
	struct audit_row line;

	if (!staff_read_agent(w, f->id, &f->is) ||
	    !staff_may_manage(w, &f->is, "agent.end"))
		return;
	line = staff_line(w, "agent.end", change_detail(w, f));
	op.pass.deed = PASS_END_ALL;
	op.pass.row = (struct pass_row){
	    .kind = PASS_SESSION, .company = w->who.company, .agent = f->id};
	op.pass.audit = &line;
	if (!staff_done(w, &op))
		return;
	staff_tell_ended(w->staff, &ended);
	request_reply(w->request, 204, NULL, STR(""));
}

/* DELETE /v1/staff/agents/ID/sessions. */
void
staff_agent_end(struct request *r)
{
	struct form *f = staff_alloc(r, sizeof(*f));

	if (f != NULL && staff_path(r, PATH, &f->id, "/sessions"))
		staff_begin(r, MAY_MANAGE_STAFF, end_sessions, f);
}
