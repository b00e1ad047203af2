/*
 * report: what a mail server says became of a mail of ours (RFC 3464).
 */
#ifndef CHANNELS_EMAIL_REPORT_H
#define CHANNELS_EMAIL_REPORT_H

#include "channels/email/mime.h"

#define REPORT_RECIPIENTS_MAX 20u

enum report_action {
	REPORT_UNKNOWN,
	REPORT_FAILED,
	REPORT_DELAYED, /* it is still tried */
	REPORT_DELIVERED,
	REPORT_RELAYED,	 /* to a server that will report no more */
	REPORT_EXPANDED, /* to a list of others */
	REPORT_ACTIONS
};

struct report_recipient {
	struct str address;
	enum report_action action;
	struct str status; /* "5.1.1"; empty: not said */
	struct str said;   /* the server's own words; or empty */
};

struct report {
	struct report_recipient list[REPORT_RECIPIENTS_MAX];
	size_t count;
	/* Of the mail that it is about, where it is given back: its message id
	 * without < and >. Anybody may have written it. */
	struct str id;
};

const char *report_action_name(enum report_action action);

/* E_NOTFOUND: the mail is no such report. E_NOMEM. */
enum err report_read(struct mime *m, struct report *out) MUST_USE;

/* A status in words a seller understands; always some. */
struct str report_reason(struct str status);

#endif
