/*
 * slack_result: what Slack's answer means. Most of it stands in the tables of
 * slack_call.c and slack_fault.c; here is what is the same for all: waiting,
 * answers that are none, and the two URLs that are not methods.
 */
#include "channels/slack/slack_inner.h"
#include "core/utf8.h"

#include <strings.h>

/* Where Slack says "wait" and not how long. */
#define WAIT_MS 30000
#define CODE_MAX 80u

/* ---- no answer ---------------------------------------------------------- */

static void
later(enum outcome_scope scope, const struct reply *r, struct outcome *o)
{
	*o = (struct outcome){.kind = OUTCOME_LATER, .scope = scope};
	o->after_ms = r->retry_after_ms > 0 ? r->retry_after_ms : 0;
	if (r->status == 429 && o->after_ms == 0)
		o->after_ms = WAIT_MS;
}

static void
with_status(const struct slack_plan *p, const struct reply *r,
    enum outcome_kind kind, struct outcome *o)
{
	*o = (struct outcome){.kind = kind,
	    .code = arena_printf(p->arena, "http_%u", r->status),
	    .reason = arena_printf(p->arena,
		"Slack answered with status %u and no word of explanation",
		r->status)};
}

/*
 * 503 says that nothing was done. After any other failure of the server, and
 * after a 200 that nobody can read, the message may be there.
 */
static void
no_answer(const struct slack_plan *p, const struct reply *r, struct outcome *o)
{
	bool again = slack_steps[p->step].again;

	if (r->status == 503 || (r->status >= 500 && again))
		later(SCOPE_ROW, r, o);
	else if (r->status >= 500 || r->status < 300)
		with_status(p, r, again ? OUTCOME_LATER : OUTCOME_DOUBT, o);
	else if (r->status == 401 || r->status == 403 || r->status == 404)
		/* No method of Slack's is "not found": that is not Slack. */
		with_status(p, r, OUTCOME_BLOCKED, o);
	else
		with_status(p, r, OUTCOME_NEVER, o);
}

/* ---- methods ------------------------------------------------------------ */

static struct str
code_of(const struct reply *r, const json_t *root)
{
	struct str code = utf8_prefix(json_text(root, "error"), CODE_MAX);

	if (code.n == 0 && r->status == 429)
		return STR("ratelimited");
	return code.n == 0 ? STR("unreadable") : code;
}

/*
 * A limit is of one method. Only where that is the sending of messages does
 * the account wait: its others would be refused like this one, and lists,
 * drafts and files have limits of their own.
 */
static enum outcome_scope
limit_scope(const struct slack_plan *p, struct str code)
{
	if (p->job->kind != JOB_SEND || p->step != STEP_POST)
		return SCOPE_ROW;
	return str_eq(code, STR("rate_limited")) ? SCOPE_RECIPIENT
						 : SCOPE_ACCOUNT;
}

static void
refused(const struct slack_plan *p, const struct reply *r, const json_t *root,
    struct outcome *o)
{
	const struct slack_step_row *row = &slack_steps[p->step];
	struct str code = code_of(r, root);

	if (row->failed != NULL && row->failed(p, code, o))
		return;
	if (r->status == 429) {
		later(limit_scope(p, code), r, o);
		o->code = STR("ratelimited");
	} else if (json_text(root, "error").n == 0) {
		no_answer(p, r, o);
	} else {
		slack_fault(p, code, root, o);
		if (o->kind == OUTCOME_LATER && r->retry_after_ms > 0)
			o->after_ms = r->retry_after_ms;
	}
}

static void
result_method(
    const struct slack_plan *p, const struct reply *r, struct outcome *o)
{
	const struct slack_step_row *row = &slack_steps[p->step];
	json_t *root = json_read(r->body);

	if (r->status != 200 || !json_is_true(json_object_get(root, "ok")))
		refused(p, r, root, o);
	else if (row->done != NULL)
		row->done(p, root, o);
	else
		o->kind = OUTCOME_OK;
	json_decref(root);
}

/* ---- a response URL ----------------------------------------------------- */

static bool
says_ok(struct str body)
{
	json_t *root;
	bool ok;

	if (body.n == 0 || str_eq(str_trim(body), STR("ok")))
		return true;
	root = json_read(body);
	ok = json_is_true(json_object_get(root, "ok"));
	json_decref(root);
	return ok;
}

static bool
says_no(struct str body)
{
	json_t *root = json_read(body);
	bool no = json_is_false(json_object_get(root, "ok"));

	json_decref(root);
	return no;
}

/* Used up or too old: the user can be shown it in another way. */
static void
result_response(
    const struct slack_plan *p, const struct reply *r, struct outcome *o)
{
	if (r->status == 429)
		later(SCOPE_ROW, r, o);
	else if (r->status == 200 && says_ok(r->body))
		o->kind = OUTCOME_OK;
	else if ((r->status >= 300 && r->status < 500) || says_no(r->body))
		*o = (struct outcome){
		    .kind = OUTCOME_NEXT, .state = STR("ephemeral")};
	else
		no_answer(p, r, o);
}

/* ---- a file ------------------------------------------------------------- */

static bool
is_page(struct str type)
{
	static const char html[] = "text/html";

	return type.n >= sizeof(html) - 1 &&
	       strncasecmp(type.p, html, sizeof(html) - 1) == 0;
}

/* With a token that may not read files, Slack sends a page to log in. */
static void
result_file(
    const struct slack_plan *p, const struct reply *r, struct outcome *o)
{
	if (r->status == 429 || r->status >= 500) {
		later(SCOPE_ROW, r, o);
	} else if (r->status != 200) {
		with_status(p, r, OUTCOME_NEVER, o);
		o->reason = STR("The file is not there any more, or the app "
				"may not read it");
	} else if (is_page(r->type)) {
		*o = slack_never("file_login",
		    "Slack does not let the app read files: give it the scope "
		    "files:read and install it again");
	} else {
		o->kind = OUTCOME_OK;
		o->bytes = arena_copy(p->arena, r->body);
		if (o->bytes.p == NULL)
			o->kind = OUTCOME_LATER;
	}
}

/* ---- all ---------------------------------------------------------------- */

/* What mentions us beside the threads that we know stands in their channel. */
static void
name_channel(const struct slack_plan *p, struct outcome *o)
{
	struct slack_place channel = {.channel = p->payload.to.channel};

	if (p->job->kind == JOB_BACKFILL && p->step == STEP_REPLIES &&
	    !slack_place_direct(&channel))
		o->also = slack_address(
		    p->job->account->doc, &channel, p->arena);
}

/* What is only of one file, or only for show. */
static void
soften(const struct slack_plan *p, const struct reply *r, struct outcome *o)
{
	if (p->step == STEP_APPEND &&
	    (o->kind == OUTCOME_DOUBT || r->status >= 500))
		slack_unsure_append(p, o);
	if (p->job->kind == JOB_FETCH && o->kind == OUTCOME_BLOCKED)
		o->kind = OUTCOME_LATER;
}

void
slack_result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	struct slack_plan p;
	struct outcome instead = {.kind = OUTCOME_LATER};

	*out = (struct outcome){0};
	if (slack_plan(job, a, &p, &instead) != OK) {
		*out = instead;
		return;
	}
	if (p.step == STEP_RESPOND)
		result_response(&p, r, out);
	else if (p.step == STEP_FILE)
		result_file(&p, r, out);
	else
		result_method(&p, r, out);
	soften(&p, r, out);
	if (job->kind == JOB_SEND && out->kind == OUTCOME_OK)
		out->name = p.name;
	name_channel(&p, out);
}
