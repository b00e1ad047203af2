/*
 * deliver_take: whose turn it is. Tracks take turns, a few rows each; a row
 * goes when its lane flows, there is room for one more request, and the paces
 * of account and recipient allow it. No track may have more under way than
 * what is left for all others, so that one that hangs leaves them room.
 */
#include "workers/deliver_inner.h"

#define TURN 32u /* rows of one track before the next has its turn */
#define AGAIN_MS 200

/* ---- what came of taking ------------------------------------------------- */

static void
give_back(struct row *r)
{
	struct talk *k = r->talk;

	talk_comes_back(k);
	talk_sleep(k, k->track->d->now + AGAIN_MS);
}

/* Somebody has replayed, dropped or receipted it: the store knows more. */
static void
forget(struct row *r)
{
	struct talk *k = r->talk;
	struct track *t = k->track;

	talk_comes_back(k);
	if (k->kind == OUTBOX_SEND)
		live_over(t->d, k->conversation);
	talk_drop_first(k);
	talk_place(k);
	t->after = 0;
	t->more = true;
}

static void
go(struct row *r)
{
	r->attempts++;
	if (r->talk->kind == OUTBOX_FETCH)
		file_row(r);
	else
		send_row(r);
}

static void
taken(void *owner, struct mail *m)
{
	struct take *b = CONTAINER_OF(m, struct take, mail);
	struct deliver *d = owner;
	unsigned i;

	d->ops--;
	b->under_way = false;
	d->reading = store_read_begin(d->reader) == OK;
	for (i = 0; i < b->n; i++) {
		if (b->op.err != OK)
			give_back(b->rows[i]);
		else if (b->taken[i])
			go(b->rows[i]);
		else
			forget(b->rows[i]);
	}
	if (d->reading)
		store_read_end(d->reader);
	d->reading = false;
}

/* On the store's thread. */
static void
take_stored(struct store_op *op)
{
	struct take *b = op->arg;

	mailbox_post(&b->d->mailbox, &b->mail);
}

/* ---- taking -------------------------------------------------------------- */

static struct take *
idle_take(struct deliver *d)
{
	unsigned i;

	for (i = 0; i < OPS_MAX; i++)
		if (!d->takes[i].under_way)
			return &d->takes[i];
	return NULL;
}

static void
take_begin(struct deliver *d, struct take *b)
{
	b->d = d;
	b->n = 0;
	b->mail.fn = taken;
	b->op = (struct store_op){.verb = STORE_TAKE,
	    .take = {.rows = b->ids, .taken = b->taken, .at = d->wall},
	    .done = take_stored,
	    .arg = b};
}

static void
take_submit(struct take *b)
{
	unsigned i;

	b->op.take.n = b->n;
	b->under_way = true;
	if (deliver_submit(b->d, &b->op) == OK)
		return;
	b->under_way = false;
	for (i = 0; i < b->n; i++)
		give_back(b->rows[i]);
}

/* By the steady clock it is due; the wall's may have been set back. */
static void
take_add(struct take *b, struct row *r)
{
	if (b->op.take.at < r->due)
		b->op.take.at = r->due;
	b->rows[b->n] = r;
	b->ids[b->n++] = r->id;
}

/* ---- whose turn it is ---------------------------------------------------- */

static bool
track_may(const struct track *t)
{
	const struct deliver *d = t->d;
	unsigned left = d->conf.in_flight_max > d->busy
			    ? d->conf.in_flight_max - d->busy
			    : 0;

	if (t->phase == PHASE_TRIES)
		return t->busy == 0 && left > 0;
	return t->phase == PHASE_FLOWS && t->busy < left &&
	       (t->channel->can.in_flight == 0 ||
		   t->busy < t->channel->can.in_flight);
}

static int64_t
track_wait(const struct track *t)
{
	int64_t held = t->held_until - t->d->now;
	int64_t pace = rate_wait(t->rate, t->full_us, t->d->now);

	return held > pace ? held : pace;
}

/* May the first row go to its recipient? Else the talk is put to sleep. */
static bool
recipient_may(struct talk *k)
{
	struct track *t = k->track;
	struct deliver *d = t->d;
	struct row *r = k->first;
	struct str live;
	uint64_t key;
	int64_t wait;

	if (r->state == OUTBOX_DOUBT)
		return true;
	key = recipient_key(d->recipients, t->id, r->recipient);
	wait = recipients_wait(d->recipients, key, t->recipient_rate, d->now);
	if (wait == 0 && !live_ready(d, k->conversation, &live))
		wait = 20;
	if (wait > 0) {
		talk_sleep(k, d->now + wait);
		return false;
	}
	recipients_take(d->recipients, key, t->recipient_rate, d->now);
	rate_take(t->rate, &t->full_us, d->now);
	return true;
}

static void
under_way(struct take *b, struct talk *k)
{
	struct row *r = k->first;

	talk_sets_out(k);
	if (r->state != OUTBOX_DOUBT)
		take_add(b, r);
	else if (k->kind == OUTBOX_FETCH)
		file_again(r);
	else
		doubt_row(r);
}

static void
take_messages(struct track *t, struct take *b)
{
	unsigned n = 0;

	while (n++ < TURN && t->ready[OUTBOX_SEND].first != NULL &&
	       b->n < STORE_ROWS_MAX && track_may(t) && track_wait(t) <= 0) {
		struct talk *k = talk_pop(t, OUTBOX_SEND);

		if (recipient_may(k))
			under_way(b, k);
	}
}

static void
take_files(struct track *t, struct take *b)
{
	while (t->ready[OUTBOX_FETCH].first != NULL && b->n < STORE_ROWS_MAX &&
	       track_may(t) && t->d->files < FILES_MAX &&
	       t->held_until <= t->d->now)
		under_way(b, talk_pop(t, OUTBOX_FETCH));
}

static bool
has_ready(const struct track *t)
{
	return t->ready[OUTBOX_SEND].first != NULL ||
	       t->ready[OUTBOX_FETCH].first != NULL;
}

/* One turn of each active track. True: there may be more. */
static bool
round_of_turns(struct deliver *d, struct take *b)
{
	unsigned before = b->n;
	size_t i, n = d->active_count;

	for (i = 0; i < n && b->n < STORE_ROWS_MAX; i++) {
		struct track *t = d->active[(d->turn + i) % n];

		if (!track_may(t) || (track_account(t) == NULL && !t->removed))
			continue;
		take_messages(t, b);
		take_files(t, b);
	}
	if (n > 0)
		d->turn = (d->turn + 1) % n;
	return b->n > before && b->n < STORE_ROWS_MAX;
}

static void
forget_idle(struct deliver *d)
{
	size_t i = 0;

	while (i < d->active_count) {
		if (has_ready(d->active[i])) {
			i++;
			continue;
		}
		d->active[i]->active = false;
		d->active[i] = d->active[--d->active_count];
	}
}

void
take_rows(struct deliver *d)
{
	struct take *b;

	forget_idle(d);
	while (d->active_count > 0 && (b = idle_take(d)) != NULL) {
		take_begin(d, b);
		while (round_of_turns(d, b))
			;
		if (b->n == 0)
			return;
		take_submit(b);
		if (b->n < STORE_ROWS_MAX)
			return;
	}
}

int64_t
take_next_at(const struct deliver *d)
{
	int64_t next = NEVER_MS, wait;
	size_t i;

	for (i = 0; i < d->active_count; i++) {
		const struct track *t = d->active[i];

		if (!has_ready(t) || !track_may(t))
			continue; /* something else will come first */
		wait = track_wait(t);
		if (wait > 0 && d->now + wait < next)
			next = d->now + wait;
	}
	return next;
}
