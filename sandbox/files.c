/* files: a table of blocks. */
#include "sandbox/files.h"
#include "core/arena.h"

#include <sodium.h>
#include <stdlib.h>

struct file *
sb_file_new(struct files *f, struct str id, struct str name, struct str type)
{
	struct file *file = calloc(
	    1, sizeof(*file) + id.n + name.n + type.n + 3);
	char *p = (char *)(file + 1);

	if (file == NULL)
		return NULL;
	memcpy(p, id.p, id.n);
	file->node.key = (struct str){p, id.n};
	p += id.n + 1;
	memcpy(p, name.p, name.n);
	file->name = (struct str){p, name.n};
	p += name.n + 1;
	memcpy(p, type.p, type.n);
	file->type = (struct str){p, type.n};
	if (sb_table_add(&f->table, &file->node) == OK)
		return file;
	free(file);
	return NULL;
}

enum err
sb_file_fill(struct files *f, struct file *file, struct str bytes)
{
	char *copy;

	if (bytes.n > FILE_BYTES || f->total + bytes.n > FILES_BYTES)
		return E_LIMIT;
	copy = malloc(bytes.n + 1);
	if (copy == NULL)
		return E_NOMEM;
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	file->bytes = (struct str){copy, bytes.n};
	f->total += bytes.n;
	return OK;
}

struct file *
sb_file_find(const struct files *f, struct str id)
{
	struct node *n = sb_table_find(&f->table, id);

	return n == NULL ? NULL : CONTAINER_OF(n, struct file, node);
}

static void
drop(struct node *n)
{
	struct file *file = CONTAINER_OF(n, struct file, node);

	free((void *)(uintptr_t)file->bytes.p);
	free(file);
}

void
sb_files_free(struct files *f)
{
	sb_table_end(&f->table, drop);
}

struct str
sb_file_decode(struct str base64, struct arena *a)
{
	size_t room = base64.n / 4 * 3 + 3, n;
	unsigned char *out = arena_alloc(a, room);

	if (out == NULL ||
	    sodium_base642bin(out, room, base64.p, base64.n, "\r\n", &n, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return (struct str){0};
	return (struct str){(const char *)out, n};
}
