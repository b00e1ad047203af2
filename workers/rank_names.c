/* rank_names: open addressing over a list; the bytes lie in one block. */
#include "workers/rank_names.h"

#include <stdlib.h>

#define SLOTS_MIN 1024u

bool
rank_grow(void *list, uint32_t *cap, uint32_t need, size_t size)
{
	void *grown, *old;
	uint32_t now = *cap == 0 ? 64 : *cap;

	if (need <= *cap)
		return true;
	memcpy(&old, list, sizeof(old)); /* whatever it points to */
	while (now < need) {
		if (now > UINT32_MAX / 2)
			return false;
		now *= 2;
	}
	grown = realloc(old, (size_t)now * size);
	if (grown == NULL)
		return false;
	memset((char *)grown + (size_t)*cap * size, 0,
	    (size_t)(now - *cap) * size);
	memcpy(list, &grown, sizeof(grown));
	*cap = now;
	return true;
}

/* FNV-1a, with its high bits folded in. */
static uint32_t
hash(struct str s)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The slot where s is or would be. */
static uint32_t
slot_of(const struct rank_names *names, struct str s, uint32_t h)
{
	uint32_t i = h & (names->slot_count - 1), number;

	while ((number = names->slots[i]) != 0) {
		const struct rank_name *name = &names->list[number - 1];

		if (name->hash == h &&
		    str_eq(rank_names_text(names, number - 1), s))
			break;
		i = (i + 1) & (names->slot_count - 1);
	}
	return i;
}

uint32_t
rank_names_find(const struct rank_names *names, struct str s)
{
	uint32_t number;

	if (names->slot_count == 0)
		return RANK_NONE;
	number = names->slots[slot_of(names, s, hash(s))];
	return number == 0 ? RANK_NONE : number - 1;
}

/* At most half of the slots are taken. */
static bool
slots_grow(struct rank_names *names)
{
	uint32_t n = names->slot_count == 0 ? SLOTS_MIN : names->slot_count * 2;
	uint32_t *old = names->slots, i;

	if (names->count < names->slot_count / 2)
		return true;
	names->slots = calloc(n, sizeof(*names->slots));
	if (names->slots == NULL) {
		names->slots = old;
		return false;
	}
	names->slot_count = n;
	for (i = 0; i < names->count; i++)
		names->slots[slot_of(names, rank_names_text(names, i),
		    names->list[i].hash)] = i + 1;
	free(old);
	return true;
}

static bool
text_add(struct rank_names *names, struct str s)
{
	size_t cap = names->text_cap == 0 ? 4096 : names->text_cap;
	char *grown;

	while (cap < names->text_n + s.n)
		cap *= 2;
	if (cap != names->text_cap) {
		grown = realloc(names->text, cap);
		if (grown == NULL)
			return false;
		names->text = grown;
		names->text_cap = cap;
	}
	memcpy(names->text + names->text_n, s.p, s.n);
	names->text_n += s.n;
	return names->text_n < UINT32_MAX;
}

uint32_t
rank_names_add(struct rank_names *names, struct str s)
{
	uint32_t h = hash(s), slot;

	if (!slots_grow(names))
		return RANK_NONE;
	slot = slot_of(names, s, h);
	if (names->slots[slot] != 0)
		return names->slots[slot] - 1;
	if (!rank_grow(&names->list, &names->cap, names->count + 1,
		sizeof(*names->list)) ||
	    !text_add(names, s))
		return RANK_NONE;
	names->list[names->count] = (struct rank_name){
	    .at = (uint32_t)(names->text_n - s.n),
	    .hash = h,
	    .n = (uint32_t)s.n};
	names->slots[slot] = ++names->count;
	return names->count - 1;
}

void
rank_names_free(struct rank_names *names)
{
	free(names->list);
	free(names->text);
	free(names->slots);
	*names = (struct rank_names){0};
}
