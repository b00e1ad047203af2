/* html_tag: from "<" to ">", and the attributes between. */
#include "channels/email/html_inner.h"

/* Where a quote that is open at s ends, or s.n: then no other will either. */
static size_t
quote_end(struct str s, char quote, bool *none)
{
	const char *end = *none ? NULL : memchr(s.p, quote, s.n);

	if (end == NULL)
		*none = true;
	return end == NULL ? s.n : (size_t)(end - s.p);
}

/* A quote means something only as a value's first sign. */
static bool
opens_value(struct str s, size_t at)
{
	while (at > 0 && lex_space(s.p[at - 1]))
		at--;
	return at > 0 && s.p[at - 1] == '=';
}

/* Where the ">" is that ends a tag; s.n: nowhere. */
static size_t
tag_end(struct str s, struct html_ahead *ahead)
{
	size_t i;

	for (i = 0; i < s.n && s.p[i] != '>'; i++) {
		bool *none = s.p[i] == '"' ? &ahead->no_quote
					   : &ahead->no_apostrophe;
		size_t end;

		if ((s.p[i] != '"' && s.p[i] != '\'') || !opens_value(s, i))
			continue;
		end = i + 1 + quote_end(lex_from(s, i + 1), s.p[i], none);
		if (end < s.n)
			i = end;
	}
	return i;
}

static size_t
comment_length(struct str s, struct html_ahead *ahead)
{
	const char *end = NULL;

	if (!ahead->no_comment_end && s.n > 4)
		end = memmem(s.p + 4, s.n - 4, "-->", 3);
	if (end != NULL)
		return (size_t)(end - s.p) + 3;
	ahead->no_comment_end = true;
	return tag_end(s, ahead) + 1;
}

static size_t
name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (lex_alnum(s.p[n]) || s.p[n] == ':' ||
			      s.p[n] == '-' || s.p[n] == '_'))
		n++;
	return n;
}

bool
html_tag_read(struct str s, struct html_ahead *ahead, struct html_tag *out)
{
	size_t at = 1, n, end;

	*out = (struct html_tag){.name = STR("")};
	if (s.n > 1 && (s.p[1] == '!' || s.p[1] == '?')) {
		bool comment = s.n > 3 && memcmp(s.p, "<!--", 4) == 0;

		out->length = comment ? comment_length(s, ahead)
				      : tag_end(s, ahead) + 1;
		return true;
	}
	if (s.n > 1 && s.p[1] == '/')
		at = 2;
	out->closes = at == 2;
	n = name_length(lex_from(s, at));
	if (n == 0 || lex_digit(s.p[at]))
		return false;
	out->name = lex_upto(lex_from(s, at), n);
	s = lex_from(s, at + n);
	end = tag_end(s, ahead);
	out->attributes = lex_upto(s, end);
	out->length = at + n + end + 1;
	return true;
}

/* The next `name = value`; false: there are no more. */
static bool
take_attribute(struct str *rest, struct str *name, struct str *value)
{
	size_t n = 0;

	*rest = lex_trim(*rest);
	while (n < rest->n && !lex_space(rest->p[n]) && rest->p[n] != '=')
		n++;
	*name = lex_upto(*rest, n);
	*value = (struct str){"", 0};
	*rest = lex_trim(lex_from(*rest, n));
	if (rest->n == 0 || rest->p[0] != '=')
		return name->n > 0 || rest->n > 0;
	*rest = lex_trim(lex_from(*rest, 1));
	if (rest->n > 0 && (rest->p[0] == '"' || rest->p[0] == '\'')) {
		char quote = rest->p[0];

		*rest = lex_from(*rest, 1);
		*value = lex_cut(rest, quote);
		return true;
	}
	for (n = 0; n < rest->n && !lex_space(rest->p[n]);)
		n++;
	*value = lex_upto(*rest, n);
	*rest = lex_from(*rest, n);
	return true;
}

struct str
html_attribute(const struct html_tag *t, const char *name)
{
	struct str rest = t->attributes, key, value;

	while (rest.n > 0 && take_attribute(&rest, &key, &value))
		if (lex_same(key, str_from(name)))
			return value;
	return (struct str){"", 0};
}

bool
html_has_word(struct str words, struct str word)
{
	while (words.n > 0) {
		size_t n = 0;

		while (n < words.n && !lex_space(words.p[n]))
			n++;
		if (n > 0 && lex_same(lex_upto(words, n), word))
			return true;
		words = lex_from(words, n + 1);
	}
	return false;
}
