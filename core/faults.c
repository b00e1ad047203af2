/* faults: a list in an arena. */
#include "core/faults.h"

#include <stdarg.h>
#include <stdio.h>

static struct str
format(struct arena *a, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	return arena_copy(a, str_from(text));
}

void
faults_add(struct faults *f, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (f->list == NULL)
		f->list = arena_alloc(&f->arena, FAULTS_MAX * sizeof(*f->list));
	if (f->list != NULL && f->count < FAULTS_MAX) {
		va_start(ap, fmt);
		f->list[f->count].where = arena_copy(
		    &f->arena, str_from(where));
		f->list[f->count].what = format(&f->arena, fmt, ap);
		va_end(ap);
	}
	f->count++;
}

static size_t
kept(const struct faults *f)
{
	if (f->list == NULL)
		return 0;
	return f->count < FAULTS_MAX ? f->count : FAULTS_MAX;
}

void
faults_write(const struct faults *f, struct buf *out)
{
	size_t i, n = kept(f);

	for (i = 0; i < n; i++) {
		buf_add(out, f->list[i].where.p, f->list[i].where.n);
		buf_str(out, ": ");
		buf_add(out, f->list[i].what.p, f->list[i].what.n);
		buf_char(out, '\n');
	}
	if (f->count > n)
		buf_addf(out, "... and %zu more\n", f->count - n);
}

void
faults_write_json(const struct faults *f, struct buf *out)
{
	size_t i, n = kept(f);

	buf_char(out, '[');
	for (i = 0; i < n; i++) {
		buf_str(out, i == 0 ? "{\"where\":" : ",{\"where\":");
		buf_json(out, f->list[i].where);
		buf_str(out, ",\"what\":");
		buf_json(out, f->list[i].what);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
faults_free(struct faults *f)
{
	arena_free(&f->arena);
	*f = (struct faults){0};
}
