/*
 * treap: ordered sets that know how many come before a member. All steps take
 * about log2(n) of them.
 *
 * Sets share one pool of nodes. A set is the number of its root, 0 when it is
 * empty. Members are ordered by key, then by id, and carry a value; key and id
 * together occur once in a set. Room is reserved ahead, so that later steps
 * cannot fail:
 *
 *	struct treap pool = {0};
 *	uint32_t set = 0;
 *	if (treap_reserve(&pool, 1) != OK) ...
 *	treap_add(&pool, &set, (struct treap_item){key, id, value});
 */
#ifndef CORE_TREAP_H
#define CORE_TREAP_H

#include "core/base.h"

struct treap_item {
	int64_t key;
	int64_t id;
	uint32_t value;
};

struct treap_node;

struct treap {
	struct treap_node *nodes;
	uint32_t cap, made, spare; /* nodes; ever used; first free one */
	uint32_t used;
};

/* Room for so many members in all sets together. E_NOMEM. */
enum err treap_reserve(struct treap *t, uint32_t members) MUST_USE;
void treap_free(struct treap *t);

/* There must be room, and no such member yet. */
void treap_add(struct treap *t, uint32_t *set, struct treap_item item);
/* It must be there; the value is not looked at. */
void treap_remove(struct treap *t, uint32_t *set, struct treap_item item);

/* False if the set is empty. */
bool treap_first(const struct treap *t, uint32_t set, struct treap_item *out);

uint32_t treap_count(const struct treap *t, uint32_t set);
/* How many come before the item, which need not be a member. */
uint32_t treap_before(
    const struct treap *t, uint32_t set, struct treap_item item);

#endif
