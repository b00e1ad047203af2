/*
 * outgoing_file: how each file of a message gets to the customer. Whether a
 * link can be followed is told by its host: this machine's own name leads
 * nowhere from elsewhere, unless the vendor is a stand-in on this machine, too.
 */
#include "core/file_url.h"
#include "intake/outgoing_inner.h"

#include <stdio.h>

/* A message may wait for days, and be read later. */
#define LINK_LIFE_S (30 * 24 * (int64_t)3600)
#define PLACE_MAX 40u

struct filing {
	const struct outgoing_of *of;
	struct outgoing *m;
	struct outgoing_file *files;
	struct buf more; /* below the text */
	bool reachable;	 /* links are good */
	struct arena *arena;
	struct faults *faults;
};

/* ---- can a link be followed? ------------------------------------------------ */

/* Between "://" and ":", "/" or the end. */
static struct str
host_of(struct str url)
{
	const char *at = url.n == 0 ? NULL : memmem(url.p, url.n, "://", 3);
	struct str host = {"", 0};

	if (at == NULL)
		return host;
	host.p = at + 3;
	host.n = url.n - (size_t)(host.p - url.p);
	at = host.n > 0 && host.p[0] == '[' ? memchr(host.p, ']', host.n)
					    : host.p;
	for (; at != NULL && at < host.p + host.n; at++)
		if (*at == ':' || *at == '/')
			host.n = (size_t)(at - host.p);
	return host;
}

/* 127.0.0.1 and all that begin so. */
static bool
is_loopback(struct str host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (strchr("0123456789.", host.p[i]) == NULL)
			return false;
	return host.n >= 4 && memcmp(host.p, "127.", 4) == 0;
}

static bool
is_here(struct str url)
{
	struct str host = host_of(url);

	return str_eq(host, STR("localhost")) || str_eq(host, STR("[::1]")) ||
	       is_loopback(host);
}

static bool
is_reachable(struct str url, const struct company_account *account)
{
	if (url.n == 0)
		return false;
	return !is_here(url) || is_here(account->api) || is_here(account->smtp);
}

/* ---- each of them ----------------------------------------------------------- */

static struct str
write_url(struct filing *g, const struct outgoing_stored *f)
{
	const struct file_url url = {.hash = f->hash,
	    .name = f->name,
	    .type = f->type,
	    .expires_s = g->of->now / 1000 + LINK_LIFE_S};
	struct buf b = {0};

	file_url_write(g->of->keys, g->of->public_url, &url, &b);
	return buf_take(&b, g->arena);
}

/* Without what means something in Markdown, or ends a line. */
static void
put_name(struct buf *b, struct str name)
{
	size_t i;

	if (name.n == 0)
		buf_str(b, "file");
	for (i = 0; i < name.n; i++)
		buf_char(b, (unsigned char)name.p[i] < ' ' ||
				    strchr("[]()*_`<>\\", name.p[i]) != NULL
				? ' '
				: name.p[i]);
}

/* A paragraph below the text. */
static void
begin_words(struct filing *g)
{
	if (g->more.len > 0 || g->m->text.n > 0)
		buf_str(&g->more, "\n\n");
}

static void
leave_out(struct filing *g, const struct outgoing_stored *f, const char *why)
{
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "files[%td]", f - g->of->files);
	faults_add(g->faults, where, "\"%.*s\" did not go with it: %s",
	    STR_FMT(f->name), why);
	begin_words(g);
	buf_str(&g->more, "(A file came with this: ");
	put_name(&g->more, f->name);
	buf_str(&g->more, ". It cannot be sent here.)");
}

static void
link(struct filing *g, const struct outgoing_stored *f, struct str url)
{
	begin_words(g);
	buf_char(&g->more, '[');
	put_name(&g->more, f->name);
	buf_addf(&g->more, "](%.*s)", STR_FMT(url));
}

static bool
goes_as_file(const struct filing *g, const struct outgoing_stored *f)
{
	const struct channel *c = g->of->channel;

	return g->m->file_count < c->can.media_max &&
	       channel_takes_file(c, f->type, f->size) &&
	       (g->reachable || c->can.attaches);
}

static enum err
add_file(struct filing *g, const struct outgoing_stored *f)
{
	struct str url = {"", 0};

	if (f->hash.n == 0) {
		leave_out(g, f, "it is of a kind that is not kept");
		return OK;
	}
	if (g->reachable)
		url = write_url(g, f);
	if (url.p == NULL)
		return E_NOMEM;
	if (goes_as_file(g, f))
		g->files[g->m->file_count++] = (struct outgoing_file){
		    .name = f->name,
		    .type = f->type,
		    .url = url,
		    .size = f->size,
		    .hash = f->hash};
	else if (g->reachable)
		link(g, f, url);
	else
		leave_out(g, f,
		    "there is no address under which it could be fetched; "
		    "public_url in the settings is one");
	return OK;
}

static enum err
finish(struct filing *g)
{
	struct outgoing *m = g->m;

	m->files = g->files;
	if (g->more.failed)
		return E_NOMEM;
	if (g->more.len > 0)
		m->text = arena_printf(g->arena, "%.*s%.*s", STR_FMT(m->text),
		    STR_FMT(buf_view(&g->more)));
	return m->text.n > 0 && m->text.p == NULL ? E_NOMEM : OK;
}

enum err
outgoing_files(const struct outgoing_of *of,
    const struct company_account *account, struct outgoing *m, struct arena *a,
    struct faults *faults)
{
	struct filing g = {.of = of,
	    .m = m,
	    .files = arena_alloc(a, (of->file_count + 1) * sizeof(*m->files)),
	    .reachable = is_reachable(of->public_url, account),
	    .arena = a,
	    .faults = faults};
	enum err e = g.files == NULL ? E_NOMEM : OK;
	size_t i;

	for (i = 0; e == OK && i < of->file_count; i++)
		e = add_file(&g, &of->files[i]);
	if (e == OK)
		e = finish(&g);
	buf_free(&g.more);
	return e;
}
