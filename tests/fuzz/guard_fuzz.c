/* guard: a line each for version, method and target, then name, value ... */
#include "gateway/guard.h"

static struct str
line(struct str *rest)
{
	size_t n = 0;
	struct str s;

	while (n < rest->n && rest->p[n] != '\n')
		n++;
	s = (struct str){rest->p, n};
	n += n < rest->n;
	*rest = (struct str){rest->p + n, rest->n - n};
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {size == 0 ? "" : (const char *)data, size};
	struct guard_header headers[64];
	struct guard_request r = {.headers = headers};
	struct guard_facts facts;

	r.version = line(&rest);
	r.method = line(&rest);
	r.target = line(&rest);
	for (; r.count < ARRAY_LEN(headers) && rest.n > 0; r.count++) {
		headers[r.count].name = line(&rest);
		headers[r.count].value = line(&rest);
	}
	if (guard_fault(&r, &facts) == NULL && facts.chunked &&
	    facts.has_length)
		__builtin_trap();
	return 0;
}
