/* writer: take, commit, tell. What a commit is, the engine knows. */
#include "store/writer.h"

#include <stdlib.h>
#include <time.h>

#define PROBE_MS 1000

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static void
set_all(struct store_op **ops, size_t n, enum err e)
{
	for (size_t i = 0; i < n; i++)
		ops[i]->err = e;
}

/* ---- what an op says and answers in one place -------------------------- */

/*
 * The members that are both in and out. An engine has written over them when
 * a group fails; what the caller said must be there when the op is applied
 * again, by us or by the caller.
 */
struct said {
	struct seen seen;
	uint64_t worker, beat;
	int64_t agent;
};

static struct said
said_of(const struct store_op *op)
{
	struct said said = {.worker = 0};

	if (op->verb == STORE_CLAIM) {
		said.worker = op->claim.worker;
		said.beat = op->claim.beat;
	} else if (op->verb == STORE_SEEN) {
		said.seen = op->seen.seen;
	} else if (op->verb == STORE_AGENT) {
		said.agent = op->agent.row.id;
	}
	return said;
}

static void
said_restore(struct store_op *op, const struct said *said)
{
	if (op->verb == STORE_CLAIM) {
		op->claim.worker = said->worker;
		op->claim.beat = said->beat;
	} else if (op->verb == STORE_SEEN) {
		op->seen.seen = said->seen;
	} else if (op->verb == STORE_AGENT) {
		op->agent.row.id = said->agent;
	}
}

/* n ops from the from-th on. After a failure they are as they were said. */
static enum err
commit(struct writer *w, size_t from, size_t n, bool *common)
{
	enum err e;

	for (size_t i = from; i < from + n; i++)
		w->said[i] = said_of(w->ops[i]);
	e = w->engine->commit(w->data, &w->ops[from], n, common);
	for (size_t i = from; i < from + n && e != OK; i++)
		said_restore(w->ops[i], &w->said[i]);
	return e;
}

/* ---- groups ------------------------------------------------------------ */

/*
 * One by one, until the trouble turns out to be everybody's. What the last
 * one to fail met.
 */
static enum err
commit_each(struct writer *w, size_t n)
{
	enum err worst = OK;
	bool common = false;

	for (size_t i = 0; i < n; i++) {
		enum err e = commit(w, i, 1, &common);

		if (e == OK)
			continue;
		worst = e;
		if (common) {
			set_all(&w->ops[i], n - i, e);
			break;
		}
		w->ops[i]->err = e;
	}
	return worst;
}

static enum err
commit_group(struct writer *w, size_t n)
{
	bool common = false;
	enum err e = commit(w, 0, n, &common);

	if (e == OK)
		return OK;
	if (n > 1 && !common)
		return commit_each(w, n);
	set_all(w->ops, n, e);
	return e;
}

static void
tell(void *writer, struct store_op **ops, size_t n)
{
	struct writer *w = writer;

	for (size_t i = 0; i < n; i++) {
		if (ops[i]->err == OK)
			w->ops_done++;
		else
			w->failed_ops++;
		ops[i]->done(ops[i]);
	}
	if (w->on_group != NULL)
		w->on_group(w->on_group_arg);
}

/* Where nobody waits, waking another thread would only take time. */
static void
tell_or_give(struct writer *w, size_t n)
{
	if (queue_waiting(&w->queue) > 0) {
		w->ops = teller_give(&w->teller, w->ops, n);
		return;
	}
	teller_wait(&w->teller);
	tell(w, w->ops, n);
}

static void
run_group(struct writer *w, size_t n)
{
	uint64_t start = now_us();
	enum err e;

	w->running_since = start;
	e = commit_group(w, n);
	w->running_since = 0;
	w->commit_us_sum += now_us() - start;
	w->groups++;
	if (e != OK)
		w->failed_groups++;
	w->state = e;
	tell_or_give(w, n);
}

static void
run_probe(struct writer *w)
{
	w->running_since = now_us();
	w->state = w->engine->probe(w->data);
	w->running_since = 0;
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	bool over = false;

	(void)pthread_setname_np(pthread_self(), "fd-store");
	while (!over) {
		int wait_ms = w->state == OK ? -1 : PROBE_MS;
		size_t n = queue_take(
		    &w->queue, w->ops, w->group_max, wait_ms, &over);

		if (n > 0)
			run_group(w, n);
		else if (!over)
			run_probe(w);
	}
	return NULL;
}

enum err
writer_start(struct writer *w, const struct store_engine *engine, void *data,
    const struct store_conf *conf)
{
	enum err e;

	w->engine = engine;
	w->data = data;
	w->group_max = conf->group_max > 0 ? conf->group_max : 1;
	w->ops = calloc(w->group_max, sizeof(*w->ops));
	w->said = calloc(w->group_max, sizeof(*w->said));
	e = E_NOMEM;
	if (w->ops == NULL || w->said == NULL)
		goto no_queue;
	if ((e = queue_init(&w->queue, conf->queue_max)) != OK)
		goto no_queue;
	w->teller.tell = tell;
	w->teller.arg = w;
	if ((e = teller_start(&w->teller, w->group_max)) != OK)
		goto no_teller;
	if (pthread_create(&w->thread, NULL, writer_main, w) == 0)
		return OK;
	e = E_NOMEM;
	teller_stop(&w->teller);
no_teller:
	queue_free(&w->queue);
no_queue:
	free(w->said);
	free(w->ops);
	return e;
}

void
writer_stop(struct writer *w)
{
	queue_close(&w->queue);
	pthread_join(w->thread, NULL);
	teller_stop(&w->teller);
	queue_free(&w->queue);
	free(w->said);
	free(w->ops);
}

/* Since when is read first: it cannot lie in the future then. */
static uint64_t
running_ms(const struct writer *w)
{
	uint64_t since = w->running_since;

	return since == 0 ? 0 : (now_us() - since) / 1000u;
}

void
writer_stats(struct writer *w, struct store_stats *out)
{
	out->state = w->state;
	out->groups = w->groups;
	out->ops = w->ops_done;
	out->failed_ops = w->failed_ops;
	out->refused = queue_refused(&w->queue);
	out->group_running_ms = running_ms(w);
	out->failed_groups = w->failed_groups;
	out->queued = queue_waiting(&w->queue);
	out->commit_us_sum = w->commit_us_sum;
}
