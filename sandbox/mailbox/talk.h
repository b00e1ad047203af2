/*
 * talk: one end of a mail connection, without the connection: bytes in,
 * replies out. SMTP and IMAP are two kinds of it; who has the socket (wire.h)
 * carries both the same way, and so do tests that have none.
 *
 * What a talk needs of the rest it asks the world for. One thread at a time.
 */
#ifndef SANDBOX_MAILBOX_TALK_H
#define SANDBOX_MAILBOX_TALK_H

#include "core/arena.h"
#include "core/buf.h"
#include "sandbox/mailbox/box.h"
#include "sandbox/rules.h"

/* What is to happen once `out` is sent. */
enum talk_then {
	TALK_ON,
	TALK_TLS,   /* the handshake; all that follows is encrypted */
	TALK_CLOSE, /* politely */
	TALK_CUT,   /* at once */
};

/* Between a talk and whoever carries it. */
struct talk {
	struct buf out; /* the carrier takes from its front */
	enum talk_then then;
	unsigned hold_ms; /* send nothing, feed nothing for so long */
	bool secure;	  /* TLS is on; the carrier's */
	uint64_t effect;  /* its sender learns of it by what is in `out`;
			   * the carrier sets it to 0 when that is sent */
};

/* The setup's part for mail. */
struct mail_setup {
	struct arena arena;
	struct str user, password;
	struct str *domains, *users, *inbox;
	size_t domain_count;
	size_t user_count, inbox_count; /* SIZE_MAX: any */
	bool require_tls, require_auth;
};

/* A mail that SMTP brought. Valid during the call. */
struct smtp_mail {
	struct str from, helo, user; /* user: who logged in; or empty */
	const struct str *to;
	size_t to_count;
	bool tls;
	bool told; /* its sender is going to learn that it was accepted */
	struct str raw;
};

/* A command, as the ledger of requests has it. */
struct mail_deed {
	const char *kind;  /* "SMTP", "IMAP"; a literal */
	const char *error; /* a literal, or NULL */
	struct str path;
	unsigned status;
};

struct mail_world {
	const struct mail_setup *setup;
	struct box *box;
	void *arg;
	int64_t (*now)(void *arg); /* wall ms */
	void (*strike)(
	    void *arg, struct str path, struct arena *a, struct strike *out);
	void (*note)(void *arg, const struct mail_deed *deed);
	/* E_LIMIT: the inbox is full; E_NOMEM. *effect: its number. */
	enum err (*accept)(
	    void *arg, const struct smtp_mail *m, uint64_t *effect);
	/* Its sender did not learn of it. */
	void (*untold)(void *arg, uint64_t effect);
	/* Memory for mails that are on their way; false: there is no more. */
	bool (*spend)(void *arg, size_t bytes);
	void (*give_back)(void *arg, size_t bytes);
};

struct talk_kind {
	const char *full; /* said to one too many; a literal */
	size_t size;	  /* of a session; zeroed before begin */
	unsigned idle_ms;
	void (*begin)(
	    void *session, struct talk *t, const struct mail_world *world);
	/*
	 * Takes from the front of `bytes` what it can; returns how much. What
	 * is left is given again, with more behind it. Less than all is taken
	 * when a line is not complete, and when the carrier has to do
	 * something first (then, hold_ms, more).
	 */
	size_t (*feed)(void *session, struct str bytes);
	/* After `out` was sent: writes more of a long answer; false: none. */
	bool (*more)(void *session);
	/* The inbox changed. */
	void (*news)(void *session);
	void (*end)(void *session);
};

extern const struct talk_kind sb_smtp_kind, sb_imap_kind;

#define TALK_LINE_MOST 1000u /* with its CRLF: RFC 5321, 4.5.3.1.6 */

/* A line at the front of the bytes. */
enum line {
	LINE_PART, /* it is not complete */
	LINE_OK,   /* *line: without its end */
	LINE_BARE, /* a CR or LF alone, or a NUL, is in it */
};

/* *size: with its end. */
enum line sb_talk_line(struct str bytes, struct str *line, size_t *size);

/* True: nothing is to be done; `out` is left as it was. */
bool sb_talk_struck(struct talk *t, const struct strike *strike);
/* What a rule does to a reply that begins at `mark` of `out`. */
void sb_talk_spoil(struct talk *t, size_t mark, const struct strike *strike);

/* In any case of letters. */
bool sb_talk_same(struct str a, struct str b);

/* Of "user NUL user NUL password" in base64 (RFC 4616); the setup's. */
bool sb_talk_plain_ok(
    const struct mail_setup *setup, struct str base64, struct arena *a);
/* Of base64 into the arena; .p NULL: it is none. */
struct str sb_talk_decode(struct str base64, struct arena *a);

#endif
