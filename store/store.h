/*
 * store: the only memory. Everything else may die at any instruction.
 *
 * Two halves:
 *
 * Writes are ops. The caller fills a struct store_op (usually a member of its
 * own request), calls store_submit() and gets `done` called exactly once when
 * the outcome is final: after OK the effect is on disk (fsync) and survives a
 * power cut; after any error nothing of the op happened. (One thing nobody can
 * promise: after E_IO, if the machine dies before the next commit, the op may
 * be found done. Repeat it; that is what `source` is for.) Many ops share one
 * transaction and one fsync. Ops submitted by one thread to one conversation
 * are applied in the order submitted; otherwise any order. Nothing may assume
 * that this process is the only one that writes.
 *
 * Reads go through a struct store_reader, one per thread, and see everything
 * whose `done` was called before the read began. They may block for as long
 * as the engine's disk or network takes.
 *
 * Decisions are fenced: STORE_COMMIT names the (seq, epoch) it was computed
 * from and is refused with E_STALE if the conversation has moved on.
 *
 * Inbound is idempotent: an event whose `source` was stored before in the
 * same company gives OK, `duplicate` and the first one's numbers; nothing
 * changes. This holds for at least 48 hours.
 *
 * The state beside the log (struct conversation) is maintained only by
 * conversation_fold(), inside the transaction that stores the events.
 *
 * An engine (SQLite; PostgreSQL later) is one struct store_engine; nothing
 * outside store/ knows which one runs or contains SQL. The conformance suite
 * in tests/store/ runs over every engine.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "core/arena.h"
#include "core/clock.h"
#include "core/conversation.h"
#include "core/decide.h"

struct store;
struct store_reader;

/* ---- rows -------------------------------------------------------------- */

struct company_row {
	int64_t id;
	struct str key;	     /* what people and URLs call it */
	uint64_t version;    /* 1, 2, ...: raised by each apply that changes */
	struct str document; /* JSON, secrets sealed */
};

struct outbox_row {
	struct str channel, account, recipient;
	struct str payload; /* the channel's own words for what to send */
	/* Set by the store. */
	int64_t id, conversation;
	uint64_t seq; /* of the event that caused it */
};

struct timer_row {
	int64_t conversation;
	enum timer_kind kind;
	int64_t due; /* wall ms */
};

/* How far each side has read; only ever rises, and is no event. */
struct seen {
	uint64_t customer, company;
};

/* ---- writes ------------------------------------------------------------ */

enum store_verb {
	STORE_COMPANY_PUT, /* apply a company's document */
	STORE_OPEN,	   /* find or open the conversation of an address */
	STORE_INBOUND,	   /* append what a customer did; idempotent */
	STORE_COMMIT,	   /* append what was decided; fenced */
	STORE_CLAIM,	   /* take, renew or give back slow work */
	STORE_SEEN,	   /* raise a read mark */
	STORE_VERBS
};

/* The address a customer writes from, on one account of one channel. */
struct store_address {
	int64_t company;
	struct str channel; /* the row's name in channels/ */
	struct str account; /* which of the company's accounts; may be empty */
	struct str address; /* who, unique in that account */
};

/*
 * In: key, document. Out: id, version, changed (false: the same document was
 * there already).
 */
struct store_company_put {
	struct str key, document;
	int64_t id;
	uint64_t version;
	bool changed;
};

/*
 * In: address, at. Out: conversation (folded), created. Contact, address and
 * conversation (with its EVENT_OPENED) appear together or not at all; two
 * ops for one new address make one conversation. E_NOTFOUND: no company.
 */
struct store_open {
	struct store_address address;
	int64_t at;
	struct conversation conversation;
	bool created;
};

/*
 * In: conversation (its id), or 0 and an address to open or find in the same
 * commit; event (kind, author, source, body, at; seq is given here).
 * For EVENT_IDENTIFIED also external_id, name, email: who the contact is
 * (empty: leave). If the company knows another contact by that external_id,
 * the conversation and its address become that one's; if this contact goes by
 * another external_id, a new contact takes them.
 * Out: state after it (folded); seq and at of the event (the first one's when
 * duplicate). E_NOTFOUND: no such conversation or company. E_BADINPUT: it
 * cannot be folded, or is EVENT_OPENED, which only the store writes.
 */
struct store_inbound {
	int64_t conversation;
	struct store_address address;
	struct event event;
	struct str external_id, name, email;
	struct conversation state;
	uint64_t seq;
	int64_t at;
	bool duplicate;
};

/*
 * In: conversation, decision (events, timer, seq and epoch it was computed
 * from), outbox rows (caused by the first event). A claim on the conversation
 * ends with a commit that deals with more of what the customer said (raises
 * handled_seq) or changes the holder (epoch); any other leaves it. Out: state
 * after it; events get their seq.
 * E_STALE: moved on; nothing changed, and state is what it moved to.
 * E_BADINPUT: an event that cannot be folded, or whose source was stored
 * before; outbox rows without an event.
 */
struct store_commit {
	int64_t conversation;
	struct decision decision;
	struct outbox_row *outbox;
	unsigned outbox_count;
	struct conversation state;
};

/*
 * Slow work (a model call) is claimed so that others leave it alone. A claim
 * carries no time: `beat` is raised by each renewal, and whoever has watched
 * one beat stand still for the lease, by its own steady clock, may take it
 * over by naming that beat. So no clock step can end a lease early.
 *
 * In: conversation, seq, epoch (the fence), worker (who; not 0), beat: 0 to
 * take a free one, else the beat seen (own: renew; another's: take over).
 * release: give it back instead, whatever the seq; worker and beat say whose
 * it must be. Giving back what nobody holds is OK.
 * Out: worker and beat that hold it now (worker 0: nobody).
 * E_CLAIMED: another has it (out says who); E_STALE: moved on.
 */
struct store_claim {
	int64_t conversation;
	uint64_t seq, epoch;
	uint64_t worker, beat;
	bool release;
};

/*
 * In: conversation, seen (0: leave). Out: seen now, changed. A mark beyond
 * the newest event is taken as the newest event.
 */
struct store_seen {
	int64_t conversation;
	struct seen seen;
	bool changed;
};

struct store_op {
	enum store_verb verb;
	union {
		struct store_company_put company_put;
		struct store_open open;
		struct store_inbound inbound;
		struct store_commit commit;
		struct store_claim claim;
		struct store_seen seen;
	};
	enum err err; /* out */
	/*
	 * Called once, on a thread of the store; must not block and must not
	 * read. The op and everything it points to stay the caller's and must
	 * not move until then. It may submit further ops.
	 */
	void (*done)(struct store_op *op);
	void *arg; /* the caller's */

	struct store_op *next; /* the store's, until done */
};

const char *store_verb_name(enum store_verb v);

/*
 * Never blocks. E_LIMIT: too many ops wait (done is not called); E_CLOSED.
 * What comes from outside (OPEN, INBOUND, SEEN) is refused at three quarters
 * of queue_max: the last quarter is for the others, so that ingest cannot keep
 * finished work (COMMIT, CLAIM) out.
 */
enum err store_submit(struct store *s, struct store_op *op) MUST_USE;

/* Submits and waits; for start-up, commands and tests. Returns op->err. */
enum err store_submit_wait(struct store *s, struct store_op *op) MUST_USE;

/*
 * fn is called on the store's thread after the `done`s of each transaction,
 * so that what they gathered can leave in one piece. Set before the first op.
 */
void store_on_group(struct store *s, void (*fn)(void *arg), void *arg);

/* ---- reads ------------------------------------------------------------- */

/*
 * What is given back lives in the arena. E_NOTFOUND where one row is asked
 * for. E_IO, E_NOMEM everywhere; E_LIMIT: another program keeps it locked.
 */

enum err store_reader_open(struct store *s, struct store_reader **out) MUST_USE;
void store_reader_close(struct store_reader *r);

/*
 * All reads until end see one moment. Calls may not nest. Be quick: keeping a
 * moment costs the engine room, and under pressure one older than a quarter
 * of a second is ended; the reads then give E_LIMIT until read_end.
 */
enum err store_read_begin(struct store_reader *r) MUST_USE;
void store_read_end(struct store_reader *r);

enum err store_read_company(struct store_reader *r, int64_t id, struct arena *a,
    struct company_row *out) MUST_USE;
enum err store_find_company(struct store_reader *r, struct str key,
    struct arena *a, struct company_row *out) MUST_USE;
/* Companies with id > after, in order. */
enum err store_list_companies(struct store_reader *r, int64_t after,
    struct arena *a, struct company_row *out, size_t *n) MUST_USE;

enum err store_read_conversation(
    struct store_reader *r, int64_t id, struct conversation *out) MUST_USE;
enum err store_read_seen(
    struct store_reader *r, int64_t id, struct seen *out) MUST_USE;
enum err store_read_claim(
    struct store_reader *r, int64_t id, struct store_claim *out) MUST_USE;

/* Events with seq > after, in order, at most *n of them. */
enum err store_read_events(struct store_reader *r, int64_t conversation,
    uint64_t after, struct arena *a, struct event *out, size_t *n) MUST_USE;

/*
 * Conversations with conversation_pending(), id > after, in order. *n is room
 * on entry, count after; so in all lists.
 */
enum err store_list_pending(
    struct store_reader *r, int64_t after, int64_t *out, size_t *n) MUST_USE;

/* Timers due at or before now, the earliest first. */
enum err store_list_timers(struct store_reader *r, int64_t now,
    struct timer_row *out, size_t *n) MUST_USE;

/* Outbox rows not yet sent, the oldest first. */
enum err store_list_outbox(struct store_reader *r, struct arena *a,
    struct outbox_row *out, size_t *n) MUST_USE;

/* ---- life -------------------------------------------------------------- */

struct store_conf {
	const char *path;   /* SQLite: the database file */
	unsigned queue_max; /* ops waiting before E_LIMIT; see above */
	unsigned group_max; /* ops in one transaction */
	const char *vfs;    /* tests: a VFS that fails on demand; or NULL */
	const struct clock *clock; /* steady time only; NULL: the machine's */
};

/* Figures for /health and /metrics; any thread. */
struct store_stats {
	/*
	 * OK, or why the last group failed. While it is not OK and nothing
	 * comes in, the store tries by itself once a second.
	 */
	enum err state;
	/*
	 * How long the group under way has been running; 0: none is. `state`
	 * changes only when a group ends, so of a disk that hangs, or a lock
	 * that another program keeps, this tells first.
	 */
	uint64_t group_running_ms;
	uint64_t groups, failed_groups;
	uint64_t ops;	     /* that came out OK */
	uint64_t failed_ops; /* that did not: stale, claimed, a bad disk ... */
	uint64_t refused;    /* by store_submit(): too many waited */
	uint64_t queued;     /* ops waiting now */
	uint64_t wal_bytes, checkpoints;
	uint64_t commit_us_sum; /* time spent in transactions */
};

/*
 * Opens and, if the data is older, migrates it (after a snapshot beside it).
 * E_VERSION: the data is newer than this program. E_BADINPUT: it is not ours,
 * or no database. E_LIMIT: another program keeps it locked. E_IO, E_FULL,
 * E_NOMEM. On failure `why` (at least 256 bytes) holds one line for the
 * operator.
 */
enum err store_open(const struct store_conf *conf, struct store **out,
    char *why, size_t why_size) MUST_USE;
void store_stats(struct store *s, struct store_stats *out);

/* Finishes the ops that wait, calls their done, and frees. Readers first. */
void store_close(struct store *s);

#endif
