/* frames: any bytes, read as any type; what is accepted can be written. */
#include "channels/web/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	unsigned type;

	for (type = 0; type <= FRAME_TYPES; type++) {
		struct arena a = {0};
		struct buf b = {0};
		struct frame f;
		struct frame_error e;

		if (!frame_read(text, (enum frame_type)type, &a, &f, &e))
			frame_write_error(&b, &e);
		else if (f.type == FRAME_SEND)
			frame_write_message_body(&b, &f);
		buf_free(&b);
		arena_free(&a);
	}
	return 0;
}
