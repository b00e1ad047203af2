/*
 * deliver_doubt: a message of which nobody knows whether it went out. The
 * vendor is asked, again and again while it does not answer; only what it says
 * decides. Two messages may say the same to the same person: what is found and
 * is another row's is named when it is asked again.
 */
#include "workers/deliver_inner.h"

#define AGAIN_MS 1000
#define KNOWN_MAX 128u
#define OTHERS_MAX 4096u /* bytes of ids that were found in vain */
#define FIRST_PART 10u	 /* of doubt_ms, before it is asked first */

int64_t
doubt_begins(struct row *r, const struct deliver *d)
{
	r->doubt_at = d->now;
	r->absent = false;
	return d->conf.doubt_ms / FIRST_PART;
}

/* ---- what it means ------------------------------------------------------- */

static void ask_again(struct errand *e, struct row *r);

/* What was found is another row's: the vendor is asked for the next one. */
static void
on_other(struct errand *e, struct row *r)
{
	struct str id = e->verdict.outcome.vendor_id;

	r->others.limit = OTHERS_MAX;
	buf_add(&r->others, id.p, id.n);
	buf_char(&r->others, '\n');
	if (r->others.failed) {
		row_give_up(r, OUTBOX_UNKNOWN, STR("no_answer"),
		    STR("Too many messages say the same to tell them apart."));
		return;
	}
	r->due = e->d->wall;
	talk_place(r->talk);
}

/*
 * Found by what it says, where a vendor keeps no id of ours: it may still be
 * an older one that said the same.
 */
static void
on_found(struct errand *e, struct row *r)
{
	const struct vendor_ask ask = {
	    e->track->id, e->verdict.outcome.vendor_id};
	struct outbox_row other;
	enum err err = store_find_outbox(e->d->reader, &ask, &e->arena, &other);

	if (err == OK && other.id != r->id) {
		on_other(e, r);
		return;
	}
	if (err != OK && err != E_NOTFOUND) {
		ask_again(e, r);
		return;
	}
	metric_add(e->d->conf.metrics, METRIC_DELIVER_FOUND, 1);
	row_arrived(e, r);
}

/* How long until it is asked for the second time. */
static int64_t
second_ms(const struct row *r, const struct deliver *d)
{
	int64_t least = d->conf.doubt_ms / FIRST_PART;
	int64_t ms = r->doubt_at + d->conf.doubt_ms - d->now;

	return ms > least ? ms : least;
}

static void
on_absent(struct errand *e, struct row *r)
{
	const struct settled s = {.state = OUTBOX_READY,
	    .due = e->d->wall + backoff_ms(r->attempts, deliver_random())};

	if (!r->absent) {
		r->absent = true;
		r->due = e->d->wall + second_ms(r, e->d);
		talk_place(r->talk);
		return;
	}
	metric_add(e->d->conf.metrics, METRIC_DELIVER_ABSENT, 1);
	if (row_too_old(r))
		row_is_late(r, &(struct outcome){0});
	else
		settle_row(r, &s);
}

/* It stays what it is, on disk as well. */
static void
ask_again(struct errand *e, struct row *r)
{
	int64_t ms;

	if (row_too_old(r)) {
		row_give_up(r, OUTBOX_UNKNOWN, STR("no_answer"),
		    STR("The vendor could not say whether it arrived."));
		return;
	}
	r->tries++;
	ms = later_ms(e, r);
	r->due = e->d->wall + ms;
	talk_place(r->talk);
}

static void
on_unknown(struct errand *e, struct row *r)
{
	const struct outcome *o = &e->verdict.outcome;

	row_give_up(r, OUTBOX_UNKNOWN, o->code, o->reason);
}

static void
lookup_ended(struct errand *e)
{
	static void (*const on[OUTCOMES])(struct errand *, struct row *) = {
	    [OUTCOME_OK] = on_found,
	    [OUTCOME_NEXT] = ask_again, /* never comes */
	    [OUTCOME_LATER] = ask_again,
	    [OUTCOME_NEVER] = on_unknown,
	    [OUTCOME_BLOCKED] = ask_again,
	    [OUTCOME_DOUBT] = ask_again,
	    [OUTCOME_ABSENT] = on_absent,
	};

	on[e->verdict.outcome.kind](e, row_way_ends(e));
}

/* ---- asking --------------------------------------------------------------- */

/* What was found before, and was not it. */
static enum err
tell_others(struct errand *e, const struct row *r)
{
	struct str *known = arena_alloc(&e->arena, KNOWN_MAX * sizeof(*known));
	struct str rest = buf_view(&r->others);

	if (known == NULL)
		return E_NOMEM;
	e->job.known = known;
	while (rest.n > 0 && e->job.known_count < KNOWN_MAX) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = (size_t)(end - rest.p);

		known[e->job.known_count++] = (struct str){rest.p, n};
		rest.p += n + 1;
		rest.n -= n + 1;
	}
	return OK;
}

/* Not now; it stays in doubt. */
static void
not_now(struct row *r)
{
	struct talk *k = r->talk;

	talk_comes_back(k);
	talk_sleep(k, k->track->d->now + AGAIN_MS);
}

void
doubt_row(struct row *r)
{
	struct track *t = r->talk->track;
	struct errand *e;

	if (row_may_repeat(r)) {
		talk_comes_back(r->talk);
		settle_row(r, &(struct settled){.state = OUTBOX_READY});
		return;
	}
	if (!t->channel->can.lookup) {
		talk_comes_back(r->talk);
		row_give_up(r, OUTBOX_UNKNOWN, STR("no_answer"),
		    STR("It may have been sent; nobody can tell."));
		return;
	}
	e = row_errand(r, JOB_LOOKUP, lookup_ended);
	if (e != NULL && r->sent_at != 0 && r->sent_by != sender_of(e)) {
		errand_free(e);
		talk_comes_back(r->talk);
		row_give_up(r, OUTBOX_UNKNOWN, STR("no_answer"),
		    STR("It was sent by an account that is another now."));
		return;
	}
	if (e != NULL && tell_others(e, r) != OK) {
		errand_free(e);
		e = NULL;
	}
	if (e == NULL)
		not_now(r);
	else
		errand_go(e);
}
