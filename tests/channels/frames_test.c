/*
 * frames: what is read, and what is refused with which words.
 */
#include "channels/channel.h"
#include "channels/web/frames.h"
#include "core/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ANY FRAME_TYPES
#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
#define S64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SEND(text) "{\"type\":\"send\",\"id\":\"m1\",\"text\":" text "}"

static void
assert_str(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_memory_equal(s.p, expected, s.n);
}

/* What is refused, with which code, and a piece of the reason given. */
static const struct refusal {
	enum frame_type expect;
	const char *text;
	enum fault_code code;
	const char *detail;
} refusals[] = {
    {ANY, "", FAULT_BAD_JSON, "there is no text"},
    {ANY, "nonsense", FAULT_BAD_JSON, "is not JSON, at byte"},
    {ANY, "{\"type\":\"ping\"", FAULT_BAD_JSON, "ends too early"},
    {ANY, "{\"type\":\"ping\"}{}", FAULT_BAD_JSON, "goes on after"},
    {ANY, "{\"type\":\"ping\",\"type\":\"ping\"}", FAULT_BAD_JSON, "twice"},
    {ANY, "{\"a\":1e999}", FAULT_BAD_JSON, "too big"},
    {ANY, "{\"a\":9223372036854775808}", FAULT_BAD_JSON, "too big"},
    {ANY, "{\"\\u0000\":1}", FAULT_BAD_JSON, "U+0000 in a name"},
    {ANY, "{'type':'ping'}", FAULT_BAD_JSON, "is not JSON"},
    {ANY, "\xef\xbb\xbf{}", FAULT_BAD_JSON, "is not JSON"},
    {ANY, "[]", FAULT_BAD_JSON, "not an object"},
    {ANY, "null", FAULT_BAD_JSON, "not an object"},
    {ANY, "\"ping\"", FAULT_BAD_JSON, "not an object"},
    {ANY, "{}", FAULT_BAD_FRAME, "type is missing"},
    {ANY, "{\"type\":7}", FAULT_BAD_FRAME, "type is a number"},
    {ANY, "{\"type\":null}", FAULT_BAD_FRAME, "type is null"},
    {ANY, "{\"type\":\"\"}", FAULT_BAD_FRAME, "type is \"\"; write one of"},
    {ANY, "{\"type\":\"shout\"}", FAULT_BAD_FRAME,
	"type is \"shout\"; write one of hello, send, typing, seen, identify, "
	"handoff, leave, ping"},
    {ANY, "{\"type\":\"ack\"}", FAULT_BAD_FRAME, "type is \"ack\""},

    {ANY, "{\"type\":\"hello\"}", FAULT_BAD_FRAME, "company is missing"},
    {FRAME_HELLO, "{}", FAULT_BAD_FRAME, "company is missing"},
    {FRAME_HELLO, "{\"company\":\"\"}", FAULT_BAD_FRAME, "company is empty"},
    {FRAME_HELLO, "{\"company\":[]}", FAULT_BAD_FRAME, "company is an array"},
    {FRAME_HELLO, "{\"company\":\"a\\nb\"}", FAULT_BAD_FRAME,
	"company holds a control character"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"token\":null}", FAULT_BAD_FRAME,
	"token is null; write the token of an earlier welcome"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"token\":\"\"}", FAULT_BAD_FRAME,
	"token is empty"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"after\":-1}", FAULT_BAD_FRAME,
	"after is negative; write a whole number from 0"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"after\":1.0}", FAULT_BAD_FRAME,
	"after is a number with a fraction"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"after\":\"1\"}", FAULT_BAD_FRAME,
	"after is a string"},
    {FRAME_HELLO, "{\"company\":\"demo\",\"after\":9007199254740992}",
	FAULT_BAD_FRAME, "after is too big"},

    {ANY, "{\"type\":\"send\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id is missing; write 1 to 64 of"},
    {FRAME_SEND, "{\"id\":\"\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id is empty"},
    {FRAME_SEND, "{\"id\":\"" S64 "a\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id is 65 characters; the limit is 64"},
    {FRAME_SEND, "{\"id\":\"a b\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id holds another character"},
    {FRAME_SEND, "{\"id\":\"a\\u0000\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id holds another character"},
    {FRAME_SEND, "{\"id\":\"\u00e4\",\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id holds another character"},
    {FRAME_SEND, "{\"id\":1,\"text\":\"x\"}", FAULT_BAD_FRAME,
	"id is a number"},
    {FRAME_SEND, "{\"id\":\"m1\"}", FAULT_BAD_FRAME, "text is missing"},
    {ANY, SEND("true"), FAULT_BAD_FRAME, "text is true"},
    {ANY, SEND("{}"), FAULT_BAD_FRAME, "text is an object"},
    {ANY, SEND("\"\""), FAULT_BAD_FRAME, "text is blank"},
    {ANY, SEND("\" \\t\\r\\n\""), FAULT_BAD_FRAME, "text is blank"},
    {ANY, SEND("\"\u00a0\u2003\u200b\u3000\ufeff\xc2\x85\""), FAULT_BAD_FRAME,
	"text is blank"},
    {ANY, SEND("\"a\\u0000b\""), FAULT_BAD_TEXT,
	"text holds the character U+0000; leave it out"},

    {FRAME_TYPING, "{}", FAULT_BAD_FRAME, "on is missing"},
    {FRAME_TYPING, "{\"on\":1}", FAULT_BAD_FRAME,
	"on is a number; write true or false"},
    {FRAME_TYPING, "{\"on\":\"true\"}", FAULT_BAD_FRAME, "on is a string"},
    {FRAME_SEEN, "{}", FAULT_BAD_FRAME, "seq is missing"},
    {FRAME_SEEN, "{\"seq\":true}", FAULT_BAD_FRAME, "seq is true"},
    {FRAME_SEEN, "{\"seq\":-1}", FAULT_BAD_FRAME, "seq is negative"},

    {FRAME_IDENTIFY, "{\"hmac\":\"" HEX64 "\"}", FAULT_BAD_FRAME,
	"user is missing"},
    {FRAME_IDENTIFY, "{\"user\":\"u\"}", FAULT_BAD_FRAME, "hmac is missing"},
    {FRAME_IDENTIFY, "{\"user\":\"u\",\"hmac\":\"" HEX16 "\"}", FAULT_BAD_FRAME,
	"hmac is too short; write 64 hex digits"},
    {FRAME_IDENTIFY, "{\"user\":\"u\",\"hmac\":\"" HEX64 "0\"}",
	FAULT_BAD_FRAME, "hmac is 65 characters"},
    {FRAME_IDENTIFY, "{\"user\":\"u\",\"hmac\":\"xyz\"}", FAULT_BAD_FRAME,
	"hmac holds another character"},
    {FRAME_IDENTIFY, "{\"user\":\"u\",\"hmac\":\"" HEX64 "\",\"name\":\"\"}",
	FAULT_BAD_FRAME, "name is empty"},
    {FRAME_IDENTIFY,
	"{\"user\":\"u\",\"hmac\":\"" HEX64 "\",\"email\":\"ann\"}",
	FAULT_BAD_FRAME, "email is not an address"},
    {FRAME_IDENTIFY, "{\"user\":\"u\",\"hmac\":\"" HEX64 "\",\"email\":\"@b\"}",
	FAULT_BAD_FRAME, "email is not an address"},
    {FRAME_IDENTIFY,
	"{\"user\":\"u\",\"hmac\":\"" HEX64 "\",\"email\":\"a@b c\"}",
	FAULT_BAD_FRAME, "email is not an address"},
};

static void
test_refusals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *c = &refusals[i];
		struct arena a = {0};
		struct frame f;
		struct frame_error e;

		if (frame_read(str_from(c->text), c->expect, &a, &f, &e))
			fail_msg("accepted: %s", c->text);
		if (e.code != c->code)
			fail_msg("%s: %s", c->text, fault_row(e.code)->code);
		if (strstr(e.detail.p, c->detail) == NULL)
			fail_msg("%s: %s", c->text, e.detail.p);
		arena_free(&a);
	}
}

/* The byte sequences of Unicode's table 3-7 and their neighbours. */
static const struct {
	const char *bytes;
	bool good;
} utf8_cases[] = {
    {"\x7f", true},
    {"\x80", false},
    {"\xbf", false},
    {"\xc0\x80", false},
    {"\xc1\xbf", false},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xc3", false},
    {"\xc3(", false},
    {"\xe0\x9f\xbf", false},
    {"\xe0\xa0\x80", true},
    {"\xed\x9f\xbf", true},
    {"\xed\xa0\x80", false},
    {"\xed\xbf\xbf", false},
    {"\xee\x80\x80", true},
    {"\xef\xbf\xbf", true},
    {"\xf0\x8f\xbf\xbf", false},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\xf4\x90\x80\x80", false},
    {"\xf5\x80\x80\x80", false},
    {"\xfe", false},
    {"\xff", false},
};

static void
test_utf8(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(utf8_cases); i++) {
		struct arena a = {0};
		struct buf b = {0};
		struct frame f;
		struct frame_error e;
		bool good;

		buf_addf(&b, SEND("\"x%sy\""), utf8_cases[i].bytes);
		good = frame_read(buf_view(&b), ANY, &a, &f, &e);
		if (good != utf8_cases[i].good)
			fail_msg("case %zu", i);
		if (!good)
			assert_int_equal(e.code, FAULT_BAD_TEXT);
		buf_free(&b);
		arena_free(&a);
	}
}

/* Escapes of half a surrogate pair are no characters. */
static void
test_surrogates(void **state)
{
	struct arena a = {0};
	struct frame f;
	struct frame_error e;

	(void)state;
	assert_false(frame_read(STR(SEND("\"\\ud83d\"")), ANY, &a, &f, &e));
	assert_int_equal(e.code, FAULT_BAD_JSON);
	assert_false(
	    frame_read(STR(SEND("\"\\ude00\\ud83d\"")), ANY, &a, &f, &e));
	assert_true(
	    frame_read(STR(SEND("\"\\ud83d\\ude00\"")), ANY, &a, &f, &e));
	assert_str(f.text, "\U0001f600");
	arena_free(&a);
}

static void
test_reads_every_type(void **state)
{
	struct arena a = {0};
	struct frame f;
	struct frame_error e;

	(void)state;
	assert_true(frame_read(STR("{\"type\":\"hello\",\"company\":\"demo\","
				   "\"token\":\"t.1\",\"after\":12}"),
	    ANY, &a, &f, &e));
	assert_int_equal(f.type, FRAME_HELLO);
	assert_str(f.company, "demo");
	assert_str(f.token, "t.1");
	assert_int_equal(f.after, 12);

	assert_true(frame_read(STR(SEND("\" h\u00e9 \"")), ANY, &a, &f, &e));
	assert_int_equal(f.type, FRAME_SEND);
	assert_str(f.id, "m1");
	assert_str(f.text, " h\u00e9 ");
	assert_int_equal(f.company.n, 0);

	assert_true(frame_read(
	    STR("{\"on\":false,\"type\":\"typing\"}"), ANY, &a, &f, &e));
	assert_int_equal(f.type, FRAME_TYPING);
	assert_false(f.on);

	assert_true(
	    frame_read(STR("{\"type\":\"seen\",\"seq\":9007199254740991}"), ANY,
		&a, &f, &e));
	assert_int_equal(f.type, FRAME_SEEN);
	assert_int_equal(f.seq, 9007199254740991);

	assert_true(frame_read(STR("{\"type\":\"identify\",\"user\":\"u42\","
				   "\"hmac\":\"" HEX64 "\",\"name\":\"Ann\","
				   "\"email\":\"ann@example.org\"}"),
	    ANY, &a, &f, &e));
	assert_int_equal(f.type, FRAME_IDENTIFY);
	assert_str(f.user, "u42");
	assert_str(f.hmac, HEX64);
	assert_str(f.name, "Ann");
	assert_str(f.email, "ann@example.org");

	assert_true(frame_read(STR("{\"type\":\"ping\"}"), ANY, &a, &f, &e));
	assert_int_equal(f.type, FRAME_PING);
	assert_int_equal(e.code, FAULT_NONE);
	arena_free(&a);
}

/* In a body the route says the type; unknown members mean nothing. */
static void
test_bodies(void **state)
{
	struct arena a = {0};
	struct frame f;
	struct frame_error e;

	(void)state;
	assert_true(frame_read(STR("{\"type\":\"ping\",\"on\":true,\"x\":[1]}"),
	    FRAME_TYPING, &a, &f, &e));
	assert_int_equal(f.type, FRAME_TYPING);
	assert_true(f.on);
	assert_true(
	    frame_read(STR("{\"company\":\"demo\"}"), FRAME_HELLO, &a, &f, &e));
	assert_int_equal(f.token.n, 0);
	assert_int_equal(f.after, 0);
	arena_free(&a);
}

/* The limit counts characters, not bytes; the fault names the message. */
static void
test_text_limit(void **state)
{
	size_t max = channel_of_visitors()->can.text_max, n;

	(void)state;
	for (n = max - 1; n <= max + 1; n++) {
		struct arena a = {0};
		struct buf b = {0};
		struct frame f;
		struct frame_error e;
		size_t i;

		buf_str(&b, "{\"type\":\"send\",\"id\":\"m1\",\"text\":\"");
		for (i = 0; i < n; i++)
			buf_str(&b, "\U0001f600");
		buf_str(&b, "\"}");
		assert_int_equal(
		    frame_read(buf_view(&b), ANY, &a, &f, &e), n <= max);
		if (n > max) {
			assert_int_equal(e.code, FAULT_TOO_LONG);
			assert_str(e.id, "m1");
			assert_str(e.detail,
			    "text is 4001 characters; the limit is 4000");
		}
		buf_free(&b);
		arena_free(&a);
	}
}

static void
test_fault_names_the_message(void **state)
{
	struct arena a = {0};
	struct frame f;
	struct frame_error e;

	(void)state;
	assert_false(frame_read(STR(SEND("\"a\\u0000\"")), ANY, &a, &f, &e));
	assert_str(e.id, "m1");
	assert_false(frame_read(
	    STR("{\"id\":\"a b\",\"text\":\"x\"}"), FRAME_SEND, &a, &f, &e));
	assert_int_equal(e.id.n, 0);
	arena_free(&a);
}

/* The arena's text does not point into the bytes that were read. */
static void
test_text_outlives_the_input(void **state)
{
	struct arena a = {0};
	struct frame f;
	struct frame_error e;
	char *copy = strdup(SEND("\"kept\""));

	(void)state;
	assert_true(frame_read(str_from(copy), ANY, &a, &f, &e));
	free(copy);
	assert_str(f.text, "kept");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_surrogates),
	    cmocka_unit_test(test_reads_every_type),
	    cmocka_unit_test(test_bodies),
	    cmocka_unit_test(test_text_limit),
	    cmocka_unit_test(test_fault_names_the_message),
	    cmocka_unit_test(test_text_outlives_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
