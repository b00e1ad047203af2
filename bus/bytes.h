/*
 * bytes: little-endian numbers in frames. Readers take from the front of a
 * str and say false when it is too short.
 */
#ifndef BUS_BYTES_H
#define BUS_BYTES_H

#include "core/buf.h"

static inline void
bytes_put(struct buf *b, uint64_t n, unsigned size)
{
	unsigned char le[8];
	unsigned i;

	for (i = 0; i < size; i++)
		le[i] = (unsigned char)(n >> (8 * i));
	buf_add(b, le, size);
}

static inline bool
bytes_take(struct str *s, unsigned size, uint64_t *out)
{
	unsigned i;

	if (s->n < size)
		return false;
	*out = 0;
	for (i = 0; i < size; i++)
		*out |= (uint64_t)(unsigned char)s->p[i] << (8 * i);
	s->p += size;
	s->n -= size;
	return true;
}

#endif
