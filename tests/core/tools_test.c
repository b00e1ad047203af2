/* The small tools: buf, utf8, arena, faults, log, metrics. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/faults.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/utf8.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <jansson.h>
#include <stdlib.h>

static void
assert_text(struct buf *b, const char *expected)
{
	assert_false(b->failed);
	assert_int_equal(b->len, strlen(expected));
	assert_memory_equal(b->data, expected, b->len);
	buf_clear(b);
}

static void
test_buf_numbers(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_u64(&b, 0);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MIN);
	buf_addf(&b, " %d", -7);
	assert_text(&b, "0 18446744073709551615 -9223372036854775808 -7");
	buf_free(&b);
}

static void
test_buf_limit(void **state)
{
	struct buf b = {.limit = 4};

	(void)state;
	buf_str(&b, "abcd");
	assert_false(b.failed);
	buf_char(&b, 'e');
	assert_true(b.failed);
	buf_str(&b, "");
	assert_int_equal(b.len, 4);
	buf_free(&b);
}

static void
test_buf_member(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_char(&b, '{');
	buf_member(&b, "none", (struct str){0});
	buf_member(&b, "a", STR("\"{"));
	buf_member(&b, "none", STR(""));
	buf_str(&b, ",\"in\":{");
	buf_member(&b, "b", STR("2"));
	buf_str(&b, "}");
	buf_member(&b, "c", STR("3"));
	buf_char(&b, '}');
	assert_text(&b, "{\"a\":\"\\\"{\",\"in\":{\"b\":\"2\"},\"c\":\"3\"}");
	buf_free(&b);
}

/* It is taken whole or not at all, and the buffer can be used again. */
static void
test_buf_take(void **state)
{
	struct arena a = {0};
	struct buf b = {.limit = 3};

	(void)state;
	assert_string_equal(buf_take(&b, &a).p, "");
	buf_str(&b, "yes");
	assert_string_equal(buf_take(&b, &a).p, "yes");
	assert_null(b.data);
	b.limit = 3;
	buf_str(&b, "yes");
	buf_char(&b, '!');
	assert_null(buf_take(&b, &a).p);
	assert_false(b.failed);
	assert_null(b.data);
	arena_free(&a);
}

static void
test_buf_json(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_json(&b, STR("a\"\\\n\t\x01\x7f\xc3\xa9"));
	assert_text(&b, "\"a\\\"\\\\\\n\\t\\u0001\\u007f\xc3\xa9\"");
	buf_json(&b, STR("x\xff\xc3y\xed\xa0\x80z"));
	assert_text(&b, "\"x\xef\xbf\xbd\xef\xbf\xbdy"
			"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
	buf_json(&b, (struct str){0});
	assert_text(&b, "\"\"");
	buf_free(&b);
}

/* Whatever the bytes, what comes out is a JSON string for another parser. */
static void
test_buf_url(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_url(&b, (struct str){"aZ09-._~ +&%/\0\xc3\xa9", 16});
	assert_true(
	    str_eq(buf_view(&b), STR("aZ09-._~%20%2B%26%25%2F%00%C3%A9")));
	buf_free(&b);
}

static void
test_buf_json_random(void **state)
{
	struct test_random r = test_random_new("buf_json_random");
	char bytes[64];
	struct buf b = {0};
	int round;
	size_t i, n;

	(void)state;
	for (round = 0; round < 3000; round++) {
		n = test_random_below(&r, sizeof(bytes));
		for (i = 0; i < n; i++)
			bytes[i] = (char)test_random_next(&r);
		buf_clear(&b);
		buf_json(&b, (struct str){bytes, n});
		json_t *back = json_loadb(
		    b.data, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(back);
		if (utf8_valid((struct str){bytes, n})) {
			assert_int_equal(json_string_length(back), n);
			assert_memory_equal(json_string_value(back), bytes, n);
		}
		json_decref(back);
	}
	buf_free(&b);
}

static void
test_utf8(void **state)
{
	static const struct {
		struct str text;
		bool valid;
	} rows[] = {
	    {STR(""), true},
	    {STR("plain"), true},
	    {STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), true},
	    {STR("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), true},
	    {STR("\xc0\x80"), false},	      /* overlong */
	    {STR("\xe0\x9f\xbf"), false},     /* overlong */
	    {STR("\xf0\x8f\xbf\xbf"), false}, /* overlong */
	    {STR("\xed\xa0\x80"), false},     /* surrogate */
	    {STR("\xf4\x90\x80\x80"), false}, /* above U+10FFFF */
	    {STR("\xf5\x80\x80\x80"), false},
	    {STR("\x80"), false},
	    {STR("\xe2\x82"), false}, /* cut off */
	    {STR("\xf0\x9f\x98"), false},
	    {STR("\xc3("), false},
	};
	struct str s = STR("h\xc3\xa9\xe2\x82\xacx");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(utf8_valid(rows[i].text), rows[i].valid);
	assert_int_equal(utf8_count(s), 4);
	assert_int_equal(utf8_prefix(s, 2).n, 3);
	assert_int_equal(utf8_prefix(s, 9).n, s.n);
}

/* What a terminal would obey is not shown to it. */
static void
test_one_line(void **state)
{
	(void)state;
	assert_true(utf8_one_line(STR("")));
	assert_true(utf8_one_line(STR("a ~ \xc3\xa4 \xff")));
	assert_false(utf8_one_line(STR("a\r\nb")));
	assert_false(utf8_one_line(STR("a\0")));
	assert_false(utf8_one_line(STR("\x1f")));
	assert_false(utf8_one_line(STR("\x7f")));
}

static void
test_shown(void **state)
{
	static const struct {
		struct str text;
		size_t step;
	} rows[] = {
	    {STR("a\n"), 1},
	    {STR(" "), 1},
	    {STR("\xc3\xa9"), 2},
	    {STR("\xc2\xa0"), 2},
	    {STR("\xe2\x82\xac"), 3},
	    {STR("\x1b[2J"), 0},
	    {STR("\n"), 0},
	    {STR("\t"), 0},
	    {STR("\x7f"), 0},
	    {STR("\xc2\x9b"), 0}, /* CSI in one */
	    {STR("\x9b"), 0},
	    {STR("\xc3"), 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(utf8_step_shown(rows[i].text), rows[i].step);
}

static void
test_arena(void **state)
{
	struct arena a = {0};
	struct str s;
	char *p;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		p = arena_alloc(&a, (size_t)i * 37 % 9000);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		if (i % 100 == 99)
			arena_reset(&a);
	}
	s = arena_copy(&a, STR("hello"));
	assert_string_equal(s.p, "hello");
	s = arena_printf(&a, "%d-%s", 4, "x");
	assert_string_equal(s.p, "4-x");
	assert_null(arena_alloc(&a, SIZE_MAX));
	arena_free(&a);
	assert_null(a.head);
}

static void
test_faults(void **state)
{
	struct faults f = {0};
	struct buf b = {0};
	int i;

	(void)state;
	faults_add(&f, "a.b", "is %d", 3);
	faults_write_json(&f, &b);
	assert_text(&b, "[{\"where\":\"a.b\",\"what\":\"is 3\"}]");
	for (i = 0; i < 150; i++)
		faults_add(&f, "x", "y");
	assert_int_equal(f.count, 151);
	faults_write(&f, &b);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.data, "... and 51 more"));
	buf_free(&b);
	faults_free(&f);
}

/* ---- log --------------------------------------------------------------- */

static int64_t now_ms;

static int64_t
fixed(const struct clock *c)
{
	(void)c;
	return now_ms;
}

static const struct clock fixed_clock = {fixed, fixed};

static void
keep(void *arg, struct str line)
{
	buf_add(arg, line.p, line.n);
}

static void
test_log_line(void **state)
{
	struct buf out = {0};
	struct log *log = log_new(&fixed_clock, LOG_INFO, keep, &out);
	struct log_line l;

	(void)state;
	now_ms = 1767323045678;
	assert_false(log_begin(log, LOG_DEBUG, "quiet", &l));
	assert_true(log_begin(log, LOG_WARN, "ws.close", &l));
	log_num(&l, "code", 1008);
	log_str(&l, "why", STR("forged \"line\"\n"));
	log_end(&l);
	assert_text(&out,
	    "{\"at\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warn\","
	    "\"event\":\"ws.close\",\"code\":1008,"
	    "\"why\":\"forged \\\"line\\\"\\n\"}\n");
	buf_free(&out);
	log_free(log);
}

static void
test_log_flood(void **state)
{
	struct buf out = {0};
	struct log *log = log_new(&fixed_clock, LOG_INFO, keep, &out);
	size_t lines = 0, i;

	(void)state;
	now_ms = 5000;
	for (i = 0; i < 1000; i++)
		log_note(log, LOG_INFO, "flood", "k", STR("v"));
	for (i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, LOG_BURST);
	buf_clear(&out);
	now_ms = 6000;
	log_note(log, LOG_INFO, "flood", "k", STR("v"));
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data, "\"left_out\":950"));
	buf_free(&out);
	log_free(log);
}

static void
test_metrics(void **state)
{
	struct metrics m = {0};
	struct buf b = {0};

	(void)state;
	metric_add(&m, METRIC_TURNS, 41);
	metric_add(&m, METRIC_TURNS, 1);
	metrics_write(&m, &b);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.data, "\nfrontdesk_turns_total 42\n"));
	assert_non_null(strstr(b.data, "# TYPE frontdesk_websockets gauge\n"));
	assert_null(strstr(b.data, "(null)")); /* every row is filled in */
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_buf_numbers),
	    cmocka_unit_test(test_buf_limit),
	    cmocka_unit_test(test_buf_take),
	    cmocka_unit_test(test_buf_member),
	    cmocka_unit_test(test_buf_json),
	    cmocka_unit_test(test_buf_json_random),
	    cmocka_unit_test(test_buf_url),
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_shown),
	    cmocka_unit_test(test_one_line),
	    cmocka_unit_test(test_arena),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_log_line),
	    cmocka_unit_test(test_log_flood),
	    cmocka_unit_test(test_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
