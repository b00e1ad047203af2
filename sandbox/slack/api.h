/*
 * api: one call of the Web API. A method is a row in methods.c: its name, its
 * arguments, the scope and the rate it needs, whether it takes a JSON body,
 * and two functions: `check`, without the lock, for what can be said of the
 * arguments alone, and `run`, with it.
 */
#ifndef SANDBOX_SLACK_API_H
#define SANDBOX_SLACK_API_H

#include "sandbox/slack/args.h"
#include "sandbox/slack/content.h"

struct api_call {
	struct visit *visit;
	struct slack *slack;
	struct workspace *w;
	const struct method *method;
	struct args args;
	struct content content;
	struct channel *channel; /* found by `run` */
	struct buf out;		 /* members of the answer, {"ok":true,... */
	const char *error;	 /* a literal; set: nothing was done */
	unsigned wait_s;	 /* of ratelimited; 0 */
	struct str detail;
};

struct method {
	const char *name;
	const struct arg *args;
	const char *scope; /* NULL: none */
	enum rate rate;
	bool get; /* marked GET: takes no JSON */
	void (*check)(struct api_call *c);
	void (*run)(struct api_call *c);
};

extern const struct method sb_slack_methods[]; /* ends with name NULL */

static inline const struct value *
arg(const struct api_call *c, unsigned i)
{
	return &c->args.values[i];
}

/* Sets c->channel or c->error. With the lock. */
bool sb_call_channel(struct api_call *c, struct str id);
/* The same, and our bot may write there. */
bool sb_call_place(struct api_call *c, struct str id);
/*
 * The root of the thread that is meant by a ts; NULL, without an error, when
 * none is meant. *thread: the ts itself, which may have no root.
 */
struct message *sb_call_thread(
    struct api_call *c, const struct value *v, uint64_t *thread);
void sb_call_effect(struct api_call *c, const char *kind,
    const struct message *m, struct str text);

/* What the rows are made of. */
void sb_chat_post_check(struct api_call *c);
void sb_chat_post(struct api_call *c);
void sb_chat_update_check(struct api_call *c);
void sb_chat_update(struct api_call *c);
void sb_chat_delete(struct api_call *c);
void sb_chat_ephemeral_check(struct api_call *c);
void sb_chat_ephemeral(struct api_call *c);
void sb_stream_check(struct api_call *c);
void sb_stream_start(struct api_call *c);
void sb_stream_append(struct api_call *c);
void sb_stream_stop(struct api_call *c);
void sb_reactions_add(struct api_call *c);
void sb_reactions_remove(struct api_call *c);
void sb_assistant_status(struct api_call *c);
void sb_auth_test(struct api_call *c);
void sb_conversations_open(struct api_call *c);
void sb_conversations_info(struct api_call *c);
void sb_conversations_history(struct api_call *c);
void sb_conversations_replies(struct api_call *c);
void sb_users_info(struct api_call *c);
void sb_files_info(struct api_call *c);
void sb_files_upload_url(struct api_call *c);
void sb_files_complete(struct api_call *c);

/* The places of arguments in the tables of methods.c. */
enum {
	POST_CHANNEL,
	POST_TEXT,
	POST_BLOCKS,
	POST_ATTACHMENTS,
	POST_MARKDOWN,
	POST_METADATA,
	POST_THREAD,
	POST_BROADCAST,
	POST_AS_USER
};
enum {
	UPDATE_CHANNEL,
	UPDATE_TEXT,
	UPDATE_BLOCKS,
	UPDATE_ATTACHMENTS,
	UPDATE_MARKDOWN,
	UPDATE_METADATA,
	UPDATE_TS,
	UPDATE_AS_USER
};
enum {
	EPHEMERAL_CHANNEL,
	EPHEMERAL_TEXT,
	EPHEMERAL_BLOCKS,
	EPHEMERAL_ATTACHMENTS,
	EPHEMERAL_MARKDOWN,
	EPHEMERAL_THREAD,
	EPHEMERAL_USER
};
enum { DELETE_CHANNEL, DELETE_TS };
enum {
	STREAM_CHANNEL,
	STREAM_TS,
	STREAM_MARKDOWN,
	STREAM_CHUNKS,
	STREAM_USER,
	STREAM_TEAM,
	STREAM_MODE
};
enum { STOP_BLOCKS = STREAM_CHUNKS + 1, STOP_METADATA, STOP_SESSION };
enum { REACTION_CHANNEL, REACTION_TS, REACTION_NAME };
enum { STATUS_CHANNEL, STATUS_THREAD, STATUS_STATUS, STATUS_LOADING };
enum { OPEN_CHANNEL, OPEN_USERS, OPEN_RETURN, OPEN_PREVENT };
enum {
	LIST_CHANNEL,
	LIST_TS,
	LIST_CURSOR,
	LIST_LIMIT,
	LIST_OLDEST,
	LIST_LATEST,
	LIST_INCLUSIVE,
	LIST_METADATA
};
enum { INFO_WHAT };
enum { UPLOAD_NAME, UPLOAD_LENGTH };
enum { COMPLETE_FILES, COMPLETE_CHANNEL, COMPLETE_THREAD, COMPLETE_COMMENT };

#endif
