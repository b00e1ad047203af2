/*
 * escalation_words: texts of customers where they stand beside ours. Signs that
 * nobody sees can change what is read, so in a line none is left.
 */
#include "channels/email/escalation_inner.h"
#include "channels/email/lex.h"
#include "core/utf8.h"

/* Back to where a word ends, unless that is far. */
static struct str
between_words(struct str s, size_t whole)
{
	size_t n = s.n;

	if (s.n == whole)
		return s;
	while (n > s.n / 2 && !lex_space(s.p[n - 1]))
		n--;
	return lex_trim(lex_upto(s, n > s.n / 2 ? n : s.n));
}

static struct str
bounded(struct str s, size_t most, const char *more, struct arena *a)
{
	struct str cut = utf8_prefix(s, most);

	if (cut.n == s.n)
		return s;
	return arena_printf(
	    a, "%.*s%s", STR_FMT(between_words(cut, s.n)), more);
}

struct str
words_bounded(struct str s, size_t most, struct arena *a)
{
	if (!utf8_valid(s))
		return STR("(unreadable)");
	return bounded(s, most, " \xe2\x80\xa6", a);
}

/* Of signs that take no room: C1 controls, joiners, marks of direction. */
static const struct {
	const char *first, *last;
} unseen[] = {
    {"\xc2\x80", "\xc2\x9f"},
    {"\xd8\x9c", "\xd8\x9c"},
    {"\xe2\x80\x8b", "\xe2\x80\x8f"},
    {"\xe2\x80\xa8", "\xe2\x80\xae"},
    {"\xe2\x81\xa0", "\xe2\x81\xaf"},
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},
};

static bool
is_unseen(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(unseen); i++)
		if (n == strlen(unseen[i].first) &&
		    memcmp(p, unseen[i].first, n) >= 0 &&
		    memcmp(p, unseen[i].last, n) <= 0)
			return true;
	return false;
}

struct str
words_line(struct str s, size_t most, struct arena *a)
{
	struct buf b = {0};
	struct str out = {0};
	size_t i, n;

	if (!utf8_valid(s))
		return STR("");
	for (i = 0; i < s.n; i += n) {
		bool space = (unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f;

		n = utf8_step(s.p + i, s.n - i);
		if (space && b.len > 0 && b.data[b.len - 1] != ' ')
			buf_char(&b, ' ');
		else if (!space && !is_unseen(s.p + i, n))
			buf_add(&b, s.p + i, n);
	}
	if (!b.failed)
		out = arena_copy(
		    a, b.len == 0 ? STR("") : lex_trim(buf_view(&b)));
	buf_free(&b);
	/* In a header what is ASCII stays so. */
	return out.p == NULL ? STR("") : bounded(out, most, "...", a);
}
