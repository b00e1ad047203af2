/* table: chains in a power of two of slots, doubled when they fill up. */
#include "sandbox/table.h"

#include <stdlib.h>

#define FIRST_SIZE 64u

static uint64_t
hash_of(struct str key)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u ^ h >> 29;
}

static struct node **
slot_of(const struct table *t, uint64_t hash)
{
	return &t->slots[hash & (t->size - 1)];
}

struct node *
sb_table_find(const struct table *t, struct str key)
{
	uint64_t hash = hash_of(key);
	struct node *n;

	if (t->size == 0)
		return NULL;
	for (n = *slot_of(t, hash); n != NULL; n = n->next)
		if (n->hash == hash && str_eq(n->key, key))
			return n;
	return NULL;
}

static void
put(struct table *t, struct node *n)
{
	struct node **slot = slot_of(t, n->hash);

	n->next = *slot;
	*slot = n;
}

static enum err
grow(struct table *t)
{
	struct table bigger = {
	    .size = t->size == 0 ? FIRST_SIZE : t->size * 2, .count = t->count};
	struct node *n, *next;
	size_t i;

	bigger.slots = calloc(bigger.size, sizeof(struct node *));
	if (bigger.slots == NULL)
		return E_NOMEM;
	for (i = 0; i < t->size; i++)
		for (n = t->slots[i]; n != NULL; n = next) {
			next = n->next;
			put(&bigger, n);
		}
	free(t->slots);
	*t = bigger;
	return OK;
}

enum err
sb_table_add(struct table *t, struct node *n)
{
	/* Full slots only cost time; none at all cannot be worked with. */
	if (t->count >= t->size && grow(t) != OK && t->size == 0)
		return E_NOMEM;
	n->hash = hash_of(n->key);
	put(t, n);
	t->count++;
	return OK;
}

void
sb_table_remove(struct table *t, struct node *n)
{
	struct node **at = slot_of(t, n->hash);

	while (*at != NULL && *at != n)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = n->next;
	t->count--;
}

void
sb_table_end(struct table *t, void (*drop)(struct node *n))
{
	struct node *n, *next;
	size_t i;

	for (i = 0; i < t->size && drop != NULL; i++)
		for (n = t->slots[i]; n != NULL; n = next) {
			next = n->next;
			drop(n);
		}
	free(t->slots);
	*t = (struct table){0};
}
