/*
 * heap: things with a due time, the earliest first; of those due at the same
 * time the one that was put first. An errand is a member of the thing.
 */
#ifndef SANDBOX_HEAP_H
#define SANDBOX_HEAP_H

#include "core/base.h"

struct errand {
	int64_t due;
	uint64_t order;
};

struct heap {
	struct errand **list;
	size_t count, room;
	uint64_t puts;
};

enum err sb_heap_put(struct heap *h, struct errand *e) MUST_USE; /* E_NOMEM */
/* Not taken out; NULL: it is empty. */
struct errand *sb_heap_first(const struct heap *h);
struct errand *sb_heap_take(struct heap *h);
void sb_heap_free(struct heap *h);

#endif
