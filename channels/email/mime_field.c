/*
 * mime_field: a header into its fields. A line that is no field is passed
 * over; a mail that begins with one has no header at all.
 */
#include "channels/email/mime_inner.h"

static bool
is_folded(struct str line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* How long the name before the colon is; 0: this is no field. */
static size_t
name_length(struct str line)
{
	const char *colon = line.n == 0 ? NULL : memchr(line.p, ':', line.n);
	struct str name = {line.p, 0};
	size_t i;

	if (colon == NULL)
		return 0;
	name.n = (size_t)(colon - line.p);
	while (name.n > 0 && is_folded(lex_from(name, name.n - 1)))
		name.n--;
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return 0;
	return name.n;
}

/* mbox, and programs that keep mails, put a line of their own on top. */
static void
skip_envelope(struct str *rest)
{
	struct str after = *rest, line = lex_line(&after);

	if (line.n > 5 && memcmp(line.p, "From ", 5) == 0)
		*rest = after;
}

struct header {
	struct str bytes; /* without the empty line */
	struct str body;
	size_t fields; /* at most */
};

/* Where it ends. */
static struct header
measure(struct str rest)
{
	struct header h = {.bytes = {rest.p, 0}};
	struct str after = rest, line;

	while (after.n > 0) {
		line = lex_line(&after);
		if (line.n == 0)
			break;
		h.fields += !is_folded(line);
		h.bytes.n = rest.n - after.n;
	}
	h.body = after;
	return h;
}

/* There is one more than the most, for what comes behind them. */
static void
add_line(struct mime *m, struct mime_part *p, struct mime_field *fields,
    struct str line)
{
	size_t n = name_length(line);
	struct mime_field *f = &fields[p->field_count];

	if (is_folded(line) && p->field_count > 0) {
		f--; /* up to the end of this line */
		f->value.n = (size_t)(line.p + line.n - f->value.p);
		return;
	}
	if (n == 0) {
		m->odd |= MIME_ODD_HEADER;
		return;
	}
	f->name = lex_upto(line, n);
	while (line.p[n] != ':')
		n++;
	f->value = lex_from(line, n + 1);
	p->field_count++;
}

enum err
mime_header_read(struct mime *m, struct str *rest, struct mime_part *p)
{
	struct header h;
	struct mime_field *fields;
	struct str first = *rest;

	skip_envelope(rest);
	first = *rest;
	first = lex_line(&first);
	if (first.n > 0 && name_length(first) == 0) {
		m->odd |= MIME_ODD_HEADER;
		return OK;
	}
	h = measure(*rest);
	if (h.bytes.n > MIME_HEADER_MAX || h.fields > MIME_FIELDS_MAX)
		m->odd |= MIME_ODD_LONG;
	h.bytes = lex_upto(h.bytes, MIME_HEADER_MAX);
	h.fields = h.fields > MIME_FIELDS_MAX ? MIME_FIELDS_MAX : h.fields;
	fields = arena_alloc(m->arena, (h.fields + 1) * sizeof(*fields));
	if (fields == NULL)
		return E_NOMEM;
	p->fields = fields;
	while (h.bytes.n > 0 && p->field_count <= h.fields)
		add_line(m, p, fields, lex_line(&h.bytes));
	if (p->field_count > h.fields)
		p->field_count = h.fields;
	*rest = h.body;
	return OK;
}

struct str
mime_unfold(struct str value, struct arena *a)
{
	struct str copy = arena_copy(a, lex_trim(value));
	char *p = (char *)(uintptr_t)copy.p;
	size_t n = 0, i;

	for (i = 0; p != NULL && i < copy.n; i++)
		if (p[i] != '\r' && p[i] != '\n')
			p[n++] = p[i];
	copy.n = n;
	return copy;
}

struct str
mime_field_nth(
    struct mime *m, const struct mime_part *p, const char *name, unsigned nth)
{
	size_t i;

	for (i = 0; i < p->field_count; i++)
		if (lex_same(p->fields[i].name, str_from(name)) && nth-- == 0)
			return mime_unfold(p->fields[i].value, m->arena);
	return (struct str){0};
}

struct str
mime_field(struct mime *m, const struct mime_part *p, const char *name)
{
	return mime_field_nth(m, p, name, 0);
}

struct str
mime_field_text(struct mime *m, const struct mime_part *p, const char *name)
{
	struct str value = mime_field(m, p, name), text;

	if (value.p == NULL || mime_words(value, m->arena, &text) != OK)
		return (struct str){0};
	return text;
}
