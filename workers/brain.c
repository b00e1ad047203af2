/* brain: the table of kinds. A new one is a file, and a row here. */
#include "workers/brain.h"
#include "workers/brain_faq.h"

static const struct brain_kind *const kinds[] = {&brain_faq};

const struct brain_kind *
brain_find(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(str_from(kinds[i]->name), name))
			return kinds[i];
	return NULL;
}

void
brain_write_names(struct buf *out)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		buf_addf(out, "%s%s", i == 0 ? "" : ", ", kinds[i]->name);
}
