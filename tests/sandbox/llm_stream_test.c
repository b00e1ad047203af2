/* The model's streams, and what faults do to it. */
#include "tests/sandbox/llm_rig.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- streams ------------------------------------------------------------- */

struct heard {
	struct buf bytes;
	unsigned pieces, status;
	CURLcode code;
	int64_t ms;
};

static size_t
keep(char *from, size_t size, size_t n, void *arg)
{
	struct heard *h = arg;

	buf_add(&h->bytes, from, size * n);
	h->pieces++;
	return size * n;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
listen_to(const char *json, struct heard *h)
{
	struct curl_slist *headers = curl_slist_append(
	    NULL, "Authorization: " LLM_KEY);
	CURL *c = curl_easy_init();
	char url[100];
	long status = 0;

	(void)snprintf(url, sizeof(url),
	    "http://127.0.0.1:%u/llm/v1/chat/completions",
	    sandbox_port(rig_sandbox()));
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, json);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 5000L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	h->ms = now_ms();
	h->code = curl_easy_perform(c);
	h->ms = now_ms() - h->ms;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	h->status = (unsigned)status;
	buf_char(&h->bytes, '\0');
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
}

/* What all events say together. */
struct told {
	char text[2000], arguments[200];
	char finish[20];
	unsigned events, wrong; /* wrong: no JSON */
	bool done, null_usage;
	json_int_t tokens;
};

static void
append(char *out, size_t room, const json_t *text)
{
	size_t n = strlen(out);

	if (json_is_string(text))
		(void)snprintf(
		    out + n, room - n, "%s", json_string_value(text));
}

static void
read_event(struct told *t, const char *line, size_t n)
{
	json_t *e = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	json_t *choice = json_array_get(json_object_get(e, "choices"), 0);
	json_t *delta = json_object_get(choice, "delta");
	json_t *usage = json_object_get(e, "usage");

	t->events++;
	t->done = n == 6 && memcmp(line, "[DONE]", 6) == 0;
	t->wrong += e == NULL && !t->done ? 1 : 0;
	append(t->text, sizeof(t->text), json_object_get(delta, "content"));
	append(t->arguments, sizeof(t->arguments),
	    json_object_get(
		json_object_get(
		    json_array_get(json_object_get(delta, "tool_calls"), 0),
		    "function"),
		"arguments"));
	append(t->finish, sizeof(t->finish),
	    json_object_get(choice, "finish_reason"));
	t->null_usage = t->null_usage || json_is_null(usage);
	if (json_is_object(usage))
		t->tokens = json_integer_value(
		    json_object_get(usage, "completion_tokens"));
	json_decref(e);
}

static struct told
listen_and_read(const char *members)
{
	struct heard h = {0};
	struct told t = {0};
	char json[4096];
	const char *line, *end;

	(void)snprintf(
	    json, sizeof(json), "{" MODEL "\"stream\":true,%s}", members);
	listen_to(json, &h);
	if (h.code != CURLE_OK || h.status != 200)
		fail_msg("%s: %u %s", json, h.status, h.bytes.data);
	for (line = h.bytes.data; *line != '\0'; line = end + 2) {
		end = strstr(line, "\n\n");
		assert_non_null(end);
		assert_memory_equal(line, "data: ", 6);
		read_event(&t, line + 6, (size_t)(end - line - 6));
	}
	buf_free(&h.bytes);
	return t;
}

static void
streams(void **state)
{
	struct told t = listen_and_read(USER("echo: a b \xc3\xa4\xc3\xb6 "
					     "0123456789abcdefghij"));

	(void)state;
	assert_string_equal(
	    t.text, "a b \xc3\xa4\xc3\xb6 0123456789abcdefghij");
	assert_string_equal(t.finish, "stop");
	assert_true(t.done);
	assert_false(t.null_usage);
	assert_int_equal(t.events, 1 + 5 + 1 + 1);
	assert_int_equal(t.wrong, 0);
	t = listen_and_read(
	    USER("echo: a b c") ",\"max_tokens\":2,\"stream_options\":{"
				"\"include_usage\":true}");
	assert_string_equal(t.text, "a b");
	assert_string_equal(t.finish, "length");
	assert_true(t.null_usage);
	assert_int_equal(t.tokens, 2);
	assert_int_equal(t.events, 1 + 2 + 1 + 1 + 1);
	t = listen_and_read(USER("call:find {\\\"a\\\": 1}") TOOLS);
	assert_string_equal(t.arguments, "{\"a\": 1}");
	assert_string_equal(t.finish, "tool_calls");
	control("/control/requests?vendor=llm", NULL);
	assert_int_equal(said_number("requests.0.status"), 200);
	control("/control/effects?vendor=llm", NULL);
	assert_int_equal(said_number("effects.0.stream"), 1);
	assert_int_equal(said_number("effects.0.told"), 1);
}

/* ---- faults -------------------------------------------------------------- */

static void
rule(const char *members)
{
	char json[300];

	(void)snprintf(json, sizeof(json),
	    "{\"rules\":[{\"vendor\":\"llm\",%s}]}", members);
	control("/control/faults", json);
}

static void
fails_whole_answers(void **state)
{
	(void)state;
	rule("\"kind\":\"status\",\"status\":429,\"retry_after\":3");
	assert_int_equal(llm_chat("{" MODEL USER("a") "}")->status, 429);
	assert_string_equal(said("error.code"), "rate_limit_exceeded");
	rule("\"kind\":\"status\",\"status\":500");
	assert_int_equal(llm_chat("{" MODEL USER("a") "}")->status, 500);
	assert_string_equal(said("error.type"), "server_error");
	rule("\"kind\":\"cut_before\"");
	assert_int_equal(llm_chat("{" MODEL USER("a") "}")->status, 0);
	control("/control/effects?vendor=llm", NULL);
	assert_string_equal(said("effects.0.kind"), "");
	rule("\"kind\":\"cut_after\"");
	assert_int_equal(llm_chat("{" MODEL USER("a") "}")->status, 0);
	control("/control/effects?vendor=llm", NULL);
	assert_string_equal(said("effects.0.kind"), "chat");
	assert_int_equal(said_number("effects.0.told"), 0);
}

static void
breaks_streams(void **state)
{
	struct told t;

	(void)state;
	rule("\"kind\":\"cut_after\"");
	t = listen_and_read(USER("echo: a b c d e f"));
	assert_string_equal(t.text, "a b c");
	assert_string_equal(t.finish, "");
	assert_false(t.done);
	control("/control/effects?vendor=llm", NULL);
	assert_int_equal(said_number("effects.0.told"), 0);
	rule("\"kind\":\"garbage\"");
	t = listen_and_read(USER("echo: a b c d e f"));
	assert_int_equal(t.wrong, 1);
	assert_true(t.done);
	assert_string_equal(t.text, "a b c e f");
	control("/control/effects?after=1&vendor=llm", NULL);
	assert_int_equal(said_number("effects.0.told"), 0);
}

static void
streams_slowly(void **state)
{
	struct heard h = {0};

	(void)state;
	rule("\"kind\":\"delay\",\"ms\":15");
	listen_to("{" MODEL "\"stream\":true," USER("echo: a b") "}", &h);
	assert_int_equal(h.status, 200);
	/* A role, two words, a reason, the end: before each. */
	assert_true(h.ms >= 5 * 15 - 1);
	assert_true(h.pieces >= 4);
	assert_non_null(strstr(h.bytes.data, "data: [DONE]\n\n"));
	buf_free(&h.bytes);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, llm_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(streams),
	    A_TEST(fails_whole_answers),
	    A_TEST(breaks_streams),
	    A_TEST(streams_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
