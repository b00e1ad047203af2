/*
 * slack_list: what is found in lists: a message of ours that may have gone
 * out, messages of customers that we missed, a file's address, whose token it
 * is.
 */
#include "channels/slack/slack_inner.h"

/* ---- pages -------------------------------------------------------------- */

static struct str
next_cursor(const json_t *root)
{
	return json_text(
	    json_object_get(root, "response_metadata"), "next_cursor");
}

static bool
has_more(const json_t *root)
{
	return next_cursor(root).n > 0 ||
	       json_is_true(json_object_get(root, "has_more"));
}

static void
next_page(const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct str cursor = next_cursor(root);

	o->kind = OUTCOME_NEXT;
	o->state = arena_printf(
	    p->arena, "list %u %.*s", p->page.number + 1, STR_FMT(cursor));
	/* More is there and no way to it: the answer is not complete. */
	if (cursor.n == 0 || o->state.p == NULL)
		*o = (struct outcome){.kind = OUTCOME_LATER, .anew = true};
}

/* ---- is it there? ------------------------------------------------------- */

static bool
is_row(const json_t *value, uint64_t row)
{
	uint64_t n = 0;

	if (json_is_integer(value))
		return (uint64_t)json_integer_value(value) == row;
	return str_to_u64(json_text_of(value), UINT64_MAX, &n) && n == row;
}

/* Another app could write the same into its own message. */
static bool
is_our_bots(const struct slack_plan *p, const json_t *m)
{
	struct str bot = p->job->account->doc->sender;
	struct str user = json_text(m, "user");

	if (bot.n > 0 && user.n > 0)
		return str_eq(bot, user);
	return json_text(m, "bot_id").n > 0;
}

static bool
is_wanted(const struct slack_plan *p, const json_t *m)
{
	const json_t *metadata = json_object_get(m, "metadata");
	const json_t *row = json_object_get(
	    json_object_get(metadata, "event_payload"), "row");

	return str_eq(json_text(metadata, "event_type"), STR(SLACK_METADATA)) &&
	       is_row(row, p->job->row) && is_our_bots(p, m);
}

static void
look(const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(root, "messages"), i, m)
	{
		if (!is_wanted(p, m))
			continue;
		o->kind = OUTCOME_OK;
		o->vendor_id = arena_printf(p->arena, "%.*s:%.*s",
		    STR_FMT(p->payload.to.channel),
		    STR_FMT(json_text(m, "ts")));
		return;
	}
	if (has_more(root))
		next_page(p, root, o);
	else
		o->kind = OUTCOME_ABSENT;
}

/* ---- what came in ------------------------------------------------------- */

static void
gather_change(const struct slack_in *in, const struct slack_post *post,
    struct envelope *e)
{
	if (json_object_get(post->message, "edited") == NULL)
		return;
	if (slack_edited(in, post, STR(""), e) == OK)
		in->out->envelope_count++;
}

/*
 * A message, and that it was changed since: where it is stored already as it
 * was before, the second is news.
 */
static void
gather_one(const struct slack_in *in, const struct slack_post *post)
{
	struct envelope *e = &in->out->envelopes[in->out->envelope_count];
	const char *ignored = NULL;

	if (slack_message(in, post, e, &ignored) != OK || ignored != NULL)
		return;
	in->out->envelope_count++;
	gather_change(in, post, e + 1);
}

/* More than Slack sends in one page. */
#define MESSAGES_MAX 1000u

/* The oldest first; histories begin with the newest. */
static void
gather(const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	const json_t *list = json_object_get(root, "messages");
	size_t n = json_array_size(list), i, at;
	const char *why = NULL;
	struct slack_in in = {.doc = p->job->account->doc,
	    .arena = p->arena,
	    .bot = p->job->account->doc->sender,
	    .now = p->job->now,
	    .out = &o->arrival,
	    .why = &why};

	n = n > MESSAGES_MAX ? MESSAGES_MAX : n;
	o->arrival.envelopes = arena_alloc(
	    p->arena, (2 * n + 1) * sizeof(struct envelope));
	if (o->arrival.envelopes == NULL) {
		*o = (struct outcome){.kind = OUTCOME_LATER};
		return;
	}
	for (i = 0; i < n; i++) {
		struct slack_post post = {NULL, p->payload.to.channel, false};

		at = p->step == STEP_HISTORY ? n - 1 - i : i;
		post.message = json_array_get(list, at);
		gather_one(&in, &post);
	}
	in.out->ignored = in.out->header = NULL;
}

static void
backfill(const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct arrival found;

	gather(p, root, o);
	if (o->kind == OUTCOME_LATER)
		return;
	o->kind = OUTCOME_OK;
	found = o->arrival;
	if (has_more(root))
		next_page(p, root, o);
	if (o->kind != OUTCOME_LATER)
		o->arrival = found;
}

void
slack_done_list(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	if (!json_is_array(json_object_get(root, "messages")))
		o->kind = OUTCOME_LATER;
	else if (p->job->kind == JOB_LOOKUP)
		look(p, root, o);
	else
		backfill(p, root, o);
}

/* ---- a file, an account ------------------------------------------------- */

void
slack_done_file(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	const json_t *f = json_object_get(root, "file");
	struct str url = json_text(f, "url_private_download");

	if (url.n == 0)
		url = json_text(f, "url_private");
	if (url.n == 0) {
		*o = slack_never("file_gone", "Slack does not say where the "
					      "file is; it may be deleted");
		return;
	}
	o->kind = OUTCOME_NEXT;
	o->state = arena_printf(p->arena, "url %.*s", STR_FMT(url));
	if (o->state.p == NULL)
		o->kind = OUTCOME_LATER;
}

static void
block(const char *code, struct str reason, struct outcome *o)
{
	*o = slack_never(code, "The token is of another workspace or bot");
	o->kind = OUTCOME_BLOCKED;
	if (reason.p != NULL)
		o->reason = reason;
}

void
slack_done_check(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	const struct company_account *doc = p->job->account->doc;
	struct str team = json_text(root, "team_id");
	struct str org = json_text(root, "enterprise_id");
	struct str user = json_text(root, "user_id");

	o->kind = OUTCOME_OK;
	if (team.n > 0 && !str_eq(team, doc->id) && !str_eq(org, doc->id))
		block("other_team",
		    arena_printf(p->arena,
			"The token is of workspace %.*s, the account says "
			"%.*s",
			STR_FMT(team), STR_FMT(doc->id)),
		    o);
	else if (doc->sender.n > 0 && user.n > 0 && !str_eq(user, doc->sender))
		block("other_bot",
		    arena_printf(p->arena,
			"The token is of bot %.*s, the account says %.*s",
			STR_FMT(user), STR_FMT(doc->sender)),
		    o);
}
