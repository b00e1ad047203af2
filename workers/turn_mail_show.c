/*
 * turn_mail_show: which of the lines a mail tells, and how their files go with
 * it: attached as long as they are small together, else as links, and where
 * there is no address for links, by name and where to find them.
 */
#include "core/file_url.h"
#include "workers/turn_mail_inner.h"

/* A talk that was taken up again is understood by the last lines before. */
#define LINES_LEAST 6u
#define LINK_LIFE_S (30 * 24 * (int64_t)3600)

struct showing {
	struct letter_of *l;
	uint64_t attached; /* bytes */
	size_t room;	   /* in l->attached */
};

/* ---- files ------------------------------------------------------------------- */

static struct str
url_of(const struct letter_of *l, const struct letter_file_of *f)
{
	const struct worker_conf *conf = &l->t->worker->conf;
	const struct file_url url = {.hash = f->hash,
	    .name = f->name,
	    .type = f->type,
	    .expires_s = clock_wall(conf->clock) / 1000 + LINK_LIFE_S};
	struct buf b = {0};

	if (conf->keys == NULL || conf->public_url == NULL ||
	    conf->public_url[0] == '\0')
		return (struct str){0};
	file_url_write(conf->keys, str_from(conf->public_url), &url, &b);
	return buf_take(&b, &l->t->arena);
}

static bool
attach(struct showing *s, const struct letter_file_of *f, uint64_t most)
{
	struct letter_of *l = s->l;

	if (s->attached + f->size > most || l->attached_count == s->room)
		return false;
	s->attached += f->size;
	l->attached[l->attached_count++] = (struct mail_file){
	    .name = f->name, .type = f->type, .hash = f->hash};
	return true;
}

/* What people of the company sent the desk need not get again. */
static bool
is_wanted(const struct letter_of *l, const struct letter_line *line)
{
	return l->to_customer || line->line.customer;
}

static struct escalation_file
show_file(struct showing *s, const struct letter_file_of *f, bool wanted)
{
	struct escalation_file out = {.name = f->name,
	    .type = f->type,
	    .size = f->size,
	    .missing = f->missing};

	if (f->hash.n == 0 || !wanted)
		return out;
	out.attached = attach(s, f, MAIL_ATTACH_MAX);
	if (!out.attached)
		out.url = url_of(s->l, f);
	if (!out.attached && out.url.n == 0)
		out.attached = attach(s, f, MAIL_ATTACH_MOST);
	if (!out.attached && out.url.n == 0)
		out.missing = STR("too large for a mail: see the console");
	return out;
}

static enum err
show_files(struct showing *s, const struct letter_line *from,
    struct escalation_line *line)
{
	struct escalation_file *files = arena_alloc(
	    &s->l->t->arena, (from->file_count + 1) * sizeof(*files));
	size_t i;

	if (files == NULL)
		return E_NOMEM;
	for (i = 0; i < from->file_count; i++)
		files[i] = show_file(s, &from->files[i], is_wanted(s->l, from));
	line->files = files;
	line->file_count = from->file_count;
	return OK;
}

/* ---- lines --------------------------------------------------------------------- */

static size_t
first_line(const struct letter_of *l)
{
	size_t i = l->line_count;

	if (!l->whole) {
		while (i > 0 && l->lines[i - 1].seq > l->after)
			i--;
		return i;
	}
	while (i > 0 && !l->lines[i - 1].line.before)
		i--;
	while (i > 0 && l->line_count - i < LINES_LEAST)
		i--;
	return i;
}

/* A mail that tells of a file goes with it; of all, the customer gets only what
 * people of the company sent. */
static bool
is_told(const struct letter_of *l, const struct letter_line *line)
{
	return !l->to_customer || !line->line.customer;
}

enum err
letter_show(struct letter_of *l)
{
	struct showing s = {.l = l, .room = LETTER_FILES_MAX};
	size_t i;
	enum err e = OK;

	l->attached = arena_alloc(&l->t->arena, s.room * sizeof(*l->attached));
	if (l->attached == NULL)
		return E_NOMEM;
	for (i = first_line(l); e == OK && i < l->line_count; i++) {
		struct escalation_line *out = &l->shown[l->shown_count];

		if (!is_told(l, &l->lines[i]))
			continue;
		*out = l->lines[i].line;
		e = show_files(&s, &l->lines[i], out);
		l->shown_count++;
	}
	return e;
}
