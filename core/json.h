/*
 * json: JSON that came as bytes, and the texts in it, for those who read a
 * few members by name. What people or vendors wrote by hand is read by a table
 * that says what is wrong with it (core/company_walk.h, channels/web/fields.h).
 *
 * A text never has a .p of NULL, but where it says so: of a member that is
 * missing, or is no string, it is empty. Who must tell that from an empty
 * string asks json_is_string(). U+0000 counts like any other character; only
 * who reads with JSON_ALLOW_NUL can meet one.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/arena.h"

#include <jansson.h>

/*
 * The caller's reference to an object or an array. NULL: the bytes are
 * neither, or name a member twice, or there is no memory. The functions of
 * jansson and those below take NULL for an object without members.
 */
json_t *json_read(struct str json) MUST_USE;

/* Borrowed from the value, or from the object; good as long as it is. */
struct str json_text_of(const json_t *value);
struct str json_text(const json_t *object, const char *name);

/* NUL-terminated, in the arena; .p is NULL when memory is out. */
struct str json_text_copy_of(const json_t *value, struct arena *a) MUST_USE;
struct str json_text_copy(
    const json_t *object, const char *name, struct arena *a) MUST_USE;

#endif
