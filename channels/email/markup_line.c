/*
 * markup_line: from left to right. A sign opens only if its partner stands not
 * too far away; nesting and looking ahead are bounded, so no text takes long.
 */
#include "channels/email/html.h"
#include "channels/email/markup_inner.h"

#define NESTING_MAX 4u
#define AHEAD_MAX 1000u

/* ---- words and links ---------------------------------------------------- */

void
markup_words(struct markup_line *l, struct str s)
{
	if (l->html)
		html_escape(l->out, s);
	else
		buf_add(l->out, s.p, s.n);
}

static void
put_tag(struct markup_line *l, const char *tag)
{
	if (l->html)
		buf_str(l->out, tag);
}

bool
markup_url_valid(struct str url)
{
	size_t i;

	for (i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' ||
		    memchr("\"'<>`", url.p[i], 5) != NULL)
			return false;
	return (lex_begins(url, STR("https://")) && url.n > 8) ||
	       (lex_begins(url, STR("http://")) && url.n > 7);
}

/* Browsers take "\" for "/", and all before the last "@" for a name. */
struct str
markup_url_host(struct str url)
{
	struct str host = lex_from(url, lex_find(url, STR("://")) + 3);
	size_t n = 0, at;

	while (n < host.n && memchr("/\\?#", host.p[n], 4) == NULL)
		n++;
	host = lex_upto(host, n);
	for (at = host.n; at > 0; at--)
		if (host.p[at - 1] == '@')
			break;
	host = lex_from(host, at);
	if (host.n > 0 && host.p[0] == '[')
		return host;
	return lex_cut(&host, ':');
}

static void
put_anchor(struct markup_line *l, struct str url, struct str label)
{
	if (!l->html || !markup_url_valid(url)) {
		markup_words(l, label);
		return;
	}
	buf_str(l->out, "<a href=\"");
	html_escape(l->out, url);
	buf_str(l->out, "\">");
	html_escape(l->out, label);
	buf_str(l->out, "</a>");
}

static void
put_labelled(struct markup_line *l, struct str label, struct str url)
{
	label = lex_trim(label);
	if (label.n == 0 || lex_same(label, url)) {
		put_anchor(l, url, url);
		return;
	}
	put_anchor(l, url, label);
	buf_str(l->out, " (");
	markup_words(
	    l, l->html && markup_url_valid(url) ? markup_url_host(url) : url);
	buf_char(l->out, ')');
}

/* ---- looking ------------------------------------------------------------ */

static size_t
run_length(struct str s)
{
	size_t n = 1;

	while (n < s.n && s.p[n] == s.p[0])
		n++;
	return n;
}

static bool
is_word(char c)
{
	return lex_alnum(c) || (c & 0x80) != 0;
}

static char
byte_at(struct str s, size_t at)
{
	return at < s.n ? s.p[at] : ' ';
}

/* ---- each gives how many bytes it dealt with; 0: it is not that --------- */

struct place {
	struct str s; /* from the sign on */
	char before;  /* what stands in front of it */
};

static size_t
put_escaped(struct markup_line *l, struct place at)
{
	if (at.s.n < 2 ||
	    memchr("\\`*_{}[]()#+-.!~>|<\"'", at.s.p[1], 21) == NULL)
		return 0;
	markup_words(l, lex_upto(lex_from(at.s, 1), 1));
	return 2;
}

static size_t
put_code(struct markup_line *l, struct place at)
{
	size_t n = run_length(at.s), i, run;
	struct str s = lex_upto(at.s, AHEAD_MAX);

	for (i = n; i < s.n; i += run) {
		run = s.p[i] == '`' ? run_length(lex_from(s, i)) : 1;
		if (s.p[i] != '`' || run != n)
			continue;
		put_tag(l, "<code>");
		markup_words(l, lex_trim(lex_from(lex_upto(s, i), n)));
		put_tag(l, "</code>");
		return i + n;
	}
	return 0;
}

static const struct {
	char sign;
	size_t n;
	const char *open, *close;
} emphases[] = {
    {'*', 1, "<i>", "</i>"},
    {'_', 1, "<i>", "</i>"},
    {'*', 2, "<b>", "</b>"},
    {'_', 2, "<b>", "</b>"},
    {'*', 3, "<b><i>", "</i></b>"},
    {'~', 2, "<s>", "</s>"},
};

/* Within a word "_" means nothing: some_long_name. */
static bool
may_close(struct str s, size_t i, size_t n)
{
	return !lex_space(s.p[i - 1]) &&
	       (s.p[i] != '_' || !is_word(byte_at(s, i + n)));
}

static size_t
emphasis_end(struct str s, size_t n)
{
	size_t i, run;

	for (i = n; i < s.n; i += run) {
		run = s.p[i] == s.p[0] ? run_length(lex_from(s, i)) : 1;
		if (s.p[i] == s.p[0] && run == n && i > n && may_close(s, i, n))
			return i;
	}
	return 0;
}

static size_t
put_emphasis(struct markup_line *l, struct place at)
{
	size_t n = run_length(at.s), end, i;
	struct str s = lex_upto(at.s, AHEAD_MAX);

	for (i = 0; i < ARRAY_LEN(emphases); i++)
		if (emphases[i].sign == s.p[0] && emphases[i].n == n)
			break;
	if (i == ARRAY_LEN(emphases) || l->depth >= NESTING_MAX ||
	    lex_space(byte_at(s, n)) || (s.p[0] == '_' && is_word(at.before)))
		return 0;
	end = emphasis_end(s, n);
	if (end == 0)
		return 0;
	put_tag(l, emphases[i].open);
	l->depth++;
	markup_inline(l, lex_from(lex_upto(s, end), n));
	l->depth--;
	put_tag(l, emphases[i].close);
	return end + n;
}

/* Where the bracket that is open at the front closes, or 0. */
static size_t
bracket_end(struct str s, char open, char close)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == open)
			depth++;
		else if (s.p[i] == close && --depth == 0)
			return i;
	}
	return 0;
}

/* [label](target "title"), and the same with "!" for a picture. */
static size_t
put_link(struct markup_line *l, struct place at)
{
	size_t open = at.s.p[0] == '!', middle, end;
	struct str s = lex_from(lex_upto(at.s, AHEAD_MAX), open), target;

	if (s.n == 0 || s.p[0] != '[')
		return 0;
	middle = bracket_end(s, '[', ']');
	if (middle == 0 || byte_at(s, middle + 1) != '(')
		return 0;
	end = bracket_end(lex_from(s, middle + 1), '(', ')');
	if (end == 0)
		return 0;
	target = lex_trim(lex_from(lex_upto(s, middle + 1 + end), middle + 2));
	target = lex_cut(&target, ' ');
	put_labelled(l, lex_from(lex_upto(s, middle), 1), target);
	return open + middle + 1 + end + 1;
}

/* <https://...> */
static size_t
put_bracketed(struct markup_line *l, struct place at)
{
	struct str s = lex_upto(at.s, AHEAD_MAX), url;
	const char *end = memchr(s.p, '>', s.n);

	if (end == NULL)
		return 0;
	url = lex_from(lex_upto(s, (size_t)(end - s.p)), 1);
	if (!markup_url_valid(url))
		return 0;
	put_anchor(l, url, url);
	return url.n + 2;
}

/* A full stop or a bracket behind it belongs to the sentence. */
static size_t
put_bare(struct markup_line *l, struct place at)
{
	struct str s = lex_upto(at.s, AHEAD_MAX);
	size_t n = 0;

	while (n < s.n && s.p[n] > ' ' && s.p[n] <= '~' &&
	       memchr("\"'<>`[]", s.p[n], 7) == NULL)
		n++;
	while (n > 0 && memchr(".,;:!?)*_", s.p[n - 1], 9) != NULL)
		n--;
	if (is_word(at.before) || !markup_url_valid(lex_upto(s, n)))
		return 0;
	put_anchor(l, lex_upto(s, n), lex_upto(s, n));
	return n;
}

/* ---- a line ------------------------------------------------------------- */

static const struct {
	char sign;
	size_t (*put)(struct markup_line *l, struct place at);
} signs[] = {
    {'\\', put_escaped},
    {'`', put_code},
    {'*', put_emphasis},
    {'_', put_emphasis},
    {'~', put_emphasis},
    {'[', put_link},
    {'!', put_link},
    {'<', put_bracketed},
    {'h', put_bare},
};

/* Up to the next sign; of a sign that means nothing, all that are the same. */
static size_t
plain_length(struct str s)
{
	size_t n = memchr("*_~`", s.p[0], 4) != NULL ? run_length(s) : 1;

	while (n < s.n && memchr("\\`*_~[!<h", s.p[n], 9) == NULL)
		n++;
	return n;
}

void
markup_inline(struct markup_line *l, struct str s)
{
	struct place at = {s, ' '};
	size_t n, i;

	while (at.s.n > 0 && !l->out->failed) {
		n = 0;
		for (i = 0; i < ARRAY_LEN(signs) && n == 0; i++)
			if (at.s.p[0] == signs[i].sign)
				n = signs[i].put(l, at);
		if (n == 0) {
			n = plain_length(at.s);
			markup_words(l, lex_upto(at.s, n));
		}
		at.before = at.s.p[n - 1];
		at.s = lex_from(at.s, n);
	}
}
