/*
 * How far a request came. What may have arrived is never sent again and never
 * called unsent; what cannot have arrived is never called cut.
 */
#include "tests/net/rig.h"

#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

/* ---- names, without a network -------------------------------------------- */

static sem_t asked, answer;

/* Stands before the C library's: these names are known to this test only. */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
	(void)service;
	(void)hints;
	(void)out;
	if (strcmp(name, "slow.test") == 0) {
		sem_post(&asked);
		sem_wait(&answer);
	}
	return EAI_NONAME;
}

/* ---- nothing left ---------------------------------------------------------- */

static void
a_refused_connection_sent_nothing(void **state)
{
	struct fetch r = get("/ok");

	(void)state;
	stub_close(rig.stub);
	rig.stub = NULL;
	assert_ends(&r, FETCH_UNSENT);
	assert_true(strlen(r.why) > 0);
	assert_null(r.body_in.p);
	fetch_clear(&r);
}

static void
an_unknown_name_sent_nothing(void **state)
{
	struct fetch r = get("/ok");

	(void)state;
	r.url = STR("http://nowhere.test/ok");
	assert_ends(&r, FETCH_UNSENT);
	fetch_clear(&r);
}

/* Neither its time-out nor the end waits for the name. */
static void
a_slow_name_holds_nobody_up(void **state)
{
	struct fetch r = get("/ok"), other = get("/ok");

	(void)state;
	r.url = STR("http://slow.test/ok");
	r.timeout_ms = 300;
	assert_int_equal(fetch_start(rig.f, &r), OK);
	while (sem_trywait(&asked) != 0)
		fetch_run(rig.f);
	assert_ends(&other, FETCH_ANSWERED);
	run_until(2);
	assert_int_equal(r.end, FETCH_UNSENT);
	r.timeout_ms = 60000;
	assert_int_equal(fetch_start(rig.f, &r), OK);
	while (sem_trywait(&asked) != 0)
		fetch_run(rig.f);
	fetch_close(rig.f);
	rig.f = NULL;
	assert_int_equal(r.end, FETCH_UNSENT);
	sem_post(&answer);
	sem_post(&answer);
	fetch_clear(&r);
	fetch_clear(&other);
}

static void
no_certificate_no_request(void **state)
{
	char url[100];
	struct fetch r = get("/ok");

	(void)state;
	snprintf(
	    url, sizeof(url), "https://127.0.0.1:%u/ok", stub_port(rig.stub));
	r.url = str_from(url);
	r.timeout_ms = 300; /* the stub waits for a line that ends */
	assert_ends(&r, FETCH_UNSENT);
	assert_int_equal(stub_requests(rig.stub), 0);
	fetch_clear(&r);
}

/* ---- it may have arrived --------------------------------------------------- */

static void
no_answer_is_cut(void **state)
{
	static const char *const paths[] = {
	    "/cut", "/reset", "/half", "/garbage"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct fetch r = get(paths[i]);

		r.method = "POST";
		r.body = STR("once");
		assert_ends(&r, FETCH_CUT);
		assert_true(strlen(r.why) > 0);
		assert_int_equal(stub_requests(rig.stub), i + 1);
		fetch_clear(&r);
	}
}

/*
 * A kept connection that ends after the request and before the answer: for
 * all we know the request did its work. Each of these reaches the server once.
 */
static void
a_kept_connection_that_ends_sends_nothing_twice(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} rows[] = {
	    {"POST", "/second/cut", "pay"},
	    {"POST", "/second/reset", "pay"},
	    {"POST", "/second/cut", ""},
	    {"PUT", "/second/reset", "pay"},
	    {"GET", "/second/cut", ""},
	    {"DELETE", "/second/cut", ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct fetch r = get(rows[i].path);

		r.method = rows[i].method;
		r.body = str_from(rows[i].body);
		assert_ends(&r, FETCH_ANSWERED);
		assert_ends(&r, FETCH_CUT);
		assert_int_equal(stub_requests(rig.stub), 2 * i + 2);
		fetch_clear(&r);
	}
}

static void
no_time_left_is_cut(void **state)
{
	struct fetch r = get("/hold");

	(void)state;
	r.timeout_ms = 200;
	assert_ends(&r, FETCH_CUT);
	assert_in_range(r.took_ms, 190, 5000);
	fetch_clear(&r);
}

static void
given_up_is_cut_or_unsent(void **state)
{
	struct fetch r = get("/hold");

	(void)state;
	assert_int_equal(fetch_start(rig.f, &r), OK);
	fetch_cancel(rig.f, &r);
	assert_int_equal(rig.done, 1);
	assert_int_equal(r.end, FETCH_UNSENT);
	fetch_cancel(rig.f, &r);
	assert_int_equal(rig.done, 1);
	assert_int_equal(fetch_start(rig.f, &r), OK);
	run_until_held(1);
	fetch_cancel(rig.f, &r);
	assert_int_equal(rig.done, 2);
	assert_int_equal(r.end, FETCH_CUT);
	fetch_clear(&r);
}

/* A connection that was used before tells nothing of this request. */
static void
waiting_for_a_connection_sent_nothing(void **state)
{
	struct fetch r[65], before[64];
	unsigned i;

	(void)state;
	for (i = 0; i < 64; i++) {
		before[i] = get("/ok");
		before[i].method = "POST";
		assert_int_equal(fetch_start(rig.f, &before[i]), OK);
	}
	run_until(64);
	for (i = 0; i < 65; i++) {
		r[i] = get("/hold");
		r[i].method = "POST";
		assert_int_equal(fetch_start(rig.f, &r[i]), OK);
	}
	run_until_held(64);
	for (i = 65; i > 0; i--)
		fetch_cancel(rig.f, &r[i - 1]);
	for (i = 0; i < 65; i++) {
		assert_int_equal(r[i].end, i < 64 ? FETCH_CUT : FETCH_UNSENT);
		fetch_clear(&r[i]);
	}
	for (i = 0; i < 64; i++)
		fetch_clear(&before[i]);
}

static void
the_end_ends_what_is_under_way(void **state)
{
	struct fetch r[10];
	unsigned i;

	(void)state;
	for (i = 0; i < 10; i++) {
		r[i] = get("/hold");
		assert_int_equal(fetch_start(rig.f, &r[i]), OK);
	}
	run_until_held(10);
	fetch_close(rig.f);
	rig.f = NULL;
	assert_int_equal(rig.done, 10);
	for (i = 0; i < 10; i++) {
		assert_int_equal(r[i].end, FETCH_CUT);
		fetch_clear(&r[i]);
	}
}

static struct fetch another;

static void
start_another(struct fetch *r)
{
	(void)r;
	rig.done++;
	another = get("/ok");
	assert_int_equal(fetch_start(rig.f, &another), OK);
}

static void
an_end_may_start_another(void **state)
{
	struct fetch r = get("/cut");

	(void)state;
	r.done = start_another;
	assert_int_equal(fetch_start(rig.f, &r), OK);
	run_until(2);
	assert_int_equal(r.end, FETCH_CUT);
	assert_int_equal(another.end, FETCH_ANSWERED);
	fetch_clear(&r);
	fetch_clear(&another);
}

/* ---- too much -------------------------------------------------------------- */

static void
takes_no_more_than_is_allowed(void **state)
{
	struct fetch r = get("/length/65536");

	(void)state;
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.body_in.n, 65536);
	r.url = get("/length/65537").url;
	assert_ends(&r, FETCH_TOO_BIG);
	r.answer_max = 4;
	r.url = get("/chunked").url;
	assert_ends(&r, FETCH_TOO_BIG);
	r.answer_max = 0;
	assert_ends(&r, FETCH_TOO_BIG);
	fetch_clear(&r);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(a_refused_connection_sent_nothing),
	    A_TEST(an_unknown_name_sent_nothing),
	    A_TEST(a_slow_name_holds_nobody_up),
	    A_TEST(no_certificate_no_request),
	    A_TEST(no_answer_is_cut),
	    A_TEST(a_kept_connection_that_ends_sends_nothing_twice),
	    A_TEST(no_time_left_is_cut),
	    A_TEST(given_up_is_cut_or_unsent),
	    A_TEST(waiting_for_a_connection_sent_nothing),
	    A_TEST(the_end_ends_what_is_under_way),
	    A_TEST(an_end_may_start_another),
	    A_TEST(takes_no_more_than_is_allowed),
	};

	sem_init(&asked, 0, 0);
	sem_init(&answer, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
