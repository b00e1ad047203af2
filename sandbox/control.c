/*
 * control: /control/...: the sandbox's own paths, and those the sb_doors add.
 * The ledgers are read a page at a time.
 */
#include "sandbox/courier.h"
#include "core/json.h"
#include "sandbox/inside.h"
#include "sandbox/shape.h"

static const char type_json[] = "application/json";

void
sb_ask_reply(struct ask *a, const struct buf *json)
{
	if (json->failed)
		sb_ask_refuse(a, 503, "no memory");
	else
		request_reply(a->request, 200, type_json, buf_view(json));
}

void
sb_ask_refuse(struct ask *a, unsigned status, const char *words)
{
	struct buf b = {0};

	buf_char(&b, '{');
	sb_put_text(&b, "error", str_from(words));
	buf_char(&b, '}');
	request_reply(a->request, status, type_json, buf_view(&b));
	buf_free(&b);
}

void
sb_ask_faults(struct ask *a, struct faults *faults)
{
	struct buf b = {0};

	buf_str(&b, "{\"error\":\"the body is wrong\",\"faults\":");
	faults_write_json(faults, &b);
	buf_char(&b, '}');
	request_reply(a->request, 400, type_json, buf_view(&b));
	buf_free(&b);
	faults_free(faults);
}

bool
sb_ask_shaped(struct ask *a, const struct shape *shapes)
{
	struct faults faults = {0};

	if (sb_shape_check(a->body, "", shapes, &faults))
		return true;
	sb_ask_faults(a, &faults);
	return false;
}

struct str
sb_ask_text(const struct ask *a, const char *name)
{
	return json_text(a->body, name);
}

/* ---- the ledgers -------------------------------------------------------- */

static void
page_of(struct ask *a, struct ledger_page *page)
{
	struct str vendor = request_query(a->request, "vendor");

	if (!str_to_u64(request_query(a->request, "after"), UINT64_MAX - 1,
		&page->after))
		page->after = 0;
	page->vendor = vendor.p == NULL ? STR("") : vendor;
}

static void
on_effects(struct ask *a)
{
	struct ledger_page page = {.write = sb_record_write_effect};
	struct buf b = {0};

	page_of(a, &page);
	sandbox_lock(a->sandbox);
	sb_ledger_write(&a->sandbox->effects, "effects", &page, &b);
	sandbox_unlock(a->sandbox);
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_requests(struct ask *a)
{
	struct ledger_page page = {.write = sb_record_write_request};
	struct buf b = {0};

	page_of(a, &page);
	sandbox_lock(a->sandbox);
	sb_ledger_write(&a->sandbox->requests, "requests", &page, &b);
	sandbox_unlock(a->sandbox);
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_webhooks(struct ask *a)
{
	struct ledger_page page = {.write = sb_record_write_webhook};
	struct buf b = {0};

	page_of(a, &page);
	sandbox_lock(a->sandbox);
	sb_ledger_write(&a->sandbox->webhooks, "webhooks", &page, &b);
	buf_addf(
	    &b, ",\"pending\":%u", sb_courier_pending(a->sandbox->courier));
	sandbox_unlock(a->sandbox);
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

/* ---- the rest ----------------------------------------------------------- */

static void
on_faults(struct ask *a)
{
	struct buf b = {0};

	sandbox_lock(a->sandbox);
	sb_rules_write(&a->sandbox->rules, &b);
	sandbox_unlock(a->sandbox);
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_new_faults(struct ask *a)
{
	struct faults faults = {0};
	struct buf b = {0};
	enum err e;

	sandbox_lock(a->sandbox);
	e = sb_rules_read(&a->sandbox->rules, a->body, &faults);
	buf_addf(&b, "{\"rules\":%u}", a->sandbox->rules.count);
	sandbox_unlock(a->sandbox);
	if (e == OK)
		sb_ask_reply(a, &b);
	else
		sb_ask_faults(a, &faults);
	buf_free(&b);
}

static void
on_reset(struct ask *a)
{
	struct sandbox *s = a->sandbox;
	struct buf b = {0};

	sandbox_lock(s);
	sb_ledger_forget(&s->effects);
	sb_ledger_forget(&s->requests);
	sb_ledger_forget(&s->webhooks);
	sb_rules_forget(&s->rules);
	sandbox_unlock(s);
	buf_str(&b, "{\"reset\":true}");
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_ready(struct ask *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"ready\":true}");
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_accounts(struct ask *a)
{
	struct sandbox *s = a->sandbox;
	struct buf b = {0};
	unsigned i;

	buf_char(&b, '{');
	sandbox_lock(s);
	for (i = 0; i < sb_door_count; i++)
		if (sb_doors[i].describe != NULL)
			sb_doors[i].describe(s->states[i], &b);
	sandbox_unlock(s);
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static const struct control own[] = {
    {"GET", "/control/effects", on_effects},
    {"GET", "/control/requests", on_requests},
    {"GET", "/control/webhooks", on_webhooks},
    {"GET", "/control/faults", on_faults},
    {"POST", "/control/faults", on_new_faults},
    {"POST", "/control/reset", on_reset},
    {"GET", "/control/ready", on_ready},
    {"GET", "/control/accounts", on_accounts},
    {NULL, NULL, NULL},
};

/* ---- finding it --------------------------------------------------------- */

static const struct control *
find_in(const struct control *c, struct str path, const char *method)
{
	for (; c != NULL && c->path != NULL; c++)
		if (str_eq(path, str_from(c->path)) &&
		    strcmp(method, c->method) == 0)
			return c;
	return NULL;
}

static const struct control *
find(struct sandbox *s, struct str path, const char *method, void **state)
{
	const struct control *c = find_in(own, path, method);
	unsigned i;

	for (i = 0; i < sb_door_count && c == NULL; i++) {
		c = find_in(sb_doors[i].controls, path, method);
		*state = s->states[i];
	}
	return c;
}

static json_t *
body_of(struct request *r)
{
	struct str body = request_body(r);

	if (body.n == 0)
		return json_object();
	return json_read(body);
}

void
sb_control_serve(struct sandbox *s, struct request *r, const char *method)
{
	struct ask *a = arena_alloc(request_arena(r), sizeof(*a));
	void *state = NULL;
	json_t *body;
	const struct control *c = find(s, request_path(r), method, &state);

	if (a == NULL) {
		request_reply(r, 503, NULL, (struct str){0});
		return;
	}
	*a = (struct ask){.sandbox = s,
	    .request = r,
	    .arena = request_arena(r),
	    .state = state};
	if (c == NULL) {
		sb_ask_refuse(a, 404, "there is no such control");
		return;
	}
	/* Once it has replied, r and a are gone. */
	body = a->body = body_of(r);
	if (json_is_object(body))
		c->handle(a);
	else
		sb_ask_refuse(a, 400, "the body is no JSON object");
	json_decref(body);
}
