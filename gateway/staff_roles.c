/*
 * staff_roles: the roles that a company makes beside those built in. Nobody
 * makes, changes or removes one that may do more than they do.
 */
#include "gateway/staff_body.h"
#include "core/json.h"
#include "gateway/staff_inside.h"

#define PATH "/v1/staff/roles/"
#define PAGE 100u

struct form {
	struct str name; /* of the path */
	int64_t permissions, version;
};

/* ---- lists ------------------------------------------------------------- */

static void
write_role(
    struct buf *out, struct str name, unsigned permissions, uint64_t version)
{
	buf_str(out, "{\"name\":");
	buf_json(out, name);
	buf_str(out, ",\"permissions\":");
	permissions_write(out, permissions);
	buf_addf(out, ",\"builtin\":%s", version == 0 ? "true" : "false");
	if (version != 0)
		buf_addf(out, ",\"version\":%llu", (unsigned long long)version);
	buf_char(out, '}');
}

static void
write_builtins(struct buf *out)
{
	unsigned permissions = 0;
	size_t i;

	for (i = 0; role_builtin_name(i) != NULL; i++) {
		struct str name = str_from(role_builtin_name(i));

		(void)role_builtin(name, &permissions);
		buf_str(out, i == 0 ? "" : ",");
		write_role(out, name, permissions, 0);
	}
}

static void
list(struct staff_work *w)
{
	const struct item_ask ask = {
	    .company = w->who.company, .kind = ITEM_ROLE};
	struct item items[ROLES_MAX];
	struct buf text = {0};
	size_t n = ROLES_MAX, i;
	enum err e = store_list_items(
	    w->reader, &ask, request_arena(w->request), items, &n);

	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	buf_str(&text, "{\"roles\":[");
	write_builtins(&text);
	for (i = 0; i < n; i++) {
		unsigned permissions = 0;

		if (!permissions_read(items[i].value, &permissions))
			continue;
		buf_char(&text, ',');
		write_role(&text, items[i].key, permissions, items[i].version);
	}
	buf_str(&text, "]}");
	staff_answer(w->request, 200, &text);
}

void
staff_roles(struct request *r)
{
	staff_begin(r, MAY_ANSWER, list, NULL);
}

/* ---- changes ----------------------------------------------------------- */

static bool
read_permissions(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	int64_t set = 0;
	json_t *word;
	size_t i;

	if (!json_is_array(value))
		return body_refuse(r, m, "is no array");
	json_array_foreach(value, i, word)
	{
		unsigned bit = permission_find(json_text_of(word));

		if (bit == 0 || set & bit)
			return body_refuse(
			    r, m, "names one that there is not, or twice");
		set |= bit;
	}
	memcpy((char *)r->out + m->at, &set, sizeof(set));
	return true;
}

static const struct body_member members[] = {
    {.name = "permissions",
	.read = read_permissions,
	.at = offsetof(struct form, permissions),
	.right = "an array of permissions, such as [\"answer\",\"take\"]"},
    {.name = "version",
	.read = body_number,
	.at = offsetof(struct form, version),
	.optional = true,
	.max = INT64_MAX,
	.right = "the version that you have read"},
    {.name = NULL},
};

/* Is what it may do now, and then, within what the caller may? */
static bool
may_touch(struct staff_work *w, const struct form *f)
{
	unsigned now = 0, then = (unsigned)f->permissions;
	enum err e;

	if (role_builtin(f->name, &now))
		return staff_refuse_deed(w, "role", STAFF_IN_USE,
		    "this role is built in; take another name");
	e = staff_role(w->reader, w->who.company, f->name,
	    request_arena(w->request), &now);
	if (e != OK) {
		staff_store_fault(w->request, e);
		return false;
	}
	return ((now | then) & ~w->who.permissions) == 0 ||
	       staff_refuse_deed(w, "role", STAFF_FORBIDDEN,
		   "it may do something that you may not");
}

static struct store_op
role_op(struct staff_work *w, const struct form *f)
{
	struct store_op op = {.verb = STORE_ITEM};

	op.item.item = (struct item){.company = w->who.company,
	    .kind = ITEM_ROLE,
	    .key = f->name,
	    .at = clock_wall(w->gateway->clock)};
	op.item.version = (uint64_t)f->version;
	op.item.most = ROLES_MAX;
	return op;
}

static struct str
detail_of(struct staff_work *w, const struct form *f, struct str value)
{
	return arena_printf(request_arena(w->request),
	    "{\"role\":\"%.*s\",\"permissions\":%.*s}", STR_FMT(f->name),
	    STR_FMT(value));
}

static void
put(struct staff_work *w)
{
	const struct form *f = w->arg;
	struct store_op op = role_op(w, f);
	struct buf value = {0}, text = {0};
	struct audit_row line;

	if (!may_touch(w, f))
		return;
	permissions_write(&value, (unsigned)f->permissions);
	op.item.item.value = buf_view(&value);
	line = staff_line(w, "role.put", detail_of(w, f, buf_view(&value)));
	op.item.audit = &line;
	if (value.failed) {
		staff_store_fault(w->request, E_NOMEM);
	} else if (staff_done(w, &op)) {
		write_role(&text, f->name, (unsigned)f->permissions,
		    op.item.item.version);
		staff_answer(w->request, 200, &text);
	}
	buf_free(&value);
}

/* A form with the path's name; NULL: the request is answered. */
static struct form *
form_of(struct request *r)
{
	struct str name = staff_path_rest(r, PATH);
	struct form *f = staff_alloc(r, sizeof(*f));

	if (f == NULL)
		return NULL;
	if (!role_name_valid(name)) {
		staff_store_fault(r, E_NOTFOUND);
		return NULL;
	}
	f->name = name;
	return f;
}

void
staff_role_put(struct request *r)
{
	struct form *f = form_of(r);
	const struct staff_form form = {
	    .permission = MAY_MANAGE_STAFF, .members = members, .into = f};

	if (f != NULL)
		staff_begin_form(r, &form, put);
}

/* ---- removing one ------------------------------------------------------ */

/* Has anybody this role? False: the request is answered. */
static bool
look_for(struct staff_work *w, struct str role, bool *found)
{
	struct agents_ask ask = {w->who.company, 0};
	struct agent_row rows[PAGE];
	size_t n = PAGE, i;
	enum err e = OK;

	*found = false;
	while (e == OK && n == PAGE && !*found) {
		e = store_list_agents(
		    w->reader, &ask, request_arena(w->request), rows, &n);
		for (i = 0; e == OK && i < n; i++) {
			*found = *found || str_eq(rows[i].role, role);
			ask.after = rows[i].id;
		}
	}
	if (e != OK)
		staff_store_fault(w->request, e);
	return e == OK;
}

static void
end(struct staff_work *w)
{
	const struct form *f = w->arg;
	struct store_op op = role_op(w, f);
	struct item item;
	struct audit_row line;
	bool used;
	enum err e;

	e = store_read_item(
	    w->reader, &op.item.item, request_arena(w->request), &item);
	if (e != OK && e != E_NOTFOUND) {
		staff_store_fault(w->request, e);
		return;
	}
	if (!may_touch(w, f) || !look_for(w, f->name, &used))
		return;
	if (e == E_NOTFOUND) {
		staff_store_fault(w->request, e);
		return;
	}
	if (used) {
		(void)staff_refuse_deed(w, "role", STAFF_IN_USE,
		    "sellers have this role; give them another first");
		return;
	}
	line = staff_line(w, "role.end", detail_of(w, f, item.value));
	op.item.audit = &line;
	if (staff_done(w, &op))
		request_reply(w->request, 204, NULL, STR(""));
}

void
staff_role_end(struct request *r)
{
	struct form *f = form_of(r);

	if (f != NULL)
		staff_begin(r, MAY_MANAGE_STAFF, end, f);
}
