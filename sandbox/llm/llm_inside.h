/*
 * llm_inside: between llm.c, the door, and what serves its paths.
 */
#ifndef SANDBOX_LLM_LLM_INSIDE_H
#define SANDBOX_LLM_LLM_INSIDE_H

#include "sandbox/inside.h"
#include "sandbox/llm/schema.h"

#define LLM_MODELS_MOST 20u
#define LLM_ID_TEXT 40u

struct llm {
	struct arena arena;
	struct str key;
	struct str models[LLM_MODELS_MOST];
	size_t model_count;
	unsigned context, chunk_ms;
	int64_t since; /* wall ms */
};

bool sb_llm_has_model(const struct llm *l, struct str model);
void sb_llm_refuse(struct visit *v, const struct llm_wrong *wrong);
/* As if the machine had no memory: 503. */
void sb_llm_give_up(struct visit *v);
/* "chatcmpl-" and random digits. */
void sb_llm_make_id(struct visit *v, char out[LLM_ID_TEXT]);

/* body: a JSON object, which is the caller's. Each replies. */
void sb_llm_chat(struct visit *v, const json_t *body);
void sb_llm_embed(struct visit *v, const json_t *body);

/* ---- embeddings, pure ---------------------------------------------------- */

#define EMBED_PRESET 256u
#define EMBED_MOST 1536u

/* The text's words, hashed into a vector of length 1. */
void sb_embed_text(struct str text, double *out, unsigned dimensions);

#endif
