/* Recorded days, as an operator may have written them; and playing them. */
#include "core/rehearse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char document[] = "{\"name\":\"n\"}";
	struct faults faults = {0};
	struct rehearse_figures figures;
	struct rehearse_days days;
	struct company *c = NULL;
	struct arena a = {0};

	if (rehearse_read((struct str){(const char *)data, size}, &faults, &a,
		&days) == OK &&
	    company_parse(STR(document), &faults, &c) == OK &&
	    rehearse_run(&days, c, 1, &figures) == OK &&
	    figures.chats != days.chat_count)
		__builtin_trap();
	company_unref(c);
	faults_free(&faults);
	arena_free(&a);
	return 0;
}
