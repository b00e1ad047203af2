/*
 * store: the contract's face. Writes go to the writer's queue, reads straight
 * to the engine; nothing here knows which engine that is.
 */
#include "store/store.h"
#include "store/blob.h"
#include "store/inside.h"
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>

struct store {
	const struct store_engine *engine;
	void *data;
	struct writer writer;
	char *blobs; /* the folder of files */
};

static const char *const verbs[STORE_VERBS] = {
    [STORE_COMPANY_PUT] = "company_put",
    [STORE_OPEN] = "open",
    [STORE_INBOUND] = "inbound",
    [STORE_COMMIT] = "commit",
    [STORE_CLAIM] = "claim",
    [STORE_SEEN] = "seen",
    [STORE_TAKE] = "take",
    [STORE_SETTLE] = "settle",
    [STORE_RECEIPT] = "receipt",
    [STORE_REPLAY] = "replay",
    [STORE_LANE] = "lane",
    [STORE_AUDIT] = "audit",
    [STORE_ITEM] = "item",
    [STORE_PASS] = "pass",
    [STORE_PRESENCE] = "presence",
    [STORE_AGENT] = "agent",
    [STORE_FEED] = "feed",
    [STORE_PLACE] = "place",
    [STORE_ACT] = "act",
};

static const char *const outbox_states[OUTBOX_STATES] = {
    [OUTBOX_READY] = "ready",
    [OUTBOX_SENDING] = "sending",
    [OUTBOX_DOUBT] = "in doubt",
    [OUTBOX_SENT] = "sent",
    [OUTBOX_UNKNOWN] = "unknown",
    [OUTBOX_DEAD] = "dead",
};

static const char *const lane_states[LANE_STATES] = {
    [LANE_FLOWS] = "flows",
    [LANE_DOWN] = "down",
    [LANE_BLOCKED] = "blocked",
};

const char *
outbox_state_name(enum outbox_state s)
{
	return (unsigned)s < OUTBOX_STATES ? outbox_states[s] : "unknown";
}

const char *
lane_state_name(enum lane_state s)
{
	return (unsigned)s < LANE_STATES ? lane_states[s] : "unknown";
}

const char *
store_verb_name(enum store_verb v)
{
	return (unsigned)v < STORE_VERBS ? verbs[v] : "unknown";
}

/* ---- life -------------------------------------------------------------- */

enum err
store_open_engine(const struct store_engine *engine,
    const struct store_conf *conf, struct store **out, char *why,
    size_t why_size)
{
	struct store *s = calloc(1, sizeof(*s));
	enum err e = E_NOMEM;

	(void)snprintf(why, why_size, "out of memory");
	if (s == NULL)
		return e;
	s->engine = engine;
	if ((e = blob_folder(conf->path, &s->blobs)) != OK)
		goto no_engine;
	if ((e = engine->open(conf, &s->data, why, why_size)) != OK)
		goto no_engine;
	if ((e = writer_start(&s->writer, engine, s->data, conf)) != OK)
		goto no_writer;
	blob_sweep(s->blobs);
	*out = s;
	return OK;
no_writer:
	engine->close(s->data);
	(void)snprintf(why, why_size, "no memory for the writer");
no_engine:
	free(s->blobs);
	free(s);
	return e;
}

enum err
store_open(const struct store_conf *conf, struct store **out, char *why,
    size_t why_size)
{
	return store_open_engine(
	    &store_engine_sqlite, conf, out, why, why_size);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	writer_stop(&s->writer);
	s->engine->close(s->data);
	free(s->blobs);
	free(s);
}

void
store_stats(struct store *s, struct store_stats *out)
{
	*out = (struct store_stats){0};
	writer_stats(&s->writer, out);
	s->engine->stats(s->data, out);
}

unsigned
store_waiting(const struct store *s)
{
	return queue_waiting(&s->writer.queue);
}

/* ---- writes ------------------------------------------------------------ */

enum err
store_submit(struct store *s, struct store_op *op)
{
	return queue_put(&s->writer.queue, op);
}

void
store_on_group(struct store *s, void (*fn)(void *arg), void *arg)
{
	s->writer.on_group = fn;
	s->writer.on_group_arg = arg;
}

struct wait {
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool done;
};

static void
wait_done(struct store_op *op)
{
	struct wait *w = op->arg;

	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->finished);
	pthread_mutex_unlock(&w->lock);
}

static enum err
submit_and_wait(struct store *s, struct store_op *op, struct wait *w)
{
	enum err e = store_submit(s, op);

	if (e != OK)
		return e;
	pthread_mutex_lock(&w->lock);
	while (!w->done)
		pthread_cond_wait(&w->finished, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return op->err;
}

enum err
store_submit_wait(struct store *s, struct store_op *op)
{
	struct wait w = {.done = false};
	void (*done)(struct store_op *) = op->done;
	void *arg = op->arg;
	enum err e;

	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.finished, NULL);
	op->done = wait_done;
	op->arg = &w;
	e = submit_and_wait(s, op, &w);
	op->done = done;
	op->arg = arg;
	pthread_cond_destroy(&w.finished);
	pthread_mutex_destroy(&w.lock);
	return e;
}

/* ---- reads ------------------------------------------------------------- */

enum err
store_reader_open(struct store *s, struct store_reader **out)
{
	struct store_reader *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return E_NOMEM;
	r->engine = s->engine;
	e = s->engine->reader_open(s->data, &r->data);
	if (e == OK)
		*out = r;
	else
		free(r);
	return e;
}

void
store_reader_close(struct store_reader *r)
{
	if (r == NULL)
		return;
	r->engine->reader_close(r->data);
	free(r);
}

enum err
store_read_begin(struct store_reader *r)
{
	return r->engine->read_begin(r->data);
}

void
store_read_end(struct store_reader *r)
{
	r->engine->read_end(r->data);
}

enum err
store_read_company(struct store_reader *r, int64_t id, struct arena *a,
    struct company_row *out)
{
	return r->engine->read_company(r->data, id, a, out);
}

enum err
store_find_company(struct store_reader *r, struct str key, struct arena *a,
    struct company_row *out)
{
	return r->engine->find_company(r->data, key, a, out);
}

enum err
store_list_companies(struct store_reader *r, int64_t after, struct arena *a,
    struct company_row *out, size_t *n)
{
	return r->engine->list_companies(r->data, after, a, out, n);
}

enum err
store_read_conversation(
    struct store_reader *r, int64_t id, struct conversation *out)
{
	return r->engine->read_conversation(r->data, id, out);
}

enum err
store_read_seen(struct store_reader *r, int64_t id, struct seen *out)
{
	return r->engine->read_seen(r->data, id, out);
}

enum err
store_read_claim(struct store_reader *r, int64_t id, struct store_claim *out)
{
	return r->engine->read_claim(r->data, id, out);
}

enum err
store_read_events(struct store_reader *r, int64_t conversation, uint64_t after,
    struct arena *a, struct event *out, size_t *n)
{
	return r->engine->read_events(r->data, conversation, after, a, out, n);
}

enum err
store_list_pending(
    struct store_reader *r, int64_t after, int64_t *out, size_t *n)
{
	return r->engine->list_pending(r->data, after, out, n);
}

enum err
store_list_timers(
    struct store_reader *r, int64_t now, struct timer_row *out, size_t *n)
{
	return r->engine->list_timers(r->data, now, out, n);
}

enum err
store_read_timer(struct store_reader *r, int64_t conversation,
    enum timer_kind kind, int64_t *due)
{
	return r->engine->read_timer(r->data, conversation, kind, due);
}

enum err
store_read_reach(struct store_reader *r, int64_t conversation, struct arena *a,
    struct reach *out)
{
	return r->engine->read_reach(r->data, conversation, a, out);
}

enum err
store_list_outbox(struct store_reader *r, const struct outbox_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n)
{
	return r->engine->list_outbox(r->data, ask, a, out, n);
}

enum err
store_read_outbox(struct store_reader *r, int64_t row, struct arena *a,
    struct outbox_row *out)
{
	return r->engine->read_outbox(r->data, row, a, out);
}

enum err
store_find_outbox(struct store_reader *r, const struct vendor_ask *ask,
    struct arena *a, struct outbox_row *out)
{
	return r->engine->find_outbox(r->data, ask, a, out);
}

enum err
store_list_outbox_of(struct store_reader *r, const struct cause_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n)
{
	return r->engine->list_outbox_of(r->data, ask, a, out, n);
}

enum err
store_read_excess(
    struct store_reader *r, const struct excess_ask *ask, bool *out)
{
	return r->engine->read_excess(r->data, ask, out);
}

enum err
store_list_lanes(struct store_reader *r, int64_t after, struct arena *a,
    struct lane *out, size_t *n)
{
	return r->engine->list_lanes(r->data, after, a, out, n);
}

enum err
store_list_reaches(struct store_reader *r, const struct reach_ask *ask,
    struct arena *a, struct reach *out, size_t *n)
{
	return r->engine->list_reaches(r->data, ask, a, out, n);
}

/* ---- who delivers, files ----------------------------------------------- */

enum err
store_lead(struct store *s, enum store_role role)
{
	return s->engine->lead(s->data, role);
}

void
store_unlead(struct store *s, enum store_role role)
{
	s->engine->unlead(s->data, role);
}

enum err
store_blob_put(struct store *s, struct str bytes, char hash[BLOB_HASH + 1])
{
	return blob_put(s->blobs, bytes, hash);
}

enum err
store_blob_open(struct store *s, struct str hash, int *fd, uint64_t *size)
{
	return blob_open(s->blobs, hash, fd, size);
}
