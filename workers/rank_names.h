/*
 * rank_names: short strings, each numbered once: 0, 1, 2 ...
 */
#ifndef WORKERS_RANK_NAMES_H
#define WORKERS_RANK_NAMES_H

#include "core/base.h"

#define RANK_NONE UINT32_MAX

struct rank_name {
	uint32_t at, hash;
	uint32_t n;
};

struct rank_names {
	struct rank_name *list;
	uint32_t count, cap;
	char *text;
	size_t text_n, text_cap;
	uint32_t *slots; /* a power of two; number + 1, or 0 */
	uint32_t slot_count;
};

/* Its number, or RANK_NONE. */
uint32_t rank_names_find(const struct rank_names *names, struct str s);

/* Its number, given now if it has none; RANK_NONE: no memory. */
uint32_t rank_names_add(struct rank_names *names, struct str s);

static inline struct str
rank_names_text(const struct rank_names *names, uint32_t i)
{
	return (struct str){names->text + names->list[i].at, names->list[i].n};
}

void rank_names_free(struct rank_names *names);

/*
 * Room for `need` elements of `size` bytes in the growing array *list; new
 * elements are zero. False: no memory, the list is as before.
 */
bool rank_grow(void *list, uint32_t *cap, uint32_t need, size_t size);

#endif
