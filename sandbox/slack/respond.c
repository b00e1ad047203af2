/*
 * respond: response URLs: no token, at most five uses, half an hour. They are
 * kept until they are over and a new one is made.
 */
#include "sandbox/slack/api.h"

#include <stdio.h>
#include <stdlib.h>

#define USES_MOST 5u
#define OPEN_MS (30 * 60 * 1000)
#define RESPONSES_MOST 20000u

/* All live equally long, so those that are over are the oldest. */
static void
forget_old(struct slack *sl, int64_t now)
{
	struct response *r;

	while ((r = sl->response_oldest) != NULL && r->until <= now) {
		sl->response_oldest = r->next;
		if (r->next == NULL)
			sl->response_newest = NULL;
		sb_table_remove(&sl->responses, &r->node);
		free(r);
	}
}

static void
keep(struct slack *sl, struct response *r)
{
	if (sl->response_newest != NULL)
		sl->response_newest->next = r;
	else
		sl->response_oldest = r;
	sl->response_newest = r;
}

struct response *
sb_response_new(
    struct slack *sl, struct channel *ch, struct user *user, uint64_t ts)
{
	const struct sandbox *s = sl->sandbox;
	int64_t now = clock_steady(s->conf.clock);
	struct response *r;

	forget_old(sl, now);
	if (sl->responses.count >= RESPONSES_MOST ||
	    (r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	*r = (struct response){.channel = ch,
	    .user = user,
	    .ts = ts,
	    .until = now + (int64_t)((double)OPEN_MS * s->timeout_scale)};
	sandbox_hex(sl->sandbox, r->id, sizeof(r->id) - 1);
	r->node.key = str_from(r->id);
	if (sb_table_add(&sl->responses, &r->node) != OK) {
		free(r);
		return NULL;
	}
	keep(sl, r);
	return r;
}

struct str
sb_response_url(const struct response *r, struct arena *a)
{
	return arena_printf(a, "%s/slack/respond/%s",
	    r->channel->w->slack->sandbox->base, r->id);
}

/* ---- using one ---------------------------------------------------------- */

enum {
	RESPOND_TEXT,
	RESPOND_BLOCKS,
	RESPOND_ATTACHMENTS,
	RESPOND_MARKDOWN,
	RESPOND_THREAD,
	RESPOND_TYPE,
	RESPOND_REPLACE,
	RESPOND_DELETE
};

static const struct arg respond_args[] = {
    {"text", ARG_TEXT, false},
    {"blocks", ARG_LIST, false},
    {"attachments", ARG_LIST, false},
    {"markdown_text", ARG_TEXT, false},
    {"thread_ts", ARG_TS, false},
    {"response_type", ARG_TEXT, false},
    {"replace_original", ARG_FLAG, false},
    {"delete_original", ARG_FLAG, false},
    {"mrkdwn", ARG_FLAG, false},
    {"unfurl_links", ARG_FLAG, false},
    {"unfurl_media", ARG_FLAG, false},
    {"metadata", ARG_OBJECT, false},
    {NULL, ARG_TEXT, false},
};

static const char *
use(struct slack *sl, struct str id, struct response **out)
{
	struct node *n = sb_table_find(&sl->responses, id);
	struct response *r;

	if (n == NULL)
		return "no_such_url";
	r = CONTAINER_OF(n, struct response, node);
	if (clock_steady(sl->sandbox->conf.clock) >= r->until)
		return "expired_url";
	if (r->uses >= USES_MOST)
		return "used_url";
	r->uses++;
	*out = r;
	return NULL;
}

static void
read_body(struct api_call *c)
{
	const struct content_given g = {.text = arg(c, RESPOND_TEXT),
	    .blocks = arg(c, RESPOND_BLOCKS),
	    .attachments = arg(c, RESPOND_ATTACHMENTS),
	    .markdown = arg(c, RESPOND_MARKDOWN),
	    .text_most = TEXT_MOST,
	    .cuts = true};
	const char *wrong;

	sb_args_read(&c->args, c->visit, false);
	if (c->args.root == NULL && c->args.error == NULL)
		c->args.error = "invalid_payload";
	if (c->args.error == NULL)
		sb_args_check(&c->args, respond_args);
	c->error = c->args.error;
	if (c->error != NULL)
		return;
	wrong = sb_content_read(&c->content, &g, c->visit->arena, &c->detail);
	if (wrong != NULL && !arg(c, RESPOND_DELETE)->flag)
		c->error = wrong;
}

/* What the person sees of it. */
static void
respond(struct api_call *c, const struct response *r)
{
	struct str type = arg(c, RESPOND_TYPE)->text;
	char thread[TS_TEXT + 1];
	struct buf more = {0};
	struct effect e = {.vendor = "slack",
	    .kind = "respond",
	    .account = r->channel->w->team,
	    .to = r->channel->node.key,
	    .text = c->content.text,
	    .id = str_from(r->id)};

	if (arg(c, RESPOND_THREAD)->ts != 0)
		e.thread = sb_ts_write(arg(c, RESPOND_THREAD)->ts, thread);
	sb_put_text(&more, "user", r->user->node.key);
	sb_put_text(
	    &more, "response_type", type.n == 0 ? STR("ephemeral") : type);
	if (arg(c, RESPOND_REPLACE)->flag)
		sb_put_raw(&more, "replace_original", STR("true"));
	if (arg(c, RESPOND_DELETE)->flag)
		sb_put_raw(&more, "delete_original", STR("true"));
	if (c->content.blocks.n > 0)
		sb_put_raw(&more, "blocks", c->content.blocks);
	e.more = buf_view(&more);
	sandbox_effect(c->slack->sandbox, c->visit, &e);
	buf_free(&more);
}

void
sb_slack_respond_serve(struct visit *v, struct str id)
{
	struct api_call *c = arena_alloc(v->arena, sizeof(*c));
	struct response *r = NULL;
	unsigned status = 400;
	struct buf b = {0};

	if (c == NULL || strcmp(v->method, "POST") != 0) {
		sb_visit_reply(v, 405, NULL, (struct str){0});
		return;
	}
	c->visit = v;
	c->slack = v->state;
	read_body(c);
	sandbox_lock(v->sandbox);
	if (c->error == NULL) {
		c->error = use(c->slack, id, &r);
		status = r == NULL ? 404 : 200;
	}
	if (r != NULL)
		respond(c, r);
	sandbox_unlock(v->sandbox);
	sb_args_free(&c->args);
	v->error = c->error;
	if (c->error == NULL)
		buf_str(&b, "{\"ok\":true}");
	else
		buf_addf(&b, "{\"ok\":false,\"error\":\"%s\"}", c->error);
	sb_visit_reply(v, status, "application/json", buf_view(&b));
	buf_free(&b);
}
