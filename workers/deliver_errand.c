/*
 * deliver_errand: a job of a channel becomes a request, the answer a verdict.
 * The same way for every kind of job; what the verdict means for a row, a
 * draft or a page of history is the owner's business.
 */
#include "workers/deliver_inner.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_MAX 256u
#define ANSWER_MAX (256u * 1024)
#define WISH_MAX_MS ((int64_t)6 * 3600 * 1000) /* to be asked again later */
#define WORDS_ROOM 65536u
#define SMALL_ANSWER 8192u /* its memory is kept for the next */

/* ---- life ---------------------------------------------------------------- */

struct errand *
errand_new(struct track *t, enum job_kind kind, void (*ended)(struct errand *e),
    void *arg)
{
	struct deliver *d = t->d;
	struct errand *e = d->idle_errands;

	if (e != NULL) {
		d->idle_errands = e->next;
		d->idle_errand_count--;
	} else if ((e = calloc(1, sizeof(*e))) == NULL) {
		return NULL;
	}
	*e = (struct errand){.d = d,
	    .track = t,
	    .next = d->errands,
	    .opened = t->opened,
	    .arena = e->arena,
	    .fetch = {.inner = e->fetch.inner},
	    .ended = ended,
	    .arg = arg};
	if (d->errands != NULL)
		d->errands->prev = e;
	d->errands = e;
	t->opened->refs++;
	e->job = (struct job){.kind = kind,
	    .account = &t->opened->account,
	    .now = d->wall,
	    .read_file = file_read,
	    .read_arg = d->conf.store};
	return e;
}

void
errand_free(struct errand *e)
{
	struct deliver *d = e->d;

	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		d->errands = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	opened_unref(e->opened);
	mail_free(e);
	if (e->fetch.body_in.n > SMALL_ANSWER ||
	    d->idle_errand_count >= IDLE_MAX)
		fetch_clear(&e->fetch);
	arena_reset(&e->arena);
	if (d->idle_errand_count >= IDLE_MAX) {
		arena_free(&e->arena);
		free(e);
		return;
	}
	e->next = d->idle_errands;
	d->idle_errands = e;
	d->idle_errand_count++;
}

void
errands_cancel(struct deliver *d, bool (*which)(const struct errand *e))
{
	struct errand *e, *next;

	for (e = d->errands; e != NULL; e = next) {
		next = e->next;
		if (e->kept || !which(e))
			continue;
		if (e->posted != NULL)
			mail_cancel(e);
		else
			fetch_cancel(d->fetcher, &e->fetch);
	}
}

void
errands_free(struct deliver *d)
{
	struct errand *e;

	while (d->errands != NULL) /* kept to the end */
		errand_free(d->errands);
	while ((e = d->idle_errands) != NULL) {
		d->idle_errands = e->next;
		fetch_clear(&e->fetch);
		arena_free(&e->arena);
		free(e);
	}
}

/* ---- the end ------------------------------------------------------------- */

/*
 * Whose requests tell whether messages get through: not lists, which may be
 * well while sending is not, and not a file's host. (A JOB_CHECK's end is
 * looked at where it was begun.)
 */
static bool
tells(const struct errand *e)
{
	return e->job.kind == JOB_SEND;
}

/* An app that may not list or fetch may still send. */
static bool
blocks(const struct errand *e)
{
	return e->job.kind == JOB_SEND || e->job.kind == JOB_CHECK;
}

static void
tell_breaker(struct errand *e)
{
	const struct outcome *o = &e->verdict.outcome;
	struct track *t = e->track;
	bool answered = e->called && e->fetch.end == FETCH_ANSWERED;
	bool read = o->kind != OUTCOME_DOUBT;
	char why[100];

	if (o->kind == OUTCOME_BLOCKED && blocks(e)) {
		breaker_block(t, o->reason.n > 0 ? o->reason : o->code);
	} else if (e->verdict.no_answer && tells(e)) {
		if (e->verdict.broken)
			breaker_broken(t, e->fetch.why);
		else
			breaker_heard(t, false, e->fetch.why);
	} else if (e->job.kind == JOB_FETCH && o->kind == OUTCOME_OK) {
		breaker_fetched(t);
	} else if (answered && tells(e)) {
		(void)snprintf(why, sizeof(why), "it answers with status %u%s",
		    e->fetch.status, read ? "" : " what cannot be understood");
		breaker_heard(t, e->fetch.status < 500 && read, why);
	}
}

static void
end(struct errand *e)
{
	const struct verdict *v = &e->verdict;

	/* What fails while the lane is down is not the row's fault. */
	e->verdict.spared = v->unsent || e->track->phase != PHASE_FLOWS;
	if (!e->d->closing)
		tell_breaker(e);
	e->ended(e);
	if (!e->kept)
		errand_free(e);
}

void
errand_outcome(struct errand *e, enum outcome_kind kind, const char *code,
    const char *reason)
{
	e->verdict.outcome = (struct outcome){
	    .kind = kind, .code = str_from(code), .reason = str_from(reason)};
}

/* The request is not made, for the moment; nobody's fault. */
static void
put_off(struct errand *e)
{
	e->verdict.unsent = e->steps <= 1;
	errand_outcome(e, OUTCOME_LATER, "", "");
	end(e);
}

/* ---- answers ------------------------------------------------------------- */

static void
on_answered(struct errand *e)
{
	const struct reply reply = {.status = e->fetch.status,
	    .type = e->fetch.type,
	    .body = e->fetch.body_in,
	    .retry_after_ms = e->fetch.retry_after_ms};
	struct outcome *o = &e->verdict.outcome;

	*o = (struct outcome){0};
	e->track->channel->result(&e->job, &reply, &e->arena, o);
	if (o->after_ms > WISH_MAX_MS)
		o->after_ms = WISH_MAX_MS;
	if (o->kind != OUTCOME_NEXT || e->job.kind == JOB_BACKFILL) {
		end(e);
		return;
	}
	e->job.state = o->state;
	errand_go(e);
}

static void
on_unsent(struct errand *e)
{
	e->verdict.no_answer = true;
	put_off(e);
}

/* The channel must know that what a draft shows is not sure any more. */
static void
in_doubt(struct errand *e, const char *code)
{
	const struct reply none = {.retry_after_ms = -1};
	struct outcome *o = &e->verdict.outcome;

	if (e->job.kind == JOB_DRAFT) {
		*o = (struct outcome){0};
		e->track->channel->result(&e->job, &none, &e->arena, o);
	} else {
		errand_outcome(e, OUTCOME_DOUBT, code, e->fetch.why);
	}
	end(e);
}

static void
on_cut(struct errand *e)
{
	e->verdict.no_answer = true;
	in_doubt(e, "no_answer");
}

static void
on_too_big(struct errand *e)
{
	if (e->call.status_only) {
		on_answered(e);
		return;
	}
	e->verdict.too_big = true;
	in_doubt(e, "too_big");
}

static void
on_forbidden(struct errand *e)
{
	errand_outcome(e, e->call.fixed ? OUTCOME_BLOCKED : OUTCOME_NEVER,
	    "forbidden", "Its address may not be asked.");
	end(e);
}

void
errand_fetched(struct errand *e)
{
	static void (*const on[FETCH_ENDS])(struct errand *) = {
	    [FETCH_ANSWERED] = on_answered,
	    [FETCH_UNSENT] = on_unsent,
	    [FETCH_CUT] = on_cut,
	    [FETCH_TOO_BIG] = on_too_big,
	    [FETCH_FORBIDDEN] = on_forbidden,
	};

	metric_sub(e->d->conf.metrics, METRIC_DELIVER_REQUESTS, 1);
	on[e->fetch.end](e);
}

static void
on_done(struct fetch *f)
{
	errand_fetched(f->arg);
}

/* ---- requests ------------------------------------------------------------ */

static size_t
answer_max(const struct errand *e)
{
	size_t most = e->job.kind == JOB_FETCH ? FILE_MAX : ANSWER_MAX;
	size_t wish = e->call.answer_max;

	/* Room to read in whole what is no file but says why there is none. */
	if (wish > 0 && e->job.kind == JOB_FETCH)
		wish += WORDS_ROOM;
	return wish == 0 || wish > FILE_MAX ? most : wish;
}

static enum err
start(struct errand *e)
{
	const struct deliver_conf *conf = &e->d->conf;
	const struct call *c = &e->call;

	e->fetch = (struct fetch){.method = c->method,
	    .url = c->url,
	    .headers = c->headers,
	    .header_count = c->header_count,
	    .body = c->body,
	    .answer_max = answer_max(e),
	    .timeout_ms = e->job.kind == JOB_FETCH ? 3 * conf->timeout_ms
						   : conf->timeout_ms,
	    .follow = c->follow,
	    .public_only = c->public_only,
	    .own = e->opened->account.doc->api,
	    .done = on_done,
	    .arg = e,
	    .inner = e->fetch.inner};
	mail_free(e);
	if (mail_is_order(e))
		return mail_start(e);
	return fetch_start(e->d->fetcher, &e->fetch);
}

static void
request(struct errand *e)
{
	enum err err = start(e);

	if (err == OK) {
		e->called = true;
		metric_add(e->d->conf.metrics, METRIC_DELIVER_REQUESTS, 1);
	} else if (err == E_BADINPUT) {
		on_forbidden(e);
	} else if (e->verdict.broken) {
		on_unsent(e);
	} else {
		put_off(e);
	}
}

void
errand_go(struct errand *e)
{
	struct outcome instead = {0};
	enum err err;

	if (++e->steps > STEPS_MAX) {
		errand_outcome(
		    e, OUTCOME_NEVER, "steps", "It took too many steps.");
		end(e);
		return;
	}
	e->call = (struct call){0};
	err = e->track->channel->call(&e->job, &e->arena, &e->call, &instead);
	if (err == OK) {
		request(e);
		return;
	}
	if (err == E_NOMEM) {
		put_off(e);
		return;
	}
	e->verdict.outcome = instead;
	if (err != E_DENIED)
		errand_outcome(e, OUTCOME_NEVER, "payload",
		    "No request can be made of it.");
	end(e);
}
