/*
 * mail_wire: what a mailer and its children say to each other, on a socket:
 *
 *	4 bytes	length of what follows, little end first
 *	1 byte	kind
 *		the rest, by kind; a text is 4 bytes of length and its bytes
 *
 * The mailer gives a WIRE_JOB and waits. The child tells each phase as it
 * begins it (WIRE_PHASE), then, once, how it ended (WIRE_RESULT), and when it
 * can take another (WIRE_READY). Each side believes nothing of the other: what
 * is malformed ends the child.
 */
#ifndef NET_MAIL_WIRE_H
#define NET_MAIL_WIRE_H

#include "core/arena.h"
#include "core/buf.h"
#include "net/mailer.h"

#define WIRE_HEAD 5u /* length and kind */
#define WIRE_JOB_MAX (MAIL_TEXT_MAX + 256u * 1024)
#define WIRE_REPORT_MAX (128u * 1024)

enum wire_kind {
	WIRE_JOB = 1,
	WIRE_PHASE,
	WIRE_RESULT,
	WIRE_READY,
	WIRE_KINDS
};

/* How far a session is. It only goes up. */
enum mail_phase {
	PHASE_START,
	PHASE_CONNECT,
	PHASE_GREETING,
	PHASE_TLS,
	PHASE_LOGIN,
	PHASE_ENVELOPE,
	PHASE_TEXT,
	PHASE_HANDED, /* the end of the text may be with the server */
	PHASES
};

/* "while connecting", for people. */
const char *mail_phase_words(enum mail_phase phase);

/* The length and the kind at the front; false: there are not enough bytes. */
bool wire_head(struct str bytes, size_t *length, enum wire_kind *kind);

/* All of a job but its text, which must follow. */
void wire_put_job(struct buf *b, const struct posting *p);
void wire_put_phase(struct buf *b, enum mail_phase phase);
void wire_put_result(struct buf *b, const struct posting *p);
void wire_put_ready(struct buf *b);

/*
 * From what stands behind the head. The posting's texts become copies in the
 * arena that end with NUL; its mail stays in `rest`. `to` has room for
 * MAIL_RECIPIENTS_MAX. False: it is malformed.
 */
bool wire_get_job(struct str rest, struct arena *a,
    struct posting_recipient *to, struct posting *p) MUST_USE;
bool wire_get_phase(struct str rest, enum mail_phase *phase) MUST_USE;
/* Into a posting with as many recipients. */
bool wire_get_result(struct str rest, struct posting *p) MUST_USE;

#endif
