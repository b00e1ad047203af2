/*
 * slack: any bytes as a request, as a text in either direction, and as Slack's
 * answer to each kind of job. The first byte chooses.
 */
#include "channels/slack/slack_inner.h"

static struct str
no_header(const struct hook *h, const char *name)
{
	(void)h;
	(void)name;
	return (struct str){0};
}

static void
as_request(
    const struct account *account, struct str body, bool form, struct arena *a)
{
	struct hook h = {.account = account, .header = no_header, .body = body};
	struct arrival out;
	const char *why;

	h.type = form ? STR("application/x-www-form-urlencoded")
		      : STR("application/json");
	if (slack_verify(&h, a, &why) == OK && !slack_is_probe(&h, a))
		__builtin_trap();
	if (slack_parse(&h, a, &out, &why) == OK && out.envelope_count > 0 &&
	    (out.envelopes[0].source.n == 0 || out.envelopes[0].body.n == 0))
		__builtin_trap();
}

static void
as_text(struct str text, struct arena *a)
{
	struct buf b = {0};

	slack_mrkdwn(text, &b);
	(void)slack_text_read(text, STR("U0BOT"), false, a);
	buf_free(&b);
}

static void
as_answer(const struct account *account, enum job_kind kind, struct str body,
    struct arena *a)
{
	struct job job = {.kind = kind,
	    .account = account,
	    .address = STR("T1:C1:1.2"),
	    .payload = STR("{\"to\":{\"channel\":\"C1\"},\"channel\":\"C1\","
			   "\"id\":\"F1\",\"text\":\"x\"}"),
	    .text = STR("x")};
	struct reply r = {200, STR("application/json"), body, -1};
	struct outcome out;

	slack_result(&job, &r, a, &out);
	if (out.kind >= OUTCOMES)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct company_account doc = {
	    .id = STR("T1"), .name = STR("main"), .signing_count = 1};
	struct account account = {.doc = &doc,
	    .signing = {STR("0123456789abcdef")},
	    .signing_count = 1};
	struct arena a = {0};
	struct str rest;

	if (size == 0)
		return 0;
	rest = (struct str){(const char *)data + 1, size - 1};
	if (data[0] < '2')
		as_request(&account, rest, data[0] == '1', &a);
	else if (data[0] == '2')
		as_text(rest, &a);
	else
		as_answer(&account, data[0] % JOBS, rest, &a);
	arena_free(&a);
	return 0;
}
