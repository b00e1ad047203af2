/*
 * hooks: what a vendor signed is stored before it is answered, once; what it
 * did not sign changes nothing, costs little and tells nothing.
 */
#include "gateway/hooks.h"
#include "tests/gateway/http_client.h"
#include "tests/gateway/vendor.h"
#include "tests/lib/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 4
#define IN_FLIGHT 40

static struct store_reader *reader;
static struct arena arena;

static int
set_up(void **state)
{
	(void)state;
	vendor_open(&rig);
	assert_int_equal(store_reader_open(rig.gateway.store, &reader), OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	store_reader_close(reader);
	arena_free(&arena);
	vendor_close(&rig);
	return 0;
}

/* ---- asking and looking ------------------------------------------------ */

static const char *
ask(struct buf *request)
{
	const char *got = client_ask_bytes(
	    rig.gateway.front, buf_view(request));

	buf_free(request);
	return got;
}

static const char *
post(struct slack_post p)
{
	struct buf request = {0};

	vendor_slack(&rig, &p, &request);
	return ask(&request);
}

/* One direct message, right in all respects but those that p has. */
static const char *
say(struct slack_post p, const char *ts, const char *text)
{
	struct buf body = {0};
	const char *got;

	vendor_slack_message(&body, "D1", ts, text);
	p.body = buf_view(&body);
	got = post(p);
	buf_free(&body);
	return got;
}

static const char *
text(struct twilio_post p)
{
	struct buf request = {0};

	vendor_twilio(&p, &request);
	return ask(&request);
}

static void
answers(const char *got, const char *status)
{
	if (strncmp(got, "HTTP/1.1 ", 9) != 0 ||
	    strncmp(got + 9, status, 3) != 0)
		fail_msg("no %s, but %s", status, got);
}

static const char *
body_of(const char *got)
{
	const char *end = strstr(got, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

/* What the customers' messages of all conversations are, in order. */
static size_t
stored(struct str *bodies, size_t room)
{
	struct event events[64];
	int64_t ids[16];
	size_t n = ARRAY_LEN(ids), i, k, count, found = 0;

	arena_reset(&arena);
	assert_int_equal(store_list_pending(reader, 0, ids, &n), OK);
	for (i = 0; i < n; i++) {
		count = ARRAY_LEN(events);
		assert_int_equal(store_read_events(
				     reader, ids[i], 0, &arena, events, &count),
		    OK);
		for (k = 0; k < count; k++)
			if (events[k].kind == EVENT_MESSAGE && found < room)
				bodies[found++] = events[k].body;
	}
	return found;
}

static size_t
count_stored(void)
{
	struct str bodies[64];

	return stored(bodies, ARRAY_LEN(bodies));
}

static bool
measured(const char *line)
{
	struct buf b = {0};
	bool found;

	hooks_write_metrics(rig.gateway.hooks, &b);
	buf_char(&b, '\0');
	found = strstr(b.data, line) != NULL;
	buf_free(&b);
	return found;
}

/* ---- what is right ----------------------------------------------------- */

static void
test_challenge(void **state)
{
	const char *got = post((struct slack_post){
	    .body = STR("{\"token\":\"t\",\"type\":\"url_verification\","
			"\"challenge\":\"3eZbrw1aBm\"}")});

	(void)state;
	answers(got, "200");
	assert_non_null(strstr(got, "Content-Type: text/plain\r\n"));
	assert_string_equal(body_of(got), "3eZbrw1aBm");
	assert_int_equal(count_stored(), 0);
}

static void
test_stored_when_answered(void **state)
{
	struct str body;
	const char *got = say(
	    (struct slack_post){.type = "application/json; charset=utf-8"},
	    "1.000001", "hello");

	(void)state;
	answers(got, "200");
	assert_string_equal(body_of(got), "");
	assert_int_equal(stored(&body, 1), 1);
	assert_non_null(memmem(body.p, body.n, "\"hello\"", 7));
	assert_int_equal(rig_metric(&rig, METRIC_MESSAGES_IN), 1);
	assert_true(measured("hooks_total{channel=\"slack\","
			     "outcome=\"stored\"} 1\n"));
}

static void
test_once(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		answers(
		    say((struct slack_post){0}, "1.000001", "hello"), "200");
	assert_int_equal(count_stored(), 1);
	assert_true(measured("outcome=\"known\"} 2\n"));
}

static void
test_once_at_once(void **state)
{
	struct buf body = {0}, request = {0};
	struct slack_post p = {0};
	int fds[AT_ONCE], i;

	(void)state;
	vendor_slack_message(&body, "D1", "1.000001", "hello");
	p.body = buf_view(&body);
	vendor_slack(&rig, &p, &request);
	for (i = 0; i < AT_ONCE; i++)
		fds[i] = client_connect(rig.gateway.front);
	for (i = 0; i < AT_ONCE; i++)
		client_send_bytes(fds[i], buf_view(&request));
	for (i = 0; i < AT_ONCE; i++) {
		answers(client_read(fds[i], NULL, NULL), "200");
		close(fds[i]);
	}
	assert_int_equal(count_stored(), 1);
	buf_free(&body);
	buf_free(&request);
}

static void
test_both_secrets(void **state)
{
	(void)state;
	answers(say((struct slack_post){.secret = VENDOR_SECRET_NEXT},
		    "1.000001", "hello"),
	    "200");
	answers(say((struct slack_post){.secret = VENDOR_SECRET}, "1.000002",
		    "hello"),
	    "200");
	assert_int_equal(count_stored(), 2);
}

static void
test_ignored(void **state)
{
	const char *got = post((struct slack_post){
	    .body = STR("{\"team_id\":\"T0001\",\"type\":\"event_callback\","
			"\"event_id\":\"Ev1\",\"event\":{\"type\":"
			"\"reaction_added\",\"user\":\"U1\"}}")});

	(void)state;
	answers(got, "200");
	assert_true(measured("outcome=\"ignored\"} 1\n"));
	assert_true(measured("hooks_ignored_total{channel=\"slack\",why="));
	assert_int_equal(count_stored(), 0);
}

/* ---- what is wrong ----------------------------------------------------- */

static const struct {
	const char *what;
	struct slack_post p;
} forged[] = {
    {"tampered", {.signed_body = {"{}", 2}}},
    {"stale", {.skew_s = -302}},
    {"of the future", {.skew_s = 302}},
    {"another secret", {.secret = "3333333333333333cccccccccccccccc"}},
    {"another account's secret", {.secret = VENDOR_SECRET_OTHER}},
    {"another account", {.path = "/hooks/slack/acme/other/events"}},
};

static void
test_forged(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(forged); i++) {
		const char *got = say(forged[i].p, "1.000001", "my secret");

		if (strncmp(got, "HTTP/1.1 403", 12) != 0)
			fail_msg("%s: %s", forged[i].what, got);
		assert_string_equal(body_of(got), "");
		assert_true(vendor_logged("hook.refused"));
		assert_true(vendor_logged("\"company\":\"acme\""));
		assert_false(vendor_logged("my secret"));
		assert_false(vendor_logged("v0="));
		vendor_forget_log();
	}
	assert_int_equal(count_stored(), 0);
	assert_true(measured("outcome=\"refused\"} 6\n"));
}

static void
test_unsigned(void **state)
{
	struct buf request = {0};

	(void)state;
	buf_str(&request,
	    "POST /hooks/slack/acme/main/events HTTP/1.1\r\nHost: t\r\n"
	    "Connection: close\r\nContent-Length: 2\r\n\r\n{}");
	answers(ask(&request), "403");
	buf_str(&request, "GET /hooks/slack/acme/main/events HTTP/1.1\r\n"
			  "Host: t\r\nConnection: close\r\n\r\n");
	answers(ask(&request), "403");
	buf_str(&request, "HEAD /hooks/slack/acme/main/events HTTP/1.1\r\n"
			  "Host: t\r\nConnection: close\r\n\r\n");
	answers(ask(&request), "405");
}

static const char *const nowhere[] = {"/hooks/", "/hooks/slack",
    "/hooks/slack/acme", "/hooks/slack/acme/", "/hooks/slack/acme/none",
    "/hooks/slack/acme/none/events", "/hooks/slack/none/main",
    "/hooks/none/acme/main", "/hooks/web/acme/main", "/hooks/sms/acme/main",
    "/hooks/Slack/acme/main", "/hooks/slack/ACME/main", "/hooks//acme/main",
    "/hooks/slack//main", "/hooks/slack/acme//main", "/hooks/slack/%61cme/main",
    "/hooks/slack/acme/../acme/main"};

/* All the same, whichever part is not there. */
static void
test_nowhere(void **state)
{
	char first[512] = "";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(nowhere); i++) {
		const char *got = say((struct slack_post){.path = nowhere[i]},
		    "1.000001", "hello");

		if (strncmp(got, "HTTP/1.1 404", 12) != 0)
			fail_msg("%s: %s", nowhere[i], got);
		if (i == 0)
			snprintf(first, sizeof(first), "%s", body_of(got));
		assert_string_equal(body_of(got), first);
	}
	assert_int_equal(count_stored(), 0);
}

static void
test_malformed(void **state)
{
	static const struct str bodies[] = {{"{", 1}, {"[]", 2}, {"{}", 2},
	    {"{\"type\":\"event_callback\",\"team_id\":\"T0001\"}", 44}};
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		got = post((struct slack_post){.body = bodies[i]});
		answers(got, "400");
		assert_non_null(strstr(got, "X-Slack-No-Retry: 1\r\n"));
		assert_true(vendor_logged("hook.malformed"));
		vendor_forget_log();
	}
	got = say((struct slack_post){.type = "text/plain"}, "1.1", "hello");
	answers(got, "400");
	assert_int_equal(count_stored(), 0);
}

static void
test_too_long(void **state)
{
	static char body[HOOK_BODY_MAX + 1];

	(void)state;
	memset(body, ' ', sizeof(body));
	answers(post((struct slack_post){.body = {body, sizeof(body)}}), "413");
	answers(
	    post((struct slack_post){.body = {body, sizeof(body) - 1}}), "400");
}

/* ---- accounts that change ---------------------------------------------- */

static void
apply(const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("acme"), .document = str_from(document)}};

	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	rig_ahead(&rig, COMPANY_FRESH_MS + 1);
}

static void
test_new_secret(void **state)
{
	struct slack_post old = {0}, new = {.secret = VENDOR_SECRET_OTHER};

	(void)state;
	answers(say(old, "1.000001", "hello"), "200");
	answers(say(new, "1.000002", "hello"), "403");
	apply("{\"name\":\"Acme\",\"accounts\":[{\"channel\":\"slack\","
	      "\"name\":\"main\",\"id\":\"T0001\",\"token\":\"xoxb-1\","
	      "\"signing\":[\"" VENDOR_SECRET_OTHER "\"]}]}");
	answers(say(old, "1.000003", "hello"), "403");
	answers(say(new, "1.000002", "hello"), "200");
	apply("{\"name\":\"Acme\"}");
	answers(say(new, "1.000004", "hello"), "404");
	assert_int_equal(count_stored(), 2);
}

/* It is ours to mend: the vendor is to try again. */
static void
test_sealed_elsewhere(void **state)
{
	struct token_keys elsewhere = {
	    .key = {"another installation"}, .count = 1};
	struct buf sealed = {0}, document = {0};
	const char *got;

	(void)state;
	assert_int_equal(
	    secret_seal(&elsewhere, STR(VENDOR_SECRET), &sealed), OK);
	buf_addf(&document,
	    "{\"name\":\"Acme\",\"accounts\":[{\"channel\":\"slack\","
	    "\"name\":\"main\",\"id\":\"T0001\",\"token\":\"xoxb-1\","
	    "\"signing\":[\"%.*s\"]}]}",
	    STR_FMT(buf_view(&sealed)));
	buf_char(&document, '\0');
	apply(document.data);
	got = say((struct slack_post){0}, "1.000001", "hello");
	answers(got, "503");
	assert_non_null(strstr(got, "Retry-After: "));
	assert_true(vendor_logged("hook.no_secrets"));
	assert_int_equal(count_stored(), 0);
	buf_free(&sealed);
	buf_free(&document);
}

/* ---- when it cannot be stored ------------------------------------------ */

static void
test_disk_full(void **state)
{
	struct rlimit files, none = {.rlim_cur = 1};
	const char *got;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &files), 0);
	none.rlim_max = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	got = say((struct slack_post){0}, "1.000001", "hello");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &files), 0);
	answers(got, "503");
	assert_non_null(strstr(got, "Retry-After: "));
	assert_true(measured("outcome=\"put_off\"} 1\n"));
	answers(say((struct slack_post){0}, "1.000001", "hello"), "200");
	assert_int_equal(count_stored(), 1);
}

/* Those that are under way when the gateway ends are answered or cut off. */
static void
test_stop(void **state)
{
	int fds[IN_FLIGHT], i;
	char ts[32];

	(void)state;
	for (i = 0; i < IN_FLIGHT; i++) {
		struct buf body = {0}, request = {0};
		struct slack_post p = {0};

		snprintf(ts, sizeof(ts), "%d.000001", i + 1);
		vendor_slack_message(&body, "D1", ts, "hello");
		p.body = buf_view(&body);
		vendor_slack(&rig, &p, &request);
		fds[i] = client_connect(rig.gateway.front);
		client_send_bytes(fds[i], buf_view(&request));
		buf_free(&body);
		buf_free(&request);
	}
	rig_stop(&rig);
	for (i = 0; i < IN_FLIGHT; i++)
		close(fds[i]);
}

/* ---- Twilio ------------------------------------------------------------ */

#define SMS(text) \
	"AccountSid", VENDOR_SID, "Body", text, "From", "+15552223333", \
	    "MessageSid", "SM00000000000000000000000000000001", "NumMedia", \
	    "0", "To", "+15550001111", NULL

static const char *const hello[] = {SMS("h\xc3\xa9llo & +1")};
static const char *const hullo[] = {SMS("hullo")};
static const char *const status[] = {"AccountSid", VENDOR_SID, "From",
    "+15550001111", "MessageSid", "SM00000000000000000000000000000002",
    "MessageStatus", "delivered", "To", "+15552223333", NULL};

static void
test_text(void **state)
{
	struct str body;
	const char *got = text((struct twilio_post){.fields = hello});

	(void)state;
	answers(got, "200");
	assert_non_null(strstr(got, "Content-Type: text/xml\r\n"));
	assert_string_equal(body_of(got), "<Response/>");
	assert_int_equal(stored(&body, 1), 1);
	assert_non_null(memmem(body.p, body.n, "\"h\xc3\xa9llo & +1\"", 13));
	/* A request can be sent again for ever; it says nothing new. */
	got = text((struct twilio_post){.fields = hello});
	assert_string_equal(body_of(got), "<Response/>");
	assert_int_equal(count_stored(), 1);
}

static void
test_text_forged(void **state)
{
	static const struct twilio_post wrong[] = {
	    {.fields = hello, .token = "another token of twenty"},
	    {.fields = hello, .extra = "&Body=more"},
	    {.fields = hello,
		.query = "a=b",
		.signed_url = VENDOR_URL "/hooks/sms/acme/line"},
	    {.fields = hello,
		.signed_url = "http://gw.example/hooks/sms/acme/line"},
	    {.fields = hello,
		.signed_url = "https://127.0.0.1/hooks/sms/acme/line"},
	    {.fields = status,
		.tail = "/status",
		.signed_url = VENDOR_URL "/hooks/sms/acme/line"}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		answers(text(wrong[i]), "403");
		assert_true(vendor_logged("hook.refused"));
		vendor_forget_log();
	}
	assert_int_equal(count_stored(), 0);
}

/* Twilio's back ends differ in whether they name the usual port. */
static void
test_port(void **state)
{
	(void)state;
	answers(text((struct twilio_post){.fields = hullo,
		    .signed_url = "https://gw.example:443/hooks/sms/acme/"
				  "line"}),
	    "200");
	answers(text((struct twilio_post){.fields = hullo,
		    .signed_url = "https://gw.example:444/hooks/sms/acme/"
				  "line"}),
	    "403");
}

/* The query counts as it was sent, with its own way of escaping. */
static void
test_query(void **state)
{
	(void)state;
	answers(text((struct twilio_post){.fields = status,
		    .tail = "/status",
		    .query = "row=77&x=%7Ea%2fb+c"}),
	    "204");
	assert_int_equal(rig_metric(&rig, METRIC_ARRIVALS_IGNORED), 1);
	assert_int_equal(count_stored(), 0);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_challenge),
	    CASE(test_stored_when_answered),
	    CASE(test_once),
	    CASE(test_once_at_once),
	    CASE(test_both_secrets),
	    CASE(test_ignored),
	    CASE(test_forged),
	    CASE(test_unsigned),
	    CASE(test_nowhere),
	    CASE(test_malformed),
	    CASE(test_too_long),
	    CASE(test_new_secret),
	    CASE(test_sealed_elsewhere),
	    CASE(test_disk_full),
	    CASE(test_stop),
	    CASE(test_text),
	    CASE(test_text_forged),
	    CASE(test_port),
	    CASE(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
