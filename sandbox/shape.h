/*
 * shape: JSON objects that we are given (the setup, /control) against a table
 * of their members. What is missing, unknown or of a wrong type is named in
 * `faults`, all at once.
 */
#ifndef SANDBOX_SHAPE_H
#define SANDBOX_SHAPE_H

#include "core/faults.h"

#include <jansson.h>

enum shape_type {
	SHAPE_TEXT,
	SHAPE_NUMBER, /* any, not negative */
	SHAPE_FLAG,
	SHAPE_LIST,
	SHAPE_OBJECT,
	SHAPE_ANY,
	SHAPE_TYPES
};

struct shape {
	const char *name; /* NULL ends the table */
	enum shape_type type;
	bool required; /* a text must not be empty then */
};

/* True: nothing is wrong with it. `where` begins each fault; "" is fine. */
bool sb_shape_check(const json_t *object, const char *where,
    const struct shape *shapes, struct faults *faults);

/* Of an object that was checked; what is absent is the preset. */
double sb_shape_number(const json_t *object, const char *name, double preset);
/* Without its fraction, and at most `most`. */
uint64_t sb_shape_whole(
    const json_t *object, const char *name, uint64_t preset, uint64_t most);
bool sb_shape_flag(const json_t *object, const char *name, bool preset);

#endif
