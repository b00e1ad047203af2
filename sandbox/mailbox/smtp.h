/*
 * smtp: a strict server of mail submission (RFC 5321), as a talk. It knows
 * EHLO, HELO, STARTTLS, AUTH PLAIN and LOGIN, MAIL, RCPT, DATA, RSET, NOOP,
 * VRFY, QUIT, and the extensions PIPELINING, SIZE, 8BITMIME, SMTPUTF8 and
 * ENHANCEDSTATUSCODES. What is said out of order gets 503, what is malformed
 * 5xx; a CR or LF that stands alone, a line over 998 octets, and 8-bit text
 * that was not announced are refused.
 *
 * Rules see the path of a command: /smtp/connect, /smtp/ehlo, /smtp/starttls,
 * /smtp/auth, /smtp/mail, /smtp/rcpt, /smtp/data, /smtp/message (the final
 * dot, before the mail is accepted), /smtp/rset, /smtp/noop, /smtp/vrfy,
 * /smtp/quit.
 *
 * This header is for the files of SMTP; others use sb_smtp_kind of talk.h.
 */
#ifndef SANDBOX_MAILBOX_SMTP_H
#define SANDBOX_MAILBOX_SMTP_H

#include "sandbox/mailbox/talk.h"

#define SMTP_RECIPIENTS 100u
#define SMTP_HELO_MAX 255u
#define SMTP_USER_MAX 255u

/* What the next line is. */
enum smtp_step { SMTP_COMMAND, SMTP_PLAIN, SMTP_USER, SMTP_PASS, SMTP_DATA };

/* What is wrong with the mail that is coming in; the first that is set is
 * said at its end. */
enum smtp_wrong {
	WRONG_SIZE,
	WRONG_MEMORY,
	WRONG_BARE,
	WRONG_LINE,
	WRONG_NUL,
	WRONG_8BIT,
	WRONGS
};

struct smtp {
	struct talk *talk;
	const struct mail_world *world;
	struct arena scratch; /* of one command */
	enum smtp_step step;
	bool skips;    /* the rest of a line that is too long */
	size_t behind; /* bytes that came behind the command */
	unsigned code; /* of the last reply */
	unsigned refused;
	bool told;

	char helo[SMTP_HELO_MAX + 1]; /* empty: not greeted yet */
	bool extended;		      /* by EHLO */
	char user[SMTP_USER_MAX + 1]; /* who logged in */
	bool asked_user_ok;	      /* AUTH LOGIN: the name was right */

	/* The mail: what MAIL, RCPT and DATA said of it. */
	struct arena mail;
	bool has_from, eight_bit, utf8;
	struct str from, to[SMTP_RECIPIENTS];
	size_t to_count;
	struct buf raw;
	size_t spent, line; /* line: octets since the line began */
	bool wrong[WRONGS];
};

/* A one-line reply; words begin with the enhanced code, if it has one. */
void sb_smtp_say(struct smtp *s, unsigned code, const char *words);

/* Carries it out, unless a rule has another mind, and notes it. */
void sb_smtp_perform(struct smtp *s, const char *path,
    void (*act)(struct smtp *s, struct str args), struct str args);

/* Forgets the mail, as RSET does. */
void sb_smtp_forget(struct smtp *s);

/* A command line. */
void sb_smtp_command(struct smtp *s, struct str line);
/* A line of an AUTH exchange. */
void sb_smtp_auth(struct smtp *s, struct str args);
void sb_smtp_auth_line(struct smtp *s, struct str line);
/* Takes from the front of a mail's text; returns how much. */
size_t sb_smtp_data(struct smtp *s, struct str bytes);

#endif
