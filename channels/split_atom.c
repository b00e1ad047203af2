/*
 * split_atom: links and the lines of fences, found where they begin. No look
 * goes further than a part is long, so that the whole of a text is cut in a
 * time that grows as it does.
 */
#include "channels/split_atom.h"

#include <ctype.h>
#include <strings.h>

#define FENCE_MIN 3u
#define FENCE_MAX 8u
#define INDENT_MAX 16u
#define ENTITY_MAX 10u
#define DEPTH_MAX 4u
#define CHARACTER_BYTES 4u

bool
text_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str
after(struct str text, size_t at)
{
	return (struct str){text.p + at, text.n - at};
}

/* The bytes of s before the first of `set`, or all. */
static size_t
until(struct str s, const char *set)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\0' || strchr(set, s.p[i]) == NULL))
		i++;
	return i;
}

/* ---- fences ------------------------------------------------------------- */

bool
text_line_begins(struct str text, size_t at)
{
	size_t least = at > INDENT_MAX ? at - INDENT_MAX : 0;

	while (at > least && (text.p[at - 1] == ' ' || text.p[at - 1] == '\t'))
		at--;
	return at == 0 || text.p[at - 1] == '\n';
}

static size_t
run_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == s.p[0])
		n++;
	return n;
}

static bool
closes(struct str line, size_t run, const struct fence *now)
{
	size_t i = run;

	if (line.p[0] != now->run.p[0] || run < now->run.n)
		return false;
	while (i < line.n && text_blank(line.p[i]))
		i++;
	return i == line.n;
}

bool
fence_at(struct str text, size_t at, const struct fence *now,
    struct fence *next, size_t *step)
{
	struct str line = after(text, at);
	size_t run;

	if (line.n < FENCE_MIN || (line.p[0] != '`' && line.p[0] != '~') ||
	    !text_line_begins(text, at))
		return false;
	line.n = until(line, "\n");
	run = run_length(line);
	if (run < FENCE_MIN || run > FENCE_MAX)
		return false;
	*step = run;
	*next = (struct fence){.run = {NULL, 0}};
	if (now->run.n > 0)
		return closes(line, run, now);
	*next = (struct fence){{line.p, run}, line};
	*step = line.n;
	return line.p[0] == '~' || until(after(line, run), "`") == line.n - run;
}

/* ---- links -------------------------------------------------------------- */

/* <https://a.example|the label> */
static size_t
angle(struct str s, size_t max)
{
	size_t end;

	(void)max;
	if (s.n < 3 || s.p[1] == ' ')
		return 0;
	end = 1 + until(after(s, 1), "<>\n");
	return end > 1 && end < s.n && s.p[end] == '>' ? end + 1 : 0;
}

/* The end of what the bracket at `at` opens, behind its partner; or 0. */
static size_t
bracket(struct str s, size_t at, const char pair[3])
{
	size_t depth = 0, i;

	for (i = at; i < s.n && s.p[i] != '\n' && depth <= DEPTH_MAX; i++) {
		depth += s.p[i] == pair[0];
		depth -= s.p[i] == pair[1];
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

/* [the label](https://a.example), and with "!" before it */
static size_t
labelled(struct str s, size_t max)
{
	size_t end = bracket(s, s.p[0] == '!', "[]");

	(void)max;
	if (end == 0 || end == s.n || s.p[end] != '(')
		return 0;
	return bracket(s, end, "()");
}

/* Stops behind max characters, for then it cannot fit. */
static size_t
bare(struct str s, size_t max)
{
	size_t i = 0, count = 0;

	while (i < s.n && count <= max && !text_blank(s.p[i]) &&
	       s.p[i] != '<' && s.p[i] != '>' && s.p[i] != '"')
		count += ((unsigned char)s.p[i++] & 0xc0) != 0x80;
	return i;
}

/* In scripts without spaces the sentence may go on right behind it. */
static size_t
bare_ascii(struct str s, size_t max)
{
	size_t i, n = bare(s, max);

	for (i = 0; i < n && (unsigned char)s.p[i] < 0x80; i++)
		;
	return i;
}

static size_t
entity(struct str s, size_t max)
{
	size_t i = 1;

	(void)max;
	while (i < s.n && i < ENTITY_MAX &&
	       (isalnum((unsigned char)s.p[i]) || s.p[i] == '#'))
		i++;
	return i > 1 && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}

/* The longer of two stands before the shorter. */
static const struct {
	const char *begin;
	size_t (*length)(struct str s, size_t max);
} links[] = {
    {"<", angle},
    {"[", labelled},
    {"![", labelled},
    {"https://", bare},
    {"https://", bare_ascii},
    {"http://", bare},
    {"http://", bare_ascii},
    {"mailto:", bare},
    {"www.", bare},
    {"www.", bare_ascii},
    {"&", entity},
};

size_t
link_at(struct str text, size_t at, enum text_unit unit, size_t max)
{
	struct str s = after(text, at);
	size_t i, n;

	if (s.n > (max + 1) * CHARACTER_BYTES)
		s.n = (max + 1) * CHARACTER_BYTES;
	for (i = 0; i < ARRAY_LEN(links); i++) {
		n = strlen(links[i].begin);
		if (s.n <= n || strncasecmp(s.p, links[i].begin, n) != 0)
			continue;
		n = links[i].length(s, max);
		if (n > 0 && text_length((struct str){s.p, n}, unit) <= max)
			return n;
	}
	return 0;
}
