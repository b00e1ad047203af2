/*
 * company: a company's JSON document, checked and parsed.
 *
 * One table in company_members.c lists every member: path, type, bounds,
 * default, one line of help. It drives checking (every wrong, missing or
 * unknown member is named at once), parsing, and docs/company.md. The same
 * shape stands in schemas/company.schema.json; a test holds them together.
 *
 * A new member is: one row in the table, one field in struct company, one
 * property in the schema, and docs/company.md written anew.
 *
 * Members now:
 *	name           string, 1..200, required   what customers see
 *	description    string, ..2000
 *	faq            array of {question: 1..500, answer: 1..4000}, ..5000
 *	bot.brain      string, name of a brain_kind, default "faq"
 *	bot.welcome    string, ..1000     shown before the first message
 *	bot.unknown    string, 1..1000, has a default  "I do not know ..."
 *	bot.failed     string, 1..1000, has a default  an apology
 *	bot.words_per_second  integer 0..100, default 0: answer at once;
 *	               else answers are typed out as drafts at this pace
 *	bot.idle_minutes      integer 0..525600, default 1440; 0: never
 *	web.origins    array of strings, ..100: exact origins that may embed
 *	               the widget, "https://shop.example"; "*" alone: any.
 *	               Absent or empty: only the gateway's own pages
 *	web.identity_secret   string, 16..200: signs identify(); sealed at rest
 *	accounts       array of struct company_account, ..100:
 *	.channel       string, name of a row, 1..40, required
 *	.name          string, company_key_valid(), required
 *	.id .sender .user     strings, 1..200
 *	.token         string, 1..500, secret: sealed at rest
 *	.signing       array of strings 8..200, ..4, secret: sealed at rest
 *	.api           string, 1..300: "http(s)://host[:port][/path]" without
 *	               a "/" at its end
 *	.template      string, 1..100
 *	.sends_per_second .sends_per_recipient_minute
 *	               integers 0..100000, default 0: the channel's own
 *	.smtp .imap .auth     of mail: servers and how to log in
 *	support, teams, hours, handoff, routing, texts, webhooks
 *	               people: see company_people.c and docs/company.md
 *
 * Whether a brain of that name exists is not known here: brain_find() says;
 * whether a channel does, and what it needs, channels_check().
 */
#ifndef CORE_COMPANY_H
#define CORE_COMPANY_H

#include "core/buf.h"
#include "core/decide.h"
#include "core/faults.h"

/* A longer document is refused unread. */
#define COMPANY_DOCUMENT_MAX (4u * 1024 * 1024)

/* How a secret begins that is stored sealed (core/token.h). */
#define COMPANY_SEALED "sealed:"
#define COMPANY_SEALED_MAX 2000

struct faq_entry {
	struct str question, answer;
};

#define COMPANY_SIGNING_MAX 4

/*
 * A company's account at a vendor: a workspace, a telephone number. Which
 * members a channel needs, its row says (channels/channel.h, `check`).
 */
struct company_account {
	struct str channel;  /* the row's name */
	struct str name;     /* ours, in URLs: a company_key_valid() word;
				* unique among the accounts of the channel */
	struct str id;	     /* the vendor's name for the account */
	struct str sender;   /* whom customers see: a number, a service */
	struct str user;     /* of the API's login; empty: id */
	struct str token;    /* of the API; as in the document: sealed */
	struct str *signing; /* secrets that sign webhooks, the new and the
				* old; empty: the token does; sealed */
	size_t signing_count;
	struct str api;	     /* the API's base URL; empty: the vendor's own */
	struct str template; /* what may be sent when a window is closed */
	int64_t per_second;  /* sends; 0: the channel's own figure */
	int64_t per_recipient_minute;
	struct str smtp; /* "smtp://host:587", "smtps://host:465" */
	struct str imap; /* "imaps://host/FOLDER"; empty: not fetched */
	struct str auth; /* "password" or "oauth2" */
};

/* ---- people -------------------------------------------------------------- */

/* Somebody of the support desk: gets what is handed over, and may answer. */
struct company_desk {
	struct str address, name;
};
#define COMPANY_DESK_MAX 20u

struct company_hours {
	struct str key, zone; /* "Europe/Berlin" */
	struct str *week;     /* "mon-fri 09:00-17:30" */
	struct str *holidays; /* "2026-12-25", "12-24 09:00-12:00" */
	size_t week_count, holiday_count;
};

struct company_team {
	struct str key, name;
	struct str hours;    /* key of hours; empty: always there */
	struct str overflow; /* key of a team; empty: the support desk */
};

/* A rule by which the bot gives up at once, or asks for certain people. */
struct company_rule {
	struct str *words; /* any of them in a message; none: every message */
	size_t word_count;
	struct str channel; /* only there; empty: everywhere */
	struct str team;
	struct str *skills, *prefer; /* must have; better have */
	size_t skill_count, prefer_count;
	int64_t priority;
	struct str when; /* "always": hand over; "handed": only say who shall
			  * have it once it is handed over */
};

struct company_weight {
	struct str channel;
	int64_t percent; /* of a chat */
};

struct company_routing {
	struct str policy; /* "longest_idle", "least_loaded", "round_robin" */
	int64_t grace_ms, wrap_ms, ignore_max, relax_ms, sticky_ms;
	int64_t priority_ms; /* a head start for each level */
	int64_t silent_ms, silent_percent;
	struct company_weight *weights;
	size_t weight_count;
};

/* What customers are told by itself; "{position}" and such are filled in. */
struct company_texts {
	struct str waiting, closed, nobody, mailed, passed, back;
	/* Where there is no support desk; and what is added for who leaves. */
	struct str closed_waits, nobody_waits, ended, address;
	/* What is filled in. */
	struct str wait_moment, wait_minutes, wait_hours, wait_unknown;
	struct str open_at, open_unknown, colleague;
	struct str *days; /* seven, Monday first; none: the English ones */
	size_t day_count;
	/* Around an answer that goes by mail to who left. */
	struct str mail_subject, mail_you, mail_where, mail_why, mail_file;
};

struct company_webhook {
	struct str name, url;
	struct str secret;  /* as in the document: sealed */
	struct str *events; /* none: all */
	size_t event_count;
};

/* Borrows everything from its own arena; company_unref() frees it. */
struct company {
	/* Set by whoever read it from the store; 0 and empty after parsing. */
	int64_t id;
	uint64_t version;
	struct str key;

	struct str name, description;
	struct faq_entry *faq;
	size_t faq_count;
	struct str brain, welcome, unknown, failed;
	int64_t words_per_second;
	struct policy policy;
	struct str *origins;
	size_t origin_count;
	struct str identity_secret; /* as in the document: sealed or plain */
	struct company_account *accounts;
	size_t account_count;

	struct str support_account; /* name of the mail account that writes */
	struct company_desk *desk;
	size_t desk_count;
	struct company_hours *hours;
	size_t hours_count;
	struct company_team *teams;
	size_t team_count;
	struct str handoff_team;   /* who gets what no rule says; or empty */
	struct str *handoff_words; /* by which a customer asks for a person,
				    * beyond those that are known anyway */
	size_t handoff_word_count;
	struct company_rule *rules;
	size_t rule_count;
	struct company_routing routing;
	struct company_texts texts;
	struct company_webhook *webhooks;
	size_t webhook_count;
};

/*
 * Parses and checks. Every fault is named in `faults` ("faq[3].answer: is
 * missing; write a string of 1 to 4000 characters"). E_BADINPUT: there are
 * faults; E_NOMEM. The result starts with one reference; its members are
 * immutable and it may be shared between threads.
 */
enum err company_parse(
    struct str document, struct faults *faults, struct company **out) MUST_USE;

/*
 * Names every fault at once, also those that others know of: `look` gets what
 * could be read and adds its own. Where there are faults a member may be empty
 * although it is required. Errors as above.
 */
enum err company_check(struct str document, struct faults *faults,
    void (*look)(const struct company *c, struct faults *faults)) MUST_USE;

/* From any thread. */
struct company *company_ref(struct company *c);
void company_unref(struct company *c); /* NULL is fine */

/* A copy of key that lives as long as c becomes c->key. Before sharing c. */
enum err company_set_key(struct company *c, struct str key) MUST_USE;

/* The account that writes to the support desk; NULL: none can. */
const struct company_account *company_desk_account(const struct company *c);

/* Is it the company's own: one that writes, or somebody of the desk? */
bool company_is_address(const struct company *c, struct str address);

/* The account of that channel and name, or NULL. */
const struct company_account *company_account(
    const struct company *c, struct str channel, struct str name);

/* 1 to 40 of a-z, 0-9 and "-", not "-" first or last: what URLs carry. */
bool company_key_valid(struct str key);

/* The team of that key or number, or NULL. */
const struct company_team *company_team(
    const struct company *c, struct str key);
const struct company_team *company_team_of(
    const struct company *c, int64_t team);
const struct company_hours *company_hours(
    const struct company *c, struct str key);

/*
 * What its parts say of each other: teams, hours and accounts that are named
 * exist, keys are there once. For company_check().
 */
void company_people_check(const struct company *c, struct faults *faults);

/* The table as Markdown: docs/company.md, word for word. */
void company_describe(struct buf *out);

/*
 * The document again, with `replace` in place of each member the table marks
 * as secret; E_BADINPUT if it is not a document; else what `replace` returns,
 * E_NOMEM. Used to seal and to export. Members keep their order.
 */
enum err company_rewrite_secrets(struct str document,
    enum err (*replace)(void *arg, struct str secret, struct buf *out),
    void *arg, struct buf *out) MUST_USE;

#endif
