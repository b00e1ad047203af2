/*
 * fake: an SMTP server that does what a test wants done wrong, one connection
 * after the other, on a thread of its own. What the sandbox's server does
 * right is not done again here.
 *
 * It answers each command with a good reply, unless the plan has one for it:
 * the word is the command's ("EHLO", "RCPT"), or "hello" for the greeting and
 * "." for the end of a mail. AUTH is accepted whatever it says. Its TLS
 * is OpenSSL's usual one, TLS 1.3 with tickets.
 */
#ifndef TESTS_MAIL_FAKE_H
#define TESTS_MAIL_FAKE_H

#include "core/buf.h"

enum fake_then {
	FAKE_GO_ON,
	FAKE_CLOSE,
	FAKE_HANG, /* until the peer closes */
	FAKE_DRIP, /* the reply again and again, a byte at a time */
};

struct fake_answer {
	const char *word;
	const char *reply; /* lines with CR LF; "": none */
	enum fake_then then;
	unsigned times; /* so often, then the good reply; 0: always */
};

#define FAKE_ANSWERS_MAX 8u

struct fake_plan {
	bool tls_first;
	bool only_tls13;
	bool dribbles;	    /* what it offers comes a byte at a time */
	const char *offers; /* "AUTH PLAIN|SIZE 1000"; NULL: STARTTLS, and
			     * AUTH PLAIN once TLS is there */
	struct fake_answer answers[FAKE_ANSWERS_MAX];
};

struct fake;

/* Fails the test when it cannot. */
struct fake *fake_open(const struct fake_plan *plan);
void fake_close(struct fake *f);
unsigned fake_port(const struct fake *f);
const char *fake_ca(const struct fake *f); /* a file; PEM */

/* What came, so far; texts are good until fake_close(). */
unsigned fake_mails(struct fake *f);		  /* taken: 250 after the dot */
bool fake_said(struct fake *f, const char *line); /* a line begins so */
const char *fake_host(struct fake *f);		  /* asked for by SNI, or "" */

#endif
