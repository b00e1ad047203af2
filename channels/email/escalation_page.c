/*
 * escalation_page: sections of a mail in two dresses. The HTML is simple
 * tables with styles in each tag, for mail programs keep nothing else; borders
 * and small print are of a grey that is read on light and dark alike, and all
 * other colours are the reader's own.
 */
#include "channels/email/escalation_inner.h"
#include "channels/email/html.h"
#include "channels/email/lex.h"
#include "channels/email/markup.h"
#include "channels/email/markup_inner.h"

#define GREY "#80868b"
#define BLUE "#1a73e8"

static void
put_indented(struct buf *out, const char *indent, struct str text)
{
	while (text.n > 0) {
		struct str line = lex_line(&text);

		buf_str(out, indent);
		buf_add(out, line.p, line.n);
		buf_char(out, '\n');
	}
}

/* Lines stay lines. */
static void
put_html_lines(struct buf *out, struct str text)
{
	bool first = true;

	while (text.n > 0) {
		if (!first)
			buf_str(out, "<br>\n");
		html_escape(out, lex_line(&text));
		first = false;
	}
}

static void
put_html(struct buf *out, const char *open, struct str text, const char *close)
{
	buf_str(out, open);
	put_html_lines(out, text);
	buf_str(out, close);
}

void
page_title(struct pages *p, struct str words)
{
	put_indented(&p->text, "", words);
	buf_char(&p->text, '\n');
	put_html(&p->html,
	    "<p style=\"margin:0 0 4px;font-size:18px;font-weight:bold\">",
	    words, "</p>\n");
}

void
page_small(struct pages *p, struct str words)
{
	put_indented(&p->text, "", words);
	buf_char(&p->text, '\n');
	put_html(&p->html,
	    "<p style=\"margin:0 0 16px;font-size:13px;color:" GREY "\">",
	    words, "</p>\n");
}

void
page_words(struct pages *p, struct str words)
{
	put_indented(&p->text, "", words);
	buf_char(&p->text, '\n');
	put_html(&p->html, "<p style=\"margin:0 0 16px\">", words, "</p>\n");
}

void
page_heading(struct pages *p, struct str words)
{
	buf_addf(&p->text, "%.*s\n", STR_FMT(words));
	put_html(&p->html, "<p style=\"margin:20px 0 6px;font-weight:bold\">",
	    words, "</p>\n");
}

void
page_list(struct pages *p, const struct str *list, size_t n)
{
	size_t i;

	buf_str(&p->html, "<ul style=\"margin:0 0 12px;padding-left:20px\">\n");
	for (i = 0; i < n; i++) {
		struct str text = list[i], first = lex_line(&text);

		buf_addf(&p->text, "- %.*s\n", STR_FMT(first));
		put_indented(&p->text, "  ", text);
		put_html(&p->html, "<li>", list[i], "</li>\n");
	}
	buf_str(&p->html, "</ul>\n");
	buf_char(&p->text, '\n');
}

void
page_begin_table(struct pages *p)
{
	buf_str(&p->html,
	    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" "
	    "border=\"0\" style=\"margin:0 0 12px\">\n");
}

void
page_row(struct pages *p, const char *name, struct str value)
{
	struct str rest = value, line = lex_line(&rest);

	if (lex_blank(value))
		return;
	buf_addf(&p->text, "%s: %.*s\n", name, STR_FMT(line));
	buf_addf(&p->html,
	    "<tr><td style=\"padding:2px 12px 2px 0;color:" GREY
	    "\" valign=\"top\">%s</td>",
	    name);
	put_html(
	    &p->html, "<td style=\"padding:2px 0\">", line, "</td></tr>\n");
}

void
page_end_table(struct pages *p)
{
	buf_str(&p->html, "</table>\n");
	buf_char(&p->text, '\n');
}

/* The address stands below the button, for whoever wants to see where it
 * leads. */
void
page_link(struct pages *p, const char *label, struct str url)
{
	if (!markup_url_valid(url))
		return;
	buf_addf(&p->text, "%s: %.*s\n\n", label, STR_FMT(url));
	buf_str(&p->html, "<p style=\"margin:16px 0\"><a href=\"");
	html_escape(&p->html, url);
	buf_addf(&p->html,
	    "\" style=\"display:inline-block;padding:8px 16px;"
	    "border:1px solid " GREY ";border-radius:4px;"
	    "text-decoration:none;font-weight:bold;color:" BLUE "\">%s</a>"
	    "<br>\n"
	    "<span style=\"font-size:12px;color:" GREY "\">",
	    label);
	html_escape(&p->html, url);
	buf_str(&p->html, "</span></p>\n");
}

/* ---- what was said --------------------------------------------------------- */

static void
put_size(struct buf *b, uint64_t size)
{
	if (size >= 1000000)
		buf_addf(b, ", %.1f MB", (double)size / 1e6);
	else if (size > 0)
		buf_addf(b, ", %llu kB",
		    (unsigned long long)(size < 1000 ? 1 : size / 1000));
}

/* "Picture", "Sound", "Film", "File" */
static const char *
kind_of(struct str type)
{
	static const char *const kinds[][2] = {{"image/", "Picture"},
	    {"audio/", "Sound"}, {"video/", "Film"}, {"", "File"}};
	size_t i = 0;

	while (!lex_begins(type, str_from(kinds[i][0])))
		i++;
	return kinds[i][1];
}

/* "Picture: bike.jpg, 240 kB, attached" */
static void
put_file(struct pages *p, const struct escalation_file *f)
{
	struct buf words = {0};
	bool linked = f->url.n > 0 && markup_url_valid(f->url);

	buf_addf(&words, "%s: %.*s", kind_of(f->type), STR_FMT(f->name));
	put_size(&words, f->size);
	if (f->attached)
		buf_str(&words, ", attached");
	if (f->missing.n > 0)
		buf_addf(&words, " (%.*s)", STR_FMT(f->missing));
	buf_addf(&p->text, "  [%.*s]\n", STR_FMT(buf_view(&words)));
	if (linked)
		buf_addf(&p->text, "  %.*s\n", STR_FMT(f->url));
	buf_str(&p->html, "<div style=\"margin:2px 0\">");
	if (linked) {
		buf_str(&p->html, "<a style=\"color:" BLUE "\" href=\"");
		html_escape(&p->html, f->url);
		buf_str(&p->html, "\">");
	}
	html_escape(&p->html, buf_view(&words));
	buf_str(&p->html, linked ? "</a></div>\n" : "</div>\n");
	p->text.failed |= words.failed;
	buf_free(&words);
}

void
page_said(struct pages *p, const struct escalation_line *line, struct str when)
{
	size_t i;

	buf_addf(&p->text, "%.*s, %.*s:\n", STR_FMT(line->who), STR_FMT(when));
	put_indented(&p->text, "  ", line->text);
	buf_addf(&p->html,
	    "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" "
	    "cellspacing=\"0\" border=\"0\" style=\"margin:0 0 10px\"><tr>"
	    "<td style=\"padding:2px 0 2px 12px;border-left:3px solid %s\">"
	    "<span style=\"font-size:13px;color:" GREY "\"><b>",
	    line->customer ? BLUE : GREY);
	html_escape(&p->html, line->who);
	buf_str(&p->html, "</b> &middot; ");
	html_escape(&p->html, when);
	buf_str(&p->html, "</span><br>\n");
	put_html_lines(&p->html, line->text);
	for (i = 0; i < line->file_count; i++)
		put_file(p, &line->files[i]);
	buf_char(&p->text, '\n');
	buf_str(&p->html, "</td></tr></table>\n");
}

void
page_markdown(struct pages *p, struct str markdown)
{
	size_t had = p->text.len;

	markup_plain(markdown, &p->text);
	if (!p->text.failed && lex_blank(lex_from(buf_view(&p->text), had))) {
		p->text.len = had; /* nothing but signs */
		put_indented(&p->text, "", markdown);
	}
	markup_html(markdown, &p->html);
}
