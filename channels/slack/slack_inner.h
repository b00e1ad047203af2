/*
 * slack_inner: what the files of the Slack channel share.
 *
 * Ids, timestamps and cursors are strings of Slack's and stay so. All strings
 * given back live in the arena, unless it is said that they borrow.
 */
#ifndef CHANNELS_SLACK_SLACK_INNER_H
#define CHANNELS_SLACK_SLACK_INNER_H

#include "channels/channel.h"
#include "core/json.h"

/* A message that is changed later may have so many units (chat.update). */
#define SLACK_UPDATE_MAX 4000u
/* The text beside buttons (a section). */
#define SLACK_SECTION_MAX 3000u
#define SLACK_BUTTON_VALUE_MAX 2000u
#define SLACK_UNIT TEXT_UTF16
/* The largest file we fetch or tell of. */
#define SLACK_FILE_MAX (25u * 1024 * 1024)

/* ---- words (slack_word.c) ------------------------------------------------ */

/* 1 to 64 letters and digits, as all ids are. */
bool slack_id_ok(struct str s);
/* "1700000000.000100" */
bool slack_ts_ok(struct str s);
/* Wall ms; ts must be ok. */
int64_t slack_ts_ms(struct str ts);
/* The other way; 0 when it is before 1970. */
struct str slack_ts_of(int64_t ms, struct arena *a);

/* How often the byte at i stands there in a row. */
size_t slack_run(struct str s, size_t i);

/* Does url begin with what is before the path of base, and then a "/"? */
bool slack_same_origin(struct str base, struct str url);
/* Is the host Slack's, or that of the account's own api? */
bool slack_url_of_files(const struct company_account *doc, struct str url);
bool slack_url_of_responses(const struct company_account *doc, struct str url);

/* ---- places (slack_place.c) ---------------------------------------------- */

/* Where a message came from, and so where its answer goes. */
struct slack_place {
	struct str channel;
	struct str thread;     /* empty: none */
	struct str user, team; /* who wrote; their own workspace */
	bool hidden;	       /* only that user is to see the answer */
	struct str url;	       /* hidden: the response URL; may be empty */
	int64_t until;	       /* wall ms: so long it is good */
};

/* A direct message? */
bool slack_place_direct(const struct slack_place *p);

struct str slack_address(const struct company_account *doc,
    const struct slack_place *p, struct arena *a);
/* Borrows. E_BADINPUT: no address of ours. */
enum err slack_address_read(
    struct str address, struct slack_place *out) MUST_USE;

/* The same as JSON: what is kept as reply, and a part of each payload. */
void slack_place_write(const struct slack_place *p, struct buf *out);
enum err slack_place_read(
    const json_t *object, struct arena *a, struct slack_place *out) MUST_USE;

/* ---- in ------------------------------------------------------------------ */

/* What is known while something from outside is read. */
struct slack_in {
	const struct company_account *doc;
	struct arena *arena;
	struct str bot; /* our user; empty: unknown */
	struct str app; /* our app; empty: unknown */
	int64_t now;
	struct arrival *out;
	const char **why;
};

/* Says why, and that it need not come again; returns E_BADINPUT. */
enum err slack_refuse(const struct slack_in *in, const char *why);
/* One more envelope in `out`, at most `room` in all; NULL: no memory. */
struct envelope *slack_arrive(const struct slack_in *in, size_t room);

/* A probe of the URL's certificate, which Slack does not sign. */
bool slack_is_probe(const struct hook *h, struct arena *a);
enum err slack_verify(
    const struct hook *h, struct arena *a, const char **why) MUST_USE;

enum err slack_parse(const struct hook *h, struct arena *a, struct arrival *out,
    const char **why) MUST_USE;

/* The member "event" of an event_callback. */
enum err slack_event(const struct slack_in *in, const json_t *event) MUST_USE;

struct form;
/* A slash command; interactivity. */
enum err slack_command(
    const struct slack_in *in, const struct form *form) MUST_USE;
enum err slack_interaction(struct slack_in *in, const json_t *root) MUST_USE;

/* Is it the account's? Each id may be empty: then it says nothing. */
struct slack_tenant {
	struct str team, context_team, enterprise, app;
};
bool slack_tenant_ok(const struct slack_in *in, const struct slack_tenant *t);

/* ---- messages (slack_message.c) ------------------------------------------ */

struct slack_post {
	const json_t *message; /* as in events and in histories */
	struct str channel;
	bool mentioned; /* Slack says that it mentions us */
};

/*
 * OK: e is filled, or *ignored says why it does not concern us. E_BADINPUT,
 * E_NOMEM.
 */
enum err slack_message(const struct slack_in *in, const struct slack_post *p,
    struct envelope *e, const char **ignored) MUST_USE;
/* The same message, as it is after it was changed at `ts`. */
enum err slack_edited(const struct slack_in *in, const struct slack_post *p,
    struct str ts, struct envelope *e) MUST_USE;
/* It was deleted; message: as it was, or NULL. */
enum err slack_deleted(const struct slack_in *in, const struct slack_post *p,
    struct str ts, struct envelope *e) MUST_USE;
/* Is it a bot's? Then we say nothing to it. */
bool slack_is_bots(const struct slack_in *in, const json_t *message);

/* address, person, reply and source of an envelope. */
enum err slack_envelope(const struct slack_in *in, const struct slack_place *p,
    struct str source, struct envelope *e) MUST_USE;
/* "slack:<account>:<what>:<id>", and ":<id>" of a second that is not empty. */
struct str slack_source(const struct slack_in *in, const char *what,
    struct str id, struct str more);
/* {"text":...} */
struct str slack_body(struct str text, struct arena *a);

/* ---- text ---------------------------------------------------------------- */

/*
 * What Slack sends, as plain text: its <...> taken apart, then each entity
 * decoded once. A mention of `bot` at the start is left out, unless nothing
 * else is there; `any`: whoever's mention stands there (bot is unknown).
 */
struct str slack_text_read(
    struct str text, struct str bot, bool any, struct arena *a);
/* Does the text mention bot; or, any: does a mention begin it? */
bool slack_text_mentions(struct str text, struct str bot, bool any);

/* "&", "<" and ">", which is all that Slack asks for. */
void slack_escape(struct str text, struct buf *out);
/* A line of Markdown; bold: what is around it is. */
void slack_inline(struct str line, bool bold, struct buf *out);
/* Markdown as Slack's own markup. Nothing of the text can mention anybody. */
void slack_mrkdwn(struct str markdown, struct buf *out);

/* ---- out ----------------------------------------------------------------- */

enum err slack_render(const struct company_account *account,
    const struct outgoing *m, struct arena *a, struct payloads *out,
    struct faults *faults) MUST_USE;
enum err slack_call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead) MUST_USE;
void slack_result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out);

/* What a payload of a SEND holds. */
struct slack_payload {
	struct slack_place to;
	struct str text; /* Markdown */
	struct button *buttons;
	size_t button_count;
};
struct str slack_payload_write(const struct slack_payload *p, struct arena *a);
enum err slack_payload_read(
    struct str json, struct arena *a, struct slack_payload *out) MUST_USE;

/* ---- drafts (slack_live.c) ----------------------------------------------- */

enum slack_mode {
	LIVE_NONE,
	LIVE_STREAM, /* native streaming: text is added */
	LIVE_UNSURE, /* the same, but nobody knows what it shows */
	LIVE_EDIT,   /* a message that is changed */
	LIVE_CLOSED, /* may only be changed into the answer */
	LIVE_OFF,    /* no draft can be shown */
	LIVE_MODES
};

/* A draft that the customer sees. */
struct slack_live {
	enum slack_mode mode;
	struct str channel, thread, ts;
	int64_t at;    /* wall ms: since when */
	size_t sent;   /* bytes of Markdown that it shows */
	uint64_t hash; /* of them */
};

/* Slack ends a stream after about five minutes. */
#define SLACK_LIVE_MS (4 * 60 * 1000)
/* So old a draft is not made the answer any more. */
#define SLACK_LIVE_OLD_MS (15 * 60 * 1000)

/* What cannot be read is LIVE_NONE. */
struct slack_live slack_live_read(struct str json, struct arena *a);
struct str slack_live_write(const struct slack_live *live, struct arena *a);
/* Does text begin with what is shown? */
bool slack_live_begins(const struct slack_live *live, struct str text);
/* It shows text now. */
void slack_live_shows(struct slack_live *live, struct str text);

/* ---- steps: what to ask Slack next (slack_plan.c) ------------------------ */

enum slack_step {
	STEP_WHO, /* is it, whom we write to? */
	STEP_POST,
	STEP_RESPOND,	/* to a response URL */
	STEP_EPHEMERAL, /* only one user sees it */
	STEP_UPDATE,	/* the draft becomes the answer */
	STEP_STOP,	/* the stream ends, with the rest of the answer */
	STEP_CLOSE,	/* it ends as it is */
	STEP_START,	/* of a stream */
	STEP_APPEND,
	STEP_DRAFT_POST,
	STEP_DRAFT_UPDATE,
	STEP_REPLIES, /* of a thread */
	STEP_HISTORY, /* of a channel */
	STEP_FILE_INFO,
	STEP_FILE,
	STEP_STATUS,
	STEP_CHECK,
	SLACK_STEPS
};

/* A page of a list. */
struct slack_page {
	unsigned number; /* 0: the first */
	struct str cursor;
};

struct slack_plan {
	enum slack_step step;
	const struct job *job;
	struct arena *arena;
	struct slack_payload payload; /* to: filled for every kind of job */
	struct str name;	      /* that they have, as we were told */
	struct str text;	      /* Markdown to be shown or added */
	struct str ts;		      /* of the message that is changed */
	struct slack_live live;
	struct slack_page page;
	struct str oldest; /* of a list */
	struct str file, url;
	uint64_t size;
};

/*
 * The same for the same job, so that call and result agree. E_DENIED: there is
 * nothing to ask, *instead says what came of the job; E_NOMEM.
 */
enum err slack_plan(const struct job *job, struct arena *a,
    struct slack_plan *out, struct outcome *instead) MUST_USE;

/* How far a text is shown as a draft; and how much is added at a time. */
#define SLACK_DRAFT_CHARACTERS 3000u
#define SLACK_PIECE_CHARACTERS 2400u

/* How a step is asked. */
struct slack_step_row {
	const char *method; /* of the Web API; NULL: a URL of its own */
	bool get;
	bool again; /* done twice is as done once */
	/* Arguments: a JSON object's members, or a query. */
	void (*write)(const struct slack_plan *p, struct buf *out);
	/* Slack says ok. NULL: OUTCOME_OK. */
	void (*done)(
	    const struct slack_plan *p, const json_t *root, struct outcome *o);
	/* Slack says no with that code. True: o says what comes of it. */
	bool (*failed)(
	    const struct slack_plan *p, struct str code, struct outcome *o);
};

extern const struct slack_step_row slack_steps[SLACK_STEPS];

/* slack_write.c */
void slack_write_who(const struct slack_plan *p, struct buf *out);
void slack_write_post(const struct slack_plan *p, struct buf *out);
void slack_write_respond(const struct slack_plan *p, struct buf *out);
void slack_write_ephemeral(const struct slack_plan *p, struct buf *out);
void slack_write_update(const struct slack_plan *p, struct buf *out);
void slack_write_stop(const struct slack_plan *p, struct buf *out);
void slack_write_close(const struct slack_plan *p, struct buf *out);
void slack_write_start(const struct slack_plan *p, struct buf *out);
void slack_write_append(const struct slack_plan *p, struct buf *out);
void slack_write_draft(const struct slack_plan *p, struct buf *out);
void slack_write_redraft(const struct slack_plan *p, struct buf *out);
void slack_write_list(const struct slack_plan *p, struct buf *out);
void slack_write_file(const struct slack_plan *p, struct buf *out);
void slack_write_status(const struct slack_plan *p, struct buf *out);
#define SLACK_METADATA "frontdesk_answer"

/* slack_sent.c, slack_shown.c, slack_list.c: what came of it */
void slack_done_who(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
bool slack_failed_who(
    const struct slack_plan *p, struct str code, struct outcome *o);
void slack_done_sent(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_changed(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_stopped(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
bool slack_failed_stop(
    const struct slack_plan *p, struct str code, struct outcome *o);
bool slack_failed_update(
    const struct slack_plan *p, struct str code, struct outcome *o);
void slack_done_started(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_shown(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_closed(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
bool slack_failed_start(
    const struct slack_plan *p, struct str code, struct outcome *o);
bool slack_failed_append(
    const struct slack_plan *p, struct str code, struct outcome *o);
/* Nobody knows whether the text was added. */
void slack_unsure_append(const struct slack_plan *p, struct outcome *o);
void slack_done_list(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_file(
    const struct slack_plan *p, const json_t *root, struct outcome *o);
void slack_done_check(
    const struct slack_plan *p, const json_t *root, struct outcome *o);

/* The outcome of an error code, by the table in slack_fault.c. */
void slack_fault(const struct slack_plan *p, struct str code,
    const json_t *root, struct outcome *o);
/* A refusal in our own words. */
struct outcome slack_never(const char *code, const char *reason);

#endif
