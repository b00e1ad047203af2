/*
 * imap: as much of IMAP4rev1 (RFC 3501) as programs need that read an inbox,
 * as a talk, over the one box. CAPABILITY, NOOP, ID, LOGOUT, STARTTLS, LOGIN,
 * AUTHENTICATE PLAIN, SELECT and EXAMINE of INBOX, LIST, LSUB, STATUS, CHECK,
 * CLOSE, UNSELECT, EXPUNGE, IDLE; SEARCH, FETCH and STORE, each also with UID.
 *
 * FETCH knows FLAGS, UID, INTERNALDATE, RFC822.SIZE, RFC822 and its parts,
 * BODY[] and BODY.PEEK[] with nothing, HEADER, TEXT, HEADER.FIELDS or
 * HEADER.FIELDS.NOT within, and <from.count> behind. There is no ENVELOPE, no
 * BODYSTRUCTURE, no other folder, and nothing is appended.
 *
 * Rules see /imap/connect and /imap/<command>, with UID as without it:
 * /imap/login (AUTHENTICATE too), /imap/select, /imap/search, /imap/fetch ...
 * A status of 5xx becomes BAD, any other NO.
 *
 * This header is for the files of IMAP; others use sb_imap_kind of talk.h.
 */
#ifndef SANDBOX_MAILBOX_IMAP_H
#define SANDBOX_MAILBOX_IMAP_H

#include "sandbox/mailbox/imap_scan.h"
#include "sandbox/mailbox/talk.h"

#define IMAP_LINE_MOST 8192u
#define IMAP_LITERAL_MOST 16384u
#define IMAP_COMMAND_MOST 65536u

/* What has been reached; each command says in which it may come. */
enum imap_state { IMAP_FRESH = 1, IMAP_KNOWN = 2, IMAP_CHOSEN = 4 };
/* What the next bytes are. */
enum imap_step {
	IMAP_COMMAND,
	IMAP_LITERAL,
	IMAP_PLAIN, /* the answer to AUTHENTICATE */
	IMAP_IDLING,
	IMAP_STEPS
};

enum imap_result {
	IMAP_OK,
	IMAP_NO,
	IMAP_BAD,
	IMAP_LATER, /* its last line comes with what it is to write */
};

struct fetch;

struct imap {
	struct talk *talk;
	const struct mail_world *world;
	struct arena scratch; /* of one letter that is fetched */
	struct arena arena;   /* of one command, as what follows */
	struct buf command;
	size_t literal; /* bytes that are still to come */
	size_t behind;	/* that came behind the line */
	char tag[33];
	bool by_uid;
	const char *words;   /* of the last line */
	struct fetch *fetch; /* under way; until it is over nothing is fed */

	enum imap_state state;
	enum imap_step step;
	unsigned bad;
	bool read_only;
	/* What the client knows of the box; a number is a place here. */
	struct slot view[BOX_LETTERS];
	size_t seen;
};

/* The result, with words for the last line. */
enum imap_result sb_imap_say(
    struct imap *s, enum imap_result result, const char *words);
enum imap_result sb_imap_malformed(struct imap *s);
/* The command's last line. */
void sb_imap_finish(struct imap *s, enum imap_result result);
/* The whole of a command, literals and all, without its last CR LF. */
void sb_imap_command(struct imap *s, struct str command);
/* The line that answers AUTHENTICATE; the one that ends IDLE. */
void sb_imap_plain(struct imap *s, struct str line);
void sb_imap_idle_end(struct imap *s, struct str line);

/* ---- commands, by file; they take what is behind their name ------------- */

enum imap_result sb_imap_select(struct imap *s, struct scan *args);
enum imap_result sb_imap_examine(struct imap *s, struct scan *args);
enum imap_result sb_imap_list(struct imap *s, struct scan *args);
enum imap_result sb_imap_lsub(struct imap *s, struct scan *args);
enum imap_result sb_imap_status(struct imap *s, struct scan *args);
enum imap_result sb_imap_search(struct imap *s, struct scan *args);
enum imap_result sb_imap_fetch(struct imap *s, struct scan *args);
enum imap_result sb_imap_store(struct imap *s, struct scan *args);
/* Writes what there is room for; false: there is nothing under way. */
bool sb_imap_fetch_more(struct imap *s);
void sb_imap_fetch_drop(struct imap *s);

/* ---- the view ----------------------------------------------------------- */

/* Tells what is gone, what is new, and whose flags changed. */
void sb_imap_sync(struct imap *s);
/* " (\Seen \Deleted)", without the space. */
void sb_imap_put_flags(struct buf *out, unsigned flags);
/* "(\Seen)" or "\Seen \Deleted"; false: something else is in it. */
bool sb_imap_take_flags(struct scan *args, unsigned *flags) MUST_USE;
/* Is the letter at that place of the view in the set? */
bool sb_imap_in_set(
    const struct imap *s, const struct set *set, bool by_uid, size_t place);

/* Of a letter's text: its header with the empty line. */
struct str sb_letter_header(struct str text);

#endif
