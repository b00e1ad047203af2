/*
 * mime_text: what a mail says. Which parts are said, and each of them from its
 * bytes to UTF-8 with "\n" between lines.
 */
#include "channels/email/charset.h"
#include "channels/email/html.h"
#include "channels/email/mime_inner.h"
#include "core/utf8.h"

#define HTML_MAX (4u * MIME_TEXT_MAX) /* of which most may be styles */

/* ---- which parts -------------------------------------------------------- */

static bool
is_plain(const struct mime_part *p)
{
	return str_eq(p->type, STR("text/plain"));
}

static bool
is_html(const struct mime_part *p)
{
	return str_eq(p->type, STR("text/html"));
}

static bool
is_alternative(const struct mime_part *p)
{
	return p != NULL && str_eq(p->type, STR("multipart/alternative"));
}

/* What only programs look at. */
static const char *const silent[] = {"application/pgp-signature",
    "application/pgp-encrypted", "application/pkcs7-signature",
    "application/x-pkcs7-signature", "message/delivery-status",
    "message/disposition-notification", "message/feedback-report",
    "text/rfc822-headers", "application/ms-tnef"};

bool
mime_is_file(const struct mime_part *p)
{
	size_t i;

	if (p->child != NULL || lex_begins(p->type, STR("multipart/")))
		return false;
	for (i = 0; i < ARRAY_LEN(silent); i++)
		if (str_eq(p->type, str_from(silent[i])))
			return false;
	if (p->attachment)
		return true;
	if (is_plain(p) || is_html(p))
		return p->name.n > 0;
	return !is_alternative(p->parent);
}

/* ---- one of them -------------------------------------------------------- */

/* Lines end with "\n"; of control characters only the tab stays. */
static void
add_calm(struct mime *m, struct str text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (c == '\r')
			c = '\n';
		if (c == 0)
			m->odd |= MIME_ODD_ZERO;
		if ((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t')
			buf_char(out, (char)c);
	}
}

static void
dress(const struct mime *m, const struct mime_part *p, struct str utf8,
    struct buf *out)
{
	if (is_html(p))
		html_text(utf8, m->whole, out);
	else if (p->flowed)
		mime_unflow(utf8, p->delsp, out);
	else
		buf_add(out, utf8.p, utf8.n);
}

static enum err
say_leaf(struct mime *m, const struct mime_part *p, struct buf *out)
{
	struct buf utf8 = {0}, text = {0};
	struct str bytes;
	enum err e = mime_bytes(m, p, &bytes);

	if (e != OK)
		return e;
	if (bytes.n > (is_html(p) ? HTML_MAX : MIME_TEXT_MAX))
		m->odd |= MIME_ODD_TEXT;
	bytes = lex_upto(bytes, is_html(p) ? HTML_MAX : MIME_TEXT_MAX);
	if (!charset_read(bytes, p->charset, &utf8))
		m->odd |= MIME_ODD_CHARSET;
	if (utf8.len > 0)
		dress(m, p, buf_view(&utf8), &text);
	if (text.len > 0)
		add_calm(m, buf_view(&text), out);
	e = utf8.failed || text.failed ? E_NOMEM : OK;
	buf_free(&utf8);
	buf_free(&text);
	return e;
}

/* ---- all of them -------------------------------------------------------- */

static enum err say(struct mime *m, const struct mime_part *p, struct buf *out);

static bool
says_nothing(const struct buf *b)
{
	return b->len == 0 || lex_blank(buf_view(b));
}

/* The plain text, unless it is there for the form's sake only. */
static enum err
say_alternative(struct mime *m, const struct mime_part *p, struct buf *out)
{
	const struct mime_part *c;
	struct buf one = {0};
	enum err e = OK;
	unsigned turn;

	for (turn = 0; turn < 2 && e == OK && says_nothing(&one); turn++)
		for (c = p->child; c != NULL && e == OK && says_nothing(&one);
		     c = c->next) {
			if (is_plain(c) != (turn == 0))
				continue;
			buf_clear(&one);
			e = say(m, c, &one);
		}
	if (!says_nothing(&one))
		buf_add(out, one.data, one.len);
	out->failed |= one.failed;
	buf_free(&one);
	return e;
}

/* An empty line between two parts. */
static void
part_lines(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_char(out, '\n');
	if (out->len > 0)
		buf_char(out, '\n');
}

static enum err
say(struct mime *m, const struct mime_part *p, struct buf *out)
{
	const struct mime_part *c;
	enum err e = OK;

	if (out->len > MIME_TEXT_MAX)
		return OK;
	if (is_alternative(p) && p->child != NULL)
		return say_alternative(m, p, out);
	for (c = p->child; c != NULL && e == OK; c = c->next)
		e = say(m, c, out);
	if (p->child != NULL || mime_is_file(p) ||
	    (!is_plain(p) && !is_html(p)))
		return e;
	part_lines(out);
	return say_leaf(m, p, out);
}

/* Without half a character at its end. */
static struct str
bounded(struct mime *m, struct str text)
{
	size_t n = MIME_TEXT_MAX;

	if (text.n <= n)
		return text;
	m->odd |= MIME_ODD_TEXT;
	while (n > 0 && (text.p[n] & 0xc0) == 0x80)
		n--;
	return lex_upto(text, n);
}

enum err
mime_text(struct mime *m, bool whole, struct str *out)
{
	struct buf b = {0};
	enum err e;

	m->whole = whole;
	e = say(m, m->root, &b);
	/* A multipart that could not be cut: better its bytes than nothing. */
	if (e == OK && m->root->child == NULL && says_nothing(&b) &&
	    lex_begins(m->root->type, STR("multipart/")))
		e = say_leaf(m, m->root, &b);
	*out = (struct str){0};
	if (e == OK && !b.failed)
		*out = arena_copy(
		    m->arena, b.len == 0 ? STR("") : bounded(m, buf_view(&b)));
	buf_free(&b);
	return out->p == NULL ? E_NOMEM : OK;
}
