/*
 * llm_rig: the rig with a model behind its door, and questions to it.
 */
#ifndef TESTS_SANDBOX_LLM_RIG_H
#define TESTS_SANDBOX_LLM_RIG_H

#include "tests/sandbox/rig.h"

#define LLM_KEY "Bearer test key"
#define MODEL "\"model\":\"demo\","
#define USER(text) "\"messages\":[{\"role\":\"user\",\"content\":\"" text "\"}]"
#define TOOLS \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\"," \
	"\"parameters\":{\"type\":\"object\"}}},{\"type\":\"function\"," \
	"\"function\":{\"name\":\"book\"}}]"

/* A fixture; rig_close() closes it. A prompt may have 200 tokens. */
int llm_open(void **state);

/* With the key; path: behind "/llm/v1/"; json NULL: no body. */
const struct answer *llm_ask(
    const char *method, const char *path, const char *json);
const struct answer *llm_chat(const char *json);

#endif
