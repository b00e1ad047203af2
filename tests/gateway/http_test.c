/*
 * http: requests as clients send them, against a front of its own: routes,
 * methods, bodies, what a handler may ask, and the start itself.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define END "Connection: close\r\n\r\n"
#define LINE(method, path) method " " path " HTTP/1.1\r\nHost: shop.example\r\n"
#define GET(path) LINE("GET", path) END
#define JSON "Content-Type: application/json\r\n"

static int context;

static void
on_hello(struct request *r)
{
	assert_ptr_equal(request_context(r), &context);
	assert_true(str_eq(request_path(r), STR("/hello")));
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

static void
on_echo(struct request *r)
{
	request_add_header(r, "X-Extra", STR("yes"));
	request_reply(r, 200, "application/json", request_body(r));
}

/* What the request says, one thing a line. */
static void
on_tell(struct request *r)
{
	const struct str parts[] = {request_query(r, "a"),
	    request_header(r, "x-THING"), request_bearer(r), request_address(r),
	    request_own_origin(r)};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++)
		buf_addf(&b, "<%.*s>\n",
		    parts[i].p == NULL ? 4 : (int)parts[i].n,
		    parts[i].p == NULL ? "none" : parts[i].p);
	request_reply(r, 200, "text/plain", buf_view(&b));
	buf_free(&b);
}

/* The query as it came, in brackets. */
static void
on_query(struct request *r)
{
	struct str query = request_query_text(r);
	struct buf b = {0};

	buf_addf(&b, "<%.*s>", query.p == NULL ? 4 : (int)query.n,
	    query.p == NULL ? "none" : query.p);
	request_reply(r, 200, "text/plain", buf_view(&b));
	buf_free(&b);
}

static void
on_empty(struct request *r)
{
	request_reply(r, 204, NULL, (struct str){0});
}

static void
on_method(struct request *r)
{
	request_reply(r, 200, "text/plain", str_from(request_method(r)));
}

static void
on_late(struct request *r)
{
	struct frame_error e = {.code = FAULT_TOO_MANY, .detail = STR("wait")};

	request_add_header(r, "Retry-After", STR("77"));
	request_fault(r, &e);
}

static void
on_fault(struct request *r)
{
	struct frame_error e = {.code = FAULT_TOO_MANY, .detail = STR("wait")};

	request_fault(r, &e);
}

static const struct route routes[] = {
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.method = "POST", .path = "/echo", .any_origin = true, .handle = on_echo},
    {.method = "POST", .path = "/small", .body_max = 10, .handle = on_echo},
    {.method = "POST", .path = "/any", .any_type = true, .handle = on_echo},
    {.method = "GET", .path = "/query", .handle = on_query},
    {.method = "GET", .path = "/both", .handle = on_empty},
    {.method = "POST", .path = "/both", .handle = on_empty},
    {.method = "GET", .path = "/tell", .any_origin = true, .handle = on_tell},
    {.method = "GET", .path = "/fault", .handle = on_fault},
    {.method = "GET", .path = "/late", .handle = on_late},
    {.method = "GET", .path = "/files/*", .handle = on_empty},
    {.method = "PATCH", .path = "/things/*", .handle = on_echo},
    {.method = "PUT", .path = "/things/*", .handle = on_echo},
    {.method = "DELETE", .path = "/things/*", .handle = on_method},
    {.method = "GET", .path = "/things/all", .handle = on_method},
    {.path = NULL},
};

static struct http *
front(void)
{
	struct http_conf conf = client_conf(routes, &context);

	return client_front(&conf);
}

/* ---- one request, one answer ------------------------------------------- */

static const struct row {
	const char *request;
	const char *status;
	const char *has;   /* somewhere in the answer; NULL: anything */
	const char * not ; /* nowhere */
} rows[] = {
    {GET("/hello"), "200", "\r\n\r\nhello\n", NULL},
    {GET("/hello?x=1"), "200", "X-Request-Id: ", NULL},
    {GET("/hello"), "200", "X-Content-Type-Options: nosniff", NULL},
    {GET("/hello"), "200", "Cache-Control: no-store", NULL},
    {LINE("HEAD", "/hello") END, "200", "Content-Length: 6\r\n", "hello\n"},
    {GET("/both"), "204", NULL, NULL},
    {LINE("GET", "/hello") "Connection: close\r\nContent-Length: 0\r\n\r\n",
	"200", NULL, NULL},
    {"GET /hello HTTP/1.0\r\n\r\n", "200", "\r\n\r\nhello\n", NULL},

    {GET("/none"), "404", "\"urn:frontdesk:fault:not_found\"", NULL},
    {GET("/hello/"), "404", "application/problem+json", NULL},
    {GET("/Hello"), "404", NULL, NULL},
    {GET("/%68ello"), "404", NULL, NULL},
    {GET("/files/a/b"), "204", NULL, NULL},
    {LINE("POST", "/files/a") END, "405", "Allow: GET, HEAD\r\n", NULL},
    {LINE("POST", "/things/7") END, "405", "Allow: PATCH, PUT, DELETE\r\n",
	NULL},
    {LINE("DELETE", "/things/7") END, "200", "\r\n\r\nDELETE", NULL},
    {LINE("DELETE", "/things/7") "Content-Length: 0\r\n" END, "200", NULL,
	NULL},
    {LINE("DELETE", "/things/7") JSON "Content-Length: 2\r\n" END "{}", "400",
	"takes no body", NULL},
    {LINE("HEAD", "/things/all") END, "200", "Content-Length: 3\r\n", "GET"},
    {LINE("DELETE", "/things/all") END, "405", "Allow: GET, HEAD\r\n", NULL},
    {LINE("PATCH", "/things/7") JSON "Content-Length: 2\r\n" END "{}", "200",
	"\r\n\r\n{}", NULL},
    {LINE("PUT", "/things/7") JSON "Content-Length: 2\r\n" END "{}", "200",
	"\r\n\r\n{}", NULL},
    {LINE("PUT", "/things/7") "Content-Length: 2\r\n" END "{}", "415", NULL,
	NULL},
    {LINE("POST", "/hello") END, "405", "Allow: GET, HEAD\r\n", NULL},
    {LINE("DELETE", "/both") END, "405", "Allow: GET, HEAD, POST\r\n", NULL},
    {GET("/echo"), "405", "Allow: POST\r\n", NULL},
    {LINE("OPTIONS", "/hello") END, "405", NULL, NULL},
    {LINE("BREW", "/hello") END, "405",
	"\"detail\":\"what is here takes GET, HEAD\"", NULL},

    {LINE("POST", "/echo") JSON "Content-Length: 7\r\n" END "{\"a\":1}", "200",
	"\r\n\r\n{\"a\":1}", NULL},
    {LINE("POST", "/echo") JSON "Content-Length: 2\r\n" END "{}", "200",
	"X-Extra: yes\r\n", NULL},
    {LINE("POST", "/echo") JSON "Transfer-Encoding: chunked\r\n" END
				"3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
	"200", "\r\n\r\n{\"a\":1}", NULL},
    {LINE("POST", "/echo") "Content-Type: Application/JSON; charset=utf-8\r\n"
			   "Content-Length: 2\r\n" END "{}",
	"200", NULL, NULL},
    {LINE("POST", "/echo") "Content-Length: 2\r\n" END "{}", "415", "bad_type",
	NULL},
    {LINE("POST", "/echo") "Content-Type: application/jsonp\r\n"
			   "Content-Length: 2\r\n" END "{}",
	"415", NULL, NULL},
    {LINE("POST", "/echo") "Content-Type: text/plain\r\n" END, "415",
	"bad_type", NULL},
    {LINE("POST", "/any") "Content-Type: text/plain\r\n"
			  "Content-Length: 2\r\n" END "hi",
	"200", "\r\n\r\nhi", NULL},
    {LINE("POST", "/any") "Content-Length: 2\r\n" END "hi", "200", NULL, NULL},
    {LINE("POST", "/any") "Content-Length: 65537\r\n" END, "413", NULL, NULL},
    {LINE("POST", "/small") JSON "Content-Length: 10\r\n" END "1234567890",
	"200", NULL, NULL},
    {LINE("POST", "/small") JSON "Content-Length: 11\r\n" END "12345678901",
	"413", "it may have 10 bytes", NULL},
    {LINE("POST", "/small") JSON "Content-Length: 999999999999\r\n" END, "413",
	"Connection: close", NULL},
    {LINE("POST", "/small") JSON "Transfer-Encoding: chunked\r\n" END
				 "b\r\n12345678901\r\n",
	"413", "it may have 10 bytes", NULL},
    {LINE("GET", "/hello") "Content-Length: 2\r\n" END "{}", "400",
	"takes no body", NULL},
    {LINE("GET", "/hello") "Transfer-Encoding: chunked\r\n" END
			   "2\r\n{}\r\n0\r\n\r\n",
	"400", "takes no body", NULL},
    {GET("/fault"), "429", "Retry-After: 1\r\n", NULL},
    {GET("/fault"), "429", "\"detail\":\"wait\"", NULL},
    {GET("/late"), "429", "Retry-After: 77\r\n", "Retry-After: 1\r\n"},

    {LINE("GET", "/tell") "Origin: https://a.example\r\n" END, "200",
	"Access-Control-Allow-Origin: *\r\n", NULL},
    {GET("/tell"), "200", NULL, "Access-Control"},
    {LINE("GET", "/hello") "Origin: https://a.example\r\n" END, "200", NULL,
	"Access-Control"},
    {LINE("OPTIONS", "/echo") "Origin: https://a.example\r\n"
			      "Access-Control-Request-Method: POST\r\n" END,
	"204",
	"Access-Control-Allow-Headers: Authorization, Content-Type, "
	"Last-Event-ID\r\n",
	NULL},
    {LINE("POST", "/echo") "Origin: https://a.example\r\n" END, "415",
	"Access-Control-Allow-Origin: *\r\n", NULL},

    {GET("/tell?a=b%20c"), "200",
	"<b c>\n<none>\n<none>\n<127.0.0.1>\n"
	"<http://shop.example>\n",
	NULL},
    {GET("/tell?a"), "200", "\r\n\r\n<>\n", NULL},
    {GET("/query?a=b%20c&d+e?&f=/%"), "200", "\r\n\r\n<a=b%20c&d+e?&f=/%>",
	NULL},
    {GET("/query?"), "200", "\r\n\r\n<>", NULL},
    {GET("/query"), "200", "\r\n\r\n<none>", NULL},
    {GET("/tell?b=a"), "200", "\r\n\r\n<none>\n", NULL},
    {LINE("GET", "/tell") "X-Thing: it \r\nAuthorization: bearer abc\r\n" END,
	"200", "<it >\n<abc>\n", NULL},
    {LINE("GET", "/tell") "Authorization: Basic abc\r\n" END, "200",
	"<none>\n<none>\n<none>\n", NULL},
    /* Nobody said that 127.0.0.1 is a proxy of ours. */
    {LINE("GET", "/tell") "X-Forwarded-For: 9.9.9.9\r\n"
			  "X-Forwarded-Proto: https\r\n" END,
	"200", "<127.0.0.1>\n<http://shop.example>\n", NULL},
};

static void
test_rows(void **state)
{
	struct http *h = front();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = client_ask(h, rows[i].request);

		if (strncmp(got, "HTTP/1.", 7) != 0 ||
		    strncmp(got + 9, rows[i].status, 3) != 0 ||
		    (rows[i].has != NULL && !strstr(got, rows[i].has)) ||
		    (rows[i].not != NULL && strstr(got, rows[i].not )))
			fail_msg(
			    "row %zu:\n%s\ngave\n%s", i, rows[i].request, got);
	}
	http_stop(h);
}

static void
test_proxies(void **state)
{
	static const char *const asked[][2] = {
	    {"X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
	     "X-Forwarded-Host: www.example\r\n",
		"<9.9.9.9>\n<https://www.example>\n"},
	    {"X-Forwarded-For: 1.1.1.1, 9.9.9.9, 10.1.2.3\r\n",
		"<9.9.9.9>\n<http://shop.example>\n"},
	    {"X-Forwarded-For: nonsense\r\n", "<127.0.0.1>\n"},
	    {"X-Forwarded-For: 9.9.9.9, nonsense, 10.1.2.3\r\n",
		"<10.1.2.3>\n"},
	    {"X-Forwarded-For: \r\n", "<127.0.0.1>\n"},
	    /* The client wrote the first line, the proxy the second. */
	    {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: http\r\n"
	     "X-Forwarded-Host: forged.example\r\n"
	     "x-forwarded-for: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
	     "X-Forwarded-Host: www.example\r\n",
		"<9.9.9.9>\n<https://www.example>\n"},
	    {"X-Forwarded-For: 1.1.1.1, 9.9.9.9\r\n"
	     "X-Forwarded-For: 10.1.2.3\r\n"
	     "X-Forwarded-For: 10.3.2.1\r\n",
		"<9.9.9.9>\n"},
	    {"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: \r\n",
		"<127.0.0.1>\n"},
	    {"", "<127.0.0.1>\n<http://shop.example>\n"},
	};
	struct http_conf conf = client_conf(routes, &context);
	struct http *h;
	char request[512];
	size_t i;

	(void)state;
	conf.trusted_proxies = "127.0.0.1, 10.0.0.0/8";
	h = client_front(&conf);
	for (i = 0; i < ARRAY_LEN(asked); i++) {
		const char *got;

		snprintf(request, sizeof(request), "%s%s%s",
		    LINE("GET", "/tell"), asked[i][0], END);
		got = client_ask(h, request);
		if (strstr(got, asked[i][1]) == NULL)
			fail_msg("%s gave %s", asked[i][0], got);
	}
	http_stop(h);
}

/* ---- connections ------------------------------------------------------- */

static void
test_keep_alive(void **state)
{
	struct http *h = front();
	int i, fd = client_connect(h);
	char id[17] = "";

	(void)state;
	for (i = 0; i < 5; i++) {
		const char *got, *at;

		client_send(fd, LINE("GET", "/hello") "\r\n");
		got = client_read(fd, "hello\n", NULL);
		at = strstr(got, "X-Request-Id: ");
		assert_non_null(at);
		assert_memory_not_equal(id, at + 14, 16);
		memcpy(id, at + 14, 16);
		assert_int_equal(strspn(id, "0123456789abcdef"), 16);
	}
	client_send(fd, LINE("GET", "/none") "\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), "404"));
	client_send(fd, LINE("POST", "/hello") "\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), "405"));
	client_send(fd, GET("/hello"));
	assert_non_null(strstr(client_read(fd, "hello\n", NULL), "200"));
	close(fd);
	http_stop(h);
}

static void
test_pipeline(void **state)
{
	struct http *h = front();
	const char *got = client_ask(h,
	    LINE("GET", "/hello") "\r\n" LINE("POST", "/echo") JSON
	    "Content-Length: 3\r\n\r\n[1]" GET("/both"));
	const char *second = strstr(got, "hello\n");

	(void)state;
	assert_non_null(second);
	second = strstr(second, "[1]");
	assert_non_null(second);
	assert_non_null(strstr(second, "HTTP/1.1 204"));
	http_stop(h);
}

/* A head in single bytes, larger than the library's first buffer. */
static void
test_piecemeal(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);
	char head[9000];
	size_t i, n;
	bool closed;

	(void)state;
	n = (size_t)snprintf(
	    head, sizeof(head), "%sX-Thing: ", LINE("GET", "/tell"));
	memset(head + n, 'x', 8000);
	n += 8000;
	n += (size_t)snprintf(head + n, sizeof(head) - n, "\r\n%s", END);
	for (i = 0; i < n; i += 97)
		client_send_bytes(
		    fd, (struct str){head + i, n - i < 97 ? n - i : 97});
	assert_non_null(strstr(client_read(fd, NULL, &closed), "xxxx>\n"));
	close(fd);
	http_stop(h);
}

/* The largest body there may be, and one more, also without a length. */
static void
test_body_limit(void **state)
{
	struct http *h = front();
	char *body = malloc(HTTP_BODY_MAX + 300);
	const char *got;
	int n = 0, over;

	(void)state;
	assert_non_null(body);
	for (over = 0; over < 2; over++) {
		n = snprintf(body, 300, "%sContent-Length: %u\r\n%s",
		    LINE("POST", "/echo") JSON, HTTP_BODY_MAX + (unsigned)over,
		    END);
		memset(body + n, '7', HTTP_BODY_MAX + 1);
		got = client_ask_bytes(
		    h, (struct str){
			   body, (size_t)n + HTTP_BODY_MAX + (size_t)over});
		assert_memory_equal(got + 9, over ? "413" : "200", 3);
		if (!over)
			assert_int_equal(
			    strspn(strstr(got, "\r\n\r\n") + 4, "7"),
			    HTTP_BODY_MAX);
	}
	n = snprintf(body, 300, "%sTransfer-Encoding: chunked\r\n%s10001\r\n",
	    LINE("POST", "/echo") JSON, END);
	memset(body + n, '7', HTTP_BODY_MAX + 1);
	got = client_ask_bytes(
	    h, (struct str){body, (size_t)n + HTTP_BODY_MAX + 1});
	assert_memory_equal(got + 9, "413", 3);
	assert_non_null(strstr(got, "too_big"));
	free(body);
	http_stop(h);
}

/* Refused early, a client that still sends is not met with a reset at once,
 * which would take the answer away from it. */
static void
test_early_answer(void **state)
{
	const struct timespec moment = {.tv_nsec = 10000000};
	struct http *h = front();
	int fd = client_connect(h), i;

	(void)state;
	client_send(fd,
	    LINE("POST", "/small") JSON "Content-Length: 100000\r\n\r\n1234");
	assert_non_null(strstr(client_read(fd, "}", NULL), " 413 "));
	for (i = 0; i < 5; i++) {
		assert_int_equal(send(fd, "5678", 4, MSG_NOSIGNAL), 4);
		nanosleep(&moment, NULL);
	}
	close(fd);
	http_stop(h);
}

/* A client that asks first is told yes, or at once why not. */
static void
test_expect(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);

	(void)state;
	client_send(fd, LINE("POST", "/echo") JSON
	    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "\r\n\r\n", NULL), " 100 "));
	client_send(fd, "{}");
	assert_non_null(strstr(client_read(fd, "{}", NULL), " 200 "));
	client_send(fd, LINE("POST", "/small") JSON
	    "Expect: 100-continue\r\nContent-Length: 11\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), " 413 "));
	close(fd);
	http_stop(h);
}

/* ---- starting ---------------------------------------------------------- */

static void
test_start_wrong(void **state)
{
	struct http_conf conf = client_conf(routes, &context);
	struct http *h = client_front(&conf), *second = NULL;
	char why[256] = "", listen[32];

	(void)state;
	snprintf(listen, sizeof(listen), "127.0.0.1:%u", http_port(h));
	conf.listen = listen;
	assert_int_equal(http_start(&conf, &second, why, sizeof(why)), E_LIMIT);
	assert_non_null(strstr(why, "in use"));
	conf.listen = "127.0.0.1:0";
	conf.trusted_proxies = "10.0.0.0/99";
	assert_int_equal(
	    http_start(&conf, &second, why, sizeof(why)), E_BADINPUT);
	assert_non_null(strstr(why, "10.0.0.0/99"));
	assert_null(second);
	http_stop(h);
	http_stop(NULL);
}

static void
test_one_thread(void **state)
{
	struct http_conf conf = client_conf(routes, &context);
	struct http *h;

	(void)state;
	conf.threads = 1;
	conf.listen = "[::1]:0";
	h = client_front(&conf);
	http_stop(h);
	conf.listen = ":0";
	h = client_front(&conf);
	assert_non_null(strstr(client_ask(h, GET("/hello")), "hello\n"));
	http_stop(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_proxies),
	    cmocka_unit_test(test_keep_alive),
	    cmocka_unit_test(test_pipeline),
	    cmocka_unit_test(test_piecemeal),
	    cmocka_unit_test(test_body_limit),
	    cmocka_unit_test(test_early_answer),
	    cmocka_unit_test(test_expect),
	    cmocka_unit_test(test_start_wrong),
	    cmocka_unit_test(test_one_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
