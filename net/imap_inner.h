/*
 * imap_inner: what the files of imap share: a connection, and one command on
 * it with all that the server says to it.
 */
#ifndef NET_IMAP_INNER_H
#define NET_IMAP_INNER_H

#include "net/imap.h"
#include "net/steady.h"

#include <curl/curl.h>
#include <strings.h>

struct imap_box {
	CURL *easy;
	struct mail_place place;
	const atomic_bool *stop;
	unsigned timeout_ms;
	int64_t until; /* steady ms, of the call under way */
	int64_t limit; /* of all calls; 0: none */
	bool dead;     /* the connection says nothing any more */
	struct imap_fault *fault;

	struct buf in; /* received, read up to `at` */
	size_t at;
	unsigned tag;

	uint32_t validity, next;
	bool can_move, can_expunge_one;
};

/* One thing the server says, whole. Literals stand as "{n}" in the text. */
struct imap_said {
	struct str text;
	/* Behind what was in `literal` before: the last literal of it. */
	size_t literal_from;
};

struct imap_command {
	const char *words;
	/* Each thing that is said before the command's end; or NULL. */
	void (*said)(struct imap_command *c, const struct imap_said *s);
	struct buf *literal; /* where literals go; NULL: nowhere */
	size_t literal_max;
	struct imap_box *box;
	void *arg;

	bool no;   /* out: the server said NO or BAD, and why in the fault */
	bool wide; /* out: a literal was beyond literal_max */
};

/* Connects and logs in. */
enum imap_end imap_connect(
    struct imap_box *b, const struct imap_conf *conf) MUST_USE;

/* IMAP_DONE: the server ended it, be it by NO. */
enum imap_end imap_perform(struct imap_box *b, struct imap_command *c) MUST_USE;

/* A call begins: the fault is empty, and its time runs. */
void imap_begin(struct imap_box *b, struct imap_fault *fault);
/* As imap_perform; a NO comes to `no`. */
enum imap_end imap_ask(
    struct imap_box *b, struct imap_command *c, enum imap_end no) MUST_USE;

/* Says it and does not wait. */
void imap_mention(struct imap_box *b, const char *words);

bool imap_told_to_stop(const struct imap_box *b);
void imap_blame(struct imap_box *b, struct str words);

#endif
