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
#include "core/handoff.h"
#include "store/row.h"
#include "store/staff.h"
#include "store/views.h"

struct store;
struct store_reader;

/* ---- writes ------------------------------------------------------------ */

enum store_verb {
	STORE_COMPANY_PUT, /* apply a company's document */
	STORE_OPEN,	   /* find or open the conversation of an address */
	STORE_INBOUND,	   /* append what a customer did; idempotent */
	STORE_COMMIT,	   /* append what was decided; fenced */
	STORE_CLAIM,	   /* take, renew or give back slow work */
	STORE_SEEN,	   /* raise a read mark */
	STORE_TAKE,	   /* rows of the outbox are about to be sent */
	STORE_SETTLE,	   /* what became of them */
	STORE_RECEIPT,	   /* what the vendor says of one, later */
	STORE_REPLAY,	   /* rows that were given up are to go out after all */
	STORE_LANE,	   /* how an account is doing */
	STORE_ACT,	   /* what a seller or the desk does; decided here */
	STORE_FEED,	   /* how far a follower of the log has come */
	STORE_PLACE,	   /* how far one of something else has come */
	STORE_AGENT,	   /* a seller is made or changed; see staff.h */
	STORE_PRESENCE,	   /* a seller came, went, is away */
	STORE_PASS,	   /* a session, key or invitation begins or ends */
	STORE_ITEM,	   /* a canned reply, a draft, a label ... */
	STORE_AUDIT,	   /* who tried what */
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
 * In: key, document, at (wall ms; 0: nothing follows). Out: id, version, changed
 * (false: the same document was there already). Where it has changed, TIMER_MAIL
 * becomes due a little after `at`, when all have read the new document, for what
 * is with the support desk: there may be none any more. Where that timer is set,
 * it is not due before that, for it would ask the old document. That for
 * COMPANY_PUT_RINGS_MAX conversations at most, the longest quiet ones last.
 */
#define COMPANY_PUT_RINGS_MAX 10000
struct store_company_put {
	struct str key, document;
	int64_t at;
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
 *
 * Where an address is given:
 * alias (may be empty): another address in the same account by which the same
 * conversation is found; whichever of the two is missing is added. If they
 * belong to two conversations, address wins, and the other conversation
 * becomes the same contact's.
 * person (may be empty): who wrote, unique in the channel of that company. A
 * new conversation becomes the contact's whose person that is; a person never
 * seen becomes the contact's of the conversation, unless that one has
 * a person of the same channel already: then a contact of its own. With an
 * alias, that is another name of the same person.
 * reply (may be empty): kept as the conversation's reach.reply.
 * name (may be empty): of the person's contact, or else the conversation's, if
 * it has none yet.
 *
 * known_only: E_NOTFOUND where no conversation is found by either address.
 *
 * about (may be empty): the source of the event that event.ref is to be: for
 * EVENT_EDITED and EVENT_DELETED. The event goes to the conversation that has
 * that one: of the address only the company counts then, and nothing is taken
 * from alias, person, reply, name. E_NOTFOUND when there is none (in the
 * conversation, where that is given); state.id is then the conversation that
 * address or alias lead to, or 0.
 * outbox: rows caused by the event; not written for a duplicate.
 * A timer that stands still (TIMER_PARKED) starts where the customer begins to
 * wait with it.
 *
 * For EVENT_MESSAGE also email (may be empty): an address that they wrote. It
 * is that of the person's contact, or else of the conversation's, from now on,
 * unless an identity has given them one.
 *
 * For EVENT_IDENTIFIED also external_id, name, email: who the contact is
 * (empty: leave). If the company knows another contact by that external_id,
 * the conversation and its address become that one's; if this contact goes by
 * another external_id, a new contact takes them.
 * Out: state after it (folded); seq and at of the event (the first one's when
 * duplicate). E_NOTFOUND: no such conversation or company. E_BADINPUT: it
 * cannot be folded, or is EVENT_OPENED, which only the store writes, or
 * EVENT_LABELS, which is no customer's.
 */
struct store_inbound {
	int64_t conversation;
	struct store_address address;
	struct str alias, person, reply, about;
	bool known_only;
	struct event event;
	struct str external_id, name, email;
	struct outbox_row *outbox;
	unsigned outbox_count;
	struct conversation state;
	uint64_t seq;
	int64_t at;
	bool duplicate;
};

/*
 * In: conversation, decision (events, timers, seq and epoch it was computed
 * from), outbox rows (caused by the first event), email (may be empty: the
 * contact's address, if it has none yet). A claim on the conversation
 * ends with a commit that deals with more of what the customer said (raises
 * handled_seq) or changes the holder (epoch); any other leaves it. Out: state
 * after it; events get their seq.
 * E_STALE: moved on; nothing changed, and state is what it moved to.
 * E_BADINPUT: an event that cannot be folded, or whose source was stored
 * before; labels that cannot be (see struct store_act); outbox rows without an
 * event.
 */
struct store_commit {
	int64_t conversation;
	struct decision decision;
	struct outbox_row *outbox;
	unsigned outbox_count;
	struct str email;
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

/*
 * Delivery. Only who leads may take and settle (store_lead()); nothing else
 * is checked, for there is never a second one.
 *
 * In: rows (their ids), n (at most STORE_ROWS_MAX), at. Those that are READY
 * and due become SENDING and count one attempt more. Out: taken[i]. With
 * `orphans` no rows are named: every row found SENDING becomes DOUBT, due at
 * once; that is what a deliverer does that has just begun to lead. E_BADINPUT:
 * too many rows.
 */
#define STORE_ROWS_MAX 256u

struct store_take {
	const int64_t *rows;
	unsigned n;
	int64_t at;
	bool orphans;
	bool *taken;
};

/*
 * What became of one row that was SENDING or in DOUBT. An event may come with
 * it (EVENT_FILE or EVENT_DELIVERY; EVENT_OPENED stands for none), which is
 * appended to the row's conversation; its ref is the row's seq. A RECEIPT may
 * have come first: a row that is SENT or DEAD by it stays so and gets no
 * event; only a vendor_id that it lacks is kept. A row that was replayed or
 * dropped meanwhile is left alone.
 *
 * Where the support desk holds, and by this (or by a RECEIPT) the newest mail
 * to it has failed for all whom it was written to, TIMER_MAIL becomes due at
 * event.at, and the lane says so (struct lane). A mail to a desk that is SENT
 * unsays it.
 */
struct settled {
	int64_t row;
	enum outbox_state state; /* READY and DOUBT: again at due */
	int64_t due;
	bool uncount; /* the attempt was none: do not count it */
	struct str vendor_id, code, reason;
	struct str name;    /* of the row's contact, who has none; or empty */
	struct event event; /* out: seq; 0 when none was appended */
	/* Out. */
	int64_t conversation;			/* 0: there is no such row */
	struct conversation conversation_state; /* where one was appended */
};

/*
 * Each row for itself. E_BADINPUT, and nothing is done: too many rows, a state
 * (SENDING) or an event that cannot be.
 */
struct store_settle {
	struct settled *rows;
	unsigned n; /* at most STORE_ROWS_MAX */
};

/*
 * In: row (0: found by vendor_id, in the account), rank, vendor_id (kept where
 * the row has none), code, reason, event (as in struct settled). Any rank but
 * RECEIPT_FAILED proves that the vendor has it: the row becomes SENT, whatever
 * it was. RECEIPT_FAILED makes it DEAD. What is of an attempt that is over
 * changes nothing: a rank that is not higher, another vendor_id than the
 * row's, RECEIPT_FAILED for one that is READY again. After a replay, as long
 * as the row has no new vendor_id: what bears the old one, unless it says that
 * it arrived (RECEIPT_DELIVERED, RECEIPT_READ); and RECEIPT_FAILED where the
 * old one was never known.
 * The event is appended where it is news: RECEIPT_FAILED for a row that was
 * not DEAD, any other rank for one that was DEAD or UNKNOWN. So the caller
 * gives the one that fits the rank.
 * Out: changed (the rank rose), conversation, seq (of the message), event.seq
 * (0: not appended). E_NOTFOUND: no such row in that account.
 */
struct store_receipt {
	struct store_address account; /* its address is not looked at */
	int64_t row;
	struct str vendor_id;
	enum receipt_rank rank;
	struct str code, reason;
	struct event event;
	bool changed;
	int64_t conversation;
	uint64_t seq;
	struct conversation state; /* when an event was appended */
};

/*
 * In: row, or 0 and a lane: all of it that is DEAD or UNKNOWN, the oldest
 * first, at most STORE_REPLAY_MAX at once; at. They become READY, due at once,
 * with no attempts, receipt or vendor_id, as if they were new; drop: they are
 * deleted instead. Out: rows (how many; as many as the most: ask again).
 * E_NOTFOUND: no such row; E_STALE: it is neither DEAD nor UNKNOWN.
 */
#define STORE_REPLAY_MAX 1000u

struct store_replay {
	int64_t row, lane;
	int64_t at;
	bool drop;
	uint64_t rows;
};

/*
 * In: account; what is set of the rest. Makes the lane if there is none; the
 * company must exist (E_NOTFOUND). set_state: state, detail, at (when it
 * became so; kept while the state is the same). heard_at (0: leave) only
 * rises. Out: lane.
 */
struct store_lane {
	struct store_address account; /* its address is not looked at */
	bool set_state;
	enum lane_state state;
	struct str detail;
	int64_t at, heard_at;
	int64_t lane;
};

/*
 * An act of core/handoff.h on the state as it is: handoff_act() is called
 * inside the transaction, so no fence is needed and of two acts that exclude
 * each other the first one wins. A change of agent or offer moves the agents'
 * `chats` with it, here as in every other verb that folds.
 *
 * In: conversation; company (not 0: it must be that one's); act; chats_max:
 * whoever gets a chat by it may have so many then, 0: no limit; arena: the
 * caller's, used on the store's thread until done, for what the act writes;
 * rows: said_rows go with what is said, notice_rows with the notice if it
 * goes; `audit`: a line of the audit with it, where act.agent is set, also
 * when it is refused or something is not found.
 * EVENT_LABELS, by whatever verb, changes the conversation's labels: at most
 * 50, of 1 to 64 bytes each; else, in an act, ACT_MALFORMED, and ACT_NO_CHANGE
 * where they are so already. act.wanted, if there is no such agent at work
 * here, is left out: who asked for them does not wait for nobody.
 * email (may be empty; with ACT_NOTE, which says it to colleagues): the
 * contact's address from now on; ACT_NO_CHANGE where it is so already,
 * ACT_FORBIDDEN where an identity has given them another. The audit calls such
 * an act "contact".
 * Out: state; acted (events with their seq); duplicate: act.source was stored
 * before, nothing changed, acted is empty, state is of the conversation it is
 * in and seq the first one's; seq: of what was said, or of the newest event.
 * E_DENIED: refused, acted.refusal says why, state is as it was (state.agent:
 * who holds). E_NOTFOUND: no such conversation; an agent who acts, or to whom
 * it goes, is not this company's, or not active (but for DROP). E_BADINPUT: a
 * row that cannot be.
 */
struct store_act {
	int64_t conversation, company;
	struct act act;
	unsigned chats_max;
	struct arena *arena;
	struct outbox_row *said_rows, *notice_rows;
	unsigned said_count, notice_count;
	struct str email;
	bool audit;
	struct acted acted;
	struct conversation state;
	bool duplicate;
	uint64_t seq;
};

/*
 * The log of all conversations in the order of their commits has positions
 * 1, 2 ... with gaps; followers go along it, each with a place of its own
 * that moves in the transaction that stores what they made of it.
 *
 * In: follower (a word), from (its place as it was; E_STALE if it is not),
 * upto (not beyond the newest event); rows: of the outbox, each with its
 * conversation and seq set, of channels without a customer: they are not among
 * store_list_outbox_of() that event; texts: to be found by store_search(), one
 * for an event at most. At most STORE_FEED_MAX of each. E_NOTFOUND: a row or a
 * text of an event that there is not, or that is another company's.
 */
#define STORE_FEED_MAX 1024u

struct feed_text {
	int64_t conversation, company;
	uint64_t seq;
	struct str text;
};

struct store_feed {
	struct str follower;
	uint64_t from, upto;
	struct outbox_row *rows;
	unsigned row_count;
	const struct feed_text *texts;
	unsigned text_count;
};

/*
 * Who follows something that is not in the store (a mailbox) keeps its place
 * here, too: follower, a word that no follower of the log has; place, whatever
 * it makes of 64 bits. store_read_place() reads it; 0 stands for none.
 */
struct store_place {
	struct str follower;
	uint64_t place;
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
		struct store_take take;
		struct store_settle settle;
		struct store_receipt receipt;
		struct store_replay replay;
		struct store_lane lane;
		struct store_act act;
		struct store_feed feed;
		struct store_place place;
		struct store_agent agent;
		struct store_presence presence;
		struct store_pass pass;
		struct store_item item;
		struct store_audit audit;
	};
	enum err err; /* out */
	/*
	 * Called once, on a thread of the store, one at a time; must not block,
	 * must not read. The op and everything it points to stay the caller's
	 * and must not move until then. It may submit further ops.
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
 * finished work (COMMIT, CLAIM, what delivery does) out.
 */
enum err store_submit(struct store *s, struct store_op *op) MUST_USE;

/* Submits and waits; for start-up, commands and tests. Returns op->err. */
enum err store_submit_wait(struct store *s, struct store_op *op) MUST_USE;

/*
 * fn is called on the thread of the `done`s, after those of each transaction,
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
 * Conversations with conversation_pending(), id > after, in order, but for
 * those that wait for their TIMER_MAIL. *n is room on entry, count after; so in
 * all lists.
 */
enum err store_list_pending(
    struct store_reader *r, int64_t after, int64_t *out, size_t *n) MUST_USE;

/* Timers due at or before now, the earliest first. */
enum err store_list_timers(struct store_reader *r, int64_t now,
    struct timer_row *out, size_t *n) MUST_USE;

/* When it is due. E_NOTFOUND: it is not set. */
enum err store_read_timer(struct store_reader *r, int64_t conversation,
    enum timer_kind kind, int64_t *due) MUST_USE;

/* Where its customer is. E_NOTFOUND: no such conversation. */
enum err store_read_reach(struct store_reader *r, int64_t conversation,
    struct arena *a, struct reach *out) MUST_USE;

/*
 * Rows of a lane with id > after, the oldest first: those that are to go out
 * (READY, SENDING, DOUBT), whatever their due time; or, with `given_up`, those
 * for people to see (UNKNOWN, DEAD).
 */
struct outbox_ask {
	int64_t lane;
	bool given_up;
	int64_t after;
};
enum err store_list_outbox(struct store_reader *r, const struct outbox_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n) MUST_USE;

/* Are there more than so many rows of a lane that are to go out, with
 * id <= upto? */
struct excess_ask {
	int64_t lane, upto;
	uint64_t known;
};
enum err store_read_excess(
    struct store_reader *r, const struct excess_ask *ask, bool *out) MUST_USE;

/* One row, in whatever state. */
enum err store_read_outbox(struct store_reader *r, int64_t row, struct arena *a,
    struct outbox_row *out) MUST_USE;

/* The newest row of a lane that the vendor calls by this id. */
struct vendor_ask {
	int64_t lane;
	struct str vendor_id;
};
enum err store_find_outbox(struct store_reader *r, const struct vendor_ask *ask,
    struct arena *a, struct outbox_row *out) MUST_USE;

/*
 * All rows that an event caused, the oldest first; none where there is no such
 * event.
 */
struct cause_ask {
	int64_t conversation;
	uint64_t seq;
};
enum err store_list_outbox_of(struct store_reader *r,
    const struct cause_ask *ask, struct arena *a, struct outbox_row *out,
    size_t *n) MUST_USE;

/* Lanes with id > after, in order. */
enum err store_list_lanes(struct store_reader *r, int64_t after,
    struct arena *a, struct lane *out, size_t *n) MUST_USE;

/*
 * Conversations of a lane whose customer wrote at or after `since`, the
 * newest first, with their reach. Looks at every conversation of the lane: for
 * starts, not for messages.
 */
struct reach_ask {
	int64_t lane, since;
};
enum err store_list_reaches(struct store_reader *r, const struct reach_ask *ask,
    struct arena *a, struct reach *out, size_t *n) MUST_USE;

/* ---- who delivers ------------------------------------------------------ */

/*
 * What only one may do has one leader among all stores that are open on the
 * same data. OK: it is this one, until store_unlead(), store_close() or the
 * death of its process; asked again, OK again. E_CLAIMED: another leads; ask
 * again in a while. E_IO. Blocks no longer than a file's lock is asked for.
 * One thread at a time for each role.
 */
enum store_role {
	ROLE_DELIVER, /* takes and settles rows of the outbox */
	ROLE_DESK,    /* offers conversations to sellers */
	ROLE_FEED,    /* follows the log */
	ROLE_MAIL,    /* fetches mail */
	ROLES
};
enum err store_lead(struct store *s, enum store_role role) MUST_USE;
void store_unlead(struct store *s, enum store_role role);

/* ---- files ------------------------------------------------------------- */

/*
 * What customers attach, by the SHA-256 of its bytes, beside the database.
 * Both block for as long as the disk takes; any thread. put: on disk (fsync)
 * when it returns OK; the same bytes are written once. hash: 64 lower-case
 * hex digits. E_FULL, E_IO, E_NOMEM.
 */
#define BLOB_HASH 64u

enum err store_blob_put(
    struct store *s, struct str bytes, char hash[BLOB_HASH + 1]) MUST_USE;
/* A descriptor that the caller closes. E_NOTFOUND; E_BADINPUT: no hash. */
enum err store_blob_open(
    struct store *s, struct str hash, int *fd, uint64_t *size) MUST_USE;

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
/* How many ops wait for the writer; any thread. For who can let others go
 * first. */
unsigned store_waiting(const struct store *s);

/* Finishes the ops that wait, calls their done, and frees. Readers first. */
void store_close(struct store *s);

#endif
