/*
 * letter_read: fields of a header, encoded words, and the first plain text of
 * a mail, which may lie a few multiparts deep.
 */
#include "sandbox/mailbox/letter.h"

#include <sodium.h>
#include <strings.h>

#define DEPTH_MOST 5u

/* ---- fields ------------------------------------------------------------- */

static struct str
next_line(struct str *rest)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - rest->p) + 1;
	*rest = (struct str){rest->p + line.n, rest->n - line.n};
	return line;
}

static struct str
chomp(struct str line)
{
	while (line.n > 0 && strchr("\r\n", line.p[line.n - 1]) != NULL &&
	       line.p[line.n - 1] != '\0')
		line.n--;
	return line;
}

static bool
is_folded(struct str rest)
{
	return rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/* What stands behind the name, with all the lines that belong to it. */
static struct str
join(struct str first, struct str rest, struct arena *a)
{
	char *out = arena_alloc(a, first.n + rest.n + 1);
	struct str line = chomp(first);
	size_t n = line.n;

	if (out == NULL)
		return (struct str){"", 0};
	memcpy(out, line.p, n);
	while (is_folded(rest)) {
		line = str_trim(chomp(next_line(&rest)));
		out[n++] = ' ';
		memcpy(out + n, line.p, line.n);
		n += line.n;
	}
	return str_trim((struct str){out, n});
}

/* How much of the rest is a field's further lines. */
static struct str
folded(struct str rest)
{
	struct str from = rest;

	while (is_folded(rest))
		(void)next_line(&rest);
	return (struct str){from.p, from.n - rest.n};
}

struct str
sb_letter_field(struct str text, const char *name, struct arena *a)
{
	size_t n = strlen(name);
	struct str line;

	while (text.n > 0) {
		line = next_line(&text);
		if (chomp(line).n == 0)
			break;
		if (line.n > n && line.p[n] == ':' &&
		    strncasecmp(line.p, name, n) == 0)
			return join(
			    (struct str){line.p + n + 1, line.n - n - 1},
			    folded(text), a);
	}
	return (struct str){"", 0};
}

/* ---- what is encoded ---------------------------------------------------- */

static int
hex(char c)
{
	const char *at = c == '\0' ? NULL : strchr("0123456789ABCDEF", c);

	if (at == NULL && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return at == NULL ? -1 : (int)(at - "0123456789ABCDEF");
}

/* Length of a soft line break at s, or 0. */
static size_t
soft_break(struct str s)
{
	size_t n = 1;

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t' || s.p[n] == '\r'))
		n++;
	return n < s.n && s.p[n] == '\n' ? n + 1 : 0;
}

/* Quoted-printable; in a header "_" is a space. */
static struct str
from_quoted(struct str s, bool header, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0, i = 0, soft;

	while (out != NULL && i < s.n) {
		struct str rest = {s.p + i, s.n - i};
		int high = s.p[i] == '=' && rest.n > 2 ? hex(rest.p[1]) : -1;
		int low = high < 0 ? -1 : hex(rest.p[2]);

		if (low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 3;
		} else if (s.p[i] == '=' && (soft = soft_break(rest)) > 0) {
			i += soft;
		} else {
			out[n++] = header && s.p[i] == '_' ? ' ' : s.p[i];
			i++;
		}
	}
	return (struct str){out == NULL ? "" : out, n};
}

static struct str
from_base64(struct str s, struct arena *a)
{
	size_t room = s.n / 4 * 3 + 3, n = 0;
	unsigned char *out = arena_alloc(a, room);

	if (out == NULL || sodium_base642bin(out, room, s.p, s.n, " \t\r\n", &n,
			       NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return (struct str){"", 0};
	return (struct str){(const char *)out, n};
}

/* "=?charset?B?...?=" at the front. Its length, or 0. */
static size_t
encoded_word(struct str s, struct arena *a, struct str *out)
{
	const char *one, *two, *end;
	struct str text;

	if (s.n < 8 || memcmp(s.p, "=?", 2) != 0)
		return 0;
	one = memchr(s.p + 2, '?', s.n - 2);
	if (one == NULL || s.n - (size_t)(one - s.p) < 4 || one[2] != '?')
		return 0;
	two = one + 3;
	end = memmem(two, s.n - (size_t)(two - s.p), "?=", 2);
	if (end == NULL)
		return 0;
	text = (struct str){two, (size_t)(end - two)};
	*out = (one[1] | 32) == 'b' ? from_base64(text, a)
				    : from_quoted(text, true, a);
	return (size_t)(end + 2 - s.p);
}

static size_t
count_spaces(struct str s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

struct str
sb_letter_words(struct str text, const char *name, struct arena *a)
{
	struct str s = sb_letter_field(text, name, a), word = {"", 0};
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0, used, gap;
	bool after_word = false;

	while (out != NULL && s.n > 0) {
		/* Spaces between two encoded words are no part of the text. */
		gap = after_word ? count_spaces(s) : 0;
		used = encoded_word(
		    (struct str){s.p + gap, s.n - gap}, a, &word);
		after_word = used > 0;
		if (!after_word)
			word = (struct str){s.p, 1};
		used = after_word ? used + gap : 1;
		memcpy(out + n, word.p, word.n);
		n += word.n;
		s = (struct str){s.p + used, s.n - used};
	}
	return (struct str){out == NULL ? "" : out, n};
}

/* ---- the text ----------------------------------------------------------- */

static struct str
body_of(struct str text)
{
	while (text.n > 0 && chomp(next_line(&text)).n > 0)
		;
	return text;
}

static bool
begins(struct str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

/* Of "multipart/mixed; boundary=x" or boundary="x": x. */
static struct str
boundary_of(struct str type)
{
	struct str value = {"", 0};
	size_t i;

	for (i = 0; i < type.n; i++)
		if (begins((struct str){type.p + i, type.n - i}, "boundary="))
			break;
	if (i == type.n)
		return value;
	value = (struct str){type.p + i + 9, type.n - i - 9};
	if (value.n > 0 && value.p[0] == '"') {
		value = (struct str){value.p + 1, value.n - 1};
		for (i = 0; i < value.n && value.p[i] != '"'; i++)
			;
	} else {
		for (i = 0; i < value.n && strchr("; \t", value.p[i]) == NULL;
		     i++)
			;
	}
	value.n = i;
	return value;
}

/* The part up to the next boundary; *rest goes behind it. */
static struct str
next_part(struct str *rest, struct str boundary)
{
	struct str part = {rest->p, 0}, line;

	while (rest->n > 0) {
		line = next_line(rest);
		if (line.n >= boundary.n + 2 && memcmp(line.p, "--", 2) == 0 &&
		    memcmp(line.p + 2, boundary.p, boundary.n) == 0) {
			part.n = (size_t)(line.p - part.p);
			return chomp(part);
		}
	}
	part.n = (size_t)(rest->p - part.p);
	return part;
}

static struct str
decode(struct str part, struct arena *a)
{
	struct str how = sb_letter_field(part, "Content-Transfer-Encoding", a);

	if (begins(how, "base64"))
		return from_base64(body_of(part), a);
	if (begins(how, "quoted-printable"))
		return from_quoted(body_of(part), false, a);
	return body_of(part);
}

static bool find_text(
    struct str part, unsigned depth, struct arena *a, struct str *out);

static bool
find_in_parts(struct str part, struct str type, unsigned depth, struct arena *a,
    struct str *out)
{
	struct str boundary = boundary_of(type), rest = body_of(part);
	bool found = false;

	if (boundary.n == 0)
		return false;
	(void)next_part(&rest, boundary);
	while (!found && rest.n > 0)
		found = find_text(
		    next_part(&rest, boundary), depth + 1, a, out);
	return found;
}

static bool
find_text(struct str part, unsigned depth, struct arena *a, struct str *out)
{
	struct str type = sb_letter_field(part, "Content-Type", a);

	if (begins(type, "multipart/"))
		return depth < DEPTH_MOST &&
		       find_in_parts(part, type, depth, a, out);
	if (type.n > 0 && !begins(type, "text/plain"))
		return false;
	*out = decode(part, a);
	return true;
}

struct str
sb_letter_text(struct str text, struct arena *a)
{
	struct str out;

	return find_text(text, 0, a, &out) ? out : body_of(text);
}
