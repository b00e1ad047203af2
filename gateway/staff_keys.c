/*
 * staff_keys: keys of the API. A key has a role, and never one that may do
 * more than who makes it. One that a key makes ends with it: not later than it,
 * and when it is ended or what it was made by is (staff_cache.c).
 */
#include "gateway/staff_body.h"
#include "core/json.h"
#include "gateway/staff_inside.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define DAYS_MAX 3650

struct form {
	int64_t id; /* of the path */
	struct str name, role;
	int64_t days, expires_at;
	bool personal;
};

/* ---- lists ------------------------------------------------------------- */

static void
write_key(struct buf *out, const struct pass_row *row)
{
	json_t *data = json_read(row->data);

	buf_addf(out, "{\"id\":%lld,\"name\":", (long long)row->id);
	buf_json(out, row->name);
	buf_str(out, ",\"role\":");
	buf_json(out, json_text(data, "role"));
	buf_addf(out,
	    ",\"agent\":%lld,\"created_at\":%lld,\"seen_at\":%lld,"
	    "\"expires_at\":%lld",
	    (long long)row->agent, (long long)row->created_at,
	    (long long)row->seen_at, (long long)row->expires_at);
	json_decref(data);
}

/* All of the company's; false: the request is answered. */
static bool
read_keys(struct staff_work *w, struct pass_row rows[KEYS_MAX], size_t *n)
{
	const struct pass_ask ask = {
	    .company = w->who.company, .kind = PASS_KEY};
	enum err e;

	*n = KEYS_MAX;
	e = store_list_passes(
	    w->reader, &ask, request_arena(w->request), rows, n);
	if (e != OK)
		staff_store_fault(w->request, e);
	return e == OK;
}

static void
list(struct staff_work *w)
{
	struct pass_row *rows = staff_alloc(
	    w->request, KEYS_MAX * sizeof(rows[0]));
	struct buf text = {0};
	size_t n, i;

	if (rows == NULL || !read_keys(w, rows, &n))
		return;
	buf_str(&text, "{\"keys\":[");
	for (i = 0; i < n; i++) {
		buf_str(&text, i == 0 ? "" : ",");
		write_key(&text, &rows[i]);
		buf_char(&text, '}');
	}
	buf_str(&text, "]}");
	staff_answer(w->request, 200, &text);
}

void
staff_keys(struct request *r)
{
	staff_begin(r, MAY_MANAGE_KEYS, list, NULL);
}

/* ---- a new one --------------------------------------------------------- */

static const struct body_member members[] = {
    {.name = "name",
	.read = body_line,
	.at = offsetof(struct form, name),
	.max = STAFF_NAME_MAX,
	.right = "what it is for, in 1 to 80 characters"},
    {.name = "role",
	.read = body_line,
	.at = offsetof(struct form, role),
	.max = ROLE_NAME_MAX,
	.right = "the name of a role"},
    {.name = "days",
	.read = body_number,
	.at = offsetof(struct form, days),
	.optional = true,
	.max = DAYS_MAX,
	.right = "after how many days it ends, 1 to 3650; 0: never"},
    {.name = "personal",
	.read = body_flag,
	.at = offsetof(struct form, personal),
	.optional = true,
	.right = "true, if what it does is done by you, or false"},
    {.name = NULL},
};

/* A key makes nothing that outlives it. */
static bool
within_maker(struct staff_work *w, const struct form *f)
{
	int64_t end = w->who.expires_at;

	if (w->who.kind != PASS_KEY)
		return true;
	if (w->who.agent != 0 && !f->personal)
		return staff_refuse_deed(w, "key.new", STAFF_FORBIDDEN,
		    "a personal key ends with its owner, and so must what it "
		    "makes: write personal true, or log in");
	return end == 0 || (f->expires_at != 0 && f->expires_at <= end) ||
	       staff_refuse_deed(w, "key.new", STAFF_FORBIDDEN,
		   "this key ends before that; write fewer days, or log in");
}

static bool
may_make(struct staff_work *w, const struct form *f)
{
	struct pass_row *rows = staff_alloc(
	    w->request, KEYS_MAX * sizeof(rows[0]));
	unsigned may = 0;
	size_t n;
	enum err e;

	if (rows == NULL || !read_keys(w, rows, &n))
		return false;
	if (n >= KEYS_MAX)
		return staff_refuse_deed(
		    w, "key.new", STAFF_FULL, "end some keys first");
	e = staff_role(w->reader, w->who.company, f->role,
	    request_arena(w->request), &may);
	if (e != OK) {
		staff_store_fault(w->request, e);
		return false;
	}
	if (may == 0)
		return staff_refuse_deed(w, "key.new", STAFF_FORBIDDEN,
		    "there is no such role, or it may do nothing");
	if (f->personal && w->who.agent == 0)
		return staff_refuse_deed(w, "key.new", STAFF_FORBIDDEN,
		    "a key of the company is nobody's own");
	if ((may & ~w->who.permissions) != 0)
		return staff_refuse_deed(w, "key.new", STAFF_FORBIDDEN,
		    "this role may do something that you may not");
	return within_maker(w, f);
}

static void
store_key(struct staff_work *w, const struct form *f, struct str data)
{
	struct audit_row line = staff_line(w, "key.new", data);
	struct store_op op = {.verb = STORE_PASS};
	struct pass_row *row = &op.pass.row;
	char token[STAFF_TOKEN_TEXT];
	struct buf text = {0};

	op.pass.deed = PASS_BEGIN;
	op.pass.audit = &line;
	*row = (struct pass_row){.kind = PASS_KEY,
	    .company = w->who.company,
	    .agent = f->personal ? w->who.agent : 0,
	    .name = f->name,
	    .data = data,
	    .created_at = clock_wall(w->gateway->clock),
	    .expires_at = f->expires_at};
	staff_token_new("fdk_", token, row->hash);
	if (!staff_done(w, &op))
		return;
	write_key(&text, row);
	buf_addf(&text, ",\"key\":\"%s\"}", token);
	staff_answer(w->request, 200, &text);
}

static void
make(struct staff_work *w)
{
	struct form *f = w->arg;
	struct buf data = {0};

	if (f->days > 0)
		f->expires_at = clock_wall(w->gateway->clock) +
				f->days * DAY_MS;
	if (!may_make(w, f))
		return;
	buf_str(&data, "{\"role\":");
	buf_json(&data, f->role);
	buf_addf(&data, ",\"by\":%lld,\"name\":", (long long)w->who.agent);
	buf_json(&data, f->name);
	if (w->who.kind == PASS_KEY)
		buf_addf(&data, ",\"from\":%lld", (long long)w->who.pass);
	buf_char(&data, '}');
	if (data.failed)
		staff_store_fault(w->request, E_NOMEM);
	else
		store_key(w, f, buf_view(&data));
	buf_free(&data);
}

void
staff_key_new(struct request *r)
{
	struct form *f = staff_alloc(r, sizeof(*f));
	const struct staff_form form = {
	    .permission = MAY_MANAGE_KEYS, .members = members, .into = f};

	if (f != NULL)
		staff_begin_form(r, &form, make);
}

/* ---- the end of one ---------------------------------------------------- */

static enum err
end_one(struct staff_work *w, int64_t key)
{
	struct audit_row line = staff_line(w, "key.end",
	    arena_printf(
		request_arena(w->request), "{\"key\":%lld}", (long long)key));
	struct store_op op = {.verb = STORE_PASS};
	struct staff_ended ended = {
	    .company = w->who.company, .pass = key, .keys = true};
	enum err e;

	op.pass.deed = PASS_END;
	op.pass.row = (struct pass_row){
	    .id = key, .kind = PASS_KEY, .company = w->who.company};
	op.pass.audit = &line;
	e = store_submit_wait(w->gateway->store, &op);
	ended.agent = op.pass.whose;
	if (e == OK)
		staff_tell_ended(w->staff, &ended);
	return e;
}

/*
 * Those that it made let nobody in any more (staff_cache.c): here they only
 * leave the list, and whoever is here by them. A key is younger than what made
 * it, so one look at all of them, in order, is enough.
 */
static enum err
end_made_by(struct staff_work *w, int64_t key)
{
	const struct pass_ask ask = {
	    .company = w->who.company, .kind = PASS_KEY, .after = key};
	struct arena *a = request_arena(w->request);
	struct pass_row *rows = arena_alloc(a, KEYS_MAX * sizeof(*rows));
	int64_t *ended = arena_alloc(a, (KEYS_MAX + 1) * sizeof(*ended));
	size_t n = KEYS_MAX, count = 1, i, k;
	enum err e = rows == NULL || ended == NULL ? E_NOMEM : OK;

	if (e == OK)
		e = store_list_passes(w->reader, &ask, a, rows, &n);
	for (i = 0; e == OK && i < n; i++) {
		ended[0] = key;
		for (k = 0; k < count && ended[k] != staff_key_from(&rows[i]);)
			k++;
		if (k == count)
			continue;
		ended[count++] = rows[i].id;
		e = end_one(w, rows[i].id);
		e = e == E_NOTFOUND ? OK : e;
	}
	return e;
}

static void
end(struct staff_work *w)
{
	const struct form *f = w->arg;
	enum err e = end_one(w, f->id);

	if (e == E_NOTFOUND) {
		staff_missing(w, "key", f->id);
		return;
	}
	if (e == OK)
		e = end_made_by(w, f->id);
	if (e != OK)
		staff_store_fault(w->request, e);
	else
		request_reply(w->request, 204, NULL, STR(""));
}

/* DELETE /v1/staff/keys/ID. */
void
staff_key_end(struct request *r)
{
	struct form *f = staff_alloc(r, sizeof(*f));

	if (f != NULL && staff_path(r, "/v1/staff/keys/", &f->id, ""))
		staff_begin(r, MAY_MANAGE_KEYS, end, f);
}
