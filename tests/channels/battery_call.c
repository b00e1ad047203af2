/* battery_call: the requests we make, and what their answers mean. */
#include "core/utf8.h"
#include "tests/channels/battery.h"
#include "tests/lib/random.h"

/* ---- call --------------------------------------------------------------- */

/* Those that a row says it can do. */
static bool
does(const struct battery *b, enum job_kind kind)
{
	const struct capabilities *can = &b->channel->can;
	const bool done[JOBS] = {
	    [JOB_SEND] = true,
	    [JOB_LOOKUP] = can->lookup,
	    [JOB_FETCH] = b->fixture->file.body != NULL,
	    [JOB_BACKFILL] = can->backfill != BACKFILL_NONE,
	    [JOB_TYPING] = can->typing,
	    [JOB_DRAFT] = can->drafts,
	    [JOB_CHECK] = true,
	};

	return done[kind];
}

static bool
one_line(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static bool
starts(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/*
 * Only a file may be elsewhere than the account's API: then where nobody reads
 * it on its way, and not inside our own network.
 */
static void
goes_there(const struct battery *b, const struct call *c, enum job_kind kind)
{
	const char *api = b->fixture->api;

	assert_true(one_line(c->url));
	assert_null(memchr(c->url.p, ' ', c->url.n));
	if (starts(c->url, api == NULL ? BATTERY_API "/" : api))
		return;
	assert_int_equal(kind, JOB_FETCH);
	assert_true(starts(c->url, "https://"));
	assert_true(c->public_only);
}

static void
call_is_sound(const struct battery *b, const struct call *c, enum job_kind kind)
{
	unsigned i;

	assert_non_null(c->method);
	goes_there(b, c, kind);
	assert_false(battery_leaks(b, c->url));
	assert_true(c->header_count <= CALL_HEADERS_MAX);
	for (i = 0; i < c->header_count; i++) {
		assert_true(one_line(c->headers[i]));
		assert_non_null(
		    memmem(c->headers[i].p, c->headers[i].n, ": ", 2));
	}
}

static void
each_call_is_sound(struct battery *b)
{
	struct outcome instead = {.kind = OUTCOMES};
	struct call c;
	enum job_kind kind;

	for (kind = 0; kind < JOBS; kind++) {
		struct job job;
		enum err e;

		if (!does(b, kind))
			continue;
		job = battery_job(b, kind);
		memset(&c, 0, sizeof(c));
		e = b->channel->call(&job, &b->arena, &c, &instead);
		if (e == OK)
			call_is_sound(b, &c, kind);
		else
			assert_true(e == E_DENIED && instead.kind < OUTCOMES);
		if (kind == JOB_SEND)
			assert_int_equal(e, OK);
		if (kind == JOB_CHECK && e != OK) /* there is nobody to ask */
			assert_int_equal(instead.kind, OUTCOME_OK);
	}
}

void
battery_call_is_sound(void **state)
{
	(void)state;
	battery_each(each_call_is_sound);
}

/* ---- result ------------------------------------------------------------- */

static struct outcome
result_of(struct battery *b, enum job_kind kind, struct reply r)
{
	struct job job = battery_job(b, kind);
	struct outcome out = {.kind = OUTCOMES};

	b->channel->result(&job, &r, &b->arena, &out);
	assert_true(out.kind < OUTCOMES);
	assert_true(out.scope <= SCOPE_ACCOUNT && out.after_ms >= 0);
	assert_false(battery_leaks(b, out.reason));
	assert_true(utf8_valid(out.reason) && utf8_valid(out.code));
	if ((out.kind == OUTCOME_NEVER || out.kind == OUTCOME_BLOCKED) &&
	    out.reason.n == 0 && kind != JOB_TYPING && kind != JOB_DRAFT)
		fail_msg("job %d, no reason: %u %.*s", (int)kind, r.status,
		    STR_FMT(r.body));
	if (out.kind == OUTCOME_OK && kind == JOB_SEND)
		assert_true(out.vendor_id.n > 0);
	return out;
}

#define JSON_TYPE STR("application/json")
#define HTML STR("<!DOCTYPE html><title>502 Bad Gateway</title>")

static struct reply
reply_of(unsigned status, struct str type, struct str body)
{
	return (struct reply){status, type, body, -1};
}

static bool
either(struct outcome o, enum outcome_kind a, enum outcome_kind b)
{
	return o.kind == a || o.kind == b;
}

static void
send_is_sensible(struct battery *b)
{
	static const unsigned failing[] = {500, 502, 503, 504};
	struct reply r = reply_of(b->fixture->sent.status, JSON_TYPE,
	    str_from(b->fixture->sent.body));
	struct outcome o = result_of(b, JOB_SEND, r);
	size_t i;

	assert_int_equal(o.kind, OUTCOME_OK);
	r = reply_of(429, JSON_TYPE, STR(""));
	r.retry_after_ms = 7000;
	o = result_of(b, JOB_SEND, r);
	assert_int_equal(o.kind, OUTCOME_LATER);
	assert_true(o.after_ms >= 7000);
	r.retry_after_ms = -1;
	assert_int_equal(result_of(b, JOB_SEND, r).kind, OUTCOME_LATER);
	r = reply_of(401, JSON_TYPE, STR("{}"));
	assert_int_equal(result_of(b, JOB_SEND, r).kind, OUTCOME_BLOCKED);
	for (i = 0; i < ARRAY_LEN(failing); i++) {
		r = reply_of(failing[i], STR("text/html"), HTML);
		assert_true(either(
		    result_of(b, JOB_SEND, r), OUTCOME_LATER, OUTCOME_DOUBT));
	}
}

/*
 * A proxy's page instead of the vendor's answer: a message may have gone out;
 * and nothing else was learnt.
 */
static void
garbage_proves_nothing(struct battery *b)
{
	const struct str bodies[] = {STR(""), HTML, STR("{}"), STR("[]"),
	    STR("null"), STR("{\"ok\":1"), STR("\xff\xfe"),
	    STR("{\"ok\":\"\"}")};
	const enum job_kind asks[] = {JOB_LOOKUP, JOB_BACKFILL, JOB_CHECK};
	/* Without the message's name none was made, whatever else they say. */
	const struct str nameless[] = {
	    STR("{\"ok\":true}"), STR("{\"sid\":7}")};
	struct outcome o;
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(nameless); i++) {
		o = result_of(
		    b, JOB_SEND, reply_of(200, JSON_TYPE, nameless[i]));
		assert_int_equal(o.kind, OUTCOME_DOUBT);
	}
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		struct reply r = reply_of(200, JSON_TYPE, bodies[i]);

		o = result_of(b, JOB_SEND, r);
		assert_int_equal(o.kind, OUTCOME_DOUBT);
		for (k = 0; k < ARRAY_LEN(asks); k++) {
			if (!does(b, asks[k]))
				continue;
			o = result_of(b, asks[k], r);
			if (o.kind == OUTCOME_OK || o.kind == OUTCOME_ABSENT)
				fail_msg("job %d believes %.*s", (int)asks[k],
				    STR_FMT(bodies[i]));
		}
	}
}

static void
result_is_sensible(struct battery *b)
{
	send_is_sensible(b);
	garbage_proves_nothing(b);
}

void
battery_result_is_sensible(void **state)
{
	(void)state;
	battery_each(result_is_sensible);
}

static struct str
noise(struct battery *b, struct test_random *random)
{
	static const char *const pieces[] = {"{", "}", "[", "]",
	    "\"ok\":", "true", "false", ",", "\"messages\":", "\"error\":",
	    "\"code\":", "\"sid\":", "\"ts\":", "\"1700000000.000100\"",
	    "63016", "null", "\"status\":", "\"x\"", "\xff", "-1", "1e99",
	    "\"\\u0000\"", ":"};
	size_t n = test_random_below(random, 12);
	struct buf out = {0};
	struct str copy;

	buf_char(&out, '{');
	for (; n > 0; n--)
		buf_str(
		    &out, pieces[test_random_below(random, ARRAY_LEN(pieces))]);
	copy = arena_copy(&b->arena, buf_view(&out));
	buf_free(&out);
	return copy;
}

static void
result_survives(struct battery *b)
{
	static const unsigned statuses[] = {0, 100, 200, 201, 204, 301, 307,
	    400, 401, 403, 404, 408, 409, 410, 413, 418, 429, 500, 503, 599,
	    999};
	struct test_random random = test_random_new(b->channel->name);
	enum job_kind kind;
	unsigned i;

	for (i = 0; i < 1000; i++) {
		size_t n = test_random_below(&random, ARRAY_LEN(statuses));
		struct reply r = reply_of(
		    statuses[n], JSON_TYPE, noise(b, &random));

		kind = (enum job_kind)test_random_below(&random, JOBS);
		r.retry_after_ms = (int64_t)test_random_below(&random, 5000) -
				   1;
		if (does(b, kind))
			(void)result_of(b, kind, r);
	}
}

void
battery_result_survives(void **state)
{
	(void)state;
	battery_each(result_survives);
}
