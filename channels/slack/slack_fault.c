/*
 * slack_fault: Slack's error codes: what to do about each, and what to tell a
 * seller. Slack answers with status 200 even when it refuses.
 */
#include "channels/slack/slack_inner.h"

enum fault_class {
	FAULT_LATER,
	FAULT_HALF,  /* it may have been done */
	FAULT_TOKEN, /* nothing of the account can be done */
	FAULT_SETUP, /* nothing can be sent */
	FAULT_HERE,  /* not there, not now, not like this */
	FAULT_FINE,  /* of what is only shown for a while */
	FAULT_CLASSES
};

struct fault_row {
	const char *code; /* a "*" at the end: all that begin so */
	enum fault_class class;
	enum outcome_scope scope; /* LATER: of a message to be sent */
	const char *reason;
};

#define GONE "Slack says that the conversation is not there any more"
#define TOKEN \
	"Slack does not take the account's token any more: install the " \
	"app again and put its new bot token into the account"
#define SETUP \
	"The app may not do that: look at its settings at " \
	"api.slack.com and install it again"
#define OURS \
	"Slack refused the form of the message; this is a fault of this " \
	"program"

static const struct fault_row rows[] = {
    {"ratelimited", FAULT_LATER, SCOPE_ACCOUNT, "Slack asks to wait"},
    /* Of one channel: the others may go on. */
    {"rate_limited", FAULT_LATER, SCOPE_RECIPIENT, "Slack asks to wait"},
    {"message_limit_exceeded", FAULT_LATER, SCOPE_ACCOUNT,
	"The workspace has sent too many messages for now"},
    {"service_unavailable", FAULT_LATER, SCOPE_ROW, "Slack is down"},
    {"request_timeout", FAULT_LATER, SCOPE_ROW, "Slack did not read it"},
    {"team_added_to_org", FAULT_LATER, SCOPE_ACCOUNT,
	"The workspace is being moved into an organisation"},
    {"org_login_required", FAULT_LATER, SCOPE_ACCOUNT,
	"The workspace is being moved into an organisation"},
    {"update_failed", FAULT_LATER, SCOPE_ROW, "Slack is busy"},
    {"messaging_processing_failed", FAULT_LATER, SCOPE_ROW, "Slack is busy"},
    {"streaming_state_conflict", FAULT_LATER, SCOPE_ROW,
	"The message is still being written"},
    {"invalid_cursor", FAULT_LATER, SCOPE_ROW,
	"Slack has forgotten where it was in a list"},
    {"external_channel_migrating", FAULT_LATER, SCOPE_RECIPIENT,
	"The channel is being moved"},

    {"internal_error", FAULT_HALF, SCOPE_ROW, "Slack failed"},
    {"fatal_error", FAULT_HALF, SCOPE_ROW, "Slack failed"},

    {"invalid_auth", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"not_authed", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"account_inactive", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"token_revoked", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"token_expired", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"team_access_not_granted", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},
    {"ekm_access_denied", FAULT_TOKEN, SCOPE_ACCOUNT,
	"The workspace's administrators have stopped the app"},
    {"access_denied", FAULT_TOKEN, SCOPE_ACCOUNT, TOKEN},

    {"missing_scope", FAULT_SETUP, SCOPE_ACCOUNT, SETUP},
    {"not_allowed_token_type", FAULT_SETUP, SCOPE_ACCOUNT,
	"The account's token is not a bot token (xoxb-)"},
    {"two_factor_setup_required", FAULT_SETUP, SCOPE_ACCOUNT, SETUP},
    {"accesslimited", FAULT_SETUP, SCOPE_ACCOUNT, SETUP},
    {"method_deprecated", FAULT_SETUP, SCOPE_ACCOUNT,
	"Slack has taken away what this program uses; it must be renewed"},
    {"no_permission", FAULT_HERE, SCOPE_ROW, SETUP},
    {"restricted_action*", FAULT_HERE, SCOPE_ROW,
	"The workspace does not let the bot write there"},
    {"messages_tab_disabled", FAULT_HERE, SCOPE_ROW,
	"The app takes no direct messages: switch on its Messages tab"},

    {"channel_not_found", FAULT_HERE, SCOPE_ROW, GONE},
    {"not_in_channel", FAULT_HERE, SCOPE_ROW,
	"The bot is not in that channel: invite it"},
    {"user_not_in_channel", FAULT_HERE, SCOPE_ROW,
	"The customer has left that channel"},
    {"is_archived", FAULT_HERE, SCOPE_ROW, "That channel is archived"},
    {"user_not_found", FAULT_HERE, SCOPE_ROW,
	"Slack does not know that person any more"},
    {"user_disabled", FAULT_HERE, SCOPE_ROW,
	"That person's Slack account is closed"},
    {"cannot_reply_to_message", FAULT_HERE, SCOPE_ROW,
	"Nobody can reply to that message"},
    {"thread_not_found", FAULT_HERE, SCOPE_ROW,
	"The thread was deleted in Slack"},
    {"message_not_found", FAULT_HERE, SCOPE_ROW,
	"The message was deleted in Slack"},
    {"cant_update_message", FAULT_HERE, SCOPE_ROW,
	"The message cannot be changed"},
    {"edit_window_closed", FAULT_HERE, SCOPE_ROW,
	"The message is too old to be changed"},
    {"file_not_found", FAULT_HERE, SCOPE_ROW, "The file was deleted in Slack"},
    {"file_deleted", FAULT_HERE, SCOPE_ROW, "The file was deleted in Slack"},

    {"invalid_arguments", FAULT_HERE, SCOPE_ROW, OURS},
    {"invalid_blocks*", FAULT_HERE, SCOPE_ROW, OURS},
    {"invalid_chunks", FAULT_HERE, SCOPE_ROW, OURS},
    {"no_text", FAULT_HERE, SCOPE_ROW, OURS},
    {"msg_too_long", FAULT_HERE, SCOPE_ROW, OURS},
    {"msg_blocks_too_long", FAULT_HERE, SCOPE_ROW, OURS},
    {"msg_blocks_too_many", FAULT_HERE, SCOPE_ROW, OURS},
    {"too_many_attachments", FAULT_HERE, SCOPE_ROW, OURS},
    {"markdown_text_conflict", FAULT_HERE, SCOPE_ROW, OURS},
    {"invalid_post_type", FAULT_HERE, SCOPE_ROW, OURS},
    {"invalid_form_data", FAULT_HERE, SCOPE_ROW, OURS},
    {"metadata_too_large", FAULT_HERE, SCOPE_ROW, OURS},

    {"already_reacted", FAULT_FINE, SCOPE_ROW, OURS},
    {"message_not_in_streaming_state", FAULT_FINE, SCOPE_ROW, OURS},
    {"stopped_by_user", FAULT_FINE, SCOPE_ROW, OURS},
};

static const struct fault_row unknown = {
    "", FAULT_HERE, SCOPE_ROW, "Slack refused it without saying why"};

static bool
is_code(struct str code, const char *row)
{
	size_t n = strlen(row);

	if (n > 0 && row[n - 1] == '*')
		return code.n >= n - 1 && memcmp(code.p, row, n - 1) == 0;
	return str_eq(code, str_from(row));
}

static const struct fault_row *
find(struct str code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (is_code(code, rows[i].code))
			return &rows[i];
	return &unknown;
}

/* ---- what to do --------------------------------------------------------- */

/* Only a message that goes out holds others up, or stops the account. */
static enum outcome_kind
kind_of(const struct slack_plan *p, const struct fault_row *row)
{
	static const enum outcome_kind kinds[FAULT_CLASSES] = {
	    [FAULT_LATER] = OUTCOME_LATER,
	    [FAULT_HALF] = OUTCOME_DOUBT,
	    [FAULT_TOKEN] = OUTCOME_BLOCKED,
	    [FAULT_SETUP] = OUTCOME_BLOCKED,
	    [FAULT_HERE] = OUTCOME_NEVER,
	    [FAULT_FINE] = OUTCOME_OK,
	};

	if (row->class == FAULT_HALF && slack_steps[p->step].again)
		return OUTCOME_LATER;
	if (row->class == FAULT_SETUP && p->job->kind != JOB_SEND)
		return OUTCOME_NEVER;
	if (row->class == FAULT_FINE && p->job->kind == JOB_SEND)
		return OUTCOME_NEVER;
	return kinds[row->class];
}

static struct str
reason_of(
    const struct slack_plan *p, const struct fault_row *row, const json_t *root)
{
	struct str needed = json_text(root, "needed"), reason;

	if (needed.n == 0)
		return str_from(row->reason);
	reason = arena_printf(p->arena,
	    "The app lacks the scope %.*s: give it that and install it again",
	    STR_FMT(needed));
	return reason.p == NULL ? str_from(row->reason) : reason;
}

void
slack_fault(const struct slack_plan *p, struct str code, const json_t *root,
    struct outcome *o)
{
	const struct fault_row *row = find(code);

	*o = (struct outcome){.kind = kind_of(p, row),
	    .scope = p->job->kind == JOB_SEND ? row->scope : SCOPE_ROW,
	    .code = arena_copy(p->arena, code),
	    .reason = reason_of(p, row, root),
	    .anew = str_eq(code, STR("invalid_cursor"))};
}

struct outcome
slack_never(const char *code, const char *reason)
{
	return (struct outcome){.kind = OUTCOME_NEVER,
	    .code = str_from(code),
	    .reason = str_from(reason)};
}
