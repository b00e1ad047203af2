/*
 * engine: what a database must do to be a store.
 *
 * The store owns the queue, the one writer thread and the callbacks; an
 * engine owns the data. The writer hands over one group of ops at a time and
 * waits; while it waits the next group gathers, so an engine whose commit is
 * slow (a network away) gets larger groups, not fewer ops a second. Inside
 * commit() an engine may send all it has at once and wait for all answers.
 *
 * No engine may keep state of rows in memory between groups: other processes
 * and hosts write too. Reading the state, folding and writing it back happen
 * inside the transaction that stores the events.
 *
 * Calls for one reader come from one thread at a time, lead() and unlead()
 * too; commit() and probe() from the writer thread; stats() from any.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "store/store.h"

struct store_engine {
	const char *name;

	/* As store_open(): migrates, fills `why` on failure. */
	enum err (*open)(const struct store_conf *conf, void **engine,
	    char *why, size_t why_size);
	/* No reader is open, no commit runs. */
	void (*close)(void *engine);

	/*
	 * Applies the ops in order, in one durable transaction. An op that is
	 * refused (see store_is_refusal()) leaves no trace, but for an act's
	 * line in the audit, and does not disturb the others; its op->err says
	 * so. OK: all of it is on disk and every op->err is set. Else nothing happened at all, and *common
	 * tells whether each op would meet the same if it were tried alone
	 * (the disk is full), or one may be the cause (it is too large).
	 *
	 * An op may be applied more than once, for after a failure the group's
	 * ops are tried alone. So what an op says must not be written over.
	 * The members that are both in and out (worker and beat of a claim,
	 * seen, an agent's id) are put back by the writer; all others are one or the other,
	 * and what is out must be set anew each time.
	 */
	enum err (*commit)(
	    void *engine, struct store_op **ops, size_t n, bool *common);
	/*
	 * Asked while the last group has failed and nothing comes in: writes
	 * a little, durably, to learn whether the trouble is over.
	 */
	enum err (*probe)(void *engine);
	/* Sets wal_bytes and checkpoints. */
	void (*stats)(void *engine, struct store_stats *out);

	/* As store_lead(); close() ends it too. */
	enum err (*lead)(void *engine, enum store_role role);
	void (*unlead)(void *engine, enum store_role role);

	enum err (*reader_open)(void *engine, void **reader);
	void (*reader_close)(void *reader);
	enum err (*read_begin)(void *reader);
	void (*read_end)(void *reader);

	/* The reads of store.h, one for one. */
	enum err (*read_company)(
	    void *reader, int64_t id, struct arena *a, struct company_row *out);
	enum err (*find_company)(void *reader, struct str key, struct arena *a,
	    struct company_row *out);
	enum err (*list_companies)(void *reader, int64_t after, struct arena *a,
	    struct company_row *out, size_t *n);
	enum err (*read_conversation)(
	    void *reader, int64_t id, struct conversation *out);
	enum err (*read_seen)(void *reader, int64_t id, struct seen *out);
	enum err (*read_claim)(
	    void *reader, int64_t id, struct store_claim *out);
	enum err (*read_events)(void *reader, int64_t conversation,
	    uint64_t after, struct arena *a, struct event *out, size_t *n);
	enum err (*list_pending)(
	    void *reader, int64_t after, int64_t *out, size_t *n);
	enum err (*list_timers)(
	    void *reader, int64_t now, struct timer_row *out, size_t *n);
	enum err (*read_timer)(void *reader, int64_t conversation,
	    enum timer_kind kind, int64_t *due);
	enum err (*read_reach)(void *reader, int64_t conversation,
	    struct arena *a, struct reach *out);
	enum err (*list_outbox)(void *reader, const struct outbox_ask *ask,
	    struct arena *a, struct outbox_row *out, size_t *n);
	enum err (*read_outbox)(
	    void *reader, int64_t row, struct arena *a, struct outbox_row *out);
	enum err (*find_outbox)(void *reader, const struct vendor_ask *ask,
	    struct arena *a, struct outbox_row *out);
	enum err (*list_outbox_of)(void *reader, const struct cause_ask *ask,
	    struct arena *a, struct outbox_row *out, size_t *n);
	enum err (*read_excess)(
	    void *reader, const struct excess_ask *ask, bool *out);
	enum err (*list_lanes)(void *reader, int64_t after, struct arena *a,
	    struct lane *out, size_t *n);
	enum err (*list_reaches)(void *reader, const struct reach_ask *ask,
	    struct arena *a, struct reach *out, size_t *n);

	/* Those of views.h. */
	enum err (*list_conversations)(void *reader, const struct list_ask *ask,
	    struct arena *a, struct list_row *out, size_t *n);
	enum err (*count_views)(
	    void *reader, int64_t company, int64_t agent, uint64_t out[VIEWS]);
	enum err (*read_row)(void *reader, int64_t company,
	    int64_t conversation, struct arena *a, struct list_row *out);
	enum err (*list_handed)(void *reader, int64_t after, struct arena *a,
	    struct handed_row *out, size_t *n);
	enum err (*read_handed)(void *reader, int64_t conversation,
	    struct arena *a, struct handed_row *out);
	enum err (*list_not_taken)(void *reader, int64_t conversation,
	    uint64_t after, struct not_taken *out, size_t *n);
	enum err (*search)(void *reader, const struct search_ask *ask,
	    struct arena *a, struct found *out, size_t *n);
	enum err (*read_feed)(void *reader, uint64_t after, struct arena *a,
	    struct feed_row *out, size_t *n);
	enum err (*read_place)(
	    void *reader, struct str follower, uint64_t *out);
	enum err (*read_end_of_feed)(void *reader, uint64_t *out);

	/* Those of staff.h. */
	enum err (*read_agent)(
	    void *reader, int64_t id, struct arena *a, struct agent_row *out);
	enum err (*find_agent)(void *reader, const struct agent_ask *ask,
	    struct arena *a, struct agent_row *out);
	enum err (*list_agents)(void *reader, const struct agents_ask *ask,
	    struct arena *a, struct agent_row *out, size_t *n);
	enum err (*find_pass)(void *reader, const unsigned char *hash,
	    struct arena *a, struct pass_row *out);
	enum err (*list_passes)(void *reader, const struct pass_ask *ask,
	    struct arena *a, struct pass_row *out, size_t *n);
	enum err (*list_items)(void *reader, const struct item_ask *ask,
	    struct arena *a, struct item *out, size_t *n);
	enum err (*read_item)(void *reader, const struct item *which,
	    struct arena *a, struct item *out);
	enum err (*list_audit)(void *reader, const struct audit_ask *ask,
	    struct arena *a, struct audit_row *out, size_t *n);
	enum err (*follow_audit)(void *reader, int64_t *after, struct arena *a,
	    struct audit_row *out, size_t *n);
};

/* Is e the answer to one op, rather than trouble of the whole group? */
static inline bool
store_is_refusal(enum err e)
{
	return e == E_STALE || e == E_CLAIMED || e == E_NOTFOUND ||
	       e == E_BADINPUT || e == E_DENIED;
}

extern const struct store_engine store_engine_sqlite;

/* store_open() on a given engine; what tests and store_open() itself use. */
enum err store_open_engine(const struct store_engine *engine,
    const struct store_conf *conf, struct store **out, char *why,
    size_t why_size) MUST_USE;

#endif
