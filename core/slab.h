/*
 * slab: things of one size, by number. A thing stays where it is until it is
 * given back; numbers are used again, the last given back first.
 *
 *	struct slab s = {.size = sizeof(struct chat)};
 *	uint32_t n = slab_take(&s);     zeroed; SLAB_NONE: no memory
 *	struct chat *c = slab_at(&s, n);
 *	slab_give(&s, n);
 */
#ifndef CORE_SLAB_H
#define CORE_SLAB_H

#include "core/base.h"

#define SLAB_NONE UINT32_MAX
#define SLAB_CHUNK 256u /* things */

struct slab {
	size_t size; /* of one; at least 4 */
	char **chunks;
	uint32_t room;	      /* things for which there are chunks */
	uint32_t made, spare; /* ever used; the first spare one, plus 1 */
	uint32_t count;	      /* taken and not given back */
};

uint32_t slab_take(struct slab *s) MUST_USE;
/* So many in all can be taken without failing. E_NOMEM. */
enum err slab_reserve(struct slab *s, uint32_t things) MUST_USE;
void slab_give(struct slab *s, uint32_t n);
void slab_free(struct slab *s);

static inline void *
slab_at(const struct slab *s, uint32_t n)
{
	return s->chunks[n / SLAB_CHUNK] + n % SLAB_CHUNK * s->size;
}

#endif
