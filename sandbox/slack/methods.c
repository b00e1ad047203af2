/* methods: the table of the Web API; its columns are in api.h. */
#include "sandbox/slack/api.h"

static const struct arg no_args[] = {
    {NULL, ARG_TEXT, false},
};

static const struct arg post_args[] = {
    [POST_CHANNEL] = {"channel", ARG_TEXT, true},
    [POST_TEXT] = {"text", ARG_TEXT, false},
    [POST_BLOCKS] = {"blocks", ARG_LIST, false},
    [POST_ATTACHMENTS] = {"attachments", ARG_LIST, false},
    [POST_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [POST_METADATA] = {"metadata", ARG_OBJECT, false},
    [POST_THREAD] = {"thread_ts", ARG_TS, false},
    [POST_BROADCAST] = {"reply_broadcast", ARG_FLAG, false},
    [POST_AS_USER] = {"as_user", ARG_FLAG, false},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {"mrkdwn", ARG_FLAG, false},
    {"unfurl_links", ARG_FLAG, false},
    {"unfurl_media", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg update_args[] = {
    [UPDATE_CHANNEL] = {"channel", ARG_TEXT, true},
    [UPDATE_TEXT] = {"text", ARG_TEXT, false},
    [UPDATE_BLOCKS] = {"blocks", ARG_LIST, false},
    [UPDATE_ATTACHMENTS] = {"attachments", ARG_LIST, false},
    [UPDATE_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [UPDATE_METADATA] = {"metadata", ARG_OBJECT, false},
    [UPDATE_TS] = {"ts", ARG_TS, true},
    [UPDATE_AS_USER] = {"as_user", ARG_FLAG, false},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {"reply_broadcast", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg ephemeral_args[] = {
    [EPHEMERAL_CHANNEL] = {"channel", ARG_TEXT, true},
    [EPHEMERAL_TEXT] = {"text", ARG_TEXT, false},
    [EPHEMERAL_BLOCKS] = {"blocks", ARG_LIST, false},
    [EPHEMERAL_ATTACHMENTS] = {"attachments", ARG_LIST, false},
    [EPHEMERAL_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [EPHEMERAL_THREAD] = {"thread_ts", ARG_TS, false},
    [EPHEMERAL_USER] = {"user", ARG_TEXT, true},
    {"parse", ARG_TEXT, false},
    {"link_names", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg delete_args[] = {
    [DELETE_CHANNEL] = {"channel", ARG_TEXT, true},
    [DELETE_TS] = {"ts", ARG_TS, true},
    {NULL, ARG_TEXT, false},
};

static const struct arg start_args[] = {
    [STREAM_CHANNEL] = {"channel", ARG_TEXT, true},
    [STREAM_TS] = {"thread_ts", ARG_TS, true},
    [STREAM_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [STREAM_CHUNKS] = {"chunks", ARG_LIST, false},
    [STREAM_USER] = {"recipient_user_id", ARG_TEXT, false},
    [STREAM_TEAM] = {"recipient_team_id", ARG_TEXT, false},
    [STREAM_MODE] = {"task_display_mode", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg append_args[] = {
    [STREAM_CHANNEL] = {"channel", ARG_TEXT, true},
    [STREAM_TS] = {"ts", ARG_TS, true},
    [STREAM_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [STREAM_CHUNKS] = {"chunks", ARG_LIST, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg stop_args[] = {
    [STREAM_CHANNEL] = {"channel", ARG_TEXT, true},
    [STREAM_TS] = {"ts", ARG_TS, true},
    [STREAM_MARKDOWN] = {"markdown_text", ARG_TEXT, false},
    [STREAM_CHUNKS] = {"chunks", ARG_LIST, false},
    [STOP_BLOCKS] = {"blocks", ARG_LIST, false},
    [STOP_METADATA] = {"metadata", ARG_OBJECT, false},
    [STOP_SESSION] = {"session_status", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg reaction_args[] = {
    [REACTION_CHANNEL] = {"channel", ARG_TEXT, true},
    [REACTION_TS] = {"timestamp", ARG_TS, true},
    [REACTION_NAME] = {"name", ARG_TEXT, true},
    {NULL, ARG_TEXT, false},
};

static const struct arg status_args[] = {
    [STATUS_CHANNEL] = {"channel_id", ARG_TEXT, true},
    [STATUS_THREAD] = {"thread_ts", ARG_TS, true},
    [STATUS_STATUS] = {"status", ARG_TEXT, true},
    [STATUS_LOADING] = {"loading_messages", ARG_LIST, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg open_args[] = {
    [OPEN_CHANNEL] = {"channel", ARG_TEXT, false},
    [OPEN_USERS] = {"users", ARG_TEXT, false},
    [OPEN_RETURN] = {"return_im", ARG_FLAG, false},
    [OPEN_PREVENT] = {"prevent_creation", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg replies_args[] = {
    [LIST_CHANNEL] = {"channel", ARG_TEXT, true},
    [LIST_TS] = {"ts", ARG_TS, true},
    [LIST_CURSOR] = {"cursor", ARG_TEXT, false},
    [LIST_LIMIT] = {"limit", ARG_NUMBER, false},
    [LIST_OLDEST] = {"oldest", ARG_TEXT, false},
    [LIST_LATEST] = {"latest", ARG_TEXT, false},
    [LIST_INCLUSIVE] = {"inclusive", ARG_FLAG, false},
    [LIST_METADATA] = {"include_all_metadata", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

/* The same without a ts, whose place nothing takes. */
static const struct arg history_args[] = {
    [LIST_CHANNEL] = {"channel", ARG_TEXT, true},
    [LIST_TS] = {"include_locale", ARG_FLAG, false},
    [LIST_CURSOR] = {"cursor", ARG_TEXT, false},
    [LIST_LIMIT] = {"limit", ARG_NUMBER, false},
    [LIST_OLDEST] = {"oldest", ARG_TEXT, false},
    [LIST_LATEST] = {"latest", ARG_TEXT, false},
    [LIST_INCLUSIVE] = {"inclusive", ARG_FLAG, false},
    [LIST_METADATA] = {"include_all_metadata", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg channel_info_args[] = {
    [INFO_WHAT] = {"channel", ARG_TEXT, true},
    {"include_locale", ARG_FLAG, false},
    {"include_num_members", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg user_info_args[] = {
    [INFO_WHAT] = {"user", ARG_TEXT, true},
    {"include_locale", ARG_FLAG, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg file_info_args[] = {
    [INFO_WHAT] = {"file", ARG_TEXT, true},
    {"count", ARG_NUMBER, false},
    {"cursor", ARG_TEXT, false},
    {"limit", ARG_NUMBER, false},
    {"page", ARG_NUMBER, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg upload_args[] = {
    [UPLOAD_NAME] = {"filename", ARG_TEXT, true},
    [UPLOAD_LENGTH] = {"length", ARG_NUMBER, true},
    {"alt_txt", ARG_TEXT, false},
    {"snippet_type", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

static const struct arg complete_args[] = {
    [COMPLETE_FILES] = {"files", ARG_LIST, true},
    [COMPLETE_CHANNEL] = {"channel_id", ARG_TEXT, false},
    [COMPLETE_THREAD] = {"thread_ts", ARG_TS, false},
    [COMPLETE_COMMENT] = {"initial_comment", ARG_TEXT, false},
    {NULL, ARG_TEXT, false},
};

_Static_assert(ARRAY_LEN(post_args) <= ARGS_MOST, "raise ARGS_MOST");

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
