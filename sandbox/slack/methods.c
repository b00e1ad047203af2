/* methods: the table of the Web API; its columns are in api.h. */
#include "sandbox/slack/api.h"

static const struct arg no_args[] = {
    {NULL, ARG_TEXT, false},
};

static const struct arg post_args[] = {
    {"channel", ARG_TEXT, true},
    {"text", ARG_TEXT, false},
    {"blocks", ARG_LIST, false},
    {"attachments", ARG_LIST, false},
    {"markdown_text", ARG_TEXT, false},
    {"metadata", ARG_OBJECT, false},
    {"thread_ts", ARG_TS, false},
    {"reply_broadcast", ARG_FLAG, false},
    {"as_user", ARG_FLAG, false},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {"mrkdwn", ARG_FLAG, false},
    {"unfurl_links", ARG_FLAG, false},
    {"unfurl_media", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg update_args[] = {
    {"channel", ARG_TEXT, true},
    {"text", ARG_TEXT, false},
    {"blocks", ARG_LIST, false},
    {"attachments", ARG_LIST, false},
    {"markdown_text", ARG_TEXT, false},
    {"metadata", ARG_OBJECT, false},
    {"ts", ARG_TS, true},
    {"as_user", ARG_FLAG, false},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {"reply_broadcast", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg ephemeral_args[] = {
    {"channel", ARG_TEXT, true},
    {"text", ARG_TEXT, false},
    {"blocks", ARG_LIST, false},
    {"attachments", ARG_LIST, false},
    {"markdown_text", ARG_TEXT, false},
    {"thread_ts", ARG_TS, false},
    {"user", ARG_TEXT, true},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg delete_args[] = {
    {"channel", ARG_TEXT, true},
    {"ts", ARG_TS, true},
    {NULL, ARG_TEXT, false},
};

static const struct arg start_args[] = {
    {"channel", ARG_TEXT, true},
    {"thread_ts", ARG_TS, true},
    {"markdown_text", ARG_TEXT, false},
    {"chunks", ARG_LIST, false},
    {"recipient_user_id", ARG_TEXT, false},
    {"recipient_team_id", ARG_TEXT, false},
    {"task_display_mode", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg append_args[] = {
    {"channel", ARG_TEXT, true},
    {"ts", ARG_TS, true},
    {"markdown_text", ARG_TEXT, false},
    {"chunks", ARG_LIST, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg stop_args[] = {
    {"channel", ARG_TEXT, true},
    {"ts", ARG_TS, true},
    {"markdown_text", ARG_TEXT, false},
    {"chunks", ARG_LIST, false},
    {"blocks", ARG_LIST, false},
    {"metadata", ARG_OBJECT, false},
    {"session_status", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg reaction_args[] = {
    {"channel", ARG_TEXT, true},
    {"timestamp", ARG_TS, true},
    {"name", ARG_TEXT, true},
    {NULL, ARG_TEXT, false},
};

static const struct arg status_args[] = {
    {"channel_id", ARG_TEXT, true},
    {"thread_ts", ARG_TS, true},
    {"status", ARG_TEXT, true},
    {"loading_messages", ARG_LIST, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg open_args[] = {
    {"channel", ARG_TEXT, false},
    {"users", ARG_TEXT, false},
    {"return_im", ARG_FLAG, false},
    {"prevent_creation", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg replies_args[] = {
    {"channel", ARG_TEXT, true},
    {"ts", ARG_TS, true},
    {"cursor", ARG_TEXT, false},
    {"limit", ARG_NUMBER, false},
    {"oldest", ARG_TEXT, false},
    {"latest", ARG_TEXT, false},
    {"inclusive", ARG_FLAG, false},
    {"include_all_metadata", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

/* The same without a ts, whose place nothing takes. */
static const struct arg history_args[] = {
    {"channel", ARG_TEXT, true},
    {"include_locale", ARG_FLAG, false},
    {"cursor", ARG_TEXT, false},
    {"limit", ARG_NUMBER, false},
    {"oldest", ARG_TEXT, false},
    {"latest", ARG_TEXT, false},
    {"inclusive", ARG_FLAG, false},
    {"include_all_metadata", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg channel_info_args[] = {
    {"channel", ARG_TEXT, true},
    {"include_locale", ARG_FLAG, false},
    {"include_num_members", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg user_info_args[] = {
    {"user", ARG_TEXT, true},
    {"include_locale", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg file_info_args[] = {
    {"file", ARG_TEXT, true},
    {"count", ARG_NUMBER, false},
    {"cursor", ARG_TEXT, false},
    {"limit", ARG_NUMBER, false},
    {"page", ARG_NUMBER, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg upload_args[] = {
    {"filename", ARG_TEXT, true},
    {"length", ARG_NUMBER, true},
    {"alt_txt", ARG_TEXT, false},
    {"snippet_type", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg complete_args[] = {
    {"files", ARG_LIST, true},
    {"channel_id", ARG_TEXT, false},
    {"thread_ts", ARG_TS, false},
    {"initial_comment", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

#define HISTORY "channels:history,groups:history,im:history,mpim:history"

const struct method sb_slack_methods[] = {
    {"chat.postMessage", post_args, "chat:write", RATE_POSTS, false,
	sb_chat_post_check, sb_chat_post},
    {"chat.update", update_args, "chat:write", RATE_TIER_3, false,
	sb_chat_update_check, sb_chat_update},
    {"chat.postEphemeral", ephemeral_args, "chat:write", RATE_TIER_4, false,
	sb_chat_ephemeral_check, sb_chat_ephemeral},
    {"chat.delete", delete_args, "chat:write", RATE_TIER_3, false, NULL,
	sb_chat_delete},
    {"chat.startStream", start_args, "chat:write", RATE_TIER_2, false,
	sb_stream_check, sb_stream_start},
    {"chat.appendStream", append_args, "chat:write", RATE_TIER_4, false,
	sb_stream_check, sb_stream_append},
    {"chat.stopStream", stop_args, "chat:write", RATE_TIER_2, false,
	sb_stream_check, sb_stream_stop},
    {"reactions.add", reaction_args, "reactions:write", RATE_TIER_3, false,
	NULL, sb_reactions_add},
    {"reactions.remove", reaction_args, "reactions:write", RATE_TIER_2, false,
	NULL, sb_reactions_remove},
    {"assistant.threads.setStatus", status_args, "chat:write", RATE_OFTEN,
	false, NULL, sb_assistant_status},
    {"conversations.replies", replies_args, HISTORY, RATE_TIER_3, true, NULL,
	sb_conversations_replies},
    {"conversations.history", history_args, HISTORY, RATE_TIER_3, true, NULL,
	sb_conversations_history},
    {"conversations.info", channel_info_args,
	"channels:read,groups:read,im:read", RATE_TIER_3, true, NULL,
	sb_conversations_info},
    {"conversations.open", open_args, "im:write", RATE_TIER_3, false, NULL,
	sb_conversations_open},
    {"users.info", user_info_args, "users:read", RATE_TIER_4, true, NULL,
	sb_users_info},
    {"auth.test", no_args, NULL, RATE_OFTEN, false, NULL, sb_auth_test},
    {"files.info", file_info_args, "files:read", RATE_TIER_4, true, NULL,
	sb_files_info},
    {"files.getUploadURLExternal", upload_args, "files:write", RATE_TIER_4,
	true, NULL, sb_files_upload_url},
    {"files.completeUploadExternal", complete_args, "files:write", RATE_TIER_4,
	false, NULL, sb_files_complete},
    {NULL, NULL, NULL, RATE_OFTEN, false, NULL, NULL},
};
