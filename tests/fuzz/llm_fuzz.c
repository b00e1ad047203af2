/* Any bytes as a request for a chat completion; what is taken is answered. */
#include "sandbox/llm/chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb(
	    (const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct llm_wrong wrong = {0};
	struct arena a = {0};
	struct saying said;
	struct chat c;

	if (!json_is_object(body))
		goto done;
	if (!sb_chat_read(body, &a, &c, &wrong)) {
		if (wrong.status != 400 || wrong.message.n == 0)
			__builtin_trap();
	} else if (sb_chat_say(&c, &a, &said) != OK ||
		   (said.text.p == NULL) == (said.tool.p == NULL) ||
		   said.completion_tokens > c.most + size) {
		__builtin_trap();
	}
done:
	json_decref(body);
	arena_free(&a);
	return 0;
}
