/* guard: each fault by itself, in requests that are otherwise right. */
#include "gateway/guard.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NONE \
	{ \
		{NULL, 0}, \
		{ \
			NULL, 0 \
		} \
	}
#define HOST \
	{ \
		{"Host", 4}, \
		{ \
			"t", 1 \
		} \
	}
#define H(name, value) \
	{ \
		{name, sizeof(name) - 1}, \
		{ \
			value, sizeof(value) - 1 \
		} \
	}

static const struct row {
	const char *version, *method, *target;
	struct guard_header headers[4];
	const char *word; /* of the fault; NULL: fine */
} rows[] = {
    {"HTTP/1.1", "GET", "/", {HOST}, NULL},
    {"HTTP/1.0", "GET", "/", {NONE}, NULL},
    {"HTTP/1.1", "OPTIONS", "*", {HOST}, NULL},
    {"HTTP/1.1", "GET", "/a?b=%00", {HOST, H("X-A", "b\tc")}, NULL},
    {"HTTP/1.1", "GET", "/", {HOST, H("X-A", "caf\xc3\xa9")}, NULL},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", " 12 ")}, NULL},
    {"HTTP/1.1", "POST", "/", {HOST, H("TRANSFER-ENCODING", "Chunked")}, NULL},

    {"HTTP/1.1", "GET", "/", {NONE}, "no Host"},
    {"HTTP/1.1", "GET", "/", {HOST, HOST}, "more than one Host"},
    {"HTTP/1.1", "GET", "/", {H("Host", "a/b")}, "not a host"},
    {"HTTP/1.1", "GET", "/", {H("Host", "a b")}, "not a host"},
    {"HTTP/1.9", "GET", "/", {HOST}, "version"},
    {"HTTP/2.0", "GET", "/", {HOST}, "version"},
    {"http/1.1", "GET", "/", {HOST}, "version"},
    {"", "GET", "/", {HOST}, "version"},
    {"HTTP/1.1", "", "/", {HOST}, "method"},
    {"HTTP/1.1", "G(T", "/", {HOST}, "method"},
    {"HTTP/1.1", "GET", "", {HOST}, "path"},
    {"HTTP/1.1", "GET", "a", {HOST}, "path"},
    {"HTTP/1.1", "GET", "/a\x01", {HOST}, "path"},
    {"HTTP/1.1", "GET", "/a b", {HOST}, "path"},
    {"HTTP/1.1", "GET", "/a\x7f", {HOST}, "path"},
    {"HTTP/1.1", "GET", "/", {HOST, H("X-A ", "b")}, "token"},
    {"HTTP/1.1", "GET", "/", {HOST, H("", "b")}, "token"},
    {"HTTP/1.1", "GET", "/", {HOST, H("X\xc3", "b")}, "token"},
    {"HTTP/1.1", "GET", "/", {HOST, H("X-A", "b\rc")}, "control"},
    {"HTTP/1.1", "GET", "/", {HOST, H("X-A", "b\0c")}, "control"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Content-Length", "4"), H("content-length", "4")},
	"more than one Content-Length"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Content-Length", "4"), H("Content-Length", "5")},
	"more than one Content-Length"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", "+4")}, "number"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", "-1")}, "number"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", "4, 4")}, "number"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", "0x4")}, "number"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Content-Length", "")}, "number"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Content-Length", "18446744073709551620")}, "number"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Content-Length", "4"), H("Transfer-Encoding", "chunked")},
	"both"},
    {"HTTP/1.1", "POST", "/", {HOST, H("Transfer-Encoding", "xchunked")},
	"not chunked"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Transfer-Encoding", "chunked, identity")}, "not chunked"},
    {"HTTP/1.1", "POST", "/",
	{HOST, H("Transfer-Encoding", "chunked"),
	    H("Transfer-Encoding", "chunked")},
	"more than one Transfer-Encoding"},
    {"HTTP/1.0", "POST", "/", {H("Transfer-Encoding", "chunked")}, "1.0"},
};

static struct guard_request
request_of(const struct row *row)
{
	struct guard_request r = {.version = str_from(row->version),
	    .method = str_from(row->method),
	    .target = str_from(row->target),
	    .headers = row->headers};

	while (r.count < 4 && row->headers[r.count].name.p != NULL)
		r.count++;
	return r;
}

static void
test_rows(void **state)
{
	struct guard_facts facts;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct guard_request r = request_of(&rows[i]);
		const char *fault = guard_fault(&r, &facts);
		const char *word = rows[i].word;

		if ((fault == NULL) != (word == NULL) ||
		    (word != NULL && strstr(fault, word) == NULL))
			fail_msg("row %zu: expected %s, got %s", i,
			    word == NULL ? "nothing" : word,
			    fault == NULL ? "nothing" : fault);
	}
}

static void
test_facts(void **state)
{
	const struct guard_header some[] = {HOST, H("Content-Length", "65536")};
	const struct guard_header coded[] = {
	    HOST, H("Transfer-Encoding", "chunked")};
	struct guard_request r = {.version = STR("HTTP/1.1"),
	    .method = STR("POST"),
	    .target = STR("/"),
	    .headers = some,
	    .count = 2};
	struct guard_facts facts;

	(void)state;
	assert_null(guard_fault(&r, &facts));
	assert_true(facts.has_length && !facts.chunked);
	assert_int_equal(facts.length, 65536);
	r.headers = coded;
	assert_null(guard_fault(&r, &facts));
	assert_true(!facts.has_length && facts.chunked);
}

/*
 * A head as libmicrohttpd leaves it: zeros for separators. `fold` bytes of
 * something else come before the second header.
 */
static const char *
fault_of_layout(char *head, size_t size, size_t name, size_t value)
{
	const struct guard_header headers[] = {
	    {str_from(head + 16), str_from(head + 22)},
	    {str_from(head + name), str_from(head + value)}};
	struct guard_request r = {.version = str_from(head + 6),
	    .method = str_from(head),
	    .target = str_from(head + 4),
	    .headers = headers,
	    .count = 2,
	    .layout = {head + 4, head + size}};
	struct guard_facts facts;

	return guard_fault(&r, &facts);
}

static void
test_layout(void **state)
{
	char fine[] = "GET\0/\0HTTP/1.1\0\0Host\0 t\0\0X\0 v\0\0\0";
	char bare[] = "GET\0/\0HTTP/1.1\0\0Host\0 t\0X\0 v\0\0\0";
	char nul[] = "GET\0/\0HTTP/1.1\0\0Host\0 t\0\0X\0 v\0u\0\0\0";
	char hidden[] = "GET\0/\0HTTP/1.1\0\0Host\0 t\0\0Y: z\0\0X\0 v\0\0\0";
	char longer[] = "GET\0/\0HTTP/1.1\0\0Host\0 t\0\0X\0 v\0\0\0\0";

	(void)state;
	assert_null(fault_of_layout(fine, sizeof(fine), 25, 28));
	assert_non_null(fault_of_layout(bare, sizeof(bare), 24, 27));
	assert_non_null(fault_of_layout(nul, sizeof(nul), 25, 28));
	assert_non_null(fault_of_layout(hidden, sizeof(hidden), 31, 34));
	assert_non_null(fault_of_layout(longer, sizeof(longer), 25, 28));
}

/* Whatever passes has one way to be read. */
static void
test_random(void **state)
{
	static const char bytes[] = "aZ0-: \t\r\n,;/\\@\x01\x7f\xff";
	unsigned seed = (unsigned)time(NULL), i, j;
	char name[4], value[4];

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (i = 0; i < 20000; i++) {
		const struct guard_header headers[] = {
		    HOST, {{name, 3}, {value, 3}}};
		struct guard_request r = {.version = STR("HTTP/1.1"),
		    .method = STR("GET"),
		    .target = STR("/"),
		    .headers = headers,
		    .count = 2};
		struct guard_facts facts;

		for (j = 0; j < 3; j++) {
			name[j] = bytes[(size_t)rand() % sizeof(bytes)];
			value[j] = bytes[(size_t)rand() % sizeof(bytes)];
		}
		if (guard_fault(&r, &facts) != NULL)
			continue;
		assert_null(memchr(name, ':', 3));
		assert_null(memchr(name, ' ', 3));
		assert_null(memchr(value, '\n', 3));
		assert_null(memchr(value, '\r', 3));
		assert_null(memchr(value, '\0', 3));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_layout),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
