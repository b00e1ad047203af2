/*
 * letter_body: the parts, from the inside out, so that a boundary is chosen
 * when all that it must not occur in is there.
 */
#include "channels/email/html.h"
#include "channels/email/letter_inner.h"

struct part {
	struct buf bytes; /* Content-Type and on */
};

/* ---- texts -------------------------------------------------------------- */

#define GONE "(it is not kept any more)"

/* What is attached speaks for itself. */
static bool
is_told(const struct letter_file *f)
{
	return f->url.n > 0 || f->bytes.p == NULL;
}

static void
put_text_links(const struct letter *l, struct buf *out)
{
	bool first = true;
	size_t i;

	for (i = 0; i < l->file_count; i++) {
		const struct letter_file *f = &l->files[i];

		if (!is_told(f))
			continue;
		buf_str(out, first ? "\n\n" : "");
		buf_addf(out, "%.*s: %.*s\n", STR_FMT(f->name),
		    STR_FMT(f->url.n > 0 ? f->url : STR(GONE)));
		first = false;
	}
}

/* The address is its own label: it hides nothing. */
static void
put_html_links(const struct letter *l, struct buf *out)
{
	size_t i;

	for (i = 0; i < l->file_count; i++) {
		const struct letter_file *f = &l->files[i];

		if (!is_told(f))
			continue;
		buf_str(out, "<p>");
		html_escape(out, f->name);
		if (f->url.n == 0) {
			buf_str(out, ": " GONE "</p>\n");
			continue;
		}
		buf_str(out, ": <a href=\"");
		html_escape(out, f->url);
		buf_str(out, "\">");
		html_escape(out, f->url);
		buf_str(out, "</a></p>\n");
	}
}

typedef void put_links(const struct letter *l, struct buf *out);

static void
put_text(const struct letter *l, const char *kind, struct str text,
    put_links *links, struct buf *out)
{
	struct buf whole = {0};

	buf_addf(out,
	    "Content-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    kind);
	buf_add(&whole, text.p, text.n);
	links(l, &whole);
	if (whole.len > 0)
		encode_quoted(buf_view(&whole), out);
	out->failed |= whole.failed;
	buf_free(&whole);
}

/* ---- files -------------------------------------------------------------- */

static void
put_file(const struct letter_file *f, struct buf *out)
{
	buf_addf(out, "Content-Type: %.*s", STR_FMT(f->type));
	if (f->name.n > 0)
		encode_param("name", f->name, out);
	buf_str(out, "\r\nContent-Transfer-Encoding: base64\r\n"
		     "Content-Disposition: attachment");
	if (f->name.n > 0)
		encode_param("filename", f->name, out);
	buf_str(out, "\r\n\r\n");
	encode_base64(f->bytes, out);
}

/* ---- multiparts --------------------------------------------------------- */

/* "=_" is in no quoted-printable and in no base64. All the same it is looked
 * for: a boundary that a part holds would cut that part in two. */
static void
choose_boundary(const struct letter *l, const char *level,
    const struct part *parts, size_t n, struct buf *out)
{
	unsigned turn = 0;
	size_t i, k;

	for (i = 0; i < n || out->len == 0;) {
		buf_clear(out);
		buf_addf(out, "=_%s%u_", level, turn++);
		for (k = 0; k < LETTER_RANDOM; k++)
			buf_addf(out, "%02x", l->random[k]);
		for (i = 0; i < n; i++)
			if (memmem(parts[i].bytes.data, parts[i].bytes.len,
				out->data, out->len) != NULL)
				break;
		if (out->failed)
			return;
	}
}

struct multipart {
	const char *kind, *level;
	struct part *parts;
	size_t n;
};

static void
put_multipart(
    const struct letter *l, const struct multipart *m, struct buf *out)
{
	struct buf boundary = {0};
	size_t i;

	choose_boundary(l, m->level, m->parts, m->n, &boundary);
	if (boundary.failed) {
		out->failed = true;
		return;
	}
	buf_addf(out,
	    "Content-Type: multipart/%s;\r\n boundary=\"%.*s\"\r\n\r\n",
	    m->kind, STR_FMT(buf_view(&boundary)));
	for (i = 0; i < m->n; i++) {
		buf_addf(out, "%s--%.*s\r\n", i == 0 ? "" : "\r\n",
		    STR_FMT(buf_view(&boundary)));
		buf_add(out, m->parts[i].bytes.data, m->parts[i].bytes.len);
		out->failed |= m->parts[i].bytes.failed;
	}
	buf_addf(out, "\r\n--%.*s--\r\n", STR_FMT(buf_view(&boundary)));
	buf_free(&boundary);
}

static void
put_alternative(const struct letter *l, struct buf *out)
{
	struct part parts[2] = {{.bytes = {0}}};
	const struct multipart m = {"alternative", "a", parts, 2};

	put_text(l, "plain", l->text, put_text_links, &parts[0].bytes);
	put_text(l, "html", l->html, put_html_links, &parts[1].bytes);
	put_multipart(l, &m, out);
	buf_free(&parts[0].bytes);
	buf_free(&parts[1].bytes);
}

static void
put_texts(const struct letter *l, struct buf *out)
{
	if (l->html.n > 0)
		put_alternative(l, out);
	else
		put_text(l, "plain", l->text, put_text_links, out);
}

enum err
letter_put_body(const struct letter *l, struct buf *out)
{
	struct part parts[1 + LETTER_FILES_MAX] = {{.bytes = {0}}};
	struct multipart m = {"mixed", "m", parts, 1};
	size_t i;

	put_texts(l, &parts[0].bytes);
	for (i = 0; i < l->file_count; i++)
		if (!is_told(&l->files[i]))
			put_file(&l->files[i], &parts[m.n++].bytes);
	if (m.n > 1) {
		put_multipart(l, &m, out);
	} else {
		buf_add(out, parts[0].bytes.data, parts[0].bytes.len);
		out->failed |= parts[0].bytes.failed;
	}
	for (i = 0; i < m.n; i++)
		buf_free(&parts[i].bytes);
	return out->failed ? E_NOMEM : OK;
}
