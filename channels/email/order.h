/*
 * order: a mail on its way from the row to the program that sends it, and what
 * that program says became of it.
 *
 * The row's `call` gives a struct call whose method is ORDER_METHOD. It is no
 * HTTP request: its url is the mail server's, its body the mail, ready to be
 * sent as it is, and its headers say the rest. order_write() makes it;
 * order_read() takes it apart again, for whoever hands it to the mailer.
 *
 * What came of it is a struct order_report, written as JSON by
 * order_report_write() and given to the row's `result` as a reply of status
 * 200 and type application/json. Its `end` is a word of the mailer's.
 */
#ifndef CHANNELS_EMAIL_ORDER_H
#define CHANNELS_EMAIL_ORDER_H

#include "channels/channel.h"

#define ORDER_METHOD "MAIL"

struct order {
	struct str url;		 /* "smtp://host:587", "smtps://host:465" */
	struct str user, secret; /* empty: no login is wanted */
	bool oauth2;		 /* secret is an access token, no password */
	struct str from;	 /* the reverse path, without < and > */
	struct str to;
	struct str text;
};

/* Into the arena. E_NOMEM. */
enum err order_write(
    const struct order *o, struct arena *a, struct call *out) MUST_USE;

/* Borrows the call. E_BADINPUT: it is no order. */
enum err order_read(const struct call *c, struct order *out) MUST_USE;

enum order_end {
	ORDER_SENT,    /* the server took it; or the login was good */
	ORDER_REFUSED, /* 5xx for this mail */
	ORDER_LATER,   /* 4xx: nothing was taken */
	ORDER_UNSENT,  /* there was no server, or it was gone too soon */
	ORDER_BLOCKED, /* nothing of this account can go out */
	ORDER_CUT,     /* it may have been taken; no answer came */
	ORDER_ENDS
};

/* "sent", "refused", "later", "unsent", "blocked", "cut" */
const char *order_end_name(enum order_end end);

struct order_report {
	enum order_end end;
	unsigned code;	   /* the server's answer; 0: there was none */
	struct str status; /* "5.1.1"; or empty */
	struct str words;  /* the server's, or why; or empty. Not secret */
};

void order_report_write(const struct order_report *r, struct buf *out);
/* Into the arena. E_BADINPUT: it is none. */
enum err order_report_read(
    struct str json, struct arena *a, struct order_report *out) MUST_USE;

#endif
