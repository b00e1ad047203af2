/*
 * test_channel: requests with one word of JSON each, and answers whose status
 * says it all.
 *
 *	POST /send            {"row":1,"text":"...","extra":"..."}
 *	GET  /lookup?row=1    200 "v1" or 404
 *	GET  /file/...        the file; /file/to/x sends on; /file/steps
 *	GET  /history?since=..&place=..&state=..
 *	GET  /check
 *	POST /typing, /draft  {"text":..,"extra":..,"to":..}
 */
#include "tests/workers/test_channel.h"
#include "tests/lib/cmocka.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct str test_also, test_unsure;

/* ---- the channel's side -------------------------------------------------- */

static void
post(const struct job *job, const char *path, struct arena *a, struct call *out)
{
	struct buf b = {0};

	out->method = "POST";
	out->url = arena_printf(
	    a, "%.*s%s", STR_FMT(job->account->doc->api), path);
	buf_addf(&b, "{\"row\":%llu,\"text\":", (unsigned long long)job->row);
	buf_json(&b, job->kind == JOB_DRAFT ? job->text : job->payload);
	buf_str(&b, ",\"extra\":");
	buf_json(&b, job->state.n > 0 ? job->state : job->live);
	if (job->kind == JOB_DRAFT) {
		buf_str(&b, ",\"to\":");
		buf_json(&b, job->payload);
	}
	buf_char(&b, '}');
	out->body = arena_copy(a, buf_view(&b));
	out->headers[out->header_count++] = STR("Content-Type: text/json");
	buf_free(&b);
}

static void
get(struct call *out, struct str url)
{
	out->method = "GET";
	out->url = url;
}

static enum err
call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead)
{
	struct str api = job->account->doc->api;

	if (job->kind == JOB_SEND && str_eq(job->payload, STR("closed"))) {
		*instead = (struct outcome){.kind = OUTCOME_NEVER,
		    .code = STR("window"),
		    .reason = STR("The window is closed.")};
		return E_DENIED;
	}
	out->headers[out->header_count++] = arena_printf(
	    a, "Authorization: Bearer %.*s", STR_FMT(job->account->token));
	if (job->kind == JOB_SEND)
		post(job, "/send", a, out);
	else if (job->kind == JOB_TYPING)
		post(job, "/typing", a, out);
	else if (job->kind == JOB_DRAFT)
		post(job, "/draft", a, out);
	else if (job->kind == JOB_LOOKUP)
		get(out, arena_printf(a, "%.*s/lookup?row=%llu", STR_FMT(api),
			     (unsigned long long)job->row));
	else if (job->kind == JOB_CHECK)
		get(out, arena_printf(a, "%.*s/check", STR_FMT(api)));
	else if (job->kind == JOB_BACKFILL)
		get(out, arena_printf(a,
			     "%.*s/history?since=%lld&place=%.*s&state=%.*s",
			     STR_FMT(api), (long long)job->since,
			     STR_FMT(job->payload), STR_FMT(job->state)));
	else
		get(out, job->payload.p[0] == '/'
			     ? arena_printf(a, "%.*s%.*s", STR_FMT(api),
				   STR_FMT(job->payload))
			     : arena_copy(a, job->payload));
	out->follow = out->public_only = job->kind == JOB_FETCH;
	return OK;
}

static const struct {
	unsigned status;
	enum outcome_kind kind;
	const char *code, *reason;
} meanings[] = {
    {200, OUTCOME_OK, "", ""},
    {202, OUTCOME_NEXT, "", ""},
    {400, OUTCOME_NEVER, "bad", "The number is not in use."},
    {401, OUTCOME_BLOCKED, "denied", "The token was refused."},
    {404, OUTCOME_ABSENT, "", ""},
    {409, OUTCOME_DOUBT, "unsure", ""},
    {410, OUTCOME_NEVER, "gone", "The file is gone."},
};

/* "history": [[source, place, text] ...] becomes envelopes. */
static void
arrive(const struct reply *r, struct arena *a, struct outcome *out)
{
	json_t *root = json_loadb(r->body.p, r->body.n, 0, NULL), *one;
	size_t n = json_array_size(root), i;
	struct envelope *v = arena_alloc(a, (n + 1) * sizeof(*v));

	json_array_foreach(root, i, one)
	{
		const char *source = json_string_value(json_array_get(one, 0));
		const char *place = json_string_value(json_array_get(one, 1));

		v[i] = (struct envelope){.kind = EVENT_MESSAGE,
		    .address = arena_printf(a, "%s", place),
		    .source = arena_printf(a, "test:%s", source),
		    .body = STR("{\"text\":\"missed\"}")};
	}
	json_decref(root);
	out->arrival.envelopes = v;
	out->arrival.envelope_count = n;
}

static void
result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	size_t i;

	if (r->status == 0) {
		out->kind = test_unsure.n > 0 ? OUTCOME_OK : OUTCOME_DOUBT;
		out->state = test_unsure;
		return;
	}
	out->kind = OUTCOME_LATER;
	out->after_ms = r->retry_after_ms > 0 ? r->retry_after_ms : 0;
	if (r->status == 429)
		out->scope = (enum outcome_scope)(r->body.p[0] - '0');
	for (i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].status == r->status) {
			out->kind = meanings[i].kind;
			out->code = str_from(meanings[i].code);
			out->reason = str_from(meanings[i].reason);
		}
	if (job->kind == JOB_BACKFILL && (r->status == 200 || r->status == 202))
		arrive(r, a, out);
	if (job->kind == JOB_BACKFILL && !str_eq(job->payload, test_also))
		out->also = test_also;
	if (job->kind == JOB_FETCH)
		out->bytes = r->body;
	if (out->kind == OUTCOME_NEXT || job->kind == JOB_DRAFT)
		out->state =
		    job->kind == JOB_BACKFILL
			? arena_printf(a, "%d",
			      atoi(job->state.n > 0 ? job->state.p : "0") + 1)
			: arena_copy(a, r->body);
	else
		out->vendor_id = arena_copy(a, r->body);
}

struct channel test_channel = {
    .name = "test",
    .title = "Test",
    .call = call,
    .result = result,
};

const struct channel *
test_channel_find(struct str name)
{
	return str_eq(name, STR("test")) ? &test_channel : NULL;
}

/* ---- the vendor's side --------------------------------------------------- */

static int64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
take_effect(struct vendor *v, const struct stub_request *r)
{
	json_t *root = json_loadb(r->body.p, r->body.n, 0, NULL);
	struct effect e = {.at = steady()};

	e.row = (uint64_t)json_integer_value(json_object_get(root, "row"));
	snprintf(e.text, sizeof(e.text), "%s",
	    json_string_value(json_object_get(root, "text")));
	snprintf(e.extra, sizeof(e.extra), "%s",
	    json_string_value(json_object_get(root, "extra")));
	json_decref(root);
	pthread_mutex_lock(&v->lock);
	if (v->count == v->room) {
		v->room = v->room == 0 ? 1024 : v->room * 2;
		v->effects = realloc(v->effects, v->room * sizeof(*v->effects));
	}
	v->effects[v->count++] = e;
	pthread_mutex_unlock(&v->lock);
}

static enum ailment
fault_now(struct vendor *v)
{
	enum ailment f = (enum ailment)atomic_load(&v->fault);

	if (f == FAULT_NONE || atomic_load(&v->faults_left) < 0)
		return f;
	if (atomic_fetch_sub(&v->faults_left, 1) > 0)
		return f;
	atomic_store(&v->fault, FAULT_NONE);
	return FAULT_NONE;
}

static void
busy(struct vendor *v, struct stub_reply *reply, enum outcome_scope scope)
{
	unsigned wish = atomic_load(&v->wish);

	buf_addf(&reply->bytes,
	    "HTTP/1.1 429 X\r\nRetry-After: %u\r\n"
	    "Content-Length: 1\r\n\r\n%u",
	    wish == 0 ? 1 : wish, scope);
}

static void
answer(struct stub_reply *reply, unsigned status, struct str body)
{
	stub_answer(reply, status, "text/plain", body);
}

static bool
fails(struct vendor *v, enum ailment f, struct stub_reply *reply)
{
	static const unsigned statuses[FAULTS] = {[FAULT_BROKEN] = 503,
	    [FAULT_REFUSED] = 400,
	    [FAULT_DENIED] = 401,
	    [FAULT_UNSURE] = 409};

	if (f == FAULT_BUSY || f == FAULT_BUSY_ACCOUNT)
		busy(v, reply, f == FAULT_BUSY ? SCOPE_ROW : SCOPE_ACCOUNT);
	else if (f == FAULT_CUT_BEFORE || f == FAULT_CUT_AFTER)
		reply->then = STUB_CLOSE;
	else if (statuses[f] != 0)
		answer(reply, statuses[f], STR("told"));
	else
		return false;
	return true;
}

static void
on_send(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	enum ailment f = r->released ? FAULT_NONE : fault_now(v);
	char id[32];
	struct effect e;

	if (!r->released && (f == FAULT_NONE || f == FAULT_CUT_AFTER ||
				f == FAULT_HOLD || f == FAULT_UNSURE))
		take_effect(v, r);
	if (!r->released)
		atomic_fetch_add(&v->sends, 1);
	if (f == FAULT_HOLD)
		reply->then = STUB_HOLD;
	if (f == FAULT_HOLD || fails(v, f, reply))
		return;
	e = vendor_effect(v, vendor_effects(v) - 1);
	snprintf(id, sizeof(id), "v%llu", (unsigned long long)e.row);
	answer(reply, 200, str_from(id));
}

static void
on_lookup(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	uint64_t row = strtoull(r->path.p + strlen("/lookup?row="), NULL, 10);
	char id[32];

	atomic_fetch_add(&v->lookups, 1);
	if (fails(v, (enum ailment)atomic_load(&v->lookup_fault), reply))
		return;
	snprintf(id, sizeof(id), "v%llu", (unsigned long long)row);
	if (vendor_effects_of(v, row) > 0 && !atomic_load(&v->forgets))
		answer(reply, 200, str_from(id));
	else
		answer(reply, 404, STR("none"));
}

static void
on_check(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	(void)r;
	atomic_fetch_add(&v->checks, 1);
	if (!fails(v, (enum ailment)atomic_load(&v->check_fault), reply))
		answer(reply, 200, STR("well"));
}

static void
on_typing(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	(void)r;
	atomic_fetch_add(&v->typings, 1);
	answer(reply, 200, STR("well"));
}

/* The open draft's name is the first's number. */
static void
on_draft(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	pthread_mutex_lock(&v->lock);
	snprintf(
	    v->last_draft, sizeof(v->last_draft), "%.*s", STR_FMT(r->body));
	pthread_mutex_unlock(&v->lock);
	atomic_fetch_add(&v->drafts, 1);
	if (!fails(v, (enum ailment)atomic_load(&v->draft_fault), reply))
		answer(reply, 200, STR("draft1"));
}

static void
on_file(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	static const char to[] = "/file/to/";

	if (r->path.n > sizeof(to) - 1 &&
	    memcmp(r->path.p, to, sizeof(to) - 1) == 0)
		buf_addf(&reply->bytes,
		    "HTTP/1.1 302 X\r\nLocation: %.*s\r\n"
		    "Content-Length: 0\r\n\r\n",
		    (int)(r->path.n - sizeof(to) + 1),
		    r->path.p + sizeof(to) - 1);
	else if (str_eq(r->path, STR("/file/gone")))
		answer(reply, 410, STR("gone"));
	else if (!fails(v, fault_now(v), reply))
		stub_answer(reply, 200, v->file_type, v->file);
}

/* `history` messages, `history_page` at a time. */
static void
on_history(
    struct vendor *v, const struct stub_request *r, struct stub_reply *reply)
{
	const char *since = strstr(r->path.p, "since="),
		   *place = strstr(r->path.p, "place="),
		   *state = strstr(r->path.p, "state=");
	unsigned page = (unsigned)atoi(state + 6), i, from, to;
	struct buf b = {0};
	char where[40];

	atomic_fetch_add(&v->pages, 1);
	atomic_fetch_add(&v->first_pages, page == 0);
	if (fails(v, fault_now(v), reply))
		return;
	snprintf(
	    where, sizeof(where), "%.*s", (int)(state - place - 7), place + 6);
	if (atomic_load(&v->refused_page) == page + 1 ||
	    (v->refused_place != NULL &&
		strcmp(v->refused_place, where) == 0)) {
		answer(reply, atomic_load(&v->refused_status), STR("no"));
		return;
	}
	atomic_store(&v->asked_since, atoll(since + 6));
	from = page * atomic_load(&v->history_page);
	to = from + atomic_load(&v->history_page);
	if (to > atomic_load(&v->history))
		to = atomic_load(&v->history);
	buf_char(&b, '[');
	for (i = from; i < to && !v->pages_empty; i++)
		buf_addf(&b, "%s[\"m%s%u\",\"%s\"]", i > from ? "," : "", where,
		    i, where[0] == '\0' ? "place" : where);
	buf_char(&b, ']');
	answer(reply, to < atomic_load(&v->history) ? 202 : 200, buf_view(&b));
	buf_free(&b);
}

static const struct {
	const char *path;
	void (*handle)(struct vendor *v, const struct stub_request *r,
	    struct stub_reply *reply);
} routes[] = {
    {"/send", on_send},
    {"/lookup", on_lookup},
    {"/check", on_check},
    {"/typing", on_typing},
    {"/draft", on_draft},
    {"/file", on_file},
    {"/history", on_history},
};

static void
handle(void *arg, const struct stub_request *r, struct stub_reply *reply)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(routes) &&
	       strncmp(r->path.p, routes[i].path, strlen(routes[i].path)) != 0)
		i++;
	routes[i].handle(arg, r, reply);
}

void
vendor_open(struct vendor *v)
{
	*v = (struct vendor){.file_type = "text/plain",
	    .history_page = 100,
	    .refused_status = 400};
	pthread_mutex_init(&v->lock, NULL);
	v->stub = stub_open(handle, v);
}

void
vendor_close(struct vendor *v)
{
	stub_close(v->stub);
	pthread_mutex_destroy(&v->lock);
	free(v->effects);
}

void
vendor_fault(struct vendor *v, enum ailment fault, int times)
{
	atomic_store(&v->fault, FAULT_NONE);
	atomic_store(&v->faults_left, times);
	atomic_store(&v->fault, (int)fault);
}

size_t
vendor_effects(struct vendor *v)
{
	size_t n;

	pthread_mutex_lock(&v->lock);
	n = v->count;
	pthread_mutex_unlock(&v->lock);
	return n;
}

struct effect
vendor_effect(struct vendor *v, size_t i)
{
	struct effect e = {0};

	pthread_mutex_lock(&v->lock);
	if (i < v->count)
		e = v->effects[i];
	pthread_mutex_unlock(&v->lock);
	return e;
}

unsigned
vendor_effects_of(struct vendor *v, uint64_t row)
{
	unsigned n = 0;
	size_t i;

	pthread_mutex_lock(&v->lock);
	for (i = 0; i < v->count; i++)
		n += v->effects[i].row == row;
	pthread_mutex_unlock(&v->lock);
	return n;
}
