/* One entry and a question, both from outside: its first byte cuts them. */
#include "workers/rank.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut = size == 0 ? 0 : data[0] % size;
	const char *text = (const char *)data;
	struct faq_entry e = {{text, cut}, {text, size}};
	struct rank_hit hit;
	struct rank *r;

	if (rank_build(&e, 1, &r) != OK)
		return 0;
	(void)rank_find(r, (struct str){text + cut, size - cut}, &hit, 1);
	rank_free(r);
	return 0;
}
