/* seller_fuzz: frames and bodies of sellers. */
#include "gateway/seller_frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	const struct seller_deed *d;
	struct arena a = {0};
	struct frame_error e;
	struct seller_frame f;

	if (!seller_frame_read(text, &a, &f, &e) && e.detail.n == 0)
		__builtin_trap();
	for (d = seller_deeds; d->path != NULL; d++)
		if (!seller_body_read(text, d->fields, &a, &f, &e) &&
		    e.detail.n == 0)
			__builtin_trap();
	arena_free(&a);
	return 0;
}
