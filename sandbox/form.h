/*
 * form: application/x-www-form-urlencoded, read and written; also the query
 * of a URL. The sandbox's own, so that a mistake in the gateway's reader is
 * not made twice.
 */
#ifndef SANDBOX_FORM_H
#define SANDBOX_FORM_H

#include "core/arena.h"
#include "core/buf.h"

#define FORM_FIELDS_MOST 200u

struct field {
	struct str name, value;
};

struct form {
	struct field *list;
	size_t count;
};

/* Into the arena. E_BADINPUT: a wrong %, not UTF-8, too many fields. */
enum err sb_form_read(
    struct str text, struct arena *a, struct form *out) MUST_USE;
/* The first of that name; .p is NULL when there is none. */
struct str sb_form_get(const struct form *f, const char *name);
size_t sb_form_count(const struct form *f, const char *name);

/* "name=value", with "&" before it unless the buf is empty. */
void sb_form_put(struct buf *b, struct str name, struct str value);

#endif
