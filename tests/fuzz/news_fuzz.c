/* Frames of the bus, from bytes. */
#include "bus/bus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct news_frame f;
	struct news n;

	if (news_frame_read(bytes, &f))
		while (news_next(&f.entries, &n))
			if (n.body.n > size)
				__builtin_trap();
	return 0;
}
