/*
 * mime: a mail taken apart (RFC 5322, 2045-2047, 2183, 2231, 3676).
 *
 * Programs write mail badly, so everything is tolerated: whatever can be made
 * of the bytes is made of them, and what was wrong is noted in `odd`. The mail
 * itself stays with the caller, unchanged. Time is linear in its length.
 *
 *	mime_read(mail, &arena, &m)        once
 *	mime_field(m->root, "Subject")     a field of the header, unfolded
 *	mime_text(m, false, &text)         what it says
 *	mime_bytes(m, part, &bytes)        an attachment, decoded
 *
 * All borrows the mail and lives in the arena.
 */
#ifndef CHANNELS_EMAIL_MIME_H
#define CHANNELS_EMAIL_MIME_H

#include "core/arena.h"
#include "core/buf.h"

#define MIME_MAIL_MAX (25u * 1024 * 1024)
#define MIME_HEADER_MAX (256u * 1024)
#define MIME_FIELDS_MAX 2000u
#define MIME_PARTS_MAX 100u
#define MIME_DEPTH_MAX 10u
#define MIME_TEXT_MAX (2u * 1024 * 1024)

/* What was wrong; bits of `odd`. */
enum mime_odd {
	MIME_ODD_HEADER = 1 << 0,   /* a line of a header that is no field */
	MIME_ODD_LONG = 1 << 1,	    /* a header beyond its limit: cut off */
	MIME_ODD_BOUNDARY = 1 << 2, /* a multipart without, or not closed */
	MIME_ODD_PARTS = 1 << 3,    /* more parts than the limit: left out */
	MIME_ODD_DEPTH = 1 << 4,    /* deeper than the limit: not opened */
	MIME_ODD_CODING = 1 << 5,   /* base64, quoted-printable: broken */
	MIME_ODD_CHARSET = 1 << 6,  /* unknown, or not what the bytes are */
	MIME_ODD_TEXT = 1 << 7,	    /* the text was cut at its limit */
	MIME_ODD_ZERO = 1 << 8,	    /* a NUL byte where none may be */
};
#define MIME_ODDS 9u

/* "boundary" ...; for the lowest bit of `odd` that is set. */
const char *mime_odd_name(unsigned odd);

struct mime_field {
	struct str name, value; /* as it came, still folded */
};

enum mime_coding { CODING_NONE, CODING_QUOTED, CODING_BASE64 };

struct mime_part {
	struct mime_part *parent, *child, *next;
	const struct mime_field *fields;
	size_t field_count;
	struct str body;    /* as it came */
	struct str type;    /* "text/plain", small letters */
	struct str charset; /* small letters; or empty */
	struct str name;    /* of the file, UTF-8; or empty */
	struct str report;  /* report-type of a multipart/report */
	enum mime_coding coding;
	bool attachment; /* Content-Disposition says so */
	bool flowed, delsp;
	unsigned number; /* 0 is the root, in the order they came */
};

struct mime {
	struct arena *arena;
	struct mime_part *root;
	unsigned part_count;
	unsigned odd;
	bool whole; /* of HTML: see mime_text() */
};

/* E_LIMIT: longer than MIME_MAIL_MAX; E_NOMEM. Anything else is a mail. */
enum err mime_read(struct str mail, struct arena *a, struct mime *out) MUST_USE;

/*
 * The first field of that name, in any case, unfolded and trimmed; .p is NULL
 * when there is none (or no memory). `nth`: 0 is the topmost.
 */
struct str mime_field(
    struct mime *m, const struct mime_part *p, const char *name);
struct str mime_field_nth(
    struct mime *m, const struct mime_part *p, const char *name, unsigned nth);
/* The same with its encoded words read: UTF-8 without control characters. */
struct str mime_field_text(
    struct mime *m, const struct mime_part *p, const char *name);

/* Every part, the root first. `after` NULL: the root. NULL: no more. */
struct mime_part *mime_next(const struct mime *m, struct mime_part *after);

/* The transfer encoding undone. */
enum err mime_bytes(
    struct mime *m, const struct mime_part *p, struct str *out) MUST_USE;

/*
 * What the mail says, in UTF-8 with "\n" between lines: of an alternative the
 * plain text, or else the HTML reduced to text (html.h); of other multiparts
 * all their texts. At most MIME_TEXT_MAX. Parts marked as attachments, and
 * mails within the mail, are not looked at. `whole`: of HTML all of it, and
 * not only what may be new (html.h).
 */
enum err mime_text(struct mime *m, bool whole, struct str *out) MUST_USE;

/* Is the part a file that came with the mail, and not what it says? */
bool mime_is_file(const struct mime_part *p);

/* ---- the pieces, for who reads other things of mail --------------------- */

/* Encoded words (RFC 2047) read, the rest taken as UTF-8 or windows-1252;
 * control characters become spaces. E_NOMEM. */
enum err mime_words(struct str s, struct arena *a, struct str *out) MUST_USE;

/* Date (RFC 5322, the obsolete forms, too) as wall ms. False: it is none. */
bool mime_date(struct str s, int64_t *out);

#endif
