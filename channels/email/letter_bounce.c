/*
 * letter_bounce: is it a report on a mail of ours? Anybody can write a report:
 * it counts only where it came to a bounce token, or gives back a message id
 * that we issued to the recipient it names.
 */
#include "channels/email/letter_in_inner.h"

/* Reports from before there was a form for them. */
static bool
is_old_report(struct judging *j)
{
	struct str text = STR("");

	if (judge_field(j, "X-Failed-Recipients").n > 0)
		return true;
	if (j->out->mime.root->child == NULL)
		text = j->out->mime.root->body;
	return lex_begins(
	    lex_trim(lex_upto(text, 100)), STR("Hi. This is the "));
}

/* The first that was given up; else the first. */
static void
choose_recipient(struct letter_bounce *b, const struct report *r)
{
	size_t i;

	if (r->count > 0)
		b->recipient = r->list[0];
	for (i = 0; i < r->count && !b->failed; i++) {
		if (r->list[i].action != REPORT_FAILED)
			continue;
		b->recipient = r->list[i];
		b->failed = true;
	}
}

/* An id that was made for the recipient it is about. */
static bool
is_our_id(struct judging *j, const struct report *r, struct stamp *out)
{
	out->address = j->out->bounce.recipient.address;
	return r->id.n > 0 &&
	       stamp_read_id(&j->ask->account->keys, r->id, out) == OK;
}

static void
fill(struct judging *j, const struct report *r)
{
	struct letter_bounce *b = &j->out->bounce;
	struct stamp id;

	choose_recipient(b, r);
	if (is_our_id(j, r, &id)) {
		b->id = r->id;
		if (id.role == STAMP_THREAD) /* whose number is the row */
			b->row = id.number;
	}
	if (j->claims.bounce.role != STAMP_ROLES)
		b->row = j->claims.bounce.id;
	b->reason = report_reason(b->recipient.status);
}

bool
bounce_read(struct judging *j, enum err *e)
{
	struct letter_bounce *b = &j->out->bounce;
	struct report r;
	bool token = j->claims.bounce.role != STAMP_ROLES;

	*b = (struct letter_bounce){.id = STR("")};
	b->recipient.address = b->recipient.status = b->recipient.said = STR(
	    "");
	*e = report_read(&j->out->mime, &r);
	if (*e == OK) {
		fill(j, &r);
		return token || b->id.n > 0;
	}
	if (*e != E_NOTFOUND)
		return false;
	*e = OK;
	if (!token || !is_old_report(j))
		return false;
	fill(j, &r);
	b->failed = true;
	return true;
}
