/*
 * turn_mail: what a turn says by mail: to the support desk, when that holds
 * the conversation; and to a customer of the website who has not read what a
 * person answered. The rows go into the commit that decides it.
 */
#include "channels/email/address.h"
#include "workers/turn_mail_inner.h"

#include <stdlib.h>

#define UNWRITABLE \
	"Correct `support.to` and `support.account` in the company's " \
	"document."

/* The account that writes to the support desk. NULL: there is none. */
static const struct company_account *
writing_account(const struct company *c)
{
	const struct company_account *a;
	size_t i;

	for (i = 0; i < c->account_count; i++) {
		a = &c->accounts[i];
		if (a->smtp.n > 0 && (c->support_account.n == 0 ||
					 str_eq(a->name, c->support_account)))
			return a;
	}
	return NULL;
}

/* Since the desk has it, has it had a mail? */
static bool
is_new_to_desk(const struct turn *t)
{
	return t->decision.asked_from < t->c.holder_seq;
}

static enum err
gather(struct turn *t, struct letter_of *l)
{
	enum err e;

	l->t = t;
	l->account = writing_account(t->company);
	l->to_customer = t->decision.kind == DECIDE_UNREAD;
	l->whole = !l->to_customer && is_new_to_desk(t);
	l->after = l->whole ? 0 : t->decision.asked_from;
	e = store_read_row(t->worker->reader, t->c.company, t->conversation,
	    &t->arena, &l->row);
	if (l->to_customer && l->row.seen.customer > l->after)
		l->after = l->row.seen.customer;
	if (e == OK)
		e = letter_gather(l);
	if (e == OK)
		e = letter_about(l);
	return e == OK ? letter_show(l) : e;
}

/* ---- rows ------------------------------------------------------------------- */

static enum err
add_row(
    struct turn *t, const struct company_account *from, const struct payload *p)
{
	struct outbox_row *rows = arena_alloc(
	    &t->arena, (t->rows.count + 1) * sizeof(*rows));

	if (rows == NULL)
		return E_NOMEM;
	if (t->rows.count > 0)
		memcpy(rows, t->rows.rows, t->rows.count * sizeof(*rows));
	rows[t->rows.count] = (struct outbox_row){.kind = OUTBOX_SEND,
	    .channel = from->channel,
	    .account = from->name,
	    .recipient = p->recipient,
	    .payload = p->text};
	t->rows.rows = rows;
	t->rows.count++;
	return OK;
}

static struct str
console_link(struct turn *t)
{
	const char *url = t->worker->conf.public_url;

	if (url == NULL || *url == '\0')
		return (struct str){0};
	return arena_printf(
	    &t->arena, "%s/console#/%lld", url, (long long)t->conversation);
}

static void
complain_of_mail(struct turn *t, const char *why)
{
	log_note(
	    t->worker->conf.log, LOG_WARN, "turn.mail", "why", str_from(why));
}

/* Some of the desk get no mail: people must read that in the conversation. */
static enum err
tell_of_wrong(struct turn *t, const struct letter_of *l, struct str wrong)
{
	struct buf b = {0}, why = {0};

	buf_addf(&why,
	    "These cannot be written to; correct support.to in the company's "
	    "document: %.*s",
	    STR_FMT(wrong));
	buf_str(&b, "{\"state\":\"failed\",\"channel\":");
	buf_json(&b, l->account->channel);
	buf_str(&b, ",\"reason\":");
	buf_json(&b, buf_view(&why));
	buf_char(&b, '}');
	if (!b.failed && !why.failed)
		t->unwritten = arena_copy(&t->arena, buf_view(&b));
	buf_free(&why);
	buf_free(&b);
	return t->unwritten.p == NULL ? E_NOMEM : OK;
}

/* Those of the desk whose addresses are any. */
static enum err
pick_people(struct turn *t, const struct letter_of *l, struct escalation *e)
{
	const struct company *c = t->company;
	struct company_desk *to = arena_alloc(
	    &t->arena, (c->desk_count + 1) * sizeof(*to));
	struct buf wrong = {0};
	enum err err = to == NULL ? E_NOMEM : OK;
	size_t i;

	e->to = to;
	for (i = 0; err == OK && i < c->desk_count; i++)
		if (address_valid(c->desk[i].address))
			to[e->to_count++] = c->desk[i];
		else
			buf_addf(&wrong, "%s%.*s", wrong.len == 0 ? "" : ", ",
			    STR_FMT(c->desk[i].address));
	if (wrong.failed)
		err = E_NOMEM;
	if (err == OK && wrong.len > 0)
		err = tell_of_wrong(t, l, buf_view(&wrong));
	buf_free(&wrong);
	return err;
}

static void
add_unwritten(struct turn *t, int64_t now)
{
	struct decision *d = &t->decision;

	if (t->unwritten.n > 0)
		d->events[d->event_count++] = (struct event){
		    .kind = EVENT_DELIVERY,
		    .author = AUTHOR_SYSTEM,
		    .ref = t->c.last_customer_seq,
		    .at = now,
		    .body = t->unwritten};
}

static enum err
desk_rows(struct turn *t, const struct letter_of *l)
{
	struct escalation e = {.company = t->company->name,
	    .conversation = (uint64_t)t->conversation,
	    .number = t->decision.asked_to,
	    .earlier = l->earlier,
	    .earlier_count = l->earlier_count,
	    .whole = l->whole,
	    .customer_name = l->name,
	    .customer_email = l->email,
	    .customer_phone = l->phone,
	    .channel = l->channel,
	    .handle = l->handle,
	    .team = l->team,
	    .topic = l->topic,
	    .why = l->why,
	    .summary = l->summary,
	    .summary_count = l->summary_count,
	    .tried = l->tried,
	    .tried_count = l->tried_count,
	    .notes = l->notes,
	    .note_count = l->note_count,
	    .numbers = l->numbers,
	    .transcript = l->shown,
	    .transcript_count = l->shown_count,
	    .files = l->attached,
	    .file_count = l->attached_count,
	    .link = console_link(t),
	    .zone = &l->zone,
	    .zone_name = l->zone_name,
	    .now = clock_wall(t->worker->conf.clock)};
	struct faults faults = {0};
	struct payloads out = {.count = 0};
	enum err err = pick_people(t, l, &e);
	unsigned i;

	if (err == OK && e.to_count > 0)
		err = escalation_write(&e, &t->arena, &out, &faults);
	faults_free(&faults);
	for (i = 0; err == OK && i < out.count; i++)
		err = add_row(t, l->account, &out.list[i]);
	return err;
}

/* Without a row nobody of the desk can be written to. */
static enum err
write_to_desk(struct turn *t, struct letter_of *l, int64_t now)
{
	enum err e = OK;

	if (l->account == NULL)
		complain_of_mail(t, "no account can write to the desk");
	else
		e = desk_rows(t, l);
	if (e == OK && t->rows.count > 0)
		e = decide_mailed(&t->c, &t->question, &t->company->policy, now,
		    &t->decision);
	if (e == OK && t->rows.count > 0)
		add_unwritten(t, now);
	if (e == OK && l->row.contact.email.n == 0)
		t->found_email = l->email;
	return e;
}

void
turn_mail_desk(struct turn *t)
{
	struct letter_of *l = calloc(1, sizeof(*l));
	int64_t now = clock_wall(t->worker->conf.clock);
	enum err e = l == NULL ? E_NOMEM : OK;
	bool early;

	t->decision = t->question;
	if (e == OK)
		e = gather(t, l);
	/* Files that are on their way go with it: whoever brings them, or the
	 * sweeper, comes back to it. */
	early = e == OK && l->waits_until > now;
	if (e == OK && !early)
		e = write_to_desk(t, l, now);
	free(l);
	if (early)
		turn_end(t);
	else if (e != OK)
		turn_fail(t, "mail", e);
	else if (t->rows.count > 0)
		turn_submit(t);
	else
		turn_leave_unreached(t, STR(UNWRITABLE));
}

/* ---- to the customer --------------------------------------------------------- */

/* Files that are no part of the mail stand in its text. */
static void
add_links(const struct escalation_line *line, struct buf *text)
{
	size_t i;

	for (i = 0; i < line->file_count; i++)
		if (line->files[i].url.n > 0)
			buf_addf(text, "\n\n[%.*s](%.*s)",
			    STR_FMT(line->files[i].name),
			    STR_FMT(line->files[i].url));
}

static enum err
customer_rows(struct turn *t, const struct letter_of *l)
{
	struct answer_mail m = {.company = t->company->name,
	    .texts = &t->company->texts,
	    .conversation = (uint64_t)t->conversation,
	    .number = t->decision.asked_to,
	    .earlier = l->earlier,
	    .earlier_count = l->earlier_count,
	    .to = {.address = l->email, .name = l->row.contact.name},
	    .question = l->said,
	    .files = l->attached,
	    .file_count = l->attached_count,
	    .now = clock_wall(t->worker->conf.clock)};
	struct faults faults = {0};
	struct payload out;
	struct buf text = {0};
	size_t i;
	enum err e;

	for (i = 0; i < l->shown_count; i++) {
		buf_str(&text, i == 0 ? "" : "\n\n");
		buf_add(&text, l->shown[i].text.p, l->shown[i].text.n);
		add_links(&l->shown[i], &text);
		m.by = l->shown[i].who;
	}
	if (text.len == 0)
		buf_add(&text, t->company->texts.mail_file.p,
		    t->company->texts.mail_file.n);
	m.text = buf_view(&text);
	e = text.failed ? E_NOMEM
			: answer_mail_write(&m, &t->arena, &out, &faults);
	faults_free(&faults);
	buf_free(&text);
	return e == OK ? add_row(t, l->account, &out) : e;
}

/* Have they seen it, were they written all of it, or can they not be written
 * to? Then it is no more. */
static bool
need_not(struct turn *t, const struct letter_of *l)
{
	return t->vendor != NULL || l->account == NULL || l->email.n == 0 ||
	       l->row.seen.customer >= t->decision.asked_to ||
	       l->shown_count == 0;
}

void
turn_mail_customer(struct turn *t)
{
	struct letter_of *l = calloc(1, sizeof(*l));
	enum err e = l == NULL ? E_NOMEM : OK;

	if (e == OK)
		e = gather(t, l);
	if (e == OK && need_not(t, l))
		t->decision.event_count = 0;
	else if (e == OK)
		e = customer_rows(t, l);
	free(l);
	if (e == E_BADINPUT) {
		complain_of_mail(t, "the customer's address is none");
		t->decision.event_count = 0;
		e = OK;
	}
	if (e == OK)
		turn_submit(t);
	else
		turn_fail(t, "mail", e);
}
