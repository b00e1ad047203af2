/* A client's frames: cut in two at any place, the same comes out. */
#include "gateway/ws_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out, in one number. */
static uint64_t
read_all(struct str first, struct str second)
{
	static const struct ws_limits limits = {4096, 8};
	const struct str parts[] = {first, second};
	struct ws_in *in = ws_in_new();
	struct ws_message m = {.what = WS_NEED_BYTES};
	uint64_t sum = 0;
	size_t i, k;

	for (i = 0; i < 2 && m.what == WS_NEED_BYTES; i++) {
		ws_in_feed(in, parts[i]);
		while ((m = ws_in_next(in, &limits)).what != WS_NEED_BYTES) {
			sum = (sum ^ m.what ^ m.code) * 0x100000001b3u;
			for (k = 0; m.what != WS_FAIL && k < m.payload.n; k++)
				sum = (sum ^ (uint8_t)m.payload.p[k]) * 31;
			if (m.what == WS_CLOSE || m.what == WS_FAIL)
				break;
		}
	}
	ws_in_free(in);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = {(const char *)data + 1, size - 1};
	size_t cut;

	if (size < 2)
		return 0;
	cut = data[0] % size;
	if (read_all(all, (struct str){0}) !=
	    read_all((struct str){all.p, cut},
		(struct str){all.p + cut, all.n - cut}))
		__builtin_trap();
	return 0;
}
