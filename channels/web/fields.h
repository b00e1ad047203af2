/*
 * fields: members of a JSON object, read by table into a struct. What is wrong
 * is told with what would be right, in words for whoever writes the client.
 *
 *	static const struct field fields[] = {
 *		{.name = "id", .read = field_id, .at = offsetof(struct x, id),
 *		 .max = 64, .right = FIELD_AN_ID},
 *		{0}};
 *	json_t *root = reading_begin(&r, text);
 *	good = root != NULL && fields_read(&r, root, fields);
 *	json_decref(root);
 *
 * Members that no field names are ignored; doubled ones are refused. Pure; any
 * thread.
 */
#ifndef CHANNELS_WEB_FIELDS_H
#define CHANNELS_WEB_FIELDS_H

#include "channels/web/frames.h"

#include <jansson.h>

/* One object on its way in. */
struct reading {
	struct arena *arena;	   /* of all text in out and error */
	void *out;		   /* the struct that is filled */
	struct frame_error *error; /* what is wrong */
};

struct field {
	const char *name;
	bool (*read)(
	    struct reading *r, const struct field *f, const json_t *value);
	size_t at;  /* offset in the struct */
	size_t max; /* characters, or entries of a list */
	bool optional;
	const char *right; /* what would be right, behind "write" */
};

/* Above it a JavaScript number is no longer exact. */
#define FIELD_NUMBER_MAX 9007199254740991
#define FIELD_A_NUMBER "a whole number from 0 to 9007199254740991"
#define FIELD_ID_MAX 64u
#define FIELD_AN_ID "1 to 64 of A-Z a-z 0-9 . _ ~ -"

/*
 * The object, to be given back with json_decref(); NULL: it is none, and
 * *r->error says what it is.
 */
json_t *reading_begin(struct reading *r, struct str text) MUST_USE;

/* `fields` ends with a name that is NULL. */
bool fields_read(
    struct reading *r, const json_t *root, const struct field *fields) MUST_USE;

/* All give false back. detail .p NULL: no memory. */
bool reading_refuse(struct reading *r, enum fault_code code, struct str detail);
bool field_refuse(struct reading *r, const struct field *f, const char *what);
/* It is of another type than it should be. */
bool field_refuse_type(
    struct reading *r, const struct field *f, const json_t *value);

/* ---- how a field is read ------------------------------------------------- */

/* Into a struct str. What a person wrote: not blank, no NUL. */
bool field_text(struct reading *r, const struct field *f, const json_t *value);
/* One line: not empty, no control characters. */
bool field_line(struct reading *r, const struct field *f, const json_t *value);
/* Of A-Z a-z 0-9 . _ ~ -; from here on faults name it as the id. */
bool field_id(struct reading *r, const struct field *f, const json_t *value);
bool field_email(struct reading *r, const struct field *f, const json_t *value);
/* As many hex digits as max says. */
bool field_hex(struct reading *r, const struct field *f, const json_t *value);

/* Into a uint64_t. */
bool field_number(
    struct reading *r, const struct field *f, const json_t *value);
/* Into a bool. */
bool field_bool(struct reading *r, const struct field *f, const json_t *value);

/* Into a struct field_list: at most max strings, each a line. */
struct field_list {
	struct str *words;
	size_t n;
};
#define FIELD_WORD_MAX 40u
bool field_words(struct reading *r, const struct field *f, const json_t *value);

/* A line of 1 to FIELD_WORD_MAX characters, in UTF-8? */
bool field_is_word(struct str s);

/*
 * One of several words; `name` gives NULL for the first that is none. *out:
 * which. For what decides what else is to be read.
 */
bool field_choice(struct reading *r, const struct field *f, const json_t *value,
    const char *(*name)(size_t i), size_t *out) MUST_USE;

#endif
