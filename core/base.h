/*
 * base: the few words every file uses.
 *
 * Errors are one enum; OK is 0. A function that can fail returns it, gives
 * its result through its last parameter and is marked MUST_USE. Whoever
 * handles an error logs it, once; whoever passes it up says nothing.
 *
 * Bytes from outside travel as struct str: a pointer and a length, borrowed.
 * Nothing in this program relies on a terminating NUL of foreign text.
 */
#ifndef CORE_BASE_H
#define CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* The struct that holds `member`, from a pointer to that member. */
#define CONTAINER_OF(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

enum err {
	OK = 0,
	E_BADINPUT, /* the peer's mistake; the text beside it says which */
	E_NOTFOUND, /* no such company, conversation, row */
	E_DENIED,   /* not signed, not allowed, not theirs */
	E_STALE,    /* the conversation moved on since it was read */
	E_CLAIMED,  /* somebody else is at work on it */
	E_LIMIT,    /* a stated limit is reached; try later */
	E_FULL,	    /* the disk has no room */
	E_IO,	    /* the disk or the network failed */
	E_NOMEM,    /* no memory */
	E_CLOSED,   /* shutting down */
	E_VERSION,  /* the data is from a newer program */
	ERRS
};

/* The word for it in logs, metrics and answers: "ok", "badinput" ... */
const char *err_name(enum err e);

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct str
str_from(const char *z)
{
	return (struct str){z, z == NULL ? 0 : strlen(z)};
}

/* Without the spaces and tabs at both ends. */
struct str str_trim(struct str s);

/* A whole number up to max, in decimal digits and nothing else. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *out) MUST_USE;

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
