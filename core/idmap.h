/*
 * idmap: from a 64 bit number to a 32 bit one. Any key may be; IDMAP_NONE is
 * no value. Room is reserved ahead, so that adding cannot fail.
 *
 *	struct idmap m = {0};
 *	if (idmap_reserve(&m, m.count + 1) != OK) ...
 *	idmap_put(&m, id, slot);
 *	slot = idmap_get(&m, id);
 */
#ifndef CORE_IDMAP_H
#define CORE_IDMAP_H

#include "core/base.h"

#define IDMAP_NONE UINT32_MAX

struct idmap_entry;

struct idmap {
	struct idmap_entry *entries;
	uint32_t mask, count; /* of entries, a power of two, less one */
};

enum err idmap_reserve(struct idmap *m, uint32_t count) MUST_USE;
void idmap_free(struct idmap *m);

/* IDMAP_NONE if there is no such key. */
uint32_t idmap_get(const struct idmap *m, uint64_t key);
/* There must be room, and no such key yet. */
void idmap_put(struct idmap *m, uint64_t key, uint32_t value);
/* It is fine if there is no such key. */
void idmap_remove(struct idmap *m, uint64_t key);

/* The same bits well stirred. */
static inline uint64_t
idmap_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

#endif
