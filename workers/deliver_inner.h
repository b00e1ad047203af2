/*
 * deliver_inner: what the files of the deliverer share. One thread owns all
 * of it, but for the letters that others post and the notes of deliver_live.
 *
 *	track    a lane of the store as this process drives it
 *	row      a row of the outbox, in memory
 *	talk     the rows of one conversation on one track, the oldest first;
 *		 only the first may go. Files and messages do not wait for
 *		 each other: a talk holds rows of one kind
 *	errand   a job of a channel on its way: request, answer, meaning
 *
 * A talk with rows is in one place: READY on its track, ASLEEP in the heap
 * until a time, or BUSY because its first row is under way.
 */
#ifndef WORKERS_DELIVER_INNER_H
#define WORKERS_DELIVER_INNER_H

#include "bus/mailbox.h"
#include "channels/channel.h"
#include "intake/intake.h"
#include "net/fetch.h"
#include "net/mailer.h"
#include "workers/deliver.h"

#define TALK_BUCKETS 16384u
#define FILES_MAX 8u  /* on their way at once, for they are big */
#define OPS_MAX 4u    /* of each kind at the store at once */
#define STEPS_MAX 16u /* requests for one job */
#define FILE_MAX (16u * 1024 * 1024)
#define NEVER_MS INT64_MAX

/* ---- pace (deliver_pace.c) ----------------------------------------------- */

/* One in `interval_us`, but `burst` at once after a pause. */
struct rate {
	int64_t interval_us; /* 0: no limit */
	unsigned burst;
};

struct rate rate_of_account(
    const struct capabilities *can, const struct company_account *doc);
struct rate rate_of_recipient(
    const struct capabilities *can, const struct company_account *doc);

/* When may the next go? *full_us is what was taken so far. ms from now. */
int64_t rate_wait(struct rate r, int64_t full_us, int64_t now_ms);
void rate_take(struct rate r, int64_t *full_us, int64_t now_ms);

/* Many recipients; bounded: where there is no room, one waits. */
struct recipients;
struct recipients *recipients_new(void);
void recipients_free(struct recipients *r);
uint64_t recipient_key(
    const struct recipients *r, int64_t track, struct str recipient);
int64_t recipients_wait(
    struct recipients *r, uint64_t key, struct rate rate, int64_t now_ms);
void recipients_take(
    struct recipients *r, uint64_t key, struct rate rate, int64_t now_ms);
/* Nothing goes to it until then. */
void recipients_hold(
    struct recipients *r, uint64_t key, int64_t until_ms, int64_t now_ms);

/* How long to wait after so many tries in vain: 2 s ... 30 min, +-20 %. */
int64_t backoff_ms(unsigned tries, uint32_t random);

/* ---- rows and talks (deliver_talk.c) ------------------------------------- */

struct row {
	struct row *next;
	struct talk *talk;
	int64_t id;
	uint64_t seq;
	enum outbox_state state; /* READY, DOUBT */
	unsigned attempts;	 /* as the store counts them */
	unsigned tries;		 /* in vain, and none of them an attempt */
	int64_t at;		 /* wall ms; written */
	int64_t since;		 /* written or replayed: its age */
	int64_t due;		 /* wall ms */
	int64_t settled_due;	 /* what due will be */
	int64_t sent_at;	 /* wall ms; 0: not by this process */
	uint64_t sent_by;	 /* which account of the vendor's that was */
	int64_t doubt_at;	 /* steady ms: when its doubt began for us */
	bool absent;		 /* since then the vendor said so, once */
	struct str recipient, payload;
	struct buf others; /* ids of messages that are not it, a line each */
	char text[];
};

enum talk_place { TALK_READY, TALK_ASLEEP, TALK_BUSY };

struct talk {
	struct talk *next_same;	 /* in its bucket */
	struct talk *next_ready; /* on its track */
	struct track *track;
	int64_t conversation;
	enum outbox_kind kind;
	enum talk_place place;
	struct row *first, **last;
	unsigned count;
	int64_t newest; /* id; what came after it is not here if cut_short */
	bool cut_short;
	int64_t wake_at; /* steady ms */
	size_t heap_at;
};

struct talk_list {
	struct talk *first, **last;
};

struct talk_heap {
	struct talk **at;
	size_t count, room;
};

struct talk *talk_find(struct deliver *d, struct track *t, int64_t conversation,
    enum outbox_kind kind);
/* A row that was read; what is here already is left. E_NOMEM. */
enum err talk_add(struct track *t, const struct outbox_row *row) MUST_USE;
/* The talk is in no list now: to where its first row belongs. Frees it when
 * it has none. */
void talk_place(struct talk *k);
/* The same, but not before then. */
void talk_sleep(struct talk *k, int64_t until_steady);
/* Its first row sets out, and comes back: what is under way is counted. */
void talk_sets_out(struct talk *k);
void talk_comes_back(struct talk *k);
/* The first row is done with. */
void talk_drop_first(struct talk *k);
struct talk *talk_pop(struct track *t, enum outbox_kind kind);
/* Those whose time has come become ready. */
void talk_wake(struct deliver *d);
void talk_forget_all(struct deliver *d);

/* ---- tracks (deliver_track.c) -------------------------------------------- */

/* An account with its secrets open, shared by what is under way with it. */
struct opened {
	unsigned refs;
	struct company *company;
	struct arena arena;
	struct account account;
};

enum phase {
	PHASE_FLOWS,
	PHASE_WAITS, /* until probe_at */
	PHASE_ASKS,  /* a JOB_CHECK is under way */
	PHASE_TRIES, /* one row at a time, until one comes through */
};

struct backfill_run;

struct track {
	struct deliver *d;
	struct track *next;
	int64_t id, company;
	struct str channel_name, account_name;
	const struct channel *channel; /* NULL: there is none of that name */
	struct opened *opened;
	bool removed; /* a webhook that is not in the document any more */

	/* Rows. */
	int64_t after;	  /* id of the last that was read */
	bool more;	  /* there may be more behind it */
	int64_t known_to; /* so far it was read before: most of it is here */
	int64_t back_at;  /* steady ms: not read from 0 again before then */
	unsigned rows, cut_short;
	unsigned skipped; /* of conversations cut short, since the last was
			   * done */
	struct talk_list ready[OUTBOX_KINDS];
	bool active; /* in d->active */
	unsigned busy;

	/* Pace. */
	struct rate rate, recipient_rate;
	int64_t full_us;
	int64_t held_until; /* steady ms: the vendor's wish */
	bool held;	    /* and it is DOWN for that */

	/* How it does (deliver_breaker.c). */
	enum phase phase;
	enum lane_state state;
	char detail_text[200]; /* why it does not flow */
	unsigned failures;     /* in a row */
	unsigned waits;
	int64_t probe_at, tries_at; /* steady ms; tries_at: since when */

	/* What the store is told of it. */
	struct store_op op;
	struct mail mail;
	char told_text[200];
	bool telling, tell_again;

	/* What came in while nobody listened (deliver_backfill.c). */
	int64_t heard_at;	  /* wall ms; 0: never asked */
	int64_t backfill_due;	  /* steady ms */
	unsigned backfill_failed; /* in a row */
	struct backfill_run *backfill;
};

/* ---- errands (deliver_errand.c) ------------------------------------------ */

/*
 * What became of a job. The outcome is the channel's, or made from how the
 * request ended; NEXT comes for JOB_BACKFILL only.
 */
struct verdict {
	struct outcome outcome;
	bool unsent;	/* nothing left */
	bool no_answer; /* nothing came back */
	bool broken;	/* by our own doing: what sends does not work */
	bool too_big;
	bool spared; /* it is not to count as an attempt */
};

struct errand {
	struct deliver *d;
	struct track *track;
	struct errand *prev, *next;
	struct opened *opened;
	struct arena arena;
	struct job job;
	struct call call;
	struct fetch fetch;
	struct posted *posted; /* it is a mail; deliver_mail.c */
	struct verdict verdict;
	unsigned steps;
	bool called, kept;
	void (*ended)(struct errand *e);
	void *arg;
};

/* For a track whose account is open. NULL: no memory. */
struct errand *errand_new(struct track *t, enum job_kind kind,
    void (*ended)(struct errand *e), void *arg);
/*
 * Makes the request. `ended` is called once, perhaps before this returns; then
 * the errand is gone, unless ended has set `kept`.
 */
void errand_go(struct errand *e);
void errand_free(struct errand *e);
/* Gives up on all that are under way. */
void errands_cancel(struct deliver *d, bool (*which)(const struct errand *e));
void errands_free(struct deliver *d);
void errand_outcome(struct errand *e, enum outcome_kind kind, const char *code,
    const char *reason);

/* The request is over, as e->fetch says. */
void errand_fetched(struct errand *e);

/* ---- deliver_mail.c -------------------------------------------------------- */

struct posted;
/* Is the call a mail? */
bool mail_is_order(const struct errand *e);
/* E_LIMIT: as many as may are on their way; E_BADINPUT: it cannot be sent;
 * E_IO, E_NOMEM. Else errand_fetched() is called later. */
enum err mail_start(struct errand *e) MUST_USE;
/* Gives up on it; errand_fetched() is called before this returns. */
void mail_cancel(struct errand *e);
void mail_free(struct errand *e);

/* ---- the deliverer (deliver.c) ------------------------------------------- */

struct take {
	struct store_op op;
	struct mail mail;
	struct deliver *d;
	struct take *next;
	struct row *rows[STORE_ROWS_MAX];
	int64_t ids[STORE_ROWS_MAX];
	bool taken[STORE_ROWS_MAX];
	unsigned n;
	bool under_way;
};

struct settling; /* deliver_settle.c */
struct live;	 /* deliver_live.c */
struct keeper;	 /* deliver_file.c */

enum lead { LEAD_NOT, LEAD_BEGINS, LEAD_YES };

struct deliver {
	struct deliver_conf conf;
	pthread_t thread;
	_Atomic bool stopping;
	_Atomic int64_t alive_at;
	int epoll;
	struct mailbox mailbox;
	struct store_reader *reader;
	struct fetcher *fetcher;
	struct mailer *mailer;
	struct arena scratch; /* of one read */
	int64_t now, wall;    /* steady and wall ms, of this round */
	bool closing;	      /* what is under way is being ended */

	enum lead lead;
	int64_t lead_at; /* steady ms: when to ask (again) */
	struct store_op orphans;
	struct mail orphans_mail;

	_Atomic bool leads;
	struct track *tracks, **last_track;
	size_t track_count, talk_count;
	struct track **active;
	size_t active_count, active_room, turn;
	int64_t last_lane;
	struct talk *talks[TALK_BUCKETS];
	struct talk_heap asleep;
	struct recipients *recipients;
	unsigned rows, busy, files;

	_Atomic bool poked, woken;
	struct mail wake;
	bool look_new; /* there may be new rows and lanes */
	int64_t look_at, tick_at, second_at;
	bool reading; /* a read of one moment is open */

	struct errand *errands, *idle_errands;
	unsigned idle_errand_count;
	struct take takes[OPS_MAX];
	struct settling *settling;
	struct live *live;
	struct keeper *keeper;
	unsigned runs;	    /* of back-fill */
	int64_t roll_at;    /* steady ms: the next roll call of accounts */
	int64_t roll_after; /* company */
	unsigned ops;	    /* at the store, of all kinds */
};

uint32_t deliver_random(void);
/* Any thread: the loop comes round. */
void deliver_wake(struct deliver *d);
/* An op that is submitted and counted; its letter comes to the mailbox. */
enum err deliver_submit(struct deliver *d, struct store_op *op) MUST_USE;

/* ---- deliver_track.c ------------------------------------------------------ */

struct track *track_find(
    struct deliver *d, int64_t company, struct str channel, struct str account);
/*
 * Its account as the document says now. NULL: it cannot be used, and the track
 * has been blocked where somebody must act.
 */
struct opened *track_account(struct track *t);
void opened_unref(struct opened *o);
/* Lanes that are new, and rows that are new. */
void tracks_look(struct deliver *d);
/* There are rows to be read, and room for them. */
bool track_reads_on(const struct track *t);
/* Once a second: what the lists of the store say of each lane. */
void tracks_second(struct deliver *d);
void tracks_free(struct deliver *d);
/* What is written of the lane changes: now, or when the last is written. */
void track_tell(struct track *t);

/* ---- deliver_breaker.c ---------------------------------------------------- */

/* A request of the track was answered well, or not. */
void breaker_heard(struct track *t, bool well, const char *why);
/* What sends is broken here: that it is so twice is enough. */
void breaker_broken(struct track *t, const char *why);
/* A file came: where no message is there to be tried, that will do. */
void breaker_fetched(struct track *t);
/* The vendor wants it to wait until held_until, in so many ms. */
void breaker_hold(struct track *t, int64_t ms);
/* The account is refused. */
void breaker_block(struct track *t, struct str why);
/* The state a lane was in when it was read first. */
void breaker_begin(struct track *t, const struct lane *lane);
/* Several times a second. */
void breaker_tick(struct track *t);
/* The document changed. */
void breaker_hurry(struct track *t);
/* Nobody is to be tried any more. */
void breaker_end(struct track *t);

/* ---- deliver_take.c ------------------------------------------------------- */

/* Takes rows whose turn it is. */
void take_rows(struct deliver *d);
/* When there will be more to take, steady ms. */
int64_t take_next_at(const struct deliver *d);

/* ---- deliver_send.c ------------------------------------------------------- */

/* It is SENDING: its request is made. */
void send_row(struct row *r);

/* The errand of a row is over; its row. */
struct row *row_way_ends(struct errand *e);
/* An errand with all that is known of the row; NULL: not now. */
struct errand *row_errand(
    struct row *r, enum job_kind kind, void (*ended)(struct errand *));
/* Who it is at the vendor, by id and sender. */
uint64_t sender_of(const struct errand *e);
void row_arrived(struct errand *e, struct row *r);
/* DEAD or UNKNOWN. */
void row_give_up(
    struct row *r, enum outbox_state state, struct str code, struct str reason);
bool row_too_old(const struct row *r);
/* The same, and it was tried: it is not tried again. */
bool row_had_its_time(const struct row *r);
/* Nobody knows whether it went out: may it go once more? */
bool row_may_repeat(const struct row *r);
/* So many ms from now, but not past its end; wall ms. */
int64_t row_due(const struct row *r, int64_t ms);
/* It is, and did not go out: DEAD, with the vendor's words where it has any. */
void row_is_late(struct row *r, const struct outcome *o);
/* When to try again, after the verdict of the errand. */
int64_t later_ms(const struct errand *e, const struct row *r);
void log_given_up(const struct row *r, const char *state, struct str code);

/* ---- deliver_doubt.c ------------------------------------------------------ */

/* Nobody knows whether it went out: how long to wait, and then to ask. */
int64_t doubt_begins(struct row *r, const struct deliver *d);
/* It is in DOUBT, and due: the vendor is asked. */
void doubt_row(struct row *r);

/* ---- deliver_file.c ------------------------------------------------------- */

enum err keeper_open(struct deliver *d) MUST_USE;
void keeper_close(struct deliver *d);
/* It is SENDING: it is fetched. */
void file_row(struct row *r);
/* It was SENDING once: it may be fetched again. */
void file_again(struct row *r);
/* struct job, read_file; its read_arg is the store. */
enum err file_read(const struct job *job, struct str hash, size_t most,
    struct str *out, struct arena *a) MUST_USE;

/* ---- deliver_settle.c ----------------------------------------------------- */

enum err settle_open(struct deliver *d) MUST_USE;
void settle_close(struct deliver *d);
/*
 * What became of a row whose talk is BUSY. Texts are copied. Its talk goes on
 * when it is on disk.
 */
void settle_row(struct row *r, const struct settled *s);
/* READY, without having been an attempt, as soon as its lane lets it. */
void settle_put_back(struct row *r);
void settle_flush(struct deliver *d);
bool settle_idle(const struct deliver *d);

/* ---- deliver_fresh.c ------------------------------------------------------ */

/*
 * What is told, with the address of a file made anew, if it has one: in the
 * arena then. .p is NULL: there is no memory.
 */
struct str deliver_fresh(
    const struct deliver *d, struct str telling, struct arena *a);

/* ---- deliver_event.c ------------------------------------------------------ */

struct kept_file {
	const char *type; /* a literal; NULL: it may not be kept */
	size_t size;
	char hash[BLOB_HASH + 1];
};

/* What people read of a row in its conversation. Lives in the arena. */
struct event event_delivery(
    struct row *r, const char *state, const struct settled *s, struct arena *a);
struct event event_file_kept(
    struct row *r, const struct kept_file *f, struct arena *a);
struct event event_file_refused(struct row *r, struct str why, struct arena *a);

/* ---- deliver_backfill.c --------------------------------------------------- */

void backfill_tick(struct track *t);
/* Companies' accounts that can be asked become tracks. */
void backfill_roll_call(struct deliver *d);
void backfill_stop(struct track *t);

/* ---- deliver_live.c ------------------------------------------------------- */

enum err live_open(struct deliver *d) MUST_USE;
void live_close(struct deliver *d);
void live_run(struct deliver *d);
/* There is something to tell, in a moment. */
bool live_due(const struct deliver *d);
/* The open draft that a message of the conversation finishes; may be empty.
 * False: one is on its way, the message has to wait for it. */
bool live_ready(struct deliver *d, int64_t conversation, struct str *out);
/* The message is out. */
void live_over(struct deliver *d, int64_t conversation);

#endif
