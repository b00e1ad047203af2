/* heap: binary, in an array. */
#include "sandbox/heap.h"

#include <stdlib.h>

static bool
before(const struct errand *a, const struct errand *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
swap(struct heap *h, size_t a, size_t b)
{
	struct errand *t = h->list[a];

	h->list[a] = h->list[b];
	h->list[b] = t;
}

enum err
sb_heap_put(struct heap *h, struct errand *e)
{
	size_t at = h->count;

	if (h->count == h->room) {
		size_t room = h->room == 0 ? 64 : h->room * 2;
		void *grown = realloc(h->list, room * sizeof(*h->list));

		if (grown == NULL)
			return E_NOMEM;
		h->list = grown;
		h->room = room;
	}
	e->order = h->puts++;
	h->list[h->count++] = e;
	for (; at > 0 && before(h->list[at], h->list[(at - 1) / 2]);
	     at = (at - 1) / 2)
		swap(h, at, (at - 1) / 2);
	return OK;
}

struct errand *
sb_heap_first(const struct heap *h)
{
	return h->count == 0 ? NULL : h->list[0];
}

struct errand *
sb_heap_take(struct heap *h)
{
	struct errand *first = sb_heap_first(h);
	size_t at = 0, child;

	if (first == NULL)
		return NULL;
	h->list[0] = h->list[--h->count];
	while ((child = at * 2 + 1) < h->count) {
		if (child + 1 < h->count &&
		    before(h->list[child + 1], h->list[child]))
			child++;
		if (!before(h->list[child], h->list[at]))
			break;
		swap(h, child, at);
		at = child;
	}
	return first;
}

void
sb_heap_free(struct heap *h)
{
	free(h->list);
	*h = (struct heap){0};
}
