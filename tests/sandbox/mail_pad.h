/*
 * mail_pad: an SMTP or IMAP session without a socket: bytes go in, replies
 * come out, and what it wants of the world is kept here.
 */
#ifndef TESTS_SANDBOX_MAIL_PAD_H
#define TESTS_SANDBOX_MAIL_PAD_H

#include "sandbox/mailbox/talk.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

struct mail_pad {
	struct mail_setup setup;
	struct mail_world world;
	const struct talk_kind *kind;
	void *session;
	struct talk talk;
	struct buf in, heard;
	struct test_random *pieces; /* NULL: all at once */
	bool closed, cut;
	unsigned held_ms; /* of all replies */

	/* What it did to the world. */
	unsigned accepted;
	struct buf from, to, raw; /* of the last mail */
	bool told, tls;
	enum err accept_is;
	struct buf notes; /* "/smtp/mail 250\n" ... */
	size_t spent, spend_most;

	/* A rule: strikes at that path. */
	const char *rule_path;
	struct strike strike;
};

/* Fixtures: *state is the pad; the usual setup has no demands. */
int mail_pad_open(void **state);
int mail_pad_close(void **state);

/* Ends the session there is, and begins one of that kind. */
void mail_pad_begin(struct mail_pad *p, const struct talk_kind *kind);
/* What it says to that, all of it; until the next call. */
const char *mail_pad_say(struct mail_pad *p, const char *bytes);
const char *mail_pad_bytes(struct mail_pad *p, struct str bytes);

/* Lines without their ends, and how their replies begin; ends with NULL. */
struct mail_line {
	const char *line, *reply;
};
void mail_pad_talk(struct mail_pad *p, const struct mail_line *lines);

/* EHLO, MAIL, RCPT, DATA: the text may follow. */
void mail_pad_to_data(struct mail_pad *p, const char *parameters);

/* Puts a letter into the box; returns its UID. */
uint32_t mail_pad_letter(struct mail_pad *p, const char *text);

#endif
