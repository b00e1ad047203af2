/*
 * http: requests that two readers may understand in two ways, as raw bytes.
 * Each is refused, its connection ends, and what hides behind it is never
 * served.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <unistd.h>

#define HEAD \
	"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: t\r\n\r\n"
#define RAW(text) \
	{ \
		text, sizeof(text) - 1 \
	}

static _Atomic unsigned hidden, echoed;

static void
on_hidden(struct request *r)
{
	atomic_fetch_add(&hidden, 1);
	request_reply(r, 200, "text/plain", STR("hidden"));
}

static void
on_echo(struct request *r)
{
	atomic_fetch_add(&echoed, 1);
	request_reply(r, 200, "application/json", request_body(r));
}

static const struct route routes[] = {
    {.method = "GET", .path = "/hidden", .handle = on_hidden},
    {.method = "POST", .path = "/echo", .handle = on_echo},
    {.path = NULL},
};

/* Ours say why as problem JSON; the others are libmicrohttpd's own. */
static const struct row {
	struct str bytes;
	const char *status;
	bool ours;
} rows[] = {
    {RAW(HEAD "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
	      "0\r\n\r\nX" HIDDEN),
	"400", true},
    {RAW(HEAD "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
	      "0\r\n\r\nX" HIDDEN),
	"400", true},
    {RAW(HEAD "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n"
	      "{}" HIDDEN),
	"400", true},
    {RAW(HEAD "Content-Length: 2\r\nContent-Length: 39\r\n\r\n{}" HIDDEN),
	"400", true},
    {RAW(HEAD "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" HIDDEN), "400",
	true},
    {RAW(HEAD "Transfer-Encoding: xchunked\r\n\r\n" HIDDEN), "400", true},
    {RAW(HEAD "Transfer-Encoding: chunked, identity\r\n\r\n" HIDDEN), "400",
	true},
    {RAW(HEAD "Transfer-Encoding: identity\r\n\r\n" HIDDEN), "400", true},
    {RAW(HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
	      "\r\n0\r\n\r\n" HIDDEN),
	"400", true},
    {RAW(HEAD "Host: u\r\nContent-Length: 2\r\n\r\n{}" HIDDEN), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: a b\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.9\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: b\rc\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: b\x01\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX A: b\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\n: b\r\n\r\n"), "400", true},
    {RAW("GET /hidden\x01 HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("GET /hid den HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("GET hidden HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("GET  /hidden HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("G(T /hidden HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("POST /echo HTTP/1.0\r\nContent-Type: application/json\r\n"
	 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
	"400", true},
    /* What libmicrohttpd passes over in silence, seen by where things lie. */
    {RAW("GET /hidden HTTP/1.1\nHost: t\n\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\nX-A: b\r\n\r\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: b\r\n\n"), "400", true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: b\r\n c\r\n\r\n"), "400",
	true},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: b\0c\r\n\r\n"), "400", true},
    {RAW("GET /hidden\0/public HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    {RAW("GET /hidden?a\0b HTTP/1.1\r\nHost: t\r\n\r\n"), "400", true},
    /* libmicrohttpd's own. */
    {RAW(HEAD "Content-Length: +2\r\n\r\n{}" HIDDEN), "400", false},
    {RAW(HEAD "Content-Length: 2, 2\r\n\r\n{}" HIDDEN), "400", false},
    {RAW(HEAD "Content-Length: 0x2\r\n\r\n{}" HIDDEN), "400", false},
    {RAW(HEAD "Content-Length: -1\r\n\r\n{}" HIDDEN), "400", false},
    {RAW(HEAD "Content-Length: 18446744073709551620\r\n\r\n{}" HIDDEN), "413",
	false},
    {RAW(HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n" HIDDEN), "400", false},
    {RAW("GET /hidden HTTP/1.1\r\nHost: t\r\nno colon\r\n\r\n"), "400", false},
    {RAW("GET /hidden\r\n\r\n" HIDDEN), "400", false},
    {RAW("GET /hidden HTTP/0.9\r\n\r\n"), "505", false},
};

static void
test_table(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	struct http *h = client_front(&conf);
	uint64_t before = client_metric(METRIC_HTTP_MALFORMED), ours = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = client_ask_bytes(h, rows[i].bytes);

		ours += rows[i].ours;
		if (strncmp(got, "HTTP/1.", 7) != 0 ||
		    strncmp(got + 9, rows[i].status, 3) != 0 ||
		    (rows[i].ours && !strstr(got, "bad_request")) ||
		    (rows[i].ours && !strstr(got, "X-Request-Id")))
			fail_msg("row %zu: %.*s\ngave: %s", i,
			    STR_FMT(rows[i].bytes), got);
	}
	assert_int_equal(atomic_load(&hidden), 0);
	assert_int_equal(atomic_load(&echoed), 0);
	assert_int_equal(client_metric(METRIC_HTTP_MALFORMED) - before, ours);
	http_stop(h);
}

/* The same requests made right do pass: the table is about their faults. */
static void
test_right(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	struct http *h = client_front(&conf);
	const char *got = client_ask(h,
	    HEAD "Content-Length: 2\r\n\r\n{}" HEAD
		 "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
		 "\r\nGET /hidden HTTP/1.1\r\nHost: t\r\nX-A: \tb\t\r\nX-B:\r\n"
		 "Connection: close\r\n\r\n");

	(void)state;
	assert_non_null(strstr(got, "{}"));
	assert_non_null(strstr(got, "[]"));
	assert_non_null(strstr(got, "hidden"));
	http_stop(h);
}

static void
ask_with_headers(const struct http *h, unsigned count, const char *status)
{
	struct buf b = {0};
	const char *got;

	buf_str(&b, "GET /hidden HTTP/1.1\r\nHost: t\r\nConnection: close\r\n");
	for (; count > 2; count--)
		buf_addf(&b, "X-%u: y\r\n", count);
	buf_str(&b, "\r\n");
	got = client_ask_bytes(h, buf_view(&b));
	assert_memory_equal(got + 9, status, 3);
	buf_free(&b);
}

static void
test_sizes(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	struct http *h = client_front(&conf);
	struct buf b = {0};
	size_t i;

	(void)state;
	ask_with_headers(h, 64, "200");
	ask_with_headers(h, 65, "400");
	buf_str(&b, "GET /hidden HTTP/1.1\r\nHost: t\r\nX-A: ");
	for (i = 0; i < 65536; i++)
		buf_char(&b, 'x');
	assert_memory_equal(client_ask_bytes(h, buf_view(&b)) + 9, "431", 3);
	buf_clear(&b);
	buf_str(&b, "GET /");
	for (i = 0; i < 65536; i++)
		buf_char(&b, 'x');
	assert_memory_equal(client_ask_bytes(h, buf_view(&b)) + 9, "414", 3);
	buf_free(&b);
	http_stop(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_right),
	    cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
