/*
 * imap_scan: the words of an IMAP command (RFC 3501, 9), taken from its front
 * one by one. Literals stand in the text as they came: {n} CR LF and n bytes.
 * What a function cannot take it leaves.
 */
#ifndef SANDBOX_MAILBOX_IMAP_SCAN_H
#define SANDBOX_MAILBOX_IMAP_SCAN_H

#include "core/arena.h"

struct scan {
	const char *p, *end;
};

bool sb_scan_is(struct scan *s, char c) MUST_USE;
bool sb_scan_end(const struct scan *s);
/* The whole of an atom, in any case of letters. */
bool sb_scan_word(struct scan *s, const char *word) MUST_USE;
/* Also what an astring's atom may have in it. */
bool sb_scan_atom(struct scan *s, struct str *out) MUST_USE;
/* "\Seen" */
bool sb_scan_flag(struct scan *s, struct str *out) MUST_USE;
bool sb_scan_number(struct scan *s, uint32_t *out) MUST_USE;
/* An atom, a "quoted" string or a literal. */
bool sb_scan_astring(struct scan *s, struct arena *a, struct str *out) MUST_USE;

/* "1:4,7,9:*" */
#define SET_MOST 256u
#define SET_STAR UINT32_MAX /* "*" */

struct range {
	uint32_t from, to;
};

struct set {
	struct range *list;
	size_t count;
};

bool sb_scan_set(struct scan *s, struct arena *a, struct set *out) MUST_USE;
/* star: what "*" stands for. */
bool sb_set_has(const struct set *set, uint32_t n, uint32_t star);

/* "1-Jan-2026", also in quotes: days since 1970. */
bool sb_scan_date(struct scan *s, struct arena *a, int64_t *day) MUST_USE;
/* "21-Nov-2026 15:04:05 +0000"; out has IMAP_DATE bytes. */
#define IMAP_DATE 40u
void sb_imap_date(int64_t wall_ms, char *out);

#endif
