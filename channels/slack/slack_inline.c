/*
 * slack_inline: a line of Markdown as Slack's own markup: links, emphasis,
 * code. What a line as a whole is, slack_mrkdwn.c knows.
 *
 * Every byte of the text goes through the escaping of "&", "<" and ">"; the
 * only "<" in what comes out are those of links written here, and only to web
 * and mail addresses. So no text can call "<!channel>" or pass one address off
 * as another.
 */
#include "channels/slack/slack_inner.h"

#define DEPTH_MAX 4u
/* Farther away a mark is not looked for: the work stays linear. */
#define SPAN_MAX 2000u

struct writer {
	struct buf *out;
	unsigned depth;
	bool bold; /* already: a second star would end it */
};

/* ---- characters --------------------------------------------------------- */

static struct str
from(struct str s, size_t i)
{
	return (struct str){s.p + i, s.n - i};
}

static struct str
cut(struct str s, size_t at, size_t n)
{
	return (struct str){s.p + at, n};
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

/* Part of a word; bytes of other letters count. */
static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool
begins(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static void
escape_one(char c, struct buf *out)
{
	if (c == '&')
		buf_str(out, "&amp;");
	else if (c == '<')
		buf_str(out, "&lt;");
	else if (c == '>')
		buf_str(out, "&gt;");
	else
		buf_char(out, c);
}

void
slack_escape(struct str text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		escape_one(text.p[i], out);
}

static void write_inline(struct writer *w, struct str s);

/* ---- links -------------------------------------------------------------- */

static bool
is_url(struct str s)
{
	return begins(s, "https://") || begins(s, "http://") ||
	       begins(s, "mailto:") || begins(s, "tel:");
}

static void
write_url(struct str url, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c == '&') {
			buf_str(out, "&amp;");
		} else if (c <= ' ' || c == '|' || c == '<' || c == '>') {
			buf_char(out, '%');
			buf_char(out, hex[c >> 4]);
			buf_char(out, hex[c & 15]);
		} else {
			buf_char(out, (char)c);
		}
	}
}

static void
write_label(struct str label, struct buf *out)
{
	size_t i;

	for (i = 0; i < label.n; i++)
		if (label.p[i] == '|')
			buf_char(out, '/');
		else if (label.p[i] != '*' && label.p[i] != '`')
			escape_one(
			    is_space(label.p[i]) ? ' ' : label.p[i], out);
}

/* A label that is an address itself must be this one. */
static bool
is_lure(struct str label, struct str url)
{
	if (str_eq(label, url))
		return false;
	return memmem(label.p, label.n, "://", 3) != NULL ||
	       begins(label, "www.") || begins(label, "mailto:");
}

static void
write_link(struct writer *w, struct str label, struct str url)
{
	label = str_trim(label);
	if (!is_url(url)) {
		slack_escape(label, w->out);
		buf_str(w->out, " (");
		slack_escape(url, w->out);
		buf_char(w->out, ')');
		return;
	}
	buf_char(w->out, '<');
	write_url(url, w->out);
	if (label.n > 0 && !is_lure(label, url)) {
		buf_char(w->out, '|');
		write_label(label, w->out);
	}
	buf_char(w->out, '>');
}

/* Where the bracket at i is closed, or 0. */
static size_t
closing(struct str s, size_t i, char open, char close)
{
	size_t end = i + SPAN_MAX < s.n ? i + SPAN_MAX : s.n;
	unsigned depth = 0;

	for (; i < end; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == open)
			depth++;
		else if (s.p[i] == close && --depth == 0)
			return i;
	}
	return 0;
}

/* [label](url "title") at i; how much it is, or 0. */
static size_t
take_link(struct writer *w, struct str s, size_t i)
{
	size_t image = s.p[i] == '!', open = i + image, mid, end, n = 0;
	struct str url;

	if (at(s, open) != '[')
		return 0;
	mid = closing(s, open, '[', ']');
	if (mid == 0 || at(s, mid + 1) != '(')
		return 0;
	end = closing(s, mid + 1, '(', ')');
	if (end == 0)
		return 0;
	url = str_trim(cut(s, mid + 2, end - mid - 2));
	while (n < url.n && !is_space(url.p[n]))
		n++;
	write_link(w, cut(s, open + 1, mid - open - 1), cut(url, 0, n));
	return end + 1 - i;
}

/* <https://...> at i. */
static size_t
take_angle(struct writer *w, struct str s, size_t i)
{
	size_t n = 1;

	if (!is_url(from(s, i + 1)))
		return 0;
	while (n < SPAN_MAX && !is_space(at(s, i + n)) && s.p[i + n] != '>' &&
	       s.p[i + n] != '|')
		n++;
	if (at(s, i + n) != '>')
		return 0;
	write_link(w, STR(""), cut(s, i + 1, n - 1));
	return n + 1;
}

/* A bare URL: its underscores and stars are no marks. */
static size_t
take_url(struct writer *w, struct str s, size_t i)
{
	size_t n = 0;

	if (!begins(from(s, i), "https://") && !begins(from(s, i), "http://"))
		return 0;
	while (!is_space(at(s, i + n)) && s.p[i + n] != '<' &&
	       s.p[i + n] != '>' && s.p[i + n] != ')' && s.p[i + n] != '*')
		n++;
	slack_escape(cut(s, i, n), w->out);
	return n;
}

/* ---- code and escapes --------------------------------------------------- */

static size_t
take_code(struct writer *w, struct str s, size_t i)
{
	size_t run = slack_run(s, i), j = i + run, n;

	for (; j < s.n; j += n) {
		n = s.p[j] == '`' ? slack_run(s, j) : 1;
		if (s.p[j] != '`' || n != run)
			continue;
		buf_char(w->out, '`');
		slack_escape(cut(s, i + run, j - i - run), w->out);
		buf_char(w->out, '`');
		return j + run - i;
	}
	slack_escape(cut(s, i, run), w->out);
	return run;
}

static size_t
take_backslash(struct writer *w, struct str s, size_t i)
{
	static const char marks[] = "\\`*_{}[]()#+-.!~>|<&\"'";
	char next = at(s, i + 1);

	if (next == '\n' || memchr(marks, next, sizeof(marks) - 1) == NULL)
		return 0;
	escape_one(next, w->out);
	return 2;
}

/* ---- emphasis ----------------------------------------------------------- */

/* Where a run of n marks like the one before i closes it, or 0. */
static size_t
find_close(struct str s, size_t i, char c, size_t n)
{
	size_t end = i + SPAN_MAX < s.n ? i + SPAN_MAX : s.n, run;

	for (; i < end; i++) {
		if (s.p[i] == '\\')
			i++;
		if (s.p[i - 1] == '\\' || at(s, i) != c)
			continue;
		run = slack_run(s, i);
		if (run >= n && (run == n || run == 3) &&
		    !is_space(s.p[i - 1]) &&
		    (c != '_' || !is_word(at(s, i + run))))
			return i + run - n;
		i += run - 1;
	}
	return 0;
}

/* n marks: 1 italic, 2 bold, 3 both; "~~" strikes out. */
static void
write_marks(struct writer *w, char c, size_t n, bool open)
{
	bool bold = n >= 2 && c != '~' && !w->bold;

	if (c == '~') {
		buf_char(w->out, '~');
		return;
	}
	if (bold && open)
		buf_char(w->out, '*');
	if (n != 2)
		buf_char(w->out, '_');
	if (bold && !open)
		buf_char(w->out, '*');
}

static bool
opens(struct str s, size_t i, size_t run)
{
	char c = s.p[i];

	if (is_space(at(s, i + run)) || run > 3 || (c == '~' && run != 2))
		return false;
	/* "2*3*4" and "a_b_c" mean themselves. */
	return (c == '*' && run > 1) || i == 0 || !is_word(s.p[i - 1]);
}

static size_t
take_emphasis(struct writer *w, struct str s, size_t i)
{
	size_t run = slack_run(s, i), close = 0;
	struct writer inner = *w;

	if (opens(s, i, run) && w->depth < DEPTH_MAX)
		close = find_close(s, i + run, s.p[i], run);
	if (close == 0) {
		slack_escape(cut(s, i, run), w->out);
		return run;
	}
	inner.depth++;
	inner.bold = w->bold || (run >= 2 && s.p[i] != '~');
	write_marks(w, s.p[i], run, true);
	write_inline(&inner, cut(s, i + run, close - i - run));
	write_marks(w, s.p[i], run, false);
	return close + run - i;
}

/* ---- a line ------------------------------------------------------------- */

static const struct {
	char c;
	size_t (*take)(struct writer *w, struct str s, size_t i);
} takers[] = {
    {'\\', take_backslash},
    {'`', take_code},
    {'[', take_link},
    {'!', take_link},
    {'<', take_angle},
    {'h', take_url},
    {'*', take_emphasis},
    {'_', take_emphasis},
    {'~', take_emphasis},
};

static size_t
take(struct writer *w, struct str s, size_t i)
{
	size_t k;

	for (k = 0; k < ARRAY_LEN(takers); k++)
		if (takers[k].c == s.p[i])
			return takers[k].take(w, s, i);
	return 0;
}

static void
write_inline(struct writer *w, struct str s)
{
	size_t i = 0, n;

	while (i < s.n) {
		n = take(w, s, i);
		if (n == 0)
			escape_one(s.p[i], w->out);
		i += n > 0 ? n : 1;
	}
}

void
slack_inline(struct str line, bool bold, struct buf *out)
{
	struct writer w = {.out = out, .bold = bold};

	write_inline(&w, line);
}
