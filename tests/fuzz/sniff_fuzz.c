/* sniff: any bytes; nothing beyond their end is read, and a type is a type. */
#include "workers/sniff.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = malloc(size > 0 ? size : 1);
	const char *type;

	memcpy(exact, data, size);
	type = sniff((struct str){exact, size});
	if (type != NULL && strchr(type, '/') == NULL)
		abort();
	free(exact);
	return 0;
}
