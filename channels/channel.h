/*
 * channel: where customers write from.
 *
 * A channel is one struct channel, entered in the table in table.c. Nothing
 * outside its own folder and the table knows its name. To add one, read this
 * page and CONTRIBUTING.md; then write a row of capabilities and up to six
 * callbacks. The website's row has none of them: visitors talk to the gateway
 * itself.
 *
 * Everything here is pure: bytes and times in, structs out. What is given back
 * lives in the arena given, or for ever. No callback blocks, logs, reads a
 * clock or touches a socket; any thread may call them.
 *
 *	check    what is wrong with an account that `needs` cannot say?
 *	verify   did the vendor really send this request?
 *	parse    what did it bring?
 *	render   an answer becomes the messages that go out
 *	call     one of them becomes an HTTP request
 *	result   what the vendor's answer to that means
 *
 * ---- in -------------------------------------------------------------------
 *
 * A vendor posts to /hooks/<channel>/<company>/<account><tail>. The gateway
 * finds the account, calls verify, then parse, stores what it brought, and
 * only then answers. Nothing of the body is believed before verify said yes.
 *
 * An envelope names three things by the channel's own words:
 *	address  the conversation ("T1:C2:1700000000.000100"; a number)
 *	person   the customer, the same in every conversation of the channel
 *	source   the message: the same message always has the same source,
 *		 however often and by whichever way it comes
 *
 * ---- out ------------------------------------------------------------------
 *
 * An event of the log becomes outbox rows in the commit that stores it:
 * render makes one payload for each message, split to the channel's limits.
 * The deliverer takes a row, asks call for the request and result for its
 * meaning. Rows of one conversation go one after the other.
 *
 * The deliverer knows what every HTTP client knows: a connection that was
 * never made sent nothing (again later); a request that went out and got no
 * answer is in doubt. A row in doubt is looked up (JOB_LOOKUP) where the
 * row's `lookup` is set, and otherwise ends as unknown, for people to decide.
 * It is simply sent again, at most so often as the row's `repeats` says, where
 * who gets it twice knows by its id, or had better get it twice than never.
 *
 * A channel without customers is only told what happens (`events_only`). It has
 * nothing but `call` and `result`, and its accounts are not in the document's
 * `accounts` (see account_find()).
 */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include "core/arena.h"
#include "core/company.h"
#include "core/event.h"
#include "core/faults.h"
#include "core/token.h"

/* ---- the row ------------------------------------------------------------ */

/* What a limit of text counts. */
enum text_unit {
	TEXT_CHARACTERS, /* code points */
	TEXT_UTF16, /* 16-bit units: the larger count where it is unclear */
	TEXT_UNITS
};

/* What stands for bold, links and lists in a text. */
enum markup {
	MARKUP_MARKDOWN, /* as the bot writes */
	MARKUP_MRKDWN,	 /* *bold*, <url|label> */
	MARKUP_SIMPLE,	 /* *bold*, _italic_, links as they are */
	MARKUP_NONE,
	MARKUPS
};

/* The first kind that fits a file is the one that counts. */
struct media_kind {
	const char
	    *type;	 /* "image/png"; "image/": all that begin so; "": all */
	size_t size_max; /* bytes */
};

/* How a vendor can be asked what came in while we were away. */
enum backfill {
	BACKFILL_NONE,
	BACKFILL_ACCOUNT,	/* all of an account at once */
	BACKFILL_CONVERSATIONS, /* each conversation */
};

struct capabilities {
	unsigned text_max;  /* of a message; a longer one is refused */
	unsigned part_max;  /* answers are split into parts of so many */
	unsigned parts_max; /* and into at most so many */
	enum text_unit unit;
	enum markup markup;
	unsigned buttons_max, button_text_max; /* 0: none */
	const struct media_kind *media; /* ends with type NULL; NULL: none */
	unsigned media_max;		/* in one message */
	bool attaches;	  /* files go out as bytes: they need no `url` */
	bool typing;	  /* can show that somebody types */
	bool receipts;	  /* tells how far a message came */
	bool drafts;	  /* can show an answer while it grows */
	bool threads;	  /* one place, many conversations */
	bool names;	  /* messages bring no name; who writes can be asked */
	bool signs;	  /* says itself who of the company speaks */
	bool lookup;	  /* can be asked whether a message went out */
	unsigned repeats; /* may be sent again so often where that is not
				 * known; UINT_MAX: any number of times */
	enum backfill backfill; /* can be asked what we missed */
	unsigned window_hours;	/* free text only so long after the customer's
				 * last message; 0: always */
	bool templates;		/* outside the window: an approved template */
	unsigned per_second;	/* sends of one account; 0: no limit */
	unsigned per_recipient_ms; /* sustained, one in so many; 0: no limit */
	unsigned recipient_burst;
	unsigned automatic_per_hour; /* what no person says, to one recipient;
				      * 0: no limit */
	unsigned in_flight;	     /* requests of one account at once */
	unsigned retry_hours;	     /* a message older than that is given up */
	bool events_only; /* nobody writes there; it is told what happens */
};

/* ---- an account, opened -------------------------------------------------- */

/* As in the document, but with its secrets readable. Lives for one use. */
struct account {
	struct str company; /* its key */
	struct str title;   /* the company's name, as customers see it */
	const struct company_account *doc;
	struct str token;
	struct str signing[COMPANY_SIGNING_MAX];
	size_t signing_count; /* at least 1: the token, where none is given */
	/* Made of the installation's, for this account of this company alone:
	 * what we stamp with them comes back to no other. */
	struct token_keys keys;
	/* Where the vendor reaches us for it, without "/" at the end:
	 * https://host/hooks/<channel>/<company>/<account> */
	struct str hook_url;
};

/* ---- in ------------------------------------------------------------------ */

/* A request to /hooks/..., as it came. */
struct hook {
	const struct account *account;
	struct str method, tail; /* tail: what follows the account: "/events" */
	struct str url;		 /* the public one: hook_url, tail, "?" and the
				  * query as it came */
	struct str query, type, body;
	int64_t now; /* wall ms */
	/* By any-case name; .p is NULL when absent. */
	struct str (*header)(const struct hook *h, const char *name);
	const void *arg;
};

/* A file that came with a message, to be fetched (JOB_FETCH). */
struct envelope_file {
	struct str name, type; /* as the sender says; not to be believed */
	uint64_t size;	       /* 0: not said */
	struct str payload;    /* the channel's own words on how to fetch it */
};

#define ENVELOPE_FILES_MAX 10u

struct envelope {
	/* EVENT_MESSAGE, EVENT_EDITED, EVENT_DELETED; EVENT_OPENED: only open
	 * the conversation. */
	enum event_kind kind;
	struct str address, alias; /* alias: see struct store_inbound */
	struct str person, name;
	/* Wanted only if the conversation exists: it may be others' talk. */
	bool known_only;
	struct str reply;  /* kept; comes back to render */
	struct str source; /* unique in the company; begins with the channel */
	struct str about;  /* EDITED, DELETED: the source of the message */
	struct str body;   /* JSON, see schemas/event.schema.json */
	int64_t at;	   /* wall ms, by the vendor */
	struct envelope_file files[ENVELOPE_FILES_MAX];
	unsigned file_count;
};

/* What the vendor tells of a message of ours. */
struct receipt {
	uint64_t row; /* of the outbox; 0: find it by vendor_id */
	struct str vendor_id;
	unsigned rank;		 /* enum receipt_rank of the store */
	struct str code, reason; /* reason: in words a seller understands */
};

/* What a request, or a list asked for, brought. */
struct arrival {
	struct envelope *envelopes;
	size_t envelope_count;
	struct receipt *receipts;
	size_t receipt_count;
	/* Why nothing (more) came of it: a word for the metric, or NULL. */
	const char *ignored;
	/* What the operator should know of it: a line for the log, a literal;
	 * or NULL. */
	const char *notice;
	/* The answer to a hook when all of it is stored; status 0: 200. */
	unsigned status;
	const char *type; /* a literal; NULL: no body */
	struct str answer;
	/* Answer headers the vendor wants; name NULL: none. Literals. */
	const char *header, *header_value;
};

/* ---- out ----------------------------------------------------------------- */

struct button {
	struct str text, value;
};

struct outgoing_file {
	/* url: signed, for the vendor to fetch; empty only where the row
	 * `attaches` */
	struct str name, type, url;
	uint64_t size;
	struct str hash; /* by which it is kept, for job->read_file */
};

/* One message, before it is split. */
struct outgoing {
	struct str text; /* Markdown */
	struct str by;	 /* the seller's name; empty: no person says it */
	const struct button *buttons;
	size_t button_count;
	const struct outgoing_file *files;
	size_t file_count;
	struct str address, reply; /* where: of the conversation's reach */
	int64_t customer_at;	   /* their newest message */
	int64_t now;
};

struct payload {
	struct str recipient; /* paced by; also in logs, so nothing secret */
	struct str text;      /* JSON, the channel's own */
};

/* Each of a support desk gets a mail of their own. */
#define PAYLOADS_MAX 20u
_Static_assert(PAYLOADS_MAX >= COMPANY_DESK_MAX, "one for each of the desk");

struct payloads {
	struct payload list[PAYLOADS_MAX];
	unsigned count;
};

enum job_kind {
	JOB_SEND,     /* payload goes out */
	JOB_LOOKUP,   /* did payload go out? */
	JOB_FETCH,    /* a file */
	JOB_BACKFILL, /* what came in since `since`? payload: the address that
		       * is asked about, where the row asks by conversation */
	JOB_TYPING,   /* somebody writes; payload: the conversation's reply */
	JOB_DRAFT,    /* the answer so far is `text`; payload: the same reply;
		       * live: of the draft before */
	JOB_CHECK,    /* is the account well? */
	JOBS
};

struct job {
	enum job_kind kind;
	const struct account *account;
	struct str payload, recipient;
	struct str address;   /* of the conversation */
	uint64_t row;	      /* of the outbox: an id the vendor may carry */
	int64_t at;	      /* wall ms: when the row was written */
	int64_t attempted_at; /* LOOKUP: when it was sent, at the earliest */
	/* LOOKUP: vendor ids that were found before and are other messages':
	 * it is none of these. */
	const struct str *known;
	size_t known_count;
	int64_t customer_at, now, since;
	struct str text;
	/* What the last step, page or draft left for this one; or empty. */
	struct str state;
	/* SEND: the open draft of this conversation that it finishes. */
	struct str live;
	/* SEND: whom it is for has no name yet, and the row `names`: it may be
	 * asked before, and comes with the outcome. That it cannot be learnt
	 * is no reason not to send. */
	bool nameless;
	/*
	 * SEND: a file that we keep, by its hash, into the arena. The one thing
	 * here that waits for a disk; so only small ones are asked for. NULL:
	 * none can be read. E_NOTFOUND: it is kept no more; E_LIMIT: it has
	 * more than `most` bytes; E_IO, E_NOMEM.
	 */
	enum err (*read_file)(const struct job *job, struct str hash,
	    size_t most, struct str *out, struct arena *a);
	void *read_arg;
};

#define CALL_HEADERS_MAX 6u

/* An HTTP request to make. */
struct call {
	const char *method; /* a literal */
	struct str url;
	struct str headers[CALL_HEADERS_MAX]; /* "Name: value" */
	unsigned header_count;
	struct str body;
	size_t answer_max; /* bytes; 0: 256 KiB */
	bool follow;	   /* one redirect, without our headers, to a public
			     * address */
	bool public_only;  /* no private address, but the account's own api */
	bool status_only;  /* the answer's body is not looked at: it may be too
			    * big */
	bool fixed; /* SEND: the URL is the account's own. Where it may not be
		     * asked, nothing of the account can be sent */
};

/* The vendor's answer. */
struct reply {
	/* 0: there was none that could be read. Only of a DRAFT, for which
	 * result says then what may be in sight; all else is in doubt. */
	unsigned status;
	struct str type, body;	/* type: of the content */
	int64_t retry_after_ms; /* -1: not said */
};

enum outcome_kind {
	OUTCOME_OK,	 /* done */
	OUTCOME_NEXT,	 /* call again, with `state` */
	OUTCOME_LATER,	 /* not now: after after_ms, or when we see fit (0) */
	OUTCOME_NEVER,	 /* this one cannot be done: code, reason */
	OUTCOME_BLOCKED, /* nothing of this account can: somebody must act */
	OUTCOME_DOUBT,	 /* the vendor itself does not know */
	OUTCOME_ABSENT,	 /* LOOKUP: it did not go out; send it */
	OUTCOMES
};

enum outcome_scope {
	SCOPE_ROW, /* only this one waits */
	SCOPE_RECIPIENT,
	SCOPE_ACCOUNT,
};

struct outcome {
	enum outcome_kind kind;
	enum outcome_scope scope; /* LATER: who waits */
	int64_t after_ms;
	struct str vendor_id;	 /* OK */
	struct str code, reason; /* reason: in words a seller understands */
	struct str state;	 /* NEXT; of a draft that is OK: its new live */
	struct str bytes;	 /* FETCH: the file */
	struct str name;	 /* SEND: what they are called; or empty */
	struct arrival arrival;	 /* BACKFILL: one page; NEXT: there is more */
	struct str also; /* BACKFILL of a conversation: one more address to ask,
			  * once for all that name it; or empty */
	bool anew; /* BACKFILL that is LATER: not this page again, but all from
		    * the first; the cursor is good no more */
};

/* ---- the contract -------------------------------------------------------- */

/*
 * A member of an account that this channel reads. `channel`, `name`, `api` and
 * the rates are every channel's and need no line. One that is required and
 * missing, or written and not read, is named by channels_check().
 */
struct account_need {
	const char *member; /* "id", "sender", "user", "token", "signing",
			     * "template" */
	bool required;
	/* What it is, and where to find it. Stands behind "write" in faults,
	 * and in docs/channels.md: "the workspace's id, T...". */
	const char *what;
};

struct channel {
	const char *name;  /* in the store, the documents and the logs */
	const char *title; /* for people */
	struct capabilities can;
	const struct account_need *needs; /* ends with member NULL */

	/*
	 * What the list of needs cannot say: how a member must look. NULL:
	 * nothing. `path` is "accounts[3]"; a fault's place is `path`, a dot
	 * and the member. Called whatever is missing: a member may be empty.
	 * Secrets may be sealed here; nothing can be said of how they look.
	 */
	void (*check)(const struct company_account *a, const char *path,
	    struct faults *faults);

	/*
	 * OK, or E_DENIED and *why: one line for the operator, which check
	 * failed and how it is mended. Looks only at what is signed, and at
	 * what the signature is made of, in constant time.
	 */
	enum err (*verify)(
	    const struct hook *h, struct arena *a, const char **why) MUST_USE;

	/*
	 * E_BADINPUT: it is not what the vendor sends; *why says what is wrong
	 * with it. Events that do not concern us are OK and `ignored`.
	 */
	enum err (*parse)(const struct hook *h, struct arena *a,
	    struct arrival *out, const char **why) MUST_USE;

	/*
	 * Begins with channel_refuses(), and splits with channel_split() of
	 * channels/split.h. E_BADINPUT: a limit of the row is broken; `faults`
	 * names it. The account's secrets are sealed here.
	 */
	enum err (*render)(const struct company_account *account,
	    const struct outgoing *m, struct arena *a, struct payloads *out,
	    struct faults *faults) MUST_USE;

	/*
	 * The request of a job. E_DENIED: it need not be made, *instead says
	 * what came of the job without it.
	 */
	enum err (*call)(const struct job *job, struct arena *a,
	    struct call *out, struct outcome *instead) MUST_USE;

	/* What the answer to it means. */
	void (*result)(const struct job *job, const struct reply *r,
	    struct arena *a, struct outcome *out);
};

/* Ends with NULL. */
extern const struct channel *const channels[];

const struct channel *channel_find(struct str name);

/* The channel of the website widget: visitors' sessions are on it. */
const struct channel *channel_of_visitors(void);

/* Does a vendor carry it: post to us, and send what we say? */
static inline bool
channel_has_vendor(const struct channel *c)
{
	return c->call != NULL && !c->can.events_only;
}

/* The company's policy for conversations on this channel; c may be NULL. */
struct policy channel_policy(
    const struct company *company, const struct channel *c);

/* May free text go out? customer_at 0: they never wrote. */
bool channel_window_open(
    const struct channel *c, int64_t customer_at, int64_t now);

/*
 * Every limit of the row that a message breaks, each named in `faults` with
 * the limit: "text", "buttons", "buttons[2].text", "files[0].size", "window".
 * True: there was one. The window counts only where no template can take the
 * place of free text: the row has none, or the account names none.
 */
bool channel_refuses(const struct channel *c,
    const struct company_account *account, const struct outgoing *m,
    struct faults *faults) MUST_USE;

/* Does a file of that type and size go out as what it is, and not as a link? */
bool channel_takes_file(
    const struct channel *c, struct str type, uint64_t size);

/*
 * Every account of the document against its channel's row: an unknown channel,
 * a name twice, what is missing, what is written and not read, and what
 * `check` finds. For company_check(): what is empty because it was refused
 * already is not named again.
 */
void channels_check(const struct company *c, struct faults *faults);

/*
 * An account with its secrets opened, into the arena. E_DENIED: they were
 * sealed under other keys, or it has none that signs. public_url as in the
 * settings.
 */
struct account_of {
	const struct company *company;
	const struct company_account *doc; /* one of its accounts */
	struct str public_url;
};
enum err account_open(const struct token_keys *keys,
    const struct account_of *of, struct arena *a, struct account *out) MUST_USE;

/*
 * The account of that name on a channel: of the document's `accounts`; on a
 * channel without customers, the webhook of that name dressed as an account,
 * into the arena: its URL is the id, its secret the token. Only if `private_too`
 * may it be asked at private addresses. E_NOTFOUND, E_NOMEM.
 */
struct account_wanted {
	const struct company *company;
	const struct channel *channel;
	struct str name;
	bool private_too;
};
enum err account_find(const struct account_wanted *w, struct arena *a,
    const struct company_account **out) MUST_USE;

/* The table as Markdown: docs/channels.md, word for word. */
void channels_describe(struct buf *out);

#endif
