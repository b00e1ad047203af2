/*
 * slack_plan: which question to Slack a job is at. A pure function of the job,
 * asked once to write the request and again to read its answer.
 *
 * A SEND is one message posted, but: who has no name yet is asked for first,
 * and whatever comes of that, the message goes out; the answer to a command goes to its
 * response URL while that is good and is shown to its user alone after; and
 * where a draft of the answer is in sight, that becomes the answer: a stream
 * is stopped with the rest of the text; where the text is not what was
 * streamed, or nobody knows what was, or the stream has died, the message is
 * changed; where it cannot be
 * changed, the answer is posted anew. Only the step that ends it carries the
 * row's number, so that a lookup never takes a draft for the answer.
 */
#include "channels/slack/slack_inner.h"
#include "channels/split.h"
#include "core/utf8.h"

/* A list is read no further. */
#define PAGES_MAX 200u
#define CURSOR_MAX 1000u
/* Slack's clock and ours, and a draft that became the answer. */
#define LOOKUP_MARGIN_MS (SLACK_LIVE_OLD_MS + 60 * 1000)

/* ---- states ------------------------------------------------------------- */

/* Up to the next space, which is dropped from rest. */
static struct str
word(struct str *rest)
{
	const char *end = rest->n == 0 ? NULL : memchr(rest->p, ' ', rest->n);
	struct str w = *rest;

	if (end == NULL) {
		*rest = STR("");
		return w;
	}
	w.n = (size_t)(end - rest->p);
	*rest = (struct str){end + 1, rest->n - w.n - 1};
	return w;
}

/* "replies 2 cursor" */
static bool
read_page(struct str *rest, struct slack_page *out)
{
	struct str number = word(rest);
	uint64_t n = 0;

	if (number.n > 0 && !str_to_u64(number, PAGES_MAX, &n))
		return false;
	*out = (struct slack_page){(unsigned)n, *rest};
	return rest->n <= CURSOR_MAX;
}

static enum err
skip(struct outcome *instead, struct outcome what)
{
	*instead = what;
	return E_DENIED;
}

static enum err
broken(struct outcome *instead)
{
	return skip(instead,
	    slack_never("bad_payload", "What was stored of this message cannot "
				       "be read; it was not sent"));
}

/* ---- send and lookup ---------------------------------------------------- */

static bool
is_word(struct str s, const char *z)
{
	return str_eq(s, str_from(z));
}

static bool
live_is_here(const struct slack_plan *p)
{
	const struct slack_live *live = &p->live;
	int64_t age = p->job->now - live->at;

	return live->mode != LIVE_NONE && live->mode != LIVE_OFF &&
	       age < SLACK_LIVE_OLD_MS &&
	       str_eq(live->channel, p->payload.to.channel) &&
	       str_eq(live->thread, p->payload.to.thread);
}

static void
finish_live(struct slack_plan *p)
{
	struct slack_live *live = &p->live;
	struct str text = p->payload.text, rest;

	p->ts = live->ts;
	p->step = STEP_UPDATE;
	p->text = text;
	if (live->mode != LIVE_STREAM && live->mode != LIVE_UNSURE)
		return;
	p->step = STEP_CLOSE;
	if (live->mode == LIVE_UNSURE || !slack_live_begins(live, text))
		return;
	rest = (struct str){text.p + live->sent, text.n - live->sent};
	if (utf8_count(rest) > SLACK_PIECE_CHARACTERS)
		return;
	p->step = STEP_STOP;
	p->text = rest;
}

static enum err
first_step(struct slack_plan *p)
{
	const struct slack_place *to = &p->payload.to;

	p->text = p->payload.text;
	if (to->hidden)
		p->step = to->url.n > 0 && p->job->now < to->until
			      ? STEP_RESPOND
			      : STEP_EPHEMERAL;
	else if (live_is_here(p))
		finish_live(p);
	else
		p->step = STEP_POST;
	return OK;
}

static enum err
plan_send(struct slack_plan *p, struct outcome *instead)
{
	struct str rest = p->job->state, step = word(&rest);

	if (slack_payload_read(p->job->payload, p->arena, &p->payload) != OK)
		return broken(instead);
	if (p->payload.to.hidden && p->payload.to.user.n == 0)
		return broken(instead);
	p->live = slack_live_read(p->job->live, p->arena);
	if (step.n == 0 && p->job->nameless && p->payload.to.user.n > 0) {
		p->step = STEP_WHO;
		return OK;
	}
	if (step.n == 0 || is_word(step, "who")) {
		p->name = rest;
		return first_step(p);
	}
	p->text = p->payload.text;
	p->ts = rest;
	if (is_word(step, "ephemeral"))
		p->step = STEP_EPHEMERAL;
	else if (is_word(step, "update") && slack_ts_ok(rest))
		p->step = STEP_UPDATE;
	else
		p->step = STEP_POST;
	return OK;
}

static void
list_step(struct slack_plan *p, int64_t since)
{
	p->step = p->payload.to.thread.n > 0 ? STEP_REPLIES : STEP_HISTORY;
	p->oldest = slack_ts_of(since, p->arena);
}

static enum err
plan_lookup(struct slack_plan *p, struct outcome *instead)
{
	struct str rest = p->job->state;

	if (slack_payload_read(p->job->payload, p->arena, &p->payload) != OK)
		return broken(instead);
	if (p->payload.to.hidden)
		return skip(instead,
		    slack_never("not_listed",
			"Slack does not tell whether a message arrived that "
			"only one person sees"));
	word(&rest);
	if (!read_page(&rest, &p->page) || p->page.number == PAGES_MAX)
		return skip(instead,
		    slack_never("too_many_pages",
			"Too much was written in that channel since to find "
			"the message"));
	list_step(p, p->job->attempted_at - LOOKUP_MARGIN_MS);
	return p->oldest.p == NULL ? E_NOMEM : OK;
}

/* ---- what came in ------------------------------------------------------- */

/* Of the reply that is kept, or else of the address. */
static enum err
read_place(struct slack_plan *p)
{
	struct str json = p->job->payload;
	struct slack_place *to = &p->payload.to;
	json_t *root = json_read(json);
	enum err e = slack_place_read(root, p->arena, to);

	json_decref(root);
	return e == E_BADINPUT ? slack_address_read(p->job->address, to) : e;
}

static enum err
done(struct outcome *instead)
{
	return skip(instead, (struct outcome){.kind = OUTCOME_OK});
}

static enum err
plan_backfill(struct slack_plan *p, struct outcome *instead)
{
	struct str rest = p->job->state;

	if (slack_address_read(p->job->payload, &p->payload.to) != OK &&
	    read_place(p) != OK)
		return broken(instead);
	/* Nobody can list what only one user sees. */
	if (p->payload.to.hidden)
		return done(instead);
	word(&rest);
	if (!read_page(&rest, &p->page) || p->page.number == PAGES_MAX)
		return skip(instead,
		    slack_never("too_many_pages",
			"Too much was written there to find what was missed"));
	list_step(p, p->job->since);
	return p->oldest.p == NULL ? E_NOMEM : OK;
}

static enum err
read_file(struct slack_plan *p)
{
	struct str json = p->job->payload;
	json_t *root = json_read(json);
	json_int_t size = json_integer_value(json_object_get(root, "size"));

	p->file = json_text_copy(root, "id", p->arena);
	p->url = json_text_copy(root, "url", p->arena);
	p->size = size < 0 ? 0 : (uint64_t)size;
	json_decref(root);
	return p->file.p == NULL || p->url.p == NULL ? E_NOMEM : OK;
}

static enum err
plan_fetch(struct slack_plan *p, struct outcome *instead)
{
	struct str rest = p->job->state;
	enum err e = read_file(p);

	if (e != OK)
		return e;
	word(&rest); /* "url" */
	if (rest.n > 0)
		p->url = rest;
	if (!slack_id_ok(p->file))
		return broken(instead);
	p->step = p->url.n > 0 ? STEP_FILE : STEP_FILE_INFO;
	if (p->size > SLACK_FILE_MAX)
		return skip(instead,
		    slack_never("file_too_big", "The file is larger than what "
						"is fetched from Slack"));
	if (p->url.n > 0 && !slack_url_of_files(p->job->account->doc, p->url))
		return skip(instead,
		    slack_never("file_elsewhere",
			"The file is not kept by Slack, so it is not fetched"));
	return OK;
}

/* ---- typing and drafts -------------------------------------------------- */

static enum err
plan_typing(struct slack_plan *p, struct outcome *instead)
{
	p->step = STEP_STATUS;
	if (read_place(p) != OK || p->payload.to.hidden ||
	    p->payload.to.thread.n == 0)
		return done(instead);
	return OK;
}

/* As much of the text as is shown before it is whole. */
static struct str
shown(struct str text)
{
	return utf8_prefix(text, SLACK_DRAFT_CHARACTERS);
}

/* Nothing to do; the draft stays as it is. */
static enum err
leave(const struct slack_plan *p, struct outcome *instead)
{
	struct outcome o = {.kind = OUTCOME_OK, .state = p->job->live};

	return skip(instead, o);
}

static enum err
first_draft(struct slack_plan *p, struct outcome *instead)
{
	if (read_place(p) != OK || p->payload.to.hidden || p->text.n == 0)
		return leave(p, instead);
	p->step = p->payload.to.thread.n > 0 ? STEP_START : STEP_DRAFT_POST;
	p->text = utf8_prefix(p->text, SLACK_PIECE_CHARACTERS);
	p->live = (struct slack_live){.channel = p->payload.to.channel,
	    .thread = p->payload.to.thread,
	    .at = p->job->now};
	return OK;
}

static enum err
more_stream(struct slack_plan *p, struct outcome *instead)
{
	struct str rest;

	p->step = STEP_CLOSE;
	if (p->job->now - p->live.at >= SLACK_LIVE_MS ||
	    !slack_live_begins(&p->live, p->text))
		return OK;
	rest = (struct str){p->text.p + p->live.sent, p->text.n - p->live.sent};
	p->step = STEP_APPEND;
	p->text = utf8_prefix(rest, SLACK_PIECE_CHARACTERS);
	return p->text.n == 0 ? leave(p, instead) : OK;
}

/* Shorter, until it fits although much of it must be escaped. */
static struct str
fitting(struct str text)
{
	struct buf b = {0};
	size_t n = utf8_count(text);

	slack_mrkdwn(text, &b);
	while (n > 1 && (b.failed || text_length(buf_view(&b), SLACK_UNIT) >
					 SLACK_UPDATE_MAX)) {
		n /= 2;
		text = utf8_prefix(text, n);
		buf_clear(&b);
		slack_mrkdwn(text, &b);
	}
	buf_free(&b);
	return text;
}

static enum err
more_edit(struct slack_plan *p, struct outcome *instead)
{
	p->step = STEP_DRAFT_UPDATE;
	p->text = fitting(utf8_prefix(p->text, SLACK_PIECE_CHARACTERS));
	if (p->job->now - p->live.at >= SLACK_LIVE_MS || p->text.n == 0 ||
	    (p->text.n == p->live.sent && slack_live_begins(&p->live, p->text)))
		return leave(p, instead);
	return OK;
}

static enum err (*const drafts[LIVE_MODES])(
    struct slack_plan *p, struct outcome *instead) = {
    [LIVE_NONE] = first_draft,
    [LIVE_STREAM] = more_stream,
    [LIVE_EDIT] = more_edit,
};

static enum err
plan_draft(struct slack_plan *p, struct outcome *instead)
{
	struct str live = p->job->live.n > 0 ? p->job->live : p->job->state;

	p->live = slack_live_read(live, p->arena);
	p->payload.to.channel = p->live.channel;
	p->ts = p->live.ts;
	p->text = shown(p->job->text);
	if (drafts[p->live.mode] == NULL)
		return leave(p, instead);
	return drafts[p->live.mode](p, instead);
}

/* ---- all ---------------------------------------------------------------- */

static enum err
plan_check(struct slack_plan *p, struct outcome *instead)
{
	(void)instead;
	p->step = STEP_CHECK;
	return OK;
}

static enum err (*const plans[JOBS])(
    struct slack_plan *p, struct outcome *instead) = {
    [JOB_SEND] = plan_send,
    [JOB_LOOKUP] = plan_lookup,
    [JOB_FETCH] = plan_fetch,
    [JOB_BACKFILL] = plan_backfill,
    [JOB_TYPING] = plan_typing,
    [JOB_DRAFT] = plan_draft,
    [JOB_CHECK] = plan_check,
};

enum err
slack_plan(const struct job *job, struct arena *a, struct slack_plan *out,
    struct outcome *instead)
{
	*out = (struct slack_plan){.job = job, .arena = a};
	return plans[job->kind](out, instead);
}
