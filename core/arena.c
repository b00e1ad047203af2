/* arena: blocks in a list, the newest first; each at least BLOCK_BYTES. */
#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_BYTES 4000u

struct arena_block {
	struct arena_block *older;
	size_t used, size;
	max_align_t bytes[];
};

static struct arena_block *
block_new(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *b;

	if (room > SIZE_MAX - sizeof(*b))
		return NULL;
	b = malloc(sizeof(*b) + room);
	if (b == NULL)
		return NULL;
	b->older = a->head;
	b->used = 0;
	b->size = room;
	a->head = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_block *b = a->head;
	void *p;

	if (size > SIZE_MAX - align)
		return NULL;
	size = (size + align - 1) / align * align;
	if (b == NULL || b->size - b->used < size)
		b = block_new(a, size);
	if (b == NULL)
		return NULL;
	p = (char *)b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

struct str
arena_copy(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (p == NULL)
		return (struct str){0};
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){p, s.n};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0)
		p = arena_alloc(a, (size_t)n + 1);
	if (p == NULL)
		return (struct str){0};
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){p, (size_t)n};
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	if (b == NULL)
		return;
	while (b->older != NULL) {
		struct arena_block *older = b->older;
		free(b);
		b = older;
	}
	b->used = 0;
	a->head = b;
}

void
arena_free(struct arena *a)
{
	while (a->head != NULL) {
		struct arena_block *b = a->head;
		a->head = b->older;
		free(b);
	}
}
