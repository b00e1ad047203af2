/*
 * markup: line by line. Each line is of a kind; where the kind changes, what
 * was open is closed. In the plain text lines stay where they are.
 */
#include "channels/email/markup.h"
#include "channels/email/markup_inner.h"

enum kind {
	KIND_NONE,
	KIND_TEXT,
	KIND_HEADING,
	KIND_LIST,
	KIND_NUMBERS,
	KIND_QUOTE,
	KIND_CODE,
	KINDS
};

static const struct {
	const char *open, *close; /* of the block */
	const char *begin, *end;  /* of each line */
	const char *between;	  /* lines */
} dresses[KINDS] = {
    [KIND_NONE] = {"", "", "", "", ""},
    [KIND_TEXT] = {"<p style=\"margin:0 0 12px\">", "</p>\n", "", "", "<br>\n"},
    [KIND_HEADING] = {"<p style=\"margin:16px 0 8px\">", "</p>\n", "<b>",
	"</b>", "<br>\n"},
    [KIND_LIST] = {"<ul style=\"margin:0 0 12px;padding-left:24px\">\n",
	"</ul>\n", "<li>", "</li>\n", ""},
    [KIND_NUMBERS] = {"<ol style=\"margin:0 0 12px;padding-left:24px\">\n",
	"</ol>\n", "<li>", "</li>\n", ""},
    [KIND_QUOTE] = {"<blockquote style=\"margin:0 0 12px;padding-left:12px;"
		    "border-left:3px solid #9aa0a6\">",
	"</blockquote>\n", "", "", "<br>\n"},
    [KIND_CODE] = {"<pre style=\"margin:0 0 12px;white-space:pre-wrap\">",
	"</pre>\n", "", "", "\n"},
};

struct writer {
	struct markup_line line;
	enum kind kind;
	bool fenced;
};

/* ---- what a line is ----------------------------------------------------- */

static bool
is_fence(struct str line)
{
	line = lex_trim(line);
	return lex_begins(line, STR("```")) || lex_begins(line, STR("~~~"));
}

/* How many bytes make it one; they go. */
static size_t
heading_signs(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '#')
		n++;
	return n > 0 && n <= 6 && n < line.n && line.p[n] == ' ' ? n + 1 : 0;
}

static size_t
bullet_signs(struct str line)
{
	return line.n > 1 && memchr("-*+", line.p[0], 3) != NULL &&
		       line.p[1] == ' '
		   ? 2
		   : 0;
}

static size_t
number_signs(struct str line)
{
	size_t n = 0;

	while (n < line.n && n < 3 && lex_digit(line.p[n]))
		n++;
	return n > 0 && n + 1 < line.n &&
		       (line.p[n] == '.' || line.p[n] == ')') &&
		       line.p[n + 1] == ' '
		   ? n + 2
		   : 0;
}

static size_t
quote_signs(struct str line)
{
	if (line.n == 0 || line.p[0] != '>')
		return 0;
	return line.n > 1 && line.p[1] == ' ' ? 2 : 1;
}

static const struct {
	enum kind kind;
	size_t (*signs)(struct str line);
} blocks[] = {
    {KIND_HEADING, heading_signs},
    {KIND_LIST, bullet_signs},
    {KIND_NUMBERS, number_signs},
    {KIND_QUOTE, quote_signs},
};

static enum kind
kind_of(struct str line, size_t *signs)
{
	size_t i;

	*signs = 0;
	if (lex_blank(line))
		return KIND_NONE;
	for (i = 0; i < ARRAY_LEN(blocks); i++) {
		*signs = blocks[i].signs(line);
		if (*signs > 0)
			return blocks[i].kind;
	}
	return KIND_TEXT;
}

/* ---- HTML --------------------------------------------------------------- */

static void
change_kind(struct writer *w, enum kind kind)
{
	struct buf *out = w->line.out;

	if (w->kind == kind && kind != KIND_HEADING) {
		buf_str(out, dresses[kind].between);
		return;
	}
	buf_str(out, dresses[w->kind].close);
	buf_str(out, dresses[kind].open);
	w->kind = kind;
}

static void
put_html_line(struct writer *w, struct str line)
{
	size_t signs;
	enum kind kind = kind_of(lex_trim(line), &signs);

	change_kind(w, kind);
	buf_str(w->line.out, dresses[kind].begin);
	markup_inline(&w->line, lex_from(lex_trim(line), signs));
	buf_str(w->line.out, dresses[kind].end);
}

void
markup_html(struct str markdown, struct buf *out)
{
	struct writer w = {.line = {.out = out, .html = true}};

	while (markdown.n > 0) {
		struct str line = lex_line(&markdown);

		if (is_fence(line)) {
			w.fenced = !w.fenced;
			change_kind(&w, KIND_NONE);
		} else if (w.fenced) {
			change_kind(&w, KIND_CODE);
			markup_words(&w.line, line);
		} else {
			put_html_line(&w, line);
		}
	}
	change_kind(&w, KIND_NONE);
}

/* ---- plain -------------------------------------------------------------- */

static void
put_plain_line(struct writer *w, struct str line)
{
	size_t signs;
	enum kind kind = kind_of(line, &signs);

	if (kind == KIND_LIST)
		buf_str(w->line.out, "- ");
	else if (kind != KIND_HEADING)
		buf_add(w->line.out, line.p, signs);
	markup_inline(&w->line, lex_from(line, signs));
}

void
markup_plain(struct str markdown, struct buf *out)
{
	struct writer w = {.line = {.out = out}};

	while (markdown.n > 0) {
		struct str line = lex_line(&markdown);

		if (is_fence(line)) {
			w.fenced = !w.fenced;
			continue;
		}
		if (w.fenced)
			buf_add(out, line.p, line.n);
		else
			put_plain_line(&w, line);
		buf_char(out, '\n');
	}
}
