/*
 * inner: what the files of Slack's door share: workspaces, their people,
 * channels and messages. All of it under the sandbox's lock, but for what is
 * set once at the start: ids, names, secrets.
 *
 * A timestamp is a number of microseconds here and "1700000000.000100" on the
 * wire. No two messages have the same one. At most MESSAGES_MOST messages are
 * kept; the oldest are forgotten, as if they had never been.
 */
#ifndef SANDBOX_SLACK_INNER_H
#define SANDBOX_SLACK_INNER_H

#include "sandbox/files.h"
#include "sandbox/slack/slack.h"

#define MESSAGES_MOST 200000u
#define TS_TEXT 17u
#define SCOPES_TEXT 800u
#define STATUS_TEXT 120u
#define REACTIONS_MOST 20u
#define REACTION_TEXT 80u

struct workspace;

struct user {
	struct node node; /* its id */
	struct str name, email;
};

enum channel_kind { CHANNEL_IM, CHANNEL_PUBLIC, CHANNEL_PRIVATE };

struct channel {
	struct node node; /* its id */
	struct workspace *w;
	struct str name;
	uint64_t number; /* among all channels */
	enum channel_kind kind;
	struct user *user; /* whose direct channel it is */
	bool member;	   /* our bot is in it */
	bool archived;
	bool subscribed;	/* we are told of every message */
	struct message *newest; /* of those in no thread */
	/* "is thinking ..." */
	char status[STATUS_TEXT];
	int64_t status_until;
	uint64_t version; /* raised by each change; for the pages */
};

enum streaming { NO_STREAM, STREAM_OPEN, STREAM_DONE, STREAM_STOPPED };

struct message {
	struct node node; /* key */
	struct {
		uint64_t channel, ts;
	} key;
	struct channel *channel;
	struct message *older, *newer; /* in its channel, or in its thread */
	struct message *aged_next;     /* all there are, by age */
	struct message *aged_before;
	struct message *root; /* of the thread it is a reply in */
	struct message *reply_newest, *reply_oldest;
	unsigned replies;
	uint64_t thread;   /* its thread_ts, even where there is no root; 0 */
	struct user *user; /* NULL: our bot */
	char *text;
	char *blocks, *metadata, *files; /* JSON, or NULL */
	char (*reactions)[REACTION_TEXT];
	unsigned reaction_count;
	uint64_t edited; /* ts; 0: never */
	enum streaming streaming;
	int64_t stream_until; /* steady ms */
	bool tombstone;	      /* deleted, but its thread goes on */
};

/* Where a command or an action may be answered for a while. */
struct response {
	struct node node;      /* its id */
	struct response *next; /* made after it */
	struct channel *channel;
	struct user *user;
	uint64_t ts; /* of the message the action was on; 0 */
	unsigned uses;
	int64_t until; /* steady ms */
	char id[40];
};

struct workspace {
	struct node node; /* its token */
	struct slack *slack;
	struct str team, app, bot_user, bot_id, token, signing_secret;
	struct str hook, hook_commands, hook_interactivity;
	struct str name;
	char scopes[SCOPES_TEXT]; /* "a,b,c" */
	bool echo;		  /* our own posts come back as events */
	bool any_thread; /* replies to messages we never saw are taken */
	struct table users, channels;
	/* In the order of the setup, for the pages. */
	struct user **people;
	struct channel **places;
	size_t people_count, place_count;
};

struct slack {
	struct sandbox *sandbox;
	struct workspace *list;
	size_t count;
	struct table tokens;
	struct table messages, responses;
	struct response *response_oldest, *response_newest;
	struct message *oldest, *newest; /* by age */
	size_t message_count;
	struct files files;
	uint64_t last_ts, channels_made;
	struct arena arena; /* of the setup: lives as long */
};

/* ---- setup.c ------------------------------------------------------------- */

/* NULL: there is none of that team; the first, when team is empty. */
struct workspace *sb_workspace_of(struct slack *sl, struct str team);

/* ---- world.c ------------------------------------------------------------- */

bool sb_ts_read(struct str text, uint64_t *out) MUST_USE;
struct str sb_ts_write(uint64_t ts, char out[TS_TEXT + 1]);
uint64_t sb_ts_next(struct slack *sl);

struct user *sb_user_find(struct workspace *w, struct str id);
/* By id; a user's id is their direct channel. */
struct channel *sb_world_channel(struct workspace *w, struct str id);
const char *sb_channel_type(const struct channel *ch);

/* user NULL: our bot; root NULL: no reply. NULL: no memory. */
struct message *sb_message_new(struct channel *ch, struct message *root,
    struct user *user, struct str text);
/* NULL: never was, forgotten, or deleted. */
struct message *sb_message_find(struct channel *ch, uint64_t ts);
void sb_message_delete(struct message *m);
/* Takes a copy in place of *slot; an empty text gives NULL. */
void sb_message_set(char **slot, struct str text);
/* A stream that nobody ended in time is over. */
bool sb_message_streams(struct message *m);

struct message_view {
	bool metadata; /* with its metadata */
	bool as_event; /* as events show it */
};

/* The object, with its braces. */
void sb_message_write(
    const struct message *m, const struct message_view *view, struct buf *out);
void sb_channel_write(const struct channel *ch, struct buf *out);

/* ---- events.c ------------------------------------------------------------ */

#define EVENT_ID_TEXT 13u

struct posted {
	char ids[2][EVENT_ID_TEXT + 1];
	unsigned count; /* webhooks on their way */
	enum err err;
};

/* A new message: message, and app_mention if the bot is named in it. */
void sb_event_message(struct message *m, struct posted *out);
void sb_event_changed(
    struct message *m, const char *before, struct posted *out);
void sb_event_deleted(const struct message *m, struct posted *out);
/* Any event, as JSON; or the whole body. */
void sb_event_raw(struct workspace *w, struct str event, struct posted *out);
enum err sb_event_body(struct workspace *w, struct str body) MUST_USE;

struct parcel_order;
/* A form, to be answered at once: a command or an action. */
enum err sb_event_form(
    struct workspace *w, struct parcel_order *order) MUST_USE;

/* ---- files.c ------------------------------------------------------------- */

struct file *sb_slack_file_new(
    struct slack *sl, struct str name, struct str type, const void *owner);
/* The object as it stands in files[]. */
void sb_slack_file_write(struct workspace *w, const struct file *f,
    struct str user, struct buf *out);
void sb_slack_upload_serve(struct visit *v, struct str id);
void sb_slack_file_serve(struct visit *v, struct str id);

/* ---- api.c, respond.c ---------------------------------------------------- */

void sb_slack_api_serve(struct visit *v, struct str method);
void sb_slack_respond_serve(struct visit *v, struct str id);
struct response *sb_response_new(
    struct slack *sl, struct channel *ch, struct user *user, uint64_t ts);
/* Its URL, into the arena. */
struct str sb_response_url(const struct response *r, struct arena *a);

#endif
