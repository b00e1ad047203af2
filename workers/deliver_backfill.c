/*
 * deliver_backfill: what came in while nobody listened. Each account that can
 * be asked is asked page by page, one request at a time, after the start and
 * every so often. What is on a page goes the way of everything that comes in;
 * only when all of it is stored heard_at rises to when the asking began.
 *
 * Accounts that never had anything to deliver are lanes as well: a roll call
 * of the companies' documents makes them.
 */
#include "workers/deliver_inner.h"

#include <stdlib.h>

#define MARGIN_MS (5 * 60 * 1000) /* clocks differ, and lists are late */
#define AGAIN_MS (60 * 1000)	  /* after one that failed; doubled */
#define AGAIN_DOUBLED 5u	  /* so often at most */
#define TRIES_MAX 8u		  /* of a page in vain */
#define PAGES_MAX 1000u		  /* of a place */
#define PLACES_MAX 1000u	  /* conversations asked, the newest first */
#define ALSO_MAX 1000u		  /* and what they name besides */
#define PLACES_MS ((int64_t)14 * 24 * 3600 * 1000) /* and how old at most */
#define ROLL_MS (30 * 1000) /* for accounts that are new */
#define RUNS_MAX 32u

struct backfill_run {
	struct track *track;
	struct mail mail;
	struct arena arena;
	int64_t began, since; /* wall ms */
	struct str *places;   /* NULL: the whole account at once */
	size_t place_count, place;
	unsigned place_pages;
	struct buf state;   /* the channel's, for the next page */
	bool next;	    /* there is a next page here */
	bool under_way;	    /* a page: at the vendor or at the store */
	int64_t not_before; /* steady ms */
	unsigned pages, tries, fresh; /* pages: of all places */
	enum err err;		      /* of the page's intake */
	unsigned page_fresh;
};

/* ---- the end of a run ---------------------------------------------------- */

static void
run_free(struct backfill_run *run)
{
	run->track->backfill = NULL;
	run->track->d->runs--;
	arena_free(&run->arena);
	buf_free(&run->state);
	free(run);
}

static void
log_run(const struct backfill_run *run, const char *event)
{
	const struct track *t = run->track;
	struct log_line l;

	if (!log_begin(t->d->conf.log, LOG_INFO, event, &l))
		return;
	log_num(&l, "lane", t->id);
	log_num(&l, "company", t->company);
	log_str(&l, "channel", t->channel_name);
	log_str(&l, "account", t->account_name);
	log_num(&l, "pages", run->pages);
	log_num(&l, "missed", run->fresh);
	log_end(&l);
}

static void
run_done(struct backfill_run *run)
{
	struct track *t = run->track;

	log_run(run, "deliver.backfilled");
	t->heard_at = run->began;
	t->backfill_failed = 0;
	t->backfill_due = t->d->now +
			  (int64_t)t->d->conf.backfill_minutes * 60000;
	run_free(run);
	track_tell(t);
}

/* Nothing is lost: the next run begins where this one began. */
static void
run_failed(struct backfill_run *run)
{
	struct track *t = run->track;

	log_run(run, "deliver.backfill_failed");
	t->backfill_due = t->d->now + ((int64_t)AGAIN_MS << t->backfill_failed);
	t->backfill_failed += t->backfill_failed < AGAIN_DOUBLED;
	run_free(run);
}

void
backfill_stop(struct track *t)
{
	if (t->backfill != NULL)
		run_free(t->backfill);
}

/* ---- pages --------------------------------------------------------------- */

static void
run_next(struct backfill_run *run)
{
	run->tries = 0;
	if (run->next && run->place_pages >= PAGES_MAX) {
		run_failed(run);
		return;
	}
	if (run->next)
		return;
	run->place_pages = 0;
	if (++run->place >= run->place_count)
		run_done(run);
}

/* On the deliverer's thread again: the page is stored, or is not. */
static void
page_stored(void *owner, struct mail *m)
{
	struct backfill_run *run = CONTAINER_OF(m, struct backfill_run, mail);
	struct deliver *d = owner;

	d->ops--;
	run->under_way = false;
	if (run->err != OK) {
		run_failed(run);
		return;
	}
	run->fresh += run->page_fresh;
	metric_add(d->conf.metrics, METRIC_DELIVER_BACKFILLED, run->page_fresh);
	run_next(run);
}

/* On the store's thread, or ours. */
static void
intake_done(void *arg, enum err e, unsigned fresh)
{
	struct backfill_run *run = arg;

	run->err = e;
	run->page_fresh = fresh;
	mailbox_post(&run->track->d->mailbox, &run->mail);
}

static void
page_came(struct errand *e, struct backfill_run *run)
{
	struct track *t = run->track;
	struct deliver *d = t->d;
	const struct intake_conf conf = {.store = d->conf.store,
	    .publisher = d->conf.publisher,
	    .metrics = d->conf.metrics,
	    .log = d->conf.log,
	    .clock = d->conf.clock};
	const struct intake_of of = {.company = t->company,
	    .channel = t->channel,
	    .account = t->account_name};
	const struct outcome *o = &e->verdict.outcome;

	run->pages++;
	run->place_pages++;
	run->next = o->kind == OUTCOME_NEXT;
	buf_clear(&run->state);
	buf_add(&run->state, o->state.p, run->next ? o->state.n : 0);
	run->mail.fn = page_stored;
	d->ops++;
	if (!run->state.failed &&
	    intake_submit(&conf, &of, &o->arrival, intake_done, run) == OK)
		return;
	d->ops--;
	run->under_way = false;
	run_failed(run);
}

static void
page_later(struct errand *e, struct backfill_run *run)
{
	int64_t ms = e->verdict.outcome.after_ms;

	run->under_way = false;
	if (e->verdict.outcome.anew)
		buf_clear(&run->state);
	if (++run->tries > TRIES_MAX) {
		run_failed(run);
		return;
	}
	if (ms <= 0)
		ms = backoff_ms(run->tries, deliver_random());
	run->not_before = e->d->now + ms;
}

/*
 * Of one of many conversations nothing can be learnt: it may be gone. Anything
 * else that is refused was not read, and heard_at must not pass it.
 */
static void
page_never(struct errand *e, struct backfill_run *run)
{
	run->under_way = false;
	log_note(e->d->conf.log, LOG_WARN, "deliver.backfill_refused", "code",
	    e->verdict.outcome.code);
	if (run->places == NULL || run->place_pages > 0)
		run_failed(run);
	else
		run_next(run);
}

static void
page_blocked(struct errand *e, struct backfill_run *run)
{
	(void)e;
	run->under_way = false;
	run_failed(run);
}

/* One more to ask, which several may name. */
static void
add_place(struct backfill_run *run, struct str place)
{
	size_t i;

	if (place.n == 0 || run->places == NULL)
		return;
	for (i = 0; i < run->place_count; i++)
		if (str_eq(run->places[i], place))
			return;
	if (run->place_count < PLACES_MAX + ALSO_MAX)
		place = arena_copy(&run->arena, place);
	else
		place.p = NULL;
	if (place.p != NULL)
		run->places[run->place_count++] = place;
	else
		log_note(run->track->d->conf.log, LOG_WARN,
		    "deliver.backfill_refused", "code", STR("too_many_places"));
}

static void
page_ended(struct errand *e)
{
	static void (*const on[OUTCOMES])(
	    struct errand *, struct backfill_run *) = {
	    [OUTCOME_OK] = page_came,
	    [OUTCOME_NEXT] = page_came,
	    [OUTCOME_LATER] = page_later,
	    [OUTCOME_NEVER] = page_never,
	    [OUTCOME_BLOCKED] = page_blocked,
	    [OUTCOME_DOUBT] = page_later, /* to ask again does no harm */
	    [OUTCOME_ABSENT] = page_never,
	};

	if (e->d->closing) {
		((struct backfill_run *)e->arg)->under_way = false;
		return;
	}
	add_place(e->arg, e->verdict.outcome.also);
	on[e->verdict.outcome.kind](e, e->arg);
}

static void
ask_page(struct backfill_run *run)
{
	struct track *t = run->track;
	struct errand *e = NULL;

	if (track_account(t) != NULL)
		e = errand_new(t, JOB_BACKFILL, page_ended, run);
	if (e == NULL) {
		run->not_before = t->d->now + 1000;
		return;
	}
	run->under_way = true;
	e->job.since = run->since;
	if (run->places != NULL)
		e->job.payload = e->job.address = run->places[run->place];
	e->job.state = arena_copy(&e->arena, buf_view(&run->state));
	errand_go(e);
}

/* ---- the beginning of a run ---------------------------------------------- */

static enum err
find_places(struct backfill_run *run)
{
	struct deliver *d = run->track->d;
	struct reach *list = arena_alloc(
	    &run->arena, PLACES_MAX * sizeof(*list));
	size_t n = PLACES_MAX, i;
	enum err e;

	run->places = arena_alloc(
	    &run->arena, (PLACES_MAX + ALSO_MAX) * sizeof(*run->places));
	if (list == NULL || run->places == NULL)
		return E_NOMEM;
	e = store_list_reaches(d->reader,
	    &(struct reach_ask){run->track->id, run->since - PLACES_MS},
	    &run->arena, list, &n);
	if (e != OK)
		return e;
	for (i = 0; i < n; i++)
		run->places[i] = list[i].address;
	run->place_count = n;
	return OK;
}

static void
run_begin(struct track *t)
{
	struct backfill_run *run = calloc(1, sizeof(*run));
	enum err e = OK;

	if (run == NULL)
		return;
	run->track = t;
	run->began = t->d->wall;
	/* The clock may have been set back. */
	run->since = t->heard_at < t->d->wall ? t->heard_at : t->d->wall;
	run->since -= MARGIN_MS;
	run->place_count = 1;
	t->backfill = run;
	t->d->runs++;
	if (t->channel->can.backfill == BACKFILL_CONVERSATIONS)
		e = find_places(run);
	if (e != OK)
		run_failed(run);
	else if (run->place_count == 0)
		run_done(run);
}

static bool
can_be_asked(const struct track *t)
{
	return t->d->conf.backfill_minutes > 0 && t->channel != NULL &&
	       t->channel->can.backfill != BACKFILL_NONE;
}

void
backfill_tick(struct track *t)
{
	struct backfill_run *run = t->backfill;

	if (!can_be_asked(t))
		return;
	if (t->heard_at == 0) { /* before we knew it there was nothing */
		t->heard_at = t->d->wall;
		t->backfill_due = t->d->now +
				  (int64_t)t->d->conf.backfill_minutes * 60000;
		track_tell(t);
	}
	if (t->phase != PHASE_FLOWS) { /* others may want its place */
		if (run != NULL && !run->under_way)
			run_failed(run);
		return;
	}
	if (t->held_until > t->d->now)
		return;
	if (run == NULL && t->d->now >= t->backfill_due &&
	    t->d->runs < RUNS_MAX)
		run_begin(t);
	run = t->backfill;
	if (run != NULL && !run->under_way && t->d->now >= run->not_before)
		ask_page(run);
}

/* ---- the roll call ------------------------------------------------------- */

struct roll {
	struct store_op op;
	struct mail mail;
	struct deliver *d;
	char text[];
};

static void
rolled(void *owner, struct mail *m)
{
	struct deliver *d = owner;

	d->ops--;
	d->look_new = true;
	free(CONTAINER_OF(m, struct roll, mail));
}

/* On the store's thread. */
static void
roll_stored(struct store_op *op)
{
	struct roll *r = op->arg;

	mailbox_post(&r->d->mailbox, &r->mail);
}

static void
make_lane(struct deliver *d, int64_t company, const struct company_account *doc)
{
	size_t n = doc->channel.n + doc->name.n;
	struct roll *r = calloc(1, sizeof(*r) + n + 1);

	if (r == NULL)
		return;
	memcpy(r->text, doc->channel.p, doc->channel.n);
	memcpy(r->text + doc->channel.n, doc->name.p, doc->name.n);
	r->d = d;
	r->mail.fn = rolled;
	r->op = (struct store_op){
	    .verb = STORE_LANE, .done = roll_stored, .arg = r};
	r->op.lane.at = d->wall;
	r->op.lane.account.company = company;
	r->op.lane.account.channel = (struct str){r->text, doc->channel.n};
	r->op.lane.account.account = (struct str){
	    r->text + doc->channel.n, doc->name.n};
	r->op.lane.at = d->wall;
	r->op.lane.account.company = company;
	r->op.lane.account.channel = (struct str){r->text, doc->channel.n};
	r->op.lane.account.account = (struct str){
	    r->text + doc->channel.n, doc->name.n};
	if (deliver_submit(d, &r->op) != OK)
		free(r);
}

static void
call_company(struct deliver *d, int64_t id)
{
	const struct channel *channel;
	struct company *c;
	size_t i;

	if (company_cache_by_id(d->conf.companies, id, &c) != OK)
		return;
	for (i = 0; i < c->account_count; i++) {
		const struct company_account *doc = &c->accounts[i];

		channel = d->conf.find(doc->channel);
		if (channel != NULL && channel_has_vendor(channel) &&
		    channel->can.backfill != BACKFILL_NONE &&
		    track_find(d, id, doc->channel, doc->name) == NULL)
			make_lane(d, id, doc);
	}
	company_unref(c);
}

/* A few companies at a time; after the last it rests. */
void
backfill_roll_call(struct deliver *d)
{
	struct company_row rows[4];
	size_t n = ARRAY_LEN(rows), i;

	if (d->conf.backfill_minutes == 0 || d->now < d->roll_at)
		return;
	arena_reset(&d->scratch);
	if (store_list_companies(
		d->reader, d->roll_after, &d->scratch, rows, &n) != OK)
		return;
	for (i = 0; i < n; i++) {
		d->roll_after = rows[i].id;
		call_company(d, rows[i].id);
	}
	if (n == ARRAY_LEN(rows))
		return;
	d->roll_after = 0;
	d->roll_at = d->now + ROLL_MS;
}
