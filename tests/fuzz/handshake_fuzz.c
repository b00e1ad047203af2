/* Headers of a handshake, one a line, the last two for the origin. */
#include "gateway/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
next_line(struct str *rest)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = *rest;

	if (end == NULL)
		*rest = (struct str){0};
	else
		line.n = (size_t)(end - rest->p);
	if (end != NULL)
		*rest = (struct str){end + 1, rest->n - line.n - 1};
	return line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data, size}, origin;
	struct handshake_ask ask;
	struct origin_rule rule = {0};
	struct handshake h;

	ask.upgrade = next_line(&rest);
	ask.connection = next_line(&rest);
	ask.version = next_line(&rest);
	ask.key = next_line(&rest);
	ask.protocols = next_line(&rest);
	rule.own = next_line(&rest);
	rule.public_url = next_line(&rest);
	origin = next_line(&rest);
	h = handshake_check(&ask);
	if (h.fault == FAULT_NONE && strlen(h.accept) != ACCEPT_SIZE)
		__builtin_trap();
	if (origin_allowed(origin, &rule) && origin.p != NULL && origin.n == 0)
		__builtin_trap();
	return 0;
}
