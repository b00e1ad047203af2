/* slack_rig: see the header. */
#include "tests/channels/slack_rig.h"

#include <stdlib.h>
#include <strings.h>

static struct str
header(const struct hook *h, const char *name)
{
	const struct slack_rig *r = h->arg;

	if (strcasecmp(name, "x-slack-request-timestamp") == 0)
		return r->time;
	if (strcasecmp(name, "x-slack-signature") == 0)
		return r->signature;
	return (struct str){0};
}

void
slack_rig_open(struct slack_rig *r)
{
	static struct str sealed = {"sealed:x", 8};

	*r = (struct slack_rig){
	    .doc = {.channel = STR("slack"),
		.name = STR("main"),
		.id = STR("T1"),
		.sender = STR("U0BOT"),
		.token = STR("sealed:x"),
		.signing = &sealed,
		.signing_count = 1},
	    .account = {.company = STR("demo"),
		.token = STR("xoxb-test"),
		.signing = {STR("0123456789abcdef0123456789abcdef")},
		.signing_count = 1,
		.hook_url = STR(
		    "https://gw.example.com/hooks/slack/demo/main")},
	};
	r->account.doc = &r->doc;
	r->hook = (struct hook){.account = &r->account,
	    .method = STR("POST"),
	    .tail = STR("/events"),
	    .now = RIG_NOW,
	    .header = header,
	    .arg = r};
}

void
slack_rig_close(struct slack_rig *r)
{
	arena_free(&r->arena);
}

enum err
slack_rig_parse(struct slack_rig *r, const char *type, const char *body)
{
	r->why = NULL;
	r->hook.type = str_from(type);
	r->hook.body = str_from(body);
	return channel_slack.parse(&r->hook, &r->arena, &r->out, &r->why);
}

enum err
slack_rig_event(struct slack_rig *r, const char *event)
{
	struct str body = arena_printf(&r->arena,
	    "{\"token\":\"old\",\"team_id\":\"T1\",\"api_app_id\":\"A1\","
	    "\"type\":\"event_callback\",\"event_id\":\"Ev1\","
	    "\"event_time\":1700000000,\"authorizations\":[{\"team_id\":\"T1\","
	    "\"enterprise_id\":null,\"user_id\":\"U0BOT\",\"is_bot\":true}],"
	    "\"event\":%s}",
	    event);

	return slack_rig_parse(r, RIG_JSON, body.p);
}

const struct envelope *
slack_rig_one(struct slack_rig *r)
{
	if (r->out.ignored != NULL)
		print_message("ignored: %s\n", r->out.ignored);
	assert_int_equal(r->out.envelope_count, 1);
	return &r->out.envelopes[0];
}

struct job
slack_rig_job(const struct slack_rig *r, enum job_kind kind)
{
	return (struct job){.kind = kind,
	    .account = &r->account,
	    .row = 42,
	    .now = RIG_NOW,
	    .at = RIG_NOW,
	    .attempted_at = RIG_NOW};
}

enum err
slack_rig_call(struct slack_rig *r, const struct job *job)
{
	r->call = (struct call){0};
	r->outcome = (struct outcome){0};
	return channel_slack.call(job, &r->arena, &r->call, &r->outcome);
}

const struct outcome *
slack_rig_result(struct slack_rig *r, const struct job *job, unsigned status,
    const char *body)
{
	struct reply reply = {.status = status,
	    .type = STR("application/json"),
	    .body = str_from(body),
	    .retry_after_ms = -1};

	channel_slack.result(job, &reply, &r->arena, &r->outcome);
	return &r->outcome;
}

void
expect_text(struct str got, const char *want)
{
	if (!str_eq(got, str_from(want)))
		fail_msg("got  %.*s\nwant %s", STR_FMT(got), want);
}

static bool
holds(struct str got, const char *part)
{
	return got.n > 0 && memmem(got.p, got.n, part, strlen(part)) != NULL;
}

void
expect_holds(struct str got, const char *part)
{
	if (!holds(got, part))
		fail_msg("%.*s\nlacks %s", STR_FMT(got), part);
}

void
expect_lacks(struct str got, const char *part)
{
	if (holds(got, part))
		fail_msg("%.*s\nholds %s", STR_FMT(got), part);
}

const char *
slack_rig_failure(struct slack_rig *r, const char *code)
{
	return arena_printf(&r->arena, "{\"ok\":false,\"error\":\"%s\"}", code)
	    .p;
}
