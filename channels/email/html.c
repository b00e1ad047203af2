/*
 * html: one walk over the bytes. Spaces and line ends are not written when they
 * come, but kept until there is a word to write behind them.
 */
#include "channels/email/html_inner.h"

#define QUOTES_MAX 20u
#define HREF_MAX 500u
#define ALT_MAX 16u

struct walker {
	struct buf *out;
	struct html_ahead ahead;
	bool whole;

	unsigned lines;	 /* ends of lines that are due: 0, 1, 2 */
	bool space;	 /* and a space */
	bool began;	 /* something was written */
	bool at_start;	 /* of a line: nothing is on it yet */
	unsigned quotes; /* blockquotes that are open */
	unsigned pre;

	struct str skipped; /* the element whose content is dropped */
	unsigned skip_depth;

	char href[HREF_MAX];
	size_t href_n, link_at; /* where its words begin in out */
};

/* ---- words -------------------------------------------------------------- */

static void
want_lines(struct walker *w, unsigned n)
{
	if (w->lines < n)
		w->lines = n;
	w->space = false;
}

static void
begin_line(struct walker *w)
{
	unsigned i;

	for (i = 0; i < w->quotes && i < QUOTES_MAX; i++)
		buf_char(w->out, '>');
	if (w->quotes > 0)
		buf_char(w->out, ' ');
	w->at_start = true;
}

/* Also the lines between must be quoted, or the quote would be in pieces. */
static void
settle(struct walker *w)
{
	if (!w->began) {
		w->began = true;
		begin_line(w);
	} else if (w->lines > 0) {
		for (; w->lines > 0; w->lines--) {
			buf_char(w->out, '\n');
			begin_line(w);
		}
	} else if (w->space && !w->at_start) {
		buf_char(w->out, ' ');
	}
	w->lines = 0;
	w->space = false;
}

static void
put(struct walker *w, const char *bytes, size_t n)
{
	settle(w);
	buf_add(w->out, bytes, n);
	w->at_start = false;
}

static void
put_code(struct walker *w, uint32_t code)
{
	settle(w);
	html_put_code(w->out, code);
	w->at_start = false;
}

/* ---- links -------------------------------------------------------------- */

static void
open_link(struct walker *w, const struct html_tag *t)
{
	struct str href = lex_trim(html_attribute(t, "href"));
	size_t i, n;
	struct buf b = {0};

	w->href_n = 0;
	w->link_at = w->out->len;
	if ((!lex_begins(href, STR("http://")) &&
		!lex_begins(href, STR("https://"))) ||
	    href.n >= HREF_MAX)
		return;
	for (i = 0; i < href.n; i += n) {
		uint32_t code = 0;

		n = href.p[i] == '&' ? html_entity(lex_from(href, i), &code)
				     : 0;
		if (n > 0)
			html_put_code(&b, code);
		else
			buf_char(&b, href.p[i]);
		n = n > 0 ? n : 1;
	}
	if (!b.failed && b.len < HREF_MAX) {
		memcpy(w->href, b.data, b.len);
		w->href_n = b.len;
	}
	buf_free(&b);
}

static struct str
without_scheme(struct str url)
{
	size_t at = lex_find(lex_upto(url, 9), STR("://"));

	url = at < 9 && at + 3 <= url.n ? lex_from(url, at + 3) : url;
	while (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	return url;
}

static void
close_link(struct walker *w)
{
	struct str href = {w->href, w->href_n}, words;

	if (w->href_n == 0 || w->out->failed || w->link_at > w->out->len)
		return;
	words = lex_trim(lex_from(buf_view(w->out), w->link_at));
	w->href_n = 0;
	if (words.n == 0 ||
	    lex_same(without_scheme(words), without_scheme(href)))
		return;
	w->space = false;
	buf_str(w->out, " (");
	buf_add(w->out, href.p, href.n);
	buf_char(w->out, ')');
}

/* ---- elements ----------------------------------------------------------- */

static void
on_block(struct walker *w, const struct html_tag *t)
{
	(void)t;
	want_lines(w, 1);
}

static void
on_paragraph(struct walker *w, const struct html_tag *t)
{
	(void)t;
	want_lines(w, 2);
}

/* Two of them are an empty line. */
static void
on_break(struct walker *w, const struct html_tag *t)
{
	(void)t;
	w->space = false;
	if (w->began && w->lines < 2)
		w->lines++;
}

static void
on_item(struct walker *w, const struct html_tag *t)
{
	want_lines(w, 1);
	if (t->closes)
		return;
	put(w, "- ", 2);
	w->at_start = true;
}

static void
on_cell(struct walker *w, const struct html_tag *t)
{
	(void)t;
	w->space = true;
}

/* An empty line above a quote is not in it. */
static void
on_quote(struct walker *w, const struct html_tag *t)
{
	want_lines(w, 1);
	if (!t->closes && w->began && w->lines > 1) {
		buf_char(w->out, '\n');
		begin_line(w);
		w->lines = 1;
	}
	if (!t->closes)
		w->quotes++;
	else if (w->quotes > 0)
		w->quotes--;
}

static void
on_pre(struct walker *w, const struct html_tag *t)
{
	want_lines(w, 1);
	if (!t->closes)
		w->pre++;
	else if (w->pre > 0)
		w->pre--;
}

static void
on_link(struct walker *w, const struct html_tag *t)
{
	if (t->closes)
		close_link(w);
	else
		open_link(w, t);
}

/* Small pictures of faces stand for a character. */
static void
on_image(struct walker *w, const struct html_tag *t)
{
	struct str alt = html_attribute(t, "alt");

	if (alt.n > 0 && alt.n <= ALT_MAX && (alt.p[0] & 0x80) != 0)
		put(w, alt.p, alt.n);
}

static void
on_dropped(struct walker *w, const struct html_tag *t)
{
	if (t->closes)
		return;
	w->skipped = t->name;
	w->skip_depth = 1;
}

static const struct element {
	const char *name;
	void (*on)(struct walker *w, const struct html_tag *t);
	bool raw; /* what is in it has no tags */
} elements[] = {
    {"br", on_break, false},
    {"p", on_paragraph, false},
    {"div", on_block, false},
    {"a", on_link, false},
    {"td", on_cell, false},
    {"th", on_cell, false},
    {"tr", on_block, false},
    {"table", on_block, false},
    {"blockquote", on_quote, false},
    {"li", on_item, false},
    {"ul", on_block, false},
    {"ol", on_block, false},
    {"h1", on_paragraph, false},
    {"h2", on_paragraph, false},
    {"h3", on_paragraph, false},
    {"h4", on_paragraph, false},
    {"hr", on_block, false},
    {"pre", on_pre, false},
    {"img", on_image, false},
    {"section", on_block, false},
    {"article", on_block, false},
    {"address", on_block, false},
    {"dt", on_block, false},
    {"dd", on_block, false},
    {"script", on_dropped, true},
    {"style", on_dropped, true},
    {"title", on_dropped, true},
    {"head", on_dropped, false},
    {"noscript", on_dropped, false},
    {"object", on_dropped, false},
    {"template", on_dropped, false},
};

static const struct element *
element_of(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(elements); i++)
		if (lex_same(name, str_from(elements[i].name)))
			return &elements[i];
	return NULL;
}

/* ---- marks ------------------------------------------------------------- */

/* True: it was a mark, and is dealt with. */
static bool
on_mark(struct walker *w, const struct html_tag *t)
{
	enum html_mark mark = html_mark(t);

	if (w->whole && mark != HTML_HIDDEN)
		return false;
	if (mark == HTML_HIDDEN || mark == HTML_DROP) {
		want_lines(w, mark == HTML_DROP);
		on_dropped(w, t);
		return true;
	}
	if (mark == HTML_OLD && w->quotes == 0) {
		want_lines(w, 1);
		put(w, HTML_OLD_MAIL, sizeof(HTML_OLD_MAIL) - 1);
		want_lines(w, 1);
	}
	return false;
}

/* ---- the walk ----------------------------------------------------------- */

/* The end of an element whose inside has no tags; how much is passed. */
static size_t
raw_length(struct str s, struct str name)
{
	size_t at = 0;

	while (at < s.n) {
		const char *next = memmem(s.p + at, s.n - at, "</", 2);

		if (next == NULL)
			return s.n;
		at = (size_t)(next - s.p);
		if (lex_begins(lex_from(s, at + 2), name))
			return at;
		at += 2;
	}
	return s.n;
}

static size_t
walk_skipped(struct walker *w, const struct html_tag *t, struct str s)
{
	const struct element *e = element_of(w->skipped);

	if (lex_same(t->name, w->skipped) && t->closes)
		w->skip_depth--;
	else if (lex_same(t->name, w->skipped))
		w->skip_depth++;
	if (w->skip_depth > 0 && e != NULL && e->raw)
		return t->length +
		       raw_length(lex_from(s, t->length), w->skipped);
	return t->length;
}

static size_t
walk_tag(struct walker *w, struct str s)
{
	const struct element *e;
	struct html_tag t;

	if (!html_tag_read(s, &w->ahead, &t)) {
		if (w->skip_depth == 0)
			put(w, "<", 1);
		return 1;
	}
	if (w->skip_depth > 0)
		return walk_skipped(w, &t, s);
	if (on_mark(w, &t))
		return t.length;
	e = element_of(t.name);
	if (e != NULL)
		e->on(w, &t);
	if (e != NULL && e->raw && w->skip_depth > 0)
		return t.length + raw_length(lex_from(s, t.length), w->skipped);
	return t.length;
}

static size_t
walk_entity(struct walker *w, struct str s)
{
	uint32_t code = 0;
	size_t n = html_entity(s, &code);

	if (n == 0) {
		put(w, "&", 1);
		return 1;
	}
	if (code == 0xa0) /* it has a width, and that is all it has */
		w->space = true;
	else if (code != 0xad && code != 0x200c && code != 0xfeff)
		put_code(w, code);
	return n;
}

static size_t
walk_space(struct walker *w, struct str s)
{
	if (w->pre == 0)
		w->space = true;
	else if (s.p[0] == '\n')
		on_break(w, NULL);
	else if (s.p[0] != '\r')
		put(w, s.p, 1);
	return 1;
}

/* Up to what means something. */
static size_t
walk_words(struct walker *w, struct str s)
{
	size_t n = 1;

	if (s.n > 1 && s.p[0] == '\xc2' && s.p[1] == '\xa0') {
		w->space = true;
		return 2;
	}
	while (n < s.n && s.p[n] != '<' && s.p[n] != '&' && s.p[n] != '\xc2' &&
	       !lex_space(s.p[n]))
		n++;
	put(w, s.p, n);
	return n;
}

static size_t
walk_some(struct walker *w, struct str s)
{
	const char *tag;

	if (s.p[0] == '<')
		return walk_tag(w, s);
	if (w->skip_depth > 0) {
		tag = memchr(s.p, '<', s.n);
		return tag == NULL ? s.n : (size_t)(tag - s.p);
	}
	if (s.p[0] == '&')
		return walk_entity(w, s);
	return lex_space(s.p[0]) ? walk_space(w, s) : walk_words(w, s);
}

void
html_text(struct str html, bool whole, struct buf *out)
{
	struct walker w = {.out = out, .whole = whole, .skipped = STR("")};

	while (html.n > 0 && !out->failed)
		html = lex_from(html, walk_some(&w, html));
	if (w.began)
		buf_char(out, '\n');
}
