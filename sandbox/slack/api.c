/*
 * api: who calls, which method, may they, with what; and the answer around
 * what the method made. Failures are 200 with ok false, as the vendor has it,
 * but for too many calls.
 */
#include "sandbox/slack/api.h"

#include <stdlib.h>

static const char type_json[] = "application/json; charset=utf-8";

/* ---- what methods use --------------------------------------------------- */

bool
sb_call_channel(struct api_call *c, struct str id)
{
	c->channel = sb_world_channel(c->w, id);
	if (c->channel == NULL)
		c->error = "channel_not_found";
	return c->channel != NULL;
}

bool
sb_call_place(struct api_call *c, struct str id)
{
	if (!sb_call_channel(c, id))
		return false;
	if (c->channel->archived)
		c->error = "is_archived";
	else if (!c->channel->member)
		c->error = "not_in_channel";
	return c->error == NULL;
}

struct message *
sb_call_thread(struct api_call *c, const struct value *v, uint64_t *thread)
{
	struct message *m;

	*thread = 0;
	if (!v->given)
		return NULL;
	*thread = v->ts;
	m = v->ts == 0 ? NULL : sb_message_find(c->channel, v->ts);
	if (m == NULL && (v->ts == 0 || !c->w->any_thread))
		c->error = "thread_not_found";
	else if (m != NULL && m->root != NULL)
		c->error = "cannot_reply_to_message";
	return m;
}

void
sb_call_effect(struct api_call *c, const char *kind, const struct message *m,
    struct str text)
{
	char thread[TS_TEXT + 1], ts[TS_TEXT + 1];
	struct buf more = {0};
	struct effect e = {.vendor = "slack",
	    .kind = kind,
	    .account = c->w->team,
	    .to = c->channel->node.key,
	    .text = text,
	    .id = STR(""),
	    .row = c->content.row};

	if (m != NULL)
		e.id = sb_ts_write(m->key.ts, ts);
	if (m != NULL && m->thread != 0)
		e.thread = sb_ts_write(m->thread, thread);
	if (c->content.blocks.n > 0)
		sb_put_raw(&more, "blocks", c->content.blocks);
	if (c->content.markdown)
		sb_put_raw(&more, "markdown", STR("true"));
	e.more = buf_view(&more);
	sandbox_effect(c->slack->sandbox, c->visit, &e);
	buf_free(&more);
}

/* ---- who, and may they -------------------------------------------------- */

static bool
authenticate(struct api_call *c)
{
	struct str token = request_bearer(c->visit->request);
	struct node *n;

	if (token.p == NULL)
		token = c->args.token;
	if (token.p == NULL || token.n == 0) {
		c->error = "not_authed";
		return false;
	}
	n = sb_table_find(&c->slack->tokens, token);
	if (n == NULL)
		c->error = "invalid_auth";
	else
		c->w = CONTAINER_OF(n, struct workspace, node);
	return n != NULL;
}

static bool
has_word(struct str list, struct str word)
{
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		struct str head = {
		    list.p, comma == NULL ? list.n : (size_t)(comma - list.p)};

		if (str_eq(head, word))
			return true;
		list.p += head.n + (comma != NULL);
		list.n -= head.n + (comma != NULL);
	}
	return false;
}

/* One of those that the method lists is enough. */
static bool
in_scope(struct api_call *c)
{
	struct str needed = str_from(c->method->scope),
		   scopes = str_from(c->w->scopes);
	size_t from = 0, i;

	for (i = 0; i <= needed.n; i++) {
		if (i < needed.n && needed.p[i] != ',')
			continue;
		if (has_word(scopes, (struct str){needed.p + from, i - from}))
			return true;
		from = i + 1;
	}
	if (needed.n == 0)
		return true;
	c->error = "missing_scope";
	sb_put_text(&c->out, "needed", needed);
	sb_put_text(&c->out, "provided", scopes);
	return false;
}

static bool
in_rate(struct api_call *c, unsigned *wait_s)
{
	struct str key = arena_printf(
	    c->visit->arena, "%s %s", c->method->name, c->w->team.p);

	if (sandbox_rate(c->slack->sandbox, c->method->rate, key, wait_s))
		return true;
	c->error = "ratelimited";
	return false;
}

static const struct method *
find_method(struct str name)
{
	const struct method *m = sb_slack_methods;

	while (m->name != NULL && !str_eq(name, str_from(m->name)))
		m++;
	return m->name == NULL ? NULL : m;
}

/* ---- the answer --------------------------------------------------------- */

static void
put_warnings(struct buf *b, const char *warning)
{
	if (warning == NULL)
		return;
	sb_put_text(b, "warning", str_from(warning));
	buf_str(b, ",\"response_metadata\":{\"warnings\":[");
	buf_json(b, str_from(warning));
	buf_str(b, "]}");
}

static void
put_detail(struct buf *b, const struct api_call *c)
{
	struct str detail = c->detail.n > 0 ? c->detail : c->args.detail;

	if (detail.n == 0)
		return;
	buf_str(b, ",\"response_metadata\":{\"messages\":[");
	buf_json(b, detail);
	buf_str(b, "]}");
}

static void
answer(struct api_call *c, unsigned wait_s)
{
	struct visit *v = c->visit;
	struct buf b = {0};
	unsigned status = wait_s > 0 ? 429 : 200;

	buf_str(&b, c->error == NULL ? "{\"ok\":true" : "{\"ok\":false");
	if (c->error != NULL)
		sb_put_text(&b, "error", str_from(c->error));
	if (c->out.len > 0) {
		buf_char(&b, ',');
		buf_add(&b, c->out.data, c->out.len);
	}
	if (c->error != NULL)
		put_detail(&b, c);
	else
		put_warnings(&b, c->args.warning);
	buf_char(&b, '}');
	if (wait_s > 0)
		request_add_header(v->request, "Retry-After",
		    arena_printf(v->arena, "%u", wait_s));
	v->error = c->error;
	buf_free(&c->out);
	sb_args_free(&c->args);
	sb_visit_reply(v, status, type_json, buf_view(&b));
	buf_free(&b);
}

/* ---- a call ------------------------------------------------------------- */

static void
run(struct api_call *c)
{
	if (c->method->check != NULL)
		c->method->check(c);
	if (c->error != NULL)
		return;
	if (c->content.cut)
		c->args.warning = "message_truncated";
	sandbox_lock(c->slack->sandbox);
	c->method->run(c);
	sandbox_unlock(c->slack->sandbox);
}

static void
prepare(struct api_call *c, struct str name, unsigned *wait_s)
{
	c->method = find_method(name);
	if (c->method == NULL) {
		c->error = "unknown_method";
		sb_put_text(&c->out, "req_method", name);
		return;
	}
	sb_args_read(&c->args, c->visit, c->method->get);
	if (!authenticate(c) || (c->method->scope != NULL && !in_scope(c)) ||
	    !in_rate(c, wait_s))
		return;
	if (c->args.error == NULL)
		sb_args_check(&c->args, c->method->args);
	c->error = c->args.error;
}

void
sb_slack_api_serve(struct visit *v, struct str name)
{
	struct api_call *c = arena_alloc(v->arena, sizeof(*c));
	unsigned wait_s = 0;

	if (c == NULL) {
		sb_visit_reply(v, 503, NULL, (struct str){0});
		return;
	}
	c->visit = v;
	c->slack = v->state;
	prepare(c, name, &wait_s);
	if (c->error == NULL)
		run(c);
	answer(c, wait_s > 0 ? wait_s : c->wait_s);
}

/* ---- the door ----------------------------------------------------------- */

static const struct {
	const char *prefix;
	void (*serve)(struct visit *v, struct str rest);
} parts[] = {
    {"api/", sb_slack_api_serve},
    {"upload/", sb_slack_upload_serve},
    {"files/", sb_slack_file_serve},
    {"respond/", sb_slack_respond_serve},
};

void
sb_slack_serve(struct visit *v)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		n = strlen(parts[i].prefix);
		if (v->tail.n < n || memcmp(v->tail.p, parts[i].prefix, n) != 0)
			continue;
		parts[i].serve(v, (struct str){v->tail.p + n, v->tail.n - n});
		return;
	}
	v->error = "not_found";
	sb_visit_reply(v, 404, "text/html", STR("<h1>Not Found</h1>"));
}

const char *
sb_slack_failure(unsigned status, struct buf *out)
{
	const char *word = status == 429   ? "ratelimited"
			   : status >= 500 ? "service_unavailable"
					   : "fatal_error";

	buf_addf(out, "{\"ok\":false,\"error\":\"%s\"}", word);
	return type_json;
}
