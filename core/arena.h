/*
 * arena: memory with the lifetime of one request, turn or connection.
 *
 *	struct arena a = {0};          an empty arena owns nothing
 *	p = arena_alloc(&a, n);        zeroed; NULL only when memory is out
 *	arena_reset(&a);               all gone, first block kept for reuse
 *	arena_free(&a);                all gone
 *
 * Never shared between threads at the same time.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/base.h"

struct arena_block;

struct arena {
	struct arena_block *head;
};

void *arena_alloc(struct arena *a, size_t size) MUST_USE;

/* A NUL-terminated copy; .p is NULL when memory is out. */
struct str arena_copy(struct arena *a, struct str s) MUST_USE;
struct str arena_printf(struct arena *a, const char *fmt, ...)
    PRINTF_LIKE(2, 3) MUST_USE;

void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
