/*
 * fixture: a store in a directory of its own, and ops said in one line.
 *
 * What cannot go wrong in a test stops it at once with a line (must()).
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "store/engine.h"

#include <pthread.h>

struct fixture {
	const struct store_engine *engine;
	char dir[64], path[128];
	struct store_conf conf;
	struct store *store;
	struct store_reader *reader;
	struct arena arena;
	int64_t company; /* "acme" */
};

/* A fresh directory; a store, a reader and the company "acme". */
void fixture_open(struct fixture *f, const struct store_engine *engine);
void fixture_close(struct fixture *f);

/* The steps of it. start opens on f->conf, which a test may change. */
void fixture_directory(struct fixture *f, const struct store_engine *engine);
void fixture_start(struct fixture *f);
void fixture_stop(struct fixture *f);
void fixture_remove(struct fixture *f);
void fixture_reopen(struct fixture *f);

/* Another store on the same data. */
struct store *fixture_other(struct fixture *f);

void must_at(enum err e, const char *what, const char *file, int line);
#define must(call) must_at(call, #call, __FILE__, __LINE__)

/* ---- ops --------------------------------------------------------------- */

int64_t put_company(struct store *s, const char *key, const char *document);

struct store_address address_of(int64_t company, const char *who);
struct store_op open_op(int64_t company, const char *who);

/* A conversation for `who` of acme; its id. */
int64_t open_conversation(struct fixture *f, const char *who);

/* A customer's message; source may be NULL. */
struct store_op message_op(int64_t conversation, const char *source);
enum err say(struct fixture *f, int64_t conversation, const char *source);

/* A bot's answer to all of c. */
struct store_op answer_op(const struct conversation *c);
enum err answer(struct fixture *f, int64_t conversation);

/* ---- several at once --------------------------------------------------- */

struct batch {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned waiting;
};

void batch_init(struct batch *b);
void batch_submit(struct batch *b, struct store *s, struct store_op *op);
/* Counts as an op, until released. */
void batch_hold(struct batch *b);
void batch_release(struct batch *b);
/* Until every op's done was called. */
void batch_wait(struct batch *b);

/* ---- what is there ----------------------------------------------------- */

struct conversation state_of(struct fixture *f, int64_t id);

/* Up to max events from the first; how many. They live in f->arena. */
size_t events_of(struct fixture *f, int64_t id, struct event *out, size_t max);

/* Up to max rows of all lanes that are to go out, by lane; how many. */
size_t outbox_of(struct fixture *f, struct outbox_row *out, size_t max);

bool same_state(const struct conversation *a, const struct conversation *b);

/* Is seq dense from 1, and the fold of the log the row beside it? */
bool is_consistent(struct fixture *f, int64_t id);

#endif
