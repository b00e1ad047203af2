/*
 * llm: the door of a language model that speaks OpenAI's API:
 *	POST /llm/v1/chat/completions	whole, or as a stream of events
 *	POST /llm/v1/embeddings		words hashed into a vector
 *	GET  /llm/v1/models, /llm/v1/models/<id>
 * As strict as OpenAI: a wrong key, an unknown model, a member that is
 * missing, unknown, of a wrong type or out of range is refused with OpenAI's
 * status, type, code and param.
 *
 * ---- its part of the setup --------------------------------------------------
 *	"llm":{"key":"...","models":["demo"],"context":32768,"chunk_ms":0}
 * context: as many tokens as prompt and answer may have. chunk_ms: what passes
 * between two pieces of a stream.
 *
 * ---- what it says -----------------------------------------------------------
 * The same to the same question, always; the first of these that fits:
 * - The last message is a tool's answer: "I found this: " and that answer.
 * - The last user message has "call:NAME": it calls that tool, if it was
 *   offered and tool_choice allows; what follows the name are the arguments,
 *   as they are, else {}. tool_choice "required" or a function's name makes it
 *   call one in any case.
 * - The last user message has "echo:": all that follows.
 * - A system or developer message has passages. A passage begins on a new line
 *   with a label, "[3] ..." or "[faq.returns] ...", and goes on to the next
 *   label, to a line that begins with "#", "---" or "</", or to the end. It
 *   says the sentence that has most words of the question in it, and the
 *   label: "We ship in two days. [3]". If none has any, it says that it does
 *   not know.
 * - Else a short polite sentence.
 * Where response_format asks for JSON and the text is none, it is put into an
 * object: {"answer":"..."}, or what the schema's properties are called.
 *
 * A token is a word with the space before it, or 16 bytes of one.
 *
 * ---- ledgers and rules ------------------------------------------------------
 * An answer is an effect of kind "chat": account: the model; to: `user` or
 * `safety_identifier`; text: what was said; id; question: the last user
 * message; stream; prompt_tokens, completion_tokens.
 *
 * Rules do to a stream: "delay": before each event; "cut_after": it ends in
 * the middle, without finish_reason and [DONE]; "garbage": an event in the
 * middle is no JSON.
 */
#ifndef SANDBOX_LLM_LLM_H
#define SANDBOX_LLM_LLM_H

#include "sandbox/inside.h"

enum err sb_llm_open(struct sandbox *s, const json_t *part,
    struct faults *faults, void **state) MUST_USE;
void sb_llm_close(void *state);
void sb_llm_serve(struct visit *v);
const char *sb_llm_failure(unsigned status, struct buf *out);
void sb_llm_describe(void *state, struct buf *out);

#endif
