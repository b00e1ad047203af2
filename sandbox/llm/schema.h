/*
 * schema: what a request's JSON may hold, as tables, and one walk that finds
 * the first thing that is wrong and says it as OpenAI does. Pure.
 */
#ifndef SANDBOX_LLM_SCHEMA_H
#define SANDBOX_LLM_SCHEMA_H

#include "core/arena.h"

#include <jansson.h>

enum llm_type {
	LLM_NULL = 1,
	LLM_FLAG = 2,
	LLM_WHOLE = 4,
	LLM_NUMBER = 8, /* a whole one, too */
	LLM_TEXT = 16,
	LLM_LIST = 32,
	LLM_OBJECT = 64,
	LLM_ANY = 127
};

struct llm_member;

/* Objects that differ by the value of one member: a message by its role. */
struct llm_variant {
	const char *value; /* NULL ends the table */
	const struct llm_member *members;
};

/* What an object is. */
struct llm_object {
	const struct llm_member *members; /* of all of them; or */
	const char *tag;		  /* the member that tells them apart */
	const struct llm_variant *variants; /* ... */
};

struct llm_member {
	const char *name; /* NULL ends the table */
	unsigned types;
	bool required;
	bool bounded; /* a number or a text's length, by the next two */
	double least, most;
	const char *const *words; /* a text must be one of these; ends NULL */
	const struct llm_object *object; /* of it, or of a list's elements */
	unsigned elements;	/* types of a list's; 0: not looked at */
	unsigned elements_most; /* of a list, which is not empty */
};

/* How a request is refused. All in the arena, or literals. */
struct llm_wrong {
	struct arena *arena; /* the caller's; set before all else */
	unsigned status;
	const char *type, *code; /* code NULL: null */
	struct str param;	 /* .p NULL: null */
	struct str message;
};

/* True: nothing is wrong with it. `where` is put before names: "a.b". */
bool sb_llm_check(const json_t *value, const struct llm_object *object,
    const char *where, struct llm_wrong *wrong) MUST_USE;

/* Fills *w in with status 400 and "invalid_request_error"; returns false. */
bool sb_llm_wrong(struct llm_wrong *w, const char *code, const char *param,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
