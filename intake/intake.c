/*
 * intake: an arrival becomes ops of the store, all in one piece of memory that
 * goes when the last of them is done. The submitter holds a share of its own
 * until it has submitted all, so `done` cannot come in between.
 */
#include "intake/intake.h"
#include "bus/publish.h"
#include "channels/web/frames.h"
#include "core/json.h"
#include "intake/said.h"

#include <assert.h>
#include <stdatomic.h>

struct part {
	struct store_op op;
	struct intake *whole;
};

struct intake {
	struct intake_conf conf;
	struct arena arena; /* all of this lives in it */
	struct str channel, account;
	int64_t company;
	const struct company *document; /* while it is submitted */
	_Atomic unsigned waiting;	/* parts under way, and the submitter */
	_Atomic int err;
	_Atomic unsigned fresh;
	void (*done)(void *arg, enum err e, unsigned fresh);
	void *arg;
	size_t count;
	struct part *parts;
};

/* ---- what is to be stored ---------------------------------------------- */

/* A string of the arrival, ours from here on. False: no memory. */
static bool
keep(struct intake *n, struct str *s)
{
	if (s->n == 0)
		*s = STR("");
	else
		*s = arena_copy(&n->arena, *s);
	return s->p != NULL;
}

static bool
keep_all(struct intake *n, struct str *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!keep(n, list[i]))
			return false;
	return true;
}

static struct store_address
address_of(const struct intake *n, struct str address)
{
	return (struct store_address){.company = n->company,
	    .channel = n->channel,
	    .account = n->account,
	    .address = address};
}

/* By the vendor's clock, but not in our future. */
static int64_t
time_of(const struct intake *n, int64_t at)
{
	int64_t now = clock_wall(n->conf.clock);

	return at > 0 && at < now ? at : now;
}

static enum err
set_open(struct intake *n, const struct envelope *v, struct store_op *op)
{
	op->verb = STORE_OPEN;
	op->open.address = address_of(n, v->address);
	op->open.at = time_of(n, v->at);
	return keep(n, &op->open.address.address) ? OK : E_NOMEM;
}

/* Of what was said, as its body has it. */
static struct str
email_of(struct intake *n, const struct company *c, const struct envelope *v)
{
	struct str text, email = {0};
	json_t *body;

	if (c == NULL || v->kind != EVENT_MESSAGE || v->body.n == 0 ||
	    memchr(v->body.p, '@', v->body.n) == NULL)
		return email;
	body = json_read(v->body);
	text = json_text(body, "text");
	if (text.n > 0)
		email = arena_copy(&n->arena, said_email(c, text));
	json_decref(body);
	return email;
}

static enum err
set_files(struct intake *n, const struct envelope *v, struct store_inbound *in)
{
	unsigned i;

	if (v->file_count == 0)
		return OK;
	in->outbox = arena_alloc(
	    &n->arena, v->file_count * sizeof(*in->outbox));
	if (in->outbox == NULL)
		return E_NOMEM;
	in->outbox_count = v->file_count;
	for (i = 0; i < v->file_count; i++) {
		in->outbox[i] = (struct outbox_row){.kind = OUTBOX_FETCH,
		    .channel = n->channel,
		    .account = n->account,
		    .payload = v->files[i].payload};
		if (!keep(n, &in->outbox[i].payload))
			return E_NOMEM;
	}
	return OK;
}

static enum err
set_inbound(struct intake *n, const struct envelope *v, struct store_op *op)
{
	struct store_inbound *in = &op->inbound;
	struct str *const strings[] = {&in->address.address, &in->alias,
	    &in->person, &in->name, &in->reply, &in->about, &in->event.source,
	    &in->event.body};

	assert(v->kind == EVENT_MESSAGE || v->kind == EVENT_EDITED ||
	       v->kind == EVENT_DELETED);
	op->verb = STORE_INBOUND;
	*in = (struct store_inbound){.address = address_of(n, v->address),
	    .alias = v->alias,
	    .person = v->person,
	    .name = v->name,
	    .reply = v->reply,
	    .email = email_of(n, n->document, v),
	    .about = v->about,
	    .known_only = v->known_only,
	    .event = {.kind = v->kind,
		.author = AUTHOR_CUSTOMER,
		.at = time_of(n, v->at),
		.source = v->source,
		.body = v->body}};
	if (!keep_all(n, strings, ARRAY_LEN(strings)))
		return E_NOMEM;
	return set_files(n, v, in);
}

static void
write_member(struct buf *out, const char *name, struct str s)
{
	if (s.n == 0)
		return;
	buf_addf(out, ",\"%s\":", name);
	buf_json(out, s);
}

/*
 * What the company's people see: that it did not arrive, or that it did after
 * all. The store appends it only where that is news.
 */
static enum err
set_news(struct intake *n, struct store_receipt *r)
{
	const char *state = r->rank == RECEIPT_FAILED ? "failed" : "sent";
	struct buf body = {0};

	buf_addf(&body, "{\"state\":\"%s\"", state);
	write_member(&body, "channel", n->channel);
	write_member(&body, "code", r->code);
	write_member(&body, "reason", r->reason);
	buf_char(&body, '}');
	r->event = (struct event){.kind = EVENT_DELIVERY,
	    .author = AUTHOR_SYSTEM,
	    .at = clock_wall(n->conf.clock)};
	r->event.body = buf_take(&body, &n->arena);
	return r->event.body.p == NULL ? E_NOMEM : OK;
}

static enum err
set_receipt(struct intake *n, const struct receipt *in, struct store_op *op)
{
	struct store_receipt *r = &op->receipt;
	struct str *const strings[] = {&r->vendor_id, &r->code, &r->reason};

	assert(in->rank < RECEIPTS);
	op->verb = STORE_RECEIPT;
	*r = (struct store_receipt){.account = address_of(n, STR("")),
	    .row = (int64_t)in->row,
	    .vendor_id = in->vendor_id,
	    .rank = (enum receipt_rank)in->rank,
	    .code = in->code,
	    .reason = in->reason};
	if (!keep_all(n, strings, ARRAY_LEN(strings)))
		return E_NOMEM;
	return set_news(n, r);
}

static enum err
set_parts(struct intake *n, const struct arrival *a)
{
	struct part *p = n->parts;
	enum err e = OK;
	size_t i;

	for (i = 0; i < a->envelope_count && e == OK; i++, p++)
		e = a->envelopes[i].kind == EVENT_OPENED
			? set_open(n, &a->envelopes[i], &p->op)
			: set_inbound(n, &a->envelopes[i], &p->op);
	for (i = 0; i < a->receipt_count && e == OK; i++, p++)
		e = set_receipt(n, &a->receipts[i], &p->op);
	return e;
}

static void
intake_free(struct intake *n)
{
	struct arena a = n->arena;

	arena_free(&a);
}

static enum err
intake_new(const struct intake_conf *conf, const struct intake_of *of,
    const struct arrival *a, struct intake **out)
{
	struct arena arena = {0};
	struct intake *n = arena_alloc(&arena, sizeof(*n));
	enum err e = E_NOMEM;

	if (n == NULL)
		return E_NOMEM;
	n->conf = *conf;
	n->arena = arena;
	n->company = of->company;
	n->channel = str_from(of->channel->name);
	n->account = of->account;
	n->document = of->document;
	n->count = a->envelope_count + a->receipt_count;
	n->parts = arena_alloc(&n->arena, n->count * sizeof(*n->parts));
	if (n->parts != NULL && keep(n, &n->account))
		e = set_parts(n, a);
	if (e == OK)
		*out = n;
	else
		intake_free(n);
	return e;
}

/* ---- what became of it ------------------------------------------------- */

static void
leave(struct intake *n)
{
	if (atomic_fetch_sub_explicit(&n->waiting, 1, memory_order_acq_rel) > 1)
		return;
	n->done(n->arg, (enum err)atomic_load(&n->err), atomic_load(&n->fresh));
	intake_free(n);
}

/* The first one counts. */
static void
fail(struct intake *n, enum err e)
{
	int none = OK;

	metric_add(n->conf.metrics, METRIC_MESSAGES_REFUSED, 1);
	(void)atomic_compare_exchange_strong(&n->err, &none, e);
}

static void
tell(const struct intake *n, const struct event *e,
    const struct conversation *state)
{
	publish_event(n->conf.publisher, state, e, 0);
	if (conversation_pending(state))
		bus_add_work(n->conf.publisher, state->id);
}

static void
on_open(struct intake *n, struct store_op *op)
{
	if (op->open.created)
		atomic_fetch_add(&n->fresh, 1);
}

static void
on_inbound(struct intake *n, struct store_op *op)
{
	struct store_inbound *in = &op->inbound;
	struct event e = in->event;

	if (in->duplicate) {
		metric_add(n->conf.metrics, METRIC_MESSAGES_DUPLICATE, 1);
		return;
	}
	atomic_fetch_add(&n->fresh, 1);
	metric_add(
	    n->conf.metrics, METRIC_MESSAGES_IN, e.kind == EVENT_MESSAGE);
	e.seq = in->seq;
	e.at = in->at;
	tell(n, &e, &in->state);
}

static void
on_receipt(struct intake *n, struct store_op *op)
{
	const struct store_receipt *r = &op->receipt;

	metric_add(n->conf.metrics, METRIC_RECEIPTS, 1);
	if (r->event.seq > 0)
		tell(n, &r->event, &r->state);
}

static void (*const on_stored[STORE_VERBS])(
    struct intake *, struct store_op *) = {
    [STORE_OPEN] = on_open,
    [STORE_INBOUND] = on_inbound,
    [STORE_RECEIPT] = on_receipt,
};

/* So long a message may come after its edit; vendors give up sooner. */
#define YOUNG_MS ((int64_t)10 * 60 * 1000)

/* An edit or deletion whose message has not come yet, but may. */
static bool
is_early(const struct intake *n, const struct store_op *op)
{
	const struct store_inbound *in = &op->inbound;

	return op->err == E_NOTFOUND && op->verb == STORE_INBOUND &&
	       in->about.n > 0 && (!in->known_only || in->state.id != 0) &&
	       clock_wall(n->conf.clock) - in->event.at < YOUNG_MS;
}

/*
 * It speaks of a message, or in a conversation, that is not here and never
 * will be.
 */
static bool
is_about_nothing(const struct store_op *op)
{
	return op->err == E_NOTFOUND &&
	       (op->verb == STORE_RECEIPT ||
		   (op->verb == STORE_INBOUND &&
		       (op->inbound.about.n > 0 || op->inbound.known_only)));
}

/* No retry mends it, so none is asked for: a channel is wrong. */
static void
log_senseless(const struct intake *n, const struct store_op *op)
{
	struct log_line l;

	metric_add(n->conf.metrics, METRIC_MESSAGES_REFUSED, 1);
	if (!log_begin(n->conf.log, LOG_ERROR, "intake.refused", &l))
		return;
	log_num(&l, "company", n->company);
	log_str(&l, "channel", n->channel);
	log_str(&l, "account", n->account);
	log_str(&l, "op", str_from(store_verb_name(op->verb)));
	if (op->verb == STORE_INBOUND)
		log_str(&l, "source", op->inbound.event.source);
	log_end(&l);
}

/* On the store's thread. */
static void
stored(struct store_op *op)
{
	struct intake *n = CONTAINER_OF(op, struct part, op)->whole;

	if (op->err == OK)
		on_stored[op->verb](n, op);
	else if (is_early(n, op))
		fail(n, E_LIMIT); /* so that the vendor asks again */
	else if (is_about_nothing(op))
		metric_add(n->conf.metrics, METRIC_ARRIVALS_IGNORED, 1);
	else if (op->err == E_BADINPUT)
		log_senseless(n, op);
	else
		fail(n, op->err);
	leave(n);
}

/* ---- submitting -------------------------------------------------------- */

static enum err
submit_part(struct intake *n, struct part *p)
{
	enum err e;

	p->whole = n;
	p->op.done = stored;
	atomic_fetch_add_explicit(&n->waiting, 1, memory_order_relaxed);
	e = store_submit(n->conf.store, &p->op);
	if (e != OK)
		atomic_fetch_sub_explicit(&n->waiting, 1, memory_order_relaxed);
	return e;
}

/* An error: nothing was submitted. */
static enum err
submit_all(struct intake *n)
{
	enum err e = OK;
	size_t i;

	atomic_store(&n->waiting, 1);
	for (i = 0; i < n->count && e == OK; i++)
		e = submit_part(n, &n->parts[i]);
	if (e != OK)
		fail(n, e);
	if (e != OK && i == 1)
		return e;
	leave(n);
	return OK;
}

enum err
intake_submit(const struct intake_conf *conf, const struct intake_of *of,
    const struct arrival *arrival,
    void (*done)(void *arg, enum err e, unsigned fresh), void *arg)
{
	struct intake *n;
	enum err e;

	if (arrival->envelope_count + arrival->receipt_count == 0) {
		done(arg, OK, 0);
		return OK;
	}
	e = intake_new(conf, of, arrival, &n);
	if (e != OK)
		return e;
	n->done = done;
	n->arg = arg;
	e = submit_all(n);
	if (e != OK)
		intake_free(n);
	return e;
}
