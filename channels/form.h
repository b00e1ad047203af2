/*
 * form: application/x-www-form-urlencoded, the body of many webhooks and the
 * query of every URL.
 *
 * Strict where readers could differ: a "%" without two hexadecimal digits, a
 * field without a name, more fields than FORM_FIELDS_MAX are refused. Names
 * that come more than once are kept, in the order they came. Values are bytes:
 * they may hold anything, NUL included, and need not be UTF-8.
 */
#ifndef CHANNELS_FORM_H
#define CHANNELS_FORM_H

#include "core/arena.h"
#include "core/buf.h"

#define FORM_FIELDS_MAX 256u

struct form_field {
	struct str name, value; /* decoded */
};

struct form {
	struct form_field *fields;
	size_t count;
};

/*
 * Names and values are in the arena; they do not borrow body. An empty body
 * has no fields. E_BADINPUT: it is not a form; E_LIMIT: it has too many
 * fields; E_NOMEM.
 */
enum err form_parse(
    struct str body, struct arena *a, struct form *out) MUST_USE;

/* The first of that name; .p is NULL when absent. */
struct str form_get(const struct form *f, const char *name);

/*
 * Writing: name=value with what must be escaped escaped, "&" before it unless
 * out is empty or ends with "?". So a query is written behind its URL.
 */
void form_add(struct buf *out, const char *name, struct str value);

#endif
