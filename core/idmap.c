/*
 * idmap: open addressing, at most half full. What is removed leaves no mark:
 * those behind it that it kept from their place move up.
 */
#include "core/idmap.h"

#include <assert.h>
#include <stdlib.h>

#define ENTRIES_FIRST 64u

struct idmap_entry {
	uint64_t key;
	uint32_t value; /* IDMAP_NONE: free */
};

static uint32_t
home(const struct idmap *m, uint64_t key)
{
	return (uint32_t)idmap_mix(key) & m->mask;
}

static void
put(struct idmap *m, uint64_t key, uint32_t value)
{
	uint32_t i = home(m, key);

	while (m->entries[i].value != IDMAP_NONE)
		i = (i + 1) & m->mask;
	m->entries[i] = (struct idmap_entry){key, value};
}

enum err
idmap_reserve(struct idmap *m, uint32_t count)
{
	uint64_t size = m->entries == NULL ? ENTRIES_FIRST : m->mask + 1u;
	struct idmap wider = {0};
	uint32_t i;

	if (m->entries != NULL && (uint64_t)count * 2 <= size)
		return OK;
	while (size < (uint64_t)count * 2)
		size *= 2;
	if (size > UINT32_MAX / 2)
		return E_NOMEM;
	wider.entries = malloc(size * sizeof(*wider.entries));
	if (wider.entries == NULL)
		return E_NOMEM;
	wider.mask = (uint32_t)size - 1;
	wider.count = m->count;
	for (i = 0; i <= wider.mask; i++)
		wider.entries[i] = (struct idmap_entry){0, IDMAP_NONE};
	for (i = 0; m->entries != NULL && i <= m->mask; i++)
		if (m->entries[i].value != IDMAP_NONE)
			put(&wider, m->entries[i].key, m->entries[i].value);
	free(m->entries);
	*m = wider;
	return OK;
}

void
idmap_free(struct idmap *m)
{
	free(m->entries);
	*m = (struct idmap){0};
}

uint32_t
idmap_get(const struct idmap *m, uint64_t key)
{
	uint32_t i;

	if (m->entries == NULL)
		return IDMAP_NONE;
	for (i = home(m, key); m->entries[i].value != IDMAP_NONE;
	     i = (i + 1) & m->mask)
		if (m->entries[i].key == key)
			return m->entries[i].value;
	return IDMAP_NONE;
}

void
idmap_put(struct idmap *m, uint64_t key, uint32_t value)
{
	assert(value != IDMAP_NONE && m->count < (m->mask + 1u) / 2 + 1);
	put(m, key, value);
	m->count++;
}

void
idmap_remove(struct idmap *m, uint64_t key)
{
	uint32_t i, free_at, at;

	if (m->entries == NULL)
		return;
	for (i = home(m, key); m->entries[i].key != key; i = (i + 1) & m->mask)
		if (m->entries[i].value == IDMAP_NONE)
			return;
	if (m->entries[i].value == IDMAP_NONE)
		return;
	m->count--;
	for (free_at = i;;) {
		i = (i + 1) & m->mask;
		if (m->entries[i].value == IDMAP_NONE)
			break;
		/* May it go to the free place, or is that before its home? */
		at = home(m, m->entries[i].key);
		if (((i - at) & m->mask) < ((i - free_at) & m->mask))
			continue;
		m->entries[free_at] = m->entries[i];
		free_at = i;
	}
	m->entries[free_at] = (struct idmap_entry){0, IDMAP_NONE};
}
