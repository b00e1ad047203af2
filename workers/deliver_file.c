/*
 * deliver_file: files that customers sent, and those that go with what is sent
 * to them. The vendor is asked like for any
 * other row; what it brought goes to a thread of its own, the keeper, which
 * looks what it is and writes it to the disk, so that no message waits for
 * the disk.
 */
#include "workers/deliver_inner.h"
#include "workers/sniff.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct keeper {
	struct deliver *d;
	pthread_t thread;
	struct mailbox mailbox;
	_Atomic bool closing; /* no more is written */
	bool ended;	      /* its own */
};

/* A file on its way to the disk and back. */
struct keeping {
	struct mail mail;
	struct errand *errand;
	struct kept_file file;
	enum err err;
};

/* ---- the keeper's thread ------------------------------------------------- */

static void on_kept(void *owner, struct mail *m);

static void
keep(void *owner, struct mail *m)
{
	struct keeper *keeper = owner;
	struct keeping *g = CONTAINER_OF(m, struct keeping, mail);
	struct str bytes = g->errand->verdict.outcome.bytes;

	g->file.size = bytes.n;
	g->file.type = sniff(bytes);
	g->err = E_CLOSED;
	if (g->file.type != NULL && !atomic_load(&keeper->closing))
		g->err = store_blob_put(
		    keeper->d->conf.store, bytes, g->file.hash);
	g->mail.fn = on_kept;
	mailbox_post(&keeper->d->mailbox, &g->mail);
}

static void
keep_no_more(void *owner, struct mail *m)
{
	struct keeper *keeper = owner;

	(void)m;
	keeper->ended = true;
}

static void *
keeper_loop(void *arg)
{
	struct keeper *keeper = arg;
	struct pollfd p = {
	    .fd = mailbox_fd(&keeper->mailbox), .events = POLLIN};

	(void)pthread_setname_np(pthread_self(), "fd-files");
	while (!keeper->ended) {
		poll(&p, 1, -1);
		(void)mailbox_run(&keeper->mailbox, keeper);
	}
	return NULL;
}

enum err
keeper_open(struct deliver *d)
{
	struct keeper *k = calloc(1, sizeof(*k));
	enum err e;

	if (k == NULL)
		return E_NOMEM;
	k->d = d;
	e = mailbox_open(&k->mailbox);
	if (e == OK && pthread_create(&k->thread, NULL, keeper_loop, k) != 0) {
		mailbox_close(&k->mailbox);
		e = E_NOMEM;
	}
	if (e != OK)
		free(k);
	else
		d->keeper = k;
	return e;
}

void
keeper_close(struct deliver *d)
{
	struct mail m = {.fn = keep_no_more};

	if (d->keeper == NULL)
		return;
	atomic_store(&d->keeper->closing, true);
	mailbox_post(&d->keeper->mailbox, &m);
	pthread_join(d->keeper->thread, NULL);
	mailbox_close(&d->keeper->mailbox);
	free(d->keeper);
}

/* ---- read again ------------------------------------------------------------ */

static enum err
read_all(int fd, size_t size, char *out)
{
	size_t had = 0;
	ssize_t n = 1;

	while (had < size && n > 0) {
		n = read(fd, out + had, size - had);
		had += n > 0 ? (size_t)n : 0;
	}
	return had == size ? OK : E_IO;
}

enum err
file_read(const struct job *job, struct str hash, size_t most, struct str *out,
    struct arena *a)
{
	uint64_t size;
	char *room;
	int fd;
	enum err e = store_blob_open(job->read_arg, hash, &fd, &size);

	if (e != OK)
		return e;
	room = size > most ? NULL : arena_alloc(a, (size_t)size + 1);
	if (room == NULL) {
		e = size > most ? E_LIMIT : E_NOMEM;
	} else {
		e = read_all(fd, (size_t)size, room);
		*out = (struct str){room, (size_t)size};
	}
	close(fd);
	return e;
}

/* ---- what came of it ----------------------------------------------------- */

/* There is nothing to replay: it is what it is. */
static void
refuse(struct row *r, struct str code, struct str why)
{
	struct settled s = {.state = OUTBOX_SENT, .code = code, .reason = why};
	struct arena a = {0};

	metric_add(
	    r->talk->track->d->conf.metrics, METRIC_DELIVER_FILES_REFUSED, 1);
	log_given_up(r, "refused", code);
	s.event = event_file_refused(r, why, &a);
	settle_row(r, &s);
	arena_free(&a);
}

/* The vendor did not give it. */
static void
lose(struct row *r, struct str code, struct str why)
{
	struct settled s = {.state = OUTBOX_DEAD, .code = code, .reason = why};
	struct arena a = {0};

	metric_add(r->talk->track->d->conf.metrics, METRIC_DELIVER_FAILED, 1);
	log_given_up(r, "failed", code);
	s.event = event_file_refused(r, why, &a);
	settle_row(r, &s);
	arena_free(&a);
}

static void
is_late(struct row *r)
{
	lose(r, STR("late"), STR("It could not be fetched in time."));
}

static void
again(struct row *r, int64_t ms, bool spared)
{
	struct deliver *d = r->talk->track->d;
	const struct settled s = {
	    .state = OUTBOX_READY, .due = row_due(r, ms), .uncount = spared};

	metric_add(d->conf.metrics, METRIC_DELIVER_LATER, 1);
	settle_row(r, &s);
}

static void
have(struct row *r, const struct kept_file *f)
{
	struct settled s = {.state = OUTBOX_SENT};
	struct arena a = {0};

	metric_add(r->talk->track->d->conf.metrics, METRIC_DELIVER_FILES, 1);
	s.event = event_file_kept(r, f, &a);
	settle_row(r, &s);
	arena_free(&a);
}

/* Back on the deliverer's thread. */
static void
on_kept(void *owner, struct mail *m)
{
	struct keeping *g = CONTAINER_OF(m, struct keeping, mail);
	struct row *r = g->errand->arg;

	(void)owner;
	talk_comes_back(r->talk);
	if (g->file.type == NULL)
		refuse(r, STR("type"),
		    STR("It is not a kind of file that is kept."));
	else if (g->err == OK)
		have(r, &g->file);
	else
		again(r, backoff_ms(++r->tries, deliver_random()), true);
	errand_free(g->errand);
}

static void
on_bytes(struct errand *e, struct row *r)
{
	struct keeping *g = arena_alloc(&e->arena, sizeof(*g));

	if (e->verdict.outcome.bytes.n == 0) {
		talk_comes_back(r->talk);
		refuse(r, STR("empty"), STR("It is empty."));
		return;
	}
	e->kept = g != NULL;
	if (g == NULL) {
		talk_comes_back(r->talk);
		again(r, backoff_ms(++r->tries, deliver_random()), true);
		return;
	}
	g->errand = e;
	g->mail.fn = keep;
	mailbox_post(&e->d->keeper->mailbox, &g->mail);
}

static void
on_later(struct errand *e, struct row *r)
{
	talk_comes_back(r->talk);
	if (e->verdict.too_big) {
		refuse(r, STR("size"),
		    e->fetch.answer_max >= FILE_MAX
			? STR("It is larger than 16 MB.")
			: STR("It is larger than its sender said."));
		return;
	}
	if (row_too_old(r)) {
		is_late(r);
		return;
	}
	r->tries += e->verdict.spared;
	again(r, later_ms(e, r), e->verdict.spared);
}

static void
on_never(struct errand *e, struct row *r)
{
	const struct outcome *o = &e->verdict.outcome;

	talk_comes_back(r->talk);
	if (str_eq(o->code, STR("forbidden")))
		refuse(r, o->code, o->reason);
	else
		lose(r, o->code, o->reason);
}

static void
file_ended(struct errand *e)
{
	static void (*const on[OUTCOMES])(struct errand *, struct row *) = {
	    [OUTCOME_OK] = on_bytes,
	    [OUTCOME_NEXT] = on_later, /* never comes */
	    [OUTCOME_LATER] = on_later,
	    [OUTCOME_NEVER] = on_never,
	    [OUTCOME_BLOCKED] = on_later,
	    [OUTCOME_DOUBT] = on_later, /* to ask again does no harm */
	    [OUTCOME_ABSENT] = on_never,
	};

	on[e->verdict.outcome.kind](e, e->arg);
}

void
file_row(struct row *r)
{
	struct talk *k = r->talk;
	struct errand *e = NULL;

	if (row_had_its_time(r)) {
		talk_comes_back(k);
		is_late(r);
		return;
	}
	if (!atomic_load(&k->track->d->stopping) &&
	    track_account(k->track) != NULL)
		e = errand_new(k->track, JOB_FETCH, file_ended, r);
	if (e == NULL) {
		talk_comes_back(r->talk);
		settle_put_back(r);
		return;
	}
	e->job.payload = r->payload;
	e->job.row = (uint64_t)r->id;
	e->job.at = r->at;
	errand_go(e);
}

void
file_again(struct row *r)
{
	const struct settled s = {.state = OUTBOX_READY, .due = 0};

	talk_comes_back(r->talk);
	settle_row(r, &s);
}
