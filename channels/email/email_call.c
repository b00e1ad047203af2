/*
 * email_call: jobs become orders, and what became of them outcomes. A mail
 * server says with each answer whether it took the mail; where no answer came,
 * nobody knows.
 */
#include "channels/email/email_inner.h"
#include "channels/email/lex.h"
#include "channels/email/mime_inner.h"
#include "channels/email/order.h"
#include "channels/email/payload.h"
#include "channels/email/report.h"
#include "core/json.h"

struct calling {
	const struct job *job;
	struct arena *arena;
	struct call *call;
	struct outcome *instead;
};

static enum err
not_needed(const struct calling *c, enum outcome_kind kind, const char *code,
    struct str reason)
{
	c->instead->kind = kind;
	c->instead->code = str_from(code);
	c->instead->reason = reason;
	return E_DENIED;
}

/* ---- orders ------------------------------------------------------------- */

static struct order
order_of(const struct job *job)
{
	const struct company_account *doc = job->account->doc;
	struct order o = {
	    .url = doc->smtp, .oauth2 = str_eq(doc->auth, STR("oauth2"))};

	if (doc->user.n > 0) {
		o.user = doc->user;
		o.secret = job->account->token;
	}
	return o;
}

static struct mail_of
moment_of(const struct job *job)
{
	return (struct mail_of){.account = job->account,
	    .row = job->row,
	    .at = job->at > 0 ? job->at : job->now,
	    .job = job};
}

static enum err
refuse_mail(const struct calling *c, const struct faults *faults)
{
	struct buf b = {0};
	struct str words = {"The mail cannot be written.", 27};

	faults_write(faults, &b);
	if (!b.failed && b.len > 0)
		words = arena_copy(c->arena, lex_trim(buf_view(&b)));
	buf_free(&b);
	return not_needed(c, OUTCOME_NEVER, "refused", words);
}

static enum err
call_send(const struct calling *c)
{
	struct order o = order_of(c->job);
	struct mail_of of = moment_of(c->job);
	struct mail_payload p;
	struct mail_made made;
	struct faults faults = {0};
	enum err e = mail_payload_read(c->job->payload, c->arena, &p);

	if (e == E_BADINPUT)
		return not_needed(c, OUTCOME_NEVER, "payload",
		    STR("What is to be sent cannot be read."));
	if (e == OK)
		e = mail_make(&p, &of, c->arena, &faults, &made);
	if (e == E_BADINPUT)
		e = refuse_mail(c, &faults);
	else if (e == E_DENIED)
		e = not_needed(c, OUTCOME_BLOCKED, "keys",
		    STR("There are no keys to stamp the mail with."));
	else if (e == E_IO)
		e = not_needed(c, OUTCOME_LATER, "file",
		    STR("A file that goes with it cannot be read now."));
	faults_free(&faults);
	if (e != OK)
		return e;
	o.from = made.envelope_from;
	o.to = p.recipient;
	o.text = made.text;
	return order_write(&o, c->arena, c->call);
}

/* The file came with the mail; nobody need be asked for it. */
static enum err
call_fetch(const struct calling *c)
{
	json_t *root = json_read(c->job->payload);
	const json_t *text = json_object_get(root, "base64");
	struct buf b = {0};
	enum err e;

	if (!json_is_string(text)) {
		e = not_needed(c, OUTCOME_NEVER, "payload",
		    STR("Where the file is cannot be read."));
	} else {
		(void)mime_unbase64(json_text_of(text), &b);
		e = not_needed(c, OUTCOME_OK, "", STR(""));
		c->instead->bytes = arena_copy(
		    c->arena, b.len == 0 ? STR("") : buf_view(&b));
		if (b.failed || c->instead->bytes.p == NULL)
			e = E_NOMEM;
	}
	buf_free(&b);
	json_decref(root);
	return e;
}

/* A login alone tells little: whether mail goes out, the next one tries. */
static enum err
nothing(const struct calling *c)
{
	return not_needed(c, OUTCOME_OK, "", STR(""));
}

static enum err (*const calls[JOBS])(const struct calling *c) = {
    [JOB_SEND] = call_send,
    [JOB_LOOKUP] = nothing,
    [JOB_FETCH] = call_fetch,
    [JOB_BACKFILL] = nothing,
    [JOB_TYPING] = nothing,
    [JOB_DRAFT] = nothing,
    [JOB_CHECK] = nothing,
};

enum err
email_call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead)
{
	const struct calling c = {job, a, out, instead};

	*out = (struct call){0};
	*instead = (struct outcome){0};
	return calls[job->kind](&c);
}

/* ---- what became of it -------------------------------------------------- */

static const struct {
	enum outcome_kind kind;
	enum outcome_scope scope;
	const char *words; /* NULL: by the server's status */
} meanings[ORDER_ENDS] = {
    [ORDER_SENT] = {OUTCOME_OK, SCOPE_ROW, ""},
    [ORDER_REFUSED] = {OUTCOME_NEVER, SCOPE_ROW, NULL},
    [ORDER_LATER] = {OUTCOME_LATER, SCOPE_ROW,
	"The mail server wants it later."},
    [ORDER_UNSENT] = {OUTCOME_LATER, SCOPE_ACCOUNT,
	"The mail server could not be reached."},
    [ORDER_BLOCKED] = {OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	"The mail server does not let the account send."},
    [ORDER_CUT] = {OUTCOME_DOUBT, SCOPE_ROW,
	"The mail server did not say whether it took the mail."},
};

static struct str
code_of(const struct order_report *r, struct arena *a)
{
	if (r->status.n > 0)
		return r->status;
	if (r->code > 0)
		return arena_printf(a, "%u", r->code);
	return str_from(order_end_name(r->end));
}

/* Ours, and behind it what the server said, for whoever must act. */
static struct str
reason_of(const struct order_report *r, struct arena *a)
{
	struct str ours = meanings[r->end].words == NULL
			      ? report_reason(r->status)
			      : str_from(meanings[r->end].words);

	if (r->words.n == 0)
		return ours;
	return arena_printf(a, "%.*s (%.*s)", STR_FMT(ours), STR_FMT(r->words));
}

static struct str
id_of(const struct job *job, struct arena *a)
{
	const struct mail_of of = moment_of(job);
	struct mail_payload p;
	struct str id = {0};

	if (mail_payload_read(job->payload, a, &p) == OK)
		id = mail_message_id(&p, &of, a);
	return id.p == NULL ? STR("sent") : id;
}

static void
take_report(const struct job *job, const struct order_report *r,
    struct arena *a, struct outcome *out)
{
	*out = (struct outcome){
	    .kind = meanings[r->end].kind, .scope = meanings[r->end].scope};
	if (out->kind == OUTCOME_OK) {
		if (job->kind == JOB_SEND)
			out->vendor_id = id_of(job, a);
		return;
	}
	out->code = code_of(r, a);
	out->reason = reason_of(r, a);
}

/* Who should have sent it has no report. */
static const struct {
	unsigned status;
	enum outcome_kind kind;
	const char *words;
} statuses[] = {
    {401, OUTCOME_BLOCKED, "The mail server does not accept the login."},
    {429, OUTCOME_LATER, "Too many mails are on their way."},
};

static void
take_status(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	size_t i;

	*out = (struct outcome){
	    .kind = job->kind == JOB_SEND ? OUTCOME_DOUBT : OUTCOME_LATER,
	    .code = arena_printf(a, "status_%u", r->status),
	    .reason = STR("It is not known whether the mail went out.")};
	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		if (statuses[i].status != r->status)
			continue;
		out->kind = statuses[i].kind;
		out->scope = SCOPE_ACCOUNT;
		out->reason = str_from(statuses[i].words);
	}
	if (out->kind == OUTCOME_LATER && r->retry_after_ms > 0)
		out->after_ms = r->retry_after_ms;
}

void
email_result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	struct order_report report;

	if (r->status == 200 && order_report_read(r->body, a, &report) == OK)
		take_report(job, &report, a, out);
	else
		take_status(job, r, a, out);
}
