/* llm_rig: see llm_rig.h. */
#include "tests/sandbox/llm_rig.h"

#include <stdio.h>

int
llm_open(void **state)
{
	const struct rig_setup setup = {"", "",
	    ",\"llm\":{\"key\":\"test key\",\"models\":[\"demo\",\"other\"],"
	    "\"context\":200},\"strict_rates\":false"};

	(void)state;
	rig_open_with(&setup);
	return 0;
}

const struct answer *
llm_ask(const char *method, const char *path, const char *json)
{
	char whole[100];
	const struct question q = {.method = method,
	    .path = whole,
	    .auth = LLM_KEY,
	    .type = json == NULL ? NULL : "application/json",
	    .body = json == NULL ? STR("") : str_from(json)};

	(void)snprintf(whole, sizeof(whole), "/llm/v1/%s", path);
	return rig_ask(&q);
}

const struct answer *
llm_chat(const char *json)
{
	return llm_ask("POST", "chat/completions", json);
}
