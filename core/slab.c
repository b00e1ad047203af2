/* slab: chunks of things; a spare one holds the number of the next spare. */
#include "core/slab.h"

#include <stdlib.h>

/* The list of chunks grows by doubling, whenever it is full. */
static bool
chunk_add(struct slab *s)
{
	uint32_t n = s->room / SLAB_CHUNK;
	char **chunks = s->chunks;

	if ((n & (n - 1)) == 0) {
		chunks = realloc(
		    chunks, (n == 0 ? 1 : n * 2) * sizeof(*chunks));
		if (chunks == NULL)
			return false;
		s->chunks = chunks;
	}
	chunks[n] = malloc(SLAB_CHUNK * s->size);
	if (chunks[n] == NULL)
		return false;
	s->room += SLAB_CHUNK;
	return true;
}

enum err
slab_reserve(struct slab *s, uint32_t things)
{
	while (s->room < things)
		if (!chunk_add(s))
			return E_NOMEM;
	return OK;
}

uint32_t
slab_take(struct slab *s)
{
	uint32_t n = s->made;

	if (s->spare != 0) {
		n = s->spare - 1;
		memcpy(&s->spare, slab_at(s, n), sizeof(s->spare));
	} else {
		if (n == s->room && !chunk_add(s))
			return SLAB_NONE;
		s->made++;
	}
	s->count++;
	memset(slab_at(s, n), 0, s->size);
	return n;
}

void
slab_give(struct slab *s, uint32_t n)
{
	memcpy(slab_at(s, n), &s->spare, sizeof(s->spare));
	s->spare = n + 1;
	s->count--;
}

void
slab_free(struct slab *s)
{
	uint32_t n;

	for (n = 0; n < s->room; n += SLAB_CHUNK)
		free(s->chunks[n / SLAB_CHUNK]);
	free(s->chunks);
	*s = (struct slab){.size = s->size};
}
