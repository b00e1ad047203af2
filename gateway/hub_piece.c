/* hub_piece: counted frames. A server's frames carry no mask (RFC 6455 5.1). */
#include "gateway/hub.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <wslay/wslay.h>

#define HEADER_MAX 10u

static size_t
write_header(uint8_t *out, unsigned opcode, size_t n)
{
	size_t bytes = n < 126 ? 0 : n < 65536 ? 2 : 8;
	size_t i;

	out[0] = (uint8_t)(0x80 | opcode);
	out[1] = bytes == 0 ? (uint8_t)n : bytes == 2 ? 126 : 127;
	for (i = 0; i < bytes; i++)
		out[2 + i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	return 2 + bytes;
}

struct piece *
piece_frame(unsigned opcode, struct str payload)
{
	uint8_t header[HEADER_MAX];
	size_t head = write_header(header, opcode, payload.n);
	struct piece *p;

	if (payload.n > UINT32_MAX - HEADER_MAX)
		return NULL;
	p = malloc(sizeof(*p) + head + payload.n);
	if (p == NULL)
		return NULL;
	atomic_init(&p->refs, 1);
	p->text_at = (uint32_t)head;
	p->size = (uint32_t)(head + payload.n);
	memcpy(p->bytes, header, head);
	if (payload.n > 0)
		memcpy(p->bytes + head, payload.p, payload.n);
	return p;
}

struct piece *
piece_new(struct str text)
{
	return piece_frame(WSLAY_TEXT_FRAME, text);
}

struct piece *
piece_ref(struct piece *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void
piece_unref(struct piece *p)
{
	if (p != NULL &&
	    atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
		free(p);
}
