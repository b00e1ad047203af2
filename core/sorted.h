/*
 * sorted: ordered sets that know how many come before a member, for sets of
 * a few members and of a million. A step touches little memory: the sets of
 * those who wait are too large for the processor's caches.
 *
 * Sets share one pool of nodes. A set is the number of its root, 0 when it is
 * empty. Members are ordered by key, then by id, and carry a value; key and id
 * together occur once in a set. Room is reserved ahead, so that later steps
 * cannot fail:
 *
 *	struct sorted pool = {0};
 *	uint32_t set = 0;
 *	if (sorted_reserve(&pool, 1, 1) != OK) ...
 *	sorted_add(&pool, &set, (struct sorted_item){key, id, value});
 */
#ifndef CORE_SORTED_H
#define CORE_SORTED_H

#include "core/base.h"

struct sorted_item {
	int64_t key;
	int64_t id;
	uint32_t value;
};

struct sorted_node;

struct sorted {
	struct sorted_node *nodes;
	uint32_t cap, made, spare; /* nodes; ever used; first free one */
};

/* Room for so many members in so many sets, all together. E_NOMEM. */
enum err sorted_reserve(
    struct sorted *s, uint32_t members, uint32_t sets) MUST_USE;
void sorted_free(struct sorted *s);

/* There must be room, and no such member yet. */
void sorted_add(struct sorted *s, uint32_t *set, struct sorted_item item);
/* It must be there; the value is not looked at. */
void sorted_remove(struct sorted *s, uint32_t *set, struct sorted_item item);

/* False if the set is empty. */
bool sorted_first(
    const struct sorted *s, uint32_t set, struct sorted_item *out);

uint32_t sorted_count(const struct sorted *s, uint32_t set);
/* How many come before the item, which need not be a member. */
uint32_t sorted_before(
    const struct sorted *s, uint32_t set, struct sorted_item item);

#endif
