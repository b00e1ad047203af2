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
 *
 * Whether a brain of that name exists is not known here: brain_find() says.
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
};

/*
 * Parses and checks. Every fault is named in `faults` ("faq[3].answer: is
 * missing; write a string of 1 to 4000 characters"). E_BADINPUT: there are
 * faults; E_NOMEM. The result starts with one reference; its members are
 * immutable and it may be shared between threads.
 */
enum err company_parse(
    struct str document, struct faults *faults, struct company **out) MUST_USE;

/* From any thread. */
struct company *company_ref(struct company *c);
void company_unref(struct company *c); /* NULL is fine */

/* A copy of key that lives as long as c becomes c->key. Before sharing c. */
enum err company_set_key(struct company *c, struct str key) MUST_USE;

/* 1 to 40 of a-z, 0-9 and "-", not "-" first or last: what URLs carry. */
bool company_key_valid(struct str key);

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
