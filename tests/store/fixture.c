/* fixture: set-up and the short words of the store's tests. */
#include "tests/store/fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
must_at(enum err e, const char *what, const char *file, int line)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, err_name(e));
	abort();
}

/* ---- life -------------------------------------------------------------- */

struct store *
fixture_other(struct fixture *f)
{
	struct store *s = NULL;
	char why[256] = "";
	enum err e = store_open_engine(
	    f->engine, &f->conf, &s, why, sizeof(why));

	if (e != OK)
		(void)fprintf(stderr, "%s\n", why);
	must(e);
	return s;
}

void
fixture_start(struct fixture *f)
{
	f->store = fixture_other(f);
	must(store_reader_open(f->store, &f->reader));
}

void
fixture_stop(struct fixture *f)
{
	store_reader_close(f->reader);
	store_close(f->store);
	f->reader = NULL;
	f->store = NULL;
}

void
fixture_reopen(struct fixture *f)
{
	fixture_stop(f);
	fixture_start(f);
}

void
fixture_directory(struct fixture *f, const struct store_engine *engine)
{
	/* In memory where there is such a place: fsync costs nothing there. */
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	*f = (struct fixture){.engine = engine};
	(void)snprintf(f->dir, sizeof(f->dir), "%s/store-test-XXXXXX", base);
	if (mkdtemp(f->dir) == NULL)
		must(E_IO);
	(void)snprintf(f->path, sizeof(f->path), "%s/data.db", f->dir);
	f->conf = (struct store_conf){
	    .path = f->path, .queue_max = 100000, .group_max = 1000};
}

void
fixture_open(struct fixture *f, const struct store_engine *engine)
{
	fixture_directory(f, engine);
	fixture_start(f);
	f->company = put_company(f->store, "acme", "{\"name\":\"Acme\"}");
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void
fixture_remove(struct fixture *f)
{
	(void)nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(&f->arena);
}

void
fixture_close(struct fixture *f)
{
	fixture_stop(f);
	fixture_remove(f);
}

/* ---- ops --------------------------------------------------------------- */

int64_t
put_company(struct store *s, const char *key, const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT};

	op.company_put.key = str_from(key);
	op.company_put.document = str_from(document);
	must(store_submit_wait(s, &op));
	return op.company_put.id;
}

struct store_address
address_of(int64_t company, const char *who)
{
	return (struct store_address){.company = company,
	    .channel = STR("web"),
	    .account = STR(""),
	    .address = str_from(who)};
}

struct store_op
open_op(int64_t company, const char *who)
{
	struct store_op op = {.verb = STORE_OPEN};

	op.open.address = address_of(company, who);
	op.open.at = 1000;
	return op;
}

int64_t
open_conversation(struct fixture *f, const char *who)
{
	struct store_op op = open_op(f->company, who);

	must(store_submit_wait(f->store, &op));
	return op.open.conversation.id;
}

struct store_op
message_op(int64_t conversation, const char *source)
{
	struct store_op op = {.verb = STORE_INBOUND};

	op.inbound.conversation = conversation;
	op.inbound.event = (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_CUSTOMER,
	    .at = 2000,
	    .source = str_from(source),
	    .body = STR("{\"text\":\"hello\"}")};
	return op;
}

enum err
say(struct fixture *f, int64_t conversation, const char *source)
{
	struct store_op op = message_op(conversation, source);

	return store_submit_wait(f->store, &op);
}

struct store_op
answer_op(const struct conversation *c)
{
	struct store_op op = {.verb = STORE_COMMIT};
	struct decision *d = &op.commit.decision;

	op.commit.conversation = c->id;
	d->kind = DECIDE_COMMIT;
	d->seq = c->seq;
	d->epoch = c->epoch;
	d->event_count = 1;
	d->events[0] = (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_BOT,
	    .ref = c->last_customer_seq,
	    .at = 3000,
	    .body = STR("{\"text\":\"hi\"}")};
	return op;
}

enum err
answer(struct fixture *f, int64_t conversation)
{
	struct conversation c = state_of(f, conversation);
	struct store_op op = answer_op(&c);

	return store_submit_wait(f->store, &op);
}

/* ---- several at once --------------------------------------------------- */

void
batch_init(struct batch *b)
{
	*b = (struct batch){.waiting = 0};
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
}

void
batch_hold(struct batch *b)
{
	pthread_mutex_lock(&b->lock);
	b->waiting++;
	pthread_mutex_unlock(&b->lock);
}

void
batch_release(struct batch *b)
{
	pthread_mutex_lock(&b->lock);
	b->waiting--;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static void
batch_done(struct store_op *op)
{
	batch_release(op->arg);
}

void
batch_submit(struct batch *b, struct store *s, struct store_op *op)
{
	batch_hold(b);
	op->done = batch_done;
	op->arg = b;
	must(store_submit(s, op));
}

void
batch_wait(struct batch *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->waiting > 0)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

/* ---- what is there ----------------------------------------------------- */

struct conversation
state_of(struct fixture *f, int64_t id)
{
	struct conversation c = {0};

	must(store_read_conversation(f->reader, id, &c));
	return c;
}

size_t
events_of(struct fixture *f, int64_t id, struct event *out, size_t max)
{
	size_t n = max;

	must(store_read_events(f->reader, id, 0, &f->arena, out, &n));
	return n;
}

size_t
outbox_of(struct fixture *f, struct outbox_row *out, size_t max)
{
	struct lane lanes[16];
	size_t n = ARRAY_LEN(lanes), found = 0;

	must(store_list_lanes(f->reader, 0, &f->arena, lanes, &n));
	for (size_t i = 0; i < n; i++) {
		size_t rows = max - found;

		must(store_list_outbox(f->reader,
		    &(struct outbox_ask){lanes[i].id, false, 0}, &f->arena,
		    out + found, &rows));
		found += rows;
	}
	return found;
}

static bool
same_with_people(const struct conversation *a, const struct conversation *b)
{
	return a->team == b->team && a->offered == b->offered &&
	       a->wanted == b->wanted && a->last_agent == b->last_agent &&
	       a->priority == b->priority && a->breached == b->breached &&
	       a->front == b->front && a->given == b->given &&
	       a->gone == b->gone && a->unreached == b->unreached &&
	       a->mail_seq == b->mail_seq && a->holder_seq == b->holder_seq &&
	       a->route_seq == b->route_seq && a->offer_seq == b->offer_seq &&
	       a->mailed_seq == b->mailed_seq && a->agent_seq == b->agent_seq &&
	       a->notice_seq == b->notice_seq && a->notice == b->notice &&
	       a->notice_at == b->notice_at && a->queued_at == b->queued_at &&
	       a->waiting_at == b->waiting_at &&
	       a->snoozed_until == b->snoozed_until &&
	       a->offered_at == b->offered_at && a->spoken_by == b->spoken_by &&
	       a->spoken_id == b->spoken_id && a->spoken_seq == b->spoken_seq &&
	       a->spoken_before == b->spoken_before;
}

bool
same_state(const struct conversation *a, const struct conversation *b)
{
	return a->id == b->id && a->company == b->company &&
	       a->contact == b->contact && a->seq == b->seq &&
	       a->epoch == b->epoch &&
	       a->last_customer_seq == b->last_customer_seq &&
	       a->handled_seq == b->handled_seq &&
	       a->resolved_seq == b->resolved_seq && a->holder == b->holder &&
	       a->agent == b->agent && a->status == b->status &&
	       a->opened_at == b->opened_at && a->last_at == b->last_at &&
	       a->customer_at == b->customer_at && same_with_people(a, b);
}

static bool
fold_page(struct conversation *folded, const struct event *page, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (conversation_fold(folded, &page[i]) != OK)
			return false;
	return true;
}

bool
is_consistent(struct fixture *f, int64_t id)
{
	struct conversation row = state_of(f, id);
	struct conversation folded = {
	    .id = id, .company = row.company, .contact = row.contact};
	struct event page[64];
	size_t n;

	do {
		n = ARRAY_LEN(page);
		must(store_read_events(
		    f->reader, id, folded.seq, &f->arena, page, &n));
		if (!fold_page(&folded, page, n))
			return false;
		arena_reset(&f->arena);
	} while (n == ARRAY_LEN(page));
	return same_state(&row, &folded);
}
