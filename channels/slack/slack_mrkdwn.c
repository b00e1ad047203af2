/*
 * slack_mrkdwn: Markdown as Slack's own markup, which has other stars, no
 * headings, no tables and no images. Here are the lines and what they are;
 * what stands in them is written by slack_inline.c, which escapes all of it.
 */
#include "channels/slack/slack_inner.h"

static struct str
from(struct str s, size_t i)
{
	return (struct str){s.p + i, s.n - i};
}

static char
at(struct str s, size_t i)
{
	return i < s.n ? s.p[i] : '\n';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- lines -------------------------------------------------------------- */

/* "Title ##" is "Title", but "C#" is "C#". */
static struct str
without_closing(struct str s)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] == '#')
		n--;
	return n == 0 || is_space(s.p[n - 1]) ? str_trim((struct str){s.p, n})
					      : s;
}

/* "## Title ##": bold, as there is nothing larger. */
static bool
write_heading(struct buf *out, struct str s)
{
	size_t run = s.n > 0 && s.p[0] == '#' ? slack_run(s, 0) : 0;

	if (run == 0 || run > 6 || at(s, run) != ' ')
		return false;
	s = without_closing(str_trim(from(s, run)));
	if (s.n > 0)
		buf_char(out, '*');
	slack_inline(s, true, out);
	if (s.n > 0)
		buf_char(out, '*');
	return true;
}

static bool
write_item(struct buf *out, struct str s)
{
	if (s.n < 2 || memchr("-*+", s.p[0], 3) == NULL || s.p[1] != ' ')
		return false;
	buf_str(out, "\xe2\x80\xa2 ");
	slack_inline(str_trim(from(s, 2)), false, out);
	return true;
}

static void write_block(struct buf *out, struct str s);

static bool
write_quote(struct buf *out, struct str s)
{
	if (s.n == 0 || s.p[0] != '>')
		return false;
	buf_str(out, "> ");
	s = str_trim(from(s, 1));
	/* There is one level of them. */
	while (s.n > 0 && s.p[0] == '>')
		s = str_trim(from(s, 1));
	write_block(out, s);
	return true;
}

/* The line between a table's head and its rows: nothing to read. */
static bool
is_rule(struct str s)
{
	bool bar = false, dash = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		bar |= s.p[i] == '|';
		dash |= s.p[i] == '-';
		if (memchr("|-: \t", s.p[i], 5) == NULL)
			return false;
	}
	return bar && dash;
}

static void
write_block(struct buf *out, struct str s)
{
	size_t indent = 0;

	while (indent < s.n && is_space(s.p[indent]))
		indent++;
	buf_add(out, s.p, indent);
	s = from(s, indent);
	if (!write_heading(out, s) && !write_item(out, s) &&
	    !write_quote(out, s))
		slack_inline(s, false, out);
}

/* ---- fences and all ----------------------------------------------------- */

struct fence {
	char c; /* 0: outside */
	size_t n;
};

/* Does the line open or close a block of code? */
static bool
turns(struct fence *f, struct str line)
{
	struct str s = str_trim(line);
	size_t run = s.n > 0 && (s.p[0] == '`' || s.p[0] == '~')
			 ? slack_run(s, 0)
			 : 0;

	if (run < 3)
		return false;
	if (f->c == 0) {
		if (memchr(s.p + run, '`', s.n - run) != NULL)
			return false;
		*f = (struct fence){s.p[0], run};
		return true;
	}
	if (s.p[0] != f->c || run < f->n || run != s.n)
		return false;
	f->c = 0;
	return true;
}

static struct str
next_line(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - rest->p);
	*rest = from(*rest, line.n + (end != NULL));
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static void
write_line(struct buf *out, struct fence *f, struct str line)
{
	if (turns(f, line))
		buf_str(out, "```");
	else if (f->c != 0)
		slack_escape(line, out);
	else
		write_block(out, line);
}

void
slack_mrkdwn(struct str markdown, struct buf *out)
{
	struct fence f = {0};
	struct str rest = markdown;

	while (rest.n > 0) {
		struct str line = next_line(&rest);

		if (f.c == 0 && is_rule(line))
			continue;
		write_line(out, &f, line);
		if (rest.n > 0)
			buf_char(out, '\n');
	}
	if (f.c != 0)
		buf_str(out, "\n```");
}
