/* The model: what it refuses, what it says, its embeddings. */
#include "tests/sandbox/llm_rig.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACES \
	"{\"role\":\"system\",\"content\":\"Answer from these:\\n[1] We ship " \
	"within two days. Shipping is free above 50 EUR.\\n[faq.returns] " \
	"Unused goods can be returned within 30 days!\\nThe refund takes a " \
	"week.\\n\\n# Rules\\nDo not say where the secret lamp is.\"}"

/* What it says to a request with these members; it must be 200. */
static const char *
content(const char *members)
{
	char json[4096];
	const struct answer *a;

	(void)snprintf(json, sizeof(json), "{" MODEL "%s}", members);
	a = llm_chat(json);
	if (a->status != 200)
		fail_msg("%s: %u %.*s", json, a->status, STR_FMT(a->body));
	return said("choices.0.message.content");
}

/* ---- refusing ------------------------------------------------------------ */

static void
wants_the_key(void **state)
{
	static const char *const keys[] = {NULL, "Bearer wrong", "Bearer ",
	    "Basic dGVzdCBrZXk=", "Bearer test key "};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(keys) - 1; i++) {
		const struct question q = {
		    .method = "GET", .path = "/llm/v1/models", .auth = keys[i]};

		assert_int_equal(rig_ask(&q)->status, 401);
		assert_string_equal(
		    said("error.type"), "invalid_request_error");
	}
	control("/control/requests?vendor=llm", NULL);
	assert_int_equal(said_number("requests.0.status"), 401);
	assert_string_equal(said("requests.0.error"), "invalid_request_error");
}

static void
knows_its_paths(void **state)
{
	(void)state;
	assert_int_equal(llm_ask("GET", "models", NULL)->status, 200);
	assert_string_equal(said("data.0.id"), "demo");
	assert_string_equal(said("data.1.id"), "other");
	assert_int_equal(llm_ask("GET", "models/other", NULL)->status, 200);
	assert_string_equal(said("object"), "model");
	assert_int_equal(llm_ask("GET", "models/none", NULL)->status, 404);
	assert_string_equal(said("error.code"), "model_not_found");
	assert_int_equal(llm_ask("GET", "fly", NULL)->status, 404);
	assert_string_equal(said("error.code"), "unknown_url");
	assert_int_equal(llm_ask("GET", "chat/completions", NULL)->status, 405);
	assert_int_equal(llm_ask("POST", "models", "{}")->status, 405);
}

static const struct refusal {
	const char *json;
	unsigned status;
	const char *code, *param; /* "": null */
} refusals[] = {
    {"", 400, "", ""},
    {"{\"model\":", 400, "", ""},
    {"[]", 400, "", ""},
    {"{\"model\":\"demo\",\"model\":\"demo\"}", 400, "", ""},
    {"{" USER("a") "}", 400, "missing_required_parameter", "model"},
    {"{\"model\":3," USER("a") "}", 400, "invalid_type", "model"},
    {"{\"model\":\"none\"," USER("a") "}", 404, "model_not_found", ""},
    {"{\"model\":\"demo\"}", 400, "missing_required_parameter", "messages"},
    {"{" MODEL "\"messages\":{}}", 400, "invalid_type", "messages"},
    {"{" MODEL "\"messages\":[]}", 400, "empty_array", "messages"},
    {"{" MODEL "\"messages\":[1]}", 400, "invalid_type", "messages[0]"},
    {"{" MODEL "\"messages\":[{}]}", 400, "missing_required_parameter",
	"messages[0].role"},
    {"{" MODEL "\"messages\":[{\"role\":\"alien\",\"content\":\"a\"}]}", 400,
	"invalid_value", "messages[0].role"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\"}]}", 400,
	"missing_required_parameter", "messages[0].content"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":null}]}", 400,
	"invalid_type", "messages[0].content"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":[]}]}", 400,
	"empty_array", "messages[0].content"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
     "\"fly\"}]}]}",
	400, "invalid_value", "messages[0].content[0].type"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
     "\"text\"}]}]}",
	400, "missing_required_parameter", "messages[0].content[0].text"},
    {"{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"x\":1}]}",
	400, "unknown_parameter", "messages[0].x"},
    {"{" MODEL "\"messages\":[{\"role\":\"assistant\"}]}", 400, "",
	"messages.[0].content"},
    {"{" MODEL "\"messages\":[{\"role\":\"tool\",\"content\":\"a\","
     "\"tool_call_id\":\"c1\"}]}",
	400, "", "messages.[0].role"},
    {"{" MODEL "\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":"
     "\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\","
     "\"arguments\":\"{}\"}}]},{\"role\":\"user\",\"content\":\"a\"}]}",
	400, "", "messages.[0].role"},
    {"{" MODEL USER("a") ",\"fly\":1}", 400, "unknown_parameter", "fly"},
    {"{" MODEL USER("a") ",\"temperature\":\"1\"}", 400, "invalid_type",
	"temperature"},
    {"{" MODEL USER("a") ",\"temperature\":2.1}", 400,
	"decimal_above_max_value", "temperature"},
    {"{" MODEL USER("a") ",\"temperature\":-1}", 400, "decimal_below_min_value",
	"temperature"},
    {"{" MODEL USER("a") ",\"max_tokens\":0}", 400, "integer_below_min_value",
	"max_tokens"},
    {"{" MODEL USER("a") ",\"max_tokens\":1.5}", 400, "invalid_type",
	"max_tokens"},
    {"{" MODEL USER("a") ",\"max_completion_tokens\":4097}", 400,
	"invalid_value", "max_completion_tokens"},
    {"{" MODEL USER("a") ",\"max_completion_tokens\":1,\"max_tokens\":1}", 400,
	"invalid_parameter_combination", "max_tokens"},
    {"{" MODEL USER("a") ",\"n\":2}", 400, "unsupported_value", "n"},
    {"{" MODEL USER("a") ",\"stop\":[]}", 400, "empty_array", "stop"},
    {"{" MODEL USER("a") ",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", 400,
	"array_above_max_length", "stop"},
    {"{" MODEL USER("a") ",\"stop\":[1]}", 400, "invalid_type", "stop[0]"},
    {"{" MODEL USER("a") ",\"stream\":\"yes\"}", 400, "invalid_type", "stream"},
    {"{" MODEL USER("a") ",\"stream_options\":{\"include_usage\":true}}", 400,
	"", "stream_options"},
    {"{" MODEL USER("a") ",\"tools\":[]}", 400, "empty_array", "tools"},
    {"{" MODEL USER("a") ",\"tools\":[{\"type\":\"function\"}]}", 400,
	"missing_required_parameter", "tools[0].function"},
    {"{" MODEL USER("a") ",\"tools\":[{\"type\":\"function\",\"function\":"
			 "{\"name\":\"a b\"}}]}",
	400, "invalid_value", "tools[0].function.name"},
    {"{" MODEL USER(
	 "a") ",\"tools\":[{\"type\":\"function\",\"function\":"
	      "{\"name\":\"f\",\"parameters\":{\"type\":\"list\"}}}]}",
	400, "invalid_function_parameters", "tools[0].function.parameters"},
    {"{" MODEL USER("a") ",\"tool_choice\":\"auto\"}", 400, "", "tool_choice"},
    {"{" MODEL USER("a") ",\"tools\":[{\"type\":\"function\",\"function\":"
			 "{\"name\":\"f\"}}],\"tool_choice\":\"fly\"}",
	400, "invalid_value", "tool_choice"},
    {"{" MODEL USER("a") ",\"tools\":[{\"type\":\"function\",\"function\":"
			 "{\"name\":\"f\"}}],\"tool_choice\":{\"type\":"
			 "\"function\",\"function\":{\"name\":\"g\"}}}",
	400, "", "tool_choice"},
    {"{" MODEL USER("a") ",\"response_format\":{\"type\":\"fly\"}}", 400,
	"invalid_value", "response_format.type"},
    {"{" MODEL USER("a") ",\"response_format\":{\"type\":\"json_object\"}}",
	400, "", "messages"},
    {"{" MODEL USER("a") ",\"reasoning_effort\":\"huge\"}", 400,
	"invalid_value", "reasoning_effort"},
};

static void
refuses_as_openai_does(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		const struct answer *a = llm_chat(r->json);

		if (a->status != r->status ||
		    strcmp(said("error.code"), r->code) != 0 ||
		    strcmp(said("error.param"), r->param) != 0 ||
		    said("error.message")[0] == '\0')
			fail_msg("%s: %u %.*s", r->json, a->status,
			    STR_FMT(a->body));
	}
	control("/control/effects?vendor=llm", NULL);
	assert_string_equal(said("effects.0.kind"), "");
}

static void
refuses_a_long_prompt(void **state)
{
	struct buf b = {0};
	unsigned i;

	(void)state;
	buf_str(
	    &b, "{" MODEL "\"messages\":[{\"role\":\"user\",\"content\":\"");
	for (i = 0; i < 193; i++)
		buf_str(&b, " a");
	buf_str(&b, "\"}]}");
	buf_char(&b, '\0');
	assert_int_equal(llm_chat(b.data)->status, 200);
	assert_int_equal(said_number("usage.prompt_tokens"), 200);
	b.len -= 5;
	buf_str(&b, " a\"}]}");
	buf_char(&b, '\0');
	assert_int_equal(llm_chat(b.data)->status, 400);
	assert_string_equal(said("error.code"), "context_length_exceeded");
	buf_free(&b);
}

/* ---- what it says -------------------------------------------------------- */

static void
echoes(void **state)
{
	(void)state;
	assert_string_equal(content(USER("please echo: a  b\\nc \xc3\xa4")),
	    "a  b\nc \xc3\xa4");
	assert_string_equal(said("object"), "chat.completion");
	assert_string_equal(said("choices.0.finish_reason"), "stop");
	assert_string_equal(said("model"), "demo");
	assert_int_equal(said_number("usage.completion_tokens"), 4);
	assert_int_equal(said_number("usage.total_tokens"),
	    said_number("usage.prompt_tokens") + 4);
	assert_string_equal(
	    content("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
		    "\"text\",\"text\":\"echo:x\"},{\"type\":\"image_url\","
		    "\"image_url\":{\"url\":\"http://x/\"}},{\"type\":\"text\","
		    "\"text\":\"y\"}]}]"),
	    "x\ny");
	assert_string_equal(
	    content(USER("echo: a b c d") ",\"max_tokens\":2"), "a b");
	assert_string_equal(said("choices.0.finish_reason"), "length");
	assert_string_equal(
	    content(USER("echo: a b c d") ",\"stop\":[\"d\",\" c\"]"), "a b");
	assert_string_equal(said("choices.0.finish_reason"), "stop");
	control("/control/effects?vendor=llm", NULL);
	assert_string_equal(said("effects.0.kind"), "chat");
	assert_string_equal(said("effects.0.account"), "demo");
	assert_string_equal(said("effects.0.text"), "a  b\nc \xc3\xa4");
	assert_string_equal(said("effects.2.question"), "echo: a b c d");
	assert_int_equal(said_number("effects.2.completion_tokens"), 2);
}

static void
answers_from_passages(void **state)
{
	static const char *const pairs[][2] = {
	    {"How long do I have for a return of goods?",
		"Unused goods can be returned within 30 days! [faq.returns]"},
	    {"Is shipping free?", "Shipping is free above 50 EUR. [1]"},
	    {"when do you SHIP", "We ship within two days. [1]"},
	    {"How many days?", "We ship within two days. [1]"},
	    {"and the refund?", "The refund takes a week. [faq.returns]"},
	    {"Where is the lamp?", "I am sorry, I do not know that."},
	    {"", "I am sorry, I do not know that."}};
	char members[1000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pairs); i++) {
		(void)snprintf(members, sizeof(members),
		    "\"messages\":[" PLACES ",{\"role\":\"user\",\"content\":"
		    "\"%s\"}]",
		    pairs[i][0]);
		assert_string_equal(content(members), pairs[i][1]);
	}
	assert_string_equal(content(USER("[1] no system message")),
	    "Thank you for your message. How can I help you?");
}

static void
calls_tools(void **state)
{
	static const char *const name =
	    "choices.0.message.tool_calls.0.function.name";
	static const char *const arguments =
	    "choices.0.message.tool_calls.0.function.arguments";

	(void)state;
	content(USER("call:book {\\\"id\\\": 3}") TOOLS);
	assert_string_equal(said(name), "book");
	assert_string_equal(said(arguments), "{\"id\": 3}");
	assert_string_equal(said("choices.0.finish_reason"), "tool_calls");
	content(USER("hello") TOOLS ",\"tool_choice\":\"required\"");
	assert_string_equal(said(name), "find");
	assert_string_equal(said(arguments), "{}");
	content(USER("call:find x") TOOLS
	    ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"
	    "\"book\"}}");
	assert_string_equal(said(name), "book");
	content(USER("call:find x") TOOLS ",\"tool_choice\":\"none\"");
	assert_string_equal(said(name), "");
	content(USER("call:fly x") TOOLS);
	assert_string_equal(said(name), "");
	assert_string_equal(
	    content("\"messages\":[{\"role\":\"user\",\"content\":\"call:find"
		    "\"},{\"role\":\"assistant\",\"content\":null,"
		    "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
		    "\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}]},"
		    "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":"
		    "\"a lamp\"}]" TOOLS),
	    "I found this: a lamp");
}

static void
says_json(void **state)
{
	(void)state;
	assert_string_equal(
	    content(
		USER("JSON! echo: a \\\"b\\\"") ",\"response_format\":{"
						"\"type\":\"json_object\"}"),
	    "{\"answer\":\"a \\\"b\\\"\"}");
	assert_string_equal(
	    content(
		USER("JSON! echo:{\\\"x\\\":1}") ",\"response_format\":{"
						 "\"type\":\"json_object\"}"),
	    "{\"x\":1}");
	assert_string_equal(
	    content(USER(
		"echo: a") ",\"response_format\":{\"type\":"
			   "\"json_schema\",\"json_schema\":{\"name\":\"s\","
			   "\"schema\":{\"type\":\"object\",\"properties\":{"
			   "\"kind\":"
			   "{\"enum\":[\"ask\",\"buy\"]},\"why\":{\"type\":"
			   "\"string\"}"
			   ",\"sure\":{\"type\":\"boolean\"}}}}}"),
	    "{\"kind\":\"ask\",\"why\":\"a\",\"sure\":false}");
}

/* ---- embeddings ---------------------------------------------------------- */

static double
at(const char *list, size_t i)
{
	const json_t *data = json_object_get(
	    llm_ask("POST", "embeddings", list)->json, "data");
	const json_t *v = json_object_get(json_array_get(data, 0), "embedding");

	return json_number_value(json_array_get(v, i));
}

/* The product of the n-th and the m-th vector of the last answer. */
static double
product(const json_t *answer, size_t n, size_t m)
{
	const json_t *data = json_object_get(answer, "data");
	const json_t *a = json_object_get(json_array_get(data, n), "embedding");
	const json_t *b = json_object_get(json_array_get(data, m), "embedding");
	double sum = 0;
	size_t i;

	for (i = 0; i < json_array_size(a); i++)
		sum += json_number_value(json_array_get(a, i)) *
		       json_number_value(json_array_get(b, i));
	return sum;
}

static void
embeds(void **state)
{
	const struct answer *a = llm_ask("POST", "embeddings",
	    "{" MODEL "\"input\":[\"How long does shipping take?\","
	    "\"shipping: how LONG\",\"The lamp is broken\",\"!\"]}");

	(void)state;
	assert_int_equal(a->status, 200);
	assert_string_equal(said("object"), "list");
	assert_int_equal(said_number("data.2.index"), 2);
	assert_int_equal(said_number("usage.prompt_tokens"), 5 + 3 + 4 + 1);
	assert_true(fabs(product(a->json, 0, 0) - 1) < 1e-6);
	assert_true(fabs(product(a->json, 3, 3) - 1) < 1e-6);
	assert_true(product(a->json, 0, 1) > 0.7);
	assert_true(fabs(product(a->json, 0, 2)) < 0.3);
}

static void
embeds_in_other_forms(void **state)
{
	const char *base64;
	float values[3];
	size_t i, n;

	(void)state;
	llm_ask("POST", "embeddings",
	    "{" MODEL "\"input\":\"a lamp, a table\",\"dimensions\":3,"
	    "\"encoding_format\":\"base64\"}");
	base64 = said("data.0.embedding");
	assert_int_equal(
	    sodium_base642bin((unsigned char *)values, sizeof(values), base64,
		strlen(base64), NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	assert_int_equal(n, sizeof(values));
	for (i = 0; i < 3; i++)
		assert_true(fabs(at("{" MODEL "\"input\":\"a lamp, a table\","
				    "\"dimensions\":3}",
				     i) -
				 (double)values[i]) < 1e-6);
	llm_ask("POST", "embeddings", "{" MODEL "\"input\":[[1,2],[3]]}");
	assert_int_equal(said_number("data.1.index"), 1);
	assert_int_equal(said_number("usage.total_tokens"), 3);
	llm_ask("POST", "embeddings", "{" MODEL "\"input\":[1,2]}");
	assert_int_equal(said_number("usage.total_tokens"), 2);
}

static void
refuses_to_embed(void **state)
{
	static const char *const bodies[] = {"{" MODEL "\"x\":1}",
	    "{\"input\":"
	    "\"a\"}",
	    "{" MODEL "\"input\":\"\"}", "{" MODEL "\"input\":[]}",
	    "{" MODEL "\"input\":[\"a\",\"\"]}",
	    "{" MODEL "\"input\":[\"a\",1]}", "{" MODEL "\"input\":[1,\"a\"]}",
	    "{" MODEL "\"input\":[[1,\"a\"]]}", "{" MODEL "\"input\":[[]]}",
	    "{" MODEL "\"input\":[null]}", "{" MODEL "\"input\":{}}",
	    "{" MODEL "\"input\":\"a\",\"dimensions\":0}",
	    "{" MODEL "\"input\":\"a\",\"dimensions\":1537}",
	    "{" MODEL "\"input\":\"a\",\"encoding_format\":\"hex\"}"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct answer *a = llm_ask(
		    "POST", "embeddings", bodies[i]);

		if (a->status != 400)
			fail_msg("%s: %u %.*s", bodies[i], a->status,
			    STR_FMT(a->body));
	}
	assert_int_equal(llm_ask("POST", "embeddings",
			     "{\"model\":\"none\",\"input\":\"a\"}")
			     ->status,
	    404);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, llm_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(wants_the_key),
	    A_TEST(knows_its_paths),
	    A_TEST(refuses_as_openai_does),
	    A_TEST(refuses_a_long_prompt),
	    A_TEST(echoes),
	    A_TEST(answers_from_passages),
	    A_TEST(calls_tools),
	    A_TEST(says_json),
	    A_TEST(embeds),
	    A_TEST(embeds_in_other_forms),
	    A_TEST(refuses_to_embed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
