/*
 * deliver_settle: what became of rows, written for many at once. Outcomes
 * gather in a batch, which goes when it is full or the round is over; a few
 * may be at the store at the same time. One that fails stays and is tried
 * again: until it is on disk, its rows' talks stand still. One that the store
 * does not want, whatever the disk, goes row by row, and the row that is at
 * fault is set aside: it stays as it is on disk, and its talk stands still.
 */
#include "workers/deliver_inner.h"
#include "bus/publish.h"
#include "channels/web/frames.h"

#include <stdlib.h>

#define AGAIN_MS 250
#define KEPT 8u /* batches that wait for their next use */
#define REFUSALS_MAX 3u

struct batch {
	struct store_op op;
	struct mail mail;
	struct deliver *d;
	struct batch *next;
	struct arena arena; /* its texts */
	struct settled list[STORE_ROWS_MAX];
	struct row *rows[STORE_ROWS_MAX];
	unsigned n;
	unsigned refusals; /* not for want of room or a disk */
	unsigned from, to; /* which of them are at the store */
};

struct settling {
	struct batch *first, **last; /* to be submitted; the last gathers */
	struct batch *idle;
	unsigned idle_count, under_way;
	int64_t not_before; /* steady ms */
};

enum err
settle_open(struct deliver *d)
{
	d->settling = calloc(1, sizeof(*d->settling));
	if (d->settling == NULL)
		return E_NOMEM;
	d->settling->last = &d->settling->first;
	return OK;
}

static void
free_list(struct batch *b)
{
	struct batch *next;

	for (; b != NULL; b = next) {
		next = b->next;
		arena_free(&b->arena);
		free(b);
	}
}

void
settle_close(struct deliver *d)
{
	if (d->settling == NULL)
		return;
	free_list(d->settling->first);
	free_list(d->settling->idle);
	free(d->settling);
}

bool
settle_idle(const struct deliver *d)
{
	return d->settling->first == NULL && d->settling->under_way == 0;
}

/* ---- gathering ----------------------------------------------------------- */

static struct batch *
batch_new(struct deliver *d)
{
	struct settling *s = d->settling;
	struct batch *b = s->idle;

	if (b != NULL) {
		s->idle = b->next;
		s->idle_count--;
	} else if ((b = malloc(sizeof(*b))) != NULL) {
		b->arena = (struct arena){0};
	} else {
		return NULL;
	}
	b->d = d;
	b->n = b->refusals = b->from = 0;
	b->next = NULL;
	*s->last = b;
	s->last = &b->next;
	return b;
}

static void
batch_free(struct batch *b)
{
	struct settling *s = b->d->settling;

	arena_reset(&b->arena);
	if (s->idle_count >= KEPT) {
		arena_free(&b->arena);
		free(b);
		return;
	}
	b->next = s->idle;
	s->idle = b;
	s->idle_count++;
}

/* The batch that has room; it is the last. */
static struct batch *
gathering(struct deliver *d)
{
	struct batch *b = d->settling->first;

	while (b != NULL && b->next != NULL)
		b = b->next;
	return b == NULL || b->n == STORE_ROWS_MAX ? batch_new(d) : b;
}

static bool
keep(struct batch *b, struct str *s)
{
	if (s->n == 0)
		*s = STR("");
	else
		*s = arena_copy(&b->arena, *s);
	return s->p != NULL;
}

/*
 * Of a row that was never tried the store's due says since when it waits: when
 * it was replayed, or nothing. So an attempt that was none leaves no trace.
 */
static int64_t
due_to_keep(const struct row *r, const struct settled *s)
{
	bool untried = s->state == OUTBOX_READY && s->uncount &&
		       r->attempts <= 1;

	return untried ? r->since : s->due;
}

/*
 * Without memory the row stays SENDING: whoever delivers next finds it and
 * asks the vendor.
 */
void
settle_row(struct row *r, const struct settled *settled)
{
	struct deliver *d = r->talk->track->d;
	struct batch *b = gathering(d);
	struct settled *s = b == NULL ? NULL : &b->list[b->n];

	if (b != NULL) {
		*s = *settled;
		s->row = r->id;
		s->due = due_to_keep(r, settled);
		r->settled_due = settled->due;
		if (keep(b, &s->vendor_id) && keep(b, &s->code) &&
		    keep(b, &s->reason) && keep(b, &s->name) &&
		    keep(b, &s->event.body)) {
			b->rows[b->n++] = r;
			return;
		}
	}
	log_note(d->conf.log, LOG_ERROR, "deliver.unsettled", "error",
	    str_from(err_name(E_NOMEM)));
}

void
settle_put_back(struct row *r)
{
	const struct settled s = {
	    .state = OUTBOX_READY, .due = r->due, .uncount = true};

	settle_row(r, &s);
}

/* ---- what follows -------------------------------------------------------- */

static void
settle_done(struct row *r, const struct settled *s)
{
	struct talk *k = r->talk;

	if (s->conversation == 0 ||
	    (s->state != OUTBOX_READY && s->state != OUTBOX_DOUBT)) {
		talk_drop_first(k);
	} else {
		r->state = s->state;
		r->due = r->settled_due;
		r->attempts -= s->uncount && r->attempts > 0;
	}
	talk_place(k);
}

/* To the front; where it is the last as well, it gathers on. */
static void
back(struct batch *b)
{
	struct settling *s = b->d->settling;

	b->next = s->first;
	if (s->first == NULL)
		s->last = &b->next;
	s->first = b;
}

static void
back_for_a_while(struct batch *b)
{
	back(b);
	b->d->settling->not_before = b->d->now + AGAIN_MS;
	log_note(b->d->conf.log, LOG_WARN, "deliver.settle_failed", "error",
	    str_from(err_name(b->op.err)));
}

/* What passes by itself. */
static bool
passes(enum err e)
{
	return e == E_FULL || e == E_LIMIT || e == E_IO || e == E_NOMEM ||
	       e == E_CLOSED;
}

/* Whoever delivers next finds it on its way, and asks the vendor. */
static void
set_aside(struct batch *b)
{
	struct log_line l;

	if (!log_begin(b->d->conf.log, LOG_ERROR, "deliver.unsettled", &l))
		return;
	log_num(&l, "row", b->rows[b->from]->id);
	log_str(&l, "error", str_from(err_name(b->op.err)));
	log_end(&l);
}

static void
refused(struct batch *b)
{
	if (passes(b->op.err) || ++b->refusals < REFUSALS_MAX) {
		back_for_a_while(b);
		return;
	}
	if (b->to - b->from == 1) {
		set_aside(b);
		b->from++;
	}
	if (b->from < b->n)
		back(b);
	else
		batch_free(b);
}

static void
settled(void *owner, struct mail *m)
{
	struct batch *b = CONTAINER_OF(m, struct batch, mail);
	struct deliver *d = owner;

	d->ops--;
	d->settling->under_way--;
	if (b->op.err != OK) {
		refused(b);
		return;
	}
	for (; b->from < b->to; b->from++)
		settle_done(b->rows[b->from], &b->list[b->from]);
	if (b->from < b->n)
		back(b);
	else
		batch_free(b);
}

/* A mail to the support desk waits for files that are being fetched. */
static bool
is_waited_for(const struct settled *s)
{
	const struct conversation *c = &s->conversation_state;

	return s->event.kind == EVENT_FILE && c->holder == HOLDER_EMAIL &&
	       conversation_pending(c);
}

static void
publish(struct bus_publisher *p, const struct settled *s)
{
	if (s->event.seq == 0)
		return;
	publish_event(p, &s->conversation_state, &s->event, 0);
	if (is_waited_for(s))
		bus_add_work(p, s->conversation);
}

/* On the store's thread. */
static void
settle_stored(struct store_op *op)
{
	struct batch *b = op->arg;
	unsigned i;

	for (i = b->from; op->err == OK && i < b->to; i++)
		publish(b->d->conf.publisher, &b->list[i]);
	mailbox_post(&b->d->mailbox, &b->mail);
}

void
settle_flush(struct deliver *d)
{
	struct settling *s = d->settling;
	struct batch *b;

	while ((b = s->first) != NULL && s->under_way < OPS_MAX &&
	       d->now >= s->not_before) {
		b->mail.fn = settled;
		b->to = b->refusals < REFUSALS_MAX ? b->n : b->from + 1;
		b->op = (struct store_op){.verb = STORE_SETTLE,
		    .settle = {.rows = &b->list[b->from], .n = b->to - b->from},
		    .done = settle_stored,
		    .arg = b};
		if (deliver_submit(d, &b->op) != OK) {
			s->not_before = d->now + AGAIN_MS;
			return;
		}
		s->first = b->next;
		if (s->first == NULL)
			s->last = &s->first;
		s->under_way++;
	}
}
