/* A text to be split; its first two bytes are the limits. */
#include "channels/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_limits limits = {.parts_max = PAYLOADS_MAX};
	struct text_parts parts;
	struct arena a = {0};
	size_t i;

	if (size < 2)
		return 0;
	limits.unit = data[0] % TEXT_UNITS;
	limits.part_max = SPLIT_LIMIT_MIN + data[1];
	if (text_split((struct str){(const char *)data + 2, size - 2}, &limits,
		&a, &parts) == E_NOMEM)
		abort();
	for (i = 0; i < parts.count; i++)
		if (parts.list[i].n == 0 ||
		    text_length(parts.list[i], limits.unit) > limits.part_max)
			abort();
	arena_free(&a);
	return 0;
}
