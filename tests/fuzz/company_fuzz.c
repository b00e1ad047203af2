/* A company's document, as an operator or the console may send it. */
#include "core/company.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults faults = {0};
	struct company *c = NULL;

	if (company_parse(
		(struct str){(const char *)data, size}, &faults, &c) != OK)
		c = NULL;
	company_unref(c);
	faults_free(&faults);
	return 0;
}
