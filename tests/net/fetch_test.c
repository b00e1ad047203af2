/* What is asked arrives, and what is answered comes back. */
#include "tests/net/rig.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void
brings_the_answer(void **state)
{
	struct fetch r = get("/ok");

	(void)state;
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 200);
	assert_str(r.type, "text/plain");
	assert_str(r.body_in, "hello");
	assert_int_equal(r.retry_after_ms, -1);
	assert_string_equal(r.why, "");
	fetch_clear(&r);
	fetch_clear(&r);
	assert_null(r.body_in.p);
}

static void
keeps_a_header(void **state)
{
	struct fetch r = get("/after/17");

	(void)state;
	r.keep_header = "retry-after";
	assert_ends(&r, FETCH_ANSWERED);
	assert_str(r.header_in, "17");
	r.url = get("/ok").url;
	assert_ends(&r, FETCH_ANSWERED);
	assert_null(r.header_in.p);
	fetch_clear(&r);
}

static void
sends_what_it_is_given(void **state)
{
	const struct str headers[] = {STR("Authorization: Bearer secret"),
	    STR("Content-Type: application/json")};
	struct fetch r = get("/echo");

	(void)state;
	r.method = "POST";
	r.headers = headers;
	r.header_count = 2;
	r.body = (struct str){"{\"a\":\0\"b\"}", 10};
	assert_ends(&r, FETCH_ANSWERED);
	assert_true(str_eq(r.body_in, r.body));
	assert_non_null(strstr(rig.head, "POST /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(rig.head, "Authorization: Bearer secret\r\n"));
	assert_non_null(strstr(rig.head, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(rig.head, "User-Agent: Frontdesk/test\r\n"));
	assert_null(strstr(rig.head, "Cookie"));
	fetch_clear(&r);
}

static void
forgets_what_the_last_one_was_told(void **state)
{
	const struct str secret = STR("Authorization: Bearer secret");
	struct fetch r = get("/echo");

	(void)state;
	r.method = "PUT";
	r.headers = &secret;
	r.header_count = 1;
	r.body = STR("abc");
	assert_ends(&r, FETCH_ANSWERED);
	assert_non_null(strstr(rig.head, "PUT /echo"));
	r.method = "GET";
	r.header_count = 0;
	r.body = STR("");
	assert_ends(&r, FETCH_ANSWERED);
	assert_non_null(strstr(rig.head, "GET /echo"));
	assert_null(strstr(rig.head, "secret"));
	assert_str(r.body_in, "");
	r.method = "DELETE";
	assert_ends(&r, FETCH_ANSWERED);
	assert_non_null(strstr(rig.head, "DELETE /echo"));
	r.method = "POST";
	assert_ends(&r, FETCH_ANSWERED);
	assert_non_null(strstr(rig.head, "Content-Length: 0\r\n"));
	fetch_clear(&r);
}

static void
waits_for_no_leave_to_send(void **state)
{
	struct fetch r = get("/echo");
	size_t n = 3u << 20;
	char *bytes = malloc(n);

	(void)state;
	memset(bytes, 'y', n);
	r.method = "POST";
	r.body = (struct str){bytes, n};
	r.answer_max = n;
	assert_ends(&r, FETCH_ANSWERED);
	assert_null(strstr(rig.head, "Expect"));
	assert_int_equal(r.body_in.n, n);
	assert_true(str_eq(r.body_in, r.body));
	fetch_clear(&r);
	free(bytes);
}

static void
reads_chunks(void **state)
{
	struct fetch r = get("/chunked");

	(void)state;
	assert_ends(&r, FETCH_ANSWERED);
	assert_str(r.body_in, "hello");
	assert_str(r.type, "");
	fetch_clear(&r);
}

static void
any_status_is_an_answer(void **state)
{
	static const char *const paths[] = {
	    "/status/404", "/status/429", "/status/500", "/status/302"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct fetch r = get(paths[i]);

		assert_ends(&r, FETCH_ANSWERED);
		assert_int_equal(r.status, atoi(paths[i] + 8));
		assert_str(r.body_in, "told");
		fetch_clear(&r);
	}
}

static void
reads_when_to_come_again(void **state)
{
	struct fetch r = get("/after/30");
	time_t then = time(NULL) + 120;
	char path[100];

	(void)state;
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 429);
	assert_int_equal(r.retry_after_ms, 30000);
	fetch_clear(&r);
	strftime(path, sizeof(path), "/after/%a,_%d_%b_%Y_%H:%M:%S_GMT",
	    gmtime(&then));
	r = get(path);
	assert_ends(&r, FETCH_ANSWERED);
	assert_in_range(r.retry_after_ms, 110000, 121000);
	fetch_clear(&r);
	r = get("/after/soon");
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.retry_after_ms, -1);
	fetch_clear(&r);
}

static void
uses_a_connection_again(void **state)
{
	struct fetch r = get("/ok");
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++)
		assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(stub_connections(rig.stub), 1);
	assert_int_equal(stub_requests(rig.stub), 20);
	fetch_clear(&r);
}

/* The one before was closed: seen before anything is sent, so no loss. */
static void
takes_a_new_connection_when_the_old_was_closed(void **state)
{
	struct fetch r = get("/last");
	unsigned i;

	(void)state;
	for (i = 0; i < 50; i++) {
		assert_ends(&r, FETCH_ANSWERED);
		while (stub_open_now(rig.stub) > 0)
			sched_yield();
	}
	assert_int_equal(stub_requests(rig.stub), 50);
	assert_int_equal(stub_connections(rig.stub), 50);
	fetch_clear(&r);
}

#define MANY 5000u

static void
carries_thousands_at_once(void **state)
{
	struct fetch *r = calloc(MANY, sizeof(*r));
	struct fetch model = get("/echo");
	char bodies[MANY][8];
	unsigned i;

	(void)state;
	model.method = "POST";
	for (i = 0; i < MANY; i++) {
		r[i] = model;
		snprintf(bodies[i], sizeof(bodies[i]), "%u", i);
		r[i].body = str_from(bodies[i]);
		assert_int_equal(fetch_start(rig.f, &r[i]), OK);
	}
	assert_int_equal(fetch_under_way(rig.f), MANY);
	run_until(MANY);
	assert_int_equal(fetch_under_way(rig.f), 0);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(r[i].end, FETCH_ANSWERED);
		assert_str(r[i].body_in, bodies[i]);
		fetch_clear(&r[i]);
	}
	assert_in_range(stub_connections(rig.stub), 2, 64);
	free(r);
}

static void
refuses_what_is_no_request(void **state)
{
	static const char *const urls[] = {"", "http://", "ftp://127.0.0.1/",
	    "file:///etc/passwd", "127.0.0.1", "http://a b/",
	    "http://a/\r\nX: y", "gopher://127.0.0.1:1/_x"};
	const struct str split = STR("A: b\r\nC: d");
	struct fetch r = get("/ok");
	size_t i;

	(void)state;
	r.method = "TRACE";
	assert_int_equal(fetch_start(rig.f, &r), E_BADINPUT);
	r.method = "GET";
	r.headers = &split;
	r.header_count = 1;
	assert_int_equal(fetch_start(rig.f, &r), E_BADINPUT);
	r.header_count = 0;
	for (i = 0; i < ARRAY_LEN(urls); i++) {
		r.url = str_from(urls[i]);
		assert_int_equal(fetch_start(rig.f, &r), E_BADINPUT);
	}
	assert_int_equal(fetch_under_way(rig.f), 0);
	fetch_clear(&r);
}

static void
has_room_for_so_many(void **state)
{
	const struct fetch_conf conf = {
	    .in_flight_max = 2, .connections_max = 2, .connect_ms = 1000};
	struct fetch r[3] = {get("/hold"), get("/hold"), get("/hold")};
	struct fetcher *f;

	(void)state;
	assert_int_equal(fetch_open(&conf, &f), OK);
	assert_int_equal(fetch_start(f, &r[0]), OK);
	assert_int_equal(fetch_start(f, &r[1]), OK);
	assert_int_equal(fetch_start(f, &r[2]), E_LIMIT);
	fetch_close(f);
	assert_int_equal(rig.done, 2);
	assert_int_equal(r[0].end, FETCH_UNSENT);
	fetch_clear(&r[0]);
	fetch_clear(&r[1]);
	fetch_clear(&r[2]);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(brings_the_answer),
	    A_TEST(keeps_a_header),
	    A_TEST(sends_what_it_is_given),
	    A_TEST(forgets_what_the_last_one_was_told),
	    A_TEST(waits_for_no_leave_to_send),
	    A_TEST(reads_chunks),
	    A_TEST(any_status_is_an_answer),
	    A_TEST(reads_when_to_come_again),
	    A_TEST(uses_a_connection_again),
	    A_TEST(takes_a_new_connection_when_the_old_was_closed),
	    A_TEST(carries_thousands_at_once),
	    A_TEST(refuses_what_is_no_request),
	    A_TEST(has_room_for_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
