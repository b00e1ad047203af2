/*
 * slack_call: the request of a step. The table says how each is asked and who
 * reads the answer. The token goes to Slack's API and to the files that Slack
 * keeps, and nowhere else: a response URL needs none.
 */
#include "channels/slack/slack_inner.h"

#define API "https://slack.com/api"
/* A page of messages, each with its blocks. */
#define LIST_MAX (8u * 1024 * 1024)

const struct slack_step_row slack_steps[SLACK_STEPS] = {
    [STEP_WHO] = {.method = "users.info",
	.get = true,
	.again = true,
	.write = slack_write_who,
	.done = slack_done_who,
	.failed = slack_failed_who},
    [STEP_POST] = {.method = "chat.postMessage",
	.write = slack_write_post,
	.done = slack_done_sent},
    [STEP_RESPOND] = {.write = slack_write_respond},
    [STEP_EPHEMERAL] = {.method = "chat.postEphemeral",
	.write = slack_write_ephemeral,
	.done = slack_done_sent},
    [STEP_UPDATE] = {.method = "chat.update",
	.again = true,
	.write = slack_write_update,
	.done = slack_done_changed,
	.failed = slack_failed_update},
    [STEP_STOP] = {.method = "chat.stopStream",
	.again = true,
	.write = slack_write_stop,
	.done = slack_done_changed,
	.failed = slack_failed_stop},
    [STEP_CLOSE] = {.method = "chat.stopStream",
	.again = true,
	.write = slack_write_close,
	.done = slack_done_closed,
	.failed = slack_failed_stop},
    [STEP_START] = {.method = "chat.startStream",
	.again = true,
	.write = slack_write_start,
	.done = slack_done_started,
	.failed = slack_failed_start},
    [STEP_APPEND] = {.method = "chat.appendStream",
	.write = slack_write_append,
	.done = slack_done_shown,
	.failed = slack_failed_append},
    [STEP_DRAFT_POST] = {.method = "chat.postMessage",
	.again = true,
	.write = slack_write_draft,
	.done = slack_done_started,
	.failed = slack_failed_start},
    [STEP_DRAFT_UPDATE] = {.method = "chat.update",
	.again = true,
	.write = slack_write_redraft,
	.done = slack_done_shown,
	.failed = slack_failed_append},
    [STEP_REPLIES] = {.method = "conversations.replies",
	.get = true,
	.again = true,
	.write = slack_write_list,
	.done = slack_done_list},
    [STEP_HISTORY] = {.method = "conversations.history",
	.get = true,
	.again = true,
	.write = slack_write_list,
	.done = slack_done_list},
    [STEP_FILE_INFO] = {.method = "files.info",
	.get = true,
	.again = true,
	.write = slack_write_file,
	.done = slack_done_file},
    [STEP_FILE] = {.get = true, .again = true},
    [STEP_STATUS] = {.method = "assistant.threads.setStatus",
	.again = true,
	.write = slack_write_status},
    [STEP_CHECK] = {.method = "auth.test",
	.again = true,
	.done = slack_done_check},
};

/* ---- the request -------------------------------------------------------- */

/* A line break in it would be a header of its own. */
static bool
token_ok(struct str token)
{
	size_t i;

	for (i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] > '~')
			return false;
	return token.n > 0;
}

static bool
add_header(struct call *out, struct str header)
{
	if (header.p == NULL)
		return false;
	out->headers[out->header_count++] = header;
	return true;
}

static bool
needs_token(const struct slack_plan *p)
{
	return p->step != STEP_RESPOND;
}

static enum err
add_headers(const struct slack_plan *p, bool json, struct call *out)
{
	struct str token = p->job->account->token;

	if (needs_token(p) &&
	    !add_header(out, arena_printf(p->arena,
				 "Authorization: Bearer %.*s", STR_FMT(token))))
		return E_NOMEM;
	if (json)
		(void)add_header(
		    out, STR("Content-Type: application/json; charset=utf-8"));
	return OK;
}

static struct str
method_url(const struct slack_plan *p, struct str query)
{
	struct str api = p->job->account->doc->api;

	if (api.n == 0)
		api = STR(API);
	return arena_printf(p->arena, "%.*s/%s%s%.*s", STR_FMT(api),
	    slack_steps[p->step].method, query.n > 0 ? "?" : "",
	    STR_FMT(query));
}

static struct str
arguments(const struct slack_plan *p)
{
	const struct slack_step_row *row = &slack_steps[p->step];
	struct buf b = {0};

	if (!row->get)
		buf_char(&b, '{');
	if (row->write != NULL)
		row->write(p, &b);
	if (!row->get)
		buf_char(&b, '}');
	return buf_take(&b, p->arena);
}

/* By a URL that Slack gave us. */
static enum err
call_url(const struct slack_plan *p, struct call *out)
{
	bool file = p->step == STEP_FILE;

	out->url = file ? p->url : p->payload.to.url;
	out->public_only = true;
	out->follow = file;
	if (file)
		out->answer_max = p->size > 0 ? (size_t)p->size
					      : SLACK_FILE_MAX;
	else
		out->body = arguments(p);
	return !file && out->body.p == NULL ? E_NOMEM
					    : add_headers(p, !file, out);
}

static enum err
call_method(const struct slack_plan *p, struct call *out)
{
	const struct slack_step_row *row = &slack_steps[p->step];
	bool json = !row->get && row->write != NULL;
	struct str with = arguments(p);

	if (with.p == NULL)
		return E_NOMEM;
	out->url = method_url(p, row->get ? with : STR(""));
	if (json) /* a method that takes no arguments takes no body */
		out->body = with;
	if (p->step == STEP_REPLIES || p->step == STEP_HISTORY)
		out->answer_max = LIST_MAX;
	return out->url.p == NULL ? E_NOMEM : add_headers(p, json, out);
}

enum err
slack_call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead)
{
	struct slack_plan p;
	enum err e = slack_plan(job, a, &p, instead);

	if (e != OK)
		return e;
	if (needs_token(&p) && !token_ok(job->account->token)) {
		*instead = slack_never("bad_token",
		    "The account's token holds characters that no token has");
		instead->kind = job->kind == JOB_FETCH ? OUTCOME_LATER
						       : OUTCOME_BLOCKED;
		return E_DENIED;
	}
	*out = (struct call){
	    .method = slack_steps[p.step].get ? "GET" : "POST"};
	return slack_steps[p.step].method == NULL ? call_url(&p, out)
						  : call_method(&p, out);
}
