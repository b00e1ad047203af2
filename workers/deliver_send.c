/*
 * deliver_send: a message that is SENDING is sent. What the verdict means for
 * it is a table; what it shares with looking up (deliver_doubt.c) comes first.
 */
#include "workers/deliver_inner.h"

#define HOUR_MS ((int64_t)3600 * 1000)
/* Where something of ours broke, the next try tells whether it was a chance. */
#define BROKEN_AGAIN_MS 250
#define NAMED_BEFORE 12u /* events */

/* ---- what both share ----------------------------------------------------- */

struct row *
row_way_ends(struct errand *e)
{
	struct row *r = e->arg;

	talk_comes_back(r->talk);
	return r;
}

/* Wall ms; NEVER_MS: it has none. */
static int64_t
row_end(const struct row *r)
{
	int64_t hours = r->talk->track->channel->can.retry_hours;

	return hours > 0 ? r->since + hours * HOUR_MS : NEVER_MS;
}

bool
row_too_old(const struct row *r)
{
	return r->talk->track->d->wall >= row_end(r);
}

bool
row_had_its_time(const struct row *r)
{
	return r->attempts > 1 && row_too_old(r);
}

bool
row_may_repeat(const struct row *r)
{
	return r->attempts <= r->talk->track->channel->can.repeats;
}

int64_t
row_due(const struct row *r, int64_t ms)
{
	int64_t due = r->talk->track->d->wall + ms, end = row_end(r);

	return due < end ? due : end;
}

void
log_given_up(const struct row *r, const char *state, struct str code)
{
	const struct track *t = r->talk->track;
	struct log_line l;

	if (!log_begin(t->d->conf.log, LOG_WARN, "deliver.given_up", &l))
		return;
	log_num(&l, "row", r->id);
	log_num(&l, "company", t->company);
	log_str(&l, "channel", t->channel_name);
	log_str(&l, "account", t->account_name);
	log_num(&l, "conversation", r->talk->conversation);
	log_str(&l, "state", str_from(state));
	log_str(&l, "code", code);
	log_num(&l, "attempts", r->attempts);
	log_end(&l);
}

void
row_give_up(
    struct row *r, enum outbox_state state, struct str code, struct str reason)
{
	struct deliver *d = r->talk->track->d;
	struct settled s = {.state = state, .code = code, .reason = reason};
	bool dead = state == OUTBOX_DEAD;
	const char *word = dead ? "failed" : "unknown";
	struct arena a = {0};

	metric_add(d->conf.metrics,
	    dead ? METRIC_DELIVER_FAILED : METRIC_DELIVER_UNKNOWN, 1);
	log_given_up(r, word, code);
	live_over(d, r->talk->conversation);
	if (!r->talk->track->channel->can.events_only)
		s.event = event_delivery(r, word, &s, &a);
	settle_row(r, &s);
	arena_free(&a);
}

void
row_is_late(struct row *r, const struct outcome *o)
{
	row_give_up(r, OUTBOX_DEAD, o->code.n > 0 ? o->code : STR("late"),
	    o->reason.n > 0 ? o->reason
			    : STR("It could not be delivered in time."));
}

/* ---- sending ------------------------------------------------------------- */

void
row_arrived(struct errand *e, struct row *r)
{
	const struct settled s = {.state = OUTBOX_SENT,
	    .vendor_id = e->verdict.outcome.vendor_id,
	    .name = e->verdict.outcome.name};

	metric_add(e->d->conf.metrics, METRIC_DELIVER_SENT, 1);
	live_over(e->d, r->talk->conversation);
	settle_row(r, &s);
}

/* Not before the vendor's wish, and not all at the same instant after it. */
int64_t
later_ms(const struct errand *e, const struct row *r)
{
	int64_t wish = e->verdict.outcome.after_ms;

	if (e->verdict.broken && r->tries <= 1)
		return BROKEN_AGAIN_MS;
	if (wish <= 0)
		return backoff_ms(r->attempts + r->tries, deliver_random());
	return wish + deliver_random() % (wish / 10 + 50);
}

/* The wish is not of this row alone. */
static void
hold(const struct errand *e, const struct row *r, int64_t ms)
{
	struct track *t = e->track;
	struct deliver *d = e->d;

	if (e->verdict.outcome.scope == SCOPE_ACCOUNT &&
	    t->held_until < d->now + ms) {
		t->held_until = d->now + ms;
		breaker_hold(t, ms);
	}
	if (e->verdict.outcome.scope == SCOPE_RECIPIENT)
		recipients_hold(d->recipients,
		    recipient_key(d->recipients, t->id, r->recipient),
		    d->now + ms, d->now);
}

static void
on_later(struct errand *e, struct row *r)
{
	const struct outcome *o = &e->verdict.outcome;
	struct settled s = {.state = OUTBOX_READY,
	    .uncount = e->verdict.spared,
	    .code = o->code,
	    .reason = o->reason};
	int64_t ms;

	if (row_too_old(r)) {
		row_is_late(r, o);
		return;
	}
	r->tries += e->verdict.spared;
	ms = later_ms(e, r);
	hold(e, r, ms);
	metric_add(e->d->conf.metrics, METRIC_DELIVER_LATER, 1);
	s.due = row_due(r, ms);
	settle_row(r, &s);
}

static void
on_never(struct errand *e, struct row *r)
{
	const struct outcome *o = &e->verdict.outcome;

	row_give_up(r, OUTBOX_DEAD, o->code, o->reason);
}

static void
on_blocked(struct errand *e, struct row *r)
{
	(void)e;
	settle_put_back(r);
}

static void
on_doubt(struct errand *e, struct row *r)
{
	const struct outcome *o = &e->verdict.outcome;
	const struct settled s = {.state = OUTBOX_DOUBT,
	    .due = e->d->wall + doubt_begins(r, e->d),
	    .code = o->code,
	    .reason = o->reason};

	if (row_may_repeat(r)) {
		on_later(e, r);
		return;
	}
	metric_add(e->d->conf.metrics, METRIC_DELIVER_DOUBT, 1);
	live_over(e->d, r->talk->conversation);
	if (e->track->channel->can.lookup)
		settle_row(r, &s);
	else
		row_give_up(r, OUTBOX_UNKNOWN, o->code, o->reason);
}

static void
send_ended(struct errand *e)
{
	static void (*const on[OUTCOMES])(struct errand *, struct row *) = {
	    [OUTCOME_OK] = row_arrived,
	    [OUTCOME_NEXT] = on_doubt, /* never comes */
	    [OUTCOME_LATER] = on_later,
	    [OUTCOME_NEVER] = on_never,
	    [OUTCOME_BLOCKED] = on_blocked,
	    [OUTCOME_DOUBT] = on_doubt,
	    [OUTCOME_ABSENT] = on_later,
	};

	on[e->verdict.outcome.kind](e, row_way_ends(e));
}

/* Early in a conversation it is asked who that is; who has no name then has
 * none. */
static bool
is_nameless(struct errand *e, const struct row *r)
{
	const struct track *t = r->talk->track;
	struct list_row row;

	return t->channel->can.names && r->seq <= NAMED_BEFORE &&
	       store_read_row(e->d->reader, t->company, r->talk->conversation,
		   &e->arena, &row) == OK &&
	       row.contact.name.n == 0;
}

/* Address and customer's time, for the job. */
static enum err
read_reach(struct errand *e, int64_t conversation)
{
	struct reach reach;
	enum err err = store_read_reach(
	    e->d->reader, conversation, &e->arena, &reach);

	if (err == E_NOTFOUND)
		return OK; /* a row that knows no conversation */
	if (err != OK)
		return err;
	e->job.address = reach.address;
	e->job.customer_at = reach.customer_at;
	return OK;
}

struct errand *
row_errand(struct row *r, enum job_kind kind, void (*ended)(struct errand *))
{
	struct talk *k = r->talk;
	struct errand *e;

	if (track_account(k->track) == NULL)
		return NULL;
	e = errand_new(k->track, kind, ended, r);
	if (e == NULL)
		return NULL;
	e->job.payload = k->track->channel->can.events_only
			     ? deliver_fresh(e->d, r->payload, &e->arena)
			     : r->payload;
	e->job.recipient = r->recipient;
	e->job.row = (uint64_t)r->id;
	e->job.at = r->at;
	e->job.attempted_at = r->sent_at != 0 ? r->sent_at : r->at;
	if (e->job.payload.p != NULL && read_reach(e, k->conversation) == OK)
		return e;
	errand_free(e);
	return NULL;
}

uint64_t
sender_of(const struct errand *e)
{
	const struct company_account *doc = e->opened->account.doc;
	const struct recipients *keyed = e->d->recipients;

	return recipient_key(keyed, 1, doc->id) ^
	       recipient_key(keyed, 2, doc->sender);
}

/* What was said of it when it was tried last. */
static void
had_its_time(struct row *r)
{
	struct deliver *d = r->talk->track->d;
	struct outbox_row last = {0};
	struct arena a = {0};

	talk_comes_back(r->talk);
	if (store_read_outbox(d->reader, r->id, &a, &last) != OK)
		last = (struct outbox_row){0};
	row_is_late(
	    r, &(struct outcome){.code = last.code, .reason = last.reason});
	arena_free(&a);
}

void
send_row(struct row *r)
{
	struct talk *k = r->talk;
	struct deliver *d = k->track->d;
	struct errand *e = NULL;
	struct str live;

	if (row_had_its_time(r)) {
		had_its_time(r);
		return;
	}
	if (!atomic_load(&d->stopping))
		e = row_errand(r, JOB_SEND, send_ended);
	if (e == NULL) {
		talk_comes_back(k);
		if (k->track->removed)
			row_give_up(r, OUTBOX_DEAD, STR("removed"),
			    STR("It is not in the company's document now."));
		else
			settle_put_back(r);
		return;
	}
	r->sent_at = d->wall;
	r->sent_by = sender_of(e);
	e->job.nameless = is_nameless(e, r);
	(void)live_ready(d, k->conversation, &live);
	e->job.live = arena_copy(&e->arena, live);
	errand_go(e);
}
