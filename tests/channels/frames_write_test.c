/*
 * frames_write: the exact bytes of what is written, and the table of faults.
 */
#include "channels/web/frames.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Compares what was written with the text expected, and empties the buffer. */
static void
assert_wrote(struct buf *b, const char *expected)
{
	json_t *root;

	assert_false(b->failed);
	buf_char(b, '\0');
	assert_string_equal(b->data, expected);
	root = json_loads(expected, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	json_decref(root);
	buf_clear(b);
}

static void
test_writes_welcome(void **state)
{
	struct buf b = {0};
	const struct welcome w = {.token = STR("v1.x"),
	    .key = STR("demo"),
	    .name = STR("Ann \"&\" Co"),
	    .text = STR(""),
	    .suggestions = {STR("When?"), STR("\"Why?\"")},
	    .suggestion_count = 2,
	    .seq = 15,
	    .seen_customer = 12,
	    .seen_company = 13,
	    .text_max = 4000,
	    .frame_max = 65536};

	(void)state;
	frame_write_welcome(&b, &w);
	assert_wrote(&b,
	    "{\"type\":\"welcome\",\"token\":\"v1.x\",\"seq\":15,"
	    "\"seen\":{\"customer\":12,\"company\":13},"
	    "\"company\":{\"key\":\"demo\",\"name\":\"Ann \\\"&\\\" Co\","
	    "\"welcome\":\"\",\"suggestions\":[\"When?\",\"\\\"Why?\\\"\"]},"
	    "\"limits\":{\"text\":4000,\"frame\":65536}}");
	buf_free(&b);
}

static const struct {
	struct event event;
	const char *text;
} objects[] = {
    {{.seq = 13,
	 .kind = EVENT_MESSAGE,
	 .author = AUTHOR_BOT,
	 .at = 1790000000000,
	 .ref = 12,
	 .body = {"{\"text\":\"x\"}", 12}},
	"{\"seq\":13,\"kind\":\"message\",\"author\":\"bot\","
	"\"at\":1790000000000,\"ref\":12,\"body\":{\"text\":\"x\"}}"},
    {{.seq = 1, .kind = EVENT_OPENED, .author = AUTHOR_CUSTOMER, .at = 7},
	"{\"seq\":1,\"kind\":\"opened\",\"author\":\"customer\",\"at\":7,"
	"\"body\":{}}"},
    {{.seq = 2,
	 .kind = EVENT_HOLDER,
	 .author = AUTHOR_SYSTEM,
	 .author_id = 4,
	 .ref = HOLDER_AGENT,
	 .at = 7,
	 .body = STR("{\"why\":\"accept\",\"name\":\"Anna\"}")},
	"{\"seq\":2,\"kind\":\"holder\",\"author\":\"system\",\"at\":7,"
	"\"holder\":\"agent\",\"body\":{\"name\":\"Anna\"}}"},
    {{.seq = 3, .kind = EVENT_HOLDER, .ref = HOLDER_BOT, .at = 7},
	"{\"seq\":3,\"kind\":\"holder\",\"author\":\"system\",\"at\":7,"
	"\"holder\":\"bot\",\"body\":{}}"},
    {{.seq = 9007199254740991,
	 .kind = EVENT_TIMER,
	 .author = AUTHOR_SYSTEM,
	 .at = 7,
	 .body = {"{\"secret\":1}", 12}},
	"{\"seq\":9007199254740991,\"kind\":\"hidden\"}"},
    {{.seq = 5, .kind = EVENT_HANDLED, .author = AUTHOR_BOT, .ref = 4},
	"{\"seq\":5,\"kind\":\"hidden\"}"},
};

static void
test_writes_events(void **state)
{
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(objects); i++) {
		frame_write_event_object(&b, &objects[i].event);
		assert_wrote(&b, objects[i].text);
	}
	frame_write_event(&b, STR("{\"seq\":1,\"kind\":\"note\",\"body\":{}}"));
	assert_wrote(&b,
	    "{\"type\":\"event\",\"event\":{\"seq\":1,\"kind\":\"hidden\"}}");
	frame_write_event(&b, STR("{}"));
	assert_true(b.failed);
	buf_free(&b);
}

static void
test_writes_the_small_ones(void **state)
{
	struct buf b = {0};

	(void)state;
	frame_write_ack(&b, STR("m-1"), 16, 1790000000000, false);
	assert_wrote(&b, "{\"type\":\"ack\",\"id\":\"m-1\",\"seq\":16,"
			 "\"at\":1790000000000}");
	frame_write_ack(&b, STR("m-1"), 16, -1, true);
	assert_wrote(&b, "{\"type\":\"ack\",\"id\":\"m-1\",\"seq\":16,"
			 "\"at\":-1,\"duplicate\":true}");
	frame_write_ack(&b, STR(""), 16, 0, false);
	assert_wrote(&b, "{\"type\":\"ack\",\"seq\":16,\"at\":0}");
	frame_write_typing(&b, AUTHOR_BOT, true);
	assert_wrote(
	    &b, "{\"type\":\"typing\",\"author\":\"bot\",\"on\":true}");
	frame_write_typing(&b, AUTHOR_AGENT, false);
	assert_wrote(
	    &b, "{\"type\":\"typing\",\"author\":\"agent\",\"on\":false}");
	frame_write_seen(&b, AUTHOR_CUSTOMER, 9);
	assert_wrote(
	    &b, "{\"type\":\"seen\",\"author\":\"customer\",\"seq\":9}");
	frame_write_seen(&b, AUTHOR_AGENT, 9);
	assert_wrote(
	    &b, "{\"type\":\"seen\",\"author\":\"company\",\"seq\":9}");
	frame_write_draft(&b, STR("7-16"), STR("a\nb"));
	assert_wrote(
	    &b, "{\"type\":\"draft\",\"turn\":\"7-16\",\"text\":\"a\\nb\"}");
	frame_write_pong(&b);
	assert_wrote(&b, "{\"type\":\"pong\"}");
	buf_free(&b);
}

static void
test_writes_errors(void **state)
{
	struct buf b = {0};
	struct frame_error e = {.code = FAULT_TOO_LONG,
	    .detail = STR("text is 5120 characters; the limit is 4000"),
	    .id = STR("m1")};

	(void)state;
	frame_write_error(&b, &e);
	assert_wrote(&b,
	    "{\"type\":\"error\",\"code\":\"too_long\","
	    "\"title\":\"The text is too long\","
	    "\"detail\":\"text is 5120 characters; the limit is 4000\","
	    "\"id\":\"m1\"}");
	frame_write_problem(&b, &e);
	assert_wrote(&b,
	    "{\"type\":\"urn:frontdesk:fault:too_long\",\"status\":422,"
	    "\"code\":\"too_long\",\"title\":\"The text is too long\","
	    "\"detail\":\"text is 5120 characters; the limit is 4000\","
	    "\"id\":\"m1\"}");
	e = (struct frame_error){.code = FAULT_BUSY};
	frame_write_error(&b, &e);
	assert_wrote(&b, "{\"type\":\"error\",\"code\":\"busy\","
			 "\"title\":\"Too busy right now\"}");
	buf_free(&b);
}

/* A message that was read, stored and shown is the same message. */
static void
test_round_trip(void **state)
{
	static const char sent[] =
	    "{\"id\":\"m1\",\"text\":"
	    "\"\\u0001 \\\" \\\\ \\/ \\t \u00e9 \U0001f600 </script>\"}";
	struct arena a = {0};
	struct buf b = {0};
	struct frame f, again;
	struct frame_error e;

	(void)state;
	assert_true(frame_read(STR(sent), FRAME_SEND, &a, &f, &e));
	frame_write_message_body(&b, &f);
	assert_true(frame_read(buf_view(&b), FRAME_SEND, &a, &again, &e));
	assert_true(str_eq(f.text, again.text));
	assert_true(str_eq(f.id, again.id));
	buf_free(&b);
	arena_free(&a);
}

static void
test_every_fault_has_a_row(void **state)
{
	unsigned i, k;

	(void)state;
	for (i = 0; i < FAULTS; i++) {
		const struct fault_row *row = fault_row((enum fault_code)i);

		assert_non_null(row->code);
		assert_true(strlen(row->title) > 0);
		assert_true(row->http_status >= (i == 0 ? 200 : 400));
		for (k = 0; k < i; k++)
			assert_string_not_equal(
			    row->code, fault_row((enum fault_code)k)->code);
	}
	assert_ptr_equal(fault_row(FAULTS), fault_row(FAULT_BAD_REQUEST));
}

static void
test_every_error_is_a_fault(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(fault_of_err(OK), FAULT_NONE);
	for (i = 1; i < ERRS; i++)
		assert_int_not_equal(fault_of_err((enum err)i), FAULT_NONE);
	assert_int_equal(fault_of_err(E_FULL), FAULT_NO_ROOM);
	assert_int_equal(fault_of_err(E_LIMIT), FAULT_BUSY);
	assert_int_equal(fault_of_err(ERRS), FAULT_NO_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_writes_welcome),
	    cmocka_unit_test(test_writes_events),
	    cmocka_unit_test(test_writes_the_small_ones),
	    cmocka_unit_test(test_writes_errors),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_every_fault_has_a_row),
	    cmocka_unit_test(test_every_error_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
