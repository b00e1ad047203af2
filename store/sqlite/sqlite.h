/*
 * sqlite: the parts of the engine that others of its files need.
 *
 *	writer thread  --- struct conn writer       all transactions
 *	checkpointer   --- struct conn of its own   log -> database file
 *	each reader    --- struct conn of its own   any thread of the caller
 */
#ifndef STORE_SQLITE_SQLITE_H
#define STORE_SQLITE_SQLITE_H

#include "store/engine.h"
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/reader.h"

struct sqlite {
	char *path, *vfs;
	struct conn writer;
	struct readers readers;
	struct checkpointer checkpointer;
	struct turn lead[ROLES]; /* open while this store leads */
};

/* The engine's reads (see engine.h); reader.h has the rest. */
enum err sqlite_read_company(void *reader, int64_t id, struct arena *a,
    struct company_row *out) MUST_USE;
enum err sqlite_find_company(void *reader, struct str key, struct arena *a,
    struct company_row *out) MUST_USE;
enum err sqlite_list_companies(void *reader, int64_t after, struct arena *a,
    struct company_row *out, size_t *n) MUST_USE;
enum err sqlite_read_conversation(
    void *reader, int64_t id, struct conversation *out) MUST_USE;
enum err sqlite_read_seen(void *reader, int64_t id, struct seen *out) MUST_USE;
enum err sqlite_read_claim(
    void *reader, int64_t id, struct store_claim *out) MUST_USE;
enum err sqlite_read_events(void *reader, int64_t conversation, uint64_t after,
    struct arena *a, struct event *out, size_t *n) MUST_USE;
enum err sqlite_list_pending(
    void *reader, int64_t after, int64_t *out, size_t *n) MUST_USE;
enum err sqlite_list_timers(
    void *reader, int64_t now, struct timer_row *out, size_t *n) MUST_USE;
enum err sqlite_read_timer(void *reader, int64_t conversation,
    enum timer_kind kind, int64_t *due) MUST_USE;
enum err sqlite_read_reach(void *reader, int64_t conversation, struct arena *a,
    struct reach *out) MUST_USE;
enum err sqlite_list_outbox(void *reader, const struct outbox_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n) MUST_USE;
enum err sqlite_read_outbox(void *reader, int64_t row, struct arena *a,
    struct outbox_row *out) MUST_USE;
enum err sqlite_find_outbox(void *reader, const struct vendor_ask *ask,
    struct arena *a, struct outbox_row *out) MUST_USE;
enum err sqlite_list_outbox_of(void *reader, const struct cause_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n) MUST_USE;
enum err sqlite_read_excess(
    void *reader, const struct excess_ask *ask, bool *out);
enum err sqlite_list_lanes(void *reader, int64_t after, struct arena *a,
    struct lane *out, size_t *n) MUST_USE;
enum err sqlite_list_reaches(void *reader, const struct reach_ask *ask,
    struct arena *a, struct reach *out, size_t *n) MUST_USE;
enum err sqlite_list_conversations(void *reader, const struct list_ask *ask,
    struct arena *a, struct list_row *out, size_t *n) MUST_USE;
enum err sqlite_count_views(
    void *reader, int64_t company, int64_t agent, uint64_t out[VIEWS]) MUST_USE;
enum err sqlite_read_row(void *reader, int64_t company, int64_t conversation,
    struct arena *a, struct list_row *out) MUST_USE;
enum err sqlite_list_handed(void *reader, int64_t after, struct arena *a,
    struct handed_row *out, size_t *n) MUST_USE;
enum err sqlite_read_handed(void *reader, int64_t conversation, struct arena *a,
    struct handed_row *out) MUST_USE;
enum err sqlite_list_not_taken(void *reader, int64_t conversation,
    uint64_t after, struct not_taken *out, size_t *n) MUST_USE;
enum err sqlite_search(void *reader, const struct search_ask *ask,
    struct arena *a, struct found *out, size_t *n) MUST_USE;
enum err sqlite_read_feed(void *reader, uint64_t after, struct arena *a,
    struct feed_row *out, size_t *n) MUST_USE;
enum err sqlite_read_place(
    void *reader, struct str follower, uint64_t *out) MUST_USE;
enum err sqlite_read_end_of_feed(void *reader, uint64_t *out) MUST_USE;
enum err sqlite_read_agent(
    void *reader, int64_t id, struct arena *a, struct agent_row *out) MUST_USE;
enum err sqlite_find_agent(void *reader, const struct agent_ask *ask,
    struct arena *a, struct agent_row *out) MUST_USE;
enum err sqlite_list_agents(void *reader, const struct agents_ask *ask,
    struct arena *a, struct agent_row *out, size_t *n) MUST_USE;
enum err sqlite_find_pass(void *reader, const unsigned char *hash,
    struct arena *a, struct pass_row *out) MUST_USE;
enum err sqlite_list_passes(void *reader, const struct pass_ask *ask,
    struct arena *a, struct pass_row *out, size_t *n) MUST_USE;
enum err sqlite_list_items(void *reader, const struct item_ask *ask,
    struct arena *a, struct item *out, size_t *n) MUST_USE;
enum err sqlite_read_item(void *reader, const struct item *which,
    struct arena *a, struct item *out) MUST_USE;
enum err sqlite_list_audit(void *reader, const struct audit_ask *ask,
    struct arena *a, struct audit_row *out, size_t *n) MUST_USE;
enum err sqlite_follow_audit(void *reader, int64_t *after, struct arena *a,
    struct audit_row *out, size_t *n) MUST_USE;

#endif
