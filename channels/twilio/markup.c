/*
 * markup: line by line, and within a line from left to right. A sign opens
 * only if its partner stands in the same line, not too far away; nesting and
 * looking ahead are bounded, so that no text takes long.
 */
#include "channels/twilio/markup.h"

#define NESTING_MAX 4
#define AHEAD_MAX 1000u

struct signs {
	const char *bold, *italic, *strike, *code;
	const char *fence; /* NULL: such lines go */
};

static const struct signs signs[MARKUPS] = {
    [MARKUP_SIMPLE] = {"*", "_", "~", "```", "```"},
    [MARKUP_NONE] = {"", "", "", "", NULL},
};

struct writer {
	const struct signs *signs;
	struct buf *out;
	int depth;
	bool heading; /* is bold already */
};

static void write_inline(struct writer *w, struct str s);

/* ---- characters --------------------------------------------------------- */

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80) != 0;
}

static size_t
run_length(struct str s, size_t at)
{
	size_t end = at;

	while (end < s.n && s.p[end] == s.p[at])
		end++;
	return end - at;
}

static struct str
part(struct str s, size_t from, size_t to)
{
	return (struct str){s.p + from, to - from};
}

/* Where the part that begins at `from` may be looked for. */
static size_t
horizon(struct str s, size_t from)
{
	return s.n - from > AHEAD_MAX ? from + AHEAD_MAX : s.n;
}

/* ---- code --------------------------------------------------------------- */

/* Where the run of n "`" begins that ends a code begun before; or s.n. */
static size_t
code_end(struct str s, size_t from, size_t n)
{
	size_t end = horizon(s, from), run;

	for (; from < end; from += run) {
		run = s.p[from] == '`' ? run_length(s, from) : 1;
		if (s.p[from] == '`' && run == n)
			return from;
	}
	return s.n;
}

/* Each of these gives how many bytes it dealt with; 0: it is not that. */
static size_t
write_code(struct writer *w, struct str s, size_t at)
{
	size_t n = run_length(s, at), end = code_end(s, at + n, n);
	struct str inner;

	if (end == s.n)
		return 0;
	inner = str_trim(part(s, at + n, end));
	buf_str(w->out, w->signs->code);
	buf_add(w->out, inner.p, inner.n);
	buf_str(w->out, w->signs->code);
	return end + n - at;
}

/* ---- emphasis ----------------------------------------------------------- */

/* Within a word they mean nothing: some_long_name, 2*3*4. */
static bool
may_touch_words(char c, size_t n)
{
	return c != '_' && n > 1;
}

static bool
can_open(struct str s, size_t at, size_t n)
{
	if (at + n >= s.n || is_blank(s.p[at + n]))
		return false;
	return at == 0 || !is_word(s.p[at - 1]) || may_touch_words(s.p[at], n);
}

static bool
can_close(struct str s, size_t at, size_t n)
{
	if (is_blank(s.p[at - 1]))
		return false;
	return at + n == s.n || !is_word(s.p[at + n]) ||
	       may_touch_words(s.p[at], n);
}

/* Does a run of `run` signs end what n signs began? "***" ends both. */
static bool
fits(size_t n, size_t run)
{
	return run == n || (n < 3 && run == 3);
}

/* How many bytes at i hold no sign: an escape, code, or just one. */
static size_t
step_over(struct str s, size_t i)
{
	size_t n, end;

	if (s.p[i] == '\\')
		return 2;
	if (s.p[i] != '`')
		return 1;
	n = run_length(s, i);
	end = code_end(s, i + n, n);
	return end == s.n ? n : end + n - i;
}

/* Where the n signs stand that end it, or s.n. */
static size_t
emphasis_end(struct str s, size_t at, size_t n)
{
	size_t i = at + n, end = horizon(s, at), run;

	for (; i < end; i += run) {
		run = step_over(s, i);
		if (s.p[i] != s.p[at])
			continue;
		run = run_length(s, i);
		if (fits(n, run) && can_close(s, i, run))
			return i + run - n;
	}
	return s.n;
}

/* What stands for n signs c; NULL: they mean nothing. */
static const char *
sign_of(const struct writer *w, char c, size_t n, size_t which)
{
	const char *bold = w->heading ? "" : w->signs->bold;

	if (c == '~')
		return n <= 2 && which == 0 ? w->signs->strike : NULL;
	if (n > 3 || which > 1)
		return NULL;
	if (n == 3)
		return which == 0 ? bold : w->signs->italic;
	return which > 0 ? NULL : n == 2 ? bold : w->signs->italic;
}

static size_t
write_emphasis(struct writer *w, struct str s, size_t at)
{
	size_t n = run_length(s, at), end;
	const char *outer = sign_of(w, s.p[at], n, 0);
	const char *inner = n == 3 ? sign_of(w, s.p[at], n, 1) : "";

	if (outer == NULL || inner == NULL || w->depth == NESTING_MAX ||
	    !can_open(s, at, n))
		return 0;
	end = emphasis_end(s, at, n);
	if (end >= s.n)
		return 0;
	buf_str(w->out, outer);
	buf_str(w->out, inner);
	w->depth++;
	write_inline(w, part(s, at + n, end));
	w->depth--;
	buf_str(w->out, inner);
	buf_str(w->out, outer);
	return end + n - at;
}

/* ---- links -------------------------------------------------------------- */

/* Where the bracket that is open before `from` closes, or s.n. */
static size_t
bracket_end(struct str s, size_t from, char open, char close)
{
	size_t end = horizon(s, from);
	unsigned depth = 1;

	for (; from < end; from++) {
		if (s.p[from] == '\\')
			from++;
		else if (s.p[from] == open)
			depth++;
		else if (s.p[from] == close && --depth == 0)
			return from;
	}
	return s.n;
}

/* Without "<>" around it and a title behind it. */
static struct str
link_target(struct str inner)
{
	size_t i = 0;

	inner = str_trim(inner);
	while (i < inner.n && !is_blank(inner.p[i]))
		i++;
	inner.n = i;
	if (inner.n >= 2 && inner.p[0] == '<' && inner.p[inner.n - 1] == '>')
		inner = part(inner, 1, inner.n - 1);
	return inner;
}

static bool
ends_with(struct str s, struct str end)
{
	return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

static void
write_label(struct writer *w, struct str label, struct str target)
{
	if (label.n == 0 || ends_with(target, label)) {
		buf_add(w->out, target.p, target.n);
		return;
	}
	if (w->depth < NESTING_MAX) {
		w->depth++;
		write_inline(w, label);
		w->depth--;
	} else {
		buf_add(w->out, label.p, label.n);
	}
	if (target.n == 0)
		return;
	buf_str(w->out, " (");
	buf_add(w->out, target.p, target.n);
	buf_char(w->out, ')');
}

/* [label](target), or with "!" before it. */
static size_t
write_link(struct writer *w, struct str s, size_t at)
{
	size_t open = at + (s.p[at] == '!'), middle, end;

	if (open >= s.n || s.p[open] != '[')
		return 0;
	middle = bracket_end(s, open + 1, '[', ']');
	if (middle + 1 >= s.n || s.p[middle + 1] != '(')
		return 0;
	end = bracket_end(s, middle + 2, '(', ')');
	if (end >= s.n)
		return 0;
	write_label(w, part(s, open + 1, middle),
	    link_target(part(s, middle + 2, end)));
	return end + 1 - at;
}

/* <https://...> and <ann@example.com> */
static size_t
write_address(struct writer *w, struct str s, size_t at)
{
	size_t end = horizon(s, at), i;
	bool address = false;

	for (i = at + 1; i < end && s.p[i] != '>'; i++) {
		if (is_blank(s.p[i]) || s.p[i] == '<')
			return 0;
		address |= s.p[i] == ':' || s.p[i] == '@';
	}
	if (i >= end || !address)
		return 0;
	buf_add(w->out, s.p + at + 1, i - at - 1);
	return i + 1 - at;
}

static size_t
write_escaped(struct writer *w, struct str s, size_t at)
{
	if (at + 1 >= s.n ||
	    !is_one_of(s.p[at + 1], "\\`*_{}[]()#+-.!~>|<\"'$%&,/:;=?@^"))
		return 0;
	buf_char(w->out, s.p[at + 1]);
	return 2;
}

/* ---- a line ------------------------------------------------------------- */

static const struct {
	char sign;
	size_t (*write)(struct writer *w, struct str s, size_t at);
} inlines[] = {
    {'\\', write_escaped},
    {'`', write_code},
    {'*', write_emphasis},
    {'_', write_emphasis},
    {'~', write_emphasis},
    {'[', write_link},
    {'!', write_link},
    {'<', write_address},
};

/* Links are taken over as they are, whatever signs stand in them. */
static size_t
bare_link(struct str s, size_t at)
{
	size_t end = at;

	if (s.n - at < 8 || (memcmp(s.p + at, "https://", 8) != 0 &&
				memcmp(s.p + at, "http://", 7) != 0))
		return 0;
	while (end < s.n && !is_blank(s.p[end]) &&
	       !is_one_of(s.p[end], "<>*`\"[]()"))
		end++;
	return end - at;
}

static void
write_inline(struct writer *w, struct str s)
{
	size_t at = 0, done, i;

	while (at < s.n) {
		done = 0;
		for (i = 0; i < ARRAY_LEN(inlines) && done == 0; i++)
			if (s.p[at] == inlines[i].sign)
				done = inlines[i].write(w, s, at);
		at += done;
		if (done > 0)
			continue;
		done = s.p[at] == 'h' ? bare_link(s, at) : 0;
		if (done == 0)
			done = is_one_of(s.p[at], "*_~`") ? run_length(s, at)
							  : 1;
		buf_add(w->out, s.p + at, done);
		at += done;
	}
}

/* ---- lines -------------------------------------------------------------- */

static size_t
indent_of(struct str line)
{
	size_t i = 0;

	while (i < line.n && is_blank(line.p[i]))
		i++;
	return i;
}

/* ``` or ~~~, and what language it is. */
static bool
is_fence(struct str line)
{
	size_t at = indent_of(line);

	return at < 4 && at < line.n && is_one_of(line.p[at], "`~") &&
	       run_length(line, at) >= 3 &&
	       memchr(line.p + at + 3, '`', line.n - at - 3) == NULL;
}

static size_t
heading_signs(struct str line)
{
	size_t n = line.n > 0 && line.p[0] == '#' ? run_length(line, 0) : 0;

	return n <= 6 && n < line.n && is_blank(line.p[n]) ? n : 0;
}

static void
write_heading(struct writer *w, struct str line)
{
	struct str text = str_trim(part(line, heading_signs(line), line.n));

	while (text.n > 0 && text.p[text.n - 1] == '#')
		text.n--;
	text = str_trim(text);
	if (text.n == 0)
		return;
	buf_str(w->out, w->signs->bold);
	w->heading = true;
	write_inline(w, text);
	w->heading = false;
	buf_str(w->out, w->signs->bold);
}

static void
write_line(struct writer *w, struct str line)
{
	size_t at = indent_of(line);

	if (heading_signs(line) > 0) {
		write_heading(w, line);
		return;
	}
	while (line.n > at && is_blank(line.p[line.n - 1]))
		line.n--;
	buf_add(w->out, line.p, at);
	if (at + 1 < line.n && is_one_of(line.p[at], "-*+") &&
	    is_blank(line.p[at + 1])) {
		buf_str(w->out, "- ");
		at += 2;
	}
	write_inline(w, part(line, at, line.n));
}

static struct str
take_line(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - rest->p);
	rest->p += line.n + (end != NULL);
	rest->n -= line.n + (end != NULL);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

void
twilio_markup(struct str markdown, enum markup markup, struct buf *out)
{
	struct writer w = {.signs = &signs[markup], .out = out};
	bool fenced = false, first = true, gone;

	while (markdown.n > 0) {
		struct str line = take_line(&markdown);
		bool fence = is_fence(line);

		gone = fence && w.signs->fence == NULL;
		if (!first && !gone)
			buf_char(out, '\n');
		first = first && gone;
		if (fence && !gone)
			buf_str(out, w.signs->fence);
		else if (!fence && fenced)
			buf_add(out, line.p, line.n);
		else if (!fence)
			write_line(&w, line);
		fenced = fence ? !fenced : fenced;
	}
}
