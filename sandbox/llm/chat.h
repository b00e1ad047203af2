/*
 * chat: a request for a chat completion, checked, and what is said to it.
 * Pure: the same to the same question, always.
 */
#ifndef SANDBOX_LLM_CHAT_H
#define SANDBOX_LLM_CHAT_H

#include "sandbox/llm/schema.h"

#define LLM_COMPLETION_MOST 4096u /* tokens of an answer */
#define LLM_TOKEN_MOST 16u	  /* bytes of a token */

/* What the request asked for; borrows from its JSON. */
struct chat {
	const json_t *messages, *tools, *format;
	struct str model, user;
	struct str stop[4];
	size_t stop_count;
	bool stream, usage, padding;
	unsigned most; /* tokens of the answer */
	/* tool_choice: none; it must call one; that one (.p NULL: any). */
	bool no_tool, must_call;
	struct str tool;
};

/*
 * False: *wrong says how it is refused. Whether the model exists, and whether
 * the prompt is too long, is not looked at. body is a JSON object.
 */
bool sb_chat_read(const json_t *body, struct arena *a, struct chat *out,
    struct llm_wrong *wrong) MUST_USE;

/* A string, or what all text parts of a content say. */
struct str sb_chat_content(const json_t *message, struct arena *a);
/* Of the last user message; "" when there is none. */
struct str sb_chat_question(const struct chat *c, struct arena *a);
/* Is it a tool that was offered? */
bool sb_chat_has_tool(const struct chat *c, struct str name);

struct saying {
	struct str text;	    /* .p NULL: it calls a tool */
	struct str tool, arguments; /* arguments: as text */
	const char *finish;	    /* "stop", "length", "tool_calls" */
	unsigned prompt_tokens, completion_tokens;
};

/* E_NOMEM. */
enum err sb_chat_say(
    const struct chat *c, struct arena *a, struct saying *out) MUST_USE;

/* The members of a request, each by itself. */
extern const struct llm_object sb_chat_schema;

/* ---- parts of it, for its own files ------------------------------------- */

/* The next token, taken from the front; .n 0: there is none. */
struct str sb_token_take(struct str *text);
unsigned sb_token_count(struct str text);

/*
 * The best sentence of the passages in the text, and its label; .p NULL: it
 * has no passages; empty: none of them has anything to do with the question.
 */
struct str sb_passage_answer(
    struct str text, struct str question, struct arena *a);

/* A word, small letters; taken from the front. .n 0: there is none. */
#define LLM_WORD_MOST 40u
size_t sb_word_take(struct str *text, char out[LLM_WORD_MOST]);

/* The text as the JSON that the format asks for. */
struct str sb_format_write(
    const json_t *format, struct str text, struct arena *a);

#endif
