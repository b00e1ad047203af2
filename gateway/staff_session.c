/* staff_session: sessions begin, are listed, and end. */
#include "core/utf8.h"
#include "gateway/staff_inside.h"

#define BROWSER_MAX 160u
#define PAGE 100u
#define SWEEP_EVERY_MS 600000

/* ---- the way in -------------------------------------------------------- */

bool
staff_door(struct request *r, struct staff_door *out)
{
	struct str browser = request_header(r, "User-Agent");

	if (browser.p == NULL || !utf8_valid(browser))
		browser = STR("");
	out->secure = staff_is_secure(r);
	out->browser = arena_copy(
	    request_arena(r), utf8_prefix(browser, BROWSER_MAX));
	if (out->browser.p == NULL)
		staff_store_fault(r, E_NOMEM);
	return out->browser.p != NULL;
}

/* Now and then, those that have expired go. */
static void
sweep(struct staff_work *w)
{
	struct store_op op = {.verb = STORE_PASS};
	int64_t now = clock_steady(w->gateway->clock);
	int64_t last = atomic_load(&w->staff->swept_at);

	if (now - last < SWEEP_EVERY_MS ||
	    !atomic_compare_exchange_strong(&w->staff->swept_at, &last, now))
		return;
	op.pass.deed = PASS_SWEEP;
	op.pass.at = clock_wall(w->gateway->clock);
	/* What stays lets nobody in; it goes the next time. */
	if (store_submit_wait(w->gateway->store, &op) != OK)
		log_note(w->gateway->log, LOG_WARN, "staff.not_swept", "why",
		    str_from(err_name(op.err)));
}

static struct store_op
begin_op(struct staff_work *w, const struct agent_row *agent,
    const struct staff_door *door)
{
	const struct gateway_conf *conf = &w->gateway->conf;
	int64_t now = clock_wall(w->gateway->clock);
	struct store_op op = {.verb = STORE_PASS};

	op.pass.deed = PASS_BEGIN;
	op.pass.version = agent->version;
	op.pass.most = SESSIONS_MAX;
	op.pass.row = (struct pass_row){.kind = PASS_SESSION,
	    .company = agent->company,
	    .agent = agent->id,
	    .name = door->browser,
	    .data = STR("{}"),
	    .created_at = now,
	    .seen_at = now,
	    .expires_at = now + (conf->session_idle_ms < conf->session_life_ms
					? conf->session_idle_ms
					: conf->session_life_ms)};
	return op;
}

/* With what the session may, as anybody will see who asks with it. */
static void
answer_account(struct staff_work *w, const struct agent_row *agent,
    const unsigned char hash[PASS_HASH])
{
	struct company *company = NULL;
	struct buf text = {0};
	enum err e = staff_cache_get(w->staff->cache, hash, &w->who);

	if (e == OK)
		e = company_cache_by_id(
		    w->gateway->companies, agent->company, &company);
	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	staff_write_account(&text, company, agent, &w->who);
	company_unref(company);
	staff_answer(w->request, 200, &text);
}

void
staff_session_begin(struct staff_work *w, const struct agent_row *agent,
    const struct staff_door *door, const char *what)
{
	struct store_op op = begin_op(w, agent, door);
	char token[STAFF_TOKEN_TEXT];
	struct audit_row line;
	enum err e;

	w->who.company = agent->company;
	w->who.agent = agent->id;
	line = staff_line(w, what, STR(""));
	op.pass.audit = &line;
	staff_token_new("fds_", token, op.pass.row.hash);
	e = store_submit_wait(w->gateway->store, &op);
	if (e == E_DENIED || e == E_NOTFOUND) {
		staff_fault(w->request, STAFF_BAD_LOGIN,
		    "this account is not active any more");
	} else if (e != OK) {
		staff_store_fault(w->request, e);
	} else {
		metric_add(w->gateway->metrics, METRIC_LOGINS, 1);
		sweep(w);
		staff_cookie(w->request, door->secure, token,
		    w->gateway->conf.session_life_ms);
		answer_account(w, agent, op.pass.row.hash);
	}
}

/* ---- lists ------------------------------------------------------------- */

static void
write_session(struct buf *out, const struct pass_row *row, int64_t current)
{
	buf_addf(out, "{\"id\":%lld,\"name\":", (long long)row->id);
	buf_json(out, row->name);
	buf_addf(out,
	    ",\"created_at\":%lld,\"seen_at\":%lld,\"expires_at\":%lld"
	    ",\"current\":%s}",
	    (long long)row->created_at, (long long)row->seen_at,
	    (long long)row->expires_at, row->id == current ? "true" : "false");
}

static void
list(struct staff_work *w)
{
	const struct pass_ask ask = {.company = w->who.company,
	    .agent = w->who.agent,
	    .kind = PASS_SESSION};
	int64_t now = clock_wall(w->gateway->clock);
	struct pass_row rows[PAGE];
	struct buf text = {0};
	size_t n = PAGE, i, shown = 0;
	enum err e = store_list_passes(
	    w->reader, &ask, request_arena(w->request), rows, &n);

	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	buf_str(&text, "{\"sessions\":[");
	for (i = 0; i < n; i++) {
		if (rows[i].expires_at != 0 && rows[i].expires_at <= now)
			continue;
		buf_str(&text, shown++ == 0 ? "" : ",");
		write_session(&text, &rows[i], w->who.pass);
	}
	buf_str(&text, "]}");
	staff_answer(w->request, 200, &text);
}

void
staff_sessions(struct request *r)
{
	staff_begin_session(r, list, NULL);
}

/* ---- the end ----------------------------------------------------------- */

/* One, of the caller; tells who must know. */
static bool
end_one(struct staff_work *w, int64_t pass, const char *what)
{
	struct audit_row line = staff_line(w, what,
	    arena_printf(request_arena(w->request), "{\"session\":%lld}",
		(long long)pass));
	struct store_op op = {.verb = STORE_PASS};
	struct staff_ended ended = {
	    .company = w->who.company, .agent = w->who.agent, .pass = pass};
	enum err e;

	op.pass.deed = PASS_END;
	op.pass.row = (struct pass_row){.id = pass,
	    .kind = PASS_SESSION,
	    .company = w->who.company,
	    .agent = w->who.agent};
	op.pass.audit = &line;
	e = store_submit_wait(w->gateway->store, &op);
	if (e == E_NOTFOUND)
		staff_missing(w, "session", pass);
	else if (e != OK)
		staff_store_fault(w->request, e);
	else
		staff_tell_ended(w->staff, &ended);
	return e == OK;
}

static void
end_that(struct staff_work *w)
{
	const int64_t *pass = w->arg;

	if (end_one(w, *pass, "session.end"))
		request_reply(w->request, 204, NULL, STR(""));
}

/* All but the one that asks: that one is told anew who it is. */
static void
end_others(struct staff_work *w)
{
	struct audit_row line = staff_line(w, "session.end", STR(""));
	struct store_op op = {.verb = STORE_PASS};
	struct staff_ended ended = {.company = w->who.company,
	    .agent = w->who.agent,
	    .but = w->who.pass};

	op.pass.deed = PASS_END_ALL;
	op.pass.row = (struct pass_row){.id = w->who.pass,
	    .kind = PASS_SESSION,
	    .company = w->who.company,
	    .agent = w->who.agent};
	op.pass.audit = &line;
	if (!staff_done(w, &op))
		return;
	staff_tell_ended(w->staff, &ended);
	request_reply(w->request, 204, NULL, STR(""));
}

/* DELETE /v1/staff/sessions and /v1/staff/sessions/ID. */
void
staff_sessions_end(struct request *r)
{
	static const char path[] = "/v1/staff/sessions";
	int64_t *id;

	if (str_eq(request_path(r), str_from(path))) {
		staff_begin_session(r, end_others, NULL);
		return;
	}
	id = staff_alloc(r, sizeof(*id));
	if (id != NULL && staff_path(r, "/v1/staff/sessions/", id, ""))
		staff_begin_session(r, end_that, id);
}

/* ---- logout ------------------------------------------------------------ */

static void
leave(struct staff_work *w)
{
	const struct staff_door *door = w->arg;

	if (!end_one(w, w->who.pass, "logout"))
		return;
	staff_cookie(w->request, door->secure, NULL, 0);
	request_reply(w->request, 204, NULL, STR(""));
}

void
staff_logout(struct request *r)
{
	struct staff_door *door = staff_alloc(r, sizeof(*door));

	if (door != NULL && staff_door(r, door))
		staff_begin_session(r, leave, door);
}
