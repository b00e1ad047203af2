/*
 * args: what a caller of the Web API gave, held against the method's table of
 * arguments. It may come in the query, as a form or as a JSON object; in a
 * form lists and objects are JSON text.
 *
 * An argument that is absent though required, unknown, or of a wrong type is
 * invalid_arguments, and the answer says which. One that is there but names
 * nothing (an empty channel, a ts that is none) is the method's to refuse.
 */
#ifndef SANDBOX_SLACK_ARGS_H
#define SANDBOX_SLACK_ARGS_H

#include "sandbox/form.h"
#include "sandbox/slack/inner.h"

#define ARGS_MOST 20u

enum arg_type { ARG_TEXT, ARG_TS, ARG_FLAG, ARG_NUMBER, ARG_LIST, ARG_OBJECT };

struct arg {
	const char *name; /* NULL ends a table */
	enum arg_type type;
	bool required;
};

struct value {
	bool given;
	struct str text; /* ARG_TEXT, ARG_TS; of others as it came, if text */
	uint64_t ts;	 /* ARG_TS; 0: it is none */
	bool flag;
	int64_t number;
	json_t *json; /* ARG_LIST, ARG_OBJECT; borrowed until sb_args_free() */
};

struct args {
	const struct arg *table;
	struct value values[ARGS_MOST]; /* by the table's order */
	struct arena *arena;
	struct form query, form;
	json_t *root;		     /* the body's */
	json_t *parsed[ARGS_MOST];   /* of JSON in forms */
	const char *error, *warning; /* literals, or NULL */
	struct str detail;	     /* of invalid_arguments */
	struct str token;	     /* that came as an argument */
};

/* method_get: a JSON body is not looked at. Sets error if something is wrong. */
void sb_args_read(struct args *a, struct visit *v, bool method_get);
/* After sb_args_read(): against the table. */
void sb_args_check(struct args *a, const struct arg *table);
void sb_args_free(struct args *a);

#endif
