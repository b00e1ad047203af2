/*
 * staff_body: a JSON body into a struct, by a table of members.
 *
 *	static const struct body_member members[] = {
 *		{.name = "name", .read = body_line, .at = offsetof(struct ask,
 *		 name), .bit = ASK_NAME, .max = 80, .right = "a name"},
 *		{.name = NULL},
 *	};
 *
 * Members that the table does not have are ignored; doubled ones are refused.
 */
#ifndef GATEWAY_STAFF_BODY_H
#define GATEWAY_STAFF_BODY_H

#include "gateway/http.h"

#include <jansson.h>

struct body_reading {
	struct arena *arena;
	void *out;
	struct frame_error *error;
};

struct body_member {
	const char *name;
	bool (*read)(struct body_reading *r, const struct body_member *m,
	    const json_t *value);
	size_t at;	   /* offset in the struct */
	unsigned bit;	   /* set in *set when it is there; may be 0 */
	bool optional;	   /* else it must be there */
	int64_t max;	   /* characters, words, or the number */
	const char *right; /* what would be right */
};

/* Into struct str, in the arena. */
bool body_secret(struct body_reading *r, const struct body_member *m,
    const json_t *value); /* 0 to max bytes of anything but U+0000 */
bool body_line(struct body_reading *r, const struct body_member *m,
    const json_t *value); /* 1 to max characters, no control characters */
bool body_mail(struct body_reading *r, const struct body_member *m,
    const json_t *value); /* an address; in lower case then */
bool body_words(struct body_reading *r, const struct body_member *m,
    const json_t *value); /* an array of words; as its JSON text */
/* Into int64_t: a whole number, 0 to max. */
bool body_number(
    struct body_reading *r, const struct body_member *m, const json_t *value);
/* Into bool. */
bool body_flag(
    struct body_reading *r, const struct body_member *m, const json_t *value);

/*
 * Reads the request's body. set (may be NULL): the bits of what is there. On
 * false *error says which member is wrong and what would be right.
 */
bool body_read(struct request *r, const struct body_member *members, void *out,
    unsigned *set, struct frame_error *error) MUST_USE;

/* For a reader of one's own: false, with the sentence "NAME WHAT; write
 * RIGHT". */
bool body_refuse(
    struct body_reading *r, const struct body_member *m, const char *what);

#endif
