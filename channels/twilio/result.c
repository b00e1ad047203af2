/*
 * result: what answers mean. The one that matters is that to a message: what
 * Twilio refused did not go out, what it took has a sid, and all else is in
 * doubt, for it has no way to ask twice for the same.
 */
#include "channels/twilio/list.h"
#include "channels/twilio/media.h"
#include "channels/twilio/payload.h"
#include "channels/twilio/trouble.h"

struct answered {
	const struct twilio *t;
	const struct job *job;
	const struct reply *r;
	struct arena *arena;
	struct outcome *out;
};

static bool
is_good(const struct reply *r)
{
	return r->status >= 200 && r->status < 300;
}

/* ---- refusals ----------------------------------------------------------- */

/* What a status means when no code says it better. */
static const struct {
	unsigned from, to;
	enum outcome_kind kind;
	enum outcome_scope scope;
	const char *words;
} statuses[] = {
    {300, 399, OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	"Twilio's address answers with a redirect: is api right?"},
    {401, 401, OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	"Twilio does not accept the account's credentials."},
    {403, 404, OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	"Twilio does not let the account do this: are id and api right?"},
    {408, 408, OUTCOME_LATER, SCOPE_ROW, "Twilio waited too long for us."},
    {429, 429, OUTCOME_LATER, SCOPE_ACCOUNT,
	"Twilio gets too many requests at once."},
    {500, 599, OUTCOME_LATER, SCOPE_ROW, "Twilio has trouble of its own."},
};

struct refusal {
	unsigned code; /* 0: none was given */
	struct str message;
};

static struct refusal
read_refusal(const struct answered *w)
{
	json_t *root = json_read(w->r->body);
	json_int_t code = json_integer_value(json_object_get(root, "code"));
	struct refusal refusal = {
	    .message = json_text_copy(root, "message", w->arena)};

	if (code > 0 && code < INT32_MAX)
		refusal.code = (unsigned)code;
	json_decref(root);
	return refusal;
}

static void
refuse_by_status(const struct answered *w, struct str message)
{
	size_t i;

	w->out->kind = OUTCOME_NEVER;
	w->out->reason = twilio_reason(0, message, w->arena);
	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		if (w->r->status < statuses[i].from ||
		    w->r->status > statuses[i].to)
			continue;
		w->out->kind = statuses[i].kind;
		w->out->scope = statuses[i].scope;
		w->out->reason = str_from(statuses[i].words);
	}
	w->out->code = arena_printf(w->arena, "http_%u", w->r->status);
}

static void
refuse(const struct answered *w)
{
	struct refusal refusal = read_refusal(w);
	const struct twilio_trouble *trouble = twilio_trouble(refusal.code);

	if (trouble == NULL) {
		refuse_by_status(w, refusal.message);
	} else {
		w->out->kind = trouble->kind;
		w->out->scope = trouble->scope;
		w->out->after_ms = trouble->after_ms;
		w->out->reason = str_from(trouble->words);
	}
	if (refusal.code > 0)
		w->out->code = arena_printf(w->arena, "%u", refusal.code);
	if (w->out->kind == OUTCOME_LATER && w->r->retry_after_ms >= 0)
		w->out->after_ms = w->r->retry_after_ms;
}

/* ---- a message ---------------------------------------------------------- */

static void
doubt(const struct answered *w)
{
	w->out->kind = OUTCOME_DOUBT;
	w->out->code = arena_printf(w->arena, "http_%u", w->r->status);
	w->out->reason = STR(
	    "Twilio's answer does not say whether the message went out.");
}

static void
taken(const struct answered *w)
{
	json_t *root = json_read(w->r->body);
	struct str sid = json_text(root, "sid");

	if (twilio_message_sid(sid)) {
		w->out->kind = OUTCOME_OK;
		w->out->vendor_id = arena_copy(w->arena, sid);
	} else {
		doubt(w);
	}
	json_decref(root);
}

/* The one status of that kind that says that nothing was done. */
static bool
is_unavailable(const struct answered *w)
{
	return w->r->status == 503 && read_refusal(w).code == 20503;
}

static void
send_without_file(const struct answered *w)
{
	struct twilio_payload p;

	w->out->kind = OUTCOME_NEVER;
	if (w->job->state.n > 0 ||
	    twilio_payload_read(w->job->payload, w->arena, &p) != OK ||
	    p.url.n == 0)
		return;
	w->out->kind = OUTCOME_NEXT;
	w->out->state = STR("no file");
}

static void
result_send(const struct answered *w)
{
	if (is_good(w->r)) {
		taken(w);
	} else if (w->r->status == 408 ||
		   (w->r->status >= 500 && !is_unavailable(w))) {
		doubt(w);
	} else {
		refuse(w);
		if (w->out->kind == OUTCOME_NEXT)
			send_without_file(w);
	}
}

/* ---- the others --------------------------------------------------------- */

/* There is no going on without a file here. */
static void
refuse_other(const struct answered *w)
{
	refuse(w);
	if (w->out->kind == OUTCOME_NEXT)
		w->out->kind = OUTCOME_NEVER;
}

static void
result_lookup(const struct answered *w)
{
	if (is_good(w->r)) {
		twilio_lookup_result(w->job, w->r, w->arena, w->out);
		return;
	}
	refuse_other(w);
	if (w->out->kind != OUTCOME_BLOCKED) /* still nobody knows */
		w->out->kind = OUTCOME_LATER;
}

/* A page that was refused is not the end: nothing may be taken for read. */
static void
result_backfill(const struct answered *w)
{
	if (is_good(w->r)) {
		twilio_backfill_result(w->t, w->job, w->r, w->arena, w->out);
		return;
	}
	refuse_other(w);
	if (w->out->kind == OUTCOME_BLOCKED || w->out->kind == OUTCOME_LATER)
		return;
	w->out->kind = OUTCOME_LATER;
	w->out->anew = true;
}

/* Whoever keeps the files speaks of this one only, not of the account. */
static void
result_fetch(const struct answered *w)
{
	unsigned status = w->r->status;

	if (is_good(w->r)) {
		twilio_media_result(w->job, w->r, w->arena, w->out);
		return;
	}
	refuse_other(w);
	w->out->scope = SCOPE_ROW;
	if (w->out->kind == OUTCOME_BLOCKED)
		w->out->kind = OUTCOME_LATER;
	if (status == 403 || status == 404 || status == 410) {
		w->out->kind = OUTCOME_NEVER;
		w->out->reason = STR("Twilio has this file no more.");
	} else if (status >= 300 && status < 400) {
		w->out->kind = OUTCOME_NEVER;
		w->out->reason = STR("The file's address leads too far.");
	}
}

/* Nobody waits for it, and it is not worth an alarm. */
static void
result_typing(const struct answered *w)
{
	if (is_good(w->r))
		return;
	refuse_other(w);
	w->out->kind = OUTCOME_NEVER;
}

static void
result_check(const struct answered *w)
{
	if (is_good(w->r))
		json_decref(twilio_list_load(w->r, w->out));
	else
		refuse_other(w);
}

static void
result_nothing(const struct answered *w)
{
	w->out->kind = OUTCOME_OK;
}

static void (*const results[JOBS])(const struct answered *w) = {
    [JOB_SEND] = result_send,
    [JOB_LOOKUP] = result_lookup,
    [JOB_FETCH] = result_fetch,
    [JOB_BACKFILL] = result_backfill,
    [JOB_TYPING] = result_typing,
    [JOB_DRAFT] = result_nothing,
    [JOB_CHECK] = result_check,
};

void
twilio_result(const struct twilio *t, const struct job *job,
    const struct reply *r, struct arena *a, struct outcome *out)
{
	struct answered w = {t, job, r, a, out};

	*out = (struct outcome){.kind = OUTCOME_OK};
	results[job->kind](&w);
}
