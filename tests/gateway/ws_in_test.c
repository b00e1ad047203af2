/*
 * ws_in: however the bytes are cut, the same messages come out. Each row is
 * fed whole, byte by byte, and in two parts at every place; then random
 * conversations, cut at random.
 */
#include "core/buf.h"
#include "gateway/ws_in.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdlib.h>

#define TEXT 1u
#define BINARY 2u
#define CLOSE 8u
#define PING 9u
#define PONG 10u
#define FIN 0x80u

static const struct ws_limits limits = {
    .message_max = 70000, .fragments_max = 5};

/* ---- frames in, a transcript out --------------------------------------- */

/* first: FIN, reserved bits and opcode. */
static void
add_frame(struct buf *out, unsigned first, struct str payload)
{
	static const char mask[4] = {0x12, 0x34, (char)0xab, 0x00};
	size_t wide = payload.n < 126 ? 0 : payload.n < 65536 ? 2 : 8, i;

	buf_char(out, (char)first);
	buf_char(out, (char)(0x80 | (wide == 0	    ? payload.n
					: wide == 2 ? 126
						    : 127)));
	for (i = wide; i > 0; i--)
		buf_char(out, (char)(payload.n >> (8 * (i - 1))));
	buf_add(out, mask, sizeof(mask));
	for (i = 0; i < payload.n; i++)
		buf_char(out, (char)(payload.p[i] ^ mask[i & 3]));
}

/* "text:abc close:1000 " ... ; true while it may be asked for more. */
static bool
note(struct buf *out, const struct ws_message *m)
{
	static const char *const words[] = {[WS_TEXT] = "text",
	    [WS_BINARY] = "binary",
	    [WS_PING] = "ping",
	    [WS_PONG] = "pong",
	    [WS_CLOSE] = "close",
	    [WS_FAIL] = "fail"};

	buf_str(out, words[m->what]);
	buf_char(out, ':');
	if (m->what == WS_CLOSE || m->what == WS_FAIL)
		buf_u64(out, m->code);
	else
		buf_add(out, m->payload.p, m->payload.n);
	buf_char(out, ' ');
	return m->what != WS_CLOSE && m->what != WS_FAIL;
}

static bool
take_part(struct ws_in *in, struct str part, struct buf *out)
{
	struct ws_message m;

	ws_in_feed(in, part);
	while ((m = ws_in_next(in, &limits)).what != WS_NEED_BYTES)
		if (!note(out, &m))
			return false;
	return true;
}

/* In parts of `step` bytes, the first of them `first` bytes long. */
static void
take_all(struct str bytes, size_t first, size_t step, struct buf *out)
{
	struct ws_in *in = ws_in_new();
	size_t at = 0, n = first;

	assert_non_null(in);
	for (; at < bytes.n; at += n, n = step) {
		if (n > bytes.n - at)
			n = bytes.n - at;
		if (!take_part(in, (struct str){bytes.p + at, n}, out))
			break;
	}
	assert_false(out->failed);
	ws_in_free(in);
}

static void
says(struct str bytes, struct str expected)
{
	struct buf out = {0};
	size_t i;

	take_all(bytes, bytes.n, bytes.n, &out);
	if (!str_eq(buf_view(&out), expected))
		fail_msg("\"%.*s\", not \"%.*s\"", STR_FMT(buf_view(&out)),
		    STR_FMT(expected));
	for (i = 1; i < bytes.n && bytes.n < 2000; i++) {
		buf_clear(&out);
		take_all(bytes, i, bytes.n, &out);
		assert_true(str_eq(buf_view(&out), expected));
	}
	buf_clear(&out);
	take_all(bytes, 1, 1, &out);
	assert_true(str_eq(buf_view(&out), expected));
	buf_free(&out);
}

/* ---- rows -------------------------------------------------------------- */

#define FRAMES_MAX 8

static const struct row {
	const char *expected;
	struct {
		unsigned first;
		const char *payload;
	} frame[FRAMES_MAX]; /* ends with payload == NULL */
} rows[] = {
    {"text:a text: binary:b ", {{0x81, "a"}, {0x81, ""}, {0x82, "b"}}},
    {"text:abc text:d ", {{0x01, "a"}, {0x00, "b"}, {0x80, "c"}, {0x81, "d"}}},
    {"ping:1 pong:2 text:ab ",
	{{0x01, "a"}, {0x89, "1"}, {0x00, ""}, {0x8a, "2"}, {0x80, "b"}}},
    {"text: ", {{0x01, ""}, {0x00, ""}, {0x80, ""}}},
    {"text:a fail:1002 ", {{0x81, "a"}, {0xc1, "b"}, {0x81, "c"}}},
    {"fail:1002 ", {{0xa1, ""}}},
    {"fail:1002 ", {{0x91, "x"}}},
    {"fail:1002 ", {{0x83, ""}}},
    {"fail:1002 ", {{0x8b, "x"}}},
    {"fail:1002 ", {{0x80, "x"}}},
    {"fail:1002 ", {{0x00, ""}}},
    {"fail:1002 ", {{0x01, "a"}, {0x81, "b"}}},
    {"fail:1002 ", {{0x01, ""}, {0x82, ""}}},
    {"fail:1002 ", {{0x09, ""}}},
    {"fail:1008 ", {{0x01, "1"}, {0x00, "2"}, {0x00, "3"}, {0x00, "4"},
		       {0x00, "5"}, {0x80, "6"}}},
    {"text:12345 ",
	{{0x01, "1"}, {0x00, "2"}, {0x00, "3"}, {0x00, "4"}, {0x80, "5"}}},
    {"text:\u00fc\u20ac\U0001f600 ", {{0x81, "\u00fc\u20ac\U0001f600"}}},
    {"text:\u20ac ", {{0x01, "\xe2"}, {0x00, "\x82"}, {0x80, "\xac"}}},
    {"fail:1007 ", {{0x81, "\xff"}}},
    {"fail:1007 ", {{0x81, "\xc0\x80"}}},
    {"fail:1007 ", {{0x81, "\xed\xa0\x80"}}},
    {"fail:1007 ", {{0x81, "\xf4\x90\x80\x80"}}},
    {"fail:1007 ", {{0x81, "\xe2\x82"}}},
    {"fail:1007 ", {{0x01, "\xe2\x82"}, {0x80, ""}}},
    {"fail:1007 ", {{0x01, "\xe2\x82"}, {0x80, "a"}}},
    {"binary:\xff\xc0 ", {{0x82, "\xff\xc0"}}},
    {"close:0 ", {{0x88, ""}, {0x81, "late"}}},
    {"close:1000 ", {{0x88, "\x03\xe8"}}},
    {"close:1000 ", {{0x88, "\x03\xe8k\u00f6\u20ac"}}},
    {"close:4999 ", {{0x88, "\x13\x87"}}},
    {"fail:1002 ", {{0x88, "x"}}},
    {"fail:1002 ", {{0x88, "\x03\xed"}}},
    {"fail:1002 ", {{0x88, "\x13\x88"}}},
    {"fail:1007 ", {{0x88, "\x03\xe8\xff"}}},
    {"fail:1007 ", {{0x88, "\x03\xe8\xe2\x82"}}},
    {"close:1001 ", {{0x01, "half"}, {0x88, "\x03\xe9"}, {0x80, "x"}}},
};

static void
test_rows(void **state)
{
	struct buf bytes = {0};
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&bytes);
		for (k = 0; k < FRAMES_MAX && rows[i].frame[k].payload != NULL;
		     k++)
			add_frame(&bytes, rows[i].frame[k].first,
			    str_from(rows[i].frame[k].payload));
		says(buf_view(&bytes), str_from(rows[i].expected));
	}
	buf_free(&bytes);
}

/* Headers that add_frame() would not write. */
static void
test_raw(void **state)
{
	static const struct {
		struct str bytes;
		const char *expected;
	} raw[] = {
	    {{"\x81\x05hello", 7}, "fail:1002 "}, /* no mask */
	    {{"\x81\x00", 2}, "fail:1002 "},
	    {{"\x89\x00", 2}, "fail:1002 "},
	    {{"\x89\xfe\x00\x7e", 4}, "fail:1002 "}, /* a long ping */
	    {{"\x82\xfe\x00\x7d", 4}, "fail:1002 "}, /* not the shortest */
	    {{"\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10}, "fail:1002 "},
	    {{"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10}, "fail:1002 "},
	    {{"\x82\xff\x00\x00\x00\x00\x00\x01\x11\x71mask*", 15},
		"fail:1009 "},
	    {{"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask*", 15},
		"fail:1009 "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(raw); i++)
		says(raw[i].bytes, str_from(raw[i].expected));
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 125, 126, 127, 4095, 4096, 4097, 65535, 65536, 70000};
	static char payload[70001];
	struct buf bytes = {0}, expected = {0};
	size_t i;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		buf_clear(&bytes);
		buf_clear(&expected);
		add_frame(&bytes, FIN | TEXT, (struct str){payload, sizes[i]});
		add_frame(&bytes, FIN | PING, STR("!"));
		buf_str(&expected, "text:");
		buf_add(&expected, payload, sizes[i]);
		buf_str(&expected, " ping:! ");
		says(buf_view(&bytes), buf_view(&expected));
	}
	/* One too many, at once or in sum. */
	buf_clear(&bytes);
	add_frame(&bytes, FIN | BINARY, (struct str){payload, 70001});
	says(buf_view(&bytes), STR("fail:1009 "));
	buf_clear(&bytes);
	add_frame(&bytes, BINARY, (struct str){payload, 69999});
	add_frame(&bytes, FIN, STR("xy"));
	says(buf_view(&bytes), STR("fail:1009 "));
	buf_free(&bytes);
	buf_free(&expected);
}

/* It holds nothing exactly between messages. */
static void
test_idle(void **state)
{
	struct buf bytes = {0}, out = {0};
	struct ws_in *in = ws_in_new();
	size_t ends[4], i, k;

	(void)state;
	add_frame(&bytes, FIN | TEXT, STR("one"));
	ends[0] = bytes.len;
	add_frame(&bytes, FIN | PING, STR(""));
	ends[1] = bytes.len;
	add_frame(&bytes, TEXT, STR("t"));
	add_frame(&bytes, FIN | PONG, STR(""));
	add_frame(&bytes, FIN, STR("wo"));
	ends[2] = bytes.len;
	add_frame(&bytes, FIN | BINARY, (struct str){out.data, 0});
	ends[3] = bytes.len;
	assert_true(ws_in_idle(in));
	for (i = 0, k = 0; i < bytes.len; i++) {
		assert_true(
		    take_part(in, (struct str){bytes.data + i, 1}, &out));
		assert_int_equal(ws_in_idle(in), i + 1 == ends[k]);
		if (i + 1 == ends[k])
			k++;
	}
	assert_int_equal(k, ARRAY_LEN(ends));
	ws_in_free(in);
	buf_free(&bytes);
	buf_free(&out);
}

/* What is kept does not need the buffer it came from. */
static void
test_keep(void **state)
{
	struct buf bytes = {0};
	struct ws_in *in = ws_in_new();
	struct ws_message m;
	int i;

	(void)state;
	for (i = 0; i < 3000; i++)
		add_frame(&bytes, FIN | TEXT, STR("words"));
	ws_in_feed(in, buf_view(&bytes));
	for (i = 0; i < 3000; i++) {
		m = ws_in_next(in, &limits);
		assert_int_equal(m.what, WS_TEXT);
		assert_true(str_eq(m.payload, STR("words")));
		assert_int_equal(ws_in_keep(in), OK);
		if (i == 10)
			memset(bytes.data, 0xff, bytes.len);
	}
	assert_int_equal(ws_in_next(in, &limits).what, WS_NEED_BYTES);
	assert_true(ws_in_idle(in));
	ws_in_free(in);
	buf_free(&bytes);
}

/* ---- random ------------------------------------------------------------ */

/* One message in fragments, pings between them. */
static void
add_random(struct test_random *r, struct buf *bytes, struct buf *expected)
{
	struct buf payload = {0};
	size_t size = (size_t)test_random_below(r, 300), at = 0, part;
	unsigned left = 1 + (unsigned)test_random_below(r, 5), opcode = BINARY;

	while (payload.len < size)
		buf_char(&payload, (char)test_random_next(r));
	for (; left > 0; left--, at += part, opcode = 0) {
		part = left == 1 ? size - at
				 : (size_t)test_random_below(r, size - at + 1);
		add_frame(bytes, left == 1 ? FIN | opcode : opcode,
		    (struct str){payload.data + at, part});
		if (left > 1 && test_random_below(r, 2) == 0) {
			add_frame(bytes, FIN | PING, STR("p"));
			buf_str(expected, "ping:p ");
		}
	}
	buf_str(expected, "binary:");
	buf_add(expected, payload.data, payload.len);
	buf_char(expected, ' ');
	buf_free(&payload);
}

static void
test_random_cuts(void **state)
{
	struct test_random r = test_random_new("ws_in");
	struct buf bytes = {0}, expected = {0}, out = {0};
	struct ws_in *in = ws_in_new();
	size_t at, n;
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		add_random(&r, &bytes, &expected);
	for (at = 0; at < bytes.len; at += n) {
		n = 1 + (size_t)test_random_below(&r, 200);
		if (n > bytes.len - at)
			n = bytes.len - at;
		assert_true(
		    take_part(in, (struct str){bytes.data + at, n}, &out));
	}
	assert_true(str_eq(buf_view(&out), buf_view(&expected)));
	assert_true(ws_in_idle(in));
	ws_in_free(in);
	buf_free(&bytes);
	buf_free(&expected);
	buf_free(&out);
}

static void
test_close_codes(void **state)
{
	unsigned code, valid = 0;

	(void)state;
	for (code = 0; code < 70000; code++)
		valid += ws_close_code_valid(code);
	assert_int_equal(valid, 4 + 8 + 2000);
	assert_true(ws_close_code_valid(1000));
	assert_false(ws_close_code_valid(1005));
	assert_false(ws_close_code_valid(1015));
	assert_false(ws_close_code_valid(2999));
	assert_false(ws_close_code_valid(5000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_raw),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_idle),
	    cmocka_unit_test(test_keep),
	    cmocka_unit_test(test_random_cuts),
	    cmocka_unit_test(test_close_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
