/*
 * slack: the row. Figures are Slack's own, or stay below what it documents:
 * a message a second for a channel, several hundred a minute for a workspace.
 */
#include "channels/slack/slack.h"
#include "channels/slack/slack_inner.h"

#include <stdio.h>

static const struct media_kind media[] = {{"", SLACK_FILE_MAX}, {NULL, 0}};

static const struct account_need needs[] = {
    {"id", true,
	"the workspace's id, T...: a browser shows it in the address of Slack"},
    {"token", true,
	"the bot's token, xoxb-..., of the app's page OAuth & Permissions"},
    {"signing", true,
	"the Signing Secret of the app's page Basic Information; the old one "
	"too while it is changed"},
    {"sender", false,
	"the bot's user id, U..., of its profile: by it mentions are found in "
	"what came while we were away"},
    {"user", false,
	"the app's id, A..., of its page Basic Information: events of another "
	"app are then refused"},
    {NULL, false, NULL},
};

/* ---- how members look --------------------------------------------------- */

static bool
has_prefix(struct str s, const char *letters)
{
	return slack_id_ok(s) && s.n >= 2 && strchr(letters, s.p[0]) != NULL;
}

static void
check_id(struct faults *faults, const char *path, const char *member,
    struct str value, const char *letters)
{
	char where[64];

	if (value.n == 0 || has_prefix(value, letters))
		return;
	snprintf(where, sizeof(where), "%s.%s", path, member);
	faults_add(faults, where,
	    "is \"%.*s\"; write an id that begins with one of %s",
	    STR_FMT(value), letters);
}

static bool
begins(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static void
slack_check(
    const struct company_account *a, const char *path, struct faults *faults)
{
	char where[64];

	check_id(faults, path, "id", a->id, "TE");
	check_id(faults, path, "sender", a->sender, "UW");
	check_id(faults, path, "user", a->user, "A");
	if (a->token.n == 0 || begins(a->token, COMPANY_SEALED) ||
	    begins(a->token, "xoxb-") || begins(a->token, "xoxe.xoxb-"))
		return;
	snprintf(where, sizeof(where), "%s.token", path);
	faults_add(faults, where,
	    "is no bot token; write the one that begins with xoxb-");
}

const struct channel channel_slack = {
    .name = "slack",
    .title = "Slack",
    .can = {.text_max = 40000,
	.part_max = 3500,
	.parts_max = 16,
	.unit = SLACK_UNIT,
	.markup = MARKUP_MRKDWN,
	.buttons_max = 25,
	.button_text_max = 75,
	.media = media,
	.media_max = 10,
	.typing = true,
	.drafts = true,
	.threads = true,
	.names = true,
	.lookup = true,
	.backfill = BACKFILL_CONVERSATIONS,
	.per_second = 5,
	.per_recipient_ms = 1000,
	.recipient_burst = 1,
	.in_flight = 256,
	.retry_hours = 24},
    .needs = needs,
    .check = slack_check,
    .verify = slack_verify,
    .parse = slack_parse,
    .render = slack_render,
    .call = slack_call,
    .result = slack_result,
};
