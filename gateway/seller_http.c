/*
 * seller_http: conversations over HTTP: what is read of them, and what is done
 * to them.
 */
#include "gateway/files.h"
#include "gateway/seller_http.h"
#include "gateway/seller_list.h"

#include <semaphore.h>
#include <stdlib.h>

#define CONVERSATIONS "/v1/staff/conversations/"

static const struct seller_span events_span = {100, 500};
static const struct seller_span found_span = {20, 100};

/* ---- answers ------------------------------------------------------------- */

void
seller_refuse(struct request *r, const struct seller_refusal *no)
{
	const struct frame_error busy = {
	    .code = FAULT_BUSY, .detail = STR("no memory; try again")};
	struct buf text = {0};

	seller_write_problem(&text, no);
	if (text.failed)
		request_fault(r, &busy);
	else
		request_reply(r, no->row->http_status,
		    "application/problem+json", buf_view(&text));
	buf_free(&text);
}

static void
refuse_error(struct request *r, enum err e)
{
	struct seller_refusal no = seller_store_refusal(e);

	seller_refuse(r, &no);
}

struct seller_ask
seller_ask_of(struct staff_work *w)
{
	return (struct seller_ask){.gateway = w->gateway,
	    .reader = w->reader,
	    .arena = request_arena(w->request),
	    .who = &w->who};
}

bool
seller_body(
    struct staff_work *w, const struct field *fields, struct seller_frame *out)
{
	struct frame_error error;
	struct arena *a = request_arena(w->request);

	if (seller_body_read(request_body(w->request), fields, a, out, &error))
		return true;
	request_fault(w->request, &error);
	return false;
}

/* Whose company; NULL: w was answered. */
static struct company *
company_of(struct staff_work *w)
{
	struct company *c = NULL;
	enum err e = company_cache_by_id(
	    w->gateway->companies, w->who.company, &c);

	if (e != OK)
		refuse_error(w->request, e);
	return c;
}

/* ---- lists --------------------------------------------------------------- */

static void
list_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	const struct seller_list words = {
	    q->view, q->team, q->label, q->before, q->limit};
	struct company *company = company_of(w);
	struct seller_ask ask = seller_ask_of(w);
	struct frame_error error = {0};
	struct seller_page page;
	struct list_ask list;
	struct buf text = {0};
	enum err e;

	if (company == NULL)
		return;
	if (!seller_list_ask(&words, company, &list, &error)) {
		request_fault(w->request, &error);
	} else if ((e = seller_page_read(
			&ask, &list, seller_list_limit(&words), &page)) != OK) {
		refuse_error(w->request, e);
	} else {
		buf_addf(&text, "{\"view\":\"%s\",", view_name(list.view));
		seller_page_write(&text, company, &page);
		buf_char(&text, '}');
		staff_answer(w->request, 200, &text);
	}
	company_unref(company);
}

void
seller_conversations(struct request *r)
{
	struct str rest;
	struct seller_request *q = seller_request_read(
	    r, "/v1/staff/conversations", &rest);

	if (q != NULL)
		staff_begin(r, MAY_ANSWER, list_run, q);
}

static void
counts_run(struct staff_work *w)
{
	uint64_t counts[VIEWS];
	struct buf text = {0};
	enum err e = store_count_views(
	    w->reader, w->who.company, w->who.agent, counts);

	if (e != OK) {
		refuse_error(w->request, e);
		return;
	}
	buf_char(&text, '{');
	seller_write_counts(&text, counts, VIEW_MINE);
	buf_char(&text, '}');
	staff_answer(w->request, 200, &text);
}

void
seller_counts(struct request *r)
{
	staff_begin(r, MAY_ANSWER, counts_run, NULL);
}

/* ---- search -------------------------------------------------------------- */

static void
write_found(struct buf *out, const struct seller_ask *ask,
    const struct company *company, const struct found *f)
{
	struct list_row row;

	buf_addf(out, "{\"conversation\":%lld,\"seq\":%llu,\"text\":",
	    (long long)f->conversation, (unsigned long long)f->seq);
	buf_json(out, f->text);
	if (store_read_row(ask->reader, ask->who->company, f->conversation,
		ask->arena, &row) == OK) {
		buf_str(out, ",\"row\":");
		seller_write_row(out, company, &row);
	}
	buf_char(out, '}');
}

static void
answer_found(
    struct staff_work *w, const struct found *found, size_t n, size_t limit)
{
	struct seller_ask ask = seller_ask_of(w);
	struct company *company = company_of(w);
	struct buf text = {0};
	size_t i;

	if (company == NULL)
		return;
	buf_str(&text, "{\"found\":[");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&text, ',');
		write_found(&text, &ask, company, &found[i]);
	}
	buf_char(&text, ']');
	if (n == limit)
		buf_addf(&text, ",\"next\":\"%llu\"",
		    (unsigned long long)found[n - 1].position);
	buf_char(&text, '}');
	company_unref(company);
	staff_answer(w->request, 200, &text);
}

static void
search_run(struct staff_work *w)
{
	static const struct frame_error bad = {.code = FAULT_BAD_REQUEST,
	    .detail = STR("q: write at most 16 words; before: what stood in "
			  "\"next\"")};
	const struct seller_request *q = w->arg;
	struct arena *a = request_arena(w->request);
	struct search_ask ask = {.company = w->who.company, .words = q->words};
	struct found *found;
	size_t limit, n;
	enum err e;

	if (!seller_limit(w, &found_span, &limit))
		return;
	n = limit;
	found = arena_alloc(a, n * sizeof(*found));
	e = found == NULL ? E_NOMEM : OK;
	if (e == OK && q->before.n > 0 &&
	    !str_to_u64(q->before, INT64_MAX, &ask.before))
		e = E_BADINPUT;
	if (e == OK)
		e = store_search(w->reader, &ask, a, found, &n);
	if (e == E_BADINPUT)
		request_fault(w->request, &bad);
	else if (e != OK)
		refuse_error(w->request, e);
	else
		answer_found(w, found, n, limit);
}

void
seller_search(struct request *r)
{
	struct str rest;
	struct seller_request *q = seller_request_read(
	    r, "/v1/staff/search", &rest);

	if (q != NULL)
		staff_begin(r, MAY_ANSWER, search_run, q);
}

/* ---- one conversation ---------------------------------------------------- */

static void
write_channel(struct buf *out, const struct reach *reach)
{
	const struct channel *c = channel_find(reach->channel);

	buf_str(out, ",\"channel\":{\"name\":");
	buf_json(out, reach->channel);
	if (c != NULL) {
		buf_str(out, ",\"title\":");
		buf_json(out, str_from(c->title));
		buf_addf(out, ",\"text\":%u", c->can.text_max);
	}
	if (c != NULL && c->can.window_hours > 0)
		buf_addf(out, ",\"window_until\":%lld,\"template\":%s",
		    (long long)(reach->customer_at +
				c->can.window_hours * 3600000ll),
		    c->can.templates ? "true" : "false");
	if (c != NULL && c->can.typing)
		buf_str(out, ",\"typing\":true");
	if (c != NULL && c->can.receipts)
		buf_str(out, ",\"receipts\":true");
	buf_char(out, '}');
}

static void
one_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct company *company = company_of(w);
	struct list_row row;
	struct buf text = {0};
	enum err e;

	if (company == NULL)
		return;
	e = store_read_row(w->reader, w->who.company, q->number,
	    request_arena(w->request), &row);
	if (e == OK) {
		buf_str(&text, "{\"row\":");
		seller_write_row(&text, company, &row);
		write_channel(&text, &row.reach);
		buf_char(&text, '}');
		staff_answer(w->request, 200, &text);
	} else {
		refuse_error(w->request, e);
	}
	company_unref(company);
}

static void
answer_events(struct staff_work *w, const struct event *events, size_t n)
{
	const struct seller_request *q = w->arg;
	struct buf text = {0};
	size_t i, at;

	buf_str(&text, "{\"events\":[");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&text, ',');
		at = text.len;
		event_write(&text, &events[i]);
		files_address(w->gateway, events[i].kind, &text, at);
	}
	buf_str(&text, "],\"seq\":");
	buf_u64(&text, n > 0 ? events[n - 1].seq : q->after);
	buf_char(&text, '}');
	staff_answer(w->request, 200, &text);
}

static void
events_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	struct event *events;
	struct conversation c;
	enum err e = E_NOMEM;
	size_t n;

	if (!seller_limit(w, &events_span, &n))
		return;
	if (!seller_conversation(&ask, q->number, &c, &no)) {
		seller_refuse(w->request, &no);
		return;
	}
	events = arena_alloc(ask.arena, n * sizeof(*events));
	if (events != NULL)
		e = store_read_events(
		    w->reader, c.id, q->after, ask.arena, events, &n);
	if (e != OK)
		refuse_error(w->request, e);
	else
		answer_events(w, events, n);
}

static const struct {
	const char *what;
	void (*run)(struct staff_work *w);
} gets[] = {
    {"", one_run},
    {"events", events_run},
    {"draft", seller_draft_run},
    {"outbox", seller_outbox_run},
};

void
seller_get(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, CONVERSATIONS, &what);
	size_t i = 0;

	if (q == NULL)
		return;
	while (i < ARRAY_LEN(gets) && !str_eq(what, str_from(gets[i].what)))
		i++;
	if (i == ARRAY_LEN(gets) || q->number == 0)
		seller_nothing(r);
	else
		staff_begin(r, MAY_ANSWER, gets[i].run, q);
}

void
seller_put(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, CONVERSATIONS, &what);

	if (q == NULL)
		return;
	if (str_eq(what, STR("draft")))
		staff_begin(r, MAY_ANSWER, seller_draft_put_run, q);
	else
		seller_nothing(r);
}

/* ---- what is done -------------------------------------------------------- */

/* On the store's thread. */
static void
wake(struct seller_op *o)
{
	sem_post(o->owner);
}

/* Its outcome is in o. */
static enum err
submit_and_wait(struct seller_op *o)
{
	sem_t done;
	enum err e;

	sem_init(&done, 0, 0);
	o->owner = &done;
	o->finish = wake;
	e = seller_op_submit(o);
	while (e == OK && sem_wait(&done) != 0)
		;
	sem_destroy(&done);
	return e;
}

static void
answer_op(struct staff_work *w, struct seller_op *o)
{
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no;
	struct seller_ack ack;
	struct buf text = {0};

	if (!seller_op_answer(o, &ask, &ack, &no)) {
		seller_refuse(w->request, &no);
		return;
	}
	seller_write_ack(&text, &ack, false);
	staff_answer(w->request, 200, &text);
}

/* o may be NULL: *no says why. */
static bool
do_op(struct staff_work *w, struct seller_op *o, struct seller_refusal *no)
{
	enum err e = o == NULL ? OK : submit_and_wait(o);

	if (e != OK)
		*no = seller_store_refusal(e);
	if (o != NULL && e == OK)
		return true;
	seller_refuse(w->request, no);
	return false;
}

static bool
may_speak(struct staff_work *w, bool message)
{
	struct frame_error error = {0};

	if (seller_may_speak(w->gateway, &w->who, message, &error))
		return true;
	request_fault(w->request, &error);
	return false;
}

static void
deed_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	struct seller_op *o = NULL;
	struct seller_frame f;

	if (!may_speak(w, q->deed->type != NULL) ||
	    !seller_body(w, q->deed->fields, &f))
		return;
	f.deed = q->deed;
	f.conversation = (uint64_t)q->number;
	o = seller_op_new(&ask, &f, &no);
	if (do_op(w, o, &no))
		answer_op(w, o);
	seller_op_free(o);
}

static void
seen_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	struct seller_op *o = NULL;
	struct seller_frame f;

	if (!may_speak(w, false) || !seller_body(w, seller_seen_fields, &f))
		return;
	f.conversation = (uint64_t)q->number;
	o = seller_op_seen(&ask, &f, &no);
	if (do_op(w, o, &no)) {
		if (o->op.err == OK)
			request_reply(w->request, 204, NULL, STR(""));
		else
			refuse_error(w->request, o->op.err);
	}
	seller_op_free(o);
}

static void
typing_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	struct conversation c;
	struct seller_frame f;

	if (!may_speak(w, false) || !seller_body(w, seller_typing_fields, &f))
		return;
	if (!seller_conversation(&ask, q->number, &c, &no)) {
		seller_refuse(w->request, &no);
		return;
	}
	seller_types(&ask, &c, f.on, 0);
	bus_flush(w->gateway->publisher);
	request_reply(w->request, 204, NULL, STR(""));
}

void
seller_post(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, CONVERSATIONS, &what);

	if (q == NULL)
		return;
	q->deed = seller_deed_find(what);
	if (q->number == 0)
		seller_nothing(r);
	else if (q->deed != NULL)
		staff_begin(r, q->deed->permission, deed_run, q);
	else if (str_eq(what, STR("seen")))
		staff_begin(r, MAY_ANSWER, seen_run, q);
	else if (str_eq(what, STR("typing")))
		staff_begin(r, MAY_ANSWER, typing_run, q);
	else
		seller_nothing(r);
}
