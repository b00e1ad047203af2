/*
 * turn_mail: what a turn says by mail: to the support desk, when that holds
 * the conversation; and to a customer of the website who has not read what a
 * person answered. The rows go into the commit that decides it.
 */
#include "channels/email/escalation.h"
#include "workers/internal.h"

#include <jansson.h>
#include <stdlib.h>

#define EVENTS_PAGE 64u
#define EVENTS_BACK 400u /* of a long conversation the newest count */
#define EARLIER_MAX 64u
#define PACK_LINES 16u

/* What is gathered for one mail. */
struct letter_of {
	struct turn *t;
	const struct company_account *account; /* that writes */
	bool to_customer;		       /* else to the support desk */
	uint64_t after; /* of what was said, what is in it */
	struct list_row row;
	struct escalation_line lines[ESCALATION_LINES_MAX];
	size_t line_count;
	uint64_t earlier[EARLIER_MAX]; /* numbers of such mails before it */
	size_t earlier_count;
	uint64_t answered; /* newest message of a person so far */
	struct str pack;   /* body of the newest hand-over pack */
	struct str said;   /* newest text of the customer */
	struct str summary[PACK_LINES], tried[PACK_LINES];
	size_t summary_count, tried_count;
	struct str phone, email, why;
};

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

/* ---- gathering ------------------------------------------------------------- */

static struct str
member_of(const json_t *object, const char *name, struct arena *a)
{
	const json_t *s = json_object_get(object, name);

	if (json_string_length(s) == 0)
		return (struct str){0};
	return arena_copy(
	    a, (struct str){json_string_value(s), json_string_length(s)});
}

static struct str
who_of(const struct letter_of *l, const struct event *e, const json_t *body)
{
	struct str name = member_of(body, "name", &l->t->arena);

	if (e->author == AUTHOR_CUSTOMER)
		return l->row.contact.name.n > 0 ? l->row.contact.name
						 : STR("Customer");
	if (e->author == AUTHOR_AGENT)
		return name.n > 0 ? name : STR("Team");
	return STR("Assistant");
}

static void
add_line(struct letter_of *l, const struct escalation_line *line)
{
	if (l->line_count == ESCALATION_LINES_MAX)
		memmove(l->lines, l->lines + 1,
		    --l->line_count * sizeof(*l->lines));
	l->lines[l->line_count++] = *line;
}

static void
take_message(struct letter_of *l, const struct event *e)
{
	json_t *body = json_loadb(
	    e->body.p, e->body.n, JSON_REJECT_DUPLICATES, NULL);
	struct escalation_line line = {.at = e->at,
	    .who = who_of(l, e, body),
	    .text = member_of(body, "text", &l->t->arena),
	    .customer = e->author == AUTHOR_CUSTOMER};

	json_decref(body);
	if (line.text.n == 0)
		return;
	if (line.customer)
		l->said = line.text;
	if (e->author == AUTHOR_AGENT)
		l->answered = e->seq;
	if (e->seq > l->after)
		add_line(l, &line);
}

static void
take_earlier(struct letter_of *l, uint64_t number)
{
	if (l->earlier_count < EARLIER_MAX)
		l->earlier[l->earlier_count++] = number;
}

/* The timer's event stands for a mail that went to the customer. */
static void
take_event(struct letter_of *l, const struct event *e)
{
	if (e->kind == EVENT_MESSAGE && e->author != AUTHOR_SYSTEM)
		take_message(l, e);
	else if (e->kind == EVENT_PACK)
		l->pack = e->body;
	else if (e->kind == EVENT_MAILED && !l->to_customer)
		take_earlier(l, e->ref);
	else if (e->kind == EVENT_TIMER && e->ref == TIMER_UNREAD &&
		 l->to_customer)
		take_earlier(l, l->answered);
}

/* Of the stretch since it was resolved last, as far back as counts. */
static enum err
gather_events(struct letter_of *l)
{
	struct turn *t = l->t;
	uint64_t after = t->c.resolved_seq;
	struct event events[EVENTS_PAGE];
	enum err e = OK;
	size_t n = 1, i;

	if (t->c.seq > EVENTS_BACK && after < t->c.seq - EVENTS_BACK)
		after = t->c.seq - EVENTS_BACK;
	while (e == OK && n > 0 && after < t->c.seq) {
		n = ARRAY_LEN(events);
		e = store_read_events(t->worker->reader, t->conversation, after,
		    &t->arena, events, &n);
		for (i = 0; e == OK && i < n; i++) {
			after = events[i].seq;
			take_event(l, &events[i]);
		}
	}
	return e;
}

static size_t
strings_of(const json_t *list, struct arena *a, struct str *out)
{
	size_t n = json_array_size(list), i, count = 0;

	for (i = 0; i < n && count < PACK_LINES; i++) {
		const json_t *s = json_array_get(list, i);

		if (json_string_length(s) > 0)
			out[count++] = arena_copy(
			    a, (struct str){json_string_value(s),
				   json_string_length(s)});
	}
	return count;
}

/* "question: unknown" */
static size_t
tries_of(const json_t *list, struct arena *a, struct str *out)
{
	size_t n = json_array_size(list), i, count = 0;

	for (i = 0; i < n && count < PACK_LINES; i++) {
		const json_t *one = json_array_get(list, i);
		const char *question = json_string_value(
		    json_object_get(one, "question"));
		const char *answer = json_string_value(
		    json_object_get(one, "answer"));

		if (question != NULL && answer != NULL)
			out[count++] = arena_printf(
			    a, "%s: %s", question, answer);
	}
	return count;
}

/* In words. */
static struct str
why_of(struct str why)
{
	static const struct {
		const char *why, *words;
	} table[] = {
	    {"asked", "The customer asked for a person."},
	    {"seller", "The customer asked for a certain person."},
	    {"rule", "A rule of yours hands such questions over."},
	    {"mood", "The customer is upset."},
	    {"unsure", "The assistant was not sure of its answer."},
	    {"unknown", "The assistant did not know the answer."},
	    {"failed", "The assistant was out of order."},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq(why, str_from(table[i].why)))
			return str_from(table[i].words);
	return STR("No seller could take the conversation.");
}

static void
read_pack(struct letter_of *l)
{
	struct arena *a = &l->t->arena;
	json_t *pack = json_loadb(l->pack.p == NULL ? "" : l->pack.p, l->pack.n,
	    JSON_REJECT_DUPLICATES, NULL);
	const json_t *contact = json_object_get(pack, "contact");

	l->summary_count = strings_of(
	    json_object_get(pack, "summary"), a, l->summary);
	l->tried_count = tries_of(json_object_get(pack, "tried"), a, l->tried);
	l->why = member_of(pack, "why", a);
	l->phone = member_of(contact, "phone", a);
	l->email = member_of(contact, "email", a);
	json_decref(pack);
}

/* Where customers are reached by telephone, their address is the number. */
static bool
is_phone(struct str address)
{
	size_t i = 1;

	while (i < address.n && address.p[i] >= '0' && address.p[i] <= '9')
		i++;
	return address.n > 1 && address.p[0] == '+' && i == address.n;
}

static enum err
gather(struct turn *t, struct letter_of *l)
{
	struct str address;
	enum err e;

	*l = (struct letter_of){.t = t,
	    .account = writing_account(t->company),
	    .to_customer = t->decision.kind == DECIDE_UNREAD,
	    .after = t->decision.asked_from};
	e = store_read_row(t->worker->reader, t->c.company, t->conversation,
	    &t->arena, &l->row);
	if (l->to_customer && l->row.seen.customer > l->after)
		l->after = l->row.seen.customer;
	if (e == OK)
		e = gather_events(l);
	if (e == OK)
		read_pack(l);
	if (l->row.contact.email.n > 0)
		l->email = l->row.contact.email;
	address = l->row.reach.address;
	if (e == OK && l->phone.n == 0 && is_phone(address))
		l->phone = address;
	return e;
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
console_link(const struct turn *t)
{
	const char *url = t->worker->conf.public_url;

	if (url == NULL || *url == '\0')
		return (struct str){0};
	return arena_printf((struct arena *)&t->arena, "%s/console#/%lld", url,
	    (long long)t->conversation);
}

static const char *
channel_title(const struct letter_of *l)
{
	const struct channel *c = channel_find(l->row.reach.channel);

	return c == NULL ? "" : c->title;
}

static void
complain_of_mail(struct turn *t, const char *why)
{
	log_note(
	    t->worker->conf.log, LOG_WARN, "turn.mail", "why", str_from(why));
}

static enum err
desk_rows(struct turn *t, const struct letter_of *l)
{
	const struct escalation e = {.company = t->company->name,
	    .conversation = (uint64_t)t->conversation,
	    .number = t->decision.asked_to,
	    .earlier = l->earlier,
	    .earlier_count = l->earlier_count,
	    .to = t->company->desk,
	    .to_count = t->company->desk_count,
	    .customer_name = l->row.contact.name,
	    .customer_email = l->email,
	    .customer_phone = l->phone,
	    .channel = str_from(channel_title(l)),
	    .why = why_of(l->why),
	    .summary = l->summary,
	    .summary_count = l->summary_count,
	    .tried = l->tried,
	    .tried_count = l->tried_count,
	    .transcript = l->lines,
	    .transcript_count = l->line_count,
	    .link = console_link(t),
	    .zone = STR("UTC"),
	    .now = clock_wall(t->worker->conf.clock)};
	struct faults faults = {0};
	struct payloads out = {.count = 0};
	enum err err = escalation_write(&e, &t->arena, &out, &faults);
	unsigned i;

	if (err == E_BADINPUT)
		complain_of_mail(t, "the mail cannot be written");
	faults_free(&faults);
	for (i = 0; err == OK && i < out.count; i++)
		err = add_row(t, l->account, &out.list[i]);
	return err;
}

/*
 * Without an account that writes it stays with the support desk all the same:
 * people see it there.
 */
void
turn_mail_desk(struct turn *t)
{
	struct letter_of *l = calloc(1, sizeof(*l));
	int64_t now = clock_wall(t->worker->conf.clock);
	enum err e = l == NULL ? E_NOMEM : OK;

	t->decision = t->question;
	if (e == OK)
		e = gather(t, l);
	if (e == OK && l->account == NULL)
		complain_of_mail(t, "no account can write to the desk");
	else if (e == OK)
		e = desk_rows(t, l);
	if (e == OK || e == E_BADINPUT)
		e = decide_mailed(&t->c, &t->question, &t->company->policy,
		    now, &t->decision);
	if (e == OK && l->row.contact.email.n == 0)
		t->found_email = l->email;
	free(l);
	if (e == OK)
		turn_submit(t);
	else
		turn_fail(t, "mail", e);
}

/* ---- to the customer --------------------------------------------------------- */

static enum err
customer_rows(struct turn *t, const struct letter_of *l)
{
	const struct escalation_line *line = NULL;
	struct answer_mail m = {.company = t->company->name,
	    .conversation = (uint64_t)t->conversation,
	    .number = t->decision.asked_to,
	    .earlier = l->earlier,
	    .earlier_count = l->earlier_count,
	    .to = {.address = l->email, .name = l->row.contact.name},
	    .question = l->said,
	    .now = clock_wall(t->worker->conf.clock)};
	struct faults faults = {0};
	struct payload out;
	struct buf text = {0};
	size_t i;
	enum err e;

	for (i = 0; i < l->line_count; i++) {
		if (l->lines[i].customer)
			continue;
		line = &l->lines[i];
		if (text.len > 0)
			buf_str(&text, "\n\n");
		buf_add(&text, line->text.p, line->text.n);
	}
	if (line == NULL)
		return OK;
	m.by = line->who;
	m.text = buf_view(&text);
	e = text.failed ? E_NOMEM
			: answer_mail_write(&m, &t->arena, &out, &faults);
	faults_free(&faults);
	buf_free(&text);
	return e == OK ? add_row(t, l->account, &out) : e;
}

/* Have they seen it, or can they not be written to? Then it is no more. */
static bool
need_not(struct turn *t, const struct letter_of *l)
{
	return t->vendor != NULL || l->account == NULL || l->email.n == 0 ||
	       l->row.seen.customer >= t->decision.asked_to;
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
