/*
 * automatic: did a person write this mail? Nothing is ever answered that a
 * machine sent, for machines answer, too (RFC 3834, and what came before it).
 *
 * Some fields only say that no machine should answer, and stand on mails of
 * people, too: those that come through lists, or are sent by programs for
 * sales and support. These are doubtful: such a mail may be taken, but is not
 * answered by itself.
 *
 * Beside these rules stands a limit that needs a memory: answers to one
 * address in an hour. That is not here.
 */
#ifndef CHANNELS_EMAIL_AUTOMATIC_H
#define CHANNELS_EMAIL_AUTOMATIC_H

#include "channels/email/mime.h"
#include "channels/email/stamp.h"

enum automatic {
	AUTOMATIC_NOT,
	AUTOMATIC_OURS,	     /* our own mail came back: a loop */
	AUTOMATIC_HOPS,	     /* it has been through too many servers */
	AUTOMATIC_REPORT,    /* multipart/report */
	AUTOMATIC_SUBMITTED, /* Auto-Submitted, other than "no" */
	AUTOMATIC_AUTOREPLY, /* X-Autoreply and its like */
	AUTOMATIC_NO_SENDER, /* Return-Path: <> */
	AUTOMATIC_DAEMON,    /* from MAILER-DAEMON and its like */
	/* Doubtful. */
	AUTOMATIC_SUPPRESS,   /* X-Auto-Response-Suppress */
	AUTOMATIC_LIST,	      /* List-Id and its like; not of our own list */
	AUTOMATIC_PRECEDENCE, /* bulk, junk, list */
	AUTOMATICS
};

struct automatic_ask {
	struct mime *mail;
	struct str from;   /* its address; may be empty */
	struct str sender; /* ours, that customers see */
	const struct token_keys *keys;
};

/* The first rule that fits. */
enum automatic automatic_rule(const struct automatic_ask *ask);
/* A person may have written it all the same. */
bool automatic_is_doubtful(enum automatic rule);

/* "auto_submitted" ...: for logs and the audit. */
const char *automatic_name(enum automatic rule);

#endif
